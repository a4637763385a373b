/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers for cells: short texts by value. */
#ifndef CACHETAP_VIEW_FORMAT_H
#define CACHETAP_VIEW_FORMAT_H

#include "cachetap/stats.h"

struct ct_word {
    char text[48];
};

/* "1,234,567" where it fits in width columns, else "1.23M", powers of 1000. */
struct ct_word ct_view_count(uint64_t n, unsigned width);
/* "512", "1.2k", "34M": octets, powers of 1024. */
struct ct_word ct_view_octets(uint64_t n);
/* "12.3/s" and so on: n in ns; "-" when no time has passed. Without unit. */
struct ct_word ct_view_rate(uint64_t n, int64_t ns, unsigned width);
/* Bits per second of octets in ns: "1.2 Mbit/s". */
struct ct_word ct_view_bits(uint64_t octets, int64_t ns);
/* "81.2 %", "-" when whole is 0. */
struct ct_word ct_view_percent(uint64_t part, uint64_t whole);
struct ct_word ct_view_duration(int64_t ns);
/* "00:12:34" */
struct ct_word ct_view_elapsed(int64_t ns);
/* Time of day, UTC: "14:03:22", with milliseconds "14:03:22.123". */
struct ct_word ct_view_clock(int64_t epoch_ns, bool milliseconds);

#endif
