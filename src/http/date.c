/* SPDX-License-Identifier: Apache-2.0 */
#include "http/date.h"

#include "base/span.h"
#include "http/token.h"

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const long_days[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};

struct parts {
    int64_t year;
    unsigned month; /* from 1 */
    unsigned day;
    unsigned hour;
    unsigned minute;
    unsigned second;
};

static bool literal(struct ct_span *text, const char *word)
{
    if (!ct_span_starts_with(*text, word)) {
        return false;
    }
    *text = ct_span_slice(*text, strlen(word), text->n);
    return true;
}

/* One of the words; its number from 1, or 0. */
static unsigned one_of(struct ct_span *text, const char *const *words, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (text->n > 0 && text->p[0] == (uint8_t)words[i][0] && literal(text, words[i])) {
            return i + 1;
        }
    }
    return 0;
}

/* Exactly n digits. */
static bool digits(struct ct_span *text, unsigned n, unsigned *out)
{
    unsigned value = 0;
    if (text->n < n) {
        return false;
    }
    for (unsigned i = 0; i < n; i++) {
        if (!ct_http_is_digit(text->p[i])) {
            return false;
        }
        value = value * 10 + (unsigned)(text->p[i] - '0');
    }
    *text = ct_span_slice(*text, n, text->n);
    *out = value;
    return true;
}

static bool time_of_day(struct ct_span *text, struct parts *parts)
{
    return digits(text, 2, &parts->hour) && literal(text, ":") && digits(text, 2, &parts->minute) &&
           literal(text, ":") && digits(text, 2, &parts->second);
}

static bool month_name(struct ct_span *text, struct parts *parts)
{
    parts->month = one_of(text, months, 12);
    return parts->month != 0;
}

/* The two digits at offset i, which were checked. */
static unsigned two(struct ct_span text, size_t i)
{
    return (unsigned)(text.p[i] - '0') * 10 + (unsigned)(text.p[i + 1] - '0');
}

/* Sun, 06 Nov 1994 08:49:37 GMT: nearly all dates, so it is compared place by place. */
static bool read_imf(struct ct_span text, struct parts *parts)
{
    static const char form[] = "xxx, 00 xxx 0000 00:00:00 GMT";
    if (text.n != sizeof form - 1) {
        return false;
    }
    for (size_t i = 3; i < sizeof form - 1; i++) {
        uint8_t c = text.p[i];
        if (form[i] != 'x' && (form[i] == '0' ? !ct_http_is_digit(c) : c != (uint8_t)form[i])) {
            return false;
        }
    }
    struct ct_span month = ct_span_slice(text, 8, 11);
    struct ct_span day = ct_span_slice(text, 0, 3);
    parts->day = two(text, 5);
    parts->year = (int64_t)two(text, 12) * 100 + two(text, 14);
    parts->hour = two(text, 17);
    parts->minute = two(text, 20);
    parts->second = two(text, 23);
    return one_of(&day, days, 7) != 0 && month_name(&month, parts);
}

/* Sunday, 06-Nov-94 08:49:37 GMT */
static bool read_rfc850(struct ct_span text, struct parts *parts)
{
    unsigned year = 0;
    bool ok = one_of(&text, long_days, 7) != 0 && literal(&text, ", ") &&
              digits(&text, 2, &parts->day) && literal(&text, "-") && month_name(&text, parts) &&
              literal(&text, "-") && digits(&text, 2, &year) && literal(&text, " ") &&
              time_of_day(&text, parts) && literal(&text, " GMT");
    parts->year = year;
    return ok && text.n == 0;
}

/* Sun Nov  6 08:49:37 1994 */
static bool read_asctime(struct ct_span text, struct parts *parts)
{
    unsigned year = 0;
    bool ok =
        one_of(&text, days, 7) != 0 && literal(&text, " ") && month_name(&text, parts) &&
        literal(&text, " ") &&
        (literal(&text, " ") ? digits(&text, 1, &parts->day) : digits(&text, 2, &parts->day)) &&
        literal(&text, " ") && time_of_day(&text, parts) && literal(&text, " ") &&
        digits(&text, 4, &year);
    parts->year = year;
    return ok && text.n == 0;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_valid(const struct parts *parts)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned length = lengths[parts->month - 1];
    if (parts->month == 2 && is_leap(parts->year)) {
        length++;
    }
    return parts->day >= 1 && parts->day <= length && parts->hour < 24 && parts->minute < 60 &&
           parts->second <= 60;
}

/* Days from 1970-01-01 in the Gregorian calendar; year >= 0. */
static int64_t days_since_epoch(int64_t year, unsigned month, unsigned day)
{
    /* Count years from March, so that the leap day is the last of its year. */
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t m = month <= 2 ? month + 9 : month - 3;
    int64_t era_days = y * 365 + (y + 4) / 4 - (y + 100) / 100 + (y + 400) / 400;
    return era_days + (m * 153 + 2) / 5 + day - 719470;
}

static int64_t to_epoch(const struct parts *parts)
{
    return days_since_epoch(parts->year, parts->month, parts->day) * 86400 +
           (int64_t)parts->hour * 3600 + (int64_t)parts->minute * 60 + parts->second;
}

/* The year of a moment, near enough for a rule of 50 years. */
static int64_t year_of(int64_t now_s)
{
    return 1970 + now_s / 31556952; /* the mean Gregorian year in seconds */
}

/* The latest year with these two digits whose date is not more than 50 years ahead. */
static void choose_century(struct parts *parts, int64_t now_s)
{
    int64_t two_digits = parts->year;
    int64_t year = year_of(now_s);
    int64_t century = year - year % 100;
    const int64_t fifty_years_s = INT64_C(50) * 31556952;
    parts->year = century + 100 + two_digits;
    while (parts->year >= 100 && to_epoch(parts) > now_s + fifty_years_s) {
        parts->year -= 100;
    }
}

bool ct_http_parse_date(struct ct_span text, int64_t now_s, int64_t *epoch_s)
{
    struct parts parts = {0};
    text = ct_span_trim(text);
    if (read_imf(text, &parts) || read_asctime(text, &parts)) {
        /* the year has four digits */
    } else if (read_rfc850(text, &parts)) {
        if (now_s < 0 || now_s > INT64_C(200000000000)) {
            now_s = 0; /* not a time of ours */
        }
        choose_century(&parts, now_s);
    } else {
        return false;
    }
    if (!is_valid(&parts)) {
        return false;
    }
    *epoch_s = to_epoch(&parts);
    return true;
}
