/* SPDX-License-Identifier: Apache-2.0 */
#include "http/chain.h"

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
    chain->used = 0;
    return true;
}

bool ct_http_chain_append_long(struct ct_chain *chain, struct ct_pool *pool, const void *p,
                               size_t n, uint64_t reserve)
{
    const uint8_t *from = p;
    uint32_t before = chain->length;
    while (n > 0) {
        if ((chain->last == NULL || chain->used == CT_BLOCK_ROOM) &&
            !add_block(chain, pool, reserve)) {
            ct_http_chain_truncate(chain, pool, before);
            return false;
        }
        size_t take = CT_BLOCK_ROOM - chain->used;
        take = take < n ? take : n;
        memcpy(chain->last->bytes + chain->used, from, take);
        chain->used += (uint32_t)take;
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
    chain->used = last != NULL ? length - (uint32_t)((keep - 1) * CT_BLOCK_ROOM) : 0;
}

void ct_http_chain_copy(const struct ct_chain *chain, uint8_t *out)
{
    size_t left = chain->length;
    for (const struct ct_block *block = chain->first; block != NULL && left > 0;
         block = block->next) {
        size_t take = left < CT_BLOCK_ROOM ? left : CT_BLOCK_ROOM;
        memmove(out, block->bytes, take); /* see ct_http_chain_append */
        out += take;
        left -= take;
    }
}
