/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics, in the order of the page. Names follow Prometheus' conventions: base units,
 * and labels over which a sum means something. All series of a closed set are there from the
 * start, so that a rate can be taken from the first event on.
 */
#include "output/metrics_table.h"

#include <stddef.h>
#include <string.h>

#include "base/span.h"
#include "cachetap/cachetap.h"

static struct ct_label label(const char *name, const char *value)
{
    return (struct ct_label){name, ct_span_of(value)};
}

static struct ct_label class_label(int class)
{
    return label("class", ct_cache_class_name((enum ct_class) class));
}

/* ---- the program ------------------------------------------------------------------------ */

static void put_build(struct ct_metrics_page *page)
{
    ct_metrics_put2(page, label("version", CACHETAP_VERSION),
                    label("llhttp", ct_http_parser_version()), 1);
}

static void put_start(struct ct_metrics_page *page)
{
    ct_metrics_put_time(page, page->view->start_ns);
}

static void put_cpu(struct ct_metrics_page *page)
{
    ct_metrics_put_time(page, (int64_t)page->view->cpu_ns);
}

static void put_resident(struct ct_metrics_page *page)
{
    if (page->view->resident_bytes > 0) {
        ct_metrics_put(page, page->view->resident_bytes);
    }
}

static void put_taken(struct ct_metrics_page *page)
{
    ct_metrics_put_time(page, page->view->taken_ns);
}

static void put_last_packet(struct ct_metrics_page *page)
{
    ct_metrics_put_time(page, page->view->snapshot->last_ns);
}

static void put_memory(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    ct_metrics_put1(page, "stage", "stream", snapshot->stream.memory_bytes);
    ct_metrics_put1(page, "stage", "http", snapshot->http.memory_bytes);
    ct_metrics_put1(page, "stage", "stats", snapshot->memory_bytes);
    ct_metrics_put1(page, "stage", "flows", snapshot->flows.memory_bytes);
}

static void put_limits(struct ct_metrics_page *page)
{
#define X(field, def, unit, help) ct_metrics_put1(page, "limit", #field, page->view->limits->field);
    CT_LIMITS(X)
#undef X
}

static void put_requests(struct ct_metrics_page *page)
{
    ct_metrics_put(page, page->view->requests);
}

static void put_connections_cut(struct ct_metrics_page *page)
{
    ct_metrics_put(page, page->view->connections_cut);
}

/* ---- what the caches did ---------------------------------------------------------------- */

static void put_by_outcome(struct ct_metrics_page *page, const uint64_t n[CT_OUTCOME_COUNT])
{
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        enum ct_outcome outcome = (enum ct_outcome)i;
        ct_metrics_put2(page, label("outcome", ct_cache_outcome_name(outcome)),
                        class_label((int)ct_cache_outcome_class(outcome)), n[i]);
    }
}

static void put_transactions(struct ct_metrics_page *page)
{
    put_by_outcome(page, page->view->snapshot->counts.n);
}

static void put_bodies(struct ct_metrics_page *page)
{
    put_by_outcome(page, page->view->snapshot->counts.bytes);
}

static void put_origin_ratio(struct ct_metrics_page *page, const struct ct_ratio *ratio)
{
    ct_metrics_put1(page, "origin", "spared", ratio->hit);
    ct_metrics_put1(page, "origin", "reached", ratio->miss);
}

static void put_origin(struct ct_metrics_page *page)
{
    put_origin_ratio(page, &page->view->snapshot->ratios.origin_requests);
}

static void put_origin_bodies(struct ct_metrics_page *page)
{
    put_origin_ratio(page, &page->view->snapshot->ratios.origin_bytes);
}

static void put_basis(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_BASIS_COUNT; i++) {
        ct_metrics_put1(page, "basis", ct_cache_basis_name((enum ct_basis)i),
                        page->view->snapshot->by_basis[i]);
    }
}

static void put_reasons(struct ct_metrics_page *page)
{
    const uint64_t *n = page->view->snapshot->by_reason;
    ct_metrics_put1(page, "reason", "none", n[CT_REASON_NOT_GIVEN]);
    for (int i = CT_REASON_NOT_GIVEN + 1; i < CT_REASON_COUNT; i++) {
        ct_metrics_put1(page, "reason", ct_cache_reason_name((enum ct_reason)i), n[i]);
    }
}

/* The transactions without a dialect are those that are in no row. */
static void put_dialects(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    for (int class = 0; class < CT_CLASS_COUNT; class ++) {
        uint64_t none = ct_stats_class_sum(snapshot->counts.n, (enum ct_class) class);
        for (size_t i = 0; i < snapshot->n_dialects; i++) {
            const struct ct_dialect_row *row = &snapshot->dialects[i];
            ct_metrics_put2(page, label("dialect", row->name), class_label(class),
                            row->by_class[class]);
            none -= row->by_class[class];
        }
        ct_metrics_put2(page, label("dialect", "none"), class_label(class), none);
    }
}

static void put_status_classes(struct ct_metrics_page *page)
{
    static const char *const names[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ct_metrics_put1(page, "code", names[i], page->view->snapshot->by_status_class[i]);
    }
}

static void put_notes(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        ct_metrics_put1(page, "note", ct_http_note_name((enum ct_note)i),
                        page->view->snapshot->by_note[i]);
    }
}

static void put_marks(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        ct_metrics_put1(page, "mark", ct_cache_mark_name((enum ct_mark)i),
                        page->view->snapshot->by_mark[i]);
    }
}

static void put_findings(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_FINDING_COUNT; i++) {
        ct_metrics_put1(page, "finding", ct_cache_finding_name((enum ct_finding)i),
                        page->view->snapshot->by_finding[i]);
    }
}

static void put_host(struct ct_metrics_page *page, struct ct_span name,
                     const uint64_t by_class[CT_CLASS_COUNT])
{
    for (int class = 0; class < CT_CLASS_COUNT; class ++) {
        ct_metrics_put2(page, (struct ct_label){"host", name}, class_label(class), by_class[class]);
    }
}

static void put_hosts(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    for (size_t i = 0; i < snapshot->n_named_hosts; i++) {
        put_host(page, snapshot->named_hosts[i].host, snapshot->named_hosts[i].by_class);
    }
    put_host(page, ct_span_of("other"), snapshot->other_hosts.by_class);
}

static void put_host_bodies(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    for (size_t i = 0; i < snapshot->n_named_hosts; i++) {
        put_host(page, snapshot->named_hosts[i].host, snapshot->named_hosts[i].bytes);
    }
    put_host(page, ct_span_of("other"), snapshot->other_hosts.bytes);
}

static void put_message_bytes(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    ct_metrics_put1(page, "direction", "request", snapshot->request_wire_bytes);
    ct_metrics_put1(page, "direction", "response", snapshot->response_wire_bytes);
}

/* ---- times ------------------------------------------------------------------------------ */

static void put_bucket(struct ct_metrics_page *page, struct ct_label class, const char *bound,
                       uint64_t n)
{
    const struct ct_label labels[] = {class, label("le", bound)};
    ct_metrics_begin(page, "_bucket", labels, 2);
    ct_output_put_u64(page->buf, n);
    ct_metrics_end(page);
}

static void put_times_of(struct ct_metrics_page *page, struct ct_label class,
                         const struct ct_time_histogram *times)
{
    static const char *const bounds[CT_TIME_BOUND_COUNT] = {
#define X(ns, seconds) seconds,
        CT_TIME_BOUNDS(X)
#undef X
    };
    for (size_t i = 0; i < CT_TIME_BOUND_COUNT; i++) {
        put_bucket(page, class, bounds[i], times->at_most[i]);
    }
    put_bucket(page, class, "+Inf", times->n);
    ct_metrics_begin(page, "_sum", &class, 1);
    ct_output_put_u64(page->buf, times->sum_s);
    ct_output_putf(page->buf, ".%09u", (unsigned)times->sum_ns);
    ct_metrics_end(page);
    ct_metrics_begin(page, "_count", &class, 1);
    ct_output_put_u64(page->buf, times->n);
    ct_metrics_end(page);
}

static void put_ttfb(struct ct_metrics_page *page)
{
    for (int class = 0; class < CT_CLASS_COUNT; class ++) {
        put_times_of(page, class_label(class), &page->view->snapshot->ttfb_times[class]);
    }
}

static void put_durations(struct ct_metrics_page *page)
{
    for (int class = 0; class < CT_CLASS_COUNT; class ++) {
        put_times_of(page, class_label(class), &page->view->snapshot->duration_times[class]);
    }
}

/* ---- live capture ----------------------------------------------------------------------- */

/* One sample for each name, also where an interface was given twice: a series stands there once. */
static void put_ifaces(struct ct_metrics_page *page, size_t offset)
{
    const struct ct_capture_counters *capture = &page->view->snapshot->capture;
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        const char *name = capture->ifaces[i].name;
        uint64_t sum = 0;
        bool told = false;
        for (size_t k = 0; k < capture->n_ifaces; k++) {
            const struct ct_iface_counters *iface = &capture->ifaces[k];
            bool same = strcmp(iface->name, name) == 0;
            uint64_t n = 0;
            memcpy(&n, (const char *)iface + offset, sizeof n);
            told = told || (same && k < i);
            sum += same ? n : 0;
        }
        if (!told) {
            ct_metrics_put1(page, "interface", name, sum);
        }
    }
}

static void put_received(struct ct_metrics_page *page)
{
    put_ifaces(page, offsetof(struct ct_iface_counters, received));
}

static void put_kernel_drops(struct ct_metrics_page *page)
{
    put_ifaces(page, offsetof(struct ct_iface_counters, kernel_drops));
}

static void put_interface_drops(struct ct_metrics_page *page)
{
    put_ifaces(page, offsetof(struct ct_iface_counters, interface_drops));
}

static void put_downs(struct ct_metrics_page *page)
{
    put_ifaces(page, offsetof(struct ct_iface_counters, downs));
}

static void put_dropped_records(struct ct_metrics_page *page)
{
    ct_metrics_put1(page, "where", "output", page->view->snapshot->capture.dropped_records);
    ct_metrics_put1(page, "where", "threads", page->view->snapshot->records_lost);
}

/* ---- packets, segments, connections ----------------------------------------------------- */

static void put_packets(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        ct_metrics_put1(page, "status", ct_packet_status_name((enum ct_packet_status)i),
                        page->view->snapshot->packets.status[i]);
    }
}

static void put_layers(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_LAYER_COUNT; i++) {
        ct_metrics_put1(page, "layer", ct_packet_layer_name((enum ct_packet_layer)i),
                        page->view->snapshot->packets.layers[i]);
    }
}

static void put_segments(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        ct_metrics_put1(page, "status", ct_stream_segment_name((enum ct_segment_status)i),
                        page->view->snapshot->stream.status[i]);
    }
}

static void put_closes(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_CLOSE_COUNT; i++) {
        ct_metrics_put1(page, "reason", ct_stream_close_name((enum ct_close)i),
                        page->view->snapshot->closes[i]);
    }
}

static void put_protocols(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        ct_metrics_put1(page, "protocol", ct_stream_proto_name((enum ct_proto)i),
                        page->view->snapshot->protos[i].connections);
    }
}

static void put_protocol_bytes(struct ct_metrics_page *page)
{
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        ct_metrics_put1(page, "protocol", ct_stream_proto_name((enum ct_proto)i),
                        page->view->snapshot->protos[i].bytes);
    }
}

/* ---- lists ------------------------------------------------------------------------------ */

static void put_list_keys(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    ct_metrics_put1(page, "list", "hosts", snapshot->hosts.n_keys);
    ct_metrics_put1(page, "list", "uris", snapshot->uris.n_keys);
    ct_metrics_put1(page, "list", "server_names", snapshot->server_names.n_keys);
    ct_metrics_put1(page, "list", "unknown_status", snapshot->unknown.n_keys);
}

static void put_list_replaced(struct ct_metrics_page *page)
{
    const struct ct_snapshot *snapshot = page->view->snapshot;
    ct_metrics_put1(page, "list", "hosts", snapshot->hosts.replaced);
    ct_metrics_put1(page, "list", "uris", snapshot->uris.replaced);
    ct_metrics_put1(page, "list", "server_names", snapshot->server_names.replaced);
    ct_metrics_put1(page, "list", "unknown_status", snapshot->unknown.replaced);
}

/* ---- the table -------------------------------------------------------------------------- */

#define COUNTER CT_METRIC_COUNTER
#define GAUGE   CT_METRIC_GAUGE
/* A row with its own samples, and one that is a number of the snapshot. */
#define ROW(name, type, labels, help, put) {"cachetap_" name, type, labels, help, 0, put},
#define NUMBER(name, type, field, help) \
    {"cachetap_" name, type, "", help, offsetof(struct ct_snapshot, field), NULL},

/* clang-format off */
static const struct ct_metric table[] = {
    ROW("transactions", COUNTER, "outcome, class", "Transactions by what the cache nearest to the client did.", put_transactions)
    ROW("response_body_bytes", COUNTER, "outcome, class", "Octets of response bodies by what the cache did.", put_bodies)
    ROW("origin_transactions", COUNTER, "origin", "Transactions of class hit and miss by whether any cache had to fetch from the origin.", put_origin)
    ROW("origin_response_body_bytes", COUNTER, "origin", "Octets of response bodies of class hit and miss by whether any cache had to fetch from the origin.", put_origin_bodies)
    ROW("basis_transactions", COUNTER, "basis", "Transactions by how the outcome is known.", put_basis)
    ROW("reason_transactions", COUNTER, "reason", "Transactions by why the cache did what it did.", put_reasons)
    ROW("dialect_transactions", COUNTER, "dialect, class", "Transactions by the vocabulary in which a cache spoke.", put_dialects)
    ROW("host_transactions", COUNTER, "host, class", "Transactions by host: the first frequent ones, up to the limit metrics_hosts, and other.", put_hosts)
    ROW("host_response_body_bytes", COUNTER, "host, class", "Octets of response bodies by host.", put_host_bodies)
    ROW("code_transactions", COUNTER, "code", "Transactions by the class of the response's status code; none: no response was seen, or it is outside.", put_status_classes)
    ROW("note_transactions", COUNTER, "note", "Transactions with something to note; one may have several notes.", put_notes)
    ROW("mark_transactions", COUNTER, "mark", "Transactions with what travels beside the outcome; one may have several marks.", put_marks)
    ROW("finding_transactions", COUNTER, "finding", "Transactions that show a cache problem; one may show several.", put_findings)
    NUMBER("transactions_not_chosen", COUNTER, not_chosen, "Transactions that --where leaves out; they are in no other number.")
    ROW("time_to_first_byte_seconds", CT_METRIC_HISTOGRAM, "class, le", "Time from the end of the request to the first octet of the response.", put_ttfb)
    ROW("transaction_duration_seconds", CT_METRIC_HISTOGRAM, "class, le", "Time from the first octet of the request to the last of the response.", put_durations)
    NUMBER("transactions_complete", COUNTER, complete, "Transactions of which both messages were seen to their end.")
    NUMBER("missing_bytes", COUNTER, missing_bytes, "Octets of messages that the capture does not hold.")
    ROW("message_wire_bytes", COUNTER, "direction", "Octets of whole messages on the wire.", put_message_bytes)

    ROW("capture_received_packets", COUNTER, "interface", "Live: packets that passed the filter, dropped ones included.", put_received)
    ROW("capture_kernel_dropped_packets", COUNTER, "interface", "Live: of these, packets for which the kernel's buffer had no room.", put_kernel_drops)
    ROW("capture_interface_dropped_packets", COUNTER, "interface", "Live: packets dropped by the device or its driver.", put_interface_drops)
    ROW("capture_interface_downs", COUNTER, "interface", "Live: times that the interface went down or away.", put_downs)
    ROW("dropped_records", COUNTER, "where", "Live: results that a slow output, or the way between threads, had no room for.", put_dropped_records)
    NUMBER("unsaved_packets", COUNTER, capture.unsaved_packets, "Packets that could not be saved (-w).")
    NUMBER("unringed_packets", COUNTER, capture.unringed_packets, "Packets that the memory of --ring had no room for.")
    ROW("packets", COUNTER, "status", "Packets by what became of them; each is in exactly one.", put_packets)
    NUMBER("packet_wire_bytes", COUNTER, packets.wire_bytes, "Octets of packets on the wire.")
    NUMBER("packet_captured_bytes", COUNTER, packets.captured_bytes, "Octets of packets that were captured.")
    NUMBER("packets_cut", COUNTER, packets.cut_frames, "Packets cut by the snap length.")
    NUMBER("packets_length_from_capture", COUNTER, packets.length_from_capture, "Packets whose IP length was 0 or absurd (offload): the captured length was used.")
    ROW("packet_layers", COUNTER, "layer", "Headers opened below TCP.", put_layers)
    NUMBER("datagrams_reassembled", COUNTER, packets.fragments_reassembled, "IP datagrams put together from fragments.")
    NUMBER("datagrams_given_up", COUNTER, packets.fragments_given_up, "IP datagrams of which fragments were held, then given up.")
    NUMBER("datagrams_open", GAUGE, packets.fragments_open, "IP datagrams that wait for fragments now.")
    NUMBER("fragment_bytes_peak", GAUGE, packets.fragment_bytes_peak, "Most octets of fragments held at one time.")
    NUMBER("wifi_aggregated_packets", COUNTER, packets.wifi_aggregated, "Packets behind the first one of an 802.11 A-MSDU, which are not read.")

    ROW("segments", COUNTER, "status", "TCP segments by what became of them; each is in exactly one.", put_segments)
    NUMBER("connections_open", GAUGE, stream.open_now, "TCP connections that are remembered now.")
    ROW("connections_ended", COUNTER, "reason", "Connections that ended, by why.", put_closes)
    ROW("protocol_connections", COUNTER, "protocol", "Connections that ended, by what they carried.", put_protocols)
    ROW("protocol_bytes", COUNTER, "protocol", "Octets of TCP payload of connections that ended, both directions.", put_protocol_bytes)
#define X(field, help) {"cachetap_stream_" #field, CT_METRIC_STAGE, "", "Stream: " help ".", offsetof(struct ct_snapshot, stream.field), NULL},
    CT_STREAM_COUNTERS(X)
#undef X
#define X(field, help) {"cachetap_flow_" #field, CT_METRIC_STAGE, "", "Labels of connections: " help ".", offsetof(struct ct_snapshot, flows.field), NULL},
    CT_FLOW_COUNTERS(X)
#undef X
#define X(field, help) {"cachetap_http_" #field, CT_METRIC_STAGE, "", "HTTP: " help ".", offsetof(struct ct_snapshot, http.field), NULL},
    CT_HTTP_COUNTERS(X)
#undef X
    ROW("list_keys", GAUGE, "list", "Keys counted one by one in a bounded list.", put_list_keys)
    ROW("list_keys_replaced", COUNTER, "list", "Times that a key made room for another in a bounded list.", put_list_replaced)
    NUMBER("dialects_left_out", COUNTER, dialects_left_out, "Transactions whose dialect found no row; they are counted under dialect none.")

    ROW("build", CT_METRIC_INFO, "version, llhttp", "Version of the program and of its HTTP parser.", put_build)
    ROW("snapshot_timestamp_seconds", GAUGE, "", "When the numbers of this page were taken; the analysis takes them about once in a second.", put_taken)
    ROW("last_packet_timestamp_seconds", GAUGE, "", "Capture time of the latest packet; 0 before the first.", put_last_packet)
    ROW("memory_bytes", GAUGE, "stage", "Memory held by a stage.", put_memory)
    ROW("limit", GAUGE, "limit", "Limits as they are set, each in its unit.", put_limits)
    ROW("metrics_requests", COUNTER, "", "Requests to the metrics server that were answered.", put_requests)
    ROW("metrics_connections_cut", COUNTER, "", "Connections to the metrics server that were cut: too slow, or too many.", put_connections_cut)
    {"process_start_time_seconds", GAUGE, "", "When the program started.", 0, put_start},
    {"process_cpu_seconds", COUNTER, "", "Processor time used by the program.", 0, put_cpu},
    {"process_resident_memory_bytes", GAUGE, "", "Memory of the program that is resident.", 0, put_resident},
};
/* clang-format on */

const struct ct_metric *ct_metrics_table(size_t i)
{
    return i < sizeof table / sizeof table[0] ? &table[i] : NULL;
}
