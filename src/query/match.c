/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/span.h"
#include "query/node.h"

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

/* Greedy with one place to come back to: steps at most text times word. */
bool ct_query_like(struct ct_span text, const char *word)
{
    const char *star = NULL;
    size_t back = 0;
    size_t i = 0;
    while (i < text.n) {
        if (*word == '*') {
            star = word++;
            back = i;
        } else if (*word != '\0' && folded(text.p[i]) == folded((uint8_t)*word)) {
            i++;
            word++;
        } else if (star != NULL) {
            i = ++back;
            word = star + 1;
        } else {
            return false;
        }
    }
    while (*word == '*') {
        word++;
    }
    return *word == '\0';
}

static bool equal_to_one(const struct ct_query_node *node, const struct ct_query_value *value)
{
    const char *word = node->words;
    for (size_t i = 0; i < node->n_words; i++) {
        if (node->kind == CT_QUERY_TEXT) {
            if (ct_query_like(value->text, word)) {
                return true;
            }
            word += strlen(word) + 1;
        } else if (value->number <= node->numbers[i] && value->number >= node->numbers[i]) {
            return true;
        }
    }
    return false;
}

static bool holds(const struct ct_query_node *node, const struct ct_query_value *value)
{
    struct ct_pattern_match found;
    switch (node->op) {
    case CT_OP_IS:
        return node->kind == CT_QUERY_TEXT ? value->text.n > 0
                                           : value->number < 0 || value->number > 0;
    case CT_OP_EQUAL:
        return equal_to_one(node, value);
    case CT_OP_MATCH:
        return ct_cache_pattern_match(node->pattern, value->text, &found);
    case CT_OP_LESS:
        return value->number < node->number;
    case CT_OP_LESS_EQUAL:
        return value->number <= node->number;
    case CT_OP_GREATER:
        return value->number > node->number;
    case CT_OP_GREATER_EQUAL:
        return value->number >= node->number;
    case CT_OP_AND:
    case CT_OP_OR:
    case CT_OP_NOT:
        break;
    }
    return false;
}

/* Several values: one of them is enough. */
static bool holds_for_any(const struct ct_query *query, const struct ct_query_node *node,
                          void *record)
{
    struct ct_query_value value = {.number = 0};
    for (size_t k = 0; query->fields->value(record, node->field, k, &value); k++) {
        if (holds(node, &value)) {
            return true;
        }
    }
    return false;
}

bool ct_query_match(const struct ct_query *query, void *record)
{
    bool results[CT_QUERY_NODES_MAX] = {false};
    for (size_t i = 0; i < query->n_nodes; i++) {
        const struct ct_query_node *node = &query->nodes[i];
        switch (node->op) {
        case CT_OP_AND:
            results[i] = results[node->left] && results[node->right];
            break;
        case CT_OP_OR:
            results[i] = results[node->left] || results[node->right];
            break;
        case CT_OP_NOT:
            results[i] = !results[node->left];
            break;
        default:
            results[i] = holds_for_any(query, node, record);
            break;
        }
    }
    return results[query->root];
}
