/* SPDX-License-Identifier: Apache-2.0 */
#include "support/story.h"

#include <stdio.h>
#include <string.h>

#include "support/need.h"

void story_open(struct story_stage *stage, uint64_t history_bytes)
{
    static const struct ct_key key = {{1, 2, 3}};
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    limits.history_bytes = history_bytes != 0 ? history_bytes : limits.history_bytes;
    vx_stage_init(&stage->vx, NULL);
    ct_insight_intern(stage->vx.fields);
    stage->insight = need(ct_insight_new(&limits, &key, stage->vx.fields));
}

void story_close(struct story_stage *stage)
{
    ct_insight_free(stage->insight);
    vx_stage_fini(&stage->vx);
}

void story_txn(struct story_stage *stage, const struct ct_txn *txn)
{
    ct_cache_classify(stage->vx.cache, txn, &stage->verdict);
    ct_insight_txn(stage->insight, txn, &stage->verdict);
    vx_format(stage->line, sizeof stage->line, txn, &stage->verdict);
}

void story_play(struct story_stage *stage, const struct story_step *step)
{
    const char *text = step->text;
    uint8_t server = 1;
    if (text[0] == '@') {
        server = (uint8_t)(text[1] - '0');
        text += 3;
    }
    struct ct_txn *txn = tx_new(stage->vx.fields, text);
    int64_t ttfb_ms = step->ttfb_ms != 0 ? step->ttfb_ms : 50;
    int64_t at_ns = TX_NOW_S * CT_NS_PER_S + step->ms * CT_NS_PER_MS;
    txn->request.first_ns = at_ns;
    txn->request.head_ns = at_ns;
    txn->request.last_ns = at_ns;
    txn->response.first_ns = at_ns + ttfb_ms * CT_NS_PER_MS;
    txn->response.head_ns = txn->response.first_ns;
    txn->response.last_ns = txn->response.first_ns;
    txn->conn.resp = (struct ct_endpoint){.addr = {192, 0, 2, server}, .port = 80, .family = 4};
    story_txn(stage, txn);
    tx_free(txn);
}

static size_t check_one(const struct story *story)
{
    struct story_stage stage;
    story_open(&stage, 0);
    for (size_t i = 0; i < STORY_STEPS_MAX && story->steps[i].text != NULL; i++) {
        story_play(&stage, &story->steps[i]);
    }
    const char *rule = stage.verdict.rule != NULL ? stage.verdict.rule : "-";
    bool good = strcmp(stage.line, story->want) == 0 &&
                (story->rule == NULL || strstr(rule, story->rule) != NULL);
    if (!good) {
        (void)fprintf(stderr, "--- %s\nwant %s (%s)\ngot  %s (%s)\n", story->name, story->want,
                      story->rule != NULL ? story->rule : "-", stage.line, rule);
    }
    story_close(&stage);
    return good ? 0 : 1;
}

size_t story_check(const struct story *stories, size_t n)
{
    size_t bad = 0;
    for (size_t i = 0; i < n; i++) {
        bad += check_one(&stories[i]);
    }
    return bad;
}
