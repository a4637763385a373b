/* SPDX-License-Identifier: Apache-2.0 */
/* Causes in the messages for which a shared cache does not store or does not use its store. */
#ifndef CACHETAP_CACHE_CAUSE_H
#define CACHETAP_CACHE_CAUSE_H

#include "cache/reading.h"

struct ct_cause {
    enum ct_reason reason; /* NOT_GIVEN: there is none */
    uint32_t line;         /* the line that says so, or CT_LINE_NONE */
    const char *rule;      /* static: the rule in words, with its section */
};

/* The response forbids storing: no-store, private, Vary: *. */
struct ct_cause ct_cache_cause_forbidden(struct ct_reading *r);
/* A field for networks alone lets them store it, whatever Cache-Control says (RFC 9213). */
bool ct_cache_networks_may_store(const struct ct_reading *r);
/* The status is not stored without explicit freshness or public (RFC 9111 section 3). */
struct ct_cause ct_cache_cause_status(struct ct_reading *r);
/* Authorization without public, s-maxage or must-revalidate (RFC 9111 section 3.5). */
struct ct_cause ct_cache_cause_authorization(struct ct_reading *r);
/* The request asked for a fresh answer: no-cache, max-age=0, Pragma. */
struct ct_cause ct_cache_cause_client(struct ct_reading *r);
/* What a product may take as a reason not to store: no-cache, Set-Cookie, no lifetime left. */
struct ct_cause ct_cache_cause_custom(struct ct_reading *r);

#endif
