/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/reading.h"

#include "base/number.h"
#include "cache/freshness.h"
#include "cache/grammar.h"
#include "cache/user.h"
#include "http/date.h"

static bool begins_with(struct ct_span text, const char *start)
{
    return ct_span_equal_nocase(ct_span_slice(text, 0, strlen(start)), start);
}

void ct_cache_note_print(struct ct_reading *r, uint32_t line, enum ct_header header)
{
    const struct ct_header_row *row = &ct_cache_headers[header];
    if ((row->flags & CT_FLAG_PRINT) != 0) {
        if (row->start == NULL || begins_with(ct_reading_text(r, line), row->start)) {
            ct_reading_add_print(r, row->dialect, line);
        }
    } else if ((row->flags & CT_FLAG_NAMES) != 0) {
        unsigned dialect = ct_cache_print_dialect(header, ct_reading_text(r, line));
        if (dialect != CT_DIALECT_GENERIC) {
            ct_reading_add_print(r, dialect, line);
        }
    }
}

static void see(struct ct_reading *r, uint32_t line, uint16_t header)
{
    bool is_user = header >= CT_HEADER_COUNT;
    if (is_user && r->n_users_seen < CT_SEEN_MAX) {
        r->users_seen[r->n_users_seen++] = (struct ct_seen){line, header};
        return;
    }
    if (!is_user) {
        ct_cache_note_print(r, line, (enum ct_header)header);
        if (r->n_seen < CT_SEEN_MAX) {
            r->seen[r->n_seen++] = (struct ct_seen){line, header};
            return;
        }
    }
    r->cut = r->cut || is_user || ct_cache_headers[header].parser != CT_PARSER_NONE;
}

/* Age (RFC 9111 section 5.1): of a list the first member; an integer, or ignored. */
static void read_age(struct ct_reading *r)
{
    uint32_t line = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
    uint64_t value = 0;
    r->age_s = -1;
    r->age_wrong = false;
    if (line == CT_LINE_NONE) {
        return;
    }
    struct ct_span text = ct_span_trim(ct_reading_text(r, line));
    size_t n = 0;
    while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9') {
        n++;
    }
    struct ct_span rest = ct_span_trim(ct_span_slice(text, n, text.n));
    r->age_wrong = n == 0 || (rest.n > 0 && rest.p[0] != ',');
    if (r->age_wrong) {
        return;
    }
    if (!ct_base_parse_u64(ct_span_slice(text, 0, n), &value) ||
        value > (uint64_t)CT_DELTA_SECONDS_MAX) {
        value = (uint64_t)CT_DELTA_SECONDS_MAX; /* section 1.2.2 */
    }
    r->age_s = (int64_t)value;
}

static void note_core(struct ct_reading *r, unsigned dir, unsigned field, uint32_t line)
{
    uint32_t bit = UINT32_C(1) << field;
    if ((r->have[dir] & bit) != 0) {
        r->again |= bit;
    } else {
        r->have[dir] |= bit;
        r->first[dir][field] = line;
    }
}

static bool is_partial(const struct ct_txn *txn)
{
    const uint32_t doubts = UINT32_C(1) << CT_NOTE_GAP_IN_HEAD | UINT32_C(1) << CT_NOTE_HEADER_CUT |
                            UINT32_C(1) << CT_NOTE_MALFORMED;
    return (txn->notes & doubts) != 0;
}

void ct_cache_scan(struct ct_reading *r, const struct ct_cache *cache, const struct ct_txn *txn)
{
    r->cache = cache;
    r->txn = txn;
    r->have[CT_DIR_ORIG] = 0;
    r->have[CT_DIR_RESP] = 0;
    r->again = 0;
    r->n_seen = 0;
    r->n_users_seen = 0;
    r->n_statements = 0;
    r->prints = (struct ct_dialect_set){{0}};
    r->print_line = CT_LINE_NONE;
    r->print_traits = 0;
    r->print_lacks = 0;
    r->spoke = (struct ct_dialect_set){{0}};
    r->cut = false;
    r->partial = is_partial(txn);
    r->unfilled = false;
    r->from_cache = false;
    r->to_gateway = false;
    r->clients = (struct ct_dialect_set){{0}};
    r->status_field = CT_STATUS_FIELD_UNREAD;
    r->server_known = false;
    r->date_known = false;
    r->vias_known = false;
    r->control_known[CT_DIR_ORIG] = false;
    r->control_known[CT_DIR_RESP] = false;
    for (uint32_t i = 0; i < txn->n_lines; i++) {
        const struct ct_line *line = &txn->lines[i];
        unsigned dir = line->dir & 1;
        unsigned kind = line->field < CT_FIELDS_MAX ? cache->kind_of[dir][line->field] : 0;
        if ((kind & CT_KIND_CORE) != 0) {
            note_core(r, dir, line->field, i);
        }
        if ((kind & CT_KIND_HEADER) != 0) {
            see(r, i, (uint16_t)(cache->header_of[line->field] - 1));
        }
        if ((kind & CT_KIND_PRINT) != 0) {
            ct_cache_user_print(r, i);
        }
        if ((kind & CT_KIND_SIDE) != 0) {
            ct_cache_note_side(r, i);
        }
    }
    read_age(r);
}

uint32_t ct_cache_seen(const struct ct_reading *r, enum ct_header header)
{
    for (uint32_t i = 0; i < r->n_seen; i++) {
        if (r->seen[i].header == header) {
            return r->seen[i].line;
        }
    }
    return CT_LINE_NONE;
}

enum ct_dialect ct_cache_find_server(struct ct_reading *r)
{
    if (!r->server_known) {
        r->server_known = true;
        r->server = (uint8_t)ct_cache_server_dialect(
            r->cache, ct_reading_value(r, CT_DIR_RESP, CT_FIELD_SERVER));
        if (r->server != CT_DIALECT_GENERIC) {
            ct_reading_add_print(r, r->server, ct_reading_line(r, CT_DIR_RESP, CT_FIELD_SERVER));
        }
    }
    return (enum ct_dialect)r->server;
}

static void find_in_via(struct ct_reading *r, struct ct_span value)
{
    struct ct_span element;
    value = ct_span_slice(value, 0, 4096);
    while (ct_cache_next_element(&value, &element)) {
        r->last_via = (uint8_t)ct_cache_via_dialect(r->cache, element);
        if (r->n_vias < UINT8_MAX) {
            r->n_vias++;
        }
        if (r->last_via != CT_DIALECT_GENERIC) {
            ct_reading_add_print(r, r->last_via, ct_reading_line(r, CT_DIR_RESP, CT_FIELD_VIA));
        }
    }
}

void ct_cache_find_makers(struct ct_reading *r)
{
    (void)ct_cache_find_server(r);
    if (r->vias_known) {
        return;
    }
    r->vias_known = true;
    r->last_via = CT_DIALECT_GENERIC;
    r->n_vias = 0;
    for (uint32_t i = 0; i < r->n_seen; i++) {
        if (r->seen[i].header == CT_HEADER_VIA) {
            find_in_via(r, ct_reading_text(r, r->seen[i].line));
        }
    }
}

/* The line after the last one that can be of the field, which is there. */
static uint32_t end_of_field(const struct ct_reading *r, enum ct_dir dir, enum ct_field field)
{
    return (r->again >> field & 1) != 0 ? r->txn->n_lines : r->first[dir][field] + 1;
}

const struct ct_control *ct_cache_control(struct ct_reading *r, enum ct_dir dir)
{
    struct ct_control *control = &r->control[dir];
    if (r->control_known[dir]) {
        return control;
    }
    r->control_known[dir] = true;
    ct_cache_control_init(control);
    if (!ct_reading_has(r, dir, CT_FIELD_CACHE_CONTROL)) {
        return control;
    }
    uint32_t end = end_of_field(r, dir, CT_FIELD_CACHE_CONTROL);
    for (uint32_t i = r->first[dir][CT_FIELD_CACHE_CONTROL]; i < end; i++) {
        const struct ct_line *line = &r->txn->lines[i];
        if (line->field == CT_FIELD_CACHE_CONTROL && line->dir == dir) {
            ct_cache_control_add(control, ct_txn_text(r->txn, line->value));
        }
    }
    return control;
}

int64_t ct_cache_date(struct ct_reading *r)
{
    if (!r->date_known) {
        int64_t now_s = ct_http_txn_ns(r->txn) / CT_NS_PER_S;
        struct ct_span text = ct_span_trim(ct_reading_value(r, CT_DIR_RESP, CT_FIELD_DATE));
        r->date_known = true;
        r->date_s = -1;
        (void)ct_http_parse_date(text, now_s, &r->date_s); /* -1 stays */
    }
    return r->date_s;
}

int64_t ct_cache_lifetime(struct ct_reading *r)
{
    int64_t now_s = ct_http_txn_ns(r->txn) / CT_NS_PER_S;
    struct ct_dates dates = {ct_reading_value(r, CT_DIR_RESP, CT_FIELD_EXPIRES),
                             ct_reading_value(r, CT_DIR_RESP, CT_FIELD_DATE),
                             ct_reading_has(r, CT_DIR_RESP, CT_FIELD_EXPIRES), now_s};
    return ct_cache_freshness_lifetime(ct_cache_control(r, CT_DIR_RESP), &dates);
}

bool ct_cache_method_is(const struct ct_txn *txn, const char *method)
{
    struct ct_span text = ct_txn_text(txn, txn->method);
    return text.n == strlen(method) && ct_span_starts_with(text, method); /* has case */
}

bool ct_cache_method_is_read(const struct ct_txn *txn)
{
    return !ct_ref_present(txn->method) || ct_cache_method_is(txn, "GET") ||
           ct_cache_method_is(txn, "HEAD");
}

bool ct_cache_varies_on_all(const struct ct_reading *r)
{
    if (!ct_reading_has(r, CT_DIR_RESP, CT_FIELD_VARY)) {
        return false;
    }
    uint32_t end = end_of_field(r, CT_DIR_RESP, CT_FIELD_VARY);
    for (uint32_t i = r->first[CT_DIR_RESP][CT_FIELD_VARY]; i < end; i++) {
        const struct ct_line *line = &r->txn->lines[i];
        struct ct_span rest = ct_txn_text(r->txn, line->value);
        struct ct_span member;
        if (line->field != CT_FIELD_VARY || line->dir != CT_DIR_RESP || rest.n == 0 ||
            memchr(rest.p, '*', rest.n) == NULL) {
            continue;
        }
        while (ct_cache_next_element(&rest, &member)) {
            if (member.n == 1 && member.p[0] == '*') {
                return true;
            }
        }
    }
    return false;
}

uint32_t ct_cache_warning(const struct ct_reading *r, const char *code)
{
    if (!ct_reading_has(r, CT_DIR_RESP, CT_FIELD_WARNING)) {
        return CT_LINE_NONE;
    }
    uint32_t end = end_of_field(r, CT_DIR_RESP, CT_FIELD_WARNING);
    for (uint32_t i = r->first[CT_DIR_RESP][CT_FIELD_WARNING]; i < end; i++) {
        const struct ct_line *line = &r->txn->lines[i];
        struct ct_span rest = ct_txn_text(r->txn, line->value);
        struct ct_span member;
        if (line->field != CT_FIELD_WARNING || line->dir != CT_DIR_RESP) {
            continue;
        }
        while (ct_cache_next_element(&rest, &member)) {
            if (ct_span_equal_nocase(ct_span_slice(member, 0, 3), code) &&
                (member.n == 3 || member.p[3] == ' ')) {
                return i;
            }
        }
    }
    return CT_LINE_NONE;
}

struct ct_statement ct_cache_statement(const struct ct_reading *r, enum ct_header header,
                                       enum ct_dialect dialect, uint32_t line)
{
    const struct ct_header_row *row = &ct_cache_headers[header];
    (void)r;
    return (struct ct_statement){
        .node = CT_REF_NONE,
        .label = ct_cache_dialects[dialect].name,
        .hits = -1,
        .line = line,
        .also = CT_LINE_NONE,
        .header = (uint16_t)header,
        .dialect = (uint8_t)dialect,
        .outcome = CT_OUTCOME_UNKNOWN,
        .rank = row->rank != 0 ? row->rank : ct_cache_dialects[dialect].rank,
    };
}

void ct_cache_apply_word(struct ct_statement *statement, const struct ct_word *word)
{
    if (word == NULL) {
        statement->outcome = CT_OUTCOME_UNKNOWN;
        statement->reason = CT_REASON_UNRECOGNISED_STATUS;
        return;
    }
    statement->outcome = word->outcome;
    statement->reason = word->reason;
    statement->marks |= word->marks;
}

void ct_cache_add_marks(struct ct_statement *statement, uint32_t marks)
{
    statement->marks |= marks;
    if ((marks & CT_MARK_BIT(COLLAPSED)) != 0 && statement->reason == CT_REASON_NOT_GIVEN) {
        statement->reason = CT_REASON_COLLAPSED;
    }
}

void ct_cache_remove_statement(struct ct_reading *r, uint32_t i)
{
    r->n_statements--;
    memmove(&r->statements[i], &r->statements[i + 1],
            (r->n_statements - i) * sizeof r->statements[0]);
}

void ct_cache_say(struct ct_reading *r, const struct ct_statement *statement)
{
    if (r->n_statements == CT_TIERS_MAX) {
        memmove(&r->statements[0], &r->statements[1], (CT_TIERS_MAX - 1) * sizeof r->statements[0]);
        r->n_statements--;
        r->cut = true;
    }
    struct ct_statement *added = &r->statements[r->n_statements++];
    *added = *statement;
    added->written = added->outcome;
    ct_dialect_set_add(&r->spoke, statement->dialect);
}
