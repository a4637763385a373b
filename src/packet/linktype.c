/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the first octets of a frame are, by link type. Numbers and layouts are those of
 * tcpdump.org/linktypes.html unless a line says otherwise; where LINKTYPE_ and DLT_ differ,
 * pcap_datalink reports the DLT_. A link type that is not here is counted as unknown.
 */
#include "packet/walk.h"

/* Address families of BSD, Linux, Windows and Solaris: IPv6 has a number of its own on each. */
static bool is_af_inet6(uint32_t family)
{
    return family == 10 || family == 23 || family == 24 || family == 26 || family == 28 ||
           family == 30;
}

/* DLT_NULL, DLT_LOOP: an address family of 4 octets, in either byte order. */
static enum ct_next open_loopback(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    uint32_t family = ct_read_be32(walk->p);
    if (family > UINT16_MAX) {
        family = ct_read_le32(walk->p);
    }
    ct_walk_skip(walk, 4);
    if (family == 2) {
        return CT_NEXT_IPV4;
    }
    if (is_af_inet6(family)) {
        return CT_NEXT_IPV6;
    }
    return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
}

/* Linux cooked: what the protocol means depends on the ARPHRD_ type of the device. */
static enum ct_next open_cooked(struct ct_walk *walk, uint16_t device, uint16_t protocol)
{
    switch (device) {
    case 801: /* 802.11, with Prism, with radiotap */
        return CT_NEXT_WIFI;
    case 802:
        return CT_NEXT_PRISM;
    case 803:
        return CT_NEXT_RADIOTAP;
    case 824: /* netlink */
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    default:
        break;
    }
    if (protocol == 0x0004) { /* 802.2 */
        return CT_NEXT_LLC;
    }
    return ct_walk_ethertype(walk, protocol);
}

/* Packet type, device type, address length, 8 octets of address, protocol. */
static enum ct_next open_sll(struct ct_walk *walk)
{
    if (walk->n < 16) {
        return ct_walk_short(walk, 16);
    }
    const uint8_t *p = walk->p;
    ct_walk_skip(walk, 16);
    return open_cooked(walk, ct_read_be16(p + 2), ct_read_be16(p + 14));
}

/* Protocol, reserved, interface, device type, packet type, address length, address. */
static enum ct_next open_sll2(struct ct_walk *walk)
{
    if (walk->n < 20) {
        return ct_walk_short(walk, 20);
    }
    const uint8_t *p = walk->p;
    ct_walk_skip(walk, 20);
    return open_cooked(walk, ct_read_be16(p + 8), ct_read_be16(p));
}

/* Walks the attributes of an NFLOG packet to the payload (type 9); false when there is none. */
static bool find_nflog_payload(struct ct_walk *walk, uint16_t (*read16)(const uint8_t *))
{
    for (uint32_t at = 4; at + 4 <= walk->n;) {
        uint32_t len = read16(walk->p + at);
        if (len < 4) {
            return false;
        }
        if (read16(walk->p + at + 2) == 9) {
            ct_walk_skip(walk, at + 4);
            ct_walk_cut_wire(walk, len - 4);
            return true;
        }
        at += (len + 3) / 4 * 4;
    }
    return false;
}

/* Family, version, group; then attributes in the byte order of the host that captured. */
static enum ct_next open_nflog(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    if (find_nflog_payload(walk, ct_read_le16) || find_nflog_payload(walk, ct_read_be16)) {
        return CT_NEXT_IP;
    }
    return ct_walk_end(walk, walk->n < walk->wire ? CT_PACKET_TRUNCATED : CT_PACKET_OTHER_NETWORK);
}

/* OpenBSD and FreeBSD pflog: length of the header without its padding to 4 octets. */
static enum ct_next open_pflog(struct ct_walk *walk)
{
    if (walk->n < 1) {
        return ct_walk_short(walk, 1);
    }
    uint32_t len = (walk->p[0] + 3u) / 4 * 4;
    if (len < 8) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    return ct_walk_skip_to(walk, len, CT_NEXT_IP);
}

/* PKTAP of macOS, little-endian: length of the header, type of the next (1: packet), DLT_. */
static enum ct_next open_pktap(struct ct_walk *walk)
{
    if (walk->n < 12) {
        return ct_walk_short(walk, 12);
    }
    uint32_t len = ct_read_le32(walk->p);
    if (len < 12) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    if (ct_read_le32(walk->p + 4) != 1) {
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    walk->type = ct_read_le32(walk->p + 8);
    return ct_walk_skip_to(walk, len, CT_NEXT_LINKTYPE);
}

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

static enum ct_next open_rare(struct ct_walk *walk)
{
    switch (walk->type) {
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
    case 107: /* FRELAY */
        return CT_NEXT_FRAME_RELAY;
    case 109: /* ENC: family, SPI, flags of 4 octets each */
        return ct_walk_skip_to(walk, 12, CT_NEXT_IP);
    case 122: /* IP_OVER_FC, RFC 2625: network header of 16 octets, LLC */
        return ct_walk_skip_to(walk, 16, CT_NEXT_LLC);
    case 123:
        return open_sunatm(walk);
    case 129: /* ARCNET_LINUX: source, destination, offset */
        return open_arcnet(walk, 4);
    case 138: /* APPLE_IP_OVER_IEEE1394: two addresses of 8 octets, EtherType */
        return ct_walk_skip_to_ethertype(walk, 18);
    case 166: /* PPP_PPPD: direction in place of FF, 03 */
        return ct_walk_skip_to(walk, 2, CT_NEXT_PPP);
    case 178: /* JUNIPER_ETHER */
        return open_juniper(walk, CT_NEXT_ETHERNET);
    case 179: /* JUNIPER_PPP */
        return open_juniper(walk, CT_NEXT_PPP);
    case 180: /* JUNIPER_FRELAY */
        return open_juniper(walk, CT_NEXT_FRAME_RELAY);
    case 181: /* JUNIPER_CHDLC */
        return open_juniper(walk, CT_NEXT_CHDLC);
    case 192:
        return open_ppi(walk);
    case 197:
        return open_erf(walk);
    case 204: /* PPP_WITH_DIR: direction */
        return ct_walk_skip_to(walk, 1, CT_NEXT_PPP);
    case 205: /* C_HDLC_WITH_DIR */
        return ct_walk_skip_to(walk, 1, CT_NEXT_CHDLC);
    case 206: /* FRELAY_WITH_DIR */
        return ct_walk_skip_to(walk, 1, CT_NEXT_FRAME_RELAY);
    case 219:
        return CT_NEXT_MPLS;
    case 226: /* IPNET of Solaris: 24 octets */
        return ct_walk_skip_to(walk, 24, CT_NEXT_IP);
    case 240: /* NETANALYZER */
        return ct_walk_skip_to(walk, 4, CT_NEXT_ETHERNET);
    case 241:
        return open_netanalyzer_transparent(walk);
    case 242: /* IPOIB: 40 octets of addresses, EtherType, 2 reserved */
        return open_ipoib(walk);
    case 274: /* ETHERNET_MPACKET */
        return open_mpacket(walk);
    case 281: /* DSA_TAG_BRCM */
    case 284: /* DSA_TAG_DSA */
        return open_switch_tag(walk, 4);
    case 282: /* DSA_TAG_BRCM_PREPEND */
        return ct_walk_skip_to(walk, 4, CT_NEXT_ETHERNET);
    case 285: /* DSA_TAG_EDSA */
        return open_switch_tag(walk, 8);
    default:
        walk->counters->unknown_linktype = walk->type;
        return ct_walk_end(walk, CT_PACKET_UNKNOWN_LINKTYPE);
    }
}

enum ct_next ct_packet_read_linktype(struct ct_walk *walk)
{
    switch (walk->type) {
    case 1: /* EN10MB */
        return CT_NEXT_ETHERNET;
    case 276: /* LINUX_SLL2 */
        return open_sll2(walk);
    case 113: /* LINUX_SLL */
        return open_sll(walk);
    case 0:   /* NULL */
    case 108: /* LOOP */
        return open_loopback(walk);
    case 12: /* RAW; 14 on OpenBSD; 101 in files */
    case 14:
    case 101:
        return CT_NEXT_IP;
    case 228:
        return CT_NEXT_IPV4;
    case 229:
        return CT_NEXT_IPV6;
    case 9: /* PPP */
        return CT_NEXT_PPP;
    case 50:
        return CT_NEXT_PPP_SERIAL;
    case 51: /* PPP_ETHER */
        return CT_NEXT_PPPOE;
    case 104: /* C_HDLC */
        return CT_NEXT_CHDLC;
    case 105: /* IEEE802_11 */
        return CT_NEXT_WIFI;
    case 119: /* PRISM_HEADER */
    case 163: /* IEEE802_11_RADIO_AVS */
        return CT_NEXT_PRISM;
    case 127: /* IEEE802_11_RADIO */
        return CT_NEXT_RADIOTAP;
    case 117:
        return open_pflog(walk);
    case 239:
        return open_nflog(walk);
    case 258:
        return open_pktap(walk);
    default:
        return open_rare(walk);
    }
}
