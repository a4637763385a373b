/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables as a list for people: each file hands out the rows of its own tables. What is code
 * and not a table is described in lister.c, with an example that a test classifies.
 */
#ifndef CACHETAP_CACHE_LISTER_H
#define CACHETAP_CACHE_LISTER_H

#include "cache/tables.h"

struct ct_lister {
    unsigned dialect; /* rows of others are passed over */
    ct_entry_take take;
    void *user;
};

static inline void ct_cache_list(const struct ct_lister *to, unsigned dialect,
                                 struct ct_entry entry)
{
    if (dialect == to->dialect) {
        to->take(to->user, &entry);
    }
}

/* How a maker is known. text NULL: the field is there. */
static inline void ct_cache_list_print(const struct ct_lister *to, unsigned dialect,
                                       const char *header, const char *text)
{
    ct_cache_list(to, dialect, (struct ct_entry){CT_ENTRY_PRINT, header, text, 0, 0, 0, 0});
}

struct ct_meaning {
    uint8_t outcome;
    uint8_t reason;
    uint32_t marks;
};

static inline void ct_cache_list_value(const struct ct_lister *to, unsigned dialect,
                                       const char *header, const char *text,
                                       struct ct_meaning meaning)
{
    ct_cache_list(to, dialect,
                  (struct ct_entry){CT_ENTRY_VALUE, header, text, (enum ct_outcome)meaning.outcome,
                                    (enum ct_reason)meaning.reason, meaning.marks, 0});
}

void ct_cache_list_prints(const struct ct_lister *to);      /* dialects.c */
void ct_cache_list_writers(const struct ct_lister *to);     /* status.c */
void ct_cache_list_words(const struct ct_lister *to);       /* words.c */
void ct_cache_list_refinements(const struct ct_lister *to); /* pairs.c */
void ct_cache_list_members(const struct ct_lister *to);     /* cache_status.c */
void ct_cache_list_metrics(const struct ct_lister *to);     /* timing.c */
void ct_cache_list_traces(const struct ct_lister *to);      /* traces.c */
void ct_cache_list_details(const struct ct_lister *to);     /* httpd.c */
void ct_cache_list_errors(const struct ct_lister *to);      /* squid.c */

/* What a parser does that is no table; the example shows it. */
struct ct_rule {
    uint8_t dialect;
    uint8_t outcome;
    uint8_t reason;
    const char *header;
    const char *text;
    const char *example; /* lines of a transaction, or all of one after "@" */
};

/* Rule i, NULL past the last. */
const struct ct_rule *ct_cache_rule(size_t i);

#endif
