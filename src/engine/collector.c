/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "engine/rules.h"

struct ct_collector {
    struct ct_engine_config config;
    struct ct_insight *insight;
    struct ct_stats *stats;
    struct ct_watch *watch; /* NULL: nobody watches */
    uint64_t not_chosen;
    bool began; /* the watch knows when */
};

struct ct_collector *ct_collector_new(const struct ct_engine_config *config,
                                      const struct ct_rules *rules)
{
    struct ct_collector *collector = calloc(1, sizeof *collector);
    if (collector == NULL) {
        return NULL;
    }
    collector->config = *config;
    collector->stats = ct_stats_new(&config->limits, &config->key, rules->fields);
    collector->insight = ct_insight_new(&config->limits, &config->key, rules->fields);
    collector->watch =
        config->watch ? ct_watch_new(&config->limits, &config->key, rules->fields) : NULL;
    if (collector->stats == NULL || collector->insight == NULL ||
        (config->watch && collector->watch == NULL)) {
        ct_collector_free(collector);
        return NULL;
    }
    return collector;
}

void ct_collector_free(struct ct_collector *collector)
{
    if (collector != NULL) {
        ct_insight_free(collector->insight);
        ct_stats_free(collector->stats);
        ct_watch_free(collector->watch);
        free(collector);
    }
}

void ct_collector_txn(struct ct_collector *collector, const struct ct_txn *txn,
                      struct ct_verdict *verdict)
{
    const struct ct_engine_config *config = &collector->config;
    ct_insight_txn(collector->insight, txn, verdict);
    if (config->chosen != NULL && !config->chosen(config->user, txn, verdict)) {
        collector->not_chosen++;
        return;
    }
    ct_stats_txn(collector->stats, txn, verdict);
    if (collector->watch != NULL) {
        ct_watch_txn(collector->watch, txn, verdict);
    }
    if (config->transaction != NULL) {
        config->transaction(config->user, txn, verdict);
    }
}

void ct_collector_conn(struct ct_collector *collector, const struct ct_conn_end *end)
{
    const struct ct_engine_config *config = &collector->config;
    const struct ct_flow *flow = ct_stats_conn(collector->stats, end);
    if (config->connection != NULL) {
        config->connection(config->user, end, flow);
    }
}

void ct_collector_progress(struct ct_collector *collector,
                           const struct ct_intake_progress *progress)
{
    if (collector->watch == NULL || progress->frames == 0) {
        return;
    }
    if (!collector->began) {
        collector->began = true;
        ct_watch_tick(collector->watch, progress->begin_ns, 0, 0);
    }
    ct_watch_tick(collector->watch, progress->now_ns, progress->frames, progress->wire_bytes);
}

struct ct_watch *ct_collector_watch(const struct ct_collector *collector)
{
    return collector->watch;
}

bool ct_collector_snapshot(const struct ct_collector *collector,
                           const struct ct_parts_counters *counters, size_t n_top,
                           struct ct_snapshot *snapshot)
{
    bool complete = ct_stats_snapshot(collector->stats, n_top, snapshot);
    snapshot->first_ns = counters->first_ns;
    snapshot->last_ns = counters->last_ns;
    snapshot->packets = counters->packets;
    snapshot->stream = counters->stream;
    snapshot->http = counters->http;
    snapshot->insight = *ct_insight_counters(collector->insight);
    snapshot->not_chosen = collector->not_chosen;
    snapshot->records_lost = counters->records_lost;
    return complete;
}
