/* SPDX-License-Identifier: Apache-2.0 */
/* Characters of RFC 9110 section 5.6.2, and lists of tokens. */
#ifndef CACHETAP_HTTP_TOKEN_H
#define CACHETAP_HTTP_TOKEN_H

#include "cachetap/base.h"

static inline bool ct_http_is_alpha(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ct_http_is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* tchar, RFC 9110 section 5.6.2 */
bool ct_http_is_tchar(uint8_t c);
/* One or more tchar. */
bool ct_http_is_token(struct ct_span text);
/* The next element of a comma-separated list, trimmed, may be empty; false at the end. */
bool ct_http_list_next(struct ct_span *rest, struct ct_span *element);
/* Whether a comma-separated list has the token, without case. */
bool ct_http_list_has(struct ct_span list, const char *token);

#endif
