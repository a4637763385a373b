/* SPDX-License-Identifier: Apache-2.0 */
/* Settling what is open: where sides begin, holes given up, connections ended. */
#include "stream/conn.h"

/*
 * A side whose SYN was not seen begins at the lowest octet that is there. When at least the
 * other SYN was seen, the first acknowledgement names the start (RFC 9293 section 3.5).
 */
static void anchor_side(struct ct_conn *conn, struct ct_side *side)
{
    uint64_t lowest = side->head != NULL ? side->head->start : UINT64_MAX;
    if (conn->syn_seen) {
        side->first = lowest < CT_STREAM_ORIGIN ? lowest : CT_STREAM_ORIGIN;
        side->at_start = side->first == CT_STREAM_ORIGIN;
        side->anchored = 1;
    } else {
        side->first = lowest != UINT64_MAX ? lowest : CT_STREAM_ORIGIN;
        side->at_start = 0;
        side->anchored = lowest != UINT64_MAX ? 1 : 2; /* 2: known by acknowledgement only */
    }
    side->next = side->first;
}

void ct_end_anchor(struct ct_conn *conn)
{
    if (!conn->syn_seen && !conn->info.midstream &&
        (conn->sides[0].has_base || conn->sides[1].has_base)) {
        conn->info.midstream = true;
    }
    for (unsigned s = 0; s < 2; s++) {
        if (conn->sides[s].has_base && !conn->sides[s].anchored) {
            anchor_side(conn, &conn->sides[s]);
        }
    }
}

/* The end of the hole in front of a side that may be given up now; 0: none. */
static uint64_t hole_end(const struct ct_side *side, bool all)
{
    uint64_t known = all ? side->acked : side->wait_acked;
    if (side->fin != 0 && (known > side->fin || all)) {
        known = side->fin;
    }
    if (side->head != NULL) {
        uint64_t start = side->head->start;
        if (start <= side->next) {
            return 0;
        }
        return all || known > start ? start : (known > side->next ? known : 0);
    }
    /* One octet that nothing follows is a FIN that was not captured. */
    if (side->fin == 0 && known == side->next + 1) {
        return 0;
    }
    return known > side->next ? known : 0;
}

void ct_end_give_up(struct ct_conn *conn, bool all)
{
    bool moved = true;
    ct_deliver_pump(conn);
    while (moved) {
        moved = false;
        for (unsigned d = 0; d < 2; d++) {
            unsigned s = ct_conn_side(conn, (enum ct_dir)d);
            struct ct_side *side = &conn->sides[s];
            uint64_t end = side->anchored && !side->hold ? hole_end(side, all) : 0;
            if (end > side->next) {
                ct_deliver_gap(conn, s, end, conn->last_ns);
                ct_deliver_pump(conn);
                moved = true;
            }
        }
    }
}

/* An acknowledgement one past the last octet says that there was a FIN. */
static void infer_fin(struct ct_conn *conn)
{
    for (unsigned s = 0; s < 2; s++) {
        struct ct_side *side = &conn->sides[s];
        if (side->anchored && side->fin == 0 && side->head == NULL &&
            side->acked == side->next + 1) {
            side->fin = side->next;
        }
    }
    ct_deliver_pump(conn);
}

static void count_end(struct ct_conn *conn, enum ct_close why)
{
    struct ct_stream_counters *counters = &conn->streams->counters;
    bool one_way = conn->sides[0].packets == 0 || conn->sides[1].packets == 0;
    counters->midstream += conn->info.midstream;
    counters->one_way += one_way;
    counters->proxied += conn->info.proxied;
    counters->reset += why == CT_CLOSE_RST;
    counters->opened_without_data += !conn->had_data;
    if (conn->streams->hooks.conn_end == NULL) {
        return;
    }
    unsigned client = conn->client;
    struct ct_conn_end end = {
        .info = &conn->info,
        .proto = (enum ct_proto)conn->proto,
        .why = why,
        .last_ns = conn->last_ns,
        .one_way = one_way,
        .sni = conn->sni,
    };
    for (unsigned d = 0; d < 2; d++) {
        const struct ct_side *side = &conn->sides[d == 0 ? client : 1 - client];
        end.packets[d] = side->packets;
        end.bytes[d] = side->anchored ? side->next - side->first : 0;
        end.missing[d] = side->missing;
    }
    conn->streams->hooks.conn_end(conn->streams->hooks.user, &end);
}

void ct_end_close(struct ct_conn *conn, enum ct_close why)
{
    struct ct_streams *streams = conn->streams;
    if (conn->phase == CT_PHASE_CLOSED) {
        return;
    }
    ct_end_anchor(conn);
    ct_end_give_up(conn, true);
    conn->settling = 1;
    ct_end_give_up(conn, true);
    infer_fin(conn);
    ct_identify_last(conn);
    if (conn->sides[0].eof_told && conn->sides[1].eof_told && why != CT_CLOSE_RST) {
        why = CT_CLOSE_FIN; /* what was missing was before the end */
    }
    for (unsigned d = 0; d < 2 && conn->phase == CT_PHASE_READ; d++) {
        ct_deliver_skip_flush(conn, ct_conn_side(conn, (enum ct_dir)d));
    }
    if (conn->state != NULL) {
        void *state = conn->state;
        conn->state = NULL;
        streams->hooks.http->close(state, why, conn->last_ns);
    }
    count_end(conn, why);
    ct_table_stop_waiting(conn);
    conn->phase = CT_PHASE_CLOSED;
    ct_reorder_clear(streams, &conn->sides[0]);
    ct_reorder_clear(streams, &conn->sides[1]);
    streams->counters.open_now--;
    conn->active_ns = streams->now_ns;
    ct_table_move(conn, CT_LIST_CLOSED);
}
