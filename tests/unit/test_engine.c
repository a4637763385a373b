/* SPDX-License-Identifier: Apache-2.0 */
/* The library through its front door: frames in, transactions and a snapshot out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cachetap/cachetap.h"
#include "support/frames.h"

#define HOUR (3600 * CT_NS_PER_S)

struct bench {
    struct ct_engine_config config;
    struct ct_engine *engine;
    struct tf_frame frame;
    int64_t now_ns;
    char log[4096]; /* "/uri status outcome;" each */
    size_t n_log;
};

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct bench *bench = user;
    struct ct_span target = ct_txn_text(txn, txn->target);
    int n = snprintf(bench->log + bench->n_log, sizeof bench->log - bench->n_log, "%.*s %u %s;",
                     (int)target.n, target.n > 0 ? (const char *)target.p : "",
                     (unsigned)txn->status, ct_cache_outcome_name(verdict->outcome));
    assert_true(n > 0 && (size_t)n < sizeof bench->log - bench->n_log);
    bench->n_log += (size_t)n;
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    ct_base_limits_init(&bench->config.limits);
    bench->config.transaction = on_transaction;
    bench->config.user = bench;
    bench->now_ns = 1000 * HOUR;
    bench->engine = ct_engine_new(&bench->config);
    assert_non_null(bench->engine);
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    ct_engine_free(bench->engine);
    free(bench);
    return 0;
}

/* Numbers of octets sent so far give the sequence numbers; port names the connection. */
struct side {
    uint16_t port;
    uint32_t sent[2];
};

static void send_text(struct bench *bench, struct side *conn, int from_server, uint8_t flags,
                      const char *text)
{
    struct tf_ipv4 ip = {.src = from_server ? "192.0.2.80" : "192.0.2.1",
                         .dst = from_server ? "192.0.2.1" : "192.0.2.80",
                         .protocol = TF_TCP};
    struct tf_tcp tcp = {.sport = from_server ? 80 : conn->port,
                         .dport = from_server ? conn->port : 80,
                         .seq = conn->sent[from_server],
                         .ack = conn->sent[1 - from_server],
                         .flags = flags};
    tf_begin(&bench->frame, TF_ETHERNET_LINK);
    tf_ethernet(&bench->frame, TF_TYPE_IPV4);
    tf_ipv4(&bench->frame, &ip);
    tf_tcp(&bench->frame, &tcp);
    tf_text(&bench->frame, text);
    struct ct_frame frame = tf_frame(&bench->frame, bench->now_ns);
    ct_engine_frame(bench->engine, &frame);
    bench->now_ns += CT_NS_PER_MS;
    conn->sent[from_server] += (uint32_t)strlen(text) + ((flags & TF_SYN) != 0);
}

static void open_conn(struct bench *bench, struct side *conn)
{
    send_text(bench, conn, 0, TF_SYN, "");
    send_text(bench, conn, 1, TF_SYN | TF_ACK, "");
    send_text(bench, conn, 0, TF_ACK, "");
}

static void ask(struct bench *bench, struct side *conn, const char *path)
{
    char text[128];
    (void)snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: www.example.com\r\n\r\n", path);
    send_text(bench, conn, 0, TF_ACK, text);
}

static void answer(struct bench *bench, struct side *conn, const char *word)
{
    char text[128];
    (void)snprintf(text, sizeof text,
                   "HTTP/1.1 200 OK\r\nX-Cache-Status: %s\r\nContent-Length: 5\r\n\r\nhello", word);
    send_text(bench, conn, 1, TF_ACK, text);
}

static void expect(struct bench *bench, const char *log)
{
    ct_engine_finish(bench->engine);
    assert_string_equal(bench->log, log);
}

/* A request in each of the two packets of one 802.11 A-MSDU. */
static void every_packet_of_an_aggregate_counts(void **state)
{
    struct bench *bench = *state;
    struct tf_frame *f = &bench->frame;
    static const uint8_t header[26] = {0x88, 0x01, [24] = 0x80};
    tf_begin(f, TF_WIFI_LINK);
    tf_bytes(f, header, sizeof header);
    for (int i = 0; i < 2; i++) {
        tf_snap_ethernet(f, TF_TYPE_IPV4);
        tf_ipv4(f, &(struct tf_ipv4){.protocol = TF_TCP});
        tf_tcp(f, &(struct tf_tcp){.sport = (uint16_t)(4000 + i), .dport = 80, .flags = TF_ACK});
        tf_text(f, i == 0 ? "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n" : "GET /2 HTTP/1.1\r\n\r\n");
        f->n_layers = 0; /* what follows is not counted */
        tf_fill(f, 0, (4 - (f->n - sizeof header) % 4) % 4);
    }
    struct ct_frame frame = tf_frame(f, bench->now_ns);
    ct_engine_frame(bench->engine, &frame);
    expect(bench, "/1 0 UNKNOWN;/2 0 UNKNOWN;");
}

static void frames_become_labelled_transactions(void **state)
{
    struct bench *bench = *state;
    struct side conn = {.port = 40000, .sent = {100, 200}};
    open_conn(bench, &conn);
    ask(bench, &conn, "/a");
    answer(bench, &conn, "HIT");
    ask(bench, &conn, "/b");
    answer(bench, &conn, "MISS");
    expect(bench, "/a 200 HIT;/b 200 MISS;");
}

static void a_long_pause_separates_no_answer_from_its_question(void **state)
{
    struct bench *bench = *state;
    struct side quiet = {.port = 40000};
    open_conn(bench, &quiet);
    ask(bench, &quiet, "/a");
    answer(bench, &quiet, "HIT");
    for (int64_t pause = HOUR; pause < 1000 * HOUR; pause *= 10) {
        struct side conn = {.port = (uint16_t)(40001 + pause / HOUR)};
        bench->now_ns += pause;
        open_conn(bench, &conn);
        ask(bench, &conn, "/b");
        answer(bench, &conn, "HIT");
    }
    bench->now_ns += 800 * CT_NS_PER_S; /* idle, but not for long enough to be ended */
    struct side last = {.port = 50000};
    open_conn(bench, &last);
    bench->now_ns += 800 * CT_NS_PER_S;
    ask(bench, &last, "/c");
    answer(bench, &last, "HIT");
    expect(bench, "/a 200 HIT;/b 200 HIT;/b 200 HIT;/b 200 HIT;/c 200 HIT;");
    struct ct_snapshot snapshot;
    assert_true(ct_engine_snapshot(bench->engine, 1, &snapshot));
    assert_int_equal(snapshot.stream.connections, 5);
    assert_int_equal(snapshot.stream.midstream, 0);
    ct_stats_snapshot_fini(&snapshot);
}

static void one_wrong_time_stamp_ends_nothing(void **state)
{
    struct bench *bench = *state;
    struct side conn = {.port = 40000};
    struct side other = {.port = 40001};
    open_conn(bench, &conn);
    ask(bench, &conn, "/a");
    int64_t now_ns = bench->now_ns;
    bench->now_ns += 100000 * HOUR;
    send_text(bench, &other, 0, TF_SYN, "");
    bench->now_ns = now_ns;
    answer(bench, &conn, "HIT");
    bench->now_ns = 0; /* and one from 1970 */
    ask(bench, &conn, "/b");
    bench->now_ns = now_ns + CT_NS_PER_S;
    answer(bench, &conn, "MISS");
    expect(bench, "/a 200 HIT;/b 200 MISS;");
}

static void every_frame_is_in_one_counter(void **state)
{
    struct bench *bench = *state;
    struct side conn = {.port = 40000};
    struct ct_snapshot snapshot;
    open_conn(bench, &conn);
    ask(bench, &conn, "/a");
    answer(bench, &conn, "HIT");
    for (size_t n = 0; n < bench->frame.n; n++) { /* the last frame, cut at every octet */
        struct ct_frame frame = tf_frame(&bench->frame, bench->now_ns);
        frame.cap_len = (uint32_t)n;
        ct_engine_frame(bench->engine, &frame);
    }
    ct_engine_finish(bench->engine);
    assert_true(ct_engine_snapshot(bench->engine, 5, &snapshot));
    uint64_t frames = 0;
    uint64_t segments = 0;
    for (int i = 0; i < CT_PACKET_STATUS_COUNT; i++) {
        frames += snapshot.packets.status[i];
    }
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        segments += snapshot.stream.status[i];
    }
    assert_int_equal(frames, snapshot.packets.frames);
    assert_int_equal(frames, 5 + bench->frame.n);
    assert_int_equal(segments, snapshot.packets.status[CT_PACKET_TCP]);
    assert_int_equal(snapshot.transactions, 1);
    ct_stats_snapshot_fini(&snapshot);
}

static void the_key_of_hashes_changes_nothing(void **state)
{
    struct bench *first = *state;
    struct bench *second = NULL;
    assert_int_equal(setup((void **)&second), 0);
    ct_engine_free(second->engine);
    memset(second->config.key.bytes, 0x5a, sizeof second->config.key.bytes);
    second->engine = ct_engine_new(&second->config);
    assert_non_null(second->engine);
    struct bench *benches[] = {first, second};
    for (size_t i = 0; i < 2; i++) {
        for (uint16_t port = 40000; port < 40050; port++) {
            struct side conn = {.port = port};
            char path[16];
            (void)snprintf(path, sizeof path, "/%u", (unsigned)port);
            open_conn(benches[i], &conn);
            ask(benches[i], &conn, path);
            if (port % 3 != 0) {
                answer(benches[i], &conn, "HIT");
            }
        }
        ct_engine_finish(benches[i]->engine);
    }
    assert_string_equal(first->log, second->log);
    assert_non_null(strstr(first->log, "/40049 200 HIT;"));
    assert_int_equal(teardown((void **)&second), 0);
}

/* All stages compute differences of times: what is absurd is brought within reach first. */
static void times_out_of_all_reason_are_bounded(void **state)
{
#define LATE (INT64_MAX - CT_NS_PER_S)
    struct bench *bench = *state;
    static const int64_t stamps[] = {INT64_MIN, LATE, 0, LATE, LATE, INT64_MIN};
    struct side conn = {.port = 4000};
    struct ct_snapshot snapshot;
    int64_t all_ns = 0;
    open_conn(bench, &conn);
    for (size_t i = 0; i < sizeof stamps / sizeof stamps[0]; i++) {
        bench->now_ns = stamps[i];
        send_text(bench, &conn, 0, TF_ACK, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        bench->now_ns = stamps[sizeof stamps / sizeof stamps[0] - 1 - i];
        send_text(bench, &conn, 1, TF_ACK,
                  "HTTP/1.1 200 OK\r\nAge: 0\r\nVia: 1.1 v (Varnish/7.1)\r\n"
                  "Expires: Fri, 31 Dec 9999 23:59:59 GMT\r\nETag: \"x\"\r\n"
                  "Content-Length: 0\r\n\r\n");
    }
    ct_engine_finish(bench->engine);
    assert_true(ct_engine_snapshot(bench->engine, 1, &snapshot));
    assert_false(__builtin_sub_overflow(snapshot.last_ns, snapshot.first_ns, &all_ns));
    assert_true(snapshot.transactions > 0);
    ct_stats_snapshot_fini(&snapshot);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_packet_of_an_aggregate_counts, setup, teardown),
        cmocka_unit_test_setup_teardown(frames_become_labelled_transactions, setup, teardown),
        cmocka_unit_test_setup_teardown(a_long_pause_separates_no_answer_from_its_question, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(times_out_of_all_reason_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(one_wrong_time_stamp_ends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(every_frame_is_in_one_counter, setup, teardown),
        cmocka_unit_test_setup_teardown(the_key_of_hashes_changes_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
