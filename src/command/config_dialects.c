/* SPDX-License-Identifier: Apache-2.0 */
/* The setting "dialects" of the configuration file. */
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "command/config_tree.h"

#define NAME_OCTETS_MAX  32
#define VALUE_OCTETS_MAX 128

/* What holds for the whole file while its dialects are read. */
struct reader {
    struct ct_config *config;
    struct ct_fields *fields; /* which headers are never kept */
    struct ct_cache *builtin; /* which names are taken */
    size_t n_headers;
    size_t n_prints;
};

/* A list of groups; *n is 0 where it is not there. */
static bool get_groups(struct ct_config *config, const config_setting_t *group, const char *name,
                       const config_setting_t **list, size_t *n)
{
    const config_setting_t *member = config_setting_get_member(group, name);
    *n = 0;
    if (member == NULL) {
        return true;
    }
    if (!config_setting_is_list(member)) {
        return ct_command_config_wrong(config, member,
                                       "%s: not a list of groups, write %s = ( { ... }, { ... } );",
                                       name, name);
    }
    *n = (size_t)config_setting_length(member);
    for (unsigned i = 0; i < *n; i++) {
        const config_setting_t *one = config_setting_get_elem(member, i);
        if (!config_setting_is_group(one)) {
            return ct_command_config_wrong(
                config, one, "%s: not a list of groups, write %s = ( { ... }, { ... } );", name,
                name);
        }
    }
    *list = member;
    return true;
}

static bool need_text(struct ct_config *config, const config_setting_t *group, const char *of,
                      const char *name, const char **value)
{
    *value = NULL;
    if (!ct_command_config_get_text(config, group, name, value)) {
        return false;
    }
    if (*value == NULL) {
        return ct_command_config_wrong(config, group, "%s: has no %s, add %s = \"...\";", of, name,
                                       name);
    }
    return true;
}

/* A header whose value can be read: the values of those with secrets are never kept. */
static bool check_header_name(struct reader *reader, const config_setting_t *group,
                              const char *name)
{
    if (!ct_http_fields_accepts(ct_span_of(name))) {
        return ct_command_config_wrong(
            reader->config, group,
            "header %s: not the name of a header field, give one such as "
            "X-Cache",
            name);
    }
    if (ct_http_fields_secret(ct_http_fields_find(reader->fields, ct_span_of(name)))) {
        return ct_command_config_wrong(reader->config, group,
                                       "header %s: its values are never kept, use another header",
                                       name);
    }
    return true;
}

/* ---- values -------------------------------------------------------------------------------- */

static bool read_meaning(struct ct_config *config, const config_setting_t *group,
                         struct ct_user_value *value)
{
    static const char *const known[] = {"value", "outcome", "reason", "stored", NULL};
    const char *outcome = NULL;
    const char *reason = NULL;
    bool stored = false;
    if (!ct_command_config_known(config, group, known) ||
        !need_text(config, group, "values", "outcome", &outcome) ||
        !ct_command_config_get_text(config, group, "reason", &reason) ||
        !ct_command_config_get_switch(config, group, "stored", &stored)) {
        return false;
    }
    if (!ct_cache_outcome_find(ct_span_of(outcome), &value->outcome)) {
        return ct_command_config_wrong(
            config, config_setting_get_member(group, "outcome"),
            "outcome \"%s\": there is none of this name, use one such as "
            "HIT, MISS or BYPASS (see cachetap --dialects)",
            outcome);
    }
    if (reason != NULL && !ct_cache_reason_find(ct_span_of(reason), &value->reason)) {
        return ct_command_config_wrong(config, config_setting_get_member(group, "reason"),
                                       "reason \"%s\": there is none of this name, use one such as "
                                       "cold or config-bypass (see cachetap --dialects)",
                                       reason);
    }
    if (config_setting_get_member(group, "stored") != NULL) {
        value->stored = stored ? CT_USER_STORED_YES : CT_USER_STORED_NO;
    }
    return true;
}

/* Texts of one group: value = "a" or value = ["a", "b"]. */
static bool read_value_group(struct ct_config *config, const config_setting_t *group,
                             struct ct_user_header *header, struct ct_user_value *values)
{
    struct ct_user_value meaning = {.text = NULL};
    const config_setting_t *texts = config_setting_get_member(group, "value");
    if (!read_meaning(config, group, &meaning)) {
        return false;
    }
    bool several =
        texts != NULL && (config_setting_is_array(texts) || config_setting_is_list(texts));
    unsigned n = several ? (unsigned)config_setting_length(texts) : 1;
    for (unsigned i = 0; i < n; i++) {
        const config_setting_t *one = several ? config_setting_get_elem(texts, i) : texts;
        meaning.text = one != NULL ? config_setting_get_string(one) : NULL;
        if (meaning.text == NULL || meaning.text[0] == '\0' ||
            strlen(meaning.text) > VALUE_OCTETS_MAX) {
            return ct_command_config_wrong(
                config, one != NULL ? one : group,
                "value: not a text of 1 to %d octets, write value = \"...\" "
                "or value = [\"...\", \"...\"]",
                VALUE_OCTETS_MAX);
        }
        for (size_t k = 0; k < header->n_values; k++) {
            if (header->case_sensitive
                    ? strcmp(values[k].text, meaning.text) == 0
                    : ct_span_equal_nocase(ct_span_of(values[k].text), meaning.text)) {
                return ct_command_config_wrong(config, one, "value \"%s\": stands twice, keep one",
                                               meaning.text);
            }
        }
        if (header->n_values == CT_USER_VALUES_MAX) {
            return ct_command_config_wrong(config, one,
                                           "values: more than %d for one header, use a "
                                           "pattern or the value \"*\"",
                                           CT_USER_VALUES_MAX);
        }
        values[header->n_values++] = meaning;
    }
    return true;
}

static bool read_values(struct ct_config *config, const config_setting_t *group,
                        struct ct_user_header *header)
{
    const config_setting_t *list = NULL;
    size_t n = 0;
    if (!get_groups(config, group, "values", &list, &n)) {
        return false;
    }
    struct ct_user_value *values =
        ct_command_config_memory(config, n > 0 ? CT_USER_VALUES_MAX : 0, sizeof *values);
    if (values == NULL) {
        return false;
    }
    header->values = values;
    for (unsigned i = 0; i < n; i++) {
        if (!read_value_group(config, config_setting_get_elem(list, i), header, values)) {
            return false;
        }
    }
    header->common_words = n == 0; /* what the user explains himself he explains in full */
    return true;
}

/* ---- headers and fingerprints -------------------------------------------------------------- */

static bool read_near_end(struct ct_config *config, const config_setting_t *group,
                          struct ct_user_header *header)
{
    const char *nearest = "last";
    if (!ct_command_config_get_text(config, group, "nearest", &nearest)) {
        return false;
    }
    header->first_is_nearest = strcmp(nearest, "first") == 0;
    if (!header->first_is_nearest && strcmp(nearest, "last") != 0) {
        return ct_command_config_wrong(
            config, config_setting_get_member(group, "nearest"),
            "nearest \"%s\": which element of the list is the cache nearest "
            "to the client, use \"first\" or \"last\"",
            nearest);
    }
    return true;
}

static bool read_header(struct reader *reader, const config_setting_t *group,
                        struct ct_user_header *header)
{
    static const char *const known[] = {"name",     "pattern", "case-sensitive",
                                        "list",     "nearest", "common-words",
                                        "optional", "values",  NULL};
    struct ct_config *config = reader->config;
    char why[192];
    if (++reader->n_headers > CT_USER_HEADERS_MAX) {
        return ct_command_config_wrong(config, group, "headers: more than %d in all, remove some",
                                       CT_USER_HEADERS_MAX);
    }
    if (!ct_command_config_known(config, group, known) ||
        !need_text(config, group, "headers", "name", &header->name) ||
        !check_header_name(reader, group, header->name) ||
        !ct_command_config_get_text(config, group, "pattern", &header->pattern) ||
        !ct_command_config_get_switch(config, group, "case-sensitive", &header->case_sensitive) ||
        !ct_command_config_get_switch(config, group, "list", &header->list) ||
        !ct_command_config_get_switch(config, group, "optional", &header->optional) ||
        !read_near_end(config, group, header) || !read_values(config, group, header) ||
        !ct_command_config_get_switch(config, group, "common-words", &header->common_words)) {
        return false;
    }
    if (header->pattern != NULL && !ct_cache_pattern_check(header->pattern, why, sizeof why)) {
        return ct_command_config_wrong(config, config_setting_get_member(group, "pattern"),
                                       "pattern \"%s\": not a regular expression: %s",
                                       header->pattern, why);
    }
    if (header->n_values == 0 && !header->common_words) {
        return ct_command_config_wrong(
            config, group,
            "header %s: nothing of it is explained, add values or leave out "
            "common-words = false",
            header->name);
    }
    return true;
}

static bool read_headers(struct reader *reader, const config_setting_t *group,
                         struct ct_user_dialect *dialect)
{
    const config_setting_t *list = NULL;
    size_t n = 0;
    if (!get_groups(reader->config, group, "headers", &list, &n)) {
        return false;
    }
    if (n == 0) {
        return ct_command_config_wrong(
            reader->config, group,
            "dialect %s: has no headers, add headers = ( { name = \"...\"; "
            "} );",
            dialect->name);
    }
    struct ct_user_header *headers = ct_command_config_memory(reader->config, n, sizeof *headers);
    if (headers == NULL) {
        return false;
    }
    dialect->headers = headers;
    for (unsigned i = 0; i < n; i++) {
        if (!read_header(reader, config_setting_get_elem(list, i), &headers[i])) {
            return false;
        }
        dialect->n_headers++;
    }
    return true;
}

static bool read_print(struct reader *reader, const config_setting_t *group,
                       struct ct_user_print *print)
{
    static const char *const known[] = {"header", "starts", "contains", NULL};
    if (++reader->n_prints > CT_USER_PRINTS_MAX) {
        return ct_command_config_wrong(reader->config, group,
                                       "fingerprints: more than %d in all, remove some",
                                       CT_USER_PRINTS_MAX);
    }
    return ct_command_config_known(reader->config, group, known) &&
           need_text(reader->config, group, "fingerprints", "header", &print->header) &&
           check_header_name(reader, group, print->header) &&
           ct_command_config_get_text(reader->config, group, "starts", &print->starts) &&
           ct_command_config_get_text(reader->config, group, "contains", &print->contains);
}

static bool read_prints(struct reader *reader, const config_setting_t *group,
                        struct ct_user_dialect *dialect)
{
    const config_setting_t *list = NULL;
    size_t n = 0;
    if (!get_groups(reader->config, group, "fingerprints", &list, &n)) {
        return false;
    }
    struct ct_user_print *prints = ct_command_config_memory(reader->config, n, sizeof *prints);
    if (prints == NULL) {
        return false;
    }
    dialect->prints = prints;
    dialect->n_prints = n;
    for (unsigned i = 0; i < n; i++) {
        if (!read_print(reader, config_setting_get_elem(list, i), &prints[i])) {
            return false;
        }
    }
    return true;
}

/* ---- dialects ------------------------------------------------------------------------------ */

static bool check_name(struct reader *reader, const config_setting_t *group, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    const char *taken = NULL;
    size_t n = strlen(name);
    if (n == 0 || n > NAME_OCTETS_MAX || strspn(name, letters) != n) {
        return ct_command_config_wrong(
            reader->config, group,
            "dialect \"%s\": not a name, use 1 to %d small letters, digits, "
            "and - . _",
            name, NAME_OCTETS_MAX);
    }
    for (size_t i = 0; (taken = ct_cache_dialect_name(reader->builtin, i)) != NULL; i++) {
        if (strcmp(taken, name) == 0) {
            return ct_command_config_wrong(
                reader->config, group, "dialect %s: a built-in dialect has this name, use another",
                name);
        }
    }
    for (size_t i = 0; i < reader->config->n_dialects; i++) {
        if (strcmp(reader->config->dialects[i].name, name) == 0) {
            return ct_command_config_wrong(
                reader->config, group, "dialect %s: stands twice, put its headers together", name);
        }
    }
    return true;
}

static bool read_rank(struct ct_config *config, const config_setting_t *group, uint8_t *rank)
{
    const config_setting_t *member = config_setting_get_member(group, "rank");
    *rank = 4; /* an exact statement of a proxy */
    if (member == NULL) {
        return true;
    }
    long long value =
        config_setting_type(member) == CONFIG_TYPE_INT ? config_setting_get_int64(member) : -1;
    if (value < 0 || value > CT_USER_RANK_MAX) {
        return ct_command_config_wrong(config, member,
                                       "rank: not a whole number from 0 (nearest the client) to %d",
                                       CT_USER_RANK_MAX);
    }
    *rank = (uint8_t)value;
    return true;
}

/* A header that an earlier dialect reads wherever it stands would never come to this one. */
static bool check_reachable(struct ct_config *config, const config_setting_t *group)
{
    const struct ct_user_dialect *last = &config->dialects[config->n_dialects - 1];
    for (size_t h = 0; h < last->n_headers; h++) {
        const char *name = last->headers[h].name;
        for (size_t d = 0; d < config->n_dialects; d++) {
            const struct ct_user_dialect *before = &config->dialects[d];
            bool same = before == last;
            for (size_t k = 0; k < (same ? h : before->n_headers); k++) {
                if ((same || before->n_prints == 0) &&
                    ct_span_equal_nocase(ct_span_of(name), before->headers[k].name)) {
                    return ct_command_config_wrong(
                        config, group,
                        "dialect %s: its header %s is read by %s already, "
                        "remove one or give the first fingerprints",
                        last->name, name, before->name);
                }
            }
        }
    }
    return true;
}

static bool read_dialect(struct reader *reader, const config_setting_t *group)
{
    static const char *const known[] = {"name", "rank", "fingerprints", "headers", NULL};
    struct ct_config *config = reader->config;
    struct ct_user_dialect dialect = {.name = NULL};
    if (!ct_command_config_known(config, group, known) ||
        !need_text(config, group, "dialects", "name", &dialect.name) ||
        !check_name(reader, group, dialect.name) || !read_rank(config, group, &dialect.rank) ||
        !read_prints(reader, group, &dialect) || !read_headers(reader, group, &dialect)) {
        return false;
    }
    config->dialects[config->n_dialects++] = dialect;
    return check_reachable(config, group);
}

static bool read_all(struct reader *reader)
{
    struct ct_config *config = reader->config;
    const config_setting_t *list = NULL;
    size_t n = 0;
    if (!get_groups(config, config_root_setting(&config->tree), "dialects", &list, &n)) {
        return false;
    }
    if (n > CT_USER_DIALECTS_MAX) {
        return ct_command_config_wrong(config, config_setting_get_elem(list, CT_USER_DIALECTS_MAX),
                                       "dialects: more than %d, remove some", CT_USER_DIALECTS_MAX);
    }
    config->dialects = ct_command_config_memory(config, n, sizeof *config->dialects);
    for (unsigned i = 0; config->dialects != NULL && i < n; i++) {
        if (!read_dialect(reader, config_setting_get_elem(list, i))) {
            return false;
        }
    }
    return config->dialects != NULL;
}

bool ct_command_config_read_dialects(struct ct_config *config)
{
    struct reader reader = {.config = config, .fields = ct_http_fields_new()};
    bool ok = false;
    reader.builtin = reader.fields != NULL ? ct_cache_new(reader.fields, NULL) : NULL;
    if (reader.builtin == NULL) {
        (void)ct_command_config_wrong(config, NULL, "cannot be read: out of memory");
    } else {
        ok = read_all(&reader);
    }
    ct_cache_free(reader.builtin);
    ct_http_fields_free(reader.fields);
    return ok;
}
