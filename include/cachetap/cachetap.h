/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cachetap: the library's front door. Frames go in, labelled transactions come out by
 * callback, and a snapshot of all counts at any time. No input or output of its own, no
 * clock, no global state: the same frames give the same transactions.
 *
 *     struct ct_engine *engine = ct_engine_new(&config);
 *     while (...) ct_engine_frame(engine, &frame);
 *     ct_engine_finish(engine);
 *     ct_engine_free(engine);
 *
 * One engine belongs to one thread; several engines share nothing.
 */
#ifndef CACHETAP_CACHETAP_H
#define CACHETAP_CACHETAP_H

#include "cachetap/watch.h"

#define CACHETAP_VERSION "0.1.0"

struct ct_engine_config {
    struct ct_limits limits;      /* ct_base_limits_init gives the defaults */
    struct ct_key key;            /* random in production; the results do not depend on it */
    struct ct_cache_config cache; /* what it points to is borrowed for the engine's life */
    /*
     * Asked of every transaction before it is counted and reported; false: it is left out of
     * both, and counted as such. Earlier ones still tell of later ones. May be NULL: all.
     */
    bool (*chosen)(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict);
    /* Called for every transaction when it ends. txn and verdict are borrowed. May be NULL. */
    void (*transaction)(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict);
    /*
     * Called for every connection when it ends, after all its transactions. flow is its label:
     * NULL when it carried no transaction, or its label was given up (limits.flows). Both are
     * borrowed. May be NULL.
     */
    void (*connection)(void *user, const struct ct_conn_end *end, const struct ct_flow *flow);
    void *user;
    bool watch; /* keeps what ct_engine_watch gives, in memory of its own (ct_watch_memory) */
};

struct ct_engine;

/* Copies config. NULL: no memory. */
struct ct_engine *ct_engine_new(const struct ct_engine_config *config);
void ct_engine_free(struct ct_engine *engine);

/* One frame, borrowed for the call. */
void ct_engine_frame(struct ct_engine *engine, const struct ct_frame *frame);

/* Lets packet time pass without a frame (a live source that is quiet). Never moves back. */
void ct_engine_tick(struct ct_engine *engine, int64_t now_ns);

/* End of input: ends all connections, so that all transactions have been reported. */
void ct_engine_finish(struct ct_engine *engine);

/* As ct_stats_snapshot, with all counters filled in. Release with ct_stats_snapshot_fini. */
bool ct_engine_snapshot(const struct ct_engine *engine, size_t n_top, struct ct_snapshot *snapshot);

/* Windows, lists and the latest transactions, or NULL: config.watch was not set. */
struct ct_watch *ct_engine_watch(const struct ct_engine *engine);

/* Names of header fields for those who print lines; valid for the life of the engine. */
const struct ct_fields *ct_engine_fields(const struct ct_engine *engine);

#endif
