/* SPDX-License-Identifier: Apache-2.0 */
/* What a run does between other work: signals, progress, the numbers of now. */
#include "app/run_state.h"

#include <stdlib.h>
#include <unistd.h>

#include "app/report.h"
#include "process/signals.h"

/* Several readers of one interface count what each of them was given. */
static void add_capture(struct ct_capture_counters *sum, const struct ct_capture_counters *part)
{
    for (size_t i = 0; i < part->n_ifaces && i < sum->n_ifaces; i++) {
        sum->ifaces[i].received += part->ifaces[i].received;
        sum->ifaces[i].kernel_drops += part->ifaces[i].kernel_drops;
    }
}

void ct_app_run_count(struct ct_run *run, struct ct_snapshot *snapshot)
{
    struct ct_reader_counts counts;
    ct_app_reader_counts(&run->slots[0].reader, &counts);
    snapshot->capture = counts.capture;
    for (size_t r = 1; r < run->plan.n_readers; r++) {
        ct_app_reader_counts(&run->slots[r].reader, &counts);
        add_capture(&snapshot->capture, &counts.capture);
    }
    snapshot->capture.dropped_records = ct_sinks_dropped(&run->sinks) + snapshot->records_lost;
}

bool ct_app_run_snapshot(void *user, struct ct_snapshot *snapshot)
{
    struct ct_run *run = user;
    if (run->plan.direct) {
        ct_app_reader_count_now(&run->slots[0].reader);
    }
    bool complete = ct_crew_analysis_snapshot(&run->analysis, 0, snapshot);
    ct_app_run_count(run, snapshot);
    return complete;
}

static void report_now(struct ct_run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot != NULL) {
        (void)ct_app_run_snapshot(run, snapshot); /* without memory for names: the same */
        ct_app_report_statistics(&run->voice, snapshot);
        ct_stats_snapshot_fini(snapshot);
        free(snapshot);
    }
}

/* Does what signals have asked for; true when the run is to end. */
static bool heed_signals(struct ct_run *run)
{
    if (ct_process_signals_take_tick()) {
        ct_service_tick(&run->service);
    }
    if (ct_process_signals_take_report()) {
        report_now(run);
    }
    if (ct_process_signals_take_save()) {
        ct_app_reader_dump(&run->slots[0].reader);
        ct_sinks_flush(&run->sinks);
    }
    if (ct_process_signals_take_reopen()) {
        if (run->viewing != NULL || (run->sinks.n_files == 0 && isatty(STDOUT_FILENO))) {
            ct_process_signals_request_stop(); /* the terminal has gone, nothing is to be reopened
                                                */
        }
        ct_sinks_reopen(&run->sinks);
    }
    return ct_process_signals_stop();
}

static void show_progress(struct ct_run *run)
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
    ct_process_voice_progress(&run->voice, &progress);
}

bool ct_app_run_attend(struct ct_run *run)
{
    if (ct_process_signals_pending() && heed_signals(run)) {
        return false;
    }
    show_progress(run);
    if (run->viewing != NULL) {
        return ct_app_viewing_attend(run->viewing);
    }
    return run->sinks.n_open > 0 || run->sinks.n == 0;
}
