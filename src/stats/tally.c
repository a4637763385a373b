/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/tally.h"

static void add_ratio(struct ct_ratio *requests, struct ct_ratio *bytes, bool miss,
                      uint64_t body_bytes)
{
    requests->hit += miss ? 0 : 1;
    requests->miss += miss ? 1 : 0;
    bytes->hit += miss ? 0 : body_bytes;
    bytes->miss += miss ? body_bytes : 0;
}

void ct_stats_tally_add(struct ct_counts *counts, struct ct_ratios *ratios,
                        const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    uint64_t body_bytes = txn->response.body_len;
    counts->n[verdict->outcome]++;
    counts->bytes[verdict->outcome] += body_bytes;
    if (verdict->class == CT_CLASS_HIT || verdict->class == CT_CLASS_MISS) {
        add_ratio(&ratios->client_requests, &ratios->client_bytes, verdict->class == CT_CLASS_MISS,
                  body_bytes);
        add_ratio(&ratios->origin_requests, &ratios->origin_bytes, verdict->reached_origin,
                  body_bytes);
    }
}

static void sum_ratio(struct ct_ratio *ratio, struct ct_ratio more)
{
    ratio->hit += more.hit;
    ratio->miss += more.miss;
}

void ct_stats_tally_sum(struct ct_counts *counts, struct ct_ratios *ratios,
                        const struct ct_counts *more_counts, const struct ct_ratios *more_ratios)
{
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        counts->n[i] += more_counts->n[i];
        counts->bytes[i] += more_counts->bytes[i];
    }
    sum_ratio(&ratios->client_requests, more_ratios->client_requests);
    sum_ratio(&ratios->client_bytes, more_ratios->client_bytes);
    sum_ratio(&ratios->origin_requests, more_ratios->origin_requests);
    sum_ratio(&ratios->origin_bytes, more_ratios->origin_bytes);
}
