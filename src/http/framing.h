/* SPDX-License-Identifier: Apache-2.0 */
/* How long a body is: RFC 9112 section 6.3, from the framing fields of one message. */
#ifndef CACHETAP_HTTP_FRAMING_H
#define CACHETAP_HTTP_FRAMING_H

#include "cachetap/consumer.h"
#include "http/startline.h"

enum ct_body {
    CT_BODY_NONE,
    CT_BODY_LENGTH, /* of known length */
    CT_BODY_CHUNKED,
    CT_BODY_CLOSE, /* to the end of the connection */
};

/* What the framing fields of a message said, line by line. */
struct ct_framing {
    uint64_t content_length;
    bool has_length;
    bool has_coding;  /* Transfer-Encoding other than identity */
    bool chunked;     /* the last coding is chunked */
    bool conflict;    /* fields contradict each other or are not valid */
    bool upgrade;     /* Connection has the upgrade token */
    uint8_t protocol; /* enum ct_proto that Upgrade names; CT_PROTO_NONE: no Upgrade field */
};

void ct_http_framing_length(struct ct_framing *framing, struct ct_span value);
void ct_http_framing_coding(struct ct_framing *framing, struct ct_span value);
void ct_http_framing_upgrade(struct ct_framing *framing, struct ct_span value);
void ct_http_framing_connection(struct ct_framing *framing, struct ct_span value);

/* The body of a request; sets framing->conflict where that was decided against a field. */
enum ct_body ct_http_framing_request(struct ct_framing *framing);
/* The body of a final response to a request of the given class. */
enum ct_body ct_http_framing_response(struct ct_framing *framing, uint16_t status,
                                      enum ct_method_class method);

#endif
