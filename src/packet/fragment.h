/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fragments of IP and of 802.11: held until the datagram is whole. What is held is bounded by
 * limits.fragment_bytes; the oldest datagram goes first, and each is given up after
 * limits.fragment_seconds of packet time.
 *
 * Overlaps: for IPv6 any overlap ends the datagram (RFC 5722 section 4); an exact copy is
 * ignored (RFC 8200 section 4.5). For IPv4 octets that were sent twice and are equal are
 * tolerated, a difference ends the datagram. The fragments that come later for a datagram so
 * ended are refused as well, until its time is over. 802.11 is as IPv4, but its numbers come
 * again soon: a first fragment that contradicts begins anew. Copies of fragments of a datagram
 * that is whole are held to be that, so that none is mixed into the next one of its number.
 */
#ifndef CACHETAP_PACKET_FRAGMENT_H
#define CACHETAP_PACKET_FRAGMENT_H

#include "cachetap/packet.h"

/* No IP datagram that was sent in fragments is longer (RFC 791, RFC 8200 section 4.5). */
#define CT_DATAGRAM_MAX 65535u

/*
 * RFC 791: source, destination, protocol and identification; RFC 8200: without the protocol;
 * IEEE 802.11-2020 section 10.6: transmitter, receiver, sequence number and traffic identifier.
 */
struct ct_fragment_key {
    uint8_t src[16];
    uint8_t dst[16];
    uint64_t tunnel; /* that the datagram is in (struct ct_walk) */
    uint32_t id;
    uint8_t family;   /* 4, 6 or CT_FRAGMENT_WIFI */
    uint8_t protocol; /* 0 but for IPv4 */
    uint16_t zero;    /* no padding: the key is hashed and compared as bytes */
};

#define CT_FRAGMENT_WIFI 11

/* One fragment; the caller has checked len > 0 and offset + len <= CT_DATAGRAM_MAX. */
struct ct_fragment {
    struct ct_fragment_key key;
    int64_t ts_ns;
    uint32_t offset; /* octets */
    uint32_t len;    /* octets on the wire */
    struct ct_span captured;
    bool more;        /* more fragments follow */
    uint8_t protocol; /* of the payload, in the first fragment */
};

/* A whole datagram, without its IP header. Borrowed until the next fragment comes. */
struct ct_datagram {
    struct ct_span captured; /* up to the first octet that the capture lacks */
    uint32_t len;
    uint8_t protocol;
};

enum ct_fragment_result {
    CT_FRAGMENT_HELD,
    CT_FRAGMENT_REFUSED,
    CT_FRAGMENT_WHOLE, /* datagram is filled */
};

struct ct_fragment_store;

/* Borrows the counters for its life. NULL when there is no memory. */
struct ct_fragment_store *ct_packet_fragments_new(const struct ct_limits *limits,
                                                  const struct ct_key *key,
                                                  struct ct_packet_counters *counters);
void ct_packet_fragments_free(struct ct_fragment_store *store);

/* Length of the fragments held of a datagram, all but its last; 0: none is. For 802.11. */
uint32_t ct_packet_fragments_unit(struct ct_fragment_store *store,
                                  const struct ct_fragment_key *key);

/* Copies what it keeps; fragment->captured may lie in the datagram given out before. */
enum ct_fragment_result ct_packet_fragments_add(struct ct_fragment_store *store,
                                                const struct ct_fragment *fragment,
                                                struct ct_datagram *datagram);

#endif
