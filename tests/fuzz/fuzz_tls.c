/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the server name of a ClientHello. A name is one that can be shown; an answer
 * holds for every longer beginning.
 */
#include <stdlib.h>
#include <string.h>

#include "stream/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char name[CT_SNI_MAX])
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-._";
    size_t n = strnlen(name, CT_SNI_MAX);
    if (n == 0 || n == CT_SNI_MAX || strspn(name, allowed) != n) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[CT_SNI_MAX];
    char part_name[CT_SNI_MAX];
    enum ct_tls_status whole = ct_stream_tls_sni((struct ct_span){data, size}, name);
    if (whole == CT_TLS_FOUND) {
        check_name(name);
    }
    size_t step = size / 64 + 1;
    for (size_t n = 0; n < size; n += step) {
        enum ct_tls_status part = ct_stream_tls_sni((struct ct_span){data, n}, part_name);
        if (part != CT_TLS_NEED_MORE &&
            (part != whole || (part == CT_TLS_FOUND && strcmp(name, part_name) != 0))) {
            abort();
        }
    }
    return 0;
}
