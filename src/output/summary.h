/* SPDX-License-Identifier: Apache-2.0 */
/* The report, section by section, and what its tables have in common. */
#ifndef CACHETAP_OUTPUT_SUMMARY_H
#define CACHETAP_OUTPUT_SUMMARY_H

#include "output/writer.h"

/* Rows shown of a list, however many the snapshot holds. */
#define CT_SUMMARY_ROWS 10u

void ct_output_summary_cache(struct ct_writer *writer, const struct ct_snapshot *snapshot);
void ct_output_summary_lists(struct ct_writer *writer, const struct ct_snapshot *snapshot);
void ct_output_summary_groups(struct ct_writer *writer, const struct ct_snapshot *snapshot);
void ct_output_summary_flows(struct ct_writer *writer, const struct ct_snapshot *snapshot);
void ct_output_summary_accounts(struct ct_writer *writer, const struct ct_snapshot *snapshot);

/* "1", "2-3", ...: transactions of a connection, by the rows of by_length. */
const char *ct_output_flow_length_name(unsigned length);

/* An empty line and a title; heads stands to its right, over the columns. */
void ct_output_section(struct ct_writer *writer, const char *title, const char *heads);

/*
 * Words of text, each after a space, from the end of the line that begins at from; where a
 * width is given they go on below themselves.
 */
void ct_output_put_words(struct ct_writer *writer, size_t from, const char *text);

/* "  label          1,234  text" */
void ct_output_count_row(struct ct_writer *writer, const char *label, uint64_t n, const char *text);

/* Cells of a table: right-aligned in width columns, after a space. */
void ct_output_count_cell(struct ct_buf *buf, uint64_t n, size_t width);
void ct_output_percent_cell(struct ct_buf *buf, uint64_t part, uint64_t whole, size_t width);
void ct_output_bytes_cell(struct ct_buf *buf, uint64_t bytes, size_t width);
void ct_output_duration_cell(struct ct_buf *buf, int64_t ns, size_t width);

#endif
