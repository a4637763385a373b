/* SPDX-License-Identifier: Apache-2.0 */
#include "crew/analysis.h"

#include <errno.h>
#include <unistd.h>

/* Processors that one analysis thread of a live capture leaves to the server it runs on. */
#define PROCESSORS_PER_THREAD 4
#define DEFAULT_THREADS_MAX   4

static size_t default_threads(const struct ct_options *options)
{
    if (!options->is_live) {
        return 1; /* reading the file takes longer than its analysis */
    }
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t n = processors > 0 ? (size_t)processors / PROCESSORS_PER_THREAD : 1;
    if (n > DEFAULT_THREADS_MAX) {
        return DEFAULT_THREADS_MAX;
    }
    return n > 0 ? n : 1;
}

void ct_crew_plan(struct ct_plan *plan, const struct ct_options *options)
{
    size_t threads = options->threads > 0 ? options->threads : default_threads(options);
    /* What must see all packets in one order needs one reader. */
    bool one_reader = !options->is_live || options->count > 0 || options->save.path != NULL ||
                      options->ring_bytes > 0;
    plan->direct = !options->is_live && threads == 1 && !options->tui;
    plan->n_workers = threads > 1 ? threads : 0;
    plan->n_readers = one_reader ? 1 : threads;
}

static bool start(struct ct_analysis *analysis, const struct ct_plan *plan,
                  const struct ct_engine_config *config, bool lossless)
{
    if (plan->direct) {
        errno = ENOMEM;
        analysis->engine = ct_engine_new(config);
        return analysis->engine != NULL;
    }
    const struct ct_crew_options options = {
        .config = config,
        .n_readers = plan->n_readers,
        .n_workers = plan->n_workers,
        .lossless = lossless,
    };
    analysis->crew = ct_crew_new(&options);
    return analysis->crew != NULL;
}

bool ct_crew_analysis_start(struct ct_analysis *analysis, const struct ct_plan *plan,
                            const struct ct_engine_config *config, bool lossless)
{
    *analysis = (struct ct_analysis){.engine = NULL};
    return start(analysis, plan, config, lossless);
}

bool ct_crew_analysis_restart(struct ct_analysis *analysis, const struct ct_plan *plan,
                              const struct ct_engine_config *config, bool lossless)
{
    if (analysis->rules == NULL) {
        analysis->rules = ct_crew_take_rules(analysis->crew);
    }
    ct_crew_free(analysis->crew);
    analysis->crew = NULL;
    return start(analysis, plan, config, lossless);
}

void ct_crew_analysis_fini(struct ct_analysis *analysis)
{
    ct_engine_free(analysis->engine);
    ct_crew_free(analysis->crew);
    ct_rules_free(analysis->rules);
    *analysis = (struct ct_analysis){.engine = NULL};
}

void ct_crew_analysis_frame(struct ct_analysis *analysis, size_t r, const struct ct_frame *frame)
{
    if (analysis->engine != NULL) {
        ct_engine_frame(analysis->engine, frame);
    } else {
        ct_crew_frame(analysis->crew, r, frame);
    }
}

void ct_crew_analysis_tick(struct ct_analysis *analysis, size_t r, int64_t now_ns)
{
    if (analysis->engine != NULL) {
        ct_engine_tick(analysis->engine, now_ns);
    } else {
        ct_crew_tick(analysis->crew, r, now_ns);
    }
}

void ct_crew_analysis_flush(struct ct_analysis *analysis, size_t r)
{
    if (analysis->crew != NULL) {
        ct_crew_flush(analysis->crew, r);
    }
}

void ct_crew_analysis_done(struct ct_analysis *analysis, size_t r)
{
    if (analysis->engine != NULL) {
        ct_engine_finish(analysis->engine);
    } else {
        ct_crew_done(analysis->crew, r);
    }
}

const struct ct_fields *ct_crew_analysis_fields(const struct ct_analysis *analysis)
{
    return analysis->engine != NULL ? ct_engine_fields(analysis->engine)
                                    : ct_crew_fields(analysis->crew);
}

struct ct_watch *ct_crew_analysis_watch(const struct ct_analysis *analysis)
{
    return analysis->engine != NULL ? ct_engine_watch(analysis->engine)
                                    : ct_crew_watch(analysis->crew);
}

bool ct_crew_analysis_snapshot(struct ct_analysis *analysis, size_t n_top,
                               struct ct_snapshot *snapshot)
{
    return analysis->engine != NULL ? ct_engine_snapshot(analysis->engine, n_top, snapshot)
                                    : ct_crew_snapshot(analysis->crew, n_top, snapshot);
}
