/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story: a list of transactions for one URI or a few, each at its time, played to the classifier
 * and to the memory of earlier responses; the last one's verdict is compared.
 */
#ifndef TESTS_SUPPORT_STORY_H
#define TESTS_SUPPORT_STORY_H

#include "cachetap/insight.h"
#include "support/txn.h"
#include "support/verdict.h"

/* TX_NOW_S is Tue, 14 Nov 2023 22:13:20 GMT */
#define DATE(mm_ss) "Date: Tue, 14 Nov 2023 22:" mm_ss " GMT\n"
#define GET(rest)   "GET /x HTTP/1.1\nHost: a.example\n" rest "\n200\n"
#define VARNISH     "Via: 1.1 v (Varnish/7.1)\n"
#define SQUID       "Via: 1.1 s (squid/5.7)\n"
#define ATS         "Via: http/1.1 a (ApacheTrafficServer/9.2.9)\n"
#define FRESH       "Cache-Control: max-age=300\n"
#define TAG         "ETag: \"one\"\n"
#define ID(n)       "X-Request-Id: 0123456789abcdef-" n "\n"

#define STORY_STEPS_MAX 6

struct story_step {
    int ms;      /* since the first one's time */
    int ttfb_ms; /* 0: 50 */
    const char *text;
};

struct story {
    const char *name;
    struct story_step steps[STORY_STEPS_MAX];
    const char *want; /* as vx_format writes it */
    const char *rule; /* part of the rule's text; NULL: not looked at */
};

struct story_stage {
    struct vx_stage vx;
    struct ct_insight *insight;
    struct ct_verdict verdict; /* of the last transaction */
    char line[512];            /* the same as vx_format writes it */
};

/* history_bytes 0: the default limit. Ends the program when there is no memory. */
void story_open(struct story_stage *stage, uint64_t history_bytes);
void story_close(struct story_stage *stage);
void story_txn(struct story_stage *stage, const struct ct_txn *txn);
/* "@2:" before the text: at the server with that number; else at number 1. */
void story_play(struct story_stage *stage, const struct story_step *step);

/* Plays each on a stage of its own, prints each that ends otherwise, returns how many did. */
size_t story_check(const struct story *stories, size_t n);
/* For a test: fails it when one of the stories ends otherwise. */
#define STORY_CHECK(stories) \
    assert_int_equal(story_check(stories, sizeof(stories) / sizeof(stories)[0]), 0)

#endif
