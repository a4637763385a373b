/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of summary-json that stand in files of their own. */
#ifndef CACHETAP_OUTPUT_SUMMARY_JSON_H
#define CACHETAP_OUTPUT_SUMMARY_JSON_H

#include "cachetap/stats.h"
#include "output/jsonc.h"

void ct_output_summary_json_flows(struct ct_json *json, const struct ct_snapshot *snapshot);

#endif
