/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop that takes frames from a source: to the analysis, and to the file that saves them. It
 * runs in the main thread, or in one of its own; what it has counted can be asked for meanwhile.
 */
#ifndef CACHETAP_APP_READER_H
#define CACHETAP_APP_READER_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/control.h"
#include "app/pace.h"
#include "cachetap/source.h"
#include "sinks/recorder.h"
#include "sinks/save.h"

/* All are called in the reader's thread. */
struct ct_reader_hooks {
    void (*frame)(void *user, const struct ct_frame *frame);
    /* No frame came: packet time goes on. */
    void (*tick)(void *user, int64_t now_ns);
    /* Often: after each batch, and while a packet is waited for. False: the run is to end. */
    bool (*batch)(void *user);
    /* With control: another value, and a step is done. */
    uint64_t (*found)(void *user);
    void *user;
};

/* What it has taken; a moment's value while it runs. */
struct ct_reader_counts {
    uint64_t packets;
    uint64_t done_bytes; /* of captures */
    uint64_t total_bytes;
    struct ct_capture_counters capture;
};

struct ct_reader {
    struct ct_source *source;
    struct ct_save *save;         /* NULL: nothing is saved */
    struct ct_recorder *recorder; /* NULL: packets are not kept */
    struct ct_pace pace;          /* speed 0: as fast as possible */
    struct ct_control *control;   /* a replay that somebody watches; NULL: nobody */
    uint64_t count;               /* -c; 0: no end */
    bool is_live;
    /* Frames before this time are passed over: all rings were not yet joined. */
    int64_t begin_ns;
    int64_t begin_clock_ns; /* the clock then: soon after it no such frame is left */
    struct ct_reader_hooks hooks;
    /* the loop's own */
    uint64_t packets;
    int64_t frame_ns;       /* latest packet; INT64_MIN: none yet */
    int64_t passed_ns;      /* the same at the end of the last batch */
    int64_t frame_clock_ns; /* the clock when it came */
    int64_t counted_ns;
    unsigned control_version; /* of what was seen of control */
    struct ct_control_state wanted;
    uint64_t steps_done;   /* of wanted.steps */
    uint64_t step_found;   /* when the step that is being done began */
    uint64_t step_packets; /* let through for it */
    atomic_bool dump_wanted;
    pthread_mutex_t lock;
    struct ct_reader_counts counts; /* under lock */
};

/* False: no lock could be made. */
bool ct_app_reader_init(struct ct_reader *reader);
void ct_app_reader_fini(struct ct_reader *reader);

/* Until the source ends, the count is reached, or batch says so. */
void ct_app_reader_run(struct ct_reader *reader);

/*
 * For another run over the source, which was rewound. Keeps what control says.
 */
void ct_app_reader_restart(struct ct_reader *reader);

/* Any thread: what is kept of packets goes to its file, soon. */
void ct_app_reader_dump(struct ct_reader *reader);

/* Any thread. */
void ct_app_reader_counts(struct ct_reader *reader, struct ct_reader_counts *counts);
/* In the reader's thread, or when it has ended: counts are current after this. */
void ct_app_reader_count_now(struct ct_reader *reader);

#endif
