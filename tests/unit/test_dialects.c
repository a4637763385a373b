/* SPDX-License-Identifier: Apache-2.0 */
/* One row for every value of caches, applications, gateways and hosts: header lines as they are
 * seen, verdict out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

static void nginx(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache-Status: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Cache-Status: MISS", "MISS stated nginx -; nginx=MISS"},
        {"X-Cache-Status: EXPIRED", "EXPIRED stated nginx expired-replaced; nginx=EXPIRED"},
        {"X-Cache-Status: STALE", "STALE stated nginx -; nginx=STALE"},
        {"X-Cache-Status: UPDATING", "UPDATING stated nginx background-refresh; nginx=UPDATING"},
        {"X-Cache-Status: REVALIDATED", "REVALIDATED stated nginx validated; nginx=REVALIDATED"},
        {"X-Cache-Status: BYPASS", "BYPASS stated nginx config-bypass; nginx=BYPASS"},
        {"X-Cache-Status: MISS\nCache-Control: no-store",
         "MISS stated nginx response-no-store; nginx=MISS; stored=no"},
        {"X-Cache-Status: MISS\nCache-Control: max-age=9\nSet-Cookie: a=b",
         "MISS stated nginx response-set-cookie; nginx=MISS; stored=no"},
        {"X-Cache-Status: MISS\nCache-Control: no-cache",
         "MISS stated nginx response-no-cache; nginx=MISS; stored=no"},
        {"@GET / HTTP/1.1\n\n404\nX-Cache-Status: HIT\n", "HIT stated nginx negative; nginx=HIT"},
        {"@GET / HTTP/1.1\n\n503\nX-Cache-Status: HIT\n", "HIT stated nginx negative; nginx=HIT"},
        {"X-Proxy-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-FastCGI-Cache: BYPASS", "BYPASS stated nginx config-bypass; nginx=BYPASS"},
        {"Fastcgi-Cache: MISS", "MISS stated nginx -; nginx=MISS"},
        {"X-Nginx-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Nginx-Cache-Status: STALE", "STALE stated nginx -; nginx=STALE"},
        {"X-Cached: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Cache-Nginx: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-uWSGI-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-SCGI-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Upstream-Cache-Status: EXPIRED",
         "EXPIRED stated nginx expired-replaced; nginx=EXPIRED"},
        {"Upstream-Cache-Status: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Srv-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-GoCache-CacheStatus: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Site-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-GG-Cache-Status: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-EasyEngine-Cache: HIT", "HIT stated nginx -; nginx=HIT"},
        {"X-Proxy-Cache-MT: EXPIRED",
         "EXPIRED stated cdn.com.tr expired-replaced; cdn.com.tr=EXPIRED"},
    };
    VX_CHECK(rows);
}

#define SQUID(x, lookup)                                             \
    "X-Cache: " x " from cache.example.com\nX-Cache-Lookup: " lookup \
    " from cache.example.com:3128\nVia: 1.1 cache.example.com (squid/5.7)\n"

static void squid(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {SQUID("HIT", "HIT") "Age: 5", "HIT stated squid -; cache.example.com=HIT"},
        {"X-Cache: HIT from proxy\nVia: 1.1 proxy (squid/5.7)", "HIT stated squid -; proxy=HIT"},
        {SQUID("HIT", "HIT") "Age: 9\nCache-Control: max-age=1\n"
                             "Warning: 110 squid/5.7 \"Response is stale\"\n"
                             "Warning: 111 squid/5.7 \"Revalidation failed\"",
         "STALE stated squid stale-if-error; cache.example.com=STALE; stale-cause=error"},
        {SQUID("HIT", "HIT") "Age: 9\nWarning: 110 squid/5.7 \"Response is stale\"",
         "STALE stated squid -; cache.example.com=STALE"},
        {SQUID("MISS", "MISS"), "MISS stated squid -; cache.example.com=MISS"},
        {SQUID("MISS", "HIT"),
         "EXPIRED stated squid expired-replaced; cache.example.com=EXPIRED; weak"},
        {SQUID("MISS", "HIT") "Vary: Accept-Language",
         "MISS stated squid vary-not-stored; cache.example.com=MISS"},
        {SQUID("MISS", "HIT") "Vary: *",
         "EXPIRED stated squid expired-replaced; cache.example.com=EXPIRED; weak"},
        {"@GET / HTTP/1.1\nCache-Control: max-age=0\n\n200\n" SQUID("MISS", "HIT"),
         "CLIENT_REFRESH stated squid request-max-age; cache.example.com=CLIENT_REFRESH"},
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\n" SQUID("MISS", "HIT"),
         "CLIENT_REFRESH stated squid request-no-cache; cache.example.com=CLIENT_REFRESH"},
        {"@GET / HTTP/1.1\n\n503\n" SQUID("MISS", "HIT"),
         "ERROR stated squid origin-error; cache.example.com=ERROR"},
        {"@GET / HTTP/1.1\nCache-Control: max-age=0\n\n503\n" SQUID("MISS", "HIT"),
         "ERROR stated squid origin-error; cache.example.com=ERROR"},
        {"@GET / HTTP/1.1\n\n503\n" SQUID("MISS", "NONE") "X-Squid-Error: ERR_CONNECT_FAIL 111\n",
         "ERROR stated squid origin-unreachable; cache.example.com=ERROR"},
        {"@GET / HTTP/1.1\n\n504\n" SQUID("MISS", "MISS") "X-Squid-Error: ERR_READ_TIMEOUT 0\n",
         "ERROR stated squid origin-timeout; cache.example.com=ERROR"},
        {"@GET / HTTP/1.1\n\n502\n" SQUID("MISS", "MISS") "X-Squid-Error: ERR_ZERO_SIZE_OBJECT 0\n",
         "ERROR stated squid origin-error; cache.example.com=ERROR"},
        {"@GET / HTTP/1.1\n\n403\n" SQUID("MISS", "NONE") "X-Squid-Error: ERR_ACCESS_DENIED 0\n",
         "SYNTHETIC stated squid denied; cache.example.com=SYNTHETIC"},
        {"@GET / HTTP/1.1\n\n504\n" SQUID("MISS",
                                          "MISS") "X-Squid-Error: ERR_ONLY_IF_CACHED_MISS 0\n",
         "SYNTHETIC stated squid request-only-if-cached; cache.example.com=SYNTHETIC"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n504\nServer: squid/5.7\n" SQUID(
             "HIT", "HIT") "X-Squid-Error: ERR_ONLY_IF_CACHED_MISS 0\nWarning: 110 squid/5.7 "
                           "\"Response is "
                           "stale\"\n",
         "SYNTHETIC stated squid request-only-if-cached; cache.example.com=SYNTHETIC"},
        {"@GET / HTTP/1.1\n\n200\n" SQUID("HIT", "HIT") "X-Squid-Error: ERR_READ_TIMEOUT 0\n",
         "HIT stated squid -; cache.example.com=HIT"},
        {SQUID("MISS", "NONE"), "BYPASS stated squid config-bypass; cache.example.com=BYPASS"},
        {"@POST / HTTP/1.1\n\n200\n" SQUID("MISS", "NONE"),
         "BYPASS stated squid request-method; cache.example.com=BYPASS"},
        {"X-Cache: HIT from inner\nX-Cache: MISS from outer\n"
         "X-Cache-Lookup: HIT from inner:3128\nX-Cache-Lookup: HIT from outer:3128",
         "EXPIRED stated squid expired-replaced; inner=HIT outer=EXPIRED; tier=shield weak"},
        {"X-Cache: MISS from in\nX-Cache-Lookup: HIT from inner:3128\n"
         "X-Cache-Lookup: MISS from in:3128",
         "MISS stated squid -; in=MISS"},
        {"@GET / HTTP/1.1\nCache-Control: max-age=0\n\n200\n"
         "X-Cache: HIT from inner\nX-Cache: MISS from outer\n"
         "X-Cache-Lookup: HIT from inner:3128\nX-Cache-Lookup: HIT from outer:3128\n",
         "CLIENT_REFRESH stated squid request-max-age; inner=HIT outer=CLIENT_REFRESH;"
         " tier=shield"},
    };
    VX_CHECK(rows);
}

#define V71 "Via: 1.1 varnish (Varnish/7.1)\n"

static void varnish(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Varnish: 131074 53\nAge: 3\n" V71, "HIT stated varnish -; varnish=HIT"},
        {"X-Varnish: 55 53\nAge: 2\nCache-Control: public,max-age=2\n" V71,
         "HIT stated varnish -; varnish=HIT"},
        {"X-Varnish: 55 53\nAge: 3\nCache-Control: public,max-age=2\n" V71,
         "UPDATING stated varnish background-refresh; varnish=UPDATING"},
        {"X-Varnish: 55 53\nAge: 300\nCache-Control: max-age=0\n" V71,
         "HIT stated varnish -; varnish=HIT"},
        {"X-Varnish: 52\nAge: 0\n" V71, "MISS stated varnish -; varnish=MISS"},
        {"@POST / HTTP/1.1\n\n200\nX-Varnish: 52\nAge: 0\n" V71,
         "BYPASS stated varnish request-method; varnish=BYPASS"},
        {"@GET / HTTP/1.1\nAuthorization: Basic eA==\n\n200\nX-Varnish: 52\nAge: 0\n" V71,
         "BYPASS stated varnish request-authorization; varnish=BYPASS"},
        {"@GET / HTTP/1.1\nCookie: a=b\n\n200\nX-Varnish: 52\nAge: 0\n" V71,
         "BYPASS stated varnish request-cookie; varnish=BYPASS"},
        {"X-Varnish: 52\nAge: 0\nCache-Control: no-store\n" V71,
         "UNCACHEABLE stated varnish response-no-store; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 52\nAge: 0\nCache-Control: private\n" V71,
         "UNCACHEABLE stated varnish response-private; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 52\nAge: 0\nCache-Control: no-cache\n" V71,
         "UNCACHEABLE stated varnish response-no-cache; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 52\nAge: 0\nSet-Cookie: a=b\n" V71,
         "UNCACHEABLE stated varnish response-set-cookie; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 52\nAge: 0\nVary: *\n" V71,
         "UNCACHEABLE stated varnish response-vary-star; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 52\nAge: 0\nCache-Control: max-age=0\n" V71,
         "UNCACHEABLE stated varnish response-max-age-zero; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish: 52\nAge: 0\nExpires: Thu, 01 Jan 1970 00:00:00 GMT\n" V71,
         "UNCACHEABLE stated varnish response-expired; varnish=UNCACHEABLE; stored=no"},
        {"Server: Varnish\nX-Varnish: 57\nRetry-After: 5",
         "SYNTHETIC stated varnish -; varnish=SYNTHETIC"},
        {"@GET / HTTP/1.1\n\n503 Backend fetch failed\nServer: Varnish\nX-Varnish: 57\nAge: "
         "0\n" V71,
         "ERROR stated varnish origin-unreachable; varnish=ERROR"},
        {"X-Varnish: 1 2 3", "UNKNOWN stated varnish unrecognised-status; varnish=UNKNOWN"},
        {"X-Varnish: abc", "UNKNOWN stated varnish unrecognised-status; varnish=UNKNOWN"},
        {"X-Varnish: 10\nX-Varnish: 20 11",
         "HIT stated varnish -; varnish=MISS~ varnish=HIT; fossil"},
        {"X-Varnish: 10 9, 20", "MISS stated varnish shield-hit; varnish=HIT varnish=MISS;"
                                " tier=shield"},
        /* the words of a VCL beside the numbers */
        {"X-Varnish: 52\nAge: 0\n" V71 "X-Cache: MISS\nX-Cache-Hits: 0",
         "MISS stated varnish -; varnish=MISS(0)"},
        {"X-Varnish: 55 53\nAge: 0\n" V71 "X-Cache: HIT\nX-Cache-Hits: 1",
         "HIT stated varnish -; varnish=HIT(1)"},
        {"X-Varnish: 55 53\nAge: 0\n" V71 "X-Cache: MISS",
         "HIT stated varnish -; varnish=HIT; disagree"},
        {"X-Varnish: 55\nAge: 0\n" V71 "X-Cache: HIT",
         "MISS stated varnish -; varnish=MISS; disagree"},
        /* the built-in VCL looks at Surrogate-Control first */
        {"X-Varnish: 52\nAge: 0\nCache-Control: no-store\nSurrogate-Control: max-age=9\n" V71,
         "MISS stated varnish -; varnish=MISS; side=origin"},
        {"X-Varnish: 52\nAge: 0\nCache-Control: max-age=9\nSurrogate-Control: no-store\n" V71,
         "UNCACHEABLE stated varnish response-no-store; varnish=UNCACHEABLE; stored=no "
         "side=origin"},
        {"X-Varnish: 52\nAge: 0\nCache-Control: no-store\n" V71 "X-Cache: MISS",
         "MISS stated varnish response-no-store; varnish=MISS; stored=no"},
        {"@POST / HTTP/1.1\n\n200\nX-Varnish: 52\nAge: 0\n" V71 "X-Cache: MISS\n",
         "BYPASS stated varnish request-method; varnish=BYPASS"},
        {"X-Varnish: 55 53\n" V71 "X-Cache: hit graced cached",
         "UPDATING stated varnish background-refresh; varnish=UPDATING"},
        {"X-Varnish: 55 53\n" V71 "X-Cache: hit cached", "HIT stated varnish -; varnish=HIT"},
        {"X-Varnish: 55\n" V71 "X-Cache: miss cached", "MISS stated varnish -; varnish=MISS"},
        {"X-Varnish: 55\n" V71 "X-Cache: miss uncacheable",
         "UNCACHEABLE stated varnish -; varnish=UNCACHEABLE"},
        {"X-Varnish: 55\n" V71 "X-Cache: pass uncacheable",
         "BYPASS stated varnish -; varnish=BYPASS"},
        {"X-Varnish: 55\n" V71 "X-Cache: pipe uncacheable",
         "BYPASS stated varnish tunnel; varnish=BYPASS"},
        {"X-Varnish: 55\n" V71 "X-Cache: synth synth",
         "SYNTHETIC stated varnish -; varnish=SYNTHETIC"},
        {"X-Varnish: 55\n" V71 "X-Cache: MISS\nX-Cacheable: NO:Not Cacheable",
         "UNCACHEABLE stated varnish -; varnish=UNCACHEABLE; stored=no"},
        {"X-Varnish-Cache: HIT", "HIT stated varnish -; varnish=HIT"},
    };
    VX_CHECK(rows);
}

#define ASF(word, detail) \
    "X-Cache: " word " from www.example\nX-Cache-Detail: \"" detail "\" from www.example"

static void httpd(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ASF("HIT", "cache hit") "\nAge: 3", "HIT stated httpd -; www.example=HIT"},
        {ASF("HIT", "cache hit: 5xx status; stale content returned"),
         "STALE stated httpd stale-if-error; www.example=STALE; stale-cause=error"},
        {ASF("REVALIDATE", "conditional cache hit: entity refreshed"),
         "REVALIDATED stated httpd validated; www.example=REVALIDATED"},
        {"X-Cache: REVALIDATE from 127.0.0.1",
         "REVALIDATED stated httpd validated; 127.0.0.1=REVALIDATED"},
        {ASF("MISS", "cache miss: attempting entity save"),
         "MISS stated httpd -; www.example=MISS"},
        {ASF("MISS", "conditional cache miss: 304 was uncacheable, entity removed: x"),
         "EXPIRED stated httpd expired-replaced; www.example=EXPIRED; stored=no"},
        {ASF("MISS", "cache miss: cache unwilling to store response"),
         "MISS stated httpd -; www.example=MISS; stored=no"},
        {ASF("MISS", "cache miss: Cache-Control: no-store present"),
         "UNCACHEABLE stated httpd response-no-store; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Cache-Control: private present"),
         "UNCACHEABLE stated httpd response-private; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Authorization required"),
         "UNCACHEABLE stated httpd request-authorization; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Vary header contains '*'"),
         "UNCACHEABLE stated httpd response-vary-star; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Response status 302"),
         "UNCACHEABLE stated httpd response-status; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Broken expires header: x"),
         "UNCACHEABLE stated httpd response-expired; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Expires header already expired; not cacheable"),
         "UNCACHEABLE stated httpd response-expired; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: Query string present but no explicit expiration time"),
         "UNCACHEABLE stated httpd response-no-freshness; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: No Last-Modified; Etag; Expires; Cache-Control:max-age or "
                     "Cache-Control:s-maxage headers"),
         "UNCACHEABLE stated httpd response-no-freshness; www.example=UNCACHEABLE; stored=no"},
        {ASF("MISS", "cache miss: environment variable 'no-cache' is set"),
         "CONFIG_NOCACHE stated httpd config-nocache; www.example=CONFIG_NOCACHE; stored=no"},
        {ASF("MISS", "cache miss: r->no_cache present"),
         "CONFIG_NOCACHE stated httpd config-nocache; www.example=CONFIG_NOCACHE; stored=no"},
        {ASF("INVALIDATE", "cache invalidated by POST"),
         "BYPASS stated httpd invalidated; www.example=BYPASS"},
        {"X-Cache: INVALIDATE from www.example",
         "BYPASS stated httpd invalidated; www.example=BYPASS"},
    };
    VX_CHECK(rows);
}

#define ATS(code) "Via: http/1.1 ats (ApacheTrafficServer/9.2.9 [" code "])"

static void trafficserver(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {ATS("uScMsSfWpSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=yes"},
        {ATS("uScMsSf pSeN:t cCMp sS"), "MISS stated trafficserver -; ats=MISS; stored=no"},
        {ATS("uScMsSf pSeN:t cCMp sS") "\nCache-Control: no-store",
         "UNCACHEABLE stated trafficserver response-no-store; ats=UNCACHEABLE; stored=no"},
        {ATS("uScHs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScHs f p eN:t cCHp sF"), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScRs f p eN:t cCHp s "), "HIT stated trafficserver -; ats=HIT"},
        {ATS("uScWs f p eN:t cCHp s "), "HIT stated trafficserver collapsed; ats=HIT; collapsed"},
        {ATS("uScSsNfUpSeN:t cCSp sS"), "REVALIDATED stated trafficserver validated; "
                                        "ats=REVALIDATED"},
        {ATS("uScSsSfUpSeN:t cCSp sS"), "EXPIRED stated trafficserver expired-replaced; "
                                        "ats=EXPIRED"},
        {ATS("uScSsSfUpSeN:t cCSp sS") "\nCache-Control: max-age=2\nAge: 9",
         "STALE stated trafficserver stale-if-error; ats=STALE; stale-cause=error"},
        {ATS("uNcSsSfUpSeN:t cCUp sS"), "CLIENT_REFRESH stated trafficserver client-forced; "
                                        "ats=CLIENT_REFRESH"},
        {ATS("uScSsEf p eN:t cCHp sF") "\nWarning: 111 ats \"Revalidation failed\"",
         "STALE stated trafficserver stale-if-error; ats=STALE; stale-cause=error"},
        {"@GET / HTTP/1.1\n\n502\n" ATS("uScMsEf p eC:t cCMp sF") "\n",
         "ERROR stated trafficserver origin-unreachable; ats=ERROR"},
        {"@GET / HTTP/1.1\n\n504\n" ATS("uScMsEf p eT:t cCMp sF") "\n",
         "ERROR stated trafficserver origin-timeout; ats=ERROR"},
        {"@GET / HTTP/1.1\n\n403\n" ATS("uSc s f p eF:t c  p s ") "\n",
         "SYNTHETIC stated trafficserver denied; ats=SYNTHETIC"},
        {"@POST / HTTP/1.1\n\n200\n" ATS("uScSsSfDpSeN:t cCDp sS") "\n",
         "NONE stated trafficserver request-method; ats=NONE"},
        {"@POST / HTTP/1.1\n\n200\n" ATS("uScMsSf pSeN:t cCMp sS") "\nCache-Control: no-store\n",
         "NONE stated trafficserver request-method; ats=NONE"},
        {"@GET / HTTP/1.1\nCache-Control: only-if-cached\n\n504\n" ATS(
             "uScMs f p eT:t cCMp s ") "\n",
         "SYNTHETIC stated trafficserver request-only-if-cached; ats=SYNTHETIC"},
        {"@POST / HTTP/1.1\n\n200\n" ATS("uSc sSf pSeN:tMc  p sS") "\n",
         "NONE stated trafficserver request-method; ats=NONE"},
        {ATS("uSc sSf pSeN:tOc  p sS"), "CONFIG_NOCACHE stated trafficserver config-nocache; "
                                        "ats=CONFIG_NOCACHE"},
        {ATS("uSc sSf pSeN:tAc  p sS"), "BYPASS stated trafficserver request-authorization; "
                                        "ats=BYPASS"},
        {ATS("uCcAsSf pSeN:t cCKp sS"), "BYPASS stated trafficserver request-cookie; ats=BYPASS"},
        {ATS("cMsSfW"), "MISS stated trafficserver -; ats=MISS; stored=yes"},
        {ATS("cHs f "), "HIT stated trafficserver -; ats=HIT"},
        {"Via: http/1.1 a (ApacheTrafficServer/9.2.9 [cSsSfU])",
         "EXPIRED stated trafficserver expired-replaced; a=EXPIRED"},
        {"Via: http/1.0 p, http/1.1 ats (ApacheTrafficServer/8.1.1 [uScRs f p eN:t cCHi p s ])",
         "HIT stated trafficserver -; ats=HIT"},
        {ATS("nonsense"), "UNKNOWN stated trafficserver unrecognised-status; ats=UNKNOWN"},
        {"X-Cache: hit-fresh", "HIT stated trafficserver -; trafficserver=HIT"},
        {"X-Cache: hit-stale", "EXPIRED stated trafficserver expired-replaced; "
                               "trafficserver=EXPIRED; weak"},
        {"X-Cache: skipped", "BYPASS stated trafficserver -; trafficserver=BYPASS"},
        {"X-Cache: miss, hit-fresh",
         "HIT stated trafficserver -; generic=MISS~ trafficserver=HIT; fossil"},
        {"X-Cache: hit-fresh\n" ATS("uNcSsSfUpSeN:t cCUp sS"),
         "CLIENT_REFRESH stated trafficserver client-forced; ats=CLIENT_REFRESH; disagree"},
    };
    VX_CHECK(rows);
}

static void applications(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"x-nextjs-cache: STALE", "STALE stated nextjs stale-while-revalidate; nextjs=STALE;"
                                  " tier=application stale-cause=while-revalidate"},
        {"x-nextjs-cache: REVALIDATED", "EXPIRED stated nextjs invalidated; nextjs=EXPIRED;"
                                        " tier=application"},
        {"X-LiteSpeed-Cache: hit", "HIT stated litespeed -; litespeed=HIT"},
        {"X-LiteSpeed-Cache: hit,private", "HIT stated litespeed -; litespeed=HIT; private"},
        {"x-lsadc-cache: hit,litemage", "HIT stated litespeed -; litespeed=HIT"},
        {"x-qc-cache: miss\nx-qc-pop: EU-DE-FRA-380", "MISS stated litespeed -; litespeed=MISS"},
        {"X-LiteSpeed-Cache: bkn", "HIT stated litespeed -; litespeed=HIT"},
        {"X-Drupal-Cache: HIT", "HIT stated drupal -; drupal=HIT; tier=application"},
        {"X-Drupal-Cache: UNCACHEABLE (response policy)",
         "UNCACHEABLE stated drupal -; drupal=UNCACHEABLE; tier=application"},
        {"X-Drupal-Dynamic-Cache: UNCACHEABLE (poor cacheability)",
         "UNCACHEABLE stated drupal -; drupal=UNCACHEABLE; tier=application"},
        {"X-Magento-Cache-Debug: HIT\nGrace: none\nCache-Control: no-store",
         "HIT stated magento -; magento=HIT"},
        {"X-Magento-Cache-Debug: HIT\nGrace: normal (healthy server)",
         "UPDATING stated magento background-refresh; magento=UPDATING"},
        {"X-Magento-Cache-Debug: HIT\nGrace: unlimited (unhealthy server)",
         "STALE stated magento stale-if-error; magento=STALE; stale-cause=error"},
        {"X-Magento-Cache-Debug: MISS\nCache-Control: no-store",
         "MISS stated magento -; magento=MISS"},
        {"X-Magento-Cache-Debug: UNCACHEABLE", "UNCACHEABLE stated magento -; "
                                               "magento=UNCACHEABLE"},
        {"X-Rack-Cache: fresh", "HIT stated rack-cache -; rack-cache=HIT; tier=application"},
        {"X-Rack-Cache: stale, valid, store",
         "REVALIDATED stated rack-cache validated; rack-cache=REVALIDATED; tier=application"},
        {"X-Rack-Cache: stale, invalid, store",
         "EXPIRED stated rack-cache expired-replaced; rack-cache=EXPIRED; tier=application"},
        {"X-Rack-Cache: miss", "MISS stated rack-cache -; rack-cache=MISS; stored=no"
                               " tier=application"},
        {"X-Rack-Cache: miss, ignore, store",
         "MISS stated rack-cache -; rack-cache=MISS; stored=yes tier=application"},
        {"X-Rack-Cache: pass", "BYPASS stated rack-cache -; rack-cache=BYPASS; tier=application"},
        {"X-Rack-Cache: invalidate, pass",
         "BYPASS stated rack-cache invalidated; rack-cache=BYPASS; tier=application"},
        {"X-Rack-Cache: reload, store",
         "CLIENT_REFRESH stated rack-cache client-forced; rack-cache=CLIENT_REFRESH;"
         " tier=application"},
        {"X-Symfony-Cache: GET /: stale, valid, store; GET /_f: miss",
         "REVALIDATED stated symfony validated; symfony=REVALIDATED; tier=application"},
        {"X-Symfony-Cache: GET /: miss, store; GET /_fragment: fresh",
         "MISS stated symfony -; symfony=MISS; stored=yes tier=application"},
        {"X-Symfony-Cache: stale/valid/store",
         "REVALIDATED stated symfony validated; symfony=REVALIDATED; tier=application"},
        {"X-Symfony-Cache: GET /: stale, stale-if-error",
         "STALE stated symfony stale-if-error; symfony=STALE; tier=application"
         " stale-cause=error"},
        {"X-Symfony-Cache: GET /: fresh", "HIT stated symfony -; symfony=HIT; tier=application"},
    };
    VX_CHECK(rows);
}

static void gateways_and_hosts(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache-Status: Refresh\nX-Cache-Key: 3f", "EXPIRED stated kong expired-replaced; "
                                                     "kong=EXPIRED"},
        {"X-Cache-Status: Bypass\nX-Kong-Proxy-Latency: 1", "BYPASS stated kong -; kong=BYPASS"},
        {"Apisix-Cache-Status: EXPIRED", "EXPIRED stated apisix expired-replaced; apisix=EXPIRED"},
        {"x-tyk-cached-response: 1", "HIT stated tyk -; tyk=HIT"},
        {"X-SRCache-Fetch-Status: MISS\nX-SRCache-Store-Status: STORE",
         "MISS stated srcache -; srcache=MISS"},
        {"X-SRCache-Fetch-Status: MISS\nX-SRCache-Store-Status: BYPASS",
         "MISS stated srcache -; srcache=MISS; stored=no"},
        {"X-From-Cache: 1", "HIT stated httpcache -; httpcache=HIT"},
        {"X-Kinsta-Cache: HIT", "HIT stated kinsta -; kinsta=HIT"},
        {"X-Cache: HIT: 3\nX-Cacheable: SHORT", "HIT stated wpengine -; wpengine=HIT(3)"},
        {"X-Cache: MISS\nX-Cacheable: NO:Passed", "BYPASS stated wpengine config-bypass; "
                                                  "wpengine=BYPASS"},
        {"X-Cache: MISS\nX-Cacheable: NO:Private", "UNCACHEABLE stated wpengine -; "
                                                   "wpengine=UNCACHEABLE; stored=no"},
        {"X-Powered-By: WP Engine\nX-Cache: MISS\nX-Pass-Why: wp-admin",
         "BYPASS stated wpengine config-bypass; wpengine=BYPASS"},
        {"X-Proxy-Cache: MISS\nX-Proxy-Cache-Info: DT:1", "MISS stated siteground -; "
                                                          "siteground=MISS"},
        {"X-Cache: hit\nx-rq: fra1", "HIT stated wpvip -; wpvip=HIT"},
        {"X-nc: MISS", "MISS stated wpcom -; wpcom=MISS"},
        {"WP-Super-Cache: Served supercache file from PHP",
         "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-Cache-Handler: cache-enabler-engine",
         "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-Rocket-Nginx-Serving-Static: MISS",
         "MISS stated wordpress -; wordpress=MISS; tier=application"},
        {"X-Rocket-Nginx-Serving-Static: Yes",
         "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-Nitro-Cache: HIT", "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-nananana: Batcache-Hit", "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-nananana: Batcache-Set", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nginx),
        cmocka_unit_test(squid),
        cmocka_unit_test(varnish),
        cmocka_unit_test(httpd),
        cmocka_unit_test(trafficserver),
        cmocka_unit_test(applications),
        cmocka_unit_test(gateways_and_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
