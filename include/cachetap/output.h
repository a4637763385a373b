/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output: writers behind one interface. A writer gets every transaction and every connection
 * as it ends, and the snapshot at the end, and writes its format to a stream that it does not own.
 * Bytes from the wire are made safe here, in every format.
 */
#ifndef CACHETAP_OUTPUT_H
#define CACHETAP_OUTPUT_H

#include <stdio.h>

#include "cachetap/query.h"
#include "cachetap/stats.h"

/* clang-format off */
#define CT_FORMATS(X) /* symbol, name, text */                                                 \
    X(TEXT, "text", "one aligned line per transaction")                                        \
    X(JSON, "json", "one JSON object per line and transaction")                                \
    X(CSV, "csv", "one line of comma-separated values per transaction (RFC 4180)")             \
    X(CSV_CONNECTIONS, "csv-connections", "the same per connection that carried HTTP")         \
    X(SUMMARY, "summary", "a report at the end")                                               \
    X(SUMMARY_JSON, "summary-json", "the report as one JSON object")
/* clang-format on */

enum ct_format {
#define X(symbol, name, help) CT_FORMAT_##symbol,
    CT_FORMATS(X)
#undef X
        CT_FORMAT_COUNT
};

enum ct_output_status {
    CT_OUTPUT_OK,
    CT_OUTPUT_CLOSED, /* the reader has gone (EPIPE): stop quietly */
    CT_OUTPUT_FAILED, /* errno says why */
};

struct ct_output_options {
    const struct ct_fields *fields; /* names of header fields */
    bool color;
    bool utf8;          /* the reader shows UTF-8: bars, ellipses and arrows may use it */
    bool explain;       /* text and summary: the reasoning behind each outcome */
    bool line_buffered; /* flush after each transaction */
    bool connections;   /* text and json: a line for each connection as well, when it ends */
    unsigned columns;   /* width to aim at, 0: no limit */
    const char *const *ignored_headers; /* of ct_cache_config, for the reports */
    size_t n_ignored_headers;
};

struct ct_writer;

/* Borrows file and what options point to. NULL: no memory. */
struct ct_writer *ct_output_new(enum ct_format format, FILE *file,
                                const struct ct_output_options *options);
enum ct_output_status ct_output_txn(struct ct_writer *writer, const struct ct_txn *txn,
                                    const struct ct_verdict *verdict);
/*
 * A connection that has ended: writes a record when it carried HTTP, in formats that have one.
 * flow as the engine gives it.
 */
enum ct_output_status ct_output_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                                     const struct ct_flow *flow);
/* Writes what comes at the end, and flushes. snapshot may be NULL for formats without report. */
enum ct_output_status ct_output_end(struct ct_writer *writer, const struct ct_snapshot *snapshot);
/* Frees the writer; does not close the file. */
void ct_output_free(struct ct_writer *writer);

/* True when the format needs a snapshot at the end. */
bool ct_output_wants_snapshot(enum ct_format format);
/* True when the format needs the transactions. */
bool ct_output_wants_txns(enum ct_format format);
/* True when the format can write connections: in options.connections, or always. */
bool ct_output_wants_conns(enum ct_format format);
/* ---- which transactions, and whether all is well -------------------------------------------- */

/* An expression on transactions (query.h): fields are the keys of the JSON, see docs/query.md. */
struct ct_where;
/* NULL, with a message: not an expression, or no memory. */
struct ct_where *ct_output_where_new(const char *text, char message[CT_QUERY_MESSAGE_MAX]);
bool ct_output_where_match(const struct ct_where *where, const struct ct_fields *fields,
                           const struct ct_txn *txn, const struct ct_verdict *verdict);
void ct_output_where_free(struct ct_where *where);

/*
 * An expression on the whole run, asked of the snapshot at its end. A ratio or time that does
 * not exist, because nothing was counted, satisfies no comparison.
 */
struct ct_assertion;
struct ct_assertion *ct_output_assertion_new(const char *text, char message[CT_QUERY_MESSAGE_MAX]);
bool ct_output_assertion_holds(const struct ct_assertion *assertion,
                               const struct ct_snapshot *snapshot);
void ct_output_assertion_free(struct ct_assertion *assertion);
/* The fields of an assertion, for lists: name and text of field i; NULL past the last. Static. */
const char *ct_output_assertion_field(size_t i, const char **help);

const char *ct_output_format_name(enum ct_format format);
const char *ct_output_format_help(enum ct_format format);

#endif
