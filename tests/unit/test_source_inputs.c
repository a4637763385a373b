/* SPDX-License-Identifier: Apache-2.0 */
/* source: where captures come from: files, packed ones, pipes; how far they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "fixtures/capfile.h"

static void inputs_are_merged_by_time_and_equal_times_keep_their_order(void **state)
{
    (void)state;
    char paths[3][32];
    const char *const names[] = {paths[0], paths[1], paths[2]};
    int fds[3];
    struct capfile_reading reading;
    for (size_t i = 0; i < 3; i++) {
        struct capfile file = {.big = i == 1};
        char text[] = {(char)('a' + i), '\0'};
        capfile_pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
        capfile_pcap_packet(&file, 5, 0, text);
        capfile_pcap_packet(&file, 7 - (uint32_t)i, 0, text);
        capfile_pcap_packet(&file, 9, 0, text);
        fds[i] = capfile_open(file.bytes, file.n, paths[i]);
    }
    capfile_read_paths(&reading, names, 3, NULL);
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
    struct capfile file = {.big = false};
    char path[32];
    const char *const paths[] = {"/nonexistent/capture.pcap", path};
    struct capfile_reading reading;
    capfile_pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
    capfile_pcap_packet(&file, 1, 0, "one");
    int fd = capfile_open(file.bytes, file.n, path);
    capfile_read_paths(&reading, paths, 2, NULL);
    assert_int_equal(reading.n_frames, 1);
    assert_int_equal(reading.n_problems, 1);
    assert_true(reading.had_problems);
    assert_non_null(strstr(reading.problem, "/nonexistent/capture.pcap: cannot be opened: "));
    capfile_read_paths(&reading, paths, 1, NULL);
    assert_int_equal(reading.status, CT_SOURCE_FAILED);
    close(fd);
}

static size_t gzip(const struct capfile *file, uint8_t *out, size_t size)
{
    z_stream stream = {.avail_out = (uInt)size};
    uint8_t copy[sizeof file->bytes];
    memcpy(copy, file->bytes, file->n);
    stream.next_out = out;
    stream.next_in = copy;
    stream.avail_in = (uInt)file->n;
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t n = size - stream.avail_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return n;
}

/* A header in one member or frame, the packets in another. */
static size_t pack(bool zstd, uint8_t *out, size_t size)
{
    struct capfile header = {.big = false};
    struct capfile packets = {.big = false};
    capfile_pcap_header(&header, 0xa1b2c3d4, LINK_ETHERNET);
    capfile_pcap_packet(&packets, 1, 0, "one");
    capfile_pcap_packet(&packets, 2, 0, "two");
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
        struct capfile_reading reading;
        size_t n = pack(zstd != 0, packed, sizeof packed);
        capfile_read_bytes(&reading, packed, n);
        assert_int_equal(reading.n_frames, 2);
        assert_int_equal(reading.n_problems, 0);
        if (!zstd) { /* padding of zero octets is no damage */
            capfile_read_bytes(&reading, packed, n + 512);
            assert_int_equal(reading.n_frames, 2);
            assert_int_equal(reading.n_problems, 0);
        }
        packed[n] = 'x';
        capfile_read_bytes(&reading, packed, n + 1);
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
            struct capfile_reading reading;
            capfile_read_bytes(&reading, packed, i);
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
    struct capfile_reading reading;
    packed[n - 6] ^= 0xff; /* the checksum of the last member */
    capfile_read_bytes(&reading, packed, n);
    assert_int_equal(reading.n_frames, 2);
    assert_int_equal(reading.n_problems, 1);
    assert_non_null(strstr(reading.problem, "its gzip data is damaged (incorrect data check)"));
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
        struct capfile file = {.big = kind == 0};
        if (kind == 2) {
            file.n = pack(false, file.bytes, sizeof file.bytes);
        } else if (kind == 1) {
            capfile_two_kinds(&file);
        } else {
            capfile_pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
            capfile_pcap_packet(&file, 1, 0, "one");
        }
        for (size_t n = 0; n <= file.n; n++) {
            int ends[2];
            char path[32];
            const char *const paths[] = {path};
            struct ct_source *source = NULL;
            struct ct_frame frame;
            struct ct_source_options options = {
                .paths = paths, .n_paths = 1, .interrupted = stop_when_empty, .user = &ends[0]};
            assert_int_equal(pipe(ends), 0);
            assert_int_equal(write(ends[1], file.bytes, n), (ssize_t)n);
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
    struct capfile file = {.big = false};
    char path[32];
    const char *const paths[] = {path};
    struct ct_source *source = NULL;
    struct ct_frame frame;
    uint64_t done = 0;
    uint64_t total = 0;
    struct ct_source_options options = {.paths = paths, .n_paths = 1};
    capfile_two_kinds(&file);
    int fd = capfile_open(file.bytes, file.n, path);
    assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
    while (ct_source_next(source, &frame) == CT_SOURCE_OK) {
    }
    ct_source_progress(source, &done, &total);
    assert_int_equal(total, file.n);
    assert_int_equal(done, file.n);
    ct_source_close(source);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_are_merged_by_time_and_equal_times_keep_their_order),
        cmocka_unit_test(missing_input_is_told_and_the_others_are_read),
        cmocka_unit_test(compressed_members_are_one_stream),
        cmocka_unit_test(every_cut_of_compressed_input_is_told_once),
        cmocka_unit_test(damage_in_compressed_input_is_told),
        cmocka_unit_test(waiting_for_a_pipe_ends_when_asked_to),
        cmocka_unit_test(stopping_anywhere_in_a_capture_is_no_problem),
        cmocka_unit_test(progress_reaches_the_size_of_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
