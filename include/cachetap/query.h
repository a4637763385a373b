/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query: the language of --where and --assert, and of filters in lists. Knows no transactions:
 * a table of fields says what a record has.
 *
 *     host=example.com cache=miss status>=500        words side by side: all of them
 *     (cache=miss,expired or ttfb>200ms) not uri=/health*
 *
 *     =  !=    without regard to case; * stands for anything; a,b,c: one of these; !=: none
 *     <  <=  >  >=    numbers; 200ms, 1.5s, 2m; 64k, 1M
 *     ~  !~    a regular expression (PCRE2), without regard to case
 *     name     alone: is there, and is neither false nor 0
 *     and or not ( )    "..." where a value has blanks or parentheses
 */
#ifndef CACHETAP_QUERY_H
#define CACHETAP_QUERY_H

#include "cachetap/base.h"

#define CT_QUERY_BYTES_MAX   4096
#define CT_QUERY_NODES_MAX   256
#define CT_QUERY_DEPTH_MAX   32
#define CT_QUERY_MESSAGE_MAX 256

enum ct_query_kind {
    CT_QUERY_TEXT,
    CT_QUERY_NUMBER,
    CT_QUERY_SECONDS, /* a number; its values may have a unit of time */
    CT_QUERY_BYTES,   /* a number; k, M, G are powers of 1024 */
    CT_QUERY_FLAG,    /* true or false, as 1 or 0 */
};

struct ct_query_value {
    double number;
    struct ct_span text; /* of CT_QUERY_TEXT; borrowed until the next value */
};

struct ct_query_fields {
    /* Name and kind of field i; NULL past the last. Several fields may be one under two names. */
    const char *(*name)(size_t i, enum ct_query_kind *kind);
    /* Value k, from 0, of field i; false: there is no such value. */
    bool (*value)(void *record, size_t i, size_t k, struct ct_query_value *value);
};

struct ct_query;

/* NULL, with a message that names the place: not an expression, or no memory. */
struct ct_query *ct_query_new(const char *text, const struct ct_query_fields *fields,
                              char message[CT_QUERY_MESSAGE_MAX]);
void ct_query_free(struct ct_query *query);

/*
 * A comparison with a field that has no value is false, != and !~ are the opposite of = and ~.
 * record is handed to the fields' value as it is.
 */
bool ct_query_match(const struct ct_query *query, void *record);

#endif
