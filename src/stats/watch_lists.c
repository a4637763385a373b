/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/watch_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "stats/keys.h"

#define REASONS_MAX ((size_t)CT_OUTCOME_COUNT * CT_REASON_COUNT)
/* Family, address, port: a key of the lists of addresses. */
#define ADDRESS_BYTES 19

static bool is_fixed(enum ct_watch_list list)
{
    return list == CT_WATCH_DIALECTS || list == CT_WATCH_REASONS;
}

static bool has_addresses(enum ct_watch_list list)
{
    return list == CT_WATCH_CLIENTS || list == CT_WATCH_SERVERS;
}

/* ---- life ------------------------------------------------------------------------------- */

static bool init_list(struct ct_watch_lists *lists, enum ct_watch_list list, uint64_t keys,
                      const struct ct_key *key)
{
    static const uint32_t text_bytes[CT_WATCH_LIST_COUNT] = {
        [CT_WATCH_HOSTS] = 48,
        [CT_WATCH_URIS] = 128,
        [CT_WATCH_PATHS] = 96,
        [CT_WATCH_CLIENTS] = ADDRESS_BYTES,
        [CT_WATCH_SERVERS] = ADDRESS_BYTES,
        [CT_WATCH_UNKNOWN] = 64,
    };
    const struct ct_topk_options options = {
        .keys = keys,
        .text_bytes = text_bytes[list],
        .details = true,
        .times = true,
    };
    if (!ct_stats_topk_init(&lists->topk[list], key, &options)) {
        return false;
    }
    if (has_addresses(list)) {
        lists->addresses[list] = calloc(lists->topk[list].capacity, sizeof *lists->addresses[list]);
    }
    return !has_addresses(list) || lists->addresses[list] != NULL;
}

bool ct_stats_watch_lists_init(struct ct_watch_lists *lists, const struct ct_limits *limits,
                               const struct ct_key *key, const struct ct_fields *fields)
{
    lists->fields = fields;
    lists->dialects = calloc(CT_WATCH_DIALECTS_MAX, sizeof *lists->dialects);
    lists->reasons = calloc(REASONS_MAX, sizeof *lists->reasons);
    bool made = lists->dialects != NULL && lists->reasons != NULL;
    for (int i = 0; i < CT_WATCH_LIST_COUNT && made; i++) {
        made = is_fixed((enum ct_watch_list)i) ||
               init_list(lists, (enum ct_watch_list)i, limits->stats_keys, key);
    }
    return made;
}

void ct_stats_watch_lists_fini(struct ct_watch_lists *lists)
{
    for (int i = 0; i < CT_WATCH_LIST_COUNT; i++) {
        ct_stats_topk_fini(&lists->topk[i]);
        free(lists->addresses[i]);
    }
    free(lists->dialects);
    free(lists->reasons);
}

uint64_t ct_stats_watch_lists_bytes(const struct ct_watch_lists *lists)
{
    uint64_t sum = (CT_WATCH_DIALECTS_MAX + REASONS_MAX) * sizeof(struct ct_watch_fixed);
    for (int i = 0; i < CT_WATCH_LIST_COUNT; i++) {
        const struct ct_topk *topk = &lists->topk[i];
        sum += is_fixed((enum ct_watch_list)i) ? 0 : ct_stats_topk_bytes(topk);
        sum += lists->addresses[i] != NULL ? topk->capacity * sizeof *lists->addresses[i] : 0;
    }
    return sum;
}

void ct_stats_watch_lists_clear(struct ct_watch_lists *lists)
{
    for (int i = 0; i < CT_WATCH_LIST_COUNT; i++) {
        if (!is_fixed((enum ct_watch_list)i)) {
            ct_stats_topk_clear(&lists->topk[i]);
        }
    }
    memset(lists->dialects, 0, lists->n_dialects * sizeof *lists->dialects);
    memset(lists->reasons, 0, lists->n_reasons * sizeof *lists->reasons);
    memset(lists->reason_rows, 0, sizeof lists->reason_rows);
    lists->n_dialects = 0;
    lists->n_reasons = 0;
    lists->dialects_left_out = 0;
}

/* ---- counting --------------------------------------------------------------------------- */

static void count(struct ct_topk_detail *detail, struct ct_topk_times *times,
                  const struct ct_watch_event *event)
{
    const struct ct_verdict *verdict = event->verdict;
    detail->by_outcome[verdict->outcome]++;
    detail->by_class[verdict->class]++;
    detail->bytes[verdict->class] += event->txn->response.body_len;
    times->last_ns = event->ns > times->last_ns ? event->ns : times->last_ns;
    times->errors += event->txn->status / 100u == 5 ? 1 : 0;
    if (event->ttfb_ns >= 0) {
        times->ttfb_n[verdict->class]++;
        times->ttfb_sum_ns[verdict->class] += (uint64_t)event->ttfb_ns;
    }
}

static uint32_t count_text(struct ct_topk *topk, struct ct_span text,
                           const struct ct_watch_event *event)
{
    uint32_t entry = ct_stats_topk_add(topk, text);
    count(&topk->details[entry], &topk->times[entry], event);
    return entry;
}

static void count_fixed(struct ct_watch_fixed *row, const struct ct_watch_event *event)
{
    row->n++;
    count(&row->detail, &row->times, event);
}

static uint8_t write_address(char text[CT_WATCH_ADDRESS_MAX], const struct ct_endpoint *endpoint,
                             bool with_port)
{
    char address[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(endpoint, address);
    const char *open = with_port && endpoint->family == 6 ? "[" : "";
    const char *close = with_port && endpoint->family == 6 ? "]" : "";
    int n = with_port ? snprintf(text, CT_WATCH_ADDRESS_MAX, "%s%s%s:%u", open, address, close,
                                 endpoint->port)
                      : snprintf(text, CT_WATCH_ADDRESS_MAX, "%s", address);
    return (uint8_t)n; /* fits */
}

static void count_address(struct ct_watch_lists *lists, enum ct_watch_list list,
                          const struct ct_endpoint *endpoint, const struct ct_watch_event *event)
{
    uint8_t key[ADDRESS_BYTES] = {endpoint->family};
    bool with_port = list == CT_WATCH_SERVERS;
    memcpy(key + 1, endpoint->addr, sizeof endpoint->addr);
    key[17] = with_port ? (uint8_t)(endpoint->port >> 8) : 0;
    key[18] = with_port ? (uint8_t)endpoint->port : 0;
    struct ct_topk *topk = &lists->topk[list];
    uint32_t entry = count_text(topk, (struct ct_span){key, sizeof key}, event);
    struct ct_watch_address *address = &lists->addresses[list][entry];
    if (address->id != topk->times[entry].id) {
        address->id = topk->times[entry].id;
        address->n = write_address(address->text, endpoint, with_port);
    }
}

static void count_dialect(struct ct_watch_lists *lists, const struct ct_watch_event *event)
{
    const char *name = event->verdict->dialect != NULL ? event->verdict->dialect : "";
    struct ct_span key = ct_span_of(name);
    size_t i = 0;
    while (i < lists->n_dialects && lists->dialects[i].key.p != key.p &&
           !ct_span_equal(lists->dialects[i].key, key)) {
        i++;
    }
    if (i == CT_WATCH_DIALECTS_MAX) {
        lists->dialects_left_out++;
        return;
    }
    struct ct_watch_fixed *row = &lists->dialects[i];
    if (i == lists->n_dialects) {
        lists->n_dialects++;
        row->key = key;
        row->times.id = (uint32_t)(i + 1);
    }
    count_fixed(row, event);
}

static void write_reason(char text[CT_WATCH_TEXT_MAX], const struct ct_verdict *verdict)
{
    const char *outcome = ct_cache_outcome_name(verdict->outcome);
    const char *reason = ct_cache_reason_name(verdict->reason);
    (void)snprintf(text, CT_WATCH_TEXT_MAX, "%s%s%s", outcome, reason != NULL ? " " : "",
                   reason != NULL ? reason : ""); /* fits, or is cut */
}

static void name_reason(struct ct_watch_fixed *row, const struct ct_verdict *verdict)
{
    write_reason(row->text, verdict);
    row->key = ct_span_of(row->text);
    /* The same after a reset too. */
    row->times.id = (uint32_t)(verdict->outcome * CT_REASON_COUNT + verdict->reason + 1);
}

static void count_reason(struct ct_watch_lists *lists, const struct ct_watch_event *event)
{
    const struct ct_verdict *verdict = event->verdict;
    uint16_t *place = &lists->reason_rows[verdict->outcome][verdict->reason];
    if (*place == 0) {
        name_reason(&lists->reasons[lists->n_reasons], verdict);
        *place = (uint16_t)++lists->n_reasons;
    }
    count_fixed(&lists->reasons[*place - 1], event);
}

/* Octets of a URI before its query. */
static size_t path_bytes(const struct ct_key_text *uri)
{
    const uint8_t *query = memchr(uri->bytes, '?', uri->n);
    return query != NULL ? (size_t)(query - uri->bytes) : uri->n;
}

static void count_uri(struct ct_watch_lists *lists, const struct ct_watch_event *event)
{
    struct ct_key_text key;
    ct_stats_key_of_uri(&key, event->txn);
    (void)count_text(&lists->topk[CT_WATCH_URIS], (struct ct_span){key.bytes, key.n}, event);
    (void)count_text(&lists->topk[CT_WATCH_PATHS], (struct ct_span){key.bytes, path_bytes(&key)},
                     event);
}

void ct_stats_watch_lists_add(struct ct_watch_lists *lists, const struct ct_watch_event *event)
{
    const struct ct_txn *txn = event->txn;
    struct ct_key_text key;
    key.n = 0;
    ct_stats_key_append_host(&key, ct_txn_text(txn, txn->host));
    (void)count_text(&lists->topk[CT_WATCH_HOSTS], (struct ct_span){key.bytes, key.n}, event);
    if (txn->request.seen) {
        count_uri(lists, event);
    }
    if (ct_stats_key_of_unknown(&key, lists->fields, txn, event->verdict)) {
        (void)count_text(&lists->topk[CT_WATCH_UNKNOWN], (struct ct_span){key.bytes, key.n}, event);
    }
    count_address(lists, CT_WATCH_CLIENTS, &txn->conn.orig, event);
    count_address(lists, CT_WATCH_SERVERS, &txn->conn.resp, event);
    count_dialect(lists, event);
    count_reason(lists, event);
}

/* ---- keys ------------------------------------------------------------------------------- */

static void key_of_text(struct ct_key_text *key, const char *text)
{
    key->n = 0;
    ct_stats_key_append(key, ct_span_of(text));
}

static void key_of_address(struct ct_key_text *key, const struct ct_endpoint *endpoint,
                           bool with_port)
{
    char text[CT_WATCH_ADDRESS_MAX];
    (void)write_address(text, endpoint, with_port);
    key_of_text(key, text);
}

bool ct_stats_watch_lists_key(enum ct_watch_list list, const struct ct_fields *fields,
                              const struct ct_txn *txn, const struct ct_verdict *verdict,
                              struct ct_key_text *key)
{
    char reason[CT_WATCH_TEXT_MAX];
    key->n = 0;
    switch (list) {
    case CT_WATCH_HOSTS:
        ct_stats_key_append_host(key, ct_txn_text(txn, txn->host));
        return true;
    case CT_WATCH_URIS:
        ct_stats_key_of_uri(key, txn);
        return txn->request.seen;
    case CT_WATCH_PATHS:
        ct_stats_key_of_uri(key, txn);
        key->n = path_bytes(key);
        return txn->request.seen;
    case CT_WATCH_CLIENTS:
        key_of_address(key, &txn->conn.orig, false);
        return true;
    case CT_WATCH_SERVERS:
        key_of_address(key, &txn->conn.resp, true);
        return true;
    case CT_WATCH_DIALECTS:
        key_of_text(key, verdict->dialect != NULL ? verdict->dialect : "");
        return true;
    case CT_WATCH_REASONS:
        write_reason(reason, verdict);
        key_of_text(key, reason);
        return true;
    case CT_WATCH_UNKNOWN:
        return ct_stats_key_of_unknown(key, fields, txn, verdict);
    case CT_WATCH_LIST_COUNT:
        break;
    }
    return false;
}

/* ---- reading ---------------------------------------------------------------------------- */

size_t ct_stats_watch_lists_rows(const struct ct_watch_lists *lists, enum ct_watch_list list)
{
    if (is_fixed(list)) {
        return list == CT_WATCH_DIALECTS ? lists->n_dialects : lists->n_reasons;
    }
    return lists->topk[list].n_entries;
}

static void set_times(struct ct_watch_row *row, const struct ct_topk_times *times)
{
    row->last_ns = times->last_ns;
    row->errors = times->errors;
    row->id = times->id;
    memcpy(row->ttfb_n, times->ttfb_n, sizeof row->ttfb_n);
    memcpy(row->ttfb_sum_ns, times->ttfb_sum_ns, sizeof row->ttfb_sum_ns);
}

static void set_fixed(struct ct_watch_row *row, const struct ct_watch_fixed *fixed)
{
    row->key = (struct ct_key_row){.key = fixed->key, .n = fixed->n};
    memcpy(row->key.by_outcome, fixed->detail.by_outcome, sizeof row->key.by_outcome);
    memcpy(row->key.by_class, fixed->detail.by_class, sizeof row->key.by_class);
    memcpy(row->key.bytes, fixed->detail.bytes, sizeof row->key.bytes);
    set_times(row, &fixed->times);
}

bool ct_stats_watch_lists_row(const struct ct_watch_lists *lists, enum ct_watch_list list, size_t i,
                              struct ct_watch_row *row)
{
    if (i >= ct_stats_watch_lists_rows(lists, list)) {
        return false;
    }
    if (is_fixed(list)) {
        set_fixed(row, list == CT_WATCH_DIALECTS ? &lists->dialects[i] : &lists->reasons[i]);
        return true;
    }
    const struct ct_topk *topk = &lists->topk[list];
    uint32_t entry = topk->used[i];
    ct_stats_topk_row(topk, entry, &row->key);
    set_times(row, &topk->times[entry]);
    if (lists->addresses[list] != NULL) {
        const struct ct_watch_address *address = &lists->addresses[list][entry];
        row->key.key = (struct ct_span){(const uint8_t *)address->text, address->n};
    }
    return true;
}

uint64_t ct_stats_watch_lists_replaced(const struct ct_watch_lists *lists, enum ct_watch_list list)
{
    if (is_fixed(list)) {
        return list == CT_WATCH_DIALECTS ? lists->dialects_left_out : 0;
    }
    return lists->topk[list].replaced;
}
