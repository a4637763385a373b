/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdicts CAPTURE: what classification and the comparison with earlier responses cost for each
 * transaction, and as a share of the replay. The replay and the verdicts alone take turns in one
 * run, so that the share holds when the machine's speed drifts. Memory is warm, and reading the
 * file is not part of either: the share of a replay from disk is lower.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cachetap/parts.h"
#include "support/kept.h"
#include "support/need.h"
#include "support/tape.h"

#define TURNS 15

/* Frames to counts; without the making and freeing of the engine. */
static double replay(const struct tape *tape, struct ct_engine_config *config)
{
    struct ct_engine *engine = need(ct_engine_new(config));
    double start = kept_now_ns();
    for (size_t i = 0; i < tape->n; i++) {
        ct_engine_frame(engine, &tape->frames[i]);
    }
    ct_engine_finish(engine);
    double took = kept_now_ns() - start;
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
    double start = kept_now_ns();
    for (size_t i = 0; i < kept->n; i++) {
        ct_cache_classify(cache, &kept->rows[i].txn, &verdict);
        if (insight) {
            ct_insight_txn(memory, &kept->rows[i].txn, &verdict);
        }
    }
    double took = kept_now_ns() - start;
    ct_insight_free(memory);
    ct_cache_free(cache);
    ct_http_fields_free(fields);
    return took;
}

int main(int argc, char **argv)
{
    struct tape tape;
    struct kept kept = {NULL, 0, 0};
    struct ct_engine_config config = {.transaction = kept_add, .user = &kept};
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
    double alone = kept_median(cache, TURNS);
    double with = kept_median(both, TURNS);
    (void)printf(
        "%zu transactions: classification %.0f ns each, with history %.0f ns each, %.1f %% of "
        "the replay in memory\n",
        kept.n, alone, with, kept_median(share, TURNS));
    kept_free(&kept);
    tape_free(&tape);
    return 0;
}
