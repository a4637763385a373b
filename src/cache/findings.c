/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of findings, and those that compare what a cache did with what the messages allow.
 * A row says which fields must be there before its function is asked: most rows cost one test.
 */
#include "cache/findings.h"

#include "base/span.h"
#include "cache/cause.h"
#include "cache/grammar.h"

static bool is_hit(const struct ct_look *look)
{
    return look->verdict->class == CT_CLASS_HIT;
}

static bool may_be_shared(const struct ct_look *look)
{
    return ct_look_says(look, CT_DIRECTIVE_PUBLIC) || ct_look_says(look, CT_DIRECTIVE_S_MAXAGE);
}

/* RFC 9111 section 3.5. */
static bool shared_despite_authorization(const struct ct_look *look)
{
    return may_be_shared(look) || ct_look_says(look, CT_DIRECTIVE_MUST_REVALIDATE);
}

/*
 * Their edge uses the origin's lifetime up and shows clients another Cache-Control; or a field for
 * networks alone is there, which nginx does not know.
 */
static bool control_is_rewritten(const struct ct_look *look)
{
    const struct ct_dialect_set *spoke = &look->r->spoke;
    bool nginx = look->verdict->basis == CT_BASIS_STATED && look->r->decider == CT_DIALECT_NGINX;
    return (!nginx && ct_cache_networks_may_store(look->r)) ||
           ct_dialect_set_has(spoke, CT_DIALECT_MAGENTO) ||
           ct_dialect_set_has(spoke, CT_DIALECT_VERCEL) ||
           ct_dialect_set_has(spoke, CT_DIALECT_NETLIFY);
}

static bool set_cookie(const struct ct_look *look)
{
    return look->get && look->status == 200 && (may_be_shared(look) || ct_look_max_age(look) > 0) &&
           !ct_look_says(look, CT_DIRECTIVE_PRIVATE) && !ct_look_says(look, CT_DIRECTIVE_NO_STORE);
}

static bool authorization_bypass(const struct ct_look *look)
{
    return !is_hit(look) && ct_look_max_age(look) > 0 && !shared_despite_authorization(look) &&
           !ct_look_says(look, CT_DIRECTIVE_PRIVATE) && !ct_look_says(look, CT_DIRECTIVE_NO_STORE);
}

static bool authorization_cached(const struct ct_look *look)
{
    return is_hit(look) && !shared_despite_authorization(look);
}

/* With no-cache a hit may be one that was validated. */
static bool no_store_served(const struct ct_look *look)
{
    enum ct_outcome outcome = look->verdict->outcome;
    return (outcome == CT_OUTCOME_HIT || outcome == CT_OUTCOME_STALE ||
            outcome == CT_OUTCOME_UPDATING) &&
           (ct_look_says(look, CT_DIRECTIVE_NO_STORE) ||
            ct_control_has_whole(look->response, CT_DIRECTIVE_PRIVATE)) &&
           !control_is_rewritten(look);
}

static bool ttl_split(const struct ct_look *look)
{
    return ct_look_says(look, CT_DIRECTIVE_S_MAXAGE) && ct_look_max_age(look) >= 0 &&
           look->response->seconds[CT_DIRECTIVE_S_MAXAGE] != ct_look_max_age(look);
}

/* 508: RFC 5842 section 7.2 */
static bool loop_detected(const struct ct_look *look)
{
    (void)look;
    return true;
}

static bool pragma(const struct ct_look *look)
{
    (void)look;
    return true;
}

static bool stale_unlabelled(const struct ct_look *look)
{
    return look->verdict->outcome == CT_OUTCOME_HIT && look->verdict->basis == CT_BASIS_STATED &&
           look->lifetime_s >= 0 && look->r->age_s > look->lifetime_s &&
           !ct_reading_has(look->r, CT_DIR_RESP, CT_FIELD_WARNING) &&
           !ct_look_says(look, CT_DIRECTIVE_STALE_WHILE_REVALIDATE) &&
           !ct_look_says(look, CT_DIRECTIVE_STALE_IF_ERROR) && !control_is_rewritten(look);
}

static bool stale_forbidden(const struct ct_look *look)
{
    enum ct_outcome outcome = look->verdict->outcome;
    return (outcome == CT_OUTCOME_STALE || outcome == CT_OUTCOME_UPDATING) &&
           (ct_look_says(look, CT_DIRECTIVE_MUST_REVALIDATE) ||
            ct_look_says(look, CT_DIRECTIVE_PROXY_REVALIDATE) ||
            ct_look_says(look, CT_DIRECTIVE_S_MAXAGE) ||
            ct_control_has_whole(look->response, CT_DIRECTIVE_NO_CACHE)) &&
           !control_is_rewritten(look);
}

static bool error_cached(const struct ct_look *look)
{
    return is_hit(look) &&
           (look->status >= 500 || (look->status == 404 && look->lifetime_s > 3600));
}

/* Of the tiers that speak of this request one stores it and another will not. */
static bool tiers_disagree(const struct ct_look *look)
{
    bool hit = false;
    bool refused = false;
    for (unsigned i = 0; i < look->verdict->n_tiers; i++) {
        const struct ct_tier *tier = &look->verdict->tiers[i];
        enum ct_class class = ct_cache_outcome_class(tier->outcome);
        hit = hit || (!tier->fossil && class == CT_CLASS_HIT);
        refused = refused ||
                  (!tier->fossil && class == CT_CLASS_BYPASS && tier->outcome != CT_OUTCOME_NONE);
    }
    return hit && refused;
}

static bool status_contradicts(const struct ct_look *look)
{
    const struct ct_verdict *v = look->verdict;
    if ((v->marks & CT_MARK_BIT(DISAGREE)) != 0) {
        return true;
    }
    if (v->outcome != CT_OUTCOME_HIT || v->basis != CT_BASIS_STATED ||
        ct_reading_has(look->r, CT_DIR_RESP, CT_FIELD_AGE)) {
        return false;
    }
    return look->r->decider < CT_DIALECT_COUNT &&
           (ct_cache_traits[look->r->decider] & CT_TRAIT_AGE_ALWAYS) != 0;
}

static bool redirect_cached(const struct ct_look *look)
{
    return (look->status == 302 || look->status == 303 || look->status == 307) &&
           (is_hit(look) || ct_look_max_age(look) > 60);
}

static bool range_misbehaves(const struct ct_look *look)
{
    struct ct_span type = ct_reading_value(look->r, CT_DIR_RESP, CT_FIELD_CONTENT_TYPE);
    return look->status == 206 && !ct_reading_has(look->r, CT_DIR_RESP, CT_FIELD_CONTENT_RANGE) &&
           !ct_span_equal_nocase(ct_span_slice(type, 0, 20), "multipart/byteranges");
}

static bool private_and_shared(const struct ct_look *look)
{
    return ct_control_has_whole(look->response, CT_DIRECTIVE_PRIVATE) &&
           ct_look_says(look, CT_DIRECTIVE_S_MAXAGE);
}

/* The second word of an element of Via. */
static struct ct_span pseudonym(struct ct_span element)
{
    const uint8_t *space = element.n > 0 ? memchr(element.p, ' ', element.n) : NULL;
    if (space == NULL) {
        return (struct ct_span){NULL, 0};
    }
    size_t n = (size_t)(space - element.p);
    struct ct_span rest = ct_span_trim(ct_span_slice(element, n, element.n));
    const uint8_t *end = rest.n > 0 ? memchr(rest.p, ' ', rest.n) : NULL;
    return end != NULL ? ct_span_slice(rest, 0, (size_t)(end - rest.p)) : rest;
}

/* Products give all their nodes one name ("varnish", "google"): only host names are told apart. */
static bool loops(const struct ct_look *look)
{
    struct ct_span value = ct_reading_value(look->r, CT_DIR_RESP, CT_FIELD_VIA);
    if (value.n == 0 || memchr(value.p, ',', value.n) == NULL) {
        return false;
    }
    struct ct_span parts[CT_TIERS_MAX];
    size_t n_all = 0;
    size_t n =
        ct_cache_split_list(ct_reading_value(look->r, CT_DIR_RESP, CT_FIELD_VIA), parts, &n_all);
    for (size_t i = 0; i + 1 < n; i++) {
        struct ct_span name = pseudonym(parts[i]);
        for (size_t k = i + 1; k < n && name.n > 0 && memchr(name.p, '.', name.n) != NULL; k++) {
            if (ct_span_equal(name, pseudonym(parts[k]))) {
                return true;
            }
        }
    }
    return false;
}

static bool internal_leak(const struct ct_look *look)
{
    for (uint32_t i = 0; i < look->r->n_seen; i++) {
        if ((ct_cache_headers[look->r->seen[i].header].flags & CT_FLAG_INTERNAL) != 0) {
            return true;
        }
    }
    return false;
}

/* When the function is asked at all: what is 0 may be anything. */
struct finding_row {
    ct_finding_function shows;
    uint32_t request;    /* bits of fields, one of which the request must have */
    uint32_t response;   /* likewise */
    uint32_t directives; /* bits of directives, one of which the response must have */
    uint16_t from;       /* status code */
    uint16_t to;
    uint8_t classes; /* bits of classes */
    uint8_t finding;
};

#define FIELD(name)     (UINT32_C(1) << CT_FIELD_##name)
#define DIRECTIVE(name) (UINT32_C(1) << CT_DIRECTIVE_##name)
#define HITS            (1U << CT_CLASS_HIT)
#define NO_HITS         (0xFFU & ~HITS)
#define ROW(symbol, ...)                            \
    {                                               \
        .finding = CT_FINDING_##symbol, __VA_ARGS__ \
    }
#define OK .from = 200, .to = 200

/* clang-format off */
static const struct finding_row rows[] = {
    ROW(SET_COOKIE_ON_CACHEABLE, .shows = set_cookie, .response = FIELD(SET_COOKIE), OK),
    ROW(NO_VALIDATOR, .shows = ct_finding_no_validator, .response = FIELD(CACHE_CONTROL) | FIELD(EXPIRES), OK),
    ROW(VARY_USER_AGENT, .shows = ct_finding_vary_user_agent, .response = FIELD(VARY)),
    ROW(VARY_STAR, .shows = ct_finding_vary_star, .response = FIELD(VARY)),
    ROW(VARY_COOKIE_OR_MANY, .shows = ct_finding_vary_many, .response = FIELD(VARY)),
    ROW(AUTHORIZATION_BYPASS, .shows = authorization_bypass, .request = FIELD(AUTHORIZATION), .directives = DIRECTIVE(MAX_AGE)),
    ROW(AUTHORIZATION_CACHED, .shows = authorization_cached, .request = FIELD(AUTHORIZATION), .classes = HITS),
    ROW(NO_STORE_SERVED, .shows = no_store_served, .directives = DIRECTIVE(NO_STORE) | DIRECTIVE(PRIVATE), .classes = HITS),
    ROW(TTL_SPLIT, .shows = ttl_split, .directives = DIRECTIVE(S_MAXAGE)),
    ROW(PRAGMA_IN_RESPONSE, .shows = pragma, .response = FIELD(PRAGMA)),
    ROW(STALE_UNLABELLED, .shows = stale_unlabelled, .response = FIELD(AGE), .classes = HITS),
    ROW(STALE_FORBIDDEN, .shows = stale_forbidden, .response = FIELD(CACHE_CONTROL), .classes = HITS),
    ROW(VALIDATOR_IGNORED, .shows = ct_finding_validator_ignored, .request = FIELD(IF_NONE_MATCH) | FIELD(IF_MODIFIED_SINCE), OK),
    ROW(CONTRADICTORY_CONTROL, .shows = ct_finding_contradictory_control, .directives = DIRECTIVE(NO_STORE) | DIRECTIVE(NO_CACHE) | DIRECTIVE(PRIVATE)),
    ROW(REDUNDANT_DIRECTIVES, .shows = ct_finding_redundant_directives, .response = FIELD(CACHE_CONTROL)),
    ROW(LONG_TTL_UNVERSIONED, .shows = ct_finding_long_unversioned, .directives = DIRECTIVE(MAX_AGE), OK),
    ROW(ERROR_RESPONSE_CACHED, .shows = error_cached, .classes = HITS, .from = 404, .to = 599),
    ROW(TIER_DISAGREEMENT, .shows = tiers_disagree),
    ROW(CONTRADICTORY_STATUS, .shows = status_contradicts),
    ROW(DATE_SKEW, .shows = ct_finding_date_skew, .classes = NO_HITS, .from = 200, .to = 499),
    ROW(DATE_AGE_DISAGREE, .shows = ct_finding_date_age, .response = FIELD(AGE)),
    ROW(AGE_MALFORMED, .shows = ct_finding_age_malformed, .response = FIELD(AGE)),
    ROW(HEURISTIC_FRESHNESS, .shows = ct_finding_heuristic, .response = FIELD(LAST_MODIFIED)),
    ROW(NO_FRESHNESS, .shows = ct_finding_no_freshness),
    ROW(EXPIRES_INVALID, .shows = ct_finding_expires_invalid, .response = FIELD(EXPIRES)),
    ROW(TEMPORARY_REDIRECT_CACHED, .shows = redirect_cached, .from = 302, .to = 307),
    ROW(RANGE_MISBEHAVES, .shows = range_misbehaves, .from = 206, .to = 206),
    ROW(UNSOLICITED_304, .shows = ct_finding_unsolicited_304, .from = 304, .to = 304),
    ROW(PRIVATE_SHARED_MIXUP, .shows = private_and_shared, .directives = DIRECTIVE(PRIVATE)),
    ROW(DIRECTIVE_MISSPELT, .shows = ct_finding_misspelt, .response = FIELD(CACHE_CONTROL)),
    ROW(CACHE_LOOP, .shows = loop_detected, .from = 508, .to = 508),
    ROW(CACHE_LOOP, .shows = loops, .response = FIELD(VIA)),
    ROW(INTERNAL_HEADER_LEAK, .shows = internal_leak),
};
/* clang-format on */

static bool is_asked(const struct finding_row *row, const struct ct_look *look, uint8_t class_bit)
{
    return (row->from == 0 || (look->status >= row->from && look->status <= row->to)) &&
           (row->classes == 0 || (row->classes & class_bit) != 0) &&
           (row->directives == 0 || (look->response->has & row->directives) != 0) &&
           (row->response == 0 || (look->r->have[CT_DIR_RESP] & row->response) != 0) &&
           (row->request == 0 || (look->r->have[CT_DIR_ORIG] & row->request) != 0);
}

void ct_cache_find(struct ct_reading *r, struct ct_verdict *verdict)
{
    if (r->partial) {
        return; /* most are made of what is not there */
    }
    struct ct_look look = {
        .r = r,
        .verdict = verdict,
        .response = ct_cache_control(r, CT_DIR_RESP),
        .status = r->txn->status,
        .get = ct_cache_method_is_read(r->txn),
        .lifetime_s = ct_cache_lifetime(r),
        .now_s = ct_http_txn_ns(r->txn) / CT_NS_PER_S,
    };
    ct_cache_look(&look);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (is_asked(&rows[i], &look, (uint8_t)(1U << verdict->class)) && rows[i].shows(&look)) {
            verdict->findings |= UINT64_C(1) << rows[i].finding;
        }
    }
}
