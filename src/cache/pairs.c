/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second opinion: fields that turn another field's word into a more exact one.
 */
#include <stdio.h>

#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"

#include "base/number.h"

struct refine_row {
    const char *text; /* part of the field's value; NULL: any value but an empty one */
    uint8_t dialect;
    uint8_t or_dialect;
    uint16_t header;
    uint8_t from;
    uint8_t to;
    uint8_t reason;
    uint32_t marks;
};

#define R(header, text, dialect, or_dialect, from, to, reason, marks)            \
    {                                                                            \
        text, CT_DIALECT_##dialect, CT_DIALECT_##or_dialect, CT_HEADER_##header, \
            CT_OUTCOME_##from, CT_OUTCOME_##to, CT_REASON_##reason, marks        \
    }
#define NOT_STORED  CT_MARK_BIT(NOT_STORED)
#define STALE_ERROR CT_MARK_BIT(STALE_ERROR)

/* clang-format off */
/* The first row that fits a statement is applied to it. */
static const struct refine_row refine_rows[] = {
    R(X_CHECK_CACHEABLE, "NO", AKAMAI, AKAMAI, MISS, UNCACHEABLE, NOT_GIVEN, NOT_STORED),
    R(X_EC_CHECK_CACHEABLE, "NO", EDGECAST, EDGECAST, MISS, UNCACHEABLE, NOT_GIVEN, NOT_STORED),
    R(X_PASS_WHY, NULL, WPENGINE, WPENGINE, MISS, BYPASS, CONFIG_BYPASS, 0),
    R(X_CACHEABLE, "NO:Passed", WPENGINE, VARNISH, MISS, BYPASS, CONFIG_BYPASS, 0),
    R(X_CACHEABLE, "NO:Set-Cookie", WPENGINE, VARNISH, MISS, UNCACHEABLE, RESPONSE_SET_COOKIE, NOT_STORED),
    R(X_CACHEABLE, "NO:", WPENGINE, VARNISH, MISS, UNCACHEABLE, NOT_GIVEN, NOT_STORED),
    R(GRACE, "normal", MAGENTO, MAGENTO, HIT, UPDATING, BACKGROUND_REFRESH, 0),
    R(GRACE, "unlimited", MAGENTO, MAGENTO, HIT, STALE, STALE_IF_ERROR, STALE_ERROR),
    R(X_SRCACHE_STORE, "BYPASS", SRCACHE, SRCACHE, MISS, MISS, NOT_GIVEN, NOT_STORED),
    R(X_CACHE_DETAIL, "stale content returned", HTTPD, HTTPD, HIT, STALE, STALE_IF_ERROR, STALE_ERROR),
    R(X_CACHE_DETAIL, "304 was uncacheable", HTTPD, HTTPD, MISS, EXPIRED, EXPIRED_REPLACED, NOT_STORED),
    R(X_CACHE_DETAIL, "cache unwilling to store response", HTTPD, HTTPD, MISS, MISS, NOT_GIVEN, NOT_STORED),
    R(X_CACHE_DETAIL, "store_headers failed", HTTPD, HTTPD, MISS, MISS, NOT_GIVEN, NOT_STORED),
    R(X_CACHE_DETAIL, "invalid content length", HTTPD, HTTPD, MISS, MISS, NOT_GIVEN, NOT_STORED),
    R(X_CACHE_DETAIL, "Cache-Control: no-store present", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_NO_STORE, NOT_STORED),
    R(X_CACHE_DETAIL, "Cache-Control: private present", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_PRIVATE, NOT_STORED),
    R(X_CACHE_DETAIL, "Authorization required", HTTPD, HTTPD, MISS, UNCACHEABLE, REQUEST_AUTHORIZATION, NOT_STORED),
    R(X_CACHE_DETAIL, "Vary header contains '*'", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_VARY_STAR, NOT_STORED),
    R(X_CACHE_DETAIL, "Response status", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_STATUS, NOT_STORED),
    R(X_CACHE_DETAIL, "Broken expires header", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_EXPIRED, NOT_STORED),
    R(X_CACHE_DETAIL, "Expires header already expired", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_EXPIRED, NOT_STORED),
    R(X_CACHE_DETAIL, "Query string present", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_NO_FRESHNESS, NOT_STORED),
    R(X_CACHE_DETAIL, "HTTP Status 304 Not Modified", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_STATUS, NOT_STORED),
    R(X_CACHE_DETAIL, "No Last-Modified", HTTPD, HTTPD, MISS, UNCACHEABLE, RESPONSE_NO_FRESHNESS, NOT_STORED),
    R(X_CACHE_DETAIL, "updated entity is older", HTTPD, HTTPD, MISS, UNCACHEABLE, NOT_GIVEN, NOT_STORED),
    R(X_CACHE_DETAIL, "contradiction: 304", HTTPD, HTTPD, MISS, UNCACHEABLE, NOT_GIVEN, NOT_STORED),
    R(X_CACHE_DETAIL, "'no-cache' is set", HTTPD, HTTPD, MISS, CONFIG_NOCACHE, CONFIG_NOCACHE, NOT_STORED),
    R(X_CACHE_DETAIL, "no_cache present", HTTPD, HTTPD, MISS, CONFIG_NOCACHE, CONFIG_NOCACHE, NOT_STORED),
};
/* clang-format on */

static bool row_fits(const struct ct_reading *r, const struct refine_row *row,
                     const struct ct_statement *s, uint32_t *line)
{
    if (s->outcome != row->from || (row->dialect != s->dialect && row->or_dialect != s->dialect)) {
        return false;
    }
    *line = ct_cache_seen(r, row->header);
    if (*line == CT_LINE_NONE) {
        return false;
    }
    struct ct_span value = ct_reading_text(r, *line);
    if (row->text == NULL || value.n == 0) {
        return value.n > 0;
    }
    return ct_reading_contains(value, row->text);
}

static bool has_second_opinion(const struct ct_reading *r)
{
    for (uint32_t i = 0; i < r->n_seen; i++) {
        if ((ct_cache_headers[r->seen[i].header].flags & CT_FLAG_SECOND) != 0) {
            return true;
        }
    }
    return false;
}

static void refine(struct ct_reading *r)
{
    for (uint32_t i = 0; i < r->n_statements; i++) {
        struct ct_statement *s = &r->statements[i];
        for (size_t k = 0; k < sizeof refine_rows / sizeof refine_rows[0]; k++) {
            const struct refine_row *row = &refine_rows[k];
            uint32_t line;
            if (row_fits(r, row, s, &line)) {
                s->outcome = row->to;
                s->reason = row->reason;
                s->marks |= row->marks;
                s->also = line;
                break;
            }
        }
    }
}

/* Traffic Server's X-Cache (xdebug) tells the lookup only: where its Via code is, that counts. */
static void pair_trafficserver(struct ct_reading *r)
{
    struct ct_statement *code = NULL;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < r->n_statements; i++) {
        if (r->statements[i].header == CT_HEADER_VIA) {
            code = &r->statements[i];
        }
    }
    for (uint32_t i = 0; i < r->n_statements && code != NULL; i++) {
        const struct ct_statement *s = &r->statements[i];
        if (s->header == CT_HEADER_X_CACHE && s->dialect == CT_DIALECT_TRAFFICSERVER) {
            code->also = s->line;
            code->marks |=
                ct_cache_outcome_class(s->outcome) != ct_cache_outcome_class(code->outcome)
                    ? CT_MARK_BIT(DISAGREE)
                    : 0;
        }
    }
    for (uint32_t i = 0; i < r->n_statements && code != NULL; i++) {
        const struct ct_statement *s = &r->statements[i];
        if (s->header != CT_HEADER_X_CACHE || s->dialect != CT_DIALECT_TRAFFICSERVER) {
            r->statements[kept++] = *s;
        }
    }
    r->n_statements = code != NULL ? kept : r->n_statements;
}

void ct_cache_pair_fields(struct ct_reading *r)
{
    if (ct_cache_seen(r, CT_HEADER_X_CACHE_HITS) != CT_LINE_NONE ||
        ct_dialect_set_has(&r->spoke, CT_DIALECT_FASTLY)) {
        ct_cache_pair_fastly(r);
    }
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_HTTPD)) {
        ct_cache_pair_httpd(r);
    }
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_HTTPCACHE)) {
        ct_cache_pair_library(r);
    }
    ct_cache_pair_networks(r);
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_SQUID)) {
        ct_cache_pair_squid(r);
    }
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_VARNISH)) {
        ct_cache_pair_varnish(r);
    }
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_TRAFFICSERVER)) {
        pair_trafficserver(r);
    }
    if (has_second_opinion(r)) {
        refine(r);
    }
}

static void list_refinement(const struct ct_lister *to, const struct refine_row *row,
                            unsigned dialect)
{
    char text[128];
    (void)snprintf(text, sizeof text, "after %s: %s%s%s",
                   ct_cache_outcome_name((enum ct_outcome)row->from),
                   row->text != NULL ? "..." : "any value", row->text != NULL ? row->text : "",
                   row->text != NULL ? "..." : "");
    ct_cache_list_value(to, dialect, ct_cache_headers[row->header].name, text,
                        (struct ct_meaning){row->to, row->reason, row->marks});
}

void ct_cache_list_refinements(const struct ct_lister *to)
{
    for (size_t i = 0; i < sizeof refine_rows / sizeof refine_rows[0]; i++) {
        const struct refine_row *row = &refine_rows[i];
        list_refinement(to, row, row->dialect);
        if (row->or_dialect != row->dialect) {
            list_refinement(to, row, row->or_dialect);
        }
    }
}
