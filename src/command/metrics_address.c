/* SPDX-License-Identifier: Apache-2.0 */
#include "command/metrics_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "base/span.h"

static bool parse_port(const char *text, uint16_t *port)
{
    uint64_t value = 0;
    if (!ct_base_parse_u64(ct_span_of(text), &value) || value > UINT16_MAX) {
        return false;
    }
    *port = (uint16_t)value;
    return true;
}

static bool set_v4(struct ct_metrics_address *address, const char *host, uint16_t port)
{
    struct sockaddr_in *v4 = &address->socket.v4;
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address->length = sizeof *v4;
    if (inet_pton(AF_INET, host, &v4->sin_addr) != 1) {
        return false;
    }
    address->loopback = ntohl(v4->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    return true;
}

static bool set_v6(struct ct_metrics_address *address, const char *host, uint16_t port)
{
    struct sockaddr_in6 *v6 = &address->socket.v6;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address->length = sizeof *v6;
    if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1) {
        return false;
    }
    address->loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return true;
}

bool ct_command_metrics_address_parse(const char *text, struct ct_metrics_address *address)
{
    char host[INET6_ADDRSTRLEN + 2];
    uint16_t port = 0;
    const char *colon = strrchr(text, ':');
    *address = (struct ct_metrics_address){.length = 0};
    if (!parse_port(colon != NULL ? colon + 1 : text, &port)) {
        return false;
    }
    size_t n = colon != NULL ? (size_t)(colon - text) : 0;
    if (n >= sizeof host) {
        return false;
    }
    memcpy(host, text, n);
    host[n] = '\0';
    if (n == 0 || strcmp(host, "localhost") == 0) {
        return set_v4(address, "127.0.0.1", port);
    }
    if (host[0] == '[' && host[n - 1] == ']') {
        host[n - 1] = '\0';
        return set_v6(address, host + 1, port);
    }
    return set_v4(address, host, port);
}

void ct_command_metrics_address_text(const struct ct_metrics_address *address,
                                     char out[CT_METRICS_ADDRESS_TEXT_MAX])
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address->socket.any.sa_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = &address->socket.v6;
        (void)inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof host);
        (void)snprintf(out, CT_METRICS_ADDRESS_TEXT_MAX, "[%s]:%u", host, ntohs(v6->sin6_port));
    } else {
        const struct sockaddr_in *v4 = &address->socket.v4;
        (void)inet_ntop(AF_INET, &v4->sin_addr, host, sizeof host);
        (void)snprintf(out, CT_METRICS_ADDRESS_TEXT_MAX, "%s:%u", host, ntohs(v4->sin_port));
    }
}
