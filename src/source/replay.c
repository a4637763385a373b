/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several inputs as one, by time. A heap holds the next frame of each input; an input is
 * moved on only when its frame was given out and another one is asked for, so that frames
 * can be borrowed from it. Equal times keep the order of the command line.
 */
#include "source/kind.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/input.h"

/* Each input's read buffer; smaller where there are many inputs. */
#define BUFFER_BYTES      (256u * 1024u)
#define MANY_INPUTS       16
#define MANY_BUFFER_BYTES (32u * 1024u)

struct head {
    struct ct_frame frame;
    size_t order; /* place on the command line, and in inputs */
};

struct ct_replay {
    struct ct_source base;
    struct ct_source_options options;
    struct ct_source_shared shared;
    size_t n_inputs;
    struct ct_source_input **inputs; /* NULL where it could not be opened, or has ended */
    int *files;                      /* descriptors for rewinding, -1: none; NULL: not wanted */
    bool has_pipe;                   /* that cannot be read again */
    bool rewound;
    uint64_t ended_bytes; /* of inputs that have ended */
    uint64_t ended_drops; /* likewise */
    uint64_t total_bytes;
    bool total_known;
    bool primed; /* heap[0] was not given out yet */
    size_t n_heap;
    struct head *heap;
    uint32_t linktype;  /* of the first input */
    size_t n_linktypes; /* different ones, as far as the file headers tell; 2: several */
};

static struct ct_replay *replay_of(struct ct_source *source)
{
    return (struct ct_replay *)source; /* base is its first member */
}

static bool head_before(const struct head *a, const struct head *b)
{
    return a->frame.ts_ns != b->frame.ts_ns ? a->frame.ts_ns < b->frame.ts_ns : a->order < b->order;
}

static void sift_down(struct ct_replay *replay, size_t i)
{
    struct head *heap = replay->heap;
    for (;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < replay->n_heap; child++) {
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

static void tell_filter(struct ct_replay *replay, const struct ct_source_input *input,
                        const struct ct_frame *frame)
{
    char text[CT_SOURCE_MESSAGE_MAX];
    const char *name = ct_source_linktype_name(frame->linktype);
    (void)snprintf(text, sizeof text,
                   "frames of link type %u (%s) are left out: the capture filter does not fit "
                   "them (%s), read them in a run of their own",
                   frame->linktype, name != NULL ? name : "unknown",
                   ct_source_filter_error(replay->shared.filter));
    ct_source_input_tell(input, text);
}

/* Moves the input of *head on; a filter that fits no link type so far is returned as bad. */
static enum ct_source_step advance(struct ct_replay *replay, struct head *head)
{
    struct ct_source_input *input = replay->inputs[head->order];
    enum ct_source_step step = ct_source_input_next(input, &head->frame);
    while (step == CT_SOURCE_STEP_BAD_FILTER && ct_source_filter_is_sound(replay->shared.filter)) {
        tell_filter(replay, input, &head->frame);
        step = ct_source_input_next(input, &head->frame);
    }
    if (step != CT_SOURCE_STEP_END) {
        return step;
    }
    uint64_t done = 0;
    uint64_t total = 0;
    ct_source_input_progress(input, &done, &total);
    replay->ended_bytes += done;
    replay->ended_drops += ct_source_input_drops(input);
    ct_source_input_close(input);
    replay->inputs[head->order] = NULL;
    return step;
}

static enum ct_source_status next(struct ct_source *source, struct ct_frame *frame)
{
    struct ct_replay *replay = replay_of(source);
    if (!replay->primed && replay->n_heap > 0) {
        if (advance(replay, &replay->heap[0]) != CT_SOURCE_STEP_FRAME) {
            replay->heap[0] = replay->heap[--replay->n_heap];
        }
        sift_down(replay, 0);
    }
    replay->primed = false;
    if (replay->n_heap == 0) {
        return CT_SOURCE_END;
    }
    *frame = replay->heap[0].frame;
    return CT_SOURCE_OK;
}

static enum ct_source_status dispatch(struct ct_source *source, size_t max,
                                      ct_source_handler handler, void *user)
{
    struct ct_frame frame;
    enum ct_source_status status = CT_SOURCE_OK;
    for (size_t i = 0; i < max && status == CT_SOURCE_OK; i++) {
        status = next(source, &frame);
        if (status == CT_SOURCE_OK) {
            handler(user, &frame);
        }
    }
    return status;
}

static void tell_line(struct ct_replay *replay, const char *line)
{
    replay->shared.had_problems = true;
    if (replay->options.problem != NULL) {
        replay->options.problem(replay->options.user, line);
    }
}

static enum ct_source_status refuse_filter(struct ct_replay *replay)
{
    char line[CT_SOURCE_MESSAGE_MAX];
    (void)snprintf(line, sizeof line,
                   "capture filter: does not compile: %s, pcap-filter(7) has the syntax",
                   ct_source_filter_error(replay->shared.filter));
    tell_line(replay, line);
    return CT_SOURCE_BAD_FILTER;
}

/* Puts the first frame of input i on the heap's end. */
static enum ct_source_status prime_input(struct ct_replay *replay, size_t i)
{
    struct head *head = &replay->heap[replay->n_heap];
    head->order = i;
    switch (advance(replay, head)) {
    case CT_SOURCE_STEP_FRAME:
        replay->n_heap++;
        break;
    case CT_SOURCE_STEP_BAD_FILTER:
        return refuse_filter(replay);
    case CT_SOURCE_STEP_END:
        break;
    }
    return CT_SOURCE_OK;
}

static void note_linktype(struct ct_replay *replay, const struct ct_source_input *input)
{
    uint32_t linktype = 0;
    bool known = ct_source_input_linktype(input, &linktype);
    if (!known || (replay->n_linktypes > 0 && linktype != replay->linktype)) {
        replay->n_linktypes = 2;
    } else if (replay->n_linktypes == 0) {
        replay->linktype = linktype;
        replay->n_linktypes = 1;
    }
}

/* The first time by its name, then by the descriptor that was kept. */
static bool open_input(struct ct_replay *replay, size_t i)
{
    const char *path = replay->options.paths[i];
    if (replay->files == NULL) {
        replay->inputs[i] = ct_source_input_open(path, -1, &replay->shared);
    } else if (!replay->rewound) {
        replay->inputs[i] = ct_source_input_open(path, -1, &replay->shared);
        replay->files[i] = replay->inputs[i] != NULL ? ct_source_input_dup(replay->inputs[i]) : -1;
        replay->has_pipe |= replay->inputs[i] != NULL && replay->files[i] < 0;
    } else if (replay->files[i] >= 0) {
        int fd = lseek(replay->files[i], 0, SEEK_SET) == 0
                     ? fcntl(replay->files[i], F_DUPFD_CLOEXEC, 3)
                     : -1;
        replay->inputs[i] = fd >= 0 ? ct_source_input_open(path, fd, &replay->shared) : NULL;
    }
    return replay->inputs[i] != NULL;
}

static enum ct_source_status open_inputs(struct ct_replay *replay)
{
    bool opened = false;
    replay->total_known = true;
    for (size_t i = 0; i < replay->n_inputs; i++) {
        bool stopped = replay->options.interrupted != NULL &&
                       replay->options.interrupted(replay->options.user);
        if (stopped) {
            opened = true;
            break;
        }
        if (!open_input(replay, i)) {
            continue;
        }
        opened = true;
        uint64_t done = 0;
        uint64_t total = 0;
        ct_source_input_progress(replay->inputs[i], &done, &total);
        replay->total_bytes += total;
        replay->total_known = replay->total_known && total > 0;
        note_linktype(replay, replay->inputs[i]);
        enum ct_source_status status = prime_input(replay, i);
        if (status != CT_SOURCE_OK) {
            return status;
        }
    }
    /* All were refused because the user stopped the run: that is no failure. */
    return opened || !replay->shared.had_problems ? CT_SOURCE_OK : CT_SOURCE_FAILED;
}

static bool allocate(struct ct_replay *replay)
{
    size_t room = replay->n_inputs > 0 ? replay->n_inputs : 1;
    replay->inputs = calloc(room, sizeof(struct ct_source_input *));
    replay->heap = calloc(room, sizeof *replay->heap);
    if (replay->inputs == NULL || replay->heap == NULL) {
        return false;
    }
    if (replay->options.rewinds) {
        replay->files = malloc(room * sizeof *replay->files);
        for (size_t i = 0; replay->files != NULL && i < room; i++) {
            replay->files[i] = -1;
        }
        if (replay->files == NULL) {
            return false;
        }
    }
    if (replay->options.filter != NULL) {
        replay->shared.filter = ct_source_filter_new(replay->options.filter);
        return replay->shared.filter != NULL;
    }
    return true;
}

static void close_replay(struct ct_source *source)
{
    struct ct_replay *replay = replay_of(source);
    for (size_t i = 0; replay->inputs != NULL && i < replay->n_inputs; i++) {
        ct_source_input_close(replay->inputs[i]);
    }
    for (size_t i = 0; replay->files != NULL && i < replay->n_inputs; i++) {
        if (replay->files[i] >= 0) {
            (void)close(replay->files[i]); /* only read from */
        }
    }
    free(replay->files);
    ct_source_filter_free(replay->shared.filter);
    free(replay->inputs);
    free(replay->heap);
    free(replay);
}

static bool had_problems(const struct ct_source *source)
{
    return ((const struct ct_replay *)source)->shared.had_problems;
}

static void progress(const struct ct_source *source, uint64_t *done_bytes, uint64_t *total_bytes)
{
    const struct ct_replay *replay = (const struct ct_replay *)source;
    uint64_t done = replay->ended_bytes;
    for (size_t i = 0; i < replay->n_heap; i++) {
        uint64_t input_done = 0;
        uint64_t input_total = 0;
        ct_source_input_progress(replay->inputs[replay->heap[i].order], &input_done, &input_total);
        done += input_done;
    }
    *done_bytes = done;
    *total_bytes = replay->total_known ? replay->total_bytes : 0;
}

static void count(struct ct_source *source, struct ct_capture_counters *counters)
{
    const struct ct_replay *replay = replay_of(source);
    counters->recorded_drops = replay->ended_drops;
    for (size_t i = 0; i < replay->n_inputs; i++) {
        const struct ct_source_input *input = replay->inputs[i];
        counters->recorded_drops += input != NULL ? ct_source_input_drops(input) : 0;
    }
}

static bool one_linktype(const struct ct_source *source, uint32_t *linktype)
{
    const struct ct_replay *replay = (const struct ct_replay *)source;
    *linktype = replay->linktype;
    return replay->n_linktypes == 1;
}

static void make_heap(struct ct_replay *replay)
{
    for (size_t i = replay->n_heap / 2; i-- > 0;) {
        sift_down(replay, i);
    }
    replay->primed = true;
}

static bool can_rewind(const struct ct_source *source)
{
    const struct ct_replay *replay = (const struct ct_replay *)source;
    return replay->files != NULL && !replay->has_pipe;
}

static bool rewind_replay(struct ct_source *source)
{
    struct ct_replay *replay = replay_of(source);
    if (!can_rewind(source)) {
        return false;
    }
    for (size_t i = 0; i < replay->n_inputs; i++) {
        ct_source_input_close(replay->inputs[i]);
        replay->inputs[i] = NULL;
    }
    replay->rewound = true;
    replay->shared.next_iface = 0;
    replay->ended_bytes = 0;
    replay->ended_drops = 0;
    replay->total_bytes = 0;
    replay->n_linktypes = 0;
    replay->n_heap = 0;
    bool opened = open_inputs(replay) == CT_SOURCE_OK && replay->n_heap > 0;
    make_heap(replay);
    return opened;
}

static const struct ct_source_kind kind = {
    .rewind = rewind_replay,
    .can_rewind = can_rewind,
    .dispatch = dispatch,
    .next = next,
    .close = close_replay,
    .had_problems = had_problems,
    .progress = progress,
    .count = count,
    .one_linktype = one_linktype,
};

enum ct_source_status ct_source_replay_open(const struct ct_source_options *options,
                                            struct ct_source **opened)
{
    struct ct_replay *replay = calloc(1, sizeof *replay);
    if (replay == NULL) {
        return CT_SOURCE_FAILED;
    }
    replay->base.kind = &kind;
    replay->options = *options;
    replay->n_inputs = options->n_paths;
    replay->shared.options = &replay->options;
    replay->shared.buffer_bytes = options->n_paths > MANY_INPUTS ? MANY_BUFFER_BYTES : BUFFER_BYTES;
    enum ct_source_status status = CT_SOURCE_FAILED;
    if (allocate(replay)) {
        status = open_inputs(replay);
    } else {
        tell_line(replay, "input: cannot be opened: out of memory");
    }
    if (status != CT_SOURCE_BAD_FILTER && replay->shared.filter != NULL &&
        !ct_source_filter_check(replay->shared.filter)) {
        status = refuse_filter(replay);
    }
    if (status != CT_SOURCE_OK) {
        close_replay(&replay->base);
        return status;
    }
    make_heap(replay);
    *opened = &replay->base;
    return CT_SOURCE_OK;
}
