/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a writer writes, as text in memory, and a transaction with its verdict to feed it:
 * X-Cache: HIT of GET /x, stated, from 192.0.2.10:40000 to 198.51.100.1:80.
 */
#ifndef CACHETAP_TEST_RENDER_H
#define CACHETAP_TEST_RENDER_H

#include "cachetap/output.h"

struct rn_sample {
    struct ct_fields *fields;
    struct ct_txn *txn;
    struct ct_verdict verdict;
};

/* text as for tx_new. Ends the program when there is no memory. */
void rn_sample_init(struct rn_sample *sample, const char *text);
void rn_sample_init_span(struct rn_sample *sample, struct ct_span text);
void rn_sample_fini(struct rn_sample *sample);

/* Makes line i of the transaction the evidence that follows those there are. */
void rn_add_evidence(struct rn_sample *sample, enum ct_evidence_kind kind, uint32_t line);

/*
 * Runs format over the sample (may be NULL) and the snapshot (may be NULL). The text is
 * terminated, n_bytes (may be NULL) tells its length, and the caller frees it. options
 * without fields get the sample's.
 */
char *rn_render(enum ct_format format, struct ct_output_options options,
                const struct rn_sample *sample, const struct ct_snapshot *snapshot,
                size_t *n_bytes);

/* A fixture of cmocka: local time is UTC from here on. */
int rn_use_utc(void **state);

#endif
