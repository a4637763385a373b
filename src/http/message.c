/* SPDX-License-Identifier: Apache-2.0 */
#include "http/message.h"

#include "base/span.h"

struct ct_msg *ct_http_msg_new(struct ct_http *http, enum ct_dir dir)
{
    struct ct_msg *msg = ct_base_pool_get(&http->blocks);
    if (msg == NULL) {
        http->counters.refused++;
        return NULL;
    }
    msg->dir = (uint8_t)dir;
    msg->method = CT_REF_NONE;
    msg->target = CT_REF_NONE;
    return msg;
}

void ct_http_msg_free(struct ct_http *http, struct ct_msg *msg)
{
    ct_http_msg_return_reader(http, msg);
    ct_http_chain_truncate(&msg->text, &http->blocks, 0);
    ct_http_chain_truncate(&msg->lines, &http->blocks, 0);
    ct_base_pool_put(&http->blocks, msg);
}

_Static_assert(sizeof(struct ct_reader) <= CT_BLOCK_BYTES, "a reader is one block");

bool ct_http_msg_lend_reader(struct ct_http *http, struct ct_msg *msg)
{
    if (msg->reader != NULL) {
        return true;
    }
    msg->reader = ct_base_pool_get(&http->blocks);
    if (msg->reader == NULL) {
        http->counters.refused++;
        return false;
    }
    msg->reader->http = http;
    msg->reader->msg = msg;
    return true;
}

void ct_http_msg_return_reader(struct ct_http *http, struct ct_msg *msg)
{
    if (msg->reader != NULL) {
        ct_base_pool_put(&http->blocks, msg->reader);
        msg->reader = NULL;
    }
}

static bool append_text(struct ct_http *http, struct ct_msg *msg, struct ct_span text)
{
    if (ct_http_chain_append(&msg->text, &http->blocks, text.p, text.n, http->reserve)) {
        return true;
    }
    if (!msg->refused) {
        msg->refused = true;
        http->counters.refused++;
    }
    return false;
}

static void keep_head(struct ct_reader *reader, struct ct_span piece)
{
    size_t room = sizeof reader->head - reader->head_length;
    size_t take = piece.n < room ? piece.n : room;
    memcpy(reader->head + reader->head_length, piece.p, take);
    reader->head_length = (uint8_t)(reader->head_length + take);
}

static void keep_tail(struct ct_reader *reader, struct ct_span piece)
{
    size_t size = sizeof reader->tail;
    if (piece.n >= size) {
        memcpy(reader->tail, piece.p + (piece.n - size), size);
        reader->tail_length = (uint8_t)size;
        return;
    }
    size_t keep = size - piece.n;
    keep = keep < reader->tail_length ? keep : reader->tail_length;
    memmove(reader->tail, reader->tail + (reader->tail_length - keep), keep);
    memcpy(reader->tail + keep, piece.p, piece.n);
    reader->tail_length = (uint8_t)(keep + piece.n);
}

void ct_http_msg_start_append(struct ct_http *http, struct ct_msg *msg, struct ct_span piece)
{
    if (piece.n == 0) {
        return;
    }
    keep_head(msg->reader, piece);
    keep_tail(msg->reader, piece);
    msg->line_length += piece.n;
    /* Method, target and reason phrase lie within this; the rest is judged by its tail. */
    uint64_t most = http->limits.uri_bytes + CT_LINE_HEAD;
    uint64_t room = most > msg->text.length ? most - msg->text.length : 0;
    if (!msg->refused) {
        (void)append_text(http, msg,
                          ct_span_slice(piece, 0, (size_t)(room < piece.n ? room : piece.n)));
    }
}

struct ct_line_view ct_http_msg_start_view(const struct ct_msg *msg)
{
    const struct ct_reader *reader = msg->reader;
    return (struct ct_line_view){
        .head = {reader->head, reader->head_length},
        .tail = {reader->tail, reader->tail_length},
        .length = msg->line_length,
    };
}

void ct_http_msg_start_keep(struct ct_http *http, struct ct_msg *msg,
                            const struct ct_start_line *line, const struct ct_span *whole)
{
    uint64_t length = line->text_length;
    if (length > http->limits.uri_bytes) {
        length = http->limits.uri_bytes;
        if (msg->dir == CT_DIR_ORIG) {
            ct_http_note(msg, CT_NOTE_URI_CUT);
            http->counters.uri_cut++;
        }
    }
    uint32_t end = line->text_offset + (uint32_t)length;
    if (whole != NULL) {
        (void)append_text(http, msg, ct_span_slice(*whole, 0, end));
    } else if (msg->text.length > end) {
        ct_http_chain_truncate(&msg->text, &http->blocks, end);
    }
    if (msg->text.length == end) {
        if (msg->dir == CT_DIR_ORIG) {
            msg->method = (struct ct_ref){0, line->method_length};
        }
        msg->target = (struct ct_ref){line->text_offset, (uint32_t)length};
    }
    msg->header_start = msg->text.length;
    msg->facts.seen = true;
    msg->facts.version_major = line->version_major;
    msg->facts.version_minor = line->version_minor;
    msg->status = line->status;
    msg->method_class = (uint8_t)line->method;
}

/* Framing values are short; they are collected beside the kept text. */
static bool is_framing(uint16_t field)
{
    return field == CT_FIELD_CONTENT_LENGTH || field == CT_FIELD_TRANSFER_ENCODING ||
           field == CT_FIELD_UPGRADE || field == CT_FIELD_CONNECTION;
}

static void cut_header(struct ct_reader *reader)
{
    struct ct_msg *msg = reader->msg;
    if (!ct_http_noted(msg, CT_NOTE_HEADER_CUT)) {
        ct_http_note(msg, CT_NOTE_HEADER_CUT);
        reader->http->counters.header_cut++;
    }
}

void ct_http_msg_line_begin(struct ct_reader *reader, struct ct_span name)
{
    struct ct_msg *msg = reader->msg;
    reader->field = ct_http_fields_find(reader->http->fields, name);
    reader->keep = reader->field != CT_FIELD_NONE;
    reader->small_length = 0;
    reader->folded = false;
    reader->value_start = msg->text.length;
    if (reader->keep && msg->n_lines >= reader->http->limits.header_lines) {
        cut_header(reader);
        reader->keep = false;
    }
}

/* A line is kept whole or not at all: a cut value could say something else. */
static void give_up_value(struct ct_reader *reader)
{
    ct_http_chain_truncate(&reader->msg->text, &reader->http->blocks, reader->value_start);
    reader->keep = false;
}

static void append_value(struct ct_reader *reader, struct ct_span piece)
{
    struct ct_msg *msg = reader->msg;
    if (!reader->keep || ct_http_fields_secret(reader->field)) {
        return;
    }
    uint64_t kept = msg->text.length - msg->header_start;
    if (piece.n > reader->http->limits.header_bytes - kept) {
        cut_header(reader);
        give_up_value(reader);
    } else if (!append_text(reader->http, msg, piece)) {
        give_up_value(reader);
    }
}

static void append_small(struct ct_reader *reader, struct ct_span piece)
{
    size_t room = sizeof reader->small - reader->small_length;
    size_t take = piece.n < room ? piece.n : room;
    memcpy(reader->small + reader->small_length, piece.p, take);
    reader->small_length = (uint8_t)(reader->small_length + take);
}

void ct_http_msg_line_append(struct ct_reader *reader, struct ct_span piece)
{
    if (reader->field == CT_FIELD_NONE) {
        return;
    }
    while (reader->folded && piece.n > 0 && (piece.p[0] == ' ' || piece.p[0] == '\t')) {
        piece.p++;
        piece.n--;
    }
    if (piece.n == 0) {
        return;
    }
    reader->folded = false;
    if (is_framing(reader->field)) {
        append_small(reader, piece);
    }
    append_value(reader, piece);
}

/* Length of the value so far without the blanks at its end. */
static uint32_t trimmed_end(const struct ct_reader *reader)
{
    const struct ct_chain *text = &reader->msg->text;
    uint32_t blanks = 0;
    uint32_t base = 0;
    for (const struct ct_block *block = text->first; block != NULL; block = block->next) {
        uint32_t n =
            text->length - base < CT_BLOCK_ROOM ? text->length - base : (uint32_t)CT_BLOCK_ROOM;
        uint32_t last = n;
        uint32_t from = reader->value_start > base ? reader->value_start - base : 0;
        while (last > from && (block->bytes[last - 1] == ' ' || block->bytes[last - 1] == '\t')) {
            last--;
        }
        blanks = last > from ? n - last : blanks + (from < n ? n - from : 0);
        base += n;
    }
    return text->length - blanks;
}

static void trim_value(struct ct_reader *reader)
{
    struct ct_chain *text = &reader->msg->text;
    if (text->length == reader->value_start) {
        return;
    }
    uint8_t last = ct_http_chain_last(text);
    if (last == ' ' || last == '\t') {
        ct_http_chain_truncate(text, &reader->http->blocks, trimmed_end(reader));
    }
}

/* A folded line: one space instead of the line end and the blanks around it (section 5.2). */
void ct_http_msg_line_fold(struct ct_reader *reader)
{
    static const uint8_t space[] = " ";
    trim_value(reader);
    if (reader->msg->text.length > reader->value_start) {
        append_value(reader, (struct ct_span){space, 1});
    }
    if (is_framing(reader->field) && reader->small_length > 0) {
        append_small(reader, (struct ct_span){space, 1});
    }
    reader->folded = true;
}

static void read_framing(struct ct_reader *reader)
{
    struct ct_framing *framing = &reader->msg->framing;
    struct ct_span value = ct_span_trim((struct ct_span){reader->small, reader->small_length});
    if (reader->trailer) {
        return; /* RFC 9110 section 6.5.1: framing fields mean nothing there */
    }
    if (reader->field == CT_FIELD_CONTENT_LENGTH) {
        ct_http_framing_length(framing, value);
    } else if (reader->field == CT_FIELD_TRANSFER_ENCODING) {
        ct_http_framing_coding(framing, value);
    } else if (reader->field == CT_FIELD_UPGRADE) {
        ct_http_framing_upgrade(framing, value);
    } else {
        ct_http_framing_connection(framing, value);
    }
}

void ct_http_msg_line_end(struct ct_reader *reader)
{
    struct ct_http *http = reader->http;
    struct ct_msg *msg = reader->msg;
    if (is_framing(reader->field)) {
        read_framing(reader);
    }
    if (reader->keep) {
        trim_value(reader);
        struct ct_line line = {
            .value = {reader->value_start, msg->text.length - reader->value_start},
            .field = reader->field,
            .dir = msg->dir,
            .trailer = reader->trailer ? 1 : 0,
        };
        if (ct_http_chain_append(&msg->lines, &http->blocks, &line, sizeof line, http->reserve)) {
            msg->n_lines++;
        } else {
            give_up_value(reader);
            http->counters.refused += msg->refused ? 0 : 1;
            msg->refused = true;
        }
    }
    reader->keep = false;
    reader->field = CT_FIELD_NONE;
}

void ct_http_msg_line_drop(struct ct_reader *reader)
{
    if (reader->keep) {
        give_up_value(reader);
    }
    reader->field = CT_FIELD_NONE;
}
