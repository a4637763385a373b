/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot as a page of metrics: Prometheus' text format (version 0.0.4) or OpenMetrics
 * (1.0.0). A pure function. Which metrics there are is one table, from which the list for
 * people is made as well. No counter on the page ever goes back while the program runs.
 */
#ifndef CACHETAP_OUTPUT_METRICS_H
#define CACHETAP_OUTPUT_METRICS_H

#include "cachetap/stats.h"
#include "output/buf.h"

enum ct_metrics_format {
    CT_METRICS_TEXT,
    CT_METRICS_OPENMETRICS,
};

/* Octets of a label's value, escapes of the exposition format not counted. */
#define CT_METRICS_LABEL_BYTES 264

/* What is to be shown: all of it is read only while the page is made. */
struct ct_metrics_view {
    const struct ct_snapshot *snapshot;
    const struct ct_limits *limits;
    int64_t taken_ns;         /* of the snapshot, since the epoch */
    int64_t start_ns;         /* of the program, since the epoch */
    uint64_t cpu_ns;          /* used by the program */
    uint64_t resident_bytes;  /* 0: not known */
    uint64_t requests;        /* to the metrics server */
    uint64_t connections_cut; /* too slow, or too many */
};

/* Appends the whole page to buf; when memory is refused, buf->failed says so. */
void ct_metrics_render(struct ct_buf *buf, const struct ct_metrics_view *view,
                       enum ct_metrics_format format);

/* The value of the field Content-Type. Static. */
const char *ct_metrics_content_type(enum ct_metrics_format format);

/* One row of the table, for people. */
struct ct_metrics_row {
    char name[96];      /* as it stands on the page: cachetap_transactions_total */
    const char *type;   /* static: counter, gauge, histogram */
    const char *labels; /* static: "outcome, class"; "" */
    const char *help;   /* static */
};

/* Row i; false past the last. */
bool ct_metrics_row(size_t i, struct ct_metrics_row *row);

#endif
