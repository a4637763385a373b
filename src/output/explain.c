/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasoning behind one outcome, as lines that stand indented below the transaction's own:
 * what it means, how it is known, from which rule and which lines, and what each cache said.
 */
#include <inttypes.h>

#include "output/record.h"
#include "output/writer.h"

static void begin_line(struct ct_writer *writer, const char *title)
{
    ct_output_color(writer, CT_COLOR_DIM);
    ct_output_putf(&writer->buf, "    %-9s ", title);
    ct_output_color(writer, CT_COLOR_OFF);
}

static void put_meaning(struct ct_writer *writer, const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    const char *reason = ct_cache_reason_name(verdict->reason);
    begin_line(writer, "outcome");
    ct_output_putf(buf, "%s, class %s: %s\n", ct_cache_outcome_name(verdict->outcome),
                   ct_cache_class_name(verdict->class), ct_cache_outcome_help(verdict->outcome));
    begin_line(writer, "basis");
    ct_output_put(buf, ct_cache_basis_name(verdict->basis));
    if (verdict->dialect != NULL) {
        ct_output_putf(buf, ", read as %s", verdict->dialect);
    }
    if (reason != NULL) {
        ct_output_putf(buf, "; reason: %s", reason);
    }
    if (ct_output_origin_known(verdict)) {
        ct_output_put(buf, verdict->reached_origin ? "; the origin was reached"
                                                   : "; the origin was spared");
    }
    ct_output_put_char(buf, '\n');
    if (verdict->rule != NULL) {
        begin_line(writer, "rule");
        ct_output_put(buf, verdict->rule);
        ct_output_put_char(buf, '\n');
    }
}

static void put_evidence(struct ct_writer *writer, const struct ct_txn *txn,
                         const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    struct ct_evidence_text text;
    const char *title = "evidence";
    for (size_t i = 0; i < verdict->n_evidence; i++) {
        if (!ct_output_evidence(txn, writer->options.fields, &verdict->evidence[i], &text)) {
            continue;
        }
        begin_line(writer, title);
        title = "";
        ct_output_put_safe(buf, text.name);
        ct_output_put(buf, ": ");
        ct_output_put_safe(buf, text.value);
        ct_output_put_char(buf, '\n');
    }
}

static void put_tiers(struct ct_writer *writer, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    if (verdict->n_tiers == 0) {
        return;
    }
    begin_line(writer, "tiers");
    ct_output_put(buf, "origin");
    for (size_t i = 0; i < verdict->n_tiers; i++) {
        const struct ct_tier *tier = &verdict->tiers[i];
        struct ct_text_value name = ct_output_tier_name(txn, tier);
        ct_output_put(buf, writer->options.utf8 ? " \xe2\x86\x92 " : " -> ");
        if (name.present) {
            ct_output_put_safe(buf, name.text);
            ct_output_put_char(buf, ' ');
        }
        ct_output_color(writer, ct_output_outcome_color(tier->outcome));
        ct_output_put(buf, ct_cache_outcome_name(tier->outcome));
        ct_output_color(writer, CT_COLOR_OFF);
        if (tier->hits >= 0) {
            ct_output_putf(buf, " (hits %" PRId64 ")", tier->hits);
        }
        ct_output_put(buf, tier->fossil ? " (history)" : "");
    }
    ct_output_put(buf, writer->options.utf8 ? " \xe2\x86\x92 client" : " -> client");
    ct_output_put(buf, verdict->tiers_cut ? " (more tiers than are kept)\n" : "\n");
}

static void put_names(struct ct_writer *writer, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    struct ct_buf *buf = &writer->buf;
    if (verdict->marks != 0) {
        begin_line(writer, "marks");
        const char *separator = "";
        for (int i = 0; i < CT_MARK_COUNT; i++) {
            if ((verdict->marks >> i & 1u) != 0) {
                ct_output_putf(buf, "%s%s", separator, ct_cache_mark_name((enum ct_mark)i));
                separator = ", ";
            }
        }
        ct_output_put_char(buf, '\n');
    }
    if (txn->notes != 0) {
        begin_line(writer, "seen");
        const char *separator = "";
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
    put_meaning(writer, verdict);
    put_evidence(writer, txn, verdict);
    put_tiers(writer, txn, verdict);
    put_names(writer, txn, verdict);
}
