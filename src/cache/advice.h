/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice is a table: the first row that fits a transaction gives the text. A row names an
 * outcome, a reason and a dialect (each may be left open), and facts that must or must not
 * hold. In texts {name} stands for a value of the transaction (CT_ADVICE_VALUES).
 */
#ifndef CACHETAP_CACHE_ADVICE_H
#define CACHETAP_CACHE_ADVICE_H

#include "cachetap/cache.h"

/* clang-format off */
#define CT_ADVICE_FACTS(X)                                                              \
    X(COOKIE)     /* the request has a Cookie */                                        \
    X(SET_COOKIE) /* the response sets one */                                           \
    X(CONTROL)    /* the response has Cache-Control */                                  \
    X(VALIDATOR)  /* the response has ETag or Last-Modified */                          \
    X(EXPLICIT)   /* the response gives a lifetime */                                   \
    X(FRESH)      /* and it is above 0 */                                               \
    X(FORBIDDEN)  /* no-store or private */                                             \
    X(NO_CACHE)   /* no-cache in the response */                                        \
    X(WINDOW)     /* stale-while-revalidate in the response */                          \
    X(QUERY)      /* the target has a query */                                          \
    X(AGED)       /* Age is there */                                                    \
    X(VARY_STAR)  /* Vary: * */                                                         \
    X(UNSAFE)     /* a method other than GET and HEAD */                                \
    X(ANSWERED)   /* a response was seen */                                             \
    X(NOT_STORED) /* the cache says, or the messages, that it was not stored */

/* name in braces, what it stands for */
#define CT_ADVICE_VALUES(X)                                                             \
    X(control)  /* Cache-Control of the response */                                     \
    X(asked)    /* Cache-Control of the request, or its Pragma */                       \
    X(expires)  /* Expires */                                                           \
    X(vary)     /* Vary */                                                              \
    X(method)                                                                           \
    X(status)                                                                           \
    X(age)                                                                              \
    X(lifetime) /* seconds for a shared cache */                                        \
    X(seconds)  /* the response's own max-age where it has one above 0, else N */       \
    X(evidence) /* the line that decided, as "Name: value" without its name */
/* clang-format on */

enum ct_advice_fact {
#define X(symbol) CT_ADVICE_FACT_##symbol,
    CT_ADVICE_FACTS(X)
#undef X
};

struct ct_advice_row {
    uint8_t outcome; /* CT_OUTCOME_COUNT: any */
    uint8_t reason;  /* CT_REASON_COUNT: any */
    uint16_t needs;  /* bits of facts */
    uint16_t lacks;
    const char *dialect; /* NULL: any */
    const char *text;
};

/* Row i, NULL past the last. */
const struct ct_advice_row *ct_cache_advice_row(size_t i);
/* The first row that fits; never NULL for a verdict that is one. */
const struct ct_advice_row *ct_cache_advice_find(const struct ct_txn *txn,
                                                 const struct ct_verdict *verdict);

#endif
