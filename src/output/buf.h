/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text that a writer is about to write. Grows to the longest line there was and is
 * reused; once memory is refused it takes nothing more and says so. Numbers are made from
 * integers, so that they are exact and do not depend on the locale.
 */
#ifndef CACHETAP_OUTPUT_BUF_H
#define CACHETAP_OUTPUT_BUF_H

#include "cachetap/stats.h"

struct ct_buf {
    char *p;
    size_t n;
    size_t size;
    bool failed; /* memory was refused: the text is not whole */
};

void ct_output_buf_fini(struct ct_buf *buf);

/* Room for n more octets. False when refused. */
bool ct_output_buf_reserve(struct ct_buf *buf, size_t n);

void ct_output_put(struct ct_buf *buf, const char *text);
void ct_output_put_bytes(struct ct_buf *buf, const char *bytes, size_t n);
void ct_output_put_char(struct ct_buf *buf, char c);
void ct_output_put_fill(struct ct_buf *buf, char c, size_t n);
__attribute__((format(printf, 2, 3))) void ct_output_putf(struct ct_buf *buf, const char *format,
                                                          ...);

void ct_output_put_u64(struct ct_buf *buf, uint64_t n);

/* Bytes from the wire, made safe by ct_base_text_safe. */
void ct_output_put_safe(struct ct_buf *buf, struct ct_span text);

/*
 * Columns of a terminal between from and the end: one for each character, wide ones too,
 * none for our own colour sequences (text from the wire holds no ESC any more).
 */
size_t ct_output_width(const struct ct_buf *buf, size_t from);
/* Adds spaces until the text since from is width columns wide. */
void ct_output_pad(struct ct_buf *buf, size_t from, size_t width);
/* Moves the text since from to the right end of width columns. */
void ct_output_pad_left(struct ct_buf *buf, size_t from, size_t width);
/* Cuts the text since from to width columns, the last ones being mark (columns wide). */
void ct_output_cut(struct ct_buf *buf, size_t from, size_t width, const char *mark);

/* Nanoseconds as seconds with six digits, cut: "1700000000.123456". */
#define CT_SECONDS_TEXT_MAX 32
void ct_output_seconds_text(char out[CT_SECONDS_TEXT_MAX], int64_t ns);
void ct_output_put_seconds(struct ct_buf *buf, int64_t ns);
/* Whole seconds, rounded down, and the microseconds that follow. */
void ct_output_split_time(int64_t ns, int64_t *s, int64_t *us);
/* For people: "850us", "1.2ms", "34s", "12m05s". Negative: "0us". */
void ct_output_put_duration(struct ct_buf *buf, int64_t ns);
/* For people: "512", "1.2k", "34M": powers of 1024. */
void ct_output_put_size(struct ct_buf *buf, uint64_t bytes);
/* For people: "512 B", "1.2 KiB". */
void ct_output_put_bytes_size(struct ct_buf *buf, uint64_t bytes);
/* Digits in groups of three: "1,234,567". */
void ct_output_put_count(struct ct_buf *buf, uint64_t n);
/* part of whole in per cent with one digit, "-" when whole is 0. */
void ct_output_put_percent(struct ct_buf *buf, uint64_t part, uint64_t whole);
/* part / whole in millionths, rounded; whole > 0, part <= whole. */
uint64_t ct_output_millionths(uint64_t part, uint64_t whole);

#endif
