/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Request lines and status lines (RFC 9112 sections 3 and 4), read by hand: the method may be
 * any token (BAN and REFRESH are real on caches), targets and reason phrases are what the
 * wire says, and the same judgement finds the next message after a hole.
 *
 * A line may be longer than what is kept: judged are its first and its last octets.
 */
#ifndef CACHETAP_HTTP_STARTLINE_H
#define CACHETAP_HTTP_STARTLINE_H

#include "cachetap/consumer.h"

#define CT_LINE_HEAD 64 /* octets that hold the method and the blank after it */
#define CT_LINE_TAIL 32 /* octets that hold the version and blanks around it */

enum ct_line_kind {
    CT_LINE_HTTP,
    CT_LINE_HTTP09, /* request without version */
    CT_LINE_SIP,
    CT_LINE_RTSP,
    CT_LINE_ICAP,
    CT_LINE_HTTP2, /* preface of HTTP/2 */
    CT_LINE_BAD,
};

/* How a method changes the framing of its response (RFC 9112 section 6.3). */
enum ct_method_class {
    CT_METHOD_UNKNOWN, /* request not seen */
    CT_METHOD_OTHER,
    CT_METHOD_HEAD,
    CT_METHOD_CONNECT,
};

/* A line without its end, or what is at hand of it. */
struct ct_line_view {
    struct ct_span head; /* its first octets: all of them, or at least CT_LINE_HEAD */
    struct ct_span tail; /* its last octets: all of them, or at least CT_LINE_TAIL */
    uint64_t length;     /* octets in all */
};

/* Offsets count from the start of the line. */
struct ct_start_line {
    enum ct_line_kind kind;
    enum ct_method_class method;
    uint8_t version_major;
    uint8_t version_minor;
    uint16_t status;
    uint32_t method_length;
    uint32_t text_offset; /* of the target or the reason phrase */
    uint64_t text_length;
    bool target_whole; /* of a line whose end is not known */
};

struct ct_start_line ct_http_start_request(const struct ct_line_view *view);
struct ct_start_line ct_http_start_status(const struct ct_line_view *view);
/*
 * What a line says whose end is not known: method and beginning of the target, or status.
 * kind is BAD where that is not there.
 */
struct ct_start_line ct_http_start_partial(enum ct_dir dir, struct ct_span head, uint64_t length);
/* The same where a message is only supposed to begin. */
bool ct_http_start_partial_strict(enum ct_dir dir, struct ct_span head, uint64_t length);

/*
 * Whether a start line of dir can begin with these octets, which hold no line end. strict:
 * one that ct_http_start_strict would take.
 */
bool ct_http_start_possible(enum ct_dir dir, struct ct_span head, bool strict);
/*
 * Stricter, for places where a message is only supposed to begin: known method, HTTP/1.x,
 * plausible target. view is of a whole line without its end.
 */
bool ct_http_start_strict(enum ct_dir dir, const struct ct_line_view *view);

#endif
