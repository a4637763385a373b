/* SPDX-License-Identifier: Apache-2.0 */
#include "http/token.h"

#include "base/span.h"

bool ct_http_is_tchar(uint8_t c)
{
    if (ct_http_is_alpha(c) || ct_http_is_digit(c)) {
        return true;
    }
    switch (c) {
    case '!':
    case '#':
    case '$':
    case '%':
    case '&':
    case '\'':
    case '*':
    case '+':
    case '-':
    case '.':
    case '^':
    case '_':
    case '`':
    case '|':
    case '~':
        return true;
    default:
        return false;
    }
}

bool ct_http_is_token(struct ct_span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (!ct_http_is_tchar(text.p[i])) {
            return false;
        }
    }
    return text.n > 0;
}

bool ct_http_list_next(struct ct_span *rest, struct ct_span *element)
{
    if (rest->n == 0) {
        return false;
    }
    const uint8_t *comma = memchr(rest->p, ',', rest->n);
    size_t n = comma != NULL ? (size_t)(comma - rest->p) : rest->n;
    *element = ct_span_trim((struct ct_span){rest->p, n});
    size_t used = comma != NULL ? n + 1 : n;
    rest->p += used;
    rest->n -= used;
    return true;
}

bool ct_http_list_has(struct ct_span list, const char *token)
{
    struct ct_span element;
    while (ct_http_list_next(&list, &element)) {
        if (ct_span_equal_nocase(element, token)) {
            return true;
        }
    }
    return false;
}
