/* SPDX-License-Identifier: Apache-2.0 */
/*
 * In-order octets to whoever reads them. Callbacks only leave wishes in the record (skip,
 * resume, tunnel, reject); they are carried out here, after the callback: nothing recurses.
 */
#include "stream/conn.h"

/* What detection may look at, gathered from pieces; a TLS ClientHello is the longest. */
#define PEEK_BYTES 8192u

static const struct ct_consumer *reader(const struct ct_conn *conn)
{
    return conn->streams->hooks.http;
}

void ct_deliver_skip_begin(struct ct_side *side, uint64_t n)
{
    side->skip_start = side->next;
    side->skip_end = n > UINT64_MAX - side->next ? UINT64_MAX : side->next + n;
    side->skip_missing = 0;
    side->skip_first_ns = 0;
    side->skip_last_ns = 0;
}

static void end_skip(struct ct_conn *conn, unsigned s)
{
    struct ct_side *side = &conn->sides[s];
    struct ct_stream_skipped skipped = {
        .dir = ct_conn_dir(conn, s),
        .length = side->next - side->skip_start,
        .missing = side->skip_missing,
        .first_ns = side->skip_first_ns,
        .last_ns = side->skip_last_ns,
    };
    side->skip_end = 0;
    if (conn->phase == CT_PHASE_READ && conn->state != NULL) {
        reader(conn)->skipped(conn->state, &skipped);
    }
}

void ct_deliver_skip_flush(struct ct_conn *conn, unsigned s)
{
    if (conn->sides[s].skip_end > conn->sides[s].next) {
        end_skip(conn, s);
    }
}

void ct_deliver_pass_all(struct ct_conn *conn)
{
    conn->phase = CT_PHASE_PASS;
    for (unsigned s = 0; s < 2; s++) {
        conn->sides[s].hold = 0;
        ct_deliver_skip_begin(&conn->sides[s], UINT64_MAX);
    }
}

/* Carries out a tunnel or reject that a callback asked for. */
static void switch_reader(struct ct_conn *conn)
{
    void *state = conn->state;
    bool tunnel = conn->switching == 1;
    ct_deliver_skip_flush(conn, 0);
    ct_deliver_skip_flush(conn, 1);
    conn->switching = 0;
    conn->state = NULL;
    conn->phase = CT_PHASE_DETECT;
    reader(conn)->close(state, CT_CLOSE_TUNNEL, conn->last_ns);
    conn->proto = conn->switch_proto;
    if (!tunnel) {
        ct_deliver_pass_all(conn);
        return;
    }
    conn->tunnelled = 1;
    for (unsigned s = 0; s < 2; s++) {
        conn->sides[s].hold = 0;
        conn->sides[s].skip_end = 0;
        conn->sides[s].pending_skip = 0;
        conn->sides[s].at_start = 1;
    }
}

/* Octets up to end are in a skip at least in part: passes those. */
static void pass(struct ct_conn *conn, unsigned s, uint64_t end, int64_t ts_ns)
{
    struct ct_side *side = &conn->sides[s];
    uint64_t to = end < side->skip_end ? end : side->skip_end;
    conn->streams->counters.skipped_bytes += to - side->next;
    if (side->skip_first_ns == 0) {
        side->skip_first_ns = ts_ns;
    }
    if (ts_ns > side->skip_last_ns) {
        side->skip_last_ns = ts_ns;
    }
    side->next = to;
    if (to == side->skip_end) {
        end_skip(conn, s);
    }
    if (conn->switching != 0) {
        switch_reader(conn);
    }
}

void ct_deliver_gap(struct ct_conn *conn, unsigned s, uint64_t end, int64_t ts_ns)
{
    struct ct_side *side = &conn->sides[s];
    conn->streams->counters.gaps++;
    conn->streams->counters.gap_bytes += end - side->next;
    side->missing += end - side->next;
    while (side->next < end) {
        if (side->next < side->skip_end) {
            uint64_t to = end < side->skip_end ? end : side->skip_end;
            side->skip_missing += to - side->next;
            side->next = to;
            if (to == side->skip_end) {
                end_skip(conn, s);
            }
        } else {
            struct ct_stream_gap gap = {
                .dir = ct_conn_dir(conn, s),
                .offset = side->next,
                .length = end - side->next,
                .ts_ns = ts_ns,
            };
            side->next = end;
            side->at_start = 0;
            if (conn->phase == CT_PHASE_READ) {
                reader(conn)->gap(conn->state, &gap);
            }
        }
        if (conn->switching != 0) {
            switch_reader(conn);
        }
    }
}

/*
 * Hands data to the reader, or to detection, which may take the first segment_octets alone and
 * is told when the last octets are there. Returns false when nothing moves any more.
 */
static bool hand_over(struct ct_conn *conn, unsigned s, const struct ct_stream_data *data,
                      size_t segment_octets, bool last)
{
    struct ct_side *side = &conn->sides[s];
    bool reading = conn->phase == CT_PHASE_READ;
    size_t taken;
    if (reading) {
        side->in_data = 1;
        taken = reader(conn)->data(conn->state, data);
        side->in_data = 0;
    } else {
        taken = ct_identify(conn, s, data, last || conn->settling);
        taken = taken == CT_IDENTIFY_SEGMENT ? segment_octets : taken;
    }
    side->next += taken < data->bytes.n ? taken : data->bytes.n;
    if (side->pending_skip > 0 && conn->switching == 0) {
        ct_deliver_skip_begin(side, side->pending_skip);
        side->pending_skip = 0;
        return true;
    }
    if (conn->switching != 0) {
        switch_reader(conn);
        return true;
    }
    if (reading && taken < data->bytes.n) {
        side->hold = 1;
    }
    return taken > 0;
}

void ct_deliver_front(struct ct_conn *conn, unsigned s, struct ct_carried *carried,
                      bool segment_start)
{
    struct ct_side *side = &conn->sides[s];
    while (side->next < carried->end && !side->hold) {
        uint8_t phase = conn->phase;
        if (side->next < side->skip_end && side->next < carried->bytes_end) {
            pass(conn, s, carried->bytes_end, carried->ts_ns);
            continue;
        }
        if (side->next >= carried->bytes_end) {
            ct_deliver_gap(conn, s, carried->end, carried->ts_ns);
            continue;
        }
        size_t at = (size_t)(side->next - carried->start);
        struct ct_stream_data data = {
            .dir = ct_conn_dir(conn, s),
            .bytes = {carried->bytes + at, (size_t)(carried->bytes_end - side->next)},
            .offset = side->next,
            .peer_offset = carried->peer_offset,
            .ts_ns = carried->ts_ns,
            .segment_start = at == 0 && segment_start,
        };
        if (!hand_over(conn, s, &data, data.bytes.n, carried->bytes_end < carried->end) &&
            conn->phase == phase && side->next >= side->skip_end) {
            return; /* detection wants more */
        }
    }
}

static bool tell_eof(struct ct_conn *conn, unsigned s)
{
    struct ct_side *side = &conn->sides[s];
    if (side->fin == 0 || side->eof_told || side->next < side->fin || side->hold) {
        return false;
    }
    side->eof_told = 1;
    ct_deliver_skip_flush(conn, s);
    if (conn->phase == CT_PHASE_READ && conn->switching == 0) {
        reader(conn)->eof(conn->state, ct_conn_dir(conn, s), conn->last_ns);
    }
    if (conn->switching != 0) {
        switch_reader(conn);
    }
    return true;
}

/* What is kept at the front goes to detection in one piece, however it was cut. */
static bool detect_piece(struct ct_conn *conn, unsigned s, const struct ct_piece *piece)
{
    uint8_t head[PEEK_BYTES];
    uint8_t phase = conn->phase;
    struct ct_stream_data data = {
        .dir = ct_conn_dir(conn, s),
        .bytes = {head, ct_reorder_peek(&conn->sides[s], head, sizeof head)},
        .offset = piece->start,
        .peer_offset = piece->peer_offset,
        .ts_ns = piece->ts_ns,
        .segment_start = piece->segment_start,
    };
    const struct ct_piece *following = piece->next;
    uint64_t end = piece->start + data.bytes.n;
    while (following != NULL && following->end <= end) {
        following = following->next;
    }
    bool last = following != NULL && following->start == end && following->kind == CT_PIECE_VOID;
    return hand_over(conn, s, &data, (size_t)(piece->end - piece->start), last) ||
           conn->phase != phase || conn->sides[s].next < conn->sides[s].skip_end;
}

static void deliver_kept(struct ct_conn *conn, unsigned s, const struct ct_piece *piece)
{
    struct ct_stream_data data = {
        .dir = ct_conn_dir(conn, s),
        .bytes = {piece->data + (piece->start - piece->origin),
                  (size_t)(piece->end - piece->start)},
        .offset = piece->start,
        .peer_offset = piece->peer_offset,
        .ts_ns = piece->ts_ns,
        .segment_start = piece->segment_start,
    };
    (void)hand_over(conn, s, &data, data.bytes.n, false);
}

/* One step with the first piece; false when nothing moved. */
static bool drain(struct ct_conn *conn, unsigned s)
{
    struct ct_side *side = &conn->sides[s];
    struct ct_piece *piece = side->head;
    if (!side->anchored || side->hold) {
        return false;
    }
    if (piece == NULL) {
        return tell_eof(conn, s);
    }
    if (piece->start > side->next || ct_deliver_too_early(conn, s, piece->peer_offset)) {
        return false;
    }
    if (piece->end <= side->next) {
        ct_reorder_drop(conn->streams, side, piece);
        return true;
    }
    if (piece->start < side->next) {
        piece->start = side->next;
        piece->segment_start = false;
    }
    if (side->next < side->skip_end && piece->kind != CT_PIECE_VOID) {
        pass(conn, s, piece->end, piece->ts_ns);
        return true;
    }
    if (piece->kind != CT_PIECE_BYTES_KEPT) {
        ct_deliver_gap(conn, s, piece->end, piece->ts_ns);
        return true;
    }
    if (conn->phase == CT_PHASE_DETECT) {
        return detect_piece(conn, s, piece);
    }
    deliver_kept(conn, s, piece);
    return true;
}

void ct_deliver_pump(struct ct_conn *conn)
{
    bool moved = true;
    while (moved && conn->phase != CT_PHASE_CLOSED) {
        moved = false;
        for (unsigned d = 0; d < 2; d++) { /* what the client said goes first */
            unsigned s = ct_conn_side(conn, (enum ct_dir)d);
            while (drain(conn, s)) {
                moved = true;
            }
        }
    }
}

void ct_deliver_pump_settling(struct ct_conn *conn)
{
    conn->settling = 1;
    ct_deliver_pump(conn);
    conn->settling = 0;
}

bool ct_side_unsettled(const struct ct_side *side)
{
    return side->has_base && !side->anchored &&
           (side->head != NULL || side->acked > CT_STREAM_ORIGIN);
}

bool ct_deliver_too_early(const struct ct_conn *conn, unsigned s, uint64_t peer_offset)
{
    const struct ct_side *other = &conn->sides[1 - s];
    if (conn->settling || conn->phase == CT_PHASE_PASS || peer_offset <= other->next) {
        return false;
    }
    if (!other->anchored) {
        return ct_side_unsettled(other);
    }
    if (other->hold || (other->fin != 0 && other->next >= other->fin)) {
        return false;
    }
    /* One octet that is not there may be a FIN (RFC 9293 section 3.4). */
    return other->head != NULL || other->fin != 0 || peer_offset != other->next + 1;
}

static void want_skip(void *handle, enum ct_dir dir, uint64_t n)
{
    struct ct_conn *conn = handle;
    struct ct_side *side = &conn->sides[ct_conn_side(conn, dir)];
    if (side->in_data) {
        side->pending_skip = n;
    } else if (n > 0) {
        ct_deliver_skip_begin(side, n);
    }
}

static void want_resume(void *handle, enum ct_dir dir)
{
    struct ct_conn *conn = handle;
    conn->sides[ct_conn_side(conn, dir)].hold = 0; /* the pump goes on */
}

static void want_tunnel(void *handle, enum ct_proto proto)
{
    struct ct_conn *conn = handle;
    conn->switching = 1;
    conn->switch_proto = (uint8_t)proto;
}

static void want_reject(void *handle, enum ct_proto proto)
{
    struct ct_conn *conn = handle;
    conn->switching = 2;
    conn->switch_proto = (uint8_t)proto;
}

void ct_deliver_open(struct ct_conn *conn)
{
    const struct ct_consumer *consumer = reader(conn);
    struct ct_transport transport = {
        .conn = conn,
        .info = &conn->info,
        .skip = want_skip,
        .resume = want_resume,
        .tunnel = want_tunnel,
        .reject = want_reject,
    };
    conn->state = consumer != NULL ? consumer->open(consumer->ctx, &transport) : NULL;
    if (conn->state == NULL) {
        ct_deliver_pass_all(conn);
        return;
    }
    for (unsigned s = 0; s < 2; s++) {
        conn->sides[s].skip_end = 0; /* what detection passed over is nothing that it asked for */
    }
    conn->phase = CT_PHASE_READ;
}
