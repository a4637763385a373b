/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a capture filter, from the command line or a file. */
#ifndef CACHETAP_COMMAND_EXPRESSION_H
#define CACHETAP_COMMAND_EXPRESSION_H

#include <stddef.h>

/* The words with spaces between them; the caller frees it. NULL: no memory. */
char *ct_command_expression_join(char *const *words, size_t n);

/*
 * The text of a file of at most 1 MiB, comments (# to the end of the line, as in tcpdump)
 * taken out; the caller frees it. NULL: errno says why.
 */
char *ct_command_expression_read(const char *path);

#endif
