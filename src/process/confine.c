/* SPDX-License-Identifier: Apache-2.0 */
#include "process/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/sockios.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FILTERED 0 /* the sanitizers' own reports need calls that we refuse */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define FILTERED 0
#endif
#endif
#ifndef FILTERED
#define FILTERED 1
#endif

/*
 * What an analyser needs when everything is open: reading and writing descriptors that it has,
 * memory, time, threads, its metrics clients. No open, no socket, no exec, no ptrace. Names
 * that a machine does not know are passed over.
 */
static const char *const analyser_calls[] = {
    /* descriptors that are open */
    "read",
    "readv",
    "pread64",
    "write",
    "writev",
    "pwrite64",
    "lseek",
    "close",
    "fstat",
    "newfstatat",
    "statx",
    "ftruncate",
    "fsync",
    "fdatasync",
    "fallocate",
    "dup",
    "dup2",
    "dup3",
    "fcntl",

    "flock",
    "fadvise64",
    /* waiting */
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd2",
    "pipe2",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "setitimer",
    "nanosleep",
    "clock_nanosleep",
    "restart_syscall",
    /* sockets that are open (one is bound anew when its interface was), and accepted ones */
    "bind",
    "accept",
    "accept4",
    "recvfrom",
    "recvmsg",
    "sendto",
    "sendmsg",
    "shutdown",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "bind", /* an interface that was made anew: the packet socket there is stays */
    /* memory */
    "brk",

    "munmap",
    "mremap",
    "madvise",

    /* time and chance */
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "getrandom",
    /* threads and signals */
    "futex",
    "futex_waitv",
    "set_robust_list",
    "get_robust_list",
    "rseq",
    "sched_yield",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "gettid",
    "getpid",
    "getppid",
    "tgkill",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "rt_sigpending",
    "sigaltstack",
    "membarrier",
    "exit",
    "exit_group",
    "wait4",
    "getcpu",
    /* what the C library asks about itself */
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getrlimit",
    "prlimit64",
    "getrusage",
    "sysinfo",
    "uname",
    "prctl",
    /* a clock that ticks, and a thread that lets others go first */
    "setitimer",
    "setpriority",
};

static const char *const opener_calls[] = {
    "recvfrom", "recvmsg", "sendmsg", "openat",     "unlinkat",     "close",
    "statfs",   "fstatfs", "exit",    "exit_group", "rt_sigreturn", "restart_syscall",
};

/* Calls that no mistake of ours makes: whoever makes them has taken the process over. */
static const char *const deadly_calls[] = {
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "bpf",
    "init_module",
    "finit_module",
    "kexec_load",
    "mount",
    "pivot_root",
    "setns",
    "unshare",
    "add_key",
    "keyctl",
    "perf_event_open",
    "userfaultfd",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool fail(struct ct_confine *confine, const char *what)
{
    (void)snprintf(confine->error, sizeof confine->error, "%s: %s", what, strerror(errno));
    return false;
}

static bool find_user(struct ct_confine *confine, const char *name)
{
    const struct passwd *user = getpwnam(name);
    if (user == NULL) {
        return false;
    }
    confine->uid = user->pw_uid;
    confine->gid = user->pw_gid;
    confine->change_id = true;
    (void)snprintf(confine->user, sizeof confine->user, "%s", user->pw_name);
    return true;
}

bool ct_process_confine_choose(struct ct_confine *confine, const char *user, bool keep)
{
    *confine = (struct ct_confine){.keep = keep};
    bool root = geteuid() == 0;
    if (user != NULL && keep) {
        (void)snprintf(confine->error, sizeof confine->error,
                       "-Z and --no-drop: they contradict each other, give one of them");
        return false;
    }
    if (user != NULL && !root) {
        (void)snprintf(confine->error, sizeof confine->error,
                       "-Z %s: only root can become another user, leave -Z out", user);
        return false;
    }
    if (user != NULL && !find_user(confine, user)) {
        (void)snprintf(confine->error, sizeof confine->error,
                       "-Z %s: there is no such user, create it or name another one", user);
        return false;
    }
    if (user == NULL && root && !keep && !find_user(confine, "cachetap")) {
        (void)find_user(confine, "nobody");
    }
    return true;
}

/* For root: to the user, without any group but his, without any capability. */
static bool change_id(const struct ct_confine *confine)
{
    if (!confine->change_id) {
        return true;
    }
    if (setgroups(0, NULL) != 0 || setresgid(confine->gid, confine->gid, confine->gid) != 0 ||
        setresuid(confine->uid, confine->uid, confine->uid) != 0) {
        return false;
    }
    /* The way back must be closed, whatever the kernel said. */
    errno = EPERM;
    return confine->uid == 0 || setuid(0) != 0;
}

static bool drop_capabilities(void)
{
    /* The bounding set can be lowered only by who has the right to, and matters only for him. */
    bool may_bound =
        capng_get_caps_process() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP);
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_apply(may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) == 0;
}

static bool add_calls(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t n,
                      unsigned *n_added)
{
    for (size_t i = 0; i < n; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number < 0) {
            continue; /* not on this machine */
        }
        int status = seccomp_rule_add(filter, action, number, 0);
        if (status != 0) {
            errno = -status;
            return false;
        }
        *n_added += 1;
    }
    return true;
}

/* Requests of ioctl(2) on what is open: terminals, sockets. Not TIOCSTI, which types for others. */
static const uint32_t requests[] = {
    TCGETS,    TCSETS,   TCSETSW, TCSETSF, TCFLSH,       TCSBRK,       TIOCGWINSZ, TIOCGPGRP,
    TIOCSPGRP, FIONREAD, FIONBIO, FIOCLEX, SIOCGIFFLAGS, SIOCGIFINDEX, SIOCGIFMTU, SIOCETHTOOL,
};

static int allow_requests(scmp_filter_ctx filter)
{
    int status = 0;
    for (size_t i = 0; i < COUNT(requests) && status == 0; i++) {
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                                  SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i]));
    }
    return status;
}

/* Threads may be made, processes not; no memory becomes code. */
static bool add_conditions(scmp_filter_ctx filter)
{
    const struct scmp_arg_cmp no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (status == 0) { /* its flags are out of sight: glibc falls back to clone */
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    }
    if (status == 0) {
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);
    }
    if (status == 0) {
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
    }
    if (status == 0) {
        status = allow_requests(filter);
    }
    errno = -status;
    return status == 0;
}

static bool load_filter(const char *const *names, size_t n, bool threads, unsigned *n_calls)
{
    unsigned n_deadly = 0;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) {
        errno = ENOMEM;
        return false;
    }
    *n_calls = 0;
    bool ok =
        add_calls(filter, SCMP_ACT_ALLOW, names, n, n_calls) &&
        add_calls(filter, SCMP_ACT_KILL_PROCESS, deadly_calls, COUNT(deadly_calls), &n_deadly) &&
        (!threads || add_conditions(filter));
    if (ok) {
        int status = seccomp_load(filter);
        errno = -status;
        ok = status == 0;
    }
    int saved = errno;
    seccomp_release(filter);
    errno = saved;
    return ok;
}

bool ct_process_confine_enter(struct ct_confine *confine)
{
    if (confine->keep) {
        return true;
    }
    tzset(); /* reads its file now, for times in file names */
    if (!change_id(confine)) {
        return fail(confine, "privileges: cannot become the unprivileged user, use --no-drop to "
                             "keep them");
    }
    if (!drop_capabilities()) {
        return fail(confine, "privileges: capabilities cannot be dropped, use --no-drop to keep "
                             "them");
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return fail(confine, "privileges: no_new_privs cannot be set");
    }
    if (FILTERED && !load_filter(analyser_calls, COUNT(analyser_calls), true, &confine->n_calls)) {
        return fail(confine, "privileges: the filter of system calls cannot be loaded, use "
                             "--no-drop to go without");
    }
    if (!FILTERED) {
        (void)prctl(PR_SET_DUMPABLE, 1); /* the sanitizers look at the process at its end */
    }
    confine->confined = true;
    return true;
}

void ct_process_confine_describe(const struct ct_confine *confine, char *out, size_t n)
{
    char filter[64] = "no filter of system calls";
    if (!confine->confined) {
        (void)snprintf(out, n, "privileges kept (user %u)", (unsigned)geteuid());
        return;
    }
    if (confine->n_calls > 0) {
        (void)snprintf(filter, sizeof filter, "%u system calls allowed", confine->n_calls);
    }
    (void)snprintf(out, n,
                   "privileges dropped: user %s (%u), no capabilities, no new privileges, %s",
                   confine->change_id ? confine->user : "unchanged", (unsigned)geteuid(), filter);
}

bool ct_process_confine_opener(void)
{
    unsigned n_calls;
    if (capng_get_caps_process() == 0 && capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP)) {
        capng_clear(CAPNG_SELECT_BOTH);
        (void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
        if (capng_apply(CAPNG_SELECT_BOTH) != 0) {
            return false;
        }
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           (!FILTERED || load_filter(opener_calls, COUNT(opener_calls), false, &n_calls));
}

bool ct_process_confine_filters(void)
{
    return FILTERED;
}
