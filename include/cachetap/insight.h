/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insight: what takes more than one transaction. It remembers for each URI at each server what
 * its last response was like, in bounded memory, and looks again at what RFC 9111 alone could
 * not decide. Where a cache stated its status the outcome stays; history may then give the
 * reason. An inference that history contradicts becomes UNKNOWN.
 *
 * Rules are a table in src/insight/rules.c, in the order in which they are tried. No clock:
 * time is that of the packets. Values of cookies and credentials are not looked at.
 */
#ifndef CACHETAP_INSIGHT_H
#define CACHETAP_INSIGHT_H

#include "cachetap/cache.h"

/* clang-format off */
/*
 * symbol, name, confidence (how far it may be trusted: stated by the protocol, strong with few
 * exceptions, weak; "doubt" takes a weak label back), text with its section.
 */
#define CT_INSIGHT_RULES(X)                                                                        \
    X(AGE_BEHIND, "age-behind", "doubt",                                                           \
      "Age is more than the time since Date: it came with the response, and this cache may have "  \
      "fetched it now (RFC 9111 section 4.2.3)")                                                   \
    X(SAME_ID, "same-request-id", "strong",                                                        \
      "the request id of an earlier response again: a stored copy (RFC 9111 section 4)")           \
    X(NEW_ID, "new-request-id", "strong",                                                          \
      "another request id, where copies repeat it: made by the origin for this request (RFC 9111 " \
      "section 4)")                                                                                \
    X(AGE_GROWS, "age-grows", "stated",                                                            \
      "the same representation, and Age grew as time passed: a stored copy (RFC 9111 section "     \
      "4.2.3)")                                                                                    \
    X(AGE_APPEARS, "age-appears", "strong",                                                        \
      "the representation that came without Age before has one now: stored since (RFC 9111 "       \
      "section 5.1)")                                                                              \
    X(AGE_ZERO_STORED, "age-zero-stored", "strong",                                                \
      "Age: 0 from a server that was seen to send Age only with what it had stored (RFC 9111 "     \
      "section 5.1)")                                                                              \
    X(AGE_ABSENT, "age-absent", "strong",                                                          \
      "no Age from a server that was seen to send it with what it had stored (RFC 9111 section "   \
      "5.1)")                                                                                      \
    X(SAME_DATE, "same-date", "strong",                                                            \
      "the same representation with the Date of an earlier response, seconds later: an origin "    \
      "stamps anew (RFC 9111 section 4.2.3)")                                                      \
    X(FIRST_SECOND, "first-second", "strong",                                                      \
      "Age: 0, and the same fresh representation less than a second before, now answered in less " \
      "than half the time (RFC 9111 sections 4.2.3 and 5.1)")                                      \
    X(TOO_CLOSE, "too-close", "doubt",                                                             \
      "Age: 0 shortly after an earlier response: stored or fetched, Age cannot tell (RFC 9111 "    \
      "section 5.1)")                                                                              \
    X(REFRESHED_BEHIND, "refreshed-behind", "doubt",                                               \
      "Age: 0 after a stale copy was served: fetched for this request, or refreshed behind the "   \
      "earlier one (RFC 5861 section 3)")                                                          \
    X(MAYBE_COLLAPSED, "maybe-collapsed", "doubt",                                                 \
      "Age: 0 after a long wait: fetched, or collapsed with the fetch for another request (RFC "   \
      "9111 section 4)")                                                                           \
    X(MAYBE_VALIDATED, "maybe-validated", "doubt",                                                 \
      "Age: 0 and the representation of an earlier response: fetched, or validated with 304 "      \
      "(RFC 9111 section 4.3.4)")                                                                  \
    X(NOT_COMPARED, "not-compared", "doubt",                                                       \
      "Age: 0, and not seen well enough to be compared with earlier responses (RFC 9111 section "  \
      "5.1)")                                                                                      \
    X(VALIDATED, "validated", "weak",                                                              \
      "a copy whose lifetime was over is young again, and the same: the origin confirmed it "      \
      "(RFC 9111 section 4.3.4)")                                                                  \
    X(CLIENT_REFRESH, "client-refresh", "strong",                                                  \
      "fetched although a copy was stored and fresh: the request asked for it (RFC 9111 section "  \
      "5.2.1)")                                                                                    \
    X(EXPIRED, "expired", "strong",                                                                \
      "fetched anew after the lifetime of an earlier response was over (RFC 9111 section 4.2.4)")  \
    X(INVALIDATED, "invalidated", "strong",                                                        \
      "fetched after an unsafe method succeeded on the same URI (RFC 9111 section 4.4)")           \
    X(OTHER_VARIANT, "other-variant", "strong",                                                    \
      "fetched for request header values that Vary names and that were not asked with before "     \
      "(RFC 9111 section 4.1)")                                                                    \
    X(EVICTED, "evicted", "strong",                                                                \
      "fetched although a copy was served from the store before and is still fresh: evicted, "     \
      "purged, or at another node (RFC 9111 section 4.2)")                                         \
    X(COLD, "cold", "weak",                                                                        \
      "the first request seen for this URI at this server: most likely nothing was stored (RFC "   \
      "9111 section 4)")
/* clang-format on */

enum ct_insight_rule {
#define X(symbol, name, confidence, text) CT_INSIGHT_RULE_##symbol,
    CT_INSIGHT_RULES(X)
#undef X
        CT_INSIGHT_RULE_COUNT
};

/* Static strings; NULL past the last. */
const char *ct_insight_rule_name(enum ct_insight_rule rule);
const char *ct_insight_rule_confidence(enum ct_insight_rule rule);
const char *ct_insight_rule_text(enum ct_insight_rule rule);

struct ct_insight_counters {
    uint64_t entries;      /* gauge: URIs and variants remembered */
    uint64_t added;        /* ever */
    uint64_t replaced;     /* forgotten to make room, the least recently used first */
    uint64_t not_compared; /* transactions that are not certain enough to be remembered */
    uint64_t memory_bytes; /* gauge */
    uint64_t rules[CT_INSIGHT_RULE_COUNT]; /* transactions that a rule spoke on */
};

struct ct_insight;

/* Interns the header names that it reads, before the first transaction. */
void ct_insight_intern(struct ct_fields *fields);

/* Borrows fields for its life. NULL: no memory. */
struct ct_insight *ct_insight_new(const struct ct_limits *limits, const struct ct_key *key,
                                  const struct ct_fields *fields);
void ct_insight_free(struct ct_insight *insight);

/*
 * Looks at one transaction and its verdict (of ct_cache_classify), changes the verdict where
 * history proves or refutes, and remembers. In the order in which transactions end.
 */
void ct_insight_txn(struct ct_insight *insight, const struct ct_txn *txn,
                    struct ct_verdict *verdict);

const struct ct_insight_counters *ct_insight_counters(const struct ct_insight *insight);

#endif
