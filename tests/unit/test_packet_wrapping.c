/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every way in which TCP can be wrapped: the same segment in each, found whole, and cut at
 * every octet without a read past the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/probe.h"

#define REQUEST "GET /index.html HTTP/1.1\r\nHost: a.example\r\n\r\n"

static struct tf_frame frame;

/* ---- the wrappings: each ends where an IPv4 header begins ---- */

static void outer_ipv4(struct tf_frame *f, uint8_t protocol)
{
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_IPV4);
    tf_ipv4(f, &(struct tf_ipv4){.src = "198.51.100.1", .dst = "198.51.100.2", .protocol = protocol});
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

struct wrapping {
    const char *name;
    void (*build)(struct tf_frame *f);
};

/* clang-format off */
#define W(name) {#name, name}
static const struct wrapping wrappings[] = {
    W(in_ethernet), W(in_raw), W(in_raw_101), W(in_ipv4_link), W(in_null_little), W(in_null_big),
    W(in_loop), W(in_vlan), W(in_qinq), W(in_old_qinq), W(in_many_tags), W(in_snap),
    W(in_vlan_snap), W(in_sll), W(in_sll_vlan), W(in_sll2), W(in_sll2_qinq), W(in_pppoe),
    W(in_ppp), W(in_ppp_hdlc), W(in_ppp_short_protocol), W(in_ppp_serial_cisco), W(in_chdlc),
    W(in_ppp_ether), W(in_ppp_with_direction), W(in_frame_relay), W(in_mpls), W(in_pseudowire),
    W(in_pseudowire_with_word), W(in_pseudowire_with_address_4), W(in_pseudowire_with_address_6),
    W(in_pseudowire_with_address_0), W(in_explicit_null), W(in_wifi), W(in_radiotap),
    W(in_radiotap_padded), W(in_wifi_four_addresses), W(in_wifi_ht_control), W(in_prism),
    W(in_avs), W(in_nflog), W(in_pflog), W(in_pktap), W(in_ppi), W(in_ipnet), W(in_juniper),
    W(in_juniper_without_link), W(in_netanalyzer), W(in_netanalyzer_transparent),
    W(in_switch_tag), W(in_ipoib), W(in_arcnet), W(in_macsec_clear), W(in_backbone), W(in_nsh),
    W(in_gre), W(in_gre_full), W(in_gre_routed), W(in_nvgre), W(in_pptp), W(in_erspan1),
    W(in_erspan2), W(in_erspan3), W(in_erspan3_with_platform), W(in_wccp), W(in_wccp1),
    W(in_ipip), W(in_ip4in6), W(in_ah), W(in_etherip), W(in_vxlan), W(in_vxlan_linux),
    W(in_vxlan_gpe), W(in_geneve), W(in_geneve_ip), W(in_gtpu), W(in_gtpu_extension), W(in_l2tp),
    W(in_tzsp), W(in_gre_in_udp), W(in_ip_options),
};
/* clang-format on */

#define WRAPPINGS (sizeof wrappings / sizeof wrappings[0])

/* The segment that all of them carry. Returns where its TCP header begins. */
static size_t build_segment(struct tf_frame *f)
{
    static const uint8_t options[12] = {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    tf_ipv4(f, &(struct tf_ipv4){.src = "203.0.113.5", .dst = "203.0.113.80", .protocol = TF_TCP});
    size_t at = tf_tcp(f, &(struct tf_tcp){.sport = 40001,
                                           .dport = 8080,
                                           .seq = 0xfffffff0,
                                           .ack = 7,
                                           .flags = TF_ACK | TF_PSH,
                                           .options = options,
                                           .n_options = sizeof options});
    tf_text(f, REQUEST);
    return at;
}

static void check_segment(const struct ct_segment *segment, const char *name)
{
    static const uint8_t src[16] = {203, 0, 113, 5};
    static const uint8_t dst[16] = {203, 0, 113, 80};
    bool same = segment->src.port == 40001 && segment->dst.port == 8080 &&
                segment->src.family == 4 && memcmp(segment->src.addr, src, 16) == 0 &&
                memcmp(segment->dst.addr, dst, 16) == 0 && segment->seq == 0xfffffff0 &&
                segment->ack == 7 && segment->flags == (TF_ACK | TF_PSH) &&
                segment->payload_len == strlen(REQUEST);
    if (!same) {
        fail_msg("%s: not the segment that was sent", name);
    }
}

static void every_wrapping_gives_the_segment(void **state)
{
    (void)state;
    struct probe probe;
    probe_init(&probe);
    for (size_t i = 0; i < WRAPPINGS; i++) {
        wrappings[i].build(&frame);
        (void)build_segment(&frame);
        enum ct_packet_status status = probe_decode(&probe, &frame);
        if (status != CT_PACKET_TCP || !probe_payload_is(&probe, REQUEST)) {
            fail_msg("%s: %s", wrappings[i].name, ct_packet_status_name(status));
        }
        check_segment(&probe.segment, wrappings[i].name);
        assert_int_equal(probe.segment.tcp_header_cut, 0);
    }
    probe_fini(&probe);
}

static void trailing_padding_is_no_payload(void **state)
{
    (void)state;
    struct probe probe;
    probe_init(&probe);
    for (size_t i = 0; i < WRAPPINGS; i++) {
        wrappings[i].build(&frame);
        (void)build_segment(&frame);
        struct ct_frame padded = tf_frame(&frame, 0);
        memset(frame.bytes + frame.n, 0x5a, 30);
        padded.cap_len += 30;
        padded.wire_len += 30;
        enum ct_packet_status status = probe_frame(&probe, &padded);
        if (status != CT_PACKET_TCP || !probe_payload_is(&probe, REQUEST)) {
            fail_msg("%s: %s", wrappings[i].name, ct_packet_status_name(status));
        }
    }
    probe_fini(&probe);
}

/* One cut of one wrapping: at is where the TCP header begins, n how much was captured. */
static void check_cut(struct probe *probe, const char *name, size_t at, size_t n)
{
    enum ct_packet_status status = probe_decode_cut(probe, &frame, n);
    if (n < at + 20) {
        /* A tunnel over UDP whose header is cut cannot be told from other UDP. */
        if (status != CT_PACKET_TRUNCATED && status != CT_PACKET_UDP) {
            fail_msg("%s cut to %zu: %s", name, n, ct_packet_status_name(status));
        }
        return;
    }
    if (status != CT_PACKET_TCP) {
        fail_msg("%s cut to %zu: %s", name, n, ct_packet_status_name(status));
    }
    check_segment(&probe->segment, name);
    bool header_cut = n < at + 32;
    assert_int_equal(probe->segment.tcp_header_cut, header_cut);
    assert_int_equal(probe->segment.payload.n, header_cut ? 0 : n - at - 32);
}

static void every_wrapping_can_be_cut_anywhere(void **state)
{
    (void)state;
    struct probe probe;
    probe_init(&probe);
    for (size_t i = 0; i < WRAPPINGS; i++) {
        wrappings[i].build(&frame);
        size_t at = build_segment(&frame);
        for (size_t n = 0; n <= frame.n; n++) {
            check_cut(&probe, wrappings[i].name, at, n);
        }
    }
    probe_fini(&probe);
}

/* A mirror that cuts packets reports the short length as the length on the wire. */
static void a_cut_without_its_true_length_keeps_the_ip_length(void **state)
{
    (void)state;
    struct probe probe;
    probe_init(&probe);
    in_ethernet(&frame);
    (void)build_segment(&frame);
    struct ct_frame cut = tf_frame(&frame, 0);
    cut.cap_len -= 10;
    cut.wire_len -= 10;
    assert_int_equal(probe_frame(&probe, &cut), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, strlen(REQUEST));
    assert_int_equal(probe.segment.payload.n, strlen(REQUEST) - 10);
    probe_fini(&probe);
}

/* Flips every octet of every wrapping in turn: anything may come out, nothing may break. */
static void every_octet_may_be_wrong(void **state)
{
    (void)state;
    struct probe probe;
    probe_init(&probe);
    for (size_t i = 0; i < WRAPPINGS; i++) {
        wrappings[i].build(&frame);
        (void)build_segment(&frame);
        for (size_t at = 0; at < frame.n - strlen(REQUEST); at++) {
            static const uint8_t flips[] = {0xff, 0x80, 0x01, 0x0f};
            for (size_t k = 0; k < sizeof flips; k++) {
                frame.bytes[at] ^= flips[k];
                (void)probe_decode(&probe, &frame);
                frame.bytes[at] ^= flips[k];
            }
        }
    }
    probe_fini(&probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_wrapping_gives_the_segment),
        cmocka_unit_test(trailing_padding_is_no_payload),
        cmocka_unit_test(every_wrapping_can_be_cut_anywhere),
        cmocka_unit_test(a_cut_without_its_true_length_keeps_the_ip_length),
        cmocka_unit_test(every_octet_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
