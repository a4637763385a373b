/* SPDX-License-Identifier: Apache-2.0 */
/* Several voices: order, fossils, echoes, and the vectors that mix vendors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

static void the_network_at_the_edge_decides(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Server: cloudflare\nCF-RAY: 8a1b2c3d4e5f6071-FRA\nCF-Cache-Status: DYNAMIC\n"
         "X-Cache-Status: HIT",
         "DYNAMIC stated cloudflare not-eligible; nginx=HIT cloudflare=DYNAMIC"},
        {"CF-Cache-Status: HIT\nX-Cache-Status: MISS",
         "HIT stated cloudflare -; nginx=MISS~ cloudflare=HIT; fossil"},
        {"CF-Cache-Status: REVALIDATED\nX-Cache-Status: HIT",
         "REVALIDATED stated cloudflare validated; nginx=HIT cloudflare=REVALIDATED"},
        {"X-Cache: Miss from cloudfront\nX-Varnish: 5 3\nAge: 12",
         "MISS stated cloudfront shield-hit; varnish=HIT cloudfront=MISS; tier=shield"},
        {"X-Drupal-Cache: HIT\nX-Varnish: 9\nVia: 1.1 varnish",
         "MISS stated varnish shield-hit; drupal=HIT varnish=MISS; tier=shield"},
        {"X-Cache: TCP_MISS from a1-2-3-4.deploy.akamaitechnologies.com "
         "(AkamaiGHost/9.5.1.3-25098137) (-)\nX-Cache-Remote: TCP_HIT from "
         "a2-3-4-5.deploy.akamaitechnologies.com (AkamaiGHost/9.5.1.3-25098137) (-)",
         "MISS stated akamai shield-hit; a2-3-4-5.deploy.akamaitechnologies.com=HIT "
         "a1-2-3-4.deploy.akamaitechnologies.com=MISS; tier=shield"},
        {"Akamai-Cache-Status: Miss from child, Hit from parent",
         "MISS stated akamai shield-hit; parent=HIT child=MISS; tier=shield"},
        {"X-Drupal-Dynamic-Cache: MISS\nX-Drupal-Cache: HIT",
         "HIT stated drupal -; drupal=MISS~ drupal=HIT; tier=application fossil"},
        {"X-Kinsta-Cache: HIT\nki-cf-cache-status: BYPASS",
         "BYPASS stated cloudflare -; kinsta=HIT cloudflare=BYPASS"},
    };
    VX_CHECK(rows);
}

static void of_two_networks_via_or_server_tells_the_nearer(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Server: cloudflare\nCF-Cache-Status: MISS\nX-Cache: Hit from cloudfront\n"
         "Via: 1.1 0a1b2c.cloudfront.net (CloudFront)",
         "HIT stated cloudfront -; cloudflare=MISS~ cloudfront=HIT; fossil"},
        {"Akamai-Cache-Status: Miss from child\nX-Cache: Hit from cloudfront\n"
         "Via: 1.1 0a1b2c.cloudfront.net (CloudFront, for akamai)",
         "HIT stated cloudfront -; child=MISS~ cloudfront=HIT; fossil"},
        {"Server: cloudflare\nX-Cache: Hit from cloudfront\nCF-Cache-Status: MISS",
         "MISS stated cloudflare shield-hit; cloudfront=HIT cloudflare=MISS; tier=shield"},
        {"Server: cloudflare\nCF-Cache-Status: MISS\nX-Cache: Hit from cloudfront",
         "MISS stated cloudflare shield-hit; cloudfront=HIT cloudflare=MISS; tier=shield"},
    };
    VX_CHECK(rows);
}

/* Lists that a network did not write are of who stands behind it. */
static void counters_belong_to_who_writes_them(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: Hit from cloudfront\nAge: 3\nX-Cache-Hits: 0\nX-Served-By: cache-fra1-FRA",
         "HIT stated cloudfront -; cloudfront=HIT"},
        {"X-Azure-Ref: 0abc\nX-Cache: TCP_HIT\nX-Cache-Hits: 0\nX-Served-By: cache-fra1-FRA",
         "HIT stated azure -; azure=HIT"},
        {"X-Cache: HIT, MISS from proxy\nX-Cache-Hits: 7\nX-Cache-Lookup: MISS from proxy:3128",
         "MISS stated squid shield-hit; generic=HIT(7) proxy=MISS; tier=shield"},
    };
    VX_CHECK(rows);
}

static void a_word_for_all_tiers_is_not_the_front_ones_own(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: cp4029 hit, cp4027 pass\nX-Cache-Status: hit-local\n"
         "Server-Timing: cache;desc=\"hit-local\", host;desc=\"cp4027\"",
         "BYPASS stated wikimedia -; cp4029=HIT cp4027=BYPASS"},
        {"X-Cache: cp4029 hit/3, cp4027 miss\nX-Cache-Status: hit-local\n"
         "Server-Timing: cache;desc=\"hit-local\"",
         "MISS stated wikimedia shield-hit; cp4029=HIT(3) cp4027=MISS; tier=shield"},
        {"X-Cache: cp4029 miss, cp4027 hit/9\nX-Cache-Status: hit-front",
         "HIT stated wikimedia -; cp4029=MISS~ cp4027=HIT(9); fossil"},
        {"X-Cache: cp4029 miss, cp4027 int\nX-Cache-Status: int-front",
         "SYNTHETIC stated wikimedia -; cp4029=MISS cp4027=SYNTHETIC"},
    };
    VX_CHECK(rows);
}

static void a_second_tier_alone_does_not_speak_for_the_edge(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache-Remote: TCP_HIT from a2-3-4-5.deploy.akamaitechnologies.com (AkamaiGHost/9) (-)",
         "HIT stated akamai shield-hit; a2-3-4-5.deploy.akamaitechnologies.com=HIT; "
         "tier=shield weak"},
        {"perma-cache: HIT", "HIT stated bunny shield-hit; bunny=HIT; tier=shield weak"},
        {"perma-cache: MISS", "MISS stated bunny -; bunny=MISS"},
        {"CDN-Cache: HIT\nperma-cache: HIT", "HIT stated bunny -; bunny=HIT~ bunny=HIT; fossil"},
    };
    VX_CHECK(rows);
}

/* Cloudflare passes Via on, and adds nothing to it. */
static void cloudflare_stands_before_who_is_last_in_via(void **state)
{
    (void)state;
#define FASTLY "Via: 1.1 varnish\nX-Served-By: cache-fra1-FRA\nX-Cache: HIT\nX-Cache-Hits: 1\n"
    static const struct vx_row rows[] = {
        /* GitHub Pages behind it; its name stands at the end */
        {"Date: x\nContent-Type: text/html\nConnection: keep-alive\n" FASTLY
         "CF-Cache-Status: DYNAMIC\nServer: cloudflare\nCF-RAY: 8a1b2c3d4e5f6071-FRA",
         "DYNAMIC stated cloudflare not-eligible; cache-fra1-FRA=HIT(1) cloudflare=DYNAMIC"},
        {"Date: x\nCF-Cache-Status: HIT\nX-Cache: Miss from cloudfront\n"
         "Via: 1.1 0a1b2c.cloudfront.net (CloudFront)\nServer: cloudflare",
         "HIT stated cloudflare -; cloudfront=MISS~ cloudflare=HIT; fossil"},
        /* elsewhere it does not tell, and Via does */
        {"Content-Type: text/html\nDate: x\nServer: cloudflare\nCF-Cache-Status: MISS\n"
         "X-Cache: Hit from cloudfront\nVia: 1.1 0a1b2c.cloudfront.net (CloudFront)",
         "HIT stated cloudfront -; cloudflare=MISS~ cloudfront=HIT; fossil"},
    };
    VX_CHECK(rows);
}

/* nginx as the server, with a network between it and the origin. */
static void a_proxy_stands_before_the_network_that_it_asks(void **state)
{
    (void)state;
#define NGINX_FIRST "Server: nginx/1.22.1\nDate: x\nConnection: keep-alive\n"
    static const struct vx_row rows[] = {
        {NGINX_FIRST "CF-Cache-Status: DYNAMIC\nX-Cache-Status: HIT",
         "HIT stated nginx -; cloudflare=DYNAMIC~ nginx=HIT; fossil"},
        {NGINX_FIRST "CF-Cache-Status: HIT\nAge: 4\nX-Cache-Status: MISS",
         "MISS stated nginx shield-hit; cloudflare=HIT nginx=MISS; tier=shield"},
        {"Server: shop\nCF-Cache-Status: HIT\nX-Cache: MISS",
         "MISS stated generic shield-hit; cloudflare=HIT generic=MISS; tier=shield"},
        {NGINX_FIRST "X-Cache: Miss from cloudfront\n"
                     "Via: 1.1 0a1b2c.cloudfront.net (CloudFront)\nX-Cache-Status: HIT",
         "HIT stated nginx -; cloudfront=MISS~ nginx=HIT; fossil"},
        {NGINX_FIRST "X-Cache: Hit from cloudfront\nAge: 4\n"
                     "Via: 1.1 0a1b2c.cloudfront.net (CloudFront)\nX-Cache-Status: MISS",
         "MISS stated nginx shield-hit; cloudfront=HIT nginx=MISS; tier=shield"},
        {NGINX_FIRST "Cache-Status: edge; hit\nAge: 4\nX-Cache-Status: MISS",
         "MISS stated nginx shield-hit; edge=HIT nginx=MISS; tier=shield"},
        /* alone it speaks for itself, wherever it stands */
        {NGINX_FIRST "CF-Cache-Status: MISS", "MISS stated cloudflare -; cloudflare=MISS"},
        /* the origin's name, passed on by a network that begins with Connection */
        {"Connection: keep-alive\nServer: nginx/1.22.1\nX-Cache-Status: MISS\n"
         "X-Cache: Hit from cloudfront\nVia: 1.1 0a1b2c.cloudfront.net (CloudFront)\nAge: 4",
         "HIT stated cloudfront -; nginx=MISS~ cloudfront=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void proxies_of_unknown_place_stand_in_the_order_of_their_lines(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        /* nginx before Varnish: the stored lines come out again with every hit */
        {"Server: nginx/1.22.1\nX-Varnish: 2\nAge: 0\nVia: 1.1 varnish (Varnish/7.1)\n"
         "X-Cache: MISS\nX-Cache-Hits: 0\nX-Cache-Status: HIT",
         "HIT stated nginx -; varnish=MISS(0)~ nginx=HIT; fossil"},
        {"Server: nginx/1.22.1\nX-Varnish: 2\nAge: 0\nVia: 1.1 varnish (Varnish/7.1)\n"
         "X-Cache: MISS\nX-Cache-Hits: 0\nX-Cache-Status: MISS",
         "MISS stated nginx -; varnish=MISS(0) nginx=MISS"},
        /* what this request would have changed says nothing of the stored line */
        {"@POST / HTTP/1.1\nCookie: a=b\n\n200\nX-Varnish: 2\nCache-Control: no-store\n"
         "X-Cache-Status: HIT\n",
         "HIT stated nginx -; varnish=MISS~ nginx=HIT; fossil"},
        /* Varnish before nginx */
        {"Server: nginx/1.22.1\nX-Cache-Status: MISS\nX-Varnish: 7 5\nAge: 3\n"
         "Via: 1.1 varnish (Varnish/7.1)",
         "HIT stated varnish -; nginx=MISS~ varnish=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void only_a_tier_that_did_not_ask_makes_fossils(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: HIT, STALE", "STALE stated generic -; generic=HIT~ generic=STALE; fossil"},
        {"X-Cache: HIT, UPDATING",
         "UPDATING stated generic background-refresh; generic=HIT~ generic=UPDATING; fossil"},
        {"X-Cache: MISS, TCP_NEGATIVE_HIT",
         "NEGATIVE_HIT stated generic negative; generic=MISS~ generic=NEGATIVE_HIT; fossil"},
        {"X-Cache: HIT, REVALIDATED",
         "REVALIDATED stated generic validated; generic=HIT generic=REVALIDATED"},
        {"X-Cache: HIT, EXPIRED",
         "EXPIRED stated generic expired-replaced; generic=HIT generic=EXPIRED; tier=shield"},
        {"X-Cache: HIT, BYPASS", "BYPASS stated generic -; generic=HIT generic=BYPASS"},
        {"X-Cache: MISS, HIT, PARTIAL_HIT",
         "PARTIAL_HIT stated generic partial; generic=MISS~ generic=HIT generic=PARTIAL_HIT;"
         " fossil"},
    };
    VX_CHECK(rows);
}

static void an_echo_is_no_tier(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"CF-Cache-Status: MISS\nX-Cache: MISS", "MISS stated cloudflare -; cloudflare=MISS"},
        {"X-Cache: MISS\nX-Proxy-Cache: MISS", "MISS stated nginx -; nginx=MISS"},
        {"Cache-Status: OriginCache; hit; ttl=30, EdgeCDN; fwd=stale; fwd-status=304\n"
         "X-Cache: HIT",
         "REVALIDATED stated rfc9211 validated; OriginCache=HIT EdgeCDN=REVALIDATED"},
        {"X-Vercel-Cache: HIT\nX-Cache: whatever", "HIT stated vercel -; vercel=HIT"},
        {"CF-Cache-Status: HIT\nServer-Timing: cfCacheStatus;desc=\"HIT\"",
         "HIT stated cloudflare -; cloudflare=HIT"},
        {"CF-Cache-Status: HIT\nServer-Timing: cfCacheStatus;desc=\"DYNAMIC\"",
         "HIT stated cloudflare -; cloudflare=HIT; disagree"},
        {"X-Drupal-Cache: HIT\nX-Cache: HIT", "HIT stated drupal -; drupal=HIT; tier=application"},
    };
    VX_CHECK(rows);
}

static void names_order_the_tiers_of_some(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: \"Netlify Edge\"; fwd=miss\n"
         "Cache-Status: \"Netlify Durable\"; hit; ttl=31536000",
         "MISS stated netlify shield-hit; Netlify Durable=HIT Netlify Edge=MISS; tier=shield"},
        {"X-Cache-Lookup: Hit From Inner Cluster\nX-Cache-Lookup: Cache Miss",
         "MISS stated tencent shield-hit; tencent=HIT tencent=MISS; tier=shield"},
        {"X-Cache-Lookup: Cache Miss\nX-Cache-Lookup: Hit From Inner Cluster",
         "MISS stated tencent shield-hit; tencent=HIT tencent=MISS; tier=shield"},
        {"X-Cache-Lookup: Hit From MemCache\nX-Cache-Lookup: Cache Miss",
         "HIT stated tencent -; tencent=MISS~ tencent=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void a_sentence_of_a_network_stands_before_the_stored_x_cache(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: MISS\nX-Cache-Lookup: Cache Hit",
         "HIT stated tencent -; generic=MISS~ tencent=HIT; fossil"},
        {"X-Cache: MISS from origin\nX-Cache-Lookup: Hit From MemCache",
         "HIT stated tencent -; origin=MISS~ tencent=HIT; fossil"},
        {"X-Cache: HIT\nX-Cache-Lookup: Cache Miss",
         "MISS stated tencent shield-hit; generic=HIT tencent=MISS; tier=shield"},
        {"X-CCDN-Req-ID: 1\nX-Cache: MISS\nX-Cache-Lookup: Hit From Disktank3",
         "HIT stated huawei -; generic=MISS~ huawei=HIT; fossil"},
        /* Squid on a host of that name */
        {"X-Cache: MISS from upstream\nX-Cache-Lookup: HIT from upstream:3128",
         "EXPIRED stated squid expired-replaced; upstream=EXPIRED; weak"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_network_at_the_edge_decides),
        cmocka_unit_test(of_two_networks_via_or_server_tells_the_nearer),
        cmocka_unit_test(counters_belong_to_who_writes_them),
        cmocka_unit_test(a_word_for_all_tiers_is_not_the_front_ones_own),
        cmocka_unit_test(a_second_tier_alone_does_not_speak_for_the_edge),
        cmocka_unit_test(cloudflare_stands_before_who_is_last_in_via),
        cmocka_unit_test(a_proxy_stands_before_the_network_that_it_asks),
        cmocka_unit_test(proxies_of_unknown_place_stand_in_the_order_of_their_lines),
        cmocka_unit_test(only_a_tier_that_did_not_ask_makes_fossils),
        cmocka_unit_test(an_echo_is_no_tier),
        cmocka_unit_test(names_order_the_tiers_of_some),
        cmocka_unit_test(a_sentence_of_a_network_stands_before_the_stored_x_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
