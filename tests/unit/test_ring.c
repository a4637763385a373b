/* SPDX-License-Identifier: Apache-2.0 */
/* The ring between two threads: order, wrapping, refusal, and both ends at work at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/ring.h"

#define MESSAGES 200000

static bool put(struct ct_ring *ring, uint64_t number, size_t n)
{
    uint8_t *at = ct_base_ring_reserve(ring, n);
    if (at == NULL) {
        return false;
    }
    assert_int_equal((uintptr_t)at % CT_RING_ALIGN, 0);
    memset(at, (int)(number & 0xff), n);
    memcpy(at, &number, sizeof number);
    ct_base_ring_commit(ring, n);
    return true;
}

static bool take(struct ct_ring *ring, uint64_t *number, size_t *n)
{
    const uint8_t *at = ct_base_ring_peek(ring, n);
    if (at == NULL) {
        return false;
    }
    memcpy(number, at, sizeof *number);
    for (size_t i = sizeof *number; i < *n; i++) {
        assert_int_equal(at[i], *number & 0xff);
    }
    ct_base_ring_release(ring);
    return true;
}

/* Lengths that do not divide the ring, so that messages meet its end in every way. */
static size_t length_of(uint64_t number)
{
    return 8 + (number * 37) % 300;
}

static void test_messages_come_in_order_and_whole(void **state)
{
    (void)state;
    struct ct_ring *ring = ct_base_ring_new(1024);
    uint64_t written = 0;
    uint64_t read = 0;
    uint64_t number;
    size_t n;
    assert_false(take(ring, &number, &n));
    while (read < 5000) {
        while (put(ring, written, length_of(written))) {
            written++;
        }
        assert_true(written > read);
        for (int i = 0; i < 3 && take(ring, &number, &n); i++) {
            assert_int_equal(number, read);
            assert_int_equal(n, length_of(read));
            read++;
        }
    }
    assert_true(ct_base_ring_used(ring) > 0);
    ct_base_ring_free(ring);
}

static void test_a_full_ring_refuses_and_recovers(void **state)
{
    (void)state;
    struct ct_ring *ring = ct_base_ring_new(1000);
    uint64_t number;
    size_t n;
    assert_int_equal(ct_base_ring_bytes(ring), 1024);
    assert_true(put(ring, 1, 400));
    assert_true(put(ring, 2, 400));
    assert_false(put(ring, 3, 400));
    assert_true(take(ring, &number, &n));
    assert_int_equal(number, 1);
    assert_true(put(ring, 3, 400)); /* passes over the rest of the buffer */
    assert_true(take(ring, &number, &n));
    assert_true(take(ring, &number, &n));
    assert_int_equal(number, 3);
    assert_int_equal(ct_base_ring_used(ring), 0);
    ct_base_ring_free(ring);
}

static void test_the_longest_message_fits_wherever_the_ring_stands(void **state)
{
    (void)state;
    struct ct_ring *ring = ct_base_ring_new(1024);
    size_t longest = ct_base_ring_longest(ring);
    uint64_t number;
    size_t n;
    assert_null(ct_base_ring_reserve(ring, longest + 1));
    assert_null(ct_base_ring_reserve(ring, SIZE_MAX));
    for (uint64_t i = 0; i < 200; i++) {
        assert_true(put(ring, i, 8 + i * 7 % 90));
        assert_true(take(ring, &number, &n));
        assert_true(put(ring, i, longest));
        assert_true(take(ring, &number, &n));
        assert_int_equal(n, longest);
    }
    ct_base_ring_free(ring);
}

static void test_a_message_may_become_shorter_or_be_forgotten(void **state)
{
    (void)state;
    struct ct_ring *ring = ct_base_ring_new(1024);
    size_t n;
    assert_non_null(ct_base_ring_reserve(ring, 300));
    assert_null(ct_base_ring_peek(ring, &n)); /* not committed */
    uint8_t *at = ct_base_ring_reserve(ring, 300);
    at[0] = 7;
    ct_base_ring_commit(ring, 1);
    const uint8_t *got = ct_base_ring_peek(ring, &n);
    assert_non_null(got);
    assert_int_equal(n, 1);
    assert_int_equal(got[0], 7);
    ct_base_ring_release(ring);
    assert_null(ct_base_ring_peek(ring, &n));
    ct_base_ring_free(ring);
}

static void test_absurd_sizes_are_refused(void **state)
{
    (void)state;
    assert_null(ct_base_ring_new(SIZE_MAX));
    ct_base_ring_free(NULL);
}

static void *write_all(void *user)
{
    struct ct_ring *ring = user;
    for (uint64_t i = 0; i < MESSAGES;) {
        uint8_t *at = ct_base_ring_reserve(ring, length_of(i));
        if (at == NULL) {
            (void)sched_yield();
            continue;
        }
        memset(at, (int)(i & 0xff), length_of(i));
        memcpy(at, &i, sizeof i);
        ct_base_ring_commit(ring, length_of(i));
        i++;
    }
    return NULL;
}

static void test_two_threads_lose_nothing(void **state)
{
    (void)state;
    struct ct_ring *ring = ct_base_ring_new(4096);
    pthread_t writer;
    assert_int_equal(pthread_create(&writer, NULL, write_all, ring), 0);
    uint64_t number;
    size_t n;
    for (uint64_t i = 0; i < MESSAGES;) {
        if (!take(ring, &number, &n)) {
            (void)sched_yield();
            continue;
        }
        assert_int_equal(number, i);
        assert_int_equal(n, length_of(i));
        i++;
    }
    assert_int_equal(pthread_join(writer, NULL), 0);
    assert_false(take(ring, &number, &n));
    ct_base_ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_in_order_and_whole),
        cmocka_unit_test(test_a_full_ring_refuses_and_recovers),
        cmocka_unit_test(test_the_longest_message_fits_wherever_the_ring_stands),
        cmocka_unit_test(test_a_message_may_become_shorter_or_be_forgotten),
        cmocka_unit_test(test_absurd_sizes_are_refused),
        cmocka_unit_test(test_two_threads_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
