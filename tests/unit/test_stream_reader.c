/* SPDX-License-Identifier: Apache-2.0 */
/* Who reads a connection, and what the reader may ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/talk.h"

/* ---- who reads ---------------------------------------------------------------------------- */

static void protocol_is_recognised_on_any_port(void **state)
{
    struct tc_stage *stage = *state;
    static const struct {
        const char *orig;
        const char *resp;
        enum ct_proto proto;
    } rows[] = {
        {GET, OK, CT_PROTO_HTTP1},
        {"SSH-2.0-a\r\n", "SSH-2.0-b\r\n", CT_PROTO_SSH},
        {"", "220 mail ESMTP\r\n", CT_PROTO_SMTP},
        {"INVITE sip:b@example.org SIP/2.0\r\n", "SIP/2.0 200 OK\r\n", CT_PROTO_SIP},
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "", CT_PROTO_HTTP2},
        {"GET /\r\n", "<html>", CT_PROTO_HTTP09},
        {"\x01hello", "\x02there", CT_PROTO_UNKNOWN},
        {"", "", CT_PROTO_NONE},
    };
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++) {
        stage->c.ends[O].port = (uint16_t)(50000 + i);
        stage->c.ends[R].port = (uint16_t)(6000 + i);
        stage->c.sent[O] = 0;
        stage->c.sent[R] = 0;
        tc_open(&stage->c);
        tc_send(&stage->c, O, rows[i].orig);
        tc_send(&stage->c, R, rows[i].resp);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    assert_null(stage->log.broken);
    assert_int_equal(stage->log.n_ends, n);
    assert_int_equal(stage->log.n_readers, 1);
    for (size_t i = 0; i < n; i++) {
        const struct tc_end *got = &stage->log.ends[i];
        assert_int_equal(got->proto, rows[i].proto);
        assert_int_equal(got->why, CT_CLOSE_FIN);
        assert_int_equal(got->bytes[O], strlen(rows[i].orig));
        assert_int_equal(got->bytes[R], strlen(rows[i].resp));
    }
}

static void unknown_protocol_costs_no_memory(void **state)
{
    struct tc_stage *stage = *state;
    static uint8_t block[100000];
    memset(block, 0xee, sizeof block);
    tc_open(&stage->c);
    tc_send(&stage->c, O, "a protocol of our own");
    (void)tc_stage_feed(stage);
    uint64_t memory = stage->counters.memory_bytes;
    tc_send_bytes(&stage->c, R, block, sizeof block);
    tc_send_bytes(&stage->c, O, block, sizeof block);
    tc_stage_finish(stage);
    assert_int_equal(stage->counters.held_bytes_peak, 0);
    assert_int_equal(stage->counters.memory_bytes, memory);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_UNKNOWN);
    assert_int_equal(talk_only_end(stage)->bytes[R], sizeof block);
    assert_int_equal(talk_only_end(stage)->missing[R], 0);
}

static void request_cut_in_small_pieces_is_recognised(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.mss = 1;
    talk_whole(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
}

static void response_captured_before_its_request_is_delivered_too(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_swap_last(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, OK);
}

static void reader_that_refuses_is_done_without(void **state)
{
    struct tc_stage *stage = *state;
    stage->log.refuse_open = true;
    talk_whole(&stage->c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 0);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_HTTP1);
    assert_int_equal(talk_only_end(stage)->bytes[R], strlen(OK));
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
}

/* A ClientHello for a.example in one record. */
static const char hello[] = "\x16\x03\x01\x00\x43\x01\x00\x00\x3f\x03\x03"
                            "0123456789abcdef0123456789abcdef"
                            "\x00\x00\x02\x13\x01\x01\x00\x00\x14"
                            "\x00\x00\x00\x0e\x00\x0c\x00\x00\x09"
                            "A.EXAMPLE"
                            "\xff\x01\x00\x00" /* less one octet: not looked at any more */;

static void name_in_a_tls_hello_is_told_at_the_end(void **state)
{
    struct tc_stage *stage = *state;
    for (uint32_t mss = 1; mss < 90; mss += 22) {
        talk_next(&stage->c);
        stage->c.mss = mss;
        tc_open(&stage->c);
        tc_send_bytes(&stage->c, O, hello, sizeof hello - 1);
        tc_send_bytes(&stage->c, R, "\x16\x03\x03\x00\x40\x02", 6);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    assert_null(stage->log.broken);
    assert_int_equal(stage->log.n_readers, 0);
    for (size_t i = 0; i < stage->log.n_ends; i++) {
        assert_int_equal(stage->log.ends[i].proto, CT_PROTO_TLS);
        assert_true(stage->log.ends[i].has_sni);
        assert_string_equal(stage->log.ends[i].sni, "a.example");
    }
}

static void proxied(struct tc_stage *stage, const char *header, size_t n)
{
    for (uint32_t mss = 1; mss < 200; mss += 47) {
        talk_next(&stage->c);
        stage->c.mss = mss;
        tc_open(&stage->c);
        tc_send_bytes(&stage->c, O, header, n);
        talk_exchange(&stage->c);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    for (size_t i = 0; i < stage->log.n_ends; i++) {
        char text[CT_ADDR_TEXT_MAX];
        talk_expect(stage, i, GET "[eof]", OK "[eof]");
        const struct tc_end *got = &stage->log.ends[i];
        ct_base_endpoint_text(&got->info.orig, text);
        assert_string_equal(text, "192.0.2.1");
        assert_int_equal(got->info.orig.port, 56324);
        assert_true(got->info.proxied);
        ct_base_endpoint_text(&stage->log.readers[i]->info.orig, text);
        assert_string_equal(text, "192.0.2.1"); /* known when the reader is opened */
        assert_int_equal(got->bytes[O], n + strlen(GET));
    }
    assert_int_equal(stage->counters.proxied, stage->log.n_ends);
}

static void proxy_header_of_version_1_gives_the_client(void **state)
{
    static const char header[] = "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
    proxied(*state, header, sizeof header - 1);
}

static void proxy_header_of_version_2_gives_the_client(void **state)
{
    static const char header[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"
                                 "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb";
    proxied(*state, header, sizeof header - 1);
}

static void proxy_header_with_long_extensions_is_passed_over(void **state)
{
    static const char start[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\x07\xdc"
                                "\xc0\x00\x02\x01\xc6\x33\x64\x02\xdc\x04\x01\xbb"
                                "\x05\x07\xcd";
    static char header[16 + 12 + 2000];
    memcpy(header, start, sizeof start - 1);
    proxied(*state, header, sizeof header);
}

/* Octets that look like TLS from the server wait for the client's hello; it may speak HTTP. */
static void http_from_the_client_ends_the_wait_for_a_tls_hello(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send_bytes(&stage->c, R, "\x16\x03\x03\x00\x04\x02\x00\x00\x00", 9);
    tc_ack(&stage->c, O);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_HTTP1);
}

/* Octets that are nothing, or TLS, may be answered in HTTP: "400", as servers do. */
static void http_that_answers_something_else_is_read(void **state)
{
    struct tc_stage *stage = *state;
    static const struct {
        const char *octets;
        size_t n;
        bool answered;
    } rows[] = {{"GET\t/\tHTTP/1.1\r\n\r\n", 18, true},
                {hello, sizeof hello - 1, true},
                {hello, sizeof hello - 1, false},
                {"\x03\x00\x00\x13\x0e\xe0", 6, true}};
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++) {
        stage->c.ends[O].port = (uint16_t)(50000 + i);
        stage->c.sent[O] = 0;
        stage->c.sent[R] = 0;
        tc_open(&stage->c);
        tc_send_bytes(&stage->c, O, rows[i].octets, rows[i].n);
        tc_send(&stage->c, R, rows[i].answered ? OK : "\x16\x03\x03\x10\x10\x02");
        tc_send(&stage->c, O, GET);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    assert_null(stage->log.broken);
    assert_int_equal(stage->log.n_readers, 3);
    assert_int_equal(stage->log.n_ends, n);
    for (size_t i = 0; i < n; i++) {
        const struct tc_end *got = &stage->log.ends[i];
        assert_int_equal(got->proto, rows[i].answered ? CT_PROTO_HTTP1 : CT_PROTO_TLS);
        assert_int_equal(got->info.orig.port, 50000 + i);
    }
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(tc_log_text(&stage->log, i, O), GET "[eof]");
        assert_string_equal(tc_log_text(&stage->log, i, R), OK "[eof]");
    }
}

static void proxy_header_before_tls_keeps_the_name(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n");
    tc_send_bytes(&stage->c, O, hello, sizeof hello - 1);
    tc_stage_finish(stage);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_TLS);
    assert_string_equal(talk_only_end(stage)->sni, "a.example");
    assert_int_equal(talk_only_end(stage)->info.orig.port, 56324);
}

/* ---- what the reader may ask -------------------------------------------------------------- */

static void skipped_octets_are_counted_and_not_delivered(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(OK) - 5, TC_SKIP, 5, 0});
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    static const char want[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[skip 5]" OK "[eof]";
    talk_expect(stage, 0, GET GET "[eof]", want);
    assert_int_equal(stage->counters.skipped_bytes, 5);
}

static void skip_that_begins_with_the_next_segment_is_the_same(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_SKIP, 9, 0});
    tc_log_rule(&stage->log, (struct tc_rule){R, 13, TC_SKIP, 1, 0}); /* from skipped() */
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, "HTTP");
    tc_send(&stage->c, R, "/1.1 200");
    tc_send(&stage->c, R, " OK\r\n\r\n");
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, "HTTP[skip 9][skip 1]K\r\n\r\n");
}

static void skip_of_all_lasts_until_the_end(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_SKIP, UINT64_MAX, 0});
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET GET "[eof]", "HTTP[skip 82][eof]");
    assert_int_equal(2 * strlen(OK) - 4, 82);
}

static void skip_beyond_the_end_tells_what_there_was(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_SKIP, 100000, 0});
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, "HTTP[skip 39]");
}

static void held_octets_come_when_asked_for(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){O, strlen(GET), TC_HOLD, 0, 0});
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(OK), TC_RESUME, 0, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET GET);
    tc_send(&stage->c, O, GET);
    (void)tc_stage_feed(stage);
    assert_string_equal(tc_log_text(&stage->log, 0, O), GET);
    assert_true(stage->counters.held_bytes_peak >= 2 * strlen(GET));
    tc_send(&stage->c, R, OK);
    (void)tc_stage_feed(stage);
    assert_string_equal(tc_log_text(&stage->log, 0, O), GET GET GET);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET GET GET "[eof]", OK "[eof]");
}

static void end_of_a_held_direction_waits_for_what_is_held(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){O, strlen(GET), TC_HOLD, 0, 0});
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(OK), TC_RESUME, 0, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET GET);
    tc_fin(&stage->c, O);
    (void)tc_stage_feed(stage);
    assert_string_equal(tc_log_text(&stage->log, 0, O), GET);
    tc_send(&stage->c, R, OK);
    (void)tc_stage_feed(stage);
    assert_string_equal(tc_log_text(&stage->log, 0, O), GET GET "[eof]");
    tc_stage_finish(stage);
}

#define CONNECT   "CONNECT b:443 HTTP/1.1\r\n\r\n"
#define CONNECTED "HTTP/1.1 200 OK\r\n\r\n"

static void tunnel_rules(struct tc_stage *stage)
{
    tc_log_rule(&stage->log, (struct tc_rule){O, strlen(CONNECT), TC_HOLD, 0, 0});
    tc_log_rule(&stage->log,
                (struct tc_rule){R, strlen(CONNECTED), TC_TUNNEL, CT_PROTO_CONNECT, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, CONNECT);
    tc_send(&stage->c, R, CONNECTED);
}

static void http_in_a_tunnel_is_read_anew(void **state)
{
    struct tc_stage *stage = *state;
    tunnel_rules(stage);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 2);
    talk_expect(stage, 0, CONNECT, CONNECTED);
    talk_expect(stage, 1, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->log.readers[0]->why, CT_CLOSE_TUNNEL);
    assert_int_equal(stage->log.readers[1]->why, CT_CLOSE_FIN);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_HTTP1);
}

/* What the client sent after the tunnel's request was held; it belongs to the tunnel. */
static void octets_held_before_a_tunnel_belong_to_it(void **state)
{
    struct tc_stage *stage = *state;
    tunnel_rules(stage);
    tc_send(&stage->c, O, GET);
    tc_swap_last(&stage->c);
    tc_send(&stage->c, R, OK);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 2);
    talk_expect(stage, 0, CONNECT, CONNECTED);
    talk_expect(stage, 1, GET, OK);
}

static void tls_in_a_tunnel_is_recognised(void **state)
{
    struct tc_stage *stage = *state;
    tunnel_rules(stage);
    tc_send_bytes(&stage->c, O, hello, sizeof hello - 1);
    tc_stage_finish(stage);
    talk_expect(stage, 0, CONNECT, CONNECTED);
    assert_int_equal(stage->log.n_readers, 1);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_TLS);
    assert_string_equal(talk_only_end(stage)->sni, "a.example");
}

static void tunnel_with_unknown_content_keeps_its_name(void **state)
{
    struct tc_stage *stage = *state;
    tunnel_rules(stage);
    tc_send(&stage->c, O, "\x01\x02\x03");
    tc_send(&stage->c, R, "\x04\x05\x06");
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, CONNECT, CONNECTED);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_CONNECT);
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
    assert_int_equal(talk_only_end(stage)->bytes[O], strlen(CONNECT) + 3);
}

static void skip_is_told_before_a_tunnel_ends_it(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){O, 4, TC_SKIP, 1000, 0});
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_TUNNEL, CT_PROTO_UPGRADE, 0});
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, "GET [skip 24]", "HTTP");
    assert_int_equal(stage->log.readers[0]->why, CT_CLOSE_TUNNEL);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_UPGRADE);
}

static void rejected_connection_counts_as_what_the_reader_said(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){O, 3, TC_REJECT, CT_PROTO_UNKNOWN, 0});
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 1);
    talk_expect(stage, 0, "GET", "");
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_UNKNOWN);
    assert_int_equal(talk_only_end(stage)->bytes[R], 2 * strlen(OK));
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(protocol_is_recognised_on_any_port),
        T(unknown_protocol_costs_no_memory),
        T(request_cut_in_small_pieces_is_recognised),
        T(response_captured_before_its_request_is_delivered_too),
        T(reader_that_refuses_is_done_without),
        T(name_in_a_tls_hello_is_told_at_the_end),
        T(proxy_header_of_version_1_gives_the_client),
        T(proxy_header_of_version_2_gives_the_client),
        T(proxy_header_with_long_extensions_is_passed_over),
        T(http_from_the_client_ends_the_wait_for_a_tls_hello),
        T(http_that_answers_something_else_is_read),
        T(proxy_header_before_tls_keeps_the_name),
        T(skipped_octets_are_counted_and_not_delivered),
        T(skip_that_begins_with_the_next_segment_is_the_same),
        T(skip_of_all_lasts_until_the_end),
        T(skip_beyond_the_end_tells_what_there_was),
        T(held_octets_come_when_asked_for),
        T(end_of_a_held_direction_waits_for_what_is_held),
        T(http_in_a_tunnel_is_read_anew),
        T(octets_held_before_a_tunnel_belong_to_it),
        T(tls_in_a_tunnel_is_recognised),
        T(tunnel_with_unknown_content_keeps_its_name),
        T(skip_is_told_before_a_tunnel_ends_it),
        T(rejected_connection_counts_as_what_the_reader_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
