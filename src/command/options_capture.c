/* SPDX-License-Identifier: Apache-2.0 */
#include "command/options_capture.h"

#include <string.h>

#include "base/number.h"
#include "base/span.h"
#include "command/options_apply.h"
#include "command/options_rows.h"

#define B_UNIT           UINT64_C(1024)    /* of -B without a suffix */
#define C_UNIT           UINT64_C(1000000) /* of -C without a suffix */
#define SAVE_COUNT_MAX   UINT64_C(1000000)
#define RING_BYTES_MAX   (UINT64_C(1) << 40)
#define BUFFER_BYTES_MAX CT_MIB(2047) /* libpcap counts in an int */

static bool add_interface(struct ct_options *options, const char *name)
{
    if (name[0] == '\0') {
        return ct_command_options_wrong(options,
                                        "-i: the name is empty, cachetap -D lists interfaces");
    }
    if (options->live.n_names == CT_IFACES_MAX) {
        return ct_command_options_wrong(options, "-i %s: more than %d interfaces, use -i any", name,
                                        CT_IFACES_MAX);
    }
    options->interfaces[options->live.n_names++] = name;
    options->is_live = true;
    return true;
}

static bool set_snaplen(struct ct_options *options, const char *text)
{
    uint64_t n = 0;
    if (!ct_base_parse_u64(ct_span_of(text), &n) || n > CT_SOURCE_SNAPLEN) {
        return ct_command_options_wrong(options, "-s %s: not a number of octets up to %d, 0 is all",
                                        text, CT_SOURCE_SNAPLEN);
    }
    options->live.snaplen = n > 0 ? (uint32_t)n : CT_SOURCE_SNAPLEN;
    return true;
}

static bool set_buffer(struct ct_options *options, const char *text)
{
    uint64_t n = 0;
    bool plain = ct_base_parse_u64(ct_span_of(text), &n);
    if (plain && n <= UINT64_MAX / B_UNIT) {
        n *= B_UNIT;
    }
    if ((!plain && !ct_base_parse_size(ct_span_of(text), &n)) || n == 0 || n > BUFFER_BYTES_MAX) {
        return ct_command_options_wrong(
            options, "-B %s: not a size below 2 GiB, give KiB or a suffix: 64M", text);
    }
    options->live.buffer_bytes = n;
    return true;
}

static bool set_direction(struct ct_options *options, const char *text)
{
    static const struct {
        const char *name;
        enum ct_direction direction;
    } names[] = {
        {"in", CT_DIRECTION_IN},
        {"out", CT_DIRECTION_OUT},
        {"inout", CT_DIRECTION_BOTH},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i].name) == 0) {
            options->live.direction = names[i].direction;
            return true;
        }
    }
    return ct_command_options_wrong(options, "-Q %s: not a direction, give in, out or inout", text);
}

static bool set_file_size(struct ct_options *options, const char *text)
{
    uint64_t n = 0;
    bool plain = ct_base_parse_u64(ct_span_of(text), &n);
    if (plain && n <= UINT64_MAX / C_UNIT) {
        n *= C_UNIT;
    }
    if ((!plain && !ct_base_parse_size(ct_span_of(text), &n)) || n == 0) {
        return ct_command_options_wrong(
            options, "-C %s: not a size, give millions of octets or a suffix: 64M", text);
    }
    options->save.file_bytes = n;
    return true;
}

static bool set_number(struct ct_options *options, char letter, const char *text, uint64_t most,
                       uint64_t *number)
{
    if (!ct_base_parse_u64(ct_span_of(text), number) || *number == 0 || *number > most) {
        return ct_command_options_wrong(options, "-%c %s: not a whole number from 1 on", letter,
                                        text);
    }
    return true;
}

static bool set_ring(struct ct_options *options, const char *text)
{
    uint64_t n = 0;
    bool plain = ct_base_parse_u64(ct_span_of(text), &n);
    if (plain) { /* what is too much stays too much */
        n = n <= RING_BYTES_MAX / CT_MIB(1) ? n * CT_MIB(1) : UINT64_MAX;
    }
    if ((!plain && !ct_base_parse_size(ct_span_of(text), &n)) || n == 0 || n > RING_BYTES_MAX) {
        return ct_command_options_wrong(
            options, "--ring %s: not a size up to 1 TiB, give MiB or a suffix: 2G", text);
    }
    options->ring_bytes = n;
    return true;
}

static bool set_speed(struct ct_options *options, const char *text)
{
    if (!ct_base_parse_decimal(ct_span_of(text), &options->speed) || options->speed <= 0) {
        return ct_command_options_wrong(
            options,
            "--speed %s: not a positive number, 1 is as captured, 10 ten "
            "times as fast",
            text);
    }
    return true;
}

bool ct_command_options_capture(struct ct_options *options, int key, const char *argument)
{
    switch (key) {
    case 'i':
        return add_interface(options, argument);
    case 's':
        return set_snaplen(options, argument);
    case 'B':
        return set_buffer(options, argument);
    case 'p':
        options->live.promiscuous = false;
        break;
    case 'Q':
        return set_direction(options, argument);
    case CT_KEY_IMMEDIATE:
        options->live.immediate = true;
        break;
    case 'w':
        if (argument[0] == '\0') {
            return ct_command_options_wrong(options, "-w: the name is empty, - is standard output");
        }
        options->save.path = argument;
        break;
    case 'C':
        return set_file_size(options, argument);
    case 'G':
        return set_number(options, 'G', argument, INT32_MAX, &options->save.seconds);
    case 'W':
        return set_number(options, 'W', argument, SAVE_COUNT_MAX, &options->save.count);
    case CT_KEY_RING:
        return set_ring(options, argument);
    case CT_KEY_SPEED:
        return set_speed(options, argument);
    case 'U':
        options->save.packet_buffered = true;
        break;
    default:
        break;
    }
    return true;
}

bool ct_command_options_saves_to_stdout(const struct ct_options *options)
{
    return options->save.path != NULL && strcmp(options->save.path, "-") == 0;
}

/* With --ring the name of -w is that of its files. */
static bool check_ring(struct ct_options *options)
{
    const struct ct_save_options *save = &options->save;
    if (options->ring_bytes == 0) {
        return true;
    }
    if (save->file_bytes > 0 || save->seconds > 0 || save->count > 0) {
        return ct_command_options_wrong(options,
                                        "--ring: its files are written on a signal, leave out "
                                        "-C, -G and -W");
    }
    return !ct_command_options_saves_to_stdout(options) ||
           ct_command_options_wrong(options,
                                    "--ring: it writes files, give -w a name instead of -");
}

static bool check_save(struct ct_options *options)
{
    const struct ct_save_options *save = &options->save;
    if (save->path == NULL) {
        return (save->file_bytes == 0 && save->seconds == 0 && save->count == 0) ||
               ct_command_options_wrong(options,
                                        "-C, -G, -W: nothing is saved, give -w FILE as well");
    }
    if (save->count > 0 && save->file_bytes == 0 && save->seconds == 0) {
        return ct_command_options_wrong(options,
                                        "-W: it counts files of -C or -G, give one of them");
    }
    const char *slash = strrchr(save->path, '/');
    const char *percent = strchr(save->path, '%');
    if (save->seconds > 0 && slash != NULL && percent != NULL && percent < slash) {
        return ct_command_options_wrong(
            options, "-w %s: its folder is a pattern, give -G one in the name alone", save->path);
    }
    if (!ct_command_options_saves_to_stdout(options)) {
        return true;
    }
    if (save->file_bytes > 0 || save->seconds > 0) {
        return ct_command_options_wrong(options,
                                        "-w -: standard output is one file, leave out -C and "
                                        "-G");
    }
    for (size_t i = 0; i < options->n_outputs; i++) {
        if (options->outputs[i].path == NULL) {
            return ct_command_options_wrong(options,
                                            "-w -: packets go to standard output, give the "
                                            "results a file (-o FORMAT:PATH)");
        }
    }
    return true;
}

bool ct_command_options_capture_check(struct ct_options *options)
{
    if (options->is_live && options->n_reads > 0) {
        return ct_command_options_wrong(options,
                                        "-i and -r: a run captures or replays, leave one out");
    }
    options->is_live = options->n_reads == 0;
    if (options->is_live && options->speed > 0) {
        return ct_command_options_wrong(options,
                                        "--speed: only a replay has one, give -r FILE as well");
    }
    options->live.gone_seconds = options->limits.gone_seconds;
    return check_save(options) && check_ring(options);
}
