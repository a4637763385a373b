/* SPDX-License-Identifier: Apache-2.0 */
/* One sink from inside; for the files of the sinks alone. */
#ifndef CACHETAP_SINKS_SINK_H
#define CACHETAP_SINKS_SINK_H

#include "process/place.h"
#include "sinks/outlet.h"
#include "sinks/sinks.h"

/* Of the files that are made. */
#define CT_SINK_FILE_MODE 0640

struct ct_sink {
    enum ct_format format;
    const char *path; /* NULL: standard output */
    struct ct_place place;
    int fd;
    FILE *file;               /* NULL: closed */
    struct ct_outlet *outlet; /* live, for what is written as it comes; else NULL */
    bool told;                /* that the outlet cannot write */
    bool was_stuck;           /* it could not, once */
    struct ct_writer *writer;
    struct ct_output_options output;
};

/* For messages. Borrowed. */
const char *ct_sinks_shown_path(const struct ct_sink *sink);
/* Written as it comes, not only at the end. */
bool ct_sinks_is_streaming(const struct ct_sink *sink);
/* False: an earlier sink has the same outlet, and has seen to it. */
bool ct_sinks_is_first(const struct ct_sinks *sinks, const struct ct_sink *sink);

#endif
