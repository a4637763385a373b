/* SPDX-License-Identifier: Apache-2.0 */
#include "source/encode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/linktype.h"

/* Classic pcap (draft-ietf-opsawg-pcap), in this machine's byte order, as libpcap writes it. */
#define PCAP_MAGIC_NS     0xa1b23c4du
#define PCAP_HEAD_BYTES   24u
#define PCAP_RECORD_BYTES 16u

#define BLOCK_SECTION    0x0a0d0d0au
#define BLOCK_INTERFACE  1u
#define BLOCK_PACKET     6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define SECTION_BYTES    28u
#define PACKET_BYTES     32u /* of an enhanced packet block without its packet */
#define INTERFACE_BYTES  20u /* without options */
#define OPTION_NAME      2u
#define OPTION_TSRESOL   9u
#define NANOSECONDS      9u

#define IFACES_MAX ((size_t)4096) /* of one run */

struct iface {
    uint32_t number; /* in frames */
    uint32_t dlt;
    char name[CT_IFACE_NAME_MAX];
};

struct ct_encoder {
    bool pcapng;
    uint32_t dlt; /* pcap */
    size_t n;     /* interfaces known, in the order of the file */
    size_t room;
    struct iface *ifaces;
};

static uint8_t *put16(uint8_t *p, uint16_t value)
{
    memcpy(p, &value, sizeof value);
    return p + sizeof value;
}

static uint8_t *put32(uint8_t *p, uint32_t value)
{
    memcpy(p, &value, sizeof value);
    return p + sizeof value;
}

static size_t padded(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

static uint8_t *put_padded(uint8_t *p, const void *bytes, size_t n)
{
    if (n > 0) {
        memcpy(p, bytes, n);
    }
    memset(p + n, 0, padded(n) - n);
    return p + padded(n);
}

struct ct_encoder *ct_source_encoder_new(bool pcapng, uint32_t linktype)
{
    struct ct_encoder *encoder = calloc(1, sizeof *encoder);
    if (encoder != NULL) {
        encoder->pcapng = pcapng;
        encoder->dlt = linktype;
    }
    return encoder;
}

void ct_source_encoder_free(struct ct_encoder *encoder)
{
    if (encoder != NULL) {
        free(encoder->ifaces);
        free(encoder);
    }
}

/* Its place in the file; n when it is not known. Few interfaces, mostly the first ones. */
static size_t place_of(const struct ct_encoder *encoder, const struct ct_frame *frame)
{
    size_t i = 0;
    while (i < encoder->n && (encoder->ifaces[i].number != frame->iface ||
                              encoder->ifaces[i].dlt != frame->linktype)) {
        i++;
    }
    return i;
}

bool ct_source_encoder_knows(const struct ct_encoder *encoder, const struct ct_frame *frame)
{
    return encoder->pcapng ? place_of(encoder, frame) < encoder->n
                           : frame->linktype == encoder->dlt;
}

bool ct_source_encoder_add(struct ct_encoder *encoder, const struct ct_frame *frame,
                           const char *name)
{
    if (!encoder->pcapng || encoder->n == IFACES_MAX) {
        return false;
    }
    if (encoder->n == encoder->room) {
        size_t room = encoder->room > 0 ? 2 * encoder->room : 4;
        struct iface *larger = realloc(encoder->ifaces, room * sizeof *larger);
        if (larger == NULL) {
            return false;
        }
        encoder->ifaces = larger;
        encoder->room = room;
    }
    struct iface *iface = &encoder->ifaces[encoder->n++];
    *iface = (struct iface){.number = frame->iface, .dlt = frame->linktype};
    (void)snprintf(iface->name, sizeof iface->name, "%s", name != NULL ? name : "");
    return true;
}

void ct_source_encoder_add_all(struct ct_encoder *encoder, const struct ct_source *source)
{
    struct ct_frame frame = {.iface = 0};
    const char *name = NULL;
    while ((name = ct_source_iface_name(source, frame.iface)) != NULL) {
        frame.linktype = ct_source_iface_linktype(source, frame.iface);
        (void)ct_source_encoder_add(encoder, &frame, name); /* pcap needs none */
        frame.iface++;
    }
}

static size_t iface_size(const struct iface *iface)
{
    size_t n = strlen(iface->name);
    return INTERFACE_BYTES + (n > 0 ? 4 + padded(n) : 0) + 8 + 4; /* name, time unit, end */
}

/* Section 4.2. */
static uint8_t *put_iface(uint8_t *p, const struct iface *iface)
{
    static const uint8_t unit = NANOSECONDS;
    uint32_t size = (uint32_t)iface_size(iface);
    size_t n = strlen(iface->name);
    p = put32(p, BLOCK_INTERFACE);
    p = put32(p, size);
    p = put16(p, (uint16_t)ct_source_linktype_of_dlt(iface->dlt));
    p = put16(p, 0);
    p = put32(p, CT_SOURCE_SNAPLEN);
    if (n > 0) {
        p = put16(p, OPTION_NAME);
        p = put16(p, (uint16_t)n);
        p = put_padded(p, iface->name, n);
    }
    p = put16(p, OPTION_TSRESOL);
    p = put16(p, 1);
    p = put_padded(p, &unit, 1);
    p = put32(p, 0); /* end of options */
    return put32(p, size);
}

size_t ct_source_encode_head_size(const struct ct_encoder *encoder)
{
    size_t size = encoder->pcapng ? SECTION_BYTES : PCAP_HEAD_BYTES;
    for (size_t i = 0; i < encoder->n; i++) {
        size += iface_size(&encoder->ifaces[i]);
    }
    return size;
}

void ct_source_encode_head(const struct ct_encoder *encoder, uint8_t *out)
{
    if (!encoder->pcapng) {
        out = put32(out, PCAP_MAGIC_NS);
        out = put16(out, 2);
        out = put16(out, 4);
        out = put32(out, 0);
        out = put32(out, 0);
        out = put32(out, CT_SOURCE_SNAPLEN);
        (void)put32(out, ct_source_linktype_of_dlt(encoder->dlt));
        return;
    }
    out = put32(out, BLOCK_SECTION);
    out = put32(out, SECTION_BYTES);
    out = put32(out, BYTE_ORDER_MAGIC);
    out = put16(out, 1);
    out = put16(out, 0);
    out = put32(out, UINT32_MAX); /* the section's length is not known */
    out = put32(out, UINT32_MAX);
    out = put32(out, SECTION_BYTES);
    for (size_t i = 0; i < encoder->n; i++) {
        out = put_iface(out, &encoder->ifaces[i]);
    }
}

size_t ct_source_encode_iface_size(const struct ct_encoder *encoder)
{
    return encoder->n > 0 ? iface_size(&encoder->ifaces[encoder->n - 1]) : 0;
}

void ct_source_encode_iface(const struct ct_encoder *encoder, uint8_t *out)
{
    if (encoder->n > 0) {
        (void)put_iface(out, &encoder->ifaces[encoder->n - 1]);
    }
}

size_t ct_source_encode_size(const struct ct_encoder *encoder, const struct ct_frame *frame)
{
    return encoder->pcapng ? PACKET_BYTES + padded(frame->cap_len)
                           : PCAP_RECORD_BYTES + (size_t)frame->cap_len;
}

/* Seconds of pcap are 32 bits without sign; what lies beyond is at their end. */
static void encode_pcap(const struct ct_frame *frame, uint8_t *out)
{
    int64_t seconds = frame->ts_ns / CT_NS_PER_S;
    int64_t ns = frame->ts_ns % CT_NS_PER_S;
    if (frame->ts_ns < 0 || seconds > UINT32_MAX) {
        seconds = frame->ts_ns < 0 ? 0 : UINT32_MAX;
        ns = 0;
    }
    out = put32(out, (uint32_t)seconds);
    out = put32(out, (uint32_t)ns);
    out = put32(out, frame->cap_len);
    out = put32(out, frame->wire_len);
    if (frame->cap_len > 0) {
        memcpy(out, frame->bytes, frame->cap_len);
    }
}

void ct_source_encode(const struct ct_encoder *encoder, const struct ct_frame *frame, uint8_t *out)
{
    if (!encoder->pcapng) {
        encode_pcap(frame, out);
        return;
    }
    uint64_t units = frame->ts_ns > 0 ? (uint64_t)frame->ts_ns : 0;
    uint32_t size = (uint32_t)ct_source_encode_size(encoder, frame);
    out = put32(out, BLOCK_PACKET);
    out = put32(out, size);
    out = put32(out, (uint32_t)place_of(encoder, frame));
    out = put32(out, (uint32_t)(units >> 32));
    out = put32(out, (uint32_t)units);
    out = put32(out, frame->cap_len);
    out = put32(out, frame->wire_len);
    out = put_padded(out, frame->bytes, frame->cap_len);
    (void)put32(out, size);
}

/* ---- and back ------------------------------------------------------------------------------- */

struct ct_encoded {
    bool pcapng;
    uint32_t dlt;
    size_t n;
    uint32_t dlts[]; /* by place in the file */
};

struct ct_encoded *ct_source_encoded_new(const struct ct_encoder *encoder)
{
    struct ct_encoded *encoded = calloc(1, sizeof *encoded + encoder->n * sizeof encoded->dlts[0]);
    if (encoded != NULL) {
        encoded->pcapng = encoder->pcapng;
        encoded->dlt = encoder->dlt;
        for (encoded->n = 0; encoded->n < encoder->n; encoded->n++) {
            encoded->dlts[encoded->n] = encoder->ifaces[encoded->n].dlt;
        }
    }
    return encoded;
}

void ct_source_encoded_free(struct ct_encoded *encoded)
{
    free(encoded);
}

static uint32_t get32(const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

size_t ct_source_encoded_next(const struct ct_encoded *encoded, const uint8_t *octets, size_t n,
                              struct ct_frame *frame)
{
    size_t head = encoded->pcapng ? 28 : PCAP_RECORD_BYTES;
    if (n < head) {
        return 0;
    }
    const uint8_t *lengths = octets + head - 8;
    uint32_t iface = encoded->pcapng ? get32(octets + 8) : 0;
    *frame = (struct ct_frame){.cap_len = get32(lengths),
                               .wire_len = get32(lengths + 4),
                               .bytes = octets + head,
                               .iface = iface,
                               .linktype = encoded->dlt};
    size_t size = encoded->pcapng ? get32(octets + 4) : head + (size_t)frame->cap_len;
    if (size > n || frame->cap_len > size - head || (encoded->pcapng && iface >= encoded->n)) {
        return 0;
    }
    if (encoded->pcapng) {
        uint64_t units = ((uint64_t)get32(octets + 12) << 32) | get32(octets + 16);
        frame->ts_ns = units < INT64_MAX ? (int64_t)units : INT64_MAX;
        frame->linktype = encoded->dlts[iface];
    } else {
        frame->ts_ns = (int64_t)get32(octets) * CT_NS_PER_S + (int64_t)get32(octets + 4);
    }
    return size;
}
