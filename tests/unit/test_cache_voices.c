/* SPDX-License-Identifier: Apache-2.0 */
/* Several fields of one cache, and tiers whose place the nodes' names tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

static void via_orders_the_tiers_that_it_names(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        /* a proxy that puts its line before those it received */
        {"X-Cache: MISS from outer\nX-Cache: HIT from inner\nVia: 1.1 inner, 1.1 outer",
         "MISS stated generic shield-hit; inner=HIT outer=MISS; tier=shield"},
        {"X-Cache: MISS from outer\nX-Cache: HIT from inner\nVia: 1.1 inner\nVia: 1.1 outer (x)",
         "MISS stated generic shield-hit; inner=HIT outer=MISS; tier=shield"},
        {"X-Cache: HIT from outer:3128\nX-Cache: MISS from inner:3128\nVia: 1.1 inner, 1.1 outer",
         "HIT stated generic -; inner:3128=MISS~ outer:3128=HIT; fossil"},
        {"X-Cache: HIT from edge, MISS from mid, MISS from back\n"
         "Via: 1.1 back, 1.1 mid (a, b), 1.1 edge",
         "HIT stated generic -; back=MISS~ mid=MISS~ edge=HIT; fossil"},
        /* also against the rank of the field */
        {"Cache-Status: edge; fwd=uri-miss\nX-Cache: HIT from back\nVia: 1.1 edge, 1.1 back",
         "HIT stated generic -; edge=MISS~ back=HIT; fossil"},
        /* a name that is only the start of another is not named */
        {"X-Cache: MISS from out\nX-Cache: HIT from inner\nVia: 1.1 inner, 1.1 outer",
         "HIT stated generic -; out=MISS~ inner=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void two_fields_with_one_name_are_one_cache(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: proxy.example; hit; ttl=3\nX-Cache: HIT from proxy.example:3128",
         "HIT stated rfc9211 -; proxy.example=HIT"},
        /* the standard field tells more */
        {"X-Cache: HIT from proxy.example\nCache-Status: proxy.example; fwd=stale; fwd-status=304",
         "REVALIDATED stated rfc9211 validated; proxy.example=REVALIDATED"},
        {"X-Cache: HIT from proxy.example\nCache-Status: proxy.example; fwd=uri-miss",
         "MISS stated rfc9211 uri-not-stored; proxy.example=MISS; disagree"},
        {"Via: http/1.1 ats (ApacheTrafficServer/9.2.9 [cSsNfU])\nX-Cache: MISS from ats",
         "REVALIDATED stated trafficserver validated; ats=REVALIDATED; disagree"},
        {"Cache-Status: proxy; fwd=whim\nX-Cache: HIT from proxy",
         "HIT stated rfc9211 -; proxy=HIT"},
        {"Cache-Status: a; hit\nX-Cache: MISS from b",
         "HIT stated rfc9211 -; b=MISS~ a=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void the_fields_of_one_network_are_one_tier(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: MISS\nX-Served-By: cache-fra19170-FRA\nX-Fastly-State: PASS",
         "BYPASS stated fastly -; cache-fra19170-FRA=BYPASS"},
        {"X-Cache: MISS, HIT\nX-Served-By: cache-jfk1-JFK, cache-fra1-FRA\nX-Cache-Hits: 0, 4\n"
         "X-Fastly-State: HIT-STALE",
         "STALE stated fastly -; cache-jfk1-JFK=MISS(0)~ cache-fra1-FRA=STALE(4); fossil"},
        {"X-Cache: HIT\nX-Served-By: cache-fra1-FRA\nX-Fastly-State: HIT-SYNTH",
         "SYNTHETIC stated fastly -; cache-fra1-FRA=SYNTHETIC"},
        {"X-Cache: HIT\nX-Served-By: cache-fra1-FRA\nX-Fastly-State: MISS",
         "MISS stated fastly -; cache-fra1-FRA=MISS; disagree"},
        {"Server: CDN77-Turbo\nX-Cache: HIT\nX-77-Cache: HIT", "HIT stated cdn77 -; cdn77=HIT"},
        {"Server: CDN77-Turbo\nX-Cache: MISS\nX-77-Cache: HIT",
         "HIT stated cdn77 -; cdn77=HIT; disagree"},
        {"x-hcs-proxy-type: 1\nx-h-cache-status: HIT\nnginx-hit: 1",
         "HIT stated huawei -; huawei=HIT"},
        {"X-Bdcdn-Cache-Status: TCP_HIT\nX-Response-Cache: edge_hit\n"
         "X-Tt-Trace-Tag: id=16;cdn-cache=hit;type=static",
         "HIT stated bytedance -; bytedance=HIT"},
        /* two of a kind that stand behind each other */
        {"X-LSADC-Cache: miss\nX-LiteSpeed-Cache: hit",
         "HIT stated litespeed -; litespeed=MISS~ litespeed=HIT; fossil"},
        {"CF-Cache-Status: HIT\nki-cf-cache-status: BYPASS",
         "HIT stated cloudflare -; cloudflare=BYPASS~ cloudflare=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void a_copied_word_is_no_tier_of_its_own(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Drupal-Cache: MISS\nX-Cache: MISS",
         "MISS stated drupal -; drupal=MISS; tier=application"},
        {"X-Kinsta-Cache: HIT\nX-Cache: HIT", "HIT stated kinsta -; kinsta=HIT"},
        {"X-Nextjs-Cache: HIT\nX-Cache: MISS",
         "MISS stated generic shield-hit; nextjs=HIT generic=MISS; tier=shield"},
        {"X-Drupal-Cache: HIT\nX-Cache: quux",
         "UNKNOWN stated generic unrecognised-status; drupal=HIT generic=UNKNOWN"},
    };
    VX_CHECK(rows);
}

static void hubspot_stands_behind_cloudflare(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"CF-Cache-Status: DYNAMIC\nx-hs-cf-cache-status: HIT",
         "DYNAMIC stated cloudflare not-eligible; hubspot=HIT cloudflare=DYNAMIC"},
        {"x-hs-cf-cache-status: STALE",
         "STALE stated hubspot stale-if-error; hubspot=STALE; stale-cause=error"},
    };
    VX_CHECK(rows);
}

static void cache_status_of_products(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: \"Fastly\"; hit", "HIT stated fastly -; Fastly=HIT"},
        /* the operator's own name, in Souin's manner of writing */
        {"Server: Caddy\nCache-Status: Front; hit; ttl=9; key=GET-http-h-/p?x=1",
         "HIT stated souin -; Front=HIT; lenient"},
        {"Server: Caddy\nCache-Status: Front; hit; ttl=9", "HIT stated rfc9211 -; Front=HIT"},
        /* hit and fwd exclude each other */
        {"Cache-Status: a; hit; fwd=miss", "HIT stated rfc9211 -; a=HIT; disagree"},
        {"Cache-Status: a; fwd=whim; detail=NO-STORE-DIRECTIVE",
         "UNCACHEABLE stated rfc9211 response-no-store; a=UNCACHEABLE"},
        /* what came from the store came from there, whatever else happened */
        {"Cache-Status: a; hit; detail=\"NO-STORE-DIRECTIVE ignored\"",
         "HIT stated rfc9211 -; a=HIT"},
        {"Cache-Status: Souin; hit; fwd=stale; fwd-status=503; detail=SERVE-HTTP-ERROR",
         "STALE stated souin stale-if-error; Souin=STALE; stale-cause=error"},
        {"Cache-Status: \"Netlify Edge\"; hit", "HIT stated netlify -; Netlify Edge=HIT"},
        {"Cache-Status: \"Netlify Edge\"; fwd=stale",
         "EXPIRED stated netlify expired-replaced; Netlify Edge=EXPIRED"},
        {"Cache-Status: \"Netlify Edge\"; fwd=bypass",
         "BYPASS stated netlify config-bypass; Netlify Edge=BYPASS"},
        {"Cache-Status: \"Netlify Edge\"; fwd=method",
         "BYPASS stated netlify request-method; Netlify Edge=BYPASS"},
        {"@GET / HTTP/1.1\n\n404\nCache-Status: \"Netlify Edge\"; fwd=miss; fwd-status=404\n",
         "MISS stated netlify -; Netlify Edge=MISS"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(via_orders_the_tiers_that_it_names),
        cmocka_unit_test(two_fields_with_one_name_are_one_cache),
        cmocka_unit_test(the_fields_of_one_network_are_one_tier),
        cmocka_unit_test(a_copied_word_is_no_tier_of_its_own),
        cmocka_unit_test(hubspot_stands_behind_cloudflare),
        cmocka_unit_test(cache_status_of_products),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
