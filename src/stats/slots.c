/* SPDX-License-Identifier: Apache-2.0 */
#include "stats/slots.h"

#include <stdlib.h>
#include <string.h>

bool ct_stats_slots_init(struct ct_slots *slots, size_t n, int64_t length_ns, size_t slot_bytes)
{
    *slots = (struct ct_slots){.slot_bytes = slot_bytes, .n = n, .length_ns = length_ns};
    slots->bytes = calloc(n, slot_bytes);
    return slots->bytes != NULL;
}

void ct_stats_slots_fini(struct ct_slots *slots)
{
    free(slots->bytes);
    *slots = (struct ct_slots){.n = 0};
}

uint64_t ct_stats_slots_bytes(const struct ct_slots *slots)
{
    return slots->n * slots->slot_bytes;
}

static size_t place(const struct ct_slots *slots, int64_t number)
{
    return (size_t)((uint64_t)number % slots->n);
}

static void set_newest(struct ct_slots *slots, int64_t number)
{
    slots->newest = number;
    slots->newest_ns = number * slots->length_ns;
    slots->newest_at = place(slots, number);
}

void ct_stats_slots_start(struct ct_slots *slots, int64_t now_ns)
{
    memset(slots->bytes, 0, slots->n * slots->slot_bytes);
    set_newest(slots, now_ns / slots->length_ns);
    slots->first = slots->newest;
}

void ct_stats_slots_start_before(struct ct_slots *slots, int64_t ns)
{
    int64_t number = ns / slots->length_ns;
    slots->first = number < slots->first ? number : slots->first;
}

void ct_stats_slots_advance(struct ct_slots *slots, int64_t now_ns)
{
    if (now_ns - slots->newest_ns < slots->length_ns) {
        return;
    }
    int64_t to = now_ns / slots->length_ns;
    int64_t from = slots->newest + 1;
    if (to - from >= (int64_t)slots->n) {
        from = to - (int64_t)slots->n + 1;
    }
    for (int64_t number = from; number <= to; number++) {
        memset(slots->bytes + place(slots, number) * slots->slot_bytes, 0, slots->slot_bytes);
    }
    set_newest(slots, to);
}

void *ct_stats_slots_at(const struct ct_slots *slots, int64_t ns)
{
    if (ns >= slots->newest_ns) {
        return slots->bytes + slots->newest_at * slots->slot_bytes;
    }
    int64_t number = ns / slots->length_ns;
    if (number < slots->first || slots->newest - number >= (int64_t)slots->n) {
        return NULL;
    }
    return slots->bytes + place(slots, number) * slots->slot_bytes;
}

size_t ct_stats_slots_held(const struct ct_slots *slots)
{
    int64_t held = slots->newest - slots->first + 1;
    return held < (int64_t)slots->n ? (size_t)held : slots->n;
}

static int64_t number_of(const struct ct_slots *slots, size_t i)
{
    return slots->newest - (int64_t)(ct_stats_slots_held(slots) - 1 - i);
}

const void *ct_stats_slots_get(const struct ct_slots *slots, size_t i)
{
    return slots->bytes + place(slots, number_of(slots, i)) * slots->slot_bytes;
}

int64_t ct_stats_slots_begin(const struct ct_slots *slots, size_t i)
{
    return number_of(slots, i) * slots->length_ns;
}
