/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readable report. Most important first: what the cache did, how fast, for whom, then
 * what could not be seen, then where every packet went. Only what is known is in it: all
 * numbers come from the snapshot.
 */
#include "output/summary.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

/* ---- tables ----------------------------------------------------------------------------- */

void ct_output_section(struct ct_writer *writer, const char *title, const char *heads)
{
    struct ct_buf *buf = &writer->buf;
    ct_output_put_char(buf, '\n');
    size_t from = buf->n;
    ct_output_color(writer, CT_COLOR_BOLD);
    ct_output_put(buf, title);
    ct_output_color(writer, CT_COLOR_OFF);
    if (heads[0] != '\0') {
        ct_output_pad(buf, from, 24);
        ct_output_color(writer, CT_COLOR_DIM);
        ct_output_put(buf, heads);
        ct_output_color(writer, CT_COLOR_OFF);
    }
    ct_output_put_char(buf, '\n');
}

void ct_output_put_words(struct ct_writer *writer, size_t from, const char *text)
{
    struct ct_buf *buf = &writer->buf;
    size_t indent = ct_output_width(buf, from);
    size_t column = indent;
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        if (writer->options.columns != 0 && column + 1 + n > writer->options.columns &&
            column > indent) {
            ct_output_put_char(buf, '\n');
            ct_output_put_fill(buf, ' ', indent);
            column = indent;
        }
        ct_output_put_char(buf, ' ');
        ct_output_put_bytes(buf, text, n);
        column += 1 + n;
        text += n + strspn(text + n, " ");
    }
}

void ct_output_count_row(struct ct_writer *writer, const char *label, uint64_t n, const char *text)
{
    struct ct_buf *buf = &writer->buf;
    size_t from = buf->n;
    ct_output_put(buf, "  ");
    ct_output_put(buf, label);
    ct_output_pad(buf, from, 20);
    ct_output_count_cell(buf, n, 11);
    if (text[0] != '\0') {
        ct_output_put_char(buf, ' ');
        ct_output_put_words(writer, from, text);
    }
    ct_output_put_char(buf, '\n');
}

static size_t begin_cell(struct ct_buf *buf)
{
    ct_output_put_char(buf, ' ');
    return buf->n;
}

void ct_output_count_cell(struct ct_buf *buf, uint64_t n, size_t width)
{
    size_t from = begin_cell(buf);
    ct_output_put_count(buf, n);
    ct_output_pad_left(buf, from, width);
}

void ct_output_percent_cell(struct ct_buf *buf, uint64_t part, uint64_t whole, size_t width)
{
    size_t from = begin_cell(buf);
    ct_output_put_percent(buf, part, whole);
    ct_output_pad_left(buf, from, width);
}

void ct_output_bytes_cell(struct ct_buf *buf, uint64_t bytes, size_t width)
{
    size_t from = begin_cell(buf);
    ct_output_put_bytes_size(buf, bytes);
    ct_output_pad_left(buf, from, width);
}

void ct_output_duration_cell(struct ct_buf *buf, int64_t ns, size_t width)
{
    size_t from = begin_cell(buf);
    ct_output_put_duration(buf, ns);
    ct_output_pad_left(buf, from, width);
}

/* ---- the head --------------------------------------------------------------------------- */

static void put_date(struct ct_buf *buf, int64_t ns)
{
    int64_t s = 0;
    int64_t us = 0;
    ct_output_split_time(ns, &s, &us);
    time_t seconds = (time_t)s;
    struct tm parts;
    char date[32];
    char zone[16];
    if (localtime_r(&seconds, &parts) == NULL ||
        strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &parts) == 0 ||
        strftime(zone, sizeof zone, "%z", &parts) == 0) {
        ct_output_put_seconds(buf, ns);
        return;
    }
    ct_output_putf(buf, "%s.%06" PRId64 " %s", date, us, zone);
}

static void put_label(struct ct_buf *buf, const char *label)
{
    ct_output_putf(buf, "  %-13s", label);
}

static void put_capture(struct ct_buf *buf, const struct ct_snapshot *snapshot)
{
    uint64_t span = (uint64_t)snapshot->last_ns - (uint64_t)snapshot->first_ns;
    put_label(buf, "from");
    put_date(buf, snapshot->first_ns);
    ct_output_put_char(buf, '\n');
    put_label(buf, "to");
    put_date(buf, snapshot->last_ns);
    ct_output_put(buf, "  (");
    ct_output_put_duration(buf, span < INT64_MAX ? (int64_t)span : INT64_MAX);
    ct_output_put(buf, ")\n");
    put_label(buf, "packets");
    ct_output_put_count(buf, snapshot->packets.frames);
    ct_output_put(buf, ", ");
    ct_output_put_bytes_size(buf, snapshot->packets.wire_bytes);
    ct_output_put(buf, " on the wire\n");
    put_label(buf, "connections");
    ct_output_put_count(buf, snapshot->stream.connections);
    ct_output_put(buf, ", of which HTTP/1.x: ");
    ct_output_put_count(buf, snapshot->protos[CT_PROTO_HTTP1].connections);
    ct_output_put_char(buf, '\n');
}

static void put_status_classes(struct ct_buf *buf, const uint64_t n[6])
{
    const char *separator = "";
    for (unsigned i = 1; i < 6; i++) {
        if (n[i] > 0) {
            ct_output_putf(buf, "%s%uxx ", separator, i);
            ct_output_put_count(buf, n[i]);
            separator = ", ";
        }
    }
    if (n[0] > 0) {
        ct_output_putf(buf, "%snone or outside ", separator);
        ct_output_put_count(buf, n[0]);
    }
    ct_output_put_char(buf, '\n');
}

static void put_transactions(struct ct_buf *buf, const struct ct_snapshot *snapshot)
{
    put_label(buf, "transactions");
    ct_output_put_count(buf, snapshot->transactions);
    ct_output_put(buf, ", of which seen in full: ");
    ct_output_put_count(buf, snapshot->complete);
    ct_output_put_char(buf, '\n');
    if (snapshot->not_chosen > 0) {
        put_label(buf, "");
        ct_output_put_count(buf, snapshot->not_chosen);
        ct_output_put(buf, " others are in no number here: --where left them out\n");
    }
    put_label(buf, "responses");
    put_status_classes(buf, snapshot->by_status_class);
    put_label(buf, "bodies");
    ct_output_put_bytes_size(buf, snapshot->body_bytes);
    ct_output_put(buf, " in responses\n");
}

/* What the outcomes do not rest on, because the user said so. */
static void put_ignored(struct ct_writer *writer)
{
    struct ct_buf *buf = &writer->buf;
    const struct ct_output_options *options = &writer->options;
    for (size_t i = 0; i < options->n_ignored_headers; i++) {
        if (i == 0) {
            put_label(buf, "ignored");
        }
        ct_output_put(buf, i > 0 ? ", " : "headers of responses: ");
        ct_output_put(buf, options->ignored_headers[i]);
    }
    if (options->n_ignored_headers > 0) {
        ct_output_put_char(buf, '\n');
    }
}

/* ---- nothing to report ------------------------------------------------------------------ */

static void put_found(struct ct_buf *buf, uint64_t n, const char *text)
{
    if (n > 0) {
        ct_output_put(buf, "  - ");
        ct_output_put_count(buf, n);
        ct_output_putf(buf, " %s\n", text);
    }
}

/* What may keep a capture from showing HTTP, for one who expected it. */
static void put_no_http(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    const struct ct_packet_counters *packets = &snapshot->packets;
    ct_output_put_char(buf, '\n');
    if (packets->frames == 0) {
        ct_output_put(buf, "The input holds no packets, or the capture filter passed none.\n");
        return;
    }
    ct_output_put(buf, "No HTTP/1.x transaction was found. What was found instead:\n");
    put_found(buf, snapshot->protos[CT_PROTO_TLS].connections,
              "TLS connections: encrypted, what they carry cannot be seen");
    put_found(buf, snapshot->protos[CT_PROTO_HTTP2].connections,
              "HTTP/2 connections in clear text: not read by this version");
    put_found(buf, packets->status[CT_PACKET_QUIC], "QUIC packets: HTTP/3, encrypted");
    put_found(buf, snapshot->protos[CT_PROTO_UNKNOWN].connections,
              "connections whose protocol was not recognised");
    put_found(buf, snapshot->protos[CT_PROTO_NONE].connections,
              "connections that carried no payload");
    put_found(buf, packets->status[CT_PACKET_UNKNOWN_LINKTYPE],
              "packets of a link type that is not decoded");
    put_found(buf, packets->status[CT_PACKET_ENCRYPTED],
              "packets encrypted below TCP (ESP, MACsec, protected 802.11)");
    put_found(buf, packets->status[CT_PACKET_TRUNCATED],
              "packets cut before their payload: capture with a larger snap length");
    put_found(buf, packets->frames - packets->status[CT_PACKET_TCP],
              "packets in all that were not TCP segments");
    if (packets->status[CT_PACKET_TCP] == 0) {
        ct_output_put(buf, "No packet held a TCP segment.\n");
    }
}

void ct_output_summary_end(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    ct_output_color(writer, CT_COLOR_BOLD);
    ct_output_put(buf, "cachetap summary\n");
    ct_output_color(writer, CT_COLOR_OFF);
    if (snapshot->packets.frames > 0) {
        put_capture(buf, snapshot);
    }
    put_ignored(writer);
    if (snapshot->transactions > 0 || snapshot->not_chosen > 0) {
        put_transactions(buf, snapshot);
        ct_output_summary_cache(writer, snapshot);
        if (writer->options.explain) {
            ct_output_summary_groups(writer, snapshot);
        }
        ct_output_summary_lists(writer, snapshot);
        ct_output_summary_flows(writer, snapshot);
    } else {
        put_no_http(writer, snapshot);
    }
    if (snapshot->packets.frames > 0 || snapshot->transactions > 0) {
        ct_output_summary_accounts(writer, snapshot);
    }
}
