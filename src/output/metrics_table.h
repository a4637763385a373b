/* SPDX-License-Identifier: Apache-2.0 */
/* The table of metrics, and what its rows need to write their samples. */
#ifndef CACHETAP_OUTPUT_METRICS_TABLE_H
#define CACHETAP_OUTPUT_METRICS_TABLE_H

#include "output/metrics.h"

enum ct_metric_type {
    CT_METRIC_COUNTER,
    CT_METRIC_GAUGE,
    CT_METRIC_HISTOGRAM,
    CT_METRIC_INFO,  /* a gauge that is 1, in formats that do not know the type */
    CT_METRIC_STAGE, /* from the table of a stage: a counter, or a gauge named ..._peak */
};

/* A page in the making. */
struct ct_metrics_page {
    struct ct_buf *buf;
    const struct ct_metrics_view *view;
    enum ct_metrics_format format;
    const struct ct_metric *metric; /* whose samples are being written */
};

struct ct_metric {
    const char *name; /* of the family: without _total and _info */
    enum ct_metric_type type;
    const char *labels;
    const char *help;
    size_t offset;                             /* of a uint64_t in the snapshot, without put */
    void (*put)(struct ct_metrics_page *page); /* NULL: one sample without labels */
};

struct ct_label {
    const char *name;
    struct ct_span value;
};

/* NULL past the last. */
const struct ct_metric *ct_metrics_table(size_t i);

/* Opens a sample of the page's metric; the value and ct_metrics_end are to follow. */
void ct_metrics_begin(struct ct_metrics_page *page, const char *suffix,
                      const struct ct_label *labels, size_t n_labels);
void ct_metrics_end(struct ct_metrics_page *page);

/* Whole samples of the page's counter or gauge. */
void ct_metrics_put(struct ct_metrics_page *page, uint64_t value);
void ct_metrics_put1(struct ct_metrics_page *page, const char *label, const char *value,
                     uint64_t n);
void ct_metrics_put2(struct ct_metrics_page *page, struct ct_label first, struct ct_label second,
                     uint64_t n);
/* A time since the epoch, or a span of time, in seconds. */
void ct_metrics_put_time(struct ct_metrics_page *page, int64_t ns);

#endif
