/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where no cache speaks: RFC 9111, in this order, the first rule that fits decides. Rules are
 * a table, so that the order can be read. A rule that needs a cache on the path asks for a
 * sign of one (Age, Via, a product's fingerprint); the rules that state what every shared
 * cache must do hold without, but are marked weak then, for there may be no cache at all.
 */
#include "cache/cause.h"

/* What one rule finds out. */
struct finding {
    enum ct_outcome outcome;
    enum ct_reason reason;
    const char *rule;
    uint32_t marks;
    uint32_t line; /* deciding line, or CT_LINE_NONE */
    bool by_method;
    bool by_status;
};

typedef bool (*rule_function)(struct ct_reading *r, bool sign, struct finding *found);

/* A product whose answers come through a cache; nginx, httpd and the like may be origins. */
static bool is_cache_maker(enum ct_dialect dialect)
{
    return dialect != CT_DIALECT_GENERIC && dialect != CT_DIALECT_NGINX &&
           dialect != CT_DIALECT_HTTPD && dialect != CT_DIALECT_LITESPEED;
}

bool ct_cache_has_sign(struct ct_reading *r)
{
    ct_cache_find_makers(r);
    if (ct_cache_peer_is_nginx(r)) {
        return false; /* what signs there are came through it */
    }
    return ct_reading_has(r, CT_DIR_RESP, CT_FIELD_AGE) ||
           ct_reading_has(r, CT_DIR_RESP, CT_FIELD_VIA) || (r->print_lacks & CT_TRAIT_ORIGIN) != 0;
}

static bool take_cause(struct ct_cause cause, enum ct_outcome outcome, bool sign,
                       struct finding *found)
{
    if (cause.reason == CT_REASON_NOT_GIVEN) {
        return false;
    }
    found->outcome = outcome;
    found->reason = cause.reason;
    found->rule = cause.rule;
    found->line = cause.line;
    found->marks = sign ? 0 : CT_MARK_BIT(WEAK);
    return true;
}

/* Only what was stored bears these; they do not say that it is stale. */
static bool rule_warning_of_a_hit(struct ct_reading *r, struct finding *found)
{
    uint32_t alone = ct_cache_warning(r, "112");
    uint32_t old = ct_cache_warning(r, "113");
    found->outcome = CT_OUTCOME_HIT;
    found->line = alone != CT_LINE_NONE ? alone : old;
    found->rule = alone != CT_LINE_NONE
                      ? "Warning 112: the cache is cut off from the rest (RFC 7234 section 5.5.3)"
                      : "Warning 113: stored over 24 hours on a guessed lifetime (RFC 7234 section "
                        "5.5.4)";
    return found->line != CT_LINE_NONE;
}

static bool rule_warning(struct ct_reading *r, bool sign, struct finding *found)
{
    (void)sign;
    uint32_t failed = ct_cache_warning(r, "111");
    uint32_t stale = failed != CT_LINE_NONE ? failed : ct_cache_warning(r, "110");
    if (stale == CT_LINE_NONE) {
        return rule_warning_of_a_hit(r, found);
    }
    found->outcome = CT_OUTCOME_STALE;
    found->line = stale;
    found->rule = "Warning 110: the response is stale (RFC 7234 section 5.5.1)";
    if (failed != CT_LINE_NONE) {
        found->reason = CT_REASON_STALE_IF_ERROR;
        found->marks = CT_MARK_BIT(STALE_ERROR);
        found->rule = "Warning 111: the origin could not be asked (RFC 7234 section 5.5.2)";
    }
    return true;
}

static bool rule_method(struct ct_reading *r, bool sign, struct finding *found)
{
    (void)sign;
    found->outcome = CT_OUTCOME_NONE;
    if (r->txn->status == 101) {
        found->reason = CT_REASON_TUNNEL;
        found->by_status = true;
        found->rule = "the connection changed its protocol (RFC 9110 section 7.8)";
        return true;
    }
    if (ct_cache_method_is_read(r->txn)) {
        return false;
    }
    found->by_method = true;
    found->reason =
        ct_cache_method_is(r->txn, "CONNECT") ? CT_REASON_TUNNEL : CT_REASON_REQUEST_METHOD;
    found->rule = "only GET and HEAD are answered from a store (RFC 9111 sections 3 and 4)";
    return true;
}

static bool wants_stored_only(struct ct_reading *r, struct finding *found)
{
    const struct ct_control *control = ct_cache_control(r, CT_DIR_ORIG);
    found->reason = CT_REASON_REQUEST_ONLY_IF_CACHED;
    found->line = ct_reading_line(r, CT_DIR_ORIG, CT_FIELD_CACHE_CONTROL);
    return ct_control_has(control, CT_DIRECTIVE_ONLY_IF_CACHED);
}

/* Before the warnings: Squid warns of the expired copy that it does not send. */
static bool rule_nothing_stored(struct ct_reading *r, bool sign, struct finding *found)
{
    (void)sign;
    found->outcome = CT_OUTCOME_SYNTHETIC;
    found->by_status = true;
    found->rule = "only-if-cached, and nothing stored: 504 (RFC 9111 section 5.2.1.7)";
    return r->txn->status == 504 && wants_stored_only(r, found);
}

static bool rule_only_if_cached(struct ct_reading *r, bool sign, struct finding *found)
{
    if (!wants_stored_only(r, found)) {
        return false;
    }
    found->outcome = CT_OUTCOME_HIT;
    found->rule = "only-if-cached, and an answer (RFC 9111 section 5.2.1.7)";
    /* Varnish, nginx and the networks ignore it; Traffic Server validates what has expired. */
    bool ignored = ct_reading_has_print(r, CT_DIALECT_VARNISH) ||
                   ct_reading_has_print(r, CT_DIALECT_TRAFFICSERVER) ||
                   (r->print_lacks & CT_TRAIT_PROXY) != 0 || ct_cache_age_is_behind(r);
    found->marks = (r->print_traits & CT_TRAIT_AGE_ALWAYS) != 0 ? 0 : CT_MARK_BIT(WEAK);
    return sign && r->txn->status < 400 && !ignored;
}

static bool is_edge(enum ct_dialect server)
{
    return server == CT_DIALECT_CLOUDFLARE || server == CT_DIALECT_CLOUDFRONT ||
           server == CT_DIALECT_AKAMAI;
}

/* Puts its name on everything that it passes on, the origin's error pages too. */
static bool overwrites_server(enum ct_dialect server)
{
    return is_cache_maker(server) && server != CT_DIALECT_VARNISH && server != CT_DIALECT_SQUID &&
           server != CT_DIALECT_CLOUDFRONT && server != CT_DIALECT_AKAMAI;
}

/* Neither field that a proxy adds to what it passes on. */
static bool is_untouched(const struct ct_reading *r)
{
    return !ct_reading_has(r, CT_DIR_RESP, CT_FIELD_VIA) &&
           !ct_reading_has(r, CT_DIR_RESP, CT_FIELD_AGE);
}

/* An error page or redirect of the cache itself. */
static bool rule_own_answer(struct ct_reading *r, bool sign, struct finding *found)
{
    (void)sign;
    unsigned status = r->txn->status;
    ct_cache_find_makers(r);
    uint32_t squid = ct_cache_seen(r, CT_HEADER_X_SQUID_ERROR);
    uint32_t blocked = ct_cache_seen(r, CT_HEADER_X_SUCURI_BLOCK);
    bool gateway = (!overwrites_server((enum ct_dialect)r->server) &&
                    (status == 502 || status == 503 || status == 504)) ||
                   (r->server == CT_DIALECT_CLOUDFLARE && status >= 520 && status <= 530);
    found->line = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_SERVER);
    found->by_status = true;
    if (squid != CT_LINE_NONE || blocked != CT_LINE_NONE) {
        found->line = squid != CT_LINE_NONE ? squid : blocked;
        bool denied =
            blocked != CT_LINE_NONE || ct_reading_contains(ct_reading_text(r, squid), "DENIED");
        found->outcome = denied ? CT_OUTCOME_SYNTHETIC : CT_OUTCOME_ERROR;
        found->reason = denied ? CT_REASON_DENIED : CT_REASON_ORIGIN_ERROR;
        found->rule = "the cache's own page";
        return true;
    }
    if (r->server == CT_DIALECT_VARNISH && status < 500 && is_untouched(r)) {
        found->outcome = CT_OUTCOME_SYNTHETIC;
        found->rule = "made by Varnish: its Server, no Via and no Age (RFC 9110 section 10.2.4)";
        return true;
    }
    if (!is_cache_maker((enum ct_dialect)r->server) || status < 300 || status == 304) {
        return false;
    }
    if (gateway) {
        found->outcome = CT_OUTCOME_ERROR;
        found->reason = status == 504 ? CT_REASON_ORIGIN_TIMEOUT : CT_REASON_ORIGIN_UNREACHABLE;
        found->rule = "the cache's own error page (RFC 9110 section 15.6)";
        return true;
    }
    found->outcome = CT_OUTCOME_SYNTHETIC;
    found->reason = status < 400 ? CT_REASON_REDIRECT : CT_REASON_DENIED;
    if (r->server == CT_DIALECT_SQUID && status >= 400 && r->age_s < 0) {
        found->rule = "the cache's own page: Squid passes Server on (RFC 9110 section 10.2.4)";
        return true;
    }
    found->marks = CT_MARK_BIT(WEAK);
    found->rule = "an answer of the edge itself, made before its cache";
    return is_edge((enum ct_dialect)r->server) &&
           (status < 400 || status == 403 || status == 421 || status == 429 || status >= 500);
}

/* Within the windows of RFC 5861. */
static void judge_window(struct ct_reading *r, int64_t over_s, struct finding *found)
{
    const struct ct_control *response = ct_cache_control(r, CT_DIR_RESP);
    const struct ct_control *request = ct_cache_control(r, CT_DIR_ORIG);
    bool strict = ct_control_has(response, CT_DIRECTIVE_MUST_REVALIDATE) ||
                  ct_control_has(response, CT_DIRECTIVE_PROXY_REVALIDATE);
    bool allowed = ct_control_has(request, CT_DIRECTIVE_MAX_STALE) &&
                   (request->seconds[CT_DIRECTIVE_MAX_STALE] < 0 ||
                    over_s <= request->seconds[CT_DIRECTIVE_MAX_STALE]);
    found->outcome = CT_OUTCOME_STALE;
    found->rule = "Age above the freshness lifetime (RFC 9111 section 4.2)";
    if (strict) {
        found->rule = "Age above the freshness lifetime, against must-revalidate (RFC 9111 "
                      "section 5.2.2.2)";
    } else if (ct_control_has(response, CT_DIRECTIVE_STALE_WHILE_REVALIDATE) &&
               over_s <= response->seconds[CT_DIRECTIVE_STALE_WHILE_REVALIDATE]) {
        found->outcome = CT_OUTCOME_UPDATING;
        found->reason = CT_REASON_STALE_WHILE_REVALIDATE;
        found->marks |= CT_MARK_BIT(STALE_REVALIDATE);
        found->rule = "Age above the lifetime, within stale-while-revalidate (RFC 5861 section 3)";
    } else if (ct_control_has(response, CT_DIRECTIVE_STALE_IF_ERROR) &&
               over_s <= response->seconds[CT_DIRECTIVE_STALE_IF_ERROR]) {
        found->reason = CT_REASON_STALE_IF_ERROR;
        found->marks |= CT_MARK_BIT(STALE_ERROR);
        found->rule = "Age above the lifetime, within stale-if-error (RFC 5861 section 4)";
    } else if (allowed) {
        found->marks |= CT_MARK_BIT(STALE_MAX_STALE);
        found->rule = "Age above the lifetime, and max-stale in the request (RFC 9111 section "
                      "5.2.1.2)";
    }
}

/*
 * The wait for the origin may be part of Age (RFC 9111 section 4.2.3): one that is no longer was
 * perhaps made of nothing else.
 */
static bool is_age_of_the_wait(const struct ct_reading *r)
{
    int64_t wait_ns = r->txn->response.first_ns - r->txn->request.last_ns;
    bool counts_it = ct_reading_has_print(r, CT_DIALECT_TRAFFICSERVER); /* and rounds up */
    return r->txn->request.seen && (counts_it || wait_ns >= CT_NS_PER_S / 5) &&
           (r->age_s - 1) * CT_NS_PER_S <= wait_ns;
}

static bool rule_age(struct ct_reading *r, bool sign, struct finding *found)
{
    (void)sign;
    if (r->age_s <= 0 || is_age_of_the_wait(r) || ct_cache_age_is_behind(r)) {
        return false;
    }
    int64_t lifetime_s = ct_cache_lifetime(r);
    found->line = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
    if (lifetime_s >= 0 && r->age_s > lifetime_s) {
        /* A network may go by another lifetime than the one it shows, or than Cache-Control's. */
        bool rewritten = lifetime_s == 0 || (r->print_lacks & CT_TRAIT_PROXY) != 0 ||
                         ct_cache_networks_may_store(r);
        found->marks = rewritten ? CT_MARK_BIT(WEAK) : 0;
        judge_window(r, r->age_s - lifetime_s, found);
        return true;
    }
    found->outcome = CT_OUTCOME_HIT;
    found->reason = CT_REASON_AGE_POSITIVE;
    found->rule = "Age above 0: not made or checked by the origin for this request (RFC 9111 "
                  "section 5.1)";
    if (ct_reading_has_print(r, CT_DIALECT_TRAFFICSERVER) || r->txn->status == 206) {
        found->marks = CT_MARK_BIT(WEAK); /* counts the wait for the origin; part may be new */
    }
    return true;
}

/* Squid adds Age to what it had stored, and to nothing else. */
static bool rule_age_of_squid(struct ct_reading *r, bool sign, struct finding *found)
{
    (void)sign;
    found->outcome = CT_OUTCOME_HIT;
    found->reason = CT_REASON_AGE_ZERO;
    found->line = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
    found->marks = CT_MARK_BIT(WEAK); /* an origin may send one of its own */
    found->rule = "Age: 0 from Squid, which sends it with what was stored (RFC 9111 section 5.1)";
    return r->age_s == 0 && r->last_via == CT_DIALECT_SQUID && r->n_vias == 1 &&
           !ct_cache_age_is_behind(r);
}

/*
 * About the request's range or condition, whoever looked at it; or an error page of the origin or
 * of the cache, where the cache writes its name on both. The directives are the page's own.
 */
static bool is_anybodys(const struct ct_reading *r)
{
    unsigned status = r->txn->status;
    bool gateway = status == 502 || status == 504;
    return status == 412 || status == 416 ||
           (gateway && overwrites_server((enum ct_dialect)r->server));
}

static bool rule_forbidden(struct ct_reading *r, bool sign, struct finding *found)
{
    struct ct_cause cause = ct_cache_cause_forbidden(r);
    bool certain =
        sign && (cause.reason == CT_REASON_NOT_GIVEN ||
                 cause.reason == CT_REASON_RESPONSE_VARY_STAR || !ct_cache_networks_may_store(r));
    return !is_anybodys(r) && take_cause(cause, CT_OUTCOME_UNCACHEABLE, certain, found);
}

/* They have rules of their own for redirects, errors and credentials, proxies go by the RFC. */
static void doubt_networks(const struct ct_reading *r, struct finding *found)
{
    found->marks |= (r->print_lacks & CT_TRAIT_PROXY) != 0 ? CT_MARK_BIT(WEAK) : 0;
}

static bool rule_status(struct ct_reading *r, bool sign, struct finding *found)
{
    found->by_status = true;
    if (!sign || is_anybodys(r) ||
        !take_cause(ct_cache_cause_status(r), CT_OUTCOME_UNCACHEABLE, sign, found)) {
        return false;
    }
    doubt_networks(r, found);
    return true;
}

static bool rule_authorization(struct ct_reading *r, bool sign, struct finding *found)
{
    bool stores = (r->print_traits & CT_TRAIT_STORES_AUTH) != 0;
    /* Without a cache there is nothing to pass by, and some store what they should not. */
    if (!sign || stores ||
        !take_cause(ct_cache_cause_authorization(r), CT_OUTCOME_BYPASS, sign, found)) {
        return false;
    }
    doubt_networks(r, found);
    return true;
}

static bool rule_fetched(struct ct_reading *r, bool sign, struct finding *found)
{
    bool always = (r->print_traits & CT_TRAIT_AGE_ALWAYS) != 0;
    bool mostly = (r->print_traits & CT_TRAIT_AGE_MOSTLY) != 0;
    if (!sign || r->txn->status == 304 || r->age_wrong || ct_cache_age_is_behind(r)) {
        return false; /* 304 answers the client's condition, whatever the cache did */
    }
    found->outcome = CT_OUTCOME_MISS;
    if (r->age_s == 0 && (ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_COOKIE) ||
                          ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_AUTHORIZATION))) {
        return false; /* passed on or fetched: that depends on the operator's rules */
    }
    if (r->age_s == 0) {
        found->reason = CT_REASON_AGE_ZERO;
        found->line = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
        found->marks = CT_MARK_BIT(WEAK); /* or a hit in its first second */
        found->rule = "Age: 0, just fetched or validated (RFC 9111 section 5.1)";
        return true;
    }
    found->line = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_VIA);
    if (found->line == CT_LINE_NONE) {
        found->line = r->print_line; /* who it is says another line */
    }
    found->marks = always ? 0 : CT_MARK_BIT(WEAK);
    found->rule = "no Age, from a cache that sends it with every hit (RFC 9111 section 5.1)";
    return always || mostly;
}

static const struct {
    rule_function fits;
    bool by_absence; /* that a line is not there is part of it */
} rules[] = {
    {rule_nothing_stored, false}, {rule_warning, false},     {rule_method, false},
    {rule_only_if_cached, true},  {rule_own_answer, true},   {rule_age, false},
    {rule_forbidden, false},      {rule_age_of_squid, true}, {rule_authorization, true},
    {rule_status, true},          {rule_fetched, true},
};

static void conclude(const struct ct_reading *r, const struct finding *found,
                     struct ct_verdict *verdict)
{
    verdict->outcome = found->outcome;
    verdict->class = ct_cache_outcome_class(found->outcome);
    verdict->basis = CT_BASIS_INFERRED;
    verdict->reason = found->reason;
    verdict->rule = found->rule;
    verdict->marks |= found->marks;
    if (r->partial && !found->by_method && !found->by_status) {
        verdict->marks |= CT_MARK_BIT(WEAK);
    }
    verdict->reached_origin = verdict->class == CT_CLASS_MISS;
    if (found->by_method) {
        ct_cache_add_evidence(verdict, CT_EVIDENCE_METHOD, CT_LINE_NONE);
    }
    ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE, found->line);
    if (found->by_status) {
        ct_cache_add_evidence(verdict, CT_EVIDENCE_STATUS, CT_LINE_NONE);
    }
    if (verdict->class == CT_CLASS_HIT && verdict->outcome != CT_OUTCOME_HIT) {
        ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE,
                              ct_reading_line(r, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL));
    }
}

void ct_cache_infer(struct ct_reading *r, struct ct_verdict *verdict)
{
    bool sign = ct_cache_has_sign(r);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        struct finding found = {.outcome = CT_OUTCOME_UNKNOWN, .line = CT_LINE_NONE};
        if (!(r->partial && rules[i].by_absence) && rules[i].fits(r, sign, &found)) {
            conclude(r, &found, verdict);
            return;
        }
    }
    if (r->txn->status == 304) {
        verdict->reason = CT_REASON_NOT_MODIFIED_FOR_CLIENT;
        verdict->rule = r->from_cache ? "a cache asked whether its copy is good: what its own "
                                        "client got is REVALIDATED (RFC 9111 section 4.3.3)"
                                      : "304 answers the client's condition, whatever the cache "
                                        "did (RFC 9111 section 4.3.2)";
        ct_cache_add_evidence(verdict, CT_EVIDENCE_STATUS, CT_LINE_NONE);
    }
}
