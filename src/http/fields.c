/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The set of header names that are kept: a small open hash table over lower-cased names.
 * Names are configuration, not traffic, so the hash needs no key: an attacker chooses what
 * is looked up, not what is in the table, and a probe ends at the first empty slot of a
 * table that is at most half full.
 */
#include "cachetap/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "http/token.h"

#define SLOTS           ((size_t)CT_FIELDS_MAX * 2)
#define NAME_MAX_OCTETS 63 /* what the header reader can hold of a name in pieces */

struct ct_fields {
    uint16_t slots[SLOTS]; /* number + 1; 0: empty */
    char *names[CT_FIELDS_MAX];
    uint8_t lengths[CT_FIELDS_MAX];
    uint16_t n;
};

static const struct {
    const char *name;
    bool secret;
} known[CT_FIELD_COUNT] = {
#define X(symbol, name, secret) {name, (secret) != 0},
    CT_FIELDS(X)
#undef X
};

#define FOLD_CASE UINT64_C(0x2020202020202020) /* other octets that fold only collide */

/* At most 8 octets, wherever they are; loads of fixed size are what makes it quick. */
static uint64_t load_short(const uint8_t *p, size_t n)
{
    uint32_t low = 0;
    uint32_t high = 0;
    if (n < sizeof low) {
        return (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1];
    }
    memcpy(&low, p, sizeof low);
    memcpy(&high, p + (n - sizeof high), sizeof high);
    return (uint64_t)high << 32 | low;
}

/* Length, first and last eight octets tell the names of fields apart well enough. */
static size_t hash_name(struct ct_span name)
{
    uint64_t first = 0;
    uint64_t last = 0;
    if (name.n >= sizeof first) {
        memcpy(&first, name.p, sizeof first);
        memcpy(&last, name.p + (name.n - sizeof last), sizeof last);
    } else {
        first = load_short(name.p, name.n);
    }
    uint64_t hash = (first | FOLD_CASE) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= hash >> 32;
    hash += (last | FOLD_CASE) + name.n;
    hash *= UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)(hash >> 40) % SLOTS;
}

static bool name_equal(struct ct_span a, const char *b)
{
    if (memcmp(a.p, b, a.n) == 0) {
        return true;
    }
    for (size_t i = 0; i < a.n; i++) {
        if (ct_ascii_lower(a.p[i]) != ct_ascii_lower((uint8_t)b[i])) {
            return false;
        }
    }
    return true;
}

/* The slot of a name: its own, or the empty one where it would go. */
static size_t find_slot(const struct ct_fields *fields, struct ct_span name)
{
    size_t at = hash_name(name);
    while (fields->slots[at] != 0) {
        uint16_t field = (uint16_t)(fields->slots[at] - 1);
        if (fields->lengths[field] == name.n && name_equal(name, fields->names[field])) {
            break;
        }
        at = (at + 1) % SLOTS;
    }
    return at;
}

struct ct_fields *ct_http_fields_new(void)
{
    struct ct_fields *fields = calloc(1, sizeof *fields);
    if (fields == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < CT_FIELD_COUNT; i++) {
        if (ct_http_fields_intern(fields, known[i].name) != i) {
            ct_http_fields_free(fields);
            return NULL;
        }
    }
    return fields;
}

void ct_http_fields_free(struct ct_fields *fields)
{
    if (fields == NULL) {
        return;
    }
    for (size_t i = 0; i < fields->n; i++) {
        free(fields->names[i]);
    }
    free(fields);
}

bool ct_http_fields_accepts(struct ct_span name)
{
    return name.n <= NAME_MAX_OCTETS && ct_http_is_token(name);
}

uint16_t ct_http_fields_intern(struct ct_fields *fields, const char *name)
{
    struct ct_span span = ct_span_of(name);
    if (!ct_http_fields_accepts(span)) {
        return CT_FIELD_NONE;
    }
    size_t slot = find_slot(fields, span);
    if (fields->slots[slot] != 0) {
        return (uint16_t)(fields->slots[slot] - 1);
    }
    if (fields->n == CT_FIELDS_MAX) {
        return CT_FIELD_NONE;
    }
    char *copy = strdup(name);
    if (copy == NULL) {
        return CT_FIELD_NONE;
    }
    uint16_t field = fields->n++;
    fields->names[field] = copy;
    fields->lengths[field] = (uint8_t)span.n;
    fields->slots[slot] = (uint16_t)(field + 1);
    return field;
}

uint16_t ct_http_fields_find(const struct ct_fields *fields, struct ct_span name)
{
    if (name.n == 0 || name.n > NAME_MAX_OCTETS) {
        return CT_FIELD_NONE;
    }
    uint16_t slot = fields->slots[find_slot(fields, name)];
    return slot != 0 ? (uint16_t)(slot - 1) : CT_FIELD_NONE;
}

const char *ct_http_fields_name(const struct ct_fields *fields, uint16_t field)
{
    return field < fields->n ? fields->names[field] : NULL;
}

bool ct_http_fields_secret(uint16_t field)
{
    return field < CT_FIELD_COUNT && known[field].secret;
}
