/* SPDX-License-Identifier: Apache-2.0 */
#include "app/pace.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "cachetap/base.h"

#define PAUSE_MAX_NS (INT64_C(24) * 3600 * CT_NS_PER_S)

int64_t ct_app_pace_left(struct ct_pace *pace, int64_t packet_ns, int64_t clock_ns)
{
    int64_t step = 0;
    bool odd = !pace->begun || __builtin_sub_overflow(packet_ns, pace->last_ns, &step) ||
               step > PAUSE_MAX_NS || step < -PAUSE_MAX_NS;
    if (odd) {
        *pace = (struct ct_pace){
            .speed = pace->speed, .begun = true, .packet_ns = packet_ns, .clock_ns = clock_ns};
        pace->last_ns = packet_ns;
        return 0;
    }
    if (packet_ns > pace->last_ns) {
        pace->last_ns = packet_ns;
    }
    double due = (double)(packet_ns - pace->packet_ns) / pace->speed;
    double left = due - (double)(clock_ns - pace->clock_ns);
    return left < (double)INT64_MAX ? (int64_t)left : INT64_MAX;
}

int64_t ct_app_pace_now(const struct ct_pace *pace, int64_t clock_ns)
{
    double passed = (double)(clock_ns - pace->clock_ns) * pace->speed;
    return pace->packet_ns + (passed < 365.0 * (double)PAUSE_MAX_NS ? (int64_t)passed : 0);
}

void ct_app_pace_sleep(int64_t ns, bool (*pending)(void))
{
    struct timespec timeout = {.tv_sec = ns / CT_NS_PER_S, .tv_nsec = ns % CT_NS_PER_S};
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_BLOCK, &all, &before) != 0) {
        return;
    }
    if (!pending()) {
        (void)ppoll(NULL, 0, &timeout, &before); /* a signal ends it */
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL); /* a set it gave us */
}
