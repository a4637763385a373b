/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command/config_tree.h"

#define FILE_BYTES_MAX ((size_t)1 << 20)

/* ---- messages and memory ------------------------------------------------------------------- */

bool ct_command_config_wrong(struct ct_config *config, const config_setting_t *setting,
                             const char *format, ...)
{
    va_list args;
    int n = snprintf(config->error, CT_CONFIG_ERROR_BYTES, "%s:", config->path);
    size_t at = n > 0 ? (size_t)n : 0;
    if (setting != NULL && at < CT_CONFIG_ERROR_BYTES) {
        n = snprintf(config->error + at, CT_CONFIG_ERROR_BYTES - at,
                     "%u:", (unsigned)config_setting_source_line(setting));
        at += n > 0 ? (size_t)n : 0;
    }
    if (at + 1 < CT_CONFIG_ERROR_BYTES) {
        config->error[at++] = ' ';
        va_start(args, format);
        (void)vsnprintf(config->error + at, CT_CONFIG_ERROR_BYTES - at, format, args);
        va_end(args);
    }
    return false;
}

/* Takes block, which may be NULL: then there is no memory. */
static void *keep(struct ct_config *config, void *block)
{
    void **memory = realloc(config->memory, (config->n_memory + 1) * sizeof *memory);
    if (memory != NULL) {
        config->memory = memory;
    }
    if (memory == NULL || block == NULL) {
        free(block);
        (void)ct_command_config_wrong(config, NULL, "cannot be read: out of memory");
        return NULL;
    }
    memory[config->n_memory++] = block;
    return block;
}

void *ct_command_config_memory(struct ct_config *config, size_t n, size_t size)
{
    return keep(config, calloc(n > 0 ? n : 1, size));
}

/* ---- members of groups --------------------------------------------------------------------- */

bool ct_command_config_known(struct ct_config *config, const config_setting_t *group,
                             const char *const *names)
{
    char known[256] = "";
    for (size_t i = 0; names[i] != NULL; i++) {
        size_t n = strlen(known);
        (void)snprintf(known + n, sizeof known - n, "%s%s", i > 0 ? ", " : "", names[i]);
    }
    for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
        const config_setting_t *member = config_setting_get_elem(group, i);
        size_t k = 0;
        while (names[k] != NULL && strcmp(names[k], config_setting_name(member)) != 0) {
            k++;
        }
        if (names[k] == NULL) {
            return ct_command_config_wrong(config, member, "%s: unknown here, use: %s",
                                           config_setting_name(member), known);
        }
    }
    return true;
}

bool ct_command_config_get_text(struct ct_config *config, const config_setting_t *group,
                                const char *name, const char **value)
{
    const config_setting_t *member = config_setting_get_member(group, name);
    if (member == NULL) {
        return true;
    }
    if (config_setting_type(member) != CONFIG_TYPE_STRING) {
        return ct_command_config_wrong(config, member, "%s: not a text, put it in double quotes",
                                       name);
    }
    *value = config_setting_get_string(member);
    return true;
}

bool ct_command_config_get_switch(struct ct_config *config, const config_setting_t *group,
                                  const char *name, bool *value)
{
    const config_setting_t *member = config_setting_get_member(group, name);
    if (member == NULL) {
        return true;
    }
    if (config_setting_type(member) != CONFIG_TYPE_BOOL) {
        return ct_command_config_wrong(config, member, "%s: neither on nor off, use true or false",
                                       name);
    }
    *value = config_setting_get_bool(member) != 0;
    return true;
}

/* ---- the file ------------------------------------------------------------------------------ */

/* The whole file as text; NULL after a message. The caller frees it. */
static char *read_text(struct ct_config *config)
{
    FILE *file = fopen(config->path, "re");
    char *text = file != NULL ? malloc(FILE_BYTES_MAX + 1) : NULL;
    if (text == NULL) {
        (void)ct_command_config_wrong(config, NULL, "cannot be read: %s, give a configuration file",
                                      strerror(errno));
        if (file != NULL) {
            (void)fclose(file);
        }
        return NULL;
    }
    size_t n = fread(text, 1, FILE_BYTES_MAX + 1, file);
    bool failed = ferror(file) != 0;
    int error = errno;
    (void)fclose(file);
    if (failed || n > FILE_BYTES_MAX || memchr(text, '\0', n) != NULL) {
        (void)ct_command_config_wrong(config, NULL, "cannot be read: %s, give a configuration file",
                                      failed               ? strerror(error)
                                      : n > FILE_BYTES_MAX ? "larger than 1 MiB"
                                                           : "not a text");
        free(text);
        return NULL;
    }
    text[n] = '\0';
    return text;
}

/* One file says all: what is read is what the user has named. */
static bool refuse_includes(struct ct_config *config, const char *text)
{
    unsigned line = 1;
    while (text != NULL) {
        text += strspn(text, " \t");
        if (strncmp(text, "@include", strlen("@include")) == 0) {
            (void)snprintf(config->error, CT_CONFIG_ERROR_BYTES,
                           "%s:%u: @include: other files are not read, put all into this one",
                           config->path, line);
            return false;
        }
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
        line++;
    }
    return true;
}

static bool parse(struct ct_config *config)
{
    char *text = read_text(config);
    if (text == NULL || !refuse_includes(config, text)) {
        free(text);
        return false;
    }
    bool ok = config_read_string(&config->tree, text) == CONFIG_TRUE;
    free(text);
    if (!ok) {
        (void)snprintf(config->error, CT_CONFIG_ERROR_BYTES,
                       "%s:%d: %s: not in the form of a configuration file, settings are written "
                       "NAME = VALUE;",
                       config->path, config_error_line(&config->tree),
                       config_error_text(&config->tree));
        return false;
    }
    return ct_command_config_read_dialects(config);
}

struct ct_config *ct_command_config_open(const char *path, char error[CT_CONFIG_ERROR_BYTES])
{
    struct ct_config *config = calloc(1, sizeof *config);
    char *copy = strdup(path);
    if (config == NULL || copy == NULL) {
        (void)snprintf(error, CT_CONFIG_ERROR_BYTES, "%s: cannot be read: out of memory", path);
        free(copy);
        free(config);
        return NULL;
    }
    config->path = copy;
    config->error = error;
    config_init(&config->tree);
    if (!parse(config)) {
        ct_command_config_close(config);
        return NULL;
    }
    return config;
}

void ct_command_config_close(struct ct_config *config)
{
    if (config == NULL) {
        return;
    }
    for (size_t i = 0; i < config->n_memory; i++) {
        free(config->memory[i]);
    }
    free(config->memory);
    config_destroy(&config->tree);
    free(config->path);
    free(config);
}

const struct ct_user_dialect *ct_command_config_dialects(const struct ct_config *config, size_t *n)
{
    *n = config->n_dialects;
    return config->dialects;
}

/* ---- settings ------------------------------------------------------------------------------ */

/* False after a message, also where the setting is no single value. */
static bool read_scalar(struct ct_config *config, const config_setting_t *setting, const char *name,
                        struct ct_config_value *value)
{
    char number[64] = "";
    switch (config_setting_type(setting)) {
    case CONFIG_TYPE_BOOL:
        value->type = CT_CONFIG_SWITCH;
        value->on = config_setting_get_bool(setting) != 0;
        return true;
    case CONFIG_TYPE_STRING:
        value->type = CT_CONFIG_TEXT;
        value->text = config_setting_get_string(setting);
        return true;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        (void)snprintf(number, sizeof number, "%lld", config_setting_get_int64(setting));
        break;
    case CONFIG_TYPE_FLOAT:
        (void)snprintf(number, sizeof number, "%.15g", config_setting_get_float(setting));
        break;
    default:
        return ct_command_config_wrong(
            config, setting, "%s: not a value, give a text, a number, true or false", name);
    }
    value->type = CT_CONFIG_NUMBER;
    value->text = keep(config, strdup(number));
    return value->text != NULL;
}

struct taker {
    ct_config_take take;
    void *user;
};

static bool hand_out(struct ct_config *config, const struct taker *taker,
                     const config_setting_t *setting, const char *name,
                     const struct ct_config_value *value)
{
    char why[CT_CONFIG_ERROR_BYTES] = "";
    return taker->take(taker->user, name, value, why) ||
           ct_command_config_wrong(config, setting, "%s", why);
}

static bool hand_out_limits(struct ct_config *config, const struct taker *taker,
                            const config_setting_t *group)
{
    if (!config_setting_is_group(group)) {
        return ct_command_config_wrong(config, group,
                                       "limits: not a group, write limits = { NAME = VALUE; };");
    }
    for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
        const config_setting_t *limit = config_setting_get_elem(group, i);
        const char *name = config_setting_name(limit);
        struct ct_config_value value = {.n_values = 1};
        if (!read_scalar(config, limit, name, &value)) {
            return false;
        }
        if (value.type == CT_CONFIG_SWITCH) {
            return ct_command_config_wrong(config, limit,
                                           "%s: a limit is a number, or a text as \"64M\"", name);
        }
        size_t size = strlen(name) + strlen(value.text) + 2;
        char *text = ct_command_config_memory(config, size, 1);
        if (text == NULL) {
            return false;
        }
        (void)snprintf(text, size, "%s=%s", name, value.text);
        value.text = text;
        value.type = CT_CONFIG_TEXT;
        if (!hand_out(config, taker, limit, "limit", &value)) {
            return false;
        }
    }
    return true;
}

static bool hand_out_setting(struct ct_config *config, const struct taker *taker,
                             const config_setting_t *setting)
{
    const char *name = config_setting_name(setting);
    bool several = config_setting_is_array(setting) || config_setting_is_list(setting);
    unsigned n = several ? (unsigned)config_setting_length(setting) : 1;
    if (n > CT_CONFIG_VALUES_MAX) {
        return ct_command_config_wrong(config, setting, "%s: more than %d values, give fewer", name,
                                       CT_CONFIG_VALUES_MAX);
    }
    for (unsigned i = 0; i < n; i++) {
        const config_setting_t *one = several ? config_setting_get_elem(setting, i) : setting;
        struct ct_config_value value = {.n_values = n};
        if (!read_scalar(config, one, name, &value) ||
            !hand_out(config, taker, one, name, &value)) {
            return false;
        }
    }
    return true;
}

bool ct_command_config_settings(struct ct_config *config, ct_config_take take, void *user,
                                char error[CT_CONFIG_ERROR_BYTES])
{
    const struct taker taker = {take, user};
    const config_setting_t *root = config_root_setting(&config->tree);
    bool ok = true;
    config->error = error;
    for (unsigned i = 0; ok && i < (unsigned)config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, i);
        const char *name = config_setting_name(setting);
        if (strcmp(name, "limits") == 0) {
            ok = hand_out_limits(config, &taker, setting);
        } else if (strcmp(name, "dialects") != 0) {
            ok = hand_out_setting(config, &taker, setting);
        }
    }
    return ok;
}
