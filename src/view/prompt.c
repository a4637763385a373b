/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are typed at the bottom: search, filter, how and under which name to save. */
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

#include "base/span.h"
#include "base/text.h"
#include "view/keys.h"
#include "view/state.h"

void ct_view_prompt(struct ct_view *view, enum ct_prompt prompt, const char *text)
{
    view->prompt = prompt;
    view->input_n = strlen(text);
    view->input_at = view->input_n;
    memmove(view->input, text, view->input_n + 1);
    view->input_error[0] = '\0';
}

/* ---- typing ----------------------------------------------------------------------------- */

static size_t before(const struct ct_view *view, size_t at)
{
    while (at > 0 && ((unsigned char)view->input[--at] & 0xc0u) == 0x80u) {
    }
    return at;
}

static size_t behind(const struct ct_view *view, size_t at)
{
    at += at < view->input_n ? 1 : 0;
    while (at < view->input_n && ((unsigned char)view->input[at] & 0xc0u) == 0x80u) {
        at++;
    }
    return at;
}

static void cut(struct ct_view *view, size_t from, size_t to)
{
    memmove(view->input + from, view->input + to, view->input_n - to + 1);
    view->input_n -= to - from;
    view->input_at = from;
}

static void insert(struct ct_view *view, uint32_t key)
{
    utf8proc_uint8_t text[4];
    if (key < 0x20 || key == 0x7f || key >= CT_KEY_UP) {
        return;
    }
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)key, text);
    if (n <= 0 || ct_base_utf8_control(text, (size_t)n) ||
        view->input_n + (size_t)n >= sizeof view->input) {
        return;
    }
    memmove(view->input + view->input_at + n, view->input + view->input_at,
            view->input_n - view->input_at + 1);
    memcpy(view->input + view->input_at, text, (size_t)n);
    view->input_n += (size_t)n;
    view->input_at += (size_t)n;
}

static void edit(struct ct_view *view, uint32_t key)
{
    switch (key) {
    case CT_KEY_LEFT:
        view->input_at = before(view, view->input_at);
        break;
    case CT_KEY_RIGHT:
        view->input_at = behind(view, view->input_at);
        break;
    case CT_KEY_HOME:
    case CT_CONTROL('A'):
        view->input_at = 0;
        break;
    case CT_KEY_END:
    case CT_CONTROL('E'):
        view->input_at = view->input_n;
        break;
    case CT_KEY_BACKSPACE:
    case '\b':
        cut(view, before(view, view->input_at), view->input_at);
        break;
    case CT_KEY_DELETE:
        cut(view, view->input_at, behind(view, view->input_at));
        break;
    case CT_CONTROL('U'):
        cut(view, 0, view->input_at);
        break;
    default:
        insert(view, key);
        break;
    }
}

/* ---- what it is for --------------------------------------------------------------------- */

/* Whether the filter would be taken, said while it is typed. */
static void check_filter(struct ct_view *view)
{
    struct ct_list list;
    ct_view_list_init(&list, ct_view_screen(view)->list_id);
    (void)ct_view_list_filter(&list, view->input, view->input_error);
    ct_view_list_fini(&list);
}

static void apply_filter(struct ct_view *view)
{
    struct ct_screen *screen = ct_view_screen(view);
    if (!ct_view_list_filter(&screen->list, view->input, view->input_error)) {
        return; /* the line stays, with what is wrong with it */
    }
    memcpy(screen->filter, view->input, view->input_n + 1);
    screen->held = false;
    view->prompt = CT_PROMPT_NONE;
}

static void search(struct ct_view *view)
{
    memcpy(view->search, view->input, view->input_n + 1);
    view->message[0] = '\0';
    ct_view_find(view, false, true);
}

static void apply_name(struct ct_view *view)
{
    if (view->input_n == 0 || view->input[0] == '.' || strchr(view->input, '/') != NULL) {
        (void)snprintf(view->input_error, sizeof view->input_error,
                       "a name without a slash, that does not begin with a dot");
        return;
    }
    view->save_now = view->save;
    view->prompt = CT_PROMPT_NONE;
}

static void ask_name(struct ct_view *view, enum ct_save save)
{
    static const char *const endings[] = {
        [CT_SAVE_CSV] = "csv", [CT_SAVE_JSON] = "json", [CT_SAVE_TEXT] = "txt"};
    const struct ct_screen *screen = ct_view_screen(view);
    const char *what =
        screen->kind == CT_SCREEN_LIST ? ct_view_list_name(screen->list_id) : "screen";
    char name[96];
    view->save = save;
    (void)snprintf(name, sizeof name, "cachetap-%s.%s", what, endings[save]);
    ct_view_prompt(view, CT_PROMPT_SAVE_NAME, name);
}

static void choose_format(struct ct_view *view, uint32_t key)
{
    bool list = ct_view_screen(view)->kind == CT_SCREEN_LIST;
    view->prompt = CT_PROMPT_NONE;
    if (key == 'c' && list) {
        ask_name(view, CT_SAVE_CSV);
    } else if (key == 'j' && list) {
        ask_name(view, CT_SAVE_JSON);
    } else if (key == 't') {
        ask_name(view, CT_SAVE_TEXT);
    } else if (key == 'p') {
        view->save_now = CT_SAVE_PACKETS;
    } else if (key == 'a') {
        view->save_now = CT_SAVE_ALL_PACKETS;
    } else {
        ct_view_message(view, false, "nothing was saved");
    }
}

void ct_view_prompt_key(struct ct_view *view, uint32_t key)
{
    if (key == CT_KEY_ESC || key == CT_CONTROL('C') || key == CT_CONTROL('G')) {
        view->prompt = CT_PROMPT_NONE;
        return;
    }
    if (view->prompt == CT_PROMPT_SAVE) {
        choose_format(view, key);
        return;
    }
    bool enter = key == CT_KEY_ENTER || key == '\n';
    if (!enter) {
        edit(view, key);
    }
    switch (view->prompt) {
    case CT_PROMPT_SEARCH:
        search(view);
        view->prompt = enter ? CT_PROMPT_NONE : view->prompt;
        break;
    case CT_PROMPT_FILTER:
        check_filter(view);
        if (enter) {
            apply_filter(view);
        }
        break;
    default:
        view->input_error[0] = '\0';
        if (enter) {
            apply_name(view);
        }
        break;
    }
}
