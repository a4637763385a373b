/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file: settings with the names of the long options, and a user's dialects.
 * It is read whole before anything else happens; no other file is read because of it.
 */
#ifndef CACHETAP_COMMAND_CONFIG_H
#define CACHETAP_COMMAND_CONFIG_H

#include "cachetap/cache.h"

/* Room for a message with the name of the file in it. */
#define CT_CONFIG_ERROR_BYTES 512

/* Values of one setting, and settings of one group, at most. */
#define CT_CONFIG_VALUES_MAX 256

struct ct_config;

/* One value of a setting. */
struct ct_config_value {
    enum { CT_CONFIG_SWITCH, CT_CONFIG_NUMBER, CT_CONFIG_TEXT } type;
    bool on;          /* of a switch */
    const char *text; /* of the others; lives as long as the file */
    size_t n_values;  /* of the setting in all */
};

/* Takes one value of a setting. False: it has written why into error. */
typedef bool (*ct_config_take)(void *user, const char *name, const struct ct_config_value *value,
                               char error[CT_CONFIG_ERROR_BYTES]);

/*
 * Reads and checks the file. NULL: error says "FILE:LINE: what: why, and what to do". Release
 * with ct_command_config_close.
 */
struct ct_config *ct_command_config_open(const char *path, char error[CT_CONFIG_ERROR_BYTES]);
void ct_command_config_close(struct ct_config *config);

/*
 * Hands out all settings in the order of the file; those of the group "limits" as "limit" with
 * "NAME=VALUE". False: error says which line is wrong.
 */
bool ct_command_config_settings(struct ct_config *config, ct_config_take take, void *user,
                                char error[CT_CONFIG_ERROR_BYTES]);

/* The dialects of the file; they live as long as it. */
const struct ct_user_dialect *ct_command_config_dialects(const struct ct_config *config, size_t *n);

#endif
