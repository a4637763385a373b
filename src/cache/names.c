/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the public enums, from their tables. */
#include "base/span.h"
#include "cachetap/cache.h"

#include <assert.h>

const char *ct_cache_outcome_name(enum ct_outcome outcome)
{
    static const char *const names[] = {
#define X(symbol, class, help) #symbol,
        CT_OUTCOMES(X)
#undef X
    };
    return (unsigned)outcome < CT_OUTCOME_COUNT ? names[outcome] : NULL;
}

const char *ct_cache_outcome_help(enum ct_outcome outcome)
{
    static const char *const helps[] = {
#define X(symbol, class, help) help,
        CT_OUTCOMES(X)
#undef X
    };
    return (unsigned)outcome < CT_OUTCOME_COUNT ? helps[outcome] : NULL;
}

enum ct_class ct_cache_outcome_class(enum ct_outcome outcome)
{
    static const uint8_t classes[] = {
#define X(symbol, class, help) CT_CLASS_##class,
        CT_OUTCOMES(X)
#undef X
    };
    return (unsigned)outcome < CT_OUTCOME_COUNT ? (enum ct_class)classes[outcome] : CT_CLASS_OTHER;
}

const char *ct_cache_class_name(enum ct_class class)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        CT_CLASSES(X)
#undef X
    };
    return (unsigned)class < CT_CLASS_COUNT ? names[class] : NULL;
}

const char *ct_cache_basis_name(enum ct_basis basis)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        CT_BASES(X)
#undef X
    };
    return (unsigned)basis < CT_BASIS_COUNT ? names[basis] : NULL;
}

const char *ct_cache_reason_name(enum ct_reason reason)
{
    static const char *const names[] = {NULL,
#define X(symbol, name) name,
                                        CT_REASONS(X)
#undef X
    };
    return (unsigned)reason < CT_REASON_COUNT ? names[reason] : NULL;
}

const char *ct_cache_mark_name(enum ct_mark mark)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        CT_MARKS(X)
#undef X
    };
    return (unsigned)mark < CT_MARK_COUNT ? names[mark] : NULL;
}

struct finding_text {
    const char *name;
    const char *advice;
    enum ct_severity severity;
};

static const struct finding_text findings[CT_FINDING_COUNT] = {
#define X(symbol, name, severity, advice) {name, advice, CT_SEVERITY_##severity},
    CT_FINDINGS(X)
#undef X
};

static_assert(CT_FINDING_COUNT <= 64, "a finding is a bit of 64");

const char *ct_cache_finding_name(enum ct_finding finding)
{
    return (unsigned)finding < CT_FINDING_COUNT ? findings[finding].name : NULL;
}

const char *ct_cache_finding_advice(enum ct_finding finding)
{
    return (unsigned)finding < CT_FINDING_COUNT ? findings[finding].advice : NULL;
}

enum ct_severity ct_cache_finding_severity(enum ct_finding finding)
{
    return (unsigned)finding < CT_FINDING_COUNT ? findings[finding].severity : CT_SEVERITY_INFO;
}

const char *ct_cache_severity_name(enum ct_severity severity)
{
    static const char *const names[] = {
#define X(symbol, name) name,
        CT_SEVERITIES(X)
#undef X
    };
    return (unsigned)severity < CT_SEVERITY_COUNT ? names[severity] : NULL;
}

bool ct_cache_outcome_find(struct ct_span name, enum ct_outcome *outcome)
{
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        if (ct_span_equal_nocase(name, ct_cache_outcome_name((enum ct_outcome)i))) {
            *outcome = (enum ct_outcome)i;
            return true;
        }
    }
    return false;
}

bool ct_cache_reason_find(struct ct_span name, enum ct_reason *reason)
{
    for (int i = CT_REASON_NOT_GIVEN + 1; i < CT_REASON_COUNT; i++) {
        if (ct_span_equal_nocase(name, ct_cache_reason_name((enum ct_reason)i))) {
            *reason = (enum ct_reason)i;
            return true;
        }
    }
    return false;
}
