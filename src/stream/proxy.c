/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy: the PROXY protocol as HAProxy specifies it ("The PROXY protocol", versions 1 and 2).
 * Strict: this decides which address a request is counted for, so what is not exactly a
 * header is BAD, or ABSENT where it may be payload that happens to begin alike.
 */
#include "stream/proxy.h"

#include <arpa/inet.h>

#include "base/number.h"
#include "base/span.h"

#define V1_MAX         107 /* octets with CRLF, section 2.1 */
#define V1_WORDS       4   /* source and destination address, source and destination port */
#define V2_FIXED       16  /* signature, version and command, family, length: section 2.2 */
#define V2_INET_BYTES  12  /* two addresses and two ports */
#define V2_INET6_BYTES 36
#define V2_UNIX_BYTES  216

static const uint8_t v2_signature[12] = {0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                         0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};

/* True when the octets there are, up to n, are those of text. */
static bool begins_like(struct ct_span head, const void *text, size_t n)
{
    return memcmp(head.p, text, head.n < n ? head.n : n) == 0;
}

static bool read_address(struct ct_span text, uint8_t family, uint8_t addr[16])
{
    char copy[CT_ADDR_TEXT_MAX];
    if (text.n == 0 || text.n >= sizeof copy) {
        return false;
    }
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    if (strlen(copy) != text.n) {
        return false;
    }
    return inet_pton(family == 4 ? AF_INET : AF_INET6, copy, addr) == 1;
}

static bool read_port(struct ct_span text, uint16_t *port)
{
    uint64_t value = 0;
    if (!ct_base_parse_u64(text, &value) || value > UINT16_MAX || text.n > 5 ||
        (text.n > 1 && text.p[0] == '0')) {
        return false;
    }
    *port = (uint16_t)value;
    return true;
}

/* Splits at single spaces into exactly V1_WORDS words. */
static bool split(struct ct_span line, struct ct_span words[V1_WORDS])
{
    size_t n = 0;
    size_t from = 0;
    for (size_t i = 0; i <= line.n; i++) {
        if (i < line.n && line.p[i] != ' ') {
            continue;
        }
        if (n == V1_WORDS) {
            return false;
        }
        words[n++] = ct_span_slice(line, from, i);
        from = i + 1;
    }
    return n == V1_WORDS;
}

static enum ct_proxy_status read_v1_addresses(struct ct_span line, uint8_t family,
                                              struct ct_endpoint *src, struct ct_endpoint *dst)
{
    struct ct_span words[V1_WORDS];
    struct ct_endpoint from = {.family = family};
    struct ct_endpoint to = {.family = family};
    if (!split(line, words) || !read_address(words[0], family, from.addr) ||
        !read_address(words[1], family, to.addr) || !read_port(words[2], &from.port) ||
        !read_port(words[3], &to.port)) {
        return CT_PROXY_BAD;
    }
    *src = from;
    *dst = to;
    return CT_PROXY_ADDRESSES;
}

/* head begins with "PROXY " as far as it goes. */
static enum ct_proxy_status parse_v1(struct ct_span head, struct ct_endpoint *src,
                                     struct ct_endpoint *dst, size_t *length)
{
    static const char *const families[] = {"TCP4 ", "TCP6 ", "UNKNOWN"};
    struct ct_span rest = ct_span_slice(head, 6, V1_MAX);
    size_t kind = 0;
    while (kind < 3 && !begins_like(rest, families[kind], strlen(families[kind]))) {
        kind++;
    }
    if (kind == 3) {
        return CT_PROXY_ABSENT; /* the method of some request */
    }
    size_t n = 0;
    while (n < rest.n && rest.p[n] >= ' ' && rest.p[n] < 0x7f) {
        n++;
    }
    if (n + 2 > rest.n) {
        bool may_end = head.n < V1_MAX && (n == rest.n || rest.p[n] == '\r');
        return may_end ? CT_PROXY_NEED_MORE : CT_PROXY_BAD;
    }
    if (rest.p[n] != '\r' || rest.p[n + 1] != '\n') {
        return CT_PROXY_BAD;
    }
    *length = 6 + n + 2;
    if (kind == 2) {
        bool is_word = n == 7 || rest.p[7] == ' ';
        return is_word ? CT_PROXY_LOCAL : CT_PROXY_BAD; /* what follows is to be ignored */
    }
    return read_v1_addresses(ct_span_slice(rest, 5, n), kind == 0 ? 4 : 6, src, dst);
}

static void read_v2_addresses(struct ct_cursor *cursor, uint8_t family, struct ct_endpoint *src,
                              struct ct_endpoint *dst)
{
    size_t n = family == 4 ? 4 : 16;
    *src = (struct ct_endpoint){.family = family};
    *dst = (struct ct_endpoint){.family = family};
    memcpy(src->addr, ct_cursor_take(cursor, n), n);
    memcpy(dst->addr, ct_cursor_take(cursor, n), n);
    src->port = ct_cursor_be16(cursor);
    dst->port = ct_cursor_be16(cursor);
}

/* Octets of the address block that the family asks for; false for a family that is not one. */
static bool v2_block(uint8_t family, size_t *n)
{
    switch (family) {
    case 0x00: /* unspecified */
        *n = 0;
        return true;
    case 0x11: /* TCP and UDP over IPv4 */
    case 0x12:
        *n = V2_INET_BYTES;
        return true;
    case 0x21: /* over IPv6 */
    case 0x22:
        *n = V2_INET6_BYTES;
        return true;
    case 0x31: /* UNIX stream and datagram */
    case 0x32:
        *n = V2_UNIX_BYTES;
        return true;
    default:
        return false;
    }
}

/* head begins with the signature. */
static enum ct_proxy_status parse_v2(struct ct_span head, struct ct_endpoint *src,
                                     struct ct_endpoint *dst, size_t *length)
{
    struct ct_cursor cursor = ct_cursor_of(ct_span_slice(head, sizeof v2_signature, head.n));
    if (cursor.n > 0 && cursor.p[0] != 0x20 && cursor.p[0] != 0x21) {
        return CT_PROXY_BAD; /* version 2; commands LOCAL and PROXY */
    }
    bool is_local = ct_cursor_u8(&cursor) == 0x20;
    uint8_t family = ct_cursor_u8(&cursor);
    size_t rest = ct_cursor_be16(&cursor); /* addresses and TLVs */
    size_t block = 0;
    if (cursor.bad) {
        return CT_PROXY_NEED_MORE;
    }
    if (V2_FIXED + rest > CT_PROXY_HEADER_MAX ||
        (!is_local && (!v2_block(family, &block) || rest < block))) {
        return CT_PROXY_BAD;
    }
    if (cursor.n < rest) {
        return CT_PROXY_NEED_MORE;
    }
    *length = V2_FIXED + rest;
    if (is_local || (family != 0x11 && family != 0x21)) {
        return CT_PROXY_LOCAL;
    }
    read_v2_addresses(&cursor, family == 0x11 ? 4 : 6, src, dst);
    return CT_PROXY_ADDRESSES;
}

enum ct_proxy_status ct_stream_proxy_parse(struct ct_span head, struct ct_endpoint *src,
                                           struct ct_endpoint *dst, size_t *length)
{
    static const char v1_begin[] = "PROXY ";
    size_t n_v1 = sizeof v1_begin - 1;
    size_t n_header = 0;
    enum ct_proxy_status status = CT_PROXY_ABSENT;
    if (head.n == 0) {
        return CT_PROXY_NEED_MORE;
    }
    if (begins_like(head, v1_begin, n_v1)) {
        status = head.n < n_v1 ? CT_PROXY_NEED_MORE : parse_v1(head, src, dst, &n_header);
    } else if (begins_like(head, v2_signature, sizeof v2_signature)) {
        status =
            head.n < sizeof v2_signature ? CT_PROXY_NEED_MORE : parse_v2(head, src, dst, &n_header);
    }
    if (status == CT_PROXY_LOCAL || status == CT_PROXY_ADDRESSES) {
        *length = n_header;
    }
    return status;
}
