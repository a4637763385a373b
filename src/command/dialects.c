/* SPDX-License-Identifier: Apache-2.0 */
#include "command/dialects.h"

#include <string.h>

#include "base/span.h"

#define NAME_COLUMNS    26
#define TEXT_COLUMNS    34
#define OUTCOME_COLUMNS 14
#define LINE_COLUMNS    96

/* One section of a dialect: its entries of one kind. */
struct section {
    FILE *file;
    enum ct_entry_kind kind;
    const char *header; /* of values and patterns: only those of this field */
    unsigned n;
};

static const char *const ranks[] = {
    "nearer the client than all that is built in",
    "a CDN, with a field of its own",
    "Server-Timing of a CDN",
    "Cache-Status (RFC 9211)",
    "an exact statement of a proxy",
    "a field that an operator named",
    "the second tier of a CDN",
    "a cache in the application",
    "farther from the client than all that is built in",
};

static bool same_header(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* ---- values -------------------------------------------------------------------------------- */

static void put_value(FILE *file, const struct ct_entry *entry)
{
    const char *outcome = ct_cache_outcome_name(entry->outcome);
    const char *reason = ct_cache_reason_name(entry->reason);
    const char *separator = "";
    size_t column = 4 + TEXT_COLUMNS + 2 + OUTCOME_COLUMNS + 2;
    bool more = reason != NULL || entry->marks != 0;
    (void)fprintf(file, "    %-*s", TEXT_COLUMNS, entry->text);
    if (strlen(entry->text) > TEXT_COLUMNS) {
        (void)fprintf(file, "\n    %-*s", TEXT_COLUMNS, "");
    }
    (void)fprintf(file, "  %-*s", more ? OUTCOME_COLUMNS : 0, outcome);
    if (reason != NULL) {
        column += (size_t)fprintf(file, "  %s", reason) - 2;
        separator = "; ";
    } else if (more) {
        (void)fputs("  ", file);
    }
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        const char *mark = ct_cache_mark_name((enum ct_mark)i);
        if ((entry->marks >> i & 1) != 0 && column + strlen(mark) + 2 > LINE_COLUMNS) {
            (void)fprintf(file, ";\n    %-*s  %-*s  %s", TEXT_COLUMNS, "", OUTCOME_COLUMNS, "",
                          mark);
        } else if ((entry->marks >> i & 1) != 0) {
            column += (size_t)fprintf(file, "%s%s", separator, mark);
        }
        separator = (entry->marks >> i & 1) != 0 ? "; " : separator;
    }
    (void)fputc('\n', file);
}

/* ---- sections ------------------------------------------------------------------------------ */

static void put_print(struct section *section, const struct ct_entry *entry)
{
    (void)fprintf(section->file, "  %-8s", section->n == 0 ? "known by" : "");
    (void)fprintf(section->file, "  %s%s%s\n", entry->header, entry->text != NULL ? ": " : "",
                  entry->text != NULL ? entry->text : "");
}

/* Affixes share a line; the first begins it, put_fields ends it. */
static void put_affix(struct section *section, const struct ct_entry *entry)
{
    (void)fprintf(section->file, "%s%s", section->n == 0 ? "    may be attached: " : ", ",
                  entry->text);
    for (int i = 0; i < CT_MARK_COUNT; i++) {
        if ((entry->marks >> i & 1) != 0) {
            (void)fprintf(section->file, " (%s)", ct_cache_mark_name((enum ct_mark)i));
        }
    }
}

static void take(void *user, const struct ct_entry *entry)
{
    struct section *section = user;
    bool of_header = entry->kind == CT_ENTRY_VALUE || entry->kind == CT_ENTRY_PATTERN;
    if (entry->kind != section->kind ||
        (of_header && !same_header(section->header, entry->header))) {
        return;
    }
    switch (entry->kind) {
    case CT_ENTRY_PRINT:
        put_print(section, entry);
        break;
    case CT_ENTRY_PATTERN:
        (void)fprintf(section->file, "    pattern %s\n", entry->text);
        break;
    case CT_ENTRY_VALUE:
        put_value(section->file, entry);
        break;
    case CT_ENTRY_AFFIX:
        put_affix(section, entry);
        break;
    case CT_ENTRY_HEADER:
        break;
    }
    section->n++;
}

static unsigned put_section(FILE *file, const struct ct_cache *cache, size_t i,
                            enum ct_entry_kind kind, const char *header)
{
    struct section section = {.file = file, .kind = kind, .header = header};
    ct_cache_describe(cache, i, take, &section);
    return section.n;
}

/* The fields of a dialect in the order in which they are first spoken of. */
struct fields {
    struct {
        const char *name;
        const char *text;
        unsigned rank;
    } rows[CT_USER_HEADERS_MAX];
    size_t n;
    bool words;                          /* values of all its fields */
    char kept[CT_USER_HEADERS_MAX][128]; /* texts are only borrowed */
};

static void take_field(void *user, const struct ct_entry *entry)
{
    struct fields *fields = user;
    size_t i = 0;
    if (entry->kind == CT_ENTRY_VALUE && entry->header == NULL) {
        fields->words = true;
    }
    if ((entry->kind != CT_ENTRY_VALUE && entry->kind != CT_ENTRY_HEADER) ||
        entry->header == NULL) {
        return;
    }
    while (i < fields->n && strcmp(fields->rows[i].name, entry->header) != 0) {
        i++;
    }
    if (i == CT_USER_HEADERS_MAX) {
        return; /* never: a dialect has fewer */
    }
    if (i == fields->n) {
        fields->n++;
        fields->rows[i].name = entry->header;
        fields->rows[i].text = NULL;
        fields->rows[i].rank = 0;
    }
    if (entry->kind == CT_ENTRY_HEADER && fields->rows[i].text == NULL) {
        (void)snprintf(fields->kept[i], sizeof fields->kept[i], "%s", entry->text);
        fields->rows[i].text = fields->kept[i];
        fields->rows[i].rank = entry->rank;
    }
}

static void put_fields(FILE *file, const struct ct_cache *cache, size_t i)
{
    struct fields fields = {.n = 0};
    ct_cache_describe(cache, i, take_field, &fields);
    for (size_t k = 0; k < fields.n; k++) {
        const char *text = fields.rows[k].text != NULL ? fields.rows[k].text : "";
        (void)fprintf(file, "  %-*s", text[0] != '\0' ? NAME_COLUMNS : 0, fields.rows[k].name);
        (void)fprintf(file, "%s%s", text[0] != '\0' ? "  " : "", text);
        if (fields.rows[k].rank != 0) {
            (void)fprintf(file, ", rank %u", fields.rows[k].rank);
        }
        (void)fputc('\n', file);
        (void)put_section(file, cache, i, CT_ENTRY_PATTERN, fields.rows[k].name);
        (void)put_section(file, cache, i, CT_ENTRY_VALUE, fields.rows[k].name);
    }
    if (fields.words) {
        (void)fputs(i == 0 ? "  words of all dialects, where these have none of their own; case "
                             "counts nothing, \"-\",\n"
                             "  \" \" and \"_\" are one, and TCP_ may stand before each\n"
                           : "  words in its headers, before those of generic\n",
                    file);
        (void)put_section(file, cache, i, CT_ENTRY_VALUE, NULL);
        if (put_section(file, cache, i, CT_ENTRY_AFFIX, NULL) > 0) {
            (void)fputc('\n', file);
        }
    }
}

static void put_dialect(FILE *file, const struct ct_cache *cache, size_t i)
{
    unsigned rank = ct_cache_dialect_rank(cache, i);
    (void)fprintf(file, "%s\n  rank %u    %s%s\n", ct_cache_dialect_name(cache, i), rank,
                  ranks[rank], ct_cache_dialect_is_user(cache, i) ? "; of the configuration" : "");
    (void)put_section(file, cache, i, CT_ENTRY_PRINT, NULL);
    put_fields(file, cache, i);
    (void)fputc('\n', file);
}

/* ---- what the names mean ------------------------------------------------------------------- */

static void put_names(FILE *file)
{
    (void)fputs("Outcomes\n", file);
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        (void)fprintf(file, "  %-*s  %-6s  %s\n", OUTCOME_COLUMNS,
                      ct_cache_outcome_name((enum ct_outcome)i),
                      ct_cache_class_name(ct_cache_outcome_class((enum ct_outcome)i)),
                      ct_cache_outcome_help((enum ct_outcome)i));
    }
    (void)fputs("\nReasons", file);
    size_t column = LINE_COLUMNS;
    for (int i = CT_REASON_NOT_GIVEN + 1; i < CT_REASON_COUNT; i++) {
        const char *name = ct_cache_reason_name((enum ct_reason)i);
        if (column + 2 + strlen(name) > LINE_COLUMNS) {
            (void)fputs("\n ", file);
            column = 1;
        }
        column += (size_t)fprintf(file, " %s%s", name, i + 1 < CT_REASON_COUNT ? "," : "");
    }
    (void)fputc('\n', file);
}

int ct_command_dialects_print(FILE *file, const struct ct_cache_config *config, const char *name)
{
    struct ct_fields *fields = ct_http_fields_new();
    struct ct_cache *cache = fields != NULL ? ct_cache_new(fields, config) : NULL;
    int n = cache != NULL ? 0 : -1;
    for (size_t i = 0; cache != NULL && ct_cache_dialect_name(cache, i) != NULL; i++) {
        if (name == NULL || strcmp(name, ct_cache_dialect_name(cache, i)) == 0) {
            put_dialect(file, cache, i);
            n++;
        }
    }
    if (name == NULL && n > 0) {
        put_names(file);
    }
    ct_cache_free(cache);
    ct_http_fields_free(fields);
    return n;
}
