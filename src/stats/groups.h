/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions by outcome, reason and dialect: how many, with the earliest as the example of
 * all. What is said of the example is made when it becomes one.
 */
#ifndef CACHETAP_STATS_GROUPS_H
#define CACHETAP_STATS_GROUPS_H

#include "cachetap/stats.h"

struct ct_groups {
    uint16_t n;
    uint8_t first[CT_OUTCOME_COUNT][CT_REASON_COUNT]; /* 1 + number of a row, 0: none */
    uint8_t next[CT_GROUPS_MAX];                      /* the same with another dialect */
    uint64_t left_out;
    struct ct_group_row rows[CT_GROUPS_MAX];
    int64_t shown_ns[CT_GROUPS_MAX]; /* time of the example */
};

void ct_stats_groups_txn(struct ct_groups *groups, const struct ct_fields *fields,
                         const struct ct_txn *txn, const struct ct_verdict *verdict);
/* Fills groups of the snapshot, its group_memory included. False: no memory. */
bool ct_stats_groups_snapshot(const struct ct_groups *groups, size_t n_top,
                              struct ct_snapshot *snapshot);

#endif
