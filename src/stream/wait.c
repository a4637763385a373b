/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a connection waits for, and for how long: holes that the peer has acknowledged, sides
 * whose start is not known, a RST that may have overtaken data. A capture may be a little out
 * of order, so nothing is given up at once; nothing is waited for without bound.
 */
#include "stream/conn.h"

/* So many times limits.hole_ms, and no packet needs to have come. */
#define LONG_WAIT 10

static bool acked_hole(const struct ct_side *side)
{
    if (!side->anchored || side->hold || side->acked <= side->next ||
        (side->fin != 0 && side->next >= side->fin)) {
        return false;
    }
    if (side->head != NULL) {
        return side->head->start > side->next;
    }
    return side->fin != 0 || side->acked != side->next + 1; /* that one is a FIN */
}

/* The start of a line that detection waits for, with a hole behind it. */
static bool undecided_hole(const struct ct_conn *conn, const struct ct_side *side)
{
    const struct ct_piece *piece = side->head;
    if (conn->phase != CT_PHASE_DETECT || !side->anchored || piece == NULL ||
        piece->start > side->next) {
        return false;
    }
    while (piece->next != NULL && piece->next->start == piece->end) {
        piece = piece->next;
    }
    return side->acked > piece->end;
}

static bool must_wait(const struct ct_conn *conn)
{
    if (conn->phase == CT_PHASE_DETECT &&
        (undecided_hole(conn, &conn->sides[0]) || undecided_hole(conn, &conn->sides[1]))) {
        return true;
    }
    return conn->rst_side != 0 || acked_hole(&conn->sides[0]) || acked_hole(&conn->sides[1]) ||
           ct_side_unsettled(&conn->sides[0]) || ct_side_unsettled(&conn->sides[1]);
}

void ct_wait_give_up(struct ct_conn *conn)
{
    conn->sides[0].wait_acked = conn->sides[0].acked;
    conn->sides[1].wait_acked = conn->sides[1].acked;
    ct_end_give_up(conn, false);
    ct_deliver_pump_settling(conn);
}

static void finish_if_over(struct ct_conn *conn)
{
    if (conn->phase != CT_PHASE_CLOSED && conn->sides[0].eof_told && conn->sides[1].eof_told) {
        ct_end_close(conn, CT_CLOSE_FIN);
    }
}

/* The wait is over: what is missing is lost. */
static void resolve(struct ct_conn *conn)
{
    ct_table_stop_waiting(conn);
    ct_end_anchor(conn);
    ct_end_give_up(conn, false);
    if (!acked_hole(&conn->sides[0]) && !acked_hole(&conn->sides[1])) {
        ct_deliver_pump_settling(conn); /* nothing is known to be missing: breaks a circle */
    }
    if (conn->rst_side != 0) {
        ct_end_close(conn, CT_CLOSE_RST);
        return;
    }
    finish_if_over(conn);
    if (conn->phase != CT_PHASE_CLOSED && must_wait(conn)) {
        ct_table_wait(conn);
    }
}

void ct_wait_settle(struct ct_conn *conn)
{
    if (conn->sides[0].head != NULL || conn->sides[1].head != NULL || conn->sides[0].fin != 0 ||
        conn->sides[1].fin != 0) {
        ct_deliver_pump(conn);
        finish_if_over(conn);
        if (conn->phase == CT_PHASE_CLOSED) {
            return;
        }
    }
    if (!must_wait(conn)) {
        ct_table_stop_waiting(conn);
    } else if (!conn->waiting) {
        ct_table_wait(conn);
    } else if (conn->wait_packets > 0 && --conn->wait_packets == 0) {
        resolve(conn);
    }
}

/*
 * A capture may be out of order across a pause, so time alone counts only when it is long;
 * before that some packets must have come as well, of any connection.
 */
static bool waited_enough(const struct ct_streams *streams, const struct ct_conn *conn)
{
    uint64_t ms = streams->limits.hole_ms;
    int64_t wait_ns = (int64_t)(ms < UINT32_MAX ? ms : UINT32_MAX) * CT_NS_PER_MS;
    int64_t waited_ns = streams->now_ns - conn->wait_ns;
    return waited_ns >= wait_ns &&
           (waited_ns / LONG_WAIT >= wait_ns ||
            streams->n_segments - conn->wait_segment >= streams->limits.hole_packets);
}

void ct_wait_tick(struct ct_streams *streams)
{
    struct ct_conn *conn = streams->waiters.oldest;
    while (conn != NULL && waited_enough(streams, conn)) {
        resolve(conn); /* leaves the list, or joins it anew at the end */
        conn = streams->waiters.oldest;
    }
}
