/* SPDX-License-Identifier: Apache-2.0 */
#include "view/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "view/columns.h"
#include "view/list_state.h"

/* ---- kinds ------------------------------------------------------------------------------ */

static const char *const names[CT_LIST_COUNT] = {
#define X(symbol, key, name, list) name,
    CT_LISTS(X)
#undef X
};

static const enum ct_watch_list sources[CT_LIST_COUNT] = {
#define X(symbol, key, name, list) list,
    CT_LISTS(X)
#undef X
};

const char *ct_view_list_name(enum ct_list_id id)
{
    return names[id];
}

enum ct_watch_list ct_view_list_source(enum ct_list_id id)
{
    return sources[id];
}

const struct ct_column *ct_view_columns(enum ct_list_id id, size_t *n)
{
    if (id == CT_LIST_CONNECTIONS) {
        *n = ct_view_n_flow_columns;
        return ct_view_flow_columns;
    }
    if (id == CT_LIST_TRANSACTIONS) {
        *n = ct_view_n_txn_columns;
        return ct_view_txn_columns;
    }
    *n = ct_view_n_key_columns;
    return ct_view_key_columns;
}

void ct_view_field(const struct ct_list *list, const void *item, size_t column,
                   struct ct_field_value *value)
{
    value->known = false;
    value->number = 0;
    value->ratio = 0;
    value->text = (struct ct_span){NULL, 0};
    value->colored = false;
    if (list->id == CT_LIST_CONNECTIONS) {
        ct_view_flow_field(item, column, value);
    } else if (list->id == CT_LIST_TRANSACTIONS) {
        ct_view_txn_field(item, column, value);
    } else {
        ct_view_key_field(item, column, value);
    }
}

unsigned ct_view_usual_sort(enum ct_list_id id)
{
    static const char *const usual[CT_LIST_COUNT] = {
        [CT_LIST_HOSTS] = "n",
        [CT_LIST_URIS] = "miss",
        [CT_LIST_PATHS] = "miss",
        [CT_LIST_CLIENTS] = "n",
        [CT_LIST_SERVERS] = "n",
        [CT_LIST_CONNECTIONS] = "last",
        [CT_LIST_TRANSACTIONS] = "number",
        [CT_LIST_REASONS] = "n",
        [CT_LIST_DIALECTS] = "n",
        [CT_LIST_UNKNOWN] = "n",
    };
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(id, &n);
    unsigned i = 0;
    while (i + 1 < n && strcmp(columns[i].name, usual[id]) != 0) {
        i++;
    }
    return i;
}

/* ---- life ------------------------------------------------------------------------------- */

void ct_view_list_init(struct ct_list *list, enum ct_list_id id)
{
    memset(list, 0, sizeof *list);
    list->id = id;
    list->item_size = id == CT_LIST_CONNECTIONS    ? sizeof(struct ct_flow)
                      : id == CT_LIST_TRANSACTIONS ? sizeof(struct ct_txn_item)
                                                   : sizeof(struct ct_key_item);
}

void ct_view_list_release(struct ct_list *list)
{
    free(list->items);
    free(list->keys);
    free(list->order);
    list->items = NULL;
    list->keys = NULL;
    list->order = NULL;
    list->n = 0;
    list->room = 0;
    list->keys_n = 0;
    list->keys_room = 0;
    list->n_shown = 0;
    list->order_room = 0;
    list->newest = 0;
}

void ct_view_list_fini(struct ct_list *list)
{
    ct_view_list_release(list);
    ct_output_where_free(list->where);
    ct_query_free(list->query);
    list->where = NULL;
    list->query = NULL;
}

bool ct_view_list_grow(void **p, size_t *room, size_t need, size_t size)
{
    if (need <= *room) {
        return true;
    }
    size_t more = *room > 0 ? *room : 64;
    while (more < need) {
        more *= 2;
    }
    void *grown = realloc(*p, more * size);
    if (grown == NULL) {
        return false;
    }
    *p = grown;
    *room = more;
    return true;
}

static void *add_item(struct ct_list *list)
{
    void *items = list->items;
    bool fits = ct_view_list_grow(&items, &list->room, list->n + 1, list->item_size);
    list->items = items;
    return fits ? list->items + list->n++ * list->item_size : NULL;
}

static bool keep_key(struct ct_list *list, struct ct_span key, size_t *at)
{
    void *keys = list->keys;
    bool fits = ct_view_list_grow(&keys, &list->keys_room, list->keys_n + key.n, 1);
    list->keys = keys;
    if (!fits) {
        return false;
    }
    *at = list->keys_n;
    if (key.n > 0) {
        memcpy(list->keys + list->keys_n, key.p, key.n);
    }
    list->keys_n += key.n;
    return true;
}

/* ---- taking ----------------------------------------------------------------------------- */

static bool take_keys(struct ct_list *list, const struct ct_scope *scope,
                      const struct ct_watch *watch)
{
    enum ct_watch_list source = sources[list->id];
    struct ct_watch_row row;
    bool whole = true;
    list->n = 0;
    list->keys_n = 0;
    list->replaced = ct_watch_replaced(watch, source);
    for (size_t i = 0; list->n < CT_VIEW_LIST_ROWS && ct_watch_row(watch, source, i, &row); i++) {
        size_t at = 0;
        if (!ct_view_scope_has_key(scope, source, row.key.key)) {
            continue;
        }
        struct ct_key_item *item = keep_key(list, row.key.key, &at) ? add_item(list) : NULL;
        if (item == NULL) {
            whole = false;
            break;
        }
        item->row = row;
        item->key_at = at;
    }
    struct ct_key_item *items = (struct ct_key_item *)(void *)list->items;
    /* Only now does the memory stay where it is; there is none if all keys are empty. */
    for (size_t i = 0; items != NULL && list->keys != NULL && i < list->n; i++) {
        items[i].row.key.key.p = list->keys + items[i].key_at;
    }
    return whole;
}

static bool take_flows(struct ct_list *list, const struct ct_snapshot *snapshot)
{
    const struct ct_flow_list *flows = &snapshot->recent_flows;
    list->n = 0;
    list->total = snapshot->flows.connections;
    list->kept = flows->n_rows;
    for (size_t i = 0; i < flows->n_rows && i < CT_VIEW_LIST_ROWS; i++) {
        struct ct_flow *flow = add_item(list);
        if (flow == NULL) {
            return false;
        }
        *flow = flows->rows[i];
    }
    return true;
}

/* Drops those that the watch has forgotten; and then the oldest until so many are left. */
static void drop_oldest(struct ct_list *list, uint64_t oldest, size_t most)
{
    const struct ct_txn_item *items = (const struct ct_txn_item *)(const void *)list->items;
    size_t gone = list->n > most ? list->n - most : 0;
    while (gone < list->n && items[gone].number < oldest) {
        gone++;
    }
    if (gone > 0) {
        list->n -= gone;
        memmove(list->items, list->items + gone * list->item_size, list->n * list->item_size);
    }
}

static bool belongs(const struct ct_list *list, const struct ct_scope *scope,
                    const struct ct_recent *recent, const struct ct_fields *fields)
{
    return ct_view_scope_has(scope, &recent->txn, &recent->verdict, fields) &&
           (list->where == NULL ||
            ct_output_where_match(list->where, fields, &recent->txn, &recent->verdict));
}

/* Only those that came since: each transaction is asked once. Items are in order of number. */
static bool take_txns(struct ct_list *list, const struct ct_scope *scope,
                      const struct ct_watch *watch, const struct ct_fields *fields)
{
    uint64_t oldest = 0;
    uint64_t newest = 0;
    struct ct_recent recent;
    ct_watch_range(watch, &oldest, &newest);
    list->total = newest;
    list->kept = newest > 0 ? newest - oldest + 1 : 0;
    if (list->stop > 0 && newest > list->stop) {
        newest = list->stop;
    }
    if (newest < list->newest) { /* another run */
        list->n = 0;
        list->newest = 0;
    }
    uint64_t number = list->newest + 1 > oldest ? list->newest + 1 : oldest;
    for (; newest > 0 && number <= newest; number++) {
        if (!ct_watch_recent(watch, number, &recent) || !belongs(list, scope, &recent, fields)) {
            continue;
        }
        if (list->n >= 2 * (size_t)CT_VIEW_LIST_ROWS) {
            drop_oldest(list, oldest, CT_VIEW_LIST_ROWS);
        }
        struct ct_txn_item *item = add_item(list);
        if (item == NULL) {
            return false;
        }
        ct_view_txn_item(&recent, item);
    }
    list->newest = newest;
    drop_oldest(list, oldest, CT_VIEW_LIST_ROWS);
    return true;
}

bool ct_view_list_take(struct ct_list *list, const struct ct_scope *scope,
                       const struct ct_snapshot *snapshot, const struct ct_watch *watch,
                       const struct ct_fields *fields)
{
    list->now_ns = ct_watch_now(watch);
    if (list->id == CT_LIST_CONNECTIONS) {
        return take_flows(list, snapshot);
    }
    if (list->id == CT_LIST_TRANSACTIONS) {
        return take_txns(list, scope, watch, fields);
    }
    return take_keys(list, scope, watch);
}

/* ---- rows ------------------------------------------------------------------------------- */

const void *ct_view_list_item(const struct ct_list *list, size_t i)
{
    return list->items + i * list->item_size;
}

const void *ct_view_list_row(const struct ct_list *list, size_t i)
{
    return i < list->n_shown ? ct_view_list_item(list, list->order[i]) : NULL;
}

void ct_view_identity(const struct ct_list *list, const void *item,
                      char identity[CT_IDENTITY_BYTES])
{
    memset(identity, 0, CT_IDENTITY_BYTES);
    if (list->id == CT_LIST_CONNECTIONS) {
        memcpy(identity, ((const struct ct_flow *)item)->uid, CT_UID_MAX);
    } else if (list->id == CT_LIST_TRANSACTIONS) {
        memcpy(identity, &((const struct ct_txn_item *)item)->number, sizeof(uint64_t));
    } else {
        memcpy(identity, &((const struct ct_key_item *)item)->row.id, sizeof(uint32_t));
    }
}

static bool has_text(struct ct_span in, struct ct_span text)
{
    for (size_t at = 0; at + text.n <= in.n; at++) {
        size_t i = 0;
        while (i < text.n && ct_ascii_lower(in.p[at + i]) == ct_ascii_lower(text.p[i])) {
            i++;
        }
        if (i == text.n) {
            return true;
        }
    }
    return false;
}

bool ct_view_row_has(const struct ct_list *list, const void *item, struct ct_span text)
{
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(list->id, &n);
    struct ct_field_value value;
    for (size_t i = 0; text.n > 0 && i < n; i++) {
        if (columns[i].kind != CT_COLUMN_TEXT && columns[i].kind != CT_COLUMN_WORD) {
            continue;
        }
        ct_view_field(list, item, i, &value);
        if (has_text(value.text, text)) {
            return true;
        }
    }
    return false;
}
