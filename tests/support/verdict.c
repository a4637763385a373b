/* SPDX-License-Identifier: Apache-2.0 */
#include "support/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/need.h"
#include "support/txn.h"

struct ct_verdict vx_verdict(enum ct_outcome outcome)
{
    return (struct ct_verdict){
        .outcome = outcome,
        .class = ct_cache_outcome_class(outcome),
        .basis = CT_BASIS_STATED,
        .age_s = -1,
    };
}

struct writer {
    char *out;
    size_t size;
    size_t n;
};

static void put_bytes(struct writer *w, const void *bytes, size_t n)
{
    if (n >= w->size - w->n) {
        (void)fputs("tests: a verdict that does not fit\n", stderr);
        exit(1);
    }
    memcpy(w->out + w->n, bytes, n);
    w->n += n;
    w->out[w->n] = '\0';
}

static void put(struct writer *w, const char *text)
{
    text = text != NULL ? text : "-";
    put_bytes(w, text, strlen(text));
}

static void put_tier(struct writer *w, const struct ct_txn *txn, const struct ct_tier *tier)
{
    struct ct_span node = ct_txn_text(txn, tier->node);
    put(w, " ");
    if (ct_ref_present(tier->node)) {
        put_bytes(w, node.p, node.n < 60 ? node.n : 60);
    } else {
        put(w, tier->label);
    }
    put(w, "=");
    put(w, ct_cache_outcome_name(tier->outcome));
    if (tier->hits >= 0) {
        char hits[32];
        (void)snprintf(hits, sizeof hits, "(%lld)", (long long)tier->hits);
        put(w, hits);
    }
    put(w, tier->fossil ? "~" : "");
}

void vx_format(char *out, size_t size, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct writer w = {out, size, 0};
    const char *head[] = {ct_cache_outcome_name(verdict->outcome),
                          ct_cache_basis_name(verdict->basis), verdict->dialect,
                          ct_cache_reason_name(verdict->reason)};
    out[0] = '\0';
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++) {
        put(&w, i > 0 ? " " : "");
        put(&w, head[i]);
    }
    put(&w, ";");
    for (unsigned i = 0; i < verdict->n_tiers; i++) {
        put_tier(&w, txn, &verdict->tiers[i]);
    }
    put(&w, verdict->n_tiers == 0 ? " -" : "");
    put(&w, verdict->marks != 0 ? ";" : "");
    for (unsigned i = 0; i < CT_MARK_COUNT; i++) {
        if ((verdict->marks >> i & 1) != 0) {
            put(&w, " ");
            put(&w, ct_cache_mark_name((enum ct_mark)i));
        }
    }
}

void vx_stage_init(struct vx_stage *stage, const struct ct_cache_config *config)
{
    stage->fields = need(ct_http_fields_new());
    stage->cache = need(ct_cache_new(stage->fields, config));
}

void vx_stage_fini(struct vx_stage *stage)
{
    ct_cache_free(stage->cache);
    ct_http_fields_free(stage->fields);
}

int vx_stage_setup(void **state)
{
    static struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    *state = &stage;
    return 0;
}

int vx_stage_teardown(void **state)
{
    vx_stage_fini(*state);
    return 0;
}

struct ct_txn *vx_txn(const struct vx_stage *stage, const char *text)
{
    char whole[4096];
    if (text[0] == '@') {
        return tx_new(stage->fields, text + 1);
    }
    int n = snprintf(whole, sizeof whole, "GET / HTTP/1.1\n\n200 OK\n%s\n", text);
    if (n < 0 || (size_t)n >= sizeof whole) {
        (void)fputs("tests: a transaction that does not fit\n", stderr);
        exit(1);
    }
    return tx_new(stage->fields, whole);
}

struct ct_verdict vx_judge(const struct vx_stage *stage, const char *text)
{
    struct ct_verdict verdict;
    struct ct_txn *txn = vx_txn(stage, text);
    ct_cache_classify(stage->cache, txn, &verdict);
    tx_free(txn);
    return verdict;
}

static void classify_in(const struct vx_stage *stage, const char *text, char *out, size_t size)
{
    struct ct_verdict verdict;
    struct ct_txn *txn = vx_txn(stage, text);
    ct_cache_classify(stage->cache, txn, &verdict);
    vx_format(out, size, txn, &verdict);
    tx_free(txn);
}

void vx_classify(char *out, size_t size, const char *text)
{
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    classify_in(&stage, text, out, size);
    vx_stage_fini(&stage);
}

size_t vx_check_rows_in(const struct vx_stage *stage, const struct vx_row *rows, size_t n)
{
    size_t wrong = 0;
    for (size_t i = 0; i < n; i++) {
        char got[4096];
        classify_in(stage, rows[i].text, got, sizeof got);
        if (strcmp(got, rows[i].want) != 0) {
            wrong++;
            (void)fprintf(stderr, "--- %s\nwant %s\ngot  %s\n", rows[i].text, rows[i].want, got);
        }
    }
    return wrong;
}

size_t vx_check_rows(const struct vx_row *rows, size_t n)
{
    struct vx_stage stage;
    vx_stage_init(&stage, NULL);
    size_t wrong = vx_check_rows_in(&stage, rows, n);
    vx_stage_fini(&stage);
    return wrong;
}
