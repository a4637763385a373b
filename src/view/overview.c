/* SPDX-License-Identifier: Apache-2.0 */
/* The first screen: does the cache work, what is the matter, and how much of it do we see. */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "view/state.h"

/* ---- hit ratio and times ---------------------------------------------------------------- */

/* As a number in per cent, without its sign. */
static struct ct_word percent_of(struct ct_ratio ratio)
{
    struct ct_word word = ct_view_percent(ratio.hit, ratio.hit + ratio.miss);
    word.text[strcspn(word.text, " ")] = '\0';
    return word;
}

static unsigned put_ratio(const struct ct_area *area, unsigned x, const char *what,
                          struct ct_ratio ratio)
{
    x = ct_view_say(area, x, 0, CT_STYLE_NORMAL, what);
    return ct_view_say(area, x, 0, CT_STYLE_BOLD, percent_of(ratio).text);
}

/* "Hit % 1m = hit/(hit+miss)  client 81.2 bytes 70.1  origin 85.0 bytes 74.3" */
static void draw_ratios(const struct ct_view *view, const struct ct_area *area)
{
    const struct ct_ratios *ratios = &view->digest.windows[view->window].ratios;
    unsigned x =
        ct_view_sayf(area, 0, 0, CT_STYLE_BOLD, " Hit %% %s", ct_watch_window_name(view->window));
    x = ct_view_say(area, x, 0, CT_STYLE_DIM, " = hit/(hit+miss)");
    x = put_ratio(area, x, "  client ", ratios->client_requests);
    x = put_ratio(area, x, " bytes ", ratios->client_bytes);
    x = put_ratio(area, x, "  origin ", ratios->origin_requests);
    x = put_ratio(area, x, " bytes ", ratios->origin_bytes);
    if (x + 50 > area->columns) {
        return;
    }
    x = ct_view_say(area, x, 0, CT_STYLE_DIM, "   client:");
    for (unsigned i = 0; i < CT_WINDOW_COUNT; i++) {
        x = ct_view_sayf(area, x + 1, 0, CT_STYLE_DIM, "%s ",
                         ct_watch_window_name((enum ct_window_id)i));
        x = ct_view_say(area, x, 0, CT_STYLE_NORMAL,
                        percent_of(view->digest.windows[i].ratios.client_requests).text);
    }
}

static unsigned put_times(const struct ct_area *area, unsigned x, enum ct_class class,
                          const struct ct_quantiles *times)
{
    x = ct_view_say(area, x + 2, 1, ct_view_class_style(class), ct_cache_class_name(class));
    if (times->n == 0) {
        return ct_view_say(area, x, 1, CT_STYLE_DIM, " none");
    }
    return ct_view_sayf(area, x, 1, CT_STYLE_NORMAL, " %s/%s/%s",
                        ct_view_duration(times->p50_ns).text, ct_view_duration(times->p90_ns).text,
                        ct_view_duration(times->p99_ns).text);
}

/* "Wait 1m p50/p90/p99  hit 66us/630us/1.2ms  miss ...": time to first byte */
static void draw_times(const struct ct_view *view, const struct ct_area *area)
{
    const struct ct_quantiles *ttfb = view->digest.ttfb[view->window];
    unsigned x =
        ct_view_sayf(area, 0, 1, CT_STYLE_BOLD, " Wait %s", ct_watch_window_name(view->window));
    x = ct_view_say(area, x, 1, CT_STYLE_DIM, " p50/p90/p99");
    x = put_times(area, x, CT_CLASS_HIT, &ttfb[CT_CLASS_HIT]);
    x = put_times(area, x, CT_CLASS_MISS, &ttfb[CT_CLASS_MISS]);
    if (x + 30 < area->columns) {
        (void)put_times(area, x, CT_CLASS_BYPASS, &ttfb[CT_CLASS_BYPASS]);
    }
}

/* ---- findings and reasons --------------------------------------------------------------- */

/* The next most frequent after the one given (-1: the first); -1: no more. */
static int next_of(const uint64_t *n, int count, int after)
{
    uint64_t limit = after < 0 ? UINT64_MAX : n[after];
    int best = -1;
    for (int i = 0; i < count; i++) {
        bool behind = n[i] < limit || (n[i] == limit && i > after);
        if (n[i] > 0 && behind && (best < 0 || n[i] > n[best])) {
            best = i;
        }
    }
    return best;
}

static enum ct_style severity_style(enum ct_finding finding)
{
    enum ct_severity severity = ct_cache_finding_severity(finding);
    return severity == CT_SEVERITY_ERROR
               ? CT_STYLE_BAD
               : (severity == CT_SEVERITY_WARNING ? CT_STYLE_WARN : CT_STYLE_NORMAL);
}

static void draw_findings(const struct ct_view *view, const struct ct_area *area)
{
    int finding = -1;
    ct_view_restyle(area, 0, CT_STYLE_HEADER);
    (void)ct_view_say(area, 1, 0, CT_STYLE_HEADER, "findings, all");
    for (unsigned y = 1; y < area->rows; y++) {
        finding = next_of(view->digest.by_finding, CT_FINDING_COUNT, finding);
        if (finding < 0) {
            (void)ct_view_say(area, 1, y, CT_STYLE_DIM, y == 1 ? "none" : "");
            return;
        }
        ct_view_put_right(area, 0, y, 8, CT_STYLE_NORMAL,
                          ct_span_of(ct_view_count(view->digest.by_finding[finding], 8).text));
        unsigned x = ct_view_say(area, 9, y, severity_style((enum ct_finding)finding),
                                 ct_cache_finding_name((enum ct_finding)finding));
        (void)ct_view_sayf(area, x, y, CT_STYLE_DIM, ": %s",
                           ct_cache_finding_advice((enum ct_finding)finding));
    }
}

static void draw_reasons(const struct ct_view *view, const struct ct_area *area)
{
    uint64_t given[CT_REASON_COUNT];
    int reason = -1;
    memcpy(given, view->digest.by_reason, sizeof given);
    given[CT_REASON_NOT_GIVEN] = 0;
    ct_view_restyle(area, 0, CT_STYLE_HEADER);
    (void)ct_view_say(area, 1, 0, CT_STYLE_HEADER, "reasons, all (9: list)");
    for (unsigned y = 1; y < area->rows; y++) {
        reason = next_of(given, CT_REASON_COUNT, reason);
        if (reason < 0) {
            (void)ct_view_say(area, 1, y, CT_STYLE_DIM, y == 1 ? "none" : "");
            return;
        }
        ct_view_put_right(area, 0, y, 8, CT_STYLE_NORMAL,
                          ct_span_of(ct_view_count(given[reason], 8).text));
        unsigned x =
            ct_view_say(area, 9, y, CT_STYLE_BOLD, ct_cache_reason_name((enum ct_reason)reason));
        (void)ct_view_sayf(area, x, y, CT_STYLE_DIM, ": %s",
                           ct_cache_reason_help((enum ct_reason)reason));
    }
}

/* ---- what is not seen ------------------------------------------------------------------- */

/* Not only invisible, but missing from the numbers of what is visible. */
static bool is_loss(unsigned i)
{
    return i == CT_BLIND_unparsed || i == CT_BLIND_one_way || i == CT_BLIND_undecoded ||
           i == CT_BLIND_lost || i == CT_BLIND_unpaired;
}

#define BLIND_RANKS 4u

/* Where there is not room for all: losses first, then what there is, then what there is not. */
static unsigned blind_rank(const struct ct_view *view, unsigned i)
{
    if (i == CT_BLIND_lost) { /* told even when nothing is */
        return 0;
    }
    return view->digest.blind[i] == 0 ? BLIND_RANKS - 1 : (is_loss(i) ? 1 : 2);
}

static unsigned blind_text(const struct ct_view *view, unsigned i, char text[48])
{
    static const char *const names[CT_BLIND_COUNT] = {
#define X(field, name, help) [CT_BLIND_##field] = (name),
        CT_BLIND(X)
#undef X
    };
    uint64_t n = view->digest.blind[i];
    struct ct_word number = i == CT_BLIND_lost ? ct_view_octets(n) : ct_view_count(n, 6);
    return (unsigned)snprintf(text, 48, " %s %s", names[i], number.text);
}

static void draw_blind(const struct ct_view *view, const struct ct_area *area)
{
    static const char what[] = " Not seen";
    char text[48];
    unsigned used = sizeof what + 1; /* and room to say that there is more */
    unsigned shown = 0;
    bool more = false;
    for (unsigned rank = 0; rank < BLIND_RANKS; rank++) {
        for (unsigned i = 0; i < CT_BLIND_COUNT; i++) {
            unsigned need = blind_rank(view, i) == rank ? blind_text(view, i, text) : 0;
            if (need > 0 && used + need <= area->columns) {
                used += need;
                shown |= 1u << i;
            } else if (need > 0 && rank + 1 < BLIND_RANKS) {
                more = true;
            }
        }
    }
    unsigned x = ct_view_say(area, 0, 0, CT_STYLE_NORMAL, what);
    for (unsigned i = 0; i < CT_BLIND_COUNT; i++) {
        bool none = view->digest.blind[i] == 0;
        if ((shown >> i & 1u) != 0) {
            (void)blind_text(view, i, text);
            x = ct_view_say(area, x, 0,
                            none         ? CT_STYLE_DIM
                            : is_loss(i) ? CT_STYLE_BAD
                                         : CT_STYLE_WARN,
                            text);
        }
    }
    if (more) {
        (void)ct_view_say(area, x, 0, CT_STYLE_WARN, area->utf8 ? "\xe2\x80\xa6" : "~");
    }
    if (view->digest.not_chosen > 0 && x + 20 < area->columns) {
        (void)ct_view_sayf(area, x + 1, 0, CT_STYLE_DIM, "not chosen %s",
                           ct_view_count(view->digest.not_chosen, 9).text);
    }
}

/* ---- before there is anything ----------------------------------------------------------- */

static void draw_waiting(const struct ct_frame_input *input, const struct ct_area *area)
{
    const struct ct_view_status *status = input->status;
    const char *source = status->source != NULL ? status->source : "-";
    uint64_t packets = input->snapshot->packets.frames;
    unsigned y = area->rows / 3;
    if (packets == 0) {
        const char *what = status->over ? "no packets in" : "waiting for packets on";
        unsigned x = ct_view_sayf(area, 2, y, CT_STYLE_BOLD, "%s %s", what, source);
        if (status->filter != NULL && status->filter[0] != '\0') {
            (void)ct_view_sayf(area, x, y, CT_STYLE_BOLD, ", filter %s", status->filter);
        }
        (void)ct_view_say(area, 2, y + 1, CT_STYLE_DIM,
                          status->over ? "the input has ended"
                                       : "none yet: is it the right interface, and the filter?");
        return;
    }
    (void)ct_view_sayf(area, 2, y, CT_STYLE_BOLD, "%s packets on %s, no HTTP transaction %s",
                       ct_view_count(packets, 14).text, source, status->over ? "in them" : "yet");
    (void)ct_view_sayf(area, 2, y + 1, CT_STYLE_NORMAL,
                       "%s of them are TCP segments, in %s connections",
                       ct_view_count(input->snapshot->packets.status[CT_PACKET_TCP], 14).text,
                       ct_view_count(input->snapshot->stream.connections, 14).text);
    (void)ct_view_say(area, 2, y + 2, CT_STYLE_DIM,
                      "below: what there is that cannot be read (TLS, HTTP/2, one direction only)");
}

void ct_view_draw_overview(struct ct_view *view, const struct ct_frame_input *input,
                           const struct ct_area *area)
{
    unsigned last = area->rows - 1;
    struct ct_area blind = ct_view_part(area, 0, last, area->columns, 1);
    draw_blind(view, &blind);
    if (view->digest.transactions == 0) {
        struct ct_area rest = ct_view_part(area, 0, 0, area->columns, last);
        draw_waiting(input, &rest);
        return;
    }
    draw_ratios(view, area);
    draw_times(view, area);
    /* Of what is left: a third for outcomes, the rest for the graph and the lists. */
    unsigned room = last - 2;
    unsigned outcomes = room * 9 / 20;
    outcomes = outcomes > CT_OUTCOME_COUNT + 1 ? CT_OUTCOME_COUNT + 1 : outcomes;
    unsigned lists = room / 5;
    unsigned graph = room - outcomes - lists;
    struct ct_area part = ct_view_part(area, 0, 2, area->columns, outcomes);
    ct_view_draw_breakdown(view, &part);
    part = ct_view_part(area, 0, 2 + outcomes, area->columns, graph);
    ct_view_draw_graph(view, &part);
    unsigned half = area->columns / 2;
    part = ct_view_part(area, 0, 2 + outcomes + graph, half - 1, lists);
    draw_findings(view, &part);
    part = ct_view_part(area, half, 2 + outcomes + graph, area->columns - half, lists);
    draw_reasons(view, &part);
}
