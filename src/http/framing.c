/* SPDX-License-Identifier: Apache-2.0 */
#include "http/framing.h"

#include "base/number.h"
#include "base/span.h"
#include "http/token.h"

/* No body is longer; keeps sums of offsets far from overflow. */
#define LENGTH_LIMIT (UINT64_C(1) << 62)

/*
 * Equal values repeated are one value (RFC 9110 section 8.6). Of different ones the last
 * counts, as in Wireshark, which overwrites what an earlier line said; a value that is no
 * number is passed over.
 */
void ct_http_framing_length(struct ct_framing *framing, struct ct_span value)
{
    struct ct_span element;
    while (ct_http_list_next(&value, &element)) {
        uint64_t length = 0;
        if (!ct_base_parse_u64(element, &length) || length >= LENGTH_LIMIT) {
            framing->conflict = true;
            continue;
        }
        if (framing->has_length && framing->content_length != length) {
            framing->conflict = true;
        }
        framing->has_length = true;
        framing->content_length = length;
    }
}

/* "identity" was a coding of RFC 2616 and changes nothing. */
void ct_http_framing_coding(struct ct_framing *framing, struct ct_span value)
{
    struct ct_span element;
    while (ct_http_list_next(&value, &element)) {
        if (element.n == 0 || ct_span_equal_nocase(element, "identity")) {
            continue;
        }
        framing->has_coding = true;
        framing->chunked = ct_span_equal_nocase(element, "chunked");
    }
}

void ct_http_framing_upgrade(struct ct_framing *framing, struct ct_span value)
{
    struct ct_span element;
    while (ct_http_list_next(&value, &element)) {
        if (ct_span_equal_nocase(element, "websocket")) {
            framing->protocol = CT_PROTO_WEBSOCKET;
        } else if (ct_span_equal_nocase(element, "h2c")) {
            framing->protocol = CT_PROTO_HTTP2;
        } else if (framing->protocol == CT_PROTO_NONE && element.n > 0) {
            framing->protocol = CT_PROTO_UPGRADE;
        }
    }
}

void ct_http_framing_connection(struct ct_framing *framing, struct ct_span value)
{
    framing->upgrade = framing->upgrade || ct_http_list_has(value, "upgrade");
}

/* Transfer-Encoding overrides Content-Length (RFC 9112 section 6.3 item 3). */
static bool is_chunked(struct ct_framing *framing)
{
    if (framing->has_coding && framing->has_length) {
        framing->conflict = true;
    }
    return framing->has_coding && framing->chunked;
}

enum ct_body ct_http_framing_request(struct ct_framing *framing)
{
    if (is_chunked(framing)) {
        return CT_BODY_CHUNKED;
    }
    if (framing->has_coding) {
        framing->conflict = true; /* length not known: RFC 9112 section 6.3 item 4 */
    }
    return framing->has_length && framing->content_length > 0 ? CT_BODY_LENGTH : CT_BODY_NONE;
}

enum ct_body ct_http_framing_response(struct ct_framing *framing, uint16_t status,
                                      enum ct_method_class method)
{
    /* RFC 9112 section 6.3 items 1 and 2 */
    if (method == CT_METHOD_HEAD || status / 100 == 1 || status == 204 || status == 304) {
        return CT_BODY_NONE;
    }
    if (is_chunked(framing)) {
        return CT_BODY_CHUNKED;
    }
    if (framing->has_coding || !framing->has_length) {
        return CT_BODY_CLOSE; /* items 4 and 8 */
    }
    return framing->content_length > 0 ? CT_BODY_LENGTH : CT_BODY_NONE;
}
