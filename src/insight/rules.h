/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction beside what is remembered of its URI, and the rules that compare the two. */
#ifndef CACHETAP_INSIGHT_RULES_H
#define CACHETAP_INSIGHT_RULES_H

#include "cachetap/insight.h"
#include "insight/history.h"
#include "insight/server.h"

struct ct_view {
    const struct ct_txn *txn;
    const struct ct_facts *facts;
    struct ct_verdict *verdict;
    const struct ct_server *server;
    const struct ct_visit *uri; /* the URI, whatever the variant; NULL: not seen before */
    const struct ct_visit *was; /* the same variant; NULL: not seen before */
    uint64_t etag;              /* keyed hashes; 0: none */
    uint64_t modified;
    uint64_t id;       /* of the request id that the origin gave; 0: none, or the client's own */
    bool asked_for;    /* the URI was asked for before, whether its response was seen or not */
    bool varies;       /* the URI has variants */
    bool variant_open; /* which variant it is cannot be told */
    bool forgetful;    /* URIs were forgotten: one that is not known may have been seen */
};

/* The ETag of before; where there is none, the Last-Modified. */
bool ct_view_is_same(const struct ct_view *view);
/* An Age that shows that this server adds one to what it had stored, and to that alone. */
bool ct_view_age_appears(const struct ct_view *view);
/* What the rules would have to look at is not certain: a weak label that needs them is taken back.
 */
void ct_insight_doubt(const struct ct_view *view, uint64_t counters[CT_INSIGHT_RULE_COUNT]);
/* Changes the verdict; marks each rule that spoke in counters. */
void ct_insight_apply(const struct ct_view *view, uint64_t counters[CT_INSIGHT_RULE_COUNT]);

/* Two bits of 64 for an ETag. */
static inline uint64_t ct_visit_etag_bits(uint64_t etag)
{
    return UINT64_C(1) << (etag & 63) | UINT64_C(1) << (etag >> 8 & 63);
}

#endif
