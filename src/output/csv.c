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
        if (ct_output_evidence(record->txn, record->fields, &record->verdict->evidence[i], &text)) {
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
    }
}

void ct_output_csv_begin(struct ct_writer *writer)
{
    const struct ct_record_key *key = NULL;
    for (size_t i = 0; (key = ct_output_key(i)) != NULL; i++) {
        ct_output_put(&writer->buf, i > 0 ? "," : "");
        ct_output_put(&writer->buf, key->name);
    }
    ct_output_put(&writer->buf, "\r\n");
}

void ct_output_csv_txn(struct ct_writer *writer, const struct ct_txn *txn,
                       const struct ct_verdict *verdict)
{
    struct ct_record record = {txn, verdict, writer->options.fields};
    const struct ct_record_key *key = NULL;
    for (size_t i = 0; (key = ct_output_key(i)) != NULL; i++) {
        struct ct_value value = {0};
        ct_output_put(&writer->buf, i > 0 ? "," : "");
        size_t from = writer->buf.n;
        key->get(&record, &value);
        put_value(&writer->buf, &record, &value);
        quote_cell(&writer->buf, from);
    }
    ct_output_put(&writer->buf, "\r\n");
}
