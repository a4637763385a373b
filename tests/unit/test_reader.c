/* SPDX-License-Identifier: Apache-2.0 */
/* reader: time of a live capture, when the system's clock is set back meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/reader.h"
#include "process/voice.h"
#include "source/kind.h"

#define PAUSE_NS CT_NS_PER_US /* the clock goes on by so much at least */

/* An interface that has one packet in each batch, a while after the last one. */
struct fake {
    struct ct_source base;
    const int64_t *times; /* 0: nothing comes */
    size_t n;
    size_t given;
};

struct heard {
    size_t n_frames;
    size_t n_ticks;
    int64_t tick_ns;
};

static enum ct_source_status give(struct ct_source *source, size_t max, ct_source_handler handler,
                                  void *user)
{
    struct fake *fake = (struct fake *)source;
    const int64_t began_ns = ct_process_voice_clock();
    struct ct_frame frame = {.ts_ns = fake->given < fake->n ? fake->times[fake->given] : 0};
    assert_true(max > 0);
    if (fake->given++ == fake->n) {
        return CT_SOURCE_END;
    }
    while (ct_process_voice_clock() < began_ns + PAUSE_NS) {
    }
    if (frame.ts_ns == 0) {
        return CT_SOURCE_IDLE;
    }
    handler(user, &frame);
    return CT_SOURCE_OK;
}

static const struct ct_source_kind kind = {.dispatch = give};

static void on_frame(void *user, const struct ct_frame *frame)
{
    struct heard *heard = user;
    (void)frame;
    heard->n_frames++;
}

static void on_tick(void *user, int64_t now_ns)
{
    struct heard *heard = user;
    assert_true(now_ns > heard->tick_ns);
    heard->n_ticks++;
    heard->tick_ns = now_ns;
}

static bool on_batch(void *user)
{
    (void)user;
    return true;
}

static struct heard run(struct ct_reader *reader, const int64_t *times, size_t n)
{
    struct heard heard = {.tick_ns = INT64_MIN};
    struct fake fake = {.base = {&kind}, .times = times, .n = n};
    reader->source = &fake.base;
    reader->is_live = true;
    reader->hooks = (struct ct_reader_hooks){
        .frame = on_frame, .tick = on_tick, .batch = on_batch, .user = &heard};
    ct_app_reader_run(reader);
    ct_app_reader_fini(reader);
    return heard;
}

#define HOUR_NS (3600 * CT_NS_PER_S)
#define NOON_NS (12 * HOUR_NS)

static void timers_go_on_when_the_clock_is_set_back(void **state)
{
    (void)state;
    const int64_t times[] = {NOON_NS, NOON_NS - HOUR_NS, NOON_NS - HOUR_NS + PAUSE_NS, 0,
                             NOON_NS - HOUR_NS + 3 * PAUSE_NS};
    struct ct_reader reader = {.count = 0};
    assert_true(ct_app_reader_init(&reader));
    struct heard heard = run(&reader, times, 5);
    assert_int_equal(heard.n_frames, 4);
    assert_true(heard.n_ticks >= 4); /* after each batch but the first */
    assert_true(heard.tick_ns >= NOON_NS + 4 * PAUSE_NS);
    assert_true(heard.tick_ns < NOON_NS + HOUR_NS);
}

static void time_is_that_of_packets_while_they_come(void **state)
{
    (void)state;
    const int64_t times[] = {NOON_NS, NOON_NS + 1, NOON_NS + HOUR_NS, NOON_NS + HOUR_NS + 1};
    struct ct_reader reader = {.count = 0};
    assert_true(ct_app_reader_init(&reader));
    struct heard heard = run(&reader, times, 4);
    assert_int_equal(heard.n_frames, 4);
    assert_true(heard.n_ticks <= 1); /* the end of the input is one */
}

/* What the sockets of a group had before all of them were in it is passed over, nothing later. */
static void packets_before_the_begin_are_so_for_a_moment_only(void **state)
{
    (void)state;
    const int64_t times[] = {NOON_NS - 1, NOON_NS};
    struct ct_reader reader = {.count = 0};
    assert_true(ct_app_reader_init(&reader));
    reader.begin_ns = NOON_NS;
    reader.begin_clock_ns = ct_process_voice_clock();
    assert_int_equal(run(&reader, times, 2).n_frames, 1);

    const int64_t back[] = {NOON_NS - HOUR_NS, NOON_NS - HOUR_NS + 1};
    struct ct_reader later = {.count = 0};
    assert_true(ct_app_reader_init(&later));
    later.begin_ns = NOON_NS;
    later.begin_clock_ns = ct_process_voice_clock() - 10 * CT_NS_PER_S;
    assert_int_equal(run(&later, back, 2).n_frames, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(timers_go_on_when_the_clock_is_set_back),
        cmocka_unit_test(time_is_that_of_packets_while_they_come),
        cmocka_unit_test(packets_before_the_begin_are_so_for_a_moment_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
