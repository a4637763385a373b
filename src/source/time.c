/* SPDX-License-Identifier: Apache-2.0 */
#include "source/time.h"

#include "source/pcapng.h"

int64_t ct_source_time_ns(int64_t seconds, int64_t ns)
{
    int64_t result = 0;
    if (__builtin_mul_overflow(seconds, CT_NS_PER_S, &result) ||
        __builtin_add_overflow(result, ns, &result)) {
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    }
    return result;
}

/* Units of 2^-power seconds; power below 128. Fractions beyond 2^-32 s (0.2 ns) are dropped. */
static void split_binary(uint64_t units, unsigned power, uint64_t *seconds, uint64_t *ns)
{
    *seconds = power < 64 ? units >> power : 0;
    uint64_t fraction = power < 64 ? units & ((UINT64_C(1) << power) - 1) : units;
    if (power > 32) {
        fraction = power - 32 < 64 ? fraction >> (power - 32) : 0;
        power = 32;
    }
    *ns = fraction * (uint64_t)CT_NS_PER_S >> power;
}

/* Units of 10^-power seconds; power below 128. */
static void split_decimal(uint64_t units, unsigned power, uint64_t *seconds, uint64_t *ns)
{
    static const uint64_t powers[] = {1,      10,      100,      1000,      10000,
                                      100000, 1000000, 10000000, 100000000, 1000000000};
    while (power > 9 && units > 0) { /* finer than a nanosecond: not kept */
        units /= 10;
        power--;
    }
    uint64_t per_second = powers[power < 9 ? power : 9];
    *seconds = units / per_second;
    *ns = units % per_second * ((uint64_t)CT_NS_PER_S / per_second);
}

int64_t ct_source_pcapng_time(uint64_t units, uint8_t tsresol, int64_t offset_s)
{
    uint64_t seconds = 0;
    uint64_t ns = 0;
    unsigned power = tsresol & 0x7fu;
    if ((tsresol & 0x80u) != 0) {
        split_binary(units, power, &seconds, &ns);
    } else {
        split_decimal(units, power, &seconds, &ns);
    }
    int64_t sum = 0;
    if (seconds > INT64_MAX || __builtin_add_overflow((int64_t)seconds, offset_s, &sum)) {
        return offset_s < 0 && seconds <= INT64_MAX ? INT64_MIN : INT64_MAX;
    }
    return ct_source_time_ns(sum, (int64_t)ns);
}
