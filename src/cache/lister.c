/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/lister.h"

#include <stdio.h>

#include "cache/user.h"

#define R(dialect, header, text, outcome, reason, example)                                    \
    {                                                                                         \
        CT_DIALECT_##dialect, CT_OUTCOME_##outcome, CT_REASON_##reason, header, text, example \
    }

/* clang-format off */
static const struct ct_rule rules[] = {
    R(RFC9211, "Cache-Status", "hit", HIT, NOT_GIVEN, "Cache-Status: a; hit; ttl=30"),
    R(RFC9211, "Cache-Status", "hit, and ttl below 0", STALE, NOT_GIVEN, "Cache-Status: a; hit; ttl=-5"),
    R(RFC9211, "Cache-Status", "fwd=stale, fwd-status 304", REVALIDATED, VALIDATED, "Cache-Status: a; fwd=stale; fwd-status=304"),
    R(RFC9211, "Cache-Status", "fwd=stale, fwd-status 5xx, answer below 500", STALE, STALE_IF_ERROR, "Cache-Status: a; fwd=stale; fwd-status=503"),
    R(RFC9211, "Cache-Status", "fwd=request, fwd-status 304", REVALIDATED, VALIDATED, "Cache-Status: a; fwd=request; fwd-status=304"),
    R(CLOUDFRONT, "X-Cache", "Error from cloudfront, and Age above 0", NEGATIVE_HIT, NEGATIVE, "X-Cache: Error from cloudfront\nAge: 9"),
    R(VARNISH, "X-Varnish", "two numbers", HIT, NOT_GIVEN, "X-Varnish: 32773 32770"),
    R(VARNISH, "X-Varnish", "two numbers, and Age above the lifetime", UPDATING, BACKGROUND_REFRESH, "X-Varnish: 5 3\nAge: 9\nCache-Control: max-age=5"),
    R(VARNISH, "X-Varnish", "one number", MISS, NOT_GIVEN, "X-Varnish: 32770\nVia: 1.1 varnish (Varnish/7.1)"),
    R(VARNISH, "X-Varnish", "one number, and a request that is passed", BYPASS, REQUEST_METHOD, "@POST / HTTP/1.1\n\n200 OK\nX-Varnish: 5\nVia: 1.1 varnish (Varnish/7.1)\n"),
    R(VARNISH, "X-Varnish", "one number, and a response that is not stored", UNCACHEABLE, RESPONSE_NO_STORE, "X-Varnish: 5\nCache-Control: no-store\nVia: 1.1 varnish (Varnish/7.1)"),
    R(VARNISH, "X-Varnish", "one number, Server: Varnish, no Via, no Age", SYNTHETIC, REDIRECT, "@GET / HTTP/1.1\n\n301 Moved\nX-Varnish: 5\nServer: Varnish\n"),
    R(SQUID, "X-Cache-Lookup", "MISS in X-Cache, HIT here", EXPIRED, EXPIRED_REPLACED, "X-Cache: MISS from p\nX-Cache-Lookup: HIT from p:3128"),
    R(SQUID, "X-Cache-Lookup", "so too, and the request asked for a fresh answer", CLIENT_REFRESH, REQUEST_NO_CACHE, "@GET / HTTP/1.1\nCache-Control: no-cache\n\n200 OK\nX-Cache: MISS from p\nX-Cache-Lookup: HIT from p:3128\n"),
    R(SQUID, "X-Cache-Lookup", "so too, and a status of 500 or more", ERROR, ORIGIN_ERROR, "@GET / HTTP/1.1\n\n503 No\nX-Cache: MISS from p\nX-Cache-Lookup: HIT from p:3128\n"),
    R(SQUID, "X-Cache-Lookup", "MISS in X-Cache, NONE here", BYPASS, CONFIG_BYPASS, "X-Cache: MISS from p\nX-Cache-Lookup: NONE from p:3128"),
    R(SQUID, "X-Cache-Lookup", "HIT in X-Cache, and Warning 111", STALE, STALE_IF_ERROR, "X-Cache: HIT from p\nX-Cache-Lookup: HIT from p:3128\nWarning: 111 p:3128 \"Revalidation failed\""),
    R(HTTPD, "X-Cache", "HIT, and Warning 111", STALE, STALE_IF_ERROR, "X-Cache: HIT from a\nX-Cache-Detail: \"cache hit\" from a\nWarning: 111 a \"Revalidation Failed\""),
    R(TRAFFICSERVER, "Via", "cH, cR: in the store, fresh", HIT, NOT_GIVEN, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScRs f p eN:t cCHp s ])"),
    R(TRAFFICSERVER, "Via", "cW: waited for another request's answer", HIT, COLLAPSED, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScWs f p eN:t cCHp s ])"),
    R(TRAFFICSERVER, "Via", "cS sN: stale, the origin confirmed it", REVALIDATED, VALIDATED, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScSsNfUpNeN:t cCSp sS])"),
    R(TRAFFICSERVER, "Via", "cS sS: stale, the origin replaced it", EXPIRED, EXPIRED_REPLACED, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScSsSfUpSeN:t cCSp sS])"),
    R(TRAFFICSERVER, "Via", "cS sE, or sF behind the colon: the origin failed, status below 500", STALE, STALE_IF_ERROR, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScSsEf p eN:t cCSp sF])"),
    R(TRAFFICSERVER, "Via", "cM fW: not in the store, stored now", MISS, NOT_GIVEN, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScMsSfWpSeN:t cCMp sS])"),
    R(TRAFFICSERVER, "Via", "cM, and a response with no-store", UNCACHEABLE, RESPONSE_NO_STORE, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScMsSf pSeN:t cCMp sS])\nCache-Control: no-store"),
    R(TRAFFICSERVER, "Via", "cA, or a blank: the store was not used", BYPASS, NOT_GIVEN, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScAsSf pSeN:t c p sS])"),
    R(TRAFFICSERVER, "Via", "tM: a method that is not stored", NONE, REQUEST_METHOD, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uSc sSf pSeN:tMc p sS])"),
    R(TRAFFICSERVER, "Via", "tO: its configuration forbids it", CONFIG_NOCACHE, CONFIG_NOCACHE, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uSc sSf pSeN:tOc p sS])"),
    R(TRAFFICSERVER, "Via", "eA, eF: refused", SYNTHETIC, DENIED, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uSc s f p eF:t c p s ])"),
    R(TRAFFICSERVER, "Via", "eM: a redirect of its own", SYNTHETIC, REDIRECT, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uSc s f p eM:t c p s ])"),
    R(TRAFFICSERVER, "Via", "eC, eD: no connection, no name", ERROR, ORIGIN_UNREACHABLE, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScMs f p eC:t cCMp s ])"),
    R(TRAFFICSERVER, "Via", "eT: the origin did not answer in time", ERROR, ORIGIN_TIMEOUT, "Via: http/1.1 p (ApacheTrafficServer/9.2.5 [uScMs f p eT:t cCMp s ])"),
    R(IMPERVA, "X-Iinfo", "a group of four with the second letter C", HIT, NOT_GIVEN, "X-Iinfo: 8-12345678-0 0CNN RT(1 2) q(0 -1 -1 -1) r(0 -1)"),
    R(FASTLY, "Fastly-Debug-TTL", "(P node ...): passed", BYPASS, NOT_GIVEN, "Fastly-Debug-TTL: (P cache-a - - 1)"),
    R(CACHEFLY, "X-CF1", "a part that is H", HIT, NOT_GIVEN, "X-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:H"),
    R(CACHEFLY, "X-CF1", "a part that is M", MISS, NOT_GIVEN, "X-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:M"),
    R(AKAMAI, "X-Cache-Key", "MISS in X-Cache, and the lifetime 000 here", UNCACHEABLE, NOT_GIVEN, "X-Cache: TCP_MISS from a1-2-3-4.deploy.akamaitechnologies.com (AkamaiGHost/9)\nX-Cache-Key: /L/1168/123456/000/host/path"),
    R(BYTEDANCE, "X-Tt-Trace-Tag", "cdn-cache=hit among its parts", HIT, NOT_GIVEN, "X-Tt-Trace-Tag: id=1;cdn-cache=hit;type=static"),
    R(LITESPEED, "X-LiteSpeed-Cache", "hit,private: a word, then attributes", HIT, NOT_GIVEN, "X-LiteSpeed-Cache: hit,private"),
    R(LITESPEED, "X-LiteSpeed-Cache-Control", "no-cache, where the server itself says nothing", UNCACHEABLE, RESPONSE_NO_CACHE, "X-LiteSpeed-Cache-Control: no-cache"),
    R(WORDPRESS, "X-WP-Super-Cache", "Served...", HIT, NOT_GIVEN, "X-WP-Super-Cache: Served supercache file from PHP"),
    R(WORDPRESS, "X-Nitro-Disabled", "it is there", BYPASS, CONFIG_BYPASS, "X-Nitro-Disabled: 1"),
};

/* How the value of a field is read. */
static const char *const grammars[CT_PARSER_COUNT] = {
    [CT_PARSER_NONE] = "read together with another header",
    [CT_PARSER_WORDS] = "words, a list of caches",
    [CT_PARSER_CACHE_STATUS] = "a structured field of RFC 9211",
    [CT_PARSER_TIMING] = "metrics, of which some are caches'",
    [CT_PARSER_VARNISH] = "transaction numbers, one or two for each layer",
    [CT_PARSER_VIA] = "a code in brackets, letter by letter",
    [CT_PARSER_LOOKUP] = "a sentence, or Squid's second field",
    [CT_PARSER_ATTRIBUTES] = "a word, then attributes",
    [CT_PARSER_TRACE] = "what one cache did, step by step",
    [CT_PARSER_TRACE_TAG] = "parts with name=value",
    [CT_PARSER_IINFO] = "groups, one of them of four letters",
    [CT_PARSER_PRESENCE] = "to be there is to be a hit",
    [CT_PARSER_DISABLED] = "to be there is to be no cache",
    [CT_PARSER_DETAIL] = "a sentence, beside X-Cache or alone",
    [CT_PARSER_DEBUG_TTL] = "a letter for each node",
    [CT_PARSER_CF1] = "parts, one of them a letter",
    [CT_PARSER_LITESPEED] = "directives of the application",
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const struct ct_rule *ct_cache_rule(size_t i)
{
    return i < COUNT(rules) ? &rules[i] : NULL;
}

static const char *grammar_of(const struct ct_header_row *row)
{
    if (row->parser == CT_PARSER_NONE && (row->flags & CT_FLAG_INTERNAL) != 0 &&
        (row->flags & CT_FLAG_SECOND) == 0) {
        return "for caches only: a finding where a client sees it";
    }
    if (row->parser != CT_PARSER_WORDS) {
        return grammars[row->parser];
    }
    if ((row->flags & (CT_FLAG_X_CACHE | CT_FLAG_X_STATUS)) != 0) {
        return "words, a list of caches; other dialects write it, too";
    }
    if ((row->flags & CT_FLAG_ASKS) != 0) {
        return "a word, or the answer to \"hit?\"";
    }
    return (row->flags & CT_FLAG_SINGLE) != 0 ? "one word" : grammars[CT_PARSER_WORDS];
}

static void list_headers(const struct ct_lister *to)
{
    for (size_t i = 0; i < CT_HEADER_COUNT; i++) {
        const struct ct_header_row *row = &ct_cache_headers[i];
        bool print_only = row->parser == CT_PARSER_NONE && (row->flags & CT_FLAG_SECOND) == 0 &&
                          (row->flags & (CT_FLAG_PRINT | CT_FLAG_NAMES)) != 0;
        if (!print_only) {
            ct_cache_list(
                to, row->dialect,
                (struct ct_entry){CT_ENTRY_HEADER, row->name, grammar_of(row), 0, 0, 0, row->rank});
        }
    }
}

static void list_rules(const struct ct_lister *to)
{
    for (size_t i = 0; i < COUNT(rules); i++) {
        const struct ct_rule *rule = &rules[i];
        ct_cache_list_value(to, rule->dialect, rule->header, rule->text,
                            (struct ct_meaning){rule->outcome, rule->reason, 0});
    }
}

/* ---- a user's dialect ---------------------------------------------------------------------- */

static void list_user_header(const struct ct_lister *to, const struct ct_user_header *header)
{
    char text[256];
    (void)snprintf(text, sizeof text, "%s%s%s%s%s",
                   header->pattern == NULL ? "one word" : "the word that its pattern finds",
                   header->list ? " for each cache, the nearest " : "",
                   header->list ? (header->first_is_nearest ? "first" : "last") : "",
                   header->common_words ? "; also the words of generic" : "",
                   header->optional ? "; others say nothing" : "");
    ct_cache_list(to, to->dialect,
                  (struct ct_entry){CT_ENTRY_HEADER, header->name, text, 0, 0, 0, 0});
    if (header->pattern != NULL) {
        ct_cache_list(
            to, to->dialect,
            (struct ct_entry){CT_ENTRY_PATTERN, header->name, header->pattern, 0, 0, 0, 0});
    }
    for (size_t i = 0; i < header->n_values; i++) {
        const struct ct_user_value *value = &header->values[i];
        uint32_t marks = value->stored == CT_USER_STORED_YES  ? CT_MARK_BIT(STORED)
                         : value->stored == CT_USER_STORED_NO ? CT_MARK_BIT(NOT_STORED)
                                                              : 0;
        ct_cache_list_value(
            to, to->dialect, header->name, value->text,
            (struct ct_meaning){(uint8_t)value->outcome, (uint8_t)value->reason, marks});
    }
}

static void list_user(const struct ct_lister *to, const struct ct_user_dialect *dialect)
{
    for (size_t i = 0; i < dialect->n_prints; i++) {
        const struct ct_user_print *print = &dialect->prints[i];
        char text[256];
        (void)snprintf(text, sizeof text, "%s%s%s%s", print->starts != NULL ? print->starts : "",
                       print->starts != NULL || print->contains != NULL ? "..." : "",
                       print->contains != NULL ? print->contains : "",
                       print->contains != NULL ? "..." : "");
        ct_cache_list_print(to, to->dialect, print->header, text[0] != '\0' ? text : NULL);
    }
    for (size_t i = 0; i < dialect->n_headers; i++) {
        list_user_header(to, &dialect->headers[i]);
    }
}

/* ---- the front ----------------------------------------------------------------------------- */

static const struct ct_user_dialect *user_dialect(const struct ct_cache *cache, size_t i)
{
    const struct ct_cache_config *config = ct_cache_user_config(cache->users);
    return i >= CT_DIALECT_COUNT && config != NULL && i - CT_DIALECT_COUNT < config->n_dialects
               ? &config->dialects[i - CT_DIALECT_COUNT]
               : NULL;
}

bool ct_cache_dialect_is_user(const struct ct_cache *cache, size_t i)
{
    return user_dialect(cache, i) != NULL;
}

unsigned ct_cache_dialect_rank(const struct ct_cache *cache, size_t i)
{
    const struct ct_user_dialect *user = user_dialect(cache, i);
    return user != NULL ? user->rank : i < CT_DIALECT_COUNT ? ct_cache_dialects[i].rank : 0;
}

void ct_cache_describe(const struct ct_cache *cache, size_t i, ct_entry_take take, void *user)
{
    const struct ct_lister to = {(unsigned)i, take, user};
    const struct ct_user_dialect *own = user_dialect(cache, i);
    if (own != NULL) {
        list_user(&to, own);
        return;
    }
    ct_cache_list_prints(&to);
    list_headers(&to);
    ct_cache_list_writers(&to);
    list_rules(&to);
    ct_cache_list_members(&to);
    ct_cache_list_metrics(&to);
    ct_cache_list_traces(&to);
    ct_cache_list_details(&to);
    ct_cache_list_errors(&to);
    ct_cache_list_refinements(&to);
    ct_cache_list_words(&to);
}
