/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One input of a source: its octets, recognised as classic pcap (libpcap reads it) or pcapng
 * (we do), filtered. Says what went wrong with it, once.
 */
#ifndef CACHETAP_SOURCE_INPUT_H
#define CACHETAP_SOURCE_INPUT_H

#include "cachetap/source.h"
#include "source/filter.h"

enum ct_source_step {
    CT_SOURCE_STEP_FRAME,
    CT_SOURCE_STEP_END,        /* no more frames; what was wrong has been told */
    CT_SOURCE_STEP_BAD_FILTER, /* for this frame's link type: the next step leaves them out */
};

/* What the inputs of a source share. */
struct ct_source_shared {
    const struct ct_source_options *options;
    struct ct_source_filter *filter; /* NULL: everything passes */
    uint32_t next_iface;
    size_t buffer_bytes;
    bool had_problems;
};

struct ct_source_input;

/*
 * Borrows path and shared for its life. fd not -1: what path names is open there already, and
 * taken over. NULL: told to problem, or interrupted.
 */
struct ct_source_input *ct_source_input_open(const char *path, int fd,
                                             struct ct_source_shared *shared);
/* As ct_source_bytes_dup. */
int ct_source_input_dup(const struct ct_source_input *input);
void ct_source_input_close(struct ct_source_input *input);

/* frame is borrowed until the next step of this input. */
enum ct_source_step ct_source_input_next(struct ct_source_input *input, struct ct_frame *frame);

/* "PATH: " and the text, told to problem. */
void ct_source_input_tell(const struct ct_source_input *input, const char *text);

/* The link type of all its frames; false when it may have several (pcapng). */
bool ct_source_input_linktype(const struct ct_source_input *input, uint32_t *linktype);

/* Packets that it says were lost when it was made; 0 where it does not say. */
uint64_t ct_source_input_drops(const struct ct_source_input *input);

void ct_source_input_progress(const struct ct_source_input *input, uint64_t *done_bytes,
                              uint64_t *total_bytes);

#endif
