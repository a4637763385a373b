/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/named.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"

/* A host whose share of all transactions is below 1 / (SHARE * capacity) is not named. */
#define SHARE UINT64_C(10)

bool ct_stats_named_init(struct ct_named *named, uint64_t capacity)
{
    size_t buckets = 4;
    *named = (struct ct_named){0};
    if (capacity > UINT32_MAX / 4) {
        return false;
    }
    while (buckets < 2 * capacity) {
        buckets *= 2;
    }
    named->entries = calloc((size_t)capacity, sizeof *named->entries);
    named->buckets = calloc(buckets, sizeof *named->buckets);
    named->capacity = (size_t)capacity;
    named->mask = buckets - 1;
    return named->entries != NULL && named->buckets != NULL;
}

void ct_stats_named_fini(struct ct_named *named)
{
    free(named->entries);
    free(named->buckets);
    *named = (struct ct_named){0};
}

uint64_t ct_stats_named_bytes(const struct ct_named *named)
{
    return named->capacity * sizeof *named->entries + (named->mask + 1) * sizeof *named->buckets;
}

/*
 * The characters of an authority (RFC 3986 section 3.2): what else stands in a Host field has
 * no counter of its own. So two names never look alike, and none needs to be cut. The name of
 * the rest is not given away either.
 */
static bool can_be_named(struct ct_span host)
{
    static const char marks[] = "-._~%!$&'()*+,;=:[]";
    if (host.n == 0 || host.n > CT_NAMED_HOST_BYTES || ct_span_equal(host, ct_span_of("other"))) {
        return false;
    }
    for (size_t i = 0; i < host.n; i++) {
        uint8_t c = host.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && memchr(marks, c, sizeof marks - 1) == NULL) {
            return false;
        }
    }
    return true;
}

/* The bucket of the host, or the free one where it would go. There is always a free one. */
static uint32_t *find(const struct ct_named *named, const struct ct_named_sighting *sighting)
{
    size_t at = (size_t)sighting->hash & named->mask;
    while (named->buckets[at] != 0) {
        const struct ct_named_entry *entry = &named->entries[named->buckets[at] - 1];
        if (entry->hash == sighting->hash &&
            ct_span_equal((struct ct_span){entry->text, entry->length}, sighting->host)) {
            break;
        }
        at = (at + 1) & named->mask;
    }
    return &named->buckets[at];
}

static bool is_frequent(const struct ct_named *named, const struct ct_named_sighting *sighting)
{
    return sighting->seen >= CT_NAMED_HOST_SEEN &&
           sighting->seen >= sighting->total / (SHARE * named->capacity);
}

void ct_stats_named_add(struct ct_named *named, const struct ct_named_sighting *sighting,
                        enum ct_class class, uint64_t body_bytes)
{
    uint32_t *bucket = find(named, sighting);
    if (*bucket == 0 && named->n < named->capacity && is_frequent(named, sighting) &&
        can_be_named(sighting->host)) {
        struct ct_named_entry *fresh = &named->entries[named->n++];
        fresh->hash = sighting->hash;
        fresh->length = (uint16_t)sighting->host.n;
        memcpy(fresh->text, sighting->host.p, sighting->host.n);
        *bucket = (uint32_t)named->n;
    }
    if (*bucket == 0) {
        named->other.by_class[class]++;
        named->other.bytes[class] += body_bytes;
        return;
    }
    struct ct_named_entry *entry = &named->entries[*bucket - 1];
    entry->by_class[class]++;
    entry->bytes[class] += body_bytes;
}

bool ct_stats_named_copy(const struct ct_named *named, struct ct_snapshot *snapshot)
{
    size_t text_bytes = 0;
    for (size_t i = 0; i < named->n; i++) {
        text_bytes += named->entries[i].length;
    }
    struct ct_named_host *hosts = malloc(named->n * sizeof *hosts + text_bytes + 1);
    snapshot->other_hosts = named->other;
    snapshot->named_memory = hosts;
    if (hosts == NULL) {
        return false;
    }
    snapshot->named_hosts = hosts;
    snapshot->n_named_hosts = named->n;
    uint8_t *text = (uint8_t *)(hosts + named->n);
    for (size_t i = 0; i < named->n; i++) {
        const struct ct_named_entry *entry = &named->entries[i];
        hosts[i].host = (struct ct_span){text, entry->length};
        memcpy(hosts[i].by_class, entry->by_class, sizeof hosts[i].by_class);
        memcpy(hosts[i].bytes, entry->bytes, sizeof hosts[i].bytes);
        memcpy(text, entry->text, entry->length);
        text += entry->length;
    }
    return true;
}
