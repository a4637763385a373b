/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Segments in: SYN, acknowledgement, payload, FIN, RST, and the timers in packet time. Any
 * order of events is accepted: captures are a little out of order, and begin and end anywhere.
 */
#include "stream/conn.h"

#include <stdlib.h>

/* So many segments in a row far from a connection are another connection. */
#define ODD_MAX 8u

/* A SYN this little before what was seen first is late, not new. */
#define LATE_SYN_BYTES (UINT64_C(1) << 20)

struct ct_streams *ct_stream_new(const struct ct_limits *limits, const struct ct_key *key,
                                 const struct ct_stream_hooks *hooks)
{
    struct ct_streams *streams = calloc(1, sizeof *streams);
    if (streams == NULL) {
        return NULL;
    }
    streams->limits = *limits;
    streams->key = *key;
    streams->hooks = *hooks;
    streams->reorder.limit_bytes = limits->reorder_bytes_total;
    if (!ct_table_init(streams)) {
        free(streams);
        return NULL;
    }
    return streams;
}

void ct_stream_free(struct ct_streams *streams)
{
    if (streams != NULL) {
        ct_table_fini(streams);
        free(streams);
    }
}

static void set_base(struct ct_side *side, uint32_t seq)
{
    side->has_base = 1;
    side->seq_base = seq - (uint32_t)CT_STREAM_ORIGIN;
    side->first = CT_STREAM_ORIGIN;
    side->next = CT_STREAM_ORIGIN;
}

static void anchor_at(struct ct_side *side, uint64_t offset)
{
    side->first = offset;
    side->next = offset;
    side->anchored = 1;
    side->at_start = 1;
}

static void orient_by_syn(struct ct_conn *conn, unsigned client)
{
    if (!conn->oriented && !conn->info.proxied) {
        conn->client = (uint8_t)client;
        conn->info.orig = conn->ends[client];
        conn->info.resp = conn->ends[1 - client];
    }
    conn->syn_seen = 1;
}

/* Known by acknowledgements only: where it begins can still move. */
static bool is_untouched(const struct ct_side *side)
{
    return side->anchored == 2 && side->next == side->first && !side->eof_told;
}

/* False when the SYN belongs to a new connection. */
static bool take_syn(struct ct_conn *conn, unsigned s, const struct ct_segment *segment)
{
    struct ct_side *side = &conn->sides[s];
    uint32_t seq = segment->seq + 1; /* SYN occupies one number (RFC 9293 section 3.4) */
    if (!side->has_base) {
        set_base(side, seq);
        anchor_at(side, CT_STREAM_ORIGIN);
    } else {
        uint64_t offset = ct_side_offset(side, seq);
        bool untouched = !side->anchored || is_untouched(side);
        if (untouched && ct_side_in_window(side, offset) &&
            (side->head == NULL || offset <= side->head->start)) {
            anchor_at(side, offset);
        } else if (!side->anchored ||
                   (offset != side->first && !(conn->info.midstream && offset < side->first &&
                                               side->first - offset < LATE_SYN_BYTES))) {
            return false;
        }
    }
    orient_by_syn(conn, (segment->flags & CT_TCP_ACK) != 0 ? 1 - s : s);
    return true;
}

/* Notes what the sender has received; returns it as an offset, 0: not known. */
static uint64_t take_ack(struct ct_conn *conn, unsigned s, const struct ct_segment *segment)
{
    struct ct_side *other = &conn->sides[1 - s];
    if ((segment->flags & CT_TCP_ACK) == 0 || (segment->flags & CT_TCP_RST) != 0) {
        return 0;
    }
    if (!other->has_base) {
        set_base(other, segment->ack);
    }
    uint64_t offset = ct_side_offset(other, segment->ack);
    if (!ct_side_in_window(other, offset)) {
        return 0;
    }
    if (offset > other->acked) {
        other->acked = offset;
    }
    return offset;
}

/* Gives up the hole in front so that there is room; false when there is none. */
static bool make_room(struct ct_conn *conn, unsigned s)
{
    struct ct_side *side = &conn->sides[s];
    if (!side->anchored) {
        ct_end_anchor(conn);
        ct_deliver_pump(conn);
        return true;
    }
    if (side->head != NULL && side->head->start <= side->next && !side->hold &&
        ct_deliver_too_early(conn, s, side->head->peer_offset)) {
        uint64_t before = side->next;
        conn->streams->counters.gaps_by_limit++;
        ct_wait_give_up(conn); /* what it waits for */
        return side->next > before;
    }
    if (conn->phase == CT_PHASE_DETECT && side->head != NULL && side->head->start <= side->next) {
        uint64_t before = side->next;
        ct_deliver_pump_settling(conn); /* decided with what is there */
        return side->next > before || conn->phase != CT_PHASE_DETECT;
    }
    if (side->hold || side->head == NULL || side->head->start <= side->next) {
        return false;
    }
    conn->streams->counters.gaps_by_limit++;
    ct_deliver_gap(conn, s, side->head->start, conn->last_ns);
    ct_deliver_pump(conn);
    return true;
}

/* The first octets of a side say where it begins, unless that is certain. */
static void begin_at(struct ct_side *side, uint64_t start)
{
    if (is_untouched(side)) {
        side->first = start;
        side->next = start;
        side->anchored = 1;
    }
}

static enum ct_segment_status store(struct ct_conn *conn, unsigned s, struct ct_carried *carried)
{
    struct ct_side *side = &conn->sides[s];
    if (side->anchored && carried->start > side->next) {
        conn->streams->counters.out_of_order++;
    }
    for (;;) {
        if (side->anchored && carried->end <= side->next) {
            return CT_SEGMENT_DATA; /* given up for want of room */
        }
        switch (ct_reorder_store(conn, s, carried)) {
        case CT_STORED_NEW:
            return CT_SEGMENT_DATA;
        case CT_STORED_KNOWN:
            return CT_SEGMENT_DUPLICATE;
        case CT_STORED_REFUSED:
            if (!make_room(conn, s)) {
                conn->streams->counters.gaps_by_limit++;
                return CT_SEGMENT_REFUSED;
            }
            begin_at(side, carried->start);
            break;
        }
    }
}

static enum ct_segment_status take_payload(struct ct_conn *conn, unsigned s,
                                           struct ct_carried *carried)
{
    struct ct_side *side = &conn->sides[s];
    begin_at(side, carried->start);
    if (side->anchored && carried->end <= side->next) {
        return CT_SEGMENT_DUPLICATE;
    }
    bool front = side->anchored && !side->hold && carried->start <= side->next &&
                 (side->head == NULL || side->head->start >= carried->end) &&
                 !ct_deliver_too_early(conn, s, carried->peer_offset);
    if (front) {
        ct_deliver_front(conn, s, carried, carried->start == side->next);
        if (side->next >= carried->end) {
            return CT_SEGMENT_DATA;
        }
        enum ct_segment_status status = store(conn, s, carried);
        return status == CT_SEGMENT_DUPLICATE ? CT_SEGMENT_DATA : status;
    }
    return store(conn, s, carried);
}

/* A probe repeats the last octet, or none (RFC 9293 section 3.8.4). */
static bool is_keepalive(const struct ct_side *side, const struct ct_segment *segment,
                         uint64_t start)
{
    return segment->payload_len <= 1 && side->anchored && start + 1 == side->next &&
           (segment->flags & (CT_TCP_SYN | CT_TCP_FIN | CT_TCP_RST)) == 0;
}

static void take_rst(struct ct_conn *conn, unsigned s, const struct ct_segment *segment)
{
    struct ct_side *side = &conn->sides[s];
    struct ct_side *other = &conn->sides[1 - s];
    bool inside = side->has_base && ct_side_in_window(side, ct_side_offset(side, segment->seq));
    if (!inside && !conn->had_data && (segment->flags & CT_TCP_ACK) != 0 && other->has_base) {
        inside = ct_side_offset(other, segment->ack) == other->first; /* refused: seq is 0 */
    }
    if (inside && conn->rst_side == 0) {
        conn->rst_side = (uint8_t)(1 + s);
        conn->rst_offset = side->has_base ? ct_side_offset(side, segment->seq) : 0;
    }
}

/* Octets that lie behind it say that a FIN is not the connection's own. */
static void take_fin(struct ct_side *side, uint64_t end)
{
    bool goes_on = side->anchored && side->next > end;
    if (side->fin == 0 && !goes_on && (side->tail == NULL || side->tail->end <= end)) {
        side->fin = end;
    }
}

static enum ct_segment_status take_segment(struct ct_conn *conn, unsigned s,
                                           const struct ct_segment *segment)
{
    struct ct_side *side = &conn->sides[s];
    uint64_t peer_offset = take_ack(conn, s, segment);
    uint32_t seq = segment->seq + ((segment->flags & CT_TCP_SYN) != 0);
    bool carries = segment->payload_len > 0 && (segment->flags & CT_TCP_RST) == 0;
    enum ct_segment_status status = CT_SEGMENT_CONTROL;

    if ((segment->flags & CT_TCP_RST) != 0) {
        take_rst(conn, s, segment);
        return status;
    }
    if (!side->has_base) {
        set_base(side, seq);
    }
    uint64_t start = ct_side_offset(side, seq);
    bool after_fin = carries && side->eof_told && start + segment->payload_len > side->fin;
    if (!ct_side_in_window(side, start) || after_fin) {
        if (conn->odd < ODD_MAX) {
            conn->odd++;
        }
        return CT_SEGMENT_OUT_OF_WINDOW;
    }
    conn->odd = 0;
    if (is_keepalive(side, segment, start)) {
        return CT_SEGMENT_KEEPALIVE;
    }
    uint64_t end = start + segment->payload_len;
    if (carries) {
        struct ct_carried carried = {
            .start = start,
            .end = end,
            .bytes_end = start + segment->payload.n,
            .bytes = segment->payload.p,
            .peer_offset = peer_offset,
            .ts_ns = segment->ts_ns,
        };
        conn->had_data = 1;
        conn->streams->counters.cut_bytes += segment->payload_len - segment->payload.n;
        if (end > side->fin) {
            side->fin = 0; /* it goes on: not its own */
        }
        if (conn->rst_side == 1 + s && end > conn->rst_offset) {
            conn->rst_side = 0; /* it went on: the RST was not its own */
        }
        status = take_payload(conn, s, &carried);
    }
    if ((segment->flags & CT_TCP_FIN) != 0) {
        take_fin(side, end);
    }
    return status;
}

/*
 * Octets of a side that has said its last, behind its FIN or RST, on a connection that is over:
 * those of the next one, whose SYN is lost, or the RST was not the connection's own.
 */
static bool is_of_the_next(const struct ct_conn *conn, unsigned s, const struct ct_segment *segment)
{
    const struct ct_side *side = &conn->sides[s];
    if (conn->phase != CT_PHASE_CLOSED || !side->has_base || segment->payload_len == 0 ||
        (segment->flags & (CT_TCP_SYN | CT_TCP_RST)) != 0) {
        return false;
    }
    uint64_t offset = ct_side_offset(side, segment->seq);
    bool after_rst = conn->rst_side == 1 + s && conn->rst_offset != 0 &&
                     offset >= conn->rst_offset && offset >= side->next;
    return after_rst || (side->fin != 0 && offset > side->fin);
}

/* The record for a segment, made or made anew where needed; NULL: *status says why. */
static struct ct_conn *conn_for(struct ct_streams *streams, const struct ct_segment *segment,
                                unsigned *s, enum ct_segment_status *status)
{
    bool syn = (segment->flags & CT_TCP_SYN) != 0;
    bool rst = (segment->flags & CT_TCP_RST) != 0;
    struct ct_conn *conn = ct_table_find(streams, segment, s);
    if (conn != NULL &&
        ((conn->odd >= ODD_MAX && segment->payload_len > 0) || is_of_the_next(conn, *s, segment))) {
        ct_end_close(conn, CT_CLOSE_REUSE);
        ct_table_free(conn);
        conn = NULL;
    }
    if (conn != NULL && syn && !rst) {
        bool known =
            conn->phase == CT_PHASE_CLOSED
                ? conn->sides[*s].has_base &&
                      ct_side_offset(&conn->sides[*s], segment->seq + 1) == conn->sides[*s].first
                : take_syn(conn, *s, segment);
        if (!known) {
            ct_end_close(conn, CT_CLOSE_REUSE);
            ct_table_free(conn);
            conn = NULL;
        }
    }
    if (conn != NULL) {
        return conn;
    }
    if (rst || (!syn && segment->payload_len == 0)) {
        *status = CT_SEGMENT_NO_CONNECTION;
        return NULL;
    }
    conn = ct_table_make(streams, segment);
    *s = 0;
    *status = CT_SEGMENT_REFUSED;
    if (conn != NULL && syn) {
        (void)take_syn(conn, 0, segment); /* the first: always its own */
    }
    return conn;
}

static void note_packet(struct ct_conn *conn, unsigned s, const struct ct_segment *segment)
{
    struct ct_streams *streams = conn->streams;
    conn->sides[s].packets++;
    conn->active_ns = streams->now_ns;
    if (segment->ts_ns > conn->last_ns) {
        conn->last_ns = segment->ts_ns;
    }
    if (segment->ts_ns < conn->info.first_ns) {
        conn->info.first_ns = segment->ts_ns;
    }
    if ((segment->flags & CT_TCP_URG) != 0) {
        streams->counters.urgent++;
    }
}

static enum ct_segment_status count(struct ct_streams *streams, enum ct_segment_status status)
{
    streams->counters.status[status]++;
    streams->counters.memory_bytes = streams->conns.n_objects * streams->conns.object_bytes +
                                     streams->n_buckets * sizeof(struct ct_conn *) +
                                     streams->reorder.used_bytes;
    return status;
}

/* It carried data, or each side has acknowledged the other's SYN. */
static bool is_open(const struct ct_conn *conn)
{
    return conn->had_data ||
           (conn->sides[0].anchored == 1 && conn->sides[0].acked >= conn->sides[0].first &&
            conn->sides[1].anchored == 1 && conn->sides[1].acked >= conn->sides[1].first);
}

void ct_stream_note_number(struct ct_streams *streams, uint64_t number)
{
    streams->n_segments = number;
}

enum ct_segment_status ct_stream_segment(struct ct_streams *streams,
                                         const struct ct_segment *segment)
{
    enum ct_segment_status status = CT_SEGMENT_CONTROL;
    unsigned s = 0;
    if (!streams->started) {
        streams->started = true;
        streams->now_ns = segment->ts_ns;
    }
    streams->n_segments++;
    struct ct_conn *conn = conn_for(streams, segment, &s, &status);
    if (conn == NULL) {
        return count(streams, status);
    }
    if (conn->phase == CT_PHASE_CLOSED) {
        return count(streams, CT_SEGMENT_AFTER_CLOSE);
    }
    note_packet(conn, s, segment);
    status = take_segment(conn, s, segment);
    ct_table_move(conn, is_open(conn) ? CT_LIST_OPEN : CT_LIST_OPENING);
    ct_wait_settle(conn);
    return count(streams, status);
}

/* The packet clock may have been behind the last packet, but not a wrong time stamp. */
static int64_t last_active(const struct ct_conn *conn, int64_t now_ns)
{
    bool later = conn->last_ns > conn->active_ns && conn->last_ns <= now_ns;
    return later ? conn->last_ns : conn->active_ns;
}

/* Ends (or frees) what is older than its list allows. */
static void expire(struct ct_streams *streams, enum ct_list_id id, uint64_t seconds)
{
    uint64_t most = (uint64_t)INT64_MAX / (uint64_t)CT_NS_PER_S;
    int64_t age_ns = (int64_t)(seconds < most ? seconds : most) * CT_NS_PER_S;
    struct ct_conn *conn = streams->lists[id].oldest;
    while (conn != NULL && streams->now_ns - last_active(conn, streams->now_ns) >= age_ns) {
        if (conn->phase != CT_PHASE_CLOSED) {
            ct_end_close(conn, CT_CLOSE_IDLE);
        }
        ct_table_free(conn);
        conn = streams->lists[id].oldest;
    }
}

void ct_stream_tick(struct ct_streams *streams, int64_t now_ns)
{
    if (!streams->started || now_ns > streams->now_ns) {
        streams->started = true;
        streams->now_ns = now_ns;
    }
    ct_wait_tick(streams);
    expire(streams, CT_LIST_OPENING, streams->limits.opening_seconds);
    expire(streams, CT_LIST_OPEN, streams->limits.idle_seconds);
    expire(streams, CT_LIST_CLOSED, streams->limits.linger_seconds);
}

void ct_stream_finish(struct ct_streams *streams)
{
    static const enum ct_list_id order[] = {CT_LIST_OPEN, CT_LIST_OPENING, CT_LIST_CLOSED};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
        struct ct_list *list = &streams->lists[order[i]];
        while (list->oldest != NULL) {
            struct ct_conn *conn = list->oldest;
            if (conn->phase != CT_PHASE_CLOSED) {
                ct_end_close(conn, conn->rst_side != 0 ? CT_CLOSE_RST : CT_CLOSE_END);
            }
            ct_table_free(conn);
        }
    }
}

const struct ct_stream_counters *ct_stream_counters(const struct ct_streams *streams)
{
    return &streams->counters;
}
