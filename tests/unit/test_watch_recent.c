/* SPDX-License-Identifier: Apache-2.0 */
/* The latest transactions of a watch: kept whole, however the ring wraps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "fixtures/watched.h"
#include "support/tape.h"
#include "support/verdict.h"

#define N_RECENT 3000u

struct copy {
    struct ct_txn txn;
    struct ct_verdict verdict;
    uint8_t text[3000];
    struct ct_line lines[40];
};

static void random_copy(struct copy *copy, struct dice *dice)
{
    bool is_long = dice_roll(dice, 20) == 0;
    copy->txn = (struct ct_txn){.status = (uint16_t)dice_roll(dice, 600), .text = copy->text};
    copy->txn.lines = copy->lines;
    copy->txn.text_bytes = (uint32_t)dice_roll(dice, is_long ? sizeof copy->text : 200);
    copy->txn.n_lines = (uint32_t)dice_roll(dice, is_long ? 40 : 5);
    for (size_t i = 0; i < copy->txn.text_bytes; i++) {
        copy->text[i] = (uint8_t)dice_roll(dice, 256);
    }
    for (size_t i = 0; i < copy->txn.n_lines; i++) {
        copy->lines[i] = (struct ct_line){.field = (uint16_t)dice_roll(dice, 900)};
    }
    copy->verdict = vx_verdict((enum ct_outcome)dice_roll(dice, CT_OUTCOME_COUNT));
    copy->verdict.n_tiers = (uint8_t)dice_roll(dice, is_long ? CT_TIERS_MAX + 1 : 2);
    copy->verdict.n_evidence = (uint8_t)dice_roll(dice, is_long ? CT_EVIDENCE_MAX + 1 : 2);
    copy->verdict.facts.date_s = (int64_t)dice_roll(dice, 1000000);
    copy->verdict.earlier.ago_ns = (int64_t)dice_roll(dice, 1000000);
    for (size_t i = 0; i < copy->verdict.n_tiers; i++) {
        copy->verdict.tiers[i].hits = (int64_t)dice_roll(dice, 99);
    }
    for (size_t i = 0; i < copy->verdict.n_evidence; i++) {
        copy->verdict.evidence[i].line = (uint32_t)dice_roll(dice, 99);
    }
}

static void check_recent(const struct ct_recent *recent, const struct copy *want)
{
    const struct ct_verdict *verdict = &recent->verdict;
    assert_int_equal(recent->txn.status, want->txn.status);
    assert_int_equal(recent->txn.text_bytes, want->txn.text_bytes);
    assert_memory_equal(recent->txn.text, want->text, want->txn.text_bytes);
    assert_int_equal(recent->txn.n_lines, want->txn.n_lines);
    assert_memory_equal(recent->txn.lines, want->lines, want->txn.n_lines * sizeof want->lines[0]);
    assert_memory_equal(verdict, &want->verdict, offsetof(struct ct_verdict, tiers));
    assert_memory_equal(verdict->tiers, want->verdict.tiers,
                        verdict->n_tiers * sizeof verdict->tiers[0]);
    assert_memory_equal(verdict->evidence, want->verdict.evidence,
                        verdict->n_evidence * sizeof verdict->evidence[0]);
    assert_int_equal(verdict->facts.date_s, want->verdict.facts.date_s);
    assert_int_equal(verdict->earlier.ago_ns, want->verdict.earlier.ago_ns);
}

/* Copies of the latest are kept by number; returns how many the watch still has. */
static uint64_t check_all(const struct watched *watched, const struct copy *copies, uint64_t last)
{
    struct ct_recent recent;
    uint64_t oldest = 0;
    uint64_t newest = 0;
    ct_watch_range(watched->watch, &oldest, &newest);
    assert_int_equal(newest, last);
    for (uint64_t number = oldest; number <= newest; number++) {
        assert_true(ct_watch_recent(watched->watch, number, &recent));
        assert_int_equal(recent.number, number);
        check_recent(&recent, &copies[number % N_RECENT]);
    }
    assert_false(ct_watch_recent(watched->watch, oldest - 1, &recent));
    assert_false(ct_watch_recent(watched->watch, newest + 1, &recent));
    return newest - oldest + 1;
}

static void the_latest_are_kept_whole_however_the_ring_wraps(void **state)
{
    struct watched *watched = *state;
    static const uint64_t sizes[] = {10000, 30001, 65536, CT_MIB(1)};
    struct copy *copies = calloc(N_RECENT, sizeof *copies);
    assert_non_null(copies);
    struct dice dice = {77};
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++) {
        watched->limits.watch_bytes = sizes[s];
        watched->limits.stats_keys = 10;
        watched_restart(watched);
        uint64_t fewest = UINT64_MAX;
        for (uint64_t number = 1; number <= 4000; number++) {
            struct copy *copy = &copies[number % N_RECENT];
            random_copy(copy, &dice);
            ct_watch_txn(watched->watch, &copy->txn, &copy->verdict);
            if (number % 7 == 0 || number < 50) {
                uint64_t held = check_all(watched, copies, number);
                fewest = number > 2000 && held < fewest ? held : fewest;
            }
        }
        assert_true(fewest >= sizes[s] / 5000 && fewest < sizes[s] / 500); /* it is used */
    }
    free(copies);
}

static void what_is_longer_than_the_ring_is_not_kept(void **state)
{
    struct watched *watched = *state;
    struct copy *copies = calloc(2, sizeof *copies);
    struct dice dice = {3};
    struct ct_recent recent;
    uint64_t oldest = 0;
    uint64_t newest = 0;
    assert_non_null(copies);
    random_copy(&copies[0], &dice);
    random_copy(&copies[1], &dice);
    copies[0].txn.text_bytes = 50;
    copies[0].txn.n_lines = 0;
    copies[1].txn.text_bytes = sizeof copies[1].text;
    watched->limits.watch_bytes = 2500;
    watched_restart(watched);
    ct_watch_range(watched->watch, &oldest, &newest);
    assert_int_equal(oldest + newest, 0);
    for (uint64_t number = 1; number <= 300; number++) {
        const struct copy *copy = &copies[number % 3 == 0];
        ct_watch_txn(watched->watch, &copy->txn, &copy->verdict);
        assert_int_equal(ct_watch_recent(watched->watch, number, &recent), number % 3 != 0);
    }
    watched->limits.watch_bytes = 1;
    watched_restart(watched);
    for (uint64_t number = 1; number <= 10; number++) {
        ct_watch_txn(watched->watch, &copies[0].txn, &copies[0].verdict);
        ct_watch_range(watched->watch, &oldest, &newest);
        assert_int_equal(oldest + newest, 0);
        assert_false(ct_watch_recent(watched->watch, number, &recent));
    }
    free(copies);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, watched_setup, watched_teardown)
    const struct CMUnitTest tests[] = {
        WITH(the_latest_are_kept_whole_however_the_ring_wraps),
        WITH(what_is_longer_than_the_ring_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
