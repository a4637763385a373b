/* SPDX-License-Identifier: Apache-2.0 */
#include "service/service.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "process/pidfile.h"
#include "process/signals.h"

static void say_address(struct ct_service *service, const struct ct_metrics_address *address,
                        bool chosen)
{
    char text[CT_METRICS_ADDRESS_TEXT_MAX];
    ct_command_metrics_address_text(address, text);
    if (!address->loopback) {
        ct_process_voice_say(
            service->with.voice,
            "metrics: %s can be reached from other machines: whoever asks learns the "
            "names of your hosts, use a loopback address or a firewall",
            text);
    }
    if (chosen || service->with.options->verbose > 0) {
        ct_process_voice_say(service->with.voice, "metrics: http://%s/metrics", text);
    }
}

static bool open_metrics(struct ct_service *service)
{
    const struct ct_metrics_server_options with = {&service->with.options->limits,
                                                   CT_METRICS_CONNECTION_MS};
    struct ct_metrics_address address;
    char text[CT_METRICS_ADDRESS_TEXT_MAX];
    if (!ct_command_metrics_address_parse(service->with.options->metrics, &address)) {
        return false; /* options have been checked */
    }
    bool chosen = address.socket.v4.sin_port == 0; /* in the same place in both families */
    ct_command_metrics_address_text(&address, text);
    service->metrics = ct_service_metrics_open(&address, &with);
    if (service->metrics == NULL) {
        ct_process_voice_say(service->with.voice,
                             "metrics: cannot listen on %s: %s, give another --metrics", text,
                             strerror(errno));
        return false;
    }
    say_address(service, &address, chosen);
    return true;
}

bool ct_service_begin(struct ct_service *service, const struct ct_service_options *with)
{
    const struct ct_options *options = with->options;
    *service = (struct ct_service){.with = *with, .pid_fd = -1};
    ct_process_notify_open(&service->notify);
    if (options->pid_file != NULL) {
        service->pid_fd = ct_process_pidfile_open(options->pid_file, with->voice);
        if (service->pid_fd < 0 ||
            !ct_process_place_find(&service->pid_place, with->opener, options->pid_file)) {
            return false;
        }
    }
    return options->metrics == NULL || open_metrics(service);
}

static void publish(struct ct_service *service)
{
    struct ct_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (snapshot == NULL) {
        return; /* the page is older for a second */
    }
    if (service->with.snapshot(service->with.user, snapshot)) {
        ct_service_metrics_publish(service->metrics, snapshot);
    } else {
        ct_stats_snapshot_fini(snapshot);
        free(snapshot);
    }
}

void ct_service_tick(struct ct_service *service)
{
    if (service->metrics != NULL) {
        publish(service);
    }
    if (service->notify.watchdog) {
        ct_process_notify_say(&service->notify, "WATCHDOG=1");
    }
}

bool ct_service_ready(struct ct_service *service)
{
    ct_service_tick(service); /* whoever asks finds numbers */
    if (service->metrics != NULL && !ct_service_metrics_start(service->metrics)) {
        ct_process_voice_say(service->with.voice, "metrics: cannot be served: %s", strerror(errno));
        return false;
    }
    if (service->metrics != NULL || service->notify.watchdog) {
        ct_process_signals_tick();
    }
    ct_process_notify_say(&service->notify, "READY=1");
    return true;
}

void ct_service_stopping(const struct ct_service *service)
{
    ct_process_notify_say(&service->notify, "STOPPING=1");
}

void ct_service_end(struct ct_service *service)
{
    ct_service_metrics_close(service->metrics);
    if (service->pid_fd >= 0) {
        ct_process_pidfile_close(service->pid_fd, &service->pid_place);
    }
    ct_process_notify_close(&service->notify);
}
