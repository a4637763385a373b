/* SPDX-License-Identifier: Apache-2.0 */
#include "crew/crew.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "crew/shared.h"

/* What no packet is longer than, with room for its neighbours. */
#define SEGMENT_RING_BYTES CT_MIB(4)

/* A ring that holds some of the longest records, and many of the usual ones. */
static size_t record_ring_bytes(const struct ct_limits *limits)
{
    uint64_t longest = 2 * (limits->header_bytes + limits->uri_bytes + CT_KIB(4)) +
                       2 * limits->header_lines * sizeof(struct ct_line);
    uint64_t bytes = limits->handover_bytes;
    bytes = bytes < 4 * longest ? 4 * longest : bytes;
    return bytes < SIZE_MAX / 8 ? (size_t)bytes : SIZE_MAX / 8;
}

static bool init_feeder(struct ct_crew *crew, struct ct_crew_feeder *feeder, size_t feed,
                        bool has_shard)
{
    struct ct_limits limits = crew->limits;
    const struct ct_shard_hooks hooks = {
        .txn = ct_crew_feed_txn,
        .conn = ct_crew_feed_conn,
        .user = feeder,
    };
    feeder->crew = crew;
    feeder->out = ct_crew_channel_new(record_ring_bytes(&crew->limits), &crew->bell);
    crew->feeds[feed].channel = feeder->out;
    if (feeder->out == NULL) {
        return false;
    }
    if (has_shard) {
        feeder->rules = ct_rules_new(crew->options.config);
        if (feeder->rules == NULL) {
            return false;
        }
        ct_parts_limits(&limits, crew->options.n_workers > 0 ? crew->options.n_workers : 1);
        feeder->shard = ct_shard_new(&limits, &crew->key, feeder->rules, &hooks);
    }
    return !has_shard || feeder->shard != NULL;
}

static bool start_thread(struct ct_crew_worker *worker)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) { /* signals are the main thread's */
        return false;
    }
    errno = pthread_create(&worker->thread, NULL, ct_crew_work, worker);
    worker->runs = errno == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return worker->runs;
}

static bool init_readers(struct ct_crew *crew)
{
    size_t n_workers = crew->options.n_workers;
    for (size_t r = 0; r < crew->options.n_readers; r++) {
        struct ct_crew_feeder *feeder = &crew->readers[r].feeder;
        if (!init_feeder(crew, feeder, r, n_workers == 0) || !ct_crew_reader_init(crew, r)) {
            return false;
        }
        if (n_workers > 0) {
            crew->feeds[r].seq = UINT64_MAX; /* it has no records of its own */
        }
    }
    return true;
}

static bool init_workers(struct ct_crew *crew)
{
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        struct ct_crew_worker *worker = &crew->workers[w];
        size_t feed = crew->options.n_readers + w;
        if (!ct_crew_bell_init(&worker->bell) || !init_feeder(crew, &worker->feeder, feed, true)) {
            return false;
        }
        for (size_t r = 0; r < crew->options.n_readers; r++) {
            worker->in[r] = ct_crew_channel_new(SEGMENT_RING_BYTES, &worker->bell);
            if (worker->in[r] == NULL) {
                return false;
            }
        }
    }
    crew->built = true; /* from here on the workers that run have to be ended */
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        if (!start_thread(&crew->workers[w])) {
            return false;
        }
    }
    return true;
}

static bool build(struct ct_crew *crew)
{
    const struct ct_crew_options *options = &crew->options;
    crew->n_feeds = options->n_readers + options->n_workers;
    crew->readers = calloc(options->n_readers, sizeof *crew->readers);
    crew->workers = calloc(options->n_workers + 1, sizeof *crew->workers);
    crew->feeds = calloc(crew->n_feeds, sizeof *crew->feeds);
    crew->rules = ct_rules_new(options->config);
    if (crew->readers == NULL || crew->workers == NULL || crew->feeds == NULL ||
        crew->rules == NULL) {
        return false;
    }
    for (size_t w = 0; w < options->n_workers; w++) {
        crew->workers[w].bell.fd = -1;
    }
    crew->collector = ct_collector_new(options->config, crew->rules);
    crew->watch = crew->collector != NULL ? ct_collector_watch(crew->collector) : NULL;
    return crew->collector != NULL && ct_crew_bell_init(&crew->bell) && init_readers(crew) &&
           init_workers(crew);
}

struct ct_crew *ct_crew_new(const struct ct_crew_options *options)
{
    struct ct_crew *crew = calloc(1, sizeof *crew);
    if (crew == NULL) {
        return NULL;
    }
    crew->options = *options;
    crew->limits = options->config->limits;
    crew->key = options->config->key;
    crew->bell.fd = -1;
    errno = ENOMEM;
    if (!build(crew)) {
        int saved = errno;
        ct_crew_free(crew);
        errno = saved;
        return NULL;
    }
    crew->options.config = NULL;
    return crew;
}

/* Ends the workers, also those whose readers never began; what they still find is dropped. */
static void end_workers(struct ct_crew *crew)
{
    crew->discards = true;
    for (size_t r = 0; r < crew->options.n_readers; r++) {
        if (!crew->readers[r].done) {
            ct_crew_done(crew, r);
        }
    }
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        if (!crew->workers[w].runs) {
            crew->feeds[crew->options.n_readers + w].done = true;
        }
    }
    while (ct_crew_collect(crew, -1, -1)) {
    }
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        if (crew->workers[w].runs) {
            (void)pthread_join(crew->workers[w].thread, NULL);
        }
    }
}

static void free_worker(struct ct_crew_worker *worker, size_t n_readers)
{
    for (size_t r = 0; r < n_readers; r++) {
        ct_crew_channel_free(worker->in[r]);
    }
    ct_shard_free(worker->feeder.shard);
    ct_rules_free(worker->feeder.rules);
    ct_crew_channel_free(worker->feeder.out);
    ct_crew_bell_fini(&worker->bell);
}

void ct_crew_free(struct ct_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    if (crew->built) {
        end_workers(crew);
    }
    for (size_t w = 0; crew->workers != NULL && w < crew->options.n_workers; w++) {
        free_worker(&crew->workers[w], crew->options.n_readers);
    }
    for (size_t r = 0; crew->readers != NULL && r < crew->options.n_readers; r++) {
        ct_shard_free(crew->readers[r].feeder.shard);
        ct_rules_free(crew->readers[r].feeder.rules);
        ct_intake_free(crew->readers[r].intake);
        ct_crew_channel_free(crew->readers[r].feeder.out);
    }
    ct_collector_free(crew->collector);
    if (!crew->rules_taken) {
        ct_rules_free(crew->rules);
    }
    ct_crew_bell_fini(&crew->bell);
    free(crew->readers);
    free(crew->workers);
    free(crew->feeds);
    free(crew);
}

struct ct_watch *ct_crew_watch(const struct ct_crew *crew)
{
    return crew->watch;
}

struct ct_rules *ct_crew_take_rules(struct ct_crew *crew)
{
    crew->rules_taken = true;
    return crew->rules;
}

const struct ct_fields *ct_crew_fields(const struct ct_crew *crew)
{
    return ct_rules_fields(crew->rules);
}
