/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts with counters of their own. The list of frequent hosts replaces its keys, so that a
 * count taken from it could go back; this set only grows, to a fixed size. A host enters when
 * it has proved to be frequent: a client that invents names must spend real traffic on each.
 */
#ifndef CACHETAP_STATS_NAMED_H
#define CACHETAP_STATS_NAMED_H

#include "cachetap/stats.h"

/* A DNS name in text (RFC 1035 section 2.3.4) and ":65535". */
#define CT_NAMED_HOST_BYTES 259
/* Transactions that a host must have had, at the least. */
#define CT_NAMED_HOST_SEEN 10

struct ct_named_entry {
    uint64_t hash;
    uint64_t by_class[CT_CLASS_COUNT];
    uint64_t bytes[CT_CLASS_COUNT];
    uint16_t length;
    uint8_t text[CT_NAMED_HOST_BYTES];
};

struct ct_named {
    struct ct_named_entry *entries; /* n of capacity */
    uint32_t *buckets;              /* number of an entry + 1, 0: free */
    size_t n;
    size_t capacity;
    size_t mask;
    struct ct_named_host other;
};

/* One transaction's host, as the list of hosts knows it. */
struct ct_named_sighting {
    struct ct_span host;
    uint64_t hash;  /* keyed: traffic cannot choose it */
    uint64_t seen;  /* transactions of this host that were counted for certain */
    uint64_t total; /* transactions of all hosts */
};

/* False: no memory. */
bool ct_stats_named_init(struct ct_named *named, uint64_t capacity);
void ct_stats_named_fini(struct ct_named *named);
uint64_t ct_stats_named_bytes(const struct ct_named *named);

void ct_stats_named_add(struct ct_named *named, const struct ct_named_sighting *sighting,
                        enum ct_class class, uint64_t body_bytes);
/* False: no memory; the snapshot then has no named hosts. */
bool ct_stats_named_copy(const struct ct_named *named, struct ct_snapshot *snapshot);

#endif
