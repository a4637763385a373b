/* SPDX-License-Identifier: Apache-2.0 */
/* Saving: names of files, the octets of captures read back by our own reader, and the rhythm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "app/pace.h"
#include "fixtures/capfile.h"
#include "sinks/save.h"
#include "source/encode.h"

static void names_are_those_of_tcpdump(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        int64_t seconds;
        uint64_t number;
        int digits;
        const char *name;
    } rows[] = {
        {"cap", -1, 0, 0, "cap"},
        {"cap", -1, 1, 0, "cap1"}, /* -C */
        {"cap", -1, 12, 0, "cap12"},
        {"cap", -1, 0, 1, "cap0"}, /* -C -W 10 */
        {"cap", -1, 9, 2, "cap09"},
        {"100%-%H", -1, 0, 0, "100%-%H"}, /* no pattern without -G */
        {"cap-%Y%m%d-%H%M%S.pcap", 1700000000, 0, 0, "cap-20231114-221320.pcap"},
        {"cap-%H.pcap", 0, 3, 0, "cap-00.pcap3"},
        {"%%", 0, 0, 0, "%"},
    };
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[64];
        assert_true(ct_sinks_save_name(name, sizeof name, rows[i].pattern, rows[i].seconds,
                                       rows[i].number, rows[i].digits));
        assert_string_equal(name, rows[i].name);
    }
}

static void names_that_do_not_fit_are_refused(void **state)
{
    (void)state;
    char name[8];
    assert_false(ct_sinks_save_name(name, sizeof name, "12345678", -1, 0, 0));
    assert_true(ct_sinks_save_name(name, sizeof name, "1234567", -1, 0, 0));
    assert_false(ct_sinks_save_name(name, sizeof name, "1234567", -1, 1, 0));
    assert_false(ct_sinks_save_name(name, sizeof name, "%Y-%m-%d", 0, 0, 0));
    assert_false(ct_sinks_save_name(name, sizeof name, "", 0, 0, 0));
}

struct tape {
    size_t n;
    uint8_t bytes[4096];
};

static uint8_t *grow(struct tape *tape, size_t n)
{
    uint8_t *p = tape->bytes + tape->n;
    assert_true(n <= sizeof tape->bytes - tape->n);
    tape->n += n;
    return p;
}

static void put_frame(struct ct_encoder *encoder, struct tape *tape, const struct ct_frame *frame)
{
    if (!ct_source_encoder_knows(encoder, frame)) {
        assert_true(ct_source_encoder_add(encoder, frame, NULL));
        ct_source_encode_iface(encoder, grow(tape, ct_source_encode_iface_size(encoder)));
    }
    ct_source_encode(encoder, frame, grow(tape, ct_source_encode_size(encoder, frame)));
}

static const struct ct_frame frames[] = {
    {1700000000123456789, (const uint8_t *)"one", 3, 1500, LINK_ETHERNET, 0},
    {1700000000123456790, (const uint8_t *)"", 0, 0, LINK_ETHERNET, 0},
    {1700000001000000000, (const uint8_t *)"three", 5, 5, LINK_RAW, 1},
    {1700000002999999999, (const uint8_t *)"four", 4, 4, LINK_ETHERNET, 0},
};

/* What our reader finds must be the first n frames. */
static void assert_reads_back(const struct tape *tape, const struct ct_frame *want, size_t n)
{
    char path[32];
    const char *const paths[] = {path};
    struct ct_source_options options = {.paths = paths, .n_paths = 1};
    struct ct_source *source = NULL;
    struct ct_frame frame;
    int fd = capfile_open(tape->bytes, tape->n, path);
    assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(ct_source_next(source, &frame), CT_SOURCE_OK);
        assert_int_equal(frame.ts_ns, want[i].ts_ns);
        assert_int_equal(frame.cap_len, want[i].cap_len);
        assert_int_equal(frame.wire_len, want[i].wire_len);
        assert_int_equal(frame.linktype, want[i].linktype);
        assert_int_equal(frame.iface, want[i].iface);
        assert_memory_equal(frame.bytes, want[i].bytes, want[i].cap_len);
    }
    assert_int_equal(ct_source_next(source, &frame), CT_SOURCE_END);
    assert_false(ct_source_had_problems(source));
    ct_source_close(source);
    close(fd);
}

static void pcap_is_read_back_to_the_nanosecond(void **state)
{
    (void)state;
    struct tape tape = {.n = 0};
    struct ct_encoder *encoder = ct_source_encoder_new(false, LINK_ETHERNET);
    ct_source_encode_head(encoder, grow(&tape, ct_source_encode_head_size(encoder)));
    put_frame(encoder, &tape, &frames[0]);
    put_frame(encoder, &tape, &frames[1]);
    assert_reads_back(&tape, frames, 2);
    assert_false(ct_source_encoder_knows(encoder, &frames[2])); /* another link type */
    assert_false(ct_source_encoder_add(encoder, &frames[2], "raw0"));
    ct_source_encoder_free(encoder);
}

static void pcap_keeps_the_number_of_the_link_type_in_files(void **state)
{
    (void)state;
    static const struct ct_frame raw = {
        1700000001000000000, (const uint8_t *)"x", 1, 1, LINK_RAW, 0};
    struct tape tape = {.n = 0};
    struct ct_encoder *encoder = ct_source_encoder_new(false, LINK_RAW);
    ct_source_encode_head(encoder, grow(&tape, ct_source_encode_head_size(encoder)));
    assert_int_equal(tape.bytes[20], 101);
    put_frame(encoder, &tape, &raw);
    assert_reads_back(&tape, &raw, 1);
    ct_source_encoder_free(encoder);
}

static void pcapng_describes_interfaces_as_they_come(void **state)
{
    (void)state;
    struct tape tape = {.n = 0};
    struct ct_encoder *encoder = ct_source_encoder_new(true, 0);
    ct_source_encode_head(encoder, grow(&tape, ct_source_encode_head_size(encoder)));
    for (size_t i = 0; i < 4; i++) {
        put_frame(encoder, &tape, &frames[i]);
    }
    assert_reads_back(&tape, frames, 4);

    struct tape second = {.n = 0}; /* the next file begins with all of them */
    ct_source_encode_head(encoder, grow(&second, ct_source_encode_head_size(encoder)));
    put_frame(encoder, &second, &frames[2]);
    assert_reads_back(&second, &frames[2], 1);
    ct_source_encoder_free(encoder);
}

static void times_that_pcap_cannot_hold_are_at_its_ends(void **state)
{
    (void)state;
    static const struct ct_frame odd[] = {
        {-5, (const uint8_t *)"a", 1, 1, LINK_ETHERNET, 0},
        {INT64_MAX, (const uint8_t *)"b", 1, 1, LINK_ETHERNET, 0},
    };
    static const struct ct_frame want[] = {
        {0, (const uint8_t *)"a", 1, 1, LINK_ETHERNET, 0},
        {UINT32_MAX * CT_NS_PER_S, (const uint8_t *)"b", 1, 1, LINK_ETHERNET, 0},
    };
    struct tape tape = {.n = 0};
    struct ct_encoder *encoder = ct_source_encoder_new(false, LINK_ETHERNET);
    ct_source_encode_head(encoder, grow(&tape, ct_source_encode_head_size(encoder)));
    put_frame(encoder, &tape, &odd[0]);
    put_frame(encoder, &tape, &odd[1]);
    assert_reads_back(&tape, want, 2);
    ct_source_encoder_free(encoder);
}

#define S CT_NS_PER_S

static void packets_are_due_in_their_rhythm(void **state)
{
    (void)state;
    struct ct_pace pace = {.speed = 2};
    assert_int_equal(ct_app_pace_left(&pace, 1000 * S, 5 * S), 0); /* the first: at once */
    assert_int_equal(ct_app_pace_left(&pace, 1010 * S, 5 * S), 5 * S);
    assert_int_equal(ct_app_pace_left(&pace, 1010 * S, 7 * S), 3 * S);
    assert_int_equal(ct_app_pace_now(&pace, 7 * S), 1004 * S);
    assert_true(ct_app_pace_left(&pace, 1010 * S, 11 * S) < 0); /* late */
    assert_int_equal(ct_app_pace_left(&pace, 1020 * S, 11 * S), 4 * S);
    assert_true(ct_app_pace_left(&pace, 1005 * S, 15 * S) <= 0); /* goes back a little */
}

static void wrong_time_stamps_are_not_waited_for(void **state)
{
    (void)state;
    static const int64_t odd[] = {0, INT64_MAX, INT64_MIN, 1700000000 * S + 100000 * S};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct ct_pace pace = {.speed = 1};
        assert_int_equal(ct_app_pace_left(&pace, 1700000000 * S, 0), 0);
        assert_true(ct_app_pace_left(&pace, odd[i], 0) <= 0);
        assert_true(ct_app_pace_left(&pace, 1700000001 * S, 0) <= S);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_tcpdump),
        cmocka_unit_test(names_that_do_not_fit_are_refused),
        cmocka_unit_test(pcap_is_read_back_to_the_nanosecond),
        cmocka_unit_test(pcap_keeps_the_number_of_the_link_type_in_files),
        cmocka_unit_test(pcapng_describes_interfaces_as_they_come),
        cmocka_unit_test(times_that_pcap_cannot_hold_are_at_its_ends),
        cmocka_unit_test(packets_are_due_in_their_rhythm),
        cmocka_unit_test(wrong_time_stamps_are_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
