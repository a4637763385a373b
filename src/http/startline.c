/* SPDX-License-Identifier: Apache-2.0 */
#include "http/startline.h"

#include "base/span.h"
#include "http/token.h"

#define METHOD_MAX 48

static const struct ct_start_line bad_line = {.kind = CT_LINE_BAD};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* NAME/digit.digit at the end of text: the length of it, 0 when there is none. */
static size_t version_length(struct ct_span text, const char *name)
{
    size_t n = strlen(name) + 3;
    if (text.n < n) {
        return 0;
    }
    struct ct_span last = ct_span_slice(text, text.n - n, text.n);
    if (!ct_span_starts_with(last, name) || !ct_http_is_digit(last.p[n - 3]) ||
        last.p[n - 2] != '.' || !ct_http_is_digit(last.p[n - 1])) {
        return 0;
    }
    return n;
}

static const struct {
    const char *name;
    enum ct_line_kind kind;
} protocols[] = {
    {"HTTP/", CT_LINE_HTTP},
    {"SIP/", CT_LINE_SIP},
    {"RTSP/", CT_LINE_RTSP},
    {"ICAP/", CT_LINE_ICAP},
};

static enum ct_method_class class_of(struct ct_span method)
{
    if (ct_span_equal(method, ct_span_of("HEAD"))) {
        return CT_METHOD_HEAD;
    }
    if (ct_span_equal(method, ct_span_of("CONNECT"))) {
        return CT_METHOD_CONNECT;
    }
    return CT_METHOD_OTHER;
}

/* Method and the blanks after it; false when the line does not begin so. */
static bool read_method(struct ct_span head, struct ct_start_line *line)
{
    size_t n = 0;
    while (n < head.n && n <= METHOD_MAX && ct_http_is_tchar(head.p[n])) {
        n++;
    }
    if (n == 0 || n > METHOD_MAX || n == head.n || head.p[n] != ' ') {
        return false;
    }
    size_t at = n;
    while (at < head.n && head.p[at] == ' ') {
        at++;
    }
    line->method_length = (uint32_t)n;
    line->text_offset = (uint32_t)at;
    line->method = class_of(ct_span_slice(head, 0, n));
    return true;
}

/* Version at the end of a request line; sets the target's length. */
static void read_version(const struct ct_line_view *view, struct ct_start_line *line)
{
    struct ct_span tail = view->tail;
    uint64_t end = view->length;
    while (tail.n > 0 && is_blank(tail.p[tail.n - 1])) {
        tail.n--;
        end--;
    }
    line->kind = CT_LINE_HTTP09;
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        size_t n = version_length(tail, protocols[i].name);
        if (n == 0 || n == tail.n || !is_blank(tail.p[tail.n - n - 1])) {
            continue;
        }
        line->kind = protocols[i].kind;
        line->version_major = (uint8_t)(tail.p[tail.n - 3] - '0');
        line->version_minor = (uint8_t)(tail.p[tail.n - 1] - '0');
        tail.n -= n;
        end -= n;
        while (tail.n > 0 && is_blank(tail.p[tail.n - 1])) {
            tail.n--;
            end--;
        }
        break;
    }
    line->text_length = end > line->text_offset ? end - line->text_offset : 0;
}

struct ct_start_line ct_http_start_request(const struct ct_line_view *view)
{
    struct ct_start_line line = {0};
    if (!read_method(view->head, &line)) {
        return bad_line;
    }
    read_version(view, &line);
    if (line.text_length == 0) {
        return bad_line;
    }
    if (line.kind == CT_LINE_HTTP && line.version_major == 2 &&
        ct_span_starts_with(view->head, "PRI * ")) {
        line.kind = CT_LINE_HTTP2;
    }
    return line;
}

/* Protocol and version in front of a status line; the octets of it, 0 when it is none. */
static size_t read_status_version(struct ct_span head, struct ct_start_line *line)
{
    /* ICY is what SHOUTcast servers answer to an HTTP request. */
    if (ct_span_starts_with(head, "ICY ")) {
        line->version_major = 1;
        return 3;
    }
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        size_t n = strlen(protocols[i].name) + 3;
        if (head.n >= n && version_length(ct_span_slice(head, 0, n), protocols[i].name) == n) {
            line->kind = protocols[i].kind;
            line->version_major = (uint8_t)(head.p[n - 3] - '0');
            line->version_minor = (uint8_t)(head.p[n - 1] - '0');
            return n;
        }
    }
    return 0;
}

struct ct_start_line ct_http_start_status(const struct ct_line_view *view)
{
    struct ct_start_line line = {.kind = CT_LINE_HTTP};
    struct ct_span head = view->head;
    size_t at = read_status_version(head, &line);
    if (at == 0 || at >= head.n || !is_blank(head.p[at])) {
        return bad_line;
    }
    while (at < head.n && is_blank(head.p[at])) {
        at++;
    }
    if (head.n - at < 3 || !ct_http_is_digit(head.p[at]) || !ct_http_is_digit(head.p[at + 1]) ||
        !ct_http_is_digit(head.p[at + 2])) {
        return bad_line;
    }
    line.status =
        (uint16_t)((head.p[at] - '0') * 100 + (head.p[at + 1] - '0') * 10 + (head.p[at + 2] - '0'));
    at += 3;
    if (line.status < 100 || (at < head.n && !is_blank(head.p[at]))) {
        return bad_line;
    }
    at += at < head.n ? 1 : 0;
    line.text_offset = (uint32_t)at;
    uint64_t end = view->length;
    for (struct ct_span tail = view->tail; tail.n > 0 && is_blank(tail.p[tail.n - 1]); tail.n--) {
        end--;
    }
    line.text_length = end > at ? end - at : 0;
    return line;
}

/* Where the target ends in a space and (the beginning of) a version, it is all there. */
static void cut_version(struct ct_span head, uint64_t length, struct ct_start_line *line)
{
    struct ct_span name = ct_span_of("HTTP/");
    struct ct_span target = ct_span_slice(head, (size_t)line->text_offset, head.n);
    if (length > head.n || target.n != line->text_length) {
        return; /* not all of it is at hand */
    }
    for (size_t at = target.n; at > 0; at--) {
        struct ct_span rest = ct_span_slice(target, at, target.n);
        size_t n = rest.n < name.n ? rest.n : name.n;
        if (target.p[at - 1] == ' ') {
            line->target_whole = memcmp(rest.p, name.p, n) == 0;
            line->text_length = line->target_whole ? at - 1 : line->text_length;
            return;
        }
    }
}

struct ct_start_line ct_http_start_partial(enum ct_dir dir, struct ct_span head, uint64_t length)
{
    struct ct_start_line line = {.kind = CT_LINE_HTTP};
    if (dir == CT_DIR_RESP) {
        struct ct_line_view view = {head, {head.p, 0}, length};
        line = ct_http_start_status(&view);
        return line.kind == CT_LINE_HTTP ? line : bad_line;
    }
    if (!read_method(head, &line) || length <= line.text_offset) {
        return bad_line;
    }
    line.text_length = length - line.text_offset;
    cut_version(head, length, &line);
    return line;
}

static bool possible_status(struct ct_span head)
{
    struct ct_span icy = ct_span_of("ICY ");
    if (ct_span_equal(ct_span_slice(head, 0, icy.n), ct_span_slice(icy, 0, head.n))) {
        return true;
    }
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        struct ct_span name = ct_span_of(protocols[i].name);
        if (ct_span_equal(ct_span_slice(head, 0, name.n), ct_span_slice(name, 0, head.n))) {
            return true;
        }
    }
    return false;
}

/*
 * Methods that begin a message where one is only supposed to begin: those of the IANA registry
 * and those of caches. After a hole, "T /x" may be the rest of "GET /x".
 */
static bool is_known_method(struct ct_span method)
{
    static const char *const known[] = {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "CONNECT",
        "OPTIONS",
        "TRACE",
        "PATCH",
        "QUERY",
        "PURGE",
        "BAN",
        "REFRESH",
        "PURGEKEY",
        "XKEY",
        "PROPFIND",
        "PROPPATCH",
        "MKCOL",
        "COPY",
        "MOVE",
        "LOCK",
        "UNLOCK",
        "REPORT",
        "SEARCH",
        "MKCALENDAR",
        "MKACTIVITY",
        "CHECKOUT",
        "CHECKIN",
        "MERGE",
        "BIND",
        "UNBIND",
        "REBIND",
        "ACL",
        "LINK",
        "UNLINK",
        "LABEL",
        "UPDATE",
        "UNCHECKOUT",
        "SUBSCRIBE",
        "UNSUBSCRIBE",
        "NOTIFY",
        "M-SEARCH",
        "VERSION-CONTROL",
        "BASELINE-CONTROL",
        "MKWORKSPACE",
        "ORDERPATCH",
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (ct_span_equal(method, ct_span_of(known[i]))) {
            return true;
        }
    }
    return false;
}

static bool is_strict_method(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || c == '-';
}

bool ct_http_start_possible(enum ct_dir dir, struct ct_span head, bool strict)
{
    if (dir == CT_DIR_RESP) {
        return possible_status(head);
    }
    size_t n = 0;
    while (n < head.n && (strict ? is_strict_method(head.p[n]) : ct_http_is_tchar(head.p[n]))) {
        n++;
    }
    return n <= METHOD_MAX && (n == head.n || (n > 0 && head.p[n] == ' '));
}

/* origin-form, absolute-form, asterisk-form or authority-form (RFC 9112 section 3.2) */
static bool plausible_target(struct ct_span text, enum ct_method_class method)
{
    if (method == CT_METHOD_CONNECT) {
        return memchr(text.p, ':', text.n) != NULL;
    }
    return text.p[0] == '/' || text.p[0] == '*' || ct_span_starts_with(text, "http://") ||
           ct_span_starts_with(text, "https://");
}

static bool strict_request(struct ct_span head, const struct ct_start_line *line)
{
    return line->text_offset < head.n &&
           is_known_method(ct_span_slice(head, 0, line->method_length)) &&
           plausible_target(ct_span_slice(head, line->text_offset, head.n), line->method);
}

static bool strict_status(struct ct_span head, const struct ct_start_line *line)
{
    return line->kind == CT_LINE_HTTP && line->version_major == 1 && line->status < 600 &&
           ct_span_starts_with(head, "HTTP/1.");
}

bool ct_http_start_strict(enum ct_dir dir, const struct ct_line_view *view)
{
    if (dir == CT_DIR_RESP) {
        struct ct_start_line line = ct_http_start_status(view);
        return strict_status(view->head, &line);
    }
    struct ct_start_line line = ct_http_start_request(view);
    return line.kind == CT_LINE_HTTP && line.version_major == 1 &&
           strict_request(view->head, &line);
}

bool ct_http_start_partial_strict(enum ct_dir dir, struct ct_span head, uint64_t length)
{
    struct ct_start_line line = ct_http_start_partial(dir, head, length);
    if (line.kind == CT_LINE_BAD) {
        return false;
    }
    return dir == CT_DIR_RESP ? strict_status(head, &line) : strict_request(head, &line);
}
