/* SPDX-License-Identifier: Apache-2.0 */
/* The two kinds of source behind one interface. */
#include "source/kind.h"

enum ct_source_status ct_source_open(const struct ct_source_options *options,
                                     struct ct_source **opened)
{
    return options->live != NULL ? ct_source_live_open(options, opened)
                                 : ct_source_replay_open(options, opened);
}

void ct_source_close(struct ct_source *source)
{
    if (source != NULL) {
        source->kind->close(source);
    }
}

enum ct_source_status ct_source_next(struct ct_source *source, struct ct_frame *frame)
{
    return source->kind->next != NULL ? source->kind->next(source, frame) : CT_SOURCE_FAILED;
}

enum ct_source_status ct_source_dispatch(struct ct_source *source, size_t max,
                                         ct_source_handler handler, void *user)
{
    return source->kind->dispatch(source, max, handler, user);
}

bool ct_source_rewind(struct ct_source *source)
{
    return source->kind->rewind != NULL && source->kind->rewind(source);
}

bool ct_source_can_rewind(const struct ct_source *source)
{
    return source->kind->can_rewind != NULL && source->kind->can_rewind(source);
}

bool ct_source_had_problems(const struct ct_source *source)
{
    return source->kind->had_problems(source);
}

void ct_source_progress(const struct ct_source *source, uint64_t *done_bytes, uint64_t *total_bytes)
{
    *done_bytes = 0;
    *total_bytes = 0;
    if (source->kind->progress != NULL) {
        source->kind->progress(source, done_bytes, total_bytes);
    }
}

void ct_source_count(struct ct_source *source, struct ct_capture_counters *counters)
{
    *counters = (struct ct_capture_counters){.n_ifaces = 0};
    if (source->kind->count != NULL) {
        source->kind->count(source, counters);
    }
}

bool ct_source_one_linktype(const struct ct_source *source, uint32_t *linktype)
{
    return source->kind->one_linktype(source, linktype);
}

const char *ct_source_iface_name(const struct ct_source *source, uint32_t iface)
{
    return source->kind->iface_name != NULL ? source->kind->iface_name(source, iface) : NULL;
}

uint32_t ct_source_iface_linktype(const struct ct_source *source, uint32_t iface)
{
    return source->kind->iface_linktype != NULL ? source->kind->iface_linktype(source, iface) : 0;
}
