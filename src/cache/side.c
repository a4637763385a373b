/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which side of a cache the connection is. Caches name themselves in the requests they send on;
 * where a request bears such a name, its client is a cache, and the responses are what that
 * cache gets, not what it gives: a status word of its own cannot be among them.
 */
#include "cache/reading.h"

struct side_row {
    const char *field;
    enum ct_dialect network; /* whose cache sends it; GENERIC: anybody's */
};

/* clang-format off */
static const struct side_row in_requests[] = {
    {"Via", CT_DIALECT_GENERIC}, /* RFC 9110 section 7.6.3 */
    {"CDN-Loop", CT_DIALECT_GENERIC}, /* RFC 8586 */
    {"X-Varnish", CT_DIALECT_GENERIC}, /* one Varnish often stands before another */
    {"Fastly-FF", CT_DIALECT_GENERIC}, /* shields are asked with it too */
    {"CF-Connecting-IP", CT_DIALECT_CLOUDFLARE},
    {"CF-Ray", CT_DIALECT_CLOUDFLARE},
    {"X-Amz-Cf-Id", CT_DIALECT_CLOUDFRONT},
    {"CDN-RequestId", CT_DIALECT_BUNNY},
    {"Akamai-Origin-Hop", CT_DIALECT_AKAMAI},
    {"X-Pull", CT_DIALECT_KEYCDN},
};

/* Meant for a gateway, which consumes them: seen, there is none before us (RFC 9213). */
static const char *const in_responses[] = {
    "X-Accel-Expires", "X-Accel-Redirect", "Surrogate-Control",
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

bool ct_cache_index_sides(struct ct_cache *cache, struct ct_fields *fields)
{
    for (size_t i = 0; i < COUNT(in_requests); i++) {
        uint16_t field = ct_http_fields_intern(fields, in_requests[i].field);
        if (field >= CT_FIELDS_MAX) {
            return false;
        }
        cache->kind_of[CT_DIR_ORIG][field] |= CT_KIND_SIDE;
        cache->client_of[field] = (uint8_t)in_requests[i].network;
    }
    for (size_t i = 0; i < COUNT(in_responses); i++) {
        uint16_t field = ct_http_fields_intern(fields, in_responses[i]);
        if (field >= CT_FIELDS_MAX) {
            return false;
        }
        cache->kind_of[CT_DIR_RESP][field] |= CT_KIND_SIDE;
    }
    return true;
}

void ct_cache_note_side(struct ct_reading *r, uint32_t line)
{
    const struct ct_line *seen = &r->txn->lines[line];
    if (seen->dir == CT_DIR_RESP) {
        r->to_gateway = true;
        return;
    }
    r->from_cache = true;
    if (r->cache->client_of[seen->field] != CT_DIALECT_GENERIC) {
        ct_dialect_set_add(&r->clients, r->cache->client_of[seen->field]);
    }
}

void ct_cache_turn_sides(struct ct_reading *r)
{
    for (uint32_t i = 0; i < r->n_statements && r->from_cache; i++) {
        struct ct_statement *s = &r->statements[i];
        if (ct_dialect_set_has(&r->clients, s->dialect)) {
            s->rank = CT_RANK_BEHIND;
        }
    }
}

/*
 * nginx writes Server, Date, the framing and Connection before the fields that it received; a
 * proxy before an nginx writes its own Connection after them.
 */
bool ct_cache_peer_is_nginx(struct ct_reading *r)
{
    uint32_t server = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_SERVER);
    uint32_t connection = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_CONNECTION);
    uint32_t age = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
    uint32_t via = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_VIA);
    uint32_t received = age < via ? age : via; /* CT_LINE_NONE is the largest */
    return ct_cache_find_server(r) == CT_DIALECT_NGINX && connection != CT_LINE_NONE &&
           server < connection && connection < received;
}

/*
 * Cloudflare writes its name over any other Server, and passes Via on without adding to it: with
 * its Server behind Via, the last element of Via is of a hop behind it.
 */
bool ct_cache_peer_is_cloudflare(struct ct_reading *r)
{
    uint32_t last_via = 0;
    if (r->partial || ct_cache_find_server(r) != CT_DIALECT_CLOUDFLARE) {
        return false;
    }
    for (uint32_t i = 0; i < r->n_seen; i++) {
        last_via = r->seen[i].header == CT_HEADER_VIA ? r->seen[i].line : last_via;
    }
    return ct_reading_line(r, CT_DIR_RESP, CT_FIELD_SERVER) > last_via;
}

bool ct_cache_came_from_behind(struct ct_reading *r, const struct ct_statement *s)
{
    bool signed_by = ct_reading_has(r, CT_DIR_RESP, CT_FIELD_VIA) ||
                     ct_reading_has(r, CT_DIR_RESP, CT_FIELD_AGE);
    if (s->rank > 3 || r->partial) {
        return false;
    }
    if (s->dialect == CT_DIALECT_CLOUDFLARE && ct_reading_has(r, CT_DIR_RESP, CT_FIELD_SERVER) &&
        ct_cache_find_server(r) != CT_DIALECT_CLOUDFLARE) {
        return true; /* who wrote another name over its own stands before it */
    }
    return signed_by && ct_cache_peer_is_nginx(r);
}

bool ct_cache_age_is_behind(struct ct_reading *r)
{
    if (r->age_s < 0) {
        return false;
    }
    if (ct_cache_peer_is_nginx(r)) {
        return true; /* it makes no Age */
    }
    ct_cache_find_makers(r);
    int64_t date_s = ct_cache_date(r);
    if (date_s < 0 || (ct_cache_traits[r->last_via] & CT_TRAIT_KEEPS_DATE) == 0) {
        return false;
    }
    /* Stamped just now, and older than that: it came with an Age from the origin. */
    int64_t since_s = r->txn->response.first_ns / CT_NS_PER_S - date_s;
    return since_s >= -2 && since_s <= 2 && r->age_s > since_s + 2;
}
