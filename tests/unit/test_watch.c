/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept for who watches: by time, against naive models; resets, bounds, time stamps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>

#include "fixtures/watched.h"
#include "support/tape.h"
#include "support/txn.h"
#include "support/verdict.h"

#define SECONDS(n) ((int64_t)(n)*CT_NS_PER_S)
#define MS(n)      ((int64_t)(n)*CT_NS_PER_MS)
#define BEGIN_NS   SECONDS(TX_NOW_S)

/* The template with another time and size; the response begins ttfb_ns after the request. */
static struct ct_txn txn_at(const struct watched *watched, int64_t ns, int64_t ttfb_ns,
                            uint64_t body)
{
    struct ct_txn txn = *watched->txn;
    txn.request.first_ns = ns - ttfb_ns;
    txn.request.last_ns = ns - ttfb_ns;
    txn.response.first_ns = ns;
    txn.response.last_ns = ns;
    txn.response.body_len = body;
    return txn;
}

static void add(struct watched *watched, int64_t ns, enum ct_outcome outcome)
{
    struct ct_txn txn = txn_at(watched, ns, MS(5), 100);
    struct ct_verdict verdict = vx_verdict(outcome);
    ct_watch_txn(watched->watch, &txn, &verdict);
}

static uint64_t sum_of(const struct ct_window *window)
{
    uint64_t sum = 0;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        sum += window->counts.n[i];
    }
    return sum;
}

static uint64_t in_window(const struct watched *watched, enum ct_window_id id)
{
    struct ct_window window;
    ct_watch_window(watched->watch, id, &window);
    return sum_of(&window);
}

/* ---- windows and time line against a naive model ------------------------------------------ */

#define N_EVENTS 20000u

struct seen {
    int64_t ns;
    int64_t ttfb_ns;
    uint64_t body;
    enum ct_outcome outcome;
    bool reached_origin;
};

struct model {
    struct seen *seen;
    size_t n;
    int64_t start_ns;
    int64_t now_ns;
};

static void model_ratio(struct ct_ratio *requests, struct ct_ratio *bytes, bool miss, uint64_t n)
{
    *(miss ? &requests->miss : &requests->hit) += 1;
    *(miss ? &bytes->miss : &bytes->hit) += n;
}

/* All that is in slots of a length from a begin on. */
static void model_window(const struct model *model, int64_t begin_ns, struct ct_window *want)
{
    *want = (struct ct_window){.covered_ns = model->now_ns - begin_ns};
    for (size_t i = 0; i < model->n; i++) {
        const struct seen *seen = &model->seen[i];
        enum ct_class class = ct_cache_outcome_class(seen->outcome);
        if (seen->ns < begin_ns) {
            continue;
        }
        want->counts.n[seen->outcome]++;
        want->counts.bytes[seen->outcome] += seen->body;
        if (class == CT_CLASS_HIT || class == CT_CLASS_MISS) {
            model_ratio(&want->ratios.client_requests, &want->ratios.client_bytes,
                        class == CT_CLASS_MISS, seen->body);
            model_ratio(&want->ratios.origin_requests, &want->ratios.origin_bytes,
                        seen->reached_origin, seen->body);
        }
    }
}

static int64_t window_begin(const struct model *model, int64_t seconds)
{
    int64_t length = seconds <= 10 ? MS(100) : SECONDS(1);
    int64_t begin = model->now_ns / length * length + length - SECONDS(seconds);
    return seconds == 0 || begin < model->start_ns ? model->start_ns : begin;
}

static int compare_times(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return *left < *right ? -1 : (*left > *right ? 1 : 0);
}

static void near(int64_t got, int64_t want)
{
    int64_t error = got > want ? got - want : want - got;
    assert_true(error <= want / 16 + 1);
}

static void check_ttfb(const struct watched *watched, const struct model *model,
                       enum ct_window_id id, int64_t begin_ns)
{
    struct ct_quantiles got[CT_CLASS_COUNT];
    int64_t *times = calloc(model->n + 1, sizeof *times);
    assert_non_null(times);
    ct_watch_window_ttfb(watched->watch, id, got);
    for (int class = 0; class < CT_CLASS_COUNT; class ++) {
        size_t n = 0;
        for (size_t i = 0; i < model->n; i++) {
            if ((int)ct_cache_outcome_class(model->seen[i].outcome) == class &&
                model->seen[i].ns >= begin_ns) {
                times[n++] = model->seen[i].ttfb_ns;
            }
        }
        assert_int_equal(got[class].n, n);
        if (n > 0) {
            qsort(times, n, sizeof *times, compare_times);
            near(got[class].p50_ns, times[(n * 50 + 99) / 100 - 1]);
            near(got[class].p90_ns, times[(n * 90 + 99) / 100 - 1]);
            near(got[class].p99_ns, times[(n * 99 + 99) / 100 - 1]);
            assert_int_equal(got[class].max_ns, times[n - 1]);
        }
    }
    free(times);
}

static void check_windows(const struct watched *watched, const struct model *model)
{
    static const int64_t seconds[CT_WINDOW_COUNT] = {1, 10, 60, 300, 0};
    for (int id = 0; id < CT_WINDOW_COUNT; id++) {
        struct ct_window got;
        struct ct_window want;
        int64_t begin_ns = window_begin(model, seconds[id]);
        model_window(model, begin_ns, &want);
        ct_watch_window(watched->watch, (enum ct_window_id)id, &got);
        assert_int_equal(got.covered_ns, want.covered_ns);
        assert_memory_equal(&got.counts, &want.counts, sizeof got.counts);
        assert_memory_equal(&got.ratios, &want.ratios, sizeof got.ratios);
        check_ttfb(watched, model, (enum ct_window_id)id, begin_ns);
    }
}

static void check_slots(const struct watched *watched, const struct model *model, enum ct_zoom zoom,
                        int64_t length_ns, size_t kept)
{
    struct ct_slot *slots = calloc(kept + 1, sizeof *slots);
    assert_non_null(slots);
    int64_t newest = model->now_ns / length_ns;
    int64_t first = model->start_ns / length_ns;
    size_t held = newest - first + 1 > (int64_t)kept ? kept : (size_t)(newest - first + 1);
    assert_int_equal(ct_watch_slots(watched->watch, zoom, slots, kept + 1), held);
    for (size_t i = 0; i < held; i++) {
        assert_int_equal(slots[i].begin_ns, (newest - (int64_t)(held - 1 - i)) * length_ns);
    }
    for (size_t i = 0; i < model->n; i++) {
        int64_t number = model->seen[i].ns / length_ns - newest + (int64_t)held - 1;
        if (number >= 0 && model->seen[i].ns >= model->start_ns) {
            enum ct_class class = ct_cache_outcome_class(model->seen[i].outcome);
            slots[number].n[class]--;
            slots[number].bytes[class] -= model->seen[i].body;
        }
    }
    for (size_t i = 0; i < held; i++) {
        for (int class = 0; class < CT_CLASS_COUNT; class ++) {
            assert_int_equal(slots[i].n[class], 0);
            assert_int_equal(slots[i].bytes[class], 0);
        }
    }
    struct ct_slot last[3];
    size_t n = ct_watch_slots(watched->watch, zoom, last, 3);
    assert_int_equal(n, held < 3 ? held : 3);
    assert_int_equal(last[n - 1].begin_ns, slots[held - 1].begin_ns);
    free(slots);
}

/* Steps of all sizes: within a slot, over slots, over whole windows. */
static int64_t random_step(struct dice *dice)
{
    static const int64_t most[] = {MS(1), MS(30), MS(200), SECONDS(2), SECONDS(20), SECONDS(400)};
    uint64_t kind = dice_roll(dice, 1000);
    size_t i = kind < 500 ? 0 : (kind < 800 ? 1 : (kind < 970 ? 2 : (kind < 995 ? 3 : 4)));
    i = dice_roll(dice, 4000) == 0 ? 5 : i;
    return (int64_t)dice_roll(dice, (uint64_t)most[i]);
}

static void one_event(struct watched *watched, struct model *model, struct dice *dice)
{
    struct seen *seen = &model->seen[model->n++];
    int64_t back = dice_roll(dice, 4) > 0 ? 0 : random_step(dice);
    int64_t now_ns = model->now_ns + random_step(dice);
    seen->ns = dice_roll(dice, 2) == 0 ? now_ns : model->now_ns - back;
    seen->ns = seen->ns < model->start_ns ? model->start_ns : seen->ns;
    seen->ttfb_ns =
        (int64_t)(UINT64_C(9000) << dice_roll(dice, 20)) + (int64_t)dice_roll(dice, 9000);
    seen->body = dice_roll(dice, 100000);
    seen->outcome = (enum ct_outcome)dice_roll(dice, CT_OUTCOME_COUNT);
    seen->reached_origin = dice_roll(dice, 2) == 0;
    model->now_ns = seen->ns > model->now_ns ? seen->ns : model->now_ns;
    struct ct_txn txn = txn_at(watched, seen->ns, seen->ttfb_ns, seen->body);
    struct ct_verdict verdict = vx_verdict(seen->outcome);
    verdict.reached_origin = seen->reached_origin;
    ct_watch_txn(watched->watch, &txn, &verdict);
    if (dice_roll(dice, 3) == 0) {
        model->now_ns += random_step(dice);
        ct_watch_tick(watched->watch, model->now_ns, 0, 0);
    }
}

static void windows_and_the_time_line_equal_those_of_a_naive_model(void **state)
{
    struct watched *watched = *state;
    struct dice dice = {20261121};
    struct model model = {.start_ns = BEGIN_NS, .now_ns = BEGIN_NS};
    model.seen = calloc(N_EVENTS, sizeof *model.seen);
    assert_non_null(model.seen);
    print_message("seed %" PRIu64 "\n", dice.state);
    ct_watch_tick(watched->watch, BEGIN_NS, 0, 0);
    while (model.n < N_EVENTS) {
        one_event(watched, &model, &dice);
        assert_int_equal(ct_watch_now(watched->watch), model.now_ns);
        if (model.n % 97 == 0 || model.n < 50) {
            check_windows(watched, &model);
        }
        if (model.n % 997 == 0) {
            check_slots(watched, &model, CT_ZOOM_1S, SECONDS(1), 600);
            check_slots(watched, &model, CT_ZOOM_10S, SECONDS(10), 1080);
            check_slots(watched, &model, CT_ZOOM_1M, SECONDS(60), 1440);
        }
    }
    free(model.seen);
}

static void windows_empty_as_time_passes_without_transactions(void **state)
{
    struct watched *watched = *state;
    add(watched, BEGIN_NS, CT_OUTCOME_HIT);
    assert_int_equal(in_window(watched, CT_WINDOW_S1), 1);
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(2), 0, 0);
    assert_int_equal(in_window(watched, CT_WINDOW_S1), 0);
    assert_int_equal(in_window(watched, CT_WINDOW_S10), 1);
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(301), 0, 0);
    assert_int_equal(in_window(watched, CT_WINDOW_M5), 0);
    assert_int_equal(in_window(watched, CT_WINDOW_ALL), 1);
}

static void packets_count_at_the_time_of_the_tick_before(void **state)
{
    struct watched *watched = *state;
    struct ct_window window;
    struct ct_slot slots[4];
    ct_watch_tick(watched->watch, BEGIN_NS, 10, 1000);
    ct_watch_tick(watched->watch, BEGIN_NS + MS(100), 30, 5000);
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(3), 31, 5100); /* of before the pause */
    ct_watch_window(watched->watch, CT_WINDOW_S1, &window);
    assert_int_equal(window.packets, 0);
    ct_watch_window(watched->watch, CT_WINDOW_S10, &window);
    assert_int_equal(window.packets, 31);
    assert_int_equal(window.wire_bytes, 5100);
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(3) + MS(50), 33, 5300);
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1S, slots, 4), 4);
    assert_int_equal(slots[0].packets, 31);
    assert_int_equal(slots[1].packets + slots[2].packets, 0);
    assert_int_equal(slots[3].packets, 2);
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(4), 5, 500); /* another count: no harm */
    ct_watch_window(watched->watch, CT_WINDOW_ALL, &window);
    assert_int_equal(window.packets, 33);
    for (int zoom = 0; zoom < CT_ZOOM_COUNT; zoom++) {
        uint64_t sum = 0;
        size_t n = ct_watch_slots(watched->watch, (enum ct_zoom)zoom, slots, 4);
        for (size_t i = 0; i < n; i++) {
            sum += slots[i].packets;
        }
        assert_int_equal(sum, zoom == CT_ZOOM_1S ? 2 : 33); /* the latest 4 of 5 */
    }
}

static void the_first_tick_may_come_after_a_transaction(void **state)
{
    struct watched *watched = *state;
    struct ct_window window;
    struct ct_slot slots[5];
    add(watched, BEGIN_NS + SECONDS(3), CT_OUTCOME_HIT);
    ct_watch_tick(watched->watch, BEGIN_NS, 7, 700);
    ct_watch_window(watched->watch, CT_WINDOW_M1, &window);
    assert_int_equal(window.covered_ns, SECONDS(3));
    assert_int_equal(window.packets, 7);
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1S, slots, 5), 4);
    assert_int_equal(slots[0].packets, 7);
    assert_int_equal(slots[3].n[CT_CLASS_HIT], 1);
    ct_watch_tick(watched->watch, BEGIN_NS - SECONDS(3), 7, 700); /* only the first */
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1S, slots, 5), 4);
}

static void a_time_stamp_days_ahead_moves_nothing(void **state)
{
    struct watched *watched = *state;
    struct ct_slot slot;
    add(watched, BEGIN_NS, CT_OUTCOME_HIT);
    add(watched, BEGIN_NS + SECONDS(2 * 86400), CT_OUTCOME_MISS);
    add(watched, INT64_MAX, CT_OUTCOME_MISS);
    assert_int_equal(ct_watch_now(watched->watch), BEGIN_NS);
    assert_int_equal(in_window(watched, CT_WINDOW_S1), 3); /* counted, at the clock */
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1M, &slot, 1), 1);
    assert_int_equal(slot.n[CT_CLASS_MISS], 2);
    add(watched, BEGIN_NS + SECONDS(3600), CT_OUTCOME_HIT); /* an hour without is no mistake */
    assert_int_equal(ct_watch_now(watched->watch), BEGIN_NS + SECONDS(3600));
}

static void a_time_stamp_that_goes_back_moves_nothing(void **state)
{
    struct watched *watched = *state;
    ct_watch_tick(watched->watch, BEGIN_NS, 0, 0);
    add(watched, BEGIN_NS + SECONDS(30), CT_OUTCOME_HIT);
    add(watched, BEGIN_NS + SECONDS(10), CT_OUTCOME_HIT); /* found late */
    add(watched, BEGIN_NS - SECONDS(10), CT_OUTCOME_HIT); /* before the start: in the total */
    add(watched, -5, CT_OUTCOME_HIT);
    add(watched, INT64_MIN + SECONDS(1), CT_OUTCOME_HIT);
    ct_watch_tick(watched->watch, BEGIN_NS - SECONDS(7000), 0, 0);
    assert_int_equal(ct_watch_now(watched->watch), BEGIN_NS + SECONDS(30));
    assert_int_equal(in_window(watched, CT_WINDOW_S1), 1);
    assert_int_equal(in_window(watched, CT_WINDOW_S10), 1);
    assert_int_equal(in_window(watched, CT_WINDOW_M1), 2);
    assert_int_equal(in_window(watched, CT_WINDOW_ALL), 5);
}

static void any_time_is_a_time(void **state)
{
    struct watched *watched = *state;
    static const int64_t times[] = {INT64_MIN, INT64_MAX, -1, 0, 1, INT64_MAX - 1, BEGIN_NS};
    struct dice dice = {99};
    struct ct_slot slots[8];
    for (size_t i = 0; i < 5000; i++) {
        int64_t ns = times[dice_roll(&dice, 7)];
        struct ct_txn txn = txn_at(watched, BEGIN_NS, MS(5), 100);
        struct ct_verdict verdict = vx_verdict(CT_OUTCOME_MISS);
        txn.request.last_ns = times[dice_roll(&dice, 7)];
        txn.response.first_ns = times[dice_roll(&dice, 7)];
        txn.response.last_ns = ns;
        ct_watch_txn(watched->watch, &txn, &verdict);
        if (dice_roll(&dice, 3) == 0) {
            ct_watch_tick(watched->watch, times[dice_roll(&dice, 7)], dice_roll(&dice, 9), 1);
        }
        if (dice_roll(&dice, 50) == 0) {
            ct_watch_reset(watched->watch);
        }
        struct ct_window window;
        ct_watch_window(watched->watch, CT_WINDOW_M5, &window);
        assert_true(window.covered_ns >= 0 && window.covered_ns <= SECONDS(300));
        assert_true(ct_watch_slots(watched->watch, CT_ZOOM_10S, slots, 8) <= 8);
    }
}

static void times_of_a_class_are_those_since_the_reset(void **state)
{
    struct watched *watched = *state;
    struct ct_quantiles ttfb;
    struct ct_quantiles duration;
    add(watched, BEGIN_NS, CT_OUTCOME_MISS); /* 5 ms */
    ct_watch_times(watched->watch, CT_CLASS_MISS, &ttfb, &duration);
    assert_int_equal(ttfb.n, 1);
    assert_int_equal(ttfb.max_ns, MS(5));
    assert_int_equal(duration.max_ns, MS(5));
    struct ct_txn early = txn_at(watched, BEGIN_NS, -MS(5), 1); /* answered before it was asked */
    struct ct_verdict miss = vx_verdict(CT_OUTCOME_MISS);
    ct_watch_txn(watched->watch, &early, &miss);
    ct_watch_times(watched->watch, CT_CLASS_MISS, &ttfb, &duration);
    assert_int_equal(ttfb.n, 1);
    ct_watch_times(watched->watch, CT_CLASS_HIT, &ttfb, &duration);
    assert_int_equal(ttfb.n, 0);
    ct_watch_reset(watched->watch);
    ct_watch_times(watched->watch, CT_CLASS_MISS, &ttfb, &duration);
    assert_int_equal(ttfb.n + duration.n, 0);
}

static void a_reset_forgets_all_but_the_latest_transactions(void **state)
{
    struct watched *watched = *state;
    struct ct_window window;
    struct ct_slot slots[3];
    struct ct_recent recent;
    uint64_t oldest = 0;
    uint64_t newest = 0;
    ct_watch_tick(watched->watch, BEGIN_NS, 0, 0);
    add(watched, BEGIN_NS + SECONDS(50), CT_OUTCOME_HIT);
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(50), 100, 1000);
    ct_watch_reset(watched->watch);
    for (int id = 0; id < CT_WINDOW_COUNT; id++) {
        ct_watch_window(watched->watch, (enum ct_window_id)id, &window);
        assert_int_equal(window.covered_ns, 0);
        assert_int_equal(window.packets + window.wire_bytes + sum_of(&window), 0);
    }
    for (int list = 0; list < CT_WATCH_LIST_COUNT; list++) {
        assert_int_equal(ct_watch_rows(watched->watch, (enum ct_watch_list)list), 0);
    }
    ct_watch_tick(watched->watch, BEGIN_NS + SECONDS(51), 130, 1300);
    add(watched, BEGIN_NS + SECONDS(52), CT_OUTCOME_MISS);
    ct_watch_window(watched->watch, CT_WINDOW_M5, &window);
    assert_int_equal(window.covered_ns, SECONDS(2));
    assert_int_equal(window.packets, 30); /* those of before are not counted again */
    assert_int_equal(sum_of(&window), 1);
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1S, slots, 3), 3);
    assert_int_equal(slots[0].n[CT_CLASS_HIT], 0);
    ct_watch_range(watched->watch, &oldest, &newest);
    assert_int_equal(oldest, 1);
    assert_int_equal(newest, 2);
    assert_true(ct_watch_recent(watched->watch, 1, &recent));
    assert_int_equal(recent.verdict.outcome, CT_OUTCOME_HIT);
}

static void nothing_yet_is_all_zeros(void **state)
{
    struct watched *watched = *state;
    struct ct_window window;
    struct ct_slot slot;
    struct ct_quantiles ttfb[CT_CLASS_COUNT];
    ct_watch_reset(watched->watch);
    assert_int_equal(ct_watch_now(watched->watch), 0);
    for (int id = 0; id < CT_WINDOW_COUNT; id++) {
        ct_watch_window(watched->watch, (enum ct_window_id)id, &window);
        assert_int_equal(window.covered_ns, 0);
        assert_int_equal(sum_of(&window), 0);
        ct_watch_window_ttfb(watched->watch, (enum ct_window_id)id, ttfb);
        assert_int_equal(ttfb[CT_CLASS_HIT].n, 0);
        assert_non_null(ct_watch_window_name((enum ct_window_id)id));
    }
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1S, &slot, 1), 0);
    add(watched, BEGIN_NS, CT_OUTCOME_HIT);
    assert_int_equal(ct_watch_slots(watched->watch, CT_ZOOM_1S, &slot, 0), 0);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, watched_setup, watched_teardown)
    const struct CMUnitTest tests[] = {
        WITH(windows_and_the_time_line_equal_those_of_a_naive_model),
        WITH(windows_empty_as_time_passes_without_transactions),
        WITH(packets_count_at_the_time_of_the_tick_before),
        WITH(the_first_tick_may_come_after_a_transaction),
        WITH(a_time_stamp_days_ahead_moves_nothing),
        WITH(a_time_stamp_that_goes_back_moves_nothing),
        WITH(any_time_is_a_time),
        WITH(times_of_a_class_are_those_since_the_reset),
        WITH(a_reset_forgets_all_but_the_latest_transactions),
        WITH(nothing_yet_is_all_zeros),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
