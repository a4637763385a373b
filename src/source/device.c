/* SPDX-License-Identifier: Apache-2.0 */
#include "source/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/if_packet.h>
#endif

#include <pcap/pcap.h>

#include "source/netdev.h"
#include "source/time.h"

/* The kernel hands on a batch that is not full after this time: below what people notice. */
#define BATCH_MS 50

struct ct_device {
    const char *name;
    pcap_t *pcap;
    int fd;
    uint32_t dlt;
    uint32_t iface;
    bool is_any;
    bool is_watched; /* the kernel knows its state */
    bool promiscuous;
    bool nanoseconds;
    bool is_shared; /* in a group of sockets */
    enum ct_device_state state;
    bool was_gone;           /* and was not up since */
    struct ct_netdev netdev; /* as last seen */
    struct pcap_stat last;   /* of devices that are no packet sockets */
    struct ct_iface_counters counters;
};

struct delivery {
    const struct ct_device *device;
    ct_source_handler handler;
    void *user;
};

static void own_path(char *path, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", path, size - 1);
    path[n > 0 ? n : 0] = '\0';
    if (n <= 0) {
        (void)snprintf(path, size, "cachetap");
    }
}

/* What libpcap says when an interface cannot be opened, with what to do about it. */
static void explain(const struct ct_device *device, int error, char message[CT_SOURCE_MESSAGE_MAX])
{
    char path[256];
    switch (error) {
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
        own_path(path, sizeof path);
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                       "%s: cannot be captured from: the capability CAP_NET_RAW is missing, run "
                       "as root, or once: setcap cap_net_raw,cap_net_admin=eip %s",
                       device->name, path);
        return;
    case PCAP_ERROR_NO_SUCH_DEVICE:
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                       "%s: cannot be captured from: there is no such interface, cachetap -D "
                       "lists those there are",
                       device->name);
        return;
    case PCAP_ERROR_IFACE_NOT_UP:
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                       "%s: cannot be captured from: it is down, start it (ip link set %s up)",
                       device->name, device->name);
        return;
    default:
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX, "%s: cannot be captured from: %s (%s)",
                       device->name, pcap_statustostr(error), pcap_geterr(device->pcap));
        return;
    }
}

/* Settings fail only on handles that are active already. */
static void set_up(struct ct_device *device, const struct ct_live_options *live)
{
    uint64_t buffer = live->buffer_bytes > 0 ? live->buffer_bytes : CT_SOURCE_BUFFER_BYTES;
    device->is_any = strcmp(device->name, "any") == 0;
    device->promiscuous = live->promiscuous && !device->is_any; /* "any" has no such mode */
    (void)pcap_set_snaplen(device->pcap, (int)live->snaplen);
    (void)pcap_set_buffer_size(device->pcap, buffer < INT32_MAX ? (int)buffer : INT32_MAX);
    (void)pcap_set_promisc(device->pcap, device->promiscuous ? 1 : 0);
    (void)pcap_set_immediate_mode(device->pcap, live->immediate ? 1 : 0);
    (void)pcap_set_timeout(device->pcap, BATCH_MS);
    (void)pcap_set_tstamp_precision(device->pcap, PCAP_TSTAMP_PRECISION_NANO); /* if it can */
}

static bool set_direction(const struct ct_device *device, enum ct_direction direction,
                          char message[CT_SOURCE_MESSAGE_MAX])
{
    static const pcap_direction_t directions[] = {
        [CT_DIRECTION_BOTH] = PCAP_D_INOUT,
        [CT_DIRECTION_IN] = PCAP_D_IN,
        [CT_DIRECTION_OUT] = PCAP_D_OUT,
    };
    if (direction != CT_DIRECTION_BOTH &&
        pcap_setdirection(device->pcap, directions[direction]) != 0) {
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                       "%s: -Q cannot be obeyed: %s, use a capture filter instead", device->name,
                       pcap_geterr(device->pcap));
        return false;
    }
    return true;
}

/* Compiled on the open handle: what the filter means depends on its link type and kernel. */
static bool set_filter(const struct ct_device *device, const char *filter,
                       char message[CT_SOURCE_MESSAGE_MAX])
{
    struct bpf_program program;
    char ignored[PCAP_ERRBUF_SIZE];
    bpf_u_int32 net = 0;
    bpf_u_int32 mask = PCAP_NETMASK_UNKNOWN;
    if (filter == NULL) {
        return true;
    }
    if (pcap_lookupnet(device->name, &net, &mask, ignored) != 0) {
        mask = PCAP_NETMASK_UNKNOWN; /* only "ip broadcast" asks for it */
    }
    if (pcap_compile(device->pcap, &program, filter, 1, mask) != 0) {
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                       "capture filter: does not compile: %s, pcap-filter(7) has the syntax",
                       pcap_geterr(device->pcap));
        return false;
    }
    bool set = pcap_setfilter(device->pcap, &program) == 0;
    pcap_freecode(&program);
    if (!set) {
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX, "capture filter: cannot be set on %s: %s",
                       device->name, pcap_geterr(device->pcap));
    }
    return set;
}

/*
 * Of all sockets in a group the kernel gives a packet to one: the same for both directions of a
 * connection and for the fragments of a datagram (packet(7), PACKET_FANOUT). The kernel chooses
 * the number of the group: with one that another program has too, each would get a part only.
 */
static bool join_fanout(struct ct_device *device, uint32_t *group, char message[])
{
    device->is_shared = true;
#ifdef PACKET_FANOUT
    int fd = pcap_fileno(device->pcap);
    uint32_t type = PACKET_FANOUT_HASH | PACKET_FANOUT_FLAG_DEFRAG;
    uint32_t argument =
        *group == 0 ? (type | PACKET_FANOUT_FLAG_UNIQUEID) << 16 : (*group - 1) | type << 16;
    socklen_t n = sizeof argument;
    if (setsockopt(fd, SOL_PACKET, PACKET_FANOUT, &argument, sizeof argument) == 0 &&
        getsockopt(fd, SOL_PACKET, PACKET_FANOUT, &argument, &n) == 0) {
        *group = (argument & UINT16_MAX) + 1;
        return true;
    }
    (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                   "%s: cannot be shared by several threads: %s, use --threads 1", device->name,
                   strerror(errno));
#else
    (void)group;
    (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                   "%s: cannot be shared by several threads on this system, use --threads 1",
                   device->name);
#endif
    return false;
}

static enum ct_source_status start(struct ct_device *device,
                                   const struct ct_source_options *options,
                                   char message[CT_SOURCE_MESSAGE_MAX])
{
    char error[PCAP_ERRBUF_SIZE];
    set_up(device, options->live);
    int result = pcap_activate(device->pcap);
    if (result < 0) {
        explain(device, result, message);
        return CT_SOURCE_FAILED;
    }
    if (options->live->fanout != NULL &&
        !join_fanout(device, &options->live->fanout[device->iface], message)) {
        return CT_SOURCE_FAILED;
    }
    if (pcap_setnonblock(device->pcap, 1, error) != 0) {
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX, "%s: cannot be captured from: %s",
                       device->name, error);
        return CT_SOURCE_FAILED;
    }
    device->fd = pcap_get_selectable_fd(device->pcap);
    device->dlt = (uint32_t)pcap_datalink(device->pcap);
    device->nanoseconds = pcap_get_tstamp_precision(device->pcap) == PCAP_TSTAMP_PRECISION_NANO;
    if (!set_direction(device, options->live->direction, message)) {
        return CT_SOURCE_FAILED;
    }
    return set_filter(device, options->filter, message) ? CT_SOURCE_OK : CT_SOURCE_BAD_FILTER;
}

struct ct_device *ct_source_device_open(const char *name, const struct ct_source_options *options,
                                        uint32_t iface, int netlink_fd,
                                        enum ct_source_status *status,
                                        char message[CT_SOURCE_MESSAGE_MAX])
{
    char error[PCAP_ERRBUF_SIZE] = "out of memory";
    struct ct_device *device = calloc(1, sizeof *device);
    *status = CT_SOURCE_FAILED;
    if (device != NULL) {
        device->name = name;
        device->iface = iface;
        (void)snprintf(device->counters.name, sizeof device->counters.name, "%s", name);
        device->pcap = pcap_create(name, error);
    }
    if (device == NULL || device->pcap == NULL) {
        (void)snprintf(message, CT_SOURCE_MESSAGE_MAX, "%s: cannot be captured from: %s", name,
                       error);
        free(device);
        return NULL;
    }
    *status = start(device, options, message);
    if (*status != CT_SOURCE_OK) {
        ct_source_device_close(device);
        return NULL;
    }
    device->is_watched = !device->is_any &&
                         ct_source_netdev_ask(netlink_fd, name, &device->netdev) &&
                         device->netdev.exists;
    return device;
}

void ct_source_device_close(struct ct_device *device)
{
    if (device != NULL) {
        pcap_close(device->pcap);
        free(device);
    }
}

const char *ct_source_device_name(const struct ct_device *device)
{
    return device->name;
}

uint32_t ct_source_device_linktype(const struct ct_device *device)
{
    return device->dlt;
}

enum ct_device_state ct_source_device_state(const struct ct_device *device)
{
    return device->state;
}

int ct_source_device_fd(const struct ct_device *device)
{
    return device->fd;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is libpcap's */
static void deliver(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    const struct delivery *delivery = (const struct delivery *)(const void *)user;
    const struct ct_device *device = delivery->device;
    int64_t fraction = header->ts.tv_usec;
    struct ct_frame frame = {
        .ts_ns = ct_source_time_ns(header->ts.tv_sec,
                                   device->nanoseconds ? fraction : fraction * CT_NS_PER_US),
        .bytes = bytes,
        .cap_len = header->caplen,
        .wire_len = header->len,
        .linktype = device->dlt,
        .iface = device->iface,
    };
    delivery->handler(delivery->user, &frame);
}

int ct_source_device_dispatch(struct ct_device *device, int max, ct_source_handler handler,
                              void *user)
{
    struct delivery delivery = {device, handler, user};
    int n = pcap_dispatch(device->pcap, max, deliver, (u_char *)&delivery);
    return n >= 0 ? n : -1;
}

/* The words for a change of state; NULL: none has to be told. */
static const char *words_of(enum ct_device_state before, enum ct_device_state after, bool anew,
                            bool shared)
{
    switch (after) {
    case CT_DEVICE_UP:
        if (before == CT_DEVICE_UP) {
            return anew ? "was deleted and is there again: the capture goes on"
                        : "was down for a moment: the capture goes on";
        }
        return anew ? "is back: the capture goes on" : "is up again: the capture goes on";
    case CT_DEVICE_DOWN:
        return "went down: the capture goes on when it is up again";
    case CT_DEVICE_GONE:
        return shared ? "has disappeared: several threads share it (--threads), start the program "
                        "again when it returns"
                      : "has disappeared: the capture goes on when it returns";
    case CT_DEVICE_DEAD:
        break;
    }
    return shared
               ? "is back, and cannot be captured from by the threads that share it (--threads): "
                 "start the program again"
               : "cannot be captured from any more: it came back as another kind of interface, "
                 "start the program again";
}

/* After its own was deleted, another one of the name is there. */
static enum ct_device_state join(struct ct_device *device, const struct ct_netdev *netdev)
{
    if (netdev->type != device->netdev.type || device->is_shared) {
        return CT_DEVICE_DEAD; /* the kernel binds no socket anew that is in a group */
    }
    if (!ct_source_netdev_rebind(device->fd, netdev->index, device->promiscuous)) {
        return CT_DEVICE_GONE; /* deleted again, or not up yet: looked at soon */
    }
    return netdev->up ? CT_DEVICE_UP : CT_DEVICE_DOWN;
}

bool ct_source_device_look(struct ct_device *device, int netlink_fd,
                           char message[CT_SOURCE_MESSAGE_MAX])
{
    struct ct_netdev netdev = {.exists = true};
    int error = 0;
    socklen_t n = sizeof error;
    bool failed = getsockopt(device->fd, SOL_SOCKET, SO_ERROR, &error, &n) == 0 && error != 0;
    if (!device->is_watched || !ct_source_netdev_ask(netlink_fd, device->name, &netdev)) {
        return false;
    }
    enum ct_device_state before = device->state;
    bool anew = netdev.exists && netdev.index != device->netdev.index;
    if (!netdev.exists) {
        device->state = CT_DEVICE_GONE;
    } else if (anew) {
        device->state = join(device, &netdev);
    } else {
        device->state = netdev.up ? CT_DEVICE_UP : CT_DEVICE_DOWN;
    }
    if (netdev.exists && device->state != CT_DEVICE_GONE) {
        device->netdev = netdev;
    }
    device->counters.downs += before == CT_DEVICE_UP && (device->state != before || failed || anew);
    bool is_back = device->was_gone;
    device->was_gone =
        device->state != CT_DEVICE_UP && (is_back || device->state == CT_DEVICE_GONE);
    if (device->state == before && !(before == CT_DEVICE_UP && (failed || anew))) {
        return false;
    }
    if (is_back && device->state == CT_DEVICE_DOWN) {
        return false; /* a new one is made before it is set up */
    }
    (void)snprintf(message, CT_SOURCE_MESSAGE_MAX, "%s: the interface %s", device->name,
                   words_of(before, device->state, anew || is_back, device->is_shared));
    return true;
}

void ct_source_device_give_up(struct ct_device *device, char message[CT_SOURCE_MESSAGE_MAX])
{
    device->state = CT_DEVICE_DEAD;
    device->counters.downs++;
    (void)snprintf(message, CT_SOURCE_MESSAGE_MAX,
                   "%s: cannot be captured from any more: %s, start the program again",
                   device->name, pcap_geterr(device->pcap));
}

static void count_received(struct ct_device *device)
{
    struct pcap_stat now;
    uint64_t received = 0;
    uint64_t dropped = 0;
    if (ct_source_netdev_drops(device->fd, &received, &dropped)) {
        device->counters.received += received;
        device->counters.kernel_drops += dropped;
    } else if (pcap_stats(device->pcap, &now) == 0) { /* 32 bits that wrap around */
        device->counters.received += now.ps_recv - device->last.ps_recv;
        device->counters.kernel_drops += now.ps_drop - device->last.ps_drop;
        device->counters.interface_drops += now.ps_ifdrop - device->last.ps_ifdrop;
        device->last = now;
    }
}

void ct_source_device_count(struct ct_device *device, int netlink_fd,
                            struct ct_iface_counters *counters)
{
    struct ct_netdev netdev;
    count_received(device);
    if (device->is_watched && ct_source_netdev_ask(netlink_fd, device->name, &netdev) &&
        netdev.exists && netdev.index == device->netdev.index) {
        device->counters.interface_drops += netdev.missed - device->netdev.missed;
        device->netdev.missed = netdev.missed;
    }
    device->counters.up = device->state == CT_DEVICE_UP;
    *counters = device->counters;
}
