/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include "base/span.h"

bool ct_base_parse_u64(struct ct_span text, uint64_t *out)
{
    uint64_t value = 0;
    if (text.n == 0) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        uint8_t digit = (uint8_t)(text.p[i] - '0');
        if (digit > 9 || value > (UINT64_MAX - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *out = value;
    return true;
}

bool ct_base_parse_size(struct ct_span text, uint64_t *out)
{
    unsigned shift = 0;
    if (text.n > 0) {
        switch (ct_ascii_lower(text.p[text.n - 1])) {
        case 'k':
            shift = 10;
            break;
        case 'm':
            shift = 20;
            break;
        case 'g':
            shift = 30;
            break;
        default:
            break;
        }
    }
    uint64_t value = 0;
    if (!ct_base_parse_u64(ct_span_slice(text, 0, shift > 0 ? text.n - 1 : text.n), &value) ||
        value > UINT64_MAX >> shift) {
        return false;
    }
    *out = value << shift;
    return true;
}

bool ct_base_parse_decimal(struct ct_span text, double *out)
{
    size_t dot = 0;
    while (dot < text.n && text.p[dot] != '.') {
        dot++;
    }
    struct ct_span whole = ct_span_slice(text, 0, dot);
    struct ct_span fraction = ct_span_slice(text, dot + 1, text.n);
    uint64_t units = 0;
    uint64_t parts = 0;
    if (whole.n + fraction.n == 0 || whole.n > 9 || fraction.n > 9 ||
        (whole.n > 0 && !ct_base_parse_u64(whole, &units)) ||
        (fraction.n > 0 && !ct_base_parse_u64(fraction, &parts))) {
        return false;
    }
    double value = (double)parts;
    for (size_t i = 0; i < fraction.n; i++) {
        value /= 10;
    }
    *out = (double)units + value;
    return true;
}
