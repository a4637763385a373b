/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/cause.h"

#include "cache/grammar.h"

static const struct ct_cause no_cause = {CT_REASON_NOT_GIVEN, CT_LINE_NONE, NULL};

static struct ct_cause response_cause(const struct ct_reading *r, enum ct_reason reason,
                                      enum ct_field field, const char *rule)
{
    return (struct ct_cause){reason, ct_reading_line(r, CT_DIR_RESP, field), rule};
}

/* Statuses that are heuristically cacheable (RFC 9110 section 15.1). */
static bool is_stored_by_default(unsigned status)
{
    static const uint16_t statuses[] = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i] == status) {
            return true;
        }
    }
    return false;
}

/* A cache that understands the status passes over no-store (RFC 9111 section 5.2.2.3). */
static bool is_overruled(const struct ct_reading *r, const struct ct_control *control)
{
    return ct_control_has(control, CT_DIRECTIVE_MUST_UNDERSTAND) &&
           is_stored_by_default(r->txn->status);
}

struct ct_cause ct_cache_cause_forbidden(struct ct_reading *r)
{
    const struct ct_control *control = ct_cache_control(r, CT_DIR_RESP);
    if (ct_control_has(control, CT_DIRECTIVE_NO_STORE) && !is_overruled(r, control)) {
        return response_cause(r, CT_REASON_RESPONSE_NO_STORE, CT_FIELD_CACHE_CONTROL,
                              "no-store: no cache may store it (RFC 9111 section 5.2.2.5)");
    }
    if (ct_control_has_whole(control, CT_DIRECTIVE_PRIVATE)) {
        return response_cause(
            r, CT_REASON_RESPONSE_PRIVATE, CT_FIELD_CACHE_CONTROL,
            "private: a shared cache may not store it (RFC 9111 section 5.2.2.7)");
    }
    if (ct_cache_varies_on_all(r)) {
        return response_cause(r, CT_REASON_RESPONSE_VARY_STAR, CT_FIELD_VARY,
                              "Vary: * matches no later request (RFC 9111 section 4.1)");
    }
    return no_cause;
}

static bool allows_to_store(const struct ct_reading *r, enum ct_header header)
{
    struct ct_control control;
    uint32_t line = ct_cache_seen(r, header);
    if (line == CT_LINE_NONE) {
        return false;
    }
    ct_cache_control_init(&control);
    ct_cache_control_add(&control, ct_reading_text(r, line));
    return !ct_control_has(&control, CT_DIRECTIVE_NO_STORE) &&
           !ct_control_has_whole(&control, CT_DIRECTIVE_PRIVATE);
}

bool ct_cache_networks_may_store(const struct ct_reading *r)
{
    return allows_to_store(r, CT_HEADER_CDN_CACHE_CONTROL) ||
           allows_to_store(r, CT_HEADER_SURROGATE_CONTROL);
}

struct ct_cause ct_cache_cause_status(struct ct_reading *r)
{
    unsigned status = r->txn->status;
    if (is_stored_by_default(status) || status == 304 || status < 200) {
        return no_cause;
    }
    const struct ct_control *control = ct_cache_control(r, CT_DIR_RESP);
    if (ct_control_has(control, CT_DIRECTIVE_PUBLIC) || ct_cache_lifetime(r) > 0) {
        return no_cause;
    }
    return (struct ct_cause){
        CT_REASON_RESPONSE_STATUS, CT_LINE_NONE,
        "a status that is not stored without an explicit lifetime (RFC 9111 section 3, RFC 9110 "
        "section 15.1)"};
}

struct ct_cause ct_cache_cause_authorization(struct ct_reading *r)
{
    if (!ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_AUTHORIZATION)) {
        return no_cause;
    }
    const struct ct_control *control = ct_cache_control(r, CT_DIR_RESP);
    if (ct_control_has(control, CT_DIRECTIVE_PUBLIC) ||
        ct_control_has(control, CT_DIRECTIVE_S_MAXAGE) ||
        ct_control_has(control, CT_DIRECTIVE_MUST_REVALIDATE)) {
        return no_cause;
    }
    return (struct ct_cause){
        CT_REASON_REQUEST_AUTHORIZATION, ct_reading_line(r, CT_DIR_ORIG, CT_FIELD_AUTHORIZATION),
        "Authorization, and neither public, s-maxage nor must-revalidate (RFC 9111 section 3.5)"};
}

static bool pragma_says_no_cache(const struct ct_reading *r)
{
    struct ct_span rest = ct_reading_value(r, CT_DIR_ORIG, CT_FIELD_PRAGMA);
    struct ct_span word;
    while (ct_cache_next_element(&rest, &word)) {
        if (ct_span_equal_nocase(word, "no-cache")) {
            return true;
        }
    }
    return false;
}

struct ct_cause ct_cache_cause_client(struct ct_reading *r)
{
    const struct ct_control *control = ct_cache_control(r, CT_DIR_ORIG);
    uint32_t line = ct_reading_line(r, CT_DIR_ORIG, CT_FIELD_CACHE_CONTROL);
    if (ct_control_has(control, CT_DIRECTIVE_NO_CACHE)) {
        return (struct ct_cause){CT_REASON_REQUEST_NO_CACHE, line, NULL};
    }
    if (ct_control_has(control, CT_DIRECTIVE_MAX_AGE)) {
        return (struct ct_cause){CT_REASON_REQUEST_MAX_AGE, line, NULL};
    }
    /* Other words of Pragma are vendors' own; Cache-Control goes first (section 5.4). */
    if (!ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_CACHE_CONTROL) && pragma_says_no_cache(r)) {
        return (struct ct_cause){CT_REASON_REQUEST_PRAGMA,
                                 ct_reading_line(r, CT_DIR_ORIG, CT_FIELD_PRAGMA), NULL};
    }
    return no_cause;
}

struct ct_cause ct_cache_cause_custom(struct ct_reading *r)
{
    const struct ct_control *control = ct_cache_control(r, CT_DIR_RESP);
    if (ct_control_has_whole(control, CT_DIRECTIVE_NO_CACHE)) {
        return response_cause(r, CT_REASON_RESPONSE_NO_CACHE, CT_FIELD_CACHE_CONTROL, NULL);
    }
    if (ct_reading_has(r, CT_DIR_RESP, CT_FIELD_SET_COOKIE)) {
        return response_cause(r, CT_REASON_RESPONSE_SET_COOKIE, CT_FIELD_SET_COOKIE, NULL);
    }
    if (ct_cache_lifetime(r) == 0) {
        bool directive = ct_control_has(control, CT_DIRECTIVE_MAX_AGE) ||
                         ct_control_has(control, CT_DIRECTIVE_S_MAXAGE);
        return directive ? response_cause(r, CT_REASON_RESPONSE_MAX_AGE_ZERO,
                                          CT_FIELD_CACHE_CONTROL, NULL)
                         : response_cause(r, CT_REASON_RESPONSE_EXPIRED, CT_FIELD_EXPIRES, NULL);
    }
    return no_cause;
}
