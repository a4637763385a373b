/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stats: counts of what was seen, in memory that does not grow with traffic. Transactions and
 * ended connections go in; a snapshot comes out, from which everything that shows numbers
 * (summary, JSON, later view and metrics) is made. No clock.
 */
#ifndef CACHETAP_STATS_H
#define CACHETAP_STATS_H

#include "cachetap/insight.h"
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

struct ct_snapshot;
/*
 * Packets that the analysis never got: dropped by kernels or interfaces, or lost when a capture was
 * made, as it says itself.
 */
uint64_t ct_stats_lost_packets(const struct ct_snapshot *snapshot);

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

/* clang-format off */
/* Upper bounds of the buckets of struct ct_time_histogram: nanoseconds, and seconds as text. */
#define CT_TIME_BOUNDS(X)                                                                       \
    X(100000, "0.0001") X(250000, "0.00025") X(500000, "0.0005")                                \
    X(1000000, "0.001") X(2500000, "0.0025") X(5000000, "0.005")                                \
    X(10000000, "0.01") X(25000000, "0.025") X(50000000, "0.05")                                \
    X(100000000, "0.1") X(250000000, "0.25") X(500000000, "0.5")                                \
    X(1000000000, "1.0") X(2500000000, "2.5") X(5000000000, "5.0")                              \
    X(10000000000, "10.0") X(30000000000, "30.0")
/* clang-format on */
enum {
#define X(ns, seconds) CT_TIME_BOUND_##ns,
    CT_TIME_BOUNDS(X)
#undef X
        CT_TIME_BOUND_COUNT
};

/* Times counted exactly in wide buckets, for histograms that other programs add up. */
struct ct_time_histogram {
    uint64_t n;
    uint64_t sum_s; /* of all times: whole seconds, and nanoseconds below one second */
    uint64_t sum_ns;
    uint64_t at_most[CT_TIME_BOUND_COUNT]; /* times <= the bound: cumulative */
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

/*
 * A host with counters of its own that never go back: once named it stays named for the life
 * of the stats, and what came before is counted with the rest. Valid host names only.
 */
struct ct_named_host {
    struct ct_span host; /* printable ASCII without quotes and spaces; in the snapshot's memory */
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT]; /* response body octets */
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

/* ---- connections ------------------------------------------------------------------------ */

/* clang-format off */
/* The letter of each outcome in the sequence of a connection. */
#define CT_FLOW_LETTERS(X)                                                       \
    X(HIT, 'H') X(PARTIAL_HIT, 'P') X(REVALIDATED, 'R') X(STALE, 'S')            \
    X(UPDATING, 'U') X(NEGATIVE_HIT, 'G')                                        \
    X(MISS, 'M') X(EXPIRED, 'E') X(CLIENT_REFRESH, 'C')                          \
    X(BYPASS, 'B') X(DYNAMIC, 'D') X(UNCACHEABLE, 'X') X(CONFIG_NOCACHE, 'F')    \
    X(NONE, 'N')                                                                 \
    X(SYNTHETIC, 'Y') X(ERROR, '!') X(UNKNOWN, '?')

#define CT_FLOW_COUNTERS(X)                                                                   \
    X(connections, "connections that carried a transaction")                                  \
    X(reused_connections, "of these, connections that carried more than one")                 \
    X(reused_transactions, "transactions that were not the first of their connection")        \
    X(given_up, "labels of connections given up: the limit flows")                            \
    X(refused, "transactions without a label of their connection: no memory")                 \
    X(partial, "connections whose label misses their first transactions")
/* clang-format on */

#define CT_FLOW_SEQUENCE_MAX 64 /* letters kept */
#define CT_FLOW_DIALECTS_MAX 4
#define CT_FLOW_NODES_MAX    4
#define CT_FLOW_NODE_BYTES   31

/* Name of a cache as it stood on the wire, cut to the octets kept. */
struct ct_flow_node {
    uint8_t n;
    char bytes[CT_FLOW_NODE_BYTES];
};

/*
 * The label of one TCP connection: what the caches did with all its transactions. Those found
 * in a tunnel inside it (CONNECT) are its own as well. A copy is self-contained.
 */
struct ct_flow {
    char uid[CT_UID_MAX];
    struct ct_endpoint orig; /* client; as told by PROXY protocol where that was used */
    struct ct_endpoint resp;
    int64_t conn_ns;  /* first packet of the connection */
    int64_t first_ns; /* its first transaction */
    int64_t last_ns;  /* last octet of a transaction */
    uint64_t transactions;
    uint64_t by_outcome[CT_OUTCOME_COUNT];
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT];               /* response body octets */
    const char *dialects[CT_FLOW_DIALECTS_MAX];   /* as in verdicts, in order of appearance */
    enum ct_class class;                          /* the dominant one: ct_stats_dominant_class */
    enum ct_close why;                            /* when ended */
    struct ct_flow_node nodes[CT_FLOW_NODES_MAX]; /* as dialects; fossils do not count */
    char sequence[CT_FLOW_SEQUENCE_MAX + 1];      /* letters, as they ended; terminated */
    uint8_t n_dialects;
    uint8_t n_nodes;
    bool names_cut; /* more dialects or nodes than are kept */
    bool partial;   /* its first transactions are not in it */
    bool ended;
};

/* True when there are more transactions than letters. */
static inline bool ct_flow_sequence_cut(const struct ct_flow *flow)
{
    return flow->transactions > CT_FLOW_SEQUENCE_MAX;
}

char ct_stats_flow_letter(enum ct_outcome outcome);

/*
 * The class with most transactions. Equal ones: miss before bypass before hit before other,
 * that is, what costs the origin most.
 */
enum ct_class ct_stats_dominant_class(const uint64_t by_class[CT_CLASS_COUNT]);

/* Connections by number of transactions: 1, 2 to 3, 4 to 7, ... the last from 128 on. */
#define CT_FLOW_LENGTHS 8

/*
 * All connections that carried a transaction, open ones included. One whose label was given up
 * and that spoke again is counted again, as partial.
 */
struct ct_flow_totals {
#define X(field, help) uint64_t field;
    CT_FLOW_COUNTERS(X)
#undef X
    uint64_t open_now; /* gauges */
    uint64_t memory_bytes;
    uint64_t by_class[CT_CLASS_COUNT]; /* dominant class */
    uint64_t by_length[CT_FLOW_LENGTHS];
};

/* Most connections that a snapshot lists by misses. */
#define CT_FLOWS_COSTLY_MAX 20
/* Ended connections that are still listed among the newest. */
#define CT_FLOWS_ENDED_MAX 256

struct ct_flow_list {
    const struct ct_flow *rows;
    size_t n_rows;
};

/* ---- groups ----------------------------------------------------------------------------- */

#define CT_GROUPS_MAX        192 /* more are counted in groups_left_out */
#define CT_GROUP_EXAMPLE_MAX 192

/*
 * Transactions with one outcome, reason and dialect, with the first of them as the example.
 * Texts are safe for a terminal, cut, terminated.
 */
struct ct_group_row {
    enum ct_outcome outcome;
    enum ct_reason reason;
    const char *dialect; /* as in verdicts, or NULL */
    const char *rule;    /* likewise */
    uint64_t n;
    char example[CT_GROUP_EXAMPLE_MAX];  /* "GET host/path" */
    char evidence[CT_GROUP_EXAMPLE_MAX]; /* "Name: value" of what decided; empty: none */
    char advice[CT_ADVICE_MAX];          /* ct_cache_advice for the example */
};

struct ct_group_list {
    const struct ct_group_row *rows; /* by n */
    size_t n_rows;
    uint64_t n_groups;
    uint64_t left_out; /* transactions that found no row */
};

/* ---- snapshots -------------------------------------------------------------------------- */

#define CT_DIALECTS_MAX 128

/* Everything that is known, at one moment. Consistent; independent of later counting. */
struct ct_snapshot {
    int64_t first_ns; /* capture time of the first and the last frame, 0: none */
    int64_t last_ns;
    uint64_t transactions;
    uint64_t not_chosen; /* transactions that are in no other number (ct_engine_config.chosen) */
    uint64_t complete;   /* of these */
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
    uint64_t by_mark[CT_MARK_COUNT];
    uint64_t by_finding[CT_FINDING_COUNT];
    uint64_t by_note[CT_NOTE_COUNT];
    uint64_t by_status_class[6]; /* 1xx..5xx at 1..5; 0: no response or outside */
    struct ct_quantiles ttfb[CT_CLASS_COUNT];
    struct ct_quantiles duration[CT_CLASS_COUNT];
    struct ct_time_histogram ttfb_times[CT_CLASS_COUNT];
    struct ct_time_histogram duration_times[CT_CLASS_COUNT];
    struct ct_dialect_row dialects[CT_DIALECTS_MAX]; /* sorted by n */
    size_t n_dialects;
    uint64_t dialects_left_out;      /* transactions whose dialect found no row */
    struct ct_key_list hosts;        /* lower case; by misses, then by transactions */
    struct ct_key_list uris;         /* host + target; by misses, then by transactions */
    struct ct_key_list server_names; /* TLS server names not looked into, by connections */
    struct ct_key_list unknown;      /* status lines that were not understood, "Name: value" */
    const struct ct_named_host *named_hosts; /* in the order in which they were named */
    size_t n_named_hosts;
    struct ct_named_host other_hosts; /* all the rest; no name */
    struct ct_proto_row protos[CT_PROTO_COUNT];
    uint64_t closes[CT_CLOSE_COUNT];
    struct ct_flow_totals flows;
    struct ct_flow_list recent_flows; /* last transaction or end first */
    struct ct_flow_list costly_flows; /* by misses */
    struct ct_group_list groups;
    struct ct_packet_counters packets;
    struct ct_stream_counters stream;
    struct ct_http_counters http;
    struct ct_insight_counters insight;
    uint64_t
        records_lost; /* live: transactions and connections that found no room between threads */
    struct ct_capture_counters capture; /* the program's; zeros where there is no live capture */
    uint64_t memory_bytes;              /* what stats holds; fixed from the start */
    void *memory;                       /* the snapshot's own */
    void *flow_memory;
    void *group_memory;
    void *named_memory;
};

struct ct_stats;

/* Borrows fields (names for the unknown list). NULL: no memory. */
struct ct_stats *ct_stats_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_fields *fields);
void ct_stats_free(struct ct_stats *stats);

void ct_stats_txn(struct ct_stats *stats, const struct ct_txn *txn,
                  const struct ct_verdict *verdict);
/*
 * The connection has ended: its transactions were all counted before. Returns its label,
 * borrowed until the next call; NULL: it carried no transaction, or its label was given up.
 */
const struct ct_flow *ct_stats_conn(struct ct_stats *stats, const struct ct_conn_end *end);

/*
 * Fills what stats knows (the caller adds packets, stream, http, first_ns, last_ns); at most
 * n_top rows in each list. False: no memory for the lists, which are then empty. The snapshot
 * owns its memory: release it with ct_stats_snapshot_fini.
 */
bool ct_stats_snapshot(const struct ct_stats *stats, size_t n_top, struct ct_snapshot *snapshot);
void ct_stats_snapshot_fini(struct ct_snapshot *snapshot);

#endif
