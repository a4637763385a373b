/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bounded reads. A cursor turns bad when a read passes its end and stays bad; reads from a
 * bad cursor give 0. So a decoder reads a whole header and checks once.
 */
#ifndef CACHETAP_BASE_SPAN_H
#define CACHETAP_BASE_SPAN_H

#include <string.h>

#include "cachetap/base.h"

struct ct_cursor {
    const uint8_t *p;
    size_t n; /* octets left */
    bool bad;
};

static inline struct ct_span ct_span_of(const char *text)
{
    return (struct ct_span){(const uint8_t *)text, strlen(text)};
}

static inline bool ct_span_equal(struct ct_span a, struct ct_span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline uint8_t ct_ascii_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Equal but for the case of ASCII letters. */
static inline bool ct_span_equal_nocase(struct ct_span a, const char *text)
{
    size_t n = strlen(text);
    if (a.n != n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (ct_ascii_lower(a.p[i]) != ct_ascii_lower((uint8_t)text[i])) {
            return false;
        }
    }
    return true;
}

static inline bool ct_span_starts_with(struct ct_span a, const char *text)
{
    size_t n = strlen(text);
    return a.n >= n && memcmp(a.p, text, n) == 0;
}

/* Octets from..to of a, cut to what is there. */
static inline struct ct_span ct_span_slice(struct ct_span a, size_t from, size_t to)
{
    if (to > a.n) {
        to = a.n;
    }
    if (from >= to) {
        return (struct ct_span){a.p, 0};
    }
    return (struct ct_span){a.p + from, to - from};
}

/* Without the spaces and tabs at both ends (OWS, RFC 9110 section 5.6.3). */
static inline struct ct_span ct_span_trim(struct ct_span a)
{
    while (a.n > 0 && (a.p[0] == ' ' || a.p[0] == '\t')) {
        a.p++;
        a.n--;
    }
    while (a.n > 0 && (a.p[a.n - 1] == ' ' || a.p[a.n - 1] == '\t')) {
        a.n--;
    }
    return a;
}

static inline struct ct_cursor ct_cursor_of(struct ct_span span)
{
    return (struct ct_cursor){span.p, span.n, false};
}

/* The next n octets, borrowed; NULL and bad when they are not there. */
static inline const uint8_t *ct_cursor_take(struct ct_cursor *cursor, size_t n)
{
    if (cursor->bad || n > cursor->n) {
        cursor->bad = true;
        return NULL;
    }
    const uint8_t *p = cursor->p;
    cursor->p += n;
    cursor->n -= n;
    return p;
}

static inline void ct_cursor_skip(struct ct_cursor *cursor, size_t n)
{
    (void)ct_cursor_take(cursor, n);
}

static inline uint8_t ct_cursor_u8(struct ct_cursor *cursor)
{
    const uint8_t *p = ct_cursor_take(cursor, 1);
    return p != NULL ? p[0] : 0;
}

static inline uint16_t ct_read_be16(const uint8_t *p)
{
    return (uint16_t)((uint16_t)(p[0] << 8) | p[1]);
}

static inline uint32_t ct_read_be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t ct_read_le16(const uint8_t *p)
{
    return (uint16_t)((uint16_t)(p[1] << 8) | p[0]);
}

static inline uint32_t ct_read_le32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static inline uint16_t ct_cursor_be16(struct ct_cursor *cursor)
{
    const uint8_t *p = ct_cursor_take(cursor, 2);
    return p != NULL ? ct_read_be16(p) : 0;
}

static inline uint32_t ct_cursor_be32(struct ct_cursor *cursor)
{
    const uint8_t *p = ct_cursor_take(cursor, 4);
    return p != NULL ? ct_read_be32(p) : 0;
}

#endif
