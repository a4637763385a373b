/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way from whoever makes octets to a file that may be slow. A replay writes directly and
 * waits. A live capture must not wait: records go whole into a bounded ring that a thread of
 * its own empties, and are dropped whole, with a count, when it is full. A full disk is tried
 * again every second, so that what follows is complete; a reader that goes away ends it.
 *
 * One producer; it never waits for a file unless ct_sinks_outlet_wait was called.
 */
#ifndef CACHETAP_SINKS_OUTLET_H
#define CACHETAP_SINKS_OUTLET_H

#include <stdint.h>
#include <stdio.h>

#include "cachetap/base.h"
#include "process/place.h"

struct ct_outlet;

/* room: octets of the ring. threaded: false writes directly. NULL: no memory. */
struct ct_outlet *ct_sinks_outlet_new(size_t room_bytes, bool threaded);
/* Starts the thread; nothing to do where there is none. False: errno says why. */
bool ct_sinks_outlet_start(struct ct_outlet *outlet);

/* The descriptor that all goes to from here on; owned: closed when another one follows. */
bool ct_sinks_outlet_use(struct ct_outlet *outlet, int fd, bool owned);
/* A file that is made when its turn has come. place is borrowed for the outlet's life. */
struct ct_outlet_file {
    const struct ct_place *place;
    const char *name; /* copied */
    int flags;        /* added to those of open(2) */
    mode_t mode;
    struct ct_span head; /* its first octets */
    bool only_if_empty;  /* head is left out when something stands in the file */
};
/* What follows goes there. False: too much waits to be written; nothing has changed. */
bool ct_sinks_outlet_next(struct ct_outlet *outlet, const struct ct_outlet_file *file);

/* Adds to the record that is being made. */
void ct_sinks_outlet_put(struct ct_outlet *outlet, const void *bytes, size_t n);
/* A stream whose octets are added likewise; the caller closes it. NULL: no memory. */
FILE *ct_sinks_outlet_file(struct ct_outlet *outlet);
/* The record is whole. False: there was no room for it, it is counted and gone. */
bool ct_sinks_outlet_commit(struct ct_outlet *outlet);
/* All whole records are on their way (threaded), or written. */
void ct_sinks_outlet_flush(struct ct_outlet *outlet);

/* From here on the producer waits for room: the capture is over. */
void ct_sinks_outlet_wait(struct ct_outlet *outlet);

enum ct_outlet_state {
    CT_OUTLET_OK,
    CT_OUTLET_STUCK,  /* cannot be written now: *error; tried again where there is a thread */
    CT_OUTLET_CLOSED, /* the reader has gone */
};
enum ct_outlet_state ct_sinks_outlet_state(struct ct_outlet *outlet, int *error);
/* Records that had no room. */
uint64_t ct_sinks_outlet_dropped(struct ct_outlet *outlet);

/*
 * Writes what is left, for as long as the reader takes anything within five seconds. False:
 * some of it could not be written.
 */
bool ct_sinks_outlet_finish(struct ct_outlet *outlet);
/* After ct_sinks_outlet_finish, or without it when nothing is to be written. */
void ct_sinks_outlet_free(struct ct_outlet *outlet);

#endif
