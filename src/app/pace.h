/* SPDX-License-Identifier: Apache-2.0 */
/* The captured rhythm of a replay (--speed): when the next packet is due by the clock. */
#ifndef CACHETAP_APP_PACE_H
#define CACHETAP_APP_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct ct_pace {
    double speed; /* 2: twice as fast; 0: as fast as possible */
    bool begun;
    int64_t packet_ns; /* of the packet from which is counted, and */
    int64_t clock_ns;  /* the clock then */
    int64_t last_ns;   /* latest packet */
};

/*
 * Nanoseconds of the clock until a packet of this time is due, 0 or less: it is now. Times that
 * go back, or ahead by more than a day (a wrong time stamp), are not waited for.
 */
int64_t ct_app_pace_left(struct ct_pace *pace, int64_t packet_ns, int64_t clock_ns);

/* Packet time at a moment of the clock while the next packet is waited for. */
int64_t ct_app_pace_now(const struct ct_pace *pace, int64_t clock_ns);

/* Waits at most so long; a signal ends it, also one that came since pending was asked. */
void ct_app_pace_sleep(int64_t ns, bool (*pending)(void));

#endif
