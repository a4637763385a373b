/* SPDX-License-Identifier: Apache-2.0 */
/* --dialects: what is known of each cache's language. */
#ifndef CACHETAP_COMMAND_DIALECTS_H
#define CACHETAP_COMMAND_DIALECTS_H

#include <stdio.h>

#include "cachetap/cache.h"

/*
 * Lists the dialect of this name, or all of them (NULL), with those of the configuration.
 * Returns how many were listed; -1: no memory.
 */
int ct_command_dialects_print(FILE *file, const struct ct_cache_config *config, const char *name);

#endif
