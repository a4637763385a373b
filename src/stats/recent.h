/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest transactions, packed one behind the other in a ring of bytes: the oldest make room.
 * Each has a number, which leads to it at once.
 */
#ifndef CACHETAP_STATS_RECENT_H
#define CACHETAP_STATS_RECENT_H

#include "cachetap/watch.h"

struct ct_recents {
    uint8_t *bytes;
    size_t size;
    size_t head;     /* where the next one goes */
    size_t *offsets; /* of transaction number, at number % n_offsets */
    size_t n_offsets;
    uint64_t oldest; /* numbers; oldest > newest: none */
    uint64_t newest;
};

/* False: no memory. */
bool ct_stats_recent_init(struct ct_recents *recents, uint64_t bytes);
void ct_stats_recent_fini(struct ct_recents *recents);
uint64_t ct_stats_recent_bytes(const struct ct_recents *recents);

/* Takes the next number; what is longer than the ring is not kept. */
void ct_stats_recent_add(struct ct_recents *recents, const struct ct_txn *txn,
                         const struct ct_verdict *verdict);
/* False: not kept. */
bool ct_stats_recent_get(const struct ct_recents *recents, uint64_t number,
                         struct ct_recent *recent);

#endif
