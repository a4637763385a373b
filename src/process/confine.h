/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rights that the program gives up before it looks at the first packet: user and groups,
 * capabilities, the way back to them (no_new_privs), and the system calls that an analyser does
 * not need (seccomp). The only place with libseccomp and libcap-ng.
 */
#ifndef CACHETAP_PROCESS_CONFINE_H
#define CACHETAP_PROCESS_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define CT_CONFINE_MESSAGE 256

struct ct_confine {
    bool keep;      /* --no-drop: nothing is given up */
    bool change_id; /* to uid and gid */
    uid_t uid;
    gid_t gid;
    char user[64];
    bool confined;
    unsigned n_calls;               /* system calls that remain allowed, 0: no filter */
    char error[CT_CONFINE_MESSAGE]; /* what went wrong, with what to do */
};

/*
 * Chooses the user, before anything is opened: the one that is asked for (-Z), or where we are
 * root the first of "cachetap" and "nobody" that exists. False, with error: there is no such
 * user, or only root can become another one.
 */
bool ct_process_confine_choose(struct ct_confine *confine, const char *user, bool keep);

/*
 * Gives up everything, when all files and sockets are open and only the calling thread exists
 * (threads that are made later are confined too). False, with error: it did not work, and
 * nothing may be read then.
 */
bool ct_process_confine_enter(struct ct_confine *confine);

/* "user nobody (65534), no capabilities, no new privileges, 60 system calls" */
void ct_process_confine_describe(const struct ct_confine *confine, char *out, size_t n);

/* False: built with sanitizers, whose own reports need the calls that are refused otherwise. */
bool ct_process_confine_filters(void);

/* For the process that opens files: it keeps the right to do that, and no other. */
bool ct_process_confine_opener(void);

#endif
