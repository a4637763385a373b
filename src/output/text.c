/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One aligned line per transaction:
 *
 *   time flow status outcome age ttfb/duration size method host+target [dialect reason] [notes]
 *
 * Time is local, as tcpdump prints it (TZ=UTC for universal time). What has no natural width
 * stands last, so that all before it is aligned. Columns of flow, outcome and method begin at
 * a usual width and grow with what is met. Below NARROW columns the time has whole seconds,
 * the server is shown by its port, the age by its largest unit ("3h"), and duration, dialect
 * and reason are left out. Where a width is
 * given the host, then the target are cut to it, else never.
 */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/span.h"
#include "output/record.h"
#include "output/writer.h"

#define NARROW     120u
#define URI_LEAST  16u /* columns that the host and target are never cut below */
#define HOST_LEAST 6u  /* columns that the host keeps when the target needs room */
#define URI_ENOUGH 40u /* columns that go before dialect and reason */

static const size_t flow_width_most = 47;

void ct_output_text_begin(struct ct_writer *writer)
{
    bool narrow = writer->options.columns != 0 && writer->options.columns < NARROW;
    writer->text = (struct ct_text_state){
        .flow_width = narrow ? 16 : 28,
        .method_width = 4,
        .outcome_width = narrow ? 7 : 11,
        .clock_s = INT64_MIN,
    };
}

bool ct_output_text_is_narrow(const struct ct_writer *writer)
{
    return writer->options.columns != 0 && writer->options.columns < NARROW;
}

/* Local time of day; the calendar is asked once a second. */
void ct_output_text_time(struct ct_writer *writer, int64_t ns)
{
    struct ct_text_state *state = &writer->text;
    int64_t s = 0;
    int64_t us = 0;
    ct_output_split_time(ns, &s, &us);
    if (s != state->clock_s) {
        struct tm parts;
        time_t seconds = (time_t)s;
        if (localtime_r(&seconds, &parts) == NULL ||
            strftime(state->clock, sizeof state->clock, "%H:%M:%S", &parts) == 0) {
            memcpy(state->clock, "--:--:--", sizeof "--:--:--");
        }
        state->clock_s = s;
    }
    ct_output_color(writer, CT_COLOR_DIM);
    ct_output_put(&writer->buf, state->clock);
    if (!ct_output_text_is_narrow(writer)) {
        ct_output_putf(&writer->buf, ".%06" PRId64, us);
    }
    ct_output_color(writer, CT_COLOR_OFF);
    ct_output_put_char(&writer->buf, ' ');
}

/* Ends a cell that begins at from; the column grows with it, up to most. */
void ct_output_text_end_cell(struct ct_writer *writer, size_t from, size_t *width, size_t most)
{
    size_t now = ct_output_width(&writer->buf, from);
    if (now > *width) {
        *width = now < most ? now : most;
    }
    ct_output_pad(&writer->buf, from, *width);
}

static void put_endpoint(struct ct_buf *buf, const struct ct_endpoint *endpoint)
{
    char address[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(endpoint, address);
    ct_output_put(buf, endpoint->family == 6 ? "[" : "");
    ct_output_put(buf, address);
    ct_output_put(buf, endpoint->family == 6 ? "]:" : ":");
    ct_output_put_u64(buf, endpoint->port);
}

void ct_output_text_flow(struct ct_writer *writer, const struct ct_endpoint *orig,
                         const struct ct_endpoint *resp)
{
    struct ct_buf *buf = &writer->buf;
    size_t from = buf->n;
    put_endpoint(buf, orig);
    if (ct_output_text_is_narrow(writer)) {
        ct_output_putf(buf, ">%u", resp->port);
    } else {
        ct_output_put(buf, " > ");
        put_endpoint(buf, resp);
    }
    ct_output_text_end_cell(writer, from, &writer->text.flow_width, flow_width_most);
    ct_output_put_char(buf, ' ');
}

static enum ct_color status_color(uint16_t status)
{
    if (status >= 500) {
        return CT_COLOR_RED;
    }
    return status >= 400 ? CT_COLOR_YELLOW : CT_COLOR_OFF;
}

static void put_outcome(struct ct_writer *writer, const struct ct_txn *txn,
                        const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    if (txn->status != 0) {
        ct_output_color(writer, status_color(txn->status));
        ct_output_put_u64(buf, txn->status);
        ct_output_color(writer, CT_COLOR_OFF);
        ct_output_put_char(buf, ' ');
    } else {
        ct_output_put(buf, "  - ");
    }
    ct_output_color(writer, ct_output_outcome_color(verdict->outcome));
    size_t from = buf->n;
    ct_output_put(buf, ct_cache_outcome_name(verdict->outcome));
    ct_output_text_end_cell(writer, from, &writer->text.outcome_width, SIZE_MAX);
    ct_output_color(writer, CT_COLOR_OFF);
    ct_output_put_char(buf, ' ');
}

static void put_age(struct ct_writer *writer, int64_t age_s)
{
    struct ct_buf *buf = &writer->buf;
    size_t from = buf->n;
    if (age_s < 0) {
        ct_output_put_char(buf, '-');
    } else if (!ct_output_text_is_narrow(writer)) {
        ct_output_putf(buf, "age=%" PRId64, age_s);
    } else if (age_s < 100) {
        ct_output_putf(buf, "%" PRId64 "s", age_s);
    } else if (age_s < 6000) {
        ct_output_putf(buf, "%" PRId64 "m", age_s / 60);
    } else if (age_s < 360000) {
        ct_output_putf(buf, "%" PRId64 "h", age_s / 3600);
    } else {
        ct_output_putf(buf, "%" PRId64 "d", age_s / 86400);
    }
    ct_output_pad_left(buf, from, ct_output_text_is_narrow(writer) ? 4 : 8);
    ct_output_put_char(buf, ' ');
}

static void put_numbers(struct ct_writer *writer, const struct ct_txn *txn)
{
    struct ct_buf *buf = &writer->buf;
    int64_t ns = 0;
    size_t from = buf->n;
    if (ct_output_ttfb(txn, &ns)) {
        ct_output_put_duration(buf, ns);
    } else {
        ct_output_put_char(buf, '-');
    }
    if (!ct_output_text_is_narrow(writer) && ct_output_duration(txn, &ns)) {
        ct_output_put_char(buf, '/');
        ct_output_put_duration(buf, ns);
    }
    ct_output_pad_left(buf, from, ct_output_text_is_narrow(writer) ? 6 : 11);
    ct_output_put_char(buf, ' ');
    from = buf->n;
    if (txn->response.seen) {
        ct_output_put_size(buf, txn->response.body_len);
    } else {
        ct_output_put_char(buf, '-');
    }
    ct_output_pad_left(buf, from, 5);
    ct_output_put_char(buf, ' ');
}

static void put_method(struct ct_writer *writer, const struct ct_txn *txn)
{
    struct ct_buf *buf = &writer->buf;
    size_t from = buf->n;
    if (ct_ref_present(txn->method)) {
        ct_output_put_safe(buf, ct_txn_text(txn, txn->method));
    } else {
        ct_output_put_char(buf, '-');
    }
    ct_output_text_end_cell(writer, from, &writer->text.method_width, 9);
    ct_output_put_char(buf, ' ');
}

/*
 * Host and target; the target alone where it names the host itself. Where they are wider than
 * width (0: no limit) the host is shortened first, then the end of the target.
 */
static void put_uri(struct ct_writer *writer, const struct ct_txn *txn, size_t width)
{
    struct ct_buf *buf = &writer->buf;
    struct ct_span target = ct_txn_text(txn, txn->target);
    const char *mark = writer->options.utf8 ? "\xe2\x80\xa6" : "...";
    size_t from = buf->n;
    if (!ct_ref_present(txn->target)) {
        ct_output_put_char(buf, '-');
        return;
    }
    if (target.n > 0 && (target.p[0] == '/' || target.p[0] == '*')) {
        ct_output_put_safe(buf, ct_txn_text(txn, txn->host));
    }
    size_t host_end = buf->n;
    size_t host = ct_output_width(buf, from);
    ct_output_put_safe(buf, target);
    size_t path = ct_output_width(buf, from) - host;
    if (width == 0 || host + path <= width || buf->failed) {
        return;
    }
    size_t host_room = width > path + HOST_LEAST ? width - path : HOST_LEAST;
    buf->n = host_end;
    ct_output_cut(buf, from, host_room, mark);
    ct_output_put_safe(buf, target);
    ct_output_cut(buf, from, width, mark);
}

/* The notes that change how the line is to be read. */
static void put_marks(struct ct_buf *buf, const struct ct_txn *txn)
{
    static const uint32_t telling = 1u << CT_NOTE_ORDER_UNKNOWN | 1u << CT_NOTE_GAP_IN_HEAD |
                                    1u << CT_NOTE_HEADER_CUT | 1u << CT_NOTE_URI_CUT |
                                    1u << CT_NOTE_LENGTH_CONFLICT | 1u << CT_NOTE_MALFORMED |
                                    1u << CT_NOTE_RESET | 1u << CT_NOTE_TUNNEL;
    if (!txn->response.seen) {
        ct_output_put(buf, " [no response]");
    } else if (!txn->request.seen) {
        ct_output_put(buf, " [no request]");
    } else if (!ct_output_complete(txn)) {
        ct_output_put(buf, " [incomplete]");
    }
    for (int i = 0; i < CT_NOTE_COUNT; i++) {
        if ((txn->notes & telling) >> i & 1u) {
            ct_output_putf(buf, " [%s]", ct_http_note_name((enum ct_note)i));
        }
    }
    if (txn->request.missing + txn->response.missing > 0) {
        ct_output_put(buf, " [");
        ct_output_put_size(buf, txn->request.missing + txn->response.missing);
        ct_output_put(buf, " lost]");
    }
}

static void put_why(struct ct_buf *buf, const struct ct_verdict *verdict)
{
    const char *reason = ct_cache_reason_name(verdict->reason);
    if (verdict->dialect != NULL) {
        ct_output_put_char(buf, ' ');
        ct_output_put(buf, verdict->dialect);
    } else if (verdict->basis != CT_BASIS_NONE) {
        ct_output_put_char(buf, ' ');
        ct_output_put(buf, ct_cache_basis_name(verdict->basis));
    }
    if (reason != NULL) {
        ct_output_put_char(buf, ' ');
        ct_output_put(buf, reason);
    }
}

/*
 * Host and target, cut to the room that is left, and what follows them. Where there is not
 * enough room for both, dialect and reason go first.
 */
static void put_uri_and_tail(struct ct_writer *writer, const struct ct_txn *txn,
                             const struct ct_verdict *verdict, size_t line)
{
    struct ct_buf *tail = &writer->scratch;
    size_t columns = writer->options.columns;
    size_t width = 0;
    tail->n = 0;
    put_marks(tail, txn);
    size_t marks_end = tail->n;
    if (!ct_output_text_is_narrow(writer)) {
        put_why(tail, verdict);
    }
    if (columns != 0) {
        size_t used = ct_output_width(&writer->buf, line);
        size_t room = columns > used ? columns - used : 0;
        size_t uri = (size_t)txn->host.length * ct_ref_present(txn->host) +
                     (size_t)txn->target.length * ct_ref_present(txn->target);
        if (ct_output_width(tail, 0) + (uri < URI_ENOUGH ? uri : URI_ENOUGH) > room) {
            tail->n = marks_end;
        }
        width = ct_output_width(tail, 0);
        width = room > width + URI_LEAST ? room - width : URI_LEAST;
    }
    put_uri(writer, txn, width);
    ct_output_color(writer, CT_COLOR_DIM);
    ct_output_put_bytes(&writer->buf, tail->p, tail->n);
    ct_output_color(writer, CT_COLOR_OFF);
}

void ct_output_text_txn(struct ct_writer *writer, const struct ct_txn *txn,
                        const struct ct_verdict *verdict)
{
    size_t line = writer->buf.n;
    ct_output_text_time(writer, ct_http_txn_ns(txn));
    ct_output_text_flow(writer, &txn->conn.orig, &txn->conn.resp);
    put_outcome(writer, txn, verdict);
    put_age(writer, verdict->age_s);
    put_numbers(writer, txn);
    put_method(writer, txn);
    put_uri_and_tail(writer, txn, verdict, line);
    ct_output_put_char(&writer->buf, '\n');
    if (writer->options.explain) {
        ct_output_text_explain(writer, txn, verdict);
    }
}
