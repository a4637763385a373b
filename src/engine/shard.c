/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "engine/rules.h"

struct ct_shard {
    struct ct_shard_hooks hooks;
    const struct ct_rules *rules;
    struct ct_http_hooks http_hooks;
    struct ct_stream_hooks stream_hooks;
    struct ct_http *http;
    struct ct_streams *streams;
    struct ct_verdict verdict;
};

static void on_transaction(void *user, const struct ct_txn *txn)
{
    struct ct_shard *shard = user;
    ct_cache_classify(shard->rules->cache, txn, &shard->verdict);
    shard->hooks.txn(shard->hooks.user, txn, &shard->verdict);
}

static void on_connection_end(void *user, const struct ct_conn_end *end)
{
    struct ct_shard *shard = user;
    shard->hooks.conn(shard->hooks.user, end);
}

struct ct_shard *ct_shard_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_rules *rules, const struct ct_shard_hooks *hooks)
{
    struct ct_shard *shard = calloc(1, sizeof *shard);
    if (shard == NULL) {
        return NULL;
    }
    shard->hooks = *hooks;
    shard->rules = rules;
    shard->http_hooks = (struct ct_http_hooks){.txn = on_transaction, .user = shard};
    shard->http = ct_http_new(limits, rules->fields, &shard->http_hooks);
    if (shard->http != NULL) {
        shard->stream_hooks = (struct ct_stream_hooks){
            .http = ct_http_consumer(shard->http),
            .conn_end = on_connection_end,
            .user = shard,
        };
        shard->streams = ct_stream_new(limits, key, &shard->stream_hooks);
    }
    if (shard->streams == NULL) {
        ct_shard_free(shard);
        return NULL;
    }
    return shard;
}

void ct_shard_free(struct ct_shard *shard)
{
    if (shard != NULL) {
        ct_stream_free(shard->streams);
        ct_http_free(shard->http);
        free(shard);
    }
}

void ct_shard_segment(struct ct_shard *shard, const struct ct_segment *segment, uint64_t number)
{
    ct_stream_note_number(shard->streams, number - 1);
    (void)ct_stream_segment(shard->streams, segment); /* counted in its stage */
}

void ct_shard_tick(struct ct_shard *shard, int64_t now_ns, uint64_t number)
{
    ct_stream_note_number(shard->streams, number);
    ct_stream_tick(shard->streams, now_ns);
}

void ct_shard_finish(struct ct_shard *shard)
{
    ct_stream_finish(shard->streams);
}

void ct_shard_counters(const struct ct_shard *shard, struct ct_parts_counters *counters)
{
    *counters = (struct ct_parts_counters){
        .stream = *ct_stream_counters(shard->streams),
        .http = *ct_http_counters(shard->http),
    };
}

static uint64_t share(uint64_t total, size_t n)
{
    uint64_t part = total / n;
    return part > 0 ? part : 1;
}

void ct_parts_limits(struct ct_limits *limits, size_t n)
{
    limits->connections = share(limits->connections, n);
    limits->reorder_bytes_total = share(limits->reorder_bytes_total, n);
    limits->message_bytes_total = share(limits->message_bytes_total, n);
}
