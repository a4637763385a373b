/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the program says on standard error: messages "cachetap: what: why, and what to do",
 * and the progress line of a long replay, which makes room for them.
 */
#ifndef CACHETAP_PROCESS_VOICE_H
#define CACHETAP_PROCESS_VOICE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* Octets of what is said while the screen belongs to the view; more is counted. */
#define CT_VOICE_HELD_BYTES 16384
#define CT_VOICE_LINE_BYTES 256
/* Of a live capture, whose results do not wait for who reads messages. */
#define CT_VOICE_PATIENCE_MS 200

/* Any thread may speak; lines are not mixed. */
struct ct_voice {
    pthread_mutex_t lock;
    bool shows_progress; /* a progress line is wanted */
    bool on_line;        /* one stands there now */
    int64_t begin_ns;    /* of the run, by the clock that only goes forward */
    int64_t drawn_ns;    /* when the line was drawn last */
    int patience_ms;     /* how long a line waits for room on standard error; -1: for ever */
    uint64_t unsaid;     /* lines that found none */
    char *held;          /* what waits for its turn on the terminal; NULL: nothing has to */
    size_t held_n;
    uint64_t held_lost;               /* lines that found no room there */
    char latest[CT_VOICE_LINE_BYTES]; /* of the lines that wait */
    uint64_t n_lines;
};

struct ct_progress {
    uint64_t packets;
    uint64_t transactions;
    uint64_t done_bytes;
    uint64_t total_bytes; /* 0: not known */
};

void ct_process_voice_init(struct ct_voice *voice, bool shows_progress);

/* From now on lines are kept, for somebody else has the terminal. False: no memory. */
bool ct_process_voice_hold(struct ct_voice *voice);
/* The latest line that was kept, and its number; 0: none yet. */
uint64_t ct_process_voice_latest(struct ct_voice *voice, char line[CT_VOICE_LINE_BYTES]);
/* Prints what was kept; lines are printed again as they come. */
void ct_process_voice_release(struct ct_voice *voice);

/* One line; control characters in it are made visible. */
__attribute__((format(printf, 2, 3))) void ct_process_voice_say(struct ct_voice *voice,
                                                                const char *format, ...);

/* Draws the progress line if it is wanted and was not drawn in the last fifth of a second. */
void ct_process_voice_progress(struct ct_voice *voice, const struct ct_progress *progress);
/* Takes the progress line away. */
void ct_process_voice_clear(struct ct_voice *voice);

/* Nanoseconds of the clock that only goes forward. */
int64_t ct_process_voice_clock(void);

/* Seconds since ct_process_voice_init. */
double ct_process_voice_elapsed(const struct ct_voice *voice);

#endif
