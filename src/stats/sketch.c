/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/sketch.h"

static size_t bucket_of(int64_t ns)
{
    uint64_t v = (uint64_t)ns;
    if (v >> CT_SKETCH_LOW_BITS == 0) {
        return 0;
    }
    unsigned bits = 63u - (unsigned)__builtin_clzll(v);
    if (bits >= CT_SKETCH_TOP_BITS) {
        return CT_SKETCH_BUCKETS - 1;
    }
    size_t sub = (size_t)(v >> (bits - CT_SKETCH_SUB_BITS)) & ((1u << CT_SKETCH_SUB_BITS) - 1);
    return 1 + ((size_t)(bits - CT_SKETCH_LOW_BITS) << CT_SKETCH_SUB_BITS) + sub;
}

/* The middle of a bucket; of the last, its begin. */
static int64_t bucket_value(size_t bucket)
{
    if (bucket == 0) {
        return INT64_C(1) << (CT_SKETCH_LOW_BITS - 1);
    }
    size_t steps = bucket - 1;
    unsigned bits = (unsigned)(steps >> CT_SKETCH_SUB_BITS) + CT_SKETCH_LOW_BITS;
    int64_t step_ns = INT64_C(1) << (bits - CT_SKETCH_SUB_BITS);
    int64_t sub = (int64_t)(steps & ((1u << CT_SKETCH_SUB_BITS) - 1));
    int64_t half = bucket == CT_SKETCH_BUCKETS - 1 ? 0 : step_ns / 2;
    return (INT64_C(1) << bits) + sub * step_ns + half;
}

void ct_stats_sketch_add(struct ct_sketch *sketch, int64_t ns)
{
    uint32_t *bucket = &sketch->buckets[bucket_of(ns)];
    *bucket += *bucket < UINT32_MAX ? 1 : 0;
    sketch->max_ns = ns > sketch->max_ns ? ns : sketch->max_ns;
}

void ct_stats_sketch_sum(struct ct_sketch_sum *sum, const struct ct_sketch *more)
{
    for (size_t i = 0; i < CT_SKETCH_BUCKETS; i++) {
        sum->buckets[i] += more->buckets[i];
    }
    sum->max_ns = more->max_ns > sum->max_ns ? more->max_ns : sum->max_ns;
}

/* The smallest bucket that at least per_cent of the times do not pass. */
static int64_t quantile(const struct ct_sketch_sum *sum, uint64_t n, unsigned per_cent)
{
    uint64_t rank = n / 100 * per_cent + (n % 100 * per_cent + 99) / 100;
    uint64_t passed = 0;
    for (size_t i = 0; i < CT_SKETCH_BUCKETS; i++) {
        passed += sum->buckets[i];
        if (passed >= rank) {
            int64_t value = bucket_value(i);
            return value < sum->max_ns ? value : sum->max_ns;
        }
    }
    return sum->max_ns;
}

struct ct_quantiles ct_stats_sketch_quantiles(const struct ct_sketch_sum *sum)
{
    struct ct_quantiles quantiles = {.n = 0};
    for (size_t i = 0; i < CT_SKETCH_BUCKETS; i++) {
        quantiles.n += sum->buckets[i];
    }
    if (quantiles.n > 0) {
        quantiles.p50_ns = quantile(sum, quantiles.n, 50);
        quantiles.p90_ns = quantile(sum, quantiles.n, 90);
        quantiles.p99_ns = quantile(sum, quantiles.n, 99);
        quantiles.max_ns = sum->max_ns;
    }
    return quantiles;
}
