/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison of several transactions needs of one: gathered while it is at hand. */
#include "cache/cause.h"

#define BIT(symbol) (UINT32_C(1) << CT_FACT_##symbol)

static uint32_t request_bits(struct ct_reading *r, struct ct_facts *facts)
{
    const struct ct_txn *txn = r->txn;
    uint32_t bits = 0;
    if (!ct_ref_present(txn->method)) {
        return 0;
    }
    bool head = ct_cache_method_is(txn, "HEAD");
    if (head || ct_cache_method_is(txn, "GET")) {
        bits |= BIT(READ) | (head ? BIT(HEAD) : 0);
    } else if (ct_cache_method_is(txn, "POST") || ct_cache_method_is(txn, "PUT") ||
               ct_cache_method_is(txn, "DELETE") || ct_cache_method_is(txn, "PATCH")) {
        return BIT(UNSAFE);
    }
    const uint32_t have = r->have[CT_DIR_ORIG];
    const uint32_t conditions =
        UINT32_C(1) << CT_FIELD_IF_NONE_MATCH | UINT32_C(1) << CT_FIELD_IF_MODIFIED_SINCE;
    const uint32_t credentials = UINT32_C(1) << CT_FIELD_COOKIE | UINT32_C(1)
                                                                      << CT_FIELD_AUTHORIZATION;
    bits |= (have & conditions) != 0 ? BIT(CONDITIONAL) : 0;
    bits |= (have & credentials) != 0 ? BIT(CREDENTIALS) : 0;
    bits |= ct_reading_has(r, CT_DIR_ORIG, CT_FIELD_RANGE) ? BIT(RANGE) : 0;
    const struct ct_control *control = ct_cache_control(r, CT_DIR_ORIG);
    facts->forced = ct_cache_cause_client(r).reason;
    bits |= facts->forced != CT_REASON_NOT_GIVEN ? BIT(REFRESH) : 0;
    if (facts->forced == CT_REASON_REQUEST_MAX_AGE && control->seconds[CT_DIRECTIVE_MAX_AGE] > 0) {
        facts->forced = CT_REASON_NOT_GIVEN; /* a copy may still be young enough */
    }
    bits |= ct_control_has(control, CT_DIRECTIVE_NO_STORE) ? BIT(NOT_TO_STORE) : 0;
    return bits;
}

/* With a lifetime given, and nothing in the messages for which a product might refuse. */
static bool is_storable(struct ct_reading *r, const struct ct_facts *facts)
{
    unsigned status = r->txn->status;
    return facts->lifetime_s > 0 && status >= 200 && status < 500 && status != 206 &&
           status != 304 && ct_cache_cause_forbidden(r).reason == CT_REASON_NOT_GIVEN &&
           ct_cache_cause_custom(r).reason == CT_REASON_NOT_GIVEN;
}

static struct ct_ref value_of(const struct ct_reading *r, enum ct_field field)
{
    uint32_t line = ct_reading_line(r, CT_DIR_RESP, field);
    return line != CT_LINE_NONE ? r->txn->lines[line].value : CT_REF_NONE;
}

void ct_cache_collect(struct ct_reading *r, struct ct_verdict *verdict)
{
    struct ct_facts *facts = &verdict->facts;
    facts->etag = CT_REF_NONE;
    facts->modified = CT_REF_NONE;
    facts->lifetime_s = -1;
    facts->date_s = -1;
    facts->bits = request_bits(r, facts);
    if (r->txn->status == 0 || (facts->bits & BIT(READ)) == 0) {
        return;
    }
    ct_cache_find_makers(r);
    facts->lifetime_s = ct_cache_lifetime(r);
    facts->date_s = ct_cache_date(r);
    facts->etag = value_of(r, CT_FIELD_ETAG);
    facts->modified = value_of(r, CT_FIELD_LAST_MODIFIED);
    bool behind = ct_cache_age_is_behind(r);
    bool nginx = ct_cache_peer_is_nginx(r);
    facts->bits |= is_storable(r, facts) ? BIT(STORABLE) : 0;
    facts->bits |= behind ? BIT(AGE_BEHIND) : 0;
    facts->bits |= nginx ? BIT(RELAYS) : 0;
    facts->bits |=
        !nginx && (ct_cache_traits[r->last_via] & CT_TRAIT_KEEPS_DATE) != 0 ? BIT(KEEPS_DATE) : 0;
    facts->bits |= r->last_via == CT_DIALECT_SQUID && r->n_vias == 1 ? BIT(AGE_WITH_HITS) : 0;
    facts->bits |= verdict->basis == CT_BASIS_STATED || ct_cache_has_sign(r) ? BIT(SIGN) : 0;
}
