/* SPDX-License-Identifier: Apache-2.0 */
/* Reasons in words. */
#include "cachetap/cache.h"

#define R(symbol, text) [CT_REASON_##symbol] = (text)

/* clang-format off */
static const char *const meanings[CT_REASON_COUNT] = {
    R(REQUEST_METHOD, "only GET and HEAD are answered from a store (RFC 9111 section 4)"),
    R(REQUEST_AUTHORIZATION, "a shared cache stores the answer to a request with Authorization only when told so (RFC 9111 section 3.5)"),
    R(REQUEST_COOKIE, "the request carries a Cookie, and the cache does not answer such requests from its store"),
    R(REQUEST_NO_CACHE, "the client asked for a validated answer: no-cache (RFC 9111 section 5.2.1.4)"),
    R(REQUEST_NO_STORE, "the client asked that nothing be stored: no-store (RFC 9111 section 5.2.1.5)"),
    R(REQUEST_MAX_AGE, "the client asked for an answer not older than it said: max-age (RFC 9111 section 5.2.1.1)"),
    R(REQUEST_PRAGMA, "the client asked for a validated answer: Pragma (RFC 9111 section 5.4)"),
    R(REQUEST_ONLY_IF_CACHED, "the client wanted a stored answer or none: only-if-cached (RFC 9111 section 5.2.1.7)"),
    R(REQUEST_RANGE, "the client asked for a part of the resource (RFC 9110 section 14)"),
    R(REQUEST_CONDITIONAL, "the client asked with a condition of its own (RFC 9110 section 13)"),
    R(CLIENT_FORCED, "the request's directives forced a fetch although a copy was stored (RFC 9111 section 5.2.1)"),
    R(RESPONSE_NO_STORE, "no cache may store the response: no-store (RFC 9111 section 5.2.2.5)"),
    R(RESPONSE_PRIVATE, "only the client's own cache may store the response: private (RFC 9111 section 5.2.2.7)"),
    R(RESPONSE_NO_CACHE, "each use of a stored copy has to be validated first: no-cache (RFC 9111 section 5.2.2.4)"),
    R(RESPONSE_MAX_AGE_ZERO, "the response has a lifetime of 0 in a shared cache (RFC 9111 section 4.2.1)"),
    R(RESPONSE_EXPIRED, "the response had expired when it was sent: Expires (RFC 9111 section 5.3)"),
    R(RESPONSE_SET_COOKIE, "the response sets a cookie; the cache does not store such a response (RFC 9111 section 7.3 leaves that to it)"),
    R(RESPONSE_VARY_STAR, "Vary: * matches no later request (RFC 9111 section 4.1)"),
    R(RESPONSE_VARY_MISMATCH, "what is stored was made for other values of the fields that Vary names (RFC 9111 section 4.1)"),
    R(RESPONSE_PRAGMA, "the cache obeyed Pragma in a response, which has no defined meaning there (RFC 9111 section 5.4)"),
    R(RESPONSE_STATUS, "the status is not stored without an explicit lifetime (RFC 9111 section 3)"),
    R(RESPONSE_TOO_LARGE, "the response is larger than what the cache stores"),
    R(RESPONSE_NO_FRESHNESS, "the response gives no lifetime (RFC 9111 section 4.2.1)"),
    R(CONFIG_BYPASS, "a rule of the cache's configuration sent the request past the store"),
    R(CONFIG_NOCACHE, "the cache's configuration forbids storing"),
    R(CONFIG_TTL_OVERRIDE, "the cache's configuration sets another lifetime than the response"),
    R(NOT_ELIGIBLE, "this kind of resource is not cached by default, and no rule asks for it"),
    R(NOT_YET_POPULAR, "the cache stores only what is asked for often enough"),
    R(MARKED_UNCACHEABLE, "the cache remembers that an earlier response could not be stored (hit-for-miss, hit-for-pass)"),
    R(COLD, "nothing was stored for this request"),
    R(URI_NOT_STORED, "nothing was stored for this URI (RFC 9211 section 2.2: uri-miss)"),
    R(VARY_NOT_STORED, "what was stored for this URI was made for other request fields (RFC 9211 section 2.2: vary-miss)"),
    R(EXPIRED_REPLACED, "the stored copy was too old and was replaced (RFC 9111 section 4.2)"),
    R(VALIDATED, "the origin confirmed the stored copy with 304 while the client waited (RFC 9111 section 4.3)"),
    R(STALE_WHILE_REVALIDATE, "an expired copy answered while it was refreshed (RFC 5861 section 3)"),
    R(STALE_IF_ERROR, "an expired copy answered because the origin failed (RFC 5861 section 4)"),
    R(BACKGROUND_REFRESH, "an expired copy answered while it was refreshed in the background"),
    R(COLLAPSED, "the request waited for the fetch of another one (RFC 9211 section 2.6)"),
    R(SHIELD_HIT, "a tier behind the edge had it: the origin was not asked"),
    R(PARTIAL, "part of the content was stored, part was fetched (RFC 9111 section 3.3)"),
    R(NEGATIVE, "what was stored is an error"),
    R(INVALIDATED, "the stored copy had been removed, by a purge or an unsafe method (RFC 9111 section 4.4)"),
    R(DENIED, "the cache refused the request itself"),
    R(REDIRECT, "the cache redirected the client itself"),
    R(FUNCTION, "code that runs in the cache made the answer"),
    R(PRERENDER, "the page had been made before anybody asked for it"),
    R(TUNNEL, "the connection was handed through, nothing in it is cached (RFC 9110 sections 7.8 and 9.3.6)"),
    R(ORIGIN_UNREACHABLE, "the cache could not reach the origin (RFC 9110 section 15.6)"),
    R(ORIGIN_ERROR, "the origin failed, and the cache passed an error on (RFC 9110 section 15.6)"),
    R(ORIGIN_TIMEOUT, "the origin did not answer in time (RFC 9110 section 15.6.5)"),
    R(AGE_POSITIVE, "Age above 0: neither made nor validated by the origin for this request (RFC 9111 section 5.1)"),
    R(AGE_ZERO, "Age: 0 behind a cache: fetched, validated or stored within the last second (RFC 9111 section 5.1)"),
    R(NOT_MODIFIED_FOR_CLIENT, "304 says that the client's own copy is good, not what the cache did (RFC 9110 section 15.4.5)"),
    R(EVICTED_OR_PURGED, "a fresh copy that was served before is gone: evicted, purged, or at another node of the cache"),
    R(UNRECOGNISED_STATUS, "a cache gave its status in a word that is not known here"),
};
/* clang-format on */

const char *ct_cache_reason_help(enum ct_reason reason)
{
    return (unsigned)reason < CT_REASON_COUNT ? meanings[reason] : NULL;
}
