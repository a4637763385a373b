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

/* A classifier and the field names that it knows. */
struct vx_stage {
    struct ct_fields *fields;
    struct ct_cache *cache;
};

/* config may be NULL. Ends the program when there is no memory, or the config is wrong. */
void vx_stage_init(struct vx_stage *stage, const struct ct_cache_config *config);
void vx_stage_fini(struct vx_stage *stage);
/* Fixtures of cmocka: a stage without a config in *state. */
int vx_stage_setup(void **state);
int vx_stage_teardown(void **state);

/* The transaction that text is, as in vx_row; for tx_free. */
struct ct_txn *vx_txn(const struct vx_stage *stage, const char *text);
struct ct_verdict vx_judge(const struct vx_stage *stage, const char *text);

/* Checks all rows, prints each that differs, returns how many did. */
size_t vx_check_rows_in(const struct vx_stage *stage, const struct vx_row *rows, size_t n);
size_t vx_check_rows(const struct vx_row *rows, size_t n);
/* For a test: fails it when one of the rows differs. */
#define VX_CHECK(rows) assert_int_equal(vx_check_rows(rows, sizeof(rows) / sizeof(rows)[0]), 0)

/* Classifies text (as in vx_row) and writes the verdict's line. */
void vx_classify(char *out, size_t size, const char *text);

#endif
