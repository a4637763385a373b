/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several threads at work on one run:
 *
 *     readers ─► rings ─► workers ─► rings ─► collector
 *     a source,           a shard             the main thread: history, counts,
 *     an intake                               outputs, signals
 *
 * Without workers a reader has the shard itself, and only what it finds crosses to the main
 * thread. In a replay (lossless) everybody waits for room, and the collector takes records in
 * the order of the packets that ended them, so that the results are those of one thread. Live,
 * nobody waits before the end: a record that finds no room is counted and gone, packets go on.
 */
#ifndef CACHETAP_CREW_CREW_H
#define CACHETAP_CREW_CREW_H

#include "cachetap/parts.h"

#define CT_CREW_READERS_MAX 64

struct ct_crew_options {
    const struct ct_engine_config *config; /* borrowed for ct_crew_new; callbacks come from
                                              ct_crew_collect */
    size_t n_readers;                      /* at least 1; more than one only live */
    size_t n_workers; /* 0: each of the readers works itself, then one reader */
    bool lossless;
};

struct ct_crew;

/* Starts the workers. NULL: no memory, or no threads, with errno. */
struct ct_crew *ct_crew_new(const struct ct_crew_options *options);
/* All readers have called ct_crew_done, or never began. */
void ct_crew_free(struct ct_crew *crew);
const struct ct_fields *ct_crew_fields(const struct ct_crew *crew);
/* Where the fields live: the caller's now, to be freed after the crew. */
struct ct_rules *ct_crew_take_rules(struct ct_crew *crew);

/* ---- in the thread of reader r (from 0) --------------------------------------------------------
 */

void ct_crew_frame(struct ct_crew *crew, size_t r, const struct ct_frame *frame);
/* The source is quiet: packet time goes on. */
void ct_crew_tick(struct ct_crew *crew, size_t r, int64_t now_ns);
/* After each batch of frames: what was handed over is looked at now. */
void ct_crew_flush(struct ct_crew *crew, size_t r);
/*
 * Grows with each transaction that the frames of this reader have ended; with workers, which
 * find them elsewhere, with each 64 frames.
 */
uint64_t ct_crew_found(const struct ct_crew *crew, size_t r);
/* End of this reader's input. */
void ct_crew_done(struct ct_crew *crew, size_t r);

/* ---- in the main thread -------------------------------------------------------------------------
 */

/*
 * Takes what has come (not more than some thousand records, so that signals are heard), or waits
 * for it, at most timeout_ms or until a signal, or also_fd can be read (-1: none). False: all
 * readers are done and everything was taken.
 */
bool ct_crew_collect(struct ct_crew *crew, int also_fd, int timeout_ms);
/* Frames and transactions until now, for a progress line. */
void ct_crew_progress(const struct ct_crew *crew, uint64_t *frames, uint64_t *transactions);
/* As ct_engine_snapshot; counters of packets and connections may be some 100 ms old. */
bool ct_crew_snapshot(struct ct_crew *crew, size_t n_top, struct ct_snapshot *snapshot);
/* As ct_engine_watch; for the main thread, changed by ct_crew_collect. */
struct ct_watch *ct_crew_watch(const struct ct_crew *crew);

#endif
