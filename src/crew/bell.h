/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bell for one thread that sleeps when it has nothing to do. Who gives it work looks
 * whether it sleeps, which costs no system call while it is awake.
 *
 *     sleeper                              giver
 *     ct_crew_bell_sleep(&bell);            puts work where the sleeper looks
 *     if nothing to do                     ct_crew_bell_ring(&bell);
 *         ct_crew_bell_wait(&bell, ms);
 *     ct_crew_bell_awake(&bell);
 */
#ifndef CACHETAP_CREW_BELL_H
#define CACHETAP_CREW_BELL_H

#include <stdatomic.h>
#include <stdbool.h>

struct ct_bell {
    atomic_bool sleeps;
    int fd; /* eventfd */
};

/* False with errno. */
bool ct_crew_bell_init(struct ct_bell *bell);
void ct_crew_bell_fini(struct ct_bell *bell);

/* From now on rings are heard; look for work once more after this. */
void ct_crew_bell_sleep(struct ct_bell *bell);
/*
 * Until a ring, a signal, also_fd can be read (-1: none), or the time is over; -1: without end.
 */
void ct_crew_bell_wait(struct ct_bell *bell, int also_fd, int timeout_ms);
void ct_crew_bell_awake(struct ct_bell *bell);

/* Any thread. What was written before is seen by the sleeper. */
void ct_crew_bell_ring(struct ct_bell *bell);

#endif
