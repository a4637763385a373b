/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program as a service: process number in a file, metrics, and words for the service
 * manager. Everything that others look at is opened before the first packet.
 */
#ifndef CACHETAP_APP_SERVICE_H
#define CACHETAP_APP_SERVICE_H

#include "app/metrics_server.h"
#include "app/notify.h"
#include "app/options.h"
#include "app/voice.h"
#include "cachetap/cachetap.h"

struct ct_service {
    const struct ct_options *options;
    struct ct_voice *voice;
    struct ct_metrics_server *metrics; /* NULL: none wanted */
    struct ct_notify notify;
    int pid_fd; /* -1: none */
};

/*
 * False: told to voice. Borrows options and voice. Release with ct_app_service_end in every
 * case.
 */
bool ct_app_service_begin(struct ct_service *service, const struct ct_options *options,
                          struct ct_voice *voice);
/* Inputs and outputs are open: serves metrics and says so. False: told to voice. */
bool ct_app_service_ready(struct ct_service *service, const struct ct_engine *engine);
/* To be called about once in a second by the thread that owns engine. */
void ct_app_service_tick(struct ct_service *service, const struct ct_engine *engine);
/* True when ticks are of use. */
bool ct_app_service_wants_ticks(const struct ct_service *service);
/* The run ends: what is pending is about to be written. */
void ct_app_service_stopping(const struct ct_service *service);
void ct_app_service_end(struct ct_service *service);

#endif
