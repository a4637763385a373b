/* SPDX-License-Identifier: Apache-2.0 */
/* The keys under which transactions are counted, cut to what is kept of them. */
#ifndef CACHETAP_STATS_KEYS_H
#define CACHETAP_STATS_KEYS_H

#include "cachetap/stats.h"

struct ct_key_text {
    uint8_t bytes[CT_STATS_KEY_BYTES];
    size_t n;
};

void ct_stats_key_append(struct ct_key_text *key, struct ct_span text);
/* In lower case: host names compare without case (RFC 9110 section 4.2.3). */
void ct_stats_key_append_host(struct ct_key_text *key, struct ct_span host);
/* One key for a resource, however the target was written. */
void ct_stats_key_of_uri(struct ct_key_text *key, const struct ct_txn *txn);
/* The status line that nobody understood, "Name: value"; false: there is none. */
bool ct_stats_key_of_unknown(struct ct_key_text *key, const struct ct_fields *fields,
                             const struct ct_txn *txn, const struct ct_verdict *verdict);

#endif
