/* SPDX-License-Identifier: Apache-2.0 */
/* Cache problems: for each a transaction that shows it, and one nearby that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/txn.h"
#include "support/verdict.h"

#include "cachetap/cache.h"

/* 2026-11-21 04:00:00 UTC, the capture time of every response here. */
#define NOW_NS INT64_C(1795233600000000000)
#define DATE   "Date: Sat, 21 Nov 2026 04:00:00 GMT\n"

struct row {
    enum ct_finding finding;
    bool shows;
    const char *text; /* header lines of a response 200 to GET /, or "@" and a transaction */
};

static uint64_t findings_of(const struct vx_stage *stage, const char *text)
{
    struct ct_verdict verdict;
    struct ct_txn *txn = vx_txn(stage, text);
    txn->request.first_ns = txn->request.head_ns = txn->request.last_ns = NOW_NS;
    txn->response.first_ns = txn->response.head_ns = txn->response.last_ns = NOW_NS;
    ct_cache_classify(stage->cache, txn, &verdict);
    tx_free(txn);
    return verdict.findings;
}

static void check(const struct row *rows, size_t n)
{
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        bool shows = (findings_of(&stage, rows[i].text) >> rows[i].finding & 1) != 0;
        if (shows != rows[i].shows) {
            print_error("%s %s\n%s\n", ct_cache_finding_name(rows[i].finding),
                        shows ? "is shown by" : "is not shown by", rows[i].text);
            wrong++;
        }
    }
    vx_stage_fini(&stage);
    assert_int_equal(wrong, 0);
}

#define CHECK(rows)  check(rows, sizeof(rows) / sizeof(rows)[0])
#define YES(finding) CT_FINDING_##finding, true
#define NO(finding)  CT_FINDING_##finding, false

static void cookies_and_credentials(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(SET_COOKIE_ON_CACHEABLE), "Cache-Control: max-age=60\nSet-Cookie: a=b"},
        {YES(SET_COOKIE_ON_CACHEABLE), "Cache-Control: public\nSet-Cookie: a=b\nX-Cache: HIT"},
        {NO(SET_COOKIE_ON_CACHEABLE), "Cache-Control: private, max-age=60\nSet-Cookie: a=b"},
        {NO(SET_COOKIE_ON_CACHEABLE), "Cache-Control: max-age=0\nSet-Cookie: a=b"},
        {NO(SET_COOKIE_ON_CACHEABLE), "Cache-Control: max-age=60"},
        {YES(AUTHORIZATION_BYPASS),
         "@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\nCache-Control: max-age=60\n"},
        {NO(AUTHORIZATION_BYPASS),
         "@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\nCache-Control: public, max-age=60\n"},
        {NO(AUTHORIZATION_BYPASS), "Cache-Control: max-age=60"},
        {YES(AUTHORIZATION_CACHED), "@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\n"
                                    "Cache-Control: max-age=60\nX-Cache-Status: HIT\n"},
        {NO(AUTHORIZATION_CACHED), "@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\n"
                                   "Cache-Control: s-maxage=60\nX-Cache-Status: HIT\n"},
        {NO(AUTHORIZATION_CACHED), "@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\n"
                                   "Cache-Control: max-age=60\nX-Cache-Status: MISS\n"},
    };
    CHECK(rows);
}

static void validators(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(NO_VALIDATOR), "Cache-Control: max-age=60"},
        {YES(NO_VALIDATOR), "Cache-Control: no-cache"},
        {NO(NO_VALIDATOR), "Cache-Control: max-age=60\nETag: \"a\""},
        {NO(NO_VALIDATOR),
         "Cache-Control: max-age=60\nLast-Modified: Sat, 21 Nov 2026 04:00:00 GMT"},
        {NO(NO_VALIDATOR), "Cache-Control: max-age=604800"},
        {NO(NO_VALIDATOR), "Cache-Control: no-store, no-cache"},
        {YES(VALIDATOR_IGNORED),
         "@GET / HTTP/1.1\nIf-None-Match: \"x\", W/\"a\"\n\n200\nETag: \"a\"\n"},
        {NO(VALIDATOR_IGNORED), "@GET / HTTP/1.1\nIf-None-Match: \"x\"\n\n200\nETag: \"a\"\n"},
        {NO(VALIDATOR_IGNORED), "@GET / HTTP/1.1\nIf-None-Match: \"a\"\n\n304\nETag: \"a\"\n"},
        {YES(VALIDATOR_IGNORED),
         "@GET / HTTP/1.1\nIf-Modified-Since: Sat, 21 Nov 2026 04:00:00 GMT\n\n200\n"
         "Last-Modified: Sat, 21 Nov 2026 04:00:00 GMT\n"},
        {NO(VALIDATOR_IGNORED),
         "@GET / HTTP/1.1\nIf-Modified-Since: Sat, 21 Nov 2026 03:00:00 GMT\n\n200\n"
         "Last-Modified: Sat, 21 Nov 2026 04:00:00 GMT\n"},
        {NO(VALIDATOR_IGNORED), /* If-None-Match goes first (RFC 9110 section 13.2.2) */
         "@GET / HTTP/1.1\nIf-None-Match: \"x\"\n"
         "If-Modified-Since: Sat, 21 Nov 2026 04:00:00 GMT\n\n200\nETag: \"a\"\n"
         "Last-Modified: Sat, 21 Nov 2026 04:00:00 GMT\n"},
        {YES(UNSOLICITED_304), "@GET / HTTP/1.1\n\n304\nETag: \"a\"\n"},
        {YES(UNSOLICITED_304), "@GET / HTTP/1.1\nIf-None-Match: \"b\"\n\n304\nETag: \"a\"\n"},
        {NO(UNSOLICITED_304),
         "@GET / HTTP/1.1\nIf-None-Match: \"b\", W/\"a\"\n\n304\nETag: \"a\"\n"},
        {NO(UNSOLICITED_304), "@GET / HTTP/1.1\nIf-None-Match: *\n\n304\nETag: \"a\"\n"},
        {NO(UNSOLICITED_304), "@GET / HTTP/1.1\nIf-None-Match: \"b\"\n\n304\n"},
        {NO(UNSOLICITED_304),
         "@GET / HTTP/1.1\nIf-None-Match: \"b\"\nIf-None-Match: \"a\"\n\n304\nETag: \"a\"\n"},
        {NO(UNSOLICITED_304), "@\n304\nETag: \"a\"\n"}, /* the request was not seen */
    };
    CHECK(rows);
}

static void vary(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(VARY_USER_AGENT), "Vary: Accept-Encoding, user-agent"},
        {NO(VARY_USER_AGENT), "Vary: Accept-Encoding"},
        {YES(VARY_STAR), "Vary: *"},
        {NO(VARY_STAR), "Vary: Accept-Encoding"},
        {YES(VARY_COOKIE_OR_MANY), "Vary: Cookie\nCache-Control: public"},
        {NO(VARY_COOKIE_OR_MANY), "Vary: Cookie\nCache-Control: max-age=9"},
        {YES(VARY_COOKIE_OR_MANY), "Vary: a, b, c, d"},
        {NO(VARY_COOKIE_OR_MANY), "Vary: a, b, c"},
        {YES(VARY_COOKIE_OR_MANY), "Vary: Host"},
    };
    CHECK(rows);
}

static void directives(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(TTL_SPLIT), "Cache-Control: max-age=60, s-maxage=600"},
        {NO(TTL_SPLIT), "Cache-Control: max-age=60, s-maxage=60"},
        {NO(TTL_SPLIT), "Cache-Control: s-maxage=60"},
        {YES(PRAGMA_IN_RESPONSE), "Pragma: no-cache"},
        {NO(PRAGMA_IN_RESPONSE), "@GET / HTTP/1.1\nPragma: no-cache\n\n200\n"},
        {YES(CONTRADICTORY_CONTROL), "Cache-Control: no-cache, max-age=60"},
        {YES(CONTRADICTORY_CONTROL), "Cache-Control: no-store, s-maxage=60"},
        {YES(CONTRADICTORY_CONTROL), "Cache-Control: public, private"},
        {NO(CONTRADICTORY_CONTROL), "Cache-Control: no-cache, max-age=0"},
        {NO(CONTRADICTORY_CONTROL), "Cache-Control: no-cache=\"Set-Cookie\", max-age=60"},
        {YES(REDUNDANT_DIRECTIVES), "Cache-Control: no-store, no-cache"},
        {YES(REDUNDANT_DIRECTIVES), "Cache-Control: max-age=0, post-check=0, pre-check=0"},
        {YES(REDUNDANT_DIRECTIVES),
         DATE "Cache-Control: max-age=60\nExpires: Sat, 21 Nov 2026 04:01:00 GMT"},
        {NO(REDUNDANT_DIRECTIVES), "Cache-Control: no-store"},
        {NO(REDUNDANT_DIRECTIVES),
         DATE "Cache-Control: max-age=60\nExpires: Sat, 21 Nov 2026 04:02:00 GMT"},
        {YES(LONG_TTL_UNVERSIONED),
         "@GET /app.js HTTP/1.1\n\n200\nCache-Control: max-age=31536000\n"},
        {NO(LONG_TTL_UNVERSIONED),
         "@GET /app.3f9a2b.js HTTP/1.1\n\n200\nCache-Control: max-age=31536000\n"},
        {NO(LONG_TTL_UNVERSIONED),
         "@GET /app.js?v=7 HTTP/1.1\n\n200\nCache-Control: max-age=31536000\n"},
        {NO(LONG_TTL_UNVERSIONED),
         "@GET /app.js HTTP/1.1\n\n200\nCache-Control: max-age=31536000, immutable\n"},
        {NO(LONG_TTL_UNVERSIONED), "@GET /app.js HTTP/1.1\n\n200\nCache-Control: max-age=3600\n"},
        {YES(PRIVATE_SHARED_MIXUP), "Cache-Control: private, s-maxage=60"},
        {NO(PRIVATE_SHARED_MIXUP), "Cache-Control: private, max-age=60"},
        {YES(DIRECTIVE_MISSPELT), "Cache-Control: max_age=60"},
        {YES(DIRECTIVE_MISSPELT), "Cache-Control: max-age: 60"},
        {YES(DIRECTIVE_MISSPELT), "Cache-Control: must-revalidated"},
        {YES(DIRECTIVE_MISSPELT), "Cache-Control: public; max-age=60"},
        {YES(DIRECTIVE_MISSPELT), "Cache-Control: max-age=60; public"},
        {YES(DIRECTIVE_MISSPELT), "Cache-Control: max-age=soon"},
        {NO(DIRECTIVE_MISSPELT), "Cache-Control: public, max-age=60, no-cache=\"a, b\""},
        {NO(DIRECTIVE_MISSPELT), "Cache-Control: public, x-own=\"a;b\""},
    };
    CHECK(rows);
}

static void freshness(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(HEURISTIC_FRESHNESS), "Last-Modified: Sat, 21 Nov 2026 03:00:00 GMT"},
        {NO(HEURISTIC_FRESHNESS),
         "Last-Modified: Sat, 21 Nov 2026 03:00:00 GMT\nCache-Control: max-age=0"},
        {NO(HEURISTIC_FRESHNESS),
         "@GET / HTTP/1.1\n\n500\nLast-Modified: Sat, 21 Nov 2026 03:00:00 GMT\n"},
        {NO(HEURISTIC_FRESHNESS),
         "@POST / HTTP/1.1\n\n200\nLast-Modified: Sat, 21 Nov 2026 03:00:00 GMT\n"},
        {NO(HEURISTIC_FRESHNESS), "ETag: \"a\""},
        {YES(NO_FRESHNESS), "ETag: \"a\""},
        {NO(NO_FRESHNESS), "Cache-Control: no-cache"},
        {NO(NO_FRESHNESS), "Last-Modified: Sat, 21 Nov 2026 03:00:00 GMT"},
        {YES(EXPIRES_INVALID), "Expires: never"},
        {NO(EXPIRES_INVALID), "Expires: 0"},
        {NO(EXPIRES_INVALID), "Expires: -1"},
        {YES(EXPIRES_INVALID),
         DATE "Cache-Control: max-age=60\nExpires: Thu, 01 Jan 1970 00:00:00 GMT"},
        {NO(EXPIRES_INVALID),
         DATE "Cache-Control: max-age=60\nExpires: Sat, 21 Nov 2026 04:01:30 GMT"},
        {NO(EXPIRES_INVALID), "Expires: Sat, 21 Nov 2026 04:01:30 GMT"},
    };
    CHECK(rows);
}

static void date_and_age(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(DATE_SKEW), "Cache-Control: no-store"},
        {YES(DATE_SKEW), "X-Cache: MISS\nDate: Sat, 21 Nov 2026 03:59:50 GMT"},
        {YES(DATE_SKEW), "X-Cache: MISS\nDate: Sat, 21 Nov 2026 04:00:10 GMT"},
        {NO(DATE_SKEW), "X-Cache: MISS\n" DATE},
        {NO(DATE_SKEW), "X-Cache: HIT\nDate: Sat, 21 Nov 2026 03:00:00 GMT"},
        {NO(DATE_SKEW), "Age: 600\nDate: Sat, 21 Nov 2026 03:50:00 GMT"},
        {YES(DATE_AGE_DISAGREE), "Age: 600\n" DATE},
        {NO(DATE_AGE_DISAGREE), "Age: 600\nDate: Sat, 21 Nov 2026 03:50:00 GMT"},
        {NO(DATE_AGE_DISAGREE), "Age: 2\n" DATE},
        {YES(AGE_MALFORMED), "Age: soon"},
        {YES(AGE_MALFORMED), "Age: -1"},
        {YES(AGE_MALFORMED), "Age: 3\nAge: 4"},
        {YES(AGE_MALFORMED), "Age: 31536001"},
        {NO(AGE_MALFORMED), "Age: 31536000"},
    };
    CHECK(rows);
}

static void what_was_served(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(NO_STORE_SERVED), "X-Cache: HIT\nCache-Control: no-store"},
        {YES(NO_STORE_SERVED), "X-Cache: STALE\nCache-Control: private"},
        {NO(NO_STORE_SERVED), "X-Cache: MISS\nCache-Control: no-store"},
        {NO(NO_STORE_SERVED), "X-Magento-Cache-Debug: HIT\nCache-Control: no-store"},
        /* a field for networks goes before Cache-Control (RFC 9213), except for who has no eyes for
           it */
        {NO(NO_STORE_SERVED),
         "CF-Cache-Status: HIT\nCache-Control: no-store\nCDN-Cache-Control: max-age=60"},
        {YES(NO_STORE_SERVED),
         "CF-Cache-Status: HIT\nCache-Control: no-store\nCDN-Cache-Control: no-store"},
        {YES(NO_STORE_SERVED),
         "X-Cache-Status: HIT\nCache-Control: no-store\nCDN-Cache-Control: max-age=60"},
        {NO(STALE_UNLABELLED),
         "X-Cache: HIT\nAge: 90\nCache-Control: max-age=60\nSurrogate-Control: max-age=600"},
        {YES(STALE_UNLABELLED), "X-Cache: HIT\nAge: 90\nCache-Control: max-age=60"},
        {NO(STALE_UNLABELLED), "X-Cache: HIT\nAge: 60\nCache-Control: max-age=60"},
        {NO(STALE_UNLABELLED), "X-Cache: STALE\nAge: 90\nCache-Control: max-age=60"},
        {NO(STALE_UNLABELLED),
         "X-Cache: HIT\nAge: 90\nCache-Control: max-age=60, stale-while-revalidate=60"},
        {NO(STALE_UNLABELLED),
         "X-Vercel-Cache: HIT\nAge: 90\nCache-Control: public, max-age=0, must-revalidate"},
        {YES(STALE_FORBIDDEN), "X-Cache: STALE\nCache-Control: max-age=60, must-revalidate"},
        {YES(STALE_FORBIDDEN), "X-Cache: UPDATING\nCache-Control: s-maxage=60"},
        {NO(STALE_FORBIDDEN), "X-Cache: STALE\nCache-Control: max-age=60"},
        {NO(STALE_FORBIDDEN), "X-Cache: HIT\nCache-Control: max-age=60, must-revalidate"},
        {YES(ERROR_RESPONSE_CACHED), "@GET / HTTP/1.1\n\n503\nX-Cache: HIT\n"},
        {YES(ERROR_RESPONSE_CACHED),
         "@GET / HTTP/1.1\n\n404\nX-Cache: HIT\nCache-Control: max-age=86400\n"},
        {NO(ERROR_RESPONSE_CACHED),
         "@GET / HTTP/1.1\n\n404\nX-Cache: HIT\nCache-Control: max-age=60\n"},
        {NO(ERROR_RESPONSE_CACHED), "@GET / HTTP/1.1\n\n503\nX-Cache: MISS\n"},
        {YES(TEMPORARY_REDIRECT_CACHED), "@GET / HTTP/1.1\n\n302\nX-Cache: HIT\n"},
        {YES(TEMPORARY_REDIRECT_CACHED), "@GET / HTTP/1.1\n\n307\nCache-Control: max-age=3600\n"},
        {NO(TEMPORARY_REDIRECT_CACHED), "@GET / HTTP/1.1\n\n302\nCache-Control: max-age=60\n"},
        {NO(TEMPORARY_REDIRECT_CACHED), "@GET / HTTP/1.1\n\n301\nX-Cache: HIT\n"},
        {YES(RANGE_MISBEHAVES), "@GET / HTTP/1.1\nRange: bytes=0-1\n\n206\nETag: \"a\"\n"},
        {NO(RANGE_MISBEHAVES),
         "@GET / HTTP/1.1\nRange: bytes=0-1\n\n206\nContent-Range: bytes 0-1/9\n"},
        {NO(RANGE_MISBEHAVES), "@GET / HTTP/1.1\nRange: bytes=0-1,3-4\n\n206\n"
                               "Content-Type: multipart/byteranges; boundary=x\n"},
    };
    CHECK(rows);
}

static void several_caches(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {YES(TIER_DISAGREEMENT), "CF-Cache-Status: DYNAMIC\nX-Cache-Status: HIT"},
        {YES(TIER_DISAGREEMENT), "X-Cache: HIT, BYPASS"},
        {NO(TIER_DISAGREEMENT), "CF-Cache-Status: HIT\nX-Cache-Status: BYPASS"}, /* a fossil */
        {NO(TIER_DISAGREEMENT), "X-Cache: HIT, MISS"},
        {YES(CONTRADICTORY_STATUS), "X-Varnish: 55 53\nX-Cache: MISS"},
        {YES(CONTRADICTORY_STATUS), "X-Cache: Hit from cloudfront"}, /* it sends Age with hits */
        {NO(CONTRADICTORY_STATUS), "X-Cache: Hit from cloudfront\nAge: 4"},
        {NO(CONTRADICTORY_STATUS), "CF-Cache-Status: HIT"}, /* filled from another tier */
        {NO(CONTRADICTORY_STATUS), "X-Varnish: 55 53\nX-Cache: HIT"},
        {YES(CACHE_LOOP), "@GET / HTTP/1.1\n\n508\nServer: x\n"},
        {YES(CACHE_LOOP), "Via: 1.1 a.example (x), 1.1 b.example, 1.1 a.example"},
        {NO(CACHE_LOOP), "Via: 1.1 a.example, 1.1 b.example"},
        {NO(CACHE_LOOP), "Via: 1.1 varnish, 1.1 varnish"}, /* every node has this name */
        {YES(INTERNAL_HEADER_LEAK), "Surrogate-Control: max-age=60"},
        {YES(INTERNAL_HEADER_LEAK), "X-Accel-Expires: 60"},
        {YES(INTERNAL_HEADER_LEAK), "X-Cache-Key: /L/1168/123456/1h/www.example.com/x"},
        {NO(INTERNAL_HEADER_LEAK), "X-Cache: HIT"},
        {NO(INTERNAL_HEADER_LEAK), "@GET / HTTP/1.1\nSurrogate-Control: max-age=60\n\n200\n"},
    };
    CHECK(rows);
}

static void a_good_response_shows_nothing(void **state)
{
    (void)state;
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    assert_int_equal(findings_of(&stage, DATE "Cache-Control: public, max-age=600\nETag: \"a\"\n"
                                              "Vary: Accept-Encoding\nAge: 0\nX-Cache: MISS"),
                     0);
    assert_int_equal(findings_of(&stage, "@POST /x HTTP/1.1\nX-Cache: HIT\n"), 0);
    vx_stage_fini(&stage);
}

static void every_finding_has_its_texts(void **state)
{
    (void)state;
    for (int i = 0; i < CT_FINDING_COUNT; i++) {
        assert_non_null(ct_cache_finding_name((enum ct_finding)i));
        assert_non_null(ct_cache_finding_advice((enum ct_finding)i));
        assert_non_null(ct_cache_severity_name(ct_cache_finding_severity((enum ct_finding)i)));
    }
    assert_null(ct_cache_finding_name(CT_FINDING_COUNT));
    assert_null(ct_cache_severity_name(CT_SEVERITY_COUNT));
    assert_string_equal(ct_cache_severity_name(CT_SEVERITY_ERROR), "error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cookies_and_credentials),
        cmocka_unit_test(validators),
        cmocka_unit_test(vary),
        cmocka_unit_test(directives),
        cmocka_unit_test(freshness),
        cmocka_unit_test(date_and_age),
        cmocka_unit_test(what_was_served),
        cmocka_unit_test(several_caches),
        cmocka_unit_test(a_good_response_shows_nothing),
        cmocka_unit_test(every_finding_has_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
