/* SPDX-License-Identifier: Apache-2.0 */
/* What is known about the place of a response; see judge.c. */
#ifndef CACHETAP_HTTP_JUDGE_H
#define CACHETAP_HTTP_JUDGE_H

#include "http/conn.h"

enum ct_verdict {
    CT_VERDICT_WAIT,
    CT_VERDICT_PAIR,
    CT_VERDICT_ALONE,
    CT_VERDICT_UNLISTED, /* answers a request beyond the limit */
    CT_VERDICT_UNKNOWN,
};

/* The first message of a queue, or NULL. */
static inline struct ct_msg *ct_http_queue_head(const struct ct_http_conn *conn, enum ct_dir dir)
{
    return conn->queue[dir] != NULL ? conn->queue[dir]->next : NULL;
}

/* The message after msg in its queue, or NULL. */
static inline struct ct_msg *ct_http_queue_after(const struct ct_http_conn *conn,
                                                 const struct ct_msg *msg)
{
    return msg != conn->queue[msg->dir] ? msg->next : NULL;
}

/* The second message of a queue, or NULL. */
static inline struct ct_msg *ct_http_queue_second(const struct ct_http_conn *conn, enum ct_dir dir)
{
    const struct ct_msg *head = ct_http_queue_head(conn, dir);
    return head != NULL ? ct_http_queue_after(conn, head) : NULL;
}

/* Whether w is known not to answer request r, whatever the client does. */
bool ct_http_judge_excluded(const struct ct_msg *r, const struct ct_msg *w);
/*
 * Judges w, the first response in its queue. *found: the request that it answers; for
 * CT_VERDICT_ALONE the first request that may still be answered by a later response (NULL:
 * none).
 */
enum ct_verdict ct_http_judge(const struct ct_http_conn *conn, const struct ct_msg *w,
                              struct ct_msg **found);

#endif
