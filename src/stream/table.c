/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding, making and freeing records. Both directions find one record: the key is the pair
 * of end points in canonical order under a keyed hash. Lists by age make every policy
 * independent of the hash: oldest first.
 */
#include "stream/conn.h"

#include <assert.h>
#include <stdlib.h>

#include "base/hash.h"

#define FIRST_BUCKETS 1024u

static_assert(sizeof(struct ct_conn) <= 544, "an idle connection stays small");

/* Both end points in canonical order, without padding. */
#define KEY_TEXT_MAX 38

static size_t key_text(const struct ct_endpoint *a, const struct ct_endpoint *b,
                       uint8_t out[KEY_TEXT_MAX])
{
    bool swap = ct_base_endpoint_compare(a, b) > 0;
    const struct ct_endpoint *low = swap ? b : a;
    const struct ct_endpoint *high = swap ? a : b;
    size_t n = low->family == 4 && high->family == 4 ? 4 : 16;
    memcpy(out, low->addr, n);
    memcpy(out + n, high->addr, n);
    memcpy(out + 2 * n, &low->port, 2);
    memcpy(out + 2 * n + 2, &high->port, 2);
    out[2 * n + 4] = low->family;
    out[2 * n + 5] = high->family;
    return 2 * n + 6;
}

bool ct_table_init(struct ct_streams *streams)
{
    ct_base_pool_init(&streams->conns, sizeof(struct ct_conn), streams->limits.connections);
    streams->buckets = calloc(FIRST_BUCKETS, sizeof(struct ct_conn *));
    streams->n_buckets = streams->buckets != NULL ? FIRST_BUCKETS : 0;
    return streams->buckets != NULL;
}

static void grow(struct ct_streams *streams)
{
    uint64_t n = streams->n_buckets * 2;
    struct ct_conn **buckets = calloc(n, sizeof(struct ct_conn *));
    if (buckets == NULL) {
        return; /* longer chains, still right */
    }
    for (uint64_t i = 0; i < streams->n_buckets; i++) {
        struct ct_conn *conn = streams->buckets[i];
        while (conn != NULL) {
            struct ct_conn *next = conn->hash_next;
            conn->hash_next = buckets[conn->hash & (n - 1)];
            buckets[conn->hash & (n - 1)] = conn;
            conn = next;
        }
    }
    free(streams->buckets);
    streams->buckets = buckets;
    streams->n_buckets = n;
}

static bool same(const struct ct_endpoint *a, const struct ct_endpoint *b)
{
    return a->port == b->port && a->family == b->family &&
           memcmp(a->addr, b->addr, sizeof a->addr) == 0;
}

static bool is_of(const struct ct_conn *conn, const struct ct_segment *segment, unsigned *side)
{
    if (same(&conn->ends[0], &segment->src) && same(&conn->ends[1], &segment->dst)) {
        *side = 0;
        return true;
    }
    if (same(&conn->ends[1], &segment->src) && same(&conn->ends[0], &segment->dst)) {
        *side = 1;
        return true;
    }
    return false;
}

static uint64_t hash_of(const struct ct_streams *streams, const struct ct_segment *segment)
{
    uint8_t text[KEY_TEXT_MAX];
    size_t n = key_text(&segment->src, &segment->dst, text);
    return ct_base_hash64(&streams->key, text, n);
}

struct ct_conn *ct_table_find(struct ct_streams *streams, const struct ct_segment *segment,
                              unsigned *side)
{
    if (streams->last != NULL && is_of(streams->last, segment, side)) {
        return streams->last;
    }
    uint64_t hash = hash_of(streams, segment);
    struct ct_conn *conn = streams->buckets[hash & (streams->n_buckets - 1)];
    while (conn != NULL && (conn->hash != hash || !is_of(conn, segment, side))) {
        conn = conn->hash_next;
    }
    if (conn != NULL) {
        streams->last = conn;
    }
    return conn;
}

static void unlink_age(struct ct_conn *conn)
{
    struct ct_list *list = &conn->streams->lists[conn->list];
    *(conn->older != NULL ? &conn->older->newer : &list->oldest) = conn->newer;
    *(conn->newer != NULL ? &conn->newer->older : &list->newest) = conn->older;
    conn->older = NULL;
    conn->newer = NULL;
}

static void link_age(struct ct_conn *conn, enum ct_list_id id)
{
    struct ct_list *list = &conn->streams->lists[id];
    conn->list = (uint8_t)id;
    conn->older = list->newest;
    *(list->newest != NULL ? &list->newest->newer : &list->oldest) = conn;
    list->newest = conn;
}

void ct_table_move(struct ct_conn *conn, enum ct_list_id list)
{
    if (conn->newer == NULL && conn->list == list) {
        return; /* already the newest of its list */
    }
    unlink_age(conn);
    link_age(conn, list);
}

void ct_table_wait(struct ct_conn *conn)
{
    struct ct_streams *streams = conn->streams;
    if (conn->waiting) {
        return;
    }
    conn->waiting = 1;
    conn->wait_ns = streams->now_ns;
    conn->wait_segment = streams->n_segments;
    conn->wait_packets =
        (uint32_t)(streams->limits.hole_packets < UINT32_MAX ? streams->limits.hole_packets
                                                             : UINT32_MAX);
    conn->wait_older = streams->waiters.newest;
    conn->wait_newer = NULL;
    *(streams->waiters.newest != NULL ? &streams->waiters.newest->wait_newer
                                      : &streams->waiters.oldest) = conn;
    streams->waiters.newest = conn;
    conn->sides[0].wait_acked = conn->sides[0].acked;
    conn->sides[1].wait_acked = conn->sides[1].acked;
}

void ct_table_stop_waiting(struct ct_conn *conn)
{
    struct ct_list *list = &conn->streams->waiters;
    if (!conn->waiting) {
        return;
    }
    conn->waiting = 0;
    *(conn->wait_older != NULL ? &conn->wait_older->wait_newer : &list->oldest) = conn->wait_newer;
    *(conn->wait_newer != NULL ? &conn->wait_newer->wait_older : &list->newest) = conn->wait_older;
    conn->wait_older = NULL;
    conn->wait_newer = NULL;
}

void ct_table_free(struct ct_conn *conn)
{
    struct ct_streams *streams = conn->streams;
    struct ct_conn **link = &streams->buckets[conn->hash & (streams->n_buckets - 1)];
    while (*link != conn) {
        link = &(*link)->hash_next;
    }
    *link = conn->hash_next;
    ct_table_stop_waiting(conn);
    unlink_age(conn);
    ct_reorder_clear(streams, &conn->sides[0]);
    ct_reorder_clear(streams, &conn->sides[1]);
    free(conn->sni);
    if (streams->last == conn) {
        streams->last = NULL;
    }
    if (conn->phase != CT_PHASE_CLOSED) {
        streams->counters.open_now--;
    }
    ct_base_pool_put(&streams->conns, conn);
}

void ct_table_fini(struct ct_streams *streams)
{
    for (int i = 0; i < CT_LIST_COUNT; i++) {
        while (streams->lists[i].oldest != NULL) {
            ct_table_free(streams->lists[i].oldest);
        }
    }
    ct_base_pool_fini(&streams->conns);
    free(streams->buckets);
}

/* The connection that the others can best do without. */
static void evict(struct ct_streams *streams)
{
    static const enum ct_list_id order[] = {CT_LIST_CLOSED, CT_LIST_OPENING, CT_LIST_OPEN};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct ct_conn *conn = streams->lists[order[i]].oldest;
        if (conn != NULL) {
            if (conn->phase != CT_PHASE_CLOSED) {
                streams->counters.evicted++;
                ct_end_close(conn, CT_CLOSE_EVICT);
            }
            ct_table_free(conn);
            return;
        }
    }
}

/*
 * "C" and 128 bits in base 62. The key is fixed: a connection has the same name in every
 * replay. What is hashed (end points, time, sequence number) is the connection's own.
 */
static void name_conn(struct ct_conn *conn, const struct ct_segment *segment)
{
    static const struct ct_key fixed = {{'c', 'a', 'c', 'h', 'e', 't', 'a', 'p'}};
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    uint8_t text[KEY_TEXT_MAX + 12];
    uint8_t hash[16];
    size_t n = key_text(&segment->src, &segment->dst, text);
    memcpy(text + n, &segment->ts_ns, 8);
    memcpy(text + n + 8, &segment->seq, 4);
    ct_base_hash128(&fixed, text, n + 12, hash);
    uint64_t halves[2];
    memcpy(halves, hash, sizeof halves);
    char *out = conn->info.uid;
    *out++ = 'C';
    for (int h = 0; h < 2; h++) {
        for (int i = 0; i < 9; i++) { /* 62^9 < 2^54: 107 bits in all */
            *out++ = digits[halves[h] % 62];
            halves[h] /= 62;
        }
    }
    *out = '\0';
}

struct ct_conn *ct_table_make(struct ct_streams *streams, const struct ct_segment *segment)
{
    if (streams->conns.n_used >= streams->limits.connections) {
        evict(streams);
    }
    if (streams->conns.n_used >= streams->n_buckets) {
        grow(streams);
    }
    struct ct_conn *conn = ct_base_pool_get(&streams->conns);
    if (conn == NULL) {
        return NULL;
    }
    conn->streams = streams;
    conn->hash = hash_of(streams, segment);
    conn->hash_next = streams->buckets[conn->hash & (streams->n_buckets - 1)];
    streams->buckets[conn->hash & (streams->n_buckets - 1)] = conn;
    conn->ends[0] = segment->src;
    conn->ends[1] = segment->dst;
    /* Until more is known: the lower port is the server's. */
    conn->client = segment->src.port >= segment->dst.port ? 0 : 1;
    conn->info.orig = conn->ends[conn->client];
    conn->info.resp = conn->ends[1 - conn->client];
    conn->info.first_ns = segment->ts_ns;
    conn->last_ns = segment->ts_ns;
    conn->active_ns = streams->now_ns;
    name_conn(conn, segment);
    link_age(conn, CT_LIST_OPENING);
    streams->last = conn;
    streams->counters.connections++;
    streams->counters.open_now++;
    if (streams->counters.open_now > streams->counters.open_peak) {
        streams->counters.open_peak = streams->counters.open_now;
    }
    return conn;
}
