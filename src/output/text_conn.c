/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line for a connection that has ended, in the columns of the transactions:
 *
 *   time flow --- class - duration size CONN letters N transactions, hit ratio, end, caches
 *
 * Time is that of its first packet, size the response bodies on it.
 */
#include "output/writer.h"

static void put_class(struct ct_writer *writer, const struct ct_flow *flow)
{
    struct ct_buf *buf = &writer->buf;
    ct_output_put(buf, "--- ");
    ct_output_color(writer, flow != NULL ? ct_output_class_color(flow->class) : CT_COLOR_DIM);
    size_t from = buf->n;
    ct_output_put(buf, flow != NULL ? ct_cache_class_name(flow->class) : "-");
    ct_output_text_end_cell(writer, from, &writer->text.outcome_width, SIZE_MAX);
    ct_output_color(writer, CT_COLOR_OFF);
    ct_output_put_char(buf, ' ');
    from = buf->n;
    ct_output_put_char(buf, '-');
    ct_output_pad_left(buf, from, ct_output_text_is_narrow(writer) ? 4 : 8);
    ct_output_put_char(buf, ' ');
}

static void put_numbers(struct ct_writer *writer, const struct ct_conn_end *end,
                        const struct ct_flow *flow)
{
    struct ct_buf *buf = &writer->buf;
    uint64_t ns = (uint64_t)end->last_ns - (uint64_t)end->info->first_ns;
    uint64_t bytes = 0;
    size_t from = buf->n;
    ct_output_put_duration(buf, ns < INT64_MAX ? (int64_t)ns : 0);
    ct_output_pad_left(buf, from, ct_output_text_is_narrow(writer) ? 6 : 11);
    ct_output_put_char(buf, ' ');
    for (int i = 0; flow != NULL && i < CT_CLASS_COUNT; i++) {
        bytes += flow->bytes[i];
    }
    from = buf->n;
    if (flow != NULL) {
        ct_output_put_size(buf, bytes);
    } else {
        ct_output_put_char(buf, '-');
    }
    ct_output_pad_left(buf, from, 5);
    ct_output_put_char(buf, ' ');
    from = buf->n;
    ct_output_put(buf, "CONN");
    ct_output_pad(buf, from, writer->text.method_width);
    ct_output_put_char(buf, ' ');
}

static void put_label(struct ct_buf *buf, const struct ct_flow *flow)
{
    uint64_t hit = flow->by_class[CT_CLASS_HIT];
    uint64_t miss = flow->by_class[CT_CLASS_MISS];
    ct_output_putf(buf, "%s%s ", flow->sequence, ct_flow_sequence_cut(flow) ? "+" : "");
    ct_output_put_count(buf, flow->transactions);
    ct_output_put(buf, flow->transactions == 1 ? " transaction" : " transactions");
    if (hit + miss > 0) {
        ct_output_put(buf, ", hit ratio ");
        ct_output_put_percent(buf, hit, hit + miss);
    }
    ct_output_put(buf, flow->partial ? ", its first ones not counted" : "");
}

static void put_names(struct ct_buf *buf, const struct ct_flow *flow)
{
    for (unsigned i = 0; i < flow->n_dialects; i++) {
        ct_output_put(buf, i == 0 ? ", " : " ");
        ct_output_put(buf, flow->dialects[i]);
    }
    ct_output_put(buf, flow->names_cut ? " and more" : "");
}

void ct_output_text_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                         const struct ct_flow *flow)
{
    struct ct_buf *buf = &writer->buf;
    size_t line = buf->n;
    ct_output_text_time(writer, end->info->first_ns);
    ct_output_text_flow(writer, &end->info->orig, &end->info->resp);
    put_class(writer, flow);
    put_numbers(writer, end, flow);
    size_t columns = writer->options.columns;
    size_t used = ct_output_width(buf, line);
    size_t from = buf->n;
    if (flow != NULL) {
        put_label(buf, flow);
        ct_output_putf(buf, ", ended: %s", ct_stream_close_name(end->why));
        put_names(buf, flow);
    } else {
        ct_output_putf(buf, "its label was given up, ended: %s", ct_stream_close_name(end->why));
    }
    if (columns > used) {
        ct_output_cut(buf, from, columns - used, writer->options.utf8 ? "\xe2\x80\xa6" : "...");
    }
    ct_output_put_char(buf, '\n');
}
