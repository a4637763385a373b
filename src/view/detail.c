/* SPDX-License-Identifier: Apache-2.0 */
#include "view/detail.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"

void ct_view_detail_init(struct ct_detail *detail, uint64_t number)
{
    memset(detail, 0, sizeof *detail);
    detail->number = number;
    ct_view_list_init(&detail->same_uri, CT_LIST_TRANSACTIONS);
    ct_view_list_init(&detail->same_conn, CT_LIST_TRANSACTIONS);
}

void ct_view_detail_fini(struct ct_detail *detail)
{
    free(detail->lines);
    free(detail->text);
    ct_view_list_fini(&detail->same_uri);
    ct_view_list_fini(&detail->same_conn);
    memset(detail, 0, sizeof *detail);
}

static void set_scopes(struct ct_detail *detail, const struct ct_fields *fields)
{
    struct ct_watch_key key;
    const struct ct_txn *txn = &detail->txn;
    detail->uri.kind = CT_SCOPE_KEY;
    detail->uri.list = CT_WATCH_URIS;
    if (ct_watch_key(CT_WATCH_URIS, fields, txn, &detail->verdict, &key)) {
        detail->uri.key_n = (uint16_t)key.n;
        memcpy(detail->uri.key, key.bytes, key.n);
    }
    detail->conn.kind = CT_SCOPE_CONN;
    detail->conn.key_n = (uint16_t)strlen(txn->conn.uid);
    memcpy(detail->conn.key, txn->conn.uid, detail->conn.key_n);
}

static void copy(struct ct_detail *detail, const struct ct_recent *recent,
                 const struct ct_fields *fields)
{
    const struct ct_txn *txn = &recent->txn;
    detail->lines = malloc((txn->n_lines + 1) * sizeof *detail->lines);
    detail->text = malloc((size_t)txn->text_bytes + 1);
    if (detail->lines == NULL || detail->text == NULL) {
        return;
    }
    if (txn->n_lines > 0) {
        memcpy(detail->lines, txn->lines, txn->n_lines * sizeof *detail->lines);
    }
    if (txn->text_bytes > 0) {
        memcpy(detail->text, txn->text, txn->text_bytes);
    }
    detail->txn = *txn;
    detail->txn.lines = detail->lines;
    detail->txn.text = detail->text;
    detail->verdict = recent->verdict;
    detail->there = true;
    set_scopes(detail, fields);
}

static void take_others(struct ct_list *list, const struct ct_scope *scope,
                        const struct ct_snapshot *snapshot, const struct ct_watch *watch,
                        const struct ct_fields *fields)
{
    struct ct_list_look look = {.sort = ct_view_usual_sort(CT_LIST_TRANSACTIONS)};
    (void)ct_view_list_take(list, scope, snapshot, watch, fields);
    (void)ct_view_list_arrange(list, scope, &look);
}

void ct_view_detail_take(struct ct_detail *detail, const struct ct_snapshot *snapshot,
                         const struct ct_watch *watch, const struct ct_fields *fields)
{
    struct ct_recent recent;
    if (!detail->there && detail->lines == NULL &&
        ct_watch_recent(watch, detail->number, &recent)) {
        copy(detail, &recent, fields);
    }
    if (detail->there) {
        take_others(&detail->same_conn, &detail->conn, snapshot, watch, fields);
        if (detail->txn.request.seen) {
            take_others(&detail->same_uri, &detail->uri, snapshot, watch, fields);
        }
    }
}
