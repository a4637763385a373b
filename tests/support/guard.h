/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard: memory that ends at an unreadable page, so that a read past the end of an input stops
 * the test even without sanitizers.
 */
#ifndef TESTS_SUPPORT_GUARD_H
#define TESTS_SUPPORT_GUARD_H

#include <stddef.h>
#include <stdint.h>

struct guard {
    uint8_t *base;
    size_t bytes; /* readable ones */
    size_t page;
};

/* Room for inputs of up to max bytes. Ends the program when there is no memory. */
void guard_init(struct guard *guard, size_t max);
void guard_fini(struct guard *guard);
/* A copy of n bytes that ends at the unreadable page; valid until the next call. */
const uint8_t *guard_put(struct guard *guard, const void *bytes, size_t n);

#endif
