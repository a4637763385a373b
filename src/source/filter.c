/* SPDX-License-Identifier: Apache-2.0 */
#include "source/filter.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <pcap/pcap.h>

/* Link types of one run; more of them take turns and are compiled again. */
#define PROGRAMS_MAX 32

struct program {
    uint32_t dlt;
    bool good;
    struct bpf_program code; /* when good */
};

struct ct_source_filter {
    const char *text;
    size_t n;
    size_t turn;
    char error[PCAP_ERRBUF_SIZE];
    struct program programs[PROGRAMS_MAX];
};

/* Frames of any length: the number only becomes the value of "true". */
#define ANY_LENGTH 262144

struct ct_source_filter *ct_source_filter_new(const char *text)
{
    struct ct_source_filter *filter = calloc(1, sizeof *filter);
    if (filter != NULL) {
        filter->text = text;
    }
    return filter;
}

static void drop_program(struct program *program)
{
    if (program->good) {
        pcap_freecode(&program->code);
        program->good = false;
    }
}

void ct_source_filter_free(struct ct_source_filter *filter)
{
    if (filter == NULL) {
        return;
    }
    for (size_t i = 0; i < filter->n; i++) {
        drop_program(&filter->programs[i]);
    }
    free(filter);
}

static bool compile(struct ct_source_filter *filter, struct program *program, uint32_t dlt)
{
    program->dlt = dlt;
    program->good = false;
    pcap_t *pcap = pcap_open_dead(dlt <= INT_MAX ? (int)dlt : INT_MAX, ANY_LENGTH);
    if (pcap == NULL) {
        (void)snprintf(filter->error, sizeof filter->error, "out of memory");
        return false;
    }
    program->good = pcap_compile(pcap, &program->code, filter->text, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!program->good) {
        (void)snprintf(filter->error, sizeof filter->error, "%s", pcap_geterr(pcap));
    }
    pcap_close(pcap);
    return program->good;
}

static struct program *program_slot(struct ct_source_filter *filter)
{
    if (filter->n < PROGRAMS_MAX) {
        return &filter->programs[filter->n++];
    }
    struct program *program = &filter->programs[filter->turn];
    filter->turn = (filter->turn + 1) % PROGRAMS_MAX;
    drop_program(program);
    return program;
}

enum ct_source_match ct_source_filter_match(struct ct_source_filter *filter,
                                            const struct ct_frame *frame)
{
    struct program *program = NULL;
    for (size_t i = 0; i < filter->n && program == NULL; i++) {
        if (filter->programs[i].dlt == frame->linktype) {
            program = &filter->programs[i];
        }
    }
    if (program == NULL) {
        program = program_slot(filter);
        if (!compile(filter, program, frame->linktype)) {
            return CT_SOURCE_MATCH_BAD;
        }
    }
    struct pcap_pkthdr header = {.caplen = frame->cap_len, .len = frame->wire_len};
    return program->good && pcap_offline_filter(&program->code, &header, frame->bytes) != 0
               ? CT_SOURCE_MATCH_YES
               : CT_SOURCE_MATCH_NO;
}

bool ct_source_filter_is_sound(const struct ct_source_filter *filter)
{
    for (size_t i = 0; i < filter->n; i++) {
        if (filter->programs[i].good) {
            return true;
        }
    }
    return false;
}

bool ct_source_filter_check(struct ct_source_filter *filter)
{
    return filter->n > 0 || compile(filter, program_slot(filter), DLT_EN10MB);
}

const char *ct_source_filter_error(const struct ct_source_filter *filter)
{
    return filter->error;
}
