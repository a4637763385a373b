/* SPDX-License-Identifier: Apache-2.0 */
/* End points: order, and text at the edge. */
#include "cachetap/base.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

int ct_base_endpoint_compare(const struct ct_endpoint *a, const struct ct_endpoint *b)
{
    if (a->family != b->family) {
        return a->family < b->family ? -1 : 1;
    }
    int order = memcmp(a->addr, b->addr, sizeof a->addr);
    if (order != 0) {
        return order;
    }
    return a->port == b->port ? 0 : (a->port < b->port ? -1 : 1);
}

void ct_base_endpoint_text(const struct ct_endpoint *endpoint, char out[CT_ADDR_TEXT_MAX])
{
    int family = endpoint->family == 6 ? AF_INET6 : AF_INET;
    if (endpoint->family == 0 || inet_ntop(family, endpoint->addr, out, CT_ADDR_TEXT_MAX) == NULL) {
        (void)snprintf(out, CT_ADDR_TEXT_MAX, "-"); /* fits */
    }
}
