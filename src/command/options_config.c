/* SPDX-License-Identifier: Apache-2.0 */
#include "command/options_config.h"

#include <stdio.h>
#include <string.h>

#include "command/options_apply.h"
#include "command/options_capture.h"
#include "command/options_rows.h"

/* Rows of options that the command line has: they win over the file. */
struct given {
    struct ct_options *options;
    bool at[CT_OPTION_ROWS_MAX];
};

static bool is_named(const struct ct_option_row *row, const char *name)
{
    return row->name != NULL && strcmp(row->name, name) == 0;
}

static bool is_given(const struct given *given, const struct ct_option_row *row)
{
    int choice = ct_command_options_choice(row->key);
    for (size_t i = 0; ct_command_option_row(i) != NULL; i++) {
        if (given->at[i] && ct_command_options_choice(ct_command_option_row(i)->key) == choice) {
            return !is_named(row, "limit"); /* limits are told apart by their own names */
        }
    }
    return false;
}

static bool check_setting(struct ct_options *options, const struct ct_option_row *row,
                          const struct ct_config_value *value)
{
    bool is_switch = value->type == CT_CONFIG_SWITCH;
    if (is_switch != (row->argument == NULL)) {
        return ct_command_options_wrong(options, "%s: not a value of its kind, give %s", row->name,
                                        row->argument == NULL ? "true or false" : row->argument);
    }
    if (value->n_values > 1 && strstr(row->help, "may be repeated") == NULL) {
        return ct_command_options_wrong(options, "%s: several values, give one", row->name);
    }
    return true;
}

static bool apply_setting(struct ct_options *options, const struct given *given,
                          const struct ct_option_row *row, const struct ct_config_value *value)
{
    if (!check_setting(options, row, value)) {
        return false;
    }
    if (is_given(given, row) || (value->type == CT_CONFIG_SWITCH && !value->on)) {
        return true;
    }
    if (!ct_command_options_apply(options, row->key, value->text != NULL ? value->text : "")) {
        return false;
    }
    return options->command == CT_COMMAND_WATCH ||
           ct_command_options_wrong(
               options, "%s: a question and not a setting, ask it on the command line", row->name);
}

static bool take_setting(void *user, const char *name, const struct ct_config_value *value,
                         char error[CT_CONFIG_ERROR_BYTES])
{
    const struct given *given = user;
    struct ct_options *options = given->options;
    bool ok = false;
    const struct ct_option_row *row = ct_command_option_row(0);
    for (size_t i = 0; row != NULL && !is_named(row, name); i++) {
        row = ct_command_option_row(i);
    }
    if (row != NULL && !is_named(row, "config")) {
        ok = apply_setting(options, given, row, value);
    } else if (strcmp(name, "filter") != 0) {
        ok = ct_command_options_wrong(
            options,
            "%s: there is no such setting, use the name of a long option of "
            "cachetap --help, limits, filter or dialects",
            name);
    } else if (value->type != CT_CONFIG_TEXT || value->n_values != 1) {
        ok = ct_command_options_wrong(
            options, "filter: not a text, give one capture filter in double quotes");
    } else {
        options->file_filter = value->text;
        ok = true;
    }
    if (!ok) {
        (void)snprintf(error, CT_CONFIG_ERROR_BYTES, "%s", options->error);
    }
    return ok;
}

/* Looks over the command line for --config and for what wins over the file; complains of nothing.
 */
static bool find_config(struct given *given, int argc, char **argv, const char *letters,
                        const struct option *longs, const char **path)
{
    int key = 0;
    *path = NULL;
    optind = 0;
    while ((key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        size_t i = 0;
        while (ct_command_option_row(i) != NULL && ct_command_option_row(i)->key != key) {
            i++;
        }
        if (ct_command_option_row(i) == NULL) {
            continue;
        }
        given->at[i] = true;
        if (!is_named(ct_command_option_row(i), "config")) {
            continue;
        }
        if (*path != NULL) {
            return ct_command_options_wrong(
                given->options, "--config %s: given twice, put all into one file", optarg);
        }
        *path = optarg;
    }
    return true;
}

/* Settings come first, so that the command line has the last word. */
bool ct_command_options_config(struct ct_options *options, int argc, char **argv,
                               const char *letters, const struct option *longs)
{
    struct given given = {.options = options};
    const char *path = NULL;
    if (!find_config(&given, argc, argv, letters, longs, &path)) {
        return false;
    }
    if (path == NULL) {
        return true;
    }
    options->config = ct_command_config_open(path, options->error);
    if (options->config == NULL) {
        return false;
    }
    options->dialects = ct_command_config_dialects(options->config, &options->n_dialects);
    return ct_command_config_settings(options->config, take_setting, &given, options->error);
}
