/* SPDX-License-Identifier: Apache-2.0 */
#include "support/wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/need.h"

enum piece_kind { PIECE_DATA, PIECE_GAP, PIECE_EOF };

struct wire_piece {
    struct wire_piece *next;
    enum piece_kind kind;
    uint64_t offset;
    uint64_t length;
    uint64_t acked;
    int64_t ts_ns;
    bool segment_start;
    uint8_t bytes[];
};

__attribute__((format(printf, 2, 3))) static void logf_(struct wire *wire, const char *format, ...)
{
    char line[4096];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t length = n < 0 ? 0 : ((size_t)n < sizeof line ? (size_t)n : sizeof line - 1);
    if (wire->n_log + length + 1 > wire->log_room) {
        wire->log_room = (wire->n_log + length + 1) * 2;
        wire->log = need(realloc(wire->log, wire->log_room));
    }
    memcpy(wire->log + wire->n_log, line, length);
    wire->n_log += length;
    wire->log[wire->n_log] = '\0';
}

static void log_span(struct wire *wire, struct ct_span span)
{
    if (span.n > 60) {
        logf_(wire, "(%zu octets)", span.n);
        return;
    }
    for (size_t i = 0; i < span.n; i++) {
        if (span.p[i] < 0x20 || span.p[i] > 0x7e) {
            logf_(wire, "\\x%02x", span.p[i]);
        } else {
            logf_(wire, "%c", span.p[i]);
        }
    }
}

static void log_request(struct wire *wire, const struct ct_txn *txn)
{
    if (!txn->request.seen) {
        logf_(wire, "-");
        return;
    }
    log_span(wire, ct_txn_text(txn, txn->method));
    logf_(wire, " ");
    log_span(wire, ct_txn_text(txn, txn->target));
    if (wire->terse) {
        return;
    }
    logf_(wire, " %d.%d host=", txn->request.version_major, txn->request.version_minor);
    log_span(wire, ct_txn_text(txn, txn->host));
}

static void log_response(struct wire *wire, const struct ct_txn *txn)
{
    if (!txn->response.seen) {
        logf_(wire, "-");
        return;
    }
    logf_(wire, "%u", txn->status);
    if (wire->terse) {
        return;
    }
    logf_(wire, " ");
    log_span(wire, ct_txn_text(txn, txn->reason));
    logf_(wire, " %d.%d", txn->response.version_major, txn->response.version_minor);
}

static const char *ends(const struct ct_txn *txn)
{
    bool first = txn->request.seen && !txn->request.complete;
    bool second = txn->response.seen && !txn->response.complete;
    return first ? (second ? "open" : "open1") : (second ? "open2" : "whole");
}

static void log_notes(struct wire *wire, const struct ct_txn *txn)
{
    const char *between = "";
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        if ((txn->notes >> i & 1) != 0) {
            logf_(wire, "%s%s", between, ct_http_note_name((enum ct_note)i));
            between = ",";
        }
    }
}

static void log_lines(struct wire *wire, const struct ct_txn *txn)
{
    const char *between = "";
    for (uint32_t i = 0; i < txn->n_lines; i++) {
        const struct ct_line *line = &txn->lines[i];
        logf_(wire, "%s%c%s%s=", between, line->dir == CT_DIR_ORIG ? '>' : '<',
              line->trailer != 0 ? "trailer:" : "", ct_http_fields_name(wire->fields, line->field));
        log_span(wire, ct_txn_text(txn, line->value));
        between = "; ";
    }
}

#define ULL(x) ((unsigned long long)(x))

static void on_txn(void *user, const struct ct_txn *txn)
{
    struct wire *wire = user;
    wire->n_txns++;
    logf_(wire, "%u ", txn->depth);
    log_request(wire, txn);
    logf_(wire, wire->terse ? " " : " | ");
    log_response(wire, txn);
    if (!wire->terse) {
        logf_(wire, " | body %llu+%llu wire %llu+%llu missing %llu+%llu | %s |",
              ULL(txn->request.body_len), ULL(txn->response.body_len), ULL(txn->request.wire_len),
              ULL(txn->response.wire_len), ULL(txn->request.missing), ULL(txn->response.missing),
              ends(txn));
    }
    logf_(wire, txn->notes != 0 ? " " : "");
    log_notes(wire, txn);
    if (!wire->terse) {
        logf_(wire, " | ");
        log_lines(wire, txn);
    }
    logf_(wire, "\n");
}

static void begin_skip(struct wire_side *side, uint64_t n)
{
    side->skip_left = n;
    side->skipped.length = 0;
    side->skipped.missing = 0;
    side->skipped.first_ns = 0;
    side->skipped.last_ns = 0;
    side->skips += n != UINT64_MAX ? n : 0;
}

static void on_skip(void *conn, enum ct_dir dir, uint64_t n)
{
    struct wire *wire = conn;
    struct wire_side *side = &wire->side[dir];
    if (n == 0 || side->skip_left > 0 || side->pending_skip > 0) {
        logf_(wire, "bad skip\n");
    }
    if (side->in_data) {
        side->pending_skip = n;
    } else {
        begin_skip(side, n);
    }
}

static void on_resume(void *conn, enum ct_dir dir)
{
    struct wire *wire = conn;
    if (!wire->side[dir].hold) {
        logf_(wire, "bad resume\n");
    }
    wire->n_resumed++;
    wire->side[dir].hold = false;
}

static void on_tunnel(void *conn, enum ct_proto proto)
{
    struct wire *wire = conn;
    wire->switching = 1;
    wire->proto = proto;
}

static void on_reject(void *conn, enum ct_proto proto)
{
    struct wire *wire = conn;
    wire->switching = 2;
    wire->proto = proto;
}

static const char *proto_name(enum ct_proto proto)
{
    static const char *const names[] = {
#define X(symbol, name, help) name,
        CT_PROTOS(X)
#undef X
    };
    return names[proto];
}

static void finish_switch(struct wire *wire)
{
    const struct ct_consumer *consumer = ct_http_consumer(wire->http);
    if (wire->switching == 0) {
        return;
    }
    logf_(wire, "%s %s\n", wire->switching == 1 ? "tunnel" : "reject", proto_name(wire->proto));
    wire->switching = 0;
    void *state = wire->state;
    wire->state = NULL;
    wire->side[0].hold = false;
    wire->side[1].hold = false;
    consumer->close(state, CT_CLOSE_TUNNEL, wire->now_ns);
}

static void add_rest(struct wire_side *side, const uint8_t *p, size_t n)
{
    side->rest = need(realloc(side->rest, side->n_rest + n + 1));
    memcpy(side->rest + side->n_rest, p, n);
    side->n_rest += n;
}

static void end_skip(struct wire *wire, struct wire_side *side)
{
    struct ct_stream_skipped skipped = side->skipped;
    skipped.dir = side == &wire->side[0] ? CT_DIR_ORIG : CT_DIR_RESP;
    side->skip_left = 0;
    ct_http_consumer(wire->http)->skipped(wire->state, &skipped);
    finish_switch(wire);
}

/* Passes what a skip takes of a piece. */
static void skip_piece(struct wire *wire, struct wire_side *side, struct wire_piece *piece)
{
    uint64_t n = piece->length < side->skip_left ? piece->length : side->skip_left;
    side->skipped.length += n;
    if (piece->kind == PIECE_GAP) {
        side->skipped.missing += n;
    } else {
        side->skipped.first_ns =
            side->skipped.first_ns == 0 ? piece->ts_ns : side->skipped.first_ns;
        side->skipped.last_ns = piece->ts_ns;
    }
    if (piece->kind == PIECE_DATA) {
        memmove(piece->bytes, piece->bytes + n, (size_t)(piece->length - n));
    }
    piece->offset += n;
    piece->length -= n;
    piece->segment_start = piece->segment_start && n == 0;
    side->delivered += n;
    if (side->skip_left != UINT64_MAX) {
        side->skip_left -= n;
    }
    if (side->skip_left == 0) {
        end_skip(wire, side);
    }
}

static void hand_data(struct wire *wire, struct wire_side *side, struct wire_piece *piece)
{
    /* A copy of exact size: reads past it are seen by a sanitizer. */
    size_t n = (size_t)piece->length;
    uint8_t *copy = need(malloc(n));
    memcpy(copy, piece->bytes, n);
    struct ct_stream_data data = {
        .dir = side == &wire->side[0] ? CT_DIR_ORIG : CT_DIR_RESP,
        .bytes = {copy, n},
        .offset = piece->offset,
        .peer_offset = piece->acked,
        .ts_ns = piece->ts_ns,
        .segment_start = piece->segment_start,
    };
    side->in_data = true;
    size_t taken = ct_http_consumer(wire->http)->data(wire->state, &data);
    side->in_data = false;
    free(copy);
    if (taken > n) {
        logf_(wire, "took too much\n");
        taken = n;
    }
    memmove(piece->bytes, piece->bytes + taken, n - taken);
    piece->offset += taken;
    piece->length -= taken;
    piece->segment_start = piece->segment_start && taken == 0;
    side->delivered += taken;
    if (side->pending_skip > 0 && wire->switching == 0) {
        begin_skip(side, side->pending_skip);
        side->pending_skip = 0;
    } else if (wire->switching == 0 && piece->length > 0) {
        side->hold = true;
    }
    finish_switch(wire);
}

static void hand_piece(struct wire *wire, struct wire_side *side, struct wire_piece *piece)
{
    const struct ct_consumer *consumer = ct_http_consumer(wire->http);
    enum ct_dir dir = side == &wire->side[0] ? CT_DIR_ORIG : CT_DIR_RESP;
    if (wire->state == NULL) {
        add_rest(side, piece->bytes, piece->kind == PIECE_DATA ? (size_t)piece->length : 0);
        piece->length = 0;
    } else if (piece->kind == PIECE_EOF) {
        if (side->skip_left > 0) {
            end_skip(wire, side);
        }
        if (wire->state != NULL) {
            consumer->eof(wire->state, dir, piece->ts_ns);
            finish_switch(wire);
        }
    } else if (side->skip_left > 0) {
        skip_piece(wire, side, piece);
    } else if (piece->kind == PIECE_GAP) {
        struct ct_stream_gap gap = {dir, piece->offset, piece->length, piece->ts_ns};
        piece->length = 0;
        side->delivered += gap.length;
        consumer->gap(wire->state, &gap);
        finish_switch(wire);
    } else {
        hand_data(wire, side, piece);
    }
}

static void pump(struct wire *wire)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (int d = 0; d < 2; d++) {
            struct wire_side *side = &wire->side[d];
            while (side->head != NULL && !side->hold) {
                struct wire_piece *piece = side->head;
                hand_piece(wire, side, piece);
                moved = true;
                if (piece->length == 0) {
                    side->head = piece->next;
                    side->tail = side->head == NULL ? NULL : side->tail;
                    free(piece);
                }
            }
        }
    }
}

static void add_piece(struct wire *wire, enum ct_dir dir, enum piece_kind kind,
                      struct ct_span bytes, uint64_t length)
{
    struct wire_side *side = &wire->side[dir];
    struct wire_piece *piece = need(calloc(1, sizeof *piece + bytes.n));
    piece->kind = kind;
    piece->offset = side->sent;
    piece->length = length;
    piece->ts_ns = wire->now_ns;
    if (bytes.n > 0) {
        memcpy(piece->bytes, bytes.p, bytes.n);
    }
    side->sent += length;
    if (side->tail != NULL) {
        side->tail->next = piece;
    } else {
        side->head = piece;
    }
    side->tail = piece;
}

void wire_send_acked(struct wire *wire, enum ct_dir dir, struct ct_span bytes, uint64_t acked)
{
    size_t at = 0;
    while (at < bytes.n) {
        size_t n = bytes.n - at;
        n = wire->cut > 0 && wire->cut < n ? wire->cut : n;
        n = wire->split > at && wire->split - at < n ? wire->split - at : n;
        add_piece(wire, dir, PIECE_DATA, (struct ct_span){bytes.p + at, n}, n);
        wire->side[dir].tail->acked = acked;
        wire->side[dir].tail->segment_start = at == 0 || !wire->one_segment;
        pump(wire);
        at += n;
    }
    wire->now_ns += CT_NS_PER_MS;
}

void wire_send_span(struct wire *wire, enum ct_dir dir, struct ct_span bytes)
{
    wire_send_acked(wire, dir, bytes, wire->acks ? wire->side[1 - dir].sent : 0);
}

void wire_send(struct wire *wire, enum ct_dir dir, const char *text)
{
    wire_send_span(wire, dir, (struct ct_span){(const uint8_t *)text, strlen(text)});
}

void wire_lose(struct wire *wire, enum ct_dir dir, uint64_t n)
{
    add_piece(wire, dir, PIECE_GAP, (struct ct_span){NULL, 0}, n);
    pump(wire);
}

void wire_eof(struct wire *wire, enum ct_dir dir)
{
    add_piece(wire, dir, PIECE_EOF, (struct ct_span){NULL, 0}, 0);
    pump(wire);
}

void wire_wait(struct wire *wire, int64_t ms)
{
    wire->now_ns += ms * CT_NS_PER_MS;
}

void wire_open(struct wire *wire, bool midstream)
{
    struct ct_transport transport = {
        .conn = wire,
        .info = &wire->info,
        .skip = on_skip,
        .resume = on_resume,
        .tunnel = on_tunnel,
        .reject = on_reject,
    };
    const struct ct_consumer *consumer = ct_http_consumer(wire->http);
    wire->info.midstream = midstream;
    for (int d = 0; d < 2; d++) {
        free(wire->side[d].rest);
        memset(&wire->side[d], 0, sizeof wire->side[d]);
        wire->side[d].sent = WIRE_ORIGIN;
        wire->side[d].delivered = WIRE_ORIGIN;
    }
    wire->state = consumer->open(consumer->ctx, &transport);
}

void wire_close(struct wire *wire, enum ct_close why)
{
    pump(wire);
    for (int d = 0; d < 2; d++) {
        struct wire_side *side = &wire->side[d];
        if (side->skip_left > 0 && wire->state != NULL) {
            end_skip(wire, side);
        }
    }
    if (wire->state != NULL) {
        void *state = wire->state;
        wire->state = NULL;
        ct_http_consumer(wire->http)->close(state, why, wire->now_ns);
    }
    for (int d = 0; d < 2; d++) {
        struct wire_side *side = &wire->side[d];
        for (struct wire_piece *piece = side->head; piece != NULL;) {
            struct wire_piece *next = piece->next;
            free(piece);
            piece = next;
        }
        side->head = NULL;
        side->tail = NULL;
        if (side->n_rest > 0) {
            logf_(wire, "rest%c ", d == 0 ? '>' : '<');
            log_span(wire, (struct ct_span){(uint8_t *)side->rest, side->n_rest});
            logf_(wire, "\n");
        }
    }
}

void wire_init(struct wire *wire, void (*change)(struct ct_limits *limits))
{
    memset(wire, 0, sizeof *wire);
    ct_base_limits_init(&wire->limits);
    if (change != NULL) {
        change(&wire->limits);
    }
    struct ct_http_hooks hooks = {on_txn, wire};
    wire->fields = need(ct_http_fields_new());
    wire->http = need(ct_http_new(&wire->limits, wire->fields, &hooks));
    wire->acks = true;
    wire->now_ns = INT64_C(1700000000) * CT_NS_PER_S;
    (void)snprintf(wire->info.uid, sizeof wire->info.uid, "Ctest");
    logf_(wire, "%s", "");
}

void wire_fini(struct wire *wire)
{
    wire_close(wire, CT_CLOSE_END);
    free(wire->side[0].rest);
    free(wire->side[1].rest);
    ct_http_free(wire->http);
    ct_http_fields_free(wire->fields);
    free(wire->log);
}

const char *wire_log(struct wire *wire)
{
    return wire->log;
}

void wire_clear(struct wire *wire)
{
    wire->n_log = 0;
    wire->log[0] = '\0';
}

/* One item of a script. */
struct item {
    enum ct_dir dir;
    bool lost;
    bool blind;  /* "^" */
    bool broken; /* "-" */
    char text[512];
};

static void make_request(struct item *item, const char *word)
{
    char method[32] = "";
    char path[64] = "/";
    size_t body = 0;
    size_t n = strcspn(word, ":+-");
    (void)snprintf(method, sizeof method, "%.*s", (int)n, word);
    if (word[n] == ':') {
        size_t m = strcspn(word + n + 1, "+-");
        (void)snprintf(path, sizeof path, "%.*s", (int)m, word + n + 1);
        n += m + 1;
    }
    if (word[n] == '+') {
        body = (size_t)strtoul(word + n + 1, NULL, 10);
        (void)snprintf(item->text, sizeof item->text,
                       "%s %s HTTP/1.1\r\nContent-Length: %zu\r\n\r\n%.*s", method, path, body,
                       (int)body, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
    } else {
        (void)snprintf(item->text, sizeof item->text, "%s %s HTTP/1.1\r\n\r\n", method, path);
    }
}

static void make_response(struct item *item, const char *word)
{
    unsigned long status = strtoul(word, NULL, 10);
    size_t body = 0;
    const char *plus = strchr(word, '+');
    if (plus != NULL) {
        body = (size_t)strtoul(plus + 1, NULL, 10);
    }
    if (status / 100 == 1 || status == 304 || status == 204) {
        (void)snprintf(item->text, sizeof item->text, "HTTP/1.1 %lu X\r\n\r\n", status);
        return;
    }
    (void)snprintf(item->text, sizeof item->text,
                   "HTTP/1.1 %lu X\r\nContent-Length: %zu\r\n\r\n%.*s", status, body, (int)body,
                   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void play_item(struct wire *wire, const char *word, uint64_t acked[2])
{
    struct item item = {0};
    while (*word == '!' || *word == '^') {
        item.lost = item.lost || *word == '!';
        item.blind = item.blind || *word == '^';
        word++;
    }
    item.dir = *word == '>' ? CT_DIR_ORIG : CT_DIR_RESP;
    word++;
    item.broken = word[strlen(word) - 1] == '-';
    if (item.dir == CT_DIR_ORIG) {
        make_request(&item, word);
    } else {
        make_response(&item, word);
    }
    if (!item.blind) {
        acked[item.dir] = wire->side[1 - item.dir].sent;
    }
    size_t n = strlen(item.text) - (item.broken ? 1 : 0);
    if (item.lost) {
        wire_lose(wire, item.dir, n);
    } else {
        wire_send_acked(wire, item.dir, (struct ct_span){(const uint8_t *)item.text, n},
                        wire->acks ? acked[item.dir] : 0);
    }
    if (item.broken) {
        wire_lose(wire, item.dir, 1);
    }
}

void wire_play(struct wire *wire, const char *script)
{
    uint64_t acked[2] = {WIRE_ORIGIN, WIRE_ORIGIN};
    char word[128];
    int used = 0;
    while (sscanf(script, " %127s%n", word, &used) == 1) {
        script += used;
        play_item(wire, word, acked);
    }
    wire_eof(wire, CT_DIR_ORIG);
    wire_eof(wire, CT_DIR_RESP);
    wire_close(wire, CT_CLOSE_FIN);
}
