/* SPDX-License-Identifier: Apache-2.0 */
/* What a kind of source is to the rest of the stage: a row of functions. */
#ifndef CACHETAP_SOURCE_KIND_H
#define CACHETAP_SOURCE_KIND_H

#include "cachetap/source.h"

struct ct_source_kind {
    enum ct_source_status (*dispatch)(struct ct_source *source, size_t max,
                                      ct_source_handler handler, void *user);
    void (*close)(struct ct_source *source);
    bool (*had_problems)(const struct ct_source *source);
    bool (*one_linktype)(const struct ct_source *source, uint32_t *linktype);
    /* Captures only, else NULL. */
    enum ct_source_status (*next)(struct ct_source *source, struct ct_frame *frame);
    /* Back to the first frame; false: an input cannot. */
    bool (*rewind)(struct ct_source *source);
    bool (*can_rewind)(const struct ct_source *source);
    void (*progress)(const struct ct_source *source, uint64_t *done_bytes, uint64_t *total_bytes);
    /* Of what was captured: by interfaces, or what captures say of themselves. */
    void (*count)(struct ct_source *source, struct ct_capture_counters *counters);
    /* Interfaces only, else NULL. */
    const char *(*iface_name)(const struct ct_source *source, uint32_t iface);
    uint32_t (*iface_linktype)(const struct ct_source *source, uint32_t iface);
};

struct ct_source {
    const struct ct_source_kind *kind;
};

/* Capture files, merged by time. As ct_source_open. */
enum ct_source_status ct_source_replay_open(const struct ct_source_options *options,
                                            struct ct_source **opened);
/* Interfaces. As ct_source_open. */
enum ct_source_status ct_source_live_open(const struct ct_source_options *options,
                                          struct ct_source **opened);

#endif
