/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the pcapng reader. The input is a file; it is read once in one piece and once in
 * pieces of a few octets, which must give the same packets.
 */
#include <stdlib.h>
#include <string.h>

#include "source/pcapng.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct file {
    const uint8_t *data;
    size_t left;
    size_t piece; /* octets per read */
};

static size_t read_file(void *user, uint8_t *out, size_t n)
{
    struct file *file = user;
    n = n < file->piece ? n : file->piece;
    n = n < file->left ? n : file->left;
    if (n > 0) {
        memcpy(out, file->data, n);
    }
    file->data += n;
    file->left -= n;
    return n;
}

/* A checksum of all that was given out: reads every octet of every frame. */
static uint64_t read_all(struct file file, size_t buffer_bytes)
{
    uint64_t sum = 0;
    uint32_t next_iface = 0;
    struct ct_frame frame;
    struct ct_source_pcapng *pcapng =
        ct_source_pcapng_new(read_file, &file, buffer_bytes, &next_iface);
    if (pcapng == NULL) {
        abort();
    }
    enum ct_source_pcapng_status status = CT_SOURCE_PCAPNG_PACKET;
    while ((status = ct_source_pcapng_next(pcapng, &frame)) == CT_SOURCE_PCAPNG_PACKET) {
        sum = sum * 31 + (uint64_t)frame.ts_ns + frame.wire_len + frame.linktype;
        for (uint32_t i = 0; i < frame.cap_len; i++) {
            sum = sum * 31 + frame.bytes[i];
        }
        if (frame.iface >= next_iface) {
            abort(); /* a packet of an interface that was not described */
        }
    }
    if ((status == CT_SOURCE_PCAPNG_BAD) != (ct_source_pcapng_reason(pcapng)[0] != '\0')) {
        abort();
    }
    ct_source_pcapng_free(pcapng);
    return sum * 31 + (uint64_t)status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t whole = read_all((struct file){data, size, SIZE_MAX}, 65536);
    uint64_t pieces = read_all((struct file){data, size, 5}, 0);
    if (whole != pieces) {
        abort();
    }
    return 0;
}
