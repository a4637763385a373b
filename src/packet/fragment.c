/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store of fragments. A datagram is a list of pieces, sorted and without overlap, in a
 * table by keyed hash and in a list by age. Pieces are of one size and come from a pool, so
 * the limit on bytes is a limit on pieces. A datagram that an overlap has ended stays without
 * pieces, as a mark, until its time is over. One that is whole stays with its pieces while
 * nobody else needs the memory, so that late copies of its fragments are known for what they are.
 */
#include "packet/fragment.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/pool.h"

#define BUCKETS      1024u
#define PIECE_OCTETS 1992u

struct piece {
    struct piece *next;
    uint32_t offset;
    uint32_t len; /* octets on the wire that it stands for */
    uint32_t n;   /* octets captured of them, at most PIECE_OCTETS */
    /* The fragment that it came with. */
    uint32_t fragment_offset;
    uint32_t fragment_len;
    uint8_t octets[PIECE_OCTETS];
};

enum state {
    STATE_OPEN,
    STATE_ENDED, /* by an overlap: only refuses what still comes */
    STATE_DONE,  /* whole, and given out: only knows copies */
};

struct datagram {
    struct ct_fragment_key key;
    struct datagram *bucket_next;
    struct datagram *older;
    struct datagram *newer;
    struct piece *pieces;
    int64_t first_ns;
    uint32_t covered; /* octets of all pieces */
    uint32_t highest; /* end of the last piece */
    uint32_t end;     /* length of the datagram, 0 while unknown */
    uint8_t protocol;
    uint8_t state;
};

/* By age; those that are done have one of their own. */
struct age_list {
    struct datagram *oldest;
    struct datagram *newest;
};

struct ct_fragment_store {
    struct ct_packet_counters *counters;
    struct ct_key key;
    int64_t lifetime_ns;
    struct ct_pool pieces;
    struct ct_pool datagrams;
    struct age_list waiting;
    struct age_list done;
    uint8_t *whole; /* CT_DATAGRAM_MAX octets, made when first needed */
    struct datagram *buckets[BUCKETS];
};

static_assert(sizeof(struct ct_fragment_key) == 48, "the key is hashed as bytes: no padding");

struct ct_fragment_store *ct_packet_fragments_new(const struct ct_limits *limits,
                                                  const struct ct_key *key,
                                                  struct ct_packet_counters *counters)
{
    struct ct_fragment_store *store = calloc(1, sizeof(*store));
    if (store == NULL) {
        return NULL;
    }
    store->counters = counters;
    store->key = *key;
    store->lifetime_ns = limits->fragment_seconds < INT64_MAX / (uint64_t)CT_NS_PER_S
                             ? (int64_t)limits->fragment_seconds * CT_NS_PER_S
                             : INT64_MAX;
    ct_base_pool_init(&store->pieces, sizeof(struct piece), 0);
    ct_base_pool_init(&store->datagrams, sizeof(struct datagram), 0);
    uint64_t n =
        limits->fragment_bytes / (store->pieces.object_bytes + store->datagrams.object_bytes);
    store->pieces.max_objects = n;
    store->datagrams.max_objects = n;
    return store;
}

void ct_packet_fragments_free(struct ct_fragment_store *store)
{
    if (store == NULL) {
        return;
    }
    ct_base_pool_fini(&store->pieces);
    ct_base_pool_fini(&store->datagrams);
    free(store->whole);
    free(store);
}

static struct datagram **bucket_of(struct ct_fragment_store *store,
                                   const struct ct_fragment_key *key)
{
    return &store->buckets[ct_base_hash64(&store->key, key, sizeof(*key)) % BUCKETS];
}

static void release_pieces(struct ct_fragment_store *store, struct datagram *datagram)
{
    while (datagram->pieces != NULL) {
        struct piece *piece = datagram->pieces;
        datagram->pieces = piece->next;
        ct_base_pool_put(&store->pieces, piece);
    }
}

static struct age_list *list_of(struct ct_fragment_store *store, const struct datagram *datagram)
{
    return datagram->state == STATE_DONE ? &store->done : &store->waiting;
}

static void link_newest(struct ct_fragment_store *store, struct datagram *datagram)
{
    struct age_list *list = list_of(store, datagram);
    datagram->newer = NULL;
    datagram->older = list->newest;
    *(list->newest != NULL ? &list->newest->newer : &list->oldest) = datagram;
    list->newest = datagram;
}

static void unlink_datagram(struct ct_fragment_store *store, struct datagram *datagram)
{
    struct age_list *list = list_of(store, datagram);
    *(datagram->older != NULL ? &datagram->older->newer : &list->oldest) = datagram->newer;
    *(datagram->newer != NULL ? &datagram->newer->older : &list->newest) = datagram->older;
}

static void remove_datagram(struct ct_fragment_store *store, struct datagram *datagram)
{
    struct datagram **link = bucket_of(store, &datagram->key);
    while (*link != datagram) {
        link = &(*link)->bucket_next;
    }
    *link = datagram->bucket_next;
    unlink_datagram(store, datagram);
    if (datagram->state == STATE_OPEN) {
        store->counters->fragments_open--;
    }
    release_pieces(store, datagram);
    ct_base_pool_put(&store->datagrams, datagram);
}

static void give_up(struct ct_fragment_store *store, struct datagram *datagram)
{
    store->counters->fragments_given_up += datagram->state == STATE_OPEN;
    remove_datagram(store, datagram);
}

/* Makes room at the cost of another datagram than keep; false: there is none. */
static bool make_room(struct ct_fragment_store *store, const struct datagram *keep)
{
    struct datagram *least =
        store->done.oldest != NULL ? store->done.oldest : store->waiting.oldest;
    if (least == NULL || least == keep) {
        return false;
    }
    give_up(store, least);
    return true;
}

/* An overlap ends the datagram; it stays as a mark. */
static enum ct_fragment_result end_datagram(struct ct_fragment_store *store,
                                            struct datagram *datagram)
{
    store->counters->fragments_given_up++;
    store->counters->fragments_open--;
    release_pieces(store, datagram);
    datagram->state = STATE_ENDED;
    return CT_FRAGMENT_REFUSED;
}

static void expire(struct ct_fragment_store *store, const struct age_list *list, int64_t now_ns)
{
    while (list->oldest != NULL && now_ns > list->oldest->first_ns &&
           (uint64_t)now_ns - (uint64_t)list->oldest->first_ns > (uint64_t)store->lifetime_ns) {
        give_up(store, list->oldest);
    }
}

static struct datagram *find_datagram(struct ct_fragment_store *store,
                                      const struct ct_fragment_key *key)
{
    struct datagram *datagram = *bucket_of(store, key);
    while (datagram != NULL && memcmp(&datagram->key, key, sizeof(*key)) != 0) {
        datagram = datagram->bucket_next;
    }
    return datagram;
}

static struct datagram *add_datagram(struct ct_fragment_store *store,
                                     const struct ct_fragment *fragment)
{
    struct datagram *datagram = ct_base_pool_get(&store->datagrams);
    while (datagram == NULL && make_room(store, NULL)) {
        datagram = ct_base_pool_get(&store->datagrams);
    }
    if (datagram == NULL) {
        return NULL;
    }
    struct datagram **bucket = bucket_of(store, &fragment->key);
    datagram->key = fragment->key;
    datagram->first_ns = fragment->ts_ns;
    datagram->bucket_next = *bucket;
    *bucket = datagram;
    link_newest(store, datagram);
    store->counters->fragments_open++;
    return datagram;
}

/* A piece, at the cost of older datagrams; NULL when this one would have to go. */
static struct piece *get_piece(struct ct_fragment_store *store, const struct datagram *keep)
{
    struct piece *piece = ct_base_pool_get(&store->pieces);
    while (piece == NULL && make_room(store, keep)) {
        piece = ct_base_pool_get(&store->pieces);
    }
    uint64_t held = store->pieces.n_used * store->pieces.object_bytes +
                    store->datagrams.n_used * store->datagrams.object_bytes;
    if (held > store->counters->fragment_bytes_peak) {
        store->counters->fragment_bytes_peak = held;
    }
    return piece;
}

/* True when octets that both have were captured twice and differ. */
static bool copies_differ(const struct piece *piece, const struct ct_fragment *fragment)
{
    uint32_t from = piece->offset > fragment->offset ? piece->offset : fragment->offset;
    uint32_t piece_end = piece->offset + piece->n;
    uint32_t fragment_end = fragment->offset + (uint32_t)fragment->captured.n;
    uint32_t to = piece_end < fragment_end ? piece_end : fragment_end;
    return from < to && memcmp(piece->octets + (from - piece->offset),
                               fragment->captured.p + (from - fragment->offset), to - from) != 0;
}

/* True when the fragment contradicts what is held: RFC 5722 section 4, and fragment.h. */
static bool contradicts(const struct datagram *datagram, const struct ct_fragment *fragment)
{
    uint32_t end = fragment->offset + fragment->len;
    if (datagram->end != 0 && (end > datagram->end || (!fragment->more && end != datagram->end))) {
        return true;
    }
    if (!fragment->more && datagram->highest > end) {
        return true;
    }
    for (const struct piece *piece = datagram->pieces; piece != NULL && piece->offset < end;
         piece = piece->next) {
        if (piece->offset + piece->len <= fragment->offset) {
            continue;
        }
        bool same_bounds =
            piece->fragment_offset == fragment->offset && piece->fragment_len == fragment->len;
        if ((fragment->key.family == 6 && !same_bounds) || copies_differ(piece, fragment)) {
            return true;
        }
    }
    return false;
}

/* A piece for octets of the fragment from at on, up to the gap's end. */
static uint32_t fill_piece(struct piece *piece, const struct ct_fragment *fragment, uint32_t at,
                           uint32_t gap_end)
{
    uint32_t captured_end = fragment->offset + (uint32_t)fragment->captured.n;
    uint32_t n = captured_end > at ? captured_end - at : 0;
    n = n < gap_end - at ? n : gap_end - at;
    bool last = n <= PIECE_OCTETS; /* it also stands for what was not captured */
    piece->n = last ? n : PIECE_OCTETS;
    piece->len = last ? gap_end - at : PIECE_OCTETS;
    piece->offset = at;
    piece->fragment_offset = fragment->offset;
    piece->fragment_len = fragment->len;
    if (piece->n > 0) {
        memcpy(piece->octets, fragment->captured.p + (at - fragment->offset), piece->n);
    }
    return piece->len;
}

/* Keeps the octets of the fragment that are not held yet; false when there is no memory. */
static bool keep_fragment(struct ct_fragment_store *store, struct datagram *datagram,
                          const struct ct_fragment *fragment)
{
    uint32_t at = fragment->offset;
    uint32_t end = fragment->offset + fragment->len;
    struct piece **link = &datagram->pieces;
    while (at < end) {
        struct piece *held = *link;
        if (held != NULL && held->offset <= at) {
            uint32_t held_end = held->offset + held->len;
            at = held_end > at ? held_end : at;
            link = &held->next;
            continue;
        }
        struct piece *piece = get_piece(store, datagram);
        if (piece == NULL) {
            return false;
        }
        uint32_t gap_end = held != NULL && held->offset < end ? held->offset : end;
        uint32_t len = fill_piece(piece, fragment, at, gap_end);
        piece->next = held;
        *link = piece;
        link = &piece->next;
        at += len;
        datagram->covered += len;
    }
    datagram->highest = end > datagram->highest ? end : datagram->highest;
    if (!fragment->more) {
        datagram->end = end;
    }
    if (fragment->offset == 0) {
        datagram->protocol = fragment->protocol;
    }
    return true;
}

/* Puts the pieces together, up to the first octet that was not captured. */
static enum ct_fragment_result finish_datagram(struct ct_fragment_store *store,
                                               struct datagram *datagram, struct ct_datagram *out)
{
    if (store->whole == NULL) {
        store->whole = malloc(CT_DATAGRAM_MAX);
    }
    if (store->whole == NULL) {
        give_up(store, datagram);
        return CT_FRAGMENT_REFUSED;
    }
    size_t n = 0;
    for (const struct piece *piece = datagram->pieces; piece != NULL; piece = piece->next) {
        memcpy(store->whole + n, piece->octets, piece->n);
        n += piece->n;
        if (piece->n < piece->len) {
            break;
        }
    }
    *out = (struct ct_datagram){{store->whole, n}, datagram->end, datagram->protocol};
    store->counters->fragments_reassembled++;
    store->counters->fragments_open--;
    unlink_datagram(store, datagram);
    datagram->state = STATE_DONE;
    link_newest(store, datagram);
    return CT_FRAGMENT_WHOLE;
}

uint32_t ct_packet_fragments_unit(struct ct_fragment_store *store,
                                  const struct ct_fragment_key *key)
{
    const struct datagram *held = find_datagram(store, key);
    return held != NULL && held->pieces != NULL ? held->pieces->fragment_len : 0;
}

/* 802.11 numbers come again after 4096 packets: what the first fragment contradicts is old. */
static bool begins_anew(const struct datagram *held, const struct ct_fragment *fragment)
{
    return fragment->key.family == CT_FRAGMENT_WIFI && fragment->offset == 0 &&
           (held->state == STATE_ENDED || contradicts(held, fragment));
}

/* The same fragment once more, as captures on two interfaces have it. */
static bool is_copy(const struct datagram *done, const struct ct_fragment *fragment)
{
    bool found = false;
    for (const struct piece *piece = done->pieces; piece != NULL; piece = piece->next) {
        if (piece->fragment_offset == fragment->offset && piece->fragment_len == fragment->len) {
            found = true;
            if (copies_differ(piece, fragment)) {
                return false;
            }
        }
    }
    return found && fragment->more == (fragment->offset + fragment->len < done->end);
}

enum ct_fragment_result ct_packet_fragments_add(struct ct_fragment_store *store,
                                                const struct ct_fragment *fragment,
                                                struct ct_datagram *datagram)
{
    expire(store, &store->waiting, fragment->ts_ns);
    expire(store, &store->done, fragment->ts_ns);
    struct datagram *held = find_datagram(store, &fragment->key);
    if (held != NULL && held->state == STATE_DONE) {
        if (is_copy(held, fragment)) {
            return CT_FRAGMENT_HELD;
        }
        remove_datagram(store, held); /* its number has come again */
        held = NULL;
    }
    if (held != NULL && begins_anew(held, fragment)) {
        give_up(store, held);
        held = NULL;
    }
    if (held == NULL) {
        held = add_datagram(store, fragment);
    }
    if (held == NULL || held->state == STATE_ENDED) {
        return CT_FRAGMENT_REFUSED;
    }
    if (contradicts(held, fragment)) {
        return end_datagram(store, held);
    }
    if (!keep_fragment(store, held, fragment)) {
        give_up(store, held);
        return CT_FRAGMENT_REFUSED;
    }
    if (held->end == 0 || held->covered != held->end) {
        return CT_FRAGMENT_HELD;
    }
    return finish_datagram(store, held, datagram);
}
