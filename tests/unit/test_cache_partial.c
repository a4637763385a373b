/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header lines may be missing: lost packets, a limit, a head that broke off. Nothing is concluded
 * from a line that is not there, and what is there is not the last word.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/txn.h"
#include "support/verdict.h"

#define VARNISH "Via: 1.1 v (Varnish/7.1)\n"
#define SQUID   "Via: 1.1 s (squid/5.7)\n"

static const enum ct_note doubts[] = {CT_NOTE_GAP_IN_HEAD, CT_NOTE_HEADER_CUT, CT_NOTE_MALFORMED};
#define N_DOUBTS (sizeof doubts / sizeof doubts[0])

static void classify(const char *text, uint32_t notes, struct ct_verdict *verdict, char line[256])
{
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    struct ct_txn *txn = tx_new(stage.fields, text);
    txn->notes = notes;
    ct_cache_classify(stage.cache, txn, verdict);
    vx_format(line, 256, txn, verdict);
    tx_free(txn);
    vx_stage_fini(&stage);
}

struct case_row {
    const char *text;
    const char *whole;   /* the verdict when all lines are known to be there */
    const char *partial; /* when some may be missing */
};

static void check(const struct case_row *rows, size_t n)
{
    struct ct_verdict verdict;
    char line[256];
    for (size_t i = 0; i < n; i++) {
        classify(rows[i].text, 0, &verdict, line);
        assert_string_equal(line, rows[i].whole);
        for (size_t k = 0; k < N_DOUBTS; k++) {
            classify(rows[i].text, UINT32_C(1) << doubts[k], &verdict, line);
            assert_string_equal(line, rows[i].partial);
        }
    }
}
#define CHECK(rows) check(rows, sizeof(rows) / sizeof(rows)[0])

static void a_missing_line_proves_nothing(void **state)
{
    (void)state;
    static const struct case_row rows[] = {
        {"GET / HTTP/1.1\n\n200\n" SQUID, "MISS inferred - -; -", "UNKNOWN none - -; -"},
        {"GET / HTTP/1.1\n\n200\nAge: 0\n" VARNISH, "MISS inferred - age-zero; -; weak",
         "UNKNOWN none - -; -"}, /* Cookie may be missing */
        {"GET / HTTP/1.1\n\n404\nServer: Varnish\n", "SYNTHETIC inferred - -; -",
         "UNKNOWN none - -; -"}, /* Via may be missing */
        {"GET / HTTP/1.1\n\n302\nVia: 1.1 proxy\n", "UNCACHEABLE inferred - response-status; -",
         "UNKNOWN none - -; -"}, /* max-age may be missing */
        {"GET / HTTP/1.1\nAuthorization: x\n\n200\nVia: 1.1 proxy\n",
         "BYPASS inferred - request-authorization; -", "UNKNOWN none - -; -"},
    };
    CHECK(rows);
}

static void a_line_that_is_there_still_counts(void **state)
{
    (void)state;
    static const struct case_row rows[] = {
        {"GET / HTTP/1.1\n\n200\nAge: 9\n", "HIT inferred - age-positive; -",
         "HIT inferred - age-positive; -; weak"},
        {"POST / HTTP/1.1\n\n200\n", "NONE inferred - request-method; -",
         "NONE inferred - request-method; -"},
        {"GET / HTTP/1.1\n\n200\nVia: 1.1 p\nCache-Control: no-store\n",
         "UNCACHEABLE inferred - response-no-store; -",
         "UNCACHEABLE inferred - response-no-store; -; weak"},
        /* a cache nearer to the client writes its line behind this one */
        {"GET / HTTP/1.1\n\n200\nX-Cache: MISS\n", "MISS stated generic -; generic=MISS",
         "MISS stated generic -; generic=MISS; weak"},
    };
    CHECK(rows);
}

static void findings_are_not_made_of_missing_lines(void **state)
{
    (void)state;
    struct ct_verdict verdict;
    char line[256];
    static const char text[] = "GET / HTTP/1.1\n\n200\nCache-Control: max-age=60\n";
    classify(text, 0, &verdict, line);
    assert_true((verdict.findings >> CT_FINDING_NO_VALIDATOR & 1) != 0);
    assert_true((verdict.findings >> CT_FINDING_DATE_SKEW & 1) != 0);
    for (size_t k = 0; k < N_DOUBTS; k++) {
        classify(text, UINT32_C(1) << doubts[k], &verdict, line);
        assert_int_equal(verdict.findings, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_line_proves_nothing),
        cmocka_unit_test(a_line_that_is_there_still_counts),
        cmocka_unit_test(findings_are_not_made_of_missing_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
