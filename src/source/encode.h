/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames as the octets of a capture file with nanoseconds: classic pcap where all have one link
 * type, else pcapng (draft-ietf-opsawg-pcapng), which can hold several interfaces. Makes octets
 * only; who writes them, and where, is not its matter.
 */
#ifndef CACHETAP_SOURCE_ENCODE_H
#define CACHETAP_SOURCE_ENCODE_H

#include "cachetap/source.h"

struct ct_encoder;

/* pcapng, or pcap with this DLT_ value. NULL: no memory. */
struct ct_encoder *ct_source_encoder_new(bool pcapng, uint32_t linktype);
void ct_source_encoder_free(struct ct_encoder *encoder);

/*
 * True when frames of this interface can be encoded. Interfaces that are new must be added
 * first, and their octets go into the file before the frame's.
 */
bool ct_source_encoder_knows(const struct ct_encoder *encoder, const struct ct_frame *frame);
/* name may be NULL. False: no room, or pcap, which cannot hold another link type. */
bool ct_source_encoder_add(struct ct_encoder *encoder, const struct ct_frame *frame,
                           const char *name);

/* Adds the interfaces of a live capture, which are known from the start. */
void ct_source_encoder_add_all(struct ct_encoder *encoder, const struct ct_source *source);

/* Octets of the beginning of a file, which describes all interfaces known; written to out. */
size_t ct_source_encode_head_size(const struct ct_encoder *encoder);
void ct_source_encode_head(const struct ct_encoder *encoder, uint8_t *out);

/* Octets that describe the interface added last; 0 for pcap. */
size_t ct_source_encode_iface_size(const struct ct_encoder *encoder);
void ct_source_encode_iface(const struct ct_encoder *encoder, uint8_t *out);

/* Octets of one frame. */
size_t ct_source_encode_size(const struct ct_encoder *encoder, const struct ct_frame *frame);
void ct_source_encode(const struct ct_encoder *encoder, const struct ct_frame *frame, uint8_t *out);

/* ---- and back ---- */

/* What the octets of an encoder's frames mean; not changed by what the encoder learns later. */
struct ct_encoded;

/* NULL: no memory. */
struct ct_encoded *ct_source_encoded_new(const struct ct_encoder *encoder);
void ct_source_encoded_free(struct ct_encoded *encoded);

/*
 * The frame that n octets, which ct_source_encode has made, begin with; it borrows them, and its
 * iface is the place in the file. Returns its octets, 0: there is none (left).
 */
size_t ct_source_encoded_next(const struct ct_encoded *encoded, const uint8_t *octets, size_t n,
                              struct ct_frame *frame);

#endif
