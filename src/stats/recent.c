/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/recent.h"

#include <stdlib.h>

#include "cache/pack.h"

#define ALIGNMENT 16u
#define NOWHERE   SIZE_MAX /* a number that is not kept */

bool ct_stats_recent_init(struct ct_recents *recents, uint64_t bytes)
{
    *recents = (struct ct_recents){.oldest = 1};
    recents->size = bytes < SIZE_MAX / 2 ? (size_t)bytes : SIZE_MAX / 2;
    recents->n_offsets = recents->size / CT_PACK_MIN + 1; /* as many as can be kept */
    recents->bytes = malloc(recents->size);
    recents->offsets = malloc(recents->n_offsets * sizeof *recents->offsets);
    if (recents->bytes == NULL || recents->offsets == NULL) {
        ct_stats_recent_fini(recents);
        return false;
    }
    return true;
}

void ct_stats_recent_fini(struct ct_recents *recents)
{
    free(recents->bytes);
    free(recents->offsets);
    *recents = (struct ct_recents){.oldest = 1};
}

uint64_t ct_stats_recent_bytes(const struct ct_recents *recents)
{
    return recents->size + recents->n_offsets * sizeof *recents->offsets;
}

static bool is_empty(const struct ct_recents *recents)
{
    return recents->oldest > recents->newest;
}

static size_t offset_of(const struct ct_recents *recents, uint64_t number)
{
    return recents->offsets[number % recents->n_offsets];
}

/* The oldest goes, and after it numbers that were never kept: so the oldest always has a place. */
static void forget_oldest(struct ct_recents *recents)
{
    do {
        recents->oldest++;
    } while (!is_empty(recents) && offset_of(recents, recents->oldest) == NOWHERE);
}

/* Whether n octets fit between the newest and the oldest; then head is where. */
static bool fits(struct ct_recents *recents, size_t n)
{
    if (is_empty(recents)) {
        recents->head = 0;
        return true;
    }
    size_t tail = offset_of(recents, recents->oldest);
    if (recents->head <= tail) { /* the newest stand before the oldest: never equal again */
        return tail - recents->head > n;
    }
    if (recents->size - recents->head >= n) {
        return true;
    }
    if (tail > n) {
        recents->head = 0;
        return true;
    }
    return false;
}

void ct_stats_recent_add(struct ct_recents *recents, const struct ct_txn *txn,
                         const struct ct_verdict *verdict)
{
    size_t n = (ct_cache_pack_bytes(txn, verdict) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    size_t offset = NOWHERE;
    if (!is_empty(recents) && recents->newest - recents->oldest + 1 == recents->n_offsets) {
        forget_oldest(recents);
    }
    if (n <= recents->size) {
        while (!fits(recents, n)) {
            forget_oldest(recents);
        }
        offset = recents->head;
        ct_cache_pack(recents->bytes + offset, txn, verdict);
        recents->head += n;
    }
    recents->newest++;
    recents->offsets[recents->newest % recents->n_offsets] = offset;
    if (offset == NOWHERE && recents->oldest == recents->newest) {
        recents->oldest++;
    }
}

bool ct_stats_recent_get(const struct ct_recents *recents, uint64_t number,
                         struct ct_recent *recent)
{
    if (number < recents->oldest || number > recents->newest ||
        offset_of(recents, number) == NOWHERE) {
        return false;
    }
    recent->number = number;
    ct_cache_unpack(recents->bytes + offset_of(recents, number), &recent->txn, &recent->verdict);
    return true;
}
