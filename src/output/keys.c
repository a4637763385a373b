/* SPDX-License-Identifier: Apache-2.0 */
#include "output/keys.h"

#include <assert.h>

#include "output/values.h"

/* ---- the connection --------------------------------------------------------------------- */

static void get_ts(const struct ct_record *record, struct ct_value *value)
{
    ct_value_seconds(value, true, ct_http_txn_ns(record->txn));
}

static void get_uid(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, record->txn->conn.uid);
}

static void get_orig_h(const struct ct_record *record, struct ct_value *value)
{
    ct_value_address(value, &record->txn->conn.orig);
}

static void get_orig_p(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->conn.orig.port);
}

static void get_resp_h(const struct ct_record *record, struct ct_value *value)
{
    ct_value_address(value, &record->txn->conn.resp);
}

static void get_resp_p(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->conn.resp.port);
}

static void get_depth(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->depth);
}

/* ---- the messages ----------------------------------------------------------------------- */

static void get_method(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_ref(record->txn, record->txn->method));
}

static void get_host(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_ref(record->txn, record->txn->host));
}

static void get_uri(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_ref(record->txn, record->txn->target));
}

static void get_version(const struct ct_record *record, struct ct_value *value)
{
    static_assert(CT_VERSION_TEXT_MAX <= sizeof value->buffer, "fits");
    ct_output_version(record->txn, value->buffer);
    ct_value_word(value, value->buffer[0] != '\0' ? value->buffer : NULL);
}

static void get_status_code(const struct ct_record *record, struct ct_value *value)
{
    if (record->txn->status != 0) {
        ct_value_integer(value, record->txn->status);
    }
}

static void get_status_msg(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_ref(record->txn, record->txn->reason));
}

static void get_user_agent(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_field(record->txn, CT_DIR_ORIG, CT_FIELD_USER_AGENT));
}

static void get_referrer(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_field(record->txn, CT_DIR_ORIG, CT_FIELD_REFERER));
}

static void get_content_type(const struct ct_record *record, struct ct_value *value)
{
    ct_value_text(value, ct_output_field(record->txn, CT_DIR_RESP, CT_FIELD_CONTENT_TYPE));
}

static void get_request_body_len(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->request.body_len);
}

static void get_response_body_len(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->response.body_len);
}

static void get_request_wire_len(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->request.wire_len);
}

static void get_response_wire_len(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->response.wire_len);
}

static void get_ttfb(const struct ct_record *record, struct ct_value *value)
{
    int64_t ns = 0;
    bool known = ct_output_ttfb(record->txn, &ns);
    ct_value_seconds(value, known, ns);
}

static void get_duration(const struct ct_record *record, struct ct_value *value)
{
    int64_t ns = 0;
    bool known = ct_output_duration(record->txn, &ns);
    ct_value_seconds(value, known, ns);
}

static void get_missing_bytes(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->txn->request.missing + record->txn->response.missing);
}

static void get_complete(const struct ct_record *record, struct ct_value *value)
{
    ct_value_bool(value, ct_output_complete(record->txn));
}

/* ---- the verdict ------------------------------------------------------------------------ */

static const char *mark_name(int mark)
{
    return ct_cache_mark_name((enum ct_mark)mark);
}

static const char *note_name(int note)
{
    return ct_http_note_name((enum ct_note)note);
}

static void get_cache_status(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, ct_cache_outcome_name(record->verdict->outcome));
}

static void get_cache_class(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, ct_cache_class_name(record->verdict->class));
}

static void get_cache_basis(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, ct_cache_basis_name(record->verdict->basis));
}

static void get_cache_dialect(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, record->verdict->dialect);
}

static void get_cache_evidence(const struct ct_record *record, struct ct_value *value)
{
    (void)record;
    value->kind = CT_VALUE_EVIDENCE;
}

static void get_cache_reason(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, ct_cache_reason_name(record->verdict->reason));
}

static void get_cache_tiers(const struct ct_record *record, struct ct_value *value)
{
    (void)record;
    value->kind = CT_VALUE_TIERS;
}

static void get_age(const struct ct_record *record, struct ct_value *value)
{
    if (record->verdict->age_s >= 0) {
        ct_value_integer(value, (uint64_t)record->verdict->age_s);
    }
}

static void get_cache_marks(const struct ct_record *record, struct ct_value *value)
{
    ct_value_words(value, record->verdict->marks, CT_MARK_COUNT, mark_name);
}

static const char *finding_name(int i)
{
    return ct_cache_finding_name((enum ct_finding)i);
}

static void get_findings(const struct ct_record *record, struct ct_value *value)
{
    ct_value_words(value, record->verdict->findings, CT_FINDING_COUNT, finding_name);
}

static void get_notes(const struct ct_record *record, struct ct_value *value)
{
    ct_value_words(value, record->txn->notes, CT_NOTE_COUNT, note_name);
}

static void get_cache_reached_origin(const struct ct_record *record, struct ct_value *value)
{
    if (ct_output_origin_known(record->verdict)) {
        ct_value_bool(value, record->verdict->reached_origin);
    }
}

/* A key is never renamed, moved or removed; new ones are added at the end. */
static const struct ct_record_key keys[] = {
    {"ts", get_ts},
    {"uid", get_uid},
    {"id.orig_h", get_orig_h},
    {"id.orig_p", get_orig_p},
    {"id.resp_h", get_resp_h},
    {"id.resp_p", get_resp_p},
    {"trans_depth", get_depth},
    {"method", get_method},
    {"host", get_host},
    {"uri", get_uri},
    {"version", get_version},
    {"status_code", get_status_code},
    {"status_msg", get_status_msg},
    {"user_agent", get_user_agent},
    {"referrer", get_referrer},
    {"content_type", get_content_type},
    {"request_body_len", get_request_body_len},
    {"response_body_len", get_response_body_len},
    {"request_wire_len", get_request_wire_len},
    {"response_wire_len", get_response_wire_len},
    {"ttfb", get_ttfb},
    {"duration", get_duration},
    {"missing_bytes", get_missing_bytes},
    {"complete", get_complete},
    {"cache_status", get_cache_status},
    {"cache_class", get_cache_class},
    {"cache_basis", get_cache_basis},
    {"cache_dialect", get_cache_dialect},
    {"cache_evidence", get_cache_evidence},
    {"cache_reason", get_cache_reason},
    {"cache_tiers", get_cache_tiers},
    {"age", get_age},
    {"cache_marks", get_cache_marks},
    {"findings", get_findings},
    {"notes", get_notes},
    {"cache_reached_origin", get_cache_reached_origin},
};

const struct ct_record_key *ct_output_key(size_t i)
{
    return i < sizeof keys / sizeof keys[0] ? &keys[i] : NULL;
}
