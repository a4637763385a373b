/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What earlier responses for a URI prove of a later one, rule by rule, and what they must not
 * be taken to prove.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "support/story.h"

static void growing_age_is_a_stored_copy(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"alone, Traffic Server's Age is weak",
         {{0, 0, GET() ATS TAG "Age: 3\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"it grows",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
        {"it grows, and a second may go missing in rounding",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 8\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
        {"it does not keep step",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 3\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"another representation",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS "ETag: \"two\"\nAge: 7\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"another host",
         {{0, 0, GET() ATS TAG "Age: 3\n"},
          {4000, 0, "GET /x HTTP/1.1\nHost: b.example\n\n200\n" ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"the same host in capitals, the target in absolute form",
         {{0, 0, GET() ATS TAG "Age: 3\n"},
          {4000, 0,
           "GET http://A.Example/x HTTP/1.1\nHost: A.Example\n\n200\n" ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
        {"another server: the other side of the cache",
         {{0, 0, "@2:" GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"HEAD and GET are one",
         {{0, 0, "HEAD /x HTTP/1.1\nHost: a.example\n\n200\n" ATS TAG "Age: 3\n"},
          {4000, 0, GET() ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
    };
    STORY_CHECK(stories);
}

static void the_date_of_before_is_a_stored_copy(void **state)
{
    (void)state;
    /* The clock of the server is seen to run first. */
#define OTHER(date) "GET /y HTTP/1.1\nHost: a.example\n\n200\n" date
    static const struct story stories[] = {
        {"seconds later",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0, GET() TAG DATE("13:24")}},
         "HIT inferred - -; -",
         "the Date of an earlier response"},
        {"a clock that is an hour slow is learned",
         {{0, 0, "GET /y HTTP/1.1\nHost: a.example\n\n200\nDate: Tue, 14 Nov 2023 21:13:20 GMT\n"},
          {3000, 0,
           "GET /y HTTP/1.1\nHost: a.example\n\n200\nDate: Tue, 14 Nov 2023 21:13:23 GMT\n"},
          {4000, 0, GET() TAG "Date: Tue, 14 Nov 2023 21:13:24 GMT\n"},
          {7000, 0, GET() TAG "Date: Tue, 14 Nov 2023 21:13:24 GMT\n"}},
         "HIT inferred - -; -",
         "the Date of an earlier response"},
        {"in the same second it proves nothing",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {4600, 0, GET() TAG DATE("13:24")}},
         "UNKNOWN none - -; -",
         NULL},
        {"a Date that never moves is nobody's clock",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:20"))},
          {4000, 0, GET() TAG DATE("13:20")},
          {7000, 0, GET() TAG DATE("13:20")}},
         "UNKNOWN none - -; -",
         NULL},
        {"nor one that was never seen to move",
         {{0, 0, GET() TAG DATE("13:20")}, {3000, 0, GET() TAG DATE("13:20")}},
         "UNKNOWN none - -; -",
         NULL},
        {"a Date that was old when it was first seen may be a constant",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("10:00")},
          {7000, 0, GET() TAG DATE("10:00")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another Date",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0, GET() TAG DATE("13:27")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another representation",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0, GET() "ETag: \"two\"\n" DATE("13:24")}},
         "UNKNOWN none - -; -",
         NULL},
        {"a 304 with the Date of the copy",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0,
           "GET /x HTTP/1.1\nHost: a.example\nIf-None-Match: \"one\"\n\n304\n" TAG DATE("13:24")}},
         "HIT inferred - -; -",
         "the Date of an earlier response"},
    };
    STORY_CHECK(stories);
}

static void the_request_id_of_before_is_a_stored_copy(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"again",
         {{0, 0, OTHER(ID("0"))}, {100, 0, GET() ID("1")}, {500, 0, GET() ID("1")}},
         "HIT inferred - -; -",
         "request id of an earlier response"},
        {"the same for everything is no id",
         {{0, 0, OTHER(ID("1"))}, {100, 0, GET() ID("1")}, {500, 0, GET() ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
        {"with a cookie it may be the session's",
         {{0, 0, OTHER(ID("0"))},
          {100, 0, GET("Cookie: a=b\n") ID("1")},
          {500, 0, GET("Cookie: a=b\n") ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another one proves nothing: whoever answers may number its answers",
         {{0, 0, GET() ID("1")}, {500, 0, GET() ID("2")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another one, where copies repeat it",
         {{0, 0, OTHER(ID("0"))},
          {100, 0, GET() ID("1")},
          {500, 0, GET() ID("1")},
          {900, 0, GET() ID("2")}},
         "MISS inferred - -; -",
         "another request id"},
        {"one that the client gave",
         {{0, 0, GET(ID("1")) ID("1")}, {500, 0, GET(ID("1")) ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
        {"too short to be one",
         {{0, 0, GET() "X-Request-Id: 1\n"}, {500, 0, GET() "X-Request-Id: 1\n"}},
         "UNKNOWN none - -; -",
         NULL},
        {"both on the way at once: collapsed, or the answer to neither",
         {{0, 400, GET() ID("1")}, {200, 0, GET() ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
    };
    STORY_CHECK(stories);
}

static void a_miss_is_explained(void **state)
{
    (void)state;
#define SAYS(word)     "X-Cache: " word "\n" FRESH
#define LANGUAGE(name) GET("Accept-Language: " name "\n")
    static const struct story stories[] = {
        {"the first one",
         {{0, 0, GET() SAYS("MISS")}},
         "MISS stated generic cold; generic=MISS",
         NULL},
        {"not stored for another reason, which stays",
         {{0, 0, GET() "X-Cache: MISS\nCache-Control: no-store\n"}},
         "MISS stated generic response-no-store; generic=MISS; stored=no",
         NULL},
        {"again: why is not known",
         {{0, 0, GET() SAYS("MISS")}, {1000, 0, GET() SAYS("MISS")}},
         "MISS stated generic -; generic=MISS",
         NULL},
        {"it was served from the store before, and is fresh",
         {{0, 0, GET() SAYS("MISS") TAG},
          {1000, 0, GET() SAYS("HIT") TAG},
          {2000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         "still fresh"},
        {"an unsafe method in between",
         {{0, 0, GET() SAYS("HIT") TAG},
          {500, 0, "POST /x HTTP/1.1\nHost: a.example\n\n303\n"},
          {1000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic invalidated; generic=MISS",
         "unsafe method"},
        {"which failed",
         {{0, 0, GET() SAYS("HIT") TAG},
          {500, 0, "POST /x HTTP/1.1\nHost: a.example\n\n403\n"},
          {1000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
        {"on another URI",
         {{0, 0, GET() SAYS("HIT") TAG},
          {500, 0, "PUT /z HTTP/1.1\nHost: a.example\n\n201\n"},
          {1000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
        {"another language",
         {{0, 0, LANGUAGE("de") SAYS("MISS") "Vary: Accept-Language\n"},
          {500, 0, LANGUAGE("fr") SAYS("MISS") "Vary: Accept-Language\n"}},
         "MISS stated generic response-vary-mismatch; generic=MISS",
         "Vary"},
        {"the first language again",
         {{0, 0, LANGUAGE("de") SAYS("HIT") "Vary: Accept-Language\n" TAG},
          {500, 0, LANGUAGE("fr") SAYS("MISS") "Vary: Accept-Language\n"},
          {900, 0, LANGUAGE("de") SAYS("MISS") "Vary: Accept-Language\n" TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
        {"Vary names what is not kept: the variant is open",
         {{0, 0, LANGUAGE("de") SAYS("MISS") "Vary: X-Whatever\n"},
          {500, 0, LANGUAGE("fr") SAYS("MISS") "Vary: X-Whatever\n"}},
         "MISS stated generic -; generic=MISS",
         NULL},
        {"Varnish has no word for expired",
         {{0, 0, GET() "X-Varnish: 5\nVia: 1.1 v (Varnish/7.1)\nCache-Control: max-age=1\n"},
          {4000, 0, GET() "X-Varnish: 7\nVia: 1.1 v (Varnish/7.1)\nCache-Control: max-age=1\n"}},
         "MISS stated varnish expired-replaced; varnish=MISS",
         NULL},
        {"nginx has one",
         {{0, 0, GET() "Server: nginx\nX-Cache-Status: MISS\nCache-Control: max-age=1\n"},
          {4000, 0, GET() "Server: nginx\nX-Cache-Status: MISS\nCache-Control: max-age=1\n"}},
         "MISS stated nginx -; nginx=MISS",
         NULL},
        {"a stated miss stays, whatever speaks for a copy",
         {{0, 0, GET() SAYS("HIT") TAG ID("1")}, {900, 0, GET() SAYS("MISS") TAG ID("1")}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
    };
    STORY_CHECK(stories);
}

static void a_target_in_absolute_form_is_the_same_uri(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"with a path",
         {{0, 0, "GET http://a.example/x HTTP/1.1\nHost: a.example\n\n200\nX-Cache: MISS\n" FRESH},
          {1000, 0, GET() "X-Cache: MISS\n" FRESH}},
         "MISS stated generic -; generic=MISS",
         NULL},
        {"a slash in the query is no path",
         {{0, 0,
           "GET http://a.example?y/x HTTP/1.1\nHost: a.example\n\n200\nX-Cache: MISS\n" FRESH},
          {1000, 0, GET() "X-Cache: MISS\n" FRESH}},
         "MISS stated generic cold; generic=MISS",
         NULL},
    };
    STORY_CHECK(stories);
}

static void evidence_shows_the_earlier_response(void **state)
{
    (void)state;
    struct story_stage stage;
    const struct story_step steps[] = {{0, 0, GET() ATS TAG "Age: 3\n"},
                                       {4000, 0, GET() ATS TAG "Age: 7\n"}};
    story_open(&stage, 0);
    story_play(&stage, &steps[0]);
    assert_int_equal(stage.verdict.earlier.status, 0);
    story_play(&stage, &steps[1]);
    assert_int_equal(stage.verdict.evidence[0].kind, CT_EVIDENCE_LINE);
    assert_int_equal(stage.verdict.evidence[1].kind, CT_EVIDENCE_EARLIER);
    assert_int_equal(stage.verdict.earlier.status, 200);
    assert_int_equal(stage.verdict.earlier.age_s, 3);
    assert_true(stage.verdict.earlier.same_etag);
    assert_false(stage.verdict.earlier.same_date);
    assert_int_equal(stage.verdict.earlier.ago_ns, 3950 * CT_NS_PER_MS);
    assert_int_equal(ct_insight_counters(stage.insight)->rules[CT_INSIGHT_RULE_AGE_GROWS], 1);
    story_close(&stage);
}

static void rules_have_a_name_a_confidence_and_a_section(void **state)
{
    (void)state;
    for (int i = 0; i < CT_INSIGHT_RULE_COUNT; i++) {
        enum ct_insight_rule rule = (enum ct_insight_rule)i;
        assert_non_null(ct_insight_rule_name(rule));
        assert_non_null(ct_insight_rule_confidence(rule));
        assert_non_null(strstr(ct_insight_rule_text(rule), "(RFC "));
    }
    assert_null(ct_insight_rule_name(CT_INSIGHT_RULE_COUNT));
    assert_null(ct_insight_rule_text(CT_INSIGHT_RULE_COUNT));
    assert_null(ct_insight_rule_confidence(CT_INSIGHT_RULE_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_age_is_a_stored_copy),
        cmocka_unit_test(the_date_of_before_is_a_stored_copy),
        cmocka_unit_test(the_request_id_of_before_is_a_stored_copy),
        cmocka_unit_test(a_miss_is_explained),
        cmocka_unit_test(a_target_in_absolute_form_is_the_same_uri),
        cmocka_unit_test(evidence_shows_the_earlier_response),
        cmocka_unit_test(rules_have_a_name_a_confidence_and_a_section),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
