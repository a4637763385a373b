/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is on the screen as a file: lists as CSV (RFC 4180) or JSON lines, transactions in the
 * very formats of -o, the screen as text, and packets as pcap.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "output/jsonc.h"
#include "view/state.h"

/* ---- lists ------------------------------------------------------------------------------ */

/* A cell in quotes, with those in it doubled; text that is safe has no line ends. */
static void put_quoted(struct ct_buf *buf, struct ct_span text)
{
    size_t from = buf->n;
    ct_output_put_safe(buf, text);
    size_t n = buf->n - from;
    char *copy = n > 0 && !buf->failed ? malloc(n) : NULL;
    if (copy == NULL) {
        return;
    }
    memcpy(copy, buf->p + from, n);
    buf->n = from;
    ct_output_put_char(buf, '"');
    for (size_t i = 0; i < n; i++) {
        ct_output_put(buf, copy[i] == '"' ? "\"" : "");
        ct_output_put_char(buf, copy[i]);
    }
    ct_output_put_char(buf, '"');
    free(copy);
}

static void put_csv_field(struct ct_buf *buf, enum ct_column_kind kind,
                          const struct ct_field_value *value)
{
    if (!value->known) {
        return;
    }
    switch (kind) {
    case CT_COLUMN_TEXT:
    case CT_COLUMN_WORD:
        put_quoted(buf, value->text);
        break;
    case CT_COLUMN_TIME:
    case CT_COLUMN_CLOCK:
        ct_output_put_seconds(buf, (int64_t)value->number);
        break;
    case CT_COLUMN_RATIO:
        ct_output_putf(buf, "%.6f", value->ratio);
        break;
    default:
        ct_output_put_u64(buf, value->number);
        break;
    }
}

static void write_csv(struct ct_buf *buf, const struct ct_list *list)
{
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(list->id, &n);
    struct ct_field_value value;
    for (size_t i = 0; i < n; i++) {
        ct_output_putf(buf, "%s%s", i > 0 ? "," : "", columns[i].name);
    }
    ct_output_put(buf, "\r\n");
    for (size_t row = 0; row < list->n_shown; row++) {
        for (size_t i = 0; i < n; i++) {
            ct_view_field(list, ct_view_list_row(list, row), i, &value);
            ct_output_put(buf, i > 0 ? "," : "");
            put_csv_field(buf, columns[i].kind, &value);
        }
        ct_output_put(buf, "\r\n");
    }
}

static void put_json_field(struct ct_json *json, const struct ct_column *column,
                           const struct ct_field_value *value)
{
    if (!value->known) {
        ct_output_json_null(json, json->root, column->name);
        return;
    }
    switch (column->kind) {
    case CT_COLUMN_TEXT:
    case CT_COLUMN_WORD:
        ct_output_json_text(json, json->root, column->name, value->text);
        break;
    case CT_COLUMN_TIME:
    case CT_COLUMN_CLOCK:
        ct_output_json_seconds(json, json->root, column->name, (int64_t)value->number);
        break;
    case CT_COLUMN_RATIO:
        ct_output_json_millionths(json, json->root, column->name,
                                  (uint64_t)(value->ratio * 1000000 + 0.5));
        break;
    default:
        ct_output_json_u64(json, json->root, column->name, value->number);
        break;
    }
}

static void write_json(struct ct_buf *buf, const struct ct_list *list)
{
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(list->id, &n);
    struct ct_field_value value;
    for (size_t row = 0; row < list->n_shown; row++) {
        struct ct_json json;
        ct_output_json_init(&json);
        for (size_t i = 0; i < n; i++) {
            ct_view_field(list, ct_view_list_row(list, row), i, &value);
            put_json_field(&json, &columns[i], &value);
        }
        buf->failed = !ct_output_json_write(&json, buf) || buf->failed;
        ct_output_put_char(buf, '\n');
        ct_output_json_fini(&json);
    }
}

/* Transactions that the watch still has, by the writer of -o json or -o csv. */
static void write_txns(struct ct_view *view, struct ct_buf *buf, const struct ct_watch *watch,
                       enum ct_format format)
{
    const struct ct_list *list = &ct_view_screen(view)->list;
    struct ct_output_options options = {
        .fields = view->options.fields,
        .ignored_headers = view->options.ignored_headers,
        .n_ignored_headers = view->options.n_ignored_headers,
    };
    char *text = NULL;
    size_t size = 0;
    struct ct_recent recent;
    FILE *file = open_memstream(&text, &size);
    struct ct_writer *writer = file != NULL ? ct_output_new(format, file, &options) : NULL;
    buf->failed = buf->failed || writer == NULL;
    for (size_t row = 0; writer != NULL && row < list->n_shown; row++) {
        const struct ct_txn_item *item = ct_view_list_row(list, row);
        if (ct_watch_recent(watch, item->number, &recent)) {
            (void)ct_output_txn(writer, &recent.txn, &recent.verdict);
        }
    }
    if (writer != NULL) {
        buf->failed = ct_output_end(writer, NULL) != CT_OUTPUT_OK || buf->failed;
        ct_output_free(writer);
    }
    if (file != NULL) {
        buf->failed = fclose(file) != 0 || buf->failed;
        ct_output_put_bytes(buf, text, size);
        free(text);
    }
}

/* ---- text ------------------------------------------------------------------------------- */

static void write_cells(struct ct_buf *buf, const struct ct_canvas *canvas)
{
    for (unsigned y = 0; y < canvas->rows; y++) {
        size_t end = buf->n;
        for (unsigned x = 0; x < canvas->columns; x++) {
            const char *text = canvas->cells[(size_t)y * canvas->columns + x].text;
            ct_output_put(buf, text);
            end = strcmp(text, " ") != 0 ? buf->n : end;
        }
        buf->n = end; /* without the blanks at its end */
        ct_output_put_char(buf, '\n');
    }
}

/* A long text whole, not what is seen of it. */
static void write_text(struct ct_view *view, struct ct_buf *buf, const struct ct_canvas *canvas)
{
    const struct ct_screen *screen = ct_view_screen(view);
    bool sheet = screen->kind == CT_SCREEN_DETAIL || screen->kind == CT_SCREEN_HELP;
    write_cells(buf, sheet ? &screen->sheet.canvas : canvas);
}

/* ---- packets ---------------------------------------------------------------------------- */

static bool conn_of(struct ct_view *view, const void *item, struct ct_conn_info *conn)
{
    const struct ct_screen *screen = ct_view_screen(view);
    if (screen->kind == CT_SCREEN_DETAIL && screen->detail.there) {
        *conn = screen->detail.txn.conn;
        return true;
    }
    if (item == NULL || screen->kind != CT_SCREEN_LIST) {
        return false;
    }
    if (screen->list_id == CT_LIST_TRANSACTIONS) {
        *conn = ((const struct ct_txn_item *)item)->conn;
        return true;
    }
    if (screen->list_id == CT_LIST_CONNECTIONS) {
        const struct ct_flow *flow = item;
        *conn = (struct ct_conn_info){
            .orig = flow->orig, .resp = flow->resp, .first_ns = flow->conn_ns};
        memcpy(conn->uid, flow->uid, sizeof conn->uid);
        return true;
    }
    return false;
}

static int by_uid(const void *a, const void *b)
{
    return strcmp(((const struct ct_conn_info *)a)->uid, ((const struct ct_conn_info *)b)->uid);
}

/* The connections of all rows, each once; in *n how many. NULL: none, or no memory. */
static struct ct_conn_info *all_conns(struct ct_view *view, size_t *n)
{
    const struct ct_list *list = &ct_view_screen(view)->list;
    struct ct_conn_info *conns = list->n_shown > 0 ? calloc(list->n_shown, sizeof *conns) : NULL;
    size_t all = 0;
    *n = 0;
    for (size_t i = 0; conns != NULL && i < list->n_shown; i++) {
        all += conn_of(view, ct_view_list_row(list, i), &conns[all]) ? 1 : 0;
    }
    if (all > 0) {
        qsort(conns, all, sizeof *conns, by_uid);
    }
    for (size_t i = 0; i < all; i++) {
        if (*n == 0 || strcmp(conns[*n - 1].uid, conns[i].uid) != 0) {
            conns[(*n)++] = conns[i];
        }
    }
    return conns;
}

static void save_packets(struct ct_view *view, bool all)
{
    const struct ct_screen *screen = ct_view_screen(view);
    struct ct_conn_info conn;
    char message[CT_VIEW_MESSAGE_MAX] = "";
    if (view->hooks.save_packets == NULL) {
        ct_view_message(view, true, "not possible here");
        return;
    }
    bool narrow = screen->kind == CT_SCREEN_LIST && (screen->list_id == CT_LIST_TRANSACTIONS ||
                                                     screen->list_id == CT_LIST_CONNECTIONS);
    bool saved = false;
    if (all && narrow) {
        size_t n = 0;
        struct ct_conn_info *conns = all_conns(view, &n);
        if (n == 0) {
            free(conns);
            ct_view_message(view, true, "there are no rows");
            return;
        }
        saved = view->hooks.save_packets(view->hooks.user, conns, n, message);
        free(conns);
    } else if (all) {
        saved = view->hooks.save_packets(view->hooks.user, NULL, 0, message);
    } else if (conn_of(view, ct_view_selected(view), &conn)) {
        saved = view->hooks.save_packets(view->hooks.user, &conn, 1, message);
    } else {
        ct_view_message(view, true,
                        "no connection is selected: see 7 (connections), 8 (transactions)");
        return;
    }
    ct_view_message(view, !saved, "%s", message);
}

/* ---- all -------------------------------------------------------------------------------- */

static void write_list(struct ct_view *view, struct ct_buf *buf, const struct ct_watch *watch,
                       bool csv)
{
    const struct ct_screen *screen = ct_view_screen(view);
    if (screen->list_id == CT_LIST_TRANSACTIONS) {
        write_txns(view, buf, watch, csv ? CT_FORMAT_CSV : CT_FORMAT_JSON);
    } else if (csv) {
        write_csv(buf, &screen->list);
    } else {
        write_json(buf, &screen->list);
    }
}

void ct_view_save(struct ct_view *view, const struct ct_frame_input *input,
                  const struct ct_canvas *canvas)
{
    enum ct_save save = view->save_now;
    struct ct_buf buf = {0};
    char message[CT_VIEW_MESSAGE_MAX] = "";
    view->save_now = CT_SAVE_NONE;
    if (save == CT_SAVE_PACKETS || save == CT_SAVE_ALL_PACKETS) {
        save_packets(view, save == CT_SAVE_ALL_PACKETS);
        return;
    }
    if (view->hooks.save == NULL) {
        ct_view_message(view, true, "not possible here");
        return;
    }
    if (save == CT_SAVE_TEXT) {
        write_text(view, &buf, canvas);
    } else {
        write_list(view, &buf, input->watch, save == CT_SAVE_CSV);
    }
    if (buf.failed) {
        ct_view_message(view, true, "not saved: out of memory");
    } else {
        bool saved = view->hooks.save(view->hooks.user, view->input, buf.p != NULL ? buf.p : "",
                                      buf.n, message);
        ct_view_message(view, !saved, "%s", message);
    }
    ct_output_buf_fini(&buf);
}
