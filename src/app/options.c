/* SPDX-License-Identifier: Apache-2.0 */
#include "app/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/expression.h"
#include "app/metrics_address.h"
#include "app/options_capture.h"
#include "app/options_config.h"
#include "app/terminal.h"
#include "base/number.h"
#include "base/span.h"
#include "cachetap/terminal.h"

#define wrong ct_app_options_wrong

/* Options without a letter. */
enum {
    KEY_TEXT = 256,
    KEY_JSON,
    KEY_CSV,
    KEY_SUMMARY,
    KEY_SUMMARY_JSON,
    KEY_EXPLAIN,
    KEY_CONNECTIONS,
    KEY_LIMIT,
    KEY_TUI,
    KEY_THREADS,
    KEY_NO_DROP,
    KEY_CONFIG,
    KEY_METRICS,
    KEY_ASSERT,
    KEY_PID_FILE,
    KEY_IGNORE_HEADER,
    KEY_DIALECTS,
    KEY_THEME,
    KEY_KEYS,
};

/* Every option of a file that adds to one list: of outputs, of inputs. */
#define ROOM_OF_FILE (CT_CONFIG_VALUES_MAX + 16)

/* clang-format off */
static const struct ct_option_row rows[] = {
    {'i', "interface", "NAME", "capture live from an interface (any: from all); may be repeated"},
    {'r', "read", "FILE", "read pcap or pcapng, plain, gzip or zstd; - is standard input; may be repeated"},
    {'F', NULL, "FILE", "take the capture filter from FILE"},
    {'c', "count", "N", "stop after N packets"},
    {'D', "list-interfaces", NULL, "list the interfaces that can be captured from"},
    {'s', "snaplen", "N", "capture N octets of each packet; 0: all, which is the default"},
    {'B', "buffer-size", "KiB", "the kernel's buffer for each interface (k, M, G allowed)"},
    {'p', "no-promiscuous-mode", NULL, "only packets to and from this machine"},
    {'Q', "direction", "in|out|inout", "only packets that this machine receives, or sends"},
    {CT_KEY_IMMEDIATE, "immediate-mode", NULL, "hand on each packet at once, which costs throughput"},
    {'w', "write", "FILE", "save the packets as well; - is standard output"},
    {'C', NULL, "SIZE", "a new file after SIZE million octets (k, M, G allowed): FILE1, FILE2, ..."},
    {'G', NULL, "SECONDS", "a new file every so many seconds; FILE is a pattern of strftime(3)"},
    {'W', NULL, "COUNT", "with -C: a ring of COUNT files; with -G: end after COUNT files"},
    {'U', "packet-buffered", NULL, "write each packet to the file at once"},
    {CT_KEY_RING, "ring", "MiB", "keep the last packets in memory; SIGUSR2 writes them to FILE of -w"},
    {CT_KEY_SPEED, "speed", "X", "replay in the captured rhythm, X times as fast"},
    {'o', "output", "FORMAT[:PATH]", "where results go, and in which format; may be repeated"},
    {KEY_TUI, "tui", NULL, "short for -o tui, the live view: the default on a terminal"},
    {KEY_THEME, "theme", "NAME", "colours of the live view: dark, light, blue-orange or mono"},
    {KEY_KEYS, "keys", NULL, "list the keys of the live view"},
    {KEY_TEXT, "text", NULL, "short for -o text, the default of a live capture elsewhere"},
    {KEY_JSON, "json", NULL, "short for -o json"},
    {KEY_CSV, "csv", NULL, "short for -o csv"},
    {KEY_SUMMARY, "summary", NULL, "short for -o summary, the default of a replay elsewhere"},
    {KEY_SUMMARY_JSON, "summary-json", NULL, "short for -o summary-json"},
    {KEY_EXPLAIN, "explain", NULL, "text and summary: the reasoning behind each outcome"},
    {KEY_CONNECTIONS, "connections", NULL, "text and json: a line for each connection with HTTP as well"},
    {'Y', "where", "EXPR", "only transactions that match, as in 'host=example.com cache=miss status>=500' (docs/query.md)"},
    {KEY_ASSERT, "assert", "EXPR", "exit status 3 unless the run satisfies it, as in 'hit_ratio>=80%'; --assert help lists the fields; may be repeated"},
    {KEY_CONFIG, "config", "FILE", "take settings and your own dialects from FILE (docs/configuration.md)"},
    {KEY_LIMIT, "limit", "NAME=VALUE", "set a limit (k, M, G allowed); --limit help lists them"},
    {KEY_IGNORE_HEADER, "ignore-header", "NAME", "judge as if responses did not have this header; may be repeated"},
    {KEY_DIALECTS, "dialects", "[=NAME]", "list all known dialects, or one: headers, values, outcomes"},
    {KEY_METRICS, "metrics", "ADDR:PORT", "serve Prometheus metrics; :PORT is on 127.0.0.1; --metrics help lists them"},
    {KEY_PID_FILE, "pid-file", "FILE", "write the process number to FILE, and remove it at the end"},
    {KEY_THREADS, "threads", "N", "threads for the analysis; default: chosen from the machine and the source"},
    {'Z', "relinquish-privileges", "USER", "the user to become when all is open; default as root: cachetap, else nobody"},
    {KEY_NO_DROP, "no-drop", NULL, "keep the rights that the program was started with"},
    {'l', "line-buffered", NULL, "write each line at once"},
    {'n', NULL, NULL, "accepted as in tcpdump; addresses are never looked up"},
    {'v', "verbose", NULL, "statistics of the run on standard error at its end"},
    {'q', "quiet", NULL, "no progress line"},
    {'h', "help", NULL, "this text"},
    {'V', "version", NULL, "versions of the program and its libraries"},
};
/* clang-format on */

#define N_ROWS (sizeof rows / sizeof rows[0])

static_assert(N_ROWS <= CT_OPTION_ROWS_MAX, "a setting has a place for each");

static const char *const later_commands[] = {"why", "audit", "savings", "doctor", "whatif", "diff"};

const struct ct_option_row *ct_app_option_row(size_t i)
{
    return i < N_ROWS ? &rows[i] : NULL;
}

static const struct ct_option_row *row_of(int key)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        if (rows[i].key == key) {
            return &rows[i];
        }
    }
    return NULL;
}

bool ct_app_options_wrong(struct ct_options *options, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(options->error, sizeof options->error, format, args);
    va_end(args);
    return false;
}

/* "-r" or "--read", as people write it. */
static void row_text(char out[64], const struct ct_option_row *row)
{
    if (row->key < KEY_TEXT) {
        (void)snprintf(out, 64, "-%c", row->key);
    } else {
        (void)snprintf(out, 64, "--%s", row->name);
    }
}

/* The two forms in which getopt_long wants the table. */
static void fill_getopt(char letters[2 + 2 * N_ROWS], struct option longs[N_ROWS + 1])
{
    size_t n_letters = 0;
    size_t n_longs = 0;
    letters[n_letters++] = ':'; /* a missing argument is told apart, nothing is printed */
    for (size_t i = 0; i < N_ROWS; i++) {
        bool optional = rows[i].argument != NULL && rows[i].argument[0] == '[';
        int has_argument = optional                   ? optional_argument
                           : rows[i].argument != NULL ? required_argument
                                                      : no_argument;
        if (rows[i].key < KEY_TEXT) {
            letters[n_letters++] = (char)rows[i].key;
            if (rows[i].argument != NULL) {
                letters[n_letters++] = ':';
            }
        }
        if (rows[i].name != NULL) {
            longs[n_longs++] = (struct option){rows[i].name, has_argument, NULL, rows[i].key};
        }
    }
    letters[n_letters] = '\0';
    longs[n_longs] = (struct option){NULL, 0, NULL, 0};
}

static void add_output(struct ct_options *options, enum ct_format format, const char *path)
{
    options->outputs[options->n_outputs++] = (struct ct_output_spec){format, path};
}

static bool set_output(struct ct_options *options, const char *text)
{
    const char *colon = strchr(text, ':');
    struct ct_span name = {(const uint8_t *)text,
                           colon != NULL ? (size_t)(colon - text) : strlen(text)};
    const char *path = colon != NULL && strcmp(colon + 1, "-") != 0 ? colon + 1 : NULL;
    if (ct_span_equal(name, ct_span_of("tui"))) {
        options->tui = true;
        return colon == NULL || wrong(options,
                                      "-o %s: the live view is shown on the terminal, leave the "
                                      "path out",
                                      text);
    }
    if (path != NULL && path[0] == '\0') {
        return wrong(options,
                     "-o %s: the path is missing, leave out the colon for standard "
                     "output",
                     text);
    }
    for (int f = 0; f < CT_FORMAT_COUNT; f++) {
        if (ct_span_equal(name, ct_span_of(ct_output_format_name((enum ct_format)f)))) {
            add_output(options, (enum ct_format)f, path);
            return true;
        }
    }
    return wrong(options,
                 "-o %s: unknown format, use tui, text, json, csv, csv-connections, summary or "
                 "summary-json",
                 text);
}

static bool set_limit(struct ct_options *options, const char *text)
{
    const char *equals = strchr(text, '=');
    uint64_t value = 0;
    if (strcmp(text, "help") == 0) {
        options->command = CT_COMMAND_LIMITS;
        return true;
    }
    if (equals == NULL || !ct_base_parse_size(ct_span_of(equals + 1), &value)) {
        return wrong(options,
                     "--limit %s: not of the form NAME=VALUE with a whole number (k, M, "
                     "G allowed), see --limit help",
                     text);
    }
    struct ct_span name = {(const uint8_t *)text, (size_t)(equals - text)};
    if (!ct_base_limits_set(&options->limits, name, value)) {
        return wrong(options, "--limit %s: there is no such limit, see --limit help", text);
    }
    return true;
}

static bool add_read(struct ct_options *options, const char *path)
{
    bool is_stdin = strcmp(path, "-") == 0;
    if (is_stdin && options->reads_stdin) {
        return wrong(options, "-r -: given twice: standard input can be read only once, "
                              "leave one out");
    }
    options->reads_stdin |= is_stdin;
    options->reads[options->n_reads++] = path;
    return true;
}

static bool ignore_header(struct ct_options *options, const char *name)
{
    if (!ct_http_fields_accepts(ct_span_of(name))) {
        return wrong(options,
                     "--ignore-header %s: not the name of a header field, give one such as X-Cache",
                     name);
    }
    options->ignored_headers[options->n_ignored_headers++] = name;
    return true;
}

static bool set_metrics(struct ct_options *options, const char *text)
{
    struct ct_metrics_address address;
    if (strcmp(text, "help") == 0) {
        options->command = CT_COMMAND_METRICS;
        return true;
    }
    if (options->metrics != NULL) {
        return wrong(options, "--metrics %s: given twice, one address is served", text);
    }
    if (!ct_app_metrics_address_parse(text, &address)) {
        return wrong(options,
                     "--metrics %s: not an address and a port, give one such as :9113, "
                     "127.0.0.1:9113 or [::1]:9113",
                     text);
    }
    options->metrics = text;
    return true;
}

static bool set_pid_file(struct ct_options *options, const char *path)
{
    if (options->pid_file != NULL || path[0] == '\0') {
        return wrong(options, "--pid-file %s: %s, name one file", path,
                     path[0] == '\0' ? "it is empty" : "given twice");
    }
    options->pid_file = path;
    return true;
}

static bool set_count(struct ct_options *options, const char *text)
{
    if (!ct_base_parse_u64(ct_span_of(text), &options->count) || options->count == 0) {
        return wrong(options, "-c %s: not a number of packets, give a whole number from 1 on",
                     text);
    }
    return true;
}

static bool set_infile(struct ct_options *options, const char *path)
{
    if (options->infile != NULL) {
        return wrong(options, "-F %s: given twice, put the whole filter into one file", path);
    }
    options->infile = path;
    return true;
}

/* Tried here, so that a mistake is told before anything is opened. */
static bool set_where(struct ct_options *options, const char *text)
{
    char message[CT_QUERY_MESSAGE_MAX];
    if (options->where != NULL) {
        return wrong(options, "-Y %s: given twice, join the two with and", text);
    }
    struct ct_where *where = ct_output_where_new(text, message);
    ct_output_where_free(where);
    options->where = text;
    return where != NULL ||
           wrong(options, "-Y %s: not an expression: %s, see docs/query.md", text, message);
}

static bool add_assertion(struct ct_options *options, const char *text)
{
    char message[CT_QUERY_MESSAGE_MAX];
    if (strcmp(text, "help") == 0) {
        options->command = CT_COMMAND_ASSERTIONS;
        return true;
    }
    if (options->n_assertions == CT_ASSERTIONS_MAX) {
        return wrong(options, "--assert %s: more than %d of them, join some with and", text,
                     CT_ASSERTIONS_MAX);
    }
    struct ct_assertion *assertion = ct_output_assertion_new(text, message);
    ct_output_assertion_free(assertion);
    options->assertions[options->n_assertions++] = text;
    return assertion != NULL ||
           wrong(options, "--assert %s: not an expression: %s, see docs/query.md", text, message);
}

static bool set_threads(struct ct_options *options, const char *text)
{
    uint64_t n = 0;
    if (!ct_base_parse_u64(ct_span_of(text), &n) || n == 0 || n > CT_THREADS_MAX) {
        return wrong(options, "--threads %s: not a number of threads, give one from 1 to %d", text,
                     CT_THREADS_MAX);
    }
    options->threads = (size_t)n;
    return true;
}

static bool set_theme(struct ct_options *options, const char *name)
{
    const char *known = NULL;
    options->theme = name;
    for (size_t i = 0; (known = ct_terminal_theme_name(i, NULL)) != NULL; i++) {
        if (strcmp(known, name) == 0) {
            return true;
        }
    }
    return wrong(options,
                 "--theme %s: there is no such theme, use dark, light, blue-orange or mono", name);
}

static bool set_view(struct ct_options *options, int key, const char *argument)
{
    if (key == KEY_THEME) {
        return set_theme(options, argument);
    }
    options->tui |= key == KEY_TUI;
    options->command = key == KEY_KEYS ? CT_COMMAND_KEYS : options->command;
    return true;
}

/* Of an option that is short for -o FORMAT. */
static enum ct_format format_of(int key)
{
    switch (key) {
    case KEY_TEXT:
        return CT_FORMAT_TEXT;
    case KEY_JSON:
        return CT_FORMAT_JSON;
    case KEY_CSV:
        return CT_FORMAT_CSV;
    case KEY_SUMMARY:
        return CT_FORMAT_SUMMARY;
    default:
        return CT_FORMAT_SUMMARY_JSON;
    }
}

/* argument is empty for options without. */
bool ct_app_options_apply(struct ct_options *options, int key, const char *argument)
{
    switch (key) {
    case 'r':
        return add_read(options, argument);
    case 'F':
        return set_infile(options, argument);
    case 'c':
        return set_count(options, argument);
    case 'o':
        return set_output(options, argument);
    case KEY_THREADS:
        return set_threads(options, argument);
    case 'Z':
        options->user = argument;
        break;
    case KEY_NO_DROP:
        options->no_drop = true;
        break;
    case 'Y':
        return set_where(options, argument);
    case KEY_ASSERT:
        return add_assertion(options, argument);
    case KEY_IGNORE_HEADER:
        return ignore_header(options, argument);
    case KEY_METRICS:
        return set_metrics(options, argument);
    case KEY_PID_FILE:
        return set_pid_file(options, argument);
    case KEY_LIMIT:
        return set_limit(options, argument);
    case KEY_DIALECTS:
        options->command = CT_COMMAND_DIALECTS;
        options->dialect = argument[0] != '\0' ? argument : NULL;
        break;
    case KEY_TUI:
    case KEY_KEYS:
    case KEY_THEME:
        return set_view(options, key, argument);
    case KEY_TEXT:
    case KEY_JSON:
    case KEY_CSV:
    case KEY_SUMMARY:
    case KEY_SUMMARY_JSON:
        add_output(options, format_of(key), NULL);
        break;
    case KEY_EXPLAIN:
        options->explain = true;
        break;
    case KEY_CONNECTIONS:
        options->connections = true;
        break;
    case 'l':
        options->line_buffered = true;
        break;
    case 'v':
        options->verbose++;
        break;
    case 'q':
        options->quiet = true;
        break;
    case 'h':
        options->command = CT_COMMAND_HELP;
        break;
    case 'V':
        options->command = CT_COMMAND_VERSION;
        break;
    case 'D':
        options->command = CT_COMMAND_LIST;
        break;
    case 'n':
        break;
    default:
        return ct_app_options_capture(options, key, argument);
    }
    return true;
}

/* getopt_long has refused argv[optind - 1], or a letter in it. */
static bool refuse(struct ct_options *options, int result, char **argv)
{
    char text[64];
    const struct ct_option_row *row = row_of(optopt);
    if (row == NULL && optopt > 0 && optopt < KEY_TEXT) {
        return wrong(options, "-%c: unknown option, see cachetap --help", optopt);
    }
    if (row == NULL) {
        return wrong(options, "%s: unknown or ambiguous option, see cachetap --help",
                     argv[optind - 1]);
    }
    row_text(text, row);
    return result == ':'
               ? wrong(options, "%s: its argument %s is missing, see cachetap --help", text,
                       row->argument)
               : wrong(options, "%s: takes no argument, see cachetap --help", argv[optind - 1]);
}

int ct_app_options_choice(int key)
{
    switch (key) {
    case KEY_TEXT:
    case KEY_JSON:
    case KEY_CSV:
    case KEY_SUMMARY:
    case KEY_SUMMARY_JSON:
    case KEY_TUI:
        return 'o';
    case 'i':
        return 'r';
    default:
        return key;
    }
}

/* ---- the command line ---------------------------------------------------------------------- */

static bool read_options(struct ct_options *options, int argc, char **argv)
{
    char letters[2 + 2 * N_ROWS];
    struct option longs[N_ROWS + 1];
    int key = 0;

    fill_getopt(letters, longs);
    if (!ct_app_options_config(options, argc, argv, letters, longs)) {
        return false;
    }
    optind = 0; /* start over: argv may be another one (glibc) */
    while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct ct_option_row *row = row_of(key);
        if (key == '?' || key == ':' || row == NULL) {
            return refuse(options, key, argv);
        }
        if (!ct_app_options_apply(options, key, optarg != NULL ? optarg : "")) {
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
        options->filter = ct_app_expression_read(options->infile);
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
                              ? ct_app_expression_join(argv + optind, (size_t)(argc - optind))
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
    return options->n_outputs == 0 && !ct_app_options_saves_to_stdout(options) &&
           !options->explain && !options->connections && options->n_assertions == 0 &&
           ct_app_terminal_rewrites(STDOUT_FILENO);
}

static bool check_view(struct ct_options *options)
{
    bool shared = options->tui && ct_app_options_saves_to_stdout(options);
    for (size_t i = 0; options->tui && i < options->n_outputs; i++) {
        shared = shared || options->outputs[i].path == NULL;
    }
    return !shared || wrong(options, "-o tui: another output goes to standard output as well, give "
                                     "it a file (-o FORMAT:PATH)");
}

bool ct_app_options_parse(struct ct_options *options, int argc, char **argv)
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
    if (!ct_app_options_capture_check(options)) {
        return false;
    }
    options->tui |= wants_view(options);
    if (!options->tui && options->n_outputs == 0 && !ct_app_options_saves_to_stdout(options)) {
        add_output(options, options->is_live ? CT_FORMAT_TEXT : CT_FORMAT_SUMMARY, NULL);
    }
    if (!check_connections(options) || !check_view(options)) {
        return false;
    }
    return read_filter(options, argc, argv);
}

void ct_app_options_fini(struct ct_options *options)
{
    free(options->filter);
    free(options->ignored_headers);
    free(options->interfaces);
    ct_app_config_close(options->config);
    free(options->outputs);
    free(options->reads);
    *options = (struct ct_options){.command = CT_COMMAND_WATCH};
}
