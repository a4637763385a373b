/* SPDX-License-Identifier: Apache-2.0 */
#include "view/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "base/span.h"
#include "base/text.h"

/* What a terminal shows in one place: a character, or the escape of an octet. */
struct glyph {
    char text[5];
    unsigned bytes;   /* of the source */
    unsigned columns; /* 0: joins the one before */
};

static void escape_octet(struct glyph *glyph, uint8_t octet)
{
    (void)snprintf(glyph->text, sizeof glyph->text, "\\x%02x", (unsigned)octet);
    glyph->bytes = 1;
    glyph->columns = 4;
}

/*
 * Columns of a character, -1: not to be shown as it is. Marks that take room, variation
 * selectors, formats and what is not assigned are left out: terminals disagree about them.
 */
static int columns_of(utf8proc_int32_t c)
{
    if ((c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef)) {
        return -1;
    }
    int columns = utf8proc_charwidth(c);
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
        return 0;
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return -1;
    default:
        return columns == 1 || columns == 2 ? columns : -1;
    }
}

/* The glyph at text.p[at]; at < text.n. */
static struct glyph glyph_at(struct ct_span text, size_t at, bool utf8)
{
    struct glyph glyph = {.columns = 1, .bytes = 1};
    const uint8_t *p = text.p + at;
    if (p[0] >= 0x20 && p[0] < 0x7f) {
        glyph.text[0] = (char)p[0];
        return glyph;
    }
    size_t length = utf8 ? ct_base_utf8_length(text, at) : 0;
    if (length < 2 || ct_base_utf8_control(p, length)) {
        escape_octet(&glyph, p[0]);
        return glyph;
    }
    utf8proc_int32_t c = 0;
    (void)utf8proc_iterate(p, (utf8proc_ssize_t)length, &c);
    int columns = columns_of(c);
    if (columns < 0) {
        escape_octet(&glyph, p[0]);
        return glyph;
    }
    memcpy(glyph.text, p, length);
    glyph.bytes = (unsigned)length;
    glyph.columns = (unsigned)columns;
    return glyph;
}

unsigned ct_view_width(struct ct_span text, bool utf8)
{
    unsigned width = 0;
    for (size_t at = 0; at < text.n;) {
        struct glyph glyph = glyph_at(text, at, utf8);
        width += glyph.columns;
        at += glyph.bytes;
    }
    return width;
}

size_t ct_view_fit(struct ct_span text, unsigned width, bool utf8)
{
    unsigned used = 0;
    size_t at = 0;
    while (at < text.n) {
        struct glyph glyph = glyph_at(text, at, utf8);
        if (used + glyph.columns > width && at > 0) {
            break;
        }
        used += glyph.columns;
        at += glyph.bytes;
    }
    return at;
}

struct ct_area ct_view_area(struct ct_canvas *canvas, bool utf8)
{
    return (struct ct_area){canvas, 0, 0, canvas->columns, canvas->rows, utf8};
}

struct ct_area ct_view_part(const struct ct_area *area, unsigned x, unsigned y, unsigned columns,
                            unsigned rows)
{
    struct ct_area part = *area;
    x = x < area->columns ? x : area->columns;
    y = y < area->rows ? y : area->rows;
    part.x += x;
    part.y += y;
    part.columns = columns < area->columns - x ? columns : area->columns - x;
    part.rows = rows < area->rows - y ? rows : area->rows - y;
    return part;
}

static struct ct_cell *cell_at(const struct ct_area *area, unsigned x, unsigned y)
{
    const struct ct_canvas *canvas = area->canvas;
    return &canvas->cells[(size_t)(area->y + y) * canvas->columns + area->x + x];
}

static void set_cell(struct ct_cell *cell, const char *text, enum ct_style style)
{
    size_t n = strnlen(text, sizeof cell->text - 1);
    memcpy(cell->text, text, n);
    cell->text[n] = '\0';
    cell->style = (uint8_t)style;
}

void ct_view_clear(const struct ct_area *area, enum ct_style style)
{
    for (unsigned y = 0; y < area->rows; y++) {
        for (unsigned x = 0; x < area->columns; x++) {
            set_cell(cell_at(area, x, y), " ", style);
        }
    }
}

void ct_view_restyle(const struct ct_area *area, unsigned y, enum ct_style style)
{
    for (unsigned x = 0; y < area->rows && x < area->columns; x++) {
        cell_at(area, x, y)->style = (uint8_t)style;
    }
}

/*
 * A wide character that loses one of its halves becomes a blank: all that is written goes
 * through here.
 */
static void place(const struct ct_area *area, unsigned x, unsigned y, const struct glyph *glyph,
                  enum ct_style style)
{
    struct ct_cell *cell = cell_at(area, x, y);
    unsigned column = area->x + x;
    if (cell->text[0] == '\0' && column > 0) {
        set_cell(cell - 1, " ", (enum ct_style)(cell - 1)->style);
    }
    const struct ct_cell *last = cell + glyph->columns - 1;
    if (column + glyph->columns < area->canvas->columns && last[1].text[0] == '\0') {
        set_cell(cell + glyph->columns, " ", (enum ct_style)last[1].style);
    }
    set_cell(cell, glyph->text, style);
    if (glyph->columns == 2) {
        set_cell(cell + 1, "", style);
    }
}

/* A combining character joins the cell before, while there is room in it. */
static void join(const struct ct_area *area, unsigned x, unsigned y, const char *text)
{
    struct ct_cell *cell = cell_at(area, x, y);
    if (cell->text[0] == '\0' && area->x + x > 0) {
        cell--;
    }
    size_t used = strlen(cell->text);
    size_t n = strlen(text);
    if (used > 0 && used + n < sizeof cell->text) {
        memcpy(cell->text + used, text, n + 1);
    }
}

static void put_glyph(const struct ct_area *area, unsigned x, unsigned y, const struct glyph *glyph,
                      enum ct_style style)
{
    if (glyph->columns == 4) { /* an escape: its characters one by one */
        for (unsigned i = 0; i < 4; i++) {
            struct glyph one = {.text = {glyph->text[i]}, .columns = 1};
            place(area, x + i, y, &one, style);
        }
    } else {
        place(area, x, y, glyph, style);
    }
}

unsigned ct_view_put(const struct ct_area *area, unsigned x, unsigned y, unsigned width,
                     enum ct_style style, struct ct_span text)
{
    if (y >= area->rows || x >= area->columns || width == 0) {
        return 0;
    }
    width = width < area->columns - x ? width : area->columns - x;
    /* Twice as many octets as columns are enough to see that it is too long. */
    struct ct_span head = {text.p, text.n < (size_t)width * 8 ? text.n : (size_t)width * 8};
    bool cut = head.n < text.n || ct_view_width(head, area->utf8) > width;
    unsigned room = cut ? width - 1 : width;
    unsigned used = 0;
    for (size_t at = 0; at < head.n;) {
        struct glyph glyph = glyph_at(head, at, area->utf8);
        at += glyph.bytes;
        if (glyph.columns == 0) {
            if (used > 0) {
                join(area, x + used - 1, y, glyph.text);
            }
            continue;
        }
        if (used + glyph.columns > room) {
            break;
        }
        put_glyph(area, x + used, y, &glyph, style);
        used += glyph.columns;
    }
    if (cut) {
        struct glyph mark = {.columns = 1};
        memcpy(mark.text, area->utf8 ? "\xe2\x80\xa6" : "~", area->utf8 ? 4 : 2);
        place(area, x + used, y, &mark, style);
        used++;
    }
    return used;
}

unsigned ct_view_say(const struct ct_area *area, unsigned x, unsigned y, enum ct_style style,
                     const char *text)
{
    return x + ct_view_put(area, x, y, area->columns, style, ct_span_of(text));
}

unsigned ct_view_sayf(const struct ct_area *area, unsigned x, unsigned y, enum ct_style style,
                      const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return ct_view_say(area, x, y, style, text);
}

void ct_view_put_right(const struct ct_area *area, unsigned x, unsigned y, unsigned width,
                       enum ct_style style, struct ct_span text)
{
    unsigned n = ct_view_width(text, area->utf8);
    unsigned skip = n < width ? width - n : 0;
    (void)ct_view_put(area, x + skip, y, width - skip, style, text);
}
