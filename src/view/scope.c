/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to the row that a list was opened from: by the same keys as the watch counts. */
#include <stdio.h>
#include <string.h>

#include "base/span.h"
#include "stats/keys.h"
#include "view/list.h"

static struct ct_span key_of(const struct ct_scope *scope)
{
    return (struct ct_span){scope->key, scope->key_n};
}

static bool is_address(const struct ct_scope *scope, const struct ct_endpoint *endpoint, bool port)
{
    char address[CT_ADDR_TEXT_MAX];
    char text[CT_ADDR_TEXT_MAX + 16];
    ct_base_endpoint_text(endpoint, address);
    if (!port) {
        (void)snprintf(text, sizeof text, "%s", address);
    } else if (endpoint->family == 6) {
        (void)snprintf(text, sizeof text, "[%s]:%u", address, (unsigned)endpoint->port);
    } else {
        (void)snprintf(text, sizeof text, "%s:%u", address, (unsigned)endpoint->port);
    }
    return ct_span_equal(ct_span_of(text), key_of(scope));
}

static bool is_reason(const struct ct_scope *scope, const struct ct_verdict *verdict)
{
    char text[128];
    const char *reason = ct_cache_reason_name(verdict->reason);
    (void)snprintf(text, sizeof text, "%s%s%s", ct_cache_outcome_name(verdict->outcome),
                   reason != NULL ? " " : "", reason != NULL ? reason : "");
    return ct_span_equal(ct_span_of(text), key_of(scope));
}

static bool is_uri(const struct ct_scope *scope, const struct ct_txn *txn)
{
    struct ct_key_text key;
    if (!txn->request.seen) {
        return false;
    }
    ct_stats_key_of_uri(&key, txn);
    if (scope->list == CT_WATCH_PATHS) {
        const uint8_t *query = memchr(key.bytes, '?', key.n);
        key.n = query != NULL ? (size_t)(query - key.bytes) : key.n;
    }
    return ct_span_equal((struct ct_span){key.bytes, key.n}, key_of(scope));
}

static bool has_key(const struct ct_scope *scope, const struct ct_txn *txn,
                    const struct ct_verdict *verdict, const struct ct_fields *fields)
{
    struct ct_key_text key = {.n = 0};
    switch (scope->list) {
    case CT_WATCH_HOSTS:
        ct_stats_key_append_host(&key, ct_txn_text(txn, txn->host));
        return ct_span_equal((struct ct_span){key.bytes, key.n}, key_of(scope));
    case CT_WATCH_URIS:
    case CT_WATCH_PATHS:
        return is_uri(scope, txn);
    case CT_WATCH_CLIENTS:
        return is_address(scope, &txn->conn.orig, false);
    case CT_WATCH_SERVERS:
        return is_address(scope, &txn->conn.resp, true);
    case CT_WATCH_DIALECTS:
        return ct_span_equal(ct_span_of(verdict->dialect != NULL ? verdict->dialect : ""),
                             key_of(scope));
    case CT_WATCH_REASONS:
        return is_reason(scope, verdict);
    case CT_WATCH_UNKNOWN:
        return ct_stats_key_of_unknown(&key, fields, txn, verdict) &&
               ct_span_equal((struct ct_span){key.bytes, key.n}, key_of(scope));
    default:
        return false;
    }
}

bool ct_view_scope_has(const struct ct_scope *scope, const struct ct_txn *txn,
                       const struct ct_verdict *verdict, const struct ct_fields *fields)
{
    switch (scope->kind) {
    case CT_SCOPE_KEY:
        return has_key(scope, txn, verdict, fields);
    case CT_SCOPE_CONN:
        return ct_span_equal(ct_span_of(txn->conn.uid), key_of(scope));
    case CT_SCOPE_OUTCOME:
        return verdict->outcome == scope->outcome;
    default:
        return true;
    }
}

bool ct_view_scope_has_key(const struct ct_scope *scope, enum ct_watch_list list,
                           struct ct_span key)
{
    struct ct_span host = key_of(scope);
    bool uri = list == CT_WATCH_URIS || list == CT_WATCH_PATHS;
    if (scope->kind != CT_SCOPE_KEY || !uri) {
        return true;
    }
    if (scope->list == CT_WATCH_HOSTS) {
        return key.n > host.n && memcmp(key.p, host.p, host.n) == 0 &&
               (key.p[host.n] == '/' || key.p[host.n] == '?' || key.p[host.n] == ' ');
    }
    /* The URIs of a path. */
    return key.n >= host.n && memcmp(key.p, host.p, host.n) == 0 &&
           (key.n == host.n || key.p[host.n] == '?');
}
