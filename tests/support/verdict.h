/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts as one line of text, so that a test is a table of two strings: header lines in,
 * verdict out. The form is
 *
 *     OUTCOME basis dialect reason; tier=OUTCOME tier=OUTCOME; mark mark
 *
 * with "-" for what is absent, tiers from the origin's side to the client's, "(2)" after one
 * that counted hits, "~" after a fossil. The marks part is left out when there are none.
 */
#ifndef CACHETAP_TEST_VERDICT_H
#define CACHETAP_TEST_VERDICT_H

#include "cachetap/cache.h"

/* A verdict of that outcome, stated, with nothing else in it. */
struct ct_verdict vx_verdict(enum ct_outcome outcome);

struct vx_row {
    /*
     * Header lines of a response with status 200 to GET /, or a whole transaction as tx_new
     * takes it, recognised by its beginning with "@" (which is dropped).
     */
    const char *text;
    const char *want;
};

/* Writes the verdict's line; ends the program when it does not fit. */
void vx_format(char *out, size_t size, const struct ct_txn *txn, const struct ct_verdict *verdict);

/* Checks all rows, prints each that differs, returns how many did. */
size_t vx_check_rows(const struct vx_row *rows, size_t n);

/* Classifies text (as in vx_row) and writes the verdict's line. */
void vx_classify(char *out, size_t size, const char *text);

#endif
