/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of URIs: a hash table in slabs that grow to a limit; then the least recently used
 * is forgotten. An entry is one URI at one server, or one variant of it.
 */
#ifndef CACHETAP_INSIGHT_HISTORY_H
#define CACHETAP_INSIGHT_HISTORY_H

#include "base/pool.h"
#include "cachetap/base.h"

#define CT_VARY_MAX 6 /* names of Vary that are compared */

#define CT_VISIT_STORABLE    1U   /* the response could be stored by every shared cache */
#define CT_VISIT_SERVED      2U   /* a copy of it was served from the store */
#define CT_VISIT_WHOLE       4U   /* seen as a whole response to GET, not as HEAD, 206 or 304 */
#define CT_VISIT_INVALIDATED 8U   /* an unsafe method succeeded since */
#define CT_VISIT_STALE       16U  /* the latest answer was stale: it may be refreshed behind */
#define CT_VISIT_ID_REPEATS  32U  /* stored copies repeat the origin's request id */
#define CT_VISIT_VARY_OPEN   64U  /* Vary names a field that is not kept */
#define CT_VISIT_NO_AGE      256U /* came whole and without Age the last time it came whole */
#define CT_VISIT_SEEN        128U /* a response was seen; else only a request was */

struct ct_visit {
    struct ct_visit *next;  /* of the same bucket */
    struct ct_visit *newer; /* by use */
    struct ct_visit *older;
    uint64_t key;
    uint64_t used; /* number of the use that moved it to the front */
    uint64_t etag; /* keyed hashes; 0: none */
    uint64_t modified;
    uint64_t id;
    uint64_t etags; /* two bits for each ETag seen since etags_ns */
    int64_t etags_ns;
    int64_t copy_ns;        /* when this representation was first seen with this Date */
    int64_t seen_ns;        /* first octet of the latest response */
    int64_t ended_ns;       /* its last octet */
    int64_t fresh_until_ns; /* of the copy, where STORABLE */
    int64_t date_s;
    int64_t age_s;
    int64_t miss_ttfb_ns; /* shortest of the fetches seen; 0: none */
    uint64_t body_len;    /* of the latest response */
    uint16_t status;
    uint16_t flags;
    uint8_t n_vary;
    uint16_t vary[CT_VARY_MAX]; /* fields whose request values make the variant */
};

struct ct_bucket {
    struct ct_visit *first;
};

struct ct_history {
    struct ct_pool pool;
    struct ct_bucket *buckets;
    size_t mask;
    struct ct_visit *newest;
    struct ct_visit *oldest;
    uint64_t uses;
    uint64_t replaced;
    uint64_t added;
};

/* At most limit_bytes in all, or a little memory where that is less. False: no memory. */
bool ct_history_init(struct ct_history *history, uint64_t limit_bytes);
void ct_history_fini(struct ct_history *history);
/* NULL: not remembered. */
struct ct_visit *ct_history_find(struct ct_history *history, uint64_t key);
/* A new entry, all zero but its key, which must not be there; NULL: no memory. */
struct ct_visit *ct_history_add(struct ct_history *history, uint64_t key);
uint64_t ct_history_bytes(const struct ct_history *history);

#endif
