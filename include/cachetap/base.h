/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base: what every stage speaks of. Spans of borrowed bytes, end points, frames,
 * limits and budgets, the key of hashes. Knows no protocol and reads no clock.
 *
 * Words used in every header here: "owns" frees it; "borrows" is valid until the
 * call returns, copy what you keep; "takes" makes it the callee's.
 */
#ifndef CACHETAP_BASE_H
#define CACHETAP_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed bytes. p may be NULL when n is 0. */
struct ct_span {
    const uint8_t *p;
    size_t n;
};

/* A TCP end point in binary. family is 4 or 6; an IPv4 address stands in addr[0..3], the rest 0. */
struct ct_endpoint {
    uint8_t addr[16];
    uint16_t port; /* host order */
    uint8_t family;
};

/* One captured frame, borrowed from its source. */
struct ct_frame {
    int64_t ts_ns;        /* since the epoch */
    const uint8_t *bytes; /* cap_len of them */
    uint32_t cap_len;
    uint32_t wire_len; /* length on the wire; never trusted for reading */
    uint32_t linktype; /* the DLT_ value that pcap_datalink reports */
    uint32_t iface;    /* number of the interface within the run, from 0 */
};

/* What a live capture has given and lost; all zeros for a replay. */
#define CT_IFACES_MAX     32
#define CT_IFACE_NAME_MAX 32

struct ct_iface_counters {
    char name[CT_IFACE_NAME_MAX]; /* cut when longer */
    uint64_t received;            /* packets that passed the filter, dropped ones included */
    uint64_t kernel_drops;        /* of these: no room in the kernel's buffer */
    uint64_t interface_drops;     /* by the device or its driver, whether they would pass or not */
    uint64_t downs;               /* times that the interface went down or away */
    bool up;
};

struct ct_capture_counters {
    size_t n_ifaces;
    struct ct_iface_counters ifaces[CT_IFACES_MAX];
    uint64_t recorded_drops; /* a replay: packets that captures say were lost when they were made */
    uint64_t dropped_records;  /* results that a slow output had no room for */
    uint64_t unsaved_packets;  /* packets that could not be saved (-w) */
    uint64_t unringed_packets; /* packets that the memory of --ring had no room for */
};

/* Key of every hash that traffic can reach; random in the program, fixed in tests. */
struct ct_key {
    uint8_t bytes[16];
};

#define CT_KIB(n)    ((uint64_t)(n) << 10)
#define CT_MIB(n)    ((uint64_t)(n) << 20)
#define CT_NS_PER_S  INT64_C(1000000000)
#define CT_NS_PER_MS INT64_C(1000000)
#define CT_NS_PER_US INT64_C(1000)

/*
 * Limits. One row gives the field, the name for --limit, the default, the unit and the
 * text of the documentation. Each limit has a policy and a counter in its stage.
 */
/* clang-format off */
#define CT_LIMITS(X) /* field, default, unit, policy at the limit */                                                  \
    X(connections, 1000000, "connections", "TCP connections remembered; the least recently used is ended")            \
    X(reorder_bytes_direction, CT_KIB(256), "bytes", "out-of-order payload held for one direction; the hole is given up") \
    X(reorder_bytes_total, CT_MIB(64), "bytes", "out-of-order payload held in all; the hole is given up")             \
    X(hole_packets, 128, "packets", "packets of a connection after which an acknowledged hole is given up")            \
    X(hole_ms, 1000, "milliseconds", "packet time after which an acknowledged hole is given up, once hole_packets of any connection came; else ten times it") \
    X(idle_seconds, 900, "seconds", "packet time without packets after which a connection is ended")                  \
    X(opening_seconds, 60, "seconds", "packet time after which a connection that was not established is dropped")      \
    X(linger_seconds, 30, "seconds", "packet time for which a closed connection absorbs late packets")                \
    X(header_bytes, CT_KIB(64), "bytes", "header bytes kept for one message; the rest is parsed, not kept")           \
    X(header_lines, 128, "lines", "header lines kept for one message; the rest is parsed, not kept")                  \
    X(uri_bytes, CT_KIB(8), "bytes", "request target kept; longer ones are cut and marked")                           \
    X(message_bytes_total, CT_MIB(128), "bytes", "memory of all unfinished transactions; new ones are not kept")      \
    X(pending_requests, 128, "requests", "unanswered requests kept for a connection; later ones are listed alone")    \
    X(tunnel_depth, 8, "layers", "encapsulations opened in one packet; deeper packets are counted")                   \
    X(fragment_bytes, CT_MIB(4), "bytes", "fragments of IP and 802.11 held; the oldest datagram is dropped")          \
    X(fragment_seconds, 30, "seconds", "packet time for which an incomplete datagram is held")                     \
    X(handover_bytes, CT_MIB(16), "bytes", "room for results on their way from one thread to another; a replay waits, live they are dropped") \
    X(output_bytes, CT_MIB(8), "bytes", "results of a live capture that wait for a slow output; more are dropped")      \
    X(save_bytes, CT_MIB(32), "bytes", "packets of a live capture that wait to be saved; more are not saved")           \
    X(gone_seconds, 60, "seconds", "clock time without any of its interfaces after which a live capture ends")          \
    X(history_bytes, CT_MIB(32), "bytes", "memory of earlier responses, by URI; the least recently used is forgotten")     \
    X(stats_keys, 10000, "keys", "hosts, URIs and server names counted one by one; then the least frequent is replaced") \
    X(flows, 100000, "connections", "connections with transactions labelled at one time; the label quiet for longest is given up") \
    X(metrics_hosts, 50, "hosts", "hosts with counters of their own in the metrics; the rest is counted as other")  \
    X(watch_bytes, CT_MIB(32), "bytes", "memory of the latest transactions of the live view; the oldest are forgotten")
/* clang-format on */

struct ct_limits {
#define X(field, def, unit, help) uint64_t field;
    CT_LIMITS(X)
#undef X
};

/* One row of the table above, for help texts and documentation. Static strings. */
struct ct_limit_row {
    const char *name;
    uint64_t def;
    const char *unit;
    const char *help;
};

void ct_base_limits_init(struct ct_limits *limits);
/* Row i, or NULL past the last. */
const struct ct_limit_row *ct_base_limits_row(size_t i);
/* Sets a limit by its row name; false when there is no such name. A zero is taken as 1. */
bool ct_base_limits_set(struct ct_limits *limits, struct ct_span name, uint64_t value);

/* Charged memory: every growth asks first, and refunds when it frees. */
struct ct_budget {
    uint64_t limit_bytes;
    uint64_t used_bytes;
    uint64_t peak_bytes;
    uint64_t refused; /* times that a growth was refused */
};

bool ct_base_budget_charge(struct ct_budget *budget, uint64_t bytes);
void ct_base_budget_refund(struct ct_budget *budget, uint64_t bytes);

/* Order of two end points, for a key that is the same in both directions: <0, 0, >0. */
int ct_base_endpoint_compare(const struct ct_endpoint *a, const struct ct_endpoint *b);

/* Address as text ("192.0.2.1", "2001:db8::1", RFC 5952), into out; always terminated. */
#define CT_ADDR_TEXT_MAX 46
void ct_base_endpoint_text(const struct ct_endpoint *endpoint, char out[CT_ADDR_TEXT_MAX]);

#endif
