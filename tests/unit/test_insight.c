/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What earlier responses for a URI prove of a later one, rule by rule, and what they must not
 * be taken to prove. A story is a list of transactions, each at its time; the last one's verdict
 * is compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "cachetap/insight.h"
#include "support/txn.h"
#include "support/verdict.h"

#define STEPS_MAX 6

/* TX_NOW_S is Tue, 14 Nov 2023 22:13:20 GMT */
#define DATE(mm_ss) "Date: Tue, 14 Nov 2023 22:" mm_ss " GMT\n"
#define GET(rest)   "GET /x HTTP/1.1\nHost: a.example\n" rest "\n200\n"
#define VARNISH     "Via: 1.1 v (Varnish/7.1)\n"
#define SQUID       "Via: 1.1 s (squid/5.7)\n"
#define FRESH       "Cache-Control: max-age=300\n"
#define TAG         "ETag: \"one\"\n"
#define ID(n)       "X-Request-Id: 0123456789abcdef-" n "\n"

struct step {
    int ms;      /* since the first one's time */
    int ttfb_ms; /* 0: 50 */
    const char *text;
};

struct story {
    const char *name;
    struct step steps[STEPS_MAX];
    const char *want; /* as vx_format writes it */
    const char *rule; /* part of the rule's text; NULL: not looked at */
};

struct stage {
    struct ct_fields *fields;
    struct ct_cache *cache;
    struct ct_insight *insight;
    struct ct_verdict verdict;
    char line[512];
};

static void stage_open(struct stage *stage, uint64_t history_bytes)
{
    static const struct ct_key key = {{1, 2, 3}};
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    limits.history_bytes = history_bytes != 0 ? history_bytes : limits.history_bytes;
    stage->fields = ct_http_fields_new();
    stage->cache = ct_cache_new(stage->fields, NULL);
    ct_insight_intern(stage->fields);
    stage->insight = ct_insight_new(&limits, &key, stage->fields);
    assert_non_null(stage->cache);
    assert_non_null(stage->insight);
}

static void stage_close(struct stage *stage)
{
    ct_insight_free(stage->insight);
    ct_cache_free(stage->cache);
    ct_http_fields_free(stage->fields);
}

/* "@2:" before the text: at the server with that number; else at number 1. */
static void play(struct stage *stage, const struct step *step)
{
    const char *text = step->text;
    uint8_t server = 1;
    if (text[0] == '@') {
        server = (uint8_t)(text[1] - '0');
        text += 3;
    }
    struct ct_txn *txn = tx_new(stage->fields, text);
    int64_t ttfb_ms = step->ttfb_ms != 0 ? step->ttfb_ms : 50;
    int64_t at_ns = TX_NOW_S * CT_NS_PER_S + step->ms * CT_NS_PER_MS;
    txn->request.first_ns = at_ns;
    txn->request.head_ns = at_ns;
    txn->request.last_ns = at_ns;
    txn->response.first_ns = at_ns + ttfb_ms * CT_NS_PER_MS;
    txn->response.head_ns = txn->response.first_ns;
    txn->response.last_ns = txn->response.first_ns;
    txn->conn.resp = (struct ct_endpoint){.addr = {192, 0, 2, server}, .port = 80, .family = 4};
    ct_cache_classify(stage->cache, txn, &stage->verdict);
    ct_insight_txn(stage->insight, txn, &stage->verdict);
    vx_format(stage->line, sizeof stage->line, txn, &stage->verdict);
    tx_free(txn);
}

static size_t play_story(const struct story *story)
{
    struct stage stage;
    stage_open(&stage, 0);
    for (size_t i = 0; i < STEPS_MAX && story->steps[i].text != NULL; i++) {
        play(&stage, &story->steps[i]);
    }
    const char *rule = stage.verdict.rule != NULL ? stage.verdict.rule : "-";
    bool good = strcmp(stage.line, story->want) == 0 &&
                (story->rule == NULL || strstr(rule, story->rule) != NULL);
    if (!good) {
        print_message("--- %s\nwant %s (%s)\ngot  %s (%s)\n", story->name, story->want,
                      story->rule != NULL ? story->rule : "-", stage.line, rule);
    }
    stage_close(&stage);
    return good ? 0 : 1;
}

#define CHECK(stories)                                                      \
    do {                                                                    \
        size_t bad = 0;                                                     \
        for (size_t i = 0; i < sizeof(stories) / sizeof(stories)[0]; i++) { \
            bad += play_story(&(stories)[i]);                               \
        }                                                                   \
        assert_int_equal(bad, 0);                                           \
    } while (0)

static void growing_age_is_a_stored_copy(void **state)
{
    (void)state;
#define ATS "Via: http/1.1 a (ApacheTrafficServer/9.2.9)\n"
    static const struct story stories[] = {
        {"alone, Traffic Server's Age is weak",
         {{0, 0, GET() ATS TAG "Age: 3\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"it grows",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
        {"it grows, and a second may go missing in rounding",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 8\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
        {"it does not keep step",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 3\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"another representation",
         {{0, 0, GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS "ETag: \"two\"\nAge: 7\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"another host",
         {{0, 0, GET() ATS TAG "Age: 3\n"},
          {4000, 0, "GET /x HTTP/1.1\nHost: b.example\n\n200\n" ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"the same host in capitals, the target in absolute form",
         {{0, 0, GET() ATS TAG "Age: 3\n"},
          {4000, 0,
           "GET http://A.Example/x HTTP/1.1\nHost: A.Example\n\n200\n" ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
        {"another server: the other side of the cache",
         {{0, 0, "@2:" GET() ATS TAG "Age: 3\n"}, {4000, 0, GET() ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -; weak",
         "Age above 0"},
        {"HEAD and GET are one",
         {{0, 0, "HEAD /x HTTP/1.1\nHost: a.example\n\n200\n" ATS TAG "Age: 3\n"},
          {4000, 0, GET() ATS TAG "Age: 7\n"}},
         "HIT inferred - age-positive; -",
         "Age grew"},
    };
    CHECK(stories);
}

static void the_date_of_before_is_a_stored_copy(void **state)
{
    (void)state;
    /* The clock of the server is seen to run first. */
#define OTHER(date) "GET /y HTTP/1.1\nHost: a.example\n\n200\n" date
    static const struct story stories[] = {
        {"seconds later",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0, GET() TAG DATE("13:24")}},
         "HIT inferred - -; -",
         "the Date of an earlier response"},
        {"a clock that is an hour slow is learned",
         {{0, 0, "GET /y HTTP/1.1\nHost: a.example\n\n200\nDate: Tue, 14 Nov 2023 21:13:20 GMT\n"},
          {3000, 0,
           "GET /y HTTP/1.1\nHost: a.example\n\n200\nDate: Tue, 14 Nov 2023 21:13:23 GMT\n"},
          {4000, 0, GET() TAG "Date: Tue, 14 Nov 2023 21:13:24 GMT\n"},
          {7000, 0, GET() TAG "Date: Tue, 14 Nov 2023 21:13:24 GMT\n"}},
         "HIT inferred - -; -",
         "the Date of an earlier response"},
        {"in the same second it proves nothing",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {4600, 0, GET() TAG DATE("13:24")}},
         "UNKNOWN none - -; -",
         NULL},
        {"a Date that never moves is nobody's clock",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:20"))},
          {4000, 0, GET() TAG DATE("13:20")},
          {7000, 0, GET() TAG DATE("13:20")}},
         "UNKNOWN none - -; -",
         NULL},
        {"nor one that was never seen to move",
         {{0, 0, GET() TAG DATE("13:20")}, {3000, 0, GET() TAG DATE("13:20")}},
         "UNKNOWN none - -; -",
         NULL},
        {"a Date that was old when it was first seen may be a constant",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("10:00")},
          {7000, 0, GET() TAG DATE("10:00")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another Date",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0, GET() TAG DATE("13:27")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another representation",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0, GET() "ETag: \"two\"\n" DATE("13:24")}},
         "UNKNOWN none - -; -",
         NULL},
        {"a 304 with the Date of the copy",
         {{0, 0, OTHER(DATE("13:20"))},
          {3000, 0, OTHER(DATE("13:23"))},
          {4000, 0, GET() TAG DATE("13:24")},
          {7000, 0,
           "GET /x HTTP/1.1\nHost: a.example\nIf-None-Match: \"one\"\n\n304\n" TAG DATE("13:24")}},
         "HIT inferred - -; -",
         "the Date of an earlier response"},
    };
    CHECK(stories);
}

static void the_request_id_of_before_is_a_stored_copy(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"again",
         {{0, 0, OTHER(ID("0"))}, {100, 0, GET() ID("1")}, {500, 0, GET() ID("1")}},
         "HIT inferred - -; -",
         "request id of an earlier response"},
        {"the same for everything is no id",
         {{0, 0, OTHER(ID("1"))}, {100, 0, GET() ID("1")}, {500, 0, GET() ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
        {"with a cookie it may be the session's",
         {{0, 0, OTHER(ID("0"))},
          {100, 0, GET("Cookie: a=b\n") ID("1")},
          {500, 0, GET("Cookie: a=b\n") ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another one proves nothing: whoever answers may number its answers",
         {{0, 0, GET() ID("1")}, {500, 0, GET() ID("2")}},
         "UNKNOWN none - -; -",
         NULL},
        {"another one, where copies repeat it",
         {{0, 0, OTHER(ID("0"))},
          {100, 0, GET() ID("1")},
          {500, 0, GET() ID("1")},
          {900, 0, GET() ID("2")}},
         "MISS inferred - -; -",
         "another request id"},
        {"one that the client gave",
         {{0, 0, GET(ID("1")) ID("1")}, {500, 0, GET(ID("1")) ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
        {"too short to be one",
         {{0, 0, GET() "X-Request-Id: 1\n"}, {500, 0, GET() "X-Request-Id: 1\n"}},
         "UNKNOWN none - -; -",
         NULL},
        {"both on the way at once: collapsed, or the answer to neither",
         {{0, 400, GET() ID("1")}, {200, 0, GET() ID("1")}},
         "UNKNOWN none - -; -",
         NULL},
    };
    CHECK(stories);
}

static void age_zero_is_looked_at_again(void **state)
{
    (void)state;
#define MADE VARNISH FRESH TAG DATE("13:20") "Age: 0\n"
    static const struct story stories[] = {
        {"the first one",
         {{0, 0, GET() MADE}},
         "MISS inferred - age-zero; -; weak",
         "Age: 0, just"},
        {"again within the second, much faster",
         {{0, 50, GET() MADE}, {300, 1, GET() MADE}},
         "HIT inferred - age-zero; -",
         "less than a second before"},
        {"again within the second, as slow as before",
         {{0, 50, GET() MADE}, {300, 40, GET() MADE}},
         "UNKNOWN none - age-zero; -",
         "cannot tell"},
        {"with cookies, which many do not answer from the store",
         {{0, 50, GET() MADE}, {300, 1, GET("Cookie: a=b\n") MADE}},
         "UNKNOWN none - -; -",
         NULL},
        {"the client asked for a fresh one",
         {{0, 50, GET() MADE}, {300, 1, GET("Cache-Control: no-cache\n") MADE}},
         "UNKNOWN none - age-zero; -",
         NULL},
        {"after POST",
         {{0, 50, GET() MADE},
          {100, 50, "POST /x HTTP/1.1\nHost: a.example\n\n204\n"},
          {300, 1, GET() MADE}},
         "UNKNOWN none - age-zero; -",
         NULL},
        {"only HEAD was seen",
         {{0, 50, "HEAD /x HTTP/1.1\nHost: a.example\n\n200\n" MADE}, {300, 1, GET() MADE}},
         "UNKNOWN none - age-zero; -",
         NULL},
        {"a part of it, and a condition",
         {{0, 50, GET() MADE},
          {300, 1, "GET /x HTTP/1.1\nHost: a.example\nRange: bytes=0-1\n\n206\n" MADE}},
         "HIT inferred - age-zero; -",
         NULL},
        {"not to be kept without a lifetime",
         {{0, 50, GET() VARNISH TAG DATE("13:20") "Age: 0\n"},
          {300, 1, GET() VARNISH TAG DATE("13:20") "Age: 0\n"}},
         "UNKNOWN none - age-zero; -",
         NULL},
    };
    CHECK(stories);
}

static void age_zero_seconds_later(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"seconds later, the same representation: fetched or validated",
         {{0, 50, GET() MADE}, {9000, 50, GET() VARNISH FRESH TAG DATE("13:29") "Age: 0\n"}},
         "UNKNOWN none - age-zero; -",
         "or validated"},
        {"seconds later, another one",
         {{0, 50, GET() MADE},
          {9000, 50, GET() VARNISH FRESH "ETag: \"two\"\n" DATE("13:29") "Age: 0\n"}},
         "MISS inferred - age-zero; -; weak",
         NULL},
        {"another one after the lifetime",
         {{0, 50, GET() VARNISH "Cache-Control: max-age=5\n" TAG "Age: 0\n"},
          {9000, 50,
           GET() VARNISH "Cache-Control: max-age=5\n"
                         "ETag: \"two\"\nAge: 0\n"}},
         "EXPIRED inferred - expired-replaced; -; weak",
         "lifetime of an earlier response"},
        {"another one after a stale one: refreshed behind it, perhaps",
         {{0, 50, GET() VARNISH "Cache-Control: max-age=5\n" TAG "Age: 0\n"},
          {8000, 1, GET() VARNISH "Cache-Control: max-age=5\n" TAG "Age: 8\n"},
          {11000, 1,
           GET() VARNISH "Cache-Control: max-age=5\n"
                         "ETag: \"two\"\nAge: 0\n"}},
         "UNKNOWN none - age-zero; -",
         "refreshed behind"},
        {"a long wait: perhaps for somebody else's fetch",
         {{0, 900, GET() MADE}},
         "UNKNOWN none - age-zero; -",
         "collapsed"},
        {"an Age no longer than the wait for it",
         {{0, 900, GET() VARNISH FRESH "Age: 1\n"}},
         "UNKNOWN none - -; -",
         NULL},
        {"nginx makes no Age: it came with what it fetched or stored",
         {{0, 0, GET() "Server: nginx\nDate: x\nConnection: keep-alive\n" TAG "Age: 7\n"}},
         "UNKNOWN none - -; -",
         NULL},
        {"before an nginx, the proxy's Age is its own",
         {{0, 0,
           GET() "Server: nginx\nDate: x\n" TAG
                 "Age: 7\nVia: 1.1 v (Varnish/7.1)\nConnection: keep-alive\n"}},
         "HIT inferred - age-positive; -",
         NULL},
    };
    CHECK(stories);
}

static void an_age_of_the_origin_is_no_hit(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"stamped now, and 100 s old",
         {{0, 0, GET() VARNISH TAG DATE("13:20") "Age: 100\n"}},
         "UNKNOWN none - -; -",
         NULL},
        {"stamped 100 s ago",
         {{0, 0, GET() VARNISH TAG DATE("11:40") "Age: 100\n"}},
         "HIT inferred - age-positive; -",
         NULL},
        {"with the skew of the clock that new responses show",
         {{0, 0, "GET /y HTTP/1.1\nHost: a.example\n\n200\n" VARNISH DATE("43:20") "Age: 0\n"},
          {500, 0, GET() VARNISH TAG DATE("43:20") "Age: 100\n"}},
         "UNKNOWN none - -; -",
         "came with the response"},
        {"with that skew, an old copy",
         {{0, 0, "GET /y HTTP/1.1\nHost: a.example\n\n200\n" VARNISH DATE("43:20") "Age: 0\n"},
          {500, 0, GET() VARNISH TAG DATE("41:40") "Age: 100\n"}},
         "HIT inferred - age-positive; -",
         NULL},
    };
    CHECK(stories);
}

static void squid_sends_age_with_what_it_had(void **state)
{
    (void)state;
#define SHORT SQUID "Cache-Control: max-age=5\n" TAG
    static const struct story stories[] = {
        {"none", {{0, 0, GET() SHORT}}, "MISS inferred - cold; -", NULL},
        {"one of 0", {{0, 0, GET() SHORT "Age: 0\n"}}, "HIT inferred - age-zero; -; weak", NULL},
        {"behind another proxy it may be of that one",
         {{0, 0, GET() "Via: 1.1 v (Varnish/7.1), 1.1 s (squid/5.7)\n" TAG "Age: 0\n"}},
         "MISS inferred - age-zero; -; weak",
         NULL},
        {"young again after the lifetime, and the same: confirmed",
         {{0, 0, GET() SHORT DATE("13:20")}, {9000, 0, GET() SHORT DATE("13:29") "Age: 0\n"}},
         "REVALIDATED inferred - validated; -; weak",
         "confirmed"},
        {"young before the end of the lifetime: no more than a hit is known",
         {{0, 0, GET() SHORT DATE("13:20")}, {3000, 0, GET() SHORT DATE("13:20") "Age: 0\n"}},
         "HIT inferred - age-zero; -",
         "has one now"},
        {"fetched after the lifetime",
         {{0, 0, GET() SHORT DATE("13:20")}, {9000, 0, GET() SHORT DATE("13:29")}},
         "EXPIRED inferred - expired-replaced; -",
         "lifetime of an earlier response"},
        {"fetched because the client asked",
         {{0, 0, GET() SHORT}, {2000, 0, GET("Cache-Control: no-cache\n") SHORT}},
         "CLIENT_REFRESH inferred - request-no-cache; -",
         "asked for it"},
        {"max-age=0",
         {{0, 0, GET() SHORT}, {2000, 0, GET("Cache-Control: max-age=0\n") SHORT}},
         "CLIENT_REFRESH inferred - request-max-age; -",
         NULL},
        {"Pragma",
         {{0, 0, GET() SHORT}, {2000, 0, GET("Pragma: no-cache\n") SHORT}},
         "CLIENT_REFRESH inferred - request-pragma; -",
         NULL},
        {"other words of Pragma are vendors' own",
         {{0, 0, GET() SHORT}, {2000, 0, GET("Pragma: akamai-x-cache-on\n") SHORT}},
         "MISS inferred - -; -",
         NULL},
        {"Cache-Control goes before Pragma",
         {{0, 0, GET() SHORT},
          {2000, 0, GET("Cache-Control: min-fresh=1\nPragma: no-cache\n") SHORT}},
         "MISS inferred - -; -",
         NULL},
        {"asked, but nothing was stored",
         {{0, 0, GET("Cache-Control: no-cache\n") SHORT}},
         "MISS inferred - cold; -",
         NULL},
        {"an age that the client still takes",
         {{0, 0, GET() SHORT}, {2000, 0, GET("Cache-Control: max-age=60\n") SHORT}},
         "MISS inferred - -; -",
         NULL},
    };
    CHECK(stories);
}

static void age_that_comes_with_hits_alone_is_learned(void **state)
{
    (void)state;
    /* No word, no Via: HAProxy, or httpd. */
#define BARE FRESH TAG
#define LEARN                         \
    {0, 0, GET() BARE},               \
    {                                 \
        500, 0, GET() BARE "Age: 0\n" \
    }
#define SECOND "Cache-Control: max-age=1\n"
#define LEARN_SECOND                        \
    {0, 0, GET() SECOND TAG},               \
    {                                       \
        500, 0, GET() SECOND TAG "Age: 0\n" \
    }
#define OF_Y(lines) "GET /y HTTP/1.1\nHost: a.example\n" lines "\n200\n"
    static const struct story stories[] = {
        {"it appears", {LEARN}, "HIT inferred - age-zero; -", "has one now"},
        {"older than what was seen: it was not stored then",
         {{0, 0, GET() BARE}, {500, 0, GET() BARE "Age: 9\n"}},
         "HIT inferred - age-positive; -",
         "Age above 0"},
        {"304 goes without it anywhere",
         {{0, 0, "GET /x HTTP/1.1\nHost: a.example\nIf-None-Match: \"one\"\n\n304\n" TAG},
          {500, 0, GET() BARE "Age: 0\n"}},
         "UNKNOWN none - age-zero; -",
         NULL},
        {"on another URI, of 0",
         {LEARN, {900, 0, OF_Y() BARE "Age: 0\n"}},
         "HIT inferred - age-zero; -",
         "seen to send Age only"},
        {"on another URI, none",
         {LEARN, {900, 0, OF_Y() BARE}},
         "MISS inferred - cold; -",
         "no Age from a server"},
        {"at another server nothing was learned",
         {LEARN, {900, 0, "@2:" OF_Y() BARE}},
         "UNKNOWN none - -; -",
         NULL},
        {"for another host neither",
         {LEARN, {900, 0, "GET /y HTTP/1.1\nHost: b.example\n\n200\n" BARE}},
         "UNKNOWN none - -; -",
         NULL},
        {"none, but it may have been confirmed: httpd sends none then",
         {LEARN, {900, 0, GET("Cache-Control: max-age=0\n") BARE}},
         "UNKNOWN none - -; -",
         NULL},
        {"none, with cookies: passed on or fetched",
         {LEARN, {900, 0, OF_Y("Cookie: a=b\n") BARE}},
         "UNKNOWN none - -; -",
         NULL},
        {"none, while a copy is fresh",
         {LEARN, {900, 0, GET() BARE}},
         "MISS inferred - evicted-or-purged; -",
         "no Age from a server"},
        {"none, and another one after the lifetime",
         {LEARN_SECOND, {9000, 0, GET() SECOND "ETag: \"two\"\n"}},
         "EXPIRED inferred - expired-replaced; -",
         NULL},
        {"none, the same, about to expire: fetched or confirmed",
         {LEARN_SECOND, {1400, 0, GET() SECOND TAG}},
         "UNKNOWN none - -; -",
         NULL},
        {"none, and what was there is not known: fetched or confirmed",
         {LEARN_SECOND,
          {5000, 0, "GET /x HTTP/1.1\nHost: a.example\nRange: bytes=99-\n\n416\n"},
          {9000, 0, GET() SECOND TAG}},
         "UNKNOWN none - -; -",
         NULL},
        {"none, and nothing by which it could be confirmed",
         {LEARN_SECOND, {9000, 0, GET() SECOND}},
         "EXPIRED inferred - expired-replaced; -",
         NULL},
    };
    CHECK(stories);
}

static void a_miss_is_explained(void **state)
{
    (void)state;
#define SAYS(word)     "X-Cache: " word "\n" FRESH
#define LANGUAGE(name) GET("Accept-Language: " name "\n")
    static const struct story stories[] = {
        {"the first one",
         {{0, 0, GET() SAYS("MISS")}},
         "MISS stated generic cold; generic=MISS",
         NULL},
        {"not stored for another reason, which stays",
         {{0, 0, GET() "X-Cache: MISS\nCache-Control: no-store\n"}},
         "MISS stated generic response-no-store; generic=MISS; stored=no",
         NULL},
        {"again: why is not known",
         {{0, 0, GET() SAYS("MISS")}, {1000, 0, GET() SAYS("MISS")}},
         "MISS stated generic -; generic=MISS",
         NULL},
        {"it was served from the store before, and is fresh",
         {{0, 0, GET() SAYS("MISS") TAG},
          {1000, 0, GET() SAYS("HIT") TAG},
          {2000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         "still fresh"},
        {"an unsafe method in between",
         {{0, 0, GET() SAYS("HIT") TAG},
          {500, 0, "POST /x HTTP/1.1\nHost: a.example\n\n303\n"},
          {1000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic invalidated; generic=MISS",
         "unsafe method"},
        {"which failed",
         {{0, 0, GET() SAYS("HIT") TAG},
          {500, 0, "POST /x HTTP/1.1\nHost: a.example\n\n403\n"},
          {1000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
        {"on another URI",
         {{0, 0, GET() SAYS("HIT") TAG},
          {500, 0, "PUT /z HTTP/1.1\nHost: a.example\n\n201\n"},
          {1000, 0, GET() SAYS("MISS") TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
        {"another language",
         {{0, 0, LANGUAGE("de") SAYS("MISS") "Vary: Accept-Language\n"},
          {500, 0, LANGUAGE("fr") SAYS("MISS") "Vary: Accept-Language\n"}},
         "MISS stated generic response-vary-mismatch; generic=MISS",
         "Vary"},
        {"the first language again",
         {{0, 0, LANGUAGE("de") SAYS("HIT") "Vary: Accept-Language\n" TAG},
          {500, 0, LANGUAGE("fr") SAYS("MISS") "Vary: Accept-Language\n"},
          {900, 0, LANGUAGE("de") SAYS("MISS") "Vary: Accept-Language\n" TAG}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
        {"Vary names what is not kept: the variant is open",
         {{0, 0, LANGUAGE("de") SAYS("MISS") "Vary: X-Whatever\n"},
          {500, 0, LANGUAGE("fr") SAYS("MISS") "Vary: X-Whatever\n"}},
         "MISS stated generic -; generic=MISS",
         NULL},
        {"Varnish has no word for expired",
         {{0, 0, GET() "X-Varnish: 5\nVia: 1.1 v (Varnish/7.1)\nCache-Control: max-age=1\n"},
          {4000, 0, GET() "X-Varnish: 7\nVia: 1.1 v (Varnish/7.1)\nCache-Control: max-age=1\n"}},
         "MISS stated varnish expired-replaced; varnish=MISS",
         NULL},
        {"nginx has one",
         {{0, 0, GET() "Server: nginx\nX-Cache-Status: MISS\nCache-Control: max-age=1\n"},
          {4000, 0, GET() "Server: nginx\nX-Cache-Status: MISS\nCache-Control: max-age=1\n"}},
         "MISS stated nginx -; nginx=MISS",
         NULL},
        {"a stated miss stays, whatever speaks for a copy",
         {{0, 0, GET() SAYS("HIT") TAG ID("1")}, {900, 0, GET() SAYS("MISS") TAG ID("1")}},
         "MISS stated generic evicted-or-purged; generic=MISS",
         NULL},
    };
    CHECK(stories);
}

static void evidence_shows_the_earlier_response(void **state)
{
    (void)state;
    struct stage stage;
    const struct step steps[] = {{0, 0, GET() ATS TAG "Age: 3\n"},
                                 {4000, 0, GET() ATS TAG "Age: 7\n"}};
    stage_open(&stage, 0);
    play(&stage, &steps[0]);
    assert_int_equal(stage.verdict.earlier.status, 0);
    play(&stage, &steps[1]);
    assert_int_equal(stage.verdict.evidence[0].kind, CT_EVIDENCE_LINE);
    assert_int_equal(stage.verdict.evidence[1].kind, CT_EVIDENCE_EARLIER);
    assert_int_equal(stage.verdict.earlier.status, 200);
    assert_int_equal(stage.verdict.earlier.age_s, 3);
    assert_true(stage.verdict.earlier.same_etag);
    assert_false(stage.verdict.earlier.same_date);
    assert_int_equal(stage.verdict.earlier.ago_ns, 3950 * CT_NS_PER_MS);
    assert_int_equal(ct_insight_counters(stage.insight)->rules[CT_INSIGHT_RULE_AGE_GROWS], 1);
    stage_close(&stage);
}

static void rules_have_a_name_a_confidence_and_a_section(void **state)
{
    (void)state;
    for (int i = 0; i < CT_INSIGHT_RULE_COUNT; i++) {
        enum ct_insight_rule rule = (enum ct_insight_rule)i;
        assert_non_null(ct_insight_rule_name(rule));
        assert_non_null(ct_insight_rule_confidence(rule));
        assert_non_null(strstr(ct_insight_rule_text(rule), "(RFC "));
    }
    assert_null(ct_insight_rule_name(CT_INSIGHT_RULE_COUNT));
    assert_null(ct_insight_rule_text(CT_INSIGHT_RULE_COUNT));
    assert_null(ct_insight_rule_confidence(CT_INSIGHT_RULE_COUNT));
}

static void memory_stays_within_its_limit(void **state)
{
    (void)state;
    struct stage stage;
    char text[200];
    const uint64_t limit = CT_KIB(256);
    stage_open(&stage, limit);
    const struct ct_insight_counters *counters = ct_insight_counters(stage.insight);
    for (int i = 0; i < 20000; i++) {
        (void)snprintf(text, sizeof text,
                       "GET /page/%d HTTP/1.1\nHost: a.example\nAccept-Language: %d\n\n200\n" FRESH
                       "Vary: Accept-Language\n",
                       i, i % 7);
        play(&stage, &(struct step){i, 0, text});
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
    play(&stage, &(struct step){20001, 0, text});
    assert_int_equal(counters->added, 40000);
    stage_close(&stage);
}

static void what_is_asked_for_often_is_not_forgotten(void **state)
{
    (void)state;
    struct stage stage;
    char text[200];
    stage_open(&stage, CT_KIB(64));
    play(&stage, &(struct step){0, 0, GET() ATS TAG "Age: 3\n"});
    for (int i = 0; i < 5000; i++) {
        (void)snprintf(text, sizeof text, "GET /%d HTTP/1.1\nHost: a.example\n\n200\n", i);
        play(&stage, &(struct step){1000, 0, text});
        if (i % 50 == 0) {
            play(&stage, &(struct step){1000, 0, GET() ATS TAG "Age: 4\n"});
        }
    }
    play(&stage, &(struct step){4000, 0, GET() ATS TAG "Age: 7\n"});
    assert_string_equal(stage.line, "HIT inferred - age-positive; -");
    assert_true(ct_insight_counters(stage.insight)->replaced > 4000);
    stage_close(&stage);
}

/* The same transactions give the same answers, whatever the key of the hashes. */
/* Seconds to the year 9999 are no nanoseconds in 64 bits. */
static void a_lifetime_without_end_is_not_over(void **state)
{
    (void)state;
#define FOR_EVER "Expires: Fri, 31 Dec 9999 23:59:59 GMT\nAge: 0\n" VARNISH
    static const struct story stories[] = {
        {"by Expires",
         {{0, 0, GET() FOR_EVER DATE("13:20") TAG},
          {5000, 0, GET() FOR_EVER DATE("13:25") "ETag: \"two\"\n"}},
         "MISS inferred - age-zero; -; weak",
         NULL},
        {"by max-age",
         {{0, 0, GET() "Cache-Control: max-age=99999999999999999999\nAge: 0\n" VARNISH TAG},
          {5000, 0,
           GET() "Cache-Control: max-age=99999999999999999999\nAge: 0\n" VARNISH
                 "ETag: \"two\"\n"}},
         "MISS inferred - age-zero; -; weak",
         NULL},
    };
    CHECK(stories);
}

static void what_was_forgotten_is_not_called_new(void **state)
{
    (void)state;
    struct stage stage;
    char text[128];
    stage_open(&stage, 1); /* room for the least that there can be */
    struct step step = {0, 0, text};
    for (int i = 0; i < 1000; i++) {
        step.ms = i * 1000;
        (void)snprintf(text, sizeof text,
                       "GET /%d HTTP/1.1\nHost: a.example\n\n200\n" FRESH "X-Cache: MISS\n",
                       i); /* fits */
        play(&stage, &step);
        const char *want = ct_insight_counters(stage.insight)->replaced > 0
                               ? "MISS stated generic -; generic=MISS"
                               : "MISS stated generic cold; generic=MISS";
        assert_string_equal(stage.line, want);
    }
    assert_true(ct_insight_counters(stage.insight)->replaced > 0);
    stage_close(&stage);
}

static void a_target_in_absolute_form_is_the_same_uri(void **state)
{
    (void)state;
    static const struct story stories[] = {
        {"with a path",
         {{0, 0, "GET http://a.example/x HTTP/1.1\nHost: a.example\n\n200\nX-Cache: MISS\n" FRESH},
          {1000, 0, GET() "X-Cache: MISS\n" FRESH}},
         "MISS stated generic -; generic=MISS",
         NULL},
        {"a slash in the query is no path",
         {{0, 0,
           "GET http://a.example?y/x HTTP/1.1\nHost: a.example\n\n200\nX-Cache: MISS\n" FRESH},
          {1000, 0, GET() "X-Cache: MISS\n" FRESH}},
         "MISS stated generic cold; generic=MISS",
         NULL},
    };
    CHECK(stories);
}

static void answers_do_not_depend_on_the_key(void **state)
{
    (void)state;
    struct ct_limits limits;
    char log[2][4096];
    ct_base_limits_init(&limits);
    for (unsigned k = 0; k < 2; k++) {
        struct stage stage;
        const struct ct_key key = {{(uint8_t)(7 * k + 1), (uint8_t)k}};
        size_t n = 0;
        stage_open(&stage, 0);
        ct_insight_free(stage.insight);
        stage.insight = ct_insight_new(&limits, &key, stage.fields);
        assert_non_null(stage.insight);
        for (int i = 0; i < 60; i++) {
            char text[256];
            (void)snprintf(
                text, sizeof text,
                "GET /%d HTTP/1.1\nHost: a.example\nAccept-Language: %d\n\n200\n" VARNISH
                "Cache-Control: max-age=5\nETag: \"%d\"\nAge: %d\nVary: Accept-Language\n",
                i % 7, i % 3, i % 5, i % 4);
            play(&stage, &(struct step){i * 300, 0, text});
            n += (size_t)snprintf(log[k] + n, sizeof log[k] - n, "%s\n", stage.line);
            assert_true(n < sizeof log[k]);
        }
        stage_close(&stage);
    }
    assert_string_equal(log[0], log[1]);
}

static void what_broke_off_says_little(void **state)
{
    (void)state;
    struct stage stage;
    stage_open(&stage, 0);
    struct ct_txn *txn = tx_new(stage.fields, GET() VARNISH "Age: 0\n" FRESH);
    txn->response.complete = false;
    txn->conn.resp = (struct ct_endpoint){.addr = {192, 0, 2, 1}, .port = 80, .family = 4};
    ct_cache_classify(stage.cache, txn, &stage.verdict);
    ct_insight_txn(stage.insight, txn, &stage.verdict);
    vx_format(stage.line, sizeof stage.line, txn, &stage.verdict);
    assert_string_equal(stage.line, "UNKNOWN none - age-zero; -");
    assert_int_equal(ct_insight_counters(stage.insight)->rules[CT_INSIGHT_RULE_NOT_COMPARED], 1);
    tx_free(txn);
    /* but that there was a request is known */
    const struct step step = {1000, 0, GET() "X-Cache: MISS\n" FRESH};
    play(&stage, &step);
    assert_string_equal(stage.line, "MISS stated generic -; generic=MISS");
    stage_close(&stage);
}

static void what_was_not_seen_well_is_not_compared(void **state)
{
    (void)state;
    static const struct ct_key key = {{9}};
    struct stage stage;
    struct ct_limits limits;
    ct_base_limits_init(&limits);
    stage_open(&stage, 0);
    ct_insight_free(stage.insight);
    stage.insight = ct_insight_new(&limits, &key, stage.fields);
    struct ct_txn *txn = tx_new(stage.fields, GET() ID("1"));
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        txn->notes = UINT32_C(1) << i;
        ct_cache_classify(stage.cache, txn, &stage.verdict);
        ct_insight_txn(stage.insight, txn, &stage.verdict);
    }
    const struct ct_insight_counters *counters = ct_insight_counters(stage.insight);
    assert_int_equal(counters->not_compared, 6);
    assert_int_equal(counters->added, 1);
    tx_free(txn);
    txn = tx_new(stage.fields, "GET /x HTTP/1.1\nHost: a.example\n"); /* no answer */
    ct_cache_classify(stage.cache, txn, &stage.verdict);
    ct_insight_txn(stage.insight, txn, &stage.verdict);
    assert_int_equal(counters->not_compared, 7);
    tx_free(txn);
    stage_close(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_age_is_a_stored_copy),
        cmocka_unit_test(the_date_of_before_is_a_stored_copy),
        cmocka_unit_test(the_request_id_of_before_is_a_stored_copy),
        cmocka_unit_test(age_zero_is_looked_at_again),
        cmocka_unit_test(age_zero_seconds_later),
        cmocka_unit_test(an_age_of_the_origin_is_no_hit),
        cmocka_unit_test(squid_sends_age_with_what_it_had),
        cmocka_unit_test(age_that_comes_with_hits_alone_is_learned),
        cmocka_unit_test(a_miss_is_explained),
        cmocka_unit_test(evidence_shows_the_earlier_response),
        cmocka_unit_test(rules_have_a_name_a_confidence_and_a_section),
        cmocka_unit_test(memory_stays_within_its_limit),
        cmocka_unit_test(what_is_asked_for_often_is_not_forgotten),
        cmocka_unit_test(a_lifetime_without_end_is_not_over),
        cmocka_unit_test(what_was_forgotten_is_not_called_new),
        cmocka_unit_test(a_target_in_absolute_form_is_the_same_uri),
        cmocka_unit_test(answers_do_not_depend_on_the_key),
        cmocka_unit_test(what_broke_off_says_little),
        cmocka_unit_test(what_was_not_seen_well_is_not_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
