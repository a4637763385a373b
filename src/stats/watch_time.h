/* SPDX-License-Identifier: Apache-2.0 */
/* What a watch counts by time: windows, the time line, and totals since the reset. */
#ifndef CACHETAP_STATS_WATCH_TIME_H
#define CACHETAP_STATS_WATCH_TIME_H

#include "cachetap/watch.h"
#include "stats/histogram.h"
#include "stats/sketch.h"
#include "stats/slots.h"

/* One transaction, with what is asked of it more than once. */
struct ct_watch_event {
    const struct ct_txn *txn;
    const struct ct_verdict *verdict;
    int64_t ns;      /* when it counts */
    int64_t ttfb_ns; /* -1: not known, or negative */
};

struct ct_watch_bin {
    struct ct_counts counts;
    struct ct_ratios ratios;
    uint64_t packets;
    uint64_t wire_bytes;
};

struct ct_watch_sketches {
    struct ct_sketch ttfb[CT_CLASS_COUNT];
};

/* Lengths of slots from which windows are made. */
enum { CT_WATCH_FINE, CT_WATCH_SECONDS, CT_WATCH_LENGTHS };

struct ct_watch_time {
    bool started;
    bool ticked;
    int64_t start_ns; /* of the counting */
    int64_t now_ns;
    int64_t tick_ns;
    uint64_t packets; /* of the last tick */
    uint64_t wire_bytes;
    struct ct_watch_bin all;
    struct ct_histogram ttfb[CT_CLASS_COUNT];
    struct ct_histogram duration[CT_CLASS_COUNT];
    struct ct_slots bins[CT_WATCH_LENGTHS];     /* struct ct_watch_bin; the seconds are the line */
    struct ct_slots sketches[CT_WATCH_LENGTHS]; /* struct ct_watch_sketches */
    struct ct_slots lines[CT_ZOOM_COUNT];       /* struct ct_slot; none for seconds */
};

/* False: no memory. */
bool ct_stats_watch_time_init(struct ct_watch_time *time);
void ct_stats_watch_time_fini(struct ct_watch_time *time);
uint64_t ct_stats_watch_time_bytes(const struct ct_watch_time *time);

/* Sets event->ns and moves the clock. */
void ct_stats_watch_time_place(struct ct_watch_time *time, struct ct_watch_event *event);
void ct_stats_watch_time_add(struct ct_watch_time *time, const struct ct_watch_event *event);
void ct_stats_watch_time_tick(struct ct_watch_time *time, int64_t now_ns, uint64_t packets,
                              uint64_t wire_bytes);
void ct_stats_watch_time_reset(struct ct_watch_time *time);

void ct_stats_watch_time_window(const struct ct_watch_time *time, enum ct_window_id id,
                                struct ct_window *window);
void ct_stats_watch_time_ttfb(const struct ct_watch_time *time, enum ct_window_id id,
                              struct ct_quantiles ttfb[CT_CLASS_COUNT]);
size_t ct_stats_watch_time_slots(const struct ct_watch_time *time, enum ct_zoom zoom,
                                 struct ct_slot *slots, size_t n);

#endif
