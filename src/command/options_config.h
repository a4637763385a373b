/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Settings of the configuration file as options: which there are, and of which kind, is what the
 * table of options says. The command line wins.
 */
#ifndef CACHETAP_COMMAND_OPTIONS_CONFIG_H
#define CACHETAP_COMMAND_OPTIONS_CONFIG_H

#include <getopt.h>

#include "command/config.h"
#include "command/options.h"

/* Reads the file of --config, if the command line has it; before anything else is applied. */
bool ct_command_options_config(struct ct_options *options, int argc, char **argv,
                               const char *letters, const struct option *longs);

#endif
