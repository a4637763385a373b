/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP-date (RFC 9110 section 5.6.7): IMF-fixdate, the RFC 850 form and asctime. Strict: a
 * date that does not match one of the three exactly is no date; day names are checked for
 * being day names, not for being the right one (real clocks and hand-written values differ).
 */
#ifndef CACHETAP_HTTP_DATE_H
#define CACHETAP_HTTP_DATE_H

#include "cachetap/base.h"

/*
 * Seconds since the epoch into *epoch_s; false, and *epoch_s untouched, when text (without
 * blanks around it) is no HTTP-date. now_s is the time of the message, in seconds since the
 * epoch: a two-digit year more than 50 years after it is taken from the century before
 * (RFC 9110 section 5.6.7). Leap second 60 is accepted and counts as the next second.
 */
bool ct_http_parse_date(struct ct_span text, int64_t now_s, int64_t *epoch_s);

#endif
