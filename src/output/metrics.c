/* SPDX-License-Identifier: Apache-2.0 */
#include "output/metrics.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "output/metrics_table.h"

static enum ct_metric_type type_of(const struct ct_metric *metric)
{
    static const char peak[] = "_peak";
    size_t n = strlen(metric->name);
    if (metric->type != CT_METRIC_STAGE) {
        return metric->type;
    }
    bool is_peak = n >= sizeof peak && strcmp(metric->name + n - (sizeof peak - 1), peak) == 0;
    return is_peak ? CT_METRIC_GAUGE : CT_METRIC_COUNTER;
}

/* What stands behind the name of a family in its samples. */
static const char *sample_suffix(const struct ct_metric *metric)
{
    switch (type_of(metric)) {
    case CT_METRIC_COUNTER:
        return "_total";
    case CT_METRIC_INFO:
        return "_info";
    case CT_METRIC_GAUGE:
    case CT_METRIC_HISTOGRAM:
    case CT_METRIC_STAGE:
        break;
    }
    return "";
}

static const char *type_name(const struct ct_metric *metric, enum ct_metrics_format format)
{
    static const char *const names[] = {
        [CT_METRIC_COUNTER] = "counter",
        [CT_METRIC_GAUGE] = "gauge",
        [CT_METRIC_HISTOGRAM] = "histogram",
        [CT_METRIC_INFO] = "info",
    };
    enum ct_metric_type type = type_of(metric);
    bool info_unknown = type == CT_METRIC_INFO && format == CT_METRICS_TEXT;
    return names[info_unknown ? CT_METRIC_GAUGE : type];
}

/* ---- samples ---------------------------------------------------------------------------- */

/* Made safe first, so that bytes which are no UTF-8 are text; then escaped as both formats ask. */
static void put_label_value(struct ct_buf *buf, struct ct_span value)
{
    char safe[CT_METRICS_LABEL_BYTES + 1];
    size_t n = ct_base_text_safe(safe, sizeof safe, value);
    for (size_t i = 0; i < n; i++) {
        if (safe[i] == '\\' || safe[i] == '"') {
            ct_output_put_char(buf, '\\');
        }
        ct_output_put_char(buf, safe[i]);
    }
}

void ct_metrics_begin(struct ct_metrics_page *page, const char *suffix,
                      const struct ct_label *labels, size_t n_labels)
{
    struct ct_buf *buf = page->buf;
    ct_output_put(buf, page->metric->name);
    ct_output_put(buf, suffix);
    for (size_t i = 0; i < n_labels; i++) {
        ct_output_put_char(buf, i == 0 ? '{' : ',');
        ct_output_put(buf, labels[i].name);
        ct_output_put(buf, "=\"");
        put_label_value(buf, labels[i].value);
        ct_output_put_char(buf, '"');
    }
    ct_output_put(buf, n_labels > 0 ? "} " : " ");
}

void ct_metrics_end(struct ct_metrics_page *page)
{
    ct_output_put_char(page->buf, '\n');
}

static void put_number(struct ct_metrics_page *page, const struct ct_label *labels, size_t n_labels,
                       uint64_t n)
{
    ct_metrics_begin(page, sample_suffix(page->metric), labels, n_labels);
    ct_output_put_u64(page->buf, n);
    ct_metrics_end(page);
}

void ct_metrics_put(struct ct_metrics_page *page, uint64_t value)
{
    put_number(page, NULL, 0, value);
}

void ct_metrics_put1(struct ct_metrics_page *page, const char *label, const char *value, uint64_t n)
{
    put_number(page, &(struct ct_label){label, ct_span_of(value)}, 1, n);
}

void ct_metrics_put2(struct ct_metrics_page *page, struct ct_label first, struct ct_label second,
                     uint64_t n)
{
    const struct ct_label labels[] = {first, second};
    put_number(page, labels, 2, n);
}

void ct_metrics_put_time(struct ct_metrics_page *page, int64_t ns)
{
    ct_metrics_begin(page, sample_suffix(page->metric), NULL, 0);
    ct_output_put_seconds(page->buf, ns);
    ct_metrics_end(page);
}

/* ---- the page --------------------------------------------------------------------------- */

/* OpenMetrics names the family, the older format the samples, where there is one name for all. */
static void put_head(struct ct_metrics_page *page, const char *keyword, const char *text)
{
    const struct ct_metric *metric = page->metric;
    ct_output_put(page->buf, "# ");
    ct_output_put(page->buf, keyword);
    ct_output_put_char(page->buf, ' ');
    ct_output_put(page->buf, metric->name);
    ct_output_put(page->buf, page->format == CT_METRICS_TEXT ? sample_suffix(metric) : "");
    ct_output_put_char(page->buf, ' ');
    ct_output_put(page->buf, text);
    ct_output_put_char(page->buf, '\n');
}

static void put_plain(struct ct_metrics_page *page)
{
    uint64_t value = 0;
    memcpy(&value, (const char *)page->view->snapshot + page->metric->offset, sizeof value);
    ct_metrics_put(page, value);
}

void ct_metrics_render(struct ct_buf *buf, const struct ct_metrics_view *view,
                       enum ct_metrics_format format)
{
    struct ct_metrics_page page = {.buf = buf, .view = view, .format = format};
    for (size_t i = 0; (page.metric = ct_metrics_table(i)) != NULL; i++) {
        put_head(&page, "HELP", page.metric->help);
        put_head(&page, "TYPE", type_name(page.metric, format));
        if (page.metric->put != NULL) {
            page.metric->put(&page);
        } else {
            put_plain(&page);
        }
    }
    if (format == CT_METRICS_OPENMETRICS) {
        ct_output_put(buf, "# EOF\n");
    }
}

const char *ct_metrics_content_type(enum ct_metrics_format format)
{
    return format == CT_METRICS_OPENMETRICS
               ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
               : "text/plain; version=0.0.4; charset=utf-8";
}

bool ct_metrics_row(size_t i, struct ct_metrics_row *row)
{
    const struct ct_metric *metric = ct_metrics_table(i);
    if (metric == NULL) {
        return false;
    }
    (void)snprintf(row->name, sizeof row->name, "%s%s", metric->name, sample_suffix(metric));
    row->type = type_name(metric, CT_METRICS_TEXT);
    row->labels = metric->labels;
    row->help = metric->help;
    return true;
}
