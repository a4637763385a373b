/* SPDX-License-Identifier: Apache-2.0 */
#include "output/record.h"

#include <inttypes.h>

#include "base/span.h"

struct ct_text_value ct_output_ref(const struct ct_txn *txn, struct ct_ref ref)
{
    return (struct ct_text_value){ct_ref_present(ref), ct_txn_text(txn, ref)};
}

struct ct_text_value ct_output_field(const struct ct_txn *txn, enum ct_dir dir, uint16_t field)
{
    const struct ct_line *line = ct_http_line(txn, dir, field, NULL);
    return line != NULL ? ct_output_ref(txn, line->value) : (struct ct_text_value){false, {0}};
}

void ct_output_version(const struct ct_txn *txn, char out[CT_VERSION_TEXT_MAX])
{
    const struct ct_message *message = txn->request.seen ? &txn->request : &txn->response;
    out[0] = '\0';
    if (!message->seen) {
        return;
    }
    if (message->version_major >= 2) {
        (void)snprintf(out, CT_VERSION_TEXT_MAX, "%u", message->version_major); /* fits */
    } else {
        (void)snprintf(out, CT_VERSION_TEXT_MAX, "%u.%u", message->version_major,
                       message->version_minor); /* fits */
    }
}

bool ct_output_ttfb(const struct ct_txn *txn, int64_t *ns)
{
    bool known = ct_stats_ttfb(txn, ns);
    if (known && *ns < 0) {
        *ns = 0;
    }
    return known;
}

bool ct_output_duration(const struct ct_txn *txn, int64_t *ns)
{
    bool known = ct_stats_duration(txn, ns);
    if (known && *ns < 0) {
        *ns = 0;
    }
    return known;
}

bool ct_output_complete(const struct ct_txn *txn)
{
    return txn->request.complete && txn->response.complete;
}

static bool evidence_line(const struct ct_txn *txn, const struct ct_fields *fields, uint32_t index,
                          struct ct_evidence_text *out)
{
    if (index >= txn->n_lines) {
        return false;
    }
    const struct ct_line *line = &txn->lines[index];
    const char *name = ct_http_fields_name(fields, line->field);
    if (name == NULL) {
        return false;
    }
    out->name = ct_span_of(name);
    out->value =
        ct_http_fields_secret(line->field) ? ct_span_of("-") : ct_txn_text(txn, line->value);
    return true;
}

/* What was the same then as now, so that it need not be kept: the value is in this response. */
static size_t put_same(struct ct_evidence_text *out, size_t n, const struct ct_txn *txn,
                       enum ct_field field, const char *name)
{
    struct ct_span value = ct_output_field(txn, CT_DIR_RESP, (uint16_t)field).text;
    int room = value.n < 64 ? (int)value.n : 64;
    int put = snprintf(out->text + n, sizeof out->text - n, "%s %.*s, ", name, room,
                       value.n > 0 ? (const char *)value.p : "");
    return put > 0 && (size_t)put < sizeof out->text - n ? n + (size_t)put : n;
}

/* "status 200, ETag "x", Age 3, 2.0 s before" */
static void earlier_text(const struct ct_txn *txn, const struct ct_earlier *earlier,
                         struct ct_evidence_text *out)
{
    size_t n = (size_t)snprintf(out->text, sizeof out->text, "status %u, ", earlier->status);
    if (earlier->same_etag) {
        n = put_same(out, n, txn, CT_FIELD_ETAG, "ETag");
    }
    if (earlier->same_modified && !earlier->same_etag) {
        n = put_same(out, n, txn, CT_FIELD_LAST_MODIFIED, "Last-Modified");
    }
    if (earlier->same_date) {
        n = put_same(out, n, txn, CT_FIELD_DATE, "Date");
    }
    n += earlier->same_id
             ? (size_t)snprintf(out->text + n, sizeof out->text - n, "the same request id, ")
             : 0;
    if (earlier->age_s >= 0) {
        n += (size_t)snprintf(out->text + n, sizeof out->text - n, "Age %" PRId64 ", ",
                              earlier->age_s);
    }
    (void)snprintf(out->text + n, sizeof out->text - n, "%.1f s before", /* all of it fits */
                   (double)earlier->ago_ns / (double)CT_NS_PER_S);
}

bool ct_output_evidence(const struct ct_txn *txn, const struct ct_fields *fields,
                        const struct ct_verdict *verdict, size_t i, struct ct_evidence_text *out)
{
    const struct ct_evidence *evidence = &verdict->evidence[i];
    switch (evidence->kind) {
    case CT_EVIDENCE_LINE:
        return evidence_line(txn, fields, evidence->line, out);
    case CT_EVIDENCE_METHOD:
        out->name = ct_span_of("method");
        out->value = ct_txn_text(txn, txn->method);
        return ct_ref_present(txn->method);
    case CT_EVIDENCE_STATUS:
        (void)snprintf(out->text, sizeof out->text, "%u", txn->status); /* fits */
        out->name = ct_span_of("status");
        out->value = ct_span_of(out->text);
        return txn->status != 0;
    case CT_EVIDENCE_EARLIER:
        earlier_text(txn, &verdict->earlier, out);
        out->name = ct_span_of("earlier response");
        out->value = ct_span_of(out->text);
        return verdict->earlier.status != 0;
    }
    return false;
}

struct ct_text_value ct_output_tier_name(const struct ct_txn *txn, const struct ct_tier *tier)
{
    if (!ct_ref_present(tier->node) && tier->label != NULL) {
        return (struct ct_text_value){true, ct_span_of(tier->label)};
    }
    return ct_output_ref(txn, tier->node);
}

bool ct_output_origin_known(const struct ct_verdict *verdict)
{
    return verdict->class == CT_CLASS_HIT || verdict->class == CT_CLASS_MISS;
}
