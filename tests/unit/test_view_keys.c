/* SPDX-License-Identifier: Apache-2.0 */
/* Every key of the table does what its help says; prompts; the overview; what the wire sends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/screen.h"

#define MESSAGE_ROW 22

static int setup(void **state)
{
    struct sc *sc = calloc(1, sizeof *sc);
    assert_non_null(sc);
    sc_init(sc, 80, 24, true);
    for (unsigned i = 0; i < 60; i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "GET /%02u\nHost: h%u.example\n\n200\nServer: x\n", i,
                       i % 30);
        sc_count(sc, text, i % 2 == 0 ? CT_OUTCOME_HIT : CT_OUTCOME_MISS, i % 7, 100);
    }
    *state = sc;
    return 0;
}

static int teardown(void **state)
{
    sc_fini(*state);
    free(*state);
    return 0;
}

/* ---- the table -------------------------------------------------------------------------- */

/* Keys before, the key, and what must be on the screen, or in the log of the hooks, behind. */
struct doing {
    const char *before;
    const char *key;
    const char *screen; /* NULL: nothing asked */
    const char *log;    /* NULL: nothing */
};

static const struct doing doings[] = {
    {"8jj", "k", "transactions: 2 of 60", NULL},
    {"8jj", "{Up}", "transactions: 2 of 60", NULL},
    {"8", "j", "transactions: 2 of 60", NULL},
    {"8", "{Down}", "transactions: 2 of 60", NULL},
    {"8G", "{PgUp}", "transactions: 44 of 60", NULL},
    {"8G", "\x02", "transactions: 44 of 60", NULL},
    {"8", "{PgDn}", "transactions: 17 of 60", NULL},
    {"8", "\x06", "transactions: 17 of 60", NULL},
    {"8jjj", "{Home}", "transactions: 1 of 60", NULL},
    {"8jjj", "g", "transactions: 1 of 60", NULL},
    {"8", "{End}", "transactions: 60 of 60", NULL},
    {"8", "G", "transactions: 60 of 60", NULL},
    {"3", "{Right}", "\n                                             1 ", NULL},
    {"2", "{Right}{Left}", "h0.example ", NULL},
    {"2", "{Enter}", "URIs of h", NULL},
    {"2", "\n", "URIs of h", NULL},
    {"2{Enter}", "{Esc}", "hosts: ", NULL},
    {"2{Enter}", "{Back}", "hosts: ", NULL},
    {"2{Enter}", "\b", "hosts: ", NULL},
    {"2", "{Esc}", "per 1 s, most", NULL},
    {"3", "1", "per 1 s, most", NULL},
    {"", "2", " hosts: 1 of 30", NULL},
    {"", "3", " URIs: 1 of 60", NULL},
    {"", "4", " paths: 1 of 60", NULL},
    {"", "5", " clients: 1 of 7", NULL},
    {"", "6", " servers: 1 of 1", NULL},
    {"", "7", " connections: 0 of 0", NULL},
    {"", "8", " transactions: 1 of 60", NULL},
    {"", "9", " reasons: 1 of 2", NULL},
    {"", "0", " dialects: 1 of 1", NULL},
    {"", "u", "every status line was understood", NULL},
    {"", "{Tab}", " hosts: 1 of 30", NULL},
    {"", "{BackTab}", " unknown: 0 of 0", NULL},
    {"2", "x", "transactions of h", NULL},
    {"", "{F1}", ">Move", NULL},
    {"8", "?", ">Move", NULL},
    {"8", "h", ">Move", NULL},
    {"", "q", NULL, "quit; "},
    {"", "{F10}", NULL, "quit; "},
    {"", "\x03", NULL, "quit; "},
    {"3", "/", "Search:", NULL},
    {"3", "{F3}", "Search:", NULL},
    {"3/h5{Enter}", "n", "URIs: ", NULL},
    {"3/h5{Enter}", "N", "URIs: ", NULL},
    {"3", "\\", "Filter:", NULL},
    {"3", "{F4}", "Filter:", NULL},
    {"2", ">", "v hit %", NULL},
    {"2", "{F6}", "v hit %", NULL},
    {"2", "<", "^ host", NULL},
    {"2", "r", "^ trans", NULL},
    {"2", "I", "^ trans", NULL},
    {"2", "c", "Columns of hosts", NULL},
    {"2", "{F8}", "Columns of hosts", NULL},
    {"", "w", "outcome, 5m", NULL},
    {"", "W", "outcome, 10s", NULL},
    {"", "z", "per 10 s, most", NULL},
    {"", " ", "FROZEN +0", NULL},
    {"", "Z", "FROZEN +0", NULL},
    {"", "p", "PAUSED", "pause; "},
    {"p", "p", "REPLAY", "pause; go on; "},
    {"", "C", "counting begins anew", "reset; "},
    {"", "{F5}", "counting begins anew", "reset; "},
    {"", "+", NULL, "speed 2; "},
    {"", "=", NULL, "speed 2; "},
    {"", "-", NULL, "speed 0.5; "},
    {"", "*", NULL, "speed 0; "},
    {"", "s", NULL, "step; "},
    {"", "R", NULL, "restart; "},
    {"2", "S", "Save: c CSV", NULL},
    {"2", "{F2}", "Save: c CSV", NULL},
    {"8", "P", "saved packets", "packets 1 C3; "},
    {"8", "{F7}", "saved packets", "packets 1 C3; "},
    {"", "t", "PLAIN", NULL},
    {"", "{F9}", "PLAIN", NULL},
    {"", "T", "theme: mono", "theme; "},
};

static void keys_do(void **state)
{
    for (size_t i = 0; i < sizeof doings / sizeof doings[0]; i++) {
        struct sc *sc = NULL;
        assert_int_equal(setup((void **)&sc), 0);
        (void)sc_keys(sc, doings[i].before);
        (void)sc_keys(sc, doings[i].key);
        if (doings[i].screen != NULL && strstr(sc->text, doings[i].screen) == NULL) {
            fail_msg("after \"%s\" the key \"%s\" shows no \"%s\":\n%s", doings[i].before,
                     doings[i].key, doings[i].screen, sc->text);
        }
        assert_string_equal(sc->log, doings[i].log != NULL ? doings[i].log : "");
        (void)teardown((void **)&sc);
    }
    (void)state;
}

/* Each row of the table is in the help, and has a key that is tried above. */
static void help_is_complete(void **state)
{
    struct sc *sc = *state;
    const struct ct_view_key_row *row = NULL;
    (void)sc_keys(sc, "?St{Enter}"); /* all of it */
    assert_non_null(sc->saved);
    for (size_t i = 0; (row = ct_view_key_row(i)) != NULL; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "\n  %s ", row->keys);
        if (strstr(sc->saved, line) == NULL) {
            fail_msg("the help has no %s", row->keys);
        }
        assert_true(strlen(row->help) > 4);
    }
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        assert_non_null(strstr(sc->saved, ct_cache_outcome_name((enum ct_outcome)i)));
    }
    assert_non_null(strstr(sc->saved, "hit / (hit + miss)"));
}

static void only_where_possible(void **state)
{
    struct sc *sc = *state;
    static const char *const keys[] = {"/", "\\", "r", "<", ">", "c", "n", "N"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        (void)sc_keys(sc, keys[i]);
        assert_true(sc_find(sc, "only in lists") == MESSAGE_ROW);
    }
    sc->status.live = true;
    (void)sc_keys(sc, "+");
    assert_true(sc_find(sc, "only in a replay") == MESSAGE_ROW);
    (void)sc_keys(sc, "p"); /* of a live capture: the screen */
    assert_true(sc_find(sc, "FROZEN") == 0);
    assert_string_equal(sc->log, "");
    assert_false(ct_view_key(sc->view, 12));
    assert_false(ct_view_key(sc->view, CT_KEY_NONE));
    assert_false(ct_view_key(sc->view, 0x10ffff));
}

static void without_hooks(void **state)
{
    struct sc *sc = *state;
    struct ct_view_options options = {.utf8 = true, .fields = ct_engine_fields(sc->engine)};
    ct_view_free(sc->view);
    sc->view = ct_view_new(&options);
    assert_non_null(sc->view);
    for (uint32_t key = 1; key < 128; key++) {
        (void)ct_view_key(sc->view, key);
        (void)sc_draw(sc);
        (void)ct_view_key(sc->view, CT_KEY_ESC);
    }
    (void)sc_keys(sc, "8Sc{Enter}");
    assert_true(sc_find(sc, "not possible here") == MESSAGE_ROW);
}

static void deep(void **state)
{
    struct sc *sc = *state;
    for (int i = 0; i < 20; i++) {
        (void)sc_keys(sc, i % 2 == 0 ? "8{Enter}" : "{End}{Enter}{Enter}{End}{Enter}{Enter}");
    }
    for (int i = 0; i < 15; i++) {
        (void)sc_keys(sc, "{Enter}{End}");
    }
    for (int i = 0; i < 20; i++) {
        (void)sc_keys(sc, "{Esc}");
    }
    assert_true(sc_find(sc, "per 1 s, most") > 0);
}

/* ---- what is typed ---------------------------------------------------------------------- */

static void edits(void **state)
{
    struct sc *sc = *state;
    (void)sc_keys(sc, "3\\ost{Home}h{End}=x{Left}{Back}=a{Delete}");
    assert_true(sc_find(sc, "Filter: host=a") == MESSAGE_ROW);
    assert_int_equal(sc->canvas.cursor_y, MESSAGE_ROW);
    assert_int_equal(sc->canvas.cursor_x, 8 + 6);
    (void)sc_keys(sc, "\x15");
    assert_true(sc_find(sc, "Filter:\n") == MESSAGE_ROW);
    (void)ct_view_key(sc->view, 0xe9); /* é */
    (void)ct_view_key(sc->view, 0x4e16);
    (void)ct_view_key(sc->view, 0x202e); /* directions are not typed */
    (void)ct_view_key(sc->view, 0x9b);
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "Filter: \xc3\xa9\xe4\xb8\x96") == MESSAGE_ROW);
    assert_int_equal(sc->canvas.cursor_x, 8 + 3);
    for (int i = 0; i < 2000; i++) {
        (void)ct_view_key(sc->view, 'x');
    }
    (void)sc_keys(sc, "{Left}{Left}{Home}{End}");
    (void)sc_keys(sc, "{Esc}");
    assert_int_equal(sc->canvas.cursor_x, -1);
}

static void messages_go(void **state)
{
    struct sc *sc = *state;
    sc->status.clock_ns = 100 * CT_NS_PER_S;
    sc->status.message = "a line of the program";
    sc->status.message_number = 1;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "a line of the program") == MESSAGE_ROW);
    sc->status.clock_ns += 60 * CT_NS_PER_S;
    (void)sc_draw(sc);
    assert_int_equal(sc_find(sc, "a line of the program"), -1);
}

/* ---- the overview ----------------------------------------------------------------------- */

static void overview(void **state)
{
    struct sc *sc = *state;
    sc->status.live = true;
    sc->status.source = "eth0";
    sc->status.filter = "tcp port 80";
    sc->status.where = "host=x";
    sc->status.elapsed_ns = 3723 * CT_NS_PER_S;
    sc->status.rss_bytes = 45 << 20;
    sc->snapshot.capture.n_ifaces = 1;
    sc->snapshot.capture.ifaces[0].up = true;
    sc->snapshot.capture.ifaces[0].kernel_drops = 1234;
    sc->snapshot.stream.open_now = 99;
    sc->snapshot.protos[CT_PROTO_TLS].connections = 17;
    (void)sc_keys(sc, "WWW"); /* all */
    assert_true(sc_find(sc, "eth0  filter: tcp port 80  where: host=x") == 0);
    assert_true(sc_find(sc, "LIVE   01:02:03") == 0);
    assert_true(sc_find(sc, "1,234 drops  99 open  45M mem") == 1);
    const char *drops = strstr(sc_row(sc, 1), "1,234");
    assert_non_null(drops);
    assert_int_equal(sc->styles[81 + (drops - sc_row(sc, 1))], 'X');
    assert_true(sc_find(sc, "Hit % all = hit/(hit+miss)  client 50.0 bytes 50.0") == 3);
    assert_true(sc_find(sc, "TLS 17") > 0);
    assert_non_null(strstr(sc_row(sc, (unsigned)sc_find(sc, " HIT ")), " 30  50.0 % "));
    assert_true(sc_find(sc, "HIT (hit): served from the store, fresh") == MESSAGE_ROW);
    (void)sc_keys(sc, "j");
    assert_true(sc_find(sc, "MISS (miss): nothing usable stored; fetched now") == MESSAGE_ROW);
    sc->snapshot.capture.ifaces[0].up = false;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "interface DOWN") == 1);
    sc->status = (struct ct_view_status){
        .source = "f", .done_bytes = 50, .total_bytes = 100, .speed = 4, .clock_ns = 1};
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "REPLAY x4 [====    ] 50.0 %") == 0);
}

static void graph(void **state)
{
    struct sc *sc = *state;
    char text[64];
    for (int slot = 0; slot < 200; slot++) {
        for (int i = 0; i < 1 + slot % 20; i++) {
            (void)snprintf(text, sizeof text, "GET /%d\nHost: a\n\n200\n", i);
            sc_count(sc, text, i % 4 == 0 ? CT_OUTCOME_MISS : CT_OUTCOME_HIT, 1, 1);
        }
        sc->now_ns = (slot + 1) * CT_NS_PER_S;
    }
    (void)sc_draw(sc);
    int title = sc_find(sc, "per 1 s, most 20");
    assert_true(title > 0);
    unsigned axis = 0;
    for (unsigned y = (unsigned)title + 1; axis == 0; y++) {
        axis = strstr(sc_row(sc, y), "%") != NULL ? y : 0;
    }
    assert_int_equal(strspn(sc->styles + (size_t)(axis - 1) * 81, "hm"), 80); /* all the width */
    unsigned labels = 0;
    for (const char *p = sc_row(sc, axis); (p = strchr(p, '%')) != NULL; p++) {
        labels++;
    }
    assert_int_equal(labels, 5);
    (void)sc_keys(sc, "z");
    assert_true(sc_find(sc, "per 10 s, most") == title);
    (void)sc_keys(sc, "t"); /* plain: numbers, no bars */
    assert_int_equal(sc_find(sc, "\xe2\x96\x88\xe2\x96\x88"), -1);
}

/* ---- bytes from the wire ---------------------------------------------------------------- */

static void hostile(void **state)
{
    struct sc *sc = *state;
    static const char *const targets[] = {
        "/\x1b[2J\x1b]0;title\x07",
        "/\23331m\xff\xfe\xc0\xaf", /* octal, which ends after three digits */
        "/\xe4\xb8\x96\xe7\x95\x8c\xe4\xb8\x96\xe7\x95\x8c",
        "/e\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88\xcc\x89\xcc\x8a",
        "/\xe2\x80\xae\xd7\x90\xd7\x91\xd8\x9c\xe2\x80\x8f\xef\xbb\xbf",
        "/\xcc\x81\xcc\x81\xef\xb8\x8f\xe2\x80\x8d\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd",
        "/\xc2\xad\xe1\x85\xa0\xe0\xa4\xbe\xf3\xa0\x81\x81\xef\xbf\xbf",
        "/\t\r\b\x7f",
    };
    for (unsigned utf8 = 0; utf8 < 2; utf8++) {
        struct sc wide;
        sc_init(&wide, 80, 24, utf8 > 0);
        for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
            char text[256];
            (void)snprintf(text, sizeof text, "GET %s\nHost: %s\n\n200\nServer: %s\n", targets[i],
                           targets[i] + 1, targets[i]);
            sc_count(&wide, text, CT_OUTCOME_MISS, 1, 1);
        }
        /* sc_draw looks at every cell */
        for (unsigned columns = 80; columns < 100; columns++) {
            sc_resize(&wide, columns, 24);
            (void)sc_keys(&wide, "2{Right}{Enter}{Enter}{Enter}{PgDn}");
            (void)sc_keys(&wide, "3{Right}{Right}{Left}{Left}4u8{Enter}");
        }
        sc_fini(&wide);
    }
    sc_count(sc, "GET /\xe4\xb8\x96\xe7\x95\x8c\x1b[31m\nHost: a\n\n200\n", CT_OUTCOME_MISS, 1, 1);
    (void)sc_keys(sc, "3/\\x{Esc}/a/{Enter}");
    assert_true(sc_find(sc, "a/\xe4\xb8\x96\xe7\x95\x8c\\x1b[31m") > 0);
    const char *row = strstr(sc->text, "a/\xe4\xb8\x96");
    assert_non_null(row); /* two columns for each of the wide ones: numbers stay in their columns */
    assert_int_equal(sc->styles[(size_t)sc_find(sc, "a/\xe4\xb8\x96") * 81], 'S');
}

static void long_texts(void **state)
{
    struct sc *sc = *state;
    char *text = calloc(1, 20000);
    assert_non_null(text);
    size_t n = (size_t)snprintf(text, 64, "GET /");
    memset(text + n, 'a', 9000);
    (void)snprintf(text + n + 9000, 200, "\nHost: %0100d\n\n200\nServer: x\n", 0);
    sc_count(sc, text, CT_OUTCOME_MISS, 1, 1);
    free(text);
    (void)sc_keys(sc, "8");
    for (int i = 0; i < 60; i++) {
        (void)sc_keys(sc, "{Right}");
    }
    (void)sc_keys(sc, "{Enter}{End}");
    assert_true(sc_find(sc, "Server: x") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_do),
        cmocka_unit_test_setup_teardown(help_is_complete, setup, teardown),
        cmocka_unit_test_setup_teardown(only_where_possible, setup, teardown),
        cmocka_unit_test_setup_teardown(without_hooks, setup, teardown),
        cmocka_unit_test_setup_teardown(deep, setup, teardown),
        cmocka_unit_test_setup_teardown(edits, setup, teardown),
        cmocka_unit_test_setup_teardown(messages_go, setup, teardown),
        cmocka_unit_test_setup_teardown(overview, setup, teardown),
        cmocka_unit_test_setup_teardown(graph, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(long_texts, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
