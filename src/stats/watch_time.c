/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/watch_time.h"

#include <string.h>

#include "stats/tally.h"

#define FINE_NS (100 * CT_NS_PER_MS)
#define FINE_N  100 /* 10 s */
/* A transaction that is this far ahead of the clock has a wrong time stamp; as the intake. */
#define AHEAD_NS (INT64_C(24) * 3600 * CT_NS_PER_S)
/* Times may be anything: this leaves room to count with them. */
#define LATEST_NS (INT64_MAX / 2)

/* Of how many slots of which length a window is made. */
struct part {
    int length;
    size_t slots;
};

static struct part part_of(enum ct_window_id id)
{
    static const size_t seconds[CT_WINDOW_COUNT] = {
#define X(symbol, seconds, name) [CT_WINDOW_##symbol] = (seconds),
        CT_WINDOWS(X)
#undef X
    };
    size_t fine = seconds[id] * (size_t)(CT_NS_PER_S / FINE_NS);
    return fine <= FINE_N ? (struct part){CT_WATCH_FINE, fine}
                          : (struct part){CT_WATCH_SECONDS, seconds[id]};
}

static const struct {
    int64_t length_ns;
    size_t n;
} zooms[CT_ZOOM_COUNT] = {
#define X(symbol, seconds, slots) [CT_ZOOM_##symbol] = {(seconds)*CT_NS_PER_S, slots},
    CT_ZOOMS(X)
#undef X
};

/* ---- life ------------------------------------------------------------------------------- */

#define N_SLOTS (2 * CT_WATCH_LENGTHS + CT_ZOOM_COUNT - 1)

static void all_slots(struct ct_watch_time *time, struct ct_slots *slots[N_SLOTS])
{
    size_t n = 0;
    for (int i = 0; i < CT_WATCH_LENGTHS; i++) {
        slots[n++] = &time->bins[i];
        slots[n++] = &time->sketches[i];
    }
    for (int i = CT_ZOOM_1S + 1; i < CT_ZOOM_COUNT; i++) {
        slots[n++] = &time->lines[i];
    }
}

bool ct_stats_watch_time_init(struct ct_watch_time *time)
{
    const size_t bin = sizeof(struct ct_watch_bin);
    const size_t sketches = sizeof(struct ct_watch_sketches);
    bool made =
        ct_stats_slots_init(&time->bins[CT_WATCH_FINE], FINE_N, FINE_NS, bin) &&
        ct_stats_slots_init(&time->sketches[CT_WATCH_FINE], FINE_N, FINE_NS, sketches) &&
        ct_stats_slots_init(&time->bins[CT_WATCH_SECONDS], zooms[CT_ZOOM_1S].n, CT_NS_PER_S, bin) &&
        ct_stats_slots_init(&time->sketches[CT_WATCH_SECONDS], part_of(CT_WINDOW_M5).slots,
                            CT_NS_PER_S, sketches);
    for (int i = CT_ZOOM_1S + 1; i < CT_ZOOM_COUNT && made; i++) {
        made = ct_stats_slots_init(&time->lines[i], zooms[i].n, zooms[i].length_ns,
                                   sizeof(struct ct_slot));
    }
    return made;
}

void ct_stats_watch_time_fini(struct ct_watch_time *time)
{
    struct ct_slots *slots[N_SLOTS];
    all_slots(time, slots);
    for (size_t i = 0; i < N_SLOTS; i++) {
        ct_stats_slots_fini(slots[i]);
    }
}

uint64_t ct_stats_watch_time_bytes(const struct ct_watch_time *time)
{
    uint64_t sum = 0;
    for (int i = 0; i < CT_WATCH_LENGTHS; i++) {
        sum += ct_stats_slots_bytes(&time->bins[i]) + ct_stats_slots_bytes(&time->sketches[i]);
    }
    for (int i = 0; i < CT_ZOOM_COUNT; i++) {
        sum += ct_stats_slots_bytes(&time->lines[i]);
    }
    return sum;
}

/* ---- the clock -------------------------------------------------------------------------- */

static int64_t tame(int64_t ns)
{
    return ns < 0 ? 0 : (ns > LATEST_NS ? LATEST_NS : ns);
}

static void start(struct ct_watch_time *time, int64_t now_ns)
{
    struct ct_slots *slots[N_SLOTS];
    all_slots(time, slots);
    for (size_t i = 0; i < N_SLOTS; i++) {
        ct_stats_slots_start(slots[i], now_ns);
    }
    time->started = true;
    time->start_ns = now_ns;
    time->now_ns = now_ns;
    time->tick_ns = now_ns;
}

/* With several threads a transaction may come before the first tick. */
static void start_before(struct ct_watch_time *time, int64_t ns)
{
    struct ct_slots *slots[N_SLOTS];
    all_slots(time, slots);
    for (size_t i = 0; i < N_SLOTS && ns < time->start_ns; i++) {
        ct_stats_slots_start_before(slots[i], ns);
    }
    time->start_ns = ns < time->start_ns ? ns : time->start_ns;
    time->tick_ns = time->start_ns;
}

static void advance(struct ct_watch_time *time, int64_t now_ns)
{
    struct ct_slots *slots[N_SLOTS];
    if (now_ns <= time->now_ns) {
        return;
    }
    time->now_ns = now_ns;
    if (now_ns - time->bins[CT_WATCH_FINE].newest_ns < FINE_NS) {
        return; /* all the others are longer, and multiples of it */
    }
    all_slots(time, slots);
    for (size_t i = 0; i < N_SLOTS; i++) {
        ct_stats_slots_advance(slots[i], now_ns);
    }
}

void ct_stats_watch_time_reset(struct ct_watch_time *time)
{
    time->all = (struct ct_watch_bin){.packets = 0};
    memset(time->ttfb, 0, sizeof time->ttfb);
    memset(time->duration, 0, sizeof time->duration);
    if (time->started) {
        start(time, time->now_ns);
    }
}

/* ---- counting --------------------------------------------------------------------------- */

static int64_t latest_octet(const struct ct_txn *txn)
{
    int64_t request_ns = txn->request.seen ? txn->request.last_ns : INT64_MIN;
    int64_t response_ns = txn->response.seen ? txn->response.last_ns : INT64_MIN;
    return request_ns > response_ns ? request_ns : response_ns;
}

void ct_stats_watch_time_place(struct ct_watch_time *time, struct ct_watch_event *event)
{
    int64_t ns = tame(latest_octet(event->txn));
    if (!time->started) {
        start(time, ns);
    }
    if (ns > time->now_ns && ns - time->now_ns > AHEAD_NS) {
        ns = time->now_ns;
    }
    advance(time, ns);
    event->ns = ns;
}

static void add_times(struct ct_watch_time *time, const struct ct_watch_event *event)
{
    enum ct_class class = event->verdict->class;
    int64_t duration_ns = 0;
    if (ct_stats_duration(event->txn, &duration_ns) && duration_ns >= 0) {
        ct_stats_histogram_add(&time->duration[class], duration_ns);
    }
    if (event->ttfb_ns < 0) {
        return;
    }
    ct_stats_histogram_add(&time->ttfb[class], event->ttfb_ns);
    for (int i = 0; i < CT_WATCH_LENGTHS; i++) {
        struct ct_watch_sketches *sketches = ct_stats_slots_at(&time->sketches[i], event->ns);
        if (sketches != NULL) {
            ct_stats_sketch_add(&sketches->ttfb[class], event->ttfb_ns);
        }
    }
}

void ct_stats_watch_time_add(struct ct_watch_time *time, const struct ct_watch_event *event)
{
    const struct ct_txn *txn = event->txn;
    const struct ct_verdict *verdict = event->verdict;
    ct_stats_tally_add(&time->all.counts, &time->all.ratios, txn, verdict);
    for (int i = 0; i < CT_WATCH_LENGTHS; i++) {
        struct ct_watch_bin *bin = ct_stats_slots_at(&time->bins[i], event->ns);
        if (bin != NULL) {
            ct_stats_tally_add(&bin->counts, &bin->ratios, txn, verdict);
        }
    }
    for (int i = CT_ZOOM_1S + 1; i < CT_ZOOM_COUNT; i++) {
        struct ct_slot *slot = ct_stats_slots_at(&time->lines[i], event->ns);
        if (slot != NULL) {
            slot->n[verdict->class]++;
            slot->bytes[verdict->class] += txn->response.body_len;
        }
    }
    add_times(time, event);
}

static void add_packets(struct ct_watch_time *time, uint64_t packets, uint64_t wire_bytes)
{
    time->all.packets += packets;
    time->all.wire_bytes += wire_bytes;
    for (int i = 0; i < CT_WATCH_LENGTHS; i++) {
        struct ct_watch_bin *bin = ct_stats_slots_at(&time->bins[i], time->tick_ns);
        if (bin != NULL) {
            bin->packets += packets;
            bin->wire_bytes += wire_bytes;
        }
    }
    for (int i = CT_ZOOM_1S + 1; i < CT_ZOOM_COUNT; i++) {
        struct ct_slot *slot = ct_stats_slots_at(&time->lines[i], time->tick_ns);
        if (slot != NULL) {
            slot->packets += packets;
        }
    }
}

void ct_stats_watch_time_tick(struct ct_watch_time *time, int64_t now_ns, uint64_t packets,
                              uint64_t wire_bytes)
{
    now_ns = tame(now_ns);
    if (!time->started) {
        start(time, now_ns);
    }
    if (!time->ticked) {
        time->ticked = true;
        start_before(time, now_ns);
    }
    if (packets > time->packets) {
        uint64_t bytes = wire_bytes > time->wire_bytes ? wire_bytes - time->wire_bytes : 0;
        add_packets(time, packets - time->packets, bytes);
    }
    time->packets = packets;
    time->wire_bytes = wire_bytes;
    advance(time, now_ns);
    time->tick_ns = now_ns > time->tick_ns ? now_ns : time->tick_ns;
}

/* ---- reading ---------------------------------------------------------------------------- */

static void add_bin(struct ct_window *window, const struct ct_watch_bin *bin)
{
    ct_stats_tally_sum(&window->counts, &window->ratios, &bin->counts, &bin->ratios);
    window->packets += bin->packets;
    window->wire_bytes += bin->wire_bytes;
}

/* The number of the first slot of a window; all up to the newest belong to it. */
static size_t first_of(const struct ct_slots *slots, size_t n)
{
    size_t held = ct_stats_slots_held(slots);
    return held > n ? held - n : 0;
}

void ct_stats_watch_time_window(const struct ct_watch_time *time, enum ct_window_id id,
                                struct ct_window *window)
{
    *window = (struct ct_window){.covered_ns = 0};
    if (!time->started) {
        return;
    }
    window->covered_ns = time->now_ns - time->start_ns;
    if (id == CT_WINDOW_ALL) {
        add_bin(window, &time->all);
        return;
    }
    struct part part = part_of(id);
    const struct ct_slots *bins = &time->bins[part.length];
    size_t first = first_of(bins, part.slots);
    for (size_t i = first; i < ct_stats_slots_held(bins); i++) {
        add_bin(window, ct_stats_slots_get(bins, i));
    }
    int64_t begin_ns = ct_stats_slots_begin(bins, first);
    if (begin_ns > time->start_ns) {
        window->covered_ns = time->now_ns - begin_ns;
    }
}

void ct_stats_watch_time_ttfb(const struct ct_watch_time *time, enum ct_window_id id,
                              struct ct_quantiles ttfb[CT_CLASS_COUNT])
{
    struct ct_sketch_sum sum;
    struct part part = part_of(id);
    const struct ct_slots *slots = &time->sketches[part.length];
    for (int class = 0; class < CT_CLASS_COUNT; class ++) {
        if (id == CT_WINDOW_ALL || !time->started) {
            ttfb[class] = ct_stats_histogram_quantiles(&time->ttfb[class]);
            continue;
        }
        sum = (struct ct_sketch_sum){.max_ns = 0};
        for (size_t i = first_of(slots, part.slots); i < ct_stats_slots_held(slots); i++) {
            const struct ct_watch_sketches *sketches = ct_stats_slots_get(slots, i);
            ct_stats_sketch_sum(&sum, &sketches->ttfb[class]);
        }
        ttfb[class] = ct_stats_sketch_quantiles(&sum);
    }
}

static struct ct_slot slot_of_bin(const struct ct_watch_bin *bin)
{
    struct ct_slot slot = {.packets = bin->packets};
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        enum ct_class class = ct_cache_outcome_class((enum ct_outcome)i);
        slot.n[class] += bin->counts.n[i];
        slot.bytes[class] += bin->counts.bytes[i];
    }
    return slot;
}

size_t ct_stats_watch_time_slots(const struct ct_watch_time *time, enum ct_zoom zoom,
                                 struct ct_slot *slots, size_t n)
{
    const struct ct_slots *from =
        zoom == CT_ZOOM_1S ? &time->bins[CT_WATCH_SECONDS] : &time->lines[zoom];
    if (!time->started) {
        return 0;
    }
    size_t first = first_of(from, n);
    size_t held = ct_stats_slots_held(from);
    for (size_t i = first; i < held; i++) {
        struct ct_slot *slot = &slots[i - first];
        if (zoom == CT_ZOOM_1S) {
            *slot = slot_of_bin(ct_stats_slots_get(from, i));
        } else {
            *slot = *(const struct ct_slot *)ct_stats_slots_get(from, i);
        }
        slot->begin_ns = ct_stats_slots_begin(from, i);
    }
    return held - first;
}
