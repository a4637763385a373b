/* SPDX-License-Identifier: Apache-2.0 */
/* Which columns a list shows. */
#include "base/span.h"
#include "view/state.h"

void ct_view_draw_columns(struct ct_view *view, const struct ct_area *area)
{
    struct ct_screen *screen = ct_view_screen(view);
    size_t n = 0;
    const struct ct_column *columns = ct_view_columns(screen->list_id, &n);
    uint64_t shown =
        ct_view_shown_columns(&view->looks[screen->list_id], screen->list_id, area->columns);
    unsigned rows = area->rows - 1;
    view->page = rows;
    screen->top = screen->cursor < screen->top ? screen->cursor : screen->top;
    screen->top = screen->cursor >= screen->top + rows ? screen->cursor - rows + 1 : screen->top;
    ct_view_restyle(area, 0, CT_STYLE_HEADER);
    (void)ct_view_sayf(area, 0, 0, CT_STYLE_HEADER, " Columns of %s: those that fit are shown",
                       ct_view_list_name(screen->list_id));
    for (unsigned y = 0; y < rows && screen->top + y < n; y++) {
        size_t i = screen->top + y;
        const char *title =
            columns[i].title[0] != '\0' ? columns[i].title : ct_view_key_title(screen->list_id);
        (void)ct_view_sayf(area, 1, y + 1, CT_STYLE_NORMAL, "[%c] %-14s %-16s",
                           (shown >> i & 1u) != 0 ? 'x' : ' ', columns[i].name, title);
        (void)ct_view_say(area, 38, y + 1, CT_STYLE_DIM, columns[i].help);
        if (i == screen->cursor) {
            ct_view_restyle(area, y + 1, CT_STYLE_SELECTED);
        }
    }
}
