/* SPDX-License-Identifier: Apache-2.0 */
#include "view/format.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "output/buf.h"

/* A rate of less time says nothing; packets and transactions are not yet counted equally far. */
#define RATE_NS_MIN (CT_NS_PER_S / 10)

/* What was put into buf, which is released. */
static struct ct_word word_of(struct ct_buf *buf)
{
    struct ct_word word = {""};
    size_t n = buf->failed ? 0 : buf->n;
    n = n < sizeof word.text ? n : sizeof word.text - 1;
    if (n > 0) {
        memcpy(word.text, buf->p, n);
    }
    word.text[n] = '\0';
    ct_output_buf_fini(buf);
    return word;
}

/* Three digits and a unit: "1.23M", "12.3M", "123M". */
static struct ct_word scaled(double n)
{
    static const char units[] = "kMGTPE";
    struct ct_word word;
    size_t unit = 0;
    n /= 1000;
    while (n >= 999.5 && units[unit + 1] != '\0') {
        n /= 1000;
        unit++;
    }
    int digits = n < 9.995 ? 2 : (n < 99.95 ? 1 : 0);
    (void)snprintf(word.text, sizeof word.text, "%.*f%c", digits, n, units[unit]);
    return word;
}

struct ct_word ct_view_count(uint64_t n, unsigned width)
{
    struct ct_buf buf = {0};
    ct_output_put_count(&buf, n);
    struct ct_word word = word_of(&buf);
    return strlen(word.text) <= width ? word : scaled((double)n);
}

struct ct_word ct_view_octets(uint64_t n)
{
    struct ct_buf buf = {0};
    ct_output_put_size(&buf, n);
    return word_of(&buf);
}

struct ct_word ct_view_rate(uint64_t n, int64_t ns, unsigned width)
{
    struct ct_word word = {"-"};
    if (ns < RATE_NS_MIN) {
        return word;
    }
    double rate = (double)n * (double)CT_NS_PER_S / (double)ns;
    if (n == 0 || rate >= 99.95) {
        return ct_view_count((uint64_t)(rate + 0.5), width);
    }
    (void)snprintf(word.text, sizeof word.text, rate < 0.95 ? "%.2f" : "%.1f", rate);
    return word;
}

struct ct_word ct_view_bits(uint64_t octets, int64_t ns)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"};
    struct ct_word word = {"-"};
    if (ns < RATE_NS_MIN) {
        return word;
    }
    double rate = (double)octets * 8 * (double)CT_NS_PER_S / (double)ns;
    size_t unit = 0;
    while (rate >= 999.5 && unit < 4) {
        rate /= 1000;
        unit++;
    }
    (void)snprintf(word.text, sizeof word.text, "%.*f %s", unit > 0 && rate < 99.95 ? 1 : 0, rate,
                   units[unit]);
    return word;
}

struct ct_word ct_view_percent(uint64_t part, uint64_t whole)
{
    struct ct_buf buf = {0};
    ct_output_put_percent(&buf, part, whole);
    return word_of(&buf);
}

struct ct_word ct_view_duration(int64_t ns)
{
    struct ct_buf buf = {0};
    ct_output_put_duration(&buf, ns);
    return word_of(&buf);
}

struct ct_word ct_view_elapsed(int64_t ns)
{
    struct ct_word word;
    int64_t s = ns > 0 ? ns / CT_NS_PER_S : 0;
    (void)snprintf(word.text, sizeof word.text, "%02" PRId64 ":%02d:%02d", s / 3600,
                   (int)(s / 60 % 60), (int)(s % 60));
    return word;
}

struct ct_word ct_view_clock(int64_t epoch_ns, bool milliseconds)
{
    struct ct_word word;
    int64_t s = 0;
    int64_t us = 0;
    ct_output_split_time(epoch_ns, &s, &us);
    int64_t day = (s % 86400 + 86400) % 86400;
    int n = snprintf(word.text, sizeof word.text, "%02d:%02d:%02d", (int)(day / 3600),
                     (int)(day / 60 % 60), (int)(day % 60));
    if (milliseconds) {
        (void)snprintf(word.text + n, sizeof word.text - (size_t)n, ".%03d", (int)(us / 1000));
    }
    return word;
}
