/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <string.h>

static bool is_continuation(uint8_t c)
{
    return (c & 0xc0u) == 0x80u;
}

/* Table 3-7 of the Unicode Standard, as RFC 3629 section 4 has it. */
static size_t sequence_length(const uint8_t *p, size_t n)
{
    if (p[0] < 0x80) {
        return 1;
    }
    if (p[0] < 0xc2 || p[0] > 0xf4) {
        return 0;
    }
    size_t length = p[0] < 0xe0 ? 2 : (p[0] < 0xf0 ? 3 : 4);
    if (length > n) {
        return 0;
    }
    uint8_t low = p[0] == 0xe0 ? 0xa0 : (p[0] == 0xf0 ? 0x90 : 0x80);
    uint8_t high = p[0] == 0xed ? 0x9f : (p[0] == 0xf4 ? 0x8f : 0xbf);
    if (p[1] < low || p[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < length; i++) {
        if (!is_continuation(p[i])) {
            return 0;
        }
    }
    return length;
}

size_t ct_base_utf8_length(struct ct_span text, size_t at)
{
    return at < text.n ? sequence_length(text.p + at, text.n - at) : 0;
}

bool ct_base_utf8_control(const uint8_t *p, size_t length)
{
    if (length == 1) {
        return p[0] < 0x20 || p[0] == 0x7f;
    }
    if (length == 2) {
        return p[0] == 0xc2 && p[1] < 0xa0;
    }
    if (length == 3 && p[0] == 0xe2) {
        return (p[1] == 0x80 &&
                ((p[2] >= 0xa8 && p[2] <= 0xae) || (p[2] >= 0x8b && p[2] <= 0x8f))) ||
               (p[1] == 0x81 && p[2] >= 0xa0 && p[2] <= 0xaf);
    }
    return length == 3 && p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf;
}

static size_t write_escapes(char *out, const uint8_t *p, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        out[4 * i] = '\\';
        out[4 * i + 1] = 'x';
        out[4 * i + 2] = digits[p[i] >> 4];
        out[4 * i + 3] = digits[p[i] & 15u];
    }
    return 4 * length;
}

size_t ct_base_text_safe(char *out, size_t size, struct ct_span text)
{
    size_t used = 0;
    if (size == 0) {
        return 0;
    }
    for (size_t at = 0; at < text.n;) {
        size_t length = sequence_length(text.p + at, text.n - at);
        bool escape = length == 0 || ct_base_utf8_control(text.p + at, length);
        if (length == 0) {
            length = 1;
        }
        size_t need = escape ? 4 * length : length;
        if (need > size - 1 - used) {
            break;
        }
        if (escape) {
            used += write_escapes(out + used, text.p + at, length);
        } else {
            memcpy(out + used, text.p + at, length);
            used += length;
        }
        at += length;
    }
    out[used] = '\0';
    return used;
}
