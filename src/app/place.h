/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where files of a run are made: a folder that is opened at the start, so that files can be
 * made in it later when nothing else may be opened. Links are not followed.
 */
#ifndef CACHETAP_APP_PLACE_H
#define CACHETAP_APP_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

struct ct_place {
    int dir_fd;
    const char *rest; /* of the path, below the folder */
    bool is_system;   /* /dev or /proc, whose links are the system's own (a shell's >(command)) */
};

/*
 * Opens the folder of path; its part before the first one that holds a '%', when is_pattern.
 * Borrows path for its life. False: errno says why.
 */
bool ct_app_place_open(struct ct_place *place, const char *path, bool is_pattern);
void ct_app_place_close(struct ct_place *place);

/*
 * Makes or opens name (place->rest, or what a pattern became) for writing; flags are added to
 * those of open(2). -1: errno says why (ELOOP: it is a link).
 */
int ct_app_place_create(const struct ct_place *place, const char *name, int flags, mode_t mode);

/* Words for errno after a failure of the above. */
const char *ct_app_place_error(int error);

#endif
