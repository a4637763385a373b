/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of one connection. Names are those of Zeek's conn.log where it has the field,
 * and those of the record of a transaction where that has it. What is said of the caches is
 * null where the label of the connection was given up.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "output/values.h"

static void get_record(const struct ct_record *record, struct ct_value *value)
{
    (void)record;
    ct_value_word(value, "connection");
}

static void get_ts(const struct ct_record *record, struct ct_value *value)
{
    ct_value_seconds(value, true, record->end->info->first_ns);
}

static void get_uid(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, record->end->info->uid);
}

static void get_orig_h(const struct ct_record *record, struct ct_value *value)
{
    ct_value_address(value, &record->end->info->orig);
}

static void get_orig_p(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->info->orig.port);
}

static void get_resp_h(const struct ct_record *record, struct ct_value *value)
{
    ct_value_address(value, &record->end->info->resp);
}

static void get_resp_p(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->info->resp.port);
}

static void get_proto(const struct ct_record *record, struct ct_value *value)
{
    (void)record;
    ct_value_word(value, "tcp");
}

/* As in Zeek: what was found, in order, with commas. */
static void get_service(const struct ct_record *record, struct ct_value *value)
{
    enum ct_proto proto = record->end->proto;
    if (proto == CT_PROTO_HTTP1) {
        ct_value_word(value, "http");
        return;
    }
    (void)snprintf(value->buffer, sizeof value->buffer, "http,%s",
                   ct_stream_proto_name(proto)); /* fits */
    ct_value_made(value);
}

static void get_duration(const struct ct_record *record, struct ct_value *value)
{
    uint64_t ns = (uint64_t)record->end->last_ns - (uint64_t)record->end->info->first_ns;
    ct_value_seconds(value, true, ns < INT64_MAX ? (int64_t)ns : 0);
}

static void get_orig_bytes(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->bytes[CT_DIR_ORIG]);
}

static void get_resp_bytes(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->bytes[CT_DIR_RESP]);
}

static void get_missed_bytes(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->missing[0] + record->end->missing[1]);
}

static void get_orig_pkts(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->packets[CT_DIR_ORIG]);
}

static void get_resp_pkts(const struct ct_record *record, struct ct_value *value)
{
    ct_value_integer(value, record->end->packets[CT_DIR_RESP]);
}

static void get_conn_end(const struct ct_record *record, struct ct_value *value)
{
    ct_value_word(value, ct_stream_close_name(record->end->why));
}

static void get_midstream(const struct ct_record *record, struct ct_value *value)
{
    ct_value_bool(value, record->end->info->midstream);
}

/* ---- the label -------------------------------------------------------------------------- */

static const char *outcome_name(int outcome)
{
    return ct_cache_outcome_name((enum ct_outcome)outcome);
}

static const char *class_name(int class)
{
    return ct_cache_class_name((enum ct_class) class);
}

static void get_transactions(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_integer(value, record->flow->transactions);
    }
}

static void get_cache_class(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_word(value, ct_cache_class_name(record->flow->class));
    }
}

static void get_cache_outcomes(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_counts(value, record->flow->by_outcome, CT_OUTCOME_COUNT, outcome_name, false);
    }
}

static void get_cache_sequence(const struct ct_record *record, struct ct_value *value)
{
    static_assert(sizeof value->buffer >= CT_FLOW_SEQUENCE_MAX + 2, "letters, mark and end");
    if (record->flow == NULL) {
        return;
    }
    size_t n = strlen(record->flow->sequence);
    memcpy(value->buffer, record->flow->sequence, n);
    if (ct_flow_sequence_cut(record->flow)) {
        value->buffer[n++] = '+';
    }
    value->buffer[n] = '\0';
    ct_value_made(value);
}

static struct ct_span dialect_at(const struct ct_flow *flow, int i)
{
    return ct_span_of(flow->dialects[i]);
}

static void get_cache_dialects(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_names(value, record->flow->n_dialects, dialect_at);
    }
}

static struct ct_span node_at(const struct ct_flow *flow, int i)
{
    return (struct ct_span){(const uint8_t *)flow->nodes[i].bytes, flow->nodes[i].n};
}

static void get_cache_nodes(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_names(value, record->flow->n_nodes, node_at);
    }
}

static void get_hit_ratio(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_ratio(value, record->flow->by_class[CT_CLASS_HIT],
                       record->flow->by_class[CT_CLASS_MISS]);
    }
}

static void get_cache_body_len(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_counts(value, record->flow->bytes, CT_CLASS_COUNT, class_name, true);
    }
}

static void get_first_ts(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_seconds(value, true, record->flow->first_ns);
    }
}

static void get_last_ts(const struct ct_record *record, struct ct_value *value)
{
    if (record->flow != NULL) {
        ct_value_seconds(value, true, record->flow->last_ns);
    }
}

static void get_cache_partial(const struct ct_record *record, struct ct_value *value)
{
    ct_value_bool(value, record->flow == NULL || record->flow->partial);
}

/* A key is never renamed, moved or removed; new ones are added at the end. */
static const struct ct_record_key keys[] = {
    {"record", get_record},
    {"ts", get_ts},
    {"uid", get_uid},
    {"id.orig_h", get_orig_h},
    {"id.orig_p", get_orig_p},
    {"id.resp_h", get_resp_h},
    {"id.resp_p", get_resp_p},
    {"proto", get_proto},
    {"service", get_service},
    {"duration", get_duration},
    {"orig_bytes", get_orig_bytes},
    {"resp_bytes", get_resp_bytes},
    {"missed_bytes", get_missed_bytes},
    {"orig_pkts", get_orig_pkts},
    {"resp_pkts", get_resp_pkts},
    {"conn_end", get_conn_end},
    {"midstream", get_midstream},
    {"transactions", get_transactions},
    {"cache_class", get_cache_class},
    {"cache_outcomes", get_cache_outcomes},
    {"cache_sequence", get_cache_sequence},
    {"cache_dialects", get_cache_dialects},
    {"cache_nodes", get_cache_nodes},
    {"hit_ratio", get_hit_ratio},
    {"cache_body_len", get_cache_body_len},
    {"first_transaction_ts", get_first_ts},
    {"last_transaction_ts", get_last_ts},
    {"cache_partial", get_cache_partial},
};

const struct ct_record_key *ct_output_conn_key(size_t i)
{
    return i < sizeof keys / sizeof keys[0] ? &keys[i] : NULL;
}
