/* SPDX-License-Identifier: Apache-2.0 */
#include "view/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"

void ct_view_sheet_fini(struct ct_sheet *sheet)
{
    free(sheet->canvas.cells);
    free(sheet->links);
    memset(sheet, 0, sizeof *sheet);
}

void ct_view_sheet_begin(struct ct_sheet *sheet, unsigned columns, bool utf8)
{
    if (columns != sheet->canvas.columns) {
        ct_view_sheet_fini(sheet);
    }
    sheet->canvas.columns = columns;
    sheet->canvas.rows = 0;
    sheet->n_rows = 0;
    sheet->utf8 = utf8;
    sheet->full = false;
}

static bool grow(struct ct_sheet *sheet)
{
    unsigned room = sheet->room > 0 ? sheet->room * 2 : 64;
    if (sheet->n_rows < sheet->room) {
        return true;
    }
    if (room > CT_SHEET_ROWS) {
        return false;
    }
    size_t n_cells = (size_t)room * sheet->canvas.columns;
    void *cells = realloc(sheet->canvas.cells, n_cells * sizeof *sheet->canvas.cells);
    if (cells == NULL) {
        return false;
    }
    sheet->canvas.cells = cells;
    void *links = realloc(sheet->links, room * sizeof *sheet->links);
    if (links == NULL) {
        return false;
    }
    sheet->links = links;
    sheet->room = room;
    return true;
}

static struct ct_area row_area(struct ct_sheet *sheet)
{
    struct ct_area all = ct_view_area(&sheet->canvas, sheet->utf8);
    return ct_view_part(&all, 0, sheet->n_rows - 1, sheet->canvas.columns, 1);
}

void ct_view_sheet_row(struct ct_sheet *sheet, unsigned indent, uint64_t link)
{
    if (sheet->full || !grow(sheet)) {
        sheet->full = true;
        return;
    }
    sheet->links[sheet->n_rows] = link;
    sheet->n_rows++;
    sheet->canvas.rows = sheet->n_rows;
    struct ct_area row = row_area(sheet);
    ct_view_clear(&row, CT_STYLE_NORMAL);
    sheet->indent = indent;
    sheet->x = 0;
}

void ct_view_sheet_to(struct ct_sheet *sheet, unsigned x)
{
    sheet->x = sheet->x < x ? x : sheet->x;
}

/* The same line goes on in another row. */
static void wrap(struct ct_sheet *sheet)
{
    unsigned indent = sheet->indent;
    uint64_t link = sheet->n_rows > 0 ? sheet->links[sheet->n_rows - 1] : 0;
    ct_view_sheet_row(sheet, indent, link);
    sheet->x = indent;
}

void ct_view_sheet_put(struct ct_sheet *sheet, enum ct_style style, struct ct_span text)
{
    while (text.n > 0 && !sheet->full && sheet->n_rows > 0) {
        unsigned room = sheet->x < sheet->canvas.columns ? sheet->canvas.columns - sheet->x : 0;
        if (room < 4 && ct_view_width(text, sheet->utf8) > room) {
            if (sheet->x <= sheet->indent) {
                return; /* no room at all */
            }
            wrap(sheet);
            continue;
        }
        size_t n = ct_view_fit(text, room, sheet->utf8);
        struct ct_area row = row_area(sheet);
        sheet->x += ct_view_put(&row, sheet->x, 0, room, style, ct_span_slice(text, 0, n));
        text = ct_span_slice(text, n, text.n);
        if (text.n > 0) {
            wrap(sheet);
        }
    }
}

void ct_view_sheet_words(struct ct_sheet *sheet, enum ct_style style, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, " ");
        struct ct_span word = {(const uint8_t *)text, n};
        if (sheet->x > sheet->indent &&
            sheet->x + ct_view_width(word, sheet->utf8) > sheet->canvas.columns) {
            wrap(sheet);
        }
        ct_view_sheet_put(sheet, style, word);
        sheet->x += text[n] == ' ' ? 1 : 0;
        text += n + (text[n] == ' ' ? 1 : 0);
    }
}

void ct_view_sheet_putf(struct ct_sheet *sheet, enum ct_style style, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    ct_view_sheet_put(sheet, style, ct_span_of(text));
}

void ct_view_sheet_title(struct ct_sheet *sheet, const char *text)
{
    if (sheet->n_rows > 0) {
        ct_view_sheet_row(sheet, 0, 0);
    }
    ct_view_sheet_row(sheet, 0, 0);
    if (!sheet->full) {
        struct ct_area row = row_area(sheet);
        ct_view_restyle(&row, 0, CT_STYLE_HEADER);
        ct_view_sheet_put(sheet, CT_STYLE_HEADER, ct_span_of(text));
    }
}

void ct_view_sheet_show(const struct ct_sheet *sheet, const struct ct_area *area, size_t *top,
                        size_t *cursor, bool mark)
{
    size_t n = sheet->n_rows;
    *cursor = *cursor < n ? *cursor : (n > 0 ? n - 1 : 0);
    *top = *cursor < *top ? *cursor : *top;
    *top = area->rows > 0 && *cursor >= *top + area->rows ? *cursor - area->rows + 1 : *top;
    for (unsigned y = 0; y < area->rows && *top + y < n; y++) {
        size_t row = *top + y;
        size_t width =
            area->columns < sheet->canvas.columns ? area->columns : sheet->canvas.columns;
        struct ct_cell *to =
            &area->canvas->cells[(size_t)(area->y + y) * area->canvas->columns + area->x];
        memcpy(to, &sheet->canvas.cells[row * sheet->canvas.columns], width * sizeof *to);
        if (mark && row == *cursor) {
            if (sheet->links[row] != 0) {
                ct_view_restyle(area, y, CT_STYLE_SELECTED);
            } else if (to[0].text[0] == ' ') {
                (void)ct_view_say(area, 0, y, CT_STYLE_KEY, ">");
            }
        }
    }
}
