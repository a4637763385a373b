/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: what is in them, their order, what is selected, filters, and the way into them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fixtures/screened.h"

#define FIRST_ROW 5u /* of a list on the screen */

static void get(struct sc *sc, const char *host, const char *path, enum ct_outcome outcome,
                uint64_t times)
{
    char text[1024];
    (void)snprintf(text, sizeof text, "GET %s\nHost: %s\n\n200\nServer: x\n", path, host);
    for (uint64_t i = 0; i < times; i++) {
        sc_count(sc, text, outcome, (unsigned)strlen(path), 100);
    }
}

/* The row that is selected, by its style. */
static int selected(const struct sc *sc)
{
    const char *at = sc->styles;
    for (int y = 0; *at != '\0'; y++, at = strchr(at, '\n') + 1) {
        if (y >= (int)FIRST_ROW && y < 22 && at[0] == 'S' && at[20] == 'S') {
            return y;
        }
    }
    return -1;
}

static void assert_row(struct sc *sc, unsigned y, const char *begin)
{
    const char *row = sc_row(sc, y);
    if (strncmp(row, begin, strlen(begin)) != 0) {
        fail_msg("row %u is \"%s\", not \"%s\"", y, row, begin);
    }
}

static void fill(struct sc *sc)
{
    get(sc, "a.example", "/one", CT_OUTCOME_HIT, 9);
    get(sc, "a.example", "/two?x=1", CT_OUTCOME_MISS, 4);
    get(sc, "a.example", "/two?x=2", CT_OUTCOME_MISS, 3);
    get(sc, "b.example", "/three", CT_OUTCOME_MISS, 2);
    get(sc, "c.example", "/four", CT_OUTCOME_BYPASS, 30);
}

static void sorted(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "2");
    assert_row(sc, FIRST_ROW, "c.example ");
    assert_row(sc, FIRST_ROW + 1, "a.example ");
    assert_row(sc, FIRST_ROW + 2, "b.example ");
    assert_non_null(strstr(sc_row(sc, FIRST_ROW), " 30 "));
    assert_non_null(strstr(sc_row(sc, FIRST_ROW + 1), "56.3")); /* 9 of 16 */
    (void)sc_keys(sc, "r");
    assert_row(sc, FIRST_ROW, "b.example ");
    (void)sc_keys(sc, "<"); /* by name */
    assert_row(sc, FIRST_ROW, "a.example ");
    assert_row(sc, FIRST_ROW + 2, "c.example ");
    (void)sc_keys(sc, "I");
    assert_row(sc, FIRST_ROW, "c.example ");
    (void)sc_keys(sc, ">>"); /* by hit ratio: what has none is last */
    assert_row(sc, FIRST_ROW, "a.example ");
    assert_row(sc, FIRST_ROW + 2, "c.example ");
    (void)sc_keys(sc, "3");
    assert_row(sc, FIRST_ROW, "a.example/two?x=1 ");
    (void)sc_keys(sc, "4");
    assert_row(sc, FIRST_ROW, "a.example/two ");
}

static void selection_sticks(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "2jj");
    assert_int_equal(selected(sc), FIRST_ROW + 2);
    assert_row(sc, (unsigned)selected(sc), "b.example ");
    get(sc, "b.example", "/three", CT_OUTCOME_HIT, 100);
    (void)sc_draw(sc);
    assert_int_equal(selected(sc), FIRST_ROW);
    assert_row(sc, (unsigned)selected(sc), "b.example ");
    get(sc, "d.example", "/five", CT_OUTCOME_HIT, 200);
    (void)sc_draw(sc);
    assert_row(sc, (unsigned)selected(sc), "b.example ");
    (void)sc_keys(sc, "g"); /* the first row, whichever it is */
    get(sc, "c.example", "/four", CT_OUTCOME_HIT, 500);
    (void)sc_draw(sc);
    assert_int_equal(selected(sc), FIRST_ROW);
    assert_row(sc, FIRST_ROW, "c.example ");
}

static void transactions_follow_and_stick(void **state)
{
    struct sc *sc = *state;
    get(sc, "a.example", "/first", CT_OUTCOME_HIT, 30);
    (void)sc_keys(sc, "8");
    get(sc, "a.example", "/second", CT_OUTCOME_MISS, 1);
    (void)sc_draw(sc);
    assert_int_equal(selected(sc), FIRST_ROW);
    assert_non_null(strstr(sc_row(sc, FIRST_ROW), "/second"));
    (void)sc_keys(sc, "{Down}{Up}"); /* now it is held */
    get(sc, "a.example", "/third", CT_OUTCOME_HIT, 5);
    (void)sc_draw(sc);
    assert_int_equal(selected(sc), FIRST_ROW + 5);
    assert_non_null(strstr(sc_row(sc, FIRST_ROW + 5), "/second"));
    get(sc, "a.example", "/fourth", CT_OUTCOME_HIT, 50); /* scrolls with it */
    (void)sc_draw(sc);
    assert_non_null(strstr(sc_row(sc, (unsigned)selected(sc)), "/second"));
}

static void drill_down(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    get(sc, "aa.example", "/other", CT_OUTCOME_HIT, 1);
    (void)sc_keys(sc, "2{Down}"); /* a.example */
    (void)sc_keys(sc, "{Enter}");
    assert_true(sc_find(sc, "URIs of a.example: 1 of 3") == 3);
    assert_int_equal(sc_find(sc, "aa.example"), -1);
    assert_row(sc, FIRST_ROW, "a.example/two?x=1 ");
    (void)sc_keys(sc, "{Enter}");
    assert_true(sc_find(sc, "transactions of a.example/two?x=1: 1 of 4") == 3);
    (void)sc_keys(sc, "{Enter}");
    assert_true(sc_find(sc, "GET a.example/two?x=1") == 3);
    assert_true(sc_find(sc, "MISS (miss): nothing usable stored") > 3);
    (void)sc_keys(sc, "{Esc}{Back}");
    assert_true(sc_find(sc, "URIs of a.example") == 3);
    (void)sc_keys(sc, "{Esc}");
    assert_true(sc_find(sc, "hosts: 2 of 4") == 3);
    assert_row(sc, (unsigned)selected(sc), "a.example ");
    (void)sc_keys(sc, "x");
    assert_true(sc_find(sc, "transactions of a.example: 1 of 16") == 3);
    (void)sc_keys(sc, "4{Enter}"); /* a path, its URIs */
    assert_true(sc_find(sc, "URIs of a.example/two: 1 of 2") == 3);
    (void)sc_keys(sc, "5{Enter}");
    assert_true(sc_find(sc, "transactions of 10.0.0.5: ") == 3);
    (void)sc_keys(sc, "6{Enter}");
    assert_true(sc_find(sc, "transactions of 10.1.0.1:80: 1 of 49") == 3);
    (void)sc_keys(sc, "9{Enter}");
    assert_true(sc_find(sc, "transactions of BYPASS: 1 of 30") == 3);
    (void)sc_keys(sc, "0{Enter}");
    assert_true(sc_find(sc, "transactions of (none): 1 of 49") == 3);
    (void)sc_keys(sc, "1{Enter}"); /* an outcome of the overview */
    assert_true(sc_find(sc, "transactions with HIT: 1 of 10") == 3);
}

static void detail_links(void **state)
{
    struct sc *sc = *state;
    sc_resize(sc, 100, 60);
    get(sc, "a.example", "/one", CT_OUTCOME_MISS, 1);
    get(sc, "a.example", "/two", CT_OUTCOME_HIT, 1); /* on the same connection */
    get(sc, "a.example", "/one", CT_OUTCOME_HIT, 1);
    (void)sc_keys(sc, "8{Enter}");
    assert_true(sc_find(sc, "The same URI: 1 other kept") > 0);
    assert_true(sc_find(sc, "The same connection: 2 others kept") > 0);
    for (int row = sc_find(sc, "MISS  "); row > 3; row--) {
        (void)sc_keys(sc, "j");
    }
    (void)sc_keys(sc, "{Enter}");
    assert_true(sc_find(sc, "outcome   MISS") > 0);
    (void)sc_keys(sc, "{Esc}{End}{Enter}"); /* all of the connection */
    assert_true(sc_find(sc, "transactions of connection C4: 1 of 3") == 3);
}

static void secrets_are_not_shown(void **state)
{
    struct sc *sc = *state;
    sc_resize(sc, 100, 60);
    sc_count(sc, "GET /\nHost: a\nCookie: topsecret\n\n200\nSet-Cookie: topsecret\n",
             CT_OUTCOME_HIT, 1, 0);
    (void)sc_keys(sc, "8{Enter}");
    assert_int_equal(sc_find(sc, "topsecret"), -1);
    assert_true(sc_find(sc, "Cookie: (not kept: a credential)") > 0);
}

static void filters(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "2\\n>");
    assert_true(sc_find(sc, "Filter: n>") == 22);
    assert_non_null(strchr(sc->styles + (size_t)22 * 81, 'X')); /* not valid, said while typed */
    (void)sc_keys(sc, "{Enter}");                               /* is not taken */
    assert_true(sc_find(sc, "Filter: n>") == 22);
    (void)sc_keys(sc, "3");
    assert_null(memchr(sc->styles + (size_t)22 * 81, 'X', 80));
    (void)sc_keys(sc, "{Enter}");
    assert_true(sc_find(sc, "hosts: 1 of 2 (all 3)") == 3);
    assert_true(sc_find(sc, "FILTER n>3") == 3);
    assert_int_equal(sc_find(sc, "b.example"), -1);
    (void)sc_keys(sc, "1"); /* it stays with its list */
    (void)sc_keys(sc, "2");
    assert_true(sc_find(sc, "FILTER n>3") == 3);
    (void)sc_keys(sc, "{Esc}");
    assert_int_equal(sc_find(sc, "FILTER"), -1);
    assert_true(sc_find(sc, "b.example") > 0);
    (void)sc_keys(sc, "\\hit_ratio>0.5{Enter}");
    assert_row(sc, FIRST_ROW, "a.example ");
    assert_true(sc_find(sc, "hosts: 1 of 1 (all 3)") == 3);
    (void)sc_keys(sc, "8\\cache=miss host=a*{Enter}"); /* that of --where */
    assert_true(sc_find(sc, "transactions: 1 of 7") == 3);
    get(sc, "a.example", "/late", CT_OUTCOME_MISS, 1);
    get(sc, "b.example", "/late", CT_OUTCOME_MISS, 1);
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "transactions: 1 of 8") == 3);
    (void)sc_keys(sc, "\\");
    for (int i = 0; i < 20; i++) {
        (void)sc_keys(sc, "{Back}");
    }
    (void)sc_keys(sc, "{Enter}");
    assert_true(sc_find(sc, "transactions: 1 of 50") == 3);
    (void)sc_keys(sc, "2\\{Esc}");
    assert_int_equal(sc_find(sc, "Filter:"), -1);
}

static void searches(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "3/TWO");
    assert_row(sc, (unsigned)selected(sc), "a.example/two?x=1");
    (void)sc_keys(sc, "{Enter}n");
    assert_row(sc, (unsigned)selected(sc), "a.example/two?x=2");
    (void)sc_keys(sc, "n"); /* round */
    assert_row(sc, (unsigned)selected(sc), "a.example/two?x=1");
    (void)sc_keys(sc, "N");
    assert_row(sc, (unsigned)selected(sc), "a.example/two?x=2");
    (void)sc_keys(sc, "/nowhere{Enter}");
    assert_true(sc_find(sc, "not found: nowhere") == 22);
    (void)sc_keys(sc, "{F3}/four{Enter}");
    assert_row(sc, (unsigned)selected(sc), "c.example/four");
}

static void frozen(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "2 ");
    get(sc, "z.example", "/new", CT_OUTCOME_HIT, 77);
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "FROZEN +77") == 0);
    assert_int_equal(sc_find(sc, "z.example"), -1);
    assert_row(sc, FIRST_ROW, "c.example ");
    (void)sc_keys(sc, "r\\n<20{Enter}"); /* sorting and filters work on what is frozen */
    assert_row(sc, FIRST_ROW, "b.example ");
    assert_int_equal(sc_find(sc, "c.example"), -1);
    (void)sc_keys(sc, "{Esc}r3"); /* another screen shows the moment when it was opened */
    assert_true(sc_find(sc, "z.example/new") > 0);
    (void)sc_keys(sc, "2");
    assert_int_equal(sc_find(sc, "z.example"), -1);
    (void)sc_keys(sc, "Z");
    assert_int_equal(sc_find(sc, "FROZEN"), -1);
    assert_row(sc, FIRST_ROW, "z.example ");
}

/* The same engine, as if it were a new one: what was frozen of the old one is not shown. */
static void begun_again(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "8\\cache=miss{Enter}{Enter}");
    assert_true(sc_find(sc, "outcome   MISS") > 0);
    sc->status.replay_runs = 1;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "outcome   MISS") > 0); /* what is open stays */
    (void)sc_keys(sc, "{Esc}");
    assert_true(sc_find(sc, "transactions: 1 of 9") == 3);
    (void)sc_keys(sc, " ");
    get(sc, "a.example", "/late", CT_OUTCOME_MISS, 1);
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "transactions: 1 of 9") == 3);
    sc->status.replay_runs = 2;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "transactions: 1 of 10") == 3);
}

static void frozen_overview(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "W "); /* all */
    const int row = sc_find(sc, " HIT ");
    char before[200];
    (void)snprintf(before, sizeof before, "%s", sc_row(sc, (unsigned)row));
    get(sc, "z.example", "/new", CT_OUTCOME_HIT, 77);
    (void)sc_draw(sc);
    assert_string_equal(sc_row(sc, (unsigned)row), before);
    (void)sc_keys(sc, " ");
    assert_string_not_equal(sc_row(sc, (unsigned)row), before);
}

static void columns_chosen(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "2");
    assert_non_null(strstr(sc_row(sc, FIRST_ROW - 1), "hit %"));
    assert_null(strstr(sc_row(sc, FIRST_ROW - 1), "5xx"));
    (void)sc_keys(sc, "cjj{Enter}"); /* hit ratio away */
    (void)sc_keys(sc, "{End}{Up}");
    for (int i = 0; i < 40 && strstr(sc_row(sc, 22), "status of 5xx") == NULL; i++) {
        (void)sc_keys(sc, "k");
    }
    (void)sc_keys(sc, " {Esc}");
    assert_null(strstr(sc_row(sc, FIRST_ROW - 1), "hit %"));
    assert_non_null(strstr(sc_row(sc, FIRST_ROW - 1), "5xx"));
}

static void saved_lists(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    get(sc, "q.example", "/\"quoted\",\x1b[31m", CT_OUTCOME_HIT, 1);
    (void)sc_keys(sc, "3Sc");
    assert_true(sc_find(sc, "Save as: cachetap-URIs.csv") == 22);
    (void)sc_keys(sc, "{Enter}");
    assert_string_equal(sc->log, "save cachetap-URIs.csv; ");
    assert_true(sc_find(sc, "saved cachetap-URIs.csv") == 22);
    assert_int_equal(strncmp(sc->saved, "name,n,hit_ratio,", 17), 0);
    assert_non_null(strstr(sc->saved, "\r\n\"a.example/two?x=1\",4,0.000000,0,4,0,0,400,400,"));
    assert_non_null(strstr(sc->saved, "\"q.example/\"\"quoted\"\",\\x1b[31m\",1,1.000000"));
    (void)sc_keys(sc, "Sj{Enter}");
    assert_non_null(strstr(sc->saved, "\"name\":\"a.example/two?x=1\",\"n\":4,"));
    assert_null(strchr(sc->saved, '\x1b'));
    (void)sc_keys(sc, "8\\cache=bypass{Enter}Sj{Enter}");
    size_t lines = 0;
    for (const char *p = sc->saved; (p = strchr(p, '\n')) != NULL; p++) {
        lines++;
    }
    assert_int_equal(lines, 30);
    assert_non_null(strstr(sc->saved, "\"cache_status\":\"BYPASS\""));
    (void)sc_keys(sc, "Sc{Enter}");
    assert_int_equal(strncmp(sc->saved, "ts,uid,", 7), 0);
    (void)sc_keys(sc, "St{Enter}");
    assert_non_null(strstr(sc->saved, "transactions: 1 of 30"));
    (void)sc_keys(sc, "Sc/x{Enter}");
    assert_true(sc_find(sc, "a name without a slash") == 22);
    sc->fail_saves = true;
    (void)sc_keys(sc, "{Back}{Back}{Enter}");
    assert_true(sc_find(sc, "no space") == 22);
    assert_int_equal(sc->styles[(size_t)22 * 81 + 1], 'X');
}

static void saved_packets(void **state)
{
    struct sc *sc = *state;
    fill(sc);
    (void)sc_keys(sc, "8P");
    assert_string_equal(sc->log, "packets 1 C5; ");
    (void)sc_keys(sc, "\\host=a.example{Enter}Sa"); /* of the filtered ones: two connections */
    assert_string_equal(sc->log, "packets 1 C5; packets 2 C4; ");
    (void)sc_keys(sc, "2P");
    assert_true(sc_find(sc, "no connection is selected") == 22);
    (void)sc_keys(sc, "1Sa");
    assert_string_equal(sc->log, "packets 1 C5; packets 2 C4; packets 0 all; ");
}

static void many(void **state)
{
    struct sc *sc = *state;
    sc_resize(sc, 132, 40);
    for (unsigned i = 0; i < 60000; i++) { /* more than the list has rows */
        char text[160];
        (void)snprintf(text, sizeof text, "GET /item/%u\nHost: h%u.example\n\n200\nServer: x\n", i,
                       i % 12000);
        sc_count(sc, text, i % 3 == 0 ? CT_OUTCOME_HIT : CT_OUTCOME_MISS, i % 200, i);
    }
    for (const char *panel = "1234567890u"; *panel != '\0'; panel++) {
        char keys[2] = {*panel, '\0'};
        struct timespec begin;
        struct timespec end;
        (void)sc_keys(sc, keys);
        (void)sc_keys(sc, "jjG");
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
        for (int i = 0; i < 10; i++) {
            ct_view_draw(sc->view, &sc->snapshot, ct_engine_watch(sc->engine), &sc->status,
                         &sc->canvas);
        }
        (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
        print_message("panel %c: %.2f ms a frame\n", *panel,
                      ((double)(end.tv_sec - begin.tv_sec) * 1e3 +
                       (double)(end.tv_nsec - begin.tv_nsec) / 1e6) /
                          10);
        (void)sc_keys(sc, "gr<>/9{Enter}r");
    }
    (void)sc_keys(sc, "3");
    assert_true(sc_find(sc, " of 10,000, rare ones replaced") == 3);
    assert_true(sc_find(sc, "~") > 0);
    (void)sc_keys(sc, "8");
    assert_true(sc_find(sc, "transactions: ") == 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(sorted, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(selection_sticks, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(transactions_follow_and_stick, screened_setup,
                                        screened_teardown),
        cmocka_unit_test_setup_teardown(drill_down, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(detail_links, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(secrets_are_not_shown, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(filters, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(searches, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(frozen, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(begun_again, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(frozen_overview, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(columns_chosen, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(saved_lists, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(saved_packets, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(many, screened_setup, screened_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
