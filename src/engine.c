/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wiring of the library: frames to segments to streams to transactions to verdicts to
 * counts. Owns one of each stage and the packet clock, and nothing else: each decision is
 * made in its stage.
 */
#include "cachetap/cachetap.h"

#include <stdlib.h>

/* Timers are looked at when packet time has moved on by this much. */
#define TICK_NS (10 * CT_NS_PER_MS)

/*
 * A frame that is this far ahead of all before it moves the clock only when the next one is
 * ahead as well: one wrong time stamp (1970, 2038) must not time out every connection.
 */
#define JUMP_NS (INT64_C(24) * 3600 * CT_NS_PER_S)

struct ct_engine {
    struct ct_engine_config config;
    struct ct_fields *fields;
    struct ct_cache *cache;
    struct ct_stats *stats;
    struct ct_http *http;
    struct ct_decoder *decoder;
    struct ct_streams *streams;
    struct ct_http_hooks http_hooks;
    struct ct_stream_hooks stream_hooks;
    int64_t first_ns; /* earliest and latest time stamp, for reports */
    int64_t last_ns;
    int64_t now_ns; /* the packet clock: never moves back */
    int64_t tick_ns;
    bool started;
    bool ahead; /* the last frame was more than JUMP_NS ahead */
    struct ct_verdict verdict;
};

static void on_transaction(void *user, const struct ct_txn *txn)
{
    struct ct_engine *engine = user;
    ct_cache_classify(engine->cache, txn, &engine->verdict);
    ct_stats_txn(engine->stats, txn, &engine->verdict);
    if (engine->config.transaction != NULL) {
        engine->config.transaction(engine->config.user, txn, &engine->verdict);
    }
}

static void on_connection_end(void *user, const struct ct_conn_end *end)
{
    struct ct_engine *engine = user;
    const struct ct_flow *flow = ct_stats_conn(engine->stats, end);
    if (engine->config.connection != NULL) {
        engine->config.connection(engine->config.user, end, flow);
    }
}

/* Builds the stages from the output's side to the input's; false when any is refused memory. */
static bool build_stages(struct ct_engine *engine)
{
    const struct ct_limits *limits = &engine->config.limits;
    const struct ct_key *key = &engine->config.key;

    engine->fields = ct_http_fields_new();
    if (engine->fields == NULL) {
        return false;
    }
    engine->cache = ct_cache_new(engine->fields, &engine->config.cache);
    engine->stats = ct_stats_new(limits, key, engine->fields);
    engine->http_hooks = (struct ct_http_hooks){.txn = on_transaction, .user = engine};
    engine->http = ct_http_new(limits, engine->fields, &engine->http_hooks);
    engine->decoder = ct_packet_decoder_new(limits, key);
    if (engine->http == NULL) {
        return false;
    }
    engine->stream_hooks = (struct ct_stream_hooks){
        .http = ct_http_consumer(engine->http),
        .conn_end = on_connection_end,
        .user = engine,
    };
    engine->streams = ct_stream_new(limits, key, &engine->stream_hooks);
    return engine->cache != NULL && engine->stats != NULL && engine->decoder != NULL &&
           engine->streams != NULL;
}

struct ct_engine *ct_engine_new(const struct ct_engine_config *config)
{
    struct ct_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) {
        return NULL;
    }
    engine->config = *config;
    if (!build_stages(engine)) {
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
    ct_stream_free(engine->streams);
    ct_packet_decoder_free(engine->decoder);
    ct_http_free(engine->http);
    ct_stats_free(engine->stats);
    ct_cache_free(engine->cache);
    ct_http_fields_free(engine->fields);
    free(engine);
}

static void note_time(struct ct_engine *engine, int64_t ts_ns)
{
    if (!engine->started) {
        engine->started = true;
        engine->first_ns = ts_ns;
        engine->last_ns = ts_ns;
        engine->now_ns = ts_ns;
        engine->tick_ns = ts_ns;
        return;
    }
    if (ts_ns < engine->first_ns) {
        engine->first_ns = ts_ns;
    }
    if (ts_ns > engine->last_ns) {
        engine->last_ns = ts_ns;
    }
}

/* a - b >= span, for times that may be anything. */
static bool later_by(int64_t a, int64_t b, int64_t span)
{
    return a > b && (uint64_t)a - (uint64_t)b >= (uint64_t)span;
}

static void advance(struct ct_engine *engine, int64_t ts_ns)
{
    bool ahead = later_by(ts_ns, engine->now_ns, JUMP_NS);
    if (ts_ns > engine->now_ns && (!ahead || engine->ahead)) {
        engine->now_ns = ts_ns;
        ahead = false;
    }
    engine->ahead = ahead;
    if (later_by(engine->now_ns, engine->tick_ns, TICK_NS)) {
        engine->tick_ns = engine->now_ns;
        ct_stream_tick(engine->streams, engine->now_ns);
    }
}

void ct_engine_frame(struct ct_engine *engine, const struct ct_frame *frame)
{
    struct ct_segment segment;
    note_time(engine, frame->ts_ns);
    advance(engine, frame->ts_ns);
    if (ct_packet_decode(engine->decoder, frame, &segment) == CT_PACKET_TCP) {
        (void)ct_stream_segment(engine->streams, &segment); /* counted in its stage */
    }
}

void ct_engine_tick(struct ct_engine *engine, int64_t now_ns)
{
    if (engine->started && now_ns > engine->now_ns) {
        engine->now_ns = now_ns;
        engine->tick_ns = now_ns;
        ct_stream_tick(engine->streams, now_ns);
    }
}

void ct_engine_finish(struct ct_engine *engine)
{
    ct_stream_finish(engine->streams);
}

bool ct_engine_snapshot(const struct ct_engine *engine, size_t n_top, struct ct_snapshot *snapshot)
{
    bool complete = ct_stats_snapshot(engine->stats, n_top, snapshot);
    snapshot->first_ns = engine->first_ns;
    snapshot->last_ns = engine->last_ns;
    snapshot->packets = *ct_packet_counters(engine->decoder);
    snapshot->stream = *ct_stream_counters(engine->streams);
    snapshot->http = *ct_http_counters(engine->http);
    return complete;
}

const struct ct_fields *ct_engine_fields(const struct ct_engine *engine)
{
    return engine->fields;
}
