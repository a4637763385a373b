/* SPDX-License-Identifier: Apache-2.0 */
/* Dialects that a user adds: what they read, what they override, and what hostile values cost. */
#include <pthread.h>
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

/* clang-format off */
static const struct ct_user_value letters[] = {
    {"H", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, CT_USER_STORED_NOT_SAID},
    {"M", CT_OUTCOME_MISS, CT_REASON_COLD, CT_USER_STORED_YES},
    {"P", CT_OUTCOME_BYPASS, CT_REASON_CONFIG_BYPASS, CT_USER_STORED_NO},
};
static const struct ct_user_value any[] = {
    {"off", CT_OUTCOME_BYPASS, CT_REASON_NOT_GIVEN, CT_USER_STORED_NOT_SAID},
    {"*", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, CT_USER_STORED_NOT_SAID},
};
static const struct ct_user_header acme_headers[] = {
    {.name = "X-Acme", .values = letters, .n_values = 3},
    {.name = "X-Acme-Tiers", .list = true, .first_is_nearest = true, .values = letters, .n_values = 3},
    {.name = "X-Acme-Info", .pattern = "^(?<node>[a-z0-9]+); s=(?<status>[A-Z]+)(; n=(?<hits>[0-9]+))?",
     .case_sensitive = true, .values = letters, .n_values = 3},
    {.name = "X-Acme-Words", .list = true, .common_words = true},
    {.name = "X-Acme-Any", .values = any, .n_values = 2},
    {.name = "Server-Timing", .pattern = "acme;desc=(\\w+)", .optional = true, .values = letters, .n_values = 3},
    {.name = "CF-Cache-Status", .values = letters, .n_values = 3},
    {.name = "X-Slow", .pattern = "^(?:(?:a+)+c|(a+)b)$", .values = any, .n_values = 2},
};
static const struct ct_user_header edge_headers[] = {
    {.name = "X-Cache", .values = letters, .n_values = 3},
};
static const struct ct_user_print edge_prints[] = {{"Server", "EdgeBox/", NULL}, {"Via", NULL, "edgebox"}};
static const struct ct_user_header outer_headers[] = {{.name = "X-Outer", .common_words = true}};
static const struct ct_user_header inner_headers[] = {{.name = "X-Inner", .common_words = true}};
static const struct ct_user_dialect dialects[] = {
    {.name = "acme", .rank = 4, .headers = acme_headers, .n_headers = sizeof acme_headers / sizeof acme_headers[0]},
    {.name = "edgebox", .rank = 1, .headers = edge_headers, .n_headers = 1, .prints = edge_prints, .n_prints = 2},
    {.name = "outer", .rank = 0, .headers = outer_headers, .n_headers = 1},
    {.name = "inner", .rank = 8, .headers = inner_headers, .n_headers = 1},
};
/* clang-format on */

static const struct ct_cache_config config = {.dialects = dialects, .n_dialects = 4};

static int set_up(void **state)
{
    static struct vx_stage stage;
    vx_stage_init(&stage, &config);
    *state = &stage;
    return 0;
}

#define HEAD "GET / HTTP/1.1\n\n200\n"

#define CHECK(rows) \
    assert_int_equal(vx_check_rows_in(*state, rows, sizeof(rows) / sizeof(rows)[0]), 0)

static void values_become_outcomes(void **state)
{
    static const struct vx_row rows[] = {
        {"X-Acme: H", "HIT stated acme -; acme=HIT"},
        {"X-Acme: h", "HIT stated acme -; acme=HIT"},
        {"X-Acme: \"M\"", "MISS stated acme cold; acme=MISS; stored=yes"},
        {"X-Acme:  P ", "BYPASS stated acme config-bypass; acme=BYPASS; stored=no"},
        {"X-Acme: Z", "UNKNOWN stated acme unrecognised-status; acme=UNKNOWN"},
        {"X-Acme: HIT", "UNKNOWN stated acme unrecognised-status; acme=UNKNOWN"},
        {"X-Acme: -", "UNKNOWN none - -; -"},
        {"X-Acme-Any: anything", "HIT stated acme -; acme=HIT"},
        {"X-Acme-Any: OFF", "BYPASS stated acme -; acme=BYPASS"},
    };
    CHECK(rows);
}

static void a_pattern_finds_word_node_and_hits(void **state)
{
    static const struct vx_row rows[] = {
        {"X-Acme-Info: fra1; s=H; n=12", "HIT stated acme -; fra1=HIT(12)"},
        {"X-Acme-Info: fra1; s=M", "MISS stated acme cold; fra1=MISS; stored=yes"},
        {"X-Acme-Info: fra1; s=h", "UNKNOWN stated acme unrecognised-status; acme=UNKNOWN"},
        {"X-Acme-Info: fra1; s=X", "UNKNOWN stated acme unrecognised-status; fra1=UNKNOWN"},
        {"X-Acme-Info: nothing like it", "UNKNOWN stated acme unrecognised-status; acme=UNKNOWN"},
    };
    CHECK(rows);
}

static void lists_have_a_near_end(void **state)
{
    static const struct vx_row rows[] = {
        {"X-Acme-Tiers: H, M", "HIT stated acme -; acme=MISS~ acme=HIT; fossil"},
        {"X-Acme-Tiers: M, H", "MISS stated acme cold; acme=HIT acme=MISS; stored=yes tier=shield"},
        {"X-Acme-Words: MISS, HIT from b", "HIT stated acme -; acme=MISS~ b=HIT; fossil"},
        {"X-Acme-Words: Refresh-Hit", "REVALIDATED stated acme validated; acme=REVALIDATED"},
    };
    CHECK(rows);
}

static void a_users_header_wins_over_a_built_in_one(void **state)
{
    static const struct vx_row rows[] = {
        {"CF-Cache-Status: H", "HIT stated acme -; acme=HIT"},
        {"CF-Cache-Status: HIT", "UNKNOWN stated acme unrecognised-status; acme=UNKNOWN"},
        {"Server-Timing: acme;desc=M", "MISS stated acme cold; acme=MISS; stored=yes"},
        {"Server-Timing: cdn-cache;desc=HIT", "HIT stated akamai -; akamai=HIT"},
        {"Server-Timing: acme;desc=Z", "UNKNOWN none - -; -"},
    };
    CHECK(rows);
}

static void fingerprints_tell_where_a_dialect_holds(void **state)
{
    static const struct vx_row rows[] = {
        {"X-Cache: H", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        {"X-Cache: HIT from a", "HIT stated generic -; a=HIT"},
        {"X-Cache: H\nServer: edgebox/3", "HIT stated edgebox -; edgebox=HIT"},
        {"X-Cache: H\nVia: 1.1 x (EdgeBox)", "HIT stated edgebox -; edgebox=HIT"},
        {"X-Cache: H\nServer: other EdgeBox/",
         "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
    };
    CHECK(rows);
}

static void ranks_order_the_tiers(void **state)
{
    static const struct vx_row rows[] = {
        {"X-Outer: MISS\nX-Vercel-Cache: HIT\nX-Inner: MISS",
         "MISS stated outer shield-hit; inner=MISS~ vercel=HIT outer=MISS; tier=shield fossil"},
        {"X-Outer: HIT\nCF-Cache-Status: M\nX-Vercel-Cache: MISS\nServer: Vercel",
         "HIT stated outer -; acme=MISS~ vercel=MISS~ outer=HIT; fossil"},
        {"X-Inner: HIT\nX-Drupal-Cache: MISS",
         "MISS stated drupal shield-hit; inner=HIT drupal=MISS; tier=shield tier=application"},
    };
    CHECK(rows);
}

static void a_users_word_for_a_named_cache_is_the_exact_one(void **state)
{
    static const struct vx_row rows[] = {
        {"X-Acme-Info: fra1; s=M\nX-Cache: HIT from fra1",
         "MISS stated acme cold; fra1=MISS; stored=yes disagree"},
        {"X-Cache: MISS from fra1\nX-Acme-Info: fra1; s=M", "MISS stated acme cold; fra1=MISS;"
                                                            " stored=yes"},
        {"X-Acme-Info: fra1; s=M\nX-Cache: HIT from ams1",
         "HIT stated generic -; fra1=MISS~ ams1=HIT; fossil"},
    };
    CHECK(rows);
}

static struct ct_verdict judge(const struct vx_stage *stage, const char *head, const char *part,
                               size_t count)
{
    struct ct_verdict verdict;
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);
    assert_non_null(file);
    (void)fputs(head, file);
    for (size_t i = 0; i < count; i++) {
        (void)fwrite(part, 1, part[0] != '\0' ? strlen(part) : 1, file); /* "": NUL */
    }
    (void)fputs("b\n", file);
    (void)fclose(file);
    struct ct_txn *txn = tx_new_span(stage->fields, (struct ct_span){(const uint8_t *)text, n});
    ct_cache_classify(stage->cache, txn, &verdict);
    assert_true(verdict.n_tiers <= CT_TIERS_MAX && verdict.n_evidence <= CT_EVIDENCE_MAX);
    tx_free(txn);
    free(text);
    return verdict;
}

/*
 * "(a+)+c" takes 2^n steps to find that it does not fit n times "a" and a "b"; only then comes the
 * part that fits. With bounds that is not waited for.
 */
static void hostile_values_end_as_unknown(void **state)
{
    static const char *const heads[] = {
        HEAD "X-Slow: ",       HEAD "X-Acme: ",      HEAD "X-Acme-Tiers: ",
        HEAD "X-Acme-Words: ", HEAD "X-Acme-Info: ", HEAD "Server-Timing: acme;desc="};
    static const char *const parts[] = {"a", ",", "H,", "", "\"", "(", "\xff", "a;desc=", " "};
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++) {
            (void)judge(*state, heads[i], parts[k], 20000);
        }
    }
    struct ct_verdict v = judge(*state, HEAD "X-Slow: ", "a", 4);
    assert_int_equal(v.outcome, CT_OUTCOME_HIT);
    v = judge(*state, HEAD "X-Slow: ", "a", 20);
    assert_int_equal(v.outcome, CT_OUTCOME_UNKNOWN);
    assert_int_equal(v.reason, CT_REASON_UNRECOGNISED_STATUS);
    assert_int_equal(v.n_evidence, 1);
    v = judge(*state, HEAD "X-Acme-Tiers: ", "H,", 100);
    assert_int_equal(v.n_tiers, CT_TIERS_MAX);
    assert_int_equal(v.tiers_cut, 1);
    assert_int_equal(v.outcome, CT_OUTCOME_HIT);
}

struct worker {
    pthread_t thread;
    const struct ct_cache *cache;
    const struct ct_txn *txn;
    size_t wrong;
};

static void *classify_often(void *user)
{
    struct worker *worker = user;
    for (int i = 0; i < 2000; i++) {
        struct ct_verdict verdict;
        ct_cache_classify(worker->cache, worker->txn, &verdict);
        struct ct_span node = ct_txn_text(worker->txn, verdict.tiers[0].node);
        worker->wrong += verdict.outcome != CT_OUTCOME_HIT || verdict.tiers[0].hits != 12 ||
                         !ct_span_equal(node, ct_span_of("fra1"));
    }
    return NULL;
}

/* Patterns are matched in memory of the call's own. */
static void threads_may_share_the_handle(void **state)
{
    const struct vx_stage *stage = *state;
    struct worker workers[4];
    struct ct_txn *txn = tx_new(stage->fields, HEAD "X-Acme-Info: fra1; s=H; n=12\n");
    for (size_t i = 0; i < 4; i++) {
        workers[i] = (struct worker){.cache = stage->cache, .txn = txn};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, classify_often, &workers[i]), 0);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_int_equal(workers[i].wrong, 0);
    }
    tx_free(txn);
}

static void what_is_out_of_bounds_is_refused(void **state)
{
    (void)state;
    static struct ct_user_header many[CT_USER_HEADERS_MAX + 1];
    static struct ct_user_dialect crowd[CT_USER_DIALECTS_MAX + 1];
    const struct ct_user_header bad_pattern = {.name = "X-A", .pattern = "(a"};
    const struct ct_user_header bad_name = {.name = "X A"};
    for (size_t i = 0; i < sizeof many / sizeof many[0]; i++) {
        many[i].name = "X-A";
    }
    for (size_t i = 0; i < sizeof crowd / sizeof crowd[0]; i++) {
        crowd[i].name = "a";
    }
    const struct ct_user_dialect wrong[] = {
        {.name = "a", .headers = &bad_pattern, .n_headers = 1},
        {.name = "a", .headers = &bad_name, .n_headers = 1},
        {.name = "a", .headers = many, .n_headers = CT_USER_HEADERS_MAX + 1},
        {.name = "a", .rank = CT_USER_RANK_MAX + 1},
    };
    for (size_t i = 0; i <= sizeof wrong / sizeof wrong[0]; i++) {
        bool last = i == sizeof wrong / sizeof wrong[0];
        struct ct_cache_config c = {.dialects = last ? crowd : &wrong[i],
                                    .n_dialects = last ? CT_USER_DIALECTS_MAX + 1 : 1};
        struct ct_fields *fields = ct_http_fields_new();
        assert_null(ct_cache_new(fields, &c));
        ct_http_fields_free(fields);
    }
    char error[128];
    assert_true(ct_cache_pattern_check("a(b)", error, sizeof error));
    assert_false(ct_cache_pattern_check("a(b", error, sizeof error));
    assert_string_equal(error, "missing closing parenthesis, at character 4");
    assert_false(ct_cache_pattern_check("(*UTF)a", error, sizeof error));
}

static void names_are_found_without_case(void **state)
{
    (void)state;
    enum ct_outcome outcome = CT_OUTCOME_UNKNOWN;
    enum ct_reason reason = CT_REASON_NOT_GIVEN;
    assert_true(ct_cache_outcome_find(ct_span_of("negative_hit"), &outcome));
    assert_int_equal(outcome, CT_OUTCOME_NEGATIVE_HIT);
    assert_false(ct_cache_outcome_find(ct_span_of("HITT"), &outcome));
    assert_true(ct_cache_reason_find(ct_span_of("cold"), &reason));
    assert_int_equal(reason, CT_REASON_COLD);
    assert_false(ct_cache_reason_find(ct_span_of(""), &reason));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_outcomes),
        cmocka_unit_test(a_pattern_finds_word_node_and_hits),
        cmocka_unit_test(lists_have_a_near_end),
        cmocka_unit_test(a_users_header_wins_over_a_built_in_one),
        cmocka_unit_test(fingerprints_tell_where_a_dialect_holds),
        cmocka_unit_test(ranks_order_the_tiers),
        cmocka_unit_test(a_users_word_for_a_named_cache_is_the_exact_one),
        cmocka_unit_test(hostile_values_end_as_unknown),
        cmocka_unit_test(threads_may_share_the_handle),
        cmocka_unit_test(what_is_out_of_bounds_is_refused),
        cmocka_unit_test(names_are_found_without_case),
    };
    return cmocka_run_group_tests(tests, set_up, vx_stage_teardown);
}
