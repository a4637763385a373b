/* SPDX-License-Identifier: Apache-2.0 */
#include "crew/shared.h"

/* Segments after which all workers are told how far the reader is. */
#define MARK_EVENTS 1024
/* A step of who watches, where transactions are found by others. */
#define STEP_FRAMES 64

/*
 * The collector waits until each worker is known to be past a record's place; a worker that
 * gets no segments is told so. Without waiting: one that has no room has enough to do.
 */
static void mark_all(void *user)
{
    struct ct_crew_reader *reader = user;
    struct ct_crew *crew = reader->feeder.crew;
    for (size_t w = 0; w < crew->options.n_workers && crew->options.lossless; w++) {
        struct ct_channel *in = crew->workers[w].in[reader->index];
        if (ct_crew_channel_try(in, 0) != NULL) {
            ct_crew_channel_put(in, reader->events, CT_CREW_MARK, 0);
        }
        ct_crew_channel_flush(in);
    }
    reader->marked = reader->events;
}

/* Called while the reader waits for room: its own message is not yet part of the order. */
static void mark_before(void *user)
{
    struct ct_crew_reader *reader = user;
    reader->events--;
    mark_all(reader);
    reader->events++;
}

static void hand_over(struct ct_crew_reader *reader, struct ct_channel *in,
                      const struct ct_segment *segment, uint64_t number)
{
    struct ct_segment cut = *segment;
    size_t n = sizeof(struct ct_crew_segment) + ct_parts_pack_segment_bytes(segment);
    struct ct_crew_segment *packed = ct_crew_channel_room(in, n, mark_before, reader);
    if (packed == NULL) { /* longer than any packet is: its payload counts as not captured */
        cut.payload.n = 0;
        n = sizeof(struct ct_crew_segment) + ct_parts_pack_segment_bytes(&cut);
        packed = ct_crew_channel_room(in, n, mark_before, reader);
    }
    if (packed != NULL) {
        packed->number = number;
        ct_parts_pack_segment(packed + 1, &cut);
        ct_crew_channel_put(in, reader->events, CT_CREW_SEGMENT, n);
    }
}

static void on_segment(void *user, const struct ct_segment *segment, uint64_t number)
{
    struct ct_crew_reader *reader = user;
    struct ct_crew *crew = reader->feeder.crew;
    reader->events++;
    if (crew->options.n_workers == 0) {
        reader->feeder.seq = reader->events;
        ct_shard_segment(reader->feeder.shard, segment, number);
        return;
    }
    size_t w = ct_parts_shard_of(&crew->key, segment, crew->options.n_workers);
    hand_over(reader, crew->workers[w].in[reader->index], segment, number);
    if (reader->events - reader->marked >= MARK_EVENTS) {
        mark_all(reader);
    }
}

/*
 * Tells the collector how far this reader is. Without room it is told the next time, except in a
 * replay, where the same packets are to give the same time line.
 */
static void tell_progress(struct ct_crew_reader *reader)
{
    const struct ct_crew *crew = reader->feeder.crew;
    struct ct_channel *out = reader->feeder.out;
    struct ct_intake_progress progress;
    ct_intake_progress(reader->intake, &progress);
    struct ct_intake_progress *body = crew->options.lossless || reader->done
                                          ? ct_crew_channel_room(out, sizeof *body, NULL, NULL)
                                          : ct_crew_channel_try(out, sizeof *body);
    if (body != NULL) {
        *body = progress;
        ct_crew_channel_put(out, reader->feeder.seq, CT_CREW_PROGRESS, sizeof *body);
        reader->progress_ns = progress.now_ns;
    }
}

static void on_tick(void *user, int64_t now_ns, uint64_t number)
{
    struct ct_crew_reader *reader = user;
    struct ct_crew *crew = reader->feeder.crew;
    reader->events++;
    if (crew->watch != NULL && ct_progress_is_due(now_ns, reader->progress_ns)) {
        tell_progress(reader);
    }
    if (crew->options.n_workers == 0) {
        reader->feeder.seq = reader->events;
        ct_shard_tick(reader->feeder.shard, now_ns, number);
        return;
    }
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        struct ct_channel *in = crew->workers[w].in[reader->index];
        struct ct_crew_time *tick = ct_crew_channel_room(in, sizeof *tick, mark_before, reader);
        if (tick != NULL) {
            *tick = (struct ct_crew_time){.now_ns = now_ns, .number = number};
            ct_crew_channel_put(in, reader->events, CT_CREW_TICK, sizeof *tick);
        }
    }
}

bool ct_crew_reader_init(struct ct_crew *crew, size_t r)
{
    struct ct_crew_reader *reader = &crew->readers[r];
    const struct ct_intake_hooks hooks = {.segment = on_segment, .tick = on_tick, .user = reader};
    reader->index = r;
    reader->intake = ct_intake_new(&crew->limits, &crew->key, &hooks);
    reader->feeder.intake = reader->intake;
    return reader->intake != NULL;
}

void ct_crew_frame(struct ct_crew *crew, size_t r, const struct ct_frame *frame)
{
    struct ct_crew_reader *reader = &crew->readers[r];
    uint64_t frames = atomic_load_explicit(&reader->frames, memory_order_relaxed);
    atomic_store_explicit(&reader->frames, frames + 1, memory_order_relaxed);
    ct_intake_frame(reader->intake, frame);
}

void ct_crew_tick(struct ct_crew *crew, size_t r, int64_t now_ns)
{
    ct_intake_tick(crew->readers[r].intake, now_ns);
}

void ct_crew_flush(struct ct_crew *crew, size_t r)
{
    struct ct_crew_reader *reader = &crew->readers[r];
    if (reader->events != reader->marked) {
        mark_all(reader);
    }
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        ct_crew_channel_flush(crew->workers[w].in[r]);
    }
    ct_crew_feed_settle(&reader->feeder);
}

uint64_t ct_crew_found(const struct ct_crew *crew, size_t r)
{
    const struct ct_crew_reader *reader = &crew->readers[r];
    return crew->options.n_workers == 0
               ? reader->feeder.txns
               : atomic_load_explicit(&reader->frames, memory_order_relaxed) / STEP_FRAMES;
}

void ct_crew_done(struct ct_crew *crew, size_t r)
{
    struct ct_crew_reader *reader = &crew->readers[r];
    reader->done = true;
    reader->events++;
    for (size_t w = 0; w < crew->options.n_workers; w++) {
        struct ct_channel *in = crew->workers[w].in[r];
        if (ct_crew_channel_room(in, 0, mark_before, reader) != NULL) {
            ct_crew_channel_put(in, reader->events, CT_CREW_FINISH, 0);
        }
        ct_crew_channel_flush(in);
    }
    reader->feeder.seq = reader->events;
    if (crew->options.n_workers == 0) {
        reader->feeder.ends = true;
        ct_shard_finish(reader->feeder.shard);
    }
    if (crew->watch != NULL) {
        tell_progress(reader);
    }
    ct_crew_feed_done(&reader->feeder);
}
