/* SPDX-License-Identifier: Apache-2.0 */
/* source: what is in a capture of either format, what is wrong in one, and filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixtures/capfile.h"

static void pcap_of_both_byte_orders_and_units_is_read(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        for (int nano = 0; nano < 2; nano++) {
            struct capfile file = {.big = big != 0};
            struct capfile_reading reading;
            capfile_pcap_header(&file, nano ? 0xa1b23c4d : 0xa1b2c3d4, LINK_RAW_FILE);
            capfile_pcap_packet(&file, 7, 123456, "one");
            capfile_pcap_packet(&file, 4000000000, 999999, "two");
            capfile_read(&reading, &file);
            assert_int_equal(reading.status, CT_SOURCE_OK);
            assert_false(reading.had_problems);
            assert_string_equal(reading.frames, nano ? "7.000123456 12 0 one\n"
                                                       "4000000000.000999999 12 0 two\n"
                                                     : "7.123456000 12 0 one\n"
                                                       "4000000000.999999000 12 0 two\n");
        }
    }
}

static void pcapng_with_several_link_types_is_read(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct capfile file = {.big = big != 0};
        struct capfile_reading reading;
        capfile_two_kinds(&file);
        capfile_read(&reading, &file);
        assert_false(reading.had_problems);
        assert_string_equal(reading.frames, "1.000000001 1 0 one\n"
                                            "1.500000000 12 1 four\n"
                                            "2.000000000 12 1 nine!\n"
                                            "2.000000000 1 0 no tim\n");
    }
}

static void sections_of_other_byte_order_follow_with_interfaces_of_their_own(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    struct capfile_reading reading;
    capfile_two_kinds(&file);
    file.big = true;
    capfile_section(&file);
    capfile_interface(&file, LINK_ETHERNET, 0x80 | 10, -5);
    capfile_enhanced(&file, 0, 10 * 1024 + 256, "later");
    capfile_read(&reading, &file);
    assert_int_equal(reading.n_frames, 5);
    assert_non_null(strstr(reading.frames, "\n5.250000000 1 2 later\n"));
}

static void time_units_of_pcapng_are_converted(void **state)
{
    (void)state;
    static const struct {
        uint8_t tsresol;
        uint64_t units;
        int64_t offset_s;
        const char *expected;
    } rows[] = {
        {0, 12, 0, "12.000000000"},
        {3, 12345, 0, "12.345000000"},
        {9, 12345678901, 0, "12.345678901"},
        {12, 1234567890123, 0, "1.234567890"},
        {19, UINT64_C(10000000000000000000), 0, "1.000000000"},
        {30, UINT64_MAX, 0, "0.000000000"},
        {0x80 | 0, 5, 0, "5.000000000"},
        {0x80 | 32, UINT64_C(3) << 31, 0, "1.500000000"},
        {0x80 | 40, UINT64_C(3) << 39, 0, "1.500000000"},
        {0x80 | 64, UINT64_C(1) << 63, 0, "0.500000000"},
        {0x80 | 126, UINT64_MAX, 0, "0.000000000"},
        {6, 1, INT64_MAX, "9223372036.854775807"}, /* the end of int64_t */
        {0, UINT64_MAX, 0, "9223372036.854775807"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct capfile file = {.big = i % 2 != 0};
        struct capfile_reading reading;
        char expected[64];
        capfile_section(&file);
        capfile_interface(&file, LINK_ETHERNET, rows[i].tsresol, rows[i].offset_s);
        capfile_enhanced(&file, 0, rows[i].units, "x");
        capfile_read(&reading, &file);
        (void)snprintf(expected, sizeof expected, "%s 1 0 x\n", rows[i].expected);
        assert_string_equal(reading.frames, expected);
    }
}

static void every_cut_of_a_capture_keeps_what_stands_before_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct capfile file = {.big = false};
        struct capfile_reading whole;
        size_t before = 0;
        if (kind == 0) {
            capfile_pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
            capfile_pcap_packet(&file, 1, 0, "one");
            capfile_pcap_packet(&file, 2, 0, "two, longer");
        } else {
            capfile_two_kinds(&file);
        }
        capfile_read(&whole, &file);
        for (size_t n = 0; n <= file.n; n++) {
            struct capfile_reading reading;
            capfile_read_bytes(&reading, file.bytes, n);
            assert_true(reading.n_frames >= before && reading.n_problems <= 1);
            assert_memory_equal(reading.frames, whole.frames, strlen(reading.frames));
            if (reading.status == CT_SOURCE_OK) {
                assert_int_equal(reading.had_problems, reading.n_problems == 1);
            } else {
                assert_int_equal(reading.n_problems, 1);
            }
            if (n >= 60 && reading.n_problems == 1) {
                assert_non_null(strstr(reading.problem, "ends in the middle of a packet"));
            }
            before = reading.n_frames;
        }
        assert_int_equal(before, whole.n_frames);
    }
}

static void lies_in_pcapng_end_the_input_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        size_t at; /* in the second block on: interface 0 of put_lie */
        uint32_t value;
        const char *reason;
    } rows[] = {
        {28 + 20 + 4, 8, "shorter than its own frame"},
        {28 + 20 + 4, 0x7fffffff, "longer than any packet"},
        {28 + 20 + 8, 1, "interface that is not described"},
        {28 + 20 + 20, 5, "longer than its block"},
        {28 + 20 + 32, 40, "two lengths differ"},
        {8, 0x12345678, "section without a byte order"},
        {12, 0x00000002, "a version of pcapng that is not known (2)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct capfile file = {.big = false};
        struct capfile_reading reading;
        capfile_section(&file);
        capfile_interface(&file, LINK_ETHERNET, 0xff, 0);
        capfile_enhanced(&file, 0, 1000000, "data");
        for (size_t k = 0; k < 4; k++) {
            file.bytes[rows[i].at + k] = (uint8_t)(rows[i].value >> (8 * k));
        }
        capfile_read(&reading, &file);
        assert_int_equal(reading.n_frames, 0);
        assert_int_equal(reading.n_problems, 1);
        assert_non_null(strstr(reading.problem, rows[i].reason));
    }
}

static void absurd_captured_length_of_pcap_is_told(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    struct capfile_reading reading;
    capfile_pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
    capfile_pcap_packet(&file, 1, 0, "one");
    capfile_put32(&file, 2);
    capfile_put32(&file, 0);
    capfile_put32(&file, 0xf0000000);
    capfile_put32(&file, 0xf0000000);
    capfile_read(&reading, &file);
    assert_int_equal(reading.n_frames, 1);
    assert_int_equal(reading.n_problems, 1);
    assert_non_null(strstr(reading.problem, "is damaged, after 1 packets"));
}

static void what_is_no_capture_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *words;
    } rows[] = {
        {"", 0, "it is empty"},
        {"hello, world\n", 13, "it is text"},
        {"\xd4\xc3\xb2\xa1\x02", 5, "cut inside its file header"},
        {"\x0a\x0d\x0d\x0a\x02", 5, "cut inside its file header"},
        {"\x00\x01\x02\x03\x04\x05", 6, "neither pcap nor pcapng (begins with 00 01 02 03)"},
        {"snoop\0\0\0\0\0\0\2", 12, "snoop file"},
        {"\xfd"
         "7zXZ\0",
         6, "it is xz data, unpack it on the way (xz -dc FILE | "},
        {"BZh91AY", 7, "it is bzip2 data"},
        {"\x04\x22\x4d\x18 and more", 12, "it is lz4 data"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct capfile_reading reading;
        capfile_read_bytes(&reading, rows[i].bytes, rows[i].n);
        assert_int_equal(reading.status, CT_SOURCE_FAILED);
        assert_int_equal(reading.n_problems, 1);
        assert_non_null(strstr(reading.problem, rows[i].words));
    }
}

static void directory_is_told(void **state)
{
    (void)state;
    const char *const paths[] = {"/"};
    struct capfile_reading reading;
    capfile_read_paths(&reading, paths, 1, NULL);
    assert_int_equal(reading.status, CT_SOURCE_FAILED);
    assert_string_equal(reading.problem,
                        "/: cannot be read: it is a directory, name the files in it (-r each)");
}

static void filter_is_compiled_for_each_link_type(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    char path[32];
    const char *const paths[] = {path};
    struct capfile_reading reading;
    capfile_section(&file);
    capfile_interface(&file, LINK_ETHERNET, 0xff, 0);
    capfile_interface(&file, LINK_RAW_FILE, 0xff, 0);
    capfile_enhanced(&file, 0, 1000000, "ABCDEFGHIJKL\x08zEabcdefghijklmnopqrs"); /* not IPv4 */
    capfile_enhanced(&file, 1, 2000000, "EBCDEFGHIJKLMNOPQRSTU");                 /* version 4 */
    capfile_enhanced(&file, 1, 3000000, "uBCDEFGHIJKLMNOPQRSTU");                 /* version 7 */
    int fd = capfile_open(file.bytes, file.n, path);
    capfile_read_paths(&reading, paths, 1, "ip");
    assert_string_equal(reading.frames, "2.000000000 12 1 EBCDEFGHIJKLMNOPQRSTU\n");
    assert_int_equal(reading.n_problems, 0);
    capfile_read_paths(&reading, paths, 1, "ether host 1:2:3:4:5:6"); /* not for raw IP */
    assert_int_equal(reading.n_frames, 0);
    assert_int_equal(reading.n_problems, 1);
    assert_non_null(strstr(reading.problem, "frames of link type 12 (Raw IP) are left out"));
    close(fd);
}

static void wrong_filter_is_refused_with_words_of_libpcap(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    char path[32];
    const char *const paths[] = {path};
    struct capfile_reading reading;
    capfile_section(&file);
    for (int packets = 0; packets < 2; packets++) { /* a capture without packets, too */
        int fd = capfile_open(file.bytes, file.n, path);
        capfile_read_paths(&reading, paths, 1, "tcp prot 80");
        assert_int_equal(reading.status, CT_SOURCE_BAD_FILTER);
        assert_int_equal(reading.n_problems, 1);
        assert_non_null(strstr(reading.problem, "capture filter: does not compile: "));
        assert_non_null(strstr(reading.problem, "syntax error"));
        close(fd);
        capfile_interface(&file, LINK_ETHERNET, 0xff, 0);
        capfile_enhanced(&file, 0, 1000000, "x");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcap_of_both_byte_orders_and_units_is_read),
        cmocka_unit_test(pcapng_with_several_link_types_is_read),
        cmocka_unit_test(sections_of_other_byte_order_follow_with_interfaces_of_their_own),
        cmocka_unit_test(time_units_of_pcapng_are_converted),
        cmocka_unit_test(every_cut_of_a_capture_keeps_what_stands_before_it),
        cmocka_unit_test(lies_in_pcapng_end_the_input_with_a_reason),
        cmocka_unit_test(absurd_captured_length_of_pcap_is_told),
        cmocka_unit_test(what_is_no_capture_is_named),
        cmocka_unit_test(directory_is_told),
        cmocka_unit_test(filter_is_compiled_for_each_link_type),
        cmocka_unit_test(wrong_filter_is_refused_with_words_of_libpcap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
