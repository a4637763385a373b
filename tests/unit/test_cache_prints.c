/* SPDX-License-Identifier: Apache-2.0 */
/* Fingerprints: who answered, by the fields that he adds. Every row of the tables is quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cache/reading.h"
#include "support/txn.h"
#include "support/verdict.h"

struct row {
    const char *line;
    enum ct_dialect dialect;
};

#define ROW(line, dialect)         \
    {                              \
        line, CT_DIALECT_##dialect \
    }

/* clang-format off */
static const struct row rows[] = {
    ROW("CF-RAY: 8a1b2c3d4e5f6071-FRA", CLOUDFLARE), ROW("cf-apo-via: tcache", CLOUDFLARE),
    ROW("Server: cloudflare", CLOUDFLARE),
    ROW("X-Amz-Cf-Id: mSf4==", CLOUDFRONT), ROW("X-Amz-Cf-Pop: FRA56-P4", CLOUDFRONT),
    ROW("Server: CloudFront", CLOUDFRONT),
    ROW("Via: 1.1 0a1b2c.cloudfront.net (CloudFront)", CLOUDFRONT),
    ROW("Server: AkamaiGHost", AKAMAI), ROW("Akamai-GRN: 0.1.2.3", AKAMAI),
    ROW("X-Akamai-Transformed: 9 - 0 pmb=mRUM,1", AKAMAI), ROW("X-Akamai-Request-ID: 1a2b", AKAMAI),
    ROW("X-Akamai-Staging: ESSL", AKAMAI), ROW("X-True-Cache-Key: /L/www.example.com/x", AKAMAI),
    ROW("X-Cache-Key: /L/1168/123456/1h/www.example.com/x", AKAMAI),
    ROW("X-Cache-Key: S/L/1168/123456/1h/www.example.com/x", AKAMAI),
    ROW("Via: 1.1 akamai.net(ghost) (AkamaiGHost)", AKAMAI),
    ROW("Server: ECAcc (dcd/7D6B)", EDGECAST), ROW("Server: ECS (dcd/7D6B)", EDGECAST),
    ROW("Server: ECD (dcd/7D6B)", EDGECAST), ROW("x-ec-check-cacheable: YES", EDGECAST),
    ROW("x-ec-cache-key: //http/800001/x", EDGECAST),
    ROW("x-ec-cache-state: max-age=604800 (7d)", EDGECAST),
    ROW("X-Served-By: cache-fra19170-FRA", FASTLY), ROW("X-Timer: S1528305131.123456,VS0,VE2", FASTLY),
    ROW("X-Fastly-Request-ID: 1a2b", FASTLY), ROW("Via: 1.1 varnish", FASTLY),
    ROW("Fastly-Debug-TTL: (H cache-fra19170-FRA 59.0 0.0 4)", FASTLY),
    ROW("Fastly-Debug-Path: (D cache-fra19170-FRA 1528305131)", FASTLY),
    ROW("Fastly-Debug-Digest: 1a2b", FASTLY), ROW("X-Pantheon-Styx-Hostname: styx-fe1-a", FASTLY),
    ROW("X-Azure-Ref: 0abc", AZURE), ROW("X-Azure-Ref-OriginShield: 0abc", AZURE),
    ROW("X-MSEdge-Ref: Ref A: 1", AZURE), ROW("Via: 1.1 Azure", AZURE),
    ROW("Via: 1.1 google", GOOGLE_CDN),
    ROW("Server: BunnyCDN-LA1-912", BUNNY), ROW("CDN-RequestId: 1a2b", BUNNY),
    ROW("CDN-PullZone: 12345", BUNNY), ROW("CDN-CachedAt: 11/14/2024 08:31:10", BUNNY),
    ROW("CDN-EdgeStorageId: 912", BUNNY), ROW("CDN-ProxyVer: 1.04", BUNNY),
    ROW("CDN-RequestPullCode: 200", BUNNY), ROW("Via: 1.1 BunnyCDN", BUNNY),
    ROW("Server: keycdn-engine", KEYCDN), ROW("X-Edge-Location: defr", KEYCDN),
    ROW("X-Shield: active", KEYCDN),
    ROW("Server: CDN77-Turbo", CDN77), ROW("X-77-NZT: Aaa", CDN77), ROW("X-77-Age: 12", CDN77),
    ROW("Via: 1.1 cdn77", CDN77),
    ROW("X-HW: 1544110512.dop012.fr8.t", STACKPATH), ROW("X-Provided-By: StackCDN", STACKPATH),
    ROW("Server: NetDNA-cache/2.2", STACKPATH),
    ROW("Server: Sucuri/Cloudproxy", SUCURI), ROW("X-Sucuri-ID: 11005", SUCURI),
    ROW("X-Sucuri-Block: 1", SUCURI),
    ROW("X-CDN: Imperva", IMPERVA), ROW("X-CDN: Incapsula", IMPERVA), ROW("X-CDN: Zenedge", ORACLE_WAF),
    ROW("Server: ZENEDGE", ORACLE_WAF),
    ROW("Server: Vercel", VERCEL), ROW("X-Vercel-Id: fra1::iad1::x", VERCEL),
    ROW("Server: Netlify", NETLIFY), ROW("X-NF-Request-ID: 01H", NETLIFY),
    ROW("Netlify-Vary: query", NETLIFY), ROW("Server: hcdn", HOSTINGER),
    ROW("EagleId: 2ff6", ALIBABA), ROW("X-Swift-SaveTime: Sat, 21 Nov 2026 04:00:00 GMT", ALIBABA),
    ROW("X-Swift-CacheTime: 3600", ALIBABA), ROW("Ali-Swift-Global-Savetime: 1795233600", ALIBABA),
    ROW("X-Swift-Error: orig response 5XX error", ALIBABA),
    ROW("Via: kunlun7.cn1481[1,0]", ALIBABA), ROW("Server: ESA", ALIBABA_ESA),
    ROW("X-NWS-LOG-UUID: 1a2b", TENCENT), ROW("EO-LOG-UUID: 1a2b", EDGEONE),
    ROW("Server: TencentEdgeOne", EDGEONE),
    ROW("X-CCDN-CacheTTL: 300", HUAWEI), ROW("X-CCDN-Expires: 300", HUAWEI),
    ROW("X-CCDN-Req-ID: 1a2b", HUAWEI),
    ROW("Ohc-Cache-HIT: bj2ct50 [4]", BAIDU), ROW("Ohc-File-Size: 4711", BAIDU),
    ROW("Server: JSP3/2.0.14", BAIDU), ROW("Server: yunjiasu-nginx", BAIDU),
    ROW("Server: TLB", BYTEDANCE), ROW("Server: Byte-nginx", BYTEDANCE),
    ROW("cf4age: 12", CACHEFLY), ROW("cf4ttl: 3600", CACHEFLY), ROW("X-ID-FE: fr5-hw-edge", GCORE),
    ROW("X-MNRequest-ID: 1", MEDIANOVA), ROW("Server: MNCDN-2101", MEDIANOVA),
    ROW("Server: ArvanCloud", ARVAN), ROW("X-Qiniu-Zone: 0", QINIU),
    ROW("X-Ws-Request-Id: 1a2b", WANGSU), ROW("X-Px: ms nyc-1", WANGSU), ROW("Server: PWS/8.3.1.0.8", WANGSU),
    ROW("X-Via: 1.1 node-1:8080 (Cdn Cache Server V2.0)[1 200 0]", WANGSU),
    ROW("x-cdn-pop: rbx1", OVH), ROW("Server: nuevocloud", NUEVOCLOUD), ROW("Server: marco/2.19", UPYUN),
    ROW("X-Upyun-Width: 1", UPYUN), ROW("X-Upyun-Height: 1", UPYUN), ROW("X-Upyun-Frames: 1", UPYUN),
    ROW("X-Kss-Request-Id: 1a2b", KINGSOFT), ROW("X-Jss-Request-Id: 1a2b", JD),
    ROW("Via: http/1.1 HB-UNI-1-JCS-117 (jcs [cRs f ])", JD),
    ROW("X-Varnish: 52", VARNISH), ROW("Server: Varnish", VARNISH),
    ROW("Via: 1.1 edge-7 (Varnish/7.4)", VARNISH),
    ROW("Via: 1.1 proxy (squid/5.7)", SQUID), ROW("Server: squid/5.7", SQUID),
    ROW("X-Squid-Error: ERR_DNS_FAIL 0", SQUID),
    ROW("Server: ATS/9.2.9", TRAFFICSERVER), ROW("Via: http/1.1 a (ApacheTrafficServer/9.2.9)", TRAFFICSERVER),
    ROW("Server: Apache/2.4.62 (Debian)", HTTPD),
    ROW("Server: nginx/1.22.1", NGINX), ROW("Server: openresty", NGINX), ROW("Server: Tengine", NGINX),
    ROW("Server: Angie/1.7.0", NGINX), ROW("Server: freenginx", NGINX),
    ROW("Server: Caddy", SOUIN), ROW("Server: haproxy", HAPROXY), ROW("Via: 1.1 haproxy", HAPROXY),
    ROW("Server: nuster", NUSTER), ROW("Via: 1.1 nuster", NUSTER), ROW("Server: envoy", ENVOY),
    ROW("Via: 1.1 envoy", ENVOY), ROW("x-envoy-upstream-service-time: 12", ENVOY),
    ROW("Server: LiteSpeed", LITESPEED), ROW("X-QC-POP: EU-DE-FRA-380", LITESPEED),
    ROW("X-Turbo-Charged-By: LiteSpeed", LITESPEED),
    ROW("X-Kong-Proxy-Latency: 1", KONG), ROW("X-Cache-Key: 3f5a", KONG),
    ROW("X-Proxy-Cache-Info: DT:1", SITEGROUND), ROW("x-sg-cdn: 1", SITEGROUND),
    ROW("ki-edge: v=20.2.7", KINSTA), ROW("ki-origin: g1p", KINSTA), ROW("ki-cache-type: CDN", KINSTA),
    ROW("X-FW-Serve: TRUE", FLYWHEEL), ROW("X-FW-Hash: 1a2b", FLYWHEEL), ROW("X-FW-Static: YES", FLYWHEEL),
    ROW("X-ac: 3.fra _dfw", WPCOM), ROW("X-Dispatcher: dispatcher1", AEM),
    ROW("X-Powered-By: WP Engine", WPENGINE), ROW("X-Cache-Group: normal", WPENGINE),
    ROW("X-Pass-Why: wp-admin", WPENGINE), ROW("X-Cacheable: SHORT", WPENGINE),
    ROW("X-Powered-By: WordPress VIP <https://wpvip.com>", WPVIP), ROW("x-rq: fra1", WPVIP),
    ROW("X-Powered-By: W3 Total Cache/0.9", WORDPRESS), ROW("X-Powered-By: Next.js", NEXTJS),
    ROW("X-Powered-By: Nitro", NITRO), ROW("X-Powered-By: Nuxt", NITRO),
    ROW("X-Generator: Drupal 10 (https://www.drupal.org)", DRUPAL),
    ROW("X-Magento-Cache-Control: max-age=86400", MAGENTO),
};

/* Near to a fingerprint, and none. */
static const char *const none[] = {
    "X-Powered-By: PHP/8.2", "X-CDN: something", "X-Served-By: web-1", "X-Timer: 12",
    "X-Provided-By: us", "X-Generator: Hugo", "X-Turbo-Charged-By: coffee", "Server: unknown",
    "Via: 1.1 proxy.example",
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void read_prints(struct ct_reading *r, const struct vx_stage *stage, const char *line)
{
    struct ct_txn *txn = vx_txn(stage, line);
    ct_cache_scan(r, stage->cache, txn);
    ct_cache_find_makers(r);
    tx_free(txn);
}

static void every_fingerprint_tells_its_dialect(void **state)
{
    (void)state;
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    struct ct_reading r;
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT(rows); i++) {
        read_prints(&r, &stage, rows[i].line);
        for (unsigned d = 0; d < CT_DIALECT_COUNT; d++) {
            if (ct_dialect_set_has(&r.prints, d) != (d == rows[i].dialect)) {
                print_error("%s: %s\n", rows[i].line, ct_cache_dialects[d].name);
                wrong++;
            }
        }
    }
    for (size_t i = 0; i < COUNT(none); i++) {
        read_prints(&r, &stage, none[i]);
        if (r.print_lacks != 0) {
            print_error("%s is a fingerprint\n", none[i]);
            wrong++;
        }
    }
    vx_stage_fini(&stage);
    assert_int_equal(wrong, 0);
}

static bool is_quoted(const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strncmp(rows[i].line, name, n) == 0 && rows[i].line[n] == ':') {
            return true;
        }
    }
    return false;
}

static void every_header_that_is_a_fingerprint_is_quoted_here(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CT_HEADER_COUNT; i++) {
        const struct ct_header_row *row = &ct_cache_headers[i];
        if ((row->flags & (CT_FLAG_PRINT | CT_FLAG_NAMES)) != 0 && !is_quoted(row->name)) {
            fail_msg("no fingerprint with %s", row->name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fingerprint_tells_its_dialect),
        cmocka_unit_test(every_header_that_is_a_fingerprint_is_quoted_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
