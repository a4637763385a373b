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

#include "fixtures/packets.h"
#include "support/wrappings.h"

#define REQUEST "GET /index.html HTTP/1.1\r\nHost: a.example\r\n\r\n"

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
    for (size_t i = 0; i < tf_wrappings(); i++) {
        const char *name = tf_wrap(i, &frame);
        (void)build_segment(&frame);
        enum ct_packet_status status = probe_decode(&probe, &frame);
        if (status != CT_PACKET_TCP || !probe_payload_is(&probe, REQUEST)) {
            fail_msg("%s: %s", name, ct_packet_status_name(status));
        }
        check_segment(&probe.segment, name);
        assert_int_equal(probe.segment.tcp_header_cut, 0);
    }
}

static void trailing_padding_is_no_payload(void **state)
{
    (void)state;
    for (size_t i = 0; i < tf_wrappings(); i++) {
        const char *name = tf_wrap(i, &frame);
        (void)build_segment(&frame);
        struct ct_frame padded = tf_frame(&frame, 0);
        memset(frame.bytes + frame.n, 0x5a, 30);
        padded.cap_len += 30;
        padded.wire_len += 30;
        enum ct_packet_status status = probe_frame(&probe, &padded);
        if (status != CT_PACKET_TCP || !probe_payload_is(&probe, REQUEST)) {
            fail_msg("%s: %s", name, ct_packet_status_name(status));
        }
    }
}

/* One cut of one wrapping: at is where the TCP header begins, n how much was captured. */
static void check_cut(const char *name, size_t at, size_t n)
{
    enum ct_packet_status status = probe_decode_cut(&probe, &frame, n);
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
    check_segment(&probe.segment, name);
    bool header_cut = n < at + 32;
    assert_int_equal(probe.segment.tcp_header_cut, header_cut);
    assert_int_equal(probe.segment.payload.n, header_cut ? 0 : n - at - 32);
}

static void every_wrapping_can_be_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < tf_wrappings(); i++) {
        const char *name = tf_wrap(i, &frame);
        size_t at = build_segment(&frame);
        for (size_t n = 0; n <= frame.n; n++) {
            check_cut(name, at, n);
        }
    }
}

/* A mirror that cuts packets reports the short length as the length on the wire. */
static void a_cut_without_its_true_length_keeps_the_ip_length(void **state)
{
    (void)state;
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV4);
    (void)build_segment(&frame);
    struct ct_frame cut = tf_frame(&frame, 0);
    cut.cap_len -= 10;
    cut.wire_len -= 10;
    assert_int_equal(probe_frame(&probe, &cut), CT_PACKET_TCP);
    assert_int_equal(probe.segment.payload_len, strlen(REQUEST));
    assert_int_equal(probe.segment.payload.n, strlen(REQUEST) - 10);
}

/* Flips every octet of every wrapping in turn: anything may come out, nothing may break. */
static void every_octet_may_be_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < tf_wrappings(); i++) {
        (void)tf_wrap(i, &frame);
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
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(every_wrapping_gives_the_segment),   T(trailing_padding_is_no_payload),
        T(every_wrapping_can_be_cut_anywhere), T(a_cut_without_its_true_length_keeps_the_ip_length),
        T(every_octet_may_be_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
