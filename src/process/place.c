/* SPDX-License-Identifier: Apache-2.0 */
#include "process/place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "process/signals.h"

bool ct_process_place_find(struct ct_place *place, struct ct_opener *opener, const char *path)
{
    place->opener = opener;
    place->folder = ct_process_opener_add(opener, path, &place->name);
    return place->folder >= 0;
}

int ct_process_place_create(const struct ct_place *place, const char *name, int flags, mode_t mode)
{
    int fd = -1;
    do { /* a pipe is waited for until somebody reads it */
        fd = ct_process_opener_open(place->opener, place->folder, name, O_CREAT | flags, mode);
    } while (fd < 0 && errno == EINTR && !ct_process_signals_stop());
    return fd;
}

int ct_process_place_reopen(const struct ct_place *place, const char *name, int flags, mode_t mode)
{
    int fd = ct_process_place_create(place, name, flags | O_NONBLOCK, mode);
    int status = fd >= 0 ? fcntl(fd, F_GETFL) : -1;
    if (status >= 0) {
        (void)fcntl(fd, F_SETFL, status & ~O_NONBLOCK); /* fails for bad descriptors only */
    }
    return fd;
}

const char *ct_process_place_error(int error)
{
    switch (error) {
    case ELOOP:
        return "it is a symbolic link, which is not followed";
    case ENXIO: /* open(2) */
        return "it is a pipe that nobody reads, or no device";
    default:
        return strerror(error);
    }
}
