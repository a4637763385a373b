/* SPDX-License-Identifier: Apache-2.0 */
/* The PROXY protocol header, versions 1 and 2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/span.h"
#include "stream/proxy.h"
#include "support/guard.h"
#include "support/tape.h"

#define N_OF(table) (sizeof(table) / sizeof(table)[0])
#define SIGNATURE   "\r\n\r\n\0\r\nQUIT\n"
#define PAYLOAD     "GET / HTTP/1.1\r\n"

static struct guard guard;

static const char signature[] = SIGNATURE;
static const char v1_inet[] = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";

struct parsed {
    enum ct_proxy_status status;
    char src[CT_ADDR_TEXT_MAX];
    char dst[CT_ADDR_TEXT_MAX];
    uint16_t src_port;
    uint16_t dst_port;
    size_t length;
};

static struct parsed parse(const void *bytes, size_t n)
{
    struct ct_endpoint src = {.port = 9};
    struct ct_endpoint dst = {.port = 9};
    struct parsed parsed = {.length = 0};
    struct ct_span head = {guard_put(&guard, bytes, n), n};
    parsed.status = ct_stream_proxy_parse(head, &src, &dst, &parsed.length);
    if (parsed.status == CT_PROXY_ADDRESSES) {
        ct_base_endpoint_text(&src, parsed.src);
        ct_base_endpoint_text(&dst, parsed.dst);
    }
    parsed.src_port = src.port;
    parsed.dst_port = dst.port;
    return parsed;
}

static struct parsed parse_text(const char *text)
{
    return parse(text, strlen(text));
}

static void version_1_gives_addresses(void **state)
{
    (void)state;
    struct parsed got = parse_text("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n" PAYLOAD);
    assert_int_equal(got.status, CT_PROXY_ADDRESSES);
    assert_string_equal(got.src, "192.0.2.1");
    assert_string_equal(got.dst, "198.51.100.2");
    assert_int_equal(got.src_port, 56324);
    assert_int_equal(got.dst_port, 443);
    assert_int_equal(got.length, strlen("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"));
    got = parse_text("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n");
    assert_int_equal(got.status, CT_PROXY_ADDRESSES);
    assert_string_equal(got.src, "2001:db8::1");
    assert_string_equal(got.dst, "::1");
    assert_int_equal(got.src_port, 65535);
    assert_int_equal(got.dst_port, 0);
}

static void version_1_unknown_keeps_addresses(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "PROXY UNKNOWN\r\n",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n", /* the longest there is */
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct parsed got = parse_text(rows[i]);
        assert_int_equal(got.status, CT_PROXY_LOCAL);
        assert_int_equal(got.length, strlen(rows[i]));
        assert_int_equal(got.src_port, 9);
    }
}

static void version_1_that_is_not_exact_is_bad(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\rX",
        "PROXY TCP4 192.0.2.1 198.51.100.2 56324\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 1\r\n",
        "PROXY TCP4 192.0.2.1  198.51.100.2 56324 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443 \r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 65536 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 056 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 +1 443\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.2 1 99999999999999999999443\r\n",
        "PROXY TCP4 192.0.2 198.51.100.2 56324 443\r\n",
        "PROXY TCP4 192.0.2.256 198.51.100.2 56324 443\r\n",
        "PROXY TCP4 2001:db8::1 ::1 56324 443\r\n",
        "PROXY TCP6 192.0.2.1 198.51.100.2 56324 443\r\n",
        "PROXY TCP6 fe80::1%eth0 ::1 56324 443\r\n",
        "PROXY TCP4 \r\n",
        "PROXY UNKNOWNS\r\n",
        "PROXY TCP4 192.0.2.1\t198.51.100.2 56324 443\r\n",
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct parsed got = parse_text(rows[i]);
        if (got.status != CT_PROXY_BAD) {
            fail_msg("%s: %d", rows[i], (int)got.status);
        }
        assert_int_equal(got.length, 0);
        assert_int_equal(got.src_port, 9);
    }
}

static void version_1_line_without_an_end_is_bad(void **state)
{
    (void)state;
    static const char start[] = "PROXY UNKNOWN ";
    char line[200];
    memset(line, 'a', sizeof line);
    memcpy(line, start, sizeof start - 1);
    assert_int_equal(parse(line, 106).status, CT_PROXY_NEED_MORE);
    assert_int_equal(parse(line, 107).status, CT_PROXY_BAD);
    assert_int_equal(parse(line, sizeof line).status, CT_PROXY_BAD);
}

static void payload_is_not_a_header(void **state)
{
    (void)state;
    static const char *const rows[] = {
        PAYLOAD,       "PUT / HTTP/1.1\r\n", "PROXY /x HTTP/1.1\r\n",
        "PROXY TCP5 ", "proxy TCP4 ",        "\r\n\r\nGET / HTTP/1.1\r\n",
        "\r\nX",
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        assert_int_equal(parse_text(rows[i]).status, CT_PROXY_ABSENT);
    }
    assert_int_equal(parse("\x16\x03\x01", 3).status, CT_PROXY_ABSENT);
}

static const char v2_inet[] = SIGNATURE "\x21\x11\x00\x0c"
                                        "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb" PAYLOAD;
static const char v2_inet6[] = SIGNATURE "\x21\x21\x00\x24"
                                         "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
                                         "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02"
                                         "\xdc\x04\x00\x50";
/* The same as the first, with a TLV of type 4 (no operation) and 2 octets. */
static const char v2_tlv[] = SIGNATURE "\x21\x11\x00\x11"
                                       "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"
                                       "\x04\x00\x02\xff\xff" PAYLOAD;

static void version_2_gives_addresses(void **state)
{
    (void)state;
    struct parsed got = parse(v2_inet, sizeof v2_inet - 1);
    assert_int_equal(got.status, CT_PROXY_ADDRESSES);
    assert_string_equal(got.src, "192.0.2.1");
    assert_string_equal(got.dst, "198.51.100.2");
    assert_int_equal(got.src_port, 56324);
    assert_int_equal(got.dst_port, 443);
    assert_int_equal(got.length, 28);
    got = parse(v2_inet6, sizeof v2_inet6 - 1);
    assert_int_equal(got.status, CT_PROXY_ADDRESSES);
    assert_string_equal(got.src, "2001:db8::1");
    assert_string_equal(got.dst, "2001:db8::2");
    assert_int_equal(got.dst_port, 80);
    assert_int_equal(got.length, 52);
}

static void version_2_extensions_are_passed_over(void **state)
{
    (void)state;
    struct parsed got = parse(v2_tlv, sizeof v2_tlv - 1);
    assert_int_equal(got.status, CT_PROXY_ADDRESSES);
    assert_string_equal(got.src, "192.0.2.1");
    assert_int_equal(got.length, 33);
}

static void version_2_without_tcp_addresses_keeps_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t n;
    } rows[] = {
        {SIGNATURE "\x20\x00\x00\x00", 16}, /* LOCAL */
        {SIGNATURE "\x20\x11\x00\x0c"
                   "aaaabbbbcdef",
         28},                               /* LOCAL with addresses */
        {SIGNATURE "\x20\xff\x00\x00", 16}, /* LOCAL, odd family */
        {SIGNATURE "\x21\x00\x00\x03"
                   "abc",
         19}, /* not specified */
        {SIGNATURE "\x21\x12\x00\x0c"
                   "aaaabbbbcdef",
         28}, /* UDP */
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        struct parsed got = parse(rows[i].octets, rows[i].n);
        assert_int_equal(got.status, CT_PROXY_LOCAL);
        assert_int_equal(got.length, rows[i].n);
        assert_int_equal(got.src_port, 9);
    }
}

static void version_2_that_contradicts_itself_is_bad(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "\x11\x11\x00\x0c", /* version 1 in a version 2 header */
        "\x22\x11\x00\x0c", /* no such command */
        "\x21\x11\x00\x0b", /* too short for its addresses */
        "\x21\x21\x00\x23", "\x21\x31\x00\xd7", "\x21\x13\x00\x0c", /* no such transport */
        "\x21\x41\x00\x0c",                                         /* no such family */
        "\x21\x11\x0f\xf1",                                         /* longer than is read */
    };
    for (size_t i = 0; i < N_OF(rows); i++) {
        char octets[16];
        memcpy(octets, signature, sizeof signature - 1);
        memcpy(octets + 12, rows[i], 4);
        assert_int_equal(parse(octets, 16).status, CT_PROXY_BAD);
    }
}

static void longest_version_2_header_is_read(void **state)
{
    (void)state;
    static const char start[] = SIGNATURE "\x21\x11\x0f\xf0";
    static char octets[CT_PROXY_HEADER_MAX];
    memcpy(octets, start, sizeof start - 1);
    assert_int_equal(parse(octets, sizeof octets - 1).status, CT_PROXY_NEED_MORE);
    struct parsed got = parse(octets, sizeof octets);
    assert_int_equal(got.status, CT_PROXY_ADDRESSES);
    assert_int_equal(got.length, sizeof octets);
}

static void expect_beginnings_ask_for_more(const void *octets, size_t header)
{
    for (size_t n = 0; n < header; n++) {
        assert_int_equal(parse(octets, n).status, CT_PROXY_NEED_MORE);
    }
    assert_int_equal(parse(octets, header).length, header);
}

static void every_beginning_asks_for_more(void **state)
{
    (void)state;
    static const char v1_unknown[] = "PROXY UNKNOWN\r\n";
    expect_beginnings_ask_for_more(v1_inet, sizeof v1_inet - 1);
    expect_beginnings_ask_for_more(v1_unknown, sizeof v1_unknown - 1);
    expect_beginnings_ask_for_more(v2_inet, 28);
    expect_beginnings_ask_for_more(v2_inet6, 52);
    expect_beginnings_ask_for_more(v2_tlv, 33);
}

static void damaged_headers_never_reach_beyond_themselves(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50000; seed++) {
        struct dice dice = {seed};
        char octets[64];
        memcpy(octets, v2_tlv, sizeof v2_tlv - 1);
        if (dice_roll(&dice, 2) == 0) {
            memcpy(octets, v1_inet, sizeof v1_inet - 1);
        }
        for (uint64_t i = 0; i < 3; i++) {
            octets[dice_roll(&dice, 45)] = (char)dice_roll(&dice, 256);
        }
        size_t n = (size_t)dice_roll(&dice, 46);
        assert_true(parse(octets, n).length <= n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_1_gives_addresses),
        cmocka_unit_test(version_1_unknown_keeps_addresses),
        cmocka_unit_test(version_1_that_is_not_exact_is_bad),
        cmocka_unit_test(version_1_line_without_an_end_is_bad),
        cmocka_unit_test(payload_is_not_a_header),
        cmocka_unit_test(version_2_gives_addresses),
        cmocka_unit_test(version_2_extensions_are_passed_over),
        cmocka_unit_test(version_2_without_tcp_addresses_keeps_addresses),
        cmocka_unit_test(version_2_that_contradicts_itself_is_bad),
        cmocka_unit_test(longest_version_2_header_is_read),
        cmocka_unit_test(every_beginning_asks_for_more),
        cmocka_unit_test(damaged_headers_never_reach_beyond_themselves),
    };
    guard_init(&guard, 8192);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_fini(&guard);
    return failed;
}
