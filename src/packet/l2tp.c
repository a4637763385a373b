/* SPDX-License-Identifier: Apache-2.0 */
/*
 * L2TP version 2 over UDP (RFC 2661) and version 3 over IP and UDP (RFC 3931). Of version 3
 * only the session's setup says how long the cookie is, whether a sublayer header follows, and
 * what is carried; a capture seldom holds it, so the octets must fit one of the ways.
 */
#include "packet/walk.h"

#define CONTROL       0x80u
#define HAS_LENGTH    0x40u
#define HAS_SEQUENCE  0x08u
#define HAS_OFFSET    0x02u
#define COOKIE_MAX    8u
#define SUBLAYER      4u
#define ENOUGH_TO_SAY 80u /* octets behind the session, with which a guess could be made */

/* RFC 2661 section 3.1: L, S and O say which fields are there; then tunnel and session. */
static enum ct_next open_version2(struct ct_walk *walk)
{
    uint8_t flags = walk->p[0];
    uint32_t ids = (flags & HAS_LENGTH) != 0 ? 4 : 2;
    uint32_t len = ids + 4;
    len += (flags & HAS_SEQUENCE) != 0 ? 4 : 0;
    if ((flags & HAS_OFFSET) != 0) {
        if (walk->n < len + 2) {
            return ct_walk_short(walk, len + 2);
        }
        len += 2u + ct_read_be16(walk->p + len);
    }
    if (len >= walk->wire) {
        return ct_walk_end(walk, CT_PACKET_UDP);
    }
    if (walk->n < len) {
        return ct_walk_short(walk, len);
    }
    ct_walk_enter(walk, ct_read_be32(walk->p + ids));
    ct_walk_skip(walk, len);
    return ct_walk_tunnel(walk, CT_LAYER_L2TP, CT_NEXT_PPP);
}

/* A control message, or what is not L2TP at all, is UDP. */
enum ct_next ct_packet_read_l2tp(struct ct_walk *walk)
{
    if (walk->n < 8 || (walk->p[0] & CONTROL) != 0) {
        return ct_walk_end(walk, CT_PACKET_UDP);
    }
    switch (walk->p[1] & 0x0f) {
    case 2:
        return open_version2(walk);
    case 3: /* RFC 3931 section 4.1.2.1: flags, version and 2 octets reserved */
        walk->type = CT_PACKET_UDP;
        return ct_walk_skip_to(walk, 4, CT_NEXT_L2TP_SESSION);
    default:
        return ct_walk_end(walk, CT_PACKET_UDP);
    }
}

/* What stands at that place, when an IP packet follows that proves it; CT_NEXT_DONE: nothing. */
static enum ct_next payload_at(const struct ct_walk *walk, uint32_t at)
{
    static const struct {
        const char *octets;
        uint32_t n;
        enum ct_next next;
    } heads[] = {
        {"\xff\x03\x00\x21", 4, CT_NEXT_PPP},   {"\xff\x03\x00\x57", 4, CT_NEXT_PPP},
        {"\x0f\x00\x08\x00", 4, CT_NEXT_CHDLC}, {"\x0f\x00\x86\xdd", 4, CT_NEXT_CHDLC},
        {"\x00\x21", 2, CT_NEXT_PPP},           {"\x00\x57", 2, CT_NEXT_PPP},
    };
    const uint8_t *p = walk->p + at;
    uint32_t n = walk->n - at;
    uint32_t wire = walk->wire - at;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
        uint32_t k = heads[i].n;
        if (n > k && memcmp(p, heads[i].octets, k) == 0 &&
            ct_packet_looks_like_ip(p + k, n - k, wire - k)) {
            return heads[i].next;
        }
    }
    return CT_NEXT_DONE;
}

/* Ethernet whose EtherType is followed by what it says. */
static bool is_ethernet_at(const struct ct_walk *walk, uint32_t at)
{
    const uint8_t *p = walk->p + at;
    uint32_t n = walk->n - at;
    if (!ct_packet_fits_ethernet(p, n)) {
        return false;
    }
    uint16_t type = ct_read_be16(p + 12);
    return (type != 0x0800 && type != 0x86dd) ||
           ct_packet_looks_like_ip(p + 14, n - 14, walk->wire - at - 14);
}

static enum ct_next guess_payload(struct ct_walk *walk)
{
    /* Ethernet first: it is what is met most (RFC 4719). */
    for (uint32_t at = 0; at <= COOKIE_MAX + SUBLAYER && at < walk->n; at += 4) {
        if (is_ethernet_at(walk, at)) {
            ct_walk_skip(walk, at);
            return CT_NEXT_ETHERNET;
        }
    }
    for (uint32_t at = 0; at <= COOKIE_MAX + SUBLAYER && at < walk->n; at += 4) {
        enum ct_next next = payload_at(walk, at);
        if (next != CT_NEXT_DONE) {
            ct_walk_skip(walk, at);
            return next;
        }
    }
    return CT_NEXT_DONE;
}

/* RFC 3931 section 4.1: 0 is control; else a cookie of 0, 4 or 8 octets, a sublayer of 0 or 4. */
enum ct_next ct_packet_read_l2tp_session(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    bool in_udp = walk->type == CT_PACKET_UDP;
    uint32_t session = ct_read_be32(walk->p);
    ct_walk_skip(walk, 4);
    if (session == 0) {
        return ct_walk_end(walk, in_udp ? CT_PACKET_UDP : CT_PACKET_LINK_CONTROL);
    }
    enum ct_next next = guess_payload(walk);
    if (next != CT_NEXT_DONE) {
        ct_walk_enter(walk, session);
        return ct_walk_tunnel(walk, CT_LAYER_L2TP, next);
    }
    if (walk->n < ENOUGH_TO_SAY && walk->n < walk->wire) {
        return ct_walk_end(walk, CT_PACKET_TRUNCATED);
    }
    return ct_walk_end(walk, in_udp ? CT_PACKET_UDP : CT_PACKET_OTHER_NETWORK);
}
