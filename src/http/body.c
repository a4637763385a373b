/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies are numbers: octets are stepped over within the data at hand, and the transport is
 * asked to pass over the rest. Chunk framing and trailers are read.
 */
#include "base/span.h"
#include "http/message.h"
#include "http/read.h"

/* How a status line begins, where a body was expected: d stands for a digit. */
static const char status_pattern[] = "HTTP/1.d ddd";

void ct_http_body_begin(struct ct_http_conn *conn, enum ct_dir which, enum ct_body body)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    struct ct_msg *msg = dir->msg;
    ct_http_msg_return_reader(conn->http, msg);
    switch (body) {
    case CT_BODY_NONE:
        ct_http_read_end(conn, which, true);
        return;
    case CT_BODY_LENGTH:
        msg->remaining = msg->framing.content_length;
        dir->state = CT_STATE_BODY;
        return;
    case CT_BODY_CHUNKED:
        dir->state = CT_STATE_CHUNK;
        return;
    case CT_BODY_CLOSE:
        msg->remaining = UINT64_MAX;
        ct_http_note(msg, CT_NOTE_CLOSE_DELIMITED);
        dir->state = CT_STATE_BODY;
        return;
    }
}

enum ct_body ct_http_body_of_response(struct ct_msg *msg)
{
    enum ct_body body = ct_http_framing_response(&msg->framing, msg->status,
                                                 (enum ct_method_class)msg->method_class);
    if (msg->framing.conflict) {
        ct_http_note(msg, CT_NOTE_LENGTH_CONFLICT);
    }
    return body;
}

void ct_http_body_pass(struct ct_http_conn *conn, enum ct_dir which, uint64_t n, uint64_t lost)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    struct ct_msg *msg = dir->msg;
    msg->facts.body_len += n;
    msg->facts.missing += lost;
    conn->http->counters.gap_bytes_in_bodies += lost;
    if (msg->remaining == UINT64_MAX) {
        return;
    }
    msg->remaining -= n < msg->remaining ? n : msg->remaining;
    if (msg->remaining == 0 && msg->chunk.state != CT_CHUNK_SIZE) {
        dir->state = CT_STATE_CHUNK;
    } else if (msg->remaining == 0) {
        ct_http_read_end(conn, which, true);
    }
}

size_t ct_http_body_step(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    struct ct_msg *msg = dir->msg;
    size_t n = in->rest.n < msg->remaining ? in->rest.n : (size_t)msg->remaining;
    ct_http_read_seen(msg, in->ts_ns);
    dir->offset += n;
    ct_http_body_pass(conn, in->dir, n, 0);
    dir->offset -= n;
    return n;
}

size_t ct_http_body_chunk_step(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    struct ct_msg *msg = dir->msg;
    size_t used = 0;
    ct_http_read_seen(msg, in->ts_ns);
    enum ct_chunk_result result = ct_http_chunk_read(&msg->chunk, in->rest, &used);
    if (result == CT_CHUNK_DATA) {
        msg->remaining = msg->chunk.size;
        dir->state = CT_STATE_BODY;
    } else if (result == CT_CHUNK_LAST && ct_http_msg_lend_reader(conn->http, msg)) {
        ct_http_h1_begin(msg->reader, true);
        dir->state = CT_STATE_TRAILER;
    } else if (result != CT_CHUNK_MORE) {
        dir->offset += used;
        ct_http_read_break(conn, in->dir, CT_NOTE_MALFORMED);
        dir->offset -= used;
    }
    return used;
}

static bool matches(uint8_t c, char pattern)
{
    return pattern == 'd' ? c >= '0' && c <= '9' : c == (uint8_t)pattern;
}

/*
 * Reads again what was looked at, after the decision; the octets of this data come next.
 * Neither branch leads back to CT_STATE_PEEK with octets in hand.
 */
static void read_peeked(struct ct_http_conn *conn, const struct ct_input *in, const uint8_t *peek,
                        size_t n, int64_t ts_ns)
{
    struct ct_input again = *in;
    again.rest = (struct ct_span){peek, n};
    again.ts_ns = ts_ns;
    again.segment_start = false;
    ct_http_read_run(conn, &again);
}

void ct_http_body_decide(struct ct_http_conn *conn, enum ct_dir which)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    struct ct_msg *msg = dir->msg;
    size_t n = dir->peeked;
    if (msg->method_class == CT_METHOD_UNKNOWN) {
        ct_http_note(msg, CT_NOTE_METHOD_UNKNOWN);
    }
    dir->offset -= n;
    ct_http_body_begin(conn, which, ct_http_body_of_response(msg));
    dir->offset += n;
    if (dir->state == CT_STATE_BODY && n > 0) {
        ct_http_body_pass(conn, which, n < msg->remaining ? n : msg->remaining, 0);
    }
}

/*
 * A response to a request that was not seen: if a status line stands where its body should
 * begin, it answered HEAD.
 */
size_t ct_http_body_peek_step(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    struct ct_msg *msg = dir->msg;
    size_t length = sizeof status_pattern - 1;
    size_t n = dir->peeked;
    size_t used = 0;
    bool is_match = true;
    if (msg->method_class != CT_METHOD_UNKNOWN) {
        is_match = msg->method_class == CT_METHOD_HEAD; /* its request came meanwhile */
    } else {
        while (is_match && n < length && used < in->rest.n) {
            is_match = matches(in->rest.p[used], status_pattern[n]);
            if (is_match) {
                msg->peek[n] = in->rest.p[used];
                msg->peek_ns = n == 0 ? in->ts_ns : msg->peek_ns;
                n++;
                used++;
            }
        }
        if (is_match && n < length) {
            dir->peeked = (uint8_t)n;
            return used;
        }
        ct_http_note(msg, CT_NOTE_METHOD_UNKNOWN);
        msg->method_class = is_match ? CT_METHOD_HEAD : CT_METHOD_OTHER;
    }
    uint8_t peek[sizeof msg->peek];
    int64_t ts_ns = msg->peek_ns;
    size_t before = dir->peeked; /* octets of earlier data */
    memcpy(peek, msg->peek, sizeof peek);
    dir->offset -= before;
    ct_http_body_begin(conn, in->dir, is_match ? CT_BODY_NONE : ct_http_body_of_response(msg));
    read_peeked(conn, in, peek, before, ts_ns);
    return 0;
}
