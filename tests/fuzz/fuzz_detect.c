/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: detection. An answer without more must hold for every longer beginning. */
#include <stdlib.h>

#include "cachetap/stream.h"
#include "stream/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum ct_proto decided = CT_PROTO_COUNT;
    bool decided_request = false;
    for (size_t n = 0; n <= size && n <= CT_DETECT_MAX + 8; n++) {
        bool more = false;
        bool is_request = false;
        enum ct_proto proto = ct_stream_detect((struct ct_span){data, n}, &more, &is_request);
        if ((unsigned)proto >= CT_PROTO_COUNT || (more && n >= CT_DETECT_MAX)) {
            abort();
        }
        if (decided != CT_PROTO_COUNT &&
            (more || proto != decided || is_request != decided_request)) {
            abort();
        }
        if (!more) {
            decided = proto;
            decided_request = is_request;
        }
    }
    return 0;
}
