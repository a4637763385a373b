/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/flows.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/span.h"

#define FIRST_BUCKETS 1024u

char ct_stats_flow_letter(enum ct_outcome outcome)
{
    static const char letters[] = {
#define X(symbol, letter) [CT_OUTCOME_##symbol] = (letter),
        CT_FLOW_LETTERS(X)
#undef X
    };
    static_assert(sizeof letters == CT_OUTCOME_COUNT, "a letter for each outcome");
    return letters[(unsigned)outcome < CT_OUTCOME_COUNT ? outcome : CT_OUTCOME_UNKNOWN];
}

enum ct_class ct_stats_dominant_class(const uint64_t by_class[CT_CLASS_COUNT])
{
    static const enum ct_class order[] = {CT_CLASS_MISS, CT_CLASS_BYPASS, CT_CLASS_HIT,
                                          CT_CLASS_OTHER};
    enum ct_class best = order[0];
    for (size_t i = 1; i < sizeof order / sizeof order[0]; i++) {
        best = by_class[order[i]] > by_class[best] ? order[i] : best;
    }
    return best;
}

/* ---- life ------------------------------------------------------------------------------- */

bool ct_stats_flows_init(struct ct_flows *flows, const struct ct_key *key, uint64_t limit)
{
    *flows = (struct ct_flows){.key = *key, .limit = limit > 0 ? limit : 1};
    uint64_t most = flows->limit < UINT64_MAX - CT_FLOWS_ENDED_MAX
                        ? flows->limit + CT_FLOWS_ENDED_MAX
                        : UINT64_MAX;
    ct_base_pool_init(&flows->pool, sizeof(struct ct_flow_entry), most);
    flows->buckets = calloc(FIRST_BUCKETS, sizeof(struct ct_flow_entry *));
    flows->n_buckets = flows->buckets != NULL ? FIRST_BUCKETS : 0;
    return flows->buckets != NULL;
}

void ct_stats_flows_fini(struct ct_flows *flows)
{
    ct_base_pool_fini(&flows->pool);
    free(flows->buckets);
    *flows = (struct ct_flows){0};
}

/* ---- lists ------------------------------------------------------------------------------ */

static void link_newest(struct ct_flow_chain *chain, struct ct_flow_entry *entry)
{
    entry->newer = NULL;
    entry->older = chain->newest;
    *(chain->newest != NULL ? &chain->newest->newer : &chain->oldest) = entry;
    chain->newest = entry;
    chain->n++;
}

static void unlink_entry(struct ct_flow_chain *chain, struct ct_flow_entry *entry)
{
    *(entry->older != NULL ? &entry->older->newer : &chain->oldest) = entry->newer;
    *(entry->newer != NULL ? &entry->newer->older : &chain->newest) = entry->older;
    chain->n--;
}

/* ---- the table -------------------------------------------------------------------------- */

static void grow(struct ct_flows *flows)
{
    uint64_t n = flows->n_buckets * 2;
    struct ct_flow_entry **buckets = calloc(n, sizeof(struct ct_flow_entry *));
    if (buckets == NULL) {
        return; /* longer chains, still right */
    }
    for (uint64_t i = 0; i < flows->n_buckets; i++) {
        struct ct_flow_entry *entry = flows->buckets[i];
        while (entry != NULL) {
            struct ct_flow_entry *next = entry->chain;
            entry->chain = buckets[entry->hash & (n - 1)];
            buckets[entry->hash & (n - 1)] = entry;
            entry = next;
        }
    }
    free(flows->buckets);
    flows->buckets = buckets;
    flows->n_buckets = n;
}

static struct ct_flow_entry *find(struct ct_flows *flows, const char uid[CT_UID_MAX])
{
    if (flows->last != NULL && strcmp(flows->last->flow.uid, uid) == 0) {
        return flows->last;
    }
    uint64_t hash = ct_base_hash64(&flows->key, uid, strnlen(uid, CT_UID_MAX));
    struct ct_flow_entry *entry = flows->buckets[hash & (flows->n_buckets - 1)];
    while (entry != NULL && (entry->hash != hash || strcmp(entry->flow.uid, uid) != 0)) {
        entry = entry->chain;
    }
    flows->last = entry != NULL ? entry : flows->last;
    return entry;
}

/* Out of the table: it is found no more. */
static void forget(struct ct_flows *flows, struct ct_flow_entry *entry)
{
    struct ct_flow_entry **link = &flows->buckets[entry->hash & (flows->n_buckets - 1)];
    while (*link != entry) {
        link = &(*link)->chain;
    }
    *link = entry->chain;
    flows->last = flows->last == entry ? NULL : flows->last;
    unlink_entry(&flows->open, entry);
}

static void release(struct ct_flows *flows, struct ct_flow_entry *entry)
{
    ct_stats_flows_leave_costly(flows, entry);
    ct_base_pool_put(&flows->pool, entry);
}

static struct ct_flow_entry *make(struct ct_flows *flows, const struct ct_txn *txn)
{
    struct ct_flow_entry *quiet = flows->open.oldest;
    if (flows->open.n >= flows->limit) {
        forget(flows, quiet);
        release(flows, quiet);
        flows->totals.given_up++;
    }
    if (flows->open.n >= flows->n_buckets) {
        grow(flows);
    }
    struct ct_flow_entry *entry = ct_base_pool_get(&flows->pool);
    if (entry == NULL) {
        return NULL;
    }
    memcpy(entry->flow.uid, txn->conn.uid, sizeof entry->flow.uid);
    entry->flow.uid[CT_UID_MAX - 1] = '\0';
    entry->flow.conn_ns = txn->conn.first_ns;
    entry->flow.first_ns = ct_http_txn_ns(txn);
    entry->flow.last_ns = entry->flow.first_ns;
    entry->flow.partial = txn->depth > 1;
    entry->hash = ct_base_hash64(&flows->key, entry->flow.uid, strlen(entry->flow.uid));
    entry->chain = flows->buckets[entry->hash & (flows->n_buckets - 1)];
    flows->buckets[entry->hash & (flows->n_buckets - 1)] = entry;
    flows->last = entry;
    link_newest(&flows->open, entry);
    return entry;
}

/* ---- counting --------------------------------------------------------------------------- */

static void add_dialect(struct ct_flow *flow, const char *name)
{
    for (unsigned i = 0; i < flow->n_dialects; i++) {
        if (flow->dialects[i] == name || strcmp(flow->dialects[i], name) == 0) {
            return;
        }
    }
    if (flow->n_dialects == CT_FLOW_DIALECTS_MAX) {
        flow->names_cut = true;
        return;
    }
    flow->dialects[flow->n_dialects++] = name;
}

static void add_node(struct ct_flow *flow, struct ct_span name)
{
    struct ct_span kept = ct_span_slice(name, 0, CT_FLOW_NODE_BYTES);
    for (unsigned i = 0; i < flow->n_nodes; i++) {
        if (flow->nodes[i].n == kept.n && memcmp(flow->nodes[i].bytes, kept.p, kept.n) == 0) {
            return;
        }
    }
    if (flow->n_nodes == CT_FLOW_NODES_MAX) {
        flow->names_cut = true;
        return;
    }
    struct ct_flow_node *node = &flow->nodes[flow->n_nodes++];
    node->n = (uint8_t)kept.n;
    memcpy(node->bytes, kept.p, kept.n);
}

/* Who spoke. What a copy brought along from the time it was stored says nothing now. */
static void add_names(struct ct_flow *flow, const struct ct_txn *txn,
                      const struct ct_verdict *verdict)
{
    if (verdict->dialect != NULL) {
        add_dialect(flow, verdict->dialect);
    }
    for (unsigned i = 0; i < verdict->n_tiers; i++) {
        const struct ct_tier *tier = &verdict->tiers[i];
        struct ct_span name = ct_txn_text(txn, tier->node);
        if (name.n == 0 && tier->label != NULL) {
            name = ct_span_of(tier->label);
        }
        if (name.n > 0 && !tier->fossil) {
            add_node(flow, name);
        }
    }
}

static unsigned length_of(uint64_t transactions)
{
    unsigned log = 63u - (unsigned)__builtin_clzll(transactions);
    return log < CT_FLOW_LENGTHS ? log : CT_FLOW_LENGTHS - 1;
}

/* The totals follow the flow from what it was to what it is. */
static void count_totals(struct ct_flow_totals *totals, const struct ct_flow *flow,
                         enum ct_class class_before)
{
    uint64_t n = flow->transactions;
    if (n == 1) {
        totals->connections++;
        totals->partial += flow->partial ? 1 : 0;
    } else {
        totals->by_class[class_before]--;
        totals->by_length[length_of(n - 1)]--;
    }
    totals->by_class[flow->class]++;
    totals->by_length[length_of(n)]++;
    totals->reused_transactions += n > 1 || flow->partial ? 1 : 0;
    totals->reused_connections += n == (flow->partial ? 1u : 2u) ? 1 : 0;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void add_txn(struct ct_flow *flow, const struct ct_txn *txn,
                    const struct ct_verdict *verdict)
{
    if (flow->transactions < CT_FLOW_SEQUENCE_MAX) {
        flow->sequence[flow->transactions] = ct_stats_flow_letter(verdict->outcome);
    }
    flow->transactions++;
    flow->orig = txn->conn.orig;
    flow->resp = txn->conn.resp;
    flow->by_outcome[verdict->outcome]++;
    flow->by_class[verdict->class]++;
    flow->bytes[verdict->class] += txn->response.body_len;
    flow->class = ct_stats_dominant_class(flow->by_class);
    flow->last_ns = txn->request.seen ? later(flow->last_ns, txn->request.last_ns) : flow->last_ns;
    flow->last_ns =
        txn->response.seen ? later(flow->last_ns, txn->response.last_ns) : flow->last_ns;
    add_names(flow, txn, verdict);
}

void ct_stats_flows_txn(struct ct_flows *flows, const struct ct_txn *txn,
                        const struct ct_verdict *verdict)
{
    struct ct_flow_entry *entry = find(flows, txn->conn.uid);
    if (entry == NULL) {
        entry = make(flows, txn);
    } else if (entry->newer != NULL) {
        unlink_entry(&flows->open, entry);
        link_newest(&flows->open, entry);
    }
    if (entry == NULL) {
        flows->totals.refused++;
        return;
    }
    enum ct_class class_before = entry->flow.class;
    entry->serial = ++flows->serial;
    add_txn(&entry->flow, txn, verdict);
    count_totals(&flows->totals, &entry->flow, class_before);
    if (verdict->class == CT_CLASS_MISS) {
        ct_stats_flows_keep_if_costly(flows, entry);
    }
}

const struct ct_flow *ct_stats_flows_end(struct ct_flows *flows, const struct ct_conn_end *end)
{
    struct ct_flow_entry *entry = find(flows, end->info->uid);
    if (entry == NULL) {
        return NULL;
    }
    forget(flows, entry);
    entry->flow.ended = true;
    entry->flow.why = end->why;
    entry->serial = ++flows->serial;
    if (flows->ended.n == CT_FLOWS_ENDED_MAX) {
        struct ct_flow_entry *oldest = flows->ended.oldest;
        unlink_entry(&flows->ended, oldest);
        release(flows, oldest);
    }
    link_newest(&flows->ended, entry);
    return &entry->flow;
}

/* ---- snapshots -------------------------------------------------------------------------- */

/* The newest of both lists, at most n of them. */
static size_t copy_recent(const struct ct_flows *flows, struct ct_flow *rows, size_t n)
{
    const struct ct_flow_entry *open = flows->open.newest;
    const struct ct_flow_entry *ended = flows->ended.newest;
    size_t filled = 0;
    while (filled < n && (open != NULL || ended != NULL)) {
        bool take_open = ended == NULL || (open != NULL && open->serial > ended->serial);
        const struct ct_flow_entry **from = take_open ? &open : &ended;
        rows[filled++] = (*from)->flow;
        *from = (*from)->older;
    }
    return filled;
}

bool ct_stats_flows_snapshot(const struct ct_flows *flows, size_t n_top,
                             struct ct_snapshot *snapshot)
{
    uint64_t held = flows->open.n + flows->ended.n;
    size_t n_recent = n_top < held ? n_top : (size_t)held;
    size_t n_costly = n_top < flows->n_costly ? n_top : flows->n_costly;
    snapshot->flows = flows->totals;
    snapshot->flows.open_now = flows->open.n;
    snapshot->flows.memory_bytes =
        ct_base_pool_bytes(&flows->pool) + flows->n_buckets * sizeof(struct ct_flow_entry *);
    if (n_recent + n_costly == 0) {
        return true;
    }
    struct ct_flow *rows = malloc((n_recent + n_costly) * sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    snapshot->flow_memory = rows;
    snapshot->recent_flows.rows = rows;
    snapshot->recent_flows.n_rows = copy_recent(flows, rows, n_recent);
    snapshot->costly_flows.rows = rows + n_recent;
    snapshot->costly_flows.n_rows = ct_stats_flows_copy_costly(flows, rows + n_recent, n_costly);
    return true;
}
