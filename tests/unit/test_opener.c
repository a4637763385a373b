/* SPDX-License-Identifier: Apache-2.0 */
/* opener: what the process that opens files keeps of the program that started it, and its answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "process/opener.h"

struct started {
    char dir[64];
    char path[96];
    const char *name;
    struct ct_opener opener;
    int place;
};

static void start(struct started *started)
{
    (void)snprintf(started->dir, sizeof started->dir, "/tmp/cachetap-opener-XXXXXX");
    assert_non_null(mkdtemp(started->dir));
    (void)snprintf(started->path, sizeof started->path, "%s/made.log", started->dir);
    ct_process_opener_init(&started->opener);
    started->place = ct_process_opener_add(&started->opener, started->path, &started->name);
    assert_true(started->place >= 0);
    assert_true(ct_process_opener_start(&started->opener));
}

static void end(struct started *started)
{
    ct_process_opener_fini(&started->opener);
    (void)unlink(started->path);
    assert_int_equal(rmdir(started->dir), 0);
}

/* A file that was rotated away and removed would keep its room on the disk for weeks. */
static void it_keeps_nothing_open_that_the_program_closes(void **state)
{
    (void)state;
    struct started started;
    int before[2];
    int far[2];
    assert_int_equal(pipe(before), 0);
    assert_int_equal(pipe(far), 0);
    int high = fcntl(far[1], F_DUPFD_CLOEXEC, 200);
    assert_true(high >= 200);
    close(far[1]);
    start(&started);
    close(before[1]);
    close(high);
    struct pollfd ends[] = {{.fd = before[0]}, {.fd = far[0]}};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(poll(&ends[i], 1, 5000), 1); /* nobody can write any more */
        assert_true((ends[i].revents & POLLHUP) != 0);
        close(ends[i].fd);
    }
    int fd = ct_process_opener_open(&started.opener, started.place, started.name, O_CREAT, 0600);
    assert_true(fd >= 0); /* its own it has */
    close(fd);
    end(&started);
}

static void a_descriptor_that_has_no_number_here_is_an_error_with_a_name(void **state)
{
    (void)state;
    struct started started;
    struct rlimit before;
    start(&started);
    int lowest = open("/dev/null", O_RDONLY);
    assert_true(lowest >= 0);
    close(lowest);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit small = {(rlim_t)lowest, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    int fd = ct_process_opener_open(&started.opener, started.place, started.name, O_CREAT, 0600);
    int error = errno;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(fd, -1);
    assert_int_equal(error, EMFILE);
    end(&started);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_keeps_nothing_open_that_the_program_closes),
        cmocka_unit_test(a_descriptor_that_has_no_number_here_is_an_error_with_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
