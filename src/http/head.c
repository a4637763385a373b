/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header sections, and what follows from one that is complete: interim response, tunnel, or
 * a body of some kind.
 */
#include "http/message.h"
#include "http/pair.h"
#include "http/read.h"

static void request_head_complete(struct ct_http_conn *conn, struct ct_msg *msg)
{
    conn->http->counters.requests++;
    enum ct_body body = ct_http_framing_request(&msg->framing);
    if (msg->method_class == CT_METHOD_CONNECT) {
        body = CT_BODY_NONE;
    }
    if (msg->framing.conflict) {
        ct_http_note(msg, CT_NOTE_LENGTH_CONFLICT);
    }
    msg->holds = msg->method_class == CT_METHOD_CONNECT ||
                 (msg->framing.upgrade && msg->framing.protocol != CT_PROTO_NONE);
    ct_http_body_begin(conn, CT_DIR_ORIG, body);
}

void ct_http_head_interim(struct ct_http_conn *conn, struct ct_msg *msg)
{
    struct ct_dir_reader *dir = &conn->dir[CT_DIR_RESP];
    conn->http->counters.interim_responses++;
    if (conn->interim == 0) {
        conn->interim_start = msg->first;
    }
    if (conn->interim < UINT8_MAX) {
        conn->interim++;
    }
    if (msg->status == 103 && conn->interim_early_hints < UINT8_MAX) {
        conn->interim_early_hints++;
    }
    ct_http_msg_free(conn->http, msg);
    dir->msg = NULL;
    dir->state = CT_STATE_START;
}

/* Takes over what came before: 1xx responses belong to the transaction. */
static void take_interim(struct ct_http_conn *conn, struct ct_msg *msg)
{
    if (conn->interim > 0) {
        msg->start = conn->interim_start;
        msg->interim = conn->interim;
        msg->interim_early_hints = conn->interim_early_hints;
        ct_http_note(msg, CT_NOTE_INTERIM);
    }
    conn->interim = 0;
    conn->interim_early_hints = 0;
}

/* RFC 9110 sections 7.8 and 9.3.6: what follows is not HTTP of this kind. */
static enum ct_proto tunnel_opened(const struct ct_msg *msg)
{
    if (msg->status == 101) {
        uint8_t proto = msg->framing.protocol;
        if (proto == CT_PROTO_NONE && msg->peer != NULL) {
            proto = msg->peer->framing.protocol;
        }
        return proto != CT_PROTO_NONE ? (enum ct_proto)proto : CT_PROTO_UPGRADE;
    }
    if (msg->method_class == CT_METHOD_CONNECT && msg->status / 100 == 2) {
        return CT_PROTO_CONNECT;
    }
    return CT_PROTO_NONE;
}

void ct_http_head_response(struct ct_http_conn *conn, struct ct_msg *msg)
{
    take_interim(conn, msg);
    conn->http->counters.responses++;
    ct_http_pair_response(conn, msg);
}

static void response_head_complete(struct ct_http_conn *conn, struct ct_msg *msg)
{
    if (msg->status / 100 == 1 && msg->status != 101) {
        ct_http_head_interim(conn, msg);
        return;
    }
    ct_http_head_response(conn, msg);
    enum ct_proto proto = tunnel_opened(msg);
    if (proto != CT_PROTO_NONE) {
        ct_http_note(msg, CT_NOTE_TUNNEL);
        conn->http->counters.tunnels++;
        conn->action = CT_ACTION_TUNNEL;
        conn->proto = (uint8_t)proto;
        ct_http_read_end(conn, CT_DIR_RESP, true);
        return;
    }
    ct_http_read_release_hold(conn);
    enum ct_body body = ct_http_body_of_response(msg);
    if (msg->method_class == CT_METHOD_UNKNOWN && body != CT_BODY_NONE) {
        ct_http_msg_return_reader(conn->http, msg);
        conn->dir[CT_DIR_RESP].state = CT_STATE_PEEK;
        conn->dir[CT_DIR_RESP].peeked = 0;
        return;
    }
    ct_http_body_begin(conn, CT_DIR_RESP, body);
}

size_t ct_http_head_step(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    struct ct_msg *msg = dir->msg;
    size_t used = 0;
    ct_http_read_seen(msg, in->ts_ns);
    enum ct_h1_result result = ct_http_h1_read(msg->reader, in->rest, dir->offset, &used);
    dir->offset += used;
    if (result == CT_H1_BAD) {
        ct_http_read_break(conn, in->dir, CT_NOTE_MALFORMED);
    } else if (result == CT_H1_DONE && dir->state == CT_STATE_TRAILER) {
        ct_http_read_end(conn, in->dir, true);
    } else if (result == CT_H1_DONE) {
        msg->facts.head_ns = in->ts_ns;
        if (in->dir == CT_DIR_ORIG) {
            request_head_complete(conn, msg);
        } else {
            response_head_complete(conn, msg);
        }
    }
    dir->offset -= used;
    return used;
}
