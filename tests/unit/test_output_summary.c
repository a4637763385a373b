/* SPDX-License-Identifier: Apache-2.0 */
/* The report, for people and as JSON, made from a small fixed snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/span.h"
#include "base/text.h"
#include "support/render.h"

#define MS CT_NS_PER_MS

static int use_utc(void **state)
{
    (void)state;
    (void)setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}

static struct ct_key_row hosts[2];
static struct ct_key_row uris[2];
static struct ct_key_row names[1];
static struct ct_key_row unknown[1];

static void fill_lists(struct ct_snapshot *snapshot)
{
    hosts[0] = (struct ct_key_row){
        .key = ct_span_of("www.example"),
        .n = 8,
        .by_outcome = {[CT_OUTCOME_HIT] = 4, [CT_OUTCOME_MISS] = 2, [CT_OUTCOME_UNKNOWN] = 2},
        .by_class = {4, 2, 0, 2},
        .bytes = {4000, 3000, 0, 0}};
    hosts[1] = (struct ct_key_row){
        .n = 2, .by_outcome = {[CT_OUTCOME_BYPASS] = 2}, .by_class = {0, 0, 2, 0}};
    uris[0] = (struct ct_key_row){.key = ct_span_of("www.example/app.js?v=\033[31m"),
                                  .n = 1234567,
                                  .over = 3,
                                  .by_outcome = {[CT_OUTCOME_EXPIRED] = 1234564},
                                  .by_class = {0, 1234564, 0, 0},
                                  .bytes = {0, CT_MIB(1500), 0, 0}};
    uris[1] = (struct ct_key_row){.key = ct_span_of("www.example/caf\xe9"),
                                  .n = 2,
                                  .by_outcome = {[CT_OUTCOME_HIT] = 2},
                                  .by_class = {2, 0, 0, 0}};
    names[0] = (struct ct_key_row){.key = ct_span_of("secure.example"), .n = 2};
    unknown[0] = (struct ct_key_row){.key = ct_span_of("X-Cache: Lukewarm"), .n = 1};
    snapshot->hosts = (struct ct_key_list){.rows = hosts, .n_rows = 2, .n_keys = 2};
    snapshot->uris = (struct ct_key_list){.rows = uris, .n_rows = 2, .n_keys = 12, .replaced = 9};
    snapshot->server_names = (struct ct_key_list){.rows = names, .n_rows = 1, .n_keys = 1};
    snapshot->unknown = (struct ct_key_list){.rows = unknown, .n_rows = 1, .n_keys = 1};
}

static void fill_cache(struct ct_snapshot *snapshot)
{
    snapshot->transactions = 10;
    snapshot->complete = 9;
    snapshot->unanswered = 1;
    snapshot->missing_bytes = 1460;
    snapshot->body_bytes = 7500;
    snapshot->counts.n[CT_OUTCOME_HIT] = 3;
    snapshot->counts.bytes[CT_OUTCOME_HIT] = 3000;
    snapshot->counts.n[CT_OUTCOME_REVALIDATED] = 1;
    snapshot->counts.bytes[CT_OUTCOME_REVALIDATED] = 1000;
    snapshot->counts.n[CT_OUTCOME_MISS] = 2;
    snapshot->counts.bytes[CT_OUTCOME_MISS] = 3000;
    snapshot->counts.n[CT_OUTCOME_BYPASS] = 2;
    snapshot->counts.n[CT_OUTCOME_UNKNOWN] = 2;
    snapshot->counts.bytes[CT_OUTCOME_UNKNOWN] = 500;
    snapshot->ratios.client_requests = (struct ct_ratio){4, 2};
    snapshot->ratios.client_bytes = (struct ct_ratio){4000, 3000};
    snapshot->ratios.origin_requests = (struct ct_ratio){6, 0};
    snapshot->by_basis[CT_BASIS_STATED] = 6;
    snapshot->by_basis[CT_BASIS_INFERRED] = 2;
    snapshot->by_basis[CT_BASIS_NONE] = 2;
    snapshot->by_reason[CT_REASON_NOT_GIVEN] = 7;
    snapshot->by_reason[CT_REASON_REQUEST_METHOD] = 1;
    snapshot->by_reason[CT_REASON_NOT_MODIFIED_FOR_CLIENT] = 2;
    snapshot->by_status_class[2] = 8;
    snapshot->by_status_class[5] = 1;
    snapshot->by_status_class[0] = 1;
    snapshot->by_note[CT_NOTE_GAP_IN_HEAD] = 1;
    snapshot->by_note[CT_NOTE_CLOSE_DELIMITED] = 4; /* tells of no loss */
    snapshot->ttfb[CT_CLASS_HIT] = (struct ct_quantiles){4, 1 * MS, 2 * MS, 2 * MS, 2 * MS};
    snapshot->ttfb[CT_CLASS_MISS] =
        (struct ct_quantiles){2, 80 * MS, 120 * MS, 120 * MS, 1200 * MS};
    snapshot->dialects[0] = (struct ct_dialect_row){"nginx", 6, {4, 2, 0, 0}};
    snapshot->n_dialects = 1;
}

static struct ct_flow flows[1];

static void fill_flows(struct ct_snapshot *snapshot)
{
    flows[0] = (struct ct_flow){.uid = "CuidOfTheTest",
                                .orig = {{192, 0, 2, 10}, 40000, 4},
                                .resp = {{198, 51, 100, 1}, 80, 4},
                                .transactions = 70,
                                .by_class = {60, 10, 0, 0},
                                .bytes = {5, 2048, 0, 0},
                                .class = CT_CLASS_HIT};
    memset(flows[0].sequence, 'H', CT_FLOW_SEQUENCE_MAX);
    snapshot->flows = (struct ct_flow_totals){.connections = 3,
                                              .reused_connections = 1,
                                              .reused_transactions = 7,
                                              .by_class = {1, 2, 0, 0},
                                              .by_length = {2, 0, 0, 1, 0, 0, 0, 0}};
    snapshot->costly_flows = (struct ct_flow_list){.rows = flows, .n_rows = 1};
}

static void fill(struct ct_snapshot *snapshot)
{
    *snapshot = (struct ct_snapshot){0};
    snapshot->first_ns = INT64_C(1700000000123456789);
    snapshot->last_ns = snapshot->first_ns + 90 * CT_NS_PER_S;
    fill_cache(snapshot);
    fill_lists(snapshot);
    fill_flows(snapshot);
    snapshot->protos[CT_PROTO_HTTP1] = (struct ct_proto_row){3, 9000};
    snapshot->protos[CT_PROTO_TLS] = (struct ct_proto_row){2, 5000};
    snapshot->closes[CT_CLOSE_FIN] = 4;
    snapshot->closes[CT_CLOSE_RST] = 1;
    snapshot->packets.frames = 100;
    snapshot->packets.wire_bytes = 20480;
    snapshot->packets.status[CT_PACKET_TCP] = 90;
    snapshot->packets.status[CT_PACKET_UDP] = 8;
    snapshot->packets.status[CT_PACKET_TRUNCATED] = 2;
    snapshot->packets.layers[CT_LAYER_VLAN] = 100;
    snapshot->packets.layers[CT_LAYER_IPV4] = 100;
    snapshot->stream.connections = 5;
    snapshot->stream.midstream = 1;
    snapshot->stream.status[CT_SEGMENT_DATA] = 60;
    snapshot->stream.status[CT_SEGMENT_CONTROL] = 30;
    snapshot->stream.gaps = 1;
    snapshot->stream.gap_bytes = 1460;
}

static char *render(enum ct_format format, const struct ct_snapshot *snapshot,
                    struct ct_output_options options)
{
    return rn_render(format, options, NULL, snapshot, NULL);
}

static void want_text(const char *text, const char *want)
{
    if (strstr(text, want) == NULL) {
        fail_msg("no '%s' in:\n%s", want, text);
    }
}

static void want_no_text(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL) {
        fail_msg("'%s' in:\n%s", unwanted, text);
    }
}

/* clang-format off */
static const char *const golden[] = {
    "cachetap summary",
    "  from         2023-11-14 22:13:20.123456 +0000",
    "  to           2023-11-14 22:14:50.123456 +0000  (90s)",
    "  packets      100, 20.0 KiB on the wire",
    "  connections  5, of which HTTP/1.x: 3",
    "  transactions 10, of which seen in full: 9",
    "  responses    2xx 8, 5xx 1, none or outside 1",
    "  bodies       7.3 KiB in responses",
    "",
    "Cache outcomes           requests    share      bodies",
    "  hit                            4   40.0 %     3.9 KiB",
    "    HIT                          3   30.0 %     2.9 KiB  ######################",
    "    REVALIDATED                  1   10.0 %      1000 B  #######",
    "  miss                           2   20.0 %     2.9 KiB",
    "    MISS                         2   20.0 %     2.9 KiB  ##############",
    "  bypass                         2   20.0 %         0 B",
    "    BYPASS                       2   20.0 %         0 B  ##############",
    "  other                          2   20.0 %       500 B",
    "    UNKNOWN                      2   20.0 %       500 B  ##############",
    "",
    "Hit ratio                   ratio  = hit / (hit + miss)",
    "  client, by requests       66.7 %  = 4 / (4 + 2)",
    "  client, by bytes          57.1 %  = 3.9 KiB / (3.9 KiB + 2.9 KiB)",
    "  origin, by requests      100.0 %  = 6 / (6 + 0)",
    "  origin, by bytes               -  = 0 B / (0 B + 0 B)",
    "  client: what the cache nearest to the client did. origin: hit is what no cache",
    "  had to fetch from the origin. bytes: of response bodies. Bypass and other are",
    "  beside the ratio, not in it.",
    "",
    "Time to first byte       measured      p50      p90      p99      max",
    "  hit                            4    1.0ms    2.0ms    2.0ms    2.0ms",
    "  miss                           2     80ms    120ms    120ms     1.2s",
    "",
    "How it is known          requests",
    "  stated                         6  a response header says so",
    "  inferred                       2  by the rules of RFC 9111",
    "  none                           2  nothing can be said",
    "",
    "Reasons                  requests",
    "  not-modified-for-client        2",
    "  request-method                 1",
    "",
    "Dialects                 requests       hit      miss    bypass     other",
    "  nginx                          6         4         2         0         0",
    "",
    "Hosts by misses",
    "    misses    requests    hits missed  mostly      host",
    "         2           8  66.7 %   2.9k  HIT         www.example",
    "         0           2       -      0  BYPASS      (no host known)",
    "",
    "URIs by misses",
    "    misses    requests    hits missed  mostly      URI",
    " 1,234,564 <=1,234,567   0.0 %   1.4G  EXPIRED     www.example/app.js?v=\\x1b[31m",
    "         0           2 100.0 %      0  HIT         www.example/caf\\xe9",
    "  and 10 more",
    "  There were more than the limit stats_keys: the least frequent were replaced 9",
    "  times, and numbers after <= may be too high.",
    "",
    "Status values that are not understood",
    "         1  X-Cache: Lukewarm",
    "",
    "Connections with HTTP   connections  share",
    "  mostly hit                     1   33.3 %",
    "  mostly miss                    2   66.7 %",
    "  transactions: 1                2   66.7 %",
    "                8-15             1   33.3 %",
    "  kept alive                     1   33.3 %",
    "  7 of 10 transactions (70.0 %) were not the first of theirs",
    "",
    "Connections by misses",
    "    misses    requests    hits missed  letters      connection",
    "        10          70  85.7 %   2.0k  HHHHHHHHHHH+ 192.0.2.10:40000 > 198.51...",
    "",
    "Not looked into          connections  payload",
    "  tls                          2    4.8 KiB  TLS, encrypted",
    "                               2  secure.example",
    "",
    "Transactions not seen in full",
    "  not complete                 1  an end of a message was not seen",
    "  no response                  1  of these",
    "  missing octets           1,460  that the capture does not hold",
    "  gap-in-head                  1",
    "",
    "Connections",
    "  seen                         5",
    "  http/1                       3  HTTP/1.x",
    "  tls                          2  TLS, encrypted",
    "  midstream                    1  the start was not captured",
    "  ended: fin                   4",
    "  ended: rst                   1",
    "",
    "Packets",
    "  tcp                         90  TCP segments, handed on",
    "  udp                          8  UDP",
    "  truncated                    2  cut by the snap length before the end of the",
    "                                  TCP header",
    "  sum                        100  every packet read",
    "  layers: vlan 100, ipv4 100",
    "",
    "TCP segments",
    "  data                        60  carried payload that was new",
    "  control                     30  without payload: SYN, ACK, FIN, RST, window",
    "                                  updates",
    "  sum                         90",
    "",
    "Skipped or given up",
    "              2  packets cut by the snap length before the end of their headers",
    "              1  holes given up",
    "          1,460  octets in holes",
    "              9  times that a URI made room for another in its list",
};
/* clang-format on */

static void the_report_is_as_it_was(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    fill(&snapshot);
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){.columns = 80});
    char *rest = text;
    for (size_t i = 0; i < sizeof golden / sizeof golden[0]; i++) {
        char *line = strsep(&rest, "\n");
        assert_non_null(line);
        assert_string_equal(line, golden[i]);
    }
    assert_string_equal(rest, "");
    free(text);
}

static void no_line_passes_80_columns_and_none_holds_a_control(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    fill(&snapshot);
    char *text = render(CT_FORMAT_SUMMARY, &snapshot,
                        (struct ct_output_options){.columns = 80, .utf8 = true});
    size_t width = 0;
    struct ct_span span = ct_span_of(text);
    for (size_t at = 0; at < span.n;) {
        size_t length = ct_base_utf8_length(span, at);
        assert_true(length > 0);
        assert_true(text[at] == '\n' || !ct_base_utf8_control(span.p + at, length));
        width = text[at] == '\n' ? 0 : width + 1;
        if (width > 80) {
            fail_msg("too wide at: %.80s", text + at - 80);
        }
        at += length;
    }
    want_text(text, "\xe2\x96\x88");
    free(text);
}

static void colours_and_meanings_come_when_wanted(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    fill(&snapshot);
    char *text = render(CT_FORMAT_SUMMARY, &snapshot,
                        (struct ct_output_options){.color = true, .explain = true});
    want_text(text, "\033[32mHIT\033[0m");
    want_text(text, "      served from the store, fresh\n");
    free(text);
    text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_no_text(text, "\033");
    want_no_text(text, "served from the store");
    free(text);
}

static void a_run_without_loss_says_so(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    fill(&snapshot);
    snapshot.complete = 10;
    snapshot.missing_bytes = 0;
    snapshot.packets.status[CT_PACKET_TRUNCATED] = 0;
    snapshot.packets.frames = 98;
    snapshot.stream.gaps = 0;
    snapshot.stream.gap_bytes = 0;
    snapshot.uris.replaced = 0;
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "\nSkipped or given up\n  nothing was given up\n");
    want_no_text(text, "Transactions not seen in full");
    free(text);
}

static void an_empty_input_and_one_without_http_are_explained(void **state)
{
    (void)state;
    struct ct_snapshot snapshot = {0};
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "The input holds no packets");
    want_no_text(text, "Cache outcomes");
    free(text);

    snapshot.packets.frames = 20;
    snapshot.packets.status[CT_PACKET_TCP] = 12;
    snapshot.packets.status[CT_PACKET_QUIC] = 8;
    snapshot.protos[CT_PROTO_TLS].connections = 3;
    text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "No HTTP/1.x transaction was found. What was found instead:\n"
                    "  - 3 TLS connections");
    want_text(text, "  - 8 QUIC packets");
    want_text(text, "\nPackets\n");
    free(text);

    snapshot.packets.status[CT_PACKET_TCP] = 0;
    snapshot.packets.status[CT_PACKET_UNKNOWN_LINKTYPE] = 12;
    text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "  - 12 packets of a link type that is not decoded");
    want_text(text, "No packet held a TCP segment.");
    free(text);
}

static void packets_that_are_not_accounted_for_are_seen(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    fill(&snapshot);
    snapshot.packets.frames++;
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "NOT the packets read");
    free(text);
}

/* ---- JSON ------------------------------------------------------------------------------- */

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
    fill(&snapshot);
    char *text = render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
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
    fill(&snapshot);
    snapshot.packets.fragments_open = 4;
    snapshot.http.resyncs = 5;
    char *text = render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
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
    fill(&snapshot);
    snapshot.ratios.client_bytes = (struct ct_ratio){UINT64_MAX / 2, UINT64_MAX / 2};
    snapshot.stream.gap_bytes = UINT64_MAX;
    snapshot.last_ns = INT64_MAX;
    snapshot.first_ns = INT64_MIN;
    snapshot.ttfb[CT_CLASS_HIT] =
        (struct ct_quantiles){1, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX};
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "client, by bytes          50.0 %");
    want_text(text, "18,446,744,073,709,551,615");
    free(text);
    text = render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
    assert_non_null(strstr(text, "\"gap_bytes\":18446744073709551615"));
    assert_non_null(strstr(text, "\"ratio\":0.500000"));
    free(text);
}

static void groups_are_explained_when_wanted(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    static const struct ct_group_row rows[] = {
        {.outcome = CT_OUTCOME_HIT,
         .dialect = "nginx",
         .n = 4,
         .example = "GET www.example/",
         .advice = "Nothing: it is a hit."},
        {.outcome = CT_OUTCOME_UNCACHEABLE,
         .reason = CT_REASON_RESPONSE_VARY_STAR,
         .n = 3,
         .rule = "the rule",
         .example = "GET www.example/x",
         .evidence = "Vary: *",
         .advice = "The response says so."},
    };
    static const char want[] =
        "           3   30.0 %  UNCACHEABLE response-vary-star\n"
        "    means     Vary: * matches no later request (RFC 9111 section 4.1)\n"
        "    example   GET www.example/x\n"
        "    evidence  Vary: *\n"
        "    rule      the rule\n"
        "    advice    The response says so.\n"
        "\n"
        "           4   40.0 %  HIT, nginx\n"
        "    means     served from the store, fresh\n"
        "    example   GET www.example/\n"
        "    advice    Nothing: it is a hit.\n"
        "\n"
        "  and 5 more groups\n";
    fill(&snapshot);
    snapshot.groups = (struct ct_group_list){.rows = rows, .n_rows = 2, .n_groups = 7};
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){.explain = true});
    want_text(text, "\nWhy, and what would have to change for a hit\n");
    want_text(text, want);
    free(text);
    text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_no_text(text, "what would have to change");
    free(text);
}

static void connections_are_summed_and_the_costly_listed(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    fill(&snapshot);
    snapshot.flows.given_up = 4;
    char *text = render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    want_text(text, "        10          70  85.7 %   2.0k  HHHHHHHHHHH+ 192.0.2.10:40000"
                    " > 198.51.100.1:80\n");
    want_text(text, " 4  labels of connections given up: the limit flows\n");
    free(text);
    text = render(CT_FORMAT_SUMMARY_JSON, &snapshot, (struct ct_output_options){0});
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
        cmocka_unit_test(the_report_is_as_it_was),
        cmocka_unit_test(no_line_passes_80_columns_and_none_holds_a_control),
        cmocka_unit_test(colours_and_meanings_come_when_wanted),
        cmocka_unit_test(a_run_without_loss_says_so),
        cmocka_unit_test(groups_are_explained_when_wanted),
        cmocka_unit_test(connections_are_summed_and_the_costly_listed),
        cmocka_unit_test(an_empty_input_and_one_without_http_are_explained),
        cmocka_unit_test(packets_that_are_not_accounted_for_are_seen),
        cmocka_unit_test(counts_and_ratios_are_read_back),
        cmocka_unit_test(lists_and_accounts_are_read_back),
        cmocka_unit_test(the_largest_counters_do_not_overflow),
    };
    return cmocka_run_group_tests(tests, use_utc, NULL);
}
