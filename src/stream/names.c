/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names: the tables of the public headers as strings. A value outside its enum has the name
 * "invalid", so that no caller needs to check for NULL.
 */
#include "cachetap/stream.h"

#include <assert.h>

#include "cachetap/consumer.h"

struct named {
    const char *name;
    const char *help;
};

static const struct named protos[] = {
#define X(symbol, name, help) {name, help},
    CT_PROTOS(X)
#undef X
};

static const struct named segments[] = {
#define X(symbol, name, help) {name, help},
    CT_SEGMENT_STATUSES(X)
#undef X
};

static const char *const closes[] = {
    [CT_CLOSE_FIN] = "fin",   [CT_CLOSE_RST] = "rst",     [CT_CLOSE_REUSE] = "reuse",
    [CT_CLOSE_IDLE] = "idle", [CT_CLOSE_EVICT] = "evict", [CT_CLOSE_TUNNEL] = "tunnel",
    [CT_CLOSE_END] = "end",
};

static_assert(sizeof closes / sizeof closes[0] == CT_CLOSE_COUNT, "a name for every close");

static const struct named invalid = {"invalid", "invalid"};

static const struct named *named_at(const struct named *table, size_t count, unsigned int value)
{
    return value < count ? &table[value] : &invalid;
}

const char *ct_stream_proto_name(enum ct_proto proto)
{
    return named_at(protos, CT_PROTO_COUNT, (unsigned int)proto)->name;
}

const char *ct_stream_proto_help(enum ct_proto proto)
{
    return named_at(protos, CT_PROTO_COUNT, (unsigned int)proto)->help;
}

const char *ct_stream_close_name(enum ct_close why)
{
    return (unsigned int)why < CT_CLOSE_COUNT ? closes[why] : invalid.name;
}

const char *ct_stream_segment_name(enum ct_segment_status status)
{
    return named_at(segments, CT_SEGMENT_STATUS_COUNT, (unsigned int)status)->name;
}

const char *ct_stream_segment_help(enum ct_segment_status status)
{
    return named_at(segments, CT_SEGMENT_STATUS_COUNT, (unsigned int)status)->help;
}
