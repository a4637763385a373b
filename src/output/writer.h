/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a format is to the rest of the stage: a row of functions. A format puts text into the
 * writer's buffer; output.c writes it out and knows about files and errors.
 */
#ifndef CACHETAP_OUTPUT_WRITER_H
#define CACHETAP_OUTPUT_WRITER_H

#include "cachetap/output.h"
#include "output/buf.h"

/* Columns of the text format that have grown to what was met. */
struct ct_text_state {
    size_t flow_width;
    size_t method_width;
    size_t outcome_width;
    int64_t clock_s; /* the second that clock[] shows */
    char clock[16];
};

struct ct_writer {
    const struct ct_output_format *format;
    struct ct_output_options options;
    FILE *file;
    struct ct_buf buf;            /* what is about to be written */
    struct ct_buf scratch;        /* for text that has to be measured first */
    enum ct_output_status status; /* the first failure stays */
    bool begun;
    struct ct_text_state text;
};

struct ct_output_format {
    /* Any may be NULL. */
    void (*begin)(struct ct_writer *writer);
    void (*txn)(struct ct_writer *writer, const struct ct_txn *txn,
                const struct ct_verdict *verdict);
    void (*conn)(struct ct_writer *writer, const struct ct_conn_end *end,
                 const struct ct_flow *flow);
    void (*end)(struct ct_writer *writer, const struct ct_snapshot *snapshot);
};

void ct_output_text_begin(struct ct_writer *writer);
void ct_output_text_txn(struct ct_writer *writer, const struct ct_txn *txn,
                        const struct ct_verdict *verdict);
/* The reasoning as indented lines (text with --explain). */
void ct_output_text_explain(struct ct_writer *writer, const struct ct_txn *txn,
                            const struct ct_verdict *verdict);
void ct_output_text_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                         const struct ct_flow *flow);
void ct_output_json_txn(struct ct_writer *writer, const struct ct_txn *txn,
                        const struct ct_verdict *verdict);
void ct_output_json_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                         const struct ct_flow *flow);
void ct_output_csv_begin(struct ct_writer *writer);
void ct_output_csv_txn(struct ct_writer *writer, const struct ct_txn *txn,
                       const struct ct_verdict *verdict);
void ct_output_csv_conn_begin(struct ct_writer *writer);
void ct_output_csv_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                        const struct ct_flow *flow);
void ct_output_summary_end(struct ct_writer *writer, const struct ct_snapshot *snapshot);
void ct_output_summary_json_end(struct ct_writer *writer, const struct ct_snapshot *snapshot);

/* What lines of transactions and of connections have in common. */
bool ct_output_text_is_narrow(const struct ct_writer *writer);
void ct_output_text_time(struct ct_writer *writer, int64_t ns);
void ct_output_text_flow(struct ct_writer *writer, const struct ct_endpoint *orig,
                         const struct ct_endpoint *resp);
/* Ends a cell that begins at from; the column grows with it, up to most. */
void ct_output_text_end_cell(struct ct_writer *writer, size_t from, size_t *width, size_t most);

/* Colours, empty unless wanted. */
enum ct_color {
    CT_COLOR_OFF,
    CT_COLOR_BOLD,
    CT_COLOR_DIM,
    CT_COLOR_RED,
    CT_COLOR_GREEN,
    CT_COLOR_YELLOW,
    CT_COLOR_MAGENTA,
    CT_COLOR_CYAN,
};
void ct_output_color(struct ct_writer *writer, enum ct_color color);
enum ct_color ct_output_outcome_color(enum ct_outcome outcome);
enum ct_color ct_output_class_color(enum ct_class class);

#endif
