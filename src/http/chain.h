/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows while a message is read: a chain of blocks of one size, lent from one pool.
 * The pool's maximum is the memory limit of the stage; a chain never moves and never copies.
 */
#ifndef CACHETAP_HTTP_CHAIN_H
#define CACHETAP_HTTP_CHAIN_H

#include <string.h>

#include "base/pool.h"
#include "cachetap/base.h"

#define CT_BLOCK_BYTES 512
#define CT_BLOCK_ROOM  (CT_BLOCK_BYTES - sizeof(void *))

struct ct_block {
    struct ct_block *next;
    uint8_t bytes[CT_BLOCK_ROOM];
};

struct ct_chain {
    struct ct_block *first;
    struct ct_block *last;
    uint32_t length; /* octets in all */
    uint32_t used;   /* of them in the last block */
};

/* As ct_http_chain_append; for what does not fit into the last block. */
bool ct_http_chain_append_long(struct ct_chain *chain, struct ct_pool *pool, const void *p,
                               size_t n, uint64_t reserve);

/*
 * Appends all n octets, or nothing and returns false: no memory. reserve is the number of
 * blocks of the pool that must stay free for more important things.
 */
static inline bool ct_http_chain_append(struct ct_chain *chain, struct ct_pool *pool, const void *p,
                                        size_t n, uint64_t reserve)
{
    if (chain->last == NULL || n > CT_BLOCK_ROOM - chain->used) {
        return ct_http_chain_append_long(chain, pool, p, n, reserve);
    }
    /* memmove: a memcpy of bounded length becomes "rep movs", slow for short text. */
    memmove(chain->last->bytes + chain->used, p, n);
    chain->used += (uint32_t)n;
    chain->length += (uint32_t)n;
    return true;
}

/* The last octet; there is one. */
static inline uint8_t ct_http_chain_last(const struct ct_chain *chain)
{
    return chain->last->bytes[chain->used - 1];
}
/* Cuts to length octets, which must not be more than there are. */
void ct_http_chain_truncate(struct ct_chain *chain, struct ct_pool *pool, uint32_t length);
/* Copies everything to out, which has room for chain->length. */
void ct_http_chain_copy(const struct ct_chain *chain, uint8_t *out);

#endif
