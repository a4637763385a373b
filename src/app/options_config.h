/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of the configuration file as options: which there are, and of which kind, is what the
 * table of options says. The command line wins.
 */
#ifndef CACHETAP_APP_OPTIONS_CONFIG_H
#define CACHETAP_APP_OPTIONS_CONFIG_H

#include <getopt.h>

#include "app/config.h"
#include "app/options.h"

/* Rows of the table of options, at most. */
#define CT_OPTION_ROWS_MAX 128

/* Reads the file of --config, if the command line has it; before anything else is applied. */
bool ct_app_options_config(struct ct_options *options, int argc, char **argv, const char *letters,
                           const struct option *longs);

/* Of options.c: one option, as from the command line; argument is empty for those without. */
bool ct_app_options_apply(struct ct_options *options, int key, const char *argument);
/* One key for all options that choose the same thing. */
int ct_app_options_choice(int key);

#endif
