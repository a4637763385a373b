/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bounded lists: the promises of space-saving hold for any order of keys, long keys are
 * cut, memory is what was taken at the start.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "cachetap/stats.h"

#define N_KEYS 2000u

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33);
}

/* Low numbers are much more frequent than high ones. */
static uint32_t skewed(uint64_t *seed)
{
    uint32_t range = 1 + next_random(seed) % N_KEYS;
    return next_random(seed) % (1 + next_random(seed) % range);
}

static struct ct_stats *new_stats(uint64_t n_keys, uint8_t key_byte)
{
    struct ct_limits limits;
    struct ct_key key = {{key_byte}};
    ct_base_limits_init(&limits);
    limits.stats_keys = n_keys;
    struct ct_stats *stats = ct_stats_new(&limits, &key, NULL);
    assert_non_null(stats);
    return stats;
}

/* Server names are the list with the shortest way in. */
static void count_name(struct ct_stats *stats, const char *name)
{
    static const struct ct_conn_info info = {.uid = "C"};
    struct ct_conn_end end = {.info = &info, .proto = CT_PROTO_TLS, .sni = name};
    ct_stats_conn(stats, &end);
}

static uint32_t name_number(const struct ct_key_row *row)
{
    uint32_t n = 0;
    for (size_t i = 1; i < row->key.n && row->key.p[i] != '.'; i++) {
        n = n * 10 + (uint32_t)(row->key.p[i] - '0');
    }
    return n;
}

static void check_promises(const struct ct_key_list *list, const uint64_t *truth, uint64_t total,
                           uint64_t capacity)
{
    bool listed[N_KEYS] = {false};
    assert_true(list->n_keys > 0 && list->n_keys <= capacity);
    uint64_t n_keys = list->n_keys > 0 ? list->n_keys : 1; /* for the static analyser */
    uint64_t sum = 0;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < list->n_rows; i++) {
        const struct ct_key_row *row = &list->rows[i];
        uint32_t n = name_number(row);
        assert_true(n < N_KEYS && !listed[n]);
        listed[n] = true;
        assert_true(row->n >= truth[n]);
        assert_true(row->n - row->over <= truth[n]);
        assert_true(i == 0 || list->rows[i - 1].n >= row->n);
        sum += row->n;
        least = row->n < least ? row->n : least;
    }
    assert_true(sum <= total);
    assert_true(list->n_rows <= capacity);
    assert_true(n_keys < capacity || least <= total / n_keys);
    for (uint32_t n = 0; n < N_KEYS; n++) {
        assert_true(listed[n] || truth[n] <= total / n_keys);
    }
}

static void frequent_keys_are_listed_and_errors_are_bounded(void **state)
{
    (void)state;
    static const uint64_t capacities[] = {1, 2, 7, 64, 500};
    for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
        uint64_t seed = 4711 + c;
        uint64_t truth[N_KEYS] = {0};
        struct ct_stats *stats = new_stats(capacities[c], 1);
        print_message("capacity %" PRIu64 ", seed %" PRIu64 "\n", capacities[c], seed);
        for (uint64_t total = 1; total <= 30000; total++) {
            uint32_t n = skewed(&seed);
            char name[32];
            (void)snprintf(name, sizeof name, "n%" PRIu32 ".example", n);
            truth[n]++;
            count_name(stats, name);
            if (total % 5000 == 0) {
                struct ct_snapshot snapshot;
                assert_true(ct_stats_snapshot(stats, N_KEYS, &snapshot));
                check_promises(&snapshot.server_names, truth, total, capacities[c]);
                ct_stats_snapshot_fini(&snapshot);
            }
        }
        ct_stats_free(stats);
    }
}

static void the_oldest_of_the_least_frequent_gives_way(void **state)
{
    (void)state;
    static const char *const names[] = {"often", "often", "old", "new", "newest"};
    struct ct_stats *stats = new_stats(3, 1);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        count_name(stats, names[i]);
    }
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 10, &snapshot));
    const struct ct_key_list *list = &snapshot.server_names;
    assert_int_equal(list->n_rows, 3);
    assert_int_equal(list->replaced, 1);
    assert_true(ct_span_equal(list->rows[0].key, ct_span_of("newest"))); /* 1, and 1 inherited */
    assert_int_equal(list->rows[0].n, 2);
    assert_int_equal(list->rows[0].over, 1);
    assert_true(ct_span_equal(list->rows[1].key, ct_span_of("often")));
    assert_true(ct_span_equal(list->rows[2].key, ct_span_of("new")));
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

static void counts_are_exact_while_there_is_room(void **state)
{
    (void)state;
    uint64_t seed = 99;
    uint64_t truth[N_KEYS] = {0};
    struct ct_stats *stats = new_stats(N_KEYS, 1);
    for (int i = 0; i < 50000; i++) {
        uint32_t n = skewed(&seed);
        char name[32];
        (void)snprintf(name, sizeof name, "n%" PRIu32 ".x", n);
        truth[n]++;
        count_name(stats, name);
    }
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, N_KEYS, &snapshot));
    assert_int_equal(snapshot.server_names.replaced, 0);
    for (size_t i = 0; i < snapshot.server_names.n_rows; i++) {
        const struct ct_key_row *row = &snapshot.server_names.rows[i];
        assert_int_equal(row->n, truth[name_number(row)]);
        assert_int_equal(row->over, 0);
    }
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

static void count_uri(struct ct_stats *stats, const char *target, size_t n)
{
    static const struct ct_verdict verdict = {
        .outcome = CT_OUTCOME_MISS, .class = CT_CLASS_MISS, .age_s = -1};
    struct ct_txn txn = {.method = CT_REF_NONE,
                         .target = {0, (uint32_t)n},
                         .host = CT_REF_NONE,
                         .reason = CT_REF_NONE,
                         .text = (const uint8_t *)target,
                         .text_bytes = (uint32_t)n};
    txn.request.seen = true;
    ct_stats_txn(stats, &txn, &verdict);
}

/* Text takes room of its own: long keys push out others before the number of keys does. */
static void long_keys_stay_within_the_memory_for_text(void **state)
{
    (void)state;
    enum { LONG = 4000, ROUNDS = 20000 };
    uint64_t seed = 5;
    char *target = malloc(LONG);
    assert_non_null(target);
    struct ct_stats *stats = new_stats(100, 1);
    uint64_t truth = 0;
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = 10 + next_random(&seed) % (LONG - 10);
        memset(target, 'x', n);
        char prefix[16];
        int length = snprintf(prefix, sizeof prefix, "/%" PRIu32 "/", next_random(&seed) % 5000);
        if (i % 3 == 0) { /* one of them comes again and again */
            n = 600;
            length = snprintf(prefix, sizeof prefix, "/again/");
            truth++;
        }
        memcpy(target, prefix, (size_t)length);
        count_uri(stats, target, n);
    }
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 100, &snapshot));
    assert_true(snapshot.uris.n_keys > 0 && snapshot.uris.n_keys < 100);
    assert_true(snapshot.uris.replaced > 0);
    const struct ct_key_row *first = &snapshot.uris.rows[0];
    assert_true(ct_span_starts_with(first->key, "/again/"));
    assert_int_equal(first->key.n, CT_STATS_KEY_BYTES);
    assert_true(first->n >= truth && first->n - first->over <= truth);
    for (size_t i = 0; i < snapshot.uris.n_rows; i++) {
        const struct ct_key_row *row = &snapshot.uris.rows[i];
        assert_true(row->key.n <= CT_STATS_KEY_BYTES);
        assert_int_equal(row->by_outcome[CT_OUTCOME_MISS], row->n - row->over);
        assert_int_equal(row->by_class[CT_CLASS_MISS], row->n - row->over);
        for (size_t k = row->key.n; k-- > 12;) {
            assert_int_equal(row->key.p[k], 'x');
        }
    }
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
    free(target);
}

static void a_key_with_any_bytes_is_a_key(void **state)
{
    (void)state;
    struct ct_stats *stats = new_stats(10, 1);
    count_uri(stats, "/\0a", 3);
    count_uri(stats, "/\0b", 3);
    count_uri(stats, "/\xff\r\n", 4);
    count_uri(stats, "", 0);
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 10, &snapshot));
    assert_int_equal(snapshot.uris.n_rows, 4);
    assert_memory_equal(snapshot.uris.rows[1].key.p, "/\0a", 3);
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

static void what_is_listed_does_not_depend_on_the_hash_key(void **state)
{
    (void)state;
    struct ct_snapshot snapshots[2];
    struct ct_stats *stats[2];
    for (uint8_t i = 0; i < 2; i++) {
        uint64_t seed = 31337;
        stats[i] = new_stats(50, (uint8_t)(i + 1));
        for (int k = 0; k < 20000; k++) {
            char name[32];
            (void)snprintf(name, sizeof name, "n%" PRIu32, skewed(&seed));
            count_name(stats[i], name);
        }
        assert_true(ct_stats_snapshot(stats[i], 50, &snapshots[i]));
    }
    const struct ct_key_list *a = &snapshots[0].server_names;
    const struct ct_key_list *b = &snapshots[1].server_names;
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->replaced, b->replaced);
    for (size_t i = 0; i < a->n_rows; i++) {
        assert_true(ct_span_equal(a->rows[i].key, b->rows[i].key));
        assert_int_equal(a->rows[i].n, b->rows[i].n);
        assert_int_equal(a->rows[i].over, b->rows[i].over);
    }
    for (size_t i = 0; i < 2; i++) {
        ct_stats_snapshot_fini(&snapshots[i]);
        ct_stats_free(stats[i]);
    }
}

static void counting_takes_no_memory(void **state)
{
    (void)state;
    struct ct_stats *stats = new_stats(1000, 1);
    uint64_t seed = 8;
    count_uri(stats, "/", 1); /* the label of the connection takes some once */
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
    for (int i = 0; i < 50000; i++) {
        char target[64];
        int n = snprintf(target, sizeof target, "/%" PRIu32, next_random(&seed) % 5000);
        count_uri(stats, target, (size_t)n);
        count_name(stats, target);
    }
    assert_int_equal(mallinfo2().uordblks + mallinfo2().hblkhd, before);
    ct_stats_free(stats);
}

static void the_lists_at_their_default_size_take_a_few_megabytes(void **state)
{
    (void)state;
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    struct ct_stats *stats = new_stats(limits.stats_keys, 1);
    struct ct_snapshot snapshot;
    assert_true(ct_stats_snapshot(stats, 0, &snapshot));
    print_message("statistics at their default limits: %" PRIu64 " KiB\n",
                  snapshot.memory_bytes / 1024);
    assert_true(snapshot.memory_bytes < CT_MIB(12));
    ct_stats_snapshot_fini(&snapshot);
    ct_stats_free(stats);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frequent_keys_are_listed_and_errors_are_bounded),
        cmocka_unit_test(the_oldest_of_the_least_frequent_gives_way),
        cmocka_unit_test(counts_are_exact_while_there_is_room),
        cmocka_unit_test(long_keys_stay_within_the_memory_for_text),
        cmocka_unit_test(a_key_with_any_bytes_is_a_key),
        cmocka_unit_test(what_is_listed_does_not_depend_on_the_hash_key),
        cmocka_unit_test(counting_takes_no_memory),
        cmocka_unit_test(the_lists_at_their_default_size_take_a_few_megabytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
