/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view: the screen that people keep open. State and layout, without a terminal: keys go in, a
 * grid of cells comes out. What shows the grid and reads the keys is src/view/terminal*.c, the
 * only place with curses. Reads a snapshot and a watch, never writes them; no clock.
 */
#ifndef CACHETAP_VIEW_H
#define CACHETAP_VIEW_H

#include "cachetap/output.h"
#include "cachetap/watch.h"

/* ---- the grid --------------------------------------------------------------------------- */

/* clang-format off */
/* What a cell means; a theme gives it colours and attributes. */
#define CT_STYLES(X)                                                                       \
    X(NORMAL, "normal") X(DIM, "dim") X(BOLD, "bold") X(TITLE, "title")                    \
    X(HEADER, "header") X(SELECTED, "selected")                                            \
    X(HIT, "hit") X(MISS, "miss") X(BYPASS, "bypass") X(OTHER, "other")                    \
    X(GOOD, "good") X(WARN, "warn") X(BAD, "bad") X(KEY, "key") X(INPUT, "input")
/* clang-format on */
enum ct_style {
#define X(symbol, name) CT_STYLE_##symbol,
    CT_STYLES(X)
#undef X
        CT_STYLE_COUNT
};

#define CT_CELL_BYTES 15
struct ct_cell {
    /*
     * One printable character with its combining ones in UTF-8, terminated; ASCII alone where
     * the options say so. Empty: the right half of the wide one before it.
     */
    char text[CT_CELL_BYTES];
    uint8_t style; /* enum ct_style */
};

/* Owned by the caller: cells are rows * columns, row by row. */
struct ct_canvas {
    unsigned columns;
    unsigned rows;
    struct ct_cell *cells;
    int cursor_x; /* -1: hidden */
    int cursor_y;
};

/* Smallest size with everything on it; below, the view says so in a line. */
#define CT_VIEW_COLUMNS_MIN 80
#define CT_VIEW_ROWS_MIN    24

/* ---- keys ------------------------------------------------------------------------------- */

/* A character (its code point; control characters as in ASCII: ^A is 1), or one of these. */
enum ct_view_key {
    CT_KEY_NONE = 0,
    CT_KEY_TAB = 9,
    CT_KEY_ENTER = 13,
    CT_KEY_ESC = 27,
    CT_KEY_BACKSPACE = 127,
    CT_KEY_UP = 0x110000,
    CT_KEY_DOWN,
    CT_KEY_LEFT,
    CT_KEY_RIGHT,
    CT_KEY_PAGE_UP,
    CT_KEY_PAGE_DOWN,
    CT_KEY_HOME,
    CT_KEY_END,
    CT_KEY_BACKTAB,
    CT_KEY_DELETE,
    CT_KEY_F1,
    CT_KEY_F2,
    CT_KEY_F3,
    CT_KEY_F4,
    CT_KEY_F5,
    CT_KEY_F6,
    CT_KEY_F7,
    CT_KEY_F8,
    CT_KEY_F9,
    CT_KEY_F10,
};

/* One action and its keys, for help and documentation. Static strings. */
struct ct_view_key_row {
    const char *group;
    const char *keys; /* "F4 \\" */
    const char *help;
};
/* Row i, or NULL past the last. */
const struct ct_view_key_row *ct_view_key_row(size_t i);

/* ---- what the view wants of the program ------------------------------------------------- */

#define CT_VIEW_MESSAGE_MAX 256

/* Any may be NULL: the view then says that it is not possible here. */
struct ct_view_hooks {
    void (*quit)(void *user);
    /* Replay: multiplies the speed (0: as fast as possible), pauses, one batch of packets, from
     * the start again. Called from ct_view_key. */
    void (*speed)(void *user, double factor);
    void (*pause)(void *user, bool paused);
    void (*step)(void *user);
    void (*restart)(void *user);
    /* Forgets the counts of the watch. Called from ct_view_key. */
    void (*reset)(void *user);
    /* The next colour theme; returns its name. Called from ct_view_key. */
    const char *(*theme)(void *user);
    /*
     * Writes text to a new file of this base name in the folder of the start; message says
     * where, or why not. Called from ct_view_draw.
     */
    bool (*save)(void *user, const char *name, const char *text, size_t n,
                 char message[CT_VIEW_MESSAGE_MAX]);
    /*
     * The packets that are kept in memory, as pcap: those of n connections, n == 0: all. Called
     * from ct_view_draw.
     */
    bool (*save_packets)(void *user, const struct ct_conn_info *conns, size_t n,
                         char message[CT_VIEW_MESSAGE_MAX]);
    void *user;
};

/* What is shown beside the numbers of the snapshot; filled by the program for each frame. */
struct ct_view_status {
    const char *source; /* "eth0" or "site.pcap" */
    const char *filter; /* capture filter, or NULL */
    const char *where;  /* --where, or NULL */
    bool live;
    bool over;            /* the input has ended */
    bool paused;          /* a replay that stands still */
    double speed;         /* of a replay; 0: as fast as possible */
    int64_t clock_ns;     /* monotonic, for what times out */
    int64_t elapsed_ns;   /* since the start of the run, by the clock */
    uint64_t done_bytes;  /* of a replay */
    uint64_t total_bytes; /* 0: unknown */
    uint64_t rss_bytes;
    unsigned replay_runs;    /* times that it was started again */
    const char *message;     /* the latest line that the program said, or NULL */
    uint64_t message_number; /* another number: a new line */
};

struct ct_view_options {
    bool utf8;
    const struct ct_fields *fields;
    const struct ct_view_hooks *hooks;
    const char *const *ignored_headers; /* of ct_cache_config */
    size_t n_ignored_headers;
};

/* ---- the view --------------------------------------------------------------------------- */

struct ct_view;

/* Borrows what options point to for its life. NULL: no memory. */
struct ct_view *ct_view_new(const struct ct_view_options *options);
void ct_view_free(struct ct_view *view);

/* True: the screen has changed and should be drawn. */
bool ct_view_key(struct ct_view *view, uint32_t key);

/* How many rows the lists of the snapshot for the next frame should have. */
size_t ct_view_rows_wanted(const struct ct_view *view);

/*
 * Draws the state of now on all cells. Everything is borrowed for the call. The snapshot's
 * lists may be cut to what ct_stats_snapshot was asked for; recent_flows are the connections.
 */
void ct_view_draw(struct ct_view *view, const struct ct_snapshot *snapshot,
                  const struct ct_watch *watch, const struct ct_view_status *status,
                  struct ct_canvas *canvas);

#endif
