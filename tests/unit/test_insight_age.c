/* SPDX-License-Identifier: Apache-2.0 */
/* What Age tells beside earlier responses for the URI: zero, of the origin, learned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/story.h"

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
    STORY_CHECK(stories);
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
    STORY_CHECK(stories);
}

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
    STORY_CHECK(stories);
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
    STORY_CHECK(stories);
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
    STORY_CHECK(stories);
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
    STORY_CHECK(stories);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(age_zero_is_looked_at_again),
        cmocka_unit_test(age_zero_seconds_later),
        cmocka_unit_test(a_lifetime_without_end_is_not_over),
        cmocka_unit_test(an_age_of_the_origin_is_no_hit),
        cmocka_unit_test(squid_sends_age_with_what_it_had),
        cmocka_unit_test(age_that_comes_with_hits_alone_is_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
