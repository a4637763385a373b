/* SPDX-License-Identifier: Apache-2.0 */
/* Limits from their table, and the budget that charged memory asks. */
#include "cachetap/base.h"

#include "base/span.h"

static const struct ct_limit_row limit_rows[] = {
#define X(field, def, unit, help) {#field, def, unit, help},
    CT_LIMITS(X)
#undef X
};

#define N_LIMITS (sizeof limit_rows / sizeof limit_rows[0])

/* Where row i lives inside struct ct_limits. */
static const size_t limit_offsets[N_LIMITS] = {
#define X(field, def, unit, help) offsetof(struct ct_limits, field),
    CT_LIMITS(X)
#undef X
};

static void store_limit(struct ct_limits *limits, size_t i, uint64_t value)
{
    memcpy((uint8_t *)limits + limit_offsets[i], &value, sizeof value);
}

void ct_base_limits_init(struct ct_limits *limits)
{
    for (size_t i = 0; i < N_LIMITS; i++) {
        store_limit(limits, i, limit_rows[i].def);
    }
}

const struct ct_limit_row *ct_base_limits_row(size_t i)
{
    return i < N_LIMITS ? &limit_rows[i] : NULL;
}

bool ct_base_limits_set(struct ct_limits *limits, struct ct_span name, uint64_t value)
{
    for (size_t i = 0; i < N_LIMITS; i++) {
        if (ct_span_equal(name, ct_span_of(limit_rows[i].name))) {
            store_limit(limits, i, value > 0 ? value : 1);
            return true;
        }
    }
    return false;
}

bool ct_base_budget_charge(struct ct_budget *budget, uint64_t bytes)
{
    if (budget->used_bytes > budget->limit_bytes ||
        bytes > budget->limit_bytes - budget->used_bytes) {
        budget->refused++;
        return false;
    }
    budget->used_bytes += bytes;
    if (budget->used_bytes > budget->peak_bytes) {
        budget->peak_bytes = budget->used_bytes;
    }
    return true;
}

void ct_base_budget_refund(struct ct_budget *budget, uint64_t bytes)
{
    budget->used_bytes -= bytes <= budget->used_bytes ? bytes : budget->used_bytes;
}
