/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "cachetap/parts.h"

/* Timers are looked at when packet time has moved on by this much. */
#define TICK_NS (10 * CT_NS_PER_MS)

/*
 * A frame that is this far ahead of all before it moves the clock only when the next one is
 * ahead as well: one wrong time stamp (1970, 2038) must not time out every connection.
 */
#define JUMP_NS (INT64_C(24) * 3600 * CT_NS_PER_S)

struct ct_intake {
    struct ct_intake_hooks hooks;
    struct ct_decoder *decoder;
    uint64_t n_segments;
    int64_t first_ns; /* earliest and latest time stamp, for reports */
    int64_t last_ns;
    int64_t begin_ns;
    int64_t now_ns; /* the packet clock: never moves back */
    int64_t tick_ns;
    bool started;
    bool ahead; /* the last frame was more than JUMP_NS ahead */
};

struct ct_intake *ct_intake_new(const struct ct_limits *limits, const struct ct_key *key,
                                const struct ct_intake_hooks *hooks)
{
    struct ct_intake *intake = calloc(1, sizeof *intake);
    if (intake == NULL) {
        return NULL;
    }
    intake->hooks = *hooks;
    intake->decoder = ct_packet_decoder_new(limits, key);
    if (intake->decoder == NULL) {
        free(intake);
        return NULL;
    }
    return intake;
}

void ct_intake_free(struct ct_intake *intake)
{
    if (intake != NULL) {
        ct_packet_decoder_free(intake->decoder);
        free(intake);
    }
}

static void note_time(struct ct_intake *intake, int64_t ts_ns)
{
    if (!intake->started) {
        intake->started = true;
        intake->first_ns = ts_ns;
        intake->last_ns = ts_ns;
        intake->begin_ns = ts_ns;
        intake->now_ns = ts_ns;
        intake->tick_ns = ts_ns;
        return;
    }
    if (ts_ns < intake->first_ns) {
        intake->first_ns = ts_ns;
    }
    if (ts_ns > intake->last_ns) {
        intake->last_ns = ts_ns;
    }
}

/* So far from 1970 (to 2116) that the difference of two times, or 68 years more, has room. */
static int64_t bounded(int64_t ts_ns)
{
    const int64_t most = (INT64_C(1) << 62) - 1;
    if (ts_ns > most) {
        return most;
    }
    return ts_ns < -most ? -most : ts_ns;
}

/* a - b >= span, for times that may be anything. */
static bool later_by(int64_t a, int64_t b, int64_t span)
{
    return a > b && (uint64_t)a - (uint64_t)b >= (uint64_t)span;
}

static void advance(struct ct_intake *intake, int64_t ts_ns)
{
    bool ahead = later_by(ts_ns, intake->now_ns, JUMP_NS);
    if (ts_ns > intake->now_ns && (!ahead || intake->ahead)) {
        intake->now_ns = ts_ns;
        ahead = false;
    }
    intake->ahead = ahead;
    if (later_by(intake->now_ns, intake->tick_ns, TICK_NS)) {
        intake->tick_ns = intake->now_ns;
        intake->hooks.tick(intake->hooks.user, intake->now_ns, intake->n_segments);
    }
}

void ct_intake_frame(struct ct_intake *intake, const struct ct_frame *frame)
{
    struct ct_segment segment;
    struct ct_frame timed = *frame;
    timed.ts_ns = bounded(frame->ts_ns);
    note_time(intake, timed.ts_ns);
    advance(intake, timed.ts_ns);
    enum ct_packet_status status = ct_packet_decode(intake->decoder, &timed, &segment);
    do {
        if (status == CT_PACKET_TCP) {
            intake->n_segments++;
            intake->hooks.segment(intake->hooks.user, &segment, intake->n_segments);
        }
    } while (ct_packet_decode_more(intake->decoder, &status, &segment));
}

void ct_intake_tick(struct ct_intake *intake, int64_t now_ns)
{
    if (intake->started && now_ns > intake->now_ns) {
        intake->now_ns = now_ns;
        intake->tick_ns = now_ns;
        intake->hooks.tick(intake->hooks.user, now_ns, intake->n_segments);
    }
}

void ct_intake_counters(const struct ct_intake *intake, struct ct_parts_counters *counters)
{
    *counters = (struct ct_parts_counters){
        .first_ns = intake->first_ns,
        .last_ns = intake->last_ns,
        .packets = *ct_packet_counters(intake->decoder),
    };
}

void ct_intake_progress(const struct ct_intake *intake, struct ct_intake_progress *progress)
{
    const struct ct_packet_counters *counters = ct_packet_counters(intake->decoder);
    *progress = (struct ct_intake_progress){
        .begin_ns = intake->begin_ns,
        .now_ns = intake->now_ns,
        .frames = counters->frames,
        .wire_bytes = counters->wire_bytes,
    };
}

static uint8_t *put_endpoint(uint8_t *to, const struct ct_endpoint *endpoint)
{
    memcpy(to, endpoint->addr, sizeof endpoint->addr);
    to += sizeof endpoint->addr;
    *to++ = (uint8_t)(endpoint->port >> 8);
    *to++ = (uint8_t)endpoint->port;
    return to;
}

size_t ct_parts_shard_of(const struct ct_key *key, const struct ct_segment *segment, size_t n)
{
    uint8_t text[2 * (sizeof segment->src.addr + 2)];
    struct ct_key own = *key;
    if (n == 1) {
        return 0;
    }
    own.bytes[0] ^= 1; /* not the hash of the shard's own table: it would fill 1/n of it */
    bool swap = ct_base_endpoint_compare(&segment->src, &segment->dst) > 0;
    uint8_t *end = put_endpoint(text, swap ? &segment->dst : &segment->src);
    (void)put_endpoint(end, swap ? &segment->src : &segment->dst);
    return ct_base_hash64(&own, text, sizeof text) % n;
}
