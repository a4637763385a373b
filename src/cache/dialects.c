/* SPDX-License-Identifier: Apache-2.0 */
/* Dialects, the fields they write, and how their makers are known by Server and Via. */
#include "cache/lister.h"
#include "cache/user.h"

#include <assert.h>
#include <stdio.h>

#include "base/span.h"

static_assert(CT_DIALECT_COUNT + CT_USER_DIALECTS_MAX <= UINT8_MAX, "a dialect is an octet");

const struct ct_dialect_row ct_cache_dialects[CT_DIALECT_COUNT] = {
#define X(symbol, name, rank) {name, rank},
    CT_DIALECTS(X)
#undef X
};

const uint8_t ct_cache_traits[CT_DIALECT_COUNT] = {
    [CT_DIALECT_VARNISH] = CT_TRAIT_PROXY | CT_TRAIT_KEEPS_DATE,
    [CT_DIALECT_SQUID] = CT_TRAIT_PROXY | CT_TRAIT_AGE_ALWAYS | CT_TRAIT_KEEPS_DATE,
    [CT_DIALECT_HTTPD] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN,
    [CT_DIALECT_TRAFFICSERVER] = CT_TRAIT_PROXY | CT_TRAIT_STORES_AUTH | CT_TRAIT_KEEPS_DATE,
    [CT_DIALECT_NGINX] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN | CT_TRAIT_STORES_AUTH,
    [CT_DIALECT_LITESPEED] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN,
    [CT_DIALECT_FASTLY] = CT_TRAIT_STORES_AUTH,
    [CT_DIALECT_CLOUDFRONT] = CT_TRAIT_AGE_ALWAYS,
    [CT_DIALECT_GOOGLE_CDN] = CT_TRAIT_AGE_MOSTLY,
    [CT_DIALECT_SOUIN] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN, /* known by Caddy's name only */
    [CT_DIALECT_HAPROXY] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN,
    [CT_DIALECT_NUSTER] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN,
    [CT_DIALECT_ENVOY] = CT_TRAIT_PROXY | CT_TRAIT_ORIGIN,
    [CT_DIALECT_NITRO] = CT_TRAIT_ORIGIN,
    [CT_DIALECT_AEM] = CT_TRAIT_ORIGIN,
    [CT_DIALECT_NEXTJS] = CT_TRAIT_ORIGIN,
    [CT_DIALECT_DRUPAL] = CT_TRAIT_ORIGIN,
    [CT_DIALECT_MAGENTO] = CT_TRAIT_ORIGIN,
    [CT_DIALECT_WORDPRESS] = CT_TRAIT_ORIGIN,
    [CT_DIALECT_KONG] = CT_TRAIT_ORIGIN,
};

#define PRINT    CT_FLAG_PRINT
#define SINGLE   CT_FLAG_SINGLE
#define NAMES    CT_FLAG_NAMES
#define ASKS     CT_FLAG_ASKS
#define SOFT     CT_FLAG_SOFT
#define INTERNAL CT_FLAG_INTERNAL
#define X_CACHE  CT_FLAG_X_CACHE
#define SECOND   CT_FLAG_SECOND
#define X_STATUS CT_FLAG_X_STATUS

const struct ct_header_row ct_cache_headers[CT_HEADER_COUNT] = {
#define X(symbol, name, dialect, parser, rank, flags, start) \
    {name, start, CT_DIALECT_##dialect, CT_PARSER_##parser, rank, flags},
    CT_HEADERS(X)
#undef X
};

/* A field whose value begins so is this dialect's fingerprint; the first row that fits. */
struct print_row {
    uint16_t header;
    uint8_t dialect;
    const char *start;
};

static const struct print_row print_rows[] = {
    {CT_HEADER_X_POWERED_BY, CT_DIALECT_WPENGINE, "WP Engine"},
    {CT_HEADER_X_POWERED_BY, CT_DIALECT_WPVIP, "WordPress VIP"},
    {CT_HEADER_X_POWERED_BY, CT_DIALECT_WORDPRESS, "W3 Total Cache"},
    {CT_HEADER_X_POWERED_BY, CT_DIALECT_NEXTJS, "Next.js"},
    {CT_HEADER_X_POWERED_BY, CT_DIALECT_NITRO, "Nitro"},
    {CT_HEADER_X_POWERED_BY, CT_DIALECT_NITRO, "Nuxt"},
    {CT_HEADER_X_CDN, CT_DIALECT_IMPERVA, "Imperva"},
    {CT_HEADER_X_CDN, CT_DIALECT_IMPERVA, "Incapsula"},
    {CT_HEADER_X_CDN, CT_DIALECT_ORACLE_WAF, "Zenedge"},
    {CT_HEADER_X_CACHE_KEY, CT_DIALECT_AKAMAI, "/"},
    {CT_HEADER_X_CACHE_KEY, CT_DIALECT_AKAMAI, "S/"},
    {CT_HEADER_X_CACHE_KEY, CT_DIALECT_KONG, ""}, /* a hash */
};

enum ct_dialect ct_cache_print_dialect(enum ct_header header, struct ct_span value)
{
    for (size_t i = 0; i < sizeof print_rows / sizeof print_rows[0]; i++) {
        const struct print_row *row = &print_rows[i];
        if (row->header == header &&
            ct_span_equal_nocase(ct_span_slice(value, 0, strlen(row->start)), row->start)) {
            return row->dialect;
        }
    }
    return CT_DIALECT_GENERIC;
}

struct maker_row {
    const char *text; /* lower case */
    uint8_t dialect;
};

/* clang-format off */
/* Starts of the Server field. */
static const struct maker_row servers[] = {
    {"cloudflare", CT_DIALECT_CLOUDFLARE},
    {"cloudfront", CT_DIALECT_CLOUDFRONT},
    {"akamaighost", CT_DIALECT_AKAMAI},
    {"ecacc", CT_DIALECT_EDGECAST},
    {"ecs (", CT_DIALECT_EDGECAST},
    {"ecd (", CT_DIALECT_EDGECAST},
    {"bunnycdn", CT_DIALECT_BUNNY},
    {"keycdn", CT_DIALECT_KEYCDN},
    {"cdn77", CT_DIALECT_CDN77},
    {"netdna-cache", CT_DIALECT_STACKPATH},
    {"sucuri", CT_DIALECT_SUCURI},
    {"vercel", CT_DIALECT_VERCEL},
    {"netlify", CT_DIALECT_NETLIFY},
    {"hcdn", CT_DIALECT_HOSTINGER},
    {"esa", CT_DIALECT_ALIBABA_ESA},
    {"tencentedgeone", CT_DIALECT_EDGEONE},
    {"jsp3", CT_DIALECT_BAIDU},
    {"yunjiasu", CT_DIALECT_BAIDU},
    {"tlb", CT_DIALECT_BYTEDANCE},
    {"byte-nginx", CT_DIALECT_BYTEDANCE},
    {"mncdn", CT_DIALECT_MEDIANOVA},
    {"arvancloud", CT_DIALECT_ARVAN},
    {"zenedge", CT_DIALECT_ORACLE_WAF},
    {"pws/", CT_DIALECT_WANGSU},
    {"squid", CT_DIALECT_SQUID},
    {"varnish", CT_DIALECT_VARNISH},
    {"ats/", CT_DIALECT_TRAFFICSERVER},
    {"apache/", CT_DIALECT_HTTPD},
    {"litespeed", CT_DIALECT_LITESPEED},
    {"nginx", CT_DIALECT_NGINX},
    {"openresty", CT_DIALECT_NGINX},
    {"tengine", CT_DIALECT_NGINX},
    {"angie", CT_DIALECT_NGINX},
    {"freenginx", CT_DIALECT_NGINX},
    {"caddy", CT_DIALECT_SOUIN},
    {"haproxy", CT_DIALECT_HAPROXY},
    {"nuster", CT_DIALECT_NUSTER},
    {"envoy", CT_DIALECT_ENVOY},
    {"nuevocloud", CT_DIALECT_NUEVOCLOUD},
    {"marco/", CT_DIALECT_UPYUN},
};

/* Parts of an element of Via; the first that fits counts. */
static const struct maker_row vias[] = {
    {"cloudfront.net", CT_DIALECT_CLOUDFRONT},
    {"(varnish/", CT_DIALECT_VARNISH},
    {"(squid/", CT_DIALECT_SQUID},
    {"apachetrafficserver", CT_DIALECT_TRAFFICSERVER},
    {"akamai", CT_DIALECT_AKAMAI},
    {"1.1 google", CT_DIALECT_GOOGLE_CDN},
    {"1.1 varnish", CT_DIALECT_FASTLY}, /* Varnish itself gives a version */
    {"bunnycdn", CT_DIALECT_BUNNY},
    {"cdn77", CT_DIALECT_CDN77},
    {" azure", CT_DIALECT_AZURE},
    {"kunlun", CT_DIALECT_ALIBABA},
    {"(jcs", CT_DIALECT_JD},
    {"haproxy", CT_DIALECT_HAPROXY},
    {"nuster", CT_DIALECT_NUSTER},
    {"envoy", CT_DIALECT_ENVOY},
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static_assert(COUNT(servers) < 64 && COUNT(vias) < 64, "a row is a bit of 64");

void ct_cache_index_makers(struct ct_cache *cache)
{
    for (size_t i = 0; i < COUNT(servers); i++) {
        cache->servers_at[(uint8_t)servers[i].text[0]] |= UINT64_C(1) << i;
    }
    for (size_t i = 0; i < COUNT(vias); i++) {
        cache->vias_at[(uint8_t)vias[i].text[0]] |= UINT64_C(1) << i;
        cache->vias_then[(uint8_t)vias[i].text[1]] |= UINT64_C(1) << i;
    }
}

/* Whether text begins with start, which is in lower case. */
static bool begins(struct ct_span text, const char *start)
{
    size_t i = 0;
    while (i < text.n && start[i] != '\0' && ct_ascii_lower(text.p[i]) == (uint8_t)start[i]) {
        i++;
    }
    return start[i] == '\0';
}

enum ct_dialect ct_cache_server_dialect(const struct ct_cache *cache, struct ct_span server)
{
    uint64_t rows = server.n > 0 ? cache->servers_at[ct_ascii_lower(server.p[0])] : 0;
    for (; rows != 0; rows &= rows - 1) {
        const struct maker_row *row = &servers[__builtin_ctzll(rows)];
        if (begins(server, row->text)) {
            return row->dialect;
        }
    }
    return CT_DIALECT_GENERIC;
}

enum ct_dialect ct_cache_via_dialect(const struct ct_cache *cache, struct ct_span element)
{
    size_t best = COUNT(vias);
    element = ct_span_slice(element, 0, 256);
    for (size_t at = 0; at + 1 < element.n; at++) {
        uint64_t rows = cache->vias_at[ct_ascii_lower(element.p[at])] &
                        cache->vias_then[ct_ascii_lower(element.p[at + 1])];
        for (; rows != 0; rows &= rows - 1) {
            size_t i = (size_t)__builtin_ctzll(rows);
            if (i < best && begins(ct_span_slice(element, at, element.n), vias[i].text)) {
                best = i;
            }
        }
    }
    return best < COUNT(vias) ? vias[best].dialect : CT_DIALECT_GENERIC;
}

const char *ct_cache_dialect_name(const struct ct_cache *cache, size_t i)
{
    return i < CT_DIALECT_COUNT ? ct_cache_dialects[i].name
                                : ct_cache_user_name(cache->users, i - CT_DIALECT_COUNT);
}

void ct_cache_list_prints(const struct ct_lister *to)
{
    char text[64];
    for (size_t i = 0; i < COUNT(servers); i++) {
        (void)snprintf(text, sizeof text, "%s...", servers[i].text);
        ct_cache_list_print(to, servers[i].dialect, "Server", text);
    }
    for (size_t i = 0; i < COUNT(vias); i++) {
        (void)snprintf(text, sizeof text, "...%s...", vias[i].text);
        ct_cache_list_print(to, vias[i].dialect, "Via", text);
    }
    for (size_t i = 0; i < CT_HEADER_COUNT; i++) {
        const struct ct_header_row *row = &ct_cache_headers[i];
        if ((row->flags & CT_FLAG_PRINT) != 0) {
            (void)snprintf(text, sizeof text, "%s...", row->start != NULL ? row->start : "");
            ct_cache_list_print(to, row->dialect, row->name, row->start != NULL ? text : NULL);
        }
    }
    for (size_t i = 0; i < COUNT(print_rows); i++) {
        const struct print_row *row = &print_rows[i];
        (void)snprintf(text, sizeof text, "%s...", row->start);
        ct_cache_list_print(to, row->dialect, ct_cache_headers[row->header].name,
                            row->start[0] != '\0' ? text : NULL);
    }
}
