/* SPDX-License-Identifier: Apache-2.0 */
/* The server name of a TLS ClientHello, however it is cut into records and segments. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stream/tls.h"
#include "support/guard.h"
#include "support/tape.h"

#define ROOM 40000

static struct guard guard;

/* Octets written one after the other; lengths are put in afterwards. */
struct out {
    uint8_t p[ROOM];
    size_t n;
};

static void put(struct out *out, const void *bytes, size_t n)
{
    assert_true(n <= sizeof out->p - out->n);
    memcpy(out->p + out->n, bytes, n);
    out->n += n;
}

static void put_number(struct out *out, size_t value, size_t n_octets)
{
    for (size_t i = n_octets; i-- > 0;) {
        uint8_t octet = (uint8_t)(value >> (8 * i));
        put(out, &octet, 1);
    }
}

static void put_zeros(struct out *out, size_t n)
{
    assert_true(n <= sizeof out->p - out->n);
    memset(out->p + out->n, 0, n);
    out->n += n;
}

/* server_name with one entry; name NULL: none. */
static void put_name(struct out *out, const char *name, uint8_t type)
{
    size_t n = strlen(name);
    put_number(out, 0, 2);     /* extension server_name */
    put_number(out, n + 5, 2); /* its length */
    put_number(out, n + 3, 2); /* length of the list */
    put_number(out, type, 1);
    put_number(out, n, 2);
    put(out, name, n);
}

struct hello {
    const char *name; /* NULL: no such extension */
    uint8_t name_type;
    size_t before; /* octets of an extension before it */
    size_t after;
    size_t session;
    size_t ciphers;
};

/* The handshake message (RFC 8446 section 4.1.2), without records. */
static void build(struct out *out, const struct hello *hello)
{
    static struct out extensions;
    extensions.n = 0;
    put_number(&extensions, 0x0a0a, 2);
    put_number(&extensions, hello->before, 2);
    put_zeros(&extensions, hello->before);
    if (hello->name != NULL) {
        put_name(&extensions, hello->name, hello->name_type);
    }
    put_number(&extensions, 0x002b, 2);
    put_number(&extensions, hello->after, 2);
    put_zeros(&extensions, hello->after);
    size_t length = 34 + 1 + hello->session + 2 + hello->ciphers + 2 + 2 + extensions.n;
    out->n = 0;
    put_number(out, 1, 1);
    put_number(out, length, 3);
    put_number(out, 0x0303, 2);
    put_zeros(out, 32); /* random */
    put_number(out, hello->session, 1);
    put_zeros(out, hello->session);
    put_number(out, hello->ciphers, 2);
    put_zeros(out, hello->ciphers);
    put_number(out, 0x0100, 2); /* one compression method */
    put_number(out, extensions.n, 2);
    put(out, extensions.p, extensions.n);
}

static void wrap(struct out *out, const struct out *message, size_t record)
{
    out->n = 0;
    for (size_t at = 0; at < message->n; at += record) {
        size_t n = message->n - at < record ? message->n - at : record;
        put_number(out, 22, 1);
        put_number(out, 0x0301, 2);
        put_number(out, n, 2);
        put(out, message->p + at, n);
    }
}

static enum ct_tls_status read_octets(const void *bytes, size_t n, char name[CT_SNI_MAX])
{
    return ct_stream_tls_sni((struct ct_span){guard_put(&guard, bytes, n), n}, name);
}

static enum ct_tls_status read_hello(const struct hello *hello, size_t record,
                                     char name[CT_SNI_MAX])
{
    static struct out message;
    static struct out records;
    build(&message, hello);
    wrap(&records, &message, record);
    return read_octets(records.p, records.n, name);
}

static const struct hello plain = {
    .name = "www.example.org", .before = 20, .after = 40, .session = 32, .ciphers = 30};

static void name_of_a_hello_is_found(void **state)
{
    (void)state;
    char name[CT_SNI_MAX] = "";
    assert_int_equal(read_hello(&plain, 16384, name), CT_TLS_FOUND);
    assert_string_equal(name, "www.example.org");
}

static void name_is_found_over_records_of_any_size(void **state)
{
    (void)state;
    for (size_t record = 1; record < 200; record++) {
        char name[CT_SNI_MAX] = "";
        assert_int_equal(read_hello(&plain, record, name), CT_TLS_FOUND);
        assert_string_equal(name, "www.example.org");
    }
}

/* Every beginning asks for more, until the name is there; then the answer stays. */
static void every_beginning_asks_for_more(void **state)
{
    (void)state;
    static const size_t sizes[] = {16384, 7, 1};
    static struct out message;
    static struct out records;
    build(&message, &plain);
    for (size_t i = 0; i < 3; i++) {
        bool found = false;
        wrap(&records, &message, sizes[i]);
        for (size_t n = 0; n <= records.n; n++) {
            char name[CT_SNI_MAX] = "untouched";
            enum ct_tls_status status = read_octets(records.p, n, name);
            if (status == CT_TLS_NEED_MORE) {
                assert_false(found);
                assert_string_equal(name, "untouched");
            } else {
                assert_int_equal(status, CT_TLS_FOUND);
                assert_string_equal(name, "www.example.org");
                found = true;
            }
        }
        assert_true(found);
    }
}

static void name_is_given_in_lower_case(void **state)
{
    (void)state;
    struct hello hello = plain;
    char name[CT_SNI_MAX] = "";
    hello.name = "WWW.Ex_Ample-1.ORG";
    assert_int_equal(read_hello(&hello, 16384, name), CT_TLS_FOUND);
    assert_string_equal(name, "www.ex_ample-1.org");
}

static void name_that_cannot_be_shown_is_none(void **state)
{
    (void)state;
    static const char *const names[] = {"a b.example", "a\x1b[31m", "\xc3\xa9.example", "a/b", ""};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct hello hello = plain;
        char name[CT_SNI_MAX] = "untouched";
        hello.name = names[i];
        assert_int_equal(read_hello(&hello, 16384, name), CT_TLS_NONE);
        assert_string_equal(name, "untouched");
    }
}

static void longest_name_fits_and_a_longer_one_is_none(void **state)
{
    (void)state;
    char text[CT_SNI_MAX + 1];
    char name[CT_SNI_MAX] = "";
    struct hello hello = plain;
    hello.name = text;
    memset(text, 'a', sizeof text);
    text[CT_SNI_MAX - 1] = '\0';
    assert_int_equal(read_hello(&hello, 100, name), CT_TLS_FOUND);
    assert_string_equal(name, text);
    text[CT_SNI_MAX - 1] = 'a';
    text[CT_SNI_MAX] = '\0';
    assert_int_equal(read_hello(&hello, 100, name), CT_TLS_NONE);
}

static void hello_without_a_name_is_none(void **state)
{
    (void)state;
    struct hello hello = plain;
    char name[CT_SNI_MAX] = "";
    hello.name = NULL;
    assert_int_equal(read_hello(&hello, 16384, name), CT_TLS_NONE);
    hello.name = "other.kind";
    hello.name_type = 1;
    assert_int_equal(read_hello(&hello, 16384, name), CT_TLS_NONE);
}

static void hello_without_extensions_is_none(void **state)
{
    (void)state;
    static struct out message;
    static struct out records;
    char name[CT_SNI_MAX] = "";
    message.n = 0;
    put_number(&message, 1, 1);
    put_number(&message, 34 + 1 + 2 + 2 + 2, 3);
    put_zeros(&message, 34);
    put_number(&message, 0, 1);
    put_number(&message, 2, 2);
    put_zeros(&message, 2);
    put_number(&message, 0x0100, 2);
    wrap(&records, &message, 16384);
    assert_int_equal(read_octets(records.p, records.n, name), CT_TLS_NONE);
}

static void what_is_not_a_client_hello_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *octets;
        size_t n;
    } rows[] = {
        {"\x16\x03\x03\x00\x40\x02", 6}, /* ServerHello */
        {"\x17\x03\x03\x00\x40", 5},     /* application data */
        {"\x15\x03\x01\x00\x02\x02", 6}, /* alert */
        {"\x80\x2e\x01\x03\x01", 5},     /* the form of SSL 2.0 */
    };
    char name[CT_SNI_MAX] = "";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(read_octets(rows[i].octets, rows[i].n, name), CT_TLS_NONE);
    }
}

static void other_protocols_are_bad(void **state)
{
    (void)state;
    char name[CT_SNI_MAX] = "";
    assert_int_equal(read_octets("GET / HTTP/1.1", 14, name), CT_TLS_BAD);
    assert_int_equal(read_octets("\x16\x02", 2, name), CT_TLS_BAD);
    assert_int_equal(read_octets("\x16\x03\x01\x00\x00", 5, name), CT_TLS_BAD);
    assert_int_equal(read_octets("\x16\x03\x01\xff\xff", 5, name), CT_TLS_BAD);
}

/* Each length of the message, made larger than what encloses it. */
static void length_beyond_what_encloses_it_is_bad(void **state)
{
    (void)state;
    static struct out message;
    static struct out records;
    static const size_t lengths[] = {
        38,                        /* session */
        4 + 34 + 33,               /* cipher suites */
        4 + 34 + 33 + 32,          /* compression methods */
        4 + 34 + 33 + 32 + 2,      /* extensions */
        4 + 34 + 33 + 32 + 4 + 2,  /* the first one */
        4 + 34 + 33 + 32 + 4 + 26, /* server_name */
        4 + 34 + 33 + 32 + 4 + 28, /* its list */
        4 + 34 + 33 + 32 + 4 + 31, /* the name */
    };
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        char name[CT_SNI_MAX] = "untouched";
        build(&message, &plain);
        message.p[lengths[i]] = 0xff;
        wrap(&records, &message, 16384);
        assert_int_equal(read_octets(records.p, records.n, name), CT_TLS_BAD);
        assert_string_equal(name, "untouched");
    }
}

static void message_interrupted_by_another_record_is_bad(void **state)
{
    (void)state;
    static struct out message;
    static struct out records;
    char name[CT_SNI_MAX] = "";
    build(&message, &plain);
    wrap(&records, &message, 50);
    records.p[55] = 21;
    assert_int_equal(read_octets(records.p, records.n, name), CT_TLS_BAD);
}

static void hello_beyond_the_limit_is_one_without_a_name(void **state)
{
    (void)state;
    static struct out message;
    static struct out records;
    struct hello hello = plain;
    char name[CT_SNI_MAX] = "";
    hello.before = 17000;
    build(&message, &hello);
    wrap(&records, &message, 16000);
    assert_int_equal(read_octets(records.p, CT_TLS_HELLO_MAX - 1, name), CT_TLS_NEED_MORE);
    assert_int_equal(read_octets(records.p, CT_TLS_HELLO_MAX, name), CT_TLS_NONE);
    assert_int_equal(read_octets(records.p, records.n, name), CT_TLS_NONE);
}

/* Damaged hellos give some answer, and one that more octets do not change. */
static void damaged_hellos_are_harmless(void **state)
{
    (void)state;
    static struct out message;
    static struct out records;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct dice dice = {seed};
        char name[CT_SNI_MAX] = "";
        build(&message, &plain);
        wrap(&records, &message, 1 + (size_t)dice_roll(&dice, 300));
        for (uint64_t i = dice_roll(&dice, 3); i < 3; i++) {
            records.p[dice_roll(&dice, records.n)] = (uint8_t)dice_roll(&dice, 256);
        }
        enum ct_tls_status whole = read_octets(records.p, records.n, name);
        for (size_t n = 0; n < records.n; n += 1 + (size_t)dice_roll(&dice, 9)) {
            enum ct_tls_status status = read_octets(records.p, n, name);
            if (status != CT_TLS_NEED_MORE && status != whole) {
                fail_msg("seed %llu: %d after %zu octets, %d after %zu", (unsigned long long)seed,
                         (int)status, n, (int)whole, records.n);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(name_of_a_hello_is_found),
        cmocka_unit_test(name_is_found_over_records_of_any_size),
        cmocka_unit_test(every_beginning_asks_for_more),
        cmocka_unit_test(name_is_given_in_lower_case),
        cmocka_unit_test(name_that_cannot_be_shown_is_none),
        cmocka_unit_test(longest_name_fits_and_a_longer_one_is_none),
        cmocka_unit_test(hello_without_a_name_is_none),
        cmocka_unit_test(hello_without_extensions_is_none),
        cmocka_unit_test(what_is_not_a_client_hello_is_none),
        cmocka_unit_test(other_protocols_are_bad),
        cmocka_unit_test(length_beyond_what_encloses_it_is_bad),
        cmocka_unit_test(message_interrupted_by_another_record_is_bad),
        cmocka_unit_test(hello_beyond_the_limit_is_one_without_a_name),
        cmocka_unit_test(damaged_hellos_are_harmless),
    };
    guard_init(&guard, ROOM);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    guard_fini(&guard);
    return failed;
}
