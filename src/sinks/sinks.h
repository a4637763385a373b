/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where results go: standard output and files, each with its writer. A sink that fails is
 * told and closed, the others go on; a reader that goes away is no failure.
 *
 * A replay waits for its sinks. A live capture does not: what is written as it comes goes
 * through an outlet, which drops records that a slow reader or a full disk has no room for.
 */
#ifndef CACHETAP_SINKS_SINKS_H
#define CACHETAP_SINKS_SINKS_H

#include "command/options.h"
#include "process/opener.h"
#include "process/voice.h"

struct ct_sink;

struct ct_sinks {
    const struct ct_options *options;
    struct ct_voice *voice;
    struct ct_sink *sinks;
    size_t n;
    size_t n_open;
    size_t n_files;         /* that are not standard output */
    bool streams_to_stdout; /* transactions go to standard output */
    bool failed;
    char *stdout_buffer;
    struct ct_opener *opener;
    struct ct_outlet *stdout_outlet; /* live: shared by the sinks that write there */
    FILE *stdout_stream;
};

/*
 * Opens all files, without changing what stands in them. False: told to voice. Borrows options
 * and voice. Release with ct_sinks_fini in every case.
 */
bool ct_sinks_open(struct ct_sinks *sinks, const struct ct_options *options,
                   struct ct_opener *opener, struct ct_voice *voice);
/* Empties the files, makes the writers and starts their threads. False: told to voice. */
bool ct_sinks_begin(struct ct_sinks *sinks, const struct ct_fields *fields);
void ct_sinks_txn(struct ct_sinks *sinks, const struct ct_txn *txn,
                  const struct ct_verdict *verdict);
void ct_sinks_conn(struct ct_sinks *sinks, const struct ct_conn_end *end,
                   const struct ct_flow *flow);
/* What is whole goes out now: the batch of a live capture is done. */
void ct_sinks_flush(struct ct_sinks *sinks);
/* Opens the files by their names again, as after a rotation. */
void ct_sinks_reopen(struct ct_sinks *sinks);
/* The capture is over: from here on nothing is dropped, a slow reader is waited for. */
void ct_sinks_wait(struct ct_sinks *sinks);
/* Records that slow readers and full disks had no room for. */
uint64_t ct_sinks_dropped(const struct ct_sinks *sinks);
/* Writes what comes at the end. */
void ct_sinks_end(struct ct_sinks *sinks, const struct ct_snapshot *snapshot);
void ct_sinks_fini(struct ct_sinks *sinks);

#endif
