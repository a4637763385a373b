/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting. Everything with a fixed number of places is counted in a snapshot that is kept up
 * to date; the rest in histograms and bounded lists. After ct_stats_new only the labels of
 * connections take memory, up to their limit.
 */
#include "cachetap/stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "stats/flows.h"
#include "stats/groups.h"
#include "stats/histogram.h"
#include "stats/keys.h"
#include "stats/named.h"
#include "stats/tally.h"
#include "stats/topk.h"

enum list {
    LIST_HOSTS,
    LIST_URIS,
    LIST_SERVER_NAMES,
    LIST_UNKNOWN,
    LIST_COUNT,
};

struct ct_stats {
    const struct ct_fields *fields;
    struct ct_snapshot now;
    struct ct_histogram ttfb[CT_CLASS_COUNT];
    struct ct_histogram duration[CT_CLASS_COUNT];
    struct ct_topk lists[LIST_COUNT];
    struct ct_flows flows;
    struct ct_groups groups;
    struct ct_named named;
};

uint64_t ct_stats_class_sum(const uint64_t by_outcome[CT_OUTCOME_COUNT], enum ct_class class)
{
    uint64_t sum = 0;
    for (int i = 0; i < CT_OUTCOME_COUNT; i++) {
        sum += ct_cache_outcome_class((enum ct_outcome)i) == class ? by_outcome[i] : 0;
    }
    return sum;
}

uint64_t ct_stats_lost_packets(const struct ct_snapshot *snapshot)
{
    const struct ct_capture_counters *capture = &snapshot->capture;
    uint64_t lost = capture->recorded_drops;
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        lost += capture->ifaces[i].kernel_drops + capture->ifaces[i].interface_drops;
    }
    return lost;
}

double ct_stats_ratio(struct ct_ratio ratio)
{
    double all = (double)ratio.hit + (double)ratio.miss;
    return all > 0 ? (double)ratio.hit / all : -1;
}

bool ct_stats_ttfb(const struct ct_txn *txn, int64_t *ttfb_ns)
{
    if (!txn->request.seen || !txn->response.seen) {
        return false;
    }
    *ttfb_ns = (int64_t)((uint64_t)txn->response.first_ns - (uint64_t)txn->request.last_ns);
    return true;
}

bool ct_stats_duration(const struct ct_txn *txn, int64_t *duration_ns)
{
    if (!txn->request.seen || !txn->response.seen) {
        return false;
    }
    *duration_ns = (int64_t)((uint64_t)txn->response.last_ns - (uint64_t)txn->request.first_ns);
    return true;
}

/* ---- life ------------------------------------------------------------------------------- */

struct ct_stats *ct_stats_new(const struct ct_limits *limits, const struct ct_key *key,
                              const struct ct_fields *fields)
{
    static const struct ct_topk_options options[LIST_COUNT] = {
        [LIST_HOSTS] = {.text_bytes = 48, .details = true},
        [LIST_URIS] = {.text_bytes = 128, .details = true},
        [LIST_SERVER_NAMES] = {.text_bytes = 48},
        [LIST_UNKNOWN] = {.text_bytes = 64},
    };
    struct ct_stats *stats = calloc(1, sizeof *stats);
    if (stats == NULL) {
        return NULL;
    }
    stats->fields = fields;
    stats->now.memory_bytes = sizeof *stats;
    for (int i = 0; i < LIST_COUNT; i++) {
        struct ct_topk_options with_limit = options[i];
        with_limit.keys = limits->stats_keys;
        if (!ct_stats_topk_init(&stats->lists[i], key, &with_limit)) {
            ct_stats_free(stats);
            return NULL;
        }
        stats->now.memory_bytes += ct_stats_topk_bytes(&stats->lists[i]);
    }
    if (!ct_stats_flows_init(&stats->flows, key, limits->flows)) {
        ct_stats_free(stats);
        return NULL;
    }
    if (!ct_stats_named_init(&stats->named, limits->metrics_hosts)) {
        ct_stats_free(stats);
        return NULL;
    }
    stats->now.memory_bytes += ct_stats_named_bytes(&stats->named);
    return stats;
}

void ct_stats_free(struct ct_stats *stats)
{
    if (stats == NULL) {
        return;
    }
    for (int i = 0; i < LIST_COUNT; i++) {
        ct_stats_topk_fini(&stats->lists[i]);
    }
    ct_stats_flows_fini(&stats->flows);
    ct_stats_named_fini(&stats->named);
    free(stats);
}

/* ---- counting --------------------------------------------------------------------------- */

static void count_seen(struct ct_snapshot *now, const struct ct_txn *txn)
{
    now->transactions++;
    now->complete += txn->request.complete && txn->response.complete ? 1 : 0;
    now->unanswered += txn->response.seen ? 0 : 1;
    now->unasked += txn->request.seen ? 0 : 1;
    now->order_unknown += (txn->notes >> CT_NOTE_ORDER_UNKNOWN) & 1u;
    now->missing_bytes += txn->request.missing + txn->response.missing;
    now->request_wire_bytes += txn->request.wire_len;
    now->response_wire_bytes += txn->response.wire_len;
    now->body_bytes += txn->response.body_len;
    for (uint32_t notes = txn->notes; notes != 0; notes &= notes - 1) {
        int note = __builtin_ctz(notes);
        now->by_note[note < CT_NOTE_COUNT ? note : 0]++;
    }
    unsigned status_class = txn->status / 100u;
    now->by_status_class[status_class <= 5 ? status_class : 0]++;
}

static void count_dialect(struct ct_snapshot *now, const struct ct_verdict *verdict)
{
    size_t i = 0;
    while (i < now->n_dialects && now->dialects[i].name != verdict->dialect &&
           strcmp(now->dialects[i].name, verdict->dialect) != 0) {
        i++;
    }
    if (i == CT_DIALECTS_MAX) {
        now->dialects_left_out++;
        return;
    }
    if (i == now->n_dialects) {
        now->dialects[now->n_dialects++].name = verdict->dialect;
    }
    now->dialects[i].n++;
    now->dialects[i].by_class[verdict->class]++;
}

static void count_verdict(struct ct_snapshot *now, const struct ct_txn *txn,
                          const struct ct_verdict *verdict)
{
    ct_stats_tally_add(&now->counts, &now->ratios, txn, verdict);
    now->by_basis[verdict->basis]++;
    now->by_reason[verdict->reason]++;
    for (uint32_t marks = verdict->marks; marks != 0; marks &= marks - 1) {
        int mark = __builtin_ctz(marks);
        now->by_mark[mark < CT_MARK_COUNT ? mark : 0]++;
    }
    for (uint64_t findings = verdict->findings; findings != 0; findings &= findings - 1) {
        int finding = __builtin_ctzll(findings);
        now->by_finding[finding < CT_FINDING_COUNT ? finding : 0]++;
    }
    if (verdict->dialect != NULL) {
        count_dialect(now, verdict);
    }
}

static void count_times(struct ct_stats *stats, const struct ct_txn *txn, enum ct_class class)
{
    int64_t ns = 0;
    if (ct_stats_ttfb(txn, &ns) && ns >= 0) {
        ct_stats_histogram_add(&stats->ttfb[class], ns);
    }
    if (ct_stats_duration(txn, &ns) && ns >= 0) {
        ct_stats_histogram_add(&stats->duration[class], ns);
    }
}

static uint32_t count_key(struct ct_topk *list, const struct ct_key_text *key,
                          const struct ct_verdict *verdict, uint64_t body_bytes)
{
    uint32_t entry = ct_stats_topk_add(list, (struct ct_span){key->bytes, key->n});
    struct ct_topk_detail *detail = &list->details[entry];
    detail->by_outcome[verdict->outcome]++;
    detail->by_class[verdict->class]++;
    detail->bytes[verdict->class] += body_bytes;
    return entry;
}

/* The host in its list, and in its own counters if it has some or has come often enough. */
static void count_host(struct ct_stats *stats, const struct ct_key_text *key,
                       const struct ct_verdict *verdict, uint64_t body_bytes)
{
    const struct ct_topk *list = &stats->lists[LIST_HOSTS];
    uint32_t entry = count_key(&stats->lists[LIST_HOSTS], key, verdict, body_bytes);
    struct ct_named_sighting sighting = {
        .host = {key->bytes, key->n},
        .hash = list->entries[entry].hash,
        .total = stats->now.transactions,
    };
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        sighting.seen += list->details[entry].by_class[i];
    }
    ct_stats_named_add(&stats->named, &sighting, verdict->class, body_bytes);
}

/* Status values that no dialect understands: the line as it came. */
static void count_unknown(struct ct_stats *stats, const struct ct_txn *txn,
                          const struct ct_verdict *verdict)
{
    struct ct_key_text key;
    if (ct_stats_key_of_unknown(&key, stats->fields, txn, verdict)) {
        (void)ct_stats_topk_add(&stats->lists[LIST_UNKNOWN], (struct ct_span){key.bytes, key.n});
    }
}

void ct_stats_txn(struct ct_stats *stats, const struct ct_txn *txn,
                  const struct ct_verdict *verdict)
{
    struct ct_key_text key;
    count_seen(&stats->now, txn);
    count_verdict(&stats->now, txn, verdict);
    count_times(stats, txn, verdict->class);
    key.n = 0;
    ct_stats_key_append_host(&key, ct_txn_text(txn, txn->host));
    count_host(stats, &key, verdict, txn->response.body_len);
    if (txn->request.seen) {
        ct_stats_key_of_uri(&key, txn);
        (void)count_key(&stats->lists[LIST_URIS], &key, verdict, txn->response.body_len);
    }
    count_unknown(stats, txn, verdict);
    ct_stats_flows_txn(&stats->flows, txn, verdict);
    ct_stats_groups_txn(&stats->groups, stats->fields, txn, verdict);
}

const struct ct_flow *ct_stats_conn(struct ct_stats *stats, const struct ct_conn_end *end)
{
    struct ct_snapshot *now = &stats->now;
    now->protos[end->proto].connections++;
    now->protos[end->proto].bytes += end->bytes[0] + end->bytes[1];
    now->closes[end->why]++;
    if (end->sni != NULL) {
        (void)ct_stats_topk_add(&stats->lists[LIST_SERVER_NAMES], ct_span_of(end->sni));
    }
    return ct_stats_flows_end(&stats->flows, end);
}

/* ---- snapshots -------------------------------------------------------------------------- */

struct chosen {
    uint32_t *scratch; /* room for the entries of any list */
    uint32_t *entries[LIST_COUNT];
    uint32_t n[LIST_COUNT];
};

static bool choose_rows(const struct ct_stats *stats, size_t n_top, struct chosen *chosen)
{
    size_t most = 1;
    for (int i = 0; i < LIST_COUNT; i++) {
        size_t n = stats->lists[i].n_entries;
        most = n > most ? n : most;
    }
    size_t top = n_top < most ? n_top : most;
    chosen->scratch = malloc((most + LIST_COUNT * top) * sizeof *chosen->scratch);
    if (chosen->scratch == NULL) {
        return false;
    }
    for (size_t i = 0; i < LIST_COUNT; i++) {
        chosen->entries[i] = chosen->scratch + most + i * top;
        chosen->n[i] = ct_stats_topk_select(&stats->lists[i], (uint32_t)top, chosen->scratch,
                                            chosen->entries[i]);
    }
    return true;
}

/* Rows first, then their texts, in one block. */
static bool copy_rows(const struct ct_stats *stats, const struct chosen *chosen,
                      struct ct_snapshot *snapshot, struct ct_key_list *const lists[LIST_COUNT])
{
    size_t n_rows = 0;
    size_t text_bytes = 0;
    struct ct_key_row row;
    for (int i = 0; i < LIST_COUNT; i++) {
        n_rows += chosen->n[i];
        for (uint32_t k = 0; k < chosen->n[i]; k++) {
            ct_stats_topk_row(&stats->lists[i], chosen->entries[i][k], &row);
            text_bytes += row.key.n;
        }
    }
    struct ct_key_row *rows = malloc(n_rows * sizeof *rows + text_bytes + 1);
    if (rows == NULL) {
        return false;
    }
    snapshot->memory = rows;
    uint8_t *text = (uint8_t *)(rows + n_rows);
    for (int i = 0; i < LIST_COUNT; i++) {
        lists[i]->rows = rows;
        lists[i]->n_rows = chosen->n[i];
        for (uint32_t k = 0; k < chosen->n[i]; k++, rows++) {
            ct_stats_topk_row(&stats->lists[i], chosen->entries[i][k], rows);
            memcpy(text, rows->key.p, rows->key.n);
            rows->key.p = text;
            text += rows->key.n;
        }
    }
    return true;
}

static bool fill_lists(const struct ct_stats *stats, size_t n_top, struct ct_snapshot *snapshot)
{
    struct ct_key_list *const lists[LIST_COUNT] = {
        [LIST_HOSTS] = &snapshot->hosts,
        [LIST_URIS] = &snapshot->uris,
        [LIST_SERVER_NAMES] = &snapshot->server_names,
        [LIST_UNKNOWN] = &snapshot->unknown,
    };
    struct chosen chosen;
    for (int i = 0; i < LIST_COUNT; i++) {
        lists[i]->n_keys = stats->lists[i].n_entries;
        lists[i]->replaced = stats->lists[i].replaced;
    }
    if (n_top == 0) {
        return true;
    }
    if (!choose_rows(stats, n_top, &chosen)) {
        return false;
    }
    bool copied = copy_rows(stats, &chosen, snapshot, lists);
    free(chosen.scratch);
    return copied;
}

static int compare_dialects(const void *a, const void *b)
{
    const struct ct_dialect_row *left = a;
    const struct ct_dialect_row *right = b;
    if (left->n != right->n) {
        return left->n > right->n ? -1 : 1;
    }
    return strcmp(left->name, right->name);
}

bool ct_stats_snapshot(const struct ct_stats *stats, size_t n_top, struct ct_snapshot *snapshot)
{
    *snapshot = stats->now;
    for (int i = 0; i < CT_CLASS_COUNT; i++) {
        snapshot->ttfb[i] = ct_stats_histogram_quantiles(&stats->ttfb[i]);
        snapshot->duration[i] = ct_stats_histogram_quantiles(&stats->duration[i]);
        snapshot->ttfb_times[i] = ct_stats_histogram_times(&stats->ttfb[i]);
        snapshot->duration_times[i] = ct_stats_histogram_times(&stats->duration[i]);
    }
    qsort(snapshot->dialects, snapshot->n_dialects, sizeof snapshot->dialects[0], compare_dialects);
    bool lists = fill_lists(stats, n_top, snapshot);
    bool groups = ct_stats_groups_snapshot(&stats->groups, n_top, snapshot);
    bool named = ct_stats_named_copy(&stats->named, snapshot);
    return ct_stats_flows_snapshot(&stats->flows, n_top, snapshot) && lists && groups && named;
}

void ct_stats_snapshot_fini(struct ct_snapshot *snapshot)
{
    free(snapshot->memory);
    free(snapshot->flow_memory);
    free(snapshot->group_memory);
    free(snapshot->named_memory);
    *snapshot = (struct ct_snapshot){0};
}
