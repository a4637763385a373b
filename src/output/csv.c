/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV as in RFC 4180: a header line, CRLF line ends, quotes where needed. The columns are the
 * keys of the JSON in its order; what is null there is empty here, and lists are joined with
 * "; ". Control characters and bytes that are not UTF-8 stand as \xHH, so that a record is
 * always one line. Cells are data as it came: a leading = + - or @ is not altered, and a
 * spreadsheet that takes such a cell for a formula has to be told that it is text.
 */
#include "output/keys.h"
#include "output/record.h"
#include "output/writer.h"

/* Puts quotes around the cell that begins at from, where RFC 4180 section 2 asks for them. */
static void quote_cell(struct ct_buf *buf, size_t from)
{
    size_t quotes = 0;
    bool needed = false;
    for (size_t i = from; i < buf->n; i++) {
        char c = buf->p[i];
        bool edge = i == from || i + 1 == buf->n;
        quotes += c == '"' ? 1 : 0;
        needed = needed || c == '"' || c == ',' || (c == ' ' && edge);
    }
    if (!needed || !ct_output_buf_reserve(buf, quotes + 2)) {
        return;
    }
    size_t read = buf->n;
    size_t write = buf->n + quotes + 2;
    buf->n = write;
    buf->p[--write] = '"';
    while (read > from) {
        char c = buf->p[--read];
        buf->p[--write] = c;
        if (c == '"') {
            buf->p[--write] = '"';
        }
    }
    buf->p[from] = '"';
}

static void put_separator(struct ct_buf *buf, size_t from)
{
    if (buf->n > from) {
        ct_output_put(buf, "; ");
    }
}

static void put_words(struct ct_buf *buf, const struct ct_value *value)
{
    size_t from = buf->n;
    for (int i = 0; i < value->n; i++) {
        if ((value->integer >> i & 1u) != 0) {
            put_separator(buf, from);
            ct_output_put(buf, value->name_of(i));
        }
    }
}

static void put_evidence(struct ct_buf *buf, const struct ct_record *record)
{
    size_t from = buf->n;
    struct ct_evidence_text text;
    for (size_t i = 0; i < record->verdict->n_evidence; i++) {
        if (ct_output_evidence(record->txn, record->fields, record->verdict, i, &text)) {
            put_separator(buf, from);
            ct_output_put_safe(buf, text.name);
            ct_output_put(buf, ": ");
            ct_output_put_safe(buf, text.value);
        }
    }
}

/* "name=STATUS", "name=STATUS:hits", with "(fossil)" where it is one. */
static void put_tiers(struct ct_buf *buf, const struct ct_record *record)
{
    size_t from = buf->n;
    for (size_t i = 0; i < record->verdict->n_tiers; i++) {
        const struct ct_tier *tier = &record->verdict->tiers[i];
        put_separator(buf, from);
        ct_output_put_safe(buf, ct_output_tier_name(record->txn, tier).text);
        ct_output_put_char(buf, '=');
        ct_output_put(buf, ct_cache_outcome_name(tier->outcome));
        if (tier->hits >= 0) {
            ct_output_put_char(buf, ':');
            ct_output_put_u64(buf, (uint64_t)tier->hits);
        }
        ct_output_put(buf, tier->fossil ? "(fossil)" : "");
    }
}

/* "NAME=3; OTHER=1" */
static void put_counts(struct ct_buf *buf, const struct ct_value *value)
{
    size_t from = buf->n;
    for (int i = 0; i < value->n; i++) {
        if (value->counts[i] > 0 || value->flag) {
            put_separator(buf, from);
            ct_output_put(buf, value->name_of(i));
            ct_output_put_char(buf, '=');
            ct_output_put_u64(buf, value->counts[i]);
        }
    }
}

static void put_names(struct ct_buf *buf, const struct ct_record *record,
                      const struct ct_value *value)
{
    size_t from = buf->n;
    for (int i = 0; i < value->n; i++) {
        put_separator(buf, from);
        ct_output_put_safe(buf, value->name_at(record->flow, i));
    }
}

static void put_value(struct ct_buf *buf, const struct ct_record *record,
                      const struct ct_value *value)
{
    switch (value->kind) {
    case CT_VALUE_NULL:
        break;
    case CT_VALUE_TEXT:
        ct_output_put_safe(buf, value->text);
        break;
    case CT_VALUE_WORD:
        ct_output_put(buf, value->word);
        break;
    case CT_VALUE_INTEGER:
        ct_output_put_u64(buf, value->integer);
        break;
    case CT_VALUE_SECONDS:
        ct_output_put_seconds(buf, value->ns);
        break;
    case CT_VALUE_BOOL:
        ct_output_put(buf, value->flag ? "true" : "false");
        break;
    case CT_VALUE_WORDS:
        put_words(buf, value);
        break;
    case CT_VALUE_EVIDENCE:
        put_evidence(buf, record);
        break;
    case CT_VALUE_TIERS:
        put_tiers(buf, record);
        break;
    case CT_VALUE_COUNTS:
        put_counts(buf, value);
        break;
    case CT_VALUE_NAMES:
        put_names(buf, record, value);
        break;
    }
}

static void put_heads(struct ct_buf *buf, const struct ct_record_key *(*key_at)(size_t i))
{
    const struct ct_record_key *key = NULL;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++) {
        ct_output_put(buf, i > 0 ? "," : "");
        ct_output_put(buf, key->name);
    }
    ct_output_put(buf, "\r\n");
}

static void put_record(struct ct_buf *buf, const struct ct_record *record,
                       const struct ct_record_key *(*key_at)(size_t i))
{
    const struct ct_record_key *key = NULL;
    for (size_t i = 0; (key = key_at(i)) != NULL; i++) {
        struct ct_value value = {0};
        ct_output_put(buf, i > 0 ? "," : "");
        size_t from = buf->n;
        key->get(record, &value);
        put_value(buf, record, &value);
        quote_cell(buf, from);
    }
    ct_output_put(buf, "\r\n");
}

void ct_output_csv_begin(struct ct_writer *writer)
{
    put_heads(&writer->buf, ct_output_key);
}

void ct_output_csv_txn(struct ct_writer *writer, const struct ct_txn *txn,
                       const struct ct_verdict *verdict)
{
    struct ct_record record = {.txn = txn, .verdict = verdict, .fields = writer->options.fields};
    put_record(&writer->buf, &record, ct_output_key);
}

void ct_output_csv_conn_begin(struct ct_writer *writer)
{
    put_heads(&writer->buf, ct_output_conn_key);
}

void ct_output_csv_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                        const struct ct_flow *flow)
{
    struct ct_record record = {.end = end, .flow = flow};
    put_record(&writer->buf, &record, ct_output_conn_key);
}
