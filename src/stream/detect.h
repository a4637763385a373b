/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detect: how much of a direction the detector can make use of. The function itself,
 * ct_stream_detect, is public (cachetap/stream.h). Together with *more it gives its best guess
 * so far (CT_PROTO_UNKNOWN when there is none), for a caller that will not get more.
 */
#ifndef CACHETAP_STREAM_DETECT_H
#define CACHETAP_STREAM_DETECT_H

#include "cachetap/stream.h"

/* What stands behind this many octets is not looked at; given as many, *more is never set. */
#define CT_DETECT_MAX 256

#endif
