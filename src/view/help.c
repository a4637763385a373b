/* SPDX-License-Identifier: Apache-2.0 */
/* Help: all of it from the tables that the program works by. */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "view/state.h"

#define KEYS_COLUMNS 18u
#define NAME_COLUMNS 20u

static void write_row(struct ct_sheet *sheet, enum ct_style style, const char *name,
                      unsigned columns, const char *help)
{
    ct_view_sheet_row(sheet, columns, 0);
    ct_view_sheet_putf(sheet, style, "  %s ", name);
    ct_view_sheet_to(sheet, columns);
    ct_view_sheet_words(sheet, CT_STYLE_NORMAL, help);
}

static void write_keys(struct ct_sheet *sheet)
{
    const char *group = "";
    const struct ct_view_key_row *row = NULL;
    for (size_t i = 0; (row = ct_view_key_row(i)) != NULL; i++) {
        if (strcmp(group, row->group) != 0) {
            char title[64];
            (void)snprintf(title, sizeof title, " %s ", row->group);
            group = row->group;
            ct_view_sheet_title(sheet, title);
        }
        write_row(sheet, CT_STYLE_KEY, row->keys, KEYS_COLUMNS, row->help);
    }
}

static void write_outcomes(struct ct_sheet *sheet)
{
    ct_view_sheet_title(sheet, " Outcomes, with their letter in connections ");
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        enum ct_outcome outcome = (enum ct_outcome)i;
        char name[40];
        (void)snprintf(name, sizeof name, "%c %s", ct_stats_flow_letter(outcome),
                       ct_cache_outcome_name(outcome));
        write_row(sheet, ct_view_class_style(ct_cache_outcome_class(outcome)), name, NAME_COLUMNS,
                  ct_cache_outcome_help(outcome));
    }
}

static void write_ratios(struct ct_sheet *sheet)
{
    ct_view_sheet_title(sheet, " Hit ratio ");
    write_row(sheet, CT_STYLE_BOLD, "formula", NAME_COLUMNS,
              "hit / (hit + miss), by transactions and by octets of response content; bypass and "
              "other stand beside it, never in it");
    write_row(sheet, CT_STYLE_BOLD, "client", NAME_COLUMNS,
              "what the cache nearest to the client did");
    write_row(sheet, CT_STYLE_BOLD, "origin", NAME_COLUMNS,
              "a hit is what no cache in the line had to fetch from the origin's side");
}

static void write_blind(struct ct_sheet *sheet)
{
    ct_view_sheet_title(sheet, " Not seen ");
#define X(field, name, help) write_row(sheet, CT_STYLE_WARN, name, NAME_COLUMNS, help);
    CT_BLIND(X)
#undef X
}

static void write_columns(struct ct_sheet *sheet, enum ct_list_id id)
{
    char title[96];
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(id, &n);
    (void)snprintf(title, sizeof title, " Columns of %s%s ", ct_view_list_name(id),
                   id == CT_LIST_TRANSACTIONS ? "" : ": names for filters");
    ct_view_sheet_title(sheet, title);
    for (size_t i = 0; i < n; i++) {
        write_row(sheet, CT_STYLE_BOLD, columns[i].name, NAME_COLUMNS, columns[i].help);
    }
    if (id == CT_LIST_TRANSACTIONS) {
        write_row(sheet, CT_STYLE_BOLD, "filter", NAME_COLUMNS,
                  "as --where: cache=miss host=www* ttfb>200ms reason=request-cookie not "
                  "uri=/health*; docs/query.md has all fields");
    }
}

void ct_view_write_help(const struct ct_view *view, struct ct_sheet *sheet)
{
    bool list =
        view->depth > 1 ? view->stack[view->depth - 2]->kind == CT_SCREEN_LIST : view->panel > 0;
    write_keys(sheet);
    write_ratios(sheet);
    write_outcomes(sheet);
    write_blind(sheet);
    if (list) {
        write_columns(sheet, view->stack[view->depth - 1]->list_id);
    } else {
        write_columns(sheet, CT_LIST_HOSTS);
        write_columns(sheet, CT_LIST_CONNECTIONS);
        write_columns(sheet, CT_LIST_TRANSACTIONS);
    }
}
