/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts, URIs and whatever else is counted by a key. */
#include "base/span.h"
#include "view/columns.h"

/* clang-format off */
#define COLUMNS(X) /* symbol, name, title, kind, width, rank, help */                                  \
    X(NAME, "name", "", TEXT, 0, 0, "what is counted")                                                  \
    X(N, "n", "trans", COUNT, 9, 0, "transactions; ~: may be too high by the column over")              \
    X(HIT_RATIO, "hit_ratio", "hit %", RATIO, 7, 0, "hit / (hit + miss), by transactions")              \
    X(HIT, "hit", "hit", COUNT, 8, 3, "served from the cache")                                          \
    X(MISS, "miss", "miss", COUNT, 8, 1, "fetched now")                                                 \
    X(BYPASS, "bypass", "bypass", COUNT, 8, 3, "past the cache")                                        \
    X(OTHER, "other", "other", COUNT, 8, 4, "made by the cache, failed, or not known")                  \
    X(MISS_BYTES, "miss_bytes", "miss B", OCTETS, 7, 1, "response content of misses")                   \
    X(BYTES, "bytes", "bytes", OCTETS, 7, 4, "response content of all")                                 \
    X(HIT_TTFB, "hit_ttfb", "hit t", TIME, 7, 4, "mean time to first byte of hits")                     \
    X(MISS_TTFB, "miss_ttfb", "miss t", TIME, 7, 2, "mean time to first byte of misses")                \
    X(MISS_TIME, "miss_time", "waited", TIME, 7, 5, "time that misses waited, all added")               \
    X(ERRORS, "errors", "5xx", COUNT, 7, 3, "responses with a status of 5xx")                           \
    X(MOSTLY, "mostly", "mostly", WORD, 15, 5, "the most frequent outcome")                             \
    X(LAST, "last", "last", CLOCK, 9, 2, "time of the latest transaction (UTC)")                        \
    X(OVER, "over", "over", COUNT, 8, 9, "by how much the transactions may be too high")
/* clang-format on */

enum column {
#define X(symbol, name, title, kind, width, rank, help) COLUMN_##symbol,
    COLUMNS(X)
#undef X
        COLUMN_OUTCOMES /* one for each outcome follows */
};

const struct ct_column ct_view_key_columns[] = {
#define X(symbol, name, title, kind, width, rank, help) \
    {name, title, help, CT_COLUMN_##kind, width, rank},
    COLUMNS(X)
#undef X
#define X(symbol, class, help) {"n_" #symbol, #symbol, help, CT_COLUMN_COUNT, 8, 9},
        CT_OUTCOMES(X)
#undef X
};
const size_t ct_view_n_key_columns = sizeof ct_view_key_columns / sizeof ct_view_key_columns[0];

static void mean(struct ct_field_value *value, const struct ct_watch_row *row, enum ct_class class)
{
    uint64_t n = row->ttfb_n[class];
    value->known = n > 0;
    value->number = n > 0 ? row->ttfb_sum_ns[class] / n : 0;
}

static void mostly(struct ct_field_value *value, const uint64_t by_outcome[CT_OUTCOME_COUNT])
{
    int best = 0;
    for (int i = 1; i < CT_OUTCOME_COUNT; i++) {
        best = by_outcome[i] > by_outcome[best] ? i : best;
    }
    if (by_outcome[best] > 0) {
        ct_field_text(value, ct_span_of(ct_cache_outcome_name((enum ct_outcome)best)));
        value->colored = true;
        value->class = ct_cache_outcome_class((enum ct_outcome)best);
    }
}

static void bytes_of(struct ct_field_value *value, const uint64_t bytes[CT_CLASS_COUNT])
{
    uint64_t sum = 0;
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        sum += bytes[i];
    }
    ct_field_number(value, sum);
}

void ct_view_key_field(const struct ct_key_item *item, size_t column, struct ct_field_value *value)
{
    const struct ct_watch_row *row = &item->row;
    const struct ct_key_row *key = &row->key;
    switch (column) {
    case COLUMN_NAME:
        ct_field_text(value, key->key);
        break;
    case COLUMN_N:
        ct_field_number(value, key->n);
        break;
    case COLUMN_HIT_RATIO:
        ct_field_ratio(value, key->by_class[CT_CLASS_HIT], key->by_class[CT_CLASS_MISS]);
        break;
    case COLUMN_HIT:
        ct_field_number(value, key->by_class[CT_CLASS_HIT]);
        break;
    case COLUMN_MISS:
        ct_field_number(value, key->by_class[CT_CLASS_MISS]);
        break;
    case COLUMN_BYPASS:
        ct_field_number(value, key->by_class[CT_CLASS_BYPASS]);
        break;
    case COLUMN_OTHER:
        ct_field_number(value, key->by_class[CT_CLASS_OTHER]);
        break;
    case COLUMN_MISS_BYTES:
        ct_field_number(value, key->bytes[CT_CLASS_MISS]);
        break;
    case COLUMN_BYTES:
        bytes_of(value, key->bytes);
        break;
    case COLUMN_HIT_TTFB:
        mean(value, row, CT_CLASS_HIT);
        break;
    case COLUMN_MISS_TTFB:
        mean(value, row, CT_CLASS_MISS);
        break;
    case COLUMN_MISS_TIME:
        ct_field_number(value, row->ttfb_sum_ns[CT_CLASS_MISS]);
        break;
    case COLUMN_ERRORS:
        ct_field_number(value, row->errors);
        break;
    case COLUMN_MOSTLY:
        mostly(value, key->by_outcome);
        break;
    case COLUMN_LAST:
        ct_field_time(value, row->last_ns);
        break;
    case COLUMN_OVER:
        ct_field_number(value, key->over);
        break;
    default:
        ct_field_number(value, key->by_outcome[column - COLUMN_OUTCOMES]);
        break;
    }
}
