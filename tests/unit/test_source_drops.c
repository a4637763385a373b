/* SPDX-License-Identifier: Apache-2.0 */
/* source: packets that a capture says were lost when it was made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include "fixtures/capfile.h"

#define MOST (UINT64_C(1) << 53)

static void begin(struct capfile *file)
{
    capfile_section(file);
    capfile_interface(file, LINK_ETHERNET, 9, 0);
    capfile_interface(file, LINK_ETHERNET, 9, 0);
}

static uint64_t drops_of(const struct capfile *file, size_t n_frames)
{
    struct capfile_reading reading;
    capfile_read(&reading, file);
    assert_int_equal(reading.n_problems, 0);
    assert_int_equal(reading.n_frames, n_frames);
    return reading.recorded_drops;
}

static void the_latest_statistics_of_each_interface_count(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct capfile file = {.big = big != 0};
        begin(&file);
        capfile_enhanced(&file, 0, 1, "one");
        capfile_statistics(&file, 0, 5, 10);
        capfile_enhanced(&file, 1, 2, "two");
        capfile_statistics(&file, 0, 6, 20);
        capfile_statistics(&file, 1, 0, 100);
        assert_int_equal(drops_of(&file, 2), 126);
    }
}

static void packets_say_what_was_lost_before_them(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct capfile file = {.big = big != 0};
        begin(&file);
        capfile_enhanced_after_drops(&file, 0, 3, "one");
        capfile_enhanced_after_drops(&file, 0, 4, "four");
        capfile_enhanced_after_drops(&file, 1, 50, "");
        assert_int_equal(drops_of(&file, 3), 57);
        capfile_obsolete(&file, 1, 0, "seven before it");
        assert_int_equal(drops_of(&file, 4), 64);
    }
}

static void both_together_tell_of_the_same(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    begin(&file);
    capfile_enhanced_after_drops(&file, 0, 3, "one");
    capfile_enhanced_after_drops(&file, 1, 9, "two");
    capfile_statistics(&file, 0, 0, 5);
    capfile_statistics(&file, 1, 0, 2);
    assert_int_equal(drops_of(&file, 2), 14);
}

static void sections_and_files_add_up(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    struct capfile_reading reading;
    char paths[2][32];
    begin(&file);
    capfile_statistics(&file, 0, 0, 5);
    file.big = true;
    begin(&file);
    capfile_statistics(&file, 1, 0, 6);
    assert_int_equal(drops_of(&file, 0), 11);

    int fds[] = {capfile_open(file.bytes, file.n, paths[0]),
                 capfile_open(file.bytes, file.n, paths[1])};
    capfile_read_paths(&reading, (const char *const[]){paths[0], paths[1]}, 2, NULL);
    assert_int_equal(reading.recorded_drops, 22);
    close(fds[0]);
    close(fds[1]);
}

/* Neither wraps round to a small number, nor is anything else of the capture lost. */
static void absurd_numbers_stay_large(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    begin(&file);
    capfile_enhanced_after_drops(&file, 0, UINT64_MAX, "one");
    capfile_enhanced_after_drops(&file, 0, UINT64_MAX, "two");
    capfile_statistics(&file, 1, UINT64_MAX, UINT64_MAX);
    begin(&file);
    capfile_statistics(&file, 0, UINT64_MAX, 1);
    assert_int_equal(drops_of(&file, 2), MOST);
}

static void statistics_that_lie_are_passed_over(void **state)
{
    (void)state;
    struct capfile file = {.big = false};
    struct capfile body = {.big = false};
    begin(&file);
    capfile_statistics(&file, 2, 7, 7);                 /* of no interface */
    capfile_block(&file, 5, &(struct capfile){.n = 8}); /* too short */
    capfile_put_number(&body, 0, 8);
    capfile_put32(&body, 0);
    capfile_put_number(&body, 7, 2); /* an option longer than the block */
    capfile_put_number(&body, 800, 2);
    capfile_put_number(&body, 1, 8);
    capfile_block(&file, 5, &body);
    capfile_enhanced(&file, 0, 1, "one");
    assert_int_equal(drops_of(&file, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_latest_statistics_of_each_interface_count),
        cmocka_unit_test(packets_say_what_was_lost_before_them),
        cmocka_unit_test(both_together_tell_of_the_same),
        cmocka_unit_test(sections_and_files_add_up),
        cmocka_unit_test(absurd_numbers_stay_large),
        cmocka_unit_test(statistics_that_lie_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
