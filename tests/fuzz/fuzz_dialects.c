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

/* There is an advice for every verdict, and a terminal can show it. */
static void check_advice(const struct ct_txn *txn, const struct ct_verdict *v)
{
    char advice[CT_ADVICE_MAX];
    size_t n = ct_cache_advice(txn, v, advice, sizeof advice);
    must(n > 0 && n < sizeof advice && advice[n] == '\0');
    for (size_t i = 0; i < n; i++) {
        must((uint8_t)advice[i] >= 0x20 && advice[i] != 0x7f);
    }
    must(ct_cache_advice(txn, v, advice, 7) < 7);
}

/* A user's dialects: patterns and lists on values from the wire. */
static const struct ct_user_value values[] = {
    {"H", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, CT_USER_STORED_NOT_SAID},
    {"*", CT_OUTCOME_MISS, CT_REASON_COLD, CT_USER_STORED_NO},
};
static const struct ct_user_header headers[] = {
    {.name = "X-Cache",
     .pattern = "^(?<node>[a-z]+)?(a+)*(?<status>\\w+)(=(?<hits>[0-9]+))?",
     .list = true,
     .first_is_nearest = true,
     .common_words = true},
    {.name = "X-Cache-Status", .values = values, .n_values = 2},
    {.name = "Via",
     .pattern = "(a|aa)+\\[(\\w+)\\]$",
     .optional = true,
     .values = values,
     .n_values = 1},
};
static const struct ct_user_print prints[] = {{"Server", "a", NULL}, {"Via", NULL, "b"}};
static const struct ct_user_dialect dialects[] = {
    {.name = "mine", .rank = 4, .headers = headers, .n_headers = 3},
    {.name = "yours", .headers = headers, .n_headers = 1, .prints = prints, .n_prints = 2},
};
static const struct ct_cache_config config = {.dialects = dialects, .n_dialects = 2};

static void check_twice(const struct ct_cache *cache, const struct ct_txn *txn)
{
    struct ct_verdict first;
    struct ct_verdict second;
    memset(&first, 0xff, sizeof first);
    ct_cache_classify(cache, txn, &first);
    ct_cache_classify(cache, txn, &second);
    check_verdict(txn, &first);
    check_advice(txn, &first);
    must(first.outcome == second.outcome && first.reason == second.reason &&
         first.marks == second.marks && first.n_tiers == second.n_tiers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ct_fields *fields;
    static struct ct_cache *cache;
    static struct ct_cache *with_users;
    if (cache == NULL) {
        fields = ct_http_fields_new();
        cache = ct_cache_new(fields, NULL);
        with_users = ct_cache_new(fields, &config);
        must(cache != NULL && with_users != NULL);
    }
    struct ct_txn *txn = tx_new_span(fields, (struct ct_span){data, size});
    check_twice(cache, txn);
    check_twice(with_users, txn);
    tx_free(txn);
    return 0;
}
