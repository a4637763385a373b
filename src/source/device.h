/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One interface that is captured from, through libpcap. Never waits: the owner polls its
 * descriptor. Survives that the interface goes down, and that it is deleted and made anew.
 */
#ifndef CACHETAP_SOURCE_DEVICE_H
#define CACHETAP_SOURCE_DEVICE_H

#include "cachetap/source.h"

enum ct_device_state {
    CT_DEVICE_UP,
    CT_DEVICE_DOWN, /* there, but not up */
    CT_DEVICE_GONE, /* deleted; one of the same name may come */
    CT_DEVICE_DEAD, /* will not be captured from any more */
};

struct ct_device;

/*
 * Opens and starts the capture. Borrows name for its life. NULL: message says "what: why, and
 * what to do", and status BAD_FILTER or FAILED.
 */
struct ct_device *ct_source_device_open(const char *name, const struct ct_source_options *options,
                                        uint32_t iface, int netlink_fd,
                                        enum ct_source_status *status,
                                        char message[CT_SOURCE_MESSAGE_MAX]);
void ct_source_device_close(struct ct_device *device);

const char *ct_source_device_name(const struct ct_device *device);
uint32_t ct_source_device_linktype(const struct ct_device *device);
enum ct_device_state ct_source_device_state(const struct ct_device *device);
/* To be polled for input; -1: none, ask it every few milliseconds. */
int ct_source_device_fd(const struct ct_device *device);

/* Hands at most max frames to handler. Returns how many; -1: look at the interface. */
int ct_source_device_dispatch(struct ct_device *device, int max, ct_source_handler handler,
                              void *user);

/*
 * Looks at the interface (through netlink_fd) and sets the state. True when it has changed:
 * message then says what happened.
 */
bool ct_source_device_look(struct ct_device *device, int netlink_fd,
                           char message[CT_SOURCE_MESSAGE_MAX]);

/* Gives it up after an error that is not explained by its state: message says why. */
void ct_source_device_give_up(struct ct_device *device, char message[CT_SOURCE_MESSAGE_MAX]);

/* Adds to counters what came since the last time. */
void ct_source_device_count(struct ct_device *device, int netlink_fd,
                            struct ct_iface_counters *counters);

#endif
