/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The capture filter, compiled once for each link type that is met: the same words become
 * other instructions over Ethernet than over raw IP.
 */
#ifndef CACHETAP_SOURCE_FILTER_H
#define CACHETAP_SOURCE_FILTER_H

#include "cachetap/base.h"

enum ct_source_match {
    CT_SOURCE_MATCH_YES,
    CT_SOURCE_MATCH_NO,
    CT_SOURCE_MATCH_BAD, /* does not compile for this link type; told once, then NO */
};

struct ct_source_filter;

/* Borrows text (pcap-filter(7)) for its life. NULL: no memory. */
struct ct_source_filter *ct_source_filter_new(const char *text);
void ct_source_filter_free(struct ct_source_filter *filter);

enum ct_source_match ct_source_filter_match(struct ct_source_filter *filter,
                                            const struct ct_frame *frame);

/* True when the words have compiled for some link type. */
bool ct_source_filter_is_sound(const struct ct_source_filter *filter);

/*
 * Checks the words alone, as for Ethernet, unless they have been compiled already. False: they
 * are wrong.
 */
bool ct_source_filter_check(struct ct_source_filter *filter);

/* libpcap's words after BAD or false. */
const char *ct_source_filter_error(const struct ct_source_filter *filter);

#endif
