/* SPDX-License-Identifier: Apache-2.0 */
/* How status fields are written, and what must not be read as a statement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

static void case_and_separators_carry_no_meaning(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: HIT", "HIT stated generic -; generic=HIT"},
        {"x-cache: hit", "HIT stated generic -; generic=HIT"},
        {"X-Cache: Hit", "HIT stated generic -; generic=HIT"},
        {"X-Cache: TCP_EXPIRED_MISS", "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache: expired-miss", "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache: Expired Miss", "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache: \"HIT\"", "HIT stated generic -; generic=HIT"},
        {"X-Cache:   HIT  ", "HIT stated generic -; generic=HIT"},
    };
    VX_CHECK(rows);
}

static void counters_have_many_forms(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: HIT: 2", "HIT stated generic -; generic=HIT(2)"},
        {"X-Cache: HIT:2", "HIT stated generic -; generic=HIT(2)"},
        {"X-Cache: HIT 2", "HIT stated generic -; generic=HIT(2)"},
        {"X-Cache: HIT (2)", "HIT stated generic -; generic=HIT(2)"},
        {"X-Cache: HIT(2)", "HIT stated generic -; generic=HIT(2)"},
        {"X-Cache: hit/129061", "HIT stated generic -; generic=HIT(129061)"},
        {"X-nc: HIT ord 2", "HIT stated wpcom -; wpcom=HIT(2)"},
        {"X-Cache: HIT : 2", "HIT stated generic -; generic=HIT(2)"},
        {"X-Cache: HIT: 99999999999999999999", "HIT stated generic -; generic=HIT"},
        {"X-Cache: HIT, HIT\nX-Cache-Hits: 1, 12",
         "HIT stated generic -; generic=HIT(1)~ generic=HIT(12); fossil"},
        {"X-Cache: HIT, HIT\nX-Cache-Hits: 12",
         "HIT stated generic -; generic=HIT~ generic=HIT(12); fossil"},
        {"X-Cache: HIT\nX-Cache-Hits: many", "HIT stated generic -; generic=HIT"},
    };
    VX_CHECK(rows);
}

static void what_takes_its_own_word_back_is_not_understood(void **state)
{
    (void)state;
#define NOT_UNDERSTOOD "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"
    static const struct vx_row rows[] = {
        {"X-Cache: not hit", NOT_UNDERSTOOD},
        {"X-Cache: no hit", NOT_UNDERSTOOD},
        {"X-Cache: HIT/MISS", NOT_UNDERSTOOD},
        {"X-Cache: MISS;HIT", NOT_UNDERSTOOD},
        {"X-Cache: HIT MISS", NOT_UNDERSTOOD},
        {"X-Cache: HIT failed", NOT_UNDERSTOOD},
        {"X-Cache: cp1 hit miss", NOT_UNDERSTOOD},
        /* details, which do not */
        {"X-Cache: HIT cached", "HIT stated generic -; generic=HIT"},
        {"X-Cache: TCP_HIT:NONE", "HIT stated generic -; generic=HIT"},
        {"X-Cache: TCP_MISS/200", "MISS stated generic -; generic=MISS"},
        {"X-Cache: MISS uncacheable", "MISS stated generic -; generic=MISS"},
    };
    VX_CHECK(rows);
}

static void lists_are_tiers_the_last_nearest_the_client(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: MISS, MISS", "MISS stated generic -; generic=MISS generic=MISS"},
        {"X-Cache: HIT, MISS", "MISS stated generic shield-hit; generic=HIT generic=MISS;"
                               " tier=shield"},
        {"X-Cache: MISS, HIT, MISS", "MISS stated generic shield-hit; generic=MISS~ generic=HIT"
                                     " generic=MISS; tier=shield fossil"},
        {"X-Cache: MISS, HIT", "HIT stated generic -; generic=MISS~ generic=HIT; fossil"},
        {"X-Cache: HIT\nX-Cache: MISS", "MISS stated generic shield-hit; generic=HIT generic=MISS;"
                                        " tier=shield"},
        {"X-Cache: \"a\\\", HIT\", MISS", "MISS stated generic -; generic=UNKNOWN generic=MISS"},
        {"X-Cache: ,,MISS,,HIT,", "HIT stated generic -; generic=MISS~ generic=HIT; fossil"},
        {"X-Cache: MISS from a (x, y), HIT from b (u, (v, w))",
         "HIT stated generic -; a=MISS~ b=HIT; fossil"},
    };
    VX_CHECK(rows);
}

static void nodes_stand_after_from_or_before_the_word(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: HIT from proxy.example:3128", "HIT stated generic -; proxy.example:3128=HIT"},
        {"X-Cache: HIT from KS-CLOUD-BJ-01", "HIT stated kingsoft -; KS-CLOUD-BJ-01=HIT"},
        {"ctl-cache-status: HIT from zj-cache-12", "HIT stated ctyun -; zj-cache-12=HIT"},
        {"X-Cache: node-7 MISS", "MISS stated generic -; node-7=MISS"},
        {"X-Cache: Hit from cloudfront", "HIT stated cloudfront -; cloudfront=HIT"},
        {"X-Cache: HIT from cloudfront.internal.example",
         "HIT stated generic -; cloudfront.internal.example=HIT"},
        {"X-Cache: HIT from", "HIT stated generic -; generic=HIT"},
    };
    VX_CHECK(rows);
}

static void labels_decide_the_place(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache-Status: Edge : MISS, Midcache : MISS",
         "MISS stated medianova -; Midcache=MISS Edge=MISS"},
        {"X-Cache-Status: Edge : MISS, Midcache : HIT",
         "MISS stated medianova shield-hit; Midcache=HIT Edge=MISS; tier=shield"},
        {"X-Cache-Status: Midcache : MISS, Edge : HIT",
         "HIT stated medianova -; Midcache=MISS~ Edge=HIT; fossil"},
        {"X-Cache-Status: Edge : HIT,", "HIT stated medianova -; Edge=HIT"},
        {"X-Cache: pop: MISS, regional: HIT, origin: MISS",
         "MISS stated generic shield-hit; origin=MISS~ regional=HIT pop=MISS; tier=shield fossil"},
        {"X-Cache: L1: MISS, L2: HIT",
         "MISS stated generic shield-hit; L2=HIT L1=MISS; tier=shield"},
    };
    VX_CHECK(rows);
}

static void what_says_nothing_is_as_if_absent(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache:", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache: -", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache: ,", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache: $upstream_cache_status", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache-Status: %{HIT}e", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache-Status: {cdn_cache_status}", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache: (null)", "UNKNOWN none - -; -; unfilled"},
        {"Cache-Status: ", "UNKNOWN none - -; -; unfilled"},
        {"X-Cache: -, HIT", "HIT stated generic -; generic=HIT; unfilled"},
        {"Cache: something else", "UNKNOWN none - -; -"},
        {"X-Cacheable: YES", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

static void unknown_words_are_unknown_with_their_line_kept(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: deny, allow",
         "UNKNOWN stated generic unrecognised-status; generic=SYNTHETIC generic=UNKNOWN"},
        {"X-Cache: quux", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        {"CF-Cache-Status: QUUX",
         "UNKNOWN stated cloudflare unrecognised-status; cloudflare=UNKNOWN"},
        {"X-Cache: hitchhiker", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        {"X-Cache: yes", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        {"X-Cache: 1", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
    };
    VX_CHECK(rows);
}

static void a_list_where_one_word_is_due_counts_its_last(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"CF-Cache-Status: HIT, HIT", "HIT stated cloudflare -; cloudflare=HIT; malformed"},
        {"CF-Cache-Status: HIT, MISS", "MISS stated cloudflare -; cloudflare=MISS; malformed"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_and_separators_carry_no_meaning),
        cmocka_unit_test(counters_have_many_forms),
        cmocka_unit_test(what_takes_its_own_word_back_is_not_understood),
        cmocka_unit_test(lists_are_tiers_the_last_nearest_the_client),
        cmocka_unit_test(nodes_stand_after_from_or_before_the_word),
        cmocka_unit_test(labels_decide_the_place),
        cmocka_unit_test(what_says_nothing_is_as_if_absent),
        cmocka_unit_test(unknown_words_are_unknown_with_their_line_kept),
        cmocka_unit_test(a_list_where_one_word_is_due_counts_its_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
