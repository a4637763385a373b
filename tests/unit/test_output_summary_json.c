/* SPDX-License-Identifier: Apache-2.0 */
/* The report as JSON, read back with another library; what both forms of it say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "fixtures/report.h"

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (object == NULL) {
        fail_msg("%s", error.text);
    }
    return object;
}

/* The value at a path such as "hit_ratio/client". */
static const json_t *at(const json_t *value, const char *path)
{
    char key[64];
    while (*path != '\0') {
        size_t n = strcspn(path, "/");
        assert_true(n < sizeof key);
        memcpy(key, path, n);
        key[n] = '\0';
        value = json_object_get(value, key);
        if (value == NULL) {
            fail_msg("no %s", key);
        }
        path += n + (path[n] == '/' ? 1 : 0);
    }
    return value;
}

static void want_integer(const json_t *object, const char *path, json_int_t want)
{
    assert_true(json_is_integer(at(object, path)));
    assert_int_equal(json_integer_value(at(object, path)), want);
}

static void want_near(const json_t *object, const char *path, double want)
{
    assert_true(json_is_real(at(object, path)));
    double got = json_real_value(at(object, path));
    assert_true(got > want - 1e-6 && got < want + 1e-6);
}

static json_int_t sum_of(const json_t *object)
{
    json_int_t sum = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        sum += json_integer_value(value);
    }
    return sum;
}

static void counts_and_ratios_are_read_back(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    char *text = report_render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
    json_t *object = parse(text);
    want_integer(object, "transactions/total", 10);
    want_integer(object, "transactions/incomplete", 1);
    want_integer(object, "cache_status/HIT", 3);
    want_integer(object, "cache_status/CLIENT_REFRESH", 0);
    assert_int_equal(sum_of(at(object, "cache_status")), 10);
    assert_int_equal(sum_of(at(object, "cache_class")), 10);
    want_integer(object, "cache_class/hit", 4);
    want_integer(object, "cache_class_bytes/hit", 4000);
    want_integer(object, "hit_ratio/client/requests/hit", 4);
    want_near(object, "hit_ratio/client/requests/ratio", 0.666667);
    want_near(object, "hit_ratio/client/bytes/ratio", 0.571429);
    want_near(object, "hit_ratio/origin/requests/ratio", 1.0);
    assert_true(json_is_null(at(object, "hit_ratio/origin/bytes/ratio"))); /* 0 / 0 */
    want_near(object, "capture/first_ts", 1700000000.123456);
    want_near(object, "ttfb/hit/p50", 0.001);
    want_near(object, "ttfb/miss/max", 1.2);
    assert_true(json_is_null(at(object, "ttfb/bypass/p50")));
    assert_non_null(strstr(text, "\"first_ts\":1700000000.123456,"));
    json_decref(object);
    free(text);
}

static void lists_and_accounts_are_read_back(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    snapshot.packets.fragments_open = 4;
    snapshot.http.resyncs = 5;
    char *text = report_render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
    json_t *object = parse(text);
    const json_t *host = json_array_get(at(object, "hosts"), 0);
    assert_string_equal(json_string_value(at(host, "host")), "www.example");
    want_integer(host, "requests", 8);
    want_integer(host, "miss", 2);
    want_integer(host, "bytes/miss", 3000);
    want_integer(host, "cache_status/UNKNOWN", 2);
    want_near(host, "hit_ratio", 0.666667);
    host = json_array_get(at(object, "hosts"), 1);
    assert_true(json_is_null(at(host, "host")));
    assert_true(json_is_null(at(host, "hit_ratio")));
    const json_t *uri = json_array_get(at(object, "uris"), 0);
    assert_string_equal(json_string_value(at(uri, "uri")), "www.example/app.js?v=\033[31m");
    want_integer(uri, "overcount", 3);
    const json_t *name = json_array_get(at(object, "server_names"), 0);
    want_integer(name, "connections", 2);
    const json_t *value = json_array_get(at(object, "unknown_status"), 0);
    assert_string_equal(json_string_value(at(value, "line")), "X-Cache: Lukewarm");
    want_integer(object, "lists/uris/replaced", 9);
    want_integer(object, "packets/read", 100);
    want_integer(object, "packets/sum", 100);
    assert_int_equal(sum_of(at(object, "packets/status")), 100);
    want_integer(object, "segments/sum", 90);
    want_integer(object, "connections/protocol/tls/connections", 2);
    want_integer(object, "connections/ended/rst", 1);
    want_integer(object, "stream/gap_bytes", 1460);
    want_integer(object, "http/malformed", 0);
    want_integer(object, "given_up/stream_gap_bytes", 1460);
    want_integer(object, "given_up/packet_truncated", 2);
    want_integer(object, "given_up/packet_fragments_open", 4);
    want_integer(object, "given_up/http_resyncs", 5);
    assert_null(json_object_get(at(object, "given_up"), "stream_connections"));
    want_integer(object, "given_up/stats_uris_replaced", 9);
    json_decref(object);
    free(text);
}

static void the_largest_counters_do_not_overflow(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    snapshot.ratios.client_bytes = (struct ct_ratio){UINT64_MAX / 2, UINT64_MAX / 2};
    snapshot.stream.gap_bytes = UINT64_MAX;
    snapshot.last_ns = INT64_MAX;
    snapshot.first_ns = INT64_MIN;
    snapshot.ttfb[CT_CLASS_HIT] =
        (struct ct_quantiles){1, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "client, by bytes          50.0 %");
    report_has(text, "18,446,744,073,709,551,615");
    free(text);
    text = report_render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
    assert_non_null(strstr(text, "\"gap_bytes\":18446744073709551615"));
    assert_non_null(strstr(text, "\"ratio\":0.500000"));
    free(text);
}

static void connections_are_summed_and_the_costly_listed(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    snapshot.flows.given_up = 4;
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "        10          70  85.7 %   2.0k  HHHHHHHHHHH+ 192.0.2.10:40000"
                     " > 198.51.100.1:80\n");
    report_has(text, " 4  labels of connections given up: the limit flows\n");
    free(text);
    text = report_render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
    json_t *json = json_loads(text, 0, NULL);
    json_t *part = json_object_get(json, "flows");
    assert_int_equal(json_integer_value(json_object_get(part, "connections")), 3);
    assert_int_equal(json_integer_value(json_object_get(part, "given_up")), 4);
    assert_float_equal(json_real_value(json_object_get(part, "reuse_ratio")), 0.7, 1e-9);
    json_t *lengths = json_object_get(part, "transactions");
    assert_int_equal(json_integer_value(json_object_get(lengths, "8-15")), 1);
    json_t *row = json_array_get(json_object_get(part, "by_misses"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "uid")), "CuidOfTheTest");
    assert_int_equal(strlen(json_string_value(json_object_get(row, "cache_sequence"))), 65);
    assert_string_equal(json_string_value(json_object_get(row, "id.orig_h")), "192.0.2.10");
    json_decref(json);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_ratios_are_read_back),
        cmocka_unit_test(lists_and_accounts_are_read_back),
        cmocka_unit_test(the_largest_counters_do_not_overflow),
        cmocka_unit_test(connections_are_summed_and_the_costly_listed),
    };
    return cmocka_run_group_tests(tests, rn_use_utc, NULL);
}
