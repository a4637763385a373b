/* SPDX-License-Identifier: Apache-2.0 */
/* voice: messages of a live capture hold nothing up when nobody reads standard error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "process/voice.h"

static char got[1 << 20];

static void read_all(int fd)
{
    size_t n = 0;
    ssize_t done = 0;
    while ((done = read(fd, got + n, sizeof got - 1 - n)) > 0) {
        n += (size_t)done;
    }
    got[n] = '\0';
}

static void nobody_reads_messages(void **state)
{
    (void)state;
    int ends[2];
    struct ct_voice voice;
    struct ct_progress progress = {.packets = 1};
    int before = dup(STDERR_FILENO);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    close(ends[1]);
    ct_process_voice_init(&voice, true);
    voice.patience_ms = 10;
    (void)alarm(20);                 /* ends what would wait for ever */
    for (int i = 0; i < 5000; i++) { /* more than a pipe holds */
        ct_process_voice_say(&voice, "line %d of many that nobody reads", i);
        voice.drawn_ns = 0;
        ct_process_voice_progress(&voice, &progress);
    }
    (void)alarm(0);
    uint64_t unsaid = voice.unsaid;
    read_all(ends[0]);
    ct_process_voice_say(&voice, "the last one");
    read_all(ends[0]);
    assert_true(dup2(before, STDERR_FILENO) >= 0);
    close(before);
    close(ends[0]);
    assert_true(unsaid > 0);
    assert_int_equal(voice.unsaid, 0);
    assert_non_null(strstr(got, "are missing: nobody read them\ncachetap: the last one\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nobody_reads_messages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
