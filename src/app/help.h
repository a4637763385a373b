/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says about itself: --help, --version, --limit help, --metrics help, -D. */
#ifndef CACHETAP_APP_HELP_H
#define CACHETAP_APP_HELP_H

#include <stdio.h>

#include "cachetap/source.h"

void ct_app_help_print(FILE *file);
void ct_app_version_print(FILE *file);
void ct_app_limits_print(FILE *file);
void ct_app_keys_print(FILE *file);
void ct_app_metrics_print(FILE *file);
void ct_app_assertions_print(FILE *file);
/* -D, as tcpdump writes it. False: message says why. */
bool ct_app_interfaces_print(FILE *file, char message[CT_SOURCE_MESSAGE_MAX]);

#endif
