/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structured fields (RFC 9651, which replaces RFC 8941): a strict reader of Lists,
 * Dictionaries and Items, with parameters and inner lists. It allocates nothing and copies
 * nothing; all spans it gives are parts of the field value it was given.
 *
 * A field that fails anywhere is to be ignored as a whole (RFC 9651 section 4.2), so check
 * all lines of the field with ct_http_sf_list_valid before reading members:
 *
 *     struct ct_sf_reader reader = ct_http_sf_read(value);
 *     struct ct_sf_member member;
 *     while (ct_http_sf_list_next(&reader, &member)) {
 *         struct ct_sf_param param;
 *         struct ct_span params = member.params;
 *         while (ct_http_sf_param_next(&params, &param)) ...
 *     }
 *     if (reader.failed) ...
 *
 * Several lines of one field are one list, in the order received; read each with its own
 * reader (a line may be empty; no member may span two lines).
 */
#ifndef CACHETAP_HTTP_SF_H
#define CACHETAP_HTTP_SF_H

#include "cachetap/base.h"

/* More than these fail the field (the RFC asks for 1024 and 256 to be supported). */
#define CT_SF_MEMBERS_MAX 1024
#define CT_SF_PARAMS_MAX  256
#define CT_SF_INNER_MAX   256

enum ct_sf_type {
    CT_SF_INTEGER,
    CT_SF_DECIMAL,
    CT_SF_STRING,
    CT_SF_TOKEN,
    CT_SF_BYTES,   /* byte sequence */
    CT_SF_BOOLEAN, /* also the value of a parameter or dictionary member without "=" */
    CT_SF_DATE,
    CT_SF_DISPLAY, /* display string */
    CT_SF_INNER_LIST,
};

struct ct_sf_item {
    /*
     * Token, Integer, Decimal: as written. String, Display String: between the quotes, still
     * escaped (see ct_http_sf_copy). Bytes: the base64 between the colons. Inner List:
     * between the parentheses (see ct_http_sf_inner_next). Boolean, Date: as written,
     * empty for an implied true.
     */
    struct ct_span text;
    int64_t number; /* Integer, Date (seconds), Boolean (0, 1); Decimal in thousandths */
    enum ct_sf_type type;
};

struct ct_sf_member {
    struct ct_sf_item item;
    struct ct_span params; /* for ct_http_sf_param_next; empty: none */
    struct ct_span key;    /* in a dictionary */
};

struct ct_sf_param {
    struct ct_span key;
    struct ct_sf_item item;
};

struct ct_sf_reader {
    struct ct_span rest;
    uint32_t n_members;
    bool failed; /* the field is not valid; stays */
};

struct ct_sf_reader ct_http_sf_read(struct ct_span value);

/* The next member of a List; false at the end and on failure (reader->failed tells). */
bool ct_http_sf_list_next(struct ct_sf_reader *reader, struct ct_sf_member *member);
/* The next member of a Dictionary, with its key. Of equal keys the last one counts. */
bool ct_http_sf_dict_next(struct ct_sf_reader *reader, struct ct_sf_member *member);
/* The whole value as one Item with parameters. */
bool ct_http_sf_item(struct ct_span value, struct ct_sf_member *member);
/*
 * The next item of an inner list; *rest starts as item.text. member->item is never an inner
 * list. Only for spans that this reader gave: they are valid.
 */
bool ct_http_sf_inner_next(struct ct_span *rest, struct ct_sf_member *member);
/* The next parameter; *params starts as member.params. Of equal keys the last one counts. */
bool ct_http_sf_param_next(struct ct_span *params, struct ct_sf_param *param);
/* The parameter that counts for a key (lower case); false when there is none. */
bool ct_http_sf_param_find(struct ct_span params, const char *key, struct ct_sf_item *item);

/* Whether the whole value is a valid List, or Dictionary. An empty value is valid. */
bool ct_http_sf_list_valid(struct ct_span value);
bool ct_http_sf_dict_valid(struct ct_span value);

/*
 * The text of a Token, String or Display String with escapes undone, at most size octets, not
 * terminated. Returns the octets written; what does not fit is cut.
 */
size_t ct_http_sf_copy(const struct ct_sf_item *item, char *out, size_t size);

#endif
