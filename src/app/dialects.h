/* SPDX-License-Identifier: Apache-2.0 */
/* --dialects: what is known of each cache's language. */
#ifndef CACHETAP_APP_DIALECTS_H
#define CACHETAP_APP_DIALECTS_H

#include <stdio.h>

#include "cachetap/cache.h"

/*
 * Lists the dialect of this name, or all of them (NULL), with those of the configuration.
 * Returns how many were listed; -1: no memory.
 */
int ct_app_dialects_print(FILE *file, const struct ct_cache_config *config, const char *name);

#endif
