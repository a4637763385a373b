/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the PROXY protocol header. A header lies within what was given; an answer
 * holds for every longer beginning.
 */
#include <stdlib.h>
#include <string.h>

#include "stream/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answer {
    enum ct_proxy_status status;
    struct ct_endpoint src;
    struct ct_endpoint dst;
    size_t length;
};

static struct answer parse(const uint8_t *data, size_t size)
{
    struct answer answer;
    memset(&answer, 0, sizeof answer);
    answer.status = ct_stream_proxy_parse((struct ct_span){data, size}, &answer.src, &answer.dst,
                                          &answer.length);
    bool has_header = answer.status == CT_PROXY_LOCAL || answer.status == CT_PROXY_ADDRESSES;
    if (has_header != (answer.length > 0) || answer.length > size ||
        answer.length > CT_PROXY_HEADER_MAX) {
        abort();
    }
    if (answer.status == CT_PROXY_ADDRESSES && answer.src.family != answer.dst.family) {
        abort();
    }
    return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct answer whole = parse(data, size);
    size_t step = size / 128 + 1;
    for (size_t n = 0; n < size; n += step) {
        struct answer part = parse(data, n);
        if (part.status != CT_PROXY_NEED_MORE &&
            (part.status != whole.status || part.length != whole.length ||
             ct_base_endpoint_compare(&part.src, &whole.src) != 0 ||
             ct_base_endpoint_compare(&part.dst, &whole.dst) != 0)) {
            abort();
        }
    }
    return 0;
}
