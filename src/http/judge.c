/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairing. Two queues, in stream order: requests that wait, responses that wait. Responses
 * answer requests in order (RFC 9112 section 9.3), so while nothing was lost the heads belong
 * together, whatever acknowledgement numbers say.
 *
 * A loss is a mark on the message that follows it (msg->loss): before it, whole messages may
 * be missing. Let the response w begin at offset X, its sender having received the request
 * stream up to A; let request i begin at S(i), its sender having received the response stream
 * up to P(i). Then
 *   - w cannot answer i where P(i) > X: what answers i comes after all that was received
 *     when i was sent;
 *   - w cannot answer i where A <= S(i): the server had not received i's first octet.
 * For a client that does not pipeline, where request i ends at E(i),
 *   - w does not answer i where A > E(i): the client had sent more, so it had its answer;
 *   - P(i) == X is proof: it had received exactly the responses before X when it sent i;
 *   - A == E(i) is proof: the server had received exactly the requests up to i.
 * These three are not used once the client was seen to pipeline (two requests with nothing
 * received between, or a request sent in the middle of the response before it). What is left
 * is a run of the queue, the candidates. Then
 *   - one candidate that is proven so, and no second one, is the answer;
 *   - a single candidate is it where no request was lost and A shows that none is to come;
 *   - where the client pipelines, counting can prove it. A hole right after the end of a
 *     response took at least the next one. So where n candidates have k responses that follow
 *     w without loss, w included, and k is n - 1, they answer the last k in order. While more may
 * come, w waits: a hole that took nothing but an interim response shows by one response too many.
 * Requests before a proven one are unanswered: their responses lie in the hole. A response
 * without candidates answers a lost request, or none, and stands alone. Where A shows
 * request octets that the capture has not delivered yet (a hole that is still waited for),
 * nothing is decided until they come or are given up. Otherwise the order is unknown: the
 * response is listed alone, its candidates stay until one of them is proven for another
 * response or the connection ends, and the next response counts as following a loss.
 *
 * At the start of a capture in the middle of a connection the same holds, except that
 * requests without known P are paired in order: a client that does not pipeline cannot have
 * sent its next request before the response that the capture begins with.
 */
#include "http/judge.h"

/* Whether w is known not to answer request r. */
bool ct_http_judge_excluded(const struct ct_msg *r, const struct ct_msg *w)
{
    return (r->peer_offset != 0 && r->peer_offset > w->start) ||
           (w->peer_offset != 0 && w->peer_offset <= r->start);
}

static bool is_proven(const struct ct_msg *r, const struct ct_msg *w)
{
    return (r->peer_offset != 0 && r->peer_offset == w->start) ||
           (r->facts.complete && r->end == w->peer_offset);
}

/* The server had received more than r when it answered: the client had its response to r. */
static bool is_overtaken(const struct ct_http_conn *conn, const struct ct_msg *r,
                         const struct ct_msg *w)
{
    return !conn->pipelined && r->marker == 0 && r->facts.complete && w->peer_offset > r->end;
}

/* Request octets that the server had and the capture has not shown yet. */
static bool more_to_come(const struct ct_http_conn *conn, const struct ct_msg *w)
{
    const struct ct_dir_reader *orig = &conn->dir[CT_DIR_ORIG];
    return !conn->closing && orig->state != CT_STATE_DONE && w->peer_offset > orig->offset &&
           conn->n_queued[CT_DIR_RESP] <= conn->http->limits.pending_requests;
}

/* Responses from w on without loss that no request after the candidates can have asked for. */
static size_t count_responses(const struct ct_http_conn *conn, const struct ct_msg *w,
                              const struct ct_msg *after, bool *more)
{
    const struct ct_msg *x = w;
    size_t n = 0;
    while (x != NULL && (x == w || x->loss == CT_LOSS_NONE) &&
           (after == NULL || after->peer_offset > x->start)) {
        if (more_to_come(conn, x)) {
            *more = true; /* it may answer a request that is not here yet */
            return 0;
        }
        n++;
        x = ct_http_queue_after(conn, x);
    }
    *more = x == NULL && !conn->closing && conn->dir[CT_DIR_RESP].next_loss == CT_LOSS_NONE &&
            conn->n_queued[CT_DIR_RESP] <= conn->http->limits.pending_requests;
    return n;
}

/* n candidates from first on, none lost, of which the hole took the response of one at least. */
static enum ct_verdict judge_by_count(const struct ct_http_conn *conn, const struct ct_msg *w,
                                      struct ct_msg *first, size_t n, struct ct_msg **found)
{
    const struct ct_msg *after = first; /* the request that follows the candidates */
    bool more = false;
    for (size_t i = 0; i < n && after != NULL; i++) {
        after = ct_http_queue_after(conn, after);
    }
    size_t k = count_responses(conn, w, after, &more);
    if (k + 1 == n && !more) {
        *found = ct_http_queue_after(conn, first);
        return CT_VERDICT_PAIR;
    }
    return k < n && more ? CT_VERDICT_WAIT : CT_VERDICT_UNKNOWN;
}

/*
 * Responses may be lost before w. *found: the request that it answers, or the first one that
 * is not overtaken (NULL: none).
 */
static enum ct_verdict judge_lost_response(const struct ct_http_conn *conn, const struct ct_msg *w,
                                           struct ct_msg **found)
{
    size_t n = 0;
    size_t n_exact = 0;
    struct ct_msg *exact = NULL;
    if (more_to_come(conn, w)) {
        return CT_VERDICT_WAIT;
    }
    struct ct_msg *r = ct_http_queue_head(conn, CT_DIR_ORIG);
    uint8_t loss = CT_LOSS_NONE;
    while (r != NULL && is_overtaken(conn, r, w)) {
        loss = r->loss > loss ? r->loss : loss;
        r = ct_http_queue_after(conn, r);
    }
    struct ct_msg *first = r;
    *found = first;
    for (; r != NULL && !ct_http_judge_excluded(r, w); r = ct_http_queue_after(conn, r)) {
        n++;
        loss = r->loss > loss ? r->loss : loss;
        if (is_proven(r, w)) {
            n_exact++;
            exact = r;
        }
    }
    uint8_t loss_after = r != NULL ? r->loss : conn->dir[CT_DIR_ORIG].next_loss;
    loss = loss_after > loss ? loss_after : loss;
    if (n == 0) {
        return CT_VERDICT_ALONE;
    }
    if (n_exact == 1 && !conn->pipelined) {
        *found = exact;
        return CT_VERDICT_PAIR;
    }
    if (w->loss == CT_LOSS_START && loss <= CT_LOSS_START && first->peer_offset == 0) {
        return CT_VERDICT_PAIR;
    }
    if (n == 1 && loss == CT_LOSS_NONE) {
        return CT_VERDICT_PAIR;
    }
    bool countable = conn->pipelined && loss == CT_LOSS_NONE && w->loss == CT_LOSS_MESSAGE;
    return countable ? judge_by_count(conn, w, first, n, found) : CT_VERDICT_UNKNOWN;
}

/* Requests may be lost before r, the head of the queue; no response is. */
static enum ct_verdict judge_lost_request(const struct ct_http_conn *conn, const struct ct_msg *w,
                                          struct ct_msg **found)
{
    const struct ct_msg *r = *found;
    const struct ct_msg *second = ct_http_queue_after(conn, r);
    if (more_to_come(conn, w)) {
        return CT_VERDICT_WAIT;
    }
    if (ct_http_judge_excluded(r, w) || r->loss == CT_LOSS_MESSAGE) {
        return CT_VERDICT_ALONE;
    }
    if (r->loss == CT_LOSS_START && r->peer_offset == 0) {
        return CT_VERDICT_PAIR;
    }
    if (is_overtaken(conn, r, w)) {
        return judge_lost_response(conn, w, found);
    }
    if (is_proven(r, w) && !conn->pipelined && (second == NULL || !is_proven(second, w))) {
        return CT_VERDICT_PAIR;
    }
    return CT_VERDICT_UNKNOWN;
}

/* The body that w had, or had not, is not that of an answer to r. */
static bool contradicts(const struct ct_msg *r, const struct ct_msg *w)
{
    return w->method_class != CT_METHOD_UNKNOWN &&
           (w->method_class == CT_METHOD_HEAD) != (r->method_class == CT_METHOD_HEAD);
}

static enum ct_verdict judge_lost(const struct ct_http_conn *conn, const struct ct_msg *w,
                                  struct ct_msg **found)
{
    enum ct_verdict verdict = w->loss != CT_LOSS_NONE ? judge_lost_response(conn, w, found)
                                                      : judge_lost_request(conn, w, found);
    return verdict == CT_VERDICT_PAIR && contradicts(*found, w) ? CT_VERDICT_UNKNOWN : verdict;
}

enum ct_verdict ct_http_judge(const struct ct_http_conn *conn, const struct ct_msg *w,
                              struct ct_msg **found)
{
    struct ct_msg *r = ct_http_queue_head(conn, CT_DIR_ORIG);
    *found = r;
    if (r == NULL) {
        return more_to_come(conn, w) ? CT_VERDICT_WAIT : CT_VERDICT_ALONE;
    }
    if (r->marker > 0) {
        return CT_VERDICT_UNLISTED;
    }
    if (w->loss != CT_LOSS_NONE || r->loss != CT_LOSS_NONE) {
        return judge_lost(conn, w, found);
    }
    return CT_VERDICT_PAIR;
}
