/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The queues of requests and responses, and what follows from a verdict (judge.c).
 */
#include "http/pair.h"

#include "http/emit.h"
#include "http/judge.h"
#include "http/message.h"

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

/* Takes the first message out; NULL: none. */
static struct ct_msg *dequeue(struct ct_http_conn *conn, enum ct_dir dir)
{
    struct ct_msg *last = conn->queue[dir];
    struct ct_msg *head = ct_http_queue_head(conn, dir);
    if (head == NULL) {
        return NULL;
    }
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

/* Runs of unlisted requests cannot be counted off once responses are lost. */
static void dissolve_markers(struct ct_http_conn *conn)
{
    struct ct_msg *msg = ct_http_queue_head(conn, CT_DIR_ORIG);
    conn->queue[CT_DIR_ORIG] = NULL;
    conn->n_queued[CT_DIR_ORIG] = 0;
    struct ct_msg *first = msg;
    uint8_t loss = CT_LOSS_NONE;
    conn->has_markers = false;
    while (msg != NULL) {
        struct ct_msg *next = msg->next != first ? msg->next : NULL;
        if (msg->marker > 0) {
            loss = CT_LOSS_HOLE;
        } else {
            msg->loss = loss > msg->loss ? loss : msg->loss;
            loss = CT_LOSS_NONE;
            enqueue(conn, msg);
        }
        if (msg->marker > 0 && msg != first) {
            ct_http_msg_free(conn->http, msg);
        }
        msg = next;
    }
    if (first != NULL && first->marker > 0) {
        ct_http_msg_free(conn->http, first);
    }
    if (loss != CT_LOSS_NONE) {
        set_loss(conn, NULL, CT_DIR_ORIG);
    }
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
    struct ct_msg *head = ct_http_queue_head(conn, CT_DIR_ORIG);
    while (head != NULL && head != r) {
        (void)dequeue(conn, CT_DIR_ORIG);
        if (head->marker > 0) {
            ct_http_msg_free(conn->http, head);
        } else {
            leave_alone(conn, head);
        }
        head = ct_http_queue_head(conn, CT_DIR_ORIG);
    }
}

/*
 * What shows that the client pipelines: the request that follows was sent before the response
 * w to an earlier one was received, or was received before w was sent.
 */
static void watch_pipelining(struct ct_http_conn *conn, const struct ct_msg *w)
{
    const struct ct_msg *next = ct_http_queue_head(conn, CT_DIR_ORIG);
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
    struct ct_msg *next = ct_http_queue_head(conn, CT_DIR_ORIG);
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
    struct ct_msg *marker = ct_http_queue_head(conn, CT_DIR_ORIG);
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
    struct ct_msg *r = ct_http_queue_head(conn, CT_DIR_ORIG);
    for (; r != NULL && !ct_http_judge_excluded(r, w); r = ct_http_queue_after(conn, r)) {
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
    struct ct_msg *w = ct_http_queue_head(conn, CT_DIR_RESP);
    while (w != NULL) {
        struct ct_msg *r = NULL;
        enum ct_verdict verdict;
        if (w->loss != CT_LOSS_NONE && conn->has_markers) {
            dissolve_markers(conn);
        }
        verdict = ct_http_judge(conn, w, &r);
        if (verdict == CT_VERDICT_WAIT) {
            return;
        }
        (void)dequeue(conn, CT_DIR_RESP);
        struct ct_msg *next = ct_http_queue_head(conn, CT_DIR_RESP);
        if (verdict == CT_VERDICT_PAIR) {
            pair(conn, w, r);
        } else if (verdict == CT_VERDICT_ALONE) {
            leave_earlier(conn, r);
            answer_lost(conn, w);
        } else if (verdict == CT_VERDICT_UNLISTED) {
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
    conn->has_markers = true;
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
        leave_earlier(conn, ct_http_queue_second(conn, CT_DIR_ORIG));
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
    struct ct_msg *request = dequeue(conn, CT_DIR_ORIG);
    for (; request != NULL; request = dequeue(conn, CT_DIR_ORIG)) {
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
