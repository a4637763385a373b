/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of the generic family: one word, or a list of tiers. Many products write X-Cache and
 * X-Cache-Status, so for these each element is asked who wrote it: by the name after "from",
 * by a word that only one product uses, by the fingerprints of the response.
 */
#include <stdio.h>

#include "cache/grammar.h"
#include "cache/lister.h"
#include "cache/reading.h"

enum node_match { NODE_IS, NODE_BEGINS, NODE_CONTAINS };

struct node_rule {
    const char *text; /* lower case */
    enum node_match match;
    uint8_t dialect;
};

struct label_rule {
    const char *text;
    int8_t depth;
};

/* clang-format off */
/* Names after "from" that tell the writer. */
static const struct node_rule node_rules[] = {
    {"cloudfront", NODE_IS, CT_DIALECT_CLOUDFRONT},
    {"child", NODE_IS, CT_DIALECT_AKAMAI},
    {"parent", NODE_IS, CT_DIALECT_AKAMAI},
    {"ecacc", NODE_IS, CT_DIALECT_EDGECAST},
    {"ecs", NODE_IS, CT_DIALECT_EDGECAST},
    {"ecd", NODE_IS, CT_DIALECT_EDGECAST},
    {"ks-cloud", NODE_BEGINS, CT_DIALECT_KINGSOFT},
    {".swiftserve.com", NODE_CONTAINS, CT_DIALECT_SWIFTSERVE},
};

/* Writers of X-Cache without a word or name of their own, by fingerprint, in this order. */
static const uint8_t x_cache_writers[] = {
    CT_DIALECT_AZURE, CT_DIALECT_EDGECAST, CT_DIALECT_FASTLY, CT_DIALECT_CDN77,
    CT_DIALECT_KEYCDN, CT_DIALECT_ARVAN, CT_DIALECT_STACKPATH, CT_DIALECT_WANGSU,
    CT_DIALECT_NUEVOCLOUD, CT_DIALECT_OVH, CT_DIALECT_UPYUN, CT_DIALECT_JD,
    CT_DIALECT_VARNISH, CT_DIALECT_WPENGINE, CT_DIALECT_WPVIP,
    CT_DIALECT_NUSTER, CT_DIALECT_HAPROXY, CT_DIALECT_NITRO,
};

/* Those of them that write "HIT from NODE". */
static const uint8_t x_cache_node_writers[] = {
    CT_DIALECT_WANGSU, CT_DIALECT_UPYUN, CT_DIALECT_JD,
};

/* The same for the names that operators choose. */
static const uint8_t x_status_writers[] = {
    CT_DIALECT_MEDIANOVA, CT_DIALECT_BAIDU, CT_DIALECT_ORACLE_WAF, CT_DIALECT_SITEGROUND,
    CT_DIALECT_KONG,
};

/* Names of tiers: where they stand. 1: at the client, -1: behind. */
static const struct label_rule label_rules[] = {
    {"edge", 1}, {"child", 1}, {"l1", 1}, {"pop", 1},
    {"midcache", -1}, {"mid", -1}, {"parent", -1}, {"l2", -1}, {"shield", -1}, {"regional", -1},
    {"origin", -2},
};

/* The words of $upstream_cache_status, as nginx writes them. */
static const char *const nginx_words[] = {
    "HIT", "MISS", "EXPIRED", "STALE", "UPDATING", "REVALIDATED", "BYPASS",
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool starts_with_nocase(struct ct_span text, const char *start)
{
    return ct_span_equal_nocase(ct_span_slice(text, 0, strlen(start)), start);
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static enum ct_dialect writer_by_node(const struct ct_element *e)
{
    for (size_t i = 0; i < COUNT(node_rules) && e->from; i++) {
        const struct node_rule *rule = &node_rules[i];
        if (rule->match == NODE_IS       ? ct_span_equal_nocase(e->node, rule->text)
            : rule->match == NODE_BEGINS ? starts_with_nocase(e->node, rule->text)
                                         : ct_reading_contains(e->node, rule->text)) {
            return rule->dialect;
        }
    }
    bool ghost_name = e->node.n > 2 && e->node.p[0] == 'a' && is_digit(e->node.p[1]);
    if (starts_with_nocase(e->comment, "(akamai") || (e->from && e->tcp && ghost_name)) {
        return CT_DIALECT_AKAMAI;
    }
    if (!e->from && e->node.n > 2 && starts_with_nocase(e->node, "cp") && is_digit(e->node.p[2])) {
        return CT_DIALECT_WIKIMEDIA;
    }
    return CT_DIALECT_GENERIC;
}

/* Squid's second field names the same host with its port; else Via tells. */
static bool written_by_squid(struct ct_reading *r, const struct ct_element *e)
{
    if (!e->from || e->node.n == 0) {
        return false;
    }
    uint32_t lookup = ct_cache_seen(r, CT_HEADER_X_CACHE_LOOKUP);
    if (lookup != CT_LINE_NONE) {
        return ct_reading_contains(ct_reading_text(r, lookup), " from ");
    }
    ct_cache_find_makers(r);
    return ct_reading_has_print(r, CT_DIALECT_SQUID);
}

static enum ct_dialect writer_by_print(struct ct_reading *r, const uint8_t *writers, size_t n)
{
    (void)ct_cache_find_server(r);
    for (size_t i = 0; i < n && r->print_lacks != 0; i++) {
        if (ct_reading_has_print(r, writers[i])) {
            return writers[i];
        }
    }
    return CT_DIALECT_GENERIC;
}

/* The debugging fields of Traffic Server are in lower case. */
static bool written_by_ats(struct ct_reading *r, const struct ct_element *e)
{
    bool xdebug = ct_span_equal(e->status, ct_span_of("miss")) ||
                  ct_span_equal(e->status, ct_span_of("none")) ||
                  ct_span_equal(e->status, ct_span_of("unknown"));
    if (!xdebug || !e->bare) {
        return false;
    }
    ct_cache_find_makers(r);
    return r->last_via == CT_DIALECT_TRAFFICSERVER || r->server == CT_DIALECT_TRAFFICSERVER;
}

/* Libraries write what Squid writes, without its name: "x-cache: HIT", "x-cache-lookup: HIT". */
static bool written_by_library(const struct ct_reading *r, const struct ct_element *e)
{
    uint32_t lookup = ct_cache_seen(r, CT_HEADER_X_CACHE_LOOKUP);
    if (lookup == CT_LINE_NONE || !e->bare) {
        return false;
    }
    struct ct_span text = ct_span_trim(ct_reading_text(r, lookup));
    return ct_span_equal_nocase(text, "hit") || ct_span_equal_nocase(text, "miss");
}

static enum ct_dialect writer_of_x_cache(struct ct_reading *r, const struct ct_element *e)
{
    enum ct_dialect dialect = writer_by_node(e);
    if (dialect != CT_DIALECT_GENERIC) {
        return dialect;
    }
    if (e->second) {
        return CT_DIALECT_ALIBABA;
    }
    bool asf = ct_span_equal_nocase(e->status, "revalidate") ||
               starts_with_nocase(e->status, "invalidate from");
    if (e->from && (asf || ct_cache_seen(r, CT_HEADER_X_CACHE_DETAIL) != CT_LINE_NONE)) {
        return CT_DIALECT_HTTPD;
    }
    if (written_by_squid(r, e)) {
        return CT_DIALECT_SQUID;
    }
    if (e->word != NULL && e->word->hint != CT_DIALECT_GENERIC) {
        return e->word->hint;
    }
    if (ct_span_equal_nocase(e->status, "remote_hit") ||
        ct_span_equal_nocase(e->status, "tcp_remote_hit")) {
        return CT_DIALECT_AZURE;
    }
    if (e->from) {
        return writer_by_print(r, x_cache_node_writers, COUNT(x_cache_node_writers));
    }
    if (written_by_ats(r, e)) {
        return CT_DIALECT_TRAFFICSERVER;
    }
    dialect = writer_by_print(r, x_cache_writers, COUNT(x_cache_writers));
    if (dialect == CT_DIALECT_GENERIC && written_by_library(r, e)) {
        return CT_DIALECT_HTTPCACHE;
    }
    return dialect;
}

static bool is_nginx_word(const struct ct_element *e)
{
    for (size_t i = 0; i < COUNT(nginx_words) && e->bare; i++) {
        if (ct_span_equal(e->status, ct_span_of(nginx_words[i]))) {
            return true;
        }
    }
    return false;
}

static enum ct_dialect writer_of_x_status(struct ct_reading *r, const struct ct_element *e)
{
    enum ct_dialect dialect = writer_by_node(e);
    if (dialect != CT_DIALECT_GENERIC) {
        return dialect;
    }
    if (e->label.n > 0) {
        return CT_DIALECT_MEDIANOVA;
    }
    if (e->word != NULL && e->word->hint == CT_DIALECT_WIKIMEDIA) {
        return CT_DIALECT_WIKIMEDIA;
    }
    dialect = writer_by_print(r, x_status_writers, COUNT(x_status_writers));
    if (dialect != CT_DIALECT_GENERIC) {
        return dialect;
    }
    if (is_nginx_word(e)) {
        return CT_DIALECT_NGINX;
    }
    ct_cache_find_makers(r); /* a custom field of Cloud CDN: lower case, behind its Via */
    return r->last_via == CT_DIALECT_GOOGLE_CDN ? CT_DIALECT_GOOGLE_CDN : CT_DIALECT_GENERIC;
}

static enum ct_dialect who_wrote(struct ct_reading *r, const struct ct_header_row *row,
                                 const struct ct_element *e)
{
    if ((row->flags & CT_FLAG_X_CACHE) != 0) {
        return writer_of_x_cache(r, e);
    }
    if ((row->flags & CT_FLAG_X_STATUS) != 0) {
        return writer_of_x_status(r, e);
    }
    return row->dialect;
}

static int8_t depth_of(const struct ct_element *e, enum ct_dialect dialect)
{
    struct ct_span name = e->label.n > 0 ? e->label : e->node;
    bool named = e->label.n > 0 || (dialect == CT_DIALECT_AKAMAI && name.n > 0);
    for (size_t i = 0; i < COUNT(label_rules) && named; i++) {
        if (ct_span_equal_nocase(name, label_rules[i].text)) {
            return label_rules[i].depth;
        }
    }
    return 0;
}

/* nginx overwrites Server, so its own word and its name there belong together. */
static bool writer_is_known(struct ct_reading *r, enum ct_dialect dialect)
{
    if (dialect == CT_DIALECT_NGINX) {
        return ct_cache_find_server(r) == CT_DIALECT_NGINX;
    }
    return dialect != CT_DIALECT_GENERIC;
}

/* With the writer's own words, now that he is known. */
static void read_again(const struct ct_reading *r, enum ct_dialect dialect, bool asks,
                       struct ct_span text, struct ct_element *e)
{
    if (e->word == NULL || !e->bare) {
        ct_cache_read_element(r->cache, dialect, asks, text, e);
        return;
    }
    const struct ct_word *own = ct_cache_find_own_word(r->cache, dialect, e->status);
    e->word = own != NULL ? own : e->word;
}

/* The coarse word before an exact one says something else. */
static bool words_disagree(const struct ct_element *e)
{
    return e->first != NULL && ct_cache_outcome_class((enum ct_outcome)e->first->outcome) !=
                                   ct_cache_outcome_class((enum ct_outcome)e->word->outcome);
}

/*
 * A line that only repeats an earlier one of its field: of fields that their writer overwrites,
 * and of nginx's answer 416, which carries its line twice.
 */
static bool is_repetition(const struct ct_reading *r, const struct ct_statement *s)
{
    bool overwritten = (ct_cache_headers[s->header].flags & CT_FLAG_SINGLE) != 0;
    bool twice = s->dialect == CT_DIALECT_NGINX && r->txn->status == 416;
    for (uint32_t i = 0; i < r->n_statements && (overwritten || twice); i++) {
        const struct ct_statement *other = &r->statements[i];
        if (other->header == s->header && other->line != s->line && other->outcome == s->outcome &&
            s->bare) {
            return true;
        }
    }
    return false;
}

static bool say_element(struct ct_reading *r, enum ct_header header, uint32_t line,
                        struct ct_span text, bool list)
{
    const struct ct_header_row *row = &ct_cache_headers[header];
    bool asks = (row->flags & CT_FLAG_ASKS) != 0;
    struct ct_element e;
    ct_cache_read_element(r->cache, row->dialect, asks, text, &e);
    r->unfilled = r->unfilled || e.absent;
    if (e.absent || (e.word == NULL && (row->flags & CT_FLAG_SOFT) != 0)) {
        return false;
    }
    enum ct_dialect dialect = who_wrote(r, row, &e);
    if (dialect != row->dialect && ct_dialect_set_has(&r->cache->own_words, dialect)) {
        read_again(r, dialect, asks, text, &e);
    }
    struct ct_statement s = ct_cache_statement(r, header, dialect, line);
    ct_cache_apply_word(&s, e.word);
    ct_cache_add_marks(&s, e.marks);
    s.node = ct_reading_ref(r, e.label.n > 0 ? e.label : e.node);
    s.hits = e.hits;
    s.depth = depth_of(&e, dialect);
    s.bare = e.bare && !list && s.node.length == UINT32_MAX;
    s.known_writer = writer_is_known(r, dialect);
    if (e.word != NULL && e.label.n == 0 && text.n > CT_ELEMENT_BYTES_MAX) {
        s.marks |= CT_MARK_BIT(MALFORMED);
    }
    if (dialect == CT_DIALECT_CLOUDFRONT && s.outcome == CT_OUTCOME_ERROR && r->age_s > 0) {
        s.outcome = CT_OUTCOME_NEGATIVE_HIT;
        s.also = ct_reading_line(r, CT_DIR_RESP, CT_FIELD_AGE);
        s.rule = "an error with an Age above 0 was stored";
    }
    if (words_disagree(&e)) {
        s.marks |= CT_MARK_BIT(DISAGREE);
    }
    if (is_repetition(r, &s)) {
        return false;
    }
    ct_cache_say(r, &s);
    return true;
}

void ct_cache_read_words(struct ct_reading *r, enum ct_header header, uint32_t line)
{
    struct ct_span parts[CT_TIERS_MAX];
    size_t n_all;
    size_t n = ct_cache_split_list(ct_reading_text(r, line), parts, &n_all);
    bool single = (ct_cache_headers[header].flags & CT_FLAG_SINGLE) != 0;
    r->unfilled = r->unfilled || n == 0;
    r->cut = r->cut || (n_all > n && !single);
    if (single && n > 1) {
        if (say_element(r, header, line, parts[n - 1], true)) {
            r->statements[r->n_statements - 1].marks |= CT_MARK_BIT(MALFORMED);
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        (void)say_element(r, header, line, parts[i], n > 1);
    }
}

/* Fields of the generic dialect that a writer is known to write as well. */
static void list_shared(const struct ct_lister *to, const uint8_t *writers, size_t n,
                        const char *header)
{
    for (size_t i = 0; i < n; i++) {
        ct_cache_list(to, writers[i],
                      (struct ct_entry){CT_ENTRY_HEADER, header,
                                        "words, where the response shows this dialect", 0, 0, 0,
                                        0});
    }
}

void ct_cache_list_writers(const struct ct_lister *to)
{
    static const char *const forms[] = {[NODE_IS] = "... from %s",
                                        [NODE_BEGINS] = "... from %s...",
                                        [NODE_CONTAINS] = "... from ...%s..."};
    for (size_t i = 0; i < COUNT(node_rules); i++) {
        char text[64];
        const char *form = forms[node_rules[i].match];
        const char *part = strstr(form, "%s");
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(part - form), form, node_rules[i].text,
                       part + 2);
        ct_cache_list_print(to, node_rules[i].dialect, "X-Cache", text);
    }
    static const uint8_t node_writers[] = {CT_DIALECT_CLOUDFRONT, CT_DIALECT_AKAMAI,
                                           CT_DIALECT_SQUID, CT_DIALECT_HTTPD,
                                           CT_DIALECT_TRAFFICSERVER};
    list_shared(to, node_writers, COUNT(node_writers), "X-Cache");
    list_shared(to, x_cache_writers, COUNT(x_cache_writers), "X-Cache");
    list_shared(to, x_status_writers, COUNT(x_status_writers), "X-Cache-Status");
}
