/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes packet decode. The input is a list of frames: link type (2 octets, big-endian), length
 * (2), flags (1), seconds to the next frame (1), then the frame. Flags: bit 0 wire length longer
 * than captured, bit 1 wire length without sense, bit 2 the frame again, for copies of fragments.
 *
 * Checked besides memory: every packet has one status; the payload lies in the frame or in the
 * decoder's own memory, and is not longer than its length on the wire.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cachetap/packet.h"

#define HEAD       6u
#define FRAMES_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "fuzz_packet: %s\n", what);
        abort();
    }
}

static void check_segment(const struct ct_segment *segment, const struct ct_frame *frame,
                          uint64_t reassembled)
{
    struct ct_span payload = segment->payload;
    require(payload.n <= segment->payload_len, "payload longer than its length");
    require(segment->ts_ns == frame->ts_ns, "time");
    require(segment->src.family == segment->dst.family, "two families");
    require(segment->src.family == 4 || segment->src.family == 6, "no family");
    bool in_frame = payload.p >= frame->bytes && payload.p <= frame->bytes + frame->cap_len &&
                    payload.n <= (size_t)(frame->bytes + frame->cap_len - payload.p);
    require(in_frame || reassembled > 0, "payload outside of the frame");
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < payload.n; i++) {
        sum = (uint8_t)(sum + payload.p[i]);
    }
}

static void decode(struct ct_decoder *decoder, const struct ct_frame *frame)
{
    const struct ct_packet_counters *counters = ct_packet_counters(decoder);
    uint64_t whole_before = counters->fragments_reassembled;
    struct ct_segment segment;
    memset(&segment, 0xa5, sizeof segment);
    /* A copy of just its size, so that a sanitizer sees each read past the end. */
    struct ct_frame copy = *frame;
    uint8_t *bytes = malloc(frame->cap_len > 0 ? frame->cap_len : 1);
    require(bytes != NULL, "memory");
    memcpy(bytes, frame->bytes, frame->cap_len);
    copy.bytes = bytes;
    enum ct_packet_status status = ct_packet_decode(decoder, &copy, &segment);
    do {
        require(status < CT_PACKET_STATUS_COUNT, "status");
        if (status == CT_PACKET_TCP) {
            check_segment(&segment, &copy, counters->fragments_reassembled - whole_before);
        }
        memset(&segment, 0xa5, sizeof segment);
    } while (ct_packet_decode_more(decoder, &status, &segment));
    free(bytes);
}

static void check_counters(const struct ct_packet_counters *counters)
{
    uint64_t sum = 0;
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        sum += counters->status[i];
    }
    require(sum == counters->frames + counters->wifi_aggregated, "one status for each packet");
    require(counters->fragment_bytes_peak <= CT_KIB(64), "limit of fragments");
    require(counters->fragments_open <=
                counters->layers[CT_LAYER_FRAGMENT] + counters->layers[CT_LAYER_WIFI_FRAGMENT],
            "open datagrams");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ct_key key = {{1}};
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    limits.fragment_bytes = CT_KIB(64);
    struct ct_decoder *decoder = ct_packet_decoder_new(&limits, &key);
    require(decoder != NULL, "memory");
    int64_t now_ns = 0;
    for (int i = 0; i < FRAMES_MAX && size >= HEAD; i++) {
        uint32_t len = (uint32_t)(data[2] << 8 | data[3]);
        uint8_t flags = data[4];
        struct ct_frame frame = {
            .ts_ns = now_ns,
            .bytes = data + HEAD,
            .cap_len = len < size - HEAD ? len : (uint32_t)(size - HEAD),
            .linktype = (uint32_t)(data[0] << 8 | data[1]),
        };
        frame.wire_len = frame.cap_len + ((flags & 1) != 0 ? 1000 : 0);
        frame.wire_len = (flags & 2) != 0 ? ~frame.wire_len : frame.wire_len;
        decode(decoder, &frame);
        if ((flags & 4) != 0) {
            decode(decoder, &frame);
        }
        now_ns += data[5] * CT_NS_PER_S;
        data += HEAD + frame.cap_len;
        size -= HEAD + frame.cap_len;
    }
    check_counters(ct_packet_counters(decoder));
    ct_packet_decoder_free(decoder);
    return 0;
}
