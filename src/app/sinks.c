/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/outlet.h"
#include "app/place.h"
#include "app/terminal.h"

#define STDOUT_BUFFER_BYTES ((size_t)64 << 10)
#define FILE_MODE           0640

struct ct_sink {
    enum ct_format format;
    const char *path; /* NULL: standard output */
    struct ct_place place;
    int fd;
    FILE *file;               /* NULL: closed */
    struct ct_outlet *outlet; /* live, for what is written as it comes; else NULL */
    bool told;                /* that the outlet cannot write */
    bool was_stuck;           /* it could not, once */
    struct ct_writer *writer;
    struct ct_output_options output;
};

static const char *shown_path(const struct ct_sink *sink)
{
    return sink->path != NULL ? sink->path : "standard output";
}

/* Written as it comes, not only at the end. */
static bool is_streaming(const struct ct_sink *sink)
{
    return ct_output_wants_txns(sink->format) || ct_output_wants_conns(sink->format);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Neither an input nor another output may be written over. */
static bool check_unique(struct ct_sinks *sinks, size_t i, const struct stat *st)
{
    struct stat other;
    const char *path = sinks->sinks[i].path;
    if (!S_ISREG(st->st_mode)) {
        return true;
    }
    for (size_t k = 0; k < sinks->options->n_reads; k++) {
        if (stat(sinks->options->reads[k], &other) == 0 && same_file(st, &other)) {
            ct_app_voice_say(sinks->voice,
                             "%s: cannot be written: it is an input of this run, "
                             "give another path",
                             path);
            return false;
        }
    }
    for (size_t k = 0; k < i; k++) {
        if (sinks->sinks[k].path != NULL && fstat(sinks->sinks[k].fd, &other) == 0 &&
            same_file(st, &other)) {
            ct_app_voice_say(sinks->voice,
                             "%s: cannot be written: two outputs go to the same "
                             "file, give another path",
                             path);
            return false;
        }
    }
    return true;
}

/* The stream that the writer of a live capture writes to. */
static bool open_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    size_t room = (size_t)sinks->options->limits.output_bytes;
    if (sink->path == NULL && sinks->stdout_outlet != NULL) {
        sink->outlet = sinks->stdout_outlet;
        sink->file = sinks->stdout_stream;
        return true;
    }
    sink->outlet = ct_app_outlet_new(room, true);
    if (sink->outlet == NULL) {
        return false;
    }
    sink->file = ct_app_outlet_file(sink->outlet);
    if (sink->path == NULL) {
        sinks->stdout_outlet = sink->outlet;
        sinks->stdout_stream = sink->file;
    }
    return ct_app_outlet_use(sink->outlet, sink->fd, sink->path != NULL) && sink->file != NULL;
}

static bool open_stream(struct ct_sinks *sinks, struct ct_sink *sink)
{
    if (sinks->options->is_live && (is_streaming(sink) || sink->path == NULL)) {
        return open_outlet(sinks, sink);
    }
    sink->file = sink->path == NULL ? stdout : fdopen(sink->fd, "w");
    return sink->file != NULL;
}

static bool open_file(struct ct_sinks *sinks, size_t i)
{
    struct ct_sink *sink = &sinks->sinks[i];
    struct stat st;
    bool opened =
        ct_app_place_find(&sink->place, sinks->opener, sink->path) &&
        (sink->fd = ct_app_place_create(&sink->place, sink->place.name, 0, FILE_MODE)) >= 0 &&
        fstat(sink->fd, &st) == 0;
    if (!opened) {
        ct_app_voice_say(sinks->voice,
                         "%s: cannot be written: %s, check the path and its "
                         "permissions",
                         sink->path, ct_app_place_error(errno));
        return false;
    }
    sinks->n_files++;
    return check_unique(sinks, i, &st);
}

static bool open_sink(struct ct_sinks *sinks, size_t i)
{
    struct ct_sink *sink = &sinks->sinks[i];
    sink->fd = sink->path != NULL ? -1 : STDOUT_FILENO;
    if (sink->path != NULL && !open_file(sinks, i)) {
        return false;
    }
    sinks->n_open++;
    if (!open_stream(sinks, sink)) {
        ct_app_voice_say(sinks->voice, "%s: cannot be written: out of memory", shown_path(sink));
        return false;
    }
    sinks->streams_to_stdout |=
        sink->path == NULL && is_streaming(sink) && !ct_output_wants_snapshot(sink->format);
    return true;
}

bool ct_app_sinks_open(struct ct_sinks *sinks, const struct ct_options *options,
                       struct ct_opener *opener, struct ct_voice *voice)
{
    *sinks = (struct ct_sinks){.options = options, .opener = opener, .voice = voice};
    sinks->sinks = calloc(options->n_outputs + 1, sizeof *sinks->sinks);
    if (sinks->sinks == NULL) {
        ct_app_voice_say(voice, "output: cannot be opened: out of memory");
        return false;
    }
    sinks->n = options->n_outputs;
    for (size_t i = 0; i < sinks->n; i++) {
        sinks->sinks[i].format = options->outputs[i].format;
        sinks->sinks[i].path = options->outputs[i].path;
        sinks->sinks[i].fd = -1;
    }
    for (size_t i = 0; i < sinks->n; i++) {
        if (!open_sink(sinks, i)) {
            return false;
        }
    }
    return true;
}

static void fill_output_options(const struct ct_sinks *sinks, struct ct_sink *sink,
                                const struct ct_fields *fields)
{
    int fd = sink->fd;
    bool terminal = isatty(fd);
    sink->output = (struct ct_output_options){
        .fields = fields,
        .color = ct_app_terminal_color(fd),
        .utf8 = ct_app_terminal_utf8(),
        .explain = sinks->options->explain,
        .connections = sinks->options->connections,
        .ignored_headers = sinks->options->ignored_headers,
        .n_ignored_headers = sinks->options->n_ignored_headers,
        .line_buffered = sinks->options->line_buffered || terminal || sink->outlet != NULL,
        .columns = ct_app_terminal_columns(fd),
    };
}

/* False: an earlier sink has the same outlet, and has seen to it. */
static bool is_first_of_outlet(const struct ct_sinks *sinks, const struct ct_sink *sink)
{
    const struct ct_sink *first = sinks->sinks;
    while (first->outlet != sink->outlet) {
        first++;
    }
    return first == sink;
}

/* What stands at the beginning of the output is written when it begins. */
static bool begin_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    if (is_streaming(sink)) {
        (void)ct_output_end(sink->writer, NULL); /* the ring is empty: there is room */
        (void)ct_app_outlet_commit(sink->outlet);
    }
    if (is_first_of_outlet(sinks, sink) && !ct_app_outlet_start(sink->outlet)) {
        ct_app_voice_say(sinks->voice, "%s: cannot be written: no thread: %s", shown_path(sink),
                         strerror(errno));
        return false;
    }
    return true;
}

static bool begin_sink(struct ct_sinks *sinks, struct ct_sink *sink, const struct ct_fields *fields)
{
    struct stat st;
    fill_output_options(sinks, sink, fields);
    if (sink->path != NULL && fstat(sink->fd, &st) == 0 && S_ISREG(st.st_mode) &&
        ftruncate(sink->fd, 0) != 0) {
        ct_app_voice_say(sinks->voice, "%s: cannot be emptied: %s, remove it", sink->path,
                         strerror(errno));
        return false;
    }
    sink->writer = ct_output_new(sink->format, sink->file, &sink->output);
    if (sink->writer == NULL) {
        ct_app_voice_say(sinks->voice, "%s: cannot be written: out of memory", shown_path(sink));
        return false;
    }
    return sink->outlet == NULL || begin_outlet(sinks, sink);
}

bool ct_app_sinks_begin(struct ct_sinks *sinks, const struct ct_fields *fields)
{
    if (!isatty(STDOUT_FILENO) && !sinks->options->is_live) {
        sinks->stdout_buffer = malloc(STDOUT_BUFFER_BYTES);
        if (sinks->stdout_buffer != NULL) { /* else the small default */
            (void)setvbuf(stdout, sinks->stdout_buffer, _IOFBF, STDOUT_BUFFER_BYTES);
        }
    }
    for (size_t i = 0; i < sinks->n; i++) {
        if (!begin_sink(sinks, &sinks->sinks[i], fields)) {
            return false;
        }
    }
    return true;
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
        ct_app_voice_say(sinks->voice,
                         "%s: cannot be written: %s, what was written until now "
                         "stays",
                         shown_path(sink), strerror(error));
    }
    close_sinks_of(sinks, sink->file);
}

static void end_record(const struct ct_sinks *sinks, struct ct_sink *sink)
{
    if (sink->outlet != NULL && sink->file != NULL) {
        (void)ct_app_outlet_commit(sink->outlet); /* counts what it drops */
        if (sinks->options->line_buffered) {
            ct_app_outlet_flush(sink->outlet);
        }
    }
}

void ct_app_sinks_txn(struct ct_sinks *sinks, const struct ct_txn *txn,
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

void ct_app_sinks_conn(struct ct_sinks *sinks, const struct ct_conn_end *end,
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
    switch (ct_app_outlet_state(sink->outlet, &error)) {
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
            ct_app_voice_say(sinks->voice,
                             "%s: cannot be written: %s, results wait for room and are dropped "
                             "when there are too many",
                             shown_path(sink), ct_app_place_error(error));
        }
        break;
    }
}

void ct_app_sinks_flush(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->outlet != NULL && sink->file != NULL && is_first_of_outlet(sinks, sink)) {
            ct_app_outlet_flush(sink->outlet);
            look_at_outlet(sinks, sink);
        } else if (sink->outlet == NULL && sink->writer != NULL && is_streaming(sink) &&
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
        .mode = FILE_MODE,
        .head = {(const uint8_t *)head, n},
        .only_if_empty = true,
    };
    if (!ct_app_outlet_next(sink->outlet, &file)) {
        ct_app_voice_say(sinks->voice,
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
    int fd = ct_app_place_create(&sink->place, sink->place.name, O_APPEND, FILE_MODE);
    if (fd < 0 || dup2(fd, sink->fd) < 0) {
        sinks->failed = true;
        ct_app_voice_say(sinks->voice, "%s: cannot be opened again: %s, the old file is used on",
                         sink->path, ct_app_place_error(errno));
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

void ct_app_sinks_reopen(struct ct_sinks *sinks)
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

void ct_app_sinks_wait(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        if (sinks->sinks[i].outlet != NULL) {
            ct_app_outlet_wait(sinks->sinks[i].outlet);
        }
    }
}

uint64_t ct_app_sinks_dropped(const struct ct_sinks *sinks)
{
    uint64_t dropped = 0;
    for (size_t i = 0; i < sinks->n; i++) {
        const struct ct_sink *sink = &sinks->sinks[i];
        if (sink->outlet != NULL && is_first_of_outlet(sinks, sink)) {
            dropped += ct_app_outlet_dropped(sink->outlet);
        }
    }
    return dropped;
}

/* Waits until the outlet has written what it holds. */
static void finish_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    bool whole = ct_app_outlet_finish(sink->outlet);
    look_at_outlet(sinks, sink);
    if (!whole) {
        if (!sink->told) {
            ct_app_voice_say(sinks->voice,
                             "%s: the last results could not be written: nobody reads them",
                             shown_path(sink));
        }
        sink->told = true;
        sinks->failed = true;
    }
    if (sink->was_stuck && ct_app_outlet_dropped(sink->outlet) > 0) {
        sinks->failed = true; /* it is not only slow */
    }
}

void ct_app_sinks_end(struct ct_sinks *sinks, const struct ct_snapshot *snapshot)
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
        if (sink->outlet != NULL && is_first_of_outlet(sinks, sink)) {
            finish_outlet(sinks, sink);
        }
    }
}

void ct_app_sinks_fini(struct ct_sinks *sinks)
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
            ct_app_outlet_free(sink->outlet);
        }
    }
    if (sinks->stdout_stream != NULL) {
        (void)fclose(sinks->stdout_stream); /* all of it was handed on */
    }
    ct_app_outlet_free(sinks->stdout_outlet);
    if (sinks->stdout_buffer != NULL) {
        (void)fclose(stdout); /* flushed by the writers; its buffer goes now */
        free(sinks->stdout_buffer);
    }
    free(sinks->sinks);
    *sinks = (struct ct_sinks){.n = 0};
}
