/* SPDX-License-Identifier: Apache-2.0 */
/* An expression as nodes in an array; children come before their parents. */
#ifndef CACHETAP_QUERY_NODE_H
#define CACHETAP_QUERY_NODE_H

#include "cache/pattern.h"
#include "cachetap/query.h"

enum ct_query_op {
    CT_OP_AND,
    CT_OP_OR,
    CT_OP_NOT,
    CT_OP_IS,    /* the field alone */
    CT_OP_EQUAL, /* to one of the words */
    CT_OP_MATCH, /* a regular expression */
    CT_OP_LESS,
    CT_OP_LESS_EQUAL,
    CT_OP_GREATER,
    CT_OP_GREATER_EQUAL,
};

struct ct_query_node {
    enum ct_query_op op;
    uint16_t left; /* nodes; right is unused by NOT */
    uint16_t right;
    size_t field;
    enum ct_query_kind kind;
    double number;              /* to compare with */
    char *words;                /* text: each ends with NUL; owned */
    double *numbers;            /* for EQUAL with a number; owned */
    size_t n_words;             /* or numbers */
    struct ct_pattern *pattern; /* owned */
};

struct ct_query {
    const struct ct_query_fields *fields;
    struct ct_query_node nodes[CT_QUERY_NODES_MAX];
    size_t n_nodes;
    size_t root;
};

/* text matches a word in which * stands for anything; without regard to case. */
bool ct_query_like(struct ct_span text, const char *word);

#endif
