/* SPDX-License-Identifier: Apache-2.0 */
#include "cachetap/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wctype.h>

#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>
#undef columns /* a capability, to term.h */

#include "view/terminal_guard.h"
#include "view/terminal_theme.h"

/* After an escape: the rest of a function key comes within this time (ms). */
#define ESCAPE_MS 25
/* What a window may be; terminals are smaller. */
#define COLUMNS_MAX 1000
#define ROWS_MAX    500
/* Without colours pair 0 is the only one. */
#define PAIR_OF(style) ((short)((style) + 1))

struct ct_terminal {
    FILE *in;
    FILE *out;
    SCREEN *screen;
    WINDOW *keys; /* a pad: reading from it paints nothing */
    struct termios modes;
    char reset[512];
    bool utf8;
    bool repaints;
    bool suspended;
    int colors; /* 0: attributes only */
    int theme;
    struct ct_canvas canvas;
    struct ct_cell *shown; /* what the screen shows of it */
    struct ct_view_look looks[CT_STYLE_COUNT];
};

/* ---- colours -------------------------------------------------------------------------------- */

static void put_on(struct ct_terminal *terminal, int theme)
{
    terminal->theme = theme;
    for (int style = 0; style < CT_STYLE_COUNT; style++) {
        struct ct_view_look look =
            ct_view_theme_look(theme, (enum ct_style)style, terminal->colors);
        if (terminal->colors > 0) {
            (void)init_pair(PAIR_OF(style), look.front, look.back); /* else: the old colours */
        }
        terminal->looks[style] = look;
    }
    terminal->repaints = true;
}

/* NO_COLOR has the last word over what the terminal can do, not over what was asked for. */
static void choose_theme(struct ct_terminal *terminal, const char *name)
{
    const char *no_color = getenv("NO_COLOR");
    bool refused = no_color != NULL && no_color[0] != '\0';
    int theme = name != NULL ? ct_view_theme_find(name) : -1;
    if (theme < 0) {
        theme = refused ? ct_view_theme_mono() : 0;
    }
    bool colored = name != NULL || !refused;
    if (colored && has_colors() && start_color() == OK) {
        terminal->colors = COLORS;
        if (use_default_colors() != OK) {
            (void)assume_default_colors(COLOR_WHITE, COLOR_BLACK);
        }
    }
    put_on(terminal, theme);
}

const char *ct_terminal_next_theme(struct ct_terminal *terminal)
{
    put_on(terminal, (int)(((size_t)terminal->theme + 1) % ct_view_theme_count()));
    return ct_terminal_theme_name((size_t)terminal->theme, NULL);
}

/* ---- opening -------------------------------------------------------------------------------- */

static bool refuse(char message[CT_VIEW_MESSAGE_MAX], const char *why)
{
    (void)snprintf(message, CT_VIEW_MESSAGE_MAX, "%s", why);
    return false;
}

static bool open_streams(struct ct_terminal *terminal, bool read_stdin,
                         char message[CT_VIEW_MESSAGE_MAX])
{
    if (!isatty(STDOUT_FILENO)) {
        return refuse(message, "standard output is no terminal, use -o text or -o summary");
    }
    int in = read_stdin && isatty(STDIN_FILENO) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                                : open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    terminal->in = in >= 0 ? fdopen(in, "r") : NULL;
    terminal->out = out >= 0 ? fdopen(out, "w") : NULL;
    if (terminal->in == NULL && in >= 0) {
        (void)close(in);
    }
    if (terminal->out == NULL && out >= 0) {
        (void)close(out);
    }
    if (terminal->in == NULL || terminal->out == NULL) {
        return refuse(message, "there is no terminal to read keys from, use -o text or -o summary");
    }
    return tcgetattr(fileno(terminal->out), &terminal->modes) == 0 ||
           refuse(message, "the terminal does not answer, use -o text or -o summary");
}

/* The terminal types that can place text anywhere; ncurses takes others too. */
static bool can_place(void)
{
    const char *cup = tigetstr("cup");
    return cup != NULL && (intptr_t)cup != -1;
}

/*
 * Arrows and Home and End as a terminal sends them that was not told of the keypad's application
 * mode, or takes no notice: else the Escape in them would be a key.
 */
static void define_plain_arrows(void)
{
    static const struct {
        const char *text;
        int key;
    } rows[] = {
        {"\033[A", KEY_UP},   {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT},
        {"\033[D", KEY_LEFT}, {"\033[H", KEY_HOME}, {"\033[F", KEY_END},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (key_defined(rows[i].text) == 0) {
            (void)define_key(rows[i].text, rows[i].key); /* fails on misuse, or without memory */
        }
    }
}

static bool start_curses(struct ct_terminal *terminal, char message[CT_VIEW_MESSAGE_MAX])
{
    const char *type = getenv("TERM");
    if (type == NULL || type[0] == '\0') {
        return refuse(message, "TERM is not set, set it to the terminal's type or use -o text");
    }
    terminal->screen = newterm(NULL, terminal->out, terminal->in);
    if (terminal->screen == NULL || !can_place()) {
        (void)snprintf(message, CT_VIEW_MESSAGE_MAX,
                       "TERM=%.64s: no type on which text can be placed, install its description "
                       "(ncurses-term) or use -o text",
                       type);
        return false;
    }
    (void)set_escdelay(ESCAPE_MS);
    (void)cbreak();
    (void)noecho();
    (void)nonl();
    struct termios modes;
    if (tcgetattr(fileno(terminal->out), &modes) == 0) {
        modes.c_iflag &= ~(tcflag_t)(IXON | IXOFF); /* ^S would stop more than the screen */
        (void)tcsetattr(fileno(terminal->out), TCSADRAIN, &modes);
        (void)def_prog_mode();
    }
    terminal->keys = newpad(1, 1);
    if (terminal->keys == NULL) {
        return refuse(message, "out of memory");
    }
    (void)keypad(terminal->keys, TRUE);
    define_plain_arrows();
    (void)nodelay(terminal->keys, TRUE);
    return true;
}

/* What rescue writes. */
static void prepare_reset(struct ct_terminal *terminal)
{
    static const char *const names[] = {"sgr0", "op", "cnorm", "rmkx", "rmcup"};
    const char *cup = tigetstr("cup");
    if (cup != NULL && (intptr_t)cup != -1) { /* where rmcup does not bring the cursor back */
        ct_view_guard_add(terminal->reset, sizeof terminal->reset, tiparm(cup, LINES - 1, 0));
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ct_view_guard_add(terminal->reset, sizeof terminal->reset, tigetstr(names[i]));
    }
    ct_view_guard_add(terminal->reset, sizeof terminal->reset, "\r\n");
}

static bool make_canvas(struct ct_terminal *terminal)
{
    unsigned columns = COLS < 1 ? 1 : (unsigned)(COLS < COLUMNS_MAX ? COLS : COLUMNS_MAX);
    unsigned rows = LINES < 1 ? 1 : (unsigned)(LINES < ROWS_MAX ? LINES : ROWS_MAX);
    struct ct_cell *cells = calloc((size_t)rows * columns, sizeof *cells);
    struct ct_cell *shown = calloc((size_t)rows * columns, sizeof *shown);
    if (cells == NULL || shown == NULL) {
        free(cells);
        free(shown);
        return false;
    }
    free(terminal->canvas.cells);
    free(terminal->shown);
    terminal->shown = shown;
    terminal->canvas = (struct ct_canvas){
        .columns = columns, .rows = rows, .cells = cells, .cursor_x = -1, .cursor_y = -1};
    terminal->repaints = true;
    return true;
}

struct ct_terminal *ct_terminal_open(const char *theme, bool read_stdin,
                                     char message[CT_VIEW_MESSAGE_MAX])
{
    struct ct_terminal *terminal = calloc(1, sizeof *terminal);
    if (terminal == NULL) {
        (void)refuse(message, "out of memory");
        return NULL;
    }
    terminal->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    if (!open_streams(terminal, read_stdin, message) || !start_curses(terminal, message)) {
        ct_terminal_close(terminal);
        return NULL;
    }
    if (!make_canvas(terminal)) {
        (void)refuse(message, "out of memory");
        ct_terminal_close(terminal);
        return NULL;
    }
    prepare_reset(terminal);
    ct_view_guard_arm(fileno(terminal->out), &terminal->modes, terminal->reset);
    choose_theme(terminal, theme);
    return terminal;
}

void ct_terminal_close(struct ct_terminal *terminal)
{
    if (terminal == NULL) {
        return;
    }
    if (terminal->screen != NULL) {
        if (terminal->keys != NULL) {
            (void)delwin(terminal->keys);
        }
        (void)endwin(); /* fails when it was not on */
        ct_view_guard_disarm();
        delscreen(terminal->screen);
        (void)tcsetattr(fileno(terminal->out), TCSADRAIN, &terminal->modes);
    }
    if (terminal->in != NULL) {
        (void)fclose(terminal->in); /* only read from */
    }
    if (terminal->out != NULL) {
        (void)fclose(terminal->out); /* curses has flushed it */
    }
    free(terminal->canvas.cells);
    free(terminal->shown);
    free(terminal);
}

/* ---- keys ----------------------------------------------------------------------------------- */

int ct_terminal_fd(const struct ct_terminal *terminal)
{
    return fileno(terminal->in);
}

bool ct_terminal_utf8(const struct ct_terminal *terminal)
{
    return terminal->utf8;
}

bool ct_terminal_is_gone(const struct ct_terminal *terminal)
{
    struct pollfd poll_fd = {.fd = fileno(terminal->in), .events = POLLIN};
    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

static uint32_t function_key(wint_t code)
{
    static const struct {
        wint_t curses;
        uint32_t key;
    } rows[] = {
        {KEY_UP, CT_KEY_UP},         {KEY_DOWN, CT_KEY_DOWN},
        {KEY_LEFT, CT_KEY_LEFT},     {KEY_RIGHT, CT_KEY_RIGHT},
        {KEY_PPAGE, CT_KEY_PAGE_UP}, {KEY_NPAGE, CT_KEY_PAGE_DOWN},
        {KEY_HOME, CT_KEY_HOME},     {KEY_END, CT_KEY_END},
        {KEY_A1, CT_KEY_HOME},       {KEY_C1, CT_KEY_END},
        {KEY_FIND, CT_KEY_HOME},     {KEY_SELECT, CT_KEY_END},
        {KEY_LL, CT_KEY_END},        {KEY_BTAB, CT_KEY_BACKTAB},
        {KEY_DC, CT_KEY_DELETE},     {KEY_BACKSPACE, CT_KEY_BACKSPACE},
        {KEY_ENTER, CT_KEY_ENTER},
    };
    if (code >= (wint_t)KEY_F(1) && code <= (wint_t)KEY_F(10)) {
        return CT_KEY_F1 + (code - (wint_t)KEY_F(1));
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].curses == code) {
            return rows[i].key;
        }
    }
    return CT_KEY_NONE;
}

uint32_t ct_terminal_key(struct ct_terminal *terminal)
{
    for (;;) {
        wint_t code = 0;
        int result = wget_wch(terminal->keys, &code);
        uint32_t key = CT_KEY_NONE;
        if (result == ERR) {
            return CT_KEY_NONE;
        }
        if (result == KEY_CODE_YES) {
            key = function_key(code);
        } else if (code == '\n') {
            key = CT_KEY_ENTER;
        } else if (code == '\b') {
            key = CT_KEY_BACKSPACE;
        } else {
            key = code < CT_KEY_UP ? (uint32_t)code : CT_KEY_NONE;
        }
        if (key != CT_KEY_NONE) {
            return key;
        }
    }
}

/* ---- the screen ----------------------------------------------------------------------------- */

struct ct_canvas *ct_terminal_canvas(struct ct_terminal *terminal)
{
    return &terminal->canvas;
}

/*
 * The canvas promises one printable character; whatever it holds, no control character gets
 * through here.
 */
static void to_wide(const struct ct_terminal *terminal, const struct ct_cell *cell,
                    wchar_t wide[CCHARW_MAX + 1])
{
    mbstate_t state = {0};
    const char *text = cell->text;
    size_t left = strnlen(text, sizeof cell->text);
    size_t n = 0;
    while (left > 0 && n < CCHARW_MAX) {
        wchar_t c = 0;
        size_t used = mbrtowc(&c, text, left, &state);
        if (used == 0 || used > left || !iswprint((wint_t)c) || (!terminal->utf8 && c >= 0x7f)) {
            break;
        }
        wide[n++] = c;
        text += used;
        left -= used;
    }
    if (n == 0) {
        wide[n++] = left > 0 ? L'?' : L' ';
    }
    wide[n] = L'\0';
}

static void paint_cell(const struct ct_terminal *terminal, const struct ct_cell *cell)
{
    wchar_t wide[CCHARW_MAX + 1];
    cchar_t out;
    unsigned style = cell->style < CT_STYLE_COUNT ? cell->style : CT_STYLE_NORMAL;
    short pair = (short)(terminal->colors > 0 ? PAIR_OF(style) : 0);
    to_wide(terminal, cell, wide);
    if (setcchar(&out, wide, (attr_t)terminal->looks[style].attributes, pair, NULL) == OK) {
        (void)wadd_wch(stdscr, &out); /* ERR in the last corner, and yet it is there */
    }
}

/* Rows as a whole: half a wide character is never left over. */
static void paint_row(struct ct_terminal *terminal, unsigned y)
{
    unsigned columns = terminal->canvas.columns;
    const struct ct_cell *row = terminal->canvas.cells + (size_t)y * columns;
    (void)wmove(stdscr, (int)y, 0);
    for (unsigned x = 0; x < columns; x++) {
        if (row[x].text[0] != '\0' || x == 0) {
            (void)wmove(stdscr, (int)y, (int)x);
            paint_cell(terminal, &row[x]);
        }
    }
}

void ct_terminal_show(struct ct_terminal *terminal)
{
    const struct ct_canvas *canvas = &terminal->canvas;
    size_t row_bytes = canvas->columns * sizeof *canvas->cells;
    for (unsigned y = 0; y < canvas->rows; y++) {
        const struct ct_cell *row = canvas->cells + (size_t)y * canvas->columns;
        struct ct_cell *shown = terminal->shown + (size_t)y * canvas->columns;
        if (terminal->repaints || memcmp(row, shown, row_bytes) != 0) {
            paint_row(terminal, y);
            memcpy(shown, row, row_bytes);
        }
    }
    if (terminal->repaints) {
        (void)clearok(stdscr, TRUE);
        terminal->repaints = false;
    }
    bool has_cursor = canvas->cursor_x >= 0 && canvas->cursor_y >= 0;
    (void)curs_set(has_cursor ? 1 : 0); /* some terminals cannot */
    if (has_cursor) {
        (void)wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
    } else {
        (void)wmove(stdscr, LINES - 1, COLS - 1);
    }
    (void)wrefresh(stdscr);
}

void ct_terminal_fit(struct ct_terminal *terminal)
{
    struct winsize size = {.ws_row = 0};
    if (ioctl(fileno(terminal->out), TIOCGWINSZ, &size) != 0 || size.ws_row == 0 ||
        size.ws_col == 0) {
        return;
    }
    int rows = size.ws_row < ROWS_MAX ? size.ws_row : ROWS_MAX;
    int columns = size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
    if (resizeterm(rows, columns) == OK) {
        (void)make_canvas(terminal); /* without memory: the old size */
    }
    terminal->repaints = true;
}

void ct_terminal_repaint(struct ct_terminal *terminal)
{
    terminal->repaints = true;
}

void ct_terminal_suspend(struct ct_terminal *terminal)
{
    (void)endwin();
    ct_view_guard_disarm();
    (void)tcsetattr(fileno(terminal->out), TCSADRAIN, &terminal->modes);
    terminal->suspended = true;
}

/* Who was stopped without a word finds the modes of whoever came between. */
void ct_terminal_resume(struct ct_terminal *terminal)
{
    if (terminal->suspended) { /* the shell's modes may have changed: they are to come back */
        (void)tcgetattr(fileno(terminal->out), &terminal->modes);
        (void)def_shell_mode();
        ct_view_guard_arm(fileno(terminal->out), &terminal->modes, terminal->reset);
        terminal->suspended = false;
    }
    (void)reset_prog_mode();
    terminal->repaints = true;
}

const char *ct_terminal_version(void)
{
    return curses_version();
}
