/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk down one frame. Every header has one reader: it looks at the octets at walk->p,
 * moves past its header and names the next reader. One loop drives them, so nothing recurses,
 * and each round is counted, so nothing that traffic says can make it long.
 *
 * Invariants: n octets at p were captured and may be read; wire of them stood on the wire by
 * the lengths met so far; n <= wire. Nothing but n is ever trusted for reading.
 */
#ifndef CACHETAP_PACKET_WALK_H
#define CACHETAP_PACKET_WALK_H

#include "base/span.h"
#include "cachetap/packet.h"

struct ct_fragment_store;

/*
 * Wire lengths of a frame above this are not believed (BIG TCP of Linux makes at most
 * 512 KiB); the captured length is used instead.
 */
#define CT_PACKET_WIRE_MAX ((uint32_t)CT_MIB(1))
/* Headers of all kinds in one frame; only a made-up frame has more. */
#define CT_PACKET_HEADERS_MAX 256u

/* clang-format off */
#define CT_PACKET_READERS(X) /* symbol, reader, first header */                      \
    X(LINKTYPE, ct_packet_read_linktype)       /* by walk->type, a DLT_ value */     \
    X(ETHERNET, ct_packet_read_ethernet)       /* destination address */             \
    X(ETHERTYPE, ct_packet_read_ethertype)     /* by walk->type */                   \
    X(LLC, ct_packet_read_llc)                 /* DSAP */                            \
    X(SNAP, ct_packet_read_snap)               /* OUI */                             \
    X(VLAN, ct_packet_read_vlan)               /* tag control information */         \
    X(MPLS, ct_packet_read_mpls)               /* first label */                     \
    X(MACSEC, ct_packet_read_macsec)           /* TCI of the security tag */         \
    X(NSH, ct_packet_read_nsh)                 /* base header */                     \
    X(PPPOE, ct_packet_read_pppoe)             /* version and type */                \
    X(PPP, ct_packet_read_ppp)                 /* FF 03, or the protocol */          \
    X(PPP_SERIAL, ct_packet_read_ppp_serial)   /* FF 03, 0F or 8F */                 \
    X(CHDLC, ct_packet_read_chdlc)             /* address of Cisco HDLC */           \
    X(FRAME_RELAY, ct_packet_read_frame_relay) /* Q.922 address */                   \
    X(RADIOTAP, ct_packet_read_radiotap)       /* version */                         \
    X(PRISM, ct_packet_read_prism)             /* message code, or an AVS header */  \
    X(WIFI, ct_packet_read_wifi)               /* frame control */                   \
    X(WIFI_PAYLOAD, ct_packet_read_wifi_payload) /* mesh control, or LLC */          \
    X(AMSDU, ct_packet_read_amsdu)             /* destination address */             \
    X(IP, ct_packet_read_ip)                   /* IPv4 or IPv6 by the first nibble */ \
    X(IPV4, ct_packet_read_ipv4)                                                     \
    X(IPV6, ct_packet_read_ipv6)                                                     \
    X(PROTOCOL, ct_packet_read_protocol)       /* by walk->type, an IP protocol */   \
    X(IPV6_EXTENSION, ct_packet_read_ipv6_extension) /* by walk->type */             \
    X(TCP, ct_packet_read_tcp)                                                       \
    X(UDP, ct_packet_read_udp)                                                       \
    X(GRE, ct_packet_read_gre)                                                       \
    X(L2TP, ct_packet_read_l2tp)               /* flags and version */               \
    X(L2TP_SESSION, ct_packet_read_l2tp_session) /* identifier of the session */     \
    X(AH, ct_packet_read_ah)
/* clang-format on */

enum ct_next {
#define X(symbol, reader) CT_NEXT_##symbol,
    CT_PACKET_READERS(X)
#undef X
        CT_NEXT_DONE
};

/* What stands behind the packet that is read, in a frame that holds several. */
struct ct_walk_rest {
    const uint8_t *p;
    uint32_t n;
    uint32_t wire;
    enum ct_next next; /* CT_NEXT_DONE: nothing */
    uint64_t depth;
    uint64_t tunnel;
    bool wifi_mesh;
    bool reassembled; /* p is in the memory of the fragment store */
};

struct ct_walk {
    const uint8_t *p;
    uint32_t n;
    uint32_t wire;
    uint32_t type;    /* for the readers that say so */
    uint32_t headers; /* read so far */
    uint64_t depth;   /* encapsulations opened so far */
    uint64_t depth_max;
    uint64_t tunnel;  /* tells tunnels and VLANs apart; 0: in none */
    bool wifi_padded; /* radiotap: the 802.11 header is padded to 4 octets */
    bool wifi_mesh;   /* mesh control may stand before LLC */
    bool reassembled; /* p is in the memory of the fragment store */
    struct ct_walk_rest rest;
    enum ct_packet_status status;
    struct ct_segment *segment;
    struct ct_packet_counters *counters;
    struct ct_fragment_store *fragments;
};

#define X(symbol, reader) enum ct_next reader(struct ct_walk *walk);
CT_PACKET_READERS(X)
#undef X

/* The walk ends here with a status. */
static inline enum ct_next ct_walk_end(struct ct_walk *walk, enum ct_packet_status status)
{
    walk->status = status;
    return CT_NEXT_DONE;
}

/* The next header needs more than was captured: cut by the capture, or a lie of the headers. */
static inline enum ct_next ct_walk_short(struct ct_walk *walk, uint32_t need)
{
    return ct_walk_end(walk, walk->wire >= need ? CT_PACKET_TRUNCATED : CT_PACKET_BAD_HEADER);
}

/* Moves on by k octets, which the caller has checked. */
static inline void ct_walk_skip(struct ct_walk *walk, uint32_t k)
{
    walk->p += k;
    walk->n -= k;
    walk->wire -= k;
}

/* Moves on by k octets to a reader, when they are there. */
static inline enum ct_next ct_walk_skip_to(struct ct_walk *walk, uint32_t k, enum ct_next next)
{
    if (walk->n < k) {
        return ct_walk_short(walk, k);
    }
    ct_walk_skip(walk, k);
    return next;
}

/* Moves on by k octets, the last two of which are the EtherType of what follows. */
static inline enum ct_next ct_walk_skip_to_ethertype(struct ct_walk *walk, uint32_t k)
{
    if (walk->n < k) {
        return ct_walk_short(walk, k);
    }
    walk->type = ct_read_be16(walk->p + k - 2);
    ct_walk_skip(walk, k);
    return CT_NEXT_ETHERTYPE;
}

/* A header says that len octets follow: less ends the packet (padding), more was not captured. */
static inline void ct_walk_set_wire(struct ct_walk *walk, uint32_t len)
{
    walk->wire = len;
    if (walk->n > len) {
        walk->n = len;
    }
}

/* As above, but what is longer than the rest of the packet is not believed. */
static inline void ct_walk_cut_wire(struct ct_walk *walk, uint32_t len)
{
    if (len < walk->wire) {
        ct_walk_set_wire(walk, len);
    }
}

/* Opens an encapsulation, which counts toward limits.tunnel_depth. */
static inline enum ct_next ct_walk_tunnel(struct ct_walk *walk, enum ct_packet_layer layer,
                                          enum ct_next next)
{
    if (walk->depth >= walk->depth_max) {
        return ct_walk_end(walk, CT_PACKET_TOO_DEEP);
    }
    walk->depth++;
    walk->counters->layers[layer]++;
    return next;
}

/*
 * What follows belongs to the network of that number (identifier of a VLAN, a segment, a
 * session): its addresses may stand for other hosts than the same addresses elsewhere.
 */
static inline void ct_walk_enter(struct ct_walk *walk, uint32_t id)
{
    walk->tunnel = (walk->tunnel ^ id) * UINT64_C(0x9e3779b97f4a7c15) + 1;
}

static inline enum ct_next ct_walk_ethertype(struct ct_walk *walk, uint16_t type)
{
    walk->type = type;
    return type == 0x0800 ? CT_NEXT_IPV4 : CT_NEXT_ETHERTYPE;
}

/* By walk->type: link types that few captures have. */
enum ct_next ct_packet_read_rare_linktype(struct ct_walk *walk);

/* True when the octets look like an Ethernet header with an EtherType or length that we know. */
bool ct_packet_looks_like_ethernet(const uint8_t *p, uint32_t n);
/* The same, and what follows the header does not contradict it. */
bool ct_packet_fits_ethernet(const uint8_t *p, uint32_t n);
/* True when they look like the head of an IPv4 or IPv6 packet of at most wire octets. */
bool ct_packet_looks_like_ip(const uint8_t *p, uint32_t n, uint32_t wire);

/*
 * Gives what is left of the packet to the fragment store. True when a datagram is whole: the
 * walk stands at its first octet, type is its protocol. False: the walk has ended.
 */
struct ct_fragment;
bool ct_packet_reassemble(struct ct_walk *walk, struct ct_fragment *fragment);

#endif
