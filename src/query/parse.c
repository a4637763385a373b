/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/span.h"
#include "query/node.h"

#define NO_NODE SIZE_MAX

struct parser {
    struct ct_query *query;
    const char *text;
    const char *at;
    unsigned depth;
    char *message; /* of CT_QUERY_MESSAGE_MAX; empty until something is wrong */
};

__attribute__((format(printf, 2, 3))) static size_t wrong(struct parser *parser, const char *format,
                                                          ...)
{
    if (parser->message[0] == '\0') {
        va_list args;
        int n = snprintf(parser->message, CT_QUERY_MESSAGE_MAX,
                         "at character %zu: ", (size_t)(parser->at - parser->text) + 1);
        va_start(args, format);
        (void)vsnprintf(parser->message + n, CT_QUERY_MESSAGE_MAX - (size_t)n, format, args);
        va_end(args);
    }
    return NO_NODE;
}

static size_t add(struct parser *parser, const struct ct_query_node *node)
{
    struct ct_query *query = parser->query;
    if (query->n_nodes == CT_QUERY_NODES_MAX) {
        return wrong(parser, "more than %d parts", CT_QUERY_NODES_MAX);
    }
    query->nodes[query->n_nodes] = *node;
    return query->n_nodes++;
}

static size_t add_pair(struct parser *parser, enum ct_query_op op, size_t left, size_t right)
{
    if (left == NO_NODE || right == NO_NODE) {
        return NO_NODE;
    }
    const struct ct_query_node node = {.op = op, .left = (uint16_t)left, .right = (uint16_t)right};
    return add(parser, &node);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct parser *parser)
{
    while (is_blank(*parser->at)) {
        parser->at++;
    }
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

/* A whole word of the language: "or" in "origin" is none. */
static bool take_word(struct parser *parser, const char *word)
{
    size_t n = strlen(word);
    skip_blanks(parser);
    if (strncmp(parser->at, word, n) != 0 || is_name(parser->at[n])) {
        return false;
    }
    const char *next = parser->at + n;
    if (*next == '=' || *next == '<' || *next == '>' || *next == '~') {
        return false; /* a field of that name */
    }
    parser->at = next;
    return true;
}

static bool take_sign(struct parser *parser, const char *sign)
{
    size_t n = strlen(sign);
    skip_blanks(parser);
    if (strncmp(parser->at, sign, n) != 0) {
        return false;
    }
    parser->at += n;
    return true;
}

/* ---- values ------------------------------------------------------------------------------ */

/* True at the end of a value: a blank, or a parenthesis that was not opened in it. */
static bool value_ends(const struct parser *parser, bool quoted, unsigned *open)
{
    char c = *parser->at;
    if (c == '\0' || quoted) {
        return c == '\0' || c == '"';
    }
    if (c == ')' && (*open)-- == 0) {
        return true;
    }
    *open += c == '(' ? 1 : 0;
    return is_blank(c);
}

/* Copies a value. NULL: wrong, told. */
static char *take_value(struct parser *parser)
{
    char *value = malloc(strlen(parser->at) + 1);
    unsigned open = 0;
    size_t n = 0;
    if (value == NULL) {
        (void)wrong(parser, "out of memory");
        return NULL;
    }
    bool quoted = *parser->at == '"';
    parser->at += quoted ? 1 : 0;
    for (; !value_ends(parser, quoted, &open); parser->at++) {
        if (quoted && *parser->at == '\\' && (parser->at[1] == '"' || parser->at[1] == '\\')) {
            parser->at++;
        }
        value[n++] = *parser->at;
    }
    value[n] = '\0';
    if (quoted ? *parser->at != '"' : n == 0) {
        (void)wrong(parser, quoted ? "the quotation mark is not closed" : "a value is missing");
        free(value);
        return NULL;
    }
    parser->at += quoted ? 1 : 0;
    return value;
}

struct unit {
    const char *name;
    double factor;
};

static const struct unit time_units[] = {
    {"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600},
};
static const struct unit size_units[] = {
    {"k", 1024},
    {"K", 1024},
    {"M", 1048576},
    {"G", 1073741824},
};

static double factor_of(const struct unit *units, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(units[i].name, name) == 0) {
            return units[i].factor;
        }
    }
    return 0;
}

/* Digits, a point, digits, a unit or a percent sign. */
static bool read_number(enum ct_query_kind kind, const char *text, double *number)
{
    size_t n = strspn(text, "0123456789.");
    double factor = 1;
    if (kind == CT_QUERY_FLAG && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)) {
        *number = text[0] == 't' ? 1 : 0;
        return true;
    }
    if (!ct_base_parse_decimal((struct ct_span){(const uint8_t *)text, n}, number)) {
        return false;
    }
    if (text[n] == '%' && text[n + 1] == '\0') {
        factor = 0.01;
    } else if (text[n] != '\0' && kind == CT_QUERY_SECONDS) {
        factor = factor_of(time_units, sizeof time_units / sizeof time_units[0], text + n);
    } else if (text[n] != '\0') {
        factor = kind == CT_QUERY_BYTES
                     ? factor_of(size_units, sizeof size_units / sizeof size_units[0], text + n)
                     : 0;
    }
    *number *= factor;
    return factor > 0;
}

/* "a,b,c", in place, to words that end with NUL each. */
static size_t split(char *text)
{
    size_t n = 1;
    for (; *text != '\0'; text++) {
        if (*text == ',') {
            *text = '\0';
            n++;
        }
    }
    return n;
}

static bool fill_numbers(struct parser *parser, struct ct_query_node *node)
{
    const char *word = node->words;
    node->numbers = calloc(node->n_words, sizeof *node->numbers);
    for (size_t i = 0; node->numbers != NULL && i < node->n_words; i++) {
        if (!read_number(node->kind, word, &node->numbers[i])) {
            (void)wrong(parser, "\"%.40s\" is not a number of this kind", word);
            return false;
        }
        word += strlen(word) + 1;
    }
    return node->numbers != NULL;
}

static bool fill_value(struct parser *parser, struct ct_query_node *node)
{
    char error[128] = "out of memory";
    bool quoted = *parser->at == '"';
    node->words = take_value(parser);
    if (node->words == NULL) {
        return false;
    }
    node->n_words = 1;
    if (node->op == CT_OP_MATCH) {
        node->pattern = ct_cache_pattern_new(node->words, false, error, sizeof error);
        if (node->pattern == NULL) {
            (void)wrong(parser, "not a regular expression: %s", error);
        }
        return node->pattern != NULL;
    }
    if (node->op == CT_OP_EQUAL) {
        node->n_words = quoted ? 1 : split(node->words);
        return node->kind == CT_QUERY_TEXT || fill_numbers(parser, node);
    }
    if (!read_number(node->kind, node->words, &node->number)) {
        (void)wrong(parser, "\"%.40s\" is not a number of this kind", node->words);
        return false;
    }
    return true;
}

/* ---- terms ------------------------------------------------------------------------------- */

static bool find_field(const struct parser *parser, const char *name, size_t n,
                       struct ct_query_node *node)
{
    const char *known;
    for (size_t i = 0; (known = parser->query->fields->name(i, &node->kind)) != NULL; i++) {
        if (strlen(known) == n && memcmp(known, name, n) == 0) {
            node->field = i;
            return true;
        }
    }
    return false;
}

struct sign {
    const char *text;
    enum ct_query_op op;
    bool negated;
};

/* The longer ones first. */
static const struct sign signs[] = {
    {"!=", CT_OP_EQUAL, true},          {"!~", CT_OP_MATCH, true},  {"<=", CT_OP_LESS_EQUAL, false},
    {">=", CT_OP_GREATER_EQUAL, false}, {"==", CT_OP_EQUAL, false}, {"=~", CT_OP_MATCH, false},
    {"=", CT_OP_EQUAL, false},          {"~", CT_OP_MATCH, false},  {"<", CT_OP_LESS, false},
    {">", CT_OP_GREATER, false},
};

static const struct sign *take_operator(struct parser *parser)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (take_sign(parser, signs[i].text)) {
            skip_blanks(parser);
            return &signs[i];
        }
    }
    return NULL;
}

static bool check_kinds(struct parser *parser, const struct ct_query_node *node)
{
    bool text = node->kind == CT_QUERY_TEXT;
    if (node->op == CT_OP_MATCH && !text) {
        (void)wrong(parser, "a regular expression needs a text, this field is a number");
        return false;
    }
    if (text && node->op >= CT_OP_LESS) {
        (void)wrong(parser, "this field is a text, compare it with =, != or ~");
        return false;
    }
    return true;
}

static size_t read_term(struct parser *parser)
{
    struct ct_query_node node = {.op = CT_OP_IS};
    skip_blanks(parser);
    const char *name = parser->at;
    size_t n = 0;
    while (is_name(name[n])) {
        n++;
    }
    if (n == 0) {
        return wrong(parser, *name == '\0' ? "the expression ends too early"
                                           : "the name of a field is expected");
    }
    if (!find_field(parser, name, n, &node)) {
        return wrong(parser, "there is no field \"%.*s\"", n < 40 ? (int)n : 40, name);
    }
    parser->at += n;
    const struct sign *sign = take_operator(parser);
    if (sign != NULL) {
        node.op = sign->op;
        if (!check_kinds(parser, &node) || !fill_value(parser, &node)) {
            free(node.words);
            free(node.numbers);
            return NO_NODE;
        }
    }
    size_t term = add(parser, &node);
    if (term == NO_NODE) {
        free(node.words);
        free(node.numbers);
        ct_cache_pattern_free(node.pattern);
    }
    return sign != NULL && sign->negated ? add_pair(parser, CT_OP_NOT, term, term) : term;
}

static size_t read_or(struct parser *parser);

static size_t read_not(struct parser *parser)
{
    size_t node;
    if (++parser->depth > CT_QUERY_DEPTH_MAX) {
        return wrong(parser, "nested more than %d deep", CT_QUERY_DEPTH_MAX);
    }
    if (take_word(parser, "not") || take_sign(parser, "!")) {
        node = read_not(parser);
        node = add_pair(parser, CT_OP_NOT, node, node);
    } else if (take_sign(parser, "(")) {
        node = read_or(parser);
        if (node != NO_NODE && !take_sign(parser, ")")) {
            node = wrong(parser, "a parenthesis is not closed");
        }
    } else {
        node = read_term(parser);
    }
    parser->depth--;
    return node;
}

/* What may follow a term without a word between them. */
static bool at_term(struct parser *parser)
{
    skip_blanks(parser);
    const char *at = parser->at;
    bool is_or = take_word(parser, "or") || take_sign(parser, "||");
    parser->at = at;
    return *at != '\0' && *at != ')' && !is_or;
}

static size_t read_and(struct parser *parser)
{
    size_t left = read_not(parser);
    while (left != NO_NODE) {
        bool stated = take_word(parser, "and") || take_sign(parser, "&&");
        if (!stated && !at_term(parser)) {
            break;
        }
        left = add_pair(parser, CT_OP_AND, left, read_not(parser));
    }
    return left;
}

static size_t read_or(struct parser *parser)
{
    size_t left = read_and(parser);
    while (left != NO_NODE && (take_word(parser, "or") || take_sign(parser, "||"))) {
        left = add_pair(parser, CT_OP_OR, left, read_and(parser));
    }
    return left;
}

struct ct_query *ct_query_new(const char *text, const struct ct_query_fields *fields,
                              char message[CT_QUERY_MESSAGE_MAX])
{
    struct ct_query *query = calloc(1, sizeof *query);
    message[0] = '\0';
    if (query == NULL || strlen(text) > CT_QUERY_BYTES_MAX) {
        (void)snprintf(message, CT_QUERY_MESSAGE_MAX, "%s",
                       query == NULL ? "out of memory" : "the expression is too long");
        free(query);
        return NULL;
    }
    struct parser parser = {.query = query, .text = text, .at = text, .message = message};
    query->fields = fields;
    query->root = read_or(&parser);
    skip_blanks(&parser);
    if (query->root != NO_NODE && *parser.at != '\0') {
        query->root = wrong(&parser, "what follows is not understood");
    }
    if (query->root == NO_NODE) {
        if (message[0] == '\0') {
            (void)snprintf(message, CT_QUERY_MESSAGE_MAX, "out of memory");
        }
        ct_query_free(query);
        return NULL;
    }
    return query;
}

void ct_query_free(struct ct_query *query)
{
    if (query == NULL) {
        return;
    }
    for (size_t i = 0; i < query->n_nodes; i++) {
        free(query->nodes[i].words);
        free(query->nodes[i].numbers);
        ct_cache_pattern_free(query->nodes[i].pattern);
    }
    free(query);
}
