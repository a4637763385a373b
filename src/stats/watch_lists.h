/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lists of a watch. Keys that traffic invents stand in lists of the most frequent; dialects,
 * and pairs of outcome and reason, are few and have rows of their own.
 */
#ifndef CACHETAP_STATS_WATCH_LISTS_H
#define CACHETAP_STATS_WATCH_LISTS_H

#include "stats/keys.h"
#include "stats/topk.h"
#include "stats/watch_time.h"

#define CT_WATCH_DIALECTS_MAX (CT_DIALECTS_MAX + 1) /* and none */
#define CT_WATCH_TEXT_MAX     64
#define CT_WATCH_ADDRESS_MAX  (CT_ADDR_TEXT_MAX + 9) /* [address]:65535 */

/* A row that is never replaced. */
struct ct_watch_fixed {
    uint64_t n;
    struct ct_span key; /* a static string, or text */
    struct ct_topk_detail detail;
    struct ct_topk_times times;
    char text[CT_WATCH_TEXT_MAX];
};

/* The text of an address in a list whose keys are binary; made when the key enters it. */
struct ct_watch_address {
    uint32_t id; /* of the key that it belongs to */
    uint8_t n;
    char text[CT_WATCH_ADDRESS_MAX];
};

struct ct_watch_lists {
    const struct ct_fields *fields;
    struct ct_topk topk[CT_WATCH_LIST_COUNT];                /* none for fixed rows */
    struct ct_watch_address *addresses[CT_WATCH_LIST_COUNT]; /* by entry; or NULL */
    struct ct_watch_fixed *dialects;
    struct ct_watch_fixed *reasons;
    size_t n_dialects;
    size_t n_reasons;
    uint64_t dialects_left_out;
    uint16_t reason_rows[CT_OUTCOME_COUNT][CT_REASON_COUNT]; /* 1 + row, 0: none */
};

/* Borrows fields. False: no memory. */
bool ct_stats_watch_lists_init(struct ct_watch_lists *lists, const struct ct_limits *limits,
                               const struct ct_key *key, const struct ct_fields *fields);
void ct_stats_watch_lists_fini(struct ct_watch_lists *lists);
uint64_t ct_stats_watch_lists_bytes(const struct ct_watch_lists *lists);
void ct_stats_watch_lists_clear(struct ct_watch_lists *lists);

void ct_stats_watch_lists_add(struct ct_watch_lists *lists, const struct ct_watch_event *event);

/* As ct_watch_key. */
bool ct_stats_watch_lists_key(enum ct_watch_list list, const struct ct_fields *fields,
                              const struct ct_txn *txn, const struct ct_verdict *verdict,
                              struct ct_key_text *key);
size_t ct_stats_watch_lists_rows(const struct ct_watch_lists *lists, enum ct_watch_list list);
bool ct_stats_watch_lists_row(const struct ct_watch_lists *lists, enum ct_watch_list list, size_t i,
                              struct ct_watch_row *row);
uint64_t ct_stats_watch_lists_replaced(const struct ct_watch_lists *lists, enum ct_watch_list list);

#endif
