/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terminal: shows the grid of the view on a real terminal and reads its keys. The only place
 * with curses. There is one terminal at a time. Whatever ends the program, but for SIGKILL, the
 * terminal is left as it was found.
 */
#ifndef CACHETAP_TERMINAL_H
#define CACHETAP_TERMINAL_H

#include "cachetap/view.h"

struct ct_terminal;

/*
 * Takes over the terminal behind standard output; keys come from standard input when that is
 * one too and read_stdin says so, else from /dev/tty. theme: one of ct_terminal_theme_name, or
 * NULL: by the terminal. Opens files (terminfo), so before rights are given up. NULL: message
 * says "why, and what to do".
 */
struct ct_terminal *ct_terminal_open(const char *theme, bool read_stdin,
                                     char message[CT_VIEW_MESSAGE_MAX]);
/* Gives the terminal back. */
void ct_terminal_close(struct ct_terminal *terminal);

/* For waiting (poll): readable when keys may have come. */
int ct_terminal_fd(const struct ct_terminal *terminal);
/* The locale is UTF-8, and so is the terminal. */
bool ct_terminal_utf8(const struct ct_terminal *terminal);
/* The next key, CT_KEY_NONE: there is none now. Waits only some ms after an escape. */
uint32_t ct_terminal_key(struct ct_terminal *terminal);
/* Nobody is there any more: the connection was cut. */
bool ct_terminal_is_gone(const struct ct_terminal *terminal);

/* To draw on; valid until ct_terminal_fit. */
struct ct_canvas *ct_terminal_canvas(struct ct_terminal *terminal);
/* Shows what has changed on the canvas. */
void ct_terminal_show(struct ct_terminal *terminal);
/* The size may have changed (SIGWINCH): the canvas gets it. */
void ct_terminal_fit(struct ct_terminal *terminal);
/* The next show paints everything. */
void ct_terminal_repaint(struct ct_terminal *terminal);

/* Gives the terminal to the shell; takes it again, also after a stop that nobody told. */
void ct_terminal_suspend(struct ct_terminal *terminal);
void ct_terminal_resume(struct ct_terminal *terminal);

/* Switches to the next theme; returns its name. */
const char *ct_terminal_next_theme(struct ct_terminal *terminal);
/* Name i, and what it is for; NULL past the last. Static. */
const char *ct_terminal_theme_name(size_t i, const char **help);

/* Gives the terminal back at once, if one is open; for signal handlers before _exit. */
void ct_terminal_rescue(void);

/* "6.4.20221231" of the library. Static. */
const char *ct_terminal_version(void);

#endif
