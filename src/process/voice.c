/* SPDX-License-Identifier: Apache-2.0 */
#include "process/voice.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/span.h"
#include "base/text.h"

#define MESSAGE_MAX 1024
#define DRAW_NS     (CT_NS_PER_S / 5)

int64_t ct_process_voice_clock(void)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* exists on every Linux */
    return now.tv_sec * CT_NS_PER_S + now.tv_nsec;
}

void ct_process_voice_init(struct ct_voice *voice, bool shows_progress)
{
    *voice = (struct ct_voice){
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .shows_progress = shows_progress,
        .begin_ns = ct_process_voice_clock(),
        .patience_ms = -1,
    };
    voice->drawn_ns = voice->begin_ns; /* a short replay draws nothing */
}

double ct_process_voice_elapsed(const struct ct_voice *voice)
{
    return (double)(ct_process_voice_clock() - voice->begin_ns) / (double)CT_NS_PER_S;
}

/*
 * The lock is held. Whether a line can be written without waiting longer than patience allows;
 * once it was waited for in vain, the next ones do not wait.
 */
static bool has_room(struct ct_voice *voice, int patience_ms)
{
    struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&err, 1, voice->unsaid > 0 ? 0 : patience_ms) > 0;
}

/* The lock is held. */
static void write_line(struct ct_voice *voice, const char *line)
{
    if (voice->patience_ms >= 0 && !has_room(voice, voice->patience_ms)) {
        voice->unsaid++;
        return;
    }
    if (voice->unsaid > 0) {
        (void)fprintf(stderr, "cachetap: messages: %" PRIu64 " are missing: nobody read them\n",
                      voice->unsaid);
        voice->unsaid = 0;
    }
    (void)fprintf(stderr, "cachetap: %s\n", line);
}

/* The lock is held. */
static void clear(struct ct_voice *voice)
{
    if (voice->on_line && (voice->patience_ms < 0 || has_room(voice, 0))) {
        (void)fputs("\r\033[K", stderr);
        (void)fflush(stderr);
        voice->on_line = false;
    }
}

void ct_process_voice_clear(struct ct_voice *voice)
{
    (void)pthread_mutex_lock(&voice->lock);
    clear(voice);
    (void)pthread_mutex_unlock(&voice->lock);
}

bool ct_process_voice_hold(struct ct_voice *voice)
{
    voice->held = malloc(CT_VOICE_HELD_BYTES);
    voice->held_n = 0;
    voice->held_lost = 0;
    return voice->held != NULL;
}

/* The lock is held. */
static void keep(struct ct_voice *voice, const char *line)
{
    size_t n = strlen(line) + 1; /* with the end of the line */
    (void)snprintf(voice->latest, sizeof voice->latest, "%.255s", line);
    voice->n_lines++;
    if (n > CT_VOICE_HELD_BYTES - voice->held_n) {
        voice->held_lost++;
        return;
    }
    memcpy(voice->held + voice->held_n, line, n - 1);
    voice->held[voice->held_n + n - 1] = '\n';
    voice->held_n += n;
}

uint64_t ct_process_voice_latest(struct ct_voice *voice, char line[CT_VOICE_LINE_BYTES])
{
    (void)pthread_mutex_lock(&voice->lock); /* fails on misuse only */
    uint64_t n = voice->n_lines;
    memcpy(line, voice->latest, CT_VOICE_LINE_BYTES);
    (void)pthread_mutex_unlock(&voice->lock);
    return n;
}

void ct_process_voice_release(struct ct_voice *voice)
{
    (void)pthread_mutex_lock(&voice->lock); /* fails on misuse only */
    char *held = voice->held;
    const char *line = held;
    for (size_t i = 0; held != NULL && i < voice->held_n; i++) {
        if (held[i] == '\n') {
            held[i] = '\0';
            (void)fprintf(stderr, "cachetap: %s\n", line);
            line = held + i + 1;
        }
    }
    if (held != NULL && voice->held_lost > 0) {
        (void)fprintf(stderr, "cachetap: messages: %" PRIu64 " more were not kept\n",
                      voice->held_lost);
    }
    voice->held = NULL;
    free(held);
    (void)pthread_mutex_unlock(&voice->lock);
}

void ct_process_voice_say(struct ct_voice *voice, const char *format, ...)
{
    char raw[MESSAGE_MAX];
    char safe[MESSAGE_MAX * 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    (void)ct_base_text_safe(safe, sizeof safe, ct_span_of(raw));
    (void)pthread_mutex_lock(&voice->lock); /* fails on misuse only */
    if (voice->held != NULL) {
        keep(voice, safe);
    } else {
        clear(voice);
        write_line(voice, safe);
    }
    (void)pthread_mutex_unlock(&voice->lock);
}

void ct_process_voice_progress(struct ct_voice *voice, const struct ct_progress *progress)
{
    if (!voice->shows_progress) {
        return;
    }
    int64_t now_ns = ct_process_voice_clock();
    if (now_ns - voice->drawn_ns < DRAW_NS) {
        return;
    }
    voice->drawn_ns = now_ns;
    double seconds = (double)(now_ns - voice->begin_ns) / (double)CT_NS_PER_S;
    (void)pthread_mutex_lock(&voice->lock);
    if (!has_room(voice, 0)) { /* a terminal that is stopped holds nothing up */
        (void)pthread_mutex_unlock(&voice->lock);
        return;
    }
    (void)fputs("\r", stderr);
    if (progress->total_bytes > 0) {
        double part = (double)progress->done_bytes / (double)progress->total_bytes;
        (void)fprintf(stderr, "%3.0f %%  ", part < 1 ? part * 100 : 100.0);
    }
    (void)fprintf(stderr, "%" PRIu64 " packets  %" PRIu64 " transactions  %.0f packets/s\033[K",
                  progress->packets, progress->transactions, (double)progress->packets / seconds);
    (void)fflush(stderr);
    voice->on_line = true;
    (void)pthread_mutex_unlock(&voice->lock);
}
