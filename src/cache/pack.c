/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/pack.h"

#include <string.h>

/* Behind it tiers, evidence, lines, text: falling alignment. */
struct packed {
    struct ct_txn txn;
    struct ct_earlier earlier;
    struct ct_facts facts;
    uint8_t verdict[offsetof(struct ct_verdict, tiers)];
};

_Static_assert(sizeof(struct packed) % _Alignof(struct ct_tier) == 0 &&
                   sizeof(struct ct_tier) % _Alignof(struct ct_evidence) == 0 &&
                   sizeof(struct ct_evidence) % _Alignof(struct ct_line) == 0,
               "each part is aligned where the one before it ends");

/* Returns where the next part goes. NULL may come with 0 octets. */
static uint8_t *put(uint8_t *to, const void *from, size_t n)
{
    if (n > 0) {
        memcpy(to, from, n);
    }
    return to + n;
}

size_t ct_cache_pack_bytes(const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    return sizeof(struct packed) + verdict->n_tiers * sizeof(struct ct_tier) +
           verdict->n_evidence * sizeof(struct ct_evidence) +
           txn->n_lines * sizeof(struct ct_line) + txn->text_bytes;
}

void ct_cache_pack(void *to, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct packed *packed = to;
    uint8_t *end = (uint8_t *)(packed + 1);
    packed->txn = *txn;
    packed->earlier = verdict->earlier;
    packed->facts = verdict->facts;
    memcpy(packed->verdict, verdict, sizeof packed->verdict);
    end = put(end, verdict->tiers, verdict->n_tiers * sizeof(struct ct_tier));
    end = put(end, verdict->evidence, verdict->n_evidence * sizeof(struct ct_evidence));
    end = put(end, txn->lines, txn->n_lines * sizeof(struct ct_line));
    (void)put(end, txn->text, txn->text_bytes);
}

void ct_cache_unpack(const void *from, struct ct_txn *txn, struct ct_verdict *verdict)
{
    const struct packed *packed = from;
    *txn = packed->txn;
    memcpy(verdict, packed->verdict, sizeof packed->verdict);
    verdict->earlier = packed->earlier;
    verdict->facts = packed->facts;
    const struct ct_tier *tiers = (const struct ct_tier *)(packed + 1);
    const struct ct_evidence *evidence = (const struct ct_evidence *)(tiers + verdict->n_tiers);
    memcpy(verdict->tiers, tiers, verdict->n_tiers * sizeof *tiers);
    memcpy(verdict->evidence, evidence, verdict->n_evidence * sizeof *evidence);
    txn->lines = (const struct ct_line *)(evidence + verdict->n_evidence);
    txn->text = (const uint8_t *)(txn->lines + txn->n_lines);
}
