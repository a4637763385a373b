/* SPDX-License-Identifier: Apache-2.0 */
#include "app/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "app/signals.h"
#include "app/sinks.h"
#include "app/terminal.h"
#include "app/voice.h"
#include "cachetap/cachetap.h"
#include "cachetap/source.h"

/* Frames between two looks at the clock: less than a millisecond. */
#define PROGRESS_FRAMES 2048
/* Rows of the lists of hosts, URIs and names. */
#define TOP_ROWS 100

struct run {
    const struct ct_options *options;
    struct ct_voice voice;
    struct ct_sinks sinks;
    struct ct_engine *engine;
    struct ct_source *source;
    uint64_t packets;
    uint64_t transactions;
    bool failed;
};

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

static void say_statistics(struct run *run, const struct ct_snapshot *snapshot)
{
    double seconds = ct_app_voice_elapsed(&run->voice);
    double ratio = ct_stats_ratio(snapshot->ratios.client_requests);
    char text[32] = "none";
    if (ratio >= 0) {
        (void)snprintf(text, sizeof text, "%.1f %%", ratio * 100);
    }
    ct_app_voice_say(&run->voice,
                     "%" PRIu64 " packets (%" PRIu64 " TCP), %" PRIu64 " connections (%" PRIu64
                     " open), %.2f seconds, %.0f packets/s",
                     run->packets, snapshot->packets.status[CT_PACKET_TCP],
                     snapshot->stream.connections, snapshot->stream.open_now, seconds,
                     seconds > 0 ? (double)run->packets / seconds : 0.0);
    ct_app_voice_say(&run->voice,
                     "%" PRIu64 " transactions: %" PRIu64 " hit, %" PRIu64 " miss, %" PRIu64
                     " bypass, %" PRIu64 " other; hit ratio %s = hit / (hit + miss)",
                     snapshot->transactions, ct_stats_class_sum(snapshot->counts.n, CT_CLASS_HIT),
                     ct_stats_class_sum(snapshot->counts.n, CT_CLASS_MISS),
                     ct_stats_class_sum(snapshot->counts.n, CT_CLASS_BYPASS),
                     ct_stats_class_sum(snapshot->counts.n, CT_CLASS_OTHER), text);
}

static void report_now(struct run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL) {
        (void)ct_engine_snapshot(run->engine, 0, snapshot); /* no lists are asked for */
        say_statistics(run, snapshot);
        ct_stats_snapshot_fini(snapshot);
        free(snapshot);
    }
}

/* Does what signals have asked for; true when the run is to end. */
static bool heed_signals(struct run *run)
{
    if (ct_app_signals_take_report()) {
        report_now(run);
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

static void read_all(struct run *run)
{
    struct ct_frame frame;
    while (run->sinks.n_open > 0 && !(ct_app_signals_pending() && heed_signals(run)) &&
           ct_source_next(run->source, &frame) == CT_SOURCE_OK) {
        ct_engine_frame(run->engine, &frame);
        run->packets++;
        if (run->packets == run->options->count) {
            return;
        }
        if (run->packets % PROGRESS_FRAMES == 0) {
            show_progress(run);
        }
    }
}

static void say_unknown_linktype(struct run *run, const struct ct_snapshot *snapshot)
{
    uint64_t n = snapshot->packets.status[CT_PACKET_UNKNOWN_LINKTYPE];
    uint32_t linktype = snapshot->packets.unknown_linktype;
    const char *name = ct_source_linktype_name(linktype);
    if (n > 0) {
        run->failed = true;
        ct_app_voice_say(&run->voice,
                         "link type %" PRIu32 " (%s) is not decoded: %" PRIu64
                         " packets were not looked into, capture where the link is Ethernet or IP",
                         linktype, name != NULL ? name : "unknown", n);
    }
}

/* Everything pending is written, however the run has ended. */
static void finish(struct run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    ct_engine_finish(run->engine);
    ct_app_voice_clear(&run->voice);
    if (snapshot == NULL || !ct_engine_snapshot(run->engine, TOP_ROWS, snapshot)) {
        run->failed = true;
        ct_app_voice_say(&run->voice, "summary: not complete: out of memory");
    }
    if (snapshot == NULL) {
        return;
    }
    ct_app_sinks_end(&run->sinks, snapshot);
    say_unknown_linktype(run, snapshot);
    if (run->options->verbose > 0) {
        say_statistics(run, snapshot);
    }
    ct_stats_snapshot_fini(snapshot);
    free(snapshot);
}

static bool make_engine(struct run *run)
{
    struct ct_engine_config config = {
        .limits = run->options->limits,
        .cache = {.ignored = run->options->ignored_headers,
                  .n_ignored = run->options->n_ignored_headers},
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

static enum ct_exit open_and_read(struct run *run)
{
    struct ct_source_options source = {
        .paths = run->options->reads,
        .n_paths = run->options->n_reads,
        .filter = run->options->filter,
        .problem = on_problem,
        .interrupted = on_interrupted,
        .user = run,
    };
    if (!make_engine(run) || !ct_app_sinks_open(&run->sinks, run->options, &run->voice)) {
        return CT_EXIT_FAILED;
    }
    run->voice.shows_progress = !run->options->quiet && ct_app_terminal_rewrites(STDERR_FILENO) &&
                                !(run->sinks.streams_to_stdout && isatty(STDOUT_FILENO));
    enum ct_source_status status = ct_source_open(&source, &run->source);
    if (status != CT_SOURCE_OK) {
        return status == CT_SOURCE_BAD_FILTER ? CT_EXIT_USAGE : CT_EXIT_FAILED;
    }
    if (!ct_app_sinks_begin(&run->sinks, ct_engine_fields(run->engine))) {
        return CT_EXIT_FAILED;
    }
    read_all(run);
    finish(run);
    return run->failed || run->sinks.failed ? CT_EXIT_FAILED : CT_EXIT_OK;
}

enum ct_exit ct_app_run(const struct ct_options *options)
{
    struct run run = {.options = options};
    ct_app_voice_init(&run.voice, false);
    ct_app_signals_install();
    enum ct_exit status = open_and_read(&run);
    ct_app_sinks_fini(&run.sinks);
    ct_source_close(run.source);
    ct_engine_free(run.engine);
    return status;
}
