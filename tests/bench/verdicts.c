/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts CAPTURE: what classification and the comparison with earlier responses cost for each
 * transaction, and as a share of the replay. The replay and the verdicts alone take turns in one
 * run, so that the share holds when the machine's speed drifts. Memory is warm, and reading the
 * file is not part of either: the share of a replay from disk is lower.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cachetap/parts.h"
#include "support/tape.h"

#define TURNS 15

struct kept {
    struct ct_txn *txns; /* text and lines owned */
    size_t n;
    size_t room;
};

static void *need(void *p)
{
    if (p == NULL) {
        (void)fputs("verdicts: no memory\n", stderr);
        exit(1);
    }
    return p;
}

static void *copy(const void *from, size_t n)
{
    return n > 0 ? memcpy(need(malloc(n)), from, n) : need(malloc(1));
}

static void keep(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct kept *kept = user;
    (void)verdict;
    if (kept->n == kept->room) {
        kept->room = kept->room == 0 ? 1024 : kept->room * 2;
        kept->txns = need(realloc(kept->txns, kept->room * sizeof *kept->txns));
    }
    struct ct_txn *own = &kept->txns[kept->n++];
    *own = *txn;
    own->text = copy(txn->text, txn->text_bytes);
    own->lines = copy(txn->lines, txn->n_lines * sizeof *txn->lines);
}

static double now_ns(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Frames to counts; without the making and freeing of the engine. */
static double replay(const struct tape *tape, struct ct_engine_config *config)
{
    struct ct_engine *engine = need(ct_engine_new(config));
    double start = now_ns();
    for (size_t i = 0; i < tape->n; i++) {
        ct_engine_frame(engine, &tape->frames[i]);
    }
    ct_engine_finish(engine);
    double took = now_ns() - start;
    ct_engine_free(engine);
    return took;
}

/* The same transactions: classified, and with insight compared as well. */
static double judge(const struct kept *kept, const struct ct_engine_config *config, bool insight)
{
    struct ct_verdict verdict;
    struct ct_fields *fields = need(ct_http_fields_new());
    ct_insight_intern(fields);
    struct ct_cache *cache = need(ct_cache_new(fields, NULL));
    struct ct_insight *memory = need(ct_insight_new(&config->limits, &config->key, fields));
    double start = now_ns();
    for (size_t i = 0; i < kept->n; i++) {
        ct_cache_classify(cache, &kept->txns[i], &verdict);
        if (insight) {
            ct_insight_txn(memory, &kept->txns[i], &verdict);
        }
    }
    double took = now_ns() - start;
    ct_insight_free(memory);
    ct_cache_free(cache);
    ct_http_fields_free(fields);
    return took;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double values[TURNS])
{
    qsort(values, TURNS, sizeof values[0], compare);
    return values[TURNS / 2];
}

int main(int argc, char **argv)
{
    struct tape tape;
    struct kept kept = {NULL, 0, 0};
    struct ct_engine_config config = {.transaction = keep, .user = &kept};
    double cache[TURNS];
    double both[TURNS];
    double share[TURNS];
    if (argc != 2) {
        (void)fprintf(stderr, "usage: verdicts CAPTURE\n");
        return 2;
    }
    const char *paths[] = {argv[1]};
    tape_load(&tape, paths, 1);
    ct_base_limits_init(&config.limits);
    (void)replay(&tape, &config);
    config.transaction = NULL;
    if (kept.n == 0) {
        (void)fprintf(stderr, "verdicts: no transaction in %s\n", argv[1]);
        return 1;
    }
    for (int i = 0; i < TURNS; i++) {
        double whole = replay(&tape, &config);
        cache[i] = judge(&kept, &config, false);
        both[i] = judge(&kept, &config, true);
        share[i] = 100 * both[i] / whole;
        cache[i] /= (double)kept.n;
        both[i] /= (double)kept.n;
    }
    double alone = median(cache);
    double with = median(both);
    (void)printf(
        "%zu transactions: classification %.0f ns each, with history %.0f ns each, %.1f %% of "
        "the replay in memory\n",
        kept.n, alone, with, median(share));
    for (size_t i = 0; i < kept.n; i++) {
        free((void *)(uintptr_t)kept.txns[i].text);
        free((void *)(uintptr_t)kept.txns[i].lines);
    }
    free(kept.txns);
    tape_free(&tape);
    return 0;
}
