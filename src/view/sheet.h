/* SPDX-License-Identifier: Apache-2.0 */
/* A long text: drawn on a grid of its own, of which the part around the cursor is shown. */
#ifndef CACHETAP_VIEW_SHEET_H
#define CACHETAP_VIEW_SHEET_H

#include "view/canvas.h"

#define CT_SHEET_ROWS 4096u

struct ct_sheet {
    struct ct_canvas canvas;
    uint64_t *links; /* by row: what Enter opens there, 0: nothing */
    unsigned n_rows; /* written, but for the last one */
    unsigned room;
    unsigned x; /* where the next text goes */
    unsigned indent;
    bool utf8;
    bool full; /* memory was refused, or too long: the rest is left out */
};

void ct_view_sheet_fini(struct ct_sheet *sheet);
/* Empties it for texts of this width. */
void ct_view_sheet_begin(struct ct_sheet *sheet, unsigned columns, bool utf8);
/* Begins a row, in which text wraps to indent. */
void ct_view_sheet_row(struct ct_sheet *sheet, unsigned indent, uint64_t link);
/* Goes on at a column of the row, if it is not behind it already. */
void ct_view_sheet_to(struct ct_sheet *sheet, unsigned x);
void ct_view_sheet_put(struct ct_sheet *sheet, enum ct_style style, struct ct_span text);
/* Breaks between words where it can. */
void ct_view_sheet_words(struct ct_sheet *sheet, enum ct_style style, const char *text);
__attribute__((format(printf, 3, 4))) void
ct_view_sheet_putf(struct ct_sheet *sheet, enum ct_style style, const char *format, ...);
/* An empty row and a title. */
void ct_view_sheet_title(struct ct_sheet *sheet, const char *text);
/*
 * Shows it from row *top on, so that *cursor is seen, both kept within bounds; the cursor's row
 * is marked where it has a link.
 */
void ct_view_sheet_show(const struct ct_sheet *sheet, const struct ct_area *area, size_t *top,
                        size_t *cursor, bool mark);

#endif
