/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: what is understood, and the words for what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/options.h"

#define ARGUMENTS_MAX 16

/* Splits line at its spaces; getopt wants words that it may move. */
struct line {
    char text[256];
    char *argv[ARGUMENTS_MAX];
    int argc;
};

static bool parse(struct ct_options *options, struct line *line, const char *text)
{
    char *rest = NULL;
    line->argc = 0;
    assert_true(strlen(text) < sizeof line->text);
    (void)snprintf(line->text, sizeof line->text, "%s", text);
    for (char *word = strtok_r(line->text, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        assert_true(line->argc < ARGUMENTS_MAX - 1);
        line->argv[line->argc++] = word;
    }
    line->argv[line->argc] = NULL;
    return ct_command_options_parse(options, line->argc, line->argv);
}

static void inputs_outputs_and_filter_are_understood(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line,
                      "cachetap -r a.pcap --read=b.pcap -o json:out.json -c 5 -lvv --explain "
                      "--csv tcp port 80"));
    assert_int_equal(options.command, CT_COMMAND_WATCH);
    assert_int_equal(options.n_reads, 2);
    assert_string_equal(options.reads[0], "a.pcap");
    assert_string_equal(options.reads[1], "b.pcap");
    assert_int_equal(options.n_outputs, 2);
    assert_int_equal(options.outputs[0].format, CT_FORMAT_JSON);
    assert_string_equal(options.outputs[0].path, "out.json");
    assert_int_equal(options.outputs[1].format, CT_FORMAT_CSV);
    assert_null(options.outputs[1].path);
    assert_int_equal(options.count, 5);
    assert_int_equal(options.verbose, 2);
    assert_true(options.line_buffered && options.explain && !options.quiet);
    assert_string_equal(options.filter, "tcp port 80");
    ct_command_options_fini(&options);
}

static void what_a_service_needs_is_understood(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line, "cachetap -r a --metrics [::1]:9113 --pid-file=/run/x"));
    assert_string_equal(options.metrics, "[::1]:9113");
    assert_string_equal(options.pid_file, "/run/x");
    ct_command_options_fini(&options);
    assert_true(parse(&options, &line, "cachetap --metrics help"));
    assert_int_equal(options.command, CT_COMMAND_METRICS);
    ct_command_options_fini(&options);
}

static void summary_is_the_default(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line, "cachetap -r -"));
    assert_int_equal(options.n_outputs, 1);
    assert_int_equal(options.outputs[0].format, CT_FORMAT_SUMMARY);
    assert_null(options.outputs[0].path);
    assert_null(options.filter);
    ct_command_options_fini(&options);
}

static void options_may_follow_the_filter_and_two_dashes_end_them(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line, "cachetap -r a port 80 --json"));
    assert_string_equal(options.filter, "port 80");
    assert_int_equal(options.outputs[0].format, CT_FORMAT_JSON);
    ct_command_options_fini(&options);
    assert_true(parse(&options, &line, "cachetap -r a -- -4 < len"));
    assert_string_equal(options.filter, "-4 < len");
    ct_command_options_fini(&options);
}

static void limits_take_sizes(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line,
                      "cachetap -r a --limit reorder_bytes_total=2M --limit=connections=70"));
    assert_int_equal(options.limits.reorder_bytes_total, 2 << 20);
    assert_int_equal(options.limits.connections, 70);
    assert_int_equal(options.limits.tunnel_depth, 8);
    ct_command_options_fini(&options);
}

static void questions_need_no_input(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum ct_command command;
    } rows[] = {
        {"cachetap help", CT_COMMAND_HELP},         {"cachetap -h", CT_COMMAND_HELP},
        {"cachetap --help", CT_COMMAND_HELP},       {"cachetap -V", CT_COMMAND_VERSION},
        {"cachetap --version", CT_COMMAND_VERSION}, {"cachetap --limit help", CT_COMMAND_LIMITS},
        {"cachetap -D", CT_COMMAND_LIST},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ct_options options;
        struct line line;
        assert_true(parse(&options, &line, rows[i].text));
        assert_int_equal(options.command, rows[i].command);
        ct_command_options_fini(&options);
    }
}

static void interfaces_are_understood(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line,
                      "cachetap -i eth0 --interface=any -s 0 -B 4096 -p -Q in --immediate-mode"));
    assert_true(options.is_live && options.live.immediate && !options.live.promiscuous);
    assert_int_equal(options.live.n_names, 2);
    assert_string_equal(options.live.names[0], "eth0");
    assert_string_equal(options.live.names[1], "any");
    assert_int_equal(options.live.snaplen, 262144);
    assert_int_equal(options.live.buffer_bytes, 4096 * 1024); /* KiB, as in tcpdump */
    assert_int_equal(options.live.direction, CT_DIRECTION_IN);
    assert_int_equal(options.outputs[0].format, CT_FORMAT_TEXT);
    ct_command_options_fini(&options);
    assert_true(parse(&options, &line, "cachetap port 80"));
    assert_true(options.is_live && options.live.promiscuous);
    assert_int_equal(options.live.n_names, 0);
    assert_string_equal(options.filter, "port 80");
    ct_command_options_fini(&options);
    assert_true(parse(&options, &line, "cachetap -s 96 -B 64M --limit gone_seconds=5"));
    assert_int_equal(options.live.snaplen, 96);
    assert_int_equal(options.live.buffer_bytes, 64 << 20);
    assert_int_equal(options.live.gone_seconds, 5);
    ct_command_options_fini(&options);
}

static void saving_is_understood(void **state)
{
    (void)state;
    struct ct_options options;
    struct line line;
    assert_true(parse(&options, &line, "cachetap -r a -w x-%H.pcap -C 3 -G 60 -W 24 -U"));
    assert_string_equal(options.save.path, "x-%H.pcap");
    assert_int_equal(options.save.file_bytes, 3000000); /* millions, as in tcpdump */
    assert_int_equal(options.save.seconds, 60);
    assert_int_equal(options.save.count, 24);
    assert_true(options.save.packet_buffered);
    assert_int_equal(options.n_outputs, 1);
    ct_command_options_fini(&options);
    assert_true(parse(&options, &line, "cachetap -r a -w x -C 2k"));
    assert_int_equal(options.save.file_bytes, 2048);
    ct_command_options_fini(&options);
    assert_true(parse(&options, &line, "cachetap -r a -w -"));
    assert_int_equal(options.n_outputs, 0); /* standard output belongs to the packets */
    ct_command_options_fini(&options);
}

static void the_view_is_asked_for(void **state)
{
    (void)state;
    static const char *const lines[] = {"cachetap -r a -o tui", "cachetap -r a --tui",
                                        "cachetap -r a --tui -o json:x --theme mono"};
    struct ct_options options;
    struct line line;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_true(parse(&options, &line, lines[i]));
        assert_true(options.tui);
        assert_int_equal(options.n_outputs, i == 2 ? 1 : 0);
        ct_command_options_fini(&options);
    }
    assert_true(parse(&options, &line, "cachetap -r a"));
    assert_false(options.tui); /* TERM=dumb, see main */
    assert_int_equal(options.n_outputs, 1);
    ct_command_options_fini(&options);
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *words;
    } rows[] = {
        {"cachetap -r a -i lo", "-i and -r: a run captures or replays, leave one out"},
        {"cachetap -r", "-r: its argument FILE is missing"},
        {"cachetap --read", "-r: its argument FILE is missing"},
        {"cachetap -r - -r -", "-r -: given twice"},
        {"cachetap -r a -x", "-x: unknown option, see cachetap --help"},
        {"cachetap -r a --colour", "--colour: unknown or ambiguous option"},
        {"cachetap -r a --json=x", "--json=x: takes no argument"},
        {"cachetap -r a -c 0", "-c 0: not a number of packets"},
        {"cachetap -r a -c 1x", "-c 1x: not a number of packets"},
        {"cachetap -r a --connections", "--connections: no output has lines for connections"},
        {"cachetap -r a --connections --csv", "add -o json, -o text or -o csv-connections"},
        {"cachetap -r a -o xml",
         "-o xml: unknown format, use tui, text, json, csv, csv-connections"},
        {"cachetap -r a -o json:", "-o json:: the path is missing"},
        {"cachetap -r a -o tui:x", "-o tui:x: the live view is shown on the terminal"},
        {"cachetap -r a --tui --json", "-o tui: another output goes to standard output as well"},
        {"cachetap -r a --tui -w -", "-o tui: another output goes to standard output as well"},
        {"cachetap -r a --theme pink", "--theme pink: there is no such theme"},
        {"cachetap -i", "-i: its argument NAME is missing"},
        {"cachetap -r a -w", "-w: its argument FILE is missing"},
        {"cachetap -r a -C 1", "-C, -G, -W: nothing is saved, give -w FILE as well"},
        {"cachetap -r a -w b -W 2", "-W: it counts files of -C or -G"},
        {"cachetap -r a -w b -C 0", "-C 0: not a size"},
        {"cachetap -r a -w b -C 1x", "-C 1x: not a size"},
        {"cachetap -r a -w b -G 0", "-G 0: not a whole number from 1 on"},
        {"cachetap -r a -w b -G 1 -W x", "-W x: not a whole number from 1 on"},
        {"cachetap -r a -w - -C 1", "-w -: standard output is one file"},
        {"cachetap -r a -w - --json", "-w -: packets go to standard output, give the results"},
        {"cachetap -i lo -s 262145", "-s 262145: not a number of octets up to 262144"},
        {"cachetap -i lo -B 0", "-B 0: not a size below 2 GiB"},
        {"cachetap -i lo -B 4G", "-B 4G: not a size below 2 GiB"},
        {"cachetap -i lo -Q up", "-Q up: not a direction, give in, out or inout"},
        {"cachetap -r a -Y x=1", "-Y x=1: not an expression: at character 1: there is no field"},
        {"cachetap -r a --threads 0",
         "--threads 0: not a number of threads, give one from 1 to 64"},
        {"cachetap -r a --speed 0", "--speed 0: not a positive number"},
        {"cachetap -r a --ring 0", "--ring 0: not a size up to 1 TiB"},
        {"cachetap -r a --ring 1048577", "--ring 1048577: not a size up to 1 TiB"},
        {"cachetap -r a --ring 2T", "--ring 2T: not a size up to 1 TiB"},
        {"cachetap -i lo --speed 2", "--speed: only a replay has one"},
        {"cachetap -i lo --ring 0", "--ring 0: not a size up to 1 TiB"},
        {"cachetap -i lo --ring 1 -w x -C 1", "--ring: its files are written on a signal"},
        {"cachetap -i lo --ring 1 -w -", "--ring: it writes files, give -w a name"},
        {"cachetap -i lo -w %H/x -G 1", "-w %H/x: its folder is a pattern"},
        {"cachetap -r a --metrics 80x", "--metrics 80x: not an address and a port, give one"},
        {"cachetap -r a --metrics :1 --metrics :2", "--metrics :2: given twice"},
        {"cachetap -r a --pid-file=", "--pid-file : it is empty, name one file"},
        {"cachetap -r a --pid-file x --pid-file y", "--pid-file y: given twice"},
        {"cachetap -r a --assert x",
         "--assert x: not an expression: at character 1: there is no field"},
        {"cachetap -r a --config /nonexistent/file",
         "/nonexistent/file: cannot be read: No such file"},
        {"cachetap why -r a", "why: this version does not have this command yet"},
        {"cachetap -r a --limit x", "--limit x: not of the form NAME=VALUE"},
        {"cachetap -r a --limit x=1", "--limit x=1: there is no such limit"},
        {"cachetap -r a --limit connections=-1", "not of the form NAME=VALUE"},
        {"cachetap -r a -F /nonexistent/filter", "-F /nonexistent/filter: cannot be read: "},
        {"cachetap -r a -F x port 80", "-F x: a capture filter stands on the command line"},
        {"cachetap -r a -F x -F y", "-F y: given twice"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ct_options options;
        struct line line;
        assert_false(parse(&options, &line, rows[i].text));
        if (strstr(options.error, rows[i].words) == NULL) {
            fail_msg("%s: says \"%s\"", rows[i].text, options.error);
        }
        assert_null(strchr(options.error, '\n'));
        ct_command_options_fini(&options);
    }
}

static void table_of_options_names_each_key_once(void **state)
{
    (void)state;
    for (size_t i = 0; ct_command_option_row(i) != NULL; i++) {
        const struct ct_option_row *row = ct_command_option_row(i);
        assert_non_null(row->help);
        assert_true(row->key < 256 || row->name != NULL);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(ct_command_option_row(k)->key, row->key);
        }
    }
}

int main(void)
{
    (void)setenv("TERM", "dumb", 1); /* on a terminal the view would be the default */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_outputs_and_filter_are_understood),
        cmocka_unit_test(what_a_service_needs_is_understood),
        cmocka_unit_test(summary_is_the_default),
        cmocka_unit_test(options_may_follow_the_filter_and_two_dashes_end_them),
        cmocka_unit_test(limits_take_sizes),
        cmocka_unit_test(questions_need_no_input),
        cmocka_unit_test(interfaces_are_understood),
        cmocka_unit_test(saving_is_understood),
        cmocka_unit_test(the_view_is_asked_for),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(table_of_options_names_each_key_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
