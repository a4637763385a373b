/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parts: the engine in three pieces, for programs with several threads. An engine
 * (cachetap.h) is one of each, called directly.
 *
 *     frames ─► intake ─► segments, ticks ─► shard ─► transactions, ends ─► collector
 *
 * Each part belongs to one thread at a time and shares nothing with another thread's. All
 * segments of a connection go to one shard (ct_parts_shard_of), ticks go to
 * all; what shards report goes to one collector, packed where it has to cross to another
 * thread.
 */
#ifndef CACHETAP_PARTS_H
#define CACHETAP_PARTS_H

#include "cachetap/cachetap.h"

/*
 * Names of header fields and the classifier's tables. Those made with the same configuration
 * number the fields alike, and are used by one thread each: a user's patterns need scratch
 * memory.
 */
struct ct_rules;
/* NULL: no memory. Must outlive the parts made with it, and all verdicts. */
struct ct_rules *ct_rules_new(const struct ct_engine_config *config);
void ct_rules_free(struct ct_rules *rules);
const struct ct_fields *ct_rules_fields(const struct ct_rules *rules);

/* What intakes and shards have counted; sums are made with ct_parts_counters_add. */
struct ct_parts_counters {
    int64_t first_ns; /* earliest and latest time stamp, 0: none */
    int64_t last_ns;
    struct ct_packet_counters packets;
    struct ct_stream_counters stream;
    struct ct_http_counters http;
    uint64_t records_lost; /* transactions and ends of connections that could not be handed over */
};
void ct_parts_counters_add(struct ct_parts_counters *sum, const struct ct_parts_counters *part);

/* ---- intake: link layers, tunnels, fragments, and the packet clock -------------------------- */

struct ct_intake_hooks {
    /*
     * A TCP segment, borrowed for the call; number is its place among the TCP segments of this
     * intake, from 1.
     */
    void (*segment)(void *user, const struct ct_segment *segment, uint64_t number);
    /* Packet time has moved on; number as above, of the last segment before. */
    void (*tick)(void *user, int64_t now_ns, uint64_t number);
    void *user;
};

struct ct_intake;
/* Copies hooks. NULL: no memory. */
struct ct_intake *ct_intake_new(const struct ct_limits *limits, const struct ct_key *key,
                                const struct ct_intake_hooks *hooks);
void ct_intake_free(struct ct_intake *intake);
/* One frame, borrowed for the call. */
void ct_intake_frame(struct ct_intake *intake, const struct ct_frame *frame);
/* As ct_engine_tick. */
void ct_intake_tick(struct ct_intake *intake, int64_t now_ns);
void ct_intake_counters(const struct ct_intake *intake, struct ct_parts_counters *counters);

/* How far an intake is. */
struct ct_intake_progress {
    int64_t begin_ns; /* time of the first frame */
    int64_t now_ns;   /* the packet clock, which never moves back */
    uint64_t frames;
    uint64_t wire_bytes;
};
/* Cheap enough for every tick. */
void ct_intake_progress(const struct ct_intake *intake, struct ct_intake_progress *progress);
/* Whether who watches is to be told again; now_ns never moves back. */
#define CT_PROGRESS_NS (100 * CT_NS_PER_MS)
static inline bool ct_progress_is_due(int64_t now_ns, int64_t told_ns)
{
    return (uint64_t)now_ns - (uint64_t)told_ns >= (uint64_t)CT_PROGRESS_NS;
}

/*
 * Which of n shards a segment belongs to: the same for both directions, not to be foreseen by
 * who sends it. n > 0.
 */
size_t ct_parts_shard_of(const struct ct_key *key, const struct ct_segment *segment, size_t n);

/* ---- shard: connections, HTTP, classification ------------------------------------------------ */

struct ct_shard_hooks {
    /* Both are borrowed for the call; verdict may be changed. */
    void (*txn)(void *user, const struct ct_txn *txn, struct ct_verdict *verdict);
    void (*conn)(void *user, const struct ct_conn_end *end);
    void *user;
};

struct ct_shard;
/* Copies hooks, borrows rules. NULL: no memory. */
struct ct_shard *ct_shard_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_rules *rules, const struct ct_shard_hooks *hooks);
void ct_shard_free(struct ct_shard *shard);
void ct_shard_segment(struct ct_shard *shard, const struct ct_segment *segment, uint64_t number);
void ct_shard_tick(struct ct_shard *shard, int64_t now_ns, uint64_t number);
/* End of input: ends all connections. */
void ct_shard_finish(struct ct_shard *shard);
void ct_shard_counters(const struct ct_shard *shard, struct ct_parts_counters *counters);

/* The limits of one shard of n: what is a total is divided. n > 0. */
void ct_parts_limits(struct ct_limits *limits, size_t n);

/* ---- collector: what needs all transactions, and the callbacks of the configuration ---------- */

struct ct_collector;
/* Copies config, borrows rules. NULL: no memory. */
struct ct_collector *ct_collector_new(const struct ct_engine_config *config,
                                      const struct ct_rules *rules);
void ct_collector_free(struct ct_collector *collector);
/* verdict may be changed: by what earlier transactions tell. */
void ct_collector_txn(struct ct_collector *collector, const struct ct_txn *txn,
                      struct ct_verdict *verdict);
void ct_collector_conn(struct ct_collector *collector, const struct ct_conn_end *end);
/*
 * Packet time and packets until now, of all intakes: a few times a second of packet time, also
 * when nothing comes. Only what is watched needs it.
 */
void ct_collector_progress(struct ct_collector *collector,
                           const struct ct_intake_progress *progress);
/* As ct_engine_watch. */
struct ct_watch *ct_collector_watch(const struct ct_collector *collector);
/* As ct_engine_snapshot; counters are the sum of those of all intakes and shards. */
bool ct_collector_snapshot(const struct ct_collector *collector,
                           const struct ct_parts_counters *counters, size_t n_top,
                           struct ct_snapshot *snapshot);

/* ---- crossing to another thread ----------------------------------------------------------------
 */

/* Bytes that the packed form takes, and the packed form, into memory aligned to 16. */
size_t ct_parts_pack_txn_bytes(const struct ct_txn *txn, const struct ct_verdict *verdict);
void ct_parts_pack_txn(void *to, const struct ct_txn *txn, const struct ct_verdict *verdict);
size_t ct_parts_pack_conn_bytes(const struct ct_conn_end *end);
void ct_parts_pack_conn(void *to, const struct ct_conn_end *end);
size_t ct_parts_pack_segment_bytes(const struct ct_segment *segment);
void ct_parts_pack_segment(void *to, const struct ct_segment *segment);
/*
 * What was packed; pointers in the results point into the packed form. Tiers and evidence beyond
 * those of the verdict are left as they are.
 */
void ct_parts_unpack_txn(const void *from, struct ct_txn *txn, struct ct_verdict *verdict);
/* info takes what end->info then points to. */
void ct_parts_unpack_conn(const void *from, struct ct_conn_end *end, struct ct_conn_info *info);
void ct_parts_unpack_segment(const void *from, struct ct_segment *segment);
int64_t ct_parts_packed_segment_ns(const void *from);

#endif
