/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GRE and what is known by its protocol type: PPTP, ERSPAN, WCCP; the rest are EtherTypes.
 */
#include "packet/walk.h"

#define CHECKSUM    0x8000u
#define ROUTING     0x4000u
#define KEY         0x2000u
#define SEQUENCE    0x1000u
#define ACKNOWLEDGE 0x0080u
#define VERSION     0x0007u

/* RFC 2637 section 4.1: the key holds the payload length; no sequence number, no payload. */
static enum ct_next open_pptp(struct ct_walk *walk, uint32_t flags)
{
    if (ct_read_be16(walk->p + 2) != 0x880b || (flags & KEY) == 0) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    if ((flags & SEQUENCE) == 0) {
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    uint32_t len = (flags & ACKNOWLEDGE) != 0 ? 16 : 12;
    if (walk->n < len) {
        return ct_walk_short(walk, len);
    }
    uint16_t payload = ct_read_be16(walk->p + 4);
    ct_walk_enter(walk, ct_read_be16(walk->p + 6)); /* call */
    ct_walk_skip(walk, len);
    ct_walk_cut_wire(walk, payload);
    return ct_walk_tunnel(walk, CT_LAYER_GRE, CT_NEXT_PPP);
}

/* Type III: 12 octets; frame type 0 is Ethernet and 2 is IP; O says that 8 more octets follow. */
static enum ct_next open_erspan3(struct ct_walk *walk)
{
    if (walk->n < 12) {
        return ct_walk_short(walk, 12);
    }
    uint16_t field = ct_read_be16(walk->p + 10);
    uint32_t len = (field & 1) != 0 ? 12 + 8 : 12;
    uint32_t frame_type = field >> 10 & 0x1fu;
    enum ct_next next = frame_type == 2 ? CT_NEXT_IP : CT_NEXT_ETHERNET;
    return ct_walk_skip_to(walk, len, ct_walk_tunnel(walk, CT_LAYER_ERSPAN, next));
}

/*
 * draft-foschiano-erspan section 4: type I has neither a GRE sequence number nor a header of
 * its own, type II has version 1 and 8 octets, type III version 2.
 */
static enum ct_next open_erspan(struct ct_walk *walk, uint32_t flags)
{
    if ((flags & SEQUENCE) == 0) {
        return ct_walk_tunnel(walk, CT_LAYER_ERSPAN, CT_NEXT_ETHERNET);
    }
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    switch (walk->p[0] >> 4) {
    case 1:
        return ct_walk_skip_to(walk, 8, ct_walk_tunnel(walk, CT_LAYER_ERSPAN, CT_NEXT_ETHERNET));
    case 2:
        return open_erspan3(walk);
    default:
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
}

/* WCCP version 2 puts a redirect header of 4 octets before the IPv4 packet, version 1 none. */
static enum ct_next open_wccp(struct ct_walk *walk)
{
    enum ct_next next = ct_walk_tunnel(walk, CT_LAYER_GRE, CT_NEXT_IPV4);
    bool is_ipv4 = walk->n > 0 && walk->p[0] >> 4 == 4 && (walk->p[0] & 0x0f) >= 5;
    return is_ipv4 ? next : ct_walk_skip_to(walk, 4, next);
}

/* RFC 1701: source route entries of family, offset and length, until one of length 0. */
static enum ct_next skip_routes(struct ct_walk *walk)
{
    uint32_t len = 1;
    while (len != 0) {
        if (++walk->headers > CT_PACKET_HEADERS_MAX) {
            return ct_walk_end(walk, CT_PACKET_TOO_DEEP);
        }
        if (walk->n < 4) {
            return ct_walk_short(walk, 4);
        }
        len = walk->p[3];
        if (walk->n < 4 + len) {
            return ct_walk_short(walk, 4 + len);
        }
        ct_walk_skip(walk, 4 + len);
    }
    return CT_NEXT_ETHERTYPE;
}

static enum ct_next open_type(struct ct_walk *walk, uint32_t flags)
{
    switch (walk->type) {
    case 0x88be:
        return open_erspan(walk, flags);
    case 0x22eb:
        return open_erspan3(walk);
    case 0x883e:
        return open_wccp(walk);
    default:
        return ct_walk_tunnel(walk, CT_LAYER_GRE, CT_NEXT_ETHERTYPE);
    }
}

/* RFC 2784 section 2, with the key and sequence number of RFC 2890. */
enum ct_next ct_packet_read_gre(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    uint32_t flags = ct_read_be16(walk->p);
    if ((flags & VERSION) == 1) {
        return walk->n < 8 ? ct_walk_short(walk, 8) : open_pptp(walk, flags);
    }
    if ((flags & VERSION) != 0) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    walk->type = ct_read_be16(walk->p + 2);
    uint32_t len = 4;
    len += (flags & (CHECKSUM | ROUTING)) != 0 ? 4 : 0; /* both fields when either is said */
    len += (flags & KEY) != 0 ? 4 : 0;
    len += (flags & SEQUENCE) != 0 ? 4 : 0;
    if (walk->n < len) {
        return ct_walk_short(walk, len);
    }
    if ((flags & KEY) != 0) {
        ct_walk_enter(walk, ct_read_be32(walk->p + (len - 4 - ((flags & SEQUENCE) != 0 ? 4 : 0))));
    }
    ct_walk_skip(walk, len);
    if ((flags & ROUTING) != 0 && skip_routes(walk) == CT_NEXT_DONE) {
        return CT_NEXT_DONE;
    }
    return open_type(walk, flags);
}
