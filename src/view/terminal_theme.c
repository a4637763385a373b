/* SPDX-License-Identifier: Apache-2.0 */
#include "view/terminal_theme.h"

#include <string.h>

#define NCURSES_NOMACROS
#include <curses.h>

#include "cachetap/terminal.h"

#define OWN (-1)

/* Numbers of the 256 colours that xterm has; 16 and 8 are chosen, not derived. */
struct shade {
    short c256;
    short c16;
    short c8;
};

struct row {
    struct shade front;
    struct shade back;
    unsigned long attributes;
};

struct theme {
    const char *name;
    const char *help;
    struct row rows[CT_STYLE_COUNT];
};

/* clang-format off */
#define NONE {OWN, OWN, OWN}
#define BLACK {16, 0, 0}
#define WHITE {231, 15, 7}

/* Without any colour: what has to be told apart is so by weight, and always by its text. */
#define MONO_ROWS                                       \
    [CT_STYLE_NORMAL] = {NONE, NONE, A_NORMAL},         \
    [CT_STYLE_DIM] = {NONE, NONE, A_DIM},               \
    [CT_STYLE_BOLD] = {NONE, NONE, A_BOLD},             \
    [CT_STYLE_TITLE] = {NONE, NONE, A_BOLD},            \
    [CT_STYLE_HEADER] = {NONE, NONE, A_BOLD | A_UNDERLINE}, \
    [CT_STYLE_SELECTED] = {NONE, NONE, A_REVERSE},      \
    [CT_STYLE_HIT] = {NONE, NONE, A_NORMAL},            \
    [CT_STYLE_MISS] = {NONE, NONE, A_BOLD},             \
    [CT_STYLE_BYPASS] = {NONE, NONE, A_UNDERLINE},      \
    [CT_STYLE_OTHER] = {NONE, NONE, A_DIM},             \
    [CT_STYLE_GOOD] = {NONE, NONE, A_NORMAL},           \
    [CT_STYLE_WARN] = {NONE, NONE, A_BOLD},             \
    [CT_STYLE_BAD] = {NONE, NONE, A_BOLD | A_REVERSE},  \
    [CT_STYLE_KEY] = {NONE, NONE, A_REVERSE},           \
    [CT_STYLE_INPUT] = {NONE, NONE, A_UNDERLINE},

static const struct theme themes[] = {
    {"dark", "for a dark background", {
        [CT_STYLE_NORMAL] = {NONE, NONE, A_NORMAL},
        [CT_STYLE_DIM] = {{245, 8, OWN}, NONE, A_NORMAL},
        [CT_STYLE_BOLD] = {NONE, NONE, A_BOLD},
        [CT_STYLE_TITLE] = {{117, 14, 6}, NONE, A_BOLD},
        [CT_STYLE_HEADER] = {BLACK, {114, 2, 2}, A_NORMAL},
        [CT_STYLE_SELECTED] = {BLACK, {117, 14, 6}, A_NORMAL},
        [CT_STYLE_HIT] = {{114, 10, 2}, NONE, A_NORMAL},
        [CT_STYLE_MISS] = {{210, 9, 1}, NONE, A_NORMAL},
        [CT_STYLE_BYPASS] = {{221, 11, 3}, NONE, A_NORMAL},
        [CT_STYLE_OTHER] = {{176, 13, 5}, NONE, A_NORMAL},
        [CT_STYLE_GOOD] = {{114, 10, 2}, NONE, A_BOLD},
        [CT_STYLE_WARN] = {{221, 11, 3}, NONE, A_BOLD},
        [CT_STYLE_BAD] = {WHITE, {160, 1, 1}, A_BOLD},
        [CT_STYLE_KEY] = {BLACK, {117, 14, 6}, A_NORMAL},
        [CT_STYLE_INPUT] = {WHITE, {24, 4, 4}, A_NORMAL}}},
    {"light", "for a light background", {
        [CT_STYLE_NORMAL] = {NONE, NONE, A_NORMAL},
        [CT_STYLE_DIM] = {{242, 8, OWN}, NONE, A_NORMAL},
        [CT_STYLE_BOLD] = {NONE, NONE, A_BOLD},
        [CT_STYLE_TITLE] = {{25, 4, 4}, NONE, A_BOLD},
        [CT_STYLE_HEADER] = {WHITE, {28, 2, 2}, A_NORMAL},
        [CT_STYLE_SELECTED] = {WHITE, {25, 4, 4}, A_NORMAL},
        [CT_STYLE_HIT] = {{28, 2, 2}, NONE, A_NORMAL},
        [CT_STYLE_MISS] = {{124, 1, 1}, NONE, A_NORMAL},
        [CT_STYLE_BYPASS] = {{94, 5, 5}, NONE, A_NORMAL},
        [CT_STYLE_OTHER] = {{90, 5, 5}, NONE, A_UNDERLINE},
        [CT_STYLE_GOOD] = {{28, 2, 2}, NONE, A_BOLD},
        [CT_STYLE_WARN] = {{130, 1, 1}, NONE, A_BOLD},
        [CT_STYLE_BAD] = {WHITE, {160, 1, 1}, A_BOLD},
        [CT_STYLE_KEY] = {WHITE, {25, 4, 4}, A_NORMAL},
        [CT_STYLE_INPUT] = {BLACK, {153, 14, 6}, A_NORMAL}}},
    {"blue-orange", "told apart with any kind of colour blindness", {
        [CT_STYLE_NORMAL] = {NONE, NONE, A_NORMAL},
        [CT_STYLE_DIM] = {{245, 8, OWN}, NONE, A_NORMAL},
        [CT_STYLE_BOLD] = {NONE, NONE, A_BOLD},
        [CT_STYLE_TITLE] = {NONE, NONE, A_BOLD},
        [CT_STYLE_HEADER] = {BLACK, {250, 7, 7}, A_NORMAL},
        [CT_STYLE_SELECTED] = {NONE, NONE, A_REVERSE},
        [CT_STYLE_HIT] = {{75, 12, 6}, NONE, A_NORMAL},
        [CT_STYLE_MISS] = {{208, 11, 3}, NONE, A_BOLD},
        [CT_STYLE_BYPASS] = {{229, 15, 7}, NONE, A_NORMAL},
        [CT_STYLE_OTHER] = {{245, 8, 7}, NONE, A_NORMAL},
        [CT_STYLE_GOOD] = {{75, 12, 6}, NONE, A_BOLD},
        [CT_STYLE_WARN] = {{208, 11, 3}, NONE, A_BOLD},
        [CT_STYLE_BAD] = {BLACK, {208, 11, 3}, A_BOLD},
        [CT_STYLE_KEY] = {BLACK, {250, 7, 7}, A_NORMAL},
        [CT_STYLE_INPUT] = {NONE, NONE, A_UNDERLINE}}},
    {"mono", "no colours, which NO_COLOR asks for too", {MONO_ROWS}},
};
/* clang-format on */

#define N_THEMES (sizeof themes / sizeof themes[0])

size_t ct_view_theme_count(void)
{
    return N_THEMES;
}

int ct_view_theme_mono(void)
{
    return (int)N_THEMES - 1;
}

int ct_view_theme_find(const char *name)
{
    for (size_t i = 0; i < N_THEMES; i++) {
        if (strcmp(themes[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *ct_terminal_theme_name(size_t i, const char **help)
{
    if (i >= N_THEMES) {
        return NULL;
    }
    if (help != NULL) {
        *help = themes[i].help;
    }
    return themes[i].name;
}

static short shade_of(const struct shade *shade, int colors)
{
    if (colors >= 256) {
        return shade->c256;
    }
    return (short)(colors >= 16 ? shade->c16 : shade->c8);
}

struct ct_view_look ct_view_theme_look(int theme, enum ct_style style, int colors)
{
    if (colors < 8) {
        theme = ct_view_theme_mono();
    }
    const struct row *row = &themes[theme].rows[style];
    return (struct ct_view_look){shade_of(&row->front, colors), shade_of(&row->back, colors),
                                 row->attributes};
}
