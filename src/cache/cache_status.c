/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cache-Status (RFC 9211): a List of caches, the one nearest the origin first, each with
 * parameters. A field that is not a valid structured field must be ignored as such (RFC 9651
 * section 4.2); an observer still wants to know, so it is then read by eye, marked lenient.
 */
#include <stdio.h>

#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"
#include "http/sf.h"

#include "base/number.h"

/* The parameters of section 2 that were there. */
struct status_params {
    struct ct_span fwd;
    struct ct_span detail;
    int64_t fwd_status; /* -1: not there */
    int64_t ttl;
    bool has_ttl;
    bool hit;
    bool has_stored;
    bool stored;
    bool has_collapsed;
    bool collapsed;
    bool any; /* some parameter, known or not */
};

struct fwd_row {
    const char *text;
    uint8_t outcome;
    uint8_t reason;
};

struct detail_row {
    const char *text; /* part of the detail */
    uint8_t outcome;
    uint8_t reason;
};

struct name_row {
    const char *text; /* start of the name, lower case */
    uint8_t dialect;
    int8_t depth;
};

/* clang-format off */
/* Section 2.2. stale and request also depend on the status of the forwarded response. */
static const struct fwd_row fwd_rows[] = {
    {"bypass", CT_OUTCOME_BYPASS, CT_REASON_CONFIG_BYPASS},
    {"method", CT_OUTCOME_BYPASS, CT_REASON_REQUEST_METHOD},
    {"uri-miss", CT_OUTCOME_MISS, CT_REASON_URI_NOT_STORED},
    {"vary-miss", CT_OUTCOME_MISS, CT_REASON_VARY_NOT_STORED},
    {"miss", CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN},
    {"request", CT_OUTCOME_CLIENT_REFRESH, CT_REASON_NOT_GIVEN},
    {"stale", CT_OUTCOME_EXPIRED, CT_REASON_EXPIRED_REPLACED},
    {"partial", CT_OUTCOME_PARTIAL_HIT, CT_REASON_PARTIAL},
};

/* Details of Souin that say more than fwd. */
static const struct detail_row detail_rows[] = {
    {"UNCACHEABLE-STATUS-CODE", CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_STATUS},
    {"INVALID-RESPONSE-CACHE-CONTROL", CT_OUTCOME_UNCACHEABLE, CT_REASON_NOT_GIVEN},
    {"PRIVATE-OR-AUTHENTICATED-RESPONSE", CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_PRIVATE},
    {"NO-STORE-DIRECTIVE", CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_NO_STORE},
    {"UPSTREAM-RESPONSE-TOO-LARGE", CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_TOO_LARGE},
    {"UPSTREAM-ERROR-OR-EMPTY-RESPONSE", CT_OUTCOME_ERROR, CT_REASON_ORIGIN_ERROR},
    {"SERVE-HTTP-ERROR", CT_OUTCOME_ERROR, CT_REASON_ORIGIN_ERROR},
    {"EXCLUDED-REQUEST-URI", CT_OUTCOME_CONFIG_NOCACHE, CT_REASON_CONFIG_NOCACHE},
    {"UNSUPPORTED-METHOD", CT_OUTCOME_NONE, CT_REASON_REQUEST_METHOD},
    {"IS-MUTATION-REQUEST", CT_OUTCOME_NONE, CT_REASON_REQUEST_METHOD},
    {"MALFORMED-", CT_OUTCOME_BYPASS, CT_REASON_NOT_GIVEN},
    {"CACHE-CONTROL-EXTRACTION-ERROR", CT_OUTCOME_BYPASS, CT_REASON_NOT_GIVEN},
    {"DEADLINE-EXCEEDED", CT_OUTCOME_BYPASS, CT_REASON_ORIGIN_TIMEOUT},
};

static const struct name_row name_rows[] = {
    {"netlify edge", CT_DIALECT_NETLIFY, 1},
    {"netlify", CT_DIALECT_NETLIFY, 0},
    {"souin", CT_DIALECT_SOUIN, 0},
    {"fastly", CT_DIALECT_FASTLY, 0},
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Tokens that only Squid writes as detail. */
static bool is_squid_detail(struct ct_span detail)
{
    return ct_span_equal(detail, ct_span_of("match")) ||
           ct_span_equal(detail, ct_span_of("mismatch")) ||
           ct_span_equal(detail, ct_span_of("no-cache"));
}

static void name_dialect(struct ct_reading *r, struct ct_statement *s, struct ct_span name,
                         struct ct_span detail)
{
    enum ct_dialect dialect = CT_DIALECT_RFC9211;
    for (size_t i = 0; i < COUNT(name_rows); i++) {
        struct ct_span start = ct_span_slice(name, 0, strlen(name_rows[i].text));
        if (ct_span_equal_nocase(start, name_rows[i].text)) {
            dialect = name_rows[i].dialect;
            s->depth = name_rows[i].depth;
            break;
        }
    }
    if (dialect == CT_DIALECT_RFC9211 && is_squid_detail(detail)) {
        dialect = CT_DIALECT_SQUID;
    } else if (dialect == CT_DIALECT_RFC9211 && (s->marks & CT_MARK_BIT(LENIENT)) != 0 &&
               ct_cache_find_server(r) == CT_DIALECT_SOUIN) {
        dialect = CT_DIALECT_SOUIN; /* under the name its operator chose */
    }
    s->dialect = (uint8_t)dialect;
    s->label = ct_cache_dialects[dialect].name;
    s->rank = dialect == CT_DIALECT_NETLIFY ? ct_cache_dialects[dialect].rank : s->rank;
}

/* fwd=stale: what came of asking (section 2.3: without fwd-status, this response's status). */
static void judge_stale(struct ct_statement *s, const struct status_params *p, unsigned status)
{
    int64_t forwarded = p->fwd_status >= 0 ? p->fwd_status : (int64_t)status;
    s->outcome = CT_OUTCOME_EXPIRED;
    s->reason = CT_REASON_EXPIRED_REPLACED;
    if (forwarded == 304) {
        s->outcome = CT_OUTCOME_REVALIDATED;
        s->reason = CT_REASON_VALIDATED;
        s->marks |= p->fwd_status < 0 ? CT_MARK_BIT(WEAK) : 0; /* the client's own condition? */
    } else if (forwarded >= 500 && status < 500) {
        s->outcome = CT_OUTCOME_STALE;
        s->reason = CT_REASON_STALE_IF_ERROR;
        s->marks |= CT_MARK_BIT(STALE_ERROR);
    } else if (forwarded >= 500) {
        s->reason = CT_REASON_ORIGIN_ERROR;
    }
}

static void judge_hit(struct ct_statement *s, const struct status_params *p)
{
    s->outcome = CT_OUTCOME_HIT;
    if ((p->has_ttl && p->ttl < 0) || ct_span_equal(p->fwd, ct_span_of("stale"))) {
        s->outcome = CT_OUTCOME_STALE;
    }
    if (p->fwd.n > 0 && s->outcome != CT_OUTCOME_STALE) {
        s->marks |= CT_MARK_BIT(DISAGREE); /* hit and fwd exclude each other (section 2.2) */
    }
    if (s->outcome == CT_OUTCOME_STALE && p->fwd_status >= 500) {
        s->reason = CT_REASON_STALE_IF_ERROR;
        s->marks |= CT_MARK_BIT(STALE_ERROR);
    }
}

static void judge_fwd(struct ct_statement *s, const struct status_params *p, unsigned status)
{
    ct_cache_apply_word(s, NULL);
    for (size_t i = 0; i < COUNT(fwd_rows); i++) {
        if (ct_span_equal_nocase(p->fwd, fwd_rows[i].text)) {
            s->outcome = fwd_rows[i].outcome;
            s->reason = fwd_rows[i].reason;
        }
    }
    if (ct_span_equal_nocase(p->fwd, "stale")) {
        judge_stale(s, p, status);
    } else if (s->outcome == CT_OUTCOME_CLIENT_REFRESH && p->fwd_status == 304) {
        s->outcome = CT_OUTCOME_REVALIDATED;
        s->reason = CT_REASON_VALIDATED;
    }
}

static void judge_detail(struct ct_statement *s, const struct status_params *p)
{
    for (size_t i = 0; i < COUNT(detail_rows); i++) {
        if (ct_reading_contains(p->detail, detail_rows[i].text)) {
            s->outcome = detail_rows[i].outcome;
            s->reason = detail_rows[i].reason;
            s->rule = "the detail of Cache-Status tells why (RFC 9211 section 2.8)";
            return;
        }
    }
    if (ct_reading_contains(p->detail, "-INSERTION-ERROR")) {
        s->marks |= CT_MARK_BIT(NOT_STORED);
    }
}

/* A member that is nothing but a name may be a plain word ("Cache-Status: HIT"). */
static bool judge_word(const struct ct_reading *r, struct ct_statement *s, struct ct_span name)
{
    struct ct_found_word found = ct_cache_find_word(r->cache, s->dialect, false, name);
    if (found.word == NULL) {
        return false;
    }
    ct_cache_apply_word(s, found.word);
    s->marks |= CT_MARK_BIT(LENIENT) | found.marks;
    return true;
}

static void say_member(struct ct_reading *r, struct ct_statement s, struct ct_span name,
                       const struct status_params *p)
{
    name_dialect(r, &s, name, p->detail);
    s.known_writer = true;
    s.node = ct_reading_ref(r, name);
    if (!p->any && judge_word(r, &s, name)) {
        s.node = CT_REF_NONE;
        ct_cache_say(r, &s);
        return;
    }
    if (p->hit) {
        judge_hit(&s, p);
    } else {
        judge_fwd(&s, p, r->txn->status);
    }
    if (!p->hit) {
        judge_detail(&s, p);
    }
    if (p->has_stored) {
        s.marks |= p->stored ? CT_MARK_BIT(STORED) : CT_MARK_BIT(NOT_STORED);
    }
    if (p->has_collapsed) {
        s.marks |= p->collapsed ? CT_MARK_BIT(COLLAPSED) : CT_MARK_BIT(NOT_COLLAPSED);
    }
    ct_cache_say(r, &s);
}

static void take_param(struct status_params *p, const struct ct_sf_param *param)
{
    const struct ct_sf_item *item = &param->item;
    bool boolean = item->type == CT_SF_BOOLEAN;
    p->any = true;
    if (ct_span_equal(param->key, ct_span_of("hit")) && boolean) {
        p->hit = item->number != 0;
    } else if (ct_span_equal(param->key, ct_span_of("fwd")) && item->type == CT_SF_TOKEN) {
        p->fwd = item->text;
    } else if (ct_span_equal(param->key, ct_span_of("fwd-status")) && item->type == CT_SF_INTEGER) {
        p->fwd_status = item->number;
    } else if (ct_span_equal(param->key, ct_span_of("ttl")) && item->type == CT_SF_INTEGER) {
        p->ttl = item->number;
        p->has_ttl = true;
    } else if (ct_span_equal(param->key, ct_span_of("stored")) && boolean) {
        p->has_stored = true;
        p->stored = item->number != 0;
    } else if (ct_span_equal(param->key, ct_span_of("collapsed")) && boolean) {
        p->has_collapsed = true;
        p->collapsed = item->number != 0;
    } else if (ct_span_equal(param->key, ct_span_of("detail")) &&
               (item->type == CT_SF_TOKEN || item->type == CT_SF_STRING)) {
        p->detail = item->text;
    }
}

/* False when the line turns out not to be a valid List. */
static bool read_strict(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_sf_reader reader = ct_http_sf_read(ct_reading_text(r, line));
    struct ct_sf_member member;
    while (ct_http_sf_list_next(&reader, &member)) {
        struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_RFC9211, line);
        struct status_params p = {.fwd_status = -1};
        struct ct_span params = member.params;
        struct ct_sf_param param;
        while (ct_http_sf_param_next(&params, &param)) {
            take_param(&p, &param);
        }
        if (member.item.type == CT_SF_TOKEN || member.item.type == CT_SF_STRING) {
            say_member(r, s, member.item.text, &p);
        }
    }
    return !reader.failed;
}

/* The same by eye: names without case, a value reaches to the next ";". */
static void take_lenient_param(struct status_params *p, struct ct_span text)
{
    size_t equals = 0;
    uint64_t number = 0;
    while (equals < text.n && text.p[equals] != '=') {
        equals++;
    }
    struct ct_span key = ct_span_trim(ct_span_slice(text, 0, equals));
    struct ct_span value = ct_span_trim(ct_span_slice(text, equals + 1, text.n));
    bool negative = value.n > 0 && value.p[0] == '-';
    bool is_number =
        ct_base_parse_u64(ct_span_slice(value, negative, value.n), &number) && number <= INT32_MAX;
    bool on = value.n == 0 || !ct_span_equal_nocase(value, "?0");
    p->any = true;
    if (ct_span_equal_nocase(key, "hit")) {
        p->hit = on;
    } else if (ct_span_equal_nocase(key, "fwd")) {
        p->fwd = value;
    } else if (ct_span_equal_nocase(key, "fwd-status") && is_number && !negative) {
        p->fwd_status = (int64_t)number;
    } else if (ct_span_equal_nocase(key, "ttl") && is_number) {
        p->ttl = negative ? -(int64_t)number : (int64_t)number;
        p->has_ttl = true;
    } else if (ct_span_equal_nocase(key, "stored")) {
        p->has_stored = true;
        p->stored = on;
    } else if (ct_span_equal_nocase(key, "collapsed")) {
        p->has_collapsed = true;
        p->collapsed = on;
    } else if (ct_span_equal_nocase(key, "detail")) {
        p->detail = value;
    }
}

static struct ct_span unquote(struct ct_span text)
{
    bool quoted = text.n > 1 && text.p[0] == '"' && text.p[text.n - 1] == '"';
    return quoted ? ct_span_slice(text, 1, text.n - 1) : text;
}

static void read_lenient(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span parts[CT_TIERS_MAX];
    size_t n_all;
    size_t n = ct_cache_split_list(ct_reading_text(r, line), parts, &n_all);
    r->cut = r->cut || n_all > n;
    for (size_t i = 0; i < n; i++) {
        struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_RFC9211, line);
        struct status_params p = {.fwd_status = -1};
        struct ct_span rest = ct_span_slice(parts[i], 0, CT_ELEMENT_BYTES_MAX);
        struct ct_span name = {NULL, 0};
        bool first = true;
        while (rest.n > 0) {
            size_t to = 0;
            while (to < rest.n && rest.p[to] != ';') {
                to++;
            }
            struct ct_span part = ct_span_trim(ct_span_slice(rest, 0, to));
            rest = ct_span_slice(rest, to + 1, rest.n);
            if (first) {
                name = unquote(part);
            } else if (part.n > 0) {
                take_lenient_param(&p, part);
            }
            first = false;
        }
        if (p.any || n == 1) { /* else it is the rest of a value with a comma in it */
            s.marks = CT_MARK_BIT(LENIENT);
            say_member(r, s, name, &p);
        }
    }
}

/* All lines of the field are one list: one that is wrong spoils it (RFC 9651 section 4.2). */
static bool is_valid(const struct ct_reading *r)
{
    for (uint32_t i = 0; i < r->n_seen; i++) {
        if (r->seen[i].header == CT_HEADER_CACHE_STATUS &&
            !ct_http_sf_list_valid(ct_reading_text(r, r->seen[i].line))) {
            return false;
        }
    }
    return true;
}

void ct_cache_read_cache_status(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    bool alone = (r->again >> CT_FIELD_CACHE_STATUS & 1) == 0 && r->n_statements == 0;
    if (ct_cache_is_no_statement(ct_span_trim(ct_reading_text(r, line)))) {
        r->unfilled = true;
        return;
    }
    if (alone) { /* read and check in one go */
        if (!read_strict(r, header, line)) {
            r->n_statements = 0;
            r->spoke = (struct ct_dialect_set){{0}};
            r->cut = false;
            read_lenient(r, header, line);
        }
        return;
    }
    if (r->status_field == CT_STATUS_FIELD_UNREAD) {
        r->status_field = is_valid(r) ? CT_STATUS_FIELD_VALID : CT_STATUS_FIELD_INVALID;
    }
    if (r->status_field == CT_STATUS_FIELD_VALID) {
        (void)read_strict(r, header, line);
    } else {
        read_lenient(r, header, line);
    }
}

void ct_cache_list_members(const struct ct_lister *to)
{
    static const char header[] = "Cache-Status";
    char text[64];
    for (size_t i = 0; i < COUNT(name_rows); i++) {
        (void)snprintf(text, sizeof text, "%s...; ...", name_rows[i].text);
        ct_cache_list_print(to, name_rows[i].dialect, header, text);
    }
    for (size_t i = 0; i < COUNT(fwd_rows); i++) {
        (void)snprintf(text, sizeof text, "fwd=%s", fwd_rows[i].text);
        ct_cache_list_value(to, CT_DIALECT_RFC9211, header, text,
                            (struct ct_meaning){fwd_rows[i].outcome, fwd_rows[i].reason, 0});
    }
    for (size_t i = 0; i < COUNT(detail_rows); i++) {
        (void)snprintf(text, sizeof text, "detail: %s", detail_rows[i].text);
        ct_cache_list_value(to, CT_DIALECT_SOUIN, header, text,
                            (struct ct_meaning){detail_rows[i].outcome, detail_rows[i].reason, 0});
    }
}
