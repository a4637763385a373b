/* SPDX-License-Identifier: Apache-2.0 */
/* How connections begin and end, and who of the two ends opened them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/talk.h"

/* ---- start -------------------------------------------------------------------------------- */

static void connection_without_its_start_is_read_from_the_middle(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.sent[O] = 777;
    stage->c.sent[R] = 888;
    talk_exchange(&stage->c);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET GET "[eof]", OK OK "[eof]");
    assert_true(talk_only_end(stage)->info.midstream);
    talk_same_endpoint(&talk_only_end(stage)->info.orig, &stage->c.ends[O]);
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
    talk_exchange(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, OK OK);
    talk_same_endpoint(&talk_only_end(stage)->info.orig, &stage->c.ends[O]);
}

static void rest_of_a_body_before_the_first_message_is_passed(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.sent[O] = 777;
    stage->c.sent[R] = 888;
    tc_send(&stage->c, R, "the rest of some body");
    tc_send(&stage->c, R, "and more of it");
    tc_ack(&stage->c, O);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_unbroken(stage);
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
    talk_whole(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    talk_same_endpoint(&talk_only_end(stage)->info.orig, &stage->c.ends[O]);
}

static void data_captured_before_the_syn_is_kept(void **state)
{
    struct tc_stage *stage = *state;
    talk_whole(&stage->c);
    tc_move(&stage->c, 3, 0); /* the request, then the handshake */
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->bytes[O], strlen(GET));
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
    talk_exchange(c);
    tc_close(c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.connections, 1);
    talk_same_endpoint(&talk_only_end(stage)->info.orig, &c->ends[O]);
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
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.connections, 1);
}

static void end_points_may_be_the_same(void **state)
{
    struct tc_stage *stage = *state;
    stage->c.ends[R] = stage->c.ends[O];
    talk_whole(&stage->c);
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
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
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET GET GET "[eof]", OK "[eof]");
}

static void reset_ends_the_connection(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_rst(&stage->c, R);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 11000);
    assert_int_equal(stage->log.n_ends, 1);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, OK);
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_RST);
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
    talk_expect(stage, 0, GET, OK);
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_RST);
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
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_FIN);
}

static void connection_that_was_refused_is_reset(void **state)
{
    struct tc_stage *stage = *state;
    tc_syn(&stage->c, O);
    stage->c.isn[R] = 0;
    tc_rst(&stage->c, R); /* sequence number 0, acknowledges the SYN */
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 11000);
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_RST);
    assert_int_equal(talk_only_end(stage)->proto, CT_PROTO_NONE);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_readers, 0);
    assert_int_equal(stage->counters.opened_without_data, 1);
}

static void late_copies_after_the_end_open_nothing(void **state)
{
    struct tc_stage *stage = *state;
    talk_whole(&stage->c);
    (void)tc_stage_feed(stage);
    tc_at(&stage->c, O, 0, GET);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET "[eof]", OK "[eof]");
    assert_int_equal(stage->counters.connections, 1);
}

static void idle_connection_is_ended(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.idle_seconds = 100;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 99000);
    assert_int_equal(stage->log.n_ends, 0);
    tc_stage_wait(stage, 2000);
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_IDLE);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, OK);
}

static void input_that_ends_ends_what_is_open(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_stage_finish(stage);
    talk_expect(stage, 0, GET, OK);
    assert_int_equal(talk_only_end(stage)->why, CT_CLOSE_END);
}

/* The same end points again, with numbers far ahead as RFC 6528 makes them. */
static void new_syn_on_a_closed_connection_begins_another(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    for (int i = 0; i < 3; i++) {
        talk_whole(c);
        c->isn[O] += 300000;
        c->isn[R] += 400000;
        c->sent[O] = 0;
        c->sent[R] = 0;
    }
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 3);
    for (size_t i = 0; i < 3; i++) {
        talk_expect(stage, i, GET "[eof]", OK "[eof]");
        assert_int_equal(stage->log.ends[i].why, CT_CLOSE_FIN);
    }
}

static void octets_behind_the_end_are_of_another_whose_opening_was_lost(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_open(c);
    talk_exchange(c);
    tc_close(c);
    c->isn[O] += 300000;
    c->isn[R] += 400000;
    talk_exchange(c);
    tc_close(c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 2);
    for (size_t i = 0; i < 2; i++) {
        talk_expect(stage, i, GET "[eof]", OK "[eof]");
        assert_int_equal(stage->log.ends[i].why, CT_CLOSE_FIN);
        assert_int_equal(stage->log.ends[i].info.midstream, i == 1);
    }
}

/* As where a middlebox sent a RST that the ends did not take; other packets follow it. */
static void connection_that_goes_on_behind_a_rst_is_picked_up(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_open(c);
    talk_exchange(c);
    tc_rst(c, O);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 12000);
    assert_int_equal(stage->log.n_ends, 1);
    tc_at(c, O, 0, GET); /* late copies of both sides */
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    tc_at(c, R, (int64_t)strlen(OK), OK);
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    talk_exchange(c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 2);
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_RST);
    talk_expect(stage, 1, GET, OK);
}

/* A probe repeats the octet before the next one, which is the FIN's number then. */
static void probe_after_the_end_opens_nothing(void **state)
{
    struct tc_stage *stage = *state;
    tc_open(&stage->c);
    talk_exchange(&stage->c);
    tc_close(&stage->c);
    tc_at(&stage->c, O, (int64_t)strlen(GET), "?");
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    tc_stage_finish(stage);
    assert_int_equal(stage->counters.connections, 1);
}

static void new_syn_on_a_live_connection_begins_another(void **state)
{
    struct tc_stage *stage = *state;
    struct tc *c = &stage->c;
    tc_open(c);
    talk_exchange(c);
    c->isn[O] += 300000;
    c->isn[R] += 400000;
    c->sent[O] = 0;
    c->sent[R] = 0;
    tc_open(c);
    talk_exchange(c);
    tc_stage_finish(stage);
    assert_int_equal(stage->log.n_ends, 2);
    talk_expect(stage, 0, GET, OK);
    talk_expect(stage, 1, GET, OK);
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_REUSE);
    assert_int_equal(stage->log.ends[1].why, CT_CLOSE_END);
    assert_string_not_equal(stage->log.ends[0].info.uid, stage->log.ends[1].info.uid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        T(octets_behind_the_end_are_of_another_whose_opening_was_lost),
        T(connection_that_goes_on_behind_a_rst_is_picked_up),
        T(probe_after_the_end_opens_nothing),
        T(new_syn_on_a_live_connection_begins_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
