/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that nobody's cache writes: bounded work, bounded results, nothing invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "support/txn.h"
#include "support/verdict.h"

/* What every verdict must keep to. */
static void check_bounds(const struct ct_txn *txn, const struct ct_verdict *v)
{
    assert_true(v->outcome < CT_OUTCOME_COUNT);
    assert_int_equal(v->class, ct_cache_outcome_class(v->outcome));
    assert_true(v->n_tiers <= CT_TIERS_MAX);
    assert_true(v->n_evidence <= CT_EVIDENCE_MAX);
    for (unsigned i = 0; i < v->n_tiers; i++) {
        assert_non_null(v->tiers[i].label);
        if (ct_ref_present(v->tiers[i].node)) {
            assert_true(v->tiers[i].node.offset <= txn->text_bytes);
            assert_true(v->tiers[i].node.length <= txn->text_bytes - v->tiers[i].node.offset);
        }
    }
    for (unsigned i = 0; i < v->n_evidence; i++) {
        assert_true(v->evidence[i].kind != CT_EVIDENCE_LINE || v->evidence[i].line < txn->n_lines);
    }
    if (v->n_tiers > 0) {
        assert_int_equal(v->tiers[v->n_tiers - 1].outcome, v->outcome);
        assert_false(v->tiers[v->n_tiers - 1].fossil);
    }
}

static struct ct_verdict judge(const struct vx_stage *stage, const char *text, size_t n)
{
    struct ct_verdict verdict;
    struct ct_txn *txn = tx_new_span(stage->fields, (struct ct_span){(const uint8_t *)text, n});
    ct_cache_classify(stage->cache, txn, &verdict);
    check_bounds(txn, &verdict);
    tx_free(txn);
    return verdict;
}

struct builder {
    char *text;
    size_t n;
};

static void append(struct builder *b, const char *part)
{
    for (; *part != '\0'; part++) {
        b->text[b->n++] = *part;
    }
}

/* head, then part count times, then tail. */
static struct ct_verdict judge_repeated(const struct vx_stage *stage, const char *head,
                                        const char *part, size_t count, const char *tail)
{
    struct builder b = {malloc(strlen(head) + strlen(part) * count + strlen(tail) + 1), 0};
    assert_non_null(b.text);
    append(&b, head);
    for (size_t i = 0; i < count; i++) {
        append(&b, part);
    }
    append(&b, tail);
    struct ct_verdict verdict = judge(stage, b.text, b.n);
    free(b.text);
    return verdict;
}

#define HEAD "GET / HTTP/1.1\n\n200\n"

static void many_commas_are_nothing(void **state)
{
    struct ct_verdict v = judge_repeated(*state, HEAD "X-Cache: ", ",", 1000, "\n");
    assert_int_equal(v.basis, CT_BASIS_NONE);
    v = judge_repeated(*state, HEAD "X-Cache: MISS", ",", 1000, "HIT\n");
    assert_int_equal(v.n_tiers, 2);
    assert_int_equal(v.outcome, CT_OUTCOME_HIT);
}

static void of_many_tiers_those_near_the_client_are_kept(void **state)
{
    struct ct_verdict v = judge_repeated(*state, HEAD "X-Cache: ", "HIT, ", 1000, "MISS\n");
    assert_int_equal(v.outcome, CT_OUTCOME_MISS);
    assert_int_equal(v.n_tiers, CT_TIERS_MAX);
    assert_int_equal(v.tiers_cut, 1);
    v = judge_repeated(*state, HEAD, "X-Cache: HIT\n", 40, "X-Cache: MISS\n");
    assert_int_equal(v.outcome, CT_OUTCOME_MISS);
    assert_int_equal(v.tiers_cut, 1);
    v = judge_repeated(*state, HEAD, "X-Cache: HIT\n", 500, "");
    assert_int_equal(v.outcome, CT_OUTCOME_HIT);
    assert_int_equal(v.tiers_cut, 1);
    v = judge_repeated(*state, HEAD "Cache-Status: ", "a;hit, ", 100, "b;fwd=miss\n");
    assert_int_equal(v.outcome, CT_OUTCOME_MISS);
    assert_int_equal(v.tiers_cut, 1);
}

static void long_values_are_cut(void **state)
{
    static const char *const heads[] = {
        "X-Cache: ",
        "X-Cache: HIT from ",
        "X-Cache: HIT ",
        "Cache-Status: ",
        "X-Varnish: ",
        "Via: ",
        "X-Cache-Lookup: ",
        "Server-Timing: ",
        "X-Rack-Cache: ",
        "X-Iinfo: ",
        "X-Tt-Trace-Tag: ",
        "X-LiteSpeed-Cache: ",
        "Age: ",
        "Cache-Control: ",
        "Vary: ",
        "Warning: ",
        "Expires: ",
        "X-Cache: HIT (",
        "X-Cache: \"",
        "Cache-Status: a;key=\"",
        "X-Cache-Detail: ",
        "X-Cache: HIT from a\nX-Cache-Lookup: HIT from ",
        "CF-Cache-Status: ",
    };
    static const char *const parts[] = {"A",  "1",   "HIT ", "(",    ")",  "\"",
                                        "\\", ";",   "a=b;", "=",    ":",  "/",
                                        "[",  "a, ", "hit",  "\xff", "\t", "stale;"};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            char head[128];
            (void)snprintf(head, sizeof head, "%s%s", HEAD, heads[i]);
            (void)judge_repeated(*state, head, parts[k], 20000 / strlen(parts[k]), "\n");
        }
    }
}

static void octets_that_are_no_text_make_no_word(void **state)
{
    static const char nul[] = HEAD "X-Cache: HIT\0\n";
    static const char inside[] = HEAD "X-Cache: H\0IT\n";
    static const char before[] = HEAD "X-Cache: \0HIT\n";
    struct ct_verdict v = judge(*state, nul, sizeof nul - 1);
    assert_int_equal(v.outcome, CT_OUTCOME_UNKNOWN);
    assert_int_equal(v.reason, CT_REASON_UNRECOGNISED_STATUS);
    v = judge(*state, inside, sizeof inside - 1);
    assert_int_equal(v.outcome, CT_OUTCOME_UNKNOWN);
    v = judge(*state, before, sizeof before - 1);
    assert_int_equal(v.outcome, CT_OUTCOME_UNKNOWN);
    static const char eight_bit[] = HEAD "X-Cache: H\xc4\xb0T\n";
    v = judge(*state, eight_bit, sizeof eight_bit - 1);
    assert_int_equal(v.outcome, CT_OUTCOME_UNKNOWN);
}

static void brackets_and_quotes_that_never_close(void **state)
{
    char got[512];
    (void)state;
    vx_classify(got, sizeof got, "X-Cache: HIT from a (b, MISS from c");
    assert_string_equal(got, "HIT stated generic -; a=HIT");
    vx_classify(got, sizeof got, "X-Cache: HIT from a), MISS from c");
    assert_string_equal(got, "MISS stated generic shield-hit; a)=HIT c=MISS; tier=shield");
    vx_classify(got, sizeof got, "Cache-Control: private=\"no-store");
    assert_string_equal(got, "UNKNOWN none - -; -");
    vx_classify(got, sizeof got, "Cache-Status: \"a;hit");
    assert_string_equal(got, "HIT stated rfc9211 -; \"a=HIT; lenient");
}

static void secret_fields_count_by_their_presence(void **state)
{
    char got[512];
    (void)state;
    vx_classify(got, sizeof got,
                "@GET / HTTP/1.1\nAuthorization: Basic c2VjcmV0\n\n200\nVia: 1.1 p\n");
    assert_string_equal(got, "BYPASS inferred - request-authorization; -");
    vx_classify(got, sizeof got, "CF-Cache-Status: BYPASS\nSet-Cookie: secret=1");
    assert_string_equal(got, "BYPASS stated cloudflare response-set-cookie; cloudflare=BYPASS");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_commas_are_nothing),
        cmocka_unit_test(of_many_tiers_those_near_the_client_are_kept),
        cmocka_unit_test(long_values_are_cut),
        cmocka_unit_test(octets_that_are_no_text_make_no_word),
        cmocka_unit_test(brackets_and_quotes_that_never_close),
        cmocka_unit_test(secret_fields_count_by_their_presence),
    };
    return cmocka_run_group_tests(tests, vx_stage_setup, vx_stage_teardown);
}
