/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON of a transaction, read back by another library and compared field by field. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/span.h"
#include "support/render.h"

/* The contract, in its order; then what was added. */
static const char *const contract_keys[] = {
    "ts",
    "uid",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "trans_depth",
    "method",
    "host",
    "uri",
    "version",
    "status_code",
    "status_msg",
    "user_agent",
    "referrer",
    "content_type",
    "request_body_len",
    "response_body_len",
    "request_wire_len",
    "response_wire_len",
    "ttfb",
    "duration",
    "missing_bytes",
    "complete",
    "cache_status",
    "cache_class",
    "cache_basis",
    "cache_dialect",
    "cache_evidence",
    "cache_reason",
    "cache_tiers",
    "age",
    "cache_marks",
    "findings",
    "notes",
    "cache_reached_origin",
};

static const struct ct_output_options plain = {0};

static json_t *parse(const char *text)
{
    json_error_t error;
    size_t n = strlen(text);
    assert_true(n > 0 && text[n - 1] == '\n');
    assert_ptr_equal(strchr(text, '\n'), text + n - 1); /* one line */
    json_t *object = json_loads(text, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (object == NULL) {
        fail_msg("%s in %s", error.text, text);
    }
    return object;
}

static json_t *render(const struct rn_sample *sample)
{
    char *text = rn_render(CT_FORMAT_JSON, plain, sample, NULL, NULL);
    json_t *object = parse(text);
    free(text);
    return object;
}

static void want_string(const json_t *object, const char *key, const char *want)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_string(value) || strcmp(json_string_value(value), want) != 0) {
        fail_msg("%s is %s, not %s", key,
                 json_is_string(value) ? json_string_value(value) : "no string", want);
    }
}

static void want_integer(const json_t *object, const char *key, json_int_t want)
{
    const json_t *value = json_object_get(object, key);
    assert_true(json_is_integer(value));
    assert_int_equal(json_integer_value(value), want);
}

static void want_null(const json_t *object, const char *key)
{
    assert_non_null(json_object_get(object, key));
    assert_true(json_is_null(json_object_get(object, key)));
}

static void want_list(const json_t *object, const char *key, size_t n, const char *const *want)
{
    const json_t *list = json_object_get(object, key);
    assert_true(json_is_array(list));
    assert_int_equal(json_array_size(list), n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(json_string_value(json_array_get(list, i)), want[i]);
    }
}

static void sample_in_full(struct rn_sample *sample)
{
    rn_sample_init(sample, "GET /a?b=c HTTP/1.1\n"
                           "Host: WWW.Example\n"
                           "User-Agent: curl/8\n"
                           "Referer: http://r.example/\n"
                           "\n"
                           "200 Fine\n"
                           "Content-Type: text/css\n"
                           "X-Cache: HIT from a\n"
                           "Age: 12\n");
    struct ct_txn *txn = sample->txn;
    txn->depth = 3;
    txn->request.first_ns = INT64_C(1700000000123456789);
    txn->request.last_ns = INT64_C(1700000000123556789);
    txn->response.first_ns = INT64_C(1700000000125556789);
    txn->response.last_ns = INT64_C(1700000001123456789);
    txn->request.body_len = 1;
    txn->request.wire_len = 102;
    txn->request.missing = 3;
    txn->response.body_len = UINT64_C(9007199254740993); /* not a double */
    txn->response.wire_len = 400;
    txn->response.missing = 50;
    txn->notes = 1u << CT_NOTE_MIDSTREAM | 1u << CT_NOTE_INTERIM;
    struct ct_verdict *verdict = &sample->verdict;
    verdict->age_s = 12;
    verdict->reason = CT_REASON_AGE_POSITIVE;
    verdict->marks = 1u << CT_MARK_NOT_STORED | 1u << CT_MARK_FOSSIL;
    rn_add_evidence(sample, CT_EVIDENCE_LINE, 4);
    rn_add_evidence(sample, CT_EVIDENCE_METHOD, 0);
    rn_add_evidence(sample, CT_EVIDENCE_STATUS, 0);
    verdict->n_tiers = 2;
    verdict->tiers[0] = (struct ct_tier){.node = CT_REF_NONE,
                                         .label = "shield",
                                         .outcome = CT_OUTCOME_MISS,
                                         .hits = -1,
                                         .fossil = true};
    verdict->tiers[1] = (struct ct_tier){.node = txn->host, .outcome = CT_OUTCOME_HIT, .hits = 7};
}

static void all_keys_stand_in_their_order(void **state)
{
    (void)state;
    struct rn_sample sample;
    rn_sample_init(&sample, "GET /\nHost: a\n\n200\n");
    json_t *object = render(&sample);
    size_t n = sizeof contract_keys / sizeof contract_keys[0];
    size_t i = 0;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(object, key, value)
    {
        assert_true(i < n);
        assert_string_equal(key, contract_keys[i]);
        i++;
    }
    assert_int_equal(i, n);
    json_decref(object);
    rn_sample_fini(&sample);
}

static void messages_are_read_back_as_they_were(void **state)
{
    (void)state;
    struct rn_sample sample;
    sample_in_full(&sample);
    json_t *object = render(&sample);
    want_string(object, "uid", "CuidOfTheTest");
    want_string(object, "id.orig_h", "192.0.2.10");
    want_integer(object, "id.orig_p", 40000);
    want_string(object, "id.resp_h", "198.51.100.1");
    want_integer(object, "id.resp_p", 80);
    want_integer(object, "trans_depth", 3);
    want_string(object, "method", "GET");
    want_string(object, "host", "WWW.Example"); /* as on the wire */
    want_string(object, "uri", "/a?b=c");
    want_string(object, "version", "1.1");
    want_integer(object, "status_code", 200);
    want_string(object, "status_msg", "Fine");
    want_string(object, "user_agent", "curl/8");
    want_string(object, "referrer", "http://r.example/");
    want_string(object, "content_type", "text/css");
    want_integer(object, "request_body_len", 1);
    want_integer(object, "response_body_len", INT64_C(9007199254740993));
    want_integer(object, "request_wire_len", 102);
    want_integer(object, "response_wire_len", 400);
    want_integer(object, "missing_bytes", 53);
    assert_true(json_is_true(json_object_get(object, "complete")));
    json_decref(object);
    rn_sample_fini(&sample);
}

static void the_verdict_is_read_back_as_it_was(void **state)
{
    (void)state;
    static const char *const evidence[] = {"X-Cache: HIT from a", "method: GET", "status: 200"};
    static const char *const marks[] = {"stored=no", "fossil"};
    static const char *const notes[] = {"midstream", "interim"};
    struct rn_sample sample;
    sample_in_full(&sample);
    json_t *object = render(&sample);
    want_string(object, "cache_status", "HIT");
    want_string(object, "cache_class", "hit");
    want_string(object, "cache_basis", "stated");
    want_string(object, "cache_dialect", "x-cache");
    want_list(object, "cache_evidence", 3, evidence);
    want_string(object, "cache_reason", "age-positive");
    want_integer(object, "age", 12);
    want_list(object, "cache_marks", 2, marks);
    want_list(object, "findings", 0, NULL);
    want_list(object, "notes", 2, notes);
    assert_true(json_is_false(json_object_get(object, "cache_reached_origin")));
    const json_t *tiers = json_object_get(object, "cache_tiers");
    assert_int_equal(json_array_size(tiers), 2);
    const json_t *first = json_array_get(tiers, 0);
    want_string(first, "name", "shield");
    want_string(first, "status", "MISS");
    want_null(first, "hits");
    assert_true(json_is_true(json_object_get(first, "fossil")));
    const json_t *second = json_array_get(tiers, 1);
    want_string(second, "name", "WWW.Example");
    want_integer(second, "hits", 7);
    assert_null(json_object_get(second, "fossil"));
    json_decref(object);
    rn_sample_fini(&sample);
}

static void times_are_exact_decimals(void **state)
{
    (void)state;
    struct rn_sample sample;
    sample_in_full(&sample);
    char *text = rn_render(CT_FORMAT_JSON, plain, &sample, NULL, NULL);
    assert_non_null(strstr(text, "{\"ts\":1700000000.123456,"));
    assert_non_null(strstr(text, ",\"ttfb\":0.002000,"));
    assert_non_null(strstr(text, ",\"duration\":1.000000,"));
    free(text);
    sample.txn->response.first_ns = sample.txn->request.last_ns - 5000; /* came early */
    text = rn_render(CT_FORMAT_JSON, plain, &sample, NULL, NULL);
    assert_non_null(strstr(text, ",\"ttfb\":0.000000,"));
    free(text);
    sample.txn->request.first_ns = 1; /* the epoch, and before */
    text = rn_render(CT_FORMAT_JSON, plain, &sample, NULL, NULL);
    assert_non_null(strstr(text, "{\"ts\":0.000000,"));
    free(text);
    sample.txn->request.first_ns = INT64_C(-1500000000);
    text = rn_render(CT_FORMAT_JSON, plain, &sample, NULL, NULL);
    assert_non_null(strstr(text, "{\"ts\":-1.500000,"));
    free(text);
    rn_sample_fini(&sample);
}

static void what_was_not_seen_is_null(void **state)
{
    (void)state;
    static const char *const of_request[] = {"method",   "host", "uri",     "user_agent",
                                             "referrer", "ttfb", "duration"};
    static const char *const of_response[] = {"status_code", "status_msg", "content_type", "ttfb",
                                              "duration"};
    struct rn_sample sample;
    rn_sample_init(&sample, "\n200\n");
    json_t *object = render(&sample);
    for (size_t i = 0; i < sizeof of_request / sizeof of_request[0]; i++) {
        want_null(object, of_request[i]);
    }
    want_string(object, "version", "1.1"); /* the response's */
    assert_true(json_is_false(json_object_get(object, "complete")));
    assert_true(json_real_value(json_object_get(object, "ts")) > 1700000000.04);
    json_decref(object);
    rn_sample_fini(&sample);

    rn_sample_init(&sample, "GET / HTTP/1.0\n");
    sample.verdict = (struct ct_verdict){.outcome = CT_OUTCOME_UNKNOWN,
                                         .class = CT_CLASS_OTHER,
                                         .basis = CT_BASIS_NONE,
                                         .age_s = -1};
    object = render(&sample);
    for (size_t i = 0; i < sizeof of_response / sizeof of_response[0]; i++) {
        want_null(object, of_response[i]);
    }
    want_string(object, "version", "1.0");
    want_null(object, "cache_dialect");
    want_null(object, "cache_reason");
    want_null(object, "age");
    want_null(object, "cache_reached_origin");
    want_list(object, "cache_evidence", 0, NULL);
    want_list(object, "cache_tiers", 0, NULL);
    json_decref(object);
    rn_sample_fini(&sample);
}

/* ---- hostile text ----------------------------------------------------------------------- */

/* A sample whose target is the bytes. */
static void sample_with_target(struct rn_sample *sample, const char *bytes, size_t n)
{
    struct ct_span text = {(const uint8_t *)bytes, n};
    rn_sample_init(sample, "GET /\nHost: a\n\n200\n");
    sample->txn->text = text.p;
    sample->txn->text_bytes = (uint32_t)text.n;
    sample->txn->method = CT_REF_NONE;
    sample->txn->host = CT_REF_NONE;
    sample->txn->n_lines = 0;
    sample->txn->target = (struct ct_ref){0, (uint32_t)text.n};
}

static void check_target(const char *bytes, size_t n, const char *want)
{
    struct rn_sample sample;
    char expected[256];
    sample_with_target(&sample, bytes, n);
    char *text = rn_render(CT_FORMAT_JSON, plain, &sample, NULL, NULL);
    (void)snprintf(expected, sizeof expected, ",\"uri\":\"%s\",", want);
    if (strstr(text, expected) == NULL) {
        fail_msg("no %s in %s", expected, text);
    }
    json_decref(parse(text));
    free(text);
    rn_sample_fini(&sample);
}

#define CHECK_TARGET(bytes, want) check_target((bytes), sizeof(bytes) - 1, (want))

static void bytes_that_are_not_utf8_are_escaped_one_by_one(void **state)
{
    (void)state;
    CHECK_TARGET("/caf\xe9", "/caf\\u00e9");
    CHECK_TARGET("/\xff\xfe", "/\\u00ff\\u00fe");
    CHECK_TARGET("/\xc0\xaf", "/\\u00c0\\u00af");
    CHECK_TARGET("/\xed\xa0\x80", "/\\u00ed\\u00a0\\u0080");
    CHECK_TARGET("/\xe2\x82", "/\\u00e2\\u0082");
    CHECK_TARGET("/caf\xc3\xa9", "/caf\xc3\xa9"); /* as it came */
    CHECK_TARGET("/\xf0\x9f\x98\x80", "/\xf0\x9f\x98\x80");
    CHECK_TARGET("/\xc3\xa9\xe9", "/\xc3\xa9\\u00e9");
}

static void controls_of_any_kind_are_escaped(void **state)
{
    (void)state;
    CHECK_TARGET("/\033[2J", "/\\u001b[2J");
    CHECK_TARGET("/\xe9\033", "/\\u00e9\\u001b");
    CHECK_TARGET("/a\0b", "/a\\u0000b");
    CHECK_TARGET("/\x7f", "/\\u007f");
    CHECK_TARGET("/\xc2\x9b", "/\\u009b");
    CHECK_TARGET("/\xe2\x80\xae", "/\\u202e");
    CHECK_TARGET("/\xef\xbb\xbf", "/\\ufeff");
    CHECK_TARGET("/\"\\\xff", "/\\\"\\\\\\u00ff");
    CHECK_TARGET("/\"\\", "/\\\"\\\\");
}

static void any_bytes_give_json_of_one_line_without_controls(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int round = 0; round < 2000; round++) {
        char bytes[40];
        size_t n = (size_t)(seed >> 58) % sizeof bytes + 1;
        for (size_t i = 0; i < n; i++) {
            seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            /* half of them from where UTF-8 is decided */
            bytes[i] = (char)(seed >> 63 != 0 ? seed >> 40 : (seed >> 40 & 0x3f) | 0xc0);
        }
        struct rn_sample sample;
        sample_with_target(&sample, bytes, n);
        char *text = rn_render(CT_FORMAT_JSON, plain, &sample, NULL, NULL);
        for (const char *p = text; *p != '\n'; p++) {
            assert_true((unsigned char)*p >= 0x20 && *p != 0x7f);
        }
        json_decref(parse(text));
        free(text);
        rn_sample_fini(&sample);
    }
}

static void a_secret_is_named_and_never_shown(void **state)
{
    (void)state;
    static const char *const evidence[] = {"Authorization: -", "Cookie: -"};
    struct rn_sample sample;
    rn_sample_init(&sample, "GET /\nAuthorization: Basic c2VjcmV0\nCookie: id=secret\n\n200\n");
    rn_add_evidence(&sample, CT_EVIDENCE_LINE, 0);
    rn_add_evidence(&sample, CT_EVIDENCE_LINE, 1);
    rn_add_evidence(&sample, CT_EVIDENCE_LINE, 77); /* no such line: left out */
    /* Even if a value had been kept. */
    struct ct_line lines[2] = {sample.txn->lines[0], sample.txn->lines[1]};
    lines[0].value = (struct ct_ref){21, 14};
    lines[1].value = (struct ct_ref){44, 9};
    sample.txn->lines = lines;
    json_t *object = render(&sample);
    want_list(object, "cache_evidence", 2, evidence);
    json_decref(object);
    for (int format = 0; format < CT_FORMAT_COUNT; format++) {
        struct ct_output_options options = {.explain = true};
        char *text = rn_render((enum ct_format)format, options, &sample, NULL, NULL);
        assert_null(strstr(text, "c2VjcmV0"));
        assert_null(strstr(text, "id=secret"));
        free(text);
    }
    rn_sample_fini(&sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_keys_stand_in_their_order),
        cmocka_unit_test(messages_are_read_back_as_they_were),
        cmocka_unit_test(the_verdict_is_read_back_as_it_was),
        cmocka_unit_test(times_are_exact_decimals),
        cmocka_unit_test(what_was_not_seen_is_null),
        cmocka_unit_test(bytes_that_are_not_utf8_are_escaped_one_by_one),
        cmocka_unit_test(controls_of_any_kind_are_escaped),
        cmocka_unit_test(any_bytes_give_json_of_one_line_without_controls),
        cmocka_unit_test(a_secret_is_named_and_never_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
