/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traffic Server's code in Via, which JD's network (a fork) also writes: letters in fixed places,
 * "[uScMsSfWpSeN:t cCMp sS]" or the short "[cMsSfW]". Small letters are keys, the letter after each
 * is its value. Older releases have one more pair near the end, so places after the twelfth count
 * only where their key letter stands.
 */
#include "cache/grammar.h"
#include "cache/reading.h"

/* Values; ' ': nothing. */
struct via_code {
    char cache;  /* result of the lookup */
    char server; /* what the origin answered */
    char fill;   /* what was stored */
    char error;
    char tunnel;  /* why the store was not used */
    char detail;  /* of the lookup */
    char connect; /* to the origin */
};

static char value_at(struct ct_span code, size_t key_at, char key, size_t value_offset)
{
    if (code.n <= key_at + value_offset || code.p[key_at] != (uint8_t)key) {
        return ' ';
    }
    return (char)code.p[key_at + value_offset];
}

/* The value of a key in the last part, where older releases have one pair more. */
static char value_of(struct ct_span code, char key)
{
    for (size_t at = 18; at + 1 < code.n; at += 2) {
        if (code.p[at] == (uint8_t)key) {
            return (char)code.p[at + 1];
        }
    }
    return ' ';
}

static bool parse_code(struct ct_span code, struct via_code *out)
{
    if (code.n == 6 && code.p[0] == 'c' && code.p[2] == 's' && code.p[4] == 'f') {
        *out = (struct via_code){
            (char)code.p[1], (char)code.p[3], (char)code.p[5], ' ', ' ', ' ', ' '};
        return true;
    }
    if (code.n < 12 || code.p[0] != 'u' || code.p[2] != 'c' || code.p[4] != 's' ||
        code.p[6] != 'f') {
        return false;
    }
    out->cache = (char)code.p[3];
    out->server = (char)code.p[5];
    out->fill = (char)code.p[7];
    out->error = value_at(code, 10, 'e', 1);
    out->tunnel = value_at(code, 13, 't', 1);
    out->detail = value_at(code, 15, 'c', 2);
    out->connect = value_of(code, 's');
    return true;
}

static bool one_of(char c, const char *set)
{
    return c != ' ' && c != '\0' && strchr(set, c) != NULL;
}

static void set(struct ct_statement *s, enum ct_outcome outcome, enum ct_reason reason)
{
    s->outcome = (uint8_t)outcome;
    s->reason = (uint8_t)reason;
}

static void judge_error(struct ct_statement *s, char error)
{
    if (one_of(error, "CD")) {
        set(s, CT_OUTCOME_ERROR, CT_REASON_ORIGIN_UNREACHABLE);
    } else if (error == 'T') {
        set(s, CT_OUTCOME_ERROR, CT_REASON_ORIGIN_TIMEOUT);
    } else {
        set(s, CT_OUTCOME_ERROR, CT_REASON_ORIGIN_ERROR);
    }
}

/* In the store, stale. */
static void judge_stale(struct ct_reading *r, struct ct_statement *s, const struct via_code *code)
{
    int64_t lifetime_s;
    if (code->server == 'N') {
        set(s, CT_OUTCOME_REVALIDATED, CT_REASON_VALIDATED);
    } else if (code->server != 'S') {
        set(s, CT_OUTCOME_STALE, CT_REASON_NOT_GIVEN);
    } else if (code->detail == 'U') {
        set(s, CT_OUTCOME_CLIENT_REFRESH, CT_REASON_NOT_GIVEN);
    } else if (r->txn->status < 300 && (lifetime_s = ct_cache_lifetime(r)) > 0 &&
               r->age_s > lifetime_s) {
        set(s, CT_OUTCOME_STALE, CT_REASON_STALE_IF_ERROR); /* an origin error, hidden */
        s->marks |= CT_MARK_BIT(STALE_ERROR);
        s->also = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
        s->rule = "expired copy with an Age above its lifetime: the old body was served";
    } else {
        set(s, CT_OUTCOME_EXPIRED, CT_REASON_EXPIRED_REPLACED);
    }
}

static void judge_unused(struct ct_statement *s, const struct via_code *code)
{
    set(s, CT_OUTCOME_BYPASS, CT_REASON_NOT_GIVEN);
    if (code->tunnel == 'M') {
        set(s, CT_OUTCOME_NONE, CT_REASON_REQUEST_METHOD);
    } else if (code->tunnel == 'O') {
        set(s, CT_OUTCOME_CONFIG_NOCACHE, CT_REASON_CONFIG_NOCACHE);
    } else if (code->tunnel == 'A') {
        s->reason = CT_REASON_REQUEST_AUTHORIZATION;
    } else if (code->detail == 'D') {
        s->reason = CT_REASON_REQUEST_METHOD;
    } else if (code->detail == 'K') {
        s->reason = CT_REASON_REQUEST_COOKIE;
    }
}

static void judge_miss(struct ct_reading *r, struct ct_statement *s, const struct via_code *code)
{
    const struct ct_control *control = ct_cache_control(r, CT_DIR_RESP);
    set(s, CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN);
    if (code->fill == 'W') {
        s->marks |= CT_MARK_BIT(STORED);
        return;
    }
    s->marks |= CT_MARK_BIT(NOT_STORED);
    if (ct_control_has(control, CT_DIRECTIVE_NO_STORE)) {
        set(s, CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_NO_STORE);
    } else if (ct_control_has(control, CT_DIRECTIVE_PRIVATE)) {
        set(s, CT_OUTCOME_UNCACHEABLE, CT_REASON_RESPONSE_PRIVATE);
    }
}

/* 504 because nothing usable is stored and the client wanted nothing else; the code says timeout.
 */
static bool was_not_asked(struct ct_reading *r, const struct via_code *code)
{
    return r->txn->status == 504 && code->server == ' ' &&
           ct_control_has(ct_cache_control(r, CT_DIR_ORIG), CT_DIRECTIVE_ONLY_IF_CACHED);
}

/* The first rule that fits. */
static void judge_code(struct ct_reading *r, struct ct_statement *s, const struct via_code *code)
{
    bool failed = code->server == 'E' || code->connect == 'F';
    if (one_of(code->error, "AFM")) {
        set(s, CT_OUTCOME_SYNTHETIC, code->error == 'M' ? CT_REASON_REDIRECT : CT_REASON_DENIED);
    } else if (code->cache == 'S' && failed && r->txn->status < 500) {
        set(s, CT_OUTCOME_STALE, CT_REASON_STALE_IF_ERROR);
        s->marks |= CT_MARK_BIT(STALE_ERROR);
    } else if (was_not_asked(r, code)) {
        set(s, CT_OUTCOME_SYNTHETIC, CT_REASON_REQUEST_ONLY_IF_CACHED);
    } else if (one_of(code->error, "CDTSHRL")) {
        judge_error(s, code->error);
    } else if (!ct_cache_method_is_read(r->txn)) { /* the letters tell of what it invalidates */
        set(s, CT_OUTCOME_NONE, CT_REASON_REQUEST_METHOD);
    } else if (one_of(code->cache, "HRW")) {
        set(s, CT_OUTCOME_HIT, code->cache == 'W' ? CT_REASON_COLLAPSED : CT_REASON_NOT_GIVEN);
        s->marks |= code->cache == 'W' ? CT_MARK_BIT(COLLAPSED) : 0;
    } else if (code->cache == 'S') {
        judge_stale(r, s, code);
    } else if (code->cache == 'A' || one_of(code->detail, "DK") || code->tunnel != ' ' ||
               code->cache == ' ') {
        judge_unused(s, code);
    } else if (code->cache == 'M') {
        judge_miss(r, s, code);
    } else {
        ct_cache_apply_word(s, NULL);
    }
}

/* What stands in the last brackets of an element. */
static struct ct_span bracketed(struct ct_span element)
{
    const uint8_t *from = memrchr(element.p, '[', element.n);
    if (from == NULL) {
        return (struct ct_span){NULL, 0};
    }
    struct ct_span rest = {from + 1, (size_t)(element.p + element.n - from - 1)};
    const uint8_t *end = memchr(rest.p, ']', rest.n);
    rest.n = end != NULL ? (size_t)(end - rest.p) : 0;
    return rest;
}

/* "http/1.1 name (comment)": the second word. */
static struct ct_span received_by(struct ct_span element)
{
    size_t from = 0;
    while (from < element.n && element.p[from] != ' ') {
        from++;
    }
    size_t to = from + 1;
    while (to < element.n && element.p[to] != ' ') {
        to++;
    }
    return ct_span_slice(element, from + 1, to);
}

void ct_cache_read_via(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span value = ct_reading_text(r, line);
    struct ct_span element;
    struct via_code code;
    if (value.n == 0 || memchr(value.p, '[', value.n) == NULL) {
        return;
    }
    if (!ct_reading_contains(value, "ApacheTrafficServer") && !ct_reading_contains(value, "(jcs")) {
        ct_cache_read_brackets(r, header, line);
        return;
    }
    while (ct_cache_next_element(&value, &element)) {
        element = ct_span_slice(element, 0, CT_ELEMENT_BYTES_MAX);
        bool jd = ct_reading_contains(element, "(jcs");
        struct ct_span letters = bracketed(element);
        if (letters.n == 0 || (!jd && !ct_reading_contains(element, "ApacheTrafficServer"))) {
            continue;
        }
        struct ct_statement s =
            ct_cache_statement(r, header, jd ? CT_DIALECT_JD : CT_DIALECT_TRAFFICSERVER, line);
        s.known_writer = true;
        s.node = ct_reading_ref(r, received_by(element));
        if (parse_code(letters, &code)) {
            judge_code(r, &s, &code);
        } else {
            ct_cache_apply_word(&s, NULL);
        }
        ct_cache_say(r, &s);
    }
}
