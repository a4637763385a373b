/* SPDX-License-Identifier: Apache-2.0 */
/* Structured fields, RFC 9651. A value in, a canonical listing or "fail" out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "http/sf.h"

struct text {
    char p[4096];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(out->p + out->n, sizeof out->p - out->n, format, args);
    va_end(args);
    assert_true(n >= 0 && (size_t)n < sizeof out->p - out->n);
    out->n += (size_t)n;
}

static void add_item(struct text *out, const struct ct_sf_item *item)
{
    static const char *const names[] = {"int",  "dec",  "str",  "tok",  "bytes",
                                        "bool", "date", "disp", "inner"};
    char text[256];
    size_t n = ct_http_sf_copy(item, text, sizeof text);
    add(out, "%s:", names[item->type]);
    if (item->type == CT_SF_INTEGER || item->type == CT_SF_DECIMAL || item->type == CT_SF_BOOLEAN ||
        item->type == CT_SF_DATE) {
        add(out, "%lld", (long long)item->number);
    } else {
        add(out, "%.*s", (int)n, text);
    }
}

static void add_params(struct text *out, struct ct_span params)
{
    struct ct_sf_param param;
    while (ct_http_sf_param_next(&params, &param)) {
        add(out, ";%.*s=", (int)param.key.n, (const char *)param.key.p);
        add_item(out, &param.item);
    }
    assert_int_equal(params.n, 0);
}

static void add_member(struct text *out, const struct ct_sf_member *member)
{
    if (member->item.type == CT_SF_INNER_LIST) {
        struct ct_span rest = member->item.text;
        struct ct_sf_member inner;
        add(out, "(");
        while (ct_http_sf_inner_next(&rest, &inner)) {
            add_item(out, &inner.item);
            add_params(out, inner.params);
            add(out, " ");
        }
        add(out, ")");
    } else {
        add_item(out, &member->item);
    }
    add_params(out, member->params);
}

/* A copy of exact size, so that a sanitizer sees reads past the end. */
static struct ct_span exact(const char *value)
{
    size_t n = strlen(value);
    uint8_t *p = malloc(n > 0 ? n : 1);
    assert_non_null(p);
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)value[i];
    }
    return (struct ct_span){p, n};
}

static void check_list(const char *value, const char *expected)
{
    struct text out = {.p = "", .n = 0};
    struct ct_span span = exact(value);
    uint8_t *owned = (uint8_t *)(uintptr_t)span.p;
    struct ct_sf_reader reader = ct_http_sf_read(span);
    struct ct_sf_member member;
    while (ct_http_sf_list_next(&reader, &member)) {
        add(&out, out.n > 0 ? "|" : "%s", "");
        add_member(&out, &member);
    }
    assert_int_equal(ct_http_sf_list_valid(span), !reader.failed);
    assert_string_equal(reader.failed ? "fail" : out.p, expected);
    free(owned);
}

static void check_dict(const char *value, const char *expected)
{
    struct text out = {.p = "", .n = 0};
    struct ct_span span = exact(value);
    uint8_t *owned = (uint8_t *)(uintptr_t)span.p;
    struct ct_sf_reader reader = ct_http_sf_read(span);
    struct ct_sf_member member;
    while (ct_http_sf_dict_next(&reader, &member)) {
        add(&out, "%s%.*s->", out.n > 0 ? "|" : "", (int)member.key.n, (const char *)member.key.p);
        add_member(&out, &member);
    }
    assert_int_equal(ct_http_sf_dict_valid(span), !reader.failed);
    assert_string_equal(reader.failed ? "fail" : out.p, expected);
    free(owned);
}

static void items_of_each_type(void **state)
{
    (void)state;
    check_list("", "");
    check_list("   ", "");
    check_list("42", "int:42");
    check_list("-0", "int:0");
    check_list("-999999999999999", "int:-999999999999999");
    check_list("1.5, -0.25, 12.003", "dec:1500|dec:-250|dec:12003");
    check_list("999999999999.999", "dec:999999999999999");
    check_list("\"hello \\\"w\\\\\"", "str:hello \"w\\");
    check_list("\"\"", "str:");
    check_list("ExampleCache, *x, a:b/c!#$", "tok:ExampleCache|tok:*x|tok:a:b/c!#$");
    check_list(":cHJldGVuZA==:, ::, :YQ:", "bytes:cHJldGVuZA==|bytes:|bytes:YQ");
    check_list("?1,?0", "bool:1|bool:0");
    check_list("@1659578233, @-1", "date:1659578233|date:-1");
    check_list("%\"f%c3%bc, %22\"", "disp:f\xc3\xbc, \"");
}

static void parameters_and_inner_lists(void **state)
{
    (void)state;
    check_list("ExampleCache; hit", "tok:ExampleCache;hit=bool:1");
    check_list("\"a b\";hit;ttl=376;  fwd=uri-miss",
               "str:a b;hit=bool:1;ttl=int:376;fwd=tok:uri-miss");
    check_list("a;x=?0;x=1", "tok:a;x=bool:0;x=int:1");
    check_list("a;*k.-_9=\"v\"", "tok:a;*k.-_9=str:v");
    check_list("(a b;x  \"c\" );y, ()", "(tok:a tok:b;x=bool:1 str:c );y=bool:1|()");
    check_list("a\t,\t b", "tok:a|tok:b");
}

static void fields_that_fail(void **state)
{
    static const char *const values[] = {
        "a,",
        ",a",
        "a b",
        "a,,b",
        "a;",
        "a;X",
        "a; ;b",
        "a ;b",
        "a;b= c",
        "1.",
        ".5",
        "1.2345",
        "--1",
        "-",
        "1000000000000000",
        "1234567890123.1",
        "\"a",
        "\"\\n\"",
        "\"\x7f\"",
        "\"\t\"",
        "\"\xc3\xa4\"",
        ":a",
        ":a:",
        ":a===:",
        ":a=b=:",
        ":YQ=:",
        ":Y Q:",
        "?",
        "?2",
        "?T",
        "@",
        "@1.5",
        "@a",
        "%",
        "%\"",
        "%\"%C3%BC\"",
        "%\"%c3\"",
        "%\"%ff\"",
        "%\"%ed%a0%80\"",
        "%\"%f4%90%80%80\"",
        "%\"%c0%80\"",
        "%\"%\"",
        "(",
        "(a",
        "(a,b)",
        "(a(b))",
        "(\"a\"b)",
        "a)",
        "\ta",
        "a=b",
        "\xc3",
        "'a'",
        "a;b=",
        "a;b=(c)",
    };
    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        check_list(values[i], "fail");
    }
}

static void dictionaries(void **state)
{
    (void)state;
    check_dict("", "");
    check_dict("max-age=10, must-revalidate;x, s=(1 2)",
               "max-age->int:10|must-revalidate->bool:1;x=bool:1|s->(int:1 int:2 )");
    check_dict("a=1,a=2", "a->int:1|a->int:2");
    check_dict("a=1 b=2", "fail");
    check_dict("Max-Age=1", "fail");
    check_dict("a=", "fail");
    check_dict("a,", "fail");
    check_dict("=1", "fail");
}

static void last_of_equal_parameters_counts(void **state)
{
    (void)state;
    struct ct_sf_member member;
    struct ct_sf_item item;
    assert_true(ct_http_sf_item(ct_span_of(" a;ttl=1;hit;ttl=2 "), &member));
    assert_true(ct_http_sf_param_find(member.params, "ttl", &item));
    assert_int_equal(item.number, 2);
    assert_true(ct_http_sf_param_find(member.params, "hit", &item));
    assert_int_equal(item.type, CT_SF_BOOLEAN);
    assert_false(ct_http_sf_param_find(member.params, "fwd", &item));
    assert_false(ct_http_sf_item(ct_span_of("a, b"), &member));
    assert_false(ct_http_sf_item(ct_span_of(""), &member));
}

static void limits_fail_the_field(void **state)
{
    (void)state;
    size_t n = (size_t)CT_SF_MEMBERS_MAX * 2 + 2;
    char *value = malloc(n);
    assert_non_null(value);
    for (size_t i = 0; i < n; i += 2) {
        value[i] = 'a';
        value[i + 1] = ',';
    }
    struct ct_span span = {(const uint8_t *)value, (size_t)CT_SF_MEMBERS_MAX * 2 - 1};
    assert_true(ct_http_sf_list_valid(span));
    span.n += 2;
    assert_false(ct_http_sf_list_valid(span));
    for (size_t i = 1; i + 1 < n; i += 2) {
        value[i] = ';';
    }
    span.n = CT_SF_PARAMS_MAX * 2 + 1;
    assert_true(ct_http_sf_list_valid(span));
    span.n += 2;
    assert_false(ct_http_sf_list_valid(span));
    value[0] = '(';
    for (size_t i = 1; i + 1 < n; i += 2) {
        value[i] = 'a';
        value[i + 1] = ' ';
    }
    value[2 * CT_SF_INNER_MAX + 1] = ')';
    span.n = 2 * CT_SF_INNER_MAX + 2;
    assert_true(ct_http_sf_list_valid(span));
    value[2 * CT_SF_INNER_MAX + 1] = 'a';
    value[2 * CT_SF_INNER_MAX + 3] = ')';
    span.n = 2 * CT_SF_INNER_MAX + 4;
    assert_false(ct_http_sf_list_valid(span));
    free(value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_of_each_type),
        cmocka_unit_test(parameters_and_inner_lists),
        cmocka_unit_test(fields_that_fail),
        cmocka_unit_test(dictionaries),
        cmocka_unit_test(last_of_equal_parameters_counts),
        cmocka_unit_test(limits_fail_the_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
