/* SPDX-License-Identifier: Apache-2.0 */
/* Who: dialects, hosts, URIs, and status values that nobody understood. */
#include "output/summary.h"

#define KEY_LEAST 24u /* columns that a key is never cut below */

static void put_dialects(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    if (snapshot->n_dialects == 0) {
        return;
    }
    ct_output_section(writer, "Dialects", " requests       hit      miss    bypass     other");
    for (size_t i = 0; i < snapshot->n_dialects; i++) {
        const struct ct_dialect_row *row = &snapshot->dialects[i];
        ct_output_putf(buf, "  %-20s", row->name);
        ct_output_count_cell(buf, row->n, 11);
        for (int c = 0; c < CT_CLASS_COUNT; c++) {
            ct_output_count_cell(buf, row->by_class[c], 9);
        }
        ct_output_put_char(buf, '\n');
    }
    if (snapshot->dialects_left_out > 0) {
        ct_output_count_row(writer, "others", snapshot->dialects_left_out, "");
    }
}

static const char *most_frequent(const struct ct_key_row *row)
{
    int best = 0;
    for (int i = 1; i < CT_OUTCOME_COUNT; i++) {
        best = row->by_outcome[i] > row->by_outcome[best] ? i : best;
    }
    return ct_cache_outcome_name((enum ct_outcome)best);
}

static void put_key(struct ct_writer *writer, const struct ct_key_row *row, size_t line)
{
    struct ct_buf *buf = &writer->buf;
    size_t used = ct_output_width(buf, line);
    size_t columns = writer->options.columns;
    size_t from = buf->n;
    if (row->key.n == 0) {
        ct_output_put(buf, "(no host known)");
    }
    ct_output_put_safe(buf, row->key);
    if (columns != 0) {
        size_t room = columns > used + KEY_LEAST ? columns - used : KEY_LEAST;
        ct_output_cut(buf, from, room, writer->options.utf8 ? "\xe2\x80\xa6" : "...");
    }
    ct_output_put_char(buf, '\n');
}

static void put_key_row(struct ct_writer *writer, const struct ct_key_row *row)
{
    struct ct_buf *buf = &writer->buf;
    size_t line = buf->n;
    uint64_t hit = row->by_class[CT_CLASS_HIT];
    uint64_t miss = row->by_class[CT_CLASS_MISS];
    ct_output_count_cell(buf, miss, 9);
    size_t from = buf->n;
    ct_output_put(buf, row->over > 0 ? " <=" : " ");
    ct_output_put_count(buf, row->n);
    ct_output_pad_left(buf, from, 12);
    ct_output_percent_cell(buf, hit, hit + miss, 7);
    from = buf->n;
    ct_output_put_size(buf, row->bytes[CT_CLASS_MISS]);
    ct_output_pad_left(buf, from, 7);
    ct_output_putf(buf, "  %-11s ", most_frequent(row));
    put_key(writer, row, line);
}

static void put_keys(struct ct_writer *writer, const char *title, const char *what,
                     const struct ct_key_list *list)
{
    struct ct_buf *buf = &writer->buf;
    size_t shown = list->n_rows < CT_SUMMARY_ROWS ? list->n_rows : CT_SUMMARY_ROWS;
    ct_output_section(writer, title, "");
    ct_output_color(writer, CT_COLOR_DIM);
    ct_output_putf(buf, "    misses    requests    hits missed  mostly      %s\n", what);
    ct_output_color(writer, CT_COLOR_OFF);
    for (size_t i = 0; i < shown; i++) {
        put_key_row(writer, &list->rows[i]);
    }
    if (list->n_keys > shown) {
        ct_output_put(buf, "  and ");
        ct_output_put_count(buf, list->n_keys - shown);
        ct_output_put(buf, " more\n");
    }
    if (list->replaced > 0) {
        ct_output_put(buf, "  There were more than the limit stats_keys: the least frequent were "
                           "replaced ");
        ct_output_put_count(buf, list->replaced);
        ct_output_put(buf, "\n  times, and numbers after <= may be too high.\n");
    }
}

static void put_unknown(struct ct_writer *writer, const struct ct_key_list *list)
{
    struct ct_buf *buf = &writer->buf;
    if (list->n_rows == 0) {
        return;
    }
    ct_output_section(writer, "Status values that are not understood", "");
    for (size_t i = 0; i < list->n_rows && i < CT_SUMMARY_ROWS; i++) {
        size_t line = buf->n;
        ct_output_put_char(buf, ' ');
        ct_output_count_cell(buf, list->rows[i].n, 8);
        ct_output_put(buf, "  ");
        put_key(writer, &list->rows[i], line);
    }
}

void ct_output_summary_lists(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    put_dialects(writer, snapshot);
    put_keys(writer, "Hosts by misses", "host", &snapshot->hosts);
    put_keys(writer, "URIs by misses", "URI", &snapshot->uris);
    put_unknown(writer, &snapshot->unknown);
}
