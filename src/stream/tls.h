/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: the server name that a TLS client sends in clear text, read from its first octets.
 * Nothing else of TLS is looked at.
 */
#ifndef CACHETAP_STREAM_TLS_H
#define CACHETAP_STREAM_TLS_H

#include "cachetap/base.h"
#include "cachetap/stream.h"

enum ct_tls_status {
    CT_TLS_NEED_MORE, /* a ClientHello so far, not yet whole */
    CT_TLS_FOUND,     /* out holds the name */
    CT_TLS_NONE,      /* well formed, but without a name that can be shown; or not a ClientHello */
    CT_TLS_BAD,       /* not TLS, or lengths that contradict each other */
};

/*
 * Octets after which a caller need not offer more: a longer ClientHello is taken as one
 * without a name. The function itself gives NONE at that point.
 */
#define CT_TLS_HELLO_MAX 16384

/*
 * The server name (RFC 6066 section 3) in the first octets of a client, in lower case, only
 * letters, digits, '-', '.' and '_'. bytes begin with the connection's first octet; call
 * again with more of them after NEED_MORE. out is written for FOUND only. Pure.
 */
enum ct_tls_status ct_stream_tls_sni(struct ct_span bytes, char out[CT_SNI_MAX]);

#endif
