/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CACHETAP_ENGINE_RULES_H
#define CACHETAP_ENGINE_RULES_H

#include "cachetap/parts.h"

struct ct_rules {
    struct ct_fields *fields;
    struct ct_cache *cache;
};

#endif
