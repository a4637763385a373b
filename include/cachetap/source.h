/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: where frames come from. Several capture files, merged by time, through one capture
 * filter. The only stage that knows libpcap. Not part of the library.
 */
#ifndef CACHETAP_SOURCE_H
#define CACHETAP_SOURCE_H

#include "cachetap/base.h"

#define CT_SOURCE_MESSAGE_MAX 512

enum ct_source_status {
    CT_SOURCE_OK,
    CT_SOURCE_END,        /* no more frames */
    CT_SOURCE_BAD_FILTER, /* the capture filter does not compile */
    CT_SOURCE_FAILED,     /* nothing could be opened, or no memory */
};

struct ct_source_options {
    const char *const *paths; /* capture files; "-" is standard input */
    size_t n_paths;
    const char *filter; /* pcap-filter(7) expression, or NULL */
    /*
     * Told of everything that goes wrong with an input, as one line without end of line:
     * "FILE: what happened: why, and what to do". Reading goes on with the other inputs.
     */
    void (*problem)(void *user, const char *line);
    /*
     * Asked before the source waits for a pipe, and after a signal has ended such a wait (with
     * all signals blocked), and now and then while the filter lets nothing pass. True ends the
     * input as if it were read to its end, and that is no problem. May be NULL.
     */
    bool (*interrupted)(void *user);
    void *user;
};

struct ct_source;

/*
 * Opens all inputs. On CT_SOURCE_OK *opened is the caller's, to be closed. Inputs that could
 * not be opened were told to problem and are left out; with none left: CT_SOURCE_FAILED.
 */
enum ct_source_status ct_source_open(const struct ct_source_options *options,
                                     struct ct_source **opened);
void ct_source_close(struct ct_source *source);

/*
 * The next frame by time, borrowed until the next call. An input that ends in the middle of a
 * packet, or is damaged, is told to problem and ends there; what was read before stays.
 */
enum ct_source_status ct_source_next(struct ct_source *source, struct ct_frame *frame);

/* True when any input had a problem. */
bool ct_source_had_problems(const struct ct_source *source);

/* Octets read of those there are; total 0 when unknown (standard input). */
void ct_source_progress(const struct ct_source *source, uint64_t *done_bytes,
                        uint64_t *total_bytes);

/* Description of a link type for people ("Ethernet"), or NULL. Static. */
const char *ct_source_linktype_name(uint32_t linktype);
/* Version text of libpcap. Static. */
const char *ct_source_pcap_version(void);

#endif
