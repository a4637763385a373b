/* SPDX-License-Identifier: Apache-2.0 */
/* A run behind the live view: what the view may ask for, and what becomes of its wishes. */
#include "app/run_state.h"

#include <string.h>
#include <unistd.h>

static void view_now(void *user, struct ct_viewing_now *now)
{
    struct ct_run *run = user;
    struct ct_reader_counts counts;
    uint64_t transactions = 0;
    ct_crew_progress(run->analysis.crew, &now->packets, &transactions);
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
    struct ct_run *run = user;
    bool complete = ct_crew_analysis_snapshot(&run->analysis, n_top, snapshot);
    ct_app_run_count(run, snapshot);
    return complete;
}

static struct ct_watch *view_watch(void *user)
{
    struct ct_run *run = user;
    return ct_crew_analysis_watch(&run->analysis);
}

static bool view_restart(void *user, char message[CT_VIEW_MESSAGE_MAX])
{
    struct ct_run *run = user;
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
    struct ct_run *run = user;
    const char *why = NULL;
    if (run->recorder == NULL) {
        why = run->save != NULL ? "all of them are saved already (-w)"
                                : "several threads read them, start with --ring MiB";
    } else if (n == 1 && conns[0].proxied) {
        why = "this client's address comes from a PROXY header, its packets have another";
    } else if (!ct_sinks_recorder_ask(run->recorder, conns, n)) {
        why = "another file is being written, or memory is short";
    }
    (void)snprintf(message, CT_VIEW_MESSAGE_MAX, why != NULL ? "packets: %s" : "writing packets",
                   why);
    return why == NULL;
}

/* "eth0, eth1", or "site.pcap and 2 more". */
static void name_source(const struct ct_run *run, char *out, size_t size)
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

bool ct_app_run_open_view(struct ct_run *run, enum ct_exit *status)
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

/* The input is over, the view stays. False: it was left. */
static bool linger(struct ct_run *run)
{
    while (!run->restart_wanted) {
        ct_app_viewing_wait(run->viewing);
        if (run->recorder != NULL) {
            ct_sinks_recorder_look(run->recorder); /* its reader has ended */
        }
        if (!ct_app_run_attend(run)) {
            return false;
        }
    }
    return true;
}

/* The replay from its beginning, with nothing counted. False: it cannot be; that was told. */
static bool restart(struct ct_run *run)
{
    run->restart_wanted = false;
    run->transactions = 0;
    atomic_store(&run->stops, false);
    atomic_store(&run->n_over, 0);
    if (run->recorder != NULL) {
        ct_sinks_recorder_clear(run->recorder);
    }
    ct_app_reader_restart(&run->slots[0].reader);
    if (!ct_source_rewind(run->slots[0].reader.source)) {
        atomic_store(&run->failed, true);
        ct_process_voice_say(&run->voice, "restart: the capture cannot be read again");
        return false;
    }
    return ct_app_run_analyse(run);
}

void ct_app_run_view(struct ct_run *run)
{
    while (ct_app_run_collect(run) && linger(run) && restart(run)) {
    }
    ct_app_viewing_close(run->viewing);
    run->viewing = NULL;
}
