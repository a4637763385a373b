/* SPDX-License-Identifier: Apache-2.0 */
/* The front of the stage: the handle, and the way of one transaction through it. */
#include <stdlib.h>

#include "base/span.h"
#include "cache/reading.h"
#include "cache/user.h"

static const ct_cache_parser parsers[CT_PARSER_COUNT] = {
    [CT_PARSER_WORDS] = ct_cache_read_words,
    [CT_PARSER_CACHE_STATUS] = ct_cache_read_cache_status,
    [CT_PARSER_TIMING] = ct_cache_read_timing,
    [CT_PARSER_VARNISH] = ct_cache_read_varnish,
    [CT_PARSER_VIA] = ct_cache_read_via,
    [CT_PARSER_LOOKUP] = ct_cache_read_lookup,
    [CT_PARSER_ATTRIBUTES] = ct_cache_read_attributes,
    [CT_PARSER_TRACE] = ct_cache_read_trace,
    [CT_PARSER_TRACE_TAG] = ct_cache_read_trace_tag,
    [CT_PARSER_IINFO] = ct_cache_read_iinfo,
    [CT_PARSER_DISABLED] = ct_cache_read_disabled,
    [CT_PARSER_DETAIL] = ct_cache_read_detail,
    [CT_PARSER_DEBUG_TTL] = ct_cache_read_debug_ttl,
    [CT_PARSER_CF1] = ct_cache_read_cf1,
    [CT_PARSER_LITESPEED] = ct_cache_read_litespeed,
    [CT_PARSER_PRESENCE] = ct_cache_read_presence,
};

/* The fields of every message that caching depends on. */
static const uint8_t core_fields[] = {
    CT_FIELD_COOKIE,
    CT_FIELD_SET_COOKIE,
    CT_FIELD_AUTHORIZATION,
    CT_FIELD_CACHE_CONTROL,
    CT_FIELD_PRAGMA,
    CT_FIELD_EXPIRES,
    CT_FIELD_DATE,
    CT_FIELD_AGE,
    CT_FIELD_VARY,
    CT_FIELD_VIA,
    CT_FIELD_WARNING,
    CT_FIELD_SERVER,
    CT_FIELD_CACHE_STATUS,
    CT_FIELD_ETAG,
    CT_FIELD_LAST_MODIFIED,
    CT_FIELD_IF_NONE_MATCH,
    CT_FIELD_IF_MODIFIED_SINCE,
    CT_FIELD_CONTENT_RANGE,
    CT_FIELD_CONTENT_TYPE,
    CT_FIELD_RANGE,
    CT_FIELD_CONNECTION,
};

/* An ignored field of a response is one that the tables do not know. */
static void ignore_fields(struct ct_cache *cache, const struct ct_cache_config *config)
{
    for (size_t i = 0; i < config->n_ignored; i++) {
        uint16_t field = ct_http_fields_find(cache->fields, ct_span_of(config->ignored[i]));
        if (field < CT_FIELDS_MAX) {
            cache->kind_of[CT_DIR_RESP][field] = 0;
        }
    }
}

struct ct_cache *ct_cache_new(struct ct_fields *fields, const struct ct_cache_config *config)
{
    struct ct_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL) {
        return NULL;
    }
    cache->fields = fields;
    for (unsigned i = 0; i < CT_HEADER_COUNT; i++) {
        uint16_t field = ct_http_fields_intern(fields, ct_cache_headers[i].name);
        if (field >= CT_FIELDS_MAX) {
            free(cache);
            return NULL;
        }
        cache->header_of[field] = (uint16_t)(i + 1);
        cache->kind_of[CT_DIR_RESP][field] |= CT_KIND_HEADER;
    }
    for (size_t i = 0; i < sizeof core_fields; i++) {
        cache->kind_of[CT_DIR_ORIG][core_fields[i]] |= CT_KIND_CORE;
        cache->kind_of[CT_DIR_RESP][core_fields[i]] |= CT_KIND_CORE;
    }
    if (!ct_cache_index_sides(cache, fields)) {
        free(cache);
        return NULL;
    }
    if (config != NULL) {
        if (!ct_cache_users_add(cache, fields, config)) {
            ct_cache_free(cache);
            return NULL;
        }
        ignore_fields(cache, config);
    }
    ct_cache_index_words(cache);
    ct_cache_index_makers(cache);
    return cache;
}

void ct_cache_free(struct ct_cache *cache)
{
    if (cache == NULL) {
        return;
    }
    ct_cache_users_free(cache->users);
    free(cache);
}

static void judge(struct ct_reading *r, struct ct_verdict *verdict)
{
    if (r->n_users_seen > 0) {
        ct_cache_read_users(r);
    }
    for (uint32_t i = 0; i < r->n_seen; i++) {
        enum ct_header header = (enum ct_header)r->seen[i].header;
        ct_cache_parser parse = parsers[ct_cache_headers[header].parser];
        if (parse != NULL) {
            parse(r, header, r->seen[i].line);
        }
    }
    if (r->unfilled) {
        verdict->marks |= CT_MARK_BIT(UNFILLED);
    }
    if (r->n_statements == 0) {
        ct_cache_infer(r, verdict);
        return;
    }
    ct_cache_pair_fields(r);
    ct_cache_merge(r);
    ct_cache_turn_sides(r);
    ct_cache_settle(r, verdict);
    ct_cache_explain(r, verdict);
}

void ct_cache_classify(const struct ct_cache *cache, const struct ct_txn *txn,
                       struct ct_verdict *verdict)
{
    struct ct_reading r;
    memset(verdict, 0, sizeof *verdict);
    ct_cache_scan(&r, cache, txn);
    verdict->age_s = r.age_s;
    verdict->outcome = CT_OUTCOME_UNKNOWN;
    verdict->class = CT_CLASS_OTHER;
    verdict->basis = CT_BASIS_NONE;
    if (txn->status != 0) {
        verdict->marks |= r.age_wrong ? CT_MARK_BIT(MALFORMED) : 0;
        verdict->marks |= r.from_cache || r.to_gateway ? CT_MARK_BIT(SIDE_ORIGIN) : 0;
        judge(&r, verdict);
        ct_cache_find(&r, verdict);
    }
    ct_cache_collect(&r, verdict);
}
