/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrappings: every link type, tunnel and tag that is opened, as the beginning of a frame which
 * the test goes on with at an IPv4 header.
 */
#ifndef TESTS_SUPPORT_WRAPPINGS_H
#define TESTS_SUPPORT_WRAPPINGS_H

#include "support/frames.h"

/* How many there are. */
size_t tf_wrappings(void);
/* Begins frame f with wrapping i; returns its name. */
const char *tf_wrap(size_t i, struct tf_frame *f);

#endif
