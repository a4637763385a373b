/* SPDX-License-Identifier: Apache-2.0 */
/* The way from the walk to the fragment store and back, for every layer that has fragments. */
#include "packet/fragment.h"
#include "packet/walk.h"

/* The memory of the store is about to be used again: packets of an aggregate in it are gone. */
static void drop_rest(struct ct_walk *walk)
{
    if (walk->rest.next != CT_NEXT_DONE && walk->rest.reassembled) {
        walk->rest.next = CT_NEXT_DONE;
        walk->counters->wifi_aggregated++;
        walk->counters->status[CT_PACKET_TOO_DEEP]++;
    }
}

bool ct_packet_reassemble(struct ct_walk *walk, struct ct_fragment *fragment)
{
    struct ct_datagram datagram;
    fragment->len = walk->wire;
    if (fragment->len == 0 || fragment->len > CT_DATAGRAM_MAX ||
        fragment->offset > CT_DATAGRAM_MAX - fragment->len) {
        (void)ct_walk_end(walk, CT_PACKET_BAD_HEADER);
        return false;
    }
    fragment->key.tunnel = walk->tunnel;
    fragment->ts_ns = walk->segment->ts_ns;
    fragment->captured = (struct ct_span){walk->p, walk->n};
    switch (ct_packet_fragments_add(walk->fragments, fragment, &datagram)) {
    case CT_FRAGMENT_HELD:
        (void)ct_walk_end(walk, CT_PACKET_FRAGMENT_HELD);
        return false;
    case CT_FRAGMENT_REFUSED:
        (void)ct_walk_end(walk, CT_PACKET_FRAGMENT_DROPPED);
        return false;
    case CT_FRAGMENT_WHOLE:
        break;
    }
    drop_rest(walk);
    walk->p = datagram.captured.p;
    walk->n = (uint32_t)datagram.captured.n;
    walk->wire = datagram.len;
    walk->type = datagram.protocol;
    walk->reassembled = true;
    return true;
}
