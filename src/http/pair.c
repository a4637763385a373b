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
 *   - a single candidate is it where no request was lost and A shows that none is to come.
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
#include "http/pair.h"

#include "http/emit.h"
#include "http/message.h"

enum verdict {
    VERDICT_WAIT,
    VERDICT_PAIR,
    VERDICT_ALONE,
    VERDICT_UNLISTED, /* answers a request beyond the limit */
    VERDICT_UNKNOWN,
};

static struct ct_msg *head_of(const struct ct_http_conn *conn, enum ct_dir dir)
{
    return conn->queue[dir] != NULL ? conn->queue[dir]->next : NULL;
}

/* The message after msg, or NULL. */
static struct ct_msg *after(const struct ct_http_conn *conn, const struct ct_msg *msg)
{
    return msg != conn->queue[msg->dir] ? msg->next : NULL;
}

static void enqueue(struct ct_http_conn *conn, struct ct_msg *msg)
{
    struct ct_msg *last = conn->queue[msg->dir];
    msg->next = last != NULL ? last->next : msg;
    if (last != NULL) {
        last->next = msg;
    }
    conn->queue[msg->dir] = msg;
    msg->queued = true;
    if (msg->marker == 0) {
        conn->n_queued[msg->dir]++;
    }
}

static struct ct_msg *dequeue(struct ct_http_conn *conn, enum ct_dir dir)
{
    struct ct_msg *last = conn->queue[dir];
    struct ct_msg *head = last->next;
    if (head == last) {
        conn->queue[dir] = NULL;
    } else {
        last->next = head->next;
    }
    head->next = NULL;
    head->queued = false;
    if (head->marker == 0) {
        conn->n_queued[dir]--;
    }
    return head;
}

/* Lists what is settled and has ended. */
static void finish(struct ct_http_conn *conn, struct ct_msg *msg)
{
    if (!msg->ended || msg->queued) {
        return;
    }
    struct ct_msg *request = msg->dir == CT_DIR_ORIG ? msg : msg->peer;
    struct ct_msg *response = msg->dir == CT_DIR_RESP ? msg : msg->peer;
    if (msg->alone || (msg->peer != NULL && msg->peer->ended)) {
        ct_http_emit(conn, request, response);
    }
}

/* What a message of a direction must know of losses before it. */
static void take_loss(struct ct_http_conn *conn, struct ct_msg *msg)
{
    msg->loss = conn->dir[msg->dir].next_loss;
    conn->dir[msg->dir].next_loss = CT_LOSS_NONE;
}

static void set_loss(struct ct_http_conn *conn, struct ct_msg *msg, enum ct_dir dir)
{
    if (msg != NULL) {
        msg->loss = CT_LOSS_HOLE;
    } else {
        conn->dir[dir].next_loss = CT_LOSS_HOLE;
    }
    conn->lossy = true;
}

/* Whether w is known not to answer request r. */
static bool excluded(const struct ct_msg *r, const struct ct_msg *w)
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

/* Runs of unlisted requests cannot be counted off once responses are lost. */
static void dissolve_markers(struct ct_http_conn *conn)
{
    struct ct_msg *last = conn->queue[CT_DIR_ORIG];
    size_t n = 0;
    for (struct ct_msg *msg = last; msg != NULL; msg = msg->next != last ? msg->next : NULL) {
        n++;
    }
    for (; n > 0; n--) {
        struct ct_msg *msg = dequeue(conn, CT_DIR_ORIG);
        if (msg->marker == 0) {
            enqueue(conn, msg);
            continue;
        }
        set_loss(conn, n > 1 ? head_of(conn, CT_DIR_ORIG) : NULL, CT_DIR_ORIG);
        ct_http_msg_free(conn->http, msg);
    }
}

/*
 * Responses may be lost before w. *found: the request that it answers, or the first one that
 * is not overtaken (NULL: none).
 */
static enum verdict judge_lost_response(const struct ct_http_conn *conn, const struct ct_msg *w,
                                        struct ct_msg **found)
{
    size_t n = 0;
    size_t n_exact = 0;
    struct ct_msg *exact = NULL;
    if (more_to_come(conn, w)) {
        return VERDICT_WAIT;
    }
    struct ct_msg *r = head_of(conn, CT_DIR_ORIG);
    uint8_t loss = CT_LOSS_NONE;
    while (r != NULL && is_overtaken(conn, r, w)) {
        loss = r->loss > loss ? r->loss : loss;
        r = after(conn, r);
    }
    struct ct_msg *first = r;
    *found = first;
    for (; r != NULL && !excluded(r, w); r = after(conn, r)) {
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
        return VERDICT_ALONE;
    }
    if (n_exact == 1 && !conn->pipelined) {
        *found = exact;
        return VERDICT_PAIR;
    }
    if (w->loss == CT_LOSS_START && loss <= CT_LOSS_START && first->peer_offset == 0) {
        return VERDICT_PAIR;
    }
    return n == 1 && loss == CT_LOSS_NONE ? VERDICT_PAIR : VERDICT_UNKNOWN;
}

/* Requests may be lost before r, the head of the queue; no response is. */
static enum verdict judge_lost_request(const struct ct_http_conn *conn, const struct ct_msg *w,
                                       struct ct_msg **found)
{
    const struct ct_msg *r = *found;
    const struct ct_msg *second = after(conn, r);
    if (more_to_come(conn, w)) {
        return VERDICT_WAIT;
    }
    if (excluded(r, w) || r->loss == CT_LOSS_MESSAGE) {
        return VERDICT_ALONE;
    }
    if (r->loss == CT_LOSS_START && r->peer_offset == 0) {
        return VERDICT_PAIR;
    }
    if (is_overtaken(conn, r, w)) {
        return judge_lost_response(conn, w, found);
    }
    if (is_proven(r, w) && !conn->pipelined && (second == NULL || !is_proven(second, w))) {
        return VERDICT_PAIR;
    }
    return VERDICT_UNKNOWN;
}

/* The body that w had, or had not, is not that of an answer to r. */
static bool contradicts(const struct ct_msg *r, const struct ct_msg *w)
{
    return w->method_class != CT_METHOD_UNKNOWN &&
           (w->method_class == CT_METHOD_HEAD) != (r->method_class == CT_METHOD_HEAD);
}

static enum verdict judge_lost(const struct ct_http_conn *conn, const struct ct_msg *w,
                               struct ct_msg **found)
{
    enum verdict verdict = w->loss != CT_LOSS_NONE ? judge_lost_response(conn, w, found)
                                                   : judge_lost_request(conn, w, found);
    return verdict == VERDICT_PAIR && contradicts(*found, w) ? VERDICT_UNKNOWN : verdict;
}

static enum verdict judge(struct ct_http_conn *conn, struct ct_msg *w, struct ct_msg **found)
{
    struct ct_msg *r = head_of(conn, CT_DIR_ORIG);
    if (r != NULL && w->loss != CT_LOSS_NONE) {
        dissolve_markers(conn);
        r = head_of(conn, CT_DIR_ORIG);
    }
    *found = r;
    if (r == NULL) {
        return more_to_come(conn, w) ? VERDICT_WAIT : VERDICT_ALONE;
    }
    if (r->marker > 0) {
        return VERDICT_UNLISTED;
    }
    if (w->loss != CT_LOSS_NONE || r->loss != CT_LOSS_NONE) {
        return judge_lost(conn, w, found);
    }
    return VERDICT_PAIR;
}

/* The request is known to have no response in the capture. */
static void leave_alone(struct ct_http_conn *conn, struct ct_msg *msg)
{
    msg->alone = true;
    finish(conn, msg);
}

/* The requests before r (NULL: all) will not be answered any more. */
static void leave_earlier(struct ct_http_conn *conn, const struct ct_msg *r)
{
    while (head_of(conn, CT_DIR_ORIG) != r) {
        struct ct_msg *earlier = dequeue(conn, CT_DIR_ORIG);
        if (earlier->marker > 0) {
            ct_http_msg_free(conn->http, earlier);
        } else {
            leave_alone(conn, earlier);
        }
    }
}

/*
 * What shows that the client pipelines: the request that follows was sent before the response
 * w to an earlier one was received, or was received before w was sent.
 */
static void watch_pipelining(struct ct_http_conn *conn, const struct ct_msg *w)
{
    const struct ct_msg *next = head_of(conn, CT_DIR_ORIG);
    uint64_t end = w->ended ? w->end : w->start + 1;
    conn->settled_end = end > conn->settled_end ? end : conn->settled_end;
    if (next != NULL && next->marker == 0 &&
        ((next->peer_offset != 0 && next->peer_offset < end) || w->peer_offset > next->start)) {
        conn->pipelined = true;
    }
}

/* A hole stands where the body of w would begin: w answers HEAD, or the body is lost. */
static void decide_body(struct ct_msg *w)
{
    if (!w->undecided) {
        return;
    }
    w->undecided = false;
    if (w->method_class == CT_METHOD_HEAD) {
        w->facts.complete = true;
    } else {
        w->facts.missing += w->remaining;
        w->facts.wire_len += w->remaining;
    }
    if (w->method_class != CT_METHOD_UNKNOWN) {
        w->notes &= ~(UINT32_C(1) << CT_NOTE_METHOD_UNKNOWN);
    }
}

static void pair(struct ct_http_conn *conn, struct ct_msg *w, struct ct_msg *r)
{
    leave_earlier(conn, r);
    (void)dequeue(conn, CT_DIR_ORIG);
    r->notes &= ~(UINT32_C(1) << CT_NOTE_ORDER_UNKNOWN);
    r->peer = w;
    w->peer = r;
    w->depth = r->depth;
    if (w->method_class == CT_METHOD_UNKNOWN) {
        w->method_class = r->method_class;
    } else if (w->method_class == r->method_class) {
        w->notes &= ~(UINT32_C(1) << CT_NOTE_METHOD_UNKNOWN); /* rightly assumed */
    }
    decide_body(w);
    watch_pipelining(conn, w);
    finish(conn, w);
}

static void stand_alone(struct ct_http_conn *conn, struct ct_msg *w)
{
    w->depth = ++conn->depth;
    decide_body(w);
    leave_alone(conn, w);
}

/* The response to a request that was lost: there may be more such before the next one. */
static void answer_lost(struct ct_http_conn *conn, struct ct_msg *w)
{
    struct ct_msg *next = head_of(conn, CT_DIR_ORIG);
    uint8_t *loss = next != NULL ? &next->loss : &conn->dir[CT_DIR_ORIG].next_loss;
    if (*loss == CT_LOSS_MESSAGE) {
        *loss = CT_LOSS_HOLE;
    }
    watch_pipelining(conn, w);
    stand_alone(conn, w);
}

/* A request beyond the limit is answered: one less to count off. */
static void count_off(struct ct_http_conn *conn, struct ct_msg *w)
{
    struct ct_msg *marker = head_of(conn, CT_DIR_ORIG);
    ct_http_note(w, CT_NOTE_TOO_MANY_PENDING);
    if (--marker->marker == 0) {
        marker->marker = 1; /* as a marker it leaves the queue */
        (void)dequeue(conn, CT_DIR_ORIG);
        ct_http_msg_free(conn->http, marker);
    }
    stand_alone(conn, w);
}

/*
 * The candidates stay, for one may be proven yet; where the client pipelines none can be, and
 * they are listed.
 */
static void order_unknown(struct ct_http_conn *conn, struct ct_msg *w, struct ct_msg *next)
{
    struct ct_msg *r = head_of(conn, CT_DIR_ORIG);
    for (; r != NULL && !excluded(r, w); r = after(conn, r)) {
        ct_http_note(r, CT_NOTE_ORDER_UNKNOWN);
    }
    if (conn->pipelined) {
        leave_earlier(conn, r);
        set_loss(conn, r, CT_DIR_ORIG);
    }
    set_loss(conn, next, CT_DIR_RESP);
    ct_http_note(w, CT_NOTE_ORDER_UNKNOWN);
    stand_alone(conn, w);
}

void ct_http_pair_settle(struct ct_http_conn *conn)
{
    struct ct_msg *w = head_of(conn, CT_DIR_RESP);
    while (w != NULL) {
        struct ct_msg *r = NULL;
        enum verdict verdict = judge(conn, w, &r);
        if (verdict == VERDICT_WAIT) {
            return;
        }
        (void)dequeue(conn, CT_DIR_RESP);
        struct ct_msg *next = head_of(conn, CT_DIR_RESP);
        if (verdict == VERDICT_PAIR) {
            pair(conn, w, r);
        } else if (verdict == VERDICT_ALONE) {
            leave_earlier(conn, r);
            answer_lost(conn, w);
        } else if (verdict == VERDICT_UNLISTED) {
            count_off(conn, w);
        } else {
            order_unknown(conn, w, next);
        }
        w = next;
    }
}

/* Two requests with nothing received between them, or sent in the middle of a response. */
static void watch_request(struct ct_http_conn *conn, const struct ct_msg *request)
{
    const struct ct_msg *last = conn->queue[CT_DIR_ORIG];
    if (request->peer_offset == 0) {
        return;
    }
    if (request->peer_offset < conn->settled_end ||
        (last != NULL && last->marker == 0 && last->peer_offset == request->peer_offset)) {
        conn->pipelined = true;
    }
}

/* Beyond the limit: the request is listed alone, and its place in the order kept. */
static void overflow(struct ct_http_conn *conn, struct ct_msg *request)
{
    struct ct_http *http = conn->http;
    struct ct_msg *last = conn->queue[CT_DIR_ORIG];
    http->counters.pending_overflow++;
    ct_http_note(request, CT_NOTE_TOO_MANY_PENDING);
    request->alone = true;
    if (last != NULL && last->marker > 0 && last->marker < UINT32_MAX) {
        last->marker++;
        return;
    }
    struct ct_msg *marker = ct_http_msg_new(http, CT_DIR_ORIG);
    if (marker == NULL) {
        set_loss(conn, NULL, CT_DIR_ORIG);
        return;
    }
    marker->marker = 1;
    enqueue(conn, marker);
}

/* Settles what does not depend on the request that now begins, so that it is numbered first. */
static void settle_before(struct ct_http_conn *conn, const struct ct_msg *request)
{
    struct ct_dir_reader *orig = &conn->dir[CT_DIR_ORIG];
    uint64_t offset = orig->offset;
    if (conn->queue[CT_DIR_RESP] != NULL) {
        orig->offset = request->start;
        ct_http_pair_settle(conn);
        orig->offset = offset;
    }
}

void ct_http_pair_request(struct ct_http_conn *conn, struct ct_msg *request)
{
    settle_before(conn, request);
    request->depth = ++conn->depth;
    take_loss(conn, request);
    watch_request(conn, request);
    if (conn->n_queued[CT_DIR_ORIG] >= conn->http->limits.pending_requests) {
        if (conn->answered) {
            overflow(conn, request);
            return;
        }
        /* One direction only is captured: the oldest will not be answered. */
        leave_alone(conn, dequeue(conn, CT_DIR_ORIG));
        set_loss(conn, NULL, CT_DIR_RESP);
    }
    enqueue(conn, request);
    ct_http_pair_settle(conn);
}

void ct_http_pair_response(struct ct_http_conn *conn, struct ct_msg *response)
{
    take_loss(conn, response);
    if (response->peer_offset != 0) {
        conn->server_received = response->peer_offset;
    }
    enqueue(conn, response);
    ct_http_pair_settle(conn);
}

void ct_http_pair_ended(struct ct_http_conn *conn, struct ct_msg *msg)
{
    if (msg->dir == CT_DIR_RESP && msg->peer != NULL) {
        watch_pipelining(conn, msg);
    }
    finish(conn, msg);
}

void ct_http_pair_close(struct ct_http_conn *conn, bool reset)
{
    conn->closing = true;
    ct_http_pair_settle(conn);
    while (conn->queue[CT_DIR_ORIG] != NULL) {
        struct ct_msg *request = dequeue(conn, CT_DIR_ORIG);
        if (request->marker > 0) {
            ct_http_msg_free(conn->http, request);
            continue;
        }
        if (reset) {
            ct_http_note(request, CT_NOTE_RESET);
        }
        leave_alone(conn, request);
    }
}
