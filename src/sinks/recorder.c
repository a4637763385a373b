/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process/place.h"
#include "sinks/pick.h"
#include "sinks/save.h"
#include "source/encode.h"

#define DEFAULT_NAME "cachetap-ring-%Y%m%d-%H%M%S.pcap"
#define FILE_MODE    0600
#define PIECES       32
#define SPARE_PIECES 4                   /* for packets that come while the rest is written */
#define PIECE_BYTES  ((size_t)512 << 10) /* at least; holds the largest packet */
#define SAME_NAMES   100                 /* files of one second, or one name */

struct piece {
    uint8_t *bytes;
    size_t n;
    uint64_t packets;
    int64_t first_ns;
    int64_t last_ns;
};

/* Pieces in the order in which they were filled. */
struct queue {
    size_t n;
    struct piece *pieces[PIECES + SPARE_PIECES];
};

enum dump_state {
    DUMP_NONE,
    DUMP_WANTED,
    DUMP_DONE, /* to be told */
    DUMP_FAILED,
};

struct ct_recorder {
    const struct ct_source *source;
    struct ct_voice *voice;
    struct ct_place place;
    const char *path; /* as it was given; place.name is its last part */
    struct ct_encoder *encoder;
    size_t piece_size;
    struct piece pieces[PIECES + SPARE_PIECES];
    struct piece *current; /* NULL: none is free */
    struct queue kept;
    uint64_t lost;
    bool failed;
    pthread_t thread;
    bool started;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct queue spare;
    struct queue leaving; /* being written */
    enum dump_state state;
    bool stopping;
    int error;
    uint8_t *head;
    size_t head_n;
    char name[PATH_MAX];
    bool asked;           /* ct_sinks_recorder_ask, not yet begun */
    bool keeps;           /* the packets stay kept when they are written */
    struct ct_pick *pick; /* only these are written; NULL: all */
    struct queue written; /* pieces that are to be kept again */
    uint64_t packets;     /* of the file */
    int64_t first_ns;
    int64_t last_ns;
};

static void push(struct queue *queue, struct piece *piece)
{
    queue->pieces[queue->n++] = piece; /* there are no more pieces than room */
}

static struct piece *shift(struct queue *queue)
{
    struct piece *first = queue->n > 0 ? queue->pieces[0] : NULL;
    if (first != NULL) {
        queue->n--;
        memmove(&queue->pieces[0], &queue->pieces[1], queue->n * sizeof(struct piece *));
    }
    return first;
}

static void hold(struct ct_recorder *recorder)
{
    (void)pthread_mutex_lock(&recorder->lock); /* fails on misuse only */
}

static void release(struct ct_recorder *recorder)
{
    (void)pthread_mutex_unlock(&recorder->lock); /* fails on misuse only */
}

/* ---- the thread that writes ----------------------------------------------------------------- */

static bool write_whole(int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        bytes += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

/* A file that was not there: an older one is never written over. */
static int create_new(struct ct_recorder *recorder)
{
    size_t n = strlen(recorder->name);
    int fd = ct_process_place_create(&recorder->place, recorder->name, O_EXCL, FILE_MODE);
    for (int i = 1; fd < 0 && errno == EEXIST && i < SAME_NAMES; i++) {
        (void)snprintf(recorder->name + n, sizeof recorder->name - n, ".%d", i);
        fd = ct_process_place_create(&recorder->place, recorder->name, O_EXCL, FILE_MODE);
    }
    return fd;
}

/* whole: octets of whole packets in the file. */
static bool write_piece(struct ct_recorder *recorder, int fd, const struct piece *piece,
                        off_t *whole)
{
    size_t done = 0;
    size_t n = 0;
    bool chosen = false;
    uint64_t packets = 0;
    if (recorder->pick == NULL) {
        bool good = write_whole(fd, piece->bytes, piece->n);
        *whole += good ? (off_t)piece->n : 0;
        return good;
    }
    while ((n = ct_sinks_pick_run(recorder->pick, piece->bytes + done, piece->n - done, &chosen,
                                  &packets)) > 0) {
        if (chosen && !write_whole(fd, piece->bytes + done, n)) {
            return false;
        }
        recorder->packets += chosen ? packets : 0;
        *whole += chosen ? (off_t)n : 0;
        done += n;
    }
    return true;
}

/* The lock is held. What was written is kept again, before what came meanwhile. */
static void keep_again(struct ct_recorder *recorder)
{
    for (size_t i = 0; i < recorder->kept.n; i++) {
        push(&recorder->written, recorder->kept.pieces[i]);
    }
    recorder->kept = recorder->written;
    recorder->written.n = 0;
    while (recorder->kept.n > PIECES) {
        push(&recorder->spare, shift(&recorder->kept));
    }
    ct_sinks_pick_free(recorder->pick);
    recorder->pick = NULL;
}

/* The lock is held, and let go while the file is written. */
static void write_file(struct ct_recorder *recorder)
{
    struct piece *piece = NULL;
    release(recorder);
    int fd = create_new(recorder);
    bool good = fd >= 0 && write_whole(fd, recorder->head, recorder->head_n);
    int error = errno;
    off_t whole = good ? (off_t)recorder->head_n : 0;
    hold(recorder);
    while ((piece = shift(&recorder->leaving)) != NULL) {
        release(recorder);
        if (good && !write_piece(recorder, fd, piece, &whole)) {
            good = false;
            error = errno;
        }
        hold(recorder);
        push(recorder->keeps ? &recorder->written : &recorder->spare, piece);
    }
    if (fd >= 0 && !good) {
        (void)!ftruncate(fd, whole); /* else it ends with a part of a packet */
    }
    keep_again(recorder);
    if (fd >= 0 && close(fd) != 0 && good) {
        good = false;
        error = errno;
    }
    recorder->error = error;
    recorder->state = good ? DUMP_DONE : DUMP_FAILED;
    (void)pthread_cond_broadcast(&recorder->changed); /* cannot fail */
}

static void *serve(void *user)
{
    struct ct_recorder *recorder = user;
    hold(recorder);
    while (!recorder->stopping || recorder->state == DUMP_WANTED) {
        if (recorder->state == DUMP_WANTED) {
            write_file(recorder);
        } else {
            (void)pthread_cond_wait(&recorder->changed, &recorder->lock); /* cannot fail */
        }
    }
    release(recorder);
    return NULL;
}

/* ---- opening -------------------------------------------------------------------------------- */

static bool allocate(struct ct_recorder *recorder, uint64_t bytes)
{
    recorder->piece_size = (size_t)(bytes / PIECES);
    if (recorder->piece_size < PIECE_BYTES) {
        recorder->piece_size = PIECE_BYTES;
    }
    for (size_t i = 0; i < PIECES + SPARE_PIECES; i++) {
        recorder->pieces[i].bytes = malloc(recorder->piece_size);
        if (recorder->pieces[i].bytes == NULL) {
            return false;
        }
        push(&recorder->spare, &recorder->pieces[i]);
    }
    recorder->current = shift(&recorder->spare);
    uint32_t linktype = 0;
    bool pcapng = !ct_source_one_linktype(recorder->source, &linktype);
    recorder->encoder = ct_source_encoder_new(pcapng, linktype);
    if (recorder->encoder == NULL) {
        return false;
    }
    ct_source_encoder_add_all(recorder->encoder, recorder->source);
    return true;
}

struct ct_recorder *ct_sinks_recorder_open(const struct ct_options *options, uint64_t bytes,
                                           const struct ct_source *source, struct ct_opener *opener,
                                           struct ct_voice *voice)
{
    const char *path = options->save.path != NULL ? options->save.path : DEFAULT_NAME;
    struct ct_recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        ct_process_voice_say(voice, "--ring: out of memory");
        return NULL;
    }
    recorder->source = source;
    recorder->voice = voice;
    if (pthread_mutex_init(&recorder->lock, NULL) != 0 ||
        pthread_cond_init(&recorder->changed, NULL) != 0 || !allocate(recorder, bytes)) {
        ct_process_voice_say(voice,
                             "--ring: out of memory: it does not fit this machine, lower it");
        ct_sinks_recorder_close(recorder);
        return NULL;
    }
    recorder->path = path;
    if (!ct_process_place_find(&recorder->place, opener, path)) {
        ct_process_voice_say(voice,
                             "%s: cannot be written: %s, check the folder and its permissions",
                             path, ct_process_place_error(errno));
        ct_sinks_recorder_close(recorder);
        return NULL;
    }
    return recorder;
}

bool ct_sinks_recorder_start(struct ct_recorder *recorder)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all); /* signals are the main thread's */
    int error = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (error == 0) {
        error = pthread_create(&recorder->thread, NULL, serve, recorder);
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a set it gave us */
    }
    recorder->started = error == 0;
    if (error != 0) {
        ct_process_voice_say(recorder->voice, "--ring: no thread: %s", strerror(error));
    }
    return recorder->started;
}

/* ---- packets -------------------------------------------------------------------------------- */

/* The current piece is full: another one takes its place, the oldest one if need be. */
static void turn(struct ct_recorder *recorder)
{
    hold(recorder);
    if (recorder->current != NULL) {
        push(&recorder->kept, recorder->current);
        recorder->current = NULL;
    }
    /* The spare ones stay spare until a file is written. */
    bool is_idle = recorder->state != DUMP_WANTED;
    if (is_idle && recorder->kept.n >= PIECES) {
        recorder->current = shift(&recorder->kept);
    } else {
        recorder->current = shift(&recorder->spare);
    }
    if (recorder->current == NULL && recorder->kept.n > 0) {
        recorder->current = shift(&recorder->kept);
    }
    release(recorder);
    if (recorder->current != NULL) {
        recorder->current->n = 0;
        recorder->current->packets = 0;
    }
}

void ct_sinks_recorder_frame(struct ct_recorder *recorder, const struct ct_frame *frame)
{
    size_t size = ct_source_encode_size(recorder->encoder, frame);
    bool known = ct_source_encoder_knows(recorder->encoder, frame) ||
                 ct_source_encoder_add(recorder->encoder, frame,
                                       ct_source_iface_name(recorder->source, frame->iface));
    if (recorder->current == NULL || recorder->piece_size - recorder->current->n < size) {
        turn(recorder);
    }
    struct piece *piece = recorder->current;
    if (!known || piece == NULL || size > recorder->piece_size) {
        recorder->lost++;
        return;
    }
    ct_source_encode(recorder->encoder, frame, piece->bytes + piece->n);
    piece->n += size;
    piece->first_ns = piece->packets == 0 ? frame->ts_ns : piece->first_ns;
    piece->last_ns = frame->ts_ns;
    piece->packets++;
}

/* What the file will hold, and its first octets. The lock is held. */
static bool prepare(struct ct_recorder *recorder)
{
    size_t n = ct_source_encode_head_size(recorder->encoder);
    uint8_t *head = malloc(n);
    if (head == NULL || !ct_sinks_save_name(recorder->name, sizeof recorder->name - 8,
                                            recorder->place.name, (int64_t)time(NULL), 0, 0)) {
        free(head);
        return false;
    }
    ct_source_encode_head(recorder->encoder, head);
    free(recorder->head);
    recorder->head = head;
    recorder->head_n = n;
    recorder->leaving = recorder->kept;
    recorder->kept.n = 0;
    recorder->keeps = false;
    if (recorder->current != NULL && recorder->current->packets > 0) {
        push(&recorder->leaving, recorder->current);
        recorder->current = NULL;
    }
    recorder->packets = 0;
    for (size_t i = 0; i < recorder->leaving.n; i++) {
        recorder->packets += recorder->leaving.pieces[i]->packets;
    }
    if (recorder->leaving.n > 0) {
        recorder->first_ns = recorder->leaving.pieces[0]->first_ns;
        recorder->last_ns = recorder->leaving.pieces[recorder->leaving.n - 1]->last_ns;
    }
    return true;
}

void ct_sinks_recorder_dump(struct ct_recorder *recorder)
{
    ct_sinks_recorder_look(recorder);
    hold(recorder);
    bool busy = recorder->state != DUMP_NONE || recorder->asked;
    bool ready = !busy && prepare(recorder);
    if (ready) {
        recorder->state = DUMP_WANTED;
        (void)pthread_cond_broadcast(&recorder->changed); /* cannot fail */
    }
    release(recorder);
    if (!ready) {
        ct_process_voice_say(recorder->voice, "--ring: is not written: %s",
                             busy ? "the last file is still being written, ask again later"
                                  : "the name of the file is too long, or memory is short");
    }
}

static int folder_n(const struct ct_recorder *recorder)
{
    return (int)(recorder->place.name - recorder->path);
}

bool ct_sinks_recorder_ask(struct ct_recorder *recorder, const struct ct_conn_info *conns, size_t n)
{
    bool taken = false;
    hold(recorder);
    if (recorder->state == DUMP_NONE && !recorder->asked) {
        recorder->pick = ct_sinks_pick_new(conns, n);
        recorder->asked = recorder->pick != NULL;
        taken = recorder->asked;
    }
    release(recorder);
    return taken;
}

/* What was asked for is begun: by whoever adds packets. The lock is held. */
static void begin_asked(struct ct_recorder *recorder)
{
    recorder->asked = false;
    if (!ct_sinks_pick_learn(recorder->pick, recorder->encoder) || !prepare(recorder)) {
        ct_sinks_pick_free(recorder->pick);
        recorder->pick = NULL;
        recorder->state = DUMP_FAILED;
        recorder->error = ENOMEM;
        return;
    }
    recorder->keeps = true;
    recorder->packets = 0; /* counted as they are chosen */
    recorder->state = DUMP_WANTED;
    (void)pthread_cond_broadcast(&recorder->changed); /* cannot fail */
}

void ct_sinks_recorder_clear(struct ct_recorder *recorder)
{
    struct piece *piece = NULL;
    hold(recorder);
    while ((piece = shift(&recorder->kept)) != NULL) {
        push(&recorder->spare, piece);
    }
    if (recorder->current != NULL) {
        recorder->current->n = 0;
        recorder->current->packets = 0;
    }
    release(recorder);
}

void ct_sinks_recorder_look(struct ct_recorder *recorder)
{
    hold(recorder);
    if (recorder->asked && recorder->state == DUMP_NONE) {
        begin_asked(recorder);
    }
    enum dump_state state = recorder->state;
    int error = recorder->error;
    if (state == DUMP_DONE || state == DUMP_FAILED) {
        recorder->state = DUMP_NONE;
    }
    release(recorder);
    if (state == DUMP_DONE) {
        ct_process_voice_say(
            recorder->voice, "%.*s%s: written: %s%" PRIu64 " packets, of %.1f seconds",
            folder_n(recorder), recorder->path, recorder->name, recorder->keeps ? "" : "the last ",
            recorder->packets,
            (double)(recorder->last_ns - recorder->first_ns) / (double)CT_NS_PER_S);
    } else if (state == DUMP_FAILED) {
        recorder->failed = true;
        ct_process_voice_say(recorder->voice, "%.*s%s: cannot be written: %s%s", folder_n(recorder),
                             recorder->path, recorder->name, ct_process_place_error(error),
                             recorder->keeps ? "" : ", its packets are gone");
    }
}

uint64_t ct_sinks_recorder_lost(const struct ct_recorder *recorder)
{
    return recorder->lost;
}

bool ct_sinks_recorder_finish(struct ct_recorder *recorder)
{
    if (recorder->started) {
        hold(recorder);
        recorder->stopping = true;
        (void)pthread_cond_broadcast(&recorder->changed); /* cannot fail */
        release(recorder);
        (void)pthread_join(recorder->thread, NULL); /* it is there, and is not this one */
        recorder->started = false;
    }
    ct_sinks_recorder_look(recorder);
    return !recorder->failed;
}

void ct_sinks_recorder_close(struct ct_recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    (void)ct_sinks_recorder_finish(recorder); /* was told */
    for (size_t i = 0; i < PIECES + SPARE_PIECES; i++) {
        free(recorder->pieces[i].bytes);
    }
    ct_source_encoder_free(recorder->encoder);
    ct_sinks_pick_free(recorder->pick);
    free(recorder->head);
    (void)pthread_cond_destroy(&recorder->changed);
    (void)pthread_mutex_destroy(&recorder->lock);
    free(recorder);
}
