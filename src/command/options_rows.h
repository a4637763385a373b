/* SPDX-License-Identifier: Apache-2.0 */
/* The table of options, and how its rows are told apart. For the files of options alone. */
#ifndef CACHETAP_COMMAND_OPTIONS_ROWS_H
#define CACHETAP_COMMAND_OPTIONS_ROWS_H

#include <getopt.h>

#include "command/options.h"

/* Rows of the table, at most. */
#define CT_OPTION_ROWS_MAX 128

/* Options without a letter. */
enum {
    CT_KEY_TEXT = 256,
    CT_KEY_JSON,
    CT_KEY_CSV,
    CT_KEY_SUMMARY,
    CT_KEY_SUMMARY_JSON,
    CT_KEY_EXPLAIN,
    CT_KEY_CONNECTIONS,
    CT_KEY_LIMIT,
    CT_KEY_TUI,
    CT_KEY_THREADS,
    CT_KEY_NO_DROP,
    CT_KEY_CONFIG,
    CT_KEY_METRICS,
    CT_KEY_ASSERT,
    CT_KEY_PID_FILE,
    CT_KEY_IGNORE_HEADER,
    CT_KEY_DIALECTS,
    CT_KEY_THEME,
    CT_KEY_KEYS,
    CT_KEY_IMMEDIATE,
    CT_KEY_RING,
    CT_KEY_SPEED,
};

/* The two forms in which getopt_long wants the table. */
struct ct_option_forms {
    char letters[2 + 2 * CT_OPTION_ROWS_MAX];
    struct option longs[CT_OPTION_ROWS_MAX + 1];
};
void ct_command_option_forms(struct ct_option_forms *forms);

/* NULL: there is none. Static. */
const struct ct_option_row *ct_command_option_find(int key);
/* "-r" or "--read", as people write it. */
void ct_command_option_text(char out[64], const struct ct_option_row *row);
/* One key for all options that choose the same thing. */
int ct_command_options_choice(int key);

#endif
