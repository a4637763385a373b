/* SPDX-License-Identifier: Apache-2.0 */
/* Server-Timing metrics by which content delivery networks tell the state of their cache. */
#include <stdio.h>

#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"

struct metric_row {
    const char *name;
    uint8_t dialect;
    uint8_t outcome;   /* of the name alone */
    bool by_desc;      /* the word is in desc */
    bool vendor_words; /* a common name: only words that the dialect alone uses count */
};

/* clang-format off */
static const struct metric_row metric_rows[] = {
    {"cfCacheStatus", CT_DIALECT_CLOUDFLARE, 0, true, false},
    {"cdn-cache", CT_DIALECT_AKAMAI, 0, true, false},
    {"cdn-cache-hit", CT_DIALECT_CLOUDFRONT, CT_OUTCOME_HIT, false, false},
    {"cdn-cache-miss", CT_DIALECT_CLOUDFRONT, CT_OUTCOME_MISS, false, false},
    {"cdn-cache-refresh", CT_DIALECT_CLOUDFRONT, CT_OUTCOME_REVALIDATED, false, false},
    {"edgio_cache", CT_DIALECT_EDGECAST, 0, true, false},
    {"cache", CT_DIALECT_WIKIMEDIA, 0, true, true},
};
/* clang-format on */

/* The part up to the next ";" outside quotes. */
static struct ct_span take_part(struct ct_span *rest)
{
    bool quoted = false;
    size_t i = 0;
    while (i < rest->n && (quoted || rest->p[i] != ';')) {
        quoted ^= rest->p[i] == '"';
        i++;
    }
    struct ct_span part = ct_span_trim(ct_span_slice(*rest, 0, i));
    *rest = ct_span_slice(*rest, i + 1, rest->n);
    return part;
}

/* The value of desc, without quotes. */
static struct ct_span find_desc(struct ct_span rest)
{
    while (rest.n > 0) {
        struct ct_span part = take_part(&rest);
        size_t equals = 0;
        while (equals < part.n && part.p[equals] != '=') {
            equals++;
        }
        if (ct_span_equal_nocase(ct_span_trim(ct_span_slice(part, 0, equals)), "desc")) {
            struct ct_span value = ct_span_trim(ct_span_slice(part, equals + 1, part.n));
            bool quoted = value.n > 1 && value.p[0] == '"' && value.p[value.n - 1] == '"';
            return quoted ? ct_span_slice(value, 1, value.n - 1) : value;
        }
    }
    return rest;
}

/* CloudFront's own word for where the copy was: at the edge, in the region, at the shield. */
static bool from_inner_layer(const struct ct_reading *r, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, 4096);
    struct ct_span metric;
    while (ct_cache_next_element(&rest, &metric)) {
        struct ct_span name = take_part(&metric);
        if (ct_span_equal_nocase(name, "cdn-hit-layer")) {
            return !ct_span_equal_nocase(find_desc(metric), "EDGE");
        }
    }
    return false;
}

static void read_metric(struct ct_reading *r, enum ct_header header, uint32_t line,
                        struct ct_span metric)
{
    struct ct_span name = take_part(&metric);
    for (size_t i = 0; i < sizeof metric_rows / sizeof metric_rows[0]; i++) {
        const struct metric_row *row = &metric_rows[i];
        if (!ct_span_equal_nocase(name, row->name)) {
            continue;
        }
        struct ct_statement s = ct_cache_statement(r, header, row->dialect, line);
        s.known_writer = true;
        s.outcome = row->outcome;
        if (row->by_desc) {
            const struct ct_word *word =
                ct_cache_find_word(r->cache, row->dialect, false, find_desc(metric)).word;
            if (word == NULL || (row->vendor_words && word->hint != row->dialect)) {
                return; /* the name may be anybody's metric */
            }
            ct_cache_apply_word(&s, word);
        }
        (void)ct_cache_find_server(r);
        if (row->dialect == CT_DIALECT_AKAMAI && ct_reading_has_print(r, CT_DIALECT_BYTEDANCE)) {
            s.dialect = CT_DIALECT_BYTEDANCE;
            s.label = ct_cache_dialects[s.dialect].name;
        }
        if (row->dialect == CT_DIALECT_CLOUDFRONT && s.outcome == CT_OUTCOME_HIT &&
            from_inner_layer(r, line)) {
            s.reason = CT_REASON_SHIELD_HIT;
            s.marks |= CT_MARK_BIT(TIER_SHIELD);
        }
        ct_cache_say(r, &s);
        return;
    }
}

void ct_cache_read_timing(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, 4096);
    struct ct_span metric;
    while (ct_cache_next_element(&rest, &metric)) {
        read_metric(r, header, line, metric);
    }
}

void ct_cache_list_metrics(const struct ct_lister *to)
{
    for (size_t i = 0; i < sizeof metric_rows / sizeof metric_rows[0]; i++) {
        const struct metric_row *row = &metric_rows[i];
        char text[64];
        if (row->by_desc) {
            (void)snprintf(text, sizeof text, "the word in the desc of the metric %s", row->name);
            ct_cache_list(to, row->dialect,
                          (struct ct_entry){CT_ENTRY_HEADER, "Server-Timing", text, 0, 0, 0, 2});
        } else {
            ct_cache_list_value(to, row->dialect, "Server-Timing", row->name,
                                (struct ct_meaning){row->outcome, CT_REASON_NOT_GIVEN, 0});
        }
    }
}
