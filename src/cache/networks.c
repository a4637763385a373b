/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of content delivery networks that have a form of their own: nodes with brackets in
 * Via (Alibaba, Huawei), cache keys with a lifetime (Akamai), seconds left (Edgecast), lists
 * of nodes with letters (StackPath, CacheFly).
 */
#include "cache/grammar.h"
#include "cache/reading.h"

#include "base/number.h"

#define FIELDS_MAX 4096

/* ---- Via with brackets: node[23,200-0,M] (Alibaba), node[81,TCP_MISS,83] (Huawei) ---------- */

struct bracket_node {
    struct ct_span name;
    struct ct_span fields;
};

/* The next "name[fields]"; false at the end. */
static bool next_bracket(struct ct_span *rest, struct bracket_node *out)
{
    const uint8_t *open = rest->n > 0 ? memchr(rest->p, '[', rest->n) : NULL;
    if (open == NULL) {
        return false;
    }
    struct ct_span before = {rest->p, (size_t)(open - rest->p)};
    struct ct_span after = {open + 1, rest->n - before.n - 1};
    const uint8_t *close = after.n > 0 ? memchr(after.p, ']', after.n) : NULL;
    if (close == NULL) {
        return false;
    }
    size_t from = before.n;
    while (from > 0 && before.p[from - 1] != ',' && before.p[from - 1] != ' ') {
        from--;
    }
    out->name = ct_span_slice(before, from, before.n);
    out->fields = (struct ct_span){after.p, (size_t)(close - after.p)};
    *rest = ct_span_slice(after, out->fields.n + 1, after.n);
    return true;
}

static bool all_digits(struct ct_span text)
{
    uint64_t value;
    return ct_base_parse_u64(text, &value);
}

/* The status among the fields, H, M or TCP_HIT; false for a pass without one. */
static bool bracket_status(const struct ct_cache *cache, struct ct_span fields,
                           struct ct_statement *s)
{
    struct ct_span field;
    bool first = true;
    while (ct_cache_next_element(&fields, &field)) {
        if (first && !all_digits(field)) {
            return false; /* milliseconds come first */
        }
        bool letter = field.n == 1 && !all_digits(field);
        struct ct_found_word found = ct_cache_find_word(cache, CT_DIALECT_GENERIC, false, field);
        if (!first && letter) {
            bool known = field.p[0] == 'H' || field.p[0] == 'M';
            ct_cache_apply_word(s, NULL);
            if (known) {
                s->outcome = field.p[0] == 'H' ? CT_OUTCOME_HIT : CT_OUTCOME_MISS;
                s->reason = CT_REASON_NOT_GIVEN;
            }
            s->dialect = CT_DIALECT_ALIBABA;
            return true;
        }
        if (!first && found.tcp) {
            ct_cache_apply_word(s, found.word);
            s->dialect = CT_DIALECT_HUAWEI;
            return true;
        }
        first = false;
    }
    return false;
}

/* The last node with a status is the edge, those before it stand behind. */
void ct_cache_read_brackets(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, FIELDS_MAX);
    struct bracket_node node;
    struct ct_statement edge;
    bool any = false;
    while (next_bracket(&rest, &node)) {
        struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_ALIBABA, line);
        if (!bracket_status(r->cache, node.fields, &s)) {
            continue;
        }
        if (any) {
            edge.rank = 6;
            ct_cache_say(r, &edge);
        }
        s.label = ct_cache_dialects[s.dialect].name;
        s.known_writer = true;
        s.node = ct_reading_ref(r, node.name);
        edge = s;
        any = true;
    }
    if (any) {
        ct_cache_say(r, &edge);
    }
}

/* ---- CacheFly: "X-CF1: 11696:fA.fra2:co:1544110512:cacheN.fra2-01:H" ------------------------ */

void ct_cache_read_cf1(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, CT_ELEMENT_BYTES_MAX);
    struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_CACHEFLY, line);
    s.known_writer = true;
    if (ct_cache_seen(r, CT_HEADER_X_CF3) != CT_LINE_NONE || rest.n == 0) {
        return; /* the same letter, alone */
    }
    ct_cache_apply_word(&s, NULL);
    while (rest.n > 0) {
        const uint8_t *colon = memchr(rest.p, ':', rest.n);
        size_t n = colon != NULL ? (size_t)(colon - rest.p) : rest.n;
        struct ct_span part = ct_span_trim(ct_span_slice(rest, 0, n));
        rest = ct_span_slice(rest, n + 1, rest.n);
        if (part.n == 1 && (part.p[0] == 'H' || part.p[0] == 'M')) {
            s.outcome = part.p[0] == 'H' ? CT_OUTCOME_HIT : CT_OUTCOME_MISS;
            s.reason = CT_REASON_NOT_GIVEN;
        }
    }
    ct_cache_say(r, &s);
}

/* ---- second opinions ------------------------------------------------------------------------ */

/* The lifetime in "/L/1168/123456/1h/host/path" of Akamai: its fifth part. */
static struct ct_span akamai_lifetime(struct ct_span key)
{
    struct ct_span part = {NULL, 0};
    size_t from = 0;
    unsigned n = 0;
    for (size_t i = 0; i <= key.n && n < 5; i++) {
        if (i == key.n || key.p[i] == '/') {
            part = ct_span_slice(key, from, i);
            from = i + 1;
            n++;
        }
    }
    return n == 5 ? part : (struct ct_span){NULL, 0};
}

static void pair_akamai_key(struct ct_reading *r, struct ct_statement *s, uint32_t line)
{
    struct ct_span lifetime = akamai_lifetime(ct_reading_text(r, line));
    if (s->outcome == CT_OUTCOME_MISS && ct_span_equal(lifetime, ct_span_of("000"))) {
        s->outcome = CT_OUTCOME_UNCACHEABLE;
        s->marks |= CT_MARK_BIT(NOT_STORED);
        s->also = line;
        s->rule = "X-Cache-Key with the lifetime 000: not stored";
    }
}

/* "max-age=604800 (7d); cache-age=0 (0s); remaining-ttl=-5 (..)": a copy with no time left. */
static void pair_edgecast_state(struct ct_reading *r, struct ct_statement *s, uint32_t line)
{
    if (s->outcome == CT_OUTCOME_HIT &&
        ct_reading_contains(ct_reading_text(r, line), "remaining-ttl=-")) {
        s->outcome = CT_OUTCOME_STALE;
        s->also = line;
        s->rule = "x-ec-cache-state with a negative remaining-ttl: the copy was stale";
    }
}

/* "epoch.node.flags,epoch.node.flags": who answered; the flags are not documented. */
static void pair_stackpath_nodes(struct ct_reading *r, struct ct_statement *s, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, FIELDS_MAX);
    struct ct_span element;
    struct ct_span last = {NULL, 0};
    while (ct_cache_next_element(&rest, &element)) {
        last = element;
    }
    const uint8_t *dot = last.n > 0 ? memchr(last.p, '.', last.n) : NULL;
    if (dot != NULL && !ct_ref_present(s->node)) {
        s->node = ct_reading_ref(r, ct_span_slice(last, (size_t)(dot - last.p) + 1, last.n));
        s->also = line;
    }
}

/* X-Cache has the exact word of the edge that Via names last. */
static void pair_via_nodes(struct ct_reading *r, uint32_t word_at)
{
    struct ct_statement *word = &r->statements[word_at];
    for (uint32_t i = r->n_statements; i-- > 0;) {
        const struct ct_statement *s = &r->statements[i];
        if (s->header != CT_HEADER_VIA || s->dialect != word->dialect || s->rank == 6) {
            continue;
        }
        word->node = s->node;
        word->also = s->line;
        word->bare = false;
        if (ct_cache_outcome_class((enum ct_outcome)s->outcome) !=
            ct_cache_outcome_class((enum ct_outcome)word->outcome)) {
            word->marks |= CT_MARK_BIT(DISAGREE);
        }
        ct_cache_remove_statement(r, i);
        return;
    }
}

void ct_cache_pair_networks(struct ct_reading *r)
{
    static const struct {
        uint16_t header;
        uint8_t dialect;
        void (*pair)(struct ct_reading *r, struct ct_statement *s, uint32_t line);
    } rows[] = {
        {CT_HEADER_X_CACHE_KEY, CT_DIALECT_AKAMAI, pair_akamai_key},
        {CT_HEADER_X_EC_CACHE_STATE, CT_DIALECT_EDGECAST, pair_edgecast_state},
        {CT_HEADER_X_HW, CT_DIALECT_STACKPATH, pair_stackpath_nodes},
    };
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        uint32_t line = CT_LINE_NONE;
        if (!ct_dialect_set_has(&r->spoke, rows[k].dialect) ||
            (line = ct_cache_seen(r, (enum ct_header)rows[k].header)) == CT_LINE_NONE) {
            continue;
        }
        for (uint32_t i = 0; i < r->n_statements; i++) {
            if (r->statements[i].dialect == rows[k].dialect && r->statements[i].rank != 6) {
                rows[k].pair(r, &r->statements[i], line);
            }
        }
    }
    for (uint32_t i = 0; i < r->n_statements; i++) {
        unsigned dialect = r->statements[i].dialect;
        if (r->statements[i].header != CT_HEADER_VIA &&
            (dialect == CT_DIALECT_ALIBABA || dialect == CT_DIALECT_HUAWEI)) {
            pair_via_nodes(r, i);
            return;
        }
    }
}
