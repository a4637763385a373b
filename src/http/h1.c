/* SPDX-License-Identifier: Apache-2.0 */
#include "http/h1.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "http/conn.h"
#include "http/message.h"

#define TEXT_OF(x)            #x
#define VERSION_TEXT(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

_Static_assert(sizeof(llhttp_t) <= CT_H1_PARSER_BYTES, "room for a parser");

static llhttp_t *parser_of(struct ct_reader *reader)
{
    return (llhttp_t *)(void *)reader->parser;
}

static struct ct_reader *reader_of(const llhttp_t *parser)
{
    return parser->data;
}

static uint64_t offset_of(const struct ct_reader *reader, const char *at)
{
    return reader->base_offset + (uint64_t)((const uint8_t *)at - reader->base);
}

/* Copies a piece of a name: the octets at hand do not hold all of it. */
static void keep_name(struct ct_reader *reader, struct ct_span piece)
{
    size_t room = sizeof reader->name - reader->name_length;
    size_t take = piece.n < room ? piece.n : room; /* a full buffer is a name that nobody keeps */
    memcpy(reader->name + reader->name_length, piece.p, take);
    reader->name_length = (uint8_t)(reader->name_length + take);
}

/* The octets at hand end in the middle of a name. */
static void spill_name(struct ct_reader *reader)
{
    if (reader->whole_name.n > 0) {
        keep_name(reader, reader->whole_name);
        reader->whole_name.n = 0;
    }
}

static int on_field(llhttp_t *parser, const char *at, size_t n)
{
    struct ct_reader *reader = reader_of(parser);
    struct ct_span piece = {(const uint8_t *)at, n};
    if (reader->name_length == 0 && reader->whole_name.n == 0) {
        reader->whole_name = piece;
    } else {
        spill_name(reader);
        keep_name(reader, piece);
    }
    return 0;
}

static int on_field_complete(llhttp_t *parser)
{
    struct ct_reader *reader = reader_of(parser);
    /* All values are plain text to llhttp: framing is decided in framing.c. */
    parser->header_state = 0;
    struct ct_span name = reader->whole_name;
    if (reader->name_length > 0) {
        spill_name(reader);
        name = (struct ct_span){(const uint8_t *)reader->name, reader->name_length};
    }
    reader->name_length = 0;
    reader->whole_name.n = 0;
    ct_http_msg_line_begin(reader, ct_span_trim(name));
    return 0;
}

static int on_value(llhttp_t *parser, const char *at, size_t n)
{
    struct ct_reader *reader = reader_of(parser);
    struct ct_span piece = {(const uint8_t *)at, n};
    uint64_t offset = offset_of(reader, at);
    if (n == 0) {
        return 0;
    }
    if (reader->piece && offset != reader->value_end) {
        ct_http_msg_line_fold(reader);
    }
    reader->piece = true;
    reader->value_end = offset + n;
    ct_http_msg_line_append(reader, piece);
    return 0;
}

static int on_value_complete(llhttp_t *parser)
{
    struct ct_reader *reader = reader_of(parser);
    ct_http_msg_line_end(reader);
    reader->piece = false;
    return 0;
}

/* 1: no body. Only the header section is read here. */
static int on_headers_complete(llhttp_t *parser)
{
    (void)parser;
    return 1;
}

static int on_message_complete(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static void set_lenient(llhttp_t *parser)
{
    llhttp_set_lenient_headers(parser, 1);
    llhttp_set_lenient_chunked_length(parser, 1);
    llhttp_set_lenient_keep_alive(parser, 1);
    llhttp_set_lenient_transfer_encoding(parser, 1);
#if LLHTTP_VERSION_MAJOR > 9 || (LLHTTP_VERSION_MAJOR == 9 && LLHTTP_VERSION_MINOR >= 1)
    llhttp_set_lenient_optional_cr_before_lf(parser, 1);
#endif
}

bool ct_http_h1_init(struct ct_h1_template *template)
{
    static const char line[] = "POST / HTTP/1.1\r\n";
    llhttp_settings_t *settings = calloc(1, sizeof *settings);
    if (settings == NULL) {
        return false;
    }
    llhttp_settings_init(settings);
    settings->on_header_field = on_field;
    settings->on_header_field_complete = on_field_complete;
    settings->on_header_value = on_value;
    settings->on_header_value_complete = on_value_complete;
    settings->on_headers_complete = on_headers_complete;
    settings->on_message_complete = on_message_complete;
    llhttp_t parser;
    llhttp_init(&parser, HTTP_REQUEST, settings);
    set_lenient(&parser);
    if (llhttp_execute(&parser, line, sizeof line - 1) != HPE_OK) {
        free(settings);
        return false;
    }
    memcpy(template->parser, &parser, sizeof parser);
    template->settings = settings;
    return true;
}

void ct_http_h1_fini(struct ct_h1_template *template)
{
    free(template->settings);
    template->settings = NULL;
}

static void restart(struct ct_reader *reader)
{
    llhttp_t *parser = parser_of(reader);
    memcpy(parser, reader->http->h1.parser, sizeof *parser);
    parser->data = reader;
    reader->name_length = 0;
    reader->whole_name.n = 0;
    reader->piece = false;
    reader->keep = false;
    reader->field = CT_FIELD_NONE;
}

void ct_http_h1_begin(struct ct_reader *reader, bool trailer)
{
    reader->trailer = trailer;
    reader->skip_line = false;
    restart(reader);
}

/* Passes over the rest of a line that is no header line. */
static enum ct_h1_result skip_line(struct ct_reader *reader, struct ct_span text, size_t *used)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c == '\n') {
            *used = i + 1;
            reader->skip_line = false;
            restart(reader);
            return CT_H1_MORE;
        }
        if (c < 0x20 && c != '\t' && c != '\r') {
            *used = i;
            return CT_H1_BAD;
        }
    }
    *used = text.n;
    return CT_H1_MORE;
}

static enum ct_h1_result read_lines(struct ct_reader *reader, struct ct_span text, size_t *used)
{
    llhttp_t *parser = parser_of(reader);
    const char *p = (const char *)text.p;
    llhttp_errno_t error = llhttp_execute(parser, p, text.n);
    if (error == HPE_OK) {
        spill_name(reader);
        *used = text.n;
        return CT_H1_MORE;
    }
    const char *at = llhttp_get_error_pos(parser);
    *used = at != NULL && at >= p && at <= p + text.n ? (size_t)(at - p) : text.n;
    if (error == HPE_PAUSED || error == HPE_PAUSED_UPGRADE) {
        /* llhttp takes any octet for the LF of the empty line; servers do not. */
        return *used > 0 && p[*used - 1] != '\n' ? CT_H1_BAD : CT_H1_DONE;
    }
    ct_http_msg_line_drop(reader);
    reader->skip_line = true;
    return CT_H1_MORE;
}

enum ct_h1_result ct_http_h1_read(struct ct_reader *reader, struct ct_span text, uint64_t offset,
                                  size_t *used)
{
    size_t at = 0;
    enum ct_h1_result result = CT_H1_MORE;
    while (at < text.n && result == CT_H1_MORE) {
        struct ct_span rest = ct_span_slice(text, at, text.n);
        size_t taken = 0;
        reader->base = rest.p;
        reader->base_offset = offset + at;
        if (reader->skip_line) {
            result = skip_line(reader, rest, &taken);
        } else {
            result = read_lines(reader, rest, &taken);
        }
        at += taken;
    }
    *used = at;
    return result;
}

const char *ct_http_parser_version(void)
{
    return VERSION_TEXT(LLHTTP_VERSION_MAJOR, LLHTTP_VERSION_MINOR, LLHTTP_VERSION_PATCH);
}
