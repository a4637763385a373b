/* SPDX-License-Identifier: Apache-2.0 */
/* Connections as TCP makes them: order, disorder, odd segments, and what each is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/talk.h"

/* ---- in order ----------------------------------------------------------------------------- */

static void conversation_in_order_is_delivered(void **state)
{
    struct tc_stage *stage = *state;
    talk_whole(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    const struct tc_end *got = talk_only_end(stage);
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
    talk_same_endpoint(&got->info.orig, &stage->c.ends[O]);
    talk_same_endpoint(&got->info.resp, &stage->c.ends[R]);
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
    talk_whole(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    talk_same_endpoint(&talk_only_end(stage)->info.orig, &stage->c.ends[O]);
}

static void answer_tells_how_far_its_sender_had_read(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
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
    talk_whole(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
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
    assert_int_equal(talk_only_end(stage)->bytes[R], strlen(OK) + 4200 * (uint64_t)sizeof block);
    assert_int_equal(talk_only_end(stage)->missing[R], 4200 * (uint64_t)sizeof block);
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
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
    talk_expect(stage, 0, GET, OK);
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
    talk_expect(stage, 0, GET, OK);
}

static void first_copy_of_an_octet_wins(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_at(&stage->c, O, 14, "1\r\nHost: x\r\n\r\n");
    tc_at(&stage->c, O, 5, "a HTTP/1.9\r\n"); /* overlaps what waits, and differs there */
    tc_at(&stage->c, O, 0, "GET /");
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, "");
    assert_int_equal(stage->counters.conflicts, 1);
}

static void every_packet_captured_twice_changes_nothing(void **state)
{
    struct tc_stage *stage = *state;
    struct dice dice = {1};
    talk_whole(&stage->c);
    tc_repeat_some(&stage->c, &dice, 100, 1);
    assert_int_equal(stage->c.n, 20);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
    assert_int_equal(stage->counters.connections, 1);
    assert_int_equal(stage->counters.status[CT_SEGMENT_DUPLICATE], 2);
}

static void time_that_goes_backwards_is_harmless(void **state)
{
    struct tc_stage *stage = *state;
    talk_whole(&stage->c);
    for (size_t i = 0; i < stage->c.n; i++) {
        stage->c.segments[i].ts_ns -= (int64_t)(i * 7 % 5) * CT_NS_PER_S;
    }
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
}

/* ---- odd segments ------------------------------------------------------------------------- */

static void keepalive_is_not_data(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_at(&stage->c, O, (int64_t)strlen(GET) - 1, ""); /* without an octet */
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_KEEPALIVE);
    tc_ack(&stage->c, R);
    tc_at(&stage->c, O, (int64_t)strlen(GET) - 1, "?"); /* with one of no meaning */
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_KEEPALIVE);
    talk_exchange(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET GET, OK OK);
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
    talk_expect(stage, 0, GET, OK);
}

static void urgent_data_is_data(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_last(&stage->c)->flags |= CT_TCP_URG;
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, "");
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.status[CT_SEGMENT_OUT_OF_WINDOW], 1);
}

/* The start of the second connection was lost, and its numbers are far from the first's. */
static void many_far_segments_are_another_connection(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_open(c);
    talk_exchange(c);
    c->isn[O] += UINT32_C(0x60000000);
    c->isn[R] += UINT32_C(0x60000000);
    for (int i = 0; i < 20; i++) {
        talk_exchange(c);
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
    talk_expect(stage, 0, "[gap 28]", OK OK "[eof]");
    assert_int_equal(strlen(GET), 28);
    assert_true(talk_only_end(stage)->one_way);
    assert_int_equal(stage->counters.one_way, 1);
    talk_same_endpoint(&talk_only_end(stage)->info.orig, &c->ends[O]);
}

/* ---- names -------------------------------------------------------------------------------- */

static void three_connections(struct tc_stage *stage)
{
    for (int i = 0; i < 3; i++) {
        talk_next(&stage->c);
        talk_whole(&stage->c);
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
        T(keepalive_is_not_data),
        T(probe_of_a_closed_window_is_delivered_once),
        T(urgent_data_is_data),
        T(segment_far_from_its_connection_is_left_out),
        T(many_far_segments_are_another_connection),
        T(segment_of_no_connection_opens_one_only_with_data),
        T(one_direction_alone_is_read),
        T(name_of_a_connection_is_its_own_and_the_same_in_every_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
