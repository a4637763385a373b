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
        return ct_packet_read_rare_linktype(walk);
    }
}
