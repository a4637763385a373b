/* SPDX-License-Identifier: Apache-2.0 */
/* The two lines at the bottom: what is selected in a sentence, or what is typed; and the keys. */
#include <string.h>

#include "base/span.h"
#include "view/state.h"

#define MESSAGE_NS (8 * CT_NS_PER_S)

/* ---- explanations ----------------------------------------------------------------------- */

static void explain_outcome(struct ct_buf *buf, enum ct_outcome outcome, enum ct_reason reason)
{
    ct_output_putf(buf, "%s (%s): %s", ct_cache_outcome_name(outcome),
                   ct_cache_class_name(ct_cache_outcome_class(outcome)),
                   ct_cache_outcome_help(outcome));
    if (ct_cache_reason_name(reason) != NULL) {
        ct_output_putf(buf, "; %s: %s", ct_cache_reason_name(reason), ct_cache_reason_help(reason));
    }
}

/* "MISS cold": an outcome, and perhaps a reason. */
static void explain_reason_key(struct ct_buf *buf, struct ct_span key)
{
    enum ct_outcome outcome;
    enum ct_reason reason = CT_REASON_NOT_GIVEN;
    size_t n = 0;
    while (n < key.n && key.p[n] != ' ') {
        n++;
    }
    if (ct_cache_outcome_find(ct_span_slice(key, 0, n), &outcome)) {
        if (!ct_cache_reason_find(ct_span_slice(key, n + 1, key.n), &reason)) {
            reason = CT_REASON_NOT_GIVEN;
        }
        explain_outcome(buf, outcome, reason);
    }
}

static void explain_letters(struct ct_buf *buf, const struct ct_flow *flow)
{
    const char *separator = "";
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        if (flow->by_outcome[i] > 0) {
            ct_output_putf(buf, "%s%c %s", separator, ct_stats_flow_letter((enum ct_outcome)i),
                           ct_cache_outcome_name((enum ct_outcome)i));
            separator = ", ";
        }
    }
}

/* "latest miss: EXPIRED, ...": what 80 columns have room for is the reason, where there is one. */
static void explain_why(struct ct_buf *buf, const struct ct_view_why *why)
{
    ct_output_putf(buf, "latest %s: %s", ct_cache_class_name(ct_cache_outcome_class(why->outcome)),
                   ct_cache_outcome_name(why->outcome));
    if (ct_cache_reason_name(why->reason) != NULL) {
        ct_output_putf(buf, ", %s: %s", ct_cache_reason_name(why->reason),
                       ct_cache_reason_help(why->reason));
    } else {
        ct_output_putf(buf, ": %s", ct_cache_outcome_help(why->outcome));
    }
}

static void explain_row(struct ct_view *view, struct ct_buf *buf)
{
    const struct ct_screen *screen = ct_view_screen(view);
    const void *item = ct_view_selected(view);
    size_t n = 0;
    if (item == NULL) {
        return;
    }
    if (screen->list_id == CT_LIST_TRANSACTIONS) {
        const struct ct_txn_item *txn = item;
        explain_outcome(buf, txn->outcome, txn->reason);
    } else if (screen->list_id == CT_LIST_CONNECTIONS) {
        explain_letters(buf, item);
    } else if (screen->list_id == CT_LIST_REASONS) {
        explain_reason_key(buf, ((const struct ct_key_item *)item)->row.key.key);
    } else if (view->why.number > 0) {
        explain_why(buf, &view->why);
    } else {
        const struct ct_column *columns = ct_view_columns(screen->list_id, &n);
        const struct ct_column *column = &columns[view->looks[screen->list_id].sort];
        ct_output_putf(buf, "sorted by %s: %s", column->name, column->help);
    }
}

void ct_view_explain(struct ct_view *view, struct ct_buf *buf)
{
    const struct ct_screen *screen = ct_view_screen(view);
    size_t n = 0;
    switch (screen->kind) {
    case CT_SCREEN_OVERVIEW:
        explain_outcome(buf, (enum ct_outcome)view->outcome, CT_REASON_NOT_GIVEN);
        break;
    case CT_SCREEN_LIST:
        explain_row(view, buf);
        break;
    case CT_SCREEN_COLUMNS:
        ct_output_put(buf, ct_view_columns(screen->list_id, &n)[screen->cursor].help);
        break;
    case CT_SCREEN_DETAIL:
        ct_output_put(buf, "* decided; Enter on a row of the lists below opens that transaction");
        break;
    default:
        break;
    }
}

/* ---- typing ----------------------------------------------------------------------------- */

/* What can be saved of a screen. Rows of keys have no packets of their own. */
static const char *saves_of(const struct ct_screen *screen)
{
    if (screen->kind == CT_SCREEN_DETAIL) {
        return "Save: t text, p packets of its connection, a all packets kept, Esc";
    }
    if (screen->kind != CT_SCREEN_LIST) {
        return "Save: t text, a all packets kept, Esc";
    }
    if (screen->list_id == CT_LIST_TRANSACTIONS || screen->list_id == CT_LIST_CONNECTIONS) {
        return "Save: c CSV, j JSON, t text, p packets of the row, a packets of all rows, Esc";
    }
    return "Save: c CSV, j JSON, t text, a all packets kept, Esc";
}

static void draw_prompt(struct ct_view *view, const struct ct_area *area)
{
    static const char *const labels[] = {
        [CT_PROMPT_NONE] = "", [CT_PROMPT_SEARCH] = "Search: ",     [CT_PROMPT_FILTER] = "Filter: ",
        [CT_PROMPT_SAVE] = "", [CT_PROMPT_SAVE_NAME] = "Save as: ",
    };
    ct_view_restyle(area, 0, CT_STYLE_INPUT);
    if (view->prompt == CT_PROMPT_SAVE) {
        (void)ct_view_say(area, 0, 0, CT_STYLE_INPUT, saves_of(ct_view_screen(view)));
        return;
    }
    unsigned x = ct_view_say(area, 0, 0, CT_STYLE_INPUT, labels[view->prompt]);
    /* Of what is too long the part around the cursor. */
    unsigned room = area->columns > x + 2 ? area->columns - x - 2 : 1;
    size_t from = 0;
    struct ct_span head = {(const uint8_t *)view->input, view->input_at};
    while (ct_view_width(ct_span_slice(head, from, head.n), area->utf8) > room) {
        from += ct_view_fit(ct_span_slice(head, from, head.n), 1, area->utf8);
    }
    struct ct_span text = {(const uint8_t *)view->input + from, view->input_n - from};
    unsigned at = x + ct_view_width(ct_span_slice(head, from, head.n), area->utf8);
    enum ct_style style = view->input_error[0] != '\0'                            ? CT_STYLE_BAD
                          : view->prompt == CT_PROMPT_FILTER && view->input_n > 0 ? CT_STYLE_GOOD
                                                                                  : CT_STYLE_INPUT;
    x += ct_view_put(area, x, 0, room + 1, style, text);
    if (view->input_error[0] != '\0') {
        (void)ct_view_sayf(area, x + 2, 0, CT_STYLE_BAD, "%s%s", view->input_error,
                           view->prompt == CT_PROMPT_FILTER ? " (names: Esc, F1)" : "");
    }
    area->canvas->cursor_x = (int)(area->x + at);
    area->canvas->cursor_y = (int)area->y;
}

/* ---- keys ------------------------------------------------------------------------------- */

struct hint {
    const char *key;
    const char *what;
};

static const struct hint overview_hints[] = {
    {"F1", "Help"},  {"q", "Quit"},  {"Up/Down", "outcome"}, {"Enter", "its transactions"},
    {"w", "window"}, {"z", "zoom"},  {"Space", "freeze"},    {"p", "pause"},
    {"F2", "Save"},  {"T", "theme"}, {"C", "reset"},         {"t", "plain text"},
    {NULL, NULL},
};
static const struct hint list_hints[] = {
    {"F1", "Help"},   {"q", "Quit"},    {"Enter", "open"},     {"Esc", "back"},
    {"/", "Search"},  {"\\", "Filter"}, {"<>", "Sort"},        {"r", "reverse"},
    {"c", "Columns"}, {"S", "Save"},    {"x", "transactions"}, {"Space", "freeze"},
    {"P", "packets"}, {NULL, NULL},
};
static const struct hint text_hints[] = {
    {"F1", "Help"},  {"q", "Quit"},  {"Up/Down", "scroll"}, {"Enter", "open"},
    {"Esc", "back"}, {"F2", "Save"}, {NULL, NULL},
};
static const struct hint column_hints[] = {
    {"Enter", "shows or hides it"},
    {"Esc", "back"},
    {"q", "Quit"},
    {NULL, NULL},
};

static void draw_hints(struct ct_view *view, const struct ct_area *area)
{
    static const struct hint *const hints[] = {
        [CT_SCREEN_OVERVIEW] = overview_hints, [CT_SCREEN_LIST] = list_hints,
        [CT_SCREEN_DETAIL] = text_hints,       [CT_SCREEN_HELP] = text_hints,
        [CT_SCREEN_COLUMNS] = column_hints,
    };
    const struct hint *hint = hints[ct_view_screen(view)->kind];
    unsigned x = 0;
    for (; hint->key != NULL; hint++) {
        unsigned need = (unsigned)(strlen(hint->key) + strlen(hint->what)) + 2;
        if (x + need > area->columns) {
            break;
        }
        x = ct_view_say(area, x, 1, CT_STYLE_KEY, hint->key);
        x = ct_view_say(area, x + 1, 1, CT_STYLE_NORMAL, hint->what) + 1;
    }
}

static void take_message(struct ct_view *view, const struct ct_view_status *status)
{
    if (status->message != NULL && status->message_number != view->message_number) {
        view->message_number = status->message_number;
        ct_view_message(view, false, "%s", status->message);
    }
    if (view->message[0] != '\0' && view->message_ns == 0) {
        view->message_ns = status->clock_ns > 0 ? status->clock_ns : 1;
    }
    if (view->message[0] != '\0' && status->clock_ns - view->message_ns > MESSAGE_NS) {
        view->message[0] = '\0';
    }
}

void ct_view_draw_foot(struct ct_view *view, const struct ct_frame_input *input,
                       const struct ct_area *area)
{
    struct ct_buf *buf = &view->scratch;
    take_message(view, input->status);
    if (view->prompt != CT_PROMPT_NONE) {
        draw_prompt(view, area);
    } else if (view->message[0] != '\0') {
        (void)ct_view_say(area, 1, 0, view->message_bad ? CT_STYLE_BAD : CT_STYLE_BOLD,
                          view->message);
    } else {
        buf->n = 0;
        ct_view_explain(view, buf);
        if (!buf->failed && buf->n > 0) {
            struct ct_span text = {(const uint8_t *)buf->p, buf->n};
            (void)ct_view_put(area, 1, 0, area->columns - 1, CT_STYLE_DIM, text);
        }
    }
    draw_hints(view, area);
}
