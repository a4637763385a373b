/* SPDX-License-Identifier: Apache-2.0 */
/* The stage as a stream consumer. What a callback decides about the transport is done last. */
#include "cachetap/http.h"

#include <stdlib.h>
#include <string.h>

#include "http/conn.h"
#include "http/emit.h"
#include "http/message.h"
#include "http/pair.h"
#include "http/read.h"

/* For the transaction that is being listed, at first. */
#define TEXT_ROOM  4096
#define LINES_ROOM 64

/* The number of the transport's kind, for its functions; -1: too many kinds. */
static int transport_type(struct ct_http *http, const struct ct_transport *transport)
{
    for (size_t i = 0; i < http->n_transports; i++) {
        const struct ct_transport *known = &http->transports[i];
        if (known->skip == transport->skip && known->resume == transport->resume &&
            known->tunnel == transport->tunnel && known->reject == transport->reject) {
            return (int)i;
        }
    }
    if (http->n_transports == CT_TRANSPORT_TYPES) {
        return -1;
    }
    http->transports[http->n_transports] = *transport;
    return (int)http->n_transports++;
}

static void *open_conn(void *ctx, const struct ct_transport *transport)
{
    struct ct_http *http = ctx;
    int type = transport_type(http, transport);
    if (type < 0) {
        return NULL;
    }
    struct ct_http_conn *conn = ct_base_pool_get(&http->conns);
    if (conn == NULL) {
        http->counters.refused++;
        return NULL;
    }
    conn->http = http;
    conn->transport = transport->conn;
    conn->info = transport->info;
    conn->transport_type = (uint8_t)type;
    if (transport->info->midstream) {
        conn->dir[CT_DIR_ORIG].next_loss = CT_LOSS_START;
        conn->dir[CT_DIR_RESP].next_loss = CT_LOSS_START;
        conn->lossy = true;
    }
    return conn;
}

static void ask_skip(struct ct_http_conn *conn, enum ct_dir which)
{
    struct ct_dir_reader *dir = &conn->dir[which];
    if (dir->state == CT_STATE_BODY && !dir->skipping) {
        dir->skipping = true;
        conn->http->transports[conn->transport_type].skip(conn->transport, which,
                                                          dir->msg->remaining);
    }
}

static void note_memory(struct ct_http *http)
{
    http->counters.memory_bytes = http->conns.n_objects * http->conns.object_bytes +
                                  http->blocks.n_objects * http->blocks.object_bytes +
                                  http->text_room + http->lines_room * sizeof *http->lines;
}

/* After tunnel and reject the connection may be gone: nothing of it is touched then. */
static void act(struct ct_http_conn *conn)
{
    note_memory(conn->http);
    const struct ct_transport *kind = &conn->http->transports[conn->transport_type];
    enum ct_proto proto = (enum ct_proto)conn->proto;
    if (conn->action == CT_ACTION_NONE) {
        ask_skip(conn, CT_DIR_ORIG);
        ask_skip(conn, CT_DIR_RESP);
        if (conn->resume) {
            conn->resume = false;
            kind->resume(conn->transport, CT_DIR_ORIG);
        }
    } else if (!conn->acted) {
        conn->acted = true;
        if (conn->action == CT_ACTION_TUNNEL) {
            kind->tunnel(conn->transport, proto);
        } else {
            conn->http->counters.rejected++;
            kind->reject(conn->transport, proto);
        }
    }
}

static size_t data_conn(void *state, const struct ct_stream_data *data)
{
    struct ct_http_conn *conn = state;
    size_t used = ct_http_read_data(conn, data);
    act(conn);
    return used;
}

static void gap_conn(void *state, const struct ct_stream_gap *gap)
{
    struct ct_http_conn *conn = state;
    ct_http_read_gap(conn, gap);
    act(conn);
}

static void skipped_conn(void *state, const struct ct_stream_skipped *skipped)
{
    struct ct_http_conn *conn = state;
    ct_http_read_skipped(conn, skipped);
    act(conn);
}

static void eof_conn(void *state, enum ct_dir dir, int64_t ts_ns)
{
    struct ct_http_conn *conn = state;
    (void)ts_ns;
    ct_http_read_eof(conn, dir);
    act(conn);
}

static void close_conn(void *state, enum ct_close why, int64_t ts_ns)
{
    struct ct_http_conn *conn = state;
    struct ct_http *http = conn->http;
    bool reset = why == CT_CLOSE_RST;
    (void)ts_ns;
    conn->closing = true;
    if (why == CT_CLOSE_FIN) {
        ct_http_read_eof(conn, CT_DIR_ORIG);
        ct_http_read_eof(conn, CT_DIR_RESP);
    }
    ct_http_read_close(conn, CT_DIR_ORIG, reset);
    ct_http_read_close(conn, CT_DIR_RESP, reset);
    ct_http_pair_close(conn, reset);
    ct_base_pool_put(&http->conns, conn);
    note_memory(http);
}

struct ct_http *ct_http_new(const struct ct_limits *limits, const struct ct_fields *fields,
                            const struct ct_http_hooks *hooks)
{
    struct ct_http *http = calloc(1, sizeof *http);
    if (http == NULL) {
        return NULL;
    }
    http->limits = *limits;
    http->fields = fields;
    http->hooks = *hooks;
    uint64_t n_blocks = limits->message_bytes_total / CT_BLOCK_BYTES;
    n_blocks = n_blocks > 16 ? n_blocks : 16;
    http->reserve = n_blocks / 4;
    ct_base_pool_init(&http->conns, sizeof(struct ct_http_conn), limits->connections);
    ct_base_pool_init(&http->blocks, CT_BLOCK_BYTES, n_blocks);
    http->consumer = (struct ct_consumer){
        .open = open_conn,
        .data = data_conn,
        .gap = gap_conn,
        .skipped = skipped_conn,
        .eof = eof_conn,
        .close = close_conn,
        .ctx = http,
    };
    if (!ct_http_emit_room(http, TEXT_ROOM, LINES_ROOM) || !ct_http_h1_init(&http->h1)) {
        ct_http_free(http);
        return NULL;
    }
    return http;
}

void ct_http_free(struct ct_http *http)
{
    if (http == NULL) {
        return;
    }
    ct_http_h1_fini(&http->h1);
    ct_base_pool_fini(&http->conns);
    ct_base_pool_fini(&http->blocks);
    free(http->text);
    free(http->lines);
    free(http);
}

const struct ct_consumer *ct_http_consumer(const struct ct_http *http)
{
    return &http->consumer;
}

const struct ct_http_counters *ct_http_counters(const struct ct_http *http)
{
    return &http->counters;
}
