/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations: the writing half. See conv.h. */
#include "support/conv.h"

#include <stdlib.h>
#include <string.h>

#include "support/need.h"

static enum ct_dir other(enum ct_dir dir)
{
    return dir == CT_DIR_ORIG ? CT_DIR_RESP : CT_DIR_ORIG;
}

void tc_init(struct tc *c)
{
    *c = (struct tc){
        .ends = {{{10, 0, 0, 1}, 40000, 4}, {{10, 0, 0, 2}, 80, 4}},
        .isn = {1000, 5000000},
        .mss = 1460,
        .snap = UINT32_MAX,
        .now_ns = 1700000000 * CT_NS_PER_S,
        .step_ns = CT_NS_PER_MS,
    };
}

void tc_free(struct tc *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free((void *)(uintptr_t)c->segments[i].payload.p);
    }
    free(c->segments);
    c->segments = NULL;
    c->n = 0;
    c->room = 0;
}

static void grow(struct tc *c)
{
    if (c->n == c->room) {
        c->room = c->room > 0 ? c->room * 2 : 64;
        c->segments = need(realloc(c->segments, c->room * sizeof *c->segments));
    }
}

/* An allocation of exactly n octets, so that sanitizers see reads past it. */
static const uint8_t *copy_of(const void *bytes, size_t n)
{
    if (n == 0) {
        return NULL;
    }
    return memcpy(need(malloc(n)), bytes, n);
}

static void emit(struct tc *c, enum ct_dir dir, uint8_t flags, uint32_t seq, struct ct_span data)
{
    c->now_ns += c->step_ns;
    if (c->drop_next) {
        c->drop_next = false;
        return;
    }
    bool has_ack = (flags & CT_TCP_ACK) != 0;
    size_t kept = data.n < c->snap ? data.n : c->snap;
    grow(c);
    c->segments[c->n++] = (struct ct_segment){
        .ts_ns = c->now_ns,
        .src = c->ends[dir],
        .dst = c->ends[other(dir)],
        .seq = seq,
        .ack = has_ack ? c->isn[other(dir)] + (uint32_t)c->sent[other(dir)] : 0,
        .flags = flags,
        .payload = {copy_of(data.p, kept), kept},
        .payload_len = (uint32_t)data.n,
    };
}

static void emit_next(struct tc *c, enum ct_dir dir, uint8_t flags, struct ct_span data)
{
    uint32_t seq = c->isn[dir] + (uint32_t)c->sent[dir];
    uint64_t space = data.n + ((flags & (CT_TCP_SYN | CT_TCP_FIN)) != 0 ? 1 : 0);
    emit(c, dir, flags, seq, data);
    c->sent[dir] += space;
}

static const struct ct_span no_data = {NULL, 0};

void tc_syn(struct tc *c, enum ct_dir dir)
{
    emit_next(c, dir, CT_TCP_SYN, no_data);
}

void tc_syn_ack(struct tc *c, enum ct_dir dir)
{
    emit_next(c, dir, CT_TCP_SYN | CT_TCP_ACK, no_data);
}

void tc_ack(struct tc *c, enum ct_dir dir)
{
    emit_next(c, dir, CT_TCP_ACK, no_data);
}

void tc_open(struct tc *c)
{
    tc_syn(c, CT_DIR_ORIG);
    tc_syn_ack(c, CT_DIR_RESP);
    tc_ack(c, CT_DIR_ORIG);
}

void tc_send_bytes(struct tc *c, enum ct_dir dir, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    while (n > 0) {
        size_t part = n < c->mss ? n : c->mss;
        emit_next(c, dir, CT_TCP_ACK | CT_TCP_PSH, (struct ct_span){p, part});
        p += part;
        n -= part;
    }
}

void tc_send(struct tc *c, enum ct_dir dir, const char *text)
{
    tc_send_bytes(c, dir, text, strlen(text));
}

void tc_fin(struct tc *c, enum ct_dir dir)
{
    emit_next(c, dir, CT_TCP_FIN | CT_TCP_ACK, no_data);
}

void tc_rst(struct tc *c, enum ct_dir dir)
{
    emit_next(c, dir, CT_TCP_RST | CT_TCP_ACK, no_data);
}

void tc_close(struct tc *c)
{
    tc_fin(c, CT_DIR_ORIG);
    tc_fin(c, CT_DIR_RESP);
    tc_ack(c, CT_DIR_ORIG);
}

void tc_at(struct tc *c, enum ct_dir dir, int64_t offset, const char *text)
{
    uint32_t seq = c->isn[dir] + 1 + (uint32_t)offset;
    struct ct_span data = {(const uint8_t *)text, strlen(text)};
    emit(c, dir, CT_TCP_ACK, seq, data);
}

struct ct_segment *tc_last(struct tc *c)
{
    if (c->n == 0) {
        abort();
    }
    return &c->segments[c->n - 1];
}

void tc_drop_next(struct tc *c)
{
    c->drop_next = true;
}

static void repeat(struct tc *c, size_t i)
{
    grow(c);
    struct ct_segment *segment = &c->segments[c->n];
    *segment = c->segments[i];
    segment->payload.p = copy_of(segment->payload.p, segment->payload.n);
    c->n++;
}

void tc_repeat_last(struct tc *c)
{
    repeat(c, c->n - 1);
    c->now_ns += c->step_ns;
    tc_last(c)->ts_ns = c->now_ns;
}

/* Time goes on: the stamps stay where they were, in order. */
void tc_move(struct tc *c, size_t i, size_t to)
{
    struct ct_segment moved = c->segments[i];
    int64_t step = to > i ? 1 : -1;
    for (size_t at = i; at != to; at = (size_t)((int64_t)at + step)) {
        size_t next = (size_t)((int64_t)at + step);
        int64_t ts_ns = c->segments[at].ts_ns;
        c->segments[at] = c->segments[next];
        c->segments[next].ts_ns = c->segments[at].ts_ns;
        c->segments[at].ts_ns = ts_ns;
    }
    moved.ts_ns = c->segments[to].ts_ns;
    c->segments[to] = moved;
}

void tc_swap_last(struct tc *c)
{
    tc_move(c, c->n - 1, c->n - 2);
}

void tc_remove(struct tc *c, size_t i)
{
    free((void *)(uintptr_t)c->segments[i].payload.p);
    memmove(&c->segments[i], &c->segments[i + 1], (c->n - i - 1) * sizeof *c->segments);
    c->n--;
}

void tc_wait(struct tc *c, int64_t ms)
{
    c->now_ns += ms * CT_NS_PER_MS;
}

/* Sorted by the old place plus a roll: no segment moves window places or more. */
void tc_shuffle(struct tc *c, struct dice *dice, size_t window)
{
    size_t *place = need(calloc(c->n + 1, sizeof *place));
    for (size_t i = 0; i < c->n; i++) {
        size_t moved = i + (size_t)dice_roll(dice, window);
        size_t to = i;
        for (; to > 0 && place[to - 1] > moved; to--) {
            place[to] = place[to - 1];
        }
        place[to] = moved;
        tc_move(c, i, to);
    }
    free(place);
}

void tc_repeat_some(struct tc *c, struct dice *dice, unsigned percent, size_t window)
{
    for (size_t i = c->n; i-- > 0;) {
        if (dice_roll(dice, 100) >= percent) {
            continue;
        }
        int64_t last_ns = tc_last(c)->ts_ns;
        size_t to = i + 1 + (size_t)dice_roll(dice, window);
        repeat(c, i);
        tc_last(c)->ts_ns = last_ns;
        tc_move(c, c->n - 1, to < c->n ? to : c->n - 1);
    }
}

void tc_drop_some(struct tc *c, struct dice *dice, unsigned percent)
{
    size_t kept = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (dice_roll(dice, 100) < percent) {
            free((void *)(uintptr_t)c->segments[i].payload.p);
        } else {
            c->segments[kept++] = c->segments[i];
        }
    }
    c->n = kept;
}
