/* SPDX-License-Identifier: Apache-2.0 */
/* What would have to change: a text for every reason and outcome, right for the product. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "cache/advice.h"
#include "support/txn.h"
#include "support/verdict.h"

static struct ct_verdict verdict_of(enum ct_outcome outcome, enum ct_reason reason)
{
    struct ct_verdict verdict = vx_verdict(outcome);
    verdict.reason = reason;
    return verdict;
}

/* ---- the table -------------------------------------------------------------------------- */

static void every_reason_has_words_and_an_advice_of_its_own(void **state)
{
    struct vx_stage *stage = *state;
    struct ct_txn *txn = tx_new(stage->fields, "GET /\n\n200\n");
    assert_null(ct_cache_reason_help(CT_REASON_NOT_GIVEN));
    assert_null(ct_cache_reason_help(CT_REASON_COUNT));
    for (int i = CT_REASON_NOT_GIVEN + 1; i < CT_REASON_COUNT; i++) {
        struct ct_verdict verdict = verdict_of(CT_OUTCOME_UNKNOWN, (enum ct_reason)i);
        const struct ct_advice_row *row = ct_cache_advice_find(txn, &verdict);
        if (row == NULL || row->reason != i) {
            fail_msg("no advice for the reason %s", ct_cache_reason_name((enum ct_reason)i));
        }
        if (ct_cache_reason_help((enum ct_reason)i) == NULL) {
            fail_msg("no words for the reason %s", ct_cache_reason_name((enum ct_reason)i));
        }
    }
    tx_free(txn);
}

static void every_outcome_has_an_advice_where_no_reason_is_known(void **state)
{
    struct vx_stage *stage = *state;
    struct ct_txn *txn = tx_new(stage->fields, "GET /\n\n200\n");
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        struct ct_verdict verdict = verdict_of((enum ct_outcome)i, CT_REASON_NOT_GIVEN);
        const struct ct_advice_row *row = ct_cache_advice_find(txn, &verdict);
        assert_non_null(row);
        assert_int_equal(row->outcome, i);
    }
    tx_free(txn);
}

static const char *const samples[] = {
    "GET /\n\n200\n",
    "GET /\n\n",
    "GET /?q\n\n200\nCache-Control: max-age=60\n",
    "GET /\nCookie: x\n\n200\nCache-Control: max-age=60\nETag: \"a\"\n",
    "GET /\n\n200\nCache-Control: max-age=60\n",
    "GET /?q\n\n200\n",
    "GET /\nCookie: x\n\n200\n",
    "GET /\n\n200\nETag: \"a\"\n",
    "GET /\n\n200\nCache-Control: no-cache\nETag: \"a\"\n",
    "GET /\n\n200\nCache-Control: no-store\n",
    "GET /\n\n200\nCache-Control: max-age=0\n",
    "GET /\n\n200\nVary: *\n",
    "POST /\n\n200\n",
};

#define N_SAMPLES (sizeof samples / sizeof samples[0])

/* Whether any transaction and verdict that a row allows leads to it. */
static bool is_reached(struct vx_stage *stage, const struct ct_advice_row *row)
{
    int outcome_from = row->outcome < CT_OUTCOME_COUNT ? row->outcome : 0;
    int outcome_to = row->outcome < CT_OUTCOME_COUNT ? row->outcome : CT_OUTCOME_COUNT - 1;
    int reason_from = row->reason < CT_REASON_COUNT ? row->reason : 0;
    int reason_to = row->reason < CT_REASON_COUNT ? row->reason : CT_REASON_COUNT - 1;
    bool found = false;
    for (size_t i = 0; i < N_SAMPLES * 4 && !found; i++) {
        struct ct_txn *txn = tx_new(stage->fields, samples[i / 4]);
        for (int o = outcome_from; o <= outcome_to && !found; o++) {
            for (int r = reason_from; r <= reason_to && !found; r++) {
                struct ct_verdict verdict = verdict_of((enum ct_outcome)o, (enum ct_reason)r);
                verdict.dialect = row->dialect;
                verdict.age_s = i % 2 == 0 ? -1 : 90;
                verdict.marks = i % 4 < 2 ? 0 : 1u << CT_MARK_NOT_STORED;
                found = ct_cache_advice_find(txn, &verdict) == row;
            }
        }
        tx_free(txn);
    }
    return found;
}

static void no_row_stands_in_the_shade_of_another(void **state)
{
    struct vx_stage *stage = *state;
    const struct ct_advice_row *row = NULL;
    size_t bad = 0;
    for (size_t i = 0; (row = ct_cache_advice_row(i)) != NULL; i++) {
        if (!is_reached(stage, row)) {
            print_message("never reached: %s\n", row->text);
            bad++;
        }
    }
    assert_int_equal(bad, 0);
}

static bool is_dialect(const struct vx_stage *stage, const char *name)
{
    const char *known = NULL;
    for (size_t i = 0; (known = ct_cache_dialect_name(stage->cache, i)) != NULL; i++) {
        if (strcmp(known, name) == 0) {
            return true;
        }
    }
    return false;
}

static void texts_name_only_what_there_is(void **state)
{
    struct vx_stage *stage = *state;
    static const char *const values[] = {
#define X(name) "{" #name "}",
        CT_ADVICE_VALUES(X)
#undef X
    };
    const struct ct_advice_row *row = NULL;
    for (size_t i = 0; (row = ct_cache_advice_row(i)) != NULL; i++) {
        assert_true(row->dialect == NULL || is_dialect(stage, row->dialect));
        assert_true(strlen(row->text) < CT_ADVICE_MAX / 2);
        for (const char *at = strchr(row->text, '{'); at != NULL; at = strchr(at + 1, '{')) {
            bool known = false;
            for (size_t v = 0; v < sizeof values / sizeof values[0]; v++) {
                known = known || strncmp(at, values[v], strlen(values[v])) == 0;
            }
            if (!known) {
                fail_msg("no such value: %s", at);
            }
        }
        for (const char *at = row->text; *at != '\0'; at++) {
            assert_true(*at >= ' ' && *at < 0x7f);
        }
    }
}

/* ---- for transactions ------------------------------------------------------------------- */

struct row {
    const char *text; /* as for tx_new */
    const char *want; /* in the advice */
};

static const struct row advised[] = {
    {"GET /\n\n200\nX-Cache-Status: HIT\nServer: nginx\n", "Nothing: it is a hit."},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: MISS\nSet-Cookie: a=b\n",
     "nginx stores no response with Set-Cookie"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: MISS\nCache-Control: private, max-age=60\n",
     "says \"Cache-Control: private, max-age=60\": if it is the same for everybody, send "
     "\"public, s-maxage=60\" instead"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: MISS\nCache-Control: no-store\n",
     "send \"public, s-maxage=N\" instead"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: MISS\nCache-Control: no-cache\n",
     "nginx stores no response with no-cache"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: MISS\n", "only by proxy_cache_valid"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: MISS\nCache-Control: max-age=300\n",
     "it may be stored for 300 s"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: BYPASS\n", "proxy_cache_bypass"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: EXPIRED\nETag: \"a\"\n"
     "Cache-Control: max-age=5\n",
     "proxy_cache_revalidate on"},
    {"GET /\n\n200\nServer: nginx\nX-Cache-Status: EXPIRED\nCache-Control: max-age=5\n",
     "proxy_cache_use_stale updating"},
    {"GET /\nCookie: secret\n\n200\nX-Varnish: 52\nAge: 0\nVia: 1.1 varnish (Varnish/7.1)\n"
     "Cache-Control: max-age=60\n",
     "Varnish's built-in VCL passes every request with a Cookie"},
    {"GET /\nAuthorization: x\n\n200\nX-Varnish: 52\nAge: 0\n"
     "Via: 1.1 varnish (Varnish/7.1)\nCache-Control: max-age=60\n",
     "Varnish's built-in VCL passes requests with Authorization"},
    {"GET /\n\n503 Backend fetch failed\nServer: Varnish\nX-Varnish: 52\nAge: 0\n"
     "Via: 1.1 varnish (Varnish/7.1)\n",
     "Within grace (beresp.grace)"},
    {"GET /\n\n200\nServer: cloudflare\nCF-Cache-Status: DYNAMIC\nCache-Control: max-age=90\n",
     "a Cache Rule that makes the path eligible for cache. The response itself may be stored "
     "for 90 s."},
    {"GET /\n\n200\nServer: cloudflare\nCF-Cache-Status: DYNAMIC\nCache-Control: no-store\n",
     "and a response that may be stored"},
    {"GET /\n\n200\nServer: cloudflare\nCF-Cache-Status: BYPASS\nSet-Cookie: a=b\n",
     "Cloudflare stores no response with Set-Cookie"},
    {"GET /\n\n200\nX-Cache: Miss from cloudfront\nVia: 1.1 x.cloudfront.net (CloudFront)\n",
     "CloudFront says Miss for what it never stores as well"},
    {"GET /\n\n200\nX-Cache: Miss from cloudfront\nCache-Control: max-age=60\n",
     "if it was asked for the first time (stored for 60 s)"},
    {"GET /\n\n200\nX-Cache: CONFIG_NOCACHE\nX-Azure-Ref: 0abc\n", "enable caching there"},
    {"GET /\nCache-Control: no-cache\n\n200\nX-Cache: MISS from proxy\n"
     "X-Cache-Lookup: HIT from proxy:3128\nVia: 1.1 proxy (squid/5.7)\n",
     "asked with \"Cache-Control: no-cache\""},
    {"GET /\n\n200\nCache-Status: Edge; fwd=uri-miss; stored\nCache-Control: max-age=60\n",
     "this URI was asked for the first time, and may be stored for 60 s"},
    {"GET /\n\n200\nCache-Status: Edge; fwd=stale; fwd-status=200\nCache-Control: max-age=60\n"
     "ETag: \"a\"\n",
     "older than its lifetime of 60 s"},
    {"GET /\n\n200\nCache-Status: Edge; fwd=vary-miss\nVary: User-Agent\n",
     "other values of \"Vary: User-Agent\""},
    {"GET /\n\n200\nX-Cache: HIT\nVary: *\n", "Nothing: it is a hit"},
    {"GET /\n\n200\nVia: 1.1 proxy (squid/5.7)\nAge: 0\nVary: *\n", "says \"Vary: *\""},
    {"POST /\n\n200\nVia: 1.1 proxy (squid/5.7)\n", "Nothing, by design: POST is not answered"},
    {"POST /\n\n200\nX-Cache: MISS from proxy\nX-Cache-Lookup: MISS from proxy:3128\n"
     "Via: 1.1 proxy (squid/5.7)\nCache-Control: no-store\n",
     "Nothing, by design: POST is not answered"},
    {"GET /\n\n200\nX-Cache: MISS from proxy\nX-Cache-Lookup: HIT from proxy:3128\n"
     "Via: 1.1 proxy (squid/5.7)\nVary: *\n",
     "says \"Vary: *\""},
    {"GET /\nAuthorization: x\n\n200\nVia: 1.1 proxy (squid/5.7)\n",
     "only with public, s-maxage or must-revalidate"},
    {"GET /\n\n302\nVia: 1.1 proxy\n", "Status 302 is stored only with an explicit lifetime"},
    {"GET /\n\n200\nAge: 100\nCache-Control: max-age=60\nVia: 1.1 proxy (squid/5.7)\n",
     "Age 100 s, lifetime 60 s"},
    {"GET /\n\n200\nX-Cache: Lukewarm\n", "the cache says \"Lukewarm\""},
    {"GET /\n\n200\n", "nothing in the response shows that a cache answered"},
    {"GET /\n\n", "no response was seen"},
};

static void the_advice_is_right_for_the_product_and_has_its_values(void **state)
{
    struct vx_stage *stage = *state;
    for (size_t i = 0; i < sizeof advised / sizeof advised[0]; i++) {
        struct ct_txn *txn = tx_new(stage->fields, advised[i].text);
        struct ct_verdict verdict;
        char advice[CT_ADVICE_MAX];
        ct_cache_classify(stage->cache, txn, &verdict);
        size_t n = ct_cache_advice(txn, &verdict, advice, sizeof advice);
        assert_int_equal(n, strlen(advice));
        if (strstr(advice, advised[i].want) == NULL) {
            fail_msg("%s\nis %s %s %s\nadvice: %s\nwanted: %s", advised[i].text,
                     ct_cache_outcome_name(verdict.outcome),
                     verdict.dialect != NULL ? verdict.dialect : "-",
                     verdict.reason != 0 ? ct_cache_reason_name(verdict.reason) : "-", advice,
                     advised[i].want);
        }
        if (strstr(advice, "secret") != NULL) {
            fail_msg("a secret: %s", advice);
        }
        tx_free(txn);
    }
}

static void hostile_values_are_made_safe_and_cut(void **state)
{
    struct vx_stage *stage = *state;
    char input[4096];
    int n = snprintf(input, sizeof input,
                     "GET /\n\n200\nCache-Control: no-store, x=\033[2J\xff\xc2\x9b%0400d\n", 7);
    assert_true(n > 400);
    struct ct_txn *txn = tx_new(stage->fields, input);
    struct ct_verdict verdict = verdict_of(CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_NO_STORE);
    char whole[CT_ADVICE_MAX];
    (void)ct_cache_advice(txn, &verdict, whole, sizeof whole);
    assert_non_null(strstr(whole, "x=\\x1b[2J\\xff\\xc2\\x9b0000"));
    assert_non_null(strstr(whole, "000...\": if it is"));
    for (size_t size = 1; size < sizeof whole; size++) {
        char *out = malloc(size); /* the sanitizer sees what is written behind it */
        assert_non_null(out);
        size_t got = ct_cache_advice(txn, &verdict, out, size);
        assert_true(got < size && out[got] == '\0');
        struct ct_span span = ct_span_of(out);
        for (size_t at = 0; at < span.n;) {
            size_t length = ct_base_utf8_length(span, at);
            assert_true(length > 0 && !ct_base_utf8_control(span.p + at, length));
            at += length;
        }
        free(out);
    }
    tx_free(txn);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, vx_stage_setup, vx_stage_teardown)
    const struct CMUnitTest tests[] = {
        WITH(every_reason_has_words_and_an_advice_of_its_own),
        WITH(every_outcome_has_an_advice_where_no_reason_is_known),
        WITH(no_row_stands_in_the_shade_of_another),
        WITH(texts_name_only_what_there_is),
        WITH(the_advice_is_right_for_the_product_and_has_its_values),
        WITH(hostile_values_are_made_safe_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
