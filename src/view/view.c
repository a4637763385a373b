/* SPDX-License-Identifier: Apache-2.0 */
#include "cachetap/view.h"

#include <stdlib.h>
#include <string.h>

#include "view/state.h"

#define HEAD_ROWS 3u
#define FOOT_ROWS 2u

struct ct_view *ct_view_new(const struct ct_view_options *options)
{
    struct ct_view *view = calloc(1, sizeof *view);
    if (view == NULL) {
        return NULL;
    }
    view->options = *options;
    if (options->hooks != NULL) {
        view->hooks = *options->hooks;
    }
    view->window = CT_WINDOW_M1;
    view->columns = CT_VIEW_COLUMNS_MIN;
    view->panels[0].kind = CT_SCREEN_OVERVIEW;
    for (unsigned i = 0; i < CT_LIST_COUNT; i++) {
        struct ct_screen *screen = &view->panels[i + 1];
        screen->kind = CT_SCREEN_LIST;
        screen->list_id = (enum ct_list_id)i;
        ct_view_list_init(&screen->list, (enum ct_list_id)i);
        view->looks[i].sort = ct_view_usual_sort((enum ct_list_id)i);
    }
    return view;
}

void ct_view_free(struct ct_view *view)
{
    if (view == NULL) {
        return;
    }
    while (view->depth > 0) {
        struct ct_screen *screen = view->stack[--view->depth];
        ct_view_screen_fini(screen);
        free(screen);
    }
    for (unsigned i = 0; i <= CT_LIST_COUNT; i++) {
        ct_view_screen_fini(&view->panels[i]);
    }
    ct_output_buf_fini(&view->scratch);
    free(view);
}

/* ---- taking what is shown --------------------------------------------------------------- */

/* The cursor goes where its row went; a row that has gone leaves it to the one in its place. */
static void find_selected(struct ct_screen *screen)
{
    struct ct_list *list = &screen->list;
    char identity[CT_IDENTITY_BYTES];
    if (!screen->held) {
        screen->cursor = 0;
        return;
    }
    for (size_t i = 0; i < list->n_shown; i++) {
        ct_view_identity(list, ct_view_list_row(list, i), identity);
        if (memcmp(identity, screen->identity, sizeof identity) == 0) {
            screen->cursor = i;
            return;
        }
    }
    if (list->n_shown > 0) {
        screen->cursor = screen->cursor < list->n_shown ? screen->cursor : list->n_shown - 1;
        ct_view_identity(list, ct_view_list_row(list, screen->cursor), screen->identity);
    }
}

static void take(struct ct_view *view, const struct ct_frame_input *input)
{
    struct ct_screen *screen = ct_view_screen(view);
    bool txns = screen->kind == CT_SCREEN_LIST && screen->list_id == CT_LIST_TRANSACTIONS;
    bool anew = !view->frozen || !screen->taken || txns; /* of those, up to list.stop */
    const struct ct_fields *fields = view->options.fields;
    bool whole = true;
    switch (screen->kind) {
    case CT_SCREEN_OVERVIEW:
        if (anew) {
            ct_view_digest_take(&view->digest, input);
        }
        break;
    case CT_SCREEN_LIST:
        whole = !anew || ct_view_list_take(&screen->list, &screen->scope, input->snapshot,
                                           input->watch, fields);
        whole =
            ct_view_list_arrange(&screen->list, &screen->scope, &view->looks[screen->list_id]) &&
            whole;
        find_selected(screen);
        ct_view_find_why(view, input->watch);
        break;
    case CT_SCREEN_DETAIL:
        if (anew) {
            ct_view_detail_take(&screen->detail, input->snapshot, input->watch, fields);
        }
        break;
    default:
        break;
    }
    screen->taken = true;
    if (view->frozen && txns && screen->list.stop == 0) {
        screen->list.stop = screen->list.newest;
    }
    if (!whole) {
        ct_view_message(view, true, "out of memory: the list is not whole");
    }
}

/* All other lists are the watch's. */
size_t ct_view_rows_wanted(const struct ct_view *view)
{
    const struct ct_screen *screen =
        view->depth > 0 ? view->stack[view->depth - 1] : &view->panels[view->panel];
    bool flows = screen->kind == CT_SCREEN_LIST && screen->list_id == CT_LIST_CONNECTIONS;
    return flows ? CT_VIEW_LIST_ROWS : 0;
}

/* ---- drawing ---------------------------------------------------------------------------- */

static void draw_sheet(struct ct_view *view, const struct ct_area *area)
{
    struct ct_screen *screen = ct_view_screen(view);
    ct_view_sheet_begin(&screen->sheet, area->columns, area->utf8);
    if (screen->kind == CT_SCREEN_HELP) {
        ct_view_write_help(view, &screen->sheet);
    } else {
        ct_view_detail_write(&screen->detail, view->options.fields, &screen->sheet, view->plain);
    }
    view->page = area->rows;
    ct_view_sheet_show(&screen->sheet, area, &screen->top, &screen->cursor, !view->plain);
}

static void draw_body(struct ct_view *view, const struct ct_frame_input *input,
                      const struct ct_area *area)
{
    switch (ct_view_screen(view)->kind) {
    case CT_SCREEN_OVERVIEW:
        ct_view_draw_overview(view, input, area);
        break;
    case CT_SCREEN_LIST:
        ct_view_draw_list(view, area);
        break;
    case CT_SCREEN_COLUMNS:
        ct_view_draw_columns(view, area);
        break;
    default:
        draw_sheet(view, area);
        break;
    }
}

static void forget(struct ct_screen *screen)
{
    ct_view_list_release(&screen->list);
    ct_view_list_release(&screen->detail.same_uri);
    ct_view_list_release(&screen->detail.same_conn);
    screen->list.stop = 0;
    screen->taken = false;
}

/* A replay that began again has other rows under the same numbers. */
static void begin_run(struct ct_view *view, unsigned run)
{
    view->run = run;
    view->frozen_transactions = 0;
    for (unsigned i = 0; i <= CT_LIST_COUNT; i++) {
        forget(&view->panels[i]);
    }
    for (unsigned i = 0; i < view->depth; i++) {
        forget(view->stack[i]);
    }
}

static void note_seen(struct ct_view *view, const struct ct_frame_input *input)
{
    view->was_paused = input->status->paused;
    view->was_live = input->status->live;
    view->was_over = input->status->over;
    view->seen_transactions = input->snapshot->transactions;
    if (input->status->replay_runs != view->run) {
        begin_run(view, input->status->replay_runs);
    }
}

static void draw_all(struct ct_view *view, const struct ct_frame_input *input,
                     const struct ct_area *area)
{
    struct ct_area head = ct_view_part(area, 0, 0, area->columns, HEAD_ROWS);
    struct ct_area body =
        ct_view_part(area, 0, HEAD_ROWS, area->columns, area->rows - HEAD_ROWS - FOOT_ROWS);
    struct ct_area foot = ct_view_part(area, 0, area->rows - FOOT_ROWS, area->columns, FOOT_ROWS);
    ct_view_clear(area, CT_STYLE_NORMAL);
    ct_view_draw_head(view, input, &head);
    draw_body(view, input, &body);
    if (view->save_now != CT_SAVE_NONE) {
        ct_view_save(view, input, area->canvas);
    }
    ct_view_draw_foot(view, input, &foot);
}

void ct_view_draw(struct ct_view *view, const struct ct_snapshot *snapshot,
                  const struct ct_watch *watch, const struct ct_view_status *status,
                  struct ct_canvas *canvas)
{
    struct ct_frame_input input = {snapshot, watch, status};
    struct ct_area area = ct_view_area(canvas, view->options.utf8);
    canvas->cursor_x = -1;
    canvas->cursor_y = -1;
    view->scratch.failed = false; /* memory may be there again */
    if (canvas->columns < CT_VIEW_COLUMNS_MIN || canvas->rows < CT_VIEW_ROWS_MIN) {
        ct_view_clear(&area, CT_STYLE_NORMAL);
        (void)ct_view_sayf(&area, 0, canvas->rows / 2, CT_STYLE_WARN,
                           "%d x %d needed: the view has no room in %u x %u", CT_VIEW_COLUMNS_MIN,
                           CT_VIEW_ROWS_MIN, canvas->columns, canvas->rows);
        return;
    }
    view->columns = canvas->columns;
    view->rows = canvas->rows;
    note_seen(view, &input);
    take(view, &input);
    draw_all(view, &input, &area);
}
