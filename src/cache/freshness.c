/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/freshness.h"

#include "base/span.h"
#include "http/date.h"

int64_t ct_cache_freshness_lifetime(const struct ct_control *control, const struct ct_dates *dates)
{
    if (ct_control_has(control, CT_DIRECTIVE_S_MAXAGE)) {
        return control->seconds[CT_DIRECTIVE_S_MAXAGE];
    }
    if (ct_control_has(control, CT_DIRECTIVE_MAX_AGE)) {
        return control->seconds[CT_DIRECTIVE_MAX_AGE];
    }
    if (!dates->has_expires) {
        return -1;
    }
    int64_t expires_s;
    int64_t date_s;
    if (!ct_http_parse_date(ct_span_trim(dates->expires), dates->now_s, &expires_s)) {
        return 0; /* an invalid date, "0" above all, has expired (section 5.3) */
    }
    if (!ct_http_parse_date(ct_span_trim(dates->date), dates->now_s, &date_s)) {
        date_s = dates->now_s; /* RFC 9110 section 6.6.1: the time of receipt */
    }
    int64_t lifetime_s = expires_s > date_s ? expires_s - date_s : 0;
    return lifetime_s < CT_DELTA_SECONDS_MAX ? lifetime_s : CT_DELTA_SECONDS_MAX;
}
