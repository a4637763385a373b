/* SPDX-License-Identifier: Apache-2.0 */
#include "http/read.h"

#include "base/span.h"
#include "http/message.h"
#include "http/pair.h"

bool ct_http_read_begin(struct ct_http_conn *conn, const struct ct_input *in, bool tentative)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    struct ct_msg *msg = ct_http_msg_new(conn->http, in->dir);
    if (msg == NULL || !ct_http_msg_lend_reader(conn->http, msg)) {
        if (msg != NULL) {
            ct_http_msg_free(conn->http, msg);
        }
        ct_http_read_lose(conn, in->dir, CT_LOSS_HOLE);
        return false;
    }
    msg->start = dir->offset;
    msg->first = dir->offset;
    msg->peer_offset = in->peer_offset;
    msg->facts.first_ns = in->ts_ns;
    msg->facts.last_ns = in->ts_ns;
    msg->tentative = tentative;
    dir->msg = msg;
    dir->state = CT_STATE_LINE;
    return true;
}

void ct_http_read_release_hold(struct ct_http_conn *conn)
{
    struct ct_dir_reader *dir = &conn->dir[CT_DIR_ORIG];
    if (dir->state == CT_STATE_HOLD) {
        dir->state = CT_STATE_START;
        conn->resume = conn->held;
        conn->held = false;
    }
}

void ct_http_read_lose(struct ct_http_conn *conn, enum ct_dir which, enum ct_loss loss)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    if (dir->state != CT_STATE_RESYNC) {
        conn->http->counters.resyncs++;
    }
    dir->state = CT_STATE_RESYNC;
    if (dir->next_loss < (uint8_t)loss) {
        dir->next_loss = (uint8_t)loss;
    }
    conn->lossy = true;
    if (which == CT_DIR_RESP) {
        conn->interim = 0;
        conn->interim_early_hints = 0;
        ct_http_read_release_hold(conn);
    }
}

void ct_http_read_end(struct ct_http_conn *conn, enum ct_dir which, bool complete)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    struct ct_msg *msg = dir->msg;
    ct_http_msg_return_reader(conn->http, msg);
    msg->facts.complete = complete;
    msg->facts.wire_len = dir->offset - msg->first;
    msg->end = dir->offset;
    msg->ended = true;
    dir->msg = NULL;
    bool hold = msg->holds && complete && msg->peer == NULL && !msg->alone && !conn->closing;
    dir->state = hold ? CT_STATE_HOLD : CT_STATE_START;
    ct_http_pair_ended(conn, msg);
}

void ct_http_read_break(struct ct_http_conn *conn, enum ct_dir which, enum ct_note note)
{
    ct_http_note(conn->dir[which].msg, note);
    if (note == CT_NOTE_MALFORMED) {
        conn->http->counters.malformed++;
    }
    ct_http_read_end(conn, which, false);
    ct_http_read_lose(conn, which, CT_LOSS_HOLE);
}

void ct_http_read_drop(struct ct_http_conn *conn, enum ct_dir which)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    conn->http->counters.resync_bytes += dir->offset - dir->msg->first;
    ct_http_msg_free(conn->http, dir->msg);
    dir->msg = NULL;
}

/* What should have been a start line is none. */
static void refuse_line(struct ct_http_conn *conn, enum ct_dir which)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    bool in_step = !dir->msg->tentative && dir->next_loss == CT_LOSS_NONE;
    ct_http_read_drop(conn, which);
    if (in_step) {
        conn->http->counters.malformed++;
    }
    ct_http_read_lose(conn, which, in_step ? CT_LOSS_HOLE : CT_LOSS_START);
}

static void reject(struct ct_http_conn *conn, enum ct_dir which, enum ct_proto proto)
{
    ct_http_read_drop(conn, which);
    conn->dir[which].state = CT_STATE_DONE;
    conn->action = CT_ACTION_REJECT;
    conn->proto = (uint8_t)proto;
}

void ct_http_read_accept(struct ct_http_conn *conn, const struct ct_start_line *line,
                         enum ct_dir which, const struct ct_span *whole)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    struct ct_msg *msg = dir->msg;
    ct_http_msg_start_keep(conn->http, msg, line, whole);
    ct_http_h1_begin(msg->reader, false);
    dir->state = CT_STATE_HEAD;
    if (which == CT_DIR_ORIG) {
        ct_http_pair_request(conn, msg);
    }
}

static void judge_line(struct ct_http_conn *conn, enum ct_dir which,
                       const struct ct_line_view *view, const struct ct_span *whole)
{
    struct ct_msg *msg = conn->dir[which].msg;
    if (msg->tentative && !ct_http_resync_accepts(msg, view)) {
        refuse_line(conn, which);
        return;
    }
    struct ct_start_line line =
        which == CT_DIR_ORIG ? ct_http_start_request(view) : ct_http_start_status(view);
    switch (line.kind) {
    case CT_LINE_HTTP:
        ct_http_read_accept(conn, &line, which, whole);
        return;
    case CT_LINE_SIP:
        reject(conn, which, CT_PROTO_SIP);
        return;
    case CT_LINE_RTSP:
        reject(conn, which, CT_PROTO_RTSP);
        return;
    case CT_LINE_ICAP:
        reject(conn, which, CT_PROTO_ICAP);
        return;
    case CT_LINE_HTTP2:
        reject(conn, which, CT_PROTO_HTTP2);
        return;
    case CT_LINE_HTTP09:
        if (conn->depth == 0 && !conn->answered && ct_span_starts_with(view->head, "GET ")) {
            reject(conn, which, CT_PROTO_HTTP09);
            return;
        }
        break;
    case CT_LINE_BAD:
        break;
    }
    refuse_line(conn, which);
}

static size_t step_start(struct ct_http_conn *conn, struct ct_input *in)
{
    size_t n = 0;
    /* Empty lines before a start line: RFC 9112 section 2.2. */
    while (n < in->rest.n && (in->rest.p[n] == '\r' || in->rest.p[n] == '\n')) {
        n++;
    }
    if (n == 0) {
        (void)ct_http_read_begin(conn, in, false);
    }
    return n;
}

static size_t step_line(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    struct ct_msg *msg = dir->msg;
    const uint8_t *lf = memchr(in->rest.p, '\n', in->rest.n);
    size_t n = lf != NULL ? (size_t)(lf - in->rest.p) : in->rest.n;
    struct ct_span piece = {in->rest.p, n};
    if (msg->tentative && msg->line_length > 0 && ct_http_resync_better(conn, in)) {
        ct_http_read_drop(conn, in->dir);
        dir->state = CT_STATE_RESYNC;
        return 0;
    }
    ct_http_read_seen(msg, in->ts_ns);
    if (lf != NULL && msg->line_length == 0) {
        piece.n -= n > 0 && piece.p[n - 1] == '\r' ? 1 : 0;
        struct ct_line_view view = {piece, piece, piece.n};
        dir->offset += n + 1;
        judge_line(conn, in->dir, &view, &piece);
        dir->offset -= n + 1;
        return n + 1;
    }
    ct_http_msg_start_append(conn->http, msg, piece);
    struct ct_line_view view = ct_http_msg_start_view(msg);
    if (lf == NULL) {
        if (!ct_http_start_possible(in->dir, view.head, msg->tentative && !msg->exact)) {
            dir->offset += n;
            refuse_line(conn, in->dir);
            dir->offset -= n;
        }
        return n;
    }
    if (view.tail.n > 0 && view.tail.p[view.tail.n - 1] == '\r') {
        view.tail.n--;
        view.length--;
        view.head.n = view.head.n < view.length ? view.head.n : (size_t)view.length;
    }
    dir->offset += n + 1;
    judge_line(conn, in->dir, &view, NULL);
    dir->offset -= n + 1;
    return n + 1;
}

static size_t step(struct ct_http_conn *conn, struct ct_input *in)
{
    switch ((enum ct_dir_state)conn->dir[in->dir].state) {
    case CT_STATE_START:
        return step_start(conn, in);
    case CT_STATE_LINE:
        return step_line(conn, in);
    case CT_STATE_HEAD:
    case CT_STATE_TRAILER:
        return ct_http_head_step(conn, in);
    case CT_STATE_PEEK:
        return ct_http_body_peek_step(conn, in);
    case CT_STATE_BODY:
        return ct_http_body_step(conn, in);
    case CT_STATE_CHUNK:
        return ct_http_body_chunk_step(conn, in);
    case CT_STATE_RESYNC:
        return ct_http_resync_step(conn, in);
    case CT_STATE_HOLD:
        return 0;
    case CT_STATE_DONE:
        break;
    }
    return in->rest.n;
}

void ct_http_read_run(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    while (in->rest.n > 0 && conn->action == CT_ACTION_NONE && dir->state != CT_STATE_HOLD) {
        size_t used = step(conn, in);
        dir->offset += used;
        in->rest.p += used;
        in->rest.n -= used;
    }
}

size_t ct_http_read_data(struct ct_http_conn *conn, const struct ct_stream_data *data)
{
    struct ct_dir_reader *dir = &conn->dir[data->dir];
    struct ct_input in = {
        .rest = data->bytes,
        .start = data->offset,
        .tested = data->offset,
        .peer_offset = data->peer_offset,
        .ts_ns = data->ts_ns,
        .dir = data->dir,
        .segment_start = data->segment_start,
    };
    dir->offset = data->offset;
    conn->answered = conn->answered || data->dir == CT_DIR_RESP;
    ct_http_read_run(conn, &in);
    conn->held = conn->held || (dir->state == CT_STATE_HOLD && in.rest.n > 0);
    if (data->dir == CT_DIR_ORIG && conn->n_queued[CT_DIR_RESP] > 0) {
        ct_http_pair_settle(conn);
    }
    return data->bytes.n - in.rest.n;
}
