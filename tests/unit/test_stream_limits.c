/* SPDX-License-Identifier: Apache-2.0 */
/* Floods: memory stays within the limits given, and what had to give way is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fixtures/talk.h"

/* What a connection and its place in the table may cost at most. */
#define CONN_BYTES_MAX 1024u

/* Without a segment that only acknowledges. */
static void exchange(struct tc *c)
{
    tc_send(c, O, GET);
    tc_send(c, R, OK);
}

/* ---- connections -------------------------------------------------------------------------- */

static void half_open_flood_stays_within_the_limit(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.connections = 500;
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    (void)tc_stage_feed(stage);
    for (int i = 0; i < 20000; i++) {
        talk_next(&stage->c);
        tc_syn(&stage->c, O);
        (void)tc_stage_feed(stage);
        assert_true(stage->counters.open_now <= 500);
        assert_true(stage->counters.memory_bytes <= 500 * CONN_BYTES_MAX + 65536);
    }
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->counters.connections, 20001);
    assert_true(stage->counters.evicted >= 19000);
    /* The one that carries data outlives those that do not. */
    assert_string_equal(tc_log_text(&stage->log, 0, O), GET);
    assert_int_not_equal(stage->log.readers[0]->why, CT_CLOSE_EVICT);
}

static void oldest_connection_gives_way(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.connections = 3;
    for (int i = 0; i < 4; i++) {
        talk_next(&stage->c);
        tc_open(&stage->c);
        exchange(&stage->c);
    }
    (void)tc_stage_feed(stage);
    assert_int_equal(stage->log.n_ends, 1);
    assert_int_equal(stage->log.ends[0].why, CT_CLOSE_EVICT);
    assert_int_equal(stage->log.ends[0].info.orig.port, 40001);
    assert_int_equal(stage->counters.evicted, 1);
    tc_stage_finish(stage);
    talk_unbroken(stage);
}

static void closed_connections_give_way_first(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.connections = 2;
    tc_open(&stage->c);
    exchange(&stage->c);
    for (int i = 0; i < 5; i++) {
        talk_next(&stage->c);
        tc_open(&stage->c);
        exchange(&stage->c);
        tc_close(&stage->c);
    }
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->counters.evicted, 0);
    assert_int_equal(stage->log.n_ends, 6);
}

static void connections_that_never_carry_data_are_dropped_after_a_while(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.opening_seconds = 5;
    tc_syn(&stage->c, O);
    (void)tc_stage_feed(stage);
    tc_stage_wait(stage, 4900);
    assert_int_equal(stage->log.n_ends, 0);
    tc_stage_wait(stage, 200);
    assert_int_equal(stage->log.n_ends, 1);
    assert_int_equal(stage->counters.opened_without_data, 1);
    assert_int_equal(stage->counters.open_now, 0);
    tc_stage_finish(stage);
    talk_unbroken(stage);
}

static void closed_connections_are_forgotten_after_a_while(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.linger_seconds = 5;
    tc_open(&stage->c);
    exchange(&stage->c);
    tc_close(&stage->c);
    (void)tc_stage_feed(stage);
    tc_at(&stage->c, O, 0, "GET");
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_AFTER_CLOSE);
    tc_stage_wait(stage, 6000);
    tc_at(&stage->c, O, 0, "");
    assert_int_equal(tc_stage_feed(stage), CT_SEGMENT_NO_CONNECTION);
    tc_stage_finish(stage);
    talk_unbroken(stage);
}

static void same_traffic_ten_times_takes_no_more_memory(void **state)
{
    struct tc_stage *stage = *state;
    uint64_t first = 0;
    stage->limits.linger_seconds = 1;
    stage->log.keep_text = false;
    for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 200; i++) {
            talk_next(&stage->c);
            tc_open(&stage->c);
            exchange(&stage->c);
            tc_close(&stage->c);
        }
        (void)tc_stage_feed(stage);
        first = round == 0 ? stage->counters.memory_bytes : first;
        tc_stage_wait(stage, 2000);
    }
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->counters.memory_bytes, first);
}

/* ---- out of order ------------------------------------------------------------------------- */

/* Segments behind a hole that nobody ever acknowledges. */
static void flood_behind_a_hole(struct tc_stage *stage, uint32_t mss, size_t bytes)
{
    static uint8_t block[1 << 20];
    assert_true(bytes <= sizeof block);
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_drop_next(&stage->c);
    tc_send(&stage->c, O, "lost");
    stage->c.mss = mss;
    memset(block, 'x', sizeof block);
    tc_send_bytes(&stage->c, O, block, bytes);
    (void)tc_stage_feed(stage);
}

static void data_behind_a_hole_stays_within_the_limit_of_a_direction(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.reorder_bytes_direction = CT_KIB(64);
    flood_behind_a_hole(stage, 1460, 1 << 20);
    assert_true(stage->counters.held_bytes_peak <= CT_KIB(64));
    assert_true(stage->counters.gaps_by_limit >= 1);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->log.ends[0].missing[O], 4); /* only what was lost is missing */
    assert_int_equal(stage->log.readers[0]->half[O].bytes, strlen(GET) + (1 << 20));
}

static void segments_of_one_octet_are_charged_for_their_records(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.reorder_bytes_direction = CT_KIB(64);
    flood_behind_a_hole(stage, 1, 20000);
    assert_true(stage->counters.held_bytes_peak <= CT_KIB(64));
    assert_true(stage->counters.gaps_by_limit >= 1);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->log.ends[0].missing[O], 4);
}

/* Every second octet: no two pieces ever join. */
static void octets_with_holes_between_stay_within_the_limit(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.reorder_bytes_direction = CT_KIB(64);
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    for (int i = 0; i < 20000; i++) {
        tc_at(&stage->c, O, (int64_t)strlen(GET) + 1 + INT64_C(2) * i, "x");
        if (i % 100 == 0) {
            (void)tc_stage_feed(stage);
            assert_true(stage->counters.held_bytes_peak <= CT_KIB(64));
        }
    }
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_true(stage->counters.held_bytes_peak <= CT_KIB(64));
}

static void data_of_all_connections_stays_within_the_limit(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.reorder_bytes_total = CT_KIB(256);
    for (int i = 0; i < 100; i++) {
        talk_next(&stage->c);
        flood_behind_a_hole(stage, 1000, 20000);
    }
    assert_true(stage->counters.held_bytes_peak <= CT_KIB(256));
    assert_true(stage->counters.gaps_by_limit > 0);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->log.n_ends, 100);
}

static void reader_that_holds_for_ever_stays_within_the_limit(void **state)
{
    struct tc_stage *stage = *state;
    static uint8_t block[1 << 19];
    stage->limits.reorder_bytes_direction = CT_KIB(64);
    tc_log_rule(&stage->log, (struct tc_rule){O, strlen(GET), TC_HOLD, 0, 0});
    tc_open(&stage->c);
    tc_send(&stage->c, O, GET);
    tc_send_bytes(&stage->c, O, block, sizeof block);
    tc_send(&stage->c, R, OK);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_true(stage->counters.held_bytes_peak <= CT_KIB(64));
    assert_true(stage->counters.gaps_by_limit >= 1);
    assert_string_equal(tc_log_text(&stage->log, 0, R), OK); /* the other side goes on */
}

/* The start of a line that never ends: nobody can say what it is. */
static void undecided_octets_stay_within_bounds(void **state)
{
    struct tc_stage *stage = *state;
    static const char start[] = "\x16\x03\x01\x40\x00\x01\x00\x3f\xfc\x03\x03";
    static uint8_t block[1 << 16];
    memset(block, 'A', sizeof block);
    memcpy(block, start, sizeof start - 1); /* a long ClientHello */
    stage->c.mss = 100;
    tc_open(&stage->c);
    tc_send_bytes(&stage->c, O, block, sizeof block);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_true(stage->counters.held_bytes_peak <= CT_KIB(64));
    assert_int_equal(stage->log.ends[0].proto, CT_PROTO_TLS);
    assert_int_equal(stage->log.ends[0].bytes[O], sizeof block);
}

/* A hello of which the rest was cut: no room for more of it, and nothing to decide with. */
static void cut_hello_without_room_is_decided(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.reorder_bytes_direction = 600;
    tc_open(&stage->c);
    for (int i = 0; i < 10; i++) {
        stage->c.snap = i == 0 ? 6 : 0;
        tc_send_bytes(&stage->c, O, "\x16\x03\x01\x02\x10\x01....", 10);
    }
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_int_equal(stage->log.ends[0].proto, CT_PROTO_TLS);
}

static void no_memory_for_reordering_is_only_more_gaps(void **state)
{
    struct tc_stage *stage = *state;
    struct dice dice = {7};
    stage->limits.reorder_bytes_total = 1;
    tc_open(&stage->c);
    for (int i = 0; i < 50; i++) {
        exchange(&stage->c);
    }
    tc_shuffle(&stage->c, &dice, 5);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_true(stage->counters.held_bytes_peak <= 1);
}

/*
 * Want of memory settles where a side begins before its first octets are kept; those that come
 * while the reader holds must not settle it again.
 */
static void want_of_memory_does_not_lose_what_is_held(void **state)
{
    struct tc_stage *stage = *state;
    stage->limits.reorder_bytes_total = 240; /* one segment and its record */
    tc_log_rule(&stage->log, (struct tc_rule){.dir = R, .act = TC_HOLD});
    tc_log_rule(&stage->log, (struct tc_rule){.dir = O, .offset = 30, .act = TC_RESUME});
    stage->c.sent[O] = 1; /* in the middle of a connection */
    stage->c.sent[R] = 1;
    tc_send(&stage->c, O, GET);
    tc_send(&stage->c, R, OK);
    tc_send(&stage->c, R, "x");
    tc_send(&stage->c, O, GET);
    tc_stage_finish(stage);
    talk_unbroken(stage);
    assert_string_equal(tc_log_text(&stage->log, 0, R), OK "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(half_open_flood_stays_within_the_limit),
        T(oldest_connection_gives_way),
        T(closed_connections_give_way_first),
        T(connections_that_never_carry_data_are_dropped_after_a_while),
        T(closed_connections_are_forgotten_after_a_while),
        T(same_traffic_ten_times_takes_no_more_memory),
        T(data_behind_a_hole_stays_within_the_limit_of_a_direction),
        T(segments_of_one_octet_are_charged_for_their_records),
        T(octets_with_holes_between_stay_within_the_limit),
        T(data_of_all_connections_stays_within_the_limit),
        T(reader_that_holds_for_ever_stays_within_the_limit),
        T(undecided_octets_stay_within_bounds),
        T(cut_hello_without_room_is_decided),
        T(want_of_memory_does_not_lose_what_is_held),
        T(no_memory_for_reordering_is_only_more_gaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
