/* SPDX-License-Identifier: Apache-2.0 */
/* What RFC 9111 lets one say where no cache speaks, and where it lets one say nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/txn.h"
#include "support/verdict.h"

#define CHECK(rows) assert_int_equal(vx_check_rows(rows, sizeof(rows) / sizeof(rows)[0]), 0)

#define PROXY "Via: 1.1 proxy\n"

static void without_a_sign_of_a_cache_nothing_is_said(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Control: public, max-age=3600", "UNKNOWN none - -; -"},
        {"Cache-Control: public, s-maxage=86400, max-age=3600", "UNKNOWN none - -; -"},
        {"Cache-Control: no-cache", "UNKNOWN none - -; -"},
        {"Cache-Control: max-age=0", "UNKNOWN none - -; -"},
        {"Server: nginx/1.22.1\nETag: \"x\"", "UNKNOWN none - -; -"},
        {"Set-Cookie: a=b", "UNKNOWN none - -; -"},
        {"Vary: User-Agent", "UNKNOWN none - -; -"},
        {"Pragma: no-cache", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\n", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n200\n", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n302\nLocation: /\n", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n503\n", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n", "UNKNOWN none - -; -"},
        {PROXY, "UNKNOWN none - -; -"},
    };
    CHECK(rows);
}

static void what_forbids_storing_holds_for_any_shared_cache(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Control: no-store", "UNCACHEABLE inferred - response-no-store; -; weak"},
        {"Cache-Control: no-store, private", "UNCACHEABLE inferred - response-no-store; -; weak"},
        {"Cache-Control: no-store, public, s-maxage=60, immutable, stale-while-revalidate=9",
         "UNCACHEABLE inferred - response-no-store; -; weak"},
        {"Cache-Control: private, max-age=3600",
         "UNCACHEABLE inferred - response-private; -; weak"},
        {"Vary: *", "UNCACHEABLE inferred - response-vary-star; -; weak"},
        {"Vary: Accept-Encoding, *", "UNCACHEABLE inferred - response-vary-star; -; weak"},
        {PROXY "Cache-Control: no-store", "UNCACHEABLE inferred - response-no-store; -"},
        {PROXY "Cache-Control: private", "UNCACHEABLE inferred - response-private; -"},
        {PROXY "Vary: *", "UNCACHEABLE inferred - response-vary-star; -"},
        /* a list of names forbids those fields only */
        {"Cache-Control: private=\"Set-Cookie\"", "UNKNOWN none - -; -"},
        {"Cache-Control: private=\"Set-Cookie\", private",
         "UNCACHEABLE inferred - response-private; -; weak"},
        {"Cache-Control: NO-STORE", "UNCACHEABLE inferred - response-no-store; -; weak"},
        {"Cache-Control: max-age=9\nCache-Control: no-store",
         "UNCACHEABLE inferred - response-no-store; -; weak"},
        {"Cache-Control: x=\"no-store\"", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n302\nVia: 1.1 proxy\n", "UNCACHEABLE inferred - response-status; -"},
        {"@GET / HTTP/1.1\n\n302\nVia: 1.1 proxy\nCache-Control: max-age=9\n",
         "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n500\nVia: 1.1 proxy\nCache-Control: public\n", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n404\nVia: 1.1 proxy\n", "UNKNOWN none - -; -"},
    };
    CHECK(rows);
}

static void methods_outside_caching_are_not_looked_up(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"@POST /x HTTP/1.1\n\n200\n", "NONE inferred - request-method; -"},
        {"@PUT /x HTTP/1.1\n\n201\n", "NONE inferred - request-method; -"},
        {"@DELETE /x HTTP/1.1\n\n204\n", "NONE inferred - request-method; -"},
        {"@PATCH /x HTTP/1.1\n\n200\nCache-Control: max-age=9\n",
         "NONE inferred - request-method; -"},
        {"@OPTIONS * HTTP/1.1\n\n200\n", "NONE inferred - request-method; -"},
        {"@CONNECT h:443 HTTP/1.1\n\n200\n", "NONE inferred - tunnel; -"},
        {"@GET /ws HTTP/1.1\nUpgrade: websocket\n\n101\n", "NONE inferred - tunnel; -"},
        {"@HEAD /x HTTP/1.1\n\n200\nAge: 5\n", "HIT inferred - age-positive; -"},
        {"@POST /x HTTP/1.1\n\n200\nAge: 5\n", "NONE inferred - request-method; -"},
        {"@get /x HTTP/1.1\n\n200\n", "NONE inferred - request-method; -"},
        /* the request was not seen */
        {"@\n200\nAge: 5\n", "HIT inferred - age-positive; -"},
        {"@\n200\n", "UNKNOWN none - -; -"},
    };
    CHECK(rows);
}

static void authorization_bypasses_unless_the_response_allows(void **state)
{
    (void)state;
#define AUTH "@GET / HTTP/1.1\nAuthorization: Bearer x\n\n200\n"
    static const struct vx_row rows[] = {
        {AUTH, "BYPASS inferred - request-authorization; -; weak"},
        {AUTH "Cache-Control: max-age=60\n", "BYPASS inferred - request-authorization; -; weak"},
        {AUTH PROXY "Cache-Control: max-age=60\n", "BYPASS inferred - request-authorization; -"},
        {AUTH "Via: 1.1 varnish\nCache-Control: max-age=60\n",
         "BYPASS inferred - request-authorization; -; weak"},
        {AUTH "Cache-Control: public, max-age=60\n", "UNKNOWN none - -; -"},
        {AUTH "Cache-Control: s-maxage=60\n", "UNKNOWN none - -; -"},
        {AUTH "Cache-Control: must-revalidate\n", "UNKNOWN none - -; -"},
        {AUTH "Age: 7\n", "HIT inferred - age-positive; -"},
    };
    CHECK(rows);
}

static void age_tells_of_a_store(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 4327", "HIT inferred - age-positive; -"},
        {"Age: 4327\nCache-Control: public, max-age=31536000, immutable",
         "HIT inferred - age-positive; -"},
        {"Age: 10\nCache-Control: no-store", "HIT inferred - age-positive; -"},
        {"Age: 0", "MISS inferred - age-zero; -; weak"},
        {"Age: 0\nCache-Control: no-store", "UNCACHEABLE inferred - response-no-store; -"},
        {"Age: 60\nCache-Control: max-age=60", "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=60", "STALE inferred - -; -"},
        {"Age: 61\nCache-Control: max-age=60, s-maxage=90", "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=60, stale-while-revalidate=10",
         "UPDATING inferred - stale-while-revalidate; -; stale-cause=while-revalidate"},
        {"Age: 71\nCache-Control: max-age=60, stale-while-revalidate=10", "STALE inferred - -; -"},
        {"Age: 71\nCache-Control: max-age=60, stale-while-revalidate=10, stale-if-error=60",
         "STALE inferred - stale-if-error; -; stale-cause=error"},
        {"@GET / HTTP/1.1\nCache-Control: max-stale\n\n200\nAge: 71\nCache-Control: max-age=60\n",
         "STALE inferred - -; -; stale-cause=max-stale"},
        {"Age: 61\nDate: Tue, 14 Nov 2023 22:13:20 GMT\nExpires: Tue, 14 Nov 2023 22:14:20 GMT",
         "STALE inferred - -; -"},
        {"Age: 59\nDate: Tue, 14 Nov 2023 22:13:20 GMT\nExpires: Tue, 14 Nov 2023 22:14:20 GMT",
         "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=60\nX-Amz-Cf-Id: x", "STALE inferred - -; -; weak"},
        {"Age: 61\nCache-Control: max-age=60\nVia: 1.1 a (squid/5.7)", "STALE inferred - -; -"},
        {"Age: 1\nExpires: 0", "STALE inferred - -; -; weak"},
        {"Age: 1\nCache-Control: max-age=0", "STALE inferred - -; -; weak"},
        {"Age: 5\nCache-Control: max-age=soon", "STALE inferred - -; -; weak"},
        {"@GET / HTTP/1.1\nRange: bytes=0-1\n\n206\nAge: 5\n",
         "HIT inferred - age-positive; -; weak"},
        {"Age: 3\nVia: http/1.1 ats (ApacheTrafficServer/9.2.9)",
         "HIT inferred - age-positive; -; weak"},
    };
    CHECK(rows);
}

static void age_is_one_integer(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 5, 7", "HIT inferred - age-positive; -"},
        {"Age: 0, 7", "MISS inferred - age-zero; -; weak"},
        {"Age: -5", "UNKNOWN none - -; -; malformed"},
        {"Age: five", "UNKNOWN none - -; -; malformed"},
        {"Age: 5.5", "UNKNOWN none - -; -; malformed"},
        {"Age: 5 s", "UNKNOWN none - -; -; malformed"},
        {"Age:", "UNKNOWN none - -; -; malformed"},
        {"Age: 99999999999999999999999", "HIT inferred - age-positive; -"},
        {"X-Cache: HIT\nAge: x", "HIT stated generic -; generic=HIT; malformed"},
    };
    CHECK(rows);
}

static void not_modified_answers_the_client_not_the_cache(void **state)
{
    (void)state;
#define IF_NONE "@GET / HTTP/1.1\nIf-None-Match: \"x\"\n\n304\n"
    static const struct vx_row rows[] = {
        {IF_NONE, "UNKNOWN none - not-modified-for-client; -"},
        {IF_NONE PROXY, "UNKNOWN none - not-modified-for-client; -"},
        {IF_NONE "Age: 0\n", "UNKNOWN none - not-modified-for-client; -"},
        {IF_NONE "Age: 9\n", "HIT inferred - age-positive; -"},
        {IF_NONE "X-Cache-Status: MISS\n", "MISS stated nginx -; nginx=MISS"},
        {"@GET / HTTP/1.1\n\n304\n", "UNKNOWN none - not-modified-for-client; -"},
    };
    CHECK(rows);
}

static void warnings_and_own_answers_of_a_cache(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Warning: 110 squid/5.7 \"Response is stale\"", "STALE inferred - -; -"},
        {"Warning: 110 a \"x, y\", 111 a \"Revalidation failed\"",
         "STALE inferred - stale-if-error; -; stale-cause=error"},
        {"Warning: 199 a \"110 111\"", "UNKNOWN none - -; -"},
        {"Warning: 1101 a", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n504\n",
         "SYNTHETIC inferred - request-only-if-cached; -"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n200\nVia: 1.1 proxy\n",
         "HIT inferred - request-only-if-cached; -"},
        {"@GET / HTTP/1.1\n\n503\nX-Squid-Error: ERR_CONNECT_FAIL 111\n",
         "ERROR inferred - origin-error; -"},
        {"@GET / HTTP/1.1\n\n403\nX-Squid-Error: ERR_ACCESS_DENIED 0\n",
         "SYNTHETIC inferred - denied; -"},
        {"@GET / HTTP/1.1\n\n403\nX-Sucuri-Block: 1\n", "SYNTHETIC inferred - denied; -"},
        {"@GET / HTTP/1.1\n\n503\nServer: Varnish\n", "ERROR inferred - origin-unreachable; -"},
        {"@GET / HTTP/1.1\n\n521\nServer: cloudflare\n", "ERROR inferred - origin-unreachable; -"},
        {"@GET / HTTP/1.1\n\n301\nServer: cloudflare\n", "SYNTHETIC inferred - redirect; -; weak"},
        {"@GET / HTTP/1.1\n\n403\nServer: cloudflare\n", "SYNTHETIC inferred - denied; -; weak"},
        {"Via: 1.1 proxy (squid/5.7)", "MISS inferred - -; -"},
        {"Via: 1.1 proxy (squid/5.7)\nAge: 4", "HIT inferred - age-positive; -"},
        {"Via: 1.1 google", "MISS inferred - -; -; weak"},
        {"Via: 1.1 google\nAge: 2187", "HIT inferred - age-positive; -"},
        {"Server: cloudflare\nCF-RAY: 8a1b2c3d4e5f6071-FRA", "UNKNOWN none - -; -"},
    };
    CHECK(rows);
}

static void every_inference_names_its_rule_and_its_evidence(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "GET / HTTP/1.1\n\n200\nAge: 5\n",
        "GET / HTTP/1.1\n\n200\nAge: 5\nCache-Control: max-age=1\n",
        "GET / HTTP/1.1\n\n200\nCache-Control: no-store\n",
        "GET / HTTP/1.1\nAuthorization: x\n\n200\n",
        "POST / HTTP/1.1\n\n200\n",
        "GET / HTTP/1.1\n\n500\nVia: 1.1 proxy\n",
        "GET / HTTP/1.1\n\n200\nWarning: 110 - \"x\"\n",
        "GET / HTTP/1.1\nCache-Control: only-if-cached\n\n504\n",
        "GET / HTTP/1.1\n\n200\nAge: 0\n",
    };
    struct ct_fields *fields = ct_http_fields_new();
    struct ct_cache *cache = ct_cache_new(fields, NULL);
    assert_non_null(cache);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ct_verdict verdict;
        struct ct_txn *txn = tx_new(fields, texts[i]);
        ct_cache_classify(cache, txn, &verdict);
        assert_int_equal(verdict.basis, CT_BASIS_INFERRED);
        assert_non_null(verdict.rule);
        assert_non_null(strstr(verdict.rule, "(RFC "));
        assert_true(verdict.n_evidence > 0);
        assert_null(verdict.dialect);
        tx_free(txn);
    }
    ct_cache_free(cache);
    ct_http_fields_free(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sign_of_a_cache_nothing_is_said),
        cmocka_unit_test(what_forbids_storing_holds_for_any_shared_cache),
        cmocka_unit_test(methods_outside_caching_are_not_looked_up),
        cmocka_unit_test(authorization_bypasses_unless_the_response_allows),
        cmocka_unit_test(age_tells_of_a_store),
        cmocka_unit_test(age_is_one_integer),
        cmocka_unit_test(not_modified_answers_the_client_not_the_cache),
        cmocka_unit_test(warnings_and_own_answers_of_a_cache),
        cmocka_unit_test(every_inference_names_its_rule_and_its_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
