/* SPDX-License-Identifier: Apache-2.0 */
/* The metrics server over real sockets, and what its command line and its clients may ask for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/metrics_accept.h"
#include "service/metrics_server.h"

#define PATIENCE_MS 20000
#define CROWD       60

/* ---- addresses -------------------------------------------------------------------------- */

static void addresses_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *means;
        bool loopback;
    } rows[] = {
        {":9113", "127.0.0.1:9113", true},
        {"9113", "127.0.0.1:9113", true},
        {"localhost:0", "127.0.0.1:0", true},
        {"127.0.0.2:1", "127.0.0.2:1", true},
        {"[::1]:9113", "[::1]:9113", true},
        {"0.0.0.0:65535", "0.0.0.0:65535", false},
        {"[::]:9113", "[::]:9113", false},
        {"192.0.2.1:80", "192.0.2.1:80", false},
        {"[2001:db8::1]:80", "[2001:db8::1]:80", false},
    };
    struct ct_metrics_address address;
    char text[CT_METRICS_ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(ct_command_metrics_address_parse(rows[i].text, &address));
        ct_command_metrics_address_text(&address, text);
        assert_string_equal(text, rows[i].means);
        assert_int_equal(address.loopback, rows[i].loopback);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        ":",
                                        "127.0.0.1",
                                        "127.0.0.1:",
                                        ":65536",
                                        ":-1",
                                        ":80x",
                                        "::1:9113",
                                        "host:9113",
                                        "[::1:80",
                                        "[127.0.0.1]:1",
                                        "127.0.0.1:80:90",
                                        "[]:80",
                                        "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17:1",
                                        " :80"};
    struct ct_metrics_address address;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (ct_command_metrics_address_parse(texts[i], &address)) {
            fail_msg("'%s' was taken", texts[i]);
        }
    }
}

/* ---- formats ---------------------------------------------------------------------------- */

static void the_format_follows_the_field_accept(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        enum ct_metrics_format format;
    } rows[] = {
        {NULL, CT_METRICS_TEXT},
        {"", CT_METRICS_TEXT},
        {"*/*", CT_METRICS_TEXT},
        {"text/html,*/*;q=0.8", CT_METRICS_TEXT},
        /* Prometheus 2.42 and 2.53, Grafana Agent */
        {"application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;"
         "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         CT_METRICS_OPENMETRICS},
        {"application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
         CT_METRICS_TEXT},
        {"text/plain;version=0.0.4;q=1,*/*;q=0.1", CT_METRICS_TEXT},
        {"application/openmetrics-text", CT_METRICS_OPENMETRICS},
        {"Application/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.001", CT_METRICS_OPENMETRICS},
        {"application/openmetrics-text;q=0", CT_METRICS_TEXT},
        {"application/openmetrics-text;q=0.4, text/plain;q=0.5", CT_METRICS_TEXT},
        {"text/plain;q=0.5, application/openmetrics-text;q=0.51", CT_METRICS_OPENMETRICS},
        {"application/openmetrics-text;q=x", CT_METRICS_TEXT},
        {"application/openmetrics-text;q=2", CT_METRICS_TEXT},
        {"application/openmetrics-texts", CT_METRICS_TEXT},
        {"a/b;c=\"application/openmetrics-text,application/openmetrics-text\"", CT_METRICS_TEXT},
        {",;,=;\"", CT_METRICS_TEXT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (ct_service_metrics_accept(rows[i].accept) != rows[i].format) {
            fail_msg("wrong for '%s'", rows[i].accept != NULL ? rows[i].accept : "(none)");
        }
    }
}

/* ---- the server ------------------------------------------------------------------------- */

struct world {
    struct ct_limits limits;
    struct ct_metrics_address address;
    struct ct_metrics_server *server;
    char answer[200000];
    size_t n;
};

static void publish(struct world *world, uint64_t hits)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    assert_non_null(snapshot);
    snapshot->counts.n[CT_OUTCOME_HIT] = hits;
    ct_service_metrics_publish(world->server, snapshot);
}

static void start(struct world *world, unsigned connection_ms)
{
    const struct ct_metrics_server_options with = {&world->limits, connection_ms};
    assert_true(ct_command_metrics_address_parse("127.0.0.1:0", &world->address));
    world->server = ct_service_metrics_open(&world->address, &with);
    assert_non_null(world->server);
    assert_true(ct_service_metrics_start(world->server));
}

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    ct_base_limits_init(&world->limits);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    ct_service_metrics_close(world->server);
    free(world);
    return 0;
}

static int dial(const struct world *world)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, &world->address.socket.any, world->address.length), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* Reads to the end of the connection; fails when that does not come. */
static const char *hear(struct world *world, int fd)
{
    world->n = 0;
    for (;;) {
        struct pollfd pollfd = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&pollfd, 1, PATIENCE_MS), 1);
        ssize_t n = recv(fd, world->answer + world->n, sizeof world->answer - 1 - world->n, 0);
        if (n <= 0) {
            break;
        }
        world->n += (size_t)n;
    }
    world->answer[world->n] = '\0';
    (void)close(fd);
    return world->answer;
}

static const char *ask(struct world *world, const char *request)
{
    int fd = dial(world);
    say(fd, request);
    return hear(world, fd);
}

static void want(const char *answer, const char *text)
{
    if (strstr(answer, text) == NULL) {
        fail_msg("no '%s' in: %.400s", text, answer);
    }
}

static const char get_metrics[] = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
static const char hit_line[] = "cachetap_transactions_total{outcome=\"HIT\",class=\"hit\"} ";

static void the_latest_snapshot_is_served(void **state)
{
    struct world *world = *state;
    char line[128];
    start(world, CT_METRICS_CONNECTION_MS);
    for (unsigned hits = 1; hits < 5; hits++) {
        publish(world, 1000 + hits);
        publish(world, hits);
        (void)snprintf(line, sizeof line, "\n%s%u\n", hit_line, hits);
        const char *answer = ask(world, get_metrics);
        want(answer, "HTTP/1.1 200 OK\r\n");
        want(answer, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n");
        want(answer, line);
        want(ask(world, get_metrics), line);
    }
    const char *answer = ask(world, "GET /metrics HTTP/1.1\r\nHost: a\r\n"
                                    "Accept: application/openmetrics-text\r\n\r\n");
    want(answer, "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n");
    want(answer, "\n# EOF\n");
    want(answer, "Connection: close\r\n");
}

static void only_what_exists_is_answered(void **state)
{
    struct world *world = *state;
    start(world, CT_METRICS_CONNECTION_MS);
    want(ask(world, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 503 ");
    publish(world, 1);
    want(ask(world, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 200 OK\r\n");
    want(ask(world, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 404 ");
    want(ask(world, "GET /metrics/../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n"), "HTTP/1.1 404 ");
    const char *answer = ask(world, "POST /metrics HTTP/1.1\r\nHost: a\r\n"
                                    "Content-Length: 4000000000\r\n\r\nx");
    want(answer, "HTTP/1.1 405 ");
    want(answer, "Allow: GET, HEAD\r\n");
    answer = ask(world, "HEAD /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    want(answer, "HTTP/1.1 200 OK\r\n");
    assert_string_equal(answer + world->n - 4, "\r\n\r\n");
    want(ask(world, "\x16\x03\x01 nonsense\r\n\r\n"), "HTTP/1.1 400 ");
}

static void a_large_request_is_refused(void **state)
{
    struct world *world = *state;
    static char request[65536];
    start(world, CT_METRICS_CONNECTION_MS);
    publish(world, 1);
    int n = snprintf(request, sizeof request, "GET /metrics HTTP/1.1\r\nHost: a\r\nX: ");
    memset(request + n, 'a', 20000);
    want(ask(world, request), "HTTP/1.1 431 ");
    n = snprintf(request, sizeof request, "GET /");
    memset(request + n, 'a', 20000);
    request[n + 20000] = '\0';
    want(ask(world, request), "HTTP/1.1 414 ");
}

/* A client that trickles is cut in time, whatever it does to look alive. */
static void a_slow_client_is_cut(void **state)
{
    struct world *world = *state;
    start(world, 200);
    publish(world, 1);
    int fd = dial(world);
    bool open = true;
    say(fd, "GET /metrics HTTP/1.1\r\n");
    for (unsigned i = 0; open && i < PATIENCE_MS / 20; i++) {
        struct pollfd pollfd = {.fd = fd, .events = POLLIN};
        (void)send(fd, "X: y\r\n", 6, MSG_NOSIGNAL);
        char c = 0;
        open = poll(&pollfd, 1, 20) == 0 || recv(fd, &c, 1, 0) > 0;
    }
    assert_false(open);
    (void)close(fd);
    want(ask(world, get_metrics), "\ncachetap_metrics_connections_cut_total 1\n");
}

/* Those who hold connections do not keep others out. */
static void a_crowd_of_idle_clients_keeps_nobody_out(void **state)
{
    struct world *world = *state;
    int fds[CROWD];
    start(world, 60000);
    publish(world, 7);
    for (size_t i = 0; i < CROWD; i++) {
        fds[i] = dial(world);
        say(fds[i], "GET /metrics HTTP/1.1\r\nHost: ");
    }
    for (unsigned i = 0; i < 10; i++) {
        want(ask(world, get_metrics), "HTTP/1.1 200 OK\r\n");
    }
    assert_string_equal(hear(world, fds[0]), ""); /* the oldest had to go */
    for (size_t i = 1; i < CROWD; i++) {
        (void)close(fds[i]);
    }
}

static void clients_that_do_not_read_hold_nothing_up(void **state)
{
    struct world *world = *state;
    int fds[CROWD];
    start(world, 60000);
    for (size_t i = 0; i < CROWD; i++) {
        int small = 1024;
        fds[i] = socket(AF_INET, SOCK_STREAM, 0);
        (void)setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
        assert_int_equal(connect(fds[i], &world->address.socket.any, world->address.length), 0);
        publish(world, i);
        say(fds[i], get_metrics);
    }
    publish(world, 4711);
    char line[128];
    (void)snprintf(line, sizeof line, "\n%s4711\n", hit_line);
    want(ask(world, get_metrics), line);
    for (size_t i = 0; i < CROWD; i++) {
        (void)close(fds[i]);
    }
}

static void a_port_in_use_is_told(void **state)
{
    struct world *world = *state;
    const struct ct_metrics_server_options with = {&world->limits, CT_METRICS_CONNECTION_MS};
    start(world, CT_METRICS_CONNECTION_MS);
    struct ct_metrics_address same = world->address;
    errno = 0;
    assert_null(ct_service_metrics_open(&same, &with));
    assert_int_equal(errno, EADDRINUSE);
}

static void a_server_that_was_never_started_is_closed(void **state)
{
    struct world *world = *state;
    const struct ct_metrics_server_options with = {&world->limits, CT_METRICS_CONNECTION_MS};
    assert_true(ct_command_metrics_address_parse("[::1]:0", &world->address));
    world->server = ct_service_metrics_open(&world->address, &with);
    if (world->server == NULL) { /* a machine without IPv6 */
        assert_true(errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT);
        return;
    }
    publish(world, 1);
    publish(world, 2);
}

int main(void)
{
#define SERVER_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_understood),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(the_format_follows_the_field_accept),
        SERVER_TEST(the_latest_snapshot_is_served),
        SERVER_TEST(only_what_exists_is_answered),
        SERVER_TEST(a_large_request_is_refused),
        SERVER_TEST(a_slow_client_is_cut),
        SERVER_TEST(a_crowd_of_idle_clients_keeps_nobody_out),
        SERVER_TEST(clients_that_do_not_read_hold_nothing_up),
        SERVER_TEST(a_port_in_use_is_told),
        SERVER_TEST(a_server_that_was_never_started_is_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
