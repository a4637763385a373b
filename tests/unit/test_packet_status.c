/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is not TCP is counted by its reason; nesting has a limit; what only looks like a tunnel
 * is not one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/packets.h"

static void expect(enum ct_packet_status want)
{
    enum ct_packet_status got = probe_decode(&probe, &frame);
    if (got != want) {
        fail_msg("%s, not %s", ct_packet_status_name(got), ct_packet_status_name(want));
    }
}

static void begin_ethernet(uint16_t type)
{
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, type);
}

static void begin_ipv4(uint8_t protocol)
{
    begin_ethernet(TF_TYPE_IPV4);
    tf_ipv4(&frame, &(struct tf_ipv4){.protocol = protocol});
}

static void begin_udp(uint16_t sport, uint16_t dport)
{
    begin_ipv4(TF_UDP);
    tf_udp(&frame, sport, dport);
}

static void add_tcp(void)
{
    tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_TCP});
    tf_tcp(&frame, &(struct tf_tcp){.sport = 1, .dport = 2});
}

static void ethertypes_have_their_status(void **state)
{
    (void)state;
    static const struct {
        uint16_t type;
        enum ct_packet_status status;
    } rows[] = {
        {TF_TYPE_ARP, CT_PACKET_ARP},      {0x8035, CT_PACKET_ARP},
        {0x88cc, CT_PACKET_LINK_CONTROL},  {0x8809, CT_PACKET_LINK_CONTROL},
        {0x8863, CT_PACKET_LINK_CONTROL},  {0x888e, CT_PACKET_LINK_CONTROL},
        {0x8137, CT_PACKET_OTHER_NETWORK}, {0x05ff, CT_PACKET_OTHER_NETWORK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_ethernet(rows[i].type);
        tf_fill(&frame, 0, 46);
        expect(rows[i].status);
    }
}

static void ip_protocols_have_their_status(void **state)
{
    (void)state;
    static const struct {
        uint8_t protocol;
        enum ct_packet_status status;
    } rows[] = {
        {1, CT_PACKET_ICMP},
        {2, CT_PACKET_OTHER_IP_PROTOCOL},
        {50, CT_PACKET_ENCRYPTED},
        {89, CT_PACKET_OTHER_IP_PROTOCOL},
        {132, CT_PACKET_OTHER_IP_PROTOCOL},
        {0, CT_PACKET_OTHER_IP_PROTOCOL}, /* hop-by-hop is for IPv6 only */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        begin_ipv4(rows[i].protocol);
        tf_fill(&frame, 0, 40);
        expect(rows[i].status);
    }
    begin_ethernet(TF_TYPE_IPV6);
    tf_ipv6(&frame, &(struct tf_ipv6){.next = 58});
    tf_fill(&frame, 0, 40);
    expect(CT_PACKET_ICMP);
    begin_ethernet(TF_TYPE_IPV6);
    tf_ipv6(&frame, &(struct tf_ipv6){.next = 59});
    expect(CT_PACKET_OTHER_IP_PROTOCOL);
}

static void unknown_link_types_are_named(void **state)
{
    (void)state;
    tf_begin(&frame, 220); /* USB */
    tf_fill(&frame, 0, 64);
    expect(CT_PACKET_UNKNOWN_LINKTYPE);
    assert_int_equal(probe_counters(&probe)->unknown_linktype, 220);
}

/* Frames of the rarer links that carry no packet of ours. */
static void other_links_have_their_status(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t n;
        uint32_t linktype;
        enum ct_packet_status status;
    } rows[] = {
#define R(linktype, octets, status) {octets, sizeof(octets) - 1, linktype, CT_PACKET_##status}
        R(0, "\x07\0\0\0", OTHER_NETWORK),
        R(6, "\x10\0\x02\0\0\0\0\x01\x02\0\0\0\0\x02\0", LINK_CONTROL),
        R(10, "\x41\x02\0\0\0\0\x01\x02\0\0\0\0\x02", LINK_CONTROL),
        R(123, "\x05\0\0\x05", LINK_CONTROL),
        R(9, "\xff\x03\xc0\x21\x01", LINK_CONTROL),
        R(9, "\0\x2d\x01", OTHER_NETWORK),
        R(9, "\0\xfd\x01", ENCRYPTED),
        R(9, "\0\x3d\x80\0\0\x01\0\x21", OTHER_NETWORK),
        R(9, "\0\x31\0\x02", OTHER_NETWORK),
        R(51, "\x11\x09\0\0\0\0", LINK_CONTROL),
        R(51, "\x21\0\0\0\0\0", BAD_HEADER),
        R(104, "\x8f\0\x80\x35\0\0", LINK_CONTROL),
        R(107, "\0\x41\x03\x08\0", LINK_CONTROL),
        R(107, "\x18\x41\x03\x81\0", OTHER_NETWORK),
        R(107, "\x19\x41\x03\xcc", BAD_HEADER),
        R(105, "\x08\x04\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", FRAGMENT_DROPPED),
        R(127, "\x01\0\x08\0\0\0\0\0", BAD_HEADER),
        R(127, "\0\0\x04\0\0\0\0\0", BAD_HEADER),
        R(119, "\x44\0\0\0\x04\0\0\0", BAD_HEADER),
        R(117, "\x02\x02\0\0\0\0\0\0", BAD_HEADER),
        R(129, "\x01\x02\0\0\xd5\0\0\x07", ARP),
        R(129, "\x01\x02\0\0\xd4\x01\0\x07", FRAGMENT_DROPPED),
        R(143, "\xc3\0\0\0\0\0", LINK_CONTROL),
        R(143, "\xf8\0\0\0\0\0", FRAGMENT_DROPPED),
        R(143, "\x40\0\0\0\0\0", OTHER_NETWORK),
        R(143, "\x01\x05\0\0\x44\x10\x80\x01\0\0\0", ENCRYPTED),
        R(182, "\xe1\0", LINK_CONTROL),
        R(182, "\x81\0\x18\x41\x03\xcc", FRAGMENT_DROPPED),
        R(202, "\x01\x20", LINK_CONTROL),
        R(129, "\x01\x02\0\0\x01\0\0\x07", OTHER_NETWORK),
        R(178, "MGX\0\0\0", BAD_HEADER),
        R(192, "\0\0\x04\0\x69\0\0\0", BAD_HEADER),
        R(197, "\0\0\0\0\0\0\0\0\x15\0\0\0\0\0\0\0", OTHER_NETWORK),
        R(219, "\0\0\x11\x40\x10\0\0\0", LINK_CONTROL),
        R(219, "\0\0\x11\x40\xff\0\0\0", OTHER_NETWORK),
        R(239, "\x02\0\0\0\x05\0\x0a\0x", OTHER_NETWORK),
        R(239, "\x02\0\0\0\0\0\0\0", OTHER_NETWORK),
        R(241, "\0\0\0\0\x55\x55\xff", LINK_CONTROL),
        R(258, "\x0c\0\0\0\0\0\0\0\x01\0\0\0", LINK_CONTROL),
        R(258, "\x08\0\0\0\x01\0\0\0\x01\0\0\0", BAD_HEADER),
        R(274, "\x55\x55\x55\x55\x55\x55\x55\xe6", LINK_CONTROL),
        R(113, "\0\0\x03\x38\0\0\0\0\0\0\0\0\0\0\0\0", OTHER_NETWORK),
#undef R
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tf_begin(&frame, rows[i].linktype);
        tf_bytes(&frame, rows[i].octets, rows[i].n);
        enum ct_packet_status got = probe_decode(&probe, &frame);
        if (got != rows[i].status) {
            fail_msg("row %zu (link type %u): %s", i, rows[i].linktype, ct_packet_status_name(got));
        }
    }
}

static void spanning_tree_is_link_control(void **state)
{
    (void)state;
    begin_ethernet(39);
    tf_bytes(&frame, "\x42\x42\x03", 3);
    tf_fill(&frame, 0, 43);
    expect(CT_PACKET_LINK_CONTROL);
}

static void encrypted_links_are_said_to_be(void **state)
{
    (void)state;
    begin_ethernet(0x88e5);
    tf_bytes(&frame, "\x2c\0\0\0\0\x01", 6);
    tf_fill(&frame, 0x77, 60);
    expect(CT_PACKET_ENCRYPTED);

    tf_begin(&frame, TF_WIFI_LINK);
    size_t at = tf_wifi(&frame, TF_TYPE_IPV4);
    tf_fill(&frame, 0x77, 60);
    frame.bytes[at + 1] |= 0x40;
    expect(CT_PACKET_ENCRYPTED);

    begin_udp(4500, 4500);
    tf_be32(&frame, 0x12345678);
    tf_fill(&frame, 0x77, 60);
    expect(CT_PACKET_ENCRYPTED);
    begin_udp(4500, 4500); /* IKE */
    tf_be32(&frame, 0);
    tf_fill(&frame, 0x77, 60);
    expect(CT_PACKET_UDP);
}

static void wifi_frames_without_data_are_control(void **state)
{
    (void)state;
    static const uint8_t first[] = {0x80, 0x40, 0xb4, 0xd4, 0x48, 0xc8};
    for (size_t i = 0; i < sizeof first; i++) {
        tf_begin(&frame, TF_WIFI_LINK);
        size_t at = tf_wifi(&frame, TF_TYPE_IPV4);
        frame.bytes[at] = first[i];
        expect(CT_PACKET_LINK_CONTROL);
    }
}

/* An A-MSDU of n packets, ports from 10 on; the last is not padded. */
static void build_aggregate(int n)
{
    static const uint8_t header[26] = {0x88, 0x01, [24] = 0x80};
    static const uint8_t addresses[12] = {2};
    tf_begin(&frame, TF_WIFI_LINK);
    tf_bytes(&frame, header, sizeof header);
    for (int i = 0; i < n; i++) {
        tf_bytes(&frame, addresses, sizeof addresses);
        tf_be16(&frame, 8 + 40 + 3);
        tf_llc_snap(&frame, TF_TYPE_IPV4);
        size_t ip = tf_ipv4(&frame, &(struct tf_ipv4){.protocol = i == 1 ? TF_UDP : TF_TCP});
        tf_tcp(&frame, &(struct tf_tcp){.sport = (uint16_t)(10 + i), .dport = 80});
        tf_text(&frame, "abc");
        frame.bytes[ip + 3] = 43;
        tf_fill(&frame, 0, i + 1 < n ? 3 : 0); /* 14 + 51 octets, padded to 68 */
        frame.n_layers = 0;
    }
}

static void all_packets_of_an_aggregate_are_read(void **state)
{
    (void)state;
    enum ct_packet_status status = CT_PACKET_STATUS_COUNT;
    build_aggregate(3);
    expect(CT_PACKET_TCP);
    assert_int_equal(probe.segment.src.port, 10);
    assert_true(probe_payload_is(&probe, "abc"));
    assert_true(probe_more(&probe, &status));
    assert_int_equal(status, CT_PACKET_UDP);
    assert_true(probe_more(&probe, &status));
    assert_int_equal(status, CT_PACKET_TCP);
    assert_int_equal(probe.segment.src.port, 12);
    assert_true(probe_payload_is(&probe, "abc"));
    assert_false(probe_more(&probe, &status));
    assert_int_equal(probe_counters(&probe)->frames, 1);
    assert_int_equal(probe_counters(&probe)->wifi_aggregated, 2);
}

/* The rest belongs to its frame: the next one does not go on with it. */
static void the_rest_of_an_aggregate_ends_with_its_frame(void **state)
{
    (void)state;
    enum ct_packet_status status = CT_PACKET_STATUS_COUNT;
    build_aggregate(3);
    expect(CT_PACKET_TCP);
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_ARP);
    expect(CT_PACKET_ARP);
    assert_false(probe_more(&probe, &status));
}

static void an_aggregate_can_be_cut_anywhere(void **state)
{
    (void)state;
    build_aggregate(3);
    for (size_t n = 26; n <= frame.n; n++) {
        enum ct_packet_status status = probe_decode_cut(&probe, &frame, n);
        size_t i = 0;
        do {
            size_t at = 26 + i * 68 + 14 + 8; /* of the IP header */
            enum ct_packet_status want = n >= at + 40 ? CT_PACKET_TCP : CT_PACKET_TRUNCATED;
            want = i == 1 && n >= at + 20 ? CT_PACKET_UDP : want;
            if (status != want) {
                fail_msg("packet %zu cut to %zu: %s", i, n, ct_packet_status_name(status));
            }
            i++;
        } while (probe_more(&probe, &status));
        assert_true(i == 3 || (i < 3 && n < 26 + i * 68 + 14)); /* a header cut ends it */
    }
}

/* Empty subframes of 14 octets, padded to 16: more than any aggregate can hold. */
static void an_endless_aggregate_ends(void **state)
{
    (void)state;
    static const uint8_t header[26] = {0x88, 0x01, [24] = 0x80};
    enum ct_packet_status status = CT_PACKET_STATUS_COUNT;
    int n = 1;
    tf_begin(&frame, TF_WIFI_LINK);
    tf_bytes(&frame, header, sizeof header);
    tf_fill(&frame, 0, 60000);
    expect(CT_PACKET_BAD_HEADER);
    while (probe_more(&probe, &status)) {
        n++;
    }
    assert_int_equal(status, CT_PACKET_TOO_DEEP);
    assert_in_range(n, 100, 1000);
    assert_int_equal(probe_counters(&probe)->wifi_aggregated, n - 1);
}

static void quic_is_recognised(void **state)
{
    (void)state;
    static const uint8_t version1[] = {0xc3, 0, 0, 0, 1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0x44};
    begin_udp(50000, 443);
    tf_bytes(&frame, version1, sizeof version1);
    expect(CT_PACKET_QUIC);
    begin_udp(50000, 9999);
    tf_bytes(&frame, version1, sizeof version1);
    expect(CT_PACKET_QUIC);
    begin_udp(443, 50000); /* short header */
    tf_bytes(&frame, "\x41\x99\x98\x97", 4);
    expect(CT_PACKET_QUIC);
    begin_udp(9999, 50000);
    tf_bytes(&frame, "\x41\x99\x98\x97", 4);
    expect(CT_PACKET_UDP);
    begin_udp(50000, 9999); /* connection identifier too long */
    size_t at = tf_bytes(&frame, version1, sizeof version1);
    frame.bytes[at + 5] = 21;
    expect(CT_PACKET_UDP);
}

static void tunnel_ports_without_a_tunnel_are_udp(void **state)
{
    (void)state;
    static const uint16_t ports[] = {4789, 8472, 4790, 6081, 2152, 1701, 37008, 3544, 53};
    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        for (unsigned fill = 0; fill < 256; fill += 0x55) {
            begin_udp(50000, ports[i]);
            tf_fill(&frame, (uint8_t)fill, 70);
            enum ct_packet_status status = probe_decode(&probe, &frame);
            if (status != CT_PACKET_UDP && status != CT_PACKET_OTHER_NETWORK) {
                fail_msg("%u: %s", ports[i], ct_packet_status_name(status));
            }
        }
    }
}

static void teredo_must_validate(void **state)
{
    (void)state;
    begin_udp(50000, 3544);
    tf_bytes(&frame, "\0\x01\0\0\1\2\3\4\5\6\7\x08\0\0\0\1\2\3\4\5\6", 21);
    tf_ipv6(&frame, &(struct tf_ipv6){.src = "2001:0:c000:201::1", .next = TF_TCP});
    tf_tcp(&frame, &(struct tf_tcp){.sport = 1, .dport = 80});
    tf_text(&frame, "abc");
    expect(CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, "abc"));
    assert_int_equal(probe_counters(&probe)->layers[CT_LAYER_TEREDO], 1);

    begin_udp(50000, 3544);
    tf_ipv6(&frame, &(struct tf_ipv6){.src = "2001:db8::1", .next = TF_TCP});
    tf_tcp(&frame, &(struct tf_tcp){.sport = 1, .dport = 80});
    expect(CT_PACKET_UDP);
}

static void six_in_four_is_opened(void **state)
{
    (void)state;
    begin_ipv4(41);
    tf_ipv6(&frame, &(struct tf_ipv6){.next = TF_TCP});
    tf_tcp(&frame, &(struct tf_tcp){.sport = 1, .dport = 80});
    tf_text(&frame, "abc");
    expect(CT_PACKET_TCP);
    assert_int_equal(probe.segment.src.family, 6);
    assert_int_equal(probe_counters(&probe)->layers[CT_LAYER_IPIP], 1);
    assert_int_equal(probe_counters(&probe)->layers[CT_LAYER_IPV4], 1);
    assert_int_equal(probe_counters(&probe)->layers[CT_LAYER_IPV6], 1);
}

static void begin_ip_in_ip(int n)
{
    begin_ethernet(TF_TYPE_IPV4);
    for (int i = 0; i < n; i++) {
        tf_ipv4(&frame, &(struct tf_ipv4){.protocol = 4});
    }
    add_tcp();
}

static void nesting_has_the_limit_of_tunnel_depth(void **state)
{
    (void)state;
    begin_ip_in_ip(8);
    expect(CT_PACKET_TCP);
    begin_ip_in_ip(9);
    expect(CT_PACKET_TOO_DEEP);
    probe.limits.tunnel_depth = 1;
    probe_restart(&probe);
    begin_ip_in_ip(1);
    expect(CT_PACKET_TCP);
    begin_ip_in_ip(2);
    expect(CT_PACKET_TOO_DEEP);
}

static void different_tunnels_nest(void **state)
{
    (void)state;
    begin_udp(50000, TF_PORT_VXLAN);
    tf_vxlan(&frame, 1);
    tf_ethernet(&frame, TF_TYPE_VLAN);
    tf_vlan(&frame, 1, TF_TYPE_IPV6);
    tf_ipv6(&frame, &(struct tf_ipv6){.next = TF_GRE});
    tf_erspan(&frame, 2);
    tf_ethernet(&frame, TF_TYPE_MPLS);
    tf_mpls(&frame, 5, true);
    tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_UDP});
    tf_udp(&frame, 1, TF_PORT_GTPU);
    tf_gtpu(&frame, 9, true);
    add_tcp();
    tf_text(&frame, "abc");
    expect(CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, "abc"));
}

static void endless_tags_and_labels_end(void **state)
{
    (void)state;
    begin_ethernet(TF_TYPE_VLAN);
    for (int i = 0; i < 300; i++) {
        tf_vlan(&frame, 1, TF_TYPE_VLAN);
    }
    expect(CT_PACKET_TOO_DEEP);
    begin_ethernet(TF_TYPE_MPLS);
    for (int i = 0; i < 300; i++) {
        tf_mpls(&frame, 1, false);
    }
    expect(CT_PACKET_TOO_DEEP);
}

static void tunnel_headers_that_lie_are_bad(void **state)
{
    (void)state;
    begin_udp(1, 2);
    frame.bytes[14 + 20 + 5] = 7; /* UDP length below its header */
    expect(CT_PACKET_BAD_HEADER);
    begin_ipv4(TF_GRE);
    tf_be32(&frame, 0x00030800); /* version 3 */
    expect(CT_PACKET_BAD_HEADER);
    begin_udp(1, TF_PORT_GTPU);
    size_t at = tf_gtpu(&frame, 1, true);
    add_tcp();
    frame.bytes[at + 12] = 0; /* extension header of length 0 */
    expect(CT_PACKET_BAD_HEADER);
}

static void names_are_there_for_all(void **state)
{
    (void)state;
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        assert_true(strlen(ct_packet_status_name((enum ct_packet_status)i)) > 0);
        assert_true(strlen(ct_packet_status_help((enum ct_packet_status)i)) > 0);
    }
    for (int i = 0; i < CT_LAYER_COUNT; i++) {
        assert_true(strlen(ct_packet_layer_name((enum ct_packet_layer)i)) > 0);
    }
    assert_string_equal(ct_packet_status_name(CT_PACKET_FRAGMENT_DROPPED), "fragment_dropped");
    assert_string_equal(ct_packet_layer_name(CT_LAYER_IPV6), "ipv6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(ethertypes_have_their_status),
        T(ip_protocols_have_their_status),
        T(unknown_link_types_are_named),
        T(other_links_have_their_status),
        T(spanning_tree_is_link_control),
        T(encrypted_links_are_said_to_be),
        T(wifi_frames_without_data_are_control),
        T(all_packets_of_an_aggregate_are_read),
        T(the_rest_of_an_aggregate_ends_with_its_frame),
        T(an_aggregate_can_be_cut_anywhere),
        T(an_endless_aggregate_ends),
        T(quic_is_recognised),
        T(tunnel_ports_without_a_tunnel_are_udp),
        T(teredo_must_validate),
        T(six_in_four_is_opened),
        T(nesting_has_the_limit_of_tunnel_depth),
        T(different_tunnels_nest),
        T(endless_tags_and_labels_end),
        T(tunnel_headers_that_lie_are_bad),
        T(names_are_there_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
