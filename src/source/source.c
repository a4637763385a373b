/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several inputs as one, by time. A heap holds the next frame of each input; an input is
 * moved on only when its frame was given out and another one is asked for, so that frames
 * can be borrowed from it. Equal times keep the order of the command line.
 */
#include "cachetap/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/input.h"

/* Each input's read buffer; smaller where there are many inputs. */
#define BUFFER_BYTES      (256u * 1024u)
#define MANY_INPUTS       16
#define MANY_BUFFER_BYTES (32u * 1024u)

struct head {
    struct ct_frame frame;
    size_t order; /* place on the command line, and in inputs */
};

struct ct_source {
    struct ct_source_options options;
    struct ct_source_shared shared;
    size_t n_inputs;
    struct ct_source_input **inputs; /* NULL where it could not be opened, or has ended */
    uint64_t ended_bytes;            /* of inputs that have ended */
    uint64_t total_bytes;
    bool total_known;
    bool primed; /* heap[0] was not given out yet */
    size_t n_heap;
    struct head *heap;
};

static bool head_before(const struct head *a, const struct head *b)
{
    return a->frame.ts_ns != b->frame.ts_ns ? a->frame.ts_ns < b->frame.ts_ns : a->order < b->order;
}

static void sift_down(struct ct_source *source, size_t i)
{
    struct head *heap = source->heap;
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < source->n_heap; child++) {
            if (head_before(&heap[child], &heap[least])) {
                least = child;
            }
        }
        if (least == i) {
            return;
        }
        struct head moved = heap[i];
        heap[i] = heap[least];
        heap[least] = moved;
        i = least;
    }
}

static void tell_filter(struct ct_source *source, const struct ct_source_input *input,
                        const struct ct_frame *frame)
{
    char text[CT_SOURCE_MESSAGE_MAX];
    const char *name = ct_source_linktype_name(frame->linktype);
    (void)snprintf(text, sizeof text,
                   "frames of link type %u (%s) are left out: the capture filter does not fit "
                   "them (%s), read them in a run of their own",
                   frame->linktype, name != NULL ? name : "unknown",
                   ct_source_filter_error(source->shared.filter));
    ct_source_input_tell(input, text);
}

/* Moves the input of *head on; a filter that fits no link type so far is returned as bad. */
static enum ct_source_step advance(struct ct_source *source, struct head *head)
{
    struct ct_source_input *input = source->inputs[head->order];
    enum ct_source_step step = ct_source_input_next(input, &head->frame);
    while (step == CT_SOURCE_STEP_BAD_FILTER && ct_source_filter_is_sound(source->shared.filter)) {
        tell_filter(source, input, &head->frame);
        step = ct_source_input_next(input, &head->frame);
    }
    if (step != CT_SOURCE_STEP_END) {
        return step;
    }
    uint64_t done = 0;
    uint64_t total = 0;
    ct_source_input_progress(input, &done, &total);
    source->ended_bytes += done;
    ct_source_input_close(input);
    source->inputs[head->order] = NULL;
    return step;
}

enum ct_source_status ct_source_next(struct ct_source *source, struct ct_frame *frame)
{
    if (!source->primed && source->n_heap > 0) {
        if (advance(source, &source->heap[0]) != CT_SOURCE_STEP_FRAME) {
            source->heap[0] = source->heap[--source->n_heap];
        }
        sift_down(source, 0);
    }
    source->primed = false;
    if (source->n_heap == 0) {
        return CT_SOURCE_END;
    }
    *frame = source->heap[0].frame;
    return CT_SOURCE_OK;
}

static void tell_line(struct ct_source *source, const char *line)
{
    source->shared.had_problems = true;
    if (source->options.problem != NULL) {
        source->options.problem(source->options.user, line);
    }
}

static enum ct_source_status refuse_filter(struct ct_source *source)
{
    char line[CT_SOURCE_MESSAGE_MAX];
    (void)snprintf(line, sizeof line,
                   "capture filter: does not compile: %s, pcap-filter(7) has the syntax",
                   ct_source_filter_error(source->shared.filter));
    tell_line(source, line);
    return CT_SOURCE_BAD_FILTER;
}

/* Puts the first frame of input i on the heap's end. */
static enum ct_source_status prime_input(struct ct_source *source, size_t i)
{
    struct head *head = &source->heap[source->n_heap];
    head->order = i;
    switch (advance(source, head)) {
    case CT_SOURCE_STEP_FRAME:
        source->n_heap++;
        break;
    case CT_SOURCE_STEP_BAD_FILTER:
        return refuse_filter(source);
    case CT_SOURCE_STEP_END:
        break;
    }
    return CT_SOURCE_OK;
}

static enum ct_source_status open_inputs(struct ct_source *source)
{
    bool opened = false;
    source->total_known = true;
    for (size_t i = 0; i < source->n_inputs; i++) {
        const char *path = source->options.paths[i];
        bool stopped = source->options.interrupted != NULL &&
                       source->options.interrupted(source->options.user);
        if (stopped) {
            opened = true;
            break;
        }
        source->inputs[i] = ct_source_input_open(path, &source->shared);
        if (source->inputs[i] == NULL) {
            continue;
        }
        opened = true;
        uint64_t done = 0;
        uint64_t total = 0;
        ct_source_input_progress(source->inputs[i], &done, &total);
        source->total_bytes += total;
        source->total_known = source->total_known && total > 0;
        enum ct_source_status status = prime_input(source, i);
        if (status != CT_SOURCE_OK) {
            return status;
        }
    }
    /* All were refused because the user stopped the run: that is no failure. */
    return opened || !source->shared.had_problems ? CT_SOURCE_OK : CT_SOURCE_FAILED;
}

static bool allocate(struct ct_source *source)
{
    size_t room = source->n_inputs > 0 ? source->n_inputs : 1;
    source->inputs = calloc(room, sizeof(struct ct_source_input *));
    source->heap = calloc(room, sizeof *source->heap);
    if (source->inputs == NULL || source->heap == NULL) {
        return false;
    }
    if (source->options.filter != NULL) {
        source->shared.filter = ct_source_filter_new(source->options.filter);
        return source->shared.filter != NULL;
    }
    return true;
}

enum ct_source_status ct_source_open(const struct ct_source_options *options,
                                     struct ct_source **opened)
{
    struct ct_source *source = calloc(1, sizeof *source);
    if (source == NULL) {
        return CT_SOURCE_FAILED;
    }
    source->options = *options;
    source->n_inputs = options->n_paths;
    source->shared.options = &source->options;
    source->shared.buffer_bytes = options->n_paths > MANY_INPUTS ? MANY_BUFFER_BYTES : BUFFER_BYTES;
    enum ct_source_status status = CT_SOURCE_FAILED;
    if (allocate(source)) {
        status = open_inputs(source);
    } else {
        tell_line(source, "input: cannot be opened: out of memory");
    }
    if (status != CT_SOURCE_BAD_FILTER && source->shared.filter != NULL &&
        !ct_source_filter_check(source->shared.filter)) {
        status = refuse_filter(source);
    }
    if (status != CT_SOURCE_OK) {
        ct_source_close(source);
        return status;
    }
    for (size_t i = source->n_heap / 2; i-- > 0;) {
        sift_down(source, i);
    }
    source->primed = true;
    *opened = source;
    return CT_SOURCE_OK;
}

void ct_source_close(struct ct_source *source)
{
    if (source == NULL) {
        return;
    }
    for (size_t i = 0; source->inputs != NULL && i < source->n_inputs; i++) {
        ct_source_input_close(source->inputs[i]);
    }
    ct_source_filter_free(source->shared.filter);
    free(source->inputs);
    free(source->heap);
    free(source);
}

bool ct_source_had_problems(const struct ct_source *source)
{
    return source->shared.had_problems;
}

void ct_source_progress(const struct ct_source *source, uint64_t *done_bytes, uint64_t *total_bytes)
{
    uint64_t done = source->ended_bytes;
    for (size_t i = 0; i < source->n_heap; i++) {
        uint64_t input_done = 0;
        uint64_t input_total = 0;
        ct_source_input_progress(source->inputs[source->heap[i].order], &input_done, &input_total);
        done += input_done;
    }
    *done_bytes = done;
    *total_bytes = source->total_known ? source->total_bytes : 0;
}
