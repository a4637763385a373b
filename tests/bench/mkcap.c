/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkcap IN OUT PACKETS [FILTER]: a large capture from a small recorded one. The recorded
 * connections are repeated with other addresses and later times until PACKETS are written; packets
 * larger than Ethernet's 1500 octets (offload) are cut as they were on a wire. OUT may be -.
 */
#include <pcap/pcap.h>

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MTU       1500u
#define ETHERNET  14u
#define MAX_FRAME (256u * 1024u)

struct frame {
    struct timeval ts;
    uint32_t len;
    uint8_t *bytes;
};

struct tape {
    struct frame *frames;
    size_t n;
    size_t room;
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v);
}

/* Offset of the IP header; mkcap is fed our own samples only. */
static size_t ip_offset(int linktype)
{
    return linktype == DLT_LINUX_SLL2 ? 20 : (linktype == DLT_LINUX_SLL ? 16 : 14);
}

static void add(struct tape *tape, struct timeval ts, const uint8_t *bytes, uint32_t len)
{
    if (tape->n == tape->room) {
        tape->room = tape->room == 0 ? 1024 : tape->room * 2;
        tape->frames = realloc(tape->frames, tape->room * sizeof *tape->frames);
        if (tape->frames == NULL) {
            abort();
        }
    }
    uint8_t *copy = malloc(len);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, len);
    tape->frames[tape->n++] = (struct frame){ts, len, copy};
}

/* One recorded frame as the Ethernet frames, of at most MTU octets, that it stands for. */
static void add_cut(struct tape *tape, size_t skip, const struct pcap_pkthdr *header,
                    const uint8_t *captured)
{
    static uint8_t frame[MAX_FRAME];
    const uint8_t *bytes = captured + skip; /* the IP header */
    size_t n = header->caplen - skip;
    if (header->caplen < skip + 40 || n > MAX_FRAME - ETHERNET) {
        return;
    }
    bool v6 = bytes[0] >> 4 == 6;
    size_t tcp = v6 ? 40 : (size_t)(bytes[0] & 15u) * 4;
    if (bytes[v6 ? 6 : 9] != 6 || tcp + 20 > n) {
        return;
    }
    size_t payload = tcp + (size_t)(bytes[tcp + 12] >> 4) * 4;
    size_t total = v6 ? 40 + (size_t)(get32(bytes + 4) >> 16) : (size_t)(get32(bytes) & 0xffffu);
    total = total > n || payload > total ? n : total;
    size_t mss = MTU - payload; /* headers are 120 octets at most, or 100 in IPv6 */
    memset(frame, 2, 12);
    put16(frame + 12, v6 ? 0x86dd : 0x0800);
    uint8_t *ip = frame + ETHERNET;
    for (size_t at = payload;; at += mss) {
        size_t piece = total - at < mss ? total - at : mss;
        memcpy(ip, bytes, payload);
        memcpy(ip + payload, bytes + at, piece);
        put16(ip + (v6 ? 4 : 2), (uint32_t)(payload + piece - (v6 ? 40 : 0)));
        put32(ip + tcp + 4, get32(bytes + tcp + 4) + (uint32_t)(at - payload));
        if (total - at > mss) {
            ip[tcp + 13] &= (uint8_t)~1u; /* FIN only on the last piece */
        }
        add(tape, header->ts, frame, (uint32_t)(ETHERNET + payload + piece));
        if (total - at <= mss) {
            return;
        }
    }
}

static void shift_addresses(uint8_t *ip, uint32_t turn)
{
    bool v6 = ip[0] >> 4 == 6;
    uint8_t *src = ip + (v6 ? 8 + 4 : 12);
    uint8_t *dst = ip + (v6 ? 24 + 4 : 16);
    put32(src, get32(src) ^ turn << 8);
    put32(dst, get32(dst) ^ turn << 8);
}

static int64_t us_of(struct timeval tv)
{
    return (int64_t)tv.tv_sec * 1000000 + tv.tv_usec;
}

static void repeat(const struct tape *tape, pcap_dumper_t *out, uint64_t packets)
{
    int64_t span = us_of(tape->frames[tape->n - 1].ts) - us_of(tape->frames[0].ts) + 1000;
    uint64_t written = 0;
    for (uint32_t turn = 0; written < packets; turn++) {
        for (size_t i = 0; i < tape->n; i++) {
            struct frame *frame = &tape->frames[i];
            int64_t us = us_of(frame->ts) + span * turn;
            struct pcap_pkthdr header = {
                .ts = {.tv_sec = us / 1000000, .tv_usec = us % 1000000},
                .caplen = frame->len,
                .len = frame->len,
            };
            shift_addresses(frame->bytes + ETHERNET, turn);
            pcap_dump((u_char *)out, &header, frame->bytes);
            shift_addresses(frame->bytes + ETHERNET, turn);
            written++;
        }
    }
    (void)fprintf(stderr, "%" PRIu64 " packets\n", written);
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];
    struct tape tape = {NULL, 0, 0};
    struct pcap_pkthdr *header;
    const u_char *bytes;
    if (argc != 4 && argc != 5) {
        (void)fprintf(stderr, "usage: mkcap IN OUT PACKETS [FILTER]\n");
        return 2;
    }
    pcap_t *in = pcap_open_offline(argv[1], error);
    if (in == NULL) {
        (void)fprintf(stderr, "mkcap: %s\n", error);
        return 1;
    }
    size_t skip = ip_offset(pcap_datalink(in));
    struct bpf_program filter;
    if (argc == 5 && (pcap_compile(in, &filter, argv[4], 1, PCAP_NETMASK_UNKNOWN) != 0 ||
                      pcap_setfilter(in, &filter) != 0)) {
        (void)fprintf(stderr, "mkcap: %s\n", pcap_geterr(in));
        return 1;
    }
    while (pcap_next_ex(in, &header, &bytes) == 1) {
        add_cut(&tape, skip, header, bytes);
    }
    pcap_close(in);
    pcap_t *dead = pcap_open_dead(DLT_EN10MB, 262144);
    pcap_dumper_t *out = dead != NULL ? pcap_dump_open(dead, argv[2]) : NULL;
    bool ready = tape.n > 0 && out != NULL;
    if (ready) {
        repeat(&tape, out, strtoull(argv[3], NULL, 10));
        pcap_dump_close(out);
        pcap_close(dead);
    } else {
        (void)fprintf(stderr, "mkcap: nothing to write to %s\n", argv[2]);
    }
    for (size_t i = 0; i < tape.n; i++) {
        free(tape.frames[i].bytes);
    }
    free(tape.frames);
    return ready ? 0 : 1;
}
