/* SPDX-License-Identifier: Apache-2.0 */
/* The label of a connection: what is in it, when it comes, what it costs, what is listed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fixtures/tally.h"
#include "support/tape.h"
#include "support/txn.h"
#include "support/verdict.h"

struct world {
    struct tally tally;
    struct ct_txn *txn;
    uint32_t depth[1000]; /* by connection */
};

static void begin(struct world *world, uint64_t limit)
{
    world->tally.limits.flows = limit;
    world->tally.limits.stats_keys = 10;
    tally_restart(&world->tally);
    memset(world->depth, 0, sizeof world->depth);
}

static int setup(void **state)
{
    static struct world world;
    tally_init(&world.tally);
    world.txn = tx_new(world.tally.fields, "GET /x\nHost: www.example\n\n200\nServer: node-1\n");
    begin(&world, 100);
    *state = &world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    tx_free(world->txn);
    tally_fini(&world->tally);
    return 0;
}

/* One transaction on connection number conn; bytes of its response body. */
static void count(struct world *world, unsigned conn, const struct ct_verdict *verdict,
                  uint64_t bytes)
{
    struct ct_txn *txn = world->txn;
    (void)snprintf(txn->conn.uid, CT_UID_MAX, "C%018u", conn);
    txn->conn.first_ns = 1000 + conn;
    txn->depth = ++world->depth[conn];
    txn->response.body_len = bytes;
    ct_stats_txn(world->tally.stats, txn, verdict);
}

static void count_outcome(struct world *world, unsigned conn, enum ct_outcome outcome)
{
    struct ct_verdict verdict = vx_verdict(outcome);
    count(world, conn, &verdict, 10);
}

static const struct ct_flow *end(struct world *world, unsigned conn)
{
    struct ct_conn_info info = {.uid = ""};
    (void)snprintf(info.uid, CT_UID_MAX, "C%018u", conn);
    struct ct_conn_end ended = {.info = &info, .proto = CT_PROTO_HTTP1, .why = CT_CLOSE_RST};
    return ct_stats_conn(world->tally.stats, &ended);
}

/* ---- the label -------------------------------------------------------------------------- */

static void a_label_holds_what_the_transactions_were(void **state)
{
    struct world *world = *state;
    static const enum ct_outcome outcomes[] = {CT_OUTCOME_MISS, CT_OUTCOME_HIT, CT_OUTCOME_HIT,
                                               CT_OUTCOME_BYPASS, CT_OUTCOME_UNKNOWN};
    for (size_t i = 0; i < 5; i++) {
        struct ct_verdict verdict = vx_verdict(outcomes[i]);
        verdict.dialect = i < 3 ? "nginx" : NULL;
        world->txn->response.last_ns += CT_NS_PER_S;
        count(world, 1, &verdict, 100 + i);
    }
    const struct ct_flow *flow = end(world, 1);
    assert_non_null(flow);
    assert_string_equal(flow->uid, "C000000000000000001");
    assert_string_equal(flow->sequence, "MHHB?");
    assert_false(ct_flow_sequence_cut(flow));
    assert_int_equal(flow->transactions, 5);
    assert_int_equal(flow->by_outcome[CT_OUTCOME_HIT], 2);
    assert_int_equal(flow->by_class[CT_CLASS_OTHER], 1);
    assert_int_equal(flow->bytes[CT_CLASS_HIT], 101 + 102);
    assert_int_equal(flow->class, CT_CLASS_HIT);
    assert_int_equal(flow->n_dialects, 1);
    assert_string_equal(flow->dialects[0], "nginx");
    assert_true(flow->ended && flow->why == CT_CLOSE_RST && !flow->partial);
    assert_int_equal(flow->conn_ns, 1001);
    assert_int_equal(flow->first_ns, world->txn->request.first_ns);
    assert_int_equal(flow->last_ns, world->txn->response.last_ns);
    assert_memory_equal(&flow->orig, &world->txn->conn.orig, sizeof flow->orig);
}

static void it_comes_once_and_only_where_there_were_transactions(void **state)
{
    struct world *world = *state;
    count_outcome(world, 1, CT_OUTCOME_HIT);
    assert_null(end(world, 2));
    assert_non_null(end(world, 1));
    assert_null(end(world, 1));
}

static void every_outcome_has_a_letter_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        char letter = ct_stats_flow_letter((enum ct_outcome)i);
        assert_true(letter > ' ' && letter < 0x7f && letter != '+');
        for (int k = 0; k < i; k++) {
            assert_int_not_equal(letter, ct_stats_flow_letter((enum ct_outcome)k));
        }
    }
    assert_int_equal(ct_stats_flow_letter(CT_OUTCOME_COUNT), '?');
}

static void the_letters_are_documented(void **state)
{
    (void)state;
    static char page[32768];
    FILE *file = fopen("docs/connections.md", "r");
    assert_non_null(file);
    size_t n = fread(page, 1, sizeof page - 1, file);
    (void)fclose(file);
    page[n] = '\0';
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        char row[64];
        (void)snprintf(row, sizeof row, "| `%c` | %s |", ct_stats_flow_letter((enum ct_outcome)i),
                       ct_cache_outcome_name((enum ct_outcome)i));
        if (strstr(page, row) == NULL) {
            fail_msg("docs/connections.md: no '%s'", row);
        }
    }
}

static void equal_classes_go_to_what_costs_most(void **state)
{
    (void)state;
    static const struct {
        uint64_t n[CT_CLASS_COUNT]; /* hit, miss, bypass, other */
        enum ct_class want;
    } rows[] = {
        {{2, 1, 1, 1}, CT_CLASS_HIT},    {{1, 1, 1, 1}, CT_CLASS_MISS},
        {{1, 0, 1, 1}, CT_CLASS_BYPASS}, {{1, 0, 0, 1}, CT_CLASS_HIT},
        {{0, 0, 0, 1}, CT_CLASS_OTHER},  {{3, 3, 4, 3}, CT_CLASS_BYPASS},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(ct_stats_dominant_class(rows[i].n), rows[i].want);
    }
}

static void a_long_sequence_is_cut_and_counts_go_on(void **state)
{
    struct world *world = *state;
    for (int i = 0; i < CT_FLOW_SEQUENCE_MAX; i++) {
        count_outcome(world, 1, CT_OUTCOME_HIT);
    }
    assert_false(ct_flow_sequence_cut(tally_snapshot(&world->tally, 1)->recent_flows.rows));
    count_outcome(world, 1, CT_OUTCOME_MISS);
    const struct ct_flow *flow = end(world, 1);
    assert_true(ct_flow_sequence_cut(flow));
    assert_int_equal(strlen(flow->sequence), CT_FLOW_SEQUENCE_MAX);
    assert_null(strchr(flow->sequence, 'M'));
    assert_int_equal(flow->transactions, CT_FLOW_SEQUENCE_MAX + 1);
    assert_int_equal(flow->by_outcome[CT_OUTCOME_MISS], 1);
}

static void names_of_caches_are_those_that_spoke_now(void **state)
{
    struct world *world = *state;
    static const char *const dialects[] = {"a", "b", "c", "d", "a", "e"};
    struct ct_verdict verdict = vx_verdict(CT_OUTCOME_HIT);
    verdict.n_tiers = 3;
    verdict.tiers[0] = (struct ct_tier){.node = CT_REF_NONE, .label = "stored", .fossil = true};
    verdict.tiers[1] = (struct ct_tier){.node = CT_REF_NONE, .label = "edge"};
    verdict.tiers[2] = (struct ct_tier){.node = world->txn->lines[1].value, .label = "not this"};
    for (size_t i = 0; i < 6; i++) {
        verdict.dialect = dialects[i];
        count(world, 1, &verdict, 1);
        assert_int_equal(tally_snapshot(&world->tally, 1)->recent_flows.rows[0].names_cut, i == 5);
    }
    const struct ct_flow *flow = end(world, 1);
    assert_int_equal(flow->n_dialects, CT_FLOW_DIALECTS_MAX);
    assert_string_equal(flow->dialects[3], "d");
    assert_int_equal(flow->n_nodes, 2);
    assert_memory_equal(flow->nodes[0].bytes, "edge", 4);
    assert_int_equal(flow->nodes[1].n, 6);
    assert_memory_equal(flow->nodes[1].bytes, "node-1", 6);
    verdict.n_tiers = 1;
    char label[CT_FLOW_NODE_BYTES + 20];
    memset(label, 'x', sizeof label);
    label[sizeof label - 1] = '\0';
    verdict.tiers[0] = (struct ct_tier){.node = CT_REF_NONE, .label = label};
    count(world, 2, &verdict, 1);
    count(world, 2, &verdict, 1);
    flow = end(world, 2);
    assert_int_equal(flow->n_nodes, 1);
    assert_int_equal(flow->nodes[0].n, CT_FLOW_NODE_BYTES);
}

/* ---- the limit -------------------------------------------------------------------------- */

static void at_the_limit_the_quiet_one_gives_way(void **state)
{
    struct world *world = *state;
    begin(world, 3);
    for (unsigned conn = 0; conn < 3; conn++) {
        count_outcome(world, conn, CT_OUTCOME_HIT);
    }
    count_outcome(world, 0, CT_OUTCOME_HIT); /* 1 is quiet for longest now */
    count_outcome(world, 3, CT_OUTCOME_HIT);
    assert_int_equal(tally_snapshot(&world->tally, 1)->flows.given_up, 1);
    assert_int_equal(world->tally.snapshot.flows.open_now, 3);
    assert_null(end(world, 1));
    assert_int_equal(end(world, 0)->transactions, 2);
    count_outcome(world, 1, CT_OUTCOME_MISS); /* it goes on: its label begins late, and says so */
    const struct ct_flow *flow = end(world, 1);
    assert_true(flow->partial);
    assert_string_equal(flow->sequence, "M");
    const struct ct_flow_totals *totals = &tally_snapshot(&world->tally, 0)->flows;
    assert_int_equal(totals->partial, 1);
    assert_int_equal(totals->connections, 5); /* 1 twice */
    assert_int_equal(totals->reused_transactions, 2);
    assert_int_equal(totals->reused_connections, 2);
}

static void memory_is_that_of_the_connections_open_at_one_time(void **state)
{
    struct world *world = *state;
    begin(world, 500);
    uint64_t memory = 0;
    for (unsigned round = 0; round < 200; round++) {
        for (unsigned conn = 0; conn < 900; conn++) {
            world->depth[conn] = 0;
            count_outcome(world, conn, CT_OUTCOME_MISS);
        }
        if (round == 1) { /* those that ended are kept from the first on */
            memory = tally_snapshot(&world->tally, 0)->flows.memory_bytes;
        }
        for (unsigned conn = 0; conn < 900; conn++) {
            (void)end(world, conn);
        }
    }
    assert_int_equal(tally_snapshot(&world->tally, 0)->flows.memory_bytes, memory);
    assert_true(memory < CT_MIB(1));
    assert_int_equal(world->tally.snapshot.flows.given_up, 80000);
    assert_int_equal(world->tally.snapshot.flows.open_now, 0);
}

/* ---- totals and lists ------------------------------------------------------------------- */

#define N_CONNS  200u
#define N_ROUNDS 20000u

struct model_flow {
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t n;
    bool ended;
};

static void check_totals(struct world *world, const struct model_flow *model)
{
    struct ct_flow_totals want = {0};
    const struct ct_flow_totals *got = &tally_snapshot(&world->tally, 100)->flows;
    for (unsigned i = 0; i < N_CONNS; i++) {
        if (model[i].n == 0) {
            continue;
        }
        unsigned length = 0;
        for (uint64_t n = model[i].n; n > 1 && length < CT_FLOW_LENGTHS - 1; n /= 2) {
            length++;
        }
        want.connections++;
        want.reused_connections += model[i].n > 1;
        want.reused_transactions += model[i].n - 1;
        want.by_class[ct_stats_dominant_class(model[i].by_class)]++;
        want.by_length[length]++;
        want.open_now += !model[i].ended;
    }
    want.memory_bytes = got->memory_bytes;
    assert_memory_equal(got, &want, sizeof want);
}

static void check_costly(const struct ct_snapshot *now, const struct model_flow *model)
{
    const struct ct_flow_list *list = &now->costly_flows;
    uint64_t above = UINT64_MAX;
    assert_int_equal(list->n_rows, CT_FLOWS_COSTLY_MAX);
    for (size_t i = 0; i < list->n_rows; i++) {
        unsigned long conn = strtoul(list->rows[i].uid + 1, NULL, 10);
        assert_int_equal(list->rows[i].by_class[CT_CLASS_MISS],
                         model[conn].by_class[CT_CLASS_MISS]);
        assert_int_equal(list->rows[i].ended, model[conn].ended);
        assert_true(list->rows[i].by_class[CT_CLASS_MISS] <= above);
        above = list->rows[i].by_class[CT_CLASS_MISS];
    }
    size_t more = 0;
    for (unsigned i = 0; i < N_CONNS; i++) {
        more += model[i].by_class[CT_CLASS_MISS] > above;
    }
    assert_true(more < CT_FLOWS_COSTLY_MAX);
}

static void totals_and_the_costly_equal_those_of_a_naive_model(void **state)
{
    struct world *world = *state;
    struct dice dice = {5};
    struct model_flow model[N_CONNS] = {{{0}, 0, false}};
    begin(world, 1000);
    for (unsigned i = 0; i < N_ROUNDS; i++) {
        unsigned conn = (unsigned)dice_roll(&dice, 1 + dice_roll(&dice, N_CONNS));
        if (model[conn].ended) {
            continue;
        }
        if (model[conn].n > 0 && dice_roll(&dice, 100) == 0) {
            assert_int_equal(end(world, conn)->transactions, model[conn].n);
            model[conn].ended = true;
            continue;
        }
        enum ct_outcome outcome = (enum ct_outcome)dice_roll(&dice, CT_OUTCOME_COUNT);
        count_outcome(world, conn, outcome);
        model[conn].by_class[ct_cache_outcome_class(outcome)]++;
        model[conn].n++;
        if (i % 500 == 0) {
            check_totals(world, model);
        }
    }
    check_totals(world, model);
    check_costly(&world->tally.snapshot, model);
}

static void a_connection_stays_among_the_costly_when_its_memory_is_used_again(void **state)
{
    struct world *world = *state;
    begin(world, 1);
    for (int i = 0; i < 50; i++) {
        count_outcome(world, 0, CT_OUTCOME_MISS);
    }
    (void)end(world, 0);
    for (unsigned i = 1; i < 900; i++) { /* more than the ended ones that are kept */
        count_outcome(world, i, CT_OUTCOME_MISS);
        (void)end(world, i);
    }
    const struct ct_flow_list *costly = &tally_snapshot(&world->tally, 5)->costly_flows;
    assert_int_equal(costly->n_rows, 5);
    assert_string_equal(costly->rows[0].uid, "C000000000000000000");
    assert_int_equal(costly->rows[0].transactions, 50);
    assert_true(costly->rows[0].ended);
}

static void the_newest_come_first_open_or_ended(void **state)
{
    struct world *world = *state;
    static const char *const want[] = {"C000000000000000003", "C000000000000000000",
                                       "C000000000000000002", "C000000000000000001"};
    for (unsigned conn = 0; conn < 4; conn++) {
        count_outcome(world, conn, CT_OUTCOME_HIT);
    }
    (void)end(world, 2);
    count_outcome(world, 0, CT_OUTCOME_MISS);
    (void)end(world, 3);
    const struct ct_flow_list *recent = &tally_snapshot(&world->tally, 10)->recent_flows;
    assert_int_equal(recent->n_rows, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(recent->rows[i].uid, want[i]);
        assert_int_equal(recent->rows[i].ended, i == 0 || i == 2);
    }
    struct ct_flow first = recent->rows[1];
    count_outcome(world, 0, CT_OUTCOME_HIT); /* a snapshot does not change */
    assert_memory_equal(&recent->rows[1], &first, sizeof first);
    assert_int_equal(tally_snapshot(&world->tally, 2)->recent_flows.n_rows, 2);
    assert_int_equal(tally_snapshot(&world->tally, 0)->recent_flows.n_rows, 0);
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(a_label_holds_what_the_transactions_were),
        WITH(it_comes_once_and_only_where_there_were_transactions),
        cmocka_unit_test(every_outcome_has_a_letter_of_its_own),
        cmocka_unit_test(the_letters_are_documented),
        cmocka_unit_test(equal_classes_go_to_what_costs_most),
        WITH(a_long_sequence_is_cut_and_counts_go_on),
        WITH(names_of_caches_are_those_that_spoke_now),
        WITH(at_the_limit_the_quiet_one_gives_way),
        WITH(memory_is_that_of_the_connections_open_at_one_time),
        WITH(totals_and_the_costly_equal_those_of_a_naive_model),
        WITH(a_connection_stays_among_the_costly_when_its_memory_is_used_again),
        WITH(the_newest_come_first_open_or_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
