/* SPDX-License-Identifier: Apache-2.0 */
#include "process/notify.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/number.h"
#include "base/span.h"

/* A path, or a name without one behind "@" (abstract, unix(7)). */
static bool connect_to(int fd, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(path);
    if (n < 2 || n >= sizeof address.sun_path || (path[0] != '/' && path[0] != '@')) {
        return false;
    }
    memcpy(address.sun_path, path, n);
    if (path[0] == '@') {
        address.sun_path[0] = '\0';
    }
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
    return connect(fd, (const struct sockaddr *)&address, length) == 0;
}

/* WATCHDOG_USEC is meant for us unless WATCHDOG_PID says otherwise (sd_watchdog_enabled(3)). */
static bool wants_watchdog(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");
    uint64_t number = 0;
    if (usec == NULL || !ct_base_parse_u64(ct_span_of(usec), &number) || number == 0) {
        return false;
    }
    return pid == NULL ||
           (ct_base_parse_u64(ct_span_of(pid), &number) && number == (uint64_t)getpid());
}

void ct_process_notify_open(struct ct_notify *notify)
{
    const char *path = getenv("NOTIFY_SOCKET");
    *notify = (struct ct_notify){.fd = -1};
    if (path == NULL) {
        return;
    }
    notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (notify->fd >= 0 && !connect_to(notify->fd, path)) {
        ct_process_notify_close(notify);
    }
    notify->watchdog = notify->fd >= 0 && wants_watchdog();
}

void ct_process_notify_say(const struct ct_notify *notify, const char *state)
{
    if (notify->fd >= 0) {
        (void)send(notify->fd, state, strlen(state), MSG_NOSIGNAL); /* lost: as if not said */
    }
}

void ct_process_notify_close(struct ct_notify *notify)
{
    if (notify->fd >= 0) {
        (void)close(notify->fd);
    }
    *notify = (struct ct_notify){.fd = -1};
}
