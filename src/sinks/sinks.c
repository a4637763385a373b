/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sinks/sink.h"

const char *ct_sinks_shown_path(const struct ct_sink *sink)
{
    return sink->path != NULL ? sink->path : "standard output";
}

bool ct_sinks_is_streaming(const struct ct_sink *sink)
{
    return ct_output_wants_txns(sink->format) || ct_output_wants_conns(sink->format);
}

bool ct_sinks_is_first(const struct ct_sinks *sinks, const struct ct_sink *sink)
{
    const struct ct_sink *first = sinks->sinks;
    while (first->outlet != sink->outlet) {
        first++;
    }
    return first == sink;
}

/* No more writing to file: to all sinks that share it. */
static void close_sinks_of(struct ct_sinks *sinks, const FILE *file)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->file != file || file == NULL) {
            continue;
        }
        ct_output_free(sink->writer);
        sink->writer = NULL;
        if (sink->path != NULL) {
            (void)fclose(sink->file); /* its failure is told already, or was flushed before */
        }
        sink->fd = -1; /* closed with the stream, or by the outlet */
        sink->file = NULL;
        sinks->n_open--;
    }
}

static void note_status(struct ct_sinks *sinks, struct ct_sink *sink, enum ct_output_status status)
{
    int error = errno;
    if (status == CT_OUTPUT_OK) {
        return;
    }
    if (status == CT_OUTPUT_FAILED) {
        sinks->failed = true;
        ct_process_voice_say(sinks->voice,
                             "%s: cannot be written: %s, what was written until now "
                             "stays",
                             ct_sinks_shown_path(sink), strerror(error));
    }
    close_sinks_of(sinks, sink->file);
}

static void end_record(const struct ct_sinks *sinks, struct ct_sink *sink)
{
    if (sink->outlet != NULL && sink->file != NULL) {
        (void)ct_sinks_outlet_commit(sink->outlet); /* counts what it drops */
        if (sinks->options->line_buffered) {
            ct_sinks_outlet_flush(sink->outlet);
        }
    }
}

void ct_sinks_txn(struct ct_sinks *sinks, const struct ct_txn *txn,
                  const struct ct_verdict *verdict)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer != NULL && ct_output_wants_txns(sink->format)) {
            note_status(sinks, sink, ct_output_txn(sink->writer, txn, verdict));
            end_record(sinks, sink);
        }
    }
}

void ct_sinks_conn(struct ct_sinks *sinks, const struct ct_conn_end *end,
                   const struct ct_flow *flow)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer != NULL && ct_output_wants_conns(sink->format)) {
            note_status(sinks, sink, ct_output_conn(sink->writer, end, flow));
            end_record(sinks, sink);
        }
    }
}

/* What has become of the file that an outlet writes to. */
static void look_at_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    int error = 0;
    switch (ct_sinks_outlet_state(sink->outlet, &error)) {
    case CT_OUTLET_OK:
        sink->told = false;
        break;
    case CT_OUTLET_CLOSED:
        note_status(sinks, sink, CT_OUTPUT_CLOSED);
        break;
    case CT_OUTLET_STUCK:
        if (!sink->told) {
            sink->told = true;
            sink->was_stuck = true;
            ct_process_voice_say(sinks->voice,
                                 "%s: cannot be written: %s, results wait for room and are dropped "
                                 "when there are too many",
                                 ct_sinks_shown_path(sink), ct_process_place_error(error));
        }
        break;
    }
}

void ct_sinks_flush(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->outlet != NULL && sink->file != NULL && ct_sinks_is_first(sinks, sink)) {
            ct_sinks_outlet_flush(sink->outlet);
            look_at_outlet(sinks, sink);
        } else if (sink->outlet == NULL && sink->writer != NULL && ct_sinks_is_streaming(sink) &&
                   fflush(sink->file) != 0) {
            note_status(sinks, sink, errno == EPIPE ? CT_OUTPUT_CLOSED : CT_OUTPUT_FAILED);
        }
    }
}

/* The first octets of a file of this format, to be freed; none: n is 0. */
static char *make_head(const struct ct_sink *sink, size_t *n)
{
    char *head = NULL;
    FILE *memory = open_memstream(&head, n);
    struct ct_writer *writer = NULL;
    if (memory != NULL) {
        writer = ct_output_new(sink->format, memory, &sink->output);
    }
    if (writer != NULL) {
        (void)ct_output_end(writer, NULL); /* a lack of memory leaves nothing */
    }
    ct_output_free(writer);
    if (memory == NULL || fclose(memory) != 0) {
        *n = 0;
    }
    return head;
}

/* What follows goes into another file, which the outlet's thread opens. */
static void reopen_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    size_t n = 0;
    char *head = make_head(sink, &n);
    struct ct_outlet_file file = {
        .place = &sink->place,
        .name = sink->place.name,
        .flags = O_APPEND,
        .mode = CT_SINK_FILE_MODE,
        .head = {(const uint8_t *)head, n},
        .only_if_empty = true,
    };
    if (!ct_sinks_outlet_next(sink->outlet, &file)) {
        ct_process_voice_say(
            sinks->voice,
            "%s: cannot be opened again: too much waits to be written, the old file "
            "is used on",
            sink->path);
    }
    free(head);
}

/* The stream stays, its file changes below it. A file that is empty begins like a new one. */
static void reopen_sink(struct ct_sinks *sinks, struct ct_sink *sink)
{
    struct stat st;
    (void)fflush(sink->file); /* a failure shows at the next write too */
    int fd = ct_process_place_reopen(&sink->place, sink->place.name, O_APPEND, CT_SINK_FILE_MODE);
    if (fd < 0 || dup2(fd, sink->fd) < 0) {
        sinks->failed = true;
        ct_process_voice_say(sinks->voice,
                             "%s: cannot be opened again: %s, the old file is used on", sink->path,
                             ct_process_place_error(errno));
    } else if (fstat(fd, &st) == 0 && st.st_size == 0 && !ct_output_wants_snapshot(sink->format)) {
        struct ct_writer *fresh = ct_output_new(sink->format, sink->file, &sink->output);
        if (fresh != NULL) {
            ct_output_free(sink->writer);
            sink->writer = fresh;
        }
    }
    if (fd >= 0) {
        (void)close(fd); /* its duplicate stays */
    }
}

void ct_sinks_reopen(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer == NULL || sink->path == NULL) {
            continue;
        }
        if (sink->outlet != NULL) {
            reopen_outlet(sinks, sink);
        } else {
            reopen_sink(sinks, sink);
        }
    }
}

void ct_sinks_wait(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        if (sinks->sinks[i].outlet != NULL) {
            ct_sinks_outlet_wait(sinks->sinks[i].outlet);
        }
    }
}

uint64_t ct_sinks_dropped(const struct ct_sinks *sinks)
{
    uint64_t dropped = 0;
    for (size_t i = 0; i < sinks->n; i++) {
        const struct ct_sink *sink = &sinks->sinks[i];
        if (sink->outlet != NULL && ct_sinks_is_first(sinks, sink)) {
            dropped += ct_sinks_outlet_dropped(sink->outlet);
        }
    }
    return dropped;
}

/* Waits until the outlet has written what it holds. */
static void finish_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    bool whole = ct_sinks_outlet_finish(sink->outlet);
    look_at_outlet(sinks, sink);
    if (!whole) {
        if (!sink->told) {
            ct_process_voice_say(sinks->voice,
                                 "%s: the last results could not be written: nobody reads them",
                                 ct_sinks_shown_path(sink));
        }
        sink->told = true;
        sinks->failed = true;
    }
    if (sink->was_stuck && ct_sinks_outlet_dropped(sink->outlet) > 0) {
        sinks->failed = true; /* it is not only slow */
    }
}

void ct_sinks_end(struct ct_sinks *sinks, const struct ct_snapshot *snapshot)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer != NULL) {
            note_status(sinks, sink, ct_output_end(sink->writer, snapshot));
            end_record(sinks, sink);
        }
    }
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->outlet != NULL && ct_sinks_is_first(sinks, sink)) {
            finish_outlet(sinks, sink);
        }
    }
}

void ct_sinks_fini(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->file != NULL) {
            close_sinks_of(sinks, sink->file);
        }
        if (sink->fd > STDERR_FILENO && sink->outlet == NULL) {
            (void)close(sink->fd); /* its stream could not be made */
        }
        if (sink->outlet != sinks->stdout_outlet) {
            ct_sinks_outlet_free(sink->outlet);
        }
    }
    if (sinks->stdout_stream != NULL) {
        (void)fclose(sinks->stdout_stream); /* all of it was handed on */
    }
    ct_sinks_outlet_free(sinks->stdout_outlet);
    if (sinks->stdout_buffer != NULL) {
        (void)fclose(stdout); /* flushed by the writers; its buffer goes now */
        free(sinks->stdout_buffer);
    }
    free(sinks->sinks);
    *sinks = (struct ct_sinks){.n = 0};
}
