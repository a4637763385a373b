/* SPDX-License-Identifier: Apache-2.0 */
/* The lines on top of every screen: what is watched, whether all of it is seen, which screens. */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "view/state.h"

/* Begins a word after what there is; returns the column behind it. */
static unsigned put_badge(const struct ct_area *area, unsigned right, enum ct_style style,
                          const char *text)
{
    unsigned n = ct_view_width(ct_span_of(text), area->utf8) + 2;
    if (n + 1 > right) {
        return right;
    }
    (void)ct_view_sayf(area, right - n, 0, style, " %s ", text);
    return right - n - 1;
}

/* "REPLAY x2 [====    ] 45.0 % 14:03:22": what it does, and how far it is. */
static void put_state(struct ct_buf *buf, const struct ct_frame_input *input)
{
    const struct ct_view_status *status = input->status;
    if (status->live) {
        ct_output_put(buf, status->over ? "ENDED" : "LIVE");
        return;
    }
    ct_output_put(buf, status->over ? "ENDED" : (status->paused ? "PAUSED" : "REPLAY"));
    if (status->speed > 0 && !status->over) {
        ct_output_putf(buf, " x%g", status->speed);
    }
    if (status->total_bytes > 0 && !status->over) {
        uint64_t done =
            status->done_bytes < status->total_bytes ? status->done_bytes : status->total_bytes;
        size_t full = (size_t)(ct_output_millionths(done, status->total_bytes) / 125000);
        ct_output_put(buf, " [");
        ct_output_put_fill(buf, '=', full);
        ct_output_put_fill(buf, ' ', 8 - full);
        ct_output_put(buf, "] ");
        ct_output_put_percent(buf, done, status->total_bytes);
    }
    if (input->snapshot->last_ns > 0) {
        ct_output_putf(buf, " %s", ct_view_clock(input->snapshot->last_ns, false).text);
    }
}

static unsigned put_badges(struct ct_view *view, const struct ct_frame_input *input,
                           const struct ct_area *area)
{
    const struct ct_view_status *status = input->status;
    char text[96];
    unsigned right = area->columns;
    (void)snprintf(text, sizeof text, "%s", ct_view_elapsed(status->elapsed_ns).text);
    right = put_badge(area, right, CT_STYLE_TITLE, text);
    view->scratch.n = 0;
    put_state(&view->scratch, input);
    ct_output_put_bytes(&view->scratch, "", 1);
    right = put_badge(area, right, status->paused ? CT_STYLE_WARN : CT_STYLE_TITLE,
                      view->scratch.failed ? "" : view->scratch.p);
    if (view->frozen) {
        uint64_t now = input->snapshot->transactions;
        uint64_t since = now > view->frozen_transactions ? now - view->frozen_transactions : 0;
        (void)snprintf(text, sizeof text, "FROZEN +%s", ct_view_count(since, 9).text);
        right = put_badge(area, right, CT_STYLE_WARN, text);
    }
    if (view->plain) {
        right = put_badge(area, right, CT_STYLE_WARN, "PLAIN");
    }
    return right;
}

static void draw_title(struct ct_view *view, const struct ct_frame_input *input,
                       const struct ct_area *area)
{
    const struct ct_view_status *status = input->status;
    ct_view_restyle(area, 0, CT_STYLE_TITLE);
    unsigned right = put_badges(view, input, area);
    struct ct_area left = ct_view_part(area, 0, 0, right, 1);
    unsigned x = ct_view_say(&left, 0, 0, CT_STYLE_TITLE, " cachetap  ");
    x = ct_view_say(&left, x, 0, CT_STYLE_TITLE, status->source != NULL ? status->source : "-");
    if (status->filter != NULL && status->filter[0] != '\0') {
        x = ct_view_sayf(&left, x, 0, CT_STYLE_TITLE, "  filter: %s", status->filter);
    }
    if (status->where != NULL && status->where[0] != '\0') {
        (void)ct_view_sayf(&left, x, 0, CT_STYLE_TITLE, "  where: %s", status->where);
    }
}

/* ---- rates and losses ------------------------------------------------------------------- */

/* Packets that the kernel, a device, the program itself or who made the capture had no room for. */
static uint64_t drops_of(const struct ct_snapshot *snapshot)
{
    return snapshot->records_lost + ct_stats_lost_packets(snapshot);
}

static unsigned interfaces_down(const struct ct_snapshot *snapshot)
{
    unsigned down = 0;
    for (size_t i = 0; i < snapshot->capture.n_ifaces; i++) {
        down += snapshot->capture.ifaces[i].up ? 0 : 1;
    }
    return down;
}

/* A number and what it is, after a gap. */
static unsigned put_pair(const struct ct_area *area, unsigned x, enum ct_style style,
                         const char *number, const char *what)
{
    x = ct_view_say(area, x + 2, 1, style, number);
    return ct_view_say(area, x, 1, style == CT_STYLE_BAD ? CT_STYLE_BAD : CT_STYLE_DIM, what);
}

static void draw_rates(const struct ct_frame_input *input, const struct ct_area *area)
{
    const struct ct_snapshot *snapshot = input->snapshot;
    struct ct_window window;
    ct_watch_window(input->watch, CT_WINDOW_S1, &window);
    uint64_t n = 0;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        n += window.counts.n[i];
    }
    uint64_t drops = drops_of(snapshot);
    unsigned down = interfaces_down(snapshot);
    unsigned x = 0;
    x = put_pair(area, x - 1, CT_STYLE_BOLD,
                 ct_view_rate(window.packets, window.covered_ns, 7).text, " pkt/s");
    x = put_pair(area, x, CT_STYLE_BOLD, ct_view_bits(window.wire_bytes, window.covered_ns).text,
                 "");
    x = put_pair(area, x, CT_STYLE_BOLD, ct_view_rate(n, window.covered_ns, 7).text, " trans/s");
    x = put_pair(area, x, drops > 0 ? CT_STYLE_BAD : CT_STYLE_GOOD, ct_view_count(drops, 9).text,
                 " drops");
    if (down > 0) {
        x = put_pair(area, x, CT_STYLE_BAD, "interface", " DOWN");
    }
    x = put_pair(area, x, CT_STYLE_BOLD, ct_view_count(snapshot->stream.open_now, 7).text, " open");
    if (input->status->rss_bytes > 0) {
        (void)put_pair(area, x, CT_STYLE_BOLD, ct_view_octets(input->status->rss_bytes).text,
                       " mem");
    }
}

/* ---- screens ---------------------------------------------------------------------------- */

static void draw_tabs(const struct ct_view *view, const struct ct_area *area)
{
    static const struct {
        char key;
        const char *name;
    } tabs[CT_LIST_COUNT + 1] = {
        {'1', "Now"},     {'2', "Hosts"},    {'3', "URIs"},    {'4', "Paths"},
        {'5', "Clients"}, {'6', "Servers"},  {'7', "Conns"},   {'8', "Reqs"},
        {'9', "Why"},     {'0', "Dialects"}, {'u', "Unknown"},
    };
    unsigned x = 0;
    for (unsigned i = 0; i <= CT_LIST_COUNT; i++) {
        enum ct_style style = i == view->panel ? CT_STYLE_SELECTED : CT_STYLE_NORMAL;
        char key[2] = {tabs[i].key, '\0'};
        x = ct_view_say(area, x, 2, CT_STYLE_KEY, key);
        x = ct_view_say(area, x, 2, style, tabs[i].name) + 1;
    }
}

void ct_view_draw_head(struct ct_view *view, const struct ct_frame_input *input,
                       const struct ct_area *area)
{
    draw_title(view, input, area);
    draw_rates(input, area);
    draw_tabs(view, area);
}
