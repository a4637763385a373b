/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who reads a connection: decided from its first octets, on any port. Where the start of a
 * direction was not seen, each start of a segment is tried.
 */
#include "stream/conn.h"

#include <stdlib.h>

#include "stream/proxy.h"
#include "stream/tls.h"

/* More than this is never held back to decide. */
#define UNDECIDED_MAX 512u
#define HELLO_MAX     8192u
#define PROXY_MAX     8192u

static void orient(struct ct_conn *conn, unsigned client)
{
    conn->client = (uint8_t)client;
    conn->oriented = 1;
    if (!conn->info.proxied) {
        conn->info.orig = conn->ends[client];
        conn->info.resp = conn->ends[1 - client];
    }
}

/* Returns the length of a PROXY header, 0: none; *more: cannot tell yet; *bad: nonsense. */
static size_t read_proxy(struct ct_conn *conn, unsigned s, struct ct_span head, bool *more,
                         bool *bad)
{
    struct ct_endpoint src;
    struct ct_endpoint dst;
    size_t length = 0;
    switch (ct_stream_proxy_parse(head, &src, &dst, &length)) {
    case CT_PROXY_ABSENT:
        return 0;
    case CT_PROXY_NEED_MORE:
        *more = true;
        return 0;
    case CT_PROXY_BAD:
        *bad = true;
        return 0;
    case CT_PROXY_LOCAL:
        break;
    case CT_PROXY_ADDRESSES:
        conn->info.orig = src;
        conn->info.resp = dst;
        break;
    }
    conn->info.proxied = true;
    orient(conn, s);
    return length;
}

static bool is_client_hello(struct ct_span head)
{
    return head.n > 5 && head.p[0] == 22 && head.p[5] == 1; /* RFC 8446 sections 4 and 5.1 */
}

static void keep_sni(struct ct_conn *conn, const char *name)
{
    if (conn->sni == NULL) {
        conn->sni = strdup(name); /* without memory: without name */
    }
}

/*
 * What one side begins with is settled, unless the other, which has not spoken yet, answers in
 * HTTP: servers say 400 to a TLS hello and to garbage. Until then the octets are passed over.
 */
static size_t leave_to_answer(struct ct_conn *conn, unsigned s)
{
    const struct ct_side *other = &conn->sides[1 - s];
    bool may_answer = other->anchored == 1 && other->at_start && other->next == other->first &&
                      other->skip_end == 0 && !other->eof_told;
    if (may_answer && !conn->tunnelled && conn->sides[s].at_start) {
        ct_deliver_skip_begin(&conn->sides[s], UINT64_MAX);
    } else {
        ct_deliver_pass_all(conn);
    }
    return 0;
}

/* TLS: waits for the client's hello, for the server's name; then nothing more is looked at. */
static size_t read_tls(struct ct_conn *conn, unsigned s, struct ct_span head, bool last)
{
    struct ct_side *other = &conn->sides[1 - s];
    char name[CT_SNI_MAX];
    conn->proto = CT_PROTO_TLS;
    if (conn->sides[s].at_start && is_client_hello(head)) {
        enum ct_tls_status status = ct_stream_tls_sni(head, name);
        if (status == CT_TLS_NEED_MORE && head.n < HELLO_MAX && !last) {
            return 0;
        }
        if (status == CT_TLS_FOUND) {
            keep_sni(conn, name);
        }
        orient(conn, s);
        return leave_to_answer(conn, s);
    } else if (conn->sides[s].at_start && other->at_start && other->next == other->first &&
               conn->sni == NULL) {
        ct_deliver_skip_begin(&conn->sides[s], UINT64_MAX); /* the hello may still come */
        return 0;
    }
    ct_deliver_pass_all(conn);
    return 0;
}

static size_t decide(struct ct_conn *conn, unsigned s, const struct ct_stream_data *data,
                     enum ct_proto proto, bool is_request, bool last)
{
    switch (proto) {
    case CT_PROTO_HTTP1:
        conn->proto = CT_PROTO_HTTP1;
        orient(conn, is_request ? s : 1 - s);
        ct_deliver_open(conn);
        return 0;
    case CT_PROTO_TLS:
        return read_tls(conn, s, data->bytes, last);
    case CT_PROTO_UNKNOWN:
    case CT_PROTO_NONE:
        if (!conn->sides[s].at_start) {
            return CT_IDENTIFY_SEGMENT; /* in the middle of something: try the next one */
        }
        if (!conn->tunnelled) {
            conn->proto = CT_PROTO_UNKNOWN;
        }
        return leave_to_answer(conn, s);
    case CT_PROTO_HTTP2:
    case CT_PROTO_SSH:
    case CT_PROTO_WEBSOCKET:
    case CT_PROTO_CONNECT:
    case CT_PROTO_UPGRADE:
    case CT_PROTO_SIP:
    case CT_PROTO_RTSP:
    case CT_PROTO_ICAP:
    case CT_PROTO_SSDP:
    case CT_PROTO_SMTP:
    case CT_PROTO_HTTP09:
    case CT_PROTO_COUNT:
        break;
    }
    conn->proto = (uint8_t)proto;
    ct_deliver_pass_all(conn);
    return 0;
}

size_t ct_identify(struct ct_conn *conn, unsigned s, const struct ct_stream_data *data, bool last)
{
    struct ct_side *side = &conn->sides[s];
    bool more = false;
    bool bad = false;
    bool is_request = false;
    if (!side->at_start && !data->segment_start) {
        return CT_IDENTIFY_SEGMENT;
    }
    if (side->at_start && side->next == side->first && !conn->info.proxied) {
        size_t length = read_proxy(conn, s, data->bytes, &more, &bad);
        if (length > 0) {
            return length;
        }
        if (more && !last && data->bytes.n < PROXY_MAX) {
            return 0;
        }
        if (bad) {
            return decide(conn, s, data, CT_PROTO_UNKNOWN, false, last);
        }
    }
    enum ct_proto proto = ct_stream_detect(data->bytes, &more, &is_request);
    if (more && !last && data->bytes.n < UNDECIDED_MAX) {
        return 0;
    }
    return decide(conn, s, data, proto, is_request, last);
}

void ct_identify_last(struct ct_conn *conn)
{
    if (conn->proto == CT_PROTO_NONE && conn->had_data) {
        conn->proto = CT_PROTO_UNKNOWN;
    }
}
