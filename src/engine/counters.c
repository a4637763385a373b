/* SPDX-License-Identifier: Apache-2.0 */
#include "cachetap/parts.h"

static void add_times(struct ct_parts_counters *sum, const struct ct_parts_counters *part)
{
    if (part->first_ns != 0 && (sum->first_ns == 0 || part->first_ns < sum->first_ns)) {
        sum->first_ns = part->first_ns;
    }
    if (part->last_ns != 0 && (sum->last_ns == 0 || part->last_ns > sum->last_ns)) {
        sum->last_ns = part->last_ns;
    }
}

static void add_packets(struct ct_packet_counters *sum, const struct ct_packet_counters *part)
{
    for (size_t i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        sum->status[i] += part->status[i];
    }
    for (size_t i = 0; i < CT_LAYER_COUNT; i++) {
        sum->layers[i] += part->layers[i];
    }
    sum->frames += part->frames;
    sum->wire_bytes += part->wire_bytes;
    sum->captured_bytes += part->captured_bytes;
    sum->cut_frames += part->cut_frames;
    sum->length_from_capture += part->length_from_capture;
    sum->fragments_reassembled += part->fragments_reassembled;
    sum->fragments_given_up += part->fragments_given_up;
    sum->fragments_open += part->fragments_open;
    sum->fragment_bytes_peak += part->fragment_bytes_peak;
    sum->wifi_aggregated += part->wifi_aggregated;
    if (part->status[CT_PACKET_UNKNOWN_LINKTYPE] > 0) {
        sum->unknown_linktype = part->unknown_linktype;
    }
}

/* Peaks too: the sum is a bound, the peaks need not have been at one time. */
static void add_stream(struct ct_stream_counters *sum, const struct ct_stream_counters *part)
{
    for (size_t i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        sum->status[i] += part->status[i];
    }
#define X(field, help) sum->field += part->field;
    CT_STREAM_COUNTERS(X)
#undef X
    sum->open_now += part->open_now;
    sum->memory_bytes += part->memory_bytes;
}

static void add_http(struct ct_http_counters *sum, const struct ct_http_counters *part)
{
#define X(field, help) sum->field += part->field;
    CT_HTTP_COUNTERS(X)
#undef X
    sum->memory_bytes += part->memory_bytes;
}

void ct_parts_counters_add(struct ct_parts_counters *sum, const struct ct_parts_counters *part)
{
    add_times(sum, part);
    add_packets(&sum->packets, &part->packets);
    add_stream(&sum->stream, &part->stream);
    add_http(&sum->http, &part->http);
    sum->records_lost += part->records_lost;
}
