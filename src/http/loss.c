/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holes and ends of a direction. A hole in content of known place is counted; any other one
 * ends the message, which is still listed with what was read of it.
 */
#include "http/message.h"
#include "http/pair.h"
#include "http/read.h"

/* A start line whose end is lost: still worth listing where it says enough. */
static bool keep_partial_line(struct ct_http_conn *conn, enum ct_dir which, bool hole)
{
    struct ct_msg *msg = conn->dir[which].msg;
    struct ct_line_view view = ct_http_msg_start_view(msg);
    if ((!hole || (msg->tentative && !msg->exact)) &&
        !ct_http_start_partial_strict(which, view.head, view.length)) {
        return false;
    }
    struct ct_start_line line = ct_http_start_partial(which, view.head, view.length);
    if (line.kind != CT_LINE_HTTP) {
        return false;
    }
    ct_http_read_accept(conn, &line, which, NULL);
    if (which == CT_DIR_ORIG && !line.target_whole) {
        ct_http_note(msg, CT_NOTE_URI_CUT);
    }
    return true;
}

/* A response that breaks off in its header section: it is known whose it is. */
static void break_head(struct ct_http_conn *conn, enum ct_dir which)
{
    struct ct_msg *msg = conn->dir[which].msg;
    if (which == CT_DIR_RESP && conn->dir[which].state == CT_STATE_HEAD) {
        if (msg->status / 100 == 1 && msg->status != 101) {
            ct_http_head_interim(conn, msg);
            return;
        }
        ct_http_head_response(conn, msg);
    }
    ct_http_read_end(conn, which, false);
}

/* Ends what is being read where the stream breaks off. */
static void break_off(struct ct_http_conn *conn, enum ct_dir which, uint64_t lost)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    if (dir->msg == NULL) {
        return;
    }
    if (dir->state == CT_STATE_LINE && !keep_partial_line(conn, which, lost > 0)) {
        ct_http_read_drop(conn, which);
        return;
    }
    if (dir->state == CT_STATE_PEEK && lost > 0) {
        /* Body or next message: its request may tell yet. What follows is searched. */
        ct_http_note(dir->msg, CT_NOTE_METHOD_UNKNOWN);
        dir->msg->undecided = true;
        dir->msg->remaining = lost + dir->peeked;
        dir->offset -= dir->peeked;
    } else {
        bool in_head = dir->state == CT_STATE_LINE || dir->state == CT_STATE_HEAD;
        if (in_head || (lost > 0 && dir->state != CT_STATE_CHUNK)) {
            ct_http_note(dir->msg, CT_NOTE_GAP_IN_HEAD);
        }
        dir->msg->facts.missing += lost;
        dir->offset += lost;
    }
    break_head(conn, which);
}

void ct_http_read_gap(struct ct_http_conn *conn, const struct ct_stream_gap *gap)
{
    struct ct_dir_reader *dir = &conn->dir[gap->dir];
    uint64_t lost = gap->length;
    dir->offset = gap->offset;
    if (dir->state == CT_STATE_PEEK && dir->msg->method_class != CT_METHOD_UNKNOWN) {
        ct_http_body_decide(conn, gap->dir);
    }
    if (dir->state == CT_STATE_BODY) {
        uint64_t n = lost < dir->msg->remaining ? lost : dir->msg->remaining;
        dir->offset += n;
        lost -= n;
        ct_http_body_pass(conn, gap->dir, n, n);
    }
    if (lost > 0 && dir->state != CT_STATE_DONE) {
        enum ct_loss loss = dir->state == CT_STATE_START ? CT_LOSS_MESSAGE : CT_LOSS_HOLE;
        conn->http->counters.gap_bytes_elsewhere += lost;
        break_off(conn, gap->dir, lost);
        dir->state = dir->state == CT_STATE_RESYNC ? CT_STATE_RESYNC : CT_STATE_START;
        ct_http_read_lose(conn, gap->dir, loss);
    }
    dir->offset = gap->offset + gap->length;
    if (gap->dir == CT_DIR_ORIG) {
        ct_http_pair_settle(conn);
    }
}

void ct_http_read_skipped(struct ct_http_conn *conn, const struct ct_stream_skipped *skipped)
{
    struct ct_dir_reader *dir = &conn->dir[skipped->dir];
    dir->skipping = false;
    dir->offset += skipped->length;
    if (dir->state != CT_STATE_BODY || skipped->length == 0) {
        return;
    }
    ct_http_read_seen(dir->msg, skipped->last_ns);
    ct_http_body_pass(conn, skipped->dir, skipped->length, skipped->missing);
}

void ct_http_read_eof(struct ct_http_conn *conn, enum ct_dir which)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    struct ct_msg *msg = dir->msg;
    if (dir->state == CT_STATE_BODY) {
        ct_http_read_end(conn, which, msg->remaining == UINT64_MAX);
    } else if (dir->state == CT_STATE_PEEK) {
        /* Nothing came where a body should begin: most likely the answer to HEAD. */
        ct_http_note(msg, CT_NOTE_METHOD_UNKNOWN);
        ct_http_read_end(conn, which, dir->peeked == 0);
    } else {
        break_off(conn, which, 0);
    }
    dir->state = CT_STATE_DONE;
    if (which == CT_DIR_ORIG) {
        ct_http_pair_settle(conn);
    } else {
        ct_http_read_release_hold(conn);
    }
}

void ct_http_read_close(struct ct_http_conn *conn, enum ct_dir which, bool reset)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    if (dir->msg != NULL && reset) {
        ct_http_note(dir->msg, CT_NOTE_RESET);
    }
    if (dir->state == CT_STATE_PEEK) {
        ct_http_body_decide(conn, which);
    }
    if (dir->state == CT_STATE_BODY) {
        ct_http_read_end(conn, which, false);
    } else {
        break_off(conn, which, 0);
    }
    dir->state = CT_STATE_DONE;
}
