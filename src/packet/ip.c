/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IPv4 and IPv6 down to the protocol that they carry. The lengths in the IP header say how
 * long a packet is: shorter than the frame, the rest is padding; longer, the rest was not
 * captured (also when the frame claims to be whole: mirrors that cut packets lose the true
 * length). Length 0 is segmentation offload or BIG TCP, then the frame's length is used.
 * Checksums are not verified: offload leaves them wrong.
 */
#include "packet/fragment.h"
#include "packet/walk.h"

#define IPV4_HEADER     20u
#define IPV6_HEADER     40u
#define IPV4_MORE       0x2000u
#define IPV4_OFFSET     0x1fffu
#define HOP_BY_HOP      0u
#define FRAGMENT_HEADER 44u

enum ct_next ct_packet_read_ip(struct ct_walk *walk)
{
    if (walk->n < 1) {
        return ct_walk_short(walk, 1);
    }
    switch (walk->p[0] >> 4) {
    case 4:
        return CT_NEXT_IPV4;
    case 6:
        return CT_NEXT_IPV6;
    default:
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
}

/* The headers that only IPv6 has between itself and the payload. */
static enum ct_next open_ipv6_only(struct ct_walk *walk)
{
    return walk->segment->src.family == 6 ? CT_NEXT_IPV6_EXTENSION
                                          : ct_walk_end(walk, CT_PACKET_OTHER_IP_PROTOCOL);
}

/* Protocol numbers are those of the IANA registry. */
enum ct_next ct_packet_read_protocol(struct ct_walk *walk)
{
    switch (walk->type) {
    case 6:
        return CT_NEXT_TCP;
    case 17:
        return CT_NEXT_UDP;
    case 1:  /* ICMP */
    case 58: /* ICMPv6 */
        return ct_walk_end(walk, CT_PACKET_ICMP);
    case 4: /* RFC 2003 */
        return ct_walk_tunnel(walk, CT_LAYER_IPIP, CT_NEXT_IPV4);
    case 41: /* RFC 4213 */
        return ct_walk_tunnel(walk, CT_LAYER_IPIP, CT_NEXT_IPV6);
    case 47:
        return CT_NEXT_GRE;
    case 50: /* ESP; whether its cipher is NULL cannot be seen */
        return ct_walk_end(walk, CT_PACKET_ENCRYPTED);
    case 51:
        return CT_NEXT_AH;
    case 97: /* RFC 3378 section 3: version 3 and a reserved field, 2 octets in all */
        return ct_walk_skip_to(walk, 2, ct_walk_tunnel(walk, CT_LAYER_ETHERIP, CT_NEXT_ETHERNET));
    case 115: /* RFC 3931 section 4.1.1 */
        return CT_NEXT_L2TP_SESSION;
    case 137: /* RFC 4023 */
        return ct_walk_tunnel(walk, CT_LAYER_IPIP, CT_NEXT_MPLS);
    case 143: /* RFC 8986 section 10.1 */
        return ct_walk_tunnel(walk, CT_LAYER_ETHERIP, CT_NEXT_ETHERNET);
    case HOP_BY_HOP:
    case 43: /* routing */
    case FRAGMENT_HEADER:
    case 60:  /* destination options */
    case 135: /* mobility */
    case 139: /* host identity */
    case 140: /* shim6 */
        return open_ipv6_only(walk);
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_IP_PROTOCOL);
    }
}

/* RFC 4302 section 2.2: the length is in units of 4 octets, minus 2; for IPv6 as well. */
enum ct_next ct_packet_read_ah(struct ct_walk *walk)
{
    if (walk->n < 12) {
        return ct_walk_short(walk, 12);
    }
    uint32_t len = (walk->p[1] + 2u) * 4;
    if (len < 12) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    walk->type = walk->p[0];
    return ct_walk_skip_to(walk, len, CT_NEXT_PROTOCOL);
}

/* False for protocols that end the walk: their fragments are not worth holding. */
static bool may_carry_tcp(uint32_t protocol)
{
    switch (protocol) {
    case 1:
    case 2:
    case 50:
    case 58:
    case 89:
    case 132:
        return false;
    default:
        return true;
    }
}

/* Holds the rest of the packet as a fragment; goes on when the datagram is whole. */
static enum ct_next hold_fragment(struct ct_walk *walk, struct ct_fragment *fragment)
{
    walk->counters->layers[CT_LAYER_FRAGMENT]++;
    /* RFC 791, RFC 8200 section 4.5: all but the last are multiples of 8 octets. */
    if (fragment->more && walk->wire % 8 != 0) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    const struct ct_segment *segment = walk->segment;
    memcpy(fragment->key.src, segment->src.addr, sizeof fragment->key.src);
    memcpy(fragment->key.dst, segment->dst.addr, sizeof fragment->key.dst);
    fragment->key.family = segment->src.family;
    fragment->protocol = (uint8_t)walk->type;
    return ct_packet_reassemble(walk, fragment) ? CT_NEXT_PROTOCOL : CT_NEXT_DONE;
}

static void set_ipv4_endpoints(struct ct_segment *segment, const uint8_t *p)
{
    segment->src = (struct ct_endpoint){.family = 4};
    segment->dst = (struct ct_endpoint){.family = 4};
    memcpy(segment->src.addr, p + 12, 4);
    memcpy(segment->dst.addr, p + 16, 4);
}

/* RFC 791 section 3.1: header length in units of 4 octets, total length with the header. */
enum ct_next ct_packet_read_ipv4(struct ct_walk *walk)
{
    if (walk->n < IPV4_HEADER) {
        return ct_walk_short(walk, IPV4_HEADER);
    }
    const uint8_t *p = walk->p;
    uint32_t header = (p[0] & 0x0fu) * 4;
    uint32_t total = ct_read_be16(p + 2);
    if (p[0] >> 4 != 4 || header < IPV4_HEADER || (total != 0 && total < header)) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    walk->counters->layers[CT_LAYER_IPV4]++;
    if (total != 0) {
        ct_walk_set_wire(walk, total);
    } else {
        walk->counters->length_from_capture++;
    }
    if (walk->n < header) {
        return ct_walk_short(walk, header);
    }
    set_ipv4_endpoints(walk->segment, p);
    ct_walk_skip(walk, header);
    uint32_t fragment = ct_read_be16(p + 6);
    walk->type = p[9];
    if ((fragment & (IPV4_MORE | IPV4_OFFSET)) != 0 && may_carry_tcp(walk->type)) {
        return hold_fragment(walk, &(struct ct_fragment){
                                       .key = {.id = ct_read_be16(p + 4), .protocol = p[9]},
                                       .offset = (fragment & IPV4_OFFSET) * 8,
                                       .more = (fragment & IPV4_MORE) != 0,
                                   });
    }
    return walk->type == 6 ? CT_NEXT_TCP : CT_NEXT_PROTOCOL;
}

/* RFC 2675 section 2: the jumbo payload option, or 0. p stands at a hop-by-hop header. */
static uint32_t jumbo_length(const uint8_t *p, uint32_t n)
{
    uint32_t len = n >= 8 ? (p[1] + 1u) * 8 : 0;
    len = len < n ? len : n;
    for (uint32_t at = 2; at + 6 <= len;) {
        if (p[at] == 0xc2 && p[at + 1] == 4) {
            return ct_read_be32(p + at + 2);
        }
        at += p[at] == 0 ? 1 : 2u + p[at + 1]; /* Pad1 has no length */
    }
    return 0;
}

/* The payload length; false when it lies. walk stands behind the IPv6 header. */
static bool set_ipv6_length(struct ct_walk *walk, uint32_t payload, uint32_t next)
{
    if (payload != 0) {
        ct_walk_set_wire(walk, payload);
        return true;
    }
    uint32_t jumbo = next == HOP_BY_HOP ? jumbo_length(walk->p, walk->n) : 0;
    if (jumbo == 0) {
        walk->counters->length_from_capture += walk->wire > 0;
        return true;
    }
    if (jumbo <= UINT16_MAX || jumbo > CT_PACKET_WIRE_MAX) {
        return false;
    }
    ct_walk_set_wire(walk, jumbo);
    return true;
}

/* RFC 8200 section 3: the payload length counts what follows the 40 octets. */
enum ct_next ct_packet_read_ipv6(struct ct_walk *walk)
{
    if (walk->n < IPV6_HEADER) {
        return ct_walk_short(walk, IPV6_HEADER);
    }
    const uint8_t *p = walk->p;
    struct ct_segment *segment = walk->segment;
    if (p[0] >> 4 != 6) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    walk->counters->layers[CT_LAYER_IPV6]++;
    segment->src.family = 6;
    segment->dst.family = 6;
    memcpy(segment->src.addr, p + 8, 16);
    memcpy(segment->dst.addr, p + 24, 16);
    ct_walk_skip(walk, IPV6_HEADER);
    walk->type = p[6];
    if (!set_ipv6_length(walk, ct_read_be16(p + 4), p[6])) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    return walk->type == 6 ? CT_NEXT_TCP : CT_NEXT_PROTOCOL;
}

/* RFC 8200 section 4.5: next header, reserved, offset in octets with the M bit, identification. */
static enum ct_next open_ipv6_fragment(struct ct_walk *walk)
{
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    const uint8_t *p = walk->p;
    uint16_t field = ct_read_be16(p + 2);
    ct_walk_skip(walk, 8);
    walk->type = p[0];
    /* RFC 6946: a fragment that is the whole packet is not reassembled. */
    if ((field & 0xfff9) == 0 || !may_carry_tcp(walk->type)) {
        return CT_NEXT_PROTOCOL;
    }
    return hold_fragment(walk, &(struct ct_fragment){
                                   .key = {.id = ct_read_be32(p + 4)},
                                   .offset = field & 0xfff8u,
                                   .more = (field & 1) != 0,
                               });
}

/* RFC 8200 section 4 (RFC 6275 section 6.1): length in units of 8 octets, without the first 8. */
enum ct_next ct_packet_read_ipv6_extension(struct ct_walk *walk)
{
    if (walk->type == FRAGMENT_HEADER) {
        return open_ipv6_fragment(walk);
    }
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    uint32_t len = (walk->p[1] + 1u) * 8;
    walk->type = walk->p[0];
    return ct_walk_skip_to(walk, len, CT_NEXT_PROTOCOL);
}
