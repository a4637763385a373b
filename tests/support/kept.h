/* SPDX-License-Identifier: Apache-2.0 */
/* kept: the transactions of a capture in memory, and what measuring with them takes. */
#ifndef TESTS_SUPPORT_KEPT_H
#define TESTS_SUPPORT_KEPT_H

#include "cachetap/cachetap.h"

struct kept_txn {
    struct ct_txn txn;
    struct ct_verdict verdict;
    void *packed; /* what both borrow */
};

struct kept {
    struct kept_txn *rows;
    size_t n;
    size_t room;
};

/* For struct ct_engine_config, with a struct kept as its user. Ends the program without memory. */
void kept_add(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict);
void kept_free(struct kept *kept);

/* Processor time of this program. */
double kept_now_ns(void);
/* Sorts them. */
double kept_median(double *values, size_t n);

#endif
