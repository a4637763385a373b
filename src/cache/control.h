/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache-Control directives (RFC 9111 section 5.2, RFC 5861, RFC 8246). Names without case,
 * unknown directives passed over, the first of equal ones counts (RFC 9111 section 4.2.1).
 */
#ifndef CACHETAP_CACHE_CONTROL_H
#define CACHETAP_CACHE_CONTROL_H

#include "cachetap/base.h"

/* clang-format off */
#define CT_DIRECTIVES(X) /* symbol, name, takes delta-seconds; frequent ones first */ \
    X(MAX_AGE, "max-age", 1)                                      \
    X(PUBLIC, "public", 0)                                        \
    X(NO_CACHE, "no-cache", 0)                                    \
    X(NO_STORE, "no-store", 0)                                    \
    X(PRIVATE, "private", 0)                                      \
    X(S_MAXAGE, "s-maxage", 1)                                    \
    X(MUST_REVALIDATE, "must-revalidate", 0)                      \
    X(IMMUTABLE, "immutable", 0)                                  \
    X(STALE_WHILE_REVALIDATE, "stale-while-revalidate", 1)        \
    X(STALE_IF_ERROR, "stale-if-error", 1)                        \
    X(NO_TRANSFORM, "no-transform", 0)                            \
    X(PROXY_REVALIDATE, "proxy-revalidate", 0)                    \
    X(MUST_UNDERSTAND, "must-understand", 0)                      \
    X(ONLY_IF_CACHED, "only-if-cached", 0)                        \
    X(MAX_STALE, "max-stale", 1)                                  \
    X(MIN_FRESH, "min-fresh", 1)
/* clang-format on */

enum ct_directive {
#define X(symbol, name, delta) CT_DIRECTIVE_##symbol,
    CT_DIRECTIVES(X)
#undef X
        CT_DIRECTIVE_COUNT
};

/* delta-seconds above this are this (RFC 9111 section 1.2.2). */
#define CT_DELTA_SECONDS_MAX INT64_C(2147483648)

struct ct_control {
    uint32_t has;         /* bit per enum ct_directive */
    uint32_t fields_only; /* of no-cache and private: given with a list of field names */
    uint32_t malformed;   /* of those with seconds: not a number, or none: counts as 0 */
    int64_t seconds[CT_DIRECTIVE_COUNT]; /* -1: none given (max-stale) */
};

void ct_cache_control_init(struct ct_control *control);
/* Adds the directives of one line. */
void ct_cache_control_add(struct ct_control *control, struct ct_span value);

static inline bool ct_control_has(const struct ct_control *control, enum ct_directive directive)
{
    return (control->has >> directive & 1) != 0;
}

/* The directive without a list of field names: it speaks of the whole response. */
static inline bool ct_control_has_whole(const struct ct_control *control,
                                        enum ct_directive directive)
{
    return ((control->has & ~control->fields_only) >> directive & 1) != 0;
}

#endif
