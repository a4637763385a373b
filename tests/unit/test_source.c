/* SPDX-License-Identifier: Apache-2.0 */
/* source: captures of every kind written octet by octet, read through the public header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "cachetap/source.h"

#define LINK_ETHERNET 1
#define LINK_RAW_FILE 101 /* LINKTYPE_RAW */
#define LINK_RAW      12  /* DLT_RAW */

/* A file in the making, in one byte order. */
struct tape {
    bool big;
    size_t n;
    uint8_t bytes[8192];
};

static void put(struct tape *tape, const void *bytes, size_t n)
{
    assert_true(n <= sizeof tape->bytes - tape->n);
    memcpy(tape->bytes + tape->n, bytes, n);
    tape->n += n;
}

static void put_number(struct tape *tape, uint64_t value, size_t n)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < n; i++) {
        bytes[tape->big ? n - 1 - i : i] = (uint8_t)(value >> (8 * i));
    }
    put(tape, bytes, n);
}

static void put32(struct tape *tape, uint32_t value)
{
    put_number(tape, value, 4);
}

static void put_pcap_header(struct tape *tape, uint32_t magic, uint32_t linktype)
{
    put32(tape, magic);
    put_number(tape, 2, 2);
    put_number(tape, 4, 2);
    put32(tape, 0);
    put32(tape, 0);
    put32(tape, 65535);
    put32(tape, linktype);
}

static void put_pcap_packet(struct tape *tape, uint32_t seconds, uint32_t fraction,
                            const char *text)
{
    put32(tape, seconds);
    put32(tape, fraction);
    put32(tape, (uint32_t)strlen(text));
    put32(tape, (uint32_t)strlen(text) + 1);
    put(tape, text, strlen(text));
}

static void put_block(struct tape *tape, uint32_t type, const struct tape *body)
{
    static const uint8_t zeros[4] = {0};
    size_t padding = (4 - body->n % 4) % 4;
    uint32_t total = (uint32_t)(12 + body->n + padding);
    put32(tape, type);
    put32(tape, total);
    put(tape, body->bytes, body->n);
    put(tape, zeros, padding);
    put32(tape, total);
}

static void put_section(struct tape *tape)
{
    struct tape body = {.big = tape->big};
    put32(&body, 0x1a2b3c4d);
    put_number(&body, 1, 2);
    put_number(&body, 0, 2);
    put_number(&body, UINT64_MAX, 8);
    put_block(tape, 0x0a0d0d0a, &body);
}

/* tsresol 0xff: the option is left out. */
static void put_interface(struct tape *tape, uint16_t linktype, uint8_t tsresol, int64_t offset_s)
{
    struct tape body = {.big = tape->big};
    put_number(&body, linktype, 2);
    put_number(&body, 0, 2);
    put32(&body, 6);
    if (tsresol != 0xff) {
        put_number(&body, 2, 2); /* if_name, to be passed over */
        put_number(&body, 3, 2);
        put(&body, "eth\0", 4);
        put_number(&body, 9, 2);
        put_number(&body, 1, 2);
        put(&body, (const uint8_t[]){tsresol, 0, 0, 0}, 4);
        put_number(&body, 14, 2);
        put_number(&body, 8, 2);
        put_number(&body, (uint64_t)offset_s, 8);
        put_number(&body, 0, 4);
    }
    put_block(tape, 1, &body);
}

static void put_enhanced(struct tape *tape, uint32_t iface, uint64_t units, const char *text)
{
    struct tape body = {.big = tape->big};
    put32(&body, iface);
    put32(&body, (uint32_t)(units >> 32));
    put32(&body, (uint32_t)units);
    put32(&body, (uint32_t)strlen(text));
    put32(&body, (uint32_t)strlen(text));
    put(&body, text, strlen(text));
    put_block(tape, 6, &body);
}

static void put_simple(struct tape *tape, const char *text)
{
    struct tape body = {.big = tape->big};
    put32(&body, (uint32_t)strlen(text));
    put(&body, text, strlen(text));
    put_block(tape, 3, &body);
}

static void put_obsolete(struct tape *tape, uint16_t iface, uint32_t units, const char *text)
{
    struct tape body = {.big = tape->big};
    put_number(&body, iface, 2);
    put_number(&body, 7, 2);
    put32(&body, 0);
    put32(&body, units);
    put32(&body, (uint32_t)strlen(text));
    put32(&body, (uint32_t)strlen(text));
    put(&body, text, strlen(text));
    put_block(tape, 2, &body);
}

/* An unnamed file with the tape's octets; path leads to it until close. */
static int make_file(const void *bytes, size_t n, char path[32])
{
    int fd = memfd_create("capture", 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n), (ssize_t)n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    (void)snprintf(path, 32, "/dev/fd/%d", fd);
    return fd;
}

/* What reading gave, as text: "seconds.nanoseconds linktype iface bytes\n" per frame. */
struct reading {
    enum ct_source_status status;
    size_t n_frames;
    size_t n_problems;
    bool had_problems;
    char frames[4096];
    char problem[CT_SOURCE_MESSAGE_MAX];
};

static void on_problem(void *user, const char *line)
{
    struct reading *reading = user;
    reading->n_problems++;
    (void)snprintf(reading->problem, sizeof reading->problem, "%s", line);
}

static void read_paths(struct reading *reading, const char *const *paths, size_t n,
                       const char *filter)
{
    struct ct_source_options options = {
        .paths = paths, .n_paths = n, .filter = filter, .problem = on_problem, .user = reading};
    struct ct_source *source = NULL;
    struct ct_frame frame;
    size_t used = 0;

    *reading = (struct reading){.n_frames = 0};
    reading->status = ct_source_open(&options, &source);
    if (reading->status != CT_SOURCE_OK) {
        return;
    }
    while (ct_source_next(source, &frame) == CT_SOURCE_OK) {
        reading->n_frames++;
        used += (size_t)snprintf(reading->frames + used, sizeof reading->frames - used,
                                 "%lld.%09lld %u %u %.*s\n", (long long)(frame.ts_ns / CT_NS_PER_S),
                                 (long long)(frame.ts_ns % CT_NS_PER_S), frame.linktype,
                                 frame.iface, (int)frame.cap_len, (const char *)frame.bytes);
        assert_true(used < sizeof reading->frames);
    }
    reading->had_problems = ct_source_had_problems(source);
    ct_source_close(source);
}

static void read_bytes(struct reading *reading, const void *bytes, size_t n)
{
    char path[32];
    int fd = make_file(bytes, n, path);
    const char *paths[] = {path};
    read_paths(reading, paths, 1, NULL);
    close(fd);
}

static void read_tape(struct reading *reading, const struct tape *tape)
{
    read_bytes(reading, tape->bytes, tape->n);
}

static void pcap_of_both_byte_orders_and_units_is_read(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        for (int nano = 0; nano < 2; nano++) {
            struct tape tape = {.big = big != 0};
            struct reading reading;
            put_pcap_header(&tape, nano ? 0xa1b23c4d : 0xa1b2c3d4, LINK_RAW_FILE);
            put_pcap_packet(&tape, 7, 123456, "one");
            put_pcap_packet(&tape, 4000000000, 999999, "two");
            read_tape(&reading, &tape);
            assert_int_equal(reading.status, CT_SOURCE_OK);
            assert_false(reading.had_problems);
            assert_string_equal(reading.frames, nano ? "7.000123456 12 0 one\n"
                                                       "4000000000.000999999 12 0 two\n"
                                                     : "7.123456000 12 0 one\n"
                                                       "4000000000.999999000 12 0 two\n");
        }
    }
}

static void put_two_kinds(struct tape *tape)
{
    put_section(tape);
    put_interface(tape, LINK_ETHERNET, 9, 0);
    put_interface(tape, LINK_RAW_FILE, 0xff, 0);
    put_enhanced(tape, 0, 1000000001, "one");
    put_block(tape, 0x80000bad, &(struct tape){.n = 1000}); /* unknown: passed over */
    put_enhanced(tape, 1, 1500000, "four");
    put_obsolete(tape, 1, 2000000, "nine!");
    put_simple(tape, "no time, cut");
}

static void pcapng_with_several_link_types_is_read(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct tape tape = {.big = big != 0};
        struct reading reading;
        put_two_kinds(&tape);
        read_tape(&reading, &tape);
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
    struct tape tape = {.big = false};
    struct reading reading;
    put_two_kinds(&tape);
    tape.big = true;
    put_section(&tape);
    put_interface(&tape, LINK_ETHERNET, 0x80 | 10, -5);
    put_enhanced(&tape, 0, 10 * 1024 + 256, "later");
    read_tape(&reading, &tape);
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
        struct tape tape = {.big = i % 2 != 0};
        struct reading reading;
        char expected[64];
        put_section(&tape);
        put_interface(&tape, LINK_ETHERNET, rows[i].tsresol, rows[i].offset_s);
        put_enhanced(&tape, 0, rows[i].units, "x");
        read_tape(&reading, &tape);
        (void)snprintf(expected, sizeof expected, "%s 1 0 x\n", rows[i].expected);
        assert_string_equal(reading.frames, expected);
    }
}

static void every_cut_of_a_capture_keeps_what_stands_before_it(void **state)
{
    (void)state;
    for (int kind = 0; kind < 2; kind++) {
        struct tape tape = {.big = false};
        struct reading whole;
        size_t before = 0;
        if (kind == 0) {
            put_pcap_header(&tape, 0xa1b2c3d4, LINK_ETHERNET);
            put_pcap_packet(&tape, 1, 0, "one");
            put_pcap_packet(&tape, 2, 0, "two, longer");
        } else {
            put_two_kinds(&tape);
        }
        read_tape(&whole, &tape);
        for (size_t n = 0; n <= tape.n; n++) {
            struct reading reading;
            read_bytes(&reading, tape.bytes, n);
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
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tape tape = {.big = false};
        struct reading reading;
        put_section(&tape);
        put_interface(&tape, LINK_ETHERNET, 0xff, 0);
        put_enhanced(&tape, 0, 1000000, "data");
        for (size_t k = 0; k < 4; k++) {
            tape.bytes[rows[i].at + k] = (uint8_t)(rows[i].value >> (8 * k));
        }
        read_tape(&reading, &tape);
        assert_int_equal(reading.n_frames, 0);
        assert_int_equal(reading.n_problems, 1);
        assert_non_null(strstr(reading.problem, rows[i].reason));
    }
}

static void absurd_captured_length_of_pcap_is_told(void **state)
{
    (void)state;
    struct tape tape = {.big = false};
    struct reading reading;
    put_pcap_header(&tape, 0xa1b2c3d4, LINK_ETHERNET);
    put_pcap_packet(&tape, 1, 0, "one");
    put32(&tape, 2);
    put32(&tape, 0);
    put32(&tape, 0xf0000000);
    put32(&tape, 0xf0000000);
    read_tape(&reading, &tape);
    assert_int_equal(reading.n_frames, 1);
    assert_int_equal(reading.n_problems, 1);
    assert_non_null(strstr(reading.problem, "is damaged, after 1 packets"));
}

static void inputs_are_merged_by_time_and_equal_times_keep_their_order(void **state)
{
    (void)state;
    char paths[3][32];
    const char *const names[] = {paths[0], paths[1], paths[2]};
    int fds[3];
    struct reading reading;
    for (size_t i = 0; i < 3; i++) {
        struct tape tape = {.big = i == 1};
        char text[] = {(char)('a' + i), '\0'};
        put_pcap_header(&tape, 0xa1b2c3d4, LINK_ETHERNET);
        put_pcap_packet(&tape, 5, 0, text);
        put_pcap_packet(&tape, 7 - (uint32_t)i, 0, text);
        put_pcap_packet(&tape, 9, 0, text);
        fds[i] = make_file(tape.bytes, tape.n, paths[i]);
    }
    read_paths(&reading, names, 3, NULL);
    assert_string_equal(reading.frames, "5.000000000 1 0 a\n"
                                        "5.000000000 1 1 b\n"
                                        "5.000000000 1 2 c\n"
                                        "5.000000000 1 2 c\n"
                                        "6.000000000 1 1 b\n"
                                        "7.000000000 1 0 a\n"
                                        "9.000000000 1 0 a\n"
                                        "9.000000000 1 1 b\n"
                                        "9.000000000 1 2 c\n");
    for (size_t i = 0; i < 3; i++) {
        close(fds[i]);
    }
}

static void missing_input_is_told_and_the_others_are_read(void **state)
{
    (void)state;
    struct tape tape = {.big = false};
    char path[32];
    const char *const paths[] = {"/nonexistent/capture.pcap", path};
    struct reading reading;
    put_pcap_header(&tape, 0xa1b2c3d4, LINK_ETHERNET);
    put_pcap_packet(&tape, 1, 0, "one");
    int fd = make_file(tape.bytes, tape.n, path);
    read_paths(&reading, paths, 2, NULL);
    assert_int_equal(reading.n_frames, 1);
    assert_int_equal(reading.n_problems, 1);
    assert_true(reading.had_problems);
    assert_non_null(strstr(reading.problem, "/nonexistent/capture.pcap: cannot be opened: "));
    read_paths(&reading, paths, 1, NULL);
    assert_int_equal(reading.status, CT_SOURCE_FAILED);
    close(fd);
}

static size_t gzip(const struct tape *tape, uint8_t *out, size_t size)
{
    z_stream stream = {.avail_out = (uInt)size};
    uint8_t copy[sizeof tape->bytes];
    memcpy(copy, tape->bytes, tape->n);
    stream.next_out = out;
    stream.next_in = copy;
    stream.avail_in = (uInt)tape->n;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t n = size - stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return n;
}

/* A header in one member or frame, the packets in another. */
static size_t pack(bool zstd, uint8_t *out, size_t size)
{
    struct tape header = {.big = false};
    struct tape packets = {.big = false};
    put_pcap_header(&header, 0xa1b2c3d4, LINK_ETHERNET);
    put_pcap_packet(&packets, 1, 0, "one");
    put_pcap_packet(&packets, 2, 0, "two");
    size_t n =
        zstd ? ZSTD_compress(out, size, header.bytes, header.n, 3) : gzip(&header, out, size);
    return n + (zstd ? ZSTD_compress(out + n, size - n, packets.bytes, packets.n, 3)
                     : gzip(&packets, out + n, size - n));
}

static void compressed_members_are_one_stream(void **state)
{
    (void)state;
    for (int zstd = 0; zstd < 2; zstd++) {
        uint8_t packed[4096] = {0};
        struct reading reading;
        size_t n = pack(zstd != 0, packed, sizeof packed);
        read_bytes(&reading, packed, n);
        assert_int_equal(reading.n_frames, 2);
        assert_int_equal(reading.n_problems, 0);
        if (!zstd) { /* padding of zero octets is no damage */
            read_bytes(&reading, packed, n + 512);
            assert_int_equal(reading.n_frames, 2);
            assert_int_equal(reading.n_problems, 0);
        }
        packed[n] = 'x';
        read_bytes(&reading, packed, n + 1);
        assert_int_equal(reading.n_frames, 2);
        assert_int_equal(reading.n_problems, 1);
    }
}

static void every_cut_of_compressed_input_is_told_once(void **state)
{
    (void)state;
    for (int zstd = 0; zstd < 2; zstd++) {
        uint8_t packed[4096];
        size_t n = pack(zstd != 0, packed, sizeof packed);
        size_t n_whole = 0;
        for (size_t i = 0; i < n; i++) {
            struct reading reading;
            read_bytes(&reading, packed, i);
            n_whole += reading.n_problems == 0; /* between the members: a capture without packets */
            assert_true(reading.n_problems <= 1);
            if (i > 70 && reading.n_problems == 1) {
                assert_non_null(strstr(reading.problem, "data ends early, "));
            }
        }
        assert_int_equal(n_whole, 1);
    }
}

static void damage_in_compressed_input_is_told(void **state)
{
    (void)state;
    uint8_t packed[4096];
    size_t n = pack(false, packed, sizeof packed);
    struct reading reading;
    packed[n - 6] ^= 0xff; /* the checksum of the last member */
    read_bytes(&reading, packed, n);
    assert_int_equal(reading.n_frames, 2);
    assert_int_equal(reading.n_problems, 1);
    assert_non_null(strstr(reading.problem, "its gzip data is damaged (incorrect data check)"));
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
        struct reading reading;
        read_bytes(&reading, rows[i].bytes, rows[i].n);
        assert_int_equal(reading.status, CT_SOURCE_FAILED);
        assert_int_equal(reading.n_problems, 1);
        assert_non_null(strstr(reading.problem, rows[i].words));
    }
}

static void directory_is_told(void **state)
{
    (void)state;
    const char *const paths[] = {"/"};
    struct reading reading;
    read_paths(&reading, paths, 1, NULL);
    assert_int_equal(reading.status, CT_SOURCE_FAILED);
    assert_string_equal(reading.problem,
                        "/: cannot be read: it is a directory, name the files in it (-r each)");
}

static void filter_is_compiled_for_each_link_type(void **state)
{
    (void)state;
    struct tape tape = {.big = false};
    char path[32];
    const char *const paths[] = {path};
    struct reading reading;
    put_section(&tape);
    put_interface(&tape, LINK_ETHERNET, 0xff, 0);
    put_interface(&tape, LINK_RAW_FILE, 0xff, 0);
    put_enhanced(&tape, 0, 1000000, "ABCDEFGHIJKL\x08zEabcdefghijklmnopqrs"); /* not IPv4 */
    put_enhanced(&tape, 1, 2000000, "EBCDEFGHIJKLMNOPQRSTU");                 /* version 4 */
    put_enhanced(&tape, 1, 3000000, "uBCDEFGHIJKLMNOPQRSTU");                 /* version 7 */
    int fd = make_file(tape.bytes, tape.n, path);
    read_paths(&reading, paths, 1, "ip");
    assert_string_equal(reading.frames, "2.000000000 12 1 EBCDEFGHIJKLMNOPQRSTU\n");
    assert_int_equal(reading.n_problems, 0);
    read_paths(&reading, paths, 1, "ether host 1:2:3:4:5:6"); /* not for raw IP */
    assert_int_equal(reading.n_frames, 0);
    assert_int_equal(reading.n_problems, 1);
    assert_non_null(strstr(reading.problem, "frames of link type 12 (Raw IP) are left out"));
    close(fd);
}

static void wrong_filter_is_refused_with_words_of_libpcap(void **state)
{
    (void)state;
    struct tape tape = {.big = false};
    char path[32];
    const char *const paths[] = {path};
    struct reading reading;
    put_section(&tape);
    for (int packets = 0; packets < 2; packets++) { /* a capture without packets, too */
        int fd = make_file(tape.bytes, tape.n, path);
        read_paths(&reading, paths, 1, "tcp prot 80");
        assert_int_equal(reading.status, CT_SOURCE_BAD_FILTER);
        assert_int_equal(reading.n_problems, 1);
        assert_non_null(strstr(reading.problem, "capture filter: does not compile: "));
        assert_non_null(strstr(reading.problem, "syntax error"));
        close(fd);
        put_interface(&tape, LINK_ETHERNET, 0xff, 0);
        put_enhanced(&tape, 0, 1000000, "x");
    }
}

static bool stop_at_once(void *user)
{
    *(int *)user += 1;
    return true;
}

static void waiting_for_a_pipe_ends_when_asked_to(void **state)
{
    (void)state;
    int ends[2];
    int asked = 0;
    char path[32];
    const char *const paths[] = {path};
    struct ct_source *source = NULL;
    struct ct_frame frame;
    struct ct_source_options options = {
        .paths = paths, .n_paths = 1, .interrupted = stop_at_once, .user = &asked};
    assert_int_equal(pipe(ends), 0);
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
    assert_int_equal(ct_source_next(source, &frame), CT_SOURCE_END);
    assert_false(ct_source_had_problems(source));
    assert_true(asked > 0);
    ct_source_close(source);
    close(ends[0]);
    close(ends[1]);
}

/* Stops when all that stands in the pipe has been read: user points to its reading end. */
static bool stop_when_empty(void *user)
{
    int left = 0;
    assert_int_equal(ioctl(*(int *)user, FIONREAD, &left), 0);
    return left == 0;
}

static void stopping_anywhere_in_a_capture_is_no_problem(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        struct tape tape = {.big = kind == 0};
        if (kind == 2) {
            tape.n = pack(false, tape.bytes, sizeof tape.bytes);
        } else if (kind == 1) {
            put_two_kinds(&tape);
        } else {
            put_pcap_header(&tape, 0xa1b2c3d4, LINK_ETHERNET);
            put_pcap_packet(&tape, 1, 0, "one");
        }
        for (size_t n = 0; n <= tape.n; n++) {
            int ends[2];
            char path[32];
            const char *const paths[] = {path};
            struct ct_source *source = NULL;
            struct ct_frame frame;
            struct ct_source_options options = {
                .paths = paths, .n_paths = 1, .interrupted = stop_when_empty, .user = &ends[0]};
            assert_int_equal(pipe(ends), 0);
            assert_int_equal(write(ends[1], tape.bytes, n), (ssize_t)n);
            (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
            assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
            while (ct_source_next(source, &frame) == CT_SOURCE_OK) {
            }
            assert_false(ct_source_had_problems(source));
            ct_source_close(source);
            close(ends[0]);
            close(ends[1]);
        }
    }
}

static void progress_reaches_the_size_of_the_files(void **state)
{
    (void)state;
    struct tape tape = {.big = false};
    char path[32];
    const char *const paths[] = {path};
    struct ct_source *source = NULL;
    struct ct_frame frame;
    uint64_t done = 0;
    uint64_t total = 0;
    struct ct_source_options options = {.paths = paths, .n_paths = 1};
    put_two_kinds(&tape);
    int fd = make_file(tape.bytes, tape.n, path);
    assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
    while (ct_source_next(source, &frame) == CT_SOURCE_OK) {
    }
    ct_source_progress(source, &done, &total);
    assert_int_equal(total, tape.n);
    assert_int_equal(done, tape.n);
    ct_source_close(source);
    close(fd);
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
        cmocka_unit_test(inputs_are_merged_by_time_and_equal_times_keep_their_order),
        cmocka_unit_test(missing_input_is_told_and_the_others_are_read),
        cmocka_unit_test(compressed_members_are_one_stream),
        cmocka_unit_test(every_cut_of_compressed_input_is_told_once),
        cmocka_unit_test(damage_in_compressed_input_is_told),
        cmocka_unit_test(what_is_no_capture_is_named),
        cmocka_unit_test(directory_is_told),
        cmocka_unit_test(filter_is_compiled_for_each_link_type),
        cmocka_unit_test(wrong_filter_is_refused_with_words_of_libpcap),
        cmocka_unit_test(waiting_for_a_pipe_ends_when_asked_to),
        cmocka_unit_test(stopping_anywhere_in_a_capture_is_no_problem),
        cmocka_unit_test(progress_reaches_the_size_of_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
