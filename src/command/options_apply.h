/* SPDX-License-Identifier: Apache-2.0 */
/* One option, wherever it stands: on the command line or as a setting of the file. */
#ifndef CACHETAP_COMMAND_OPTIONS_APPLY_H
#define CACHETAP_COMMAND_OPTIONS_APPLY_H

#include "command/options.h"

/* argument is empty for options without. False: it is wrong, options->error says why. */
bool ct_command_options_apply(struct ct_options *options, int key, const char *argument);
/* path NULL: standard output. There is room for one more. */
void ct_command_options_add_output(struct ct_options *options, enum ct_format format,
                                   const char *path);

/* Says what is wrong with the command line; always false. */
__attribute__((format(printf, 2, 3))) bool ct_command_options_wrong(struct ct_options *options,
                                                                    const char *format, ...);

#endif
