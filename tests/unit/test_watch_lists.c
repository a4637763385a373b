/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of a watch: against a naive model, and at their bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "fixtures/watched.h"
#include "support/tape.h"
#include "support/txn.h"
#include "support/verdict.h"

#define MS(n)    ((int64_t)(n)*CT_NS_PER_MS)
#define BEGIN_NS (TX_NOW_S * CT_NS_PER_S)

static bool find_row(const struct watched *watched, enum ct_watch_list list, const char *text,
                     struct ct_watch_row *row)
{
    for (size_t i = 0; ct_watch_row(watched->watch, list, i, row); i++) {
        if (ct_span_equal(row->key.key, ct_span_of(text))) {
            return true;
        }
    }
    return false;
}

static void expect_n(const struct watched *watched, enum ct_watch_list list, const char *text,
                     uint64_t n)
{
    struct ct_watch_row row;
    if (!find_row(watched, list, text, &row)) {
        fail_msg("no %s in %s", text, ct_watch_list_name(list));
    }
    assert_int_equal(row.key.n, n);
}

/* ---- against a naive model ------------------------------------------------------------------ */

#define N_ROUNDS 20000u
#define N_HOSTS  30u
#define N_PATHS  40u

struct want {
    uint64_t by_outcome[CT_OUTCOME_COUNT];
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT];
    uint64_t ttfb_n[CT_CLASS_COUNT];
    uint64_t ttfb_sum_ns[CT_CLASS_COUNT];
    uint64_t errors;
    uint64_t n;
    int64_t last_ns;
};

struct model {
    struct want host[N_HOSTS];
    struct want uri[N_HOSTS][N_PATHS];
    struct want path[N_HOSTS][N_PATHS / 4];
    struct want client[64];
    struct want server[8];
    struct want dialect[3];
    struct want reason[CT_OUTCOME_COUNT][CT_REASON_COUNT];
};

static const char *const dialects[] = {"nginx", "varnish", ""};

struct event {
    const struct ct_txn *txn;
    const struct ct_verdict *verdict;
};

static void note(struct want *want, struct event event)
{
    const struct ct_txn *txn = event.txn;
    enum ct_class class = event.verdict->class;
    int64_t ttfb_ns = txn->response.first_ns - txn->request.last_ns;
    want->n++;
    want->by_outcome[event.verdict->outcome]++;
    want->by_class[class]++;
    want->bytes[class] += txn->response.body_len;
    want->ttfb_n[class] += ttfb_ns >= 0 ? 1 : 0;
    want->ttfb_sum_ns[class] += ttfb_ns >= 0 ? (uint64_t)ttfb_ns : 0;
    want->errors += txn->status >= 500 ? 1 : 0;
    want->last_ns = txn->response.last_ns > want->last_ns ? txn->response.last_ns : want->last_ns;
}

/* What a list counts under a key, it says to count under it. */
static void expect_keys(const struct watched *watched, const struct ct_txn *txn,
                        const struct ct_verdict *verdict)
{
    struct ct_watch_row row;
    struct ct_watch_key own;
    for (int list = 0; list < CT_WATCH_LIST_COUNT; list++) {
        bool counts = ct_watch_key((enum ct_watch_list)list, watched->fields, txn, verdict, &own);
        struct ct_span text = {own.bytes, own.n};
        bool found = false;
        for (size_t i = 0;
             counts && ct_watch_row(watched->watch, (enum ct_watch_list)list, i, &row); i++) {
            found = found || ct_span_equal(row.key.key, text);
        }
        assert_int_equal(counts, found);
        assert_int_equal(counts, list != CT_WATCH_UNKNOWN);
    }
}

static void one_round(struct watched *watched, struct model *model, struct dice *dice)
{
    size_t host = dice_roll(dice, N_HOSTS);
    size_t path = dice_roll(dice, 1 + dice_roll(dice, N_PATHS));
    size_t client = dice_roll(dice, 64);
    size_t server = dice_roll(dice, 8);
    size_t dialect = dice_roll(dice, 3);
    char text[128];
    (void)snprintf(text, sizeof text, "GET /p%zu?q=%zu\nHost: H%zu.example\n\n%u\n", path / 4, path,
                   host, (unsigned)(200 + 100 * dice_roll(dice, 4)));
    struct ct_txn *txn = tx_new(watched->fields, text);
    struct ct_verdict verdict = vx_verdict((enum ct_outcome)dice_roll(dice, CT_OUTCOME_COUNT));
    verdict.reason = (enum ct_reason)dice_roll(dice, CT_REASON_COUNT);
    verdict.dialect = dialect < 2 ? dialects[dialect] : NULL;
    txn->conn.orig = (struct ct_endpoint){.family = 4, .addr = {10, 0, 0, (uint8_t)client}};
    txn->conn.orig.port = (uint16_t)(1024 + dice_roll(dice, 60000));
    txn->conn.resp = (struct ct_endpoint){.family = server % 2 == 0 ? 4 : 6, .port = 80};
    txn->conn.resp.addr[0] = (uint8_t)server;
    txn->request.last_ns = BEGIN_NS + MS(dice_roll(dice, 1000000));
    txn->response.first_ns = txn->request.last_ns - 5 + (int64_t)dice_roll(dice, 90000);
    txn->response.last_ns = txn->response.first_ns + 10;
    txn->response.body_len = dice_roll(dice, 100000);
    ct_watch_txn(watched->watch, txn, &verdict);
    if (dice_roll(dice, 50) == 0) {
        expect_keys(watched, txn, &verdict);
    }
    struct event event = {txn, &verdict};
    note(&model->host[host], event);
    note(&model->uri[host][path], event);
    note(&model->path[host][path / 4], event);
    note(&model->client[client], event);
    note(&model->server[server], event);
    note(&model->dialect[dialect], event);
    note(&model->reason[verdict.outcome][verdict.reason], event);
    tx_free(txn);
}

/* Returns 1 when the row is wanted. */
static size_t check(const struct watched *watched, enum ct_watch_list list, const char *text,
                    const struct want *want)
{
    struct ct_watch_row row;
    if (want->n == 0) {
        assert_false(find_row(watched, list, text, &row));
        return 0;
    }
    if (!find_row(watched, list, text, &row)) {
        fail_msg("no %s in %s", text, ct_watch_list_name(list));
    }
    assert_int_equal(row.key.n, want->n);
    assert_int_equal(row.key.over, 0);
    assert_memory_equal(row.key.by_outcome, want->by_outcome, sizeof want->by_outcome);
    assert_memory_equal(row.key.by_class, want->by_class, sizeof want->by_class);
    assert_memory_equal(row.key.bytes, want->bytes, sizeof want->bytes);
    assert_memory_equal(row.ttfb_n, want->ttfb_n, sizeof want->ttfb_n);
    assert_memory_equal(row.ttfb_sum_ns, want->ttfb_sum_ns, sizeof want->ttfb_sum_ns);
    assert_int_equal(row.errors, want->errors);
    assert_int_equal(row.last_ns, want->last_ns);
    assert_true(row.id != 0);
    return 1;
}

static void check_hosts(const struct watched *watched, const struct model *model)
{
    char text[128];
    size_t uris = 0;
    size_t paths = 0;
    for (size_t h = 0; h < N_HOSTS; h++) {
        (void)snprintf(text, sizeof text, "h%zu.example", h);
        (void)check(watched, CT_WATCH_HOSTS, text, &model->host[h]);
        for (size_t p = 0; p < N_PATHS; p++) {
            (void)snprintf(text, sizeof text, "h%zu.example/p%zu?q=%zu", h, p / 4, p);
            uris += check(watched, CT_WATCH_URIS, text, &model->uri[h][p]);
        }
        for (size_t p = 0; p < N_PATHS / 4; p++) {
            (void)snprintf(text, sizeof text, "h%zu.example/p%zu", h, p);
            paths += check(watched, CT_WATCH_PATHS, text, &model->path[h][p]);
        }
    }
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_HOSTS), N_HOSTS);
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_URIS), uris);
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_PATHS), paths);
}

static void check_addresses(const struct watched *watched, const struct model *model)
{
    char text[128];
    for (size_t i = 0; i < 64; i++) {
        (void)snprintf(text, sizeof text, "10.0.0.%zu", i);
        (void)check(watched, CT_WATCH_CLIENTS, text, &model->client[i]);
    }
    for (size_t i = 0; i < 8; i++) {
        (void)snprintf(text, sizeof text, i % 2 == 0 ? "%zu.0.0.0:80" : "[%zu00::]:80", i);
        (void)check(watched, CT_WATCH_SERVERS, text, &model->server[i]);
    }
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_CLIENTS), 64);
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_SERVERS), 8);
}

static void check_words(const struct watched *watched, const struct model *model)
{
    char text[128];
    for (size_t i = 0; i < 3; i++) {
        (void)check(watched, CT_WATCH_DIALECTS, dialects[i], &model->dialect[i]);
    }
    for (int o = 0; o < CT_OUTCOME_COUNT; o++) {
        for (int r = 0; r < CT_REASON_COUNT; r++) {
            const char *reason = ct_cache_reason_name((enum ct_reason)r);
            (void)snprintf(text, sizeof text, "%s%s%s", ct_cache_outcome_name((enum ct_outcome)o),
                           reason != NULL ? " " : "", reason != NULL ? reason : "");
            assert_true(strlen(text) < 63); /* none is cut */
            (void)check(watched, CT_WATCH_REASONS, text, &model->reason[o][r]);
        }
    }
}

static void lists_equal_those_of_a_naive_model(void **state)
{
    struct watched *watched = *state;
    struct model *model = calloc(1, sizeof *model);
    assert_non_null(model);
    struct dice dice = {4711};
    print_message("seed %" PRIu64 "\n", dice.state);
    for (unsigned i = 0; i < N_ROUNDS; i++) {
        one_round(watched, model, &dice);
        if (i == N_ROUNDS / 3) { /* nothing of before is left */
            ct_watch_reset(watched->watch);
            memset(model, 0, sizeof *model);
        }
    }
    check_hosts(watched, model);
    check_addresses(watched, model);
    check_words(watched, model);
    free(model);
}

static void half_transactions_and_unknown_lines_are_listed_where_they_belong(void **state)
{
    struct watched *watched = *state;
    struct ct_verdict verdict = vx_verdict(CT_OUTCOME_UNKNOWN);
    struct ct_txn *unasked = tx_new(watched->fields, "\n200\nX-Cache: Lukewarm\n");
    verdict.unknown_line = 1;
    ct_watch_txn(watched->watch, unasked, &verdict);
    struct ct_watch_key own;
    assert_true(ct_watch_key(CT_WATCH_UNKNOWN, watched->fields, unasked, &verdict, &own));
    assert_true(ct_span_equal((struct ct_span){own.bytes, own.n}, ct_span_of("X-Cache: Lukewarm")));
    assert_false(ct_watch_key(CT_WATCH_URIS, watched->fields, unasked, &verdict, &own));
    verdict.unknown_line = 7; /* there is none */
    ct_watch_txn(watched->watch, unasked, &verdict);
    tx_free(unasked);
    verdict.unknown_line = 0;
    struct ct_txn *unanswered = tx_new(watched->fields, "GET /a?b\nHost: a\n");
    ct_watch_txn(watched->watch, unanswered, &verdict);
    tx_free(unanswered);
    expect_n(watched, CT_WATCH_UNKNOWN, "X-Cache: Lukewarm", 1);
    expect_n(watched, CT_WATCH_HOSTS, "", 2);
    expect_n(watched, CT_WATCH_URIS, "a/a?b", 1);
    expect_n(watched, CT_WATCH_PATHS, "a/a", 1);
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_URIS), 1);
    expect_n(watched, CT_WATCH_REASONS, "UNKNOWN", 3);
}

/* ---- bounds ---------------------------------------------------------------------------------- */

#define N_NAMES 2000u

/* Low numbers come more often. */
static size_t skewed(struct dice *dice)
{
    return dice_roll(dice, 1 + dice_roll(dice, 1 + dice_roll(dice, N_NAMES)));
}

static size_t number_in(struct ct_span text)
{
    size_t n = 0;
    for (size_t i = 1; i < text.n; i++) {
        n = n * 10 + (size_t)(text.p[i] - '0');
    }
    return n;
}

/* id of each name, as far as it is known; no id ever has two names. */
static void check_ids(const struct watched *watched, const uint64_t *truth, uint32_t *ids,
                      uint16_t *names)
{
    struct ct_watch_row row;
    bool listed[N_NAMES] = {false};
    for (size_t i = 0; ct_watch_row(watched->watch, CT_WATCH_HOSTS, i, &row); i++) {
        size_t n = number_in(row.key.key);
        assert_false(listed[n]); /* each once: as many rows as keys, so all of them */
        listed[n] = true;
        assert_true(row.key.n >= truth[n] && row.key.n - row.key.over <= truth[n]);
        uint64_t sum = 0;
        for (int class = 0; class < CT_CLASS_COUNT; class ++) {
            sum += row.key.by_class[class];
        }
        assert_int_equal(sum, row.key.n - row.key.over);
        assert_true(names[row.id] == 0 || names[row.id] == n + 1);
        assert_true(ids[n] == row.id || names[row.id] == 0); /* it was away, or is the same */
        names[row.id] = (uint16_t)(n + 1);
        ids[n] = row.id;
    }
}

static void an_id_is_one_key_for_as_long_as_it_is_listed(void **state)
{
    struct watched *watched = *state;
    struct dice dice = {5};
    static uint64_t truth[N_NAMES];
    static uint32_t ids[N_NAMES];
    static uint16_t names[100000];
    watched->limits.stats_keys = 64;
    watched_restart(watched);
    for (unsigned i = 0; i < 50000; i++) {
        size_t n = skewed(&dice);
        char text[64];
        (void)snprintf(text, sizeof text, "GET /\nHost: h%zu\n\n200\n", n);
        struct ct_txn *txn = tx_new(watched->fields, text);
        struct ct_verdict verdict = vx_verdict(CT_OUTCOME_HIT);
        truth[n]++;
        ct_watch_txn(watched->watch, txn, &verdict);
        tx_free(txn);
        if (i % 500 == 0) {
            check_ids(watched, truth, ids, names);
        }
    }
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_HOSTS), 64);
    assert_true(ct_watch_replaced(watched->watch, CT_WATCH_HOSTS) > 1000);
    assert_int_equal(ct_watch_replaced(watched->watch, CT_WATCH_REASONS), 0);
}

/* A target and addresses of its own for every transaction. */
struct flood {
    struct ct_txn *txn;
    uint8_t text[1024];
};

static void flood_one(struct watched *watched, struct flood *flood, size_t i, size_t length)
{
    struct ct_txn txn = *flood->txn;
    struct ct_verdict verdict = vx_verdict(CT_OUTCOME_MISS);
    int n = snprintf((char *)flood->text + txn.text_bytes, 64, "/%zu?%zu", i, i * 7919);
    txn.text = flood->text;
    txn.target =
        (struct ct_ref){txn.text_bytes, (uint32_t)n > length ? (uint32_t)n : (uint32_t)length};
    txn.text_bytes += txn.target.length;
    txn.conn.orig = (struct ct_endpoint){.family = i % 2 == 0 ? 4 : 6};
    memcpy(txn.conn.orig.addr, &i, 4);
    txn.conn.resp = txn.conn.orig;
    txn.conn.resp.port = (uint16_t)i;
    txn.response.last_ns += (int64_t)i * CT_NS_PER_US;
    ct_watch_txn(watched->watch, &txn, &verdict);
}

static void begin_flood(struct watched *watched, struct flood *flood)
{
    memset(flood->text, 'x', sizeof flood->text);
    flood->txn = tx_new(watched->fields, "GET /\nHost: a.example\n\n200\n");
    memcpy(flood->text, flood->txn->text, flood->txn->text_bytes);
}

static void a_flood_takes_no_memory(void **state)
{
    struct watched *watched = *state;
    struct flood flood;
    begin_flood(watched, &flood);
    flood_one(watched, &flood, 0, 0);
    uint64_t fixed = ct_watch_memory(watched->watch);
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (size_t i = 1; i < 1000000; i++) {
        flood_one(watched, &flood, i, i % 1000 == 0 ? 700 : 0);
    }
    assert_int_equal(mallinfo2().uordblks + mallinfo2().hblkhd, before);
    assert_int_equal(ct_watch_memory(watched->watch), fixed);
    print_message("watch at its default limits: %" PRIu64 " KiB\n", fixed / 1024);
    assert_true(fixed < CT_MIB(32) + CT_KIB(4) * watched->limits.stats_keys);
    assert_true(ct_watch_rows(watched->watch, CT_WATCH_URIS) <= watched->limits.stats_keys);
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_CLIENTS), watched->limits.stats_keys);
    struct ct_watch_row row;
    for (size_t i = 0; ct_watch_row(watched->watch, CT_WATCH_SERVERS, i, &row); i++) {
        const uint8_t *colon = memrchr(row.key.key.p, ':', row.key.key.n);
        assert_non_null(colon); /* the text is that of this key, not of the one before */
        assert_int_equal(row.key.key.p[0] == '[', colon[-1] == ']');
        assert_int_equal(row.key.n - row.key.over, 1);
    }
    tx_free(flood.txn);
}

static void more_dialects_than_there_are_rows_are_counted(void **state)
{
    struct watched *watched = *state;
    struct ct_txn *txn = tx_new(watched->fields, "GET /\nHost: a\n\n200\n");
    static char names[CT_DIALECTS_MAX + 20][8];
    for (size_t i = 0; i < CT_DIALECTS_MAX + 20; i++) {
        struct ct_verdict verdict = vx_verdict(CT_OUTCOME_HIT);
        (void)snprintf(names[i], sizeof names[i], "d%zu", i);
        verdict.dialect = names[i];
        ct_watch_txn(watched->watch, txn, &verdict);
    }
    assert_int_equal(ct_watch_rows(watched->watch, CT_WATCH_DIALECTS), CT_DIALECTS_MAX + 1);
    assert_int_equal(ct_watch_replaced(watched->watch, CT_WATCH_DIALECTS), 19);
    tx_free(txn);
}

static void hostile_keys_are_kept_as_they_came_and_cut(void **state)
{
    struct watched *watched = *state;
    static const char hostile[] = "GET /\x1b[2J\x01?\xff\xfe\nHost: \x1b]0;x\x07?A\n\n200\n";
    struct ct_txn *txn = tx_new_span(
        watched->fields, (struct ct_span){(const uint8_t *)hostile, sizeof hostile - 1});
    struct ct_verdict verdict = vx_verdict(CT_OUTCOME_MISS);
    struct ct_watch_row row;
    ct_watch_txn(watched->watch, txn, &verdict);
    tx_free(txn);
    expect_n(watched, CT_WATCH_HOSTS, "\x1b]0;x\x07?a", 1);
    expect_n(watched, CT_WATCH_URIS, "\x1b]0;x\x07?a/\x1b[2J\x01?\xff\xfe", 1);
    struct flood flood;
    begin_flood(watched, &flood);
    ct_watch_reset(watched->watch);
    flood_one(watched, &flood, 1, 900);
    assert_true(ct_watch_row(watched->watch, CT_WATCH_URIS, 0, &row));
    assert_int_equal(row.key.key.n, CT_STATS_KEY_BYTES);
    assert_false(ct_watch_row(watched->watch, CT_WATCH_URIS, 1, &row));
    tx_free(flood.txn);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, watched_setup, watched_teardown)
    const struct CMUnitTest tests[] = {
        WITH(lists_equal_those_of_a_naive_model),
        WITH(half_transactions_and_unknown_lines_are_listed_where_they_belong),
        WITH(an_id_is_one_key_for_as_long_as_it_is_listed),
        WITH(a_flood_takes_no_memory),
        WITH(more_dialects_than_there_are_rows_are_counted),
        WITH(hostile_keys_are_kept_as_they_came_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
