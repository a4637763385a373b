/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of advice; the first row that fits counts: what was a hit, then what one product
 * does by itself, then what follows from the messages, then the outcome alone. "Nothing" is
 * an advice too: it says that the caches do what they should.
 */
#include "cache/advice.h"

#define ANY_OUTCOME CT_OUTCOME_COUNT
#define ANY_REASON  CT_REASON_COUNT
#define F(fact)     (1u << CT_ADVICE_FACT_##fact)

#define OUTCOME(symbol, needs, lacks, text)                       \
    {                                                             \
        CT_OUTCOME_##symbol, ANY_REASON, needs, lacks, NULL, text \
    }
#define REASON(symbol, needs, lacks, text)                        \
    {                                                             \
        ANY_OUTCOME, CT_REASON_##symbol, needs, lacks, NULL, text \
    }
#define BOTH(outcome, reason, needs, lacks, text)                          \
    {                                                                      \
        CT_OUTCOME_##outcome, CT_REASON_##reason, needs, lacks, NULL, text \
    }
#define AT(name, outcome, needs, lacks, text)                      \
    {                                                              \
        CT_OUTCOME_##outcome, ANY_REASON, needs, lacks, name, text \
    }
#define AT_REASON(name, reason, needs, lacks, text)               \
    {                                                             \
        ANY_OUTCOME, CT_REASON_##reason, needs, lacks, name, text \
    }

#define SHARE                                                                                      \
    "if it is the same for everybody, send \"public, s-maxage={seconds}\" instead; if it is not, " \
    "this is as it should be."
#define WHEN_STORED "The next request should be a hit."

/* clang-format off */
static const struct ct_advice_row rows[] = {
    /* ---- hits: what would make them better ---- */
    BOTH(HIT, NEGATIVE, 0, 0, "It is a hit, of a stored error ({status}). When that is no longer so, purge its URI; keep the lifetime of errors short."),
    BOTH(HIT, SHIELD_HIT, 0, 0, "It is a hit, of a tier behind the edge. Asked for more often, or with a longer s-maxage, it stays at the edge as well."),
    BOTH(HIT, COLLAPSED, 0, 0, "Nothing: it is a hit that waited for another request's fetch. stale-while-revalidate spares the wait when a copy expires."),
    BOTH(HIT, AGE_POSITIVE, F(AGED), 0, "Nothing: it is a hit. That is inferred from Age: {age}; a status header, such as Cache-Status (RFC 9211), would state it."),
    OUTCOME(HIT, 0, 0, "Nothing: it is a hit."),
    OUTCOME(PARTIAL_HIT, 0, 0, "A part had to be fetched. Let the cache fetch whole objects, or slices of a fixed size, so that later ranges are in its store."),
    OUTCOME(REVALIDATED, F(NO_CACHE), 0, "A hit that waited for the origin: \"Cache-Control: {control}\" has each use confirmed. Where a short delay of changes does no harm, s-maxage={seconds} in place of no-cache answers at once."),
    OUTCOME(REVALIDATED, F(FRESH), 0, "A hit that waited for the origin: the lifetime of {lifetime} s was over. A longer s-maxage, or stale-while-revalidate=N where the cache knows it, answers at once."),
    OUTCOME(REVALIDATED, 0, 0, "A hit that waited for the origin: the copy had no lifetime left. s-maxage=N, or stale-while-revalidate=N where the cache knows it, answers at once."),
    BOTH(STALE, STALE_IF_ERROR, 0, 0, "A hit with an expired copy, because the origin failed: repair the origin."),
    BOTH(STALE, STALE_WHILE_REVALIDATE, 0, 0, "Nothing: it is a hit, and the copy is refreshed behind it. A longer s-maxage makes that rarer."),
    AT("nginx", STALE, 0, 0, "A hit with an expired copy. nginx says STALE when the origin failed (proxy_cache_use_stale) and for the request that begins a background update: look at the origin, or give a longer lifetime."),
    AT("cloudflare", STALE, 0, 0, "A hit with an expired copy: Cloudflare says STALE when it could not reach the origin. Repair the origin."),
    OUTCOME(STALE, F(FRESH) | F(AGED), 0, "A hit with an expired copy: Age {age} s, lifetime {lifetime} s. A longer s-maxage keeps it fresh; must-revalidate forbids old copies (RFC 9111 section 5.2.2.2)."),
    OUTCOME(STALE, 0, 0, "A hit with an expired copy. A longer s-maxage keeps it fresh; must-revalidate forbids old copies (RFC 9111 section 5.2.2.2)."),
    OUTCOME(UPDATING, 0, 0, "Nothing: it is a hit, and the copy is refreshed behind it. A longer s-maxage makes that rarer."),
    OUTCOME(NEGATIVE_HIT, 0, 0, "It is a hit, of a stored error ({status}). When that is no longer so, purge its URI; keep the lifetime of errors short."),

    /* ---- made by the cache, or nothing to store ---- */
    BOTH(SYNTHETIC, REQUEST_ONLY_IF_CACHED, 0, 0, "The client wanted a stored answer or none, and nothing is stored: a request without only-if-cached fills the cache."),
    REASON(DENIED, 0, 0, "Nothing, by design: the cache refused the request before looking into its store."),
    REASON(REDIRECT, 0, 0, "Nothing, by design: the cache redirected by itself. Links that name the target spare the round trip."),
    REASON(FUNCTION, 0, 0, "Nothing, by design: code in the cache made the answer, the origin was not asked."),
    REASON(PRERENDER, 0, 0, "Nothing, by design: the page was made before it was asked for."),
    REASON(TUNNEL, 0, 0, "Nothing, by design: the connection is handed through, and nothing in it can be stored."),
    REASON(REQUEST_METHOD, 0, 0, "Nothing, by design: {method} is not answered from a store. What only reads can be asked for with GET."),
    AT("varnish", ERROR, 0, 0, "Varnish could not fetch it: repair the origin. Within grace (beresp.grace) an old copy answers meanwhile."),
    REASON(ORIGIN_TIMEOUT, 0, 0, "The origin was too slow to answer: repair it. With stale-if-error=N a cache that knows it answers with a stored copy meanwhile (RFC 5861 section 4)."),
    REASON(ORIGIN_UNREACHABLE, 0, 0, "The origin could not be reached: repair it. With stale-if-error=N a cache that knows it answers with a stored copy meanwhile (RFC 5861 section 4)."),
    REASON(ORIGIN_ERROR, 0, 0, "The origin failed: repair it. With stale-if-error=N a cache that knows it answers with a stored copy meanwhile (RFC 5861 section 4)."),

    {ANY_OUTCOME, ANY_REASON, F(UNSAFE), 0, NULL,
     "Nothing, by design: {method} is not answered from a store. What only reads can be asked for with GET."},

    /* ---- what the response says ---- */
    REASON(RESPONSE_NO_STORE, 0, 0, "The response says \"Cache-Control: {control}\": " SHARE),
    REASON(RESPONSE_PRIVATE, 0, 0, "The response says \"Cache-Control: {control}\": " SHARE),
    AT_REASON("nginx", RESPONSE_NO_CACHE, 0, 0, "nginx stores no response with no-cache (\"Cache-Control: {control}\"): send \"s-maxage={seconds}\" if a copy may answer, or let proxy_ignore_headers Cache-Control with proxy_cache_valid decide."),
    REASON(RESPONSE_NO_CACHE, F(VALIDATOR), 0, "The response says \"Cache-Control: {control}\": each use has to be confirmed. If a copy may answer for a while, send \"s-maxage={seconds}\" instead; if not, a cache that stores it can have it confirmed with a 304."),
    REASON(RESPONSE_NO_CACHE, 0, 0, "The response says \"Cache-Control: {control}\" and has no ETag and no Last-Modified: each use costs a whole answer. Send \"s-maxage={seconds}\" if a copy may answer for a while; if not, an ETag makes it a 304."),
    REASON(RESPONSE_MAX_AGE_ZERO, 0, 0, "The response says \"Cache-Control: {control}\", a lifetime of 0. To keep browsers asking and let caches answer: \"public, max-age=0, s-maxage=N\"."),
    REASON(RESPONSE_EXPIRED, 0, 0, "The response says \"Expires: {expires}\", which leaves no lifetime. Send \"Cache-Control: s-maxage=N\", which goes before Expires (RFC 9111 section 5.3)."),
    AT_REASON("nginx", RESPONSE_SET_COOKIE, 0, 0, "nginx stores no response with Set-Cookie: leave the cookie out here, or drop it with proxy_ignore_headers Set-Cookie and proxy_hide_header Set-Cookie."),
    AT_REASON("varnish", RESPONSE_SET_COOKIE, 0, 0, "Varnish's built-in VCL stores no response with Set-Cookie: leave the cookie out here, or remove it in vcl_backend_response (unset beresp.http.Set-Cookie)."),
    AT_REASON("cloudflare", RESPONSE_SET_COOKIE, 0, 0, "Cloudflare stores no response with Set-Cookie by default: leave the cookie out here."),
    AT_REASON("fastly", RESPONSE_SET_COOKIE, 0, 0, "Fastly stores no response with Set-Cookie by default: leave the cookie out here, or remove it in vcl_fetch."),
    REASON(RESPONSE_SET_COOKIE, 0, 0, "The response sets a cookie, and this cache stores no such response: leave the cookie out on what everybody may share."),
    REASON(RESPONSE_VARY_STAR, 0, 0, "The response says \"Vary: *\", which no later request matches: name the fields that it depends on, such as Accept-Encoding."),
    REASON(RESPONSE_VARY_MISMATCH, 0, 0, "A copy is stored, for other values of \"Vary: {vary}\": vary on fewer fields, or have the cache normalise them (a device class for User-Agent)."),
    REASON(VARY_NOT_STORED, 0, 0, "A copy is stored, for other values of \"Vary: {vary}\": vary on fewer fields, or have the cache normalise them (a device class for User-Agent)."),
    REASON(RESPONSE_PRAGMA, 0, 0, "The response has Pragma, which this cache obeys: leave it out, Cache-Control says all there is to say (RFC 9111 section 5.4)."),
    AT_REASON("nginx", RESPONSE_STATUS, 0, 0, "Status {status} is stored only with a lifetime: send \"Cache-Control: max-age=N\" with it (add_header needs \"always\" on errors), or set proxy_cache_valid {status}."),
    REASON(RESPONSE_STATUS, 0, 0, "Status {status} is stored only with an explicit lifetime: send \"Cache-Control: max-age=N\" with it, if it may be used again."),
    REASON(RESPONSE_TOO_LARGE, 0, 0, "The response is larger than what the cache stores: raise its greatest object size, or cache it in slices."),
    AT_REASON("nginx", RESPONSE_NO_FRESHNESS, 0, 0, "The response gives no lifetime: send \"Cache-Control: s-maxage=N\", or set proxy_cache_valid."),
    REASON(RESPONSE_NO_FRESHNESS, 0, 0, "The response gives no lifetime: send \"Cache-Control: s-maxage=N\"."),

    /* ---- what the request says ---- */
    AT_REASON("varnish", REQUEST_AUTHORIZATION, 0, 0, "Varnish's built-in VCL passes requests with Authorization. If the answer is the same for all who may see it, send public or s-maxage, and look it up in vcl_recv; if not, this is as it should be."),
    REASON(REQUEST_AUTHORIZATION, 0, 0, "The request carries Authorization: a shared cache stores the answer only with public, s-maxage or must-revalidate. Add one if the answer is the same for all who may see it; if not, this is as it should be."),
    AT_REASON("varnish", REQUEST_COOKIE, 0, 0, "Varnish's built-in VCL passes every request with a Cookie: in vcl_recv remove the cookies that this answer does not depend on (unset req.http.Cookie)."),
    REASON(REQUEST_COOKIE, 0, 0, "The request carries a Cookie: have the cache remove or ignore the cookies that this answer does not depend on."),
    AT_REASON("squid", REQUEST_NO_CACHE, 0, 0, "The client asked with \"{asked}\". Nothing at the origin changes that; Squid can be told to answer all the same (refresh_pattern ... ignore-reload)."),
    AT_REASON("httpd", REQUEST_NO_CACHE, 0, 0, "The client asked with \"{asked}\". Nothing at the origin changes that; httpd can be told to answer all the same (CacheIgnoreCacheControl On)."),
    REASON(REQUEST_NO_CACHE, 0, 0, "The client asked with \"{asked}\". Nothing at the origin changes that; most caches can be told to ignore it."),
    REASON(REQUEST_MAX_AGE, 0, 0, "The client asked with \"{asked}\", as a reload does. Nothing at the origin changes that; most caches can be told to ignore it."),
    REASON(REQUEST_PRAGMA, 0, 0, "The client asked with \"{asked}\". Nothing at the origin changes that; most caches can be told to ignore it."),
    REASON(REQUEST_NO_STORE, 0, 0, "Nothing, by the client's wish: it asked with \"{asked}\" that this exchange is not stored."),
    REASON(CLIENT_FORCED, 0, 0, "The client forced a fetch. Nothing at the origin changes that; most caches can be told to ignore what requests ask for (Edgecast: Honor No-Cache Request off)."),
    REASON(REQUEST_ONLY_IF_CACHED, 0, 0, "The client wanted a stored answer or none: a request without only-if-cached fills the cache."),
    REASON(REQUEST_RANGE, 0, 0, "The client asked for a part: let the cache fetch whole objects, or slices of a fixed size (nginx: slice)."),
    REASON(REQUEST_CONDITIONAL, 0, 0, "The client's own condition was passed on: let the cache fetch the whole and answer conditions by itself."),

    /* ---- what the cache is set to ---- */
    AT_REASON("nginx", CONFIG_BYPASS, 0, 0, "A condition of proxy_cache_bypass is met by this request: narrow it, if the answer is the same without it."),
    REASON(CONFIG_BYPASS, 0, 0, "A rule of the cache sends this request past its store: narrow the rule, if the answer is the same for everybody."),
    AT_REASON("azure", CONFIG_NOCACHE, 0, 0, "The route or rule in Azure does not cache: enable caching there, if the answer is the same for everybody."),
    REASON(CONFIG_NOCACHE, 0, 0, "The cache is configured not to store this: change the rule, if the answer is the same for everybody."),
    REASON(CONFIG_TTL_OVERRIDE, 0, 0, "The cache is configured with a lifetime of its own: lengthen it there; what the response says does not count."),
    AT_REASON("cloudflare", NOT_ELIGIBLE, F(FORBIDDEN), 0, "Cloudflare takes only static file types by default, and the response says \"Cache-Control: {control}\". For a hit: a Cache Rule that makes the path eligible, and a response that may be stored (\"public, s-maxage=N\")."),
    AT_REASON("cloudflare", NOT_ELIGIBLE, F(FRESH), 0, "Cloudflare takes only static file types by default: a Cache Rule that makes the path eligible for cache. The response itself may be stored for {lifetime} s."),
    AT_REASON("cloudflare", NOT_ELIGIBLE, 0, 0, "Cloudflare takes only static file types by default: a Cache Rule that makes the path eligible for cache, and \"s-maxage=N\" in the response."),
    REASON(NOT_ELIGIBLE, 0, 0, "The cache does not take this kind of resource by default: a rule of the cache has to ask for it."),
    AT_REASON("nginx", NOT_YET_POPULAR, 0, 0, "Nothing, by design: it is stored once it is asked for often enough; proxy_cache_min_uses sets that."),
    REASON(NOT_YET_POPULAR, 0, 0, "Nothing, by design: it is stored once it is asked for often enough."),
    AT_REASON("varnish", MARKED_UNCACHEABLE, 0, 0, "An earlier response for this could not be stored, and Varnish remembers that (hit-for-miss, 120 s by default): see why that response was not stored."),
    REASON(MARKED_UNCACHEABLE, 0, 0, "An earlier response for this could not be stored, and the cache remembers that for a while: see why that response was not stored."),
    REASON(EVICTED_OR_PURGED, 0, 0, "Its copy was fresh and had been served: room in the store for what is asked for again, fewer purges, or one node for one URI (consistent hashing)."),
    REASON(INVALIDATED, 0, 0, "Nothing: the copy was removed, by a purge or an unsafe method. " WHEN_STORED),

    /* ---- nothing stored, or too old ---- */
    OUTCOME(EXPIRED, F(VARY_STAR), 0,
            "The response says \"Vary: *\", which no later request matches: name the fields that it depends on, such as Accept-Encoding."),
    AT("fastly", EXPIRED, 0, 0, "A stored copy was too old and was fetched anew. A longer s-maxage or Surrogate-Control: max-age, or stale-while-revalidate=N, answers from the store."),
    AT("nginx", EXPIRED, F(VALIDATOR), 0, "A stored copy was too old and was fetched anew in full. The response has a validator: with proxy_cache_revalidate on an unchanged one costs a 304; a longer s-maxage, or proxy_cache_use_stale updating with proxy_cache_background_update, answers at once."),
    AT("nginx", EXPIRED, 0, 0, "A stored copy was too old and was fetched anew. A longer s-maxage, or proxy_cache_use_stale updating with proxy_cache_background_update, answers at once."),
    OUTCOME(EXPIRED, F(FRESH) | F(VALIDATOR), 0, "A stored copy was older than its lifetime of {lifetime} s and was fetched anew in full. A longer s-maxage, or stale-while-revalidate=N where the cache knows it, answers at once; if nothing had changed, let the cache validate with the ETag or Last-Modified that the response has."),
    OUTCOME(EXPIRED, F(FRESH), 0, "A stored copy was older than its lifetime of {lifetime} s and was fetched anew. A longer s-maxage, or stale-while-revalidate=N where the cache knows it, answers at once; with an ETag an unchanged one would have cost a 304."),
    OUTCOME(EXPIRED, F(VALIDATOR), 0, "A stored copy was too old and was fetched anew in full. A longer s-maxage, or stale-while-revalidate=N where the cache knows it, answers at once; if nothing had changed, let the cache validate with the ETag or Last-Modified that the response has."),
    OUTCOME(EXPIRED, 0, 0, "A stored copy was too old and was fetched anew. A longer s-maxage, or stale-while-revalidate=N where the cache knows it, answers at once; with an ETag an unchanged one would have cost a 304."),
    REASON(EXPIRED_REPLACED, 0, 0, "A stored copy was too old and was fetched anew. A longer s-maxage, or stale-while-revalidate=N where the cache knows it, answers at once."),
    REASON(COLLAPSED, 0, 0, "The request waited for another one's fetch. " WHEN_STORED " stale-while-revalidate spares the wait when a copy expires."),
    REASON(SHIELD_HIT, 0, 0, "The edge did not have it, a tier behind it did: the origin was spared. Asked for more often, or with a longer s-maxage, it stays at the edge."),
    BOTH(MISS, AGE_ZERO, F(FRESH), 0, "Nothing, if it was asked for the first time: it may be stored for {lifetime} s. " WHEN_STORED),
    REASON(AGE_ZERO, 0, 0, "Nothing, if it was asked for the first time: it was fetched or validated just now. " WHEN_STORED),
    REASON(COLD, F(NOT_STORED), 0, "Nothing was stored for this, and this response was not stored either: see what it says of caching (\"s-maxage={seconds}\" asks for it)."),
    REASON(COLD, F(FRESH), 0, "Nothing: it was asked for the first time, and may be stored for {lifetime} s. " WHEN_STORED),
    REASON(COLD, 0, 0, "Nothing, if the cache stores it: it was asked for the first time. " WHEN_STORED " \"s-maxage=N\" in the response makes sure."),
    REASON(URI_NOT_STORED, F(FRESH), F(NOT_STORED), "Nothing: this URI was asked for the first time, and may be stored for {lifetime} s. " WHEN_STORED),
    REASON(URI_NOT_STORED, F(QUERY), 0, "Nothing is stored for this URI, its query included: \"s-maxage={seconds}\" asks for it to be stored; have the cache ignore parameters that do not change the answer."),
    REASON(URI_NOT_STORED, 0, 0, "Nothing is stored for this URI: \"s-maxage={seconds}\" in the response asks for it to be stored; then the next request should be a hit."),

    /* ---- no reason is known ---- */
    OUTCOME(MISS, F(NOT_STORED), 0, "The cache did not store it: \"s-maxage={seconds}\" in the response asks for it; else look at the cache's own rules."),
    AT("nginx", MISS, 0, F(EXPLICIT), "The response gives no lifetime, and nginx then stores it only by proxy_cache_valid. Where that is set the next request should be a hit; else send \"Cache-Control: s-maxage=N\"."),
    AT("cloudfront", MISS, F(FRESH), 0, "Nothing, if it was asked for the first time (stored for {lifetime} s). CloudFront says Miss for what it never stores as well: if it stays a miss, look at the cache policy, its TTLs and what is in its key (cookies, headers, query)."),
    AT("cloudfront", MISS, 0, 0, "CloudFront says Miss for what it never stores as well: if it stays a miss, look at the cache policy, its TTLs and what is in its key (cookies, headers, query), and send \"s-maxage=N\"."),
    AT("fastly", MISS, 0, F(FRESH), "Fastly says MISS for what it passes as well: if it stays a miss, look for a pass in its VCL, and send \"Surrogate-Control: max-age=N\" or s-maxage."),
    AT("varnish", MISS, F(COOKIE), 0, "Varnish's built-in VCL passes every request with a Cookie: if it stays a miss, remove in vcl_recv the cookies that this answer does not depend on (unset req.http.Cookie)."),
    AT("bunny", MISS, 0, F(FRESH), "Nothing, if it was asked for the first time. bunny.net stores by file type unless told otherwise: if it stays a miss, set a cache time for the path."),
    OUTCOME(MISS, F(FRESH) | F(QUERY), 0, "Nothing, if it was asked for the first time: it may be stored for {lifetime} s. If it stays a miss, look at the query: each one is a resource of its own to the cache."),
    OUTCOME(MISS, F(FRESH), 0, "Nothing, if it was asked for the first time: it may be stored for {lifetime} s. If it stays a miss, look at what is in the cache's key, and at the size of its store."),
    OUTCOME(MISS, F(EXPLICIT), 0, "The response has a lifetime of 0: \"public, max-age=0, s-maxage=N\" keeps browsers asking and lets caches answer."),
    OUTCOME(MISS, 0, 0, "The response gives no lifetime: what the cache takes by default decides. \"Cache-Control: s-maxage=N\" makes it a hit for N seconds."),
    OUTCOME(CLIENT_REFRESH, 0, 0, "The client forced a fetch. Nothing at the origin changes that; most caches can be told to ignore what requests ask for."),
    AT("cloudflare", BYPASS, F(CONTROL), 0, "Cloudflare bypasses for no-cache, private or max-age=0 of the origin (here \"Cache-Control: {control}\"), for Set-Cookie, or by a Bypass rule: send \"public, s-maxage=N\", or change the rule."),
    AT("varnish", BYPASS, F(COOKIE), 0, "Varnish's built-in VCL passes every request with a Cookie: in vcl_recv remove the cookies that this answer does not depend on (unset req.http.Cookie)."),
    OUTCOME(BYPASS, 0, 0, "A rule of the cache sends this past its store: look for it there, if the answer is the same for everybody."),
    OUTCOME(DYNAMIC, 0, 0, "The cache does not take this kind of resource by default: a rule of the cache has to ask for it."),
    OUTCOME(UNCACHEABLE, F(CONTROL), 0, "The cache found that the response forbids storing (\"Cache-Control: {control}\"): " SHARE),
    OUTCOME(UNCACHEABLE, 0, 0, "The cache found that the response forbids storing: " SHARE),
    OUTCOME(CONFIG_NOCACHE, 0, 0, "The cache is configured not to store this: change the rule, if the answer is the same for everybody."),
    OUTCOME(NONE, 0, 0, "Nothing, by design: the cache did not look into its store for this."),
    OUTCOME(SYNTHETIC, 0, 0, "Nothing, by design: the cache made the answer, the origin was not asked."),
    OUTCOME(ERROR, 0, 0, "The cache could not fetch it: repair the origin. With stale-if-error=N a cache that knows it answers with a stored copy meanwhile (RFC 5861 section 4)."),
    REASON(NOT_MODIFIED_FOR_CLIENT, 0, 0, "Nothing to be said: the client's own copy is good, and what the cache did is not shown. A status header would tell (nginx: add_header X-Cache-Status $upstream_cache_status always)."),
    REASON(UNRECOGNISED_STATUS, 0, 0, "Not known: the cache says \"{evidence}\". A dialect of one's own can say what that means."),
    /* Reasons of hits, with an outcome that is not one. */
    REASON(VALIDATED, 0, 0, "It waited for the origin's 304: a longer s-maxage answers at once."),
    REASON(STALE_WHILE_REVALIDATE, 0, 0, "Nothing: the copy is refreshed behind the answer. A longer s-maxage makes that rarer."),
    REASON(STALE_IF_ERROR, 0, 0, "The origin failed: repair it."),
    REASON(BACKGROUND_REFRESH, 0, 0, "Nothing: the copy is refreshed behind the answer. A longer s-maxage makes that rarer."),
    REASON(PARTIAL, 0, 0, "A part had to be fetched: let the cache fetch whole objects, or slices of a fixed size."),
    REASON(NEGATIVE, 0, 0, "A stored error answered ({status}). When that is no longer so, purge its URI."),
    REASON(AGE_POSITIVE, 0, 0, "Nothing: Age: {age} shows a stored copy."),
    OUTCOME(UNKNOWN, 0, F(ANSWERED), "Nothing to be said: no response was seen."),
    OUTCOME(UNKNOWN, F(AGED), 0, "Not known: Age: {age} alone does not tell. A status header would (Cache-Status of RFC 9211; nginx: add_header X-Cache-Status $upstream_cache_status always)."),
    OUTCOME(UNKNOWN, 0, 0, "Not known: nothing in the response shows that a cache answered. If there is one, let it say so (Cache-Status of RFC 9211; nginx: add_header X-Cache-Status $upstream_cache_status always)."),
};
/* clang-format on */

const struct ct_advice_row *ct_cache_advice_row(size_t i)
{
    return i < sizeof rows / sizeof rows[0] ? &rows[i] : NULL;
}
