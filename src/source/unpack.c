/* SPDX-License-Identifier: Apache-2.0 */
#include "source/unpack.h"

#include <stdlib.h>

#define ZLIB_CONST /* next_in points to const */
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/span.h"

struct ct_source_unpacker {
    enum ct_source_packing packing;
    bool inside; /* in a member or frame, or before the first */
    z_stream gzip;
    ZSTD_DStream *zstd;
};

/* 16 more than the window bits means: gzip wrapper only (zlib.h). */
#define GZIP_WINDOW_BITS (15 + 16)

struct magic {
    enum ct_source_packing packing;
    uint8_t n;
    uint8_t bytes[CT_SOURCE_PACKING_HEAD];
};

static const struct magic magics[] = {
    {CT_SOURCE_PACKING_GZIP, 3, {0x1f, 0x8b, 0x08}},
    {CT_SOURCE_PACKING_ZSTD, 4, {0x28, 0xb5, 0x2f, 0xfd}},
    {CT_SOURCE_PACKING_LZ4, 4, {0x04, 0x22, 0x4d, 0x18}},
    {CT_SOURCE_PACKING_BZIP2, 3, {'B', 'Z', 'h'}},
    {CT_SOURCE_PACKING_XZ, 6, {0xfd, '7', 'z', 'X', 'Z', 0x00}},
};

enum ct_source_packing ct_source_packing_of(struct ct_span head)
{
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (head.n >= magics[i].n && memcmp(head.p, magics[i].bytes, magics[i].n) == 0) {
            return magics[i].packing;
        }
    }
    /* A skippable frame before the first Zstandard frame (RFC 8878 section 3.1.2). */
    if (head.n >= 4 && (ct_read_le32(head.p) & 0xfffffff0u) == 0x184d2a50u) {
        return CT_SOURCE_PACKING_ZSTD;
    }
    return CT_SOURCE_PACKING_NONE;
}

const char *ct_source_packing_name(enum ct_source_packing packing)
{
    switch (packing) {
    case CT_SOURCE_PACKING_NONE:
        return "none";
    case CT_SOURCE_PACKING_GZIP:
        return "gzip";
    case CT_SOURCE_PACKING_ZSTD:
        return "zstd";
    case CT_SOURCE_PACKING_LZ4:
        return "lz4";
    case CT_SOURCE_PACKING_BZIP2:
        return "bzip2";
    case CT_SOURCE_PACKING_XZ:
        return "xz";
    }
    return "none";
}

struct ct_source_unpacker *ct_source_unpacker_new(enum ct_source_packing packing)
{
    struct ct_source_unpacker *unpacker = calloc(1, sizeof *unpacker);
    if (unpacker == NULL) {
        return NULL;
    }
    unpacker->packing = packing;
    unpacker->inside = true;
    bool ready = false;
    if (packing == CT_SOURCE_PACKING_GZIP) {
        ready = inflateInit2(&unpacker->gzip, GZIP_WINDOW_BITS) == Z_OK;
    } else if (packing == CT_SOURCE_PACKING_ZSTD) {
        unpacker->zstd = ZSTD_createDStream();
        ready = unpacker->zstd != NULL;
    }
    if (!ready) {
        free(unpacker);
        return NULL;
    }
    return unpacker;
}

void ct_source_unpacker_free(struct ct_source_unpacker *unpacker)
{
    if (unpacker == NULL) {
        return;
    }
    if (unpacker->packing == CT_SOURCE_PACKING_GZIP) {
        (void)inflateEnd(&unpacker->gzip); /* nothing to be done about an inconsistent state */
    }
    (void)ZSTD_freeDStream(unpacker->zstd);
    free(unpacker);
}

/*
 * Between members: another one, or the zero octets with which tapes and block devices pad
 * (gzip(1) ignores them as well). False when there is neither.
 */
static bool next_member(struct ct_source_unpacker *unpacker, struct ct_span *in, const char **fault)
{
    while (in->n > 0 && in->p[0] == 0) {
        in->p++;
        in->n--;
    }
    if (in->n == 0) {
        return false;
    }
    if (in->p[0] != magics[0].bytes[0] || inflateReset(&unpacker->gzip) != Z_OK) {
        *fault = "something else follows the compressed data";
        return false;
    }
    unpacker->inside = true;
    return true;
}

static size_t unpack_gzip(struct ct_source_unpacker *unpacker, struct ct_span *in, uint8_t *out,
                          size_t size, const char **fault)
{
    z_stream *gzip = &unpacker->gzip;
    if (!unpacker->inside && !next_member(unpacker, in, fault)) {
        return 0;
    }
    uInt room = size < UINT32_MAX ? (uInt)size : UINT32_MAX;
    uInt given = in->n < UINT32_MAX ? (uInt)in->n : UINT32_MAX;
    gzip->next_in = in->p;
    gzip->avail_in = given;
    gzip->next_out = out;
    gzip->avail_out = room;
    int result = inflate(gzip, Z_NO_FLUSH);
    in->p += given - gzip->avail_in;
    in->n -= given - gzip->avail_in;
    if (result == Z_STREAM_END) {
        unpacker->inside = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
        *fault = gzip->msg != NULL ? gzip->msg : "out of memory";
    }
    return room - gzip->avail_out;
}

const char ct_source_too_wide[] = "a window of more than 128 MiB";

static size_t unpack_zstd(struct ct_source_unpacker *unpacker, struct ct_span *in, uint8_t *out,
                          size_t size, const char **fault)
{
    ZSTD_inBuffer from = {in->p, in->n, 0};
    ZSTD_outBuffer to = {.size = size};
    if (!unpacker->inside && in->n == 0) {
        return 0;
    }
    to.dst = out;
    size_t result = ZSTD_decompressStream(unpacker->zstd, &to, &from);
    in->p += from.pos;
    in->n -= from.pos;
    if (ZSTD_isError(result)) {
        bool is_wide = ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge;
        *fault = is_wide ? ct_source_too_wide : ZSTD_getErrorName(result);
    } else {
        unpacker->inside = result != 0;
    }
    return to.pos;
}

size_t ct_source_unpack(struct ct_source_unpacker *unpacker, struct ct_span *in, uint8_t *out,
                        size_t size, const char **fault)
{
    *fault = NULL;
    if (unpacker->packing == CT_SOURCE_PACKING_GZIP) {
        return unpack_gzip(unpacker, in, out, size, fault);
    }
    return unpack_zstd(unpacker, in, out, size, fault);
}

bool ct_source_unpacker_at_boundary(const struct ct_source_unpacker *unpacker)
{
    return !unpacker->inside;
}
