/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and the way from a writer's buffer to its file. */
#include "cachetap/output.h"

#include <errno.h>
#include <stdlib.h>

#include "output/writer.h"

static const struct ct_output_format formats[CT_FORMAT_COUNT] = {
    [CT_FORMAT_TEXT] = {.begin = ct_output_text_begin,
                        .txn = ct_output_text_txn,
                        .conn = ct_output_text_conn},
    [CT_FORMAT_JSON] = {.txn = ct_output_json_txn, .conn = ct_output_json_conn},
    [CT_FORMAT_CSV] = {.begin = ct_output_csv_begin, .txn = ct_output_csv_txn},
    [CT_FORMAT_CSV_CONNECTIONS] = {.begin = ct_output_csv_conn_begin, .conn = ct_output_csv_conn},
    [CT_FORMAT_SUMMARY] = {.end = ct_output_summary_end},
    [CT_FORMAT_SUMMARY_JSON] = {.end = ct_output_summary_json_end},
};

struct ct_writer *ct_output_new(enum ct_format format, FILE *file,
                                const struct ct_output_options *options)
{
    struct ct_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL) {
        return NULL;
    }
    writer->format = &formats[format];
    writer->options = *options;
    writer->file = file;
    return writer;
}

void ct_output_free(struct ct_writer *writer)
{
    if (writer != NULL) {
        ct_output_buf_fini(&writer->buf);
        ct_output_buf_fini(&writer->scratch);
        free(writer);
    }
}

static void note_error(struct ct_writer *writer)
{
    writer->status = errno == EPIPE ? CT_OUTPUT_CLOSED : CT_OUTPUT_FAILED;
}

static void write_buffer(struct ct_writer *writer, bool flush)
{
    if (writer->buf.failed || writer->scratch.failed) {
        errno = ENOMEM;
        writer->status = CT_OUTPUT_FAILED;
        return;
    }
    if (writer->buf.n > 0 &&
        fwrite(writer->buf.p, 1, writer->buf.n, writer->file) != writer->buf.n) {
        note_error(writer);
        return;
    }
    writer->buf.n = 0;
    if (flush && fflush(writer->file) != 0) {
        note_error(writer);
    }
}

static void begin(struct ct_writer *writer)
{
    if (!writer->begun && writer->format->begin != NULL) {
        writer->format->begin(writer);
    }
    writer->begun = true;
}

enum ct_output_status ct_output_txn(struct ct_writer *writer, const struct ct_txn *txn,
                                    const struct ct_verdict *verdict)
{
    if (writer->status != CT_OUTPUT_OK || writer->format->txn == NULL) {
        return writer->status;
    }
    begin(writer);
    writer->format->txn(writer, txn, verdict);
    write_buffer(writer, writer->options.line_buffered);
    return writer->status;
}

enum ct_output_status ct_output_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                                     const struct ct_flow *flow)
{
    const struct ct_output_format *format = writer->format;
    bool wanted = writer->options.connections || format->txn == NULL;
    bool http = flow != NULL || end->proto == CT_PROTO_HTTP1;
    if (writer->status != CT_OUTPUT_OK || format->conn == NULL || !wanted || !http) {
        return writer->status;
    }
    begin(writer);
    format->conn(writer, end, flow);
    write_buffer(writer, writer->options.line_buffered);
    return writer->status;
}

enum ct_output_status ct_output_end(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    if (writer->status != CT_OUTPUT_OK) {
        return writer->status;
    }
    begin(writer);
    if (writer->format->end != NULL && snapshot != NULL) {
        writer->format->end(writer, snapshot);
    }
    write_buffer(writer, true);
    return writer->status;
}

bool ct_output_wants_snapshot(enum ct_format format)
{
    return formats[format].end != NULL;
}

bool ct_output_wants_txns(enum ct_format format)
{
    return formats[format].txn != NULL;
}

bool ct_output_wants_conns(enum ct_format format)
{
    return formats[format].conn != NULL;
}

const char *ct_output_format_name(enum ct_format format)
{
    static const char *const names[CT_FORMAT_COUNT] = {
#define X(symbol, name, help) [CT_FORMAT_##symbol] = (name),
        CT_FORMATS(X)
#undef X
    };
    return names[format];
}

const char *ct_output_format_help(enum ct_format format)
{
    static const char *const helps[CT_FORMAT_COUNT] = {
#define X(symbol, name, help) [CT_FORMAT_##symbol] = (help),
        CT_FORMATS(X)
#undef X
    };
    return helps[format];
}

void ct_output_color(struct ct_writer *writer, enum ct_color color)
{
    static const char *const sequences[] = {
        [CT_COLOR_OFF] = "\033[0m",      [CT_COLOR_BOLD] = "\033[1m",
        [CT_COLOR_DIM] = "\033[2m",      [CT_COLOR_RED] = "\033[31m",
        [CT_COLOR_GREEN] = "\033[32m",   [CT_COLOR_YELLOW] = "\033[33m",
        [CT_COLOR_MAGENTA] = "\033[35m", [CT_COLOR_CYAN] = "\033[36m",
    };
    if (writer->options.color) {
        ct_output_put(&writer->buf, sequences[color]);
    }
}

enum ct_color ct_output_class_color(enum ct_class class)
{
    switch (class) {
    case CT_CLASS_HIT:
        return CT_COLOR_GREEN;
    case CT_CLASS_MISS:
        return CT_COLOR_YELLOW;
    case CT_CLASS_BYPASS:
        return CT_COLOR_MAGENTA;
    case CT_CLASS_OTHER:
    case CT_CLASS_COUNT:
        break;
    }
    return CT_COLOR_DIM;
}

enum ct_color ct_output_outcome_color(enum ct_outcome outcome)
{
    if (outcome == CT_OUTCOME_ERROR) {
        return CT_COLOR_RED;
    }
    return outcome == CT_OUTCOME_SYNTHETIC ? CT_COLOR_CYAN
                                           : ct_output_class_color(ct_cache_outcome_class(outcome));
}
