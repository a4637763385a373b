/* SPDX-License-Identifier: Apache-2.0 */
/* Which response belongs to which request, with and without losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/wire.h"

static void expect_with(void (*change)(struct ct_limits *), bool midstream, bool acks,
                        const char *script, const char *expected)
{
    struct wire wire;
    wire_init(&wire, change);
    wire.terse = true;
    wire.acks = acks;
    wire_open(&wire, midstream);
    wire_play(&wire, script);
    assert_string_equal(wire_log(&wire), expected);
    wire_fini(&wire);
}

static void expect(const char *script, const char *expected)
{
    expect_with(NULL, false, true, script, expected);
}

static void requests_and_responses_alternate(void **state)
{
    (void)state;
    expect(">GET:/1 <200+3 >GET:/2 <404+1 >POST:/3+4 <304",
           "1 GET /1 200\n2 GET /2 404\n3 POST /3 304\n");
}

static void pipelined_requests_get_their_responses_in_order(void **state)
{
    (void)state;
    expect(">GET:/1 ^>HEAD:/2 ^>GET:/3 <200+3 <200 <304",
           "1 GET /1 200\n2 HEAD /2 200\n3 GET /3 304\n");
}

static void without_loss_acknowledgements_do_not_matter(void **state)
{
    (void)state;
    expect_with(NULL, false, false, ">GET:/1 >GET:/2 <200+3 <404 >GET:/3 <304",
                "1 GET /1 200\n2 GET /2 404\n3 GET /3 304\n");
}

static void response_may_be_captured_before_its_request(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, NULL);
    wire.terse = true;
    wire_open(&wire, false);
    static const char request[] = "GET /1 HTTP/1.1\r\n\r\n";
    static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    wire_send_acked(&wire, CT_DIR_RESP,
                    (struct ct_span){(const uint8_t *)response, sizeof response - 1},
                    WIRE_ORIGIN + sizeof request - 1);
    assert_string_equal(wire_log(&wire), "");
    wire_send_acked(&wire, CT_DIR_ORIG,
                    (struct ct_span){(const uint8_t *)request, sizeof request - 1}, WIRE_ORIGIN);
    assert_string_equal(wire_log(&wire), "1 GET /1 200\n");
    wire_fini(&wire);
}

static void requests_left_over_are_unanswered(void **state)
{
    (void)state;
    expect(">GET:/1 <200 >GET:/2", "1 GET /1 200\n2 GET /2 -\n");
}

static void response_without_request_stands_alone(void **state)
{
    (void)state;
    expect(">GET:/1 <200 <408", "1 GET /1 200\n2 - 408\n");
}

static void lost_response_leaves_its_request_unanswered(void **state)
{
    (void)state;
    expect(">GET:/1 <200 >GET:/2 !<200+5 >GET:/3 <203", "1 GET /1 200\n2 GET /2 -\n3 GET /3 203\n");
}

static void lost_request_leaves_its_response_alone(void **state)
{
    (void)state;
    expect(">GET:/1 <200 !>GET:/2 <404+5 >GET:/3 <203",
           "1 GET /1 200\n2 - 404 method-unknown\n3 GET /3 203\n");
}

static void lost_first_messages_do_not_shift_the_rest(void **state)
{
    (void)state;
    expect("!>GET:/1 <200+2 >GET:/2 <203 >GET:/3 <204",
           "1 - 200 method-unknown\n2 GET /2 203\n3 GET /3 204\n");
    expect(">GET:/1 !<200+2 >GET:/2 <203 >GET:/3 <204", "1 GET /1 -\n2 GET /2 203\n3 GET /3 204\n");
}

static void losses_on_both_sides_do_not_mix_transactions(void **state)
{
    (void)state;
    expect(">GET:/1 !<200 !>GET:/2 <202 >GET:/3 <203 >GET:/4 !<204 >GET:/5 <205",
           "1 GET /1 -\n2 - 202\n3 GET /3 203\n4 GET /4 -\n5 GET /5 205\n");
}

static void lost_response_among_pipelined_ones_is_found_by_counting(void **state)
{
    (void)state;
    expect(">GET:/1 ^>GET:/2 ^>GET:/3 <201 !<202 <203", "1 GET /1 201\n2 GET /2 -\n3 GET /3 203\n");
    expect(">GET:/1 ^>GET:/2 ^>GET:/3 !<201 <202 <203 >GET:/4 <204",
           "1 GET /1 -\n2 GET /2 202\n3 GET /3 203\n4 GET /4 204\n");
}

static void lost_responses_among_pipelined_ones_make_the_order_unknown(void **state)
{
    (void)state;
    expect(">GET:/1 ^>GET:/2 ^>GET:/3 ^>GET:/4 <201 !<202 !<203 <204",
           "1 GET /1 201\n2 GET /2 - order-unknown\n3 GET /3 - order-unknown\n"
           "4 GET /4 - order-unknown\n5 - 204 order-unknown\n");
}

static void order_is_known_again_after_a_pause_of_the_pipeline(void **state)
{
    (void)state;
    /* The last request was sent when everything before had been received. */
    expect(">GET:/1 <200 >GET:/2 !<202 >GET:/3 <203 >GET:/4 <204",
           "1 GET /1 200\n2 GET /2 -\n3 GET /3 203\n4 GET /4 204\n");
}

static void lost_request_among_pipelined_ones_is_not_guessed(void **state)
{
    (void)state;
    expect(">GET:/0 ^>GET:/1 !>GET:/2 ^>GET:/3 <200 <201 <202 <203",
           "1 GET /0 200\n2 GET /1 201\n4 - 202\n3 GET /3 - order-unknown\n"
           "5 - 203 order-unknown\n");
}

static void hole_in_the_end_of_a_header_keeps_the_pair(void **state)
{
    (void)state;
    expect(">GET:/1 <304- >GET:/2 <203", "1 GET /1 304 gap-in-head\n2 GET /2 203\n");
    expect(">GET:/1- <200 >GET:/2 <203", "1 GET /1 200 gap-in-head\n2 GET /2 203\n");
}

static void hole_in_a_body_changes_nothing(void **state)
{
    (void)state;
    expect(">POST:/1+9- <200+7- >GET:/2 <203", "1 POST /1 200\n2 GET /2 203\n");
}

static void capture_that_begins_in_the_middle_pairs_what_it_sees(void **state)
{
    (void)state;
    expect_with(NULL, true, true, ">GET:/1 <200+3 >GET:/2 <404",
                "1 GET /1 200 midstream\n2 GET /2 404 midstream\n");
    expect_with(NULL, true, false, ">GET:/1 <200+3 >GET:/2 <404",
                "1 GET /1 200 midstream\n2 GET /2 404 midstream\n");
    expect_with(NULL, true, true, "<200+3 >GET:/2 <404",
                "1 - 200 midstream,method-unknown\n2 GET /2 404 midstream\n");
}

static void one_direction_alone_is_listed(void **state)
{
    (void)state;
    expect_with(NULL, false, false, ">GET:/1 >GET:/2", "1 GET /1 -\n2 GET /2 -\n");
    expect_with(NULL, false, false, "<200+3 <404", "1 - 200 method-unknown\n2 - 404\n");
    /* The other direction is known only by its acknowledgements. */
    expect(">GET:/1 !<200 >GET:/2 !<201", "1 GET /1 -\n2 GET /2 -\n");
    expect("!>GET:/1 <200 !>GET:/2 <201", "1 - 200\n2 - 201\n");
}

static void two_pending(struct ct_limits *limits)
{
    limits->pending_requests = 2;
}

static void requests_beyond_the_limit_keep_their_place(void **state)
{
    (void)state;
    expect_with(two_pending, false, true,
                ">GET:/0 <200 >GET:/1 ^>GET:/2 ^>GET:/3 ^>GET:/4 <201 ^>GET:/5 <202 <203 <204 <205",
                "1 GET /0 200\n"
                "4 GET /3 - too-many-pending\n5 GET /4 - too-many-pending\n"
                "2 GET /1 201\n3 GET /2 202\n"
                "7 - 203 too-many-pending\n8 - 204 too-many-pending\n6 GET /5 205\n");
}

static void interim_responses_belong_to_the_final_one(void **state)
{
    (void)state;
    expect(">POST:/1+4 <100 <103 <200+1 >GET:/2 <204", "1 POST /1 200 interim\n2 GET /2 204\n");
}

static void interim_response_in_a_hole_is_no_response(void **state)
{
    (void)state;
    expect(">POST:/1+4 !<100 <200+1 >GET:/2 <204", "1 POST /1 200\n2 GET /2 204\n");
}

static void early_response_waits_for_the_end_of_its_request(void **state)
{
    (void)state;
    struct wire wire;
    wire_init(&wire, NULL);
    wire.terse = true;
    wire_open(&wire, false);
    wire_send(&wire, CT_DIR_ORIG, "POST /1 HTTP/1.1\r\nContent-Length: 10\r\n\r\n01234");
    wire_send(&wire, CT_DIR_RESP, "HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n");
    assert_string_equal(wire_log(&wire), "");
    wire_send(&wire, CT_DIR_ORIG, "56789");
    assert_string_equal(wire_log(&wire), "1 POST /1 413 early-response\n");
    wire_fini(&wire);
}

/* Keep-alive traffic with each segment lost in turn: what survived is paired right. */
static void any_lost_segment_touches_only_its_own_transaction(void **state)
{
    (void)state;
    for (int lost = 0; lost < 20; lost++) {
        struct wire wire;
        char expected[1024] = "";
        wire_init(&wire, NULL);
        wire.terse = true;
        wire_open(&wire, false);
        uint64_t acked[2] = {WIRE_ORIGIN, WIRE_ORIGIN};
        for (int i = 0; i < 10; i++) {
            char request[64];
            char response[64];
            (void)snprintf(request, sizeof request, "GET /%d HTTP/1.1\r\n\r\n", i);
            (void)snprintf(response, sizeof response,
                           "HTTP/1.1 %d X\r\nContent-Length: 3\r\n\r\nabc", 210 + i);
            if (lost == 2 * i) {
                wire_lose(&wire, CT_DIR_ORIG, strlen(request));
            } else {
                wire_send(&wire, CT_DIR_ORIG, request);
            }
            if (lost == 2 * i + 1) {
                wire_lose(&wire, CT_DIR_RESP, strlen(response));
            } else {
                wire_send(&wire, CT_DIR_RESP, response);
            }
            size_t n = strlen(expected);
            if (lost == 2 * i) {
                (void)snprintf(expected + n, sizeof expected - n, "%d - %d method-unknown\n", i + 1,
                               210 + i);
            } else if (lost == 2 * i + 1) {
                (void)snprintf(expected + n, sizeof expected - n, "%d GET /%d -\n", i + 1, i);
            } else {
                (void)snprintf(expected + n, sizeof expected - n, "%d GET /%d %d\n", i + 1, i,
                               210 + i);
            }
        }
        (void)acked;
        wire_close(&wire, CT_CLOSE_FIN);
        assert_string_equal(wire_log(&wire), expected);
        wire_fini(&wire);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_and_responses_alternate),
        cmocka_unit_test(pipelined_requests_get_their_responses_in_order),
        cmocka_unit_test(without_loss_acknowledgements_do_not_matter),
        cmocka_unit_test(response_may_be_captured_before_its_request),
        cmocka_unit_test(requests_left_over_are_unanswered),
        cmocka_unit_test(response_without_request_stands_alone),
        cmocka_unit_test(lost_response_leaves_its_request_unanswered),
        cmocka_unit_test(lost_request_leaves_its_response_alone),
        cmocka_unit_test(lost_first_messages_do_not_shift_the_rest),
        cmocka_unit_test(losses_on_both_sides_do_not_mix_transactions),
        cmocka_unit_test(lost_response_among_pipelined_ones_is_found_by_counting),
        cmocka_unit_test(lost_responses_among_pipelined_ones_make_the_order_unknown),
        cmocka_unit_test(order_is_known_again_after_a_pause_of_the_pipeline),
        cmocka_unit_test(lost_request_among_pipelined_ones_is_not_guessed),
        cmocka_unit_test(hole_in_the_end_of_a_header_keeps_the_pair),
        cmocka_unit_test(hole_in_a_body_changes_nothing),
        cmocka_unit_test(capture_that_begins_in_the_middle_pairs_what_it_sees),
        cmocka_unit_test(one_direction_alone_is_listed),
        cmocka_unit_test(requests_beyond_the_limit_keep_their_place),
        cmocka_unit_test(interim_responses_belong_to_the_final_one),
        cmocka_unit_test(interim_response_in_a_hole_is_no_response),
        cmocka_unit_test(early_response_waits_for_the_end_of_its_request),
        cmocka_unit_test(any_lost_segment_touches_only_its_own_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
