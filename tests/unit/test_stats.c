/* SPDX-License-Identifier: Apache-2.0 */
/* Counts against a naive model over random transactions; what counts as what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "fixtures/tally.h"
#include "support/txn.h"
#include "support/verdict.h"

static const struct ct_key_row *find_row(const struct ct_key_list *list, const char *text)
{
    for (size_t i = 0; i < list->n_rows; i++) {
        if (ct_span_equal(list->rows[i].key, ct_span_of(text))) {
            return &list->rows[i];
        }
    }
    fail_msg("no row %s", text);
    return NULL;
}

/* ---- the naive model -------------------------------------------------------------------- */

#define N_HOSTS  20u
#define N_PATHS  30u
#define N_ROUNDS 20000u

struct model {
    struct ct_counts counts;
    struct ct_ratios ratios;
    uint64_t transactions;
    uint64_t complete;
    uint64_t missing;
    uint64_t by_basis[CT_BASIS_COUNT];
    uint64_t by_reason[CT_REASON_COUNT];
    uint64_t by_status_class[6];
    uint64_t by_note[CT_NOTE_COUNT];
    uint64_t dialect[4][CT_CLASS_COUNT];
    uint64_t host[N_HOSTS][CT_OUTCOME_COUNT];
    uint64_t uri[N_HOSTS][N_PATHS][CT_CLASS_COUNT];
    uint64_t uri_bytes[N_HOSTS][N_PATHS][CT_CLASS_COUNT];
};

static const char *const dialects[] = {"nginx", "varnish", "rfc9211"};

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

static void model_ratio(struct ct_ratio *requests, struct ct_ratio *bytes, bool hit, uint64_t n)
{
    if (hit) {
        requests->hit++;
        bytes->hit += n;
    } else {
        requests->miss++;
        bytes->miss += n;
    }
}

/* One random transaction, into stats and model. */
static void one_round(struct tally *tally, struct model *model, uint64_t *seed)
{
    uint32_t host = next_random(seed) % N_HOSTS;
    uint32_t path = next_random(seed) % (1 + next_random(seed) % N_PATHS);
    uint32_t dialect = next_random(seed) % 4;
    unsigned status = 100 + next_random(seed) % 500;
    char text[128];
    (void)snprintf(text, sizeof text, "GET /p%" PRIu32 "\nHost: H%" PRIu32 ".example\n\n%u\n", path,
                   host, status);
    struct ct_txn *txn = tx_new(tally->fields, text);
    struct ct_verdict verdict = vx_verdict((enum ct_outcome)(next_random(seed) % CT_OUTCOME_COUNT));
    verdict.basis = (enum ct_basis)(next_random(seed) % CT_BASIS_COUNT);
    verdict.reason = (enum ct_reason)(next_random(seed) % CT_REASON_COUNT);
    verdict.dialect = dialect < 3 ? dialects[dialect] : NULL;
    verdict.reached_origin = next_random(seed) % 2 == 0;
    txn->notes = next_random(seed) & ((1u << CT_NOTE_COUNT) - 1);
    txn->response.body_len = next_random(seed) % 100000;
    txn->response.missing = next_random(seed) % 10;
    txn->response.complete = next_random(seed) % 4 > 0;
    ct_stats_txn(tally->stats, txn, &verdict);

    uint64_t bytes = txn->response.body_len;
    model->transactions++;
    model->complete += txn->response.complete;
    model->missing += txn->response.missing;
    model->counts.n[verdict.outcome]++;
    model->counts.bytes[verdict.outcome] += bytes;
    model->by_basis[verdict.basis]++;
    model->by_reason[verdict.reason]++;
    model->by_status_class[status / 100]++;
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        model->by_note[i] += (txn->notes >> i) & 1u;
    }
    model->dialect[dialect][verdict.class]++;
    model->host[host][verdict.outcome]++;
    model->uri[host][path][verdict.class]++;
    model->uri_bytes[host][path][verdict.class] += bytes;
    if (verdict.class == CT_CLASS_HIT || verdict.class == CT_CLASS_MISS) {
        model_ratio(&model->ratios.client_requests, &model->ratios.client_bytes,
                    verdict.class == CT_CLASS_HIT, bytes);
        model_ratio(&model->ratios.origin_requests, &model->ratios.origin_bytes,
                    !verdict.reached_origin, bytes);
    }
    tx_free(txn);
}

static void check_uris(const struct model *model, const struct ct_key_list *uris)
{
    size_t n_keys = 0;
    for (unsigned h = 0; h < N_HOSTS; h++) {
        for (unsigned p = 0; p < N_PATHS; p++) {
            const uint64_t *want = model->uri[h][p];
            uint64_t sum = want[0] + want[1] + want[2] + want[3];
            if (sum == 0) {
                continue;
            }
            char text[64];
            (void)snprintf(text, sizeof text, "h%u.example/p%u", h, p);
            const struct ct_key_row *row = find_row(uris, text);
            assert_int_equal(row->n, sum);
            assert_int_equal(row->over, 0);
            assert_memory_equal(row->by_class, want, sizeof row->by_class);
            assert_memory_equal(row->bytes, model->uri_bytes[h][p], sizeof row->bytes);
            n_keys++;
        }
    }
    assert_int_equal(uris->n_keys, n_keys);
    assert_int_equal(uris->n_rows, n_keys);
}

static void counts_equal_those_of_a_naive_model(void **state)
{
    struct tally *tally = *state;
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    uint64_t seed = 20231114;
    print_message("seed %" PRIu64 "\n", seed);
    for (unsigned i = 0; i < N_ROUNDS; i++) {
        one_round(tally, model, &seed);
    }
    const struct ct_snapshot *now = tally_snapshot(tally, 10000);
    assert_int_equal(now->transactions, model->transactions);
    assert_int_equal(now->complete, model->complete);
    assert_int_equal(now->missing_bytes, model->missing);
    assert_memory_equal(&now->counts, &model->counts, sizeof now->counts);
    assert_memory_equal(&now->ratios, &model->ratios, sizeof now->ratios);
    assert_memory_equal(now->by_basis, model->by_basis, sizeof now->by_basis);
    assert_memory_equal(now->by_reason, model->by_reason, sizeof now->by_reason);
    assert_memory_equal(now->by_note, model->by_note, sizeof now->by_note);
    assert_memory_equal(now->by_status_class, model->by_status_class, sizeof now->by_status_class);
    assert_int_equal(now->n_dialects, 3);
    for (size_t i = 0; i < 3; i++) {
        size_t d = 0;
        while (strcmp(dialects[d], now->dialects[i].name) != 0) {
            d++;
        }
        assert_memory_equal(now->dialects[i].by_class, model->dialect[d], sizeof model->dialect[d]);
        assert_true(i == 0 || now->dialects[i - 1].n >= now->dialects[i].n);
    }
    assert_int_equal(now->hosts.n_rows, N_HOSTS);
    for (unsigned h = 0; h < N_HOSTS; h++) {
        char text[64];
        (void)snprintf(text, sizeof text, "h%u.example", h);
        assert_memory_equal(find_row(&now->hosts, text)->by_outcome, model->host[h],
                            sizeof model->host[h]);
    }
    check_uris(model, &now->uris);
    free(model);
}

/* ---- what counts as what ---------------------------------------------------------------- */

static void bypass_and_other_are_in_no_ratio(void **state)
{
    struct tally *tally = *state;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        struct ct_verdict verdict = vx_verdict((enum ct_outcome)i);
        tally_count(tally, "GET /\nHost: a\n\n200\n", &verdict);
    }
    const struct ct_ratios *ratios = &tally_snapshot(tally, 10)->ratios;
    assert_int_equal(ratios->client_requests.hit, 6);
    assert_int_equal(ratios->client_requests.miss, 3);
    assert_int_equal(ratios->origin_requests.hit, 9); /* none said that the origin was reached */
    assert_int_equal(ratios->origin_requests.miss, 0);
}

static void the_origin_ratio_follows_whether_the_origin_was_reached(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict shielded = vx_verdict(CT_OUTCOME_MISS);
    struct ct_verdict fetched = vx_verdict(CT_OUTCOME_MISS);
    struct ct_verdict revalidated = vx_verdict(CT_OUTCOME_REVALIDATED);
    fetched.reached_origin = true;
    revalidated.reached_origin = true;
    tally_count(tally, "GET /\nHost: a\n\n200\n", &shielded);
    tally_count(tally, "GET /\nHost: a\n\n200\n", &fetched);
    tally_count(tally, "GET /\nHost: a\n\n200\n", &revalidated);
    const struct ct_ratios *ratios = &tally_snapshot(tally, 10)->ratios;
    assert_int_equal(ratios->client_requests.hit, 1);
    assert_int_equal(ratios->client_requests.miss, 2);
    assert_int_equal(ratios->origin_requests.hit, 1);
    assert_int_equal(ratios->origin_requests.miss, 2);
}

static void a_ratio_of_nothing_is_not_a_number_of_hits(void **state)
{
    (void)state;
    assert_true(ct_stats_ratio((struct ct_ratio){0, 0}) < 0);
    double ratio = ct_stats_ratio((struct ct_ratio){3, 1});
    assert_true(ratio > 0.7499 && ratio < 0.7501);
    ratio = ct_stats_ratio((struct ct_ratio){UINT64_MAX, UINT64_MAX});
    assert_true(ratio > 0.4999 && ratio < 0.5001);
}

static void one_resource_is_one_key_however_its_target_is_written(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict miss = vx_verdict(CT_OUTCOME_MISS);
    tally_count(tally, "GET /a?x=1\nHost: WWW.Example\n\n200\n", &miss);
    tally_count(tally, "GET http://www.example/a?x=1\nHost: www.example\n\n200\n", &miss);
    tally_count(tally, "GET http://www.example\nHost: www.example\n\n200\n", &miss);
    tally_count(tally, "GET /\nHost: www.example\n\n200\n", &miss);
    tally_count(tally, "GET /A?x=1\nHost: www.example\n\n200\n", &miss);
    tally_count(tally, "GET /go?to=http://other/\nHost: www.example\n\n200\n", &miss);
    tally_count(tally, "OPTIONS *\nHost: www.example\n\n200\n", &miss);
    tally_count(tally, "CONNECT Secure.Example:443\nHost: secure.example:443\n\n200\n", &miss);
    const struct ct_snapshot *now = tally_snapshot(tally, 10);
    assert_int_equal(find_row(&now->hosts, "www.example")->n, 7);
    assert_int_equal(find_row(&now->uris, "www.example/a?x=1")->n, 2);
    assert_int_equal(find_row(&now->uris, "www.example/")->n, 2);
    assert_int_equal(find_row(&now->uris, "www.example/A?x=1")->n, 1);
    assert_int_equal(find_row(&now->uris, "www.example/go?to=http://other/")->n, 1);
    assert_int_equal(find_row(&now->uris, "www.example *")->n, 1);
    assert_int_equal(find_row(&now->uris, "secure.example:443")->n, 1);
}

static void halves_of_transactions_are_told_apart(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict unknown = vx_verdict(CT_OUTCOME_UNKNOWN);
    tally_count(tally, "GET /\nHost: a\n", &unknown);
    tally_count(tally, "\n200\n", &unknown);
    tally_count(tally, "GET /\n\n200\n", &unknown);
    const struct ct_snapshot *now = tally_snapshot(tally, 10);
    assert_int_equal(now->transactions, 3);
    assert_int_equal(now->complete, 1);
    assert_int_equal(now->unanswered, 1);
    assert_int_equal(now->unasked, 1);
    assert_int_equal(now->by_status_class[0], 1);
    assert_int_equal(now->by_status_class[2], 2);
    assert_int_equal(find_row(&now->hosts, "")->n, 2); /* all transactions are in the list */
    assert_int_equal(now->uris.n_keys, 2);             /* no request, no URI */
}

static void values_that_are_not_understood_are_listed_as_they_came(void **state)
{
    struct tally *tally = *state;
    struct ct_txn *txn =
        tx_new(tally->fields, "GET /\nHost: a\n\n200\nAge: 1\nX-Cache: Lukewarm\n");
    struct ct_verdict verdict = vx_verdict(CT_OUTCOME_UNKNOWN);
    verdict.unknown_line = 3;
    ct_stats_txn(tally->stats, txn, &verdict);
    verdict.outcome = CT_OUTCOME_HIT; /* another line decided */
    ct_stats_txn(tally->stats, txn, &verdict);
    verdict.unknown_line = 0; /* unknown for another reason: not in the list */
    ct_stats_txn(tally->stats, txn, &verdict);
    verdict.unknown_line = 99; /* not a line of this transaction */
    ct_stats_txn(tally->stats, txn, &verdict);
    tx_free(txn);
    const struct ct_key_list *unknown = &tally_snapshot(tally, 10)->unknown;
    assert_int_equal(unknown->n_rows, 1);
    assert_int_equal(find_row(unknown, "X-Cache: Lukewarm")->n, 2);
}

static void marks_and_findings_are_counted(void **state)
{
    struct tally *tally = *state;
    struct ct_txn *txn = tx_new(tally->fields, "GET /\nHost: a\n\n200\n");
    struct ct_verdict verdict = vx_verdict(CT_OUTCOME_HIT);
    verdict.marks = 1U << CT_MARK_FOSSIL | 1U << CT_MARK_LENIENT;
    verdict.findings = UINT64_C(1) << CT_FINDING_VARY_STAR;
    ct_stats_txn(tally->stats, txn, &verdict);
    verdict.marks = 1U << CT_MARK_FOSSIL;
    verdict.findings |= UINT64_C(1) << (CT_FINDING_COUNT - 1);
    ct_stats_txn(tally->stats, txn, &verdict);
    tx_free(txn);
    const struct ct_snapshot *now = tally_snapshot(tally, 10);
    assert_int_equal(now->by_mark[CT_MARK_FOSSIL], 2);
    assert_int_equal(now->by_mark[CT_MARK_LENIENT], 1);
    assert_int_equal(now->by_mark[CT_MARK_WEAK], 0);
    assert_int_equal(now->by_finding[CT_FINDING_VARY_STAR], 2);
    assert_int_equal(now->by_finding[CT_FINDING_COUNT - 1], 1);
}

static void connections_are_counted_by_protocol_and_end(void **state)
{
    struct tally *tally = *state;
    struct ct_conn_info info = {.uid = "C"};
    struct ct_conn_end end = {.info = &info,
                              .proto = CT_PROTO_TLS,
                              .why = CT_CLOSE_FIN,
                              .bytes = {10, 20},
                              .sni = "www.example"};
    ct_stats_conn(tally->stats, &end);
    ct_stats_conn(tally->stats, &end);
    end.sni = NULL;
    end.why = CT_CLOSE_RST;
    ct_stats_conn(tally->stats, &end);
    const struct ct_snapshot *now = tally_snapshot(tally, 10);
    assert_int_equal(now->protos[CT_PROTO_TLS].connections, 3);
    assert_int_equal(now->protos[CT_PROTO_TLS].bytes, 90);
    assert_int_equal(now->closes[CT_CLOSE_FIN], 2);
    assert_int_equal(now->closes[CT_CLOSE_RST], 1);
    assert_int_equal(find_row(&now->server_names, "www.example")->n, 2);
}

static void dialects_are_told_apart_by_name(void **state)
{
    struct tally *tally = *state;
    static const char here[] = {'n', 'g', 'i', 'n', 'x', 0};
    static const char there[] = {'n', 'g', 'i', 'n', 'x', 0};
    struct ct_verdict hit = vx_verdict(CT_OUTCOME_HIT);
    hit.dialect = here;
    tally_count(tally, "GET /\nHost: a\n\n200\n", &hit);
    hit.dialect = there;
    tally_count(tally, "GET /\nHost: a\n\n200\n", &hit);
    const struct ct_snapshot *now = tally_snapshot(tally, 1);
    assert_int_equal(now->n_dialects, 1);
    assert_int_equal(now->dialects[0].n, 2);
}

static void more_dialects_than_rows_are_counted_together(void **state)
{
    struct tally *tally = *state;
    static char names[CT_DIALECTS_MAX + 5][8];
    struct ct_verdict hit = vx_verdict(CT_OUTCOME_HIT);
    for (size_t i = 0; i < CT_DIALECTS_MAX + 5; i++) {
        (void)snprintf(names[i], sizeof names[i], "d%zu", i);
        hit.dialect = names[i];
        tally_count(tally, "GET /\nHost: a\n\n200\n", &hit);
    }
    const struct ct_snapshot *now = tally_snapshot(tally, 1);
    assert_int_equal(now->n_dialects, CT_DIALECTS_MAX);
    assert_int_equal(now->dialects_left_out, 5);
}

static void rows_are_sorted_by_misses_and_cut(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict hit = vx_verdict(CT_OUTCOME_HIT);
    struct ct_verdict miss = vx_verdict(CT_OUTCOME_MISS);
    for (int i = 0; i < 50; i++) {
        tally_count(tally, "GET /often\nHost: a\n\n200\n", &hit);
    }
    tally_count(tally, "GET /b\nHost: a\n\n200\n", &miss);
    tally_count(tally, "GET /a\nHost: a\n\n200\n", &miss);
    tally_count(tally, "GET /worst\nHost: a\n\n200\n", &miss);
    tally_count(tally, "GET /worst\nHost: a\n\n200\n", &miss);
    const struct ct_key_list *uris = &tally_snapshot(tally, 3)->uris;
    assert_int_equal(uris->n_rows, 3);
    assert_int_equal(uris->n_keys, 4);
    assert_true(ct_span_equal(uris->rows[0].key, ct_span_of("a/worst")));
    assert_true(ct_span_equal(uris->rows[1].key, ct_span_of("a/a")));
    assert_true(ct_span_equal(uris->rows[2].key, ct_span_of("a/b")));
}

static void a_snapshot_does_not_change_with_later_counting(void **state)
{
    struct tally *tally = *state;
    struct ct_verdict miss = vx_verdict(CT_OUTCOME_MISS);
    tally_count(tally, "GET /a\nHost: a\n\n200\n", &miss);
    const struct ct_snapshot *before = tally_snapshot(tally, 10);
    for (int i = 0; i < 100; i++) {
        tally_count(tally, "GET /a\nHost: a\n\n200\n", &miss);
    }
    assert_int_equal(before->transactions, 1);
    assert_int_equal(find_row(&before->uris, "a/a")->n, 1);
}

static void a_snapshot_of_nothing_is_empty(void **state)
{
    const struct ct_snapshot *now = tally_snapshot(*state, 10);
    assert_int_equal(now->transactions, 0);
    assert_int_equal(now->hosts.n_rows + now->uris.n_rows + now->unknown.n_rows, 0);
    assert_int_equal(now->ttfb[CT_CLASS_HIT].n, 0);
    now = tally_snapshot(*state, 0);
    assert_int_equal(now->hosts.n_rows, 0);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, tally_setup, tally_teardown)
    const struct CMUnitTest tests[] = {
        WITH(counts_equal_those_of_a_naive_model),
        WITH(bypass_and_other_are_in_no_ratio),
        WITH(the_origin_ratio_follows_whether_the_origin_was_reached),
        cmocka_unit_test(a_ratio_of_nothing_is_not_a_number_of_hits),
        WITH(one_resource_is_one_key_however_its_target_is_written),
        WITH(halves_of_transactions_are_told_apart),
        WITH(values_that_are_not_understood_are_listed_as_they_came),
        WITH(marks_and_findings_are_counted),
        WITH(connections_are_counted_by_protocol_and_end),
        WITH(dialects_are_told_apart_by_name),
        WITH(more_dialects_than_rows_are_counted_together),
        WITH(rows_are_sorted_by_misses_and_cut),
        WITH(a_snapshot_does_not_change_with_later_counting),
        WITH(a_snapshot_of_nothing_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
