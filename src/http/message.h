/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A message while it is read: its start line, the header lines that are kept, its end.
 * Refused memory drops lines, never the message, as long as there is a block for it.
 */
#ifndef CACHETAP_HTTP_MESSAGE_H
#define CACHETAP_HTTP_MESSAGE_H

#include "http/conn.h"

/* NULL: refused (counted). */
struct ct_msg *ct_http_msg_new(struct ct_http *http, enum ct_dir dir);
void ct_http_msg_free(struct ct_http *http, struct ct_msg *msg);
/* Lends a reader; false: refused. Nothing when it has one. */
bool ct_http_msg_lend_reader(struct ct_http *http, struct ct_msg *msg);
void ct_http_msg_return_reader(struct ct_http *http, struct ct_msg *msg);

/* Start line in pieces, without its end. */
void ct_http_msg_start_append(struct ct_http *http, struct ct_msg *msg, struct ct_span piece);
/* What is known of it so far. */
struct ct_line_view ct_http_msg_start_view(const struct ct_msg *msg);
/*
 * Keeps what a judged start line says. whole: the line where it lies in one piece, else what
 * was appended is used. partial: the end of the line was not seen.
 */
void ct_http_msg_start_keep(struct ct_http *http, struct ct_msg *msg,
                            const struct ct_start_line *line, const struct ct_span *whole);

/* Header lines; called by the header reader. */
void ct_http_msg_line_begin(struct ct_reader *reader, struct ct_span name);
void ct_http_msg_line_append(struct ct_reader *reader, struct ct_span piece);
void ct_http_msg_line_fold(struct ct_reader *reader);
void ct_http_msg_line_end(struct ct_reader *reader);
void ct_http_msg_line_drop(struct ct_reader *reader);

#endif
