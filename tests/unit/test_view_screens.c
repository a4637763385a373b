/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole screens of real captures, compared with what they looked like when somebody last read
 * them: tests/unit/screens. After a change on purpose: CACHETAP_SCREENS=write, and read them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/screen.h"

#define FOLDER "tests/unit/screens/"

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = calloc(1, 200000);
    assert_non_null(text);
    assert_true(fread(text, 1, 199999, file) > 0);
    assert_int_equal(fclose(file), 0);
    return text;
}

static void check(struct sc *sc, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, FOLDER "%s-%ux%u%s.txt", name, sc->canvas.columns,
                   sc->canvas.rows, sc->utf8 ? "" : "-ascii");
    if (getenv("CACHETAP_SCREENS") != NULL) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        (void)fputs(sc->text, file);
        assert_int_equal(fclose(file), 0);
    }
    char *want = read_file(path);
    assert_non_null(want);
    if (strcmp(want, sc->text) != 0) {
        print_error("%s differs; now:\n%s", path, sc->text);
    }
    assert_string_equal(sc->text, want);
    free(want);
}

static const struct {
    const char *name;
    const char *keys;
} screens[] = {
    {"overview", "WWW"},
    {"overview-all", ""},
    {"hosts", "2"},
    {"uris", "3"},
    {"paths", "4"},
    {"clients", "5"},
    {"servers", "6"},
    {"connections", "7"},
    {"transactions", "8"},
    {"reasons", "9"},
    {"dialects", "0"},
    {"unknown", "u"},
    {"detail", "8{Down}{Down}{Enter}"},
    {"help", "?"},
    {"columns", "3c"},
    {"filter", "3\\miss>0 name=*a*"},
    {"save", "8S"},
};

static void at_size(unsigned columns, unsigned rows, bool utf8)
{
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        struct sc sc;
        sc_init(&sc, columns, rows, utf8);
        sc_play(&sc, "captures/chain.pcap");
        (void)sc_keys(&sc, screens[i].keys);
        check(&sc, screens[i].name);
        sc_fini(&sc);
    }
}

static void small(void **state)
{
    (void)state;
    at_size(80, 24, true);
}

static void small_ascii(void **state)
{
    (void)state;
    at_size(80, 24, false);
}

static void wide(void **state)
{
    (void)state;
    at_size(132, 40, true);
}

static void too_small(void **state)
{
    (void)state;
    struct sc sc;
    sc_init(&sc, 60, 15, true);
    sc_play(&sc, "captures/chain.pcap");
    (void)sc_draw(&sc);
    check(&sc, "overview");
    for (unsigned columns = 1; columns < 12; columns++) {
        for (unsigned rows = 1; rows < 4; rows++) {
            sc_resize(&sc, columns, rows);
            (void)sc_keys(&sc, "2{Enter}{Down}");
        }
    }
    sc_fini(&sc);
}

static void waiting(void **state)
{
    (void)state;
    struct sc sc;
    sc_init(&sc, 80, 24, true);
    sc.status.live = true;
    sc.status.source = "eth0";
    sc.status.filter = "tcp port 80";
    (void)sc_draw(&sc);
    check(&sc, "waiting");
    assert_true(sc_find(&sc, "waiting for packets on eth0, filter tcp port 80") > 0);
    sc_fini(&sc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small),     cmocka_unit_test(small_ascii), cmocka_unit_test(wide),
        cmocka_unit_test(too_small), cmocka_unit_test(waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
