/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames on their way into the analysis, and what it finds on its way to the outputs; in the main
 * thread, or from readers in threads of their own.
 */
#include "app/run_state.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

/*
 * The longest time that the main thread waits for work: for signals that came before, and for
 * records that it is not woken for. Below what people notice.
 */
#define COLLECT_MS 50
/* The niceness of the main thread while a live capture is viewed. */
#define VIEW_NICE 10

static bool is_chosen(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    const struct ct_run *run = user;
    return ct_output_where_match(run->where, ct_crew_analysis_fields(&run->analysis), txn, verdict);
}

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct ct_run *run = user;
    run->transactions++;
    ct_sinks_txn(&run->sinks, txn, verdict);
}

static void on_connection(void *user, const struct ct_conn_end *end, const struct ct_flow *flow)
{
    struct ct_run *run = user;
    ct_sinks_conn(&run->sinks, end, flow);
}

bool ct_app_run_analyse(struct ct_run *run)
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
        ct_process_voice_say(&run->voice, "random numbers: not available: %s", strerror(errno));
        return false;
    }
    bool lossless = !run->options->is_live;
    bool started = run->analysis.crew != NULL
                       ? ct_crew_analysis_restart(&run->analysis, &run->plan, &config, lossless)
                       : ct_crew_analysis_start(&run->analysis, &run->plan, &config, lossless);
    if (started) {
        return true;
    }
    ct_process_voice_say(&run->voice,
                         "start: %s: the limits or threads do not fit this machine, lower "
                         "them (--limit help, --threads)",
                         strerror(errno));
    return false;
}

static void on_frame(void *user, const struct ct_frame *frame)
{
    struct ct_run_slot *slot = user;
    ct_crew_analysis_frame(&slot->run->analysis, slot->index, frame);
}

static void on_tick(void *user, int64_t now_ns)
{
    struct ct_run_slot *slot = user;
    ct_crew_analysis_tick(&slot->run->analysis, slot->index, now_ns);
}

static uint64_t on_found(void *user)
{
    struct ct_run_slot *slot = user;
    return ct_crew_found(slot->run->analysis.crew, slot->index);
}

static bool on_batch(void *user)
{
    struct ct_run_slot *slot = user;
    struct ct_run *run = slot->run;
    if (run->plan.direct) {
        if (run->options->speed > 0) {
            ct_sinks_flush(&run->sinks);
        }
        return ct_app_run_attend(run);
    }
    ct_crew_analysis_flush(&run->analysis, slot->index);
    return !atomic_load(&run->stops);
}

void ct_app_run_hooks(struct ct_run_slot *slot)
{
    slot->reader.hooks = (struct ct_reader_hooks){
        .frame = on_frame, .tick = on_tick, .batch = on_batch, .found = on_found, .user = slot};
}

static void *read_in_thread(void *user)
{
    struct ct_run_slot *slot = user;
    ct_app_reader_run(&slot->reader);
    atomic_fetch_add(&slot->run->n_over, 1);
    ct_crew_analysis_done(&slot->run->analysis, slot->index);
    return NULL;
}

static bool start_reader(struct ct_run *run, struct ct_run_slot *slot)
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
        ct_process_voice_say(&run->voice, "threads: cannot be started: %s, use fewer (--threads)",
                             strerror(error));
    }
    return slot->runs;
}

static void stop_readers(struct ct_run *run)
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
static bool start_readers(struct ct_run *run)
{
    bool all_started = true;
    for (size_t r = 0; r < run->plan.n_readers; r++) {
        if (!start_reader(run, &run->slots[r])) {
            all_started = false;
            ct_crew_analysis_done(&run->analysis, r);
            atomic_fetch_add(&run->n_over, 1);
        }
    }
    return all_started;
}

static bool take_records(struct ct_run *run)
{
    int fd = run->viewing != NULL ? ct_app_viewing_fd(run->viewing) : -1;
    int ms = run->viewing != NULL ? ct_app_viewing_wait_ms(run->viewing) : COLLECT_MS;
    return ct_crew_collect(run->analysis.crew, fd, ms);
}

/*
 * Who watches costs no packets: where processors are short the thread that collects and draws gives
 * way to those that read. What it has no time for then is dropped with a count (handover_bytes).
 */
static void give_way(void)
{
    (void)setpriority(PRIO_PROCESS, 0, VIEW_NICE); /* of this thread; fails where it is nicer */
}

bool ct_app_run_collect(struct ct_run *run)
{
    bool waits = false;
    bool stops = !start_readers(run);
    if (stops) {
        atomic_store(&run->failed, true);
    }
    if (run->viewing != NULL && run->options->is_live) {
        give_way();
    }
    while (take_records(run)) {
        ct_sinks_flush(&run->sinks);
        stops = !ct_app_run_attend(run) || run->restart_wanted || stops;
        if (!waits && !run->restart_wanted &&
            (stops || atomic_load(&run->n_over) == run->plan.n_readers)) {
            waits = true;
            ct_sinks_wait(&run->sinks);
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
