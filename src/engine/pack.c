/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as one piece of memory: the struct as it is, behind it what it points to. Static
 * strings stay pointers: both threads see the same program.
 */
#include <string.h>

#include "cache/pack.h"
#include "cachetap/parts.h"

struct packed_conn {
    struct ct_conn_end end;
    struct ct_conn_info info;
};

/* NULL may come with 0 octets. */
static void copy(void *to, const void *from, size_t n)
{
    if (n > 0) {
        memcpy(to, from, n);
    }
}

size_t ct_parts_pack_txn_bytes(const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    return ct_cache_pack_bytes(txn, verdict);
}

void ct_parts_pack_txn(void *to, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    ct_cache_pack(to, txn, verdict);
}

void ct_parts_unpack_txn(const void *from, struct ct_txn *txn, struct ct_verdict *verdict)
{
    ct_cache_unpack(from, txn, verdict);
}

size_t ct_parts_pack_conn_bytes(const struct ct_conn_end *end)
{
    return sizeof(struct packed_conn) + (end->sni != NULL ? strlen(end->sni) + 1 : 0);
}

void ct_parts_pack_conn(void *to, const struct ct_conn_end *end)
{
    struct packed_conn *packed = to;
    packed->end = *end;
    packed->info = *end->info;
    if (end->sni != NULL) {
        memcpy(packed + 1, end->sni, strlen(end->sni) + 1);
    }
}

void ct_parts_unpack_conn(const void *from, struct ct_conn_end *end, struct ct_conn_info *info)
{
    const struct packed_conn *packed = from;
    *end = packed->end;
    *info = packed->info;
    end->info = info;
    end->sni = packed->end.sni != NULL ? (const char *)(packed + 1) : NULL;
}

size_t ct_parts_pack_segment_bytes(const struct ct_segment *segment)
{
    return sizeof *segment + segment->payload.n;
}

void ct_parts_pack_segment(void *to, const struct ct_segment *segment)
{
    struct ct_segment *packed = to;
    *packed = *segment;
    copy(packed + 1, segment->payload.p, segment->payload.n);
}

void ct_parts_unpack_segment(const void *from, struct ct_segment *segment)
{
    *segment = *(const struct ct_segment *)from;
    segment->payload.p = (const uint8_t *)from + sizeof *segment;
}

int64_t ct_parts_packed_segment_ns(const void *from)
{
    return ((const struct ct_segment *)from)->ts_ns;
}
