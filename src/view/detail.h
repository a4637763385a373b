/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction, copied whole, so that it stays when the watch forgets it. */
#ifndef CACHETAP_VIEW_DETAIL_H
#define CACHETAP_VIEW_DETAIL_H

#include "view/list.h"
#include "view/sheet.h"

/* What Enter opens in a row of its text, besides the number of a transaction. */
#define CT_LINK_URI  UINT64_MAX
#define CT_LINK_CONN (UINT64_MAX - 1)

struct ct_detail {
    uint64_t number;
    bool there; /* the rest is filled */
    struct ct_txn txn;
    struct ct_verdict verdict;
    struct ct_line *lines;
    uint8_t *text;
    struct ct_scope uri; /* the others of the same URI, and of the same connection */
    struct ct_scope conn;
    struct ct_list same_uri;
    struct ct_list same_conn;
};

void ct_view_detail_init(struct ct_detail *detail, uint64_t number);
void ct_view_detail_fini(struct ct_detail *detail);
/* Copies the transaction, once, and those that belong to it. */
void ct_view_detail_take(struct ct_detail *detail, const struct ct_snapshot *snapshot,
                         const struct ct_watch *watch, const struct ct_fields *fields);
void ct_view_detail_write(const struct ct_detail *detail, const struct ct_fields *fields,
                          struct ct_sheet *sheet, bool plain);

#endif
