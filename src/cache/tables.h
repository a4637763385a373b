/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the classifier, and the handle that indexes them. A new dialect is a row in
 * CT_DIALECTS, one in CT_HEADERS for each of its fields, and rows for the words that mean
 * something else there than elsewhere. All tables are constant; ct_cache_new only builds the
 * way into them (interned field numbers, a hash of words).
 */
#ifndef CACHETAP_CACHE_TABLES_H
#define CACHETAP_CACHE_TABLES_H

#include "cachetap/cache.h"

/* clang-format off */
/*
 * Who speaks: symbol, name, rank of his statements (1 nearest the client, 7 inside the
 * origin). 1: CDN with a field of its own; 2: its Server-Timing metric; 3: Cache-Status;
 * 4: exact statement of a proxy; 5: field named by the operator; 6: second tier of a CDN;
 * 7: cache of an application.
 */
#define CT_DIALECTS(X)                                                                     \
    X(GENERIC, "generic", 5)             X(RFC9211, "rfc9211", 3)                          \
    X(CLOUDFLARE, "cloudflare", 1)       X(CLOUDFRONT, "cloudfront", 1)                    \
    X(AKAMAI, "akamai", 1)               X(FASTLY, "fastly", 1)                            \
    X(AZURE, "azure", 1)                 X(EDGECAST, "edgecast", 1)                        \
    X(GOOGLE_CDN, "google-cdn", 1)       X(BUNNY, "bunny", 1)                              \
    X(KEYCDN, "keycdn", 1)               X(CDN77, "cdn77", 1)                              \
    X(STACKPATH, "stackpath", 1)         X(SUCURI, "sucuri", 1)                            \
    X(IMPERVA, "imperva", 1)             X(VERCEL, "vercel", 1)                            \
    X(NETLIFY, "netlify", 1)             X(WIKIMEDIA, "wikimedia", 1)                      \
    X(HOSTINGER, "hostinger", 1)         X(ALIBABA, "alibaba", 1)                          \
    X(ALIBABA_ESA, "alibaba-esa", 1)     X(TENCENT, "tencent", 1)                          \
    X(EDGEONE, "edgeone", 1)             X(HUAWEI, "huawei", 1)                            \
    X(BAIDU, "baidu", 1)                 X(BYTEDANCE, "bytedance", 1)                      \
    X(KINGSOFT, "kingsoft", 1)           X(CTYUN, "ctyun", 1)                              \
    X(CACHEFLY, "cachefly", 1)           X(GCORE, "gcore", 1)                              \
    X(MEDIANOVA, "medianova", 1)         X(ARVAN, "arvan", 1)                              \
    X(ORACLE_WAF, "oracle-waf", 1)       X(QINIU, "qiniu", 1)                              \
    X(WANGSU, "wangsu", 1)               X(HUBSPOT, "hubspot", 2)                          \
    X(NUEVOCLOUD, "nuevocloud", 1)       X(CDN_COM_TR, "cdn.com.tr", 1)                    \
    X(BELUGA, "beluga", 1)               X(OVH, "ovh", 1)                                  \
    X(SWIFTSERVE, "swiftserve", 1)       X(JD, "jdcloud", 1)                               \
    X(UPYUN, "upyun", 1)                 X(KNOWSEC, "knowsec", 1)                          \
    X(VARNISH, "varnish", 4)             X(SQUID, "squid", 4)                              \
    X(HTTPD, "httpd", 4)                 X(TRAFFICSERVER, "trafficserver", 4)              \
    X(SOUIN, "souin", 3)                 X(NGINX, "nginx", 5)                              \
    X(LITESPEED, "litespeed", 4)         X(MAGENTO, "magento", 4)                          \
    X(KINSTA, "kinsta", 4)               X(WPENGINE, "wpengine", 4)                        \
    X(SITEGROUND, "siteground", 4)       X(WPVIP, "wpvip", 4)                              \
    X(WPCOM, "wpcom", 4)                 X(KONG, "kong", 5)                                \
    X(APISIX, "apisix", 5)               X(TYK, "tyk", 5)                                  \
    X(SRCACHE, "srcache", 5)             X(HAPROXY, "haproxy", 5)                          \
    X(NUSTER, "nuster", 5)               X(ENVOY, "envoy", 5)                              \
    X(HTTPCACHE, "httpcache", 5)         X(FLYWHEEL, "flywheel", 4)                        \
    X(NITRO, "nitro", 7)                 X(AEM, "aem", 7)                                  \
    X(NEXTJS, "nextjs", 7)                                                                 \
    X(DRUPAL, "drupal", 7)               X(RACK_CACHE, "rack-cache", 7)                    \
    X(SYMFONY, "symfony", 7)             X(WORDPRESS, "wordpress", 7)

/*
 * Fields that are read: symbol, name, dialect, parser, rank (0: the dialect's), flags, start
 * of the value that a fingerprint must have (NULL: any). Parser NONE: read with another field,
 * or its presence alone tells the writer.
 */
#define CT_HEADERS(X)                                                                              \
    /* content delivery networks */                                                                \
    X(CF_CACHE_STATUS, "CF-Cache-Status", CLOUDFLARE, WORDS, 0, SINGLE, NULL)                      \
    X(CF_RAY, "CF-RAY", CLOUDFLARE, NONE, 0, PRINT, NULL)                                          \
    X(CF_APO_VIA, "cf-apo-via", CLOUDFLARE, NONE, 0, PRINT, NULL)                                  \
    X(HS_CF_CACHE_STATUS, "x-hs-cf-cache-status", HUBSPOT, WORDS, 0, SINGLE, NULL)                 \
    X(X_CACHE, "X-Cache", GENERIC, WORDS, 0, X_CACHE, NULL)                                        \
    X(X_CACHE_HITS, "X-Cache-Hits", GENERIC, NONE, 0, 0, NULL)                                     \
    X(X_CACHE_LOOKUP, "X-Cache-Lookup", TENCENT, LOOKUP, 0, 0, NULL)                               \
    X(X_CACHE_DETAIL, "X-Cache-Detail", HTTPD, DETAIL, 0, SECOND, NULL)                            \
    X(X_AMZ_CF_ID, "X-Amz-Cf-Id", CLOUDFRONT, NONE, 0, PRINT, NULL)                                \
    X(X_AMZ_CF_POP, "X-Amz-Cf-Pop", CLOUDFRONT, NONE, 0, PRINT, NULL)                              \
    X(X_CACHE_REMOTE, "X-Cache-Remote", AKAMAI, WORDS, 6, 0, NULL)                                 \
    X(X_CHECK_CACHEABLE, "X-Check-Cacheable", AKAMAI, NONE, 0, SECOND, NULL)                       \
    X(AKAMAI_CACHE_STATUS, "Akamai-Cache-Status", AKAMAI, WORDS, 0, 0, NULL)                       \
    X(X_AKAMAI_CACHE, "X-Akamai-Cache", AKAMAI, WORDS, 0, 0, NULL)                                 \
    X(X_CACHE_KEY, "X-Cache-Key", AKAMAI, NONE, 0, NAMES | SECOND | INTERNAL, NULL)                \
    X(X_TRUE_CACHE_KEY, "X-True-Cache-Key", AKAMAI, NONE, 0, PRINT | INTERNAL, NULL)               \
    X(X_AKAMAI_STAGING, "X-Akamai-Staging", AKAMAI, NONE, 0, PRINT, NULL)                          \
    X(AKAMAI_GRN, "Akamai-GRN", AKAMAI, NONE, 0, PRINT, NULL)                                      \
    X(X_AKAMAI_TRANSFORMED, "X-Akamai-Transformed", AKAMAI, NONE, 0, PRINT, NULL)                  \
    X(X_AKAMAI_REQUEST_ID, "X-Akamai-Request-ID", AKAMAI, NONE, 0, PRINT, NULL)                    \
    X(X_EC_CACHE, "x-ec-cache", EDGECAST, WORDS, 0, 0, NULL)                                       \
    X(X_EC_CACHE_REMOTE, "x-ec-cache-remote", EDGECAST, WORDS, 6, 0, NULL)                         \
    X(X_EC_CHECK_CACHEABLE, "x-ec-check-cacheable", EDGECAST, NONE, 0, PRINT | SECOND, NULL)       \
    X(X_EC_CACHE_STATE, "x-ec-cache-state", EDGECAST, NONE, 0, PRINT | SECOND, NULL)               \
    X(X_EC_CACHE_KEY, "x-ec-cache-key", EDGECAST, NONE, 0, PRINT | INTERNAL, NULL)                 \
    X(X_SERVED_BY, "X-Served-By", FASTLY, NONE, 0, PRINT, "cache-")                                \
    X(X_TIMER, "X-Timer", FASTLY, NONE, 0, PRINT, "S1")                                            \
    X(X_FASTLY_REQUEST_ID, "X-Fastly-Request-ID", FASTLY, NONE, 0, PRINT, NULL)                    \
    X(X_FASTLY_STATE, "X-Fastly-State", FASTLY, WORDS, 0, SINGLE, NULL)                            \
    X(FASTLY_STATE, "fastly-state", FASTLY, WORDS, 0, SINGLE, NULL)                                \
    X(FASTLY_DEBUG_TTL, "Fastly-Debug-TTL", FASTLY, DEBUG_TTL, 0, PRINT | INTERNAL, NULL)          \
    X(FASTLY_DEBUG_PATH, "Fastly-Debug-Path", FASTLY, NONE, 0, PRINT | INTERNAL, NULL)             \
    X(FASTLY_DEBUG_DIGEST, "Fastly-Debug-Digest", FASTLY, NONE, 0, PRINT | INTERNAL, NULL)         \
    X(X_STYX, "X-Pantheon-Styx-Hostname", FASTLY, NONE, 0, PRINT, NULL)                            \
    X(X_AZURE_REF_SHIELD, "X-Azure-Ref-OriginShield", AZURE, NONE, 0, PRINT, NULL)                 \
    X(X_AZURE_REF, "X-Azure-Ref", AZURE, NONE, 0, PRINT, NULL)                                     \
    X(X_MSEDGE_REF, "X-MSEdge-Ref", AZURE, NONE, 0, PRINT, NULL)                                   \
    X(CDN_CACHE, "CDN-Cache", BUNNY, WORDS, 0, SINGLE, NULL)                                       \
    X(PERMA_CACHE, "perma-cache", BUNNY, WORDS, 6, SINGLE, NULL)                                   \
    X(CDN_REQUEST_ID, "CDN-RequestId", BUNNY, NONE, 0, PRINT, NULL)                                \
    X(CDN_PULL_ZONE, "CDN-PullZone", BUNNY, NONE, 0, PRINT, NULL)                                  \
    X(CDN_CACHED_AT, "CDN-CachedAt", BUNNY, NONE, 0, PRINT, NULL)                                  \
    X(CDN_EDGE_STORAGE, "CDN-EdgeStorageId", BUNNY, NONE, 0, PRINT, NULL)                          \
    X(CDN_PROXY_VER, "CDN-ProxyVer", BUNNY, NONE, 0, PRINT, NULL)                                  \
    X(CDN_PULL_CODE, "CDN-RequestPullCode", BUNNY, NONE, 0, PRINT, NULL)                           \
    X(X_77_CACHE, "X-77-Cache", CDN77, WORDS, 0, SINGLE, NULL)                                     \
    X(X_77_NZT, "X-77-NZT", CDN77, NONE, 0, PRINT, NULL)                                           \
    X(X_77_AGE, "X-77-Age", CDN77, NONE, 0, PRINT, NULL)                                           \
    X(X_EDGE_LOCATION, "X-Edge-Location", KEYCDN, NONE, 0, PRINT, NULL)                            \
    X(X_SHIELD, "X-Shield", KEYCDN, NONE, 0, PRINT, NULL)                                          \
    X(X_SCP_CACHE_STATUS, "X-SCP-Cache-Status", STACKPATH, WORDS, 0, 0, NULL)                      \
    X(X_CDN_CACHE_STATUS, "X-CDN-Cache-Status", STACKPATH, WORDS, 0, 0, NULL)                      \
    X(X_ORIGIN_CACHE_STATUS, "X-Origin-Cache-Status", STACKPATH, WORDS, 6, 0, NULL)                \
    X(X_HW, "X-HW", STACKPATH, NONE, 0, PRINT, NULL)                                               \
    X(X_PROVIDED_BY, "X-Provided-By", STACKPATH, NONE, 0, PRINT, "StackCDN")                       \
    X(X_SUCURI_CACHE, "X-Sucuri-Cache", SUCURI, WORDS, 0, SINGLE, NULL)                            \
    X(X_SUCURI_BLOCK, "X-Sucuri-Block", SUCURI, NONE, 0, PRINT, NULL)                              \
    X(X_SUCURI_ID, "X-Sucuri-ID", SUCURI, NONE, 0, PRINT, NULL)                                    \
    X(X_IINFO, "X-Iinfo", IMPERVA, IINFO, 0, 0, NULL)                                              \
    X(X_CDN, "X-CDN", IMPERVA, NONE, 0, NAMES, NULL)                                               \
    X(X_VERCEL_CACHE, "X-Vercel-Cache", VERCEL, WORDS, 0, SINGLE, NULL)                            \
    X(X_VERCEL_ID, "X-Vercel-Id", VERCEL, NONE, 0, PRINT, NULL)                                    \
    X(X_NF_REQUEST_ID, "X-NF-Request-ID", NETLIFY, NONE, 0, PRINT, NULL)                           \
    X(NETLIFY_VARY, "Netlify-Vary", NETLIFY, NONE, 0, PRINT, NULL)                                 \
    X(X_HCDN_CACHE_STATUS, "x-hcdn-cache-status", HOSTINGER, WORDS, 0, SINGLE, NULL)               \
    X(CDN_CACHE_STATUS, "cdn_cache_status", GOOGLE_CDN, WORDS, 0, 0, NULL)                         \
    X(EAGLE_ID, "EagleId", ALIBABA, NONE, 0, PRINT, NULL)                                          \
    X(X_SWIFT_CACHE_TIME, "X-Swift-CacheTime", ALIBABA, NONE, 0, PRINT, NULL)                      \
    X(X_SWIFT_SAVE_TIME, "X-Swift-SaveTime", ALIBABA, NONE, 0, PRINT, NULL)                        \
    X(ALI_SWIFT_SAVETIME, "Ali-Swift-Global-Savetime", ALIBABA, NONE, 0, PRINT, NULL)              \
    X(X_SWIFT_ERROR, "X-Swift-Error", ALIBABA, NONE, 0, PRINT, NULL)                               \
    X(X_SITE_CACHE_STATUS, "X-Site-Cache-Status", ALIBABA_ESA, WORDS, 0, SINGLE, NULL)             \
    X(X_NWS_LOG_UUID, "X-NWS-LOG-UUID", TENCENT, NONE, 0, PRINT, NULL)                             \
    X(EO_CACHE_STATUS, "EO-Cache-Status", EDGEONE, WORDS, 0, SINGLE, NULL)                         \
    X(EO_LOG_UUID, "EO-LOG-UUID", EDGEONE, NONE, 0, PRINT, NULL)                                   \
    X(X_HCS_PROXY_TYPE, "x-hcs-proxy-type", HUAWEI, WORDS, 0, SINGLE | ASKS, NULL)                 \
    X(X_H_CACHE_STATUS, "x-h-cache-status", HUAWEI, WORDS, 0, SINGLE, NULL)                        \
    X(X_CCDN_CACHE_TTL, "X-CCDN-CacheTTL", HUAWEI, NONE, 0, PRINT, NULL)                           \
    X(X_CCDN_EXPIRES, "X-CCDN-Expires", HUAWEI, NONE, 0, PRINT, NULL)                              \
    X(X_CCDN_REQ_ID, "X-CCDN-Req-ID", HUAWEI, NONE, 0, PRINT, NULL)                                \
    X(NGINX_HIT, "nginx-hit", HUAWEI, WORDS, 0, SINGLE | ASKS, NULL)                               \
    X(OHC_CACHE_HIT, "Ohc-Cache-HIT", BAIDU, NONE, 0, PRINT, NULL)                                 \
    X(OHC_FILE_SIZE, "Ohc-File-Size", BAIDU, NONE, 0, PRINT, NULL)                                 \
    X(X_BDCDN_CACHE_STATUS, "X-Bdcdn-Cache-Status", BYTEDANCE, WORDS, 0, SINGLE, NULL)             \
    X(X_RESPONSE_CACHE, "X-Response-Cache", BYTEDANCE, WORDS, 0, SINGLE, NULL)                     \
    X(X_TT_TRACE_TAG, "X-Tt-Trace-Tag", BYTEDANCE, TRACE_TAG, 0, 0, NULL)                          \
    X(CTL_CACHE_STATUS, "ctl-cache-status", CTYUN, WORDS, 0, 0, NULL)                              \
    X(X_CF3, "X-CF3", CACHEFLY, WORDS, 0, SINGLE, NULL)                                            \
    X(X_CF1, "X-CF1", CACHEFLY, CF1, 0, 0, NULL)                                                   \
    X(CF4AGE, "cf4age", CACHEFLY, NONE, 0, PRINT, NULL)                                            \
    X(CF4TTL, "cf4ttl", CACHEFLY, NONE, 0, PRINT, NULL)                                            \
    X(CACHE, "Cache", GCORE, WORDS, 0, SINGLE | SOFT, NULL)                                        \
    X(X_ID_FE, "X-ID-FE", GCORE, NONE, 0, PRINT, NULL)                                             \
    X(X_MNREQUEST_ID, "X-MNRequest-ID", MEDIANOVA, NONE, 0, PRINT, NULL)                           \
    X(X_QNM_CACHE, "X-Qnm-Cache", QINIU, WORDS, 0, 0, NULL)                                        \
    X(X_QINIU_ZONE, "X-Qiniu-Zone", QINIU, NONE, 0, PRINT, NULL)                                   \
    X(X_WS_REQUEST_ID, "X-Ws-Request-Id", WANGSU, NONE, 0, PRINT, NULL)                            \
    X(X_PX, "X-Px", WANGSU, NONE, 0, PRINT, NULL)                                                  \
    X(X_VIA, "X-Via", WANGSU, NONE, 0, PRINT, NULL)                                                \
    X(X_CDN_POP, "x-cdn-pop", OVH, NONE, 0, PRINT, NULL)                                           \
    X(X_UPYUN_WIDTH, "X-Upyun-Width", UPYUN, NONE, 0, PRINT, NULL)                                 \
    X(X_UPYUN_HEIGHT, "X-Upyun-Height", UPYUN, NONE, 0, PRINT, NULL)                               \
    X(X_UPYUN_FRAMES, "X-Upyun-Frames", UPYUN, NONE, 0, PRINT, NULL)                               \
    X(X_KSS_REQUEST_ID, "X-Kss-Request-Id", KINGSOFT, NONE, 0, PRINT, NULL)                        \
    X(X_JSS_REQUEST_ID, "X-Jss-Request-Id", JD, NONE, 0, PRINT, NULL)                              \
    X(EC_CDN_STATUS, "ec-cdn-status", GENERIC, WORDS, 0, 0, NULL)                                  \
    /* proxies */                                                                                  \
    X(X_VARNISH, "X-Varnish", VARNISH, VARNISH, 0, PRINT, NULL)                                    \
    X(X_VARNISH_CACHE, "X-Varnish-Cache", VARNISH, WORDS, 0, 0, NULL)                              \
    X(X_CACHEABLE, "X-Cacheable", WPENGINE, NONE, 0, PRINT | SECOND, NULL)                         \
    X(X_SQUID_ERROR, "X-Squid-Error", SQUID, NONE, 0, PRINT, NULL)                                 \
    X(VIA, "Via", TRAFFICSERVER, VIA, 0, 0, NULL)                                                  \
    X(CACHE_STATUS, "Cache-Status", RFC9211, CACHE_STATUS, 0, 0, NULL)                             \
    X(SERVER_TIMING, "Server-Timing", GENERIC, TIMING, 2, 0, NULL)                                 \
    X(X_LITESPEED_CACHE, "X-LiteSpeed-Cache", LITESPEED, ATTRIBUTES, 0, 0, NULL)                   \
    X(X_LSADC_CACHE, "X-LSADC-Cache", LITESPEED, ATTRIBUTES, 0, 0, NULL)                           \
    X(X_QC_CACHE, "X-QC-Cache", LITESPEED, ATTRIBUTES, 1, 0, NULL)                                 \
    X(X_QC_POP, "X-QC-POP", LITESPEED, NONE, 0, PRINT, NULL)                                       \
    X(X_LITESPEED_CONTROL, "X-LiteSpeed-Cache-Control", LITESPEED, LITESPEED, 0, 0, NULL)          \
    X(X_TURBO_CHARGED, "X-Turbo-Charged-By", LITESPEED, NONE, 0, PRINT, "LiteSpeed")               \
    X(X_KONG_PROXY_LATENCY, "X-Kong-Proxy-Latency", KONG, NONE, 0, PRINT, NULL)                    \
    X(X_ENVOY_TIME, "x-envoy-upstream-service-time", ENVOY, NONE, 0, PRINT, NULL)                  \
    X(APISIX_CACHE_STATUS, "Apisix-Cache-Status", APISIX, WORDS, 0, 0, NULL)                       \
    X(X_TYK_CACHED_RESPONSE, "x-tyk-cached-response", TYK, WORDS, 0, ASKS, NULL)                   \
    X(X_SRCACHE_FETCH, "X-SRCache-Fetch-Status", SRCACHE, WORDS, 0, 0, NULL)                       \
    X(X_CACHE_FETCH, "X-Cache-Fetch-Status", SRCACHE, WORDS, 0, 0, NULL)                           \
    X(X_SRCACHE_STORE, "X-SRCache-Store-Status", SRCACHE, NONE, 0, SECOND, NULL)                   \
    /* names that operators of nginx and others choose */                                          \
    X(X_CACHE_STATUS, "X-Cache-Status", NGINX, WORDS, 0, X_STATUS, NULL)                           \
    X(X_PROXY_CACHE, "X-Proxy-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                             \
    X(X_PROXY_CACHE_INFO, "X-Proxy-Cache-Info", SITEGROUND, NONE, 0, PRINT, NULL)                  \
    X(X_SG_CDN, "x-sg-cdn", SITEGROUND, NONE, 0, PRINT, NULL)                                      \
    X(X_PROXY_CACHE_MT, "X-Proxy-Cache-MT", CDN_COM_TR, WORDS, 0, SINGLE, NULL)                    \
    X(X_FASTCGI_CACHE, "X-FastCGI-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                         \
    X(FASTCGI_CACHE, "Fastcgi-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                             \
    X(X_NGINX_CACHE, "X-Nginx-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                             \
    X(X_NGINX_CACHE_STATUS, "X-Nginx-Cache-Status", NGINX, WORDS, 0, X_STATUS, NULL)               \
    X(X_CACHED, "X-Cached", NGINX, WORDS, 0, X_STATUS | SOFT, NULL)                                \
    X(X_CACHE_NGINX, "X-Cache-Nginx", NGINX, WORDS, 0, X_STATUS, NULL)                             \
    X(X_UWSGI_CACHE, "X-uWSGI-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                             \
    X(X_SCGI_CACHE, "X-SCGI-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                               \
    X(X_UPSTREAM_CACHE, "X-Upstream-Cache-Status", NGINX, WORDS, 0, X_STATUS, NULL)                \
    X(UPSTREAM_CACHE, "Upstream-Cache-Status", NGINX, WORDS, 0, X_STATUS, NULL)                    \
    X(X_SRV_CACHE, "X-Srv-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                                 \
    X(X_GOCACHE, "X-GoCache-CacheStatus", NGINX, WORDS, 0, X_STATUS, NULL)                         \
    X(X_SITE_CACHE, "X-Site-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                               \
    X(X_GG_CACHE_STATUS, "X-GG-Cache-Status", NGINX, WORDS, 0, X_STATUS, NULL)                     \
    X(X_EASYENGINE_CACHE, "X-EasyEngine-Cache", NGINX, WORDS, 0, X_STATUS, NULL)                   \
    X(SURROGATE_CONTROL, "Surrogate-Control", GENERIC, NONE, 0, INTERNAL, NULL)                    \
    X(SURROGATE_KEY, "Surrogate-Key", GENERIC, NONE, 0, INTERNAL, NULL)                            \
    X(CDN_CACHE_CONTROL, "CDN-Cache-Control", GENERIC, NONE, 0, INTERNAL, NULL)                    \
    X(X_ACCEL_EXPIRES, "X-Accel-Expires", GENERIC, NONE, 0, INTERNAL, NULL)                        \
    X(X_ACCEL_REDIRECT, "X-Accel-Redirect", GENERIC, NONE, 0, INTERNAL, NULL)                      \
    X(X_ACCEL_BUFFERING, "X-Accel-Buffering", GENERIC, NONE, 0, INTERNAL, NULL)                    \
    X(X_CACHE_INFO, "X-Cache-Info", GENERIC, WORDS, 0, SOFT, NULL)                                 \
    X(X_CACHE_WEBCDN, "X-Cache-Webcdn", GENERIC, WORDS, 0, 0, NULL)                                \
    X(X_BELUGA, "X-Beluga-Cache-Status", BELUGA, WORDS, 0, 0, NULL)                                \
    X(X_EDGE_CACHE_STATUS, "x-edge-cache-status", GENERIC, WORDS, 0, 0, NULL)                      \
    X(HASCACHE, "hascache", GENERIC, WORDS, 0, ASKS | SOFT, NULL)                                  \
    X(X_CDN_CACHE, "x-cdn-cache", GENERIC, WORDS, 0, 0, NULL)                                      \
    X(CACHE_STATUS_CDN, "cache-status-cdn", GENERIC, WORDS, 0, 0, NULL)                            \
    X(X_FROM_CACHE, "X-From-Cache", HTTPCACHE, WORDS, 0, ASKS, NULL)                               \
    X(X_BKD_CACHE, "X-Bkd-Cache", KNOWSEC, WORDS, 0, SOFT, NULL)                                   \
    /* hosts and applications */                                                                   \
    X(X_KINSTA_CACHE, "X-Kinsta-Cache", KINSTA, WORDS, 0, SINGLE, NULL)                            \
    X(KI_CF_CACHE_STATUS, "ki-cf-cache-status", CLOUDFLARE, WORDS, 2, SINGLE, NULL)                \
    X(KI_EDGE, "ki-edge", KINSTA, NONE, 0, PRINT, NULL)                                            \
    X(KI_ORIGIN, "ki-origin", KINSTA, NONE, 0, PRINT, NULL)                                        \
    X(KI_CACHE_TYPE, "ki-cache-type", KINSTA, NONE, 0, PRINT, NULL)                                \
    X(X_FW_SERVE, "X-FW-Serve", FLYWHEEL, NONE, 0, PRINT, NULL)                                    \
    X(X_FW_HASH, "X-FW-Hash", FLYWHEEL, NONE, 0, PRINT, NULL)                                      \
    X(X_FW_STATIC, "X-FW-Static", FLYWHEEL, NONE, 0, PRINT, NULL)                                  \
    X(X_AC, "X-ac", WPCOM, NONE, 0, PRINT, NULL)                                                   \
    X(X_DISPATCHER, "X-Dispatcher", AEM, NONE, 0, PRINT, NULL)                                     \
    X(X_GENERATOR, "X-Generator", DRUPAL, NONE, 0, PRINT, "Drupal")                                \
    X(X_MAGENTO_CONTROL, "X-Magento-Cache-Control", MAGENTO, NONE, 0, PRINT, NULL)                 \
    X(X_CACHE_GROUP, "X-Cache-Group", WPENGINE, NONE, 0, PRINT, NULL)                              \
    X(X_POWERED_BY, "X-Powered-By", WPENGINE, NONE, 0, NAMES, NULL)                                \
    X(X_PASS_WHY, "X-Pass-Why", WPENGINE, NONE, 0, PRINT | SECOND, NULL)                           \
    X(X_RQ, "x-rq", WPVIP, NONE, 0, PRINT, NULL)                                                   \
    X(X_NC, "X-nc", WPCOM, WORDS, 0, 0, NULL)                                                      \
    X(X_MAGENTO_CACHE, "X-Magento-Cache-Debug", MAGENTO, WORDS, 0, SINGLE, NULL)                   \
    X(GRACE, "Grace", MAGENTO, NONE, 0, SECOND, NULL)                                              \
    X(X_NEXTJS_CACHE, "X-Nextjs-Cache", NEXTJS, WORDS, 0, SINGLE, NULL)                            \
    X(X_DRUPAL_CACHE, "X-Drupal-Cache", DRUPAL, WORDS, 0, SINGLE, NULL)                            \
    X(X_DRUPAL_DYNAMIC, "X-Drupal-Dynamic-Cache", DRUPAL, WORDS, 8, SINGLE, NULL)                  \
    X(X_RACK_CACHE, "X-Rack-Cache", RACK_CACHE, TRACE, 0, 0, NULL)                                 \
    X(X_SYMFONY_CACHE, "X-Symfony-Cache", SYMFONY, TRACE, 0, 0, NULL)                              \
    X(X_WP_SUPER_CACHE, "X-WP-Super-Cache", WORDPRESS, PRESENCE, 0, 0, "Served")                   \
    X(WP_SUPER_CACHE, "WP-Super-Cache", WORDPRESS, PRESENCE, 0, 0, "Served")                       \
    X(X_CACHE_HANDLER, "X-Cache-Handler", WORDPRESS, PRESENCE, 0, SOFT, "cache-enabler")           \
    X(X_ROCKET_NGINX, "X-Rocket-Nginx-Serving-Static", WORDPRESS, WORDS, 0, ASKS, NULL)            \
    X(X_NITRO_CACHE, "X-Nitro-Cache", WORDPRESS, WORDS, 0, 0, NULL)                                \
    X(X_NITRO_DISABLED, "X-Nitro-Disabled", WORDPRESS, DISABLED, 0, 0, NULL)                       \
    X(X_FLYING_PRESS_CACHE, "x-flying-press-cache", WORDPRESS, WORDS, 0, 0, NULL)                  \
    X(X_FLYING_PRESS, "x-flying-press", WORDPRESS, WORDS, 0, SOFT, NULL)                           \
    X(X_NANANANA, "X-nananana", WORDPRESS, PRESENCE, 0, SOFT, "Batcache-Hit")
/* clang-format on */

enum ct_dialect {
#define X(symbol, name, rank) CT_DIALECT_##symbol,
    CT_DIALECTS(X)
#undef X
        CT_DIALECT_COUNT
};

enum ct_header {
#define X(symbol, name, dialect, parser, rank, flags, start) CT_HEADER_##symbol,
    CT_HEADERS(X)
#undef X
        CT_HEADER_COUNT
};

enum ct_parser {
    CT_PARSER_NONE,
    CT_PARSER_WORDS,        /* the generic grammar */
    CT_PARSER_CACHE_STATUS, /* RFC 9211 */
    CT_PARSER_TIMING,       /* Server-Timing metrics */
    CT_PARSER_VARNISH,      /* transaction ids */
    CT_PARSER_VIA,          /* Traffic Server's code */
    CT_PARSER_LOOKUP,       /* Squid's second field, or a sentence */
    CT_PARSER_ATTRIBUTES,   /* one word, then attributes */
    CT_PARSER_TRACE,        /* what one cache did, step by step */
    CT_PARSER_TRACE_TAG,    /* k=v; with cache=... */
    CT_PARSER_IINFO,
    CT_PARSER_PRESENCE,  /* to be there is to be a hit */
    CT_PARSER_DISABLED,  /* to be there is to be no cache */
    CT_PARSER_DETAIL,    /* httpd's sentence, where X-Cache is not there */
    CT_PARSER_DEBUG_TTL, /* Fastly's letters */
    CT_PARSER_CF1,       /* CacheFly's letters */
    CT_PARSER_LITESPEED, /* the application's own word to the server's cache */
    CT_PARSER_COUNT
};

#define CT_FLAG_PRINT    1U   /* its presence is the dialect's fingerprint */
#define CT_FLAG_SINGLE   2U   /* one word is expected, a list is malformed */
#define CT_FLAG_ASKS     4U   /* the name asks "hit?": yes, no, 1, 0 count */
#define CT_FLAG_SOFT     8U   /* a common name: without a known word it says nothing */
#define CT_FLAG_X_CACHE  16U  /* many write it: see who_wrote */
#define CT_FLAG_X_STATUS 32U  /* so too */
#define CT_FLAG_SECOND   64U  /* a second opinion on another field's word */
#define CT_FLAG_INTERNAL 256U /* meant for caches, not for clients */
#define CT_FLAG_NAMES    128U /* its value tells whose fingerprint it is: see print_rows */

struct ct_header_row {
    const char *name;
    const char *start;
    uint8_t dialect;
    uint8_t parser;
    uint8_t rank;
    uint16_t flags;
};

struct ct_dialect_row {
    const char *name;
    uint8_t rank;
};

extern const struct ct_header_row ct_cache_headers[CT_HEADER_COUNT];
extern const struct ct_dialect_row ct_cache_dialects[CT_DIALECT_COUNT];

/* What rules ask of a dialect's writer; ct_cache_traits has the bits of each dialect. */
#define CT_TRAIT_ORIGIN      1U  /* often no cache at all: a web server */
#define CT_TRAIT_PROXY       2U  /* goes by the lifetime that its response shows */
#define CT_TRAIT_STORES_AUTH 4U  /* stores what Authorization asked for */
#define CT_TRAIT_AGE_ALWAYS  8U  /* sends Age with every hit */
#define CT_TRAIT_AGE_MOSTLY  16U /* so too, as a rule */
#define CT_TRAIT_KEEPS_DATE  32U /* passes the Date of the origin on, from the store too */

extern const uint8_t ct_cache_traits[CT_DIALECT_COUNT];

/* A user's dialects are numbered on from CT_DIALECT_COUNT. */
struct ct_dialect_set {
    uint64_t bits[(CT_DIALECT_COUNT + CT_USER_DIALECTS_MAX + 63) / 64];
};

static inline void ct_dialect_set_add(struct ct_dialect_set *set, unsigned dialect)
{
    set->bits[dialect / 64] |= UINT64_C(1) << dialect % 64;
}

static inline bool ct_dialect_set_has(const struct ct_dialect_set *set, unsigned dialect)
{
    return (set->bits[dialect / 64] >> dialect % 64 & 1) != 0;
}

/* What a word means: in the words of one dialect, or of all (table CT_DIALECT_GENERIC). */
struct ct_word {
    const char *text; /* folded: lower case, "_" for "-" and " ", without "tcp_" */
    uint8_t n;        /* octets of text */
    uint8_t table;    /* enum ct_dialect, or CT_WORDS_ASKS */
    uint8_t outcome;
    uint8_t reason;
    uint8_t hint; /* dialect that is known by this word; CT_DIALECT_GENERIC: none */
    uint32_t marks;
};

/* The words for fields that ask "hit?". */
#define CT_WORDS_ASKS CT_DIALECT_COUNT

#define CT_MARK_BIT(symbol) (UINT32_C(1) << CT_MARK_##symbol)

#define CT_KIND_CORE   1U /* one of those that HTTP caching itself reads */
#define CT_KIND_HEADER 2U /* a row of CT_HEADERS, or a user's header */
#define CT_KIND_PRINT  4U /* a fingerprint of a user's dialect */
#define CT_KIND_SIDE   8U /* tells which side of a cache the connection is: side.c */

#define CT_WORD_SLOTS 1024U /* a power of two, several times the words */

struct ct_cache {
    const struct ct_fields *fields;
    struct ct_users *users;          /* a user's dialects; NULL: none */
    struct ct_dialect_set own_words; /* dialects with words of their own */
    uint64_t servers_at[256];        /* by first octet: rows that begin with it */
    uint64_t vias_at[256];
    uint64_t vias_then[256];           /* by second octet */
    uint16_t slots[CT_WORD_SLOTS];     /* hash of words: row + 1 */
    uint16_t header_of[CT_FIELDS_MAX]; /* header row + 1 of an interned field; 0: none.
                                          A user's rows go on from CT_HEADER_COUNT. */
    uint8_t client_of[CT_FIELDS_MAX];  /* network whose cache sends this request field */
    /* By enum ct_dir: CT_KIND_ bits; 0: the field is of no interest there. */
    uint8_t kind_of[2][CT_FIELDS_MAX];
};

/* Interns the fields by which the side is known; false: no room. */
bool ct_cache_index_sides(struct ct_cache *cache, struct ct_fields *fields);

/* Fills the hash of words. */
void ct_cache_index_words(struct ct_cache *cache);

struct ct_found_word {
    const struct ct_word *word; /* NULL: not known */
    uint32_t marks;             /* of what was attached to it: "CF_", "-WAIT" */
    bool tcp;                   /* it began with "TCP_" */
};

/*
 * The row for text in the dialect's own words, else in the words that all use, also without
 * what some attach to their words. asks: yes, no, 1, 0 are words as well.
 */
struct ct_found_word ct_cache_find_word(const struct ct_cache *cache, unsigned dialect, bool asks,
                                        struct ct_span text);

/* The row for text in the dialect's own words, or NULL. */
const struct ct_word *ct_cache_find_own_word(const struct ct_cache *cache, unsigned dialect,
                                             struct ct_span text);

/* Dialect whose fingerprint the value of a field with CT_FLAG_NAMES is, or GENERIC. */
enum ct_dialect ct_cache_print_dialect(enum ct_header header, struct ct_span value);
/* Dialect that a product name at the start of the Server field stands for, or GENERIC. */
enum ct_dialect ct_cache_server_dialect(const struct ct_cache *cache, struct ct_span server);
/* The same for one element of Via. */
enum ct_dialect ct_cache_via_dialect(const struct ct_cache *cache, struct ct_span element);
/* Fills the way to both. */
void ct_cache_index_makers(struct ct_cache *cache);

#endif
