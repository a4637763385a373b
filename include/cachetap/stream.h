/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: TCP segments to two in-order byte streams per connection, with holes as events.
 *
 * Policy. Offsets are absolute and 64 bits wide; sequence numbers are compared by signed
 * difference (RFC 9293 section 3.4). Where copies of an octet differ, the first seen wins.
 * A hole is given up when the peer has acknowledged past it and limits.hole_packets packets
 * of the connection or limits.hole_ms of packet time went by since (the capture may be a
 * little out of order), when a memory limit is met, or at the end. A hole is data: its
 * length is told to the consumer, which decides what it means. A short snap length, a lost
 * packet and a refused buffer are the same event. Octets that a consumer has asked to skip
 * are counted only, never stored and never looked at.
 */
#ifndef CACHETAP_STREAM_H
#define CACHETAP_STREAM_H

#include "cachetap/consumer.h"
#include "cachetap/packet.h"

#define CT_SNI_MAX 256

/* What is said of a connection when it ends. Borrowed for the call. */
struct ct_conn_end {
    const struct ct_conn_info *info;
    enum ct_proto proto;
    enum ct_close why;
    int64_t last_ns;
    uint64_t packets[2]; /* by ct_dir */
    uint64_t bytes[2];   /* TCP payload octets by sequence space, lost ones included */
    uint64_t missing[2]; /* lost ones among them */
    bool one_way;        /* payload or packets in one direction only */
    const char *sni;     /* server name of a TLS ClientHello, lower case, printable; or NULL */
};

struct ct_stream_hooks {
    const struct ct_consumer *http; /* reader of HTTP/1.x connections */
    void (*conn_end)(void *user, const struct ct_conn_end *end);
    void *user;
};

/* clang-format off */
/* What became of a TCP segment: exactly one each. */
#define CT_SEGMENT_STATUSES(X)                                                                 \
    X(DATA, "data", "carried payload that was new")                                            \
    X(CONTROL, "control", "without payload: SYN, ACK, FIN, RST, window updates")               \
    X(DUPLICATE, "duplicate", "payload seen before: retransmissions, packets captured twice")  \
    X(KEEPALIVE, "keepalive", "keep-alive probes")                                             \
    X(OUT_OF_WINDOW, "out_of_window", "sequence number far from the connection's")             \
    X(AFTER_CLOSE, "after_close", "arrived after the end of its connection")                   \
    X(NO_CONNECTION, "no_connection", "without payload and without a known connection")        \
    X(REFUSED, "refused", "no memory within the limits for its connection")
/* Other counters of the stage. */
#define CT_STREAM_COUNTERS(X)                                                                  \
    X(connections, "connections seen")                                                         \
    X(midstream, "connections whose start was not captured")                                   \
    X(one_way, "connections of which one direction was seen")                                  \
    X(proxied, "connections with a PROXY protocol header")                                     \
    X(evicted, "connections ended by the limit on connections")                                \
    X(opened_without_data, "connections that never carried data")                              \
    X(reset, "connections reset")                                                              \
    X(gaps, "holes given up")                                                                  \
    X(gap_bytes, "octets in holes")                                                            \
    X(gaps_by_limit, "holes given up because of a memory limit")                               \
    X(cut_bytes, "payload octets cut by the snap length")                                      \
    X(out_of_order, "segments that came out of order")                                         \
    X(conflicts, "segments whose copy of an octet differed from the first")                    \
    X(urgent, "segments with urgent data")                                                     \
    X(skipped_bytes, "body octets passed over without a look")                                 \
    X(held_bytes_peak, "most bytes held for reordering at one time")                           \
    X(open_peak, "most connections open at one time")
/* clang-format on */

enum ct_segment_status {
#define X(symbol, name, help) CT_SEGMENT_##symbol,
    CT_SEGMENT_STATUSES(X)
#undef X
        CT_SEGMENT_STATUS_COUNT
};

struct ct_stream_counters {
    uint64_t status[CT_SEGMENT_STATUS_COUNT];
#define X(field, help) uint64_t field;
    CT_STREAM_COUNTERS(X)
#undef X
    uint64_t open_now; /* gauges */
    uint64_t memory_bytes;
};

struct ct_streams;

/* Borrows hooks and what they point to for the lifetime. NULL when there is no memory. */
struct ct_streams *ct_stream_new(const struct ct_limits *limits, const struct ct_key *key,
                                 const struct ct_stream_hooks *hooks);
/* Ends nothing by itself: call ct_stream_finish first. */
void ct_stream_free(struct ct_streams *streams);

enum ct_segment_status ct_stream_segment(struct ct_streams *streams,
                                         const struct ct_segment *segment);
/*
 * How many TCP segments the run has had, for an instance that sees only some of them: a hole
 * is waited for until so many of any connection came. An instance that sees all counts itself.
 */
void ct_stream_note_number(struct ct_streams *streams, uint64_t number);
/* Moves packet time on (never back): times out holes and connections. */
void ct_stream_tick(struct ct_streams *streams, int64_t now_ns);
/* End of input: gives up all holes, ends all connections (oldest first). */
void ct_stream_finish(struct ct_streams *streams);
const struct ct_stream_counters *ct_stream_counters(const struct ct_streams *streams);

/*
 * What the first octets of a direction are. *more is set when more octets could still
 * decide. Pure. CT_PROTO_HTTP1 with *is_request telling which side speaks.
 */
enum ct_proto ct_stream_detect(struct ct_span head, bool *more, bool *is_request);

const char *ct_stream_segment_name(enum ct_segment_status status);
const char *ct_stream_segment_help(enum ct_segment_status status);

#endif
