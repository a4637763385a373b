/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where everything went: what could not be looked into, what was not seen in full, how
 * connections ended, and one line for each fate of a packet, so that the packets read are
 * accounted for. At the end what was given up, or that nothing was.
 */
#include <string.h>

#include "output/losses.h"
#include "output/summary.h"

/* Protocols in which there may be HTTP that we do not see, or that are plainly not HTTP. */
static bool is_looked_into(enum ct_proto proto)
{
    return proto == CT_PROTO_HTTP1 || proto == CT_PROTO_NONE;
}

static void put_server_names(struct ct_writer *writer, const struct ct_key_list *names)
{
    struct ct_buf *buf = &writer->buf;
    size_t shown = names->n_rows < CT_SUMMARY_ROWS ? names->n_rows : CT_SUMMARY_ROWS;
    for (size_t i = 0; i < shown; i++) {
        ct_output_putf(buf, "%-20s", "");
        ct_output_count_cell(buf, names->rows[i].n, 11);
        ct_output_put(buf, "  ");
        ct_output_put_safe(buf, names->rows[i].key);
        ct_output_put_char(buf, '\n');
    }
    if (names->n_keys > shown) {
        ct_output_putf(buf, "%-20s", "");
        ct_output_count_cell(buf, names->n_keys - shown, 11);
        ct_output_put(buf, "  more names\n");
    }
}

static void put_not_looked_into(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    bool any = snapshot->packets.status[CT_PACKET_QUIC] > 0;
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        any = any || (!is_looked_into((enum ct_proto)i) && snapshot->protos[i].connections > 0);
    }
    if (!any) {
        return;
    }
    ct_output_section(writer, "Not looked into", " connections  payload");
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        enum ct_proto proto = (enum ct_proto)i;
        if (is_looked_into(proto) || snapshot->protos[i].connections == 0) {
            continue;
        }
        size_t from = buf->n;
        ct_output_putf(buf, "  %-18s", ct_stream_proto_name(proto));
        ct_output_count_cell(buf, snapshot->protos[i].connections, 11);
        ct_output_bytes_cell(buf, snapshot->protos[i].bytes, 10);
        ct_output_put_char(buf, ' ');
        ct_output_put_words(writer, from, ct_stream_proto_help(proto));
        ct_output_put_char(buf, '\n');
        if (proto == CT_PROTO_TLS) {
            put_server_names(writer, &snapshot->server_names);
        }
    }
    if (snapshot->packets.status[CT_PACKET_QUIC] > 0) {
        ct_output_count_row(writer, "quic packets", snapshot->packets.status[CT_PACKET_QUIC],
                            ct_packet_status_help(CT_PACKET_QUIC));
    }
}

static void put_row_if(struct ct_writer *writer, const char *label, uint64_t n, const char *text)
{
    if (n > 0) {
        ct_output_count_row(writer, label, n, text);
    }
}

static void put_incomplete(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    /* Notes that say how, not that something was not seen. */
    static const uint32_t harmless = 1u << CT_NOTE_INTERIM | 1u << CT_NOTE_EARLY_RESPONSE |
                                     1u << CT_NOTE_CLOSE_DELIMITED | 1u << CT_NOTE_TUNNEL |
                                     1u << CT_NOTE_PROXIED | 1u << CT_NOTE_CREDENTIALS_REMOVED;
    if (snapshot->complete == snapshot->transactions && snapshot->missing_bytes == 0 &&
        snapshot->order_unknown == 0) {
        return;
    }
    ct_output_section(writer, "Transactions not seen in full", "");
    put_row_if(writer, "not complete", snapshot->transactions - snapshot->complete,
               "an end of a message was not seen");
    put_row_if(writer, "no response", snapshot->unanswered, "of these");
    put_row_if(writer, "no request", snapshot->unasked, "of these");
    put_row_if(writer, "missing octets", snapshot->missing_bytes, "that the capture does not hold");
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        if ((harmless >> i & 1u) == 0) {
            put_row_if(writer, ct_http_note_name((enum ct_note)i), snapshot->by_note[i], "");
        }
    }
}

/* What the comparison with earlier responses for the same URI decided, doubted or explained. */
static void put_insight(struct ct_writer *writer, const struct ct_insight_counters *insight)
{
    uint64_t any = 0;
    for (int i = 0; i < CT_INSIGHT_RULE_COUNT; i++) {
        any |= insight->rules[i];
    }
    if (any == 0) {
        return;
    }
    ct_output_section(writer, "By earlier responses", "");
    for (int i = 0; i < CT_INSIGHT_RULE_COUNT; i++) {
        enum ct_insight_rule rule = (enum ct_insight_rule)i;
        put_row_if(writer, ct_insight_rule_name(rule), insight->rules[i],
                   ct_insight_rule_confidence(rule));
    }
}

static void put_connections(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    const struct ct_stream_counters *stream = &snapshot->stream;
    ct_output_section(writer, "Connections", "");
    ct_output_count_row(writer, "seen", stream->connections, "");
    for (int i = 0; i < CT_PROTO_COUNT; i++) {
        put_row_if(writer, ct_stream_proto_name((enum ct_proto)i), snapshot->protos[i].connections,
                   ct_stream_proto_help((enum ct_proto)i));
    }
    put_row_if(writer, "midstream", stream->midstream, "the start was not captured");
    put_row_if(writer, "one way", stream->one_way, "one direction was seen");
    put_row_if(writer, "proxied", stream->proxied, "client address from a PROXY header");
    put_row_if(writer, "without data", stream->opened_without_data, "never carried payload");
    for (int i = 0; i < CT_CLOSE_COUNT; i++) {
        char label[32];
        (void)snprintf(label, sizeof label, "ended: %s",
                       ct_stream_close_name((enum ct_close)i)); /* cut when too long */
        put_row_if(writer, label, snapshot->closes[i], "");
    }
}

static void put_packets(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    const struct ct_packet_counters *packets = &snapshot->packets;
    struct ct_buf *buf = &writer->buf;
    uint64_t sum = 0;
    ct_output_section(writer, "Packets", "");
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        enum ct_packet_status status = (enum ct_packet_status)i;
        sum += packets->status[i];
        put_row_if(writer, ct_packet_status_name(status), packets->status[i],
                   ct_packet_status_help(status));
    }
    ct_output_count_row(writer, "sum", sum,
                        sum == packets->frames + packets->wifi_aggregated ? "every packet read"
                                                                          : "NOT the packets read");
    const char *separator = "  layers: ";
    for (int i = 0; i < CT_LAYER_COUNT; i++) {
        if (packets->layers[i] > 0) {
            ct_output_putf(buf, "%s%s ", separator, ct_packet_layer_name((enum ct_packet_layer)i));
            ct_output_put_count(buf, packets->layers[i]);
            separator = ", ";
        }
    }
    ct_output_put(buf, separator[0] == ',' ? "\n" : "");
}

/* Of a live capture. */
static void put_interfaces(struct ct_writer *writer, const struct ct_capture_counters *capture)
{
    struct ct_buf *buf = &writer->buf;
    if (capture->n_ifaces == 0) {
        return;
    }
    ct_output_section(writer, "Interfaces", "    received  dropped by kernel  by interface");
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        const struct ct_iface_counters *iface = &capture->ifaces[i];
        size_t from = buf->n;
        ct_output_put(buf, "  ");
        ct_output_put_safe(buf,
                           (struct ct_span){(const uint8_t *)iface->name, strlen(iface->name)});
        ct_output_pad(buf, from, 20);
        ct_output_count_cell(buf, iface->received, 11);
        ct_output_count_cell(buf, iface->kernel_drops, 18);
        ct_output_count_cell(buf, iface->interface_drops, 13);
        ct_output_put(buf, iface->up ? "" : "  down");
        ct_output_put(buf, iface->kernel_drops > 0 || iface->interface_drops > 0
                               ? "  numbers are partial\n"
                               : "\n");
    }
}

static void put_segments(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    uint64_t sum = 0;
    ct_output_section(writer, "TCP segments", "");
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        enum ct_segment_status status = (enum ct_segment_status)i;
        sum += snapshot->stream.status[i];
        put_row_if(writer, ct_stream_segment_name(status), snapshot->stream.status[i],
                   ct_stream_segment_help(status));
    }
    ct_output_count_row(writer, "sum", sum, "");
}

static void put_losses(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_loss losses[CT_LOSSES_MAX];
    size_t n = ct_output_losses(snapshot, losses);
    bool any = false;
    ct_output_section(writer, "Skipped or given up", "");
    for (size_t i = 0; i < n; i++) {
        if (losses[i].n > 0) {
            size_t from = writer->buf.n;
            ct_output_put_char(&writer->buf, ' ');
            ct_output_count_cell(&writer->buf, losses[i].n, 13);
            ct_output_put_char(&writer->buf, ' ');
            ct_output_put_words(writer, from, losses[i].help);
            ct_output_put_char(&writer->buf, '\n');
            any = true;
        }
    }
    if (!any) {
        ct_output_put(&writer->buf, "  nothing was given up\n");
    }
}

void ct_output_summary_accounts(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    put_not_looked_into(writer, snapshot);
    put_incomplete(writer, snapshot);
    put_insight(writer, &snapshot->insight);
    put_connections(writer, snapshot);
    put_interfaces(writer, &snapshot->capture);
    put_packets(writer, snapshot);
    put_segments(writer, snapshot);
    put_losses(writer, snapshot);
}
