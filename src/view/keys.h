/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of keys: what is not in it does nothing, and all of it is in the help. Keys are
 * as in htop, less and vi where these agree; every action has one that is not a function key.
 */
#ifndef CACHETAP_VIEW_KEYS_H
#define CACHETAP_VIEW_KEYS_H

#include "cachetap/view.h"

#define CT_CONTROL(c) ((c)&0x1f)

/* clang-format off */
#define CT_ACTIONS(X) /* symbol, group, keys as text, what it does, codes */                           \
    X(UP, "Move", "Up k", "one row up (overview: the outcome before)", CT_KEY_UP, 'k')                  \
    X(DOWN, "Move", "Down j", "one row down (overview: the next outcome)", CT_KEY_DOWN, 'j')            \
    X(PAGE_UP, "Move", "PgUp ^B", "one page up", CT_KEY_PAGE_UP, CT_CONTROL('B'))                       \
    X(PAGE_DOWN, "Move", "PgDn ^F", "one page down", CT_KEY_PAGE_DOWN, CT_CONTROL('F'))                 \
    X(FIRST, "Move", "Home g", "to the first row, and stay there as rows come and go", CT_KEY_HOME, 'g') \
    X(LAST, "Move", "End G", "to the last row", CT_KEY_END, 'G')                                        \
    X(LEFT, "Move", "Left", "long texts: 16 columns to the left", CT_KEY_LEFT)                          \
    X(RIGHT, "Move", "Right", "long texts: 16 columns to the right", CT_KEY_RIGHT)                      \
    X(OPEN, "Screens", "Enter", "opens the row: host, its URIs, their transactions, one of them", CT_KEY_ENTER, '\n') \
    X(BACK, "Screens", "Esc Backspace", "back: what was opened, then the filter, then the overview", CT_KEY_ESC, CT_KEY_BACKSPACE, '\b') \
    X(PANEL, "Screens", "1 to 9, 0, u", "overview, hosts, URIs, paths, clients, servers, connections, transactions, reasons, dialects; unknown values", '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', 'u') \
    X(NEXT_PANEL, "Screens", "Tab", "the next screen", CT_KEY_TAB)                                      \
    X(PREVIOUS_PANEL, "Screens", "Shift-Tab", "the screen before", CT_KEY_BACKTAB)                      \
    X(TRANSACTIONS, "Screens", "x", "the row's transactions, without the steps between", 'x')           \
    X(HELP, "Screens", "F1 ? h", "this help", CT_KEY_F1, '?', 'h')                                      \
    X(QUIT, "Screens", "F10 q ^C", "quits", CT_KEY_F10, 'q', CT_CONTROL('C'))                           \
    X(SEARCH, "Lists", "F3 /", "searches text in the rows as it is typed", CT_KEY_F3, '/')              \
    X(SEARCH_NEXT, "Lists", "n", "to the next row that has the text", 'n')                              \
    X(SEARCH_PREVIOUS, "Lists", "N", "to the one before", 'N')                                          \
    X(FILTER, "Lists", "F4 \\", "shows only rows for which an expression holds: host=www* and miss>10", CT_KEY_F4, '\\') \
    X(SORT_NEXT, "Lists", "F6 >", "sorts by the next column", CT_KEY_F6, '>')                           \
    X(SORT_PREVIOUS, "Lists", "<", "sorts by the column before", '<')                                   \
    X(REVERSE, "Lists", "r I", "reverses the order", 'r', 'I')                                          \
    X(COLUMNS, "Lists", "F8 c", "chooses columns", CT_KEY_F8, 'c')                                      \
    X(WINDOW, "Time", "w", "numbers of the overview: 1 s, 10 s, 1 min, 5 min, all", 'w')                \
    X(WINDOW_BACK, "Time", "W", "the window before", 'W')                                               \
    X(ZOOM, "Time", "z", "time line: a column is 1 s, 10 s, 1 min", 'z')                                \
    X(FREEZE, "Time", "Space Z", "freezes the screen; capture and counting go on", ' ', 'Z')            \
    X(PAUSE, "Time", "p", "pauses a replay; of a live capture it freezes the screen", 'p')              \
    X(RESET, "Time", "F5 C", "counts of windows and lists begin anew", CT_KEY_F5, 'C')                  \
    X(FASTER, "Replay", "+ =", "twice as fast", '+', '=')                                               \
    X(SLOWER, "Replay", "-", "half as fast", '-')                                                       \
    X(FASTEST, "Replay", "*", "as fast as possible", '*')                                               \
    X(STEP, "Replay", "s", "goes on to the next transaction (--threads: some packets), and pauses", 's') \
    X(RESTART, "Replay", "R", "starts the replay again", 'R')                                           \
    X(SAVE, "Save", "F2 S", "saves the list as CSV or JSON, the screen as text, or packets as pcap", CT_KEY_F2, 'S') \
    X(SAVE_PACKETS, "Save", "F7 P", "saves the packets of the row's connection as pcap", CT_KEY_F7, 'P') \
    X(THEME, "Show", "T", "the next colour theme", 'T')                                                 \
    X(PLAIN, "Show", "F9 t", "plain text without bars and colours, to copy from", CT_KEY_F9, 't')
/* clang-format on */

enum ct_action {
    CT_ACTION_NONE,
#define X(symbol, ...) CT_ACTION_##symbol,
    CT_ACTIONS(X)
#undef X
        CT_ACTION_COUNT
};

enum ct_action ct_view_action(uint32_t key);

#endif
