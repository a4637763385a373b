/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "crew/shared.h"

/* Records taken before signals are looked at. */
#define BATCH       4096
#define COUNTERS_NS (200 * CT_NS_PER_MS)

static void take_record(struct ct_crew *crew, const struct ct_channel_head *head, const void *body)
{
    struct ct_txn txn;
    struct ct_conn_end end;
    struct ct_conn_info info;
    if (crew->discards) {
        return;
    }
    if (head->kind == CT_CREW_TXN) {
        ct_parts_unpack_txn(body, &txn, &crew->verdict);
        crew->transactions++;
        ct_collector_txn(crew->collector, &txn, &crew->verdict);
    } else {
        ct_parts_unpack_conn(body, &end, &info);
        ct_collector_conn(crew->collector, &end);
    }
}

static bool is_record(const struct ct_channel_head *head)
{
    return head->kind == CT_CREW_TXN || head->kind == CT_CREW_CONN;
}

/* The readers' progress in one: packet time is that of the one that is farthest. */
static void take_progress(struct ct_crew *crew, struct ct_crew_feed *feed, const void *body)
{
    feed->progress = *(const struct ct_intake_progress *)body;
    struct ct_intake_progress sum = feed->progress;
    sum.frames = 0;
    sum.wire_bytes = 0;
    for (size_t r = 0; r < crew->options.n_readers; r++) {
        const struct ct_intake_progress *one = &crew->feeds[r].progress;
        if (one->frames == 0) {
            continue; /* not heard of yet */
        }
        sum.begin_ns = one->begin_ns < sum.begin_ns ? one->begin_ns : sum.begin_ns;
        sum.now_ns = one->now_ns > sum.now_ns ? one->now_ns : sum.now_ns;
        sum.frames += one->frames;
        sum.wire_bytes += one->wire_bytes;
    }
    ct_collector_progress(crew->collector, &sum);
}

/* What is no record has no place in the order. */
static void take_other(struct ct_crew *crew, struct ct_crew_feed *feed,
                       const struct ct_channel_head *head, const void *body)
{
    switch ((enum ct_crew_kind)head->kind) {
    case CT_CREW_MARK:
        feed->seq = head->seq > feed->seq ? head->seq : feed->seq;
        break;
    case CT_CREW_COUNTERS:
        feed->counters = *(const struct ct_parts_counters *)body;
        break;
    case CT_CREW_PROGRESS:
        take_progress(crew, feed, body);
        break;
    case CT_CREW_DONE:
        feed->done = true;
        break;
    case CT_CREW_SEGMENT:
    case CT_CREW_TICK:
    case CT_CREW_FINISH:
    case CT_CREW_TXN:
    case CT_CREW_CONN:
        break;
    }
}

/* The next record of a feed, after all that is none; NULL: there is no record now. */
static const struct ct_channel_head *next_record(struct ct_crew *crew, struct ct_crew_feed *feed,
                                                 const void **body, size_t *n)
{
    const struct ct_channel_head *head = ct_crew_channel_peek(feed->channel, body);
    while (head != NULL && !is_record(head)) {
        take_other(crew, feed, head, *body);
        ct_crew_channel_release(feed->channel);
        *n += 1;
        head = ct_crew_channel_peek(feed->channel, body);
    }
    return head;
}

/*
 * Takes the record with the lowest place, when nobody can come with a lower one. False: there
 * is none, or it is not known yet.
 */
static bool take_in_order(struct ct_crew *crew, size_t *n)
{
    struct ct_crew_feed *best = NULL;
    const struct ct_channel_head *best_head = NULL;
    const void *best_body = NULL;
    uint64_t open = UINT64_MAX; /* the lowest place that may still be filled */
    for (size_t i = 0; i < crew->n_feeds; i++) {
        struct ct_crew_feed *feed = &crew->feeds[i];
        const void *body = NULL;
        const struct ct_channel_head *head = next_record(crew, feed, &body, n);
        if (head == NULL) {
            /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): without feeds n_feeds is 0 */
            open = !feed->done && feed->seq < open ? feed->seq : open;
        } else if (best == NULL || head->seq < best_head->seq) {
            best = feed;
            best_head = head;
            best_body = body;
        }
    }
    if (best == NULL || open < best_head->seq) {
        return false;
    }
    take_record(crew, best_head, best_body);
    ct_crew_channel_release(best->channel);
    *n += 1;
    return true;
}

static size_t take_as_they_come(struct ct_crew *crew)
{
    size_t n = 0;
    for (size_t i = 0; i < crew->n_feeds; i++) {
        const void *body = NULL;
        const struct ct_channel_head *head = next_record(crew, &crew->feeds[i], &body, &n);
        for (size_t k = 0; head != NULL && k < BATCH; k++) {
            take_record(crew, head, body);
            ct_crew_channel_release(crew->feeds[i].channel);
            n++;
            head = next_record(crew, &crew->feeds[i], &body, &n);
        }
    }
    return n;
}

static size_t take(struct ct_crew *crew)
{
    size_t n = 0;
    if (!crew->options.lossless) {
        n = take_as_they_come(crew);
    } else {
        while (n < BATCH && take_in_order(crew, &n)) {
        }
    }
    for (size_t i = 0; i < crew->n_feeds && n > 0; i++) {
        ct_crew_channel_freed(crew->feeds[i].channel);
    }
    return n;
}

static void want_counters(struct ct_crew *crew)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* exists on every Linux */
    int64_t now_ns = now.tv_sec * CT_NS_PER_S + now.tv_nsec;
    if (now_ns - crew->counters_ns >= COUNTERS_NS) {
        crew->counters_ns = now_ns;
        atomic_fetch_add_explicit(&crew->counters_wanted, 1, memory_order_relaxed);
    }
}

static bool all_done(const struct ct_crew *crew)
{
    for (size_t i = 0; i < crew->n_feeds; i++) {
        if (!crew->feeds[i].done) {
            return false;
        }
    }
    return true;
}

bool ct_crew_collect(struct ct_crew *crew, int also_fd, int timeout_ms)
{
    want_counters(crew);
    if (take(crew) == 0) {
        ct_crew_bell_sleep(&crew->bell);
        if (take(crew) == 0 && !all_done(crew)) {
            ct_crew_bell_wait(&crew->bell, also_fd, timeout_ms);
        }
        ct_crew_bell_awake(&crew->bell);
    }
    return !all_done(crew);
}

void ct_crew_progress(const struct ct_crew *crew, uint64_t *frames, uint64_t *transactions)
{
    *frames = 0;
    for (size_t r = 0; r < crew->options.n_readers; r++) {
        *frames += atomic_load_explicit(&crew->readers[r].frames, memory_order_relaxed);
    }
    *transactions = crew->transactions;
}

bool ct_crew_snapshot(struct ct_crew *crew, size_t n_top, struct ct_snapshot *snapshot)
{
    struct ct_parts_counters sum = {.first_ns = 0};
    for (size_t i = 0; i < crew->n_feeds; i++) {
        ct_parts_counters_add(&sum, &crew->feeds[i].counters);
    }
    return ct_collector_snapshot(crew->collector, &sum, n_top, snapshot);
}
