/* SPDX-License-Identifier: Apache-2.0 */
#include "support/tape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cachetap/source.h"
#include "support/need.h"

static void on_problem(void *user, const char *line)
{
    (void)user;
    (void)fprintf(stderr, "tape: %s\n", line);
    exit(1);
}

void tape_load(struct tape *tape, const char *const *paths, size_t n_paths)
{
    struct ct_source_options options = {.paths = paths, .n_paths = n_paths, .problem = on_problem};
    struct ct_source *source = NULL;
    struct ct_frame frame;
    size_t room = 0;
    *tape = (struct tape){NULL, 0};
    if (ct_source_open(&options, &source) != CT_SOURCE_OK) {
        exit(1);
    }
    while (ct_source_next(source, &frame) == CT_SOURCE_OK) {
        if (tape->n == room) {
            room = room == 0 ? 1024 : room * 2;
            tape->frames = need(realloc(tape->frames, room * sizeof *tape->frames));
        }
        uint8_t *copy = need(malloc(frame.cap_len > 0 ? frame.cap_len : 1));
        memcpy(copy, frame.bytes, frame.cap_len);
        frame.bytes = copy;
        tape->frames[tape->n++] = frame;
    }
    ct_source_close(source);
}

void tape_free(struct tape *tape)
{
    for (size_t i = 0; i < tape->n; i++) {
        uint8_t *bytes;
        memcpy(&bytes, &tape->frames[i].bytes, sizeof bytes);
        free(bytes);
    }
    free(tape->frames);
    *tape = (struct tape){NULL, 0};
}

static int text_of(const struct ct_txn *txn, struct ct_ref ref, char *out, size_t size)
{
    return (int)ct_base_text_safe(out, size, ct_txn_text(txn, ref));
}

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct taped_txns *txns = user;
    char client[CT_ADDR_TEXT_MAX];
    char method[32];
    char target[200];
    if (txns->n == txns->room) {
        txns->room = txns->room == 0 ? 256 : txns->room * 2;
        txns->rows = need(realloc(txns->rows, txns->room * sizeof *txns->rows));
    }
    struct taped_txn *row = &txns->rows[txns->n++];
    memset(row, 0, sizeof *row);
    row->orig = txn->conn.orig;
    row->resp = txn->conn.resp;
    row->depth = txn->depth;
    row->notes = txn->notes;
    row->request_wire = txn->request.wire_len;
    row->response_wire = txn->response.wire_len;
    row->whole = txn->request.complete && txn->response.complete && txn->request.missing == 0 &&
                 txn->response.missing == 0;
    ct_base_endpoint_text(&txn->conn.orig, client);
    int m = text_of(txn, txn->method, method, sizeof method);
    int t = text_of(txn, txn->target, target, sizeof target);
    (void)snprintf(row->what, sizeof row->what,
                   "%s:%u %.*s %.*s %u %s request %" PRIu64 " response %" PRIu64 " body %" PRIu64,
                   client, (unsigned)txn->conn.orig.port, m, method, t, target,
                   (unsigned)txn->status, ct_cache_outcome_name(verdict->outcome),
                   txn->request.wire_len, txn->response.wire_len, txn->response.body_len);
}

void tape_config(struct ct_engine_config *config, struct taped_txns *out)
{
    *out = (struct taped_txns){NULL, 0, 0};
    *config = (struct ct_engine_config){.transaction = on_transaction, .user = out};
    ct_base_limits_init(&config->limits);
}

void tape_run(const struct tape *tape, const size_t *order, size_t n, struct taped_txns *out)
{
    struct ct_engine_config config;
    tape_config(&config, out);
    struct ct_engine *engine = need(ct_engine_new(&config));
    for (size_t i = 0; i < n; i++) {
        ct_engine_frame(engine, &tape->frames[order[i]]);
    }
    ct_engine_finish(engine);
    ct_engine_free(engine);
}

void taped_txns_free(struct taped_txns *txns)
{
    free(txns->rows);
    *txns = (struct taped_txns){NULL, 0, 0};
}

static int by_what(const void *a, const void *b)
{
    return strcmp(((const struct taped_txn *)a)->what, ((const struct taped_txn *)b)->what);
}

void taped_txns_sort(struct taped_txns *txns)
{
    qsort(txns->rows, txns->n, sizeof *txns->rows, by_what);
}

uint64_t dice_roll(struct dice *dice, uint64_t below)
{
    /* The constants of Knuth's MMIX generator; the high bits are the good ones. */
    dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return below > 0 ? (dice->state >> 33) % below : 0;
}
