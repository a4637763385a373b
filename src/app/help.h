/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says about itself: --help, --version, --limit help. */
#ifndef CACHETAP_APP_HELP_H
#define CACHETAP_APP_HELP_H

#include <stdio.h>

void ct_app_help_print(FILE *file);
void ct_app_version_print(FILE *file);
void ct_app_limits_print(FILE *file);

#endif
