/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: counts of what was seen, in memory that does not grow with traffic. Transactions and
 * ended connections go in; a snapshot comes out, from which everything that shows numbers
 * (summary, JSON, later view and metrics) is made. No clock.
 */
#ifndef CACHETAP_STATS_H
#define CACHETAP_STATS_H

#include "cachetap/cache.h"
#include "cachetap/stream.h"

/* Transactions and their response content, by outcome. */
struct ct_counts {
    uint64_t n[CT_OUTCOME_COUNT];
    uint64_t bytes[CT_OUTCOME_COUNT]; /* response body octets */
};

/*
 * Hit ratio = hit / (hit + miss); bypass and other stand beside it, never in it. Weighted by
 * transactions, and by response body octets. client: what the cache nearest to the client
 * did. origin: a hit is what no cache in the line had to fetch from the origin's side.
 */
struct ct_ratio {
    uint64_t hit;
    uint64_t miss;
};

struct ct_ratios {
    struct ct_ratio client_requests;
    struct ct_ratio client_bytes;
    struct ct_ratio origin_requests;
    struct ct_ratio origin_bytes;
};

/* What is counted by outcome, summed over one class. */
uint64_t ct_stats_class_sum(const uint64_t by_outcome[CT_OUTCOME_COUNT], enum ct_class class);

/* hit / (hit + miss), or -1 when both are 0. */
double ct_stats_ratio(struct ct_ratio ratio);

/*
 * Times of a transaction in nanoseconds; false where they are not known. ttfb: end of the
 * request to the first octet of the response, negative when the response came early.
 * duration: first octet of the request to the last of the response.
 */
bool ct_stats_ttfb(const struct ct_txn *txn, int64_t *ttfb_ns);
bool ct_stats_duration(const struct ct_txn *txn, int64_t *duration_ns);

/* Quantiles of a time, in nanoseconds, exact to 1 part in 32; max_ns exact. n = 0: none. */
struct ct_quantiles {
    uint64_t n;
    int64_t p50_ns;
    int64_t p90_ns;
    int64_t p99_ns;
    int64_t max_ns;
};

/*
 * One key of a bounded list (space-saving). n may be too high by at most over, which is what
 * the key inherited when it took the place of another. The counts by outcome, class and byte
 * are what was seen since: their sum is n - over, exact where over is 0.
 */
struct ct_key_row {
    struct ct_span key; /* bytes from the wire; in the snapshot's memory; n = 0: none given */
    uint64_t n;         /* transactions; connections for server names */
    uint64_t over;      /* in n */
    uint64_t by_outcome[CT_OUTCOME_COUNT];
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT]; /* response body octets */
};

/* Octets of a key that are kept and compared; longer ones are cut. */
#define CT_STATS_KEY_BYTES 512

struct ct_key_list {
    const struct ct_key_row *rows; /* sorted */
    size_t n_rows;
    uint64_t n_keys;   /* keys counted one by one */
    uint64_t replaced; /* times that a key had to make room */
};

struct ct_dialect_row {
    const char *name; /* static */
    uint64_t n;
    uint64_t by_class[CT_CLASS_COUNT];
};

struct ct_proto_row {
    uint64_t connections;
    uint64_t bytes; /* TCP payload, both directions */
};

#define CT_DIALECTS_MAX 128

/* Everything that is known, at one moment. Consistent; independent of later counting. */
struct ct_snapshot {
    int64_t first_ns; /* capture time of the first and the last frame, 0: none */
    int64_t last_ns;
    uint64_t transactions;
    uint64_t complete; /* of these */
    uint64_t unanswered;
    uint64_t unasked;
    uint64_t order_unknown;
    uint64_t missing_bytes;
    uint64_t request_wire_bytes;
    uint64_t response_wire_bytes;
    uint64_t body_bytes;
    struct ct_counts counts;
    struct ct_ratios ratios;
    uint64_t by_basis[CT_BASIS_COUNT];
    uint64_t by_reason[CT_REASON_COUNT];
    uint64_t by_note[CT_NOTE_COUNT];
    uint64_t by_status_class[6]; /* 1xx..5xx at 1..5; 0: no response or outside */
    struct ct_quantiles ttfb[CT_CLASS_COUNT];
    struct ct_quantiles duration[CT_CLASS_COUNT];
    struct ct_dialect_row dialects[CT_DIALECTS_MAX]; /* sorted by n */
    size_t n_dialects;
    uint64_t dialects_left_out;      /* transactions whose dialect found no row */
    struct ct_key_list hosts;        /* lower case; by misses, then by transactions */
    struct ct_key_list uris;         /* host + target; by misses, then by transactions */
    struct ct_key_list server_names; /* TLS server names not looked into, by connections */
    struct ct_key_list unknown;      /* status lines that were not understood, "Name: value" */
    struct ct_proto_row protos[CT_PROTO_COUNT];
    uint64_t closes[CT_CLOSE_COUNT];
    struct ct_packet_counters packets;
    struct ct_stream_counters stream;
    struct ct_http_counters http;
    uint64_t memory_bytes; /* what stats holds; fixed from the start */
    void *memory;          /* the snapshot's own */
};

struct ct_stats;

/* Borrows fields (names for the unknown list). NULL: no memory. */
struct ct_stats *ct_stats_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_fields *fields);
void ct_stats_free(struct ct_stats *stats);

void ct_stats_txn(struct ct_stats *stats, const struct ct_txn *txn,
                  const struct ct_verdict *verdict);
void ct_stats_conn(struct ct_stats *stats, const struct ct_conn_end *end);

/*
 * Fills what stats knows (the caller adds packets, stream, http, first_ns, last_ns); at most
 * n_top rows in each list. False: no memory for the lists, which are then empty. The snapshot
 * owns its memory: release it with ct_stats_snapshot_fini.
 */
bool ct_stats_snapshot(const struct ct_stats *stats, size_t n_top, struct ct_snapshot *snapshot);
void ct_stats_snapshot_fini(struct ct_snapshot *snapshot);

#endif
