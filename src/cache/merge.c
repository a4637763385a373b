/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cache, several fields: statements that speak of the same cache become one, that of the
 * field which says it most exactly. Where the other says something else, that is marked.
 */
#include "cache/reading.h"

/*
 * Smaller is more exact: what a user says, a code, a standard field, a field of the vendor's
 * own, a common one.
 */
static unsigned exactness(const struct ct_statement *s)
{
    if (s->header >= CT_HEADER_COUNT) {
        return 0;
    }
    switch (s->header) {
    case CT_HEADER_VIA:
        return 1;
    case CT_HEADER_CACHE_STATUS:
        return 2;
    default:
        return ct_cache_headers[s->header].dialect != CT_DIALECT_GENERIC ? 3 : 4;
    }
}

static enum ct_class class_of(const struct ct_statement *s)
{
    return ct_cache_outcome_class((enum ct_outcome)s->outcome);
}

/* A word that covers the other: many say MISS of all that they fetched, HIT of all they had. */
static bool covers(const struct ct_statement *coarse, const struct ct_statement *exact)
{
    return (coarse->outcome == CT_OUTCOME_MISS && class_of(exact) != CT_CLASS_HIT) ||
           (coarse->outcome == CT_OUTCOME_HIT && exact->outcome == CT_OUTCOME_SYNTHETIC);
}

/* The name of a node without its port. */
static struct ct_span host_of(const struct ct_reading *r, const struct ct_statement *s)
{
    struct ct_span node = ct_txn_text(r->txn, s->node);
    size_t n = node.n;
    while (n > 0 && node.p[n - 1] >= '0' && node.p[n - 1] <= '9') {
        n--;
    }
    return n > 0 && n < node.n && node.p[n - 1] == ':' ? ct_span_slice(node, 0, n - 1) : node;
}

static bool same_text(struct ct_span a, struct ct_span b)
{
    bool same = a.n == b.n;
    for (size_t i = 0; i < a.n && same; i++) {
        same = ct_ascii_lower(a.p[i]) == ct_ascii_lower(b.p[i]);
    }
    return same;
}

/* Nothing nearer the client stands in the same field. */
static bool is_last_of_field(const struct ct_reading *r, uint32_t i)
{
    for (uint32_t k = i + 1; k < r->n_statements; k++) {
        if (r->statements[k].header == r->statements[i].header) {
            return false;
        }
    }
    return true;
}

/*
 * Whether both speak of one cache: by its name, or because a network's fields without names
 * all come from the node that sent them.
 */
static bool same_cache(const struct ct_reading *r, uint32_t i, uint32_t k)
{
    const struct ct_statement *a = &r->statements[i];
    const struct ct_statement *b = &r->statements[k];
    if (a->header == b->header || a->rank >= 6 || b->rank >= 6 ||
        a->header == CT_HEADER_SERVER_TIMING || b->header == CT_HEADER_SERVER_TIMING) {
        return false;
    }
    struct ct_span a_host = host_of(r, a);
    struct ct_span b_host = host_of(r, b);
    if (a_host.n > 0 && b_host.n > 0) {
        return same_text(a_host, b_host);
    }
    return a->dialect == b->dialect && a->dialect < CT_DIALECT_COUNT && a->rank == b->rank &&
           a->rank <= 2 && is_last_of_field(r, i) && is_last_of_field(r, k);
}

/* "hit-local": a tier behind had it, and the list of nodes says what the one in front did. */
static bool is_word_for_all(const struct ct_statement *s, const struct ct_statement *node)
{
    return s->dialect == CT_DIALECT_WIKIMEDIA && s->reason == CT_REASON_SHIELD_HIT &&
           node->header == CT_HEADER_X_CACHE && class_of(node) != CT_CLASS_HIT &&
           node->outcome != CT_OUTCOME_UNKNOWN;
}

static void take_word(struct ct_statement *kept, const struct ct_statement *other)
{
    kept->outcome = other->outcome;
    kept->written = other->written;
    kept->reason = other->reason;
}

static void take_over(struct ct_statement *kept, const struct ct_statement *other)
{
    if (is_word_for_all(kept, other)) {
        take_word(kept, other);
        kept->marks = other->marks;
    } else if (kept->outcome == CT_OUTCOME_UNKNOWN && other->outcome != CT_OUTCOME_UNKNOWN) {
        take_word(kept, other);
        kept->marks |= other->marks;
    } else if (other->outcome != CT_OUTCOME_UNKNOWN && class_of(kept) != class_of(other) &&
               !covers(other, kept)) {
        kept->marks |= CT_MARK_BIT(DISAGREE);
    }
    if (!ct_ref_present(kept->node)) {
        kept->node = other->node;
    }
    kept->hits = kept->hits >= 0 ? kept->hits : other->hits;
    kept->also = kept->also != CT_LINE_NONE ? kept->also : other->line;
}

void ct_cache_merge(struct ct_reading *r)
{
    for (uint32_t i = 0; i + 1 < r->n_statements; i++) {
        for (uint32_t k = i + 1; k < r->n_statements; k++) {
            struct ct_statement *a = &r->statements[i];
            struct ct_statement *b = &r->statements[k];
            if (!same_cache(r, i, k)) {
                continue;
            }
            unsigned of_a = exactness(a) << 16 | a->header;
            unsigned of_b = exactness(b) << 16 | b->header;
            if (of_b < of_a) { /* the kept one stays in its own field's place */
                take_over(b, a);
                ct_cache_remove_statement(r, i);
                k = i;
            } else {
                take_over(a, b);
                ct_cache_remove_statement(r, k);
                k--;
            }
        }
    }
}
