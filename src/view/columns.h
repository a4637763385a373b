/* SPDX-License-Identifier: Apache-2.0 */
/* The columns of the three kinds of lists. */
#ifndef CACHETAP_VIEW_COLUMNS_H
#define CACHETAP_VIEW_COLUMNS_H

#include "view/list.h"

extern const struct ct_column ct_view_key_columns[];
extern const size_t ct_view_n_key_columns;
void ct_view_key_field(const struct ct_key_item *item, size_t column, struct ct_field_value *value);

extern const struct ct_column ct_view_flow_columns[];
extern const size_t ct_view_n_flow_columns;
void ct_view_flow_field(const struct ct_flow *flow, size_t column, struct ct_field_value *value);

extern const struct ct_column ct_view_txn_columns[];
extern const size_t ct_view_n_txn_columns;
void ct_view_txn_field(const struct ct_txn_item *item, size_t column, struct ct_field_value *value);

/* ---- how values are said ---------------------------------------------------------------- */

static inline void ct_field_number(struct ct_field_value *value, uint64_t number)
{
    value->known = true;
    value->number = number;
}

/* Nanoseconds; below 0: not known. */
static inline void ct_field_time(struct ct_field_value *value, int64_t ns)
{
    value->known = ns >= 0;
    value->number = ns >= 0 ? (uint64_t)ns : 0;
}

static inline void ct_field_ratio(struct ct_field_value *value, uint64_t part, uint64_t rest)
{
    value->known = part + rest > 0;
    value->ratio = value->known ? (double)part / ((double)part + (double)rest) : 0;
}

static inline void ct_field_text(struct ct_field_value *value, struct ct_span text)
{
    value->known = text.n > 0;
    value->text = text;
}

#endif
