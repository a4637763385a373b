/* SPDX-License-Identifier: Apache-2.0 */
/* Directives and lifetimes, seen through the one verdict that depends on them: Age above them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

#define FRESH   "HIT inferred - age-positive; -"
#define STALE   "STALE inferred - -; -"
#define EXPIRED "STALE inferred - -; -; weak" /* nothing of the lifetime was left to begin with */

static void the_first_of_equal_directives_counts(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 10\nCache-Control: max-age=20, max-age=5", FRESH},
        {"Age: 10\nCache-Control: max-age=5, max-age=20", STALE},
        {"Age: 10\nCache-Control: max-age=5\nCache-Control: max-age=20", STALE},
    };
    VX_CHECK(rows);
}

static void s_maxage_then_max_age_then_expires(void **state)
{
    (void)state;
#define DATES "Date: Tue, 14 Nov 2023 22:13:20 GMT\nExpires: Tue, 14 Nov 2023 22:13:25 GMT\n"
    static const struct vx_row rows[] = {
        {"Age: 10\n" DATES "Cache-Control: max-age=5, s-maxage=20", FRESH},
        {"Age: 10\n" DATES "Cache-Control: max-age=20", FRESH},
        {"Age: 10\n" DATES, STALE},
        {"Age: 10\n" DATES "Cache-Control: public", STALE},
        {"Age: 10\nExpires: Tue, 14 Nov 2023 22:13:25 GMT", STALE}, /* Date: the capture's time */
        {"Age: 10\nDate: Tue, 14 Nov 2023 22:13:20 GMT\nExpires: Tue, 14 Nov 2023 22:13:20 GMT",
         EXPIRED},
        {"Age: 10\nExpires: never", EXPIRED},
        {"Age: 10", FRESH},
    };
    VX_CHECK(rows);
}

static void delta_seconds_are_digits_with_a_ceiling(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 10\nCache-Control: max-age=99999999999999999999999999", FRESH},
        {"Age: 10\nCache-Control: max-age=\"20\"", FRESH},
        {"Age: 10\nCache-Control: max-age=-1", EXPIRED},
        {"Age: 10\nCache-Control: max-age=+20", EXPIRED},
        {"Age: 10\nCache-Control: max-age=20s", EXPIRED},
        {"Age: 10\nCache-Control: max-age", EXPIRED},
        {"Age: 10\nCache-Control: max-age=", EXPIRED},
    };
    VX_CHECK(rows);
}

static void lists_are_read_as_they_come(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Age: 10\nCache-Control: ,,public , MAX-AGE = 20 ,", FRESH},
        {"Age: 10\nCache-Control: a=\"x, max-age=1\", max-age=20", FRESH},
        {"Age: 10\nCache-Control: a=\"x\\\", max-age=1\", max-age=20", FRESH},
        {"Age: 10\nCache-Control: max_age=1, max-age=20", FRESH},
        {"Age: 10\nCache-Control: public\nVia: 1.1 p\nCache-Control: max-age=5", STALE},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_of_equal_directives_counts),
        cmocka_unit_test(s_maxage_then_max_age_then_expires),
        cmocka_unit_test(delta_seconds_are_digits_with_a_ceiling),
        cmocka_unit_test(lists_are_read_as_they_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
