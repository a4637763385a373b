/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --where: the keys of a transaction's record as fields of the query language, and shorter names
 * for some.
 */
#include "output/where.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "output/keys.h"
#include "output/record.h"

/* A value at a time is made in here. */
struct subject {
    struct ct_record record;
    struct ct_value value;
    struct ct_evidence_text evidence;
};

struct ct_where {
    struct ct_query *query;
};

struct row {
    const char *name;
    const char *key;
    enum ct_query_kind kind;
};

#define SAME(name, kind)            \
    {                               \
        name, name, CT_QUERY_##kind \
    }

/* clang-format off */
static const struct row rows[] = {
    SAME("ts", SECONDS),
    SAME("uid", TEXT),
    SAME("id.orig_h", TEXT),          {"client", "id.orig_h", CT_QUERY_TEXT},
    SAME("id.orig_p", NUMBER),        {"client_port", "id.orig_p", CT_QUERY_NUMBER},
    SAME("id.resp_h", TEXT),          {"server", "id.resp_h", CT_QUERY_TEXT},
    SAME("id.resp_p", NUMBER),        {"server_port", "id.resp_p", CT_QUERY_NUMBER},
    SAME("trans_depth", NUMBER),
    SAME("method", TEXT),
    SAME("host", TEXT),
    SAME("uri", TEXT),
    SAME("version", TEXT),
    SAME("status_code", NUMBER),      {"status", "status_code", CT_QUERY_NUMBER},
    SAME("status_msg", TEXT),
    SAME("user_agent", TEXT),         {"agent", "user_agent", CT_QUERY_TEXT},
    SAME("referrer", TEXT),
    SAME("content_type", TEXT),       {"type", "content_type", CT_QUERY_TEXT},
    SAME("request_body_len", BYTES),
    SAME("response_body_len", BYTES), {"size", "response_body_len", CT_QUERY_BYTES},
    SAME("request_wire_len", BYTES),
    SAME("response_wire_len", BYTES),
    SAME("ttfb", SECONDS),
    SAME("duration", SECONDS),
    SAME("missing_bytes", BYTES),
    SAME("complete", FLAG),
    SAME("cache_status", TEXT),       {"cache", NULL, CT_QUERY_TEXT}, /* outcome and class */
    SAME("cache_class", TEXT),        {"class", "cache_class", CT_QUERY_TEXT},
    SAME("cache_basis", TEXT),        {"basis", "cache_basis", CT_QUERY_TEXT},
    SAME("cache_dialect", TEXT),      {"dialect", "cache_dialect", CT_QUERY_TEXT},
    SAME("cache_evidence", TEXT),     {"evidence", "cache_evidence", CT_QUERY_TEXT},
    SAME("cache_reason", TEXT),       {"reason", "cache_reason", CT_QUERY_TEXT},
    SAME("cache_tiers", TEXT),        {"tier", "cache_tiers", CT_QUERY_TEXT},
    SAME("age", SECONDS),
    SAME("cache_marks", TEXT),        {"mark", "cache_marks", CT_QUERY_TEXT},
    SAME("findings", TEXT),           {"finding", "findings", CT_QUERY_TEXT},
    SAME("notes", TEXT),              {"note", "notes", CT_QUERY_TEXT},
    SAME("cache_reached_origin", FLAG),
};
/* clang-format on */

#define N_ROWS (sizeof rows / sizeof rows[0])

static const char *name_of(size_t i, enum ct_query_kind *kind)
{
    if (i >= N_ROWS) {
        return NULL;
    }
    *kind = rows[i].kind;
    return rows[i].name;
}

static const struct ct_record_key *key_of(const char *name)
{
    const struct ct_record_key *key = NULL;
    for (size_t i = 0; (key = ct_output_key(i)) != NULL && strcmp(key->name, name) != 0; i++) {
    }
    return key;
}

static bool outcome_or_class(const struct ct_verdict *verdict, size_t k, struct ct_query_value *out)
{
    out->text = ct_span_of(k == 0 ? ct_cache_outcome_name(verdict->outcome)
                                  : ct_cache_class_name(verdict->class));
    return k < 2;
}

/* Name k of a set of bits. */
static bool word_of_set(const struct ct_value *value, size_t k, struct ct_query_value *out)
{
    for (int bit = 0; bit < value->n; bit++) {
        if ((value->integer >> bit & 1) != 0 && k-- == 0) {
            out->text = ct_span_of(value->name_of(bit));
            return true;
        }
    }
    return false;
}

/* The values only: whoever looks for a name looks for it alone. */
static bool evidence_of(struct subject *subject, size_t k, struct ct_query_value *out)
{
    const struct ct_record *record = &subject->record;
    const struct ct_verdict *verdict = record->verdict;
    if (k / 2 >= verdict->n_evidence) {
        return false;
    }
    if (!ct_output_evidence(record->txn, record->fields, verdict, k / 2, &subject->evidence)) {
        out->text = (struct ct_span){NULL, 0};
        return true;
    }
    out->text = k % 2 == 0 ? subject->evidence.name : subject->evidence.value;
    return true;
}

/* Name and outcome of each tier. */
static bool tier_of(const struct ct_record *record, size_t k, struct ct_query_value *out)
{
    if (k / 2 >= record->verdict->n_tiers) {
        return false;
    }
    const struct ct_tier *tier = &record->verdict->tiers[k / 2];
    out->text = k % 2 == 0 ? ct_output_tier_name(record->txn, tier).text
                           : ct_span_of(ct_cache_outcome_name(tier->outcome));
    return true;
}

static bool single(const struct ct_value *value, struct ct_query_value *out)
{
    switch (value->kind) {
    case CT_VALUE_TEXT:
        out->text = value->text;
        return true;
    case CT_VALUE_WORD:
        out->text = ct_span_of(value->word);
        return true;
    case CT_VALUE_INTEGER:
        out->number = (double)value->integer;
        return true;
    case CT_VALUE_SECONDS:
        out->number = (double)value->ns / (double)CT_NS_PER_S;
        return true;
    case CT_VALUE_BOOL:
        out->number = value->flag ? 1 : 0;
        return true;
    default:
        return false;
    }
}

static bool value_of(void *record, size_t i, size_t k, struct ct_query_value *out)
{
    struct subject *subject = record;
    const char *key = rows[i].key;
    if (key == NULL) {
        return outcome_or_class(subject->record.verdict, k, out);
    }
    memset(&subject->value, 0, sizeof subject->value);
    key_of(key)->get(&subject->record, &subject->value);
    switch (subject->value.kind) {
    case CT_VALUE_WORDS:
        return word_of_set(&subject->value, k, out);
    case CT_VALUE_EVIDENCE:
        return evidence_of(subject, k, out);
    case CT_VALUE_TIERS:
        return tier_of(&subject->record, k, out);
    default:
        return k == 0 && single(&subject->value, out);
    }
}

static const struct ct_query_fields where_fields = {name_of, value_of};

const struct ct_query_fields *ct_output_where_fields(void)
{
    return &where_fields;
}

struct ct_where *ct_output_where_new(const char *text, char message[CT_QUERY_MESSAGE_MAX])
{
    struct ct_where *where = calloc(1, sizeof *where);
    if (where == NULL) {
        (void)snprintf(message, CT_QUERY_MESSAGE_MAX, "out of memory");
        return NULL;
    }
    where->query = ct_query_new(text, &where_fields, message);
    if (where->query == NULL) {
        free(where);
        return NULL;
    }
    return where;
}

bool ct_output_where_match(const struct ct_where *where, const struct ct_fields *fields,
                           const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct subject subject = {
        .record = {.txn = txn, .verdict = verdict, .fields = fields},
    };
    return ct_query_match(where->query, &subject);
}

void ct_output_where_free(struct ct_where *where)
{
    if (where != NULL) {
        ct_query_free(where->query);
        free(where);
    }
}
