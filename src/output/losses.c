/* SPDX-License-Identifier: Apache-2.0 */
#include "output/losses.h"

#include <assert.h>
#include <string.h>

/* Rows of the tables that observe, or are shown elsewhere: nothing is lost by them. */
static bool is_observation(const char *name)
{
    static const char *const names[] = {
        "stream_connections",
        "stream_midstream",
        "stream_one_way",
        "stream_proxied",
        "stream_opened_without_data",
        "stream_reset",
        "stream_out_of_order",
        "stream_urgent",
        "stream_skipped_bytes",
        "stream_held_bytes_peak",
        "stream_open_peak",
        "http_requests",
        "http_responses",
        "http_interim_responses",
        "http_transactions",
        "http_unanswered",
        "http_unasked",
        "http_tunnels",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

struct list {
    struct ct_loss *rows;
    size_t n;
};

static void add(struct list *list, const char *name, const char *help, uint64_t n)
{
    if (!is_observation(name) && list->n < CT_LOSSES_MAX) {
        list->rows[list->n++] = (struct ct_loss){name, help, n};
    }
}

static void add_packets(struct list *list, const struct ct_packet_counters *packets)
{
    const uint64_t *status = packets->status;
    add(list, "packet_unknown_linktype", "packets of a link type that is not decoded",
        status[CT_PACKET_UNKNOWN_LINKTYPE]);
    add(list, "packet_truncated", "packets cut by the snap length before the end of their headers",
        status[CT_PACKET_TRUNCATED]);
    add(list, "packet_bad_header", "packets with a header that contradicts itself",
        status[CT_PACKET_BAD_HEADER]);
    add(list, "packet_too_deep", "packets with more encapsulations than the limit",
        status[CT_PACKET_TOO_DEEP]);
    add(list, "packet_fragment_dropped", "fragments given up: limit, time or overlap",
        status[CT_PACKET_FRAGMENT_DROPPED]);
    add(list, "packet_fragments_given_up", "datagrams whose fragments were held, then given up",
        packets->fragments_given_up);
    add(list, "packet_fragments_open", "datagrams not yet whole at the end",
        packets->fragments_open);
}

static void add_stream(struct list *list, const struct ct_stream_counters *stream)
{
    add(list, "segment_refused", "TCP segments refused: no memory within the limits",
        stream->status[CT_SEGMENT_REFUSED]);
    add(list, "segment_out_of_window", "TCP segments far from their connection's sequence numbers",
        stream->status[CT_SEGMENT_OUT_OF_WINDOW]);
#define X(field, help) add(list, "stream_" #field, help, stream->field);
    CT_STREAM_COUNTERS(X)
#undef X
}

static void add_http(struct list *list, const struct ct_http_counters *http)
{
#define X(field, help) add(list, "http_" #field, help, http->field);
    CT_HTTP_COUNTERS(X)
#undef X
}

/* What was lost before the analysis or behind it. */
static void add_capture(struct list *list, const struct ct_capture_counters *capture)
{
    uint64_t kernel = 0;
    uint64_t interface = 0;
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        kernel += capture->ifaces[i].kernel_drops;
        interface += capture->ifaces[i].interface_drops;
    }
    add(list, "capture_kernel_drops", "packets dropped by the kernel: its buffer was full (-B)",
        kernel);
    add(list, "capture_interface_drops", "packets dropped by interfaces or their drivers",
        interface);
    add(list, "capture_recorded_drops",
        "packets that a capture says were lost when it was made (pcapng)", capture->recorded_drops);
    add(list, "output_dropped_records", "results dropped: an output was too slow (output_bytes)",
        capture->dropped_records);
    add(list, "save_unsaved_packets", "packets not saved: -w was too slow or full (save_bytes)",
        capture->unsaved_packets);
    add(list, "save_unringed_packets", "packets that --ring does not hold: it was being written",
        capture->unringed_packets);
}

static void add_insight(struct list *list, const struct ct_insight_counters *insight)
{
    add(list, "history_replaced", "URIs whose earlier responses were forgotten to make room",
        insight->replaced);
    add(list, "history_not_compared",
        "transactions not seen well enough to be compared with earlier ones",
        insight->not_compared);
}

static void add_stats(struct list *list, const struct ct_snapshot *snapshot)
{
    add(list, "stats_hosts_replaced", "times that a host made room for another in its list",
        snapshot->hosts.replaced);
    add(list, "stats_uris_replaced", "times that a URI made room for another in its list",
        snapshot->uris.replaced);
    add(list, "stats_server_names_replaced", "times that a server name made room for another",
        snapshot->server_names.replaced);
    add(list, "stats_unknown_replaced", "times that an unknown status made room for another",
        snapshot->unknown.replaced);
    add(list, "stats_dialects_left_out", "transactions whose dialect found no row",
        snapshot->dialects_left_out);
    add(list, "stats_groups_left_out", "transactions whose outcome and reason found no row",
        snapshot->groups.left_out);
    add(list, "stats_flows_given_up", "labels of connections given up: the limit flows",
        snapshot->flows.given_up);
    add(list, "stats_flows_refused", "transactions without a label of their connection: no memory",
        snapshot->flows.refused);
}

/* The counters of both stages, the rest of their structs included, and those added by hand. */
static_assert((sizeof(struct ct_stream_counters) + sizeof(struct ct_http_counters)) /
                          sizeof(uint64_t) +
                      26 <=
                  CT_LOSSES_MAX,
              "room for every loss");

size_t ct_output_losses(const struct ct_snapshot *snapshot, struct ct_loss losses[CT_LOSSES_MAX])
{
    struct list list = {losses, 0};
    add_packets(&list, &snapshot->packets);
    add_capture(&list, &snapshot->capture);
    add_stream(&list, &snapshot->stream);
    add_http(&list, &snapshot->http);
    add_insight(&list, &snapshot->insight);
    add_stats(&list, snapshot);
    return list.n;
}
