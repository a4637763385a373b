/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes the http stage with a schedule of events on both directions. The input is a list of
 * events: one octet of kind, one of length, then that many octets for data.
 *
 *   kind bits 0-1: 0 data, 1 gap, 2 end of direction, 3 reopen (data: bit 6 begins mid-stream)
 *   bit 2: direction; bit 3: not the start of a segment; bit 4: acknowledgement unknown;
 *   bit 5: acknowledges 40 octets less than was sent; bit 7: length times 16
 *
 * The transport here keeps the contract of consumer.h and aborts where the stage breaks it.
 * Checked besides: spans of transactions lie in their text, depths and notes are in range,
 * secret values are absent, lost octets are not more than the message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cachetap/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ORIGIN UINT64_C(4096)

struct side {
    uint64_t offset;    /* delivered */
    uint64_t skip_left; /* 0: none */
    uint64_t pending_skip;
    struct ct_stream_skipped skipped;
    uint8_t *held;
    size_t n_held;
    uint64_t held_acked;
    bool in_data;
    bool hold;
    bool eof;
};

struct run {
    struct ct_http *http;
    const struct ct_consumer *consumer;
    struct ct_conn_info info;
    void *state;
    struct side side[2];
    int64_t now_ns;
    int switching;
    unsigned n_txns;
};

static void require(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "fuzz_http: %s\n", what);
        abort();
    }
}

static void check_ref(const struct ct_txn *txn, struct ct_ref ref)
{
    if (ct_ref_present(ref)) {
        require(ref.offset <= txn->text_bytes && ref.length <= txn->text_bytes - ref.offset,
                "text outside of the transaction");
    }
}

static void check_message(const struct ct_message *message)
{
    require(message->missing <= message->wire_len, "more missing than there is");
    require(message->body_len <= message->wire_len, "more body than there is");
    require(message->last_ns >= message->first_ns, "times");
}

static void on_txn(void *user, const struct ct_txn *txn)
{
    struct run *run = user;
    run->n_txns++;
    require(txn->request.seen || txn->response.seen, "nothing seen");
    require(txn->depth > 0, "depth");
    require(txn->notes >> CT_NOTE_COUNT == 0, "notes");
    check_ref(txn, txn->method);
    check_ref(txn, txn->target);
    check_ref(txn, txn->host);
    check_ref(txn, txn->reason);
    check_message(&txn->request);
    check_message(&txn->response);
    for (uint32_t i = 0; i < txn->n_lines; i++) {
        const struct ct_line *line = &txn->lines[i];
        check_ref(txn, line->value);
        require(line->dir <= 1 && line->trailer <= 1, "line");
        require(!ct_http_fields_secret(line->field) || line->value.length == 0, "secret kept");
    }
}

static void begin_skip(struct side *side, uint64_t n)
{
    memset(&side->skipped, 0, sizeof side->skipped);
    side->skip_left = n;
}

static void on_skip(void *conn, enum ct_dir dir, uint64_t n)
{
    struct run *run = conn;
    struct side *side = &run->side[dir];
    require(n > 0 && side->skip_left == 0 && side->pending_skip == 0, "skip");
    if (side->in_data) {
        side->pending_skip = n;
    } else {
        begin_skip(side, n);
    }
}

static void on_resume(void *conn, enum ct_dir dir)
{
    struct run *run = conn;
    require(run->side[dir].hold, "resume of what is not held");
    run->side[dir].hold = false;
}

static void on_tunnel(void *conn, enum ct_proto proto)
{
    struct run *run = conn;
    require(run->switching == 0 && proto < CT_PROTO_COUNT, "tunnel");
    run->switching = 1;
}

static void on_reject(void *conn, enum ct_proto proto)
{
    struct run *run = conn;
    require(run->switching == 0 && proto < CT_PROTO_COUNT, "reject");
    run->switching = 2;
}

static void finish_switch(struct run *run)
{
    if (run->switching != 0 && run->state != NULL) {
        void *state = run->state;
        run->state = NULL;
        run->consumer->close(state, CT_CLOSE_TUNNEL, run->now_ns);
    }
}

static void end_skip(struct run *run, struct side *side)
{
    side->skip_left = 0;
    side->skipped.dir = side == &run->side[0] ? CT_DIR_ORIG : CT_DIR_RESP;
    run->consumer->skipped(run->state, &side->skipped);
    finish_switch(run);
}

/* Passes up to n octets in a skip; returns those passed. */
static uint64_t pass(struct run *run, struct side *side, uint64_t n, bool lost)
{
    uint64_t take = n < side->skip_left ? n : side->skip_left;
    side->skipped.length += take;
    side->skipped.missing += lost ? take : 0;
    if (!lost) {
        side->skipped.first_ns = side->skipped.first_ns == 0 ? run->now_ns : side->skipped.first_ns;
        side->skipped.last_ns = run->now_ns;
    }
    side->offset += take;
    side->skip_left -= side->skip_left != UINT64_MAX ? take : 0;
    if (side->skip_left == 0) {
        end_skip(run, side);
    }
    return take;
}

/* Gives n octets; returns how many went away (fewer: held). */
static size_t give(struct run *run, struct side *side, const struct ct_stream_data *model)
{
    size_t at = 0;
    while (at < model->bytes.n && run->state != NULL) {
        if (side->skip_left > 0) {
            at += (size_t)pass(run, side, model->bytes.n - at, false);
            continue;
        }
        struct ct_stream_data data = *model;
        size_t n = model->bytes.n - at;
        uint8_t *copy = malloc(n); /* exact size: reads past it are seen */
        require(copy != NULL, "memory");
        memcpy(copy, model->bytes.p + at, n);
        data.bytes = (struct ct_span){copy, n};
        data.offset = side->offset;
        data.segment_start = model->segment_start && at == 0;
        side->in_data = true;
        size_t taken = run->consumer->data(run->state, &data);
        side->in_data = false;
        free(copy);
        require(taken <= n, "took too much");
        side->offset += taken;
        at += taken;
        if (run->switching != 0) {
            finish_switch(run);
            return model->bytes.n;
        }
        if (side->pending_skip > 0) {
            begin_skip(side, side->pending_skip);
            side->pending_skip = 0;
        } else if (taken < n) {
            side->hold = true;
            break;
        }
    }
    return run->state == NULL ? model->bytes.n : at;
}

static void give_held(struct run *run, enum ct_dir dir)
{
    struct side *side = &run->side[dir];
    struct ct_stream_data data = {
        .dir = dir,
        .bytes = {side->held, side->n_held},
        .peer_offset = side->held_acked,
        .ts_ns = run->now_ns,
    };
    if (side->hold || side->n_held == 0 || run->state == NULL) {
        return;
    }
    size_t taken = give(run, side, &data);
    memmove(side->held, side->held + taken, side->n_held - taken);
    side->n_held -= taken;
}

static void send_data(struct run *run, enum ct_dir dir, struct ct_span bytes, uint8_t kind)
{
    struct side *side = &run->side[dir];
    uint64_t acked = run->side[1 - dir].offset;
    acked -= (kind & 0x20) != 0 && acked > ORIGIN + 40 ? 40 : 0;
    struct ct_stream_data data = {
        .dir = dir,
        .bytes = bytes,
        .peer_offset = (kind & 0x10) != 0 ? 0 : acked,
        .ts_ns = run->now_ns,
        .segment_start = (kind & 8) == 0,
    };
    size_t taken = 0;
    if (!side->hold && side->n_held == 0) {
        taken = give(run, side, &data);
    }
    if (taken < bytes.n && run->state != NULL) {
        uint8_t *grown = realloc(side->held, side->n_held + bytes.n - taken);
        require(grown != NULL, "memory");
        side->held = grown;
        memcpy(grown + side->n_held, bytes.p + taken, bytes.n - taken);
        side->n_held += bytes.n - taken;
        side->held_acked = data.peer_offset;
    }
    give_held(run, CT_DIR_ORIG);
    give_held(run, CT_DIR_RESP);
}

static void send_gap(struct run *run, enum ct_dir dir, uint64_t n)
{
    struct side *side = &run->side[dir];
    if (side->n_held > 0) {
        return;
    }
    while (n > 0 && run->state != NULL) {
        if (side->skip_left > 0) {
            n -= pass(run, side, n, true);
            continue;
        }
        struct ct_stream_gap gap = {dir, side->offset, n, run->now_ns};
        side->offset += n;
        run->consumer->gap(run->state, &gap);
        finish_switch(run);
        n = 0;
    }
    side->hold = false;
    give_held(run, CT_DIR_ORIG);
    give_held(run, CT_DIR_RESP);
}

static void send_eof(struct run *run, enum ct_dir dir)
{
    struct side *side = &run->side[dir];
    if (side->eof || side->n_held > 0 || run->state == NULL) {
        return;
    }
    side->eof = true;
    if (side->skip_left > 0) {
        end_skip(run, side);
    }
    if (run->state != NULL) {
        run->consumer->eof(run->state, dir, run->now_ns);
        finish_switch(run);
    }
    give_held(run, CT_DIR_ORIG);
    give_held(run, CT_DIR_RESP);
}

static void end_conn(struct run *run, enum ct_close why)
{
    for (int d = 0; d < 2; d++) {
        if (run->state != NULL && run->side[d].skip_left > 0) {
            end_skip(run, &run->side[d]);
        }
        free(run->side[d].held);
    }
    if (run->state != NULL) {
        void *state = run->state;
        run->state = NULL;
        run->consumer->close(state, why, run->now_ns);
    }
}

static void begin_conn(struct run *run, bool midstream)
{
    struct ct_transport transport = {
        .conn = run,
        .info = &run->info,
        .skip = on_skip,
        .resume = on_resume,
        .tunnel = on_tunnel,
        .reject = on_reject,
    };
    memset(run->side, 0, sizeof run->side);
    run->side[0].offset = ORIGIN;
    run->side[1].offset = ORIGIN;
    run->switching = 0;
    run->info.midstream = midstream;
    run->state = run->consumer->open(run->consumer->ctx, &transport);
    require(run->state != NULL, "open");
}

static void play(struct run *run, const uint8_t *data, size_t size)
{
    begin_conn(run, false);
    while (size >= 2) {
        uint8_t kind = data[0];
        size_t n = (kind & 0x80) != 0 ? (size_t)data[1] * 16 : data[1];
        enum ct_dir dir = (kind & 4) != 0 ? CT_DIR_RESP : CT_DIR_ORIG;
        data += 2;
        size -= 2;
        run->now_ns += CT_NS_PER_MS;
        if ((kind & 3) == 0) {
            n = n < size ? n : size;
            if (n > 0 && !run->side[dir].eof) {
                send_data(run, dir, (struct ct_span){data, n}, kind);
            }
            data += n;
            size -= n;
        } else if ((kind & 3) == 1 && n > 0 && !run->side[dir].eof) {
            send_gap(run, dir, n);
        } else if ((kind & 3) == 2) {
            send_eof(run, dir);
        } else if ((kind & 3) == 3) {
            end_conn(run, (enum ct_close)(n % CT_CLOSE_COUNT));
            begin_conn(run, (kind & 0x40) != 0);
        }
    }
    end_conn(run, CT_CLOSE_END);
}

/* Made once: every run ends all its connections, so nothing is left for the next one. */
static struct run *make_run(void)
{
    static struct run run = {.now_ns = CT_NS_PER_S};
    struct ct_limits limits;
    struct ct_http_hooks hooks = {on_txn, &run};
    static struct ct_fields *fields;
    if (run.http != NULL) {
        return &run;
    }
    ct_base_limits_init(&limits);
    limits.pending_requests = 4;
    limits.header_lines = 8;
    limits.header_bytes = 700;
    limits.uri_bytes = 64;
    limits.message_bytes_total = CT_KIB(32);
    fields = ct_http_fields_new();
    require(fields != NULL, "memory");
    run.http = ct_http_new(&limits, fields, &hooks);
    require(run.http != NULL, "memory");
    run.consumer = ct_http_consumer(run.http);
    return &run;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run *run = make_run();
    const struct ct_http_counters *counters = ct_http_counters(run->http);
    uint64_t before = counters->transactions;
    run->n_txns = 0;
    play(run, data, size);
    require(counters->transactions - before == run->n_txns, "count of transactions");
    require(counters->memory_bytes < CT_MIB(1), "memory bound");
    return 0;
}
