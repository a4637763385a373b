/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: one loop over the readers of walk.h, and the accounting. Each packet adds one
 * to exactly one status.
 */
#include "cachetap/packet.h"

#include <stdlib.h>

#include "packet/fragment.h"
#include "packet/walk.h"

struct ct_decoder {
    struct ct_packet_counters counters;
    uint64_t depth_max;
    struct ct_fragment_store *fragments;
    struct ct_walk_rest rest; /* of the frame decoded last */
    uint32_t packets;         /* of it, so far */
    int64_t ts_ns;
    uint32_t iface;
};

/* No aggregate is longer than 11454 octets (IEEE 802.11-2020 table 9-25), no packet than 16. */
#define PACKETS_MAX 720u

struct ct_decoder *ct_packet_decoder_new(const struct ct_limits *limits, const struct ct_key *key)
{
    struct ct_decoder *decoder = calloc(1, sizeof(*decoder));
    if (decoder == NULL) {
        return NULL;
    }
    decoder->depth_max = limits->tunnel_depth;
    decoder->fragments = ct_packet_fragments_new(limits, key, &decoder->counters);
    if (decoder->fragments == NULL) {
        free(decoder);
        return NULL;
    }
    return decoder;
}

void ct_packet_decoder_free(struct ct_decoder *decoder)
{
    if (decoder == NULL) {
        return;
    }
    ct_packet_fragments_free(decoder->fragments);
    free(decoder);
}

static void walk_headers(struct ct_walk *walk, enum ct_next next)
{
    static enum ct_next (*const readers[CT_NEXT_DONE])(struct ct_walk *) = {
#define X(symbol, reader) reader,
        CT_PACKET_READERS(X)
#undef X
    };
    while (next != CT_NEXT_DONE) {
        if (++walk->headers > CT_PACKET_HEADERS_MAX) {
            walk->status = CT_PACKET_TOO_DEEP;
            return;
        }
        next = readers[next](walk);
    }
}

static enum ct_packet_status decode(struct ct_decoder *decoder, struct ct_walk *walk,
                                    enum ct_next first)
{
    walk->depth_max = decoder->depth_max;
    walk->counters = &decoder->counters;
    walk->fragments = decoder->fragments;
    walk->rest.next = CT_NEXT_DONE;
    walk->segment->ts_ns = decoder->ts_ns;
    walk->segment->iface = decoder->iface;
    walk_headers(walk, first);
    decoder->counters.status[walk->status]++;
    decoder->rest.next = CT_NEXT_DONE;
    if (walk->rest.next != CT_NEXT_DONE) { /* seldom, and more to copy than all else here */
        decoder->rest = walk->rest;
    }
    return walk->status;
}

enum ct_packet_status ct_packet_decode(struct ct_decoder *decoder, const struct ct_frame *frame,
                                       struct ct_segment *segment)
{
    struct ct_packet_counters *counters = &decoder->counters;
    uint32_t wire = frame->wire_len;
    if (wire < frame->cap_len || wire > CT_PACKET_WIRE_MAX) {
        wire = frame->cap_len;
    }
    struct ct_walk walk = {
        .p = frame->bytes,
        .n = frame->cap_len,
        .wire = wire,
        .type = frame->linktype,
        .segment = segment,
    };
    decoder->ts_ns = frame->ts_ns;
    decoder->iface = frame->iface;
    decoder->packets = 1;
    counters->frames++;
    counters->wire_bytes += frame->wire_len;
    counters->captured_bytes += frame->cap_len;
    counters->cut_frames += frame->cap_len < frame->wire_len;
    return decode(decoder, &walk, CT_NEXT_LINKTYPE);
}

bool ct_packet_decode_more(struct ct_decoder *decoder, enum ct_packet_status *status,
                           struct ct_segment *segment)
{
    const struct ct_walk_rest *rest = &decoder->rest;
    if (rest->next == CT_NEXT_DONE) {
        return false;
    }
    decoder->counters.wifi_aggregated++;
    if (decoder->packets++ >= PACKETS_MAX) {
        decoder->rest.next = CT_NEXT_DONE;
        decoder->counters.status[CT_PACKET_TOO_DEEP]++;
        *status = CT_PACKET_TOO_DEEP;
        return true;
    }
    struct ct_walk walk = {
        .p = rest->p,
        .n = rest->n,
        .wire = rest->wire,
        .depth = rest->depth,
        .tunnel = rest->tunnel,
        .wifi_mesh = rest->wifi_mesh,
        .reassembled = rest->reassembled,
        .segment = segment,
    };
    *status = decode(decoder, &walk, rest->next);
    return true;
}

const struct ct_packet_counters *ct_packet_counters(const struct ct_decoder *decoder)
{
    return &decoder->counters;
}

const char *ct_packet_status_name(enum ct_packet_status status)
{
    static const char *const names[CT_PACKET_STATUS_COUNT] = {
#define X(symbol, name, help) name,
        CT_PACKET_STATUSES(X)
#undef X
    };
    return names[status];
}

const char *ct_packet_status_help(enum ct_packet_status status)
{
    static const char *const helps[CT_PACKET_STATUS_COUNT] = {
#define X(symbol, name, help) help,
        CT_PACKET_STATUSES(X)
#undef X
    };
    return helps[status];
}

const char *ct_packet_layer_name(enum ct_packet_layer layer)
{
    static const char *const names[CT_LAYER_COUNT] = {
#define X(symbol, name) name,
        CT_PACKET_LAYERS(X)
#undef X
    };
    return names[layer];
}
