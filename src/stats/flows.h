/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The label of each connection that carried a transaction. Labels are found by the uid of the
 * connection; they come from a pool, so that a transaction allocates nothing once the pool has
 * grown to what is open at one time. At the limit the label that was quiet for longest gives
 * way. Those that ended last stay for a while, for who looks at the newest.
 *
 * The connections with most misses are kept without a search: their misses only grow, so one
 * that is not among them enters when it has more than the least of them.
 */
#ifndef CACHETAP_STATS_FLOWS_H
#define CACHETAP_STATS_FLOWS_H

#include "base/pool.h"
#include "cachetap/stats.h"

struct ct_flow_entry {
    struct ct_flow flow;
    uint64_t hash;
    uint64_t serial; /* of the event that touched it last: order between the two lists */
    struct ct_flow_entry *chain;
    struct ct_flow_entry *older;
    struct ct_flow_entry *newer;
    uint32_t costly; /* 1 + its place among the costly, 0: none */
};

struct ct_flow_chain {
    struct ct_flow_entry *oldest;
    struct ct_flow_entry *newest;
    uint64_t n;
};

struct ct_flow_place {
    struct ct_flow_entry *entry; /* NULL: gone, copy is what it was */
    struct ct_flow copy;
};

struct ct_flows {
    struct ct_key key;
    uint64_t limit;
    struct ct_pool pool;
    struct ct_flow_entry **buckets;
    uint64_t n_buckets; /* power of two */
    struct ct_flow_entry *last;
    struct ct_flow_chain open; /* by their last transaction */
    struct ct_flow_chain ended;
    uint64_t serial;
    struct ct_flow_totals totals;
    struct ct_flow_place costly[CT_FLOWS_COSTLY_MAX];
    uint32_t n_costly;
    uint64_t costly_least; /* misses of the least of them, once they are full */
};

/* False: no memory. */
bool ct_stats_flows_init(struct ct_flows *flows, const struct ct_key *key, uint64_t limit);
void ct_stats_flows_fini(struct ct_flows *flows);

void ct_stats_flows_txn(struct ct_flows *flows, const struct ct_txn *txn,
                        const struct ct_verdict *verdict);
/* The label of a connection that ended, or NULL; borrowed until the next call. */
const struct ct_flow *ct_stats_flows_end(struct ct_flows *flows, const struct ct_conn_end *end);

/* After a miss of entry. */
void ct_stats_flows_keep_if_costly(struct ct_flows *flows, struct ct_flow_entry *entry);
/* Before entry is used for another connection: what it was stays. */
void ct_stats_flows_leave_costly(struct ct_flows *flows, const struct ct_flow_entry *entry);
/* Writes them, by misses, at most n. Returns how many. */
size_t ct_stats_flows_copy_costly(const struct ct_flows *flows, struct ct_flow *rows, size_t n);

/* Fills the lists and totals of the snapshot, its flow_memory included. False: no memory. */
bool ct_stats_flows_snapshot(const struct ct_flows *flows, size_t n_top,
                             struct ct_snapshot *snapshot);

#endif
