/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IEEE 802.11 data frames, plain or behind radiotap, Prism or AVS headers. Protected frames
 * are counted as encrypted, fragments reassembled, all packets of an aggregate (A-MSDU) read.
 */
#include "packet/fragment.h"
#include "packet/walk.h"

#define TO_DS           0x01u
#define FROM_DS         0x02u
#define MORE_FRAGMENTS  0x04u
#define PROTECTED       0x40u
#define ORDER           0x80u
#define SUBTYPE_NO_DATA 0x40u /* in the first octet: null, CF-Ack, CF-Poll */
#define SUBTYPE_QOS     0x80u
#define QOS_TID         0x0fu
#define QOS_AMSDU       0x80u
#define QOS_MESH        0x0100u

#define RADIOTAP_TSFT        (1u << 0)
#define RADIOTAP_FLAGS       (1u << 1)
#define RADIOTAP_MORE        (1u << 31)
#define RADIOTAP_FLAG_FCS    0x10u
#define RADIOTAP_FLAG_PADDED 0x20u

#define SUBFRAME_HEADER 14u
#define FCS             4u

/* Flags field of radiotap, or 0; the fields before it are fixed (radiotap.org). */
static uint8_t radiotap_flags(const uint8_t *p, uint32_t len)
{
    uint32_t present = ct_read_le32(p + 4);
    uint32_t at = 8;
    for (uint32_t word = present; (word & RADIOTAP_MORE) != 0 && at + 4 <= len; at += 4) {
        word = ct_read_le32(p + at);
    }
    if ((present & RADIOTAP_TSFT) != 0) {
        at = (at + 7) / 8 * 8 + 8;
    }
    return (present & RADIOTAP_FLAGS) != 0 && at < len ? p[at] : 0;
}

enum ct_next ct_packet_read_radiotap(struct ct_walk *walk)
{
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    uint16_t len = ct_read_le16(walk->p + 2);
    if (walk->p[0] != 0 || len < 8) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    if (walk->n < len) {
        return ct_walk_short(walk, len);
    }
    uint8_t flags = radiotap_flags(walk->p, len);
    walk->wifi_padded = (flags & RADIOTAP_FLAG_PADDED) != 0;
    ct_walk_skip(walk, len);
    if ((flags & RADIOTAP_FLAG_FCS) != 0 && walk->wire >= FCS) {
        ct_walk_set_wire(walk, walk->wire - FCS);
    }
    return CT_NEXT_WIFI;
}

/*
 * Prism: message code and length, in the byte order of the host that captured. AVS, which came
 * later under the same link type: a version 80211001 and a length, big-endian.
 */
enum ct_next ct_packet_read_prism(struct ct_walk *walk)
{
    if (walk->n < 8) {
        return ct_walk_short(walk, 8);
    }
    uint32_t len = ct_read_be32(walk->p + 4);
    if (ct_read_be32(walk->p) >> 4 != 0x8021100 && len > 0xffff) {
        len = ct_read_le32(walk->p + 4);
    }
    if (len < 8) {
        return ct_walk_end(walk, CT_PACKET_BAD_HEADER);
    }
    return ct_walk_skip_to(walk, len, CT_NEXT_WIFI);
}

/* Octets of the MAC header, IEEE 802.11-2020 section 9.2.4; subtype and flags by the caller. */
static uint32_t header_length(uint8_t subtype, uint8_t flags)
{
    uint32_t len = 24;
    if ((flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS)) {
        len += 6; /* fourth address */
    }
    if ((subtype & SUBTYPE_QOS) != 0) {
        len += 2;
        if ((flags & ORDER) != 0) {
            len += 4; /* HT control */
        }
    }
    return len;
}

/* A-MSDU subframe, section 9.3.2.2: two addresses, the length, the packet, padded to 4. */
enum ct_next ct_packet_read_amsdu(struct ct_walk *walk)
{
    if (walk->n < SUBFRAME_HEADER) {
        return ct_walk_short(walk, SUBFRAME_HEADER);
    }
    uint32_t len = ct_read_be16(walk->p + 12);
    uint32_t padded = (SUBFRAME_HEADER + len + 3) / 4 * 4;
    if (walk->wire >= padded + SUBFRAME_HEADER && walk->rest.next == CT_NEXT_DONE) {
        uint32_t captured = padded < walk->n ? padded : walk->n;
        walk->rest = (struct ct_walk_rest){
            .p = walk->p + captured,
            .n = walk->n - captured,
            .wire = walk->wire - padded,
            .next = CT_NEXT_AMSDU,
            .depth = walk->depth,
            .tunnel = walk->tunnel,
            .wifi_mesh = walk->wifi_mesh,
            .reassembled = walk->reassembled,
        };
    }
    ct_walk_skip(walk, SUBFRAME_HEADER);
    ct_walk_cut_wire(walk, len);
    return CT_NEXT_WIFI_PAYLOAD;
}

static bool is_snap(const struct ct_walk *walk, uint32_t at)
{
    return walk->n >= at + 2 && walk->p[at] == 0xaa && walk->p[at + 1] == 0xaa;
}

/*
 * LLC, behind mesh control when the frame says so, section 9.2.4.8.3: flags, time to live, 4
 * octets, 0 to 2 more addresses. The bit that says so has another meaning outside of a mesh, so
 * LLC must stand behind it.
 */
enum ct_next ct_packet_read_wifi_payload(struct ct_walk *walk)
{
    uint32_t len = walk->n > 0 ? 6 + (walk->p[0] & 3u) * 6 : 6;
    if (!walk->wifi_mesh || is_snap(walk, 0)) {
        return CT_NEXT_LLC;
    }
    if (walk->n < len + 2) {
        return ct_walk_short(walk, len + 2);
    }
    ct_walk_skip(walk, is_snap(walk, len) ? len : 0);
    return CT_NEXT_LLC;
}

/* Section 10.4: all fragments but the last are of one length, so its number gives the place. */
static enum ct_next hold_fragment(struct ct_walk *walk, const uint8_t *header, uint8_t tid)
{
    uint16_t control = ct_read_le16(header + 22);
    struct ct_fragment fragment = {
        .key = {.family = CT_FRAGMENT_WIFI, .id = (uint32_t)(control >> 4) << 8 | tid},
        .more = (header[1] & MORE_FRAGMENTS) != 0,
    };
    memcpy(fragment.key.src, header + 10, 6); /* transmitter */
    memcpy(fragment.key.dst, header + 4, 6);  /* receiver */
    fragment.key.tunnel = walk->tunnel;
    uint32_t unit =
        fragment.more ? walk->wire : ct_packet_fragments_unit(walk->fragments, &fragment.key);
    walk->counters->layers[CT_LAYER_WIFI_FRAGMENT]++;
    if (unit == 0 || unit > CT_DATAGRAM_MAX) { /* the last one alone: nothing to put it behind */
        return ct_walk_end(walk, CT_PACKET_FRAGMENT_DROPPED);
    }
    fragment.offset = unit * (control & 0x0fu);
    return ct_packet_reassemble(walk, &fragment) ? CT_NEXT_WIFI_PAYLOAD : CT_NEXT_DONE;
}

enum ct_next ct_packet_read_wifi(struct ct_walk *walk)
{
    if (walk->n < 2) {
        return ct_walk_short(walk, 2);
    }
    uint8_t subtype = walk->p[0];
    uint8_t flags = walk->p[1];
    walk->counters->layers[CT_LAYER_WIFI]++;
    /* Version 0; type 2 is data. */
    if ((subtype & 0x0f) != 0x08 || (subtype & SUBTYPE_NO_DATA) != 0) {
        return ct_walk_end(walk, CT_PACKET_LINK_CONTROL);
    }
    if ((flags & PROTECTED) != 0) {
        return ct_walk_end(walk, CT_PACKET_ENCRYPTED);
    }
    uint32_t len = header_length(subtype, flags);
    uint32_t padded = walk->wifi_padded ? (len + 3) / 4 * 4 : len;
    if (walk->n < padded) {
        return ct_walk_short(walk, padded);
    }
    const uint8_t *header = walk->p;
    uint32_t qos_at = (flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS) ? 30 : 24;
    uint16_t qos = (subtype & SUBTYPE_QOS) != 0 ? ct_read_le16(header + qos_at) : 0;
    walk->wifi_mesh = (qos & QOS_MESH) != 0;
    ct_walk_skip(walk, padded);
    if ((flags & MORE_FRAGMENTS) != 0 || (header[22] & 0x0f) != 0) {
        return hold_fragment(walk, header, qos & QOS_TID);
    }
    return (qos & QOS_AMSDU) != 0 ? CT_NEXT_AMSDU : CT_NEXT_WIFI_PAYLOAD;
}
