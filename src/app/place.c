/* SPDX-License-Identifier: Apache-2.0 */
#include "app/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "app/signals.h"

bool ct_app_place_open(struct ct_place *place, const char *path, bool is_pattern)
{
    char folder[PATH_MAX];
    const char *percent = is_pattern ? strchr(path, '%') : NULL;
    size_t end = percent != NULL ? (size_t)(percent - path) : strlen(path);
    while (end > 0 && path[end - 1] != '/') {
        end--;
    }
    *place = (struct ct_place){
        .dir_fd = -1,
        .rest = path + end,
        .is_system = strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0,
    };
    if (end >= sizeof folder) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(folder, end > 0 ? path : ".", end > 0 ? end : 1);
    folder[end > 0 ? end : 1] = '\0';
    place->dir_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return place->dir_fd >= 0;
}

void ct_app_place_close(struct ct_place *place)
{
    if (place->dir_fd >= 0) {
        (void)close(place->dir_fd); /* nothing is written through it */
    }
    place->dir_fd = -1;
}

int ct_app_place_create(const struct ct_place *place, const char *name, int flags, mode_t mode)
{
    int fd = -1;
    flags |= O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (place->is_system ? 0 : O_NOFOLLOW);
    do {
        fd = openat(place->dir_fd, name, flags, mode);
    } while (fd < 0 && errno == EINTR && !ct_app_signals_stop());
    return fd;
}

const char *ct_app_place_error(int error)
{
    return error == ELOOP ? "it is a symbolic link, which is not followed" : strerror(error);
}
