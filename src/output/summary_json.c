/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole snapshot as one JSON object. Keys are never renamed or removed; those of counters
 * are the names in the tables of their stages. Zero counts are written: a key that is there
 * once is always there.
 */
#include "output/summary_json.h"

#include <string.h>

#include "output/jsonc.h"
#include "output/losses.h"
#include "output/writer.h"

struct section {
    struct ct_json *json;
    struct json_object *object;
};

static struct section open_section(struct ct_json *json, struct json_object *into, const char *key)
{
    return (struct section){json, ct_output_json_object(json, into, key)};
}

static void add_count(struct section section, const char *key, uint64_t n)
{
    ct_output_json_u64(section.json, section.object, key, n);
}

static void add_seconds(struct section section, const char *key, int64_t ns)
{
    ct_output_json_seconds(section.json, section.object, key, ns);
}

/* null when nothing was counted. */
static void add_ratio_value(struct section section, const char *key, uint64_t hit, uint64_t miss)
{
    if (hit > UINT64_MAX - miss || hit + miss == 0) {
        ct_output_json_null(section.json, section.object, key);
    } else {
        ct_output_json_millionths(section.json, section.object, key,
                                  ct_output_millionths(hit, hit + miss));
    }
}

static void add_capture(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    struct section section = open_section(json, json->root, "capture");
    if (snapshot->packets.frames > 0 || snapshot->first_ns != 0) {
        add_seconds(section, "first_ts", snapshot->first_ns);
        add_seconds(section, "last_ts", snapshot->last_ns);
    } else {
        ct_output_json_null(json, section.object, "first_ts");
        ct_output_json_null(json, section.object, "last_ts");
    }
}

static void add_transactions(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    struct section section = open_section(json, json->root, "transactions");
    add_count(section, "total", snapshot->transactions);
    add_count(section, "complete", snapshot->complete);
    add_count(section, "incomplete", snapshot->transactions - snapshot->complete);
    add_count(section, "not_chosen", snapshot->not_chosen);
    add_count(section, "unanswered", snapshot->unanswered);
    add_count(section, "unasked", snapshot->unasked);
    add_count(section, "order_unknown", snapshot->order_unknown);
    add_count(section, "missing_bytes", snapshot->missing_bytes);
    add_count(section, "request_wire_len", snapshot->request_wire_bytes);
    add_count(section, "response_wire_len", snapshot->response_wire_bytes);
    add_count(section, "response_body_len", snapshot->body_bytes);
    struct section notes = open_section(json, section.object, "notes");
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        add_count(notes, ct_http_note_name((enum ct_note)i), snapshot->by_note[i]);
    }
}

static void add_by_outcome(struct section section, const uint64_t n[CT_OUTCOME_COUNT])
{
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        add_count(section, ct_cache_outcome_name((enum ct_outcome)i), n[i]);
    }
}

static void add_by_class(struct section section, const uint64_t n[CT_CLASS_COUNT])
{
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        add_count(section, ct_cache_class_name((enum ct_class)i), n[i]);
    }
}

static void add_class_sums(struct section section, const uint64_t n[CT_OUTCOME_COUNT])
{
    uint64_t sum[CT_CLASS_COUNT];
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        sum[i] = ct_stats_class_sum(n, (enum ct_class)i);
    }
    add_by_class(section, sum);
}

static void add_outcomes(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    add_by_outcome(open_section(json, json->root, "cache_status"), snapshot->counts.n);
    add_class_sums(open_section(json, json->root, "cache_class"), snapshot->counts.n);
    add_by_outcome(open_section(json, json->root, "cache_status_bytes"), snapshot->counts.bytes);
    add_class_sums(open_section(json, json->root, "cache_class_bytes"), snapshot->counts.bytes);

    struct section basis = open_section(json, json->root, "cache_basis");
    for (int i = 0; i < CT_BASIS_COUNT; i++) {
        add_count(basis, ct_cache_basis_name((enum ct_basis)i), snapshot->by_basis[i]);
    }
    struct section reasons = open_section(json, json->root, "cache_reason");
    for (int i = 0; i < CT_REASON_COUNT; i++) {
        const char *name = ct_cache_reason_name((enum ct_reason)i);
        if (name != NULL) {
            add_count(reasons, name, snapshot->by_reason[i]);
        }
    }
    struct section marks = open_section(json, json->root, "cache_marks");
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        add_count(marks, ct_cache_mark_name((enum ct_mark)i), snapshot->by_mark[i]);
    }
    struct section findings = open_section(json, json->root, "findings");
    for (int i = 0; i < CT_FINDING_COUNT; i++) {
        add_count(findings, ct_cache_finding_name((enum ct_finding)i), snapshot->by_finding[i]);
    }
    static const char *const status_classes[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
    struct section status = open_section(json, json->root, "status_code_class");
    for (int i = 0; i < 6; i++) {
        add_count(status, status_classes[i], snapshot->by_status_class[i]);
    }
}

static void add_ratio(struct section into, const char *key, struct ct_ratio ratio)
{
    struct section section = open_section(into.json, into.object, key);
    add_count(section, "hit", ratio.hit);
    add_count(section, "miss", ratio.miss);
    add_ratio_value(section, "ratio", ratio.hit, ratio.miss);
}

static void add_ratios(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    struct section section = open_section(json, json->root, "hit_ratio");
    ct_output_json_word(json, section.object, "formula", "hit / (hit + miss)");
    struct section client = open_section(json, section.object, "client");
    add_ratio(client, "requests", snapshot->ratios.client_requests);
    add_ratio(client, "bytes", snapshot->ratios.client_bytes);
    struct section origin = open_section(json, section.object, "origin");
    add_ratio(origin, "requests", snapshot->ratios.origin_requests);
    add_ratio(origin, "bytes", snapshot->ratios.origin_bytes);
}

static void add_quantiles(struct ct_json *json, const char *key,
                          const struct ct_quantiles times[CT_CLASS_COUNT])
{
    static const char *const names[] = {"p50", "p90", "p99", "max"};
    struct section section = open_section(json, json->root, key);
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        struct section class =
            open_section(json, section.object, ct_cache_class_name((enum ct_class)i));
        const int64_t ns[] = {times[i].p50_ns, times[i].p90_ns, times[i].p99_ns, times[i].max_ns};
        add_count(class, "count", times[i].n);
        for (int k = 0; k < 4; k++) {
            if (times[i].n > 0) {
                add_seconds(class, names[k], ns[k]);
            } else {
                ct_output_json_null(json, class.object, names[k]);
            }
        }
    }
}

static void add_dialects(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    struct json_object *list = ct_output_json_array(json, json->root, "dialects");
    for (size_t i = 0; i < snapshot->n_dialects; i++) {
        struct section section = open_section(json, list, NULL);
        ct_output_json_word(json, section.object, "dialect", snapshot->dialects[i].name);
        add_count(section, "requests", snapshot->dialects[i].n);
        add_by_class(section, snapshot->dialects[i].by_class);
    }
}

/* ---- lists of keys ---------------------------------------------------------------------- */

static void add_key(struct section section, const char *key, struct ct_span text)
{
    if (text.n == 0) {
        ct_output_json_null(section.json, section.object, key);
    } else {
        ct_output_json_text(section.json, section.object, key, text);
    }
}

/* Hosts and URIs. overcount: by how much requests may be too high. */
static void add_transaction_keys(struct ct_json *json, const char *list_key, const char *key,
                                 const struct ct_key_list *keys)
{
    struct json_object *list = ct_output_json_array(json, json->root, list_key);
    for (size_t i = 0; i < keys->n_rows; i++) {
        const struct ct_key_row *row = &keys->rows[i];
        struct section section = open_section(json, list, NULL);
        add_key(section, key, row->key);
        add_count(section, "requests", row->n);
        add_count(section, "overcount", row->over);
        add_by_class(section, row->by_class);
        add_ratio_value(section, "hit_ratio", row->by_class[CT_CLASS_HIT],
                        row->by_class[CT_CLASS_MISS]);
        add_by_class(open_section(json, section.object, "bytes"), row->bytes);
        struct section outcomes = open_section(json, section.object, "cache_status");
        for (int k = 0; k < CT_OUTCOME_COUNT; k++) {
            if (row->by_outcome[k] > 0) {
                add_count(outcomes, ct_cache_outcome_name((enum ct_outcome)k), row->by_outcome[k]);
            }
        }
    }
}

static void add_plain_keys(struct ct_json *json, const char *list_key, const char *key,
                           const char *count_key, const struct ct_key_list *keys)
{
    struct json_object *list = ct_output_json_array(json, json->root, list_key);
    for (size_t i = 0; i < keys->n_rows; i++) {
        struct section section = open_section(json, list, NULL);
        add_key(section, key, keys->rows[i].key);
        add_count(section, count_key, keys->rows[i].n);
        add_count(section, "overcount", keys->rows[i].over);
    }
}

static void add_list_limits(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    const struct {
        const char *name;
        const struct ct_key_list *list;
    } lists[] = {
        {"hosts", &snapshot->hosts},
        {"uris", &snapshot->uris},
        {"server_names", &snapshot->server_names},
        {"unknown_status", &snapshot->unknown},
    };
    struct section section = open_section(json, json->root, "lists");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        struct section list = open_section(json, section.object, lists[i].name);
        add_count(list, "keys", lists[i].list->n_keys);
        add_count(list, "shown", lists[i].list->n_rows);
        add_count(list, "replaced", lists[i].list->replaced);
    }
    add_count(section, "memory_bytes", snapshot->memory_bytes);
}

/* ---- accounts --------------------------------------------------------------------------- */

static void add_packets(struct ct_json *json, const struct ct_packet_counters *packets)
{
    struct section section = open_section(json, json->root, "packets");
    struct section status = open_section(json, section.object, "status");
    uint64_t sum = 0;
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        sum += packets->status[i];
        add_count(status, ct_packet_status_name((enum ct_packet_status)i), packets->status[i]);
    }
    add_count(section, "read", packets->frames);
    add_count(section, "sum", sum);
    add_count(section, "wire_bytes", packets->wire_bytes);
    add_count(section, "captured_bytes", packets->captured_bytes);
    add_count(section, "cut_frames", packets->cut_frames);
    add_count(section, "length_from_capture", packets->length_from_capture);
    add_count(section, "fragments_reassembled", packets->fragments_reassembled);
    add_count(section, "fragments_given_up", packets->fragments_given_up);
    add_count(section, "fragments_open", packets->fragments_open);
    add_count(section, "fragment_bytes_peak", packets->fragment_bytes_peak);
    add_count(section, "wifi_aggregated", packets->wifi_aggregated);
    if (packets->status[CT_PACKET_UNKNOWN_LINKTYPE] > 0) {
        add_count(section, "unknown_linktype", packets->unknown_linktype);
    } else {
        ct_output_json_null(json, section.object, "unknown_linktype");
    }
    struct section layers = open_section(json, section.object, "layers");
    for (int i = 0; i < CT_LAYER_COUNT; i++) {
        add_count(layers, ct_packet_layer_name((enum ct_packet_layer)i), packets->layers[i]);
    }
}

static void add_segments(struct ct_json *json, const struct ct_stream_counters *stream)
{
    struct section section = open_section(json, json->root, "segments");
    struct section status = open_section(json, section.object, "status");
    uint64_t sum = 0;
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        sum += stream->status[i];
        add_count(status, ct_stream_segment_name((enum ct_segment_status)i), stream->status[i]);
    }
    add_count(section, "sum", sum);
}

static void add_connections(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    struct section section = open_section(json, json->root, "connections");
    struct section protos = open_section(json, section.object, "protocol");
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        struct section proto =
            open_section(json, protos.object, ct_stream_proto_name((enum ct_proto)i));
        add_count(proto, "connections", snapshot->protos[i].connections);
        add_count(proto, "bytes", snapshot->protos[i].bytes);
    }
    struct section ended = open_section(json, section.object, "ended");
    for (int i = 0; i < CT_CLOSE_COUNT; i++) {
        add_count(ended, ct_stream_close_name((enum ct_close)i), snapshot->closes[i]);
    }
}

static void add_stream(struct ct_json *json, const struct ct_stream_counters *stream)
{
    struct section section = open_section(json, json->root, "stream");
#define X(field, help) add_count(section, #field, stream->field);
    CT_STREAM_COUNTERS(X)
#undef X
    add_count(section, "open_now", stream->open_now);
    add_count(section, "memory_bytes", stream->memory_bytes);
}

static void add_http(struct ct_json *json, const struct ct_http_counters *http)
{
    struct section section = open_section(json, json->root, "http");
#define X(field, help) add_count(section, #field, http->field);
    CT_HTTP_COUNTERS(X)
#undef X
    add_count(section, "memory_bytes", http->memory_bytes);
}

static void add_insight(struct ct_json *json, const struct ct_insight_counters *insight)
{
    struct section section = open_section(json, json->root, "insight");
    add_count(section, "entries", insight->entries);
    add_count(section, "added", insight->added);
    add_count(section, "replaced", insight->replaced);
    add_count(section, "not_compared", insight->not_compared);
    add_count(section, "memory_bytes", insight->memory_bytes);
    struct section rules = open_section(json, section.object, "rules");
    for (int i = 0; i < CT_INSIGHT_RULE_COUNT; i++) {
        add_count(rules, ct_insight_rule_name((enum ct_insight_rule)i), insight->rules[i]);
    }
}

static void add_losses(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    struct ct_loss losses[CT_LOSSES_MAX];
    size_t n = ct_output_losses(snapshot, losses);
    struct section section = open_section(json, json->root, "given_up");
    for (size_t i = 0; i < n; i++) {
        add_count(section, losses[i].name, losses[i].n);
    }
}

static void add_ignored(struct ct_json *json, const struct ct_output_options *options)
{
    struct json_object *list = ct_output_json_array(json, json->root, "ignored_headers");
    for (size_t i = 0; i < options->n_ignored_headers; i++) {
        ct_output_json_word(json, list, NULL, options->ignored_headers[i]);
    }
}

/* Empty for a replay, which loses nothing. */
static void add_interfaces(struct ct_json *json, const struct ct_capture_counters *capture)
{
    struct json_object *list = ct_output_json_array(json, json->root, "interfaces");
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        const struct ct_iface_counters *iface = &capture->ifaces[i];
        struct section row = open_section(json, list, NULL);
        ct_output_json_text(json, row.object, "name",
                            (struct ct_span){(const uint8_t *)iface->name, strlen(iface->name)});
        add_count(row, "received", iface->received);
        add_count(row, "kernel_drops", iface->kernel_drops);
        add_count(row, "interface_drops", iface->interface_drops);
        add_count(row, "downs", iface->downs);
        ct_output_json_bool(json, row.object, "up", iface->up);
    }
}

void ct_output_summary_json_end(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_json json;
    ct_output_json_init(&json);
    add_capture(&json, snapshot);
    add_transactions(&json, snapshot);
    add_outcomes(&json, snapshot);
    add_ratios(&json, snapshot);
    add_quantiles(&json, "ttfb", snapshot->ttfb);
    add_quantiles(&json, "duration", snapshot->duration);
    add_dialects(&json, snapshot);
    add_transaction_keys(&json, "hosts", "host", &snapshot->hosts);
    add_transaction_keys(&json, "uris", "uri", &snapshot->uris);
    add_plain_keys(&json, "server_names", "server_name", "connections", &snapshot->server_names);
    add_plain_keys(&json, "unknown_status", "line", "requests", &snapshot->unknown);
    add_list_limits(&json, snapshot);
    add_packets(&json, &snapshot->packets);
    add_segments(&json, &snapshot->stream);
    add_connections(&json, snapshot);
    add_stream(&json, &snapshot->stream);
    add_http(&json, &snapshot->http);
    add_losses(&json, snapshot);
    add_insight(&json, &snapshot->insight);
    add_ignored(&json, &writer->options);
    ct_output_summary_json_flows(&json, snapshot);
    add_interfaces(&json, &snapshot->capture);
    if (ct_output_json_write(&json, &writer->buf)) {
        ct_output_put_char(&writer->buf, '\n');
    }
    ct_output_json_fini(&json);
}
