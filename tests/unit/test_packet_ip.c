/* SPDX-License-Identifier: Apache-2.0 */
/* IPv4, IPv6 and TCP headers: options, extension headers, and lengths that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/packets.h"

#define TEXT "HTTP/1.1 200 OK\r\n\r\n"

static size_t add_tcp(void)
{
    return tf_tcp(&frame, &(struct tf_tcp){.sport = 80, .dport = 40000, .seq = 5, .flags = TF_ACK});
}

/* Ethernet, IPv4, TCP, text. Returns where the IPv4 header begins. */
static size_t build_ipv4(void)
{
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV4);
    size_t at = tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_TCP});
    (void)add_tcp();
    tf_text(&frame, TEXT);
    return at;
}

static size_t begin_ipv6(uint8_t next)
{
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV6);
    return tf_ipv6(&frame, &(struct tf_ipv6){.next = next});
}

static void put16(size_t at, unsigned value)
{
    frame.bytes[at] = (uint8_t)(value >> 8);
    frame.bytes[at + 1] = (uint8_t)value;
}

static void ipv6_addresses_are_whole(void **state)
{
    (void)state;
    char text[CT_ADDR_TEXT_MAX];
    (void)begin_ipv6(TF_TCP);
    (void)add_tcp();
    tf_text(&frame, TEXT);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, TEXT));
    assert_int_equal(probe.segment.src.family, 6);
    ct_base_endpoint_text(&probe.segment.src, text);
    assert_string_equal(text, "2001:db8::1");
    ct_base_endpoint_text(&probe.segment.dst, text);
    assert_string_equal(text, "2001:db8::2");
}

static void all_numbers_of_af_inet6_are_known(void **state)
{
    (void)state;
    static const uint8_t families[] = {10, 24, 28, 30};
    for (size_t i = 0; i < sizeof families; i++) {
        for (int big = 0; big < 2; big++) {
            tf_begin(&frame, TF_NULL_LINK);
            tf_be32(&frame, big ? families[i] : (uint32_t)families[i] << 24);
            tf_ipv6(&frame, &(struct tf_ipv6){.next = TF_TCP});
            (void)add_tcp();
            assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
        }
    }
}

static void raw_links_take_either_version(void **state)
{
    (void)state;
    static const uint32_t links[] = {12, 14, 101, 229};
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        tf_begin(&frame, links[i]);
        tf_ipv6(&frame, &(struct tf_ipv6){.next = TF_TCP});
        (void)add_tcp();
        assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    }
    tf_begin(&frame, 101);
    tf_fill(&frame, 0x55, 60);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
}

static void extension_headers_are_passed(void **state)
{
    (void)state;
    (void)begin_ipv6(0);
    tf_ipv6_extension(&frame, 43, 8);
    tf_ipv6_extension(&frame, 60, 24);
    tf_ipv6_extension(&frame, 51, 16);
    tf_ah(&frame, 60, 12);
    tf_ipv6_extension(&frame, 135, 8);
    tf_ipv6_extension(&frame, TF_TCP, 8);
    (void)add_tcp();
    tf_text(&frame, TEXT);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, TEXT));
    for (size_t n = 0; n < frame.n - strlen(TEXT) - 20; n++) {
        assert_int_equal(probe_decode_cut(&probe, &frame, n), CT_PACKET_TRUNCATED);
    }
}

static void extension_headers_without_end_are_too_deep(void **state)
{
    (void)state;
    (void)begin_ipv6(60);
    for (int i = 0; i < 400; i++) {
        tf_ipv6_extension(&frame, 60, 8);
    }
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TOO_DEEP);
}

static void extension_header_past_the_payload_length_is_bad(void **state)
{
    (void)state;
    (void)begin_ipv6(60);
    size_t at = tf_ipv6_extension(&frame, TF_TCP, 8);
    (void)add_tcp();
    frame.bytes[at + 1] = 20;
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
}

static void atomic_fragment_is_a_packet(void **state)
{
    (void)state;
    (void)begin_ipv6(44);
    tf_ipv6_fragment(&frame, TF_TCP, 77, 0, false);
    (void)add_tcp();
    tf_text(&frame, TEXT);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, TEXT));
}

/* A hop-by-hop header with a jumbo payload option. Returns where its length stands. */
static size_t add_jumbo(uint32_t length)
{
    tf_bytes(&frame, "\x06\0\xc2\x04", 4);
    return tf_be32(&frame, length);
}

static void jumbogram_has_the_length_of_its_option(void **state)
{
    (void)state;
    size_t ip = begin_ipv6(0);
    (void)add_jumbo(70000 + 28);
    (void)add_tcp();
    tf_fill(&frame, 'x', 70000);
    put16(ip + 4, 0);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, 70000);
    assert_int_equal(probe.segment.payload.n, 70000);
    assert_int_equal(probe_decode_cut(&probe, &frame, 200), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, 70000);
    assert_int_equal(probe.segment.payload.n, 200 - 14 - 40 - 8 - 20);
}

static void jumbo_lengths_that_lie_are_bad(void **state)
{
    (void)state;
    static const uint32_t lies[] = {1, 65535, 0x7fffffff, 0xffffffff};
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        size_t ip = begin_ipv6(0);
        (void)add_jumbo(lies[i]);
        (void)add_tcp();
        put16(ip + 4, 0);
        assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    }
}

static void length_0_means_the_length_of_the_frame(void **state)
{
    (void)state;
    size_t ip = build_ipv4();
    put16(ip + 2, 0);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, TEXT));
    assert_int_equal(probe_counters(&probe)->length_from_capture, 1);
    assert_int_equal(probe_decode_cut(&probe, &frame, frame.n - 4), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, strlen(TEXT));

    ip = begin_ipv6(TF_TCP);
    (void)add_tcp();
    tf_text(&frame, TEXT);
    put16(ip + 4, 0);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, TEXT));
    assert_int_equal(probe_counters(&probe)->length_from_capture, 3);
}

static void offloaded_packets_may_be_longer_than_65535(void **state)
{
    (void)state;
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV4);
    tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_TCP});
    (void)add_tcp();
    tf_fill(&frame, 'x', 70000);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload.n, 70000);
    assert_int_equal(probe.segment.payload_len, 70000);
}

/* The length of 802.3 ends the packet when IP gives none. */
static void length_0_in_8023_means_its_length(void **state)
{
    (void)state;
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_snap_ethernet(&frame, TF_TYPE_IPV4);
    size_t ip = tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_TCP});
    (void)add_tcp();
    tf_text(&frame, TEXT);
    put16(ip + 2, 0);
    struct ct_frame padded = tf_frame(&frame, 0);
    padded.cap_len += 4;
    padded.wire_len += 4;
    assert_int_equal(probe_frame(&probe, &padded), CT_PACKET_TCP);
    assert_true(probe_payload_is(&probe, TEXT));
    assert_int_equal(probe.segment.payload_len, strlen(TEXT));
}

/* The lengths of the layers around an IP packet end it when its own is 0. */
static void length_0_means_the_length_of_the_layer_around(void **state)
{
    (void)state;
    for (int layer = 0; layer < 4; layer++) {
        tf_begin(&frame, TF_ETHERNET_LINK);
        tf_ethernet(&frame, layer == 0 ? TF_TYPE_PPPOE : TF_TYPE_IPV4);
        if (layer == 0) {
            tf_pppoe(&frame, TF_PPP_IPV4);
        } else if (layer == 1) {
            tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_GRE});
            tf_bytes(&frame, "\x30\x01\x88\x0b\0\x3d\0\x01\0\0\0\x05\0\x21", 14);
        } else {
            tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_UDP});
            tf_udp(&frame, 7, TF_PORT_GTPU);
            tf_gtpu(&frame, 7, false);
        }
        size_t ip = tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_TCP});
        (void)add_tcp();
        tf_text(&frame, TEXT);
        put16(ip + 2, 0);
        struct ct_frame padded = tf_frame(&frame, 0);
        padded.cap_len += 4;
        padded.wire_len += 4;
        if (layer > 0) { /* the outer packet has the padding, too */
            put16(14 + 2, frame.bytes[14 + 2] * 256u + frame.bytes[14 + 3] + 4);
        }
        if (layer == 3) { /* and UDP; only GTP-U has not */
            put16(14 + 20 + 4, frame.bytes[14 + 20 + 5] + 4u);
        }
        assert_int_equal(probe_frame(&probe, &padded), CT_PACKET_TCP);
        assert_true(probe_payload_is(&probe, TEXT));
        assert_int_equal(probe.segment.payload_len, strlen(TEXT));
    }
}

static void absurd_wire_lengths_are_not_believed(void **state)
{
    (void)state;
    size_t ip = build_ipv4();
    put16(ip + 2, 0);
    struct ct_frame lie = tf_frame(&frame, 0);
    lie.wire_len = 0xffffffff;
    assert_int_equal(probe_frame(&probe, &lie), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, strlen(TEXT));
    lie.wire_len = 3; /* less than was captured */
    assert_int_equal(probe_frame(&probe, &lie), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, strlen(TEXT));
}

static void ipv4_headers_that_contradict_themselves_are_bad(void **state)
{
    (void)state;
    size_t ip = build_ipv4();
    frame.bytes[ip] = 0x44; /* header of 16 octets */
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    frame.bytes[ip] = 0x55; /* version 5 */
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    frame.bytes[ip] = 0x45;
    put16(ip + 2, 19); /* shorter than the header */
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    put16(ip + 2, 20 + 19); /* no room for TCP */
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    put16(ip + 2, 20 + 20);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, 0);
    assert_int_equal(probe.segment.payload.n, 0);
}

static void ip_length_beyond_the_capture_counts_as_not_captured(void **state)
{
    (void)state;
    size_t ip = build_ipv4();
    put16(ip + 2, 1500);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, 1460);
    assert_true(probe_payload_is(&probe, TEXT));
}

static void tcp_data_offset_is_checked(void **state)
{
    (void)state;
    (void)build_ipv4();
    size_t tcp = 14 + 20;
    frame.bytes[tcp + 12] = 0x40;
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    frame.bytes[tcp + 12] = 0xf0; /* 60 octets, but only 39 are there */
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    frame.bytes[tcp + 12] = 0x60;
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, strlen(TEXT) - 4);
}

static void flags_are_as_on_the_wire(void **state)
{
    (void)state;
    (void)build_ipv4();
    for (unsigned flags = 0; flags < 256; flags++) {
        frame.bytes[14 + 20 + 13] = (uint8_t)flags;
        assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
        assert_int_equal(probe.segment.flags, flags);
    }
}

static void wrong_checksums_are_accepted(void **state)
{
    (void)state;
    (void)build_ipv4();
    tf_checksums(&frame);
    assert_int_not_equal(frame.bytes[14 + 10] << 8 | frame.bytes[14 + 11], 0);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
    put16(14 + 10, 0xdead);
    put16(14 + 20 + 16, 0xdead);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_TCP);
}

static void empty_frame_is_accounted_for(void **state)
{
    (void)state;
    tf_begin(&frame, TF_ETHERNET_LINK);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    struct ct_frame cut = tf_frame(&frame, 0);
    cut.wire_len = 1500;
    assert_int_equal(probe_frame(&probe, &cut), CT_PACKET_TRUNCATED);
    assert_int_equal(probe_counters(&probe)->frames, 2);
    assert_int_equal(probe_counters(&probe)->cut_frames, 1);
    assert_int_equal(probe_counters(&probe)->wire_bytes, 1500);
    assert_int_equal(probe_counters(&probe)->captured_bytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(ipv6_addresses_are_whole),
        T(all_numbers_of_af_inet6_are_known),
        T(raw_links_take_either_version),
        T(extension_headers_are_passed),
        T(extension_headers_without_end_are_too_deep),
        T(extension_header_past_the_payload_length_is_bad),
        T(atomic_fragment_is_a_packet),
        T(jumbogram_has_the_length_of_its_option),
        T(jumbo_lengths_that_lie_are_bad),
        T(length_0_means_the_length_of_the_frame),
        T(offloaded_packets_may_be_longer_than_65535),
        T(length_0_in_8023_means_its_length),
        T(length_0_means_the_length_of_the_layer_around),
        T(absurd_wire_lengths_are_not_believed),
        T(ipv4_headers_that_contradict_themselves_are_bad),
        T(ip_length_beyond_the_capture_counts_as_not_captured),
        T(tcp_data_offset_is_checked),
        T(flags_are_as_on_the_wire),
        T(wrong_checksums_are_accepted),
        T(empty_frame_is_accounted_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
