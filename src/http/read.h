/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One direction of a connection, octet by octet: start line, header section, body, next
 * message. Bodies and chunk data are passed over; holes in them are counted, any other hole
 * ends the message, and the direction looks for the next start line (resync.c).
 */
#ifndef CACHETAP_HTTP_READ_H
#define CACHETAP_HTTP_READ_H

#include "http/conn.h"

/* Octets that are being read; the reader's offset is that of rest.p[0]. */
struct ct_input {
    struct ct_span rest;
    uint64_t start;  /* offset of the first octet of the data event */
    uint64_t tested; /* resync: candidates before this offset were judged */
    uint64_t peer_offset;
    int64_t ts_ns;
    enum ct_dir dir;
    bool segment_start;
};

/* Returns the octets taken. */
size_t ct_http_read_data(struct ct_http_conn *conn, const struct ct_stream_data *data);
void ct_http_read_gap(struct ct_http_conn *conn, const struct ct_stream_gap *gap);
void ct_http_read_skipped(struct ct_http_conn *conn, const struct ct_stream_skipped *skipped);
void ct_http_read_eof(struct ct_http_conn *conn, enum ct_dir which);
/* The end of a connection: what is being read ends here. reset: by RST. */
void ct_http_read_close(struct ct_http_conn *conn, enum ct_dir which, bool reset);

/* The parts of it that resync.c and body.c share. */

/* Begins a message at the reader's offset; false: no memory, the direction is out of step. */
bool ct_http_read_begin(struct ct_http_conn *conn, const struct ct_input *in, bool tentative);
/* The direction does not know where the next message begins. */
void ct_http_read_lose(struct ct_http_conn *conn, enum ct_dir which, enum ct_loss loss);
/* The message being read ends at the reader's offset. */
void ct_http_read_end(struct ct_http_conn *conn, enum ct_dir which, bool complete);
/* It breaks off; the direction is out of step. */
void ct_http_read_break(struct ct_http_conn *conn, enum ct_dir which, enum ct_note note);
void ct_http_read_release_hold(struct ct_http_conn *conn);
void ct_http_read_run(struct ct_http_conn *conn, struct ct_input *in);
/* Drops a message that turned out to be none. */
void ct_http_read_drop(struct ct_http_conn *conn, enum ct_dir which);

static inline void ct_http_read_seen(struct ct_msg *msg, int64_t ts_ns)
{
    if (ts_ns > msg->facts.last_ns) {
        msg->facts.last_ns = ts_ns;
    }
}

/* A start line was read or as good as; see ct_http_msg_start_keep for whole. */
void ct_http_read_accept(struct ct_http_conn *conn, const struct ct_start_line *line,
                         enum ct_dir which, const struct ct_span *whole);

/* head.c */
size_t ct_http_head_step(struct ct_http_conn *conn, struct ct_input *in);
/* A 1xx response is over: it is counted for the one that follows. */
void ct_http_head_interim(struct ct_http_conn *conn, struct ct_msg *msg);
/* A final response is known as far as its header section goes: finds its request. */
void ct_http_head_response(struct ct_http_conn *conn, struct ct_msg *msg);

/* body.c: after the header section. Steps return the octets used. */
void ct_http_body_begin(struct ct_http_conn *conn, enum ct_dir which, enum ct_body body);
/* The body of the message being read, as far as its request is known. */
enum ct_body ct_http_body_of_response(struct ct_msg *msg);
size_t ct_http_body_step(struct ct_http_conn *conn, struct ct_input *in);
size_t ct_http_body_chunk_step(struct ct_http_conn *conn, struct ct_input *in);
size_t ct_http_body_peek_step(struct ct_http_conn *conn, struct ct_input *in);
/* In CT_STATE_PEEK: goes by the request if it is known by now, else there is a body. */
void ct_http_body_decide(struct ct_http_conn *conn, enum ct_dir which);
/* n octets of content passed, lost of them lost. */
void ct_http_body_pass(struct ct_http_conn *conn, enum ct_dir which, uint64_t n, uint64_t lost);

/* resync.c */
/* Whether a line is the start line of a message that begins where one may begin. */
bool ct_http_resync_accepts(const struct ct_msg *msg, const struct ct_line_view *view);
/*
 * While a candidate's line is read in pieces: whether the message begins rather at the start
 * of this segment.
 */
bool ct_http_resync_better(const struct ct_http_conn *conn, const struct ct_input *in);
size_t ct_http_resync_step(struct ct_http_conn *conn, struct ct_input *in);
/* Whether the other side named this offset as the end of a message. */
bool ct_http_resync_exact(const struct ct_http_conn *conn, enum ct_dir which, uint64_t offset);

#endif
