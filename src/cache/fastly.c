/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists that run in parallel, as Fastly and many a VCL write them: X-Cache, X-Cache-Hits,
 * X-Served-By, one element a node, the one at the shield first. Fastly-Debug-TTL, on request,
 * has a letter for each node.
 */
#include "cache/grammar.h"
#include "cache/reading.h"

#include "base/number.h"

/* Elements of all lines of a header, at most the last CT_TIERS_MAX of the last line. */
static size_t elements_of(const struct ct_reading *r, enum ct_header header,
                          struct ct_span parts[CT_TIERS_MAX])
{
    size_t n = 0;
    for (uint32_t i = 0; i < r->n_seen; i++) {
        struct ct_span rest;
        struct ct_span element;
        if (r->seen[i].header != header) {
            continue;
        }
        rest = ct_span_slice(ct_reading_text(r, r->seen[i].line), 0,
                             (size_t)CT_TIERS_MAX * CT_ELEMENT_BYTES_MAX);
        while (ct_cache_next_element(&rest, &element)) {
            if (n == CT_TIERS_MAX) {
                memmove(parts, parts + 1, (CT_TIERS_MAX - 1) * sizeof parts[0]);
                n--;
            }
            parts[n++] = element;
        }
    }
    return n;
}

/* Others write X-Cache alone, and pass on lists that speak of a cache behind them. */
static bool has_lists(const struct ct_statement *s)
{
    return s->dialect == CT_DIALECT_FASTLY || s->dialect == CT_DIALECT_VARNISH ||
           s->dialect == CT_DIALECT_GENERIC || s->dialect == CT_DIALECT_WPENGINE ||
           s->dialect == CT_DIALECT_WPVIP;
}

/* Statements of X-Cache in order; returns how many. */
static size_t x_cache_statements(const struct ct_reading *r, uint32_t index[CT_TIERS_MAX])
{
    size_t n = 0;
    for (uint32_t i = 0; i < r->n_statements; i++) {
        if (r->statements[i].header == CT_HEADER_X_CACHE && has_lists(&r->statements[i])) {
            index[n++] = i;
        }
    }
    return n;
}

/* X-Cache-Hits and X-Served-By speak of the tiers of X-Cache, counted from the client. */
static void pair_positions(struct ct_reading *r)
{
    struct ct_span parts[CT_TIERS_MAX];
    uint32_t index[CT_TIERS_MAX];
    size_t n = x_cache_statements(r, index);
    size_t n_parts = elements_of(r, CT_HEADER_X_CACHE_HITS, parts);
    for (size_t i = 1; i <= n && i <= n_parts; i++) {
        uint64_t hits;
        if (ct_base_parse_u64(parts[n_parts - i], &hits) && hits <= INT64_MAX) {
            r->statements[index[n - i]].hits = (int64_t)hits;
        }
    }
    if (!ct_reading_has_print(r, CT_DIALECT_FASTLY) ||
        elements_of(r, CT_HEADER_X_SERVED_BY, parts) != n) {
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct ct_statement *s = &r->statements[index[i]];
        if (!ct_ref_present(s->node)) {
            s->node = ct_reading_ref(r, parts[i]);
            s->bare = false;
        }
    }
}

/* A restart of the VCL lists its node again: the last pass is what was sent. */
static void merge_restarts(struct ct_reading *r)
{
    for (uint32_t i = r->n_statements; i-- > 1;) {
        const struct ct_statement *s = &r->statements[i];
        const struct ct_statement *before = &r->statements[i - 1];
        bool both = s->header == CT_HEADER_X_CACHE && before->header == CT_HEADER_X_CACHE;
        struct ct_span node = ct_txn_text(r->txn, s->node);
        if (both && node.n > 0 && s->dialect == CT_DIALECT_FASTLY &&
            ct_span_equal(ct_txn_text(r->txn, before->node), node)) {
            ct_cache_remove_statement(r, i - 1);
        }
    }
}

/* "(H cache-fra19170-FRA 3599.996 0.000 0)": letter, node, seconds left. */
struct debug_node {
    char letter;
    struct ct_span node;
    bool expired;
};

static struct ct_span take_word(struct ct_span *rest)
{
    size_t n = 0;
    *rest = ct_span_trim(*rest);
    while (n < rest->n && rest->p[n] != ' ') {
        n++;
    }
    struct ct_span word = ct_span_slice(*rest, 0, n);
    *rest = ct_span_slice(*rest, n, rest->n);
    return word;
}

static bool parse_debug(struct ct_span text, struct debug_node *out)
{
    if (text.n < 2 || text.p[0] != '(' || text.p[text.n - 1] != ')') {
        return false;
    }
    text = ct_span_slice(text, 1, text.n - 1);
    struct ct_span letter = take_word(&text);
    out->node = take_word(&text);
    struct ct_span ttl = take_word(&text);
    out->letter = ' ';
    if (letter.n == 1) {
        out->letter = (char)letter.p[0];
    }
    out->expired = ttl.n > 1 && ttl.p[0] == '-';
    bool is_known = out->letter == 'H' || out->letter == 'M' || out->letter == 'P';
    return is_known && out->node.n > 0;
}

static void apply_debug(struct ct_statement *s, const struct debug_node *debug)
{
    if (debug->letter == 'P' && s->outcome == CT_OUTCOME_MISS) {
        s->outcome = CT_OUTCOME_BYPASS;
        s->rule = "Fastly-Debug-TTL with P: passed";
    } else if (debug->letter == 'H' && debug->expired && s->outcome == CT_OUTCOME_HIT) {
        s->outcome = CT_OUTCOME_STALE;
        s->rule = "Fastly-Debug-TTL with H and no time left";
    } else if ((debug->letter == 'H') !=
               (ct_cache_outcome_class((enum ct_outcome)s->outcome) == CT_CLASS_HIT)) {
        s->marks |= CT_MARK_BIT(DISAGREE);
    }
    s->written = s->outcome;
}

static void pair_debug(struct ct_reading *r)
{
    uint32_t line = ct_cache_seen(r, CT_HEADER_FASTLY_DEBUG_TTL);
    if (line == CT_LINE_NONE) {
        return;
    }
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, 4096);
    struct ct_span element;
    while (ct_cache_next_element(&rest, &element)) {
        struct debug_node debug;
        for (uint32_t i = 0; parse_debug(element, &debug) && i < r->n_statements; i++) {
            struct ct_statement *s = &r->statements[i];
            if (s->header == CT_HEADER_X_CACHE &&
                ct_span_equal(ct_txn_text(r->txn, s->node), debug.node)) {
                apply_debug(s, &debug);
                s->also = line;
            }
        }
    }
}

/* Where X-Cache is not there. */
void ct_cache_read_debug_ttl(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span rest = ct_span_slice(ct_reading_text(r, line), 0, 4096);
    struct ct_span element;
    if (ct_cache_seen(r, CT_HEADER_X_CACHE) != CT_LINE_NONE) {
        return;
    }
    while (ct_cache_next_element(&rest, &element)) {
        struct debug_node debug;
        struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_FASTLY, line);
        s.known_writer = true;
        if (parse_debug(element, &debug)) {
            s.node = ct_reading_ref(r, debug.node);
            s.outcome = debug.letter == 'H' ? CT_OUTCOME_HIT : CT_OUTCOME_MISS;
            apply_debug(&s, &debug);
        } else {
            ct_cache_apply_word(&s, NULL);
        }
        ct_cache_say(r, &s);
    }
}

/* A hit that was never counted and has no age is most likely an answer made in VCL. */
static void doubt_synthetic(struct ct_reading *r)
{
    for (uint32_t i = 0; i < r->n_statements && r->age_s < 0; i++) {
        struct ct_statement *s = &r->statements[i];
        if (s->header == CT_HEADER_X_CACHE && s->dialect == CT_DIALECT_FASTLY &&
            s->outcome == CT_OUTCOME_HIT && s->hits == 0) {
            s->marks |= CT_MARK_BIT(WEAK);
            s->rule = "a hit without Age that no node counted: perhaps made in VCL";
        }
    }
}

void ct_cache_pair_fastly(struct ct_reading *r)
{
    pair_positions(r);
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_FASTLY)) {
        merge_restarts(r);
        pair_debug(r);
        doubt_synthetic(r);
    }
}
