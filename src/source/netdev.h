/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel says of a network interface (rtnetlink(7)): whether it is there and up, and
 * what it lost. Asked through one socket that is opened at the start, so that it works after
 * privileges were given up and without files in /sys.
 */
#ifndef CACHETAP_SOURCE_NETDEV_H
#define CACHETAP_SOURCE_NETDEV_H

#include "cachetap/base.h"

struct ct_netdev {
    bool exists;
    bool up;
    int index;
    uint16_t type;   /* ARPHRD_ value: frames of another one look different */
    uint64_t missed; /* packets that the device or its driver dropped since it exists */
};

/* A socket for the questions; the caller closes it. -1: errno says why. */
int ct_source_netdev_open(void);

/* False: the kernel does not say; netdev is untouched. */
bool ct_source_netdev_ask(int fd, const char *name, struct ct_netdev *netdev);

/*
 * Binds a packet socket to the interface with this index again, after its own was deleted and
 * made anew: this takes no privilege and keeps the socket's ring and filter.
 */
bool ct_source_netdev_rebind(int socket_fd, int index, bool promiscuous);

/* The kernel's counts of a packet socket since the last question; false: it has none. */
bool ct_source_netdev_drops(int socket_fd, uint64_t *received, uint64_t *dropped);

#endif
