/* SPDX-License-Identifier: Apache-2.0 */
#include "output/buf.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define FIRST_BYTES ((size_t)4096)

void ct_output_buf_fini(struct ct_buf *buf)
{
    free(buf->p);
    *buf = (struct ct_buf){0};
}

bool ct_output_buf_reserve(struct ct_buf *buf, size_t n)
{
    if (!buf->failed && n <= buf->size - buf->n) {
        return true;
    }
    size_t size = buf->size > 0 ? buf->size : FIRST_BYTES;
    while (size - buf->n < n && size <= SIZE_MAX / 2) {
        size *= 2;
    }
    char *p = !buf->failed && size - buf->n >= n ? realloc(buf->p, size) : NULL;
    if (p == NULL) {
        buf->failed = true;
        return false;
    }
    buf->p = p;
    buf->size = size;
    return true;
}

void ct_output_put_bytes(struct ct_buf *buf, const char *bytes, size_t n)
{
    if (n > 0 && ct_output_buf_reserve(buf, n)) {
        memcpy(buf->p + buf->n, bytes, n);
        buf->n += n;
    }
}

void ct_output_put(struct ct_buf *buf, const char *text)
{
    ct_output_put_bytes(buf, text, strlen(text));
}

void ct_output_put_char(struct ct_buf *buf, char c)
{
    ct_output_put_bytes(buf, &c, 1);
}

void ct_output_put_fill(struct ct_buf *buf, char c, size_t n)
{
    if (ct_output_buf_reserve(buf, n)) {
        memset(buf->p + buf->n, c, n);
        buf->n += n;
    }
}

void ct_output_putf(struct ct_buf *buf, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (n > 0) {
        ct_output_put_bytes(buf, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    }
}

/* The digits of n, at least least of them, so that they end before end; their beginning. */
static char *digits_before(char *end, uint64_t n, int least)
{
    while (n > 0 || least > 0) {
        *--end = (char)('0' + n % 10);
        n /= 10;
        least--;
    }
    return end;
}

void ct_output_put_u64(struct ct_buf *buf, uint64_t n)
{
    char digits[24];
    char *end = digits + sizeof digits;
    const char *begin = digits_before(end, n, 1);
    ct_output_put_bytes(buf, begin, (size_t)(end - begin));
}

void ct_output_put_safe(struct ct_buf *buf, struct ct_span text)
{
    /* An octet becomes at most four, and a 0 follows. */
    if (text.n > SIZE_MAX / 8 || !ct_output_buf_reserve(buf, 4 * text.n + 1)) {
        return;
    }
    buf->n += ct_base_text_safe(buf->p + buf->n, 4 * text.n + 1, text);
}

static bool begins_character(char c)
{
    return ((unsigned char)c & 0xc0u) != 0x80u;
}

size_t ct_output_width(const struct ct_buf *buf, size_t from)
{
    size_t width = 0;
    bool in_color = false;
    for (size_t i = from; i < buf->n; i++) {
        in_color = in_color || buf->p[i] == '\033';
        width += begins_character(buf->p[i]) && !in_color ? 1 : 0;
        in_color = in_color && buf->p[i] != 'm';
    }
    return width;
}

void ct_output_pad(struct ct_buf *buf, size_t from, size_t width)
{
    size_t now = ct_output_width(buf, from);
    if (now < width) {
        ct_output_put_fill(buf, ' ', width - now);
    }
}

void ct_output_pad_left(struct ct_buf *buf, size_t from, size_t width)
{
    size_t now = ct_output_width(buf, from);
    if (now >= width || !ct_output_buf_reserve(buf, width - now)) {
        return;
    }
    memmove(buf->p + from + (width - now), buf->p + from, buf->n - from);
    memset(buf->p + from, ' ', width - now);
    buf->n += width - now;
}

void ct_output_cut(struct ct_buf *buf, size_t from, size_t width, const char *mark)
{
    size_t mark_width = 0;
    for (const char *c = mark; *c != '\0'; c++) {
        mark_width += begins_character(*c) ? 1 : 0;
    }
    if (buf->failed || ct_output_width(buf, from) <= width || width < mark_width) {
        return;
    }
    size_t keep = width - mark_width;
    size_t at = from;
    for (size_t passed = 0; at < buf->n; at++) {
        if (begins_character(buf->p[at]) && passed++ == keep) {
            break;
        }
    }
    buf->n = at;
    ct_output_put(buf, mark);
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
}

void ct_output_seconds_text(char out[CT_SECONDS_TEXT_MAX], int64_t ns)
{
    uint64_t us = magnitude(ns) / 1000;
    char digits[CT_SECONDS_TEXT_MAX];
    char *end = digits + sizeof digits;
    char *begin = digits_before(end, us % 1000000, 6);
    *--begin = '.';
    begin = digits_before(begin, us / 1000000, 1);
    if (ns < 0 && us > 0) {
        *--begin = '-';
    }
    memcpy(out, begin, (size_t)(end - begin));
    out[end - begin] = '\0';
}

void ct_output_put_seconds(struct ct_buf *buf, int64_t ns)
{
    char text[CT_SECONDS_TEXT_MAX];
    ct_output_seconds_text(text, ns);
    ct_output_put(buf, text);
}

void ct_output_split_time(int64_t ns, int64_t *s, int64_t *us)
{
    int64_t rest = ns % CT_NS_PER_S;
    *s = ns / CT_NS_PER_S;
    if (rest < 0) {
        rest += CT_NS_PER_S;
        *s -= 1;
    }
    *us = rest / CT_NS_PER_US;
}

/* value / unit with one decimal below 10, else none; rounded down. */
static void put_scaled(struct ct_buf *buf, uint64_t value, uint64_t unit, const char *name)
{
    uint64_t whole = value / unit;
    if (whole < 10) {
        ct_output_put_u64(buf, whole);
        ct_output_put_char(buf, '.');
        ct_output_put_u64(buf, value % unit * 10 / unit);
    } else {
        ct_output_put_u64(buf, whole);
    }
    ct_output_put(buf, name);
}

void ct_output_put_duration(struct ct_buf *buf, int64_t ns)
{
    uint64_t us = ns > 0 ? (uint64_t)ns / 1000 : 0;
    uint64_t s = us / 1000000;
    if (us < 1000) {
        ct_output_put_u64(buf, us);
        ct_output_put(buf, "us");
    } else if (us < 1000000) {
        put_scaled(buf, us, 1000, "ms");
    } else if (s < 600) {
        put_scaled(buf, us, 1000000, "s");
    } else if (s < 36000) {
        ct_output_putf(buf, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
    } else {
        ct_output_putf(buf, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
    }
}

/* The largest power of 1024 that value reaches: exponent. */
static unsigned size_exponent(uint64_t value)
{
    unsigned exponent = 0;
    while (value >= 1024) {
        value /= 1024;
        exponent++;
    }
    return exponent;
}

void ct_output_put_size(struct ct_buf *buf, uint64_t bytes)
{
    static const char *const names[] = {"", "k", "M", "G", "T", "P", "E"};
    unsigned exponent = size_exponent(bytes);
    if (exponent == 0) {
        ct_output_put_u64(buf, bytes);
        return;
    }
    /* Two steps, so that value % unit * 10 does not overflow. */
    put_scaled(buf, bytes >> (10 * (exponent - 1)), 1024, names[exponent]);
}

void ct_output_put_bytes_size(struct ct_buf *buf, uint64_t bytes)
{
    static const char *const names[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    unsigned exponent = size_exponent(bytes);
    if (exponent == 0) {
        ct_output_putf(buf, "%" PRIu64 " B", bytes);
        return;
    }
    uint64_t tenths = (bytes >> (10 * (exponent - 1))) * 10 / 1024;
    ct_output_putf(buf, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10, tenths % 10, names[exponent]);
}

void ct_output_put_count(struct ct_buf *buf, uint64_t n)
{
    char digits[24];
    const char *end = digits + sizeof digits;
    const char *begin = digits_before(digits + sizeof digits, n, 1);
    for (const char *p = begin; p < end; p++) {
        if (p > begin && (end - p) % 3 == 0) {
            ct_output_put_char(buf, ',');
        }
        ct_output_put_char(buf, *p);
    }
}

uint64_t ct_output_millionths(uint64_t part, uint64_t whole)
{
    while (whole > UINT64_MAX / 2000000) {
        whole >>= 1;
        part >>= 1;
    }
    return (part * 1000000 + whole / 2) / whole;
}

void ct_output_put_percent(struct ct_buf *buf, uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        ct_output_put_char(buf, '-');
        return;
    }
    uint64_t tenths = (ct_output_millionths(part, whole) + 500) / 1000;
    ct_output_putf(buf, "%" PRIu64 ".%" PRIu64 " %%", tenths / 10, tenths % 10);
}
