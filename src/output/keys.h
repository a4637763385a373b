/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of one transaction, and that of one connection, as tables: the keys that users
 * hold on to, in their order, each with a function that says its value. JSON and CSV are two
 * ways to write them.
 */
#ifndef CACHETAP_OUTPUT_KEYS_H
#define CACHETAP_OUTPUT_KEYS_H

#include "cachetap/output.h"

enum ct_value_kind {
    CT_VALUE_NULL,
    CT_VALUE_TEXT,     /* text: bytes from the wire */
    CT_VALUE_WORD,     /* word: ours, plain ASCII */
    CT_VALUE_INTEGER,  /* integer */
    CT_VALUE_SECONDS,  /* ns */
    CT_VALUE_BOOL,     /* flag */
    CT_VALUE_WORDS,    /* integer: a set of bits, named by name_of(bit), below n */
    CT_VALUE_EVIDENCE, /* the verdict's evidence */
    CT_VALUE_TIERS,    /* the verdict's tiers */
    CT_VALUE_COUNTS,   /* counts: n of them, named by name_of(i); flag: zeros too */
    CT_VALUE_NAMES,    /* n texts: name_at(flow, i) */
};

/* The longest text that is made here: the sequence of a connection. */
#define CT_VALUE_TEXT_MAX (CT_FLOW_SEQUENCE_MAX + 8)

struct ct_value {
    enum ct_value_kind kind;
    struct ct_span text;
    const char *word;
    uint64_t integer;
    int64_t ns;
    bool flag;
    int n;
    const char *(*name_of)(int bit);
    const uint64_t *counts;
    struct ct_span (*name_at)(const struct ct_flow *flow, int i);
    char buffer[CT_VALUE_TEXT_MAX]; /* what word may point to */
};

/* A transaction, or a connection; what is of the other kind is NULL. */
struct ct_record {
    const struct ct_txn *txn;
    const struct ct_verdict *verdict;
    const struct ct_fields *fields;
    const struct ct_conn_end *end;
    const struct ct_flow *flow; /* NULL: its label was given up */
};

struct ct_record_key {
    const char *name;
    void (*get)(const struct ct_record *record, struct ct_value *value);
};

/* Key i of the record of a transaction, or NULL past the last. */
const struct ct_record_key *ct_output_key(size_t i);
/* The same for a connection. */
const struct ct_record_key *ct_output_conn_key(size_t i);

#endif
