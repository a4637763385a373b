/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/advice.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "base/text.h"
#include "cache/freshness.h"

#define FACT(fact)  (1u << CT_ADVICE_FACT_##fact)
#define VALUE_BYTES 96u /* of a value from the wire that are shown */

/* ---- facts ------------------------------------------------------------------------------ */

static struct ct_span value_of(const struct ct_txn *txn, enum ct_dir dir, uint16_t field)
{
    const struct ct_line *line = ct_http_line(txn, dir, (uint16_t)field, NULL);
    return line != NULL ? ct_txn_text(txn, line->value) : (struct ct_span){NULL, 0};
}

static void read_control(const struct ct_txn *txn, struct ct_control *control)
{
    const struct ct_line *line = NULL;
    ct_cache_control_init(control);
    while ((line = ct_http_line(txn, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL, line)) != NULL) {
        ct_cache_control_add(control, ct_txn_text(txn, line->value));
    }
}

static int64_t lifetime_of(const struct ct_txn *txn, const struct ct_control *control)
{
    struct ct_dates dates = {
        .expires = value_of(txn, CT_DIR_RESP, CT_FIELD_EXPIRES),
        .date = value_of(txn, CT_DIR_RESP, CT_FIELD_DATE),
        .has_expires = ct_http_has(txn, CT_DIR_RESP, CT_FIELD_EXPIRES),
        .now_s = txn->response.first_ns / CT_NS_PER_S,
    };
    return ct_cache_freshness_lifetime(control, &dates);
}

static unsigned when(bool holds, unsigned fact)
{
    return holds ? fact : 0;
}

static bool is_unsafe(const struct ct_txn *txn)
{
    struct ct_span method = ct_txn_text(txn, txn->method);
    return method.n > 0 && !ct_span_equal(method, ct_span_of("GET")) &&
           !ct_span_equal(method, ct_span_of("HEAD"));
}

static bool varies_on_all(const struct ct_txn *txn)
{
    return ct_span_equal(ct_span_trim(value_of(txn, CT_DIR_RESP, CT_FIELD_VARY)), ct_span_of("*"));
}

static unsigned facts_of(const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct ct_control control;
    struct ct_span target = ct_txn_text(txn, txn->target);
    read_control(txn, &control);
    int64_t lifetime_s = lifetime_of(txn, &control);
    return when(ct_http_has(txn, CT_DIR_ORIG, CT_FIELD_COOKIE), FACT(COOKIE)) |
           when(ct_http_has(txn, CT_DIR_RESP, CT_FIELD_SET_COOKIE), FACT(SET_COOKIE)) |
           when(ct_http_has(txn, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL), FACT(CONTROL)) |
           when(ct_http_has(txn, CT_DIR_RESP, CT_FIELD_ETAG) ||
                    ct_http_has(txn, CT_DIR_RESP, CT_FIELD_LAST_MODIFIED),
                FACT(VALIDATOR)) |
           when(lifetime_s >= 0, FACT(EXPLICIT)) | when(lifetime_s > 0, FACT(FRESH)) |
           when(ct_control_has(&control, CT_DIRECTIVE_NO_STORE) ||
                    ct_control_has_whole(&control, CT_DIRECTIVE_PRIVATE),
                FACT(FORBIDDEN)) |
           when(ct_control_has_whole(&control, CT_DIRECTIVE_NO_CACHE), FACT(NO_CACHE)) |
           when(ct_control_has(&control, CT_DIRECTIVE_STALE_WHILE_REVALIDATE), FACT(WINDOW)) |
           when(target.n > 0 && memchr(target.p, '?', target.n) != NULL, FACT(QUERY)) |
           when(varies_on_all(txn), FACT(VARY_STAR)) | when(is_unsafe(txn), FACT(UNSAFE)) |
           when(verdict->age_s >= 0, FACT(AGED)) | when(txn->status != 0, FACT(ANSWERED)) |
           when((verdict->marks >> CT_MARK_NOT_STORED & 1u) != 0, FACT(NOT_STORED));
}

/* ---- the row ---------------------------------------------------------------------------- */

static bool fits(const struct ct_advice_row *row, const struct ct_verdict *verdict, unsigned facts)
{
    return (row->outcome == CT_OUTCOME_COUNT || row->outcome == (uint8_t)verdict->outcome) &&
           (row->reason == CT_REASON_COUNT || row->reason == (uint8_t)verdict->reason) &&
           (facts & row->needs) == row->needs && (facts & row->lacks) == 0 &&
           (row->dialect == NULL ||
            (verdict->dialect != NULL && strcmp(row->dialect, verdict->dialect) == 0));
}

const struct ct_advice_row *ct_cache_advice_find(const struct ct_txn *txn,
                                                 const struct ct_verdict *verdict)
{
    unsigned facts = facts_of(txn, verdict);
    const struct ct_advice_row *row = NULL;
    for (size_t i = 0; (row = ct_cache_advice_row(i)) != NULL; i++) {
        if (fits(row, verdict, facts)) {
            return row;
        }
    }
    return NULL;
}

/* ---- the text --------------------------------------------------------------------------- */

struct text {
    char *p;
    size_t n;
    size_t size;
};

/* The end of a value that is too long is not shown; what is shown is safe. */
static void add(struct text *text, struct ct_span bytes)
{
    struct ct_span shown = ct_span_slice(bytes, 0, VALUE_BYTES);
    text->n += ct_base_text_safe(text->p + text->n, text->size - text->n, shown);
    if (shown.n < bytes.n) {
        text->n += ct_base_text_safe(text->p + text->n, text->size - text->n, ct_span_of("..."));
    }
}

static void add_number(struct text *text, int64_t number)
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%" PRId64, number); /* fits */
    add(text, ct_span_of(digits));
}

/* All lines of a field, as the list that they are. */
static void add_field(struct text *text, const struct ct_txn *txn, enum ct_dir dir, uint16_t field)
{
    const struct ct_line *line = NULL;
    if (!ct_http_has(txn, dir, (uint16_t)field)) {
        add(text, ct_span_of("(not seen)"));
    }
    for (size_t i = 0; (line = ct_http_line(txn, dir, (uint16_t)field, line)) != NULL && i < 4;
         i++) {
        add(text, ct_span_of(i > 0 ? ", " : ""));
        add(text, ct_txn_text(txn, line->value));
    }
}

static void add_asked(struct text *text, const struct ct_txn *txn)
{
    bool control = ct_http_has(txn, CT_DIR_ORIG, CT_FIELD_CACHE_CONTROL);
    add(text, ct_span_of(control ? "Cache-Control: " : "Pragma: "));
    add_field(text, txn, CT_DIR_ORIG, control ? CT_FIELD_CACHE_CONTROL : CT_FIELD_PRAGMA);
}

static void add_seconds(struct text *text, const struct ct_txn *txn)
{
    struct ct_control control;
    read_control(txn, &control);
    int64_t seconds =
        ct_control_has(&control, CT_DIRECTIVE_MAX_AGE) ? control.seconds[CT_DIRECTIVE_MAX_AGE] : 0;
    if (seconds > 0) {
        add_number(text, seconds);
    } else {
        add(text, ct_span_of("N"));
    }
}

static void add_lifetime(struct text *text, const struct ct_txn *txn)
{
    struct ct_control control;
    read_control(txn, &control);
    add_number(text, lifetime_of(txn, &control));
}

static void add_evidence(struct text *text, const struct ct_txn *txn,
                         const struct ct_verdict *verdict)
{
    if (verdict->n_evidence > 0 && verdict->evidence[0].kind == CT_EVIDENCE_LINE &&
        verdict->evidence[0].line < txn->n_lines &&
        !ct_http_fields_secret(txn->lines[verdict->evidence[0].line].field)) {
        add(text, ct_txn_text(txn, txn->lines[verdict->evidence[0].line].value));
    }
}

enum value {
#define X(name) VALUE_##name,
    CT_ADVICE_VALUES(X)
#undef X
        VALUE_COUNT
};

static enum value value_named(struct ct_span name)
{
    static const char *const names[VALUE_COUNT] = {
#define X(name) #name,
        CT_ADVICE_VALUES(X)
#undef X
    };
    unsigned i = 0;
    while (i < VALUE_COUNT && !ct_span_equal(name, ct_span_of(names[i]))) {
        i++;
    }
    return (enum value)i;
}

static void add_value(struct text *text, enum value value, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    switch (value) {
    case VALUE_control:
        add_field(text, txn, CT_DIR_RESP, CT_FIELD_CACHE_CONTROL);
        break;
    case VALUE_asked:
        add_asked(text, txn);
        break;
    case VALUE_expires:
        add_field(text, txn, CT_DIR_RESP, CT_FIELD_EXPIRES);
        break;
    case VALUE_vary:
        add_field(text, txn, CT_DIR_RESP, CT_FIELD_VARY);
        break;
    case VALUE_method:
        add(text, ct_txn_text(txn, txn->method));
        break;
    case VALUE_status:
        add_number(text, txn->status);
        break;
    case VALUE_age:
        add_number(text, verdict->age_s);
        break;
    case VALUE_lifetime:
        add_lifetime(text, txn);
        break;
    case VALUE_seconds:
        add_seconds(text, txn);
        break;
    case VALUE_evidence:
        add_evidence(text, txn, verdict);
        break;
    case VALUE_COUNT:
        break;
    }
}

/* Ours: not cut as values are. */
static void add_words(struct text *text, const char *words, size_t n)
{
    struct ct_span span = {(const uint8_t *)words, n};
    text->n += ct_base_text_safe(text->p + text->n, text->size - text->n, span);
}

size_t ct_cache_advice(const struct ct_txn *txn, const struct ct_verdict *verdict, char *out,
                       size_t size)
{
    const struct ct_advice_row *row = ct_cache_advice_find(txn, verdict);
    struct text text = {out, 0, size};
    out[0] = '\0';
    for (const char *at = row != NULL ? row->text : ""; *at != '\0';) {
        size_t n = strcspn(at, "{");
        add_words(&text, at, n);
        at += n;
        if (*at == '{') {
            n = strcspn(at, "}");
            add_value(&text, value_named((struct ct_span){(const uint8_t *)at + 1, n - 1}), txn,
                      verdict);
            at += n + 1;
        }
    }
    return text.n;
}
