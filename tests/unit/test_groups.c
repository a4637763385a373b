/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions by outcome, reason and dialect, with an example of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fixtures/tally.h"
#include "support/txn.h"
#include "support/verdict.h"

static int setup(void **state)
{
    (void)tally_setup(state);
    struct tally *tally = *state;
    tally->limits.stats_keys = 10;
    tally_restart(tally);
    return 0;
}

static struct ct_verdict verdict_of(enum ct_outcome outcome, enum ct_reason reason,
                                    const char *dialect)
{
    struct ct_verdict verdict = vx_verdict(outcome);
    verdict.reason = reason;
    verdict.dialect = dialect;
    return verdict;
}

static const struct ct_group_list *groups(struct tally *tally, size_t n_top)
{
    return &tally_snapshot(tally, n_top)->groups;
}

static void each_group_is_counted_with_its_first_as_the_example(void **state)
{
    struct tally *tally = *state;
    char same[] = "nginx"; /* another pointer to the same name */
    struct ct_verdict miss = verdict_of(CT_OUTCOME_MISS, CT_REASON_RESPONSE_PRIVATE, "nginx");
    struct ct_verdict varnish = verdict_of(CT_OUTCOME_MISS, CT_REASON_RESPONSE_PRIVATE, "varnish");
    struct ct_verdict none = verdict_of(CT_OUTCOME_MISS, CT_REASON_RESPONSE_PRIVATE, NULL);
    miss.rule = "the rule";
    miss.n_evidence = 1;
    miss.evidence[0] = (struct ct_evidence){CT_EVIDENCE_LINE, 1};
    tally_count(tally, "GET /a\033\nHost: www.example\n\n200\nCache-Control: private, max-age=9\n",
                &miss);
    miss.dialect = same;
    tally_count(tally, "GET /b\nHost: www.example\n\n200\nCache-Control: private\n", &miss);
    tally_count(tally, "GET /c\n\n200\n", &none);
    tally_count(tally, "GET /d\n\n200\n", &varnish);
    const struct ct_group_list *list = groups(tally, 10);
    assert_int_equal(list->n_rows, 3);
    assert_int_equal(list->n_groups, 3);
    assert_int_equal(list->rows[0].n, 2);
    assert_string_equal(list->rows[0].example, "GET www.example/a\\x1b");
    assert_string_equal(list->rows[0].evidence, "Cache-Control: private, max-age=9");
    assert_string_equal(list->rows[0].rule, "the rule");
    assert_non_null(strstr(list->rows[0].advice, "s-maxage=9"));
    assert_null(list->rows[1].dialect);
    assert_string_equal(list->rows[1].evidence, "");
    assert_string_equal(list->rows[2].dialect, "varnish");
    assert_int_equal(groups(tally, 1)->n_rows, 1);
    assert_int_equal(groups(tally, 0)->n_rows, 0);
}

static void the_earliest_is_the_example_in_whatever_order_they_end(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict miss = verdict_of(CT_OUTCOME_MISS, CT_REASON_COLD, "nginx");
    static const struct {
        const char *text;
        int64_t later_ns;
        const char *example;
    } rows[] = {
        {"GET /b\nHost: h\n\n200\n", 2, "GET h/b"},
        {"GET /c\nHost: h\n\n200\n", 3, "GET h/b"},
        {"GET /a\nHost: h\n\n200\n", 1, "GET h/a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ct_txn *txn = tx_new(tally->fields, rows[i].text);
        txn->request.first_ns += rows[i].later_ns;
        ct_stats_txn(tally->stats, txn, &miss);
        tx_free(txn);
        assert_string_equal(groups(tally, 1)->rows[0].example, rows[i].example);
        assert_int_equal(groups(tally, 1)->rows[0].n, i + 1);
    }
}

static void no_secret_is_in_an_example(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict verdict =
        verdict_of(CT_OUTCOME_BYPASS, CT_REASON_REQUEST_AUTHORIZATION, NULL);
    verdict.n_evidence = 1;
    verdict.evidence[0] = (struct ct_evidence){CT_EVIDENCE_LINE, 0};
    tally_count(tally, "GET /\nAuthorization: Basic c2VjcmV0\n\n200\n", &verdict);
    assert_string_equal(groups(tally, 1)->rows[0].evidence, "Authorization: -");
}

static void what_is_not_a_line_is_evidence_too(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict method = verdict_of(CT_OUTCOME_NONE, CT_REASON_REQUEST_METHOD, NULL);
    struct ct_verdict status = verdict_of(CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_STATUS, NULL);
    method.n_evidence = 1;
    method.evidence[0] = (struct ct_evidence){CT_EVIDENCE_METHOD, 0};
    status.n_evidence = 1;
    status.evidence[0] = (struct ct_evidence){CT_EVIDENCE_STATUS, 0};
    tally_count(tally, "PUT /\n\n200\n", &method);
    tally_count(tally, "PUT /\n\n200\n", &method);
    tally_count(tally, "GET /\n\n302\n", &status);
    const struct ct_group_list *list = groups(tally, 9);
    assert_string_equal(list->rows[0].evidence, "method: PUT");
    assert_string_equal(list->rows[1].evidence, "status: 302");
}

static void more_groups_than_there_is_room_for_are_counted(void **state)
{
    struct tally *tally = *state;
    uint64_t all = 0;
    for (int o = 0; o < CT_OUTCOME_COUNT; o++) {
        for (int r = 0; r < CT_REASON_COUNT; r++, all++) {
            struct ct_verdict verdict = verdict_of((enum ct_outcome)o, (enum ct_reason)r, NULL);
            tally_count(tally, "GET /\n\n200\n", &verdict);
        }
    }
    const struct ct_group_list *list = groups(tally, 1000);
    assert_int_equal(list->n_rows, CT_GROUPS_MAX);
    assert_int_equal(list->left_out, all - CT_GROUPS_MAX);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, tally_teardown)
    const struct CMUnitTest tests[] = {
        WITH(each_group_is_counted_with_its_first_as_the_example),
        WITH(the_earliest_is_the_example_in_whatever_order_they_end),
        WITH(no_secret_is_in_an_example),
        WITH(what_is_not_a_line_is_evidence_too),
        WITH(more_groups_than_there_is_room_for_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
