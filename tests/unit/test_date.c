/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP-date, RFC 9110 section 5.6.7. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "base/span.h"
#include "http/date.h"

#define NOW INT64_C(1760000000) /* 2025-10-09 */
#define BAD INT64_MIN

static int64_t parse_at(const char *text, int64_t now_s)
{
    int64_t epoch_s = BAD;
    bool ok = ct_http_parse_date(ct_span_of(text), now_s, &epoch_s);
    assert_int_equal(ok, epoch_s != BAD);
    return epoch_s;
}

static int64_t parse(const char *text)
{
    return parse_at(text, NOW);
}

static void the_three_forms_of_the_rfc_are_one_moment(void **state)
{
    (void)state;
    assert_int_equal(parse("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    assert_int_equal(parse("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
    assert_int_equal(parse("Sun Nov  6 08:49:37 1994"), 784111777);
    assert_int_equal(parse("Sun Nov 16 08:49:37 1994"), 784975777);
    assert_int_equal(parse("  Sun, 06 Nov 1994 08:49:37 GMT\t"), 784111777);
}

static void what_is_not_exactly_a_date_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "0",
        "-1",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Son, 06 Nov 1994 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT,",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:00:61 GMT",
        "Sun, 31 Nov 1994 08:00:00 GMT",
        "Sun, 00 Nov 1994 08:00:00 GMT",
        "Wed, 29 Feb 1900 00:00:00 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov  6 08:49:37 1994 GMT",
        "1994-11-06T08:49:37Z",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(parse(texts[i]), BAD);
    }
}

static void leap_days_and_seconds(void **state)
{
    (void)state;
    assert_int_equal(parse("Tue, 29 Feb 2000 00:00:00 GMT"), 951782400);
    assert_int_equal(parse("Thu, 29 Feb 2024 23:59:59 GMT"), 1709251199);
    assert_int_equal(parse("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800);
    assert_int_equal(parse("Thu, 01 Jan 1970 00:00:00 GMT"), 0);
    assert_int_equal(parse("Wed, 31 Dec 1969 23:59:59 GMT"), -1);
    assert_int_equal(parse("Sat, 01 Jan 0000 00:00:00 GMT"), INT64_C(-62167219200));
    assert_int_equal(parse("Fri, 31 Dec 9999 23:59:59 GMT"), INT64_C(253402300799));
}

static void two_digits_are_at_most_fifty_years_ahead(void **state)
{
    (void)state;
    assert_int_equal(parse("Sunday, 06-Nov-25 08:49:37 GMT"), 1762418977);
    assert_int_equal(parse("Friday, 01-Jan-74 00:00:00 GMT"), INT64_C(3281990400)); /* 2074 */
    assert_int_equal(parse("Friday, 01-Jan-76 00:00:00 GMT"), 189302400);           /* 1976 */
    assert_int_equal(parse("Friday, 31-Dec-99 00:00:00 GMT"), 946598400);
    assert_int_equal(parse_at("Friday, 01-Jan-05 00:00:00 GMT", 946598400), 1104537600);
    assert_int_equal(parse_at("Friday, 01-Jan-05 00:00:00 GMT", 0), 1104537600);
    assert_int_equal(parse_at("Friday, 01-Jan-05 00:00:00 GMT", INT64_MAX), 1104537600);
    assert_int_equal(parse_at("Friday, 01-Jan-05 00:00:00 GMT", INT64_MIN), 1104537600);
}

static void every_day_of_four_centuries_agrees_with_the_system(void **state)
{
    (void)state;
    for (int64_t day = -25000; day < 121097; day++) {
        time_t t = (time_t)(day * 86400 + 43200);
        struct tm tm;
        char text[64];
        assert_non_null(gmtime_r(&t, &tm));
        assert_true(strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &tm) > 0);
        assert_int_equal(parse(text), (int64_t)t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_forms_of_the_rfc_are_one_moment),
        cmocka_unit_test(what_is_not_exactly_a_date_is_none),
        cmocka_unit_test(leap_days_and_seconds),
        cmocka_unit_test(two_digits_are_at_most_fifty_years_ahead),
        cmocka_unit_test(every_day_of_four_centuries_agrees_with_the_system),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
