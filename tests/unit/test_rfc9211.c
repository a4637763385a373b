/* SPDX-License-Identifier: Apache-2.0 */
/* Cache-Status (RFC 9211): the RFC's examples, every parameter, and fields that are not valid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/verdict.h"

static void the_examples_of_the_rfc(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: OriginCache; hit; ttl=1100, \"CDN Company Here\"; fwd=uri-miss",
         "MISS stated rfc9211 uri-not-stored; OriginCache=HIT CDN Company Here=MISS;"
         " tier=shield"},
        {"Cache-Status: ExampleCache; hit", "HIT stated rfc9211 -; ExampleCache=HIT"},
        {"Cache-Status: ExampleCache; hit; ttl=376", "HIT stated rfc9211 -; ExampleCache=HIT"},
        {"Cache-Status: ExampleCache; hit; ttl=-412", "STALE stated rfc9211 -; ExampleCache=STALE"},
        {"Cache-Status: ExampleCache; fwd=uri-miss",
         "MISS stated rfc9211 uri-not-stored; ExampleCache=MISS"},
        {"Cache-Status: ExampleCache; fwd=stale; fwd-status=304",
         "REVALIDATED stated rfc9211 validated; ExampleCache=REVALIDATED"},
        {"Cache-Status: ExampleCache; fwd=stale; fwd-status=304; collapsed",
         "REVALIDATED stated rfc9211 validated; ExampleCache=REVALIDATED; collapsed"},
        {"Cache-Status: ExampleCache; fwd=stale; fwd-status=304; collapsed=?0",
         "REVALIDATED stated rfc9211 validated; ExampleCache=REVALIDATED; collapsed=no"},
        {"Cache-Status: ReverseProxyCache; hit, ForwardProxyCache; fwd=uri-miss; collapsed; "
         "stored, BrowserCache; fwd=uri-miss",
         "MISS stated rfc9211 uri-not-stored; ReverseProxyCache=HIT ForwardProxyCache=MISS"
         " BrowserCache=MISS; tier=shield"},
        {"Cache-Status: ExampleCache; fwd=uri-miss; stored; collapsed",
         "MISS stated rfc9211 uri-not-stored; ExampleCache=MISS; stored=yes collapsed"},
    };
    VX_CHECK(rows);
}

static void every_reason_for_going_forward(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: a; fwd=bypass", "BYPASS stated rfc9211 config-bypass; a=BYPASS"},
        {"Cache-Status: a; fwd=method", "BYPASS stated rfc9211 request-method; a=BYPASS"},
        {"Cache-Status: a; fwd=uri-miss", "MISS stated rfc9211 uri-not-stored; a=MISS"},
        {"Cache-Status: a; fwd=vary-miss", "MISS stated rfc9211 vary-not-stored; a=MISS"},
        {"Cache-Status: a; fwd=miss", "MISS stated rfc9211 -; a=MISS"},
        {"@GET / HTTP/1.1\nCache-Control: no-cache\n\n200\nCache-Status: a; fwd=request\n",
         "CLIENT_REFRESH stated rfc9211 request-no-cache; a=CLIENT_REFRESH"},
        {"Cache-Status: a; fwd=request; fwd-status=304",
         "REVALIDATED stated rfc9211 validated; a=REVALIDATED"},
        {"Cache-Status: a; fwd=stale", "EXPIRED stated rfc9211 expired-replaced; a=EXPIRED"},
        {"Cache-Status: a; fwd=stale; fwd-status=200",
         "EXPIRED stated rfc9211 expired-replaced; a=EXPIRED"},
        {"@GET / HTTP/1.1\n\n304\nCache-Status: a; fwd=stale\n",
         "REVALIDATED stated rfc9211 validated; a=REVALIDATED; weak"},
        {"Cache-Status: a; fwd=stale; fwd-status=503",
         "STALE stated rfc9211 stale-if-error; a=STALE; stale-cause=error"},
        {"@GET / HTTP/1.1\n\n503\nCache-Status: a; fwd=stale; fwd-status=503\n",
         "EXPIRED stated rfc9211 origin-error; a=EXPIRED"},
        {"Cache-Status: a; fwd=partial; fwd-status=206",
         "PARTIAL_HIT stated rfc9211 partial; a=PARTIAL_HIT"},
        {"Cache-Status: a; fwd=whim", "UNKNOWN stated rfc9211 unrecognised-status; a=UNKNOWN"},
        {"Cache-Status: a", "UNKNOWN stated rfc9211 unrecognised-status; a=UNKNOWN"},
        {"Cache-Status: a; hit=?0", "UNKNOWN stated rfc9211 unrecognised-status; a=UNKNOWN"},
        {"Cache-Status: a; hit; fwd=stale", "STALE stated rfc9211 -; a=STALE"},
    };
    VX_CHECK(rows);
}

static void structured_fields_are_read_strictly(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: a;hit, \"b c\";fwd=uri-miss;stored",
         "MISS stated rfc9211 uri-not-stored; a=HIT b c=MISS; stored=yes tier=shield"},
        {"Cache-Status: a;hit\nCache-Status: b;hit;ttl=-5",
         "STALE stated rfc9211 -; a=HIT~ b=STALE; fossil"},
        {"Cache-Status: a;fwd=stale;fwd-status=304;hit=?0",
         "REVALIDATED stated rfc9211 validated; a=REVALIDATED"},
        /* of equal keys the last counts */
        {"Cache-Status: a;fwd=miss;fwd=bypass", "BYPASS stated rfc9211 config-bypass; a=BYPASS"},
        /* a value of the wrong type says nothing */
        {"Cache-Status: a;hit;ttl=\"-5\"", "HIT stated rfc9211 -; a=HIT"},
        {"Cache-Status: a;fwd=\"miss\"", "UNKNOWN stated rfc9211 unrecognised-status; a=UNKNOWN"},
        {"Cache-Status: a;hit;key=\"x, y;z\";detail=\"q\"", "HIT stated rfc9211 -; a=HIT"},
        {"Cache-Status: \"Netlify Edge\"; fwd=miss", "MISS stated netlify -; Netlify Edge=MISS"},
        {"Cache-Status: \"Netlify Durable\"; hit; ttl=31536000, \"Netlify Edge\"; fwd=miss; stored",
         "MISS stated netlify shield-hit; Netlify Durable=HIT Netlify Edge=MISS;"
         " stored=yes tier=shield"},
        {"Cache-Status: proxy.example;hit;detail=match", "HIT stated squid -; proxy.example=HIT"},
        {"Cache-Status: proxy.example;fwd=miss;detail=mismatch",
         "MISS stated squid -; proxy.example=MISS"},
        {"Cache-Status: proxy.example;fwd=stale;detail=match",
         "EXPIRED stated squid expired-replaced; proxy.example=EXPIRED"},
        {"Cache-Status: proxy.example;fwd=request;detail=no-cache",
         "CLIENT_REFRESH stated squid client-forced; proxy.example=CLIENT_REFRESH"},
    };
    VX_CHECK(rows);
}

static void a_field_that_is_not_valid_is_read_by_eye(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {"Cache-Status: a;FWD=miss", "MISS stated rfc9211 -; a=MISS; lenient"},
        {"Cache-Status: Souin; hit; ttl=9; key=GET-http-h-/p?x=1, y",
         "HIT stated souin -; Souin=HIT; lenient"},
        {"Cache-Status: 10.0.0.1;hit;detail=match", "HIT stated squid -; 10.0.0.1=HIT; lenient"},
        {"Cache-Status: a;hit\nCache-Status: b;hit;ttl=-5;KEY",
         "STALE stated rfc9211 -; a=HIT~ b=STALE; fossil lenient"},
        {"Cache-Status: HIT", "HIT stated rfc9211 -; rfc9211=HIT; lenient"},
        {"Cache-Status: MISS", "MISS stated rfc9211 -; rfc9211=MISS; lenient"},
        {"Cache-Status: a;fwd=miss,", "MISS stated rfc9211 -; a=MISS; lenient"},
    };
    VX_CHECK(rows);
}

#define SOUIN(rest) "Cache-Status: Souin; " rest "; key=GET-http-localhost:4443-/path?x=1"

static void souin(void **state)
{
    (void)state;
    static const struct vx_row rows[] = {
        {SOUIN("hit; ttl=119") "; detail=DEFAULT", "HIT stated souin -; Souin=HIT; lenient"},
        {SOUIN("hit; ttl=-3") "; fwd=stale", "STALE stated souin -; Souin=STALE; lenient"},
        {SOUIN("hit; ttl=-3") "; fwd=stale; fwd-status=503",
         "STALE stated souin stale-if-error; Souin=STALE; stale-cause=error lenient"},
        {SOUIN("fwd=uri-miss; stored"),
         "MISS stated souin uri-not-stored; Souin=MISS; stored=yes lenient"},
        {SOUIN("fwd=uri-miss") "; detail=UNCACHEABLE-STATUS-CODE",
         "UNCACHEABLE stated souin response-status; Souin=UNCACHEABLE; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=NO-STORE-DIRECTIVE",
         "UNCACHEABLE stated souin response-no-store; Souin=UNCACHEABLE; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=PRIVATE-OR-AUTHENTICATED-RESPONSE",
         "UNCACHEABLE stated souin response-private; Souin=UNCACHEABLE; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=UPSTREAM-RESPONSE-TOO-LARGE",
         "UNCACHEABLE stated souin response-too-large; Souin=UNCACHEABLE; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=UPSTREAM-ERROR-OR-EMPTY-RESPONSE",
         "ERROR stated souin origin-error; Souin=ERROR; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=NUTS-INSERTION-ERROR",
         "MISS stated souin uri-not-stored; Souin=MISS; stored=no lenient"},
        {SOUIN("fwd=request; fwd-status=200") "; detail=REQUEST-REVALIDATION",
         "CLIENT_REFRESH stated souin client-forced; Souin=CLIENT_REFRESH; lenient"},
        {SOUIN("fwd=bypass") "; detail=EXCLUDED-REQUEST-URI",
         "CONFIG_NOCACHE stated souin config-nocache; Souin=CONFIG_NOCACHE; lenient"},
        {SOUIN("fwd=bypass") "; detail=UNSUPPORTED-METHOD",
         "NONE stated souin request-method; Souin=NONE; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=INVALID-RESPONSE-CACHE-CONTROL",
         "UNCACHEABLE stated souin -; Souin=UNCACHEABLE; lenient"},
        {SOUIN("fwd=uri-miss") "; detail=SERVE-HTTP-ERROR",
         "ERROR stated souin origin-error; Souin=ERROR; lenient"},
        {SOUIN("fwd=request; fwd-status=304") "; detail=REQUEST-REVALIDATION",
         "REVALIDATED stated souin validated; Souin=REVALIDATED; lenient"},
        {SOUIN("fwd=request") "; detail=MALFORMED-HEADER",
         "BYPASS stated souin -; Souin=BYPASS; lenient"},
        {SOUIN("fwd=bypass") "; detail=IS-MUTATION-REQUEST",
         "NONE stated souin request-method; Souin=NONE; lenient"},
        {SOUIN("fwd=bypass") "; detail=CACHE-CONTROL-EXTRACTION-ERROR",
         "BYPASS stated souin -; Souin=BYPASS; lenient"},
        {SOUIN("fwd=bypass") "; detail=DEADLINE-EXCEEDED",
         "BYPASS stated souin origin-timeout; Souin=BYPASS; lenient"},
    };
    VX_CHECK(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_rfc),
        cmocka_unit_test(every_reason_for_going_forward),
        cmocka_unit_test(structured_fields_are_read_strictly),
        cmocka_unit_test(a_field_that_is_not_valid_is_read_by_eye),
        cmocka_unit_test(souin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
