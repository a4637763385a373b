/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/groups.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"

static_assert(CT_GROUPS_MAX < UINT8_MAX, "numbers of rows fit");

static bool same_dialect(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* ---- the example ------------------------------------------------------------------------ */

/* Returns the new length. */
static size_t append(char out[CT_GROUP_EXAMPLE_MAX], size_t n, struct ct_span text)
{
    return n + ct_base_text_safe(out + n, CT_GROUP_EXAMPLE_MAX - n, text);
}

static void write_example(char out[CT_GROUP_EXAMPLE_MAX], const struct ct_txn *txn)
{
    struct ct_span target = ct_txn_text(txn, txn->target);
    if (!txn->request.seen) {
        (void)append(out, 0, ct_span_of("(request not seen)"));
        return;
    }
    size_t n = append(out, 0, ct_txn_text(txn, txn->method));
    n = append(out, n, ct_span_of(" "));
    if (target.n > 0 && (target.p[0] == '/' || target.p[0] == '*')) {
        n = append(out, n, ct_txn_text(txn, txn->host));
    }
    (void)append(out, n, target);
}

static void write_evidence(char out[CT_GROUP_EXAMPLE_MAX], const struct ct_fields *fields,
                           const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    const struct ct_evidence *evidence = &verdict->evidence[0];
    if (verdict->n_evidence == 0) {
        return;
    }
    if (evidence->kind == CT_EVIDENCE_METHOD) {
        size_t n = append(out, 0, ct_span_of("method: "));
        (void)append(out, n, ct_txn_text(txn, txn->method));
    } else if (evidence->kind == CT_EVIDENCE_STATUS) {
        (void)snprintf(out, CT_GROUP_EXAMPLE_MAX, "status: %u", txn->status); /* fits */
    } else if (evidence->line < txn->n_lines) {
        const struct ct_line *line = &txn->lines[evidence->line];
        const char *name = ct_http_fields_name(fields, line->field);
        size_t n = append(out, 0, ct_span_of(name != NULL ? name : "?"));
        n = append(out, n, ct_span_of(": "));
        (void)append(out, n,
                     ct_http_fields_secret(line->field) ? ct_span_of("-")
                                                        : ct_txn_text(txn, line->value));
    }
}

/* ---- counting --------------------------------------------------------------------------- */

static void show(struct ct_groups *groups, struct ct_group_row *row, const struct ct_fields *fields,
                 const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    groups->shown_ns[row - groups->rows] = ct_http_txn_ns(txn);
    row->rule = verdict->rule;
    row->evidence[0] = '\0';
    row->advice[0] = '\0';
    write_example(row->example, txn);
    write_evidence(row->evidence, fields, txn, verdict);
    (void)ct_cache_advice(txn, verdict, row->advice, sizeof row->advice);
}

static struct ct_group_row *make(struct ct_groups *groups, const struct ct_verdict *verdict)
{
    if (groups->n == CT_GROUPS_MAX) {
        return NULL;
    }
    uint8_t *first = &groups->first[verdict->outcome][verdict->reason];
    struct ct_group_row *row = &groups->rows[groups->n];
    groups->next[groups->n] = *first;
    *first = (uint8_t)++groups->n;
    row->outcome = verdict->outcome;
    row->reason = verdict->reason;
    row->dialect = verdict->dialect;
    return row;
}

void ct_stats_groups_txn(struct ct_groups *groups, const struct ct_fields *fields,
                         const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct ct_group_row *row = NULL;
    uint8_t at = groups->first[verdict->outcome][verdict->reason];
    while (at != 0 && !same_dialect(groups->rows[at - 1].dialect, verdict->dialect)) {
        at = groups->next[at - 1];
    }
    row = at != 0 ? &groups->rows[at - 1] : make(groups, verdict);
    if (row == NULL) {
        groups->left_out++;
        return;
    }
    /* The earliest, for the order in which transactions end may differ from run to run. */
    if (row->n++ == 0 || ct_http_txn_ns(txn) < groups->shown_ns[row - groups->rows]) {
        show(groups, row, fields, txn, verdict);
    }
}

/* ---- snapshots -------------------------------------------------------------------------- */

/* By count; equal ones by outcome, reason and dialect, so that the order is one. */
static int compare_rows(const void *a, const void *b)
{
    const struct ct_group_row *left = a;
    const struct ct_group_row *right = b;
    if (left->n != right->n) {
        return left->n > right->n ? -1 : 1;
    }
    if (left->outcome != right->outcome) {
        return left->outcome < right->outcome ? -1 : 1;
    }
    if (left->reason != right->reason) {
        return left->reason < right->reason ? -1 : 1;
    }
    return strcmp(left->dialect != NULL ? left->dialect : "",
                  right->dialect != NULL ? right->dialect : "");
}

bool ct_stats_groups_snapshot(const struct ct_groups *groups, size_t n_top,
                              struct ct_snapshot *snapshot)
{
    snapshot->groups.n_groups = groups->n;
    snapshot->groups.left_out = groups->left_out;
    if (n_top == 0 || groups->n == 0) {
        return true;
    }
    struct ct_group_row *rows = malloc(groups->n * sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    memcpy(rows, groups->rows, groups->n * sizeof *rows);
    qsort(rows, groups->n, sizeof *rows, compare_rows);
    snapshot->group_memory = rows;
    snapshot->groups.rows = rows;
    snapshot->groups.n_rows = n_top < groups->n ? n_top : groups->n;
    return true;
}
