/* SPDX-License-Identifier: Apache-2.0 */
/* The side of an outlet that writes: out of the ring, into one file after another. */
#include "sinks/outlet_state.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_BYTES ((size_t)256 << 10)
#define RETRY_NS    CT_NS_PER_S
#define LOOK_NS     (CT_NS_PER_S / 4) /* between two looks whether a reader is there */
#define POLL_MS     200

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

static void note_written(struct ct_outlet *outlet)
{
    while (outlet->n_ends > 0 && outlet->ends[outlet->first_end] <= outlet->tail) {
        uint64_t end = outlet->ends[outlet->first_end];
        outlet->whole =
            end > outlet->whole ? end : outlet->whole; /* what was given up has ends too */
        outlet->first_end = (outlet->first_end + 1) % CT_OUTLET_ENDS_MAX;
        outlet->n_ends--;
    }
}

/* The first mark begins now. False: errno. */
static bool begin_file(struct ct_outlet *outlet)
{
    struct ct_outlet_mark mark = outlet->marks[0];
    struct stat st;
    ct_sinks_outlet_release(outlet);
    int fd = mark.fd >= 0 ? mark.fd
                          : ct_process_place_reopen(mark.place, mark.name, mark.flags, mark.mode);
    int error = errno;
    ct_sinks_outlet_hold(outlet);
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
    ct_sinks_outlet_release(outlet);
    if (!polls || poll(&pollfd, 1, outlet->threaded ? POLL_MS : -1) > 0) {
        done = write(fd, outlet->ring + at, n);
    }
    int error = errno;
    ct_sinks_outlet_hold(outlet);
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

bool ct_sinks_outlet_write(struct ct_outlet *outlet)
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

bool ct_sinks_outlet_has_work(const struct ct_outlet *outlet)
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

void *ct_sinks_outlet_thread(void *user)
{
    struct ct_outlet *outlet = user;
    ct_sinks_outlet_hold(outlet);
    for (;;) {
        struct timespec when;
        if (ct_sinks_outlet_has_work(outlet) && ct_sinks_outlet_write(outlet)) {
            continue;
        }
        if (outlet->stopping && !ct_sinks_outlet_has_work(outlet)) {
            break;
        }
        when = ct_sinks_outlet_after(ct_sinks_outlet_has_work(outlet) ? RETRY_NS : LOOK_NS);
        if (!outlet->stopping) {
            (void)pthread_cond_timedwait(&outlet->data_made, &outlet->lock, &when);
        }
        while (!outlet->stopping && outlet->state == CT_OUTLET_STUCK &&
               pthread_cond_timedwait(&outlet->data_made, &outlet->lock, &when) == 0) {
            /* more to write does not make room on the disk */
        }
        if (!ct_sinks_outlet_has_work(outlet)) {
            look_for_reader(outlet);
        }
    }
    ct_sinks_outlet_release(outlet);
    return NULL;
}
