/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the view knows between two frames. A screen that is frozen draws from its own copies;
 * the others take them anew for each frame, so that there is one way to draw.
 */
#ifndef CACHETAP_VIEW_STATE_H
#define CACHETAP_VIEW_STATE_H

#include "output/buf.h"
#include "view/canvas.h"
#include "view/detail.h"
#include "view/format.h"
#include "view/list.h"
#include "view/sheet.h"

#define CT_VIEW_DEPTH       12  /* screens opened from one another */
#define CT_VIEW_INPUT_BYTES 512 /* of a line that is typed */
#define CT_VIEW_SLOTS       600 /* of the time line */

/* ---- the numbers of the overview -------------------------------------------------------- */

/* clang-format off */
/* What there was on the wire and cannot be told of: field, name, what it is. */
#define CT_BLIND(X)                                                                         \
    X(tls, "TLS", "connections with TLS: encrypted, their HTTP is not visible")             \
    X(http2, "HTTP/2", "connections with HTTP/2 in clear text: not read")                   \
    X(quic, "QUIC", "packets of QUIC (HTTP/3): encrypted")                                  \
    X(unparsed, "not HTTP", "messages and connections that looked like HTTP and were not")  \
    X(one_way, "one-way", "connections of which one direction was seen")                    \
    X(undecoded, "undecoded", "packets that could not be decoded")                          \
    X(lost, "lost bytes", "octets that the capture does not hold")                          \
    X(unpaired, "unpaired", "messages that could not be paired for certain")                \
    X(midstream, "midstream", "connections whose start was not captured")                   \
    X(encrypted, "encrypted", "packets encrypted below TCP (ESP, MACsec, protected 802.11)")
/* clang-format on */
enum {
#define X(field, name, help) CT_BLIND_##field,
    CT_BLIND(X)
#undef X
        CT_BLIND_COUNT
};

struct ct_digest {
    int64_t now_ns; /* packet time */
    uint64_t transactions;
    uint64_t not_chosen;
    struct ct_window windows[CT_WINDOW_COUNT];
    struct ct_quantiles ttfb[CT_WINDOW_COUNT][CT_CLASS_COUNT];
    struct ct_slot slots[CT_ZOOM_COUNT][CT_VIEW_SLOTS];
    size_t n_slots[CT_ZOOM_COUNT];
    uint64_t by_reason[CT_REASON_COUNT];
    uint64_t by_finding[CT_FINDING_COUNT];
    uint64_t blind[CT_BLIND_COUNT];
};

/* ---- screens ---------------------------------------------------------------------------- */

enum ct_screen_kind {
    CT_SCREEN_OVERVIEW,
    CT_SCREEN_LIST,
    CT_SCREEN_DETAIL,
    CT_SCREEN_HELP,
    CT_SCREEN_COLUMNS,
};

struct ct_screen {
    enum ct_screen_kind kind;
    enum ct_list_id list_id; /* of a list, and of columns */
    struct ct_scope scope;
    struct ct_list list;
    bool taken; /* list or detail hold what they should while frozen */
    /* Selection: the row with this identity, or, not held, the first one. */
    size_t cursor;
    size_t top;
    bool held;
    char identity[CT_IDENTITY_BYTES];
    unsigned shift; /* columns that texts are moved to the left */
    char filter[CT_VIEW_INPUT_BYTES];
    struct ct_detail detail;
    struct ct_sheet sheet;
};

enum ct_prompt {
    CT_PROMPT_NONE,
    CT_PROMPT_SEARCH,
    CT_PROMPT_FILTER,
    CT_PROMPT_SAVE,      /* which format */
    CT_PROMPT_SAVE_NAME, /* the file's name */
};

enum ct_save {
    CT_SAVE_NONE,
    CT_SAVE_CSV,
    CT_SAVE_JSON,
    CT_SAVE_TEXT,
    CT_SAVE_PACKETS,     /* of the selected row's connection */
    CT_SAVE_ALL_PACKETS, /* of all rows' */
};

struct ct_view {
    struct ct_view_options options;
    struct ct_view_hooks hooks;
    struct ct_screen panels[CT_LIST_COUNT + 1]; /* 0: the overview, then the lists */
    unsigned panel;
    struct ct_screen *stack[CT_VIEW_DEPTH]; /* opened from the panel; owned */
    unsigned depth;
    struct ct_list_look looks[CT_LIST_COUNT];
    struct ct_digest digest;

    enum ct_window_id window;
    enum ct_zoom zoom;
    unsigned outcome;      /* chosen in the overview */
    unsigned outcome_top;  /* first one shown */
    unsigned outcome_room; /* rows for them in the last frame */
    bool plain;            /* no bars, nothing selected: for copying */
    bool frozen;
    uint64_t frozen_transactions;

    /* Of the selected row of a list of keys: its latest miss; else bypass; else what was no hit. */
    struct ct_view_why {
        uint64_t number; /* 0: none is kept */
        enum ct_outcome outcome;
        enum ct_reason reason;
    } why;

    enum ct_prompt prompt;
    char input[CT_VIEW_INPUT_BYTES];
    size_t input_n;
    size_t input_at;
    char input_error[CT_QUERY_MESSAGE_MAX]; /* of the filter as typed; empty: valid */
    char search[CT_VIEW_INPUT_BYTES];
    enum ct_save save;     /* which format the name is asked for */
    enum ct_save save_now; /* to be done with the next frame */
    char message[CT_VIEW_MESSAGE_MAX];
    bool message_bad;
    int64_t message_ns;      /* when it was shown first; 0: not yet */
    uint64_t message_number; /* of the program, that was shown */

    unsigned columns; /* of the last frame */
    unsigned rows;
    unsigned page;   /* rows of the list that were shown */
    bool was_paused; /* the replay, as of the last frame */
    bool was_live;   /* and what it came from */
    bool was_over;
    uint64_t seen_transactions;
    unsigned run; /* of a replay: its number */
    struct ct_buf scratch;
};

/* What a frame is drawn from. */
struct ct_frame_input {
    const struct ct_snapshot *snapshot;
    const struct ct_watch *watch;
    const struct ct_view_status *status;
};

static inline struct ct_screen *ct_view_screen(struct ct_view *view)
{
    return view->depth > 0 ? view->stack[view->depth - 1] : &view->panels[view->panel];
}

/* Says it in the line above the keys, for a while. */
__attribute__((format(printf, 3, 4))) void ct_view_message(struct ct_view *view, bool bad,
                                                           const char *format, ...);

enum ct_style ct_view_class_style(enum ct_class class);
/* A word for the class in one character, for graphs without colour. */
const char *ct_view_class_mark(enum ct_class class, bool utf8);

/* ---- parts of the screen ---------------------------------------------------------------- */

/* Each draws into its area, which is as high as it is to be. */
void ct_view_draw_head(struct ct_view *view, const struct ct_frame_input *input,
                       const struct ct_area *area);
void ct_view_draw_foot(struct ct_view *view, const struct ct_frame_input *input,
                       const struct ct_area *area);
void ct_view_draw_overview(struct ct_view *view, const struct ct_frame_input *input,
                           const struct ct_area *area);
void ct_view_draw_breakdown(struct ct_view *view, const struct ct_area *area);
/* The outcomes that the breakdown has, in its order; returns how many. */
unsigned ct_view_outcome_rows(const struct ct_view *view, unsigned out[CT_OUTCOME_COUNT]);
void ct_view_draw_graph(const struct ct_view *view, const struct ct_area *area);
void ct_view_draw_list(struct ct_view *view, const struct ct_area *area);
/* The columns that fit into width, as bits; what the key of a list is called. */
uint64_t ct_view_shown_columns(const struct ct_list_look *look, enum ct_list_id id, unsigned width);
const char *ct_view_key_title(enum ct_list_id id);
void ct_view_write_help(const struct ct_view *view, struct ct_sheet *sheet);
void ct_view_draw_columns(struct ct_view *view, const struct ct_area *area);

/* One sentence on what is selected, for the line above the keys; empty: none. */
void ct_view_explain(struct ct_view *view, struct ct_buf *buf);

/* ---- what keys do ----------------------------------------------------------------------- */

/* Moving between screens. Opening leaves the view as it is where there is nothing to open. */
void ct_view_go_panel(struct ct_view *view, unsigned panel);
void ct_view_go_back(struct ct_view *view);
void ct_view_go_open(struct ct_view *view);
/* The transactions of the selected row. */
void ct_view_go_transactions(struct ct_view *view);
/* An empty screen on top of the others; NULL: too deep, or no memory, which it says. */
struct ct_screen *ct_view_push(struct ct_view *view, enum ct_screen_kind kind,
                               enum ct_list_id list_id);
void ct_view_screen_fini(struct ct_screen *screen);

/* Looks for view->why. */
void ct_view_find_why(struct ct_view *view, const struct ct_watch *watch);

/* The selected row of a list, NULL: none, or no list. */
const void *ct_view_selected(struct ct_view *view);
void ct_view_move(struct ct_view *view, int64_t rows);
/* Selects the next row that has the text of the search, from the one that is selected on. */
void ct_view_find(struct ct_view *view, bool back, bool stay);

/* Lines that are typed. */
void ct_view_prompt(struct ct_view *view, enum ct_prompt prompt, const char *text);
void ct_view_prompt_key(struct ct_view *view, uint32_t key);

/* Does what was asked for (view->save_now), from what is on the canvas. */
void ct_view_save(struct ct_view *view, const struct ct_frame_input *input,
                  const struct ct_canvas *canvas);

void ct_view_digest_take(struct ct_digest *digest, const struct ct_frame_input *input);

#endif
