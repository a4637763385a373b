/* SPDX-License-Identifier: Apache-2.0 */
/* Which rows of a list are shown: the language of --where over the list's own columns. */
#include "base/span.h"
#include "view/columns.h"
#include "view/list_state.h"

struct subject {
    const struct ct_list *list;
    const void *item;
    struct ct_field_value value;
};

static const char *field_name(const struct ct_column *columns, size_t n, size_t i,
                              enum ct_query_kind *kind)
{
    static const enum ct_query_kind kinds[] = {
        [CT_COLUMN_TEXT] = CT_QUERY_TEXT,    [CT_COLUMN_WORD] = CT_QUERY_TEXT,
        [CT_COLUMN_COUNT] = CT_QUERY_NUMBER, [CT_COLUMN_OCTETS] = CT_QUERY_BYTES,
        [CT_COLUMN_TIME] = CT_QUERY_SECONDS, [CT_COLUMN_CLOCK] = CT_QUERY_SECONDS,
        [CT_COLUMN_RATIO] = CT_QUERY_NUMBER,
    };
    if (i >= n) {
        return NULL;
    }
    *kind = kinds[columns[i].kind];
    return columns[i].name;
}

static const char *key_field_name(size_t i, enum ct_query_kind *kind)
{
    return field_name(ct_view_key_columns, ct_view_n_key_columns, i, kind);
}

static const char *flow_field_name(size_t i, enum ct_query_kind *kind)
{
    return field_name(ct_view_flow_columns, ct_view_n_flow_columns, i, kind);
}

static bool field_value(void *record, size_t i, size_t k, struct ct_query_value *out)
{
    struct subject *subject = record;
    size_t n = 0;
    enum ct_column_kind kind = ct_view_columns(subject->list->id, &n)[i].kind;
    if (k > 0) {
        return false;
    }
    ct_view_field(subject->list, subject->item, i, &subject->value);
    if (!subject->value.known) {
        return false;
    }
    switch (kind) {
    case CT_COLUMN_TEXT:
    case CT_COLUMN_WORD:
        out->text = subject->value.text;
        break;
    case CT_COLUMN_TIME:
    case CT_COLUMN_CLOCK:
        out->number = (double)subject->value.number / (double)CT_NS_PER_S;
        break;
    case CT_COLUMN_RATIO:
        out->number = subject->value.ratio;
        break;
    default:
        out->number = (double)subject->value.number;
        break;
    }
    return true;
}

static const struct ct_query_fields key_fields = {key_field_name, field_value};
static const struct ct_query_fields flow_fields = {flow_field_name, field_value};

bool ct_view_list_filter(struct ct_list *list, const char *text, char message[CT_QUERY_MESSAGE_MAX])
{
    struct ct_where *where = NULL;
    struct ct_query *query = NULL;
    message[0] = '\0';
    if (text != NULL && text[0] != '\0') {
        if (list->id == CT_LIST_TRANSACTIONS) {
            where = ct_output_where_new(text, message);
        } else {
            query = ct_query_new(text, list->id == CT_LIST_CONNECTIONS ? &flow_fields : &key_fields,
                                 message);
        }
        if (where == NULL && query == NULL) {
            return false;
        }
    }
    ct_output_where_free(list->where);
    ct_query_free(list->query);
    list->where = where;
    list->query = query;
    if (list->id == CT_LIST_TRANSACTIONS) { /* all are asked anew */
        list->n = 0;
        list->n_shown = 0;
        list->newest = 0;
    }
    return true;
}

bool ct_view_list_shows(const struct ct_list *list, const struct ct_scope *scope, const void *item)
{
    struct subject subject = {.list = list, .item = item};
    if (list->id == CT_LIST_CONNECTIONS && scope->kind == CT_SCOPE_CONN) {
        struct ct_span uid = ct_span_of(((const struct ct_flow *)item)->uid);
        return ct_span_equal(uid, (struct ct_span){scope->key, scope->key_n});
    }
    return list->query == NULL || ct_query_match(list->query, &subject);
}
