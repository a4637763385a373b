/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "app/pace.h"
#include "app/recorder.h"
#include "app/report.h"
#include "app/save.h"
#include "app/service.h"
#include "app/signals.h"
#include "app/sinks.h"
#include "app/terminal.h"
#include "app/voice.h"
#include "cachetap/cachetap.h"
#include "cachetap/source.h"

/* Frames between two looks at the clock: less than a millisecond. */
#define PROGRESS_FRAMES 2048
/* Frames between two looks at signals, outputs and the clock. */
#define BATCH_FRAMES 256
/* Between two looks at timers while a packet is waited for. */
#define TICK_NS (CT_NS_PER_S / 10)
/* Rows of the lists of hosts, URIs and names. */
#define TOP_ROWS 100

struct run {
    const struct ct_options *options;
    struct ct_voice voice;
    struct ct_opener opener;
    struct ct_sinks sinks;
    struct ct_service service;
    struct ct_engine *engine;
    struct ct_source *source;
    struct ct_pace pace;
    struct ct_recorder *recorder; /* NULL: packets are not kept */
    struct ct_save *save;         /* NULL: nothing is saved */
    int64_t frame_ns;             /* latest packet; INT64_MIN: none yet */
    int64_t frame_clock_ns;       /* the clock when it came */
    uint64_t shown_packets;
    uint64_t packets;
    uint64_t transactions;
    struct ct_where *where; /* NULL: all transactions */
    bool failed;
    bool assertion_failed;
};

static bool is_chosen(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    const struct run *run = user;
    return ct_output_where_match(run->where, ct_engine_fields(run->engine), txn, verdict);
}

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct run *run = user;
    run->transactions++;
    ct_app_sinks_txn(&run->sinks, txn, verdict);
}

static void on_connection(void *user, const struct ct_conn_end *end, const struct ct_flow *flow)
{
    struct run *run = user;
    ct_app_sinks_conn(&run->sinks, end, flow);
}

static void on_problem(void *user, const char *line)
{
    struct run *run = user;
    run->failed = true;
    ct_app_voice_say(&run->voice, "%s", line);
}

static void on_notice(void *user, const char *line)
{
    struct run *run = user;
    ct_app_voice_say(&run->voice, "%s", line);
}

/* What the program itself knows of a live capture. */
static void count_capture(struct run *run, struct ct_snapshot *snapshot)
{
    ct_source_count(run->source, &snapshot->capture);
    snapshot->capture.dropped_records = ct_app_sinks_dropped(&run->sinks);
    snapshot->capture.unringed_packets =
        run->recorder != NULL ? ct_app_recorder_lost(run->recorder) : 0;
    snapshot->capture.unsaved_packets = run->save != NULL ? ct_app_save_lost(run->save) : 0;
}

/* The numbers of now, without lists. */
static bool take_snapshot(void *user, struct ct_snapshot *snapshot)
{
    struct run *run = user;
    bool complete = ct_engine_snapshot(run->engine, 0, snapshot);
    count_capture(run, snapshot);
    return complete;
}

static void report_now(struct run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL) {
        (void)take_snapshot(run, snapshot); /* without memory for names: the same */
        ct_app_report_statistics(&run->voice, snapshot);
        ct_stats_snapshot_fini(snapshot);
        free(snapshot);
    }
}

/* What is kept of packets goes to its file. */
static void save_now(struct run *run)
{
    if (run->recorder != NULL) {
        ct_app_recorder_dump(run->recorder);
    }
    if (run->save != NULL) {
        ct_app_save_flush(run->save);
    }
    ct_app_sinks_flush(&run->sinks);
}

/* Does what signals have asked for; true when the run is to end. */
static bool heed_signals(struct run *run)
{
    if (ct_app_signals_take_tick()) {
        ct_app_service_tick(&run->service);
    }
    if (ct_app_signals_take_report()) {
        report_now(run);
    }
    if (ct_app_signals_take_save()) {
        save_now(run);
    }
    if (ct_app_signals_take_reopen()) {
        if (run->sinks.n_files == 0 && isatty(STDOUT_FILENO)) {
            ct_app_signals_request_stop(); /* the terminal has gone, nothing is to be reopened */
        }
        ct_app_sinks_reopen(&run->sinks);
    }
    return ct_app_signals_stop();
}

static void show_progress(struct run *run)
{
    if (!run->voice.shows_progress) {
        return;
    }
    struct ct_progress progress = {.packets = run->packets, .transactions = run->transactions};
    ct_source_progress(run->source, &progress.done_bytes, &progress.total_bytes);
    ct_app_voice_progress(&run->voice, &progress);
}

static bool on_interrupted(void *user)
{
    struct run *run = user;
    if (run->source != NULL) {
        show_progress(run);
    }
    return heed_signals(run);
}

static bool goes_on(struct run *run)
{
    if (ct_app_signals_pending() && heed_signals(run)) {
        return false;
    }
    if (run->save != NULL && ct_app_save_is_over(run->save)) {
        return false;
    }
    return run->sinks.n_open > 0 || run->sinks.n == 0;
}

/* --speed: lets time pass until the packet is due. False: the run is to end. */
static bool wait_until_due(struct run *run, int64_t ts_ns)
{
    int64_t left_ns = 0;
    bool flushed = false;
    while ((left_ns = ct_app_pace_left(&run->pace, ts_ns, ct_app_voice_clock())) > 0) {
        if (!flushed) {
            ct_app_sinks_flush(&run->sinks);
            flushed = true;
        }
        ct_app_pace_sleep(left_ns < TICK_NS ? left_ns : TICK_NS, ct_app_signals_pending);
        show_progress(run);
        if (!goes_on(run)) {
            return false;
        }
        int64_t now_ns = ct_app_pace_now(&run->pace, ct_app_voice_clock());
        ct_engine_tick(run->engine, now_ns < ts_ns ? now_ns : ts_ns);
    }
    return true;
}

static void on_frame(void *user, const struct ct_frame *frame)
{
    struct run *run = user;
    if (run->options->count > 0 && run->packets == run->options->count) {
        return; /* -c is reached; several interfaces had a batch each */
    }
    if (run->pace.speed > 0 && !wait_until_due(run, frame->ts_ns)) {
        return;
    }
    ct_engine_frame(run->engine, frame);
    if (run->save != NULL) {
        ct_app_save_frame(run->save, frame);
    }
    if (run->recorder != NULL) {
        ct_app_recorder_frame(run->recorder, frame);
    }
    run->packets++;
    run->frame_ns = frame->ts_ns > run->frame_ns ? frame->ts_ns : run->frame_ns;
}

/* While no packet comes the clock moves packet time on, so that timers and outputs go on. */
static void pass_time(struct run *run, bool had_frames)
{
    int64_t clock_ns = ct_app_voice_clock();
    if (had_frames || run->frame_ns == INT64_MIN) {
        run->frame_clock_ns = clock_ns;
        return;
    }
    int64_t now_ns = run->frame_ns + (clock_ns - run->frame_clock_ns);
    ct_engine_tick(run->engine, now_ns);
}

/* After each batch: what is whole goes out. */
static void end_batch(struct run *run, bool had_frames)
{
    if (run->options->is_live) {
        pass_time(run, had_frames);
        ct_app_sinks_flush(&run->sinks);
        if (run->save != NULL) {
            ct_app_save_tick(run->save, (int64_t)time(NULL) * CT_NS_PER_S);
            ct_app_save_flush(run->save);
        }
    }
    if (run->recorder != NULL) {
        ct_app_recorder_look(run->recorder);
    }
    if (run->packets - run->shown_packets >= PROGRESS_FRAMES) {
        run->shown_packets = run->packets;
        show_progress(run);
    }
}

static void watch(struct run *run)
{
    uint64_t count = run->options->count;
    while (goes_on(run) && (count == 0 || run->packets < count)) {
        uint64_t left = count > 0 ? count - run->packets : BATCH_FRAMES;
        size_t max = left < BATCH_FRAMES ? (size_t)left : BATCH_FRAMES;
        max = run->pace.speed > 0 ? 1 : max; /* signals are heeded between them */
        uint64_t before = run->packets;
        enum ct_source_status status = ct_source_dispatch(run->source, max, on_frame, run);
        end_batch(run, run->packets > before);
        if (status != CT_SOURCE_OK && status != CT_SOURCE_IDLE) {
            return;
        }
    }
}

/* Everything pending is written, however the run has ended. */
static void finish(struct run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    ct_app_service_stopping(&run->service);
    ct_app_sinks_wait(&run->sinks);
    ct_engine_finish(run->engine);
    ct_app_voice_clear(&run->voice);
    if (snapshot == NULL || !ct_engine_snapshot(run->engine, TOP_ROWS, snapshot)) {
        run->failed = true;
        ct_app_voice_say(&run->voice, "summary: not complete: out of memory");
    }
    if (run->save != NULL && !ct_app_save_finish(run->save)) {
        run->failed = true;
    }
    if (run->recorder != NULL && !ct_app_recorder_finish(run->recorder)) {
        run->failed = true;
    }
    if (snapshot == NULL) {
        return;
    }
    count_capture(run, snapshot);
    ct_app_sinks_end(&run->sinks, snapshot);
    snapshot->capture.dropped_records = ct_app_sinks_dropped(&run->sinks);
    run->failed = ct_app_report_unknown_linktype(&run->voice, snapshot) || run->failed;
    if (run->options->verbose > 0) {
        ct_app_report_statistics(&run->voice, snapshot);
    }
    ct_app_report_losses(&run->voice, snapshot);
    run->assertion_failed = !ct_app_report_assertions(&run->voice, run->options, snapshot);
    ct_stats_snapshot_fini(snapshot);
    free(snapshot);
}

static bool make_engine(struct run *run)
{
    char message[CT_QUERY_MESSAGE_MAX];
    if (run->options->where != NULL) {
        run->where = ct_output_where_new(run->options->where, message);
        if (run->where == NULL) {
            ct_app_voice_say(&run->voice, "-Y: %s", message);
            return false;
        }
    }
    struct ct_engine_config config = {
        .limits = run->options->limits,
        .cache = {.ignored = run->options->ignored_headers,
                  .n_ignored = run->options->n_ignored_headers,
                  .dialects = run->options->dialects,
                  .n_dialects = run->options->n_dialects},
        .chosen = run->where != NULL ? is_chosen : NULL,
        .transaction = on_transaction,
        .connection = on_connection,
        .user = run,
    };
    if (getrandom(config.key.bytes, sizeof config.key.bytes, 0) !=
        (ssize_t)sizeof config.key.bytes) {
        ct_app_voice_say(&run->voice, "random numbers: not available: %s", strerror(errno));
        return false;
    }
    run->engine = ct_engine_new(&config);
    if (run->engine == NULL) {
        ct_app_voice_say(&run->voice, "start: out of memory: the limits do not fit this machine, "
                                      "lower them (--limit help)");
    }
    return run->engine != NULL;
}

/* Everything that may need privileges is opened here; later nothing is, but through this. */
static enum ct_exit open_all(struct run *run)
{
    struct ct_source_options source = {
        .paths = run->options->reads,
        .n_paths = run->options->n_reads,
        .live = run->options->is_live ? &run->options->live : NULL,
        .filter = run->options->filter,
        .problem = on_problem,
        .notice = on_notice,
        .interrupted = on_interrupted,
        .user = run,
    };
    const struct ct_service_options service = {
        .options = run->options, .voice = &run->voice, .snapshot = take_snapshot, .user = run};
    if (!ct_app_service_begin(&run->service, &service) || !make_engine(run) ||
        !ct_app_sinks_open(&run->sinks, run->options, &run->opener, &run->voice)) {
        return CT_EXIT_FAILED;
    }
    run->voice.shows_progress = !run->options->quiet && ct_app_terminal_rewrites(STDERR_FILENO) &&
                                !(run->sinks.streams_to_stdout && isatty(STDOUT_FILENO));
    enum ct_source_status status = ct_source_open(&source, &run->source);
    if (status != CT_SOURCE_OK) {
        return status == CT_SOURCE_BAD_FILTER ? CT_EXIT_USAGE : CT_EXIT_FAILED;
    }
    if (run->options->ring_bytes > 0) {
        run->recorder = ct_app_recorder_open(run->options, run->source, &run->opener, &run->voice);
        return run->recorder != NULL ? CT_EXIT_OK : CT_EXIT_FAILED;
    }
    if (run->options->save.path != NULL) {
        run->save = ct_app_save_open(run->options, run->source, &run->opener, &run->voice);
        return run->save != NULL ? CT_EXIT_OK : CT_EXIT_FAILED;
    }
    return CT_EXIT_OK;
}

static void say_listening(struct run *run)
{
    const char *name = NULL;
    for (uint32_t i = 0; (name = ct_source_iface_name(run->source, i)) != NULL; i++) {
        const char *link = ct_source_linktype_name(ct_source_iface_linktype(run->source, i));
        ct_app_voice_say(&run->voice, "listening on %s (%s)", name, link != NULL ? link : "?");
    }
}

static enum ct_exit open_and_watch(struct run *run)
{
    enum ct_exit status = open_all(run);
    if (status != CT_EXIT_OK) {
        return status;
    }
    if (!ct_app_sinks_begin(&run->sinks, ct_engine_fields(run->engine)) ||
        (run->save != NULL && !ct_app_save_start(run->save)) ||
        (run->recorder != NULL && !ct_app_recorder_start(run->recorder)) ||
        !ct_app_service_ready(&run->service)) {
        return CT_EXIT_FAILED;
    }
    if (run->options->is_live && !run->options->quiet) {
        say_listening(run);
    }
    watch(run);
    finish(run);
    if (run->failed || run->sinks.failed) {
        return CT_EXIT_FAILED;
    }
    return run->assertion_failed ? CT_EXIT_ASSERTION : CT_EXIT_OK;
}

enum ct_exit ct_app_run(const struct ct_options *options)
{
    struct run run = {.options = options, .frame_ns = INT64_MIN, .pace = {.speed = options->speed}};
    ct_app_voice_init(&run.voice, false);
    ct_app_opener_init(&run.opener);
    ct_app_signals_install();
    enum ct_exit status = open_and_watch(&run);
    ct_app_service_end(&run.service);
    ct_app_sinks_fini(&run.sinks);
    ct_app_save_close(run.save);
    ct_app_recorder_close(run.recorder);
    ct_app_opener_fini(&run.opener);
    ct_source_close(run.source);
    ct_engine_free(run.engine);
    ct_output_where_free(run.where);
    return status;
}
