/* SPDX-License-Identifier: Apache-2.0 */
#include "app/sinks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/signals.h"
#include "app/terminal.h"

#define STDOUT_BUFFER_BYTES ((size_t)64 << 10)
#define FILE_MODE           0640

struct ct_sink {
    enum ct_format format;
    const char *path; /* NULL: standard output */
    FILE *file;       /* NULL: closed */
    struct ct_writer *writer;
    struct ct_output_options output;
};

static const char *shown_path(const struct ct_sink *sink)
{
    return sink->path != NULL ? sink->path : "standard output";
}

/*
 * Links are not followed, so that a results folder which others can write to does no harm.
 * Those of /dev and /proc are the system's own (/dev/stderr, a shell's >(command)).
 */
static int open_path(const char *path, int flags)
{
    int fd = -1;
    bool system = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
    do {
        fd = open(path,
                  O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags | (system ? 0 : O_NOFOLLOW),
                  FILE_MODE);
    } while (fd < 0 && errno == EINTR && !ct_app_signals_stop());
    return fd;
}

static const char *why_not(int error)
{
    return error == ELOOP ? "it is a symbolic link, which is not followed" : strerror(error);
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
        if (sinks->sinks[k].path != NULL && fstat(fileno(sinks->sinks[k].file), &other) == 0 &&
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

static bool open_file(struct ct_sinks *sinks, size_t i)
{
    struct ct_sink *sink = &sinks->sinks[i];
    struct stat st;
    int fd = open_path(sink->path, 0);
    if (fd < 0 || fstat(fd, &st) != 0) {
        ct_app_voice_say(sinks->voice,
                         "%s: cannot be written: %s, check the path and its "
                         "permissions",
                         sink->path, why_not(errno));
        if (fd >= 0) {
            (void)close(fd);
        }
        return false;
    }
    if (check_unique(sinks, i, &st)) {
        sink->file = fdopen(fd, "w");
    }
    if (sink->file == NULL) {
        (void)close(fd);
        return false;
    }
    sinks->n_files++;
    return true;
}

bool ct_app_sinks_open(struct ct_sinks *sinks, const struct ct_options *options,
                       struct ct_voice *voice)
{
    *sinks = (struct ct_sinks){.options = options, .voice = voice};
    sinks->sinks = calloc(options->n_outputs, sizeof *sinks->sinks);
    if (sinks->sinks == NULL) {
        ct_app_voice_say(voice, "output: cannot be opened: out of memory");
        return false;
    }
    sinks->n = options->n_outputs;
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        sink->format = options->outputs[i].format;
        sink->path = options->outputs[i].path;
        if (sink->path != NULL && !open_file(sinks, i)) {
            return false;
        }
        if (sink->path == NULL) {
            sink->file = stdout;
            sinks->streams_to_stdout |= !ct_output_wants_snapshot(sink->format);
        }
        sinks->n_open++;
    }
    return true;
}

static void fill_output_options(const struct ct_sinks *sinks, struct ct_sink *sink,
                                const struct ct_fields *fields)
{
    int fd = fileno(sink->file);
    bool terminal = isatty(fd);
    sink->output = (struct ct_output_options){
        .fields = fields,
        .color = ct_app_terminal_color(fd),
        .utf8 = ct_app_terminal_utf8(),
        .explain = sinks->options->explain,
        .connections = sinks->options->connections,
        .ignored_headers = sinks->options->ignored_headers,
        .n_ignored_headers = sinks->options->n_ignored_headers,
        .line_buffered = sinks->options->line_buffered || terminal,
        .columns = ct_app_terminal_columns(fd),
    };
}

static bool begin_sink(struct ct_sinks *sinks, struct ct_sink *sink, const struct ct_fields *fields)
{
    struct stat st;
    fill_output_options(sinks, sink, fields);
    if (sink->path != NULL && fstat(fileno(sink->file), &st) == 0 && S_ISREG(st.st_mode) &&
        ftruncate(fileno(sink->file), 0) != 0) {
        ct_app_voice_say(sinks->voice, "%s: cannot be emptied: %s, remove it", sink->path,
                         strerror(errno));
        return false;
    }
    sink->writer = ct_output_new(sink->format, sink->file, &sink->output);
    if (sink->writer == NULL) {
        ct_app_voice_say(sinks->voice, "%s: cannot be written: out of memory", shown_path(sink));
    }
    return sink->writer != NULL;
}

bool ct_app_sinks_begin(struct ct_sinks *sinks, const struct ct_fields *fields)
{
    if (!isatty(STDOUT_FILENO)) {
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
        if (sink->file != file) {
            continue;
        }
        ct_output_free(sink->writer);
        sink->writer = NULL;
        if (sink->path != NULL) {
            (void)fclose(sink->file); /* its failure is told already, or was flushed before */
        }
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

void ct_app_sinks_txn(struct ct_sinks *sinks, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer != NULL && ct_output_wants_txns(sink->format)) {
            note_status(sinks, sink, ct_output_txn(sink->writer, txn, verdict));
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
        }
    }
}

void ct_app_sinks_flush(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer != NULL && ct_output_wants_txns(sink->format)) {
            bool bad = fflush(sink->file) != 0;
            note_status(sinks, sink,
                        !bad             ? CT_OUTPUT_OK
                        : errno == EPIPE ? CT_OUTPUT_CLOSED
                                         : CT_OUTPUT_FAILED);
        }
    }
}

/* The stream stays, its file changes below it. A file that is empty begins like a new one. */
static void reopen_sink(struct ct_sinks *sinks, struct ct_sink *sink)
{
    struct stat st;
    (void)fflush(sink->file); /* a failure shows at the next write too */
    int fd = open_path(sink->path, O_APPEND);
    if (fd < 0 || dup2(fd, fileno(sink->file)) < 0) {
        sinks->failed = true;
        ct_app_voice_say(sinks->voice, "%s: cannot be opened again: %s, the old file is used on",
                         sink->path, why_not(errno));
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
        if (sinks->sinks[i].writer != NULL && sinks->sinks[i].path != NULL) {
            reopen_sink(sinks, &sinks->sinks[i]);
        }
    }
}

void ct_app_sinks_end(struct ct_sinks *sinks, const struct ct_snapshot *snapshot)
{
    for (size_t i = 0; i < sinks->n; i++) {
        struct ct_sink *sink = &sinks->sinks[i];
        if (sink->writer != NULL) {
            note_status(sinks, sink, ct_output_end(sink->writer, snapshot));
        }
    }
}

void ct_app_sinks_fini(struct ct_sinks *sinks)
{
    for (size_t i = 0; i < sinks->n; i++) {
        if (sinks->sinks[i].file != NULL) {
            close_sinks_of(sinks, sinks->sinks[i].file);
        }
    }
    if (sinks->stdout_buffer != NULL) {
        (void)fclose(stdout); /* flushed by the writers; its buffer goes now */
        free(sinks->stdout_buffer);
    }
    free(sinks->sinks);
    *sinks = (struct ct_sinks){.n = 0};
}
