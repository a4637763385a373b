/* SPDX-License-Identifier: Apache-2.0 */
/* One row for every value of delivery networks: header lines as they are seen, verdict out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

static void cloudflare(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"CF-Cache-Status: HIT\nAge: 4327", "HIT stated cloudflare -; cloudflare=HIT"},
        {"CF-Cache-Status: HIT", "HIT stated cloudflare -; cloudflare=HIT"},
        {"CF-Cache-Status: MISS", "MISS stated cloudflare -; cloudflare=MISS"},
        {"CF-Cache-Status: EXPIRED",
         "EXPIRED stated cloudflare expired-replaced; cloudflare=EXPIRED"},
        {"CF-Cache-Status: STALE",
         "STALE stated cloudflare stale-if-error; cloudflare=STALE; stale-cause=error"},
        {"CF-Cache-Status: UPDATING",
         "UPDATING stated cloudflare background-refresh; cloudflare=UPDATING"},
        {"CF-Cache-Status: REVALIDATED",
         "REVALIDATED stated cloudflare validated; cloudflare=REVALIDATED"},
        {"CF-Cache-Status: BYPASS\nCache-Control: no-cache",
         "BYPASS stated cloudflare response-no-cache; cloudflare=BYPASS"},
        {"CF-Cache-Status: BYPASS\nCache-Control: private",
         "BYPASS stated cloudflare response-private; cloudflare=BYPASS"},
        {"CF-Cache-Status: BYPASS\nCache-Control: no-store, private",
         "BYPASS stated cloudflare response-no-store; cloudflare=BYPASS"},
        {"CF-Cache-Status: BYPASS\nCache-Control: max-age=0",
         "BYPASS stated cloudflare response-max-age-zero; cloudflare=BYPASS"},
        {"CF-Cache-Status: BYPASS\nCache-Control: max-age=60\nSet-Cookie: a=b",
         "BYPASS stated cloudflare response-set-cookie; cloudflare=BYPASS"},
        {"@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\nCF-Cache-Status: BYPASS\n",
         "BYPASS stated cloudflare request-authorization; cloudflare=BYPASS"},
        {"CF-Cache-Status: DYNAMIC", "DYNAMIC stated cloudflare not-eligible; cloudflare=DYNAMIC"},
        {"CF-Cache-Status: NONE/UNKNOWN", "NONE stated cloudflare -; cloudflare=NONE"},
        {"CF-Cache-Status: none/unknown", "NONE stated cloudflare -; cloudflare=NONE"},
        {"CF-Cache-Status: NONE", "NONE stated cloudflare -; cloudflare=NONE"},
        {"CF-Cache-Status: UNKNOWN", "NONE stated cloudflare -; cloudflare=NONE"},
        {"CF-Cache-Status: IGNORED", "BYPASS stated cloudflare -; cloudflare=BYPASS"},
        {"CF-Cache-Status: deferred", "MISS stated cloudflare -; cloudflare=MISS"},
        {"CF-Cache-Status: streamHit", "HIT stated cloudflare -; cloudflare=HIT"},
        {"Server-Timing: cfCacheStatus;desc=\"DYNAMIC\"",
         "DYNAMIC stated cloudflare not-eligible; cloudflare=DYNAMIC"},
        {"x-hs-cf-cache-status: HIT", "HIT stated hubspot -; hubspot=HIT"},
    };
    VX_CHECK(rows);
}

static void edgecast(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"x-ec-cache: TCP_HIT from ECAcc (lga/0FE8)", "HIT stated edgecast -; ECAcc=HIT"},
        {"x-ec-cache: TCP_MISS from ECAcc (lga/0FE8)", "MISS stated edgecast -; ECAcc=MISS"},
        {"x-ec-cache: TCP_PARTIAL_HIT from ECS (lga/0FE8)",
         "PARTIAL_HIT stated edgecast partial; ECS=PARTIAL_HIT"},
        {"x-ec-cache: TCP_EXPIRED_HIT from ECD (lga/0FE8)",
         "REVALIDATED stated edgecast validated; ECD=REVALIDATED"},
        {"x-ec-cache: TCP_EXPIRED_MISS from ECAcc (lga/0FE8)",
         "EXPIRED stated edgecast expired-replaced; ECAcc=EXPIRED"},
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\n"
         "x-ec-cache: TCP_CLIENT_REFRESH_MISS from ECAcc (lga/0FE8)\n",
         "CLIENT_REFRESH stated edgecast request-no-cache; ECAcc=CLIENT_REFRESH"},
        {"x-ec-cache: UNCACHEABLE from ECAcc (lga/0FE8)\nCache-Control: no-store",
         "UNCACHEABLE stated edgecast response-no-store; ECAcc=UNCACHEABLE"},
        {"x-ec-cache: CONFIG_NOCACHE from ECAcc (lga/0FE8)",
         "CONFIG_NOCACHE stated edgecast config-nocache; ECAcc=CONFIG_NOCACHE"},
        {"@PUT /x HTTP/1.1\n\n200\nx-ec-cache: NONE from ECAcc (lga/0FE8)\n",
         "NONE stated edgecast request-method; ECAcc=NONE"},
        {"x-ec-cache: TCP_MISS from ECAcc (lga/0FE8)\n"
         "x-ec-cache-remote: TCP_HIT from ECAcc (dcd/7D6B)",
         "MISS stated edgecast shield-hit; ECAcc=HIT ECAcc=MISS; tier=shield"},
        {"x-ec-cache: TCP_MISS from ECAcc (lga/0FE8)\nx-ec-check-cacheable: NO",
         "UNCACHEABLE stated edgecast -; ECAcc=UNCACHEABLE; stored=no"},
        {"Server: ECAcc (dcd/7D6B)\nX-Cache: HIT", "HIT stated edgecast -; edgecast=HIT"},
        {"Server: ECS (dcd/7D6B)\nX-Cache: TCP_EXPIRED_HIT",
         "REVALIDATED stated edgecast validated; edgecast=REVALIDATED"},
        {"Server-Timing: edgio_cache;desc=TCP_HIT,edgio_pop;desc=lac,edgio_country;desc=US",
         "HIT stated edgecast -; edgecast=HIT"},
        /* the codes without anybody's name */
        {"X-Cache: TCP_HIT", "HIT stated generic -; generic=HIT"},
        {"X-Cache: TCP_MISS", "MISS stated generic -; generic=MISS"},
        {"X-Cache: TCP_PARTIAL_HIT", "PARTIAL_HIT stated generic partial; generic=PARTIAL_HIT"},
        {"X-Cache: TCP_EXPIRED_HIT", "REVALIDATED stated generic validated; generic=REVALIDATED"},
        {"X-Cache: TCP_EXPIRED_MISS", "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache: TCP_CLIENT_REFRESH_MISS",
         "CLIENT_REFRESH stated generic client-forced; generic=CLIENT_REFRESH"},
        {"X-Cache: UNCACHEABLE", "UNCACHEABLE stated generic -; generic=UNCACHEABLE"},
        {"X-Cache: CONFIG_NOCACHE",
         "CONFIG_NOCACHE stated generic config-nocache; generic=CONFIG_NOCACHE"},
        {"X-Cache: NONE", "NONE stated generic -; generic=NONE"},
        {"X-Cache-Status: TCP_EXPIRED_MISS",
         "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache-Status: CONFIG_NOCACHE",
         "CONFIG_NOCACHE stated generic config-nocache; generic=CONFIG_NOCACHE"},
    };
    VX_CHECK(rows);
}

static void azure(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Azure-Ref: 0abc\nX-Cache: TCP_HIT", "HIT stated azure -; azure=HIT"},
        {"X-Cache: TCP_REMOTE_HIT", "HIT stated azure shield-hit; azure=HIT; tier=shield"},
        {"X-MSEdge-Ref: Ref A: 1\nX-Cache: TCP_MISS", "MISS stated azure -; azure=MISS"},
        {"X-Cache: PRIVATE_NOSTORE\nCache-Control: private",
         "UNCACHEABLE stated azure response-private; azure=UNCACHEABLE"},
        {"X-Cache: CONFIG_NOCACHE\nX-Azure-Ref: 0abc",
         "CONFIG_NOCACHE stated azure config-nocache; azure=CONFIG_NOCACHE"},
        {"X-Cache: N/A\nX-Azure-Ref: 0abc", "NONE stated azure -; azure=NONE"},
        {"X-Cache: PARTIAL_HIT\nX-Azure-Ref: 0abc",
         "PARTIAL_HIT stated azure partial; azure=PARTIAL_HIT"},
        {"X-Cache: CACHE_NOCONFIG\nX-Azure-Ref: 0abc",
         "CONFIG_NOCACHE stated azure config-nocache; azure=CONFIG_NOCACHE"},
    };
    VX_CHECK(rows);
}

#define GHOST      " from a23-45-67-89.deploy.akamaitechnologies.com (AkamaiGHost/9.5.1.3-25098137) (-)"
#define GHOST_NODE "a23-45-67-89.deploy.akamaitechnologies.com"

static void akamai(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: TCP_HIT" GHOST, "HIT stated akamai -; " GHOST_NODE "=HIT"},
        {"X-Cache: TCP_MEM_HIT" GHOST, "HIT stated akamai -; " GHOST_NODE "=HIT"},
        {"X-Cache: TCP_IMS_HIT" GHOST, "HIT stated akamai -; " GHOST_NODE "=HIT"},
        {"X-Cache: TCP_MISS" GHOST, "MISS stated akamai -; " GHOST_NODE "=MISS"},
        {"X-Cache: TCP_REFRESH_HIT" GHOST,
         "REVALIDATED stated akamai validated; " GHOST_NODE "=REVALIDATED"},
        {"X-Cache: TCP_REFRESH_MISS" GHOST,
         "EXPIRED stated akamai expired-replaced; " GHOST_NODE "=EXPIRED"},
        {"X-Cache: TCP_REFRESH_FAIL_HIT" GHOST,
         "STALE stated akamai stale-if-error; " GHOST_NODE "=STALE; stale-cause=error"},
        {"X-Cache: TCP_EXPIRED_HIT" GHOST,
         "REVALIDATED stated akamai validated; " GHOST_NODE "=REVALIDATED"},
        {"X-Cache: TCP_EXPIRED_MISS" GHOST,
         "EXPIRED stated akamai expired-replaced; " GHOST_NODE "=EXPIRED"},
        {"X-Cache: TCP_CLIENT_REFRESH" GHOST,
         "CLIENT_REFRESH stated akamai client-forced; " GHOST_NODE "=CLIENT_REFRESH"},
        {"X-Cache: TCP_CLIENT_REFRESH_MISS" GHOST,
         "CLIENT_REFRESH stated akamai client-forced; " GHOST_NODE "=CLIENT_REFRESH"},
        {"X-Cache: TCP_NEGATIVE_HIT" GHOST,
         "NEGATIVE_HIT stated akamai negative; " GHOST_NODE "=NEGATIVE_HIT"},
        {"X-Cache: TCP_SWAPFAIL" GHOST, "MISS stated akamai -; " GHOST_NODE "=MISS"},
        {"X-Cache: TCP_DENIED" GHOST, "SYNTHETIC stated akamai denied; " GHOST_NODE "=SYNTHETIC"},
        {"X-Cache: TCP_COOKIE_DENY" GHOST,
         "SYNTHETIC stated akamai denied; " GHOST_NODE "=SYNTHETIC"},
        {"X-Cache: TCP_MISS" GHOST "\nX-Check-Cacheable: NO",
         "UNCACHEABLE stated akamai -; " GHOST_NODE "=UNCACHEABLE; stored=no"},
        {"X-Cache: TCP_MISS" GHOST "\nX-Check-Cacheable: YES",
         "MISS stated akamai -; " GHOST_NODE "=MISS"},
        {"Akamai-Cache-Status: Hit from child", "HIT stated akamai -; child=HIT"},
        {"Akamai-Cache-Status: Miss from child, Miss from parent",
         "MISS stated akamai -; parent=MISS child=MISS"},
        {"X-Cache: RefreshHit from child",
         "REVALIDATED stated akamai validated; child=REVALIDATED"},
        {"X-Cache: Miss from child, RefreshHit from parent",
         "MISS stated akamai shield-hit; parent=REVALIDATED child=MISS; tier=shield"},
        {"Akamai-Cache-Status: HitStale from child",
         "STALE stated akamai stale-while-revalidate; child=STALE;"
         " stale-cause=while-revalidate"},
        {"Akamai-Cache-Status: Constructed from child",
         "SYNTHETIC stated akamai -; child=SYNTHETIC"},
        {"Akamai-Cache-Status: Redirect from child",
         "SYNTHETIC stated akamai redirect; child=SYNTHETIC"},
        {"Akamai-Cache-Status: Error from child", "ERROR stated akamai origin-error; child=ERROR"},
        {"Akamai-Cache-Status: NotCacheable from child",
         "UNCACHEABLE stated akamai -; child=UNCACHEABLE"},
        {"server-timing: cdn-cache; desc=HIT, edge; dur=1, ak_p; desc=\"a,b\";dur=1",
         "HIT stated akamai -; akamai=HIT"},
        {"Server-Timing: cdn-cache; desc=MISS, edge; dur=1, origin; dur=0",
         "MISS stated akamai -; akamai=MISS"},
        {"Server-Timing: cdn-cache; desc=REVALIDATE, edge; dur=1",
         "REVALIDATED stated akamai validated; akamai=REVALIDATED"},
    };
    VX_CHECK(rows);
}

static void cloudfront(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: Hit from cloudfront", "HIT stated cloudfront -; cloudfront=HIT"},
        {"X-Cache: Miss from cloudfront", "MISS stated cloudfront -; cloudfront=MISS"},
        {"X-Cache: RefreshHit from cloudfront",
         "REVALIDATED stated cloudfront validated; cloudfront=REVALIDATED"},
        {"@GET / HTTP/1.1\n\n502\nX-Cache: Error from cloudfront\n",
         "ERROR stated cloudfront origin-unreachable; cloudfront=ERROR"},
        {"@GET / HTTP/1.1\n\n404\nX-Cache: Error from cloudfront\nAge: 12\n",
         "NEGATIVE_HIT stated cloudfront negative; cloudfront=NEGATIVE_HIT"},
        {"@GET / HTTP/1.1\n\n404\nX-Cache: Error from cloudfront\nAge: 0\n",
         "ERROR stated cloudfront origin-error; cloudfront=ERROR"},
        {"X-Cache: LimitExceeded from cloudfront",
         "ERROR stated cloudfront denied; cloudfront=ERROR"},
        {"X-Cache: CapacityExceeded from cloudfront",
         "ERROR stated cloudfront denied; cloudfront=ERROR"},
        {"X-Cache: Redirect from cloudfront",
         "SYNTHETIC stated cloudfront redirect; cloudfront=SYNTHETIC"},
        {"X-Cache: LambdaGeneratedResponse from cloudfront",
         "SYNTHETIC stated cloudfront function; cloudfront=SYNTHETIC"},
        {"X-Cache: FunctionGeneratedResponse from cloudfront",
         "SYNTHETIC stated cloudfront function; cloudfront=SYNTHETIC"},
        {"X-Cache: OriginShieldHit from cloudfront",
         "HIT stated cloudfront shield-hit; cloudfront=HIT; tier=shield"},
        {"Server-Timing: cdn-upstream-layer;desc=\"EDGE\",cdn-upstream-fbl;dur=562,"
         "cdn-cache-miss,cdn-pop;desc=\"PHX50-C2\"",
         "MISS stated cloudfront -; cloudfront=MISS"},
        {"Server-Timing: cdn-cache-hit,cdn-pop;desc=\"PHX50-C2\",cdn-hit-layer;desc=\"REC\"",
         "HIT stated cloudfront shield-hit; cloudfront=HIT; tier=shield"},
        {"Server-Timing: cdn-cache-refresh",
         "REVALIDATED stated cloudfront validated; cloudfront=REVALIDATED"},
    };
    VX_CHECK(rows);
}

static void fastly(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: HIT\nX-Cache-Hits: 3\nX-Served-By: cache-fra19170-FRA",
         "HIT stated fastly -; cache-fra19170-FRA=HIT(3)"},
        {"X-Cache: MISS\nX-Timer: S1528305131.123456,VS0,VE92",
         "MISS stated fastly -; fastly=MISS"},
        {"X-Cache: MISS, HIT\nX-Cache-Hits: 0, 1\n"
         "X-Served-By: cache-jfk1041-JFK, cache-ord1720-ORD",
         "HIT stated fastly -; cache-jfk1041-JFK=MISS(0)~ cache-ord1720-ORD=HIT(1); fossil"},
        {"X-Cache: HIT, MISS\nX-Cache-Hits: 1, 0\n"
         "X-Served-By: cache-jfk1041-JFK, cache-ord1720-ORD",
         "MISS stated fastly shield-hit; cache-jfk1041-JFK=HIT(1) cache-ord1720-ORD=MISS(0);"
         " tier=shield"},
        {"X-Cache: MISS\nX-Served-By: cache-fra1-FRA\nCache-Control: private",
         "MISS stated fastly response-private; cache-fra1-FRA=MISS; stored=no"},
        {"X-Fastly-State: HITPASS", "BYPASS stated fastly marked-uncacheable; fastly=BYPASS"},
        {"X-Fastly-State: HIT-CLUSTER", "HIT stated fastly -; fastly=HIT"},
        {"X-Fastly-State: HIT-STALE", "STALE stated fastly -; fastly=STALE"},
        {"X-Fastly-State: HIT-SYNTH", "SYNTHETIC stated fastly -; fastly=SYNTHETIC"},
        {"X-Fastly-State: MISS-WAIT", "MISS stated fastly collapsed; fastly=MISS; collapsed"},
        {"fastly-state: PASS", "BYPASS stated fastly -; fastly=BYPASS"},
        {"fastly-state: ERROR", "ERROR stated fastly origin-error; fastly=ERROR"},
        {"fastly-state: NONE", "NONE stated fastly -; fastly=NONE"},
    };
    VX_CHECK(rows);
}

static void networks_with_a_word(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Via: 1.1 google\nAge: 2187\nX-Cache-Status: hit",
         "HIT stated google-cdn -; google-cdn=HIT"},
        {"cdn_cache_status: disabled",
         "CONFIG_NOCACHE stated google-cdn config-nocache; google-cdn=CONFIG_NOCACHE"},
        {"cdn_cache_status: uncacheable", "UNCACHEABLE stated google-cdn -; "
                                          "google-cdn=UNCACHEABLE"},
        {"CDN-Cache: HIT\nCDN-CachedAt: 11/14/2024 08:31:10\nCDN-RequestPullCode: 200",
         "HIT stated bunny -; bunny=HIT"},
        {"CDN-Cache: EXPIRED", "EXPIRED stated bunny expired-replaced; bunny=EXPIRED"},
        {"CDN-Cache: STALE", "STALE stated bunny -; bunny=STALE"},
        {"CDN-Cache: MISS\nperma-cache: MISS", "MISS stated bunny -; bunny=MISS bunny=MISS"},
        {"CDN-Cache: MISS\nperma-cache: HIT",
         "MISS stated bunny shield-hit; bunny=HIT bunny=MISS; tier=shield"},
        {"CDN-Cache: HIT\nperma-cache: MISS", "HIT stated bunny -; bunny=MISS~ bunny=HIT; fossil"},
        {"X-Cache: HIT\nX-Shield: active\nX-Edge-Location: defr",
         "HIT stated keycdn -; keycdn=HIT"},
        {"Server: keycdn-engine\nX-Cache: REVALIDATE",
         "REVALIDATED stated keycdn validated; keycdn=REVALIDATED"},
        {"X-Cache: MISS\nServer: CDN77-Turbo", "MISS stated cdn77 -; cdn77=MISS"},
        {"X-Cache: BYPASS\nServer: CDN77-Turbo", "BYPASS stated cdn77 -; cdn77=BYPASS"},
        {"X-77-Cache: HIT", "HIT stated cdn77 -; cdn77=HIT"},
        {"X-SCP-Cache-Status: HIT", "HIT stated stackpath -; stackpath=HIT"},
        {"X-Cache: HIT\nServer: NetDNA-cache/2.2", "HIT stated stackpath -; stackpath=HIT"},
        {"X-CDN-Cache-Status: MISS\nX-Origin-Cache-Status: HIT",
         "MISS stated stackpath shield-hit; stackpath=HIT stackpath=MISS; tier=shield"},
        {"X-Sucuri-Cache: HIT", "HIT stated sucuri -; sucuri=HIT"},
        {"X-Sucuri-Cache: EXPIRED", "EXPIRED stated sucuri expired-replaced; sucuri=EXPIRED"},
        {"X-Iinfo: 9-12345678-0 0CNN RT(1544110512345 0) q(0 -1 -1 -1) r(0 -1)",
         "HIT stated imperva -; imperva=HIT"},
        {"X-Iinfo: 7-1-0 0CNN RT(1 1) q(0 -1 -1 1) r(0 -1)", "HIT stated imperva -; imperva=HIT"},
        {"X-Iinfo: 7-1-0 SVNN RT(1 1)", "REVALIDATED stated imperva validated; "
                                        "imperva=REVALIDATED"},
        {"X-Iinfo: 7-1-0 NNNN CT(1 1) RT(1 1)", "MISS stated imperva -; imperva=MISS; weak"},
        {"X-Vercel-Cache: HIT", "HIT stated vercel -; vercel=HIT"},
        {"X-Vercel-Cache: MISS", "MISS stated vercel -; vercel=MISS"},
        {"X-Vercel-Cache: STALE", "STALE stated vercel stale-while-revalidate; vercel=STALE;"
                                  " stale-cause=while-revalidate"},
        {"X-Vercel-Cache: PRERENDER\nAge: 0", "HIT stated vercel prerender; vercel=HIT"},
        {"X-Vercel-Cache: REVALIDATED", "EXPIRED stated vercel invalidated; vercel=EXPIRED"},
        {"X-Vercel-Cache: BYPASS", "BYPASS stated vercel -; vercel=BYPASS"},
        {"X-Cache: cp5018 miss, cp5018 hit/129061",
         "HIT stated wikimedia -; cp5018=MISS~ cp5018=HIT(129061); fossil"},
        {"X-Cache: cp1 hit/5, cp2 miss",
         "MISS stated wikimedia shield-hit; cp1=HIT(5) cp2=MISS; tier=shield"},
        {"X-Cache: cp4029 hit, cp4027 pass", "BYPASS stated wikimedia -; cp4029=HIT cp4027=BYPASS"},
        {"X-Cache-Status: hit-front", "HIT stated wikimedia -; wikimedia=HIT"},
        {"X-Cache-Status: hit-local", "HIT stated wikimedia shield-hit; wikimedia=HIT;"
                                      " tier=shield"},
        {"X-Cache-Status: int-front", "SYNTHETIC stated wikimedia -; wikimedia=SYNTHETIC"},
        {"Server-Timing: cache;desc=\"hit-front\"", "HIT stated wikimedia -; wikimedia=HIT"},
        {"Server-Timing: cache;desc=\"Cache Read\";dur=23.2", "UNKNOWN none - -; -"},
        {"x-hcdn-cache-status: DYNAMIC", "DYNAMIC stated hostinger not-eligible; "
                                         "hostinger=DYNAMIC"},
        {"X-MNRequest-ID: 1\nX-Cache-Status: HIT", "HIT stated medianova -; medianova=HIT"},
        {"Server: ArvanCloud\nX-Cache: BYPASS", "BYPASS stated arvan -; arvan=BYPASS"},
        {"Server: ZENEDGE\nX-Cache-Status: NOTCACHED",
         "CONFIG_NOCACHE stated oracle-waf config-nocache; oracle-waf=CONFIG_NOCACHE"},
        {"X-CF3: H", "HIT stated cachefly -; cachefly=HIT"},
        {"X-CF3: M", "MISS stated cachefly -; cachefly=MISS"},
        {"Cache: HIT\nX-ID: fr5-up-gc8", "HIT stated gcore -; gcore=HIT"},
        {"X-Qnm-Cache: Validate", "REVALIDATED stated qiniu validated; qiniu=REVALIDATED"},
        {"X-Beluga-Cache-Status: HIT", "HIT stated beluga -; beluga=HIT"},
        {"hascache: 1", "HIT stated generic -; generic=HIT"},
    };
    VX_CHECK(rows);
}

static void networks_in_asia(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: HIT TCP_MEM_HIT dirn:-2:-2", "HIT stated alibaba -; alibaba=HIT"},
        {"X-Cache: HIT TCP_HIT dirn:4:123456", "HIT stated alibaba -; alibaba=HIT"},
        {"X-Cache: HIT TCP_REFRESH_HIT dirn:4:123456",
         "REVALIDATED stated alibaba validated; alibaba=REVALIDATED"},
        {"X-Cache: MISS TCP_MISS dirn:-2:-2", "MISS stated alibaba -; alibaba=MISS"},
        {"X-Cache: MISS TCP_REFRESH_MISS dirn:-2:-2",
         "EXPIRED stated alibaba expired-replaced; alibaba=EXPIRED"},
        {"X-Site-Cache-Status: DYNAMIC", "DYNAMIC stated alibaba-esa not-eligible; "
                                         "alibaba-esa=DYNAMIC"},
        {"X-Cache-Lookup: Cache Hit", "HIT stated tencent -; tencent=HIT"},
        {"X-Cache-Lookup: Hit From MemCache", "HIT stated tencent -; tencent=HIT"},
        {"X-Cache-Lookup: Hit From Disktank3", "HIT stated tencent -; tencent=HIT"},
        {"X-Cache-Lookup: Cache Miss", "MISS stated tencent -; tencent=MISS"},
        {"X-Cache-Lookup: Cache Refresh Hit", "REVALIDATED stated tencent validated; "
                                              "tencent=REVALIDATED; weak"},
        {"X-Cache-Lookup: Hit From Upstream", "HIT stated tencent shield-hit; tencent=HIT;"
                                              " tier=shield weak"},
        {"EO-Cache-Status: HIT", "HIT stated edgeone -; edgeone=HIT"},
        {"EO-Cache-Status: MISS", "MISS stated edgeone -; edgeone=MISS"},
        {"EO-Cache-Status: RefreshHit", "REVALIDATED stated edgeone validated; "
                                        "edgeone=REVALIDATED"},
        {"x-hcs-proxy-type: 1", "HIT stated huawei -; huawei=HIT"},
        {"x-hcs-proxy-type: 0\nAge: 50", "MISS stated huawei -; huawei=MISS"},
        {"x-hcs-proxy-type: 1\nX-Cache-Lookup: Cache Miss", "HIT stated huawei -; huawei=HIT"},
        {"nginx-hit: 1", "HIT stated huawei -; huawei=HIT"},
        {"Server: JSP3/2.0.14\nX-Cache-Status: MISS", "MISS stated baidu -; baidu=MISS"},
        {"Ohc-Cache-HIT: bj2ct50 [4]", "UNKNOWN none - -; -"},
        {"X-Bdcdn-Cache-Status: TCP_HIT", "HIT stated bytedance -; bytedance=HIT"},
        {"X-Response-Cache: edge_hit", "HIT stated bytedance -; bytedance=HIT"},
        {"X-Response-Cache: parent_hit", "HIT stated bytedance shield-hit; bytedance=HIT;"
                                         " tier=shield"},
        {"X-Tt-Trace-Tag: id=16;cdn-cache=hit;type=static",
         "HIT stated bytedance -; bytedance=HIT"},
        {"Server: TLB\nServer-Timing: cdn-cache;desc=hit", "HIT stated bytedance -; bytedance=HIT"},
        {"ctl-cache-status: HIT from zj-ningbo8-ca17", "HIT stated ctyun -; zj-ningbo8-ca17=HIT"},
        {"X-Ws-Request-Id: 1\nX-Cache: MISS", "MISS stated wangsu -; wangsu=MISS"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cloudflare),
        cmocka_unit_test(edgecast),
        cmocka_unit_test(azure),
        cmocka_unit_test(akamai),
        cmocka_unit_test(cloudfront),
        cmocka_unit_test(fastly),
        cmocka_unit_test(networks_with_a_word),
        cmocka_unit_test(networks_in_asia),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
