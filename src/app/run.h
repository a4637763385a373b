/* SPDX-License-Identifier: Apache-2.0 */
/* One run: frames from the source through the engine to the outputs. */
#ifndef CACHETAP_APP_RUN_H
#define CACHETAP_APP_RUN_H

#include "command/options.h"

/* What a process ends with (the contract of the command line). */
enum ct_exit {
    CT_EXIT_OK = 0,
    CT_EXIT_FAILED = 1,
    CT_EXIT_USAGE = 2,
    CT_EXIT_ASSERTION = 3, /* an --assert did not hold */
};

enum ct_exit ct_app_run(const struct ct_options *options);

#endif
