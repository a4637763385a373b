/* SPDX-License-Identifier: Apache-2.0 */
/* The page of metrics: its samples, its form in both formats, and names from hostile traffic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "output/metrics.h"

#define SAMPLES_MAX 4096

struct world {
    struct ct_snapshot snapshot;
    struct ct_limits limits;
    struct ct_metrics_view view;
    struct ct_buf buf;
};

static int setup(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    assert_non_null(world);
    ct_base_limits_init(&world->limits);
    world->view = (struct ct_metrics_view){
        .snapshot = &world->snapshot,
        .limits = &world->limits,
        .taken_ns = INT64_C(1700000001500000000),
        .start_ns = INT64_C(1700000000000000000),
        .cpu_ns = 250000000,
        .resident_bytes = 4096,
        .requests = 7,
    };
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    ct_output_buf_fini(&world->buf);
    free(world);
    return 0;
}

static const char *render(struct world *world, enum ct_metrics_format format)
{
    world->buf.n = 0;
    ct_metrics_render(&world->buf, &world->view, format);
    ct_output_put_char(&world->buf, '\0');
    assert_false(world->buf.failed);
    return world->buf.p;
}

/* A whole line of the page. */
static void want_line(const char *page, const char *line)
{
    size_t n = strlen(line);
    for (const char *at = page; at != NULL && *at != '\0';) {
        if (strncmp(at, line, n) == 0 && at[n] == '\n') {
            return;
        }
        at = strchr(at, '\n');
        at = at != NULL ? at + 1 : NULL;
    }
    fail_msg("no line '%s' in:\n%s", line, page);
}

static void check_form(struct world *world, enum ct_metrics_format format);

static void numbers_of_the_snapshot_stand_on_the_page(void **state)
{
    struct world *world = *state;
    struct ct_snapshot *snapshot = &world->snapshot;
    snapshot->counts.n[CT_OUTCOME_HIT] = 5;
    snapshot->counts.n[CT_OUTCOME_STALE] = 1;
    snapshot->counts.bytes[CT_OUTCOME_HIT] = 512;
    snapshot->counts.n[CT_OUTCOME_MISS] = 2;
    snapshot->by_basis[CT_BASIS_STATED] = 8;
    snapshot->by_reason[CT_REASON_COLD] = 2;
    snapshot->by_status_class[2] = 8;
    snapshot->by_mark[CT_MARK_FOSSIL] = 3;
    snapshot->by_finding[0] = 9;
    snapshot->not_chosen = 11;
    snapshot->ratios.origin_requests = (struct ct_ratio){6, 2};
    snapshot->dialects[0] = (struct ct_dialect_row){"nginx", 4, {4, 0, 0, 0}};
    snapshot->n_dialects = 1;
    snapshot->packets.status[CT_PACKET_TCP] = 90;
    snapshot->stream.gaps = 3;
    snapshot->stream.open_now = 4;
    snapshot->stream.held_bytes_peak = 1460;
    snapshot->http.malformed = 1;
    snapshot->protos[CT_PROTO_TLS] = (struct ct_proto_row){2, 5000};
    snapshot->closes[CT_CLOSE_RST] = 1;
    snapshot->last_ns = INT64_C(1700000001123456789);
    const char *page = render(world, CT_METRICS_TEXT);
    want_line(page, "# TYPE cachetap_transactions_total counter");
    want_line(page, "cachetap_transactions_total{outcome=\"HIT\",class=\"hit\"} 5");
    want_line(page, "cachetap_transactions_total{outcome=\"STALE\",class=\"hit\"} 1");
    want_line(page, "cachetap_transactions_total{outcome=\"ERROR\",class=\"other\"} 0");
    want_line(page, "cachetap_response_body_bytes_total{outcome=\"HIT\",class=\"hit\"} 512");
    want_line(page, "cachetap_basis_transactions_total{basis=\"stated\"} 8");
    want_line(page, "cachetap_reason_transactions_total{reason=\"cold\"} 2");
    want_line(page, "cachetap_mark_transactions_total{mark=\"fossil\"} 3");
    assert_non_null(strstr(page, "\ncachetap_finding_transactions_total{finding=\""));
    want_line(page, "cachetap_transactions_not_chosen_total 11");
    want_line(page, "cachetap_code_transactions_total{code=\"2xx\"} 8");
    want_line(page, "cachetap_origin_transactions_total{origin=\"spared\"} 6");
    want_line(page, "cachetap_origin_transactions_total{origin=\"reached\"} 2");
    want_line(page, "cachetap_dialect_transactions_total{dialect=\"nginx\",class=\"hit\"} 4");
    want_line(page, "cachetap_dialect_transactions_total{dialect=\"none\",class=\"hit\"} 2");
    want_line(page, "cachetap_packets_total{status=\"tcp\"} 90");
    want_line(page, "cachetap_stream_gaps_total 3");
    want_line(page, "cachetap_connections_open 4");
    want_line(page, "# TYPE cachetap_stream_held_bytes_peak gauge");
    want_line(page, "cachetap_stream_held_bytes_peak 1460");
    want_line(page, "cachetap_http_malformed_total 1");
    want_line(page, "cachetap_protocol_bytes_total{protocol=\"tls\"} 5000");
    want_line(page, "cachetap_connections_ended_total{reason=\"rst\"} 1");
    want_line(page, "cachetap_limit{limit=\"metrics_hosts\"} 50");
    want_line(page, "cachetap_last_packet_timestamp_seconds 1700000001.123456");
    want_line(page, "process_start_time_seconds 1700000000.000000");
    want_line(page, "process_cpu_seconds_total 0.250000");
    want_line(page, "process_resident_memory_bytes 4096");
    want_line(page, "cachetap_metrics_requests_total 7");
}

static void drops_stand_apart_by_where_they_happened(void **state)
{
    struct world *world = *state;
    struct ct_capture_counters *capture = &world->snapshot.capture;
    capture->n_ifaces = 3;
    capture->ifaces[0] = (struct ct_iface_counters){"eth0", 100, 7, 1, 2, true};
    capture->ifaces[1] = (struct ct_iface_counters){"eth1", 50, 0, 0, 0, false};
    capture->ifaces[2] = (struct ct_iface_counters){"eth0", 10, 1, 0, 0, true};
    capture->dropped_records = 5;
    capture->unsaved_packets = 6;
    world->snapshot.records_lost = 8;
    const char *page = render(world, CT_METRICS_TEXT);
    want_line(page, "cachetap_capture_received_packets_total{interface=\"eth0\"} 110");
    want_line(page, "cachetap_capture_received_packets_total{interface=\"eth1\"} 50");
    want_line(page, "cachetap_capture_kernel_dropped_packets_total{interface=\"eth0\"} 8");
    want_line(page, "cachetap_capture_interface_dropped_packets_total{interface=\"eth0\"} 1");
    want_line(page, "cachetap_capture_interface_downs_total{interface=\"eth0\"} 2");
    want_line(page, "cachetap_dropped_records_total{where=\"output\"} 5");
    want_line(page, "cachetap_dropped_records_total{where=\"threads\"} 8");
    want_line(page, "cachetap_unsaved_packets_total 6");
    check_form(world, CT_METRICS_TEXT);
}

static void histograms_are_cumulative_and_end_with_infinity(void **state)
{
    struct world *world = *state;
    struct ct_time_histogram *times = &world->snapshot.ttfb_times[CT_CLASS_MISS];
    times->n = 3;
    times->sum_s = 40;
    times->sum_ns = 7;
    for (size_t i = 3; i < CT_TIME_BOUND_COUNT; i++) {
        times->at_most[i] = 2;
    }
    const char *page = render(world, CT_METRICS_TEXT);
    want_line(page, "# TYPE cachetap_time_to_first_byte_seconds histogram");
    want_line(page, "cachetap_time_to_first_byte_seconds_bucket{class=\"miss\",le=\"0.0005\"} 0");
    want_line(page, "cachetap_time_to_first_byte_seconds_bucket{class=\"miss\",le=\"0.001\"} 2");
    want_line(page, "cachetap_time_to_first_byte_seconds_bucket{class=\"miss\",le=\"30.0\"} 2");
    want_line(page, "cachetap_time_to_first_byte_seconds_bucket{class=\"miss\",le=\"+Inf\"} 3");
    want_line(page, "cachetap_time_to_first_byte_seconds_sum{class=\"miss\"} 40.000000007");
    want_line(page, "cachetap_time_to_first_byte_seconds_count{class=\"miss\"} 3");
    want_line(page, "cachetap_transaction_duration_seconds_count{class=\"miss\"} 0");
}

static void openmetrics_names_families_and_ends_with_eof(void **state)
{
    struct world *world = *state;
    const char *page = render(world, CT_METRICS_OPENMETRICS);
    want_line(page, "# TYPE cachetap_transactions counter");
    want_line(page, "cachetap_transactions_total{outcome=\"HIT\",class=\"hit\"} 0");
    want_line(page, "# TYPE cachetap_build info");
    assert_non_null(strstr(page, "\ncachetap_build_info{version=\""));
    assert_string_equal(page + strlen(page) - strlen("\n# EOF\n"), "\n# EOF\n");
    page = render(world, CT_METRICS_TEXT);
    want_line(page, "# TYPE cachetap_build_info gauge");
    assert_null(strstr(page, "# EOF"));
}

static void what_is_not_known_is_left_out(void **state)
{
    struct world *world = *state;
    world->view.resident_bytes = 0;
    assert_null(strstr(render(world, CT_METRICS_TEXT), "\nprocess_resident_memory_bytes "));
}

/* ---- form ------------------------------------------------------------------------------- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Where the value of a sample begins: behind the space outside quotes. */
static char *value_of(char *line)
{
    bool quoted = false;
    for (; *line != '\0'; line++) {
        if (quoted && *line == '\\') {
            assert_true(line[1] == '\\' || line[1] == '"' || line[1] == 'n');
            line++;
        } else if (*line == '"') {
            quoted = !quoted;
        } else if (!quoted && *line == ' ') {
            *line = '\0';
            return line + 1;
        }
    }
    fail_msg("no value");
    return NULL;
}

/* Every line is a comment or a sample with a number; no series stands there twice. */
static void check_form(struct world *world, enum ct_metrics_format format)
{
    static char *series[SAMPLES_MAX];
    size_t n = 0;
    char *rest = NULL;
    (void)render(world, format);
    struct ct_span page = {(const uint8_t *)world->buf.p, strlen(world->buf.p)};
    for (size_t at = 0; at < page.n;) {
        size_t length = ct_base_utf8_length(page, at);
        assert_true(length > 0);
        assert_true(page.p[at] == '\n' || !ct_base_utf8_control(page.p + at, length));
        at += length;
    }
    for (char *line = strtok_r(world->buf.p, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        if (line[0] == '#') {
            continue;
        }
        char *end = NULL;
        const char *value = value_of(line);
        (void)strtod(value, &end);
        assert_true(end > value && *end == '\0');
        assert_true(n < SAMPLES_MAX);
        series[n++] = line;
    }
    assert_true(n > 300);
    qsort(series, n, sizeof *series, compare_texts);
    for (size_t i = 1; i < n; i++) {
        assert_string_not_equal(series[i - 1], series[i]);
    }
}

static void both_formats_are_well_formed_with_hostile_names(void **state)
{
    struct world *world = *state;
    static uint8_t longest[5000];
    memset(longest, '"', sizeof longest);
    static const char *const names[] = {"a\"} 1\ncachetap_transactions_total 5",
                                        "\\",
                                        "\\\"",
                                        "caf\xe9",
                                        "caf\xc3\xa9",
                                        "\x1b[31m",
                                        "\xe2\x80\xae"};
    struct ct_named_host hosts[sizeof names / sizeof names[0] + 1] = {0};
    size_t n = sizeof names / sizeof names[0];
    for (size_t i = 0; i < n; i++) {
        hosts[i].host = ct_span_of(names[i]);
    }
    hosts[n].host = (struct ct_span){longest, sizeof longest};
    world->snapshot.named_hosts = hosts;
    world->snapshot.n_named_hosts = n + 1;
    check_form(world, CT_METRICS_TEXT);
    check_form(world, CT_METRICS_OPENMETRICS);
    const char *page = render(world, CT_METRICS_TEXT);
    want_line(page, "cachetap_host_transactions_total{host=\"caf\\\\xe9\",class=\"hit\"} 0");
    want_line(page, "cachetap_host_transactions_total{host=\"caf\xc3\xa9\",class=\"hit\"} 0");
    want_line(page, "cachetap_host_transactions_total{host=\"\\\\\\\"\",class=\"hit\"} 0");
    for (const char *line = page; *line != '\0'; line = strchr(line, '\n') + 1) {
        assert_true(strchr(line, '\n') - line < 2 * CT_METRICS_LABEL_BYTES + 100);
    }
}

static void every_row_tells_what_it_is(void **state)
{
    (void)state;
    struct ct_metrics_row row;
    size_t n = 0;
    for (; ct_metrics_row(n, &row); n++) {
        assert_true(strncmp(row.name, "cachetap_", 9) == 0 ||
                    strncmp(row.name, "process_", 8) == 0);
        assert_true(strlen(row.help) > 10 && row.help[strlen(row.help) - 1] == '.');
        const char *total = strstr(row.name, "_total");
        assert_true((total != NULL && total[6] == '\0') == (strcmp(row.type, "counter") == 0));
    }
    assert_true(n > 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_of_the_snapshot_stand_on_the_page, setup, teardown),
        cmocka_unit_test_setup_teardown(drops_stand_apart_by_where_they_happened, setup, teardown),
        cmocka_unit_test_setup_teardown(histograms_are_cumulative_and_end_with_infinity, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(openmetrics_names_families_and_ends_with_eof, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_is_not_known_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(both_formats_are_well_formed_with_hostile_names, setup,
                                        teardown),
        cmocka_unit_test(every_row_tells_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
