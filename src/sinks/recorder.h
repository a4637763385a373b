/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last packets in memory (--ring), so that the moment before an incident can be saved: a
 * signal writes them to a file. They are kept as octets of that file in pieces; a thread writes
 * the pieces, while others take the packets that come.
 */
#ifndef CACHETAP_SINKS_RECORDER_H
#define CACHETAP_SINKS_RECORDER_H

#include "cachetap/consumer.h"
#include "cachetap/source.h"
#include "command/options.h"
#include "process/opener.h"
#include "process/voice.h"

struct ct_recorder;

/* Takes all memory (bytes) and opens the folder. Borrows all for its life. NULL: told to voice. */
struct ct_recorder *ct_sinks_recorder_open(const struct ct_options *options, uint64_t bytes,
                                           const struct ct_source *source, struct ct_opener *opener,
                                           struct ct_voice *voice);
/* Starts the thread. False: told to voice. */
bool ct_sinks_recorder_start(struct ct_recorder *recorder);
void ct_sinks_recorder_frame(struct ct_recorder *recorder, const struct ct_frame *frame);
/* Has what is kept written to a new file; it is not kept any longer. */
void ct_sinks_recorder_dump(struct ct_recorder *recorder);
/*
 * Any thread: has the packets of n connections (0: all) written to a new file, as soon as
 * ct_sinks_recorder_look is called; they stay kept. False: another file is being written, or no
 * memory.
 */
bool ct_sinks_recorder_ask(struct ct_recorder *recorder, const struct ct_conn_info *conns,
                           size_t n);
/* Forgets what is kept. */
void ct_sinks_recorder_clear(struct ct_recorder *recorder);
/* Begins what was asked for, and tells what has become of it. */
void ct_sinks_recorder_look(struct ct_recorder *recorder);
/* Packets that found no room, since all was being written. */
uint64_t ct_sinks_recorder_lost(const struct ct_recorder *recorder);
/* Waits until a file that is being written is whole. False: one could not be; that was told. */
bool ct_sinks_recorder_finish(struct ct_recorder *recorder);
void ct_sinks_recorder_close(struct ct_recorder *recorder);

#endif
