/* SPDX-License-Identifier: Apache-2.0 */
#include "app/viewing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/signals.h"

/* Ten frames a second at most. */
#define FRAME_NS (CT_NS_PER_S / 10)
/* Of a frame's own time, until what came meanwhile asks for another: 5 % of a processor. */
#define FRAME_REST     20
#define FRAME_REST_MAX (2 * CT_NS_PER_S)
/* Clocks on the screen go on, live, and for a while after a key. */
#define CLOCK_NS       CT_NS_PER_S
#define AFTER_KEY_NS   (10 * CT_NS_PER_S)
#define WAIT_MS        100
#define IDLE_MS        1000
#define SAVE_FILE_MODE 0600
#define SAME_NAMES     1000
#define KEY_REPAINT    12 /* ^L */

struct ct_viewing {
    const struct ct_options *options;
    struct ct_voice *voice;
    struct ct_control *control;
    struct ct_viewing_hooks hooks;
    struct ct_view_hooks view_hooks;
    struct ct_place place;
    struct ct_terminal *terminal;
    struct ct_view *view;
    struct ct_snapshot *snapshot;
    struct ct_viewing_now shown; /* what the last frame was drawn from */
    struct ct_view_status status;
    char source[256];
    char line[CT_VOICE_LINE_BYTES];
    char note[CT_VIEW_MESSAGE_MAX]; /* what a key has come to */
    uint64_t lines;                 /* of voice, seen */
    int statm;                      /* of this process; -1: none */
    int64_t begin_ns;
    int64_t drawn_ns;
    int64_t cost_ns; /* of the last frame */
    int64_t key_ns;
    bool dirty;     /* by a key, a signal or a message */
    bool unsettled; /* a key came whose rows the view looks for when it draws: before the next */
    bool stale;     /* something came that is not shown yet */
    bool quits;
};

/* ---- what keys want ------------------------------------------------------------------------- */

static void say(struct ct_viewing *viewing, const char *text)
{
    (void)snprintf(viewing->note, sizeof viewing->note, "%s", text);
    viewing->status.message = viewing->note;
    viewing->status.message_number++;
    viewing->dirty = true;
}

static void on_quit(void *user)
{
    struct ct_viewing *viewing = user;
    viewing->quits = true;
}

static void on_speed(void *user, double factor)
{
    struct ct_viewing *viewing = user;
    ct_app_control_speed(viewing->control, factor);
}

static void on_pause(void *user, bool paused)
{
    struct ct_viewing *viewing = user;
    ct_app_control_pause(viewing->control, paused);
}

static void on_step(void *user)
{
    struct ct_viewing *viewing = user;
    ct_app_control_step(viewing->control);
}

static void on_restart(void *user)
{
    struct ct_viewing *viewing = user;
    char message[CT_VIEW_MESSAGE_MAX] = "";
    if (viewing->hooks.restart(viewing->hooks.user, message)) {
        viewing->status.replay_runs++;
    } else {
        say(viewing, message);
    }
}

static void on_reset(void *user)
{
    struct ct_viewing *viewing = user;
    ct_watch_reset(viewing->hooks.watch(viewing->hooks.user));
}

static const char *on_theme(void *user)
{
    struct ct_viewing *viewing = user;
    return ct_terminal_next_theme(viewing->terminal);
}

static bool on_save_packets(void *user, const struct ct_conn_info *conns, size_t n,
                            char message[CT_VIEW_MESSAGE_MAX])
{
    struct ct_viewing *viewing = user;
    return viewing->hooks.save_packets(viewing->hooks.user, conns, n, message);
}

/* ---- saving --------------------------------------------------------------------------------- */

/* Letters, digits, points within, and what joins them: never a path, never hidden. */
static void make_safe(char out[CT_OPENER_NAME - 8], const char *name)
{
    size_t n = 0;
    for (; n < CT_OPENER_NAME - 9 && name[n] != '\0'; n++) {
        char c = name[n];
        bool fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '_' || c == '-' || (c == '.' && n > 0);
        out[n] = (char)(fine ? c : '_');
    }
    out[n] = '\0';
}

/* A file that was not there before; name becomes what it is called. */
static int create_new(struct ct_viewing *viewing, char name[CT_OPENER_NAME])
{
    char stem[CT_OPENER_NAME - 8];
    (void)snprintf(stem, sizeof stem, "%.200s", name);
    char *dot = strrchr(stem, '.');
    const char *tail = dot != NULL ? strrchr(name, '.') : "";
    if (dot != NULL) {
        *dot = '\0';
    }
    int fd = ct_process_place_create(&viewing->place, name, O_EXCL, SAVE_FILE_MODE);
    for (int i = 1; fd < 0 && errno == EEXIST && i < SAME_NAMES; i++) {
        char numbered[CT_OPENER_NAME];
        (void)snprintf(numbered, sizeof numbered, "%.200s-%d%.40s", stem, i, tail);
        fd = ct_process_place_create(&viewing->place, numbered, O_EXCL, SAVE_FILE_MODE);
        if (fd >= 0) {
            memcpy(name, numbered, sizeof numbered);
        }
    }
    return fd;
}

static bool write_whole(int fd, const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, text, n);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        text += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool on_save(void *user, const char *name, const char *text, size_t n,
                    char message[CT_VIEW_MESSAGE_MAX])
{
    struct ct_viewing *viewing = user;
    char safe[CT_OPENER_NAME];
    make_safe(safe, name);
    int fd = safe[0] != '\0' ? create_new(viewing, safe) : -1;
    bool written = fd >= 0 && write_whole(fd, text, n);
    int error = errno;
    if (fd >= 0 && close(fd) != 0 && written) {
        written = false;
        error = errno;
    }
    if (written) {
        (void)snprintf(message, CT_VIEW_MESSAGE_MAX, "saved %.200s", safe);
    } else {
        (void)snprintf(message, CT_VIEW_MESSAGE_MAX, "%.120s: cannot be written: %s", safe,
                       ct_process_place_error(error));
    }
    return written;
}

/* ---- the beginning and the end -------------------------------------------------------------- */

static void fill_hooks(struct ct_viewing *viewing)
{
    viewing->view_hooks = (struct ct_view_hooks){
        .quit = on_quit,
        .reset = on_reset,
        .theme = on_theme,
        .save = on_save,
        .save_packets = on_save_packets,
        .user = viewing,
    };
    if (viewing->control != NULL) {
        viewing->view_hooks.speed = on_speed;
        viewing->view_hooks.pause = on_pause;
        viewing->view_hooks.step = on_step;
        viewing->view_hooks.restart = on_restart;
    }
}

static bool open_terminal(struct ct_viewing *viewing)
{
    char message[CT_VIEW_MESSAGE_MAX];
    viewing->terminal =
        ct_terminal_open(viewing->options->theme, !viewing->options->reads_stdin, message);
    if (viewing->terminal == NULL) {
        ct_process_voice_say(viewing->voice, "-o tui: cannot be shown: %s", message);
        return false;
    }
    if (!ct_process_voice_hold(viewing->voice)) {
        return false;
    }
    ct_process_signals_install_view(ct_terminal_rescue);
    return true;
}

struct ct_viewing *ct_app_viewing_open(const struct ct_options *options, const char *source,
                                       struct ct_opener *opener, struct ct_voice *voice,
                                       struct ct_control *control,
                                       const struct ct_viewing_hooks *hooks)
{
    struct ct_viewing *viewing = calloc(1, sizeof *viewing);
    if (viewing == NULL) {
        ct_process_voice_say(voice, "-o tui: out of memory");
        return NULL;
    }
    viewing->options = options;
    viewing->voice = voice;
    viewing->control = control;
    viewing->hooks = *hooks;
    viewing->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC); /* else: not shown */
    viewing->begin_ns = ct_process_voice_clock();
    (void)snprintf(viewing->source, sizeof viewing->source, "%s", source);
    viewing->status = (struct ct_view_status){.source = viewing->source,
                                              .filter = options->filter,
                                              .where = options->where,
                                              .live = options->is_live};
    viewing->snapshot = calloc(1, sizeof *viewing->snapshot);
    fill_hooks(viewing);
    if (!ct_process_place_find(&viewing->place, opener, "cachetap")) {
        ct_process_voice_say(voice, "-o tui: the current folder cannot be opened: %s",
                             strerror(errno));
    } else if (viewing->snapshot == NULL) {
        ct_process_voice_say(voice, "-o tui: out of memory");
    } else if (open_terminal(viewing)) {
        return viewing;
    }
    ct_app_viewing_close(viewing);
    return NULL;
}

bool ct_app_viewing_begin(struct ct_viewing *viewing, const struct ct_fields *fields)
{
    const struct ct_view_options options = {
        .utf8 = ct_terminal_utf8(viewing->terminal),
        .fields = fields,
        .hooks = &viewing->view_hooks,
        .ignored_headers = viewing->options->ignored_headers,
        .n_ignored_headers = viewing->options->n_ignored_headers,
    };
    viewing->view = ct_view_new(&options);
    viewing->dirty = true;
    if (viewing->view == NULL) {
        ct_process_voice_say(viewing->voice, "-o tui: out of memory");
    }
    return viewing->view != NULL;
}

void ct_app_viewing_close(struct ct_viewing *viewing)
{
    if (viewing == NULL) {
        return;
    }
    ct_terminal_close(viewing->terminal);
    ct_process_voice_release(viewing->voice);
    ct_view_free(viewing->view);
    if (viewing->statm >= 0) {
        (void)close(viewing->statm); /* only read from */
    }
    free(viewing->snapshot);
    free(viewing);
}

/* ---- frames --------------------------------------------------------------------------------- */

/* The second number of statm: pages in memory. */
static uint64_t resident_bytes(int statm)
{
    char text[128];
    ssize_t n = statm >= 0 ? pread(statm, text, sizeof text - 1, 0) : -1;
    if (n <= 0) {
        return 0;
    }
    text[n] = '\0';
    const char *second = strchr(text, ' ');
    return second == NULL ? 0 : strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void fill_status(struct ct_viewing *viewing, int64_t clock_ns)
{
    struct ct_view_status *status = &viewing->status;
    if (viewing->control != NULL) {
        struct ct_control_state state = ct_app_control_state(viewing->control);
        status->speed = state.speed;
        status->paused = state.paused;
    }
    status->over = viewing->shown.over;
    status->done_bytes = viewing->shown.done_bytes;
    status->total_bytes = viewing->shown.total_bytes;
    status->clock_ns = clock_ns;
    status->elapsed_ns = clock_ns - viewing->begin_ns;
    status->rss_bytes = resident_bytes(viewing->statm);
}

/* On the canvas, not yet on the screen. */
static void lay_out(struct ct_viewing *viewing, int64_t clock_ns)
{
    viewing->unsettled = false;
    fill_status(viewing, clock_ns);
    memset(viewing->snapshot, 0, sizeof *viewing->snapshot);
    /* Without memory for lists they are empty, and the rest is there. */
    (void)viewing->hooks.snapshot(viewing->hooks.user, ct_view_rows_wanted(viewing->view),
                                  viewing->snapshot);
    ct_view_draw(viewing->view, viewing->snapshot, viewing->hooks.watch(viewing->hooks.user),
                 &viewing->status, ct_terminal_canvas(viewing->terminal));
    ct_stats_snapshot_fini(viewing->snapshot);
}

static void draw(struct ct_viewing *viewing, const struct ct_viewing_now *now, int64_t clock_ns)
{
    viewing->shown = *now;
    viewing->dirty = false;
    viewing->stale = false;
    lay_out(viewing, clock_ns);
    ct_terminal_show(viewing->terminal);
    viewing->drawn_ns = clock_ns;
    viewing->cost_ns = ct_process_voice_clock() - clock_ns;
}

/* The clock when the next frame may be drawn, because of what came, or of a key. */
static int64_t next_frame(const struct ct_viewing *viewing)
{
    int64_t rest_ns = viewing->dirty ? 0 : viewing->cost_ns * FRAME_REST;
    rest_ns = rest_ns < FRAME_REST_MAX ? rest_ns : FRAME_REST_MAX;
    return viewing->drawn_ns + (rest_ns > FRAME_NS ? rest_ns : FRAME_NS);
}

static bool clock_shows(const struct ct_viewing *viewing, int64_t clock_ns)
{
    bool goes = (viewing->options->is_live && !viewing->shown.over) ||
                clock_ns - viewing->key_ns < AFTER_KEY_NS;
    return goes && clock_ns - viewing->drawn_ns >= CLOCK_NS;
}

static void hear_voice(struct ct_viewing *viewing)
{
    char line[CT_VOICE_LINE_BYTES];
    uint64_t n = ct_process_voice_latest(viewing->voice, line);
    if (n != viewing->lines) {
        viewing->lines = n;
        memcpy(viewing->line, line, sizeof line);
        viewing->status.message = viewing->line;
        viewing->status.message_number++;
        viewing->dirty = true;
    }
}

static void draw_if_due(struct ct_viewing *viewing)
{
    struct ct_viewing_now now = {.packets = 0};
    int64_t clock_ns = ct_process_voice_clock();
    viewing->hooks.now(viewing->hooks.user, &now);
    hear_voice(viewing);
    bool changed = now.packets != viewing->shown.packets ||
                   now.transactions != viewing->shown.transactions ||
                   now.done_bytes != viewing->shown.done_bytes || now.over != viewing->shown.over;
    viewing->stale = changed || clock_shows(viewing, clock_ns);
    if ((viewing->dirty || viewing->stale) && clock_ns >= next_frame(viewing)) {
        draw(viewing, &now, clock_ns);
    }
}

/* ---- keys and signals ----------------------------------------------------------------------- */

static void take_keys(struct ct_viewing *viewing)
{
    uint32_t key = CT_KEY_NONE;
    while (!viewing->quits && (key = ct_terminal_key(viewing->terminal)) != CT_KEY_NONE) {
        if (viewing->unsettled) {
            lay_out(viewing, viewing->key_ns);
        }
        viewing->key_ns = ct_process_voice_clock();
        viewing->unsettled = key < CT_KEY_UP || key > CT_KEY_RIGHT;
        if (key == KEY_REPAINT) {
            ct_terminal_repaint(viewing->terminal);
            viewing->dirty = true;
        }
        viewing->dirty |= ct_view_key(viewing->view, key);
    }
}

static void take_signals(struct ct_viewing *viewing)
{
    if (ct_process_signals_take_suspend()) {
        ct_terminal_suspend(viewing->terminal);
        ct_process_signals_stop_here();
        (void)ct_process_signals_take_resume();
        ct_terminal_resume(viewing->terminal);
        ct_terminal_fit(viewing->terminal);
        viewing->dirty = true;
    }
    if (ct_process_signals_take_resume()) {
        ct_terminal_resume(viewing->terminal);
        ct_terminal_fit(viewing->terminal);
        viewing->dirty = true;
    }
    if (ct_process_signals_take_resize()) {
        ct_terminal_fit(viewing->terminal);
        viewing->dirty = true;
    }
}

int ct_app_viewing_fd(const struct ct_viewing *viewing)
{
    return ct_terminal_fd(viewing->terminal);
}

int ct_app_viewing_wait_ms(const struct ct_viewing *viewing)
{
    int64_t left_ns = next_frame(viewing) - ct_process_voice_clock();
    if (!(viewing->dirty || viewing->stale) || left_ns > WAIT_MS * CT_NS_PER_MS) {
        return WAIT_MS;
    }
    return left_ns > 0 ? (int)(left_ns / CT_NS_PER_MS) + 1 : 0;
}

bool ct_app_viewing_attend(struct ct_viewing *viewing)
{
    take_signals(viewing);
    take_keys(viewing);
    if (viewing->quits || ct_terminal_is_gone(viewing->terminal)) {
        return false;
    }
    draw_if_due(viewing);
    return true;
}

void ct_app_viewing_wait(const struct ct_viewing *viewing)
{
    struct pollfd poll_fd = {.fd = ct_terminal_fd(viewing->terminal), .events = POLLIN};
    bool busy = viewing->dirty || viewing->stale ||
                ct_process_voice_clock() - viewing->key_ns < AFTER_KEY_NS;
    int ms = busy ? ct_app_viewing_wait_ms(viewing) : IDLE_MS;
    (void)poll(&poll_fd, 1, ms); /* whatever ended it is looked at */
}
