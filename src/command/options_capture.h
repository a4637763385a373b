/* SPDX-License-Identifier: Apache-2.0 */
/* The options of interfaces and of saving, which mean what they mean in tcpdump(1). */
#ifndef CACHETAP_COMMAND_OPTIONS_CAPTURE_H
#define CACHETAP_COMMAND_OPTIONS_CAPTURE_H

#include "command/options.h"

/* One of these options. */
bool ct_command_options_capture(struct ct_options *options, int key, const char *argument);
/* Whether they fit together, when all have been read. */
bool ct_command_options_capture_check(struct ct_options *options);

bool ct_command_options_saves_to_stdout(const struct ct_options *options);

#endif
