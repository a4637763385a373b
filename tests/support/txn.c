/* SPDX-License-Identifier: Apache-2.0 */
/* Text, lines and transaction live in one block; offsets point into the copied text. */
#include "support/txn.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "support/need.h"

struct tx_block {
    struct ct_txn txn;
    struct ct_line *lines;
    uint8_t *text;
};

/* The next line without its end; *at moves behind it. */
static struct ct_span take_line(struct ct_span text, size_t *at)
{
    size_t from = *at;
    size_t to = from;
    while (to < text.n && text.p[to] != '\n') {
        to++;
    }
    *at = to < text.n ? to + 1 : to;
    return ct_span_slice(text, from, to);
}

static struct ct_ref ref_of(const struct tx_block *block, struct ct_span part)
{
    return (struct ct_ref){(uint32_t)(part.p - block->text), (uint32_t)part.n};
}

/* The next word; *rest loses it. */
static struct ct_span take_word(struct ct_span *rest)
{
    struct ct_span word = ct_span_trim(*rest);
    size_t n = 0;
    while (n < word.n && word.p[n] != ' ') {
        n++;
    }
    *rest = ct_span_slice(word, n, word.n);
    word.n = n;
    return word;
}

static void read_request_line(struct tx_block *block, struct ct_span line)
{
    struct ct_txn *txn = &block->txn;
    txn->method = ref_of(block, take_word(&line));
    txn->target = ref_of(block, take_word(&line));
    struct ct_span version = take_word(&line);
    txn->request.seen = true;
    txn->request.complete = true;
    txn->request.version_major = 1;
    txn->request.version_minor = ct_span_equal_nocase(version, "HTTP/1.0") ? 0 : 1;
    txn->request.first_ns = TX_NOW_S * CT_NS_PER_S;
    txn->request.head_ns = txn->request.first_ns;
    txn->request.last_ns = txn->request.first_ns;
}

static void read_status_line(struct tx_block *block, struct ct_span line)
{
    struct ct_txn *txn = &block->txn;
    struct ct_span code = take_word(&line);
    for (size_t i = 0; i < code.n && i < 3; i++) {
        txn->status = (uint16_t)(txn->status * 10 + (code.p[i] - '0'));
    }
    line = ct_span_trim(line);
    txn->reason = line.n > 0 ? ref_of(block, line) : CT_REF_NONE;
    txn->response.seen = true;
    txn->response.complete = true;
    txn->response.version_major = 1;
    txn->response.version_minor = 1;
    txn->response.first_ns = TX_NOW_S * CT_NS_PER_S + 50 * CT_NS_PER_MS;
    txn->response.head_ns = txn->response.first_ns;
    txn->response.last_ns = txn->response.first_ns;
}

static void read_field_line(struct tx_block *block, const struct ct_fields *fields,
                            struct ct_span text, enum ct_dir dir)
{
    size_t colon = 0;
    while (colon < text.n && text.p[colon] != ':') {
        colon++;
    }
    uint16_t field = ct_http_fields_find(fields, ct_span_slice(text, 0, colon));
    if (field == CT_FIELD_NONE) {
        return;
    }
    struct ct_span value = ct_span_trim(ct_span_slice(text, colon + 1, text.n));
    if (ct_http_fields_secret(field)) {
        value.n = 0;
    }
    struct ct_line *line = &block->lines[block->txn.n_lines++];
    line->value = value.n > 0 ? ref_of(block, value) : (struct ct_ref){0, 0};
    line->field = field;
    line->dir = (uint8_t)dir;
    if (dir == CT_DIR_ORIG && field == CT_FIELD_HOST && !ct_ref_present(block->txn.host)) {
        block->txn.host = line->value;
    }
}

struct ct_txn *tx_new_span(const struct ct_fields *fields, struct ct_span text)
{
    struct tx_block *block = need(calloc(1, sizeof *block));
    size_t n_lines = 1;
    block->text = need(calloc(1, text.n > 0 ? text.n : 1));
    if (text.n > 0) {
        memcpy(block->text, text.p, text.n);
    }
    for (size_t i = 0; i < text.n; i++) {
        n_lines += text.p[i] == '\n';
    }
    block->lines = need(calloc(n_lines, sizeof *block->lines));

    struct ct_txn *txn = &block->txn;
    txn->depth = 1;
    txn->method = CT_REF_NONE;
    txn->target = CT_REF_NONE;
    txn->host = CT_REF_NONE;
    txn->reason = CT_REF_NONE;
    txn->text = block->text;
    txn->text_bytes = (uint32_t)text.n;
    txn->lines = block->lines;

    struct ct_span copy = {block->text, text.n};
    enum ct_dir dir = CT_DIR_ORIG;
    size_t at = 0;
    bool first = true;
    while (at < copy.n) {
        struct ct_span line = take_line(copy, &at);
        if (line.n == 0 && dir == CT_DIR_ORIG) {
            dir = CT_DIR_RESP;
            first = true;
        } else if (line.n > 0 && !first) {
            read_field_line(block, fields, line, dir);
        } else if (line.n > 0) {
            (dir == CT_DIR_ORIG ? read_request_line : read_status_line)(block, line);
            first = false;
        }
    }
    return txn;
}

struct ct_txn *tx_new(const struct ct_fields *fields, const char *text)
{
    return tx_new_span(fields, ct_span_of(text));
}

void tx_free(struct ct_txn *txn)
{
    struct tx_block *block = (struct tx_block *)(void *)txn; /* txn is its first member */
    if (block != NULL) {
        free(block->lines);
        free(block->text);
        free(block);
    }
}
