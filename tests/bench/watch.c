/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch CAPTURE: what it costs to keep what a live view shows, for each transaction of a capture
 * over and over, and of a million URIs that never come again; and what a frame of the view reads.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cachetap/parts.h"
#include "support/kept.h"
#include "support/need.h"
#include "support/tape.h"

#define TURNS  9
#define EVENTS 200000
#define FRAMES 50

/* Moves a transaction on in time: some ten thousand in a second. */
static struct ct_txn later(const struct ct_txn *txn, size_t i)
{
    struct ct_txn moved = *txn;
    int64_t ns = (int64_t)i * 100 * CT_NS_PER_US;
    moved.request.first_ns += ns;
    moved.request.last_ns += ns;
    moved.response.first_ns += ns;
    moved.response.last_ns += ns;
    return moved;
}

/* The recorded transactions in turn. */
static double feed(struct ct_watch *watch, const struct kept *kept)
{
    double start = kept_now_ns();
    for (size_t i = 0; i < EVENTS; i++) {
        const struct kept_txn *one = &kept->rows[i % kept->n];
        struct ct_txn txn = later(&one->txn, i);
        ct_watch_txn(watch, &txn, &one->verdict);
    }
    return (kept_now_ns() - start) / EVENTS;
}

/* The first of them with a new target and a new client each time. */
static double flood(struct ct_watch *watch, const struct kept *kept)
{
    struct kept_txn one = kept->rows[0];
    char *text = need(malloc(one.txn.text_bytes + 32u));
    memcpy(text, one.txn.text, one.txn.text_bytes);
    one.txn.text = (const uint8_t *)text;
    one.txn.target.offset = one.txn.text_bytes;
    double start = kept_now_ns();
    for (size_t i = 0; i < EVENTS; i++) {
        struct ct_txn txn = later(&one.txn, i);
        int n = snprintf(text + one.txn.text_bytes, 32, "/%zu?%zu", i * 7919, i);
        txn.target.length = (uint32_t)n;
        txn.text_bytes += (uint32_t)n;
        memcpy(txn.conn.orig.addr, &i, 4);
        ct_watch_txn(watch, &txn, &one.verdict);
    }
    double took = (kept_now_ns() - start) / EVENTS;
    free(text);
    return took;
}

/* All that the costliest frame may read: all windows, a line as wide as it is kept, a list. */
static double frame(const struct ct_watch *watch)
{
    struct ct_window window;
    struct ct_quantiles ttfb[CT_CLASS_COUNT];
    struct ct_slot *slots = need(calloc(1440, sizeof *slots));
    double start = kept_now_ns();
    for (int i = 0; i < FRAMES; i++) {
        for (int id = 0; id < CT_WINDOW_COUNT; id++) {
            ct_watch_window(watch, (enum ct_window_id)id, &window);
        }
        ct_watch_window_ttfb(watch, CT_WINDOW_M5, ttfb);
        (void)ct_watch_slots(watch, CT_ZOOM_1S, slots, 1440);
    }
    double took = (kept_now_ns() - start) / FRAMES;
    free(slots);
    return took;
}

static double rows(const struct ct_watch *watch, size_t *n)
{
    struct ct_watch_row row;
    uint64_t sum = 0;
    *n = ct_watch_rows(watch, CT_WATCH_URIS);
    double start = kept_now_ns();
    for (int k = 0; k < FRAMES; k++) {
        for (size_t i = 0; ct_watch_row(watch, CT_WATCH_URIS, i, &row); i++) {
            sum += row.key.n + row.key.key.n;
        }
    }
    double took = (kept_now_ns() - start) / FRAMES;
    return sum > 0 ? took : 0;
}

int main(int argc, char **argv)
{
    struct tape tape;
    struct kept kept = {NULL, 0, 0};
    struct ct_engine_config config = {.transaction = kept_add, .user = &kept};
    double usual[TURNS];
    double worst[TURNS];
    size_t n_rows = 0;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: watch CAPTURE\n");
        return 2;
    }
    const char *paths[] = {argv[1]};
    tape_load(&tape, paths, 1);
    ct_base_limits_init(&config.limits);
    struct ct_engine *engine = need(ct_engine_new(&config));
    for (size_t i = 0; i < tape.n; i++) {
        ct_engine_frame(engine, &tape.frames[i]);
    }
    ct_engine_finish(engine);
    if (kept.n == 0) {
        (void)fprintf(stderr, "watch: no transaction in %s\n", argv[1]);
        return 1;
    }
    struct ct_watch *watch =
        need(ct_watch_new(&config.limits, &config.key, ct_engine_fields(engine)));
    for (int i = 0; i < TURNS; i++) {
        usual[i] = feed(watch, &kept);
    }
    for (int i = 0; i < TURNS; i++) {
        worst[i] = flood(watch, &kept);
    }
    double frame_ns = frame(watch);
    double rows_ns = rows(watch, &n_rows);
    (void)printf("%zu transactions: %.0f ns each, %.0f ns when all URIs and clients are new; "
                 "windows and line %.0f us a frame, %zu rows %.0f us; %.1f MiB\n",
                 kept.n, kept_median(usual, TURNS), kept_median(worst, TURNS), frame_ns / 1e3,
                 n_rows, rows_ns / 1e3, (double)ct_watch_memory(watch) / 1048576);
    ct_watch_free(watch);
    ct_engine_free(engine);
    kept_free(&kept);
    tape_free(&tape);
    return 0;
}
