/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How status fields are written, whoever writes them:
 *
 *     field   = tier *( OWS "," OWS tier )
 *     tier    = [ node SP / label ":" ] status [ counter ] [ detail ] [ "from" node [ comment ] ]
 *     counter = ":" 2, "/129061", " 2", " ord 2", " (2)"
 *
 * Commas in parentheses and quotes do not split. Bounded: 256 octets of a tier, 8 words of it.
 */
#ifndef CACHETAP_CACHE_GRAMMAR_H
#define CACHETAP_CACHE_GRAMMAR_H

#include "cache/tables.h"

#define CT_ELEMENT_BYTES_MAX 256
#define CT_ELEMENT_WORDS_MAX 8

/* One tier, taken apart. The spans are parts of the line. */
struct ct_element {
    const struct ct_word *word;  /* NULL: no status word that is known */
    const struct ct_word *first; /* the coarse word before the exact one */
    struct ct_span label;        /* "Edge" of "Edge : MISS" */
    struct ct_span status;       /* the word as written */
    struct ct_span node;         /* after "from", or before the status */
    struct ct_span comment;      /* after the node */
    int64_t hits;                /* -1: no counter */
    uint32_t marks;              /* of what is attached to the word */
    bool absent;                 /* empty, "-" or a template that nobody filled in */
    bool tcp;                    /* the word began with TCP_ */
    bool from;                   /* the node came after "from" */
    bool second;                 /* a second, exact word decided ("HIT TCP_MEM_HIT") */
    bool bare;                   /* nothing but the word */
};

/* The next element of a list, trimmed, never empty; *rest loses it. False at the end. */
bool ct_cache_next_element(struct ct_span *rest, struct ct_span *element);

/* The last CT_TIERS_MAX elements of a list; *n_all counts all of them. Returns how many. */
size_t ct_cache_split_list(struct ct_span value, struct ct_span parts[CT_TIERS_MAX], size_t *n_all);

/* dialect and asks choose the words, see ct_cache_find_word. */
void ct_cache_read_element(const struct ct_cache *cache, unsigned dialect, bool asks,
                           struct ct_span text, struct ct_element *element);

/* True for what says nothing: empty, "-", "(null)", an unexpanded variable. */
bool ct_cache_is_no_statement(struct ct_span text);

#endif
