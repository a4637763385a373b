/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One input as a stream of octets: a file, a pipe or standard input, unpacked when its
 * content says that it is compressed. A wait for a pipe ends at a signal, without a moment
 * at which a signal could be missed.
 */
#ifndef CACHETAP_SOURCE_BYTES_H
#define CACHETAP_SOURCE_BYTES_H

#include <stdio.h>

#include "cachetap/source.h"
#include "source/unpack.h"

/* Octets that ct_source_bytes_head shows at most. */
#define CT_SOURCE_HEAD_MAX 32

struct ct_source_bytes;

/*
 * Opens path ("-": standard input). Borrows path for the call and options for its life. NULL:
 * message then says "what: why, and what to do" (empty: interrupted).
 */
struct ct_source_bytes *ct_source_bytes_open(const char *path,
                                             const struct ct_source_options *options, char *message,
                                             size_t message_size);
/* The same from a descriptor, which is taken over also where it fails. */
struct ct_source_bytes *ct_source_bytes_open_fd(int fd, const struct ct_source_options *options,
                                                char *message, size_t message_size);
/* Another descriptor of a file, with its position; the caller's. -1: it is no file. */
int ct_source_bytes_dup(const struct ct_source_bytes *bytes);
void ct_source_bytes_close(struct ct_source_bytes *bytes);

/* At least one octet unless the input has ended, at most n. */
size_t ct_source_bytes_read(struct ct_source_bytes *bytes, uint8_t *out, size_t n);

/* The first octets (fewer when there are no more), still to be read. Before the first read. */
struct ct_span ct_source_bytes_head(struct ct_source_bytes *bytes);

/* How the input is packed as a whole. */
enum ct_source_packing ct_source_bytes_packing(const struct ct_source_bytes *bytes);

/* Why the input has ended early, or NULL when it has not. */
const char *ct_source_bytes_fault(const struct ct_source_bytes *bytes);
/* What to do about a fault before the first octet. Static. */
const char *ct_source_bytes_remedy(const struct ct_source_bytes *bytes);
/* True when the input was ended by options->interrupted. */
bool ct_source_bytes_stopped(const struct ct_source_bytes *bytes);

/* Octets read of those that the file has, as it lies on disk; total 0: not known. */
void ct_source_bytes_progress(const struct ct_source_bytes *bytes, uint64_t *done_bytes,
                              uint64_t *total_bytes);

/*
 * A stdio stream that reads from bytes, which it does not own. NULL: no memory. The buffer is
 * the caller's and must outlive the stream.
 */
FILE *ct_source_bytes_file(struct ct_source_bytes *bytes, char *buffer, size_t buffer_size);

#endif
