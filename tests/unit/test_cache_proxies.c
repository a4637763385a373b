/* SPDX-License-Identifier: Apache-2.0 */
/* Proxies that say more than a word: Traffic Server's code letter by letter, httpd's sentences,
 * HAProxy, Envoy and nuster, libraries, Varnish's idioms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

#define ATS(code)         "Via: http/1.1 ats (ApacheTrafficServer/9.2.9 [" code "])"
#define ERR(status, code) "@GET / HTTP/1.1\n\n" status "\n" ATS(code) "\n"

/* Key letters at 0, 2, 4, ...; the value of key k is named in each group. */
static void traffic_server_place_1_client_request(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        /* says how it was asked, not what was done */
        {ATS("uScHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uIcHs f p eN:t cCNp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uNcHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uCcHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("u cHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ERR("400", "uEc s f p eH:t c  p s "),
         "ERROR stated trafficserver origin-error; ats=ERROR"},
    };
    VX_CHECK(rows);
}

static void traffic_server_place_3_cache_lookup(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uScAsSf pSeN:t cCCp sS"), "BYPASS stated trafficserver -; ats=BYPASS"},
        {ATS("uScHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScRs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScWs f p eN:t cCHp s "), "HIT stated trafficserver collapsed; ats=HIT; collapsed"},
        {ATS("uScSsSfUpSeN:t cCSp sS"),
         "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {ATS("uScMsSfWpSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=yes"},
        {ATS("uSc sSf pSeN:t c  p sS"), "BYPASS stated trafficserver -; ats=BYPASS"},
        {ATS("uScXs f p eN:t cCHp s "),
         "UNKNOWN stated trafficserver unrecognised-status; ats=UNKNOWN"},
    };
    VX_CHECK(rows);
}

static void traffic_server_place_5_server(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uScSsEf p eN:t cCHp sF"),
         "STALE stated trafficserver stale-if-error; ats=STALE; stale-cause=error"},
        {ERR("502", "uScSsEf p eC:t cCSp sF"),
         "ERROR stated trafficserver origin-unreachable; ats=ERROR"},
        {ATS("uScSsSfUpSeN:t cCSp sS"),
         "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {ATS("uScSsNfUpSeN:t cCSp sS"), "REVALIDATED stated trafficserver validated;"
                                        " ats=REVALIDATED"},
        {ATS("uNcSsNfUpSeN:t cCUp sS"), "REVALIDATED stated trafficserver validated;"
                                        " ats=REVALIDATED"},
        {ATS("uScSs f p eN:t cCSp s "), "STALE stated trafficserver -; ats=STALE"},
    };
    VX_CHECK(rows);
}

static void traffic_server_place_7_fill(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uScMsSfWpSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=yes"},
        {ATS("uScMsSf pSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=no"},
        {ATS("uScMsSfDpSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=no"},
        {ATS("uScMsSf pSeN:t cCMp sS") "\nCache-Control: private",
         "UNCACHEABLE stated trafficserver response-private; ats=UNCACHEABLE; stored=no"},
    };
    VX_CHECK(rows);
}

static void traffic_server_place_11_error(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ERR("407", "uSc s f p eA:t c  p s "),
         "SYNTHETIC stated trafficserver denied; ats=SYNTHETIC"},
        {ERR("403", "uSc s f p eF:t c  p s "),
         "SYNTHETIC stated trafficserver denied; ats=SYNTHETIC"},
        {ERR("302", "uSc s f p eM:t c  p s "),
         "SYNTHETIC stated trafficserver redirect; ats=SYNTHETIC"},
        {ERR("400", "uSc s f p eH:t c  p s "),
         "ERROR stated trafficserver origin-error; ats=ERROR"},
        {ERR("502", "uScMsEf p eC:t cCMp sF"),
         "ERROR stated trafficserver origin-unreachable; ats=ERROR"},
        {ERR("502", "uScMsEf p eD:t cCMp sF"),
         "ERROR stated trafficserver origin-unreachable; ats=ERROR"},
        {ERR("504", "uScMsEf p eT:t cCMp sF"),
         "ERROR stated trafficserver origin-timeout; ats=ERROR"},
        {ERR("502", "uScMsEf p eS:t cCMp sF"),
         "ERROR stated trafficserver origin-error; ats=ERROR"},
        {ERR("500", "uScHs f p eR:t cCHp s "),
         "ERROR stated trafficserver origin-error; ats=ERROR"},
        {ERR("508", "uSc s f p eL:t c  p s "),
         "ERROR stated trafficserver origin-error; ats=ERROR"},
        {ATS("uScHs f p e :t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScHs f p eN;t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
    };
    VX_CHECK(rows);
}

static void traffic_server_place_14_tunnel(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uSc sSf pSeN:tFc  p sS"), "BYPASS stated trafficserver -; ats=BYPASS"},
        {"@POST / HTTP/1.1\n\n200\n" ATS("uSc sSf pSeN:tMc  p sS") "\n",
         "NONE stated trafficserver request-method; ats=NONE"},
        {ATS("uSc sSf pSeN:tNc  p sS"), "BYPASS stated trafficserver -; ats=BYPASS"},
        {ATS("uSc sSf pSeN:tUc  p sS"), "BYPASS stated trafficserver -; ats=BYPASS"},
        {ATS("uSc sSf pSeN:tOc  p sS"), "CONFIG_NOCACHE stated trafficserver config-nocache;"
                                        " ats=CONFIG_NOCACHE"},
        {ATS("uSc sSf pSeN:tAc  p sS"), "BYPASS stated trafficserver request-authorization;"
                                        " ats=BYPASS"},
    };
    VX_CHECK(rows);
}

static void traffic_server_places_16_and_17_lookup_detail(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uScHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScHs f p eN:t cPHpSs "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScHs f p eN:t cLHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uIcHs f pNeN:t cCNp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScSsSfUpSeN:t cCCp sS"),
         "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {ATS("uIcSsSfUpSeN:t cCIp sS"),
         "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\n" ATS("uNcSsSfUpSeN:t cCUp sS") "\n",
         "CLIENT_REFRESH stated trafficserver request-no-cache; ats=CLIENT_REFRESH"},
        {ATS("uScMsSf pSeN:t cCDp sS"), "BYPASS stated trafficserver request-method; ats=BYPASS"},
        {ATS("uCcMsSf pSeN:t cCKp sS"), "BYPASS stated trafficserver request-cookie; ats=BYPASS"},
        {ATS("uScMsSfWpSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=yes"},
    };
    VX_CHECK(rows);
}

static void traffic_server_places_19_and_21_connections(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uScSsSfUpSeN:t cCSpSs "),
         "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {ATS("uScSsSfUpSeN:t cCSpFsS"),
         "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {ATS("uScSs f p eN:t cCSp sF"),
         "STALE stated trafficserver stale-if-error; ats=STALE; stale-cause=error"},
        /* older releases have a pair more */
        {ATS("uScSs f p eN:t cCSi p sF"),
         "STALE stated trafficserver stale-if-error; ats=STALE; stale-cause=error"},
    };
    VX_CHECK(rows);
}

static void traffic_server_forms(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("cMsSf "), "MISS stated trafficserver -; ats=MISS; stored=no"},
        {ATS("cRs f "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("cSsNfU"), "REVALIDATED stated trafficserver validated; ats=REVALIDATED"},
        {ATS("cSsSfU"), "EXPIRED stated trafficserver expired-replaced; ats=EXPIRED"},
        {ATS("cSsEf "), "STALE stated trafficserver stale-if-error; ats=STALE; stale-cause=error"},
        {ATS("c s f "), "BYPASS stated trafficserver -; ats=BYPASS"},
        {"Via: http/1.1 ats (ApacheTrafficServer/9.2.9)", "UNKNOWN none - -; -"},
        {"Via: http/1.1 in (ApacheTrafficServer/9.2.9 [cMsSfW]), "
         "http/1.1 out (ApacheTrafficServer/9.2.9 [cHs f ])",
         "HIT stated trafficserver -; in=MISS~ out=HIT; fossil"},
        {"Via: http/1.1 in (ApacheTrafficServer/9.2.9 [cHs f ]), "
         "http/1.1 out (ApacheTrafficServer/9.2.9 [cMsSfW])",
         "MISS stated trafficserver shield-hit; in=HIT out=MISS; stored=yes tier=shield"},
        {"X-Cache: miss\nServer: ATS/9.2.9", "MISS stated trafficserver -; trafficserver=MISS"},
        {"X-Cache: none\nServer: ATS/9.2.9", "NONE stated trafficserver -; trafficserver=NONE"},
        {"X-Cache: unknown\nServer: ATS/9.2.9",
         "UNKNOWN stated trafficserver unrecognised-status; trafficserver=UNKNOWN"},
        {"X-Cache: miss\n" ATS("uScMsSfWpSeN:t cCMp sS"),
         "MISS stated trafficserver -; ats=MISS; stored=yes"},
        /* a network that is built on it */
        {"Via: http/1.1 HB-UNI-1-JCS-117 (jcs [cRs f ])",
         "HIT stated jdcloud -; HB-UNI-1-JCS-117=HIT"},
        {"Via: http/1.1 HB-UNI-1-JCS-117 (jcs [??])",
         "UNKNOWN stated jdcloud unrecognised-status; HB-UNI-1-JCS-117=UNKNOWN"},
    };
    VX_CHECK(rows);
}

#define ASF(word, detail) \
    "X-Cache: " word " from www.example\nX-Cache-Detail: \"" detail "\" from www.example"
#define DETAIL(detail) "X-Cache-Detail: \"" detail "\" from www.example"

static void httpd_sentences(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ASF("REVALIDATE", "conditional cache hit: entity refresh failed"),
         "REVALIDATED stated httpd validated; www.example=REVALIDATED"},
        {ASF("MISS", "cache miss: store_headers failed"),
         "MISS stated httpd -; www.example=MISS; stored=no"},
        {ASF("MISS", "cache miss: invalid content length"),
         "MISS stated httpd -; www.example=MISS; stored=no"},
        {ASF("MISS", "cache miss: HTTP Status 304 Not Modified"),
         "UNCACHEABLE stated httpd response-status; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: updated entity is older than cached entity"),
         "UNCACHEABLE stated httpd -; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: contradiction: 304 Not Modified; but no cached entity"),
         "UNCACHEABLE stated httpd -; www.example=UNCACHEABLE; stored=no"},
        {ASF("HIT", "cache hit") "\nAge: 9\nWarning: 110 www.example \"Response is stale\"",
         "STALE stated httpd -; www.example=STALE"},
        {ASF("HIT", "cache hit") "\nAge: 9\nWarning: 111 www.example \"Revalidation failed\"",
         "STALE stated httpd stale-if-error; www.example=STALE; stale-cause=error"},
        /* the sentence alone */
        {DETAIL("cache hit") "\nAge: 3", "HIT stated httpd -; www.example=HIT"},
        {DETAIL("conditional cache hit: entity refreshed"),
         "REVALIDATED stated httpd validated; www.example=REVALIDATED"},
        {DETAIL("cache miss: attempting entity save"), "MISS stated httpd -; www.example=MISS"},
        {DETAIL("cache miss: Cache-Control: no-store present"),
         "UNCACHEABLE stated httpd response-no-store; www.example=UNCACHEABLE; stored=no"},
        {DETAIL("conditional cache miss: 304 was uncacheable, entity removed: x"),
         "EXPIRED stated httpd expired-replaced; www.example=EXPIRED; stored=no"},
        {DETAIL("cache invalidated by DELETE"),
         "BYPASS stated httpd invalidated; www.example=BYPASS"},
        {DETAIL("something new"), "UNKNOWN stated httpd unrecognised-status; www.example=UNKNOWN"},
    };
    VX_CHECK(rows);
}

static void proxies_known_by_their_names(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Server: haproxy\nX-Cache: HIT", "HIT stated haproxy -; haproxy=HIT"},
        {"Server: haproxy\nX-Cache: MISS", "MISS stated haproxy -; haproxy=MISS"},
        {"Server: nuster\nX-Cache: HIT", "HIT stated nuster -; nuster=HIT"},
        {"Server: envoy\nX-Cache: FoundNotModified", "HIT stated envoy -; envoy=HIT"},
        {"X-Cache: ValidatedFree", "REVALIDATED stated envoy validated; envoy=REVALIDATED"},
        {"X-Cache: FailedValidation", "EXPIRED stated envoy expired-replaced; envoy=EXPIRED"},
        {"X-Cache: Follower", "HIT stated envoy collapsed; envoy=HIT; collapsed"},
        {"X-Cache: Streamed", "HIT stated envoy collapsed; envoy=HIT; collapsed"},
        {"X-Cache: RequestIncomplete", "ERROR stated envoy origin-error; envoy=ERROR"},
        {"X-Cache: LookupError", "ERROR stated envoy origin-error; envoy=ERROR"},
        {"X-Cache: UpstreamReset", "ERROR stated envoy origin-error; envoy=ERROR"},
        /* a web server is no sign of a cache */
        {"Server: envoy\nx-envoy-upstream-service-time: 12", "UNKNOWN none - -; -"},
        {"Server: Caddy", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

static void libraries_write_squids_fields_without_a_name(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"x-cache: HIT\nx-cache-lookup: HIT", "HIT stated httpcache -; httpcache=HIT"},
        {"x-cache: MISS\nx-cache-lookup: MISS", "MISS stated httpcache -; httpcache=MISS"},
        {"x-cache: MISS\nx-cache-lookup: HIT",
         "EXPIRED stated httpcache expired-replaced; httpcache=EXPIRED; weak"},
        {"x-cache: HIT\nx-cache-lookup: MISS", "HIT stated httpcache -; httpcache=HIT; disagree"},
    };
    VX_CHECK(rows);
}

#define SQUID_ERROR(status, code)                                            \
    "@GET / HTTP/1.1\n\n" status "\nServer: squid/5.7\nX-Squid-Error: " code \
    "\nX-Cache: MISS from proxy\nX-Cache-Lookup: NONE from proxy:3128\n"

static void errors_of_squid(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {SQUID_ERROR("503", "ERR_DNS_FAIL 0"),
         "ERROR stated squid origin-unreachable; proxy=ERROR"},
        {SQUID_ERROR("503", "ERR_CANNOT_FORWARD 0"),
         "ERROR stated squid origin-unreachable; proxy=ERROR"},
        {SQUID_ERROR("407", "ERR_CACHE_ACCESS_DENIED 0"),
         "SYNTHETIC stated squid denied; proxy=SYNTHETIC"},
    };
    VX_CHECK(rows);
}

#define V71 "Via: 1.1 varnish (Varnish/7.1)\n"

static void idioms_of_varnish(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Varnish: 55 53\n" V71 "X-Cache: HIT (3)", "HIT stated varnish -; varnish=HIT(3)"},
        {"X-Varnish: 55\n" V71 "X-Cache: MISS\nX-Cacheable: NO:Got Session",
         "UNCACHEABLE stated varnish -; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 55\n" V71 "X-Cache: MISS\nX-Cacheable: NO:Set-Cookie",
         "UNCACHEABLE stated varnish response-set-cookie; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 55\n" V71 "X-Cache: MISS\nX-Cacheable: NO:Cache-Control=private",
         "UNCACHEABLE stated varnish -; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 55\n" V71 "X-Cache: MISS\nX-Cacheable: NO:Passed",
         "BYPASS stated varnish config-bypass; varnish=BYPASS"},
        {"X-Varnish: 55\n" V71 "X-Cache: MISS\nX-Cacheable: YES:Forced",
         "MISS stated varnish -; varnish=MISS"},
        {"X-Varnish: 55 53\nVia: 1.1 edge-7 (Varnish/7.4)\nAge: 3",
         "HIT stated varnish -; varnish=HIT"},
    };
    VX_CHECK(rows);
}

/* nginx sends its line twice with 416; two lines of two servers stay two tiers. */
static void repeated_lines(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"@GET / HTTP/1.1\nRange: bytes=9-\n\n416\nX-Cache-Status: HIT\nX-Cache-Status: HIT\n",
         "HIT stated nginx negative; nginx=HIT"},
        {"X-Cache-Status: MISS\nX-Cache-Status: MISS",
         "MISS stated nginx -; nginx=MISS nginx=MISS"},
        {"CF-Cache-Status: HIT\nCF-Cache-Status: HIT", "HIT stated cloudflare -; cloudflare=HIT"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traffic_server_place_1_client_request),
        cmocka_unit_test(traffic_server_place_3_cache_lookup),
        cmocka_unit_test(traffic_server_place_5_server),
        cmocka_unit_test(traffic_server_place_7_fill),
        cmocka_unit_test(traffic_server_place_11_error),
        cmocka_unit_test(traffic_server_place_14_tunnel),
        cmocka_unit_test(traffic_server_places_16_and_17_lookup_detail),
        cmocka_unit_test(traffic_server_places_19_and_21_connections),
        cmocka_unit_test(traffic_server_forms),
        cmocka_unit_test(httpd_sentences),
        cmocka_unit_test(proxies_known_by_their_names),
        cmocka_unit_test(libraries_write_squids_fields_without_a_name),
        cmocka_unit_test(errors_of_squid),
        cmocka_unit_test(idioms_of_varnish),
        cmocka_unit_test(repeated_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
