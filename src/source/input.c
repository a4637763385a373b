/* SPDX-License-Identifier: Apache-2.0 */
#include "source/input.h"

#include <inttypes.h>
#include <stdlib.h>

#include <pcap/pcap.h>

#include "base/span.h"
#include "source/bytes.h"
#include "source/pcapng.h"
#include "source/time.h"

struct ct_source_input {
    struct ct_source_shared *shared;
    const char *path;
    struct ct_source_bytes *bytes;
    struct ct_source_pcapng *pcapng; /* this, or pcap */
    pcap_t *pcap;
    char *buffer; /* of the stdio stream that pcap reads */
    uint32_t dlt;
    uint32_t iface;
    uint64_t frames;      /* read, whether the filter lets them pass or not */
    uint64_t passed_over; /* of these: by the filter */
};

/* Frames that the filter does not let pass, between two questions whether to go on. */
#define ASK_FRAMES 4096

/* The header of a pcap file, and less than the first block of a pcapng file (28). */
#define HEADER_BYTES 24

enum file_kind {
    KIND_PCAP,
    KIND_PCAPNG,
    KIND_EMPTY,
    KIND_TEXT,
    KIND_SNOOP,
    KIND_PACKED,
    KIND_OTHER,
};

static const char *shown_path(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static void tell(struct ct_source_shared *shared, const char *path, const char *text)
{
    char line[CT_SOURCE_MESSAGE_MAX];
    shared->had_problems = true;
    if (shared->options->problem != NULL) {
        (void)snprintf(line, sizeof line, "%s: %s", shown_path(path), text);
        shared->options->problem(shared->options->user, line);
    }
}

void ct_source_input_tell(const struct ct_source_input *input, const char *text)
{
    tell(input->shared, input->path, text);
}

static bool looks_like_text(struct ct_span head)
{
    for (size_t i = 0; i < head.n; i++) {
        uint8_t c = head.p[i];
        if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
            return false;
        }
    }
    return true;
}

/*
 * The classic magic numbers as libpcap takes them, in either byte order: microseconds,
 * nanoseconds, and the one with longer packet headers.
 */
static bool is_pcap_magic(uint32_t magic)
{
    return magic == 0xa1b2c3d4u || magic == 0xa1b23c4du || magic == 0xa1b2cd34u;
}

static enum file_kind kind_of(struct ct_span head)
{
    static const uint8_t pcapng_magic[] = {0x0a, 0x0d, 0x0d, 0x0a};
    if (head.n == 0) {
        return KIND_EMPTY;
    }
    if (head.n >= 4 && memcmp(head.p, pcapng_magic, sizeof pcapng_magic) == 0) {
        return KIND_PCAPNG;
    }
    if (head.n >= 4 &&
        (is_pcap_magic(ct_read_be32(head.p)) || is_pcap_magic(ct_read_le32(head.p)))) {
        return KIND_PCAP;
    }
    if (ct_span_starts_with(head, "snoop")) {
        return KIND_SNOOP;
    }
    if (ct_source_packing_of(head) != CT_SOURCE_PACKING_NONE) {
        return KIND_PACKED;
    }
    return looks_like_text(head) ? KIND_TEXT : KIND_OTHER;
}

static void tell_kind(const struct ct_source_input *input, enum file_kind kind, struct ct_span head)
{
    char text[160];
    switch (kind) {
    case KIND_EMPTY:
        ct_source_input_tell(input, "cannot be read: it is empty, capture again or give "
                                    "another file");
        return;
    case KIND_TEXT:
        ct_source_input_tell(input, "cannot be read: it is text, give a capture (pcap or "
                                    "pcapng) as tcpdump -w writes it");
        return;
    case KIND_SNOOP:
        ct_source_input_tell(input, "cannot be read: it is a snoop file, convert it first "
                                    "(editcap -F pcapng FILE NEW)");
        return;
    case KIND_PACKED:
        ct_source_input_tell(input, "cannot be read: it is compressed more than once, unpack "
                                    "it once before");
        return;
    case KIND_PCAP:
    case KIND_PCAPNG:
    case KIND_OTHER:
        break;
    }
    (void)snprintf(text, sizeof text,
                   "cannot be read: it is neither pcap nor pcapng (begins with %02x %02x %02x "
                   "%02x), give a capture or convert it (editcap -F pcapng FILE NEW)",
                   head.p[0], head.n > 1 ? head.p[1] : 0, head.n > 2 ? head.p[2] : 0,
                   head.n > 3 ? head.p[3] : 0);
    ct_source_input_tell(input, text);
}

/* What is shorter than any file header: true when that explains everything. */
static bool tell_short(const struct ct_source_input *input, enum file_kind kind, size_t n)
{
    char text[256];
    const char *fault = ct_source_bytes_fault(input->bytes);
    if (fault != NULL) {
        (void)snprintf(text, sizeof text, "cannot be read: %s, %s", fault,
                       ct_source_bytes_remedy(input->bytes));
    } else if (kind == KIND_PCAP || kind == KIND_PCAPNG) {
        (void)snprintf(text, sizeof text,
                       "cannot be read: it was cut inside its file header (%zu octets are "
                       "left), get the file again",
                       n);
    } else {
        return false;
    }
    ct_source_input_tell(input, text);
    return true;
}

static bool open_pcap(struct ct_source_input *input)
{
    char error[PCAP_ERRBUF_SIZE] = "out of memory";
    char text[PCAP_ERRBUF_SIZE + 128];
    size_t size = input->shared->buffer_bytes;
    FILE *file = NULL;

    input->buffer = malloc(size);
    if (input->buffer != NULL) {
        file = ct_source_bytes_file(input->bytes, input->buffer, size);
    }
    if (file != NULL) {
        input->pcap =
            pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, error);
    }
    if (input->pcap == NULL) {
        if (file != NULL) {
            (void)fclose(file); /* only read from */
        }
        if (ct_source_bytes_stopped(input->bytes)) {
            return false;
        }
        const char *fault = ct_source_bytes_fault(input->bytes);
        (void)snprintf(text, sizeof text, "cannot be read: bad file header (%s), capture again",
                       fault != NULL ? fault : error);
        ct_source_input_tell(input, text);
        return false;
    }
    input->dlt = (uint32_t)pcap_datalink(input->pcap);
    input->iface = input->shared->next_iface++;
    return true;
}

static size_t read_for_pcapng(void *user, uint8_t *out, size_t n)
{
    return ct_source_bytes_read(user, out, n);
}

static bool open_pcapng(struct ct_source_input *input)
{
    input->pcapng = ct_source_pcapng_new(read_for_pcapng, input->bytes, input->shared->buffer_bytes,
                                         &input->shared->next_iface);
    if (input->pcapng == NULL) {
        ct_source_input_tell(input, "cannot be read: out of memory");
    }
    return input->pcapng != NULL;
}

static bool open_format(struct ct_source_input *input)
{
    struct ct_span head = ct_source_bytes_head(input->bytes);
    enum file_kind kind = kind_of(head);
    if (ct_source_bytes_stopped(input->bytes)) {
        return false;
    }
    if (head.n < HEADER_BYTES && tell_short(input, kind, head.n)) {
        return false;
    }
    if (kind == KIND_PCAP) {
        return open_pcap(input);
    }
    if (kind == KIND_PCAPNG) {
        return open_pcapng(input);
    }
    tell_kind(input, kind, head);
    return false;
}

struct ct_source_input *ct_source_input_open(const char *path, int fd,
                                             struct ct_source_shared *shared)
{
    char message[CT_SOURCE_MESSAGE_MAX] = "cannot be read: out of memory";
    struct ct_source_input *input = calloc(1, sizeof *input);
    if (input != NULL) {
        input->shared = shared;
        input->path = path;
        input->bytes = fd >= 0
                           ? ct_source_bytes_open_fd(fd, shared->options, message, sizeof message)
                           : ct_source_bytes_open(path, shared->options, message, sizeof message);
    }
    if (input == NULL || input->bytes == NULL) {
        if (message[0] != '\0') {
            tell(shared, path, message);
        }
        free(input);
        return NULL;
    }
    if (!open_format(input)) {
        ct_source_input_close(input);
        return NULL;
    }
    return input;
}

int ct_source_input_dup(const struct ct_source_input *input)
{
    return ct_source_bytes_dup(input->bytes);
}

void ct_source_input_close(struct ct_source_input *input)
{
    if (input == NULL) {
        return;
    }
    if (input->pcap != NULL) {
        pcap_close(input->pcap); /* and the stdio stream */
    }
    ct_source_pcapng_free(input->pcapng);
    ct_source_bytes_close(input->bytes);
    free(input->buffer);
    free(input);
}

/* The end of an input: tells why unless it is the proper one. reason may be NULL. */
static void end_input(struct ct_source_input *input, bool proper, bool cut, const char *reason)
{
    char text[CT_SOURCE_MESSAGE_MAX];
    const char *fault = ct_source_bytes_fault(input->bytes);
    if (ct_source_bytes_stopped(input->bytes) || (proper && fault == NULL)) {
        return;
    }
    if (fault != NULL) {
        (void)snprintf(text, sizeof text,
                       "ends early, after %" PRIu64 " packets: %s, everything before it is used",
                       input->frames, fault);
    } else if (cut) {
        (void)snprintf(text, sizeof text,
                       "ends in the middle of a packet, after %" PRIu64
                       " packets: the file was cut%s%s%s, everything before it is used",
                       input->frames, reason != NULL ? " (" : "", reason != NULL ? reason : "",
                       reason != NULL ? ")" : "");
    } else {
        (void)snprintf(text, sizeof text,
                       "is damaged, after %" PRIu64 " packets: %s, everything before it is used",
                       input->frames, reason != NULL ? reason : "unknown");
    }
    ct_source_input_tell(input, text);
}

/* libpcap has one value for all errors; the words for a cut file begin so. */
static void end_pcap(struct ct_source_input *input, int result)
{
    static const char cut_words[] = "truncated dump file; ";
    const char *words = pcap_geterr(input->pcap);
    bool cut = strncmp(words, cut_words, sizeof cut_words - 1) == 0;
    end_input(input, result == PCAP_ERROR_BREAK, cut, cut ? words + sizeof cut_words - 1 : words);
}

static bool next_pcap(struct ct_source_input *input, struct ct_frame *frame)
{
    struct pcap_pkthdr *header = NULL;
    const u_char *bytes = NULL;
    int result = pcap_next_ex(input->pcap, &header, &bytes);
    if (result != 1) {
        end_pcap(input, result);
        return false;
    }
    /* Unsigned in the file; libpcap 1.10 gives the second half of the range as negative. */
    frame->ts_ns = ct_source_time_ns((uint32_t)header->ts.tv_sec, header->ts.tv_usec);
    frame->bytes = bytes;
    frame->cap_len = header->caplen;
    frame->wire_len = header->len;
    frame->linktype = input->dlt;
    frame->iface = input->iface;
    return true;
}

static bool next_pcapng(struct ct_source_input *input, struct ct_frame *frame)
{
    switch (ct_source_pcapng_next(input->pcapng, frame)) {
    case CT_SOURCE_PCAPNG_PACKET:
        return true;
    case CT_SOURCE_PCAPNG_END:
        end_input(input, true, false, NULL);
        break;
    case CT_SOURCE_PCAPNG_CUT:
        end_input(input, false, true, NULL);
        break;
    case CT_SOURCE_PCAPNG_BAD:
        end_input(input, false, false, ct_source_pcapng_reason(input->pcapng));
        break;
    }
    return false;
}

static bool is_interrupted(const struct ct_source_input *input)
{
    const struct ct_source_options *options = input->shared->options;
    return options->interrupted != NULL && options->interrupted(options->user);
}

enum ct_source_step ct_source_input_next(struct ct_source_input *input, struct ct_frame *frame)
{
    for (;;) {
        bool has_frame = input->pcap != NULL ? next_pcap(input, frame) : next_pcapng(input, frame);
        if (!has_frame) {
            return CT_SOURCE_STEP_END;
        }
        input->frames++;
        if (input->shared->filter == NULL) {
            return CT_SOURCE_STEP_FRAME;
        }
        switch (ct_source_filter_match(input->shared->filter, frame)) {
        case CT_SOURCE_MATCH_YES:
            return CT_SOURCE_STEP_FRAME;
        case CT_SOURCE_MATCH_NO:
            if (++input->passed_over % ASK_FRAMES == 0 && is_interrupted(input)) {
                return CT_SOURCE_STEP_END;
            }
            break;
        case CT_SOURCE_MATCH_BAD:
            return CT_SOURCE_STEP_BAD_FILTER;
        }
    }
}

bool ct_source_input_linktype(const struct ct_source_input *input, uint32_t *linktype)
{
    *linktype = input->dlt;
    return input->pcap != NULL;
}

uint64_t ct_source_input_drops(const struct ct_source_input *input)
{
    return input->pcapng != NULL ? ct_source_pcapng_drops(input->pcapng) : 0;
}

void ct_source_input_progress(const struct ct_source_input *input, uint64_t *done_bytes,
                              uint64_t *total_bytes)
{
    ct_source_bytes_progress(input->bytes, done_bytes, total_bytes);
}
