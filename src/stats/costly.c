/* SPDX-License-Identifier: Apache-2.0 */
/* The connections with most misses, kept as they come. */
#include <stdlib.h>
#include <string.h>

#include "stats/flows.h"

static const struct ct_flow *flow_of(const struct ct_flow_place *place)
{
    return place->entry != NULL ? &place->entry->flow : &place->copy;
}

static uint64_t misses_of(const struct ct_flow_place *place)
{
    return flow_of(place)->by_class[CT_CLASS_MISS];
}

/* The place with the fewest misses; of equal ones the last. */
static uint32_t least_costly(const struct ct_flows *flows)
{
    uint32_t least = 0;
    for (uint32_t i = 1; i < flows->n_costly; i++) {
        least = misses_of(&flows->costly[i]) <= misses_of(&flows->costly[least]) ? i : least;
    }
    return least;
}

void ct_stats_flows_keep_if_costly(struct ct_flows *flows, struct ct_flow_entry *entry)
{
    uint32_t at = flows->n_costly;
    if (entry->costly > 0 ||
        (at == CT_FLOWS_COSTLY_MAX && entry->flow.by_class[CT_CLASS_MISS] <= flows->costly_least)) {
        return;
    }
    if (at == CT_FLOWS_COSTLY_MAX) {
        at = least_costly(flows);
        flows->costly_least = misses_of(&flows->costly[at]); /* it may have grown since */
        if (entry->flow.by_class[CT_CLASS_MISS] <= flows->costly_least) {
            return;
        }
        if (flows->costly[at].entry != NULL) {
            flows->costly[at].entry->costly = 0;
        }
    } else {
        flows->n_costly++;
    }
    flows->costly[at].entry = entry;
    entry->costly = at + 1;
}

void ct_stats_flows_leave_costly(struct ct_flows *flows, const struct ct_flow_entry *entry)
{
    if (entry->costly > 0) {
        struct ct_flow_place *place = &flows->costly[entry->costly - 1];
        place->copy = entry->flow;
        place->entry = NULL;
    }
}

static int compare_falling(uint64_t a, uint64_t b)
{
    return a == b ? 0 : (a > b ? -1 : 1);
}

static int compare_costly(const void *a, const void *b)
{
    const struct ct_flow *left = a;
    const struct ct_flow *right = b;
    int order = compare_falling(left->by_class[CT_CLASS_MISS], right->by_class[CT_CLASS_MISS]);
    if (order == 0) {
        order = compare_falling(left->bytes[CT_CLASS_MISS], right->bytes[CT_CLASS_MISS]);
    }
    if (order == 0 && left->first_ns != right->first_ns) {
        order = left->first_ns < right->first_ns ? -1 : 1;
    }
    return order != 0 ? order : strcmp(left->uid, right->uid);
}

size_t ct_stats_flows_copy_costly(const struct ct_flows *flows, struct ct_flow *rows, size_t n)
{
    struct ct_flow sorted[CT_FLOWS_COSTLY_MAX];
    if (flows->n_costly == 0) {
        return 0;
    }
    for (uint32_t i = 0; i < flows->n_costly; i++) {
        sorted[i] = *flow_of(&flows->costly[i]);
    }
    qsort(sorted, flows->n_costly, sizeof sorted[0], compare_costly);
    n = n < flows->n_costly ? n : flows->n_costly;
    if (n > 0) {
        memcpy(rows, sorted, n * sizeof sorted[0]);
    }
    return n;
}
