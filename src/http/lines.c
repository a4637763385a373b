/* SPDX-License-Identifier: Apache-2.0 */
/* Access to what a transaction holds. */
#include "cachetap/http.h"

const struct ct_line *ct_http_line(const struct ct_txn *txn, enum ct_dir dir, uint16_t field,
                                   const struct ct_line *after)
{
    const struct ct_line *end = txn->lines + txn->n_lines;
    const struct ct_line *line = after != NULL ? after + 1 : txn->lines;
    for (; line < end; line++) {
        if (line->field == field && line->dir == (uint8_t)dir) {
            return line;
        }
    }
    return NULL;
}

int64_t ct_http_txn_ns(const struct ct_txn *txn)
{
    return txn->request.seen ? txn->request.first_ns : txn->response.first_ns;
}

const char *ct_http_note_name(enum ct_note note)
{
    static const char *const names[CT_NOTE_COUNT] = {
#define X(symbol, name) name,
        CT_NOTES(X)
#undef X
    };
    return (unsigned)note < CT_NOTE_COUNT ? names[note] : "unknown";
}
