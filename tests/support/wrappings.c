/* SPDX-License-Identifier: Apache-2.0 */
#include "support/wrappings.h"

#include <string.h>

static void outer_ipv4(struct tf_frame *f, uint8_t protocol)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_IPV4);
    tf_ipv4(f,
            &(struct tf_ipv4){.src = "198.51.100.1", .dst = "198.51.100.2", .protocol = protocol});
}

static void outer_udp(struct tf_frame *f, uint16_t port)
{
    outer_ipv4(f, TF_UDP);
    tf_udp(f, 50000, port);
}

static void in_ethernet(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_raw(struct tf_frame *f)
{
    tf_begin(f, TF_RAW_LINK);
}

static void in_raw_101(struct tf_frame *f)
{
    tf_begin(f, 101);
}

static void in_ipv4_link(struct tf_frame *f)
{
    tf_begin(f, 228);
}

static void in_null_little(struct tf_frame *f)
{
    tf_begin(f, TF_NULL_LINK);
    tf_bytes(f, "\x02\0\0\0", 4);
}

static void in_null_big(struct tf_frame *f)
{
    tf_begin(f, TF_NULL_LINK);
    tf_be32(f, 2);
}

static void in_loop(struct tf_frame *f)
{
    tf_begin(f, TF_LOOP_LINK);
    tf_be32(f, 2);
}

static void in_vlan(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_VLAN);
    tf_vlan(f, 7, TF_TYPE_IPV4);
}

static void in_qinq(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_QINQ);
    tf_vlan(f, 7, TF_TYPE_VLAN);
    tf_vlan(f, 8, TF_TYPE_IPV4);
}

static void in_old_qinq(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, 0x9100);
    tf_vlan(f, 7, 0x9200);
    tf_vlan(f, 8, TF_TYPE_IPV4);
}

static void in_many_tags(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_VLAN);
    for (uint16_t i = 0; i < 40; i++) {
        tf_vlan(f, i, TF_TYPE_VLAN);
    }
    tf_vlan(f, 100, TF_TYPE_IPV4);
}

static void in_snap(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_snap_ethernet(f, TF_TYPE_IPV4);
}

static void in_vlan_snap(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_VLAN);
    tf_vlan(f, 7, 1000);
    tf_llc_snap(f, TF_TYPE_IPV4);
}

static void in_sll(struct tf_frame *f)
{
    tf_begin(f, TF_SLL_LINK);
    tf_sll(f, TF_TYPE_IPV4);
}

static void in_sll_vlan(struct tf_frame *f)
{
    tf_begin(f, TF_SLL_LINK);
    tf_sll(f, TF_TYPE_VLAN);
    tf_vlan(f, 7, TF_TYPE_IPV4);
}

static void in_sll2(struct tf_frame *f)
{
    tf_begin(f, TF_SLL2_LINK);
    tf_sll2(f, TF_TYPE_IPV4);
}

static void in_sll2_qinq(struct tf_frame *f)
{
    tf_begin(f, TF_SLL2_LINK);
    tf_sll2(f, TF_TYPE_QINQ);
    tf_vlan(f, 7, TF_TYPE_VLAN);
    tf_vlan(f, 8, TF_TYPE_IPV4);
}

static void in_pppoe(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_PPPOE);
    tf_pppoe(f, TF_PPP_IPV4);
}

static void in_ppp(struct tf_frame *f)
{
    tf_begin(f, TF_PPP_LINK);
    tf_be16(f, TF_PPP_IPV4);
}

static void in_ppp_hdlc(struct tf_frame *f)
{
    tf_begin(f, 50);
    tf_be16(f, 0xff03);
    tf_be16(f, TF_PPP_IPV4);
}

static void in_ppp_short_protocol(struct tf_frame *f)
{
    tf_begin(f, TF_PPP_LINK);
    tf_be16(f, 0xff03);
    tf_bytes(f, "\x21", 1);
}

static void in_ppp_serial_cisco(struct tf_frame *f)
{
    tf_begin(f, 50);
    tf_be16(f, 0x0f00);
    tf_be16(f, TF_TYPE_IPV4);
}

static void in_chdlc(struct tf_frame *f)
{
    tf_begin(f, TF_CHDLC_LINK);
    tf_be16(f, 0x0f00);
    tf_be16(f, TF_TYPE_IPV4);
}

static void in_ppp_ether(struct tf_frame *f)
{
    tf_begin(f, 51);
    tf_pppoe(f, TF_PPP_IPV4);
}

static void in_ppp_with_direction(struct tf_frame *f)
{
    tf_begin(f, 204);
    tf_bytes(f, "\x01\xff\x03\x00\x21", 5);
}

static void in_frame_relay(struct tf_frame *f)
{
    tf_begin(f, 107);
    tf_bytes(f, "\x18\x41\x03\xcc", 4);
}

static void in_mpls(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_MPLS);
    tf_mpls(f, 1000, false);
    tf_mpls(f, 2000, true);
}

static void in_pseudowire(struct tf_frame *f)
{
    in_mpls(f);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_pseudowire_with_word(struct tf_frame *f)
{
    in_mpls(f);
    tf_be32(f, 0);
    tf_ethernet(f, TF_TYPE_IPV4);
}

/* Addresses that look like the version and a length of IPv4 or IPv6. */
static void in_pseudowire_with_address_4(struct tf_frame *f)
{
    in_mpls(f);
    size_t at = tf_ethernet(f, TF_TYPE_IPV4);
    memcpy(f->bytes + at, "\x46\x00\x00\x40", 4);
}

static void in_pseudowire_with_address_6(struct tf_frame *f)
{
    in_mpls(f);
    size_t at = tf_ethernet(f, TF_TYPE_IPV4);
    memcpy(f->bytes + at, "\x60\x00\x00\x00\x00\x10", 6);
}

static void in_pseudowire_with_address_0(struct tf_frame *f)
{
    in_mpls(f);
    size_t at = tf_ethernet(f, TF_TYPE_IPV4);
    f->bytes[at] = 0x00; /* looks like a control word */
}

static void in_explicit_null(struct tf_frame *f)
{
    tf_begin(f, 219);
    tf_mpls(f, 0, true);
}

static void in_wifi(struct tf_frame *f)
{
    tf_begin(f, TF_WIFI_LINK);
    tf_wifi(f, TF_TYPE_IPV4);
}

/* The header of a subframe is that of 802.3: addresses, length, LLC. */
static void in_wifi_aggregate(struct tf_frame *f)
{
    tf_begin(f, TF_WIFI_LINK);
    tf_bytes(f, "\x88\x01\0\0\2\0\0\0\0\1\2\0\0\0\0\2\2\0\0\0\0\3\0\0\x80\0", 26);
    tf_snap_ethernet(f, TF_TYPE_IPV4);
}

static void in_radiotap(struct tf_frame *f)
{
    tf_begin(f, TF_RADIOTAP_LINK);
    tf_radiotap(f);
    tf_wifi(f, TF_TYPE_IPV4);
}

static void in_radiotap_padded(struct tf_frame *f)
{
    tf_begin(f, TF_RADIOTAP_LINK);
    size_t at = tf_radiotap(f);
    f->bytes[at + 8] = 0x20; /* flags: the header is padded */
    static const uint8_t header[28] = {0x88, 0x01};
    tf_bytes(f, header, sizeof header);
    tf_llc_snap(f, TF_TYPE_IPV4);
}

static void in_wifi_four_addresses(struct tf_frame *f)
{
    tf_begin(f, TF_WIFI_LINK);
    static const uint8_t header[32] = {0x88, 0x03};
    tf_bytes(f, header, sizeof header);
    tf_llc_snap(f, TF_TYPE_IPV4);
}

static void in_wifi_ht_control(struct tf_frame *f)
{
    tf_begin(f, TF_WIFI_LINK);
    static const uint8_t header[30] = {0x88, 0x81};
    tf_bytes(f, header, sizeof header);
    tf_llc_snap(f, TF_TYPE_IPV4);
}

static void in_prism(struct tf_frame *f)
{
    static const uint8_t header[144] = {0x44, 0, 0, 0, 144, 0, 0, 0};
    tf_begin(f, 119);
    tf_bytes(f, header, sizeof header);
    tf_wifi(f, TF_TYPE_IPV4);
}

static void in_avs(struct tf_frame *f)
{
    static const uint8_t header[64] = {0x80, 0x21, 0x10, 0x01, 0, 0, 0, 64};
    tf_begin(f, 163);
    tf_bytes(f, header, sizeof header);
    tf_wifi(f, TF_TYPE_IPV4);
}

static void in_nflog(struct tf_frame *f)
{
    tf_begin(f, 239);
    tf_bytes(f, "\x02\0\0\x05", 4);
    tf_bytes(f, "\x05\0\x0a\0x\0\0\0", 8); /* a prefix of one octet, padded */
    tf_bytes(f, "\xff\x01\x09\0", 4);      /* the payload, longer than it is */
}

static void in_pflog(struct tf_frame *f)
{
    static const uint8_t header[64] = {61, 2};
    tf_begin(f, 117);
    tf_bytes(f, header, sizeof header);
}

static void in_pktap(struct tf_frame *f)
{
    static const uint8_t header[108] = {108, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
    tf_begin(f, 258);
    tf_bytes(f, header, sizeof header);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_ppi(struct tf_frame *f)
{
    tf_begin(f, 192);
    tf_bytes(f, "\0\0\x08\0\x69\0\0\0", 8);
    tf_wifi(f, TF_TYPE_IPV4);
}

static void in_ipnet(struct tf_frame *f)
{
    static const uint8_t header[24] = {2, 2};
    tf_begin(f, 226);
    tf_bytes(f, header, sizeof header);
}

static void in_juniper(struct tf_frame *f)
{
    tf_begin(f, 178);
    tf_bytes(f, "MGC\x80\0\x04\x01\x02\x03\x04", 10);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_juniper_without_link(struct tf_frame *f)
{
    tf_begin(f, 178);
    tf_bytes(f, "MGC\x02\x02\0\0\0", 8);
}

static void in_netanalyzer(struct tf_frame *f)
{
    tf_begin(f, 240);
    tf_be32(f, 0);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_netanalyzer_transparent(struct tf_frame *f)
{
    tf_begin(f, 241);
    tf_be32(f, 0);
    tf_bytes(f, "\x55\x55\x55\x55\x55\x55\x55\xd5", 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_switch_tag(struct tf_frame *f)
{
    static const uint8_t header[12 + 8] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0xda, 0xda};
    tf_begin(f, 285);
    tf_bytes(f, header, sizeof header);
    tf_be16(f, TF_TYPE_IPV4);
}

static void in_ipoib(struct tf_frame *f)
{
    static const uint8_t header[40] = {0};
    tf_begin(f, 242);
    tf_bytes(f, header, sizeof header);
    tf_be16(f, TF_TYPE_IPV4);
    tf_be16(f, 0);
}

static void in_arcnet(struct tf_frame *f)
{
    tf_begin(f, 129);
    tf_bytes(f, "\x01\x02\0\0\xd4\0\0\x07", 8);
}

static void in_macsec_clear(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, 0x88e5);
    tf_bytes(f, "\x20\0\0\0\0\x01SCISCISC\x08\0", 16);
}

static void in_backbone(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_QINQ);
    tf_vlan(f, 9, 0x88e7);
    tf_be32(f, 4711);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_nsh(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, 0x894f);
    tf_bytes(f, "\x0f\xc2\x02\x01\0\0\x01\xff", 8);
}

static void in_gre(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_gre(f, TF_TYPE_IPV4);
}

static void in_gre_full(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_gre_full(f, TF_TYPE_IPV4);
}

static void in_gre_routed(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_bytes(f, "\x40\0\x08\0\0\0\0\0", 8);
    tf_bytes(f, "\x08\0\0\x04\x01\x02\x03\x04\0\0\0\0", 12);
}

static void in_nvgre(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_bytes(f, "\x20\0\x65\x58\0\0\x42\0", 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_pptp(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_bytes(f, "\x30\x81\x88\x0b\x03\xe8\0\x01\0\0\0\x05\0\0\0\x04\xff\x03\0\x21", 20);
}

static void in_erspan1(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_erspan(f, 1);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_erspan2(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_erspan(f, 2);
    tf_ethernet(f, TF_TYPE_VLAN);
    tf_vlan(f, 7, TF_TYPE_IPV4);
}

static void in_erspan3(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_erspan(f, 3);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_erspan3_with_platform(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    size_t at = tf_erspan(f, 3);
    f->bytes[at + 8 + 11] |= 1;
    tf_fill(f, 0, 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_wccp(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_gre(f, 0x883e);
    tf_be32(f, 0x40000000); /* redirect header */
}

static void in_wccp1(struct tf_frame *f)
{
    outer_ipv4(f, TF_GRE);
    tf_gre(f, 0x883e);
}

static void in_ipip(struct tf_frame *f)
{
    outer_ipv4(f, 4);
}

static void in_ip4in6(struct tf_frame *f)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_IPV6);
    tf_ipv6(f, &(struct tf_ipv6){.next = 60});
    tf_ipv6_extension(f, 4, 16);
}

static void in_ah(struct tf_frame *f)
{
    outer_ipv4(f, 51);
    tf_ah(f, 4, 16);
}

static void in_etherip(struct tf_frame *f)
{
    outer_ipv4(f, 97);
    tf_be16(f, 0x3000);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_vxlan(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_VXLAN);
    tf_vxlan(f, 77);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_vxlan_linux(struct tf_frame *f)
{
    outer_udp(f, 8472);
    tf_vxlan(f, 77);
    tf_ethernet(f, TF_TYPE_VLAN);
    tf_vlan(f, 1, TF_TYPE_IPV4);
}

/* Reserved bits that a sender set, RFC 7348 section 5: ignored. */
static void in_vxlan_reserved(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_VXLAN);
    tf_bytes(f, "\x4c\x01\0\x02\0\0\x01\x07", 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_vxlan_gpe(struct tf_frame *f)
{
    outer_udp(f, 4790);
    tf_bytes(f, "\x0c\0\0\x01\0\0\x01\0", 8);
}

static void in_geneve(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_GENEVE);
    tf_geneve(f, TF_TYPE_BRIDGED, 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_geneve_ip(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_GENEVE);
    tf_geneve(f, TF_TYPE_IPV4, 32);
}

/* The same, RFC 8926 section 3.4. */
static void in_geneve_reserved(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_GENEVE);
    tf_bytes(f, "\0\x01\x65\x58\0\0\x01\x05", 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_geneve_ip_reserved(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_GENEVE);
    tf_bytes(f, "\x01\0\x08\0\0\0\x01\x05\x01\x02\x03\0", 12);
}

static void in_gtpu(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_GTPU);
    tf_gtpu(f, 0x1234, false);
}

static void in_gtpu_extension(struct tf_frame *f)
{
    outer_udp(f, TF_PORT_GTPU);
    tf_gtpu(f, 0x1234, true);
}

static void in_l2tp(struct tf_frame *f)
{
    outer_udp(f, 1701);
    tf_bytes(f, "\x02\x02\0\x01\0\x02\0\0\xff\x03\0\x21", 12);
}

/* L2TPv3 over IP: session, cookie of 8 octets, sublayer, Ethernet (RFC 4719). */
static void in_l2tp3(struct tf_frame *f)
{
    outer_ipv4(f, 115);
    tf_bytes(f,
             "\0\0\0\x07"
             "cookies!"
             "\x40\0\0\x01",
             16);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_l2tp3_vlan(struct tf_frame *f)
{
    outer_ipv4(f, 115);
    tf_bytes(f, "\0\0\0\x07", 4);
    tf_ethernet(f, TF_TYPE_VLAN);
    tf_vlan(f, 7, TF_TYPE_IPV4);
}

static void in_l2tp3_udp(struct tf_frame *f)
{
    outer_udp(f, 1701);
    tf_bytes(f,
             "\0\x03\0\0"
             "\0\0\0\x07"
             "cook"
             "\xff\x03\0\x21",
             16);
}

static void in_l2tp3_hdlc(struct tf_frame *f)
{
    outer_ipv4(f, 115);
    tf_bytes(f,
             "\0\0\0\x07"
             "\x0f\0\x08\0",
             8);
}

static void in_tzsp(struct tf_frame *f)
{
    outer_udp(f, 37008);
    tf_bytes(f, "\x01\0\0\x01\x0a\x01\xd0\0\x01", 9);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_gre_in_udp(struct tf_frame *f)
{
    outer_udp(f, 4754);
    tf_gre(f, TF_TYPE_IPV4);
}

static void in_ip_options(struct tf_frame *f)
{
    static const uint8_t options[8] = {1, 1, 1, 1, 1, 1, 1, 0};
    in_ethernet(f);
    tf_ipv4(f, &(struct tf_ipv4){.protocol = 4, .options = options, .n_options = sizeof options});
}

static void in_vxlan_gpe_nsh(struct tf_frame *f)
{
    outer_udp(f, 4790);
    tf_bytes(f, "\x0c\0\0\x04\0\0\x01\0", 8);
    tf_bytes(f, "\x0f\xc2\x02\x03\0\0\x01\xff", 8);
    tf_ethernet(f, TF_TYPE_IPV4);
}

static void in_mpls_in_udp(struct tf_frame *f)
{
    outer_udp(f, 6635);
    tf_mpls(f, 77, true);
}

static void in_mpls_in_ip(struct tf_frame *f)
{
    outer_ipv4(f, 137);
    tf_mpls(f, 77, true);
}

struct wrapping {
    const char *name;
    void (*build)(struct tf_frame *f);
};

/* Wrappings without length fields: the octets before the IPv4 header, with their link type. */
struct prefix {
    const char *name;
    uint32_t linktype;
    size_t n;
    const char *octets;
};

#define MAC      "\x02\0\0\0\0\x01"
#define MACS     MAC MAC
#define LLC      "\xaa\xaa\x03\0\0\0\x08\0"
#define ETHERNET MACS "\x08\0"
#define FOUR     "\0\0\0\0"
#define EIGHT    FOUR FOUR
#define SIXTEEN  EIGHT EIGHT
#define QOS      "\x88\x01\0\0" MACS MAC "\0\0\0\0"

/* clang-format off */
#define P(name, linktype, octets) {name, linktype, sizeof(octets) - 1, octets}
static const struct prefix prefixes[] = {
    P("token ring", 6, "\x10\x40" MACS LLC),
    P("token ring, routed", 6, "\x10\x40" MAC "\x82\0\0\0\0\x01" "\x04\0\x01\x02" LLC),
    P("fddi", 10, "\x50" MACS LLC),
    P("atm, llc", 11, LLC),
    P("atm, bare", 19, ""),
    P("sunatm, llc", 123, "\x82\0\0\x05" LLC),
    P("sunatm, lane", 123, "\x01\0\0\x05\0\0" ETHERNET),
    P("erf, ethernet", 197, EIGHT "\x02\0\0\0\0\0\0\0" "\0\0" ETHERNET),
    P("erf, extension headers", 197, EIGHT "\x8b\0\0\0\0\0\0\0" "\x80\0\0\0\0\0\0\0" EIGHT "\0\0" ETHERNET),
    P("erf, ipv4", 197, EIGHT "\x16\0\0\0\0\0\0\0"),
    P("erf, sonet", 197, EIGHT "\x01\0\0\0\0\0\0\0" "\x0f\0\x08\0"),
    P("mpacket", 274, "\x55\x55\x55\x55\x55\x55\x55\xd5" ETHERNET),
    P("slip", 8, "\x01"),
    P("slip, long header", 8, "\x01\x40" FOUR FOUR FOUR "\0\0"),
    P("enc", 109, EIGHT FOUR),
    P("ip over fibre channel", 122, SIXTEEN LLC),
    P("ip over 1394", 138, SIXTEEN "\x08\0"),
    P("pppd", 166, "\x01\x03\0\x21"),
    P("juniper ppp", 179, "MGC\x01\xff\x03\0\x21"),
    P("juniper frame relay", 180, "MGC\0\x18\x41\x03\xcc"),
    P("juniper cisco hdlc", 181, "MGC\0\x0f\0\x08\0"),
    P("cisco hdlc, direction", 205, "\x01\x0f\0\x08\0"),
    P("frame relay, direction, ethertype", 206, "\x01\x18\x41\x08\0"),
    P("frame relay, snap", 107, "\x18\x41\x03\0\x80\0\0\0\x08\0"),
    P("frame relay, ppp", 107, "\x18\x40\x40\x41\x03\xcf\0\x21"),
    P("broadcom tag", 281, MACS "\x01\x02\x03\x04\x08\0"),
    P("broadcom tag before", 282, "\x01\x02\x03\x04" ETHERNET),
    P("marvell tag", 284, MACS "\x01\x02\x03\x04\x08\0"),
    P("arcnet of bsd", 7, "\x01\x02\xd4\0\0\x07"),
    P("arcnet, rfc 1051", 129, "\x01\x02\0\0\xf0"),
    P("sll, radiotap", 113, "\0\0\x03\x23\0\x06" EIGHT "\0\x04" "\0\0\x08\0\0\0\0\0" QOS LLC),
    P("sll, wifi", 113, "\0\0\x03\x21\0\x06" EIGHT "\0\x04" QOS LLC),
    P("sll, llc", 113, "\0\0\0\x01\0\x06" EIGHT "\0\x04" LLC),
    P("vlan, llc of ip", 1, MACS "\x81\0\0\x07\x05\xdc\x06\x06\x03"),
    P("vlan, bridged", 1, MACS "\x81\0\0\x07\x05\xdc\xaa\xaa\x03\0\x80\xc2\0\x07" ETHERNET),
    P("atm, bridged and padded", 11, "\xaa\xaa\x03\0\x80\xc2\0\x07\0\0" ETHERNET),
    P("inter-switch link", 1, "\x01\0\x0c\0\0\0" MAC "\0\x60\xaa\xaa\x03" MAC "\0\0\0" ETHERNET),
    P("vn-tag", 1, MACS "\x89\x26" FOUR "\x08\0"),
    P("e-tag", 1, MACS "\x89\x3f\0\0\0\0\0\0\x08\0"),
    P("ppp in ethernet", 1, MACS "\x88\x0b\0\x21"),
    P("ppp, multilink", 9, "\0\x3d\xc0\0\0\x07\0\x21"),
    P("ppp, bridged", 9, "\0\x31\0\x01" ETHERNET),
    P("ppp, bridged with lan identifier", 9, "\0\x31\x40\x01" FOUR ETHERNET),
    P("ppp, mpls", 9, "\x02\x81\0\0\x11\x40"),
    P("wifi without qos", 105, "\x08\x02\0\0" MACS MAC "\0\0" LLC),
    P("wifi, mesh", 105, "\x88\x03\0\0" MACS MAC "\0\0" MAC "\0\x01" "\x01\x1f" FOUR MAC LLC),
    P("prism, big-endian", 119, "\0\0\0\x44\0\0\0\x10" EIGHT QOS LLC),
    P("avs behind prism", 119, "\x80\x21\x10\x02\0\0\0\x10" EIGHT QOS LLC),
    P("epon", 259, "\x55\x55\xd5\x55\x55\x80\x01\x7f" ETHERNET),
    P("docsis", 143, "\0\0\0\0\x12\x34" ETHERNET),
    P("docsis, extended header", 143, "\x01\x05\0\0\x44\x10\0\0\0\x12\x34" ETHERNET),
    P("multilink frame relay", 182, "\xc1\x07\x18\x41\x03\xcc"),
    P("ax.25", 3, "\x82\x82\x82\x82\x82\x82\x60\x82\x82\x82\x82\x82\x82\x61\x03\xcc"),
    P("ax.25, repeated, behind kiss", 202, "\0" "\x82\x82\x82\x82\x82\x82\x60"
      "\x82\x82\x82\x82\x82\x82\x60\x82\x82\x82\x82\x82\x82\x61\x03\xcc"),
    P("radiotap with tsft", 127, "\0\0\x1a\0\x03\0\0\x80" FOUR FOUR EIGHT "\0\0" QOS LLC),
};
/* clang-format on */

#define PREFIXES (sizeof prefixes / sizeof prefixes[0])

/* clang-format off */
#define W(name) {#name, name}
static const struct wrapping wrappings[] = {
    W(in_ethernet), W(in_raw), W(in_raw_101), W(in_ipv4_link), W(in_null_little), W(in_null_big),
    W(in_loop), W(in_vlan), W(in_qinq), W(in_old_qinq), W(in_many_tags), W(in_snap),
    W(in_vlan_snap), W(in_sll), W(in_sll_vlan), W(in_sll2), W(in_sll2_qinq), W(in_pppoe),
    W(in_ppp), W(in_ppp_hdlc), W(in_ppp_short_protocol), W(in_ppp_serial_cisco), W(in_chdlc),
    W(in_ppp_ether), W(in_ppp_with_direction), W(in_frame_relay), W(in_mpls), W(in_pseudowire),
    W(in_pseudowire_with_word), W(in_pseudowire_with_address_4), W(in_pseudowire_with_address_6),
    W(in_pseudowire_with_address_0), W(in_explicit_null), W(in_wifi), W(in_wifi_aggregate), W(in_radiotap),
    W(in_radiotap_padded), W(in_wifi_four_addresses), W(in_wifi_ht_control), W(in_prism),
    W(in_avs), W(in_nflog), W(in_pflog), W(in_pktap), W(in_ppi), W(in_ipnet), W(in_juniper),
    W(in_juniper_without_link), W(in_netanalyzer), W(in_netanalyzer_transparent),
    W(in_switch_tag), W(in_ipoib), W(in_arcnet), W(in_macsec_clear), W(in_backbone), W(in_nsh),
    W(in_gre), W(in_gre_full), W(in_gre_routed), W(in_nvgre), W(in_pptp), W(in_erspan1),
    W(in_erspan2), W(in_erspan3), W(in_erspan3_with_platform), W(in_wccp), W(in_wccp1),
    W(in_ipip), W(in_ip4in6), W(in_ah), W(in_etherip), W(in_vxlan), W(in_vxlan_linux),
    W(in_vxlan_reserved), W(in_vxlan_gpe), W(in_geneve), W(in_geneve_ip), W(in_geneve_reserved), W(in_geneve_ip_reserved), W(in_gtpu), W(in_gtpu_extension), W(in_l2tp),
    W(in_l2tp3), W(in_l2tp3_vlan), W(in_l2tp3_udp), W(in_l2tp3_hdlc), W(in_tzsp), W(in_gre_in_udp), W(in_ip_options), W(in_vxlan_gpe_nsh), W(in_mpls_in_udp),
    W(in_mpls_in_ip),
};
/* clang-format on */

#define WRAPPINGS (sizeof wrappings / sizeof wrappings[0] + PREFIXES)

size_t tf_wrappings(void)
{
    return WRAPPINGS;
}

const char *tf_wrap(size_t i, struct tf_frame *f)
{
    if (i >= PREFIXES) {
        wrappings[i - PREFIXES].build(f);
        return wrappings[i - PREFIXES].name;
    }
    tf_begin(f, prefixes[i].linktype);
    tf_bytes(f, prefixes[i].octets, prefixes[i].n);
    return prefixes[i].name;
}
