/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of frames: an engine in the thread that reads them, or a crew of threads behind
 * one interface, so that the run need not know which.
 */
#ifndef CACHETAP_CREW_ANALYSIS_H
#define CACHETAP_CREW_ANALYSIS_H

#include "command/options.h"
#include "crew/crew.h"

/* Who does what. */
struct ct_plan {
    bool direct;      /* all in the main thread */
    size_t n_readers; /* else threads that read, each with a source of its own */
    size_t n_workers; /* threads between them and the main one; 0: the reader analyses itself */
};

/* From --threads, the machine and the source. */
void ct_crew_plan(struct ct_plan *plan, const struct ct_options *options);

struct ct_analysis {
    struct ct_engine *engine; /* one of the two */
    struct ct_crew *crew;
    struct ct_rules *rules; /* of the first of several runs: its fields stay valid */
};

/* False with errno: no memory, or no threads. Copies config. */
bool ct_crew_analysis_start(struct ct_analysis *analysis, const struct ct_plan *plan,
                            const struct ct_engine_config *config, bool lossless);
void ct_crew_analysis_fini(struct ct_analysis *analysis);
/*
 * The same from the beginning, with a crew, whose readers are done. Fields that were given out
 * stay valid. As ct_crew_analysis_start.
 */
bool ct_crew_analysis_restart(struct ct_analysis *analysis, const struct ct_plan *plan,
                              const struct ct_engine_config *config, bool lossless);

/* In the thread of reader r. */
void ct_crew_analysis_frame(struct ct_analysis *analysis, size_t r, const struct ct_frame *frame);
void ct_crew_analysis_tick(struct ct_analysis *analysis, size_t r, int64_t now_ns);
void ct_crew_analysis_flush(struct ct_analysis *analysis, size_t r);
/* The input has ended: what is open is ended as well. */
void ct_crew_analysis_done(struct ct_analysis *analysis, size_t r);

/* In the main thread. */
const struct ct_fields *ct_crew_analysis_fields(const struct ct_analysis *analysis);
/* As ct_engine_watch. */
struct ct_watch *ct_crew_analysis_watch(const struct ct_analysis *analysis);
bool ct_crew_analysis_snapshot(struct ct_analysis *analysis, size_t n_top,
                               struct ct_snapshot *snapshot);

#endif
