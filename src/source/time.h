/* SPDX-License-Identifier: Apache-2.0 */
/* Times of capture files as nanoseconds since the epoch, never beyond int64_t. */
#ifndef CACHETAP_SOURCE_TIME_H
#define CACHETAP_SOURCE_TIME_H

#include "cachetap/base.h"

/* seconds and ns together, or the nearer end of int64_t when they lie beyond it. */
int64_t ct_source_time_ns(int64_t seconds, int64_t ns);

#endif
