/* SPDX-License-Identifier: Apache-2.0 */
/* How the getters of records say their values. A value that nothing is said of is null. */
#ifndef CACHETAP_OUTPUT_VALUES_H
#define CACHETAP_OUTPUT_VALUES_H

#include "output/buf.h"
#include "output/keys.h"
#include "output/record.h"

static inline void ct_value_text(struct ct_value *value, struct ct_text_value text)
{
    value->kind = text.present ? CT_VALUE_TEXT : CT_VALUE_NULL;
    value->text = text.text;
}

static inline void ct_value_word(struct ct_value *value, const char *word)
{
    value->kind = word != NULL ? CT_VALUE_WORD : CT_VALUE_NULL;
    value->word = word;
}

/* What stands in its own buffer. */
static inline void ct_value_made(struct ct_value *value)
{
    value->kind = CT_VALUE_WORD;
    value->word = value->buffer;
}

static inline void ct_value_integer(struct ct_value *value, uint64_t integer)
{
    value->kind = CT_VALUE_INTEGER;
    value->integer = integer;
}

static inline void ct_value_seconds(struct ct_value *value, bool known, int64_t ns)
{
    value->kind = known ? CT_VALUE_SECONDS : CT_VALUE_NULL;
    value->ns = ns;
}

static inline void ct_value_bool(struct ct_value *value, bool flag)
{
    value->kind = CT_VALUE_BOOL;
    value->flag = flag;
}

static inline void ct_value_words(struct ct_value *value, uint64_t bits, int n,
                                  const char *(*name_of)(int))
{
    value->kind = CT_VALUE_WORDS;
    value->integer = bits;
    value->n = n;
    value->name_of = name_of;
}

static inline void ct_value_address(struct ct_value *value, const struct ct_endpoint *endpoint)
{
    ct_base_endpoint_text(endpoint, value->buffer);
    ct_value_made(value);
}

/* How many there are of each of n names; those of 0 are left out unless zeros are wanted. */
static inline void ct_value_counts(struct ct_value *value, const uint64_t *counts, int n,
                                   const char *(*name_of)(int), bool zeros)
{
    value->kind = CT_VALUE_COUNTS;
    value->counts = counts;
    value->n = n;
    value->name_of = name_of;
    value->flag = zeros;
}

/* part / (part + rest) with six digits; null when both are 0. */
static inline void ct_value_ratio(struct ct_value *value, uint64_t part, uint64_t rest)
{
    bool known = part + rest > 0;
    value->kind = known ? CT_VALUE_SECONDS : CT_VALUE_NULL;
    value->ns = known ? (int64_t)ct_output_millionths(part, part + rest) * 1000 : 0;
}

static inline void ct_value_names(struct ct_value *value, int n,
                                  struct ct_span (*name_at)(const struct ct_flow *flow, int i))
{
    value->kind = CT_VALUE_NAMES;
    value->n = n;
    value->name_at = name_at;
}

#endif
