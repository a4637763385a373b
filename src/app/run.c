/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run. Everything is opened first, then rights are given up, then threads are started, then
 * the first packet is read. The main thread hears signals, writes results, and collects what
 * readers in threads of their own find; in a replay it is the reader itself.
 */
#include "app/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/report.h"
#include "app/run_state.h"
#include "process/signals.h"

/* Rows of the lists of hosts, URIs and names. */
#define TOP_ROWS 100

/* From here on nothing can be opened but by the opener. */
static bool give_up_rights(struct ct_run *run)
{
    char text[256];
    if (!run->confine.keep && run->opener.n_places > 0 && !ct_process_opener_start(&run->opener)) {
        ct_process_voice_say(&run->voice,
                             "privileges: the process that opens files cannot be "
                             "started: %s",
                             strerror(errno));
        return false;
    }
    if (!ct_process_confine_enter(&run->confine)) {
        ct_process_voice_say(&run->voice, "%s", run->confine.error);
        return false;
    }
    if (run->options->verbose > 0) {
        ct_process_confine_describe(&run->confine, text, sizeof text);
        ct_process_voice_say(&run->voice, "%s", text);
    }
    return true;
}

static void say_listening(struct ct_run *run)
{
    const struct ct_source *source = run->slots[0].reader.source;
    const char *name = NULL;
    for (uint32_t i = 0; (name = ct_source_iface_name(source, i)) != NULL; i++) {
        const char *link = ct_source_linktype_name(ct_source_iface_linktype(source, i));
        ct_process_voice_say(&run->voice, "listening on %s (%s)", name, link != NULL ? link : "?");
    }
}

static void watch(struct ct_run *run)
{
    if (run->viewing != NULL) {
        ct_app_run_view(run);
        return;
    }
    if (!run->plan.direct) {
        (void)ct_app_run_collect(run);
        return;
    }
    ct_app_reader_run(&run->slots[0].reader);
    ct_sinks_wait(&run->sinks);
    ct_crew_analysis_done(&run->analysis, 0);
}

/* Everything pending is written, however the run has ended. */
static void finish(struct ct_run *run)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    ct_service_stopping(&run->service);
    ct_sinks_wait(&run->sinks);
    ct_process_voice_clear(&run->voice);
    if (snapshot == NULL || !ct_crew_analysis_snapshot(&run->analysis, TOP_ROWS, snapshot)) {
        atomic_store(&run->failed, true);
        ct_process_voice_say(&run->voice, "summary: not complete: out of memory");
    }
    if ((run->save != NULL && !ct_sinks_save_finish(run->save)) ||
        (run->recorder != NULL && !ct_sinks_recorder_finish(run->recorder))) {
        atomic_store(&run->failed, true);
    }
    ct_app_reader_count_now(&run->slots[0].reader);
    if (snapshot == NULL) {
        return;
    }
    ct_app_run_count(run, snapshot);
    ct_sinks_end(&run->sinks, snapshot);
    snapshot->capture.dropped_records = ct_sinks_dropped(&run->sinks) + snapshot->records_lost;
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

static enum ct_exit open_and_watch(struct ct_run *run)
{
    if (!ct_process_confine_choose(&run->confine, run->options->user, run->options->no_drop)) {
        ct_process_voice_say(&run->voice, "%s", run->confine.error);
        return CT_EXIT_USAGE;
    }
    enum ct_exit status = ct_app_run_open(run);
    if (status != CT_EXIT_OK) {
        return status;
    }
    if (!give_up_rights(run) || !ct_app_run_analyse(run) ||
        !ct_sinks_begin(&run->sinks, ct_crew_analysis_fields(&run->analysis)) ||
        (run->save != NULL && !ct_sinks_save_start(run->save)) ||
        (run->recorder != NULL && !ct_sinks_recorder_start(run->recorder)) ||
        !ct_service_ready(&run->service) ||
        (run->viewing != NULL &&
         !ct_app_viewing_begin(run->viewing, ct_crew_analysis_fields(&run->analysis)))) {
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

enum ct_exit ct_app_run(const struct ct_options *options)
{
    struct ct_run run = {.options = options};
    atomic_init(&run.stops, false);
    atomic_init(&run.failed, false);
    atomic_init(&run.n_over, 0);
    ct_process_voice_init(&run.voice, false);
    run.voice.patience_ms = options->is_live ? CT_VOICE_PATIENCE_MS : -1;
    ct_process_opener_init(&run.opener);
    ct_crew_plan(&run.plan, options);
    tzset(); /* names of files want the time zone, later nothing is opened for it */
    ct_process_signals_install();
    enum ct_exit status = open_and_watch(&run);
    ct_app_viewing_close(run.viewing);
    if (run.service_begun) {
        ct_service_end(&run.service);
    }
    ct_crew_analysis_fini(&run.analysis);
    ct_sinks_fini(&run.sinks);
    ct_sinks_save_close(run.save);
    ct_sinks_recorder_close(run.recorder);
    ct_process_opener_fini(&run.opener);
    ct_app_run_close(&run);
    if (run.controlled) {
        ct_app_control_fini(&run.control);
    }
    ct_output_where_free(run.where);
    return status;
}
