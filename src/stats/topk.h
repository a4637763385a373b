/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The most frequent keys of a stream in fixed memory: space-saving (Metwally, Agrawal, El
 * Abbadi, 2005). Keys that are counted stand in levels, one per distinct count, so that both
 * an increment and finding the least frequent key take constant time. When there is no room,
 * for another key or for its text, the oldest of the least frequent keys gives way, and the
 * newcomer inherits its count as possible error. What is kept does not depend on the hash
 * key. All memory is taken at the start; pages are touched only as they are needed.
 */
#ifndef CACHETAP_STATS_TOPK_H
#define CACHETAP_STATS_TOPK_H

#include "cachetap/stats.h"

/* What is counted beside the number, for keys of transactions. */
struct ct_topk_detail {
    uint64_t by_outcome[CT_OUTCOME_COUNT];
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT];
};

/* And when, for lists that people watch. */
struct ct_topk_times {
    int64_t last_ns;
    uint64_t ttfb_n[CT_CLASS_COUNT];
    uint64_t ttfb_sum_ns[CT_CLASS_COUNT];
    uint64_t errors;
    uint32_t id; /* of this key while it is in the list, never 0; the next one has another */
};

struct ct_topk_entry {
    uint64_t hash;
    uint64_t over;
    uint32_t text;  /* offset of its record in the slab */
    uint32_t chain; /* next in the hash bucket */
    uint32_t level;
    uint32_t prev; /* within the level, oldest first */
    uint32_t next;
    uint32_t rank; /* its place in ct_topk.used */
};

struct ct_topk_level {
    uint64_t n;
    uint32_t first;
    uint32_t last;
    uint32_t lower;
    uint32_t higher; /* also links free levels */
};

struct ct_topk {
    struct ct_key key;
    uint32_t capacity;
    uint32_t n_entries; /* in use */
    uint32_t n_carved;  /* entries ever used; the rest is untouched memory */
    uint32_t n_levels;  /* levels ever used */
    uint32_t free_entry;
    uint32_t free_level;
    uint32_t lowest; /* level */
    uint32_t bucket_mask;
    uint32_t slab_bytes;
    uint32_t slab_used;
    uint32_t slab_live;
    uint64_t floor; /* a key that is not here has come at most this often */
    uint64_t replaced;
    uint32_t last_id;
    uint32_t last; /* the entry counted last: keys come in runs */
    uint32_t *buckets;
    struct ct_topk_entry *entries;
    struct ct_topk_level *levels;
    uint32_t *used;                 /* n_entries entries, in no order */
    struct ct_topk_detail *details; /* NULL: not counted */
    struct ct_topk_times *times;    /* likewise */
    uint8_t *slab;
};

struct ct_topk_options {
    uint64_t keys;
    uint32_t text_bytes; /* room for text, for each key on average */
    bool details;
    bool times;
};

/* False: no memory. */
bool ct_stats_topk_init(struct ct_topk *topk, const struct ct_key *key,
                        const struct ct_topk_options *options);
void ct_stats_topk_fini(struct ct_topk *topk);
/* Forgets all keys. */
void ct_stats_topk_clear(struct ct_topk *topk);
uint64_t ct_stats_topk_bytes(const struct ct_topk *topk);

/* Counts text once, cut to CT_STATS_KEY_BYTES, and returns the number of its entry. */
uint32_t ct_stats_topk_add(struct ct_topk *topk, struct ct_span text);

/* The entry as a row; its key borrows the list's text until the next ct_stats_topk_add. */
void ct_stats_topk_row(const struct ct_topk *topk, uint32_t entry, struct ct_key_row *row);

/*
 * Writes the entries that come first, by misses (with details), then count, then text, at
 * most n of them, into out. scratch has room for topk->n_entries. Returns how many.
 */
uint32_t ct_stats_topk_select(const struct ct_topk *topk, uint32_t n, uint32_t *scratch,
                              uint32_t *out);

#endif
