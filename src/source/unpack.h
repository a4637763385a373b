/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compressed input, a piece at a time: gzip (RFC 1952) through zlib, Zstandard (RFC 8878)
 * through libzstd. Members and frames that follow each other are one stream. Memory is what
 * the window needs, at most 128 MiB for zstd (its default bound).
 */
#ifndef CACHETAP_SOURCE_UNPACK_H
#define CACHETAP_SOURCE_UNPACK_H

#include "cachetap/base.h"

enum ct_source_packing {
    CT_SOURCE_PACKING_NONE,
    CT_SOURCE_PACKING_GZIP,
    CT_SOURCE_PACKING_ZSTD,
    CT_SOURCE_PACKING_LZ4, /* this and the following: recognised, not unpacked */
    CT_SOURCE_PACKING_BZIP2,
    CT_SOURCE_PACKING_XZ,
};

/* Octets from which ct_source_packing_of can tell. */
#define CT_SOURCE_PACKING_HEAD 6

enum ct_source_packing ct_source_packing_of(struct ct_span head);
/* "gzip"; static. */
const char *ct_source_packing_name(enum ct_source_packing packing);

/* The fault of data that is sound, and wants more memory than is given to one input. */
extern const char ct_source_too_wide[];

struct ct_source_unpacker;

/* GZIP or ZSTD. NULL: no memory. */
struct ct_source_unpacker *ct_source_unpacker_new(enum ct_source_packing packing);
void ct_source_unpacker_free(struct ct_source_unpacker *unpacker);

/*
 * Unpacks from in, which is moved past what was used, into at most size octets of out.
 * Returns the octets written. NULL in *fault, or a static text when the data is damaged.
 * Nothing written and nothing used: more input is needed.
 */
size_t ct_source_unpack(struct ct_source_unpacker *unpacker, struct ct_span *in, uint8_t *out,
                        size_t size, const char **fault);

/* True when the input may end here: between members or frames. */
bool ct_source_unpacker_at_boundary(const struct ct_source_unpacker *unpacker);

#endif
