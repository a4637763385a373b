/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reader of pcapng (draft-ietf-opsawg-pcapng): sections of both byte orders, any number of
 * interfaces with link types, time units and snap lengths of their own, which libpcap's
 * interface has no room for. Only what is needed to get at packets: other blocks and options
 * are passed over. Holds one block at a time; no length is believed before it is checked.
 */
#ifndef CACHETAP_SOURCE_PCAPNG_H
#define CACHETAP_SOURCE_PCAPNG_H

#include "cachetap/base.h"

/* At least one octet unless the input has ended, at most n. */
typedef size_t (*ct_source_pcapng_read)(void *user, uint8_t *out, size_t n);

enum ct_source_pcapng_status {
    CT_SOURCE_PCAPNG_PACKET,
    CT_SOURCE_PCAPNG_END, /* after a whole block */
    CT_SOURCE_PCAPNG_CUT, /* in the middle of a block */
    CT_SOURCE_PCAPNG_BAD, /* ct_source_pcapng_reason says why */
};

struct ct_source_pcapng;

/*
 * next_iface is the number that the next interface gets in frames; it is moved on for each
 * interface. Borrows next_iface and user for its life. NULL: no memory.
 */
struct ct_source_pcapng *ct_source_pcapng_new(ct_source_pcapng_read read, void *user,
                                              size_t buffer_bytes, uint32_t *next_iface);
void ct_source_pcapng_free(struct ct_source_pcapng *pcapng);

/* The next packet, borrowed until the next call. After another status only free it. */
enum ct_source_pcapng_status ct_source_pcapng_next(struct ct_source_pcapng *pcapng,
                                                   struct ct_frame *frame);

/*
 * Packets that the file says were lost when it was made, as far as it was read: by its statistics,
 * or by its packets (sections 4.6 and 4.3). A file that says nothing has 0.
 */
uint64_t ct_source_pcapng_drops(const struct ct_source_pcapng *pcapng);

/* Why the status was BAD; empty before. */
const char *ct_source_pcapng_reason(const struct ct_source_pcapng *pcapng);

/*
 * Nanoseconds since the epoch of a time stamp in units of if_tsresol, with if_tsoffset
 * seconds added; at the ends of int64_t when it lies beyond them.
 */
int64_t ct_source_pcapng_time(uint64_t units, uint8_t tsresol, int64_t offset_s);

#endif
