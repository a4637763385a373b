/* SPDX-License-Identifier: Apache-2.0 */
/* The words that all fields of the generic family share, each written as a field has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/verdict.h"

struct word_row {
    const char *outcome;
    const char *words; /* separated by single spaces */
};

static void every_word_has_its_outcome(void **state)
{
    (void)state;
    static const struct word_row rows[] = {
        {"HIT", "hit mem_hit memory_hit disk_hit ram_hit hit-fresh fresh cache_hit cached edge_hit "
                "remote_hit parent_hit shield_hit hit-local hit-front ims_hit inm_hit cf_hit "
                "hit_cluster hit_clustered"},
        {"PARTIAL_HIT", "partial_hit partial range_hit"},
        {"REVALIDATED", "revalidated revalidate RefreshHit refresh_hit expired_hit "
                        "refresh_unmodified cond_hit validated valid"},
        {"STALE", "stale HitStale stale_hit refresh_fail_hit ref_fail_hit refresh_fail_old "
                  "stale_if_error grace hit_graced offline_hit"},
        {"UPDATING", "updating revalidating stale_while_revalidate background"},
        {"NEGATIVE_HIT", "negative_hit"},
        {"MISS", "miss cache_miss cold tcp_miss ims_miss swapfail swapfail_miss not_found "
                 "collapsed_miss"},
        {"EXPIRED", "expired refresh_miss expired_miss refresh_modified refresh stale_miss"},
        {"CLIENT_REFRESH", "client_refresh client_refresh_miss reload forced"},
        {"BYPASS", "bypass pass skip skipped hitpass hit_for_pass hfp hit_for_miss hfm pipe "
                   "tunnel ignored"},
        {"DYNAMIC", "dynamic"},
        {"UNCACHEABLE", "uncacheable notcacheable not_cacheable private_nostore nostore no_store"},
        {"CONFIG_NOCACHE", "config_nocache cache_noconfig disabled notcached not_cached"},
        {"NONE", "none unknown none/unknown n/a na"},
        {"SYNTHETIC", "redirect constructed synth synthetic hit_synth int int-front int-local "
                      "int-tls denied cookie_deny deny"},
        {"ERROR", "error err fail failed refresh_fail_err"},
    };
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *at = rows[i].words;
        while (*at != '\0') {
            size_t n = strcspn(at, " ");
            char line[128];
            char got[512];
            (void)snprintf(line, sizeof line, "X-Cache: %.*s", (int)n, at);
            vx_classify(got, sizeof got, line);
            size_t want = strlen(rows[i].outcome);
            if (strncmp(got, rows[i].outcome, want) != 0 || got[want] != ' ') {
                print_error("%s: want %s, got %s\n", line, rows[i].outcome, got);
                wrong++;
            }
            at += n + (at[n] == ' ' ? 1 : 0);
        }
    }
    assert_int_equal(wrong, 0);
}

static void yes_and_no_count_where_the_field_asks(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"nginx-hit: 1", "HIT stated huawei -; huawei=HIT"},
        {"nginx-hit: 0", "MISS stated huawei -; huawei=MISS"},
        {"hascache: true", "HIT stated generic -; generic=HIT"},
        {"hascache: false", "MISS stated generic -; generic=MISS"},
        {"x-hcs-proxy-type: 1", "HIT stated huawei -; huawei=HIT"},
        {"X-From-Cache: 1", "HIT stated httpcache -; httpcache=HIT"},
        {"X-Rocket-Nginx-Serving-Static: No",
         "MISS stated wordpress -; wordpress=MISS; tier=application"},
        {"X-Cacheable: 1", "UNKNOWN none - -; -"},
        {"X-Check-Cacheable: YES", "UNKNOWN none - -; -"},
    };
    VX_CHECK(rows);
}

/* The codes of Squid's access log, which Edgecast, Akamai, Traffic Server and others share. */
static void the_codes_of_squid_carry_affixes(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Cache: TCP_INM_HIT", "HIT stated generic -; generic=HIT"},
        {"X-Cache: TCP_REFRESH_UNMODIFIED",
         "REVALIDATED stated generic validated; generic=REVALIDATED"},
        {"X-Cache: TCP_REFRESH_MODIFIED",
         "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache: TCP_REFRESH", "EXPIRED stated generic expired-replaced; generic=EXPIRED"},
        {"X-Cache: TCP_REFRESH_FAIL_OLD",
         "STALE stated generic stale-if-error; generic=STALE; stale-cause=error"},
        {"X-Cache: TCP_REFRESH_FAIL_ERR", "ERROR stated generic origin-error; generic=ERROR"},
        {"X-Cache: TCP_SWAPFAIL_MISS", "MISS stated generic -; generic=MISS"},
        {"X-Cache: TCP_DENIED_REPLY", "SYNTHETIC stated generic denied; generic=SYNTHETIC"},
        {"X-Cache: TCP_REDIRECT", "SYNTHETIC stated generic redirect; generic=SYNTHETIC"},
        {"X-Cache: TCP_TUNNEL", "BYPASS stated generic tunnel; generic=BYPASS"},
        {"X-Cache: TCP_OFFLINE_HIT", "STALE stated generic -; generic=STALE"},
        {"X-Cache: TAG_NONE", "NONE stated generic -; generic=NONE"},
        {"X-Cache: TCP_CF_HIT", "HIT stated generic collapsed; generic=HIT; collapsed"},
        {"X-Cache: TCP_CF_MISS", "MISS stated generic collapsed; generic=MISS; collapsed"},
        {"X-Cache: TCP_CF_REFRESH_MODIFIED",
         "EXPIRED stated generic collapsed; generic=EXPIRED; collapsed"},
        {"X-Cache: TCP_MISS_ABORTED", "MISS stated generic -; generic=MISS"},
        {"X-Cache: TCP_HIT_TIMEDOUT", "HIT stated generic -; generic=HIT"},
        {"X-Cache: TCP_REFRESH_FAIL_OLD_IGNORED",
         "STALE stated generic stale-if-error; generic=STALE; stale-cause=error"},
        {"X-Cache: ERR_CLIENT_ABORT", "ERROR stated generic origin-error; generic=ERROR"},
        {"X-Cache: UDP_HIT", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        {"X-Cache: ICP_QUERY", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        /* affixes only of codes, and never the whole of one */
        {"X-Cache: HIT_ABORTED", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
        {"X-Cache: TCP_CF_", "UNKNOWN stated generic unrecognised-status; generic=UNKNOWN"},
    };
    VX_CHECK(rows);
}

static void words_of_fastly_carry_affixes(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"X-Fastly-State: HIT", "HIT stated fastly -; fastly=HIT"},
        {"X-Fastly-State: MISS", "MISS stated fastly -; fastly=MISS"},
        {"X-Fastly-State: HIT-WAIT", "HIT stated fastly collapsed; fastly=HIT; collapsed"},
        {"X-Fastly-State: HIT-STALE-CLUSTER", "STALE stated fastly -; fastly=STALE"},
        {"X-Fastly-State: HIT-STALE-REMOTE", "STALE stated fastly -; fastly=STALE"},
        {"X-Fastly-State: HITPASS-CLUSTER",
         "BYPASS stated fastly marked-uncacheable; fastly=BYPASS"},
        {"X-Fastly-State: MISS-CLUSTER-WAIT",
         "MISS stated fastly collapsed; fastly=MISS; collapsed"},
        {"X-Fastly-State: MISS-REMOTE", "MISS stated fastly -; fastly=MISS"},
        {"X-Fastly-State: PASS-BOT", "BYPASS stated fastly -; fastly=BYPASS"},
        {"X-Fastly-State: HIT-REFRESH", "REVALIDATED stated fastly validated; fastly=REVALIDATED"},
        {"X-Fastly-State: BG-ERROR-RECV",
         "UPDATING stated fastly background-refresh; fastly=UPDATING"},
        {"X-Fastly-State: BG-ERROR-DELIVER",
         "UPDATING stated fastly background-refresh; fastly=UPDATING"},
        {"CF-Cache-Status: BG-ERROR-RECV",
         "UNKNOWN stated cloudflare unrecognised-status; cloudflare=UNKNOWN"},
        {"X-Fastly-State: BG-ERROR-PASS-CLUSTER",
         "UPDATING stated fastly background-refresh; fastly=UPDATING"},
        {"X-Fastly-State: ERROR-CLUSTER", "ERROR stated fastly origin-error; fastly=ERROR"},
        {"X-Fastly-State: WHATEVER-CLUSTER",
         "UNKNOWN stated fastly unrecognised-status; fastly=UNKNOWN"},
        /* nobody else's words have them */
        {"CF-Cache-Status: HIT-CLUSTER", "HIT stated cloudflare -; cloudflare=HIT"},
        {"CF-Cache-Status: MISS-WAIT",
         "UNKNOWN stated cloudflare unrecognised-status; cloudflare=UNKNOWN"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_its_outcome),
        cmocka_unit_test(yes_and_no_count_where_the_field_asks),
        cmocka_unit_test(the_codes_of_squid_carry_affixes),
        cmocka_unit_test(words_of_fastly_carry_affixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
