/* SPDX-License-Identifier: Apache-2.0 */
/* Connections. */
#include <stdio.h>

#include "base/span.h"
#include "view/columns.h"

/* clang-format off */
#define COLUMNS(X) /* symbol, name, title, kind, width, rank, help */                              \
    X(CLIENT, "client", "client", WORD, 22, 0, "address and port of the client")                    \
    X(SERVER, "server", "server", WORD, 22, 1, "address and port of the server")                    \
    X(N, "n", "trans", COUNT, 7, 0, "transactions")                                                 \
    X(SEQUENCE, "sequence", "outcomes", WORD, 0, 0, "a letter for each transaction: H hit, M miss, B bypass ... (see F1)") \
    X(HIT_RATIO, "hit_ratio", "hit %", RATIO, 7, 2, "hit / (hit + miss), by transactions")          \
    X(HIT, "hit", "hit", COUNT, 6, 4, "served from the cache")                                      \
    X(MISS, "miss", "miss", COUNT, 6, 3, "fetched now")                                             \
    X(MISS_BYTES, "miss_bytes", "miss B", OCTETS, 7, 3, "response content of misses")               \
    X(BYTES, "bytes", "bytes", OCTETS, 7, 4, "response content of all")                             \
    X(CLASS, "class", "mostly", WORD, 7, 4, "the dominant class")                                   \
    X(STATE, "state", "state", WORD, 7, 2, "open, or how it ended")                                 \
    X(DURATION, "duration", "lasted", TIME, 7, 4, "from its first packet to its latest transaction") \
    X(LAST, "last", "last", CLOCK, 9, 2, "time of the latest transaction (UTC)")                    \
    X(DIALECTS, "dialects", "dialects", WORD, 18, 5, "whose words were read")                       \
    X(UID, "uid", "uid", WORD, 20, 6, "its name in all outputs")
/* clang-format on */

enum column {
#define X(symbol, name, title, kind, width, rank, help) COLUMN_##symbol,
    COLUMNS(X)
#undef X
};

const struct ct_column ct_view_flow_columns[] = {
#define X(symbol, name, title, kind, width, rank, help) \
    {name, title, help, CT_COLUMN_##kind, width, rank},
    COLUMNS(X)
#undef X
};
const size_t ct_view_n_flow_columns = sizeof ct_view_flow_columns / sizeof ct_view_flow_columns[0];

static void put_address(struct ct_field_value *value, const struct ct_endpoint *endpoint)
{
    char address[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(endpoint, address);
    (void)snprintf(value->buffer, sizeof value->buffer, endpoint->family == 6 ? "[%s]:%u" : "%s:%u",
                   address, (unsigned)endpoint->port);
    ct_field_text(value, ct_span_of(value->buffer));
}

static void put_state(struct ct_field_value *value, const struct ct_flow *flow)
{
    static const char *const names[CT_CLOSE_COUNT] = {
        [CT_CLOSE_FIN] = "fin",   [CT_CLOSE_RST] = "rst",       [CT_CLOSE_REUSE] = "reused",
        [CT_CLOSE_IDLE] = "idle", [CT_CLOSE_EVICT] = "evicted", [CT_CLOSE_TUNNEL] = "tunnel",
        [CT_CLOSE_END] = "end",
    };
    ct_field_text(value, ct_span_of(flow->ended ? names[flow->why] : "open"));
}

static void put_dialects(struct ct_field_value *value, const struct ct_flow *flow)
{
    size_t n = 0;
    for (unsigned i = 0; i < flow->n_dialects && n + 1 < sizeof value->buffer; i++) {
        int more = snprintf(value->buffer + n, sizeof value->buffer - n, "%s%s", i > 0 ? "," : "",
                            flow->dialects[i]);
        n += more > 0 ? (size_t)more : 0;
    }
    n = n < sizeof value->buffer ? n : sizeof value->buffer - 1;
    ct_field_text(value, (struct ct_span){(const uint8_t *)value->buffer, n});
}

static void put_sequence(struct ct_field_value *value, const struct ct_flow *flow)
{
    (void)snprintf(value->buffer, sizeof value->buffer, "%s%s%s", flow->partial ? "..." : "",
                   flow->sequence, ct_flow_sequence_cut(flow) ? "..." : "");
    ct_field_text(value, ct_span_of(value->buffer));
    value->colored = true;
    value->class = flow->class;
}

static uint64_t sum(const uint64_t bytes[CT_CLASS_COUNT])
{
    uint64_t all = 0;
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        all += bytes[i];
    }
    return all;
}

void ct_view_flow_field(const struct ct_flow *flow, size_t column, struct ct_field_value *value)
{
    switch ((enum column)column) {
    case COLUMN_CLIENT:
        put_address(value, &flow->orig);
        break;
    case COLUMN_SERVER:
        put_address(value, &flow->resp);
        break;
    case COLUMN_N:
        ct_field_number(value, flow->transactions);
        break;
    case COLUMN_SEQUENCE:
        put_sequence(value, flow);
        break;
    case COLUMN_HIT_RATIO:
        ct_field_ratio(value, flow->by_class[CT_CLASS_HIT], flow->by_class[CT_CLASS_MISS]);
        break;
    case COLUMN_HIT:
        ct_field_number(value, flow->by_class[CT_CLASS_HIT]);
        break;
    case COLUMN_MISS:
        ct_field_number(value, flow->by_class[CT_CLASS_MISS]);
        break;
    case COLUMN_MISS_BYTES:
        ct_field_number(value, flow->bytes[CT_CLASS_MISS]);
        break;
    case COLUMN_BYTES:
        ct_field_number(value, sum(flow->bytes));
        break;
    case COLUMN_CLASS:
        ct_field_text(value, ct_span_of(ct_cache_class_name(flow->class)));
        value->colored = true;
        value->class = flow->class;
        break;
    case COLUMN_STATE:
        put_state(value, flow);
        break;
    case COLUMN_DURATION:
        ct_field_time(value, flow->last_ns - flow->conn_ns);
        break;
    case COLUMN_LAST:
        ct_field_time(value, flow->last_ns);
        break;
    case COLUMN_DIALECTS:
        put_dialects(value, flow);
        break;
    case COLUMN_UID:
        ct_field_text(value, ct_span_of(flow->uid));
        break;
    }
}
