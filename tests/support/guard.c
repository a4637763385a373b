/* SPDX-License-Identifier: Apache-2.0 */
#include "support/guard.h"

#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void guard_init(struct guard *guard, size_t max)
{
    guard->page = (size_t)sysconf(_SC_PAGESIZE);
    guard->bytes = (max / guard->page + 1) * guard->page;
    guard->base = mmap(NULL, guard->bytes + guard->page, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guard->base == MAP_FAILED ||
        mprotect(guard->base + guard->bytes, guard->page, PROT_NONE) != 0) {
        perror("guard");
        abort();
    }
}

void guard_fini(struct guard *guard)
{
    (void)munmap(guard->base, guard->bytes + guard->page); /* nothing to be done about it */
}

const uint8_t *guard_put(struct guard *guard, const void *bytes, size_t n)
{
    if (n > guard->bytes) {
        (void)fputs("guard: input too long\n", stderr);
        abort();
    }
    uint8_t *p = guard->base + guard->bytes - n;
    if (n > 0) {
        memcpy(p, bytes, n);
    }
    return p;
}
