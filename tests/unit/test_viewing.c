/* SPDX-License-Identifier: Apache-2.0 */
/* What the live view wants of the program: a replay that obeys, packets chosen, words held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/reader.h"
#include "cachetap/packet.h"
#include "cachetap/terminal.h"
#include "process/voice.h"
#include "sinks/pick.h"

#define SAMPLE       "captures/nginx.pcap"
#define SAMPLE_COUNT 773

/* ---- speed, pause, steps ----------------------------------------------------------------------
 */

static void speeds_are_doubled_and_halved_within_bounds(void **state)
{
    (void)state;
    struct ct_control control;
    assert_true(ct_app_control_init(&control, 0));
    ct_app_control_speed(&control, 2); /* nothing is faster than as fast as possible */
    assert_true(ct_app_control_state(&control).speed == 0);
    ct_app_control_speed(&control, 0.5); /* slower than that: as captured */
    assert_true(ct_app_control_state(&control).speed == 1);
    ct_app_control_speed(&control, 0.5);
    assert_true(ct_app_control_state(&control).speed == 0.5);
    for (int i = 0; i < 20; i++) {
        ct_app_control_speed(&control, 0.5);
    }
    assert_true(ct_app_control_state(&control).speed == CT_CONTROL_SPEED_MIN);
    for (int i = 0; i < 40; i++) {
        ct_app_control_speed(&control, 2);
    }
    assert_true(ct_app_control_state(&control).speed == 0);
    ct_app_control_speed(&control, 0.5);
    ct_app_control_speed(&control, 0);
    assert_true(ct_app_control_state(&control).speed == 0);
    ct_app_control_fini(&control);
}

/* A reader over the sample, driven from its own hooks. */
struct driver {
    struct ct_reader reader;
    struct ct_control control;
    uint64_t frames;
    uint64_t found;      /* what a step looks at */
    uint64_t found_each; /* frames that make it grow */
    uint64_t waits;
    void (*when_waiting)(struct driver *driver);
    bool stops;
};

static void on_frame(void *user, const struct ct_frame *frame)
{
    struct driver *driver = user;
    assert_true(frame->cap_len > 0);
    driver->frames++;
    driver->found = driver->frames / driver->found_each;
}

static void on_tick(void *user, int64_t now_ns)
{
    (void)user;
    (void)now_ns;
}

/* Called after batches, too; what waits is told by the pause. */
static bool on_batch(void *user)
{
    struct driver *driver = user;
    if (driver->reader.wanted.paused) {
        driver->waits++;
        driver->when_waiting(driver);
    }
    return !driver->stops;
}

static uint64_t on_found(void *user)
{
    return ((struct driver *)user)->found;
}

static void begin(struct driver *driver, struct ct_source *source)
{
    *driver = (struct driver){.found_each = 10};
    assert_true(ct_app_reader_init(&driver->reader));
    assert_true(ct_app_control_init(&driver->control, 0));
    driver->reader.source = source;
    driver->reader.control = &driver->control;
    driver->reader.hooks = (struct ct_reader_hooks){
        .frame = on_frame, .tick = on_tick, .batch = on_batch, .found = on_found, .user = driver};
}

static void end(struct driver *driver)
{
    ct_app_reader_fini(&driver->reader);
    ct_app_control_fini(&driver->control);
}

static struct ct_source *open_sample(bool rewinds)
{
    static const char *const paths[] = {SAMPLE};
    const struct ct_source_options options = {.paths = paths, .n_paths = 1, .rewinds = rewinds};
    struct ct_source *source = NULL;
    assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
    return source;
}

static void step_thrice_then_go_on(struct driver *driver)
{
    assert_int_equal(driver->frames, 10 * (driver->waits - 1));
    if (driver->waits < 4) {
        ct_app_control_step(&driver->control);
    } else {
        ct_app_control_pause(&driver->control, false);
    }
}

static void a_step_is_one_more_transaction(void **state)
{
    (void)state;
    struct driver driver;
    begin(&driver, open_sample(false));
    driver.when_waiting = step_thrice_then_go_on;
    ct_app_control_pause(&driver.control, true);
    ct_app_reader_run(&driver.reader);
    assert_int_equal(driver.waits, 4);
    assert_int_equal(driver.frames, SAMPLE_COUNT);
    ct_source_close(driver.reader.source);
    end(&driver);
}

static void stop_while_paused(struct driver *driver)
{
    driver->stops = true;
}

static void a_paused_reader_ends_when_told(void **state)
{
    (void)state;
    struct driver driver;
    begin(&driver, open_sample(false));
    driver.when_waiting = stop_while_paused;
    ct_app_control_pause(&driver.control, true);
    ct_app_reader_run(&driver.reader);
    assert_int_equal(driver.frames, 0);
    ct_source_close(driver.reader.source);
    end(&driver);
}

/* ---- again ------------------------------------------------------------------------------------
 */

static void run_over(struct driver *driver)
{
    driver->frames = 0;
    ct_app_reader_run(&driver->reader);
    assert_int_equal(driver->frames, SAMPLE_COUNT);
    ct_app_reader_restart(&driver->reader);
}

static void a_replay_can_be_read_again_from_any_place(void **state)
{
    (void)state;
    struct driver driver;
    struct ct_frame frame;
    struct ct_source *source = open_sample(true);
    begin(&driver, source);
    assert_true(ct_source_can_rewind(source));
    for (int i = 0; i < 3; i++) {
        run_over(&driver); /* to its end */
        assert_true(ct_source_rewind(source));
    }
    for (int i = 0; i < 20; i++) { /* from its middle */
        assert_int_equal(ct_source_next(source, &frame), CT_SOURCE_OK);
    }
    int64_t later_ns = frame.ts_ns;
    assert_true(ct_source_rewind(source));
    assert_int_equal(ct_source_next(source, &frame), CT_SOURCE_OK);
    assert_true(frame.ts_ns < later_ns);
    assert_int_equal(frame.iface, 0);
    ct_source_close(source);
    end(&driver);
}

static void without_being_asked_or_from_a_pipe_it_cannot(void **state)
{
    (void)state;
    int ends[2];
    uint8_t bytes[4096];
    struct ct_source *source = open_sample(false);
    assert_false(ct_source_can_rewind(source));
    assert_false(ct_source_rewind(source));
    ct_source_close(source);

    FILE *file = fopen(SAMPLE, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, n), n);
    assert_int_equal(close(ends[1]), 0);
    char path[32];
    (void)snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    const char *const paths[] = {path};
    const struct ct_source_options options = {.paths = paths, .n_paths = 1, .rewinds = true};
    assert_int_equal(ct_source_open(&options, &source), CT_SOURCE_OK);
    assert_false(ct_source_can_rewind(source));
    assert_false(ct_source_rewind(source));
    ct_source_close(source);
    assert_int_equal(close(ends[0]), 0);
}

/* ---- packets of a connection --------------------------------------------------------------------
 */

struct tape {
    uint8_t *bytes;
    size_t n;
    struct ct_conn_info conn; /* of the first TCP segment */
    uint64_t of_conn;
};

static bool is_of(const struct ct_conn_info *conn, const struct ct_segment *segment)
{
    return (ct_base_endpoint_compare(&segment->src, &conn->orig) == 0 &&
            ct_base_endpoint_compare(&segment->dst, &conn->resp) == 0) ||
           (ct_base_endpoint_compare(&segment->dst, &conn->orig) == 0 &&
            ct_base_endpoint_compare(&segment->src, &conn->resp) == 0);
}

static void encode_sample(struct tape *tape, struct ct_encoder *encoder)
{
    const struct ct_key key = {.bytes = {0}};
    struct ct_limits limits;
    struct ct_frame frame;
    struct ct_segment segment;
    struct ct_source *source = open_sample(false);
    bool has_conn = false;
    ct_base_limits_init(&limits);
    struct ct_decoder *decoder = ct_packet_decoder_new(&limits, &key);
    *tape = (struct tape){.bytes = malloc(2 << 20)};
    while (ct_source_next(source, &frame) == CT_SOURCE_OK) {
        if (!ct_source_encoder_knows(encoder, &frame)) {
            assert_true(ct_source_encoder_add(encoder, &frame, "x"));
        }
        ct_source_encode(encoder, &frame, tape->bytes + tape->n);
        tape->n += ct_source_encode_size(encoder, &frame);
        bool tcp = ct_packet_decode(decoder, &frame, &segment) == CT_PACKET_TCP;
        if (tcp && !has_conn) {
            tape->conn.orig = segment.src;
            tape->conn.resp = segment.dst;
            has_conn = true;
        }
        tape->of_conn += tcp && is_of(&tape->conn, &segment);
    }
    ct_packet_decoder_free(decoder);
    ct_source_close(source);
}

static void count_chosen(struct ct_pick *pick, const struct tape *tape, uint64_t *in,
                         uint64_t *others)
{
    size_t done = 0;
    size_t n = 0;
    bool chosen = false;
    uint64_t packets = 0;
    *in = 0;
    *others = 0;
    while ((n = ct_sinks_pick_run(pick, tape->bytes + done, tape->n - done, &chosen, &packets)) >
           0) {
        *(chosen ? in : others) += packets;
        done += n;
    }
    assert_int_equal(done, tape->n);
}

static void packets_of_a_connection_are_chosen(void **state)
{
    (void)state;
    for (int pcapng = 0; pcapng < 2; pcapng++) {
        struct tape tape;
        uint64_t in = 0;
        uint64_t others = 0;
        struct ct_source *source = open_sample(false);
        uint32_t linktype = 0;
        assert_true(ct_source_one_linktype(source, &linktype));
        ct_source_close(source);
        struct ct_encoder *encoder = ct_source_encoder_new(pcapng == 1, linktype);
        encode_sample(&tape, encoder);
        assert_true(tape.of_conn > 2 && tape.of_conn < SAMPLE_COUNT);

        struct ct_pick *pick = ct_sinks_pick_new(&tape.conn, 1);
        assert_true(ct_sinks_pick_learn(pick, encoder));
        count_chosen(pick, &tape, &in, &others);
        assert_int_equal(in, tape.of_conn);
        assert_int_equal(in + others, SAMPLE_COUNT);
        ct_sinks_pick_free(pick);

        pick = ct_sinks_pick_new(NULL, 0);
        assert_true(ct_sinks_pick_learn(pick, encoder));
        count_chosen(pick, &tape, &in, &others);
        assert_int_equal(in, SAMPLE_COUNT);
        ct_sinks_pick_free(pick);
        ct_source_encoder_free(encoder);
        free(tape.bytes);
    }
}

/* ---- words
 * ---------------------------------------------------------------------------------------- */

static void what_is_said_meanwhile_is_held_back_and_then_said(void **state)
{
    (void)state;
    struct ct_voice voice;
    char line[CT_VOICE_LINE_BYTES];
    char text[CT_VOICE_HELD_BYTES * 2];
    int saved = dup(STDERR_FILENO);
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(fflush(stderr), 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    ct_process_voice_init(&voice, false);
    assert_true(ct_process_voice_hold(&voice));
    assert_int_equal(ct_process_voice_latest(&voice, line), 0);
    ct_process_voice_say(&voice, "eth0: is \033[31m down");
    ct_process_voice_say(&voice, "eth0: is back");
    bool silent = lseek(fileno(file), 0, SEEK_END) == 0;
    uint64_t n = ct_process_voice_latest(&voice, line);
    for (int i = 0; i < 200; i++) {
        ct_process_voice_say(&voice, "%0128d", i); /* more than is kept */
    }
    ct_process_voice_release(&voice);
    ct_process_voice_say(&voice, "after");
    (void)fflush(stderr);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    assert_true(silent);
    assert_int_equal(n, 2);
    assert_string_equal(line, "eth0: is back");
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(text, "cachetap: eth0: is \\x1b[31m down\ncachetap: eth0: is back\n"));
    assert_non_null(strstr(text, " more were not kept\ncachetap: after\n"));
}

static void themes_have_names_and_without_a_terminal_there_is_a_reason(void **state)
{
    (void)state;
    char message[CT_VIEW_MESSAGE_MAX] = "";
    const char *help = NULL;
    assert_string_equal(ct_terminal_theme_name(0, &help), "dark");
    assert_non_null(help);
    assert_string_equal(ct_terminal_theme_name(3, NULL), "mono");
    assert_null(ct_terminal_theme_name(4, NULL));
    ct_terminal_rescue(); /* none is open: nothing happens */
    if (!isatty(STDOUT_FILENO)) {
        assert_null(ct_terminal_open(NULL, true, message));
        assert_non_null(strstr(message, "standard output is no terminal"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speeds_are_doubled_and_halved_within_bounds),
        cmocka_unit_test(a_step_is_one_more_transaction),
        cmocka_unit_test(a_paused_reader_ends_when_told),
        cmocka_unit_test(a_replay_can_be_read_again_from_any_place),
        cmocka_unit_test(without_being_asked_or_from_a_pipe_it_cannot),
        cmocka_unit_test(packets_of_a_connection_are_chosen),
        cmocka_unit_test(what_is_said_meanwhile_is_held_back_and_then_said),
        cmocka_unit_test(themes_have_names_and_without_a_terminal_there_is_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
