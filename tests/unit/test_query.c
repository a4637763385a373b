/* SPDX-License-Identifier: Apache-2.0 */
/* The language of --where and --assert: what matches, what does not, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "cachetap/query.h"

/* One transaction as the tests see it. */
static const struct {
    const char *name;
    const char *texts[3];
    double number;
    enum ct_query_kind kind;
    bool absent;
} table[] = {
    {"host", {"www.Example.com"}, 0, CT_QUERY_TEXT, false},
    {"uri", {"/a/b.css?v=1,2"}, 0, CT_QUERY_TEXT, false},
    {"cache", {"EXPIRED", "miss"}, 0, CT_QUERY_TEXT, false},
    {"status", {NULL}, 503, CT_QUERY_NUMBER, false},
    {"ttfb", {NULL}, 0.25, CT_QUERY_SECONDS, false},
    {"size", {NULL}, 65536, CT_QUERY_BYTES, false},
    {"complete", {NULL}, 1, CT_QUERY_FLAG, false},
    {"age", {NULL}, 0, CT_QUERY_NUMBER, true},
    {"origin", {""}, 0, CT_QUERY_TEXT, false},
    {"ratio", {NULL}, 0.8, CT_QUERY_NUMBER, false},
    {"empty", {NULL}, 0, CT_QUERY_FLAG, false},
};
#define N_TABLE (sizeof table / sizeof table[0])

static const char *name_of(size_t i, enum ct_query_kind *kind)
{
    if (i >= N_TABLE) {
        return NULL;
    }
    *kind = table[i].kind;
    return table[i].name;
}

static bool value_of(void *record, size_t i, size_t k, struct ct_query_value *value)
{
    assert_null(record);
    if (table[i].absent || (table[i].kind == CT_QUERY_TEXT ? table[i].texts[k] == NULL : k > 0)) {
        return false;
    }
    value->number = table[i].number;
    value->text =
        table[i].kind == CT_QUERY_TEXT ? ct_span_of(table[i].texts[k]) : (struct ct_span){NULL, 0};
    return true;
}

static const struct ct_query_fields fields = {name_of, value_of};

static bool match(const char *text)
{
    char message[CT_QUERY_MESSAGE_MAX];
    struct ct_query *query = ct_query_new(text, &fields, message);
    if (query == NULL) {
        fail_msg("%s: %s", text, message);
    }
    bool result = ct_query_match(query, NULL);
    ct_query_free(query);
    return result;
}

static void expect_each(const char *const *texts, size_t n, bool want)
{
    for (size_t i = 0; i < n; i++) {
        if (match(texts[i]) != want) {
            fail_msg("%s: expected %s", texts[i], want ? "a match" : "no match");
        }
    }
}

static void test_what_matches(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "host=www.example.com",
        "host=WWW.EXAMPLE.COM",
        "host==www.example.com",
        "host = www.example.com",
        "host=*.example.com",
        "host=*",
        "host=*e*.c*m",
        "host!=example.com",
        "host=a,www.example.com,b",
        "host~exam",
        "host~^www\\.EXAMPLE",
        "host!~^exam",
        "uri~^/(a|b)/",
        "(uri~^/(a|b)/ or host=x)",
        "uri~\"b\\.css\"",
        "uri=\"/a/b.css?v=1,2\"",
        "uri=/a/*",
        "cache=miss",
        "cache=expired",
        "cache=hit,expired",
        "cache!=hit",
        "status=503",
        "status>=500",
        "status=404,503",
        "status<504",
        "status!=404",
        "ttfb>200ms",
        "ttfb>0.2",
        "ttfb<=250ms",
        "ttfb=250ms",
        "ttfb<1m",
        "size=64k",
        "size<1M",
        "complete",
        "complete=true",
        "complete=1",
        "not empty",
        "empty=false",
        "!empty",
        "not age",
        "age!=5",
        "ratio>=80%",
        "ratio>=0.8",
        "host=www.example.com cache=miss status>=500",
        "host=x or cache=miss",
        "host=x || cache=miss && status=503",
        "(host=x or cache=miss) and not (status=200)",
        "not host=x",
        "not not cache=miss",
        "host=www.example.com and status=503",
        "status=503 or host=x host=y",
        "origin=\"\"",
        "  cache=miss  ",
    };
    expect_each(texts, sizeof texts / sizeof texts[0], true);
}

static void test_what_does_not_match(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "host=example.com",
        "host=www.example.com.evil",
        "host=*.example.org",
        "host=ww",
        "host!=*.example.com",
        "host~^exam",
        "cache=hit",
        "cache!=miss",
        "status>503",
        "status=200,404",
        "ttfb>1s",
        "size>64k",
        "empty",
        "origin",
        "age",
        "age=0",
        "age<10",
        "age>=0",
        "not complete",
        "host=www.example.com cache=hit",
        "cache=hit or status=200",
        "(status=503 or host=x) host=y",
        "not (cache=miss or status=200)",
    };
    expect_each(texts, sizeof texts / sizeof texts[0], false);
}

static void expect_wrong(const char *text, const char *part)
{
    char message[CT_QUERY_MESSAGE_MAX];
    struct ct_query *query = ct_query_new(text, &fields, message);
    if (query != NULL || strstr(message, part) == NULL) {
        fail_msg("%.60s: expected \"%s\", got \"%s\"", text, part,
                 query != NULL ? "an expression" : message);
    }
}

static void test_what_is_wrong_is_said_with_its_place(void **state)
{
    (void)state;
    expect_wrong("", "ends too early");
    expect_wrong("   ", "ends too early");
    expect_wrong("hots=x", "at character 1: there is no field \"hots\"");
    expect_wrong("host=x and", "ends too early");
    expect_wrong("host=x or or", "there is no field \"or\"");
    expect_wrong("host=", "a value is missing");
    expect_wrong("host=\"x", "not closed");
    expect_wrong("(host=x", "parenthesis is not closed");
    expect_wrong("host=x)", "at character 7: what follows is not understood");
    expect_wrong("host>5", "this field is a text");
    expect_wrong("status~5", "needs a text");
    expect_wrong("status=abc", "\"abc\" is not a number");
    expect_wrong("status=1,x", "\"x\" is not a number");
    expect_wrong("status=5ms", "not a number of this kind");
    expect_wrong("size=5ms", "not a number of this kind");
    expect_wrong("ttfb=5k", "not a number of this kind");
    expect_wrong("host~(", "not a regular expression");
    expect_wrong("host~\"(\"", "not a regular expression");
    expect_wrong("=5", "the name of a field is expected");
    expect_wrong("host=x, cache=y %", "the name of a field is expected");
}

static void test_limits(void **state)
{
    (void)state;
    char text[CT_QUERY_BYTES_MAX + 64];
    memset(text, '(', sizeof text);
    text[40] = '\0';
    expect_wrong(text, "nested more than");
    memset(text, '!', sizeof text);
    text[40] = '\0';
    expect_wrong(text, "nested more than");
    char *at = text;
    for (size_t i = 0; i < 200; i++) {
        at = stpcpy(at, "complete ");
    }
    expect_wrong(text, "more than 256 parts");
    memset(text, 'a', sizeof text);
    text[sizeof text - 1] = '\0';
    expect_wrong(text, "too long");
}

/* A pattern that takes exponential time elsewhere ends here. */
static void test_hostile_values_cost_little(void **state)
{
    (void)state;
    assert_false(match("uri~(x+x+)+y"));
    assert_false(match("host=*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_matches),
        cmocka_unit_test(test_what_does_not_match),
        cmocka_unit_test(test_what_is_wrong_is_said_with_its_place),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_hostile_values_cost_little),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
