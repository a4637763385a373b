/* SPDX-License-Identifier: Apache-2.0 */
#include "insight/history.h"

#include <stdlib.h>

#define LEAST_VISITS 64U

bool ct_history_init(struct ct_history *history, uint64_t limit_bytes)
{
    const size_t align = _Alignof(max_align_t); /* what the pool rounds up to */
    uint64_t each = (sizeof(struct ct_visit) + align - 1) / align * align +
                    2 * sizeof(struct ct_bucket); /* buckets: less than twice the entries */
    uint64_t most = limit_bytes / each;
    size_t buckets = LEAST_VISITS;
    most = most > LEAST_VISITS ? most : LEAST_VISITS;
    while (buckets < SIZE_MAX / 2 / sizeof(struct ct_bucket) && buckets < most) {
        buckets *= 2;
    }
    *history = (struct ct_history){.mask = buckets - 1};
    ct_base_pool_init(&history->pool, sizeof(struct ct_visit), most);
    /* Not touched before it is used, so it costs address space only. */
    history->buckets = calloc(buckets, sizeof(struct ct_bucket));
    return history->buckets != NULL;
}

void ct_history_fini(struct ct_history *history)
{
    free(history->buckets);
    ct_base_pool_fini(&history->pool);
}

static void leave_order(struct ct_history *history, struct ct_visit *visit)
{
    *(visit->newer != NULL ? &visit->newer->older : &history->newest) = visit->older;
    *(visit->older != NULL ? &visit->older->newer : &history->oldest) = visit->newer;
}

static void make_newest(struct ct_history *history, struct ct_visit *visit)
{
    visit->newer = NULL;
    visit->older = history->newest;
    *(history->newest != NULL ? &history->newest->newer : &history->oldest) = visit;
    history->newest = visit;
    visit->used = history->uses;
}

/*
 * The order is kept to an eighth of the entries: what was moved so lately is not moved again,
 * which spares the neighbours' cache lines.
 */
static void use(struct ct_history *history, struct ct_visit *visit)
{
    history->uses++;
    if (history->uses - visit->used > history->pool.n_used / 8) {
        leave_order(history, visit);
        make_newest(history, visit);
    }
}

struct ct_visit *ct_history_find(struct ct_history *history, uint64_t key)
{
    struct ct_visit *visit = history->buckets[key & history->mask].first;
    while (visit != NULL && visit->key != key) {
        visit = visit->next;
    }
    if (visit != NULL) {
        use(history, visit);
    }
    return visit;
}

static void forget_oldest(struct ct_history *history)
{
    struct ct_visit *visit = history->oldest;
    struct ct_visit **link = &history->buckets[visit->key & history->mask].first;
    while (*link != visit) {
        link = &(*link)->next;
    }
    *link = visit->next;
    leave_order(history, visit);
    ct_base_pool_put(&history->pool, visit);
    history->replaced++;
}

struct ct_visit *ct_history_add(struct ct_history *history, uint64_t key)
{
    struct ct_visit *visit = ct_base_pool_get(&history->pool);
    if (visit == NULL && history->oldest != NULL) {
        forget_oldest(history);
        visit = ct_base_pool_get(&history->pool);
    }
    if (visit == NULL) {
        return NULL;
    }
    struct ct_bucket *bucket = &history->buckets[key & history->mask];
    visit->key = key;
    visit->next = bucket->first;
    bucket->first = visit;
    history->uses++;
    make_newest(history, visit);
    history->added++;
    return visit;
}

uint64_t ct_history_bytes(const struct ct_history *history)
{
    return history->pool.n_objects * history->pool.object_bytes +
           (history->mask + 1) * sizeof(struct ct_bucket);
}
