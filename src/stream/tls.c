/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tls: a ClientHello read where it lies. The reader steps over the record headers that may
 * stand anywhere in it, so nothing is copied. Offsets count octets of the handshake message,
 * without record headers; no length is believed beyond the one that encloses it.
 */
#include "stream/tls.h"

#include "base/span.h"

#define RECORD_HANDSHAKE   22
#define RECORD_MAX         (16384 + 2048) /* RFC 5246 section 6.2.3 */
#define CLIENT_HELLO       1
#define EXTENSION_NAME     0 /* server_name, RFC 6066 section 3 */
#define NAME_TYPE_HOST     0
#define SESSION_ID_MAX     32
#define VERSION_AND_RANDOM 34

/* While all is well status is CT_TLS_FOUND; after that reads give 0 and do nothing. */
struct reader {
    struct ct_cursor in;
    size_t record_left; /* octets of the record at hand */
    size_t at;          /* offset in the handshake message */
    size_t end;         /* of the handshake message */
    enum ct_tls_status status;
};

/* RFC 8446 section 5.1: type, version, length. */
static void open_record(struct reader *reader)
{
    struct ct_cursor *in = &reader->in;
    if ((in->n > 0 && in->p[0] != RECORD_HANDSHAKE) || (in->n > 1 && in->p[1] != 3)) {
        reader->status = CT_TLS_BAD; /* a message must not be interrupted */
        return;
    }
    ct_cursor_skip(in, 3);
    reader->record_left = ct_cursor_be16(in);
    if (in->bad) {
        reader->status = CT_TLS_NEED_MORE;
    } else if (reader->record_left == 0 || reader->record_left > RECORD_MAX) {
        reader->status = CT_TLS_BAD;
    }
}

/* The next octets of the message in one record: 1 to n of them, 0 when there are none. */
static size_t take_run(struct reader *reader, size_t n, const uint8_t **run)
{
    if (reader->status == CT_TLS_FOUND && n > reader->end - reader->at) {
        reader->status = CT_TLS_BAD;
    }
    if (reader->status == CT_TLS_FOUND && reader->record_left == 0) {
        open_record(reader);
    }
    if (reader->status != CT_TLS_FOUND) {
        return 0;
    }
    if (reader->in.n == 0) {
        reader->status = CT_TLS_NEED_MORE;
        return 0;
    }
    n = n < reader->record_left ? n : reader->record_left;
    n = n < reader->in.n ? n : reader->in.n;
    *run = ct_cursor_take(&reader->in, n);
    reader->record_left -= n;
    reader->at += n;
    return n;
}

static void take(struct reader *reader, uint8_t *out, size_t n)
{
    const uint8_t *run = NULL;
    while (n > 0) {
        size_t got = take_run(reader, n, &run);
        if (got == 0) {
            return;
        }
        memcpy(out, run, got);
        out += got;
        n -= got;
    }
}

static void skip(struct reader *reader, size_t n)
{
    const uint8_t *run = NULL;
    while (n > 0) {
        size_t got = take_run(reader, n, &run);
        if (got == 0) {
            return;
        }
        n -= got;
    }
}

static size_t number(struct reader *reader, size_t n_octets)
{
    uint8_t octets[3] = {0, 0, 0};
    size_t value = 0;
    take(reader, octets, n_octets);
    for (size_t i = 0; i < n_octets; i++) {
        value = value << 8 | octets[i];
    }
    return reader->status == CT_TLS_FOUND ? value : 0;
}

/* A vector with a length of n_octets before it, to be passed over. */
static void skip_vector(struct reader *reader, size_t n_octets)
{
    skip(reader, number(reader, n_octets));
}

static bool is_name_octet(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

static enum ct_tls_status read_name(struct reader *reader, size_t n, char out[CT_SNI_MAX])
{
    uint8_t name[CT_SNI_MAX];
    if (n == 0 || n >= sizeof name) {
        return CT_TLS_NONE;
    }
    take(reader, name, n);
    if (reader->status != CT_TLS_FOUND) {
        return reader->status;
    }
    for (size_t i = 0; i < n; i++) {
        name[i] = ct_ascii_lower(name[i]);
        if (!is_name_octet(name[i])) {
            return CT_TLS_NONE;
        }
    }
    memcpy(out, name, n);
    out[n] = '\0';
    return CT_TLS_FOUND;
}

/* The list of the server_name extension, which takes n octets. RFC 6066 section 3. */
static enum ct_tls_status read_name_list(struct reader *reader, size_t n, char out[CT_SNI_MAX])
{
    size_t end = reader->at + n;
    size_t list = number(reader, 2);
    if (reader->status == CT_TLS_FOUND && list + 2 != n) {
        return CT_TLS_BAD;
    }
    while (reader->status == CT_TLS_FOUND && end - reader->at >= 3) {
        size_t type = number(reader, 1);
        size_t length = number(reader, 2);
        if (reader->status == CT_TLS_FOUND && length > end - reader->at) {
            return CT_TLS_BAD;
        }
        if (reader->status == CT_TLS_FOUND && type == NAME_TYPE_HOST) {
            return read_name(reader, length, out);
        }
        skip(reader, length);
    }
    return reader->status == CT_TLS_FOUND ? CT_TLS_NONE : reader->status;
}

/* RFC 8446 section 4.2. They end with the message. */
static enum ct_tls_status read_extensions(struct reader *reader, char out[CT_SNI_MAX])
{
    if (reader->status == CT_TLS_FOUND && reader->at == reader->end) {
        return CT_TLS_NONE; /* TLS 1.2 and before may do without */
    }
    size_t all = number(reader, 2);
    if (reader->status == CT_TLS_FOUND && all != reader->end - reader->at) {
        return CT_TLS_BAD;
    }
    while (reader->status == CT_TLS_FOUND && reader->at < reader->end) {
        size_t type = number(reader, 2);
        size_t length = number(reader, 2);
        if (reader->status != CT_TLS_FOUND) {
            break;
        }
        if (length > reader->end - reader->at) {
            return CT_TLS_BAD;
        }
        if (type == EXTENSION_NAME) {
            return read_name_list(reader, length, out);
        }
        skip(reader, length);
    }
    return reader->status == CT_TLS_FOUND ? CT_TLS_NONE : reader->status;
}

/* RFC 8446 section 4.1.2; the same since TLS 1.0. */
static enum ct_tls_status read_hello(struct reader *reader, char out[CT_SNI_MAX])
{
    reader->end = 4;
    size_t type = number(reader, 1);
    if (reader->status == CT_TLS_FOUND && type != CLIENT_HELLO) {
        return CT_TLS_NONE;
    }
    size_t length = number(reader, 3);
    reader->end += length;
    skip(reader, VERSION_AND_RANDOM);
    size_t session = number(reader, 1);
    if (session > SESSION_ID_MAX) {
        return CT_TLS_BAD;
    }
    skip(reader, session);
    skip_vector(reader, 2); /* cipher suites */
    skip_vector(reader, 1); /* compression methods */
    return read_extensions(reader, out);
}

/*
 * What the first octets say: CT_TLS_NONE for records of other types and for the form of SSL
 * 2.0, which has no names; CT_TLS_FOUND to go on.
 */
static enum ct_tls_status judge_first(struct ct_span bytes)
{
    const uint8_t *p = bytes.p;
    if (bytes.n == 0) {
        return CT_TLS_NEED_MORE;
    }
    if (p[0] == RECORD_HANDSHAKE) {
        return CT_TLS_FOUND;
    }
    if ((p[0] & 0x80u) != 0) {
        return bytes.n < 3 ? CT_TLS_NEED_MORE : p[2] == CLIENT_HELLO ? CT_TLS_NONE : CT_TLS_BAD;
    }
    if (p[0] < 20 || p[0] > 24) {
        return CT_TLS_BAD;
    }
    return bytes.n < 2 ? CT_TLS_NEED_MORE : p[1] == 3 ? CT_TLS_NONE : CT_TLS_BAD;
}

enum ct_tls_status ct_stream_tls_sni(struct ct_span bytes, char out[CT_SNI_MAX])
{
    enum ct_tls_status status = judge_first(bytes);
    if (status != CT_TLS_FOUND) {
        return status;
    }
    struct reader reader = {
        .in = ct_cursor_of(ct_span_slice(bytes, 0, CT_TLS_HELLO_MAX)),
        .status = CT_TLS_FOUND,
    };
    status = read_hello(&reader, out);
    if (status == CT_TLS_NEED_MORE && bytes.n >= CT_TLS_HELLO_MAX) {
        return CT_TLS_NONE;
    }
    return status;
}
