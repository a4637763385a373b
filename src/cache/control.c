/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/control.h"

#include "base/number.h"
#include "base/span.h"

static const struct {
    const char *name;
    size_t n;
    bool delta;
} directives[CT_DIRECTIVE_COUNT] = {
#define X(symbol, name, delta) {name, sizeof(name) - 1, delta},
    CT_DIRECTIVES(X)
#undef X
};

void ct_cache_control_init(struct ct_control *control)
{
    control->has = 0; /* seconds are read only where the bit is set */
    control->fields_only = 0;
    control->malformed = 0;
}

/* Octets up to a comma outside quotes (RFC 9110 section 5.6.1). */
static size_t member_length(struct ct_span text)
{
    const uint8_t *comma = memchr(text.p, ',', text.n);
    size_t n = comma != NULL ? (size_t)(comma - text.p) : text.n;
    if (memchr(text.p, '"', n) == NULL) {
        return n;
    }
    bool quoted = false;
    size_t i = 0;
    for (; i < text.n && (quoted || text.p[i] != ','); i++) {
        if (text.p[i] == '"') {
            quoted = !quoted;
        } else if (text.p[i] == '\\' && quoted) {
            i++;
        }
    }
    return i < text.n ? i : text.n;
}

static bool all_digits(struct ct_span text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return false;
        }
    }
    return text.n > 0;
}

/* Sets seconds; not a number: 0, which is stale (RFC 9111 section 4.2.1). */
static void take_seconds(struct ct_control *control, enum ct_directive directive,
                         struct ct_span argument, bool has_argument)
{
    uint64_t value = 0;
    if (argument.n > 1 && argument.p[0] == '"' && argument.p[argument.n - 1] == '"') {
        argument = ct_span_slice(argument, 1, argument.n - 1); /* section 5.2: be liberal */
    }
    if (!has_argument && directive == CT_DIRECTIVE_MAX_STALE) {
        control->seconds[directive] = -1; /* any staleness (section 5.2.1.2) */
        return;
    }
    if (!all_digits(argument)) {
        control->malformed |= UINT32_C(1) << directive;
    } else if (!ct_base_parse_u64(argument, &value) || value > (uint64_t)CT_DELTA_SECONDS_MAX) {
        value = (uint64_t)CT_DELTA_SECONDS_MAX;
    }
    control->seconds[directive] = (int64_t)value;
}

/* text has the length of name. */
static bool same_name(struct ct_span text, const char *name)
{
    size_t i = 0;
    while (i < text.n && ct_ascii_lower(text.p[i]) == (uint8_t)name[i]) {
        i++;
    }
    return i == text.n;
}

static void take_directive(struct ct_control *control, struct ct_span member)
{
    const uint8_t *sign = memchr(member.p, '=', member.n);
    size_t equals = sign != NULL ? (size_t)(sign - member.p) : member.n;
    struct ct_span name = ct_span_trim(ct_span_slice(member, 0, equals));
    struct ct_span argument = ct_span_trim(ct_span_slice(member, equals + 1, member.n));
    bool has_argument = equals < member.n;
    for (unsigned i = 0; i < CT_DIRECTIVE_COUNT; i++) {
        if (name.n != directives[i].n || !same_name(name, directives[i].name)) {
            continue;
        }
        uint32_t bit = UINT32_C(1) << i;
        bool list = has_argument && argument.n > 0 && !directives[i].delta;
        if (list && (i == CT_DIRECTIVE_NO_CACHE || i == CT_DIRECTIVE_PRIVATE)) {
            control->fields_only |= control->has & bit ? 0 : bit;
        } else if (i == CT_DIRECTIVE_NO_CACHE || i == CT_DIRECTIVE_PRIVATE) {
            control->fields_only &= ~bit; /* the stricter form wins */
        } else if (directives[i].delta && (control->has & bit) == 0) {
            take_seconds(control, i, argument, has_argument);
        }
        control->has |= bit;
        return;
    }
}

void ct_cache_control_add(struct ct_control *control, struct ct_span value)
{
    while (value.n > 0) {
        size_t n = member_length(value);
        struct ct_span member = ct_span_trim(ct_span_slice(value, 0, n));
        if (member.n > 0) {
            take_directive(control, member);
        }
        value = ct_span_slice(value, n + 1, value.n);
    }
}
