/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several threads on one run: the results are those of one thread, in the same order; live,
 * what finds no room is counted, never waited for; and every way to end is an end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crew/crew.h"
#include "support/tape.h"

#define BATCH 64

static const char *const samples[] = {
    "captures/nginx.pcap", "captures/varnish.pcap",        "captures/squid.pcapng",
    "captures/chain.pcap", "captures/varnish-origin.pcap",
};
#define N_SAMPLES (sizeof samples / sizeof samples[0])

struct bench {
    struct tape tape;
    size_t *order;
    struct ct_engine_config config;
    struct taped_txns txns;
    size_t n_connections;
};

static void on_connection(void *user, const struct ct_conn_end *end, const struct ct_flow *flow)
{
    struct taped_txns *txns = user;
    struct bench *bench = (struct bench *)((char *)txns - offsetof(struct bench, txns));
    (void)flow;
    assert_non_null(end->info);
    bench->n_connections++;
}

static int setup(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    tape_load(&bench->tape, samples, N_SAMPLES);
    bench->order = calloc(bench->tape.n, sizeof *bench->order);
    assert_non_null(bench->order);
    for (size_t i = 0; i < bench->tape.n; i++) {
        bench->order[i] = i;
    }
    tape_config(&bench->config, &bench->txns);
    bench->config.connection = on_connection;
    *state = bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *bench = *state;
    taped_txns_free(&bench->txns);
    tape_free(&bench->tape);
    free(bench->order);
    free(bench);
    return 0;
}

static struct ct_crew *new_crew(struct bench *bench, size_t n_workers, bool lossless)
{
    const struct ct_crew_options options = {
        .config = &bench->config,
        .n_readers = 1,
        .n_workers = n_workers,
        .lossless = lossless,
    };
    struct ct_crew *crew = ct_crew_new(&options);
    assert_non_null(crew);
    return crew;
}

struct reading {
    struct ct_crew *crew;
    const struct bench *bench;
    size_t n; /* frames */
};

static void *read_all(void *user)
{
    struct reading *reading = user;
    const struct bench *bench = reading->bench;
    for (size_t i = 0; i < reading->n; i++) {
        ct_crew_frame(reading->crew, 0, &bench->tape.frames[bench->order[i]]);
        if (i % BATCH == BATCH - 1) {
            ct_crew_flush(reading->crew, 0);
        }
    }
    ct_crew_done(reading->crew, 0);
    return NULL;
}

static void run(struct bench *bench, size_t n_workers, struct ct_snapshot *snapshot)
{
    struct reading reading = {new_crew(bench, n_workers, true), bench, bench->tape.n};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reading), 0);
    while (ct_crew_collect(reading.crew, -1, -1)) {
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(ct_crew_snapshot(reading.crew, 100, snapshot));
    ct_crew_free(reading.crew);
}

static void shuffle(struct bench *bench, uint64_t seed, size_t span)
{
    struct dice dice = {seed};
    for (size_t i = 0; i + span < bench->tape.n; i++) {
        size_t other = i + (size_t)dice_roll(&dice, span);
        size_t kept = bench->order[i];
        bench->order[i] = bench->order[other];
        bench->order[other] = kept;
    }
}

/* Every 50th packet is lost. */
static size_t lose(struct bench *bench, uint64_t seed)
{
    struct dice dice = {seed};
    size_t n = 0;
    for (size_t i = 0; i < bench->tape.n; i++) {
        if (dice_roll(&dice, 50) != 0) {
            bench->order[n++] = bench->order[i];
        }
    }
    return n;
}

/*
 * In the same order where packets end transactions; those that one tick of the clock or the end
 * of the input ends have no order among them.
 */
static void expect_as_one_thread(struct bench *bench, bool sorted)
{
    static const size_t counts[] = {0, 1, 2, 3, 8};
    struct taped_txns want;
    tape_run(&bench->tape, bench->order, bench->tape.n, &want);
    if (sorted) {
        taped_txns_sort(&want);
    }
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
        assert_non_null(snapshot);
        bench->txns.n = 0;
        run(bench, counts[c], snapshot);
        assert_int_equal(bench->txns.n, want.n);
        if (sorted) {
            taped_txns_sort(&bench->txns);
        }
        for (size_t i = 0; i < want.n; i++) {
            if (strcmp(bench->txns.rows[i].what, want.rows[i].what) != 0) {
                fail_msg("%zu workers: expected\n  %s\ngot\n  %s", counts[c], want.rows[i].what,
                         bench->txns.rows[i].what);
            }
        }
        assert_int_equal(snapshot->transactions, want.n);
        assert_int_equal(snapshot->packets.frames, bench->tape.n);
        assert_int_equal(snapshot->http.transactions, want.n);
        assert_int_equal(snapshot->records_lost, 0);
        ct_stats_snapshot_fini(snapshot);
        free(snapshot);
    }
    taped_txns_free(&want);
}

static void test_results_are_those_of_one_thread(void **state)
{
    expect_as_one_thread(*state, false);
}

static void test_also_with_disorder(void **state)
{
    struct bench *bench = *state;
    shuffle(bench, 7, 30);
    expect_as_one_thread(bench, true);
}

static void test_also_with_loss(void **state)
{
    struct bench *bench = *state;
    size_t n = bench->tape.n;
    bench->tape.n = lose(bench, 11);
    expect_as_one_thread(bench, true);
    bench->tape.n = n;
}

static void test_also_with_rings_that_are_always_full(void **state)
{
    struct bench *bench = *state;
    bench->config.limits.handover_bytes = 1;
    bench->config.limits.header_bytes = 1024;
    bench->config.limits.uri_bytes = 256;
    bench->config.limits.header_lines = 16;
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    assert_non_null(snapshot);
    run(bench, 3, snapshot);
    assert_int_equal(bench->txns.n, snapshot->http.transactions);
    assert_int_equal(snapshot->records_lost, 0);
    ct_stats_snapshot_fini(snapshot);
    free(snapshot);
}

/* ---- for who watches ------------------------------------------------------------------------ */

#define SLOTS 1440

struct watched {
    struct ct_slot slots[SLOTS];
    size_t n;
    struct ct_window all;
    uint64_t newest;
    size_t uris;
};

static void look(const struct ct_watch *watch, struct watched *watched)
{
    uint64_t oldest = 0;
    assert_non_null(watch);
    watched->n = ct_watch_slots(watch, CT_ZOOM_1M, watched->slots, SLOTS);
    ct_watch_window(watch, CT_WINDOW_ALL, &watched->all);
    ct_watch_range(watch, &oldest, &watched->newest);
    watched->uris = ct_watch_rows(watch, CT_WATCH_URIS);
}

static void watch_one_thread(struct bench *bench, struct watched *watched)
{
    struct ct_engine *engine = ct_engine_new(&bench->config);
    assert_non_null(engine);
    for (size_t i = 0; i < bench->tape.n; i++) {
        ct_engine_frame(engine, &bench->tape.frames[i]);
    }
    ct_engine_finish(engine);
    look(ct_engine_watch(engine), watched);
    ct_engine_free(engine);
}

static void watch_crew(struct bench *bench, size_t n_workers, struct watched *watched)
{
    struct reading reading = {new_crew(bench, n_workers, true), bench, bench->tape.n};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reading), 0);
    while (ct_crew_collect(reading.crew, -1, -1)) {
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    look(ct_crew_watch(reading.crew), watched);
    ct_crew_free(reading.crew);
}

static void test_who_watches_sees_the_same_time_line(void **state)
{
    struct bench *bench = *state;
    struct watched *want = calloc(1, sizeof *want);
    assert_non_null(want);
    bench->config.watch = true;
    watch_one_thread(bench, want);
    assert_int_equal(want->newest, bench->txns.n);
    assert_int_equal(want->all.packets, bench->tape.n);
    uint64_t packets = 0;
    for (size_t i = 0; i < want->n; i++) {
        packets += want->slots[i].packets;
    }
    assert_int_equal(packets, bench->tape.n);
    for (size_t workers = 0; workers < 3; workers++) {
        struct watched *got = calloc(1, sizeof *got);
        assert_non_null(got);
        watch_crew(bench, workers, got);
        assert_int_equal(got->n, want->n);
        assert_memory_equal(got->slots, want->slots, want->n * sizeof want->slots[0]);
        assert_memory_equal(&got->all, &want->all, sizeof got->all);
        assert_int_equal(got->newest, want->newest);
        assert_int_equal(got->uris, want->uris);
        free(got);
    }
    free(want);
}

static void test_nobody_watches_unless_asked(void **state)
{
    struct bench *bench = *state;
    struct ct_engine *engine = ct_engine_new(&bench->config);
    struct ct_crew *crew = new_crew(bench, 0, true);
    assert_non_null(engine);
    assert_null(ct_engine_watch(engine));
    assert_null(ct_crew_watch(crew));
    ct_crew_free(crew);
    ct_engine_free(engine);
}

/* Nobody collects until all was read: what found no room is counted, all else is there. */
static void expect_counted(struct bench *bench, size_t n_workers, bool loses)
{
    struct reading reading = {new_crew(bench, n_workers, false), bench, bench->tape.n};
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    pthread_t thread;
    assert_non_null(snapshot);
    if (n_workers == 0) { /* then the reader waits for nobody but at its end */
        for (size_t i = 0; i < reading.n; i++) {
            ct_crew_frame(reading.crew, 0, &bench->tape.frames[i]);
        }
        reading.n = 0;
    }
    assert_int_equal(pthread_create(&thread, NULL, read_all, &reading), 0);
    while (ct_crew_collect(reading.crew, -1, -1)) {
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(ct_crew_snapshot(reading.crew, 0, snapshot));
    assert_int_equal(snapshot->packets.frames, bench->tape.n);
    assert_int_equal(bench->txns.n + bench->n_connections + snapshot->records_lost,
                     snapshot->http.transactions + snapshot->stream.connections);
    assert_int_equal(snapshot->records_lost > 0, loses);
    ct_stats_snapshot_fini(snapshot);
    free(snapshot);
    ct_crew_free(reading.crew);
}

static void test_live_a_record_without_room_is_counted(void **state)
{
    struct bench *bench = *state;
    bench->config.limits.handover_bytes = 1;
    bench->config.limits.header_bytes = 1024;
    bench->config.limits.uri_bytes = 256;
    expect_counted(bench, 0, true);
}

static void test_live_with_room_nothing_is_lost(void **state)
{
    struct bench *bench = *state;
    bench->config.limits.handover_bytes = CT_MIB(32);
    expect_counted(bench, 2, false);
}

static void test_a_crew_can_be_ended_at_any_time(void **state)
{
    struct bench *bench = *state;
    for (size_t n_workers = 0; n_workers < 4; n_workers++) {
        ct_crew_free(new_crew(bench, n_workers, true)); /* nothing was read */
        struct ct_crew *crew = new_crew(bench, n_workers, true);
        for (size_t i = 0; i < 100; i++) {
            ct_crew_frame(crew, 0, &bench->tape.frames[i]);
        }
        bench->txns.n = 0;
        ct_crew_free(crew);
        assert_int_equal(bench->txns.n, 0); /* no callback any more */
    }
}

/* Two readers, as with two rings of an interface: each gets one direction. */
static void test_directions_may_come_by_different_readers(void **state)
{
    struct bench *bench = *state;
    struct ct_crew_options options = {.config = &bench->config, .n_readers = 2, .n_workers = 2};
    bench->config.limits.handover_bytes = CT_MIB(32);
    struct ct_crew *crew = ct_crew_new(&options);
    assert_non_null(crew);
    for (size_t i = 0; i < bench->tape.n; i++) {
        ct_crew_frame(crew, i % 2, &bench->tape.frames[i]);
    }
    ct_crew_done(crew, 0);
    ct_crew_done(crew, 1);
    while (ct_crew_collect(crew, -1, -1)) {
    }
    ct_crew_free(crew);
    struct taped_txns want;
    tape_run(&bench->tape, bench->order, bench->tape.n, &want);
    taped_txns_sort(&want);
    taped_txns_sort(&bench->txns);
    assert_int_equal(bench->txns.n, want.n);
    for (size_t i = 0; i < want.n; i++) {
        assert_string_equal(bench->txns.rows[i].what, want.rows[i].what);
    }
    taped_txns_free(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_who_watches_sees_the_same_time_line, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nobody_watches_unless_asked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_results_are_those_of_one_thread, setup, teardown),
        cmocka_unit_test_setup_teardown(test_also_with_disorder, setup, teardown),
        cmocka_unit_test_setup_teardown(test_also_with_loss, setup, teardown),
        cmocka_unit_test_setup_teardown(test_also_with_rings_that_are_always_full, setup, teardown),
        cmocka_unit_test_setup_teardown(test_live_a_record_without_room_is_counted, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_live_with_room_nothing_is_lost, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_crew_can_be_ended_at_any_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_directions_may_come_by_different_readers, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
