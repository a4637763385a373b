/* SPDX-License-Identifier: Apache-2.0 */
#include "crew/shared.h"

/* Messages before the collector is told. */
#define BATCH 256

static void obey(struct ct_crew_worker *worker, const struct ct_channel_head *head,
                 const void *body)
{
    struct ct_crew_feeder *feeder = &worker->feeder;
    const struct ct_crew_segment *packed = body;
    const struct ct_crew_time *tick = body;
    struct ct_segment segment;
    feeder->seq = head->seq;
    switch ((enum ct_crew_kind)head->kind) {
    case CT_CREW_SEGMENT:
        ct_parts_unpack_segment(packed + 1, &segment);
        ct_shard_segment(feeder->shard, &segment, packed->number);
        break;
    case CT_CREW_TICK:
        ct_shard_tick(feeder->shard, tick->now_ns, tick->number);
        break;
    case CT_CREW_FINISH:
        worker->n_finished++;
        break;
    case CT_CREW_MARK:
    case CT_CREW_TXN:
    case CT_CREW_CONN:
    case CT_CREW_COUNTERS:
    case CT_CREW_PROGRESS:
    case CT_CREW_DONE:
        break;
    }
}

/* Capture time of a message; what has none goes first. */
static int64_t time_of(const struct ct_channel_head *head, const void *body)
{
    const struct ct_crew_segment *packed = body;
    if (head->kind == CT_CREW_SEGMENT) {
        return ct_parts_packed_segment_ns(packed + 1);
    }
    return head->kind == CT_CREW_TICK ? ((const struct ct_crew_time *)body)->now_ns : INT64_MIN;
}

/* The oldest message of all readers; one that has none now is not waited for. */
static const struct ct_channel_head *oldest(struct ct_crew_worker *worker, size_t *from,
                                            const void **body)
{
    const struct ct_channel_head *best = NULL;
    int64_t best_ns = INT64_MAX;
    for (size_t r = 0; r < worker->feeder.crew->options.n_readers; r++) {
        const void *candidate = NULL;
        const struct ct_channel_head *head = ct_crew_channel_peek(worker->in[r], &candidate);
        if (head != NULL && (best == NULL || time_of(head, candidate) < best_ns)) {
            best = head;
            best_ns = time_of(head, candidate);
            *body = candidate;
            *from = r;
        }
    }
    return best;
}

static bool take(struct ct_crew_worker *worker)
{
    const void *body = NULL;
    size_t from = 0;
    size_t n = 0;
    const struct ct_channel_head *head = oldest(worker, &from, &body);
    for (; n < BATCH && head != NULL; n++) {
        obey(worker, head, body);
        ct_crew_channel_release(worker->in[from]);
        head = oldest(worker, &from, &body);
    }
    for (size_t r = 0; r < worker->feeder.crew->options.n_readers && n > 0; r++) {
        ct_crew_channel_freed(worker->in[r]);
    }
    return n > 0;
}

static bool has_work(struct ct_crew_worker *worker)
{
    const void *body;
    for (size_t r = 0; r < worker->feeder.crew->options.n_readers; r++) {
        if (ct_crew_channel_peek(worker->in[r], &body) != NULL) {
            return true;
        }
    }
    return false;
}

void *ct_crew_work(void *user)
{
    struct ct_crew_worker *worker = user;
    while (worker->n_finished < worker->feeder.crew->options.n_readers) {
        if (take(worker)) {
            ct_crew_feed_settle(&worker->feeder);
            continue;
        }
        ct_crew_bell_sleep(&worker->bell);
        if (!has_work(worker)) {
            ct_crew_bell_wait(&worker->bell, -1, -1);
        }
        ct_crew_bell_awake(&worker->bell);
    }
    worker->feeder.ends = true;
    ct_shard_finish(worker->feeder.shard);
    ct_crew_feed_done(&worker->feeder);
    return NULL;
}
