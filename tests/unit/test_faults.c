/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fault injection on the recorded samples: what reordering, repetition and loss of packets may
 * change, and what they may not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/tape.h"

#define N_SAMPLES  4
#define LOSS_SEEDS 40

struct sample {
    const char *paths[2];
    size_t n_paths;
};

static const struct sample samples[N_SAMPLES] = {
    {{"captures/nginx.pcap", NULL}, 1},
    {{"captures/varnish.pcap", "captures/varnish-origin.pcap"}, 2},
    {{"captures/squid.pcapng", NULL}, 1},
    {{"captures/chain.pcap", NULL}, 1},
};

static size_t *in_order(size_t n, size_t room)
{
    size_t *order = calloc(room, sizeof *order);
    assert_non_null(order);
    for (size_t i = 0; i < n; i++) {
        order[i] = i;
    }
    return order;
}

static void expect_equal(const struct taped_txns *want, const struct taped_txns *got,
                         const char *fault, uint64_t seed)
{
    for (size_t i = 0; i < want->n && i < got->n; i++) {
        if (strcmp(want->rows[i].what, got->rows[i].what) != 0) {
            fail_msg("%s, seed %llu: expected\n  %s\ngot\n  %s", fault, (unsigned long long)seed,
                     want->rows[i].what, got->rows[i].what);
        }
    }
    if (want->n != got->n) {
        fail_msg("%s, seed %llu: %zu transactions, not %zu", fault, (unsigned long long)seed,
                 got->n, want->n);
    }
}

/* Each frame comes at most span places earlier or later than it was captured. */
static void shuffle(size_t *order, size_t n, size_t span, struct dice *dice)
{
    size_t *keys = calloc(n, sizeof *keys);
    assert_non_null(keys);
    for (size_t i = 0; i < n; i++) {
        keys[i] = i + (size_t)dice_roll(dice, span);
    }
    for (size_t i = 1; i < n; i++) { /* by insertion: nearly sorted */
        size_t key = keys[i];
        size_t frame = order[i];
        size_t j = i;
        for (; j > 0 && keys[j - 1] > key; j--) {
            keys[j] = keys[j - 1];
            order[j] = order[j - 1];
        }
        keys[j] = key;
        order[j] = frame;
    }
    free(keys);
}

static void reordered_sample_gives_the_same(size_t span)
{
    for (size_t s = 0; s < N_SAMPLES; s++) {
        struct tape tape;
        struct taped_txns want;
        tape_load(&tape, samples[s].paths, samples[s].n_paths);
        size_t *order = in_order(tape.n, tape.n);
        tape_run(&tape, order, tape.n, &want);
        taped_txns_sort(&want);
        for (uint64_t seed = 1; seed <= 50; seed++) {
            struct dice dice = {seed};
            struct taped_txns got;
            free(order);
            order = in_order(tape.n, tape.n);
            shuffle(order, tape.n, span, &dice);
            tape_run(&tape, order, tape.n, &got);
            taped_txns_sort(&got);
            expect_equal(&want, &got, samples[s].paths[0], seed);
            taped_txns_free(&got);
        }
        free(order);
        taped_txns_free(&want);
        tape_free(&tape);
    }
}

static void neighbouring_packets_swapped_change_nothing(void **state)
{
    (void)state;
    reordered_sample_gives_the_same(2);
}

static void packets_out_of_order_within_eight_change_nothing(void **state)
{
    (void)state;
    reordered_sample_gives_the_same(8);
}

static void packets_out_of_order_within_forty_change_nothing(void **state)
{
    (void)state;
    reordered_sample_gives_the_same(40);
}

static void repeated_packets_change_nothing(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SAMPLES; s++) {
        struct tape tape;
        struct taped_txns want;
        struct taped_txns got;
        struct dice dice = {7};
        tape_load(&tape, samples[s].paths, samples[s].n_paths);
        size_t *order = in_order(tape.n, 2 * tape.n);
        tape_run(&tape, order, tape.n, &want);
        taped_txns_sort(&want);
        size_t n = 0;
        for (size_t i = 0; i < tape.n; i++) { /* itself, then one of the last ten again */
            order[n++] = i;
            order[n++] = i - (size_t)dice_roll(&dice, i < 10 ? i + 1 : 10);
        }
        tape_run(&tape, order, n, &got);
        taped_txns_sort(&got);
        expect_equal(&want, &got, samples[s].paths[0], 7);
        free(order);
        taped_txns_free(&want);
        taped_txns_free(&got);
        tape_free(&tape);
    }
}

/* Octets of one direction of one connection. */
struct range {
    struct ct_endpoint from;
    struct ct_endpoint to;
    uint64_t start;
    uint64_t end;
};

struct isn {
    struct ct_endpoint from;
    struct ct_endpoint to;
    uint32_t seq;
};

struct ground {
    struct range *frames; /* of each frame, the payload that it carries; start == end: none */
    struct isn isns[512];
    size_t n_isns;
};

static bool same(const struct ct_endpoint *a, const struct ct_endpoint *b)
{
    return ct_base_endpoint_compare(a, b) == 0;
}

static uint32_t isn_of(const struct ground *ground, const struct ct_segment *segment)
{
    for (size_t i = 0; i < ground->n_isns; i++) {
        if (same(&ground->isns[i].from, &segment->src) &&
            same(&ground->isns[i].to, &segment->dst)) {
            return ground->isns[i].seq;
        }
    }
    fail_msg("a sample has a connection without SYN");
    return 0;
}

static void survey(const struct tape *tape, struct ground *ground)
{
    struct ct_limits limits;
    struct ct_key key = {{0}};
    ct_base_limits_init(&limits);
    struct ct_decoder *decoder = ct_packet_decoder_new(&limits, &key);
    assert_non_null(decoder);
    ground->n_isns = 0;
    ground->frames = calloc(tape->n, sizeof *ground->frames);
    assert_non_null(ground->frames);
    for (int turn = 0; turn < 2; turn++) { /* SYNs first: time stamps step back in places */
        for (size_t i = 0; i < tape->n; i++) {
            struct ct_segment segment;
            if (ct_packet_decode(decoder, &tape->frames[i], &segment) != CT_PACKET_TCP) {
                continue;
            }
            if (turn == 0 && (segment.flags & CT_TCP_SYN) != 0) {
                assert_true(ground->n_isns < 512);
                ground->isns[ground->n_isns++] =
                    (struct isn){segment.src, segment.dst, segment.seq};
            } else if (turn == 1 && segment.payload_len > 0) {
                uint32_t start = segment.seq - isn_of(ground, &segment) - 1;
                ground->frames[i] = (struct range){segment.src, segment.dst, start,
                                                   (uint64_t)start + segment.payload_len};
            }
        }
    }
    ct_packet_decoder_free(decoder);
}

/* Where the messages of a transaction lie, by adding up what came before them. */
static void place(const struct taped_txns *txns, const struct taped_txn *txn, struct range out[2])
{
    uint64_t before[2] = {0, 0};
    for (size_t i = 0; i < txns->n; i++) {
        const struct taped_txn *other = &txns->rows[i];
        if (same(&other->orig, &txn->orig) && same(&other->resp, &txn->resp) &&
            other->depth < txn->depth) {
            before[0] += other->request_wire;
            before[1] += other->response_wire;
        }
    }
    out[0] = (struct range){txn->orig, txn->resp, before[0], before[0] + txn->request_wire};
    out[1] = (struct range){txn->resp, txn->orig, before[1], before[1] + txn->response_wire};
}

static bool touched(const struct ground *ground, const bool *lost, size_t n,
                    const struct range *range)
{
    for (size_t i = 0; i < n; i++) {
        const struct range *frame = &ground->frames[i];
        if (lost[i] && frame->start < range->end && range->start < frame->end &&
            same(&frame->from, &range->from) && same(&frame->to, &range->to)) {
            return true;
        }
    }
    return false;
}

static bool has_interim(const struct taped_txns *txns, const struct taped_txn *txn)
{
    for (size_t i = 0; i < txns->n; i++) { /* octets of 1xx are not in any wire length */
        if (same(&txns->rows[i].orig, &txn->orig) &&
            (txns->rows[i].notes & (1u << CT_NOTE_INTERIM)) != 0) {
            return true;
        }
    }
    return false;
}

static bool found(const struct taped_txns *txns, const char *what)
{
    for (size_t i = 0; i < txns->n; i++) {
        if (strcmp(txns->rows[i].what, what) == 0) {
            return true;
        }
    }
    return false;
}

/* Counts whole transactions that survived, fails on the first that was lost or mislabelled. */
static size_t check_losses(const struct tape *tape, const struct taped_txns *want,
                           const struct ground *ground, uint64_t seed)
{
    struct dice dice = {seed};
    struct taped_txns got;
    size_t n = 0;
    size_t survivors = 0;
    bool *lost = calloc(tape->n, sizeof *lost);
    size_t *order = in_order(0, tape->n);
    assert_non_null(lost);
    for (size_t i = 0; i < tape->n; i++) {
        lost[i] = dice_roll(&dice, 100) == 0;
        if (!lost[i]) {
            order[n++] = i;
        }
    }
    tape_run(tape, order, n, &got);
    for (size_t i = 0; i < want->n; i++) {
        const struct taped_txn *txn = &want->rows[i];
        struct range ranges[2];
        place(want, txn, ranges);
        if (!txn->whole || has_interim(want, txn) || touched(ground, lost, tape->n, &ranges[0]) ||
            touched(ground, lost, tape->n, &ranges[1])) {
            continue;
        }
        survivors++;
        if (!found(&got, txn->what)) {
            fail_msg("loss, seed %llu: all packets of this survived, it was not found: %s",
                     (unsigned long long)seed, txn->what);
        }
    }
    taped_txns_free(&got);
    free(order);
    free(lost);
    return survivors;
}

static void transactions_whose_packets_survive_one_percent_loss_are_right(void **state)
{
    (void)state;
    for (size_t s = 0; s < N_SAMPLES; s++) {
        struct tape tape;
        struct taped_txns want;
        struct ground ground;
        size_t survivors = 0;
        tape_load(&tape, samples[s].paths, samples[s].n_paths);
        size_t *order = in_order(tape.n, tape.n);
        tape_run(&tape, order, tape.n, &want);
        survey(&tape, &ground);
        for (uint64_t seed = 1; seed <= LOSS_SEEDS; seed++) {
            survivors += check_losses(&tape, &want, &ground, seed);
        }
        print_message("# %s: %zu transactions survived %d runs\n", samples[s].paths[0], survivors,
                      LOSS_SEEDS);
        assert_true(survivors > (size_t)LOSS_SEEDS * 100);
        free(ground.frames);
        free(order);
        taped_txns_free(&want);
        tape_free(&tape);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(neighbouring_packets_swapped_change_nothing),
        cmocka_unit_test(packets_out_of_order_within_eight_change_nothing),
        cmocka_unit_test(packets_out_of_order_within_forty_change_nothing),
        cmocka_unit_test(repeated_packets_change_nothing),
        cmocka_unit_test(transactions_whose_packets_survive_one_percent_loss_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
