/* SPDX-License-Identifier: Apache-2.0 */
/* The file with the process number, locked for as long as the program runs. */
#ifndef CACHETAP_PROCESS_PIDFILE_H
#define CACHETAP_PROCESS_PIDFILE_H

#include "process/place.h"
#include "process/voice.h"

/*
 * Writes the number of this process; links are not followed. A descriptor to be handed to
 * ct_process_pidfile_close, or -1: told to voice, as when another process holds the file.
 */
int ct_process_pidfile_open(const char *path, struct ct_voice *voice);
/* Removes the file if it is still ours; without the right to do that, empties it. */
void ct_process_pidfile_close(int fd, const struct ct_place *place);

#endif
