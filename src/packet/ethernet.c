/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet and what stands between it and the network layer: VLAN tags, LLC and SNAP, MACsec,
 * provider backbone bridging, NSH. EtherTypes are those of the IEEE and IANA registries.
 */
#include "packet/walk.h"

#define ETHERNET_HEADER 14u
#define ISL_HEADER      26u

/* EtherTypes that may follow an Ethernet header in what we open. */
static bool is_known_ethertype(uint16_t type)
{
    switch (type) {
    case 0x0800: /* IPv4 */
    case 0x0806: /* ARP */
    case 0x86dd: /* IPv6 */
    case 0x8100: /* 802.1Q */
    case 0x88a8: /* 802.1ad */
    case 0x8847: /* MPLS */
    case 0x8848:
    case 0x8863: /* PPPoE */
    case 0x8864:
    case 0x8809: /* slow protocols */
    case 0x88cc: /* LLDP */
    case 0x888e: /* EAPOL */
    case 0x88e5: /* MACsec */
        return true;
    default:
        return false;
    }
}

bool ct_packet_looks_like_ethernet(const uint8_t *p, uint32_t n)
{
    if (n < ETHERNET_HEADER) {
        return false;
    }
    uint16_t type = ct_read_be16(p + 12);
    if (is_known_ethertype(type)) {
        return true;
    }
    /* 802.3: a length, then LLC of SNAP or of spanning tree. */
    return type <= 1500 && n >= ETHERNET_HEADER + 2 &&
           ((p[14] == 0xaa && p[15] == 0xaa) || (p[14] == 0x42 && p[15] == 0x42));
}

/* Cisco Inter-Switch Link puts 26 octets before the frame; its address says so. */
static bool is_isl(const struct ct_walk *walk)
{
    const uint8_t *p = walk->p;
    return walk->n >= 17 && (p[0] == 0x01 || p[0] == 0x03) && p[1] == 0x00 && p[2] == 0x0c &&
           p[3] == 0x00 && p[4] == 0x00 && p[14] == 0xaa && p[15] == 0xaa && p[16] == 0x03;
}

enum ct_next ct_packet_read_ethernet(struct ct_walk *walk)
{
    if (walk->n < ETHERNET_HEADER) {
        return ct_walk_short(walk, ETHERNET_HEADER);
    }
    uint16_t type = ct_read_be16(walk->p + 12);
    if (type > 1500) {
        ct_walk_skip(walk, ETHERNET_HEADER);
        return ct_walk_ethertype(walk, type);
    }
    if (is_isl(walk)) {
        walk->counters->layers[CT_LAYER_VLAN]++;
        return ct_walk_skip_to(walk, ISL_HEADER, CT_NEXT_ETHERNET);
    }
    /* IEEE 802.3 section 3.2.6: up to 1500 it is the length of the LLC data. */
    ct_walk_skip(walk, ETHERNET_HEADER);
    ct_walk_cut_wire(walk, type);
    return CT_NEXT_LLC;
}

static enum ct_next open_tag(struct ct_walk *walk, uint32_t octets)
{
    walk->counters->layers[CT_LAYER_VLAN]++;
    return ct_walk_skip_to_ethertype(walk, octets);
}

/* IEEE 802.1ah I-tag: flags and 24 bits of identifier, then the customer's frame. */
static enum ct_next open_service_tag(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    ct_walk_enter(walk, ct_read_be32(walk->p) & 0xffffffu);
    ct_walk_skip(walk, 4);
    return ct_walk_tunnel(walk, CT_LAYER_VLAN, CT_NEXT_ETHERNET);
}

enum ct_next ct_packet_read_ethertype(struct ct_walk *walk)
{
    switch (walk->type) {
    case 0x0800:
        return CT_NEXT_IPV4;
    case 0x86dd:
        return CT_NEXT_IPV6;
    case 0x8100: /* IEEE 802.1Q */
    case 0x88a8: /* IEEE 802.1ad */
    case 0x9100: /* QinQ before the standard */
    case 0x9200:
        return CT_NEXT_VLAN;
    case 0x8926: /* Cisco VN-tag: 4 octets, EtherType */
        return open_tag(walk, 6);
    case 0x893f: /* IEEE 802.1BR E-tag: 6 octets, EtherType */
        return open_tag(walk, 8);
    case 0x88e7:
        return open_service_tag(walk);
    case 0x8847:
    case 0x8848:
        return CT_NEXT_MPLS;
    case 0x8864:
        return CT_NEXT_PPPOE;
    case 0x880b:
        return CT_NEXT_PPP;
    case 0x88e5:
        return CT_NEXT_MACSEC;
    case 0x894f:
        return CT_NEXT_NSH;
    case 0x6558: /* transparent Ethernet bridging (RFC 1701; NVGRE, RFC 7637) */
        return CT_NEXT_ETHERNET;
    case 0x0806:
    case 0x8035: /* RARP */
        return ct_walk_end(walk, CT_PACKET_ARP);
    case 0x8808: /* MAC control: pause */
    case 0x8809: /* slow protocols: LACP */
    case 0x8863: /* PPPoE discovery */
    case 0x888e: /* EAPOL */
    case 0x88c7: /* 802.11 pre-authentication */
    case 0x88cc: /* LLDP */
    case 0x8902: /* connectivity fault management */
    case 0x9000: /* configuration testing (loopback) */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}

enum ct_next ct_packet_read_vlan(struct ct_walk *walk)
{
    if (walk->n < 4) {
        return ct_walk_short(walk, 4);
    }
    uint16_t type = ct_read_be16(walk->p + 2);
    walk->counters->layers[CT_LAYER_VLAN]++;
    ct_walk_enter(walk, ct_read_be16(walk->p) & 0x0fffu); /* IEEE 802.1Q: identifier */
    ct_walk_skip(walk, 4);
    if (type <= 1500) {
        ct_walk_cut_wire(walk, type);
        return CT_NEXT_LLC;
    }
    return ct_walk_ethertype(walk, type);
}

/* IEEE 802.2 and the registry of LSAP addresses; control 03 is an unnumbered information frame. */
enum ct_next ct_packet_read_llc(struct ct_walk *walk)
{
    if (walk->n < 3) {
        return ct_walk_short(walk, 3);
    }
    const uint8_t *p = walk->p;
    if (p[0] == 0xaa && p[1] == 0xaa && p[2] == 0x03) {
        ct_walk_skip(walk, 3);
        return CT_NEXT_SNAP;
    }
    if (p[0] == 0x06 && p[1] == 0x06 && p[2] == 0x03) { /* IP, RFC 1042 */
        ct_walk_skip(walk, 3);
        return CT_NEXT_IPV4;
    }
    if (p[0] == 0x42) { /* spanning tree */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
}

enum ct_next ct_packet_read_snap(struct ct_walk *walk)
{
    if (walk->n < 5) {
        return ct_walk_short(walk, 5);
    }
    uint32_t oui = ct_read_be32(walk->p) >> 8;
    uint16_t protocol = ct_read_be16(walk->p + 3);
    ct_walk_skip(walk, 5);
    switch (oui) {
    case 0x000000: /* RFC 1042 */
    case 0x0000f8: /* IEEE 802.1H */
        return ct_walk_ethertype(walk, protocol);
    case 0x00000c: /* Cisco: CDP, VTP, DTP */
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    case 0x0080c2: /* RFC 2684 section 5.2: bridged Ethernet, with and without its checksum */
        if (protocol == 0x0001 || protocol == 0x0007) {
            /* Only ATM pads before it, to 4 octets; there the pad is 2. */
            return ct_packet_looks_like_ethernet(walk->p, walk->n)
                       ? CT_NEXT_ETHERNET
                       : ct_walk_skip_to(walk, 2, CT_NEXT_ETHERNET);
        }
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}

/* IEEE 802.1AE section 9: TCI and AN, short length, packet number, optional 8 octets of SCI. */
enum ct_next ct_packet_read_macsec(struct ct_walk *walk)
{
    if (walk->n < 6) {
        return ct_walk_short(walk, 6);
    }
    uint8_t tci = walk->p[0];
    walk->counters->layers[CT_LAYER_MACSEC]++;
    if ((tci & 0x0c) != 0) { /* E or C: the user data is not as it was */
        return ct_walk_end(walk, CT_PACKET_ENCRYPTED);
    }
    return ct_walk_skip_to_ethertype(walk, (tci & 0x20) != 0 ? 6 + 8 + 2 : 6 + 2);
}

/* RFC 8300 section 2.2: length in units of 4 octets in the low 6 bits, then type, next. */
enum ct_next ct_packet_read_nsh(struct ct_walk *walk)
{
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    uint32_t len = (walk->p[1] & 0x3fu) * 4;
    uint8_t protocol = walk->p[3];
    if ((walk->p[0] & 0xc0) != 0 || len < 8) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    if (walk->n < len) {
        return ct_walk_short(walk, len);
    }
    ct_walk_skip(walk, len);
    switch (protocol) {
    case 1:
        return ct_walk_tunnel(walk, CT_LAYER_NSH, CT_NEXT_IPV4);
    case 2:
        return ct_walk_tunnel(walk, CT_LAYER_NSH, CT_NEXT_IPV6);
    case 3:
        return ct_walk_tunnel(walk, CT_LAYER_NSH, CT_NEXT_ETHERNET);
    case 4:
        return ct_walk_tunnel(walk, CT_LAYER_NSH, CT_NEXT_NSH);
    case 5:
        return ct_walk_tunnel(walk, CT_LAYER_NSH, CT_NEXT_MPLS);
    default:
        return ct_walk_end(walk, CT_PACKET_OTHER_NETWORK);
    }
}
