/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasoning behind one outcome, as lines that stand indented below the transaction's own:
 * what it means and why, how it is known, from which lines and which rule, what each cache
 * said, and what would have to change for a hit. In the report the same for each group.
 */
#include <inttypes.h>

#include "output/record.h"
#include "output/summary.h"

#define GROUPS_SHOWN 40u

/* "    title    ", where the text of all lines begins. */
static size_t begin_line(struct ct_writer *writer, const char *title)
{
    size_t from = writer->buf.n;
    ct_output_color(writer, CT_COLOR_DIM);
    ct_output_putf(&writer->buf, "    %-9s", title);
    ct_output_color(writer, CT_COLOR_OFF);
    return from;
}

/* A line that is wrapped where the width is known. */
static void put_line(struct ct_writer *writer, const char *title, const char *text)
{
    size_t from = begin_line(writer, title);
    ct_output_put_words(writer, from, text);
    ct_output_put_char(&writer->buf, '\n');
}

static void put_outcome(struct ct_writer *writer, enum ct_outcome outcome)
{
    struct ct_buf *buf = &writer->buf;
    size_t from = begin_line(writer, "outcome");
    ct_output_put_char(buf, ' ');
    ct_output_color(writer, ct_output_outcome_color(outcome));
    ct_output_put(buf, ct_cache_outcome_name(outcome));
    ct_output_color(writer, CT_COLOR_OFF);
    ct_output_putf(buf, ", class %s:", ct_cache_class_name(ct_cache_outcome_class(outcome)));
    ct_output_put_words(writer, from, ct_cache_outcome_help(outcome));
    ct_output_put_char(buf, '\n');
}

static void put_reason(struct ct_writer *writer, enum ct_reason reason)
{
    if (ct_cache_reason_name(reason) == NULL) {
        return;
    }
    size_t from = begin_line(writer, "reason");
    ct_output_putf(&writer->buf, " %s:", ct_cache_reason_name(reason));
    ct_output_put_words(writer, from, ct_cache_reason_help(reason));
    ct_output_put_char(&writer->buf, '\n');
}

/* A copy that was validated or completed sent a request to the origin all the same. */
static const char *origin_text(const struct ct_verdict *verdict)
{
    bool validated = verdict->outcome == CT_OUTCOME_REVALIDATED;
    bool completed = verdict->outcome == CT_OUTCOME_PARTIAL_HIT;
    for (size_t i = 0; i < verdict->n_tiers; i++) {
        const struct ct_tier *tier = &verdict->tiers[i];
        validated = validated || (!tier->fossil && tier->outcome == CT_OUTCOME_REVALIDATED);
        completed = completed || (!tier->fossil && tier->outcome == CT_OUTCOME_PARTIAL_HIT);
    }
    if (verdict->reached_origin) {
        return "the origin was reached";
    }
    if (completed) {
        return "the origin was asked for a part";
    }
    return validated ? "the origin was asked, and only confirmed the copy"
                     : "the origin was spared";
}

static void put_basis(struct ct_writer *writer, const struct ct_verdict *verdict)
{
    static const char *const meanings[CT_BASIS_COUNT] = {
        [CT_BASIS_STATED] = "a header says so",
        [CT_BASIS_OBSERVED] = "the traffic on the cache's other side proves it",
        [CT_BASIS_INFERRED] = "no header says it, RFC 9111 was applied",
        [CT_BASIS_NONE] = "nothing tells",
    };
    struct ct_buf *buf = &writer->buf;
    (void)begin_line(writer, "basis");
    ct_output_putf(buf, " %s: %s", ct_cache_basis_name(verdict->basis), meanings[verdict->basis]);
    if (verdict->dialect != NULL) {
        ct_output_putf(buf, ", read as %s", verdict->dialect);
    }
    if (ct_output_origin_known(verdict)) {
        ct_output_put(buf, "; ");
        ct_output_put(buf, origin_text(verdict));
    }
    ct_output_put_char(buf, '\n');
}

static void put_evidence(struct ct_writer *writer, const struct ct_txn *txn,
                         const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    struct ct_evidence_text text;
    const char *title = "evidence";
    for (size_t i = 0; i < verdict->n_evidence; i++) {
        if (!ct_output_evidence(txn, writer->options.fields, verdict, i, &text)) {
            continue;
        }
        (void)begin_line(writer, title);
        title = "";
        ct_output_put_char(buf, ' ');
        ct_output_put_safe(buf, text.name);
        ct_output_put(buf, ": ");
        ct_output_put_safe(buf, text.value);
        ct_output_put_char(buf, '\n');
    }
}

/* From the origin to the client: "origin > varnish MISS (fossil) > cloudflare HIT". */
static void put_tiers(struct ct_writer *writer, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    const char *arrow = writer->options.utf8 ? " \xe2\x86\x92 " : " > ";
    if (verdict->n_tiers == 0) {
        return;
    }
    (void)begin_line(writer, "tiers");
    ct_output_put(buf, verdict->tiers_cut ? " (more than are kept)" : " origin");
    for (size_t i = 0; i < verdict->n_tiers; i++) {
        const struct ct_tier *tier = &verdict->tiers[i];
        struct ct_text_value name = ct_output_tier_name(txn, tier);
        ct_output_put(buf, arrow);
        if (name.present) {
            ct_output_put_safe(buf, name.text);
            ct_output_put_char(buf, ' ');
        }
        ct_output_color(writer,
                        tier->fossil ? CT_COLOR_DIM : ct_output_outcome_color(tier->outcome));
        ct_output_put(buf, ct_cache_outcome_name(tier->outcome));
        ct_output_put(buf, tier->fossil ? " (fossil)" : "");
        ct_output_color(writer, CT_COLOR_OFF);
        if (tier->hits >= 0) {
            ct_output_putf(buf, " (hits %" PRId64 ")", tier->hits);
        }
    }
    ct_output_put(buf, arrow);
    ct_output_put(buf, "client\n");
}

static void put_names(struct ct_writer *writer, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    if (verdict->marks != 0) {
        (void)begin_line(writer, "marks");
        const char *separator = " ";
        for (int i = 0; i < CT_MARK_COUNT; i++) {
            if ((verdict->marks >> i & 1u) != 0) {
                ct_output_putf(buf, "%s%s", separator, ct_cache_mark_name((enum ct_mark)i));
                separator = ", ";
            }
        }
        ct_output_put_char(buf, '\n');
    }
    if (verdict->findings != 0) {
        const char *title = "findings";
        for (int i = 0; i < CT_FINDING_COUNT; i++) {
            if ((verdict->findings >> i & 1u) != 0) {
                begin_line(writer, title);
                title = "";
                ct_output_putf(buf, "%s: %s\n", ct_cache_finding_name((enum ct_finding)i),
                               ct_cache_finding_advice((enum ct_finding)i));
            }
        }
    }
    if (txn->notes != 0) {
        (void)begin_line(writer, "seen");
        const char *separator = " ";
        for (int i = 0; i < CT_NOTE_COUNT; i++) {
            if ((txn->notes >> i & 1u) != 0) {
                ct_output_putf(buf, "%s%s", separator, ct_http_note_name((enum ct_note)i));
                separator = ", ";
            }
        }
        ct_output_put_char(buf, '\n');
    }
}

void ct_output_text_explain(struct ct_writer *writer, const struct ct_txn *txn,
                            const struct ct_verdict *verdict)
{
    char advice[CT_ADVICE_MAX];
    put_outcome(writer, verdict->outcome);
    put_reason(writer, verdict->reason);
    put_basis(writer, verdict);
    put_evidence(writer, txn, verdict);
    if (verdict->rule != NULL) {
        put_line(writer, "rule", verdict->rule);
    }
    put_tiers(writer, txn, verdict);
    put_names(writer, txn, verdict);
    (void)ct_cache_advice(txn, verdict, advice, sizeof advice);
    put_line(writer, "advice", advice);
}

/* ---- groups ----------------------------------------------------------------------------- */

static void put_group(struct ct_writer *writer, const struct ct_group_row *row, uint64_t all)
{
    struct ct_buf *buf = &writer->buf;
    ct_output_put(buf, "\n ");
    ct_output_count_cell(buf, row->n, 10);
    ct_output_percent_cell(buf, row->n, all, 8);
    ct_output_put(buf, "  ");
    ct_output_color(writer, ct_output_outcome_color(row->outcome));
    ct_output_put(buf, ct_cache_outcome_name(row->outcome));
    ct_output_color(writer, CT_COLOR_OFF);
    if (ct_cache_reason_name(row->reason) != NULL) {
        ct_output_putf(buf, " %s", ct_cache_reason_name(row->reason));
    }
    ct_output_putf(buf, "%s%s\n", row->dialect != NULL ? ", " : "",
                   row->dialect != NULL ? row->dialect : "");
    put_line(writer, "means",
             ct_cache_reason_name(row->reason) != NULL ? ct_cache_reason_help(row->reason)
                                                       : ct_cache_outcome_help(row->outcome));
    put_line(writer, "example", row->example);
    if (row->evidence[0] != '\0') {
        put_line(writer, "evidence", row->evidence);
    }
    if (row->rule != NULL) {
        put_line(writer, "rule", row->rule);
    }
    put_line(writer, "advice", row->advice);
}

void ct_output_summary_groups(struct ct_writer *writer, const struct ct_snapshot *snapshot)
{
    const struct ct_group_list *groups = &snapshot->groups;
    size_t shown = groups->n_rows < GROUPS_SHOWN ? groups->n_rows : GROUPS_SHOWN;
    if (shown == 0) {
        return;
    }
    ct_output_section(writer, "Why, and what would have to change for a hit", "");
    ct_output_put(&writer->buf, "  By outcome, reason and dialect, hits last; the first "
                                "transaction of each\n  is the example.\n");
    for (unsigned hits = 0; hits < 2; hits++) { /* last, as there is least to change */
        for (size_t i = 0; i < shown; i++) {
            if ((ct_cache_outcome_class(groups->rows[i].outcome) == CT_CLASS_HIT) == (hits > 0)) {
                put_group(writer, &groups->rows[i], snapshot->transactions);
            }
        }
    }
    if (groups->n_groups > shown) {
        ct_output_put(&writer->buf, "\n  and ");
        ct_output_put_count(&writer->buf, groups->n_groups - shown);
        ct_output_put(&writer->buf, " more groups\n");
    }
}
