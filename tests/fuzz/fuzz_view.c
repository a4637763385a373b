/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys and transactions in any order: the view stays on its feet, and every cell of every
 * screen is one printable character. Of the input an octet below 0x80 is a key; 0xff begins a
 * transaction that goes on to the next 0xff; others are keys that are no characters, sizes and
 * the end of a freeze.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "support/screen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DRAWINGS_MAX 60

static void count(struct sc *sc, struct ct_span part)
{
    char text[1200];
    static const char begin[] = "GET /";
    static const char middle[] = "\nHost: ";
    static const char end[] = "\n\n200\nServer: x\n";
    size_t half = part.n < 400 ? part.n / 2 : 200;
    size_t n = 0;
    memcpy(text, begin, sizeof begin - 1);
    n = sizeof begin - 1;
    memcpy(text + n, part.p, half);
    n += half;
    memcpy(text + n, middle, sizeof middle - 1);
    n += sizeof middle - 1;
    memcpy(text + n, part.p + half, half);
    n += half;
    memcpy(text + n, end, sizeof end);
    for (size_t i = 0; i < n; i++) {
        text[i] = (char)(text[i] == '\0' ? 1 : text[i]); /* the text is terminated */
    }
    sc_count(sc, text, (enum ct_outcome)(part.n % CT_OUTCOME_COUNT), (unsigned)(part.n % 5), 100);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc sc;
    unsigned drawings = 0;
    if (size < 1) {
        return 0;
    }
    sc_init(&sc, 80, 24, (data[0] & 1u) != 0);
    for (size_t i = 1; i < size && drawings < DRAWINGS_MAX; i++) {
        if (data[i] < 0x80) {
            (void)ct_view_key(sc.view, data[i]);
        } else if (data[i] < 0xa0) {
            (void)ct_view_key(sc.view, CT_KEY_UP + (data[i] & 0x1fu));
        } else if (data[i] == 0xfe) {
            sc_resize(&sc, 1 + (unsigned)(i % 200), 1 + (unsigned)(i % 60));
        } else if (data[i] == 0xff) {
            size_t to = i + 1;
            while (to < size && data[to] != 0xff) {
                to++;
            }
            count(&sc, (struct ct_span){data + i + 1, to - i - 1});
            i = to;
            continue;
        } else {
            (void)ct_view_key(sc.view, (uint32_t)data[i] << 8 | 0x16u);
        }
        (void)sc_draw(&sc);
        drawings++;
    }
    sc_fini(&sc);
    return 0;
}
