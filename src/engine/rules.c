/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/rules.h"

#include <stdlib.h>

struct ct_rules *ct_rules_new(const struct ct_engine_config *config)
{
    struct ct_rules *rules = calloc(1, sizeof *rules);
    if (rules == NULL) {
        return NULL;
    }
    rules->fields = ct_http_fields_new();
    if (rules->fields != NULL) {
        ct_insight_intern(rules->fields);
    }
    rules->cache = rules->fields != NULL ? ct_cache_new(rules->fields, &config->cache) : NULL;
    if (rules->cache == NULL) {
        ct_rules_free(rules);
        return NULL;
    }
    return rules;
}

void ct_rules_free(struct ct_rules *rules)
{
    if (rules != NULL) {
        ct_cache_free(rules->cache);
        ct_http_fields_free(rules->fields);
        free(rules);
    }
}

const struct ct_fields *ct_rules_fields(const struct ct_rules *rules)
{
    return rules->fields;
}
