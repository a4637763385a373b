/* SPDX-License-Identifier: Apache-2.0 */
/* What a person reads who has nothing but the screen: it fits, and it says what is so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "support/screen.h"

#define FOOT 22 /* row of the line above the keys, at 80 x 24 */

static const char page[] = "GET /page\nHost: a.example\n\n200\nServer: x\n";

static int setup(void **state)
{
    struct sc *sc = calloc(1, sizeof *sc);
    assert_non_null(sc);
    sc_init(sc, 80, 24, true);
    *state = sc;
    return 0;
}

static int teardown(void **state)
{
    sc_fini(*state);
    free(*state);
    return 0;
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(why_no_hit, setup, teardown),
        cmocka_unit_test_setup_teardown(reason_has_room, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
