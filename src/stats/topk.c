/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/topk.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/span.h"

#define NIL      UINT32_MAX
#define KEYS_MAX (UINT32_C(1) << 22)

/* Precedes each text in the slab; entry is NIL when the text is not used any more. */
struct record {
    uint32_t entry;
    uint32_t length;
};

/* ---- text ------------------------------------------------------------------------------- */

static struct record record_at(const struct ct_topk *topk, uint32_t offset)
{
    struct record record;
    memcpy(&record, topk->slab + offset, sizeof record);
    return record;
}

static struct ct_span entry_text(const struct ct_topk *topk, uint32_t entry)
{
    uint32_t offset = topk->entries[entry].text;
    return (struct ct_span){topk->slab + offset + sizeof(struct record),
                            record_at(topk, offset).length};
}

/* Texts may take four fifths of the slab: so each compaction wins at least a fifth of it. */
static uint32_t text_limit(const struct ct_topk *topk)
{
    return topk->slab_bytes / 5 * 4;
}

/* Moves the texts in use together. */
static void compact_text(struct ct_topk *topk)
{
    uint32_t to = 0;
    for (uint32_t from = 0; from < topk->slab_used;) {
        struct record record = record_at(topk, from);
        uint32_t bytes = (uint32_t)sizeof record + record.length;
        if (record.entry != NIL) {
            memmove(topk->slab + to, topk->slab + from, bytes);
            topk->entries[record.entry].text = to;
            to += bytes;
        }
        from += bytes;
    }
    topk->slab_used = to;
}

static void store_text(struct ct_topk *topk, uint32_t entry, struct ct_span text)
{
    struct record record = {entry, (uint32_t)text.n};
    uint32_t bytes = (uint32_t)(sizeof record + text.n);
    if (bytes > topk->slab_bytes - topk->slab_used) {
        compact_text(topk);
    }
    topk->entries[entry].text = topk->slab_used;
    memcpy(topk->slab + topk->slab_used, &record, sizeof record);
    if (text.n > 0) {
        memcpy(topk->slab + topk->slab_used + sizeof record, text.p, text.n);
    }
    topk->slab_used += bytes;
    topk->slab_live += bytes;
}

static void release_text(struct ct_topk *topk, uint32_t entry)
{
    uint32_t offset = topk->entries[entry].text;
    struct record record = record_at(topk, offset);
    record.entry = NIL;
    memcpy(topk->slab + offset, &record, sizeof record);
    topk->slab_live -= (uint32_t)sizeof record + record.length;
}

/* ---- levels ----------------------------------------------------------------------------- */

/* A new level of count n above level below (NIL: the lowest). */
static uint32_t insert_level(struct ct_topk *topk, uint64_t n, uint32_t below)
{
    uint32_t level = topk->free_level;
    if (level != NIL) {
        topk->free_level = topk->levels[level].higher;
    } else {
        level = topk->n_levels++;
    }
    uint32_t above = below == NIL ? topk->lowest : topk->levels[below].higher;
    topk->levels[level] = (struct ct_topk_level){n, NIL, NIL, below, above};
    if (below == NIL) {
        topk->lowest = level;
    } else {
        topk->levels[below].higher = level;
    }
    if (above != NIL) {
        topk->levels[above].lower = level;
    }
    return level;
}

static void remove_level(struct ct_topk *topk, uint32_t level)
{
    struct ct_topk_level *gone = &topk->levels[level];
    if (gone->lower == NIL) {
        topk->lowest = gone->higher;
    } else {
        topk->levels[gone->lower].higher = gone->higher;
    }
    if (gone->higher != NIL) {
        topk->levels[gone->higher].lower = gone->lower;
    }
    gone->higher = topk->free_level;
    topk->free_level = level;
}

static void join_level(struct ct_topk *topk, uint32_t entry, uint32_t level)
{
    struct ct_topk_level *to = &topk->levels[level];
    topk->entries[entry].level = level;
    topk->entries[entry].prev = to->last;
    topk->entries[entry].next = NIL;
    if (to->last == NIL) {
        to->first = entry;
    } else {
        topk->entries[to->last].next = entry;
    }
    to->last = entry;
}

static void leave_level(struct ct_topk *topk, uint32_t entry)
{
    const struct ct_topk_entry *gone = &topk->entries[entry];
    struct ct_topk_level *from = &topk->levels[gone->level];
    if (gone->prev == NIL) {
        from->first = gone->next;
    } else {
        topk->entries[gone->prev].next = gone->next;
    }
    if (gone->next == NIL) {
        from->last = gone->prev;
    } else {
        topk->entries[gone->next].prev = gone->prev;
    }
    if (from->first == NIL) {
        remove_level(topk, gone->level);
    }
}

static void increment(struct ct_topk *topk, uint32_t entry)
{
    uint32_t level = topk->entries[entry].level;
    struct ct_topk_level *from = &topk->levels[level];
    uint64_t n = from->n + 1;
    uint32_t above = from->higher;
    bool above_fits = above != NIL && topk->levels[above].n == n;
    if (from->first == from->last && !above_fits) {
        from->n = n; /* alone, and the order stays */
        return;
    }
    if (!above_fits) {
        above = insert_level(topk, n, level);
    }
    leave_level(topk, entry);
    join_level(topk, entry, above);
}

/* Puts a new entry where its count belongs: at most one level above the lowest. */
static void place(struct ct_topk *topk, uint32_t entry, uint64_t n)
{
    uint32_t below = NIL;
    uint32_t at = topk->lowest;
    while (at != NIL && topk->levels[at].n < n) {
        below = at;
        at = topk->levels[at].higher;
    }
    if (at == NIL || topk->levels[at].n != n) {
        at = insert_level(topk, n, below);
    }
    join_level(topk, entry, at);
}

/* ---- keys ------------------------------------------------------------------------------- */

static uint32_t find(const struct ct_topk *topk, uint64_t hash, struct ct_span text)
{
    uint32_t entry = topk->buckets[hash & topk->bucket_mask];
    while (entry != NIL) {
        if (topk->entries[entry].hash == hash && ct_span_equal(entry_text(topk, entry), text)) {
            return entry;
        }
        entry = topk->entries[entry].chain;
    }
    return NIL;
}

static void unchain(struct ct_topk *topk, uint32_t entry)
{
    uint32_t *link = &topk->buckets[topk->entries[entry].hash & topk->bucket_mask];
    while (*link != entry) {
        link = &topk->entries[*link].chain;
    }
    *link = topk->entries[entry].chain;
}

/* Drops the oldest of the least frequent keys. */
static void evict(struct ct_topk *topk)
{
    uint32_t entry = topk->levels[topk->lowest].first;
    topk->floor = topk->levels[topk->lowest].n;
    topk->replaced++;
    topk->last = topk->last == entry ? NIL : topk->last;
    unchain(topk, entry);
    leave_level(topk, entry);
    release_text(topk, entry);
    topk->entries[entry].next = topk->free_entry;
    topk->free_entry = entry;
    topk->n_entries--;
    uint32_t last = topk->used[topk->n_entries];
    topk->used[topk->entries[entry].rank] = last;
    topk->entries[last].rank = topk->entries[entry].rank;
}

static uint32_t take_entry(struct ct_topk *topk)
{
    uint32_t entry = topk->free_entry;
    if (entry != NIL) {
        topk->free_entry = topk->entries[entry].next;
    } else {
        entry = topk->n_carved++;
    }
    topk->n_entries++;
    return entry;
}

static uint32_t insert(struct ct_topk *topk, uint64_t hash, struct ct_span text)
{
    uint32_t room = text_limit(topk) - (uint32_t)(sizeof(struct record) + text.n);
    while (topk->n_entries == topk->capacity || topk->slab_live > room) {
        evict(topk);
    }
    uint32_t entry = take_entry(topk);
    uint32_t *bucket = &topk->buckets[hash & topk->bucket_mask];
    topk->entries[entry] = (struct ct_topk_entry){
        .hash = hash,
        .over = topk->floor,
        .chain = *bucket,
        .rank = topk->n_entries - 1,
    };
    *bucket = entry;
    topk->used[topk->n_entries - 1] = entry;
    store_text(topk, entry, text);
    if (topk->details != NULL) {
        memset(&topk->details[entry], 0, sizeof topk->details[entry]);
    }
    if (topk->times != NULL) {
        topk->last_id += topk->last_id == UINT32_MAX ? 2 : 1;
        topk->times[entry] = (struct ct_topk_times){.id = topk->last_id};
    }
    place(topk, entry, topk->floor + 1);
    return entry;
}

uint32_t ct_stats_topk_add(struct ct_topk *topk, struct ct_span text)
{
    text = ct_span_slice(text, 0, CT_STATS_KEY_BYTES);
    if (topk->last != NIL && ct_span_equal(entry_text(topk, topk->last), text)) {
        increment(topk, topk->last);
        return topk->last;
    }
    uint64_t hash = ct_base_hash64(&topk->key, text.p, text.n);
    uint32_t entry = find(topk, hash, text);
    if (entry == NIL) {
        entry = insert(topk, hash, text);
    } else {
        increment(topk, entry);
    }
    topk->last = entry;
    return entry;
}

/* ---- life ------------------------------------------------------------------------------- */

bool ct_stats_topk_init(struct ct_topk *topk, const struct ct_key *key,
                        const struct ct_topk_options *options)
{
    uint32_t capacity = options->keys < KEYS_MAX ? (uint32_t)options->keys : KEYS_MAX;
    capacity = capacity > 0 ? capacity : 1;
    uint32_t buckets = 16;
    while (buckets < capacity) {
        buckets *= 2;
    }
    uint32_t slab = capacity * (options->text_bytes + (uint32_t)sizeof(struct record)) / 4 * 5;
    uint32_t slab_min = 2 * (CT_STATS_KEY_BYTES + (uint32_t)sizeof(struct record));
    *topk = (struct ct_topk){
        .key = *key,
        .capacity = capacity,
        .bucket_mask = buckets - 1,
        .slab_bytes = slab > slab_min ? slab : slab_min,
    };
    topk->buckets = malloc(buckets * sizeof *topk->buckets);
    topk->entries = malloc(capacity * sizeof *topk->entries);
    topk->levels = malloc(((size_t)capacity + 1) * sizeof *topk->levels);
    topk->slab = malloc(topk->slab_bytes);
    topk->used = malloc(capacity * sizeof *topk->used);
    topk->details = options->details ? malloc(capacity * sizeof *topk->details) : NULL;
    topk->times = options->times ? malloc(capacity * sizeof *topk->times) : NULL;
    if (topk->buckets == NULL || topk->entries == NULL || topk->levels == NULL ||
        topk->slab == NULL || topk->used == NULL || (options->details && topk->details == NULL) ||
        (options->times && topk->times == NULL)) {
        ct_stats_topk_fini(topk);
        return false;
    }
    ct_stats_topk_clear(topk);
    return true;
}

void ct_stats_topk_clear(struct ct_topk *topk)
{
    topk->n_entries = 0;
    topk->n_carved = 0;
    topk->n_levels = 0;
    topk->free_entry = NIL;
    topk->free_level = NIL;
    topk->lowest = NIL;
    topk->last = NIL;
    topk->slab_used = 0;
    topk->slab_live = 0;
    topk->floor = 0;
    topk->replaced = 0;
    memset(topk->buckets, 0xff, ((size_t)topk->bucket_mask + 1) * sizeof *topk->buckets); /* NIL */
}

void ct_stats_topk_fini(struct ct_topk *topk)
{
    free(topk->buckets);
    free(topk->entries);
    free(topk->levels);
    free(topk->used);
    free(topk->details);
    free(topk->times);
    free(topk->slab);
    *topk = (struct ct_topk){.lowest = NIL};
}

uint64_t ct_stats_topk_bytes(const struct ct_topk *topk)
{
    uint64_t entry = sizeof *topk->entries + sizeof *topk->levels + sizeof *topk->used +
                     (topk->details != NULL ? sizeof *topk->details : 0) +
                     (topk->times != NULL ? sizeof *topk->times : 0);
    return entry * topk->capacity + topk->slab_bytes +
           ((uint64_t)topk->bucket_mask + 1) * sizeof *topk->buckets;
}

/* ---- reading ---------------------------------------------------------------------------- */

void ct_stats_topk_row(const struct ct_topk *topk, uint32_t entry, struct ct_key_row *row)
{
    *row = (struct ct_key_row){
        .key = entry_text(topk, entry),
        .n = topk->levels[topk->entries[entry].level].n,
        .over = topk->entries[entry].over,
    };
    if (topk->details == NULL) {
        return;
    }
    const struct ct_topk_detail *detail = &topk->details[entry];
    memcpy(row->by_outcome, detail->by_outcome, sizeof row->by_outcome);
    memcpy(row->by_class, detail->by_class, sizeof row->by_class);
    memcpy(row->bytes, detail->bytes, sizeof row->bytes);
}

static uint64_t entry_misses(const struct ct_topk *topk, uint32_t entry)
{
    return topk->details != NULL ? topk->details[entry].by_class[CT_CLASS_MISS] : 0;
}

static int compare_u64_falling(uint64_t a, uint64_t b)
{
    return a == b ? 0 : (a > b ? -1 : 1);
}

static int compare_entries(const void *a, const void *b, void *user)
{
    const struct ct_topk *topk = user;
    uint32_t left;
    uint32_t right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    int order = compare_u64_falling(entry_misses(topk, left), entry_misses(topk, right));
    if (order == 0) {
        order = compare_u64_falling(topk->levels[topk->entries[left].level].n,
                                    topk->levels[topk->entries[right].level].n);
    }
    if (order != 0) {
        return order;
    }
    struct ct_span text_left = entry_text(topk, left);
    struct ct_span text_right = entry_text(topk, right);
    size_t n = text_left.n < text_right.n ? text_left.n : text_right.n;
    order = n > 0 ? memcmp(text_left.p, text_right.p, n) : 0;
    return order != 0 ? order : compare_u64_falling(text_right.n, text_left.n);
}

uint32_t ct_stats_topk_select(const struct ct_topk *topk, uint32_t n, uint32_t *scratch,
                              uint32_t *out)
{
    uint32_t found = 0;
    for (uint32_t at = topk->lowest; at != NIL; at = topk->levels[at].higher) {
        for (uint32_t e = topk->levels[at].first; e != NIL; e = topk->entries[e].next) {
            scratch[found++] = e;
        }
    }
    struct ct_topk copy = *topk; /* qsort_r takes no const */
    qsort_r(scratch, found, sizeof *scratch, compare_entries, &copy);
    if (n > found) {
        n = found;
    }
    memcpy(out, scratch, n * sizeof *out);
    return n;
}
