/* SPDX-License-Identifier: Apache-2.0 */
/* --assert: numbers of the whole run as fields of the query language. */
#include <stdlib.h>
#include <string.h>

#include "cachetap/output.h"

struct ct_assertion {
    struct ct_query *query;
};

/* False: there is no such number. */
typedef bool (*getter)(const struct ct_snapshot *now, unsigned argument, double *out);

static bool put(uint64_t n, double *out)
{
    *out = (double)n;
    return true;
}

static bool get_ratio(const struct ct_snapshot *now, unsigned which, double *out)
{
    const struct ct_ratio ratios[] = {
        now->ratios.client_requests,
        now->ratios.client_bytes,
        now->ratios.origin_requests,
        now->ratios.origin_bytes,
    };
    *out = ct_stats_ratio(ratios[which]);
    return *out >= 0;
}

static bool get_class(const struct ct_snapshot *now, unsigned class, double *out)
{
    return put(ct_stats_class_sum(now->counts.n, (enum ct_class) class), out);
}

static bool get_outcome(const struct ct_snapshot *now, unsigned outcome, double *out)
{
    return put(now->counts.n[outcome], out);
}

static bool get_status(const struct ct_snapshot *now, unsigned class, double *out)
{
    return put(now->by_status_class[class], out);
}

static bool get_ttfb(const struct ct_snapshot *now, unsigned which, double *out)
{
    const struct ct_quantiles *times = &now->ttfb[which / 4];
    const int64_t ns[] = {times->p50_ns, times->p90_ns, times->p99_ns, times->max_ns};
    *out = (double)ns[which % 4] / (double)CT_NS_PER_S;
    return times->n > 0;
}

enum count {
    COUNT_TRANSACTIONS,
    COUNT_COMPLETE,
    COUNT_UNANSWERED,
    COUNT_PACKETS,
    COUNT_CONNECTIONS,
    COUNT_BODY_BYTES,
    COUNT_MISSING_BYTES,
    COUNT_MALFORMED,
    COUNT_SECONDS,
    COUNT_DROPPED,
};

/* Everything that makes the numbers partial. */
static uint64_t dropped(const struct ct_snapshot *now)
{
    return now->records_lost + now->capture.dropped_records + ct_stats_lost_packets(now);
}

static bool get_count(const struct ct_snapshot *now, unsigned which, double *out)
{
    switch ((enum count)which) {
    case COUNT_TRANSACTIONS:
        return put(now->transactions, out);
    case COUNT_COMPLETE:
        return put(now->complete, out);
    case COUNT_UNANSWERED:
        return put(now->unanswered, out);
    case COUNT_PACKETS:
        return put(now->packets.frames, out);
    case COUNT_CONNECTIONS:
        return put(now->stream.connections, out);
    case COUNT_BODY_BYTES:
        return put(now->body_bytes, out);
    case COUNT_MISSING_BYTES:
        return put(now->missing_bytes, out);
    case COUNT_MALFORMED:
        return put(now->http.malformed, out);
    case COUNT_SECONDS:
        *out = (double)(now->last_ns - now->first_ns) / (double)CT_NS_PER_S;
        return true;
    case COUNT_DROPPED:
        return put(dropped(now), out);
    }
    return false;
}

struct row {
    const char *name;
    const char *help;
    getter get;
    unsigned argument;
    enum ct_query_kind kind;
};

#define RATIO(name, which, help)                      \
    {                                                 \
        name, help, get_ratio, which, CT_QUERY_NUMBER \
    }
#define COUNT(name, which, help)                              \
    {                                                         \
        name, help, get_count, COUNT_##which, CT_QUERY_NUMBER \
    }
#define TTFB(class, CLASS, q, i)                                                  \
    {                                                                             \
        class "_ttfb_" q, "time to first octet of class " class ", " q, get_ttfb, \
            CT_CLASS_##CLASS * 4 + (i), CT_QUERY_SECONDS                          \
    }
#define TTFBS(class, CLASS)                                                                   \
    TTFB(class, CLASS, "p50", 0), TTFB(class, CLASS, "p90", 1), TTFB(class, CLASS, "p99", 2), \
        TTFB(class, CLASS, "max", 3)

/* clang-format off */
static const struct row rows[] = {
    RATIO("hit_ratio", 0, "hit / (hit + miss), by requests, at the cache nearest to the client"),
    RATIO("byte_hit_ratio", 1, "the same by response body octets"),
    RATIO("origin_hit_ratio", 2, "requests that no cache in the line had to fetch"),
    RATIO("origin_byte_hit_ratio", 3, "the same by response body octets"),
    {"hit", "transactions of class hit", get_class, CT_CLASS_HIT, CT_QUERY_NUMBER},
    {"miss", "transactions of class miss", get_class, CT_CLASS_MISS, CT_QUERY_NUMBER},
    {"bypass", "transactions of class bypass", get_class, CT_CLASS_BYPASS, CT_QUERY_NUMBER},
    {"other", "transactions of class other", get_class, CT_CLASS_OTHER, CT_QUERY_NUMBER},
#define X(symbol, class, help) {#symbol, help, get_outcome, CT_OUTCOME_##symbol, CT_QUERY_NUMBER},
    CT_OUTCOMES(X)
#undef X
    {"status_1xx", "final responses with a status of 1xx (101)", get_status, 1, CT_QUERY_NUMBER},
    {"status_2xx", "responses with a status of 2xx", get_status, 2, CT_QUERY_NUMBER},
    {"status_3xx", "responses with a status of 3xx", get_status, 3, CT_QUERY_NUMBER},
    {"status_4xx", "responses with a status of 4xx", get_status, 4, CT_QUERY_NUMBER},
    {"status_5xx", "responses with a status of 5xx", get_status, 5, CT_QUERY_NUMBER},
    TTFBS("hit", HIT), TTFBS("miss", MISS), TTFBS("bypass", BYPASS),
    COUNT("transactions", TRANSACTIONS, "transactions"),
    COUNT("complete", COMPLETE, "transactions seen from end to end"),
    COUNT("unanswered", UNANSWERED, "requests whose response was not seen"),
    COUNT("packets", PACKETS, "packets"),
    COUNT("connections", CONNECTIONS, "TCP connections"),
    {"body_bytes", "response body octets", get_count, COUNT_BODY_BYTES, CT_QUERY_BYTES},
    {"missing_bytes", "octets of transactions that the capture does not hold", get_count, COUNT_MISSING_BYTES, CT_QUERY_BYTES},
    COUNT("malformed", MALFORMED, "messages given up: not valid HTTP"),
    COUNT("dropped", DROPPED, "packets lost by the kernel, by the interface, or when a capture was made; records lost here"),
    {"seconds", "from the first packet to the last", get_count, COUNT_SECONDS, CT_QUERY_SECONDS},
};
/* clang-format on */

#define N_ROWS (sizeof rows / sizeof rows[0])

static const char *name_of(size_t i, enum ct_query_kind *kind)
{
    if (i >= N_ROWS) {
        return NULL;
    }
    *kind = rows[i].kind;
    return rows[i].name;
}

static bool value_of(void *record, size_t i, size_t k, struct ct_query_value *out)
{
    const struct ct_snapshot *const *now = record;
    return k == 0 && rows[i].get(*now, rows[i].argument, &out->number);
}

static const struct ct_query_fields fields = {name_of, value_of};

struct ct_assertion *ct_output_assertion_new(const char *text, char message[CT_QUERY_MESSAGE_MAX])
{
    struct ct_assertion *assertion = calloc(1, sizeof *assertion);
    if (assertion == NULL) {
        (void)snprintf(message, CT_QUERY_MESSAGE_MAX, "out of memory");
        return NULL;
    }
    assertion->query = ct_query_new(text, &fields, message);
    if (assertion->query == NULL) {
        free(assertion);
        return NULL;
    }
    return assertion;
}

bool ct_output_assertion_holds(const struct ct_assertion *assertion,
                               const struct ct_snapshot *snapshot)
{
    return ct_query_match(assertion->query, &snapshot);
}

void ct_output_assertion_free(struct ct_assertion *assertion)
{
    if (assertion != NULL) {
        ct_query_free(assertion->query);
        free(assertion);
    }
}

const char *ct_output_assertion_field(size_t i, const char **help)
{
    if (i >= N_ROWS) {
        return NULL;
    }
    *help = rows[i].help;
    return rows[i].name;
}
