/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Varnish: X-Varnish carries the number of this transaction, and on a hit a second number,
 * that of the fetch which filled the object. A hit is certain; one number is a miss or a pass,
 * and the messages must tell which. Words that a VCL sets refine it, but never against the
 * numbers.
 */
#include "cache/grammar.h"
#include "cache/reading.h"

#include "base/number.h"

/* How many numbers stand in the element, 0 when something else does. */
static unsigned count_ids(struct ct_span element)
{
    unsigned n = 0;
    while (element.n > 0) {
        size_t to = 0;
        uint64_t id;
        while (to < element.n && element.p[to] != ' ' && element.p[to] != '\t') {
            to++;
        }
        if (!ct_base_parse_u64(ct_span_slice(element, 0, to), &id) || ++n > 2) {
            return 0;
        }
        element = ct_span_trim(ct_span_slice(element, to, element.n));
    }
    return n;
}

void ct_cache_read_varnish(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span parts[CT_TIERS_MAX];
    size_t n_all;
    size_t n = ct_cache_split_list(ct_reading_text(r, line), parts, &n_all);
    r->cut = r->cut || n_all > n;
    for (size_t i = 0; i < n; i++) {
        struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_VARNISH, line);
        unsigned ids = count_ids(parts[i]);
        s.known_writer = true;
        if (ids == 0) {
            ct_cache_apply_word(&s, NULL);
        } else {
            s.outcome = ids == 2 ? CT_OUTCOME_HIT : CT_OUTCOME_MISS;
            s.rule = ids == 2 ? "X-Varnish with two numbers: the second filled the object"
                              : "X-Varnish with one number: fetched now";
        }
        ct_cache_say(r, &s);
    }
}

/* Of the directives the built-in VCL looks at Surrogate-Control alone, where that is there. */
static enum ct_reason why_forbidden(struct ct_reading *r)
{
    const struct ct_control *control = ct_cache_control(r, CT_DIR_RESP);
    uint32_t surrogate = ct_cache_seen(r, CT_HEADER_SURROGATE_CONTROL);
    if (surrogate != CT_LINE_NONE) {
        return ct_reading_contains(ct_reading_text(r, surrogate), "no-store")
                   ? CT_REASON_RESPONSE_NO_STORE
                   : CT_REASON_NOT_GIVEN;
    }
    if (ct_control_has(control, CT_DIRECTIVE_NO_STORE)) {
        return CT_REASON_RESPONSE_NO_STORE;
    }
    if (ct_control_has(control, CT_DIRECTIVE_PRIVATE)) {
        return CT_REASON_RESPONSE_PRIVATE;
    }
    if (ct_control_has(control, CT_DIRECTIVE_NO_CACHE)) {
        return CT_REASON_RESPONSE_NO_CACHE;
    }
    return CT_REASON_NOT_GIVEN;
}

/* Why the response of a miss cannot be stored by the built-in VCL; NOT_GIVEN: it can. */
static enum ct_reason why_not_stored(struct ct_reading *r)
{
    enum ct_reason forbidden = why_forbidden(r);
    if (forbidden != CT_REASON_NOT_GIVEN) {
        return forbidden;
    }
    if (ct_reading_has(r, CT_DIR_RESP, CT_FIELD_SET_COOKIE)) {
        return CT_REASON_RESPONSE_SET_COOKIE;
    }
    if (ct_cache_varies_on_all(r)) {
        return CT_REASON_RESPONSE_VARY_STAR;
    }
    if (ct_cache_lifetime(r) == 0) {
        return ct_reading_has(r, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL)
                   ? CT_REASON_RESPONSE_MAX_AGE_ZERO
                   : CT_REASON_RESPONSE_EXPIRED;
    }
    return CT_REASON_NOT_GIVEN;
}

/* Why the built-in VCL passes the request; NOT_GIVEN: it does not. */
static enum ct_reason why_passed(const struct ct_reading *r)
{
    if (!ct_cache_method_is_read(r->txn)) {
        return CT_REASON_REQUEST_METHOD;
    }
    if (ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_AUTHORIZATION)) {
        return CT_REASON_REQUEST_AUTHORIZATION;
    }
    if (ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_COOKIE)) {
        return CT_REASON_REQUEST_COOKIE;
    }
    return CT_REASON_NOT_GIVEN;
}

static void judge_fetch(struct ct_reading *r, struct ct_statement *s, bool word)
{
    bool own_page = ct_cache_find_server(r) == CT_DIALECT_VARNISH;
    bool passed_on = ct_reading_has(r, CT_DIR_RESP, CT_FIELD_VIA) ||
                     ct_reading_has(r, CT_DIR_RESP, CT_FIELD_AGE);
    if (own_page && !passed_on && !r->partial) {
        s->outcome = CT_OUTCOME_SYNTHETIC;
        s->also = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_SERVER);
        s->rule = "made by Varnish: its Server, no Via and no Age";
        return;
    }
    if (own_page && r->txn->status >= 500) {
        s->outcome = CT_OUTCOME_ERROR;
        s->reason = CT_REASON_ORIGIN_UNREACHABLE;
        s->also = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_SERVER);
        s->rule = "Varnish's own error page: the backend fetch failed";
        return;
    }
    enum ct_reason passed = why_passed(r);
    if (passed != CT_REASON_NOT_GIVEN) {
        s->outcome = CT_OUTCOME_BYPASS;
        s->reason = (uint8_t)passed;
        s->rule = "X-Varnish with one number, and a request that the built-in VCL passes";
        return;
    }
    enum ct_reason kept_out = why_not_stored(r);
    if (kept_out == CT_REASON_NOT_GIVEN) {
        return;
    }
    s->reason = (uint8_t)kept_out;
    s->marks |= CT_MARK_BIT(NOT_STORED);
    if (!word) { /* a VCL that says MISS is taken at its word */
        s->outcome = CT_OUTCOME_UNCACHEABLE;
        s->rule = "X-Varnish with one number, and a response that is not stored";
    }
}

static void judge_hit(struct ct_reading *r, struct ct_statement *s)
{
    int64_t lifetime_s = ct_cache_lifetime(r);
    if (lifetime_s > 0 && r->age_s > lifetime_s) {
        s->outcome = CT_OUTCOME_UPDATING;
        s->also = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
        s->rule = "a hit with an Age above the lifetime: grace, and a fetch in the background";
    }
}

/* The word of the VCL beside the numbers of the same layer. */
static void merge_word(struct ct_statement *s, const struct ct_statement *word)
{
    bool ids_hit = s->outcome == CT_OUTCOME_HIT;
    bool word_hit = ct_cache_outcome_class(word->outcome) == CT_CLASS_HIT;
    s->hits = word->hits;
    s->also = word->line;
    if (word->outcome == CT_OUTCOME_UNKNOWN || s->outcome == CT_OUTCOME_UNKNOWN) {
        return;
    }
    if (ids_hit != word_hit) {
        s->marks |= CT_MARK_BIT(DISAGREE);
    } else if (word->outcome != s->outcome) {
        s->outcome = word->outcome;
        s->written = word->outcome;
        s->reason = word->reason;
        s->marks |= word->marks;
        s->rule = NULL;
    }
}

/* The last statement before index that Varnish made, by numbers or by word; -1: none. */
static int last_statement(const struct ct_reading *r, bool by_ids, int before)
{
    for (int i = before - 1; i >= 0; i--) {
        const struct ct_statement *s = &r->statements[i];
        if (s->dialect == CT_DIALECT_VARNISH && (s->header == CT_HEADER_X_VARNISH) == by_ids) {
            return i;
        }
    }
    return -1;
}

void ct_cache_pair_varnish(struct ct_reading *r)
{
    bool word = false;
    int ids = last_statement(r, true, (int)r->n_statements);
    int said = last_statement(r, false, (int)r->n_statements);
    int nearest = ids;
    while (ids >= 0 && said >= 0) { /* layer by layer, from the client's side */
        merge_word(&r->statements[ids], &r->statements[said]);
        word = word || ids == nearest;
        ct_cache_remove_statement(r, (uint32_t)said);
        ids -= said < ids;
        nearest -= said < nearest;
        said = last_statement(r, false, said);
        ids = last_statement(r, true, ids);
    }
    if (nearest < 0) {
        return;
    }
    struct ct_statement *s = &r->statements[nearest];
    if (s->outcome == CT_OUTCOME_MISS) {
        judge_fetch(r, s, word && (s->marks & CT_MARK_BIT(DISAGREE)) == 0);
    } else if (s->outcome == CT_OUTCOME_HIT) {
        judge_hit(r, s);
    }
}
