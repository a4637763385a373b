/* SPDX-License-Identifier: Apache-2.0 */
#include "cache/grammar.h"

#include "base/number.h"
#include "base/span.h"

struct words {
    struct ct_span at[CT_ELEMENT_WORDS_MAX];
    size_t n;
};

/* Length of a quoted string that begins at text.p[i], or of what is left of it. */
static size_t quoted_length(struct ct_span text, size_t i)
{
    size_t from = i++;
    while (i < text.n && text.p[i] != '"') {
        i += text.p[i] == '\\' ? 2 : 1;
    }
    return (i < text.n ? i + 1 : text.n) - from;
}

/* Octets up to the next comma outside parentheses and quotes. */
static size_t element_length(struct ct_span text)
{
    size_t depth = 0;
    size_t i = 0;
    while (i < text.n && (text.p[i] != ',' || depth > 0)) {
        if (text.p[i] == '"') {
            i += quoted_length(text, i);
            continue;
        }
        depth += text.p[i] == '(';
        depth -= text.p[i] == ')' && depth > 0;
        i++;
    }
    return i;
}

/* The same, fast where nothing can hide a comma before the first one. */
static size_t next_comma(struct ct_span text)
{
    const uint8_t *comma = memchr(text.p, ',', text.n);
    if (comma == NULL) {
        return text.n;
    }
    size_t n = (size_t)(comma - text.p);
    if (memchr(text.p, '(', n) == NULL && memchr(text.p, '"', n) == NULL) {
        return n;
    }
    return element_length(text);
}

bool ct_cache_next_element(struct ct_span *rest, struct ct_span *element)
{
    while (rest->n > 0) {
        size_t n = next_comma(*rest);
        *element = ct_span_trim(ct_span_slice(*rest, 0, n));
        *rest = ct_span_slice(*rest, n + 1, rest->n);
        if (element->n > 0) {
            return true;
        }
    }
    return false;
}

size_t ct_cache_split_list(struct ct_span value, struct ct_span parts[CT_TIERS_MAX], size_t *n_all)
{
    struct ct_span element;
    size_t n = 0;
    while (ct_cache_next_element(&value, &element)) {
        parts[n++ % CT_TIERS_MAX] = element;
    }
    *n_all = n;
    if (n <= CT_TIERS_MAX) {
        return n;
    }
    struct ct_span ring[CT_TIERS_MAX];
    memcpy(ring, parts, sizeof ring);
    for (size_t i = 0; i < CT_TIERS_MAX; i++) {
        parts[i] = ring[(n + i) % CT_TIERS_MAX];
    }
    return CT_TIERS_MAX;
}

bool ct_cache_is_no_statement(struct ct_span text)
{
    if (text.n == 0) {
        return true;
    }
    switch (text.p[0]) {
    case '-':
        return text.n == 1;
    case '$':
    case '{':
        return true;
    case '%':
        return text.n > 1 && (text.p[1] == '{' || text.p[1] == '[');
    case '(':
        return ct_span_equal_nocase(text, "(null)");
    default:
        return false;
    }
}

/* Words between single spaces, where nothing else can be: most of what there is. */
static void split_plain(struct ct_span text, struct words *words)
{
    words->n = 0;
    while (text.n > 0 && words->n < CT_ELEMENT_WORDS_MAX) {
        const uint8_t *space = memchr(text.p, ' ', text.n);
        size_t n = space != NULL ? (size_t)(space - text.p) : text.n;
        if (n > 0) {
            words->at[words->n++] = ct_span_slice(text, 0, n);
        }
        text = ct_span_slice(text, n + 1, text.n);
    }
}

static void split_words(struct ct_span text, struct words *words)
{
    size_t i = 0;
    words->n = 0;
    if (text.n == 0 ||
        (memchr(text.p, '(', text.n) == NULL && memchr(text.p, '\t', text.n) == NULL)) {
        split_plain(text, words);
        return;
    }
    while (i < text.n && words->n < CT_ELEMENT_WORDS_MAX) {
        while (i < text.n && (text.p[i] == ' ' || text.p[i] == '\t')) {
            i++;
        }
        size_t from = i;
        size_t depth = 0;
        while (i < text.n && (depth > 0 || (text.p[i] != ' ' && text.p[i] != '\t'))) {
            depth += text.p[i] == '(';
            depth -= text.p[i] == ')' && depth > 0;
            i++;
        }
        if (i > from) {
            words->at[words->n++] = ct_span_slice(text, from, i);
        }
    }
}

/* From the first octet of words a to the last of word b - 1. */
static struct ct_span words_span(const struct words *words, size_t a, size_t b)
{
    const uint8_t *from = words->at[a].p;
    return (struct ct_span){from, (size_t)(words->at[b - 1].p - from) + words->at[b - 1].n};
}

/* Reads digits, with ":", "/" or "(" before and ")" after them; -1 when it is no counter. */
static int64_t counter_of(struct ct_span text)
{
    uint64_t value;
    if (text.n > 0 && (text.p[0] == ':' || text.p[0] == '/' || text.p[0] == '(')) {
        text = ct_span_slice(text, 1, text.n);
    }
    if (text.n > 0 && text.p[text.n - 1] == ')') {
        text.n--;
    }
    if (!ct_base_parse_u64(text, &value) || value > INT64_MAX) {
        return -1;
    }
    return (int64_t)value;
}

/* The counter in what follows the status: cut is the end of its own word, words from next on. */
static int64_t find_counter(struct ct_span cut, const struct words *words, size_t next)
{
    int64_t hits = counter_of(cut);
    if (hits >= 0 || next >= words->n) {
        return hits;
    }
    struct ct_span word = words->at[next];
    bool sign = ct_span_equal_nocase(word, "ord") || (word.n == 1 && word.p[0] == ':');
    if (sign && next + 1 < words->n) {
        return counter_of(words->at[next + 1]);
    }
    return counter_of(word);
}

struct matcher {
    const struct ct_cache *cache;
    unsigned dialect;
    bool asks;
};

static bool ends_word(uint8_t c)
{
    return c == ':' || c == '/' || c == '(' || c == ';' || c == '=';
}

static bool find_status(const struct matcher *m, struct ct_span text, struct ct_element *element)
{
    struct ct_found_word found = ct_cache_find_word(m->cache, m->dialect, m->asks, text);
    element->status = text;
    element->word = found.word;
    element->marks = found.marks;
    element->tcp = found.tcp;
    return found.word != NULL;
}

static bool is_hit(const struct ct_word *word)
{
    return ct_cache_outcome_class((enum ct_outcome)word->outcome) == CT_CLASS_HIT;
}

/* What follows the status, "/MISS" or the next word, says a hit is none, or the other way round. */
static bool is_contradicted(const struct matcher *m, struct ct_span cut, const struct words *words,
                            size_t next, const struct ct_word *word)
{
    struct ct_span after = {NULL, 0};
    if (cut.n > 1 && (cut.p[0] == '/' || cut.p[0] == ';')) {
        after = ct_span_slice(cut, 1, cut.n);
    } else if (cut.n == 0 && next < words->n) {
        after = words->at[next];
    }
    struct ct_found_word found = ct_cache_find_word(m->cache, m->dialect, false, after);
    return found.word != NULL && !found.tcp && is_hit(found.word) != is_hit(word);
}

/* The longest status that begins with words->at[at]. */
static bool match_status(const struct matcher *m, const struct words *words, size_t at,
                         struct ct_element *element)
{
    size_t most = words->n - at < 4 ? words->n - at : 4;
    struct ct_span cut = {NULL, 0};
    size_t k = most;
    for (; k > 0; k--) {
        if (find_status(m, words_span(words, at, at + k), element)) {
            break;
        }
    }
    if (k == 0) { /* "HIT:", "hit/129061" */
        struct ct_span word = words->at[at];
        size_t i = 1;
        while (i < word.n && !ends_word(word.p[i])) {
            i++;
        }
        if (i >= word.n) {
            return false;
        }
        if (!find_status(m, ct_span_slice(word, 0, i), element)) {
            return false;
        }
        cut = ct_span_slice(word, i, word.n);
        k = 1;
    }
    if (is_contradicted(m, cut, words, at + k, element->word)) {
        element->word = NULL;
        return false;
    }
    bool code = element->tcp && cut.n > 0 && cut.p[0] == '/'; /* "TCP_MISS/200": a status code */
    element->hits = code ? -1 : find_counter(cut, words, at + k);
    if (at + k < words->n && ct_ascii_lower(words->at[at + k].p[0]) == 't') {
        struct ct_found_word second = /* "HIT TCP_MEM_HIT": the second word is the exact one */
            ct_cache_find_word(m->cache, m->dialect, false, words->at[at + k]);
        if (second.word != NULL && second.tcp) {
            element->first = element->word;
            element->word = second.word;
            element->marks = second.marks;
            element->status = words->at[at + k];
            element->second = true;
        }
    }
    return true;
}

/* "Edge : MISS" */
static bool match_label(const struct matcher *m, struct ct_span head, struct ct_element *element)
{
    struct words words;
    size_t colon = 0;
    while (colon < head.n && head.p[colon] != ':') {
        colon++;
    }
    split_words(ct_span_slice(head, colon + 1, head.n), &words);
    if (colon == 0 || words.n == 0 || !match_status(m, &words, 0, element)) {
        return false;
    }
    element->label = ct_span_trim(ct_span_slice(head, 0, colon));
    return true;
}

/* A host name, an address, a point of presence: no mere word, it might be "not" or "no". */
static bool is_node_name(struct ct_span text)
{
    bool mere_word = true;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = ct_ascii_lower(text.p[i]);
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && c != '-' && c != '.' && c != '_' && c != ':' && c != '[' && c != ']') {
            return false;
        }
        mere_word = mere_word && c != '.' && !(c >= '0' && c <= '9');
    }
    return !mere_word;
}

void ct_cache_read_element(const struct ct_cache *cache, unsigned dialect, bool asks,
                           struct ct_span text, struct ct_element *element)
{
    const struct matcher m = {cache, dialect, asks};
    struct words words;
    *element = (struct ct_element){.hits = -1};
    text = ct_span_trim(ct_span_slice(text, 0, CT_ELEMENT_BYTES_MAX));
    if (text.n > 1 && text.p[0] == '"' && text.p[text.n - 1] == '"') {
        text = ct_span_trim(ct_span_slice(text, 1, text.n - 1));
    }
    element->status = text;
    element->absent = ct_cache_is_no_statement(text);
    if (element->absent) {
        return;
    }
    split_words(text, &words);
    element->bare = words.n == 1;
    size_t from = 1;
    while (from < words.n && !ct_span_equal_nocase(words.at[from], "from")) {
        from++;
    }
    if (from + 1 < words.n) {
        element->from = true;
        element->node = words.at[from + 1];
        if (from + 2 < words.n) {
            const uint8_t *p = words.at[from + 2].p;
            element->comment = (struct ct_span){p, (size_t)(text.p + text.n - p)};
        }
    }
    if (from < words.n) {
        words.n = from;
    }
    if (words.n == 0 || match_status(&m, &words, 0, element) ||
        match_label(&m, words_span(&words, 0, words.n), element)) {
        return;
    }
    if (words.n > 1 && is_node_name(words.at[0]) && match_status(&m, &words, 1, element)) {
        element->node = words.at[0];
        return;
    }
    element->status = text;
}
