/* SPDX-License-Identifier: Apache-2.0 */
#include "app/outlet.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MARKS_MAX    64
#define WRITE_BYTES  ((size_t)256 << 10)
#define DIRECT_BYTES ((size_t)64 << 10) /* written directly when so many wait */
#define RETRY_NS     CT_NS_PER_S
#define LOOK_NS      (CT_NS_PER_S / 4) /* between two looks whether a reader is there */
#define PATIENCE_NS  (5 * CT_NS_PER_S)
#define POLL_MS      200
#define ENDS_MAX     1024

/* Where the next file begins. */
struct mark {
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
    uint64_t ends[ENDS_MAX]; /* of records that wait; of many, not each */
    size_t n_marks;
    struct mark *marks;
    size_t size;
    char *ring;
};

static struct timespec after(int64_t ns)
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

struct ct_outlet *ct_app_outlet_new(size_t room_bytes, bool threaded)
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

static void hold(struct ct_outlet *outlet)
{
    (void)pthread_mutex_lock(&outlet->lock); /* fails on misuse only */
}

static void release(struct ct_outlet *outlet)
{
    (void)pthread_mutex_unlock(&outlet->lock); /* fails on misuse only */
}

/* ---- the writing side; the lock is held, and let go while a file is worked on --------------- */

static void take_fd(struct ct_outlet *outlet, int fd, bool owned)
{
    struct stat st;
    if (outlet->owned && outlet->fd >= 0 && close(outlet->fd) != 0 && outlet->error == 0) {
        outlet->error = errno; /* told by delayed writing (NFS, quota) */
    }
    outlet->fd = fd;
    outlet->owned = owned;
    outlet->is_file = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Throws away what waits: until the next file, or all. */
static void discard(struct ct_outlet *outlet, uint64_t end)
{
    outlet->lost_bytes += end - outlet->tail;
    outlet->tail = end;
    outlet->whole = end;
    (void)pthread_cond_signal(&outlet->room_made); /* cannot fail */
}

/* A file does not end in the middle of a record when the rest of it is given up. */
static void cut_file(struct ct_outlet *outlet)
{
    struct stat st;
    off_t part = (off_t)(outlet->tail - outlet->whole);
    if (part > 0 && outlet->is_file && outlet->owned && fstat(outlet->fd, &st) == 0 &&
        st.st_size >= part) {
        (void)!ftruncate(outlet->fd, st.st_size - part); /* else it ends with a part */
    }
}

static void note_end(struct ct_outlet *outlet)
{
    if (outlet->n_ends == ENDS_MAX) {
        outlet->n_ends--; /* this one stands for both */
    }
    outlet->ends[(outlet->first_end + outlet->n_ends++) % ENDS_MAX] = outlet->head;
}

static void note_written(struct ct_outlet *outlet)
{
    while (outlet->n_ends > 0 && outlet->ends[outlet->first_end] <= outlet->tail) {
        uint64_t end = outlet->ends[outlet->first_end];
        outlet->whole =
            end > outlet->whole ? end : outlet->whole; /* what was given up has ends too */
        outlet->first_end = (outlet->first_end + 1) % ENDS_MAX;
        outlet->n_ends--;
    }
}

/* The first mark begins now. False: errno. */
static bool begin_file(struct ct_outlet *outlet)
{
    struct mark mark = outlet->marks[0];
    struct stat st;
    release(outlet);
    int fd =
        mark.fd >= 0 ? mark.fd : ct_app_place_create(mark.place, mark.name, mark.flags, mark.mode);
    int error = errno;
    hold(outlet);
    if (fd < 0) {
        errno = error;
        return false;
    }
    take_fd(outlet, fd, mark.owned);
    if (mark.skip > 0 && fstat(fd, &st) == 0 && st.st_size > 0) {
        outlet->tail += mark.skip;
    }
    outlet->whole = outlet->tail;
    outlet->n_marks--;
    memmove(&outlet->marks[0], &outlet->marks[1], outlet->n_marks * sizeof mark);
    return true;
}

static uint64_t end_of_file(const struct ct_outlet *outlet)
{
    return outlet->n_marks > 0 ? outlet->marks[0].at : outlet->head;
}

/* Writes one piece. Pipes get pieces that do not block them, so that the thread can be ended. */
static bool write_piece(struct ct_outlet *outlet)
{
    size_t at = (size_t)(outlet->tail % outlet->size);
    uint64_t left = end_of_file(outlet) - outlet->tail;
    size_t n = left < outlet->size - at ? (size_t)left : outlet->size - at;
    size_t most = outlet->is_file || !outlet->threaded ? WRITE_BYTES : PIPE_BUF;
    struct pollfd pollfd = {.fd = outlet->fd, .events = POLLOUT};
    bool polls = !outlet->is_file;
    int fd = outlet->fd;
    ssize_t done = 0;
    n = n < most ? n : most;
    release(outlet);
    if (!polls || poll(&pollfd, 1, outlet->threaded ? POLL_MS : -1) > 0) {
        done = write(fd, outlet->ring + at, n);
    }
    int error = errno;
    hold(outlet);
    if (done < 0 && (error == EINTR || error == EAGAIN)) {
        done = 0;
    }
    if (done < 0) {
        errno = error;
        return false;
    }
    outlet->tail += (uint64_t)done;
    note_written(outlet);
    if (done > 0) {
        outlet->state = CT_OUTLET_OK;
        (void)pthread_cond_signal(&outlet->room_made); /* cannot fail */
    }
    return true;
}

static void note_failure(struct ct_outlet *outlet, int error)
{
    if (error == EPIPE) {
        outlet->state = CT_OUTLET_CLOSED;
        discard(outlet, outlet->head);
        return;
    }
    outlet->state = CT_OUTLET_STUCK;
    outlet->error = error;
    (void)pthread_cond_signal(&outlet->room_made); /* whoever waits for the end need not */
    if (!outlet->threaded || outlet->stopping) {   /* there is no later */
        uint64_t end = end_of_file(outlet);
        if (outlet->n_marks > 0 && end == outlet->tail) { /* its file cannot be made */
            outlet->n_marks--;
            memmove(&outlet->marks[0], &outlet->marks[1],
                    outlet->n_marks * sizeof outlet->marks[0]);
            end = end_of_file(outlet);
        } else {
            cut_file(outlet);
        }
        discard(outlet, end);
    }
    (void)pthread_cond_signal(&outlet->room_made); /* who waits need not any more; cannot fail */
}

/* One step towards an empty ring. False: it cannot be done now. */
static bool write_some(struct ct_outlet *outlet)
{
    if (outlet->gave_up || outlet->state == CT_OUTLET_CLOSED) {
        cut_file(outlet);
        discard(outlet, outlet->head);
        return true;
    }
    bool begins = outlet->n_marks > 0 && outlet->marks[0].at == outlet->tail;
    bool done = begins ? begin_file(outlet) : outlet->tail == outlet->head || write_piece(outlet);
    if (!done) {
        note_failure(outlet, errno);
    }
    return done;
}

static bool has_work(const struct ct_outlet *outlet)
{
    return outlet->tail != outlet->head ||
           (outlet->n_marks > 0 && outlet->marks[0].at == outlet->tail);
}

/* A reader that goes away while there is nothing to write. */
static void look_for_reader(struct ct_outlet *outlet)
{
    struct pollfd pollfd = {.fd = outlet->fd};
    if (!outlet->is_file && poll(&pollfd, 1, 0) > 0 && (pollfd.revents & POLLERR) != 0) {
        outlet->state = CT_OUTLET_CLOSED;
    }
}

static void *write_all(void *user)
{
    struct ct_outlet *outlet = user;
    hold(outlet);
    for (;;) {
        struct timespec when;
        if (has_work(outlet) && write_some(outlet)) {
            continue;
        }
        if (outlet->stopping && !has_work(outlet)) {
            break;
        }
        when = after(has_work(outlet) ? RETRY_NS : LOOK_NS);
        if (!outlet->stopping) {
            (void)pthread_cond_timedwait(&outlet->data_made, &outlet->lock, &when);
        }
        while (!outlet->stopping && outlet->state == CT_OUTLET_STUCK &&
               pthread_cond_timedwait(&outlet->data_made, &outlet->lock, &when) == 0) {
            /* more to write does not make room on the disk */
        }
        if (!has_work(outlet)) {
            look_for_reader(outlet);
        }
    }
    release(outlet);
    return NULL;
}

bool ct_app_outlet_start(struct ct_outlet *outlet)
{
    sigset_t all;
    sigset_t before;
    if (!outlet->threaded) {
        return true;
    }
    sigfillset(&all); /* signals are the main thread's */
    int error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (error == 0) {
        error = pthread_create(&outlet->thread, NULL, write_all, outlet);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a set it gave us */
    }
    outlet->started = error == 0;
    errno = error;
    return outlet->started;
}

/* ---- the producer's side -------------------------------------------------------------------- */

static void write_directly(struct ct_outlet *outlet)
{
    while (has_work(outlet) && (write_some(outlet) || has_work(outlet))) {
        /* what fails is thrown away: it ends */
    }
}

/* Waits until there is room for n more octets; false: the reader takes nothing. */
static bool wait_for_room(struct ct_outlet *outlet, size_t n)
{
    while (!outlet->gave_up && outlet->size - (outlet->head + outlet->staged - outlet->tail) < n) {
        uint64_t tail = outlet->tail;
        struct timespec when = after(PATIENCE_NS);
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
        if (pthread_cond_timedwait(&outlet->room_made, &outlet->lock, &when) == ETIMEDOUT &&
            tail == outlet->tail) {
            outlet->gave_up = true;
        }
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
static bool add_mark(struct ct_outlet *outlet, const struct mark *mark, struct ct_span head)
{
    hold(outlet);
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
    release(outlet);
    return room;
}

bool ct_app_outlet_use(struct ct_outlet *outlet, int fd, bool owned)
{
    struct mark mark = {.fd = fd, .owned = owned};
    return add_mark(outlet, &mark, (struct ct_span){.n = 0});
}

bool ct_app_outlet_next(struct ct_outlet *outlet, const struct ct_outlet_file *file)
{
    struct mark mark = {
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

void ct_app_outlet_put(struct ct_outlet *outlet, const void *bytes, size_t n)
{
    hold(outlet);
    outlet->overflow = outlet->overflow || !make_room(outlet, n);
    bool room = !outlet->overflow;
    release(outlet);
    if (room) {
        stage(outlet, bytes, n);
    }
}

bool ct_app_outlet_commit(struct ct_outlet *outlet)
{
    hold(outlet);
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
    release(outlet);
    return whole;
}

void ct_app_outlet_flush(struct ct_outlet *outlet)
{
    hold(outlet);
    if (!outlet->threaded) {
        write_directly(outlet);
    } else if (has_work(outlet)) {
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
    }
    release(outlet);
}

static ssize_t put_cookie(void *cookie, const char *bytes, size_t n)
{
    ct_app_outlet_put(cookie, bytes, n);
    return (ssize_t)n;
}

FILE *ct_app_outlet_file(struct ct_outlet *outlet)
{
    cookie_io_functions_t functions = {.write = put_cookie};
    return fopencookie(outlet, "w", functions);
}

void ct_app_outlet_wait(struct ct_outlet *outlet)
{
    hold(outlet);
    outlet->waits = outlet->started;
    release(outlet);
}

enum ct_outlet_state ct_app_outlet_state(struct ct_outlet *outlet, int *error)
{
    hold(outlet);
    enum ct_outlet_state state = outlet->state;
    *error = outlet->error;
    release(outlet);
    return state;
}

uint64_t ct_app_outlet_dropped(struct ct_outlet *outlet)
{
    hold(outlet);
    uint64_t dropped = outlet->dropped;
    release(outlet);
    return dropped;
}

/* ---- the end -------------------------------------------------------------------------------- */

static void wait_until_written(struct ct_outlet *outlet)
{
    while (has_work(outlet) && outlet->state != CT_OUTLET_STUCK && !outlet->gave_up) {
        uint64_t tail = outlet->tail;
        struct timespec when = after(PATIENCE_NS);
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
        if (pthread_cond_timedwait(&outlet->room_made, &outlet->lock, &when) == ETIMEDOUT &&
            tail == outlet->tail) {
            outlet->gave_up = true;
        }
    }
}

bool ct_app_outlet_finish(struct ct_outlet *outlet)
{
    hold(outlet);
    if (outlet->started) {
        wait_until_written(outlet);
        outlet->stopping = true;
        (void)pthread_cond_signal(&outlet->data_made); /* cannot fail */
        release(outlet);
        (void)pthread_join(outlet->thread, NULL); /* it is there, and is not this one */
        hold(outlet);
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
    release(outlet);
    return whole;
}

void ct_app_outlet_free(struct ct_outlet *outlet)
{
    if (outlet == NULL) {
        return;
    }
    if (outlet->started || outlet->owned) {
        (void)ct_app_outlet_finish(outlet); /* told by whoever wanted to know */
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
