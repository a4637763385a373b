/* SPDX-License-Identifier: Apache-2.0 */
#include "support/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX ((size_t)1 << 20)

static void check(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "probe: %s\n", what);
        abort();
    }
}

static void start(struct probe *probe)
{
    static const struct ct_key key = {{1, 2, 3, 4}};
    probe->decoder = ct_packet_decoder_new(&probe->limits, &key);
    check(probe->decoder != NULL, "no memory for a decoder");
}

void probe_init(struct probe *probe)
{
    memset(probe, 0, sizeof(*probe));
    ct_base_limits_init(&probe->limits);
    guard_init(&probe->guard, FRAME_MAX);
    start(probe);
}

void probe_restart(struct probe *probe)
{
    ct_packet_decoder_free(probe->decoder);
    start(probe);
}

void probe_fini(struct probe *probe)
{
    ct_packet_decoder_free(probe->decoder);
    guard_fini(&probe->guard);
}

/* Reads all of the payload, so that a span outside of readable memory is found. */
static void touch(struct ct_span payload)
{
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < payload.n; i++) {
        sum = (uint8_t)(sum + payload.p[i]);
    }
}

/* What must hold after each packet. */
static void check_packet(const struct probe *probe, const uint64_t before[CT_PACKET_STATUS_COUNT],
                         enum ct_packet_status status)
{
    const struct ct_segment *segment = &probe->segment;
    const struct ct_packet_counters *counters = ct_packet_counters(probe->decoder);
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        check(counters->status[i] == before[i] + (i == (int)status), "not one status each");
    }
    if (status == CT_PACKET_TCP) {
        check(segment->payload.n <= segment->payload_len, "payload longer than its length");
        check(segment->src.family == segment->dst.family, "two address families");
        check(segment->src.family == 4 || segment->src.family == 6, "no address family");
        check(segment->ts_ns == probe->ts_ns && segment->iface == probe->iface,
              "time or interface");
        touch(segment->payload);
    }
}

enum ct_packet_status probe_frame(struct probe *probe, const struct ct_frame *frame)
{
    struct ct_frame copy = *frame;
    uint64_t before[CT_PACKET_STATUS_COUNT];
    memcpy(before, ct_packet_counters(probe->decoder)->status, sizeof before);
    copy.bytes = guard_put(&probe->guard, frame->bytes, frame->cap_len);
    probe->ts_ns = frame->ts_ns;
    probe->iface = frame->iface;
    memset(&probe->segment, 0xa5, sizeof probe->segment);
    enum ct_packet_status status = ct_packet_decode(probe->decoder, &copy, &probe->segment);
    check_packet(probe, before, status);
    return status;
}

bool probe_more(struct probe *probe, enum ct_packet_status *status)
{
    uint64_t before[CT_PACKET_STATUS_COUNT];
    memcpy(before, ct_packet_counters(probe->decoder)->status, sizeof before);
    memset(&probe->segment, 0xa5, sizeof probe->segment);
    if (!ct_packet_decode_more(probe->decoder, status, &probe->segment)) {
        return false;
    }
    check_packet(probe, before, *status);
    return true;
}

enum ct_packet_status probe_decode(struct probe *probe, const struct tf_frame *f)
{
    struct ct_frame frame = tf_frame(f, 0);
    return probe_frame(probe, &frame);
}

enum ct_packet_status probe_decode_cut(struct probe *probe, const struct tf_frame *f, size_t n)
{
    struct ct_frame frame = tf_frame(f, 0);
    frame.cap_len = (uint32_t)n;
    return probe_frame(probe, &frame);
}

const struct ct_packet_counters *probe_counters(const struct probe *probe)
{
    return ct_packet_counters(probe->decoder);
}

bool probe_payload_is(const struct probe *probe, const char *text)
{
    size_t n = strlen(text);
    return probe->segment.payload.n == n && memcmp(probe->segment.payload.p, text, n) == 0;
}
