/* SPDX-License-Identifier: Apache-2.0 */
/* --where and --assert: the fields that they have, and what they say of real values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cachetap/output.h"
#include "output/keys.h"
#include "output/where.h"
#include "support/txn.h"

struct bench {
    struct ct_fields *fields;
    struct ct_cache *cache;
    struct ct_txn *txn;
    struct ct_verdict verdict;
};

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    bench->fields = ct_http_fields_new();
    bench->cache = ct_cache_new(bench->fields, NULL);
    bench->txn = tx_new(bench->fields, "GET /a/b.css?v=1\n"
                                       "Host: www.example.com\n"
                                       "User-Agent: curl/8\n"
                                       "Cookie: secret=1\n"
                                       "\n"
                                       "200\n"
                                       "Content-Type: text/css\n"
                                       "Set-Cookie: secret=2\n"
                                       "X-Varnish: 10 9\n"
                                       "Age: 5\n"
                                       "Server: nginx\n"
                                       "X-Cache-Status: EXPIRED\n");
    ct_cache_classify(bench->cache, bench->txn, &bench->verdict);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    tx_free(bench->txn);
    ct_cache_free(bench->cache);
    ct_http_fields_free(bench->fields);
    free(bench);
    return 0;
}

static bool match(const struct bench *bench, const char *text)
{
    char message[CT_QUERY_MESSAGE_MAX];
    struct ct_where *where = ct_output_where_new(text, message);
    if (where == NULL) {
        fail_msg("%s: %s", text, message);
    }
    bool result = ct_output_where_match(where, bench->fields, bench->txn, &bench->verdict);
    ct_output_where_free(where);
    return result;
}

static void test_every_key_of_the_json_is_a_field(void **state)
{
    (void)state;
    const struct ct_query_fields *fields = ct_output_where_fields();
    const struct ct_record_key *key = NULL;
    for (size_t i = 0; (key = ct_output_key(i)) != NULL; i++) {
        const char *name = NULL;
        enum ct_query_kind kind;
        for (size_t k = 0; (name = fields->name(k, &kind)) != NULL; k++) {
            if (strcmp(name, key->name) == 0) {
                break;
            }
        }
        if (name == NULL) {
            fail_msg("%s is no field of --where", key->name);
        }
    }
}

/* Every field can be asked, whatever kind of value its key has. */
static void test_every_field_has_a_value_or_none(void **state)
{
    struct bench *bench = *state;
    const struct ct_query_fields *fields = ct_output_where_fields();
    const char *name = NULL;
    enum ct_query_kind kind;
    size_t n_true = 0;
    for (size_t i = 0; (name = fields->name(i, &kind)) != NULL; i++) {
        n_true += match(bench, name) ? 1 : 0;
    }
    assert_true(n_true > 25);
}

static void test_values_are_those_of_the_record(void **state)
{
    struct bench *bench = *state;
    static const char *const texts[] = {
        "host=www.example.com",
        "uri=/a/*.css*",
        "method=get",
        "status=200",
        "status_code>=200",
        "agent~^curl",
        "type=text/css",
        "cache=expired",
        "cache=miss",
        "class=miss",
        "cache_status=EXPIRED",
        "basis=stated",
        "dialect=nginx",
        "age=5",
        "age>=5s",
        "ttfb>0",
        "tier=hit",
        "tier=nginx",
        "tier=varnish",
        "evidence=x-cache-status",
        "evidence=EXPIRED",
        "reason=expired-replaced",
        "not finding=no-such-finding",
        "version=1.1",
    };
    static const char *const others[] = {
        "cache=hit", "status>=500", "age>5", "tier=bypass", "evidence=*secret*", "note=midstream",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (!match(bench, texts[i])) {
            fail_msg("%s: expected a match", texts[i]);
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (match(bench, others[i])) {
            fail_msg("%s: expected no match", others[i]);
        }
    }
}

static bool holds(const struct ct_snapshot *snapshot, const char *text)
{
    char message[CT_QUERY_MESSAGE_MAX];
    struct ct_assertion *assertion = ct_output_assertion_new(text, message);
    if (assertion == NULL) {
        fail_msg("%s: %s", text, message);
    }
    bool result = ct_output_assertion_holds(assertion, snapshot);
    ct_output_assertion_free(assertion);
    return result;
}

static void test_assertions(void **state)
{
    (void)state;
    struct ct_snapshot *now = calloc(1, sizeof *now);
    assert_non_null(now);
    assert_false(holds(now, "hit_ratio>=0")); /* nothing was counted */
    assert_false(holds(now, "hit_ratio<=1"));
    assert_false(holds(now, "miss_ttfb_p99<1h"));
    now->transactions = 10;
    now->ratios.client_requests = (struct ct_ratio){8, 2};
    now->ratios.client_bytes = (struct ct_ratio){1, 3};
    now->counts.n[CT_OUTCOME_HIT] = 7;
    now->counts.n[CT_OUTCOME_STALE] = 1;
    now->counts.n[CT_OUTCOME_EXPIRED] = 2;
    now->by_status_class[5] = 3;
    now->ttfb[CT_CLASS_MISS] = (struct ct_quantiles){2, 1000000, 2000000, 3000000, 4000000};
    now->records_lost = 1;
    now->capture.n_ifaces = 1;
    now->capture.ifaces[0].kernel_drops = 2;
    now->capture.ifaces[0].interface_drops = 4;
    assert_true(holds(now, "hit_ratio>=80% hit_ratio<=0.8"));
    assert_true(holds(now, "byte_hit_ratio=25%"));
    assert_true(holds(now, "hit=8 miss=2 bypass=0 EXPIRED=2 STALE=1"));
    assert_true(holds(now, "status_5xx=3 and transactions=10"));
    assert_true(
        holds(now, "miss_ttfb_p50=1ms miss_ttfb_p90=2ms miss_ttfb_p99=3ms miss_ttfb_max=4ms"));
    assert_true(holds(now, "dropped=7"));
    assert_false(holds(now, "hit_ratio>80%"));
    assert_false(holds(now, "origin_hit_ratio>=0"));
    free(now);
}

static void test_every_field_of_assertions_can_be_asked(void **state)
{
    (void)state;
    struct ct_snapshot *now = calloc(1, sizeof *now);
    const char *name = NULL;
    const char *help = NULL;
    size_t n = 0;
    assert_non_null(now);
    for (size_t i = 0; (name = ct_output_assertion_field(i, &help)) != NULL; i++) {
        assert_false(holds(now, name)); /* all is 0 */
        assert_true(strlen(help) > 0);
        n++;
    }
    assert_true(n > 40);
    free(now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_of_the_json_is_a_field),
        cmocka_unit_test_setup_teardown(test_every_field_has_a_value_or_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values_are_those_of_the_record, setup, teardown),
        cmocka_unit_test(test_assertions),
        cmocka_unit_test(test_every_field_of_assertions_can_be_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
