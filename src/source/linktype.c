/* SPDX-License-Identifier: Apache-2.0 */
#include "source/linktype.h"

#include <limits.h>
#include <stddef.h>

#include <pcap/pcap.h>

#include "cachetap/source.h"

static const struct {
    uint32_t linktype;
    uint32_t dlt;
} renumbered[] = {
    {100, DLT_ATM_RFC1483}, {101, DLT_RAW},      {102, DLT_SLIP_BSDOS},
    {103, DLT_PPP_BSDOS},   {106, DLT_ATM_CLIP}, {108, DLT_LOOP},
    {109, DLT_ENC},         {246, DLT_PFSYNC},   {258, DLT_PKTAP},
};

uint32_t ct_source_linktype_to_dlt(uint32_t linktype)
{
    for (size_t i = 0; i < sizeof renumbered / sizeof renumbered[0]; i++) {
        if (renumbered[i].linktype == linktype) {
            return renumbered[i].dlt;
        }
    }
    return linktype;
}

uint32_t ct_source_linktype_of_dlt(uint32_t dlt)
{
    for (size_t i = 0; i < sizeof renumbered / sizeof renumbered[0]; i++) {
        if (renumbered[i].dlt == dlt) {
            return renumbered[i].linktype;
        }
    }
    return dlt;
}

const char *ct_source_linktype_name(uint32_t linktype)
{
    if (linktype >= 147 && linktype <= 162) { /* DLT_USER0 to DLT_USER15: libpcap has no words */
        return "reserved for private use";
    }
    return linktype <= INT_MAX ? pcap_datalink_val_to_description((int)linktype) : NULL;
}

const char *ct_source_pcap_version(void)
{
    return pcap_lib_version();
}
