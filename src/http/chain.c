/* SPDX-License-Identifier: Apache-2.0 */
#include "http/chain.h"

#include <string.h>

/* Octets used in the last block. */
static size_t last_used(const struct ct_chain *chain)
{
    if (chain->length == 0) {
        return chain->first == NULL ? CT_BLOCK_ROOM : 0;
    }
    return (chain->length - 1) % CT_BLOCK_ROOM + 1;
}

static bool add_block(struct ct_chain *chain, struct ct_pool *pool, uint64_t reserve)
{
    if (pool->n_used + reserve >= pool->max_objects) {
        return false;
    }
    struct ct_block *block = ct_base_pool_get(pool);
    if (block == NULL) {
        return false;
    }
    if (chain->last != NULL) {
        chain->last->next = block;
    } else {
        chain->first = block;
    }
    chain->last = block;
    return true;
}

bool ct_http_chain_append(struct ct_chain *chain, struct ct_pool *pool, const void *p, size_t n,
                          uint64_t reserve)
{
    const uint8_t *from = p;
    uint32_t before = chain->length;
    while (n > 0) {
        size_t used = last_used(chain);
        if (used == CT_BLOCK_ROOM) {
            if (!add_block(chain, pool, reserve)) {
                ct_http_chain_truncate(chain, pool, before);
                return false;
            }
            used = 0;
        }
        size_t take = CT_BLOCK_ROOM - used;
        take = take < n ? take : n;
        /* memmove: a memcpy of bounded length becomes "rep movs", slow for short text. */
        memmove(chain->last->bytes + used, from, take);
        chain->length += (uint32_t)take;
        from += take;
        n -= take;
    }
    return true;
}

void ct_http_chain_truncate(struct ct_chain *chain, struct ct_pool *pool, uint32_t length)
{
    size_t keep = (length + CT_BLOCK_ROOM - 1) / CT_BLOCK_ROOM;
    struct ct_block *last = NULL;
    struct ct_block *block = chain->first;
    for (size_t i = 0; i < keep && block != NULL; i++) {
        last = block;
        block = block->next;
    }
    while (block != NULL) {
        struct ct_block *next = block->next;
        ct_base_pool_put(pool, block);
        block = next;
    }
    if (last != NULL) {
        last->next = NULL;
    } else {
        chain->first = NULL;
    }
    chain->last = last;
    chain->length = length;
}

void ct_http_chain_copy(const struct ct_chain *chain, uint8_t *out)
{
    size_t left = chain->length;
    for (const struct ct_block *block = chain->first; block != NULL && left > 0;
         block = block->next) {
        size_t take = left < CT_BLOCK_ROOM ? left : CT_BLOCK_ROOM;
        memmove(out, block->bytes, take); /* see above */
        out += take;
        left -= take;
    }
}
