/* SPDX-License-Identifier: Apache-2.0 */
#include "support/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/txn.h"

struct writer {
    char *out;
    size_t size;
    size_t n;
};

static void put(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(w->out + w->n, w->size - w->n, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= w->size - w->n) {
        (void)fputs("tests: a verdict that does not fit\n", stderr);
        exit(1);
    }
    w->n += (size_t)n;
}

static const char *or_dash(const char *text)
{
    return text != NULL ? text : "-";
}

static void put_tier(struct writer *w, const struct ct_txn *txn, const struct ct_tier *tier)
{
    struct ct_span node = ct_txn_text(txn, tier->node);
    if (ct_ref_present(tier->node)) {
        put(w, " %.*s", (int)(node.n < 60 ? node.n : 60), (const char *)node.p);
    } else {
        put(w, " %s", or_dash(tier->label));
    }
    put(w, "=%s", ct_cache_outcome_name(tier->outcome));
    if (tier->hits >= 0) {
        put(w, "(%lld)", (long long)tier->hits);
    }
    put(w, "%s", tier->fossil ? "~" : "");
}

void vx_format(char *out, size_t size, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct writer w = {out, size, 0};
    put(&w, "%s %s %s %s;", ct_cache_outcome_name(verdict->outcome),
        ct_cache_basis_name(verdict->basis), or_dash(verdict->dialect),
        or_dash(ct_cache_reason_name(verdict->reason)));
    for (unsigned i = 0; i < verdict->n_tiers; i++) {
        put_tier(&w, txn, &verdict->tiers[i]);
    }
    if (verdict->n_tiers == 0) {
        put(&w, " -");
    }
    put(&w, "%s", verdict->marks != 0 ? ";" : "");
    for (unsigned i = 0; i < CT_MARK_COUNT; i++) {
        if ((verdict->marks >> i & 1) != 0) {
            put(&w, " %s", ct_cache_mark_name((enum ct_mark)i));
        }
    }
}

static void classify_in(const struct ct_fields *fields, const struct ct_cache *cache,
                        const char *text, char *out, size_t size)
{
    char whole[4096];
    struct ct_verdict verdict;
    if (text[0] != '@') {
        int n = snprintf(whole, sizeof whole, "GET / HTTP/1.1\n\n200 OK\n%s\n", text);
        if (n < 0 || (size_t)n >= sizeof whole) {
            (void)fputs("tests: a transaction that does not fit\n", stderr);
            exit(1);
        }
    }
    struct ct_txn *txn = tx_new(fields, text[0] == '@' ? text + 1 : whole);
    ct_cache_classify(cache, txn, &verdict);
    vx_format(out, size, txn, &verdict);
    tx_free(txn);
}

void vx_classify(char *out, size_t size, const char *text)
{
    const struct vx_row row = {text, NULL};
    struct ct_fields *fields = ct_http_fields_new();
    struct ct_cache *cache = fields != NULL ? ct_cache_new(fields) : NULL;
    if (cache == NULL) {
        (void)fputs("tests: no memory\n", stderr);
        exit(1);
    }
    classify_in(fields, cache, row.text, out, size);
    ct_cache_free(cache);
    ct_http_fields_free(fields);
}

size_t vx_check_rows(const struct vx_row *rows, size_t n)
{
    struct ct_fields *fields = ct_http_fields_new();
    struct ct_cache *cache = fields != NULL ? ct_cache_new(fields) : NULL;
    size_t wrong = 0;
    if (cache == NULL) {
        (void)fputs("tests: no memory\n", stderr);
        exit(1);
    }
    for (size_t i = 0; i < n; i++) {
        char got[4096];
        classify_in(fields, cache, rows[i].text, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0) {
            wrong++;
            (void)fprintf(stderr, "--- %s\nwant %s\ngot  %s\n", rows[i].text, rows[i].want, got);
        }
    }
    ct_cache_free(cache);
    ct_http_fields_free(fields);
    return wrong;
}
