/* SPDX-License-Identifier: Apache-2.0 */
/*
 * consumer: the seam between what carries bytes and what reads them. A transport delivers two
 * in-order directions with holes as events; a consumer reads one protocol from them. TCP
 * connections are transports; so is whatever finds a byte stream inside another.
 * Belongs to the stream stage.
 */
#ifndef CACHETAP_CONSUMER_H
#define CACHETAP_CONSUMER_H

#include "cachetap/base.h"

enum ct_dir {
    CT_DIR_ORIG, /* client to server */
    CT_DIR_RESP, /* server to client */
};

/* clang-format off */
/* What a connection turned out to carry. A tunnel keeps the name of what opened it. */
#define CT_PROTOS(X)                                                                  \
    X(NONE, "none", "no payload seen")                                                \
    X(HTTP1, "http/1", "HTTP/1.x")                                                    \
    X(HTTP2, "http/2", "HTTP/2 in clear text, not read")                              \
    X(TLS, "tls", "TLS, encrypted")                                                   \
    X(SSH, "ssh", "SSH")                                                              \
    X(WEBSOCKET, "websocket", "WebSocket after an upgrade")                           \
    X(CONNECT, "connect", "tunnel opened by CONNECT, content not recognised")         \
    X(UPGRADE, "upgrade", "other protocol after an HTTP upgrade")                     \
    X(SIP, "sip", "SIP")                                                              \
    X(RTSP, "rtsp", "RTSP")                                                           \
    X(ICAP, "icap", "ICAP")                                                           \
    X(SSDP, "ssdp", "SSDP")                                                           \
    X(SMTP, "smtp", "SMTP and the like (greeting 220)")                               \
    X(HTTP09, "http/0.9", "HTTP/0.9, not listed")                                     \
    X(UNKNOWN, "unknown", "not recognised")
/* clang-format on */

enum ct_proto {
#define X(symbol, name, help) CT_PROTO_##symbol,
    CT_PROTOS(X)
#undef X
        CT_PROTO_COUNT
};

enum ct_close {
    CT_CLOSE_FIN,    /* both sides ended in order */
    CT_CLOSE_RST,    /* reset */
    CT_CLOSE_REUSE,  /* a new connection took the same addresses and ports */
    CT_CLOSE_IDLE,   /* nothing for limits.idle_seconds */
    CT_CLOSE_EVICT,  /* the connection limit */
    CT_CLOSE_TUNNEL, /* what follows is another protocol (ct_stream_tunnel) */
    CT_CLOSE_END,    /* end of input */
    CT_CLOSE_COUNT,
};

#define CT_UID_MAX 24
struct ct_conn_info {
    char uid[CT_UID_MAX];    /* unique in a run, the same in every replay */
    struct ct_endpoint orig; /* client; as told by PROXY protocol where that was used */
    struct ct_endpoint resp; /* server */
    int64_t first_ns;        /* first packet */
    bool midstream;          /* the start was not captured */
    bool proxied;            /* orig comes from a PROXY protocol header */
};

/* A piece of one direction, in order. Borrowed for the call. */
struct ct_stream_data {
    enum ct_dir dir;
    struct ct_span bytes;
    uint64_t offset; /* of bytes.p[0], absolute */
    /*
     * Offset in the other direction up to which the sender of these bytes had received
     * everything (its acknowledgement). What answers these bytes begins there or later.
     * 0 when unknown.
     */
    uint64_t peer_offset;
    int64_t ts_ns;      /* when these bytes were captured */
    bool segment_start; /* bytes.p[0] is the first octet of a captured segment */
};

struct ct_stream_gap {
    enum ct_dir dir;
    uint64_t offset;
    uint64_t length; /* octets that the capture does not hold */
    int64_t ts_ns;   /* of the segment that shows the hole */
};

/* What became of a ct_stream_skip. */
struct ct_stream_skipped {
    enum ct_dir dir;
    uint64_t length;  /* octets passed, lost ones included */
    uint64_t missing; /* lost ones among them */
    int64_t first_ns; /* capture times of the first and last octet that were seen, 0: none */
    int64_t last_ns;
};

/*
 * What a consumer may ask of its transport, from inside its callbacks only (the transport is
 * the consumer's until close). conn is the transport's own handle.
 */
struct ct_transport {
    void *conn;
    const struct ct_conn_info *info; /* valid until close */
    /* Passes over the next n octets after those that data takes; UINT64_MAX: all. n > 0. */
    void (*skip)(void *conn, enum ct_dir dir, uint64_t n);
    /* Delivers what data has left before, after the current callback. */
    void (*resume)(void *conn, enum ct_dir dir);
    /*
     * The consumer is done: its close comes with CT_CLOSE_TUNNEL, and what follows in both
     * directions (after what data takes, with what it held) is detected anew; unless
     * recognised it counts as proto.
     */
    void (*tunnel)(void *conn, enum ct_proto proto);
    /* The consumer was the wrong one: its close comes, the rest is counted as proto. */
    void (*reject)(void *conn, enum ct_proto proto);
};

/*
 * A reader of one protocol. open copies what it needs of transport (the struct, not what it
 * points to) and may return NULL (refused): the connection is then counted and passed over.
 * data returns how many octets it took: fewer than given means "hold the rest" (until
 * resume; charged to the reorder budget, a refusal becomes a gap) or, after skip, tunnel or
 * reject, "the rest is subject to that". skipped comes when a skip is complete, or before
 * eof, or before close, with what was passed until then. After close the state is gone.
 */
struct ct_consumer {
    void *(*open)(void *ctx, const struct ct_transport *transport);
    size_t (*data)(void *state, const struct ct_stream_data *data);
    void (*gap)(void *state, const struct ct_stream_gap *gap);
    void (*skipped)(void *state, const struct ct_stream_skipped *skipped);
    void (*eof)(void *state, enum ct_dir dir, int64_t ts_ns); /* FIN, in order */
    void (*close)(void *state, enum ct_close why, int64_t ts_ns);
    void *ctx; /* handed to open */
};

const char *ct_stream_proto_name(enum ct_proto proto);
const char *ct_stream_proto_help(enum ct_proto proto);
const char *ct_stream_close_name(enum ct_close why);

#endif
