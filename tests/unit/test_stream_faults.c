/* SPDX-License-Identifier: Apache-2.0 */
/* Holes: which are waited for, which are given up, what is told of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/talk.h"

static void expect(const struct tc_stage *stage, enum ct_dir dir, const char *want)
{
    talk_unbroken(stage);
    assert_string_equal(tc_log_text(&stage->log, 0, dir), want);
}

/* GET, then an answer of which the second of three parts is not captured. */
static void answer_with_a_hole(struct tc *c)
{
    tc_open(c);
    tc_send(c, O, GET);
    tc_send(c, R, "HTTP/1.1 200 OK\r\n");
    tc_drop_next(c);
    tc_send(c, R, "A: b\r\n");
    tc_send(c, R, "C: d\r\n\r\n");
}

#define BEFORE "HTTP/1.1 200 OK\r\n"
#define AFTER  "C: d\r\n\r\n"

/* ---- waiting ------------------------------------------------------------------------------ */

static void hole_that_is_not_acknowledged_is_waited_for(void **state)
{
    struct tc_stage *stage = *state;
    static const char start[] = BEFORE "[gap 6]" AFTER;
    char want[sizeof start + 800];
    memcpy(want, start, sizeof start);
    answer_with_a_hole(&stage->c);
    for (int i = 0; i < 200; i++) {
        tc_send(&stage->c, R, "more");
        memcpy(want + sizeof start - 1 + (size_t)i * 4, "more", 5);
    }
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 20000);
    expect(stage, R, BEFORE);
    tc_stage_finish(stage);
    expect(stage, R, want);
    assert_int_equal(stage->counters.gaps, 1);
    assert_int_equal(stage->counters.gap_bytes, 6);
    assert_int_equal(stage->counters.gaps_by_limit, 0);
    assert_int_equal(stage->log.ends[0].missing[R], 6);
    assert_int_equal(stage->log.ends[0].missing[O], 0);
}

static void late_segment_fills_an_acknowledged_hole(void **state)
{
    struct tc_stage *stage = *state;
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    for (int i = 0; i < 20; i++) {
        tc_ack(&stage->c, O);
    }
    (void)tc_stage_feed(stage);
    expect(stage, R, BEFORE);
    tc_at(&stage->c, R, (int64_t)strlen(BEFORE), "A: b\r\n");
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "A: b\r\n" AFTER);
    assert_int_equal(stage->counters.gaps, 0);
}

static void acknowledged_hole_is_given_up_after_some_packets(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.hole_packets = 8;
    answer_with_a_hole(&stage->c);
    for (int i = 0; i < 4; i++) {
        tc_ack(&stage->c, O);
    }
    (void)tc_stage_feed(stage);
    expect(stage, R, BEFORE);
    for (int i = 0; i < 6; i++) {
        tc_ack(&stage->c, O);
    }
    (void)tc_stage_feed(stage);
    expect(stage, R, BEFORE "[gap 6]" AFTER);
    tc_at(&stage->c, R, (int64_t)strlen(BEFORE), "A: b\r\n");
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_DUPLICATE); /* too late */
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[gap 6]" AFTER);
}

static void acknowledged_hole_is_given_up_after_a_long_time(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.hole_ms = 500;
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 4990);
    expect(stage, R, BEFORE);
    tc_stage_wait(stage, 20);
    expect(stage, R, BEFORE "[gap 6]" AFTER);
    tc_stage_finish(stage);
}

/* Another connection, of 43 packets. */
static void others_talk(struct tc *c)
{
    talk_next(c);
    tc_open(c);
    for (int i = 0; i < 10; i++) {
        talk_exchange(c);
    }
}

static void packets_of_other_connections_shorten_the_time(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.hole_ms = 500;
    stage->limits.hole_packets = 40;
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    others_talk(&stage->c);
    (void)tc_stage_feed(stage);
    expect(stage, R, BEFORE); /* but they are not enough */
    tc_stage_wait(stage, 500);
    expect(stage, R, BEFORE "[gap 6]" AFTER);
    tc_stage_finish(stage);
}

static void hole_at_the_end_is_told(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, BEFORE);
    tc_drop_next(&stage->c);
    tc_send(&stage->c, R, "A: b\r\n\r\n");
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, O, GET "[eof]");
    expect(stage, R, BEFORE "[gap 8][eof]");
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_FIN);
}

static void lost_request_is_a_hole(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_drop_next(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_ack(&stage->c, O);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, O, GET "[gap 28]" GET "[eof]");
    expect(stage, R, OK OK OK "[eof]");
}

static void reset_gives_up_what_is_missing(void **state)
{
    struct tc_stage *stage = *state;
    answer_with_a_hole(&stage->c);
    tc_rst(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[gap 6]" AFTER);
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_RST);
}

static void start_that_was_lost_is_a_hole(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_drop_next(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_ack(&stage->c, O);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->log.n_ends, 1);
    assert_int_equal(stage->log.ends[0].proto, CT_PROTO_HTTP1);
    assert_int_equal(stage->log.ends[0].missing[O], strlen(GET));
    expect(stage, R, OK OK "[eof]");
    assert_non_null(strstr(tc_log_text(&stage->log, 0, O), GET "[eof]"));
}

/* ---- snap length -------------------------------------------------------------------------- */

static void cut_segment_is_a_hole_in_its_place(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    stage->c.snap = 17;
    tc_send(&stage->c, R, OK);
    tc_ack(&stage->c, O);
    tc_send(&stage->c, R, OK);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[gap 26]" BEFORE "[gap 26][eof]");
    assert_int_equal(stage->counters.cut_bytes, 52);
    assert_int_equal(stage->log.ends[0].missing[R], 52);
    assert_int_equal(stage->log.ends[0].bytes[R], 2 * strlen(OK));
}

static void copy_that_was_not_cut_fills_one_that_was(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_at(&stage->c, R, 10, &OK[10]);
    tc_last(&stage->c)->payload.n = 12;
    tc_at(&stage->c, R, 10, &OK[10]);
    tc_at(&stage->c, R, 0, "HTTP/1.1 2");
    tc_stage_finish(stage);
    expect(stage, R, OK);
    assert_int_equal(stage->counters.conflicts, 0);
    assert_int_equal(stage->log.ends[0].missing[R], 0);
}

/* Detection waits for the rest of a line; that the rest was lost is known by then. */
static void lost_rest_of_a_first_line_is_not_waited_for(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    tc_send(&stage->c, O, "GET /a/rather/lo");
    tc_drop_next(&stage->c);
    tc_send(&stage->c, O, "ng/path HTTP/1.1\r\n\r\n");
    tc_send(&stage->c, R, OK);
    tc_ack(&stage->c, O);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 20000);
    tc_stage_wait(stage, 20000);
    expect(stage, O, "GET /a/rather/lo[gap 20]");
    expect(stage, R, OK);
    tc_stage_finish(stage);
}

static void long_request_line_that_is_cut_is_recognised(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    stage->c.snap = 20;
    tc_send(&stage->c, O, "GET /a/rather/long/path HTTP/1.1\r\n\r\n");
    tc_send(&stage->c, O, "GET /a/rather/long/path HTTP/1.1\r\n\r\n");
    tc_fin(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, O, "GET /a/rather/long/p[gap 16]GET /a/rather/long/p[gap 16][eof]");
    assert_int_equal(stage->log.ends[0].proto, CT_PROTO_HTTP1);
}

/* ---- holes and skips ---------------------------------------------------------------------- */

static void skip_rules(struct tc_stage *stage, uint64_t n)
{
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(BEFORE), TC_SKIP, n, 0});
}

static void hole_inside_a_skip_is_counted_with_it(void **state)
{
    struct tc_stage *stage = *state;
    skip_rules(stage, 10);
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[skip 10-6]\r\n\r\n");
    assert_int_equal(stage->log.ends[0].missing[R], 6);
    assert_int_equal(stage->counters.skipped_bytes, 4);
}

static void hole_beyond_a_skip_is_a_gap_of_the_rest(void **state)
{
    struct tc_stage *stage = *state;
    skip_rules(stage, 2);
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[skip 2-2][gap 4]" AFTER);
}

static void hole_that_ends_with_a_skip_is_no_gap(void **state)
{
    struct tc_stage *stage = *state;
    skip_rules(stage, 6);
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[skip 6-6]" AFTER);
    assert_int_equal(stage->log.ends[0].missing[R], 6);
}

static void skip_may_begin_in_a_gap(void **state)
{
    struct tc_stage *stage = *state;
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(BEFORE) + 6, TC_SKIP, 4, 0});
    answer_with_a_hole(&stage->c);
    tc_ack(&stage->c, O);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[gap 6][skip 4]\r\n\r\n");
}

static void skipped_segments_out_of_order_are_not_kept(void **state)
{
    struct tc_stage *stage = *state;
    static uint8_t block[200000];
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(BEFORE), TC_SKIP, sizeof block, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, BEFORE);
    size_t first = stage->c.n;
    tc_send_bytes(&stage->c, R, block, sizeof block);
    tc_send(&stage->c, R, AFTER);
    tc_move(&stage->c, first, stage->c.n - 2); /* the first octets of the body come last */
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[skip 200000]" AFTER);
    assert_true(stage->counters.held_bytes_peak < 1024);
}

static void cut_segments_inside_a_skip_are_counted_with_it(void **state)
{
    struct tc_stage *stage = *state;
    static uint8_t block[5000];
    tc_log_rule(&stage->log, (struct tc_rule){R, strlen(BEFORE), TC_SKIP, sizeof block, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, BEFORE);
    stage->c.mss = 1000;
    stage->c.snap = 100;
    tc_send_bytes(&stage->c, R, block, sizeof block);
    tc_send(&stage->c, R, AFTER);
    tc_stage_finish(stage);
    expect(stage, R, BEFORE "[skip 5000-4500]" AFTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(hole_that_is_not_acknowledged_is_waited_for),
        T(late_segment_fills_an_acknowledged_hole),
        T(acknowledged_hole_is_given_up_after_some_packets),
        T(acknowledged_hole_is_given_up_after_a_long_time),
        T(packets_of_other_connections_shorten_the_time),
        T(hole_at_the_end_is_told),
        T(lost_request_is_a_hole),
        T(reset_gives_up_what_is_missing),
        T(start_that_was_lost_is_a_hole),
        T(cut_segment_is_a_hole_in_its_place),
        T(copy_that_was_not_cut_fills_one_that_was),
        T(lost_rest_of_a_first_line_is_not_waited_for),
        T(long_request_line_that_is_cut_is_recognised),
        T(hole_inside_a_skip_is_counted_with_it),
        T(hole_beyond_a_skip_is_a_gap_of_the_rest),
        T(hole_that_ends_with_a_skip_is_no_gap),
        T(skip_may_begin_in_a_gap),
        T(skipped_segments_out_of_order_are_not_kept),
        T(cut_segments_inside_a_skip_are_counted_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
