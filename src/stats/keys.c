/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/keys.h"

#include <string.h>

#include "base/span.h"

void ct_stats_key_append(struct ct_key_text *key, struct ct_span text)
{
    size_t room = sizeof key->bytes - key->n;
    size_t n = text.n < room ? text.n : room;
    if (n > 0) {
        memcpy(key->bytes + key->n, text.p, n);
        key->n += n;
    }
}

void ct_stats_key_append_host(struct ct_key_text *key, struct ct_span host)
{
    size_t from = key->n;
    ct_stats_key_append(key, host);
    for (size_t i = from; i < key->n; i++) {
        key->bytes[i] = ct_ascii_lower(key->bytes[i]);
    }
}

/* What follows the authority of an absolute-form target (RFC 9112 section 3.2.2). */
static bool absolute_form_path(struct ct_span target, struct ct_span *path)
{
    for (size_t i = 0; i + 2 < target.n && target.p[i] != '/' && target.p[i] != '?'; i++) {
        if (memcmp(target.p + i, "://", 3) != 0) {
            continue;
        }
        size_t end = i + 3;
        while (end < target.n && target.p[end] != '/' && target.p[end] != '?') {
            end++;
        }
        *path = ct_span_slice(target, end, target.n);
        return true;
    }
    return false;
}

void ct_stats_key_of_uri(struct ct_key_text *key, const struct ct_txn *txn)
{
    struct ct_span target = ct_txn_text(txn, txn->target);
    struct ct_span path = target;
    bool absolute = absolute_form_path(target, &path);
    bool origin = target.n > 0 && target.p[0] == '/';
    key->n = 0;
    if (absolute || origin) {
        ct_stats_key_append_host(key, ct_txn_text(txn, txn->host));
        ct_stats_key_append(key, path.n > 0 ? path : ct_span_of("/"));
    } else if (target.n == 1 && target.p[0] == '*') {
        ct_stats_key_append_host(key, ct_txn_text(txn, txn->host));
        ct_stats_key_append(key, ct_span_of(" *"));
    } else {
        ct_stats_key_append_host(key, target); /* authority-form, or nothing we know */
    }
}

bool ct_stats_key_of_unknown(struct ct_key_text *key, const struct ct_fields *fields,
                             const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    key->n = 0;
    if (verdict->unknown_line == 0 || verdict->unknown_line > txn->n_lines) {
        return false;
    }
    const struct ct_line *line = &txn->lines[verdict->unknown_line - 1];
    ct_stats_key_append(key, ct_span_of(ct_http_fields_name(fields, line->field)));
    ct_stats_key_append(key, ct_span_of(": "));
    ct_stats_key_append(key, ct_txn_text(txn, line->value));
    return true;
}
