/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkseeds CAPTURE NAME: seeds for fuzz_packet and fuzz_capture from a recorded sample, one
 * small connection each, written to tests/fuzz/corpus/{packet,capture}/NAME-PORT; and seeds for
 * fuzz_packet with every wrapping of a packet, as wrappings-N.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/tape.h"
#include "support/wrappings.h"

#define SEEDS_MAX  6
#define SEED_BYTES 6000u
#define WRAPPINGS  8u /* in one seed */

struct seed {
    uint8_t packet[SEED_BYTES * 2];  /* as fuzz_packet reads it */
    uint8_t capture[SEED_BYTES * 2]; /* as fuzz_capture does */
    size_t n_packet;
    size_t n_capture;
    size_t frame_bytes;
};

static void put(uint8_t *bytes, size_t *n, const void *from, size_t length)
{
    memcpy(bytes + *n, from, length);
    *n += length;
}

/* Number of the link type in fuzz_capture's list. */
static uint8_t link_number(uint32_t linktype)
{
    return linktype == 1 ? 0 : (linktype == 276 ? 2 : 1);
}

static bool add(struct seed *seed, const struct ct_frame *frame)
{
    if (seed->frame_bytes + frame->cap_len + 16 > SEED_BYTES) {
        return false;
    }
    uint8_t high = (uint8_t)(frame->cap_len >> 8);
    uint8_t low = (uint8_t)frame->cap_len;
    uint8_t packet[] = {(uint8_t)(frame->linktype >> 8), (uint8_t)frame->linktype, high, low, 0, 0};
    uint8_t capture[] = {high, low, link_number(frame->linktype), 16};
    put(seed->packet, &seed->n_packet, packet, sizeof packet);
    put(seed->packet, &seed->n_packet, frame->bytes, frame->cap_len);
    put(seed->capture, &seed->n_capture, capture, sizeof capture);
    put(seed->capture, &seed->n_capture, frame->bytes, frame->cap_len);
    seed->frame_bytes += frame->cap_len + 16;
    return true;
}

static void save(const char *kind, const char *name, unsigned port, const uint8_t *bytes, size_t n)
{
    char path[256];
    (void)snprintf(path, sizeof path, "tests/fuzz/corpus/%s/%s-%u", kind, name, port);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(bytes, 1, n, file) != n || fclose(file) != 0) {
        (void)fprintf(stderr, "mkseeds: cannot write %s\n", path);
        exit(1);
    }
}

/* The frames of the connection whose client has this port. */
static void write_seed(const struct tape *tape, struct ct_decoder *decoder, const char *name,
                       unsigned port)
{
    struct seed seed = {.n_packet = 0};
    for (size_t i = 0; i < tape->n; i++) {
        struct ct_segment segment;
        if (ct_packet_decode(decoder, &tape->frames[i], &segment) == CT_PACKET_TCP &&
            (segment.src.port == port || segment.dst.port == port) &&
            !add(&seed, &tape->frames[i])) {
            break;
        }
    }
    save("packet", name, port, seed.packet, seed.n_packet);
    save("capture", name, port, seed.capture, seed.n_capture);
}

/* A segment in each of some wrappings, from the first one on. */
static void write_wrappings(size_t first)
{
    static struct tf_frame f; /* too large for a stack */
    struct seed seed = {.n_packet = 0};
    for (size_t i = first; i < first + WRAPPINGS && i < tf_wrappings(); i++) {
        (void)tf_wrap(i, &f);
        tf_ipv4(&f, &(struct tf_ipv4){.protocol = TF_TCP});
        tf_tcp(&f, &(struct tf_tcp){.sport = 40000, .dport = 80, .flags = TF_ACK});
        tf_text(&f, "GET / HTTP/1.1\r\n\r\n");
        struct ct_frame frame = tf_frame(&f, 0);
        (void)add(&seed, &frame);
    }
    save("packet", "wrappings", (unsigned)(first / WRAPPINGS), seed.packet, seed.n_packet);
}

int main(int argc, char **argv)
{
    unsigned ports[SEEDS_MAX];
    size_t n = 0;
    struct tape tape;
    struct ct_limits limits;
    struct ct_key key = {{0}};
    if (argc != 3) {
        (void)fprintf(stderr, "usage: mkseeds CAPTURE NAME\n");
        return 2;
    }
    const char *paths[] = {argv[1]};
    tape_load(&tape, paths, 1);
    ct_base_limits_init(&limits);
    struct ct_decoder *decoder = ct_packet_decoder_new(&limits, &key);
    for (size_t i = 0; decoder != NULL && i < tape.n && n < SEEDS_MAX; i++) {
        struct ct_segment segment;
        if (ct_packet_decode(decoder, &tape.frames[i], &segment) == CT_PACKET_TCP &&
            (segment.flags & (CT_TCP_SYN | CT_TCP_ACK)) == CT_TCP_SYN) {
            ports[n++] = segment.src.port;
        }
    }
    for (size_t i = 0; i < n; i++) {
        write_seed(&tape, decoder, argv[2], ports[i]);
    }
    for (size_t i = 0; i < tf_wrappings(); i += WRAPPINGS) {
        write_wrappings(i);
    }
    ct_packet_decoder_free(decoder);
    tape_free(&tape);
    return 0;
}
