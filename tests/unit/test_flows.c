/* SPDX-License-Identifier: Apache-2.0 */
/* The label of a connection: what is in it, when it comes, what it costs, what is listed. */
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
#include "cachetap/cachetap.h"
#include "cachetap/source.h"
#include "support/frames.h"
#include "support/tape.h"
#include "support/txn.h"

static const struct ct_key key = {{9}};

struct world {
    struct ct_fields *fields;
    struct ct_limits limits;
    struct ct_stats *stats;
    struct ct_snapshot snapshot;
    struct ct_txn *txn;
    uint32_t depth[1000]; /* by connection */
};

static void begin(struct world *world, uint64_t limit)
{
    ct_stats_snapshot_fini(&world->snapshot);
    ct_stats_free(world->stats);
    world->limits.flows = limit;
    world->limits.stats_keys = 10;
    world->stats = ct_stats_new(&world->limits, &key, world->fields);
    assert_non_null(world->stats);
    memset(world->depth, 0, sizeof world->depth);
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    world->fields = ct_http_fields_new();
    assert_non_null(world->fields);
    ct_base_limits_init(&world->limits);
    world->txn = tx_new(world->fields, "GET /x\nHost: www.example\n\n200\nServer: node-1\n");
    begin(world, 100);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    tx_free(world->txn);
    ct_stats_snapshot_fini(&world->snapshot);
    ct_stats_free(world->stats);
    ct_http_fields_free(world->fields);
    free(world);
    return 0;
}

static struct ct_verdict verdict_of(enum ct_outcome outcome)
{
    return (struct ct_verdict){
        .outcome = outcome, .class = ct_cache_outcome_class(outcome), .age_s = -1};
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
    ct_stats_txn(world->stats, txn, verdict);
}

static void count_outcome(struct world *world, unsigned conn, enum ct_outcome outcome)
{
    struct ct_verdict verdict = verdict_of(outcome);
    count(world, conn, &verdict, 10);
}

static const struct ct_flow *end(struct world *world, unsigned conn)
{
    struct ct_conn_info info = {.uid = ""};
    (void)snprintf(info.uid, CT_UID_MAX, "C%018u", conn);
    struct ct_conn_end ended = {.info = &info, .proto = CT_PROTO_HTTP1, .why = CT_CLOSE_RST};
    return ct_stats_conn(world->stats, &ended);
}

static const struct ct_snapshot *snapshot(struct world *world, size_t n_top)
{
    ct_stats_snapshot_fini(&world->snapshot);
    assert_true(ct_stats_snapshot(world->stats, n_top, &world->snapshot));
    return &world->snapshot;
}

/* ---- the label -------------------------------------------------------------------------- */

static void a_label_holds_what_the_transactions_were(void **state)
{
    struct world *world = *state;
    static const enum ct_outcome outcomes[] = {CT_OUTCOME_MISS, CT_OUTCOME_HIT, CT_OUTCOME_HIT,
                                               CT_OUTCOME_BYPASS, CT_OUTCOME_UNKNOWN};
    for (size_t i = 0; i < 5; i++) {
        struct ct_verdict verdict = verdict_of(outcomes[i]);
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
    assert_false(ct_flow_sequence_cut(snapshot(world, 1)->recent_flows.rows));
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
    struct ct_verdict verdict = verdict_of(CT_OUTCOME_HIT);
    verdict.n_tiers = 3;
    verdict.tiers[0] = (struct ct_tier){.node = CT_REF_NONE, .label = "stored", .fossil = true};
    verdict.tiers[1] = (struct ct_tier){.node = CT_REF_NONE, .label = "edge"};
    verdict.tiers[2] = (struct ct_tier){.node = world->txn->lines[1].value, .label = "not this"};
    for (size_t i = 0; i < 6; i++) {
        verdict.dialect = dialects[i];
        count(world, 1, &verdict, 1);
        assert_int_equal(snapshot(world, 1)->recent_flows.rows[0].names_cut, i == 5);
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
    assert_int_equal(snapshot(world, 1)->flows.given_up, 1);
    assert_int_equal(world->snapshot.flows.open_now, 3);
    assert_null(end(world, 1));
    assert_int_equal(end(world, 0)->transactions, 2);
    count_outcome(world, 1, CT_OUTCOME_MISS); /* it goes on: its label begins late, and says so */
    const struct ct_flow *flow = end(world, 1);
    assert_true(flow->partial);
    assert_string_equal(flow->sequence, "M");
    const struct ct_flow_totals *totals = &snapshot(world, 0)->flows;
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
            memory = snapshot(world, 0)->flows.memory_bytes;
        }
        for (unsigned conn = 0; conn < 900; conn++) {
            (void)end(world, conn);
        }
    }
    assert_int_equal(snapshot(world, 0)->flows.memory_bytes, memory);
    assert_true(memory < CT_MIB(1));
    assert_int_equal(world->snapshot.flows.given_up, 80000);
    assert_int_equal(world->snapshot.flows.open_now, 0);
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
    const struct ct_flow_totals *got = &snapshot(world, 100)->flows;
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
    check_costly(&world->snapshot, model);
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
    const struct ct_flow_list *costly = &snapshot(world, 5)->costly_flows;
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
    const struct ct_flow_list *recent = &snapshot(world, 10)->recent_flows;
    assert_int_equal(recent->n_rows, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(recent->rows[i].uid, want[i]);
        assert_int_equal(recent->rows[i].ended, i == 0 || i == 2);
    }
    struct ct_flow first = recent->rows[1];
    count_outcome(world, 0, CT_OUTCOME_HIT); /* a snapshot does not change */
    assert_memory_equal(&recent->rows[1], &first, sizeof first);
    assert_int_equal(snapshot(world, 2)->recent_flows.n_rows, 2);
    assert_int_equal(snapshot(world, 0)->recent_flows.n_rows, 0);
}

/* ---- through the library ---------------------------------------------------------------- */

struct run {
    struct ct_engine_config config;
    struct ct_engine *engine;
    uint64_t transactions;
    uint64_t in_flows;
    uint64_t flows;
    uint64_t unlabelled;
    char *log; /* a line for each connection with a label */
    size_t n_log;
    FILE *file;
};

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct run *run = user;
    (void)txn;
    (void)verdict;
    run->transactions++;
}

static void on_connection(void *user, const struct ct_conn_end *end_of, const struct ct_flow *flow)
{
    struct run *run = user;
    if (flow == NULL) {
        run->unlabelled += end_of->proto == CT_PROTO_HTTP1;
        return;
    }
    assert_string_equal(flow->uid, end_of->info->uid);
    assert_int_equal(flow->why, end_of->why);
    assert_true(flow->first_ns >= end_of->info->first_ns);
    assert_true(flow->last_ns >= flow->first_ns);
    assert_memory_equal(&flow->orig, &end_of->info->orig, sizeof flow->orig);
    run->flows++;
    run->in_flows += flow->transactions;
    (void)fprintf(run->file, "%s %s\n", flow->uid, flow->sequence);
}

static void run_begin(struct run *run, uint8_t key_byte)
{
    *run = (struct run){.config = {.transaction = on_transaction, .connection = on_connection}};
    ct_base_limits_init(&run->config.limits);
    memset(run->config.key.bytes, key_byte, sizeof run->config.key.bytes);
    run->config.user = run;
    run->engine = ct_engine_new(&run->config);
    assert_non_null(run->engine);
    run->file = open_memstream(&run->log, &run->n_log);
    assert_non_null(run->file);
}

/* Ends the input; the log stays. */
static void run_finish(struct run *run)
{
    struct ct_snapshot now;
    ct_engine_finish(run->engine);
    assert_int_equal(fclose(run->file), 0);
    assert_true(ct_engine_snapshot(run->engine, 0, &now));
    assert_int_equal(now.flows.open_now, 0);
    assert_int_equal(now.flows.connections, run->flows);
    assert_int_equal(now.transactions, run->transactions);
    ct_stats_snapshot_fini(&now);
    ct_engine_free(run->engine);
}

static void every_transaction_of_the_samples_is_in_one_label(void **state)
{
    (void)state;
    static const char *const paths[] = {"captures/nginx.pcap", "captures/varnish.pcap",
                                        "captures/squid.pcapng", "captures/chain.pcap",
                                        "captures/varnish-origin.pcap"};
    struct tape tape;
    tape_load(&tape, paths, 5);
    struct run runs[2];
    for (uint8_t i = 0; i < 2; i++) {
        run_begin(&runs[i], i);
        for (size_t k = 0; k < tape.n; k++) {
            ct_engine_frame(runs[i].engine, &tape.frames[k]);
        }
        run_finish(&runs[i]);
        assert_true(runs[i].transactions > 500);
        assert_int_equal(runs[i].in_flows, runs[i].transactions);
        assert_int_equal(runs[i].unlabelled, 0);
    }
    assert_string_equal(runs[0].log, runs[1].log);
    free(runs[0].log);
    free(runs[1].log);
    tape_free(&tape);
}

struct side {
    uint32_t sent[2];
    int64_t now_ns;
};

static void send_text(struct run *run, struct side *conn, int from_server, uint8_t flags,
                      const char *text)
{
    struct tf_frame frame;
    struct tf_ipv4 ip = {.src = from_server ? "192.0.2.80" : "192.0.2.1",
                         .dst = from_server ? "192.0.2.1" : "192.0.2.80",
                         .protocol = TF_TCP};
    struct tf_tcp tcp = {.sport = from_server ? 8080 : 40000,
                         .dport = from_server ? 40000 : 8080,
                         .seq = conn->sent[from_server],
                         .ack = conn->sent[1 - from_server],
                         .flags = flags};
    tf_begin(&frame, TF_ETHERNET_LINK);
    tf_ethernet(&frame, TF_TYPE_IPV4);
    tf_ipv4(&frame, &ip);
    tf_tcp(&frame, &tcp);
    tf_text(&frame, text);
    struct ct_frame borrowed = tf_frame(&frame, conn->now_ns += CT_NS_PER_MS);
    ct_engine_frame(run->engine, &borrowed);
    conn->sent[from_server] += (uint32_t)strlen(text) + ((flags & TF_SYN) != 0);
}

static void open_conn(struct run *run, struct side *conn)
{
    send_text(run, conn, 0, TF_SYN, "");
    send_text(run, conn, 1, TF_SYN | TF_ACK, "");
    send_text(run, conn, 0, TF_ACK, "");
}

#define OK_HIT "HTTP/1.1 200 OK\r\nX-Cache-Status: HIT\r\nContent-Length: 2\r\n\r\nhi"

static void what_a_tunnel_carries_is_of_the_same_connection(void **state)
{
    (void)state;
    struct run run;
    struct side conn = {.now_ns = 1};
    run_begin(&run, 1);
    open_conn(&run, &conn);
    send_text(&run, &conn, 0, TF_ACK,
              "CONNECT www.example:80 HTTP/1.1\r\nHost: www.example:80\r\n\r\n");
    send_text(&run, &conn, 1, TF_ACK, "HTTP/1.1 200 Connection established\r\n\r\n");
    for (int i = 0; i < 2; i++) {
        send_text(&run, &conn, 0, TF_ACK, "GET / HTTP/1.1\r\nHost: www.example\r\n\r\n");
        send_text(&run, &conn, 1, TF_ACK, OK_HIT);
    }
    run_finish(&run);
    assert_int_equal(run.flows, 1);
    assert_int_equal(run.in_flows, 3);
    assert_non_null(strstr(run.log, " NHH\n"));
    free(run.log);
}

static void a_proxy_header_gives_the_client_of_the_label(void **state)
{
    (void)state;
    struct run run;
    struct side conn = {.now_ns = 1};
    run_begin(&run, 1);
    open_conn(&run, &conn);
    send_text(&run, &conn, 0, TF_ACK,
              "PROXY TCP4 203.0.113.9 198.51.100.1 5555 80\r\n"
              "GET / HTTP/1.1\r\nHost: www.example\r\n\r\n");
    send_text(&run, &conn, 1, TF_ACK, OK_HIT);
    struct ct_snapshot now;
    assert_true(ct_engine_snapshot(run.engine, 1, &now));
    assert_int_equal(now.recent_flows.n_rows, 1);
    assert_int_equal(now.recent_flows.rows[0].orig.addr[0], 203);
    assert_int_equal(now.recent_flows.rows[0].orig.port, 5555);
    ct_stats_snapshot_fini(&now);
    run_finish(&run);
    free(run.log);
}

static void an_unanswered_request_is_in_the_label_when_the_connection_ends(void **state)
{
    (void)state;
    struct run run;
    struct side conn = {.now_ns = 1};
    run_begin(&run, 1);
    open_conn(&run, &conn);
    send_text(&run, &conn, 0, TF_ACK, "GET /a HTTP/1.1\r\nHost: www.example\r\n\r\n");
    send_text(&run, &conn, 1, TF_ACK, OK_HIT);
    send_text(&run, &conn, 0, TF_ACK, "GET /b HTTP/1.1\r\nHost: www.example\r\n\r\n");
    send_text(&run, &conn, 1, TF_RST | TF_ACK, "");
    run_finish(&run);
    assert_int_equal(run.flows, 1);
    assert_non_null(strstr(run.log, " H?\n"));
    free(run.log);
}

static void a_connection_without_transactions_costs_nothing_here(void **state)
{
    (void)state;
    struct run run;
    struct side conn = {.now_ns = 1};
    struct ct_snapshot now;
    run_begin(&run, 1);
    assert_true(ct_engine_snapshot(run.engine, 0, &now));
    uint64_t memory = now.flows.memory_bytes;
    ct_stats_snapshot_fini(&now);
    open_conn(&run, &conn);
    send_text(&run, &conn, 0, TF_ACK, "SSH-2.0-test\r\n");
    assert_true(ct_engine_snapshot(run.engine, 0, &now));
    assert_int_equal(now.flows.memory_bytes, memory);
    ct_stats_snapshot_fini(&now);
    run_finish(&run);
    assert_int_equal(run.flows, 0);
    free(run.log);
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
        cmocka_unit_test(every_transaction_of_the_samples_is_in_one_label),
        cmocka_unit_test(what_a_tunnel_carries_is_of_the_same_connection),
        cmocka_unit_test(a_proxy_header_gives_the_client_of_the_label),
        cmocka_unit_test(an_unanswered_request_is_in_the_label_when_the_connection_ends),
        cmocka_unit_test(a_connection_without_transactions_costs_nothing_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
