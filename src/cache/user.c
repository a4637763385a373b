/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/user.h"

#include <stdlib.h>

#include "base/number.h"
#include "cache/grammar.h"
#include "cache/pattern.h"

struct user_row {
    const struct ct_user_header *header;
    struct ct_pattern *pattern; /* NULL: none */
    uint16_t field;
    uint16_t builtin; /* the row in whose place it stands, + 1; 0: none */
    uint16_t next;    /* row + 1 that reads the same field elsewhere; 0: none */
    uint8_t dialect;  /* from CT_DIALECT_COUNT on */
};

struct print_row {
    const struct ct_user_print *print;
    uint16_t field;
    uint8_t dialect;
};

struct ct_users {
    struct ct_cache_config config;
    struct user_row rows[CT_USER_HEADERS_MAX];
    size_t n_rows;
    struct print_row prints[CT_USER_PRINTS_MAX];
    size_t n_prints;
};

static const struct ct_user_dialect *dialect_of(const struct ct_users *users, uint8_t dialect)
{
    return &users->config.dialects[dialect - CT_DIALECT_COUNT];
}

/* ---- building ------------------------------------------------------------------------------ */

/* The rows of one field are a chain in the order of the file. */
static void chain_row(struct ct_cache *cache, size_t i)
{
    struct ct_users *users = cache->users;
    struct user_row *row = &users->rows[i];
    uint16_t before = cache->header_of[row->field];
    if (before <= CT_HEADER_COUNT) {
        row->builtin = before;
        cache->header_of[row->field] = (uint16_t)(CT_HEADER_COUNT + i + 1);
        return;
    }
    struct user_row *last = &users->rows[before - CT_HEADER_COUNT - 1];
    row->builtin = last->builtin;
    while (last->next != 0) {
        last = &users->rows[last->next - 1];
    }
    last->next = (uint16_t)(i + 1);
}

static bool add_header(struct ct_cache *cache, struct ct_fields *fields,
                       const struct ct_user_header *header, uint8_t dialect)
{
    struct ct_users *users = cache->users;
    uint16_t field = ct_http_fields_intern(fields, header->name);
    if (field >= CT_FIELDS_MAX || users->n_rows == CT_USER_HEADERS_MAX ||
        header->n_values > CT_USER_VALUES_MAX) {
        return false;
    }
    struct user_row *row = &users->rows[users->n_rows++];
    *row = (struct user_row){.header = header, .field = field, .dialect = dialect};
    if (header->pattern != NULL) {
        row->pattern = ct_cache_pattern_new(header->pattern, header->case_sensitive, NULL, 0);
        if (row->pattern == NULL) {
            return false;
        }
    }
    cache->kind_of[CT_DIR_RESP][field] |= CT_KIND_HEADER;
    chain_row(cache, users->n_rows - 1);
    return true;
}

static bool add_print(struct ct_cache *cache, struct ct_fields *fields,
                      const struct ct_user_print *print, uint8_t dialect)
{
    struct ct_users *users = cache->users;
    uint16_t field = ct_http_fields_intern(fields, print->header);
    if (field >= CT_FIELDS_MAX || users->n_prints == CT_USER_PRINTS_MAX) {
        return false;
    }
    users->prints[users->n_prints++] = (struct print_row){print, field, dialect};
    cache->kind_of[CT_DIR_RESP][field] |= CT_KIND_PRINT;
    return true;
}

static bool add_dialect(struct ct_cache *cache, struct ct_fields *fields,
                        const struct ct_user_dialect *user, uint8_t dialect)
{
    if (user->rank > CT_USER_RANK_MAX) {
        return false;
    }
    for (size_t i = 0; i < user->n_headers; i++) {
        if (!add_header(cache, fields, &user->headers[i], dialect)) {
            return false;
        }
    }
    for (size_t i = 0; i < user->n_prints; i++) {
        if (!add_print(cache, fields, &user->prints[i], dialect)) {
            return false;
        }
    }
    return true;
}

bool ct_cache_users_add(struct ct_cache *cache, struct ct_fields *fields,
                        const struct ct_cache_config *config)
{
    if (config->n_dialects == 0) {
        return true;
    }
    if (config->n_dialects > CT_USER_DIALECTS_MAX) {
        return false;
    }
    cache->users = calloc(1, sizeof *cache->users);
    if (cache->users == NULL) {
        return false;
    }
    cache->users->config = *config;
    for (size_t i = 0; i < config->n_dialects; i++) {
        uint8_t dialect = (uint8_t)(CT_DIALECT_COUNT + i);
        if (!add_dialect(cache, fields, &config->dialects[i], dialect)) {
            return false;
        }
    }
    return true;
}

void ct_cache_users_free(struct ct_users *users)
{
    for (size_t i = 0; users != NULL && i < users->n_rows; i++) {
        ct_cache_pattern_free(users->rows[i].pattern);
    }
    free(users);
}

const char *ct_cache_user_name(const struct ct_users *users, size_t i)
{
    return users != NULL && i < users->config.n_dialects ? users->config.dialects[i].name : NULL;
}

const struct ct_cache_config *ct_cache_user_config(const struct ct_users *users)
{
    return users != NULL ? &users->config : NULL;
}

/* ---- who answered -------------------------------------------------------------------------- */

static bool has_part(struct ct_span text, const char *part)
{
    size_t n = strlen(part);
    for (size_t i = 0; i + n <= text.n; i++) {
        if (ct_span_equal_nocase(ct_span_slice(text, i, i + n), part)) {
            return true;
        }
    }
    return false;
}

static bool print_fits(const struct ct_user_print *print, struct ct_span value)
{
    value = ct_span_slice(value, 0, CT_PATTERN_BYTES_MAX);
    if (print->starts != NULL &&
        !ct_span_equal_nocase(ct_span_slice(value, 0, strlen(print->starts)), print->starts)) {
        return false;
    }
    return print->contains == NULL || has_part(value, print->contains);
}

void ct_cache_user_print(struct ct_reading *r, uint32_t line)
{
    const struct ct_users *users = r->cache->users;
    uint16_t field = r->txn->lines[line].field;
    for (size_t i = 0; i < users->n_prints; i++) {
        const struct print_row *row = &users->prints[i];
        if (row->field == field && print_fits(row->print, ct_reading_text(r, line))) {
            ct_dialect_set_add(&r->prints, row->dialect);
        }
    }
}

/* The first row of a field's chain whose dialect is here; NULL: none. */
static const struct user_row *row_here(const struct ct_reading *r, uint16_t header)
{
    const struct ct_users *users = r->cache->users;
    const struct user_row *row = &users->rows[header - CT_HEADER_COUNT];
    while (dialect_of(users, row->dialect)->n_prints > 0 &&
           !ct_dialect_set_has(&r->prints, row->dialect)) {
        if (row->next == 0) {
            return NULL;
        }
        row = &users->rows[row->next - 1];
    }
    return row;
}

/* ---- reading ------------------------------------------------------------------------------- */

static const struct ct_user_value *find_value(const struct ct_user_header *header,
                                              struct ct_span word)
{
    const struct ct_user_value *any = NULL;
    for (size_t i = 0; i < header->n_values; i++) {
        const struct ct_user_value *value = &header->values[i];
        if (header->case_sensitive ? ct_span_equal(word, ct_span_of(value->text))
                                   : ct_span_equal_nocase(word, value->text)) {
            return value;
        }
        if (strcmp(value->text, "*") == 0) {
            any = value;
        }
    }
    return any;
}

static void apply_value(struct ct_statement *s, const struct ct_user_value *value)
{
    s->outcome = (uint8_t)value->outcome;
    s->reason = (uint8_t)value->reason;
    if (value->stored == CT_USER_STORED_YES) {
        s->marks |= CT_MARK_BIT(STORED);
    } else if (value->stored == CT_USER_STORED_NO) {
        s->marks |= CT_MARK_BIT(NOT_STORED);
    }
}

/* The generic grammar; false: no word that all dialects share. */
static bool apply_common(const struct ct_reading *r, struct ct_statement *s, struct ct_span text)
{
    struct ct_element e;
    ct_cache_read_element(r->cache, CT_DIALECT_GENERIC, false, text, &e);
    if (e.absent || e.word == NULL) {
        return false;
    }
    ct_cache_apply_word(s, e.word);
    if (!ct_ref_present(s->node)) {
        s->node = ct_reading_ref(r, e.label.n > 0 ? e.label : e.node);
    }
    s->hits = s->hits >= 0 ? s->hits : e.hits;
    return true;
}

static struct ct_span without_quotes(struct ct_span text)
{
    text = ct_span_trim(text);
    bool quoted = text.n > 1 && text.p[0] == '"' && text.p[text.n - 1] == '"';
    return quoted ? ct_span_trim(ct_span_slice(text, 1, text.n - 1)) : text;
}

/* The word in text; empty: the pattern does not find one. */
static struct ct_span find_word(const struct ct_reading *r, const struct user_row *row,
                                struct ct_span text, struct ct_statement *s)
{
    struct ct_pattern_match match;
    uint64_t hits = 0;
    if (row->pattern == NULL) {
        return without_quotes(text);
    }
    if (!ct_cache_pattern_match(row->pattern, text, &match)) {
        return (struct ct_span){NULL, 0};
    }
    s->node = ct_reading_ref(r, match.node);
    if (ct_base_parse_u64(match.hits, &hits) && hits <= INT64_MAX) {
        s->hits = (int64_t)hits;
    }
    return ct_span_trim(match.status);
}

/* What one cache says; false: nothing. */
static bool say_part(struct ct_reading *r, const struct user_row *row, uint32_t line,
                     struct ct_span text)
{
    const struct ct_users *users = r->cache->users;
    struct ct_statement s = {
        .node = CT_REF_NONE,
        .label = dialect_of(users, row->dialect)->name,
        .rule = "a value that the user's configuration explains",
        .hits = -1,
        .line = line,
        .also = CT_LINE_NONE,
        .header = (uint16_t)(CT_HEADER_COUNT + (row - users->rows)),
        .dialect = row->dialect,
        .rank = dialect_of(users, row->dialect)->rank,
        .known_writer = true,
    };
    if (ct_cache_is_no_statement(ct_span_trim(text))) {
        return false;
    }
    struct ct_span word = find_word(r, row, text, &s);
    const struct ct_user_value *value = word.n > 0 ? find_value(row->header, word) : NULL;
    if (value != NULL) {
        apply_value(&s, value);
    } else if (word.n == 0 || !row->header->common_words || !apply_common(r, &s, word)) {
        if (row->header->optional) {
            return false;
        }
        s.rule = NULL;
        ct_cache_apply_word(&s, NULL);
    }
    ct_cache_say(r, &s);
    return true;
}

/* Statements are made from the origin's side on. */
static bool say_list(struct ct_reading *r, const struct user_row *row, uint32_t line)
{
    struct ct_span parts[CT_TIERS_MAX];
    struct ct_span rest = ct_reading_text(r, line);
    size_t n = 0;
    size_t n_all = 0;
    bool said = false;
    if (row->header->first_is_nearest) {
        while (n < CT_TIERS_MAX && ct_cache_next_element(&rest, &parts[n])) {
            n++;
        }
        n_all = ct_span_trim(rest).n > 0 ? n + 1 : n;
    } else {
        n = ct_cache_split_list(rest, parts, &n_all);
    }
    r->cut = r->cut || n_all > n;
    for (size_t i = 0; i < n; i++) {
        size_t at = row->header->first_is_nearest ? n - 1 - i : i;
        said = say_part(r, row, line, parts[at]) || said;
    }
    return said;
}

void ct_cache_read_users(struct ct_reading *r)
{
    const struct ct_users *users = r->cache->users;
    for (uint32_t i = 0; i < r->n_users_seen; i++) {
        struct ct_seen seen = r->users_seen[i];
        const struct user_row *row = row_here(r, seen.header);
        uint16_t builtin = users->rows[seen.header - CT_HEADER_COUNT].builtin;
        bool said = row != NULL && (row->header->list ? say_list(r, row, seen.line)
                                                      : say_part(r, row, seen.line,
                                                                 ct_reading_text(r, seen.line)));
        if (said || builtin == 0 || (row != NULL && !row->header->optional)) {
            continue;
        }
        ct_cache_note_print(r, seen.line, (enum ct_header)(builtin - 1));
        if (r->n_seen < CT_SEEN_MAX) {
            r->seen[r->n_seen++] = (struct ct_seen){seen.line, (uint16_t)(builtin - 1)};
        } else {
            r->cut = true;
        }
    }
}
