/* SPDX-License-Identifier: Apache-2.0 */
/* What belongs to the row that a list was opened from: by the same keys as the watch counts. */
#include <string.h>

#include "base/span.h"
#include "view/list.h"

static struct ct_span key_of(const struct ct_scope *scope)
{
    return (struct ct_span){scope->key, scope->key_n};
}

bool ct_view_scope_has(const struct ct_scope *scope, const struct ct_txn *txn,
                       const struct ct_verdict *verdict, const struct ct_fields *fields)
{
    struct ct_watch_key key;
    switch (scope->kind) {
    case CT_SCOPE_KEY:
        return ct_watch_key(scope->list, fields, txn, verdict, &key) &&
               ct_span_equal((struct ct_span){key.bytes, key.n}, key_of(scope));
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
