/* SPDX-License-Identifier: Apache-2.0 */
/* The report for people, made from a small fixed snapshot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "fixtures/report.h"

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
    report_fill(&snapshot);
    char *text =
        report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){.columns = 80});
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
    report_fill(&snapshot);
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot,
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
    report_has(text, "\xe2\x96\x88");
    free(text);
}

static void colours_and_meanings_come_when_wanted(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot,
                               (struct ct_output_options){.color = true, .explain = true});
    report_has(text, "\033[32mHIT\033[0m");
    report_has(text, "      served from the store, fresh\n");
    free(text);
    text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_lacks(text, "\033");
    report_lacks(text, "served from the store");
    free(text);
}

static void a_run_without_loss_says_so(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    snapshot.complete = 10;
    snapshot.missing_bytes = 0;
    snapshot.packets.status[CT_PACKET_TRUNCATED] = 0;
    snapshot.packets.frames = 98;
    snapshot.stream.gaps = 0;
    snapshot.stream.gap_bytes = 0;
    snapshot.uris.replaced = 0;
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "\nSkipped or given up\n  nothing was given up\n");
    report_lacks(text, "Transactions not seen in full");
    free(text);
}

static void an_empty_input_and_one_without_http_are_explained(void **state)
{
    (void)state;
    struct ct_snapshot snapshot = {0};
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "The input holds no packets");
    report_lacks(text, "Cache outcomes");
    free(text);

    snapshot.packets.frames = 20;
    snapshot.packets.status[CT_PACKET_TCP] = 12;
    snapshot.packets.status[CT_PACKET_QUIC] = 8;
    snapshot.protos[CT_PROTO_TLS].connections = 3;
    text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "No HTTP/1.x transaction was found. What was found instead:\n"
                     "  - 3 TLS connections");
    report_has(text, "  - 8 QUIC packets");
    report_has(text, "\nPackets\n");
    free(text);

    snapshot.packets.status[CT_PACKET_TCP] = 0;
    snapshot.packets.status[CT_PACKET_UNKNOWN_LINKTYPE] = 12;
    text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "  - 12 packets of a link type that is not decoded");
    report_has(text, "No packet held a TCP segment.");
    free(text);
}

static void packets_that_are_not_accounted_for_are_seen(void **state)
{
    (void)state;
    struct ct_snapshot snapshot;
    report_fill(&snapshot);
    snapshot.packets.frames++;
    char *text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_has(text, "NOT the packets read");
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
    report_fill(&snapshot);
    snapshot.groups = (struct ct_group_list){.rows = rows, .n_rows = 2, .n_groups = 7};
    char *text =
        report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){.explain = true});
    report_has(text, "\nWhy, and what would have to change for a hit\n");
    report_has(text, want);
    free(text);
    text = report_render(CT_FORMAT_SUMMARY, &snapshot, (struct ct_output_options){0});
    report_lacks(text, "what would have to change");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_report_is_as_it_was),
        cmocka_unit_test(no_line_passes_80_columns_and_none_holds_a_control),
        cmocka_unit_test(colours_and_meanings_come_when_wanted),
        cmocka_unit_test(a_run_without_loss_says_so),
        cmocka_unit_test(an_empty_input_and_one_without_http_are_explained),
        cmocka_unit_test(packets_that_are_not_accounted_for_are_seen),
        cmocka_unit_test(groups_are_explained_when_wanted),
    };
    return cmocka_run_group_tests(tests, rn_use_utc, NULL);
}
