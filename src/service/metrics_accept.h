/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the two formats of the metrics page a client prefers (RFC 9110 section 12.5.1). */
#ifndef CACHETAP_SERVICE_METRICS_ACCEPT_H
#define CACHETAP_SERVICE_METRICS_ACCEPT_H

#include "output/metrics.h"

/*
 * accept: the value of the field Accept, or NULL. OpenMetrics only where the client names it and
 * does not prefer text/plain: a client that takes anything gets the older format.
 */
enum ct_metrics_format ct_service_metrics_accept(const char *accept);

#endif
