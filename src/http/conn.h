/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The records of the stage. A connection is small; a message and what reads it are blocks of
 * one pool, lent while a message is read or a request waits for its response. The maximum of
 * that pool is limits.message_bytes_total.
 *
 * Who holds a message: the direction that reads it (dir[].msg) until it has ended; besides, a
 * request stands in the queue of requests, a response in the queue of responses, until they
 * are settled: paired (peer), or to be listed alone (alone). A settled message that has ended
 * is listed when its peer has ended too.
 */
#ifndef CACHETAP_HTTP_CONN_H
#define CACHETAP_HTTP_CONN_H

#include "cachetap/http.h"
#include "http/chain.h"
#include "http/chunk.h"
#include "http/framing.h"
#include "http/h1.h"
#include "http/startline.h"

/* What was lost in its direction right before a message. */
enum ct_loss {
    CT_LOSS_NONE,
    CT_LOSS_START,   /* the capture began in the middle of the connection */
    CT_LOSS_HOLE,    /* octets; perhaps whole messages */
    CT_LOSS_MESSAGE, /* octets right after the end of a message: at least one whole message */
};

struct ct_msg {
    struct ct_msg *next;      /* in its queue */
    struct ct_msg *peer;      /* the response of a request, the request of a response */
    struct ct_reader *reader; /* lent while a start line or a header section is read */
    struct ct_message facts;
    uint64_t start;       /* stream offset of the first octet (of the first 1xx of a response) */
    uint64_t first;       /* of the first octet of this message */
    uint64_t end;         /* after its last octet, once ended */
    uint64_t peer_offset; /* of the first octet; 0: unknown */
    uint64_t remaining;   /* of a body of known length, or of a chunk */
    struct ct_chain text;
    struct ct_chain lines; /* struct ct_line */
    struct ct_framing framing;
    struct ct_chunk chunk;
    struct ct_ref method; /* request */
    struct ct_ref target; /* target, or reason phrase */
    uint64_t line_length; /* octets of the start line so far */
    uint32_t depth;
    uint32_t notes;
    uint32_t n_lines;
    uint32_t header_start; /* length of text before the header section */
    uint32_t marker;       /* > 0: not a message, stands for that many requests in the queue */
    uint16_t status;
    uint8_t interim;
    uint8_t interim_early_hints;
    uint8_t method_class; /* of the request, also in its response */
    uint8_t loss;         /* enum ct_loss */
    uint8_t dir;
    bool tentative; /* begins where a message is only supposed to begin */
    bool exact;     /* begins at an offset that the other side named */
    bool queued;    /* stands in a queue */
    bool ended;
    bool alone;       /* to be listed without a peer */
    bool holds;       /* CONNECT or Upgrade: what follows waits for the answer */
    bool undecided;   /* ended by a hole of .remaining octets where it may have a body, or not */
    bool refused;     /* no memory for all of its text */
    uint8_t peek[12]; /* see CT_STATE_PEEK */
    int64_t peek_ns;
};
_Static_assert(sizeof(struct ct_msg) <= CT_BLOCK_BYTES, "a message is one block");

enum ct_dir_state {
    CT_STATE_START, /* a message begins here */
    CT_STATE_LINE,  /* in a start line */
    CT_STATE_HEAD,
    CT_STATE_PEEK, /* at the body of a response whose request was not seen */
    CT_STATE_BODY, /* msg->remaining octets of content; UINT64_MAX: to the end */
    CT_STATE_CHUNK,
    CT_STATE_TRAILER,
    CT_STATE_HOLD,   /* after CONNECT or Upgrade */
    CT_STATE_RESYNC, /* looking for the next message */
    CT_STATE_DONE,   /* end of the direction */
};

struct ct_dir_reader {
    struct ct_msg *msg; /* being read, or NULL */
    uint64_t offset;    /* of the next octet */
    uint8_t state;      /* enum ct_dir_state */
    uint8_t next_loss;  /* enum ct_loss, for the next message */
    uint8_t peeked;     /* octets matched in CT_STATE_PEEK */
    bool skipping;      /* a skip of the transport is under way */
};

enum ct_action { CT_ACTION_NONE, CT_ACTION_TUNNEL, CT_ACTION_REJECT };

struct ct_http_conn {
    struct ct_http *http;
    void *transport; /* its handle */
    const struct ct_conn_info *info;
    struct ct_msg *queue[2]; /* last of a ring: requests, responses */
    struct ct_dir_reader dir[2];
    uint64_t interim_start;   /* offset of the first 1xx before the coming response */
    uint64_t settled_end;     /* end of the last response whose place is known, as far as seen */
    uint64_t server_received; /* request octets acknowledged when a response last began */
    uint32_t depth;
    uint16_t n_queued[2];
    uint8_t transport_type; /* which functions belong to the handle */
    uint8_t interim;
    uint8_t interim_early_hints;
    uint8_t action;   /* enum ct_action, done when the callback returns */
    uint8_t proto;    /* for it */
    bool pipelined;   /* the client was seen to send a request before the answer to another */
    bool has_markers; /* requests beyond the limit stand in the queue */
    bool lossy;       /* something was lost: order must be proved */
    bool held;        /* the request direction was given octets that it did not take */
    bool resume;      /* the request direction is to be resumed */
    bool closing;     /* no more octets will come */
    bool acted;       /* action was done */
    bool answered;    /* octets of the response direction were seen */
};

#define CT_TRANSPORT_TYPES 16

struct ct_http {
    struct ct_limits limits;
    const struct ct_fields *fields;
    struct ct_http_hooks hooks;
    struct ct_http_counters counters;
    struct ct_consumer consumer;
    struct ct_pool conns;
    struct ct_pool blocks;
    uint64_t reserve; /* blocks that text must leave for messages and readers */
    struct ct_h1_template h1;
    struct ct_transport transports[CT_TRANSPORT_TYPES]; /* kinds seen; only their functions */
    size_t n_transports;
    uint8_t *text; /* for the transaction that is being listed */
    size_t text_room;
    struct ct_line *lines;
    size_t lines_room;
};

static inline void ct_http_note(struct ct_msg *msg, enum ct_note note)
{
    msg->notes |= UINT32_C(1) << note;
}

static inline bool ct_http_noted(const struct ct_msg *msg, enum ct_note note)
{
    return (msg->notes >> note & 1) != 0;
}

#endif
