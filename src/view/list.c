/* SPDX-License-Identifier: Apache-2.0 */
#include "view/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "view/columns.h"

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

/* Doubles until need fits. False: no memory. */
static bool grow(void **p, size_t *room, size_t need, size_t size)
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
    bool fits = grow(&items, &list->room, list->n + 1, list->item_size);
    list->items = items;
    return fits ? list->items + list->n++ * list->item_size : NULL;
}

static bool keep_key(struct ct_list *list, struct ct_span key, size_t *at)
{
    void *keys = list->keys;
    bool fits = grow(&keys, &list->keys_room, list->keys_n + key.n, 1);
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
    for (size_t i = 0; list->keys != NULL && i < list->n; i++) {
        items[i].row.key.key.p = list->keys + items[i].key_at;
    }
    return whole;
}

static bool take_flows(struct ct_list *list, const struct ct_flow_list *flows)
{
    list->n = 0;
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
        return take_flows(list, &snapshot->recent_flows);
    }
    if (list->id == CT_LIST_TRANSACTIONS) {
        return take_txns(list, scope, watch, fields);
    }
    return take_keys(list, scope, watch);
}

/* ---- rows ------------------------------------------------------------------------------- */

static const void *item_at(const struct ct_list *list, size_t i)
{
    return list->items + i * list->item_size;
}

const void *ct_view_list_row(const struct ct_list *list, size_t i)
{
    return i < list->n_shown ? item_at(list, list->order[i]) : NULL;
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

/* ---- filter ----------------------------------------------------------------------------- */

struct subject {
    const struct ct_list *list;
    const void *item;
    struct ct_field_value value;
};

static const char *field_name(const struct ct_column *columns, size_t n, size_t i,
                              enum ct_query_kind *kind)
{
    static const enum ct_query_kind kinds[] = {
        [CT_COLUMN_TEXT] = CT_QUERY_TEXT,    [CT_COLUMN_WORD] = CT_QUERY_TEXT,
        [CT_COLUMN_COUNT] = CT_QUERY_NUMBER, [CT_COLUMN_OCTETS] = CT_QUERY_BYTES,
        [CT_COLUMN_TIME] = CT_QUERY_SECONDS, [CT_COLUMN_CLOCK] = CT_QUERY_SECONDS,
        [CT_COLUMN_RATIO] = CT_QUERY_NUMBER,
    };
    if (i >= n) {
        return NULL;
    }
    *kind = kinds[columns[i].kind];
    return columns[i].name;
}

static const char *key_field_name(size_t i, enum ct_query_kind *kind)
{
    return field_name(ct_view_key_columns, ct_view_n_key_columns, i, kind);
}

static const char *flow_field_name(size_t i, enum ct_query_kind *kind)
{
    return field_name(ct_view_flow_columns, ct_view_n_flow_columns, i, kind);
}

static bool field_value(void *record, size_t i, size_t k, struct ct_query_value *out)
{
    struct subject *subject = record;
    size_t n = 0;
    enum ct_column_kind kind = ct_view_columns(subject->list->id, &n)[i].kind;
    if (k > 0) {
        return false;
    }
    ct_view_field(subject->list, subject->item, i, &subject->value);
    if (!subject->value.known) {
        return false;
    }
    switch (kind) {
    case CT_COLUMN_TEXT:
    case CT_COLUMN_WORD:
        out->text = subject->value.text;
        break;
    case CT_COLUMN_TIME:
    case CT_COLUMN_CLOCK:
        out->number = (double)subject->value.number / (double)CT_NS_PER_S;
        break;
    case CT_COLUMN_RATIO:
        out->number = subject->value.ratio;
        break;
    default:
        out->number = (double)subject->value.number;
        break;
    }
    return true;
}

static const struct ct_query_fields key_fields = {key_field_name, field_value};
static const struct ct_query_fields flow_fields = {flow_field_name, field_value};

bool ct_view_list_filter(struct ct_list *list, const char *text, char message[CT_QUERY_MESSAGE_MAX])
{
    struct ct_where *where = NULL;
    struct ct_query *query = NULL;
    message[0] = '\0';
    if (text != NULL && text[0] != '\0') {
        if (list->id == CT_LIST_TRANSACTIONS) {
            where = ct_output_where_new(text, message);
        } else {
            query = ct_query_new(text, list->id == CT_LIST_CONNECTIONS ? &flow_fields : &key_fields,
                                 message);
        }
        if (where == NULL && query == NULL) {
            return false;
        }
    }
    ct_output_where_free(list->where);
    ct_query_free(list->query);
    list->where = where;
    list->query = query;
    if (list->id == CT_LIST_TRANSACTIONS) { /* all are asked anew */
        list->n = 0;
        list->n_shown = 0;
        list->newest = 0;
    }
    return true;
}

/* ---- order ------------------------------------------------------------------------------ */

struct rank {
    double number;
    uint64_t tie; /* of its identity */
    uint32_t item;
    bool known;
};

struct sorting {
    const struct ct_list *list;
    unsigned column;
    bool text;
    bool down; /* the greatest first */
};

static double number_of(const struct ct_field_value *value, enum ct_column_kind kind)
{
    return kind == CT_COLUMN_RATIO ? value->ratio : (double)value->number;
}

static int compare_texts(const struct sorting *sorting, uint32_t a, uint32_t b)
{
    struct ct_field_value x;
    struct ct_field_value y;
    ct_view_field(sorting->list, item_at(sorting->list, a), sorting->column, &x);
    ct_view_field(sorting->list, item_at(sorting->list, b), sorting->column, &y);
    size_t n = x.text.n < y.text.n ? x.text.n : y.text.n;
    int order = n > 0 ? memcmp(x.text.p, y.text.p, n) : 0;
    return order != 0 ? order : (x.text.n > y.text.n) - (x.text.n < y.text.n);
}

/* What is not known comes last; equal ones by their identity, so that they keep their places. */
static int compare(const void *left, const void *right, void *user)
{
    const struct rank *a = left;
    const struct rank *b = right;
    const struct sorting *sorting = user;
    if (a->known != b->known) {
        return a->known ? -1 : 1;
    }
    int order = sorting->text ? compare_texts(sorting, a->item, b->item)
                              : (a->number > b->number) - (a->number < b->number);
    if (order == 0) {
        return (a->tie > b->tie) - (a->tie < b->tie);
    }
    return sorting->down ? -order : order;
}

static uint64_t tie_of(const struct ct_list *list, const void *item)
{
    uint64_t tie = UINT64_C(14695981039346656037); /* FNV-1a */
    if (list->id == CT_LIST_TRANSACTIONS) {
        return ((const struct ct_txn_item *)item)->number;
    }
    if (list->id != CT_LIST_CONNECTIONS) {
        return ((const struct ct_key_item *)item)->row.id;
    }
    for (const char *c = ((const struct ct_flow *)item)->uid; *c != '\0'; c++) {
        tie = (tie ^ (unsigned char)*c) * UINT64_C(1099511628211);
    }
    return tie;
}

static bool shows(const struct ct_list *list, const struct ct_scope *scope, const void *item)
{
    struct subject subject = {.list = list, .item = item};
    if (list->id == CT_LIST_CONNECTIONS && scope->kind == CT_SCOPE_CONN) {
        struct ct_span uid = ct_span_of(((const struct ct_flow *)item)->uid);
        return ct_span_equal(uid, (struct ct_span){scope->key, scope->key_n});
    }
    return list->query == NULL || ct_query_match(list->query, &subject);
}

bool ct_view_list_arrange(struct ct_list *list, const struct ct_scope *scope,
                          const struct ct_list_look *look)
{
    size_t n_columns = 0;
    const struct ct_column *columns = ct_view_columns(list->id, &n_columns);
    enum ct_column_kind kind = columns[look->sort].kind;
    struct sorting sorting = {.list = list, .column = look->sort};
    sorting.text = kind == CT_COLUMN_TEXT || kind == CT_COLUMN_WORD;
    sorting.down = sorting.text == look->reverse;
    void *order = list->order;
    bool fits = grow(&order, &list->order_room, list->n, sizeof *list->order);
    list->order = order;
    struct rank *ranks = fits && list->n > 0 ? malloc(list->n * sizeof *ranks) : NULL;
    list->n_shown = 0;
    if (ranks == NULL) {
        return list->n == 0;
    }
    struct ct_field_value value;
    for (size_t i = 0; i < list->n; i++) {
        if (shows(list, scope, item_at(list, i))) {
            ct_view_field(list, item_at(list, i), look->sort, &value);
            ranks[list->n_shown++] = (struct rank){
                number_of(&value, kind), tie_of(list, item_at(list, i)), (uint32_t)i, value.known};
        }
    }
    qsort_r(ranks, list->n_shown, sizeof *ranks, compare, &sorting);
    for (size_t i = 0; i < list->n_shown; i++) {
        list->order[i] = ranks[i].item;
    }
    free(ranks);
    return true;
}
