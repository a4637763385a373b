/* SPDX-License-Identifier: Apache-2.0 */
/* What the program says of a run on standard error: statistics, and what makes numbers partial. */
#ifndef CACHETAP_APP_REPORT_H
#define CACHETAP_APP_REPORT_H

#include "cachetap/stats.h"
#include "command/options.h"
#include "process/voice.h"

/* Packets, transactions, and what each interface gave and lost (SIGUSR1, -v). */
void ct_app_report_statistics(struct ct_voice *voice, const struct ct_snapshot *snapshot);

/* At the end: a line for each kind of loss that makes the numbers partial. */
void ct_app_report_losses(struct ct_voice *voice, const struct ct_snapshot *snapshot);

/* A line when packets were of a link type that is not decoded. True: there were some. */
bool ct_app_report_unknown_linktype(struct ct_voice *voice, const struct ct_snapshot *snapshot);

/* Says which of the --assert do not hold; true when all do. */
bool ct_app_report_assertions(struct ct_voice *voice, const struct ct_options *options,
                              const struct ct_snapshot *snapshot);

#endif
