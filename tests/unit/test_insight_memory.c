/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of earlier responses: its limit, what is forgotten, what is not taken into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>

#include "support/story.h"

static void memory_stays_within_its_limit(void **state)
{
    (void)state;
    struct story_stage stage;
    char text[200];
    const uint64_t limit = CT_KIB(256);
    story_open(&stage, limit);
    const struct ct_insight_counters *counters = ct_insight_counters(stage.insight);
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof text,
                       "GET /page/%d HTTP/1.1\nHost: a.example\nAccept-Language: %d\n\n200\n" FRESH
                       "Vary: Accept-Language\n",
                       i, i % 7);
        story_play(&stage, &(struct story_step){i, 0, text});
        assert_true(counters->memory_bytes <= limit);
    }
    print_message("# 20000 URIs: %" PRIu64 " entries, %" PRIu64 " replaced, %" PRIu64
                  " KiB of %" PRIu64 " KiB\n",
                  counters->entries, counters->replaced, counters->memory_bytes / 1024,
                  limit / 1024);
    assert_int_equal(counters->added, 40000);
    assert_int_equal(counters->replaced, counters->added - counters->entries);
    assert_true(counters->entries > 500);
    /* The latest are the ones that are known. */
    story_play(&stage, &(struct story_step){20001, 0, text});
    assert_int_equal(counters->added, 40000);
    story_close(&stage);
}

static void what_is_asked_for_often_is_not_forgotten(void **state)
{
    (void)state;
    struct story_stage stage;
    char text[200];
    story_open(&stage, CT_KIB(64));
    story_play(&stage, &(struct story_step){0, 0, GET() ATS TAG "Age: 3\n"});
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(text, sizeof text, "GET /%d HTTP/1.1\nHost: a.example\n\n200\n", i);
        story_play(&stage, &(struct story_step){1000, 0, text});
        if (i % 50 == 0) {
            story_play(&stage, &(struct story_step){1000, 0, GET() ATS TAG "Age: 4\n"});
        }
    }
    story_play(&stage, &(struct story_step){4000, 0, GET() ATS TAG "Age: 7\n"});
    assert_string_equal(stage.line, "HIT inferred - age-positive; -");
    assert_true(ct_insight_counters(stage.insight)->replaced > 4000);
    story_close(&stage);
}

static void what_was_forgotten_is_not_called_new(void **state)
{
    (void)state;
    struct story_stage stage;
    char text[128];
    story_open(&stage, 1); /* room for the least that there can be */
    struct story_step step = {0, 0, text};
    for (int i = 0; i < 1000; i++) {
        step.ms = i * 1000;
        (void)snprintf(text, sizeof text,
                       "GET /%d HTTP/1.1\nHost: a.example\n\n200\n" FRESH "X-Cache: MISS\n",
                       i); /* fits */
        story_play(&stage, &step);
        const char *want = ct_insight_counters(stage.insight)->replaced > 0
                               ? "MISS stated generic -; generic=MISS"
                               : "MISS stated generic cold; generic=MISS";
        assert_string_equal(stage.line, want);
    }
    assert_true(ct_insight_counters(stage.insight)->replaced > 0);
    story_close(&stage);
}

/* The same transactions give the same answers, whatever the key of the hashes. */
static void answers_do_not_depend_on_the_key(void **state)
{
    (void)state;
    struct ct_limits limits;
    char log[2][4096];
    ct_base_limits_init(&limits);
    for (unsigned k = 0; k < 2; k++) {
        struct story_stage stage;
        const struct ct_key key = {{(uint8_t)(7 * k + 1), (uint8_t)k}};
        size_t n = 0;
        story_open(&stage, 0);
        ct_insight_free(stage.insight);
        stage.insight = ct_insight_new(&limits, &key, stage.vx.fields);
        assert_non_null(stage.insight);
        for (int i = 0; i < 60; i++) {
            char text[256];
            (void)snprintf(
                text, sizeof text,
                "GET /%d HTTP/1.1\nHost: a.example\nAccept-Language: %d\n\n200\n" VARNISH
                "Cache-Control: max-age=5\nETag: \"%d\"\nAge: %d\nVary: Accept-Language\n",
                i % 7, i % 3, i % 5, i % 4);
            story_play(&stage, &(struct story_step){i * 300, 0, text});
            n += (size_t)snprintf(log[k] + n, sizeof log[k] - n, "%s\n", stage.line);
            assert_true(n < sizeof log[k]);
        }
        story_close(&stage);
    }
    assert_string_equal(log[0], log[1]);
}

static void what_broke_off_says_little(void **state)
{
    (void)state;
    struct story_stage stage;
    story_open(&stage, 0);
    struct ct_txn *txn = tx_new(stage.vx.fields, GET() VARNISH "Age: 0\n" FRESH);
    txn->response.complete = false;
    txn->conn.resp = (struct ct_endpoint){.addr = {192, 0, 2, 1}, .port = 80, .family = 4};
    story_txn(&stage, txn);
    assert_string_equal(stage.line, "UNKNOWN none - age-zero; -");
    assert_int_equal(ct_insight_counters(stage.insight)->rules[CT_INSIGHT_RULE_NOT_COMPARED], 1);
    tx_free(txn);
    /* but that there was a request is known */
    const struct story_step step = {1000, 0, GET() "X-Cache: MISS\n" FRESH};
    story_play(&stage, &step);
    assert_string_equal(stage.line, "MISS stated generic -; generic=MISS");
    story_close(&stage);
}

static void what_was_not_seen_well_is_not_compared(void **state)
{
    (void)state;
    static const struct ct_key key = {{9}};
    struct story_stage stage;
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    story_open(&stage, 0);
    ct_insight_free(stage.insight);
    stage.insight = ct_insight_new(&limits, &key, stage.vx.fields);
    struct ct_txn *txn = tx_new(stage.vx.fields, GET() ID("1"));
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        txn->notes = UINT32_C(1) << i;
        story_txn(&stage, txn);
    }
    const struct ct_insight_counters *counters = ct_insight_counters(stage.insight);
    assert_int_equal(counters->not_compared, 6);
    assert_int_equal(counters->added, 1);
    tx_free(txn);
    txn = tx_new(stage.vx.fields, "GET /x HTTP/1.1\nHost: a.example\n"); /* no answer */
    story_txn(&stage, txn);
    assert_int_equal(counters->not_compared, 7);
    tx_free(txn);
    story_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_stays_within_its_limit),
        cmocka_unit_test(what_is_asked_for_often_is_not_forgotten),
        cmocka_unit_test(what_was_forgotten_is_not_called_new),
        cmocka_unit_test(answers_do_not_depend_on_the_key),
        cmocka_unit_test(what_broke_off_says_little),
        cmocka_unit_test(what_was_not_seen_well_is_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
