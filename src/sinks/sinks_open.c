/* SPDX-License-Identifier: Apache-2.0 */
/* How sinks are opened, and begun when rights have been given up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/terminal.h"
#include "sinks/sink.h"

#define STDOUT_BUFFER_BYTES ((size_t)64 << 10)

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
            ct_process_voice_say(sinks->voice,
                                 "%s: cannot be written: it is an input of this run, "
                                 "give another path",
                                 path);
            return false;
        }
    }
    for (size_t k = 0; k < i; k++) {
        if (sinks->sinks[k].path != NULL && fstat(sinks->sinks[k].fd, &other) == 0 &&
            same_file(st, &other)) {
            ct_process_voice_say(sinks->voice,
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
    sink->outlet = ct_sinks_outlet_new(room, true);
    if (sink->outlet == NULL) {
        return false;
    }
    sink->file = ct_sinks_outlet_file(sink->outlet);
    if (sink->path == NULL) {
        sinks->stdout_outlet = sink->outlet;
        sinks->stdout_stream = sink->file;
    }
    return ct_sinks_outlet_use(sink->outlet, sink->fd, sink->path != NULL) && sink->file != NULL;
}

static bool open_stream(struct ct_sinks *sinks, struct ct_sink *sink)
{
    if (sinks->options->is_live && (ct_sinks_is_streaming(sink) || sink->path == NULL)) {
        return open_outlet(sinks, sink);
    }
    sink->file = sink->path == NULL ? stdout : fdopen(sink->fd, "w");
    return sink->file != NULL;
}

static bool open_file(struct ct_sinks *sinks, size_t i)
{
    struct ct_sink *sink = &sinks->sinks[i];
    struct stat st;
    bool opened = ct_process_place_find(&sink->place, sinks->opener, sink->path) &&
                  (sink->fd = ct_process_place_create(&sink->place, sink->place.name, 0,
                                                      CT_SINK_FILE_MODE)) >= 0 &&
                  fstat(sink->fd, &st) == 0;
    if (!opened) {
        ct_process_voice_say(sinks->voice,
                             "%s: cannot be written: %s, check the path and its "
                             "permissions",
                             sink->path, ct_process_place_error(errno));
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
        ct_process_voice_say(sinks->voice, "%s: cannot be written: out of memory",
                             ct_sinks_shown_path(sink));
        return false;
    }
    sinks->streams_to_stdout |= sink->path == NULL && ct_sinks_is_streaming(sink) &&
                                !ct_output_wants_snapshot(sink->format);
    return true;
}

bool ct_sinks_open(struct ct_sinks *sinks, const struct ct_options *options,
                   struct ct_opener *opener, struct ct_voice *voice)
{
    *sinks = (struct ct_sinks){.options = options, .opener = opener, .voice = voice};
    sinks->sinks = calloc(options->n_outputs + 1, sizeof *sinks->sinks);
    if (sinks->sinks == NULL) {
        ct_process_voice_say(voice, "output: cannot be opened: out of memory");
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
        .color = ct_process_terminal_color(fd),
        .utf8 = ct_process_terminal_utf8(),
        .explain = sinks->options->explain,
        .connections = sinks->options->connections,
        .ignored_headers = sinks->options->ignored_headers,
        .n_ignored_headers = sinks->options->n_ignored_headers,
        .line_buffered = sinks->options->line_buffered || terminal || sink->outlet != NULL,
        .columns = ct_process_terminal_columns(fd),
    };
}

/* What stands at the beginning of the output is written when it begins. */
static bool begin_outlet(struct ct_sinks *sinks, struct ct_sink *sink)
{
    if (ct_sinks_is_streaming(sink)) {
        (void)ct_output_end(sink->writer, NULL); /* the ring is empty: there is room */
        (void)ct_sinks_outlet_commit(sink->outlet);
    }
    if (ct_sinks_is_first(sinks, sink) && !ct_sinks_outlet_start(sink->outlet)) {
        ct_process_voice_say(sinks->voice, "%s: cannot be written: no thread: %s",
                             ct_sinks_shown_path(sink), strerror(errno));
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
        ct_process_voice_say(sinks->voice, "%s: cannot be emptied: %s, remove it", sink->path,
                             strerror(errno));
        return false;
    }
    sink->writer = ct_output_new(sink->format, sink->file, &sink->output);
    if (sink->writer == NULL) {
        ct_process_voice_say(sinks->voice, "%s: cannot be written: out of memory",
                             ct_sinks_shown_path(sink));
        return false;
    }
    return sink->outlet == NULL || begin_outlet(sinks, sink);
}

bool ct_sinks_begin(struct ct_sinks *sinks, const struct ct_fields *fields)
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
