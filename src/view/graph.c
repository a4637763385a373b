/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transactions over time, a column for each slot, the newest at the right; below, the time and
 * the hit ratio of each stretch. Classes differ by their character as well as by their style.
 */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "view/state.h"

#define STRETCH 16u /* columns of the axis for one label */
#define EIGHTHS 8u

static uint64_t total_of(const struct ct_slot *slot)
{
    return slot->n[CT_CLASS_HIT] + slot->n[CT_CLASS_MISS] + slot->n[CT_CLASS_BYPASS] +
           slot->n[CT_CLASS_OTHER];
}

struct graph {
    const struct ct_area *area;
    const struct ct_slot *slots; /* one for each column from first on */
    unsigned first;
    unsigned n;
    unsigned height;
    uint64_t most;
};

/* Of n, in eighths of a row; 1 at least where there is something. */
static unsigned eighths_of(const struct graph *graph, uint64_t n)
{
    unsigned all = graph->height * EIGHTHS;
    unsigned part = (unsigned)(ct_output_millionths(n, graph->most) * all / 1000000);
    return part == 0 && n > 0 ? 1 : part;
}

/* The class that most of the cell from eighth from up to eighth to belongs to; hits are lowest. */
static enum ct_class class_in(const struct graph *graph, const struct ct_slot *slot, unsigned from,
                              unsigned to)
{
    enum ct_class best = CT_CLASS_HIT;
    unsigned most = 0;
    uint64_t below = 0;
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        unsigned begin = eighths_of(graph, below);
        below += slot->n[i];
        unsigned end = slot->n[i] > 0 ? eighths_of(graph, below) : begin;
        begin = begin > from ? begin : from;
        end = end < to ? end : to;
        if (end > begin && end - begin >= most) {
            most = end - begin;
            best = (enum ct_class)i;
        }
    }
    return best;
}

static void draw_column(const struct graph *graph, unsigned i)
{
    static const char *const tops[EIGHTHS] = {
        "",
        "\xe2\x96\x81",
        "\xe2\x96\x82",
        "\xe2\x96\x83",
        "\xe2\x96\x84",
        "\xe2\x96\x85",
        "\xe2\x96\x86",
        "\xe2\x96\x87",
    };
    const struct ct_slot *slot = &graph->slots[i];
    unsigned high = eighths_of(graph, total_of(slot));
    for (unsigned row = 0; row < graph->height && row * EIGHTHS < high; row++) {
        unsigned from = row * EIGHTHS;
        unsigned to = from + EIGHTHS < high ? from + EIGHTHS : high;
        enum ct_class class = class_in(graph, slot, from, to);
        const char *mark = ct_view_class_mark(class, graph->area->utf8);
        if (to - from < EIGHTHS) {
            if (graph->area->utf8) {
                mark = tops[to - from];
            } else if (to - from < EIGHTHS / 2 && row > 0) {
                continue;
            }
        }
        (void)ct_view_put(graph->area, graph->first + i, graph->height - row, 1,
                          ct_view_class_style(class), ct_span_of(mark));
    }
}

/* "14:02:10 81%" at the beginning of each stretch. */
static void draw_axis(const struct graph *graph, bool seconds)
{
    unsigned y = graph->height + 1;
    for (unsigned x = graph->area->columns % STRETCH; x < graph->area->columns; x += STRETCH) {
        uint64_t hit = 0;
        uint64_t miss = 0;
        unsigned from = x > graph->first ? x - graph->first : 0;
        unsigned to = x + STRETCH > graph->first ? x + STRETCH - graph->first : 0;
        for (unsigned i = from; i < to && i < graph->n; i++) {
            hit += graph->slots[i].n[CT_CLASS_HIT];
            miss += graph->slots[i].n[CT_CLASS_MISS];
        }
        if (to == 0 || from >= graph->n) {
            continue;
        }
        struct ct_word clock = ct_view_clock(graph->slots[from].begin_ns, false);
        clock.text[seconds ? 8 : 5] = '\0';
        char percent[16] = "";
        if (hit + miss > 0) {
            uint64_t n = (ct_output_millionths(hit, hit + miss) + 5000) / 10000;
            (void)snprintf(percent, sizeof percent, " %u%%", (unsigned)n);
        }
        unsigned width = (unsigned)(strlen(clock.text) + strlen(percent));
        unsigned at = graph->first + from;
        if (at + width > graph->area->columns) { /* the latest stretch may be short */
            at = graph->area->columns - width;
        } else if (at + width > x + STRETCH) { /* the first one too: it has no label */
            continue;
        }
        at = ct_view_say(graph->area, at, y, CT_STYLE_DIM, clock.text);
        (void)ct_view_say(graph->area, at, y, CT_STYLE_HIT, percent);
    }
}

static void draw_title(const struct ct_view *view, const struct graph *graph)
{
    static const char *const slots[CT_ZOOM_COUNT] = {"1 s", "10 s", "1 min"};
    const struct ct_area *area = graph->area;
    ct_view_restyle(area, 0, CT_STYLE_HEADER);
    unsigned x = ct_view_sayf(area, 0, 0, CT_STYLE_HEADER, " per %s, most %s ", slots[view->zoom],
                              ct_view_count(graph->most, 9).text);
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        x = ct_view_say(area, x + 1, 0, ct_view_class_style((enum ct_class)i),
                        ct_view_class_mark((enum ct_class)i, area->utf8));
        x = ct_view_say(area, x + 1, 0, CT_STYLE_HEADER, ct_cache_class_name((enum ct_class)i));
    }
    const char *below = "below: time (UTC), hit ratio ";
    if (x + 2 + strlen(below) <= area->columns) {
        ct_view_put_right(area, x, 0, area->columns - x, CT_STYLE_HEADER, ct_span_of(below));
    }
}

void ct_view_draw_graph(const struct ct_view *view, const struct ct_area *area)
{
    const struct ct_digest *digest = &view->digest;
    if (area->rows < 3) {
        return;
    }
    size_t n = digest->n_slots[view->zoom];
    size_t shown = n < area->columns ? n : area->columns;
    struct graph graph = {
        .area = area,
        .slots = digest->slots[view->zoom] + (n - shown),
        .first = area->columns - (unsigned)shown,
        .n = (unsigned)shown,
        .height = area->rows - 2,
    };
    for (unsigned i = 0; i < graph.n; i++) {
        uint64_t total = total_of(&graph.slots[i]);
        graph.most = total > graph.most ? total : graph.most;
    }
    draw_title(view, &graph);
    for (unsigned i = 0; graph.most > 0 && !view->plain && i < graph.n; i++) {
        draw_column(&graph, i);
    }
    draw_axis(&graph, view->zoom != CT_ZOOM_1M);
}
