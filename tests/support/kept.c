/* SPDX-License-Identifier: Apache-2.0 */
#include "support/kept.h"

#include <stdlib.h>
#include <time.h>

#include "cachetap/parts.h"
#include "support/need.h"

void kept_add(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct kept *kept = user;
    if (kept->n == kept->room) {
        kept->room = kept->room == 0 ? 1024 : kept->room * 2;
        kept->rows = need(realloc(kept->rows, kept->room * sizeof *kept->rows));
    }
    struct kept_txn *row = &kept->rows[kept->n++];
    *row = (struct kept_txn){.packed = need(malloc(ct_parts_pack_txn_bytes(txn, verdict)))};
    ct_parts_pack_txn(row->packed, txn, verdict);
    ct_parts_unpack_txn(row->packed, &row->txn, &row->verdict);
}

void kept_free(struct kept *kept)
{
    for (size_t i = 0; i < kept->n; i++) {
        free(kept->rows[i].packed);
    }
    free(kept->rows);
}

double kept_now_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double kept_median(double *values, size_t n)
{
    qsort(values, n, sizeof values[0], compare);
    return values[n / 2];
}
