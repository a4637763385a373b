/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache: what the caches on the way did with one transaction, and how we know. A pure
 * function: no clock, no allocation, no output, no memory of earlier transactions.
 *
 * Dialects (which header, which words, which order of tiers) are tables in src/cache; a new
 * one is a few rows. Where no header speaks, RFC 9111 is applied, and where that proves
 * nothing the outcome is UNKNOWN with basis none.
 */
#ifndef CACHETAP_CACHE_H
#define CACHETAP_CACHE_H

#include "cachetap/http.h"

/* clang-format off */
#define CT_CLASSES(X) X(HIT, "hit") X(MISS, "miss") X(BYPASS, "bypass") X(OTHER, "other")

/* symbol, class, what it means. The name in outputs is the symbol. */
#define CT_OUTCOMES(X)                                                                          \
    X(HIT, HIT, "served from the store, fresh")                                                 \
    X(PARTIAL_HIT, HIT, "part from the store, part fetched now")                                \
    X(REVALIDATED, HIT, "stored copy served after the origin confirmed it (304)")               \
    X(STALE, HIT, "expired copy served")                                                        \
    X(UPDATING, HIT, "expired copy served while a refresh runs in the background")              \
    X(NEGATIVE_HIT, HIT, "a stored error answered")                                             \
    X(MISS, MISS, "nothing usable stored; fetched now")                                         \
    X(EXPIRED, MISS, "stored copy too old; fetched anew")                                       \
    X(CLIENT_REFRESH, MISS, "the request forced a fetch although a copy was stored")            \
    X(BYPASS, BYPASS, "the cache was deliberately not used")                                    \
    X(DYNAMIC, BYPASS, "not eligible for caching by default")                                   \
    X(UNCACHEABLE, BYPASS, "the response forbids storing")                                      \
    X(CONFIG_NOCACHE, BYPASS, "the cache's configuration forbids storing")                      \
    X(NONE, BYPASS, "no freshness check was made")                                              \
    X(SYNTHETIC, OTHER, "made by the cache on purpose: redirect, block page, static answer")    \
    X(ERROR, OTHER, "the cache wanted to fetch and failed")                                     \
    X(UNKNOWN, OTHER, "nothing can be said, or a status that is not understood")

#define CT_BASES(X)                                                                             \
    X(STATED, "stated")     /* a header says so */                                              \
    X(OBSERVED, "observed") /* proved by the traffic on the cache's other side */               \
    X(INFERRED, "inferred") /* RFC 9111 reasoning */                                            \
    X(NONE, "none")

#define CT_REASONS(X)                                                                           \
    X(REQUEST_METHOD, "request-method") X(REQUEST_AUTHORIZATION, "request-authorization")       \
    X(REQUEST_COOKIE, "request-cookie") X(REQUEST_NO_CACHE, "request-no-cache")                 \
    X(REQUEST_NO_STORE, "request-no-store") X(REQUEST_MAX_AGE, "request-max-age")               \
    X(REQUEST_PRAGMA, "request-pragma") X(REQUEST_ONLY_IF_CACHED, "request-only-if-cached")     \
    X(REQUEST_RANGE, "request-range") X(REQUEST_CONDITIONAL, "request-conditional")             \
    X(CLIENT_FORCED, "client-forced")                                                           \
    X(RESPONSE_NO_STORE, "response-no-store") X(RESPONSE_PRIVATE, "response-private")           \
    X(RESPONSE_NO_CACHE, "response-no-cache")                                                   \
    X(RESPONSE_MAX_AGE_ZERO, "response-max-age-zero") X(RESPONSE_EXPIRED, "response-expired")   \
    X(RESPONSE_SET_COOKIE, "response-set-cookie") X(RESPONSE_VARY_STAR, "response-vary-star")   \
    X(RESPONSE_VARY_MISMATCH, "response-vary-mismatch") X(RESPONSE_PRAGMA, "response-pragma")   \
    X(RESPONSE_STATUS, "response-status") X(RESPONSE_TOO_LARGE, "response-too-large")           \
    X(RESPONSE_NO_FRESHNESS, "response-no-freshness")                                           \
    X(CONFIG_BYPASS, "config-bypass") X(CONFIG_NOCACHE, "config-nocache")                       \
    X(CONFIG_TTL_OVERRIDE, "config-ttl-override") X(NOT_ELIGIBLE, "not-eligible")               \
    X(NOT_YET_POPULAR, "not-yet-popular") X(MARKED_UNCACHEABLE, "marked-uncacheable")           \
    X(COLD, "cold") X(URI_NOT_STORED, "uri-not-stored") X(VARY_NOT_STORED, "vary-not-stored")   \
    X(EXPIRED_REPLACED, "expired-replaced") X(VALIDATED, "validated")                           \
    X(STALE_WHILE_REVALIDATE, "stale-while-revalidate") X(STALE_IF_ERROR, "stale-if-error")     \
    X(BACKGROUND_REFRESH, "background-refresh") X(COLLAPSED, "collapsed")                       \
    X(SHIELD_HIT, "shield-hit") X(PARTIAL, "partial") X(NEGATIVE, "negative")                   \
    X(INVALIDATED, "invalidated") X(DENIED, "denied") X(REDIRECT, "redirect")                   \
    X(FUNCTION, "function") X(PRERENDER, "prerender") X(TUNNEL, "tunnel")                       \
    X(ORIGIN_UNREACHABLE, "origin-unreachable") X(ORIGIN_ERROR, "origin-error")                 \
    X(ORIGIN_TIMEOUT, "origin-timeout") X(AGE_POSITIVE, "age-positive") X(AGE_ZERO, "age-zero") \
    X(NOT_MODIFIED_FOR_CLIENT, "not-modified-for-client")                                       \
    X(UNRECOGNISED_STATUS, "unrecognised-status") X(EVICTED_OR_PURGED, "evicted-or-purged")

/* What travels beside the outcome, as name or name=value. */
#define CT_MARKS(X)                                                                             \
    X(STORED, "stored=yes") X(NOT_STORED, "stored=no")                                          \
    X(COLLAPSED, "collapsed") X(NOT_COLLAPSED, "collapsed=no")                                  \
    X(TIER_SHIELD, "tier=shield") X(TIER_APPLICATION, "tier=application")                       \
    X(FOSSIL, "fossil")               /* at least one tier's line is history */                 \
    X(STALE_ERROR, "stale-cause=error") X(STALE_REVALIDATE, "stale-cause=while-revalidate")     \
    X(STALE_MAX_STALE, "stale-cause=max-stale")                                                 \
    X(PRIVATE, "private")                                                                       \
    X(LENIENT, "lenient")             /* the field was not valid, read all the same */          \
    X(MALFORMED, "malformed")                                                                   \
    X(UNFILLED, "unfilled")           /* a status field was empty, or a template */             \
    X(WEAK, "weak")                   /* inferred on weak evidence */                           \
    X(DISAGREE, "disagree")           /* two statements of one writer contradict each other */   \
    X(SIDE_ORIGIN, "side=origin")     /* the client of this connection is itself a cache */

#define CT_SEVERITIES(X)                                                                        \
    X(INFO, "info")       /* worth knowing */                                                   \
    X(WARNING, "warning") /* costs hits, load on the origin, or time */                         \
    X(ERROR, "error")     /* wrong or unsafe content is served, or may be */

/*
 * Cache problems that one transaction shows: symbol, name, severity at worst, what to do. A
 * later stage may add those that need several transactions. At most 64.
 */
#define CT_FINDINGS(X)                                                                          \
    X(SET_COOKIE_ON_CACHEABLE, "set-cookie-on-cacheable", ERROR,                                \
      "send no Set-Cookie with what caches may store, or mark it private")                      \
    X(NO_VALIDATOR, "no-validator", WARNING,                                                    \
      "send ETag or Last-Modified, so that an expired copy costs a 304 and no body")            \
    X(VARY_USER_AGENT, "vary-user-agent", WARNING,                                              \
      "vary on a class of devices or on client hints: User-Agent has thousands of values")      \
    X(VARY_STAR, "vary-star", WARNING, "name the request fields: no copy ever matches Vary: *") \
    X(VARY_COOKIE_OR_MANY, "vary-cookie-or-many", WARNING,                                      \
      "vary on fewer fields, and not on those that differ for each client")                     \
    X(AUTHORIZATION_BYPASS, "authorization-bypass", WARNING,                                    \
      "add public or s-maxage if all clients may share it, else private")                       \
    X(AUTHORIZATION_CACHED, "authorization-cached", ERROR,                                      \
      "the cache shares what was asked for with credentials: mark it private, or make the "     \
      "cache obey RFC 9111 section 3.5")                                                        \
    X(NO_STORE_SERVED, "no-store-served-from-cache", ERROR,                                     \
      "a rule of the cache overrides the origin's no-store or private: correct one of both")    \
    X(TTL_SPLIT, "ttl-split", WARNING,                                                          \
      "s-maxage and max-age differ: a purge does not reach browsers, so keep max-age short")    \
    X(PRAGMA_IN_RESPONSE, "pragma-in-response", WARNING,                                        \
      "use Cache-Control: Pragma has no meaning in responses")                                  \
    X(STALE_UNLABELLED, "stale-unlabelled", WARNING,                                            \
      "a hit older than its lifetime: a rule overrides it, or expired copies are not checked")  \
    X(STALE_FORBIDDEN, "stale-forbidden", ERROR,                                                \
      "the response forbids to serve it stale: switch that off for it in the cache")            \
    X(VALIDATOR_IGNORED, "validator-ignored", WARNING,                                          \
      "the client had this very response: answer 304; look for suffixes that compression adds") \
    X(CONTRADICTORY_CONTROL, "contradictory-cache-control", WARNING,                            \
      "keep one of the directives that exclude each other")                                     \
    X(REDUNDANT_DIRECTIVES, "redundant-directives", INFO,                                       \
      "leave out what another directive already says")                                          \
    X(LONG_TTL_UNVERSIONED, "long-ttl-unversioned", INFO,                                       \
      "put a version or a hash into names that live for months")                                \
    X(ERROR_RESPONSE_CACHED, "error-response-cached", ERROR,                                    \
      "give errors a short lifetime of their own")                                              \
    X(TIER_DISAGREEMENT, "tier-disagreement", WARNING,                                          \
      "one cache of the line stores it and another refuses: compare their rules")               \
    X(CONTRADICTORY_STATUS, "contradictory-cache-status", INFO,                                 \
      "two statements of one cache exclude each other: see the evidence")                       \
    X(DATE_SKEW, "date-skew", WARNING,                                                          \
      "the server's clock is wrong, or it sends no Date: run NTP; Expires depends on it")       \
    X(DATE_AGE_DISAGREE, "date-age-disagree", INFO,                                             \
      "a hop rewrites Date and keeps Age: the response counts as older than it is")             \
    X(AGE_MALFORMED, "age-malformed", WARNING, "Age is one number of seconds, and sent once")   \
    X(HEURISTIC_FRESHNESS, "heuristic-freshness", WARNING,                                      \
      "state a lifetime with max-age: now every cache guesses one")                             \
    X(NO_FRESHNESS, "no-freshness-at-all", INFO,                                                \
      "state a lifetime with max-age, or no-cache if there is none")                            \
    X(EXPIRES_INVALID, "expires-invalid", INFO,                                                 \
      "Expires is no date, or says something else than max-age: drop it")                       \
    X(TEMPORARY_REDIRECT_CACHED, "temporary-redirect-cached", WARNING,                          \
      "give a temporary redirect a short lifetime, or make it permanent")                       \
    X(RANGE_MISBEHAVES, "range-misbehaves", ERROR, "a 206 must say which part it is")           \
    X(UNSOLICITED_304, "unsolicited-304", ERROR,                                                \
      "a 304 answers a condition only, and names a copy that the client has")                   \
    X(PRIVATE_SHARED_MIXUP, "private-shared-mixup", WARNING,                                    \
      "private and s-maxage exclude each other: decide who may store it")                       \
    X(DIRECTIVE_MISSPELT, "directive-misspelt", WARNING,                                        \
      "caches pass over directives that they do not know: correct the spelling")                \
    X(CACHE_LOOP, "cache-loop", ERROR, "the request passed the same proxy twice")               \
    X(INTERNAL_HEADER_LEAK, "internal-header-leak", INFO,                                       \
      "strip fields that are meant for caches before they reach the client")
/* clang-format on */

enum ct_severity {
#define X(symbol, name) CT_SEVERITY_##symbol,
    CT_SEVERITIES(X)
#undef X
        CT_SEVERITY_COUNT
};

enum ct_finding {
#define X(symbol, name, severity, advice) CT_FINDING_##symbol,
    CT_FINDINGS(X)
#undef X
        CT_FINDING_COUNT
};

enum ct_class {
#define X(symbol, name) CT_CLASS_##symbol,
    CT_CLASSES(X)
#undef X
        CT_CLASS_COUNT
};

enum ct_outcome {
#define X(symbol, class, help) CT_OUTCOME_##symbol,
    CT_OUTCOMES(X)
#undef X
        CT_OUTCOME_COUNT
};

enum ct_basis {
#define X(symbol, name) CT_BASIS_##symbol,
    CT_BASES(X)
#undef X
        CT_BASIS_COUNT
};

enum ct_reason {
    CT_REASON_NOT_GIVEN,
#define X(symbol, name) CT_REASON_##symbol,
    CT_REASONS(X)
#undef X
        CT_REASON_COUNT
};

enum ct_mark {
#define X(symbol, name) CT_MARK_##symbol,
    CT_MARKS(X)
#undef X
        CT_MARK_COUNT
};

/* One cache that reported. */
struct ct_tier {
    struct ct_ref node; /* its name on the wire, in the transaction's text; or absent */
    const char *label;  /* of the handle's life, where the wire gives none: "edge", the dialect */
    enum ct_outcome outcome;
    int64_t hits; /* times served since stored, -1: not said */
    bool fossil;  /* stored with the object by an outer cache; says nothing of this request */
};

enum ct_evidence_kind {
    CT_EVIDENCE_LINE,    /* a header line: index into the transaction's lines */
    CT_EVIDENCE_METHOD,  /* the request method */
    CT_EVIDENCE_STATUS,  /* the status code */
    CT_EVIDENCE_EARLIER, /* an earlier response for the same URI: ct_verdict.earlier */
};

/* What an earlier response for the same URI from the same server was like. */
struct ct_earlier {
    int64_t ago_ns;     /* from its first octet to the first octet of this request */
    int64_t age_s;      /* its Age, -1: none */
    uint16_t status;    /* its status code; 0: no earlier response is spoken of */
    bool same_etag;     /* its ETag is that of this response */
    bool same_modified; /* so is its Last-Modified */
    bool same_date;     /* so is its Date */
    bool same_id;       /* so is the request id of the origin */
};

struct ct_evidence {
    enum ct_evidence_kind kind;
    uint32_t line;
};

/* clang-format off */
/* What the messages of one transaction are like, for who compares several: bits. */
#define CT_FACTS(X)                                                                             \
    X(READ)            /* GET or HEAD, and the request was seen */                              \
    X(HEAD)                                                                                     \
    X(UNSAFE)          /* POST, PUT, DELETE, PATCH (RFC 9111 section 4.4) */                    \
    X(CONDITIONAL)     /* If-None-Match or If-Modified-Since */                                 \
    X(RANGE)           /* asked for a part */                                                   \
    X(REFRESH)         /* no-cache, max-age or Pragma in the request */                         \
    X(NOT_TO_STORE)    /* no-store in the request */                                            \
    X(CREDENTIALS)     /* Cookie or Authorization in the request */                             \
    X(STORABLE)        /* every shared cache may store it, with a lifetime above 0 given */     \
    X(AGE_BEHIND)      /* Age was not made by the server of this connection */                  \
    X(KEEPS_DATE)      /* the server passes the origin's Date on, from its store too */         \
    X(RELAYS)          /* the server is a proxy that makes no Age: nginx */                     \
    X(AGE_WITH_HITS)   /* the server sends Age with what it had stored, and only then */        \
    X(SIGN)            /* there is a cache on the way */
/* clang-format on */

enum ct_fact {
#define X(symbol) CT_FACT_##symbol,
    CT_FACTS(X)
#undef X
        CT_FACT_COUNT
};

struct ct_facts {
    uint32_t bits;         /* per enum ct_fact */
    enum ct_reason forced; /* with REFRESH: by what */
    int64_t lifetime_s;    /* freshness lifetime in a shared cache, -1: not given */
    int64_t date_s;        /* Date, since the epoch; -1: none, or no date */
    struct ct_ref etag;    /* of the response, in the transaction's text; or absent */
    struct ct_ref modified;
};

#define CT_TIERS_MAX    16
#define CT_EVIDENCE_MAX 16

struct ct_verdict {
    enum ct_outcome outcome;
    enum ct_class class;
    enum ct_basis basis;
    enum ct_reason reason;
    uint32_t marks;      /* bit per enum ct_mark */
    uint64_t findings;   /* bit per enum ct_finding */
    const char *dialect; /* of the handle's life, or NULL */
    const char *rule;    /* static: the rule in words with its section; or NULL */
    int64_t age_s;       /* the Age field, -1: absent or not an integer (RFC 9111 section 5.1) */
    /*
     * No cache in the line had it: the request, or one made for it, reached the origin's side
     * in full. Only meaningful for class hit and miss.
     */
    bool reached_origin;
    uint32_t unknown_line; /* a status line that nobody understands: its number and 1; 0: none */
    uint8_t n_tiers;       /* from the origin's side to the client's */
    uint8_t n_evidence;    /* the deciding one first */
    uint8_t tiers_cut;     /* 1: more tiers than CT_TIERS_MAX */
    struct ct_tier tiers[CT_TIERS_MAX];
    struct ct_evidence evidence[CT_EVIDENCE_MAX];
    struct ct_earlier earlier; /* for CT_EVIDENCE_EARLIER */
    struct ct_facts facts;     /* for the comparison with other transactions */
};

struct ct_cache;

#define CT_USER_DIALECTS_MAX 64  /* dialects of a configuration */
#define CT_USER_HEADERS_MAX  256 /* their header fields in all */
#define CT_USER_VALUES_MAX   256 /* values of one header field */
#define CT_USER_PRINTS_MAX   256 /* fingerprints in all */
#define CT_USER_RANK_MAX     8

/* What one value of a user's header means. */
struct ct_user_value {
    const char *text; /* "*": any that has no row of its own */
    enum ct_outcome outcome;
    enum ct_reason reason;
    enum ct_user_stored { CT_USER_STORED_NOT_SAID, CT_USER_STORED_YES, CT_USER_STORED_NO } stored;
};

struct ct_user_header {
    const char *name;
    /*
     * Regular expression (PCRE2) that finds the status word: its group "status", else its first
     * group, else all of the match. Groups "node" and "hits" are read where they exist. NULL:
     * the whole value is the word.
     */
    const char *pattern;
    bool case_sensitive;   /* pattern and values */
    bool list;             /* comma-separated, one element for each cache */
    bool first_is_nearest; /* of a list: the first element is the cache nearest the client */
    bool common_words;     /* the words that all dialects share are understood, and their grammar */
    bool optional;         /* what is not understood says nothing, instead of UNKNOWN */
    const struct ct_user_value *values;
    size_t n_values;
};

/* A response field that shows who answered. */
struct ct_user_print {
    const char *header;
    const char *starts;   /* its value starts so, without case; NULL: any */
    const char *contains; /* its value has this part, without case; NULL: any */
};

/*
 * A user's own dialect. Where it has fingerprints, its headers are read only in responses that
 * show one. A header that a built-in dialect reads as well is read as this one says.
 */
struct ct_user_dialect {
    const char *name;
    uint8_t rank; /* 0: nearer the client than all built-in ones; 1 to 7 as theirs; 8: behind */
    const struct ct_user_header *headers;
    size_t n_headers;
    const struct ct_user_print *prints;
    size_t n_prints;
};

/*
 * What a user adds to the tables, and takes from them. All zero: nothing. What it points to is
 * borrowed for the life of the handle.
 */
struct ct_cache_config {
    /*
     * Names of response fields to treat as absent, in every meaning: status, fingerprint and
     * HTTP caching's own. Compared without case.
     */
    const char *const *ignored;
    size_t n_ignored;
    const struct ct_user_dialect *dialects; /* the first that fits counts */
    size_t n_dialects;
};

/* Whether a pattern compiles; error says why not. */
bool ct_cache_pattern_check(const char *pattern, char *error, size_t size);

/*
 * Interns the header names of all dialects in fields, which is borrowed for the life of the
 * result, as is what config points to; config may be NULL. Constant afterwards: threads may share
 * it. NULL: no memory, no room in fields, more than the CT_USER_ limits, or a bad pattern.
 */
struct ct_cache *ct_cache_new(struct ct_fields *fields, const struct ct_cache_config *config);
void ct_cache_free(struct ct_cache *cache);

/* Judges one transaction. Writes all of verdict; it speaks of txn's text and lines. */
void ct_cache_classify(const struct ct_cache *cache, const struct ct_txn *txn,
                       struct ct_verdict *verdict);

/* All known dialects, for lists and statistics: name of dialect i, or NULL past the last. */
const char *ct_cache_dialect_name(const struct ct_cache *cache, size_t i);

/* What is known of dialects, for lists; numbers as for ct_cache_dialect_name. */
bool ct_cache_dialect_is_user(const struct ct_cache *cache, size_t i);
unsigned ct_cache_dialect_rank(const struct ct_cache *cache, size_t i);

enum ct_entry_kind {
    CT_ENTRY_PRINT,   /* the field shows the maker; text: how its value is then, NULL: any */
    CT_ENTRY_HEADER,  /* a field that is read; text: how */
    CT_ENTRY_PATTERN, /* text: the pattern that finds the word in the field */
    CT_ENTRY_AFFIX,   /* text: what may be attached to words; marks: what it means */
    CT_ENTRY_VALUE,   /* text: a value, or when; outcome, reason and marks: what it means */
};

struct ct_entry {
    enum ct_entry_kind kind;
    const char *header; /* NULL: all fields of the dialect */
    const char *text;
    enum ct_outcome outcome;
    enum ct_reason reason;
    uint32_t marks;
    unsigned rank; /* of a header, where it is not the dialect's; else 0 */
};

/* Borrowed for the call. */
typedef void (*ct_entry_take)(void *user, const struct ct_entry *entry);

/* Hands out all that is known of dialect i: fingerprints, headers, values. */
void ct_cache_describe(const struct ct_cache *cache, size_t i, ct_entry_take take, void *user);

/* Static strings. */
const char *ct_cache_outcome_name(enum ct_outcome outcome);
const char *ct_cache_outcome_help(enum ct_outcome outcome);
enum ct_class ct_cache_outcome_class(enum ct_outcome outcome);
const char *ct_cache_class_name(enum ct_class class);
const char *ct_cache_basis_name(enum ct_basis basis);
const char *ct_cache_reason_name(enum ct_reason reason); /* NULL for CT_REASON_NOT_GIVEN */
/* What a reason means, in words, with its section where an RFC has it. NULL likewise. */
const char *ct_cache_reason_help(enum ct_reason reason);
const char *ct_cache_mark_name(enum ct_mark mark);
const char *ct_cache_finding_name(enum ct_finding finding);
const char *ct_cache_finding_advice(enum ct_finding finding);
enum ct_severity ct_cache_finding_severity(enum ct_finding finding);
const char *ct_cache_severity_name(enum ct_severity severity);
/* The number of a name, without case; false: there is none. */
bool ct_cache_outcome_find(struct ct_span name, enum ct_outcome *outcome);
bool ct_cache_reason_find(struct ct_span name, enum ct_reason *reason);

/*
 * What would have to change for a transaction to be a hit, or that nothing has to, and why: a
 * few sentences with the values at hand, for the product that answered where products differ.
 * Written into out (size > 0), terminated, safe for a terminal, cut at the end. Returns the
 * octets written, without the 0; never 0 where there is room.
 */
#define CT_ADVICE_MAX 768
size_t ct_cache_advice(const struct ct_txn *txn, const struct ct_verdict *verdict, char *out,
                       size_t size);

#endif
