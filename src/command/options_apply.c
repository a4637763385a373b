/* SPDX-License-Identifier: Apache-2.0 */
/* What each option does, but those of interfaces and of saving. */
#include "command/options_apply.h"

#include <string.h>

#include "base/number.h"
#include "base/span.h"
#include "cachetap/terminal.h"
#include "command/metrics_address.h"
#include "command/options_capture.h"
#include "command/options_rows.h"

#define wrong ct_command_options_wrong

void ct_command_options_add_output(struct ct_options *options, enum ct_format format,
                                   const char *path)
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
            ct_command_options_add_output(options, (enum ct_format)f, path);
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
    if (!ct_command_metrics_address_parse(text, &address)) {
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
    if (key == CT_KEY_THEME) {
        return set_theme(options, argument);
    }
    options->tui |= key == CT_KEY_TUI;
    options->command = key == CT_KEY_KEYS ? CT_COMMAND_KEYS : options->command;
    return true;
}

/* Of an option that is short for -o FORMAT. */
static enum ct_format format_of(int key)
{
    switch (key) {
    case CT_KEY_TEXT:
        return CT_FORMAT_TEXT;
    case CT_KEY_JSON:
        return CT_FORMAT_JSON;
    case CT_KEY_CSV:
        return CT_FORMAT_CSV;
    case CT_KEY_SUMMARY:
        return CT_FORMAT_SUMMARY;
    default:
        return CT_FORMAT_SUMMARY_JSON;
    }
}

/* Options that only say yes. False: not one of them. */
static bool apply_switch(struct ct_options *options, int key)
{
    switch (key) {
    case CT_KEY_NO_DROP:
        options->no_drop = true;
        return true;
    case CT_KEY_EXPLAIN:
        options->explain = true;
        return true;
    case CT_KEY_CONNECTIONS:
        options->connections = true;
        return true;
    case 'l':
        options->line_buffered = true;
        return true;
    case 'v':
        options->verbose++;
        return true;
    case 'q':
        options->quiet = true;
        return true;
    default:
        return key == 'n';
    }
}

/* Options that ask for something else than a run. False: not one of them. */
static bool apply_command(struct ct_options *options, int key, const char *argument)
{
    switch (key) {
    case 'h':
        options->command = CT_COMMAND_HELP;
        return true;
    case 'V':
        options->command = CT_COMMAND_VERSION;
        return true;
    case 'D':
        options->command = CT_COMMAND_LIST;
        return true;
    case CT_KEY_DIALECTS:
        options->command = CT_COMMAND_DIALECTS;
        options->dialect = argument[0] != '\0' ? argument : NULL;
        return true;
    default:
        return false;
    }
}

bool ct_command_options_apply(struct ct_options *options, int key, const char *argument)
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
    case CT_KEY_THREADS:
        return set_threads(options, argument);
    case 'Z':
        options->user = argument;
        return true;
    case 'Y':
        return set_where(options, argument);
    case CT_KEY_ASSERT:
        return add_assertion(options, argument);
    case CT_KEY_IGNORE_HEADER:
        return ignore_header(options, argument);
    case CT_KEY_METRICS:
        return set_metrics(options, argument);
    case CT_KEY_PID_FILE:
        return set_pid_file(options, argument);
    case CT_KEY_LIMIT:
        return set_limit(options, argument);
    case CT_KEY_TUI:
    case CT_KEY_KEYS:
    case CT_KEY_THEME:
        return set_view(options, key, argument);
    case CT_KEY_TEXT:
    case CT_KEY_JSON:
    case CT_KEY_CSV:
    case CT_KEY_SUMMARY:
    case CT_KEY_SUMMARY_JSON:
        ct_command_options_add_output(options, format_of(key), NULL);
        return true;
    default:
        return apply_switch(options, key) || apply_command(options, key, argument) ||
               ct_command_options_capture(options, key, argument);
    }
}
