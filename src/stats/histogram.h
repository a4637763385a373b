/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A log-linear histogram: each power of two is divided into 32 equal buckets, so that a
 * value read back is within 1 part in 32, in fixed memory. Two of them can be added.
 */
#ifndef CACHETAP_STATS_HISTOGRAM_H
#define CACHETAP_STATS_HISTOGRAM_H

#include "cachetap/stats.h"

#define CT_HISTOGRAM_SUB_BITS 5
#define CT_HISTOGRAM_SUB      ((size_t)1 << CT_HISTOGRAM_SUB_BITS)
/* Values up to INT64_MAX: exponents 5 to 62, and the linear part below 32. */
#define CT_HISTOGRAM_BUCKETS ((63 - CT_HISTOGRAM_SUB_BITS + 1) * CT_HISTOGRAM_SUB)

struct ct_histogram {
    uint64_t n;
    int64_t max;
    uint64_t sum_s; /* apart, so that years of times fit */
    uint64_t sum_ns;
    uint64_t buckets[CT_HISTOGRAM_BUCKETS];
    uint64_t within[CT_TIME_BOUND_COUNT + 1]; /* by CT_TIME_BOUNDS, the last above them all */
};

/* value >= 0. */
void ct_stats_histogram_add(struct ct_histogram *histogram, int64_t value);
struct ct_quantiles ct_stats_histogram_quantiles(const struct ct_histogram *histogram);
struct ct_time_histogram ct_stats_histogram_times(const struct ct_histogram *histogram);

#endif
