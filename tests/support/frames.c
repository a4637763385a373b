/* SPDX-License-Identifier: Apache-2.0 */
#include "support/frames.h"

#include <arpa/inet.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAYER_LLC = 1, LAYER_PPPOE, LAYER_IPV4, LAYER_IPV6, LAYER_UDP, LAYER_GTPU, LAYER_TCP };

static void fail(const char *why)
{
    (void)fprintf(stderr, "frames: %s\n", why);
    abort();
}

static void put16(uint8_t *p, size_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value & 0xffff);
}

/* Lengths above 65535 are written as 0, as BIG TCP does. */
static size_t length_field(size_t n)
{
    return n > 0xffff ? 0 : n;
}

static void update_lengths(struct tf_frame *f)
{
    for (size_t i = 0; i < f->n_layers; i++) {
        const struct tf_layer *layer = &f->layers[i];
        uint8_t *p = f->bytes + layer->at;
        size_t counted = length_field(f->n - layer->payload);
        switch (layer->kind) {
        case LAYER_LLC:
            put16(p + 12, counted);
            break;
        case LAYER_IPV4:
        case LAYER_GTPU:
            put16(p + 2, counted);
            break;
        case LAYER_PPPOE:
        case LAYER_IPV6:
        case LAYER_UDP:
            put16(p + 4, counted);
            break;
        default:
            break;
        }
    }
}

static size_t append(struct tf_frame *f, const void *bytes, size_t n)
{
    size_t at = f->n;
    if (n > TF_BYTES_MAX - f->n) {
        fail("a frame is too long");
    }
    if (n > 0) {
        memcpy(f->bytes + at, bytes, n);
    }
    f->n += n;
    update_lengths(f);
    return at;
}

/* Appends a header and counts from payload on (an offset into it) in its length field. */
static size_t append_layer(struct tf_frame *f, const void *bytes, size_t n, unsigned kind,
                           size_t payload)
{
    if (f->n_layers == TF_LAYERS_MAX) {
        fail("too many headers");
    }
    f->layers[f->n_layers++] = (struct tf_layer){f->n, f->n + payload, kind};
    return append(f, bytes, n);
}

void tf_begin(struct tf_frame *f, uint32_t linktype)
{
    f->linktype = linktype;
    f->n = 0;
    f->n_layers = 0;
}

struct ct_frame tf_frame(const struct tf_frame *f, int64_t ts_ns)
{
    return (struct ct_frame){
        .ts_ns = ts_ns,
        .bytes = f->bytes,
        .cap_len = (uint32_t)f->n,
        .wire_len = (uint32_t)f->n,
        .linktype = f->linktype,
    };
}

size_t tf_bytes(struct tf_frame *f, const void *bytes, size_t n)
{
    return append(f, bytes, n);
}

size_t tf_text(struct tf_frame *f, const char *text)
{
    return append(f, text, strlen(text));
}

size_t tf_fill(struct tf_frame *f, uint8_t byte, size_t n)
{
    size_t at = f->n;
    if (n > TF_BYTES_MAX - f->n) {
        fail("a frame is too long");
    }
    memset(f->bytes + at, byte, n);
    f->n += n;
    update_lengths(f);
    return at;
}

size_t tf_be16(struct tf_frame *f, uint16_t value)
{
    uint8_t p[2];
    put16(p, value);
    return append(f, p, sizeof p);
}

size_t tf_be32(struct tf_frame *f, uint32_t value)
{
    uint8_t p[4];
    put32(p, value);
    return append(f, p, sizeof p);
}

size_t tf_ethernet(struct tf_frame *f, uint16_t type)
{
    uint8_t p[14] = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1};
    put16(p + 12, type);
    return append(f, p, sizeof p);
}

size_t tf_llc_snap(struct tf_frame *f, uint16_t type)
{
    uint8_t p[8] = {0xaa, 0xaa, 0x03};
    put16(p + 6, type);
    return append(f, p, sizeof p);
}

size_t tf_snap_ethernet(struct tf_frame *f, uint16_t type)
{
    uint8_t p[14] = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1};
    size_t at = append_layer(f, p, sizeof p, LAYER_LLC, sizeof p);
    tf_llc_snap(f, type);
    return at;
}

size_t tf_vlan(struct tf_frame *f, uint16_t vid, uint16_t type)
{
    uint8_t p[4];
    put16(p, vid);
    put16(p + 2, type);
    return append(f, p, sizeof p);
}

size_t tf_mpls(struct tf_frame *f, uint32_t label, bool bottom)
{
    return tf_be32(f, label << 12 | (bottom ? 0x100u : 0) | 64);
}

size_t tf_pppoe(struct tf_frame *f, uint16_t ppp_protocol)
{
    uint8_t p[8] = {0x11, 0, 0, 1};
    put16(p + 6, ppp_protocol);
    return append_layer(f, p, sizeof p, LAYER_PPPOE, 6);
}

size_t tf_sll(struct tf_frame *f, uint16_t type)
{
    uint8_t p[16] = {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1};
    put16(p + 14, type);
    return append(f, p, sizeof p);
}

size_t tf_sll2(struct tf_frame *f, uint16_t type)
{
    uint8_t p[20] = {0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1};
    put16(p, type);
    return append(f, p, sizeof p);
}

size_t tf_wifi(struct tf_frame *f, uint16_t type)
{
    uint8_t p[26] = {0x88, 0x01, 0x2c, 0, 2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    size_t at = append(f, p, sizeof p);
    tf_llc_snap(f, type);
    return at;
}

size_t tf_radiotap(struct tf_frame *f)
{
    /* Flags, rate, channel. */
    static const uint8_t p[14] = {0, 0, 14, 0, 0x0e, 0, 0, 0, 0, 2, 0x6c, 0x09, 0xa0, 0};
    return append(f, p, sizeof p);
}

static void put_address(int family, const char *text, const char *otherwise, uint8_t *out)
{
    if (inet_pton(family, text != NULL ? text : otherwise, out) != 1) {
        fail("not an address");
    }
}

size_t tf_ipv4(struct tf_frame *f, const struct tf_ipv4 *ip)
{
    uint8_t p[60] = {0x45};
    size_t n = 20 + ip->n_options;
    if (n > sizeof p || n % 4 != 0 || ip->offset % 8 != 0) {
        fail("options or fragment offset of IPv4");
    }
    p[0] = (uint8_t)(0x40 | n / 4);
    put16(p + 4, ip->id);
    put16(p + 6, (ip->more ? 0x2000u : 0) | ip->offset / 8u);
    p[8] = 64;
    p[9] = ip->protocol;
    put_address(AF_INET, ip->src, "192.0.2.1", p + 12);
    put_address(AF_INET, ip->dst, "192.0.2.2", p + 16);
    if (ip->n_options > 0) {
        memcpy(p + 20, ip->options, ip->n_options);
    }
    return append_layer(f, p, n, LAYER_IPV4, 0);
}

size_t tf_ipv6(struct tf_frame *f, const struct tf_ipv6 *ip)
{
    uint8_t p[40] = {0x60};
    p[6] = ip->next;
    p[7] = 64;
    put_address(AF_INET6, ip->src, "2001:db8::1", p + 8);
    put_address(AF_INET6, ip->dst, "2001:db8::2", p + 24);
    return append_layer(f, p, sizeof p, LAYER_IPV6, sizeof p);
}

size_t tf_ipv6_extension(struct tf_frame *f, uint8_t next, size_t n)
{
    uint8_t p[256] = {0};
    if (n < 8 || n > sizeof p || n % 8 != 0) {
        fail("length of an IPv6 extension header");
    }
    p[0] = next;
    p[1] = (uint8_t)(n / 8 - 1);
    /* Each PadN option takes up 8 octets less the 2 before it. */
    p[2] = 1;
    p[3] = (uint8_t)(n - 4);
    return append(f, p, n);
}

size_t tf_ipv6_fragment(struct tf_frame *f, uint8_t next, uint32_t id, uint16_t offset, bool more)
{
    uint8_t p[8] = {next};
    if (offset % 8 != 0) {
        fail("fragment offset of IPv6");
    }
    put16(p + 2, offset | (more ? 1u : 0));
    put32(p + 4, id);
    return append(f, p, sizeof p);
}

size_t tf_ah(struct tf_frame *f, uint8_t next, size_t n)
{
    uint8_t p[12] = {next};
    p[1] = (uint8_t)((sizeof p + n) / 4 - 2);
    p[7] = 1;
    p[11] = 1;
    size_t at = append(f, p, sizeof p);
    tf_fill(f, 0xee, n);
    return at;
}

size_t tf_tcp(struct tf_frame *f, const struct tf_tcp *tcp)
{
    uint8_t p[60] = {0};
    size_t n = 20 + tcp->n_options;
    if (n > sizeof p || n % 4 != 0) {
        fail("options of TCP");
    }
    put16(p, tcp->sport);
    put16(p + 2, tcp->dport);
    put32(p + 4, tcp->seq);
    put32(p + 8, tcp->ack);
    p[12] = (uint8_t)(n / 4 << 4);
    p[13] = tcp->flags;
    put16(p + 14, tcp->window != 0 || tcp->zero_window ? tcp->window : 0xffff);
    if (tcp->n_options > 0) {
        memcpy(p + 20, tcp->options, tcp->n_options);
    }
    return append_layer(f, p, n, LAYER_TCP, 0);
}

size_t tf_udp(struct tf_frame *f, uint16_t sport, uint16_t dport)
{
    uint8_t p[8] = {0};
    put16(p, sport);
    put16(p + 2, dport);
    return append_layer(f, p, sizeof p, LAYER_UDP, 0);
}

size_t tf_gre(struct tf_frame *f, uint16_t type)
{
    return tf_be32(f, type);
}

size_t tf_gre_full(struct tf_frame *f, uint16_t type)
{
    uint8_t p[16] = {0xb0};
    put16(p + 2, type);
    put32(p + 8, 77);
    put32(p + 12, 1);
    return append(f, p, sizeof p);
}

size_t tf_erspan(struct tf_frame *f, unsigned type)
{
    if (type == 1) {
        return tf_gre(f, TF_TYPE_ERSPAN);
    }
    uint8_t p[8 + 12] = {0x10};
    put16(p + 2, type == 2 ? TF_TYPE_ERSPAN : TF_TYPE_ERSPAN3);
    p[7] = 1;
    p[8] = type == 2 ? 0x10 : 0x20;
    return append(f, p, type == 2 ? 8 + 8 : 8 + 12);
}

size_t tf_vxlan(struct tf_frame *f, uint32_t vni)
{
    uint8_t p[8] = {0x08};
    put32(p + 4, vni << 8);
    return append(f, p, sizeof p);
}

size_t tf_geneve(struct tf_frame *f, uint16_t type, size_t n)
{
    uint8_t p[8] = {0};
    p[0] = (uint8_t)(n / 4);
    put16(p + 2, type);
    put32(p + 4, 99u << 8);
    size_t at = append(f, p, sizeof p);
    tf_fill(f, 0xcc, n);
    return at;
}

size_t tf_gtpu(struct tf_frame *f, uint32_t teid, bool extension)
{
    /* A PDU session container (85) of 4 octets, no next one. */
    uint8_t p[16] = {0x30, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x85, 1, 0x10, 1, 0};
    p[0] = extension ? 0x34 : 0x30;
    put32(p + 4, teid);
    return append_layer(f, p, extension ? sizeof p : 8, LAYER_GTPU, 8);
}

/* RFC 1071: sum of 16-bit words, folded; the caller begins with the pseudo-header. */
static uint32_t sum_words(uint32_t sum, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2) {
        sum += (uint32_t)(p[i] << 8 | p[i + 1]);
    }
    if (n % 2 != 0) {
        sum += (uint32_t)(p[n - 1] << 8);
    }
    while (sum >> 16 != 0) {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return sum;
}

/* Pseudo-header of RFC 9293 section 3.1 for a payload of n octets. */
static uint32_t sum_pseudo(const uint8_t *ip, bool is_ipv4, uint8_t protocol, size_t n)
{
    uint32_t sum = is_ipv4 ? sum_words(0, ip + 12, 8) : sum_words(0, ip + 8, 32);
    return sum + protocol + (uint32_t)(n & 0xffff) + (uint32_t)(n >> 16);
}

static void checksum_transport(struct tf_frame *f, size_t i)
{
    const struct tf_layer *layer = &f->layers[i];
    bool is_tcp = layer->kind == LAYER_TCP;
    size_t field = layer->at + (is_tcp ? 16 : 6);
    size_t outer = i;
    while (outer > 0 && f->layers[outer].kind != LAYER_IPV4 &&
           f->layers[outer].kind != LAYER_IPV6) {
        outer--;
    }
    bool is_ipv4 = f->layers[outer].kind == LAYER_IPV4;
    if (!is_ipv4 && f->layers[outer].kind != LAYER_IPV6) {
        return;
    }
    size_t n = f->n - layer->at;
    put16(f->bytes + field, 0);
    uint32_t sum = sum_pseudo(f->bytes + f->layers[outer].at, is_ipv4, is_tcp ? TF_TCP : TF_UDP, n);
    sum = ~sum_words(sum, f->bytes + layer->at, n) & 0xffff;
    put16(f->bytes + field, !is_tcp && sum == 0 ? 0xffff : sum);
}

void tf_checksums(struct tf_frame *f)
{
    /* From the inside out, because an outer sum covers the inner ones. */
    for (size_t i = f->n_layers; i > 0; i--) {
        const struct tf_layer *layer = &f->layers[i - 1];
        uint8_t *p = f->bytes + layer->at;
        if (layer->kind == LAYER_IPV4) {
            put16(p + 10, 0);
            put16(p + 10, ~sum_words(0, p, (p[0] & (size_t)0x0f) * 4) & 0xffff);
        } else if (layer->kind == LAYER_TCP || layer->kind == LAYER_UDP) {
            checksum_transport(f, i - 1);
        }
    }
}
