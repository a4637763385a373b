/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keyed hashing (SipHash, by libsodium): a peer that does not know the key cannot choose
 * traffic that falls into one bucket.
 */
#ifndef CACHETAP_BASE_HASH_H
#define CACHETAP_BASE_HASH_H

#include "cachetap/base.h"

/* SipHash-2-4, 64 bits. */
uint64_t ct_base_hash64(const struct ct_key *key, const void *data, size_t n);

/* SipHash with 128 bits, for identifiers. */
void ct_base_hash128(const struct ct_key *key, const void *data, size_t n, uint8_t out[16]);

#endif
