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

/* Every transaction has two of them, and inet_ntop formats with printf. */
static void write_ipv4(const uint8_t addr[4], char *out)
{
    for (int i = 0; i < 4; i++) {
        unsigned octet = addr[i];
        if (octet >= 100) {
            *out++ = (char)('0' + octet / 100);
        }
        if (octet >= 10) {
            *out++ = (char)('0' + octet / 10 % 10);
        }
        *out++ = (char)('0' + octet % 10);
        *out++ = '.';
    }
    out[-1] = '\0';
}

void ct_base_endpoint_text(const struct ct_endpoint *endpoint, char out[CT_ADDR_TEXT_MAX])
{
    if (endpoint->family == 4) {
        write_ipv4(endpoint->addr, out);
    } else if (endpoint->family != 6 ||
               inet_ntop(AF_INET6, endpoint->addr, out, CT_ADDR_TEXT_MAX) == NULL) {
        (void)snprintf(out, CT_ADDR_TEXT_MAX, "-"); /* fits */
    }
}
