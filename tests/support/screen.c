/* SPDX-License-Identifier: Apache-2.0 */
#include "support/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "base/span.h"
#include "base/text.h"
#include "support/tape.h"
#include "support/txn.h"

static void must(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "screen: %s\n", what);
        abort();
    }
}

/* ---- hooks ------------------------------------------------------------------------------ */

static void note(struct sc *sc, const char *what)
{
    size_t n = strlen(sc->log);
    (void)snprintf(sc->log + n, sizeof sc->log - n, "%s; ", what);
}

static void on_quit(void *user)
{
    note(user, "quit");
}

static void on_speed(void *user, double factor)
{
    char text[32];
    (void)snprintf(text, sizeof text, "speed %g", factor);
    note(user, text);
}

static void on_pause(void *user, bool paused)
{
    struct sc *sc = user;
    sc->status.paused = paused;
    note(user, paused ? "pause" : "go on");
}

static void on_step(void *user)
{
    note(user, "step");
}

static void on_restart(void *user)
{
    note(user, "restart");
}

static void on_reset(void *user)
{
    struct sc *sc = user;
    ct_watch_reset(ct_engine_watch(sc->engine));
    note(user, "reset");
}

static const char *on_theme(void *user)
{
    note(user, "theme");
    return "mono";
}

static bool on_save(void *user, const char *name, const char *text, size_t n,
                    char message[CT_VIEW_MESSAGE_MAX])
{
    struct sc *sc = user;
    char what[160];
    (void)snprintf(what, sizeof what, "save %s", name);
    note(user, what);
    free(sc->saved);
    sc->saved = malloc(n + 1);
    must(sc->saved != NULL, "memory");
    memcpy(sc->saved, text, n);
    sc->saved[n] = '\0';
    (void)snprintf(message, CT_VIEW_MESSAGE_MAX, sc->fail_saves ? "no space" : "saved %s", name);
    return !sc->fail_saves;
}

static bool on_save_packets(void *user, const struct ct_conn_info *conns, size_t n,
                            char message[CT_VIEW_MESSAGE_MAX])
{
    char what[64];
    (void)snprintf(what, sizeof what, "packets %zu %s", n, n > 0 ? conns[0].uid : "all");
    note(user, what);
    (void)snprintf(message, CT_VIEW_MESSAGE_MAX, "saved packets");
    return true;
}

/* ---- life ------------------------------------------------------------------------------- */

void sc_resize(struct sc *sc, unsigned columns, unsigned rows)
{
    size_t n = (size_t)columns * rows;
    free(sc->canvas.cells);
    sc->canvas = (struct ct_canvas){.columns = columns, .rows = rows};
    sc->canvas.cells = malloc(n * sizeof *sc->canvas.cells + 1);
    must(sc->canvas.cells != NULL, "memory");
    memset(sc->canvas.cells, 0xee, n * sizeof *sc->canvas.cells);
}

void sc_init(struct sc *sc, unsigned columns, unsigned rows, bool utf8)
{
    struct ct_engine_config config = {.watch = true};
    memset(sc, 0, sizeof *sc);
    ct_base_limits_init(&config.limits);
    sc->engine = ct_engine_new(&config);
    must(sc->engine != NULL, "engine");
    sc->utf8 = utf8;
    sc->hooks = (struct ct_view_hooks){on_quit,  on_speed, on_pause, on_step,         on_restart,
                                       on_reset, on_theme, on_save,  on_save_packets, sc};
    struct ct_view_options options = {
        .utf8 = utf8, .fields = ct_engine_fields(sc->engine), .hooks = &sc->hooks};
    sc->view = ct_view_new(&options);
    must(sc->view != NULL, "view");
    sc->status = (struct ct_view_status){.source = "site.pcap", .speed = 1, .clock_ns = 1};
    sc_resize(sc, columns, rows);
    sc_snapshot(sc);
}

void sc_fini(struct sc *sc)
{
    ct_view_free(sc->view);
    ct_stats_snapshot_fini(&sc->snapshot);
    ct_engine_free(sc->engine);
    free(sc->canvas.cells);
    free(sc->text);
    free(sc->styles);
    free(sc->saved);
    memset(sc, 0, sizeof *sc);
}

void sc_snapshot(struct sc *sc)
{
    ct_stats_snapshot_fini(&sc->snapshot);
    must(ct_engine_snapshot(sc->engine, 1000, &sc->snapshot), "snapshot");
}

void sc_play(struct sc *sc, const char *path)
{
    struct tape tape;
    uint64_t wire = 0;
    tape_load(&tape, &path, 1);
    for (size_t i = 0; i < tape.n; i++) {
        ct_engine_frame(sc->engine, &tape.frames[i]);
        wire += tape.frames[i].wire_len;
        ct_watch_tick(ct_engine_watch(sc->engine), tape.frames[i].ts_ns, i + 1, wire);
    }
    ct_engine_finish(sc->engine);
    tape_free(&tape);
    sc->status.over = true;
    sc_snapshot(sc);
}

static void shift_times(struct ct_message *message, int64_t by)
{
    message->first_ns += by;
    message->head_ns += by;
    message->last_ns += by;
}

void sc_count(struct sc *sc, const char *text, enum ct_outcome outcome, unsigned conn,
              uint64_t body)
{
    struct ct_txn *txn = tx_new(ct_engine_fields(sc->engine), text);
    struct ct_verdict verdict = {
        .outcome = outcome, .class = ct_cache_outcome_class(outcome), .age_s = -1};
    shift_times(&txn->request, sc->now_ns);
    shift_times(&txn->response, sc->now_ns);
    (void)snprintf(txn->conn.uid, sizeof txn->conn.uid, "C%u", conn);
    txn->conn.orig = (struct ct_endpoint){.addr = {10, 0, 0, (uint8_t)conn}, .family = 4};
    txn->conn.resp = (struct ct_endpoint){.addr = {10, 1, 0, 1}, .port = 80, .family = 4};
    txn->response.body_len = body;
    ct_watch_txn(ct_engine_watch(sc->engine), txn, &verdict);
    sc->snapshot.transactions++;
    sc->snapshot.packets.frames++;
    sc->now_ns += 10 * CT_NS_PER_MS;
    tx_free(txn);
}

/* ---- drawing ---------------------------------------------------------------------------- */

static bool cell_valid(const struct ct_cell *cell, bool utf8, int *width)
{
    size_t n = strnlen(cell->text, sizeof cell->text);
    struct ct_span text = {(const uint8_t *)cell->text, n};
    *width = 0;
    if (n == sizeof cell->text || cell->style >= CT_STYLE_COUNT) {
        return false;
    }
    for (size_t at = 0; at < n;) {
        size_t length = ct_base_utf8_length(text, at);
        utf8proc_int32_t c = 0;
        if (length == 0 || ct_base_utf8_control(text.p + at, length) || (!utf8 && length > 1)) {
            return false;
        }
        (void)utf8proc_iterate(text.p + at, (utf8proc_ssize_t)length, &c);
        utf8proc_category_t category = utf8proc_category(c);
        bool joins = category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME;
        if (joins == (at == 0) || category == UTF8PROC_CATEGORY_CF) {
            return false; /* a base first, and only one */
        }
        *width += joins ? 0 : utf8proc_charwidth(c);
        at += length;
    }
    return n == 0 || *width == 1 || *width == 2;
}

bool sc_cells_valid(const struct ct_canvas *canvas, bool utf8)
{
    for (unsigned y = 0; y < canvas->rows; y++) {
        int before = 1;
        for (unsigned x = 0; x < canvas->columns; x++) {
            int width = 0;
            if (!cell_valid(&canvas->cells[(size_t)y * canvas->columns + x], utf8, &width) ||
                (width == 0) != (before == 2)) {
                return false;
            }
            before = width;
        }
        if (before == 2) {
            return false;
        }
    }
    return true;
}

static const char style_letters[CT_STYLE_COUNT + 1] = "nDBTHShmboGWXKI";

static void render(struct sc *sc)
{
    size_t size = (size_t)sc->canvas.rows * (sc->canvas.columns * CT_CELL_BYTES + 1) + 1;
    free(sc->text);
    free(sc->styles);
    sc->text = malloc(size);
    sc->styles = malloc(size);
    must(sc->text != NULL && sc->styles != NULL, "memory");
    char *to = sc->text;
    char *style = sc->styles;
    for (unsigned y = 0; y < sc->canvas.rows; y++) {
        char *end = to;
        for (unsigned x = 0; x < sc->canvas.columns; x++) {
            const struct ct_cell *cell = &sc->canvas.cells[(size_t)y * sc->canvas.columns + x];
            to = stpcpy(to, cell->text);
            end = strcmp(cell->text, " ") != 0 ? to : end;
            *style++ = style_letters[cell->style];
        }
        to = end;
        *to++ = '\n';
        *style++ = '\n';
    }
    *to = '\0';
    *style = '\0';
}

const char *sc_draw(struct sc *sc)
{
    ct_view_draw(sc->view, &sc->snapshot, ct_engine_watch(sc->engine), &sc->status, &sc->canvas);
    must(sc_cells_valid(&sc->canvas, sc->utf8), "a cell is not one printable character");
    render(sc);
    return sc->text;
}

static const struct {
    const char *name;
    uint32_t key;
} keys_by_name[] = {
    {"{Enter}", CT_KEY_ENTER},     {"{Esc}", CT_KEY_ESC},       {"{Tab}", CT_KEY_TAB},
    {"{Back}", CT_KEY_BACKSPACE},  {"{Up}", CT_KEY_UP},         {"{Down}", CT_KEY_DOWN},
    {"{Left}", CT_KEY_LEFT},       {"{Right}", CT_KEY_RIGHT},   {"{PgUp}", CT_KEY_PAGE_UP},
    {"{PgDn}", CT_KEY_PAGE_DOWN},  {"{Home}", CT_KEY_HOME},     {"{End}", CT_KEY_END},
    {"{BackTab}", CT_KEY_BACKTAB}, {"{Delete}", CT_KEY_DELETE}, {"{F1}", CT_KEY_F1},
    {"{F2}", CT_KEY_F2},           {"{F3}", CT_KEY_F3},         {"{F4}", CT_KEY_F4},
    {"{F5}", CT_KEY_F5},           {"{F6}", CT_KEY_F6},         {"{F7}", CT_KEY_F7},
    {"{F8}", CT_KEY_F8},           {"{F9}", CT_KEY_F9},         {"{F10}", CT_KEY_F10},
};

const char *sc_keys(struct sc *sc, const char *keys)
{
    (void)sc_draw(sc);
    while (*keys != '\0') {
        uint32_t key = (unsigned char)*keys;
        size_t n = 1;
        for (size_t i = 0; *keys == '{' && i < sizeof keys_by_name / sizeof keys_by_name[0]; i++) {
            if (strncmp(keys, keys_by_name[i].name, strlen(keys_by_name[i].name)) == 0) {
                key = keys_by_name[i].key;
                n = strlen(keys_by_name[i].name);
            }
        }
        keys += n;
        (void)ct_view_key(sc->view, key);
        (void)sc_draw(sc);
    }
    return sc->text;
}

const char *sc_row(struct sc *sc, unsigned y)
{
    static char row[4096];
    const char *from = sc->text;
    for (; y > 0; y--) {
        from = strchr(from, '\n') + 1;
    }
    (void)snprintf(row, sizeof row, "%.*s", (int)strcspn(from, "\n"), from);
    return row;
}

int sc_find(const struct sc *sc, const char *text)
{
    const char *at = strstr(sc->text, text);
    int row = 0;
    for (const char *p = sc->text; at != NULL && p < at; p++) {
        row += *p == '\n' ? 1 : 0;
    }
    return at != NULL ? row : -1;
}
