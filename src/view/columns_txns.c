/* SPDX-License-Identifier: Apache-2.0 */
/* Transactions. Their filter is that of --where, and their CSV and JSON those of -o. */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "output/record.h"
#include "view/columns.h"

/* clang-format off */
#define COLUMNS(X) /* symbol, name, title, kind, width, rank, help */                            \
    X(NUMBER, "number", "number", COUNT, 9, 6, "1 is the first of the run")                       \
    X(TS, "ts", "time", CLOCK, 13, 1, "first octet of the request (UTC)")                         \
    X(CLIENT, "client", "client", WORD, 16, 2, "address of the client")                           \
    X(SERVER, "server", "server", WORD, 22, 7, "address and port of the server")                  \
    X(METHOD, "method", "method", WORD, 7, 3, "request method")                                   \
    X(STATUS, "status", "code", COUNT, 5, 0, "status code of the response")                       \
    X(OUTCOME, "cache", "outcome", WORD, 15, 0, "what the cache nearest to the client did")       \
    X(REASON, "reason", "reason", WORD, 22, 4, "why")                                             \
    X(TTFB, "ttfb", "wait", TIME, 7, 1, "end of the request to the first octet of the response")  \
    X(DURATION, "duration", "all", TIME, 7, 6, "first octet of the request to the last of the response") \
    X(SIZE, "size", "bytes", OCTETS, 7, 2, "response content")                                    \
    X(DIALECT, "dialect", "dialect", WORD, 14, 5, "whose words were read")                        \
    X(FINDINGS, "findings", "!", COUNT, 3, 4, "number of findings")                               \
    X(DEPTH, "depth", "depth", COUNT, 6, 9, "position in its connection")                         \
    X(UID, "uid", "connection", WORD, 20, 8, "the connection's name in all outputs") \
    X(URI, "uri", "URI", TEXT, 0, 0, "host and target")
/* clang-format on */

enum column {
#define X(symbol, name, title, kind, width, rank, help) COLUMN_##symbol,
    COLUMNS(X)
#undef X
};

const struct ct_column ct_view_txn_columns[] = {
#define X(symbol, name, title, kind, width, rank, help) \
    {name, title, help, CT_COLUMN_##kind, width, rank},
    COLUMNS(X)
#undef X
};
const size_t ct_view_n_txn_columns = sizeof ct_view_txn_columns / sizeof ct_view_txn_columns[0];

static uint16_t copy(uint8_t *out, size_t size, struct ct_span text)
{
    size_t n = text.n < size ? text.n : size;
    if (n > 0) {
        memcpy(out, text.p, n);
    }
    return (uint16_t)n;
}

void ct_view_txn_item(const struct ct_recent *recent, struct ct_txn_item *item)
{
    const struct ct_txn *txn = &recent->txn;
    int64_t ns = 0;
    item->number = recent->number;
    item->conn = txn->conn;
    item->ts_ns = ct_http_txn_ns(txn);
    item->ttfb_ns = ct_output_ttfb(txn, &ns) ? ns : -1;
    item->duration_ns = ct_output_duration(txn, &ns) ? ns : -1;
    item->body_len = txn->response.body_len;
    item->findings = recent->verdict.findings;
    item->dialect = recent->verdict.dialect;
    item->depth = txn->depth;
    item->outcome = recent->verdict.outcome;
    item->reason = recent->verdict.reason;
    item->status = txn->status;
    struct ct_span method = ct_txn_text(txn, txn->method);
    (void)snprintf(item->method, sizeof item->method, "%.*s",
                   (int)(method.n < sizeof item->method ? method.n : sizeof item->method - 1),
                   method.n > 0 ? (const char *)method.p : "");
    item->host_n = copy(item->text, CT_TXN_HOST_BYTES, ct_txn_text(txn, txn->host));
    struct ct_span target = ct_txn_text(txn, txn->target);
    if (target.n > 0 && target.p[0] != '/') { /* absolute and other forms have it in them */
        item->host_n = 0;
    }
    item->text_n = (uint16_t)(item->host_n + copy(item->text + item->host_n,
                                                  CT_TXN_TEXT_BYTES - item->host_n, target));
}

static void put_address(struct ct_field_value *value, const struct ct_endpoint *endpoint, bool port)
{
    char address[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(endpoint, address);
    if (!port) {
        (void)snprintf(value->buffer, sizeof value->buffer, "%s", address);
    } else {
        (void)snprintf(value->buffer, sizeof value->buffer,
                       endpoint->family == 6 ? "[%s]:%u" : "%s:%u", address,
                       (unsigned)endpoint->port);
    }
    ct_field_text(value, ct_span_of(value->buffer));
}

static void put_word(struct ct_field_value *value, const char *word)
{
    ct_field_text(value, ct_span_of(word != NULL ? word : ""));
}

void ct_view_txn_field(const struct ct_txn_item *item, size_t column, struct ct_field_value *value)
{
    switch ((enum column)column) {
    case COLUMN_NUMBER:
        ct_field_number(value, item->number);
        break;
    case COLUMN_TS:
        ct_field_time(value, item->ts_ns);
        break;
    case COLUMN_CLIENT:
        put_address(value, &item->conn.orig, false);
        break;
    case COLUMN_SERVER:
        put_address(value, &item->conn.resp, true);
        break;
    case COLUMN_METHOD:
        put_word(value, item->method);
        break;
    case COLUMN_STATUS:
        ct_field_number(value, item->status);
        value->known = item->status > 0;
        break;
    case COLUMN_OUTCOME:
        put_word(value, ct_cache_outcome_name(item->outcome));
        value->colored = true;
        value->class = ct_cache_outcome_class(item->outcome);
        break;
    case COLUMN_REASON:
        put_word(value, ct_cache_reason_name(item->reason));
        break;
    case COLUMN_TTFB:
        ct_field_time(value, item->ttfb_ns);
        break;
    case COLUMN_DURATION:
        ct_field_time(value, item->duration_ns);
        break;
    case COLUMN_SIZE:
        ct_field_number(value, item->body_len);
        break;
    case COLUMN_URI:
        ct_field_text(value, (struct ct_span){item->text, item->text_n});
        break;
    case COLUMN_DIALECT:
        put_word(value, item->dialect);
        break;
    case COLUMN_FINDINGS:
        ct_field_number(value, (uint64_t)__builtin_popcountll(item->findings));
        value->known = item->findings != 0;
        break;
    case COLUMN_DEPTH:
        ct_field_number(value, item->depth);
        break;
    case COLUMN_UID:
        put_word(value, item->conn.uid);
        break;
    }
}
