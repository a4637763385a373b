/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of one line per transaction: text and CSV; and what happens when writing fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"
#include "base/text.h"
#include "support/render.h"

static const struct ct_output_options plain = {0};

static char *render(enum ct_format format, struct ct_output_options options, const char *text)
{
    struct rn_sample sample;
    rn_sample_init(&sample, text);
    char *out = rn_render(format, options, &sample, NULL, NULL);
    rn_sample_fini(&sample);
    return out;
}

static void expect_text(const char *text, const char *want)
{
    if (strstr(text, want) == NULL) {
        fail_msg("no '%s' in '%s'", want, text);
    }
}

static void expect_no_text(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted) != NULL) {
        fail_msg("'%s' in '%s'", unwanted, text);
    }
}

/* Columns of the first line, colours and continuation bytes not counted. */
static size_t line_width(const char *text)
{
    size_t width = 0;
    for (; *text != '\n'; text++) {
        if (*text == '\033') {
            text = strchr(text, 'm');
            assert_non_null(text);
        } else {
            width += ((unsigned char)*text & 0xc0u) != 0x80u;
        }
    }
    return width;
}

static const char *const usual = "GET /app.js\nHost: www.example\n\n200\nX-Cache: HIT\n";

/* ---- text ------------------------------------------------------------------------------- */

static void a_line_holds_all_that_tells(void **state)
{
    (void)state;
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    sample.txn->request.first_ns += 1234 * CT_NS_PER_US;
    sample.txn->request.last_ns += 1234 * CT_NS_PER_US;
    sample.txn->response.body_len = CT_KIB(34);
    sample.txn->response.last_ns += 2 * CT_NS_PER_S;
    sample.verdict.age_s = 61;
    char *text = rn_render(CT_FORMAT_TEXT, plain, &sample, NULL, NULL);
    assert_string_equal(text, "22:13:20.001234 192.0.2.10:40000 > 198.51.100.1:80 200 HIT"
                              "           age=61   48ms/2.0s   34k GET  www.example/app.js"
                              " x-cache\n");
    free(text);
    rn_sample_fini(&sample);
}

static void nothing_is_cut_when_no_width_is_given(void **state)
{
    (void)state;
    char input[3000];
    int n = snprintf(input, sizeof input, "GET /%02000d\nHost: www.example\n\n200\n", 7);
    assert_true(n > 2000);
    char *text = render(CT_FORMAT_TEXT, plain, input);
    assert_true(line_width(text) > 2000);
    free(text);
    for (unsigned columns = 80; columns <= 220; columns += 10) {
        struct ct_output_options options = {.columns = columns};
        text = render(CT_FORMAT_TEXT, options, input);
        assert_int_equal(line_width(text), columns);
        expect_text(text, "...");
        free(text);
        options.utf8 = true;
        options.color = true;
        text = render(CT_FORMAT_TEXT, options, input);
        assert_int_equal(line_width(text), columns);
        expect_text(text, "\xe2\x80\xa6");
        free(text);
    }
}

static void the_host_is_shortened_before_the_target(void **state)
{
    (void)state;
    struct ct_output_options options = {.columns = 80, .utf8 = true};
    char *text = render(CT_FORMAT_TEXT, options, "GET /gzip\nHost: static.example.com\n\n200\n");
    expect_text(text, " GET  static.exa\xe2\x80\xa6/gzip\n");
    free(text);
    text = render(CT_FORMAT_TEXT, options,
                  "GET /a/long/target/of/many/parts\nHost: static.example.com\n\n200\n");
    expect_text(text, " GET  stati\xe2\x80\xa6/a/long/t\xe2\x80\xa6\n");
    free(text);
    text = render(CT_FORMAT_TEXT, options,
                  "GET http://static.example.com/gzip\nHost: static.example.com\n\n200\n");
    expect_text(text, " GET  http://static.e\xe2\x80\xa6\n");
    free(text);
}

static void columns_stay_aligned_when_flows_grow(void **state)
{
    (void)state;
    struct rn_sample sample;
    char *out = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&out, &n);
    assert_non_null(file);
    rn_sample_init(&sample, usual);
    struct ct_output_options options = {.fields = sample.fields};
    struct ct_writer *writer = ct_output_new(CT_FORMAT_TEXT, file, &options);
    assert_non_null(writer);
    struct ct_endpoint v6 = {.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .port = 443, .family = 6};
    struct ct_endpoint v4 = sample.txn->conn.orig;
    sample.txn->conn.orig = v6;
    assert_int_equal(ct_output_txn(writer, sample.txn, &sample.verdict), CT_OUTPUT_OK);
    sample.txn->conn.orig = v4;
    sample.verdict.outcome = CT_OUTCOME_CLIENT_REFRESH;
    sample.verdict.class = CT_CLASS_MISS;
    assert_int_equal(ct_output_txn(writer, sample.txn, &sample.verdict), CT_OUTPUT_OK);
    assert_int_equal(ct_output_end(writer, NULL), CT_OUTPUT_OK);
    ct_output_free(writer);
    assert_int_equal(fclose(file), 0);
    const char *second = strchr(out, '\n') + 1;
    expect_text(out, "[2001:db8::1]:443 > 198.51.100.1:80 200 HIT ");
    assert_int_equal(strstr(out, " 200 ") - out, strstr(second, " 200 ") - second);
    free(out);
    rn_sample_fini(&sample);
}

static void what_was_not_seen_is_marked(void **state)
{
    (void)state;
    char *text = render(CT_FORMAT_TEXT, plain, "GET /x\nHost: a\n");
    expect_text(text, "   - HIT");
    expect_text(text, "a/x [no response]");
    free(text);
    text = render(CT_FORMAT_TEXT, plain, "\n200\n");
    expect_text(text, "- [no request]");
    free(text);
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    sample.txn->response.complete = false;
    sample.txn->response.missing = 2048;
    sample.txn->notes = 1u << CT_NOTE_ORDER_UNKNOWN | 1u << CT_NOTE_MIDSTREAM;
    text = rn_render(CT_FORMAT_TEXT, plain, &sample, NULL, NULL);
    expect_text(text, "[incomplete] [order-unknown] [2.0k lost]");
    expect_no_text(text, "midstream");
    free(text);
    rn_sample_fini(&sample);
}

static void any_time_stamp_is_a_time_of_day(void **state)
{
    (void)state;
    static const struct {
        int64_t ns;
        const char *want;
    } rows[] = {
        {0, "00:00:00.000000 "},
        {-1, "23:59:59.999999 "},
        {INT64_C(-1000000000), "23:59:59.000000 "},
        {INT64_MAX, "23:47:16.854775 "},
        {INT64_MIN, "00:12:43.145224 "},
    };
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sample.txn->request.first_ns = rows[i].ns;
        char *text = rn_render(CT_FORMAT_TEXT, plain, &sample, NULL, NULL);
        assert_int_equal(strncmp(text, rows[i].want, strlen(rows[i].want)), 0);
        free(text);
    }
    rn_sample_fini(&sample);
}

static void colours_follow_the_class_and_only_when_wanted(void **state)
{
    (void)state;
    static const struct {
        enum ct_outcome outcome;
        const char *want;
    } rows[] = {
        {CT_OUTCOME_HIT, "\033[32mHIT"},        {CT_OUTCOME_EXPIRED, "\033[33mEXPIRED"},
        {CT_OUTCOME_BYPASS, "\033[35mBYPASS"},  {CT_OUTCOME_ERROR, "\033[31mERROR"},
        {CT_OUTCOME_UNKNOWN, "\033[2mUNKNOWN"}, {CT_OUTCOME_SYNTHETIC, "\033[36mSYNTHETIC"},
    };
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sample.verdict.outcome = rows[i].outcome;
        sample.verdict.class = ct_cache_outcome_class(rows[i].outcome);
        struct ct_output_options options = {.color = true};
        char *text = rn_render(CT_FORMAT_TEXT, options, &sample, NULL, NULL);
        expect_text(text, rows[i].want);
        free(text);
        text = rn_render(CT_FORMAT_TEXT, plain, &sample, NULL, NULL);
        expect_no_text(text, "\033");
        free(text);
    }
    rn_sample_fini(&sample);
}

static void the_reasoning_is_written_below_the_line(void **state)
{
    (void)state;
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    rn_add_evidence(&sample, CT_EVIDENCE_LINE, 1);
    sample.verdict.reason = CT_REASON_AGE_POSITIVE;
    sample.verdict.n_tiers = 2;
    sample.verdict.tiers[0] =
        (struct ct_tier){.node = CT_REF_NONE, .outcome = CT_OUTCOME_MISS, .hits = -1};
    sample.verdict.tiers[1] = (struct ct_tier){
        .node = CT_REF_NONE, .label = "edge", .outcome = CT_OUTCOME_HIT, .hits = 3};
    char *text =
        rn_render(CT_FORMAT_TEXT, (struct ct_output_options){.explain = true}, &sample, NULL, NULL);
    expect_text(text, "\n    outcome   HIT, class hit: served from the store, fresh\n");
    expect_text(text, "\n    reason    age-positive: Age above 0: neither made nor validated");
    expect_text(text, "\n    basis     stated: a header says so, read as x-cache; "
                      "the origin was spared\n");
    expect_text(text, "\n    rule      the status word of the last tier\n");
    expect_text(text, "\n    evidence  X-Cache: HIT\n");
    expect_text(text, "\n    tiers     origin > MISS > edge HIT (hits 3) > client\n");
    expect_text(text, "\n    advice    Nothing: it is a hit.\n");
    free(text);
    sample.verdict.tiers[0].fossil = true;
    sample.verdict.tiers[0].label = "varnish";
    text = rn_render(CT_FORMAT_TEXT, (struct ct_output_options){.explain = true, .utf8 = true},
                     &sample, NULL, NULL);
    expect_text(text, " origin \xe2\x86\x92 varnish MISS (fossil) \xe2\x86\x92 edge HIT");
    free(text);
    rn_sample_fini(&sample);
}

static void what_the_origin_had_to_do_is_not_made_less(void **state)
{
    (void)state;
    static const struct {
        enum ct_outcome behind;
        enum ct_outcome outcome;
        bool reached;
        const char *want;
    } rows[] = {
        {CT_OUTCOME_HIT, CT_OUTCOME_MISS, false, "; the origin was spared\n"},
        {CT_OUTCOME_MISS, CT_OUTCOME_MISS, true, "; the origin was reached\n"},
        {CT_OUTCOME_REVALIDATED, CT_OUTCOME_MISS, false,
         "; the origin was asked, and only confirmed the copy\n"},
        {CT_OUTCOME_MISS, CT_OUTCOME_PARTIAL_HIT, false, "; the origin was asked for a part\n"},
    };
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    sample.verdict.n_tiers = 1;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sample.verdict.outcome = rows[i].outcome;
        sample.verdict.class = ct_cache_outcome_class(rows[i].outcome);
        sample.verdict.reached_origin = rows[i].reached;
        sample.verdict.tiers[0] =
            (struct ct_tier){.node = CT_REF_NONE, .outcome = rows[i].behind, .hits = -1};
        char *text = rn_render(CT_FORMAT_TEXT, (struct ct_output_options){.explain = true}, &sample,
                               NULL, NULL);
        expect_text(text, rows[i].want);
        free(text);
    }
    rn_sample_fini(&sample);
}

static void the_reasoning_is_wrapped_below_its_title(void **state)
{
    (void)state;
    struct rn_sample sample;
    rn_sample_init(&sample, "GET /\n\n200\nCache-Control: private, max-age=60\n");
    sample.verdict.outcome = CT_OUTCOME_UNCACHEABLE;
    sample.verdict.class = CT_CLASS_BYPASS;
    sample.verdict.reason = CT_REASON_RESPONSE_PRIVATE;
    for (unsigned columns = 60; columns <= 200; columns += 20) {
        struct ct_output_options options = {.explain = true, .columns = columns, .color = true};
        char *text = rn_render(CT_FORMAT_TEXT, options, &sample, NULL, NULL);
        const char *line = strchr(text, '\n'); /* the transaction's own has a least width */
        while (line != NULL && line[1] != '\0') {
            line++;
            assert_true(line_width(line) <= columns);
            assert_memory_equal(line[0] == '\033' ? line + 4 : line, "    ", 4);
            line = strchr(line, '\n');
        }
        free(text);
    }
    char *text =
        rn_render(CT_FORMAT_TEXT, (struct ct_output_options){.explain = true}, &sample, NULL, NULL);
    expect_text(text,
                "\n    advice    The response says \"Cache-Control: private, max-age=60\": if "
                "it is the same for everybody, send \"public, s-maxage=60\" instead; if it "
                "is not, this is as it should be.\n");
    free(text);
    rn_sample_fini(&sample);
}

/* ---- CSV -------------------------------------------------------------------------------- */

/* Reads the next cell as RFC 4180 has it; moves *at behind its separator. */
static void read_cell(const char **at, char *cell)
{
    const char *p = *at;
    if (*p == '"') {
        for (p++; *p != '"' || p[1] == '"'; p++) {
            assert_true(*p != '\0');
            p += *p == '"';
            *cell++ = *p;
        }
        p++;
    } else {
        while (*p != ',' && *p != '\r') {
            assert_true(*p != '"' && *p != '\0' && *p != '\n');
            *cell++ = *p++;
        }
    }
    assert_true(*p == ',' || (*p == '\r' && p[1] == '\n'));
    *cell = '\0';
    *at = p + (*p == ',' ? 1 : 0);
}

/* The cell of the column name in the only record of text. */
static void csv_cell(const char *text, const char *name, char *cell)
{
    const char *head = text;
    const char *record = strstr(text, "\r\n") + 2;
    char title[64];
    while (*head != '\r') {
        read_cell(&head, title);
        read_cell(&record, cell);
        if (strcmp(title, name) == 0) {
            return;
        }
    }
    fail_msg("no column %s", name);
}

static void expect_cell(const char *text, const char *name, const char *want)
{
    char cell[4096];
    csv_cell(text, name, cell);
    assert_string_equal(cell, want);
}

static void cells_are_read_back_as_they_were(void **state)
{
    (void)state;
    struct rn_sample sample;
    rn_sample_init(&sample, "GET /a,b\"c\"\nHost: a\nUser-Agent: =cmd()\n\n200 All \"fine\"\n"
                            "X-Cache: HIT, MISS\n");
    rn_add_evidence(&sample, CT_EVIDENCE_LINE, 2);
    rn_add_evidence(&sample, CT_EVIDENCE_STATUS, 0);
    sample.verdict.marks = 1u << CT_MARK_STORED | 1u << CT_MARK_LENIENT;
    sample.verdict.n_tiers = 2;
    sample.verdict.tiers[0] = (struct ct_tier){.node = CT_REF_NONE,
                                               .label = "shield",
                                               .outcome = CT_OUTCOME_MISS,
                                               .hits = -1,
                                               .fossil = true};
    sample.verdict.tiers[1] = (struct ct_tier){
        .node = CT_REF_NONE, .label = "edge", .outcome = CT_OUTCOME_HIT, .hits = 3};
    char *text = rn_render(CT_FORMAT_CSV, plain, &sample, NULL, NULL);
    expect_cell(text, "ts", "1700000000.000000");
    expect_cell(text, "id.orig_h", "192.0.2.10");
    expect_cell(text, "uri", "/a,b\"c\"");
    expect_cell(text, "user_agent", "=cmd()");
    expect_cell(text, "status_msg", "All \"fine\"");
    expect_cell(text, "ttfb", "0.050000");
    expect_cell(text, "complete", "true");
    expect_cell(text, "cache_status", "HIT");
    expect_cell(text, "cache_evidence", "X-Cache: HIT, MISS; status: 200");
    expect_cell(text, "cache_reason", "");
    expect_cell(text, "cache_tiers", "shield=MISS(fossil); edge=HIT:3");
    expect_cell(text, "age", "");
    expect_cell(text, "cache_marks", "stored=yes; lenient");
    expect_cell(text, "cache_reached_origin", "false");
    free(text);
    rn_sample_fini(&sample);
}

static void the_header_line_comes_once_even_without_records(void **state)
{
    (void)state;
    char *text = rn_render(CT_FORMAT_CSV, plain, NULL, NULL, NULL);
    assert_int_equal(strncmp(text, "ts,uid,id.orig_h,", 17), 0);
    assert_ptr_equal(strstr(text, "\r\n") + 2, text + strlen(text));
    free(text);
}

/* ---- hostile text ----------------------------------------------------------------------- */

static void any_bytes_give_one_line_without_controls(void **state)
{
    (void)state;
    uint64_t seed = 77;
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    for (int round = 0; round < 3000; round++) {
        uint8_t bytes[50];
        for (size_t i = 0; i < sizeof bytes; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            bytes[i] = (uint8_t)(seed >> (seed >> 60));
        }
        sample.txn->text = bytes;
        sample.txn->method = (struct ct_ref){0, 5};
        sample.txn->host = (struct ct_ref){5, 10};
        sample.txn->target = (struct ct_ref){15, 25};
        sample.txn->reason = (struct ct_ref){40, 10};
        sample.txn->n_lines = 0;
        struct ct_output_options options = {.columns = round % 2 == 0 ? 0 : 130};
        enum ct_format format = round % 3 == 0 ? CT_FORMAT_CSV : CT_FORMAT_TEXT;
        size_t n = 0;
        char *text = rn_render(format, options, &sample, NULL, &n);
        const char *line = format == CT_FORMAT_CSV ? strchr(text, '\n') + 1 : text;
        size_t length = n - (size_t)(line - text) - (format == CT_FORMAT_CSV ? 2 : 1);
        struct ct_span span = {(const uint8_t *)line, length};
        for (size_t at = 0; at < length;) {
            size_t step = ct_base_utf8_length(span, at);
            assert_true(step > 0);
            assert_false(ct_base_utf8_control(span.p + at, step));
            at += step;
        }
        free(text);
    }
    rn_sample_fini(&sample);
}

/* ---- failing files ---------------------------------------------------------------------- */

static void a_reader_that_has_gone_is_told_as_such(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    (void)signal(SIGPIPE, SIG_IGN);
    FILE *file = fdopen(ends[1], "w");
    assert_non_null(file);
    assert_int_equal(close(ends[0]), 0);
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    struct ct_output_options options = {.fields = sample.fields, .line_buffered = true};
    struct ct_writer *writer = ct_output_new(CT_FORMAT_JSON, file, &options);
    assert_non_null(writer);
    assert_int_equal(ct_output_txn(writer, sample.txn, &sample.verdict), CT_OUTPUT_CLOSED);
    assert_int_equal(ct_output_txn(writer, sample.txn, &sample.verdict), CT_OUTPUT_CLOSED);
    assert_int_equal(ct_output_end(writer, NULL), CT_OUTPUT_CLOSED);
    ct_output_free(writer);
    (void)fclose(file); /* fails as well */
    rn_sample_fini(&sample);
}

static void a_full_disk_is_told_at_the_end_at_the_latest(void **state)
{
    (void)state;
    FILE *file = fopen("/dev/full", "w");
    if (file == NULL) {
        skip();
    }
    struct rn_sample sample;
    rn_sample_init(&sample, usual);
    struct ct_output_options options = {.fields = sample.fields};
    struct ct_writer *writer = ct_output_new(CT_FORMAT_CSV, file, &options);
    assert_non_null(writer);
    assert_int_equal(ct_output_txn(writer, sample.txn, &sample.verdict), CT_OUTPUT_OK);
    errno = 0;
    assert_int_equal(ct_output_end(writer, NULL), CT_OUTPUT_FAILED);
    assert_int_equal(errno, ENOSPC);
    ct_output_free(writer);
    (void)fclose(file); /* fails as well */
    rn_sample_fini(&sample);
}

static void lines_are_flushed_one_by_one_only_when_asked(void **state)
{
    (void)state;
    for (int asked = 0; asked < 2; asked++) {
        int ends[2];
        char text[8192];
        assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
        FILE *file = fdopen(ends[1], "w");
        assert_non_null(file);
        struct rn_sample sample;
        rn_sample_init(&sample, usual);
        struct ct_output_options options = {.fields = sample.fields, .line_buffered = asked != 0};
        struct ct_writer *writer = ct_output_new(CT_FORMAT_TEXT, file, &options);
        assert_non_null(writer);
        assert_int_equal(ct_output_txn(writer, sample.txn, &sample.verdict), CT_OUTPUT_OK);
        ssize_t n = read(ends[0], text, sizeof text);
        assert_true(asked != 0 ? n > 0 : n < 0 && errno == EAGAIN);
        assert_int_equal(ct_output_end(writer, NULL), CT_OUTPUT_OK);
        assert_int_equal(fclose(file), 0);
        assert_true(asked != 0 ? read(ends[0], text, sizeof text) == 0
                               : read(ends[0], text, sizeof text) > 0);
        ct_output_free(writer);
        assert_int_equal(close(ends[0]), 0);
        rn_sample_fini(&sample);
    }
}

static void every_format_has_a_name_and_a_need(void **state)
{
    (void)state;
    for (int i = 0; i < CT_FORMAT_COUNT; i++) {
        enum ct_format format = (enum ct_format)i;
        assert_true(strlen(ct_output_format_name(format)) > 0);
        assert_true(strlen(ct_output_format_help(format)) > 0);
        bool streams = ct_output_wants_txns(format) || ct_output_wants_conns(format);
        assert_true(streams != ct_output_wants_snapshot(format));
    }
    assert_string_equal(ct_output_format_name(CT_FORMAT_SUMMARY_JSON), "summary-json");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_holds_all_that_tells),
        cmocka_unit_test(nothing_is_cut_when_no_width_is_given),
        cmocka_unit_test(the_host_is_shortened_before_the_target),
        cmocka_unit_test(columns_stay_aligned_when_flows_grow),
        cmocka_unit_test(what_was_not_seen_is_marked),
        cmocka_unit_test(any_time_stamp_is_a_time_of_day),
        cmocka_unit_test(colours_follow_the_class_and_only_when_wanted),
        cmocka_unit_test(the_reasoning_is_written_below_the_line),
        cmocka_unit_test(what_the_origin_had_to_do_is_not_made_less),
        cmocka_unit_test(the_reasoning_is_wrapped_below_its_title),
        cmocka_unit_test(cells_are_read_back_as_they_were),
        cmocka_unit_test(the_header_line_comes_once_even_without_records),
        cmocka_unit_test(any_bytes_give_one_line_without_controls),
        cmocka_unit_test(a_reader_that_has_gone_is_told_as_such),
        cmocka_unit_test(a_full_disk_is_told_at_the_end_at_the_latest),
        cmocka_unit_test(lines_are_flushed_one_by_one_only_when_asked),
        cmocka_unit_test(every_format_has_a_name_and_a_need),
    };
    return cmocka_run_group_tests(tests, rn_use_utc, NULL);
}
