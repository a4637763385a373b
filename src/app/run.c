/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run. Everything is opened first, then rights are given up, then threads are started, then
 * the first packet is read. The main thread hears signals, writes results, and collects what
 * readers in threads of their own find; in a replay it is the reader itself.
 */
#include "app/run.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "app/analysis.h"
#include "app/confine.h"
#include "app/reader.h"
#include "app/report.h"
#include "app/service.h"
#include "app/signals.h"
#include "app/sinks.h"
#include "app/terminal.h"
#include "app/viewing.h"
#include "app/voice.h"

/* Rows of the lists of hosts, URIs and names. */
#define TOP_ROWS 100
/* Packets that the view keeps without --ring, for the key that saves them. */
#define VIEW_RING_BYTES CT_MIB(16)
/*
 * The longest time that the main thread waits for work: for signals that came before, and for
 * records that it is not woken for. Below what people notice.
 */
#define COLLECT_MS 50

struct run;

/* A reader, and who it works for. */
struct slot {
    struct run *run;
    size_t index;
    struct ct_reader reader;
    bool made;
    pthread_t thread;
    bool runs;
};

struct run {
    const struct ct_options *options;
    struct ct_voice voice;
    struct ct_opener opener;
    struct ct_confine confine;
    struct ct_sinks sinks;
    struct ct_service service;
    bool service_begun;
    struct ct_plan plan;
    struct ct_analysis analysis;
    struct slot *slots;           /* plan.n_readers of them */
    struct ct_save *save;         /* of the first reader; NULL: nothing is saved */
    struct ct_recorder *recorder; /* likewise; NULL: packets are not kept */
    struct ct_where *where;       /* NULL: all transactions */
    struct ct_viewing *viewing;   /* NULL: no live view */
    struct ct_control control;    /* of a replay that is viewed */
    bool controlled;              /* it exists */
    bool restart_wanted;
    uint64_t transactions;
    atomic_bool stops;    /* readers are to end */
    atomic_size_t n_over; /* readers that have ended */
    atomic_bool failed;
    bool assertion_failed;
};

/* ---- what the analysis finds -------------------------------------------------------------- */

static bool is_chosen(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    const struct run *run = user;
    return ct_output_where_match(run->where, ct_app_analysis_fields(&run->analysis), txn, verdict);
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

/* ---- what is said meanwhile --------------------------------------------------------------- */

static void on_problem(void *user, const char *line)
{
    struct run *run = user;
    atomic_store(&run->failed, true);
    ct_app_voice_say(&run->voice, "%s", line);
}

static void on_notice(void *user, const char *line)
{
    struct run *run = user;
    ct_app_voice_say(&run->voice, "%s", line);
}

/* Several readers of one interface count what each of them was given. */
static void add_capture(struct ct_capture_counters *sum, const struct ct_capture_counters *part)
{
    for (size_t i = 0; i < part->n_ifaces && i < sum->n_ifaces; i++) {
        sum->ifaces[i].received += part->ifaces[i].received;
        sum->ifaces[i].kernel_drops += part->ifaces[i].kernel_drops;
    }
}

/* What the program itself knows of a live capture. */
static void count_capture(struct run *run, struct ct_snapshot *snapshot)
{
    struct ct_reader_counts counts;
    ct_app_reader_counts(&run->slots[0].reader, &counts);
    snapshot->capture = counts.capture;
    for (size_t r = 1; r < run->plan.n_readers; r++) {
        ct_app_reader_counts(&run->slots[r].reader, &counts);
        add_capture(&snapshot->capture, &counts.capture);
    }
    snapshot->capture.dropped_records = ct_app_sinks_dropped(&run->sinks) + snapshot->records_lost;
}

/* The numbers of now, without lists. */
static bool take_snapshot(void *user, struct ct_snapshot *snapshot)
{
    struct run *run = user;
    if (run->plan.direct) {
        ct_app_reader_count_now(&run->slots[0].reader);
    }
    bool complete = ct_app_analysis_snapshot(&run->analysis, 0, snapshot);
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
        ct_app_reader_dump(&run->slots[0].reader);
        ct_app_sinks_flush(&run->sinks);
    }
    if (ct_app_signals_take_reopen()) {
        if (run->viewing != NULL || (run->sinks.n_files == 0 && isatty(STDOUT_FILENO))) {
            ct_app_signals_request_stop(); /* the terminal has gone, nothing is to be reopened */
        }
        ct_app_sinks_reopen(&run->sinks);
    }
    return ct_app_signals_stop();
}

static void show_progress(struct run *run)
{
    struct ct_progress progress = {.transactions = run->transactions};
    struct ct_reader_counts counts;
    if (!run->voice.shows_progress) {
        return;
    }
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        ct_app_reader_counts(&run->slots[r].reader, &counts);
        progress.packets += counts.packets;
        progress.done_bytes += counts.done_bytes;
        progress.total_bytes += counts.total_bytes;
    }
    ct_app_voice_progress(&run->voice, &progress);
}

/* What the main thread does between other work. False: the run is to end. */
static bool attend(struct run *run)
{
    if (ct_app_signals_pending() && heed_signals(run)) {
        return false;
    }
    show_progress(run);
    if (run->viewing != NULL) {
        return ct_app_viewing_attend(run->viewing);
    }
    return run->sinks.n_open > 0 || run->sinks.n == 0;
}

/* A source asks before it waits: in the main thread signals are heeded there. */
static bool on_interrupted(void *user)
{
    struct run *run = user;
    if (run->plan.direct && run->analysis.engine != NULL) {
        return !attend(run);
    }
    return atomic_load(&run->stops) || ct_app_signals_stop();
}

static bool start_analysis(struct run *run)
{
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
        .watch = run->options->tui,
    };
    if (getrandom(config.key.bytes, sizeof config.key.bytes, 0) !=
        (ssize_t)sizeof config.key.bytes) {
        ct_app_voice_say(&run->voice, "random numbers: not available: %s", strerror(errno));
        return false;
    }
    bool lossless = !run->options->is_live;
    bool started = run->analysis.crew != NULL
                       ? ct_app_analysis_restart(&run->analysis, &run->plan, &config, lossless)
                       : ct_app_analysis_start(&run->analysis, &run->plan, &config, lossless);
    if (started) {
        return true;
    }
    ct_app_voice_say(&run->voice,
                     "start: %s: the limits or threads do not fit this machine, lower "
                     "them (--limit help, --threads)",
                     strerror(errno));
    return false;
}

/* ---- readers ------------------------------------------------------------------------------- */

static void on_frame(void *user, const struct ct_frame *frame)
{
    struct slot *slot = user;
    ct_app_analysis_frame(&slot->run->analysis, slot->index, frame);
}

static void on_tick(void *user, int64_t now_ns)
{
    struct slot *slot = user;
    ct_app_analysis_tick(&slot->run->analysis, slot->index, now_ns);
}

static uint64_t on_found(void *user)
{
    struct slot *slot = user;
    return ct_app_crew_found(slot->run->analysis.crew, slot->index);
}

static bool on_batch(void *user)
{
    struct slot *slot = user;
    struct run *run = slot->run;
    if (run->plan.direct) {
        if (run->options->speed > 0) {
            ct_app_sinks_flush(&run->sinks);
        }
        return attend(run);
    }
    ct_app_analysis_flush(&run->analysis, slot->index);
    return !atomic_load(&run->stops);
}

static void *read_in_thread(void *user)
{
    struct slot *slot = user;
    ct_app_reader_run(&slot->reader);
    atomic_fetch_add(&slot->run->n_over, 1);
    ct_app_analysis_done(&slot->run->analysis, slot->index);
    return NULL;
}

static bool start_reader(struct run *run, struct slot *slot)
{
    sigset_t blocked;
    sigset_t before;
    sigfillset(&blocked);
    sigdelset(&blocked, SIGURG); /* with it the main thread ends a wait */
    if (pthread_sigmask(SIG_SETMASK, &blocked, &before) != 0) {
        return false;
    }
    int error = pthread_create(&slot->thread, NULL, read_in_thread, slot);
    slot->runs = error == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a set that it gave us */
    if (error != 0) {
        ct_app_voice_say(&run->voice, "threads: cannot be started: %s, use fewer (--threads)",
                         strerror(error));
    }
    return slot->runs;
}

static void stop_readers(struct run *run)
{
    atomic_store(&run->stops, true);
    if (run->controlled) {
        ct_app_control_wake(&run->control);
    }
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        if (run->slots[r].runs) {
            (void)pthread_kill(run->slots[r].thread, SIGURG); /* it is joined only later */
        }
    }
}

/* What a reader that cannot be started would have ended is ended here. */
static bool start_readers(struct run *run)
{
    bool all_started = true;
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        if (!start_reader(run, &run->slots[r])) {
            all_started = false;
            ct_app_analysis_done(&run->analysis, r);
            atomic_fetch_add(&run->n_over, 1);
        }
    }
    return all_started;
}

static bool take_records(struct run *run)
{
    int fd = run->viewing != NULL ? ct_app_viewing_fd(run->viewing) : -1;
    int ms = run->viewing != NULL ? ct_app_viewing_wait_ms(run->viewing) : COLLECT_MS;
    return ct_app_crew_collect(run->analysis.crew, fd, ms);
}

/* True: all was started, and was not told to stop. */
static bool collect(struct run *run)
{
    bool waits = false;
    bool stops = !start_readers(run);
    if (stops) {
        atomic_store(&run->failed, true);
    }
    while (take_records(run)) {
        ct_app_sinks_flush(&run->sinks);
        stops = !attend(run) || run->restart_wanted || stops;
        if (!waits && !run->restart_wanted &&
            (stops || atomic_load(&run->n_over) == run->plan.n_readers)) {
            waits = true;
            ct_app_sinks_wait(&run->sinks);
        }
        if (stops) {
            stop_readers(run);
        }
    }
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        if (run->slots[r].runs) {
            (void)pthread_join(run->slots[r].thread, NULL);
            run->slots[r].runs = false;
        }
    }
    return !stops || run->restart_wanted;
}

/* The input is over, the view stays. False: it was left. */
static bool linger(struct run *run)
{
    while (!run->restart_wanted) {
        ct_app_viewing_wait(run->viewing);
        if (run->recorder != NULL) {
            ct_app_recorder_look(run->recorder); /* its reader has ended */
        }
        if (!attend(run)) {
            return false;
        }
    }
    return true;
}

/* The replay from its beginning, with nothing counted. False: it cannot be; that was told. */
static bool restart(struct run *run)
{
    run->restart_wanted = false;
    run->transactions = 0;
    atomic_store(&run->stops, false);
    atomic_store(&run->n_over, 0);
    if (run->recorder != NULL) {
        ct_app_recorder_clear(run->recorder);
    }
    ct_app_reader_restart(&run->slots[0].reader);
    if (!ct_source_rewind(run->slots[0].reader.source)) {
        atomic_store(&run->failed, true);
        ct_app_voice_say(&run->voice, "restart: the capture cannot be read again");
        return false;
    }
    return start_analysis(run);
}

static void view(struct run *run)
{
    while (collect(run) && linger(run) && restart(run)) {
    }
    ct_app_viewing_close(run->viewing);
    run->viewing = NULL;
}

static void watch(struct run *run)
{
    if (run->viewing != NULL) {
        view(run);
        return;
    }
    if (!run->plan.direct) {
        (void)collect(run);
        return;
    }
    ct_app_reader_run(&run->slots[0].reader);
    ct_app_sinks_wait(&run->sinks);
    ct_app_analysis_done(&run->analysis, 0);
}

/* ---- what the view asks for ------------------------------------------------------------------ */

static void view_now(void *user, struct ct_viewing_now *now)
{
    struct run *run = user;
    struct ct_reader_counts counts;
    uint64_t transactions = 0;
    ct_app_crew_progress(run->analysis.crew, &now->packets, &transactions);
    now->transactions = run->transactions;
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        ct_app_reader_counts(&run->slots[r].reader, &counts);
        now->done_bytes += counts.done_bytes;
        now->total_bytes += counts.total_bytes;
    }
    now->over = atomic_load(&run->n_over) == run->plan.n_readers;
}

static bool view_snapshot(void *user, size_t n_top, struct ct_snapshot *snapshot)
{
    struct run *run = user;
    bool complete = ct_app_analysis_snapshot(&run->analysis, n_top, snapshot);
    count_capture(run, snapshot);
    return complete;
}

static struct ct_watch *view_watch(void *user)
{
    struct run *run = user;
    return ct_app_analysis_watch(&run->analysis);
}

static bool view_restart(void *user, char message[CT_VIEW_MESSAGE_MAX])
{
    struct run *run = user;
    const char *why = NULL;
    if (run->sinks.n > 0 || run->save != NULL) {
        why = "results or packets are written as well (-o, -w), and would be there twice";
    } else if (run->options->reads_stdin || !ct_source_can_rewind(run->slots[0].reader.source)) {
        why = "what comes through a pipe can be read only once";
    }
    if (why != NULL) {
        (void)snprintf(message, CT_VIEW_MESSAGE_MAX, "no restart: %s", why);
        return false;
    }
    run->restart_wanted = true;
    return true;
}

static bool view_save_packets(void *user, const struct ct_conn_info *conns, size_t n,
                              char message[CT_VIEW_MESSAGE_MAX])
{
    struct run *run = user;
    const char *why = NULL;
    if (run->recorder == NULL) {
        why = run->save != NULL ? "all of them are saved already (-w)"
                                : "several threads read them, start with --ring MiB";
    } else if (n == 1 && conns[0].proxied) {
        why = "this client's address comes from a PROXY header, its packets have another";
    } else if (!ct_app_recorder_ask(run->recorder, conns, n)) {
        why = "another file is being written, or memory is short";
    }
    (void)snprintf(message, CT_VIEW_MESSAGE_MAX, why != NULL ? "packets: %s" : "writing packets",
                   why);
    return why == NULL;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Everything pending is written, however the run has ended. */
static void finish(struct run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    ct_app_service_stopping(&run->service);
    ct_app_sinks_wait(&run->sinks);
    ct_app_voice_clear(&run->voice);
    if (snapshot == NULL || !ct_app_analysis_snapshot(&run->analysis, TOP_ROWS, snapshot)) {
        atomic_store(&run->failed, true);
        ct_app_voice_say(&run->voice, "summary: not complete: out of memory");
    }
    if ((run->save != NULL && !ct_app_save_finish(run->save)) ||
        (run->recorder != NULL && !ct_app_recorder_finish(run->recorder))) {
        atomic_store(&run->failed, true);
    }
    ct_app_reader_count_now(&run->slots[0].reader);
    if (snapshot == NULL) {
        return;
    }
    count_capture(run, snapshot);
    ct_app_sinks_end(&run->sinks, snapshot);
    snapshot->capture.dropped_records = ct_app_sinks_dropped(&run->sinks) + snapshot->records_lost;
    if (ct_app_report_unknown_linktype(&run->voice, snapshot)) {
        atomic_store(&run->failed, true);
    }
    if (run->options->verbose > 0) {
        ct_app_report_statistics(&run->voice, snapshot);
    }
    ct_app_report_losses(&run->voice, snapshot);
    run->assertion_failed = !ct_app_report_assertions(&run->voice, run->options, snapshot);
    ct_stats_snapshot_fini(snapshot);
    free(snapshot);
}

/* ---- the beginning --------------------------------------------------------------------------- */

static bool make_where(struct run *run)
{
    char message[CT_QUERY_MESSAGE_MAX];
    if (run->options->where == NULL) {
        return true;
    }
    run->where = ct_output_where_new(run->options->where, message);
    if (run->where == NULL) {
        ct_app_voice_say(&run->voice, "-Y: %s", message);
    }
    return run->where != NULL;
}

static bool make_slots(struct run *run)
{
    run->slots = calloc(run->plan.n_readers, sizeof *run->slots);
    for (size_t r = 0; run->slots != NULL && r < run->plan.n_readers; r++) {
        struct slot *slot = &run->slots[r];
        slot->run = run;
        slot->index = r;
        slot->made = ct_app_reader_init(&slot->reader);
        slot->reader.is_live = run->options->is_live;
        slot->reader.count = run->options->count;
        slot->reader.pace.speed = run->options->speed;
        slot->reader.hooks = (struct ct_reader_hooks){
            .frame = on_frame, .tick = on_tick, .batch = on_batch, .found = on_found, .user = slot};
        if (!slot->made) {
            return false;
        }
    }
    return run->slots != NULL;
}

static enum ct_exit open_sources(struct run *run)
{
    struct ct_live_options live = run->options->live;
    struct ct_source_options source = {
        .paths = run->options->reads,
        .n_paths = run->options->n_reads,
        .live = run->options->is_live ? &live : NULL,
        .filter = run->options->filter,
        .rewinds = run->options->tui,
        .problem = on_problem,
        .notice = on_notice,
        .interrupted = on_interrupted,
        .user = run,
    };
    live.fanout = run->plan.n_readers > 1 ? (uint16_t)getpid() : 0;
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        enum ct_source_status status = ct_source_open(&source, &run->slots[r].reader.source);
        if (status != CT_SOURCE_OK) {
            return status == CT_SOURCE_BAD_FILTER ? CT_EXIT_USAGE : CT_EXIT_FAILED;
        }
        source.notice = NULL; /* one of them is enough to tell that an interface is down */
    }
    if (run->plan.n_readers > 1) {
        struct timespec now = {.tv_sec = 0};
        (void)clock_gettime(CLOCK_REALTIME, &now); /* exists on every Linux */
        for (size_t r = 0; r < run->plan.n_readers; r++) {
            run->slots[r].reader.begin_ns = now.tv_sec * CT_NS_PER_S + now.tv_nsec;
        }
    }
    return CT_EXIT_OK;
}

/* Where packets go: to files, or into memory. */
static bool open_store(struct run *run)
{
    const struct ct_options *options = run->options;
    struct ct_reader *reader = &run->slots[0].reader;
    uint64_t ring_bytes = options->ring_bytes;
    if (options->tui && options->save.path == NULL && ring_bytes == 0 && run->plan.n_readers == 1) {
        ring_bytes = VIEW_RING_BYTES;
    }
    if (ring_bytes > 0) {
        run->recorder =
            ct_app_recorder_open(options, ring_bytes, reader->source, &run->opener, &run->voice);
        reader->recorder = run->recorder;
        return run->recorder != NULL;
    }
    if (options->save.path != NULL) {
        run->save = ct_app_save_open(options, reader->source, &run->opener, &run->voice);
        reader->save = run->save;
        return run->save != NULL;
    }
    return true;
}

/* "eth0, eth1", or "site.pcap and 2 more". */
static void name_source(const struct run *run, char *out, size_t size)
{
    const struct ct_source *source = run->slots[0].reader.source;
    const char *name = NULL;
    size_t n = 0;
    out[0] = '\0';
    for (uint32_t i = 0; (name = ct_source_iface_name(source, i)) != NULL && n < size; i++) {
        int more = snprintf(out + n, size - n, "%s%s", i > 0 ? ", " : "", name);
        n += more > 0 ? (size_t)more : 0;
    }
    if (!run->options->is_live && run->options->n_reads > 0) {
        const char *path = run->options->reads[0];
        const char *slash = strrchr(path, '/');
        name = strcmp(path, "-") == 0 ? "standard input" : slash != NULL ? slash + 1 : path;
        if (run->options->n_reads > 1) {
            (void)snprintf(out, size, "%s and %zu more", name, run->options->n_reads - 1);
        } else {
            (void)snprintf(out, size, "%s", name);
        }
    }
}

static bool open_view(struct run *run, enum ct_exit *status)
{
    char source[256];
    const struct ct_viewing_hooks hooks = {.now = view_now,
                                           .snapshot = view_snapshot,
                                           .watch = view_watch,
                                           .restart = view_restart,
                                           .save_packets = view_save_packets,
                                           .user = run};
    name_source(run, source, sizeof source);
    if (!run->options->is_live) {
        run->controlled = ct_app_control_init(&run->control, run->options->speed);
        run->slots[0].reader.control = run->controlled ? &run->control : NULL;
    }
    run->viewing = ct_app_viewing_open(run->options, source, &run->opener, &run->voice,
                                       run->controlled ? &run->control : NULL, &hooks);
    *status = run->viewing == NULL && !isatty(STDOUT_FILENO) ? CT_EXIT_USAGE : CT_EXIT_OK;
    return run->viewing != NULL;
}

/* Everything that may need privileges is opened here; later nothing is, but by the opener. */
static enum ct_exit open_all(struct run *run)
{
    const struct ct_service_options service = {.options = run->options,
                                               .opener = &run->opener,
                                               .voice = &run->voice,
                                               .snapshot = take_snapshot,
                                               .user = run};
    run->service_begun = true;
    if (!ct_app_service_begin(&run->service, &service) || !make_where(run) || !make_slots(run) ||
        !ct_app_sinks_open(&run->sinks, run->options, &run->opener, &run->voice)) {
        return CT_EXIT_FAILED;
    }
    run->voice.shows_progress = !run->options->quiet && !run->options->tui &&
                                ct_app_terminal_rewrites(STDERR_FILENO) &&
                                !(run->sinks.streams_to_stdout && isatty(STDOUT_FILENO));
    enum ct_exit status = open_sources(run);
    if (status != CT_EXIT_OK) {
        return status;
    }
    return open_store(run) && (!run->options->tui || open_view(run, &status)) ? CT_EXIT_OK
           : status != CT_EXIT_OK                                             ? status
                                                                              : CT_EXIT_FAILED;
}

/* From here on nothing can be opened but by the opener. */
static bool give_up_rights(struct run *run)
{
    char text[256];
    if (!run->confine.keep && run->opener.n_places > 0 && !ct_app_opener_start(&run->opener)) {
        ct_app_voice_say(&run->voice,
                         "privileges: the process that opens files cannot be "
                         "started: %s",
                         strerror(errno));
        return false;
    }
    if (!ct_app_confine_enter(&run->confine)) {
        ct_app_voice_say(&run->voice, "%s", run->confine.error);
        return false;
    }
    if (run->options->verbose > 0) {
        ct_app_confine_describe(&run->confine, text, sizeof text);
        ct_app_voice_say(&run->voice, "%s", text);
    }
    return true;
}

static void say_listening(struct run *run)
{
    const struct ct_source *source = run->slots[0].reader.source;
    const char *name = NULL;
    for (uint32_t i = 0; (name = ct_source_iface_name(source, i)) != NULL; i++) {
        const char *link = ct_source_linktype_name(ct_source_iface_linktype(source, i));
        ct_app_voice_say(&run->voice, "listening on %s (%s)", name, link != NULL ? link : "?");
    }
}

static enum ct_exit open_and_watch(struct run *run)
{
    if (!ct_app_confine_choose(&run->confine, run->options->user, run->options->no_drop)) {
        ct_app_voice_say(&run->voice, "%s", run->confine.error);
        return CT_EXIT_USAGE;
    }
    enum ct_exit status = open_all(run);
    if (status != CT_EXIT_OK) {
        return status;
    }
    if (!give_up_rights(run) || !start_analysis(run) ||
        !ct_app_sinks_begin(&run->sinks, ct_app_analysis_fields(&run->analysis)) ||
        (run->save != NULL && !ct_app_save_start(run->save)) ||
        (run->recorder != NULL && !ct_app_recorder_start(run->recorder)) ||
        !ct_app_service_ready(&run->service) ||
        (run->viewing != NULL &&
         !ct_app_viewing_begin(run->viewing, ct_app_analysis_fields(&run->analysis)))) {
        return CT_EXIT_FAILED;
    }
    if (run->options->is_live && !run->options->quiet && run->viewing == NULL) {
        say_listening(run);
    }
    watch(run);
    finish(run);
    if (atomic_load(&run->failed) || run->sinks.failed) {
        return CT_EXIT_FAILED;
    }
    return run->assertion_failed ? CT_EXIT_ASSERTION : CT_EXIT_OK;
}

static void close_slots(struct run *run)
{
    for (size_t r = 0; run->slots != NULL && r < run->plan.n_readers; r++) {
        ct_source_close(run->slots[r].reader.source);
        if (run->slots[r].made) {
            ct_app_reader_fini(&run->slots[r].reader);
        }
    }
    free(run->slots);
}

enum ct_exit ct_app_run(const struct ct_options *options)
{
    struct run run = {.options = options};
    atomic_init(&run.stops, false);
    atomic_init(&run.failed, false);
    atomic_init(&run.n_over, 0);
    ct_app_voice_init(&run.voice, false);
    ct_app_opener_init(&run.opener);
    ct_app_plan(&run.plan, options);
    tzset(); /* names of files want the time zone, later nothing is opened for it */
    ct_app_signals_install();
    enum ct_exit status = open_and_watch(&run);
    ct_app_viewing_close(run.viewing);
    if (run.service_begun) {
        ct_app_service_end(&run.service);
    }
    ct_app_analysis_fini(&run.analysis);
    ct_app_sinks_fini(&run.sinks);
    ct_app_save_close(run.save);
    ct_app_recorder_close(run.recorder);
    ct_app_opener_fini(&run.opener);
    close_slots(&run);
    if (run.controlled) {
        ct_app_control_fini(&run.control);
    }
    ct_output_where_free(run.where);
    return status;
}
