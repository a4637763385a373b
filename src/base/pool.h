/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool of objects of one size in slabs. Slabs grow up to a maximum of objects and are
 * reused, none is freed before the pool ends: the steady state allocates nothing.
 */
#ifndef CACHETAP_BASE_POOL_H
#define CACHETAP_BASE_POOL_H

#include "cachetap/base.h"

struct ct_pool {
    size_t object_bytes; /* rounded up to the alignment */
    uint64_t max_objects;
    uint64_t n_objects; /* carved so far */
    uint64_t n_used;
    uint64_t refused; /* gets that failed: maximum or no memory */
    void *free_list;
    void *slabs;
};

void ct_base_pool_init(struct ct_pool *pool, size_t object_bytes, uint64_t max_objects);
void ct_base_pool_fini(struct ct_pool *pool);
/* An object whose bytes are all 0, or NULL. */
void *ct_base_pool_get(struct ct_pool *pool);
/* Takes the object back. */
void ct_base_pool_put(struct ct_pool *pool, void *object);
/* Memory of all slabs, in bytes. */
uint64_t ct_base_pool_bytes(const struct ct_pool *pool);

#endif
