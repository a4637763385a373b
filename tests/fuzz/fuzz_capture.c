/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: whole captures through the library, then the snapshot through every writer.
 * The input is a classic pcap file when it looks like one, else a run of frames: two octets of
 * length, one of link type, one of time step, and the frame. Every transaction goes through all
 * writers; a report at the end, which costs more than all the rest, is made for a part of the
 * inputs, chosen by their octets.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "cachetap/cachetap.h"
#include "cachetap/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 5 /* of the lists in a report */

struct sink {
    struct ct_writer *writers[CT_FORMAT_COUNT];
    uint64_t n;
};

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct sink *sink = user;
    sink->n++;
    for (int f = 0; f < CT_FORMAT_COUNT; f++) {
        (void)ct_output_txn(sink->writers[f], txn, verdict);
    }
}

static void on_connection(void *user, const struct ct_conn_end *end, const struct ct_flow *flow)
{
    struct sink *sink = user;
    for (int f = 0; f < CT_FORMAT_COUNT; f++) {
        (void)ct_output_conn(sink->writers[f], end, flow);
    }
}

static void feed_pcap(struct ct_engine *engine, struct ct_cursor *cursor)
{
    ct_cursor_skip(cursor, 20);
    const uint8_t *link = ct_cursor_take(cursor, 4);
    uint32_t linktype = link != NULL ? ct_read_le32(link) : 0;
    while (!cursor->bad && cursor->n >= 16) {
        const uint8_t *head = ct_cursor_take(cursor, 16);
        uint32_t length = ct_read_le32(head + 8);
        if (length > cursor->n) {
            length = (uint32_t)cursor->n;
        }
        struct ct_frame frame = {
            .ts_ns = ct_read_le32(head) * CT_NS_PER_S + ct_read_le32(head + 4) * CT_NS_PER_US,
            .bytes = ct_cursor_take(cursor, length),
            .cap_len = length,
            .wire_len = ct_read_le32(head + 12),
            .linktype = linktype,
        };
        ct_engine_frame(engine, &frame);
    }
}

static void feed_frames(struct ct_engine *engine, struct ct_cursor *cursor)
{
    static const uint32_t linktypes[] = {1, 113, 276, 101, 0, 108, 12, 105, 127, 9, 51, 239};
    int64_t now_ns = CT_NS_PER_S;
    while (!cursor->bad && cursor->n > 4) {
        size_t length = ct_cursor_be16(cursor);
        uint8_t link = ct_cursor_u8(cursor);
        now_ns += ((int64_t)ct_cursor_u8(cursor) - 16) * 50 * CT_NS_PER_MS;
        length = length < cursor->n ? length : cursor->n;
        struct ct_frame frame = {
            .ts_ns = now_ns,
            .bytes = ct_cursor_take(cursor, length),
            .cap_len = (uint32_t)length,
            .wire_len = (uint32_t)length + (link & 0x80u ? 100 : 0),
            .linktype = linktypes[link % (sizeof linktypes / sizeof linktypes[0])],
        };
        ct_engine_frame(engine, &frame);
    }
}

static void check_sums(const struct ct_snapshot *snapshot, uint64_t n)
{
    uint64_t frames = 0;
    uint64_t segments = 0;
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        frames += snapshot->packets.status[i];
    }
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        segments += snapshot->stream.status[i];
    }
    if (frames != snapshot->packets.frames + snapshot->packets.wifi_aggregated ||
        segments != snapshot->packets.status[CT_PACKET_TCP] || snapshot->transactions != n) {
        abort(); /* a packet or a transaction that is not accounted for */
    }
}

static ssize_t discard(void *cookie, const char *bytes, size_t n)
{
    (void)cookie;
    (void)bytes;
    return (ssize_t)n;
}

/* Where all output goes: opened once, writes to nowhere. */
static FILE *nowhere(void)
{
    static FILE *file;
    if (file == NULL) {
        file = fopencookie(NULL, "w", (cookie_io_functions_t){.write = discard});
    }
    if (file == NULL) {
        abort();
    }
    return file;
}

static void begin_output(struct sink *sink, const struct ct_engine *engine, unsigned dice)
{
    struct ct_output_options options = {
        .fields = ct_engine_fields(engine),
        .color = (dice & 8u) != 0,
        .explain = true,
        .connections = true,
        .columns = (dice & 16u) != 0 ? 40 : 0,
    };
    for (int f = 0; f < CT_FORMAT_COUNT; f++) {
        sink->writers[f] = ct_output_new((enum ct_format)f, nowhere(), &options);
        if (sink->writers[f] == NULL) {
            abort();
        }
    }
}

/* What differs in reports comes from transactions. */
static void end_output(struct sink *sink, const struct ct_snapshot *snapshot, unsigned dice)
{
    bool has_report = (dice >> 5) % (sink->n > 0 ? 4u : 16u) == 0;
    for (int f = 0; f < CT_FORMAT_COUNT; f++) {
        if (!ct_output_wants_snapshot((enum ct_format)f)) {
            (void)ct_output_end(sink->writers[f], NULL);
        } else if (dice % 2 == (unsigned)f % 2 && has_report) {
            (void)ct_output_end(sink->writers[f], snapshot);
        }
        ct_output_free(sink->writers[f]);
    }
}

/* The same for the same input. */
static unsigned dice_of(const uint8_t *data, size_t size)
{
    unsigned sum = (unsigned)size;
    for (size_t i = 0; i < size; i++) {
        sum = sum * 31 + data[i];
    }
    return sum >> 7;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sink sink = {.n = 0};
    struct ct_engine_config config = {
        .transaction = on_transaction, .connection = on_connection, .user = &sink};
    unsigned dice = dice_of(data, size);
    ct_base_limits_init(&config.limits);
    config.limits.connections = 16;
    config.limits.reorder_bytes_total = CT_KIB(64);
    config.limits.fragment_bytes = CT_KIB(32);
    config.limits.stats_keys = 8;
    config.limits.flows = 4;
    struct ct_engine *engine = ct_engine_new(&config);
    if (engine == NULL) {
        abort();
    }
    begin_output(&sink, engine, dice);
    struct ct_cursor cursor = ct_cursor_of((struct ct_span){data, size});
    if (size >= 24 && ct_read_le32(data) == 0xa1b2c3d4u) {
        feed_pcap(engine, &cursor);
    } else {
        feed_frames(engine, &cursor);
    }
    ct_engine_finish(engine);
    static struct ct_snapshot snapshot; /* too large for a stack */
    (void)ct_engine_snapshot(engine, ROWS, &snapshot);
    check_sums(&snapshot, sink.n);
    end_output(&sink, &snapshot, dice);
    ct_stats_snapshot_fini(&snapshot);
    ct_engine_free(engine);
    return 0;
}
