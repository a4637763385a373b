/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program as a service: process number in a file, metrics, and words for the service
 * manager. Everything that others look at is opened before the first packet.
 */
#ifndef CACHETAP_SERVICE_SERVICE_H
#define CACHETAP_SERVICE_SERVICE_H

#include "command/options.h"
#include "process/notify.h"
#include "process/opener.h"
#include "process/place.h"
#include "process/voice.h"
#include "service/metrics_server.h"

struct ct_service_options {
    const struct ct_options *options;
    struct ct_opener *opener;
    struct ct_voice *voice;
    /* Takes the numbers of now, without lists. False: no memory. */
    bool (*snapshot)(void *user, struct ct_snapshot *snapshot);
    void *user;
};

struct ct_service {
    struct ct_service_options with;
    struct ct_metrics_server *metrics; /* NULL: none wanted */
    struct ct_notify notify;
    int pid_fd; /* -1: none */
    struct ct_place pid_place;
};

/*
 * Opens all there is to open; no thread yet, so that rights can be given up after it. False:
 * told to voice. Borrows what with points to. Release with ct_service_end in every case.
 */
bool ct_service_begin(struct ct_service *service, const struct ct_service_options *with);
/*
 * Inputs and outputs are open: serves metrics, says so, and has the signals' clock tick if ticks
 * are of use. False: told to voice.
 */
bool ct_service_ready(struct ct_service *service);
/* On each tick, about one in a second, in the thread that may take snapshots. */
void ct_service_tick(struct ct_service *service);
/* The run ends: what is pending is about to be written. */
void ct_service_stopping(const struct ct_service *service);
void ct_service_end(struct ct_service *service);

#endif
