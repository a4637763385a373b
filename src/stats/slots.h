/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The latest n slots of time, each of one length, in a ring. A slot covers
 * [number * length, (number + 1) * length); the newest is that of the clock. What a slot holds
 * is its user's; a slot that begins is all zeros.
 */
#ifndef CACHETAP_STATS_SLOTS_H
#define CACHETAP_STATS_SLOTS_H

#include "cachetap/base.h"

struct ct_slots {
    uint8_t *bytes; /* n * slot_bytes; slot number i stands at i % n */
    size_t slot_bytes;
    size_t n;
    int64_t length_ns;
    int64_t first;     /* number of the first slot since the start */
    int64_t newest;    /* number */
    int64_t newest_ns; /* its begin */
    size_t newest_at;
};

/* False: no memory. */
bool ct_stats_slots_init(struct ct_slots *slots, size_t n, int64_t length_ns, size_t slot_bytes);
void ct_stats_slots_fini(struct ct_slots *slots);
uint64_t ct_stats_slots_bytes(const struct ct_slots *slots);

/* Time starts; all slots are empty. Times are 0 or more. */
void ct_stats_slots_start(struct ct_slots *slots, int64_t now_ns);
/* Time had started before; nothing was counted there. */
void ct_stats_slots_start_before(struct ct_slots *slots, int64_t ns);
/* Never moves back. */
void ct_stats_slots_advance(struct ct_slots *slots, int64_t now_ns);
/* The slot of a time, NULL: before the start, or not kept any more. now_ns at the latest. */
void *ct_stats_slots_at(const struct ct_slots *slots, int64_t ns);

/* Slots there are, and slot i of them, 0 being the oldest. */
size_t ct_stats_slots_held(const struct ct_slots *slots);
const void *ct_stats_slots_get(const struct ct_slots *slots, size_t i);
/* Begin of slot i. */
int64_t ct_stats_slots_begin(const struct ct_slots *slots, size_t i);

#endif
