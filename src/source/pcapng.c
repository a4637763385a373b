/* SPDX-License-Identifier: Apache-2.0 */
#include "source/pcapng.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/span.h"
#include "source/linktype.h"
#include "source/time.h"

/* Block types (draft-ietf-opsawg-pcapng sections 4 and 11.1). */
#define BLOCK_SECTION         0x0a0d0d0au /* the same in both byte orders */
#define BLOCK_INTERFACE       1u
#define BLOCK_PACKET          2u /* obsolete */
#define BLOCK_SIMPLE_PACKET   3u
#define BLOCK_STATISTICS      5u
#define BLOCK_ENHANCED_PACKET 6u

#define BYTE_ORDER_MAGIC     0x1a2b3c4du
#define MAJOR_VERSION        1u
#define OPTION_END           0u
#define OPTION_DROPCOUNT     4u /* of a packet: lost before it */
#define OPTION_IFDROP        5u /* of statistics: lost since the start, by the interface */
#define OPTION_OSDROP        7u /* and by the system */
#define OPTION_TSRESOL       9u
#define OPTION_TSOFFSET      14u
#define TSRESOL_MICROSECONDS 6u

#define BLOCK_HEADER    8u                 /* type, total length */
#define BLOCK_FRAME     12u                /* the same, and the length again at the end */
#define BLOCK_BYTES_MAX (16u << 20)        /* of blocks that are read; others are passed over */
#define INTERFACES_MAX  ((size_t)64 << 10) /* of one section */
#define REASON_MAX      160
#define DROPS_UNKNOWN   0xffffu             /* of an obsolete packet block */
#define DROPS_MAX       (UINT64_C(1) << 53) /* what every reader of our numbers holds */
#define STATISTICS_MAX  (64u << 10)         /* of a block; larger ones are passed over */

struct ct_interface {
    uint32_t dlt;
    uint32_t snaplen;
    uint32_t number; /* in frames */
    uint8_t tsresol;
    int64_t tsoffset_s;
    uint64_t packet_drops; /* the sum of what its packets say */
    uint64_t ifdrops;      /* what the latest statistics say */
    uint64_t osdrops;
};

struct ct_source_pcapng {
    ct_source_pcapng_read read;
    void *user;
    uint32_t *next_iface;
    uint8_t *buffer;
    size_t size;
    size_t at;    /* where the next block begins */
    size_t end;   /* octets in buffer */
    size_t block; /* octets of the block that was given out last */
    bool big_endian;
    bool in_section;
    struct ct_interface *ifaces; /* of this section */
    size_t n_ifaces;
    size_t room_ifaces;
    int64_t last_ns;
    uint64_t drops; /* of sections before this one */
    char reason[REASON_MAX];
};

/* One block without its frame of type and lengths. */
struct ct_block {
    uint32_t type;
    struct ct_span body;
};

struct ct_source_pcapng *ct_source_pcapng_new(ct_source_pcapng_read read, void *user,
                                              size_t buffer_bytes, uint32_t *next_iface)
{
    struct ct_source_pcapng *pcapng = calloc(1, sizeof *pcapng);
    if (pcapng == NULL) {
        return NULL;
    }
    pcapng->size = buffer_bytes >= BLOCK_FRAME ? buffer_bytes : BLOCK_FRAME;
    pcapng->buffer = malloc(pcapng->size);
    if (pcapng->buffer == NULL) {
        free(pcapng);
        return NULL;
    }
    pcapng->read = read;
    pcapng->user = user;
    pcapng->next_iface = next_iface;
    return pcapng;
}

void ct_source_pcapng_free(struct ct_source_pcapng *pcapng)
{
    if (pcapng != NULL) {
        free(pcapng->ifaces);
        free(pcapng->buffer);
        free(pcapng);
    }
}

const char *ct_source_pcapng_reason(const struct ct_source_pcapng *pcapng)
{
    return pcapng->reason;
}

static enum ct_source_pcapng_status bad(struct ct_source_pcapng *pcapng, const char *what,
                                        uint64_t number)
{
    (void)snprintf(pcapng->reason, sizeof pcapng->reason, "%s (%" PRIu64 ")", what, number);
    return CT_SOURCE_PCAPNG_BAD;
}

static uint64_t add_drops(uint64_t sum, uint64_t drops)
{
    return drops < DROPS_MAX - sum ? sum + drops : DROPS_MAX;
}

/* Packets and statistics tell of the same losses, if they do. */
static uint64_t section_drops(const struct ct_source_pcapng *pcapng)
{
    uint64_t drops = 0;
    for (size_t i = 0; i < pcapng->n_ifaces; i++) {
        const struct ct_interface *iface = &pcapng->ifaces[i];
        uint64_t stated = add_drops(add_drops(0, iface->ifdrops), iface->osdrops);
        drops = add_drops(drops, stated > iface->packet_drops ? stated : iface->packet_drops);
    }
    return drops;
}

uint64_t ct_source_pcapng_drops(const struct ct_source_pcapng *pcapng)
{
    return add_drops(pcapng->drops, section_drops(pcapng));
}

static uint16_t get16(const struct ct_source_pcapng *pcapng, const uint8_t *p)
{
    return pcapng->big_endian ? ct_read_be16(p) : ct_read_le16(p);
}

static uint32_t get32(const struct ct_source_pcapng *pcapng, const uint8_t *p)
{
    return pcapng->big_endian ? ct_read_be32(p) : ct_read_le32(p);
}

/* Two words, the upper one first in either byte order (section 4.3). */
static uint64_t get_time(const struct ct_source_pcapng *pcapng, const uint8_t *p)
{
    return (uint64_t)get32(pcapng, p) << 32 | get32(pcapng, p + 4);
}

/* One 64-bit number, in the section's order: unlike a time stamp's two words. */
static uint64_t get64(const struct ct_source_pcapng *pcapng, const uint8_t *p)
{
    uint64_t upper = get32(pcapng, p + (pcapng->big_endian ? 0 : 4));
    uint64_t lower = get32(pcapng, p + (pcapng->big_endian ? 4 : 0));
    return upper << 32 | lower;
}

/* Makes n octets from at on stand in the buffer. n <= BLOCK_BYTES_MAX. */
static enum ct_source_pcapng_status need(struct ct_source_pcapng *pcapng, size_t n)
{
    if (pcapng->end - pcapng->at >= n) {
        return CT_SOURCE_PCAPNG_PACKET;
    }
    memmove(pcapng->buffer, pcapng->buffer + pcapng->at, pcapng->end - pcapng->at);
    pcapng->end -= pcapng->at;
    pcapng->at = 0;
    if (n > pcapng->size) {
        uint8_t *larger = realloc(pcapng->buffer, n);
        if (larger == NULL) {
            return bad(pcapng, "no memory for a block", n);
        }
        pcapng->buffer = larger;
        pcapng->size = n;
    }
    while (pcapng->end < n) {
        size_t got =
            pcapng->read(pcapng->user, pcapng->buffer + pcapng->end, pcapng->size - pcapng->end);
        if (got == 0) {
            return pcapng->end == 0 ? CT_SOURCE_PCAPNG_END : CT_SOURCE_PCAPNG_CUT;
        }
        pcapng->end += got;
    }
    return CT_SOURCE_PCAPNG_PACKET;
}

static bool block_is_read(uint32_t type)
{
    return type == BLOCK_SECTION || type == BLOCK_INTERFACE || type == BLOCK_PACKET ||
           type == BLOCK_SIMPLE_PACKET || type == BLOCK_ENHANCED_PACKET || type == BLOCK_STATISTICS;
}

/* Passes over n octets, however many, in pieces of the buffer. */
static enum ct_source_pcapng_status pass_over(struct ct_source_pcapng *pcapng, uint64_t n)
{
    while (n > 0) {
        enum ct_source_pcapng_status status = need(pcapng, 1);
        if (status != CT_SOURCE_PCAPNG_PACKET) {
            return CT_SOURCE_PCAPNG_CUT;
        }
        size_t here = pcapng->end - pcapng->at;
        size_t step = here < n ? here : (size_t)n;
        pcapng->at += step;
        n -= step;
    }
    return CT_SOURCE_PCAPNG_PACKET;
}

/* A section's byte order stands in its body, and holds for its own length too (section 4.1). */
static enum ct_source_pcapng_status enter_section(struct ct_source_pcapng *pcapng)
{
    enum ct_source_pcapng_status status = need(pcapng, BLOCK_FRAME);
    if (status != CT_SOURCE_PCAPNG_PACKET) {
        return status;
    }
    const uint8_t *magic = pcapng->buffer + pcapng->at + BLOCK_HEADER;
    pcapng->big_endian = ct_read_be32(magic) == BYTE_ORDER_MAGIC;
    if (!pcapng->big_endian && ct_read_le32(magic) != BYTE_ORDER_MAGIC) {
        return bad(pcapng, "a section without a byte order", ct_read_be32(magic));
    }
    pcapng->in_section = true;
    pcapng->drops = ct_source_pcapng_drops(pcapng);
    pcapng->n_ifaces = 0;
    return CT_SOURCE_PCAPNG_PACKET;
}

/* Another major version may mean anything; minor ones stay readable (section 4.1). */
static enum ct_source_pcapng_status check_section(struct ct_source_pcapng *pcapng,
                                                  const struct ct_block *block)
{
    if (block->body.n < 16) { /* magic, two versions, length of the section */
        return bad(pcapng, "a section header that is too short, octets", block->body.n);
    }
    uint16_t major = get16(pcapng, block->body.p + 4);
    if (major != MAJOR_VERSION) {
        return bad(pcapng, "a section of a version of pcapng that is not known", major);
    }
    return CT_SOURCE_PCAPNG_PACKET;
}

/*
 * The next block, whole and in the buffer, or for types that are not read only its type. The
 * total length counts padding to 32 bits; writers that forgot it are forgiven, as others do.
 */
static enum ct_source_pcapng_status next_block(struct ct_source_pcapng *pcapng,
                                               struct ct_block *block)
{
    pcapng->at += pcapng->block;
    pcapng->block = 0;
    enum ct_source_pcapng_status status = need(pcapng, BLOCK_HEADER);
    if (status != CT_SOURCE_PCAPNG_PACKET) {
        return status;
    }
    block->type = get32(pcapng, pcapng->buffer + pcapng->at);
    if (block->type == BLOCK_SECTION) {
        status = enter_section(pcapng);
        if (status != CT_SOURCE_PCAPNG_PACKET) {
            return status;
        }
    } else if (!pcapng->in_section) {
        return bad(pcapng, "a block before any section, type", block->type);
    }
    uint32_t stated = get32(pcapng, pcapng->buffer + pcapng->at + 4);
    uint64_t total = ((uint64_t)stated + 3) & ~UINT64_C(3);
    if (stated < BLOCK_FRAME) {
        return bad(pcapng, "a block shorter than its own frame, octets", stated);
    }
    bool is_read =
        block_is_read(block->type) && (block->type != BLOCK_STATISTICS || total <= STATISTICS_MAX);
    if (is_read && total > BLOCK_BYTES_MAX) {
        return bad(pcapng, "a block longer than any packet, octets", stated);
    }
    status = is_read ? need(pcapng, (size_t)total) : pass_over(pcapng, total - 4);
    if (status == CT_SOURCE_PCAPNG_PACKET && !is_read) {
        status = need(pcapng, 4);
    }
    if (status != CT_SOURCE_PCAPNG_PACKET) {
        return status == CT_SOURCE_PCAPNG_END ? CT_SOURCE_PCAPNG_CUT : status;
    }
    pcapng->block = is_read ? (size_t)total : 4;
    const uint8_t *start = pcapng->buffer + pcapng->at;
    uint32_t again = get32(pcapng, start + pcapng->block - 4);
    if (again != stated && again != total) {
        return bad(pcapng, "a block whose two lengths differ, octets", stated);
    }
    block->body.p = start + BLOCK_HEADER;
    block->body.n = is_read ? (size_t)total - BLOCK_FRAME : 0;
    return block->type == BLOCK_SECTION ? check_section(pcapng, block) : CT_SOURCE_PCAPNG_PACKET;
}

struct ct_option {
    uint16_t code;
    struct ct_span value;
};

/* The next of a block's options (section 3.5); false: there is none. */
static bool next_option(const struct ct_source_pcapng *pcapng, struct ct_cursor *cursor,
                        struct ct_option *option)
{
    if (cursor->n < 4) {
        return false;
    }
    const uint8_t *head = ct_cursor_take(cursor, 4);
    option->code = get16(pcapng, head);
    option->value.n = get16(pcapng, head + 2);
    option->value.p = ct_cursor_take(cursor, option->value.n);
    if (option->code == OPTION_END || option->value.p == NULL) {
        return false;
    }
    ct_cursor_skip(cursor, (size_t)-option->value.n % 4);
    return true;
}

/* The options that tell how to read time stamps (section 4.2). */
static void read_interface_options(const struct ct_source_pcapng *pcapng, struct ct_span options,
                                   struct ct_interface *iface)
{
    struct ct_cursor cursor = ct_cursor_of(options);
    struct ct_option option;
    while (next_option(pcapng, &cursor, &option)) {
        if (option.code == OPTION_TSRESOL && option.value.n >= 1) {
            iface->tsresol = option.value.p[0];
        } else if (option.code == OPTION_TSOFFSET && option.value.n >= 8) {
            iface->tsoffset_s = (int64_t)get64(pcapng, option.value.p);
        }
    }
}

/* What was lost when the capture was made (section 4.6): counts since its start. */
static void read_statistics(struct ct_source_pcapng *pcapng, struct ct_span body)
{
    struct ct_cursor cursor = ct_cursor_of(ct_span_slice(body, 12, body.n));
    struct ct_option option;
    size_t number = body.n >= 12 ? get32(pcapng, body.p) : pcapng->n_ifaces;
    if (number >= pcapng->n_ifaces) {
        return;
    }
    struct ct_interface *iface = &pcapng->ifaces[number];
    while (next_option(pcapng, &cursor, &option)) {
        if (option.code == OPTION_IFDROP && option.value.n >= 8) {
            iface->ifdrops = get64(pcapng, option.value.p);
        } else if (option.code == OPTION_OSDROP && option.value.n >= 8) {
            iface->osdrops = get64(pcapng, option.value.p);
        }
    }
}

/* What was lost between this packet and the one before it (section 4.3). */
static void read_packet_drops(struct ct_source_pcapng *pcapng, const struct ct_block *block,
                              size_t number, uint32_t cap_len)
{
    struct ct_interface *iface = &pcapng->ifaces[number];
    size_t data = ((size_t)cap_len + 3) & ~(size_t)3;
    struct ct_option option;
    if (block->type == BLOCK_PACKET) {
        uint16_t drops = get16(pcapng, block->body.p + 2);
        iface->packet_drops = add_drops(iface->packet_drops, drops != DROPS_UNKNOWN ? drops : 0);
        return;
    }
    if (block->body.n < 20 + data + 4) {
        return;
    }
    struct ct_cursor cursor = ct_cursor_of(ct_span_slice(block->body, 20 + data, block->body.n));
    while (next_option(pcapng, &cursor, &option)) {
        if (option.code == OPTION_DROPCOUNT && option.value.n >= 8) {
            iface->packet_drops = add_drops(iface->packet_drops, get64(pcapng, option.value.p));
        }
    }
}

static enum ct_source_pcapng_status add_interface(struct ct_source_pcapng *pcapng,
                                                  struct ct_span body)
{
    if (body.n < 8) {
        return bad(pcapng, "an interface description that is too short, octets", body.n);
    }
    if (pcapng->n_ifaces == pcapng->room_ifaces) {
        size_t room = pcapng->room_ifaces > 0 ? pcapng->room_ifaces * 2 : 4;
        struct ct_interface *more =
            room <= INTERFACES_MAX ? realloc(pcapng->ifaces, room * sizeof *more) : NULL;
        if (more == NULL) {
            return bad(pcapng, "too many interfaces in one section", pcapng->n_ifaces);
        }
        pcapng->ifaces = more;
        pcapng->room_ifaces = room;
    }
    struct ct_interface *iface = &pcapng->ifaces[pcapng->n_ifaces];
    *iface = (struct ct_interface){
        .dlt = ct_source_linktype_to_dlt(get16(pcapng, body.p)),
        .snaplen = get32(pcapng, body.p + 4),
        .number = *pcapng->next_iface,
        .tsresol = TSRESOL_MICROSECONDS,
    };
    read_interface_options(pcapng, ct_span_slice(body, 8, body.n), iface);
    (*pcapng->next_iface)++;
    pcapng->n_ifaces++;
    return CT_SOURCE_PCAPNG_PACKET;
}

/* A packet with its captured bytes from octet `from` of the body on. */
static enum ct_source_pcapng_status give_packet(struct ct_source_pcapng *pcapng, size_t iface,
                                                struct ct_span body, size_t from,
                                                struct ct_frame *frame)
{
    if (iface >= pcapng->n_ifaces) {
        return bad(pcapng, "a packet of an interface that is not described, number", iface);
    }
    if (frame->cap_len > body.n - from) {
        return bad(pcapng, "a packet longer than its block, octets", frame->cap_len);
    }
    frame->bytes = body.p + from;
    frame->linktype = pcapng->ifaces[iface].dlt;
    frame->iface = pcapng->ifaces[iface].number;
    pcapng->last_ns = frame->ts_ns;
    return CT_SOURCE_PCAPNG_PACKET;
}

/*
 * Enhanced and obsolete packet blocks have the same layout but for the interface number, of
 * 32 and of 16 bits (sections 4.3 and A.1): interface, time stamp, captured, original length.
 */
static enum ct_source_pcapng_status
read_packet(struct ct_source_pcapng *pcapng, const struct ct_block *block, struct ct_frame *frame)
{
    const uint8_t *p = block->body.p;
    if (block->body.n < 20) {
        return bad(pcapng, "a packet block that is too short, octets", block->body.n);
    }
    size_t iface = block->type == BLOCK_PACKET ? get16(pcapng, p) : get32(pcapng, p);
    if (iface < pcapng->n_ifaces) {
        const struct ct_interface *at = &pcapng->ifaces[iface];
        frame->ts_ns = ct_source_pcapng_time(get_time(pcapng, p + 4), at->tsresol, at->tsoffset_s);
    }
    frame->cap_len = get32(pcapng, p + 12);
    frame->wire_len = get32(pcapng, p + 16);
    enum ct_source_pcapng_status status = give_packet(pcapng, iface, block->body, 20, frame);
    if (status == CT_SOURCE_PCAPNG_PACKET) {
        read_packet_drops(pcapng, block, iface, frame->cap_len);
    }
    return status;
}

/*
 * A simple packet has neither time nor captured length: that of the packet before, and the
 * least of original length, snap length and block (section 4.4).
 */
static enum ct_source_pcapng_status read_simple_packet(struct ct_source_pcapng *pcapng,
                                                       const struct ct_block *block,
                                                       struct ct_frame *frame)
{
    if (block->body.n < 4) {
        return bad(pcapng, "a packet block that is too short, octets", block->body.n);
    }
    frame->ts_ns = pcapng->last_ns;
    frame->wire_len = get32(pcapng, block->body.p);
    frame->cap_len = frame->wire_len;
    if (frame->cap_len > block->body.n - 4) {
        frame->cap_len = (uint32_t)(block->body.n - 4);
    }
    if (pcapng->n_ifaces > 0 && pcapng->ifaces[0].snaplen > 0 &&
        frame->cap_len > pcapng->ifaces[0].snaplen) {
        frame->cap_len = pcapng->ifaces[0].snaplen;
    }
    return give_packet(pcapng, 0, block->body, 4, frame);
}

enum ct_source_pcapng_status ct_source_pcapng_next(struct ct_source_pcapng *pcapng,
                                                   struct ct_frame *frame)
{
    for (;;) {
        struct ct_block block;
        enum ct_source_pcapng_status status = next_block(pcapng, &block);
        if (status == CT_SOURCE_PCAPNG_PACKET && block.type == BLOCK_INTERFACE) {
            status = add_interface(pcapng, block.body);
        } else if (status == CT_SOURCE_PCAPNG_PACKET && block.type == BLOCK_STATISTICS) {
            read_statistics(pcapng, block.body);
        } else if (status == CT_SOURCE_PCAPNG_PACKET && block.type == BLOCK_SIMPLE_PACKET) {
            return read_simple_packet(pcapng, &block, frame);
        } else if (status == CT_SOURCE_PCAPNG_PACKET &&
                   (block.type == BLOCK_ENHANCED_PACKET || block.type == BLOCK_PACKET)) {
            return read_packet(pcapng, &block, frame);
        }
        if (status != CT_SOURCE_PCAPNG_PACKET) {
            return status;
        }
    }
}
