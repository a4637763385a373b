/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The TCP header. Its first 20 octets make a segment even when the options were cut: then the
 * payload is empty and payload_len still right.
 */
#include "packet/walk.h"

#define TCP_HEADER 20u

/* RFC 9293 section 3.1: the data offset counts units of 4 octets. */
enum ct_next ct_packet_read_tcp(struct ct_walk *walk)
{
    if (walk->n < TCP_HEADER) {
        return ct_walk_short(walk, TCP_HEADER);
    }
    const uint8_t *p = walk->p;
    uint32_t header = (p[12] >> 4) * 4u;
    if (header < TCP_HEADER || header > walk->wire) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    struct ct_segment *segment = walk->segment;
    bool is_cut = walk->n < header;
    segment->src.port = ct_read_be16(p);
    segment->dst.port = ct_read_be16(p + 2);
    segment->seq = ct_read_be32(p + 4);
    segment->ack = ct_read_be32(p + 8);
    segment->flags = p[13];
    segment->tcp_header_cut = is_cut;
    segment->payload.p = is_cut ? p + walk->n : p + header;
    segment->payload.n = is_cut ? 0 : walk->n - header;
    segment->payload_len = walk->wire - header;
    return ct_walk_end(walk, CT_PACKET_TCP);
}
