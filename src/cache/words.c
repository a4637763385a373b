/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Status words and what they mean. The words of GENERIC hold for every dialect that does not
 * have a row of its own for the same word. Words are folded: "Refresh-Hit", "REFRESH HIT" and
 * "TCP_REFRESH_HIT" are one word.
 */
#include "cache/lister.h"
#include "cache/tables.h"

#include <assert.h>
#include <stdio.h>

#include "base/span.h"

#define W(table, text, outcome)                                                                \
    {                                                                                          \
        text, sizeof(text) - 1, CT_DIALECT_##table, CT_OUTCOME_##outcome, CT_REASON_NOT_GIVEN, \
            CT_DIALECT_GENERIC, 0                                                              \
    }
/* With a reason and marks. */
#define WR(table, text, outcome, reason, marks)                                               \
    {                                                                                         \
        text, sizeof(text) - 1, CT_DIALECT_##table, CT_OUTCOME_##outcome, CT_REASON_##reason, \
            CT_DIALECT_GENERIC, marks                                                         \
    }
/* A word by which its dialect is known. */
#define WH(text, outcome, dialect)                                                             \
    {                                                                                          \
        text, sizeof(text) - 1, CT_DIALECT_GENERIC, CT_OUTCOME_##outcome, CT_REASON_NOT_GIVEN, \
            CT_DIALECT_##dialect, 0                                                            \
    }
#define WHR(text, outcome, dialect, reason, marks)                                            \
    {                                                                                         \
        text, sizeof(text) - 1, CT_DIALECT_GENERIC, CT_OUTCOME_##outcome, CT_REASON_##reason, \
            CT_DIALECT_##dialect, marks                                                       \
    }
/* Counts only where the field asks "hit?". */
#define WA(text, outcome)                                                                 \
    {                                                                                     \
        text, sizeof(text) - 1, CT_WORDS_ASKS, CT_OUTCOME_##outcome, CT_REASON_NOT_GIVEN, \
            CT_DIALECT_GENERIC, 0                                                         \
    }

#define SHIELD           CT_MARK_BIT(TIER_SHIELD)
#define COLLAPSED        CT_MARK_BIT(COLLAPSED)
#define NOT_STORED       CT_MARK_BIT(NOT_STORED)
#define STALE_ERROR      CT_MARK_BIT(STALE_ERROR)
#define STALE_REVALIDATE CT_MARK_BIT(STALE_REVALIDATE)

/* clang-format off */
static const struct ct_word words[] = {
    W(GENERIC, "hit", HIT), W(GENERIC, "mem_hit", HIT), W(GENERIC, "memory_hit", HIT),
    W(GENERIC, "disk_hit", HIT), W(GENERIC, "ram_hit", HIT), W(GENERIC, "fresh", HIT),
    W(GENERIC, "cache_hit", HIT), W(GENERIC, "cached", HIT), W(GENERIC, "edge_hit", HIT),
    WR(GENERIC, "remote_hit", HIT, SHIELD_HIT, SHIELD),
    WR(GENERIC, "parent_hit", HIT, SHIELD_HIT, SHIELD),
    WR(GENERIC, "shield_hit", HIT, SHIELD_HIT, SHIELD),
    WR(GENERIC, "originshieldhit", HIT, SHIELD_HIT, SHIELD),
    W(GENERIC, "ims_hit", HIT), W(GENERIC, "inm_hit", HIT),
    WR(GENERIC, "cf_hit", HIT, COLLAPSED, COLLAPSED),
    W(GENERIC, "hit_cluster", HIT), W(GENERIC, "hit_clustered", HIT),
    WH("hit_fresh", HIT, TRAFFICSERVER), WH("hit_front", HIT, WIKIMEDIA),
    WHR("hit_local", HIT, WIKIMEDIA, SHIELD_HIT, SHIELD),
    W(GENERIC, "partial_hit", PARTIAL_HIT), W(GENERIC, "partial", PARTIAL_HIT),
    W(GENERIC, "range_hit", PARTIAL_HIT),
    W(GENERIC, "revalidated", REVALIDATED), W(GENERIC, "revalidate", REVALIDATED),
    W(GENERIC, "refreshhit", REVALIDATED), W(GENERIC, "refresh_hit", REVALIDATED),
    W(GENERIC, "expired_hit", REVALIDATED), W(GENERIC, "refresh_unmodified", REVALIDATED),
    W(GENERIC, "cond_hit", REVALIDATED), W(GENERIC, "validated", REVALIDATED),
    W(GENERIC, "valid", REVALIDATED), W(GENERIC, "hit_refresh", REVALIDATED),
    W(GENERIC, "stale", STALE), W(GENERIC, "hitstale", STALE), W(GENERIC, "stale_hit", STALE),
    WH("hit_stale", STALE, TRAFFICSERVER), W(GENERIC, "grace", STALE), W(GENERIC, "hit_graced", STALE),
    WR(GENERIC, "refresh_fail_hit", STALE, STALE_IF_ERROR, STALE_ERROR),
    WR(GENERIC, "ref_fail_hit", STALE, STALE_IF_ERROR, STALE_ERROR),
    WR(GENERIC, "refresh_fail_old", STALE, STALE_IF_ERROR, STALE_ERROR),
    WR(GENERIC, "stale_if_error", STALE, STALE_IF_ERROR, STALE_ERROR),
    W(GENERIC, "offline_hit", STALE),
    W(GENERIC, "updating", UPDATING), W(GENERIC, "revalidating", UPDATING),
    WR(GENERIC, "stale_while_revalidate", UPDATING, STALE_WHILE_REVALIDATE, STALE_REVALIDATE),
    W(GENERIC, "background", UPDATING),
    W(GENERIC, "negative_hit", NEGATIVE_HIT),
    W(GENERIC, "miss", MISS), W(GENERIC, "cache_miss", MISS), WR(GENERIC, "cold", MISS, COLD, 0),
    W(GENERIC, "ims_miss", MISS), W(GENERIC, "swapfail", MISS), W(GENERIC, "swapfail_miss", MISS),
    W(GENERIC, "not_found", MISS), WR(GENERIC, "collapsed_miss", MISS, COLLAPSED, COLLAPSED),
    WR(GENERIC, "cf_miss", MISS, COLLAPSED, COLLAPSED),
    W(GENERIC, "expired", EXPIRED), W(GENERIC, "refresh_miss", EXPIRED),
    W(GENERIC, "expired_miss", EXPIRED), W(GENERIC, "refresh_modified", EXPIRED),
    W(GENERIC, "refresh", EXPIRED), W(GENERIC, "stale_miss", EXPIRED),
    W(GENERIC, "client_refresh", CLIENT_REFRESH), W(GENERIC, "client_refresh_miss", CLIENT_REFRESH),
    W(GENERIC, "reload", CLIENT_REFRESH), W(GENERIC, "forced", CLIENT_REFRESH),
    W(GENERIC, "bypass", BYPASS), W(GENERIC, "pass", BYPASS), W(GENERIC, "skip", BYPASS),
    WH("skipped", BYPASS, TRAFFICSERVER), W(GENERIC, "ignored", BYPASS),
    WR(GENERIC, "hitpass", BYPASS, MARKED_UNCACHEABLE, 0),
    WR(GENERIC, "hit_for_pass", BYPASS, MARKED_UNCACHEABLE, 0),
    WR(GENERIC, "hfp", BYPASS, MARKED_UNCACHEABLE, 0),
    WR(GENERIC, "hit_for_miss", BYPASS, MARKED_UNCACHEABLE, 0),
    WR(GENERIC, "hfm", BYPASS, MARKED_UNCACHEABLE, 0),
    WR(GENERIC, "pipe", BYPASS, TUNNEL, 0), WR(GENERIC, "tunnel", BYPASS, TUNNEL, 0),
    W(GENERIC, "dynamic", DYNAMIC),
    W(GENERIC, "uncacheable", UNCACHEABLE), W(GENERIC, "notcacheable", UNCACHEABLE),
    W(GENERIC, "not_cacheable", UNCACHEABLE), WH("private_nostore", UNCACHEABLE, AZURE),
    W(GENERIC, "nostore", UNCACHEABLE), W(GENERIC, "no_store", UNCACHEABLE),
    W(GENERIC, "config_nocache", CONFIG_NOCACHE), W(GENERIC, "cache_noconfig", CONFIG_NOCACHE),
    W(GENERIC, "disabled", CONFIG_NOCACHE), W(GENERIC, "notcached", CONFIG_NOCACHE),
    W(GENERIC, "not_cached", CONFIG_NOCACHE),
    W(GENERIC, "none", NONE), W(GENERIC, "unknown", NONE), W(GENERIC, "none/unknown", NONE),
    WH("n/a", NONE, AZURE), W(GENERIC, "na", NONE), W(GENERIC, "tag_none", NONE),
    WR(GENERIC, "redirect", SYNTHETIC, REDIRECT, 0), W(GENERIC, "constructed", SYNTHETIC),
    W(GENERIC, "synth", SYNTHETIC), W(GENERIC, "synthetic", SYNTHETIC),
    W(GENERIC, "hit_synth", SYNTHETIC), W(GENERIC, "int", SYNTHETIC),
    WH("int_front", SYNTHETIC, WIKIMEDIA), WH("int_local", SYNTHETIC, WIKIMEDIA),
    WH("int_tls", SYNTHETIC, WIKIMEDIA),
    WH("foundnotmodified", HIT, ENVOY), WH("validatedfree", REVALIDATED, ENVOY),
    WH("failedvalidation", EXPIRED, ENVOY), WH("requestincomplete", ERROR, ENVOY),
    WH("lookuperror", ERROR, ENVOY),
    WHR("follower", HIT, ENVOY, COLLAPSED, COLLAPSED), WHR("streamed", HIT, ENVOY, COLLAPSED, COLLAPSED), WH("upstreamreset", ERROR, ENVOY),
    WR(GENERIC, "denied", SYNTHETIC, DENIED, 0), WR(GENERIC, "denied_reply", SYNTHETIC, DENIED, 0),
    WR(GENERIC, "cookie_deny", SYNTHETIC, DENIED, 0), WR(GENERIC, "deny", SYNTHETIC, DENIED, 0),
    W(GENERIC, "error", ERROR), W(GENERIC, "err", ERROR), W(GENERIC, "fail", ERROR),
    W(GENERIC, "failed", ERROR), WR(GENERIC, "refresh_fail_err", ERROR, ORIGIN_ERROR, 0),

    WA("yes", HIT), WA("1", HIT), WA("true", HIT), WA("no", MISS), WA("0", MISS), WA("false", MISS),

    WR(CLOUDFLARE, "stale", STALE, STALE_IF_ERROR, STALE_ERROR),
    W(CLOUDFLARE, "ignored", BYPASS), W(CLOUDFLARE, "deferred", MISS),
    W(CLOUDFLARE, "streamhit", HIT),

    WR(CLOUDFRONT, "lambdageneratedresponse", SYNTHETIC, FUNCTION, 0),
    WR(CLOUDFRONT, "functiongeneratedresponse", SYNTHETIC, FUNCTION, 0),
    WR(CLOUDFRONT, "limitexceeded", ERROR, DENIED, 0),
    WR(CLOUDFRONT, "capacityexceeded", ERROR, DENIED, 0),

    WR(AKAMAI, "hitstale", STALE, STALE_WHILE_REVALIDATE, STALE_REVALIDATE),

    /* fastly_info.state; affixes name what else was seen */
    W(FASTLY, "hit_refresh", REVALIDATED), W(FASTLY, "miss_refresh", EXPIRED),
    W(FASTLY, "bg_error", UPDATING), /* BG-ERROR-RECV and kin */

    WR(HUBSPOT, "stale", STALE, STALE_IF_ERROR, STALE_ERROR),
    WR(NITRO, "revalidated", EXPIRED, INVALIDATED, 0),

    WR(VERCEL, "prerender", HIT, PRERENDER, 0),
    WR(VERCEL, "revalidated", EXPIRED, INVALIDATED, 0),
    WR(VERCEL, "stale", STALE, STALE_WHILE_REVALIDATE, STALE_REVALIDATE),
    WR(NEXTJS, "revalidated", EXPIRED, INVALIDATED, 0),
    WR(NEXTJS, "stale", STALE, STALE_WHILE_REVALIDATE, STALE_REVALIDATE),

    W(VARNISH, "hit_cached", HIT), W(VARNISH, "hit_graced_cached", UPDATING),
    W(VARNISH, "miss_cached", MISS), W(VARNISH, "miss_uncacheable", UNCACHEABLE),
    W(VARNISH, "pass_uncacheable", BYPASS), WR(VARNISH, "pipe_uncacheable", BYPASS, TUNNEL, 0),
    W(VARNISH, "synth_synth", SYNTHETIC),

    WR(HTTPD, "invalidate", BYPASS, INVALIDATED, 0),
    WR(TRAFFICSERVER, "hit_stale", EXPIRED, NOT_GIVEN, CT_MARK_BIT(WEAK)),
    W(TRAFFICSERVER, "unknown", UNKNOWN),
    W(WIKIMEDIA, "unknown", UNKNOWN),

    W(CACHEFLY, "h", HIT), W(CACHEFLY, "m", MISS),
    WR(BYTEDANCE, "parent_hit", HIT, SHIELD_HIT, SHIELD),
    W(LITESPEED, "bkn", HIT),
    W(QINIU, "validate", REVALIDATED), W(QINIU, "missvalidate", EXPIRED),
};
/* clang-format on */

/* What some attach to their words. GENERIC: to the codes of Squid's family, "TCP_...". */
struct affix_row {
    const char *text;
    uint8_t n;
    uint8_t dialect;
    bool prefix;
    uint32_t marks;
};

#define AFFIX(text, dialect, prefix, marks)                         \
    {                                                               \
        text, sizeof(text) - 1, CT_DIALECT_##dialect, prefix, marks \
    }

/* clang-format off */
static const struct affix_row affixes[] = {
    AFFIX("cf_", GENERIC, true, COLLAPSED),
    AFFIX("_ignored", GENERIC, false, 0),
    AFFIX("_timedout", GENERIC, false, 0),
    AFFIX("_aborted", GENERIC, false, 0),
    AFFIX("_wait", FASTLY, false, COLLAPSED),
    AFFIX("_cluster", FASTLY, false, 0),
    AFFIX("_remote", FASTLY, false, 0),
    AFFIX("_bot", FASTLY, false, 0),
};
/* clang-format on */

#define N_WORDS    (sizeof words / sizeof words[0])
#define FOLDED_MAX 32 /* longer than any word */

static_assert(N_WORDS * 4 <= CT_WORD_SLOTS, "a sparse hash");

static uint32_t hash_word(unsigned table, const char *text, size_t n)
{
    uint32_t hash = 2166136261U ^ table; /* FNV-1a; the words are ours, so no key is needed */
    for (size_t i = 0; i < n; i++) {
        hash = (hash ^ (uint8_t)text[i]) * 16777619U;
    }
    return hash ^ hash >> 15;
}

void ct_cache_index_words(struct ct_cache *cache)
{
    for (size_t i = 0; i < N_WORDS; i++) {
        uint32_t slot = hash_word(words[i].table, words[i].text, words[i].n);
        while (cache->slots[slot % CT_WORD_SLOTS] != 0) {
            slot++;
        }
        cache->slots[slot % CT_WORD_SLOTS] = (uint16_t)(i + 1);
        if (words[i].table < CT_DIALECT_COUNT) {
            ct_dialect_set_add(&cache->own_words, words[i].table);
        }
    }
}

static const struct ct_word *look_up(const struct ct_cache *cache, unsigned table, const char *text,
                                     size_t n)
{
    uint32_t slot = hash_word(table, text, n);
    for (;; slot++) {
        uint16_t row = cache->slots[slot % CT_WORD_SLOTS];
        if (row == 0) {
            return NULL;
        }
        const struct ct_word *word = &words[row - 1];
        if (word->table == table && word->n == n && memcmp(word->text, text, n) == 0) {
            return word;
        }
    }
}

/* Folds text; 0 when it is too long for a word. */
static size_t fold_word(struct ct_span text, char folded[FOLDED_MAX])
{
    if (text.n > FOLDED_MAX) {
        return 0;
    }
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        folded[i] = (char)(c == '-' || c == ' ' || c == '\t' ? '_' : ct_ascii_lower(c));
    }
    return text.n;
}

static const struct ct_word *look_up_all(const struct ct_cache *cache, unsigned dialect, bool asks,
                                         const char *text, size_t n)
{
    const struct ct_word *word = NULL;
    if (dialect != CT_DIALECT_GENERIC && ct_dialect_set_has(&cache->own_words, dialect)) {
        word = look_up(cache, dialect, text, n);
    }
    if (word == NULL) {
        word = look_up(cache, CT_DIALECT_GENERIC, text, n);
    }
    if (word == NULL && asks) {
        word = look_up(cache, CT_WORDS_ASKS, text, n);
    }
    return word;
}

/* Takes one affix off the word; false when it has none that its writer uses. */
static bool strip_affix(unsigned dialect, bool tcp, const char **text, size_t *n, uint32_t *marks)
{
    for (size_t i = 0; i < sizeof affixes / sizeof affixes[0]; i++) {
        const struct affix_row *row = &affixes[i];
        if (*n <= row->n || (row->dialect == CT_DIALECT_GENERIC ? !tcp : row->dialect != dialect)) {
            continue;
        }
        const char *at = row->prefix ? *text : *text + *n - row->n;
        if (memcmp(at, row->text, row->n) == 0) {
            *text += row->prefix ? row->n : 0;
            *n -= row->n;
            *marks |= row->marks;
            return true;
        }
    }
    return false;
}

struct ct_found_word ct_cache_find_word(const struct ct_cache *cache, unsigned dialect, bool asks,
                                        struct ct_span text)
{
    char folded[FOLDED_MAX];
    const char *at = folded;
    size_t n = fold_word(text, folded);
    struct ct_found_word found = {.tcp = n > 4 && memcmp(folded, "tcp_", 4) == 0};
    if (found.tcp) {
        at += 4;
        n -= 4;
    }
    if (n == 0) {
        return found;
    }
    found.word = look_up_all(cache, dialect, asks, at, n);
    while (found.word == NULL && (found.tcp || dialect == CT_DIALECT_FASTLY) &&
           strip_affix(dialect, found.tcp, &at, &n, &found.marks)) {
        found.word = look_up_all(cache, dialect, asks, at, n);
    }
    if (found.word == NULL && dialect == CT_DIALECT_FASTLY && n > 9 &&
        memcmp(at, "bg_error_", 9) == 0) {
        found.word = look_up(cache, CT_DIALECT_FASTLY, "bg_error", 8);
    }
    if (found.word == NULL && n > 4 && memcmp(at, "err_", 4) == 0) {
        found.word = look_up(cache, CT_DIALECT_GENERIC, "err", 3); /* ERR_CLIENT_ABORT and kin */
    }
    return found;
}

const struct ct_word *ct_cache_find_own_word(const struct ct_cache *cache, unsigned dialect,
                                             struct ct_span text)
{
    char folded[FOLDED_MAX];
    size_t n = fold_word(text, folded);
    size_t tcp = n > 4 && memcmp(folded, "tcp_", 4) == 0 ? 4 : 0;
    return n > 0 ? look_up(cache, dialect, folded + tcp, n - tcp) : NULL;
}

void ct_cache_list_words(const struct ct_lister *to)
{
    for (size_t i = 0; i < sizeof affixes / sizeof affixes[0]; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, "%s%s%s", affixes[i].prefix ? "" : "...", affixes[i].text,
                       affixes[i].prefix ? "..." : "");
        ct_cache_list(to, affixes[i].dialect,
                      (struct ct_entry){CT_ENTRY_AFFIX, NULL, text, 0, 0, affixes[i].marks, 0});
    }
    for (size_t i = 0; i < N_WORDS; i++) {
        const struct ct_word *word = &words[i];
        if (word->table < CT_DIALECT_COUNT) {
            ct_cache_list_value(to, word->table, NULL, word->text,
                                (struct ct_meaning){word->outcome, word->reason, word->marks});
        }
        if (word->hint != CT_DIALECT_GENERIC) {
            ct_cache_list_print(to, word->hint, "X-Cache", word->text);
        }
    }
    for (size_t i = 0; i < N_WORDS; i++) {
        if (words[i].table == CT_WORDS_ASKS) {
            ct_cache_list_value(
                to, CT_DIALECT_GENERIC, "(headers that ask \"hit?\")", words[i].text,
                (struct ct_meaning){words[i].outcome, words[i].reason, words[i].marks});
        }
    }
}
