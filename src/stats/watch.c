/* SPDX-License-Identifier: Apache-2.0 */
#include "cachetap/watch.h"

#include <stdlib.h>
#include <string.h>

#include "stats/recent.h"
#include "stats/watch_lists.h"
#include "stats/watch_time.h"

struct ct_watch {
    struct ct_watch_time time;
    struct ct_watch_lists lists;
    struct ct_recents recents;
};

struct ct_watch *ct_watch_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_fields *fields)
{
    struct ct_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        return NULL;
    }
    if (!ct_stats_watch_time_init(&watch->time) ||
        !ct_stats_watch_lists_init(&watch->lists, limits, key, fields) ||
        !ct_stats_recent_init(&watch->recents, limits->watch_bytes)) {
        ct_watch_free(watch);
        return NULL;
    }
    return watch;
}

void ct_watch_free(struct ct_watch *watch)
{
    if (watch != NULL) {
        ct_stats_watch_time_fini(&watch->time);
        ct_stats_watch_lists_fini(&watch->lists);
        ct_stats_recent_fini(&watch->recents);
        free(watch);
    }
}

void ct_watch_txn(struct ct_watch *watch, const struct ct_txn *txn,
                  const struct ct_verdict *verdict)
{
    struct ct_watch_event event = {.txn = txn, .verdict = verdict, .ttfb_ns = -1};
    if (!ct_stats_ttfb(txn, &event.ttfb_ns)) {
        event.ttfb_ns = -1;
    }
    ct_stats_watch_time_place(&watch->time, &event);
    ct_stats_watch_time_add(&watch->time, &event);
    ct_stats_watch_lists_add(&watch->lists, &event);
    ct_stats_recent_add(&watch->recents, txn, verdict);
}

void ct_watch_tick(struct ct_watch *watch, int64_t now_ns, uint64_t packets, uint64_t wire_bytes)
{
    ct_stats_watch_time_tick(&watch->time, now_ns, packets, wire_bytes);
}

void ct_watch_reset(struct ct_watch *watch)
{
    ct_stats_watch_time_reset(&watch->time);
    ct_stats_watch_lists_clear(&watch->lists);
}

int64_t ct_watch_now(const struct ct_watch *watch)
{
    return watch->time.now_ns;
}

void ct_watch_window(const struct ct_watch *watch, enum ct_window_id id, struct ct_window *window)
{
    ct_stats_watch_time_window(&watch->time, id, window);
}

void ct_watch_window_ttfb(const struct ct_watch *watch, enum ct_window_id id,
                          struct ct_quantiles ttfb[CT_CLASS_COUNT])
{
    ct_stats_watch_time_ttfb(&watch->time, id, ttfb);
}

size_t ct_watch_slots(const struct ct_watch *watch, enum ct_zoom zoom, struct ct_slot *slots,
                      size_t n)
{
    return ct_stats_watch_time_slots(&watch->time, zoom, slots, n);
}

void ct_watch_times(const struct ct_watch *watch, enum ct_class class, struct ct_quantiles *ttfb,
                    struct ct_quantiles *duration)
{
    *ttfb = ct_stats_histogram_quantiles(&watch->time.ttfb[class]);
    *duration = ct_stats_histogram_quantiles(&watch->time.duration[class]);
}

size_t ct_watch_rows(const struct ct_watch *watch, enum ct_watch_list list)
{
    return ct_stats_watch_lists_rows(&watch->lists, list);
}

bool ct_watch_row(const struct ct_watch *watch, enum ct_watch_list list, size_t i,
                  struct ct_watch_row *row)
{
    return ct_stats_watch_lists_row(&watch->lists, list, i, row);
}

bool ct_watch_key(enum ct_watch_list list, const struct ct_fields *fields, const struct ct_txn *txn,
                  const struct ct_verdict *verdict, struct ct_watch_key *key)
{
    struct ct_key_text text;
    bool counts = ct_stats_watch_lists_key(list, fields, txn, verdict, &text);
    memcpy(key->bytes, text.bytes, text.n);
    key->n = text.n;
    return counts;
}

uint64_t ct_watch_replaced(const struct ct_watch *watch, enum ct_watch_list list)
{
    return ct_stats_watch_lists_replaced(&watch->lists, list);
}

void ct_watch_range(const struct ct_watch *watch, uint64_t *oldest, uint64_t *newest)
{
    bool any = watch->recents.oldest <= watch->recents.newest;
    *oldest = any ? watch->recents.oldest : 0;
    *newest = any ? watch->recents.newest : 0;
}

bool ct_watch_recent(const struct ct_watch *watch, uint64_t number, struct ct_recent *recent)
{
    return ct_stats_recent_get(&watch->recents, number, recent);
}

uint64_t ct_watch_memory(const struct ct_watch *watch)
{
    return sizeof *watch + ct_stats_watch_time_bytes(&watch->time) +
           ct_stats_watch_lists_bytes(&watch->lists) + ct_stats_recent_bytes(&watch->recents);
}

const char *ct_watch_window_name(enum ct_window_id id)
{
    static const char *const names[CT_WINDOW_COUNT] = {
#define X(symbol, seconds, name) [CT_WINDOW_##symbol] = (name),
        CT_WINDOWS(X)
#undef X
    };
    return names[id];
}

const char *ct_watch_list_name(enum ct_watch_list list)
{
    static const char *const names[CT_WATCH_LIST_COUNT] = {
#define X(symbol, name, help) [CT_WATCH_##symbol] = (name),
        CT_WATCH_LISTS(X)
#undef X
    };
    return names[list];
}
