/* SPDX-License-Identifier: Apache-2.0 */
/* outlet: records through a pipe that is read, or is not; files that follow each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sinks/outlet.h"

#define RECORD 100

static void put_record(struct ct_outlet *outlet, char letter)
{
    char record[RECORD];
    memset(record, letter, sizeof record);
    record[RECORD - 1] = '\n';
    ct_sinks_outlet_put(outlet, record, RECORD / 2); /* in two parts: they stay together */
    ct_sinks_outlet_put(outlet, record + RECORD / 2, RECORD - RECORD / 2);
}

/* Reads n octets; each record in them must be whole. */
static void read_records(int fd, size_t n)
{
    char record[RECORD];
    for (size_t at = 0; at < n; at += RECORD) {
        for (size_t got = 0; got < RECORD;) {
            ssize_t done = read(fd, record + got, RECORD - got);
            assert_true(done > 0);
            got += (size_t)done;
        }
        for (size_t i = 1; i < RECORD - 1; i++) {
            assert_int_equal(record[i], record[0]);
        }
        assert_int_equal(record[RECORD - 1], '\n');
    }
}

static void records_that_find_no_room_are_dropped_whole_and_counted(void **state)
{
    (void)state;
    int ends[2];
    struct ct_outlet *outlet = ct_sinks_outlet_new(1000, true);
    assert_int_equal(pipe(ends), 0);
    assert_non_null(outlet);
    assert_true(ct_sinks_outlet_use(outlet, ends[1], true));
    /* Not started: nothing empties the ring. */
    for (int i = 0; i < 25; i++) {
        put_record(outlet, (char)('a' + i));
        assert_int_equal(ct_sinks_outlet_commit(outlet), i < 10);
    }
    assert_int_equal(ct_sinks_outlet_dropped(outlet), 15);
    assert_true(ct_sinks_outlet_start(outlet));
    assert_true(ct_sinks_outlet_finish(outlet));
    read_records(ends[0], 1000);
    assert_int_equal(read(ends[0], &(char){0}, 1), 0); /* it was closed, and that was all */
    ct_sinks_outlet_free(outlet);
    close(ends[0]);
}

/* A file that may not grow is a full disk: part of a record is written, then nothing. */
static void a_full_disk_leaves_whole_records(void **state)
{
    (void)state;
    char path[] = "/tmp/cachetap-outlet-XXXXXX";
    struct rlimit before;
    struct rlimit small;
    struct stat st;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 5 * RECORD / 2;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    for (int threaded = 0; threaded < 2; threaded++) {
        struct ct_outlet *outlet = ct_sinks_outlet_new(1000, threaded == 1);
        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
        assert_true(ct_sinks_outlet_use(outlet, dup(fd), true));
        for (int i = 0; i < 5; i++) {
            put_record(outlet, (char)('a' + i));
            assert_true(ct_sinks_outlet_commit(outlet));
        }
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        assert_true(ct_sinks_outlet_start(outlet));
        assert_false(ct_sinks_outlet_finish(outlet));
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        ct_sinks_outlet_free(outlet);
        assert_int_equal(fstat(fd, &st), 0);
        assert_int_equal(st.st_size, 2 * RECORD);
    }
    close(fd);
}

static void a_record_larger_than_the_ring_is_dropped(void **state)
{
    (void)state;
    int ends[2];
    char large[300] = "";
    struct ct_outlet *outlet = ct_sinks_outlet_new(250, true);
    assert_int_equal(pipe(ends), 0);
    assert_true(ct_sinks_outlet_use(outlet, ends[1], true));
    put_record(outlet, 'x');
    ct_sinks_outlet_put(outlet, large, sizeof large);
    assert_false(ct_sinks_outlet_commit(outlet));
    put_record(outlet, 'y'); /* nothing of it is left */
    assert_true(ct_sinks_outlet_commit(outlet));
    assert_true(ct_sinks_outlet_start(outlet));
    assert_true(ct_sinks_outlet_finish(outlet));
    read_records(ends[0], RECORD);
    assert_int_equal(read(ends[0], large, 1), 0);
    ct_sinks_outlet_free(outlet);
    close(ends[0]);
}

static void the_end_waits_for_a_reader_and_drops_nothing(void **state)
{
    (void)state;
    enum { N = 5000 }; /* more than ring and pipe hold */
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[1]);
        read_records(ends[0], (size_t)N * RECORD);
        _exit(read(ends[0], &(char){0}, 1) == 0 ? 0 : 1);
    }
    close(ends[0]);
    struct ct_outlet *outlet = ct_sinks_outlet_new(1000, true);
    assert_true(ct_sinks_outlet_use(outlet, ends[1], true));
    assert_true(ct_sinks_outlet_start(outlet));
    ct_sinks_outlet_wait(outlet);
    for (int i = 0; i < N; i++) {
        put_record(outlet, (char)('a' + i % 26));
        assert_true(ct_sinks_outlet_commit(outlet));
    }
    assert_true(ct_sinks_outlet_finish(outlet));
    ct_sinks_outlet_free(outlet);
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_reader_that_goes_away_is_seen_without_writing(void **state)
{
    (void)state;
    int ends[2];
    int error = 0;
    struct ct_outlet *outlet = ct_sinks_outlet_new(1000, true);
    assert_int_equal(pipe(ends), 0);
    assert_true(ct_sinks_outlet_use(outlet, ends[1], true));
    assert_true(ct_sinks_outlet_start(outlet));
    put_record(outlet, 'a');
    assert_true(ct_sinks_outlet_commit(outlet));
    ct_sinks_outlet_flush(outlet);
    read_records(ends[0], RECORD);
    close(ends[0]);
    for (int i = 0; i < 400 && ct_sinks_outlet_state(outlet, &error) != CT_OUTLET_CLOSED; i++) {
        (void)poll(NULL, 0, 50);
    }
    assert_int_equal(ct_sinks_outlet_state(outlet, &error), CT_OUTLET_CLOSED);
    assert_true(ct_sinks_outlet_finish(outlet)); /* that is no failure */
    ct_sinks_outlet_free(outlet);
}

static void a_stream_makes_records_too(void **state)
{
    (void)state;
    int ends[2];
    char text[32] = "";
    struct ct_outlet *outlet = ct_sinks_outlet_new(1000, true);
    assert_int_equal(pipe(ends), 0);
    assert_true(ct_sinks_outlet_use(outlet, ends[1], true));
    FILE *file = ct_sinks_outlet_file(outlet);
    assert_non_null(file);
    assert_true(fprintf(file, "line %d\n", 1) > 0);
    assert_int_equal(fflush(file), 0);
    assert_true(ct_sinks_outlet_commit(outlet));
    assert_true(fprintf(file, "never") > 0); /* not committed */
    assert_int_equal(fclose(file), 0);
    assert_true(ct_sinks_outlet_start(outlet));
    assert_true(ct_sinks_outlet_finish(outlet));
    assert_int_equal(read(ends[0], text, sizeof text), 7);
    assert_string_equal(text, "line 1\n");
    ct_sinks_outlet_free(outlet);
    close(ends[0]);
}

/* A folder of its own, known to an opener. */
struct folder {
    char path[64];
    char file[96];
    struct ct_opener opener;
    struct ct_place place;
};

static void make_folder(struct folder *folder)
{
    (void)snprintf(folder->path, sizeof folder->path, "/tmp/test_outlet.XXXXXX");
    assert_non_null(mkdtemp(folder->path));
    (void)snprintf(folder->file, sizeof folder->file, "%s/first", folder->path);
    ct_process_opener_init(&folder->opener);
    assert_true(ct_process_place_find(&folder->place, &folder->opener, folder->file));
}

static void assert_holds(const struct folder *folder, const char *name, const char *text)
{
    char path[128];
    char got[64] = "";
    (void)snprintf(path, sizeof path, "%s/%s", folder->path, name);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, got, sizeof got - 1), (ssize_t)strlen(text));
    assert_string_equal(got, text);
    close(fd);
    assert_int_equal(unlink(path), 0);
}

static void remove_folder(struct folder *folder)
{
    ct_process_opener_fini(&folder->opener);
    assert_int_equal(rmdir(folder->path), 0);
}

static void put_text(struct ct_outlet *outlet, const char *text)
{
    ct_sinks_outlet_put(outlet, text, strlen(text));
    assert_true(ct_sinks_outlet_commit(outlet));
}

static bool next(struct ct_outlet *outlet, const struct folder *folder, const char *name,
                 const char *head, bool only_if_empty)
{
    struct ct_outlet_file file = {
        .place = &folder->place,
        .name = name,
        .flags = only_if_empty ? O_APPEND : O_TRUNC,
        .mode = 0600,
        .head = {(const uint8_t *)head, strlen(head)},
        .only_if_empty = only_if_empty,
    };
    return ct_sinks_outlet_next(outlet, &file);
}

static void files_follow_each_other_between_records(void **state)
{
    (void)state;
    for (int threaded = 0; threaded < 2; threaded++) {
        struct folder folder;
        struct ct_outlet *outlet = ct_sinks_outlet_new(1000, threaded != 0);
        make_folder(&folder);
        assert_true(next(outlet, &folder, "first", "head ", false));
        put_text(outlet, "one ");
        put_text(outlet, "two");
        assert_true(next(outlet, &folder, "second", "head ", false));
        put_text(outlet, "three");
        assert_true(next(outlet, &folder, "first", "HEAD ", true)); /* something stands there */
        put_text(outlet, " four");
        assert_true(next(outlet, &folder, "empty", "HEAD ", true));
        assert_true(ct_sinks_outlet_start(outlet));
        assert_true(ct_sinks_outlet_finish(outlet));
        ct_sinks_outlet_free(outlet);
        assert_holds(&folder, "first", "head one two four");
        assert_holds(&folder, "second", "head three");
        assert_holds(&folder, "empty", "HEAD ");
        remove_folder(&folder);
    }
}

static void files_that_wait_are_bounded(void **state)
{
    (void)state;
    struct folder folder;
    struct ct_outlet *outlet = ct_sinks_outlet_new(10, true);
    make_folder(&folder);
    assert_true(next(outlet, &folder, "first", "1234", false));
    assert_true(next(outlet, &folder, "first", "5678", false));
    assert_false(next(outlet, &folder, "first", "9abc", false)); /* its head finds no room */
    assert_true(ct_sinks_outlet_start(outlet));
    assert_true(ct_sinks_outlet_finish(outlet));
    ct_sinks_outlet_free(outlet);
    assert_holds(&folder, "first", "5678");
    remove_folder(&folder);
}

static void a_full_device_is_told_and_loses_what_was_left(void **state)
{
    (void)state;
    for (int threaded = 0; threaded < 2; threaded++) {
        int error = 0;
        int fd = open("/dev/full", O_WRONLY);
        struct ct_outlet *outlet = ct_sinks_outlet_new(1000, threaded != 0);
        assert_true(fd >= 0);
        assert_true(ct_sinks_outlet_use(outlet, fd, true));
        assert_true(ct_sinks_outlet_start(outlet));
        put_record(outlet, 'a');
        assert_true(ct_sinks_outlet_commit(outlet));
        ct_sinks_outlet_flush(outlet);
        assert_false(ct_sinks_outlet_finish(outlet));
        assert_int_equal(ct_sinks_outlet_state(outlet, &error), CT_OUTLET_STUCK);
        assert_int_equal(error, ENOSPC);
        ct_sinks_outlet_free(outlet);
    }
}

/* A pipe in the place of the file, whose reader is gone: no wait can hold up the end. */
static void a_pipe_that_nobody_reads_is_not_waited_for(void **state)
{
    (void)state;
    int error = 0;
    char text[16] = "";
    struct folder folder;
    make_folder(&folder);
    assert_int_equal(mkfifo(folder.file, 0600), 0);
    (void)alarm(20); /* ends what would wait for ever */
    for (int read_later = 0; read_later < 2; read_later++) {
        struct ct_outlet *outlet = ct_sinks_outlet_new(1000, true);
        assert_true(next(outlet, &folder, "first", "head ", false));
        put_text(outlet, "one");
        assert_true(ct_sinks_outlet_start(outlet));
        while (ct_sinks_outlet_state(outlet, &error) == CT_OUTLET_OK) {
            (void)poll(NULL, 0, 10);
        }
        assert_int_equal(ct_sinks_outlet_state(outlet, &error), CT_OUTLET_STUCK);
        assert_int_equal(error, ENXIO);
        int reader = read_later ? open(folder.file, O_RDONLY | O_NONBLOCK) : -1;
        while (read_later && ct_sinks_outlet_state(outlet, &error) == CT_OUTLET_STUCK) {
            (void)poll(NULL, 0, 10); /* tried again */
        }
        assert_int_equal(ct_sinks_outlet_finish(outlet), read_later);
        assert_true(!read_later || read(reader, text, sizeof text - 1) == 8);
        ct_sinks_outlet_free(outlet);
        close(reader);
    }
    (void)alarm(0);
    assert_string_equal(text, "head one");
    assert_int_equal(unlink(folder.file), 0);
    remove_folder(&folder);
}

int main(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_that_find_no_room_are_dropped_whole_and_counted),
        cmocka_unit_test(a_full_disk_leaves_whole_records),
        cmocka_unit_test(a_record_larger_than_the_ring_is_dropped),
        cmocka_unit_test(the_end_waits_for_a_reader_and_drops_nothing),
        cmocka_unit_test(a_reader_that_goes_away_is_seen_without_writing),
        cmocka_unit_test(a_stream_makes_records_too),
        cmocka_unit_test(files_follow_each_other_between_records),
        cmocka_unit_test(files_that_wait_are_bounded),
        cmocka_unit_test(a_full_device_is_told_and_loses_what_was_left),
        cmocka_unit_test(a_pipe_that_nobody_reads_is_not_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
