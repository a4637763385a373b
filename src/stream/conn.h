/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of one TCP connection, and what the files of this stage do with it:
 *   table.c    finds, makes and frees records; the lists by age
 *   reorder.c  pieces that wait for their turn, within the budget
 *   deliver.c  in-order octets to whoever reads them; skips, holds, gaps
 *   identify.c who reads them: detection, TLS server names, PROXY headers
 *   end.c      ends of connections
 *   wait.c     what is waited for, and for how long
 *   stream.c   segments in, the public calls
 *
 * A connection has two sides, numbered by who was seen first. Offsets are 64 bits wide and
 * begin near ORIGIN, so that octets older than the first one seen have a place as well.
 */
#ifndef CACHETAP_STREAM_CONN_H
#define CACHETAP_STREAM_CONN_H

#include "base/pool.h"
#include "base/span.h"
#include "cachetap/stream.h"

#define CT_STREAM_ORIGIN (UINT64_C(1) << 32)

/* A segment farther from its connection than any window (RFC 7323 section 2.3) is not of it. */
#define CT_STREAM_WINDOW (UINT64_C(1) << 30)

/* Charged for a piece beside its octets: the record and what malloc adds. Bounds their number. */
#define CT_PIECE_BYTES 96u

enum ct_piece_kind {
    CT_PIECE_BYTES_KEPT, /* octets in data[] */
    CT_PIECE_SEEN,       /* inside a skip: seen, not kept */
    CT_PIECE_VOID,       /* cut by the snap length: known to be lost */
};

struct ct_piece {
    struct ct_piece *next;
    struct ct_piece *prev;
    uint64_t start; /* offset of the first octet that is still needed */
    uint64_t end;
    uint64_t origin; /* offset of data[0] */
    uint64_t peer_offset;
    int64_t ts_ns;
    enum ct_piece_kind kind;
    bool segment_start; /* start is the first octet of a captured segment */
    uint32_t charged_bytes;
    uint8_t data[];
};

/* One direction: the octets that one end sent. */
struct ct_side {
    uint64_t first; /* offset of the first octet of the connection in this direction */
    uint64_t next;  /* offset of the next octet to deliver */
    uint64_t acked; /* highest offset that the peer acknowledged */
    uint64_t fin;   /* offset after the last octet; 0: no FIN seen */
    uint64_t skip_start;
    uint64_t skip_end; /* next < skip_end: octets are passed over */
    uint64_t skip_missing;
    int64_t skip_first_ns;
    int64_t skip_last_ns;
    uint64_t missing;
    uint64_t packets;
    struct ct_piece *head;
    struct ct_piece *tail;
    uint64_t pending_skip; /* asked for inside data() */
    uint64_t wait_acked;   /* acked when the wait began: holes below are given up with it */
    uint32_t held_bytes;   /* charged for pieces */
    uint32_t seq_base;     /* sequence number = (uint32_t)(offset + seq_base) */
    uint8_t has_base;      /* seq_base is known */
    uint8_t anchored;      /* first is settled */
    uint8_t hold;          /* the consumer wants no more for now */
    uint8_t at_start;      /* next is where a protocol begins (for detection) */
    uint8_t eof_told;
    uint8_t in_data;
};

enum ct_phase {
    CT_PHASE_DETECT, /* nobody reads yet */
    CT_PHASE_READ,   /* the consumer reads */
    CT_PHASE_PASS,   /* not looked into */
    CT_PHASE_CLOSED, /* over; absorbs late packets */
};

enum ct_list_id {
    CT_LIST_OPENING, /* not established */
    CT_LIST_OPEN,
    CT_LIST_CLOSED,
    CT_LIST_COUNT,
};

struct ct_conn {
    struct ct_conn *hash_next;
    struct ct_conn *older; /* in its list by age */
    struct ct_conn *newer;
    struct ct_conn *wait_older; /* in the list of those that wait for holes */
    struct ct_conn *wait_newer;
    struct ct_streams *streams;
    void *state; /* the consumer's */
    char *sni;
    struct ct_endpoint ends[2]; /* by side */
    struct ct_conn_info info;
    struct ct_side sides[2];
    int64_t active_ns;     /* packet clock at the last packet */
    int64_t last_ns;       /* capture time of the last packet */
    int64_t wait_ns;       /* packet clock at the beginning of the wait */
    uint64_t wait_segment; /* and the number of segments seen then */
    uint64_t hash;
    uint64_t rst_offset; /* of the side that sent RST */
    uint32_t wait_packets;
    uint8_t waiting;
    uint8_t rst_side; /* 1 + side of a RST that waits to be executed; 0: none */
    uint8_t phase;
    uint8_t list;
    uint8_t proto;
    uint8_t client; /* side of the client */
    uint8_t syn_seen;
    uint8_t oriented;  /* client is known for certain */
    uint8_t odd;       /* segments in a row that were out of window */
    uint8_t switching; /* 1: tunnel, 2: reject; asked for inside a callback */
    uint8_t switch_proto;
    uint8_t tunnelled; /* proto was given by a tunnel */
    uint8_t had_data;
    uint8_t settling; /* waits are over: order of the two directions does not matter any more */
};

struct ct_list {
    struct ct_conn *oldest;
    struct ct_conn *newest;
};

struct ct_streams {
    struct ct_limits limits;
    struct ct_key key;
    struct ct_stream_hooks hooks;
    struct ct_stream_counters counters;
    struct ct_budget reorder;
    struct ct_pool conns;
    struct ct_conn **buckets;
    uint64_t n_buckets; /* power of two */
    struct ct_list lists[CT_LIST_COUNT];
    struct ct_list waiters;
    struct ct_conn *last; /* looked up last */
    uint64_t n_segments;  /* of this run; see ct_stream_note_number */
    int64_t now_ns;
    bool started;
};

static inline enum ct_dir ct_conn_dir(const struct ct_conn *conn, unsigned side)
{
    return side == conn->client ? CT_DIR_ORIG : CT_DIR_RESP;
}

static inline unsigned ct_conn_side(const struct ct_conn *conn, enum ct_dir dir)
{
    return dir == CT_DIR_ORIG ? conn->client : 1u - conn->client;
}

/* Offset of a sequence number, by signed difference to next (RFC 9293 section 3.4). */
static inline uint64_t ct_side_offset(const struct ct_side *side, uint32_t seq)
{
    int32_t ahead = (int32_t)(seq - (uint32_t)(side->next + side->seq_base));
    return side->next + (uint64_t)(int64_t)ahead;
}

static inline bool ct_side_in_window(const struct ct_side *side, uint64_t offset)
{
    uint64_t distance = offset > side->next ? offset - side->next : side->next - offset;
    return distance < CT_STREAM_WINDOW;
}

/* table.c */
bool ct_table_init(struct ct_streams *streams);
void ct_table_fini(struct ct_streams *streams);
struct ct_conn *ct_table_find(struct ct_streams *streams, const struct ct_segment *segment,
                              unsigned *side);
/* Makes room by the limit's policy. NULL: no memory. */
struct ct_conn *ct_table_make(struct ct_streams *streams, const struct ct_segment *segment);
void ct_table_free(struct ct_conn *conn);
void ct_table_move(struct ct_conn *conn, enum ct_list_id list); /* to the newest place */
void ct_table_wait(struct ct_conn *conn);
void ct_table_stop_waiting(struct ct_conn *conn);

/* reorder.c: what a segment carries for one side. */
struct ct_carried {
    uint64_t start;
    uint64_t end;       /* by the length on the wire */
    uint64_t bytes_end; /* start + what was captured */
    const uint8_t *bytes;
    uint64_t peer_offset;
    int64_t ts_ns;
};

enum ct_stored {
    CT_STORED_NEW,
    CT_STORED_KNOWN, /* nothing in it was new */
    CT_STORED_REFUSED,
};

enum ct_stored ct_reorder_store(struct ct_conn *conn, unsigned side,
                                const struct ct_carried *carried);
void ct_reorder_drop(struct ct_streams *streams, struct ct_side *side, struct ct_piece *piece);
void ct_reorder_clear(struct ct_streams *streams, struct ct_side *side);
/* Copies what is kept contiguously from next on; returns the octets copied. */
size_t ct_reorder_peek(const struct ct_side *side, uint8_t *out, size_t size);

/* deliver.c */
/* Takes what carried has at the front; returns true when some of it was new. */
void ct_deliver_front(struct ct_conn *conn, unsigned side, struct ct_carried *carried,
                      bool segment_start);
/* Delivers pieces of both sides until none is at the front. */
void ct_deliver_pump(struct ct_conn *conn);
/* The same without waiting: undecided octets are decided, answers go before their questions. */
void ct_deliver_pump_settling(struct ct_conn *conn);
/*
 * True when octets that acknowledged peer_offset must wait: what they had received is not
 * delivered yet. An answer is not delivered before its question, however it was captured.
 */
bool ct_deliver_too_early(const struct ct_conn *conn, unsigned side, uint64_t peer_offset);
/* True for a side that waits to be anchored and knows that there were octets. */
bool ct_side_unsettled(const struct ct_side *side);
/* Octets up to end are lost. */
void ct_deliver_gap(struct ct_conn *conn, unsigned side, uint64_t end, int64_t ts_ns);
void ct_deliver_skip_begin(struct ct_side *side, uint64_t n);
/* Tells of a skip that will not be completed. */
void ct_deliver_skip_flush(struct ct_conn *conn, unsigned side);
void ct_deliver_pass_all(struct ct_conn *conn);
void ct_deliver_open(struct ct_conn *conn);

/*
 * identify.c: looks at octets at the front while nobody reads; returns the octets it took,
 * CT_IDENTIFY_SEGMENT for all of the segment that they begin with. last: nothing more will
 * follow them directly.
 */
#define CT_IDENTIFY_SEGMENT SIZE_MAX
size_t ct_identify(struct ct_conn *conn, unsigned side, const struct ct_stream_data *data,
                   bool last);
/* Nothing more will come: decides with what is there. */
void ct_identify_last(struct ct_conn *conn);

/* end.c */
/* Settles where each side begins, from what is there. */
void ct_end_anchor(struct ct_conn *conn);
/* Gives up the holes that were acknowledged when the wait began (all: every hole). */
void ct_end_give_up(struct ct_conn *conn, bool all);
/* Ends the connection and tells everybody; the record stays until it is freed. */
void ct_end_close(struct ct_conn *conn, enum ct_close why);

/* wait.c */
/* What was acknowledged and is not there is lost; then everything that is there may go. */
void ct_wait_give_up(struct ct_conn *conn);
/* After each segment: delivers, ends, begins or ends the wait. */
void ct_wait_settle(struct ct_conn *conn);
/* Packet time has moved on. */
void ct_wait_tick(struct ct_streams *streams);

#endif
