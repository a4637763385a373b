/* SPDX-License-Identifier: Apache-2.0 */
/* The set of header names that are kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/span.h"
#include "cachetap/http.h"

static uint16_t find(const struct ct_fields *fields, const char *name)
{
    return ct_http_fields_find(fields, ct_span_of(name));
}

static void known_fields_have_their_numbers(void **state)
{
    (void)state;
    struct ct_fields *fields = ct_http_fields_new();
    assert_non_null(fields);
#define X(symbol, name, secret)                                                \
    assert_int_equal(find(fields, name), CT_FIELD_##symbol);                   \
    assert_string_equal(ct_http_fields_name(fields, CT_FIELD_##symbol), name); \
    assert_int_equal(ct_http_fields_secret(CT_FIELD_##symbol), secret);
    CT_FIELDS(X)
#undef X
    ct_http_fields_free(fields);
}

static void names_compare_without_case(void **state)
{
    (void)state;
    struct ct_fields *fields = ct_http_fields_new();
    assert_int_equal(find(fields, "hOsT"), CT_FIELD_HOST);
    assert_int_equal(find(fields, "CACHE-CONTROL"), CT_FIELD_CACHE_CONTROL);
    assert_int_equal(find(fields, "Host "), CT_FIELD_NONE);
    assert_int_equal(find(fields, "Hos"), CT_FIELD_NONE);
    assert_int_equal(find(fields, ""), CT_FIELD_NONE);
    assert_int_equal(find(fields, "Cache\rControl"), CT_FIELD_NONE); /* folds like '-' */
    uint16_t field = ct_http_fields_intern(fields, "x-cache");
    assert_int_equal(field, CT_FIELD_COUNT);
    assert_int_equal(ct_http_fields_intern(fields, "X-Cache"), field);
    assert_string_equal(ct_http_fields_name(fields, field), "x-cache");
    assert_false(ct_http_fields_secret(field));
    assert_null(ct_http_fields_name(fields, (uint16_t)(field + 1)));
    ct_http_fields_free(fields);
}

static void only_tokens_are_names(void **state)
{
    (void)state;
    char long_name[65];
    memset(long_name, 'a', sizeof long_name);
    long_name[64] = '\0';
    struct ct_fields *fields = ct_http_fields_new();
    assert_int_equal(ct_http_fields_intern(fields, ""), CT_FIELD_NONE);
    assert_int_equal(ct_http_fields_intern(fields, "a b"), CT_FIELD_NONE);
    assert_int_equal(ct_http_fields_intern(fields, "a:"), CT_FIELD_NONE);
    assert_int_equal(ct_http_fields_intern(fields, "\xc3\xa4"), CT_FIELD_NONE);
    assert_int_equal(ct_http_fields_intern(fields, long_name), CT_FIELD_NONE);
    assert_int_equal(ct_http_fields_intern(fields, long_name + 1), CT_FIELD_COUNT);
    ct_http_fields_free(fields);
}

static void set_has_a_limit(void **state)
{
    (void)state;
    struct ct_fields *fields = ct_http_fields_new();
    char name[16];
    for (int i = CT_FIELD_COUNT; i < CT_FIELDS_MAX; i++) {
        (void)snprintf(name, sizeof name, "x%d", i);
        assert_int_equal(ct_http_fields_intern(fields, name), i);
    }
    assert_int_equal(ct_http_fields_intern(fields, "one-more"), CT_FIELD_NONE);
    assert_int_equal(ct_http_fields_intern(fields, "X1023"), 1023);
    for (int i = CT_FIELD_COUNT; i < CT_FIELDS_MAX; i++) {
        (void)snprintf(name, sizeof name, "X%d", i);
        assert_int_equal(find(fields, name), i);
    }
    assert_int_equal(find(fields, "x1024"), CT_FIELD_NONE);
    ct_http_fields_free(fields);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_fields_have_their_numbers),
        cmocka_unit_test(names_compare_without_case),
        cmocka_unit_test(only_tokens_are_names),
        cmocka_unit_test(set_has_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
