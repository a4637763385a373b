/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch: what somebody who watches a run wants beyond its totals: rolling windows, a time line,
 * lists with times, and the latest transactions whole. Part of the stats stage, fed by the
 * collector only when it is asked for (ct_engine_config.watch). Memory is fixed from the start.
 *
 * Time is packet time. A transaction counts at the latest of its octets, be it found later; one
 * whose time stamps are more than a day ahead of all others counts at the clock. The clock never
 * moves back: while time stamps are behind it (a clock was set back) nothing comes into the
 * windows.
 *
 * What is read is borrowed until the watch is fed again: reader and feeder are one thread.
 */
#ifndef CACHETAP_WATCH_H
#define CACHETAP_WATCH_H

#include "cachetap/stats.h"

/* ---- rolling windows --------------------------------------------------------------------- */

/* clang-format off */
#define CT_WINDOWS(X) /* symbol, seconds, name */                                                  \
    X(S1, 1, "1s") X(S10, 10, "10s") X(M1, 60, "1m") X(M5, 300, "5m") X(ALL, 0, "all")
/* clang-format on */
enum ct_window_id {
#define X(symbol, seconds, name) CT_WINDOW_##symbol,
    CT_WINDOWS(X)
#undef X
        CT_WINDOW_COUNT
};

/* Slots of 100 ms make 1 s and 10 s, of 1 s the longer ones; the latest is not over yet. */
struct ct_window {
    int64_t covered_ns; /* how much of it has passed; rates divide by this. 0: nothing yet */
    struct ct_counts counts;
    struct ct_ratios ratios;
    uint64_t packets; /* of the reader; some 100 ms behind */
    uint64_t wire_bytes;
};

/* ---- time line --------------------------------------------------------------------------- */

/* clang-format off */
#define CT_ZOOMS(X) /* symbol, seconds of a slot, slots kept */                                    \
    X(1S, 1, 600) X(10S, 10, 1080) X(1M, 60, 1440)
/* clang-format on */
enum ct_zoom {
#define X(symbol, seconds, slots) CT_ZOOM_##symbol,
    CT_ZOOMS(X)
#undef X
        CT_ZOOM_COUNT
};

struct ct_slot {
    int64_t begin_ns; /* a multiple of the slot's length */
    uint64_t n[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT]; /* response body octets */
    uint64_t packets;
};

/* ---- lists ------------------------------------------------------------------------------- */

/* clang-format off */
#define CT_WATCH_LISTS(X) /* symbol, name, what a key is */                                        \
    X(HOSTS, "hosts", "host, lower case")                                                          \
    X(URIS, "uris", "host and target; of transactions whose request was seen")                     \
    X(PATHS, "paths", "host and path, the query removed; likewise")                                \
    X(CLIENTS, "clients", "client address")                                                        \
    X(SERVERS, "servers", "server address and port: 192.0.2.1:80, [2001:db8::1]:80")               \
    X(DIALECTS, "dialects", "dialect; empty: nobody stated a status")                              \
    X(REASONS, "reasons", "outcome, and after a space the reason where there is one")              \
    X(UNKNOWN, "unknown", "status line that is not understood, \"Name: value\"")
/* clang-format on */
enum ct_watch_list {
#define X(symbol, name, help) CT_WATCH_##symbol,
    CT_WATCH_LISTS(X)
#undef X
        CT_WATCH_LIST_COUNT
};

struct ct_watch_row {
    struct ct_key_row key;           /* n, over, by_outcome, by_class, bytes */
    int64_t last_ns;                 /* latest octet of a transaction */
    uint64_t ttfb_n[CT_CLASS_COUNT]; /* transactions with a time to first byte, not negative */
    uint64_t ttfb_sum_ns[CT_CLASS_COUNT];
    uint64_t errors; /* responses with a status of 5xx */
    uint32_t id;     /* the same for as long as the key is in the list; never 0 */
};

/* ---- latest transactions ----------------------------------------------------------------- */

struct ct_recent {
    uint64_t number; /* 1 is the first of the run */
    struct ct_txn txn;
    struct ct_verdict verdict; /* tiers and evidence beyond n_tiers and n_evidence: not set */
};

struct ct_watch;

/*
 * limits: stats_keys (of each list), watch_bytes (the latest transactions). Borrows fields.
 * NULL: no memory.
 */
struct ct_watch *ct_watch_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_fields *fields);
void ct_watch_free(struct ct_watch *watch);

void ct_watch_txn(struct ct_watch *watch, const struct ct_txn *txn,
                  const struct ct_verdict *verdict);
/*
 * Packet time, and all packets so far: a few times a second, before the transactions of that
 * time. The packets since the last tick count at the time of the last tick.
 */
void ct_watch_tick(struct ct_watch *watch, int64_t now_ns, uint64_t packets, uint64_t wire_bytes);
/* Forgets everything but the latest transactions; counting starts now. */
void ct_watch_reset(struct ct_watch *watch);

/* The clock; 0: nothing came yet. */
int64_t ct_watch_now(const struct ct_watch *watch);
void ct_watch_window(const struct ct_watch *watch, enum ct_window_id id, struct ct_window *window);
/*
 * Time to first byte within a window, by class: to 1 part in 16, from 8 microseconds to 9 minutes.
 * As ct_watch_times for CT_WINDOW_ALL.
 */
void ct_watch_window_ttfb(const struct ct_watch *watch, enum ct_window_id id,
                          struct ct_quantiles ttfb[CT_CLASS_COUNT]);
/* Writes the latest n slots, oldest first; returns how many there are, at most n. */
size_t ct_watch_slots(const struct ct_watch *watch, enum ct_zoom zoom, struct ct_slot *slots,
                      size_t n);
/* Times of a class since the reset. */
void ct_watch_times(const struct ct_watch *watch, enum ct_class class, struct ct_quantiles *ttfb,
                    struct ct_quantiles *duration);

/* Number of rows of a list, and row i of them, in no order; false past the last. */
size_t ct_watch_rows(const struct ct_watch *watch, enum ct_watch_list list);
bool ct_watch_row(const struct ct_watch *watch, enum ct_watch_list list, size_t i,
                  struct ct_watch_row *row);
/* The key under which a list counts a transaction. */
struct ct_watch_key {
    uint8_t bytes[CT_STATS_KEY_BYTES];
    size_t n;
};
/* False: the list does not count it. */
bool ct_watch_key(enum ct_watch_list list, const struct ct_fields *fields, const struct ct_txn *txn,
                  const struct ct_verdict *verdict, struct ct_watch_key *key);
/* Times that a key of the list had to make room for another, or found none. */
uint64_t ct_watch_replaced(const struct ct_watch *watch, enum ct_watch_list list);

/* Numbers of the oldest and the newest transaction that is kept; 0, 0: none. */
void ct_watch_range(const struct ct_watch *watch, uint64_t *oldest, uint64_t *newest);
/* False: it is not kept, or not any more. The transaction borrows the watch's memory. */
bool ct_watch_recent(const struct ct_watch *watch, uint64_t number, struct ct_recent *recent);

/* Bytes held: fixed from the start, the most that it ever takes. */
uint64_t ct_watch_memory(const struct ct_watch *watch);

/* Static strings. */
const char *ct_watch_window_name(enum ct_window_id id);
const char *ct_watch_list_name(enum ct_watch_list list);

#endif
