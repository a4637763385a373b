/* SPDX-License-Identifier: Apache-2.0 */
/* One way to draw all lists. */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "view/state.h"

#define FLEX_COLUMNS_MIN 24u /* of the text that takes what is left */
#define COLUMNS_MAX      64u
#define RANK_ASKED       9u

/* Which columns are shown, where they begin and how wide they are. */
struct layout {
    size_t n;
    unsigned column[COLUMNS_MAX];
    unsigned x[COLUMNS_MAX];
    unsigned width[COLUMNS_MAX];
};

uint64_t ct_view_shown_columns(const struct ct_list_look *look, enum ct_list_id id, unsigned width)
{
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(id, &n);
    unsigned least = width * 9 / 20;
    unsigned used =
        id == CT_LIST_CONNECTIONS || least < FLEX_COLUMNS_MIN ? FLEX_COLUMNS_MIN : least;
    uint64_t shown = 0;
    for (unsigned pass = 0; pass <= RANK_ASKED + 1; pass++) {
        /* Those that were asked for come first, then by rank. */
        for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
            bool asked = (look->shown >> i & 1u) != 0;
            bool turn = pass == 0
                            ? asked
                            : !asked && columns[i].rank == pass - 1 && columns[i].rank < RANK_ASKED;
            bool hidden = (look->hidden >> i & 1u) != 0 && columns[i].width > 0;
            unsigned need = columns[i].width + (columns[i].width > 0 ? 1u : 0u);
            if (turn && !hidden && used + need <= width) {
                used += need;
                shown |= UINT64_C(1) << i;
            }
        }
    }
    return shown;
}

static void lay_out(struct layout *layout, const struct ct_list_look *look, enum ct_list_id id,
                    unsigned width)
{
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(id, &n);
    uint64_t shown = ct_view_shown_columns(look, id, width);
    unsigned fixed = 0;
    layout->n = 0;
    for (size_t i = 0; i < n && i < COLUMNS_MAX; i++) {
        if ((shown >> i & 1u) != 0) {
            layout->column[layout->n++] = (unsigned)i;
            fixed += columns[i].width > 0 ? columns[i].width + 1u : 0;
        }
    }
    unsigned x = 0;
    for (size_t i = 0; i < layout->n; i++) {
        unsigned wide = columns[layout->column[i]].width;
        layout->width[i] = wide > 0 ? wide : width - fixed - 1;
        layout->x[i] = x;
        x += layout->width[i] + 1;
    }
}

static bool is_text(enum ct_column_kind kind)
{
    return kind == CT_COLUMN_TEXT || kind == CT_COLUMN_WORD;
}

static struct ct_word number_text(const struct ct_column *column,
                                  const struct ct_field_value *value)
{
    struct ct_word word = {"-"};
    if (!value->known) {
        return word;
    }
    switch (column->kind) {
    case CT_COLUMN_OCTETS:
        return ct_view_octets(value->number);
    case CT_COLUMN_TIME:
        return ct_view_duration((int64_t)value->number);
    case CT_COLUMN_CLOCK:
        return ct_view_clock((int64_t)value->number, column->width >= 12);
    case CT_COLUMN_RATIO:
        (void)snprintf(word.text, sizeof word.text, "%.1f",
                       (double)(uint64_t)(value->ratio * 1000 + 0.5) / 10);
        return word;
    default:
        return ct_view_count(value->number, column->width);
    }
}

static bool is_uncertain(const struct ct_list *list, const void *item, const char *name)
{
    return ct_view_list_source(list->id) != CT_WATCH_LIST_COUNT && strcmp(name, "n") == 0 &&
           ((const struct ct_key_item *)item)->row.key.over > 0;
}

static void put_field(const struct ct_area *area, const struct ct_screen *screen, const void *item,
                      const struct layout *layout, size_t i, unsigned y)
{
    const struct ct_list *list = &screen->list;
    size_t n = 0;
    const struct ct_column *column = &ct_view_columns(list->id, &n)[layout->column[i]];
    unsigned x = layout->x[i];
    unsigned width = layout->width[i];
    struct ct_field_value value;
    ct_view_field(list, item, layout->column[i], &value);
    enum ct_style style = value.colored ? ct_view_class_style(value.class) : CT_STYLE_NORMAL;
    if (is_text(column->kind)) {
        struct ct_span text = value.text;
        if (column->width == 0 && screen->shift > 0) {
            text = ct_span_slice(text, ct_view_fit(text, screen->shift, area->utf8), text.n);
        }
        if (!value.known) {
            text = ct_span_of("-");
            style = CT_STYLE_DIM;
        }
        (void)ct_view_put(area, x, y, width, style, text);
        return;
    }
    struct ct_word word = number_text(column, &value);
    if (is_uncertain(list, item, column->name)) {
        char marked[64];
        (void)snprintf(marked, sizeof marked, "~%s", word.text);
        ct_view_put_right(area, x, y, width, style, ct_span_of(marked));
        return;
    }
    ct_view_put_right(area, x, y, width, value.known ? style : CT_STYLE_DIM, ct_span_of(word.text));
}

static void draw_heads(const struct ct_view *view, const struct ct_area *area,
                       const struct ct_list *list, const struct layout *layout)
{
    const struct ct_list_look *look = &view->looks[list->id];
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(list->id, &n);
    ct_view_restyle(area, 0, CT_STYLE_HEADER);
    for (size_t i = 0; i < layout->n; i++) {
        const struct ct_column *column = &columns[layout->column[i]];
        bool sorted = layout->column[i] == look->sort;
        bool down = is_text(column->kind) == look->reverse;
        const char *mark = !sorted ? "" : (down ? "v " : "^ ");
        const char *title = column->title[0] != '\0' ? column->title : ct_view_key_title(list->id);
        char text[48];
        bool tight = sorted && !is_text(column->kind) && strlen(title) + 2 > layout->width[i];
        (void)snprintf(text, sizeof text, "%.*s%s", tight ? 1 : 2, mark, title);
        enum ct_style style = sorted && !view->plain ? CT_STYLE_SELECTED : CT_STYLE_HEADER;
        if (is_text(column->kind)) {
            (void)ct_view_put(area, layout->x[i], 0, layout->width[i], style, ct_span_of(text));
        } else {
            ct_view_put_right(area, layout->x[i], 0, layout->width[i], style, ct_span_of(text));
        }
    }
}

const char *ct_view_key_title(enum ct_list_id id)
{
    static const char *const titles[CT_LIST_COUNT] = {
        [CT_LIST_HOSTS] = "host",
        [CT_LIST_URIS] = "URI",
        [CT_LIST_PATHS] = "path",
        [CT_LIST_CLIENTS] = "client",
        [CT_LIST_SERVERS] = "server",
        [CT_LIST_CONNECTIONS] = "connection",
        [CT_LIST_TRANSACTIONS] = "transaction",
        [CT_LIST_REASONS] = "outcome and reason",
        [CT_LIST_DIALECTS] = "dialect",
        [CT_LIST_UNKNOWN] = "status line that is not understood",
    };
    return titles[id];
}

static void put_scope(struct ct_buf *buf, const struct ct_scope *scope)
{
    if (scope->kind == CT_SCOPE_ALL) {
        return;
    }
    if (scope->kind == CT_SCOPE_OUTCOME) {
        ct_output_putf(buf, " with %s", ct_cache_outcome_name(scope->outcome));
        return;
    }
    ct_output_put(buf, " of ");
    if (scope->kind == CT_SCOPE_CONN) {
        ct_output_put(buf, "connection ");
    }
    ct_output_put_bytes(buf, (const char *)scope->key, scope->key_n); /* made safe by the canvas */
    if (scope->key_n == 0) {
        ct_output_put(buf, "(none)");
    }
}

/* What is not in a list because it was too long ago. */
static void put_kept(struct ct_buf *buf, const struct ct_screen *screen)
{
    const struct ct_list *list = &screen->list;
    if (list->kept >= list->total && list->n < CT_VIEW_LIST_ROWS) {
        return;
    }
    bool chosen = screen->scope.kind != CT_SCOPE_ALL || screen->filter[0] != '\0';
    if (list->id == CT_LIST_CONNECTIONS || (list->id == CT_LIST_TRANSACTIONS && !chosen)) {
        ct_output_put(buf, ", the latest of ");
        ct_output_put_count(buf, list->total);
    } else if (list->id == CT_LIST_TRANSACTIONS) {
        ct_output_put(buf, ", of the latest ");
        ct_output_put_count(buf, list->kept);
    }
}

/* " URIs of www.example: 12 of 345   FILTER miss>10" */
static void draw_title(struct ct_view *view, const struct ct_area *area)
{
    struct ct_screen *screen = ct_view_screen(view);
    const struct ct_list *list = &screen->list;
    struct ct_buf *buf = &view->scratch;
    buf->n = 0;
    ct_output_putf(buf, " %s", ct_view_list_name(list->id));
    put_scope(buf, &screen->scope);
    ct_output_put(buf, ": ");
    ct_output_put_count(buf, list->n_shown > 0 ? screen->cursor + 1 : 0);
    ct_output_put(buf, " of ");
    ct_output_put_count(buf, list->n_shown);
    if (list->query != NULL) {
        ct_output_put(buf, " (all ");
        ct_output_put_count(buf, list->n);
        ct_output_put(buf, ")");
    }
    put_kept(buf, screen);
    if (list->replaced > 0) {
        ct_output_put(buf, ", rare ones replaced ");
        ct_output_put_count(buf, list->replaced);
        ct_output_put(buf, " times");
    }
    unsigned right = area->columns;
    if (screen->filter[0] != '\0') {
        char badge[CT_VIEW_INPUT_BYTES + 16];
        (void)snprintf(badge, sizeof badge, " FILTER %s ", screen->filter);
        unsigned width = ct_view_width(ct_span_of(badge), area->utf8);
        width = width < area->columns / 2 ? width : area->columns / 2;
        (void)ct_view_put(area, right - width, 0, width, CT_STYLE_WARN, ct_span_of(badge));
        right -= width + 1;
    }
    if (!buf->failed) {
        struct ct_span text = {(const uint8_t *)buf->p, buf->n};
        (void)ct_view_put(area, 0, 0, right, CT_STYLE_BOLD, text);
    }
}

static void scroll_to_cursor(struct ct_screen *screen, unsigned rows)
{
    size_t n = screen->list.n_shown;
    screen->cursor = screen->cursor < n ? screen->cursor : (n > 0 ? n - 1 : 0);
    if (screen->cursor < screen->top) {
        screen->top = screen->cursor;
    }
    if (rows > 0 && screen->cursor >= screen->top + rows) {
        screen->top = screen->cursor - rows + 1;
    }
    size_t last = n > rows ? n - rows : 0;
    screen->top = screen->top < last ? screen->top : last;
}

void ct_view_draw_list(struct ct_view *view, const struct ct_area *area)
{
    struct ct_screen *screen = ct_view_screen(view);
    const struct ct_list *list = &screen->list;
    struct layout layout;
    unsigned rows = area->rows > 2 ? area->rows - 2 : 0;
    view->page = rows;
    scroll_to_cursor(screen, rows);
    draw_title(view, area);
    struct ct_area table = ct_view_part(area, 0, 1, area->columns, rows + 1);
    lay_out(&layout, &view->looks[list->id], list->id, area->columns);
    draw_heads(view, &table, list, &layout);
    for (unsigned y = 0; y < rows && screen->top + y < list->n_shown; y++) {
        const void *item = ct_view_list_row(list, screen->top + y);
        for (size_t i = 0; i < layout.n; i++) {
            put_field(&table, screen, item, &layout, i, y + 1);
        }
        if (screen->top + y == screen->cursor && !view->plain) {
            ct_view_restyle(&table, y + 1, CT_STYLE_SELECTED);
        }
    }
    if (list->n_shown == 0) {
        const char *why = screen->filter[0] != '\0'
                              ? "nothing that the filter lets through (Esc: without)"
                          : list->id == CT_LIST_UNKNOWN ? "every status line was understood"
                                                        : "nothing yet";
        (void)ct_view_say(&table, 2, 2, CT_STYLE_DIM, why);
    }
}
