/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a file of a run is made, by the name that the user gave: its folder is known from the
 * start, so that files can be made in it when rights have been given up. Links are not followed.
 */
#ifndef CACHETAP_PROCESS_PLACE_H
#define CACHETAP_PROCESS_PLACE_H

#include "process/opener.h"

struct ct_place {
    struct ct_opener *opener;
    int folder;
    const char *name; /* the last part of the path */
};

/* Makes the folder of path known. Borrows all for its life. False: errno says why. */
bool ct_process_place_find(struct ct_place *place, struct ct_opener *opener, const char *path);

/*
 * Makes or opens name (place->name, or what a pattern became) for writing; flags are added to
 * those of open(2). -1: errno says why (ELOOP: it is a link).
 */
int ct_process_place_create(const struct ct_place *place, const char *name, int flags, mode_t mode);

/*
 * The same while a run goes on: a pipe that nobody reads is not waited for (ENXIO), because the
 * end of the run and all other files would wait with it.
 */
int ct_process_place_reopen(const struct ct_place *place, const char *name, int flags, mode_t mode);

/* Words for errno after a failure of the above. */
const char *ct_process_place_error(int error);

#endif
