/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detect: what a direction is, from its first octets. An answer without *more is final: no
 * further octets could change it, so the answer does not depend on how the octets were cut
 * into segments. A request line longer than CT_DETECT_MAX is taken on trust; the reader of
 * the protocol checks it and may reject it.
 */
#include "cachetap/stream.h"

#include "base/span.h"
#include "stream/detect.h"

#define LEADING_CRLF_MAX 4  /* octets of empty lines before a message, RFC 9112 section 2.2 */
#define METHOD_MAX       32 /* the longest registered method has 17 characters */
#define GUESS_MIN        7  /* octets of an opening that make a guess ("HTTP/1.") */
#define TLS_RECORD_HEAD  5
#define TLS_LENGTH_MAX   (16384 + 2048) /* RFC 5246 section 6.2.3 */

enum match {
    MATCH_NO,
    MATCH_MORE,
    MATCH_YES,
};

/* proto is the best guess while match is MATCH_MORE. */
struct finding {
    enum match match;
    enum ct_proto proto;
    bool is_request;
};

static const struct finding nothing = {MATCH_NO, CT_PROTO_UNKNOWN, false};

/* Fixed beginnings; '#' stands for a digit. */
static const struct opening {
    const char *pattern;
    enum ct_proto proto;
    bool is_request;
} openings[] = {
    {"HTTP/1.# #", CT_PROTO_HTTP1, false}, {"PRI * HTTP/2.0\r\n\r\nSM", CT_PROTO_HTTP2, true},
    {"SIP/2.0 #", CT_PROTO_SIP, false},    {"RTSP/#.# #", CT_PROTO_RTSP, false},
    {"ICAP/1.# #", CT_PROTO_ICAP, false},  {"SSH-", CT_PROTO_SSH, false},
    {"220 ", CT_PROTO_SMTP, false},        {"220-", CT_PROTO_SMTP, false},
};

/* Versions at the end of a request line. */
static const struct version {
    const char *pattern;
    enum ct_proto proto;
} versions[] = {
    {"HTTP/1.#", CT_PROTO_HTTP1},
    {"SIP/2.0", CT_PROTO_SIP},
    {"RTSP/#.#", CT_PROTO_RTSP},
    {"ICAP/1.#", CT_PROTO_ICAP},
};

/* Schemes of targets that tell the protocol before the version is seen. */
static const struct scheme {
    const char *text;
    enum ct_proto proto;
} schemes[] = {
    {"/", CT_PROTO_HTTP1},         {"http://", CT_PROTO_HTTP1}, {"https://", CT_PROTO_HTTP1},
    {"sip:", CT_PROTO_SIP},        {"sips:", CT_PROTO_SIP},     {"rtsp://", CT_PROTO_RTSP},
    {"rtspu://", CT_PROTO_RTSP},   {"icap://", CT_PROTO_ICAP},  {"icaps://", CT_PROTO_ICAP},
    {"* HTTP/1.", CT_PROTO_HTTP1}, {"* RTSP/", CT_PROTO_RTSP},
};

#define N_OF(table) (sizeof(table) / sizeof(table)[0])

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* How many octets of text fit the pattern, from its start. */
static size_t fitting(struct ct_span text, const char *pattern)
{
    size_t i = 0;
    while (i < text.n && pattern[i] != '\0' &&
           (pattern[i] == '#' ? is_digit(text.p[i]) : text.p[i] == (uint8_t)pattern[i])) {
        i++;
    }
    return i;
}

static enum match match_pattern(struct ct_span text, const char *pattern)
{
    size_t n = fitting(text, pattern);
    if (pattern[n] == '\0') {
        return MATCH_YES;
    }
    return n == text.n ? MATCH_MORE : MATCH_NO;
}

static struct finding find_opening(struct ct_span head)
{
    struct finding best = nothing;
    for (size_t i = 0; i < N_OF(openings); i++) {
        const struct opening *o = &openings[i];
        enum match match = match_pattern(head, o->pattern);
        if (match == MATCH_YES) {
            return (struct finding){match, o->proto, o->is_request};
        }
        if (match == MATCH_MORE) {
            best.match = MATCH_MORE;
            if (head.n >= GUESS_MIN) {
                best.proto = o->proto;
                best.is_request = o->is_request;
            }
        }
    }
    return best;
}

/* Types of messages that a TLS handshake may begin with, RFC 8446 section 4 and before. */
static bool is_handshake_type(uint8_t type)
{
    return type <= 2 || (type >= 4 && type <= 6) || type == 8 || (type >= 11 && type <= 16) ||
           (type >= 20 && type <= 25);
}

/* A TLS record, RFC 8446 section 5.1 (SSL 3.0 to TLS 1.3). */
static struct finding find_tls(struct ct_span head)
{
    const uint8_t *p = head.p;
    bool is_handshake = head.n > 0 && p[0] == 22;
    if ((head.n > 0 && (p[0] < 20 || p[0] > 24)) || (head.n > 1 && p[1] != 3) ||
        (head.n > 2 && p[2] > 4)) {
        return nothing;
    }
    if (head.n < TLS_RECORD_HEAD) {
        return (struct finding){MATCH_MORE, CT_PROTO_UNKNOWN, false};
    }
    uint16_t length = ct_read_be16(p + 3);
    if (length == 0 || length > TLS_LENGTH_MAX || (is_handshake && length < 4) ||
        (p[0] == 20 && length != 1)) {
        return nothing;
    }
    if (!is_handshake) {
        return (struct finding){MATCH_YES, CT_PROTO_TLS, false};
    }
    if (head.n == TLS_RECORD_HEAD) {
        return (struct finding){MATCH_MORE, CT_PROTO_TLS, false};
    }
    return is_handshake_type(p[5]) ? (struct finding){MATCH_YES, CT_PROTO_TLS, p[5] == 1} : nothing;
}

/* A ClientHello in the form of SSL 2.0, RFC 5246 appendix E.2: its lengths must add up. */
static struct finding find_ssl2(struct ct_span head)
{
    const uint8_t *p = head.p;
    if ((head.n > 0 && (p[0] & 0x80u) == 0) || (head.n > 2 && p[2] != 1) ||
        (head.n > 3 && p[3] != 3 && p[3] != 0) || (head.n > 4 && p[4] > 3)) {
        return nothing;
    }
    if (head.n < 11) {
        return (struct finding){MATCH_MORE, CT_PROTO_UNKNOWN, true};
    }
    uint32_t length = ct_read_be16(p) & 0x7fffu;
    uint32_t ciphers = ct_read_be16(p + 5);
    uint32_t session = ct_read_be16(p + 7);
    uint32_t challenge = ct_read_be16(p + 9);
    if (ciphers == 0 || ciphers % 3 != 0 || (session != 0 && session != 16) || challenge < 16 ||
        challenge > 32 || length != 9 + ciphers + session + challenge) {
        return nothing;
    }
    return (struct finding){MATCH_YES, CT_PROTO_TLS, true};
}

/* Methods are tokens, RFC 9110 section 9.1: "get" is none that is defined, but is met. */
static bool is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Length of the method at the start, 0 when there is none; head.n when it may go on. */
static size_t method_length(struct ct_span head)
{
    size_t n = 0;
    while (n < head.n &&
           (is_letter(head.p[n]) ||
            (n > 0 && (is_digit(head.p[n]) || head.p[n] == '-' || head.p[n] == '_')))) {
        n++;
    }
    if (n > METHOD_MAX || (n < head.n && (n < 2 || head.p[n] != ' '))) {
        return 0;
    }
    return n;
}

/*
 * The line without its end: LF or CRLF, of which CR alone may be the last octet given.
 * False when CR stands elsewhere. is_clean: there are no control characters in it.
 */
static bool cut_line(struct ct_span text, struct ct_span *line, bool *is_whole, bool *is_clean)
{
    size_t n = 0;
    *is_clean = true;
    while (n < text.n && text.p[n] != '\r' && text.p[n] != '\n') {
        *is_clean = *is_clean && text.p[n] >= ' ' && text.p[n] != 0x7f;
        n++;
    }
    *line = ct_span_slice(text, 0, n);
    bool has_cr = n < text.n && text.p[n] == '\r';
    size_t end = n + (has_cr ? 1 : 0);
    *is_whole = end < text.n && text.p[end] == '\n';
    return *is_whole || end == text.n;
}

/* Part of the line behind its first or last space; empty when there is none. */
static struct ct_span behind_space(struct ct_span line, bool is_last)
{
    size_t found = line.n;
    for (size_t i = 0; i < line.n && (is_last || found == line.n); i++) {
        if (line.p[i] == ' ') {
            found = i;
        }
    }
    return ct_span_slice(line, found + 1, line.n);
}

/* *proto is set when the match is MATCH_YES: the whole text is a version. */
static enum match match_version(struct ct_span text, enum ct_proto *proto)
{
    enum match best = MATCH_NO;
    for (size_t i = 0; i < N_OF(versions); i++) {
        enum match match = match_pattern(text, versions[i].pattern);
        if (match == MATCH_YES && text.n == strlen(versions[i].pattern)) {
            *proto = versions[i].proto;
            return MATCH_YES;
        }
        best = match == MATCH_MORE ? match : best;
    }
    return best;
}

static enum ct_proto scheme_proto(struct ct_span target)
{
    for (size_t i = 0; i < N_OF(schemes); i++) {
        if (ct_span_starts_with(target, schemes[i].text)) {
            return schemes[i].proto;
        }
    }
    return CT_PROTO_UNKNOWN;
}

/* SSDP (UPnP Device Architecture section 1) is HTTP in form; its target is always "*". */
static bool is_ssdp(struct ct_span method, struct ct_span line)
{
    return (ct_span_equal(method, ct_span_of("NOTIFY")) ||
            ct_span_equal(method, ct_span_of("M-SEARCH"))) &&
           ct_span_starts_with(line, "* ");
}

/* A request line of which line, all behind the method, is whole. */
static struct finding judge_whole(struct ct_span method, struct ct_span line)
{
    struct finding found = {MATCH_YES, CT_PROTO_UNKNOWN, true};
    struct ct_span rest = ct_span_trim(line);
    enum match match = match_version(behind_space(rest, true), &found.proto);
    if (match == MATCH_YES) {
        found.proto =
            found.proto == CT_PROTO_HTTP1 && is_ssdp(method, line) ? CT_PROTO_SSDP : found.proto;
        return found;
    }
    /* HTTP/0.9 has one method and no version: RFC 9112 appendix A says that it was so. */
    if (ct_span_equal(method, ct_span_of("GET")) && behind_space(rest, false).n == 0 &&
        scheme_proto(rest) == CT_PROTO_HTTP1) {
        found.proto = CT_PROTO_HTTP09;
        return found;
    }
    return nothing;
}

/* The same while its end is not seen; is_final when it will not be. */
static struct finding judge_part(struct ct_span method, struct ct_span line, bool is_final)
{
    struct finding found = {MATCH_MORE, scheme_proto(line), true};
    if (is_ssdp(method, line)) {
        found.proto = CT_PROTO_SSDP;
    } else if (ct_span_equal(method, ct_span_of("CONNECT"))) {
        found.proto = CT_PROTO_HTTP1; /* authority-form, RFC 9112 section 3.2.3 */
    }
    if (is_final) {
        found.match = found.proto != CT_PROTO_UNKNOWN ? MATCH_YES : MATCH_NO;
    }
    return found;
}

/* Control characters in a target are wrong but met: only the whole line says that it is HTTP. */
static struct finding judge_unclean(struct ct_span method, struct ct_span line, bool is_whole,
                                    bool is_final)
{
    if (scheme_proto(line) != CT_PROTO_HTTP1 || (!is_whole && is_final)) {
        return nothing;
    }
    if (!is_whole) {
        return (struct finding){MATCH_MORE, CT_PROTO_UNKNOWN, true};
    }
    struct finding found = judge_whole(method, line);
    return found.proto == CT_PROTO_HTTP1 ? found : nothing;
}

/*
 * A request line (RFC 9112 section 3) of HTTP or of the protocols made after it. Spaces in
 * the target are wrong but met: they are let pass where the target begins like one.
 */
static struct finding find_request(struct ct_span head, bool is_final)
{
    size_t n = method_length(head);
    if (n == 0) {
        return head.n == 0 ? (struct finding){MATCH_MORE, CT_PROTO_UNKNOWN, true} : nothing;
    }
    if (n == head.n) {
        return (struct finding){MATCH_MORE, CT_PROTO_UNKNOWN, true};
    }
    struct ct_span method = ct_span_slice(head, 0, n);
    struct ct_span text = ct_span_slice(head, n, head.n);
    while (text.n > 0 && text.p[0] == ' ') {
        text = ct_span_slice(text, 1, text.n);
    }
    struct ct_span line;
    bool is_whole = false;
    bool is_clean = false;
    if (!cut_line(text, &line, &is_whole, &is_clean)) {
        return nothing;
    }
    if (!is_clean) {
        return judge_unclean(method, line, is_whole, is_final);
    }
    struct ct_span tail = ct_span_trim(behind_space(line, false));
    enum ct_proto ignored;
    if (tail.n > 0 && scheme_proto(line) == CT_PROTO_UNKNOWN &&
        match_version(tail, &ignored) == MATCH_NO) {
        return nothing; /* three words and no version in their midst */
    }
    return is_whole ? judge_whole(method, line) : judge_part(method, line, is_final);
}

static struct ct_span without_empty_lines(struct ct_span head)
{
    size_t n = 0;
    while (n < head.n && n < LEADING_CRLF_MAX && (head.p[n] == '\r' || head.p[n] == '\n')) {
        n++;
    }
    return ct_span_slice(head, n, head.n);
}

enum ct_proto ct_stream_detect(struct ct_span head, bool *more, bool *is_request)
{
    head = ct_span_slice(head, 0, CT_DETECT_MAX);
    struct ct_span text = without_empty_lines(head);
    const struct finding found[] = {
        find_opening(text),
        find_request(text, head.n == CT_DETECT_MAX),
        find_tls(head),
        find_ssl2(head),
    };
    const struct finding *best = &nothing;
    for (size_t i = 0; i < N_OF(found); i++) {
        bool is_better_guess = found[i].match == MATCH_MORE && best->match != MATCH_YES &&
                               best->proto == CT_PROTO_UNKNOWN;
        if ((found[i].match == MATCH_YES && best->match != MATCH_YES) || is_better_guess) {
            best = &found[i];
        }
    }
    *more = best->match == MATCH_MORE;
    *is_request = best->is_request;
    return best->proto;
}
