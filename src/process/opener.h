/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small process that opens output files after the program has given up its rights. It is
 * forked at start, keeps the folders that the command line named, and does one thing: create
 * or truncate a file by its plain name in one of them, and pass the descriptor back. So log
 * rotation works without any right in the process that reads hostile traffic.
 */
#ifndef CACHETAP_PROCESS_OPENER_H
#define CACHETAP_PROCESS_OPENER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CT_OPENER_PLACES 64
#define CT_OPENER_NAME   256

struct ct_opener {
    int places[CT_OPENER_PLACES]; /* folders, O_PATH */
    size_t n_places;
    int socket; /* to the process, -1: it does not run, files are opened here */
    pid_t pid;
    pthread_mutex_t lock; /* one question at a time, from whichever thread */
};

void ct_process_opener_init(struct ct_opener *opener);

/*
 * Makes the folder of path known and returns its number, before the start only; *name points to
 * the last component, in path. -1 with errno: it cannot be opened, or there are too many.
 */
int ct_process_opener_add(struct ct_opener *opener, const char *path, const char **name);

/* Forks the process. False with errno. Call while there is one thread. */
bool ct_process_opener_start(struct ct_opener *opener);

/*
 * Opens name in a place with flags of open(2) (O_CREAT is meant, links are not followed unless
 * the place is a folder of /dev or /proc) and mode. The descriptor is the caller's, with
 * O_CLOEXEC. -1 with errno. Any thread may call it.
 */
int ct_process_opener_open(struct ct_opener *opener, int place, const char *name, int flags,
                           mode_t mode);

/* Any thread. Removes name from a place. False with errno. */
bool ct_process_opener_remove(struct ct_opener *opener, int place, const char *name);

/* Ends the process and waits for it. */
void ct_process_opener_fini(struct ct_opener *opener);

#endif
