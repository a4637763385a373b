/* SPDX-License-Identifier: Apache-2.0 */
/* Connections as TCP makes them: start, order, end, who is who, and what the reader may ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/conv.h"

#define O   CT_DIR_ORIG
#define R   CT_DIR_RESP
#define GET "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
#define OK  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static int begin(void **state)
{
    static struct tc_stage stage;
    tc_stage_begin(&stage);
    *state = &stage;
    return 0;
}

static int end(void **state)
{
    tc_stage_end(*state);
    return 0;
}

static void expect(const struct tc_stage *stage, size_t reader, const char *orig, const char *resp)
{
    if (stage->log.broken != NULL) {
        fail_msg("%s", stage->log.broken);
    }
    assert_string_equal(tc_log_text(&stage->log, reader, O), orig);
    assert_string_equal(tc_log_text(&stage->log, reader, R), resp);
}

static const struct tc_end *only_end(const struct tc_stage *stage)
{
    if (stage->log.broken != NULL) {
        fail_msg("%s", stage->log.broken);
    }
    assert_int_equal(stage->log.n_ends, 1);
    return &stage->log.ends[0];
}

static bool same_endpoint(const struct ct_endpoint *a, const struct ct_endpoint *b)
{
    return ct_base_endpoint_compare(a, b) == 0;
}

static void exchange(struct tc *c)
{
    tc_send(c, O, GET);
    tc_ack(c, R);
    tc_send(c, R, OK);
    tc_ack(c, O);
}

/* ---- in order ----------------------------------------------------------------------------- */

static void conversation_in_order_is_delivered(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    const struct tc_end *got = only_end(stage);
    assert_int_equal(got->proto, CT_PROTO_HTTP1);
    assert_int_equal(got->why, CT_CLOSE_FIN);
    assert_int_equal(got->bytes[O], strlen(GET));
    assert_int_equal(got->bytes[R], strlen(OK));
    assert_int_equal(got->missing[O] + got->missing[R], 0);
    assert_int_equal(got->packets[O], 5); /* the last ACK comes after the end */
    assert_int_equal(got->packets[R], 4);
    assert_false(got->info.midstream);
    assert_false(got->one_way);
    assert_false(got->has_sni);
    assert_true(same_endpoint(&got->info.orig, &stage->c.ends[O]));
    assert_true(same_endpoint(&got->info.resp, &stage->c.ends[R]));
    assert_int_equal(got->info.first_ns, stage->c.segments[0].ts_ns);
    assert_int_equal(stage->counters.connections, 1);
    assert_int_equal(stage->counters.status[CT_SEGMENT_DATA], 2);
    assert_int_equal(stage->counters.status[CT_SEGMENT_CONTROL], 7);
    assert_int_equal(stage->counters.status[CT_SEGMENT_AFTER_CLOSE], 1);
    assert_int_equal(stage->counters.midstream, 0);
    assert_int_equal(stage->counters.gaps, 0);
}

static void client_is_who_opened_whatever_the_ports(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.ends[O].port = 80;
    stage->c.ends[R].port = 50000;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_true(same_endpoint(&only_end(stage)->info.orig, &stage->c.ends[O]));
}

static void answer_tells_how_far_its_sender_had_read(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_stage_finish(stage);
    const struct tc_reader *reader = stage->log.readers[0];
    assert_int_equal(reader->half[R].last_peer_offset - reader->half[O].base, strlen(GET));
    assert_int_equal(reader->half[O].last_peer_offset, reader->half[R].base);
}

static void sequence_numbers_may_wrap(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.isn[O] = UINT32_MAX - 5;
    stage->c.isn[R] = UINT32_MAX;
    stage->c.mss = 4;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
}

static void more_than_4_gib_are_counted(void **state)
{
    struct tc_stage *stage = *state;
    static uint8_t block[1 << 20];
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_SKIP, UINT64_MAX, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    (void)tc_stage_feed(stage);
    stage->c.mss = sizeof block;
    stage->c.snap = 0;
    for (int i = 0; i < 4200; i++) { /* past the conversation, which would keep them all */
        tc_send_bytes(&stage->c, R, block, sizeof block);
        assert_int_equal(ct_stream_segment(stage->streams, tc_last(&stage->c)), CT_SEGMENT_DATA);
        tc_remove(&stage->c, stage->c.n - 1);
    }
    ct_stream_finish(stage->streams);
    assert_int_equal(only_end(stage)->bytes[R], strlen(OK) + 4200 * (uint64_t)sizeof block);
    assert_int_equal(only_end(stage)->missing[R], 4200 * (uint64_t)sizeof block);
}

/* ---- disorder ----------------------------------------------------------------------------- */

static void segments_out_of_order_are_put_in_order(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, "GET /a HT");
    tc_send(&stage->c, O, "TP/1.1\r\nHost");
    tc_swap_last(&stage->c);
    tc_send(&stage->c, O, ": x\r\n\r\n");
    tc_send(&stage->c, R, OK);
    tc_swap_last(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_true(stage->counters.out_of_order > 0);
    assert_int_equal(stage->counters.gaps, 0);
}

static void retransmission_is_a_duplicate(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_DATA);
    tc_repeat_last(&stage->c);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_DUPLICATE);
    tc_send(&stage->c, R, OK);
    tc_repeat_last(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
    assert_int_equal(stage->counters.status[CT_SEGMENT_DUPLICATE], 2);
    assert_int_equal(stage->counters.conflicts, 0);
}

static void retransmission_may_be_cut_otherwise(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, "GET /a H");
    tc_at(&stage->c, O, 4, "/a HTTP/1.1\r\n");
    tc_at(&stage->c, O, 0, GET);
    stage->c.sent[O] = 1 + strlen(GET);
    tc_send(&stage->c, R, OK);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
}

static void first_copy_of_an_octet_wins(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_at(&stage->c, O, 14, "1\r\nHost: x\r\n\r\n");
    tc_at(&stage->c, O, 5, "a HTTP/1.9\r\n"); /* overlaps what waits, and differs there */
    tc_at(&stage->c, O, 0, "GET /");
    tc_stage_finish(stage);
    expect(stage, 0, GET, "");
    assert_int_equal(stage->counters.conflicts, 1);
}

static void every_packet_captured_twice_changes_nothing(void **state)
{
    struct tc_stage *stage = *state;
    struct dice dice = {1};
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_repeat_some(&stage->c, &dice, 100, 1);
    assert_int_equal(stage->c.n, 20);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
    assert_int_equal(stage->counters.connections, 1);
    assert_int_equal(stage->counters.status[CT_SEGMENT_DUPLICATE], 2);
}

static void time_that_goes_backwards_is_harmless(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    for (size_t i = 0; i < stage->c.n; i++) {
        stage->c.segments[i].ts_ns -= (int64_t)(i * 7 % 5) * CT_NS_PER_S;
    }
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
}

/* ---- start -------------------------------------------------------------------------------- */

static void connection_without_its_start_is_read_from_the_middle(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.sent[O] = 777;
    stage->c.sent[R] = 888;
    exchange(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET GET "[eof]", OK OK "[eof]");
    assert_true(only_end(stage)->info.midstream);
    assert_true(same_endpoint(&only_end(stage)->info.orig, &stage->c.ends[O]));
    assert_int_equal(stage->counters.midstream, 1);
}

static void content_tells_who_is_the_client(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.ends[O].port = 80; /* the ports say the opposite */
    stage->c.ends[R].port = 50000;
    stage->c.sent[O] = 777;
    stage->c.sent[R] = 888;
    tc_send(&stage->c, R, OK);
    tc_ack(&stage->c, O);
    exchange(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK OK);
    assert_true(same_endpoint(&only_end(stage)->info.orig, &stage->c.ends[O]));
}

static void rest_of_a_body_before_the_first_message_is_passed(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.sent[O] = 777;
    stage->c.sent[R] = 888;
    tc_send(&stage->c, R, "the rest of some body");
    tc_send(&stage->c, R, "and more of it");
    tc_ack(&stage->c, O);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    if (stage->log.broken != NULL) {
        fail_msg("%s", stage->log.broken);
    }
    assert_string_equal(tc_log_text(&stage->log, 0, O), GET "[eof]");
    const char *got = tc_log_text(&stage->log, 0, R);
    if (strstr(got, OK "[eof]") == NULL) {
        fail_msg("%s", got);
    }
}

static void answer_to_a_syn_tells_who_opened(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.ends[O].port = 80;
    stage->c.ends[R].port = 50000;
    tc_drop_next(&stage->c);
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_true(same_endpoint(&only_end(stage)->info.orig, &stage->c.ends[O]));
}

static void data_captured_before_the_syn_is_kept(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_move(&stage->c, 3, 0); /* the request, then the handshake */
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->log.n_ends, 1);
}

static void syn_may_carry_data(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_send(c, O, GET);
    struct ct_segment *first = tc_last(c);
    first->flags = CT_TCP_SYN;
    first->ack = 0;
    c->sent[O] = 1 + strlen(GET);
    tc_syn_ack(c, R);
    tc_ack(c, O);
    tc_send(c, R, OK);
    tc_close(c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->bytes[O], strlen(GET));
}

static void both_sides_may_open_at_once(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_syn(c, R);
    tc_syn(c, O);
    for (int i = 0; i < 2; i++) {
        enum ct_dir dir = i == 0 ? R : O;
        tc_ack(c, dir);
        tc_last(c)->flags = CT_TCP_SYN | CT_TCP_ACK;
        tc_last(c)->seq--;
    }
    exchange(c);
    tc_close(c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.connections, 1);
    assert_true(same_endpoint(&only_end(stage)->info.orig, &c->ends[O]));
}

static void syn_sent_again_is_the_same_connection(void **state)
{
    struct tc_stage *stage = *state;
    tc_syn(&stage->c, O);
    tc_repeat_last(&stage->c);
    tc_repeat_last(&stage->c);
    tc_syn_ack(&stage->c, R);
    tc_repeat_last(&stage->c);
    tc_ack(&stage->c, O);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.connections, 1);
}

static void end_points_may_be_the_same(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.ends[R] = stage->c.ends[O];
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage); /* one host talking to one of its ports: counted, not understood */
    assert_null(stage->log.broken);
    assert_true(stage->log.n_ends > 0);
}

/* ---- end ---------------------------------------------------------------------------------- */

static void half_closed_connection_goes_on(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_fin(&stage->c, O);
    tc_ack(&stage->c, R);
    tc_send(&stage->c, R, OK);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_DATA);
    assert_int_equal(stage->log.n_ends, 0);
    tc_fin(&stage->c, R);
    (void)tc_stage_feed(stage);
    assert_int_equal(stage->log.n_ends, 1);
    tc_ack(&stage->c, O);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
}

static void fin_may_carry_data_and_come_early(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_last(&stage->c)->flags |= CT_TCP_FIN;
    stage->c.sent[R]++;
    tc_swap_last(&stage->c); /* before the request */
    tc_fin(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
}

static void fin_captured_before_the_last_data_waits(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_fin(&stage->c, R);
    tc_swap_last(&stage->c);
    tc_fin(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
}

static void nothing_is_delivered_after_the_end_of_a_direction(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_fin(&stage->c, O);
    tc_send(&stage->c, O, GET);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_OUT_OF_WINDOW);
    tc_send(&stage->c, R, OK);
    tc_fin(&stage->c, R);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
}

/* A FIN in the midst of what the sender goes on to send was not the sender's. */
static void fin_before_more_data_is_not_believed(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_at(&stage->c, O, (int64_t)strlen(GET) + 4, ""); /* a FIN ahead */
    tc_last(&stage->c)->flags |= CT_TCP_FIN;
    tc_send(&stage->c, O, GET);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET GET GET "[eof]", OK "[eof]");
}

static void reset_ends_the_connection(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_rst(&stage->c, R);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 11000);
    assert_int_equal(stage->log.n_ends, 1);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
    assert_int_equal(only_end(stage)->why, CT_CLOSE_RST);
    assert_int_equal(stage->counters.reset, 1);
}

static void data_captured_after_its_reset_is_kept(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_rst(&stage->c, R);
    tc_swap_last(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
    assert_int_equal(only_end(stage)->why, CT_CLOSE_RST);
}

static void reset_far_from_the_connection_is_not_its_own(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_rst(&stage->c, R);
    tc_last(&stage->c)->seq += UINT32_C(0x60000000);
    tc_send(&stage->c, R, OK);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 15000);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
}

static void connection_that_was_refused_is_reset(void **state)
{
    struct tc_stage *stage = *state;
    tc_syn(&stage->c, O);
    stage->c.isn[R] = 0;
    tc_rst(&stage->c, R); /* sequence number 0, acknowledges the SYN */
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 11000);
    assert_int_equal(only_end(stage)->why, CT_CLOSE_RST);
    assert_int_equal(only_end(stage)->proto, CT_PROTO_NONE);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 0);
    assert_int_equal(stage->counters.opened_without_data, 1);
}

static void late_copies_after_the_end_open_nothing(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    (void)tc_stage_feed(stage);
    tc_at(&stage->c, O, 0, GET);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.connections, 1);
}

static void idle_connection_is_ended(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.idle_seconds = 100;
    tc_open(&stage->c);
    exchange(&stage->c);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 99000);
    assert_int_equal(stage->log.n_ends, 0);
    tc_stage_wait(stage, 2000);
    assert_int_equal(only_end(stage)->why, CT_CLOSE_IDLE);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
}

static void input_that_ends_ends_what_is_open(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
    assert_int_equal(only_end(stage)->why, CT_CLOSE_END);
}

/* The same end points again, with numbers far ahead as RFC 6528 makes them. */
static void new_syn_on_a_closed_connection_begins_another(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    for (int i = 0; i < 3; i++) {
        tc_open(c);
        exchange(c);
        tc_close(c);
        c->isn[O] += 300000;
        c->isn[R] += 400000;
        c->sent[O] = 0;
        c->sent[R] = 0;
    }
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 3);
    for (size_t i = 0; i < 3; i++) {
        expect(stage, i, GET "[eof]", OK "[eof]");
        assert_int_equal(stage->log.ends[i].why, CT_CLOSE_FIN);
    }
}

static void new_syn_on_a_live_connection_begins_another(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_open(c);
    exchange(c);
    c->isn[O] += 300000;
    c->isn[R] += 400000;
    c->sent[O] = 0;
    c->sent[R] = 0;
    tc_open(c);
    exchange(c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 2);
    expect(stage, 0, GET, OK);
    expect(stage, 1, GET, OK);
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_REUSE);
    assert_int_equal(stage->log.ends[1].why, CT_CLOSE_END);
    assert_string_not_equal(stage->log.ends[0].info.uid, stage->log.ends[1].info.uid);
}

/* ---- odd segments ------------------------------------------------------------------------- */

static void keepalive_is_not_data(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_at(&stage->c, O, (int64_t)strlen(GET) - 1, ""); /* without an octet */
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_KEEPALIVE);
    tc_ack(&stage->c, R);
    tc_at(&stage->c, O, (int64_t)strlen(GET) - 1, "?"); /* with one of no meaning */
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_KEEPALIVE);
    exchange(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET GET, OK OK);
    assert_int_equal(stage->counters.conflicts, 0);
}

static void probe_of_a_closed_window_is_delivered_once(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_at(&stage->c, R, 0, "H");
    tc_at(&stage->c, R, 0, "H");
    tc_ack(&stage->c, O);
    tc_send(&stage->c, R, OK);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
}

static void urgent_data_is_data(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_last(&stage->c)->flags |= CT_TCP_URG;
    tc_stage_finish(stage);
    expect(stage, 0, GET, "");
    assert_int_equal(stage->counters.urgent, 1);
}

static void segment_far_from_its_connection_is_left_out(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_at(&stage->c, O, INT64_C(0x50000000), "far away");
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_OUT_OF_WINDOW);
    tc_send(&stage->c, R, OK);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.status[CT_SEGMENT_OUT_OF_WINDOW], 1);
}

/* The start of the second connection was lost, and its numbers are far from the first's. */
static void many_far_segments_are_another_connection(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_open(c);
    exchange(c);
    c->isn[O] += UINT32_C(0x60000000);
    c->isn[R] += UINT32_C(0x60000000);
    for (int i = 0; i < 20; i++) {
        exchange(c);
    }
    tc_stage_finish(stage);
    assert_null(stage->log.broken);
    assert_int_equal(stage->log.n_ends, 2);
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_REUSE);
    assert_int_equal(stage->log.n_readers, 2);
    assert_int_equal(strncmp(tc_log_text(&stage->log, 1, O), GET, strlen(GET)), 0);
}

static void segment_of_no_connection_opens_one_only_with_data(void **state)
{
    struct tc_stage *stage = *state;
    tc_ack(&stage->c, O);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_NO_CONNECTION);
    tc_fin(&stage->c, R);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_NO_CONNECTION);
    tc_rst(&stage->c, O);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_NO_CONNECTION);
    assert_int_equal(stage->counters.connections, 0);
    tc_send(&stage->c, O, GET);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_DATA);
    assert_int_equal(stage->counters.connections, 1);
    tc_stage_finish(stage);
}

static void one_direction_alone_is_read(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    stage->c.sent[O] = 777;
    stage->c.sent[R] = 888;
    tc_send(c, R, OK);
    c->sent[O] += strlen(GET); /* on a path that is not captured; the answer acknowledges it */
    tc_send(c, R, OK);
    tc_fin(c, R);
    tc_stage_finish(stage);
    expect(stage, 0, "[gap 28]", OK OK "[eof]");
    assert_int_equal(strlen(GET), 28);
    assert_true(only_end(stage)->one_way);
    assert_int_equal(stage->counters.one_way, 1);
    assert_true(same_endpoint(&only_end(stage)->info.orig, &c->ends[O]));
}

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
    assert_int_equal(only_end(stage)->proto, CT_PROTO_UNKNOWN);
    assert_int_equal(only_end(stage)->bytes[R], sizeof block);
    assert_int_equal(only_end(stage)->missing[R], 0);
}

static void request_cut_in_small_pieces_is_recognised(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.mss = 1;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
}

static void response_captured_before_its_request_is_delivered_too(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_swap_last(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET, OK);
}

static void reader_that_refuses_is_done_without(void **state)
{
    struct tc_stage *stage = *state;
    stage->log.refuse_open = true;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 0);
    assert_int_equal(only_end(stage)->proto, CT_PROTO_HTTP1);
    assert_int_equal(only_end(stage)->bytes[R], strlen(OK));
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
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
        stage->c.sent[O] = 0;
        stage->c.sent[R] = 0;
        stage->c.ends[O].port++;
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
        stage->c.sent[O] = 0;
        stage->c.sent[R] = 0;
        stage->c.ends[O].port++;
        stage->c.mss = mss;
        tc_open(&stage->c);
        tc_send_bytes(&stage->c, O, header, n);
        exchange(&stage->c);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    for (size_t i = 0; i < stage->log.n_ends; i++) {
        char text[CT_ADDR_TEXT_MAX];
        expect(stage, i, GET "[eof]", OK "[eof]");
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
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(only_end(stage)->proto, CT_PROTO_HTTP1);
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
    assert_int_equal(only_end(stage)->proto, CT_PROTO_TLS);
    assert_string_equal(only_end(stage)->sni, "a.example");
    assert_int_equal(only_end(stage)->info.orig.port, 56324);
}

/* ---- what the reader may ask -------------------------------------------------------------- */

static void skipped_octets_are_counted_and_not_delivered(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(OK) - 5, TC_SKIP, 5, 0});
    tc_open(&stage->c);
    exchange(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    static const char want[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[skip 5]" OK "[eof]";
    expect(stage, 0, GET GET "[eof]", want);
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
    expect(stage, 0, GET, "HTTP[skip 9][skip 1]K\r\n\r\n");
}

static void skip_of_all_lasts_until_the_end(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_SKIP, UINT64_MAX, 0});
    tc_open(&stage->c);
    exchange(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET GET "[eof]", "HTTP[skip 82][eof]");
    assert_int_equal(2 * strlen(OK) - 4, 82);
}

static void skip_beyond_the_end_tells_what_there_was(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_SKIP, 100000, 0});
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, GET, "HTTP[skip 39]");
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
    expect(stage, 0, GET GET GET "[eof]", OK "[eof]");
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
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 2);
    expect(stage, 0, CONNECT, CONNECTED);
    expect(stage, 1, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->log.readers[0]->why, CT_CLOSE_TUNNEL);
    assert_int_equal(stage->log.readers[1]->why, CT_CLOSE_FIN);
    assert_int_equal(only_end(stage)->proto, CT_PROTO_HTTP1);
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
    expect(stage, 0, CONNECT, CONNECTED);
    expect(stage, 1, GET, OK);
}

static void tls_in_a_tunnel_is_recognised(void **state)
{
    struct tc_stage *stage = *state;
    tunnel_rules(stage);
    tc_send_bytes(&stage->c, O, hello, sizeof hello - 1);
    tc_stage_finish(stage);
    expect(stage, 0, CONNECT, CONNECTED);
    assert_int_equal(stage->log.n_readers, 1);
    assert_int_equal(only_end(stage)->proto, CT_PROTO_TLS);
    assert_string_equal(only_end(stage)->sni, "a.example");
}

static void tunnel_with_unknown_content_keeps_its_name(void **state)
{
    struct tc_stage *stage = *state;
    tunnel_rules(stage);
    tc_send(&stage->c, O, "\x01\x02\x03");
    tc_send(&stage->c, R, "\x04\x05\x06");
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, CONNECT, CONNECTED);
    assert_int_equal(only_end(stage)->proto, CT_PROTO_CONNECT);
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
    assert_int_equal(only_end(stage)->bytes[O], strlen(CONNECT) + 3);
}

static void skip_is_told_before_a_tunnel_ends_it(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){O, 4, TC_SKIP, 1000, 0});
    tc_log_rule(&stage->log, (struct tc_rule){R, 4, TC_TUNNEL, CT_PROTO_UPGRADE, 0});
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_stage_finish(stage);
    expect(stage, 0, "GET [skip 24]", "HTTP");
    assert_int_equal(stage->log.readers[0]->why, CT_CLOSE_TUNNEL);
    assert_int_equal(only_end(stage)->proto, CT_PROTO_UPGRADE);
}

static void rejected_connection_counts_as_what_the_reader_said(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){O, 3, TC_REJECT, CT_PROTO_UNKNOWN, 0});
    tc_open(&stage->c);
    exchange(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 1);
    expect(stage, 0, "GET", "");
    assert_int_equal(only_end(stage)->proto, CT_PROTO_UNKNOWN);
    assert_int_equal(only_end(stage)->bytes[R], 2 * strlen(OK));
    assert_int_equal(only_end(stage)->why, CT_CLOSE_FIN);
}

/* ---- names -------------------------------------------------------------------------------- */

static void three_connections(struct tc_stage *stage)
{
    for (int i = 0; i < 3; i++) {
        stage->c.ends[O].port++;
        stage->c.sent[O] = 0;
        stage->c.sent[R] = 0;
        tc_open(&stage->c);
        exchange(&stage->c);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 3);
}

static void name_of_a_connection_is_its_own_and_the_same_in_every_run(void **state)
{
    struct tc_stage *stage = *state;
    struct tc_stage again;
    tc_stage_begin(&again);
    again.key = (struct ct_key){{99, 98, 97}}; /* nothing depends on the key of the hash */
    three_connections(stage);
    three_connections(&again);
    for (size_t i = 0; i < 3; i++) {
        const char *uid = stage->log.ends[i].info.uid;
        assert_true(strlen(uid) > 8 && strlen(uid) < CT_UID_MAX);
        assert_string_equal(uid, again.log.ends[i].info.uid);
        assert_string_equal(uid, stage->log.readers[i]->info.uid);
        assert_string_not_equal(uid, stage->log.ends[(i + 1) % 3].info.uid);
    }
    tc_stage_end(&again);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(conversation_in_order_is_delivered),
        T(client_is_who_opened_whatever_the_ports),
        T(answer_tells_how_far_its_sender_had_read),
        T(sequence_numbers_may_wrap),
        T(more_than_4_gib_are_counted),
        T(segments_out_of_order_are_put_in_order),
        T(retransmission_is_a_duplicate),
        T(retransmission_may_be_cut_otherwise),
        T(first_copy_of_an_octet_wins),
        T(every_packet_captured_twice_changes_nothing),
        T(time_that_goes_backwards_is_harmless),
        T(connection_without_its_start_is_read_from_the_middle),
        T(content_tells_who_is_the_client),
        T(rest_of_a_body_before_the_first_message_is_passed),
        T(answer_to_a_syn_tells_who_opened),
        T(data_captured_before_the_syn_is_kept),
        T(syn_may_carry_data),
        T(both_sides_may_open_at_once),
        T(syn_sent_again_is_the_same_connection),
        T(end_points_may_be_the_same),
        T(half_closed_connection_goes_on),
        T(fin_may_carry_data_and_come_early),
        T(fin_captured_before_the_last_data_waits),
        T(nothing_is_delivered_after_the_end_of_a_direction),
        T(fin_before_more_data_is_not_believed),
        T(reset_ends_the_connection),
        T(data_captured_after_its_reset_is_kept),
        T(reset_far_from_the_connection_is_not_its_own),
        T(connection_that_was_refused_is_reset),
        T(late_copies_after_the_end_open_nothing),
        T(idle_connection_is_ended),
        T(input_that_ends_ends_what_is_open),
        T(new_syn_on_a_closed_connection_begins_another),
        T(new_syn_on_a_live_connection_begins_another),
        T(keepalive_is_not_data),
        T(probe_of_a_closed_window_is_delivered_once),
        T(urgent_data_is_data),
        T(segment_far_from_its_connection_is_left_out),
        T(many_far_segments_are_another_connection),
        T(segment_of_no_connection_opens_one_only_with_data),
        T(one_direction_alone_is_read),
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
        T(name_of_a_connection_is_its_own_and_the_same_in_every_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
