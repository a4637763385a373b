/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A TCP conversation written in a few lines, as the segments that a capture would hold: cut,
 * dropped, swapped, repeated. And a consumer that records what the stream stage makes of
 * them, does at given offsets what a reader of a protocol would do, and checks at every call
 * what the contract promises (log.broken names the first breach).
 */
#ifndef TESTS_CONV_H
#define TESTS_CONV_H

#include "cachetap/stream.h"
#include "support/tape.h"

/* ---- writing ------------------------------------------------------------------------------ */

/* Fields may be changed between calls. Segments own their payload. */
struct tc {
    struct ct_endpoint ends[2]; /* by ct_dir */
    uint32_t isn[2];            /* set before the first segment of the direction */
    uint64_t sent[2];           /* sequence space used so far: SYN, octets, FIN */
    uint32_t mss;
    uint32_t snap; /* octets of payload that the capture keeps of a segment */
    int64_t now_ns;
    int64_t step_ns; /* between two segments */
    bool drop_next;  /* the next segment is sent, not captured */
    struct ct_segment *segments;
    size_t n;
    size_t room;
};

/* 10.0.0.1:40000 to 10.0.0.2:80, mss 1460, no cut, a millisecond between segments. */
void tc_init(struct tc *c);
void tc_free(struct tc *c);

/* Three-way handshake by the client; its parts are tc_syn, tc_syn_ack, tc_ack. */
void tc_open(struct tc *c);
void tc_syn(struct tc *c, enum ct_dir dir);
void tc_syn_ack(struct tc *c, enum ct_dir dir);
void tc_send(struct tc *c, enum ct_dir dir, const char *text);
void tc_send_bytes(struct tc *c, enum ct_dir dir, const void *bytes, size_t n);
void tc_ack(struct tc *c, enum ct_dir dir);
void tc_fin(struct tc *c, enum ct_dir dir);
void tc_rst(struct tc *c, enum ct_dir dir);
/* FIN, FIN and the last ACK. */
void tc_close(struct tc *c);
/* A segment at an offset of its direction's octets (0: the first), which moves nothing. */
void tc_at(struct tc *c, enum ct_dir dir, int64_t offset, const char *text);
/* The last segment made, for changes by hand. */
struct ct_segment *tc_last(struct tc *c);
void tc_drop_next(struct tc *c);
void tc_repeat_last(struct tc *c);
void tc_swap_last(struct tc *c); /* the last two; time goes on */
/* Removes segment i, or moves it to place to. */
void tc_remove(struct tc *c, size_t i);
void tc_move(struct tc *c, size_t i, size_t to);
void tc_wait(struct tc *c, int64_t ms);

/* Each segment comes less than window places earlier or later; time goes on. */
void tc_shuffle(struct tc *c, struct dice *dice, size_t window);
/* Repeats segments, percent of them, at places up to window later. */
void tc_repeat_some(struct tc *c, struct dice *dice, unsigned percent, size_t window);
void tc_drop_some(struct tc *c, struct dice *dice, unsigned percent);

/* ---- reading ------------------------------------------------------------------------------ */

enum tc_act {
    TC_SKIP,   /* the next n octets */
    TC_HOLD,   /* takes nothing more until resumed */
    TC_RESUME, /* the other direction */
    TC_TUNNEL, /* n: proto */
    TC_REJECT, /* n: proto */
};

/* At offset (from 0) of dir, in the generation-th reader of a connection (from 0). */
struct tc_rule {
    enum ct_dir dir;
    uint64_t offset;
    enum tc_act act;
    uint64_t n;
    unsigned generation;
};

#define TC_RULES_MAX 32

struct tc_text {
    char *p; /* terminated */
    size_t n;
    size_t room;
};

/* What one direction of one reader was given. */
struct tc_half {
    struct tc_text text; /* octets as they are; "[gap 5]", "[skip 9]", "[skip 9-2]", "[eof]" */
    uint64_t base;       /* offset of its first octet */
    uint64_t next;
    uint64_t bytes;
    uint64_t missing;
    uint64_t skip_asked; /* of the skip that goes on; 0: none */
    uint64_t last_peer_offset;
    uint32_t resumed_early; /* resumes without a hold */
    bool started;
    bool held;
    bool eof;
};

/* What one reader was told, open to close. */
struct tc_reader {
    struct tc_log *log;
    struct ct_transport transport;
    struct ct_conn_info info; /* as of open */
    unsigned generation;
    struct tc_half half[2];
    uint32_t rules_done; /* bits */
    bool switching;      /* tunnel or reject was asked for */
    bool closed;
    enum ct_close why;
    struct tc_text calls; /* "open", "data orig 18", "gap resp 5", ... one a line */
};

struct tc_end {
    struct ct_conn_info info;
    enum ct_proto proto;
    enum ct_close why;
    uint64_t packets[2];
    uint64_t bytes[2];
    uint64_t missing[2];
    bool one_way;
    bool has_sni;
    char sni[CT_SNI_MAX];
};

struct tc_log {
    struct ct_consumer consumer;
    struct ct_stream_hooks hooks;
    struct tc_rule rules[TC_RULES_MAX];
    size_t n_rules;
    bool refuse_open;
    bool keep_text; /* record octets and calls; on from tc_log_init */
    struct tc_reader **readers;
    size_t n_readers;
    size_t readers_room;
    struct tc_end *ends;
    size_t n_ends;
    size_t ends_room;
    const char *broken; /* the first breach of the contract, or NULL */
};

void tc_log_init(struct tc_log *log);
void tc_log_free(struct tc_log *log);
void tc_log_rule(struct tc_log *log, struct tc_rule rule);
/* What the i-th reader was given in dir, "" when there is none. */
const char *tc_log_text(const struct tc_log *log, size_t i, enum ct_dir dir);

/* ---- both --------------------------------------------------------------------------------- */

/*
 * A conversation, a stage and what it told. Limits, key and rules may be changed until the
 * first feed.
 */
struct tc_stage {
    struct tc c;
    struct tc_log log;
    struct ct_limits limits; /* defaults */
    struct ct_key key;
    struct ct_streams *streams;
    size_t fed; /* segments of c that the stage has been given */
    struct ct_stream_counters counters;
};

void tc_stage_begin(struct tc_stage *stage);
void tc_stage_end(struct tc_stage *stage);
/* Gives the stage what it has not had; returns what became of the last segment. */
enum ct_segment_status tc_stage_feed(struct tc_stage *stage);
/* Moves packet time on without packets. */
void tc_stage_wait(struct tc_stage *stage, int64_t ms);
/* Feeds, ends the input, checks that all is closed and accounted for. */
void tc_stage_finish(struct tc_stage *stage);

#endif
