/* SPDX-License-Identifier: Apache-2.0 */
#include "app/reader.h"

#include <time.h>

#include "process/signals.h"
#include "process/voice.h"

/* Frames between two looks at signals, outputs and the clock. */
#define BATCH_FRAMES 256
/* Between two looks at timers while a packet is waited for. */
#define TICK_NS (CT_NS_PER_S / 10)
/* Between two times that what was counted is made known. */
#define COUNT_NS (CT_NS_PER_S / 10)
/* After the begin: what came before it has been read. */
#define EARLY_NS (2 * CT_NS_PER_S)
/* Packets of a step that ends no transaction. */
#define STEP_PACKETS_MAX 4096

bool ct_app_reader_init(struct ct_reader *reader)
{
    reader->begin_ns = INT64_MIN; /* of a replay: also what was captured before 1970 */
    reader->frame_ns = INT64_MIN;
    reader->passed_ns = INT64_MIN;
    atomic_init(&reader->dump_wanted, false);
    return pthread_mutex_init(&reader->lock, NULL) == 0;
}

void ct_app_reader_fini(struct ct_reader *reader)
{
    (void)pthread_mutex_destroy(&reader->lock); /* nobody holds it */
}

void ct_app_reader_count_now(struct ct_reader *reader)
{
    struct ct_reader_counts counts = {.packets = reader->packets};
    ct_source_count(reader->source, &counts.capture);
    ct_source_progress(reader->source, &counts.done_bytes, &counts.total_bytes);
    if (reader->save != NULL) {
        counts.capture.unsaved_packets = ct_sinks_save_lost(reader->save);
    }
    if (reader->recorder != NULL) {
        counts.capture.unringed_packets = ct_sinks_recorder_lost(reader->recorder);
    }
    (void)pthread_mutex_lock(&reader->lock); /* fails on misuse only */
    reader->counts = counts;
    (void)pthread_mutex_unlock(&reader->lock);
}

void ct_app_reader_counts(struct ct_reader *reader, struct ct_reader_counts *counts)
{
    (void)pthread_mutex_lock(&reader->lock);
    *counts = reader->counts;
    (void)pthread_mutex_unlock(&reader->lock);
}

/* What has to be looked at now and then. */
static void look(struct ct_reader *reader)
{
    int64_t clock_ns = ct_process_voice_clock();
    if (reader->recorder != NULL) {
        if (atomic_exchange_explicit(&reader->dump_wanted, false, memory_order_relaxed)) {
            ct_sinks_recorder_dump(reader->recorder);
        }
        ct_sinks_recorder_look(reader->recorder);
    }
    if (clock_ns - reader->counted_ns >= COUNT_NS) {
        reader->counted_ns = clock_ns;
        ct_app_reader_count_now(reader);
    }
}

void ct_app_reader_dump(struct ct_reader *reader)
{
    atomic_store_explicit(&reader->dump_wanted, true, memory_order_relaxed);
}

static bool goes_on(struct ct_reader *reader)
{
    return reader->hooks.batch(reader->hooks.user) &&
           (reader->save == NULL || !ct_sinks_save_is_over(reader->save)) &&
           (reader->count == 0 || reader->packets < reader->count);
}

/* --speed: lets time pass until the packet is due. False: the run is to end. */
static bool wait_until_due(struct ct_reader *reader, int64_t ts_ns)
{
    int64_t left_ns = 0;
    while ((left_ns = ct_app_pace_left(&reader->pace, ts_ns, ct_process_voice_clock())) > 0) {
        ct_app_pace_sleep(left_ns < TICK_NS ? left_ns : TICK_NS, ct_process_signals_pending);
        look(reader);
        if (!goes_on(reader)) {
            return false;
        }
        int64_t now_ns = ct_app_pace_now(&reader->pace, ct_process_voice_clock());
        reader->hooks.tick(reader->hooks.user, now_ns < ts_ns ? now_ns : ts_ns);
    }
    return true;
}

/* ---- a replay that somebody watches ---------------------------------------------------------- */

static void take_wishes(struct ct_reader *reader)
{
    struct ct_control_state wanted;
    if (!ct_app_control_look(reader->control, &reader->control_version, &wanted)) {
        return;
    }
    if (wanted.speed != reader->pace.speed || wanted.paused != reader->wanted.paused) {
        reader->pace = (struct ct_pace){.speed = wanted.speed}; /* time goes on from here */
    }
    if (wanted.steps == 0) {
        reader->steps_done = 0;
    }
    reader->wanted = wanted;
}

/* Paused: whether a step lets this frame pass. */
static bool in_step(struct ct_reader *reader)
{
    if (reader->steps_done >= reader->wanted.steps) {
        return false;
    }
    uint64_t found = reader->hooks.found(reader->hooks.user);
    if (reader->step_packets == 0) {
        reader->step_found = found;
    }
    if (found != reader->step_found || reader->step_packets == STEP_PACKETS_MAX) {
        reader->steps_done++;
        reader->step_packets = 0;
        return in_step(reader);
    }
    reader->step_packets++;
    return true;
}

/* Nanoseconds until a packet may pass; 0: now. */
static int64_t time_to_wait(struct ct_reader *reader, int64_t ts_ns)
{
    if (reader->wanted.paused) {
        return in_step(reader) ? 0 : TICK_NS;
    }
    if (reader->pace.speed <= 0) {
        return 0;
    }
    int64_t left_ns = ct_app_pace_left(&reader->pace, ts_ns, ct_process_voice_clock());
    return left_ns < TICK_NS ? left_ns : TICK_NS;
}

/* False: the run is to end. */
static bool wait_as_wished(struct ct_reader *reader, int64_t ts_ns)
{
    int64_t ns = 0;
    take_wishes(reader);
    while ((ns = time_to_wait(reader, ts_ns)) > 0) {
        look(reader);
        if (!goes_on(reader)) {
            return false;
        }
        ct_app_control_wait(reader->control, reader->control_version, ns);
        take_wishes(reader);
        if (!reader->wanted.paused && reader->pace.begun) {
            int64_t now_ns = ct_app_pace_now(&reader->pace, ct_process_voice_clock());
            reader->hooks.tick(reader->hooks.user, now_ns < ts_ns ? now_ns : ts_ns);
        }
    }
    return true;
}

void ct_app_reader_restart(struct ct_reader *reader)
{
    reader->pace = (struct ct_pace){.speed = reader->pace.speed};
    reader->packets = 0;
    reader->frame_ns = INT64_MIN;
    reader->passed_ns = INT64_MIN;
    reader->steps_done = reader->wanted.steps;
    reader->step_packets = 0;
}

/* ---------------------------------------------------------------------------------------------- */

/* A packet before the begin; later its time only says that the system's clock was set back. */
static bool is_early(struct ct_reader *reader, int64_t ts_ns)
{
    if (ts_ns >= reader->begin_ns) {
        return false;
    }
    if (ct_process_voice_clock() - reader->begin_clock_ns < EARLY_NS) {
        return true;
    }
    reader->begin_ns = INT64_MIN;
    return false;
}

static void on_frame(void *user, const struct ct_frame *frame)
{
    struct ct_reader *reader = user;
    if (reader->count > 0 && reader->packets == reader->count) {
        return; /* -c is reached; several interfaces had a batch each */
    }
    if (is_early(reader, frame->ts_ns)) {
        return;
    }
    if (reader->control != NULL) {
        if (!wait_as_wished(reader, frame->ts_ns)) {
            return;
        }
    } else if (reader->pace.speed > 0 && !wait_until_due(reader, frame->ts_ns)) {
        return;
    }
    reader->hooks.frame(reader->hooks.user, frame);
    if (reader->save != NULL) {
        ct_sinks_save_frame(reader->save, frame);
    }
    if (reader->recorder != NULL) {
        ct_sinks_recorder_frame(reader->recorder, frame);
    }
    reader->packets++;
    reader->frame_ns = frame->ts_ns > reader->frame_ns ? frame->ts_ns : reader->frame_ns;
}

/*
 * While no packet moves packet time on the clock does, so that timers and outputs go on: when none
 * comes, and when their times are earlier because the system's clock was set back.
 */
static void pass_time(struct ct_reader *reader, int64_t clock_ns)
{
    if (reader->frame_ns == INT64_MIN || reader->frame_ns > reader->passed_ns) {
        reader->passed_ns = reader->frame_ns;
        reader->frame_clock_ns = clock_ns;
        return;
    }
    int64_t now_ns = reader->frame_ns + (clock_ns - reader->frame_clock_ns);
    reader->hooks.tick(reader->hooks.user, now_ns);
}

static void end_batch(struct ct_reader *reader)
{
    int64_t clock_ns = ct_process_voice_clock();
    if (reader->is_live) {
        pass_time(reader, clock_ns);
        if (reader->save != NULL) {
            ct_sinks_save_tick(reader->save, (int64_t)time(NULL) * CT_NS_PER_S);
            ct_sinks_save_flush(reader->save);
        }
    }
    look(reader);
}

void ct_app_reader_run(struct ct_reader *reader)
{
    enum ct_source_status status = CT_SOURCE_OK;
    while (goes_on(reader) && (status == CT_SOURCE_OK || status == CT_SOURCE_IDLE)) {
        uint64_t left = reader->count > 0 ? reader->count - reader->packets : BATCH_FRAMES;
        size_t max = left < BATCH_FRAMES ? (size_t)left : BATCH_FRAMES;
        max = reader->pace.speed > 0 ? 1 : max; /* each waits until it is due */
        status = ct_source_dispatch(reader->source, max, on_frame, reader);
        end_batch(reader);
    }
    ct_app_reader_count_now(reader);
}
