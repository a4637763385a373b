/* SPDX-License-Identifier: Apache-2.0 */
/* Times of transactions and their quantiles, against sorted lists. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>

#include "cachetap/stats.h"

static struct ct_stats *new_stats(void)
{
    static const struct ct_key key = {{3}};
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    limits.stats_keys = 10;
    struct ct_stats *stats = ct_stats_new(&limits, &key, NULL);
    assert_non_null(stats);
    return stats;
}

static struct ct_txn txn_with(int64_t ttfb_ns, int64_t body_ns)
{
    struct ct_txn txn = {
        .method = CT_REF_NONE, .target = CT_REF_NONE, .host = CT_REF_NONE, .reason = CT_REF_NONE};
    txn.request.seen = true;
    txn.request.first_ns = 1000;
    txn.request.last_ns = 2000;
    txn.response.seen = true;
    txn.response.first_ns = 2000 + ttfb_ns;
    txn.response.last_ns = 2000 + ttfb_ns + body_ns;
    return txn;
}

static const struct ct_verdict a_hit = {
    .outcome = CT_OUTCOME_HIT, .class = CT_CLASS_HIT, .age_s = -1};

static int compare_i64(const void *a, const void *b)
{
    const int64_t *left = a;
    const int64_t *right = b;
    return *left < *right ? -1 : *left > *right;
}

static void check_quantile(const int64_t *sorted, size_t n, unsigned per_cent, int64_t got)
{
    int64_t exact = sorted[(n * per_cent + 99) / 100 - 1];
    int64_t error = got > exact ? got - exact : exact - got;
    if (error > exact / 32) {
        fail_msg("p%u of %zu: %" PRId64 ", not %" PRId64, per_cent, n, got, exact);
    }
}

/* n times below 2^bits nanoseconds, of all sizes. */
static void check_times(size_t n, unsigned bits, uint64_t seed)
{
    int64_t *times = malloc(n * sizeof *times);
    assert_non_null(times);
    struct ct_stats *stats = new_stats();
    for (size_t i = 0; i < n; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned shift = 64 - 1 - (unsigned)((seed >> 40) % bits);
        times[i] = (int64_t)((seed ^ seed << 21) >> shift);
        struct ct_txn txn = txn_with(times[i], 0);
        ct_stats_txn(stats, &txn, &a_hit);
    }
    qsort(times, n, sizeof *times, compare_i64);
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 0, &snapshot));
    const struct ct_quantiles *ttfb = &snapshot.ttfb[CT_CLASS_HIT];
    assert_int_equal(ttfb->n, n);
    check_quantile(times, n, 50, ttfb->p50_ns);
    check_quantile(times, n, 90, ttfb->p90_ns);
    check_quantile(times, n, 99, ttfb->p99_ns);
    assert_int_equal(ttfb->max_ns, times[n - 1]);
    assert_int_equal(snapshot.ttfb[CT_CLASS_MISS].n, 0);
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
    free(times);
}

static void quantiles_are_within_one_part_in_32(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 20; seed++) {
        check_times(1, 40, seed);
        check_times(2, 40, seed);
        check_times(99, 34, seed);
        check_times(1000, 6, seed);
        check_times(5000, 61, seed);
    }
}

static void times_count_only_where_both_messages_were_seen(void **state)
{
    (void)state;
    struct ct_stats *stats = new_stats();
    struct ct_txn txn = txn_with(500, 100);
    txn.response.seen = false;
    ct_stats_txn(stats, &txn, &a_hit);
    txn.response.seen = true;
    txn.request.seen = false;
    ct_stats_txn(stats, &txn, &a_hit);
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 0, &snapshot));
    assert_int_equal(snapshot.ttfb[CT_CLASS_HIT].n, 0);
    assert_int_equal(snapshot.duration[CT_CLASS_HIT].n, 0);
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

static void an_early_response_has_no_time_to_first_byte(void **state)
{
    (void)state;
    struct ct_stats *stats = new_stats();
    struct ct_txn txn = txn_with(-500, 2000);
    int64_t ns = 0;
    assert_true(ct_stats_ttfb(&txn, &ns) && ns == -500);
    assert_true(ct_stats_duration(&txn, &ns) && ns == 2500);
    ct_stats_txn(stats, &txn, &a_hit);
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 0, &snapshot));
    assert_int_equal(snapshot.ttfb[CT_CLASS_HIT].n, 0);
    assert_int_equal(snapshot.duration[CT_CLASS_HIT].n, 1);
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

static void absurd_time_stamps_do_no_harm(void **state)
{
    (void)state;
    static const int64_t stamps[] = {INT64_MIN, -1, 0, 1, INT64_MAX};
    struct ct_stats *stats = new_stats();
    struct ct_txn txn = txn_with(0, 0);
    for (size_t a = 0; a < 5; a++) {
        for (size_t b = 0; b < 5; b++) {
            txn.request.first_ns = txn.request.last_ns = stamps[a];
            txn.response.first_ns = txn.response.last_ns = stamps[b];
            ct_stats_txn(stats, &txn, &a_hit);
        }
    }
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 0, &snapshot));
    assert_int_equal(snapshot.transactions, 25);
    assert_true(snapshot.ttfb[CT_CLASS_HIT].n < 25);
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

/* Every time is counted in exactly the buckets whose bound it does not pass; the sum is exact. */
static void wide_buckets_and_sums_are_exact(void **state)
{
    (void)state;
    static const int64_t bounds[CT_TIME_BOUND_COUNT] = {
#define X(ns, seconds) INT64_C(ns),
        CT_TIME_BOUNDS(X)
#undef X
    };
    struct ct_stats *stats = new_stats();
    for (size_t i = 0; i < CT_TIME_BOUND_COUNT; i++) {
        for (int64_t around = -1; around <= 1; around++) {
            struct ct_txn txn = txn_with(bounds[i] + around, 0);
            ct_stats_txn(stats, &txn, &a_hit);
        }
    }
    struct ct_txn longest = txn_with(INT64_C(9000000000999999999), 0);
    ct_stats_txn(stats, &longest, &a_hit);
    ct_stats_txn(stats, &longest, &a_hit);
    ct_stats_txn(stats, &longest, &a_hit);
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 0, &snapshot));
    const struct ct_time_histogram *times = &snapshot.ttfb_times[CT_CLASS_HIT];
    uint64_t sum_ns = 0; /* of the short ones */
    for (size_t i = 0; i < CT_TIME_BOUND_COUNT; i++) {
        assert_int_equal(times->at_most[i], 3 * i + 2);
        sum_ns += 3 * (uint64_t)bounds[i];
    }
    sum_ns += UINT64_C(3) * 999999999;
    assert_int_equal(times->n, 3 * CT_TIME_BOUND_COUNT + 3);
    assert_int_equal(times->sum_s, UINT64_C(27000000000) + sum_ns / 1000000000);
    assert_int_equal(times->sum_ns, sum_ns % 1000000000);
    assert_int_equal(snapshot.ttfb_times[CT_CLASS_MISS].n, 0);
    assert_int_equal(snapshot.duration_times[CT_CLASS_HIT].n, times->n);
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_one_part_in_32),
        cmocka_unit_test(times_count_only_where_both_messages_were_seen),
        cmocka_unit_test(an_early_response_has_no_time_to_first_byte),
        cmocka_unit_test(absurd_time_stamps_do_no_harm),
        cmocka_unit_test(wide_buckets_and_sums_are_exact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
