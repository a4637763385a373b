/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "crew/shared.h"

/*
 * Between two times that a live capture wakes the collector, which looks by itself now and then:
 * woken for each batch of packets it takes the processor from who reads the next.
 */
#define WAKE_NS (20 * CT_NS_PER_MS)

void *ct_crew_feed_room(struct ct_crew_feeder *feeder, size_t n)
{
    void *body = feeder->crew->options.lossless || feeder->ends
                     ? ct_crew_channel_room(feeder->out, n, NULL, NULL)
                     : ct_crew_channel_try(feeder->out, n);
    if (body == NULL) {
        feeder->lost++;
    }
    return body;
}

void ct_crew_feed_txn(void *user, const struct ct_txn *txn, struct ct_verdict *verdict)
{
    struct ct_crew_feeder *feeder = user;
    feeder->txns++;
    size_t n = ct_parts_pack_txn_bytes(txn, verdict);
    void *body = ct_crew_feed_room(feeder, n);
    if (body != NULL) {
        ct_parts_pack_txn(body, txn, verdict);
        ct_crew_channel_put(feeder->out, feeder->seq, CT_CREW_TXN, n);
    }
}

void ct_crew_feed_conn(void *user, const struct ct_conn_end *end)
{
    struct ct_crew_feeder *feeder = user;
    size_t n = ct_parts_pack_conn_bytes(end);
    void *body = ct_crew_feed_room(feeder, n);
    if (body != NULL) {
        ct_parts_pack_conn(body, end);
        ct_crew_channel_put(feeder->out, feeder->seq, CT_CREW_CONN, n);
    }
}

static void put_counters(struct ct_crew_feeder *feeder, void *body)
{
    struct ct_parts_counters part;
    struct ct_parts_counters *counters = body;
    *counters = (struct ct_parts_counters){.records_lost = feeder->lost};
    if (feeder->intake != NULL) {
        ct_intake_counters(feeder->intake, &part);
        ct_parts_counters_add(counters, &part);
    }
    if (feeder->shard != NULL) {
        ct_shard_counters(feeder->shard, &part);
        ct_parts_counters_add(counters, &part);
    }
    ct_crew_channel_put(feeder->out, feeder->seq, CT_CREW_COUNTERS, sizeof *counters);
}

static void wake_collector(struct ct_crew_feeder *feeder)
{
    if (!feeder->crew->options.lossless && !ct_crew_channel_presses(feeder->out)) {
        struct timespec now = {.tv_sec = 0};
        (void)clock_gettime(CLOCK_MONOTONIC, &now); /* exists on every Linux */
        int64_t now_ns = now.tv_sec * CT_NS_PER_S + now.tv_nsec;
        if (now_ns - feeder->woke_ns < WAKE_NS) {
            return;
        }
        feeder->woke_ns = now_ns;
    }
    ct_crew_channel_flush(feeder->out);
}

void ct_crew_feed_settle(struct ct_crew_feeder *feeder)
{
    unsigned wanted = atomic_load_explicit(&feeder->crew->counters_wanted, memory_order_relaxed);
    if (feeder->crew->options.lossless && feeder->seq != feeder->marked) {
        if (ct_crew_channel_room(feeder->out, 0, NULL, NULL) != NULL) {
            ct_crew_channel_put(feeder->out, feeder->seq, CT_CREW_MARK, 0);
        }
        feeder->marked = feeder->seq;
    }
    if (wanted != feeder->counters_sent) {
        void *body = ct_crew_channel_try(feeder->out, sizeof(struct ct_parts_counters));
        if (body != NULL) { /* else with the next batch */
            put_counters(feeder, body);
            feeder->counters_sent = wanted;
        }
    }
    wake_collector(feeder);
}

void ct_crew_feed_done(struct ct_crew_feeder *feeder)
{
    void *body = ct_crew_channel_room(feeder->out, sizeof(struct ct_parts_counters), NULL, NULL);
    if (body != NULL) {
        put_counters(feeder, body);
    }
    if (ct_crew_channel_room(feeder->out, 0, NULL, NULL) != NULL) {
        ct_crew_channel_put(feeder->out, feeder->seq, CT_CREW_DONE, 0);
    }
    ct_crew_channel_flush(feeder->out);
}
