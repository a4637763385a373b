/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody who watches a replay wants of its reader: its speed, a pause, a step. Set in the
 * main thread, obeyed in the reader's, which looks for changes without a lock.
 */
#ifndef CACHETAP_APP_CONTROL_H
#define CACHETAP_APP_CONTROL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Fastest and slowest rhythm; faster is as fast as possible. */
#define CT_CONTROL_SPEED_MAX 1024.0
#define CT_CONTROL_SPEED_MIN (1.0 / 64)

struct ct_control_state {
    double speed; /* as of ct_pace */
    bool paused;
    uint64_t steps; /* that were asked for while it was paused */
};

struct ct_control {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct ct_control_state state; /* under lock */
    atomic_uint version;           /* another one: state has changed */
};

/* False: no memory. */
bool ct_app_control_init(struct ct_control *control, double speed);
void ct_app_control_fini(struct ct_control *control);

/* ---- whoever watches ---- */

/* Multiplies the speed; 0: as fast as possible. From there slower is the captured rhythm. */
void ct_app_control_speed(struct ct_control *control, double factor);
void ct_app_control_pause(struct ct_control *control, bool paused);
/* Pauses, and lets one more step pass. */
void ct_app_control_step(struct ct_control *control);
struct ct_control_state ct_app_control_state(struct ct_control *control);
/* The reader looks around, whatever it waits for. */
void ct_app_control_wake(struct ct_control *control);

/* ---- the reader ---- */

/* True: state has changed since *version, and is copied. */
bool ct_app_control_look(struct ct_control *control, unsigned *version,
                         struct ct_control_state *state);
/* Waits until state changes from version, or so many nanoseconds. */
void ct_app_control_wait(struct ct_control *control, unsigned version, int64_t ns);

#endif
