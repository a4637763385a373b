/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define PADDING    UINT64_MAX

/* Stands before each message: its length, or PADDING up to the end of the buffer. */
struct head {
    uint64_t n;
    uint64_t unused;
};

_Static_assert(sizeof(struct head) == CT_RING_ALIGN, "messages keep the alignment");

/*
 * Positions only grow; their difference is what is in use. Each end keeps a copy of the other's
 * position, so that it looks at the shared one only when the copy is not enough.
 */
/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): each end has lines of its own */
struct ct_ring {
    size_t size;
    uint8_t *bytes;
    _Alignas(CACHE_LINE) atomic_size_t written;
    size_t read_seen;   /* the writer's copy */
    size_t reserved_at; /* where the reserved message's head stands */
    _Alignas(CACHE_LINE) atomic_size_t read;
    size_t written_seen; /* the reader's copy */
    size_t peeked;       /* bytes that the release frees, 0: nothing was peeked */
};

static size_t rounded(size_t n)
{
    return sizeof(struct head) + (n + CT_RING_ALIGN - 1) / CT_RING_ALIGN * CT_RING_ALIGN;
}

struct ct_ring *ct_base_ring_new(size_t bytes)
{
    size_t size = 1024;
    while (size < bytes && size <= SIZE_MAX / 4) {
        size *= 2;
    }
    struct ct_ring *ring = aligned_alloc(CACHE_LINE, sizeof *ring);
    if (ring == NULL) {
        return NULL;
    }
    memset(ring, 0, sizeof *ring);
    ring->size = size;
    ring->bytes = size < bytes ? NULL : aligned_alloc(CACHE_LINE, size);
    if (ring->bytes == NULL) {
        free(ring);
        return NULL;
    }
    atomic_init(&ring->written, 0);
    atomic_init(&ring->read, 0);
    return ring;
}

void ct_base_ring_free(struct ct_ring *ring)
{
    if (ring != NULL) {
        free(ring->bytes);
        free(ring);
    }
}

size_t ct_base_ring_bytes(const struct ct_ring *ring)
{
    return ring->size;
}

size_t ct_base_ring_longest(const struct ct_ring *ring)
{
    /* Half: what is left before the end may have to be passed over. */
    return ring->size / 2 - sizeof(struct head);
}

static struct head *head_at(const struct ct_ring *ring, size_t position)
{
    return (struct head *)(void *)(ring->bytes + (position & (ring->size - 1)));
}

static bool has_room(struct ct_ring *ring, size_t written, size_t need)
{
    if (ring->size - (written - ring->read_seen) >= need) {
        return true;
    }
    ring->read_seen = atomic_load_explicit(&ring->read, memory_order_acquire);
    return ring->size - (written - ring->read_seen) >= need;
}

void *ct_base_ring_reserve(struct ct_ring *ring, size_t n)
{
    if (n > ct_base_ring_longest(ring)) {
        return NULL;
    }
    size_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    size_t need = rounded(n);
    size_t to_end = ring->size - (written & (ring->size - 1));
    size_t padding = to_end < need ? to_end : 0;
    if (!has_room(ring, written, padding + need)) {
        return NULL;
    }
    if (padding > 0) {
        head_at(ring, written)->n = PADDING; /* seen only together with the message */
    }
    ring->reserved_at = written + padding;
    return head_at(ring, ring->reserved_at) + 1;
}

void ct_base_ring_commit(struct ct_ring *ring, size_t n)
{
    head_at(ring, ring->reserved_at)->n = n;
    atomic_store_explicit(&ring->written, ring->reserved_at + rounded(n), memory_order_release);
}

const void *ct_base_ring_peek(struct ct_ring *ring, size_t *n)
{
    size_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    if (read == ring->written_seen) {
        ring->written_seen = atomic_load_explicit(&ring->written, memory_order_acquire);
        if (read == ring->written_seen) {
            return NULL;
        }
    }
    const struct head *head = head_at(ring, read);
    size_t padding = 0;
    if (head->n == PADDING) {
        padding = ring->size - (read & (ring->size - 1));
        head = head_at(ring, read + padding);
    }
    *n = head->n;
    ring->peeked = padding + rounded(head->n);
    return head + 1;
}

void ct_base_ring_release(struct ct_ring *ring)
{
    size_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    atomic_store_explicit(&ring->read, read + ring->peeked, memory_order_release);
    ring->peeked = 0;
}

size_t ct_base_ring_used(const struct ct_ring *ring)
{
    /* The reader's position first: it never overtakes the writer's. */
    size_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
    return atomic_load_explicit(&ring->written, memory_order_acquire) - read;
}
