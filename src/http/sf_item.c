/* SPDX-License-Identifier: Apache-2.0 */
/* Bare items of structured fields: RFC 9651 sections 4.2.3.1 and 4.2.4 to 4.2.10. */
#include "http/sf_item.h"

#include "base/span.h"
#include "http/token.h"

static void advance(struct ct_span *in, size_t n)
{
    in->p += n;
    in->n -= n;
}

static size_t count_digits(struct ct_span in, size_t from)
{
    size_t n = from;
    while (n < in.n && ct_http_is_digit(in.p[n])) {
        n++;
    }
    return n - from;
}

static int64_t digits_value(const uint8_t *p, size_t n)
{
    int64_t value = 0;
    for (size_t i = 0; i < n; i++) {
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

/* section 4.2.4: at most 15 digits, or 12 before and 1 to 3 after the point */
static bool parse_number(struct ct_span *in, struct ct_sf_item *item)
{
    size_t sign = in->p[0] == '-' ? 1 : 0;
    size_t whole = count_digits(*in, sign);
    size_t at = sign + whole;
    if (whole == 0 || whole > 15) {
        return false;
    }
    item->type = CT_SF_INTEGER;
    item->number = digits_value(in->p + sign, whole);
    if (at < in->n && in->p[at] == '.') {
        size_t fraction = count_digits(*in, at + 1);
        if (whole > 12 || fraction == 0 || fraction > 3) {
            return false;
        }
        int64_t part = digits_value(in->p + at + 1, fraction);
        for (size_t i = fraction; i < 3; i++) {
            part *= 10;
        }
        item->type = CT_SF_DECIMAL;
        item->number = item->number * 1000 + part;
        at += 1 + fraction;
    }
    item->number = sign != 0 ? -item->number : item->number;
    item->text = (struct ct_span){in->p, at};
    advance(in, at);
    return true;
}

/* section 4.2.5 */
static bool parse_string(struct ct_span *in, struct ct_sf_item *item)
{
    for (size_t i = 1; i < in->n; i++) {
        uint8_t c = in->p[i];
        if (c == '"') {
            item->type = CT_SF_STRING;
            item->text = (struct ct_span){in->p + 1, i - 1};
            advance(in, i + 1);
            return true;
        }
        if (c == '\\') {
            i++;
            if (i == in->n || (in->p[i] != '"' && in->p[i] != '\\')) {
                return false;
            }
        } else if (c < 0x20 || c > 0x7e) {
            return false;
        }
    }
    return false;
}

/* section 4.2.6 */
static void parse_token(struct ct_span *in, struct ct_sf_item *item)
{
    size_t n = 1;
    while (n < in->n && (ct_http_is_tchar(in->p[n]) || in->p[n] == ':' || in->p[n] == '/')) {
        n++;
    }
    item->type = CT_SF_TOKEN;
    item->text = (struct ct_span){in->p, n};
    advance(in, n);
}

static bool is_base64(uint8_t c)
{
    return ct_http_is_alpha(c) || ct_http_is_digit(c) || c == '+' || c == '/' || c == '=';
}

/* section 4.2.7; padding may be absent, but stands only at the end */
static bool parse_bytes(struct ct_span *in, struct ct_sf_item *item)
{
    size_t n = 1;
    size_t padding = 0;
    while (n < in->n && is_base64(in->p[n])) {
        if (in->p[n] == '=') {
            padding++;
        } else if (padding > 0) {
            return false;
        }
        n++;
    }
    size_t length = n - 1;
    if (n == in->n || in->p[n] != ':' || padding > 2 || (length - padding) % 4 == 1 ||
        (padding > 0 && length % 4 != 0)) {
        return false;
    }
    item->type = CT_SF_BYTES;
    item->text = (struct ct_span){in->p + 1, length};
    advance(in, n + 1);
    return true;
}

/* section 4.2.8 */
static bool parse_boolean(struct ct_span *in, struct ct_sf_item *item)
{
    if (in->n < 2 || (in->p[1] != '0' && in->p[1] != '1')) {
        return false;
    }
    item->type = CT_SF_BOOLEAN;
    item->number = in->p[1] - '0';
    item->text = (struct ct_span){in->p, 2};
    advance(in, 2);
    return true;
}

/* section 4.2.9 */
static bool parse_date(struct ct_span *in, struct ct_sf_item *item)
{
    struct ct_span start = *in;
    advance(in, 1);
    if (in->n == 0 || !parse_number(in, item) || item->type != CT_SF_INTEGER) {
        return false;
    }
    item->type = CT_SF_DATE;
    item->text = (struct ct_span){start.p, start.n - in->n};
    return true;
}

static int lower_hex(uint8_t c)
{
    if (ct_http_is_digit(c)) {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One octet of a display string at in; false at its end or when not valid. */
static bool display_octet(struct ct_span *in, uint8_t *out)
{
    if (in->n == 0 || in->p[0] < 0x20 || in->p[0] > 0x7e || in->p[0] == '"') {
        return false;
    }
    if (in->p[0] != '%') {
        *out = in->p[0];
        advance(in, 1);
        return true;
    }
    if (in->n < 3 || lower_hex(in->p[1]) < 0 || lower_hex(in->p[2]) < 0) {
        return false;
    }
    *out = (uint8_t)(lower_hex(in->p[1]) << 4 | lower_hex(in->p[2]));
    advance(in, 3);
    return true;
}

/* The octets after the first one of a UTF-8 sequence, and the least second octet. */
static bool utf8_lead(uint8_t c, unsigned *more, uint8_t *least, uint8_t *most)
{
    *least = 0x80;
    *most = 0xbf;
    if (c < 0x80) {
        *more = 0;
    } else if (c >= 0xc2 && c <= 0xdf) {
        *more = 1;
    } else if (c >= 0xe0 && c <= 0xef) {
        *more = 2;
        *least = c == 0xe0 ? 0xa0 : 0x80;
        *most = c == 0xed ? 0x9f : 0xbf;
    } else if (c >= 0xf0 && c <= 0xf4) {
        *more = 3;
        *least = c == 0xf0 ? 0x90 : 0x80;
        *most = c == 0xf4 ? 0x8f : 0xbf;
    } else {
        return false;
    }
    return true;
}

/* section 4.2.10: percent-encoded UTF-8 in quotes after % */
static bool parse_display(struct ct_span *in, struct ct_sf_item *item)
{
    if (in->n < 2 || in->p[1] != '"') {
        return false;
    }
    advance(in, 2);
    struct ct_span start = *in;
    uint8_t c = 0;
    while (display_octet(in, &c)) {
        unsigned more = 0;
        uint8_t least = 0;
        uint8_t most = 0;
        if (!utf8_lead(c, &more, &least, &most)) {
            return false;
        }
        for (; more > 0; more--) {
            if (!display_octet(in, &c) || c < least || c > most) {
                return false;
            }
            least = 0x80;
            most = 0xbf;
        }
    }
    if (in->n == 0 || in->p[0] != '"') {
        return false;
    }
    item->type = CT_SF_DISPLAY;
    item->text = (struct ct_span){start.p, start.n - in->n};
    advance(in, 1);
    return true;
}

/* section 4.2.3.1 */
bool ct_http_sf_bare_item(struct ct_span *in, struct ct_sf_item *item)
{
    *item = (struct ct_sf_item){0};
    if (in->n == 0) {
        return false;
    }
    uint8_t c = in->p[0];
    if (c == '-' || ct_http_is_digit(c)) {
        return parse_number(in, item);
    }
    if (c == '*' || ct_http_is_alpha(c)) {
        parse_token(in, item);
        return true;
    }
    switch (c) {
    case '"':
        return parse_string(in, item);
    case ':':
        return parse_bytes(in, item);
    case '?':
        return parse_boolean(in, item);
    case '@':
        return parse_date(in, item);
    case '%':
        return parse_display(in, item);
    default:
        return false;
    }
}

static size_t copy_display(struct ct_span in, char *out, size_t size)
{
    size_t n = 0;
    uint8_t c = 0;
    while (n < size && display_octet(&in, &c)) {
        out[n++] = (char)c;
    }
    return n;
}

size_t ct_http_sf_copy(const struct ct_sf_item *item, char *out, size_t size)
{
    size_t n = 0;
    if (item->type == CT_SF_DISPLAY) {
        return copy_display(item->text, out, size);
    }
    for (size_t i = 0; i < item->text.n && n < size; i++) {
        if (item->type == CT_SF_STRING && item->text.p[i] == '\\' && i + 1 < item->text.n) {
            i++;
        }
        out[n++] = (char)item->text.p[i];
    }
    return n;
}
