/* SPDX-License-Identifier: Apache-2.0 */
#include "source/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_BYTES (64 * 1024)
#define FAULT_MAX 192

struct ct_source_bytes {
    const struct ct_source_options *options;
    int fd;
    bool owns_fd;
    bool regular; /* reads never wait */
    bool ended;   /* no more octets from fd; a pipe may not come back to life */
    bool stopped;
    enum ct_source_packing packing;
    struct ct_source_unpacker *unpacker; /* NULL: not packed */
    uint64_t done_bytes;
    uint64_t total_bytes;
    size_t head_at; /* octets of head that were read again */
    size_t head_n;
    size_t raw_at;
    size_t raw_n;
    char fault[FAULT_MAX]; /* empty: none */
    bool too_wide;         /* it is that */
    uint8_t head[CT_SOURCE_HEAD_MAX];
    uint8_t raw[RAW_BYTES]; /* as read from fd: the first octets, or what is to be unpacked */
};

/*
 * Waits until fd can be read. All signals are blocked but inside ppoll, so that one which
 * arrives after the question is not slept over. False: asked to stop.
 */
static bool wait_readable(const struct ct_source_bytes *bytes)
{
    const struct ct_source_options *options = bytes->options;
    struct pollfd pollfd = {.fd = bytes->fd, .events = POLLIN};
    sigset_t all;
    sigset_t before;
    bool stop = false;
    int ready = -1;

    sigfillset(&all);
    if (sigprocmask(SIG_BLOCK, &all, &before) != 0) {
        return true;
    }
    do {
        stop = options->interrupted != NULL && options->interrupted(options->user);
        if (!stop) {
            ready = ppoll(&pollfd, 1, NULL, &before);
        }
    } while (!stop && ready < 0 && errno == EINTR);
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail with a set it gave us */
    return !stop;
}

static size_t read_raw(struct ct_source_bytes *bytes, uint8_t *out, size_t n)
{
    while (!bytes->ended) {
        if (!bytes->regular && !wait_readable(bytes)) {
            bytes->stopped = true;
            break;
        }
        ssize_t got = read(bytes->fd, out, n);
        if (got > 0) {
            bytes->done_bytes += (uint64_t)got;
            return (size_t)got;
        }
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (got < 0) {
            (void)snprintf(bytes->fault, sizeof bytes->fault, "reading fails (%s)",
                           strerror(errno));
        }
        break;
    }
    bytes->ended = true;
    return 0;
}

/* Reads until raw holds n octets or the input ends. Only while nothing of raw was used. */
static void fill_raw(struct ct_source_bytes *bytes, size_t n)
{
    while (bytes->raw_n < n) {
        size_t got = read_raw(bytes, bytes->raw + bytes->raw_n, sizeof bytes->raw - bytes->raw_n);
        if (got == 0) {
            break;
        }
        bytes->raw_n += got;
    }
}

static size_t read_plain(struct ct_source_bytes *bytes, uint8_t *out, size_t n)
{
    size_t left = bytes->raw_n - bytes->raw_at;
    if (left == 0) {
        return read_raw(bytes, out, n);
    }
    if (n > left) {
        n = left;
    }
    memcpy(out, bytes->raw + bytes->raw_at, n);
    bytes->raw_at += n;
    return n;
}

static void note_damage(struct ct_source_bytes *bytes, const char *why)
{
    bytes->too_wide = why == ct_source_too_wide;
    (void)snprintf(bytes->fault, sizeof bytes->fault,
                   bytes->too_wide ? "its %s data takes %s" : "its %s data is damaged (%s)",
                   ct_source_packing_name(bytes->packing), why);
    bytes->ended = true;
    bytes->raw_at = bytes->raw_n;
}

static void note_early_end(struct ct_source_bytes *bytes)
{
    if (!bytes->stopped && bytes->fault[0] == '\0' &&
        !ct_source_unpacker_at_boundary(bytes->unpacker)) {
        (void)snprintf(bytes->fault, sizeof bytes->fault, "its %s data ends early",
                       ct_source_packing_name(bytes->packing));
    }
}

static size_t read_packed(struct ct_source_bytes *bytes, uint8_t *out, size_t n)
{
    for (;;) {
        struct ct_span in = {bytes->raw + bytes->raw_at, bytes->raw_n - bytes->raw_at};
        const char *why = NULL;
        size_t before = in.n;
        /* First without new input: what is still held back must not wait for a pipe. */
        size_t made = ct_source_unpack(bytes->unpacker, &in, out, n, &why);
        bytes->raw_at = bytes->raw_n - in.n;
        if (why != NULL && bytes->fault[0] == '\0') {
            note_damage(bytes, why);
        }
        if (made > 0 || why != NULL) {
            return made;
        }
        if (in.n > 0) {
            if (in.n == before) {
                note_damage(bytes, "no progress");
                return 0;
            }
            continue;
        }
        bytes->raw_at = 0;
        bytes->raw_n = 0;
        fill_raw(bytes, 1);
        if (bytes->raw_n == 0) {
            note_early_end(bytes);
            return 0;
        }
    }
}

static size_t read_unheaded(struct ct_source_bytes *bytes, uint8_t *out, size_t n)
{
    return bytes->unpacker != NULL ? read_packed(bytes, out, n) : read_plain(bytes, out, n);
}

size_t ct_source_bytes_read(struct ct_source_bytes *bytes, uint8_t *out, size_t n)
{
    size_t left = bytes->head_n - bytes->head_at;
    if (left == 0) {
        return n > 0 ? read_unheaded(bytes, out, n) : 0;
    }
    if (n > left) {
        n = left;
    }
    memcpy(out, bytes->head + bytes->head_at, n);
    bytes->head_at += n;
    return n;
}

struct ct_span ct_source_bytes_head(struct ct_source_bytes *bytes)
{
    while (bytes->head_n < sizeof bytes->head) {
        size_t got =
            read_unheaded(bytes, bytes->head + bytes->head_n, sizeof bytes->head - bytes->head_n);
        if (got == 0) {
            break;
        }
        bytes->head_n += got;
    }
    return (struct ct_span){bytes->head, bytes->head_n};
}

static bool open_path(struct ct_source_bytes *bytes, const char *path)
{
    if (strcmp(path, "-") == 0) {
        bytes->fd = STDIN_FILENO;
        return true;
    }
    /* A pipe without a writer is waited for in ppoll, not here. */
    bytes->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    bytes->owns_fd = bytes->fd >= 0;
    return bytes->owns_fd;
}

/* Fills message when what is open, or not, cannot be read. */
static bool look_at(struct ct_source_bytes *bytes, bool opened, char *message, size_t size)
{
    struct stat st;
    if (!opened || fstat(bytes->fd, &st) != 0) {
        (void)snprintf(message, size, "cannot be opened: %s, check the name and its permissions",
                       strerror(errno));
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        (void)snprintf(message, size,
                       "cannot be read: it is a directory, name the files in it (-r each)");
        return false;
    }
    if (isatty(bytes->fd)) {
        (void)snprintf(message, size,
                       "cannot be read: it is a terminal, pipe a capture into it "
                       "(tcpdump -U -w - | cachetap -r -)");
        return false;
    }
    bytes->regular = S_ISREG(st.st_mode);
    bytes->total_bytes = bytes->regular && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    return true;
}

/* Looks at the first octets; false when nothing can unpack them. */
static bool choose_unpacker(struct ct_source_bytes *bytes, char *message, size_t size)
{
    fill_raw(bytes, CT_SOURCE_PACKING_HEAD);
    bytes->packing = ct_source_packing_of((struct ct_span){bytes->raw, bytes->raw_n});
    const char *name = ct_source_packing_name(bytes->packing);
    switch (bytes->packing) {
    case CT_SOURCE_PACKING_NONE:
        return true;
    case CT_SOURCE_PACKING_GZIP:
    case CT_SOURCE_PACKING_ZSTD:
        bytes->unpacker = ct_source_unpacker_new(bytes->packing);
        if (bytes->unpacker == NULL) {
            (void)snprintf(message, size, "cannot be unpacked: out of memory");
        }
        return bytes->unpacker != NULL;
    case CT_SOURCE_PACKING_LZ4:
    case CT_SOURCE_PACKING_BZIP2:
    case CT_SOURCE_PACKING_XZ:
        (void)snprintf(message, size,
                       "cannot be unpacked: it is %s data, unpack it on the way "
                       "(%s -dc FILE | cachetap -r -)",
                       name, name);
        return false;
    }
    return false;
}

static struct ct_source_bytes *allocate(const struct ct_source_options *options, char *message,
                                        size_t message_size)
{
    struct ct_source_bytes *bytes = calloc(1, sizeof *bytes);
    if (bytes == NULL) {
        (void)snprintf(message, message_size, "cannot be opened: out of memory");
        return NULL;
    }
    message[0] = '\0';
    bytes->options = options;
    bytes->fd = -1;
    return bytes;
}

static struct ct_source_bytes *begin(struct ct_source_bytes *bytes, bool opened, char *message,
                                     size_t message_size)
{
    if (!look_at(bytes, opened, message, message_size) ||
        !choose_unpacker(bytes, message, message_size) || bytes->stopped) {
        ct_source_bytes_close(bytes);
        return NULL;
    }
    return bytes;
}

struct ct_source_bytes *ct_source_bytes_open(const char *path,
                                             const struct ct_source_options *options, char *message,
                                             size_t message_size)
{
    struct ct_source_bytes *bytes = allocate(options, message, message_size);
    return bytes == NULL ? NULL : begin(bytes, open_path(bytes, path), message, message_size);
}

struct ct_source_bytes *ct_source_bytes_open_fd(int fd, const struct ct_source_options *options,
                                                char *message, size_t message_size)
{
    struct ct_source_bytes *bytes = allocate(options, message, message_size);
    if (bytes == NULL) {
        (void)close(fd);
        return NULL;
    }
    bytes->fd = fd;
    bytes->owns_fd = true;
    return begin(bytes, true, message, message_size);
}

int ct_source_bytes_dup(const struct ct_source_bytes *bytes)
{
    return bytes->regular ? fcntl(bytes->fd, F_DUPFD_CLOEXEC, 3) : -1;
}

void ct_source_bytes_close(struct ct_source_bytes *bytes)
{
    if (bytes == NULL) {
        return;
    }
    ct_source_unpacker_free(bytes->unpacker);
    if (bytes->owns_fd) {
        (void)close(bytes->fd); /* only read from: nothing can be lost */
    }
    free(bytes);
}

enum ct_source_packing ct_source_bytes_packing(const struct ct_source_bytes *bytes)
{
    return bytes->packing;
}

const char *ct_source_bytes_remedy(const struct ct_source_bytes *bytes)
{
    return bytes->too_wide ? "unpack it first (zstd -d --long=31)" : "get the file again";
}

const char *ct_source_bytes_fault(const struct ct_source_bytes *bytes)
{
    return bytes->fault[0] != '\0' ? bytes->fault : NULL;
}

bool ct_source_bytes_stopped(const struct ct_source_bytes *bytes)
{
    return bytes->stopped;
}

void ct_source_bytes_progress(const struct ct_source_bytes *bytes, uint64_t *done_bytes,
                              uint64_t *total_bytes)
{
    *done_bytes = bytes->done_bytes;
    *total_bytes = bytes->total_bytes;
}

static ssize_t read_cookie(void *cookie, char *out, size_t n)
{
    struct ct_source_bytes *bytes = cookie;
    return (ssize_t)ct_source_bytes_read(bytes, (uint8_t *)out, n);
}

FILE *ct_source_bytes_file(struct ct_source_bytes *bytes, char *buffer, size_t buffer_size)
{
    cookie_io_functions_t functions = {.read = read_cookie};
    FILE *file = fopencookie(bytes, "r", functions);
    if (file != NULL) {
        (void)setvbuf(file, buffer, _IOFBF, buffer_size); /* else the small default */
    }
    return file;
}
