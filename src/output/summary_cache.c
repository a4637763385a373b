/* SPDX-License-Identifier: Apache-2.0 */
/* What the caches did: outcomes, ratios with their formula, times, and how it is known. */
#include "output/summary.h"

#define BAR_COLUMNS 22u

static void put_bar(struct ct_writer *writer, uint64_t n, uint64_t most, enum ct_color color)
{
    if (n == 0 || most == 0) {
        return;
    }
    uint64_t length = ct_output_millionths(n, most) * BAR_COLUMNS / 1000000;
    ct_output_put(&writer->buf, "  ");
    ct_output_color(writer, color);
    for (uint64_t i = 0; i < (length > 0 ? length : 1); i++) {
        ct_output_put(&writer->buf, writer->options.utf8 ? "\xe2\x96\x88" : "#");
    }
    ct_output_color(writer, CT_COLOR_OFF);
}

static void put_outcome(struct ct_writer *writer, const struct ct_snapshot *snapshot,
                        enum ct_outcome outcome, uint64_t most)
{
    struct ct_buf *buf = &writer->buf;
    uint64_t n = snapshot->counts.n[outcome];
    enum ct_color color = ct_output_outcome_color(outcome);
    size_t from = buf->n;
    ct_output_put(buf, "    ");
    ct_output_color(writer, color);
    ct_output_put(buf, ct_cache_outcome_name(outcome));
    ct_output_color(writer, CT_COLOR_OFF);
    ct_output_pad(buf, from, 22);
    ct_output_count_cell(buf, n, 11);
    ct_output_percent_cell(buf, n, snapshot->transactions, 8);
    ct_output_bytes_cell(buf, snapshot->counts.bytes[outcome], 11);
    put_bar(writer, n, most, color);
    ct_output_put_char(buf, '\n');
    if (writer->options.explain) {
        ct_output_putf(buf, "      %s\n", ct_cache_outcome_help(outcome));
    }
}

static void put_outcomes(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    uint64_t most = 0;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        most = snapshot->counts.n[i] > most ? snapshot->counts.n[i] : most;
    }
    ct_output_section(writer, "Cache outcomes", " requests    share      bodies");
    for (int c = 0; c < CT_CLASS_COUNT; c++) {
        enum ct_class class = (enum ct_class)c;
        uint64_t n = ct_stats_class_sum(snapshot->counts.n, class);
        ct_output_putf(buf, "  %-20s", ct_cache_class_name(class));
        ct_output_count_cell(buf, n, 11);
        ct_output_percent_cell(buf, n, snapshot->transactions, 8);
        ct_output_bytes_cell(buf, ct_stats_class_sum(snapshot->counts.bytes, class), 11);
        ct_output_put_char(buf, '\n');
        for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
            enum ct_outcome outcome = (enum ct_outcome)i;
            if (snapshot->counts.n[i] > 0 && ct_cache_outcome_class(outcome) == class) {
                put_outcome(writer, snapshot, outcome, most);
            }
        }
    }
}

static void put_ratio(struct ct_buf *buf, const char *label, struct ct_ratio ratio, bool bytes)
{
    void (*put)(struct ct_buf *, uint64_t) = bytes ? ct_output_put_bytes_size : ct_output_put_count;
    ct_output_putf(buf, "  %-20s", label);
    ct_output_percent_cell(buf, ratio.hit, ratio.hit + ratio.miss, 11);
    ct_output_put(buf, "  = ");
    put(buf, ratio.hit);
    ct_output_put(buf, " / (");
    put(buf, ratio.hit);
    ct_output_put(buf, " + ");
    put(buf, ratio.miss);
    ct_output_put(buf, ")\n");
}

static void put_ratios(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    struct ct_buf *buf = &writer->buf;
    const struct ct_ratios *ratios = &snapshot->ratios;
    ct_output_section(writer, "Hit ratio", "    ratio  = hit / (hit + miss)");
    put_ratio(buf, "client, by requests", ratios->client_requests, false);
    put_ratio(buf, "client, by bytes", ratios->client_bytes, true);
    put_ratio(buf, "origin, by requests", ratios->origin_requests, false);
    put_ratio(buf, "origin, by bytes", ratios->origin_bytes, true);
    ct_output_put(buf, "  client: what the cache nearest to the client did. origin: hit is what no "
                       "cache\n  had to fetch from the origin. bytes: of response bodies. Bypass "
                       "and other are\n  beside the ratio, not in it.\n");
}

static void put_times(struct ct_writer *writer, const char *title,
                      const struct ct_quantiles times[CT_CLASS_COUNT])
{
    struct ct_buf *buf = &writer->buf;
    uint64_t all = 0;
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        all += times[i].n;
    }
    if (all == 0) {
        return;
    }
    ct_output_section(writer, title, " measured      p50      p90      p99      max");
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        if (times[i].n == 0) {
            continue;
        }
        ct_output_putf(buf, "  %-20s", ct_cache_class_name((enum ct_class)i));
        ct_output_count_cell(buf, times[i].n, 11);
        ct_output_duration_cell(buf, times[i].p50_ns, 8);
        ct_output_duration_cell(buf, times[i].p90_ns, 8);
        ct_output_duration_cell(buf, times[i].p99_ns, 8);
        ct_output_duration_cell(buf, times[i].max_ns, 8);
        ct_output_put_char(buf, '\n');
    }
}

static void put_basis(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    static const char *const meanings[CT_BASIS_COUNT] = {
        [CT_BASIS_STATED] = "a response header says so",
        [CT_BASIS_OBSERVED] = "proved by the traffic on the cache's other side",
        [CT_BASIS_INFERRED] = "by the rules of RFC 9111",
        [CT_BASIS_NONE] = "nothing can be said",
    };
    ct_output_section(writer, "How it is known", " requests");
    for (int i = 0; i < CT_BASIS_COUNT; i++) {
        if (snapshot->by_basis[i] > 0) {
            ct_output_putf(&writer->buf, "  %-20s", ct_cache_basis_name((enum ct_basis)i));
            ct_output_count_cell(&writer->buf, snapshot->by_basis[i], 11);
            ct_output_putf(&writer->buf, "  %s\n", meanings[i]);
        }
    }
}

/* The next reason by falling count after the one given; 0: no more. */
static int next_reason(const uint64_t *n, int after)
{
    int best = 0;
    for (int i = 1; i < CT_REASON_COUNT; i++) {
        bool later = after == 0 || n[i] < n[after] || (i > after && n[i] == n[after]);
        if (n[i] > 0 && later && (best == 0 || n[i] > n[best])) {
            best = i;
        }
    }
    return best;
}

static void put_reasons(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    int reason = next_reason(snapshot->by_reason, 0);
    if (reason == 0) {
        return;
    }
    ct_output_section(writer, "Reasons", " requests");
    for (; reason != 0; reason = next_reason(snapshot->by_reason, reason)) {
        ct_output_putf(&writer->buf, "  %-24s", ct_cache_reason_name((enum ct_reason)reason));
        ct_output_count_cell(&writer->buf, snapshot->by_reason[reason], 7);
        ct_output_put_char(&writer->buf, '\n');
    }
}

static void put_marks(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    bool any = false;
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        any = any || snapshot->by_mark[i] > 0;
    }
    if (!any) {
        return;
    }
    ct_output_section(writer, "Marks", " requests");
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        if (snapshot->by_mark[i] > 0) {
            ct_output_putf(&writer->buf, "  %-24s", ct_cache_mark_name((enum ct_mark)i));
            ct_output_count_cell(&writer->buf, snapshot->by_mark[i], 7);
            ct_output_put_char(&writer->buf, '\n');
        }
    }
}

/* Whether finding a goes before b: the worse, then the more frequent. */
static bool finding_before(const uint64_t *n, int a, int b)
{
    enum ct_severity of_a = ct_cache_finding_severity((enum ct_finding)a);
    enum ct_severity of_b = ct_cache_finding_severity((enum ct_finding)b);
    if (of_a != of_b) {
        return of_a > of_b;
    }
    return n[a] != n[b] ? n[a] > n[b] : a < b;
}

/* The next finding that there is after the one given, -1 at the beginning; -1: no more. */
static int next_finding(const uint64_t *n, int after)
{
    int best = -1;
    for (int i = 0; i < CT_FINDING_COUNT; i++) {
        bool later = after < 0 || finding_before(n, after, i);
        if (n[i] > 0 && i != after && later && (best < 0 || finding_before(n, i, best))) {
            best = i;
        }
    }
    return best;
}

static void put_findings(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    int finding = next_finding(snapshot->by_finding, -1);
    if (finding < 0) {
        return;
    }
    ct_output_section(writer, "Findings", " requests");
    for (; finding >= 0; finding = next_finding(snapshot->by_finding, finding)) {
        enum ct_finding shown = (enum ct_finding)finding;
        size_t from = writer->buf.n;
        ct_output_putf(&writer->buf, "  %-26s", ct_cache_finding_name(shown));
        ct_output_count_cell(&writer->buf, snapshot->by_finding[finding], 5);
        ct_output_putf(&writer->buf, "  %-7s ",
                       ct_cache_severity_name(ct_cache_finding_severity(shown)));
        ct_output_put_words(writer, from, ct_cache_finding_advice(shown));
        ct_output_put_char(&writer->buf, '\n');
    }
}

void ct_output_summary_cache(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    put_outcomes(writer, snapshot);
    put_ratios(writer, snapshot);
    put_times(writer, "Time to first byte", snapshot->ttfb);
    put_times(writer, "Whole transaction", snapshot->duration);
    put_basis(writer, snapshot);
    put_reasons(writer, snapshot);
    put_marks(writer, snapshot);
    put_findings(writer, snapshot);
}
