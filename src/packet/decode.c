/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decoder: one loop over the readers of walk.h, and the accounting. Each frame adds one
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
};

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

static void walk_headers(struct ct_walk *walk)
{
    static enum ct_next (*const readers[CT_NEXT_DONE])(struct ct_walk *) = {
#define X(symbol, reader) reader,
        CT_PACKET_READERS(X)
#undef X
    };
    enum ct_next next = CT_NEXT_LINKTYPE;
    while (next != CT_NEXT_DONE) {
        if (++walk->headers > CT_PACKET_HEADERS_MAX) {
            walk->status = CT_PACKET_TOO_DEEP;
            return;
        }
        next = readers[next](walk);
    }
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
        .depth_max = decoder->depth_max,
        .segment = segment,
        .counters = counters,
        .fragments = decoder->fragments,
    };
    segment->ts_ns = frame->ts_ns;
    segment->iface = frame->iface;
    counters->frames++;
    counters->wire_bytes += frame->wire_len;
    counters->captured_bytes += frame->cap_len;
    counters->cut_frames += frame->cap_len < frame->wire_len;
    walk_headers(&walk);
    counters->status[walk.status]++;
    return walk.status;
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
