/* SPDX-License-Identifier: Apache-2.0 */
/* What happens at each limit of the http stage: marked, counted, bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/wire.h"

static void small(struct ct_limits *limits)
{
    limits->uri_bytes = 10;
    limits->header_bytes = 20;
    limits->header_lines = 3;
}

static void little_memory(struct ct_limits *limits)
{
    limits->message_bytes_total = CT_KIB(64);
}

static void long_targets_are_cut_and_marked(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < 60; cut++) {
        struct wire wire;
        wire_init(&wire, small);
        wire.terse = true;
        wire.cut = cut;
        wire_open(&wire, false);
        wire_send(&wire, CT_DIR_ORIG, "GET /34567890 HTTP/1.1\r\n\r\n");
        wire_send(&wire, CT_DIR_ORIG, "GET /345678901 HTTP/1.0\r\n\r\n");
        wire_send(&wire, CT_DIR_ORIG,
                  "GET /a/very/long/target/that/takes/more/than/one/block/of/octets/in/all/and/"
                  "goes/on HTTP/1.1\r\n\r\n");
        wire_close(&wire, CT_CLOSE_END);
        assert_string_equal(wire_log(&wire), "1 GET /34567890 -\n2 GET /345678901 -\n"
                                             "3 GET /a/very/lo - uri-cut\n");
        wire_fini(&wire);
    }
}

static void limit_of_the_target_is_exact(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, small);
    wire.terse = true;
    wire_open(&wire, false);
    wire_send(&wire, CT_DIR_ORIG, "GET /234567890 HTTP/1.1\r\n\r\n");
    wire_close(&wire, CT_CLOSE_END);
    assert_string_equal(wire_log(&wire), "1 GET /234567890 -\n");
    assert_int_equal(ct_http_counters(wire.http)->uri_cut, 0);
    wire_fini(&wire);
}

static void lines_beyond_the_limits_are_parsed_not_kept(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, small);
    wire_open(&wire, false);
    wire_send(&wire, CT_DIR_ORIG,
              "POST / HTTP/1.1\r\nHost: 1234567890\r\nUser-Agent: 12345678901\r\nAge: 1\r\n"
              "Via: 2\r\nContent-Length: 4\r\n\r\nbody");
    wire_send(&wire, CT_DIR_RESP, "HTTP/1.1 204 N\r\n\r\n");
    assert_non_null(strstr(wire_log(&wire), "body 4+0"));
    assert_non_null(strstr(wire_log(&wire), "| header-cut | >Host=1234567890; >Age=1; >Via=2\n"));
    assert_int_equal(ct_http_counters(wire.http)->header_cut, 1);
    wire_fini(&wire);
}

/* Sends one header line without an end, n octets of it. */
static void send_endless(struct wire *wire, const char *begin, size_t n)
{
    char block[1000];
    memset(block, 'x', sizeof block);
    wire_send(wire, CT_DIR_ORIG, begin);
    for (size_t sent = 0; sent < n; sent += sizeof block) {
        wire_send_span(wire, CT_DIR_ORIG, (struct ct_span){(const uint8_t *)block, sizeof block});
    }
}

static void line_that_never_ends_takes_no_more_than_its_limit(void **state)
{
    static const char *const begins[] = {"GET /",
                                         "G",
                                         "GET / HTTP/1.1\r\nHost: ",
                                         "GET / HTTP/1.1\r\nName",
                                         "GET / HTTP/1.1\r\nA b",
                                         "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;"};
    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        struct wire wire;
        wire_init(&wire, NULL);
        wire_open(&wire, false);
        send_endless(&wire, begins[i], 2000000);
        wire_close(&wire, CT_CLOSE_END);
        assert_true(ct_http_counters(wire.http)->memory_bytes < CT_KIB(512));
        wire_fini(&wire);
    }
}

static void refused_memory_drops_lines_not_transactions(void **state)
{
    (void)state;
    struct wire wire;
    char value[3000];
    wire_init(&wire, little_memory);
    wire.terse = true;
    wire_open(&wire, false);
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    for (int i = 0; i < 40; i++) {
        char request[4096];
        (void)snprintf(request, sizeof request, "GET /%d HTTP/1.1\r\nHost: %s\r\n\r\n", i, value);
        wire_send(&wire, CT_DIR_ORIG, request);
    }
    for (int i = 0; i < 40; i++) {
        wire_send(&wire, CT_DIR_RESP, "HTTP/1.1 204 N\r\n\r\n");
    }
    wire_close(&wire, CT_CLOSE_END);
    assert_int_equal(ct_http_counters(wire.http)->transactions, 40);
    assert_true(ct_http_counters(wire.http)->refused > 0);
    assert_true(ct_http_counters(wire.http)->memory_bytes < CT_KIB(256));
    assert_non_null(
        strstr(wire_log(&wire), "40 GET /39 204\n") != NULL ? "" : strstr(wire_log(&wire), "40 "));
    wire_fini(&wire);
}

static void flood_of_requests_is_bounded(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, little_memory);
    wire.terse = true;
    wire_open(&wire, false);
    for (int i = 0; i < 5000; i++) {
        wire_send(&wire, CT_DIR_ORIG, "GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    wire_close(&wire, CT_CLOSE_END);
    assert_true(ct_http_counters(wire.http)->memory_bytes < CT_KIB(256));
    assert_true(ct_http_counters(wire.http)->transactions > 0);
    wire_fini(&wire);
}

static void steady_state_takes_no_more_memory(void **state)
{
    (void)state;
    struct wire wire;
    uint64_t after_first = 0;
    wire_init(&wire, NULL);
    wire.terse = true;
    for (int i = 0; i < 200; i++) {
        wire_open(&wire, false);
        wire_clear(&wire);
        wire_play(&wire, ">GET:/1 ^>GET:/2 <200+9 <404 >POST:/3+9- <200+5 !>GET:/4 <200 >GET:/5");
        if (i == 0) {
            after_first = ct_http_counters(wire.http)->memory_bytes;
        }
    }
    assert_int_equal(ct_http_counters(wire.http)->memory_bytes, after_first);
    wire_fini(&wire);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_targets_are_cut_and_marked),
        cmocka_unit_test(limit_of_the_target_is_exact),
        cmocka_unit_test(lines_beyond_the_limits_are_parsed_not_kept),
        cmocka_unit_test(line_that_never_ends_takes_no_more_than_its_limit),
        cmocka_unit_test(refused_memory_drops_lines_not_transactions),
        cmocka_unit_test(flood_of_requests_is_bounded),
        cmocka_unit_test(steady_state_takes_no_more_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
