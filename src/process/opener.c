/* SPDX-License-Identifier: Apache-2.0 */
#include "process/opener.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/confine.h"

/* f_type of file systems whose links are the kernel's own (statfs(2)). */
#define PROC_MAGIC     0x9fa0
#define TMPFS_MAGIC    0x01021994
#define DEVTMPFS_MAGIC 0x1373

/* Instead of flags: the name is removed. */
#define REMOVE INT32_MIN
/* No descriptor, and no error. */
#define REMOVED (-2)

struct request {
    int32_t place;
    int32_t flags;
    uint32_t mode;
    char name[CT_OPENER_NAME];
};

union control {
    char bytes[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

void ct_process_opener_init(struct ct_opener *opener)
{
    *opener = (struct ct_opener){.socket = -1, .pid = -1, .lock = PTHREAD_MUTEX_INITIALIZER};
}

int ct_process_opener_add(struct ct_opener *opener, const char *path, const char **name)
{
    char folder[4096] = ".";
    const char *slash = strrchr(path, '/');
    *name = slash != NULL ? slash + 1 : path;
    if (slash != NULL) {
        size_t n = slash == path ? 1 : (size_t)(slash - path);
        if (n >= sizeof folder) {
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(folder, path, n);
        folder[n] = '\0';
    }
    if (opener->n_places == CT_OPENER_PLACES) {
        errno = EMFILE;
        return -1;
    }
    int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    opener->places[opener->n_places] = fd;
    return (int)opener->n_places++;
}

/* /dev/stderr and /proc/self/fd/1 are links, and meant to be. */
static bool is_system(int place)
{
    struct statfs fs;
    struct statfs dev;
    if (fstatfs(place, &fs) != 0) {
        return false;
    }
    if (fs.f_type == PROC_MAGIC || fs.f_type == DEVTMPFS_MAGIC) {
        return true;
    }
    /* A /dev that is a tmpfs, as in containers: the same file system as /dev itself. */
    return fs.f_type == TMPFS_MAGIC && statfs("/dev", &dev) == 0 &&
           memcmp(&fs.f_fsid, &dev.f_fsid, sizeof fs.f_fsid) == 0;
}

static int open_here(const struct ct_opener *opener, int place, const char *name, int flags,
                     mode_t mode)
{
    if (place < 0 || (size_t)place >= opener->n_places || name[0] == '\0' ||
        strchr(name, '/') != NULL || strcmp(name, "..") == 0) {
        errno = EINVAL;
        return -1;
    }
    int fd = opener->places[place];
    if (flags == REMOVE) {
        return unlinkat(fd, name, 0) == 0 ? REMOVED : -1;
    }
    int nofollow = is_system(fd) ? 0 : O_NOFOLLOW;
    int allowed = O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK;
    return openat(fd, name, O_WRONLY | O_CLOEXEC | O_NOCTTY | nofollow | (flags & allowed), mode);
}

/* An answer: 0 with the descriptor, or the error. */
static bool answer(int to, int fd, int32_t error)
{
    union control control = {.bytes = {0}};
    struct iovec data = {.iov_base = &error, .iov_len = sizeof error};
    struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    return sendmsg(to, &message, MSG_NOSIGNAL) == (ssize_t)sizeof error;
}

static bool is_own(const struct ct_opener *opener, int from, int fd)
{
    bool own = fd == from;
    for (size_t i = 0; i < opener->n_places && !own; i++) {
        own = opener->places[i] == fd;
    }
    return own;
}

/*
 * What the other process has open is none of its business: a log file that was rotated away and
 * removed would keep its room on the disk, a reader of a pipe would not see its end.
 */
static void close_others(const struct ct_opener *opener, int from)
{
    int last = from;
    for (size_t i = 0; i < opener->n_places; i++) {
        last = opener->places[i] > last ? opener->places[i] : last;
    }
    for (int fd = STDERR_FILENO + 1; fd < last; fd++) {
        if (!is_own(opener, from, fd)) {
            (void)close(fd); /* fails where there is none */
        }
    }
    (void)close_range((unsigned)last + 1, UINT_MAX, 0); /* older kernels: some stay */
}

static _Noreturn void serve(const struct ct_opener *opener, int from)
{
    struct request request;
    for (;;) {
        ssize_t n = recv(from, &request, sizeof request, 0);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n != (ssize_t)sizeof request) {
            _exit(0); /* the other end is gone */
        }
        request.name[CT_OPENER_NAME - 1] = '\0';
        int fd = open_here(opener, request.place, request.name, request.flags, request.mode);
        bool told = answer(from, fd, fd == -1 ? errno : 0);
        if (fd >= 0) {
            (void)close(fd); /* the other process has its own */
        }
        if (!told) {
            _exit(0);
        }
    }
}

bool ct_process_opener_start(struct ct_opener *opener)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    pid_t parent = getpid();
    opener->pid = fork();
    if (opener->pid < 0) {
        (void)close(ends[0]);
        (void)close(ends[1]);
        return false;
    }
    if (opener->pid == 0) {
        static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGTSTP};
        for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++) {
            (void)signal(ignored[i], SIG_IGN); /* it ends with the other process, not before */
        }
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NAME, "cachetap-open");
        close_others(opener, ends[1]);
        if (getppid() != parent || !ct_process_confine_opener()) {
            _exit(1);
        }
        serve(opener, ends[1]);
    }
    (void)close(ends[1]);
    opener->socket = ends[0];
    return true;
}

static int take_answer(int from)
{
    int32_t error = 0;
    union control control = {.bytes = {0}};
    struct iovec data = {.iov_base = &error, .iov_len = sizeof error};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n;
    do {
        n = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
    } while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof error) {
        errno = EPIPE;
        return -1;
    }
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int fd = -1;
    if (error == 0 && header != NULL && header->cmsg_type == SCM_RIGHTS) {
        memcpy(&fd, CMSG_DATA(header), sizeof fd);
    }
    /* Made, but there was no number for it here (unix(7)): no answer says so. */
    bool no_number = fd < 0 && (message.msg_flags & MSG_CTRUNC) != 0;
    errno = error == 0 && no_number ? EMFILE : error;
    return fd;
}

static int ask(struct ct_opener *opener, const struct request *request)
{
    ssize_t sent;
    (void)pthread_mutex_lock(&opener->lock); /* fails on misuse only */
    do {
        sent = send(opener->socket, request, sizeof *request, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    int fd = sent == (ssize_t)sizeof *request ? take_answer(opener->socket) : -1;
    int error = errno;
    (void)pthread_mutex_unlock(&opener->lock); /* fails on misuse only */
    errno = error;
    return fd;
}

int ct_process_opener_open(struct ct_opener *opener, int place, const char *name, int flags,
                           mode_t mode)
{
    struct request request = {.place = place, .flags = flags, .mode = mode};
    if (opener->socket < 0) {
        return open_here(opener, place, name, flags, mode);
    }
    size_t n = strlen(name);
    if (n >= sizeof request.name) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(request.name, name, n);
    return ask(opener, &request);
}

bool ct_process_opener_remove(struct ct_opener *opener, int place, const char *name)
{
    errno = 0;
    int result = ct_process_opener_open(opener, place, name, REMOVE, 0);
    return opener->socket < 0 ? result == REMOVED : errno == 0;
}

void ct_process_opener_fini(struct ct_opener *opener)
{
    if (opener->socket >= 0) {
        (void)close(opener->socket);
    }
    while (opener->pid > 0 && waitpid(opener->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    for (size_t i = 0; i < opener->n_places; i++) {
        (void)close(opener->places[i]);
    }
    ct_process_opener_init(opener);
}
