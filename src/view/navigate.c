/* SPDX-License-Identifier: Apache-2.0 */
/* From screen to screen: panels side by side, and what was opened from one another on top. */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "view/state.h"

void ct_view_screen_fini(struct ct_screen *screen)
{
    ct_view_list_fini(&screen->list);
    ct_view_detail_fini(&screen->detail);
    ct_view_sheet_fini(&screen->sheet);
}

struct ct_screen *ct_view_push(struct ct_view *view, enum ct_screen_kind kind,
                               enum ct_list_id list_id)
{
    if (view->depth == CT_VIEW_DEPTH) {
        ct_view_message(view, true, "%d screens are open: Esc goes back", CT_VIEW_DEPTH);
        return NULL;
    }
    struct ct_screen *screen = calloc(1, sizeof *screen);
    if (screen == NULL) {
        ct_view_message(view, true, "out of memory");
        return NULL;
    }
    screen->kind = kind;
    screen->list_id = list_id;
    ct_view_list_init(&screen->list, list_id);
    view->stack[view->depth++] = screen;
    return screen;
}

static void pop(struct ct_view *view)
{
    struct ct_screen *screen = view->stack[--view->depth];
    ct_view_screen_fini(screen);
    free(screen);
}

void ct_view_go_panel(struct ct_view *view, unsigned panel)
{
    while (view->depth > 0) {
        pop(view);
    }
    if (panel != view->panel && !view->frozen) { /* it is taken anew when it is shown again */
        ct_view_list_release(&view->panels[view->panel].list);
    }
    view->panel = panel;
}

void ct_view_go_back(struct ct_view *view)
{
    struct ct_screen *screen = ct_view_screen(view);
    char message[CT_QUERY_MESSAGE_MAX];
    if (view->depth > 0) {
        pop(view);
    } else if (screen->filter[0] != '\0') {
        screen->filter[0] = '\0';
        (void)ct_view_list_filter(&screen->list, NULL, message);
    } else if (view->panel != 0) {
        ct_view_go_panel(view, 0);
    }
}

const void *ct_view_selected(struct ct_view *view)
{
    struct ct_screen *screen = ct_view_screen(view);
    return screen->kind == CT_SCREEN_LIST ? ct_view_list_row(&screen->list, screen->cursor) : NULL;
}

static void set_key(struct ct_scope *scope, struct ct_span key)
{
    scope->key_n = (uint16_t)(key.n < sizeof scope->key ? key.n : sizeof scope->key);
    if (scope->key_n > 0) {
        memcpy(scope->key, key.p, scope->key_n);
    }
}

static void set_scope(struct ct_scope *scope, const struct ct_list *list, const void *item)
{
    if (list->id == CT_LIST_CONNECTIONS) {
        scope->kind = CT_SCOPE_CONN;
        set_key(scope, ct_span_of(((const struct ct_flow *)item)->uid));
    } else {
        scope->kind = CT_SCOPE_KEY;
        scope->list = ct_view_list_source(list->id);
        set_key(scope, ((const struct ct_key_item *)item)->row.key.key);
    }
}

#define WHY_TRANSACTIONS 4000u /* looked at, from the newest back */

/* A miss says most about a row; what is neither hit, miss nor bypass says least. */
static bool is_better(const struct ct_view_why *why, enum ct_class class)
{
    return class != CT_CLASS_HIT &&
           (why->number == 0 || class < ct_cache_outcome_class(why->outcome));
}

void ct_view_find_why(struct ct_view *view, const struct ct_watch *watch)
{
    const struct ct_screen *screen = ct_view_screen(view);
    const void *item = ct_view_selected(view);
    struct ct_scope scope = {.kind = CT_SCOPE_ALL};
    struct ct_recent recent;
    uint64_t oldest = 0;
    uint64_t newest = 0;
    view->why.number = 0;
    if (item == NULL || ct_view_list_source(screen->list_id) == CT_WATCH_LIST_COUNT) {
        return;
    }
    set_scope(&scope, &screen->list, item);
    ct_watch_range(watch, &oldest, &newest);
    uint64_t last = newest > WHY_TRANSACTIONS ? newest - WHY_TRANSACTIONS : 0;
    for (uint64_t i = newest; i > last && i >= oldest; i--) {
        if (!ct_watch_recent(watch, i, &recent) || !is_better(&view->why, recent.verdict.class) ||
            !ct_view_scope_has(&scope, &recent.txn, &recent.verdict, view->options.fields)) {
            continue;
        }
        view->why = (struct ct_view_why){i, recent.verdict.outcome, recent.verdict.reason};
        if (recent.verdict.class == CT_CLASS_MISS) {
            return;
        }
    }
}

static void open_scope(struct ct_view *view, enum ct_list_id id, const struct ct_scope *scope)
{
    struct ct_scope copy = *scope;
    struct ct_screen *screen = ct_view_push(view, CT_SCREEN_LIST, id);
    if (screen != NULL) {
        screen->scope = copy;
    }
}

static void open_detail(struct ct_view *view, uint64_t number)
{
    struct ct_screen *screen = ct_view_push(view, CT_SCREEN_DETAIL, CT_LIST_TRANSACTIONS);
    if (screen != NULL) {
        ct_view_detail_init(&screen->detail, number);
    }
}

static void open_row(struct ct_view *view, bool steps)
{
    struct ct_screen *screen = ct_view_screen(view);
    const struct ct_list *list = &screen->list;
    const void *item = ct_view_selected(view);
    struct ct_scope scope = {.kind = CT_SCOPE_ALL};
    if (item == NULL) {
        return;
    }
    if (list->id == CT_LIST_TRANSACTIONS) {
        open_detail(view, ((const struct ct_txn_item *)item)->number);
        return;
    }
    set_scope(&scope, list, item);
    bool to_uris = steps && (list->id == CT_LIST_HOSTS || list->id == CT_LIST_PATHS);
    open_scope(view, to_uris ? CT_LIST_URIS : CT_LIST_TRANSACTIONS, &scope);
}

static void open_link(struct ct_view *view)
{
    const struct ct_screen *screen = ct_view_screen(view);
    if (screen->sheet.n_rows == 0 || screen->cursor >= screen->sheet.n_rows) {
        return;
    }
    uint64_t link = screen->sheet.links[screen->cursor];
    if (link == CT_LINK_URI || link == CT_LINK_CONN) {
        open_scope(view, CT_LIST_TRANSACTIONS,
                   link == CT_LINK_URI ? &screen->detail.uri : &screen->detail.conn);
    } else if (link != 0) {
        open_detail(view, link);
    }
}

static void toggle_column(struct ct_view *view)
{
    const struct ct_screen *screen = ct_view_screen(view);
    struct ct_list_look *look = &view->looks[screen->list_id];
    uint64_t bit = UINT64_C(1) << screen->cursor;
    uint64_t shown = ct_view_shown_columns(look, screen->list_id, view->columns);
    if ((shown & bit) != 0) {
        look->shown &= ~bit;
        look->hidden |= bit;
    } else {
        look->hidden &= ~bit;
        look->shown |= bit;
    }
}

void ct_view_go_open(struct ct_view *view)
{
    struct ct_scope scope = {.kind = CT_SCOPE_OUTCOME, .outcome = (enum ct_outcome)view->outcome};
    switch (ct_view_screen(view)->kind) {
    case CT_SCREEN_OVERVIEW:
        open_scope(view, CT_LIST_TRANSACTIONS, &scope);
        break;
    case CT_SCREEN_LIST:
        open_row(view, true);
        break;
    case CT_SCREEN_DETAIL:
        open_link(view);
        break;
    case CT_SCREEN_COLUMNS:
        toggle_column(view);
        break;
    default:
        break;
    }
}

void ct_view_go_transactions(struct ct_view *view)
{
    if (ct_view_screen(view)->kind == CT_SCREEN_OVERVIEW) {
        ct_view_go_open(view);
    } else {
        open_row(view, false);
    }
}

/* ---- in a screen ------------------------------------------------------------------------ */

static void select_row(struct ct_screen *screen, size_t row)
{
    const void *item = ct_view_list_row(&screen->list, row);
    if (item != NULL) {
        screen->cursor = row;
        screen->held = true;
        ct_view_identity(&screen->list, item, screen->identity);
    }
}

static size_t moved(size_t from, int64_t rows, size_t n)
{
    if (rows < 0) {
        uint64_t back = (uint64_t)0 - (uint64_t)rows;
        return back < from ? from - (size_t)back : 0;
    }
    size_t last = n > 0 ? n - 1 : 0;
    return (uint64_t)rows < last - (from < last ? from : last) ? from + (size_t)rows : last;
}

static void move_outcome(struct ct_view *view, int64_t rows)
{
    unsigned outcomes[CT_OUTCOME_COUNT];
    unsigned n = ct_view_outcome_rows(view, outcomes);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        at = outcomes[i] == view->outcome ? i : at;
    }
    if (n > 0) {
        view->outcome = outcomes[moved(at, rows, n)];
    }
}

void ct_view_move(struct ct_view *view, int64_t rows)
{
    struct ct_screen *screen = ct_view_screen(view);
    size_t n = 0;
    switch (screen->kind) {
    case CT_SCREEN_OVERVIEW:
        move_outcome(view, rows);
        break;
    case CT_SCREEN_LIST:
        select_row(screen, moved(screen->cursor, rows, screen->list.n_shown));
        break;
    case CT_SCREEN_COLUMNS:
        (void)ct_view_columns(screen->list_id, &n);
        screen->cursor = moved(screen->cursor, rows, n);
        break;
    default:
        screen->cursor = moved(screen->cursor, rows, screen->sheet.n_rows);
        break;
    }
}

void ct_view_find(struct ct_view *view, bool back, bool stay)
{
    struct ct_screen *screen = ct_view_screen(view);
    size_t n = screen->list.n_shown;
    struct ct_span text = ct_span_of(view->search);
    if (screen->kind != CT_SCREEN_LIST || n == 0 || text.n == 0) {
        return;
    }
    for (size_t i = stay ? 0 : 1; i <= n; i++) {
        size_t row = back ? (screen->cursor + n - i % n) % n : (screen->cursor + i) % n;
        if (ct_view_row_has(&screen->list, ct_view_list_row(&screen->list, row), text)) {
            select_row(screen, row);
            return;
        }
    }
    ct_view_message(view, true, "not found: %s", view->search);
}
