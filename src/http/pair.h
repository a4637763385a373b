/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which response answers which request. See pair.c for the reasoning.
 */
#ifndef CACHETAP_HTTP_PAIR_H
#define CACHETAP_HTTP_PAIR_H

#include "http/conn.h"

/* A request whose start line was read: takes a number and waits for its response. */
void ct_http_pair_request(struct ct_http_conn *conn, struct ct_msg *request);
/*
 * A final response whose header section was read. Afterwards its peer is set, or it is alone,
 * or it waits for a request that the server has received and the capture not yet shown.
 */
void ct_http_pair_response(struct ct_http_conn *conn, struct ct_msg *response);
/* Judges waiting responses again: the request direction has moved on. */
void ct_http_pair_settle(struct ct_http_conn *conn);
/* A message has ended; lists what is complete with it. The message may be gone afterwards. */
void ct_http_pair_ended(struct ct_http_conn *conn, struct ct_msg *msg);
/* The connection ends: settles and lists everything that waits. reset: by RST. */
void ct_http_pair_close(struct ct_http_conn *conn, bool reset);

#endif
