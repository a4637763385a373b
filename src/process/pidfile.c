/* SPDX-License-Identifier: Apache-2.0 */
#include "process/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MODE 0644

/* The lock ends with the process, so that a file left over from a crash is in nobody's way. */
static bool write_pid(int fd)
{
    char text[32];
    int n = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == (ssize_t)n;
}

static void say_why(const char *path, struct ct_voice *voice, int error, bool open_failed)
{
    if (error == EWOULDBLOCK && !open_failed) {
        ct_process_voice_say(voice,
                             "%s: cannot be used: a running process holds it, end that one or "
                             "give another --pid-file",
                             path);
    } else {
        ct_process_voice_say(
            voice, "%s: cannot be written: %s, check the path and its permissions", path,
            error == ELOOP ? "it is a symbolic link, which is not followed" : strerror(error));
    }
}

int ct_process_pidfile_open(const char *path, struct ct_voice *voice)
{
    int fd =
        open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK, FILE_MODE);
    struct stat st;
    if (fd < 0) {
        say_why(path, voice, errno, true);
        return -1;
    }
    if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
        ct_process_voice_say(voice,
                             "%s: cannot be written: it is not a regular file, give another "
                             "--pid-file",
                             path);
        (void)close(fd);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0 || !write_pid(fd)) {
        say_why(path, voice, errno, false);
        (void)close(fd);
        return -1;
    }
    return fd;
}

void ct_process_pidfile_close(int fd, const struct ct_place *place)
{
    struct stat ours;
    bool same = fstat(fd, &ours) == 0 && ours.st_nlink > 0; /* else another one took its place */
    bool gone = same && ct_process_opener_remove(place->opener, place->folder, place->name);
    if (!gone && ftruncate(fd, 0) != 0) { /* no number that another process may get */
        errno = 0;                        /* it stays then, without its lock */
    }
    (void)close(fd);
}
