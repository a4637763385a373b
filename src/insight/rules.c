/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an earlier response for the same URI proves of this one, what it makes doubtful, and why
 * something had to be fetched. Two tables: the first rule of the first that fits decides the
 * outcome, then the first of the second that fits gives a miss its reason.
 *
 * Nothing here overturns what a cache stated, or what one transaction proves.
 */
#include "insight/rules.h"

#include "base/span.h"
#include "cache/reading.h"

#define CLOSE_NS    (2 * CT_NS_PER_S)    /* Age: 0 covers a second, and two servers may differ */
#define REFRESH_NS  (60 * CT_NS_PER_S)   /* for which a refresh in the background may take */
#define COLLAPSE_NS (200 * CT_NS_PER_MS) /* a wait in which somebody else may have asked too */
#define APART_NS    (2 * CT_NS_PER_S)    /* so that two Dates of one origin differ */

static const struct {
    const char *name;
    const char *confidence;
    const char *text;
} rule_rows[CT_INSIGHT_RULE_COUNT] = {
#define X(symbol, name, confidence, text) {name, confidence, text},
    CT_INSIGHT_RULES(X)
#undef X
};

const char *ct_insight_rule_name(enum ct_insight_rule rule)
{
    return rule < CT_INSIGHT_RULE_COUNT ? rule_rows[rule].name : NULL;
}

const char *ct_insight_rule_confidence(enum ct_insight_rule rule)
{
    return rule < CT_INSIGHT_RULE_COUNT ? rule_rows[rule].confidence : NULL;
}

const char *ct_insight_rule_text(enum ct_insight_rule rule)
{
    return rule < CT_INSIGHT_RULE_COUNT ? rule_rows[rule].text : NULL;
}

/* ---- what the rules ask ------------------------------------------------------------------- */

static bool has(const struct ct_view *view, enum ct_fact fact)
{
    return (view->facts->bits >> fact & 1) != 0;
}

static bool was(const struct ct_view *view, unsigned flag)
{
    return view->was != NULL && (view->was->flags & flag) != 0;
}

static bool is_weak(const struct ct_verdict *verdict)
{
    return (verdict->marks & CT_MARK_BIT(WEAK)) != 0;
}

/* Nobody stated it, and one transaction did not prove it. */
static bool is_open(const struct ct_view *view)
{
    const struct ct_verdict *v = view->verdict;
    bool unsure = v->outcome == CT_OUTCOME_UNKNOWN ||
                  (is_weak(v) && (v->outcome == CT_OUTCOME_MISS || v->outcome == CT_OUTCOME_HIT));
    return v->basis != CT_BASIS_STATED && unsure;
}

static bool is_open_miss(const struct ct_view *view)
{
    return is_open(view) && view->verdict->outcome != CT_OUTCOME_HIT;
}

bool ct_view_is_same(const struct ct_view *view)
{
    if (view->was == NULL) {
        return false;
    }
    if (view->etag != 0 || view->was->etag != 0) {
        return view->etag == view->was->etag;
    }
    return view->modified != 0 && view->modified == view->was->modified;
}

/* From the first octet of the earlier response to the first of this request. */
static int64_t since(const struct ct_view *view, const struct ct_visit *visit)
{
    return view->txn->request.first_ns - visit->seen_ns;
}

/* The earlier response had ended when this request was sent. */
static bool is_after(const struct ct_view *view)
{
    return view->txn->request.first_ns > view->was->ended_ns;
}

static int64_t response_s(const struct ct_view *view)
{
    return view->txn->response.first_ns / CT_NS_PER_S;
}

/* Nothing names the representation, but it has the length, the status and the Date of before. */
static bool looks_the_same(const struct ct_view *view)
{
    const struct ct_visit *then = view->was;
    return then != NULL && view->etag == 0 && then->etag == 0 && view->modified == 0 &&
           then->modified == 0 && view->txn->response.body_len == then->body_len &&
           view->txn->status == then->status && !has(view, CT_FACT_HEAD);
}

/* Age: 0, by the server of this connection. */
static bool is_just_made(const struct ct_view *view)
{
    return view->verdict->age_s == 0 && !has(view, CT_FACT_AGE_BEHIND);
}

static bool is_fresh(const struct ct_view *view, int64_t slack_ns)
{
    return was(view, CT_VISIT_STORABLE) &&
           view->txn->request.first_ns < view->was->fresh_until_ns - slack_ns;
}

static bool is_expired(const struct ct_view *view)
{
    return was(view, CT_VISIT_STORABLE) &&
           view->txn->request.first_ns > view->was->fresh_until_ns + CT_NS_PER_S;
}

/* ---- what was done ------------------------------------------------------------------------ */

static bool decided_by_age(const struct ct_view *view)
{
    const struct ct_verdict *v = view->verdict;
    return v->basis == CT_BASIS_INFERRED && v->class == CT_CLASS_HIT && v->age_s > 0 &&
           v->n_evidence > 0 && v->evidence[0].kind == CT_EVIDENCE_LINE &&
           view->txn->lines[v->evidence[0].line].field == CT_FIELD_AGE;
}

static bool age_behind(const struct ct_view *view)
{
    const struct ct_server *server = view->server;
    return decided_by_age(view) && has(view, CT_FACT_KEEPS_DATE) && server->exact &&
           view->facts->date_s >= 0 &&
           view->verdict->age_s > response_s(view) + server->skew_s - view->facts->date_s + 2;
}

/* A constant is no id; and with a cookie it may be one of the session, not of the request. */
static bool same_id(const struct ct_view *view)
{
    return is_open(view) && view->was != NULL && view->id != 0 && view->id == view->was->id &&
           view->server->ids_differ && !has(view, CT_FACT_CREDENTIALS) && is_after(view);
}

static bool new_id(const struct ct_view *view)
{
    return is_open_miss(view) && was(view, CT_VISIT_ID_REPEATS) && view->id != 0 &&
           view->was->id != 0 && view->id != view->was->id;
}

static bool age_grows(const struct ct_view *view)
{
    if (!decided_by_age(view) || view->verdict->outcome != CT_OUTCOME_HIT ||
        !ct_view_is_same(view) || view->was->age_s < 0) {
        return false;
    }
    int64_t grown_s = view->verdict->age_s - view->was->age_s;
    int64_t off_ns = view->txn->response.first_ns - view->was->seen_ns - grown_s * CT_NS_PER_S;
    return grown_s >= 1 && off_ns >= -CT_NS_PER_S && off_ns <= CT_NS_PER_S;
}

/* Stored after it was seen to be fetched: no older than that. */
bool ct_view_age_appears(const struct ct_view *view)
{
    const struct ct_visit *then = view->was;
    int64_t age_s = view->verdict->age_s;
    if (then == NULL || (then->flags & CT_VISIT_NO_AGE) == 0 || age_s < 0 ||
        has(view, CT_FACT_RELAYS) || has(view, CT_FACT_AGE_BEHIND) ||
        !(ct_view_is_same(view) || looks_the_same(view))) {
        return false;
    }
    return is_after(view) &&
           age_s * CT_NS_PER_S <= view->txn->response.first_ns - then->copy_ns + CT_NS_PER_S;
}

static bool age_appears(const struct ct_view *view)
{
    return is_open(view) && ct_view_age_appears(view);
}

static bool age_zero_stored(const struct ct_view *view)
{
    return is_open(view) && is_just_made(view) && view->server->age_with_hits &&
           !has(view, CT_FACT_RELAYS);
}

/*
 * A 304 may stand behind it: the stored copy may have expired, and that this one has another
 * validator is not known. What has none cannot be validated.
 */
static bool may_be_validated(const struct ct_view *view)
{
    if (view->was == NULL || (view->etag == 0 && view->modified == 0)) {
        return false;
    }
    bool told = view->etag != 0 ? view->was->etag != 0 : view->was->modified != 0;
    return (ct_view_is_same(view) || !told) &&
           (has(view, CT_FACT_REFRESH) || !is_fresh(view, CT_NS_PER_S));
}

/* Not from the store; and validated it was only if there was something to validate. */
static bool age_absent(const struct ct_view *view)
{
    return is_open_miss(view) && view->verdict->age_s < 0 && view->server->age_with_hits &&
           !has(view, CT_FACT_RELAYS) && !has(view, CT_FACT_CREDENTIALS) &&
           !has(view, CT_FACT_NOT_TO_STORE) && has(view, CT_FACT_STORABLE) &&
           !may_be_validated(view);
}

/* The origin's clock runs, and gave this Date when the representation was first seen. */
static bool date_was_current(const struct ct_view *view)
{
    int64_t copy_s = view->was->copy_ns / CT_NS_PER_S;
    return view->server->runs && view->was->date_s >= copy_s + view->server->skew_s - 2;
}

static bool same_date(const struct ct_view *view)
{
    return is_open(view) && view->verdict->age_s < 0 && ct_view_is_same(view) &&
           view->facts->date_s >= 0 && view->facts->date_s == view->was->date_s &&
           since(view, view->was) >= APART_NS && date_was_current(view);
}

static bool fits_status(const struct ct_view *view)
{
    unsigned now = view->txn->status;
    unsigned then = view->was->status;
    return now == then || (then == 200 && (now == 206 || now == 304));
}

static bool is_plain_request(const struct ct_view *view)
{
    return !has(view, CT_FACT_REFRESH) && !has(view, CT_FACT_CREDENTIALS) &&
           !has(view, CT_FACT_NOT_TO_STORE);
}

static bool is_much_faster(const struct ct_view *view)
{
    const struct ct_txn *txn = view->txn;
    int64_t ttfb_ns = txn->response.first_ns - txn->request.last_ns;
    return ttfb_ns > 0 && ttfb_ns <= view->was->miss_ttfb_ns / 2;
}

static bool first_second(const struct ct_view *view)
{
    return is_open_miss(view) && is_just_made(view) && is_plain_request(view) &&
           (ct_view_is_same(view) || looks_the_same(view)) && !view->variant_open &&
           was(view, CT_VISIT_WHOLE) && was(view, CT_VISIT_STORABLE) &&
           !was(view, CT_VISIT_INVALIDATED) && view->facts->lifetime_s > 0 &&
           view->facts->date_s == view->was->date_s && fits_status(view) && is_after(view) &&
           since(view, view->was) < CT_NS_PER_S && is_much_faster(view);
}

static bool is_new_etag(const struct ct_view *view)
{
    uint64_t bits = ct_visit_etag_bits(view->etag);
    return view->etag != 0 && (view->uri->etags & bits) != bits;
}

static bool is_young_miss(const struct ct_view *view)
{
    return is_open(view) && view->verdict->outcome == CT_OUTCOME_MISS && is_just_made(view);
}

static bool too_close(const struct ct_view *view)
{
    return is_young_miss(view) && view->uri != NULL && since(view, view->uri) < CLOSE_NS &&
           !is_new_etag(view);
}

static bool refreshed_behind(const struct ct_view *view)
{
    return is_young_miss(view) && view->uri != NULL && (view->uri->flags & CT_VISIT_STALE) != 0 &&
           since(view, view->uri) < REFRESH_NS;
}

static bool maybe_collapsed(const struct ct_view *view)
{
    return is_young_miss(view) &&
           view->txn->response.first_ns - view->txn->request.last_ns > COLLAPSE_NS;
}

static bool maybe_validated(const struct ct_view *view)
{
    return is_young_miss(view) && ct_view_is_same(view);
}

static bool validated(const struct ct_view *view)
{
    return is_open(view) && view->verdict->outcome == CT_OUTCOME_HIT && is_just_made(view) &&
           has(view, CT_FACT_AGE_WITH_HITS) && ct_view_is_same(view) && is_expired(view) &&
           view->facts->date_s > view->was->date_s;
}

/* ---- why it was fetched ------------------------------------------------------------------- */

static bool is_inferred(const struct ct_view *view)
{
    return view->verdict->basis == CT_BASIS_INFERRED;
}

/* Products whose word for a miss covers the fetch after expiry. */
static bool has_no_word_for_expired(const struct ct_verdict *verdict)
{
    static const char *const names[] = {"varnish", "squid", "httpd", "fastly", "cloudfront"};
    for (size_t i = 0; verdict->dialect != NULL && i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(verdict->dialect, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool client_refresh(const struct ct_view *view)
{
    return is_inferred(view) && view->facts->forced != CT_REASON_NOT_GIVEN && is_fresh(view, 0);
}

static bool expired(const struct ct_view *view)
{
    return is_expired(view) && !was(view, CT_VISIT_INVALIDATED) &&
           (is_inferred(view) || has_no_word_for_expired(view->verdict));
}

static bool invalidated(const struct ct_view *view)
{
    return view->uri != NULL && (view->uri->flags & CT_VISIT_INVALIDATED) != 0;
}

static bool other_variant(const struct ct_view *view)
{
    return view->varies && !view->variant_open && view->uri != NULL && view->was == NULL &&
           !view->forgetful && has(view, CT_FACT_STORABLE);
}

static bool evicted(const struct ct_view *view)
{
    return was(view, CT_VISIT_SERVED) && is_fresh(view, CT_NS_PER_S) && is_plain_request(view) &&
           !view->variant_open && has(view, CT_FACT_STORABLE);
}

static bool cold(const struct ct_view *view)
{
    return !view->asked_for && !view->forgetful && has(view, CT_FACT_STORABLE);
}

/* ---- the tables --------------------------------------------------------------------------- */

struct rule {
    bool (*fits)(const struct ct_view *view);
    uint8_t rule;
    uint8_t outcome;
    uint8_t reason;
    bool weak;
};

#define R(function, symbol, outcome, reason, weak)                                         \
    {                                                                                      \
        function, CT_INSIGHT_RULE_##symbol, CT_OUTCOME_##outcome, CT_REASON_##reason, weak \
    }

/* clang-format off */
static const struct rule judgements[] = {
    R(age_behind, AGE_BEHIND, UNKNOWN, NOT_GIVEN, false),
    R(same_id, SAME_ID, HIT, NOT_GIVEN, false),
    R(new_id, NEW_ID, MISS, NOT_GIVEN, false),
    R(age_grows, AGE_GROWS, HIT, AGE_POSITIVE, false),
    R(validated, VALIDATED, REVALIDATED, VALIDATED, true),
    R(age_appears, AGE_APPEARS, HIT, AGE_POSITIVE, false),
    R(age_zero_stored, AGE_ZERO_STORED, HIT, AGE_ZERO, false),
    R(age_absent, AGE_ABSENT, MISS, NOT_GIVEN, false),
    R(same_date, SAME_DATE, HIT, NOT_GIVEN, false),
    R(first_second, FIRST_SECOND, HIT, AGE_ZERO, false),
    R(too_close, TOO_CLOSE, UNKNOWN, AGE_ZERO, false),
    R(refreshed_behind, REFRESHED_BEHIND, UNKNOWN, AGE_ZERO, false),
    R(maybe_collapsed, MAYBE_COLLAPSED, UNKNOWN, AGE_ZERO, false),
    R(maybe_validated, MAYBE_VALIDATED, UNKNOWN, AGE_ZERO, false),
};

/* For class miss. UNKNOWN: the outcome stays. */
static const struct rule reasons[] = {
    R(client_refresh, CLIENT_REFRESH, CLIENT_REFRESH, CLIENT_FORCED, false),
    R(invalidated, INVALIDATED, UNKNOWN, INVALIDATED, false),
    R(expired, EXPIRED, EXPIRED, EXPIRED_REPLACED, false),
    R(other_variant, OTHER_VARIANT, UNKNOWN, RESPONSE_VARY_MISMATCH, false),
    R(evicted, EVICTED, UNKNOWN, EVICTED_OR_PURGED, false),
    R(cold, COLD, UNKNOWN, COLD, false),
};
/* clang-format on */

static void note_earlier(const struct ct_view *view)
{
    const struct ct_visit *visit = view->was != NULL ? view->was : view->uri;
    if (visit == NULL) {
        return;
    }
    bool same = ct_view_is_same(view);
    view->verdict->earlier = (struct ct_earlier){
        .ago_ns = since(view, visit) > 0 ? since(view, visit) : 0,
        .age_s = visit->age_s,
        .status = visit->status,
        .same_etag = same && view->etag != 0,
        .same_modified = same && view->modified != 0 && view->modified == visit->modified,
        .same_date = view->facts->date_s >= 0 && view->facts->date_s == visit->date_s,
        .same_id = view->id != 0 && view->id == visit->id,
    };
    ct_cache_add_evidence(view->verdict, CT_EVIDENCE_EARLIER, CT_LINE_NONE);
}

static void decide(const struct ct_view *view, const struct rule *rule)
{
    struct ct_verdict *v = view->verdict;
    v->outcome = (enum ct_outcome)rule->outcome;
    v->class = ct_cache_outcome_class(v->outcome);
    v->basis = v->outcome == CT_OUTCOME_UNKNOWN ? CT_BASIS_NONE : CT_BASIS_INFERRED;
    v->reason = (enum ct_reason)rule->reason;
    if (v->reason == CT_REASON_AGE_POSITIVE && v->age_s == 0) {
        v->reason = CT_REASON_AGE_ZERO;
    }
    v->rule = rule_rows[rule->rule].text;
    v->marks &= ~CT_MARK_BIT(WEAK);
    v->marks |= rule->weak ? CT_MARK_BIT(WEAK) : 0;
    v->reached_origin = v->class == CT_CLASS_MISS;
    note_earlier(view);
}

/* A stated or proved miss keeps its rule: only the reason is new. */
static void explain(const struct ct_view *view, const struct rule *rule)
{
    struct ct_verdict *v = view->verdict;
    v->reason = rule->rule == CT_INSIGHT_RULE_CLIENT_REFRESH ? view->facts->forced
                                                             : (enum ct_reason)rule->reason;
    if (v->basis == CT_BASIS_INFERRED && rule->outcome != CT_OUTCOME_UNKNOWN) {
        v->outcome = (enum ct_outcome)rule->outcome;
        v->rule = rule_rows[rule->rule].text;
    } else if (v->rule == NULL) {
        v->rule = rule_rows[rule->rule].text;
    }
    note_earlier(view);
}

static bool may_explain(const struct ct_verdict *verdict)
{
    return verdict->outcome == CT_OUTCOME_MISS &&
           (verdict->reason == CT_REASON_NOT_GIVEN ||
            (verdict->basis == CT_BASIS_INFERRED && verdict->reason == CT_REASON_AGE_ZERO));
}

void ct_insight_doubt(const struct ct_view *view, uint64_t counters[CT_INSIGHT_RULE_COUNT])
{
    static const struct rule doubt = R(is_young_miss, NOT_COMPARED, UNKNOWN, AGE_ZERO, false);
    if (doubt.fits(view)) {
        decide(view, &doubt);
        counters[doubt.rule]++;
    }
}

void ct_insight_apply(const struct ct_view *view, uint64_t counters[CT_INSIGHT_RULE_COUNT])
{
    for (size_t i = 0; i < sizeof judgements / sizeof judgements[0]; i++) {
        if (judgements[i].fits(view)) {
            decide(view, &judgements[i]);
            counters[judgements[i].rule]++;
            break;
        }
    }
    for (size_t i = 0; may_explain(view->verdict) && i < sizeof reasons / sizeof reasons[0]; i++) {
        bool known = view->verdict->reason != CT_REASON_NOT_GIVEN;
        if (reasons[i].fits(view) && !(known && reasons[i].rule == CT_INSIGHT_RULE_COLD)) {
            explain(view, &reasons[i]);
            counters[reasons[i].rule]++;
            break;
        }
    }
}
