/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the stream stage under an encoded schedule. The input begins with rules for
 * the reader (skips, holds, tunnels, rejections) and limits; what follows are segments of a
 * few connections. The recording reader checks the contract at every call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "support/conv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CONNECTIONS  4
#define SEGMENTS_MAX 400

static const char *const texts[] = {
    "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n",
    "\x16\x03\x01\x02\x10\x01",
    "GET /a/line/that/goes/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on/and/on",
    "CONNECT b:443 HTTP/1.1\r\n\r\n",
    "octets of no meaning",
    "G",
};

static void read_rules(struct tc_stage *stage, struct ct_cursor *in)
{
    unsigned n = ct_cursor_u8(in) % 12u;
    for (unsigned i = 0; i < n; i++) {
        uint8_t kind = ct_cursor_u8(in);
        struct tc_rule rule = {
            .dir = kind & 1u ? CT_DIR_RESP : CT_DIR_ORIG,
            .offset = ct_cursor_u8(in),
            .act = (enum tc_act)((kind >> 1) % 5u),
            .n = 1 + (uint64_t)ct_cursor_u8(in),
            .generation = kind >> 6,
        };
        if (rule.act == TC_TUNNEL || rule.act == TC_REJECT) {
            rule.n = rule.n % (CT_PROTO_COUNT - 1) + 1;
        } else if (rule.n == 256) {
            rule.n = UINT64_MAX;
        }
        tc_log_rule(&stage->log, rule);
    }
    uint8_t limits = ct_cursor_u8(in);
    stage->limits.connections = 1 + limits % 4u;
    stage->limits.hole_packets = 1 + (limits >> 2) % 8u;
    stage->limits.reorder_bytes_direction = (limits & 0x20u) != 0 ? 900 : CT_KIB(16);
    stage->limits.reorder_bytes_total = (limits & 0x40u) != 0 ? 1500 : CT_KIB(32);
    stage->log.refuse_open = limits == 0xff;
    stage->log.keep_text = false;
}

/* One segment: what it is, of which connection, and how it differs from the expected. */
static void read_segment(struct tc *c, struct ct_cursor *in, uint64_t sent[CONNECTIONS][2])
{
    uint8_t what = ct_cursor_u8(in);
    uint8_t how = ct_cursor_u8(in);
    unsigned which = what >> 1 & (CONNECTIONS - 1);
    enum ct_dir dir = what & 1u ? CT_DIR_RESP : CT_DIR_ORIG;
    c->ends[CT_DIR_ORIG].port = (uint16_t)(40000 + which);
    c->isn[CT_DIR_ORIG] = which == 1 ? UINT32_MAX - 40 : 1000;
    c->sent[0] = sent[which][0];
    c->sent[1] = sent[which][1];
    c->snap = (how & 0x40u) != 0 ? how & 0x1fu : UINT32_MAX;
    size_t before = c->n;
    switch (what >> 3 & 7u) {
    case 0:
        tc_syn(c, dir);
        break;
    case 1:
        tc_syn_ack(c, dir);
        break;
    case 2:
        tc_ack(c, dir);
        break;
    case 3:
        tc_fin(c, dir);
        break;
    case 4:
        tc_rst(c, dir);
        break;
    default:
        tc_send(c, dir, texts[(what >> 6 | (how & 1u) << 2) % 8u]);
        break;
    }
    sent[which][0] = c->sent[0];
    sent[which][1] = c->sent[1];
    if ((how & 0x80u) != 0 && c->n > before) { /* elsewhere, or of other flags */
        struct ct_segment *segment = tc_last(c);
        /* Signed octets. */
        uint32_t seq_step = (ct_cursor_u8(in) ^ 0x80u) - 0x80u;
        uint32_t ack_step = (ct_cursor_u8(in) ^ 0x80u) - 0x80u;
        segment->seq += seq_step * ((how & 2u) != 0 ? 1u : 4096u);
        segment->ack += ack_step;
        segment->flags ^= how & 0x1cu;
    }
    c->now_ns += ((int64_t)(how & 3u) - 1) * CT_NS_PER_S;
    if (how == 0x3f) {
        tc_wait(c, 1200000); /* longer than idle connections live */
    }
    if (how == 0x2f && c->n > before) {
        tc_remove(c, c->n - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct tc_stage stage;
    uint64_t sent[CONNECTIONS][2] = {{0}};
    struct ct_cursor in = ct_cursor_of((struct ct_span){data, size});
    tc_stage_begin(&stage);
    read_rules(&stage, &in);
    while (in.n > 0 && stage.c.n < SEGMENTS_MAX) {
        read_segment(&stage.c, &in, sent);
    }
    tc_stage_finish(&stage);
    if (stage.log.broken != NULL) {
        (void)fprintf(stderr, "%s\n", stage.log.broken);
        abort();
    }
    tc_stage_end(&stage);
    return 0;
}
