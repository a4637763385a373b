/* SPDX-License-Identifier: Apache-2.0 */
/* Detection of protocols from the first octets, and the names of what is detected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cachetap/stream.h"
#include "stream/detect.h"
#include "support/tape.h"

#define N_OF(table) (sizeof(table) / sizeof(table)[0])

struct row {
    const char *octets;
    size_t n; /* 0: a string */
    enum ct_proto proto;
    bool is_request;
};

#define REQUEST(text, proto)            \
    {                                   \
        text, 0, CT_PROTO_##proto, true \
    }
#define RESPONSE(text, proto)            \
    {                                    \
        text, 0, CT_PROTO_##proto, false \
    }
#define OCTETS(text, proto, is_request)                      \
    {                                                        \
        text, sizeof(text) - 1, CT_PROTO_##proto, is_request \
    }

/* Decided for good by these octets. */
static const struct row decided[] = {
    REQUEST("GET / HTTP/1.1\r\n", HTTP1),
    REQUEST("GET / HTTP/1.0\n", HTTP1),
    REQUEST("GET /a/b?c=d%20e HTTP/1.1\r\nHost: x\r\n", HTTP1),
    REQUEST("GET http://example.org/ HTTP/1.1\r\n", HTTP1),
    REQUEST("CONNECT example.org:443 HTTP/1.1\r\n", HTTP1),
    REQUEST("OPTIONS * HTTP/1.1\r\n", HTTP1),
    REQUEST("PURGE /x HTTP/1.1\r\n", HTTP1),
    REQUEST("BAN / HTTP/1.1\r\n", HTTP1),
    REQUEST("REFRESH / HTTP/1.1\r\n", HTTP1),
    REQUEST("VERSION-CONTROL /x HTTP/1.1\r\n", HTTP1),
    REQUEST("RPC_IN_DATA /x HTTP/1.1\r\n", HTTP1),
    REQUEST("BASELINE2 /x HTTP/1.1\r\n", HTTP1),
    REQUEST("GET /with a space HTTP/1.1\r\n", HTTP1),
    REQUEST("GET  / HTTP/1.1\r\n", HTTP1),
    REQUEST("GET / HTTP/1.1 \r\n", HTTP1),
    REQUEST("get / HTTP/1.1\r\n", HTTP1), /* its method is one that nobody defined */
    REQUEST("GET /\xc3\xa9 HTTP/1.1\r\n", HTTP1),
    REQUEST("GET /\x01 HTTP/1.1\r\n", HTTP1), /* as scanners send them */
    OCTETS("GET /a\0b\x7f HTTP/1.1\r\n", HTTP1, true),
    REQUEST("GET relative HTTP/1.1\r\n", HTTP1), /* the reader may refuse it */
    REQUEST("\r\nGET / HTTP/1.1\r\n", HTTP1),
    REQUEST("\r\n\r\nGET / HTTP/1.1\r\n", HTTP1),
    REQUEST("\nGET / HTTP/1.1\n", HTTP1),
    RESPONSE("HTTP/1.1 200 OK\r\n", HTTP1),
    RESPONSE("HTTP/1.0 404", HTTP1),
    RESPONSE("\r\nHTTP/1.1 3", HTTP1),
    REQUEST("GET /index.html\r\n", HTTP09),
    REQUEST("GET http://example.org/\n", HTTP09),
    REQUEST("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP2),
    REQUEST("INVITE sip:bob@example.org SIP/2.0\r\n", SIP),
    REQUEST("REGISTER sips:example.org SIP/2.0\r\n", SIP),
    REQUEST("MESSAGE tel:+123 SIP/2.0\r\n", SIP),
    RESPONSE("SIP/2.0 200 OK\r\n", SIP),
    REQUEST("DESCRIBE rtsp://example.org/a RTSP/1.0\r\n", RTSP),
    REQUEST("OPTIONS * RTSP/1.0\r\n", RTSP),
    RESPONSE("RTSP/1.0 200 OK\r\n", RTSP),
    REQUEST("REQMOD icap://example.org/reqmod ICAP/1.0\r\n", ICAP),
    RESPONSE("ICAP/1.0 204 No", ICAP),
    REQUEST("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n", SSDP),
    REQUEST("M-SEARCH * HTTP/1.1\r\n", SSDP),
    REQUEST("NOTIFY /event HTTP/1.1\r\n", HTTP1), /* UPnP eventing is HTTP */
    RESPONSE("SSH-2.0-OpenSSH", SSH),
    RESPONSE("220 mail.example.org ESMTP", SMTP),
    RESPONSE("220-ftp", SMTP),
    OCTETS("\x16\x03\x01\x02\x00\x01\x00", TLS, true),
    OCTETS("\x16\x03\x03\x00\x5a\x02\x00", TLS, false),
    OCTETS("\x14\x03\x03\x00\x01\x01", TLS, false),
    OCTETS("\x15\x03\x01\x00\x02\x02", TLS, false),
    OCTETS("\x17\x03\x03\x04\x00\xaa", TLS, false),
    OCTETS("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10\x00", TLS, true),
    RESPONSE("GET\r\n", UNKNOWN),
    RESPONSE("GET key\r\n", UNKNOWN),
    RESPONSE("GET \x01/ HTTP/1.1\r\n", UNKNOWN),
    RESPONSE("GET /\x01\r\n", UNKNOWN),
    RESPONSE("GET /\x01 HTTP/2.0\r\n", UNKNOWN),
    RESPONSE("INVITE sip:\x01 SIP/2.0\r\n", UNKNOWN),
    RESPONSE("GET / HTTP/2.0\r\n", UNKNOWN),
    RESPONSE("GET /a\rb HTTP/1.1\r\n", UNKNOWN),
    RESPONSE("G / HTTP/1.1\r\n", UNKNOWN),
    RESPONSE("POST /x\r\n", UNKNOWN),
    RESPONSE("EHLO client.example.org\r\n", UNKNOWN),
    RESPONSE("SET key value", UNKNOWN),
    RESPONSE("ehlo client.example.org\r\n", UNKNOWN),
    RESPONSE("set key 0 0 5\r\n", UNKNOWN),
    RESPONSE("USER anonymous\r\n", UNKNOWN),
    RESPONSE("AN-UNREASONABLY-LONG-METHOD-THAT-IS-NONE / HTTP/1.1\r\n", UNKNOWN),
    RESPONSE("\r\n\r\n\r\nGET / HTTP/1.1\r\n", UNKNOWN),
    RESPONSE("HTTP/1.1\r\n", UNKNOWN),
    RESPONSE("HTTP/2 200", UNKNOWN),
    RESPONSE("http/1.1 200 OK\r\n", UNKNOWN),
    RESPONSE("221 bye", UNKNOWN),
    RESPONSE("{\"json\": 1}", UNKNOWN),
    RESPONSE("<html>", UNKNOWN),
    OCTETS("\x00\x00\x00\x01\x02", UNKNOWN, false),
    OCTETS("\x16\x03\x05\x00\x10\x01", UNKNOWN, false),
    OCTETS("\x16\x03\x01\x00\x00\x01", UNKNOWN, false),
    OCTETS("\x16\x03\x01\xff\xff\x01", UNKNOWN, false),
    OCTETS("\x16\x03\x01\x00\x20\x63", UNKNOWN, false),
    OCTETS("\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x11\x00", UNKNOWN, false),
};

/* More octets may still decide; proto is the guess so far. */
static const struct row open_ended[] = {
    RESPONSE("", UNKNOWN),
    RESPONSE("G", UNKNOWN),
    RESPONSE("GET", UNKNOWN),
    RESPONSE("GET ", UNKNOWN),
    RESPONSE("\r\n", UNKNOWN),
    RESPONSE("\r\n\r\n", UNKNOWN),
    REQUEST("GET /a/long/path", HTTP1),
    REQUEST("GET / HTTP/1.1", HTTP1),
    REQUEST("GET / HTTP/1.1\r", HTTP1),
    REQUEST("CONNECT example.o", HTTP1),
    RESPONSE("GET /\x01 HTTP/1.1", UNKNOWN),
    REQUEST("INVITE sip:bob", SIP),
    REQUEST("PLAY rtsp://x", RTSP),
    REQUEST("NOTIFY * HT", SSDP),
    RESPONSE("FOO bar", UNKNOWN),
    RESPONSE("FOO bar HTT", UNKNOWN),
    RESPONSE("H", UNKNOWN),
    RESPONSE("HTTP/1.", HTTP1),
    RESPONSE("HTTP/1.1 ", HTTP1),
    REQUEST("PRI * HTTP/2.0\r\n\r\nS", HTTP2),
    RESPONSE("SS", UNKNOWN),
    RESPONSE("22", UNKNOWN),
    OCTETS("\x16", UNKNOWN, false),
    OCTETS("\x16\x03\x01", UNKNOWN, false),
    OCTETS("\x16\x03\x01\x02\x00", TLS, false),
    OCTETS("\x80\x2e\x01", UNKNOWN, false),
};

static struct ct_span octets_of(const struct row *row)
{
    return (struct ct_span){(const uint8_t *)row->octets,
                            row->n > 0 ? row->n : strlen(row->octets)};
}

/* From memory of exactly that size, so that a sanitizer sees a read past it. */
static enum ct_proto detect(struct ct_span head, bool *more, bool *is_request)
{
    uint8_t *copy = malloc(head.n + (head.n == 0));
    assert_non_null(copy);
    if (head.n > 0) {
        memcpy(copy, head.p, head.n);
    }
    enum ct_proto proto = ct_stream_detect((struct ct_span){copy, head.n}, more, is_request);
    free(copy);
    return proto;
}

static void expect_rows(const struct row *rows, size_t n, bool want_more)
{
    for (size_t i = 0; i < n; i++) {
        bool more = !want_more;
        bool is_request = false;
        enum ct_proto proto = detect(octets_of(&rows[i]), &more, &is_request);
        bool says_side = proto == CT_PROTO_UNKNOWN || is_request == rows[i].is_request;
        if (proto != rows[i].proto || more != want_more || !says_side) {
            fail_msg("row %zu (%s): %s, more %d, is_request %d", i, rows[i].octets,
                     ct_stream_proto_name(proto), more, is_request);
        }
    }
}

static void first_octets_decide(void **state)
{
    (void)state;
    expect_rows(decided, N_OF(decided), false);
}

static void beginnings_ask_for_more_and_guess(void **state)
{
    (void)state;
    expect_rows(open_ended, N_OF(open_ended), true);
}

/* An answer without more is the answer for all that may follow. */
static void expect_final(struct ct_span whole, const char *what, uint64_t seed)
{
    bool more = false;
    bool is_request = false;
    bool whole_is_request = false;
    enum ct_proto last = detect(whole, &more, &whole_is_request);
    bool whole_more = more;
    for (size_t n = 0; n < whole.n; n++) {
        enum ct_proto proto = detect((struct ct_span){whole.p, n}, &more, &is_request);
        if (!more && (proto != last || whole_more || is_request != whole_is_request)) {
            fail_msg("%s, seed %llu: %s after %zu octets, %s after %zu", what,
                     (unsigned long long)seed, ct_stream_proto_name(proto), n,
                     ct_stream_proto_name(last), whole.n);
        }
    }
}

static void decision_does_not_depend_on_how_much_was_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(decided); i++) {
        expect_final(octets_of(&decided[i]), decided[i].octets, i);
    }
}

/* Rows glued, cut and damaged by chance. */
static void same_holds_for_damaged_octets(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        struct dice dice = {seed};
        uint8_t octets[400];
        size_t n = 0;
        while (n < sizeof octets) {
            struct ct_span row = octets_of(&decided[dice_roll(&dice, N_OF(decided))]);
            size_t part = (size_t)dice_roll(&dice, row.n + 1);
            part = part < sizeof octets - n ? part : sizeof octets - n;
            memcpy(octets + n, row.p, part);
            n += part;
            if (dice_roll(&dice, 4) == 0) {
                break;
            }
        }
        if (n > 0 && dice_roll(&dice, 2) == 0) {
            octets[dice_roll(&dice, n)] = (uint8_t)dice_roll(&dice, 256);
        }
        expect_final((struct ct_span){octets, n}, "damaged", seed);
    }
}

static void line_longer_than_is_looked_at_is_taken_on_trust(void **state)
{
    (void)state;
    static const struct row begins[] = {
        REQUEST("GET /", HTTP1),      REQUEST("GET http://", HTTP1), REQUEST("CONNECT ", HTTP1),
        REQUEST("ANY sip:", SIP),     REQUEST("PLAY rtsp://", RTSP), REQUEST("X-Y icap://", ICAP),
        RESPONSE("FOO bar", UNKNOWN),
    };
    for (size_t i = 0; i < N_OF(begins); i++) {
        uint8_t octets[CT_DETECT_MAX + 100];
        bool more = true;
        bool is_request = false;
        memset(octets, 'a', sizeof octets);
        memcpy(octets, begins[i].octets, strlen(begins[i].octets));
        assert_int_equal(detect((struct ct_span){octets, CT_DETECT_MAX}, &more, &is_request),
                         begins[i].proto);
        assert_false(more);
        expect_final((struct ct_span){octets, sizeof octets}, begins[i].octets, 0);
    }
}

static void octets_behind_the_limit_are_not_looked_at(void **state)
{
    (void)state;
    uint8_t octets[CT_DETECT_MAX + 8];
    bool more = true;
    bool is_request = false;
    memset(octets, 'a', sizeof octets);
    memcpy(octets, "GET /", 5);
    octets[CT_DETECT_MAX] = '\0';
    assert_int_equal(detect((struct ct_span){octets, sizeof octets}, &more, &is_request),
                     CT_PROTO_HTTP1);
    assert_false(more);
}

static void every_value_has_a_name_and_a_text(void **state)
{
    (void)state;
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        assert_true(strlen(ct_stream_proto_name((enum ct_proto)i)) > 1);
        assert_true(strlen(ct_stream_proto_help((enum ct_proto)i)) > 1);
    }
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        assert_true(strlen(ct_stream_segment_name((enum ct_segment_status)i)) > 1);
        assert_true(strlen(ct_stream_segment_help((enum ct_segment_status)i)) > 1);
    }
    assert_string_equal(ct_stream_proto_name(CT_PROTO_HTTP1), "http/1");
    assert_string_equal(ct_stream_segment_name(CT_SEGMENT_KEEPALIVE), "keepalive");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_FIN), "fin");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_RST), "rst");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_REUSE), "reuse");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_IDLE), "idle");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_EVICT), "evict");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_TUNNEL), "tunnel");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_END), "end");
}

static void value_outside_its_enum_is_named_invalid(void **state)
{
    (void)state;
    assert_string_equal(ct_stream_proto_name(CT_PROTO_COUNT), "invalid");
    assert_string_equal(ct_stream_close_name(CT_CLOSE_COUNT), "invalid");
    assert_string_equal(ct_stream_segment_help(CT_SEGMENT_STATUS_COUNT), "invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_octets_decide),
        cmocka_unit_test(beginnings_ask_for_more_and_guess),
        cmocka_unit_test(decision_does_not_depend_on_how_much_was_seen),
        cmocka_unit_test(same_holds_for_damaged_octets),
        cmocka_unit_test(line_longer_than_is_looked_at_is_taken_on_trust),
        cmocka_unit_test(octets_behind_the_limit_are_not_looked_at),
        cmocka_unit_test(every_value_has_a_name_and_a_text),
        cmocka_unit_test(value_outside_its_enum_is_named_invalid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
