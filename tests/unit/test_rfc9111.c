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
    VX_CHECK(rows);
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
    VX_CHECK(rows);
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
    VX_CHECK(rows);
}

static void authorization_bypasses_unless_the_response_allows(void **state)
{
    (void)state;
#define AUTH "@GET / HTTP/1.1\nAuthorization: Bearer x\n\n200\n"
    static const struct vx_row rows[] = {
        {AUTH, "UNKNOWN none - -; -"},
        {AUTH "Cache-Control: max-age=60\n", "UNKNOWN none - -; -"},
        {AUTH PROXY "Cache-Control: max-age=60\n", "BYPASS inferred - request-authorization; -"},
        {AUTH "Via: 1.1 varnish\nCache-Control: max-age=60\n",
         "UNKNOWN none - -; -"}, /* Fastly stores it all the same */
        {AUTH "Cache-Control: public, max-age=60\n", "UNKNOWN none - -; -"},
        {AUTH "Cache-Control: s-maxage=60\n", "UNKNOWN none - -; -"},
        {AUTH "Cache-Control: must-revalidate\n", "UNKNOWN none - -; -"},
        {AUTH "Age: 7\n", "HIT inferred - age-positive; -"},
    };
    VX_CHECK(rows);
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
    VX_CHECK(rows);
}

static void an_age_of_the_wait_is_none(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 1\nVia: http/1.1 ats (ApacheTrafficServer/9.2.9)", "UNKNOWN none - -; -"},
        {"Age: 2\nVia: http/1.1 ats (ApacheTrafficServer/9.2.9)",
         "HIT inferred - age-positive; -; weak"},
        {"Age: 1\nVia: 1.1 v (Varnish/7.1)", "HIT inferred - age-positive; -"},
    };
    VX_CHECK(rows);
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
    VX_CHECK(rows);
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
    VX_CHECK(rows);
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
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n504\nServer: squid/5.7\nAge: 9\n"
         "X-Squid-Error: ERR_ONLY_IF_CACHED_MISS 0\nWarning: 110 squid/5.7 \"Response is stale\"\n",
         "SYNTHETIC inferred - request-only-if-cached; -"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n200\nServer: ATS/9.2.5\nAge: 0\n",
         "MISS inferred - age-zero; -; weak"},
        {"@GET / HTTP/1.1\nAuthorization: x\n\n200\nVia: 1.1 s (squid/5.7)\nAge: 0\n",
         "HIT inferred - age-zero; -; weak"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n200\nVia: 1.1 proxy\n",
         "HIT inferred - request-only-if-cached; -; weak"},
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
    VX_CHECK(rows);
}

static void a_store_that_is_cut_off_says_so(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Warning: 112 - \"cut off\"", "HIT inferred - -; -"},
        {"Warning: 113 - \"guessed\"", "HIT inferred - -; -"},
        {"Warning: 113 - \"guessed\", 110 - \"stale\"", "STALE inferred - -; -"},
        {"Warning: 214 - \"transformed\"", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

static void staleness_goes_by_what_is_allowed(void **state)
{
    (void)state;
#define STALE_BY(request, response) \
    "@GET / HTTP/1.1\n" request "\n200\nAge: 70\nCache-Control: max-age=60" response "\n"
    static const struct vx_row rows[] = {
        {STALE_BY("", ", stale-while-revalidate=60"),
         "UPDATING inferred - stale-while-revalidate; -; stale-cause=while-revalidate"},
        {STALE_BY("", ", stale-while-revalidate=60, must-revalidate"), "STALE inferred - -; -"},
        {STALE_BY("", ", stale-if-error=60, proxy-revalidate"), "STALE inferred - -; -"},
        {STALE_BY("", ", stale-if-error=5"), "STALE inferred - -; -"},
        {STALE_BY("Cache-Control: max-stale=60\n", ""),
         "STALE inferred - -; -; stale-cause=max-stale"},
        {STALE_BY("Cache-Control: max-stale=5\n", ""), "STALE inferred - -; -"},
        {STALE_BY("Cache-Control: min-fresh=5\n", ""), "STALE inferred - -; -"},
        /* must-understand: no-store is for who does not understand (section 5.2.2.3) */
        {PROXY "Cache-Control: no-store, must-understand", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n599\n" PROXY "Cache-Control: no-store, must-understand\n",
         "UNCACHEABLE inferred - response-no-store; -"},
    };
    VX_CHECK(rows);
}

static void lifetimes_conflict_repeat_and_overflow(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 61\nCache-Control: max-age=60, max-age=90", "STALE inferred - -; -"},
        {"Age: 61\nCache-Control: max-age=90, max-age=60", "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=90\nCache-Control: max-age=60",
         "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=90, no-store", "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: s-maxage=60, max-age=90", "STALE inferred - -; -"},
        {"Age: 61\nCache-Control: max-age=99999999999999999999", "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=\"90\"", "HIT inferred - age-positive; -"},
        {"Age: 61\nCache-Control: max-age=-1", "STALE inferred - -; -; weak"},
        {"Age: 61\nCache-Control: max-age", "STALE inferred - -; -; weak"},
        {"Age: 61\nCache-Control: max-age=90\nExpires: 0", "HIT inferred - age-positive; -"},
        {"Age: 61\nPragma: no-cache", "HIT inferred - age-positive; -"},
    };
    VX_CHECK(rows);
}

static void what_is_not_decided_stays_unknown(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        /* nginx: no Age of its own, Date stamped anew */
        {"Server: nginx\nDate: Tue, 14 Nov 2023 22:13:20 GMT\nConnection: keep-alive\nAge: 100",
         "UNKNOWN none - -; -"},
        {"Server: nginx\nDate: x\nConnection: keep-alive\n" PROXY, "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nAuthorization: x\n\n200\nServer: nginx\nConnection: close\n" PROXY,
         "UNKNOWN none - -; -"},
        /* made now by an origin that sends an Age of its own */
        {"Via: 1.1 s (squid/5.7)\nDate: Tue, 14 Nov 2023 22:13:20 GMT\nAge: 100",
         "UNKNOWN none - -; -"},
        {"Via: 1.1 s (squid/5.7)\nDate: Tue, 14 Nov 2023 22:11:40 GMT\nAge: 100",
         "HIT inferred - age-positive; -"},
        /* passed or fetched: the operator's rules decide */
        {"@GET / HTTP/1.1\nCookie: a=b\n\n200\nAge: 0\nVia: 1.1 v (Varnish/7.1)\n",
         "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nCookie: a=b\n\n200\nAge: 5\nVia: 1.1 v (Varnish/7.1)\n",
         "HIT inferred - age-positive; -"},
        /* Varnish and the networks do not know only-if-cached */
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n200\nVia: 1.1 v (Varnish/7.1)\n",
         "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n200\nAge: 0\n"
         "Via: 1.1 s (squid/5.7)\n",
         "HIT inferred - request-only-if-cached; -"},
        /* the request's own wishes do not show what was done */
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\n" PROXY, "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\nAge: 4\n",
         "HIT inferred - age-positive; -"},
        {"@GET / HTTP/1.1\nCache-Control: no-store\n\n200\n" PROXY, "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\nRange: bytes=0-1\n\n206\n" PROXY, "UNKNOWN none - -; -"},
        {PROXY "Set-Cookie: a=b", "UNKNOWN none - -; -"},
        {PROXY "Vary: Accept-Encoding", "UNKNOWN none - -; -"},
        {PROXY "Cache-Control: no-cache", "UNKNOWN none - -; -"},
        {PROXY "Cache-Control: no-cache=\"Set-Cookie\"", "UNKNOWN none - -; -"},
        {PROXY "Cache-Control: max-age=0, must-revalidate", "UNKNOWN none - -; -"},
        {PROXY "Cache-Control: immutable, max-age=9", "UNKNOWN none - -; -"},
        {PROXY "Expires: Tue, 14 Nov 2023 22:13:20 GMT", "UNKNOWN none - -; -"},
        {PROXY "Pragma: no-cache", "UNKNOWN none - -; -"},
        {PROXY "Last-Modified: Tue, 14 Nov 2023 20:13:20 GMT", "UNKNOWN none - -; -"},
        {PROXY "Date: Tue, 14 Nov 2023 20:13:20 GMT", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

static void pages_of_varnish_and_squid_are_their_own(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Server: Varnish", "SYNTHETIC inferred - -; -"},
        {"Server: Varnish\nVia: 1.1 v (Varnish/7.1)", "UNKNOWN none - -; -"},
        {"@GET / HTTP/1.1\n\n403\nServer: squid/5.7\nVia: 1.1 s (squid/5.7)\n",
         "SYNTHETIC inferred - denied; -"},
        {"@GET / HTTP/1.1\n\n502\nServer: squid/5.7\nVia: 1.1 s (squid/5.7)\n",
         "ERROR inferred - origin-unreachable; -"},
        {"@GET / HTTP/1.1\n\n500\nAge: 0\nVia: 1.1 s (squid/5.7)\n",
         "HIT inferred - age-zero; -; weak"},
    };
    VX_CHECK(rows);
}

/* RFC 9213: who knows the field does not look at Cache-Control, and who that is does not show. */
static void a_field_for_networks_makes_cache_control_weak(void **state)
{
    (void)state;
#define FOR_NETWORKS "CDN-Cache-Control: max-age=600\n"
    static const struct vx_row rows[] = {
        {PROXY FOR_NETWORKS "Cache-Control: no-store",
         "UNCACHEABLE inferred - response-no-store; -; weak"},
        {PROXY FOR_NETWORKS "Age: 0\nCache-Control: private",
         "UNCACHEABLE inferred - response-private; -; weak"},
        {PROXY "CDN-Cache-Control: no-store\nCache-Control: no-store",
         "UNCACHEABLE inferred - response-no-store; -"},
        {PROXY FOR_NETWORKS "Vary: *", "UNCACHEABLE inferred - response-vary-star; -"},
        {FOR_NETWORKS "Age: 61\nCache-Control: max-age=60", "STALE inferred - -; -; weak"},
        {PROXY "Surrogate-Control: max-age=600\nCache-Control: no-store",
         "UNCACHEABLE inferred - response-no-store; -; weak side=origin"},
        /* what was said stands, but not why */
        {FOR_NETWORKS "CF-Cache-Status: MISS\nCache-Control: no-store",
         "MISS stated cloudflare -; cloudflare=MISS"},
        {FOR_NETWORKS "X-Cache-Status: MISS\nCache-Control: no-store",
         "MISS stated nginx response-no-store; nginx=MISS; stored=no"},
    };
    VX_CHECK(rows);
}

/* Fastly stores 302, CloudFront takes Authorization off before it asks: no certain word. */
static void networks_have_rules_of_their_own(void **state)
{
    (void)state;
#define CLOUDFRONT "Via: 1.1 0a1b2c.cloudfront.net (CloudFront)\n"
    static const struct vx_row rows[] = {
        {"@GET / HTTP/1.1\n\n302\nVia: 1.1 varnish\n",
         "UNCACHEABLE inferred - response-status; -; weak"},
        {"@GET / HTTP/1.1\n\n302\nVia: 1.1 v (Varnish/7.1)\n",
         "UNCACHEABLE inferred - response-status; -"},
        {AUTH CLOUDFRONT, "BYPASS inferred - request-authorization; -; weak"},
        {AUTH "Via: 1.1 s (squid/5.7)\n", "BYPASS inferred - request-authorization; -"},
    };
    VX_CHECK(rows);
}

/* Most proxies and networks put their name on the origin's error pages as well. */
static void an_error_page_with_the_name_of_who_passed_it_on_is_anybodys(void **state)
{
    (void)state;
#define PAGE(status, server) "@GET / HTTP/1.1\n\n" status "\nServer: " server "\n"
    static const struct vx_row rows[] = {
        {PAGE("503", "envoy") "x-envoy-upstream-service-time: 3\n", "UNKNOWN none - -; -"},
        {PAGE("502", "Caddy"), "UNKNOWN none - -; -"},
        {PAGE("502", "hcdn"), "UNKNOWN none - -; -"},
        {PAGE("504", "ECAcc (dcd/7D6B)"), "UNKNOWN none - -; -"},
        {PAGE("502", "TencentEdgeOne"), "UNKNOWN none - -; -"},
        {PAGE("502", "ATS/9.2.5"), "UNKNOWN none - -; -"},
        {PAGE("502", "CloudFront"), "ERROR inferred - origin-unreachable; -"},
        {PAGE("504", "AkamaiGHost"), "ERROR inferred - origin-timeout; -"},
        {PAGE("503", "Varnish"), "ERROR inferred - origin-unreachable; -"},
    };
    VX_CHECK(rows);
}

static void the_side_is_told_by_the_request(void **state)
{
    (void)state;
#define FROM(field) "@GET / HTTP/1.1\n" field "\n\n200\n"
    static const struct vx_row rows[] = {
        {FROM("Via: 1.1 edge"), "UNKNOWN none - -; -; side=origin"},
        {FROM("CDN-Loop: x"), "UNKNOWN none - -; -; side=origin"},
        {FROM("X-Varnish: 7"), "UNKNOWN none - -; -; side=origin"},
        {FROM("CF-Ray: 7"), "UNKNOWN none - -; -; side=origin"},
        {FROM("Fastly-FF: x"), "UNKNOWN none - -; -; side=origin"},
        {"X-Accel-Expires: 60", "UNKNOWN none - -; -; side=origin"},
        {"Surrogate-Control: max-age=60", "UNKNOWN none - -; -; side=origin"},
        /* what is behind speaks; the client's own word cannot be of this request */
        {FROM("CF-Connecting-IP: 192.0.2.9") "Server: nginx\nX-Cache-Status: MISS\n",
         "MISS stated nginx -; nginx=MISS; side=origin"},
        {FROM("CF-Ray: 7") "CF-Cache-Status: HIT\nX-Cache-Status: MISS\n",
         "MISS stated nginx shield-hit; cloudflare=HIT nginx=MISS; tier=shield side=origin"},
        {"CF-Cache-Status: HIT\nX-Cache-Status: MISS\n",
         "HIT stated cloudflare -; nginx=MISS~ cloudflare=HIT; fossil"},
        /* 304 to a cache: its own client got REVALIDATED; this server did what it did */
        {"@GET / HTTP/1.1\nVia: 1.1 edge\nIf-None-Match: \"x\"\n\n304\n",
         "UNKNOWN none - not-modified-for-client; -; side=origin"},
    };
    VX_CHECK(rows);
}

static void every_inference_names_its_rule_and_its_evidence(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "GET / HTTP/1.1\n\n200\nAge: 5\n",
        "GET / HTTP/1.1\n\n200\nAge: 5\nCache-Control: max-age=1\n",
        "GET / HTTP/1.1\n\n200\nCache-Control: no-store\n",
        "GET / HTTP/1.1\nAuthorization: x\n\n200\nVia: 1.1 p\n",
        "GET / HTTP/1.1\n\n200\nWarning: 113 - \"x\"\n",
        "GET / HTTP/1.1\n\n200\nServer: Varnish\n",
        "GET / HTTP/1.1\n\n403\nServer: squid/5.7\nVia: 1.1 s (squid/5.7)\n",
        "GET / HTTP/1.1\n\n200\nAge: 0\nVia: 1.1 s (squid/5.7)\n",
        "POST / HTTP/1.1\n\n200\n",
        "GET / HTTP/1.1\n\n500\nVia: 1.1 proxy\n",
        "GET / HTTP/1.1\n\n200\nWarning: 110 - \"x\"\n",
        "GET / HTTP/1.1\nCache-Control: only-if-cached\n\n504\n",
        "GET / HTTP/1.1\n\n200\nAge: 0\n",
    };
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ct_verdict verdict;
        struct ct_txn *txn = tx_new(stage.fields, texts[i]);
        ct_cache_classify(stage.cache, txn, &verdict);
        assert_int_equal(verdict.basis, CT_BASIS_INFERRED);
        assert_non_null(verdict.rule);
        assert_non_null(strstr(verdict.rule, "(RFC "));
        assert_true(verdict.n_evidence > 0);
        assert_null(verdict.dialect);
        tx_free(txn);
    }
    vx_stage_fini(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sign_of_a_cache_nothing_is_said),
        cmocka_unit_test(what_forbids_storing_holds_for_any_shared_cache),
        cmocka_unit_test(methods_outside_caching_are_not_looked_up),
        cmocka_unit_test(authorization_bypasses_unless_the_response_allows),
        cmocka_unit_test(age_tells_of_a_store),
        cmocka_unit_test(an_age_of_the_wait_is_none),
        cmocka_unit_test(age_is_one_integer),
        cmocka_unit_test(not_modified_answers_the_client_not_the_cache),
        cmocka_unit_test(warnings_and_own_answers_of_a_cache),
        cmocka_unit_test(a_store_that_is_cut_off_says_so),
        cmocka_unit_test(staleness_goes_by_what_is_allowed),
        cmocka_unit_test(lifetimes_conflict_repeat_and_overflow),
        cmocka_unit_test(what_is_not_decided_stays_unknown),
        cmocka_unit_test(pages_of_varnish_and_squid_are_their_own),
        cmocka_unit_test(a_field_for_networks_makes_cache_control_weak),
        cmocka_unit_test(networks_have_rules_of_their_own),
        cmocka_unit_test(an_error_page_with_the_name_of_who_passed_it_on_is_anybodys),
        cmocka_unit_test(the_side_is_told_by_the_request),
        cmocka_unit_test(every_inference_names_its_rule_and_its_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
