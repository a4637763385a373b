/* SPDX-License-Identifier: Apache-2.0 */
/* The record of a connection in each format that has one, and when it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "support/render.h"

struct sample {
    struct ct_conn_info info;
    struct ct_conn_end end;
    struct ct_flow flow;
};

/* Two misses, then four hits: 6 transactions by nginx and a node with a hostile name. */
static void fill(struct sample *sample)
{
    static const char node[] = "edge\033[31m\xff";
    *sample = (struct sample){.info = {.uid = "CuidOfTheTest",
                                       .orig = {{192, 0, 2, 10}, 40000, 4},
                                       .resp = {{198, 51, 100, 1}, 80, 4},
                                       .first_ns = INT64_C(1700000000000001234)}};
    sample->end = (struct ct_conn_end){
        .info = &sample->info,
        .proto = CT_PROTO_HTTP1,
        .why = CT_CLOSE_RST,
        .last_ns = INT64_C(1700000002500001234),
        .packets = {12, 10},
        .bytes = {600, 9000},
        .missing = {1, 1460},
    };
    struct ct_flow *flow = &sample->flow;
    memcpy(flow->uid, sample->info.uid, sizeof flow->uid);
    flow->first_ns = INT64_C(1700000000500000000);
    flow->last_ns = INT64_C(1700000002400000000);
    flow->transactions = 6;
    flow->by_outcome[CT_OUTCOME_MISS] = 2;
    flow->by_outcome[CT_OUTCOME_HIT] = 4;
    flow->by_class[CT_CLASS_MISS] = 2;
    flow->by_class[CT_CLASS_HIT] = 4;
    flow->bytes[CT_CLASS_HIT] = 4000;
    flow->bytes[CT_CLASS_MISS] = 2000;
    flow->class = CT_CLASS_HIT;
    memcpy(flow->sequence, "MMHHHH", 7);
    flow->dialects[0] = "nginx";
    flow->n_dialects = 1;
    flow->n_nodes = 1;
    flow->nodes[0].n = (uint8_t)(sizeof node - 1);
    memcpy(flow->nodes[0].bytes, node, sizeof node - 1);
}

/* What format writes of the connection; the caller frees it. */
static char *render(enum ct_format format, const struct sample *sample, const struct ct_flow *flow,
                    struct ct_output_options options)
{
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);
    assert_non_null(file);
    struct ct_writer *writer = ct_output_new(format, file, &options);
    assert_non_null(writer);
    assert_int_equal(ct_output_conn(writer, &sample->end, flow), CT_OUTPUT_OK);
    assert_int_equal(ct_output_end(writer, NULL), CT_OUTPUT_OK);
    ct_output_free(writer);
    assert_int_equal(fclose(file), 0);
    return text;
}

static const struct ct_output_options on = {.connections = true};

static void the_keys_of_the_json_stand_in_their_order(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    char *text = render(CT_FORMAT_JSON, &sample, &sample.flow, on);
    static const char want[] =
        "{\"record\":\"connection\",\"ts\":1700000000.000001,\"uid\":\"CuidOfTheTest\","
        "\"id.orig_h\":\"192.0.2.10\",\"id.orig_p\":40000,\"id.resp_h\":\"198.51.100.1\","
        "\"id.resp_p\":80,\"proto\":\"tcp\",\"service\":\"http\",\"duration\":2.500000,"
        "\"orig_bytes\":600,\"resp_bytes\":9000,\"missed_bytes\":1461,\"orig_pkts\":12,"
        "\"resp_pkts\":10,\"conn_end\":\"rst\",\"midstream\":false,\"transactions\":6,"
        "\"cache_class\":\"hit\",\"cache_outcomes\":{\"HIT\":4,\"MISS\":2},"
        "\"cache_sequence\":\"MMHHHH\",\"cache_dialects\":[\"nginx\"],"
        "\"cache_nodes\":[\"edge\\u001b[31m\\u00ff\"],\"hit_ratio\":0.666667,"
        "\"cache_body_len\":{\"hit\":4000,\"miss\":2000,\"bypass\":0,\"other\":0},"
        "\"first_transaction_ts\":1700000000.500000,\"last_transaction_ts\":1700000002.400000,"
        "\"cache_partial\":false}\n";
    assert_string_equal(text, want);
    free(text);
}

static void a_tunnel_names_what_came_after_http(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    sample.end.proto = CT_PROTO_TLS;
    char *text = render(CT_FORMAT_JSON, &sample, &sample.flow, on);
    assert_non_null(strstr(text, "\"service\":\"http,tls\""));
    free(text);
}

static void a_label_that_was_given_up_is_null_and_not_zero(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    char *text = render(CT_FORMAT_JSON, &sample, NULL, on);
    json_t *json = json_loads(text, 0, NULL);
    assert_non_null(json);
    static const char *const unknown[] = {"transactions",   "cache_class", "cache_outcomes",
                                          "cache_sequence", "hit_ratio",   "cache_dialects"};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        assert_true(json_is_null(json_object_get(json, unknown[i])));
    }
    assert_true(json_is_true(json_object_get(json, "cache_partial")));
    assert_int_equal(json_object_size(json), 28);
    json_decref(json);
    free(text);
    text = render(CT_FORMAT_TEXT, &sample, NULL, on);
    assert_non_null(strstr(text, " its label was given up, ended: rst\n"));
    free(text);
}

static void a_cut_sequence_is_marked(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    memset(sample.flow.sequence, 'H', CT_FLOW_SEQUENCE_MAX);
    sample.flow.transactions = CT_FLOW_SEQUENCE_MAX;
    char *text = render(CT_FORMAT_JSON, &sample, &sample.flow, on);
    assert_non_null(strstr(text, "HHH\","));
    free(text);
    sample.flow.transactions++;
    text = render(CT_FORMAT_JSON, &sample, &sample.flow, on);
    assert_non_null(strstr(text, "HHH+\","));
    free(text);
    text = render(CT_FORMAT_TEXT, &sample, &sample.flow, on);
    assert_non_null(strstr(text, "HHH+ 65 transactions"));
    free(text);
}

static void the_line_of_text_stands_in_the_columns_of_transactions(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    char *text = render(CT_FORMAT_TEXT, &sample, &sample.flow, on);
    assert_string_equal(text, "22:13:20.000001 192.0.2.10:40000 > 198.51.100.1:80 --- hit"
                              "                -        2.5s  5.8k CONN MMHHHH 6 transactions,"
                              " hit ratio 66.7 %, ended: rst, nginx\n");
    free(text);
    struct ct_output_options narrow = {.connections = true, .columns = 80};
    text = render(CT_FORMAT_TEXT, &sample, &sample.flow, narrow);
    assert_int_equal(strlen(text), 81);
    assert_non_null(strstr(text, "CONN MMHHHH 6"));
    free(text);
}

static void csv_has_a_format_of_its_own_for_them(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    char *text = render(CT_FORMAT_CSV_CONNECTIONS, &sample, &sample.flow,
                        (struct ct_output_options){.connections = false});
    assert_non_null(strstr(text, "record,ts,uid,id.orig_h,"));
    assert_non_null(strstr(text, ",hit,HIT=4; MISS=2,MMHHHH,nginx,edge\\x1b[31m\\xff,0.666667,"
                                 "hit=4000; miss=2000; bypass=0; other=0,"));
    free(text);
    text = render(CT_FORMAT_CSV, &sample, &sample.flow, on);
    assert_null(strstr(text, "connection"));
    free(text);
}

static void only_what_was_asked_for_and_carried_http_is_written(void **state)
{
    (void)state;
    struct sample sample;
    fill(&sample);
    char *text =
        render(CT_FORMAT_JSON, &sample, &sample.flow, (struct ct_output_options){.color = false});
    assert_string_equal(text, "");
    free(text);
    sample.end.proto = CT_PROTO_SSH;
    text = render(CT_FORMAT_JSON, &sample, NULL, on);
    assert_string_equal(text, "");
    free(text);
    assert_true(ct_output_wants_conns(CT_FORMAT_TEXT) && ct_output_wants_conns(CT_FORMAT_JSON));
    assert_true(ct_output_wants_conns(CT_FORMAT_CSV_CONNECTIONS));
    assert_false(ct_output_wants_conns(CT_FORMAT_CSV) || ct_output_wants_conns(CT_FORMAT_SUMMARY));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_keys_of_the_json_stand_in_their_order),
        cmocka_unit_test(a_tunnel_names_what_came_after_http),
        cmocka_unit_test(a_label_that_was_given_up_is_null_and_not_zero),
        cmocka_unit_test(a_cut_sequence_is_marked),
        cmocka_unit_test(the_line_of_text_stands_in_the_columns_of_transactions),
        cmocka_unit_test(csv_has_a_format_of_its_own_for_them),
        cmocka_unit_test(only_what_was_asked_for_and_carried_http_is_written),
    };
    return cmocka_run_group_tests(tests, rn_use_utc, NULL);
}
