/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small log-linear histogram of times, for many short spans of time that are added up: 8
 * buckets for each power of two between 8 microseconds and 9 minutes.
 */
#ifndef CACHETAP_STATS_SKETCH_H
#define CACHETAP_STATS_SKETCH_H

#include "cachetap/stats.h"

#define CT_SKETCH_SUB_BITS 3
#define CT_SKETCH_LOW_BITS 13 /* 2^13 ns: below it one bucket */
#define CT_SKETCH_TOP_BITS 39 /* 2^39 ns: from it on one bucket */
#define CT_SKETCH_BUCKETS  (((CT_SKETCH_TOP_BITS - CT_SKETCH_LOW_BITS) << CT_SKETCH_SUB_BITS) + 2)

struct ct_sketch {
    int64_t max_ns;
    uint32_t buckets[CT_SKETCH_BUCKETS];
};

struct ct_sketch_sum {
    int64_t max_ns;
    uint64_t buckets[CT_SKETCH_BUCKETS];
};

/* ns >= 0. */
void ct_stats_sketch_add(struct ct_sketch *sketch, int64_t ns);
void ct_stats_sketch_sum(struct ct_sketch_sum *sum, const struct ct_sketch *more);
struct ct_quantiles ct_stats_sketch_quantiles(const struct ct_sketch_sum *sum);

#endif
