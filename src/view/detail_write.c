/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one transaction, as text: what happened, why, on whose word, and to whom. */
#include <inttypes.h>
#include <stdio.h>

#include "base/span.h"
#include "output/record.h"
#include "view/detail.h"
#include "view/format.h"
#include "view/state.h"

#define LABEL_COLUMNS 12u
#define OTHERS_SHOWN  8u
#define BAR_COLUMNS   60u

static void label(struct ct_sheet *sheet, const char *text)
{
    ct_view_sheet_row(sheet, LABEL_COLUMNS, 0);
    ct_view_sheet_putf(sheet, CT_STYLE_DIM, "  %s", text);
    ct_view_sheet_to(sheet, LABEL_COLUMNS);
}

static enum ct_style outcome_style(enum ct_outcome outcome)
{
    return ct_view_class_style(ct_cache_outcome_class(outcome));
}

/* ---- what and why ----------------------------------------------------------------------- */

static void write_request(const struct ct_detail *detail, struct ct_sheet *sheet)
{
    const struct ct_txn *txn = &detail->txn;
    struct ct_span target = ct_txn_text(txn, txn->target);
    ct_view_sheet_row(sheet, 2, 0);
    ct_view_sheet_putf(sheet, CT_STYLE_BOLD, " ");
    if (txn->request.seen) {
        ct_view_sheet_put(sheet, CT_STYLE_BOLD, ct_txn_text(txn, txn->method));
        ct_view_sheet_putf(sheet, CT_STYLE_BOLD, " ");
        if (target.n > 0 && target.p[0] == '/') {
            ct_view_sheet_put(sheet, CT_STYLE_BOLD, ct_txn_text(txn, txn->host));
        }
        ct_view_sheet_put(sheet, CT_STYLE_BOLD, target);
    } else {
        ct_view_sheet_putf(sheet, CT_STYLE_WARN, "(the request was not seen)");
    }
    if (txn->response.seen) {
        ct_view_sheet_putf(sheet, CT_STYLE_BOLD, "  %u ", (unsigned)txn->status);
        ct_view_sheet_put(sheet, CT_STYLE_NORMAL, ct_txn_text(txn, txn->reason));
    } else {
        ct_view_sheet_putf(sheet, CT_STYLE_WARN, "  (no response was seen)");
    }
}

static void write_why(const struct ct_detail *detail, struct ct_sheet *sheet)
{
    static const char *const meanings[CT_BASIS_COUNT] = {
        [CT_BASIS_STATED] = "a header says so",
        [CT_BASIS_OBSERVED] = "the traffic on the cache's other side proves it",
        [CT_BASIS_INFERRED] = "no header says it, RFC 9111 was applied",
        [CT_BASIS_NONE] = "nothing tells",
    };
    const struct ct_verdict *verdict = &detail->verdict;
    char advice[CT_ADVICE_MAX];
    label(sheet, "outcome");
    ct_view_sheet_putf(sheet, outcome_style(verdict->outcome), "%s",
                       ct_cache_outcome_name(verdict->outcome));
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, " (%s): ", ct_cache_class_name(verdict->class));
    ct_view_sheet_words(sheet, CT_STYLE_NORMAL, ct_cache_outcome_help(verdict->outcome));
    if (ct_cache_reason_name(verdict->reason) != NULL) {
        label(sheet, "reason");
        ct_view_sheet_putf(sheet, CT_STYLE_BOLD, "%s", ct_cache_reason_name(verdict->reason));
        ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, ": ");
        ct_view_sheet_words(sheet, CT_STYLE_NORMAL, ct_cache_reason_help(verdict->reason));
    }
    label(sheet, "basis");
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%s: %s", ct_cache_basis_name(verdict->basis),
                       meanings[verdict->basis]);
    if (verdict->dialect != NULL) {
        ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, ", read as %s", verdict->dialect);
    }
    if (verdict->rule != NULL) {
        label(sheet, "rule");
        ct_view_sheet_words(sheet, CT_STYLE_NORMAL, verdict->rule);
    }
    (void)ct_cache_advice(&detail->txn, verdict, advice, sizeof advice);
    label(sheet, "advice");
    ct_view_sheet_words(sheet, CT_STYLE_GOOD, advice);
}

static void write_evidence(const struct ct_detail *detail, const struct ct_fields *fields,
                           struct ct_sheet *sheet)
{
    struct ct_evidence_text text;
    const char *title = "evidence";
    for (size_t i = 0; i < detail->verdict.n_evidence; i++) {
        if (ct_output_evidence(&detail->txn, fields, &detail->verdict, i, &text)) {
            label(sheet, title);
            title = "";
            ct_view_sheet_put(sheet, CT_STYLE_BOLD, text.name);
            ct_view_sheet_putf(sheet, CT_STYLE_BOLD, ": ");
            ct_view_sheet_put(sheet, CT_STYLE_BOLD, text.value);
        }
    }
}

static void write_findings(const struct ct_detail *detail, struct ct_sheet *sheet)
{
    const char *title = "findings";
    for (int i = 0; i < CT_FINDING_COUNT; i++) {
        if ((detail->verdict.findings >> i & 1u) != 0) {
            enum ct_severity severity = ct_cache_finding_severity((enum ct_finding)i);
            label(sheet, title);
            title = "";
            ct_view_sheet_putf(sheet,
                               severity == CT_SEVERITY_INFO ? CT_STYLE_NORMAL : CT_STYLE_WARN, "%s",
                               ct_cache_finding_name((enum ct_finding)i));
            ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, ": ");
            ct_view_sheet_words(sheet, CT_STYLE_NORMAL,
                                ct_cache_finding_advice((enum ct_finding)i));
        }
    }
    if (detail->verdict.marks != 0) {
        label(sheet, "marks");
        for (int i = 0; i < CT_MARK_COUNT; i++) {
            if ((detail->verdict.marks >> i & 1u) != 0) {
                ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%s ",
                                   ct_cache_mark_name((enum ct_mark)i));
            }
        }
    }
    if (detail->txn.notes != 0) {
        label(sheet, "seen");
        for (int i = 0; i < CT_NOTE_COUNT; i++) {
            if ((detail->txn.notes >> i & 1u) != 0) {
                ct_view_sheet_putf(sheet, CT_STYLE_WARN, "%s ", ct_http_note_name((enum ct_note)i));
            }
        }
    }
}

/* ---- tiers and times -------------------------------------------------------------------- */

static void write_tier(const struct ct_detail *detail, const struct ct_tier *tier,
                       struct ct_sheet *sheet)
{
    struct ct_text_value name = ct_output_tier_name(&detail->txn, tier);
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "[");
    if (name.present) {
        ct_view_sheet_put(sheet, CT_STYLE_NORMAL, ct_span_slice(name.text, 0, 40));
        ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, " ");
    }
    ct_view_sheet_putf(sheet, tier->fossil ? CT_STYLE_DIM : outcome_style(tier->outcome), "%s",
                       ct_cache_outcome_name(tier->outcome));
    if (tier->hits >= 0) {
        ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, " hits %" PRId64, tier->hits);
    }
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, tier->fossil ? ", of an earlier request]" : "]");
}

/* "origin --> [varnish MISS] --> [edge HIT hits 3] --> client" */
static void write_tiers(const struct ct_detail *detail, struct ct_sheet *sheet)
{
    const struct ct_verdict *verdict = &detail->verdict;
    const char *arrow = sheet->utf8 ? " \xe2\x94\x80\xe2\x94\x80\xe2\x96\xb6 " : " --> ";
    const char *broken = sheet->utf8 ? " \xe2\x94\x84\xe2\x94\x84\xe2\x94\x84 " : " ... ";
    bool spared = ct_output_origin_known(verdict) && !verdict->reached_origin;
    ct_view_sheet_title(sheet, " From the origin to the client ");
    ct_view_sheet_row(sheet, 2, 0);
    ct_view_sheet_putf(sheet, spared ? CT_STYLE_DIM : CT_STYLE_NORMAL, "  origin");
    if (spared) {
        ct_view_sheet_putf(sheet, CT_STYLE_DIM, " (not asked)");
    }
    if (verdict->tiers_cut) {
        ct_view_sheet_putf(sheet, CT_STYLE_WARN, "%s(more than are kept)", arrow);
    }
    for (size_t i = 0; i < verdict->n_tiers; i++) {
        ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%s", spared && i == 0 ? broken : arrow);
        write_tier(detail, &verdict->tiers[i], sheet);
    }
    if (verdict->n_tiers == 0) {
        ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%s", spared ? broken : arrow);
        ct_view_sheet_putf(sheet, outcome_style(verdict->outcome), "[%s]",
                           ct_cache_outcome_name(verdict->outcome));
    }
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%sclient", arrow);
}

static void write_span(struct ct_sheet *sheet, const char *what, int64_t ns, int64_t before,
                       int64_t all)
{
    unsigned columns = sheet->canvas.columns > 40 ? sheet->canvas.columns - 30 : 10;
    columns = columns < BAR_COLUMNS ? columns : BAR_COLUMNS;
    ns = ns > 0 ? ns : 0;
    before = before > 0 ? before : 0;
    label(sheet, what);
    ct_view_sheet_putf(sheet, CT_STYLE_BOLD, "%8s  ", ct_view_duration(ns).text);
    unsigned begin = (unsigned)((double)before / (double)all * columns);
    unsigned end = (unsigned)((double)(before + ns) / (double)all * columns + 0.5);
    end = ns > 0 && end <= begin ? begin + 1 : end;
    for (unsigned i = 0; i < end && i < columns; i++) {
        ct_view_sheet_putf(sheet, CT_STYLE_HIT, "%s",
                           i < begin ? " " : (sheet->utf8 ? "\xe2\x96\x88" : "="));
    }
}

static void write_times(const struct ct_detail *detail, struct ct_sheet *sheet)
{
    const struct ct_message *request = &detail->txn.request;
    const struct ct_message *response = &detail->txn.response;
    ct_view_sheet_title(sheet, " Time ");
    label(sheet, "at");
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%s UTC",
                       ct_view_clock(ct_http_txn_ns(&detail->txn), true).text);
    if (!request->seen || !response->seen) {
        label(sheet, "");
        ct_view_sheet_putf(sheet, CT_STYLE_DIM, "one of the messages was not seen");
        return;
    }
    int64_t sent = request->last_ns - request->first_ns;
    int64_t begun = response->first_ns - request->first_ns;
    int64_t wait = response->first_ns - request->last_ns;
    int64_t transfer = response->last_ns - response->first_ns;
    int64_t all = response->last_ns - request->first_ns;
    all = all > 0 ? all : 1;
    write_span(sheet, "request", sent, 0, all);
    write_span(sheet, "wait", wait, sent, all);
    write_span(sheet, "transfer", transfer, begun, all);
}

/* ---- messages --------------------------------------------------------------------------- */

static bool is_evidence(const struct ct_verdict *verdict, uint32_t line)
{
    for (size_t i = 0; i < verdict->n_evidence; i++) {
        if (verdict->evidence[i].kind == CT_EVIDENCE_LINE && verdict->evidence[i].line == line) {
            return true;
        }
    }
    return false;
}

static void write_message(const struct ct_detail *detail, const struct ct_fields *fields,
                          struct ct_sheet *sheet, enum ct_dir dir)
{
    const struct ct_txn *txn = &detail->txn;
    const struct ct_message *message = dir == CT_DIR_ORIG ? &txn->request : &txn->response;
    ct_view_sheet_title(sheet, dir == CT_DIR_ORIG ? " Request, lines that were kept "
                                                  : " Response, lines that were kept ");
    if (!message->seen) {
        label(sheet, "not seen");
        return;
    }
    for (uint32_t i = 0; i < txn->n_lines; i++) {
        const struct ct_line *line = &txn->lines[i];
        if (line->dir != dir) {
            continue;
        }
        bool decided = is_evidence(&detail->verdict, i);
        enum ct_style style = decided ? CT_STYLE_BOLD : CT_STYLE_NORMAL;
        ct_view_sheet_row(sheet, 6, 0);
        ct_view_sheet_putf(sheet, CT_STYLE_KEY, decided ? "  * " : "    ");
        ct_view_sheet_putf(sheet, style, "%s: ", ct_http_fields_name(fields, line->field));
        if (ct_http_fields_secret(line->field)) {
            ct_view_sheet_putf(sheet, CT_STYLE_DIM, "(not kept: a credential)");
        } else {
            ct_view_sheet_put(sheet, style, ct_txn_text(txn, line->value));
        }
        if (line->trailer != 0) {
            ct_view_sheet_putf(sheet, CT_STYLE_DIM, " (trailer)");
        }
    }
    ct_view_sheet_row(sheet, 6, 0);
    ct_view_sheet_putf(
        sheet, CT_STYLE_DIM, "    HTTP/%u.%u, %" PRIu64 " octets, content %" PRIu64 "%s",
        (unsigned)message->version_major, (unsigned)message->version_minor, message->wire_len,
        message->body_len, message->complete ? "" : ", its end was not seen");
    if (message->missing > 0) {
        ct_view_sheet_putf(sheet, CT_STYLE_BAD, ", %" PRIu64 " lost", message->missing);
    }
}

/* ---- the others ------------------------------------------------------------------------- */

static void write_other(struct ct_sheet *sheet, const struct ct_txn_item *item)
{
    ct_view_sheet_row(sheet, 4, item->number);
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "  %s  ", ct_view_clock(item->ts_ns, true).text);
    ct_view_sheet_putf(sheet, outcome_style(item->outcome), "%-15s",
                       ct_cache_outcome_name(item->outcome));
    ct_view_sheet_putf(sheet, CT_STYLE_NORMAL, "%4u %8s  ", (unsigned)item->status,
                       item->ttfb_ns >= 0 ? ct_view_duration(item->ttfb_ns).text : "-");
    unsigned room = sheet->canvas.columns > sheet->x + 4 ? sheet->canvas.columns - sheet->x - 1 : 4;
    struct ct_span text = {item->text, item->text_n};
    ct_view_sheet_put(sheet, CT_STYLE_NORMAL,
                      ct_span_slice(text, 0, ct_view_fit(text, room, sheet->utf8)));
}

static void write_others(const struct ct_detail *detail, struct ct_sheet *sheet, const char *title,
                         const struct ct_list *list, uint64_t link)
{
    char text[96];
    size_t others = list->n_shown > 0 ? list->n_shown - 1 : 0;
    (void)snprintf(text, sizeof text, " %s: %zu other%s kept ", title, others,
                   others == 1 ? "" : "s");
    ct_view_sheet_title(sheet, text);
    unsigned shown = 0;
    for (size_t i = 0; i < list->n_shown && shown < OTHERS_SHOWN; i++) {
        const struct ct_txn_item *item = ct_view_list_row(list, i);
        if (item->number != detail->number) {
            write_other(sheet, item);
            shown++;
        }
    }
    if (others > 0) {
        ct_view_sheet_row(sheet, 4, link);
        ct_view_sheet_putf(sheet, CT_STYLE_KEY, "  all of them");
    }
}

void ct_view_detail_write(const struct ct_detail *detail, const struct ct_fields *fields,
                          struct ct_sheet *sheet, bool plain)
{
    (void)plain;
    if (!detail->there) {
        ct_view_sheet_row(sheet, 2, 0);
        ct_view_sheet_putf(sheet, CT_STYLE_WARN,
                           "  transaction %" PRIu64 " is not kept any more (watch_bytes)",
                           detail->number);
        return;
    }
    write_request(detail, sheet);
    write_why(detail, sheet);
    write_evidence(detail, fields, sheet);
    write_findings(detail, sheet);
    write_tiers(detail, sheet);
    write_times(detail, sheet);
    write_message(detail, fields, sheet, CT_DIR_ORIG);
    write_message(detail, fields, sheet, CT_DIR_RESP);
    write_others(detail, sheet, "The same URI", &detail->same_uri, CT_LINK_URI);
    write_others(detail, sheet, "The same connection", &detail->same_conn, CT_LINK_CONN);
}
