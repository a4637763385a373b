/* SPDX-License-Identifier: Apache-2.0 */
/* The options of interfaces and of saving, which mean what they mean in tcpdump(1). */
#ifndef CACHETAP_APP_OPTIONS_CAPTURE_H
#define CACHETAP_APP_OPTIONS_CAPTURE_H

#include "app/options.h"

/* Keys of options without a letter; those of options.c begin lower. */
enum {
    CT_KEY_IMMEDIATE = 512,
    CT_KEY_RING,
    CT_KEY_SPEED,
};

/* Says what is wrong with the command line; always false. */
__attribute__((format(printf, 2, 3))) bool ct_app_options_wrong(struct ct_options *options,
                                                                const char *format, ...);

/* One of these options. */
bool ct_app_options_capture(struct ct_options *options, int key, const char *argument);
/* Whether they fit together, when all have been read. */
bool ct_app_options_capture_check(struct ct_options *options);

bool ct_app_options_saves_to_stdout(const struct ct_options *options);

#endif
