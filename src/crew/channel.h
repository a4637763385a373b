/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of numbered messages between two threads, and the bells at its ends.
 */
#ifndef CACHETAP_CREW_CHANNEL_H
#define CACHETAP_CREW_CHANNEL_H

#include "base/ring.h"
#include "crew/bell.h"

struct ct_channel;

/* Stands before each message. */
struct ct_channel_head {
    uint64_t seq;
    uint32_t kind;
    uint32_t n; /* bytes that follow */
};

/* Borrows reader, the bell of the thread that takes. NULL: no memory, or no descriptors. */
struct ct_channel *ct_crew_channel_new(size_t bytes, struct ct_bell *reader);
void ct_crew_channel_free(struct ct_channel *channel);

/* ---- the writer's end --------------------------------------------------------------------------
 */

/* Room for a message of n bytes, aligned to 16, or NULL: there is none now. */
void *ct_crew_channel_try(struct ct_channel *channel, size_t n);
/*
 * As above, waiting for room. NULL: n is more than the channel can ever hold. Before it sleeps
 * it calls full, which may be NULL.
 */
void *ct_crew_channel_room(struct ct_channel *channel, size_t n, void (*full)(void *user),
                           void *user);
/* Hands the message over; the other end is woken by the flush. */
void ct_crew_channel_put(struct ct_channel *channel, uint64_t seq, uint32_t kind, size_t n);
void ct_crew_channel_flush(struct ct_channel *channel);
/* Whether the other end is to take soon: a quarter of the room is in use. */
bool ct_crew_channel_presses(const struct ct_channel *channel);

/* ---- the reader's end --------------------------------------------------------------------------
 */

/* The oldest message, what follows it in *body; NULL: none. */
const struct ct_channel_head *ct_crew_channel_peek(struct ct_channel *channel, const void **body);
void ct_crew_channel_release(struct ct_channel *channel);
/* After a batch of releases: a writer that waits for room looks again. */
void ct_crew_channel_freed(struct ct_channel *channel);

#endif
