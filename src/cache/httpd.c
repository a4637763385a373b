/* SPDX-License-Identifier: Apache-2.0 */
/*
 * httpd's mod_cache: X-Cache has the word, X-Cache-Detail the sentence (pairs.c reads it as a
 * second opinion). Either can be switched on alone. A stale copy is sent as a plain hit with
 * a Warning.
 */
#include <stdio.h>

#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"

struct detail_row {
    const char *start; /* of the sentence, lower case */
    uint8_t outcome;
    uint8_t reason;
};

/* clang-format off */
static const struct detail_row detail_rows[] = {
    {"cache hit", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN},
    {"conditional cache hit", CT_OUTCOME_REVALIDATED, CT_REASON_VALIDATED},
    {"cache miss", CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN},
    {"conditional cache miss", CT_OUTCOME_MISS, CT_REASON_NOT_GIVEN},
    {"cache invalidated", CT_OUTCOME_BYPASS, CT_REASON_INVALIDATED},
};
/* clang-format on */

/* Node of "sentence" from NODE. */
static struct ct_span node_after(struct ct_span rest)
{
    rest = ct_span_trim(rest);
    return ct_span_starts_with(rest, "from ") ? ct_span_trim(ct_span_slice(rest, 5, rest.n))
                                              : (struct ct_span){NULL, 0};
}

/* The sentence decides where X-Cache is not there. */
void ct_cache_read_detail(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span text = ct_span_trim(ct_reading_text(r, line));
    if (ct_cache_seen(r, CT_HEADER_X_CACHE) != CT_LINE_NONE || text.n == 0 || text.p[0] != '"') {
        return;
    }
    const uint8_t *end = memchr(text.p + 1, '"', text.n - 1);
    size_t to = end != NULL ? (size_t)(end - text.p) : text.n;
    struct ct_span sentence = ct_span_slice(text, 1, to);
    struct ct_statement s = ct_cache_statement(r, header, CT_DIALECT_HTTPD, line);
    ct_cache_apply_word(&s, NULL);
    s.known_writer = true;
    s.node = ct_reading_ref(r, node_after(ct_span_slice(text, to + 1, text.n)));
    for (size_t i = 0; i < sizeof detail_rows / sizeof detail_rows[0]; i++) {
        const struct detail_row *row = &detail_rows[i];
        if (ct_span_equal_nocase(ct_span_slice(sentence, 0, strlen(row->start)), row->start)) {
            s.outcome = row->outcome;
            s.reason = row->reason;
        }
    }
    ct_cache_say(r, &s);
}

void ct_cache_pair_httpd(struct ct_reading *r)
{
    for (uint32_t i = 0; i < r->n_statements; i++) {
        struct ct_statement *s = &r->statements[i];
        if (s->dialect != CT_DIALECT_HTTPD || s->outcome != CT_OUTCOME_HIT) {
            continue;
        }
        uint32_t failed = ct_cache_warning(r, "111");
        uint32_t stale = failed != CT_LINE_NONE ? failed : ct_cache_warning(r, "110");
        if (stale == CT_LINE_NONE) {
            continue;
        }
        s->outcome = CT_OUTCOME_STALE;
        s->also = stale;
        if (failed != CT_LINE_NONE) {
            s->reason = CT_REASON_STALE_IF_ERROR;
            s->marks |= CT_MARK_BIT(STALE_ERROR);
            s->rule = "a hit with Warning 111: the origin could not be asked";
        } else {
            s->rule = "a hit with Warning 110: stale while another request refreshes it";
        }
    }
}

void ct_cache_list_details(const struct ct_lister *to)
{
    for (size_t i = 0; i < sizeof detail_rows / sizeof detail_rows[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "alone: \"%s...\"", detail_rows[i].start);
        ct_cache_list_value(to, CT_DIALECT_HTTPD, "X-Cache-Detail", text,
                            (struct ct_meaning){detail_rows[i].outcome, detail_rows[i].reason, 0});
    }
}
