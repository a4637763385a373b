/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a cache that spoke did so. The word decided the outcome; the messages show the cause
 * where they can, and it is only added where the word did not bring one.
 */
#include "cache/cause.h"

static void give(struct ct_verdict *verdict, enum ct_reason reason)
{
    if (verdict->reason == CT_REASON_NOT_GIVEN) {
        verdict->reason = reason;
    }
}

static bool give_cause(struct ct_verdict *verdict, struct ct_cause cause)
{
    if (cause.reason == CT_REASON_NOT_GIVEN) {
        return false;
    }
    if (verdict->reason == CT_REASON_NOT_GIVEN) {
        verdict->reason = cause.reason;
        ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE, cause.line);
    }
    return true;
}

/* Why it will be a miss again: the response was not to be stored. */
static void explain_miss(struct ct_reading *r, struct ct_verdict *verdict)
{
    bool miss_is_all = ct_dialect_set_has(&r->spoke, CT_DIALECT_NGINX) ||
                       ct_dialect_set_has(&r->spoke, CT_DIALECT_FASTLY);
    if (ct_dialect_set_has(&r->spoke, CT_DIALECT_MAGENTO)) {
        return; /* its VCL rewrites Cache-Control for the browser */
    }
    if (r->decider != CT_DIALECT_NGINX && ct_cache_networks_may_store(r)) {
        return; /* Cache-Control is perhaps not for this cache */
    }
    bool not_stored = give_cause(verdict, ct_cache_cause_forbidden(r));
    if (!not_stored && miss_is_all) {
        not_stored = give_cause(verdict, ct_cache_cause_custom(r));
    }
    if (not_stored && (verdict->marks & CT_MARK_BIT(STORED)) == 0) {
        verdict->marks |= CT_MARK_BIT(NOT_STORED);
    }
}

static void explain_bypass(struct ct_reading *r, struct ct_verdict *verdict)
{
    if (!ct_cache_method_is_read(r->txn)) {
        give(verdict, CT_REASON_REQUEST_METHOD);
        ct_cache_add_evidence(verdict, CT_EVIDENCE_METHOD, CT_LINE_NONE);
        return;
    }
    if (give_cause(verdict, ct_cache_cause_forbidden(r)) ||
        give_cause(verdict, ct_cache_cause_authorization(r)) ||
        give_cause(verdict, ct_cache_cause_custom(r))) {
        return;
    }
    if (verdict->outcome == CT_OUTCOME_UNCACHEABLE) {
        (void)give_cause(verdict, ct_cache_cause_status(r));
    } else if (ct_dialect_set_has(&r->spoke, CT_DIALECT_NGINX)) {
        give(verdict, CT_REASON_CONFIG_BYPASS); /* nginx says BYPASS by rule only */
    }
}

static void explain_stale(struct ct_reading *r, struct ct_verdict *verdict)
{
    uint32_t line = ct_cache_warning(r, "111");
    if (line != CT_LINE_NONE) {
        give(verdict, CT_REASON_STALE_IF_ERROR);
        verdict->marks |= CT_MARK_BIT(STALE_ERROR);
        ct_cache_add_evidence(verdict, CT_EVIDENCE_LINE, line);
    }
}

static void explain_own_answer(const struct ct_reading *r, struct ct_verdict *verdict)
{
    unsigned status = r->txn->status;
    if (verdict->outcome == CT_OUTCOME_ERROR) {
        bool unreachable = status == 502 || (status >= 521 && status <= 523);
        bool timeout = status == 504 || status == 522 || status == 524;
        give(verdict, timeout
                          ? CT_REASON_ORIGIN_TIMEOUT
                          : (unreachable ? CT_REASON_ORIGIN_UNREACHABLE : CT_REASON_ORIGIN_ERROR));
    } else if (status >= 300 && status < 400 && status != 304) {
        give(verdict, CT_REASON_REDIRECT);
    } else if (status == 401 || status == 403 || status == 429) {
        give(verdict, CT_REASON_DENIED);
    }
}

void ct_cache_explain(struct ct_reading *r, struct ct_verdict *verdict)
{
    switch (verdict->outcome) {
    case CT_OUTCOME_HIT:
        if (r->txn->status >= 400) {
            verdict->reason = CT_REASON_NEGATIVE;
            ct_cache_add_evidence(verdict, CT_EVIDENCE_STATUS, CT_LINE_NONE);
        }
        break;
    case CT_OUTCOME_PARTIAL_HIT:
        give(verdict, CT_REASON_PARTIAL);
        break;
    case CT_OUTCOME_REVALIDATED:
        give(verdict, CT_REASON_VALIDATED);
        break;
    case CT_OUTCOME_STALE:
        explain_stale(r, verdict);
        break;
    case CT_OUTCOME_UPDATING:
        give(verdict, CT_REASON_BACKGROUND_REFRESH);
        break;
    case CT_OUTCOME_NEGATIVE_HIT:
        give(verdict, CT_REASON_NEGATIVE);
        break;
    case CT_OUTCOME_MISS:
        explain_miss(r, verdict);
        break;
    case CT_OUTCOME_EXPIRED:
        give(verdict, CT_REASON_EXPIRED_REPLACED);
        break;
    case CT_OUTCOME_CLIENT_REFRESH:
        (void)give_cause(verdict, ct_cache_cause_client(r));
        give(verdict, CT_REASON_CLIENT_FORCED);
        break;
    case CT_OUTCOME_BYPASS:
    case CT_OUTCOME_UNCACHEABLE:
        explain_bypass(r, verdict);
        break;
    case CT_OUTCOME_DYNAMIC:
        give(verdict, CT_REASON_NOT_ELIGIBLE);
        break;
    case CT_OUTCOME_CONFIG_NOCACHE:
        give(verdict, CT_REASON_CONFIG_NOCACHE);
        break;
    case CT_OUTCOME_NONE:
        if (!ct_cache_method_is_read(r->txn)) {
            give(verdict, CT_REASON_REQUEST_METHOD);
            ct_cache_add_evidence(verdict, CT_EVIDENCE_METHOD, CT_LINE_NONE);
        }
        break;
    case CT_OUTCOME_SYNTHETIC:
    case CT_OUTCOME_ERROR:
        explain_own_answer(r, verdict);
        break;
    case CT_OUTCOME_UNKNOWN:
        give(verdict, CT_REASON_UNRECOGNISED_STATUS);
        break;
    case CT_OUTCOME_COUNT:
        break;
    }
}
