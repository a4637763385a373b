/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The metrics server: /metrics and /healthz over HTTP, in a thread of its own. The analysis
 * hands it a snapshot now and then and never waits for it; it answers from the latest one.
 * Connections, their time and the size of requests are limited, one request each.
 */
#ifndef CACHETAP_SERVICE_METRICS_SERVER_H
#define CACHETAP_SERVICE_METRICS_SERVER_H

#include "command/metrics_address.h"
#include "output/metrics.h"

/* Seconds without a new snapshot after which /healthz says 503. */
#define CT_METRICS_STALE_S 10

/* Milliseconds of a connection's whole life: a request that takes longer is cut. */
#define CT_METRICS_CONNECTION_MS 5000

struct ct_metrics_server;

struct ct_metrics_server_options {
    const struct ct_limits *limits; /* borrowed */
    unsigned connection_ms;
};

/*
 * Listens, but answers only from ct_service_metrics_start on. NULL: errno says why. address
 * may have port 0; the real one is then in it.
 */
struct ct_metrics_server *ct_service_metrics_open(struct ct_metrics_address *address,
                                                  const struct ct_metrics_server_options *with);
/* False: errno says why. */
bool ct_service_metrics_start(struct ct_metrics_server *server);

/* Takes the snapshot, which malloc made, and frees it when it is no longer needed. Never waits. */
void ct_service_metrics_publish(struct ct_metrics_server *server, struct ct_snapshot *snapshot);

/* Ends the thread and all connections. NULL is nothing. */
void ct_service_metrics_close(struct ct_metrics_server *server);

/* Version of the HTTP server library. Static. */
const char *ct_service_metrics_version(void);

#endif
