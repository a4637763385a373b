/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of messages from one thread to one other, of a fixed size, without locks. A message
 * is a contiguous piece of the ring: written in place, read in place, never copied. Nobody
 * waits here: a full ring refuses, an empty one gives nothing; what then is done is up to
 * those at its ends.
 */
#ifndef CACHETAP_BASE_RING_H
#define CACHETAP_BASE_RING_H

#include "cachetap/base.h"

#define CT_RING_ALIGN 16

struct ct_ring;

/* At least so many bytes, rounded up to a power of two. NULL: no memory, or absurd. */
struct ct_ring *ct_base_ring_new(size_t bytes);
void ct_base_ring_free(struct ct_ring *ring);
size_t ct_base_ring_bytes(const struct ct_ring *ring);
/* The longest message that the empty ring takes wherever it stands. */
size_t ct_base_ring_longest(const struct ct_ring *ring);

/*
 * The writer's end. Room for a message of n bytes, aligned to CT_RING_ALIGN, or NULL: not now,
 * or never when n is above the longest. Nothing is visible to the reader until the commit, which
 * may make the message shorter. A second reserve without a commit forgets the first.
 */
void *ct_base_ring_reserve(struct ct_ring *ring, size_t n);
void ct_base_ring_commit(struct ct_ring *ring, size_t n);

/*
 * The reader's end. The oldest message, or NULL when there is none; it stays until the release,
 * which frees its room.
 */
const void *ct_base_ring_peek(struct ct_ring *ring, size_t *n);
void ct_base_ring_release(struct ct_ring *ring);

/* Bytes in use, for both ends; a moment's value. */
size_t ct_base_ring_used(const struct ct_ring *ring);

#endif
