/* SPDX-License-Identifier: Apache-2.0 */
#include "app/control.h"

#include <time.h>

#include "cachetap/base.h"

static void hold(struct ct_control *control)
{
    (void)pthread_mutex_lock(&control->lock); /* fails on misuse only */
}

/* The lock is held: lets it go, and tells of the change. */
static void publish(struct ct_control *control)
{
    atomic_fetch_add(&control->version, 1);
    (void)pthread_cond_broadcast(&control->changed); /* cannot fail */
    (void)pthread_mutex_unlock(&control->lock);
}

bool ct_app_control_init(struct ct_control *control, double speed)
{
    pthread_condattr_t attributes;
    control->state = (struct ct_control_state){.speed = speed};
    atomic_init(&control->version, 0);
    if (pthread_condattr_init(&attributes) != 0) {
        return false;
    }
    bool ok = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
              pthread_cond_init(&control->changed, &attributes) == 0;
    (void)pthread_condattr_destroy(&attributes); /* cannot fail */
    if (ok && pthread_mutex_init(&control->lock, NULL) != 0) {
        (void)pthread_cond_destroy(&control->changed);
        ok = false;
    }
    return ok;
}

void ct_app_control_fini(struct ct_control *control)
{
    (void)pthread_cond_destroy(&control->changed); /* nobody waits */
    (void)pthread_mutex_destroy(&control->lock);
}

static double faster(double speed, double factor)
{
    if (speed <= 0) {
        return factor < 1 ? 1 : 0; /* nothing is faster than as fast as possible */
    }
    speed *= factor;
    if (speed > CT_CONTROL_SPEED_MAX) {
        return 0;
    }
    return speed < CT_CONTROL_SPEED_MIN ? CT_CONTROL_SPEED_MIN : speed;
}

void ct_app_control_speed(struct ct_control *control, double factor)
{
    hold(control);
    control->state.speed = factor <= 0 ? 0 : faster(control->state.speed, factor);
    publish(control);
}

void ct_app_control_pause(struct ct_control *control, bool paused)
{
    hold(control);
    control->state.paused = paused;
    control->state.steps = 0;
    publish(control);
}

void ct_app_control_step(struct ct_control *control)
{
    hold(control);
    control->state.paused = true;
    control->state.steps++;
    publish(control);
}

void ct_app_control_wake(struct ct_control *control)
{
    hold(control);
    publish(control);
}

struct ct_control_state ct_app_control_state(struct ct_control *control)
{
    hold(control);
    struct ct_control_state state = control->state;
    (void)pthread_mutex_unlock(&control->lock);
    return state;
}

bool ct_app_control_look(struct ct_control *control, unsigned *version,
                         struct ct_control_state *state)
{
    if (atomic_load_explicit(&control->version, memory_order_relaxed) == *version) {
        return false;
    }
    hold(control);
    *version = atomic_load(&control->version);
    *state = control->state;
    (void)pthread_mutex_unlock(&control->lock);
    return true;
}

void ct_app_control_wait(struct ct_control *control, unsigned version, int64_t ns)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until); /* exists on every Linux */
    int64_t end_ns = until.tv_nsec + ns;
    until.tv_sec += end_ns / CT_NS_PER_S;
    until.tv_nsec = end_ns % CT_NS_PER_S;
    hold(control);
    if (atomic_load(&control->version) == version) {
        (void)pthread_cond_timedwait(&control->changed, &control->lock, &until);
    }
    (void)pthread_mutex_unlock(&control->lock);
}
