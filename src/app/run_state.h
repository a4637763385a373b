/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a run share: what it has open, and what they do for each other. */
#ifndef CACHETAP_APP_RUN_STATE_H
#define CACHETAP_APP_RUN_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/reader.h"
#include "app/run.h"
#include "app/viewing.h"
#include "crew/analysis.h"
#include "process/confine.h"
#include "process/voice.h"
#include "service/service.h"
#include "sinks/sinks.h"

struct ct_run;

/* A reader, and who it works for. */
struct ct_run_slot {
    struct ct_run *run;
    size_t index;
    struct ct_reader reader;
    bool made;
    pthread_t thread;
    bool runs;
};

struct ct_run {
    const struct ct_options *options;
    struct ct_voice voice;
    struct ct_opener opener;
    struct ct_confine confine;
    struct ct_sinks sinks;
    struct ct_service service;
    bool service_begun;
    struct ct_plan plan;
    struct ct_analysis analysis;
    struct ct_run_slot *slots;    /* plan.n_readers of them */
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

/* ---- run_open.c ------------------------------------------------------------------------------ */

/* Everything that may need privileges is opened here; later nothing is, but by the opener. */
enum ct_exit ct_app_run_open(struct ct_run *run);
void ct_app_run_close(struct ct_run *run);

/* ---- run_read.c ------------------------------------------------------------------------------ */

/* Gives the reader of a slot its work. */
void ct_app_run_hooks(struct ct_run_slot *slot);
/* Starts the analysis, anew where there was one. False: it cannot be; that was told. */
bool ct_app_run_analyse(struct ct_run *run);
/* Readers in threads of their own, until they end. True: all was started, and not told to stop. */
bool ct_app_run_collect(struct ct_run *run);

/* ---- run_attend.c ---------------------------------------------------------------------------- */

/* What the main thread does between other work. False: the run is to end. */
bool ct_app_run_attend(struct ct_run *run);
/* What the program itself knows of a live capture. */
void ct_app_run_count(struct ct_run *run, struct ct_snapshot *snapshot);
/* The numbers of now, without lists. user is the run. False: not all, memory is short. */
bool ct_app_run_snapshot(void *user, struct ct_snapshot *snapshot);

/* ---- run_view.c ------------------------------------------------------------------------------ */

/* False: the view cannot be opened; that was told, and status says how to end. */
bool ct_app_run_open_view(struct ct_run *run, enum ct_exit *status);
/* The run, watched, until the view is left. */
void ct_app_run_view(struct ct_run *run);

#endif
