/* SPDX-License-Identifier: Apache-2.0 */
/* The floor of every capture reader: a bare pcap_loop that only counts packets and bytes. */
#include <pcap/pcap.h>

#include <inttypes.h>
#include <stdio.h>

struct count {
    uint64_t packets;
    uint64_t bytes;
};

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    struct count *count = (struct count *)(void *)user;
    (void)bytes;
    count->packets++;
    count->bytes += header->caplen;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct count count = {0, 0};
    if (argc != 2) {
        (void)fprintf(stderr, "usage: floor FILE\n");
        return 2;
    }
    pcap_t *pcap = pcap_open_offline(argv[1], error);
    if (pcap == NULL) {
        (void)fprintf(stderr, "floor: %s\n", error);
        return 1;
    }
    int status = pcap_loop(pcap, -1, on_packet, (u_char *)&count);
    pcap_close(pcap);
    (void)printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", count.packets, count.bytes);
    return status == 0 ? 0 : 1;
}
