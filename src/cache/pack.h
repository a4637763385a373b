/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction and its verdict as one piece of memory, for another thread or for later. Static
 * strings stay pointers; of tiers and evidence only what is used takes room.
 */
#ifndef CACHETAP_CACHE_PACK_H
#define CACHETAP_CACHE_PACK_H

#include "cachetap/cache.h"

/* What every packed form takes at least. */
#define CT_PACK_MIN (sizeof(struct ct_txn) + offsetof(struct ct_verdict, tiers))

size_t ct_cache_pack_bytes(const struct ct_txn *txn, const struct ct_verdict *verdict);
/* Into ct_cache_pack_bytes of memory aligned to 16. */
void ct_cache_pack(void *to, const struct ct_txn *txn, const struct ct_verdict *verdict);
/*
 * What was packed: txn's lines and text stay in the packed form. Tiers and evidence beyond
 * n_tiers and n_evidence are left as they are.
 */
void ct_cache_unpack(const void *from, struct ct_txn *txn, struct ct_verdict *verdict);

#endif
