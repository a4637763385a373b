/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The live view in a run: when a frame is due, what it is told beside the numbers, what its keys
 * want of the program. Main thread only. Draws at most ten frames a second, none when nothing
 * has changed, and fewer when one takes long.
 */
#ifndef CACHETAP_APP_VIEWING_H
#define CACHETAP_APP_VIEWING_H

#include "app/control.h"
#include "cachetap/terminal.h"
#include "command/options.h"
#include "process/place.h"
#include "process/voice.h"

/* What the run tells for each frame. */
struct ct_viewing_now {
    uint64_t packets;
    uint64_t transactions;
    uint64_t done_bytes;
    uint64_t total_bytes; /* 0: not known */
    bool over;
};

struct ct_viewing_hooks {
    void (*now)(void *user, struct ct_viewing_now *now);
    bool (*snapshot)(void *user, size_t n_top, struct ct_snapshot *snapshot);
    struct ct_watch *(*watch)(void *user);
    /* False: message says why. */
    bool (*restart)(void *user, char message[CT_VIEW_MESSAGE_MAX]);
    bool (*save_packets)(void *user, const struct ct_conn_info *conns, size_t n,
                         char message[CT_VIEW_MESSAGE_MAX]);
    void *user;
};

struct ct_viewing;

/*
 * Takes the terminal; before rights are given up, when nothing more is to be said. control:
 * NULL for a live capture. source: what is shown as such, copied. Borrows the rest for its life.
 * NULL: told to voice.
 */
struct ct_viewing *ct_app_viewing_open(const struct ct_options *options, const char *source,
                                       struct ct_opener *opener, struct ct_voice *voice,
                                       struct ct_control *control,
                                       const struct ct_viewing_hooks *hooks);
/* The analysis exists; fields are borrowed. False: told to voice. */
bool ct_app_viewing_begin(struct ct_viewing *viewing, const struct ct_fields *fields);
/* Gives the terminal back, and says what was held back meanwhile. */
void ct_app_viewing_close(struct ct_viewing *viewing);

/* Readable when there is something to attend to. */
int ct_app_viewing_fd(const struct ct_viewing *viewing);
/* Milliseconds that may be waited for that. */
int ct_app_viewing_wait_ms(const struct ct_viewing *viewing);
/* Keys, signals, and a frame when one is due. False: the view is left, the run is to end. */
bool ct_app_viewing_attend(struct ct_viewing *viewing);
/* After the input has ended: waits for what comes next. */
void ct_app_viewing_wait(const struct ct_viewing *viewing);

#endif
