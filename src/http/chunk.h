/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Framing of chunks (RFC 9112 section 7.1), read by hand: the data of a chunk is passed over
 * by the transport, with its holes, and llhttp 8 refuses what servers and clients accept
 * (bare LF, blanks after the size, odd extensions). Extensions are passed over.
 */
#ifndef CACHETAP_HTTP_CHUNK_H
#define CACHETAP_HTTP_CHUNK_H

#include "cachetap/base.h"

enum ct_chunk_state {
    CT_CHUNK_SIZE,      /* at the first digit */
    CT_CHUNK_DIGITS,    /* in the size */
    CT_CHUNK_BLANK,     /* blanks after it */
    CT_CHUNK_EXTENSION, /* to the end of the line */
    CT_CHUNK_LF,        /* CR seen at the end of the line */
    CT_CHUNK_END,       /* at the line end after the data */
    CT_CHUNK_END_LF,
};

struct ct_chunk {
    uint64_t size;
    uint8_t state; /* enum ct_chunk_state; 0 at the start of a body */
};

enum ct_chunk_result {
    CT_CHUNK_MORE,
    CT_CHUNK_DATA, /* chunk->size octets of data follow, then call again */
    CT_CHUNK_LAST, /* the last chunk: the trailer section follows */
    CT_CHUNK_BAD,
};

/* Reads framing from text; *used octets of it. */
enum ct_chunk_result ct_http_chunk_read(struct ct_chunk *chunk, struct ct_span text, size_t *used);

#endif
