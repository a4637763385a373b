/* SPDX-License-Identifier: Apache-2.0 */
#include "sinks/save.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sinks/outlet.h"
#include "source/encode.h"

/* Packets hold what people send: nobody else may read them. */
#define FILE_MODE 0600

struct ct_save {
    const struct ct_options *options;
    const struct ct_save_options *wanted;
    const struct ct_source *source;
    struct ct_voice *voice;
    struct ct_opener *opener;
    struct ct_place place;
    struct ct_encoder *encoder;
    struct ct_outlet *outlet;
    uint8_t *scratch;
    size_t scratch_size;
    uint64_t file_bytes; /* of the current file */
    int64_t rotated_s;   /* when the current series of -G began */
    uint64_t n_rotations;
    uint64_t number; /* of -C */
    int digits;
    bool begun;
    bool over;
    bool told;
    uint64_t lost;
};

bool ct_sinks_save_name(char *name, size_t size, const char *pattern, int64_t seconds,
                        uint64_t number, int digits)
{
    time_t when = (time_t)seconds;
    struct tm local;
    size_t n = 0;
    if (seconds >= 0) {
        if (localtime_r(&when, &local) == NULL) {
            return false;
        }
/* The pattern is the user's own (-G); what strftime makes of it is bounded by size. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        n = strftime(name, size, pattern, &local);
#pragma GCC diagnostic pop
    } else if (strlen(pattern) < size) {
        n = strlen(pattern);
        memcpy(name, pattern, n + 1);
    }
    if (n == 0) {
        return false;
    }
    if (number == 0 && digits == 0) {
        return true;
    }
    int added = snprintf(name + n, size - n, "%0*" PRIu64, digits, number);
    return added > 0 && (size_t)added < size - n;
}

/* Digits of the largest number, count - 1: none for one file (as tcpdump). */
static int digits_of(uint64_t count)
{
    int digits = 0;
    for (uint64_t rest = count > 0 ? count - 1 : 0; rest > 0; rest /= 10) {
        digits++;
    }
    return digits;
}

static bool is_stdout(const struct ct_save *save)
{
    return strcmp(save->wanted->path, "-") == 0;
}

static const char *shown_path(const struct ct_save *save)
{
    return is_stdout(save) ? "standard output" : save->wanted->path;
}

static void tell(struct ct_save *save, int error)
{
    if (!save->told) {
        save->told = true;
        ct_process_voice_say(save->voice,
                             "%s: packets cannot be saved: %s, the analysis goes on without%s",
                             shown_path(save), ct_process_place_error(error),
                             save->options->is_live ? ", and saving when that is over" : "");
    }
}

/* The first octets of a file, to be freed; p NULL: no memory. */
static struct ct_span make_head(const struct ct_save *save)
{
    size_t n = ct_source_encode_head_size(save->encoder);
    uint8_t *head = malloc(n);
    if (head != NULL) {
        ct_source_encode_head(save->encoder, head);
    }
    return (struct ct_span){head, head != NULL ? n : 0};
}

static bool current_name(const struct ct_save *save, char *name, size_t size)
{
    bool numbered = save->wanted->file_bytes > 0;
    return ct_sinks_save_name(name, size, save->place.name,
                              save->wanted->seconds > 0 ? save->rotated_s : -1, save->number,
                              numbered ? save->digits : 0);
}

/* Further files, made by whoever writes. False: not now. */
static bool next_file(struct ct_save *save)
{
    char name[PATH_MAX];
    struct ct_span head = make_head(save);
    struct ct_outlet_file file = {
        .place = &save->place, .name = name, .flags = O_TRUNC, .mode = FILE_MODE, .head = head};
    bool named = current_name(save, name, sizeof name);
    bool begun = named && head.p != NULL && ct_sinks_outlet_next(save->outlet, &file);
    if (!named) {
        tell(save, ENAMETOOLONG);
    }
    if (begun) {
        save->file_bytes = head.n;
    }
    free((void *)(uintptr_t)head.p);
    return begun;
}

static bool is_input(const struct ct_save *save, int fd)
{
    struct stat mine;
    struct stat input;
    for (size_t i = 0; fstat(fd, &mine) == 0 && i < save->options->n_reads; i++) {
        if (stat(save->options->reads[i], &input) == 0 && S_ISREG(mine.st_mode) &&
            input.st_dev == mine.st_dev && input.st_ino == mine.st_ino) {
            return true;
        }
    }
    return false;
}

/* The first file is made at once, so that what is wrong with it ends the run before it began. */
static bool first_file(struct ct_save *save)
{
    char name[PATH_MAX];
    int fd = -1;
    if (!current_name(save, name, sizeof name)) {
        ct_process_voice_say(save->voice, "%s: cannot be written: the name is too long or empty",
                             shown_path(save));
        return false;
    }
    fd = ct_process_place_create(&save->place, name, 0, FILE_MODE);
    if (fd < 0) {
        ct_process_voice_say(save->voice,
                             "%s: cannot be written: %s, check the path and its "
                             "permissions",
                             shown_path(save), ct_process_place_error(errno));
        return false;
    }
    if (is_input(save, fd)) {
        ct_process_voice_say(save->voice,
                             "%s: cannot be written: it is an input of this run, give "
                             "another path",
                             shown_path(save));
        (void)close(fd); /* nothing was written */
        return false;
    }
    if (ftruncate(fd, 0) != 0 && errno != EINVAL) { /* pipes and devices cannot */
        ct_process_voice_say(save->voice, "%s: cannot be emptied: %s, remove it", shown_path(save),
                             strerror(errno));
        (void)close(fd); /* nothing was written */
        return false;
    }
    return ct_sinks_outlet_use(save->outlet, fd, true);
}

static bool begin(struct ct_save *save)
{
    save->begun = true;
    bool opened = is_stdout(save) ? ct_sinks_outlet_use(save->outlet, STDOUT_FILENO, false)
                                  : first_file(save);
    struct ct_span head = make_head(save);
    if (opened) {
        ct_sinks_outlet_put(save->outlet, head.p, head.n);
        save->file_bytes = head.n;
        opened = head.p != NULL && ct_sinks_outlet_commit(save->outlet);
    }
    free((void *)(uintptr_t)head.p);
    return opened;
}

/* pcapng where one file may get frames of several link types, or where its name asks for it. */
static bool wants_pcapng(const struct ct_save *save, uint32_t *linktype)
{
    size_t n = strlen(save->wanted->path);
    bool named = n > 7 && strcmp(save->wanted->path + n - 7, ".pcapng") == 0;
    return !ct_source_one_linktype(save->source, linktype) || named;
}

static bool set_up(struct ct_save *save)
{
    uint32_t linktype = 0;
    bool pcapng = wants_pcapng(save, &linktype);
    save->encoder = ct_source_encoder_new(pcapng, linktype);
    save->outlet =
        ct_sinks_outlet_new((size_t)save->options->limits.save_bytes, save->options->is_live);
    save->digits = digits_of(save->wanted->count);
    save->rotated_s = (int64_t)time(NULL);
    if (save->encoder == NULL || save->outlet == NULL) {
        ct_process_voice_say(save->voice, "%s: cannot be written: out of memory", shown_path(save));
        return false;
    }
    if (!is_stdout(save) &&
        !ct_process_place_find(&save->place, save->opener, save->wanted->path)) {
        ct_process_voice_say(save->voice,
                             "%s: cannot be written: %s, check the folder and its "
                             "permissions",
                             shown_path(save), ct_process_place_error(errno));
        return false;
    }
    ct_source_encoder_add_all(save->encoder, save->source);
    /* Files of a replay are named by the time of its packets. */
    bool waits_for_packet = !save->options->is_live && save->wanted->seconds > 0;
    return waits_for_packet || begin(save);
}

struct ct_save *ct_sinks_save_open(const struct ct_options *options, const struct ct_source *source,
                                   struct ct_opener *opener, struct ct_voice *voice)
{
    struct ct_save *save = calloc(1, sizeof *save);
    if (save == NULL) {
        ct_process_voice_say(voice, "%s: cannot be written: out of memory", options->save.path);
        return NULL;
    }
    save->options = options;
    save->wanted = &options->save;
    save->source = source;
    save->voice = voice;
    save->opener = opener;
    if (!set_up(save)) {
        ct_sinks_save_close(save);
        return NULL;
    }
    return save;
}

bool ct_sinks_save_start(struct ct_save *save)
{
    if (!ct_sinks_outlet_start(save->outlet)) {
        ct_process_voice_say(save->voice, "%s: cannot be written: no thread: %s", shown_path(save),
                             strerror(errno));
        return false;
    }
    return true;
}

static void rotate_by_size(struct ct_save *save)
{
    uint64_t before = save->number;
    save->number++;
    if (save->wanted->count > 0 && save->number >= save->wanted->count) {
        save->number = 0;
    }
    if (!next_file(save)) {
        save->number = before;
    }
}

void ct_sinks_save_tick(struct ct_save *save, int64_t now_ns)
{
    int64_t now_s = now_ns / CT_NS_PER_S;
    if (save->wanted->seconds == 0 || !save->begun || save->over ||
        now_s - save->rotated_s < (int64_t)save->wanted->seconds) {
        return;
    }
    save->rotated_s = now_s;
    save->n_rotations++;
    if (save->wanted->file_bytes == 0 && save->wanted->count > 0 &&
        save->n_rotations >= save->wanted->count) {
        save->over = true;
        return;
    }
    save->number = 0;
    (void)next_file(save); /* else the file goes on */
}

static void put_frame(struct ct_save *save, const struct ct_frame *frame)
{
    bool is_new = !ct_source_encoder_knows(save->encoder, frame);
    if (is_new && !ct_source_encoder_add(save->encoder, frame,
                                         ct_source_iface_name(save->source, frame->iface))) {
        save->lost++;
        return;
    }
    size_t iface_size = is_new ? ct_source_encode_iface_size(save->encoder) : 0;
    size_t size = iface_size + ct_source_encode_size(save->encoder, frame);
    if (size > save->scratch_size) {
        uint8_t *larger = realloc(save->scratch, size);
        if (larger == NULL) {
            save->lost++;
            return;
        }
        save->scratch = larger;
        save->scratch_size = size;
    }
    if (is_new) {
        ct_source_encode_iface(save->encoder, save->scratch);
    }
    ct_source_encode(save->encoder, frame, save->scratch + iface_size);
    ct_sinks_outlet_put(save->outlet, save->scratch, size);
    if (ct_sinks_outlet_commit(save->outlet)) {
        save->file_bytes += size;
    } else {
        save->lost++;
    }
}

void ct_sinks_save_frame(struct ct_save *save, const struct ct_frame *frame)
{
    if (!save->begun) {
        save->rotated_s = frame->ts_ns / CT_NS_PER_S;
        if (!begin(save)) {
            save->told = true;
        }
    }
    if (!save->options->is_live) {
        ct_sinks_save_tick(save, frame->ts_ns);
    }
    if (save->over) {
        return;
    }
    if (save->wanted->file_bytes > 0 && save->file_bytes > save->wanted->file_bytes) {
        rotate_by_size(save);
    }
    put_frame(save, frame);
    if (save->wanted->packet_buffered) {
        ct_sinks_outlet_flush(save->outlet);
    }
}

void ct_sinks_save_flush(struct ct_save *save)
{
    int error = 0;
    ct_sinks_outlet_flush(save->outlet);
    if (ct_sinks_outlet_state(save->outlet, &error) == CT_OUTLET_STUCK) {
        tell(save, error);
    }
}

bool ct_sinks_save_is_over(struct ct_save *save)
{
    int error = 0;
    return save->over || ct_sinks_outlet_state(save->outlet, &error) == CT_OUTLET_CLOSED;
}

uint64_t ct_sinks_save_lost(const struct ct_save *save)
{
    return save->lost;
}

bool ct_sinks_save_finish(struct ct_save *save)
{
    int error = 0;
    ct_sinks_outlet_wait(save->outlet);
    bool whole = ct_sinks_outlet_finish(save->outlet);
    if (ct_sinks_outlet_state(save->outlet, &error) == CT_OUTLET_STUCK) {
        tell(save, error);
    }
    return whole && save->lost == 0 && !save->told;
}

void ct_sinks_save_close(struct ct_save *save)
{
    if (save == NULL) {
        return;
    }
    ct_sinks_outlet_free(save->outlet);
    ct_source_encoder_free(save->encoder);
    free(save->scratch);
    free(save);
}
