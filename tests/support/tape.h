/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded capture in memory, and what the engine makes of a sequence of its frames: for
 * tests that drop, swap and repeat packets of the real samples.
 */
#ifndef TESTS_TAPE_H
#define TESTS_TAPE_H

#include "cachetap/cachetap.h"

struct tape {
    struct ct_frame *frames; /* bytes owned */
    size_t n;
};

/* Reads capture files, merged by time; exits the test program when that fails. */
void tape_load(struct tape *tape, const char *const *paths, size_t n_paths);
void tape_free(struct tape *tape);

/* One transaction as a test compares it. */
struct taped_txn {
    struct ct_endpoint orig;
    struct ct_endpoint resp;
    uint32_t depth;
    uint32_t notes;
    uint64_t request_wire;
    uint64_t response_wire;
    bool whole;     /* both messages seen, complete, nothing missing */
    char what[512]; /* client, method, target, status, outcome, lengths: one line */
};

struct taped_txns {
    struct taped_txn *rows;
    size_t n;
    size_t room;
};

/* A configuration with default limits whose transactions go to out, which it makes empty. */
void tape_config(struct ct_engine_config *config, struct taped_txns *out);

/* Runs frames[order[0]], frames[order[1]], ... through a new engine with default limits. */
void tape_run(const struct tape *tape, const size_t *order, size_t n, struct taped_txns *out);
void taped_txns_free(struct taped_txns *txns);
/* Sorts by what. */
void taped_txns_sort(struct taped_txns *txns);

/* A small generator with a seed, the same everywhere. */
struct dice {
    uint64_t state;
};
uint64_t dice_roll(struct dice *dice, uint64_t below);

#endif
