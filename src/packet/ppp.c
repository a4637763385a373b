/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Serial lines: PPPoE sessions, PPP with and without HDLC framing, Cisco HDLC, frame relay.
 * PPP protocol numbers are those of the IANA registry.
 */
#include "packet/walk.h"

/* RFC 2516 section 4: version 1 type 1, code 0 in a session, session, length. */
enum ct_next ct_packet_read_pppoe(struct ct_walk *walk)
{
    if (walk->n < 6) {
        return ct_walk_short(walk, 6);
    }
    const uint8_t *p = walk->p;
    if (p[0] != 0x11) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    walk->counters->layers[CT_LAYER_PPPOE]++;
    if (p[1] != 0) { /* discovery */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    uint16_t len = ct_read_be16(p + 4);
    ct_walk_skip(walk, 6);
    ct_walk_cut_wire(walk, len);
    return CT_NEXT_PPP;
}

/* RFC 3518 section 4.2: flags, MAC type, an optional LAN identifier and padding, the frame. */
static enum ct_next open_bridged(struct ct_walk *walk)
{
    if (walk->n < 2) {
        return ct_walk_short(walk, 2);
    }
    uint32_t head = (walk->p[0] & 0x40) != 0 ? 2 + 4 : 2;
    if (walk->p[1] != 1) { /* 802.3 */
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
    return ct_walk_skip_to(walk, head, CT_NEXT_ETHERNET);
}

/* RFC 1990 section 3, long sequence numbers: whole packets have both B and E; others are parts. */
static enum ct_next open_multilink(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    if ((walk->p[0] & 0xc0) != 0xc0) {
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
    ct_walk_skip(walk, 4);
    return CT_NEXT_PPP;
}

static enum ct_next open_protocol(struct ct_walk *walk, uint16_t protocol)
{
    switch (protocol) {
    case 0x0021:
        return CT_NEXT_IPV4;
    case 0x0057:
        return CT_NEXT_IPV6;
    case 0x0281:
    case 0x0283:
        return CT_NEXT_MPLS;
    case 0x0031:
        return open_bridged(walk);
    case 0x003d:
        return open_multilink(walk);
    case 0x0053: /* encryption, RFC 1968 */
    case 0x0055:
    case 0x00fb: /* compression, which carries the encryption of RFC 3078 */
    case 0x00fd:
        return ct_walk_end(walk, CT_PACKET_ENCRYPTED);
    default:
        /* RFC 1661 section 2: from 8000 on control protocols. */
        return ct_walk_end(walk,
                           protocol >= 0x8000 ? CT_PACKET_LINK_CONTROL : CT_PACKET_OTHER_NETWORK);
    }
}

/*
 * RFC 1662 section 3.1: address FF, control 03, which may be left out; RFC 1661 section 6.5: a
 * protocol field of one octet is odd.
 */
enum ct_next ct_packet_read_ppp(struct ct_walk *walk)
{
    if (walk->n < 2) {
        return ct_walk_short(walk, 2);
    }
    walk->counters->layers[CT_LAYER_PPP]++;
    if (walk->p[0] == 0xff && walk->p[1] == 0x03) {
        ct_walk_skip(walk, 2);
    }
    if (walk->n >= 1 && (walk->p[0] & 1) != 0) {
        uint8_t protocol = walk->p[0];
        ct_walk_skip(walk, 1);
        return open_protocol(walk, protocol);
    }
    if (walk->n < 2) {
        return ct_walk_short(walk, 2);
    }
    uint16_t protocol = ct_read_be16(walk->p);
    ct_walk_skip(walk, 2);
    return open_protocol(walk, protocol);
}

/* PPP in HDLC framing, or Cisco HDLC, which begins with 0F or 8F (tcpdump.org/linktypes). */
enum ct_next ct_packet_read_ppp_serial(struct ct_walk *walk)
{
    bool is_cisco = walk->n >= 1 && (walk->p[0] == 0x0f || walk->p[0] == 0x8f);
    return is_cisco ? CT_NEXT_CHDLC : CT_NEXT_PPP;
}

/* RFC 1547 section 4.3.1: address, control, and an EtherType or a number of Cisco's. */
enum ct_next ct_packet_read_chdlc(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    uint16_t type = ct_read_be16(walk->p + 2);
    ct_walk_skip(walk, 4);
    if (type == 0x8035 || type == 0x2000) { /* keep-alives (SLARP), CDP */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    return ct_walk_ethertype(walk, type);
}

/* RFC 2427 section 3 and 4: control 03, an optional pad, then an NLPID. */
static enum ct_next open_nlpid(struct ct_walk *walk)
{
    ct_walk_skip(walk, 1);
    if (walk->n >= 1 && walk->p[0] == 0) {
        ct_walk_skip(walk, 1);
    }
    if (walk->n < 1) {
        return ct_walk_short(walk, 1);
    }
    uint8_t nlpid = walk->p[0];
    ct_walk_skip(walk, 1);
    switch (nlpid) {
    case 0xcc:
        return CT_NEXT_IPV4;
    case 0x8e:
        return CT_NEXT_IPV6;
    case 0x80:
        return CT_NEXT_SNAP;
    case 0xcf: /* RFC 1973 */
        return CT_NEXT_PPP;
    case 0x08: /* Q.933 signalling and local management */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}

/* Q.922: an address of 2 to 4 octets, the last one odd. Cisco puts an EtherType behind it. */
enum ct_next ct_packet_read_frame_relay(struct ct_walk *walk)
{
    uint32_t len = 0;
    do {
        if (walk->n <= len) {
            return ct_walk_short(walk, len + 1);
        }
    } while ((walk->p[len++] & 1) == 0 && len < 4);
    if (len < 2) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    ct_walk_skip(walk, len);
    if (walk->n >= 1 && walk->p[0] == 0x03) {
        return open_nlpid(walk);
    }
    return ct_walk_skip_to_ethertype(walk, 2);
}
