/* SPDX-License-Identifier: Apache-2.0 */
/* The base: bounded reads, numbers, safe text, pools, budgets, limits, end points. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/number.h"
#include "base/pool.h"
#include "base/span.h"
#include "base/text.h"

/* ---- spans and cursors ------------------------------------------------------------------ */

static void a_read_past_the_end_turns_the_cursor_bad_for_good(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3, 4, 5};
    struct ct_cursor cursor = ct_cursor_of((struct ct_span){bytes, sizeof bytes});
    assert_int_equal(ct_cursor_be16(&cursor), 0x0102);
    assert_int_equal(ct_cursor_u8(&cursor), 3);
    assert_false(cursor.bad);
    assert_int_equal(ct_cursor_be32(&cursor), 0);
    assert_true(cursor.bad);
    assert_int_equal(ct_cursor_u8(&cursor), 0);
    assert_null(ct_cursor_take(&cursor, 0));
}

static void a_slice_never_leaves_its_span(void **state)
{
    (void)state;
    struct ct_span text = ct_span_of("abcdef");
    assert_true(ct_span_equal(ct_span_slice(text, 2, 4), ct_span_of("cd")));
    assert_int_equal(ct_span_slice(text, 4, 99).n, 2);
    assert_int_equal(ct_span_slice(text, 4, 7).n, 2);
    assert_int_equal(ct_span_slice(text, 9, 12).n, 0);
    assert_int_equal(ct_span_slice(text, 4, 2).n, 0);
}

static void blanks_are_trimmed_at_both_ends_only(void **state)
{
    (void)state;
    assert_true(ct_span_equal(ct_span_trim(ct_span_of(" \t a b\t ")), ct_span_of("a b")));
    assert_int_equal(ct_span_trim(ct_span_of(" \t ")).n, 0);
    assert_int_equal(ct_span_trim((struct ct_span){NULL, 0}).n, 0);
}

static void names_compare_without_case_but_not_without_length(void **state)
{
    (void)state;
    assert_true(ct_span_equal_nocase(ct_span_of("X-Cache"), "x-cACHE"));
    assert_false(ct_span_equal_nocase(ct_span_of("X-Cache"), "X-Cach"));
    assert_false(ct_span_equal_nocase(ct_span_of("X-Cach"), "X-Cache"));
    assert_false(ct_span_equal_nocase(ct_span_of("X@Cache"), "X`Cache"));
    assert_true(ct_span_starts_with(ct_span_of("tcp_hit"), "tcp_"));
    assert_false(ct_span_starts_with(ct_span_of("tcp"), "tcp_"));
}

static void octets_are_read_in_both_orders(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x80, 0x01, 0x02, 0xff};
    assert_int_equal(ct_read_be16(bytes), 0x8001);
    assert_int_equal(ct_read_le16(bytes), 0x0180);
    assert_true(ct_read_be32(bytes) == 0x800102ffu);
    assert_true(ct_read_le32(bytes) == 0xff020180u);
}

/* ---- numbers ---------------------------------------------------------------------------- */

static void numbers_end_at_the_largest(void **state)
{
    (void)state;
    uint64_t n = 7;
    assert_true(ct_base_parse_u64(ct_span_of("0"), &n) && n == 0);
    assert_true(ct_base_parse_u64(ct_span_of("18446744073709551615"), &n) && n == UINT64_MAX);
    assert_false(ct_base_parse_u64(ct_span_of("18446744073709551616"), &n));
    assert_false(ct_base_parse_u64(ct_span_of("99999999999999999999"), &n));
    assert_true(ct_base_parse_u64(ct_span_of("0000000000000000000000012"), &n) && n == 12);
}

static void what_is_not_digits_is_no_number(void **state)
{
    (void)state;
    uint64_t n = 7;
    static const char *const bad[] = {"", " 1", "1 ", "-1", "+1", "1.0", "0x1", "1/", "1:"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(ct_base_parse_u64(ct_span_of(bad[i]), &n));
    }
    assert_int_equal(n, 7);
}

static void sizes_take_powers_of_1024(void **state)
{
    (void)state;
    uint64_t n = 0;
    assert_true(ct_base_parse_size(ct_span_of("5"), &n) && n == 5);
    assert_true(ct_base_parse_size(ct_span_of("5k"), &n) && n == CT_KIB(5));
    assert_true(ct_base_parse_size(ct_span_of("3M"), &n) && n == CT_MIB(3));
    assert_true(ct_base_parse_size(ct_span_of("2G"), &n) && n == UINT64_C(2) << 30);
    assert_false(ct_base_parse_size(ct_span_of("k"), &n));
    assert_false(ct_base_parse_size(ct_span_of("18446744073709551615k"), &n));
}

static void decimals_have_one_point(void **state)
{
    (void)state;
    double d = 0;
    assert_true(ct_base_parse_decimal(ct_span_of("12"), &d) && d > 11.99 && d < 12.01);
    assert_true(ct_base_parse_decimal(ct_span_of("0.5"), &d) && d > 0.499 && d < 0.501);
    assert_true(ct_base_parse_decimal(ct_span_of(".25"), &d) && d > 0.249 && d < 0.251);
    assert_false(ct_base_parse_decimal(ct_span_of("."), &d));
    assert_false(ct_base_parse_decimal(ct_span_of(""), &d));
    assert_false(ct_base_parse_decimal(ct_span_of("1.2.3"), &d));
    assert_false(ct_base_parse_decimal(ct_span_of("1e9"), &d));
    assert_false(ct_base_parse_decimal(ct_span_of("1234567890"), &d));
}

/* ---- text ------------------------------------------------------------------------------- */

static void check_safe(const char *bytes, size_t n, const char *want)
{
    char out[256];
    size_t length = ct_base_text_safe(out, sizeof out, (struct ct_span){(const uint8_t *)bytes, n});
    assert_string_equal(out, want);
    assert_int_equal(length, strlen(want));
}

#define CHECK_SAFE(bytes, want) check_safe((bytes), sizeof(bytes) - 1, (want))

static void control_characters_are_written_as_hex(void **state)
{
    (void)state;
    CHECK_SAFE("a\033[31mb", "a\\x1b[31mb");
    CHECK_SAFE("a\0b", "a\\x00b");
    CHECK_SAFE("a\r\nb\tc", "a\\x0d\\x0ab\\x09c");
    CHECK_SAFE("\x7f", "\\x7f");
    CHECK_SAFE("\xc2\x9b"
               "31m",
               "\\xc2\\x9b31m"); /* CSI as one C1 control */
    CHECK_SAFE("plain ~!", "plain ~!");
}

static void characters_that_turn_or_hide_text_are_written_as_hex(void **state)
{
    (void)state;
    CHECK_SAFE("a\xe2\x80\xae"
               "b",
               "a\\xe2\\x80\\xaeb"); /* right-to-left override */
    CHECK_SAFE("\xe2\x81\xa6", "\\xe2\\x81\\xa6");
    CHECK_SAFE("\xe2\x80\xa8", "\\xe2\\x80\\xa8"); /* line separator */
    CHECK_SAFE("\xe2\x80\x8b", "\\xe2\\x80\\x8b"); /* zero width space */
    CHECK_SAFE("\xef\xbb\xbf", "\\xef\\xbb\\xbf"); /* byte order mark */
    CHECK_SAFE("\xe2\x80\xa6", "\xe2\x80\xa6");    /* an ellipsis is harmless */
}

static void bytes_that_are_not_utf8_are_written_as_hex(void **state)
{
    (void)state;
    CHECK_SAFE("caf\xe9", "caf\\xe9");
    CHECK_SAFE("\xc0\xaf", "\\xc0\\xaf"); /* overlong */
    CHECK_SAFE("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
    CHECK_SAFE("\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf");
    CHECK_SAFE("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    CHECK_SAFE("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* above U+10FFFF */
    CHECK_SAFE("\xe2\x82", "\\xe2\\x82");                   /* cut */
    CHECK_SAFE("\x80", "\\x80");
    CHECK_SAFE("\xe2\x82\xac \xf0\x9f\x98\x80 \xc3\xa9", "\xe2\x82\xac \xf0\x9f\x98\x80 \xc3\xa9");
}

static void what_does_not_fit_is_cut_between_characters(void **state)
{
    (void)state;
    char out[8];
    memset(out, 'X', sizeof out);
    struct ct_span text = ct_span_of("abc\xe2\x82\xac"
                                     "def");
    assert_int_equal(ct_base_text_safe(out, 6, text), 3);
    assert_string_equal(out, "abc");
    assert_int_equal(ct_base_text_safe(out, 7, text), 6);
    assert_int_equal(ct_base_text_safe(out, 1, text), 0);
    assert_int_equal(ct_base_text_safe(NULL, 0, text), 0);
    assert_int_equal(ct_base_text_safe(out, 6, ct_span_of("ab\033")), 2);
}

/* Against the definition of RFC 3629: the shortest form of a scalar value. */
static size_t encode(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : (c < 0x10000 ? 3 : 4);
    for (size_t i = n - 1; i > 0; i--) {
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
        c >>= 6;
    }
    out[0] = (uint8_t)((0xf0u << (4 - n)) | c);
    return n;
}

static void every_scalar_value_is_utf8_and_no_surrogate_is(void **state)
{
    (void)state;
    for (uint32_t c = 0; c < 0x120000; c++) {
        uint8_t bytes[4];
        size_t n = encode(c, bytes);
        bool scalar = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
        assert_int_equal(ct_base_utf8_length((struct ct_span){bytes, n}, 0), scalar ? n : 0);
        assert_int_equal(ct_base_utf8_length((struct ct_span){bytes, n - 1}, 0), 0);
    }
}

static void safe_text_of_any_bytes_holds_no_control(void **state)
{
    (void)state;
    uint8_t bytes[3];
    char out[16];
    for (uint32_t i = 0; i < 0x1000000; i += 7) {
        bytes[0] = (uint8_t)(i >> 16);
        bytes[1] = (uint8_t)(i >> 8);
        bytes[2] = (uint8_t)i;
        size_t n = ct_base_text_safe(out, sizeof out, (struct ct_span){bytes, 3});
        for (size_t at = 0; at < n;) {
            struct ct_span text = {(const uint8_t *)out, n};
            size_t length = ct_base_utf8_length(text, at);
            assert_true(length > 0);
            assert_false(ct_base_utf8_control((const uint8_t *)out + at, length));
            at += length;
        }
    }
}

/* ---- memory ----------------------------------------------------------------------------- */

static void a_pool_gives_zeroed_objects_up_to_its_maximum(void **state)
{
    (void)state;
    struct ct_pool pool;
    void *objects[5];
    ct_base_pool_init(&pool, 40, 5);
    for (int i = 0; i < 5; i++) {
        objects[i] = ct_base_pool_get(&pool);
        assert_non_null(objects[i]);
        assert_int_equal((uintptr_t)objects[i] % _Alignof(max_align_t), 0);
        memset(objects[i], 0xff, 40);
    }
    assert_null(ct_base_pool_get(&pool));
    assert_int_equal(pool.refused, 1);
    ct_base_pool_put(&pool, objects[3]);
    uint8_t *again = ct_base_pool_get(&pool);
    assert_ptr_equal(again, objects[3]);
    for (size_t i = 0; i < 40; i++) {
        assert_int_equal(again[i], 0);
    }
    ct_base_pool_fini(&pool);
}

static void a_pool_takes_no_memory_for_what_is_returned_and_got_again(void **state)
{
    (void)state;
    struct ct_pool pool;
    ct_base_pool_init(&pool, 1000, 1000000);
    for (int round = 0; round < 50; round++) {
        void *objects[200];
        for (size_t i = 0; i < 200; i++) {
            objects[i] = ct_base_pool_get(&pool);
            assert_non_null(objects[i]);
        }
        for (size_t i = 0; i < 200; i++) {
            ct_base_pool_put(&pool, objects[i]);
        }
    }
    assert_int_equal(pool.n_used, 0);
    assert_true(ct_base_pool_bytes(&pool) < UINT64_C(400) * 1000);
    ct_base_pool_fini(&pool);
}

static void objects_larger_than_a_slab_are_given_one_by_one(void **state)
{
    (void)state;
    struct ct_pool pool;
    ct_base_pool_init(&pool, 200000, 2);
    void *first = ct_base_pool_get(&pool);
    void *second = ct_base_pool_get(&pool);
    assert_non_null(first);
    assert_non_null(second);
    assert_null(ct_base_pool_get(&pool));
    ct_base_pool_fini(&pool);
}

static void a_budget_refuses_what_passes_its_limit(void **state)
{
    (void)state;
    struct ct_budget budget = {.limit_bytes = 100};
    assert_true(ct_base_budget_charge(&budget, 60));
    assert_false(ct_base_budget_charge(&budget, 41));
    assert_false(ct_base_budget_charge(&budget, UINT64_MAX));
    assert_true(ct_base_budget_charge(&budget, 40));
    ct_base_budget_refund(&budget, 90);
    assert_int_equal(budget.used_bytes, 10);
    assert_int_equal(budget.peak_bytes, 100);
    assert_int_equal(budget.refused, 2);
    ct_base_budget_refund(&budget, 11);
    assert_int_equal(budget.used_bytes, 0);
}

static void limits_are_set_by_name_and_never_zero(void **state)
{
    (void)state;
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    assert_int_equal(limits.connections, 1000000);
    assert_int_equal(limits.stats_keys, 10000);
    assert_true(ct_base_limits_set(&limits, ct_span_of("connections"), 5));
    assert_true(ct_base_limits_set(&limits, ct_span_of("stats_keys"), 0));
    assert_false(ct_base_limits_set(&limits, ct_span_of("connection"), 5));
    assert_int_equal(limits.connections, 5);
    assert_int_equal(limits.stats_keys, 1);
}

static void every_limit_has_a_name_a_unit_and_a_policy(void **state)
{
    (void)state;
    size_t n = 0;
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    const struct ct_limit_row *row = NULL;
    for (; (row = ct_base_limits_row(n)) != NULL; n++) {
        assert_true(strlen(row->name) > 0 && strlen(row->unit) > 0 && strlen(row->help) > 0);
        assert_true(row->def > 0);
        assert_true(ct_base_limits_set(&limits, ct_span_of(row->name), 42));
    }
    assert_int_equal(n * sizeof(uint64_t), sizeof limits);
    assert_int_equal(limits.tunnel_depth, 42);
}

/* ---- hashes and end points -------------------------------------------------------------- */

static void the_hash_depends_on_key_and_data(void **state)
{
    (void)state;
    struct ct_key key = {{0}};
    struct ct_key other = {{1}};
    uint8_t id[16] = {0};
    uint8_t other_id[16] = {0};
    uint64_t hash = ct_base_hash64(&key, "abc", 3);
    assert_true(hash == ct_base_hash64(&key, "abc", 3));
    assert_true(hash != ct_base_hash64(&other, "abc", 3));
    assert_true(hash != ct_base_hash64(&key, "abd", 3));
    assert_true(hash != ct_base_hash64(&key, "abc", 2));
    ct_base_hash128(&key, "abc", 3, id);
    ct_base_hash128(&other, "abc", 3, other_id);
    assert_memory_not_equal(id, other_id, sizeof id);
}

/* The first vectors of the authors of SipHash: key 00..0f, messages of 0 and 1 octets. */
static void the_hash_is_siphash_2_4(void **state)
{
    (void)state;
    struct ct_key key;
    for (uint8_t i = 0; i < 16; i++) {
        key.bytes[i] = i;
    }
    static const uint8_t want[2][8] = {
        {0x31, 0x0e, 0x0e, 0xdd, 0x47, 0xdb, 0x6f, 0x72},
        {0xfd, 0x67, 0xdc, 0x93, 0xc5, 0x39, 0xf8, 0x74},
    };
    for (size_t n = 0; n < 2; n++) {
        uint64_t hash = ct_base_hash64(&key, "\0", n);
        assert_memory_equal(&hash, want[n], sizeof hash);
    }
}

static void addresses_are_written_as_people_write_them(void **state)
{
    (void)state;
    char text[CT_ADDR_TEXT_MAX];
    struct ct_endpoint v4 = {.addr = {192, 0, 2, 1}, .family = 4};
    struct ct_endpoint digits = {.addr = {0, 10, 99, 255}, .family = 4};
    struct ct_endpoint v6 = {.addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}, .family = 6};
    struct ct_endpoint mapped = {.addr = {[10] = 0xff, 0xff, 255, 255, 255, 255}, .family = 6};
    struct ct_endpoint none = {.family = 0};
    ct_base_endpoint_text(&v4, text);
    assert_string_equal(text, "192.0.2.1");
    ct_base_endpoint_text(&digits, text);
    assert_string_equal(text, "0.10.99.255");
    ct_base_endpoint_text(&v6, text);
    assert_string_equal(text, "2001:db8::1");
    ct_base_endpoint_text(&mapped, text);
    assert_string_equal(text, "::ffff:255.255.255.255");
    ct_base_endpoint_text(&none, text);
    assert_string_equal(text, "-");
}

static void end_points_have_one_order(void **state)
{
    (void)state;
    struct ct_endpoint a = {.addr = {10, 0, 0, 1}, .port = 80, .family = 4};
    struct ct_endpoint b = {.addr = {10, 0, 0, 2}, .port = 1, .family = 4};
    struct ct_endpoint c = {.addr = {10, 0, 0, 1}, .port = 81, .family = 4};
    struct ct_endpoint d = {.addr = {0}, .port = 0, .family = 6};
    assert_int_equal(ct_base_endpoint_compare(&a, &a), 0);
    assert_true(ct_base_endpoint_compare(&a, &b) < 0 && ct_base_endpoint_compare(&b, &a) > 0);
    assert_true(ct_base_endpoint_compare(&a, &c) < 0 && ct_base_endpoint_compare(&c, &a) > 0);
    assert_true(ct_base_endpoint_compare(&c, &d) < 0 && ct_base_endpoint_compare(&d, &c) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_read_past_the_end_turns_the_cursor_bad_for_good),
        cmocka_unit_test(a_slice_never_leaves_its_span),
        cmocka_unit_test(blanks_are_trimmed_at_both_ends_only),
        cmocka_unit_test(names_compare_without_case_but_not_without_length),
        cmocka_unit_test(octets_are_read_in_both_orders),
        cmocka_unit_test(numbers_end_at_the_largest),
        cmocka_unit_test(what_is_not_digits_is_no_number),
        cmocka_unit_test(sizes_take_powers_of_1024),
        cmocka_unit_test(decimals_have_one_point),
        cmocka_unit_test(control_characters_are_written_as_hex),
        cmocka_unit_test(characters_that_turn_or_hide_text_are_written_as_hex),
        cmocka_unit_test(bytes_that_are_not_utf8_are_written_as_hex),
        cmocka_unit_test(what_does_not_fit_is_cut_between_characters),
        cmocka_unit_test(every_scalar_value_is_utf8_and_no_surrogate_is),
        cmocka_unit_test(safe_text_of_any_bytes_holds_no_control),
        cmocka_unit_test(a_pool_gives_zeroed_objects_up_to_its_maximum),
        cmocka_unit_test(a_pool_takes_no_memory_for_what_is_returned_and_got_again),
        cmocka_unit_test(objects_larger_than_a_slab_are_given_one_by_one),
        cmocka_unit_test(a_budget_refuses_what_passes_its_limit),
        cmocka_unit_test(limits_are_set_by_name_and_never_zero),
        cmocka_unit_test(every_limit_has_a_name_a_unit_and_a_policy),
        cmocka_unit_test(the_hash_depends_on_key_and_data),
        cmocka_unit_test(the_hash_is_siphash_2_4),
        cmocka_unit_test(addresses_are_written_as_people_write_them),
        cmocka_unit_test(end_points_have_one_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
