/* SPDX-License-Identifier: Apache-2.0 */
/* Freshness lifetime of a response in a shared cache (RFC 9111 section 4.2.1). */
#ifndef CACHETAP_CACHE_FRESHNESS_H
#define CACHETAP_CACHE_FRESHNESS_H

#include "cache/control.h"

struct ct_dates {
    struct ct_span expires;
    struct ct_span date;
    bool has_expires;
    int64_t now_s; /* time of the message: for two-digit years, and in place of a missing Date */
};

/*
 * s-maxage, else max-age, else Expires - Date, in seconds; never negative (what has expired
 * has 0); -1: no explicit lifetime.
 */
int64_t ct_cache_freshness_lifetime(const struct ct_control *control, const struct ct_dates *dates);

#endif
