/* SPDX-License-Identifier: Apache-2.0 */
/* Cache problems that one transaction shows. A finding is a row in findings.c and a function. */
#ifndef CACHETAP_CACHE_FINDINGS_H
#define CACHETAP_CACHE_FINDINGS_H

#include "cache/reading.h"

/* What is looked at often, worked out once. */
struct ct_look {
    struct ct_reading *r;
    const struct ct_verdict *verdict;
    const struct ct_control *response; /* Cache-Control */
    bool strange;                      /* it has members that are no directives we know */
    unsigned status;
    bool get;           /* GET or HEAD, or not known */
    int64_t lifetime_s; /* in a shared cache, -1: not given */
    int64_t now_s;      /* capture time of the response */
    struct {
        unsigned n;
        bool star;
        bool user_agent;
        bool per_client; /* Cookie, Authorization */
        bool host;
    } vary;
};

/* Fills what is made of lists: Vary, and whether Cache-Control is strange. */
void ct_cache_look(struct ct_look *look);

static inline bool ct_look_says(const struct ct_look *look, enum ct_directive directive)
{
    return ct_control_has(look->response, directive);
}

static inline int64_t ct_look_max_age(const struct ct_look *look)
{
    return ct_look_says(look, CT_DIRECTIVE_MAX_AGE) ? look->response->seconds[CT_DIRECTIVE_MAX_AGE]
                                                    : -1;
}

typedef bool (*ct_finding_function)(const struct ct_look *look);

bool ct_finding_no_validator(const struct ct_look *look);
bool ct_finding_vary_user_agent(const struct ct_look *look);
bool ct_finding_vary_star(const struct ct_look *look);
bool ct_finding_vary_many(const struct ct_look *look);
bool ct_finding_validator_ignored(const struct ct_look *look);
bool ct_finding_contradictory_control(const struct ct_look *look);
bool ct_finding_redundant_directives(const struct ct_look *look);
bool ct_finding_long_unversioned(const struct ct_look *look);
bool ct_finding_date_skew(const struct ct_look *look);
bool ct_finding_date_age(const struct ct_look *look);
bool ct_finding_age_malformed(const struct ct_look *look);
bool ct_finding_heuristic(const struct ct_look *look);
bool ct_finding_no_freshness(const struct ct_look *look);
bool ct_finding_expires_invalid(const struct ct_look *look);
bool ct_finding_unsolicited_304(const struct ct_look *look);
bool ct_finding_misspelt(const struct ct_look *look);

#endif
