/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <sodium/crypto_shorthash.h>
#include <sodium/crypto_shorthash_siphash24.h>

#include <assert.h>
#include <string.h>

static_assert(crypto_shorthash_KEYBYTES == sizeof(struct ct_key), "key of SipHash");

uint64_t ct_base_hash64(const struct ct_key *key, const void *data, size_t n)
{
    uint8_t out[crypto_shorthash_BYTES];
    uint64_t value;
    (void)crypto_shorthash(out, data, n, key->bytes); /* always 0 */
    memcpy(&value, out, sizeof value);
    return value;
}

void ct_base_hash128(const struct ct_key *key, const void *data, size_t n, uint8_t out[16])
{
    (void)crypto_shorthash_siphashx24(out, data, n, key->bytes); /* always 0 */
}
