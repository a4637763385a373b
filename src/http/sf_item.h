/* SPDX-License-Identifier: Apache-2.0 */
/* One bare item of a structured field. */
#ifndef CACHETAP_HTTP_SF_ITEM_H
#define CACHETAP_HTTP_SF_ITEM_H

#include "http/sf.h"

/* Reads a bare item (RFC 9651 section 4.2.3.1) from the front of in. */
bool ct_http_sf_bare_item(struct ct_span *in, struct ct_sf_item *item);

#endif
