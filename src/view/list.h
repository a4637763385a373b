/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists: rows copied from the watch or the snapshot, chosen, filtered and sorted. What a list
 * has is in one table of columns, from which the screen, the filter's fields, CSV and JSON
 * come.
 */
#ifndef CACHETAP_VIEW_LIST_H
#define CACHETAP_VIEW_LIST_H

#include "cachetap/output.h"
#include "cachetap/watch.h"

/* Most rows of a list; of the transactions the latest. */
#define CT_VIEW_LIST_ROWS 10000u

/* clang-format off */
/* In the order of the digits: symbol, key, name, list of the watch. */
#define CT_LISTS(X)                                                  \
    X(HOSTS, '2', "hosts", CT_WATCH_HOSTS)                           \
    X(URIS, '3', "URIs", CT_WATCH_URIS)                              \
    X(PATHS, '4', "paths", CT_WATCH_PATHS)                           \
    X(CLIENTS, '5', "clients", CT_WATCH_CLIENTS)                     \
    X(SERVERS, '6', "servers", CT_WATCH_SERVERS)                     \
    X(CONNECTIONS, '7', "connections", CT_WATCH_LIST_COUNT)          \
    X(TRANSACTIONS, '8', "transactions", CT_WATCH_LIST_COUNT)        \
    X(REASONS, '9', "reasons", CT_WATCH_REASONS)                     \
    X(DIALECTS, '0', "dialects", CT_WATCH_DIALECTS)                  \
    X(UNKNOWN, 'u', "unknown", CT_WATCH_UNKNOWN)
/* clang-format on */
enum ct_list_id {
#define X(symbol, key, name, list) CT_LIST_##symbol,
    CT_LISTS(X)
#undef X
        CT_LIST_COUNT
};

/* ---- columns ---------------------------------------------------------------------------- */

enum ct_column_kind {
    CT_COLUMN_TEXT, /* bytes from the wire */
    CT_COLUMN_WORD, /* ours */
    CT_COLUMN_COUNT,
    CT_COLUMN_OCTETS,
    CT_COLUMN_TIME,  /* a duration */
    CT_COLUMN_CLOCK, /* since the epoch */
    CT_COLUMN_RATIO, /* 0 to 1 */
};

struct ct_column {
    const char *name;  /* in filters, CSV and JSON */
    const char *title; /* over the column */
    const char *help;
    enum ct_column_kind kind;
    uint8_t width; /* 0: takes what the others leave */
    /* The wider the screen, the more columns are shown; 0: always, 9: only when asked for. */
    uint8_t rank;
};

struct ct_field_value {
    bool known;
    uint64_t number; /* counts, octets; nanoseconds of times */
    double ratio;
    struct ct_span text; /* may be in buffer: such a value is not copied */
    bool colored;
    enum ct_class class; /* with colored: whose colour it gets */
    char buffer[72];
};

/* ---- what a row is ---------------------------------------------------------------------- */

#define CT_IDENTITY_BYTES CT_UID_MAX

struct ct_key_item {
    struct ct_watch_row row; /* its key is in the list's own memory */
    size_t key_at;
};

#define CT_TXN_HOST_BYTES 128
#define CT_TXN_TEXT_BYTES CT_STATS_KEY_BYTES

/* A transaction as a line shows it. */
struct ct_txn_item {
    uint64_t number;
    struct ct_conn_info conn;
    int64_t ts_ns;
    int64_t ttfb_ns;     /* -1: not known */
    int64_t duration_ns; /* -1: not known */
    uint64_t body_len;
    uint64_t findings;
    const char *dialect;
    uint32_t depth;
    enum ct_outcome outcome;
    enum ct_reason reason;
    uint16_t status;
    uint16_t host_n; /* of text: the host, which the target follows */
    uint16_t text_n;
    char method[16];
    uint8_t text[CT_TXN_TEXT_BYTES];
};

/* ---- choosing --------------------------------------------------------------------------- */

/* What a list was opened from: only what belongs to it is in the list. */
struct ct_scope {
    enum ct_scope_kind {
        CT_SCOPE_ALL,
        CT_SCOPE_KEY,     /* of a list of the watch */
        CT_SCOPE_CONN,    /* a connection: key is its uid */
        CT_SCOPE_OUTCOME, /* of the overview */
    } kind;
    enum ct_watch_list list;
    enum ct_outcome outcome;
    uint16_t key_n;
    uint8_t key[CT_STATS_KEY_BYTES];
};

struct ct_list {
    enum ct_list_id id;
    size_t item_size;
    uint8_t *items;
    size_t n;
    size_t room;
    uint8_t *keys; /* of items that have keys */
    size_t keys_n;
    size_t keys_room;
    uint32_t *order; /* rows that are shown, in their order */
    size_t n_shown;
    size_t order_room;
    uint64_t replaced; /* keys that had to make room */
    uint64_t total;    /* connections, transactions: of the run */
    uint64_t kept;     /* and of these, those that are still known */
    uint64_t newest;   /* of transactions: up to which they were looked at */
    uint64_t stop;     /* and where that ends while they are frozen; 0: nowhere */
    int64_t now_ns;
    struct ct_where *where; /* the filter, of transactions */
    struct ct_query *query; /* of other lists */
};

/* How a list is shown; the same for all screens of its kind. */
struct ct_list_look {
    unsigned sort;  /* column */
    bool reverse;   /* against what is usual for it */
    uint64_t shown; /* columns asked for, bits */
    uint64_t hidden;
};

const char *ct_view_list_name(enum ct_list_id id);
/* CT_WATCH_LIST_COUNT: not one of the watch. */
enum ct_watch_list ct_view_list_source(enum ct_list_id id);
const struct ct_column *ct_view_columns(enum ct_list_id id, size_t *n);
void ct_view_field(const struct ct_list *list, const void *item, size_t column,
                   struct ct_field_value *value);
/* The column that a list is sorted by at first. */
unsigned ct_view_usual_sort(enum ct_list_id id);

void ct_view_list_init(struct ct_list *list, enum ct_list_id id);
void ct_view_list_fini(struct ct_list *list);
/* Gives its rows back, and keeps its filter. */
void ct_view_list_release(struct ct_list *list);
/* NULL or empty: none. False: not an expression; the list keeps the filter that it had. */
bool ct_view_list_filter(struct ct_list *list, const char *text,
                         char message[CT_QUERY_MESSAGE_MAX]);
/* Takes the rows of now. False: no memory for all of them. */
bool ct_view_list_take(struct ct_list *list, const struct ct_scope *scope,
                       const struct ct_snapshot *snapshot, const struct ct_watch *watch,
                       const struct ct_fields *fields);
/* Filters and sorts what was taken. */
bool ct_view_list_arrange(struct ct_list *list, const struct ct_scope *scope,
                          const struct ct_list_look *look);

/* Row i of those shown. */
const void *ct_view_list_row(const struct ct_list *list, size_t i);
void ct_view_identity(const struct ct_list *list, const void *item,
                      char identity[CT_IDENTITY_BYTES]);
/* Whether one of the row's texts has this one in it, without regard to case. */
bool ct_view_row_has(const struct ct_list *list, const void *item, struct ct_span text);

/* Whether a transaction belongs to a scope. */
bool ct_view_scope_has(const struct ct_scope *scope, const struct ct_txn *txn,
                       const struct ct_verdict *verdict, const struct ct_fields *fields);
/* Whether a row of a list of URIs or paths does; of other lists: all rows do. */
bool ct_view_scope_has_key(const struct ct_scope *scope, enum ct_watch_list list,
                           struct ct_span key);
void ct_view_txn_item(const struct ct_recent *recent, struct ct_txn_item *item);

#endif
