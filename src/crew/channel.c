/* SPDX-License-Identifier: Apache-2.0 */
#include "crew/channel.h"

#include <stdlib.h>

_Static_assert(sizeof(struct ct_channel_head) == CT_RING_ALIGN, "what follows keeps the alignment");

struct ct_channel {
    struct ct_ring *ring;
    struct ct_bell *reader;
    struct ct_bell writer;        /* room */
    struct ct_channel_head *head; /* of the message that room was made for */
};

struct ct_channel *ct_crew_channel_new(size_t bytes, struct ct_bell *reader)
{
    struct ct_channel *channel = calloc(1, sizeof *channel);
    if (channel == NULL) {
        return NULL;
    }
    channel->reader = reader;
    channel->writer.fd = -1;
    channel->ring = ct_base_ring_new(bytes);
    if (channel->ring == NULL || !ct_crew_bell_init(&channel->writer)) {
        ct_crew_channel_free(channel);
        return NULL;
    }
    return channel;
}

void ct_crew_channel_free(struct ct_channel *channel)
{
    if (channel != NULL) {
        ct_crew_bell_fini(&channel->writer);
        ct_base_ring_free(channel->ring);
        free(channel);
    }
}

void *ct_crew_channel_try(struct ct_channel *channel, size_t n)
{
    channel->head = ct_base_ring_reserve(channel->ring, sizeof *channel->head + n);
    return channel->head != NULL ? channel->head + 1 : NULL;
}

void *ct_crew_channel_room(struct ct_channel *channel, size_t n, void (*full)(void *user),
                           void *user)
{
    void *body = ct_crew_channel_try(channel, n);
    if (body == NULL && n + sizeof *channel->head > ct_base_ring_longest(channel->ring)) {
        return NULL;
    }
    while (body == NULL) {
        ct_crew_channel_flush(channel);
        if (full != NULL) {
            full(user);
        }
        ct_crew_bell_sleep(&channel->writer);
        body = ct_crew_channel_try(channel, n);
        if (body == NULL) {
            ct_crew_bell_wait(&channel->writer, -1, -1);
        }
        ct_crew_bell_awake(&channel->writer);
        if (body == NULL) {
            body = ct_crew_channel_try(channel, n);
        }
    }
    return body;
}

void ct_crew_channel_put(struct ct_channel *channel, uint64_t seq, uint32_t kind, size_t n)
{
    *channel->head = (struct ct_channel_head){.seq = seq, .kind = kind, .n = (uint32_t)n};
    ct_base_ring_commit(channel->ring, sizeof *channel->head + n);
}

void ct_crew_channel_flush(struct ct_channel *channel)
{
    ct_crew_bell_ring(channel->reader);
}

bool ct_crew_channel_presses(const struct ct_channel *channel)
{
    return ct_base_ring_used(channel->ring) >= ct_base_ring_bytes(channel->ring) / 4;
}

const struct ct_channel_head *ct_crew_channel_peek(struct ct_channel *channel, const void **body)
{
    size_t n;
    const struct ct_channel_head *head = ct_base_ring_peek(channel->ring, &n);
    if (head != NULL) {
        *body = head + 1;
    }
    return head;
}

void ct_crew_channel_release(struct ct_channel *channel)
{
    ct_base_ring_release(channel->ring);
}

void ct_crew_channel_freed(struct ct_channel *channel)
{
    ct_crew_bell_ring(&channel->writer);
}
