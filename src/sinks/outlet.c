/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/outlet.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sinks/outlet_state.h"

#define MARKS_MAX    64
#define DIRECT_BYTES ((size_t)64 << 10) /* written directly when so many wait */
#define PATIENCE_NS  (5 * CT_NS_PER_S)

struct timespec ct_sinks_outlet_after(int64_t ns)
{
    struct timespec when = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &when); /* exists on every Linux */
    ns += when.tv_nsec;
    when.tv_sec += ns / CT_NS_PER_S;
    when.tv_nsec = ns % CT_NS_PER_S;
    return when;
}

static bool init_sync(struct ct_outlet *outlet)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    bool made = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
                pthread_mutex_init(&outlet->lock, NULL) == 0 &&
                pthread_cond_init(&outlet->room_made, &attributes) == 0 &&
                pthread_cond_init(&outlet->data_made, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes); /* does nothing on Linux */
    return made;
}

struct ct_outlet *ct_sinks_outlet_new(size_t room_bytes, bool threaded)
{
    struct ct_outlet *outlet = calloc(1, sizeof *outlet);
    if (outlet == NULL) {
        return NULL;
    }
    outlet->threaded = threaded;
    outlet->fd = -1;
    outlet->size = threaded || room_bytes > 2 * DIRECT_BYTES ? room_bytes : 2 * DIRECT_BYTES;
    outlet->ring = malloc(outlet->size);
    outlet->marks = calloc(MARKS_MAX, sizeof *outlet->marks);
    if (outlet->ring == NULL || outlet->marks == NULL || !init_sync(outlet)) {
        free(outlet->ring);
        free(outlet->marks);
        free(outlet);
        return NULL;
    }
    return outlet;
}

void ct_sinks_outlet_hold(struct ct_outlet *outlet)
{
    (void)pthread_mutex_lock(&outlet->lock); /* fails on misuse only */
}

void ct_sinks_outlet_release(struct ct_outlet *outlet)
{
    (void)pthread_mutex_unlock(&outlet->lock); /* fails on misuse only */
}

bool ct_sinks_outlet_start(struct ct_outlet *outlet)
{
    sigset_t all;
    sigset_t before;
    if (!outlet->threaded) {
        return true;
    }
    sigfillset(&all); /* signals are the main thread's */
    int error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (error == 0) {
        error = pthread_create(&outlet->thread, NULL, ct_sinks_outlet_thread, outlet);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a set it gave us */
    }
    outlet->started = error == 0;
    errno = error;
    return outlet->started;
}

/* ---- the producer's side -------------------------------------------------------------------- */

static void note_end(struct ct_outlet *outlet)
{
    if (outlet->n_ends == CT_OUTLET_ENDS_MAX) {
        outlet->n_ends--; /* this one stands for both */
    }
    outlet->ends[(outlet->first_end + outlet->n_ends++) % CT_OUTLET_ENDS_MAX] = outlet->head;
}

static void write_directly(struct ct_outlet *outlet)
{
    while (ct_sinks_outlet_has_work(outlet) &&
           (ct_sinks_outlet_write(outlet) || ct_sinks_outlet_has_work(outlet))) {
        /* what fails is thrown away: it ends */
    }
}

/* Waits until something was written; nothing in all the time that a reader gets: it has given up.
 */
static void wait_for_reader(struct ct_outlet *outlet)
{
    uint64_t tail = outlet->tail;
    struct timespec when = ct_sinks_outlet_after(PATIENCE_NS);
    (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
    if (pthread_cond_timedwait(&outlet->room_made, &outlet->lock, &when) == ETIMEDOUT &&
        tail == outlet->tail) {
        outlet->gave_up = true;
    }
}

/* Waits until there is room for n more octets; false: the reader takes nothing. */
static bool wait_for_room(struct ct_outlet *outlet, size_t n)
{
    while (!outlet->gave_up && outlet->size - (outlet->head + outlet->staged - outlet->tail) < n) {
        wait_for_reader(outlet);
    }
    return !outlet->gave_up;
}

static bool make_room(struct ct_outlet *outlet, size_t n)
{
    if (outlet->size - (size_t)(outlet->head + outlet->staged - outlet->tail) >= n) {
        return true;
    }
    if (!outlet->threaded) {
        write_directly(outlet);
    } else if (outlet->waits && outlet->staged + n <= outlet->size) {
        return wait_for_room(outlet, n);
    }
    return outlet->size - (size_t)(outlet->head + outlet->staged - outlet->tail) >= n;
}

/* Copies octets behind what stands in the ring; the writing side does not look there. */
static void stage(struct ct_outlet *outlet, const void *bytes, size_t n)
{
    size_t at = (size_t)((outlet->head + outlet->staged) % outlet->size);
    size_t first = n < outlet->size - at ? n : outlet->size - at;
    if (n > 0) {
        memcpy(outlet->ring + at, bytes, first);
        memcpy(outlet->ring, (const char *)bytes + first, n - first);
    }
    outlet->staged += n;
}

/* The file begins behind the last whole record, with head. */
static bool add_mark(struct ct_outlet *outlet, const struct ct_outlet_mark *mark,
                     struct ct_span head)
{
    ct_sinks_outlet_hold(outlet);
    bool room = outlet->n_marks < MARKS_MAX && outlet->staged == 0 && make_room(outlet, head.n);
    if (room) {
        outlet->marks[outlet->n_marks] = *mark;
        outlet->marks[outlet->n_marks++].at = outlet->head;
        stage(outlet, head.p, head.n);
        outlet->head += outlet->staged;
        outlet->staged = 0;
        note_end(outlet);
        if (!outlet->threaded) {
            write_directly(outlet);
        }
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
    }
    ct_sinks_outlet_release(outlet);
    return room;
}

bool ct_sinks_outlet_use(struct ct_outlet *outlet, int fd, bool owned)
{
    struct ct_outlet_mark mark = {.fd = fd, .owned = owned};
    return add_mark(outlet, &mark, (struct ct_span){.n = 0});
}

bool ct_sinks_outlet_next(struct ct_outlet *outlet, const struct ct_outlet_file *file)
{
    struct ct_outlet_mark mark = {
        .place = file->place,
        .flags = file->flags,
        .mode = file->mode,
        .fd = -1,
        .owned = true,
        .skip = file->only_if_empty ? file->head.n : 0,
    };
    size_t n = strlen(file->name);
    if (n >= sizeof mark.name) {
        return false;
    }
    memcpy(mark.name, file->name, n + 1);
    return add_mark(outlet, &mark, file->head);
}

void ct_sinks_outlet_put(struct ct_outlet *outlet, const void *bytes, size_t n)
{
    ct_sinks_outlet_hold(outlet);
    outlet->overflow = outlet->overflow || !make_room(outlet, n);
    bool room = !outlet->overflow;
    ct_sinks_outlet_release(outlet);
    if (room) {
        stage(outlet, bytes, n);
    }
}

bool ct_sinks_outlet_commit(struct ct_outlet *outlet)
{
    ct_sinks_outlet_hold(outlet);
    bool whole = !outlet->overflow;
    if (whole) {
        outlet->head += outlet->staged;
        note_end(outlet);
    } else {
        outlet->dropped++;
    }
    outlet->staged = 0;
    outlet->overflow = false;
    if (!outlet->threaded && outlet->head - outlet->tail >= DIRECT_BYTES) {
        write_directly(outlet);
    } else if (outlet->threaded && outlet->head - outlet->tail >= outlet->size / 4) {
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
    }
    ct_sinks_outlet_release(outlet);
    return whole;
}

void ct_sinks_outlet_flush(struct ct_outlet *outlet)
{
    ct_sinks_outlet_hold(outlet);
    if (!outlet->threaded) {
        write_directly(outlet);
    } else if (ct_sinks_outlet_has_work(outlet)) {
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
    }
    ct_sinks_outlet_release(outlet);
}

static ssize_t put_cookie(void *cookie, const char *bytes, size_t n)
{
    ct_sinks_outlet_put(cookie, bytes, n);
    return (ssize_t)n;
}

FILE *ct_sinks_outlet_file(struct ct_outlet *outlet)
{
    cookie_io_functions_t functions = {.write = put_cookie};
    return fopencookie(outlet, "w", functions);
}

void ct_sinks_outlet_wait(struct ct_outlet *outlet)
{
    ct_sinks_outlet_hold(outlet);
    outlet->waits = outlet->started;
    ct_sinks_outlet_release(outlet);
}

enum ct_outlet_state ct_sinks_outlet_state(struct ct_outlet *outlet, int *error)
{
    ct_sinks_outlet_hold(outlet);
    enum ct_outlet_state state = outlet->state;
    *error = outlet->error;
    ct_sinks_outlet_release(outlet);
    return state;
}

uint64_t ct_sinks_outlet_dropped(struct ct_outlet *outlet)
{
    ct_sinks_outlet_hold(outlet);
    uint64_t dropped = outlet->dropped;
    ct_sinks_outlet_release(outlet);
    return dropped;
}

/* ---- the end -------------------------------------------------------------------------------- */

static void wait_until_written(struct ct_outlet *outlet)
{
    while (ct_sinks_outlet_has_work(outlet) && outlet->state != CT_OUTLET_STUCK &&
           !outlet->gave_up) {
        wait_for_reader(outlet);
    }
}

bool ct_sinks_outlet_finish(struct ct_outlet *outlet)
{
    ct_sinks_outlet_hold(outlet);
    if (outlet->started) {
        wait_until_written(outlet);
        outlet->stopping = true;
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
        ct_sinks_outlet_release(outlet);
        (void)pthread_join(outlet->thread, NULL); /* it is there, and is not this one */
        ct_sinks_outlet_hold(outlet);
        outlet->started = false;
    } else if (!outlet->threaded) {
        write_directly(outlet);
    }
    if (outlet->owned && outlet->fd >= 0 && close(outlet->fd) != 0) {
        outlet->error = errno;
        outlet->lost_bytes++;
    }
    outlet->fd = -1;
    outlet->owned = false;
    bool whole = outlet->lost_bytes == 0 || outlet->state == CT_OUTLET_CLOSED;
    ct_sinks_outlet_release(outlet);
    return whole;
}

void ct_sinks_outlet_free(struct ct_outlet *outlet)
{
    if (outlet == NULL) {
        return;
    }
    if (outlet->started || outlet->owned) {
        (void)ct_sinks_outlet_finish(outlet); /* told by whoever wanted to know */
    }
    for (size_t i = 0; i < outlet->n_marks; i++) {
        if (outlet->marks[i].owned && outlet->marks[i].fd >= 0) {
            (void)close(outlet->marks[i].fd); /* nothing was written to it */
        }
    }
    (void)pthread_cond_destroy(&outlet->room_made);
    (void)pthread_cond_destroy(&outlet->data_made);
    (void)pthread_mutex_destroy(&outlet->lock);
    free(outlet->marks);
    free(outlet->ring);
    free(outlet);
}
