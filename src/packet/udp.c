/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UDP, and the tunnels inside it. A tunnel is believed when the port says so and its header
 * validates; all else is UDP, or QUIC. Port numbers are those of the IANA registry.
 */
#include "packet/walk.h"

#define UDP_HEADER 8u
#define BRIDGED    0x6558u /* EtherType of Ethernet in a tunnel */

static enum ct_next end_udp(struct ct_walk *walk)
{
    return ct_walk_end(walk, CT_PACKET_UDP);
}

static bool is_known_quic_version(uint32_t version, bool is_web_port)
{
    if (version == 1 || version == 0x6b3343cf) { /* RFC 9000, RFC 9369 */
        return true;
    }
    /* Drafts, version negotiation, reserved versions (RFC 9000 section 15), Google's. */
    return is_web_port &&
           (version >> 8 == 0xff0000 || version == 0 || (version & 0x0f0f0f0f) == 0x0a0a0a0a ||
            version >> 16 == 0x5130 || version >> 16 == 0x5430);
}

/* RFC 8999 section 5.1: long header, version, two connection identifiers of up to 20 octets. */
static bool is_quic(const struct ct_walk *walk, uint16_t src, uint16_t dst)
{
    const uint8_t *p = walk->p;
    uint32_t n = walk->n;
    if (n >= 7 && (p[0] & 0x80) != 0) {
        bool is_web_port =
            dst == 443 || src == 443 || dst == 80 || src == 80 || dst == 8443 || src == 8443;
        uint32_t dcid = p[5];
        return is_known_quic_version(ct_read_be32(p + 1), is_web_port) && dcid <= 20 &&
               (n <= 6 + dcid || p[6 + dcid] <= 20);
    }
    /* RFC 9000 section 17.3: short header; nothing tells it but the port and the fixed bit. */
    return n >= 1 && (dst == 443 || src == 443) && (p[0] & 0xc0) == 0x40;
}

/*
 * Reserved bits are to be ignored on receipt, but octets that happen to come from that port have
 * them as well: where they are set, what follows n octets must prove itself.
 */
static bool is_proven(const struct ct_walk *walk, uint32_t n, uint16_t type)
{
    if (walk->n <= n) {
        return false;
    }
    const uint8_t *p = walk->p + n;
    return type == BRIDGED ? ct_packet_fits_ethernet(p, walk->n - n)
                           : ct_packet_looks_like_ip(p, walk->n - n, walk->wire - n);
}

/*
 * RFC 7348 section 5: flag I, 24 bits of identifier, the rest reserved; the group policy
 * extension uses bit 0 of the flags. VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe section 3) has flag P
 * and then a next protocol in octet 3.
 */
static enum ct_next open_vxlan(struct ct_walk *walk, bool is_gpe_port)
{
    const uint8_t *p = walk->p;
    if (walk->n < 8 || (p[0] & 0x08) == 0) {
        return end_udp(walk);
    }
    bool is_gpe = (p[0] & 0x04) != 0 && is_gpe_port;
    uint8_t next_protocol = p[3];
    bool is_odd = (p[0] & (is_gpe_port ? 0xf0 : 0x77)) != 0 || p[7] != 0;
    if (is_odd && (is_gpe || !is_proven(walk, 8, BRIDGED))) {
        return end_udp(walk);
    }
    ct_walk_enter(walk, ct_read_be32(p + 4));
    ct_walk_skip(walk, 8);
    if (!is_gpe) {
        return ct_walk_tunnel(walk, CT_LAYER_VXLAN, CT_NEXT_ETHERNET);
    }
    switch (next_protocol) {
    case 1:
        return ct_walk_tunnel(walk, CT_LAYER_VXLAN, CT_NEXT_IPV4);
    case 2:
        return ct_walk_tunnel(walk, CT_LAYER_VXLAN, CT_NEXT_IPV6);
    case 3:
        return ct_walk_tunnel(walk, CT_LAYER_VXLAN, CT_NEXT_ETHERNET);
    case 4:
        return ct_walk_tunnel(walk, CT_LAYER_VXLAN, CT_NEXT_NSH);
    case 5:
        return ct_walk_tunnel(walk, CT_LAYER_VXLAN, CT_NEXT_MPLS);
    default:
        return end_udp(walk);
    }
}

/* RFC 8926 section 3.4: version 0, options in units of 4 octets, EtherType, identifier. */
static enum ct_next open_geneve(struct ct_walk *walk)
{
    const uint8_t *p = walk->p;
    if (walk->n < 8 || (p[0] & 0xc0) != 0) {
        return end_udp(walk);
    }
    uint32_t len = 8 + (p[0] & 0x3fu) * 4;
    uint16_t type = ct_read_be16(p + 2);
    bool is_odd = (p[1] & 0x3f) != 0 || p[7] != 0;
    if (len > walk->wire || (p[1] & 0x80) != 0 || /* O: a control message */
        (is_odd && !is_proven(walk, len, type))) {
        return end_udp(walk);
    }
    if (walk->n < len) {
        return ct_walk_short(walk, len);
    }
    ct_walk_enter(walk, ct_read_be32(p + 4));
    ct_walk_skip(walk, len);
    walk->type = type;
    return ct_walk_tunnel(walk, CT_LAYER_GENEVE, CT_NEXT_ETHERTYPE);
}

/*
 * 3GPP TS 29.281 section 5.1: version 1, protocol type 1, message type 255 (G-PDU), length of
 * what follows the first 8 octets. With any of E, S, PN 4 more octets; extension headers are in
 * units of 4 octets and end with the type of the next.
 */
static enum ct_next open_gtpu(struct ct_walk *walk)
{
    const uint8_t *p = walk->p;
    if (walk->n < 8 || (p[0] & 0xf8) != 0x30 || p[1] != 255 ||
        ct_read_be16(p + 2) > walk->wire - 8) {
        return end_udp(walk);
    }
    bool has_optional = (p[0] & 0x07) != 0;
    bool has_extension = (p[0] & 0x04) != 0;
    uint32_t payload = ct_read_be16(p + 2);
    ct_walk_enter(walk, ct_read_be32(p + 4));
    ct_walk_skip(walk, 8);
    ct_walk_cut_wire(walk, payload);
    if (has_optional) {
        if (walk->n < 4) {
            return ct_walk_short(walk, 4);
        }
        uint8_t extension = has_extension ? walk->p[3] : 0;
        ct_walk_skip(walk, 4);
        while (extension != 0) {
            uint32_t len = walk->n > 0 ? walk->p[0] * 4u : 4;
            if (walk->n < len) {
                return ct_walk_short(walk, len);
            }
            if (len == 0 || ++walk->headers > CT_PACKET_HEADERS_MAX) {
                return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
            }
            extension = walk->p[len - 1];
            ct_walk_skip(walk, len);
        }
    }
    if (walk->n > 0 && (walk->p[0] >> 4 == 4 || walk->p[0] >> 4 == 6)) {
        return ct_walk_tunnel(walk, CT_LAYER_GTPU, CT_NEXT_IP);
    }
    if (ct_packet_looks_like_ethernet(walk->p, walk->n)) { /* Ethernet sessions of 5G */
        return ct_walk_tunnel(walk, CT_LAYER_GTPU, CT_NEXT_ETHERNET);
    }
    return end_udp(walk);
}

/* RFC 4380 section 2.6 (the prefix), 4.1.1: IPv6 that fits its datagram, an address in 2001::/32.
 */
static bool is_teredo(const uint8_t *p, uint32_t n, uint32_t wire)
{
    return n >= 40 && p[0] >> 4 == 6 && ct_read_be16(p + 4) + 40u <= wire &&
           (ct_read_be32(p + 8) == 0x20010000 || ct_read_be32(p + 24) == 0x20010000);
}

/*
 * RFC 4380 section 5.1.1: an authentication indication (0001, lengths of identifier and of
 * value, 9 octets) and an origin indication (0000, 8 octets in all) may come first. Between
 * clients any port is used, so the header alone decides.
 */
static enum ct_next open_teredo(struct ct_walk *walk, bool is_server_port)
{
    const uint8_t *p = walk->p;
    uint32_t n = walk->n;
    uint32_t at = 0;
    if (is_server_port && n >= 4 && ct_read_be16(p) == 1) {
        at += 4u + p[2] + p[3] + 9;
    }
    if (is_server_port && at + 2 <= n && ct_read_be16(p + at) == 0) {
        at += 8;
    }
    if (at >= n || !is_teredo(p + at, n - at, walk->wire - at)) {
        return CT_NEXT_DONE;
    }
    ct_walk_skip(walk, at);
    return ct_walk_tunnel(walk, CT_LAYER_TEREDO, CT_NEXT_IPV6);
}

/* TaZmen Sniffer Protocol: version 1, type 0, encapsulated protocol, tags until tag 1. */
static enum ct_next open_tzsp(struct ct_walk *walk)
{
    const uint8_t *p = walk->p;
    uint32_t n = walk->n;
    uint32_t at = 4;
    if (n < 5 || p[0] != 1 || p[1] > 1) {
        return end_udp(walk);
    }
    uint16_t protocol = ct_read_be16(p + 2);
    while (at < n && p[at] != 1) { /* tag 0 is padding without a length */
        at += p[at] == 0 ? 1 : at + 1 < n ? 2u + p[at + 1] : n;
    }
    if (at >= n || (protocol != 1 && protocol != 18)) {
        return end_udp(walk);
    }
    ct_walk_skip(walk, at + 1);
    return ct_walk_tunnel(walk, CT_LAYER_TZSP, protocol == 1 ? CT_NEXT_ETHERNET : CT_NEXT_WIFI);
}

/* RFC 3948 section 2: ESP but for keep-alives (one octet) and IKE behind 4 octets of 0. */
static enum ct_next open_esp_in_udp(struct ct_walk *walk)
{
    bool is_esp = walk->n >= 8 && ct_read_be32(walk->p) != 0;
    return ct_walk_end(walk, is_esp ? CT_PACKET_ENCRYPTED : CT_PACKET_UDP);
}

static enum ct_next open_payload(struct ct_walk *walk, uint16_t src, uint16_t dst)
{
    switch (dst) {
    case 4789: /* VXLAN, and the number that Linux used before */
    case 8472:
        return open_vxlan(walk, false);
    case 4790:
        return open_vxlan(walk, true);
    case 6081:
        return open_geneve(walk);
    case 2152:
        return open_gtpu(walk);
    case 4754: /* GRE in UDP, RFC 8086 */
        return CT_NEXT_GRE;
    case 6635: /* MPLS in UDP, RFC 7510 */
        return ct_walk_tunnel(walk, CT_LAYER_IPIP, CT_NEXT_MPLS);
    case 37008:
        return open_tzsp(walk);
    default:
        break;
    }
    switch (src) {
    case 2152:
        return open_gtpu(walk);
    case 6081:
        return open_geneve(walk);
    default:
        break;
    }
    if (src == 1701 || dst == 1701) {
        return CT_NEXT_L2TP;
    }
    if (src == 4500 || dst == 4500) {
        return open_esp_in_udp(walk);
    }
    if (is_quic(walk, src, dst)) {
        return ct_walk_end(walk, CT_PACKET_QUIC);
    }
    walk->status = CT_PACKET_UDP;
    return open_teredo(walk, src == 3544 || dst == 3544);
}

/* RFC 768: the length counts the header; 0 stands for a jumbogram (RFC 2675 section 4). */
enum ct_next ct_packet_read_udp(struct ct_walk *walk)
{
    if (walk->n < UDP_HEADER) {
        return walk->wire >= UDP_HEADER ? end_udp(walk) : ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    uint16_t src = ct_read_be16(walk->p);
    uint16_t dst = ct_read_be16(walk->p + 2);
    uint32_t len = ct_read_be16(walk->p + 4);
    if (len != 0 && len < UDP_HEADER) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    ct_walk_skip(walk, UDP_HEADER);
    if (len != 0) {
        ct_walk_cut_wire(walk, len - UDP_HEADER);
    }
    return open_payload(walk, src, dst);
}
