/* SPDX-License-Identifier: Apache-2.0 */
/* One transaction, or one connection, as one JSON object on one line. */
#include "output/jsonc.h"
#include "output/keys.h"
#include "output/record.h"
#include "output/writer.h"

static void add_words(struct ct_json *json, const char *key, const struct ct_value *value)
{
    struct json_object *list = ct_output_json_array(json, json->root, key);
    for (int i = 0; i < value->n; i++) {
        if ((value->integer >> i & 1u) != 0) {
            ct_output_json_word(json, list, NULL, value->name_of(i));
        }
    }
}

/* line is scratch: it is left as it was. */
static void add_evidence(struct ct_json *json, const char *key, const struct ct_record *record,
                         struct ct_buf *line)
{
    struct json_object *list = ct_output_json_array(json, json->root, key);
    struct ct_evidence_text text;
    size_t from = line->n;
    for (size_t i = 0; i < record->verdict->n_evidence; i++) {
        if (!ct_output_evidence(record->txn, record->fields, record->verdict, i, &text)) {
            continue;
        }
        ct_output_put_bytes(line, (const char *)text.name.p, text.name.n);
        ct_output_put(line, ": ");
        ct_output_put_bytes(line, (const char *)text.value.p, text.value.n);
        if (!line->failed) {
            struct ct_span whole = {(const uint8_t *)line->p + from, line->n - from};
            ct_output_json_text(json, list, NULL, whole);
            line->n = from;
        }
    }
}

static void add_tiers(struct ct_json *json, const char *key, const struct ct_record *record)
{
    struct json_object *list = ct_output_json_array(json, json->root, key);
    for (size_t i = 0; i < record->verdict->n_tiers; i++) {
        const struct ct_tier *tier = &record->verdict->tiers[i];
        struct ct_text_value name = ct_output_tier_name(record->txn, tier);
        struct json_object *object = ct_output_json_object(json, list, NULL);
        if (name.present) {
            ct_output_json_text(json, object, "name", name.text);
        } else {
            ct_output_json_null(json, object, "name");
        }
        ct_output_json_word(json, object, "status", ct_cache_outcome_name(tier->outcome));
        if (tier->hits >= 0) {
            ct_output_json_u64(json, object, "hits", (uint64_t)tier->hits);
        } else {
            ct_output_json_null(json, object, "hits");
        }
        if (tier->fossil) {
            ct_output_json_bool(json, object, "fossil", true);
        }
    }
}

static void add_counts(struct ct_json *json, const char *key, const struct ct_value *value)
{
    struct json_object *object = ct_output_json_object(json, json->root, key);
    for (int i = 0; i < value->n; i++) {
        if (value->counts[i] > 0 || value->flag) {
            ct_output_json_u64(json, object, value->name_of(i), value->counts[i]);
        }
    }
}

static void add_names(struct ct_json *json, const char *key, const struct ct_record *record,
                      const struct ct_value *value)
{
    struct json_object *list = ct_output_json_array(json, json->root, key);
    for (int i = 0; i < value->n; i++) {
        ct_output_json_text(json, list, NULL, value->name_at(record->flow, i));
    }
}

static void add_value(struct ct_json *json, const char *key, const struct ct_record *record,
                      const struct ct_value *value, struct ct_buf *scratch)
{
    switch (value->kind) {
    case CT_VALUE_NULL:
        ct_output_json_null(json, json->root, key);
        break;
    case CT_VALUE_TEXT:
        ct_output_json_text(json, json->root, key, value->text);
        break;
    case CT_VALUE_WORD:
        ct_output_json_word(json, json->root, key, value->word);
        break;
    case CT_VALUE_INTEGER:
        ct_output_json_u64(json, json->root, key, value->integer);
        break;
    case CT_VALUE_SECONDS:
        ct_output_json_seconds(json, json->root, key, value->ns);
        break;
    case CT_VALUE_BOOL:
        ct_output_json_bool(json, json->root, key, value->flag);
        break;
    case CT_VALUE_WORDS:
        add_words(json, key, value);
        break;
    case CT_VALUE_EVIDENCE:
        add_evidence(json, key, record, scratch);
        break;
    case CT_VALUE_TIERS:
        add_tiers(json, key, record);
        break;
    case CT_VALUE_COUNTS:
        add_counts(json, key, value);
        break;
    case CT_VALUE_NAMES:
        add_names(json, key, record, value);
        break;
    }
}

static void put_record(struct ct_writer *writer, const struct ct_record *record,
                       const struct ct_record_key *(*key_at)(size_t i))
{
    const struct ct_record_key *key = NULL;
    struct ct_json json;
    ct_output_json_init(&json);
    for (size_t i = 0; (key = key_at(i)) != NULL; i++) {
        struct ct_value value = {0};
        key->get(record, &value);
        add_value(&json, key->name, record, &value, &writer->buf);
    }
    if (ct_output_json_write(&json, &writer->buf)) {
        ct_output_put_char(&writer->buf, '\n');
    }
    ct_output_json_fini(&json);
}

void ct_output_json_txn(struct ct_writer *writer, const struct ct_txn *txn,
                        const struct ct_verdict *verdict)
{
    struct ct_record record = {.txn = txn, .verdict = verdict, .fields = writer->options.fields};
    put_record(writer, &record, ct_output_key);
}

void ct_output_json_conn(struct ct_writer *writer, const struct ct_conn_end *end,
                         const struct ct_flow *flow)
{
    struct ct_record record = {.end = end, .flow = flow};
    put_record(writer, &record, ct_output_conn_key);
}
