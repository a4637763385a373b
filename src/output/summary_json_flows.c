/* SPDX-License-Identifier: Apache-2.0 */
/* The labels of connections in summary-json. */
#include "output/summary.h"
#include "output/summary_json.h"

static void add_address(struct ct_json *json, struct json_object *into, const char *address_key,
                        const char *port_key, const struct ct_endpoint *endpoint)
{
    char address[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(endpoint, address);
    ct_output_json_word(json, into, address_key, address);
    ct_output_json_u64(json, into, port_key, endpoint->port);
}

static void add_classes(struct ct_json *json, struct json_object *into, const char *key,
                        const uint64_t n[CT_CLASS_COUNT])
{
    struct json_object *object = ct_output_json_object(json, into, key);
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        ct_output_json_u64(json, object, ct_cache_class_name((enum ct_class)i), n[i]);
    }
}

static void add_ratio(struct ct_json *json, struct json_object *into, const char *key,
                      uint64_t part, uint64_t whole)
{
    if (whole == 0) {
        ct_output_json_null(json, into, key);
    } else {
        ct_output_json_millionths(json, into, key, ct_output_millionths(part, whole));
    }
}

static void add_flow(struct ct_json *json, struct json_object *list, const struct ct_flow *flow)
{
    struct json_object *object = ct_output_json_object(json, list, NULL);
    char letters[CT_FLOW_SEQUENCE_MAX + 2];
    (void)snprintf(letters, sizeof letters, "%s%s", flow->sequence,
                   ct_flow_sequence_cut(flow) ? "+" : ""); /* fits */
    ct_output_json_word(json, object, "uid", flow->uid);
    add_address(json, object, "id.orig_h", "id.orig_p", &flow->orig);
    add_address(json, object, "id.resp_h", "id.resp_p", &flow->resp);
    ct_output_json_u64(json, object, "transactions", flow->transactions);
    ct_output_json_word(json, object, "cache_class", ct_cache_class_name(flow->class));
    ct_output_json_word(json, object, "cache_sequence", letters);
    add_classes(json, object, "classes", flow->by_class);
    add_classes(json, object, "cache_body_len", flow->bytes);
    add_ratio(json, object, "hit_ratio", flow->by_class[CT_CLASS_HIT],
              flow->by_class[CT_CLASS_HIT] + flow->by_class[CT_CLASS_MISS]);
}

void ct_output_summary_json_flows(struct ct_json *json, const struct ct_snapshot *snapshot)
{
    const struct ct_flow_totals *totals = &snapshot->flows;
    struct json_object *object = ct_output_json_object(json, json->root, "flows");
#define X(field, help) ct_output_json_u64(json, object, #field, totals->field);
    CT_FLOW_COUNTERS(X)
#undef X
    ct_output_json_u64(json, object, "open_now", totals->open_now);
    ct_output_json_u64(json, object, "memory_bytes", totals->memory_bytes);
    add_ratio(json, object, "reuse_ratio", totals->reused_transactions, snapshot->transactions);
    add_classes(json, object, "cache_class", totals->by_class);
    struct json_object *lengths = ct_output_json_object(json, object, "transactions");
    for (unsigned i = 0; i < CT_FLOW_LENGTHS; i++) {
        ct_output_json_u64(json, lengths, ct_output_flow_length_name(i), totals->by_length[i]);
    }
    struct json_object *list = ct_output_json_array(json, object, "by_misses");
    for (size_t i = 0; i < snapshot->costly_flows.n_rows; i++) {
        add_flow(json, list, &snapshot->costly_flows.rows[i]);
    }
}
