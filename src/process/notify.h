/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words for the service manager, sd_notify(3): one datagram each to the socket that
 * NOTIFY_SOCKET names. Without one, nothing is said.
 */
#ifndef CACHETAP_PROCESS_NOTIFY_H
#define CACHETAP_PROCESS_NOTIFY_H

#include <stdbool.h>

struct ct_notify {
    int fd; /* -1: nobody listens */
    bool watchdog;
};

void ct_process_notify_open(struct ct_notify *notify);
/* state: "READY=1", "STOPPING=1", "WATCHDOG=1". Never waits. */
void ct_process_notify_say(const struct ct_notify *notify, const char *state);
void ct_process_notify_close(struct ct_notify *notify);

#endif
