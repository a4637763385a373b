/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that was skipped or given up, as one list over all stages. A counter that a
 * stage adds to its table is in it from then on, unless it is named as an observation.
 */
#ifndef CACHETAP_OUTPUT_LOSSES_H
#define CACHETAP_OUTPUT_LOSSES_H

#include "cachetap/stats.h"

struct ct_loss {
    const char *name; /* stage and counter: "stream_gaps" */
    const char *help;
    uint64_t n;
};

#define CT_LOSSES_MAX 96

/* Fills losses, zero counts included; returns how many. */
size_t ct_output_losses(const struct ct_snapshot *snapshot, struct ct_loss losses[CT_LOSSES_MAX]);

#endif
