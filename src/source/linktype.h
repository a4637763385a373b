/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Link types: what a file calls them (LINKTYPE_) and what libpcap calls them (DLT_); they
 * differ for the few that had other numbers on some system (tcpdump.org/linktypes.html).
 */
#ifndef CACHETAP_SOURCE_LINKTYPE_H
#define CACHETAP_SOURCE_LINKTYPE_H

#include <stdint.h>

/* The DLT_ value that pcap_datalink gives for a file with this LINKTYPE_ value. */
uint32_t ct_source_linktype_to_dlt(uint32_t linktype);
/* The other way. */
uint32_t ct_source_linktype_of_dlt(uint32_t dlt);

#endif
