/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proxy: the PROXY protocol header, versions 1 and 2, with which a load balancer tells the
 * server the client's real address ahead of the first octet of payload.
 */
#ifndef CACHETAP_STREAM_PROXY_H
#define CACHETAP_STREAM_PROXY_H

#include "cachetap/base.h"

enum ct_proxy_status {
    CT_PROXY_NEED_MORE, /* a header so far, not yet whole */
    CT_PROXY_ABSENT,    /* no header here: the octets are payload */
    CT_PROXY_LOCAL,     /* a header without addresses (LOCAL, UNKNOWN, UNSPEC): keep one's own */
    CT_PROXY_ADDRESSES, /* *src and *dst are set */
    CT_PROXY_BAD,       /* begins like a header and is none */
};

/* The longest header that is read: version 2 with its TLVs. A longer one is BAD. */
#define CT_PROXY_HEADER_MAX 4096

/*
 * Reads the header at the start of head, the first octets that the client side sent. *length
 * is set for LOCAL and ADDRESSES: the header's octets, payload begins behind them. *src and
 * *dst are set for ADDRESSES only. Pure.
 */
enum ct_proxy_status ct_stream_proxy_parse(struct ct_span head, struct ct_endpoint *src,
                                           struct ct_endpoint *dst, size_t *length);

#endif
