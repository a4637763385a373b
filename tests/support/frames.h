/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames: builds the bytes of one frame for tests, header by header, from the outside in:
 *
 *     struct tf_frame f;
 *     tf_begin(&f, TF_ETHERNET_LINK);
 *     tf_ethernet(&f, TF_TYPE_IPV4);
 *     tf_ipv4(&f, &(struct tf_ipv4){.src = "192.0.2.1", .dst = "192.0.2.2", .protocol = 6});
 *     tf_tcp(&f, &(struct tf_tcp){.sport = 40000, .dport = 80, .flags = TF_ACK});
 *     tf_text(&f, "GET / HTTP/1.1\r\n\r\n");
 *     struct ct_frame frame = tf_frame(&f, 1000);
 *
 * Each append brings the length fields of all headers before it up to date, so the frame is
 * right at any time. tf_checksums fills in the checksums of IPv4, TCP and UDP. Lies are told by
 * changing f.bytes afterwards; each appending function returns where its header begins.
 * A frame that does not fit ends the test program.
 */
#ifndef TESTS_SUPPORT_FRAMES_H
#define TESTS_SUPPORT_FRAMES_H

#include "cachetap/base.h"

#define TF_BYTES_MAX  80000u
#define TF_LAYERS_MAX 600u

/* Link types (DLT_ values). */
#define TF_NULL_LINK     0u
#define TF_ETHERNET_LINK 1u
#define TF_PPP_LINK      9u
#define TF_RAW_LINK      12u
#define TF_CHDLC_LINK    104u
#define TF_WIFI_LINK     105u
#define TF_LOOP_LINK     108u
#define TF_SLL_LINK      113u
#define TF_RADIOTAP_LINK 127u
#define TF_SLL2_LINK     276u

#define TF_TYPE_IPV4    0x0800u
#define TF_TYPE_ARP     0x0806u
#define TF_TYPE_VLAN    0x8100u
#define TF_TYPE_QINQ    0x88a8u
#define TF_TYPE_IPV6    0x86ddu
#define TF_TYPE_MPLS    0x8847u
#define TF_TYPE_PPPOE   0x8864u
#define TF_TYPE_BRIDGED 0x6558u
#define TF_TYPE_ERSPAN  0x88beu
#define TF_TYPE_ERSPAN3 0x22ebu
#define TF_PPP_IPV4     0x0021u
#define TF_PPP_IPV6     0x0057u

#define TF_TCP 6u
#define TF_UDP 17u
#define TF_GRE 47u

#define TF_FIN 0x01u
#define TF_SYN 0x02u
#define TF_RST 0x04u
#define TF_PSH 0x08u
#define TF_ACK 0x10u
#define TF_URG 0x20u

#define TF_PORT_VXLAN  4789u
#define TF_PORT_GENEVE 6081u
#define TF_PORT_GTPU   2152u

/* A header whose length field counts what comes after it. */
struct tf_layer {
    size_t at;      /* where the header begins */
    size_t payload; /* where what it counts begins, but for IPv4 and UDP, which count themselves */
    unsigned kind;
};

struct tf_frame {
    uint32_t linktype;
    size_t n;
    size_t n_layers;
    struct tf_layer layers[TF_LAYERS_MAX];
    uint8_t bytes[TF_BYTES_MAX];
};

/* Addresses are text; NULL stands for 192.0.2.1 or 2001:db8::1 and ...2. */
struct tf_ipv4 {
    const char *src;
    const char *dst;
    uint8_t protocol;
    uint16_t id;
    uint16_t offset; /* of a fragment, in octets */
    bool more;       /* fragments follow */
    const uint8_t *options;
    size_t n_options; /* a multiple of 4 */
};

struct tf_ipv6 {
    const char *src;
    const char *dst;
    uint8_t next;
};

struct tf_tcp {
    uint16_t sport;
    uint16_t dport;
    uint32_t seq;
    uint32_t ack;
    uint8_t flags;
    uint16_t window; /* 0 stands for 65535; see zero_window */
    bool zero_window;
    const uint8_t *options;
    size_t n_options; /* a multiple of 4 */
};

void tf_begin(struct tf_frame *f, uint32_t linktype);
/* The frame for the decoder, borrowed from f; wholly captured. */
struct ct_frame tf_frame(const struct tf_frame *f, int64_t ts_ns);
void tf_checksums(struct tf_frame *f);

size_t tf_bytes(struct tf_frame *f, const void *bytes, size_t n);
size_t tf_text(struct tf_frame *f, const char *text);
size_t tf_fill(struct tf_frame *f, uint8_t byte, size_t n);
size_t tf_be16(struct tf_frame *f, uint16_t value);
size_t tf_be32(struct tf_frame *f, uint32_t value);

size_t tf_ethernet(struct tf_frame *f, uint16_t type);
/* 802.3 with a length, LLC and SNAP. */
size_t tf_snap_ethernet(struct tf_frame *f, uint16_t type);
size_t tf_llc_snap(struct tf_frame *f, uint16_t type);
size_t tf_vlan(struct tf_frame *f, uint16_t vid, uint16_t type);
size_t tf_mpls(struct tf_frame *f, uint32_t label, bool bottom);
size_t tf_pppoe(struct tf_frame *f, uint16_t ppp_protocol);
size_t tf_sll(struct tf_frame *f, uint16_t type);
size_t tf_sll2(struct tf_frame *f, uint16_t type);
/* 802.11 QoS data frame to the distribution system, with LLC and SNAP. */
size_t tf_wifi(struct tf_frame *f, uint16_t type);
size_t tf_radiotap(struct tf_frame *f);

size_t tf_ipv4(struct tf_frame *f, const struct tf_ipv4 *ip);
size_t tf_ipv6(struct tf_frame *f, const struct tf_ipv6 *ip);
/* Hop-by-hop, routing or destination options header of n octets, a multiple of 8. */
size_t tf_ipv6_extension(struct tf_frame *f, uint8_t next, size_t n);
size_t tf_ipv6_fragment(struct tf_frame *f, uint8_t next, uint32_t id, uint16_t offset, bool more);
/* Authentication header with an integrity value of n octets, a multiple of 4. */
size_t tf_ah(struct tf_frame *f, uint8_t next, size_t n);
size_t tf_tcp(struct tf_frame *f, const struct tf_tcp *tcp);
size_t tf_udp(struct tf_frame *f, uint16_t sport, uint16_t dport);

/* GRE without optional fields; tf_gre_full with checksum, key and sequence number. */
size_t tf_gre(struct tf_frame *f, uint16_t type);
size_t tf_gre_full(struct tf_frame *f, uint16_t type);
/* GRE with what ERSPAN of that type (1, 2, 3) puts before the Ethernet frame. */
size_t tf_erspan(struct tf_frame *f, unsigned type);
size_t tf_vxlan(struct tf_frame *f, uint32_t vni);
/* Geneve with n octets of options, a multiple of 4. */
size_t tf_geneve(struct tf_frame *f, uint16_t type, size_t n);
/* GTP-U G-PDU; with an extension header of 4 octets when asked. */
size_t tf_gtpu(struct tf_frame *f, uint32_t teid, bool extension);

#endif
