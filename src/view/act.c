/* SPDX-License-Identifier: Apache-2.0 */
/* What each key of the table does. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "view/keys.h"
#include "view/state.h"

#define SHIFT_COLUMNS 16u

void ct_view_message(struct ct_view *view, bool bad, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(view->message, sizeof view->message, format, arguments);
    va_end(arguments);
    view->message_bad = bad;
    view->message_ns = 0;
}

static bool is_list(struct ct_view *view)
{
    if (ct_view_screen(view)->kind == CT_SCREEN_LIST) {
        return true;
    }
    ct_view_message(view, true, "only in lists (2 to 9, 0, u)");
    return false;
}

static void impossible(struct ct_view *view)
{
    ct_view_message(view, true, "not possible here");
}

/* ---- lists ------------------------------------------------------------------------------ */

static void sort(struct ct_view *view, int step)
{
    struct ct_list_look *look = &view->looks[ct_view_screen(view)->list_id];
    enum ct_list_id id = ct_view_screen(view)->list_id;
    size_t n = 0;
    (void)ct_view_columns(id, &n);
    uint64_t shown = ct_view_shown_columns(look, id, view->columns);
    unsigned count = (unsigned)(n < 64 ? n : 64);
    for (unsigned i = 1; i <= count; i++) {
        unsigned column = (look->sort + (step > 0 ? i : count - i)) % count;
        if ((shown >> column & 1u) != 0) {
            look->sort = column;
            look->reverse = false;
            return;
        }
    }
}

static void shift(struct ct_view *view, bool right)
{
    struct ct_screen *screen = ct_view_screen(view);
    if (right) {
        screen->shift += screen->shift < CT_STATS_KEY_BYTES ? SHIFT_COLUMNS : 0;
    } else {
        screen->shift -= screen->shift > 0 ? SHIFT_COLUMNS : 0;
    }
}

static void choose_columns(struct ct_view *view)
{
    enum ct_list_id id = ct_view_screen(view)->list_id;
    (void)ct_view_push(view, CT_SCREEN_COLUMNS, id);
}

static void first(struct ct_view *view)
{
    ct_view_move(view, -INT64_C(1000000000));
    ct_view_screen(view)->held = false;
}

static void list_action(struct ct_view *view, enum ct_action action)
{
    struct ct_screen *screen = ct_view_screen(view);
    if (!is_list(view)) {
        return;
    }
    switch (action) {
    case CT_ACTION_SEARCH:
        ct_view_prompt(view, CT_PROMPT_SEARCH, "");
        break;
    case CT_ACTION_SEARCH_NEXT:
        ct_view_find(view, false, false);
        break;
    case CT_ACTION_SEARCH_PREVIOUS:
        ct_view_find(view, true, false);
        break;
    case CT_ACTION_FILTER:
        ct_view_prompt(view, CT_PROMPT_FILTER, screen->filter);
        break;
    case CT_ACTION_SORT_NEXT:
        sort(view, 1);
        break;
    case CT_ACTION_SORT_PREVIOUS:
        sort(view, -1);
        break;
    case CT_ACTION_REVERSE:
        view->looks[screen->list_id].reverse = !view->looks[screen->list_id].reverse;
        break;
    case CT_ACTION_COLUMNS:
        choose_columns(view);
        break;
    case CT_ACTION_LEFT:
        shift(view, false);
        break;
    default:
        shift(view, true);
        break;
    }
}

/* ---- time ------------------------------------------------------------------------------- */

/* A list of transactions stays with those that it has, whatever filter is put on it. */
static void hold(struct ct_screen *screen, bool frozen, bool taken)
{
    screen->list.stop = frozen && taken ? screen->list.newest : 0;
    screen->taken = taken;
}

static void freeze(struct ct_view *view)
{
    const struct ct_screen *shown = ct_view_screen(view);
    view->frozen = !view->frozen;
    view->frozen_transactions = view->seen_transactions;
    /* What was taken stays; others take their numbers when they are opened. */
    for (unsigned i = 0; i <= CT_LIST_COUNT; i++) {
        struct ct_screen *screen = &view->panels[i];
        hold(screen, view->frozen, screen == shown || (i > 0 && screen->list.n > 0));
    }
    for (unsigned i = 0; i < view->depth; i++) {
        hold(view->stack[i], view->frozen, view->stack[i]->taken);
    }
}

static void say_ended(struct ct_view *view)
{
    ct_view_message(view, false, "the replay has ended: R starts it again");
}

static void pause(struct ct_view *view)
{
    if (view->was_live || view->hooks.pause == NULL) {
        freeze(view);
    } else if (view->was_over) {
        say_ended(view);
    } else {
        view->was_paused = !view->was_paused;
        view->hooks.pause(view->hooks.user, view->was_paused);
    }
}

static void reset(struct ct_view *view)
{
    if (view->hooks.reset == NULL) {
        impossible(view);
        return;
    }
    view->hooks.reset(view->hooks.user);
    ct_view_message(view, false,
                    "counting begins anew; totals of the run and the transactions stay");
}

/* ---- replay ----------------------------------------------------------------------------- */

static void set_speed(struct ct_view *view, double factor)
{
    if (view->hooks.speed == NULL) {
        impossible(view);
        return;
    }
    view->hooks.speed(view->hooks.user, factor);
}

static void replay_action(struct ct_view *view, enum ct_action action)
{
    if (view->was_live) {
        ct_view_message(view, true, "only in a replay (-r)");
        return;
    }
    if (view->was_over && action == CT_ACTION_STEP) { /* else the next run would begin paused */
        say_ended(view);
        return;
    }
    if (action == CT_ACTION_FASTER) {
        set_speed(view, 2);
    } else if (action == CT_ACTION_SLOWER) {
        set_speed(view, 0.5);
    } else if (action == CT_ACTION_FASTEST) {
        set_speed(view, 0);
    } else if (action == CT_ACTION_STEP && view->hooks.step != NULL) {
        view->hooks.step(view->hooks.user);
    } else if (action == CT_ACTION_RESTART && view->hooks.restart != NULL) {
        view->hooks.restart(view->hooks.user);
    } else {
        impossible(view);
    }
}

/* ---- all -------------------------------------------------------------------------------- */

static void go_panel_of(struct ct_view *view, uint32_t key)
{
    static const char keys[] = {'1',
#define X(symbol, key, name, list) key,
                                CT_LISTS(X)
#undef X
    };
    const char *found = memchr(keys, (int)key, sizeof keys);
    if (found != NULL) {
        ct_view_go_panel(view, (unsigned)(found - keys));
    }
}

static void go_panel_beside(struct ct_view *view, unsigned step)
{
    ct_view_go_panel(view, (view->panel + step) % (CT_LIST_COUNT + 1));
}

static void next_theme(struct ct_view *view)
{
    if (view->hooks.theme == NULL) {
        impossible(view);
        return;
    }
    ct_view_message(view, false, "theme: %s", view->hooks.theme(view->hooks.user));
}

static void quit(struct ct_view *view)
{
    if (view->hooks.quit != NULL) {
        view->hooks.quit(view->hooks.user);
    }
}

static bool move_action(struct ct_view *view, enum ct_action action)
{
    int64_t page = view->page > 1 ? (int64_t)view->page - 1 : 1;
    switch (action) {
    case CT_ACTION_UP:
        ct_view_move(view, -1);
        return true;
    case CT_ACTION_DOWN:
        ct_view_move(view, 1);
        return true;
    case CT_ACTION_PAGE_UP:
        ct_view_move(view, -page);
        return true;
    case CT_ACTION_PAGE_DOWN:
        ct_view_move(view, page);
        return true;
    case CT_ACTION_FIRST:
        first(view);
        return true;
    case CT_ACTION_LAST:
        ct_view_move(view, INT64_C(1000000000));
        return true;
    default:
        return false;
    }
}

static bool screen_action(struct ct_view *view, enum ct_action action, uint32_t key)
{
    switch (action) {
    case CT_ACTION_OPEN:
        ct_view_go_open(view);
        return true;
    case CT_ACTION_BACK:
        ct_view_go_back(view);
        return true;
    case CT_ACTION_PANEL:
        go_panel_of(view, key);
        return true;
    case CT_ACTION_NEXT_PANEL:
        go_panel_beside(view, 1);
        return true;
    case CT_ACTION_PREVIOUS_PANEL:
        go_panel_beside(view, CT_LIST_COUNT);
        return true;
    case CT_ACTION_TRANSACTIONS:
        ct_view_go_transactions(view);
        return true;
    case CT_ACTION_HELP:
        if (ct_view_screen(view)->kind != CT_SCREEN_HELP) {
            (void)ct_view_push(view, CT_SCREEN_HELP, ct_view_screen(view)->list_id);
        }
        return true;
    case CT_ACTION_QUIT:
        quit(view);
        return true;
    default:
        return false;
    }
}

static bool time_action(struct ct_view *view, enum ct_action action)
{
    switch (action) {
    case CT_ACTION_WINDOW:
        view->window = (enum ct_window_id)((view->window + 1) % CT_WINDOW_COUNT);
        return true;
    case CT_ACTION_WINDOW_BACK:
        view->window = (enum ct_window_id)((view->window + CT_WINDOW_COUNT - 1) % CT_WINDOW_COUNT);
        return true;
    case CT_ACTION_ZOOM:
        view->zoom = (enum ct_zoom)((view->zoom + 1) % CT_ZOOM_COUNT);
        return true;
    case CT_ACTION_FREEZE:
        if (ct_view_screen(view)->kind == CT_SCREEN_COLUMNS) {
            ct_view_go_open(view);
        } else {
            freeze(view);
        }
        return true;
    case CT_ACTION_PAUSE:
        pause(view);
        return true;
    case CT_ACTION_RESET:
        reset(view);
        return true;
    default:
        return false;
    }
}

static bool save_action(struct ct_view *view, enum ct_action action)
{
    switch (action) {
    case CT_ACTION_SAVE:
        ct_view_prompt(view, CT_PROMPT_SAVE, "");
        return true;
    case CT_ACTION_SAVE_PACKETS:
        view->save_now = CT_SAVE_PACKETS;
        return true;
    case CT_ACTION_THEME:
        next_theme(view);
        return true;
    case CT_ACTION_PLAIN:
        view->plain = !view->plain;
        return true;
    default:
        return false;
    }
}

bool ct_view_key(struct ct_view *view, uint32_t key)
{
    if (view->prompt != CT_PROMPT_NONE) {
        ct_view_prompt_key(view, key);
        return true;
    }
    enum ct_action action = ct_view_action(key);
    if (action == CT_ACTION_NONE) {
        return false;
    }
    view->message[0] = '\0';
    if (move_action(view, action) || screen_action(view, action, key) ||
        time_action(view, action) || save_action(view, action)) {
        return true;
    }
    if (action >= CT_ACTION_FASTER && action <= CT_ACTION_RESTART) {
        replay_action(view, action);
    } else {
        list_action(view, action);
    }
    return true;
}
