/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers from text, bounded and with overflow told. */
#ifndef CACHETAP_BASE_NUMBER_H
#define CACHETAP_BASE_NUMBER_H

#include "cachetap/base.h"

/* The whole span as decimal digits. False when empty, not digits, or above UINT64_MAX. */
bool ct_base_parse_u64(struct ct_span text, uint64_t *out);

/*
 * A size for people: digits with an optional k, M or G (powers of 1024).
 * False as above.
 */
bool ct_base_parse_size(struct ct_span text, uint64_t *out);

/* A positive decimal number such as "0.5" or "12"; at most 9 digits on each side of the point. */
bool ct_base_parse_decimal(struct ct_span text, double *out);

#endif
