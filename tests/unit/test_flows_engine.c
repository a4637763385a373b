/* SPDX-License-Identifier: Apache-2.0 */
/* The label of a connection through the library: recorded traffic, tunnels, proxies, ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cachetap/cachetap.h"
#include "support/frames.h"
#include "support/tape.h"

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
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_transaction_of_the_samples_is_in_one_label),
        cmocka_unit_test(what_a_tunnel_carries_is_of_the_same_connection),
        cmocka_unit_test(a_proxy_header_gives_the_client_of_the_label),
        cmocka_unit_test(an_unanswered_request_is_in_the_label_when_the_connection_ends),
        cmocka_unit_test(a_connection_without_transactions_costs_nothing_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
