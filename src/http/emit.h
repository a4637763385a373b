/* SPDX-License-Identifier: Apache-2.0 */
/* From messages to the transaction that is handed out. */
#ifndef CACHETAP_HTTP_EMIT_H
#define CACHETAP_HTTP_EMIT_H

#include "http/conn.h"

/* Room for a transaction; false: no memory. */
bool ct_http_emit_room(struct ct_http *http, size_t text, size_t lines);
/* Lists a transaction of a request, a response (either may be NULL) and frees both. */
void ct_http_emit(struct ct_http_conn *conn, struct ct_msg *request, struct ct_msg *response);

#endif
