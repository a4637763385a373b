/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/histogram.h"

/* Bits below those that choose the bucket. */
static unsigned bucket_shift(uint64_t value)
{
    if (value < CT_HISTOGRAM_SUB) {
        return 0;
    }
    return 63u - (unsigned)__builtin_clzll(value) - CT_HISTOGRAM_SUB_BITS;
}

static size_t bucket_of(int64_t value)
{
    uint64_t v = (uint64_t)value;
    if (v < CT_HISTOGRAM_SUB) {
        return (size_t)v;
    }
    unsigned shift = bucket_shift(v);
    return shift * CT_HISTOGRAM_SUB + (size_t)(v >> shift);
}

/* The middle of a bucket. */
static int64_t bucket_value(size_t bucket)
{
    if (bucket < 2 * CT_HISTOGRAM_SUB) {
        return (int64_t)bucket;
    }
    unsigned shift = (unsigned)(bucket / CT_HISTOGRAM_SUB) - 1;
    uint64_t low = (uint64_t)(bucket % CT_HISTOGRAM_SUB + CT_HISTOGRAM_SUB) << shift;
    return (int64_t)(low + (UINT64_C(1) << shift) / 2);
}

/* The first of the wide bounds that value does not pass. */
static size_t bound_of(int64_t value)
{
    static const int64_t bounds[CT_TIME_BOUND_COUNT] = {
#define X(ns, seconds) INT64_C(ns),
        CT_TIME_BOUNDS(X)
#undef X
    };
    size_t i = 0;
    while (i < CT_TIME_BOUND_COUNT && value > bounds[i]) {
        i++;
    }
    return i;
}

void ct_stats_histogram_add(struct ct_histogram *histogram, int64_t value)
{
    histogram->n++;
    histogram->buckets[bucket_of(value)]++;
    histogram->within[bound_of(value)]++;
    histogram->sum_ns += (uint64_t)(value % CT_NS_PER_S);
    histogram->sum_s += (uint64_t)(value / CT_NS_PER_S) + histogram->sum_ns / (uint64_t)CT_NS_PER_S;
    histogram->sum_ns %= (uint64_t)CT_NS_PER_S;
    if (value > histogram->max) {
        histogram->max = value;
    }
}

/* The smallest value that at least per_cent of the values do not pass. */
static int64_t quantile(const struct ct_histogram *histogram, unsigned per_cent)
{
    uint64_t whole = histogram->n / 100;
    uint64_t rank = whole * per_cent + ((histogram->n % 100) * per_cent + 99) / 100;
    uint64_t passed = 0;
    for (size_t i = 0; i < CT_HISTOGRAM_BUCKETS; i++) {
        passed += histogram->buckets[i];
        if (passed >= rank) {
            int64_t value = bucket_value(i);
            return value < histogram->max ? value : histogram->max;
        }
    }
    return histogram->max;
}

struct ct_quantiles ct_stats_histogram_quantiles(const struct ct_histogram *histogram)
{
    struct ct_quantiles quantiles = {.n = histogram->n};
    if (histogram->n > 0) {
        quantiles.p50_ns = quantile(histogram, 50);
        quantiles.p90_ns = quantile(histogram, 90);
        quantiles.p99_ns = quantile(histogram, 99);
        quantiles.max_ns = histogram->max;
    }
    return quantiles;
}

struct ct_time_histogram ct_stats_histogram_times(const struct ct_histogram *histogram)
{
    struct ct_time_histogram times = {
        .n = histogram->n, .sum_s = histogram->sum_s, .sum_ns = histogram->sum_ns};
    uint64_t passed = 0;
    for (size_t i = 0; i < CT_TIME_BOUND_COUNT; i++) {
        passed += histogram->within[i];
        times.at_most[i] = passed;
    }
    return times;
}
