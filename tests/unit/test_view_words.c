/* SPDX-License-Identifier: Apache-2.0 */
/* What a person reads who has nothing but the screen: it fits, and it says what is so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "fixtures/screened.h"

#define FOOT 22 /* row of the line above the keys, at 80 x 24 */

static const char page[] = "GET /page\nHost: a.example\n\n200\nServer: x\n";

static void assert_begins(struct sc *sc, unsigned y, const char *begin)
{
    const char *row = sc_row(sc, y);
    if (strncmp(row, begin, strlen(begin)) != 0) {
        fail_msg("row %u is \"%s\", not \"%s\"", y, row, begin);
    }
}

/* Behind a cache its requests to the origin are no hits either, and nothing is known of them. */
static void why_no_hit(void **state)
{
    struct sc *sc = *state;
    sc_count(sc, page, CT_OUTCOME_HIT, 1, 1);
    sc_count(sc, page, CT_OUTCOME_UNKNOWN, 1, 1);
    (void)sc_keys(sc, "2j");
    assert_begins(sc, FOOT, " latest other: UNKNOWN: nothing can be said");
    sc_count(sc, page, CT_OUTCOME_MISS, 1, 1);
    sc_count(sc, page, CT_OUTCOME_BYPASS, 1, 1);
    sc_count(sc, page, CT_OUTCOME_UNKNOWN, 1, 1);
    (void)sc_draw(sc);
    assert_begins(sc, FOOT, " latest miss: MISS: nothing usable stored");
}

static void reason_has_room(void **state)
{
    struct sc *sc = *state;
    sc_play(sc, "captures/chain.pcap");
    (void)sc_keys(sc, "3");
    assert_begins(sc, FOOT, " latest miss: EXPIRED, expired-replaced: the stored copy was too old");
}

/* The title of the column that is sorted is as wide as the column. */
static void sorted_title(void **state)
{
    struct sc *sc = *state;
    sc_count(sc, page, CT_OUTCOME_MISS, 1, 1);
    (void)sc_keys(sc, "3>");
    assert_true(sc_find(sc, " vmiss B ") > 0);
    (void)sc_keys(sc, ">r");
    assert_true(sc_find(sc, " ^miss t") > 0);
}

/* Seventeen slots: the first is alone before the stretch of the others. */
static void labels_apart(void **state)
{
    struct sc *sc = *state;
    sc->now_ns = 1000 * CT_NS_PER_S;
    sc_count(sc, page, CT_OUTCOME_HIT, 1, 1);
    sc->now_ns = 1016 * CT_NS_PER_S;
    sc_count(sc, page, CT_OUTCOME_MISS, 1, 1);
    (void)sc_draw(sc);
    int y = sc_find(sc, "22:30:01 0%");
    assert_true(y > 0);
    const char *row = sc_row(sc, (unsigned)y);
    assert_int_equal(strspn(row, " "), 64);
}

/* The first packets of a run: transactions are counted, and packets not yet. */
static void no_rate_of_a_moment(void **state)
{
    struct sc *sc = *state;
    for (int i = 0; i < 5; i++) {
        sc_count(sc, page, CT_OUTCOME_HIT, 1, 1);
    }
    (void)sc_draw(sc);
    assert_begins(sc, 1, " - pkt/s  -  - trans/s");
    for (int i = 0; i < 50; i++) {
        sc_count(sc, page, CT_OUTCOME_HIT, 1, 1);
    }
    (void)sc_draw(sc);
    assert_null(strstr(sc_row(sc, 1), "- trans/s"));
}

static void nothing_there(void **state)
{
    struct sc *sc = *state;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "waiting for packets on site.pcap") > 0);
    sc->status.over = true;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "no packets in site.pcap") > 0);
    assert_int_equal(sc_find(sc, "waiting"), -1);
    sc->snapshot.packets.frames = 12;
    sc->snapshot.packets.status[CT_PACKET_TCP] = 7;
    sc->snapshot.packets.status[CT_PACKET_QUIC] = 5;
    sc->snapshot.stream.connections = 3;
    (void)sc_draw(sc);
    assert_true(sc_find(sc, "12 packets on site.pcap, no HTTP transaction in them") > 0);
    assert_true(sc_find(sc, "7 of them are TCP segments, in 3 connections") > 0);
    assert_true(sc_find(sc, " QUIC 5 ") > 0);
}

/* Whatever else there is, it is told what was lost. */
static void losses_first(void **state)
{
    struct sc *sc = *state;
    struct ct_snapshot *snapshot = &sc->snapshot;
    sc_count(sc, page, CT_OUTCOME_HIT, 1, 1);
    (void)sc_draw(sc);
    assert_true(sc_find(sc, " lost bytes 0") > 0);
    assert_int_equal(sc_find(sc, "\xe2\x80\xa6 "), -1);
    snapshot->protos[CT_PROTO_TLS].connections = 123456;
    snapshot->protos[CT_PROTO_HTTP2].connections = 123456;
    snapshot->packets.status[CT_PACKET_QUIC] = 123456789;
    snapshot->packets.status[CT_PACKET_BAD_HEADER] = 123456;
    snapshot->packets.status[CT_PACKET_ENCRYPTED] = 123456;
    snapshot->http.malformed = 123456;
    snapshot->stream.one_way = 123456;
    snapshot->stream.midstream = 123456;
    snapshot->stream.gap_bytes = 3000;
    (void)sc_draw(sc);
    int y = sc_find(sc, " Not seen ");
    assert_true(y > 0);
    assert_non_null(strstr(sc_row(sc, (unsigned)y), " lost bytes 2.9k"));
    assert_non_null(strstr(sc_row(sc, (unsigned)y), "\xe2\x80\xa6")); /* and more */
    sc_resize(sc, 200, 24);
    (void)sc_draw(sc);
    assert_non_null(strstr(sc_row(sc, (unsigned)y), " encrypted 123k"));
    assert_null(strstr(sc_row(sc, (unsigned)y), "\xe2\x80\xa6"));
}

/* Of very many only the latest are listed, which the title says. */
static void latest_of(void **state)
{
    struct sc *sc = *state;
    struct ct_flow flows[2] = {{.uid = "C1"}, {.uid = "C2"}};
    for (int i = 0; i < 10500; i++) {
        sc_count(sc, page, i % 2 == 0 ? CT_OUTCOME_HIT : CT_OUTCOME_MISS, 1, 1);
    }
    (void)sc_keys(sc, "8");
    assert_true(sc_find(sc, " transactions: 1 of 10,000, the latest of 10,500") > 0);
    (void)sc_keys(sc, "\\cache=miss{Enter}");
    assert_true(sc_find(sc, " transactions: 1 of 5,250 ") > 0); /* all are known */
    sc->snapshot.recent_flows = (struct ct_flow_list){flows, 2};
    sc->snapshot.flows.connections = 2;
    assert_int_equal(ct_view_rows_wanted(sc->view), 0);
    (void)sc_keys(sc, "7");
    assert_true(ct_view_rows_wanted(sc->view) >= 10000);
    assert_begins(sc, 3, " connections: 1 of 2");
    assert_int_equal(sc_find(sc, "latest of"), -1);
    sc->snapshot.flows.connections = 100000;
    (void)sc_draw(sc);
    assert_begins(sc, 3, " connections: 1 of 2, the latest of 100,000");
}

/* A step at the end would make the next run begin paused. */
static void no_step_at_the_end(void **state)
{
    struct sc *sc = *state;
    sc->status.over = true;
    (void)sc_draw(sc);
    (void)sc_keys(sc, "s");
    assert_string_equal(sc->log, "");
    assert_true(sc_find(sc, "the replay has ended: R starts it again") > 0);
}

/* What cannot be saved of a screen is not offered. */
static void saves(void **state)
{
    struct sc *sc = *state;
    sc_count(sc, page, CT_OUTCOME_MISS, 1, 1);
    (void)sc_keys(sc, "S");
    assert_begins(sc, FOOT, "Save: t text, a all packets kept, Esc");
    (void)sc_keys(sc, "{Esc}2S");
    assert_begins(sc, FOOT, "Save: c CSV, j JSON, t text, a all packets kept, Esc");
    (void)sc_keys(sc, "a");
    assert_string_equal(sc->log, "packets 0 all; ");
    (void)sc_keys(sc, "8S");
    assert_true(sc_find(sc, "p packets of the row, a packets of all rows, Esc") > 0);
    (void)sc_keys(sc, "{Esc}{Enter}S");
    assert_begins(sc, FOOT, "Save: t text, p packets of its connection, a all packets kept");
}

/* Columns have short titles; what a filter calls them is in the help. */
static void names_for_filters(void **state)
{
    struct sc *sc = *state;
    (void)sc_keys(sc, "3\\trans>1");
    assert_true(sc_find(sc, "there is no field \"trans\" (names: Esc, F1)") > 0);
    (void)sc_keys(sc, "{Esc}8?G");
    assert_true(sc_find(sc, "docs/query.md") > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(why_no_hit, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(reason_has_room, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(sorted_title, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(labels_apart, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(no_rate_of_a_moment, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(nothing_there, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(losses_first, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(latest_of, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(no_step_at_the_end, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(saves, screened_setup, screened_teardown),
        cmocka_unit_test_setup_teardown(names_for_filters, screened_setup, screened_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
