/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text onto the grid. Whatever the text holds, each cell gets one printable character: bytes
 * that are not, and characters that a terminal could act upon or would place otherwise than we
 * count, become \xHH.
 */
#ifndef CACHETAP_VIEW_CANVAS_H
#define CACHETAP_VIEW_CANVAS_H

#include "cachetap/view.h"

/* A rectangle of a canvas. What does not fit into it is not drawn. */
struct ct_area {
    struct ct_canvas *canvas;
    unsigned x;
    unsigned y;
    unsigned columns;
    unsigned rows;
    bool utf8;
};

/* All of it; then parts of it, cut to what is there. */
struct ct_area ct_view_area(struct ct_canvas *canvas, bool utf8);
struct ct_area ct_view_part(const struct ct_area *area, unsigned x, unsigned y, unsigned columns,
                            unsigned rows);

void ct_view_clear(const struct ct_area *area, enum ct_style style);
/* Changes the style of a row, and leaves its text. */
void ct_view_restyle(const struct ct_area *area, unsigned y, enum ct_style style);

/*
 * Puts text into at most width columns from x on; width is cut to the area. Text that is cut
 * ends with a mark. Returns the columns used.
 */
unsigned ct_view_put(const struct ct_area *area, unsigned x, unsigned y, unsigned width,
                     enum ct_style style, struct ct_span text);
/* Its own text up to the end of the area. Returns the column behind. */
unsigned ct_view_say(const struct ct_area *area, unsigned x, unsigned y, enum ct_style style,
                     const char *text);
__attribute__((format(printf, 5, 6))) unsigned ct_view_sayf(const struct ct_area *area, unsigned x,
                                                            unsigned y, enum ct_style style,
                                                            const char *format, ...);
/* Ends at the right end of width columns. */
void ct_view_put_right(const struct ct_area *area, unsigned x, unsigned y, unsigned width,
                       enum ct_style style, struct ct_span text);

/* Columns that text takes. */
unsigned ct_view_width(struct ct_span text, bool utf8);
/* Octets of text that take at most width columns, and at least one character. */
size_t ct_view_fit(struct ct_span text, unsigned width, bool utf8);

#endif
