/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What gives the terminal back when the program ends in a way that nobody foresaw. Everything
 * is prepared while all is well; what then happens is allowed in a signal handler.
 */
#ifndef CACHETAP_VIEW_TERMINAL_GUARD_H
#define CACHETAP_VIEW_TERMINAL_GUARD_H

#include <stddef.h>
#include <termios.h>

/*
 * From now on a crash (and SIGQUIT) writes reset to fd and sets modes there, then does what it
 * would have done. fd stays open meanwhile.
 */
void ct_view_guard_arm(int fd, const struct termios *modes, const char *reset);
/* Not any more, or not while the shell has the terminal. */
void ct_view_guard_disarm(void);

/* Appends a string of terminfo to text without its delays. NULL and "absent" are nothing. */
void ct_view_guard_add(char *text, size_t size, const char *capability);

#endif
