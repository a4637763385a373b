/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/pattern.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/span.h"
#include "cachetap/cache.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Bounds of one match. Ordinary patterns need tens of steps on a header value. */
#define STEPS_MAX 10000
#define DEPTH_MAX 1000
#define HEAP_KIB  40

/* The first block of frames (20 KiB in libpcre2), the largest, and what describes a match. */
#define ARENA_BYTES ((size_t)64 << 10)

/* Groups that a pattern can have; the scratch memory has room for them. */
#define GROUPS_MAX 32

struct ct_pattern {
    pcre2_code *code;
    pcre2_match_context *context; /* the bounds */
    uint32_t status;              /* numbers of groups */
    uint32_t node;                /* 0: there is none */
    uint32_t hits;
};

/* The number of a named group, or otherwise. */
static uint32_t group_of(const pcre2_code *code, const char *name, uint32_t otherwise)
{
    int number = pcre2_substring_number_from_name(code, (PCRE2_SPTR)name);
    return number > 0 ? (uint32_t)number : otherwise;
}

static bool prepare(struct ct_pattern *pattern, char *error, size_t size)
{
    uint32_t n_groups = 0;
    (void)pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &n_groups);
    if (n_groups > GROUPS_MAX) {
        (void)snprintf(error, size, "more than %d groups", GROUPS_MAX);
        return false;
    }
    pattern->context = pcre2_match_context_create(NULL);
    if (pattern->context == NULL) {
        (void)snprintf(error, size, "out of memory");
        return false;
    }
    (void)pcre2_set_match_limit(pattern->context, STEPS_MAX);
    (void)pcre2_set_depth_limit(pattern->context, DEPTH_MAX);
    (void)pcre2_set_heap_limit(pattern->context, HEAP_KIB);
    pattern->status = group_of(pattern->code, "status", n_groups > 0 ? 1 : 0);
    pattern->node = group_of(pattern->code, "node", 0);
    pattern->hits = group_of(pattern->code, "hits", 0);
    return true;
}

struct ct_pattern *ct_cache_pattern_new(const char *text, bool case_sensitive, char *error,
                                        size_t size)
{
    int number = 0;
    size_t at = 0;
    uint32_t flags = PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY |
                     (case_sensitive ? 0 : PCRE2_CASELESS);
    struct ct_pattern *pattern = calloc(1, sizeof *pattern);
    if (pattern == NULL) {
        (void)snprintf(error, size, "out of memory");
        return NULL;
    }
    pattern->code =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, flags, &number, &at, NULL);
    if (pattern->code == NULL) {
        char why[128] = "";
        (void)pcre2_get_error_message(number, (PCRE2_UCHAR *)why, sizeof why);
        (void)snprintf(error, size, "%s, at character %zu", why, at + 1);
    }
    if (pattern->code == NULL || !prepare(pattern, error, size)) {
        ct_cache_pattern_free(pattern);
        return NULL;
    }
    return pattern;
}

void ct_cache_pattern_free(struct ct_pattern *pattern)
{
    if (pattern == NULL) {
        return;
    }
    pcre2_match_context_free(pattern->context);
    pcre2_code_free(pattern->code);
    free(pattern);
}

/*
 * The memory of one match, on the stack: the pattern stays constant, so that threads can share
 * it, and nothing is allocated. What does not fit is refused, and the match with it.
 */
struct arena {
    size_t used;
    alignas(max_align_t) uint8_t bytes[ARENA_BYTES];
};

static void *take_memory(size_t size, void *user)
{
    struct arena *arena = user;
    size_t rounded =
        (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (rounded < size || rounded > ARENA_BYTES - arena->used) {
        return NULL;
    }
    void *memory = arena->bytes + arena->used;
    arena->used += rounded;
    return memory;
}

static void leave_memory(void *memory, void *user)
{
    (void)memory;
    (void)user;
}

/* A group that took no part has no place in the text. */
static struct ct_span group_text(const size_t *place, struct ct_span text, uint32_t group)
{
    size_t from = place[2 * (size_t)group];
    size_t to = place[2 * (size_t)group + 1];
    if (from == PCRE2_UNSET || to == PCRE2_UNSET || from > to) {
        return (struct ct_span){NULL, 0};
    }
    return ct_span_slice(text, from, to);
}

bool ct_cache_pattern_match(const struct ct_pattern *pattern, struct ct_span text,
                            struct ct_pattern_match *match)
{
    static const struct ct_span nothing = {NULL, 0};
    struct arena arena;
    arena.used = 0;
    pcre2_general_context *memory = pcre2_general_context_create(take_memory, leave_memory, &arena);
    pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern->code, memory);
    text = ct_span_slice(text, 0, CT_PATTERN_BYTES_MAX);
    const void *subject = text.n > 0 ? (const void *)text.p : "";
    if (data == NULL ||
        pcre2_match(pattern->code, subject, text.n, 0, 0, data, pattern->context) < 0) {
        return false;
    }
    const size_t *place = pcre2_get_ovector_pointer(data);
    match->status = group_text(place, text, pattern->status);
    match->node = pattern->node != 0 ? group_text(place, text, pattern->node) : nothing;
    match->hits = pattern->hits != 0 ? group_text(place, text, pattern->hits) : nothing;
    return true;
}

bool ct_cache_pattern_check(const char *pattern, char *error, size_t size)
{
    struct ct_pattern *made = ct_cache_pattern_new(pattern, true, error, size);
    ct_cache_pattern_free(made);
    return made != NULL;
}
