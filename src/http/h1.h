/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Header and trailer sections, by llhttp. This stage reads start lines itself (any method,
 * any version, and the search after a hole needs it anyway) and decides about framing itself
 * (tolerance where llhttp stops: repeated Content-Length, bare LF in chunk lines; and holes
 * in bodies, which llhttp cannot be told). llhttp divides the lines, with folding, as servers
 * do. A line that is no header line is passed over, as nginx does, unless it holds control
 * characters: then the message is malformed.
 */
#ifndef CACHETAP_HTTP_H1_H
#define CACHETAP_HTTP_H1_H

#include "cachetap/http.h"
#include "http/startline.h"

#define CT_H1_PARSER_BYTES 160

struct ct_http;
struct ct_msg;

/* A parser that stands at the start of a header section, and the callbacks it needs. */
struct ct_h1_template {
    _Alignas(8) uint8_t parser[CT_H1_PARSER_BYTES];
    void *settings; /* owned */
};

/* Lent to a message while its start line or a header section is read. */
struct ct_reader {
    _Alignas(8) uint8_t parser[CT_H1_PARSER_BYTES];
    struct ct_http *http;
    struct ct_msg *msg;
    const uint8_t *base; /* of the octets being read */
    uint64_t base_offset;
    struct ct_span whole_name; /* in the octets being read */
    uint64_t value_end;        /* stream offset after the last piece of the value */
    uint32_t value_start;      /* in the text of the message */
    uint16_t field;
    uint8_t name_length;
    uint8_t small_length;
    uint8_t head_length;
    uint8_t tail_length;
    bool keep;                  /* the value is wanted */
    bool piece;                 /* a piece of the value was seen */
    bool folded;                /* blanks at the start of a folded line are being passed over */
    bool trailer;               /* in a trailer section */
    bool skip_line;             /* to the end of a line that is no header line */
    uint8_t head[CT_LINE_HEAD]; /* of the start line */
    uint8_t tail[CT_LINE_TAIL];
    char name[64];     /* of a field, when it came in pieces */
    uint8_t small[96]; /* value of a framing field */
};

enum ct_h1_result {
    CT_H1_MORE,
    CT_H1_DONE, /* the section has ended */
    CT_H1_BAD,
};

/* False: no memory. */
bool ct_http_h1_init(struct ct_h1_template *template);
void ct_http_h1_fini(struct ct_h1_template *template);
/* Sets the reader to the start of a header or trailer section. */
void ct_http_h1_begin(struct ct_reader *reader, bool trailer);
/* Reads octets that stand at offset in the stream; *used of them. */
enum ct_h1_result ct_http_h1_read(struct ct_reader *reader, struct ct_span text, uint64_t offset,
                                  size_t *used);

#endif
