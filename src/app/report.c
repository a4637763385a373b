/* SPDX-License-Identifier: Apache-2.0 */
#include "app/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "cachetap/source.h"

static void say_interfaces(struct ct_voice *voice, const struct ct_capture_counters *capture)
{
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        const struct ct_iface_counters *iface = &capture->ifaces[i];
        ct_process_voice_say(voice,
                             "%s: %" PRIu64 " packets received by filter, %" PRIu64
                             " dropped by kernel, %" PRIu64 " dropped by interface%s",
                             iface->name, iface->received, iface->kernel_drops,
                             iface->interface_drops, iface->up ? "" : "; it is down");
    }
}

void ct_app_report_statistics(struct ct_voice *voice, const struct ct_snapshot *snapshot)
{
    double seconds = ct_process_voice_elapsed(voice);
    double ratio = ct_stats_ratio(snapshot->ratios.client_requests);
    uint64_t packets = snapshot->packets.frames;
    char text[32] = "none";
    if (ratio >= 0) {
        (void)snprintf(text, sizeof text, "%.1f %%", ratio * 100);
    }
    ct_process_voice_say(voice,
                         "%" PRIu64 " packets (%" PRIu64 " TCP), %" PRIu64 " connections (%" PRIu64
                         " open), %.2f seconds, %.0f packets/s",
                         packets, snapshot->packets.status[CT_PACKET_TCP],
                         snapshot->stream.connections, snapshot->stream.open_now, seconds,
                         seconds > 0 ? (double)packets / seconds : 0.0);
    ct_process_voice_say(voice,
                         "%" PRIu64 " transactions: %" PRIu64 " hit, %" PRIu64 " miss, %" PRIu64
                         " bypass, %" PRIu64 " other; hit ratio %s = hit / (hit + miss)",
                         snapshot->transactions,
                         ct_stats_class_sum(snapshot->counts.n, CT_CLASS_HIT),
                         ct_stats_class_sum(snapshot->counts.n, CT_CLASS_MISS),
                         ct_stats_class_sum(snapshot->counts.n, CT_CLASS_BYPASS),
                         ct_stats_class_sum(snapshot->counts.n, CT_CLASS_OTHER), text);
    say_interfaces(voice, &snapshot->capture);
}

void ct_app_report_losses(struct ct_voice *voice, const struct ct_snapshot *snapshot)
{
    const struct ct_capture_counters *capture = &snapshot->capture;
    for (size_t i = 0; i < capture->n_ifaces; i++) {
        const struct ct_iface_counters *iface = &capture->ifaces[i];
        if (iface->kernel_drops > 0 || iface->interface_drops > 0) {
            ct_process_voice_say(voice,
                                 "%s: numbers are partial: %" PRIu64
                                 " packets dropped by kernel, %" PRIu64
                                 " by interface, give a larger buffer (-B) or a capture filter",
                                 iface->name, iface->kernel_drops, iface->interface_drops);
        }
    }
    if (capture->recorded_drops > 0) {
        ct_process_voice_say(voice,
                             "capture: numbers are partial: %" PRIu64
                             " packets were lost when it was made, as it says itself",
                             capture->recorded_drops);
    }
    if (capture->dropped_records > 0) {
        ct_process_voice_say(voice,
                             "output: %" PRIu64 " results are missing in it: it was too slow, "
                             "read it faster or give it a larger memory (--limit output_bytes)",
                             capture->dropped_records);
    }
    if (capture->unsaved_packets > 0) {
        ct_process_voice_say(voice,
                             "-w: %" PRIu64 " packets are missing in it: it was too slow or full",
                             capture->unsaved_packets);
    }
}

bool ct_app_report_unknown_linktype(struct ct_voice *voice, const struct ct_snapshot *snapshot)
{
    uint64_t n = snapshot->packets.status[CT_PACKET_UNKNOWN_LINKTYPE];
    uint32_t linktype = snapshot->packets.unknown_linktype;
    const char *name = ct_source_linktype_name(linktype);
    if (n > 0) {
        ct_process_voice_say(
            voice,
            "link type %" PRIu32 " (%s) is not decoded: %" PRIu64
            " packets were not looked into, capture where the link is Ethernet or IP",
            linktype, name != NULL ? name : "unknown", n);
    }
    return n > 0;
}

bool ct_app_report_assertions(struct ct_voice *voice, const struct ct_options *options,
                              const struct ct_snapshot *snapshot)
{
    char message[CT_QUERY_MESSAGE_MAX];
    bool all = true;
    for (size_t i = 0; i < options->n_assertions; i++) {
        struct ct_assertion *assertion = ct_output_assertion_new(options->assertions[i], message);
        if (assertion == NULL || !ct_output_assertion_holds(assertion, snapshot)) {
            all = false;
            ct_process_voice_say(voice, "--assert %s: does not hold", options->assertions[i]);
        }
        ct_output_assertion_free(assertion);
    }
    return all;
}
