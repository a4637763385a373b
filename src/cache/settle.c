/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements to tiers, ordered from the origin's side to the client's, and the verdict of the
 * last one. A tier that served from its store without asking makes everything behind it a
 * fossil: those lines were stored with the response.
 */
#include "cache/grammar.h"
#include "cache/reading.h"

struct order_key {
    uint32_t place; /* smaller is nearer the client */
    uint32_t line;  /* every hop adds its lines after those it received */
    int8_t depth;
    bool dropped; /* says nothing of its own */
};

static bool is_class(const struct ct_statement *s, enum ct_class class)
{
    return ct_cache_outcome_class((enum ct_outcome)s->outcome) == class;
}

/*
 * Of several networks the one nearest the client: Cloudflare, where it is surely the server, else
 * who wrote the last element of Via, else the Server field. GENERIC when there is only one, or
 * neither tells.
 */
static enum ct_dialect nearest_network(struct ct_reading *r)
{
    struct ct_dialect_set networks = {{0}};
    unsigned n = 0;
    for (uint32_t i = 0; i < r->n_statements; i++) {
        const struct ct_statement *s = &r->statements[i];
        if (s->rank <= 2 && !ct_dialect_set_has(&networks, s->dialect)) {
            ct_dialect_set_add(&networks, s->dialect);
            n++;
        }
    }
    if (n < 2) {
        return CT_DIALECT_GENERIC;
    }
    ct_cache_find_makers(r);
    if (ct_dialect_set_has(&networks, CT_DIALECT_CLOUDFLARE) && ct_cache_peer_is_cloudflare(r)) {
        return CT_DIALECT_CLOUDFLARE;
    }
    if (ct_dialect_set_has(&networks, r->last_via)) {
        return r->last_via;
    }
    return ct_dialect_set_has(&networks, r->server) ? r->server : CT_DIALECT_GENERIC;
}

/* Whether statement i only repeats or echoes another one. */
static bool is_echo(const struct ct_reading *r, const struct order_key *keys, uint32_t i)
{
    const struct ct_statement *s = &r->statements[i];
    for (uint32_t k = 0; k < r->n_statements; k++) {
        const struct ct_statement *other = &r->statements[k];
        if (k == i || keys[k].dropped || other->header == s->header) {
            continue;
        }
        if (s->header == CT_HEADER_SERVER_TIMING && other->dialect == s->dialect) {
            return true; /* the same writer, sampled */
        }
        if (s->known_writer || !s->bare) {
            continue;
        }
        /* A word of unknown place: a copy, or nothing beside what is ordered or understood. */
        if (other->outcome == s->outcome ||
            (other->rank <= 5 &&
             (other->header == CT_HEADER_CACHE_STATUS || s->outcome == CT_OUTCOME_UNKNOWN))) {
            return true;
        }
    }
    return false;
}

static void drop_echoes(struct ct_reading *r, struct order_key *keys)
{
    for (uint32_t i = 0; i < r->n_statements; i++) {
        keys[i].dropped = is_echo(r, keys, i);
        if (!keys[i].dropped || r->statements[i].header != CT_HEADER_SERVER_TIMING) {
            continue;
        }
        for (uint32_t k = 0; k < r->n_statements; k++) {
            struct ct_statement *other = &r->statements[k];
            if (k != i && other->dialect == r->statements[i].dialect &&
                r->statements[i].reason != CT_REASON_SHIELD_HIT &&
                ct_cache_outcome_class((enum ct_outcome)other->outcome) !=
                    ct_cache_outcome_class((enum ct_outcome)r->statements[i].outcome)) {
                other->marks |= CT_MARK_BIT(DISAGREE);
            }
        }
    }
}

/*
 * Ranks 4 and 5 are proxies of unknown place, and so is what a proxy passed on to its client: the
 * order of their lines tells.
 */
static void make_keys(struct ct_reading *r, struct order_key *keys)
{
    enum ct_dialect nearest = nearest_network(r);
    bool labelled = false;
    for (uint32_t i = 0; i < r->n_statements; i++) {
        const struct ct_statement *s = &r->statements[i];
        bool unplaced = s->rank == 5 || ct_cache_came_from_behind(r, s);
        uint32_t place = 2U * (unplaced ? 4 : s->rank);
        if (!unplaced && s->rank <= 2 && s->dialect == nearest && nearest != CT_DIALECT_GENERIC) {
            place = 1; /* a user's dialect may stand before it, with rank 0 */
        }
        keys[i] = (struct order_key){place, s->line, s->depth, false};
        labelled = labelled || s->depth != 0;
    }
    for (uint32_t i = 0; labelled && i < r->n_statements; i++) {
        for (uint32_t k = 0; k < r->n_statements; k++) { /* names order the lines of a field */
            bool same = r->statements[i].header == r->statements[k].header;
            if (same && keys[k].line > keys[i].line) {
                keys[i].line = keys[k].line;
            }
        }
    }
}

/* a before b: farther from the client. */
static bool is_before(const struct order_key *a, const struct order_key *b)
{
    if (a->place != b->place) {
        return a->place > b->place;
    }
    return a->line != b->line ? a->line < b->line : a->depth < b->depth;
}

/* Stable; writes the numbers of the statements that are tiers. Returns how many. */
static uint32_t order_statements(const struct ct_reading *r, const struct order_key *keys,
                                 uint8_t order[CT_TIERS_MAX])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->n_statements; i++) {
        uint32_t at = n;
        if (keys[i].dropped) {
            continue;
        }
        while (at > 0 && is_before(&keys[i], &keys[order[at - 1]])) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = (uint8_t)i;
        n++;
    }
    return n;
}

static bool answers_from_store(enum ct_outcome outcome)
{
    return outcome == CT_OUTCOME_HIT || outcome == CT_OUTCOME_STALE ||
           outcome == CT_OUTCOME_NEGATIVE_HIT || outcome == CT_OUTCOME_UPDATING;
}

/* Octets before the first space or the end. */
static size_t word_length(struct ct_span text)
{
    size_t n = 0;
    while (n < text.n && text.p[n] != ' ' && text.p[n] != '\t') {
        n++;
    }
    return n;
}

/* Whether the element of Via names the node: "1.1 NAME (comment)", NAME with or without port. */
static bool via_names(struct ct_span element, struct ct_span node)
{
    struct ct_span rest = ct_span_trim(ct_span_slice(element, word_length(element), element.n));
    struct ct_span name = ct_span_slice(rest, 0, word_length(rest));
    struct ct_span shorter = name.n < node.n ? name : node;
    struct ct_span longer = name.n < node.n ? node : name;
    return shorter.n > 0 && ct_span_equal(ct_span_slice(longer, 0, shorter.n), shorter) &&
           (longer.n == shorter.n || longer.p[shorter.n] == ':');
}

/* Place of a node in Via, from 1 at the origin's side; 0: not there. */
static unsigned place_in_via(const struct ct_reading *r, struct ct_span node)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < r->n_seen && node.n > 0; i++) {
        if (r->seen[i].header != CT_HEADER_VIA) {
            continue;
        }
        struct ct_span rest = ct_span_slice(ct_reading_text(r, r->seen[i].line), 0, 4096);
        struct ct_span element;
        while (ct_cache_next_element(&rest, &element)) {
            n++;
            if (via_names(element, node)) {
                return n;
            }
        }
    }
    return 0;
}

/* Tiers that Via names stand in its order (RFC 9110 section 7.6.3): each hop adds its own. */
static void order_by_via(const struct ct_reading *r, uint8_t order[CT_TIERS_MAX], uint32_t n)
{
    unsigned places[CT_TIERS_MAX] = {0};
    unsigned nodes = 0;
    for (uint32_t i = 0; i < n; i++) {
        nodes += ct_ref_present(r->statements[order[i]].node) ? 1 : 0;
    }
    if (nodes < 2 || ct_cache_seen(r, CT_HEADER_VIA) == CT_LINE_NONE) {
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        places[i] = place_in_via(r, ct_txn_text(r->txn, r->statements[order[i]].node));
    }
    for (uint32_t i = 0; i < n; i++) { /* those that are named change places among themselves */
        for (uint32_t k = i + 1; k < n && places[i] > 0; k++) {
            if (places[k] > 0 && places[k] < places[i]) {
                unsigned place = places[i];
                uint8_t statement = order[i];
                places[i] = places[k];
                order[i] = order[k];
                places[k] = place;
                order[k] = statement;
            }
        }
    }
}

/* order: the statements of the tiers. */
static void mark_fossils(const struct ct_reading *r, const uint8_t *order,
                         struct ct_verdict *verdict)
{
    bool fossil = false;
    for (uint32_t i = verdict->n_tiers; i-- > 0;) {
        struct ct_tier *tier = &verdict->tiers[i];
        if (fossil) {
            tier->fossil = true;
            tier->outcome = (enum ct_outcome)r->statements[order[i]].written;
            verdict->marks |= CT_MARK_BIT(FOSSIL);
        }
        fossil = fossil || answers_from_store(tier->outcome);
    }
}

/* A fossil stands behind a tier that had it, so it need not be left out. */
static bool nobody_had_it(const struct ct_verdict *verdict)
{
    for (uint32_t i = 0; i < verdict->n_tiers; i++) {
        if (ct_cache_outcome_class(verdict->tiers[i].outcome) == CT_CLASS_HIT) {
            return false;
        }
    }
    return true;
}

void ct_cache_add_evidence(struct ct_verdict *verdict, enum ct_evidence_kind kind, uint32_t line)
{
    if (kind == CT_EVIDENCE_LINE && line == CT_LINE_NONE) {
        return;
    }
    for (uint32_t i = 0; i < verdict->n_evidence; i++) {
        if (verdict->evidence[i].kind == kind && verdict->evidence[i].line == line) {
            return;
        }
    }
    if (verdict->n_evidence < CT_EVIDENCE_MAX) {
        verdict->evidence[verdict->n_evidence++] = (struct ct_evidence){kind, line};
    }
}

/* The deciding line, what decided with it, then the other tiers from the client inward. */
static void list_evidence(const struct ct_reading *r, const struct order_key *keys,
                          const uint8_t *order, uint32_t n, struct ct_verdict *verdict)
{
    for (uint32_t i = n; i-- > 0;) {
        ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE, r->statements[order[i]].line);
        ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE, r->statements[order[i]].also);
    }
    for (uint32_t i = 0; i < r->n_statements; i++) {
        if (keys[i].dropped) {
            ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE, r->statements[i].line);
        }
    }
}

/* The line nearest the client that nobody understands, also where another one decides. */
static void note_unknown(const struct ct_reading *r, struct ct_verdict *verdict)
{
    for (uint32_t i = 0; i < r->n_statements; i++) {
        const struct ct_statement *s = &r->statements[i];
        if (s->outcome == CT_OUTCOME_UNKNOWN && s->reason == CT_REASON_UNRECOGNISED_STATUS) {
            verdict->unknown_line = s->line + 1;
        }
    }
}

void ct_cache_settle(struct ct_reading *r, struct ct_verdict *verdict)
{
    note_unknown(r, verdict);
    struct order_key keys[CT_TIERS_MAX];
    uint8_t order[CT_TIERS_MAX];
    make_keys(r, keys);
    drop_echoes(r, keys);
    uint32_t n = order_statements(r, keys, order);
    order_by_via(r, order, n);
    if (n == 0) {
        return; /* never: of echoes one remains */
    }
    for (uint32_t i = 0; i < n; i++) {
        const struct ct_statement *s = &r->statements[order[i]];
        verdict->tiers[i] = (struct ct_tier){.node = s->node,
                                             .label = s->label,
                                             .outcome = (enum ct_outcome)s->outcome,
                                             .hits = s->hits};
    }
    const struct ct_statement *last = &r->statements[order[n - 1]];
    r->decider = last->dialect;
    verdict->n_tiers = (uint8_t)n;
    verdict->tiers_cut = r->cut;
    verdict->outcome = (enum ct_outcome)last->outcome;
    verdict->class = ct_cache_outcome_class(verdict->outcome);
    verdict->basis = CT_BASIS_STATED;
    verdict->reason = (enum ct_reason)last->reason;
    verdict->marks |= last->marks;
    verdict->dialect = ct_cache_dialect_name(r->cache, last->dialect);
    verdict->rule = last->rule;
    if (r->partial) { /* a cache nearer the client may have spoken as well */
        verdict->marks |= CT_MARK_BIT(WEAK);
    }
    if (last->rank >= 7) {
        verdict->marks |= CT_MARK_BIT(TIER_APPLICATION);
    }
    if (last->rank == CT_RANK_BEHIND && is_class(last, CT_CLASS_HIT) && !r->from_cache) {
        verdict->marks |= CT_MARK_BIT(TIER_SHIELD) | CT_MARK_BIT(WEAK); /* the edge is silent */
        verdict->reason = CT_REASON_SHIELD_HIT;
    }
    mark_fossils(r, order, verdict);
    verdict->reached_origin = is_class(last, CT_CLASS_MISS) && nobody_had_it(verdict);
    if (is_class(last, CT_CLASS_MISS) && !verdict->reached_origin) {
        verdict->marks |= CT_MARK_BIT(TIER_SHIELD);
        if (verdict->outcome == CT_OUTCOME_MISS && verdict->reason == CT_REASON_NOT_GIVEN) {
            verdict->reason = CT_REASON_SHIELD_HIT;
        }
    }
    list_evidence(r, keys, order, n, verdict);
}
