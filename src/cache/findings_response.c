/* SPDX-License-Identifier: Apache-2.0 */
/* Findings in the fields of the messages: directives, Vary, dates, validators. */
#include "base/span.h"
#include "cache/findings.h"
#include "cache/grammar.h"
#include "http/date.h"

#define DAY_S       INT64_C(86400)
#define YEAR_S      (365 * DAY_S)
#define SKEW_S      5  /* clocks of a healthy network agree to this */
#define EXPIRES_S   60 /* Expires may differ from max-age by this */
#define VARY_FEW    3
#define LONG_LIFE_S (30 * DAY_S)
#define VERSION_RUN 6 /* hexadecimal digits in a row: a hash */
#define TEXT_MAX    4096

static bool has(const struct ct_look *look, enum ct_field field)
{
    return ct_reading_has(look->r, CT_DIR_RESP, field);
}

static struct ct_span value(const struct ct_look *look, enum ct_dir dir, enum ct_field field)
{
    return ct_span_trim(ct_reading_value(look->r, dir, field));
}

static bool parse_date(const struct ct_look *look, enum ct_dir dir, enum ct_field field,
                       int64_t *epoch_s)
{
    if (dir == CT_DIR_RESP && field == CT_FIELD_DATE) { /* asked for by several */
        int64_t date_s = ct_cache_date(look->r);
        if (date_s >= 0) {
            *epoch_s = date_s;
        }
        return date_s >= 0;
    }
    return ct_http_parse_date(value(look, dir, field), look->now_s, epoch_s);
}

/* ---- freshness and validators --------------------------------------------------------------- */

bool ct_finding_no_validator(const struct ct_look *look)
{
    bool checked = ct_control_has_whole(look->response, CT_DIRECTIVE_NO_CACHE) ||
                   (look->lifetime_s > 0 && look->lifetime_s < DAY_S);
    return look->get && look->status == 200 && checked &&
           !ct_look_says(look, CT_DIRECTIVE_NO_STORE) && !has(look, CT_FIELD_ETAG) &&
           !has(look, CT_FIELD_LAST_MODIFIED);
}

/* Without the mark of a weak validator (RFC 9110 section 8.8.3.2). */
static struct ct_span opaque_tag(struct ct_span tag)
{
    tag = ct_span_trim(tag);
    return ct_span_starts_with(tag, "W/") ? ct_span_slice(tag, 2, tag.n) : tag;
}

/* Whether the list of If-None-Match has the tag of the response, compared weakly. */
static bool lists_tag(const struct ct_look *look)
{
    struct ct_span rest = value(look, CT_DIR_ORIG, CT_FIELD_IF_NONE_MATCH);
    struct ct_span tag = opaque_tag(value(look, CT_DIR_RESP, CT_FIELD_ETAG));
    struct ct_span element;
    while (ct_cache_next_element(&rest, &element)) {
        if (element.n == 1 && element.p[0] == '*') {
            return true;
        }
        if (ct_span_equal(opaque_tag(element), tag)) {
            return true;
        }
    }
    return false;
}

bool ct_finding_validator_ignored(const struct ct_look *look)
{
    int64_t since_s;
    int64_t modified_s;
    if (look->status != 200 || !ct_ref_present(look->r->txn->method) || !look->get) {
        return false;
    }
    if (ct_reading_has(look->r, CT_DIR_ORIG, CT_FIELD_IF_NONE_MATCH)) {
        return has(look, CT_FIELD_ETAG) && lists_tag(look);
    }
    return has(look, CT_FIELD_LAST_MODIFIED) &&
           parse_date(look, CT_DIR_ORIG, CT_FIELD_IF_MODIFIED_SINCE, &since_s) &&
           parse_date(look, CT_DIR_RESP, CT_FIELD_LAST_MODIFIED, &modified_s) &&
           since_s >= modified_s;
}

bool ct_finding_unsolicited_304(const struct ct_look *look)
{
    if (look->status != 304 || !look->r->txn->request.seen) {
        return false;
    }
    bool tags = ct_reading_has(look->r, CT_DIR_ORIG, CT_FIELD_IF_NONE_MATCH);
    bool since = ct_reading_has(look->r, CT_DIR_ORIG, CT_FIELD_IF_MODIFIED_SINCE);
    bool listed = (look->r->again >> CT_FIELD_IF_NONE_MATCH & 1) != 0 || lists_tag(look);
    return (!tags && !since) || (tags && has(look, CT_FIELD_ETAG) && !listed);
}

/* Nobody states a lifetime, and a cache may store it (RFC 9110 section 15.1). */
static bool is_undecided(const struct ct_look *look)
{
    static const uint16_t statuses[] = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};
    bool stored = false;
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        stored = stored || statuses[i] == look->status;
    }
    return stored && look->get && look->lifetime_s < 0 &&
           !ct_look_says(look, CT_DIRECTIVE_NO_STORE) && !ct_look_says(look, CT_DIRECTIVE_NO_CACHE);
}

bool ct_finding_heuristic(const struct ct_look *look)
{
    return is_undecided(look);
}

bool ct_finding_no_freshness(const struct ct_look *look)
{
    return !has(look, CT_FIELD_LAST_MODIFIED) && is_undecided(look);
}

bool ct_finding_expires_invalid(const struct ct_look *look)
{
    struct ct_span text = value(look, CT_DIR_RESP, CT_FIELD_EXPIRES);
    int64_t max_age_s = ct_look_max_age(look);
    int64_t expires_s;
    if (!ct_http_parse_date(text, look->now_s, &expires_s)) {
        return !ct_span_equal(text, ct_span_of("0")) && !ct_span_equal(text, ct_span_of("-1"));
    }
    int64_t date_s;
    if (max_age_s < 0 || !parse_date(look, CT_DIR_RESP, CT_FIELD_DATE, &date_s)) {
        return false;
    }
    int64_t stated_s = expires_s - date_s;
    return stated_s - max_age_s > EXPIRES_S || max_age_s - stated_s > EXPIRES_S;
}

/* A hash, a number of a version, or a query with one: the name changes with the content. */
static bool is_versioned(struct ct_span target)
{
    size_t run = 0;
    bool digit = false;
    for (size_t i = 0; i < target.n; i++) {
        uint8_t c = ct_ascii_lower(target.p[i]);
        bool number = c >= '0' && c <= '9';
        bool hex = number || (c >= 'a' && c <= 'f');
        bool after_sign = i > 0 && (target.p[i - 1] == 'v' || target.p[i - 1] == '=' ||
                                    target.p[i - 1] == '.' || target.p[i - 1] == '-');
        run = hex ? run + 1 : 0;
        digit = hex && (digit || number);
        if ((run >= VERSION_RUN && digit) || (number && after_sign)) {
            return true;
        }
    }
    return false;
}

bool ct_finding_long_unversioned(const struct ct_look *look)
{
    return ct_look_max_age(look) >= LONG_LIFE_S && look->status == 200 &&
           !ct_look_says(look, CT_DIRECTIVE_IMMUTABLE) && ct_ref_present(look->r->txn->target) &&
           !is_versioned(
               ct_span_slice(ct_txn_text(look->r->txn, look->r->txn->target), 0, TEXT_MAX));
}

/* ---- Vary ----------------------------------------------------------------------------------- */

static void look_at_vary(struct ct_look *look)
{
    struct ct_span rest = ct_span_slice(value(look, CT_DIR_RESP, CT_FIELD_VARY), 0, TEXT_MAX);
    struct ct_span name;
    while (ct_cache_next_element(&rest, &name)) {
        look->vary.n++;
        switch (name.n) { /* lengths first: most names are none of these */
        case 1:
            look->vary.star = look->vary.star || name.p[0] == '*';
            break;
        case 4:
            look->vary.host = look->vary.host || ct_span_equal_nocase(name, "host");
            break;
        case 6:
            look->vary.per_client = look->vary.per_client || ct_span_equal_nocase(name, "cookie");
            break;
        case 10:
            look->vary.user_agent =
                look->vary.user_agent || ct_span_equal_nocase(name, "user-agent");
            break;
        case 13:
            look->vary.per_client =
                look->vary.per_client || ct_span_equal_nocase(name, "authorization");
            break;
        default:
            break;
        }
    }
}

bool ct_finding_vary_user_agent(const struct ct_look *look)
{
    return look->vary.user_agent;
}

bool ct_finding_vary_star(const struct ct_look *look)
{
    return look->vary.star;
}

bool ct_finding_vary_many(const struct ct_look *look)
{
    bool shared =
        ct_look_says(look, CT_DIRECTIVE_PUBLIC) || ct_look_says(look, CT_DIRECTIVE_S_MAXAGE);
    return look->vary.n > VARY_FEW || look->vary.host || (look->vary.per_client && shared);
}

/* ---- directives ----------------------------------------------------------------------------- */

bool ct_finding_contradictory_control(const struct ct_look *look)
{
    bool kept_out = ct_look_says(look, CT_DIRECTIVE_NO_STORE) ||
                    ct_control_has_whole(look->response, CT_DIRECTIVE_NO_CACHE);
    bool lives = ct_look_max_age(look) > 0 || (ct_look_says(look, CT_DIRECTIVE_S_MAXAGE) &&
                                               look->response->seconds[CT_DIRECTIVE_S_MAXAGE] > 0);
    return (kept_out && lives) || (ct_look_says(look, CT_DIRECTIVE_PUBLIC) &&
                                   ct_control_has_whole(look->response, CT_DIRECTIVE_PRIVATE));
}

bool ct_finding_redundant_directives(const struct ct_look *look)
{
    int64_t expires_s;
    int64_t date_s;
    bool no_store = ct_look_says(look, CT_DIRECTIVE_NO_STORE) &&
                    (ct_look_says(look, CT_DIRECTIVE_NO_CACHE) ||
                     ct_look_says(look, CT_DIRECTIVE_MUST_REVALIDATE));
    if (no_store ||
        (look->strange &&
         ct_reading_contains(value(look, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL), "post-check"))) {
        return true;
    }
    return ct_look_max_age(look) >= 0 && has(look, CT_FIELD_EXPIRES) &&
           parse_date(look, CT_DIR_RESP, CT_FIELD_EXPIRES, &expires_s) &&
           parse_date(look, CT_DIR_RESP, CT_FIELD_DATE, &date_s) &&
           expires_s - date_s == ct_look_max_age(look);
}

/* Names near those that exist; a sign that no name has. */
static bool is_misspelt(struct ct_span name)
{
    static const char *const wrong[] = {
        "maxage",    "max-ages",          "s-max-age", "smaxage",
        "nocache",   "nostore",           "cache",     "must-revalidated",
        "no-cached", "proxy-revalidated", "immutible", "stale-while-revalidated"};
    for (size_t i = 0; i < name.n; i++) {
        if (name.p[i] == '_' || name.p[i] == ':' || name.p[i] == ';' || name.p[i] == ' ') {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (ct_span_equal_nocase(name, wrong[i])) {
            return true;
        }
    }
    return false;
}

bool ct_finding_misspelt(const struct ct_look *look)
{
    struct ct_span rest =
        ct_span_slice(value(look, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL), 0, TEXT_MAX);
    struct ct_span element;
    if (look->response->malformed != 0 || !look->strange) {
        return look->response->malformed != 0;
    }
    while (ct_cache_next_element(&rest, &element)) {
        const uint8_t *equals = memchr(element.p, '=', element.n);
        size_t n = equals != NULL ? (size_t)(equals - element.p) : element.n;
        struct ct_span rest_of = ct_span_slice(element, n + 1, element.n);
        bool two =
            rest_of.n > 0 && rest_of.p[0] != '"' && memchr(rest_of.p, ';', rest_of.n) != NULL;
        if (two || is_misspelt(ct_span_trim(ct_span_slice(element, 0, n)))) {
            return true;
        }
    }
    return false;
}

/* ---- Date and Age --------------------------------------------------------------------------- */

/* A stored response keeps its Date: only what was made now is compared with the clock. */
bool ct_finding_date_skew(const struct ct_look *look)
{
    int64_t date_s;
    if (look->r->age_s > 0 || look->now_s == 0) {
        return false;
    }
    if (!has(look, CT_FIELD_DATE)) {
        return true;
    }
    return look->verdict->class != CT_CLASS_OTHER &&
           parse_date(look, CT_DIR_RESP, CT_FIELD_DATE, &date_s) &&
           (look->now_s - date_s > SKEW_S || date_s - look->now_s > SKEW_S);
}

bool ct_finding_date_age(const struct ct_look *look)
{
    int64_t date_s;
    return look->r->age_s > 0 && parse_date(look, CT_DIR_RESP, CT_FIELD_DATE, &date_s) &&
           look->now_s - date_s < look->r->age_s - 2;
}

bool ct_finding_age_malformed(const struct ct_look *look)
{
    bool repeated = (look->r->again >> CT_FIELD_AGE & 1) != 0;
    return look->r->age_wrong || repeated || look->r->age_s > YEAR_S;
}

/* With as many members as there are directives that we know, all of them are known. */
static bool is_strange(const struct ct_look *look)
{
    struct ct_span text = value(look, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL);
    int members = text.n > 0 ? 1 : 0;
    for (size_t i = 0; i < text.n; i++) {
        members += text.p[i] == ',' ? 1 : 0;
        if (text.p[i] == ';') {
            return true;
        }
    }
    return members != __builtin_popcount(look->response->has);
}

void ct_cache_look(struct ct_look *look)
{
    if (has(look, CT_FIELD_CACHE_CONTROL)) {
        look->strange = is_strange(look);
    }
    if (has(look, CT_FIELD_VARY)) {
        look_at_vary(look);
    }
}
