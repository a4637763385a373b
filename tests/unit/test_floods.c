/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floods that try to move memory beyond its limits. Each is bounded by the library's own
 * accounts, and the peak of the process is printed beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "cachetap/cachetap.h"
#include "support/frames.h"

struct flood {
    struct ct_engine_config config;
    struct ct_engine *engine;
    struct ct_snapshot snapshot;
    struct tf_frame frame;
    int64_t now_ns;
    uint64_t transactions;
};

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct flood *flood = user;
    (void)txn;
    (void)verdict;
    flood->transactions++;
}

static struct flood *flood_new(void)
{
    struct flood *flood = calloc(1, sizeof *flood);
    assert_non_null(flood);
    ct_base_limits_init(&flood->config.limits);
    flood->config.transaction = on_transaction;
    flood->config.user = flood;
    flood->now_ns = CT_NS_PER_S;
    return flood;
}

static void start(struct flood *flood)
{
    flood->engine = ct_engine_new(&flood->config);
    assert_non_null(flood->engine);
}

static const struct ct_snapshot *look(struct flood *flood)
{
    ct_stats_snapshot_fini(&flood->snapshot);
    assert_true(ct_engine_snapshot(flood->engine, 10, &flood->snapshot));
    return &flood->snapshot;
}

static void end(struct flood *flood, const char *name)
{
    struct rusage usage;
    const struct ct_snapshot *last = look(flood);
    (void)getrusage(RUSAGE_SELF, &usage);
    print_message("# %s: connections and reordering %" PRIu64 " KiB, messages %" PRIu64
                  " KiB, process so far %ld MiB\n",
                  name, last->stream.memory_bytes / 1024, last->http.memory_bytes / 1024,
                  usage.ru_maxrss / 1024);
    ct_engine_finish(flood->engine);
    ct_stats_snapshot_fini(&flood->snapshot);
    ct_engine_free(flood->engine);
    free(flood);
}

struct packet {
    uint32_t client; /* number of the client: its address and port */
    bool from_server;
    uint32_t seq;
    uint32_t ack;
    uint8_t flags;
    const char *text;
    size_t fill; /* octets of 'x' after the text */
};

static void send(struct flood *flood, const struct packet *packet)
{
    char client[32];
    uint16_t port = (uint16_t)(1024 + packet->client % 60000);
    (void)snprintf(client, sizeof client, "10.%u.%u.%u", (packet->client >> 16) & 255u,
                   (packet->client >> 8) & 255u, packet->client & 255u);
    struct tf_frame *f = &flood->frame;
    struct tf_ipv4 ip = {.src = client, .dst = "192.0.2.80", .protocol = TF_TCP};
    struct tf_tcp tcp = {
        .sport = port, .dport = 80, .seq = packet->seq, .ack = packet->ack, .flags = packet->flags};
    if (packet->from_server) {
        ip.src = "192.0.2.80";
        ip.dst = client;
        tcp.sport = 80;
        tcp.dport = port;
    }
    tf_begin(f, TF_ETHERNET_LINK);
    tf_ethernet(f, TF_TYPE_IPV4);
    tf_ipv4(f, &ip);
    tf_tcp(f, &tcp);
    if (packet->text != NULL) {
        tf_text(f, packet->text);
    }
    if (packet->fill > 0) {
        tf_fill(f, 'x', packet->fill);
    }
    struct ct_frame frame = tf_frame(f, flood->now_ns);
    ct_engine_frame(flood->engine, &frame);
    flood->now_ns += 10 * CT_NS_PER_US;
}

static void open_connection(struct flood *flood, uint32_t client)
{
    send(flood, &(struct packet){.client = client, .seq = 0, .flags = TF_SYN});
    send(flood,
         &(struct packet){
             .client = client, .from_server = true, .seq = 0, .ack = 1, .flags = TF_SYN | TF_ACK});
}

static void half_open_connections_stay_within_the_limit(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood->config.limits.connections = 5000;
    start(flood);
    uint64_t after_first = 0;
    for (uint32_t i = 0; i < 200000; i++) {
        send(flood, &(struct packet){.client = i, .seq = i, .flags = TF_SYN});
        if (i == 10000) {
            after_first = look(flood)->stream.memory_bytes;
        }
    }
    const struct ct_snapshot *last = look(flood);
    assert_int_equal(last->stream.open_now, 5000);
    assert_int_equal(last->stream.connections, 200000);
    assert_int_equal(last->stream.evicted, 195000);
    assert_int_equal(last->stream.memory_bytes, after_first);
    end(flood, "half-open connections");
}

static void a_connection_that_never_acknowledges_stays_within_its_limit(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    start(flood);
    open_connection(flood, 1);
    for (uint32_t i = 1; i < 50000; i++) { /* 70 MB behind a hole at the first octet */
        send(flood, &(struct packet){
                        .client = 1, .seq = 1 + i * 1400, .ack = 1, .flags = TF_ACK, .fill = 1399});
    }
    const struct ct_snapshot *last = look(flood);
    assert_true(last->stream.held_bytes_peak <= flood->config.limits.reorder_bytes_direction);
    assert_true(last->stream.gaps_by_limit > 0);
    end(flood, "never acknowledged");
}

static void many_connections_with_holes_stay_within_the_total(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood->config.limits.reorder_bytes_total = CT_MIB(1);
    start(flood);
    for (uint32_t client = 0; client < 200; client++) {
        open_connection(flood, client);
        for (uint32_t i = 1; i < 60; i++) {
            send(flood, &(struct packet){.client = client,
                                         .seq = 1 + i * 1400,
                                         .ack = 1,
                                         .flags = TF_ACK,
                                         .fill = 1399});
        }
    }
    const struct ct_snapshot *last = look(flood);
    assert_true(last->stream.held_bytes_peak <= CT_MIB(1));
    assert_true(last->stream.gaps_by_limit + last->stream.status[CT_SEGMENT_REFUSED] > 0);
    end(flood, "holes in many connections");
}

static void a_header_line_that_never_ends_stays_within_the_limit(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    start(flood);
    open_connection(flood, 1);
    const char *head = "GET / HTTP/1.1\r\nUser-Agent: ";
    uint32_t seq = 1;
    send(flood, &(struct packet){.client = 1, .seq = seq, .ack = 1, .flags = TF_ACK, .text = head});
    seq += (uint32_t)strlen(head);
    for (uint32_t i = 0; i < 30000; i++, seq += 1400) {
        send(flood,
             &(struct packet){.client = 1, .seq = seq, .ack = 1, .flags = TF_ACK, .fill = 1400});
    }
    assert_true(look(flood)->http.memory_bytes < 4 * flood->config.limits.header_bytes);
    end(flood, "endless header line");
}

static void unfinished_headers_on_many_connections_stay_within_the_total(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood->config.limits.message_bytes_total = CT_MIB(2);
    start(flood);
    for (uint32_t client = 0; client < 3000; client++) {
        const char *head = "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: ";
        open_connection(flood, client);
        send(flood,
             &(struct packet){.client = client, .seq = 1, .ack = 1, .flags = TF_ACK, .text = head});
        send(flood, &(struct packet){.client = client,
                                     .seq = 1 + (uint32_t)strlen(head),
                                     .ack = 1,
                                     .flags = TF_ACK,
                                     .fill = 6000});
    }
    const struct ct_snapshot *last = look(flood);
    assert_true(last->http.memory_bytes <= CT_MIB(3));
    assert_true(last->http.refused > 0);
    end(flood, "unfinished headers");
}

/* answered: the first request has its response, so that both directions are known to be seen. */
static void flood_requests(struct flood *flood, bool answered)
{
    const char *request = "GET /an/address HTTP/1.1\r\nHost: www.example.com\r\n\r\n";
    const char *answer = "HTTP/1.1 204 No Content\r\n\r\n";
    uint32_t length = (uint32_t)strlen(request);
    uint32_t ack = 1;
    uint64_t early = 0;
    start(flood);
    open_connection(flood, 1);
    for (uint32_t i = 0; i < 50000; i++) {
        send(flood,
             &(struct packet){
                 .client = 1, .seq = 1 + i * length, .ack = ack, .flags = TF_ACK, .text = request});
        if (i == 0 && answered) {
            send(flood, &(struct packet){.client = 1,
                                         .from_server = true,
                                         .seq = 1,
                                         .ack = 1 + length,
                                         .flags = TF_ACK,
                                         .text = answer});
            ack += (uint32_t)strlen(answer);
        }
        if (i == 1000) {
            early = look(flood)->http.memory_bytes;
        }
    }
    assert_true(look(flood)->http.memory_bytes <= early + CT_KIB(64));
    assert_int_equal(flood->snapshot.http.requests, 50000);
}

static void requests_beyond_the_pending_ones_are_listed_alone(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood_requests(flood, true);
    assert_int_equal(flood->snapshot.http.pending_overflow, 50000 - 1 - 128);
    end(flood, "requests that are not answered any more");
}

static void requests_of_a_one_way_capture_are_listed_as_they_come(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood_requests(flood, false);
    assert_int_equal(flood->transactions, 50000 - 128);
    end(flood, "requests that are never answered");
}

static void distinct_uris_stay_within_the_limit(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood->config.limits.stats_keys = 500;
    start(flood);
    open_connection(flood, 1);
    uint32_t seq = 1;
    for (uint32_t i = 0; i < 20000; i++) {
        char request[128];
        const char *answer = "HTTP/1.1 204 No Content\r\n\r\n";
        uint32_t back = 1 + i * (uint32_t)strlen(answer);
        int n = snprintf(request, sizeof request, "GET /%u HTTP/1.1\r\nHost: h%u.example\r\n\r\n",
                         i, i);
        send(flood, &(struct packet){
                        .client = 1, .seq = seq, .ack = back, .flags = TF_ACK, .text = request});
        seq += (uint32_t)n;
        send(flood, &(struct packet){.client = 1,
                                     .from_server = true,
                                     .seq = back,
                                     .ack = seq,
                                     .flags = TF_ACK,
                                     .text = answer});
    }
    const struct ct_snapshot *last = look(flood);
    assert_int_equal(flood->transactions, 20000);
    assert_true(last->uris.n_keys <= 500);
    assert_true(last->hosts.n_keys <= 500);
    assert_true(last->uris.replaced > 0);
    end(flood, "distinct URIs and hosts");
}

static void fragments_that_are_never_completed_stay_within_the_limit(void **state)
{
    (void)state;
    struct flood *flood = flood_new();
    flood->config.limits.fragment_bytes = CT_KIB(256);
    start(flood);
    for (uint32_t i = 0; i < 40000; i++) {
        struct tf_frame *f = &flood->frame;
        tf_begin(f, TF_ETHERNET_LINK);
        tf_ethernet(f, TF_TYPE_IPV4);
        tf_ipv4(f, &(struct tf_ipv4){
                       .protocol = TF_TCP, .id = (uint16_t)i, .offset = 1480, .more = true});
        tf_fill(f, 'x', 1480);
        struct ct_frame frame = tf_frame(f, flood->now_ns);
        ct_engine_frame(flood->engine, &frame);
    }
    const struct ct_snapshot *last = look(flood);
    assert_true(last->packets.fragment_bytes_peak <= CT_KIB(256));
    end(flood, "fragments");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_open_connections_stay_within_the_limit),
        cmocka_unit_test(a_connection_that_never_acknowledges_stays_within_its_limit),
        cmocka_unit_test(many_connections_with_holes_stay_within_the_total),
        cmocka_unit_test(a_header_line_that_never_ends_stays_within_the_limit),
        cmocka_unit_test(unfinished_headers_on_many_connections_stay_within_the_total),
        cmocka_unit_test(requests_beyond_the_pending_ones_are_listed_alone),
        cmocka_unit_test(requests_of_a_one_way_capture_are_listed_as_they_come),
        cmocka_unit_test(distinct_uris_stay_within_the_limit),
        cmocka_unit_test(fragments_that_are_never_completed_stay_within_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
