/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library's front door: one intake, one shard and one collector, each calling the next.
 */
#include <stdlib.h>

#include "cachetap/parts.h"

struct ct_engine {
    struct ct_rules *rules;
    struct ct_intake *intake;
    struct ct_shard *shard;
    struct ct_collector *collector;
    int64_t progress_ns; /* packet time at which the collector was last told */
};

static void on_segment(void *user, const struct ct_segment *segment, uint64_t number)
{
    struct ct_engine *engine = user;
    ct_shard_segment(engine->shard, segment, number);
}

/* Before the transactions of that time. */
static void tell_progress(struct ct_engine *engine)
{
    struct ct_intake_progress progress;
    ct_intake_progress(engine->intake, &progress);
    engine->progress_ns = progress.now_ns;
    ct_collector_progress(engine->collector, &progress);
}

static void on_tick(void *user, int64_t now_ns, uint64_t number)
{
    struct ct_engine *engine = user;
    if (ct_progress_is_due(now_ns, engine->progress_ns)) {
        tell_progress(engine);
    }
    ct_shard_tick(engine->shard, now_ns, number);
}

static void on_transaction(void *user, const struct ct_txn *txn, struct ct_verdict *verdict)
{
    struct ct_engine *engine = user;
    ct_collector_txn(engine->collector, txn, verdict);
}

static void on_connection_end(void *user, const struct ct_conn_end *end)
{
    struct ct_engine *engine = user;
    ct_collector_conn(engine->collector, end);
}

static bool build_parts(struct ct_engine *engine, const struct ct_engine_config *config)
{
    const struct ct_intake_hooks intake = {
        .segment = on_segment,
        .tick = on_tick,
        .user = engine,
    };
    const struct ct_shard_hooks shard = {
        .txn = on_transaction,
        .conn = on_connection_end,
        .user = engine,
    };
    engine->rules = ct_rules_new(config);
    if (engine->rules == NULL) {
        return false;
    }
    engine->collector = ct_collector_new(config, engine->rules);
    engine->shard = ct_shard_new(&config->limits, &config->key, engine->rules, &shard);
    engine->intake = ct_intake_new(&config->limits, &config->key, &intake);
    return engine->collector != NULL && engine->shard != NULL && engine->intake != NULL;
}

struct ct_engine *ct_engine_new(const struct ct_engine_config *config)
{
    struct ct_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) {
        return NULL;
    }
    if (!build_parts(engine, config)) {
        ct_engine_free(engine);
        return NULL;
    }
    return engine;
}

void ct_engine_free(struct ct_engine *engine)
{
    if (engine == NULL) {
        return;
    }
    ct_intake_free(engine->intake);
    ct_shard_free(engine->shard);
    ct_collector_free(engine->collector);
    ct_rules_free(engine->rules);
    free(engine);
}

void ct_engine_frame(struct ct_engine *engine, const struct ct_frame *frame)
{
    ct_intake_frame(engine->intake, frame);
}

void ct_engine_tick(struct ct_engine *engine, int64_t now_ns)
{
    ct_intake_tick(engine->intake, now_ns);
}

void ct_engine_finish(struct ct_engine *engine)
{
    ct_shard_finish(engine->shard);
    tell_progress(engine);
}

bool ct_engine_snapshot(const struct ct_engine *engine, size_t n_top, struct ct_snapshot *snapshot)
{
    struct ct_parts_counters sum = {.first_ns = 0};
    struct ct_parts_counters part;
    ct_intake_counters(engine->intake, &part);
    ct_parts_counters_add(&sum, &part);
    ct_shard_counters(engine->shard, &part);
    ct_parts_counters_add(&sum, &part);
    return ct_collector_snapshot(engine->collector, &sum, n_top, snapshot);
}

struct ct_watch *ct_engine_watch(const struct ct_engine *engine)
{
    return ct_collector_watch(engine->collector);
}

const struct ct_fields *ct_engine_fields(const struct ct_engine *engine)
{
    return ct_rules_fields(engine->rules);
}
