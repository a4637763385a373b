/* SPDX-License-Identifier: Apache-2.0 */
/* What the caches did by connection: dominant classes, lengths, and the costliest. */
#include "output/summary.h"

#define LETTERS 12u /* columns */

const char *ct_output_flow_length_name(unsigned length)
{
    static const char *const names[CT_FLOW_LENGTHS] = {
        "1", "2-3", "4-7", "8-15", "16-31", "32-63", "64-127", "128+",
    };
    return names[length];
}

static void put_row(struct ct_writer *writer, const char *before, const char *label,
                    enum ct_color color, const struct ct_flow_totals *totals, uint64_t n)
{
    struct ct_buf *buf = &writer->buf;
    size_t from = buf->n;
    if (n == 0) {
        return;
    }
    ct_output_putf(buf, "  %s", before);
    ct_output_color(writer, color);
    ct_output_put(buf, label);
    ct_output_color(writer, CT_COLOR_OFF);
    ct_output_pad(buf, from, 22);
    ct_output_count_cell(buf, n, 11);
    ct_output_percent_cell(buf, n, totals->connections, 8);
    ct_output_put_char(buf, '\n');
}

static void put_totals(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    const struct ct_flow_totals *totals = &snapshot->flows;
    ct_output_section(writer, "Connections with HTTP", "connections  share");
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        enum ct_class class = (enum ct_class)i;
        put_row(writer, "mostly ", ct_cache_class_name(class), ct_output_class_color(class), totals,
                totals->by_class[i]);
    }
    for (unsigned i = 0; i < CT_FLOW_LENGTHS; i++) {
        put_row(writer, i == 0 ? "transactions: " : "              ", ct_output_flow_length_name(i),
                CT_COLOR_OFF, totals, totals->by_length[i]);
    }
    put_row(writer, "kept alive", "", CT_COLOR_OFF, totals, totals->reused_connections);
    ct_output_put(buf, "  ");
    ct_output_put_count(buf, totals->reused_transactions);
    ct_output_put(buf, " of ");
    ct_output_put_count(buf, snapshot->transactions);
    ct_output_put(buf, " transactions (");
    ct_output_put_percent(buf, totals->reused_transactions, snapshot->transactions);
    ct_output_put(buf, ") were not the first of theirs\n");
}

static void put_endpoint(struct ct_buf *buf, const struct ct_endpoint *endpoint)
{
    char address[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(endpoint, address);
    ct_output_putf(buf, endpoint->family == 6 ? "[%s]:%u" : "%s:%u", address, endpoint->port);
}

/* Letters are cut to those of a cell. */
static void put_costly(struct ct_writer *writer, const struct ct_flow *flow)
{
    struct ct_buf *buf = &writer->buf;
    size_t columns = writer->options.columns;
    size_t line = buf->n;
    uint64_t hit = flow->by_class[CT_CLASS_HIT];
    uint64_t miss = flow->by_class[CT_CLASS_MISS];
    ct_output_count_cell(buf, miss, 9);
    ct_output_count_cell(buf, flow->transactions, 11);
    ct_output_percent_cell(buf, hit, hit + miss, 7);
    size_t from = buf->n;
    ct_output_put_size(buf, flow->bytes[CT_CLASS_MISS]);
    ct_output_pad_left(buf, from, 7);
    ct_output_put(buf, "  ");
    from = buf->n;
    ct_output_put(buf, flow->sequence);
    ct_output_put(buf, ct_flow_sequence_cut(flow) ? "+" : "");
    ct_output_cut(buf, from, LETTERS, "+");
    ct_output_pad(buf, from, LETTERS);
    ct_output_put_char(buf, ' ');
    put_endpoint(buf, &flow->orig);
    ct_output_put(buf, " > ");
    put_endpoint(buf, &flow->resp);
    if (columns != 0) {
        ct_output_cut(buf, line, columns, writer->options.utf8 ? "\xe2\x80\xa6" : "...");
    }
    ct_output_put_char(buf, '\n');
}

void ct_output_summary_flows(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    const struct ct_flow_list *costly = &snapshot->costly_flows;
    if (snapshot->flows.connections == 0) {
        return;
    }
    put_totals(writer, snapshot);
    if (costly->n_rows == 0) {
        return;
    }
    ct_output_section(writer, "Connections by misses", "");
    ct_output_color(writer, CT_COLOR_DIM);
    ct_output_put(&writer->buf, "    misses    requests    hits missed  letters      connection\n");
    ct_output_color(writer, CT_COLOR_OFF);
    for (size_t i = 0; i < costly->n_rows && i < CT_SUMMARY_ROWS; i++) {
        put_costly(writer, &costly->rows[i]);
    }
}
