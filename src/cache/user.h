/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's dialects. Their numbers go on where the built-in ones end, so that a statement,
 * a set and a count need not know whose they are.
 */
#ifndef CACHETAP_CACHE_USER_H
#define CACHETAP_CACHE_USER_H

#include "cache/reading.h"

struct ct_users;

/* Adds the dialects of config to the handle. False: see ct_cache_new. */
bool ct_cache_users_add(struct ct_cache *cache, struct ct_fields *fields,
                        const struct ct_cache_config *config);
void ct_cache_users_free(struct ct_users *users);
/* Name of a user's dialect i, NULL past the last; users may be NULL. */
const char *ct_cache_user_name(const struct ct_users *users, size_t i);
const struct ct_cache_config *ct_cache_user_config(const struct ct_users *users);

/* Looks whether a line of the response is a fingerprint of a user's dialects. */
void ct_cache_user_print(struct ct_reading *r, uint32_t line);
/*
 * Reads the lines that users' dialects know. Those that none of them reads go to r->seen, where
 * a built-in dialect knows them.
 */
void ct_cache_read_users(struct ct_reading *r);

#endif
