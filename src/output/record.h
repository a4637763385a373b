/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the formats for transactions have in common: where each value of a record comes from,
 * when it is absent, and the names of sets of bits. The secrets stop here: a value of a
 * secret field is never handed on, whatever the transaction holds.
 */
#ifndef CACHETAP_OUTPUT_RECORD_H
#define CACHETAP_OUTPUT_RECORD_H

#include "cachetap/output.h"

/* A text that may be absent. */
struct ct_text_value {
    bool present;
    struct ct_span text;
};

struct ct_text_value ct_output_ref(const struct ct_txn *txn, struct ct_ref ref);
/* The first line of a field in the request or response. */
struct ct_text_value ct_output_field(const struct ct_txn *txn, enum ct_dir dir, uint16_t field);

/* "1.0", "1.1", "2"; empty: not known. The request's, else the response's. */
#define CT_VERSION_TEXT_MAX 16
void ct_output_version(const struct ct_txn *txn, char out[CT_VERSION_TEXT_MAX]);

/* Never negative. */
bool ct_output_ttfb(const struct ct_txn *txn, int64_t *ns);
bool ct_output_duration(const struct ct_txn *txn, int64_t *ns);

bool ct_output_complete(const struct ct_txn *txn);

/* Evidence i of the verdict as name and value. The value of a secret field is "-". */
struct ct_evidence_text {
    struct ct_span name;
    struct ct_span value;
    char text[320]; /* for what is not in the transaction */
};
/* Fills out, which must stay where it is while it is used. False: nothing to show. */
bool ct_output_evidence(const struct ct_txn *txn, const struct ct_fields *fields,
                        const struct ct_verdict *verdict, size_t i, struct ct_evidence_text *out);

/* Name of a tier: as on the wire, else its static label. */
struct ct_text_value ct_output_tier_name(const struct ct_txn *txn, const struct ct_tier *tier);

/* Where class is hit or miss: whether the origin was reached. */
bool ct_output_origin_known(const struct ct_verdict *verdict);

#endif
