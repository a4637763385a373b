/* SPDX-License-Identifier: Apache-2.0 */
#include "view/state.h"

/* Everything of a packet that was neither TCP of an IP packet nor another protocol. */
static uint64_t undecoded(const struct ct_packet_counters *packets)
{
    return packets->status[CT_PACKET_UNKNOWN_LINKTYPE] + packets->status[CT_PACKET_TRUNCATED] +
           packets->status[CT_PACKET_BAD_HEADER] + packets->status[CT_PACKET_TOO_DEEP] +
           packets->status[CT_PACKET_FRAGMENT_DROPPED];
}

static void take_blind(struct ct_digest *digest, const struct ct_snapshot *snapshot)
{
    uint64_t *blind = digest->blind;
    blind[CT_BLIND_tls] = snapshot->protos[CT_PROTO_TLS].connections;
    blind[CT_BLIND_http2] = snapshot->protos[CT_PROTO_HTTP2].connections;
    blind[CT_BLIND_quic] = snapshot->packets.status[CT_PACKET_QUIC];
    blind[CT_BLIND_encrypted] = snapshot->packets.status[CT_PACKET_ENCRYPTED];
    blind[CT_BLIND_unparsed] = snapshot->http.malformed + snapshot->http.rejected +
                               snapshot->protos[CT_PROTO_HTTP09].connections;
    blind[CT_BLIND_one_way] = snapshot->stream.one_way;
    blind[CT_BLIND_midstream] = snapshot->stream.midstream;
    blind[CT_BLIND_undecoded] = undecoded(&snapshot->packets);
    blind[CT_BLIND_lost] = snapshot->stream.gap_bytes + snapshot->stream.cut_bytes;
    blind[CT_BLIND_unpaired] = snapshot->http.order_unknown;
}

void ct_view_digest_take(struct ct_digest *digest, const struct ct_frame_input *input)
{
    const struct ct_snapshot *snapshot = input->snapshot;
    const struct ct_watch *watch = input->watch;
    digest->now_ns = ct_watch_now(watch);
    digest->transactions = snapshot->transactions;
    digest->not_chosen = snapshot->not_chosen;
    for (int i = 0; i < CT_WINDOW_COUNT; i++) {
        ct_watch_window(watch, (enum ct_window_id)i, &digest->windows[i]);
        ct_watch_window_ttfb(watch, (enum ct_window_id)i, digest->ttfb[i]);
    }
    for (int i = 0; i < CT_ZOOM_COUNT; i++) {
        digest->n_slots[i] =
            ct_watch_slots(watch, (enum ct_zoom)i, digest->slots[i], CT_VIEW_SLOTS);
    }
    for (int i = 0; i < CT_REASON_COUNT; i++) {
        digest->by_reason[i] = snapshot->by_reason[i];
    }
    for (int i = 0; i < CT_FINDING_COUNT; i++) {
        digest->by_finding[i] = snapshot->by_finding[i];
    }
    take_blind(digest, snapshot);
}
