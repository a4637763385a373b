/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The view without a terminal: traffic in, keys in, the screen as text out. Every screen that
 * is drawn is checked cell by cell; what the hooks were asked for is a log in words.
 */
#ifndef TESTS_SUPPORT_SCREEN_H
#define TESTS_SUPPORT_SCREEN_H

#include "cachetap/cachetap.h"
#include "cachetap/view.h"

struct sc {
    struct ct_engine *engine;
    struct ct_snapshot snapshot;
    struct ct_view_status status;
    struct ct_view_hooks hooks;
    struct ct_view *view;
    struct ct_canvas canvas;
    char *text;     /* the screen: rows without the blanks at their end */
    char *styles;   /* a letter for each cell, rows as in text but whole */
    char log[4096]; /* of the hooks: "quit; speed 2; save hosts.csv 123; " */
    char *saved;    /* the text of the last save, terminated */
    bool utf8;
    bool fail_saves;
    int64_t now_ns; /* of the next transaction that is counted; 10 ms later each time */
};

/* An engine with a watch, and a view of this size; a replay named name.pcap. */
void sc_init(struct sc *sc, unsigned columns, unsigned rows, bool utf8);
void sc_fini(struct sc *sc);
/* Reads a capture file to its end, and takes a snapshot. */
void sc_play(struct sc *sc, const char *path);
/*
 * Gives one transaction, written as for tx_new, to the watch alone, and counts it in the
 * snapshot: judged so, on connection number conn, with a response body of so many octets.
 */
void sc_count(struct sc *sc, const char *text, enum ct_outcome outcome, unsigned conn,
              uint64_t body);
void sc_resize(struct sc *sc, unsigned columns, unsigned rows);
/* Takes a new snapshot of the engine. */
void sc_snapshot(struct sc *sc);
/* Draws; the text is in sc->text. Fails the test where a cell is not as it must be. */
const char *sc_draw(struct sc *sc);
/* Each character is a key, then draws. "{Enter}" and so on for the others. */
const char *sc_keys(struct sc *sc, const char *keys);
/* Row y of the screen, a copy that lasts until the next call. */
const char *sc_row(struct sc *sc, unsigned y);
/* The first row that has text in it, -1: none. */
int sc_find(const struct sc *sc, const char *text);
/* Whether every cell is a printable character of its width. */
bool sc_cells_valid(const struct ct_canvas *canvas, bool utf8);

#endif
