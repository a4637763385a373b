/* SPDX-License-Identifier: Apache-2.0 */
#include "crew/bell.h"

#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool ct_crew_bell_init(struct ct_bell *bell)
{
    atomic_init(&bell->sleeps, false);
    bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return bell->fd >= 0;
}

void ct_crew_bell_fini(struct ct_bell *bell)
{
    if (bell->fd >= 0) {
        (void)close(bell->fd);
    }
    bell->fd = -1;
}

/*
 * Sleeper: announce, then look for work. Giver: give work, then look for the announcement. In
 * the order that all threads agree on (seq_cst) one of them sees the other.
 */
void ct_crew_bell_sleep(struct ct_bell *bell)
{
    atomic_store_explicit(&bell->sleeps, true, memory_order_seq_cst);
    atomic_thread_fence(memory_order_seq_cst);
}

void ct_crew_bell_wait(struct ct_bell *bell, int also_fd, int timeout_ms)
{
    struct pollfd poll_fds[] = {{.fd = bell->fd, .events = POLLIN},
                                {.fd = also_fd, .events = POLLIN}};
    (void)poll(poll_fds, also_fd >= 0 ? 2 : 1,
               timeout_ms); /* whatever ended it: the caller looks for work */
}

void ct_crew_bell_awake(struct ct_bell *bell)
{
    uint64_t rings;
    atomic_store_explicit(&bell->sleeps, false, memory_order_relaxed);
    (void)!read(bell->fd, &rings, sizeof rings); /* nothing to read is fine */
}

void ct_crew_bell_ring(struct ct_bell *bell)
{
    const uint64_t one = 1;
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&bell->sleeps, memory_order_relaxed) &&
        atomic_exchange_explicit(&bell->sleeps, false, memory_order_relaxed)) {
        (void)!write(bell->fd, &one, sizeof one); /* fails only when it has rung already */
    }
}
