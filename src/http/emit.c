/* SPDX-License-Identifier: Apache-2.0 */
#include "http/emit.h"

#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "http/message.h"

/* Grows seldom and never beyond what two messages may keep. */
bool ct_http_emit_room(struct ct_http *http, size_t text, size_t lines)
{
    if (text > http->text_room) {
        size_t room = text + text / 2;
        uint8_t *grown = realloc(http->text, room);
        if (grown == NULL) {
            return false;
        }
        http->text = grown;
        http->text_room = room;
    }
    if (lines > http->lines_room) {
        size_t room = lines + lines / 2;
        struct ct_line *grown = realloc(http->lines, room * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        http->lines = grown;
        http->lines_room = room;
    }
    return true;
}

static struct ct_ref moved(struct ct_ref ref, uint32_t by)
{
    if (ct_ref_present(ref)) {
        ref.offset += by;
    }
    return ref;
}

static void add_text(struct ct_http *http, struct ct_txn *txn, const struct ct_msg *msg)
{
    ct_http_chain_copy(&msg->text, http->text + txn->text_bytes);
    ct_http_chain_copy(&msg->lines, (uint8_t *)(http->lines + txn->n_lines));
    for (uint32_t i = 0; i < msg->n_lines; i++) {
        struct ct_line *line = &http->lines[txn->n_lines + i];
        line->value = moved(line->value, txn->text_bytes);
    }
    txn->text_bytes += msg->text.length;
    txn->n_lines += msg->n_lines;
}

/* Where the authority of a URI begins: after "scheme://"; 0: none. */
static uint32_t authority_start(const uint8_t *p, uint32_t n)
{
    uint32_t i = 0;
    while (i < n && p[i] != ':' && p[i] != '/' && p[i] != '?' && p[i] != '#') {
        i++;
    }
    return i > 0 && n - i >= 3 && memcmp(p + i, "://", 3) == 0 ? i + 3 : 0;
}

static uint32_t authority_end(const uint8_t *p, uint32_t n, uint32_t from)
{
    while (from < n && p[from] != '/' && p[from] != '?' && p[from] != '#') {
        from++;
    }
    return from;
}

/* Takes userinfo out of the authority at from (RFC 3986 section 3.2.1). */
static bool remove_userinfo(uint8_t *text, struct ct_ref *ref, uint32_t from)
{
    uint8_t *p = text + ref->offset;
    uint32_t end = authority_end(p, ref->length, from);
    uint32_t at = end;
    while (at > from && p[at - 1] != '@') {
        at--;
    }
    if (at == from) {
        return false;
    }
    memmove(p + from, p + at, ref->length - at);
    ref->length -= at - from;
    return true;
}

static void clean_target(struct ct_http *http, struct ct_txn *txn, enum ct_method_class method)
{
    if (!ct_ref_present(txn->target)) {
        return;
    }
    uint32_t from = authority_start(http->text + txn->target.offset, txn->target.length);
    if ((from > 0 || method == CT_METHOD_CONNECT) &&
        remove_userinfo(http->text, &txn->target, from)) {
        txn->notes |= UINT32_C(1) << CT_NOTE_CREDENTIALS_REMOVED;
    }
    if (from > 0) {
        uint32_t end = authority_end(http->text + txn->target.offset, txn->target.length, from);
        txn->host = (struct ct_ref){txn->target.offset + from, end - from};
    } else if (method == CT_METHOD_CONNECT) {
        txn->host = txn->target; /* authority-form, unless a Host field says it */
    }
}

static void clean_lines(struct ct_http *http, struct ct_txn *txn)
{
    for (uint32_t i = 0; i < txn->n_lines; i++) {
        struct ct_line *line = &http->lines[i];
        bool is_host = line->field == CT_FIELD_HOST; /* an authority, though without userinfo */
        if (!is_host && line->field != CT_FIELD_REFERER) {
            continue;
        }
        uint32_t from =
            is_host ? 0 : authority_start(http->text + line->value.offset, line->value.length);
        if ((is_host || from > 0) && remove_userinfo(http->text, &line->value, from)) {
            txn->notes |= UINT32_C(1) << CT_NOTE_CREDENTIALS_REMOVED;
        }
    }
}

/* RFC 9112 section 3.2.2: the absolute-form target overrides the Host field. */
static void find_host(struct ct_txn *txn, enum ct_method_class method)
{
    if (ct_ref_present(txn->host) && method != CT_METHOD_CONNECT) {
        return;
    }
    const struct ct_line *line = ct_http_line(txn, CT_DIR_ORIG, CT_FIELD_HOST, NULL);
    if (line != NULL && line->trailer == 0) {
        txn->host = line->value;
    }
}

static void add_request(struct ct_http *http, struct ct_txn *txn, const struct ct_msg *msg)
{
    txn->request = msg->facts;
    txn->depth = msg->depth;
    txn->notes |= msg->notes;
    txn->method = msg->method;
    txn->target = msg->target;
    add_text(http, txn, msg);
}

static void add_response(struct ct_http *http, struct ct_txn *txn, const struct ct_msg *msg)
{
    txn->response = msg->facts;
    txn->depth = msg->depth;
    txn->notes |= msg->notes;
    txn->status = msg->status;
    txn->interim = msg->interim;
    txn->interim_early_hints = msg->interim_early_hints;
    txn->reason = moved(msg->target, txn->text_bytes);
    add_text(http, txn, msg);
}

/* The response began before the request had ended, and the server had not received its end. */
static bool is_early(const struct ct_msg *request, const struct ct_msg *response)
{
    return response->facts.first_ns < request->facts.last_ns &&
           (response->peer_offset == 0 || response->peer_offset < request->end);
}

static void count(struct ct_http_counters *counters, const struct ct_txn *txn)
{
    bool unknown = (txn->notes >> CT_NOTE_ORDER_UNKNOWN & 1) != 0;
    counters->transactions++;
    counters->order_unknown += unknown ? 1 : 0;
    counters->unanswered += !txn->response.seen && !unknown ? 1 : 0;
    counters->unasked += !txn->request.seen && !unknown ? 1 : 0;
    if ((txn->request.seen && !txn->request.complete) ||
        (txn->response.seen && !txn->response.complete)) {
        counters->incomplete++;
    }
}

static void hand_out(struct ct_http_conn *conn, const struct ct_msg *request,
                     const struct ct_msg *response)
{
    struct ct_http *http = conn->http;
    struct ct_txn txn = {
        .conn = *conn->info,
        .method = CT_REF_NONE,
        .target = CT_REF_NONE,
        .host = CT_REF_NONE,
        .reason = CT_REF_NONE,
    };
    txn.notes |= conn->info->midstream ? UINT32_C(1) << CT_NOTE_MIDSTREAM : 0;
    txn.notes |= conn->info->proxied ? UINT32_C(1) << CT_NOTE_PROXIED : 0;
    if (request != NULL) {
        add_request(http, &txn, request);
    }
    if (response != NULL) {
        add_response(http, &txn, response);
    }
    txn.lines = http->lines;
    txn.text = http->text;
    clean_lines(http, &txn);
    if (request != NULL) {
        enum ct_method_class method = (enum ct_method_class)request->method_class;
        clean_target(http, &txn, method);
        find_host(&txn, method);
    }
    if (request != NULL && response != NULL && is_early(request, response)) {
        txn.notes |= UINT32_C(1) << CT_NOTE_EARLY_RESPONSE;
    }
    count(&http->counters, &txn);
    http->hooks.txn(http->hooks.user, &txn);
}

void ct_http_emit(struct ct_http_conn *conn, struct ct_msg *request, struct ct_msg *response)
{
    struct ct_http *http = conn->http;
    size_t text = (request != NULL ? request->text.length : 0) +
                  (response != NULL ? response->text.length : 0);
    size_t lines =
        (request != NULL ? request->n_lines : 0) + (response != NULL ? response->n_lines : 0);
    if (ct_http_emit_room(http, text, lines)) {
        hand_out(conn, request, response);
    } else {
        http->counters.refused++;
    }
    if (request != NULL) {
        ct_http_msg_free(http, request);
    }
    if (response != NULL) {
        ct_http_msg_free(http, response);
    }
}
