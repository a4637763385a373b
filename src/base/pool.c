/* SPDX-License-Identifier: Apache-2.0 */
#include "base/pool.h"

#include <stdlib.h>
#include <string.h>

#define SLAB_BYTES ((size_t)64 * 1024)

struct slab {
    struct slab *next;
    size_t bytes;
    max_align_t objects[];
};

static uint64_t objects_per_slab(const struct ct_pool *pool)
{
    uint64_t n = SLAB_BYTES / pool->object_bytes;
    return n > 0 ? n : 1;
}

void ct_base_pool_init(struct ct_pool *pool, size_t object_bytes, uint64_t max_objects)
{
    size_t align = _Alignof(max_align_t);
    size_t least = object_bytes > sizeof(void *) ? object_bytes : sizeof(void *);
    *pool = (struct ct_pool){
        .object_bytes = (least + align - 1) / align * align,
        .max_objects = max_objects,
    };
}

void ct_base_pool_fini(struct ct_pool *pool)
{
    struct slab *slab = pool->slabs;
    while (slab != NULL) {
        struct slab *next = slab->next;
        free(slab);
        slab = next;
    }
    pool->slabs = NULL;
    pool->free_list = NULL;
    pool->n_objects = 0;
    pool->n_used = 0;
}

static void push_free(struct ct_pool *pool, void *object)
{
    memcpy(object, &pool->free_list, sizeof pool->free_list);
    pool->free_list = object;
}

static bool add_slab(struct ct_pool *pool)
{
    uint64_t n = objects_per_slab(pool);
    if (pool->n_objects >= pool->max_objects) {
        return false;
    }
    if (n > pool->max_objects - pool->n_objects) {
        n = pool->max_objects - pool->n_objects;
    }
    size_t bytes = sizeof(struct slab) + (size_t)n * pool->object_bytes;
    struct slab *slab = malloc(bytes);
    if (slab == NULL) {
        return false;
    }
    slab->next = pool->slabs;
    slab->bytes = bytes;
    pool->slabs = slab;
    for (uint64_t i = n; i > 0; i--) {
        push_free(pool, (uint8_t *)slab->objects + (size_t)(i - 1) * pool->object_bytes);
    }
    pool->n_objects += n;
    return true;
}

void *ct_base_pool_get(struct ct_pool *pool)
{
    if (pool->free_list == NULL) {
        (void)add_slab(pool);
    }
    void *object = pool->free_list;
    if (object == NULL) {
        pool->refused++;
        return NULL;
    }
    memcpy(&pool->free_list, object, sizeof pool->free_list);
    memset(object, 0, pool->object_bytes);
    pool->n_used++;
    return object;
}

void ct_base_pool_put(struct ct_pool *pool, void *object)
{
    push_free(pool, object);
    pool->n_used--;
}

uint64_t ct_base_pool_bytes(const struct ct_pool *pool)
{
    uint64_t bytes = 0;
    for (const struct slab *slab = pool->slabs; slab != NULL; slab = slab->next) {
        bytes += slab->bytes;
    }
    return bytes;
}
