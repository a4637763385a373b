/* SPDX-License-Identifier: Apache-2.0 */
/* Every outcome with count, share and rate in the window that is chosen, and its shares in all. */
#include <string.h>

#include "base/span.h"
#include "view/state.h"

#define NAME_COLUMNS   15u
#define NUMBER_COLUMNS 26u /* count, share, rate */
#define SHARE_COLUMNS  6u
#define WIDE_COLUMNS   16u /* count and share of a window */
#define WIDE_FROM      130u

static uint64_t sum_of(const struct ct_counts *counts)
{
    uint64_t sum = 0;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        sum += counts->n[i];
    }
    return sum;
}

enum ct_style ct_view_class_style(enum ct_class class)
{
    static const enum ct_style styles[CT_CLASS_COUNT] = {
        [CT_CLASS_HIT] = CT_STYLE_HIT,
        [CT_CLASS_MISS] = CT_STYLE_MISS,
        [CT_CLASS_BYPASS] = CT_STYLE_BYPASS,
        [CT_CLASS_OTHER] = CT_STYLE_OTHER,
    };
    return styles[class];
}

const char *ct_view_class_mark(enum ct_class class, bool utf8)
{
    static const char *const marks[2][CT_CLASS_COUNT] = {
        {"#", "o", "-", "."},
        {"\xe2\x96\x88", "\xe2\x96\x92", "\xe2\x96\x91", "\xc2\xb7"},
    };
    return marks[utf8 ? 1 : 0][class];
}

static void put_bar(const struct ct_area *area, uint64_t n, uint64_t most, enum ct_class class)
{
    uint64_t part = most > 0 ? ct_output_millionths(n, most) * area->columns / 1000000 : 0;
    unsigned full = (unsigned)part + (part == 0 && n > 0 ? 1 : 0);
    for (unsigned i = 0; i < full; i++) {
        (void)ct_view_put(area, i, 0, 1, ct_view_class_style(class),
                          ct_span_of(ct_view_class_mark(class, area->utf8)));
    }
}

/* Where the columns of a window begin, and how wide they are. */
struct places {
    unsigned bar;
    unsigned bar_columns;
    unsigned windows;
    unsigned window_columns;
};

static struct places places_of(const struct ct_area *area)
{
    struct places places = {.bar = NAME_COLUMNS + NUMBER_COLUMNS + 1};
    places.window_columns = area->columns >= WIDE_FROM ? WIDE_COLUMNS : SHARE_COLUMNS;
    places.windows = area->columns - places.window_columns * CT_WINDOW_COUNT;
    places.bar_columns = places.windows - places.bar - 1;
    return places;
}

static void draw_heads(const struct ct_view *view, const struct ct_area *area,
                       const struct places *places)
{
    ct_view_restyle(area, 0, CT_STYLE_HEADER);
    (void)ct_view_sayf(area, 0, 0, CT_STYLE_HEADER, " outcome, %-4s    count   share    rate/s",
                       ct_watch_window_name(view->window));
    for (unsigned i = 0; i < CT_WINDOW_COUNT; i++) {
        enum ct_style style = i == view->window ? CT_STYLE_SELECTED : CT_STYLE_HEADER;
        const char *name = ct_watch_window_name((enum ct_window_id)i);
        ct_view_put_right(area, places->windows + i * places->window_columns, 0,
                          places->window_columns, style, ct_span_of(name));
    }
}

static void draw_row(const struct ct_view *view, const struct ct_area *area,
                     const struct places *places, unsigned y, unsigned outcome)
{
    const struct ct_digest *digest = &view->digest;
    const struct ct_window *window = &digest->windows[view->window];
    enum ct_class class = ct_cache_outcome_class((enum ct_outcome)outcome);
    uint64_t n = window->counts.n[outcome];
    uint64_t sum = sum_of(&window->counts);
    bool seen = digest->windows[CT_WINDOW_ALL].counts.n[outcome] > 0;
    enum ct_style style = seen ? CT_STYLE_NORMAL : CT_STYLE_DIM;
    (void)ct_view_say(area, 1, y, seen ? ct_view_class_style(class) : CT_STYLE_DIM,
                      ct_cache_outcome_name((enum ct_outcome)outcome));
    ct_view_put_right(area, NAME_COLUMNS, y, 9, style, ct_span_of(ct_view_count(n, 9).text));
    ct_view_put_right(area, NAME_COLUMNS + 9, y, 8, style,
                      ct_span_of(ct_view_percent(n, sum).text));
    ct_view_put_right(area, NAME_COLUMNS + 17, y, 9, style,
                      ct_span_of(ct_view_rate(n, window->covered_ns, 9).text));
    if (!view->plain) {
        struct ct_area bar = ct_view_part(area, places->bar, y, places->bar_columns, 1);
        put_bar(&bar, n, sum, class);
    }
    for (unsigned i = 0; i < CT_WINDOW_COUNT; i++) {
        const struct ct_counts *counts = &digest->windows[i].counts;
        unsigned x = places->windows + i * places->window_columns;
        if (places->window_columns == WIDE_COLUMNS) {
            ct_view_put_right(area, x, y, WIDE_COLUMNS - 7, style,
                              ct_span_of(ct_view_count(counts->n[outcome], 8).text));
        }
        struct ct_word share = ct_view_percent(counts->n[outcome], sum_of(counts));
        size_t end = strcspn(share.text, " ");
        share.text[end] = '\0';
        ct_view_put_right(area, x + places->window_columns - SHARE_COLUMNS, y, SHARE_COLUMNS, style,
                          ct_span_of(share.text));
    }
    if (outcome == view->outcome && !view->plain) {
        ct_view_restyle(area, y, CT_STYLE_SELECTED);
    }
}

/* Those that were seen, in their order, and the others behind where there is room. */
static unsigned rows_of(const struct ct_view *view, unsigned rows, unsigned out[CT_OUTCOME_COUNT])
{
    const uint64_t *n = view->digest.windows[CT_WINDOW_ALL].counts.n;
    unsigned count = 0;
    if (rows >= CT_OUTCOME_COUNT) { /* all have their place, which does not change */
        for (unsigned i = 0; i < CT_OUTCOME_COUNT; i++) {
            out[count++] = i;
        }
        return count;
    }
    for (unsigned i = 0; i < CT_OUTCOME_COUNT; i++) {
        if (n[i] > 0 || i == CT_OUTCOME_HIT || i == CT_OUTCOME_MISS) {
            out[count++] = i;
        }
    }
    return count;
}

unsigned ct_view_outcome_rows(const struct ct_view *view, unsigned out[CT_OUTCOME_COUNT])
{
    return rows_of(view, view->outcome_room, out);
}

void ct_view_draw_breakdown(struct ct_view *view, const struct ct_area *area)
{
    unsigned rows[CT_OUTCOME_COUNT];
    unsigned room = area->rows > 0 ? area->rows - 1 : 0;
    struct places places = places_of(area);
    view->outcome_room = room;
    unsigned n = rows_of(view, room, rows);
    unsigned chosen = 0;
    for (unsigned i = 0; i < n; i++) {
        chosen = rows[i] == view->outcome ? i : chosen;
    }
    unsigned top = view->outcome_top < n ? view->outcome_top : 0;
    top = chosen < top ? chosen : top;
    top = room > 0 && chosen >= top + room ? chosen - room + 1 : top;
    top = n <= room ? 0 : top;
    view->outcome_top = top;
    draw_heads(view, area, &places);
    for (unsigned y = 0; y < room && top + y < n; y++) {
        draw_row(view, area, &places, y + 1, rows[top + y]);
    }
    if (top + room < n) {
        (void)ct_view_sayf(area, 0, room, CT_STYLE_DIM, area->utf8 ? "\xe2\x96\xbe" : "v");
    }
    if (top > 0) {
        (void)ct_view_sayf(area, 0, 1, CT_STYLE_DIM, area->utf8 ? "\xe2\x96\xb4" : "^");
    }
}
