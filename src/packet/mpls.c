/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MPLS. What follows the last label is said by the label's setup only, which a capture does
 * not hold, so it is guessed from the octets (RFC 4928 section 3): IPv4 or IPv6 when it can be
 * one; Ethernet behind a control word (RFC 4448 section 4.6); else Ethernet.
 */
#include "packet/walk.h"

#define EXPLICIT_NULL_IPV4 0u
#define EXPLICIT_NULL_IPV6 2u

bool ct_packet_looks_like_ip(const uint8_t *p, uint32_t n, uint32_t wire)
{
    if (n >= 20 && p[0] >> 4 == 4) {
        uint16_t total = ct_read_be16(p + 2);
        /* Ethernet from an address that begins with 4 has its type here, in place of the
         * protocol and the checksum. */
        return (p[0] & 0x0f) >= 5 && (total == 0 || (total >= 20 && total <= wire)) &&
               (ct_read_be16(p + 6) & 0x8000) == 0;
    }
    if (n >= 40 && p[0] >> 4 == 6) {
        return ct_read_be16(p + 4) + 40u <= wire;
    }
    return false;
}

bool ct_packet_fits_ethernet(const uint8_t *p, uint32_t n)
{
    if (!ct_packet_looks_like_ethernet(p, n) || n < 15) {
        return false;
    }
    switch (ct_read_be16(p + 12)) {
    case 0x0800:
        return p[14] >> 4 == 4;
    case 0x86dd:
        return p[14] >> 4 == 6;
    default:
        return true;
    }
}

/* An address may begin with 4 or 6, too; only 45, which would be a group, is left to IPv4. */
static enum ct_next guess_payload(struct ct_walk *walk)
{
    const uint8_t *p = walk->p;
    bool is_ethernet = ct_packet_fits_ethernet(p, walk->n);
    bool may_be_word = p[0] >> 4 == 0 && walk->n > 4;
    if (ct_packet_looks_like_ip(p, walk->n, walk->wire) && (p[0] == 0x45 || !is_ethernet)) {
        return CT_NEXT_IP;
    }
    if (may_be_word && !is_ethernet && ct_packet_fits_ethernet(p + 4, walk->n - 4)) {
        ct_walk_skip(walk, 4);
        is_ethernet = true;
    }
    if (is_ethernet) {
        return ct_walk_tunnel(walk, CT_LAYER_PSEUDOWIRE, CT_NEXT_ETHERNET);
    }
    if (p[0] >> 4 == 4 || p[0] >> 4 == 6) { /* IP that is cut or lies: let its reader say so */
        return CT_NEXT_IP;
    }
    if (walk->n < 4 + 16 && walk->n < walk->wire) { /* too little captured to tell */
        return ct_walk_end(walk, CT_PACKET_TRUNCATED);
    }
    if (p[0] >> 4 == 1) { /* associated channel, RFC 5586 section 2.1 */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
}

/* RFC 3032 section 2.1: 20 bits of label, 3 of class, the bottom bit, 8 of time to live. */
enum ct_next ct_packet_read_mpls(struct ct_walk *walk)
{
    uint32_t entry = 0;
    walk->counters->layers[CT_LAYER_MPLS]++;
    do {
        if (++walk->headers > CT_PACKET_HEADERS_MAX) {
            return ct_walk_end(walk, CT_PACKET_TOO_DEEP);
        }
        if (walk->n < 4) {
            return ct_walk_short(walk, 4);
        }
        entry = ct_read_be32(walk->p);
        ct_walk_skip(walk, 4);
    } while ((entry & 0x100) == 0);
    if (walk->n == 0) {
        return ct_walk_short(walk, 1);
    }
    switch (entry >> 12) {
    case EXPLICIT_NULL_IPV4:
        return CT_NEXT_IPV4;
    case EXPLICIT_NULL_IPV6:
        return CT_NEXT_IPV6;
    default:
        return guess_payload(walk);
    }
}
