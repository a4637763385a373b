/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, word by word, and whether its options fit together. */
#include "command/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/expression.h"
#include "command/options_apply.h"
#include "command/options_capture.h"
#include "command/options_config.h"
#include "command/options_rows.h"
#include "process/terminal.h"

#define wrong ct_command_options_wrong

/* Every option of a file that adds to one list: of outputs, of inputs. */
#define ROOM_OF_FILE (CT_CONFIG_VALUES_MAX + 16)

static const char *const later_commands[] = {"why", "audit", "savings", "doctor", "whatif", "diff"};

bool ct_command_options_wrong(struct ct_options *options, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(options->error, sizeof options->error, format, args);
    va_end(args);
    return false;
}

/* getopt_long has refused argv[optind - 1], or a letter in it. */
static bool refuse(struct ct_options *options, int result, char **argv)
{
    char text[64];
    const struct ct_option_row *row = ct_command_option_find(optopt);
    if (row == NULL && optopt > 0 && optopt < CT_KEY_TEXT) {
        return wrong(options, "-%c: unknown option, see cachetap --help", optopt);
    }
    if (row == NULL) {
        return wrong(options, "%s: unknown or ambiguous option, see cachetap --help",
                     argv[optind - 1]);
    }
    ct_command_option_text(text, row);
    return result == ':'
               ? wrong(options, "%s: its argument %s is missing, see cachetap --help", text,
                       row->argument)
               : wrong(options, "%s: takes no argument, see cachetap --help", argv[optind - 1]);
}

static bool read_options(struct ct_options *options, int argc, char **argv)
{
    struct ct_option_forms forms;
    int key = 0;

    ct_command_option_forms(&forms);
    if (!ct_command_options_config(options, argc, argv, forms.letters, forms.longs)) {
        return false;
    }
    optind = 0; /* start over: argv may be another one (glibc) */
    while ((key = getopt_long(argc, argv, forms.letters, forms.longs, NULL)) != -1) {
        const struct ct_option_row *row = ct_command_option_find(key);
        if (key == '?' || key == ':' || row == NULL) {
            return refuse(options, key, argv);
        }
        if (!ct_command_options_apply(options, key, optarg != NULL ? optarg : "")) {
            return false;
        }
        if (options->command != CT_COMMAND_WATCH) {
            return true;
        }
    }
    return true;
}

/* A capture named without -r; no filter is one word with a dot. */
static bool is_capture(const char *word)
{
    struct stat status;
    return strpbrk(word, "./") != NULL && stat(word, &status) == 0 && S_ISREG(status.st_mode);
}

static bool read_filter(struct ct_options *options, int argc, char **argv)
{
    if (options->infile != NULL && optind < argc) {
        return wrong(options,
                     "-F %s: a capture filter stands on the command line as well, "
                     "leave one out",
                     options->infile);
    }
    if (options->infile != NULL) {
        options->filter = ct_command_expression_read(options->infile);
        return options->filter != NULL ||
               wrong(options, "-F %s: cannot be read: %s, give a text file with a capture filter",
                     options->infile, strerror(errno));
    }
    if (optind < argc && is_capture(argv[optind])) {
        return wrong(options, "%s: a file where a capture filter stands, read it with -r %s",
                     argv[optind], argv[optind]);
    }
    if (optind < argc || options->file_filter != NULL) {
        options->filter = optind < argc
                              ? ct_command_expression_join(argv + optind, (size_t)(argc - optind))
                              : strdup(options->file_filter);
        return options->filter != NULL || wrong(options, "capture filter: out of memory");
    }
    return true;
}

/* The first word may be a command. False: it is one that does not exist yet. */
static bool read_command(struct ct_options *options, int argc, char **argv)
{
    if (argc < 2) {
        return true;
    }
    if (strcmp(argv[1], "help") == 0) {
        options->command = CT_COMMAND_HELP;
    }
    for (size_t i = 0; i < sizeof later_commands / sizeof later_commands[0]; i++) {
        if (strcmp(argv[1], later_commands[i]) == 0) {
            return wrong(options,
                         "%s: this version does not have this command yet, "
                         "cachetap help lists what it has",
                         argv[1]);
        }
    }
    return true;
}

/* The records that were asked for have somewhere to go. */
static bool check_connections(struct ct_options *options)
{
    bool written = !options->connections;
    for (size_t i = 0; i < options->n_outputs; i++) {
        written = written || ct_output_wants_conns(options->outputs[i].format);
    }
    return written || wrong(options, "--connections: no output has lines for connections, add "
                                     "-o json, -o text or -o csv-connections");
}

/* Nothing else was asked for, and somebody is there to see it. */
static bool wants_view(const struct ct_options *options)
{
    return options->n_outputs == 0 && !ct_command_options_saves_to_stdout(options) &&
           !options->explain && !options->connections && options->n_assertions == 0 &&
           ct_process_terminal_rewrites(STDOUT_FILENO);
}

static bool check_view(struct ct_options *options)
{
    bool shared = options->tui && ct_command_options_saves_to_stdout(options);
    for (size_t i = 0; options->tui && i < options->n_outputs; i++) {
        shared = shared || options->outputs[i].path == NULL;
    }
    return !shared || wrong(options, "-o tui: another output goes to standard output as well, give "
                                     "it a file (-o FORMAT:PATH)");
}

bool ct_command_options_parse(struct ct_options *options, int argc, char **argv)
{
    *options = (struct ct_options){.command = CT_COMMAND_WATCH};
    ct_base_limits_init(&options->limits);
    /* What an option gives, and what a setting and its defaults give, fits. */
    size_t room = (size_t)(argc > 0 ? argc : 0) + ROOM_OF_FILE;
    options->reads = calloc(room, sizeof *options->reads);
    options->outputs = calloc(room, sizeof *options->outputs);
    options->ignored_headers = calloc(room, sizeof *options->ignored_headers);
    options->interfaces = calloc(room, sizeof *options->interfaces);
    options->live = (struct ct_live_options){
        .names = options->interfaces, .snaplen = CT_SOURCE_SNAPLEN, .promiscuous = true};
    if (options->reads == NULL || options->outputs == NULL || options->ignored_headers == NULL ||
        options->interfaces == NULL) {
        return wrong(options, "command line: out of memory");
    }
    if (!read_command(options, argc, argv)) {
        return false;
    }
    if (options->command != CT_COMMAND_WATCH) {
        return true;
    }
    if (!read_options(options, argc, argv)) {
        return false;
    }
    if (options->command != CT_COMMAND_WATCH) {
        return true;
    }
    if (!ct_command_options_capture_check(options)) {
        return false;
    }
    options->tui |= wants_view(options);
    if (!options->tui && options->n_outputs == 0 && !ct_command_options_saves_to_stdout(options)) {
        ct_command_options_add_output(options,
                                      options->is_live ? CT_FORMAT_TEXT : CT_FORMAT_SUMMARY, NULL);
    }
    if (!check_connections(options) || !check_view(options)) {
        return false;
    }
    return read_filter(options, argc, argv);
}

void ct_command_options_fini(struct ct_options *options)
{
    free(options->filter);
    free(options->ignored_headers);
    free(options->interfaces);
    ct_command_config_close(options->config);
    free(options->outputs);
    free(options->reads);
    *options = (struct ct_options){.command = CT_COMMAND_WATCH};
}
