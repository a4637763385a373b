/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of schedules of one conversation, which must all read the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "fixtures/talk.h"

#define BODY_BYTES 3000

/* Requests one after the other, pipelined ones, bodies; the same octets for every seed. */
static void speak(struct tc *c, struct dice *dice)
{
    static char body[BODY_BYTES + 1];
    for (size_t i = 0; i < BODY_BYTES; i++) {
        body[i] = (char)('a' + i % 26);
    }
    tc_open(c);
    for (int i = 0; i < 6; i++) {
        c->mss = 1 + (uint32_t)dice_roll(dice, i % 2 == 0 ? 2000 : 60);
        tc_send(c, O, GET GET);
        if (dice_roll(dice, 2) == 0) {
            tc_ack(c, R);
        }
        c->mss = 20 + (uint32_t)dice_roll(dice, 1500);
        tc_send(c, R, OK);
        tc_send(c, R, body);
        tc_ack(c, O);
        c->mss = 1 + (uint32_t)dice_roll(dice, 200);
        tc_send(c, R, OK);
    }
    tc_close(c);
}

static void reader_rules(struct tc_log *log)
{
    uint64_t one = strlen(OK) * 2 + BODY_BYTES; /* octets of a round of answers */
    for (uint64_t i = 0; i < 5; i++) {
        tc_log_rule(log, (struct tc_rule){R, i * one + strlen(OK), TC_SKIP, BODY_BYTES, 0});
        tc_log_rule(log, (struct tc_rule){O, (2 * i + 1) * strlen(GET), TC_HOLD, 0, 0});
        tc_log_rule(log, (struct tc_rule){R, i * one + 10, TC_RESUME, 0, 0});
    }
}

struct fault {
    size_t window;
    unsigned repeat_percent;
};

static void run_schedule(struct tc_stage *stage, uint64_t seed, const struct fault *fault)
{
    struct dice dice = {seed};
    tc_stage_begin(stage);
    reader_rules(&stage->log);
    if (fault != NULL) {
        stage->c.isn[O] = (uint32_t)dice_roll(&dice, UINT64_C(1) << 31) * 2;
        stage->c.isn[R] = UINT32_MAX - (uint32_t)dice_roll(&dice, 10000);
    }
    speak(&stage->c, &dice);
    if (fault != NULL) {
        tc_repeat_some(&stage->c, &dice, fault->repeat_percent, fault->window);
        tc_shuffle(&stage->c, &dice, fault->window);
    }
    tc_stage_finish(stage);
}

static void expect_schedules_agree(const struct fault *fault, uint64_t n_seeds)
{
    struct tc_stage plain;
    run_schedule(&plain, 0, NULL);
    for (uint64_t seed = 1; seed <= n_seeds; seed++) {
        struct tc_stage stage;
        unsigned long long shown = seed;
        run_schedule(&stage, seed, fault);
        if (stage.log.broken != NULL) {
            fail_msg("seed %llu: %s", shown, stage.log.broken);
        }
        if (stage.log.n_ends != 1 || stage.log.n_readers != 1) {
            fail_msg("seed %llu: %zu connections, %zu readers", shown, stage.log.n_ends,
                     stage.log.n_readers);
        }
        for (int dir = 0; dir < 2; dir++) {
            const char *want = tc_log_text(&plain.log, 0, (enum ct_dir)dir);
            const char *got = tc_log_text(&stage.log, 0, (enum ct_dir)dir);
            if (strcmp(want, got) != 0) {
                size_t at = 0;
                while (want[at] == got[at]) {
                    at++;
                }
                fail_msg("seed %llu, direction %d: from %zu expected\n%.99s\ngot\n%.99s", shown,
                         dir, at, want + at, got + at);
            }
        }
        const struct tc_end *want = &plain.log.ends[0];
        const struct tc_end *got = &stage.log.ends[0];
        if (got->why != want->why || got->proto != want->proto || got->bytes[O] != want->bytes[O] ||
            got->bytes[R] != want->bytes[R] || got->missing[O] + got->missing[R] != 0 ||
            got->info.midstream || stage.counters.gaps != 0 || stage.counters.conflicts != 0) {
            fail_msg("seed %llu: ends %s", shown, ct_stream_close_name(got->why));
        }
        tc_stage_end(&stage);
    }
    tc_stage_end(&plain);
}

static void cutting_does_not_matter(void **state)
{
    (void)state;
    static const struct fault fault = {1, 0};
    expect_schedules_agree(&fault, 500);
}

static void repetition_does_not_matter(void **state)
{
    (void)state;
    static const struct fault fault = {1, 40};
    expect_schedules_agree(&fault, 500);
}

static void order_in_a_small_window_does_not_matter(void **state)
{
    (void)state;
    static const struct fault fault = {4, 10};
    expect_schedules_agree(&fault, 1500);
}

static void order_in_a_large_window_does_not_matter(void **state)
{
    (void)state;
    static const struct fault fault = {24, 20};
    expect_schedules_agree(&fault, 1500);
}

/* With packets lost: what is told is a piece of the truth, in its place. */
static void expect_part_of(const struct tc_half *whole, const struct tc_half *half, uint64_t seed)
{
    const char *p = half->text.p != NULL ? half->text.p : "";
    size_t at = half->started ? (size_t)(half->base - whole->base) : 0;
    while (*p != '\0') {
        unsigned long long length = 0;
        unsigned long long missing = 0;
        int used = 0;
        if (strncmp(p, "[eof]", 5) == 0) {
            p += 5;
        } else if (sscanf(p, "[gap %llu]%n", &length, &used) == 1 && used > 0) { // NOLINT
            at += (size_t)length;
            p += used;
        } else if (sscanf(p, "[skip %llu]%n", &length, &used) == 1 && used > 0) { // NOLINT
            at += (size_t)length;
            p += used;
        } else if (sscanf(p, "[skip %llu-%llu]%n", &length, &missing, &used) == 2 && // NOLINT
                   used > 0) {
            at += (size_t)length;
            p += used;
        } else if (at < whole->text.n && whole->text.p[at] == *p) {
            at++;
            p++;
        } else {
            fail_msg("seed %llu: octet %zu is not what was sent", (unsigned long long)seed, at);
        }
    }
}

/* The handshake is kept, so that offset 0 is the first octet. */
static void loss_never_moves_an_octet(void **state)
{
    (void)state;
    struct tc_stage plain;
    struct dice calm = {0};
    tc_stage_begin(&plain);
    speak(&plain.c, &calm);
    tc_stage_finish(&plain);
    for (uint64_t seed = 1; seed <= 1500; seed++) {
        struct tc_stage stage;
        struct dice dice = {seed};
        tc_stage_begin(&stage);
        reader_rules(&stage.log);
        speak(&stage.c, &dice);
        struct tc rest = stage.c;
        rest.segments += 3;
        rest.n -= 3;
        tc_drop_some(&rest, &dice, 1 + (unsigned)dice_roll(&dice, 40));
        tc_shuffle(&rest, &dice, 1 + (size_t)dice_roll(&dice, 8));
        stage.c.n = rest.n + 3;
        tc_stage_finish(&stage);
        if (stage.log.broken != NULL) {
            fail_msg("seed %llu: %s", (unsigned long long)seed, stage.log.broken);
        }
        for (int dir = 0; dir < 2 && stage.log.n_readers == 1; dir++) {
            expect_part_of(&plain.log.readers[0]->half[dir], &stage.log.readers[0]->half[dir],
                           seed);
        }
        tc_stage_end(&stage);
    }
    tc_stage_end(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting_does_not_matter),
        cmocka_unit_test(repetition_does_not_matter),
        cmocka_unit_test(order_in_a_small_window_does_not_matter),
        cmocka_unit_test(order_in_a_large_window_does_not_matter),
        cmocka_unit_test(loss_never_moves_an_octet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
