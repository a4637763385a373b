/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outlet from inside: its ring, and what the thread that writes shares with who fills it. The
 * lock is held for all functions here but hold and after.
 */
#ifndef CACHETAP_SINKS_OUTLET_STATE_H
#define CACHETAP_SINKS_OUTLET_STATE_H

#include <limits.h>
#include <pthread.h>
#include <time.h>

#include "sinks/outlet.h"

#define CT_OUTLET_ENDS_MAX 1024

/* Where the next file begins. */
struct ct_outlet_mark {
    uint64_t at;
    const struct ct_place *place;
    char name[PATH_MAX];
    int flags;
    mode_t mode;
    int fd; /* already open, or -1 */
    bool owned;
    size_t skip; /* octets that are left out when something stands in the file */
};

struct ct_outlet {
    pthread_mutex_t lock; /* held for moments, never while a file is written */
    pthread_cond_t room_made;
    pthread_cond_t data_made;
    pthread_t thread;
    bool threaded;
    bool started;
    bool waits;
    bool stopping;
    bool gave_up; /* the rest is thrown away */
    bool overflow;
    bool is_file; /* fd: writes do not wait for a reader */
    bool owned;
    int fd;
    int error;
    enum ct_outlet_state state;
    uint64_t head;   /* end of the whole records, in octets since the start */
    uint64_t staged; /* octets of the record that is being made, behind head */
    uint64_t tail;   /* written */
    uint64_t dropped;
    uint64_t lost_bytes;
    uint64_t whole; /* the last end of a record that is written */
    size_t first_end;
    size_t n_ends;
    uint64_t ends[CT_OUTLET_ENDS_MAX]; /* of records that wait; of many, not each */
    size_t n_marks;
    struct ct_outlet_mark *marks;
    size_t size;
    char *ring;
};

/* The moment so much later. */
struct timespec ct_sinks_outlet_after(int64_t ns);
void ct_sinks_outlet_hold(struct ct_outlet *outlet);
void ct_sinks_outlet_release(struct ct_outlet *outlet);

/* ---- outlet_write.c: the lock is let go while a file is worked on ---------------------------- */

bool ct_sinks_outlet_has_work(const struct ct_outlet *outlet);
/* One step towards an empty ring. False: it cannot be done now. */
bool ct_sinks_outlet_write(struct ct_outlet *outlet);
/* What the thread of an outlet (user) does, until it is told to stop. Takes the lock itself. */
void *ct_sinks_outlet_thread(void *user);

#endif
