/* SPDX-License-Identifier: Apache-2.0 */
/* The rest of the link types: those that few captures have. See linktype.c. */
#include "packet/walk.h"

/* Per-packet information: version, flags, length and DLT_, little-endian. */
static enum ct_next open_ppi(struct ct_walk *walk)
{
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    uint32_t len = ct_read_le16(walk->p + 2);
    if (len < 8) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    walk->type = ct_read_le32(walk->p + 4);
    return ct_walk_skip_to(walk, len, CT_NEXT_LINKTYPE);
}

/*
 * Juniper: "MGC", flags; with 80 a length of 2 octets and so many octets of extensions; with
 * 02 the link header was taken away and 4 octets stand in its place.
 */
static enum ct_next open_juniper(struct ct_walk *walk, enum ct_next next)
{
    if (walk->n < 6) {
        return ct_walk_short(walk, 6);
    }
    const uint8_t *p = walk->p;
    if (p[0] != 0x4d || p[1] != 0x47 || p[2] != 0x43) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    uint32_t len = (p[3] & 0x80) != 0 ? 6u + ct_read_be16(p + 4) : 4;
    return (p[3] & 0x02) != 0 ? ct_walk_skip_to(walk, len + 4, CT_NEXT_IP)
                              : ct_walk_skip_to(walk, len, next);
}

/* 4 octets of its own, then the frame as on the wire: preamble and start delimiter first. */
static enum ct_next open_netanalyzer_transparent(struct ct_walk *walk)
{
    uint32_t at = 4;
    while (at < walk->n && at < 4 + 7 && walk->p[at] == 0x55) {
        at++;
    }
    if (at < walk->n && walk->p[at] != 0xd5) {
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    return ct_walk_skip_to(walk, at + 1, CT_NEXT_ETHERNET);
}

/* IEEE 802.3br: a preamble of 8 octets whose last one is D5 for a frame that is whole. */
static enum ct_next open_mpacket(struct ct_walk *walk)
{
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    bool is_whole = walk->p[7] == 0xd5;
    ct_walk_skip(walk, 8);
    return is_whole ? CT_NEXT_ETHERNET : ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
}

/* ERF of Endace: 16 octets of header, extension headers of 8 while bit 80 is set. */
static enum ct_next open_erf(struct ct_walk *walk)
{
    if (walk->n < 16) {
        return ct_walk_short(walk, 16);
    }
    uint8_t type = walk->p[8] & 0x7f;
    bool more = (walk->p[8] & 0x80) != 0;
    ct_walk_skip(walk, 16);
    while (more) {
        if (walk->n < 8) {
            return ct_walk_short(walk, 8);
        }
        more = (walk->p[0] & 0x80) != 0;
        ct_walk_skip(walk, 8);
    }
    switch (type) {
    case 1: /* packet over SONET */
        return CT_NEXT_PPP_SERIAL;
    case 2: /* Ethernet, after an offset and a pad */
    case 11:
    case 16:
    case 20:
        return ct_walk_skip_to(walk, 2, CT_NEXT_ETHERNET);
    case 22:
        return CT_NEXT_IPV4;
    case 23:
        return CT_NEXT_IPV6;
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}

/* IEEE 802.5: access and frame control, addresses, routing information when its bit is set. */
static enum ct_next open_token_ring(struct ct_walk *walk)
{
    if (walk->n < 15) {
        return ct_walk_short(walk, 15);
    }
    bool is_routed = (walk->p[8] & 0x80) != 0;
    uint32_t len = 14 + (is_routed ? walk->p[14] & 0x1fu : 0);
    bool is_llc = (walk->p[1] & 0xc0) == 0x40;
    return is_llc ? ct_walk_skip_to(walk, len, CT_NEXT_LLC)
                  : ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
}

/* FDDI: frame control, addresses. */
static enum ct_next open_fddi(struct ct_walk *walk)
{
    if (walk->n < 13) {
        return ct_walk_short(walk, 13);
    }
    bool is_llc = (walk->p[0] & 0x30) == 0x10;
    ct_walk_skip(walk, 13);
    return is_llc ? CT_NEXT_LLC : ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
}

/* Classical IP over ATM: LLC follows, or an IPv4 packet without it. */
static enum ct_next open_atm(struct ct_walk *walk)
{
    bool is_bare = walk->n > 0 && walk->p[0] == 0x45;
    return is_bare ? CT_NEXT_IPV4 : CT_NEXT_LLC;
}

/* SunATM: direction and traffic type, path, circuit. */
static enum ct_next open_sunatm(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    uint8_t type = walk->p[0] & 0x0f;
    ct_walk_skip(walk, 4);
    switch (type) {
    case 1: /* LAN emulation: identifier of 2 octets */
        return ct_walk_skip_to(walk, 2, CT_NEXT_ETHERNET);
    case 2:
        return CT_NEXT_LLC;
    default:
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
}

/* IP over InfiniBand, RFC 4391 section 6; the capture has the global route header before it. */
static enum ct_next open_ipoib(struct ct_walk *walk)
{
    if (walk->n < 44) {
        return ct_walk_short(walk, 44);
    }
    uint16_t type = ct_read_be16(walk->p + 40);
    ct_walk_skip(walk, 44);
    return ct_walk_ethertype(walk, type);
}

/* Ethernet with a switch's tag of so many octets between the addresses and the EtherType. */
static enum ct_next open_switch_tag(struct ct_walk *walk, uint32_t tag)
{
    return ct_walk_skip_to_ethertype(walk, 12 + tag + 2);
}

/*
 * ARCNET, behind the addresses: a protocol number; RFC 1051 has nothing more, RFC 1201 and
 * RFC 2497 a split flag, which is 0 for a whole packet, and a sequence number.
 */
static enum ct_next open_arcnet(struct ct_walk *walk, uint32_t addresses)
{
    if (walk->n < addresses + 4) {
        return ct_walk_short(walk, addresses + 4);
    }
    uint8_t protocol = walk->p[addresses];
    bool is_split = walk->p[addresses + 1] != 0;
    ct_walk_skip(walk, addresses + 1);
    switch (protocol) {
    case 240:
        return CT_NEXT_IPV4;
    case 241:
    case 213:
    case 214:
        return ct_walk_end(walk, CT_PACKET_ARP);
    case 212:
    case 196:
        if (is_split) {
            return ct_walk_end(walk, CT_PACKET_FRAGMENT_DROPPED);
        }
        ct_walk_skip(walk, 3);
        return CT_NEXT_IP;
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}

/*
 * SLIP: a direction. libpcap puts 15 octets behind it, of which the first is 40 for an IP
 * packet (RFC 1144 types) and so can never begin one; others put the packet there.
 */
static enum ct_next open_slip(struct ct_walk *walk)
{
    if (walk->n < 2) {
        return ct_walk_short(walk, 2);
    }
    uint8_t first = walk->p[1];
    bool is_packet = (first >= 0x45 && first <= 0x4f) || first >> 4 == 6;
    return ct_walk_skip_to(walk, is_packet ? 1 : 16, CT_NEXT_IP);
}

/*
 * DOCSIS: frame control, parameter (length of the extended header), length, extended header,
 * checksum, then Ethernet. Elements 3 and 4 of the extended header say with their bit 80 in
 * the second octet that what follows the addresses is encrypted.
 */
static enum ct_next open_docsis(struct ct_walk *walk)
{
    if (walk->n < 6) {
        return ct_walk_short(walk, 6);
    }
    const uint8_t *p = walk->p;
    uint32_t extended = (p[0] & 0x01) != 0 ? p[1] : 0;
    if ((p[0] & 0xc0) == 0xc0) { /* MAC specific; parts and concatenations among it */
        uint8_t kind = p[0] >> 1 & 0x1f;
        return ct_walk_end(walk, kind == 0x03 || kind == 0x1c ? CT_PACKET_FRAGMENT_DROPPED
                                                              : CT_PACKET_LINK_CONTROL);
    }
    if ((p[0] & 0xc0) != 0) {
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
    if (walk->n < 6 + extended) {
        return ct_walk_short(walk, 6 + extended);
    }
    for (uint32_t at = 4; at + 2 < 4 + extended; at += 1u + (p[at] & 0x0f)) {
        uint8_t type = p[at] >> 4;
        if ((type == 3 || type == 4) && (p[at + 2] & 0x80) != 0) {
            return ct_walk_end(walk, CT_PACKET_ENCRYPTED);
        }
    }
    return ct_walk_skip_to(walk, 6 + extended, CT_NEXT_ETHERNET);
}

/* FRF.16.1 section 3.2: bits B and E on a frame that is whole, C on control, sequence number. */
static enum ct_next open_multilink_frame_relay(struct ct_walk *walk)
{
    if (walk->n < 2) {
        return ct_walk_short(walk, 2);
    }
    uint8_t flags = walk->p[0];
    ct_walk_skip(walk, 2);
    if ((flags & 0x20) != 0) {
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    return (flags & 0xc0) == 0xc0 ? CT_NEXT_FRAME_RELAY
                                  : ct_walk_end(walk, CT_PACKET_FRAGMENT_DROPPED);
}

/*
 * AX.25 version 2.2 section 3: addresses of 7 octets until one that is odd at its end, control
 * 03 (unnumbered information) and a protocol identifier: CC is IP, CD ARP.
 */
static enum ct_next open_ax25(struct ct_walk *walk)
{
    uint32_t at = 14;
    while (at <= 70 && walk->n >= at && (walk->p[at - 1] & 1) == 0) {
        at += 7;
    }
    if (walk->n < at + 2) {
        return ct_walk_short(walk, at + 2);
    }
    uint8_t control = walk->p[at];
    uint8_t protocol = walk->p[at + 1];
    ct_walk_skip(walk, at + 2);
    if ((control & 0xef) != 0x03) {
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    switch (protocol) {
    case 0xcc:
        return CT_NEXT_IPV4;
    case 0xcd:
        return ct_walk_end(walk, CT_PACKET_ARP);
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}

/* KISS: the low half of the first octet is a command, 0 for data. */
static enum ct_next open_kiss(struct ct_walk *walk)
{
    if (walk->n < 1) {
        return ct_walk_short(walk, 1);
    }
    bool is_data = (walk->p[0] & 0x0f) == 0;
    ct_walk_skip(walk, 1);
    return is_data ? open_ax25(walk) : ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
}

/* Types whose header says nothing that is wanted: so many octets are skipped. */
static const struct {
    uint16_t type;
    uint8_t skip;
    enum ct_next next;
} skipped[] = {
    {107, 0, CT_NEXT_FRAME_RELAY}, /* FRELAY */
    {109, 12, CT_NEXT_IP},         /* ENC: family, SPI, flags of 4 octets each */
    {122, 16, CT_NEXT_LLC},        /* IP_OVER_FC, RFC 2625: network header */
    {166, 2, CT_NEXT_PPP},         /* PPP_PPPD: direction in place of FF, 03 */
    {204, 1, CT_NEXT_PPP},         /* PPP_WITH_DIR: direction */
    {205, 1, CT_NEXT_CHDLC},       /* C_HDLC_WITH_DIR */
    {206, 1, CT_NEXT_FRAME_RELAY}, /* FRELAY_WITH_DIR */
    {219, 0, CT_NEXT_MPLS},        /* MPLS */
    {226, 24, CT_NEXT_IP},         /* IPNET of Solaris */
    {240, 4, CT_NEXT_ETHERNET},    /* NETANALYZER */
    {259, 8, CT_NEXT_ETHERNET},    /* EPON: a preamble with the link's identifier */
    {282, 4, CT_NEXT_ETHERNET},    /* DSA_TAG_BRCM_PREPEND */
};

static enum ct_next open_skipped(struct ct_walk *walk)
{
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
        if (skipped[i].type == walk->type) {
            return ct_walk_skip_to(walk, skipped[i].skip, skipped[i].next);
        }
    }
    walk->counters->unknown_linktype = walk->type;
    return ct_walk_end(walk, CT_PACKET_UNKNOWN_LINKTYPE);
}

enum ct_next ct_packet_read_rare_linktype(struct ct_walk *walk)
{
    switch (walk->type) {
    case 3: /* AX25 */
        return open_ax25(walk);
    case 6: /* IEEE802 */
        return open_token_ring(walk);
    case 7: /* ARCNET: source, destination */
        return open_arcnet(walk, 2);
    case 8:
        return open_slip(walk);
    case 10: /* FDDI */
        return open_fddi(walk);
    case 11: /* ATM_RFC1483 */
    case 19: /* ATM_CLIP */
        return open_atm(walk);
    case 123:
        return open_sunatm(walk);
    case 129: /* ARCNET_LINUX: source, destination, offset */
        return open_arcnet(walk, 4);
    case 138: /* APPLE_IP_OVER_IEEE1394: two addresses of 8 octets, EtherType */
        return ct_walk_skip_to_ethertype(walk, 18);
    case 143: /* DOCSIS */
        return open_docsis(walk);
    case 178: /* JUNIPER_ETHER */
        return open_juniper(walk, CT_NEXT_ETHERNET);
    case 179: /* JUNIPER_PPP */
        return open_juniper(walk, CT_NEXT_PPP);
    case 180: /* JUNIPER_FRELAY */
        return open_juniper(walk, CT_NEXT_FRAME_RELAY);
    case 181: /* JUNIPER_CHDLC */
        return open_juniper(walk, CT_NEXT_CHDLC);
    case 182: /* MFR */
        return open_multilink_frame_relay(walk);
    case 192:
        return open_ppi(walk);
    case 197:
        return open_erf(walk);
    case 202: /* AX25_KISS */
        return open_kiss(walk);
    case 241:
        return open_netanalyzer_transparent(walk);
    case 242: /* IPOIB: 40 octets of addresses, EtherType, 2 reserved */
        return open_ipoib(walk);
    case 274: /* ETHERNET_MPACKET */
        return open_mpacket(walk);
    case 281: /* DSA_TAG_BRCM */
    case 284: /* DSA_TAG_DSA */
        return open_switch_tag(walk, 4);
    case 285: /* DSA_TAG_EDSA */
        return open_switch_tag(walk, 8);
    default:
        return open_skipped(walk);
    }
}
