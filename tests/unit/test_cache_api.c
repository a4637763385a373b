/* SPDX-License-Identifier: Apache-2.0 */
/* The handle, the names, and what a verdict carries beside the outcome. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/txn.h"
#include "support/verdict.h"

static struct ct_verdict judge(const char *text)
{
    struct vx_stage stage;
    struct ct_verdict verdict;
    vx_stage_init(&stage, NULL);
    struct ct_txn *txn = tx_new(stage.fields, text);
    ct_cache_classify(stage.cache, txn, &verdict);
    tx_free(txn);
    vx_stage_fini(&stage);
    return verdict;
}

static void every_number_has_a_name_and_others_none(void **state)
{
    (void)state;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        assert_non_null(ct_cache_outcome_name((enum ct_outcome)i));
        assert_non_null(ct_cache_outcome_help((enum ct_outcome)i));
        assert_true(ct_cache_outcome_class((enum ct_outcome)i) < CT_CLASS_COUNT);
    }
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        assert_non_null(ct_cache_class_name((enum ct_class)i));
    }
    for (int i = 0; i < CT_BASIS_COUNT; i++) {
        assert_non_null(ct_cache_basis_name((enum ct_basis)i));
    }
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        assert_non_null(ct_cache_mark_name((enum ct_mark)i));
    }
    assert_null(ct_cache_reason_name(CT_REASON_NOT_GIVEN));
    for (int i = 1; i < CT_REASON_COUNT; i++) {
        assert_non_null(ct_cache_reason_name((enum ct_reason)i));
    }
    assert_string_equal(ct_cache_outcome_name(CT_OUTCOME_CONFIG_NOCACHE), "CONFIG_NOCACHE");
    assert_string_equal(ct_cache_reason_name(CT_REASON_REQUEST_METHOD), "request-method");
    assert_string_equal(ct_cache_reason_name(CT_REASON_UNRECOGNISED_STATUS), "unrecognised-status");
    assert_null(ct_cache_outcome_name(CT_OUTCOME_COUNT));
    assert_null(ct_cache_reason_name(CT_REASON_COUNT));
}

static void dialects_are_listed_once(void **state)
{
    (void)state;
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    size_t n = 0;
    while (ct_cache_dialect_name(stage.cache, n) != NULL) {
        for (size_t i = 0; i < n; i++) {
            assert_string_not_equal(ct_cache_dialect_name(stage.cache, i),
                                    ct_cache_dialect_name(stage.cache, n));
        }
        n++;
    }
    assert_true(n > 40);
    vx_stage_fini(&stage);
}

static void a_full_field_table_refuses_the_handle(void **state)
{
    (void)state;
    struct ct_fields *fields = ct_http_fields_new();
    for (int i = 0; i < CT_FIELDS_MAX; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "X-Filler-%d", i);
        (void)ct_http_fields_intern(fields, name);
    }
    assert_null(ct_cache_new(fields, NULL));
    ct_http_fields_free(fields);
}

static void the_deciding_line_comes_first_in_the_evidence(void **state)
{
    (void)state;
    struct ct_verdict v = judge("GET / HTTP/1.1\nHost: a\n\n200\nDate: x\nX-Cache-Status: MISS\n"
                                "CF-Cache-Status: BYPASS\nCache-Control: no-store\n");
    assert_int_equal(v.n_evidence, 3);
    assert_int_equal(v.evidence[0].line, 3); /* CF-Cache-Status */
    assert_int_equal(v.evidence[1].line, 2); /* the tier behind */
    assert_int_equal(v.evidence[2].line, 4); /* the cause */

    v = judge("POST / HTTP/1.1\n\n200\n");
    assert_int_equal(v.n_evidence, 1);
    assert_int_equal(v.evidence[0].kind, CT_EVIDENCE_METHOD);

    v = judge("GET / HTTP/1.1\n\n404\nX-Cache: HIT\n");
    assert_int_equal(v.n_evidence, 2);
    assert_int_equal(v.evidence[0].kind, CT_EVIDENCE_LINE);
    assert_int_equal(v.evidence[1].kind, CT_EVIDENCE_STATUS);

    v = judge("GET / HTTP/1.1\n\n200\nAge: 9\nCache-Control: max-age=1\n");
    assert_int_equal(v.n_evidence, 2);
    assert_int_equal(v.evidence[0].line, 0);
    assert_int_equal(v.evidence[1].line, 1);

    v = judge("GET / HTTP/1.1\n\n200\nX-Cache: quux\n");
    assert_int_equal(v.n_evidence, 1); /* raw, so that a user sees what is not known yet */
}

static void the_origin_was_reached_when_no_tier_had_it(void **state)
{
    (void)state;
    assert_true(judge("GET / HTTP/1.1\n\n200\nX-Cache: MISS, MISS\n").reached_origin);
    assert_true(judge("GET / HTTP/1.1\n\n200\nX-Cache: MISS\n").reached_origin);
    assert_true(judge("GET / HTTP/1.1\n\n200\nX-Cache: TCP_EXPIRED_MISS\n").reached_origin);
    assert_false(judge("GET / HTTP/1.1\n\n200\nX-Cache: MISS, HIT, MISS\n").reached_origin);
    assert_false(judge("GET / HTTP/1.1\n\n200\nX-Cache: HIT\n").reached_origin);
    assert_false(judge("GET / HTTP/1.1\n\n200\nX-Cache: REVALIDATED, MISS\n").reached_origin);
    assert_false(judge("GET / HTTP/1.1\n\n200\nX-Cache: MISS, HIT\n").reached_origin);
    assert_true(judge("GET / HTTP/1.1\n\n200\nAge: 0\n").reached_origin);
}

static void age_is_reported_whoever_decides(void **state)
{
    (void)state;
    assert_int_equal(judge("GET / HTTP/1.1\n\n200\nCF-Cache-Status: HIT\nAge: 4327\n").age_s, 4327);
    assert_int_equal(judge("GET / HTTP/1.1\n\n200\nX-Cache: HIT\n").age_s, -1);
    assert_int_equal(judge("GET / HTTP/1.1\n\n200\nAge: x\n").age_s, -1);
    assert_int_equal(judge("GET / HTTP/1.1\n\n200\nAge: 7, 9\n").age_s, 7);
    assert_int_equal(judge("GET / HTTP/1.1\n\n200\nAge: 99999999999\n").age_s, 2147483648);
}

static void without_a_response_nothing_is_judged(void **state)
{
    (void)state;
    struct ct_verdict v = judge("POST / HTTP/1.1\nX-Cache: HIT\n");
    assert_int_equal(v.outcome, CT_OUTCOME_UNKNOWN);
    assert_int_equal(v.class, CT_CLASS_OTHER);
    assert_int_equal(v.basis, CT_BASIS_NONE);
    assert_int_equal(v.n_tiers, 0);
    assert_int_equal(v.n_evidence, 0);
}

static void status_lines_of_requests_say_nothing(void **state)
{
    (void)state;
    struct ct_verdict v = judge("GET / HTTP/1.1\nX-Cache: HIT\nX-Varnish: 5\nAge: 9\n\n200\n");
    assert_int_equal(v.basis, CT_BASIS_NONE);
    assert_int_equal(v.age_s, -1);
}

static void ignored_headers_are_absent_in_every_meaning(void **state)
{
    (void)state;
    static const char *const names[] = {"x-cache", "CF-RAY", "age", "X-Nobody-Knows", "Server"};
    const struct ct_cache_config config = {.ignored = names, .n_ignored = 5};
    struct ct_verdict verdict;
    struct vx_stage stage;
    vx_stage_init(&stage, &config);
    static const char *const silent[] = {
        "GET / HTTP/1.1\n\n200\nX-Cache: HIT\n",
        "GET / HTTP/1.1\n\n200\nAge: 9\nCF-RAY: 1\nServer: cloudflare\n",
    };
    for (size_t i = 0; i < 2; i++) {
        struct ct_txn *txn = tx_new(stage.fields, silent[i]);
        ct_cache_classify(stage.cache, txn, &verdict);
        assert_int_equal(verdict.outcome, CT_OUTCOME_UNKNOWN);
        assert_int_equal(verdict.basis, CT_BASIS_NONE);
        assert_int_equal(verdict.age_s, -1);
        tx_free(txn);
    }
    struct ct_txn *txn =
        tx_new(stage.fields, "GET / HTTP/1.1\n\n200\nX-Cache: HIT\nX-Drupal-Cache: MISS\n");
    ct_cache_classify(stage.cache, txn, &verdict);
    assert_int_equal(verdict.outcome, CT_OUTCOME_MISS);
    assert_string_equal(verdict.dialect, "drupal");
    tx_free(txn);
    vx_stage_fini(&stage);
}

/* The request keeps a field whose name is ignored in responses. */
static void ignoring_leaves_requests_alone(void **state)
{
    (void)state;
    static const char *const names[] = {"cache-control"};
    const struct ct_cache_config config = {.ignored = names, .n_ignored = 1};
    struct ct_verdict with;
    struct vx_stage stage;
    vx_stage_init(&stage, &config);
    struct ct_txn *txn = tx_new(
        stage.fields, "GET / HTTP/1.1\nCache-Control: no-store\n\n200\nCache-Control: private\n");
    ct_cache_classify(stage.cache, txn, &with);
    struct ct_verdict without =
        judge("GET / HTTP/1.1\nCache-Control: no-store\n\n200\nX-Other: private\n");
    assert_int_equal(with.outcome, without.outcome);
    assert_int_equal(with.reason, without.reason);
    assert_int_equal(with.basis, without.basis);
    tx_free(txn);
    vx_stage_fini(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_has_a_name_and_others_none),
        cmocka_unit_test(dialects_are_listed_once),
        cmocka_unit_test(a_full_field_table_refuses_the_handle),
        cmocka_unit_test(the_deciding_line_comes_first_in_the_evidence),
        cmocka_unit_test(the_origin_was_reached_when_no_tier_had_it),
        cmocka_unit_test(age_is_reported_whoever_decides),
        cmocka_unit_test(ignored_headers_are_absent_in_every_meaning),
        cmocka_unit_test(ignoring_leaves_requests_alone),
        cmocka_unit_test(without_a_response_nothing_is_judged),
        cmocka_unit_test(status_lines_of_requests_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
