/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Squid says two things: X-Cache, what was sent, and X-Cache-Lookup, what the store held. The
 * same state looks alike for a copy that was replaced, a copy of another variant and a
 * request that waited for another one; without the origin's side only Vary tells some apart.
 */
#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"

struct squid_error_row {
    const char *text;
    uint8_t outcome;
    uint8_t reason;
};

/* clang-format off */
/* X-Squid-Error begins with one of these; others are ERROR, origin-error. */
static const struct squid_error_row squid_errors[] = {
    {"ERR_ACCESS_DENIED", CT_OUTCOME_SYNTHETIC, CT_REASON_DENIED},
    {"ERR_CACHE_ACCESS_DENIED", CT_OUTCOME_SYNTHETIC, CT_REASON_DENIED},
    {"ERR_ONLY_IF_CACHED_MISS", CT_OUTCOME_SYNTHETIC, CT_REASON_REQUEST_ONLY_IF_CACHED},
    {"ERR_CONNECT_FAIL", CT_OUTCOME_ERROR, CT_REASON_ORIGIN_UNREACHABLE},
    {"ERR_DNS_FAIL", CT_OUTCOME_ERROR, CT_REASON_ORIGIN_UNREACHABLE},
    {"ERR_CANNOT_FORWARD", CT_OUTCOME_ERROR, CT_REASON_ORIGIN_UNREACHABLE},
    {"ERR_READ_TIMEOUT", CT_OUTCOME_ERROR, CT_REASON_ORIGIN_TIMEOUT},
};
/* clang-format on */

/* What X-Cache-Lookup says of the host; UNKNOWN when it is not named. */
static enum ct_outcome lookup_of(const struct ct_reading *r, struct ct_span host, uint32_t *line)
{
    for (uint32_t i = 0; i < r->n_seen && host.n > 0; i++) {
        struct ct_span parts[CT_TIERS_MAX];
        size_t n_all;
        if (r->seen[i].header != CT_HEADER_X_CACHE_LOOKUP) {
            continue;
        }
        size_t n = ct_cache_split_list(ct_reading_text(r, r->seen[i].line), parts, &n_all);
        for (size_t k = 0; k < n; k++) {
            struct ct_element e;
            ct_cache_read_element(r->cache, CT_DIALECT_SQUID, false, parts[k], &e);
            bool same = ct_span_equal(ct_span_slice(e.node, 0, host.n), host) &&
                        (e.node.n == host.n || e.node.p[host.n] == ':');
            if (e.word != NULL && same) {
                *line = r->seen[i].line;
                return e.word->outcome;
            }
        }
    }
    return CT_OUTCOME_UNKNOWN;
}

/* Where an expired copy is stored, Squid says HIT of the 504 that it answers instead. */
static bool is_only_if_cached_page(struct ct_reading *r)
{
    return r->txn->status == 504 &&
           ct_control_has(ct_cache_control(r, CT_DIR_ORIG), CT_DIRECTIVE_ONLY_IF_CACHED);
}

static bool take_error(struct ct_reading *r, struct ct_statement *s)
{
    uint32_t line = ct_cache_seen(r, CT_HEADER_X_SQUID_ERROR);
    if (line == CT_LINE_NONE || (s->outcome != CT_OUTCOME_MISS && !is_only_if_cached_page(r))) {
        return false;
    }
    s->also = line;
    s->outcome = CT_OUTCOME_ERROR;
    s->reason = CT_REASON_ORIGIN_ERROR;
    struct ct_span text = ct_reading_text(r, line);
    for (size_t i = 0; i < sizeof squid_errors / sizeof squid_errors[0] && text.p != NULL; i++) {
        if (ct_span_starts_with(text, squid_errors[i].text)) {
            s->outcome = squid_errors[i].outcome;
            s->reason = squid_errors[i].reason;
        }
    }
    return true;
}

/* A copy was there and the answer is not that copy. */
static void take_replaced(struct ct_reading *r, struct ct_statement *s, bool nearest)
{
    const struct ct_control *request = ct_cache_control(r, CT_DIR_ORIG);
    bool max_age_0 = ct_control_has(request, CT_DIRECTIVE_MAX_AGE) &&
                     request->seconds[CT_DIRECTIVE_MAX_AGE] == 0;
    if (nearest && r->txn->status >= 500) {
        s->outcome = CT_OUTCOME_ERROR;
        s->reason = CT_REASON_ORIGIN_ERROR;
        s->rule = "Squid held an expired copy and passed the origin's error on";
    } else if (nearest && (max_age_0 || ct_control_has(request, CT_DIRECTIVE_NO_CACHE))) {
        s->outcome = CT_OUTCOME_CLIENT_REFRESH;
    } else if (ct_reading_has(r, CT_DIR_RESP, CT_FIELD_VARY) && !ct_cache_varies_on_all(r)) {
        s->reason = CT_REASON_VARY_NOT_STORED; /* the copy may be of another variant */
        s->rule = "Squid held a copy, perhaps of another variant";
    } else {
        s->outcome = CT_OUTCOME_EXPIRED;
        s->marks |= CT_MARK_BIT(WEAK); /* or it waited for another request's answer */
        s->rule = "Squid held a copy and fetched anew";
    }
}

static void judge_squid(struct ct_reading *r, struct ct_statement *s, bool nearest)
{
    uint32_t line = CT_LINE_NONE;
    struct ct_span host = ct_txn_text(r->txn, s->node);
    enum ct_outcome lookup = lookup_of(r, host, &line);
    if (s->also == CT_LINE_NONE) {
        s->also = line;
    }
    if (nearest && take_error(r, s)) {
        return;
    }
    if (s->outcome == CT_OUTCOME_HIT && nearest) {
        uint32_t stale = ct_cache_warning(r, "110");
        uint32_t failed = ct_cache_warning(r, "111");
        if (stale != CT_LINE_NONE || failed != CT_LINE_NONE) {
            s->outcome = CT_OUTCOME_STALE;
            s->also = failed != CT_LINE_NONE ? failed : stale;
            s->reason = failed != CT_LINE_NONE ? CT_REASON_STALE_IF_ERROR : CT_REASON_NOT_GIVEN;
            s->marks |= failed != CT_LINE_NONE ? CT_MARK_BIT(STALE_ERROR) : 0;
        }
    } else if (s->outcome == CT_OUTCOME_MISS && lookup == CT_OUTCOME_HIT) {
        take_replaced(r, s, nearest);
    } else if (s->outcome == CT_OUTCOME_MISS && lookup == CT_OUTCOME_NONE) {
        s->outcome = CT_OUTCOME_BYPASS;
        s->rule = "Squid did not look into its store";
        s->reason =
            ct_cache_method_is_read(r->txn) ? CT_REASON_CONFIG_BYPASS : CT_REASON_REQUEST_METHOD;
    }
}

void ct_cache_pair_squid(struct ct_reading *r)
{
    bool nearest = true;
    for (uint32_t i = r->n_statements; i-- > 0;) {
        struct ct_statement *s = &r->statements[i];
        if (s->header == CT_HEADER_X_CACHE && s->dialect == CT_DIALECT_SQUID) {
            judge_squid(r, s, nearest);
            nearest = false;
        }
    }
}

/* The same two fields without a name: one cache, one line of each. */
void ct_cache_pair_library(struct ct_reading *r)
{
    uint32_t line = ct_cache_seen(r, CT_HEADER_X_CACHE_LOOKUP);
    bool held =
        line != CT_LINE_NONE && ct_span_equal_nocase(ct_span_trim(ct_reading_text(r, line)), "hit");
    for (uint32_t i = 0; i < r->n_statements && line != CT_LINE_NONE; i++) {
        struct ct_statement *s = &r->statements[i];
        if (s->dialect != CT_DIALECT_HTTPCACHE || s->header != CT_HEADER_X_CACHE) {
            continue;
        }
        s->also = line;
        if (s->outcome == CT_OUTCOME_MISS && held) {
            s->outcome = CT_OUTCOME_EXPIRED;
            s->marks |= CT_MARK_BIT(WEAK);
            s->rule = "a copy was held, and the answer was fetched anew";
        } else if (s->outcome == CT_OUTCOME_HIT && !held) {
            s->marks |= CT_MARK_BIT(DISAGREE);
        }
    }
}

void ct_cache_list_errors(const struct ct_lister *to)
{
    for (size_t i = 0; i < sizeof squid_errors / sizeof squid_errors[0]; i++) {
        ct_cache_list_value(
            to, CT_DIALECT_SQUID, "X-Squid-Error", squid_errors[i].text,
            (struct ct_meaning){squid_errors[i].outcome, squid_errors[i].reason, 0});
    }
}
