/* SPDX-License-Identifier: Apache-2.0 */
#include "view/keys.h"

#define CODES_MAX 12

struct row {
    struct ct_view_key_row text;
    uint32_t codes[CODES_MAX]; /* 0: no more */
};

static const struct row rows[] = {
#define X(symbol, group, keys, help, ...) {{group, keys, help}, {__VA_ARGS__}},
    CT_ACTIONS(X)
#undef X
};

#define N_ROWS (sizeof rows / sizeof rows[0])

const struct ct_view_key_row *ct_view_key_row(size_t i)
{
    return i < N_ROWS ? &rows[i].text : NULL;
}

enum ct_action ct_view_action(uint32_t key)
{
    for (size_t i = 0; key != CT_KEY_NONE && i < N_ROWS; i++) {
        for (size_t k = 0; k < CODES_MAX && rows[i].codes[k] != 0; k++) {
            if (rows[i].codes[k] == key) {
                return (enum ct_action)(i + 1);
            }
        }
    }
    return CT_ACTION_NONE;
}
