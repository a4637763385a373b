/* SPDX-License-Identifier: Apache-2.0 */
/* Where the metrics server listens. Names are not looked up. */
#ifndef CACHETAP_COMMAND_METRICS_ADDRESS_H
#define CACHETAP_COMMAND_METRICS_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

struct ct_metrics_address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } socket;
    socklen_t length;
    bool loopback; /* not to be reached from other machines */
};

/*
 * "127.0.0.1:9113", "[::1]:9113", "localhost:9113"; ":9113" and "9113" are on 127.0.0.1. Port 0
 * lets the system choose. False: none of these forms.
 */
bool ct_command_metrics_address_parse(const char *text, struct ct_metrics_address *address);

/* "127.0.0.1:9113" or "[::1]:9113". */
#define CT_METRICS_ADDRESS_TEXT_MAX 64
void ct_command_metrics_address_text(const struct ct_metrics_address *address,
                                     char out[CT_METRICS_ADDRESS_TEXT_MAX]);

#endif
