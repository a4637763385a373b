/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front of the stage: names a transaction's URI, finds what is remembered of it, lets the
 * rules look at both, and remembers. The server's end point is part of the name: a cache's two
 * sides, seen in one capture, are two servers and two histories.
 */
#include "cachetap/insight.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/span.h"
#include "insight/rules.h"

#define NAME_BYTES 512 /* of a host or a set of values that is hashed; longer ones are cut */

/* clang-format off */
/* Identifiers that an origin gives to a request and that a store keeps; the first counts. */
static const char *const id_names[] = {
    "X-Request-Id", "X-Correlation-Id", "X-Trace-Id", "traceparent", "X-Amzn-Trace-Id",
    "Request-Id",
};

/* What Vary commonly names, so that variants can be told apart. */
static const char *const vary_names[] = {
    "Accept-Encoding", "Accept-Language", "Accept", "Origin", "X-Forwarded-Proto",
    "X-Requested-With", "Save-Data", "Access-Control-Request-Headers",
    "Access-Control-Request-Method",
};
/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define ID_BYTES_MIN 16 /* shorter ones may be anybody's */

struct ct_insight {
    struct ct_key key;
    const struct ct_fields *fields;
    uint8_t id_rank[CT_FIELDS_MAX]; /* place in id_names + 1; 0: no id */
    /* The last server and host, for the next transaction is often of the same. */
    uint8_t name[sizeof(struct ct_endpoint) + NAME_BYTES];
    size_t name_bytes;
    uint64_t name_hash;
    struct ct_history history;
    struct ct_servers servers;
    struct ct_insight_counters counters;
};

void ct_insight_intern(struct ct_fields *fields)
{
    for (size_t i = 0; i < COUNT(id_names); i++) { /* without room there is no id */
        (void)ct_http_fields_intern(fields, id_names[i]);
    }
    for (size_t i = 0; i < COUNT(vary_names); i++) { /* without room the variant is open */
        (void)ct_http_fields_intern(fields, vary_names[i]);
    }
}

struct ct_insight *ct_insight_new(const struct ct_limits *limits, const struct ct_key *key,
                                  const struct ct_fields *fields)
{
    struct ct_insight *insight = calloc(1, sizeof *insight);
    if (insight == NULL) {
        return NULL;
    }
    insight->key = *key;
    insight->fields = fields;
    for (size_t i = 0; i < COUNT(id_names); i++) {
        uint16_t field = ct_http_fields_find(fields, ct_span_of(id_names[i]));
        if (field < CT_FIELDS_MAX) {
            insight->id_rank[field] = (uint8_t)(i + 1);
        }
    }
    if (!ct_history_init(&insight->history, limits->history_bytes)) {
        free(insight);
        return NULL;
    }
    insight->counters.memory_bytes = ct_history_bytes(&insight->history);
    return insight;
}

void ct_insight_free(struct ct_insight *insight)
{
    if (insight != NULL) {
        ct_history_fini(&insight->history);
        free(insight);
    }
}

const struct ct_insight_counters *ct_insight_counters(const struct ct_insight *insight)
{
    return &insight->counters;
}

/* ---- names -------------------------------------------------------------------------------- */

/* Never 0, which stands for nothing. */
static uint64_t hash_span(const struct ct_insight *insight, struct ct_span text)
{
    uint64_t hash = ct_base_hash64(&insight->key, text.p, text.n);
    return hash != 0 ? hash : 1;
}

static uint64_t hash_ref(const struct ct_insight *insight, const struct ct_txn *txn,
                         struct ct_ref ref)
{
    struct ct_span text = ct_txn_text(txn, ref);
    return text.n > 0 ? hash_span(insight, text) : 0;
}

/*
 * The opaque part of an ETag: a cache that unpacks a representation marks its tag as weak, and
 * one that packs it may append how (RFC 9110 section 8.8.3.3).
 */
static uint64_t hash_etag(const struct ct_insight *insight, const struct ct_txn *txn,
                          struct ct_ref ref)
{
    static const char *const packed[] = {"-gzip\"", "-br\"", "-df\"", ";gzip\"", ";br\""};
    struct ct_span tag = ct_span_trim(ct_txn_text(txn, ref));
    if (ct_span_starts_with(tag, "W/")) {
        tag = ct_span_slice(tag, 2, tag.n);
    }
    for (size_t i = 0; i < COUNT(packed); i++) {
        size_t n = strlen(packed[i]);
        if (tag.n > n && ct_span_equal_nocase(ct_span_slice(tag, tag.n - n, tag.n), packed[i])) {
            tag.n -= n;
            return hash_span(insight, tag);
        }
    }
    tag.n -= tag.n > 0 && tag.p[tag.n - 1] == '"' ? 1 : 0;
    return tag.n > 0 ? hash_span(insight, tag) : 0;
}

/* The host's name, without case, at the server's end point. */
static uint64_t server_key(struct ct_insight *insight, const struct ct_txn *txn)
{
    const struct ct_endpoint *server = &txn->conn.resp;
    uint8_t name[sizeof insight->name];
    struct ct_span host = ct_span_slice(ct_txn_text(txn, txn->host), 0, NAME_BYTES);
    size_t n = sizeof server->addr;
    memcpy(name, server->addr, n);
    name[n++] = server->family;
    name[n++] = (uint8_t)(server->port >> 8);
    name[n++] = (uint8_t)server->port;
    for (size_t i = 0; i < host.n; i++) {
        name[n++] = ct_ascii_lower(host.p[i]);
    }
    if (n != insight->name_bytes || memcmp(name, insight->name, n) != 0) {
        memcpy(insight->name, name, n);
        insight->name_bytes = n;
        insight->name_hash = hash_span(insight, (struct ct_span){name, n});
    }
    return insight->name_hash;
}

/* The target in origin form: in absolute form it begins with scheme and host (RFC 9112 3.2). */
static struct ct_span origin_form(struct ct_span target)
{
    if (!ct_span_equal_nocase(ct_span_slice(target, 0, 7), "http://")) {
        return target;
    }
    size_t i = 7;
    while (i < target.n && target.p[i] != '/' && target.p[i] != '?' && target.p[i] != '#') {
        i++;
    }
    return i < target.n ? ct_span_slice(target, i, target.n) : ct_span_of("/");
}

/* Of two keyed hashes, which nobody can choose, so that mixing them takes no key. */
static uint64_t combine(uint64_t a, uint64_t b)
{
    uint64_t mixed = (a ^ (b << 29 | b >> 35)) * UINT64_C(0x9e3779b97f4a7c15);
    mixed ^= mixed >> 32;
    return mixed != 0 ? mixed : 1;
}

static uint64_t uri_key(const struct ct_insight *insight, const struct ct_txn *txn, uint64_t server)
{
    return combine(server, hash_span(insight, origin_form(ct_txn_text(txn, txn->target))));
}

/* ---- variants ----------------------------------------------------------------------------- */

/* Takes the names of the response's Vary; what cannot be compared leaves the variant open. */
static void take_vary(const struct ct_insight *insight, const struct ct_txn *txn,
                      struct ct_visit *uri)
{
    const struct ct_line *line = ct_http_line(txn, CT_DIR_RESP, CT_FIELD_VARY, NULL);
    if (line == NULL && (txn->status == 304 || txn->status >= 500)) {
        return; /* a 304 need not repeat it */
    }
    uri->n_vary = 0;
    uri->flags &= (uint16_t)~CT_VISIT_VARY_OPEN;
    for (; line != NULL; line = ct_http_line(txn, CT_DIR_RESP, CT_FIELD_VARY, line)) {
        struct ct_span rest = ct_txn_text(txn, line->value);
        while (rest.n > 0) {
            const uint8_t *comma = memchr(rest.p, ',', rest.n);
            size_t n = comma != NULL ? (size_t)(comma - rest.p) : rest.n;
            struct ct_span name = ct_span_trim(ct_span_slice(rest, 0, n));
            uint16_t field = ct_http_fields_find(insight->fields, name);
            rest = ct_span_slice(rest, n + 1, rest.n);
            if (name.n == 0) {
                continue;
            }
            if (field == CT_FIELD_NONE || uri->n_vary == CT_VARY_MAX) {
                uri->flags |= CT_VISIT_VARY_OPEN;
            } else {
                uri->vary[uri->n_vary++] = field;
            }
        }
    }
}

/* The name of this request's variant; *open: a value is not known, as it is a secret. */
static uint64_t variant_key(const struct ct_insight *insight, const struct ct_txn *txn,
                            const struct ct_visit *uri, bool *open)
{
    uint64_t key = uri->key;
    for (uint8_t i = 0; i < uri->n_vary; i++) {
        const struct ct_line *line = NULL;
        while ((line = ct_http_line(txn, CT_DIR_ORIG, uri->vary[i], line)) != NULL) {
            *open = *open || ct_http_fields_secret(uri->vary[i]);
            key = combine(key, hash_ref(insight, txn, line->value));
        }
        key = combine(key, i);
    }
    return key;
}

/* ---- the origin's request id -------------------------------------------------------------- */

/* 0: none, or one that the request already bore. */
static uint64_t origin_id(const struct ct_insight *insight, const struct ct_txn *txn)
{
    const struct ct_line *given = NULL;
    unsigned best = UINT8_MAX;
    unsigned asked = 0; /* bit per rank: in the request */
    for (uint32_t i = 0; i < txn->n_lines; i++) {
        const struct ct_line *line = &txn->lines[i];
        unsigned rank = line->field < CT_FIELDS_MAX ? insight->id_rank[line->field] : 0;
        if (rank == 0) {
            continue;
        }
        if (line->dir == CT_DIR_ORIG) {
            asked |= 1U << rank;
        } else if (rank < best && (asked >> rank & 1) == 0 && ct_ref_present(line->value) &&
                   line->value.length >= ID_BYTES_MIN) {
            best = rank;
            given = line;
        }
    }
    return given != NULL ? hash_ref(insight, txn, given->value) : 0;
}

/* ---- remembering -------------------------------------------------------------------------- */

static bool has(const struct ct_view *view, enum ct_fact fact)
{
    return (view->facts->bits >> fact & 1) != 0;
}

static void set_flag(struct ct_visit *visit, unsigned flag, bool on)
{
    visit->flags = (uint16_t)(on ? visit->flags | flag : visit->flags & ~flag);
}

/* What every response leaves with the URI, whatever its variant. */
static void note_uri(const struct ct_view *view, struct ct_visit *uri)
{
    const struct ct_message *response = &view->txn->response;
    if (response->first_ns - uri->etags_ns > 2 * CT_NS_PER_S) {
        uri->etags = 0;
    }
    uri->etags_ns = response->first_ns;
    uri->etags |= view->etag != 0 ? ct_visit_etag_bits(view->etag) : 0;
    if (view->verdict->class == CT_CLASS_MISS) {
        set_flag(uri, CT_VISIT_INVALIDATED, false);
    }
    set_flag(uri, CT_VISIT_STALE,
             view->verdict->outcome == CT_OUTCOME_STALE ||
                 view->verdict->outcome == CT_OUTCOME_UPDATING);
}

static void note_fetch_time(const struct ct_view *view, struct ct_visit *visit)
{
    int64_t ttfb_ns = view->txn->response.first_ns - view->txn->request.last_ns;
    bool shorter = visit->miss_ttfb_ns == 0 || ttfb_ns < visit->miss_ttfb_ns;
    if (view->verdict->class == CT_CLASS_MISS && ttfb_ns > 0 && shorter) {
        visit->miss_ttfb_ns = ttfb_ns;
    }
}

/* The representation and how long it is good; a new one takes the place of the old. */
static void note_copy(const struct ct_view *view, struct ct_visit *visit)
{
    const struct ct_txn *txn = view->txn;
    const struct ct_facts *facts = view->facts;
    int64_t now_ns = txn->response.first_ns;
    bool whole = !has(view, CT_FACT_HEAD) && txn->status != 206 && txn->status != 304;
    bool same = ct_view_is_same(view);
    if (!same) {
        visit->flags &=
            CT_VISIT_VARY_OPEN | CT_VISIT_ID_REPEATS | CT_VISIT_INVALIDATED | CT_VISIT_STALE;
    }
    if (!same || facts->date_s != visit->date_s) {
        visit->copy_ns = now_ns;
    }
    if (has(view, CT_FACT_STORABLE)) {
        int64_t age_s = view->verdict->age_s > 0 ? view->verdict->age_s : 0;
        visit->fresh_until_ns = now_ns + (facts->lifetime_s - age_s) * CT_NS_PER_S;
        set_flag(visit, CT_VISIT_STORABLE, true);
    } else if (whole) {
        set_flag(visit, CT_VISIT_STORABLE, false);
    }
    if (whole || visit->status == 0) {
        visit->status = txn->status;
    }
    if (whole) {
        set_flag(visit, CT_VISIT_NO_AGE, view->verdict->age_s < 0);
    }
    visit->flags |= whole ? CT_VISIT_WHOLE : 0;
    visit->flags |= view->verdict->class == CT_CLASS_HIT ? CT_VISIT_SERVED : 0;
    visit->etag = view->etag;
    visit->modified = view->modified;
    visit->date_s = facts->date_s;
    visit->age_s = view->verdict->age_s;
    visit->body_len = txn->response.body_len;
}

static void note_visit(const struct ct_view *view, struct ct_visit *visit)
{
    const struct ct_txn *txn = view->txn;
    if (txn->status < 500) { /* an error leaves the copy as it was */
        note_copy(view, visit);
        note_fetch_time(view, visit);
        if (view->id != 0) {
            bool again = visit->id == view->id && view->server->ids_differ;
            visit->flags |= again ? CT_VISIT_ID_REPEATS : 0;
            visit->id = view->id;
        }
    }
    visit->seen_ns = txn->response.first_ns;
    visit->ended_ns = txn->response.last_ns;
    visit->flags |= CT_VISIT_SEEN;
}

static void note_server(const struct ct_view *view, struct ct_server *server)
{
    int64_t age_s = view->verdict->age_s;
    if (view->id != 0) {
        server->ids_differ = server->ids_differ || (server->id != 0 && server->id != view->id);
        server->id = view->id;
    }
    if (view->facts->date_s < 0 || age_s > 0 || has(view, CT_FACT_AGE_BEHIND)) {
        return;
    }
    bool made = age_s == 0 || has(view, CT_FACT_AGE_WITH_HITS);
    ct_server_note_date(server, view->facts->date_s, view->txn->response.first_ns / CT_NS_PER_S,
                        made);
}

/* ---- one transaction ---------------------------------------------------------------------- */

static const struct ct_visit *if_seen(const struct ct_visit *visit)
{
    return visit != NULL && (visit->flags & CT_VISIT_SEEN) != 0 ? visit : NULL;
}

static void compare(struct ct_insight *insight, struct ct_view *view, uint64_t host, uint64_t key)
{
    const struct ct_txn *txn = view->txn;
    struct ct_visit *uri = ct_history_find(&insight->history, key);
    view->asked_for = uri != NULL;
    if (uri == NULL && (uri = ct_history_add(&insight->history, key)) == NULL) {
        return; /* no memory: nothing is compared */
    }
    struct ct_server *server = ct_server_of(&insight->servers, host);
    struct ct_visit *visit = uri;
    take_vary(insight, txn, uri);
    view->variant_open = (uri->flags & CT_VISIT_VARY_OPEN) != 0;
    view->varies = uri->n_vary > 0;
    if (view->varies) {
        uint64_t variant = variant_key(insight, txn, uri, &view->variant_open);
        visit = ct_history_find(&insight->history, variant);
        if (visit == NULL && (visit = ct_history_add(&insight->history, variant)) == NULL) {
            return;
        }
    }
    view->server = server;
    view->forgetful = insight->history.replaced > 0;
    view->uri = if_seen(uri);
    view->was = if_seen(visit);
    if (ct_view_age_appears(view)) {
        server->age_with_hits = true;
    }
    ct_insight_apply(view, insight->counters.rules);
    note_server(view, server);
    note_uri(view, uri);
    note_visit(view, visit);
    if (visit != uri) {
        uri->seen_ns = visit->seen_ns;
        uri->ended_ns = visit->ended_ns;
        uri->status = visit->status;
        uri->age_s = visit->age_s;
        uri->date_s = visit->date_s;
        uri->flags |= CT_VISIT_SEEN;
    }
}

/* An unsafe method that succeeded invalidates what is stored (RFC 9111 section 4.4). */
static void invalidate(struct ct_insight *insight, uint64_t key)
{
    struct ct_visit *uri = ct_history_find(&insight->history, key);
    if (uri != NULL) {
        set_flag(uri, CT_VISIT_INVALIDATED, true);
    }
}

/*
 * Both messages are known well enough to be compared with others. What was not seen to its end
 * may come at any place in the order of transactions, so that nothing may depend on it.
 */
static bool is_certain(const struct ct_txn *txn)
{
    const uint32_t doubts = 1U << CT_NOTE_ORDER_UNKNOWN | 1U << CT_NOTE_GAP_IN_HEAD |
                            1U << CT_NOTE_HEADER_CUT | 1U << CT_NOTE_URI_CUT |
                            1U << CT_NOTE_METHOD_UNKNOWN | 1U << CT_NOTE_MALFORMED;
    return txn->request.seen && txn->status >= 200 && txn->response.complete &&
           ct_ref_present(txn->target) && (txn->notes & doubts) == 0;
}

/* That it was asked for is known, what came of it is not. */
static void note_asked(struct ct_insight *insight, const struct ct_txn *txn)
{
    if (txn->request.seen && ct_ref_present(txn->target) &&
        (txn->notes >> CT_NOTE_URI_CUT & 1) == 0) {
        uint64_t key = uri_key(insight, txn, server_key(insight, txn));
        if (ct_history_find(&insight->history, key) == NULL) {
            (void)ct_history_add(&insight->history, key); /* no memory: nothing is remembered */
        }
    }
}

static void note_history(struct ct_insight *insight)
{
    insight->counters.entries = insight->history.pool.n_used;
    insight->counters.added = insight->history.added;
    insight->counters.replaced = insight->history.replaced;
    insight->counters.memory_bytes = ct_history_bytes(&insight->history);
}

void ct_insight_txn(struct ct_insight *insight, const struct ct_txn *txn,
                    struct ct_verdict *verdict)
{
    const struct ct_facts *facts = &verdict->facts;
    struct ct_view view = {.txn = txn, .facts = facts, .verdict = verdict};
    bool unsafe = (facts->bits >> CT_FACT_UNSAFE & 1) != 0;
    if (!has(&view, CT_FACT_READ) && !unsafe) {
        return;
    }
    if (!is_certain(txn)) {
        insight->counters.not_compared++;
        ct_insight_doubt(&view, insight->counters.rules);
        note_asked(insight, txn);
        note_history(insight);
        return;
    }
    uint64_t host = server_key(insight, txn);
    uint64_t key = uri_key(insight, txn, host);
    if (unsafe) {
        if (txn->status < 400) {
            invalidate(insight, key);
        }
        return;
    }
    view.etag = hash_etag(insight, txn, facts->etag);
    view.modified = view.etag == 0 ? hash_ref(insight, txn, facts->modified) : 0;
    view.id = origin_id(insight, txn);
    compare(insight, &view, host, key);
    note_history(insight);
}
