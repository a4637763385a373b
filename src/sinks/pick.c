/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/pick.h"

#include <stdlib.h>

#include "cachetap/packet.h"

/* The two ends of a connection, the lesser one first. */
struct pair {
    struct ct_endpoint low;
    struct ct_endpoint high;
};

struct ct_pick {
    struct ct_decoder *decoder;
    struct ct_encoded *encoded;
    size_t n;
    struct pair pairs[]; /* sorted */
};

static struct pair pair_of(const struct ct_endpoint *a, const struct ct_endpoint *b)
{
    return ct_base_endpoint_compare(a, b) <= 0 ? (struct pair){*a, *b} : (struct pair){*b, *a};
}

static int compare(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    int low = ct_base_endpoint_compare(&left->low, &right->low);
    return low != 0 ? low : ct_base_endpoint_compare(&left->high, &right->high);
}

struct ct_pick *ct_sinks_pick_new(const struct ct_conn_info *conns, size_t n)
{
    const struct ct_key key = {.bytes = {0}}; /* of a table that lives for one file */
    struct ct_limits limits;
    struct ct_pick *pick = calloc(1, sizeof *pick + n * sizeof pick->pairs[0]);
    if (pick == NULL) {
        return NULL;
    }
    ct_base_limits_init(&limits);
    pick->decoder = ct_packet_decoder_new(&limits, &key);
    if (pick->decoder == NULL) {
        ct_sinks_pick_free(pick);
        return NULL;
    }
    for (pick->n = 0; pick->n < n; pick->n++) {
        pick->pairs[pick->n] = pair_of(&conns[pick->n].orig, &conns[pick->n].resp);
    }
    qsort(pick->pairs, n, sizeof pick->pairs[0], compare);
    return pick;
}

bool ct_sinks_pick_learn(struct ct_pick *pick, const struct ct_encoder *encoder)
{
    pick->encoded = ct_source_encoded_new(encoder);
    return pick->encoded != NULL;
}

void ct_sinks_pick_free(struct ct_pick *pick)
{
    if (pick != NULL) {
        ct_packet_decoder_free(pick->decoder);
        ct_source_encoded_free(pick->encoded);
        free(pick);
    }
}

static bool is_wanted(const struct ct_pick *pick, const struct ct_segment *segment)
{
    struct pair pair = pair_of(&segment->src, &segment->dst);
    return bsearch(&pair, pick->pairs, pick->n, sizeof pair, compare) != NULL;
}

static bool choose(struct ct_pick *pick, const struct ct_frame *frame)
{
    struct ct_segment segment;
    enum ct_packet_status status = ct_packet_decode(pick->decoder, frame, &segment);
    do {
        if (status == CT_PACKET_TCP && is_wanted(pick, &segment)) {
            return true;
        }
    } while (ct_packet_decode_more(pick->decoder, &status, &segment));
    return false;
}

size_t ct_sinks_pick_run(struct ct_pick *pick, const uint8_t *begin, size_t n, bool *chosen,
                         uint64_t *packets)
{
    struct ct_frame frame;
    size_t done = 0;
    size_t size = 0;
    *packets = 0;
    while ((size = ct_source_encoded_next(pick->encoded, begin + done, n - done, &frame)) > 0) {
        bool this_one = pick->n == 0 || choose(pick, &frame);
        if (done > 0 && this_one != *chosen) {
            break;
        }
        *chosen = this_one;
        *packets += 1;
        done += size;
    }
    return done;
}
