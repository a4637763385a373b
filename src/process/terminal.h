/* SPDX-License-Identifier: Apache-2.0 */
/* What the program writes to: terminal or not, its width, colour, UTF-8. */
#ifndef CACHETAP_PROCESS_TERMINAL_H
#define CACHETAP_PROCESS_TERMINAL_H

#include <stdbool.h>

/* A terminal on which colour is wanted: not dumb, NO_COLOR unset or empty. */
bool ct_process_terminal_color(int fd);
/* Its width (COLUMNS goes first); 0 when fd is no terminal or does not say. */
unsigned ct_process_terminal_columns(int fd);
/* A terminal on which a line can be rewritten. */
bool ct_process_terminal_rewrites(int fd);
/* The locale says UTF-8. setlocale must have been called. */
bool ct_process_terminal_utf8(void);

#endif
