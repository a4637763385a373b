/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture from interfaces: each is polled and emptied in turn, a batch at a time, so that no
 * busy one keeps the others waiting. One that is not up is looked at a few times a second.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "base/number.h"
#include "base/span.h"
#include "source/device.h"
#include "source/kind.h"
#include "source/netdev.h"

#define LOOK_NS       (CT_NS_PER_S / 5) /* between two looks at what is not up */
#define UNPOLLABLE_MS 10

struct entry {
    struct ct_device *device;
    char *name;   /* when it was given as a number, or by default */
    bool is_full; /* gave a whole batch the last time: there may be more */
};

struct ct_live {
    struct ct_source base;
    struct ct_source_options options;
    struct ct_live_options live;
    int netlink_fd;
    size_t n;
    struct entry entries[CT_IFACES_MAX];
    struct pollfd polls[CT_IFACES_MAX];
    size_t n_up;
    int64_t looked_ns;
    int64_t all_gone_ns; /* since when none was there; 0: one is */
    bool had_problems;
};

static struct ct_live *live_of(struct ct_source *source)
{
    return (struct ct_live *)source; /* base is its first member */
}

static int64_t clock_ns(void)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* exists on every Linux */
    return now.tv_sec * CT_NS_PER_S + now.tv_nsec;
}

static void tell(struct ct_live *live, bool is_problem, const char *line)
{
    if (is_problem) {
        live->had_problems = true;
    }
    if (is_problem && live->options.problem != NULL) {
        live->options.problem(live->options.user, line);
    } else if (!is_problem && live->options.notice != NULL) {
        live->options.notice(live->options.user, line);
    }
}

/* ---- the interfaces there are -------------------------------------------------------------- */

static void tell_row(const pcap_if_t *found, void (*row)(void *, const struct ct_source_iface *),
                     void *user)
{
    bpf_u_int32 status = found->flags & PCAP_IF_CONNECTION_STATUS;
    struct ct_source_iface iface = {
        .name = found->name,
        .description = found->description,
        .up = (found->flags & PCAP_IF_UP) != 0,
        .running = (found->flags & PCAP_IF_RUNNING) != 0,
        .loopback = (found->flags & PCAP_IF_LOOPBACK) != 0,
        .wireless = (found->flags & PCAP_IF_WIRELESS) != 0,
        .connected = status == PCAP_IF_CONNECTION_STATUS_CONNECTED,
        .connection_known = status == PCAP_IF_CONNECTION_STATUS_CONNECTED ||
                            status == PCAP_IF_CONNECTION_STATUS_DISCONNECTED,
    };
    row(user, &iface);
}

bool ct_source_list(void (*row)(void *user, const struct ct_source_iface *iface), void *user,
                    char message[CT_SOURCE_MESSAGE_MAX])
{
    pcap_if_t *all = NULL;
    char error[PCAP_ERRBUF_SIZE] = "";
    if (pcap_findalldevs(&all, error) != 0) {
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX, "interfaces: cannot be listed: %s", error);
        return false;
    }
    for (const pcap_if_t *found = all; found != NULL; found = found->next) {
        tell_row(found, row, user);
    }
    pcap_freealldevs(all);
    return true;
}

struct choice {
    uint64_t number; /* that is looked for, from 1 */
    uint64_t at;
    char *name;
};

static void choose(void *user, const struct ct_source_iface *iface)
{
    struct choice *choice = user;
    if (++choice->at == choice->number) {
        choice->name = strdup(iface->name);
    }
}

/* The name behind a number of the list, to be freed; NULL: none. */
static char *name_of_number(uint64_t number)
{
    char ignored[CT_SOURCE_MESSAGE_MAX];
    struct choice choice = {.number = number};
    (void)ct_source_list(choose, &choice, ignored); /* without a list there is no name */
    return choice.name;
}

/* ---- opening -------------------------------------------------------------------------------- */

static enum ct_source_status open_entry(struct ct_live *live, const char *name)
{
    char message[CT_SOURCE_MESSAGE_MAX];
    enum ct_source_status status = CT_SOURCE_FAILED;
    struct entry *entry = &live->entries[live->n];
    uint64_t number = 0;
    if (ct_base_parse_u64(ct_span_of(name), &number)) {
        entry->name = name_of_number(number);
    }
    entry->device = ct_source_device_open(entry->name != NULL ? entry->name : name, &live->options,
                                          (uint32_t)live->n, live->netlink_fd, &status, message);
    if (entry->device == NULL) {
        tell(live, true, message);
        free(entry->name);
        entry->name = NULL;
        return status;
    }
    live->n++;
    live->n_up++;
    return CT_SOURCE_OK;
}

static enum ct_source_status open_all(struct ct_live *live)
{
    if (live->live.n_names == 0) {
        /* As tcpdump: libpcap lists first what is up and is not the loopback. */
        return open_entry(live, "1");
    }
    for (size_t i = 0; i < live->live.n_names && i < CT_IFACES_MAX; i++) {
        enum ct_source_status status = open_entry(live, live->live.names[i]);
        if (status != CT_SOURCE_OK) {
            return status;
        }
    }
    return CT_SOURCE_OK;
}

static void close_live(struct ct_source *source)
{
    struct ct_live *live = live_of(source);
    for (size_t i = 0; i < live->n; i++) {
        ct_source_device_close(live->entries[i].device);
        free(live->entries[i].name);
    }
    if (live->netlink_fd >= 0) {
        (void)close(live->netlink_fd); /* only asked */
    }
    free(live);
}

/* ---- states --------------------------------------------------------------------------------- */

static void look_at(struct ct_live *live, struct entry *entry)
{
    char message[CT_SOURCE_MESSAGE_MAX];
    if (ct_source_device_look(entry->device, live->netlink_fd, message)) {
        tell(live, ct_source_device_state(entry->device) == CT_DEVICE_DEAD, message);
    }
}

static void count_up(struct ct_live *live)
{
    bool any_there = false;
    live->n_up = 0;
    for (size_t i = 0; i < live->n; i++) {
        enum ct_device_state state = ct_source_device_state(live->entries[i].device);
        live->n_up += state == CT_DEVICE_UP;
        any_there = any_there || state == CT_DEVICE_UP || state == CT_DEVICE_DOWN;
    }
    if (any_there) {
        live->all_gone_ns = 0;
    } else if (live->all_gone_ns == 0) {
        live->all_gone_ns = clock_ns();
    }
}

/* Looks at all that are not up; true when there is nothing to wait for any more. */
static bool look_at_others(struct ct_live *live)
{
    int64_t now_ns = clock_ns();
    bool any_may_come = false;
    if (live->n_up == live->n || now_ns - live->looked_ns < LOOK_NS) {
        return false;
    }
    live->looked_ns = now_ns;
    for (size_t i = 0; i < live->n; i++) {
        enum ct_device_state state = ct_source_device_state(live->entries[i].device);
        if (state == CT_DEVICE_DOWN || state == CT_DEVICE_GONE) {
            look_at(live, &live->entries[i]);
        }
        any_may_come =
            any_may_come || ct_source_device_state(live->entries[i].device) != CT_DEVICE_DEAD;
    }
    count_up(live);
    bool is_late = live->all_gone_ns != 0 &&
                   now_ns - live->all_gone_ns >= (int64_t)live->live.gone_seconds * CT_NS_PER_S;
    if (any_may_come && !is_late) {
        return false;
    }
    tell(live, true,
         "capture: ends: none of its interfaces is there any more, start it again when they are");
    return true;
}

/* ---- frames --------------------------------------------------------------------------------- */

static int fill_polls(struct ct_live *live)
{
    int timeout_ms = CT_SOURCE_WAIT_MS;
    for (size_t i = 0; i < live->n; i++) {
        const struct entry *entry = &live->entries[i];
        bool is_up = ct_source_device_state(entry->device) == CT_DEVICE_UP;
        int fd = ct_source_device_fd(entry->device);
        live->polls[i] = (struct pollfd){.fd = is_up ? fd : -1, .events = POLLIN};
        if (is_up && fd < 0) {
            timeout_ms = timeout_ms > UNPOLLABLE_MS ? UNPOLLABLE_MS : timeout_ms;
        }
        if (is_up && entry->is_full) {
            timeout_ms = 0;
        }
    }
    return timeout_ms;
}

/*
 * Waits for frames. All signals are blocked but inside ppoll, so that one which arrives after
 * the question is not slept over.
 */
static bool wait_for_frames(struct ct_live *live)
{
    int timeout_ms = fill_polls(live);
    struct timespec timeout = {.tv_nsec = timeout_ms * CT_NS_PER_MS};
    sigset_t all;
    sigset_t before;
    int ready = -1;
    sigfillset(&all);
    if (timeout_ms == 0) {
        return ppoll(live->polls, live->n, &timeout, NULL) >= 0;
    }
    if (sigprocmask(SIG_BLOCK, &all, &before) != 0) {
        return false;
    }
    if (live->options.interrupted == NULL || !live->options.interrupted(live->options.user)) {
        ready = ppoll(live->polls, live->n, &timeout, &before);
    }
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail with a set it gave us */
    return ready >= 0;
}

/* What entry has; true when it gave any. */
static bool empty(struct ct_live *live, struct entry *entry, int max, ct_source_handler handler,
                  void *user)
{
    char message[CT_SOURCE_MESSAGE_MAX];
    int n = ct_source_device_dispatch(entry->device, max, handler, user);
    entry->is_full = n == max;
    if (n >= 0) {
        return n > 0;
    }
    look_at(live, entry);
    if (ct_source_device_state(entry->device) == CT_DEVICE_UP) {
        ct_source_device_give_up(entry->device, message);
        tell(live, true, message);
    }
    count_up(live);
    return false;
}

static enum ct_source_status dispatch(struct ct_source *source, size_t max,
                                      ct_source_handler handler, void *user)
{
    struct ct_live *live = live_of(source);
    bool any = false;
    if (look_at_others(live)) {
        return CT_SOURCE_END;
    }
    if (!wait_for_frames(live)) {
        return CT_SOURCE_IDLE;
    }
    for (size_t i = 0; i < live->n; i++) {
        struct entry *entry = &live->entries[i];
        short events = live->polls[i].revents;
        if ((events & POLLIN) != 0 || entry->is_full || live->polls[i].fd < 0) {
            bool is_up = ct_source_device_state(entry->device) == CT_DEVICE_UP;
            any = (is_up && empty(live, entry, (int)max, handler, user)) || any;
        }
        if ((events & ~POLLIN) != 0) { /* the interface is down or deleted */
            look_at(live, entry);
            count_up(live);
        }
    }
    return any ? CT_SOURCE_OK : CT_SOURCE_IDLE;
}

/* ---- questions ------------------------------------------------------------------------------ */

static bool had_problems(const struct ct_source *source)
{
    return ((const struct ct_live *)source)->had_problems;
}

static void count(struct ct_source *source, struct ct_capture_counters *counters)
{
    struct ct_live *live = live_of(source);
    counters->n_ifaces = live->n;
    for (size_t i = 0; i < live->n; i++) {
        ct_source_device_count(live->entries[i].device, live->netlink_fd, &counters->ifaces[i]);
    }
}

static bool one_linktype(const struct ct_source *source, uint32_t *linktype)
{
    const struct ct_live *live = (const struct ct_live *)source;
    *linktype = ct_source_device_linktype(live->entries[0].device);
    for (size_t i = 1; i < live->n; i++) {
        if (ct_source_device_linktype(live->entries[i].device) != *linktype) {
            return false;
        }
    }
    return true;
}

static const char *iface_name(const struct ct_source *source, uint32_t iface)
{
    const struct ct_live *live = (const struct ct_live *)source;
    return iface < live->n ? ct_source_device_name(live->entries[iface].device) : NULL;
}

static uint32_t iface_linktype(const struct ct_source *source, uint32_t iface)
{
    const struct ct_live *live = (const struct ct_live *)source;
    return iface < live->n ? ct_source_device_linktype(live->entries[iface].device) : 0;
}

static const struct ct_source_kind kind = {
    .dispatch = dispatch,
    .close = close_live,
    .had_problems = had_problems,
    .one_linktype = one_linktype,
    .count = count,
    .iface_name = iface_name,
    .iface_linktype = iface_linktype,
};

enum ct_source_status ct_source_live_open(const struct ct_source_options *options,
                                          struct ct_source **opened)
{
    struct ct_live *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return CT_SOURCE_FAILED;
    }
    live->base.kind = &kind;
    live->options = *options;
    live->live = *options->live;
    live->options.live = &live->live;
    live->netlink_fd = ct_source_netdev_open(); /* without: states are not watched */
    enum ct_source_status status = open_all(live);
    live->live.fanout = NULL; /* the caller's */
    if (status != CT_SOURCE_OK) {
        close_live(&live->base);
        return status;
    }
    *opened = &live->base;
    return CT_SOURCE_OK;
}
