/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where does the next message begin, after a hole? Candidates are
 *   - offsets that the other side named: a client that does not pipeline sends a request
 *     when it has received exactly the whole of the earlier response, and its acknowledgement
 *     says so; the same for what a server had received when it answered,
 *   - starts of captured segments,
 *   - where pipelining was seen, starts of lines.
 * A candidate counts only when a whole plausible start line of HTTP/1.x stands there.
 */
#include "base/span.h"
#include "http/read.h"

/* The least offset in [from, to) that the other side named; to when there is none. */
static uint64_t named_offset(const struct ct_http_conn *conn, enum ct_dir dir, uint64_t from,
                             uint64_t to)
{
    uint64_t least = to;
    const struct ct_msg *last = conn->queue[dir == CT_DIR_RESP ? CT_DIR_ORIG : CT_DIR_RESP];
    if (dir == CT_DIR_ORIG && conn->server_received >= from && conn->server_received < least) {
        least = conn->server_received;
    }
    for (const struct ct_msg *msg = last; msg != NULL;) {
        if (msg->marker == 0 && msg->peer_offset >= from && msg->peer_offset < least) {
            least = msg->peer_offset;
        }
        msg = msg->next != last ? msg->next : NULL;
    }
    return least;
}

bool ct_http_resync_exact(const struct ct_http_conn *conn, enum ct_dir dir, uint64_t offset)
{
    return offset > 0 && named_offset(conn, dir, offset, offset + 1) == offset;
}

/* The next candidate at or after the reader's offset, or the end of the data. */
static uint64_t next_candidate(const struct ct_http_conn *conn, const struct ct_input *in)
{
    uint64_t offset = conn->dir[in->dir].offset;
    uint64_t end = offset + in->rest.n;
    uint64_t from = in->tested > offset ? in->tested : offset;
    if (from >= end) {
        return end;
    }
    if (in->segment_start && from == in->start) {
        return from;
    }
    uint64_t best = named_offset(conn, in->dir, from, end);
    if (conn->pipelined) {
        size_t at = (size_t)(from - offset);
        size_t skip = at > 0 ? at - 1 : 0;
        const uint8_t *lf = memchr(in->rest.p + skip, '\n', in->rest.n - skip);
        uint64_t line = lf != NULL ? offset + (uint64_t)(lf - in->rest.p) + 1 : end;
        best = line >= from && line < best ? line : best;
    }
    return best;
}

bool ct_http_resync_accepts(const struct ct_msg *msg, const struct ct_line_view *view)
{
    enum ct_dir dir = (enum ct_dir)msg->dir;
    if (!msg->exact) {
        return ct_http_start_strict(dir, view);
    }
    struct ct_start_line line =
        dir == CT_DIR_ORIG ? ct_http_start_request(view) : ct_http_start_status(view);
    return line.kind == CT_LINE_HTTP && line.version_major == 1;
}

/* Whether a whole plausible start line stands at the reader's offset. */
static bool is_whole_line(const struct ct_input *in)
{
    const uint8_t *lf = memchr(in->rest.p, '\n', in->rest.n);
    if (lf == NULL) {
        return false;
    }
    struct ct_span line = {in->rest.p, (size_t)(lf - in->rest.p)};
    line.n -= line.n > 0 && line.p[line.n - 1] == '\r' ? 1 : 0;
    struct ct_line_view view = {line, line, line.n};
    return ct_http_start_strict(in->dir, &view);
}

bool ct_http_resync_better(const struct ct_http_conn *conn, const struct ct_input *in)
{
    const struct ct_dir_reader *dir = &conn->dir[in->dir];
    return !dir->msg->exact && in->segment_start && dir->offset == in->start &&
           (is_whole_line(in) || ct_http_resync_exact(conn, in->dir, dir->offset));
}

/* Judges the candidate at the reader's offset. */
static void judge(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    bool exact = ct_http_resync_exact(conn, in->dir, dir->offset);
    bool possible = exact || memchr(in->rest.p, '\n', in->rest.n) == NULL
                        ? ct_http_start_possible(in->dir, in->rest, !exact)
                        : is_whole_line(in);
    if (possible && ct_http_read_begin(conn, in, true)) {
        dir->msg->exact = exact;
    }
}

size_t ct_http_resync_step(struct ct_http_conn *conn, struct ct_input *in)
{
    struct ct_dir_reader *dir = &conn->dir[in->dir];
    uint64_t candidate = next_candidate(conn, in);
    if (candidate > dir->offset) {
        size_t n = (size_t)(candidate - dir->offset);
        conn->http->counters.resync_bytes += n;
        return n;
    }
    in->tested = candidate + 1;
    judge(conn, in);
    return 0;
}
