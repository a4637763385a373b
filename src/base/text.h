/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes from the wire as text for people. The one place where such bytes are made safe for a
 * terminal or a log: control characters, DEL, C1 controls and bytes that are not UTF-8 are
 * written as \xHH (for code points of several bytes, each byte).
 */
#ifndef CACHETAP_BASE_TEXT_H
#define CACHETAP_BASE_TEXT_H

#include "cachetap/base.h"

/*
 * Length of the UTF-8 sequence at text.p[at] (RFC 3629: no surrogates, no overlong forms,
 * nothing above U+10FFFF), or 0 when there is none.
 */
size_t ct_base_utf8_length(struct ct_span text, size_t at);

/*
 * True for a code point, length octets at p, that a terminal could act upon or that hides
 * what is there: C0, DEL, C1, line, direction and zero-width controls.
 */
bool ct_base_utf8_control(const uint8_t *p, size_t length);

/*
 * Writes text, made safe, into out with a terminating 0; never more than size bytes and
 * never half a sequence. Returns the bytes written without the 0. What does not fit is cut.
 */
size_t ct_base_text_safe(char *out, size_t size, struct ct_span text);

#endif
