/* SPDX-License-Identifier: Apache-2.0 */
/*
 * packet: one frame to its TCP segment, or the named reason why not. Opens link layers and
 * tunnels down to a depth, reassembles fragments within limits. Every packet ends in exactly
 * one status; a frame is one packet, but for the aggregates of 802.11, which hold several.
 * Knows nothing of connections.
 */
#ifndef CACHETAP_PACKET_H
#define CACHETAP_PACKET_H

#include "cachetap/base.h"

/* clang-format off */
/* What became of a frame: symbol, name in outputs, text for people. */
#define CT_PACKET_STATUSES(X)                                                                  \
    X(TCP, "tcp", "TCP segments, handed on")                                                   \
    X(FRAGMENT_HELD, "fragment_held", "fragments waiting for, or used in, a datagram")      \
    X(UDP, "udp", "UDP")                                                                       \
    X(QUIC, "quic", "QUIC (HTTP/3), which is encrypted")                                       \
    X(ICMP, "icmp", "ICMP and ICMPv6")                                                         \
    X(ARP, "arp", "ARP")                                                                       \
    X(OTHER_IP_PROTOCOL, "other_ip_protocol", "other protocols over IP")                       \
    X(OTHER_NETWORK, "other_network", "other network protocols (neither IPv4 nor IPv6)")       \
    X(LINK_CONTROL, "link_control", "link-layer management and control frames")                \
    X(ENCRYPTED, "encrypted", "encrypted below TCP (ESP, MACsec, protected 802.11)")           \
    X(UNKNOWN_LINKTYPE, "unknown_linktype", "link type that is not decoded")                   \
    X(TRUNCATED, "truncated", "cut by the snap length before the end of the TCP header")       \
    X(BAD_HEADER, "bad_header", "header that contradicts itself")                              \
    X(TOO_DEEP, "too_deep", "more encapsulations than the limit")                              \
    X(FRAGMENT_DROPPED, "fragment_dropped", "fragments not used: overlap, limit, or below IP")
/*
 * Layers opened on the way, for a user to see what was in the capture. Counted per header (a
 * frame with two VLAN tags counts twice; a stack of MPLS labels once), frames that came to
 * nothing included.
 */
#define CT_PACKET_LAYERS(X)                                                                    \
    X(VLAN, "vlan") X(MPLS, "mpls") X(PPPOE, "pppoe") X(PPP, "ppp") X(WIFI, "wifi")            \
    X(GRE, "gre") X(ERSPAN, "erspan") X(IPIP, "ip_in_ip") X(VXLAN, "vxlan")                    \
    X(GENEVE, "geneve") X(GTPU, "gtp_u") X(TEREDO, "teredo") X(L2TP, "l2tp")                   \
    X(PSEUDOWIRE, "pseudowire") X(NSH, "nsh") X(MACSEC, "macsec") X(TZSP, "tzsp")              \
    X(ETHERIP, "ether_in_ip") X(FRAGMENT, "ip_fragment") X(IPV4, "ipv4") X(IPV6, "ipv6")      \
    X(WIFI_FRAGMENT, "wifi_fragment")
/* clang-format on */

enum ct_packet_status {
#define X(symbol, name, help) CT_PACKET_##symbol,
    CT_PACKET_STATUSES(X)
#undef X
        CT_PACKET_STATUS_COUNT
};

enum ct_packet_layer {
#define X(symbol, name) CT_LAYER_##symbol,
    CT_PACKET_LAYERS(X)
#undef X
        CT_LAYER_COUNT
};

/* TCP header flags as on the wire (RFC 9293 section 3.1). */
#define CT_TCP_FIN 0x01u
#define CT_TCP_SYN 0x02u
#define CT_TCP_RST 0x04u
#define CT_TCP_PSH 0x08u
#define CT_TCP_ACK 0x10u
#define CT_TCP_URG 0x20u

/* One TCP segment. Payload is borrowed from the frame, or from the decoder when reassembled. */
struct ct_segment {
    int64_t ts_ns;
    struct ct_endpoint src;
    struct ct_endpoint dst;
    uint32_t seq;
    uint32_t ack; /* meaningful with CT_TCP_ACK */
    uint8_t flags;
    uint8_t tcp_header_cut; /* 1 when options were cut by the snap length */
    struct ct_span payload; /* what was captured of it */
    uint32_t payload_len;   /* octets on the wire, by the IP length; >= payload.n */
    uint32_t iface;
};

struct ct_packet_counters {
    uint64_t status[CT_PACKET_STATUS_COUNT];
    uint64_t layers[CT_LAYER_COUNT];
    uint64_t frames;
    uint64_t wire_bytes;
    uint64_t captured_bytes;
    uint64_t cut_frames;          /* cap_len < wire_len */
    uint64_t length_from_capture; /* IP total length 0 or absurd (offload): captured length used */
    uint64_t fragments_reassembled; /* datagrams */
    uint64_t fragments_given_up;    /* datagrams of which fragments were held, then dropped */
    uint64_t fragments_open;        /* datagrams not yet whole, now */
    uint64_t fragment_bytes_peak;
    uint64_t wifi_aggregated;  /* packets behind the first one of an 802.11 A-MSDU */
    uint32_t unknown_linktype; /* the last one met; meaningful when its status counts */
};

struct ct_decoder; /* holds fragments and counters */

/* Borrows nothing. NULL when there is no memory. */
struct ct_decoder *ct_packet_decoder_new(const struct ct_limits *limits, const struct ct_key *key);
void ct_packet_decoder_free(struct ct_decoder *decoder);

/*
 * Decodes one frame, or the first packet of one that holds several. On CT_PACKET_TCP the
 * segment is filled; it is borrowed until the next call. Counts the packet under the status
 * that it returns: all of them add up to frames and wifi_aggregated.
 */
enum ct_packet_status ct_packet_decode(struct ct_decoder *decoder, const struct ct_frame *frame,
                                       struct ct_segment *segment);

/*
 * The next packet of that frame, whose bytes must still be there; false when there is none. As
 * above but for that.
 */
bool ct_packet_decode_more(struct ct_decoder *decoder, enum ct_packet_status *status,
                           struct ct_segment *segment);

const struct ct_packet_counters *ct_packet_counters(const struct ct_decoder *decoder);

/* Static strings of the tables above. */
const char *ct_packet_status_name(enum ct_packet_status status);
const char *ct_packet_status_help(enum ct_packet_status status);
const char *ct_packet_layer_name(enum ct_packet_layer layer);

#endif
