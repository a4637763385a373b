/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces that came before their turn: a list sorted by offset without overlaps. The first
 * octet seen wins; a piece known to be cut gives way to real octets. Everything is charged.
 */
#include "stream/conn.h"

#include <stdlib.h>

static bool charge(struct ct_conn *conn, struct ct_side *side, uint64_t bytes)
{
    struct ct_streams *streams = conn->streams;
    if (bytes > UINT32_MAX - side->held_bytes ||
        side->held_bytes + bytes > streams->limits.reorder_bytes_direction ||
        !ct_base_budget_charge(&streams->reorder, bytes)) {
        return false;
    }
    side->held_bytes += (uint32_t)bytes;
    streams->counters.held_bytes_peak = streams->reorder.peak_bytes;
    return true;
}

static void link_before(struct ct_side *side, struct ct_piece *piece, struct ct_piece *before)
{
    piece->next = before;
    piece->prev = before != NULL ? before->prev : side->tail;
    *(piece->prev != NULL ? &piece->prev->next : &side->head) = piece;
    *(before != NULL ? &before->prev : &side->tail) = piece;
}

void ct_reorder_drop(struct ct_streams *streams, struct ct_side *side, struct ct_piece *piece)
{
    *(piece->prev != NULL ? &piece->prev->next : &side->head) = piece->next;
    *(piece->next != NULL ? &piece->next->prev : &side->tail) = piece->prev;
    ct_base_budget_refund(&streams->reorder, piece->charged_bytes);
    side->held_bytes -= piece->charged_bytes;
    free(piece);
}

void ct_reorder_clear(struct ct_streams *streams, struct ct_side *side)
{
    struct ct_piece *piece = side->head;
    side->head = NULL;
    side->tail = NULL;
    while (piece != NULL) {
        struct ct_piece *next = piece->next;
        ct_base_budget_refund(&streams->reorder, piece->charged_bytes);
        free(piece);
        piece = next;
    }
    side->held_bytes = 0;
}

/* Ranges that were only seen merge with the one before them. */
static bool extend_seen(struct ct_side *side, uint64_t start, uint64_t end, int64_t ts_ns,
                        struct ct_piece *before)
{
    struct ct_piece *prev = before != NULL ? before->prev : side->tail;
    if (prev == NULL || prev->kind != CT_PIECE_SEEN || prev->end != start) {
        return false;
    }
    prev->end = end;
    prev->ts_ns = ts_ns > prev->ts_ns ? ts_ns : prev->ts_ns;
    return true;
}

static bool add(struct ct_conn *conn, struct ct_side *side, const struct ct_carried *carried,
                const struct ct_piece *range, struct ct_piece *before)
{
    uint64_t length = range->end - range->start;
    size_t kept = range->kind == CT_PIECE_BYTES_KEPT ? (size_t)length : 0;
    if (range->kind == CT_PIECE_SEEN &&
        extend_seen(side, range->start, range->end, carried->ts_ns, before)) {
        return true;
    }
    if (!charge(conn, side, CT_PIECE_BYTES + kept)) {
        return false;
    }
    struct ct_piece *piece = malloc(sizeof *piece + kept);
    if (piece == NULL) {
        ct_base_budget_refund(&conn->streams->reorder, CT_PIECE_BYTES + kept);
        side->held_bytes -= (uint32_t)(CT_PIECE_BYTES + kept);
        return false;
    }
    *piece = (struct ct_piece){
        .start = range->start,
        .end = range->end,
        .origin = range->start,
        .peer_offset = carried->peer_offset,
        .ts_ns = carried->ts_ns,
        .kind = range->kind,
        .segment_start = range->start == carried->start,
        .charged_bytes = (uint32_t)(CT_PIECE_BYTES + kept),
    };
    if (kept > 0) {
        memcpy(piece->data, carried->bytes + (range->start - carried->start), kept);
    }
    link_before(side, piece, before);
    return true;
}

/* The first piece that ends after offset. Nearly always one of the two ends of the list. */
static struct ct_piece *find_after(const struct ct_side *side, uint64_t offset)
{
    struct ct_piece *piece = side->tail;
    if (side->head == NULL || side->head->end > offset) {
        return side->head;
    }
    if (piece->end <= offset) {
        return NULL;
    }
    while (piece->prev != NULL && piece->prev->end > offset) {
        piece = piece->prev;
    }
    return piece;
}

static void compare(struct ct_conn *conn, const struct ct_piece *piece,
                    const struct ct_carried *carried, uint64_t start, uint64_t end)
{
    if (piece->kind == CT_PIECE_BYTES_KEPT && end <= carried->bytes_end &&
        memcmp(piece->data + (start - piece->origin), carried->bytes + (start - carried->start),
               (size_t)(end - start)) != 0) {
        conn->streams->counters.conflicts++;
    }
}

/* Puts [start, end) of carried over a void piece, of which the rest stays. */
static bool fill_void(struct ct_conn *conn, struct ct_side *side, struct ct_piece *hollow,
                      const struct ct_carried *carried, const struct ct_piece *range)
{
    uint64_t hollow_end = hollow->end;
    if (hollow->start < range->start) { /* the left part stays in place */
        struct ct_piece rest = {.start = range->end, .end = hollow_end, .kind = CT_PIECE_VOID};
        struct ct_piece *after = hollow->next;
        hollow->end = range->start;
        if (!add(conn, side, carried, range, after)) {
            hollow->end = hollow_end;
            return false;
        }
        if (rest.start < rest.end) {
            (void)add(conn, side, carried, &rest, after); /* refused: an ordinary hole */
        }
        return true;
    }
    if (!add(conn, side, carried, range, hollow)) {
        return false;
    }
    hollow->start = range->end;
    if (hollow->start >= hollow->end) {
        ct_reorder_drop(conn->streams, side, hollow);
    }
    return true;
}

/* Stores what [at, end) of carried has that no piece has; all of one kind. */
static enum ct_stored store_range(struct ct_conn *conn, struct ct_side *side,
                                  const struct ct_carried *carried, struct ct_piece range)
{
    enum ct_stored result = CT_STORED_KNOWN;
    uint64_t at = range.start;
    uint64_t end = range.end;
    struct ct_piece *piece = find_after(side, at);
    while (at < end) {
        struct ct_piece *following = piece != NULL ? piece->next : NULL;
        range.start = at;
        range.end = piece != NULL && piece->start < end ? piece->start : end;
        if (range.start < range.end) {
            if (!add(conn, side, carried, &range, piece)) {
                return CT_STORED_REFUSED;
            }
            result = CT_STORED_NEW;
            at = range.end;
            continue;
        }
        range.end = piece->end < end ? piece->end : end;
        if (piece->kind == CT_PIECE_VOID && range.kind != CT_PIECE_VOID) {
            uint64_t piece_end = piece->end;
            if (!fill_void(conn, side, piece, carried, &range)) {
                return CT_STORED_REFUSED;
            }
            result = CT_STORED_NEW;
            if (piece_end > range.end) {
                return result; /* ended inside the void piece */
            }
        } else {
            compare(conn, piece, carried, range.start, range.end);
        }
        at = range.end;
        piece = following;
    }
    return result;
}

enum ct_stored ct_reorder_store(struct ct_conn *conn, unsigned side_number,
                                const struct ct_carried *carried)
{
    struct ct_side *side = &conn->sides[side_number];
    uint64_t from = carried->start;
    if (side->anchored && from < side->next) {
        from = side->next;
    }
    enum ct_stored result = CT_STORED_KNOWN;
    if (from < carried->bytes_end) {
        bool passed = side->anchored && carried->bytes_end <= side->skip_end;
        struct ct_piece range = {.start = from,
                                 .end = carried->bytes_end,
                                 .kind = passed ? CT_PIECE_SEEN : CT_PIECE_BYTES_KEPT};
        result = store_range(conn, side, carried, range);
    }
    if (result != CT_STORED_REFUSED && carried->bytes_end < carried->end) {
        uint64_t cut = carried->bytes_end > from ? carried->bytes_end : from;
        struct ct_piece range = {.start = cut, .end = carried->end, .kind = CT_PIECE_VOID};
        if (cut < carried->end && store_range(conn, side, carried, range) == CT_STORED_NEW) {
            result = CT_STORED_NEW; /* refused: an ordinary hole */
        }
    }
    return result;
}

size_t ct_reorder_peek(const struct ct_side *side, uint8_t *out, size_t size)
{
    uint64_t at = side->next;
    size_t used = 0;
    for (const struct ct_piece *piece = side->head; piece != NULL && used < size;
         piece = piece->next) {
        if (piece->start != at || piece->kind != CT_PIECE_BYTES_KEPT) {
            break;
        }
        uint64_t length = piece->end - piece->start;
        size_t n = length < size - used ? (size_t)length : size - used;
        memcpy(out + used, piece->data + (piece->start - piece->origin), n);
        used += n;
        at = piece->end;
    }
    return used;
}
