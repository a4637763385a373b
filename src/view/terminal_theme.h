/* SPDX-License-Identifier: Apache-2.0 */
/* Colour themes: what each style looks like on a terminal of so many colours. Needs curses. */
#ifndef CACHETAP_VIEW_TERMINAL_THEME_H
#define CACHETAP_VIEW_TERMINAL_THEME_H

#include "cachetap/view.h"

struct ct_view_look {
    short front; /* -1: the terminal's own */
    short back;
    unsigned long attributes; /* A_BOLD and others */
};

/* Index of a theme by its name; -1: there is none. */
int ct_view_theme_find(const char *name);
/* The one without colours. */
int ct_view_theme_mono(void);
size_t ct_view_theme_count(void);
/* How theme shows style with so many colours (0: attributes only). */
struct ct_view_look ct_view_theme_look(int theme, enum ct_style style, int colors);

#endif
