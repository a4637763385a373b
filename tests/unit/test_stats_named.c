/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts with counters of their own: who gets one, that none goes back, that the sum is whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "fixtures/tally.h"
#include "support/verdict.h"

static void begin(struct tally *tally, uint64_t keys, uint64_t named)
{
    tally_init(tally);
    tally->limits.stats_keys = keys;
    tally->limits.metrics_hosts = named;
    tally_restart(tally);
}

static void ask(struct tally *tally, const char *host, enum ct_outcome outcome, unsigned times)
{
    const struct ct_verdict verdict = vx_verdict(outcome);
    struct ct_txn txn = {.method = CT_REF_NONE,
                         .target = CT_REF_NONE,
                         .host = {0, (uint32_t)strlen(host)},
                         .reason = CT_REF_NONE,
                         .text = (const uint8_t *)host};
    txn.response.body_len = 100;
    for (unsigned i = 0; i < times; i++) {
        ct_stats_txn(tally->stats, &txn, &verdict);
    }
}

static const struct ct_named_host *named(struct tally *tally, const char *host)
{
    const struct ct_snapshot *snapshot = tally_snapshot(tally, 0);
    for (size_t i = 0; i < snapshot->n_named_hosts; i++) {
        if (ct_span_equal(snapshot->named_hosts[i].host, ct_span_of(host))) {
            return &snapshot->named_hosts[i];
        }
    }
    return NULL;
}

static void a_host_is_named_from_its_tenth_transaction_on(void **state)
{
    (void)state;
    struct tally tally;
    begin(&tally, 100, 5);
    ask(&tally, "www.example", CT_OUTCOME_HIT, 9);
    assert_null(named(&tally, "www.example"));
    assert_int_equal(tally.snapshot.other_hosts.by_class[CT_CLASS_HIT], 9);
    ask(&tally, "WWW.example", CT_OUTCOME_MISS, 3);
    const struct ct_named_host *host = named(&tally, "www.example");
    assert_non_null(host);
    assert_int_equal(host->by_class[CT_CLASS_MISS], 3);
    assert_int_equal(host->bytes[CT_CLASS_MISS], 300);
    assert_int_equal(host->by_class[CT_CLASS_HIT], 0);
    assert_int_equal(tally.snapshot.other_hosts.by_class[CT_CLASS_HIT], 9);
    assert_int_equal(tally.snapshot.other_hosts.bytes[CT_CLASS_HIT], 900);
    tally_fini(&tally);
}

static void a_rare_host_among_many_is_not_named(void **state)
{
    (void)state;
    struct tally tally;
    begin(&tally, 100, 5); /* a share of 1 in 50 is asked */
    ask(&tally, "busy.example", CT_OUTCOME_HIT, 5000);
    ask(&tally, "rare.example", CT_OUTCOME_HIT, 50);
    assert_non_null(named(&tally, "busy.example"));
    assert_null(named(&tally, "rare.example"));
    ask(&tally, "rare.example", CT_OUTCOME_HIT, 60);
    assert_non_null(named(&tally, "rare.example"));
    tally_fini(&tally);
}

static void what_is_no_host_name_is_never_named(void **state)
{
    (void)state;
    char longest[259 + 2];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const char *const hosts[] = {"",     "other", "OTHER",       "a b",      "a\"b",
                                 "a\\b", "a\nb",  "caf\xc3\xa9", "caf\xe9",  "a{b}",
                                 "a/b",  "a\x7f", "user@a",      "<script>", longest};
    struct tally tally;
    begin(&tally, 100, 50);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        ask(&tally, hosts[i], CT_OUTCOME_HIT, 20);
    }
    assert_int_equal(tally_snapshot(&tally, 0)->n_named_hosts, 0);
    assert_int_equal(tally_snapshot(&tally, 0)->other_hosts.by_class[CT_CLASS_HIT],
                     20 * (sizeof hosts / sizeof hosts[0]));
    ask(&tally, longest + 1, CT_OUTCOME_HIT, 20);
    ask(&tally, "[2001:db8::1]:8080", CT_OUTCOME_HIT, 20);
    ask(&tally, "xn--caf-dma.example:443", CT_OUTCOME_HIT, 20);
    assert_int_equal(tally_snapshot(&tally, 0)->n_named_hosts, 3);
    tally_fini(&tally);
}

/* All counters of before stand in after with the same number or a higher one. */
static void check_forward(const struct ct_snapshot *before, const struct ct_snapshot *after)
{
    assert_true(after->n_named_hosts >= before->n_named_hosts);
    for (size_t i = 0; i < before->n_named_hosts; i++) {
        const struct ct_named_host *old = &before->named_hosts[i];
        const struct ct_named_host *now = &after->named_hosts[i];
        assert_true(ct_span_equal(old->host, now->host));
        for (int c = 0; c < CT_CLASS_COUNT; c++) {
            assert_true(now->by_class[c] >= old->by_class[c]);
            assert_true(now->bytes[c] >= old->bytes[c]);
        }
    }
    for (int c = 0; c < CT_CLASS_COUNT; c++) {
        assert_true(after->other_hosts.by_class[c] >= before->other_hosts.by_class[c]);
    }
}

static uint64_t sum_of(const struct ct_snapshot *snapshot)
{
    uint64_t sum = 0;
    for (int c = 0; c < CT_CLASS_COUNT; c++) {
        sum += snapshot->other_hosts.by_class[c];
        for (size_t i = 0; i < snapshot->n_named_hosts; i++) {
            sum += snapshot->named_hosts[i].by_class[c];
        }
    }
    return sum;
}

/* A list of 8 keys under 300 hosts replaces its keys all the time. */
static void no_counter_goes_back_when_the_list_replaces_its_keys(void **state)
{
    (void)state;
    struct tally tally;
    struct ct_snapshot before = {0};
    uint64_t seed = 99;
    begin(&tally, 8, 6);
    assert_true(ct_stats_snapshot(tally.stats, 0, &before));
    for (unsigned i = 0; i < 20000; i++) {
        char host[32];
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned range = (seed >> 60) < 12 ? 5 : 300;
        (void)snprintf(host, sizeof host, "h%u.example", (unsigned)(seed >> 33) % range);
        ask(&tally, host, (enum ct_outcome)((seed >> 50) % CT_OUTCOME_COUNT), 1);
        if (i % 500 == 0) {
            const struct ct_snapshot *after = tally_snapshot(&tally, 0);
            check_forward(&before, after);
            assert_int_equal(sum_of(after), after->transactions);
            ct_stats_snapshot_fini(&before);
            assert_true(ct_stats_snapshot(tally.stats, 0, &before));
        }
    }
    assert_true(tally_snapshot(&tally, 0)->hosts.replaced > 1000);
    assert_true(tally.snapshot.n_named_hosts >= 5 && tally.snapshot.n_named_hosts <= 6);
    for (unsigned i = 0; i < 5; i++) {
        char host[32];
        (void)snprintf(host, sizeof host, "h%u.example", i);
        assert_non_null(named(&tally, host));
    }
    ct_stats_snapshot_fini(&before);
    tally_fini(&tally);
}

static void a_full_set_takes_nobody_else(void **state)
{
    (void)state;
    struct tally tally;
    begin(&tally, 100, 1);
    ask(&tally, "first.example", CT_OUTCOME_HIT, 10);
    ask(&tally, "second.example", CT_OUTCOME_HIT, 1000);
    assert_non_null(named(&tally, "first.example"));
    assert_null(named(&tally, "second.example"));
    ask(&tally, "first.example", CT_OUTCOME_HIT, 1);
    assert_int_equal(named(&tally, "first.example")->by_class[CT_CLASS_HIT], 2);
    tally_fini(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_named_from_its_tenth_transaction_on),
        cmocka_unit_test(a_rare_host_among_many_is_not_named),
        cmocka_unit_test(what_is_no_host_name_is_never_named),
        cmocka_unit_test(no_counter_goes_back_when_the_list_replaces_its_keys),
        cmocka_unit_test(a_full_set_takes_nobody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
