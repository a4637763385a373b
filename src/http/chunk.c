/* SPDX-License-Identifier: Apache-2.0 */
#include "http/chunk.h"

/* Larger sizes are taken for nonsense: no octet offset can reach them. */
#define SIZE_LIMIT (UINT64_C(1) << 62)

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

static enum ct_chunk_result end_of_line(struct ct_chunk *chunk)
{
    if (chunk->size == 0) {
        return CT_CHUNK_LAST;
    }
    chunk->state = CT_CHUNK_END;
    return CT_CHUNK_DATA;
}

/* One octet after the digits. */
static enum ct_chunk_result after_size(struct ct_chunk *chunk, uint8_t c)
{
    if (c == '\n') {
        return end_of_line(chunk);
    }
    if (c == '\r') {
        chunk->state = CT_CHUNK_LF;
        return CT_CHUNK_MORE;
    }
    if (c == ';') {
        chunk->state = CT_CHUNK_EXTENSION;
        return CT_CHUNK_MORE;
    }
    chunk->state = CT_CHUNK_BLANK;
    return c == ' ' || c == '\t' ? CT_CHUNK_MORE : CT_CHUNK_BAD;
}

static enum ct_chunk_result read_digit(struct ct_chunk *chunk, uint8_t c)
{
    int digit = hex_digit(c);
    if (digit < 0) {
        return chunk->state == CT_CHUNK_SIZE ? CT_CHUNK_BAD : after_size(chunk, c);
    }
    if (chunk->size >= SIZE_LIMIT / 16) {
        return CT_CHUNK_BAD;
    }
    chunk->size = chunk->size * 16 + (uint64_t)digit;
    chunk->state = CT_CHUNK_DIGITS;
    return CT_CHUNK_MORE;
}

/* The line end after the data of a chunk. */
static enum ct_chunk_result read_end(struct ct_chunk *chunk, uint8_t c)
{
    if (c == '\n') {
        *chunk = (struct ct_chunk){0};
        return CT_CHUNK_MORE;
    }
    if (c == '\r' && chunk->state == CT_CHUNK_END) {
        chunk->state = CT_CHUNK_END_LF;
        return CT_CHUNK_MORE;
    }
    return CT_CHUNK_BAD;
}

static enum ct_chunk_result read_octet(struct ct_chunk *chunk, uint8_t c)
{
    switch ((enum ct_chunk_state)chunk->state) {
    case CT_CHUNK_SIZE:
    case CT_CHUNK_DIGITS:
        return read_digit(chunk, c);
    case CT_CHUNK_BLANK:
        return after_size(chunk, c);
    case CT_CHUNK_EXTENSION:
        /* A quoted CR or LF is not allowed (RFC 9110 section 5.6.4): LF ends the line. */
        return c == '\n' ? end_of_line(chunk) : CT_CHUNK_MORE;
    case CT_CHUNK_LF:
        return c == '\n' ? end_of_line(chunk) : CT_CHUNK_BAD;
    case CT_CHUNK_END:
    case CT_CHUNK_END_LF:
        return read_end(chunk, c);
    }
    return CT_CHUNK_BAD;
}

enum ct_chunk_result ct_http_chunk_read(struct ct_chunk *chunk, struct ct_span text, size_t *used)
{
    enum ct_chunk_result result = CT_CHUNK_MORE;
    size_t at = 0;
    while (at < text.n && result == CT_CHUNK_MORE) {
        result = read_octet(chunk, text.p[at]);
        at++;
    }
    *used = at;
    return result;
}
