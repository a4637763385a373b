/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's regular expression on values from the wire. Compiled once; a match is bounded in
 * steps and memory, so that no value can hold up the run. Octets, not characters.
 */
#ifndef CACHETAP_CACHE_PATTERN_H
#define CACHETAP_CACHE_PATTERN_H

#include "cachetap/base.h"

/* Octets of a value that are looked at. */
#define CT_PATTERN_BYTES_MAX 1024

struct ct_pattern;

struct ct_pattern_match {
    struct ct_span status; /* parts of the text; n = 0: not there */
    struct ct_span node;
    struct ct_span hits;
};

/* NULL: no memory, or not a pattern; error (may be NULL) says why. */
struct ct_pattern *ct_cache_pattern_new(const char *text, bool case_sensitive, char *error,
                                        size_t size);
void ct_cache_pattern_free(struct ct_pattern *pattern);

/* False: no match, or none within the bounds. */
bool ct_cache_pattern_match(const struct ct_pattern *pattern, struct ct_span text,
                            struct ct_pattern_match *match);

#endif
