/* SPDX-License-Identifier: Apache-2.0 */
/* In which order the rows of a list are shown. */
#include <stdlib.h>
#include <string.h>

#include "view/columns.h"
#include "view/list_state.h"

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
    ct_view_field(sorting->list, ct_view_list_item(sorting->list, a), sorting->column, &x);
    ct_view_field(sorting->list, ct_view_list_item(sorting->list, b), sorting->column, &y);
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
    bool fits = ct_view_list_grow(&order, &list->order_room, list->n, sizeof *list->order);
    list->order = order;
    struct rank *ranks = fits && list->n > 0 ? malloc(list->n * sizeof *ranks) : NULL;
    list->n_shown = 0;
    if (ranks == NULL) {
        return list->n == 0;
    }
    struct ct_field_value value;
    for (size_t i = 0; i < list->n; i++) {
        if (ct_view_list_shows(list, scope, ct_view_list_item(list, i))) {
            ct_view_field(list, ct_view_list_item(list, i), look->sort, &value);
            ranks[list->n_shown++] =
                (struct rank){number_of(&value, kind), tie_of(list, ct_view_list_item(list, i)),
                              (uint32_t)i, value.known};
        }
    }
    qsort_r(ranks, list->n_shown, sizeof *ranks, compare, &sorting);
    for (size_t i = 0; i < list->n_shown; i++) {
        list->order[i] = ranks[i].item;
    }
    free(ranks);
    return true;
}
