/* SPDX-License-Identifier: Apache-2.0 */
/* IP fragments: put together in any order; overlaps, limits and time as the policy says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/packets.h"

struct cut {
    uint16_t from;
    uint16_t to; /* the datagram's length: last fragment */
};

/* A fragment of inner in IPv4 or IPv6. */
static void build_fragment(int version, uint32_t id, struct cut cut)
{
    bool more = cut.to < inner.n;
    tf_begin(&frame, TF_ETHERNET_LINK);
    if (version == 4) {
        tf_ethernet(&frame, TF_TYPE_IPV4);
        tf_ipv4(&frame,
                &(struct tf_ipv4){
                    .protocol = TF_TCP, .id = (uint16_t)id, .offset = cut.from, .more = more});
    } else {
        tf_ethernet(&frame, TF_TYPE_IPV6);
        tf_ipv6(&frame, &(struct tf_ipv6){.next = 44});
        tf_ipv6_fragment(&frame, TF_TCP, id, cut.from, more);
    }
    tf_bytes(&frame, inner.bytes + cut.from, (size_t)cut.to - cut.from);
}

static enum ct_packet_status send_fragment(int version, uint32_t id, struct cut cut)
{
    build_fragment(version, id, cut);
    return probe_decode(&probe, &frame);
}

static enum ct_packet_status send_at(int64_t ts_ns, uint32_t id, struct cut cut)
{
    build_fragment(4, id, cut);
    struct ct_frame copy = tf_frame(&frame, ts_ns);
    return probe_frame(&probe, &copy);
}

static void fragments_in_every_order_give_the_segment(void **state)
{
    (void)state;
    packets_build_inner(100);
    static const struct cut cuts[] = {{0, 8}, {8, 16}, {16, 72}, {72, 120}};
    static const uint8_t orders[24][4] = {
        {0, 1, 2, 3}, {0, 1, 3, 2}, {0, 2, 1, 3}, {0, 2, 3, 1}, {0, 3, 1, 2}, {0, 3, 2, 1},
        {1, 0, 2, 3}, {1, 0, 3, 2}, {1, 2, 0, 3}, {1, 2, 3, 0}, {1, 3, 0, 2}, {1, 3, 2, 0},
        {2, 0, 1, 3}, {2, 0, 3, 1}, {2, 1, 0, 3}, {2, 1, 3, 0}, {2, 3, 0, 1}, {2, 3, 1, 0},
        {3, 0, 1, 2}, {3, 0, 2, 1}, {3, 1, 0, 2}, {3, 1, 2, 0}, {3, 2, 0, 1}, {3, 2, 1, 0}};
    for (int version = 4; version <= 6; version += 2) {
        for (uint32_t i = 0; i < 24; i++) {
            for (size_t k = 0; k < 3; k++) {
                assert_int_equal(send_fragment(version, i, cuts[orders[i][k]]),
                                 CT_PACKET_FRAGMENT_HELD);
            }
            assert_int_equal(send_fragment(version, i, cuts[orders[i][3]]), CT_PACKET_TCP);
            packets_expect_inner();
        }
    }
    assert_int_equal(probe_counters(&probe)->fragments_reassembled, 48);
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 0);
    assert_int_equal(probe_counters(&probe)->fragments_open, 0);
    assert_int_equal(probe_counters(&probe)->layers[CT_LAYER_FRAGMENT], 48 * 4);
}

static void datagrams_do_not_mix(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 2, (struct cut){64, 120}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(6, 1, (struct cut){64, 120}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(probe_counters(&probe)->fragments_open, 3);
    assert_int_equal(send_fragment(4, 1, (struct cut){64, 120}), CT_PACKET_TCP);
    packets_expect_inner();
}

static void exact_copies_are_ignored(void **state)
{
    (void)state;
    packets_build_inner(100);
    for (int version = 4; version <= 6; version += 2) {
        assert_int_equal(send_fragment(version, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_fragment(version, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_fragment(version, 1, (struct cut){64, 120}), CT_PACKET_TCP);
        packets_expect_inner();
    }
}

/* As a capture on two interfaces has them; then the number comes again. */
static void copies_behind_the_last_fragment_do_not_mix_into_the_next_datagram(void **state)
{
    (void)state;
    for (int version = 4; version <= 6; version += 2) {
        packets_build_inner(100);
        for (unsigned again = 0; again < 3; again++) {
            inner.bytes[30] ^= 1;
            inner.bytes[90] ^= 1;
            assert_int_equal(send_fragment(version, 1, (struct cut){0, 64}),
                             CT_PACKET_FRAGMENT_HELD);
            assert_int_equal(send_fragment(version, 1, (struct cut){0, 64}),
                             CT_PACKET_FRAGMENT_HELD);
            assert_int_equal(send_fragment(version, 1, (struct cut){64, 120}), CT_PACKET_TCP);
            packets_expect_inner();
            assert_int_equal(send_fragment(version, 1, (struct cut){64, 120}),
                             CT_PACKET_FRAGMENT_HELD);
            assert_int_equal(probe_counters(&probe)->fragments_open, 0);
        }
    }
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 0);
    assert_int_equal(probe_counters(&probe)->fragments_reassembled, 6);
}

static void datagrams_that_are_whole_give_way_to_those_that_are_not(void **state)
{
    (void)state;
    probe.limits.fragment_bytes = CT_KIB(64);
    probe_restart(&probe);
    packets_build_inner(100);
    assert_int_equal(send_fragment(4, 5000, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    for (uint32_t id = 0; id < 1000; id++) {
        assert_int_equal(send_fragment(4, id, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_fragment(4, id, (struct cut){64, 120}), CT_PACKET_TCP);
    }
    assert_int_equal(send_fragment(4, 5000, (struct cut){64, 120}), CT_PACKET_TCP);
    packets_expect_inner();
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 0);
    assert_true(probe_counters(&probe)->fragment_bytes_peak <= CT_KIB(64));
}

static void equal_overlap_is_tolerated_in_ipv4_only(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 1, (struct cut){80, 104}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 1, (struct cut){32, 120}), CT_PACKET_TCP);
    packets_expect_inner();
    assert_int_equal(send_fragment(6, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(6, 1, (struct cut){32, 120}), CT_PACKET_FRAGMENT_DROPPED);
    /* RFC 5722 section 4: also the fragments that are still to come. */
    assert_int_equal(send_fragment(6, 1, (struct cut){64, 120}), CT_PACKET_FRAGMENT_DROPPED);
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 1);
    assert_int_equal(probe_counters(&probe)->fragments_open, 0);
}

static void different_overlap_ends_the_datagram(void **state)
{
    (void)state;
    for (int version = 4; version <= 6; version += 2) {
        packets_build_inner(100);
        assert_int_equal(send_fragment(version, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
        inner.bytes[63] ^= 1;
        assert_int_equal(send_fragment(version, 1, (struct cut){0, 64}),
                         CT_PACKET_FRAGMENT_DROPPED);
        assert_int_equal(send_fragment(version, 1, (struct cut){64, 120}),
                         CT_PACKET_FRAGMENT_DROPPED);
    }
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 2);
}

static void two_ends_end_the_datagram(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_fragment(4, 1, (struct cut){64, 120}), CT_PACKET_FRAGMENT_HELD);
    packets_build_inner(60);
    assert_int_equal(send_fragment(4, 1, (struct cut){48, 80}), CT_PACKET_FRAGMENT_DROPPED);
    packets_build_inner(100);
    assert_int_equal(send_fragment(4, 2, (struct cut){104, 120}), CT_PACKET_FRAGMENT_HELD);
    packets_build_inner(200);
    assert_int_equal(send_fragment(4, 2, (struct cut){120, 160}), CT_PACKET_FRAGMENT_DROPPED);
}

static void end_before_what_is_held_ends_the_datagram(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_fragment(4, 1, (struct cut){64, 112}), CT_PACKET_FRAGMENT_HELD);
    packets_build_inner(60);
    assert_int_equal(send_fragment(4, 1, (struct cut){48, 80}), CT_PACKET_FRAGMENT_DROPPED);
}

static void protocols_do_not_mix_in_ipv4(void **state)
{
    (void)state;
    packets_build_inner(100);
    build_fragment(4, 1, (struct cut){0, 64});
    frame.bytes[14 + 9] = TF_UDP;
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 1, (struct cut){64, 120}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 64}), CT_PACKET_TCP);
}

/* RFC 6946: also while fragments with its identification are held. */
static void atomic_fragment_is_on_its_own(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_fragment(6, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    packets_build_inner(30);
    assert_int_equal(send_fragment(6, 1, (struct cut){0, 50}), CT_PACKET_TCP);
    packets_expect_inner();
    packets_build_inner(100);
    assert_int_equal(send_fragment(6, 1, (struct cut){64, 120}), CT_PACKET_TCP);
    packets_expect_inner();
}

static void fragments_that_cannot_be_are_bad(void **state)
{
    (void)state;
    packets_build_inner(100);
    /* Not a multiple of 8, and more follows. */
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 63}), CT_PACKET_BAD_HEADER);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 60}), CT_PACKET_BAD_HEADER);
    assert_int_equal(send_fragment(6, 1, (struct cut){0, 63}), CT_PACKET_BAD_HEADER);
    /* Empty. */
    assert_int_equal(send_fragment(4, 1, (struct cut){64, 64}), CT_PACKET_BAD_HEADER);
    /* Past 65535 octets. */
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV4);
    tf_ipv4(&frame, &(struct tf_ipv4){.protocol = TF_TCP, .id = 1, .offset = 65528});
    tf_fill(&frame, 0, 8);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_BAD_HEADER);
    assert_int_equal(probe_counters(&probe)->fragments_open, 0);
}

static void largest_datagram_is_put_together(void **state)
{
    (void)state;
    packets_build_inner(65535 - 20);
    for (uint32_t from = 0; from < 65528; from += 1480) {
        uint32_t to = from + 1480 < 65535 ? from + 1480 : 65535;
        enum ct_packet_status status =
            send_fragment(4, 9, (struct cut){(uint16_t)from, (uint16_t)to});
        assert_int_equal(status, to == 65535 ? CT_PACKET_TCP : CT_PACKET_FRAGMENT_HELD);
    }
    packets_expect_inner();
}

static void large_fragments_are_held_in_pieces(void **state)
{
    (void)state;
    packets_build_inner(50000);
    assert_int_equal(send_fragment(4, 1, (struct cut){40000, 50020}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 1, (struct cut){40000, 50020}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 40000}), CT_PACKET_TCP);
    packets_expect_inner();
    assert_int_equal(send_fragment(6, 1, (struct cut){40000, 50020}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(6, 1, (struct cut){40000, 50020}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_fragment(6, 1, (struct cut){0, 40000}), CT_PACKET_TCP);
    packets_expect_inner();
}

static void snap_length_leaves_the_captured_prefix(void **state)
{
    (void)state;
    packets_build_inner(2000);
    build_fragment(4, 1, (struct cut){0, 1480});
    assert_int_equal(probe_decode_cut(&probe, &frame, 96), CT_PACKET_FRAGMENT_HELD);
    build_fragment(4, 1, (struct cut){1480, 2020});
    assert_int_equal(probe_decode_cut(&probe, &frame, 96), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, 2000);
    assert_int_equal(probe.segment.payload.n, 96 - 14 - 20 - 20);
    assert_memory_equal(probe.segment.payload.p, inner.bytes + 20, probe.segment.payload.n);

    /* Only the second one is cut. */
    assert_int_equal(send_fragment(4, 2, (struct cut){0, 1480}), CT_PACKET_FRAGMENT_HELD);
    build_fragment(4, 2, (struct cut){1480, 2020});
    assert_int_equal(probe_decode_cut(&probe, &frame, 96), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, 2000);
    assert_int_equal(probe.segment.payload.n, 1460 + 96 - 14 - 20);
    assert_memory_equal(probe.segment.payload.p, inner.bytes + 20, probe.segment.payload.n);

    /* Nothing but the IP header. */
    build_fragment(4, 3, (struct cut){0, 1480});
    assert_int_equal(probe_decode_cut(&probe, &frame, 34), CT_PACKET_FRAGMENT_HELD);
    build_fragment(4, 3, (struct cut){1480, 2020});
    assert_int_equal(probe_decode_cut(&probe, &frame, 34), CT_PACKET_TRUNCATED);
}

static void tunnels_are_opened_in_reassembled_datagrams(void **state)
{
    (void)state;
    /* IPv4 in fragments, holding IPv4 in fragments, holding TCP. */
    struct tf_frame *f = &frame;
    static uint8_t outer[400];
    packets_build_inner(100);
    static const struct cut cuts[] = {{0, 64}, {64, 120}};
    for (int i = 0; i < 2; i++) {
        build_fragment(4, 7, cuts[i]);
        size_t n = frame.n - 14;
        memcpy(outer, frame.bytes + 14, n);
        for (int part = 0; part < 2; part++) {
            tf_begin(f, TF_ETHERNET_LINK);
            tf_ethernet(f, TF_TYPE_IPV4);
            tf_ipv4(f, &(struct tf_ipv4){.src = "198.51.100.1",
                                         .protocol = 4,
                                         .id = (uint16_t)(20 + i),
                                         .offset = part == 0 ? 0 : 40,
                                         .more = part == 0});
            tf_bytes(f, outer + (part == 0 ? 0 : 40), part == 0 ? 40 : n - 40);
            bool last = i == 1 && part == 1;
            assert_int_equal(probe_decode(&probe, f),
                             last ? CT_PACKET_TCP : CT_PACKET_FRAGMENT_HELD);
        }
    }
    packets_expect_inner();
    assert_int_equal(probe_counters(&probe)->fragments_reassembled, 3);
}

static void other_protocols_are_not_held(void **state)
{
    (void)state;
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV4);
    tf_ipv4(&frame, &(struct tf_ipv4){.protocol = 1, .id = 1, .more = true});
    tf_fill(&frame, 0, 64);
    assert_int_equal(probe_decode(&probe, &frame), CT_PACKET_ICMP);
    assert_int_equal(probe_counters(&probe)->fragments_open, 0);
}

static void datagrams_are_given_up_after_their_time(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_at(0, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_at(30 * CT_NS_PER_S, 1, (struct cut){64, 120}), CT_PACKET_TCP);
    assert_int_equal(send_at(0, 2, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_at(30 * CT_NS_PER_S + 1, 2, (struct cut){64, 120}),
                     CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 1);
    assert_int_equal(probe_counters(&probe)->fragments_open, 1);
    /* Time that goes backwards changes nothing. */
    assert_int_equal(send_at(INT64_MIN, 2, (struct cut){0, 64}), CT_PACKET_TCP);
    assert_int_equal(send_at(INT64_MIN, 3, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_at(INT64_MAX, 3, (struct cut){64, 120}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 2);
}

static void mark_of_an_ended_datagram_goes_with_its_time(void **state)
{
    (void)state;
    packets_build_inner(100);
    assert_int_equal(send_at(0, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    inner.bytes[40] ^= 1;
    assert_int_equal(send_at(0, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_DROPPED);
    assert_int_equal(send_at(CT_NS_PER_S, 1, (struct cut){64, 120}), CT_PACKET_FRAGMENT_DROPPED);
    int64_t later = 31 * CT_NS_PER_S;
    assert_int_equal(send_at(later, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_at(later, 1, (struct cut){64, 120}), CT_PACKET_TCP);
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 1);
}

static void memory_has_a_limit_and_the_oldest_goes(void **state)
{
    (void)state;
    probe.limits.fragment_bytes = CT_KIB(64);
    probe_restart(&probe);
    packets_build_inner(100);
    for (uint32_t id = 0; id < 1000; id++) {
        assert_int_equal(send_fragment(4, id, (struct cut){0, 64}), CT_PACKET_FRAGMENT_HELD);
    }
    const struct ct_packet_counters *counters = probe_counters(&probe);
    assert_true(counters->fragment_bytes_peak > CT_KIB(32));
    assert_true(counters->fragment_bytes_peak <= CT_KIB(64));
    assert_int_equal(counters->fragments_given_up + counters->fragments_open, 1000);
    assert_int_equal(send_fragment(4, 999, (struct cut){64, 120}), CT_PACKET_TCP);
    packets_expect_inner();
    assert_int_equal(send_fragment(4, 0, (struct cut){64, 120}), CT_PACKET_FRAGMENT_HELD);
}

static void datagram_larger_than_the_limit_is_refused(void **state)
{
    (void)state;
    probe.limits.fragment_bytes = CT_KIB(8);
    probe_restart(&probe);
    packets_build_inner(30000);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 16000}), CT_PACKET_FRAGMENT_DROPPED);
    assert_int_equal(probe_counters(&probe)->fragments_open, 0);
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 1);
    probe.limits.fragment_bytes = 1;
    probe_restart(&probe);
    assert_int_equal(send_fragment(4, 1, (struct cut){0, 64}), CT_PACKET_FRAGMENT_DROPPED);
}

/* ---- in tunnels ---------------------------------------------------------------------------- */

static void wrap_vlan(uint32_t id)
{
    tf_ethernet(&frame, TF_TYPE_VLAN);
    tf_vlan(&frame, (uint16_t)id, TF_TYPE_IPV4);
}

static void wrap_outer(uint8_t protocol)
{
    tf_ethernet(&frame, TF_TYPE_IPV4);
    tf_ipv4(&frame, &(struct tf_ipv4){.src = "10.0.0.1", .dst = "10.0.0.2", .protocol = protocol});
}

static void wrap_vxlan(uint32_t id)
{
    wrap_outer(TF_UDP);
    tf_udp(&frame, 50000, TF_PORT_VXLAN);
    tf_vxlan(&frame, id);
    tf_ethernet(&frame, TF_TYPE_IPV4);
}

static void wrap_geneve(uint32_t id)
{
    wrap_outer(TF_UDP);
    tf_udp(&frame, 50000, TF_PORT_GENEVE);
    size_t at = tf_geneve(&frame, TF_TYPE_IPV4, 0);
    frame.bytes[at + 6] = (uint8_t)id;
}

static void wrap_nvgre(uint32_t id)
{
    wrap_outer(TF_GRE);
    tf_be16(&frame, 0x2000);
    tf_be16(&frame, TF_TYPE_BRIDGED);
    tf_be32(&frame, id << 8);
    tf_ethernet(&frame, TF_TYPE_IPV4);
}

static void wrap_gtpu(uint32_t id)
{
    wrap_outer(TF_UDP);
    tf_udp(&frame, 50000, TF_PORT_GTPU);
    tf_gtpu(&frame, id, false);
}

static void wrap_l2tp3(uint32_t id)
{
    wrap_outer(115);
    tf_be32(&frame, id);
    tf_ethernet(&frame, TF_TYPE_IPV4);
}

static void wrap_backbone(uint32_t id)
{
    tf_ethernet(&frame, 0x88e7);
    tf_be32(&frame, id);
    tf_ethernet(&frame, TF_TYPE_IPV4);
}

static enum ct_packet_status send_wrapped(void (*wrap)(uint32_t id), uint32_t id, struct cut cut)
{
    tf_begin(&frame, TF_ETHERNET_LINK);
    wrap(id);
    tf_ipv4(&frame, &(struct tf_ipv4){
                        .protocol = TF_TCP, .id = 9, .offset = cut.from, .more = cut.to < inner.n});
    tf_bytes(&frame, inner.bytes + cut.from, (size_t)cut.to - cut.from);
    return probe_decode(&probe, &frame);
}

static void fragments_of_different_tunnels_do_not_mix(void **state)
{
    (void)state;
    static void (*const wraps[])(uint32_t id) = {wrap_vlan, wrap_vxlan, wrap_geneve,  wrap_nvgre,
                                                 wrap_gtpu, wrap_l2tp3, wrap_backbone};
    packets_build_inner(100);
    for (size_t i = 0; i < sizeof wraps / sizeof wraps[0]; i++) {
        struct cut head = {0, 64};
        struct cut tail = {64, 120};
        probe_restart(&probe);
        assert_int_equal(send_wrapped(wraps[i], 5, head), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_wrapped(wraps[i], 6, tail), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(probe_counters(&probe)->fragments_open, 2);
        assert_int_equal(send_wrapped(wraps[i], 5, tail), CT_PACKET_TCP);
        packets_expect_inner();
        assert_int_equal(send_wrapped(wraps[i], 6, head), CT_PACKET_TCP);
        packets_expect_inner();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(fragments_in_every_order_give_the_segment),
        T(datagrams_do_not_mix),
        T(exact_copies_are_ignored),
        T(copies_behind_the_last_fragment_do_not_mix_into_the_next_datagram),
        T(datagrams_that_are_whole_give_way_to_those_that_are_not),
        T(equal_overlap_is_tolerated_in_ipv4_only),
        T(different_overlap_ends_the_datagram),
        T(two_ends_end_the_datagram),
        T(end_before_what_is_held_ends_the_datagram),
        T(protocols_do_not_mix_in_ipv4),
        T(atomic_fragment_is_on_its_own),
        T(fragments_that_cannot_be_are_bad),
        T(largest_datagram_is_put_together),
        T(large_fragments_are_held_in_pieces),
        T(snap_length_leaves_the_captured_prefix),
        T(tunnels_are_opened_in_reassembled_datagrams),
        T(other_protocols_are_not_held),
        T(datagrams_are_given_up_after_their_time),
        T(mark_of_an_ended_datagram_goes_with_its_time),
        T(memory_has_a_limit_and_the_oldest_goes),
        T(datagram_larger_than_the_limit_is_refused),
        T(fragments_of_different_tunnels_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
