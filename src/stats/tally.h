/* SPDX-License-Identifier: Apache-2.0 */
/* What is counted in the same way for all of a run and for a part of its time. */
#ifndef CACHETAP_STATS_TALLY_H
#define CACHETAP_STATS_TALLY_H

#include "cachetap/stats.h"

void ct_stats_tally_add(struct ct_counts *counts, struct ct_ratios *ratios,
                        const struct ct_txn *txn, const struct ct_verdict *verdict);
void ct_stats_tally_sum(struct ct_counts *counts, struct ct_ratios *ratios,
                        const struct ct_counts *more_counts, const struct ct_ratios *more_ratios);

#endif
