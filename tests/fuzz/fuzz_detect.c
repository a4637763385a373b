/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: detection. An answer without more must hold for every longer beginning. The
 * beginnings looked at are the short ones and those that end beside a delimiter, which is where
 * answers are made; any other one is an input of its own.
 */
#include <stdlib.h>

#include "cachetap/stream.h"
#include "stream/detect.h"

#define SHORT   20
#define CUTS    48
#define PAST_IT 8 /* octets beyond CT_DETECT_MAX, which must not count */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct answer {
    enum ct_proto proto;
    bool more;
    bool is_request;
};

static struct answer detect(const uint8_t *data, size_t n)
{
    struct answer answer = {CT_PROTO_COUNT, false, false};
    answer.proto = ct_stream_detect((struct ct_span){data, n}, &answer.more, &answer.is_request);
    if ((unsigned)answer.proto >= CT_PROTO_COUNT || (answer.more && n >= CT_DETECT_MAX)) {
        abort();
    }
    return answer;
}

static bool is_delimiter(uint8_t c)
{
    return c <= ' ' || c == '/' || c == 0x7f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size = size < CT_DETECT_MAX + PAST_IT ? size : CT_DETECT_MAX + PAST_IT;
    struct answer whole = detect(data, size);
    int left = CUTS;
    for (size_t n = 0; n < size && left > 0; n++) {
        if (n > SHORT && !is_delimiter(data[n]) && !is_delimiter(data[n - 1])) {
            continue;
        }
        struct answer part = detect(data, n);
        left--;
        if (part.more) {
            continue;
        }
        if (whole.more || part.proto != whole.proto || part.is_request != whole.is_request) {
            abort();
        }
        break; /* final: any longer beginning is an input of its own */
    }
    return 0;
}
