/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classifier on any transaction: the input is text as tests/support/txn.h takes it. The
 * verdict must keep to its bounds, point into the transaction, and be the same every time.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "support/txn.h"

#include "cachetap/cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void check_tier(const struct ct_txn *txn, const struct ct_tier *tier)
{
    must(tier->label != NULL);
    must((unsigned)tier->outcome < CT_OUTCOME_COUNT);
    must(tier->hits >= -1);
    if (ct_ref_present(tier->node)) {
        must(tier->node.offset <= txn->text_bytes);
        must(tier->node.length <= txn->text_bytes - tier->node.offset);
    }
}

static void check_verdict(const struct ct_txn *txn, const struct ct_verdict *v)
{
    must((unsigned)v->outcome < CT_OUTCOME_COUNT);
    must((unsigned)v->basis < CT_BASIS_COUNT);
    must((unsigned)v->reason < CT_REASON_COUNT);
    must(v->class == ct_cache_outcome_class(v->outcome));
    must(v->n_tiers <= CT_TIERS_MAX && v->n_evidence <= CT_EVIDENCE_MAX);
    must(v->marks >> CT_MARK_COUNT == 0);
    must(v->basis != CT_BASIS_STATED || (v->n_tiers > 0 && v->dialect != NULL));
    must(v->basis != CT_BASIS_INFERRED || (v->n_tiers == 0 && v->rule != NULL));
    must(v->basis != CT_BASIS_NONE || v->outcome == CT_OUTCOME_UNKNOWN);
    must(v->basis == CT_BASIS_NONE || v->n_evidence > 0);
    for (unsigned i = 0; i < v->n_tiers; i++) {
        check_tier(txn, &v->tiers[i]);
    }
    must(v->n_tiers == 0 || !v->tiers[v->n_tiers - 1].fossil);
    for (unsigned i = 0; i < v->n_evidence; i++) {
        must(v->evidence[i].kind != CT_EVIDENCE_LINE || v->evidence[i].line < txn->n_lines);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ct_fields *fields;
    static struct ct_cache *cache;
    struct ct_verdict first;
    struct ct_verdict second;
    if (cache == NULL) {
        fields = ct_http_fields_new();
        cache = ct_cache_new(fields, NULL);
        must(cache != NULL);
    }
    struct ct_txn *txn = tx_new_span(fields, (struct ct_span){data, size});
    memset(&first, 0xff, sizeof first);
    ct_cache_classify(cache, txn, &first);
    ct_cache_classify(cache, txn, &second);
    check_verdict(txn, &first);
    must(first.outcome == second.outcome && first.reason == second.reason &&
         first.marks == second.marks && first.n_tiers == second.n_tiers);
    tx_free(txn);
    return 0;
}
