/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields with a form of their own: traces of what one cache did, a word with attributes,
 * sentences, a group of letters.
 */
#include <stdio.h>

#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"

struct trace_row {
    const char *has;  /* this event */
    const char *also; /* and this one; NULL: whatever */
    uint8_t outcome;
    uint8_t reason;
    uint32_t marks;
};

struct sentence_row {
    const char *start; /* lower case */
    uint8_t outcome;
    uint8_t reason;
    int8_t depth; /* lines come in no documented order: the words give it */
    uint32_t marks;
};

#define STALE_ERROR CT_MARK_BIT(STALE_ERROR)
#define SHIELD      CT_MARK_BIT(TIER_SHIELD)
#define WEAK        CT_MARK_BIT(WEAK)

/* clang-format off */
/* X-Rack-Cache, X-Symfony-Cache: the first row whose events are there. */
static const struct trace_row trace_rows[] = {
    {"stale-if-error", NULL, CT_OUTCOME_STALE, CT_REASON_STALE_IF_ERROR, STALE_ERROR},
    {"connnection_failed", NULL, CT_OUTCOME_STALE, CT_REASON_STALE_IF_ERROR, STALE_ERROR},
    {"connection_failed", NULL, CT_OUTCOME_STALE, CT_REASON_STALE_IF_ERROR, STALE_ERROR},
    {"stale-while-revalidate", NULL, CT_OUTCOME_UPDATING, CT_REASON_STALE_WHILE_REVALIDATE, 0},
    {"stale", "valid", CT_OUTCOME_REVALIDATED, CT_REASON_VALIDATED, 0},
    {"stale", "invalid", CT_OUTCOME_EXPIRED, CT_REASON_EXPIRED_REPLACED, 0},
    {"reload", NULL, CT_OUTCOME_CLIENT_REFRESH, CT_REASON_NOT_GIVEN, 0},
    {"fresh", NULL, CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, 0},
    {"invalidate", NULL, CT_OUTCOME_BYPASS, CT_REASON_INVALIDATED, 0},
    {"pass", NULL, CT_OUTCOME_BYPASS, CT_REASON_NOT_GIVEN, 0},
    {"miss", "store", CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN, CT_MARK_BIT(STORED)},
    {"miss", NULL, CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN, CT_MARK_BIT(NOT_STORED)},
    {"stale", NULL, CT_OUTCOME_STALE, CT_REASON_NOT_GIVEN, 0},
};

/* X-Cache-Lookup as Tencent and Huawei write it. */
static const struct sentence_row sentence_rows[] = {
    {"cache hit", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, 2, 0},
    {"hit from memcache", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, 2, 0},
    {"hit from disktank", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, 2, 0},
    {"cache refresh hit", CT_OUTCOME_REVALIDATED, CT_REASON_VALIDATED, 2, WEAK},
    {"cache miss", CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN, 1, 0},
    {"hit from upstream", CT_OUTCOME_HIT, CT_REASON_SHIELD_HIT, 0, SHIELD | WEAK},
    {"hit from inner cluster", CT_OUTCOME_HIT, CT_REASON_SHIELD_HIT, 0, SHIELD | WEAK},
};
/* clang-format on */

#define COUNT(array)     (sizeof(array) / sizeof(array)[0])
#define TRACE_EVENTS_MAX 16

static bool starts_with_nocase(struct ct_span text, const char *start)
{
    return ct_span_equal_nocase(ct_span_slice(text, 0, strlen(start)), start);
}

static bool has_event(const struct ct_span *events, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (ct_span_equal_nocase(events[i], name)) {
            return true;
        }
    }
    return false;
}

/* The main request's events: "GET /: stale, valid; GET /part: miss", or "stale/valid". */
static size_t split_events(struct ct_span text, struct ct_span events[TRACE_EVENTS_MAX])
{
    size_t n = 0;
    const uint8_t *end = text.n > 0 ? memchr(text.p, ';', text.n) : NULL;
    if (end != NULL) {
        text.n = (size_t)(end - text.p);
    }
    for (size_t i = 0; i + 1 < text.n; i++) {
        if (text.p[i] == ':' && text.p[i + 1] == ' ') {
            text = ct_span_slice(text, i + 1, text.n);
            break;
        }
    }
    size_t from = 0;
    for (size_t i = 0; i <= text.n && n < TRACE_EVENTS_MAX; i++) {
        if (i == text.n || text.p[i] == ',' || text.p[i] == '/') {
            events[n++] = ct_span_trim(ct_span_slice(text, from, i));
            from = i + 1;
        }
    }
    return n;
}

void ct_cache_read_trace(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span events[TRACE_EVENTS_MAX];
    struct ct_span text = ct_span_trim(ct_reading_text(r, line));
    if (ct_cache_is_no_statement(text)) {
        return;
    }
    size_t n = split_events(ct_span_slice(text, 0, 1024), events);
    struct ct_statement s = ct_cache_statement(r, header, ct_cache_headers[header].dialect, line);
    ct_cache_apply_word(&s, NULL);
    s.known_writer = true;
    for (size_t i = 0; i < COUNT(trace_rows); i++) {
        const struct trace_row *row = &trace_rows[i];
        if (has_event(events, n, row->has) &&
            (row->also == NULL || has_event(events, n, row->also))) {
            s.outcome = row->outcome;
            s.reason = row->reason;
            s.marks = row->marks;
            break;
        }
    }
    if (has_event(events, n, "store-failed")) {
        s.marks = (s.marks & ~CT_MARK_BIT(STORED)) | CT_MARK_BIT(NOT_STORED);
    }
    ct_cache_say(r, &s);
}

/* "hit,private": a word, and what kind of store it is. */
void ct_cache_read_attributes(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, CT_ELEMENT_BYTES_MAX);
    struct ct_span part;
    struct ct_element e;
    struct ct_statement s = ct_cache_statement(r, header, ct_cache_headers[header].dialect, line);
    if (!ct_cache_next_element(&rest, &part)) {
        return;
    }
    ct_cache_read_element(r->cache, s.dialect, false, part, &e);
    if (e.absent) {
        return;
    }
    ct_cache_apply_word(&s, e.word);
    s.known_writer = true;
    while (ct_cache_next_element(&rest, &part)) {
        if (ct_span_equal_nocase(part, "private")) {
            s.marks |= CT_MARK_BIT(PRIVATE);
        }
    }
    ct_cache_say(r, &s);
}

/* What the application tells LiteSpeed's cache; where that says nothing itself, it obeyed. */
void ct_cache_read_litespeed(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, CT_ELEMENT_BYTES_MAX);
    struct ct_span part;
    if (ct_cache_seen(r, CT_HEADER_X_LITESPEED_CACHE) != CT_LINE_NONE) {
        return;
    }
    while (ct_cache_next_element(&rest, &part)) {
        if (ct_span_equal_nocase(part, "no-cache") || ct_span_equal_nocase(part, "no-store")) {
            struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_LITESPEED, line);
            s.known_writer = true;
            s.outcome = CT_OUTCOME_UNCACHEABLE;
            s.reason = CT_REASON_RESPONSE_NO_CACHE;
            s.marks = CT_MARK_BIT(NOT_STORED);
            ct_cache_say(r, &s);
            return;
        }
    }
}

void ct_cache_read_disabled(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_statement s = ct_cache_statement(r, header, ct_cache_headers[header].dialect, line);
    s.known_writer = true;
    s.outcome = CT_OUTCOME_BYPASS;
    s.reason = CT_REASON_CONFIG_BYPASS;
    ct_cache_say(r, &s);
}

void ct_cache_read_presence(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    const struct ct_header_row *row = &ct_cache_headers[header];
    if (row->start == NULL || starts_with_nocase(ct_reading_text(r, line), row->start)) {
        struct ct_statement s = ct_cache_statement(r, header, row->dialect, line);
        s.known_writer = true;
        s.outcome = CT_OUTCOME_HIT;
        ct_cache_say(r, &s);
    } else if ((row->flags & CT_FLAG_SOFT) == 0) {
        struct ct_statement s = ct_cache_statement(r, header, row->dialect, line);
        s.known_writer = true;
        ct_cache_apply_word(&s, NULL);
        ct_cache_say(r, &s);
    }
}

/* "id=...;cdn-cache=hit;type=static" */
void ct_cache_read_trace_tag(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, 1024);
    while (rest.n > 0) {
        size_t to = 0;
        while (to < rest.n && rest.p[to] != ';') {
            to++;
        }
        struct ct_span pair = ct_span_trim(ct_span_slice(rest, 0, to));
        rest = ct_span_slice(rest, to + 1, rest.n);
        if (starts_with_nocase(pair, "cdn-cache=")) {
            const struct ct_word *word =
                ct_cache_find_word(r->cache, CT_DIALECT_BYTEDANCE, false,
                                   ct_span_slice(pair, strlen("cdn-cache="), pair.n))
                    .word;
            struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_BYTEDANCE, line);
            s.known_writer = true;
            ct_cache_apply_word(&s, word);
            ct_cache_say(r, &s);
        }
    }
}

static bool is_iinfo_group(struct ct_span word)
{
    for (size_t i = 0; i < word.n; i++) {
        uint8_t c = word.p[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z')) {
            return false;
        }
    }
    return word.n == 4;
}

/* X-Iinfo: the group of four is found by its form; its second letter is not documented. */
void ct_cache_read_iinfo(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, CT_ELEMENT_BYTES_MAX);
    while (rest.n > 0) {
        size_t to = 0;
        while (to < rest.n && rest.p[to] != ' ') {
            to++;
        }
        struct ct_span word = ct_span_slice(rest, 0, to);
        rest = ct_span_slice(rest, to + 1, rest.n);
        if (!is_iinfo_group(word)) {
            continue;
        }
        struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_IMPERVA, line);
        s.known_writer = true;
        s.outcome = CT_OUTCOME_MISS;
        if (word.p[1] == 'C') {
            s.outcome = CT_OUTCOME_HIT;
        } else if (word.p[1] == 'V') {
            s.outcome = CT_OUTCOME_REVALIDATED;
        } else {
            s.marks = WEAK; /* perhaps a bypass */
        }
        ct_cache_say(r, &s);
        return;
    }
}

/*
 * A name with its port is Squid's second opinion (squid.c), a mere word that of a library. A
 * sentence is a network's own, also beside an X-Cache, which then came from behind it.
 */
void ct_cache_read_lookup(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span text = ct_span_trim(ct_reading_text(r, line));
    bool beside = ct_cache_seen(r, CT_HEADER_X_CACHE) != CT_LINE_NONE;
    if (ct_cache_is_no_statement(text) || (beside && ct_reading_contains(text, ":"))) {
        return;
    }
    bool huawei = ct_cache_seen(r, CT_HEADER_X_HCS_PROXY_TYPE) != CT_LINE_NONE;
    struct ct_statement s = ct_cache_statement(
        r, header,
        ct_reading_has_print(r, CT_DIALECT_HUAWEI) ? CT_DIALECT_HUAWEI : CT_DIALECT_TENCENT, line);
    for (size_t i = 0; i < COUNT(sentence_rows); i++) {
        const struct sentence_row *row = &sentence_rows[i];
        if (starts_with_nocase(text, row->start)) {
            s.outcome = row->outcome;
            s.reason = row->reason;
            s.marks = row->marks;
            s.depth = row->depth;
            s.known_writer = true;
            if (!huawei) { /* there the other field decides */
                ct_cache_say(r, &s);
            }
            return;
        }
    }
    if (beside) {
        return;
    }
    if (ct_reading_has_print(r, CT_DIALECT_HUAWEI)) { /* "others" are documented as misses */
        s.outcome = CT_OUTCOME_MISS;
        s.known_writer = true;
        ct_cache_say(r, &s);
        return;
    }
    if (!ct_reading_contains(text, " from ")) { /* Squid's, whose X-Cache was removed */
        ct_cache_apply_word(&s, NULL);
        ct_cache_say(r, &s);
    }
}

void ct_cache_list_traces(const struct ct_lister *to)
{
    for (size_t i = 0; i < COUNT(trace_rows); i++) {
        const struct trace_row *row = &trace_rows[i];
        char text[64];
        (void)snprintf(text, sizeof text, "%s%s%s", row->has, row->also != NULL ? ", " : "",
                       row->also != NULL ? row->also : "");
        ct_cache_list_value(to, CT_DIALECT_RACK_CACHE, "X-Rack-Cache", text,
                            (struct ct_meaning){row->outcome, row->reason, row->marks});
        ct_cache_list_value(to, CT_DIALECT_SYMFONY, "X-Symfony-Cache", text,
                            (struct ct_meaning){row->outcome, row->reason, row->marks});
    }
    for (size_t i = 0; i < COUNT(sentence_rows); i++) {
        const struct sentence_row *row = &sentence_rows[i];
        ct_cache_list_value(to, CT_DIALECT_TENCENT, "X-Cache-Lookup", row->start,
                            (struct ct_meaning){row->outcome, row->reason, row->marks});
        ct_cache_list_value(to, CT_DIALECT_HUAWEI, "X-Cache-Lookup", row->start,
                            (struct ct_meaning){row->outcome, row->reason, row->marks});
    }
}
