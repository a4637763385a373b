/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: a packet decoder for tests. Frames are decoded from a copy that ends at an unreadable
 * page, and what the decoder's contract promises is checked each time.
 */
#ifndef TESTS_SUPPORT_PROBE_H
#define TESTS_SUPPORT_PROBE_H

#include "cachetap/packet.h"
#include "support/frames.h"
#include "support/guard.h"

struct probe {
    struct ct_limits limits;
    struct ct_decoder *decoder;
    struct guard guard;
    int64_t ts_ns; /* of the last frame */
    uint32_t iface;
    struct ct_segment segment; /* of the last frame that was TCP; its payload is borrowed */
};

/* With the default limits; change them and call probe_restart for others. */
void probe_init(struct probe *probe);
void probe_restart(struct probe *probe);
void probe_fini(struct probe *probe);

enum ct_packet_status probe_frame(struct probe *probe, const struct ct_frame *frame);
/* The next packet of that frame; false when there is none. */
bool probe_more(struct probe *probe, enum ct_packet_status *status);
/* The whole frame at time 0. */
enum ct_packet_status probe_decode(struct probe *probe, const struct tf_frame *f);
/* The first n octets of it, as a snap length leaves them. */
enum ct_packet_status probe_decode_cut(struct probe *probe, const struct tf_frame *f, size_t n);

const struct ct_packet_counters *probe_counters(const struct probe *probe);
/* True when the payload of the last segment is that text. */
bool probe_payload_is(const struct probe *probe, const char *text);

#endif
