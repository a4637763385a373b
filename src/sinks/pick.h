/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chooses the packets of some connections among those that were encoded for a file. A packet in
 * several fragments is kept by its last one only, which completes it.
 */
#ifndef CACHETAP_SINKS_PICK_H
#define CACHETAP_SINKS_PICK_H

#include "cachetap/consumer.h"
#include "source/encode.h"

struct ct_pick;

/* Copies the end points of n connections; 0: all packets. NULL: no memory. */
struct ct_pick *ct_sinks_pick_new(const struct ct_conn_info *conns, size_t n);
/* Before packets are chosen: what encoder says of interfaces. False: no memory. */
bool ct_sinks_pick_learn(struct ct_pick *pick, const struct ct_encoder *encoder);
void ct_sinks_pick_free(struct ct_pick *pick);

/*
 * Octets from begin on that are packets, all chosen or none of them, and how many these are. 0:
 * the end.
 */
size_t ct_sinks_pick_run(struct ct_pick *pick, const uint8_t *begin, size_t n, bool *chosen,
                         uint64_t *packets);

#endif
