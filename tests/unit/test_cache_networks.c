/* SPDX-License-Identifier: Apache-2.0 */
/* Networks, hosts and gateways: every value that neither test_dialects.c nor
 * test_dialects_networks.c quotes, fields with a form of their own, and the fingerprints by which
 * the writer of a common field is known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/verdict.h"

struct value_row {
    const char *lines; /* header lines; %s is the value */
    const char *dialect;
    const char *values; /* "WORD=OUTCOME WORD=OUTCOME" */
};

#define NGINX_WORDS                                                                            \
    "HIT=HIT MISS=MISS EXPIRED=EXPIRED STALE=STALE UPDATING=UPDATING REVALIDATED=REVALIDATED " \
    "BYPASS=BYPASS"

static size_t check_value(const struct value_row *row, const char *word, const char *outcome)
{
    char lines[512];
    char got[1024];
    char want[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    (void)snprintf(lines, sizeof lines, row->lines, word);
#pragma GCC diagnostic pop
    (void)snprintf(want, sizeof want, "%s stated %s ", outcome, row->dialect);
    vx_classify(got, sizeof got, lines);
    if (strncmp(got, want, strlen(want)) == 0) {
        return 0;
    }
    print_error("%s: want %s, got %s\n", lines, want, got);
    return 1;
}

static const struct value_row value_rows[] = {
    {"X-Cache: %s\nX-Azure-Ref: 0abc", "azure",
     "TCP_HIT=HIT TCP_REMOTE_HIT=HIT TCP_MISS=MISS PRIVATE_NOSTORE=UNCACHEABLE "
     "CONFIG_NOCACHE=CONFIG_NOCACHE N/A=NONE PARTIAL_HIT=PARTIAL_HIT "
     "TCP_PARTIAL_HIT=PARTIAL_HIT HIT=HIT REMOTE_HIT=HIT MISS=MISS "
     "CACHE_NOCONFIG=CONFIG_NOCACHE"},
    {"X-Akamai-Cache: %s from child", "akamai",
     "Hit=HIT Miss=MISS RefreshHit=REVALIDATED HitStale=STALE Constructed=SYNTHETIC "
     "Redirect=SYNTHETIC Error=ERROR NotCacheable=UNCACHEABLE"},
    {"CDN-Cache: %s", "bunny", NGINX_WORDS},
    {"perma-cache: %s", "bunny", "HIT=HIT MISS=MISS"},
    {"Server: keycdn-engine\nX-Cache: %s", "keycdn", NGINX_WORDS " REVALIDATE=REVALIDATED"},
    {"Server: CDN77-Turbo\nX-Cache: %s", "cdn77", NGINX_WORDS},
    {"X-77-Cache: %s", "cdn77", "HIT=HIT MISS=MISS"},
    {"X-SCP-Cache-Status: %s", "stackpath", "HIT=HIT MISS=MISS EXPIRED=EXPIRED"},
    {"X-Sucuri-Cache: %s", "sucuri", NGINX_WORDS},
    {"X-Vercel-Cache: %s", "vercel",
     "HIT=HIT MISS=MISS STALE=STALE PRERENDER=HIT REVALIDATED=EXPIRED BYPASS=BYPASS"},
    {"x-nextjs-cache: %s", "nextjs", "HIT=HIT MISS=MISS STALE=STALE REVALIDATED=EXPIRED"},
    {"X-Drupal-Cache: %s", "drupal", "HIT=HIT MISS=MISS"},
    {"X-Drupal-Dynamic-Cache: UNCACHEABLE (%s)", "drupal",
     "403=UNCACHEABLE no-cacheability=UNCACHEABLE"},
    {"X-Magento-Cache-Debug: %s", "magento", "HIT=HIT MISS=MISS UNCACHEABLE=UNCACHEABLE"},
    {"X-Cache-Status: %s\nX-Kong-Proxy-Latency: 1", "kong",
     "Miss=MISS Hit=HIT Refresh=EXPIRED Bypass=BYPASS"},
    {"Apisix-Cache-Status: %s", "apisix", NGINX_WORDS},
    {"X-SRCache-Fetch-Status: %s", "srcache", "HIT=HIT MISS=MISS BYPASS=BYPASS"},
    {"X-Cache-Fetch-Status: %s", "srcache", "HIT=HIT MISS=MISS BYPASS=BYPASS"},
    {"X-Powered-By: Nitro\nX-Cache: %s", "nitro",
     "HIT=HIT STALE=STALE REVALIDATED=EXPIRED MISS=MISS"},
    {"Server: ZENEDGE\nX-Cache-Status: %s", "oracle-waf", NGINX_WORDS " NOTCACHED=CONFIG_NOCACHE"},
    {"Server: nuevocloud\nX-Cache: %s", "nuevocloud",
     "Dynamic=DYNAMIC Hit=HIT Miss=MISS Expired=EXPIRED Revalidated=REVALIDATED"},
    {"x-hs-cf-cache-status: %s", "hubspot",
     "HIT=HIT MISS=MISS EXPIRED=EXPIRED STALE=STALE UPDATING=UPDATING "
     "REVALIDATED=REVALIDATED BYPASS=BYPASS DYNAMIC=DYNAMIC"},
    {"X-Cache-Status: %s", "wikimedia",
     "hit-front=HIT hit-local=HIT int-front=SYNTHETIC int-local=SYNTHETIC int-tls=SYNTHETIC"},
    {"X-Cache: cp5018 %s", "wikimedia", "hit=HIT hit/7=HIT miss=MISS pass=BYPASS int=SYNTHETIC"},
    {"X-Kinsta-Cache: %s", "kinsta", "HIT=HIT MISS=MISS BYPASS=BYPASS EXPIRED=EXPIRED"},
    {"X-Proxy-Cache: %s\nx-sg-cdn: 1", "siteground",
     "HIT=HIT MISS=MISS BYPASS=BYPASS EXPIRED=EXPIRED"},
    {"X-Cache: %s\nx-rq: fra1", "wpvip", "hit=HIT miss=MISS expired=EXPIRED stale=STALE"},
    {"X-nc: %s", "wpcom", "HIT=HIT MISS=MISS EXPIRED=EXPIRED"},
    {"x-hcdn-cache-status: %s", "hostinger",
     "HIT=HIT MISS=MISS BYPASS=BYPASS DYNAMIC=DYNAMIC EXPIRED=EXPIRED"},
    {"X-Proxy-Cache-MT: %s", "cdn.com.tr", "HIT=HIT MISS=MISS EXPIRED=EXPIRED BYPASS=BYPASS"},
    {"X-Rocket-Nginx-Serving-Static: %s", "wordpress",
     "HIT=HIT MISS=MISS BYPASS=BYPASS Yes=HIT No=MISS"},
    {"X-Nitro-Cache: %s", "wordpress", "HIT=HIT MISS=MISS"},
    {"x-flying-press-cache: %s", "wordpress", "HIT=HIT MISS=MISS"},
    {"x-flying-press: %s", "wordpress", "HIT=HIT MISS=MISS"},
    {"X-Site-Cache-Status: %s", "alibaba-esa",
     "HIT=HIT MISS=MISS EXPIRED=EXPIRED STALE=STALE BYPASS=BYPASS DYNAMIC=DYNAMIC "
     "REVALIDATED=REVALIDATED NONE=NONE"},
    {"X-Cache: HIT %s dirn:-2:-2", "alibaba",
     "TCP_MEM_HIT=HIT TCP_HIT=HIT TCP_IMS_HIT=HIT TCP_REFRESH_HIT=REVALIDATED"},
    {"EO-Cache-Status: %s", "edgeone", "HIT=HIT MISS=MISS RefreshHit=REVALIDATED"},
    {"x-h-cache-status: %s", "huawei", "HIT=HIT MISS=MISS"},
    {"X-Bdcdn-Cache-Status: %s", "bytedance",
     "TCP_HIT=HIT TCP_MISS=MISS TCP_REFRESH_HIT=REVALIDATED TCP_REFRESH_MISS=EXPIRED"},
    {"X-Response-Cache: %s", "bytedance", "edge_hit=HIT parent_hit=HIT miss=MISS"},
    {"X-Qnm-Cache: %s", "qiniu", "Hit=HIT Miss=MISS Validate=REVALIDATED MissValidate=EXPIRED"},
    {"Cache: %s\nX-ID-FE: fr5-hw-edge-gc26", "gcore", "HIT=HIT MISS=MISS STALE=STALE"},
    {"Server: ArvanCloud\nX-Cache: %s", "arvan", "HIT=HIT MISS=MISS BYPASS=BYPASS"},
    {"X-Beluga-Cache-Status: %s", "beluga", "HIT=HIT MISS=MISS"},
    {"X-Bkd-Cache: %s", "knowsec", "HIT=HIT MISS=MISS"},
    {"x-cdn-pop: rbx1\nX-Cacheable: Matched cache\nX-Cache: %s", "ovh", "HIT=HIT MISS=MISS"},
    {"X-Cache: %s from mix-sd-dst4-001\nServer: marco/2.19", "upyun", "HIT=HIT MISS=MISS"},
    {"X-Cache: %s from x.swiftserve.com:443", "swiftserve", "HIT=HIT MISS=MISS"},
    {"X-Cache: %s from node-1\nX-Via: 1.1 node-1:8080 (Cdn Cache Server V2.0)[1 200 0]", "wangsu",
     "HIT=HIT MISS=MISS"},
    {"X-Cache: %s\nVia: 1.1 x (jcs [cMsSfW])\nX-Jss-Request-Id: 1", "jdcloud", "MISS=MISS"},
    {"X-Cache-Status: %s from KS-CLOUD-BJ-01", "kingsoft", "HIT=HIT MISS=MISS"},
    {"ctl-cache-status: %s from zj-ningbo8-ca17", "ctyun", "HIT=HIT MISS=MISS"},
    {"Server: JSP3/2.0.14\nX-Cache-Status: %s", "baidu", "HIT=HIT MISS=MISS"},
    {"Via: 1.1 google\nX-Cache-Status: %s", "google-cdn",
     "hit=HIT miss=MISS revalidated=REVALIDATED stale=STALE uncacheable=UNCACHEABLE "
     "disabled=CONFIG_NOCACHE partial=PARTIAL_HIT"},
    {"X-MNRequest-ID: 1\nX-Cache-Status: %s", "medianova", NGINX_WORDS},
    {"X-Cache-Webcdn: %s", "generic", "HIT=HIT MISS=MISS"},
    {"ec-cdn-status: %s", "generic", "HIT=HIT MISS=MISS"},
    {"x-edge-cache-status: %s", "generic", "HIT=HIT MISS=MISS"},
    {"x-cdn-cache: %s", "generic", "HIT=HIT MISS=MISS"},
    {"cache-status-cdn: %s", "generic", "HIT=HIT MISS=MISS"},
    {"X-Cache-Info: %s", "generic", "HIT=HIT MISS=MISS"},
    {"X-Varnish-Cache: %s", "varnish", "HIT=HIT MISS=MISS"},
    {"Server-Timing: cache;desc=\"%s\"", "wikimedia",
     "hit-front=HIT hit-local=HIT int-front=SYNTHETIC"},
    {"Server-Timing: edgio_cache;desc=%s", "edgecast",
     "TCP_HIT=HIT TCP_MISS=MISS TCP_PARTIAL_HIT=PARTIAL_HIT TCP_EXPIRED_HIT=REVALIDATED "
     "TCP_EXPIRED_MISS=EXPIRED TCP_CLIENT_REFRESH_MISS=CLIENT_REFRESH NONE=NONE "
     "UNCACHEABLE=UNCACHEABLE CONFIG_NOCACHE=CONFIG_NOCACHE"},
};

static void every_value_of_every_field_of_one_word(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof value_rows / sizeof value_rows[0]; i++) {
        const char *at = value_rows[i].values;
        while (*at != '\0') {
            char word[64];
            char outcome[32];
            size_t n = strcspn(at, " ");
            size_t equals = strcspn(at, "=");
            (void)snprintf(word, sizeof word, "%.*s", (int)equals, at);
            (void)snprintf(outcome, sizeof outcome, "%.*s", (int)(n - equals - 1), at + equals + 1);
            wrong += check_value(&value_rows[i], word, outcome);
            at += n + (at[n] == ' ' ? 1 : 0);
        }
    }
    assert_int_equal(wrong, 0);
}

static void alibaba_and_huawei_name_their_nodes_in_via(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Via: cache36.l2cn1818[23,200-0,M], cache14.l2cn1818[39,0], kunlun7.cn1481[0,200-0,H], "
         "kunlun7.cn1481[1,0]",
         "HIT stated alibaba -; cache36.l2cn1818=MISS~ kunlun7.cn1481=HIT; fossil"},
        {"Via: cache36.l2cn1818[0,200-0,H], kunlun7.cn1481[23,200-0,M]",
         "MISS stated alibaba shield-hit; cache36.l2cn1818=HIT kunlun7.cn1481=MISS; tier=shield"},
        {"Via: kunlun7.cn1481[1,0]", "UNKNOWN none - -; -"},
        {"Via: kunlun7.cn1481[1,200-0,X]",
         "UNKNOWN stated alibaba unrecognised-status; kunlun7.cn1481=UNKNOWN"},
        /* beside the exact word of the edge */
        {"Via: cache36.l2cn1818[23,200-0,M], kunlun7.cn1481[0,200-0,H]\n"
         "X-Cache: HIT TCP_MEM_HIT dirn:-2:-2",
         "HIT stated alibaba -; cache36.l2cn1818=MISS~ kunlun7.cn1481=HIT; fossil"},
        {"X-Cache: HIT TCP_MEM_HIT dirn:-2:-2\n"
         "Via: cache36.l2cn1818[23,200-0,M], kunlun7.cn1481[0,200-0,H]",
         "HIT stated alibaba -; cache36.l2cn1818=MISS~ kunlun7.cn1481=HIT; fossil"},
        {"Via: cache36.l2cn1818[0,304-0,H], kunlun7.cn1481[23,200-0,H]\n"
         "X-Cache: HIT TCP_REFRESH_HIT dirn:4:123456",
         "REVALIDATED stated alibaba validated; cache36.l2cn1818=HIT kunlun7.cn1481=REVALIDATED"},
        {"Via: kunlun7.cn1481[23,200-0,M]\nX-Cache: HIT TCP_HIT dirn:4:5",
         "HIT stated alibaba -; kunlun7.cn1481=HIT; disagree"},
        {"X-Cache: HIT TCP_MISS dirn:4:5", "MISS stated alibaba -; alibaba=MISS; disagree"},
        {"Via: "
         "CHN-HElangfang-AREACUCC1-CACHE9[84],CHN-HElangfang-AREACUCC1-CACHE36[81,TCP_MISS,83],"
         "CHN-BJ-GLOBAL1-CACHE9[1,TCP_HIT,10]",
         "HIT stated huawei -; CHN-HElangfang-AREACUCC1-CACHE36=MISS~ CHN-BJ-GLOBAL1-CACHE9=HIT;"
         " fossil"},
        {"Via: 1.1 a[1], 1.1 b]x[", "UNKNOWN none - -; -"},
        {"Via: [", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

static void huawei_is_read_in_its_documented_order(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-CCDN-CacheTTL: 300\nX-Cache-Lookup: Hit From Upstream",
         "HIT stated huawei shield-hit; huawei=HIT; tier=shield weak"},
        {"X-CCDN-Expires: 300\nX-Cache-Lookup: Hit From MemCache",
         "HIT stated huawei -; huawei=HIT"},
        {"X-CCDN-Req-ID: 1\nX-Cache-Lookup: Something Else", "MISS stated huawei -; huawei=MISS"},
        {"X-Cache-Lookup: Something Else",
         "UNKNOWN stated tencent unrecognised-status; tencent=UNKNOWN"},
    };
    VX_CHECK(rows);
}

#define SERVED "X-Served-By: cache-jfk1041-JFK, cache-ord1720-ORD"

static void fastly_lists(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        /* a restart lists the node again */
        {"X-Cache: MISS, MISS, HIT\nX-Cache-Hits: 0, 0, 2\n"
         "X-Served-By: cache-jfk1041-JFK, cache-ord1720-ORD, cache-ord1720-ORD",
         "HIT stated fastly -; cache-jfk1041-JFK=MISS(0)~ cache-ord1720-ORD=HIT(2); fossil"},
        {"X-Cache: HIT, MISS\nX-Cache-Hits: 1, 0\n"
         "X-Served-By: cache-ord1720-ORD, cache-ord1720-ORD",
         "MISS stated fastly -; cache-ord1720-ORD=MISS(0)"},
        /* on request: a letter and the time left for each node */
        {"X-Cache: MISS, MISS\n" SERVED
         "\nFastly-Debug-TTL: (M cache-jfk1041-JFK - - -), (P cache-ord1720-ORD - - -)",
         "BYPASS stated fastly -; cache-jfk1041-JFK=MISS cache-ord1720-ORD=BYPASS"},
        {"X-Cache: MISS, HIT\nX-Cache-Hits: 0, 1\n" SERVED
         "\nFastly-Debug-TTL: (M cache-jfk1041-JFK - - -), (H cache-ord1720-ORD -2.1 60.0 5)",
         "STALE stated fastly -; cache-jfk1041-JFK=MISS(0)~ cache-ord1720-ORD=STALE(1); fossil"},
        {"X-Cache: MISS\nX-Served-By: cache-ord1720-ORD\n"
         "Fastly-Debug-TTL: (H cache-ord1720-ORD 3599.996 0.000 0)",
         "MISS stated fastly -; cache-ord1720-ORD=MISS; disagree"},
        {"Fastly-Debug-TTL: (M cache-jfk1041-JFK - - -), (H cache-ord1720-ORD 59.0 0.0 4)",
         "HIT stated fastly -; cache-jfk1041-JFK=MISS~ cache-ord1720-ORD=HIT; fossil"},
        {"Fastly-Debug-TTL: (Q cache-ord1720-ORD 59.0 0.0 4)",
         "UNKNOWN stated fastly unrecognised-status; fastly=UNKNOWN"},
        /* nobody counted it and it has no age */
        {"X-Cache: HIT\nX-Cache-Hits: 0\nX-Served-By: cache-fra19170-FRA",
         "HIT stated fastly -; cache-fra19170-FRA=HIT(0); weak"},
        {"X-Cache: HIT\nX-Cache-Hits: 0\nX-Served-By: cache-fra19170-FRA\nAge: 3",
         "HIT stated fastly -; cache-fra19170-FRA=HIT(0)"},
        {"X-Pantheon-Styx-Hostname: styx-fe1-a\nX-Cache: HIT", "HIT stated fastly -; fastly=HIT"},
    };
    VX_CHECK(rows);
}

#define GHOST " from a23-45-67-89.deploy.akamaitechnologies.com (AkamaiGHost/9.5.1.3-25098137) (-)"
#define NODE  "a23-45-67-89.deploy.akamaitechnologies.com"

static void second_opinions_of_networks(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: TCP_MISS" GHOST "\nX-Cache-Key: /L/1168/123456/000/www.example.com/x",
         "UNCACHEABLE stated akamai -; " NODE "=UNCACHEABLE; stored=no"},
        {"X-Cache: TCP_MISS" GHOST "\nX-Cache-Key: /L/1168/123456/1h/www.example.com/000/x",
         "MISS stated akamai -; " NODE "=MISS"},
        {"X-Cache: TCP_MISS" GHOST "\nX-Cache-Key: /L/1168", "MISS stated akamai -; " NODE "=MISS"},
        {"x-ec-cache: TCP_HIT from ECAcc (lga/0FE8)\nx-ec-cache-state: max-age=604800 (7d); "
         "cache-ts=1341802519 (date); cache-age=0 (0s); remaining-ttl=604800 (7d); "
         "expires-delta=none",
         "HIT stated edgecast -; ECAcc=HIT"},
        {"x-ec-cache: TCP_HIT from ECAcc (lga/0FE8)\n"
         "x-ec-cache-state: max-age=60 (1m); remaining-ttl=-5 (-5s); expires-delta=none",
         "STALE stated edgecast -; ECAcc=STALE"},
        {"x-ec-cache: TCP_MISS from ECAcc (lga/0FE8)\nx-ec-check-cacheable: SECURED",
         "MISS stated edgecast -; ECAcc=MISS"},
        {"X-HW: 1544110512.dop012.fr8.t,1544110512.cds049.fr8.c\nX-Cache: HIT",
         "HIT stated stackpath -; cds049.fr8.c=HIT"},
        /* its letters are not documented: alone they decide nothing */
        {"X-HW: 1544110512.dop012.fr8.t,1544110512.cds049.fr8.c", "UNKNOWN none - -; -"},
        {"X-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:H",
         "HIT stated cachefly -; cachefly=HIT"},
        {"X-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:M",
         "MISS stated cachefly -; cachefly=MISS"},
        {"X-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:Q",
         "UNKNOWN stated cachefly unrecognised-status; cachefly=UNKNOWN"},
        {"X-CF3: H\nX-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:M",
         "HIT stated cachefly -; cachefly=HIT"},
        {"X-CDN: Imperva\nX-Iinfo: 7-1-0 0CNN RT(1 1)", "HIT stated imperva -; imperva=HIT"},
        {"X-CDN: Zenedge\nX-Cache-Status: HIT", "HIT stated oracle-waf -; oracle-waf=HIT"},
        {"X-Provided-By: StackCDN\nX-Cache: HIT", "HIT stated stackpath -; stackpath=HIT"},
        {"X-Cache-Status: Hit\nX-Cache-Key: 3f5a", "HIT stated kong -; kong=HIT"},
    };
    VX_CHECK(rows);
}

static void applications_and_hosts(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-LiteSpeed-Cache-Control: no-cache",
         "UNCACHEABLE stated litespeed response-no-cache; litespeed=UNCACHEABLE; stored=no"},
        {"X-LiteSpeed-Cache-Control: public,max-age=60", "UNKNOWN none - -; -"},
        {"X-LiteSpeed-Cache: hit\nX-LiteSpeed-Cache-Control: no-cache",
         "HIT stated litespeed -; litespeed=HIT"},
        {"X-LiteSpeed-Cache: hit,litemage", "HIT stated litespeed -; litespeed=HIT"},
        {"X-LiteSpeed-Cache: quux",
         "UNKNOWN stated litespeed unrecognised-status; litespeed=UNKNOWN"},
        {"X-Drupal-Cache: UNCACHEABLE (request policy)",
         "UNCACHEABLE stated drupal -; drupal=UNCACHEABLE; tier=application"},
        {"X-Drupal-Dynamic-Cache: UNCACHEABLE (no cacheability)",
         "UNCACHEABLE stated drupal -; drupal=UNCACHEABLE; tier=application"},
        {"X-Rack-Cache: connnection_failed",
         "STALE stated rack-cache stale-if-error; rack-cache=STALE; tier=application"
         " stale-cause=error"},
        {"X-Rack-Cache: miss, connection_failed",
         "STALE stated rack-cache stale-if-error; rack-cache=STALE; tier=application"
         " stale-cause=error"},
        {"X-Rack-Cache: stale, valid",
         "REVALIDATED stated rack-cache validated; rack-cache=REVALIDATED; tier=application"},
        {"X-Rack-Cache: quux", "UNKNOWN stated rack-cache unrecognised-status; rack-cache=UNKNOWN;"
                               " tier=application"},
        {"X-Symfony-Cache: GET /: stale, stale-while-revalidate",
         "UPDATING stated symfony stale-while-revalidate; symfony=UPDATING; tier=application"},
        {"X-Symfony-Cache: POST /: invalidate, pass",
         "BYPASS stated symfony invalidated; symfony=BYPASS; tier=application"},
        {"X-Symfony-Cache: GET /: reload, store",
         "CLIENT_REFRESH stated symfony client-forced; symfony=CLIENT_REFRESH; tier=application"},
        {"X-Symfony-Cache: GET /: miss, store, store-failed",
         "MISS stated symfony -; symfony=MISS; stored=no tier=application"},
        {"X-Symfony-Cache: GET /: lookup-failed, miss",
         "MISS stated symfony -; symfony=MISS; stored=no tier=application"},
        {"X-Nitro-Disabled: 1",
         "BYPASS stated wordpress config-bypass; wordpress=BYPASS; tier=application"},
        {"X-WP-Super-Cache: Served WPCache cache file",
         "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-WP-Super-Cache: Served 304 Not Modified",
         "HIT stated wordpress -; wordpress=HIT; tier=application"},
        {"X-WP-Super-Cache: something new",
         "UNKNOWN stated wordpress unrecognised-status; wordpress=UNKNOWN; tier=application"},
        {"X-Cache-Handler: php", "UNKNOWN none - -; -"},
        {"X-nc: HIT ord 2\nX-ac: 3.fra _dfw", "HIT stated wpcom -; wpcom=HIT(2)"},
        {"X-Powered-By: WordPress VIP <https://wpvip.com>\nX-Cache: hit",
         "HIT stated wpvip -; wpvip=HIT"},
        {"X-GitHub-Request-Id: 1\nX-Proxy-Cache: MISS\nX-Cache: HIT\nX-Cache-Hits: 1\n"
         "X-Served-By: cache-fra19170-FRA",
         "HIT stated fastly -; nginx=MISS~ cache-fra19170-FRA=HIT(1); fossil"},
        /* these names are no cache */
        {"X-Powered-By: Next.js", "UNKNOWN none - -; -"},
        {"X-Powered-By: W3 Total Cache/0.9", "UNKNOWN none - -; -"},
        {"X-Dispatcher: dispatcher1", "UNKNOWN none - -; -"},
        {"X-Generator: Drupal 10 (https://www.drupal.org)", "UNKNOWN none - -; -"},
        {"X-FW-Serve: TRUE", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_of_every_field_of_one_word),
        cmocka_unit_test(alibaba_and_huawei_name_their_nodes_in_via),
        cmocka_unit_test(huawei_is_read_in_its_documented_order),
        cmocka_unit_test(fastly_lists),
        cmocka_unit_test(second_opinions_of_networks),
        cmocka_unit_test(applications_and_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
