/* SPDX-License-Identifier: Apache-2.0 */
/* Fragments of 802.11: put together by number and sequence, begun anew where one comes again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/packets.h"

#define RETRY 0x08u
#define PART  90 /* octets of a fragment */

/* LLC and IP in front of inner, as 802.11 carries it. */
static struct tf_frame msdu;

static void build_msdu(size_t n)
{
    packets_build_inner(n);
    tf_begin(&msdu, 0);
    tf_llc_snap(&msdu, TF_TYPE_IPV4);
    tf_ipv4(&msdu, &(struct tf_ipv4){.protocol = TF_TCP});
    tf_bytes(&msdu, inner.bytes, inner.n);
}

/* Fragment number k of the packet with that sequence number. */
static void build_part(uint16_t sequence, unsigned k, uint8_t flags)
{
    uint8_t header[26] = {0x88, 0x01, [9] = 1, [15] = 2, [24] = 3};
    size_t from = (size_t)k * PART;
    size_t to = from + PART < msdu.n ? from + PART : msdu.n;
    header[1] |= flags;
    header[1] |= to < msdu.n ? 0x04 : 0;
    header[22] = (uint8_t)((unsigned)sequence << 4 | k);
    header[23] = (uint8_t)(sequence >> 4);
    tf_begin(&frame, TF_WIFI_LINK);
    tf_bytes(&frame, header, sizeof header);
    tf_bytes(&frame, msdu.bytes + from, to - from);
}

static enum ct_packet_status send_part(uint16_t sequence, unsigned k, uint8_t flags)
{
    build_part(sequence, k, flags);
    return probe_decode(&probe, &frame);
}

static void fragments_of_wifi_are_put_together(void **state)
{
    (void)state;
    build_msdu(300);
    for (uint16_t sequence = 4090; sequence < 4096; sequence++) {
        assert_int_equal(send_part(sequence, 0, 0), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_part(sequence, 2, 0), CT_PACKET_FRAGMENT_HELD); /* out of order */
        assert_int_equal(send_part(sequence, 1, 0), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_part(sequence, 1, RETRY), CT_PACKET_FRAGMENT_HELD);
        assert_int_equal(send_part(sequence, 3, 0), CT_PACKET_TCP);
        packets_expect_inner();
    }
    assert_int_equal(probe_counters(&probe)->layers[CT_LAYER_WIFI_FRAGMENT], 30);
    assert_int_equal(probe_counters(&probe)->fragments_reassembled, 6);
}

static void last_fragment_of_wifi_alone_is_not_used(void **state)
{
    (void)state;
    build_msdu(300);
    assert_int_equal(send_part(7, 3, 0), CT_PACKET_FRAGMENT_DROPPED);
    assert_int_equal(probe_counters(&probe)->fragments_open, 0);
}

/* Of the old packet the last fragment was lost; 4096 packets later its number comes again. */
static void number_of_wifi_that_comes_again_begins_anew(void **state)
{
    (void)state;
    build_msdu(300);
    msdu.bytes[50] ^= 1;
    assert_int_equal(send_part(7, 0, 0), CT_PACKET_FRAGMENT_HELD);
    assert_int_equal(send_part(7, 1, 0), CT_PACKET_FRAGMENT_HELD);
    build_msdu(300);
    for (unsigned k = 0; k < 3; k++) {
        assert_int_equal(send_part(7, k, 0), CT_PACKET_FRAGMENT_HELD);
    }
    assert_int_equal(send_part(7, 3, 0), CT_PACKET_TCP);
    packets_expect_inner();
    assert_int_equal(probe_counters(&probe)->fragments_given_up, 1);
}

/* Radiotap says that each frame ends with its checksum. */
static void checksum_of_wifi_is_no_part_of_a_fragment(void **state)
{
    (void)state;
    static const uint8_t radiotap[] = {0, 0, 9, 0, 2, 0, 0, 0, 0x10};
    build_msdu(300);
    for (unsigned k = 0; k < 4; k++) {
        build_part(8, k, 0);
        memmove(frame.bytes + sizeof radiotap, frame.bytes, frame.n);
        memcpy(frame.bytes, radiotap, sizeof radiotap);
        frame.n += sizeof radiotap;
        frame.linktype = TF_RADIOTAP_LINK;
        tf_bytes(&frame, "\xde\xad\xbe\xef", 4);
        assert_int_equal(probe_decode(&probe, &frame),
                         k < 3 ? CT_PACKET_FRAGMENT_HELD : CT_PACKET_TCP);
    }
    packets_expect_inner();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(fragments_of_wifi_are_put_together),
        T(last_fragment_of_wifi_alone_is_not_used),
        T(number_of_wifi_that_comes_again_begins_anew),
        T(checksum_of_wifi_is_no_part_of_a_fragment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
