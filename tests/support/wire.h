/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transport for tests of the http stage: two directions of bytes with holes, as the stream
 * stage would deliver them, honouring skip, hold, resume, tunnel and reject. What the stage
 * makes of it is logged as text, one line per transaction:
 *
 *   1 GET /a 1.1 host=x | 200 OK 1.1 | body 0+3 wire 68+41 missing 0+0 | whole | notes | lines
 *
 * ("-" for a message that was not seen; "open" or "open1", "open2" for messages whose end was
 * not seen), and "tunnel NAME", "reject NAME"; what follows those is shown at the end.
 */
#ifndef CACHETAP_TEST_WIRE_H
#define CACHETAP_TEST_WIRE_H

#include "cachetap/http.h"

#define WIRE_ORIGIN UINT64_C(100000) /* offset of the first octet of each direction */

struct wire_piece;

struct wire_side {
    uint64_t sent;      /* offset after what was sent */
    uint64_t delivered; /* offset of the next octet to deliver */
    uint64_t skip_left;
    struct ct_stream_skipped skipped;
    struct wire_piece *head;
    struct wire_piece *tail;
    bool in_data;
    bool hold;
    uint64_t pending_skip;
    uint64_t skips; /* octets asked to be skipped, of known length */
    char *rest;     /* after a tunnel or reject */
    size_t n_rest;
};

struct wire {
    struct ct_limits limits;
    struct ct_fields *fields;
    struct ct_http *http;
    struct ct_conn_info info;
    void *state;
    struct wire_side side[2];
    int64_t now_ns;
    bool acks;        /* tell peer offsets (default) */
    size_t cut;       /* > 0: send in segments of this many octets */
    size_t split;     /* > 0: besides, cut each text once, after this many octets */
    bool one_segment; /* cut pieces are not segment starts */
    unsigned n_resumed;
    unsigned n_txns;
    int switching; /* 1 tunnel, 2 reject: after the callback */
    enum ct_proto proto;
    char *log;
    size_t n_log;
    size_t log_room;
    bool terse; /* log only: depth, method, target, status, notes */
};

/* change: sets limits before the stage is made, or NULL. */
void wire_init(struct wire *wire, void (*change)(struct ct_limits *limits));
void wire_fini(struct wire *wire);
/* Opens a connection; a second one may follow after wire_close. */
void wire_open(struct wire *wire, bool midstream);
void wire_send(struct wire *wire, enum ct_dir dir, const char *text);
void wire_send_span(struct wire *wire, enum ct_dir dir, struct ct_span bytes);
/* As above, with the acknowledgement given. */
void wire_send_acked(struct wire *wire, enum ct_dir dir, struct ct_span bytes, uint64_t acked);
/* Octets that the capture does not hold. */
void wire_lose(struct wire *wire, enum ct_dir dir, uint64_t n);
void wire_eof(struct wire *wire, enum ct_dir dir);
void wire_close(struct wire *wire, enum ct_close why);
/* Time goes on by ms. */
void wire_wait(struct wire *wire, int64_t ms);
const char *wire_log(struct wire *wire);
void wire_clear(struct wire *wire);

/*
 * Plays a script and closes with FIN: items separated by spaces, ">" client, "<" server:
 *   >GET >HEAD:/path >POST+5      requests, with a body of that many octets
 *   <200+3 <304 <100              responses, with Content-Length 3; without +: no such field
 *   a leading "!"                 the whole segment is lost: "!<200+3"
 *   a leading "^"                 sent before what the other side sent last was received
 *   "-" at its end                the last octet of the item is lost
 * Responses are answered in full: <200 alone has Content-Length 0.
 */
void wire_play(struct wire *wire, const char *script);

#endif
