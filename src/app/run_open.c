/* SPDX-License-Identifier: Apache-2.0 */
/* What a run opens before it gives up its rights, and closes at its end. */
#include "app/run_state.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "process/signals.h"
#include "process/terminal.h"

/* Packets that the view keeps without --ring, for the key that saves them. */
#define VIEW_RING_BYTES CT_MIB(16)

static void on_problem(void *user, const char *line)
{
    struct ct_run *run = user;
    atomic_store(&run->failed, true);
    ct_process_voice_say(&run->voice, "%s", line);
}

static void on_notice(void *user, const char *line)
{
    struct ct_run *run = user;
    ct_process_voice_say(&run->voice, "%s", line);
}

/* A source asks before it waits: in the main thread signals are heeded there. */
static bool on_interrupted(void *user)
{
    struct ct_run *run = user;
    if (run->plan.direct && run->analysis.engine != NULL) {
        return !ct_app_run_attend(run);
    }
    return atomic_load(&run->stops) || ct_process_signals_stop();
}

static bool make_where(struct ct_run *run)
{
    char message[CT_QUERY_MESSAGE_MAX];
    if (run->options->where == NULL) {
        return true;
    }
    run->where = ct_output_where_new(run->options->where, message);
    if (run->where == NULL) {
        ct_process_voice_say(&run->voice, "-Y: %s", message);
    }
    return run->where != NULL;
}

static bool make_slots(struct ct_run *run)
{
    run->slots = calloc(run->plan.n_readers, sizeof *run->slots);
    for (size_t r = 0; run->slots != NULL && r < run->plan.n_readers; r++) {
        struct ct_run_slot *slot = &run->slots[r];
        slot->run = run;
        slot->index = r;
        slot->made = ct_app_reader_init(&slot->reader);
        slot->reader.is_live = run->options->is_live;
        slot->reader.count = run->options->count;
        slot->reader.pace.speed = run->options->speed;
        ct_app_run_hooks(slot);
        if (!slot->made) {
            return false;
        }
    }
    return run->slots != NULL;
}

static enum ct_exit open_sources(struct ct_run *run)
{
    struct ct_live_options live = run->options->live;
    uint32_t groups[CT_IFACES_MAX] = {0};
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
    live.fanout = run->plan.n_readers > 1 ? groups : NULL;
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
            run->slots[r].reader.begin_clock_ns = ct_process_voice_clock();
        }
    }
    return CT_EXIT_OK;
}

/* Where packets go: to files, or into memory. */
static bool open_store(struct ct_run *run)
{
    const struct ct_options *options = run->options;
    struct ct_reader *reader = &run->slots[0].reader;
    uint64_t ring_bytes = options->ring_bytes;
    if (options->tui && options->save.path == NULL && ring_bytes == 0 && run->plan.n_readers == 1) {
        ring_bytes = VIEW_RING_BYTES;
    }
    if (ring_bytes > 0) {
        run->recorder =
            ct_sinks_recorder_open(options, ring_bytes, reader->source, &run->opener, &run->voice);
        reader->recorder = run->recorder;
        return run->recorder != NULL;
    }
    if (options->save.path != NULL) {
        run->save = ct_sinks_save_open(options, reader->source, &run->opener, &run->voice);
        reader->save = run->save;
        return run->save != NULL;
    }
    return true;
}

enum ct_exit ct_app_run_open(struct ct_run *run)
{
    const struct ct_service_options service = {.options = run->options,
                                               .opener = &run->opener,
                                               .voice = &run->voice,
                                               .snapshot = ct_app_run_snapshot,
                                               .user = run};
    run->service_begun = true;
    if (!ct_service_begin(&run->service, &service) || !make_where(run) || !make_slots(run) ||
        !ct_sinks_open(&run->sinks, run->options, &run->opener, &run->voice)) {
        return CT_EXIT_FAILED;
    }
    run->voice.shows_progress = !run->options->quiet && !run->options->tui &&
                                ct_process_terminal_rewrites(STDERR_FILENO) &&
                                !(run->sinks.streams_to_stdout && isatty(STDOUT_FILENO));
    enum ct_exit status = open_sources(run);
    if (status != CT_EXIT_OK) {
        return status;
    }
    return open_store(run) && (!run->options->tui || ct_app_run_open_view(run, &status))
               ? CT_EXIT_OK
           : status != CT_EXIT_OK ? status
                                  : CT_EXIT_FAILED;
}

void ct_app_run_close(struct ct_run *run)
{
    for (size_t r = 0; run->slots != NULL && r < run->plan.n_readers; r++) {
        ct_source_close(run->slots[r].reader.source);
        if (run->slots[r].made) {
            ct_app_reader_fini(&run->slots[r].reader);
        }
    }
    free(run->slots);
}
