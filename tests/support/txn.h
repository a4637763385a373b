/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transaction from a few readable lines, for tests of what reads transactions:
 *
 *     GET /x
 *     Authorization: x
 *
 *     200
 *     X-Cache: HIT
 *
 * An empty first line: the request was not seen. No line after the empty one: no response.
 * The request line may go on with a version ("GET /x HTTP/1.0"), the status with a reason
 * phrase. As on the wire, only names that fields knows are kept, and secret values are not.
 */
#ifndef CACHETAP_TEST_TXN_H
#define CACHETAP_TEST_TXN_H

#include "cachetap/http.h"

/* Capture time of the request's first octet, in seconds; the response comes 50 ms later. */
#define TX_NOW_S INT64_C(1700000000) /* Tue, 14 Nov 2023 22:13:20 GMT */

/* Owned by the caller until tx_free; copies text. Ends the program when there is no memory. */
struct ct_txn *tx_new(const struct ct_fields *fields, const char *text);
/* The same from octets that may hold anything, NUL included. */
struct ct_txn *tx_new_span(const struct ct_fields *fields, struct ct_span text);
void tx_free(struct ct_txn *txn);

#endif
