/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving packets (-w), with files that follow each other as tcpdump has it: -C by size, -G by
 * time with strftime(3) in the name, -W a number of files. What goes wrong with a file costs
 * packets of the file, with a count, never the analysis.
 */
#ifndef CACHETAP_SINKS_SAVE_H
#define CACHETAP_SINKS_SAVE_H

#include "cachetap/source.h"
#include "command/options.h"
#include "process/opener.h"
#include "process/voice.h"

struct ct_save;

/*
 * Opens the folder, and makes the first file unless its name depends on the first packet. Borrows
 * all for its life. NULL: told to voice.
 */
struct ct_save *ct_sinks_save_open(const struct ct_options *options, const struct ct_source *source,
                                   struct ct_opener *opener, struct ct_voice *voice);
/* Starts what writes the files of a live capture. False: told to voice. */
bool ct_sinks_save_start(struct ct_save *save);
void ct_sinks_save_frame(struct ct_save *save, const struct ct_frame *frame);
/* The clock of a live capture has come to now_ns: for -G. A replay goes by its packets. */
void ct_sinks_save_tick(struct ct_save *save, int64_t now_ns);
/* What was saved can be read in the file after this. */
void ct_sinks_save_flush(struct ct_save *save);
/* True when -W files of -G have been written, or the reader of a pipe has gone: the run ends. */
bool ct_sinks_save_is_over(struct ct_save *save);
/* Packets that could not be saved. */
uint64_t ct_sinks_save_lost(const struct ct_save *save);
/* Writes the rest. False: something could not be saved; that was told. */
bool ct_sinks_save_finish(struct ct_save *save);
void ct_sinks_save_close(struct ct_save *save);

/*
 * The name of a file: pattern with strftime(3) of seconds where that is not negative, and the
 * number with so many digits after it, unless both are 0. False: longer than size.
 */
bool ct_sinks_save_name(char *name, size_t size, const char *pattern, int64_t seconds,
                        uint64_t number, int digits);

#endif
